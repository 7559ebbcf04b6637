//! The calls of one session that wait for their answers.
//!
//! Lives here: who waits for which invocation id and until when.
//! May not be here: sockets and encoding.
//! A session ends by being consumed, which hands out every call still waiting: none can be forgotten
//! (the official client's stay pending for ever in some states, defects D3 and D4).

use super::interface::CallId;
use super::time::Millis;
use std::borrow::Cow;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiter {
    /// The application.
    Call(CallId),
    /// The connection itself, for a sign of life.
    Probe {
        /// When it was sent.
        sent: Millis,
    },
}

/// An invocation's number on the wire; a decimal counter that no reconnect resets (case I22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InvocationId(u64);

impl InvocationId {
    pub(super) const FIRST: Self = Self(0);

    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    pub(super) fn to_wire(self) -> Cow<'static, str> {
        Cow::Owned(self.0.to_string())
    }

    pub(super) fn from_wire(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

#[derive(Debug)]
struct Waiting {
    id: InvocationId,
    waiter: Waiter,
    deadline: Millis,
}

/// What outlives a single message on a connection.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Ordered by id, because ids only grow.
    waiting: Vec<Waiting>,
    /// No deadline is earlier. May be too early after an answer, which costs one idle wake-up.
    earliest: Option<Millis>,
}

impl Session {
    /// `waiter` waits for the answer to `id`, which is larger than all ids before.
    pub(super) fn begin(&mut self, id: InvocationId, waiter: Waiter, deadline: Millis) {
        self.earliest = Some(self.earliest.map_or(deadline, |earliest| earliest.min(deadline)));
        self.waiting.push(Waiting { id, waiter, deadline });
    }

    /// An answer for `id` arrived; who waits for it, if anyone still does.
    pub(super) fn finish(&mut self, id: InvocationId) -> Option<Waiter> {
        let at = self
            .waiting
            .binary_search_by_key(&id, |waiting| waiting.id)
            .ok()?;
        let waiter = self.waiting.remove(at).waiter;
        if self.waiting.is_empty() {
            self.earliest = None;
        }
        Some(waiter)
    }

    /// Gives up the calls named `call`; answers with their ids.
    pub(super) fn cancel(&mut self, call: CallId) -> impl Iterator<Item = InvocationId> {
        self.waiting
            .extract_if(.., move |waiting| waiting.waiter == Waiter::Call(call))
            .map(|waiting| waiting.id)
    }

    /// Gives up what has waited until `now` in vain.
    pub(super) fn expire(&mut self, now: Millis) -> Vec<(InvocationId, Waiter)> {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return Vec::new();
        }
        let expired = self
            .waiting
            .extract_if(.., |waiting| waiting.deadline <= now)
            .map(|waiting| (waiting.id, waiting.waiter))
            .collect();
        self.earliest = self.waiting.iter().map(|waiting| waiting.deadline).min();
        expired
    }

    /// When to look for expired calls.
    pub(super) fn next_wake(&self) -> Option<Millis> {
        self.earliest
    }

    /// Ends the session: every call that still waits, oldest first.
    pub(super) fn end(self) -> impl Iterator<Item = CallId> {
        self.waiting
            .into_iter()
            .filter_map(|waiting| match waiting.waiter {
                Waiter::Call(call) => Some(call),
                Waiter::Probe { .. } => None,
            })
    }
}
