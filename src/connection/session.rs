//! A session with the server: what outlives a socket when the server keeps it (stateful reconnect).
//!
//! Lives here: its name, the calls that wait, what was sent and received, and sends that are not yet told.
//! May not be here: sockets, and what is received from them.
//! A session ends by being consumed, which settles everything in it: nothing can be forgotten or told twice.
//! Source of the buffer's behaviour: cases B10 to B29; defects D3 to D6 of the official client.

use super::address::{HubAddress, Secret};
use super::calls::{Calls, InvocationId, Waiter};
use super::error::{Error, Phase};
use super::interface::{Action, CallId, Outlet, ReplyTo, SocketId, StreamId};
use super::options::{Options, StatefulReconnect};
use super::refresh::Refresh;
use super::time::Millis;
use super::turn::Turn;
use crate::protocol::stateful::{ACKNOWLEDGE_BYTES, Received, Unacknowledged, is_counted};
use crate::protocol::{Message, Outcome, Payload};
use std::collections::VecDeque;
use std::time::Duration;

/// How long something may have arrived before the server is told of it.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(1);

/// However much arrives, the server is told of it no more often: a message of its own for each would cost more than
/// the server's waiting.
const ACKNOWLEDGE_APART: Duration = Duration::from_millis(20);

/// What negotiate gave for opening sockets.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    /// Where it led, redirects included.
    pub(super) hub: HubAddress,
    /// Goes into the socket's address.
    pub(super) connection_token: Secret,
    /// A redirect's access token, which takes the place of the application's.
    pub(super) access_token: Option<Secret>,
    /// How long the access token is good for, where the server says so.
    pub(super) lifetime: Option<Duration>,
}

/// A call as the application asks for it.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: CallId,
    pub(super) kind: CallKind,
    pub(super) target: &'a str,
    pub(super) arguments: &'a str,
    pub(super) streams: &'a [StreamId],
    pub(super) deadline: Millis,
}

/// What the application wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    /// Nothing but to know that it was handed to the socket.
    Send,
    /// A result.
    Invoke,
    /// Items.
    Stream,
}

/// A send that is not yet told.
#[derive(Debug)]
struct Held {
    call: CallId,
    deadline: Millis,
    /// Handed to a socket, and waiting only for the server to keep up (cases B19 to B22).
    handed_over: bool,
}

/// The part that a server which keeps sessions makes possible.
#[derive(Debug)]
pub(super) struct Stateful {
    sent: Unacknowledged,
    pub(super) received: Received,
    acknowledge_at: Option<Millis>,
    /// Bytes that have arrived since the server was last told.
    unacknowledged_bytes: usize,
    told_at: Millis,
    held: VecDeque<Held>,
    bound: usize,
    /// Attempts to take the session up since it last held.
    pub(super) tries: u32,
    /// When it was lost, until it has been taken up again.
    pub(super) lost: Option<Millis>,
    /// Something that could not be read may have had a number: nothing can be placed after another socket.
    pub(super) doubtful: bool,
}

impl Stateful {
    fn new(options: &StatefulReconnect) -> Self {
        Self {
            sent: Unacknowledged::new(options.buffer_bytes),
            received: Received::default(),
            acknowledge_at: None,
            unacknowledged_bytes: 0,
            told_at: Millis::DISTANT_PAST,
            held: VecDeque::new(),
            bound: options.bound_bytes,
            tries: 0,
            lost: None,
            doubtful: false,
        }
    }

    /// So many bytes arrived. A server sends no more than its buffer holds before it is told of their arrival.
    pub(super) fn arrived(&mut self, bytes: usize, now: Millis) {
        self.unacknowledged_bytes += bytes;
        if self.unacknowledged_bytes >= ACKNOWLEDGE_BYTES && self.received.owes_acknowledgement() {
            let soon = (self.told_at + ACKNOWLEDGE_APART).max(now);
            self.acknowledge_at = self.acknowledge_at.map(|due| due.min(soon)).or(Some(soon));
        }
    }

