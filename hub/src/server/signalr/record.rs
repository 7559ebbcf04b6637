//! Records as they wait for a client, in its encoding.
//!
//! Lives here: what of a [`Record`] goes onto one socket, together or one by one.
//! May not be here: queues, sockets, numbers of stateful reconnect; how a record is written (`conversation`).
//! What goes onto a socket shares the record's bytes: a thousand clients wait for one text.
//! Where that takes a conversion, the text is looked through once more and not copied.

use crate::conversation::Record;
use axum::body::Bytes;
use axum::extract::ws::{Message as WebSocketMessage, Utf8Bytes};
use std::sync::Arc;
use switchhook::protocol::{Encoding, Frame, Message, SEPARATOR};

/// Whole records in one encoding: a WebSocket message or a part of one. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wire {
    Text(Utf8Bytes),
    Binary(Bytes),
}

impl Wire {
    /// One message for a client of this encoding.
    pub(super) fn new(message: &Message<'_>, encoding: Encoding) -> Self {
        encoding.encode(message).into()
    }

    /// A record for one client, together.
    pub(super) fn of(record: &Record, encoding: Encoding) -> Self {
        if encoding == Encoding::Json {
            let shared = Utf8Bytes::try_from(Bytes::from_owner(record.clone()));
            // Bytes of a text are one.
            return Self::Text(shared.unwrap_or_default());
        }
        match record.encoded(encoding) {
            [one] => Self::Binary(Bytes::from_owner(Arc::clone(one))),
            several => Self::Binary(several.concat().into()),
        }
    }

    /// A record for one client, one by one.
    pub(super) fn each_of(record: &Record, encoding: Encoding) -> Vec<Self> {
        if encoding != Encoding::Json {
            let parts = record.encoded(encoding).iter();
            return parts
                .map(|part| Self::Binary(Bytes::from_owner(Arc::clone(part))))
                .collect();
        }
        let mut records = record.as_str().split_inclusive(char::from(SEPARATOR));
        match (records.next(), records.next()) {
            (Some(_), None) => vec![Self::of(record, encoding)],
            _ => record
                .as_str()
                .split_inclusive(char::from(SEPARATOR))
                .map(|record| Self::Text(record.into()))
                .collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// All of them, which share an encoding, in one WebSocket message.
    pub(super) fn joined(mut parts: Vec<Self>) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let length = parts.iter().map(Self::len).sum();
        let mut bytes = Vec::with_capacity(length);
        let mut text = String::with_capacity(length);
        for part in &parts {
            match part {
                Self::Text(part) => text.push_str(part.as_str()),
                Self::Binary(part) => bytes.extend_from_slice(part),
            }
        }
        Some(if bytes.is_empty() {
            Self::Text(text.into())
        } else {
            Self::Binary(bytes.into())
        })
    }
}

impl From<Frame> for Wire {
    fn from(frame: Frame) -> Self {
        match frame {
            Frame::Text(text) => Self::Text(text.into()),
            Frame::Binary(bytes) => Self::Binary(bytes.into()),
        }
    }
}

impl From<Wire> for WebSocketMessage {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Text(text) => Self::Text(text),
            Wire::Binary(bytes) => Self::Binary(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Wire {
        Wire::Text(text.into())
    }

    #[test]
    fn what_waits_for_two_clients_is_one_text() {
        let record = Record::call("m", "[1]");
        let (Wire::Text(one), Wire::Text(other)) = (
            Wire::of(&record, Encoding::Json),
            Wire::of(&record.clone(), Encoding::Json),
        ) else {
            panic!("not text");
        };
        assert_eq!(one.as_str().as_ptr(), record.as_str().as_ptr());
        assert_eq!(one.as_str().as_ptr(), other.as_str().as_ptr());
        assert_eq!(Wire::each_of(&record, Encoding::Json), [text(record.as_str())]);
    }

    #[test]
    fn several_records_can_be_taken_apart_and_joined() {
        let record = Record::from_json("{\"type\":6}\u{1e}{\"type\":7}\u{1e}".to_owned());
        let parts = Wire::each_of(&record, Encoding::Json);
        assert_eq!(parts, [text("{\"type\":6}\u{1e}"), text("{\"type\":7}\u{1e}")]);
        assert_eq!(Wire::joined(parts), Some(Wire::of(&record, Encoding::Json)));
        assert_eq!(Wire::joined(Vec::new()), None);
    }
}
