//! What was heard before: refreshes and replayed events repeat it, and must do nothing.
//!
//! Lives here: [`Sessions`], which knows news from repetition, and [`RollForward`], which knows a replay's end.
//! May not be here: comparisons of local times, which run backwards once a year.
//! An event repeats when it says what is known last (a refresh, rule R128), whatever its time, or bears the time and
//! content of one of the last few of its session (a replay, rule R125). What is remembered is bounded.

use super::session::SessionEvent;
use crate::domain::Moment;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Sessions remembered; of more, those first heard of are forgotten.
pub const SESSIONS_KEPT: usize = 4096;
/// Events remembered of one session.
pub const EVENTS_KEPT: usize = 16;
/// An event that is at most this old, milliseconds, is no replayed one (decision D8).
pub const LIVE_WITHIN: i64 = 2_000;

/// Whether an event tells anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It does.
    Changed,
    /// All of it was told before.
    Repeated,
}

#[derive(Debug, Clone, Default)]
struct KnownSession {
    /// The content of the last event.
    last: u64,
    /// Time and content of the last few.
    heard: VecDeque<u64>,
}

/// What was heard of each session.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    known: FxHashMap<Box<str>, KnownSession>,
    oldest_first: VecDeque<Box<str>>,
}

impl Sessions {
    /// Takes in an event; one without a session is always news.
    pub fn hear(&mut self, event: &SessionEvent<'_>) -> News {
        let Some(session) = event.session else {
            return News::Changed;
        };
        // Neither the request that it came for nor the times are part of what it says.
        let said = SessionEvent {
            transaction: None,
            since: None,
            second_time: None,
            ..event.clone()
        };
        let content = digest(&said);
        let with_time = event.since.map(|since| digest((since, content)));
        if !self.known.contains_key(session) {
            if self.oldest_first.len() == SESSIONS_KEPT
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.known.remove(&oldest);
            }
            self.oldest_first.push_back(session.into());
            self.known.insert(session.into(), KnownSession::default());
        }
        let Some(known) = self.known.get_mut(session) else {
            return News::Changed;
        };
        let is_refresh = known.last == content;
        let is_replay = with_time.is_some_and(|event| known.heard.contains(&event));
        if let Some(event) = with_time
            && !is_replay
        {
            if known.heard.len() == EVENTS_KEPT {
                known.heard.pop_front();
            }
            known.heard.push_back(event);
        }
        if is_refresh || is_replay {
            return News::Repeated;
        }
        known.last = content;
        News::Changed
    }

    /// How many sessions are remembered.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What an event is to a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It has just happened.
    Live,
    /// It is told again: it may not ring.
    Replayed,
    /// It has just happened, and with that the replay is over, which had so many events before.
    LiveAgain(u32),
}

/// Whether events are being replayed after a subscription was renewed (decision D8): nothing rings meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollForward {
    replayed: Option<u32>,
    /// The hub has said that it began, and will say when it ends.
    is_marked: bool,
}

impl RollForward {
    /// The request was sent again. One that was interrupted goes on.
    pub fn begin(&mut self) {
        self.replayed.get_or_insert(0);
        self.is_marked = false;
    }

    /// The hub says that a replay begins; it is over when the hub says so, however new its events are.
    pub fn mark(&mut self) {
        self.begin();
        self.is_marked = true;
    }

    /// An event has come, of this time. One that is as good as new ends the replay; one whose age is not known
    /// does not.
    pub fn hear(&mut self, at: Option<Moment>, server_now: Option<Moment>) -> Heard {
        let Some(replayed) = &mut self.replayed else {
            return Heard::Live;
        };
        if let (Some(at), Some(now)) = (at, server_now)
            && !self.is_marked
            && now.since(at) <= LIVE_WITHIN
        {
            let before = *replayed;
            self.replayed = None;
            return Heard::LiveAgain(before);
        }
        *replayed = replayed.saturating_add(1);
        Heard::Replayed
    }

    /// Whether the hub has said that the replay began.
    pub fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// The replay is over: how many events it had; `None` when there was none.
    pub fn end(&mut self) -> Option<u32> {
        self.is_marked = false;
        self.replayed.take()
    }

    /// Whether a replay is under way.
    pub fn is_under_way(&self) -> bool {
        self.replayed.is_some()
    }
}
