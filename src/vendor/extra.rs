//! What a message holds beyond its documented fields, kept as it came (decision D15).
//!
//! Lives here: [`Extras`], a bounded list of names and values, and [`Entries`], an object used as such a list.
//! May not be here: a vendor's names, and what any of the values means.
//! Keeping is bounded in number and length: what is beyond is only counted.
//! Values are texts: strings without their escapes, everything else as it is written.

use super::json::{FromValue, Reader, Value};

/// Entries kept of one message or list.
pub const EXTRAS_KEPT: usize = 64;
/// Bytes kept of one value; a longer one is left out.
pub const EXTRA_LENGTH: usize = 4096;

/// Names and values beyond the documented ones, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    entries: Vec<(Box<str>, Box<str>)>,
    beyond: u32,
}

impl Extras {
    /// Keeps one; one that is too many or too long is only counted.
    pub fn keep(&mut self, name: &str, value: &str) {
        let fits = name.len() <= EXTRA_LENGTH && value.len() <= EXTRA_LENGTH;
        if self.entries.len() < EXTRAS_KEPT && fits {
            self.entries.push((name.into(), value.into()));
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// What was kept.
    pub fn entries(&self) -> &[(Box<str>, Box<str>)] {
        &self.entries
    }

    /// How many were not kept.
    pub fn beyond(&self) -> u32 {
        self.beyond
    }

    /// The first value of this name, without regard to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }
}

/// A list of keys and values, as it is written: a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entries<'a>(&'a str);

impl<'a> FromValue<'a> for Entries<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Object(raw) => Some(Self(raw)),
            _ => None,
        }
    }
}

impl<'a> Entries<'a> {
    /// The list as it is written.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// Its entries, at most [`EXTRAS_KEPT`]; a nested list is one entry, as it is written.
    pub fn read(self) -> Extras {
        let mut reader = Reader::new(self.0);
        let mut extras = Extras::default();
        reader.enter_object();
        while let Some(key) = reader.key() {
            extras.keep(&key.name, &reader.value().written());
        }
        extras
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d15_what_is_kept_is_bounded() {
        let mut extras = Extras::default();
        for number in 0..100 {
            extras.keep(&format!("name{number}"), "value");
        }
        extras.keep("long", &"x".repeat(EXTRA_LENGTH + 1));
        assert_eq!(extras.entries().len(), EXTRAS_KEPT);
        assert_eq!(extras.beyond(), 37);
        assert_eq!(extras.get("NAME3"), Some("value"));
    }

    #[test]
    fn nested_lists_are_kept_as_written() {
        let entries = Entries::from_value(Value::Object(r#"{"a":"x\u002By","b":{"c":[1]},"d":null}"#));
        let read = entries.map(Entries::read).unwrap_or_default();
        assert_eq!(read.get("a"), Some("x+y"));
        assert_eq!(read.get("b"), Some(r#"{"c":[1]}"#));
        assert_eq!(read.get("d"), Some("null"));
    }
}
