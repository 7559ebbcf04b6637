//! The negotiate answer: what a server says before a socket is opened.
//!
//! Lives here: reading the answer's JSON (versions 0 and 1, redirects, errors) and writing one.
//! May not be here: the HTTP request itself and what to do with the answer.
//! Version 0 has no connection token; the connection id serves for both (case N08).
//! Source: TransportProtocols.md of ASP.NET Core SignalR.

use serde::{Deserialize, Serialize};

/// A transport that the server offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transport {
    /// `WebSockets`, `ServerSentEvents` or `LongPolling`.
    pub transport: String,
    /// `Text` and/or `Binary`.
    #[serde(default)]
    pub transfer_formats: Vec<String>,
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
        /// Whether the server offers WebSockets in text format.
        web_sockets: bool,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    negotiate_version: u32,
    connection_id: Option<String>,
    connection_token: Option<String>,
    #[serde(default)]
    available_transports: Vec<Transport>,
    url: Option<String>,
    access_token: Option<String>,
    error: Option<String>,
    #[serde(rename = "ProtocolVersion")]
    protocol_version: Option<serde_json::Value>,
    #[serde(default)]
    use_stateful_reconnect: bool,
    token_lifetime_seconds: Option<u64>,
}

/// Reads a negotiate answer's body.
pub fn read(body: &[u8]) -> Result<Answer, NegotiateError> {
    let wire: Wire =
        serde_json::from_slice(body).map_err(|error| NegotiateError::Malformed(error.to_string()))?;
    if let Some(text) = wire.error {
        return Ok(Answer::Refused(text));
    }
    if wire.protocol_version.is_some() {
        return Err(NegotiateError::LegacyServer);
    }
    if let Some(url) = wire.url {
        return Ok(Answer::Redirect {
            url,
            access_token: wire.access_token,
        });
    }
    let missing = |name: &str| NegotiateError::Malformed(format!("no {name}"));
    let connection_id = wire.connection_id.ok_or_else(|| missing("connectionId"))?;
    let token = if wire.negotiate_version == 0 {
        connection_id.clone()
    } else {
        wire.connection_token.ok_or_else(|| missing("connectionToken"))?
    };
    let web_sockets = wire.available_transports.iter().any(|offer| {
        offer.transport == "WebSockets" && offer.transfer_formats.iter().any(|form| form == "Text")
    });
    Ok(Answer::Connect {
        token,
        connection_id,
        web_sockets,
        stateful_reconnect: wire.use_stateful_reconnect,
        token_lifetime_seconds: wire.token_lifetime_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n08_version_0_uses_the_connection_id_for_both() {
        let answer = read(
            br#"{"connectionId":"a","connectionToken":"b","availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#,
        );
        assert!(matches!(answer, Ok(Answer::Connect { token, web_sockets: true, .. }) if token == "a"));
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
