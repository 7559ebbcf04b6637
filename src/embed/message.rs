//! Messages as they come: the envelope, and what is none.
//!
//! Lives here: the bounds, reading `{ccd, type, data, id}`, and the id that an answer repeats.
//! May not be here: what a type means, and what its data must be.
//! A text is looked at throughout before anything in it is believed.

use super::write::Object;
use crate::protocol::reader::{self, Reader, Value};
use std::borrow::Cow;

/// The longest message, in bytes of JSON.
pub const LONGEST: usize = 64 * 1024;
/// How deep objects and lists may stand in each other.
pub const DEEPEST: u32 = 16;
/// The longest id that is a text, in characters.
const LONGEST_ID: usize = 64;
/// The greatest id that is a number: all up to it are whole in JavaScript.
const GREATEST_ID: u64 = (1 << 53) - 1;

/// What came, as the browser could write it down.
#[derive(Debug, Clone, Copy)]
pub enum Said<'a> {
    /// JSON.
    Json(&'a str),
    /// More JSON than is read; the id in it as JSON, where it has one.
    TooLarge(Option<&'a str>),
    /// Something that JSON does not have.
    Unspeakable,
}

/// Names a request for its answer: JSON of a number or a text, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id(Box<str>);

impl Id {
    fn of(value: Value<'_>, json: &str) -> Option<Self> {
        let is_one = match value {
            Value::Number(raw) => {
                let number: Option<u64> = raw.parse().ok();
                number.is_some_and(|number| (1..=GREATEST_ID).contains(&number))
            }
            Value::Text(text) => {
                let length = text.cow().chars().count();
                (1..=LONGEST_ID).contains(&length)
            }
            _ => false,
        };
        is_one.then(|| Self(json.into()))
    }

    /// Adds the member that says which request is answered.
    pub(super) fn written(&self, object: Object) -> Object {
        object.raw("re", &self.0)
    }
}

/// A message.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) id: Option<Id>,
    pub(super) data: Members<'a>,
    /// The message itself: the handshake's has its data beside its type.
    pub(super) whole: Members<'a>,
}

/// Why something is no message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoMessage {
    /// It is over a bound; the id that it has all the same.
    TooLarge(Option<Id>),
    Malformed,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(said: Said<'a>) -> Result<Self, NoMessage> {
        let json = match said {
            Said::Json(json) => json,
            Said::TooLarge(id) => return Err(NoMessage::TooLarge(id.and_then(id_of))),
            Said::Unspeakable => return Err(NoMessage::Malformed),
        };
        if json.len() > LONGEST || depth(json) > DEEPEST {
            let id = Members(json).get("id").is_some().then(|| Members(json).raw("id"));
            return Err(NoMessage::TooLarge(id.flatten().and_then(id_of)));
        }
        let Ok(Value::Object(json)) = reader::document(json.as_bytes(), DEEPEST) else {
            return Err(NoMessage::Malformed);
        };
        let whole = Members(json);
        let id = match whole.get("id") {
            None => None,
            Some(value) => {
                let id = whole.raw("id").and_then(|raw| Id::of(value, raw));
                Some(id.ok_or(NoMessage::Malformed)?)
            }
        };
        let data = match whole.get("data") {
            None => Members("{}"),
            Some(Value::Object(json)) => Members(json),
            Some(_) => return Err(NoMessage::Malformed),
        };
        let kind = whole.text("type").ok_or(NoMessage::Malformed)?;
        if whole.get("ccd") != Some(Value::Number("1")) {
            return Err(NoMessage::Malformed);
        }
        Ok(Self {
            kind,
            id,
            data,
            whole,
        })
    }
}

fn id_of(json: &str) -> Option<Id> {
    let value = reader::document(json.as_bytes(), DEEPEST).ok()?;
    Id::of(value, json)
}

/// How deep objects and lists stand in each other.
fn depth(json: &str) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The members of an object, as it is written; a few are looked up in a few lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'a>(&'a str);

impl<'a> Members<'a> {
    fn find<T>(self, key: &str, mut read: impl FnMut(&mut Reader<'a>) -> T) -> Option<T> {
        let mut reader = Reader::new(self.0);
        let mut found = None;
        if reader.enter_object() {
            while let Some(name) = reader.key() {
                if name.name == key {
                    found = Some(read(&mut reader));
                } else {
                    reader.skip();
                }
            }
        }
        found
    }

    /// The value of `key`; `None` when it is absent or null.
    pub(super) fn get(self, key: &str) -> Option<Value<'a>> {
        let value = self.find(key, Reader::value);
        value.filter(|value| *value != Value::Null)
    }

