//! A connection after its handshake: the only state in which messages flow.
//!
//! Lives here: reading records, answering the server, probing; one socket, one reader, one session.
//! May not be here: what happens after it ends; `close`, `lose` and `detach` consume it.
//! This is the hot path: a received record is decoded where it lies and handed on without a copy.
//! Records are handled strictly in the order of the wire (the official client interleaves, defect D10).

use super::calls::{InvocationId, Waiter};
use super::error::{Error, Phase};
use super::interface::{Action, Answering, Counters, Health, Outlet, RecordFault, SocketId, Status};
use super::liveness::{Liveness, Verdict};
use super::options::{BadRecords, Options};
use super::session::Session;
use super::time::Millis;
use super::turn::Turn;
use crate::protocol::stateful::{Gap, is_counted};
use crate::protocol::{DecodeError, Message, Outcome, Payload, RecordReader};
use std::time::Duration;

/// How a live connection comes to its end.
#[derive(Debug)]
pub(super) enum Ending {
    /// Its socket is of no use any more; the session may still be.
    Broken(Option<Error>),
    /// The session is over, and another may be begun.
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
    pub(super) session: Session,
    round_trip: Option<Duration>,
    /// Until the server has said where it goes on after a reattachment, it must do so by then.
    sequence_by: Option<Millis>,
}

