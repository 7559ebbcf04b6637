//! A connection after its handshake: the only state in which messages flow.
//!
//! Lives here: reading records, answering calls, sending, probing; one socket, one reader, one session.
//! May not be here: what happens after it ends; `close`, `abandon` and `lost` consume it.
//! This is the hot path: a received record is decoded where it lies and handed on without a copy.
//! Records are handled strictly in the order of the wire (the official client interleaves, defect D10).

use super::error::{Error, Phase};
use super::interface::{Action, CallId, Counters, Health, Outlet, RecordFault, SocketId};
use super::liveness::{Liveness, Verdict};
use super::options::{BadRecords, Options};
use super::session::{InvocationId, Session, Waiter};
use super::time::Millis;
use super::turn::Turn;
use crate::protocol::{DecodeError, Encoding, Message, Outcome, Payload, RecordReader, json};
use std::time::Duration;

/// How a live connection comes to its end.
#[derive(Debug)]
pub(super) enum Ending {
    /// It broke, or the server allows to connect again.
    Lost(Option<Error>),
    /// The server wants no more of it.
    Closed(Option<Error>),
}

/// One live connection.
#[derive(Debug)]
pub(super) struct Live {
    socket: SocketId,
    began: Millis,
    reader: RecordReader,
    liveness: Liveness,
    session: Session,
    round_trip: Option<Duration>,
}

impl Live {
    /// Begins on `socket` after the handshake. The first ping makes the server watch this client in turn
    /// (case H03).
    pub(super) fn begin(socket: SocketId, options: &Options, turn: &mut Turn<'_, impl Outlet>) -> Self {
        let mut live = Self {
            socket,
            began: turn.now,
            reader: RecordReader::new(Encoding::Json, options.incoming_limit),
            liveness: Liveness::new(options.keep_alive, options.server_timeout, turn.now),
            session: Session::default(),
            round_trip: None,
        };
        live.send(&Message::Ping, turn);
        live
    }

    pub(super) fn socket(&self) -> SocketId {
        self.socket
    }

    pub(super) fn began(&self) -> Millis {
        self.began
    }

    pub(super) fn last_heard(&self) -> Millis {
        self.liveness.last_heard()
    }

    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    pub(super) fn next_wake(&self) -> Millis {
        let wake = self.liveness.next_wake();
        self.session
            .next_wake()
            .map_or(wake, |deadline| deadline.min(wake))
    }

    /// Handles received bytes.
    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        options: &Options,
        counters: &mut Counters,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Option<Ending> {
        let now = turn.now;
        if self.liveness.heard(now) {
            turn.out.health(Health::Good);
        }
        let out = &mut *turn.out;
        let mut ending = None;
        let Self {
            socket,
            reader,
            liveness,
            session,
            round_trip,
            ..
        } = self;
        let mut writer = Writer { socket: *socket };
        reader.feed(bytes, |record| {
            counters.records += 1;
            let message = match record.map(json::decode) {
                Ok(Ok(message)) => message,
                Ok(Err(DecodeError::UnknownType(_))) => {
                    counters.unknown_records += 1;
                    liveness.heard_message();
                    return true;
                }
                Ok(Err(error)) => {
                    ending = refuse(RecordFault::Unreadable(error), options, counters, out);
                    return ending.is_none();
                }
                Err(oversize) => {
                    let limit = oversize.limit;
                    ending = refuse(RecordFault::Oversize { limit }, options, counters, out);
                    return ending.is_none();
                }
            };
            if matches!(message, Message::Ping) {
                liveness.heard_ping(now);
                return true;
            }
            liveness.heard_message();
            match message {
                Message::Invocation {
                    invocation_id,
                    target,
                    arguments,
                    ..
                } => {
                    out.invocation(&target, arguments);
                    if let Some(invocation_id) = invocation_id {
                        // The server waits for a result that no handler here can give (case C15).
                        let outcome = Outcome::Error("Client didn't provide a result.".into());
                        let answer = Message::Completion {
                            headers: None,
                            invocation_id,
                            outcome,
                        };
                        writer.write(&answer, out);
                        liveness.sent(now);
                    }
                }
                Message::Completion {
                    invocation_id,
                    outcome,
                    ..
                } => {
                    // An unknown id is that of a call given up (case I19).
                    match InvocationId::from_wire(&invocation_id).and_then(|id| session.finish(id)) {
                        None => {}
                        Some(Waiter::Call(call)) => out.settled(call, result(outcome)),
                        Some(Waiter::Probe { sent }) => *round_trip = Some(now.since(sent)),
                    }
                }
                Message::StreamItem { invocation_id, .. } => {
                    let waiter = InvocationId::from_wire(&invocation_id).and_then(|id| session.finish(id));
                    if let Some(Waiter::Call(call)) = waiter {
                        let text = "Unexpected message type: 2".to_owned();
                        out.settled(call, Err(Error::ProtocolViolation(text)));
                    }
                }
                Message::Close {
                    error,
                    allow_reconnect,
                } => {
                    let error = error.map(|text| Error::ServerClosed(text.into_owned()));
                    ending = Some(if allow_reconnect || options.reconnect_after_close {
                        Ending::Lost(error)
                    } else {
                        Ending::Closed(error)
                    });
                    return false;
                }
                // A client is never sent 4 and 5 (case J21); 8 and 9 only after agreeing to them.
                Message::Ping
                | Message::StreamInvocation { .. }
                | Message::CancelInvocation { .. }
                | Message::Ack { .. }
                | Message::Sequence { .. } => {}
            }
            true
        });
        if ending.is_none() && self.liveness.ping_due(now) {
            self.send(&Message::Ping, turn);
        }
        ending
    }

