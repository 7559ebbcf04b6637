//! Service queues and their figures.
//!
//! Lives here: a queue, who waits in it, who is idle for it, and the counters that are kept up to date
//! with every change. May not live here: deciding who gets which call (`routing`).
//! The figures are never computed from a walk over agents or calls: a change costs the same whether the
//! centre has fifty agents or five thousand. The tests count everything anew and compare.

use std::collections::BTreeSet;

use super::agent::AgentState;
use super::call::QueuePlace;
use super::id::{AgentId, CallId, Guid, QueueId};
use super::time::{Moment, Span};

/// Whether a queue takes calls (RTE `QueueStatus.OpenStatus`, R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Open (5).
    Open,
    /// Only the "closed" announcement answers (3).
    Closed,
    /// Open as far as can be told, a script decides (6).
    Uncertain,
}

impl Opening {
    /// Whether callers are let in.
    pub const fn takes_calls(self) -> bool {
        !matches!(self, Self::Closed)
    }
}

/// The counters of one queue, as the wire shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct QueueFigures {
    /// Callers waiting for an agent.
    pub waiting: u32,
    /// Calls ringing at an agent.
    pub allocated: u32,
    /// Calls in conversation with an agent.
    pub connected: u32,
    /// Agents signed in who serve the queue.
    pub signed_in: u32,
    /// Of those, ready.
    pub free: u32,
    /// Of those, on a call or in after-call work.
    pub busy: u32,
    /// Of the busy ones, in after-call work.
    pub wrapping_up: u32,
    /// Of those signed in, not ready.
    pub away: u32,
    /// How long the longest waiting caller has waited.
    pub longest_wait: Span,
}

/// A service queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Which queue.
    pub id: QueueId,
    /// The id on the wire (RTE `QueueId`).
    pub guid: Guid,
    /// The technical queue behind it (RTE `TechQueueId`, R19).
    pub technical_guid: Guid,
    /// The name on the screen.
    pub name: String,
    /// The number that callers dial.
    pub number: String,
    /// Whether it takes calls now.
    pub opening: Opening,
    /// The longest after-call work of its calls.
    pub wrap_up_limit: Span,
    /// The agents who serve it, signed in or not.
    pub agents: Vec<AgentId>,
    /// The counters, but for `longest_wait` (see `figures`).
    pub(super) counts: QueueFigures,
    /// The callers who wait, longest first.
    pub(super) waiting: BTreeSet<(Moment, CallId)>,
    /// The agents who can be given a call, longest idle first.
    pub(super) idle: BTreeSet<(Moment, AgentId)>,
    /// When the figures were last told.
    pub(super) reported: Moment,
    /// The figures that were last told.
    pub(super) told: Option<(QueueFigures, Opening)>,
    /// Whether a report is due.
    pub(super) report_due: bool,
    /// Whether the queue keeps office hours (others are always open).
    pub(super) keeps_hours: bool,
    /// The alerts whose value is reached, a bit each.
    pub(super) alerted: u8,
}

impl Queue {
    /// The figures at this moment.
    pub fn figures(&self, now: Moment) -> QueueFigures {
        QueueFigures {
            longest_wait: self
                .waiting
                .first()
                .map_or(Span::ZERO, |(since, _)| now.since(*since)),
            ..self.counts
        }
    }

    /// The callers who wait, longest first, with the moment each began to wait.
    pub fn waiting(&self) -> impl Iterator<Item = (Moment, CallId)> {
        self.waiting.iter().copied()
    }

    /// The agents who can be given a call, longest idle first.
    pub fn idle(&self) -> impl Iterator<Item = AgentId> {
        self.idle.iter().map(|(_, agent)| *agent)
    }

    pub(super) fn count_agent(&mut self, state: AgentState, by: Change) {
        if state == AgentState::SignedOut {
            return;
        }
        by.apply(&mut self.counts.signed_in);
        match state {
            AgentState::Ready => by.apply(&mut self.counts.free),
            AgentState::NotReady => by.apply(&mut self.counts.away),
            AgentState::WorkReady | AgentState::WorkNotReady => {
                by.apply(&mut self.counts.busy);
                by.apply(&mut self.counts.wrapping_up);
            }
            AgentState::Reserved | AgentState::Talking | AgentState::Hold => {
                by.apply(&mut self.counts.busy);
            }
            AgentState::SignedOut => {}
        }
    }

    pub(super) fn count_call(&mut self, place: QueuePlace, by: Change) {
        match place {
            QueuePlace::None => {}
            QueuePlace::Waiting => by.apply(&mut self.counts.waiting),
            QueuePlace::Allocated => by.apply(&mut self.counts.allocated),
            QueuePlace::Connected => by.apply(&mut self.counts.connected),
        }
    }
}

/// One more or one fewer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    More,
    Fewer,
}

impl Change {
    fn apply(self, count: &mut u32) {
        *count = match self {
            Self::More => count.saturating_add(1),
            Self::Fewer => count.saturating_sub(1),
        };
    }
}
