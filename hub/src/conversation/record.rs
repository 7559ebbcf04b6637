//! Records, written once for any number of clients of any encoding.
//!
//! Lives here: [`Record`], which an application makes once for everybody.
//! May not be here: queues, and what of it goes onto one client's way.
//! An application speaks JSON. What another encoding needs is made from it when the first client of that
//! encoding is told, once for all of them, and never if there is none.

use std::sync::{Arc, OnceLock};
use switchhook::protocol::{Encoding, Frame, Message, Payload, SEPARATOR, json};

/// One record or several for any number of clients. Cheap to clone: all clones share what was written.
#[derive(Debug, Clone)]
pub struct Record(Arc<Written>);

#[derive(Debug)]
struct Written {
    json: String,
    /// The records in the encoding that is not JSON, each by itself. There is one such encoding.
    other: OnceLock<Vec<Arc<[u8]>>>,
}

impl Record {
    /// Wraps whole JSON records, each with its separator. What is no message reaches no client of another encoding.
    pub fn from_json(records: String) -> Self {
        Self(Arc::new(Written {
            json: records,
            other: OnceLock::new(),
        }))
    }

    /// One message.
    pub fn message(message: &Message<'_>) -> Self {
        let mut text = String::with_capacity(96);
        json::encode(message, &mut text);
        Self::from_json(text)
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
        &self.0.json
    }

    /// The records in an encoding that is not JSON, one by one.
    pub fn encoded(&self, encoding: Encoding) -> &[Arc<[u8]>] {
        self.0.other.get_or_init(|| {
            self.as_str()
                .split_terminator(char::from(SEPARATOR))
                .filter_map(|record| json::decode(record.as_bytes()).ok())
                .map(|message| match encoding.encode(&message) {
                    Frame::Text(text) => text.into_bytes().into(),
                    Frame::Binary(bytes) => bytes.into(),
                })
                .collect()
        })
    }
}

impl AsRef<[u8]> for Record {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_written_once_and_lent_to_everybody() {
        let record = Record::call("m", "[1]");
        let text = "{\"type\":1,\"target\":\"m\",\"arguments\":[1]}\u{1e}";
        assert_eq!(record.as_str(), text);
        assert_eq!(record.as_str().as_ptr(), record.clone().as_str().as_ptr());
    }

    #[test]
    fn other_encodings_are_made_from_the_json_records_one_by_one() {
        let record = Record::from_json("{\"type\":6}\u{1e}nonsense\u{1e}{\"type\":7}\u{1e}".to_owned());
        let close = Message::Close {
            error: None,
            allow_reconnect: false,
        };
        let expected: Vec<Frame> = [Message::Ping, close]
            .iter()
            .map(|message| Encoding::MessagePack.encode(message))
            .collect();
        let made = record.encoded(Encoding::MessagePack).iter();
        assert_eq!(
            made.map(|bytes| Frame::Binary(bytes.to_vec()))
                .collect::<Vec<_>>(),
            expected
        );
    }
}
