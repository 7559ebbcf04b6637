//! The bounded queue between whoever has something to tell a client and the client's socket.
//!
//! Lives here: records that wait, how many bytes they are, how the queue ends, joining records into messages.
//! May not be here: the socket, timers, and what a record says.
//! Memory stays bounded: who pushes too much ends the queue, who sends waits for room.
//! A record is shared, not copied, between the queues of all clients it goes to.

use super::limits::Limits;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchhook::protocol::{Message, json};
use tokio::sync::Notify;

/// Encoded records, separators included, shared between the queues of many clients.
pub type Record = axum::extract::ws::Utf8Bytes;

/// How a connection is closed by the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Why, when it is a fault.
    pub error: Option<String>,
    /// Whether the client may connect again by itself.
    pub allow_reconnect: bool,
}

impl Ending {
    /// The Close record that says so.
    pub(super) fn record(&self) -> Record {
        let mut text = String::new();
        let close = Message::Close {
            error: self.error.as_deref().map(Into::into),
            allow_reconnect: self.allow_reconnect,
        };
        json::encode(&close, &mut text);
        text.into()
    }
}

/// What the writer finds when it looks into the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// One WebSocket message.
    Message(Record),
    /// Nothing waits.
    Nothing,
    /// Nothing will come any more; the last record says why.
    End(Ending),
}

#[derive(Debug)]
enum Waiting {
    /// May share a WebSocket message with its neighbours.
    Record(Record),
    /// Is a WebSocket message of its own.
    Message(Record),
}

impl Waiting {
    fn content(&self) -> &Record {
        match self {
            Self::Record(record) | Self::Message(record) => record,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Waiting>,
    bytes: usize,
    ending: Option<Ending>,
}

/// The queue of one client.
#[derive(Debug)]
pub(super) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    drained: Notify,
    capacity: usize,
    batch: usize,
}

impl Outbox {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::default(),
            filled: Notify::new(),
            drained: Notify::new(),
            capacity: limits.queue_bytes,
            batch: limits.batch_bytes,
        }
    }

    /// Queues a record; a queue that would grow over its limit ends instead, and the client is told so.
    pub(super) fn push(&self, record: Record) {
        let mut state = self.lock();
        if state.ending.is_some() {
            return;
        }
        if state.bytes + record.len() > self.capacity {
            state.queue.clear();
            state.bytes = 0;
            state.ending = Some(Ending {
                error: Some(format!(
                    "Connection closed: this client is too slow, over {} bytes were waiting for it. \
                     Read faster or subscribe to less.",
                    self.capacity
                )),
                allow_reconnect: true,
            });
        } else {
            state.bytes += record.len();
            state.queue.push_back(Waiting::Record(record));
        }
        let ended = state.ending.is_some();
        drop(state);
        self.filled.notify_one();
        if ended {
            self.drained.notify_waiters();
        }
    }

    /// Queues a WebSocket message as soon as less than one batch is waiting; `false` once the queue has ended.
    pub(super) async fn send(&self, message: Record) -> bool {
        loop {
            let mut drained = std::pin::pin!(self.drained.notified());
            // Registered before looking, so that room made in between is not missed.
            drained.as_mut().enable();
            {
                let mut state = self.lock();
                if state.ending.is_some() {
                    return false;
                }
                if state.bytes < self.batch {
                    state.bytes += message.len();
                    state.queue.push_back(Waiting::Message(message));
                    drop(state);
                    self.filled.notify_one();
                    return true;
                }
            }
            drained.await;
        }
    }

    /// Ends the queue: what waits is still delivered, nothing more is accepted. The first ending counts.
    pub(super) fn end(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
        self.filled.notify_one();
        self.drained.notify_waiters();
    }

    /// The next WebSocket message: as many waiting records as fit a batch, at least one.
    pub(super) fn take(&self) -> Taken {
        let mut state = self.lock();
        let Some(first) = state.queue.pop_front() else {
            return match &state.ending {
                Some(ending) => Taken::End(ending.clone()),
                None => Taken::Nothing,
            };
        };
        let mut joined = String::new();
        let mut last = first;
        while let (Waiting::Record(record), Some(Waiting::Record(next))) = (&last, state.queue.front()) {
            if joined.len() + record.len() + next.len() > self.batch {
                break;
            }
            joined.push_str(record.as_str());
            match state.queue.pop_front() {
                Some(next) => last = next,
                None => break,
            }
        }
        let message = if joined.is_empty() {
            last.content().clone()
        } else {
            joined.push_str(last.content().as_str());
            joined.into()
        };
        state.bytes = state.bytes.saturating_sub(message.len());
        drop(state);
        self.drained.notify_waiters();
        Taken::Message(message)
    }

    /// Waits until there may be something to take.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queue whole: no step of this module stops half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(queue_bytes: usize, batch_bytes: usize) -> Outbox {
        Outbox::new(&Limits {
            queue_bytes,
            batch_bytes,
            ..Limits::default()
        })
    }

    fn message(text: &str) -> Taken {
        Taken::Message(Record::from(text.to_owned()))
    }

    #[test]
    fn waiting_records_are_joined_up_to_a_batch() {
        let outbox = outbox(100, 5);
        for text in ["ab", "cd", "e", "fghijk", "l"] {
            outbox.push(text.into());
        }
        assert_eq!(outbox.take(), message("abcde"));
        assert_eq!(outbox.take(), message("fghijk"));
        assert_eq!(outbox.take(), message("l"));
        assert_eq!(outbox.take(), Taken::Nothing);
    }

    #[test]
    fn a_queue_over_its_limit_ends_and_says_so() {
        let outbox = outbox(10, 100);
        outbox.push("12345".into());
        outbox.push("123456".into());
        outbox.push("1".into());
        let Taken::End(ending) = outbox.take() else {
            panic!("the queue goes on");
        };
        assert!(ending.allow_reconnect);
        assert!(ending.error.is_some_and(|text| text.contains("too slow")));
    }

    #[test]
    fn what_waits_is_delivered_before_the_end() {
        let outbox = outbox(10, 100);
        outbox.push("1".into());
        outbox.end(Ending::default());
        outbox.push("2".into());
        assert_eq!(outbox.take(), message("1"));
        assert_eq!(outbox.take(), Taken::End(Ending::default()));
    }

    #[tokio::test]
    async fn a_sender_waits_for_room_and_learns_of_the_end() {
        let outbox = outbox(100, 2);
        assert!(outbox.send("abc".into()).await);
        let second = outbox.send("def".into());
        let drain = async {
            tokio::task::yield_now().await;
            assert_eq!(outbox.take(), message("abc"));
        };
        let (sent, ()) = tokio::join!(second, drain);
        assert!(sent);
        outbox.end(Ending::default());
        assert!(!outbox.send("ghi".into()).await);
        assert_eq!(outbox.take(), message("def"));
    }
}
