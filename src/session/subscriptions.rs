//! Subscriptions: what the desk wants to hear, and how far the hub has granted it.
//!
//! Lives here: the desired set in chunks, the answers, the count that the page shows.
//! May not be here: names of events (the vendor's) and when a connection begins (the pump's).
//! The hub forgets subscriptions with the connection (rule R3): the set is asked for anew in every session.
//! Chunks are outstanding one at a time, so that a hub with a small limit is never flooded.

use std::collections::VecDeque;

/// How many refusals are kept as text.
const REFUSALS_KEPT: usize = 5;

/// One session's subscribing.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    waiting: VecDeque<String>,
    /// Items asked for.
    pub(super) wanted: u32,
    /// Items granted.
    pub(super) granted: u32,
    /// What was refused, in the server's words.
    pub(super) refused: Vec<String>,
}

impl Subscriptions {
    /// Starts over with these chunks (JSON arguments of one call each) of `wanted` items in all.
    pub(super) fn begin(&mut self, chunks: Vec<String>, wanted: u32) {
        *self = Self {
            waiting: chunks.into(),
            wanted,
            granted: 0,
            refused: Vec::new(),
        };
    }

    /// The next chunk to ask for.
    pub(super) fn next(&mut self) -> Option<String> {
        self.waiting.pop_front()
    }

    /// Counts one answer.
    pub(super) fn answered(&mut self, granted: bool, refusal: impl FnOnce() -> String) {
        if granted {
            self.granted += 1;
        } else if self.refused.len() < REFUSALS_KEPT {
            self.refused.push(refusal());
        }
    }
}
