//! OLE Automation dates, and the local time that they are in (rule R126, trap T20).
//!
//! Lives here: [`LocalTime`] as text and back, [`LocalClock`] with the offsets of a place's local time.
//! May not be here: a clock, a data base of zones; the site says which offset holds from when.
//! A date is a number of days since 1899-12-30; before that day the fraction still counts forwards: -1.25 is 06:00.
//! Whole numbers throughout: a date as written has more digits than a double keeps.

use crate::domain::Moment;
use crate::vendor::time::Zone;

const DAY: i64 = 86_400_000;
/// Days from 1899-12-30 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 25_569;
/// The days of a date: the years 100 to 9999.
const DAYS: std::ops::RangeInclusive<i64> = -657_434..=2_958_465;
/// Digits of the fraction that are read; further ones are less than a nanosecond.
const DIGITS: u32 = 15;

/// What a clock on a wall shows: milliseconds since it showed 1970-01-01T00:00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub i64);

impl LocalTime {
    /// Reads an OLE Automation date; `None` when it is none or out of the years 100 to 9999.
    ///
    /// A decimal comma is taken as well, as some locales write one. Rounded to the millisecond.
    pub fn from_ole(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 10 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let days: i64 = whole.parse().ok()?;
        let days = if negative { -days } else { days };
        if !DAYS.contains(&days) {
            return None;
        }
        let mut part: i128 = 0;
        let mut scale: i128 = 1;
        for byte in fraction.bytes().take(DIGITS as usize) {
            part = part * 10 + i128::from(byte - b'0');
            scale *= 10;
        }
        let milliseconds = ((part * i128::from(DAY) * 2 + scale) / (scale * 2)) as i64;
        Some(Self((days - DAYS_BEFORE_1970) * DAY + milliseconds))
    }

    /// The OLE Automation date, to the millisecond; a time beyond the years 100 to 9999 is written as their end.
    pub fn to_ole(self) -> String {
        let first = (DAYS.start() - DAYS_BEFORE_1970) * DAY;
        let last = (DAYS.end() + 1 - DAYS_BEFORE_1970) * DAY - 1;
        let time = self.0.clamp(first, last);
        let days = time.div_euclid(DAY) + DAYS_BEFORE_1970;
        // Nine digits are a tenth of a millisecond.
        let part = (i128::from(time.rem_euclid(DAY)) * 1_000_000_000 + i128::from(DAY) / 2) / i128::from(DAY);
        format!("{days}.{part:09}")
    }
}

/// The offsets of a place's local time: which one holds from when. The default is UTC throughout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalClock {
    first: Zone,
    changes: Vec<(Moment, Zone)>,
}

impl LocalClock {
    /// A clock that begins with the offset `first` and changes it at each of `changes`, in any order.
    pub fn new(first: Zone, mut changes: Vec<(Moment, Zone)>) -> Self {
        changes.sort_by_key(|(from, _)| *from);
        Self { first, changes }
    }

    /// What the clock shows at a moment.
    pub fn show(&self, moment: Moment) -> LocalTime {
        let zone = self
            .changes
            .iter()
            .rev()
            .find(|(from, _)| *from <= moment)
            .map_or(self.first, |(_, zone)| *zone);
        LocalTime(moment.plus(offset(zone)).0)
    }

    /// A time that the clock shows for sure not after a moment, for asking what has happened since.
    ///
    /// It is what the clock shows then, except in an hour that will be shown again: who reads that time as the
    /// second one would leave out an hour, and so it is the time before the hour that is asked for.
    pub fn show_no_later(&self, moment: Moment) -> LocalTime {
        let mut zone = self.first;
        for (from, next) in &self.changes {
            let back = offset(zone).saturating_sub(offset(*next));
            if back > 0 && moment < *from && from.since(moment) <= back {
                return LocalTime(self.show(moment).0.saturating_sub(back));
            }
            zone = *next;
        }
        self.show(moment)
    }

    /// When the clock shows a time. Of an hour that is shown twice it is the first; in an hour that is skipped, the
    /// moment at which it would have been without the change.
    pub fn moment(&self, local: LocalTime) -> Moment {
        let mut zone = self.first;
        for (from, next) in &self.changes {
            let moment = Moment(local.0.saturating_sub(offset(zone)));
            let by_next = Moment(local.0.saturating_sub(offset(*next)));
            if moment < *from || by_next < *from {
                return moment;
            }
            zone = *next;
        }
        Moment(local.0.saturating_sub(offset(zone)))
    }
}

/// An offset in milliseconds.
fn offset(zone: Zone) -> i64 {
    i64::from(zone.minutes_east) * 60_000
}
