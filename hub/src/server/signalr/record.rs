//! Records as they wait for a client: written in its encoding, or shared between clients of any encoding.
//!
//! Lives here: [`Record`], which an application makes once for everybody, and what of it goes onto one socket.
//! May not be here: queues, sockets, numbers of stateful reconnect.
//! An application speaks JSON. What another encoding needs is made from it when the first client of that
//! encoding is told, once for all of them, and never if there is none.

use axum::body::Bytes;
use axum::extract::ws::{Message as WebSocketMessage, Utf8Bytes};
use std::sync::{Arc, OnceLock};
use switchhook::protocol::{Encoding, Frame, Message, Payload, SEPARATOR, json};

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

/// One record or several for any number of clients. Cheap to clone: all clones share what was written.
#[derive(Debug, Clone)]
pub struct Record(Arc<Written>);

#[derive(Debug)]
struct Written {
    json: Utf8Bytes,
    /// The records in the encoding that is not JSON, each by itself. There is one such encoding.
    other: OnceLock<Vec<Wire>>,
}

impl Record {
    /// Wraps whole JSON records, each with its separator. What is no message reaches no client of another encoding.
    pub fn from_json(records: String) -> Self {
        Self(Arc::new(Written {
            json: records.into(),
            other: OnceLock::new(),
        }))
    }

    /// A call of the client method `target` without an answer; `arguments` is a JSON array.
    pub fn call(target: &str, arguments: &str) -> Self {
        let mut text = String::with_capacity(arguments.len() + target.len() + 48);
        let invocation = Message::Invocation {
            headers: None,
            invocation_id: None,
            target: target.into(),
            arguments: Payload::from_json(arguments),
            stream_ids: Vec::new(),
        };
        json::encode(&invocation, &mut text);
        Self::from_json(text)
    }

    /// The records as JSON.
    pub fn as_str(&self) -> &str {
        self.0.json.as_str()
    }

    /// For one client, together.
    pub(super) fn wire(&self, encoding: Encoding) -> Wire {
        if encoding == Encoding::Json {
            return Wire::Text(self.0.json.clone());
        }
        let empty = || Wire::Binary(Bytes::new());
        match self.other(encoding) {
            [one] => one.clone(),
            several => Wire::joined(several.to_vec()).unwrap_or_else(empty),
        }
    }

    /// For one client, one by one.
    pub(super) fn wires(&self, encoding: Encoding) -> Vec<Wire> {
        if encoding != Encoding::Json {
            return self.other(encoding).to_vec();
        }
        let mut records = self.as_str().split_inclusive(char::from(SEPARATOR));
        match (records.next(), records.next()) {
            (Some(_), None) => vec![self.wire(encoding)],
            _ => self
                .as_str()
                .split_inclusive(char::from(SEPARATOR))
                .map(|record| Wire::Text(record.into()))
                .collect(),
        }
    }

    fn other(&self, encoding: Encoding) -> &[Wire] {
        self.0.other.get_or_init(|| {
            self.as_str()
                .split_terminator(char::from(SEPARATOR))
                .filter_map(|record| json::decode(record.as_bytes()).ok())
                .map(|message| Wire::new(&message, encoding))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Wire {
        Wire::Text(text.into())
    }

    #[test]
    fn a_record_is_written_once_and_lent_to_everybody() {
        let record = Record::call("m", "[1]");
        assert_eq!(
            record.as_str(),
            "{\"type\":1,\"target\":\"m\",\"arguments\":[1]}\u{1e}"
        );
        let (Wire::Text(one), Wire::Text(other)) =
            (record.wire(Encoding::Json), record.clone().wire(Encoding::Json))
        else {
            panic!("not text");
        };
        assert_eq!(one.as_str().as_ptr(), other.as_str().as_ptr());
        assert_eq!(record.wires(Encoding::Json), [text(record.as_str())]);
    }

    #[test]
    fn several_records_can_be_taken_apart_and_joined() {
        let record = Record::from_json("{\"type\":6}\u{1e}{\"type\":7}\u{1e}".to_owned());
        let parts = record.wires(Encoding::Json);
        assert_eq!(parts, [text("{\"type\":6}\u{1e}"), text("{\"type\":7}\u{1e}")]);
        assert_eq!(Wire::joined(parts), Some(record.wire(Encoding::Json)));
        assert_eq!(Wire::joined(Vec::new()), None);
    }

    #[test]
    fn other_encodings_are_made_from_the_json_records_one_by_one() {
        let record = Record::from_json("{\"type\":6}\u{1e}nonsense\u{1e}{\"type\":7}\u{1e}".to_owned());
        let expected = [
            Wire::new(&Message::Ping, Encoding::Json),
            Wire::new(
                &Message::Close {
                    error: None,
                    allow_reconnect: false,
                },
                Encoding::Json,
            ),
        ];
        assert_eq!(record.other(Encoding::Json), expected);
    }
}
