//! A small JSON writer.
//!
//! Lives here: writing objects field by field into one string, with the forms of time and id that the
//! vocabularies use. May not live here: reading JSON, or knowing any field by name.
//! It is by hand because an event is a flat object of known fields that is written thousands of times a
//! second and read by nobody here: no tree, no intermediate values, one growing buffer.

use std::fmt::{Display, Write};

use crate::centre::{Guid, Moment};

/// `DateTime.MaxValue` as .NET writes it: open-ended (R14).
const OPEN_ENDED: &str = "9999-12-31T23:59:59.9999999";

/// A JSON object or array under construction.
#[derive(Debug)]
pub(super) struct Writer {
    text: String,
    first: bool,
}

impl Writer {
    /// An object, to be filled and finished.
    pub(super) fn object() -> Self {
        let mut text = String::with_capacity(1_024);
        text.push('{');
        Self { text, first: true }
    }

    /// The finished text of the object.
    pub(super) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// A field with text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.text, value);
    }

    /// A field with a value whose text needs no quotes or escapes: a number or a truth value.
    pub(super) fn plain(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.display(value);
    }

    /// A field whose name and value are somebody else's.
    pub(super) fn value(&mut self, name: &str, value: &serde_json::Value) {
        self.separate();
        quote(&mut self.text, name);
        self.text.push(':');
        self.display(value);
    }

    /// An array of texts.
    pub(super) fn texts<'t>(&mut self, name: &str, values: impl IntoIterator<Item = &'t str>) {
        self.array(name, |list| {
            for value in values {
                list.separate();
                quote(&mut list.text, value);
            }
        });
    }

    /// A field without a value.
    pub(super) fn null(&mut self, name: &str) {
        self.name(name);
        self.text.push_str("null");
    }

    /// A field with a number, or null.
    pub(super) fn plain_or_null(&mut self, name: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.plain(name, value),
            None => self.null(name),
        }
    }

    /// A field with an id.
    pub(super) fn guid(&mut self, name: &str, value: Guid) {
        self.name(name);
        self.text.push('"');
        self.display(value);
        self.text.push('"');
    }

    /// A field with an id, or null.
    pub(super) fn guid_or_null(&mut self, name: &str, value: Option<Guid>) {
        match value {
            Some(value) => self.guid(name, value),
            None => self.null(name),
        }
    }

    /// A field with a moment in UTC: seven digits after the second, as in the one real capture (E07).
    pub(super) fn moment(&mut self, name: &str, value: Moment) {
        self.name(name);
        self.text.push('"');
        write_moment(&mut self.text, value);
        self.text.push('"');
    }

    /// A field with a moment, or null.
    pub(super) fn moment_or_null(&mut self, name: &str, value: Option<Moment>) {
        match value {
            Some(value) => self.moment(name, value),
            None => self.null(name),
        }
    }

    /// A field with the moment that stands for "open-ended".
    pub(super) fn open_ended(&mut self, name: &str) {
        self.text(name, OPEN_ENDED);
    }

    /// A field with an object inside.
    pub(super) fn nested(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.name(name);
        self.enclosed('{', '}', fill);
    }

    /// A field with an array inside; its elements are written with `element`.
    pub(super) fn array(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.name(name);
        self.enclosed('[', ']', fill);
    }

    /// An object in an array.
    pub(super) fn element(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.enclosed('{', '}', fill);
    }

    fn enclosed(&mut self, open: char, close: char, fill: impl FnOnce(&mut Self)) {
        self.text.push(open);
        self.first = true;
        fill(self);
        self.text.push(close);
        self.first = false;
    }

    fn display(&mut self, value: impl Display) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "{value}");
    }
}

/// A text as a JSON string.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    quote(&mut text, value);
    text
}

/// Appends a JSON string.
fn quote(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

/// Appends a moment as `2026-11-21T07:20:11.0370000Z`.
fn write_moment(text: &mut String, moment: Moment) {
    const DAY: i64 = 86_400_000;
    let millis = moment.as_millis();
    let (year, month, day) = civil(millis.div_euclid(DAY));
    let of_day = millis.rem_euclid(DAY);
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}0000Z",
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1_000 % 60,
        of_day % 1_000,
    );
}

/// Year, month and day of the `days`-th day after 1970-01-01 in the Gregorian calendar, by counting
/// from March of year 0 in eras of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_whatever_is_in_it() {
        let nasty = "a\"b\\c\u{1}\n\u{1F600}é/";
        let mut writer = Writer::object();
        writer.text("text", nasty);
        writer.array("list", |list| {
            list.element(|item| item.null("none"));
            list.element(|item| item.plain("number", 1));
        });
        writer.nested("empty", |_| {});
        writer.plain("last", true);
        let read: serde_json::Value = serde_json::from_str(&writer.finish()).expect("JSON");
        assert_eq!(read["text"], nasty);
        assert_eq!(read["list"][1]["number"], 1);
        assert_eq!(read["last"], true);
    }

    #[test]
    fn moments_agree_with_a_calendar() {
        for days in (-200_000_i64..200_000).step_by(97) {
            let millis = days * 86_400_000 + 45_296_789;
            let mut text = String::new();
            write_moment(&mut text, Moment::from_millis(millis));
            let expected = chrono::DateTime::from_timestamp_millis(millis)
                .expect("a date")
                .naive_utc();
            assert_eq!(text, format!("{}.7890000Z", expected.format("%Y-%m-%dT%H:%M:%S")));
        }
    }
}
