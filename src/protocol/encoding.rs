//! The encodings of the hub protocol, and messages as they go onto the wire.
//!
//! Lives here: which encodings there are, and the choice among their codecs.
//! May not be here: the codecs themselves.
//! A frame is one WebSocket message and holds whole records, so that stock clients can read it.
//! The handshake is JSON text in every encoding, and chooses between them by name.

use super::message::{DecodeError, Message};
use super::{json, messagepack};

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// JSON text, each record ended by the byte 0x1E.
    #[default]
    Json,
    /// MessagePack, each record after its length.
    MessagePack,
}

/// A text message where the encoding has binary ones, or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongFrame {
    /// In the official client's words (case J27).
    #[error("Invalid input for JSON hub protocol. Expected a string.")]
    Binary,
    /// Likewise.
    #[error("Invalid input for MessagePack hub protocol. Expected an ArrayBuffer.")]
    Text,
}

impl Encoding {
    /// The encoding's name in the handshake.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::MessagePack => "messagepack",
        }
    }

    /// Whether messages are text messages, and not binary ones.
    pub fn is_text(self) -> bool {
        match self {
            Self::Json => true,
            Self::MessagePack => false,
        }
    }

    /// The encoding of this name, without regard to case.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Json, Self::MessagePack];
        all.into_iter()
            .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
    }

    /// Whether a received WebSocket message is of this encoding's kind. Bytes of the other kind are not its records,
    /// whatever they look like. The handshake is JSON in every encoding and may come in either kind.
    pub fn accept(self, binary: bool) -> Result<(), WrongFrame> {
        match (self, binary) {
            (Self::Json, true) => Err(WrongFrame::Binary),
            (Self::MessagePack, false) => Err(WrongFrame::Text),
            _ => Ok(()),
        }
    }

    /// Reads one record, as a [`RecordReader`](super::RecordReader) hands it out.
    pub fn decode(self, record: &[u8]) -> Result<Message<'_>, DecodeError> {
        match self {
            Self::Json => json::decode(record),
            Self::MessagePack => messagepack::decode(record),
        }
    }

    /// Writes one message.
    pub fn encode(self, message: &Message<'_>) -> Frame {
        match self {
            Self::Json => {
                let mut text = String::new();
                json::encode(message, &mut text);
                Frame::Text(text)
            }
            Self::MessagePack => {
                let mut bytes = Vec::new();
                messagepack::encode(message, &mut bytes);
                Frame::Binary(bytes)
            }
        }
    }
}

/// One WebSocket message: whole records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
}

impl Frame {
    /// How many bytes it holds.
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}
