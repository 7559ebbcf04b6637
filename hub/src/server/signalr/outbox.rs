//! The bounded queue between whoever has something to tell a client and the client's socket.
//!
//! Lives here: what waits, what was sent and is not acknowledged, how the queue ends, joining records into messages.
//! May not be here: the socket, timers, and what a record says.
//! Memory stays bounded: who pushes too much ends the queue, who sends waits for room, and with stateful reconnect
//! the writer waits for acknowledgements. A change of sockets is a matter of [`Outbox::reattach`] alone.

use super::limits::Limits;
use super::record::Wire;
use crate::conversation::{Ending, Record};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchhook::protocol::stateful::Unacknowledged;
use switchhook::protocol::{Encoding, Message};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What the writer finds when it looks into the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// One WebSocket message.
    Message(Wire),
    /// Nothing can be sent now; look again at this time, if there is one.
    Nothing(Option<Instant>),
    /// Nothing will come any more; the last record says why.
    End(Ending),
}

#[derive(Debug)]
struct Waiting {
    wire: Wire,
    /// The same, one by one, where they have to be counted and are several.
    records: Vec<Wire>,
    /// Whether it is a WebSocket message of its own.
    alone: bool,
}

#[derive(Debug, Default)]
struct State {
    encoding: Encoding,
    queue: VecDeque<Waiting>,
    bytes: usize,
    ending: Option<Ending>,
    stateful: Option<Stateful>,
}

/// What stateful reconnect adds.
#[derive(Debug)]
struct Stateful {
    sent: Unacknowledged<Wire>,
    /// What a new socket begins with.
    announced: Option<Wire>,
    again: VecDeque<Wire>,
    /// What arrived and is to be acknowledged, and by when.
    owed: Option<(u64, Instant)>,
}

/// The queue of one client.
#[derive(Debug)]
pub(super) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    drained: Notify,
    capacity: usize,
    batch: usize,
    unacknowledged: usize,
}

