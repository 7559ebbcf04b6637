//! Whether the server is still there, judged by what was received and not by counting timers.
//!
//! Lives here: when to ping, when a server is late, when it is dead, and what a probe in doubt demands.
//! May not be here: sending; the owner of the socket does what is decided here.
//! A timer that fires late (throttled tab, sleep) proves nothing about the server, so it leads to a probe first.
//! The client's pings keep their own schedule (the official client's stop with the server's, defect D15).

use super::time::Millis;
use std::time::Duration;

/// A timer later than this has been held up, and received data may be held up behind it.
const PUNCTUAL: Duration = Duration::from_secs(1);

/// How often in a row a late timer earns the server another chance.
const CHANCES: u8 = 2;

/// A server is not called late sooner than this, however fast its pings.
const LATE_AT_LEAST: Duration = Duration::from_secs(2);

/// What the clock says about the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing to object to.
    Alive,
    /// It has just become late.
    Late,
    /// In doubt: probe it.
    Doubtful,
    /// It was silent for too long.
    Dead,
}

/// The times that matter on one connection.
#[derive(Debug)]
pub(super) struct Liveness {
    keep_alive: Duration,
    server_timeout: Duration,
    last_heard: Millis,
    last_sent: Millis,
    /// When a ping came, if nothing has come since: two pings in a row are exactly one interval apart.
    lone_ping: Option<Millis>,
    /// The server's ping interval as learned.
    cadence: Duration,
    late: bool,
    /// Set while a probe is out and nothing has been received since.
    probe_ends: Option<Millis>,
    chances: u8,
}

impl Liveness {
    pub(super) fn new(keep_alive: Duration, server_timeout: Duration, now: Millis) -> Self {
        Self {
            // A zero would have the timer fire for ever.
            keep_alive: keep_alive.max(Duration::from_millis(1)),
            server_timeout,
            last_heard: now,
            last_sent: now,
            lone_ping: None,
            // The defaults of both ends stand in this proportion: 15 s and 30 s.
            cadence: server_timeout / 2,
            late: false,
            probe_ends: None,
            chances: CHANCES,
        }
    }

    /// Bytes arrived. Answers whether the server was late until now.
    pub(super) fn heard(&mut self, now: Millis) -> bool {
        self.last_heard = now;
        self.probe_ends = None;
        self.chances = CHANCES;
        std::mem::take(&mut self.late)
    }

    /// A message other than a ping was among them.
    pub(super) fn heard_message(&mut self) {
        self.lone_ping = None;
    }

    /// A ping was among them.
    pub(super) fn heard_ping(&mut self, now: Millis) {
        if let Some(earlier) = self.lone_ping.replace(now) {
            let interval = now.since(earlier);
            // Slower is believed at once, faster gradually: one early ping must not make the next one late.
            self.cadence = interval.max((self.cadence.saturating_mul(3).saturating_add(interval)) / 4);
        }
    }

    /// Something was sent, which serves as a ping (case K07).
    pub(super) fn sent(&mut self, now: Millis) {
        self.last_sent = now;
    }

    /// Whether a ping is due (cases K05 to K08).
    pub(super) fn ping_due(&self, now: Millis) -> bool {
        now >= self.ping_at()
    }

    /// Marks the server as late; answers whether that is news.
    pub(super) fn suspect(&mut self) -> bool {
        !std::mem::replace(&mut self.late, true)
    }

    /// Begins to demand a sign of life. `answered` says whether the probe is one that a server answers;
    /// otherwise its next ping is what can be demanded. Answers whether there was no such demand before.
    pub(super) fn demand(&mut self, answered: bool, patience: Duration, now: Millis) -> bool {
        if self.probe_ends.is_some() {
            return false;
        }
        let soon = now + patience;
        self.probe_ends = Some(if answered {
            soon
        } else {
            soon.max(self.last_heard + self.cadence + patience)
        });
        true
    }

    /// What is to be thought of the server at the time `now` of a timer.
    pub(super) fn judge(&mut self, now: Millis) -> Verdict {
        let ends = self.ends_at();
        if now < ends {
            return if now >= self.late_at() && self.suspect() {
                Verdict::Late
            } else {
                Verdict::Alive
            };
        }
        if now.since(ends) > PUNCTUAL && self.chances > 0 {
            self.chances -= 1;
            self.probe_ends = None;
            return Verdict::Doubtful;
        }
        Verdict::Dead
    }

    /// When to look again.
    pub(super) fn next_wake(&self) -> Millis {
        let wake = self.ping_at().min(self.ends_at());
        if self.late { wake } else { wake.min(self.late_at()) }
    }

    pub(super) fn last_heard(&self) -> Millis {
        self.last_heard
    }

    fn ping_at(&self) -> Millis {
        self.last_sent + self.keep_alive
    }

    fn late_at(&self) -> Millis {
        self.last_heard + (self.cadence + self.cadence / 2).max(LATE_AT_LEAST)
    }

    fn ends_at(&self) -> Millis {
        self.probe_ends.unwrap_or(self.last_heard + self.server_timeout)
    }
}