    /// A counted message arrived: whether it is new.
    pub(super) fn accept(&mut self, now: Millis) -> bool {
        let is_new = self.received.accept();
        if self.received.owes_acknowledgement() && self.acknowledge_at.is_none() {
            self.acknowledge_at = Some(now + ACKNOWLEDGE_WITHIN);
        }
        is_new
    }

    /// The server has everything up to `number`: sends that waited for it are told.
    pub(super) fn acknowledged(&mut self, number: u64, out: &mut impl Outlet) {
        self.sent.acknowledge(number);
        if !self.sent.is_full() {
            self.tell_handed_over(out);
        }
    }

    fn tell_handed_over(&mut self, out: &mut impl Outlet) {
        let mut waiting = VecDeque::new();
        for held in std::mem::take(&mut self.held) {
            if held.handed_over {
                out.settled(held.call, Ok(None));
            } else {
                waiting.push_back(held);
            }
        }
        self.held = waiting;
    }
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    /// Never given to another session of the same machine.
    number: u64,
    /// The server's name for it; `None` when negotiation was skipped.
    pub(super) connection_id: Option<String>,
    /// `None` when negotiation was skipped.
    pub(super) ticket: Option<Ticket>,
    pub(super) calls: Calls,
    /// Present when the server keeps the session over a change of sockets.
    pub(super) stateful: Option<Stateful>,
    pub(super) refresh: Refresh,
    /// Whether anything was handed to a socket since this was last asked.
    sent: bool,
}

impl Session {
    pub(super) fn new(
        number: u64,
        connection_id: Option<String>,
        ticket: Option<Ticket>,
        stateful: Option<&StatefulReconnect>,
    ) -> Self {
        Self {
            number,
            connection_id,
            ticket,
            calls: Calls::default(),
            stateful: stateful.map(Stateful::new),
            refresh: Refresh::Off,
            sent: false,
        }
    }

    /// Whether anything was handed to a socket since the last time.
    pub(super) fn take_sent(&mut self) -> bool {
        std::mem::take(&mut self.sent)
    }

    /// The way to answer the invocation that the server named `id`.
    pub(super) fn reply_to(&self, id: &str) -> ReplyTo {
        ReplyTo {
            session: self.number,
            id: id.to_owned(),
        }
    }

    /// Sends a message, or keeps it for the next socket; counted ones are kept until they are acknowledged.
    pub(super) fn post(
        &mut self,
        message: &Message<'_>,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) -> Result<(), Error> {
        let frame = options.encoding.encode(message);
        let size = frame.len();
        if size > options.outgoing_limit {
            let limit = options.outgoing_limit;
            return Err(Error::MessageTooLarge { size, limit });
        }
        if let Some(stateful) = &mut self.stateful
            && is_counted(message)
        {
            if stateful.sent.bytes() >= stateful.bound && !is_awaited(message) {
                let limit = stateful.bound;
                return Err(Error::TooMuchWaiting { limit });
            }
            stateful.sent.push(frame.clone(), size);
        }
        if let Some(socket) = socket {
            self.sent = true;
            out.act(Action::Send { socket, frame });
        }
        Ok(())
    }

    /// Calls a hub method.
    pub(super) fn call(
        &mut self,
        request: &Call<'_>,
        socket: Option<SocketId>,
        options: &Options,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        // Streams are numbered before the call they belong to (case I13).
        let before = *turn.numbers;
        let uploads: Vec<_> = request
            .streams
            .iter()
            .map(|stream| (*stream, turn.numbers.invocation()))
            .collect();
        let id = (request.kind != CallKind::Send).then(|| turn.numbers.invocation());
        let stream_ids = uploads.iter().map(|(_, id)| id.to_wire()).collect();
        let target = request.target.into();
        let arguments = Payload::from_json(request.arguments);
        let message = match (request.kind, id) {
            (CallKind::Stream, Some(id)) => Message::StreamInvocation {
                headers: None,
                invocation_id: id.to_wire(),
                target,
                arguments,
                stream_ids,
            },
            _ => Message::Invocation {
                headers: None,
                invocation_id: id.map(InvocationId::to_wire),
                target,
                arguments,
                stream_ids,
            },
        };
        if let Err(error) = self.post(&message, socket, options, turn.out) {
            *turn.numbers = before;
            turn.out.settled(request.name, Err(error));
            return;
        }
        for (stream, upload) in uploads {
            self.calls.open(stream, upload, id);
        }
        match (request.kind, id) {
            (CallKind::Invoke, Some(id)) => {
                self.calls.begin(id, Waiter::Call(request.name), request.deadline);
            }
            (CallKind::Stream, Some(id)) => {
                self.calls
                    .begin(id, Waiter::Stream(request.name), request.deadline);
            }
            _ => self.tell_sent(request.name, request.deadline, socket, turn.out),
        }
    }

