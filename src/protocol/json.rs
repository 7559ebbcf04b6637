//! The JSON encoding of the hub protocol's messages.
//!
//! Lives here: one record (without its separator) to one message, and a message to one record with it.
//! May not be here: framing, which precedes it, and any knowledge of the payload beyond its being JSON.
//! Property order is free, unknown properties are ignored, unknown types are reported as such (J20–J23).
//! Fields are located once and borrowed; nothing is copied but strings that contain escapes.

use super::message::{Message, Outcome, Payload};
use super::reader::{Reader, Text};
use super::scan;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A record that is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not UTF-8, not JSON, or not a JSON object.
    #[error("Error reading JSON. {0}")]
    NotJson(String),
    /// No numeric `type`.
    #[error("Invalid payload.")]
    NoType,
    /// A type that this version does not know; by the protocol it is to be ignored.
    #[error("Unknown message type {0}.")]
    UnknownType(i64),
    /// A property is missing or of the wrong type.
    #[error("Invalid payload for {message} message: {detail}")]
    Invalid {
        /// The message's name.
        message: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
}

/// The properties of a record, each as its JSON text.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<&'a str>,
    target: Option<&'a str>,
    arguments: Option<&'a str>,
    invocation_id: Option<&'a str>,
    stream_ids: Option<&'a str>,
    item: Option<&'a str>,
    result: Option<&'a str>,
    error: Option<&'a str>,
    allow_reconnect: Option<&'a str>,
    sequence_id: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Finds them in a text that is JSON; `None` when it is no object.
    fn read(json: &'a str) -> Option<Self> {
        let mut fields = Self::default();
        let mut reader = Reader::new(json);
        if !reader.enter_object() {
            return None;
        }
        while let Some(key) = reader.key() {
            let raw = reader.raw();
            // A payload may be null: `"result":null` delivers null, an absent result delivers nothing (J05).
            let given = Some(raw).filter(|raw| *raw != "null");
            match &*key.name {
                "type" => fields.kind = given,
                "target" => fields.target = given,
                "arguments" => fields.arguments = Some(raw),
                "invocationId" => fields.invocation_id = given,
                "streamIds" => fields.stream_ids = given,
                "item" => fields.item = Some(raw),
                "result" => fields.result = Some(raw),
                "error" => fields.error = given,
                "allowReconnect" => fields.allow_reconnect = given,
                "sequenceId" => fields.sequence_id = given,
                _ => {}
            }
        }
        Some(fields)
    }
}

