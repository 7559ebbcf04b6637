//! What an application must provide to be served.
//!
//! Lives here: the [`Hub`] trait, the answer to a call and the ways in which a call can fail.
//! May not be here: how calls arrive and how answers leave.
//! Calls of one client come one after the other, in its order; calls of different clients at the same time.
//! The error texts are the reference server's, because the stock clients show them to people.

use super::client::Client;
use super::limits::{Limits, explained};
use std::future::Future;
use switchhook::protocol::message::Outcome;
use switchhook::protocol::{Message, Payload, json};

/// The value a call answers with, as JSON; `None` for a method without a result.
pub type Reply = Option<String>;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No method of this name.
    #[error("Method does not exist.")]
    UnknownMethod,
    /// The arguments are not those of the method; what is wrong with them.
    #[error("{0}")]
    Arguments(String),
    /// The method refuses, in words meant for the caller.
    #[error("{0}")]
    Refused(String),
    /// Something inside failed; the words go to the caller only where details are allowed.
    #[error("{0}")]
    Internal(String),
}

impl CallError {
    /// The text of the error Completion for a call of `method`.
    pub(super) fn completion(&self, method: &str, detailed: bool) -> String {
        let binding = format!("Failed to invoke '{method}' due to an error on the server.");
        let failed = format!("An unexpected error occurred invoking '{method}' on the server.");
        match self {
            // A HubException's words are always told, whatever the setting for details.
            Self::UnknownMethod => format!("{binding} HubException: {self}"),
            Self::Refused(text) => format!("{failed} HubException: {text}"),
            Self::Arguments(text) => explained(&binding, "InvalidDataException", text, detailed),
            Self::Internal(text) => explained(&failed, "Exception", text, detailed),
        }
    }
}

/// The answer to one call, to be given exactly once.
///
/// What is pushed to the client before it is given arrives before it, what is pushed afterwards after it.
#[derive(Debug)]
pub struct Answer {
    client: Client,
    invocation_id: Option<String>,
    method: String,
    detailed_errors: bool,
}

impl Answer {
    pub(super) fn new(client: &Client, invocation_id: Option<&str>, method: &str, limits: &Limits) -> Self {
        Self {
            client: client.clone(),
            invocation_id: invocation_id.map(str::to_owned),
            method: method.to_owned(),
            detailed_errors: limits.detailed_errors,
        }
    }

    /// Answers. A call without an id is never answered, not even when it fails (case E15).
    pub fn give(mut self, reply: &Result<Reply, CallError>) {
        self.complete(reply);
    }

    fn complete(&mut self, reply: &Result<Reply, CallError>) {
        let Some(id) = self.invocation_id.take() else {
            return;
        };
        let outcome = match reply {
            Ok(Some(value)) => Outcome::Result(Payload::from_json(value)),
            Ok(None) => Outcome::Void,
            Err(error) => Outcome::Error(error.completion(&self.method, self.detailed_errors).into()),
        };
        let mut text = String::new();
        let completion = Message::Completion {
            headers: None,
            invocation_id: id.into(),
            outcome,
        };
        json::encode(&completion, &mut text);
        self.client.push(text.into());
    }
}

impl Drop for Answer {
    /// Nobody waits for ever: a call that was forgotten has failed.
    fn drop(&mut self) {
        let forgotten = "The call was not answered. Try again.".to_owned();
        self.complete(&Err(CallError::Internal(forgotten)));
    }
}

/// An application behind a SignalR endpoint.
pub trait Hub: Send + Sync + 'static {
    /// A client has completed its handshake; what is pushed to it from now on is delivered.
    fn connected(&self, client: &Client) -> impl Future<Output = ()> + Send;

    /// A client calls `method` (compare without regard to case) with `arguments`, a JSON array.
    ///
    /// The client's next call comes when this one's future has ended; the answer may be given at any time.
    fn invoke(
        &self,
        client: &Client,
        method: &str,
        arguments: Payload<'_>,
        answer: Answer,
    ) -> impl Future<Output = ()> + Send;

    /// A client that was connected has gone, for whatever reason.
    fn disconnected(&self, client: &Client) -> impl Future<Output = ()> + Send;
}
