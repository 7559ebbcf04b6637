//! Subscriptions: what the desk wants to hear, and how far the hub has granted it.
//!
//! Lives here: the calls that are still to be made, the answers, the count that the page shows.
//! May not be here: names of events (the vendor's) and when a connection begins (the pump's).
//! The hub forgets subscriptions with the connection (rule R3): in every session they are asked for anew.
//! Calls are outstanding one at a time, so that a hub with a small limit is never flooded.

use std::collections::VecDeque;

/// How many refusals are kept as text.
const REFUSALS_KEPT: usize = 5;

/// What was asked for and what became of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Items asked for.
    pub(super) wanted: u32,
    /// Items granted.
    pub(super) granted: u32,
    /// What was refused, in the server's words.
    pub(super) refused: Vec<String>,
}

impl Tally {
    /// Notes a refusal; of many only the first are kept as text.
    pub(super) fn refuse(&mut self, why: &str) {
        if self.refused.len() < REFUSALS_KEPT {
            self.refused.push(why.to_owned());
        }
    }
}

/// A call that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// End subscriptions that nobody wants.
    Unsubscribe,
    /// Ask for subscriptions.
    Subscribe,
}

/// One session's subscribing.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    waiting: VecDeque<(Step, String)>,
    /// What came of it so far.
    pub(super) tally: Tally,
}

impl Subscriptions {
    /// Starts over with these calls (JSON arguments of each) for `wanted` items in all, of which the hub has granted
    /// some already.
    pub(super) fn begin(&mut self, calls: impl Iterator<Item = (Step, String)>, wanted: u32, granted: u32) {
        *self = Self {
            waiting: calls.collect(),
            tally: Tally {
                wanted,
                granted,
                refused: Vec::new(),
            },
        };
    }

    /// The next call to make.
    pub(super) fn next(&mut self) -> Option<(Step, String)> {
        self.waiting.pop_front()
    }
}
