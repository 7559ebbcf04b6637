//! When a ringing call calls for the agent's attention, and by which signals.
//!
//! Lives here: which call rings, for how long, and everything that has it be silent: all of it pure.
//! May not be here: tones, notifications, titles (platform and view), what ringing is (the model's).
//! Ringing is a function of the present and never of a start and a stop: whatever ends it, it is over in that step.
//! Silence comes first: after the page was frozen nothing rings until the server has answered again.

use super::state::{Attending, Tab};
use crate::connection::Millis;
use crate::domain::ids::CallKey;
use crate::preferences::Signals;
use std::time::Duration;

/// The longest that one call rings: after that it is told of on the page alone.
pub const LONGEST_RING: Duration = Duration::from_secs(120);

/// Decides what calls for attention.
#[derive(Debug, Default)]
pub struct Attention {
    /// The signals that the agent wishes for.
    pub signals: Signals,
    /// What this tab is among those of the agent.
    pub tab: Tab,
    /// The page is frozen, or about to be.
    pub frozen: bool,
    /// What is known may be old: the server has been asked and has not answered yet.
    pub in_doubt: bool,
    /// Calls that ring, with the time at which that was first known here.
    rings: Vec<(CallKey, Millis)>,
    attending: Attending,
}

impl Attention {
    /// A call has stopped ringing. Should it ring again, it may do so as long as another one.
    pub fn stop(&mut self, call: CallKey) {
        self.rings.retain(|(known, _)| *known != call);
    }

    /// Decides anew; `ringing` are the calls that ring, by the time since when. Answers whether anything changed.
    ///
    /// `is_certain` says whether a call is known to ring at this very moment, at a desk that works.
    pub fn settle(&mut self, ringing: &[CallKey], is_certain: impl Fn(CallKey) -> bool, now: Millis) -> bool {
        self.rings.retain(|(known, _)| ringing.contains(known));
        for call in ringing {
            if !self.rings.iter().any(|(known, _)| known == call) {
                self.rings.push((*call, now));
            }
        }
        let may_ring = self.tab == Tab::Leading && !self.frozen && !self.in_doubt;
        let mut rings = self.rings.iter().filter(|_| may_ring);
        let call = rings
            .find(|(call, since)| now.since(*since) < LONGEST_RING && is_certain(*call))
            .map(|(call, _)| *call);
        let attending = Attending {
            tab: self.tab,
            call,
            signals: if call.is_some() {
                self.signals
            } else {
                Signals::NONE
            },
        };
        std::mem::replace(&mut self.attending, attending) != attending
    }

    /// What was decided last.
    pub fn attending(&self) -> Attending {
        self.attending
    }

    /// When the present ring has lasted long enough.
    pub fn next_wake(&self) -> Option<Millis> {
        let call = self.attending.call?;
        let (_, since) = self.rings.iter().find(|(known, _)| *known == call)?;
        Some(*since + LONGEST_RING)
    }
}