/// Reads one record.
pub fn decode(record: &[u8]) -> Result<Message<'_>, DecodeError> {
    let json = std::str::from_utf8(record).map_err(|error| DecodeError::NotJson(error.to_string()))?;
    if let Some((target, arguments)) = scan::plain_invocation(json) {
        return Ok(Message::Invocation {
            invocation_id: None,
            target: Cow::Borrowed(target),
            arguments: Payload::from_json(arguments),
            stream_ids: Vec::new(),
        });
    }
    scan::check(json).map_err(|at| DecodeError::NotJson(format!("It ends or goes wrong at byte {at}.")))?;
    let fields = Fields::read(json).ok_or_else(|| DecodeError::NotJson("It is no object.".to_owned()))?;
    let kind = fields
        .kind
        .and_then(|raw| raw.parse::<i64>().ok())
        .ok_or(DecodeError::NoType)?;
    match kind {
        1 => {
            let message = "Invocation";
            Ok(Message::Invocation {
                invocation_id: optional_text(fields.invocation_id, message, "invocationId")?,
                target: text(fields.target, message, "target")?,
                arguments: arguments(fields.arguments, message)?,
                stream_ids: texts(fields.stream_ids, message)?,
            })
        }
        2 => {
            let message = "StreamItem";
            Ok(Message::StreamItem {
                invocation_id: text(fields.invocation_id, message, "invocationId")?,
                item: fields
                    .item
                    .map(Payload::from_json)
                    .ok_or(invalid(message, "item"))?,
            })
        }
        3 => {
            let message = "Completion";
            let invocation_id = text(fields.invocation_id, message, "invocationId")?;
            let outcome = match (fields.error, fields.result) {
                (None, None) => Outcome::Void,
                (None, Some(raw)) => Outcome::Result(Payload::from_json(raw)),
                // An error beside a null result is an error (J04); beside any other it is a contradiction (J16).
                (Some(error), result) if result.is_none_or(|raw| raw == "null") => {
                    let error = plain_text(error).ok_or(invalid(message, "error"))?;
                    Outcome::Error(error)
                }
                _ => return Err(invalid(message, "error and result are mutually exclusive")),
            };
            Ok(Message::Completion {
                invocation_id,
                outcome,
            })
        }
        4 => {
            let message = "StreamInvocation";
            Ok(Message::StreamInvocation {
                invocation_id: text(fields.invocation_id, message, "invocationId")?,
                target: text(fields.target, message, "target")?,
                arguments: arguments(fields.arguments, message)?,
                stream_ids: texts(fields.stream_ids, message)?,
            })
        }
        5 => Ok(Message::CancelInvocation {
            invocation_id: text(fields.invocation_id, "CancelInvocation", "invocationId")?,
        }),
        6 => Ok(Message::Ping),
        7 => Ok(Message::Close {
            error: match fields.error {
                None => None,
                Some(raw) => Some(plain_text(raw).ok_or(invalid("Close", "error"))?),
            },
            allow_reconnect: fields.allow_reconnect.is_some_and(|raw| raw == "true"),
        }),
        8 => Ok(Message::Ack {
            sequence_id: number(fields.sequence_id, "Ack")?,
        }),
        9 => Ok(Message::Sequence {
            sequence_id: number(fields.sequence_id, "Sequence")?,
        }),
        other => Err(DecodeError::UnknownType(other)),
    }
}

fn invalid(message: &'static str, detail: &'static str) -> DecodeError {
    DecodeError::Invalid { message, detail }
}

/// A JSON string, borrowed unless it contains escapes.
fn plain_text(raw: &str) -> Option<Cow<'_, str>> {
    let text = Reader::new(raw).value().as_text();
    text.map(Text::cow)
}

fn text<'a>(
    raw: Option<&'a str>,
    message: &'static str,
    name: &'static str,
) -> Result<Cow<'a, str>, DecodeError> {
    raw.and_then(plain_text)
        .filter(|text| !text.is_empty())
        .ok_or(invalid(message, name))
}

fn optional_text<'a>(
    raw: Option<&'a str>,
    message: &'static str,
    name: &'static str,
) -> Result<Option<Cow<'a, str>>, DecodeError> {
    match raw {
        None => Ok(None),
        some => text(some, message, name).map(Some),
    }
}

fn texts<'a>(raw: Option<&'a str>, message: &'static str) -> Result<Vec<Cow<'a, str>>, DecodeError> {
    let mut texts = Vec::new();
    let Some(raw) = raw else { return Ok(texts) };
    let mut reader = Reader::new(raw);
    if !reader.enter_array() {
        return Err(invalid(message, "streamIds"));
    }
    while reader.item() {
        let text = reader.value().as_text();
        texts.push(text.ok_or(invalid(message, "streamIds"))?.cow());
    }
    Ok(texts)
}

/// Absent arguments are an empty array: the official client tolerates them (J25), a server that must not
/// checks for itself.
fn arguments<'a>(raw: Option<&'a str>, message: &'static str) -> Result<Payload<'a>, DecodeError> {
    match raw {
        None => Ok(Payload::from_json("[]")),
        Some(raw) if raw.starts_with('[') => Ok(Payload::from_json(raw)),
        Some(_) => Err(invalid(message, "arguments")),
    }
}

fn number(raw: Option<&str>, message: &'static str) -> Result<u64, DecodeError> {
    raw.and_then(|raw| raw.parse().ok())
        .ok_or(invalid(message, "sequenceId"))
}

