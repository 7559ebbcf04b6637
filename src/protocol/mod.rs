//! The SignalR hub protocol: bytes to messages and back.
//!
//! Lives here: record framing, the handshake, the negotiate answer, the message types and their two codecs.
//! May not be here: a clock, a socket, a connection's state, anything about contact centres.
//! Every function takes bytes from a stranger and answers with a value or a typed error; none panics.
//! The hub and the client use the same code, so what one writes the other reads.

pub mod base64;
pub mod encoding;
pub mod framing;
pub mod handshake;
pub mod json;
pub mod message;
pub mod messagepack;
pub mod negotiate;
mod number;
mod pack;
pub mod reader;
mod scan;
pub mod stateful;

pub use encoding::{Encoding, Frame, WrongFrame};
pub use framing::{FramingError, Oversize, RecordReader, SEPARATOR};
pub use message::{DecodeError, Message, Outcome, Payload, PayloadError};
