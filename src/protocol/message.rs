//! The hub protocol's nine messages, independent of their encoding.
//!
//! Lives here: the message types, borrowing from the bytes they were read from, and the payload they carry.
//! May not be here: how a message looks as JSON or `MessagePack`, and what a payload means to an application.
//! A payload is passed on undecoded, so that a message nobody needs costs nothing but its frame.
//! Source: HubProtocol.md of ASP.NET Core SignalR; numbers of the types as documented there.

use super::pack;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// An undecoded value inside a message, in its connection's encoding, checked to be well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload<'a>(Raw<'a>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw<'a> {
    Json(&'a str),
    MessagePack(&'a [u8]),
}

/// A payload that does not have the shape its reader expects.
#[derive(Debug, thiserror::Error)]
#[error("the payload does not have the expected shape: {0}")]
pub struct PayloadError(#[from] serde_json::Error);

impl<'a> Payload<'a> {
    /// Wraps JSON text that is known to be one well-formed value.
    pub fn from_json(json: &'a str) -> Self {
        Self(Raw::Json(json))
    }

    /// Wraps MessagePack that was checked to be one well-formed value; from elsewhere by
    /// [`messagepack::payload`](super::messagepack::payload), which checks it.
    pub(super) fn from_messagepack(bytes: &'a [u8]) -> Self {
        Self(Raw::MessagePack(bytes))
    }

    /// The payload as JSON text; only one that came in another encoding is written anew.
    pub fn json(self) -> Cow<'a, str> {
        match self.0 {
            Raw::Json(json) => Cow::Borrowed(json),
            Raw::MessagePack(bytes) => Cow::Owned(pack::to_json(bytes)),
        }
    }

    /// Appends the payload as MessagePack.
    pub(super) fn write_messagepack(self, out: &mut Vec<u8>) {
        match self.0 {
            Raw::Json(json) => pack::from_json(json, out),
            Raw::MessagePack(bytes) => out.extend_from_slice(bytes),
        }
    }

    /// Reads the payload as a `T`.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T, PayloadError> {
        Ok(serde_json::from_str(&self.json())?)
    }
}

/// A record that is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not what its encoding allows: not UTF-8, not JSON or MessagePack, cut off; what is wrong and where.
    #[error("{0}")]
    Malformed(String),
    /// No numeric `type`.
    #[error("Invalid payload.")]
    NoType,
    /// A type that this version does not know; by the protocol it is to be ignored (case J20).
    #[error("Unknown message type {0}.")]
    UnknownType(i64),
    /// An acknowledgement or a sequence without a number (case J24).
    #[error("Invalid SequenceId for {message} message.")]
    InvalidSequenceId {
        /// The message's name.
        message: &'static str,
    },
    /// A property is missing or of the wrong type.
    #[error("Invalid payload for {message} message: {detail}")]
    Invalid {
        /// The message's name.
        message: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
}

/// How an invocation or a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It succeeded without a value.
    Void,
    /// It succeeded with this value (which may be JSON null).
    Result(Payload<'a>),
    /// It failed; the server's text, which is meant for people.
    Error(Cow<'a, str>),
}

/// One hub-protocol message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// Type 1: call `target` with `arguments` (a JSON array).
    Invocation {
        /// An object of texts, for whoever traces calls.
        headers: Option<Payload<'a>>,
        /// Present when the caller wants an answer.
        invocation_id: Option<Cow<'a, str>>,
        /// Method name, compared without regard to case.
        target: Cow<'a, str>,
        /// The arguments as one array.
        arguments: Payload<'a>,
        /// Streams that the caller will send, in the order of their parameters.
        stream_ids: Vec<Cow<'a, str>>,
    },
    /// Type 2: one item of a stream.
    StreamItem {
        /// An object of texts.
        headers: Option<Payload<'a>>,
        /// The stream it belongs to.
        invocation_id: Cow<'a, str>,
        /// The item.
        item: Payload<'a>,
    },
    /// Type 3: an invocation or a stream has ended.
    Completion {
        /// An object of texts.
        headers: Option<Payload<'a>>,
        /// The invocation it answers.
        invocation_id: Cow<'a, str>,
        /// How it ended.
        outcome: Outcome<'a>,
    },
    /// Type 4: call `target` and stream its results.
    StreamInvocation {
        /// An object of texts.
        headers: Option<Payload<'a>>,
        /// Names the stream.
        invocation_id: Cow<'a, str>,
        /// Method name.
        target: Cow<'a, str>,
        /// The arguments as one array.
        arguments: Payload<'a>,
        /// Streams that the caller will send.
        stream_ids: Vec<Cow<'a, str>>,
    },
    /// Type 5: stop the stream or invocation with this id.
    CancelInvocation {
        /// An object of texts.
        headers: Option<Payload<'a>>,
        /// What to stop.
        invocation_id: Cow<'a, str>,
    },
    /// Type 6: a sign of life.
    Ping,
    /// Type 7: the sender is about to close the connection.
    Close {
        /// Why, when it is a fault.
        error: Option<Cow<'a, str>>,
        /// Whether the receiver may connect again.
        allow_reconnect: bool,
    },
    /// Type 8 (stateful reconnect): everything up to this number has arrived.
    Ack {
        /// Number of the last message received.
        sequence_id: u64,
    },
    /// Type 9 (stateful reconnect): the next counted message has this number.
    Sequence {
        /// Number of the message that follows.
        sequence_id: u64,
    },
}
