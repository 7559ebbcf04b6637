//! The verdicts on what a client sends: its handshake, and each record after that.
//!
//! Lives here: what is agreed on, which records are read, which are none of a server's business, which end it all.
//! May not be here: what a message brings about.
//! A record of a later protocol is passed over; one that is no message ends the conversation, in words.
//! Source: the reference server; the cases are named where they are decided.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use switchhook::protocol::{DecodeError, Encoding, Message, Oversize, handshake};

/// What is said of a handshake that did not come, or not whole.
pub(crate) const CANCELED: &str = "Handshake was canceled.";

/// The oldest version of the protocol with stateful reconnect, which is also the newest.
pub(crate) const STATEFUL_VERSION: i64 = 2;

/// What a client's first record has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) encoding: Encoding,
    pub(crate) version: i64,
}

/// What the handshake `record` settles, or the words with which it is refused.
pub(crate) fn hands_shaken(record: &[u8], detailed: bool) -> Result<Agreed, String> {
    let request = handshake::read_request(record).map_err(|error| {
        explained(
            "An unexpected error occurred during connection handshake.",
            "InvalidDataException",
            &no_object(Encoding::Json, record).unwrap_or_else(|| error.to_string()),
            detailed,
        )
    })?;
    let (protocol, version) = (&request.protocol, request.version);
    let Some(encoding) = Encoding::from_name(protocol) else {
        return Err(format!("The protocol '{protocol}' is not supported."));
    };
    if !(0..=STATEFUL_VERSION).contains(&version) {
        let name = encoding.name();
        return Err(format!(
            "The server does not support version {version} of the '{name}' protocol."
        ));
    }
    Ok(Agreed { encoding, version })
}

/// The message of a record; `None` for one of a later protocol. A record that is no message gives the words for it.
pub(crate) fn message(encoding: Encoding, record: &[u8]) -> Result<Option<Message<'_>>, String> {
    let message = match encoding.decode(record) {
        Ok(message) => message,
        Err(DecodeError::UnknownType(_)) => return Ok(None),
        Err(error) => return Err(no_object(encoding, record).unwrap_or_else(|| error.to_string())),
    };
    if let Message::Invocation { arguments, .. } = &message
        && encoding == Encoding::Json
        && arguments.json() == "[]"
        && !has_arguments(record)
    {
        return Err("Missing required property 'arguments'.".to_owned());
    }
    Ok(Some(message))
}

/// The words for a record that is too long.
pub(crate) fn oversize(Oversize { limit }: Oversize) -> String {
    format!(
        "The maximum message size of {limit}B was exceeded. The message size can be configured in AddHubOptions."
    )
}

/// `text`, with the cause appended in the reference server's manner where details are allowed.
pub(crate) fn explained(text: &str, kind: &str, cause: &str, detailed: bool) -> String {
    if detailed {
        format!("{text} {kind}: {cause}")
    } else {
        text.to_owned()
    }
}

/// The reference server's words for JSON that is no object (case J28).
fn no_object(encoding: Encoding, record: &[u8]) -> Option<String> {
    let value = (encoding == Encoding::Json).then(|| serde_json::from_slice(record))?;
    let kind = match value.ok()? {
        Value::Null => "Null",
        Value::Bool(false) => "False",
        Value::Bool(true) => "True",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => return None,
    };
    Some(format!(
        "Unexpected JSON Token Type '{kind}'. Expected a JSON Object."
    ))
}

/// The reader takes absent arguments for an empty array; the reference server does not (case J25).
fn has_arguments(record: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Arguments {
        arguments: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Arguments>(record).is_ok_and(|found| found.arguments.is_some())
}
