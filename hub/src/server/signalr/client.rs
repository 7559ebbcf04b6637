//! A connected client as the application sees it.
//!
//! Lives here: who it is, and ways to tell it something or to end it.
//! May not be here: its socket.
//! Cheap to clone; all clones are the same client.
//! A client that has gone accepts everything and delivers nothing, so nobody has to check first.

use super::limits::Limits;
use super::outbox::{Ending, Outbox, Record};
use std::sync::Arc;
use switchhook::protocol::{Message, Payload, json};

/// Names a client among all that this process has served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub(super) u64);

/// One connected client.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: ClientId,
    connection_id: String,
    user: String,
    outbox: Outbox,
}

impl Client {
    pub(super) fn new(id: ClientId, connection_id: String, user: String, limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            id,
            connection_id,
            user,
            outbox: Outbox::new(limits),
        }))
    }

    /// Names it within this process.
    pub fn id(&self) -> ClientId {
        self.0.id
    }

    /// Names it to people; the client was told the same.
    pub fn connection_id(&self) -> &str {
        &self.0.connection_id
    }

    /// Who it is, as its token says.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Queues an encoded record. A client for whom too much waits is closed.
    pub fn push(&self, record: Record) {
        self.0.outbox.push(record);
    }

    /// Queues one WebSocket message, whole records, when there is room; `false` once the client is closing.
    pub async fn send(&self, message: Record) -> bool {
        self.0.outbox.send(message).await
    }

    /// Closes the client after what waits for it has been delivered.
    pub fn close(&self, ending: Ending) {
        self.0.outbox.end(ending);
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }
}

/// A call of the client method `target` without an answer, encoded; `arguments` is a JSON array.
pub(crate) fn call(target: &str, arguments: &str) -> Record {
    let mut text = String::with_capacity(arguments.len() + target.len() + 48);
    let invocation = Message::Invocation {
        headers: None,
        invocation_id: None,
        target: target.into(),
        arguments: Payload::from_json(arguments),
        stream_ids: Vec::new(),
    };
    json::encode(&invocation, &mut text);
    text.into()
}
