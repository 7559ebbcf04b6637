//! Stateful reconnect: which messages a peer still misses, and which it has sent already.
//!
//! Lives here: the numbering of both directions, the buffer of what is not yet acknowledged, duplicates.
//! May not be here: sockets, timers, and when to try again.
//! Messages are numbered from 1 by their position; no number travels with them. Both ends use the same code.
//! Source: HubProtocol.md and `MessageBuffer` of ASP.NET Core SignalR.

use super::encoding::Frame;
use super::message::Message;
use std::collections::VecDeque;

/// What a stock peer keeps for a reattachment, in bytes (`StatefulReconnectBufferSize`).
pub const BUFFER_BYTES: usize = 100_000;

/// After how many bytes it is well to acknowledge at once, and not only when a second has passed: with its buffer
/// full a stock peer sends nothing more, and would be held to one buffer a second.
pub const ACKNOWLEDGE_BYTES: usize = BUFFER_BYTES / 4;

/// Whether a message has a number. Pings, closes, acknowledgements and sequences have none.
pub fn is_counted(message: &Message<'_>) -> bool {
    match message {
        Message::Invocation { .. }
        | Message::StreamItem { .. }
        | Message::Completion { .. }
        | Message::StreamInvocation { .. }
        | Message::CancelInvocation { .. } => true,
        Message::Ping | Message::Close { .. } | Message::Ack { .. } | Message::Sequence { .. } => false,
    }
}

/// What was sent and not yet acknowledged.
#[derive(Debug)]
pub struct Unacknowledged<F = Frame> {
    waiting: VecDeque<(F, usize)>,
    bytes: usize,
    limit: usize,
    /// The number of the oldest message that waits, or of the next one to be sent.
    first: u64,
}

impl<F> Unacknowledged<F> {
    /// Nothing sent yet. Beyond `limit` bytes the sender has to wait, see [`Unacknowledged::is_full`].
    pub fn new(limit: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            limit,
            first: 1,
        }
    }

    /// Keeps a counted message of so many bytes; its number.
    pub fn push(&mut self, frame: F, bytes: usize) -> u64 {
        let number = self.next();
        self.bytes = self.bytes.saturating_add(bytes);
        self.waiting.push_back((frame, bytes));
        number
    }

    /// The peer has everything up to `number`. Numbers already acknowledged, or never sent, change nothing more.
    pub fn acknowledge(&mut self, number: u64) {
        while self.first <= number {
            let Some((_, bytes)) = self.waiting.pop_front() else {
                return;
            };
            self.bytes -= bytes;
            self.first += 1;
        }
    }

    /// Whether so much waits that no more should be sent before an acknowledgement.
    pub fn is_full(&self) -> bool {
        self.bytes >= self.limit
    }

    /// How many bytes wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number that the next message gets.
    pub fn next(&self) -> u64 {
        self.first + self.waiting.len() as u64
    }

    /// What to announce after a reattachment: the number of the message that is sent next, the oldest that waits.
    pub fn sequence_id(&self) -> u64 {
        self.first
    }

    /// Everything to send again after it, in order.
    pub fn frames(&self) -> impl Iterator<Item = &F> {
        self.waiting.iter().map(|(frame, _)| frame)
    }
}

/// The peer announced a number that leaves a gap: messages are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Sequence ID greater than amount of messages we've received.")]
pub struct Gap;

/// What was received.
#[derive(Debug, Default)]
pub struct Received {
    /// The number of the newest message that was handled.
    newest: u64,
    /// How many of the messages to come have been handled before.
    repeated: u64,
    /// The newest number that the peer was told of.
    acknowledged: u64,
    /// After a reattachment, until the peer has announced where it goes on.
    awaiting_sequence: bool,
}

impl Received {
    /// A counted message arrived: whether it is new. Those between a reattachment and the peer's announcement
    /// cannot be placed; they are not counted, and the peer sends them again (case B16).
    pub fn accept(&mut self) -> bool {
        if self.awaiting_sequence {
            return false;
        }
        if let Some(fewer) = self.repeated.checked_sub(1) {
            self.repeated = fewer;
            // The peer does not know that it has arrived, so it is told once more.
            self.acknowledged = self.acknowledged.min(self.newest.saturating_sub(1));
            return false;
        }
        self.newest += 1;
        true
    }