    /// Does what is due at `now`.
    pub(super) fn tick(
        &mut self,
        options: &Options,
        ids: &mut InvocationId,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Option<Ending> {
        for (id, waiter) in self.session.expire(turn.now) {
            if let Waiter::Call(call) = waiter {
                self.tell_cancelled(id, turn);
                turn.out
                    .settled(call, Err(Error::TimedOut { phase: Phase::Call }));
            }
        }
        match self.liveness.judge(turn.now) {
            Verdict::Alive => {}
            Verdict::Late => self.tell_late(turn.out),
            Verdict::Doubtful => self.probe(options, ids, turn),
            Verdict::Dead => {
                return Some(Ending::Lost(Some(Error::TimedOut { phase: Phase::Live })));
            }
        }
        if self.liveness.ping_due(turn.now) {
            self.send(&Message::Ping, turn);
        }
        None
    }

    /// Demands a sign of life soon.
    pub(super) fn probe(
        &mut self,
        options: &Options,
        ids: &mut InvocationId,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let answered = options.probe_method.is_some();
        if !self.liveness.demand(answered, options.probe_deadline, turn.now) {
            return;
        }
        let Some(method) = &options.probe_method else {
            self.send(&Message::Ping, turn);
            return;
        };
        let id = take_id(ids);
        let forget_at = turn.now + options.server_timeout;
        self.session
            .begin(id, Waiter::Probe { sent: turn.now }, forget_at);
        let message = call(Some(id), method, "[]");
        self.send(&message, turn);
    }

    /// The device says it is offline, which need not be true: shown, and put to the test.
    pub(super) fn suspect(
        &mut self,
        options: &Options,
        ids: &mut InvocationId,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if self.liveness.suspect() {
            self.tell_late(turn.out);
        }
        self.probe(options, ids, turn);
    }

    /// Calls a method; `deadline` is absent when no answer is wanted.
    pub(super) fn call(
        &mut self,
        request: &Call<'_>,
        options: &Options,
        ids: &mut InvocationId,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let id = request.deadline.map(|_| *ids);
        let message = call(id, request.target, request.arguments);
        let frame = Encoding::Json.encode(&message);
        if frame.len() > options.outgoing_limit {
            let error = Error::MessageTooLarge {
                size: frame.len(),
                limit: options.outgoing_limit,
            };
            turn.out.settled(request.name, Err(error));
            return;
        }
        self.liveness.sent(turn.now);
        turn.out.act(Action::Send {
            socket: self.socket,
            frame,
        });
        match request.deadline {
            None => turn.out.settled(request.name, Ok(None)),
            Some(deadline) => {
                let id = take_id(ids);
                self.session.begin(id, Waiter::Call(request.name), deadline);
            }
        }
    }

    /// Gives up a call.
    pub(super) fn cancel(&mut self, call: CallId, turn: &mut Turn<'_, impl Outlet>) {
        let ids: Vec<_> = self.session.cancel(call).collect();
        for id in ids {
            self.tell_cancelled(id, turn);
            turn.out.settled(call, Err(Error::Cancelled));
        }
    }

    /// Ends it in good order, with a Close record (cases E08, W07), without waiting for anything (case N30).
    pub(super) fn close(self, out: &mut impl Outlet) {
        for call in self.session.end() {
            out.settled(call, Err(Error::Stopped));
        }
        let farewell = Message::Close {
            error: None,
            allow_reconnect: false,
        };
        let socket = self.socket;
        Writer { socket }.write(&farewell, out);
        out.act(Action::CloseSocket { socket });
    }

    /// Ends it because of `cause`; calls settle before the status changes (case R24).
    pub(super) fn abandon(self, cause: Option<&Error>, out: &mut impl Outlet) {
        out.act(Action::CloseSocket { socket: self.socket });
        self.lost(cause, out);
    }

    /// As [`Live::abandon`], when the socket has already gone.
    pub(super) fn lost(self, cause: Option<&Error>, out: &mut impl Outlet) {
        for call in self.session.end() {
            let cause = cause.cloned().map(Box::new);
            out.settled(call, Err(Error::SessionLost { cause }));
        }
    }

    fn send(&mut self, message: &Message<'_>, turn: &mut Turn<'_, impl Outlet>) {
        self.liveness.sent(turn.now);
        Writer { socket: self.socket }.write(message, turn.out);
    }

    fn tell_late(&self, out: &mut impl Outlet) {
        out.health(Health::Late {
            last_heard: self.liveness.last_heard(),
        });
    }

    fn tell_cancelled(&mut self, id: InvocationId, turn: &mut Turn<'_, impl Outlet>) {
        let message = Message::CancelInvocation {
            headers: None,
            invocation_id: id.to_wire(),
        };
        self.send(&message, turn);
    }
}

/// A method call as the application asks for it.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: CallId,
    pub(super) target: &'a str,
    pub(super) arguments: &'a str,
    pub(super) deadline: Option<Millis>,
}

