//! Date-times as the vendors write them, read into [`Moment`]s.
//!
//! Lives here: the ISO form with 0 to 9 fractional digits, with `Z`, an offset or no zone, and its sentinels.
//! May not be here: a clock, or the words in which a time is shown.
//! `DateTime.MinValue` means "not set", `DateTime.MaxValue` "open-ended" (decision D3, rule R14, irregularity E06).
//! Written by hand: one fixed form, no allocation, and a fraction of the size of a general parser.

use crate::domain::Moment;
use crate::domain::moment::Until;

/// The zone of date-times that name none: minutes east of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone {
    /// Minutes east of UTC; 0 is UTC itself.
    pub minutes_east: i32,
}

/// A date-time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// `DateTime.MinValue`: not set.
    NotSet,
    /// A point in time.
    At(Moment),
    /// `DateTime.MaxValue`: without end.
    OpenEnded,
}

impl Stamp {
    /// The point in time, where there is one.
    pub fn moment(self) -> Option<Moment> {
        match self {
            Stamp::At(moment) => Some(moment),
            Stamp::NotSet | Stamp::OpenEnded => None,
        }
    }

    /// The end of something, where one is set.
    pub fn until(self) -> Option<Until> {
        match self {
            Stamp::NotSet => None,
            Stamp::At(moment) => Some(Until::At(moment)),
            Stamp::OpenEnded => Some(Until::OpenEnded),
        }
    }
}

/// Reads `YYYY-MM-DD[Thh:mm[:ss[.f…]]][Z|±hh[:]mm]`; `None` when it is no such text or no such day exists.
///
/// Fractions finer than a millisecond are cut off. A leap second (`:60`) is read as the second after `:59`.
pub fn parse(text: &str, zone: Zone) -> Option<Stamp> {
    let mut digits = Digits {
        bytes: text.trim_ascii().as_bytes(),
    };
    let year = digits.number(4)?;
    digits.expect(b'-')?;
    let month = digits.number(2)?;
    digits.expect(b'-')?;
    let day = digits.number(2)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let (mut hour, mut minute, mut second, mut milliseconds) = (0, 0, 0, 0);
    if digits.take(b'T') || digits.take(b't') || digits.take(b' ') {
        hour = digits.number(2)?;
        digits.expect(b':')?;
        minute = digits.number(2)?;
        if digits.take(b':') {
            second = digits.number(2)?;
            if digits.take(b'.') || digits.take(b',') {
                milliseconds = digits.fraction()?;
            }
        }
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let minutes_east = digits.zone(zone)?;
    if !digits.bytes.is_empty() {
        return None;
    }
    // The sentinels are recognised by their day: whatever zone a server attaches, nobody means these days.
    if year <= 1 {
        return Some(Stamp::NotSet);
    }
    if year == 9999 && month == 12 && day == 31 {
        return Some(Stamp::OpenEnded);
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Stamp::At(Moment(
        (seconds - i64::from(minutes_east) * 60) * 1000 + milliseconds,
    )))
}

struct Digits<'a> {
    bytes: &'a [u8],
}

impl Digits<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.bytes.first() == Some(&byte);
        if taken {
            self.next();
        }
        taken
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    fn digit(&mut self) -> Option<i64> {
        match self.bytes.first() {
            Some(byte @ b'0'..=b'9') => {
                let digit = i64::from(byte - b'0');
                self.next();
                Some(digit)
            }
            _ => None,
        }
    }

    fn number(&mut self, length: usize) -> Option<i64> {
        (0..length).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    /// 1 to 9 fractional digits, as milliseconds.
    fn fraction(&mut self) -> Option<i64> {
        let mut milliseconds = self.digit()? * 100;
        let mut weight = 10;
        for _ in 1..9 {
            match self.digit() {
                Some(digit) => {
                    milliseconds += digit * weight;
                    weight /= 10;
                }
                None => break,
            }
        }
        Some(milliseconds)
    }

    fn zone(&mut self, default: Zone) -> Option<i32> {
        let sign = match self.bytes.first() {
            None => return Some(default.minutes_east),
            Some(b'Z' | b'z') => {
                self.next();
                return Some(0);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.next();
        let hours = self.number(2)?;
        self.take(b':');
        let minutes = if self.bytes.is_empty() { 0 } else { self.number(2)? };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) as i32)
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let century = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    century * 146_097 + day_of_cycle - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<i64> {
        parse(text, Zone::default())?.moment().map(|moment| moment.0)
    }

    #[test]
    fn e07_fractions_of_0_to_7_digits_are_read() {
        assert_eq!(at("2020-01-01T12:00:00Z"), Some(1_577_880_000_000));
        assert_eq!(at("2023-10-19T14:21:19.7009158Z"), Some(1_697_725_279_700));
        assert_eq!(at("2023-10-19T14:21:19.7Z"), Some(1_697_725_279_700));
        assert_eq!(at("2023-10-19T14:21:19.70091581Z"), Some(1_697_725_279_700));
        assert_eq!(at("1970-01-01"), Some(0));
    }

    #[test]
    fn t16_zones_and_their_absence() {
        assert_eq!(at("2020-01-01T12:00:00+02:00"), at("2020-01-01T10:00:00Z"));
        assert_eq!(at("2020-01-01T12:00:00-0330"), at("2020-01-01T15:30:00Z"));
        assert_eq!(at("2020-01-01T12:00:00"), at("2020-01-01T12:00:00Z"));
        let helsinki = Zone { minutes_east: 120 };
        let local = parse("2020-01-01T12:00:00", helsinki).and_then(Stamp::moment);
        assert_eq!(local.map(|moment| moment.0), at("2020-01-01T10:00:00Z"));
    }

    #[test]
    fn e06_r14_sentinels() {
        assert_eq!(parse("0001-01-01T00:00:00", Zone::default()), Some(Stamp::NotSet));
        assert_eq!(
            parse("0001-01-01T00:00:00Z", Zone::default()),
            Some(Stamp::NotSet)
        );
        let max = "9999-12-31T23:59:59.9999999";
        assert_eq!(parse(max, Zone::default()), Some(Stamp::OpenEnded));
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in [
            "2023-02-30T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-00-10T00:00:00Z",
            "2023-01-01T25:00:00Z",
            "2023-01-01T00:61:00Z",
            "2023-01-01T00:00:00Zz",
            "2023-01-01T00:00:00+9",
            "19.10.2023",
            "",
            "T",
            "2023-1-1",
        ] {
            assert_eq!(parse(text, Zone::default()), None, "{text}");
        }
        assert!(at("2024-02-29T00:00:00Z").is_some());
        assert!(at("1900-02-29T00:00:00Z").is_none());
    }
}