    /// The value of `key` as it is written.
    fn raw(self, key: &str) -> Option<&'a str> {
        self.find(key, Reader::raw)
    }

    pub(super) fn text(self, key: &str) -> Option<Cow<'a, str>> {
        match self.get(key)? {
            Value::Text(text) => Some(text.cow()),
            _ => None,
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Envelope<'_>, NoMessage> {
        Envelope::read(Said::Json(json))
    }

    #[test]
    fn a_message_has_its_type_its_data_and_its_id() {
        let message = read(r#"{"ccd":1,"type":"dial","id":7,"data":{"number":"+358 9"},"more":[]}"#).unwrap();
        assert_eq!(message.kind, "dial");
        assert_eq!(message.data.text("number").as_deref(), Some("+358 9"));
        let answer = message.id.unwrap().written(Object::new()).done();
        assert_eq!(answer, r#"{"re":7}"#);
        let message = read(r#"{"ccd":1,"type":"x","id":"\u00e4\"b"}"#).unwrap();
        assert_eq!(
            message.id.unwrap().written(Object::new()).done(),
            r#"{"re":"\u00e4\"b"}"#
        );
        assert!(message.data.get("number").is_none());
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        let long = format!(r#"{{"ccd":1,"type":"x","id":"{}"}}"#, "i".repeat(65));
        for json in [
            "",
            "null",
            "[]",
            "7",
            r#""hello""#,
            "{}",
            r#"{"ccd":1}"#,
            r#"{"type":"x"}"#,
            r#"{"ccd":2,"type":"x"}"#,
            r#"{"ccd":"1","type":"x"}"#,
            r#"{"ccd":1,"type":7}"#,
            r#"{"ccd":1,"type":"x","id":0}"#,
            r#"{"ccd":1,"type":"x","id":-1}"#,
            r#"{"ccd":1,"type":"x","id":1.5}"#,
            r#"{"ccd":1,"type":"x","id":9007199254740992}"#,
            r#"{"ccd":1,"type":"x","id":""}"#,
            r#"{"ccd":1,"type":"x","id":{}}"#,
            r#"{"ccd":1,"type":"x","data":[]}"#,
            r#"{"ccd":1,"type":"x""#,
            r#"{"ccd":1,"type":"x"}}"#,
            &long,
        ] {
            assert_eq!(read(json).unwrap_err(), NoMessage::Malformed, "{json}");
        }
        assert!(matches!(
            Envelope::read(Said::Unspeakable),
            Err(NoMessage::Malformed)
        ));
    }

    #[test]
    fn what_is_over_a_bound_keeps_its_id() {
        let padded = |length: usize| {
            let head = r#"{"ccd":1,"type":"x","id":7,"data":{"number":""#;
            format!("{head}{}\"}}}}", "9".repeat(length - head.len() - 3))
        };
        assert_eq!(padded(LONGEST).len(), LONGEST);
        assert!(read(&padded(LONGEST)).is_ok());
        let nested = |levels: usize| {
            let (open, close) = ("[".repeat(levels - 2), "]".repeat(levels - 2));
            format!(r#"{{"ccd":1,"type":"x","id":7,"data":{{"x":{open}{close}}}}}"#)
        };
        assert!(read(&nested(16)).is_ok());
        for json in [padded(LONGEST + 1), nested(17), nested(30_000)] {
            assert_eq!(read(&json).unwrap_err(), NoMessage::TooLarge(id_of("7")));
        }
        assert_eq!(id_of("7").unwrap(), Id("7".into()));
        let too_large = |id| Envelope::read(Said::TooLarge(id)).unwrap_err();
        assert_eq!(too_large(Some("\"a\"")), NoMessage::TooLarge(id_of("\"a\"")));
        for id in [None, Some("{}"), Some("0"), Some("")] {
            assert_eq!(too_large(id), NoMessage::TooLarge(None));
        }
    }

    #[test]
    fn brackets_in_texts_are_not_depth() {
        let texts = format!(
            r#"{{"ccd":1,"type":"x","data":{{"x":"\"{}\\"}}}}"#,
            "[{".repeat(40)
        );
        assert!(read(&texts).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_panics(text in any::<String>(), cut in 0..80_usize) {
            let _ = read(&text);
            let whole = r#"{"ccd":1,"type":"callAction","id":"ä7","data":{"action":"hold","callId":"\u00"}}"#;
            if let Some(part) = whole.get(..cut) {
                let _ = read(part);
            }
        }
    }
}
