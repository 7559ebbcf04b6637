//! The encodings of the hub protocol, and messages as they go onto the wire.
//!
//! Lives here: which encodings there are, and the choice among their codecs.
//! May not be here: the codecs themselves.
//! A frame is one WebSocket message and holds whole records, so that stock clients can read it.
//! The handshake is JSON text in every encoding, and chooses between them by name.

use super::json;
use super::message::{DecodeError, Message};

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// JSON text, each record ended by the byte 0x1E.
    #[default]
    Json,
}

impl Encoding {
    /// The encoding's name in the handshake.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
        }
    }

    /// Whether messages are text messages, and not binary ones.
    pub fn is_text(self) -> bool {
        match self {
            Self::Json => true,
        }
    }

    /// The encoding of this name, without regard to case.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Json];
        all.into_iter()
            .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
    }

    /// Reads one record, as a [`RecordReader`](super::RecordReader) hands it out.
    pub fn decode(self, record: &[u8]) -> Result<Message<'_>, DecodeError> {
        match self {
            Self::Json => json::decode(record),
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
