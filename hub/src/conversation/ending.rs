//! How the hub closes a conversation.
//!
//! Lives here: why, and whether the client may come back by itself.
//! May not be here: when; that is the carrier's, or the application's.
//! A client that broke the protocol must not come back and do the same again.
//! Where no details are allowed the cause is left out, and the words before it stay.

use super::verdict::explained;
use std::time::Duration;
use switchhook::protocol::Message;

const FAILED: &str = "Connection closed with an error.";

/// How a connection is closed by the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Why, when it is a fault.
    pub error: Option<String>,
    /// Whether the client may connect again by itself.
    pub allow_reconnect: bool,
}

impl Ending {
    /// The ending for a client that broke the protocol.
    pub(crate) fn faulty(cause: &str, detailed: bool) -> Self {
        Self {
            error: Some(explained(FAILED, "InvalidDataException", cause, detailed)),
            allow_reconnect: false,
        }
    }

    /// The ending for a client that was not heard in time; it may come back.
    pub(crate) fn silent(timeout: Duration, detailed: bool) -> Self {
        let cause = format!(
            "Client hasn't sent a message/ping within the configured ClientTimeoutInterval of {} s.",
            timeout.as_secs_f32()
        );
        Self {
            error: Some(explained(FAILED, "OperationCanceledException", &cause, detailed)),
            allow_reconnect: true,
        }
    }

    /// The Close message that says so.
    pub(crate) fn message(&self) -> Message<'_> {
        Message::Close {
            error: self.error.as_deref().map(Into::into),
            allow_reconnect: self.allow_reconnect,
        }
    }
}
