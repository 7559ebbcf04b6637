//! Streams in both directions, as a program holds them.
//!
//! Lives here: the items of a stream from the server, and the sending end of one to the server.
//! May not be here: the machine; everything goes through the client's task.
//! Dropping either ends its stream and tells the server.
//! Items that are not taken wait in a bounded buffer; when it is full the stream is cancelled, not the connection.

use super::client::{Command, Commands};
use crate::connection::{CallId, Error, StreamId};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many items of a stream may wait to be taken.
pub(super) const ITEMS: usize = 1_024;

/// The items of a stream from the server.
#[derive(Debug)]
pub struct Items {
    pub(super) call: CallId,
    pub(super) queue: mpsc::Receiver<Value>,
    pub(super) ended: Option<oneshot::Receiver<Result<Value, Error>>>,
    pub(super) commands: Commands,
}

impl Items {
    /// The next item; `None` at the stream's end. An error ends the stream, after the items before it. Nothing is lost
    /// when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Value, Error>> {
        if let Some(item) = self.queue.recv().await {
            return Some(Ok(item));
        }
        let outcome = self.ended.as_mut()?.await;
        self.ended = None;
        match outcome.unwrap_or(Err(Error::Stopped)) {
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        if self.ended.is_some() {
            let _ = self.commands.send(Command::Cancel { call: self.call });
        }
    }
}

/// The sending end of a stream to the server.
#[derive(Debug)]
pub struct Upload {
    pub(super) stream: StreamId,
    pub(super) open: bool,
    pub(super) commands: Commands,
    pub(super) next_call: CallNumbers,
}

/// Numbers for calls.
pub(super) type CallNumbers = std::sync::Arc<std::sync::atomic::AtomicU64>;

impl Upload {
    /// Sends an item; returns when it was handed to the socket.
    pub async fn send(&self, item: &Value) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        let call = CallId(self.next_call.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let command = Command::Item {
            call,
            stream: self.stream,
            item: item.to_string(),
            patience: Duration::from_secs(30),
            answer,
        };
        self.commands.send(command).map_err(|_| Error::NotConnected)?;
        answered.await.unwrap_or(Err(Error::Stopped)).map(|_| ())
    }

    /// There are no more items.
    pub fn finish(mut self) {
        self.end(None);
    }

    /// The items come to an end because of a failure.
    pub fn fail(mut self, error: &str) {
        self.end(Some(error.to_owned()));
    }

    fn end(&mut self, error: Option<String>) {
        if std::mem::take(&mut self.open) {
            let stream = self.stream;
            let _ = self.commands.send(Command::EndStream { stream, error });
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.end(Some("The sender was dropped before the stream's end.".to_owned()));
    }
}