impl Outbox {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::default(),
            filled: Notify::new(),
            drained: Notify::new(),
            capacity: limits.queue_bytes,
            batch: limits.batch_bytes,
            unacknowledged: limits.stateful_bytes,
        }
    }

    /// What the handshake has agreed on; before anything is queued.
    pub(super) fn begin(&self, encoding: Encoding, stateful: bool) {
        let mut state = self.lock();
        state.encoding = encoding;
        state.stateful = stateful.then(|| Stateful {
            sent: Unacknowledged::new(self.unacknowledged),
            announced: None,
            again: VecDeque::new(),
            owed: None,
        });
    }

    /// The client's encoding.
    pub(super) fn encoding(&self) -> Encoding {
        self.lock().encoding
    }

    /// Whether another socket could go on where this one stops.
    pub(super) fn can_reattach(&self) -> bool {
        let state = self.lock();
        state.stateful.is_some() && state.ending.is_none()
    }

    /// Queues records; a queue that would grow over its limit ends instead, and the client is told so.
    pub(super) fn push(&self, record: &Record) {
        let mut state = self.lock();
        let waiting = state.waiting(record, false);
        self.enqueue(state, waiting);
    }

    /// Queues one message for this client alone.
    pub(super) fn push_message(&self, message: &Message<'_>) {
        let state = self.lock();
        let waiting = Waiting {
            wire: Wire::new(message, state.encoding),
            records: Vec::new(),
            alone: false,
        };
        self.enqueue(state, waiting);
    }

    fn enqueue(&self, mut state: MutexGuard<'_, State>, waiting: Waiting) {
        if state.ending.is_some() {
            return;
        }
        if state.bytes + waiting.wire.len() > self.capacity {
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
            state.bytes += waiting.wire.len();
            state.queue.push_back(waiting);
        }
        let ended = state.ending.is_some();
        drop(state);
        self.filled.notify_one();
        if ended {
            self.drained.notify_waiters();
        }
    }

    /// Queues records as one WebSocket message as soon as less than one batch is waiting; `false` once the queue
    /// has ended.
    pub(super) async fn send(&self, message: &Record) -> bool {
        while self.has_room().await {
            let mut state = self.lock();
            if state.ending.is_none() && state.bytes < self.batch {
                let waiting = state.waiting(message, true);
                self.enqueue(state, waiting);
                return true;
            }
        }
        false
    }

    /// Waits until less than one batch is waiting; `false` once the queue has ended.
    pub(super) async fn has_room(&self) -> bool {
        loop {
            let mut drained = std::pin::pin!(self.drained.notified());
            // Registered before looking, so that room made in between is not missed.
            drained.as_mut().enable();
            {
                let state = self.lock();
                if state.ending.is_some() {
                    return false;
                }
                if state.bytes < self.batch {
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
    pub(super) fn take(&self, now: Instant) -> Taken {
        let mut state = self.lock();
        let State {
            encoding,
            queue,
            bytes,
            ending,
            stateful,
        } = &mut *state;
        let mut look_again = None;
        if let Some(stateful) = stateful {
            if let Some(wire) = stateful.repeated(self.batch) {
                return Taken::Message(wire);
            }
            match stateful.owed {
                Some((sequence_id, due)) if due <= now => {
                    stateful.owed = None;
                    return Taken::Message(Wire::new(&Message::Ack { sequence_id }, *encoding));
                }
                owed => look_again = owed.map(|(_, due)| due),
            }
        }
        let mut parts = Vec::new();
        let mut length = 0;
        while let Some(next) = queue.front() {
            let joins = parts.is_empty() || !next.alone && length + next.wire.len() <= self.batch;
            // What is closing is not going on elsewhere: it waits for no acknowledgement.
            let is_held =
                ending.is_none() && stateful.as_ref().is_some_and(|stateful| stateful.sent.is_full());
            if !joins || is_held {
                break;
            }
            let Some(next) = queue.pop_front() else { break };
            length += next.wire.len();
            if let (Some(stateful), None) = (&mut *stateful, &ending) {
                stateful.remember(&next);
            }
            parts.push(next.wire);
            if next.alone {
                break;
            }
        }
        *bytes = bytes.saturating_sub(length);
        let taken = match (Wire::joined(parts), ending) {
            (Some(wire), _) => Taken::Message(wire),
            (None, Some(ending)) => Taken::End(ending.clone()),
            (None, None) => Taken::Nothing(look_again),
        };
        drop(state);
        self.drained.notify_waiters();
        taken
    }

    /// Waits until there may be something to take.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Waits until the queue has ended. Nobody else may be waiting for something to take.
    pub(super) async fn ended(&self) {
        while self.lock().ending.is_none() {
            self.filled().await;
        }
    }

    /// The client has everything up to `number`.
    pub(super) fn acknowledge(&self, number: u64) {
        if let Some(stateful) = &mut self.lock().stateful {
            stateful.sent.acknowledge(number);
        }
        self.filled.notify_one();
    }

    /// Everything up to `number` has arrived, which the client is to be told by `due` at the latest.
    pub(super) fn owe(&self, number: u64, due: Instant) {
        if let Some(stateful) = &mut self.lock().stateful {
            let due = stateful.owed.map_or(due, |(_, earlier)| earlier.min(due));
            stateful.owed = Some((number, due));
        }
        self.filled.notify_one();
    }

    /// Another socket goes on: it begins with the number at which it does, and everything from there.
    pub(super) fn reattach(&self) {
        let mut state = self.lock();
        let encoding = state.encoding;
        if let Some(stateful) = &mut state.stateful {
            let sequence_id = stateful.sent.sequence_id();
            stateful.announced = Some(Wire::new(&Message::Sequence { sequence_id }, encoding));
            stateful.again = stateful.sent.frames().cloned().collect();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queue whole: no step of this module stops half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn waiting(&mut self, record: &Record, alone: bool) -> Waiting {
        let records = if self.stateful.is_some() {
            Wire::each_of(record, self.encoding)
        } else {
            Vec::new()
        };
        Waiting {
            wire: Wire::of(record, self.encoding),
            // One is remembered as it is.
            records: if records.len() > 1 { records } else { Vec::new() },
            alone,
        }
    }
}

impl Stateful {
    /// The next of what a new socket begins with.
    fn repeated(&mut self, batch: usize) -> Option<Wire> {
        if let Some(announced) = self.announced.take() {
            return Some(announced);
        }
        let mut parts = Vec::new();
        let mut length = 0;
        while let Some(next) = self.again.front() {
            if !parts.is_empty() && length + next.len() > batch {
                break;
            }
            length += next.len();
            parts.extend(self.again.pop_front());
        }
        Wire::joined(parts)
    }

    fn remember(&mut self, waiting: &Waiting) {
        let records = if waiting.records.is_empty() {
            std::slice::from_ref(&waiting.wire)
        } else {
            waiting.records.as_slice()
        };
        for record in records {
            self.sent.push(record.clone(), record.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn outbox(queue_bytes: usize, batch_bytes: usize) -> Outbox {
        Outbox::new(&Limits {
            queue_bytes,
            batch_bytes,
            stateful_bytes: 10,
            ..Limits::default()
        })
    }

    fn record(text: &str) -> Record {
        Record::from_json(text.to_owned())
    }

    fn message(text: &str) -> Taken {
        Taken::Message(Wire::Text(text.into()))
    }

    fn take(outbox: &Outbox) -> Taken {
        outbox.take(Instant::now())
    }

    #[test]
    fn waiting_records_are_joined_up_to_a_batch() {
        let outbox = outbox(100, 5);
        for text in ["ab", "cd", "e", "fghijk", "l"] {
            outbox.push(&record(text));
        }
        assert_eq!(take(&outbox), message("abcde"));
        assert_eq!(take(&outbox), message("fghijk"));
        assert_eq!(take(&outbox), message("l"));
        assert_eq!(take(&outbox), Taken::Nothing(None));
    }

    #[test]
    fn a_queue_over_its_limit_ends_and_says_so() {
        let outbox = outbox(10, 100);
        outbox.push(&record("12345"));
        outbox.push(&record("123456"));
        outbox.push(&record("1"));
        let Taken::End(ending) = take(&outbox) else {
            panic!("the queue goes on");
        };
        assert!(ending.allow_reconnect);
        assert!(ending.error.is_some_and(|text| text.contains("too slow")));
    }

    #[test]
    fn what_waits_is_delivered_before_the_end() {
        let outbox = outbox(10, 100);
        outbox.push(&record("1"));
        outbox.end(Ending::default());
        outbox.push(&record("2"));
        assert_eq!(take(&outbox), message("1"));
        assert_eq!(take(&outbox), Taken::End(Ending::default()));
    }

    #[tokio::test]
    async fn a_sender_waits_for_room_and_learns_of_the_end() {
        let outbox = outbox(100, 2);
        assert!(outbox.send(&record("abc")).await);
        let next = record("def");
        let second = outbox.send(&next);
        let drain = async {
            tokio::task::yield_now().await;
            assert_eq!(take(&outbox), message("abc"));
        };
        let (sent, ()) = tokio::join!(second, drain);
        assert!(sent);
        outbox.end(Ending::default());
        assert!(!outbox.send(&record("ghi")).await);
        assert_eq!(take(&outbox), message("def"));
    }

    #[test]
    fn b10_b12_another_socket_begins_with_the_number_and_what_is_not_acknowledged() {
        let outbox = outbox(100, 100);
        outbox.begin(Encoding::Json, true);
        for text in ["a\u{1e}", "b\u{1e}c\u{1e}"] {
            outbox.push(&record(text));
        }
        assert_eq!(take(&outbox), message("a\u{1e}b\u{1e}c\u{1e}"));
        outbox.reattach();
        outbox.push(&record("d\u{1e}"));
        assert_eq!(take(&outbox), message("{\"type\":9,\"sequenceId\":1}\u{1e}"));
        assert_eq!(take(&outbox), message("a\u{1e}b\u{1e}c\u{1e}"));
        assert_eq!(take(&outbox), message("d\u{1e}"));
        // Records that left in one message are acknowledged one by one.
        outbox.acknowledge(2);
        outbox.reattach();
        assert_eq!(take(&outbox), message("{\"type\":9,\"sequenceId\":3}\u{1e}"));
        assert_eq!(take(&outbox), message("c\u{1e}d\u{1e}"));
        outbox.acknowledge(4);
        outbox.reattach();
        assert_eq!(take(&outbox), message("{\"type\":9,\"sequenceId\":5}\u{1e}"));
        assert_eq!(take(&outbox), Taken::Nothing(None));
    }

    #[test]
    fn b19_what_is_beyond_the_buffer_waits_for_an_acknowledgement_unless_the_end_has_come() {
        let outbox = outbox(100, 100);
        outbox.begin(Encoding::Json, true);
        for text in ["123456789", "0", "a", "b"] {
            outbox.push(&record(text));
        }
        assert_eq!(take(&outbox), message("1234567890"));
        assert_eq!(take(&outbox), Taken::Nothing(None));
        outbox.acknowledge(1);
        assert_eq!(take(&outbox), message("ab"));
        outbox.push(&record("123456789"));
        outbox.push(&record("c"));
        assert_eq!(take(&outbox), message("123456789"));
        outbox.end(Ending::default());
        assert_eq!(take(&outbox), message("c"));
        assert!(!outbox.can_reattach());
    }

    #[test]
    fn b13_b14_acknowledgements_wait_for_each_other() {
        let outbox = outbox(100, 100);
        outbox.begin(Encoding::Json, true);
        let start = Instant::now();
        let second = Duration::from_secs(1);
        outbox.owe(1, start + second);
        outbox.owe(4, start + 2 * second);
        assert_eq!(outbox.take(start), Taken::Nothing(Some(start + second)));
        assert_eq!(
            outbox.take(start + second),
            message("{\"type\":8,\"sequenceId\":4}\u{1e}")
        );
        assert_eq!(outbox.take(start + second), Taken::Nothing(None));
    }
}