    /// Sends an item of an upload.
    pub(super) fn item(
        &mut self,
        item: &Item<'_>,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        let Some(id) = self.calls.upload(item.stream) else {
            out.settled(item.name, Err(Error::StreamEnded));
            return;
        };
        let message = Message::StreamItem {
            headers: None,
            invocation_id: id.to_wire(),
            item: Payload::from_json(item.json),
        };
        match self.post(&message, socket, options, out) {
            Ok(()) => self.tell_sent(item.name, item.deadline, socket, out),
            Err(error) => out.settled(item.name, Err(error)),
        }
    }

    /// Ends an upload, with an error where it failed.
    pub(super) fn end_stream(
        &mut self,
        stream: StreamId,
        error: Option<&str>,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        if let Some(id) = self.calls.close(stream) {
            let outcome = error.map_or(Outcome::Void, |text| Outcome::Error(text.into()));
            self.complete(&id.to_wire(), outcome, socket, options, out);
        }
    }

    /// Answers an invocation by the server; `false` when it was another session's.
    pub(super) fn reply(
        &mut self,
        to: &ReplyTo,
        outcome: Outcome<'_>,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) -> bool {
        let is_own = to.session == self.number;
        if is_own {
            self.complete(&to.id, outcome, socket, options, out);
        }
        is_own
    }

    fn complete(
        &mut self,
        id: &str,
        outcome: Outcome<'_>,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        let message = Message::Completion {
            headers: None,
            invocation_id: id.into(),
            outcome,
        };
        if let Err(error) = self.post(&message, socket, options, out) {
            // The server waits for an answer, and there is always room for this one.
            let text = error.to_string();
            let message = Message::Completion {
                headers: None,
                invocation_id: id.into(),
                outcome: Outcome::Error(text.into()),
            };
            let _ = self.post(&message, socket, options, out);
        }
    }

    /// Gives up a call or a send that is not yet told.
    pub(super) fn cancel(
        &mut self,
        call: CallId,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        for id in self.calls.cancel(call) {
            self.tell_cancelled(id, &Error::Cancelled, socket, options, out);
            out.settled(call, Err(Error::Cancelled));
        }
        if let Some(stateful) = &mut self.stateful {
            let held = stateful.held.len();
            stateful.held.retain(|held| held.call != call);
            for _ in stateful.held.len()..held {
                out.settled(call, Err(Error::Cancelled));
            }
        }
    }

    /// Settles what has waited too long, and acknowledges what is due.
    pub(super) fn tick(
        &mut self,
        now: Millis,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        for (id, call) in self.calls.expire(now) {
            if let Some(call) = call {
                let error = Error::TimedOut { phase: Phase::Call };
                self.tell_cancelled(id, &error, socket, options, out);
                out.settled(call, Err(error));
            }
        }
        let Some(stateful) = &mut self.stateful else {
            return;
        };
        stateful.held.retain(|held| {
            let waits = now < held.deadline;
            if !waits {
                out.settled(held.call, Err(Error::TimedOut { phase: Phase::Call }));
            }
            waits
        });
        if socket.is_some() {
            self.acknowledge(now, socket, options, out);
        }
    }

    /// Tells the server what has arrived, if that is due.
    pub(super) fn acknowledge(
        &mut self,
        now: Millis,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        if let Some(stateful) = &mut self.stateful
            && stateful.acknowledge_at.is_some_and(|due| now >= due)
        {
            stateful.acknowledge_at = None;
            stateful.unacknowledged_bytes = 0;
            stateful.told_at = now;
            let sequence_id = stateful.received.acknowledge();
            // Neither counted nor large: it cannot be refused.
            let _ = self.post(&Message::Ack { sequence_id }, socket, options, out);
        }
    }

    /// When to tick next. Without a socket there is nobody to acknowledge anything to.
    pub(super) fn next_wake(&self, attached: bool) -> Option<Millis> {
        let stateful = self.stateful.as_ref();
        let held = stateful.and_then(|stateful| stateful.held.iter().map(|held| held.deadline).min());
        let acknowledge = stateful.and_then(|stateful| stateful.acknowledge_at);
        let with_socket = [acknowledge, self.refresh.next_wake()];
        [self.calls.next_wake(), held]
            .into_iter()
            .chain(with_socket.into_iter().filter(|_| attached))
            .flatten()
            .min()
    }

    /// Goes on over a new socket: says where, and sends again what the server may not have (cases B10 to B12).
    pub(super) fn take_up(&mut self, socket: SocketId, options: &Options, out: &mut impl Outlet) {
        let Some(stateful) = &mut self.stateful else {
            return;
        };
        stateful.received.reattached();
        let sequence_id = stateful.sent.sequence_id();
        let _ = self.post(&Message::Sequence { sequence_id }, Some(socket), options, out);
        let Some(stateful) = &mut self.stateful else {
            return;
        };
        for frame in stateful.sent.frames() {
            let frame = frame.clone();
            out.act(Action::Send { socket, frame });
        }
        for held in &mut stateful.held {
            held.handed_over = true;
        }
        if !stateful.sent.is_full() {
            stateful.tell_handed_over(out);
        }
    }

    /// Settles everything, each with an error of `why`.
    pub(super) fn end(self, why: impl Fn() -> Error, out: &mut impl Outlet) {
        self.refresh.abandon(out);
        for call in self.calls.end() {
            out.settled(call, Err(why()));
        }
        for held in self.stateful.into_iter().flat_map(|stateful| stateful.held) {
            out.settled(held.call, Err(why()));
        }
    }

    /// Settles everything because the session is lost.
    pub(super) fn lose(self, cause: Option<&Error>, out: &mut impl Outlet) {
        let cause = || cause.cloned().map(Box::new);
        self.end(|| Error::SessionLost { cause: cause() }, out);
    }

    /// A send is told when it is with a socket and the server keeps up.
    fn tell_sent(&mut self, call: CallId, deadline: Millis, socket: Option<SocketId>, out: &mut impl Outlet) {
        let handed_over = socket.is_some();
        match &mut self.stateful {
            Some(stateful) if !handed_over || stateful.sent.is_full() => stateful.held.push_back(Held {
                call,
                deadline,
                handed_over,
            }),
            _ => out.settled(call, Ok(None)),
        }
    }

    /// The server is told of a call given up, and before it of its uploads: a method that reads them would
    /// otherwise wait for ever, and the client's next call with it.
    fn tell_cancelled(
        &mut self,
        id: InvocationId,
        why: &Error,
        socket: Option<SocketId>,
        options: &Options,
        out: &mut impl Outlet,
    ) {
        for upload in self.calls.close_all(id) {
            let outcome = Outcome::Error(why.to_string().into());
            self.complete(&upload.to_wire(), outcome, socket, options, out);
        }
        let message = Message::CancelInvocation {
            headers: None,
            invocation_id: id.to_wire(),
        };
        // It is never too large.
        let _ = self.post(&message, socket, options, out);
    }
}

/// Whether the server waits for a message, which is short: it is sent however much waits already.
fn is_awaited(message: &Message<'_>) -> bool {
    match message {
        Message::Completion { outcome, .. } => !matches!(outcome, Outcome::Result(_)),
        other => matches!(other, Message::CancelInvocation { .. }),
    }
}

/// An item of an upload as the application hands it in.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) name: CallId,
    pub(super) stream: StreamId,
    pub(super) json: &'a str,
    pub(super) deadline: Millis,
}
