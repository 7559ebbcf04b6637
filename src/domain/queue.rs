//! Queues: how many wait, for how long, and who serves.
//!
//! Lives here: the queue as the desk knows it and the partial update that changes it.
//! May not be here: thresholds and colours (the view's), service levels (no source of ours carries them: decision D10).
//! Counters are what the server counted; the desk never adds any up.
//! A quiet queue is silent (rule R32): silence changes nothing here.

use super::ids::SourceId;
use super::moment::Moment;
use std::borrow::Cow;

/// Whether a queue is open, as the server estimates it (rule R33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenStatus {
    /// Not applicable.
    NotApplicable,
    /// Nobody could handle calls: closed in effect.
    NoHandler {
        /// A script may decide otherwise.
        uncertain: bool,
    },
    /// Closed.
    Closed {
        /// A script may decide otherwise.
        uncertain: bool,
    },
    /// Open.
    Open {
        /// A script may decide otherwise.
        uncertain: bool,
    },
    /// A number this version does not know.
    Other(i64),
}

/// The longest present wait in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongestWait {
    /// This many milliseconds.
    Milliseconds(i64),
    /// A value that cannot be true in the configured unit; shown as it came (decision D2).
    Implausible(i64),
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Queue {
    /// The source that reports this queue.
    pub source: SourceId,
    /// The source's id.
    pub id: Box<str>,
    /// Display name.
    pub name: Option<Box<str>>,
    /// Callers waiting.
    pub waiting: Option<u32>,
    /// The longest present wait.
    pub longest_wait: Option<LongestWait>,
    /// Agents that serve, estimated.
    pub serving: Option<u32>,
    /// Agents that could take a call now.
    pub free: Option<u32>,
    /// Agents in wrap-up.
    pub wrap_up: Option<u32>,
    /// Agents checked in, away or not.
    pub checked_in: Option<u32>,
    /// Agents away for long.
    pub long_away: Option<u32>,
    /// Agents away for short, talking included.
    pub short_away: Option<u32>,
    /// Agents who fetch their calls.
    pub fetching: Option<u32>,
    /// Agents in all.
    pub providers: Option<u32>,
    /// Calls allocated to an agent and not yet connected.
    pub allocated: Option<u32>,
    /// Calls connected.
    pub connected: Option<u32>,
    /// Calls in all.
    pub requesters: Option<u32>,
    /// Calls that no agent serves at present.
    pub not_served: Option<u32>,
    /// Open or closed.
    pub open: Option<OpenStatus>,
    /// When something was last heard of this queue.
    pub heard: Option<Moment>,
    /// The session of the source in which this row was last confirmed.
    pub confirmed_in: u32,
}

/// News of a queue; `None` means that the message does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueUpdate<'a> {
    /// Display name.
    pub name: Option<Cow<'a, str>>,
    /// See [`Queue::waiting`].
    pub waiting: Option<u32>,
    /// See [`Queue::longest_wait`].
    pub longest_wait: Option<LongestWait>,
    /// See [`Queue::serving`].
    pub serving: Option<u32>,
    /// See [`Queue::free`].
    pub free: Option<u32>,
    /// See [`Queue::wrap_up`].
    pub wrap_up: Option<u32>,
    /// See [`Queue::checked_in`].
    pub checked_in: Option<u32>,
    /// See [`Queue::long_away`].
    pub long_away: Option<u32>,
    /// See [`Queue::short_away`].
    pub short_away: Option<u32>,
    /// See [`Queue::fetching`].
    pub fetching: Option<u32>,
    /// See [`Queue::providers`].
    pub providers: Option<u32>,
    /// See [`Queue::allocated`].
    pub allocated: Option<u32>,
    /// See [`Queue::connected`].
    pub connected: Option<u32>,
    /// See [`Queue::requesters`].
    pub requesters: Option<u32>,
    /// See [`Queue::not_served`].
    pub not_served: Option<u32>,
    /// See [`Queue::open`].
    pub open: Option<OpenStatus>,
}
