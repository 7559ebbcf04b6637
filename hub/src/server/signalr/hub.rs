//! What an application must provide to be served.
//!
//! Lives here: the [`Hub`] trait, the answer to a call and the ways in which a call can fail.
//! May not be here: how calls arrive and how answers leave.
//! Calls of one client come one after the other, in its order; calls of different clients at the same time.
//! The error texts are the reference server's, because the stock clients show them to people.

use super::client::Client;
use super::limits::Limits;
use std::future::Future;
use switchhook::protocol::Payload;

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
    pub(super) fn completion(&self, method: &str, limits: &Limits) -> String {
        let binding = format!("Failed to invoke '{method}' due to an error on the server.");
        let failed = format!("An unexpected error occurred invoking '{method}' on the server.");
        match self {
            // A HubException's words are always told, whatever the setting for details.
            Self::UnknownMethod => format!("{binding} HubException: {self}"),
            Self::Refused(text) => format!("{failed} HubException: {text}"),
            Self::Arguments(text) => limits.explained(&binding, "InvalidDataException", text),
            Self::Internal(text) => limits.explained(&failed, "Exception", text),
        }
    }
}

/// An application behind a SignalR endpoint.
pub trait Hub: Send + Sync + 'static {
    /// A client has completed its handshake; what is pushed to it from now on is delivered.
    fn connected(&self, client: &Client) -> impl Future<Output = ()> + Send;

    /// A client calls `method` (compare without regard to case) with `arguments`, a JSON array.
    fn invoke(
        &self,
        client: &Client,
        method: &str,
        arguments: Payload<'_>,
    ) -> impl Future<Output = Result<Reply, CallError>> + Send;

    /// A client that was connected has gone, for whatever reason.
    fn disconnected(&self, client: &Client) -> impl Future<Output = ()> + Send;
}
