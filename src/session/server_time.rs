//! Server time: the browser's clock corrected by what the server's stamps tell (decision D6).
//!
//! Lives here: the signed offset between the two clocks, estimated from the stamps of arriving events.
//! May not be here: a clock; both times come in.
//! A stamp is older than its arrival by the time it travelled, so the largest difference seen is the best one.
//! Two windows of five minutes follow a drifting clock without ever forgetting the present estimate.

use crate::domain::Moment;

const WINDOW: i64 = 5 * 60 * 1000;

/// An estimate of the server's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ServerTime {
    present: Option<i64>,
    previous: Option<i64>,
    window_began: Option<Moment>,
}

impl ServerTime {
    /// Notes that a message stamped `stamp` by the server arrived at `wall` by the browser's clock.
    pub(super) fn observe(&mut self, stamp: Moment, wall: Moment) {
        let began = *self.window_began.get_or_insert(wall);
        if wall.since(began).abs() > WINDOW {
            self.previous = self.present;
            self.present = None;
            self.window_began = Some(wall);
        }
        let offset = stamp.since(wall);
        self.present = Some(self.present.map_or(offset, |known| known.max(offset)));
    }

    /// Milliseconds to add to the browser's clock.
    pub(super) fn offset(&self) -> i64 {
        match (self.present, self.previous) {
            (Some(present), Some(previous)) => present.max(previous),
            (one, other) => one.or(other).unwrap_or(0),
        }
    }

    /// Whether a stamp was seen yet; until then the server's time is taken to be the browser's.
    pub(super) fn is_known(&self) -> bool {
        self.present.or(self.previous).is_some()
    }

    /// The server's time at `wall`.
    pub(super) fn at(&self, wall: Moment) -> Moment {
        wall.plus(self.offset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d6_the_offset_is_signed_and_the_least_delayed_stamp_counts() {
        let mut time = ServerTime::default();
        // The server is 60 s behind; messages travel between 20 and 900 ms.
        for delay in [300, 900, 20, 450] {
            time.observe(Moment(1_000_000 - 60_000 - delay), Moment(1_000_000));
        }
        assert_eq!(time.offset(), -60_020);
        assert_eq!(time.at(Moment(2_000_000)), Moment(1_939_980));
    }

    #[test]
    fn a_clock_that_is_put_right_is_followed_within_two_windows() {
        let mut time = ServerTime::default();
        time.observe(Moment(10_000), Moment(0));
        time.observe(Moment(WINDOW + 1), Moment(WINDOW + 1));
        assert_eq!(time.offset(), 10_000, "the previous window still counts");
        time.observe(Moment(2 * WINDOW + 3), Moment(2 * WINDOW + 3));
        assert_eq!(time.offset(), 0);
    }
}
