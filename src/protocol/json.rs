//! The JSON encoding of the hub protocol's messages.
//!
//! Lives here: one record (without its separator) to one message, and a message to one record with it.
//! May not be here: framing, which precedes it, and any knowledge of the payload beyond its being JSON.
//! Property order is free, unknown properties are ignored, unknown types are reported as such (J20–J23).
//! Fields are located once and borrowed; nothing is copied but strings that contain escapes.

use super::message::{DecodeError, Message, Outcome, Payload};
use super::reader::{Reader, Text};
use super::scan;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The properties of a record, each as its JSON text.
#[derive(Default)]
struct Fields<'a> {
    headers: Option<&'a str>,
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
                "headers" => fields.headers = given,
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
    let json = std::str::from_utf8(record).map_err(|error| not_json(&error.to_string()))?;
    if let Some((target, arguments)) = scan::plain_invocation(json) {
        return Ok(Message::Invocation {
            headers: None,
            invocation_id: None,
            target: Cow::Borrowed(target),
            arguments: Payload::from_json(arguments),
            stream_ids: Vec::new(),
        });
    }
    scan::check(json).map_err(|at| not_json(&format!("It ends or goes wrong at byte {at}.")))?;
    let fields = Fields::read(json).ok_or_else(|| not_json("It is no object."))?;
    let kind = fields
        .kind
        .and_then(|raw| raw.parse::<i64>().ok())
        .ok_or(DecodeError::NoType)?;
    let headers = headers(fields.headers)?;
    match kind {
        1 => {
            let message = "Invocation";
            Ok(Message::Invocation {
                headers,
                invocation_id: optional_text(fields.invocation_id, message, "invocationId")?,
                target: text(fields.target, message, "target")?,
                arguments: arguments(fields.arguments, message)?,
                stream_ids: texts(fields.stream_ids, message)?,
            })
        }
        2 => {
            let message = "StreamItem";
            Ok(Message::StreamItem {
                headers,
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
                headers,
                invocation_id,
                outcome,
            })
        }
        4 => {
            let message = "StreamInvocation";
            Ok(Message::StreamInvocation {
                headers,
                invocation_id: text(fields.invocation_id, message, "invocationId")?,
                target: text(fields.target, message, "target")?,
                arguments: arguments(fields.arguments, message)?,
                stream_ids: texts(fields.stream_ids, message)?,
            })
        }
        5 => Ok(Message::CancelInvocation {
            headers,
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

fn not_json(detail: &str) -> DecodeError {
    DecodeError::Malformed(["Error reading JSON. ", detail].concat())
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
        let text = reader.value().as_text().filter(|text| !text.is_empty());
        texts.push(text.ok_or(invalid(message, "streamIds"))?.cow());
    }
    Ok(texts)
}

/// Headers are texts; the reference server's words for one that is not (case J29).
fn headers(raw: Option<&str>) -> Result<Option<Payload<'_>>, DecodeError> {
    let Some(raw) = raw else { return Ok(None) };
    let mut reader = Reader::new(raw);
    if !reader.enter_object() {
        return Err(DecodeError::Malformed("Invalid headers.".to_owned()));
    }
    while let Some(key) = reader.key() {
        if reader.value().as_text().is_none() {
            let text = format!("Expected header '{}' to be of type String.", key.name);
            return Err(DecodeError::Malformed(text));
        }
    }
    Ok(Some(Payload::from_json(raw)))
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
        .ok_or(DecodeError::InvalidSequenceId { message })
}

/// Appends `message` to `out` as one record, separator included.
pub fn encode(message: &Message<'_>, out: &mut String) {
    match message {
        Message::Invocation {
            headers,
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => {
            begin(1, *headers, invocation_id.as_deref(), out);
            call(target, *arguments, stream_ids, out);
        }
        Message::StreamInvocation {
            headers,
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => {
            begin(4, *headers, Some(invocation_id), out);
            call(target, *arguments, stream_ids, out);
        }
        Message::StreamItem {
            headers,
            invocation_id,
            item,
        } => {
            begin(2, *headers, Some(invocation_id), out);
            property("item", &item.json(), out);
        }
        Message::Completion {
            headers,
            invocation_id,
            outcome,
        } => {
            begin(3, *headers, Some(invocation_id), out);
            match outcome {
                Outcome::Void => {}
                Outcome::Result(value) => property("result", &value.json(), out),
                Outcome::Error(text) => text_property("error", text, out),
            }
        }
        Message::CancelInvocation {
            headers,
            invocation_id,
        } => begin(5, *headers, Some(invocation_id), out),
        Message::Ping => begin(6, None, None, out),
        Message::Close {
            error,
            allow_reconnect,
        } => {
            begin(7, None, None, out);
            if let Some(text) = error {
                text_property("error", text, out);
            }
            if *allow_reconnect {
                property("allowReconnect", "true", out);
            }
        }
        Message::Ack { sequence_id } => {
            begin(8, None, None, out);
            property("sequenceId", &sequence_id.to_string(), out);
        }
        Message::Sequence { sequence_id } => {
            begin(9, None, None, out);
            property("sequenceId", &sequence_id.to_string(), out);
        }
    }
    out.push_str("}\u{1e}");
}

fn begin(kind: u8, headers: Option<Payload<'_>>, invocation_id: Option<&str>, out: &mut String) {
    out.push_str("{\"type\":");
    out.push(char::from(b'0' + kind));
    if let Some(headers) = headers {
        property("headers", &headers.json(), out);
    }
    if let Some(id) = invocation_id {
        text_property("invocationId", id, out);
    }
}

fn property(name: &str, json: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(json);
}

fn text_property(name: &str, text: &str, out: &mut String) {
    property(name, "", out);
    quoted(text, out);
}

fn call(target: &str, arguments: Payload<'_>, stream_ids: &[Cow<'_, str>], out: &mut String) {
    text_property("target", target, out);
    property("arguments", &arguments.json(), out);
    // A stock client leaves them out when there are none (case W01).
    if !stream_ids.is_empty() {
        property("streamIds", "[", out);
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
    let mut rest = text;
    // Most texts have nothing to escape and go in one piece.
    while let Some((plain, special)) = rest.split_at_checked(scan::until_special(rest.as_bytes())) {
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
        }
        rest = characters.as_str();
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
    fn messages_round_trip() {
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

    /// Different: whatever is not null beside an error is a contradiction, also where the official client finds it falsy.
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
    fn j10_an_invocations_id_is_a_text_that_is_not_empty() {
        for json in [
            r#"{"type":1,"invocationId":1,"target":"t","arguments":[]}"#,
            r#"{"type":1,"invocationId":"","target":"t","arguments":[]}"#,
            r#"{"type":1,"target":"t","arguments":{}}"#,
        ] {
            let Err(DecodeError::Invalid { message, .. }) = decode(json.as_bytes()) else {
                panic!("{json} must be invalid");
            };
            assert_eq!(message, "Invocation", "{json}");
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
                matches!(decode(text.as_bytes()), Err(DecodeError::Malformed(_))),
                "{text}"
            );
        }
        assert!(matches!(
            decode(b"{\"type\":6,\"x\":\"\xff\"}"),
            Err(DecodeError::Malformed(_))
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
                matches!(decode(record.as_bytes()), Err(DecodeError::Malformed(_))),
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
        assert!(decode(nested(63).as_bytes()).is_ok());
        assert!(decode(nested(64).as_bytes()).is_err());
    }

    #[test]
    fn j22_j23_order_is_free_and_unknown_properties_are_ignored() {
        let message = decode(br#"{"x":{"y":[1]},"arguments":["a"],"target":"m","type":1}"#);
        assert_eq!(
            message,
            Ok(Message::Invocation {
                headers: None,
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
