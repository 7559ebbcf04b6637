//! Points in time as the shell's monotonic clock gives them.
//!
//! Lives here: [`Millis`] and its arithmetic, which saturates instead of overflowing.
//! May not be here: reading a clock; the time always comes in from outside.
//! Spans are [`Duration`]s, points are `Millis`, so that the two cannot be mixed up.
//! Only differences of points mean anything; zero may be any moment.

use std::ops::Add;
use std::time::Duration;

/// A point in time: milliseconds of a clock that never runs backwards (`performance.now()`, `Instant`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(i64);

impl Millis {
    /// Before every other point.
    pub(super) const DISTANT_PAST: Self = Self(i64::MIN);

    /// The point `value` milliseconds after the clock's zero.
    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    /// Milliseconds after the clock's zero.
    pub const fn value(self) -> i64 {
        self.0
    }

    /// The span since `earlier`; zero when `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        let span = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(span).unwrap_or(0))
    }
}

impl Add<Duration> for Millis {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Millis::new(5) + Duration::MAX, Millis::new(i64::MAX));
        assert_eq!(Millis::new(5).since(Millis::new(7)), Duration::ZERO);
        assert_eq!(Millis::new(7).since(Millis::new(5)), Duration::from_millis(2));
        assert_eq!(
            Millis::new(i64::MAX).since(Millis::DISTANT_PAST),
            Duration::from_millis(i64::MAX as u64)
        );
    }
}