    /// The peer goes on with the message `number`.
    pub fn sequence(&mut self, number: u64) -> Result<(), Gap> {
        self.repeated = (self.newest + 1).checked_sub(number).ok_or(Gap)?;
        self.awaiting_sequence = false;
        Ok(())
    }

    /// The connection goes on over another socket.
    pub fn reattached(&mut self) {
        self.awaiting_sequence = true;
    }

    /// Whether the peer has still to announce where it goes on.
    pub fn awaits_sequence(&self) -> bool {
        self.awaiting_sequence
    }

    /// Whether something arrived of which the peer was not told.
    pub fn owes_acknowledgement(&self) -> bool {
        self.newest > self.acknowledged
    }

    /// The number for an acknowledgement that is sent now.
    pub fn acknowledge(&mut self) -> u64 {
        self.acknowledged = self.newest;
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(count: u64) -> Unacknowledged<u64> {
        let mut buffer = Unacknowledged::new(10);
        for number in 1..=count {
            assert_eq!(buffer.push(number, 4), number);
        }
        buffer
    }

    fn frames(buffer: &Unacknowledged<u64>) -> Vec<u64> {
        buffer.frames().copied().collect()
    }

    #[test]
    fn b10_without_an_acknowledgement_everything_is_sent_again() {
        let buffer = sent(3);
        assert_eq!(buffer.sequence_id(), 1);
        assert_eq!(frames(&buffer), [1, 2, 3]);
    }

    #[test]
    fn b12_what_is_acknowledged_is_not_sent_again() {
        let mut buffer = sent(3);
        buffer.acknowledge(2);
        assert_eq!(buffer.sequence_id(), 3);
        assert_eq!(frames(&buffer), [3]);
    }

    #[test]
    fn acknowledgements_of_the_past_and_of_the_future_do_no_harm() {
        let mut buffer = sent(3);
        buffer.acknowledge(2);
        buffer.acknowledge(1);
        assert_eq!(frames(&buffer), [3]);
        buffer.acknowledge(u64::MAX);
        assert_eq!(frames(&buffer), [0; 0]);
        assert_eq!(buffer.sequence_id(), 4, "what was never sent keeps its number");
        assert_eq!(buffer.push(4, 4), 4);
    }

    #[test]
    fn b19_a_full_buffer_waits_for_an_acknowledgement() {
        let mut buffer = sent(2);
        assert!(!buffer.is_full());
        buffer.push(3, 2);
        assert!(buffer.is_full());
        buffer.acknowledge(1);
        assert!(!buffer.is_full());
    }

    fn received(count: u64) -> Received {
        let mut received = Received::default();
        for _ in 0..count {
            assert!(received.accept());
        }
        received
    }

    #[test]
    fn b15_what_was_received_before_is_dropped() {
        let mut received = received(2);
        received.reattached();
        assert_eq!(received.sequence(1), Ok(()));
        assert_eq!([(); 3].map(|()| received.accept()), [false, false, true]);
    }

    #[test]
    fn b16_nothing_counts_before_the_sequence() {
        let mut received = received(0);
        received.reattached();
        assert!(!received.accept());
        assert_eq!(received.sequence(1), Ok(()));
        assert!(received.accept());
    }

    #[test]
    fn b17_a_sequence_within_what_was_received_repeats_from_there() {
        let mut received = received(2);
        assert_eq!(received.sequence(2), Ok(()));
        assert_eq!([(); 2].map(|()| received.accept()), [false, true]);
    }

    #[test]
    fn b18_a_sequence_beyond_what_was_received_is_a_gap() {
        assert_eq!(received(2).sequence(4), Err(Gap));
        assert_eq!(received(2).sequence(3), Ok(()));
        assert_eq!(received(0).sequence(u64::MAX), Err(Gap));
    }

    #[test]
    fn b14_one_acknowledgement_covers_all_and_duplicates_ask_for_another() {
        let mut received = received(4);
        assert!(received.owes_acknowledgement());
        assert_eq!(received.acknowledge(), 4);
        assert!(!received.owes_acknowledgement());
        received.reattached();
        assert_eq!(received.sequence(4), Ok(()));
        assert!(!received.accept());
        assert!(received.owes_acknowledgement());
        assert_eq!(received.acknowledge(), 4);
    }
}