/// Writes records to one socket.
struct Writer {
    socket: SocketId,
}

impl Writer {
    fn write(&mut self, message: &Message<'_>, out: &mut impl Outlet) {
        out.act(Action::Send {
            socket: self.socket,
            frame: Encoding::Json.encode(message),
        });
    }
}

fn call<'a>(id: Option<InvocationId>, target: &'a str, arguments: &'a str) -> Message<'a> {
    Message::Invocation {
        headers: None,
        invocation_id: id.map(InvocationId::to_wire),
        target: target.into(),
        arguments: Payload::from_json(arguments),
        stream_ids: Vec::new(),
    }
}

fn take_id(ids: &mut InvocationId) -> InvocationId {
    let id = *ids;
    *ids = id.next();
    id
}

fn result(outcome: Outcome<'_>) -> Result<Option<Payload<'_>>, Error> {
    match outcome {
        Outcome::Void => Ok(None),
        Outcome::Result(payload) => Ok(Some(payload)),
        Outcome::Error(text) => Err(Error::Method(text.into_owned())),
    }
}

/// Reports a bad record; what the settings make of it.
fn refuse(
    fault: RecordFault,
    options: &Options,
    counters: &mut Counters,
    out: &mut impl Outlet,
) -> Option<Ending> {
    counters.bad_records += 1;
    let ending = (options.bad_records == BadRecords::Close)
        .then(|| Ending::Lost(Some(Error::ProtocolViolation(fault.to_string()))));
    out.bad_record(fault);
    ending
}
