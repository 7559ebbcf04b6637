//! How a call by a client ends.
//!
//! Lives here: its result, the ways in which it can fail, and the Completion that says either.
//! May not be here: how calls arrive and in which order they are carried out.
//! Results are JSON, whatever the client's encoding.
//! The error texts are the reference server's, because the stock clients show them to people.

use super::verdict::explained;
use switchhook::protocol::{Message, Outcome, Payload};

/// The value a call answers with, as JSON; `None` for a method without a result.
pub type Reply = Option<String>;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No method of this name.
    #[error("Method does not exist.")]
    UnknownMethod,
    /// The method gives a stream, and a single result was asked for.
    #[error("The method streams.")]
    Streaming,
    /// The method gives a single result, and a stream was asked for.
    #[error("The method does not stream.")]
    NotStreaming,
    /// The arguments are not those of the method; what is wrong with them.
    #[error("{0}")]
    Arguments(String),
    /// The client sends another number of streams than the method takes.
    #[error("Client sent {sent} stream(s), Hub method expects {expected}.")]
    Uploads {
        /// How many it sends.
        sent: usize,
        /// How many the method takes.
        expected: usize,
    },
    /// The method refuses, in words meant for the caller.
    #[error("{0}")]
    Refused(String),
    /// Something inside failed; the words go to the caller only where details are allowed.
    #[error("{0}")]
    Internal(String),
    /// The caller cancelled the call.
    #[error("The call was canceled by the client.")]
    Canceled,
}

impl CallError {
    /// The Completion that ends the call `id` of `method`.
    pub(crate) fn completion<'a>(
        reply: &'a Result<Reply, Self>,
        id: &'a str,
        method: &str,
        streaming: bool,
        detailed: bool,
    ) -> Message<'a> {
        let outcome = match reply {
            Ok(Some(value)) => Outcome::Result(Payload::from_json(value)),
            Ok(None) => Outcome::Void,
            Err(error) => Outcome::Error(error.text(method, streaming, detailed).into()),
        };
        Message::Completion {
            headers: None,
            invocation_id: id.into(),
            outcome,
        }
    }

    /// The words for a call of `method`, and whether that was to give a stream.
    fn text(&self, method: &str, streaming: bool, detailed: bool) -> String {
        let binding = || format!("Failed to invoke '{method}' due to an error on the server.");
        let invoking = || format!("An unexpected error occurred invoking '{method}' on the server.");
        let failed = || {
            if streaming {
                "An error occurred on the server while streaming results.".to_owned()
            } else {
                invoking()
            }
        };
        match self {
            // A HubException's words are always told, whatever the setting for details.
            Self::UnknownMethod => format!("{} HubException: {self}", binding()),
            Self::Uploads { .. } => format!("{} HubException: {self}", invoking()),
            Self::Refused(text) => format!("{} HubException: {text}", failed()),
            Self::Streaming => format!(
                "The client attempted to invoke the streaming '{method}' method with a non-streaming invocation."
            ),
            Self::NotStreaming => format!(
                "The client attempted to invoke the non-streaming '{method}' method with a streaming invocation."
            ),
            Self::Arguments(text) => explained(&binding(), "InvalidDataException", text, detailed),
            Self::Internal(text) => explained(&failed(), "Exception", text, detailed),
            Self::Canceled => explained(
                &invoking(),
                "OperationCanceledException",
                &self.to_string(),
                detailed,
            ),
        }
    }
}
