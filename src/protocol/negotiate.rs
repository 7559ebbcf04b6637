//! The negotiate answer: what a server says before a socket is opened.
//!
//! Lives here: reading the answer's JSON (versions 0 and 1, redirects, errors) and writing one.
//! May not be here: the HTTP request itself and what to do with the answer.
//! Version 0 has no connection token; the connection id serves for both (case N08).
//! Source: TransportProtocols.md of ASP.NET Core SignalR.

use super::encoding::Encoding;
use super::reader::{Reader, Value};
use serde::Serialize;

/// A transport that the server offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transport {
    /// `WebSockets`, `ServerSentEvents` or `LongPolling`.
    pub transport: String,
    /// `Text` and/or `Binary`.
    pub transfer_formats: Vec<String>,
}

/// Formats of a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Formats {
    /// Text messages.
    pub text: bool,
    /// Binary messages.
    pub binary: bool,
}

impl Formats {
    /// Whether messages of this encoding can be sent.
    pub fn suit(self, encoding: Encoding) -> bool {
        if encoding.is_text() {
            self.text
        } else {
            self.binary
        }
    }
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Connect with this token.
    Connect {
        /// Goes into the socket's address as `id`; a secret.
        token: String,
        /// Names the connection to people and logs.
        connection_id: String,
        /// The formats in which the server offers WebSockets.
        web_sockets: Formats,
        /// The server agreed to stateful reconnect.
        stateful_reconnect: bool,
        /// Seconds until the access token expires, where the server says so (.NET 11).
        token_lifetime_seconds: Option<u64>,
    },
    /// Negotiate again elsewhere.
    Redirect {
        /// The new hub address.
        url: String,
        /// Replaces the access token for this connect.
        access_token: Option<String>,
    },
    /// The server refuses, in its own words.
    Refused(String),
}

/// An answer that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiateError {
    /// Not JSON, or fields are missing.
    #[error("the answer is not a SignalR negotiate answer ({0})")]
    Malformed(String),
    /// The server speaks the older ASP.NET SignalR.
    #[error(
        "Detected a connection attempt to an ASP.NET SignalR Server. This client only supports connecting to an ASP.NET Core SignalR Server."
    )]
    LegacyServer,
}

/// Reads a negotiate answer's body.
pub fn read(body: &[u8]) -> Result<Answer, NegotiateError> {
    let malformed = |why: &str| NegotiateError::Malformed(why.to_owned());
    let text = std::str::from_utf8(body).map_err(|_| malformed("not UTF-8"))?;
    let mut reader = Reader::new(text);
    if !reader.enter_object() {
        return Err(malformed("no JSON object"));
    }
    let (mut connection_id, mut connection_token, mut error) = (None, None, None);
    let (mut url, mut access_token, mut lifetime) = (None, None, None);
    let (mut has_tokens, mut is_legacy, mut stateful_reconnect) = (false, false, false);
    let mut web_sockets = Formats::default();
    while let Some(key) = reader.key() {
        let value = reader.value();
        let text = value.as_text().map(|text| text.cow().into_owned());
        match &*key.name {
            "negotiateVersion" => has_tokens = !matches!(value, Value::Number("0") | Value::Null),
            "connectionId" => connection_id = text,
            "connectionToken" => connection_token = text,
            "availableTransports" => web_sockets = offers_web_sockets(value),
            "url" => url = text,
            "accessToken" => access_token = text,
            "error" => error = text,
            "ProtocolVersion" => is_legacy = value != Value::Null,
            "useStatefulReconnect" => stateful_reconnect = value == Value::Bool(true),
            "tokenLifetimeSeconds" => lifetime = value.written().parse().ok(),
            _ => {}
        }
    }
    if reader.is_broken() {
        return Err(malformed("no complete JSON"));
    }
    if let Some(text) = error {
        return Ok(Answer::Refused(text));
    }
    if is_legacy {
        return Err(NegotiateError::LegacyServer);
    }
    if let Some(url) = url {
        return Ok(Answer::Redirect { url, access_token });
    }
    let connection_id = connection_id.ok_or_else(|| malformed("no connectionId"))?;
    let token = if has_tokens {
        connection_token.ok_or_else(|| malformed("no connectionToken"))?
    } else {
        connection_id.clone()
    };
    Ok(Answer::Connect {
        token,
        connection_id,
        web_sockets,
        stateful_reconnect,
        token_lifetime_seconds: lifetime,
    })
}

