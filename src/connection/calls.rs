//! The calls of one session that wait for their answers.
//!
//! Lives here: who waits for which invocation id and until when, and which uploads belong to it.
//! May not be here: sockets and encoding.
//! They end by being consumed, which hands out every call still waiting: none can be forgotten
//! (the official client's stay pending for ever in some states, defects D3 and D4).

use super::interface::{CallId, StreamId};
use super::time::Millis;
use std::borrow::Cow;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiter {
    /// The application, for a result.
    Call(CallId),
    /// The application, for the items of a stream.
    Stream(CallId),
    /// The connection itself, for a sign of life.
    Probe {
        /// When it was sent.
        sent: Millis,
    },
}

impl Waiter {
    fn name(self) -> Option<CallId> {
        match self {
            Self::Call(call) | Self::Stream(call) => Some(call),
            Self::Probe { .. } => None,
        }
    }
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
    /// Absent for a stream that has begun: it may be quiet for as long as it likes.
    deadline: Option<Millis>,
}

/// A stream from the application to the server.
#[derive(Debug)]
struct Upload {
    stream: StreamId,
    id: InvocationId,
    /// The call that it belongs to, where that waits for an answer.
    call: Option<InvocationId>,
}

/// The calls that wait and the uploads that are open.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Ordered by id, because ids only grow.
    waiting: Vec<Waiting>,
    /// No deadline is earlier. May be too early after an answer, which costs one idle wake-up.
    earliest: Option<Millis>,
    uploads: Vec<Upload>,
}

impl Calls {
    /// `waiter` waits for the answer to `id`, which is larger than all ids before.
    pub(super) fn begin(&mut self, id: InvocationId, waiter: Waiter, deadline: Millis) {
        self.earliest = Some(self.earliest.map_or(deadline, |earliest| earliest.min(deadline)));
        self.waiting.push(Waiting {
            id,
            waiter,
            deadline: Some(deadline),
        });
    }

    /// Opens an upload named `id` on the wire, for the call `call`.
    pub(super) fn open(&mut self, stream: StreamId, id: InvocationId, call: Option<InvocationId>) {
        self.uploads.push(Upload { stream, id, call });
    }

    /// An open upload's name on the wire.
    pub(super) fn upload(&self, stream: StreamId) -> Option<InvocationId> {
        let upload = self.uploads.iter().find(|upload| upload.stream == stream)?;
        Some(upload.id)
    }

    /// The upload has no more items; its name on the wire, if it was open.
    pub(super) fn close(&mut self, stream: StreamId) -> Option<InvocationId> {
        let at = self.uploads.iter().position(|upload| upload.stream == stream)?;
        Some(self.uploads.swap_remove(at).id)
    }

    /// The uploads of a call that was given up; their names on the wire.
    pub(super) fn close_all(&mut self, call: InvocationId) -> Vec<InvocationId> {
        self.uploads
            .extract_if(.., |upload| upload.call == Some(call))
            .map(|upload| upload.id)
            .collect()
    }

    /// An item for `id` arrived: who waits for it, if anyone still does. A stream goes on, a call ends.
    pub(super) fn item(&mut self, id: InvocationId) -> Option<Waiter> {
        let at = self.find(id)?;
        let waiting = self.waiting.get_mut(at)?;
        if matches!(waiting.waiter, Waiter::Stream(_)) {
            waiting.deadline = None;
            return Some(waiting.waiter);
        }
        self.finish(id)
    }

    /// The answer for `id` arrived; who waits for it, if anyone still does.
    pub(super) fn finish(&mut self, id: InvocationId) -> Option<Waiter> {
        let at = self.find(id)?;
        let waiter = self.waiting.remove(at).waiter;
        if self.waiting.is_empty() {
            self.earliest = None;
        }
        // The server has no more use for them, and says so by its answer.
        self.uploads.retain(|upload| upload.call != Some(id));
        Some(waiter)
    }

    /// Gives up the calls named `call`; answers with their ids. Their uploads are still to be closed.
    pub(super) fn cancel(&mut self, call: CallId) -> Vec<InvocationId> {
        self.waiting
            .extract_if(.., |waiting| waiting.waiter.name() == Some(call))
            .map(|waiting| waiting.id)
            .collect()
    }

    /// Gives up what has waited until `now` in vain. Their uploads are still to be closed.
    pub(super) fn expire(&mut self, now: Millis) -> Vec<(InvocationId, Option<CallId>)> {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return Vec::new();
        }
        let expired: Vec<_> = self
            .waiting
            .extract_if(.., |waiting| {
                waiting.deadline.is_some_and(|deadline| deadline <= now)
            })
            .map(|waiting| (waiting.id, waiting.waiter.name()))
            .collect();
        self.earliest = self.waiting.iter().filter_map(|waiting| waiting.deadline).min();
        expired
    }

    /// When to look for expired calls.
    pub(super) fn next_wake(&self) -> Option<Millis> {
        self.earliest
    }

    /// Ends them all: everyone who still waits, oldest first.
    pub(super) fn end(self) -> impl Iterator<Item = CallId> {
        self.waiting
            .into_iter()
            .filter_map(|waiting| waiting.waiter.name())
    }

    fn find(&self, id: InvocationId) -> Option<usize> {
        self.waiting.binary_search_by_key(&id, |waiting| waiting.id).ok()
    }
}