impl Live {
    /// Begins on `socket` after the handshake. The first ping makes the server watch this client in turn
    /// (case H03).
    pub(super) fn begin(
        socket: SocketId,
        session: Session,
        options: &Options,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Self {
        let mut live = Self::on(socket, session, options, turn.now);
        live.send(&Message::Ping, options, turn);
        live
    }

    /// Goes on with `session` on `socket`, without negotiate and handshake (case B28).
    pub(super) fn take_up(
        socket: SocketId,
        session: Session,
        options: &Options,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Self {
        let mut live = Self::on(socket, session, options, turn.now);
        live.sequence_by = Some(turn.now + options.handshake_deadline);
        live.session.take_up(socket, options, turn.out);
        live
    }

    fn on(socket: SocketId, session: Session, options: &Options, now: Millis) -> Self {
        Self {
            socket,
            began: now,
            reader: RecordReader::new(options.encoding, options.incoming_limit),
            liveness: Liveness::new(options.keep_alive, options.server_timeout, now),
            session,
            round_trip: None,
            sequence_by: None,
        }
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
        [self.session.next_wake(true), self.sequence_by]
            .into_iter()
            .flatten()
            .fold(wake, Millis::min)
    }

    /// Handles received bytes.
    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        binary: bool,
        options: &Options,
        counters: &mut Counters,
        status: &mut Status,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Option<Ending> {
        let now = turn.now;
        if self.liveness.heard(now) {
            turn.out.health(Health::Good);
        }
        if let Err(wrong) = options.encoding.accept(binary) {
            counters.records += 1;
            return self.refuse(RecordFault::WrongFrame(wrong), options, counters, turn.out);
        }
        let mut ending = None;
        // The reader lends records while the rest of the connection handles them.
        let mut reader = std::mem::replace(&mut self.reader, RecordReader::new(options.encoding, 0));
        reader.feed(bytes, |record| {
            counters.records += 1;
            let fault = match record.map(|record| options.encoding.decode(record)) {
                Ok(Ok(Message::Ping)) => {
                    self.liveness.heard_ping(now);
                    return true;
                }
                Ok(Ok(message)) => {
                    self.liveness.heard_message();
                    ending = self.message(&message, options, status, turn);
                    return ending.is_none();
                }
                Ok(Err(DecodeError::UnknownType(_))) => {
                    counters.unknown_records += 1;
                    self.liveness.heard_message();
                    return true;
                }
                Ok(Err(error)) => RecordFault::Unreadable(error),
                Err(oversize) => RecordFault::Oversize {
                    limit: oversize.limit,
                },
            };
            ending = self.refuse(fault, options, counters, turn.out);
            ending.is_none()
        });
        if let (None, Some(error)) = (&ending, reader.error()) {
            // Nothing that follows can be told apart.
            ending = Some(Ending::Lost(Some(Error::ProtocolViolation(error.to_string()))));
        }
        self.reader = reader;
        if let (None, Some(stateful)) = (&ending, &mut self.session.stateful) {
            stateful.arrived(bytes.len(), now);
            self.session
                .acknowledge(now, Some(self.socket), options, turn.out);
        }
        if ending.is_none() {
            self.ping_if_due(options, turn);
        }
        ending
    }

    /// Reports a record that cannot be used; what the settings make of it.
    fn refuse(
        &mut self,
        fault: RecordFault,
        options: &Options,
        counters: &mut Counters,
        out: &mut impl Outlet,
    ) -> Option<Ending> {
        self.liveness.heard_message();
        if let Some(stateful) = &mut self.session.stateful {
            stateful.doubtful = true;
        }
        counters.bad_records += 1;
        let ending = (options.bad_records == BadRecords::Close)
            .then(|| Ending::Lost(Some(Error::ProtocolViolation(fault.to_string()))));
        out.bad_record(fault);
        ending
    }

    /// Handles one message, in the order of the wire.
    fn message(
        &mut self,
        message: &Message<'_>,
        options: &Options,
        status: &mut Status,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Option<Ending> {
        if let Some(stateful) = &mut self.session.stateful
            && is_counted(message)
            && !stateful.accept(turn.now)
        {
            return None;
        }
        match message {
            Message::Invocation {
                invocation_id,
                target,
                arguments,
                ..
            } => {
                let reply_to = invocation_id.as_deref().map(|id| self.session.reply_to(id));
                let answering = turn.out.invocation(target, *arguments, reply_to.as_ref());
                if let (Some(to), Answering::Never) = (reply_to, answering) {
                    // The server waits for a result that nobody here gives (case C15).
                    let outcome = Outcome::Error("Client didn't provide a result.".into());
                    self.session
                        .reply(&to, outcome, Some(self.socket), options, turn.out);
                }
            }
            Message::Completion {
                invocation_id,
                outcome,
                ..
            } => {
                // An unknown id is that of a call given up (case I19).
                let id = InvocationId::from_wire(invocation_id);
                match id.and_then(|id| self.session.calls.finish(id)) {
                    None => {}
                    Some(Waiter::Call(call) | Waiter::Stream(call)) => {
                        turn.out.settled(call, result(outcome));
                    }
                    // One from before a reattachment says nothing of this socket.
                    Some(Waiter::Probe { sent }) if sent < self.began => {}
                    Some(Waiter::Probe { sent }) => self.round_trip = Some(turn.now.since(sent)),
                }
            }
            Message::StreamItem {
                invocation_id, item, ..
            } => {
                let id = InvocationId::from_wire(invocation_id);
                match id.and_then(|id| self.session.calls.item(id)) {
                    None | Some(Waiter::Probe { .. }) => {}
                    Some(Waiter::Stream(call)) => turn.out.item(call, *item),
                    Some(Waiter::Call(call)) => {
                        let text = "Unexpected message type: 2".to_owned();
                        turn.out.settled(call, Err(Error::ProtocolViolation(text)));
                    }
                }
            }
            Message::Close {
                error,
                allow_reconnect,
            } => {
                let error = error.as_deref().map(|text| Error::ServerClosed(text.to_owned()));
                return Some(if *allow_reconnect || options.reconnect_after_close {
                    Ending::Lost(error)
                } else {
                    Ending::Closed(error)
                });
            }
            Message::Ack { sequence_id } => {
                if let Some(stateful) = &mut self.session.stateful {
                    stateful.acknowledged(*sequence_id, turn.out);
                }
            }
            Message::Sequence { sequence_id } => return self.sequence(*sequence_id, status, turn),
            // A client is never sent 4 and 5 (case J21).
            Message::Ping | Message::StreamInvocation { .. } | Message::CancelInvocation { .. } => {}
        }
        None
    }

    /// The server says where it goes on: only now is it certain that it knows the session.
    fn sequence(
        &mut self,
        number: u64,
        status: &mut Status,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> Option<Ending> {
        let stateful = self.session.stateful.as_mut()?;
        let placed = match stateful.received.sequence(number) {
            Ok(()) if stateful.doubtful => Err(Gap),
            placed => placed,
        };
        if let Err(gap) = placed {
            return Some(Ending::Lost(Some(Error::ProtocolViolation(gap.to_string()))));
        }
        if self.sequence_by.take().is_some() {
            stateful.lost = None;
            *status = Status::Connected {
                connection_id: self.session.connection_id.clone(),
                resumed: true,
            };
            turn.out.changed(status);
        }
        None
    }

    /// Does what is due at `now`.
    pub(super) fn tick(&mut self, options: &Options, turn: &mut Turn<'_, impl Outlet>) -> Option<Ending> {
        if self.sequence_by.is_some_and(|deadline| turn.now >= deadline) {
            let phase = Phase::Handshake;
            return Some(Ending::Broken(Some(Error::TimedOut { phase })));
        }
        self.session.tick(turn.now, Some(self.socket), options, turn.out);
        match self.liveness.judge(turn.now) {
            Verdict::Alive => {}
            Verdict::Late => self.tell_late(turn.out),
            Verdict::Doubtful => self.probe(options, turn),
            Verdict::Dead => {
                return Some(Ending::Broken(Some(Error::TimedOut { phase: Phase::Live })));
            }
        }
        self.ping_if_due(options, turn);
        None
    }

    fn ping_if_due(&mut self, options: &Options, turn: &mut Turn<'_, impl Outlet>) {
        self.note_sent(turn.now);
        if self.liveness.ping_due(turn.now) {
            self.send(&Message::Ping, options, turn);
        }
    }

    /// Demands a sign of life soon.
    pub(super) fn probe(&mut self, options: &Options, turn: &mut Turn<'_, impl Outlet>) {
        let answered = options.probe_method.is_some();
        if !self.liveness.demand(answered, options.probe_deadline, turn.now) {
            return;
        }
        let Some(method) = &options.probe_method else {
            self.send(&Message::Ping, options, turn);
            return;
        };
        let id = turn.numbers.invocation();
        let forget_at = turn.now + options.server_timeout;
        let message = Message::Invocation {
            headers: None,
            invocation_id: Some(id.to_wire()),
            target: method.as_str().into(),
            arguments: Payload::from_json("[]"),
            stream_ids: Vec::new(),
        };
        if self.send(&message, options, turn) {
            let waiter = Waiter::Probe { sent: turn.now };
            self.session.calls.begin(id, waiter, forget_at);
        }
    }

    /// The device says it is offline, which need not be true: shown, and put to the test.
    pub(super) fn suspect(&mut self, options: &Options, turn: &mut Turn<'_, impl Outlet>) {
        if self.liveness.suspect() {
            self.tell_late(turn.out);
        }
        self.probe(options, turn);
    }

    /// Whether the server has said that the session goes on, where that was in doubt.
    pub(super) fn is_settled(&self) -> bool {
        self.sequence_by.is_none()
    }

    /// Whatever was sent serves as a ping (case K07).
    pub(super) fn note_sent(&mut self, now: Millis) {
        if self.session.take_sent() {
            self.liveness.sent(now);
        }
    }

    /// Ends it in good order, with a Close record (cases E08, W07), without waiting for anything (case N30).
    pub(super) fn close(self, options: &Options, turn: &mut Turn<'_, impl Outlet>) {
        self.session.end(|| Error::Stopped, turn.out);
        let farewell = Message::Close {
            error: None,
            allow_reconnect: false,
        };
        let (socket, frame) = (self.socket, options.encoding.encode(&farewell));
        turn.out.act(Action::Send { socket, frame });
        turn.out.act(Action::CloseSocket { socket });
    }

    /// What is left of it without its socket.
    pub(super) fn into_session(self) -> Session {
        self.session
    }

    fn send(&mut self, message: &Message<'_>, options: &Options, turn: &mut Turn<'_, impl Outlet>) -> bool {
        self.session
            .post(message, Some(self.socket), options, turn.out)
            .is_ok()
    }

    fn tell_late(&self, out: &mut impl Outlet) {
        out.health(Health::Late {
            last_heard: self.liveness.last_heard(),
        });
    }
}

fn result<'a>(outcome: &Outcome<'a>) -> Result<Option<Payload<'a>>, Error> {
    match outcome {
        Outcome::Void => Ok(None),
        Outcome::Result(payload) => Ok(Some(*payload)),
        Outcome::Error(text) => Err(Error::Method(text.as_ref().to_owned())),
    }
}
