//! The machine's two faces: what it is told and what it tells.
//!
//! Lives here: inputs, actions, the outlet through which a step reports, and the states shown to users.
//! May not be here: behaviour.
//! Requests and sockets are named by numbers that are never used twice, so a late answer hits nothing.
//! Messages are handed on while they still lie in the received bytes; nothing is copied for them.

use super::address::{Secret, SecretUrl};
use super::error::Error;
use super::headers::Headers;
use super::time::Millis;
use crate::protocol::encoding::WrongFrame;
use crate::protocol::{DecodeError, Frame, Payload};
use std::time::Duration;

/// Names one token or negotiate request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(super) u64);

/// Names one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub(super) u64);

/// Names one call. The caller chooses it and should not use it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// Names one stream from the application to the server. The caller chooses it and should not use it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// Where the result of a server's invocation goes; good for the session in which it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    pub(super) session: u64,
    pub(super) id: String,
}

/// What becomes of an invocation for which the server wants a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// Nobody here gives one: the server is told so at once (case C15).
    Never,
    /// It comes as [`Input::Reply`].
    Later,
}

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenReason {
    /// For the first connect after `Start`, or a retry of it.
    FirstConnect,
    /// For a reconnect after the connection was lost.
    Reconnect,
    /// The server refused the last token: a cached one will not do.
    Unauthorized,
    /// The present token will expire soon; the connection goes on with another.
    ExpiringSoon,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input<'a> {
    /// The application wants a connection. Ignored unless disconnected.
    Start,
    /// The application wants none. Takes effect within this very step, from every state.
    Stop,
    /// The user does not want to wait for the next attempt. Also tries while offline.
    RetryNow,
    /// The token provider answered; `None` connects without a token.
    TokenReady {
        /// The request it answers.
        request: RequestId,
        /// The token.
        token: Option<Secret>,
    },
    /// The token provider failed. [`Error::Unauthorized`] means signing in again and ends the attempts.
    TokenFailed {
        /// The request it answers.
        request: RequestId,
        /// Why.
        error: Error,
    },
    /// The request was answered, with whatever status.
    Answered {
        /// The request it answers.
        request: RequestId,
        /// The HTTP status.
        status: u16,
        /// The body as received.
        body: &'a [u8],
        /// The `Retry-After` header as a span.
        retry_after: Option<Duration>,
    },
    /// The request got no answer.
    Unanswered {
        /// The request.
        request: RequestId,
        /// Why, for people.
        text: &'a str,
    },
    /// The socket is open.
    SocketOpened {
        /// Which.
        socket: SocketId,
    },
    /// A WebSocket message arrived, text or binary, whole or in part.
    SocketData {
        /// Where.
        socket: SocketId,
        /// Its bytes.
        bytes: &'a [u8],
        /// Whether it is a binary message.
        binary: bool,
    },
    /// The socket closed or failed; nothing more will come from it.
    SocketClosed {
        /// Which.
        socket: SocketId,
        /// The close code; 1006 when there was no close frame.
        code: u16,
        /// The close frame's reason.
        reason: &'a str,
        /// Whether the closing was orderly.
        clean: bool,
    },
    /// The server answered the socket's request with an HTTP status (a browser never learns it).
    SocketRefused {
        /// Which.
        socket: SocketId,
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header as a span.
        retry_after: Option<Duration>,
    },
    /// Call a hub method and wait for its answer.
    Invoke {
        /// The caller's name for it.
        call: CallId,
        /// The method.
        target: &'a str,
        /// A JSON array.
        arguments: &'a str,
        /// Streams that the application will send, in the order of their parameters.
        streams: &'a [StreamId],
        /// When to stop waiting.
        deadline: Millis,
    },
    /// Call a hub method that streams its results; settled when the stream ends.
    Stream {
        /// The caller's name for it.
        call: CallId,
        /// The method.
        target: &'a str,
        /// A JSON array.
        arguments: &'a str,
        /// Streams that the application will send.
        streams: &'a [StreamId],
        /// When to stop waiting for the stream to begin.
        deadline: Millis,
    },
    /// Call a hub method and do not wait; settled when handed to the socket.
    Send {
        /// The caller's name for it.
        call: CallId,
        /// The method.
        target: &'a str,
        /// A JSON array.
        arguments: &'a str,
        /// Streams that the application will send.
        streams: &'a [StreamId],
        /// When to stop waiting for a socket.
        deadline: Millis,
    },
    /// Send an item of a stream; settled when handed to the socket.
    Item {
        /// The caller's name for this item.
        call: CallId,
        /// The stream.
        stream: StreamId,
        /// The item, as JSON.
        item: &'a str,
        /// When to stop waiting for a socket.
        deadline: Millis,
    },
    /// A stream to the server ends. One that is not open any more is left alone.
    EndStream {
        /// The stream.
        stream: StreamId,
        /// Why, when it failed.
        error: Option<&'a str>,
    },
    /// The result of an invocation by the server; ignored when its session is over.
    Reply {
        /// Where it goes.
        to: &'a ReplyTo,
        /// The result as JSON, or why there is none; a method without a value gives `None`.
        outcome: Result<Option<&'a str>, &'a str>,
    },
    /// The caller gives up a call. The server is told (.NET 11; older ones ignore it, case I24).
    Cancel {
        /// Which.
        call: CallId,
    },
    /// Ask the token provider for a fresh token now, and give it to the server.
    RefreshToken,
    /// The time of [`Connection::next_wake`](super::Connection::next_wake) has come. Too early or late does no harm.
    Tick,
    /// The page was shown or resumed, or the computer woke: do not trust the socket, do not go on waiting.
    Wake,
    /// The device says it has no network.
    Offline,
    /// The device says it has network again.
    Online,
}

