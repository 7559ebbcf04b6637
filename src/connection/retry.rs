//! How long to wait before the next attempt.
//!
//! Lives here: the policy interface, the default (capped exponential with jitter, for ever) and a fixed list.
//! May not be here: counting attempts and waiting, which are the machine's.
//! Every default delay is jittered, the first included: a redeployed hub must not meet all its desks at once.
//! Randomness comes in as a number with the input.

use super::error::Error;
use std::fmt;
use std::time::Duration;

/// What is known when a delay is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Retry<'a> {
    /// Failed retries so far in this outage; 0 the first time (case R02).
    pub previous_retries: u32,
    /// Since the outage, or the first attempt, began.
    pub elapsed: Duration,
    /// Why another attempt is needed; `None` after a close in good order.
    pub reason: Option<&'a Error>,
    /// Uniformly distributed, for jitter.
    pub random: u64,
}

/// Decides on the delay before the next attempt.
pub trait RetryPolicy: Send + Sync {
    /// The delay, or `None` to give up.
    fn delay(&self, retry: &Retry<'_>) -> Option<Duration>;
}

impl fmt::Debug for dyn RetryPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RetryPolicy")
    }
}

/// The default: the first retry soon, then twice as long each time up to a cap, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff {
    /// The first retry comes at a random moment up to this.
    pub first_within: Duration,
    /// The second retry comes after about this; later ones after twice the one before.
    pub base: Duration,
    /// No delay is longer.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first_within: Duration::from_millis(500),
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy for Backoff {
    fn delay(&self, retry: &Retry<'_>) -> Option<Duration> {
        let delay = match retry.previous_retries.checked_sub(1) {
            None => part_of(self.first_within, retry.random),
            Some(doublings) => {
                let full = self
                    .base
                    .saturating_mul(2_u32.saturating_pow(doublings))
                    .min(self.cap);
                // Half is certain, so that delays still grow; half is left to chance.
                full / 2 + part_of(full / 2, retry.random)
            }
        };
        Some(delay)
    }
}

/// A random part of `span`.
fn part_of(span: Duration, random: u64) -> Duration {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % millis.saturating_add(1).max(1))
}

/// These delays exactly, then no more. An empty list never reconnects (case R06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delays(pub Vec<Duration>);

impl Delays {
    /// The official client's: at once, after 2, 10 and 30 seconds, then giving up (case R14).
    pub fn official() -> Self {
        Self([0, 2, 10, 30].map(Duration::from_secs).to_vec())
    }
}

impl RetryPolicy for Delays {
    fn delay(&self, retry: &Retry<'_>) -> Option<Duration> {
        self.0.get(usize::try_from(retry.previous_retries).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(policy: &dyn RetryPolicy, previous_retries: u32, random: u64) -> Option<u128> {
        policy
            .delay(&Retry {
                previous_retries,
                elapsed: Duration::ZERO,
                reason: None,
                random,
            })
            .map(|delay| delay.as_millis())
    }

    #[test]
    fn r14_the_official_delays_are_a_preset() {
        let policy = Delays::official();
        let delays: Vec<_> = (0..6).map(|retry| delay(&policy, retry, 7)).collect();
        assert_eq!(
            delays,
            [Some(0), Some(2_000), Some(10_000), Some(30_000), None, None]
        );
    }

    #[test]
    fn the_default_grows_to_its_cap_and_never_gives_up() {
        let policy = Backoff::default();
        for random in [0, 1, 12_345, u64::MAX] {
            assert!(delay(&policy, 0, random).is_some_and(|millis| millis <= 500));
            for (retry, full) in [
                (1, 1_000),
                (2, 2_000),
                (5, 16_000),
                (6, 30_000),
                (u32::MAX, 30_000),
            ] {
                let millis = delay(&policy, retry, random);
                assert!(
                    millis.is_some_and(|millis| (full / 2..=full).contains(&millis)),
                    "{retry}: {millis:?}"
                );
            }
        }
    }
}
