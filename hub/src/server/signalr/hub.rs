//! What an application must provide to be served.
//!
//! Lives here: the [`Hub`] trait, what a call brings, and how it is answered.
//! May not be here: how calls arrive and in which order they are carried out.
//! Payloads are JSON to an application, whatever the client's encoding.
//! In which ways a call can fail, and in which words, is said with all conversations (`conversation`).

use super::client::Client;
use super::limits::Limits;
use super::upload::Upload;
use crate::conversation::{CallError, Reply};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use switchhook::protocol::{Message, Payload};

/// What a client calls.
#[derive(Debug)]
pub struct Call<'a> {
    /// The method's name as the client writes it; compare without regard to case.
    pub method: &'a str,
    /// A JSON array, or what the client's encoding has for it.
    pub arguments: Payload<'a>,
    /// The streams that the client sends along, in the order of their parameters.
    pub uploads: Vec<Upload>,
}

/// A call that has still to be answered.
#[derive(Debug)]
pub(super) struct Pending {
    client: Client,
    invocation_id: Option<String>,
    method: String,
    streaming: bool,
    detailed_errors: bool,
    /// Held while something is said, so that nothing follows the last word.
    over: Mutex<bool>,
}

impl Pending {
    pub(super) fn new(
        client: &Client,
        invocation_id: Option<&str>,
        method: &str,
        streaming: bool,
        limits: &Limits,
    ) -> Arc<Self> {
        Arc::new(Self {
            client: client.clone(),
            invocation_id: invocation_id.map(str::to_owned),
            method: method.to_owned(),
            streaming,
            detailed_errors: limits.detailed_errors,
            over: Mutex::new(false),
        })
    }

    pub(super) fn invocation_id(&self) -> Option<&str> {
        self.invocation_id.as_deref()
    }

    pub(super) fn is_stream(&self) -> bool {
        self.streaming
    }

    /// Says how the call ended, the first time. A call without an id is never answered, not even when it fails
    /// (case E15).
    pub(super) fn complete(&self, reply: &Result<Reply, CallError>) {
        let mut over = self.lock();
        if std::mem::replace(&mut *over, true) {
            return;
        }
        let Some(id) = &self.invocation_id else { return };
        let completion = CallError::completion(reply, id, &self.method, self.streaming, self.detailed_errors);
        self.client.outbox().push_message(&completion);
    }

    /// Nobody waits for ever: a call that was forgotten has failed.
    pub(super) fn forget(&self) {
        let forgotten = "The call was not answered. Try again.".to_owned();
        self.complete(&Err(CallError::Internal(forgotten)));
    }

    /// The client wants no more: a stream just ends, a call has failed.
    pub(super) fn cancel(&self) {
        if self.streaming {
            self.complete(&Ok(None));
        } else {
            self.complete(&Err(CallError::Canceled));
        }
    }

    /// The client is going and expects nothing any more.
    pub(super) fn drop_silently(&self) {
        *self.lock() = true;
    }

    fn item(&self, item: &str) -> bool {
        let over = self.lock();
        if let (false, Some(id)) = (*over, &self.invocation_id) {
            self.client.outbox().push_message(&Message::StreamItem {
                headers: None,
                invocation_id: id.into(),
                item: Payload::from_json(item),
            });
            return true;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to one call, to be given exactly once and before the method ends.
///
/// What is pushed to the client before it is given arrives before it, what is pushed afterwards after it.
#[derive(Debug)]
pub struct Answer(pub(super) Arc<Pending>);

impl Answer {
    /// Answers.
    pub fn give(self, reply: &Result<Reply, CallError>) {
        self.0.complete(reply);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.forget();
    }
}

/// Where a streaming method puts its results.
#[derive(Debug)]
pub struct Items(pub(super) Arc<Pending>);

impl Items {
    /// Sends an item, JSON, when less than one batch waits for the client; `false` once nobody wants more.
    pub async fn send(&self, item: &str) -> bool {
        self.0.client.outbox().has_room().await && self.0.item(item)
    }
}

/// An application behind a SignalR endpoint.
///
/// Plain calls of one client are carried out in its order, as many at a time as the limits say; streams, and calls
/// with uploads, at once and beside them. Each runs as a task of its own. It is dropped when the client cancels it,
/// a stream also when the client goes.
pub trait Hub: Send + Sync + 'static {
    /// A client has completed its handshake; what is pushed to it from now on is delivered. Its calls wait until
    /// this has ended.
    fn connected(&self, client: &Client) -> impl Future<Output = ()> + Send;

    /// A client calls a method.
    ///
    /// The client's next call comes when this one's future has ended, and an answer that was not given by then is
    /// an error.
    fn invoke(&self, client: &Client, call: Call<'_>, answer: Answer) -> impl Future<Output = ()> + Send;

    /// A client calls a method for a stream of results, which go into `items`; the stream ends with the future.
    fn stream(
        &self,
        client: &Client,
        call: Call<'_>,
        items: Items,
    ) -> impl Future<Output = Result<(), CallError>> + Send {
        let _ = (client, call, items);
        std::future::ready(Err(CallError::NotStreaming))
    }

    /// A client that was connected has gone for good, for whatever reason. Its calls have ended.
    fn disconnected(&self, client: &Client) -> impl Future<Output = ()> + Send;
}
