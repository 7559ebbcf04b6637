//! Times and numbers as people read them.
//!
//! Lives here: durations as `m:ss`, and the browser's formatters (`Intl`) for one language.
//! May not be here: words, signals, "now": every time is an argument.
//! `Intl` writes times, numbers and units and knows the plural's rules: nothing to ship, and right in every country.
//! Digits are 0 to 9 and the calendar is the Gregorian in every language, as in phone numbers, timers and servers' texts.

use crate::words::Language;
use js_sys::{Array, Function, Reflect};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

/// A duration as `m:ss`, from an hour on as `h:mm:ss`; a negative one counts as nothing.
pub fn duration(milliseconds: i64) -> String {
    let seconds = (milliseconds / 1000).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::with_capacity(8);
    if hours > 0 {
        text.push_str(&hours.to_string());
        text.push(':');
        push_two_digits(&mut text, minutes);
    } else {
        text.push_str(&minutes.to_string());
    }
    text.push(':');
    push_two_digits(&mut text, seconds);
    text
}

fn push_two_digits(text: &mut String, number: i64) {
    if number < 10 {
        text.push('0');
    }
    text.push_str(&number.to_string());
}

/// What the browser is asked to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A time of day with seconds, from milliseconds.
    Clock,
    /// A time of day without seconds.
    ShortClock,
    /// A day of the month.
    Day,
    /// A number.
    Number,
    /// So many seconds.
    Seconds,
    /// So many minutes.
    Minutes,
    /// So many hours.
    Hours,
    /// So many days.
    Days,
    /// The plural's category of a number.
    Plural,
}

const FORMATS: usize = Format::Plural as usize + 1;

impl Format {
    /// The formatter in `Intl`, its method, and what it is told beside the digits and the calendar.
    fn recipe(self) -> [&'static str; 3] {
        let time = |options| ["DateTimeFormat", "format", options];
        let number = |options| ["NumberFormat", "format", options];
        match self {
            Format::Clock => time(r#","hour":"numeric","minute":"2-digit","second":"2-digit""#),
            Format::ShortClock => time(r#","hour":"numeric","minute":"2-digit""#),
            Format::Day => time(r#","day":"numeric","month":"short""#),
            Format::Number => number(""),
            Format::Seconds => number(r#","style":"unit","unit":"second""#),
            Format::Minutes => number(r#","style":"unit","unit":"minute""#),
            Format::Hours => number(r#","style":"unit","unit":"hour""#),
            Format::Days => number(r#","style":"unit","unit":"day""#),
            Format::Plural => ["PluralRules", "select", ""],
        }
    }
}

/// A formatter and its method.
struct Made {
    formatter: JsValue,
    method: Function,
}

/// The formatters of one language; each is made when it is first needed, which costs more than a thousand uses.
pub(super) struct Formats {
    /// The reader's own region first; a browser's tag may be one that its `Intl` does not take (`en-US@posix`).
    locales: [String; 2],
    made: [OnceCell<Option<Made>>; FORMATS],
}

impl Formats {
    /// For a language, in the region that the reader wishes for.
    pub(super) fn new(language: Language, wishes: &str) -> Self {
        Self {
            locales: [language.locale(wishes).to_owned(), language.tag().to_owned()],
            made: Default::default(),
        }
    }

    /// A value in a format; a browser that cannot write it is answered with its digits.
    pub(super) fn write(&self, format: Format, value: i64) -> String {
        self.made
            .get(format as usize)
            .and_then(|made| made.get_or_init(|| self.make(format)).as_ref())
            .and_then(|made| {
                let value = JsValue::from_f64(value as f64);
                made.method.call1(&made.formatter, &value).ok()?.as_string()
            })
            .unwrap_or_else(|| value.to_string())
    }

    fn make(&self, format: Format) -> Option<Made> {
        let [kind, method, particulars] = format.recipe();
        let options = [
            r#"{"numberingSystem":"latn","calendar":"gregory""#,
            particulars,
            "}",
        ]
        .concat();
        let options = js_sys::JSON::parse(&options).ok()?;
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let constructor: Function = Reflect::get(&intl, &kind.into()).ok()?.dyn_into().ok()?;
        let formatter = self.locales.iter().find_map(|locale| {
            Reflect::construct(&constructor, &Array::of2(&locale.into(), &options)).ok()
        })?;
        let method = Reflect::get(&formatter, &method.into()).ok()?.dyn_into().ok()?;
        Some(Made { formatter, method })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let cases = [
            (-5_000, "0:00"),
            (0, "0:00"),
            (999, "0:00"),
            (9_000, "0:09"),
            (61_000, "1:01"),
            (599_999, "9:59"),
            (3_599_000, "59:59"),
            (3_600_000, "1:00:00"),
            (36_061_000, "10:01:01"),
        ];
        for (milliseconds, text) in cases {
            assert_eq!(duration(milliseconds), text);
        }
    }
}
