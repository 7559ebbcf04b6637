//! Removal of the copies that come once per working domain (rule R112).
//!
//! Lives here: [`Fingerprint`] of an event without its domain, [`Duplicates`], a bounded memory of them.
//! May not be here: what an event means; two events are copies when nothing but their domain differs.
//! The same event twice in one domain happened twice, unless it bears an identity: two equal tones are two tones.
//! No domain need have all events (rules R113, R114): what any domain is the first to tell is told.

use super::events::Kind;
use crate::vendor::json::Text;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Events remembered.
pub const EVENTS_KEPT: usize = 1024;
/// Domains remembered of one event.
pub const DOMAINS_KEPT: usize = 16;

/// An event without its domain, as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    number: u64,
    /// The event has an identity of its own, which settles the matter.
    by_identity: bool,
}

impl Fingerprint {
    /// Adds a field; the order of fields does not matter.
    pub fn add(&mut self, name: &str, value: &str) {
        let mut hasher = DefaultHasher::new();
        for byte in name.bytes() {
            hasher.write_u8(byte.to_ascii_lowercase());
        }
        hasher.write_u8(0xFF);
        value.hash(&mut hasher);
        self.number = self.number.wrapping_add(hasher.finish());
    }

    /// Says which event it is and, where it has one, by which identity, which then counts alone.
    pub(super) fn identify(&mut self, kind: Kind, id: Option<Text<'_>>) {
        if let Some(id) = id {
            let mut hasher = DefaultHasher::new();
            kind.hash(&mut hasher);
            id.cow().hash(&mut hasher);
            self.number = hasher.finish();
            self.by_identity = true;
        }
    }
}

/// How often an event was told in all, and how often each domain has brought it.
#[derive(Debug, Clone, Default)]
struct Seen {
    told: u32,
    by_domain: Vec<(u64, u32)>,
}

/// The memory.
#[derive(Debug, Clone, Default)]
pub struct Duplicates {
    seen: FxHashMap<u64, Seen>,
    oldest_first: VecDeque<u64>,
}

impl Duplicates {
    /// Whether the event, in the copy of this domain, has not been told yet.
    pub fn is_news(&mut self, event: Fingerprint, domain: &str) -> bool {
        if !self.seen.contains_key(&event.number) {
            if self.oldest_first.len() == EVENTS_KEPT
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.seen.remove(&oldest);
            }
            self.oldest_first.push_back(event.number);
        }
        let seen = self.seen.entry(event.number).or_default();
        if event.by_identity {
            seen.told = seen.told.saturating_add(1);
            return seen.told == 1;
        }
        let mut hasher = DefaultHasher::new();
        domain.hash(&mut hasher);
        let domain = hasher.finish();
        let is_known = seen.by_domain.iter().any(|(known, _)| *known == domain);
        if !is_known && seen.by_domain.len() < DOMAINS_KEPT {
            seen.by_domain.push((domain, 0));
        }
        // A domain beyond those remembered is taken to bring each event once.
        let mut once = 0;
        let count = match seen.by_domain.iter_mut().find(|(known, _)| *known == domain) {
            Some((_, count)) => count,
            None => &mut once,
        };
        *count = count.saturating_add(1);
        let count = *count;
        let is_news = count > seen.told;
        if is_news {
            seen.told = count;
        }
        is_news
    }

    /// How many events are remembered.
    pub fn len(&self) -> usize {
        self.oldest_first.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.oldest_first.is_empty()
    }
}
