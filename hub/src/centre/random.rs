//! The centre's dice.
//!
//! Lives here: one small generator (splitmix64) and the few distributions that the centre draws from.
//! May not live here: any source of entropy. The seed comes from `Settings`, and only IEEE additions,
//! multiplications and divisions are used, so that native and WebAssembly builds draw the very same
//! numbers; the logarithm is written out for that reason. Not fit for anything secret.

use super::time::Span;

/// A seeded stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

/// One step of splitmix64: a good hash of `value`, also used to derive ids.
pub(super) const fn mixed(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl Dice {
    /// The stream that belongs to `seed`.
    pub(super) const fn new(seed: u64) -> Self {
        Self(mixed(seed))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.0)
    }

    /// A number from 0 up to and without 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number from `low` to `high`, both included; `low` when the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let Ok(width) = u64::try_from(high.saturating_sub(low)) else {
            return low;
        };
        let drawn = (u128::from(self.next()) * (u128::from(width) + 1)) >> 64;
        low.saturating_add(i64::try_from(drawn).unwrap_or(0))
    }

    /// A position in a list of `length` items; 0 for an empty list.
    pub(super) fn position(&mut self, length: usize) -> usize {
        let last = i64::try_from(length).unwrap_or(i64::MAX).saturating_sub(1);
        usize::try_from(self.between(0, last.max(0))).unwrap_or(0)
    }

    /// One of the items, each as likely as the next.
    pub(super) fn one_of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let position = self.position(items.len());
        items.get(position)
    }

    /// Whether something of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A span between two numbers of milliseconds, both included.
    pub(super) fn millis(&mut self, low: i64, high: i64) -> Span {
        Span::from_millis(self.between(low, high))
    }

    /// A span between two numbers of seconds, drawn to the millisecond.
    pub(super) fn secs(&mut self, low: i64, high: i64) -> Span {
        self.millis(low.saturating_mul(1_000), high.saturating_mul(1_000))
    }

    /// The waiting time until the next event of a Poisson process with this mean.
    pub(super) fn exponential(&mut self, mean: Span) -> Span {
        let draw = -natural_logarithm(1.0 - self.unit());
        Span::from_millis((mean.as_millis() as f64 * draw) as i64)
    }
}

/// The natural logarithm of a positive number up to 1, to about 12 digits, from basic arithmetic alone.
fn natural_logarithm(number: f64) -> f64 {
    let mut mantissa = number;
    let mut halvings = 0.0;
    while mantissa < 0.75 && halvings < 64.0 {
        mantissa *= 2.0;
        halvings += 1.0;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), with m between 0.75 and 1.5.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut power = ratio;
    let mut sum = 0.0;
    let mut divisor = 1.0;
    for _ in 0..9 {
        sum += power / divisor;
        power *= square;
        divisor += 2.0;
    }
    2.0 * sum - halvings * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_out_logarithm_is_right() {
        for step in 1..=1_000 {
            let number = f64::from(step) / 1_000.0;
            assert!(
                (natural_logarithm(number) - number.ln()).abs() < 1e-10,
                "{number}"
            );
        }
    }

    #[test]
    fn ranges_are_kept_and_their_ends_reached() {
        let mut dice = Dice::new(7);
        let drawn: Vec<i64> = (0..1_000).map(|_| dice.between(-2, 3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-2));
        assert_eq!(drawn.iter().max(), Some(&3));
        assert_eq!(dice.between(5, 1), 5);
    }

    #[test]
    fn the_mean_of_the_waiting_times_is_the_mean_asked_for() {
        let mut dice = Dice::new(11);
        let total: i64 = (0..20_000)
            .map(|_| dice.exponential(Span::from_secs(10)).as_millis())
            .sum();
        assert!((9_700..10_300).contains(&(total / 20_000)), "{}", total / 20_000);
    }
}