/// The formats of WebSockets among the transports that a server offers.
fn offers_web_sockets(transports: Value<'_>) -> Formats {
    let is = |value: Value<'_>, word: &str| value.as_text().is_some_and(|text| text.cow() == word);
    let mut offered = Formats::default();
    each_item(transports, |transport| {
        let Value::Object(json) = transport else { return };
        let (mut is_web_sockets, mut formats) = (false, Formats::default());
        let mut reader = Reader::new(json);
        reader.enter_object();
        while let Some(key) = reader.key() {
            let value = reader.value();
            match &*key.name {
                "transport" => is_web_sockets = is(value, "WebSockets"),
                "transferFormats" => each_item(value, |format| {
                    formats.text |= is(format, "Text");
                    formats.binary |= is(format, "Binary");
                }),
                _ => {}
            }
        }
        if is_web_sockets {
            offered.text |= formats.text;
            offered.binary |= formats.binary;
        }
    });
    offered
}

/// Reads how long a refreshed access token is good for, seconds; `None` when the server does not say.
pub fn read_refreshed(body: &[u8]) -> Option<u64> {
    let mut reader = Reader::new(std::str::from_utf8(body).ok()?);
    if reader.enter_object() {
        while let Some(key) = reader.key() {
            let value = reader.value();
            if key.name == "tokenLifetimeSeconds" {
                return value.written().parse().ok();
            }
        }
    }
    None
}

/// Hands each item of a list to `each`; of anything else, nothing.
fn each_item<'a>(list: Value<'a>, mut each: impl FnMut(Value<'a>)) {
    let Value::Array(json) = list else { return };
    let mut reader = Reader::new(json);
    reader.enter_array();
    while reader.item() {
        each(reader.value());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n08_version_0_uses_the_connection_id_for_both() {
        let answer = read(
            br#"{"connectionId":"a","connectionToken":"b","availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#,
        );
        assert!(
            matches!(answer, Ok(Answer::Connect { token, web_sockets: Formats { text: true, .. }, .. }) if token == "a")
        );
    }

    #[test]
    fn the_formats_of_web_sockets_are_told_apart() {
        for (formats, text, binary) in [
            (r#"["Text","Binary"]"#, true, true),
            (r#"["Binary"]"#, false, true),
            (r#"["Text"]"#, true, false),
            ("[]", false, false),
            ("null", false, false),
        ] {
            let body = format!(
                r#"{{"connectionId":"a","availableTransports":[{{"transport":"LongPolling","transferFormats":["Text","Binary"]}},{{"transport":"WebSockets","transferFormats":{formats}}}]}}"#
            );
            let Ok(Answer::Connect { web_sockets, .. }) = read(body.as_bytes()) else {
                panic!("{body}");
            };
            assert_eq!(web_sockets, Formats { text, binary }, "{formats}");
        }
    }

    #[test]
    fn n09_an_error_is_a_refusal() {
        assert_eq!(
            read(br#"{"error":"Negotiate error."}"#),
            Ok(Answer::Refused("Negotiate error.".to_owned()))
        );
    }

    #[test]
    fn n12_a_legacy_server_is_recognised() {
        assert_eq!(
            read(br#"{"ProtocolVersion":"1.5","Url":"/x"}"#),
            Err(NegotiateError::LegacyServer)
        );
    }

    #[test]
    fn n14_a_redirect_brings_its_own_token() {
        assert_eq!(
            read(br#"{"url":"https://h/x","accessToken":"t"}"#),
            Ok(Answer::Redirect {
                url: "https://h/x".to_owned(),
                access_token: Some("t".to_owned())
            })
        );
    }

    #[test]
    fn what_is_no_answer_is_an_error_and_never_a_panic() {
        for body in [
            "",
            "<html>",
            "null",
            "{}",
            r#"{"negotiateVersion":1,"connectionId":"a"}"#,
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
