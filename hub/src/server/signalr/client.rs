//! A connected client as the application sees it.
//!
//! Lives here: who it is, and ways to tell it something, to ask it, or to end it.
//! May not be here: its sockets, which come and go with stateful reconnect while the client stays the same.
//! Cheap to clone; all clones are the same client.
//! A client that has gone accepts everything and delivers nothing, so nobody has to check first.

use super::endpoint::User;
#[cfg(test)]
use super::hub::{Answer, Pending};
use super::limits::Limits;
use super::line::Line;
use super::outbox::Outbox;
#[cfg(test)]
use super::outbox::Taken;
use super::question::{QuestionError, Questions};
#[cfg(test)]
use super::record::Wire;
use crate::conversation::{self, ClientId, Ending, Recipient, Record};
use std::sync::Arc;
use switchhook::protocol::{Message, Payload};
use tokio::sync::watch;
use tokio::time::Instant;

/// One connected client.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: ClientId,
    connection_id: String,
    user: String,
    /// Until when its token entitles it, where that ends at all.
    expires: watch::Sender<Option<Instant>>,
    outbox: Outbox,
    questions: Questions,
    line: Line,
}

impl Client {
    pub(super) fn new(id: ClientId, connection_id: String, user: &User, limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            id,
            connection_id,
            user: user.name.clone(),
            expires: watch::Sender::new(user.expires),
            outbox: Outbox::new(limits),
            questions: Questions::new(limits.questions),
            line: Line::default(),
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

    /// Queues encoded records. A client for whom too much waits is closed.
    pub fn push(&self, record: &Record) {
        self.0.outbox.push(record);
    }

    /// Queues records as one WebSocket message when there is room; `false` once the client is closing.
    pub async fn send(&self, message: &Record) -> bool {
        self.0.outbox.send(message).await
    }

    /// Calls the client method `target` and waits for its answer; `arguments` is a JSON array. `None` is an answer
    /// without a value.
    ///
    /// The answer may take for ever: whoever has less patience drops the future, and a late answer is ignored.
    pub async fn ask(&self, target: &str, arguments: &str) -> Result<Option<String>, QuestionError> {
        let question = self.0.questions.open()?;
        self.0.outbox.push_message(&Message::Invocation {
            headers: None,
            invocation_id: Some(question.id().into()),
            target: target.into(),
            arguments: Payload::from_json(arguments),
            stream_ids: Vec::new(),
        });
        question.answer().await
    }

    /// The client as those know it who have nothing to do with its connection.
    pub fn recipient(&self) -> conversation::Client {
        Arc::<Inner>::clone(&self.0)
    }

    /// Closes the client after what waits for it has been delivered.
    pub fn close(&self, ending: Ending) {
        self.0.outbox.end(ending);
    }

    /// A client without a connection, for tests of what it would be told.
    #[cfg(test)]
    pub(crate) fn unconnected(id: ClientId, user: &str) -> Self {
        let limits = Limits {
            queue_bytes: usize::MAX,
            ..Limits::default()
        };
        Self::new(id, String::new(), &User::named(user), &limits)
    }

    /// A call of such a client, to be answered.
    #[cfg(test)]
    pub(crate) fn calls(&self, id: Option<&str>, method: &str) -> Answer {
        Answer(Pending::new(self, id, method, false, &Limits::default()))
    }

    /// The records that wait for such a client.
    #[cfg(test)]
    pub(crate) fn take_told(&self) -> Vec<String> {
        let mut told = Vec::new();
        while let Taken::Message(Wire::Text(text)) = self.0.outbox.take(Instant::now()) {
            told.extend(text.as_str().split_terminator('\u{1e}').map(str::to_owned));
        }
        told
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    pub(super) fn questions(&self) -> &Questions {
        &self.0.questions
    }

    pub(super) fn line(&self) -> &Line {
        &self.0.line
    }

    /// Its token was replaced by one that lasts until then.
    pub(super) fn renew(&self, expires: Option<Instant>) {
        self.0.expires.send_replace(expires);
    }

    /// Waits until its token has expired; for ever where it does not.
    pub(super) async fn expired(&self) {
        let mut expires = self.0.expires.subscribe();
        loop {
            let due = *expires.borrow_and_update();
            let expiry = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = expiry => return,
                // The sender lives as long as this client.
                _ = expires.changed() => {}
            }
        }
    }
}

impl Recipient for Inner {
    fn id(&self) -> ClientId {
        self.id
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn push(&self, record: &Record) {
        self.outbox.push(record);
    }
}