/// Appends `message` to `out` as one record, separator included.
pub fn encode(message: &Message<'_>, out: &mut String) {
    match message {
        Message::Invocation {
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => call(1, invocation_id.as_deref(), target, *arguments, stream_ids, out),
        Message::StreamInvocation {
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => call(4, Some(invocation_id), target, *arguments, stream_ids, out),
        Message::StreamItem { invocation_id, item } => {
            out.push_str("{\"type\":2,\"invocationId\":");
            quoted(invocation_id, out);
            out.push_str(",\"item\":");
            out.push_str(item.json());
        }
        Message::Completion {
            invocation_id,
            outcome,
        } => {
            out.push_str("{\"type\":3,\"invocationId\":");
            quoted(invocation_id, out);
            match outcome {
                Outcome::Void => {}
                Outcome::Result(value) => {
                    out.push_str(",\"result\":");
                    out.push_str(value.json());
                }
                Outcome::Error(text) => {
                    out.push_str(",\"error\":");
                    quoted(text, out);
                }
            }
        }
        Message::CancelInvocation { invocation_id } => {
            out.push_str("{\"type\":5,\"invocationId\":");
            quoted(invocation_id, out);
        }
        Message::Ping => out.push_str("{\"type\":6"),
        Message::Close {
            error,
            allow_reconnect,
        } => {
            out.push_str("{\"type\":7");
            if let Some(text) = error {
                out.push_str(",\"error\":");
                quoted(text, out);
            }
            if *allow_reconnect {
                out.push_str(",\"allowReconnect\":true");
            }
        }
        Message::Ack { sequence_id } => sequence(8, *sequence_id, out),
        Message::Sequence { sequence_id } => sequence(9, *sequence_id, out),
    }
    out.push_str("}\u{1e}");
}

fn sequence(kind: u8, sequence_id: u64, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{{\"type\":{kind},\"sequenceId\":{sequence_id}");
}

fn call(
    kind: u8,
    invocation_id: Option<&str>,
    target: &str,
    arguments: Payload<'_>,
    stream_ids: &[Cow<'_, str>],
    out: &mut String,
) {
    let _ = write!(out, "{{\"type\":{kind}");
    if let Some(id) = invocation_id {
        out.push_str(",\"invocationId\":");
        quoted(id, out);
    }
    out.push_str(",\"target\":");
    quoted(target, out);
    out.push_str(",\"arguments\":");
    out.push_str(arguments.json());
    if !stream_ids.is_empty() {
        out.push_str(",\"streamIds\":[");
        for (index, id) in stream_ids.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            quoted(id, out);
        }
        out.push(']');
    }
}

/// Appends `text` as a JSON string.
pub fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(json: &str) {
        let message = decode(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
        let mut written = String::new();
        encode(&message, &mut written);
        assert_eq!(written, format!("{json}\u{1e}"));
    }

    #[test]
    fn j01_to_j05_messages_round_trip() {
        for json in [
            r#"{"type":1,"target":"t","arguments":[42,true,"test",["x1","y2"],null]}"#,
            r#"{"type":1,"invocationId":"123","target":"t","arguments":[],"streamIds":["0","1"]}"#,
            r#"{"type":2,"invocationId":"1","item":null}"#,
            r#"{"type":3,"invocationId":"1"}"#,
            r#"{"type":3,"invocationId":"1","result":null}"#,
            r#"{"type":3,"invocationId":"1","result":{"a":[1,2]}}"#,
            r#"{"type":3,"invocationId":"1","error":"Err \"x\" ה"}"#,
            r#"{"type":4,"invocationId":"1","target":"t","arguments":[1]}"#,
            r#"{"type":5,"invocationId":"1"}"#,
            r#"{"type":6}"#,
            r#"{"type":7}"#,
            r#"{"type":7,"error":"bye","allowReconnect":true}"#,
            r#"{"type":8,"sequenceId":42}"#,
            r#"{"type":9,"sequenceId":18446744073709551615}"#,
        ] {
            round_trip(json);
        }
    }

    #[test]
    fn j04_j16_an_error_beside_a_result() {
        let outcome = |json: &str| decode(json.as_bytes()).map(|_| ());
        assert!(outcome(r#"{"type":3,"invocationId":"1","error":"Err","result":null}"#).is_ok());
        for result in ["0", "false", "\"\"", "1"] {
            let json = format!(r#"{{"type":3,"invocationId":"1","error":"e","result":{result}}}"#);
            assert!(outcome(&json).is_err(), "{json}");
        }
    }

    #[test]
    fn j10_to_j15_wrong_types_name_the_message() {
        for (json, name) in [
            (
                r#"{"type":1,"invocationId":1,"target":"t","arguments":[]}"#,
                "Invocation",
            ),
            (
                r#"{"type":1,"invocationId":"","target":"t","arguments":[]}"#,
                "Invocation",
            ),
            (r#"{"type":1,"target":1,"arguments":[]}"#, "Invocation"),
            (r#"{"type":1,"arguments":[]}"#, "Invocation"),
            (r#"{"type":1,"target":"t","arguments":{}}"#, "Invocation"),
            (r#"{"type":2,"item":1}"#, "StreamItem"),
            (r#"{"type":2,"invocationId":2,"item":1}"#, "StreamItem"),
            (r#"{"type":3}"#, "Completion"),
            (r#"{"type":3,"invocationId":1}"#, "Completion"),
            (r#"{"type":3,"invocationId":"1","error":21}"#, "Completion"),
            (r#"{"type":8,"sequenceId":"1"}"#, "Ack"),
            (r#"{"type":9}"#, "Sequence"),
        ] {
            let Err(DecodeError::Invalid { message, .. }) = decode(json.as_bytes()) else {
                panic!("{json} must be invalid");
            };
            assert_eq!(message, name, "{json}");
        }
    }

    #[test]
    fn j20_an_unknown_type_is_told_apart_from_a_broken_record() {
        assert_eq!(decode(br#"{"type":99}"#), Err(DecodeError::UnknownType(99)));
        for json in [r#"{"type":"1"}"#, "{}", r#"{"target":"x"}"#] {
            assert_eq!(decode(json.as_bytes()), Err(DecodeError::NoType), "{json}");
        }
        for text in ["", "null", "\"x\"", "[[}]", "{\"type\":6", "\u{7f}"] {
            assert!(
                matches!(decode(text.as_bytes()), Err(DecodeError::NotJson(_))),
                "{text}"
            );
        }
        assert!(matches!(
            decode(b"{\"type\":6,\"x\":\"\xff\"}"),
            Err(DecodeError::NotJson(_))
        ));
    }

    #[test]
    fn what_is_not_json_is_refused_with_the_place_of_the_fault() {
        for record in [
            "",
            "{",
            "[[}]",
            r#"{"type":6} x"#,
            r#"{"type":6,}"#,
            "{'type':6}",
            "null",
            "\u{1}",
        ] {
            assert!(
                matches!(decode(record.as_bytes()), Err(DecodeError::NotJson(_))),
                "{record}"
            );
        }
        let place = decode(br#"{"type":6,}"#).map_err(|error| error.to_string());
        assert_eq!(
            place,
            Err("Error reading JSON. It ends or goes wrong at byte 10.".to_owned())
        );
        // As deep as .NET writes, and no deeper.
        let nested = |depth| {
            format!(
                r#"{{"type":2,"invocationId":"1","item":{}{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            )
        };
        assert!(decode(nested(62).as_bytes()).is_ok());
        assert!(decode(nested(64).as_bytes()).is_err());
    }

    #[test]
    fn j22_j23_order_is_free_and_unknown_properties_are_ignored() {
        let message = decode(br#"{"x":{"y":[1]},"arguments":["a"],"target":"m","type":1}"#);
        assert_eq!(
            message,
            Ok(Message::Invocation {
                invocation_id: None,
                target: "m".into(),
                arguments: Payload::from_json(r#"["a"]"#),
                stream_ids: Vec::new(),
            })
        );
    }

    #[test]
    fn j35_escapes_and_other_scripts_survive() {
        let message = decode(r#"{"type":1,"target":"\u002Bשלום","arguments":[]}"#.as_bytes());
        let Ok(Message::Invocation { target, .. }) = message else {
            panic!("{message:?}");
        };
        assert_eq!(target, "+שלום");
    }
}