/// Something for the shell to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// Ask the token provider; answer with `TokenReady` or `TokenFailed`.
    FetchToken {
        /// Goes into the answer.
        request: RequestId,
        /// For the provider.
        reason: TokenReason,
    },
    /// POST to `url` with an empty body; answer with `Answered` or `Unanswered`.
    Post {
        /// Goes into the answer.
        request: RequestId,
        /// Where.
        url: SecretUrl,
        /// For the `Authorization: Bearer` header.
        token: Option<Secret>,
        /// All other headers.
        headers: Headers,
    },
    /// The answer to this request is no longer wanted; abort it if possible.
    Abandon {
        /// Which.
        request: RequestId,
    },
    /// Open a WebSocket.
    OpenSocket {
        /// Its name in all inputs about it.
        socket: SocketId,
        /// Where.
        url: SecretUrl,
    },
    /// Send one WebSocket message.
    Send {
        /// Where.
        socket: SocketId,
        /// Whole records.
        frame: Frame,
    },
    /// Close the socket, opened or still opening, after what was sent before; report nothing more from it.
    CloseSocket {
        /// Which.
        socket: SocketId,
    },
}

/// What the machine is doing about having no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trying {
    /// An attempt is under way.
    Now,
    /// The next attempt comes at this time.
    At(Millis),
    /// The device is offline; the next attempt comes when it is online, or on `RetryNow` or `Wake`.
    WhenOnline,
}

/// How far connecting has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The number of the attempt under way or due next, from 1.
    pub attempt: u32,
    /// Whether it is under way.
    pub trying: Trying,
    /// Why the last attempt failed or the connection was lost.
    pub last_error: Option<Error>,
}

/// The connection's state, as users should see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// There is no connection and none is being made.
    Disconnected {
        /// What ended it; `None` when it was stopped, never started, or closed in good order.
        error: Option<Error>,
    },
    /// The first connection is being made.
    Connecting(Progress),
    /// Calls can be made.
    Connected {
        /// The server's name for the connection; `None` when negotiation was skipped.
        connection_id: Option<String>,
        /// Whether an earlier session goes on without loss; otherwise everything must be asked for anew.
        resumed: bool,
    },
    /// The connection was lost, and its session is being taken up again at the server, which keeps it for a while.
    /// Calls can be made; they wait.
    Resuming(Progress),
    /// The connection was lost and is being made again.
    Reconnecting(Progress),
}

/// How well a connected server is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Within its usual cadence.
    Good,
    /// The server's ping is overdue, or the device says it is offline.
    Late {
        /// When anything was last received.
        last_heard: Millis,
    },
}

/// A record that could not be used. Its neighbours were.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// It is not a message of the protocol.
    #[error(transparent)]
    Unreadable(DecodeError),
    /// It came in a message of the other kind.
    #[error(transparent)]
    WrongFrame(WrongFrame),
    /// It exceeded the incoming limit.
    #[error("A record of more than {limit} bytes was dropped.")]
    Oversize {
        /// The limit in bytes.
        limit: usize,
    },
}

/// Counts since the machine was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Records received, good and bad, handshakes not counted.
    pub records: u64,
    /// Records that could not be read or were too large.
    pub bad_records: u64,
    /// Records of a type this version does not know; ignored, as the protocol demands (case J20).
    pub unknown_records: u64,
    /// Connections lost.
    pub losses: u64,
}

/// Where a step reports, in the order in which things happen.
pub trait Outlet {
    /// Do this.
    fn act(&mut self, action: Action);

    /// The server calls the client's method `target` (names are compared without regard to case, case C02)
    /// with an array. With `reply_to` it wants a result; without, the answer does not matter.
    fn invocation(&mut self, target: &str, arguments: Payload<'_>, reply_to: Option<&ReplyTo>) -> Answering;

    /// An item of a stream that was called.
    fn item(&mut self, call: CallId, item: Payload<'_>);

    /// A call has ended; told exactly once per call. `None` is success without a value, or a stream's end.
    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>);

    /// The server has taken a fresh token, good for so long where it says; or why not. The connection stays.
    fn refreshed(&mut self, outcome: Result<Option<Duration>, Error>);

    /// The status is now this. `Disconnected` is told once for every `Start`.
    fn changed(&mut self, status: &Status);

    /// While connected: the server has become late, or is heard again.
    fn health(&mut self, health: Health);

    /// A record could not be used.
    fn bad_record(&mut self, fault: RecordFault);
}
