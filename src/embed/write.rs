//! Writing JSON by hand.
//!
//! Lives here: one object in the making, and times as ISO 8601 has them.
//! May not be here: names of messages and members.
//! A dozen small objects do not need a serializer, and the page does not have one.

use crate::domain::Moment;
use crate::protocol::json::quoted;
use std::fmt::Write;

const DAY: i64 = 86_400_000;

/// An object in the making.
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    /// A member that is JSON already.
    pub(super) fn raw(mut self, key: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quoted(key, &mut self.0);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    pub(super) fn text(self, key: &str, text: &str) -> Self {
        let mut json = String::new();
        quoted(text, &mut json);
        self.raw(key, &json)
    }

    /// A text, where there is one.
    pub(super) fn known(self, key: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    pub(super) fn number(self, key: &str, number: impl Into<i64>) -> Self {
        self.raw(key, &number.into().to_string())
    }

    pub(super) fn flag(self, key: &str, flag: bool) -> Self {
        self.raw(key, if flag { "true" } else { "false" })
    }

    /// A time, where it is known and a calendar has it.
    pub(super) fn time(self, key: &str, time: Option<Moment>) -> Self {
        self.known(key, time.and_then(iso).as_deref())
    }

    /// A list of names.
    pub(super) fn names<'a>(self, key: &str, names: impl Iterator<Item = &'a str>) -> Self {
        let mut json = "[".to_owned();
        for name in names {
            if json.len() > 1 {
                json.push(',');
            }
            quoted(name, &mut json);
        }
        json.push(']');
        self.raw(key, &json)
    }

    /// Bytes written so far.
    pub(super) fn length(&self) -> usize {
        self.0.len()
    }

    pub(super) fn done(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A time of the years 0 to 9999, as `2026-11-21T07:20:11.000Z`.
fn iso(time: Moment) -> Option<String> {
    let (day, rest) = (time.0.div_euclid(DAY), time.0.rem_euclid(DAY));
    // Days since 0000-03-01: leap days come last in such years (Howard Hinnant's algorithm).
    let day = day.checked_add(719_468)?;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if !(0..=9_999).contains(&year) {
        return None;
    }
    let (seconds, milliseconds) = (rest / 1_000, rest % 1_000);
    let mut text = String::new();
    // Writing into a text does not fail.
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day_of_month:02}T{:02}:{:02}:{:02}.{milliseconds:03}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
    );
    Some(text)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_are_written_as_a_calendar_has_them(time in -62_167_219_200_000_i64..253_402_300_800_000) {
            let known = chrono::DateTime::from_timestamp_millis(time).unwrap();
            prop_assert_eq!(iso(Moment(time)), Some(known.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()));
        }

        #[test]
        fn objects_are_json(key in any::<String>(), text in any::<String>(), number in any::<i64>()) {
            let json = Object::new().text(&key, &text).number("", number).names("", [&*text].into_iter()).done();
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert!(key.is_empty() || value[&key] == text.as_str());
        }
    }

    #[test]
    fn a_time_that_no_calendar_has_is_not_written() {
        for time in [i64::MIN, i64::MAX, -62_167_219_200_001, 253_402_300_800_000] {
            assert_eq!(iso(Moment(time)), None);
            assert_eq!(Object::new().time("at", Some(Moment(time))).done(), "{}");
        }
    }
}
