//! The handshake: the first record in each direction, always JSON.
//!
//! Lives here: writing and reading the request (client to server) and the response (server to client).
//! May not be here: when it is sent and how long it may take; that is the connection's.
//! Unknown properties are ignored (case H14); a response that carries a `type` is some other message (H12).
//! The error texts are those of the reference server, because clients show them.

use super::json;
use super::reader::{Reader, Value};
use std::borrow::Cow;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Protocol name, `json` or `messagepack`; compared without regard to case.
    pub protocol: Cow<'a, str>,
    /// Protocol version: 1, or 2 when stateful reconnect was negotiated.
    pub version: i64,
}

/// A handshake record that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The server answered with an error; its text.
    #[error("Server returned handshake error: {0}")]
    Refused(String),
    /// Some other message came where the response was due; with its error text when it was a close.
    #[error("Expected a handshake response from the server{}", .0.as_ref().map(|text| format!(", but it closed the connection: {text}")).unwrap_or_default())]
    NotAResponse(Option<String>),
    /// The record is not a JSON object, or a property is missing or of the wrong type.
    #[error("{0}")]
    Malformed(String),
}

/// The request as a record, separator included.
pub fn write_request(protocol: &str, version: u8) -> String {
    format!("{{\"protocol\":\"{protocol}\",\"version\":{version}}}\u{1e}")
}

/// The response as a record, separator included: `{}` when `error` is `None`.
pub fn write_response(error: Option<&str>) -> String {
    match error {
        None => "{}\u{1e}".to_owned(),
        Some(text) => {
            let mut record = "{\"error\":".to_owned();
            json::quoted(text, &mut record);
            record + "}\u{1e}"
        }
    }
}

/// Reads a client's request (server side).
pub fn read_request(record: &[u8]) -> Result<Request<'static>, HandshakeError> {
    let [protocol, version] = fields(record, ["protocol", "version"])?;
    let missing = |name: &str| {
        let text = String::from_utf8_lossy(record);
        HandshakeError::Malformed(format!(
            "Missing required property '{name}'. Message content: {text}"
        ))
    };
    let mistyped = |name: &str, kind: &str| {
        HandshakeError::Malformed(format!("Expected '{name}' to be of type {kind}."))
    };
    let protocol = protocol
        .ok_or_else(|| missing("protocol"))?
        .as_text()
        .ok_or_else(|| mistyped("protocol", "String"))?;
    let version = match version.ok_or_else(|| missing("version"))? {
        Value::Number(raw) => raw.parse().ok(),
        _ => None,
    };
    Ok(Request {
        protocol: Cow::Owned(protocol.cow().into_owned()),
        version: version.ok_or_else(|| mistyped("version", "Number"))?,
    })
}

/// Reads a server's response (client side).
pub fn read_response(record: &[u8]) -> Result<(), HandshakeError> {
    let [kind, error] = fields(record, ["type", "error"])?;
    if kind.is_some() {
        let text = error.and_then(Value::as_text);
        return Err(HandshakeError::NotAResponse(
            text.map(|text| text.cow().into_owned()),
        ));
    }
    match error {
        None | Some(Value::Null) => Ok(()),
        Some(value) => Err(HandshakeError::Refused(value.written().into_owned())),
    }
}

/// The named properties of the object with which the record begins. Of two objects before one separator the
/// first counts (case S04).
fn fields<'a, const N: usize>(
    record: &'a [u8],
    names: [&str; N],
) -> Result<[Option<Value<'a>>; N], HandshakeError> {
    let mut found = [None; N];
    // What is not UTF-8 is no object either.
    let mut reader = Reader::new(std::str::from_utf8(record).unwrap_or_default());
    let is_object = reader.enter_object();
    while is_object && let Some(key) = reader.key() {
        let value = reader.value();
        for (name, place) in names.iter().zip(&mut found) {
            if key.name == *name {
                *place = Some(value);
            }
        }
    }
    if is_object && !reader.is_broken() {
        Ok(found)
    } else {
        Err(HandshakeError::Malformed(
            "The handshake is not a JSON object.".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h14_unknown_properties_of_a_response_are_ignored() {
        assert_eq!(read_response(br#"{"unknown":null}"#), Ok(()));
        assert_eq!(read_response(b"{}"), Ok(()));
    }

    #[test]
    fn h08_an_error_is_a_refusal_with_the_servers_text() {
        assert_eq!(
            read_response(br#"{"error":"Error!"}"#),
            Err(HandshakeError::Refused("Error!".to_owned()))
        );
    }

    #[test]
    fn h12_a_close_in_place_of_the_response_shows_its_text() {
        assert_eq!(
            read_response(br#"{"type":7,"error":"too busy"}"#),
            Err(HandshakeError::NotAResponse(Some("too busy".to_owned())))
        );
    }

    #[test]
    fn h17_a_response_that_is_no_object_is_malformed() {
        for text in ["42", "\"42\"", "null", "[]", "", "{"] {
            assert!(
                matches!(read_response(text.as_bytes()), Err(HandshakeError::Malformed(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn s03_escaped_keys_and_values_are_decoded() {
        let request = read_request(br#"{"\u0070rotoco\u006c":"\u0064ummy","version":1}"#);
        assert_eq!(
            request,
            Ok(Request {
                protocol: "dummy".into(),
                version: 1
            })
        );
    }

    #[test]
    fn s04_the_first_of_two_objects_counts() {
        let record = br#"{"protocol":"a","version":1}{"protocol":"b","version":2}"#;
        assert_eq!(
            read_request(record).map(|request| request.protocol),
            Ok("a".into())
        );
    }

    #[test]
    fn s07_s08_what_is_missing_or_wrong_is_named() {
        let text = |record: &str| match read_request(record.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(request) => format!("{request:?}"),
        };
        assert_eq!(
            text("{}"),
            "Missing required property 'protocol'. Message content: {}"
        );
        assert_eq!(
            text(r#"{"protocol":"json","version":"1"}"#),
            "Expected 'version' to be of type Number."
        );
        assert_eq!(
            text(r#"{"protocol":null,"version":1}"#),
            "Expected 'protocol' to be of type String."
        );
    }

    #[test]
    fn s14_a_good_response_is_exactly_an_empty_object() {
        assert_eq!(write_response(None), "{}\u{1e}");
        assert_eq!(
            write_response(Some("no \"x\"")),
            "{\"error\":\"no \\\"x\\\"\"}\u{1e}"
        );
    }
}
