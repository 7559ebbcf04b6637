//! A language's file, read: what each text of the catalogue is called there.
//!
//! Lives here: reading the file, the plural's categories, and English for whatever the file lacks.
//! May not be here: where the file comes from.
//! The file is one object: English text to text, or for a count to texts by the categories of `Intl.PluralRules`.
//! A text that loses or invents a part in braces would lose a number: it is left out, and English stands there.

use super::catalogue::{Count, SINGLE, TEXTS, english};
use crate::protocol::reader::{self, Reader, Text, Value};

/// The plural's categories, in the order in which their texts are kept.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The longest file that is read, in bytes: ten times what the catalogue fills.
const LONGEST: usize = 256 * 1024;
/// How deep the file is looked into.
const DEPTH: u32 = 8;

/// The texts of one language, in the order of the catalogue; an empty one is English.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    singles: Vec<Box<str>>,
    /// For each count a text by category.
    counts: Vec<[Box<str>; CATEGORIES.len()]>,
}

/// What is wrong with a file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is longer than any language.
    TooLong,
    /// It is no JSON, from this line and column on.
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// None of the catalogue's texts is in it.
    NoTexts,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::TooLong => formatter.write_str("it is longer than 256 kB"),
            Fault::NotJson { line, column } => {
                write!(formatter, "it is not JSON (line {line}, column {column})")
            }
            Fault::NoTexts => formatter.write_str("it translates none of this page's texts"),
        }
    }
}

/// The place of a category's text, by the name that `Intl.PluralRules` gives it.
fn place_of(category: &str) -> Option<usize> {
    CATEGORIES.iter().position(|known| *known == category)
}

impl Dictionary {
    /// The texts that are part of the program.
    pub fn english() -> &'static Self {
        // No text of another language: English throughout.
        static ENGLISH: Dictionary = Dictionary {
            singles: Vec::new(),
            counts: Vec::new(),
        };
        &ENGLISH
    }

    /// Reads a language's file.
    pub fn read(file: &[u8]) -> Result<Self, Fault> {
        if file.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        let value =
            reader::document(file, DEPTH).map_err(|(line, column)| Fault::NotJson { line, column })?;
        let Value::Object(object) = value else {
            return Err(Fault::NoTexts);
        };
        let mut dictionary = Dictionary::default();
        dictionary.singles.resize(SINGLE, Box::default());
        dictionary
            .counts
            .resize_with(TEXTS.len() - SINGLE, Default::default);
        let mut found = false;
        let mut members = Reader::new(object);
        members.enter_object();
        while let Some(key) = members.key() {
            let value = members.value();
            if let Some(place) = TEXTS.iter().position(|english| *english == key.name) {
                found |= dictionary.put(place, value);
            }
        }
        if found {
            Ok(dictionary)
        } else {
            Err(Fault::NoTexts)
        }
    }

    /// Whether the value could be used.
    fn put(&mut self, place: usize, value: Value<'_>) -> bool {
        let count = place
            .checked_sub(SINGLE)
            .and_then(|place| self.counts.get_mut(place));
        match (value, self.singles.get_mut(place), count) {
            (Value::Text(text), Some(single), _) => {
                let text = text.boxed();
                let usable = same_placeholders(english(place), &text);
                if usable {
                    *single = text;
                }
                usable
            }
            (Value::Object(object), _, Some(count)) => {
                let mut members = Reader::new(object);
                members.enter_object();
                let mut found = false;
                while let Some(key) = members.key() {
                    let text = members.value().as_text();
                    let form = place_of(&key.name).and_then(|place| count.get_mut(place));
                    if let (Some(text), Some(form)) = (text.map(Text::boxed), form)
                        && says_at_most_the_count(&text)
                    {
                        *form = text;
                        found = true;
                    }
                }
                found
            }
            _ => false,
        }
    }

    /// A word or a sentence's pattern.
    pub(super) fn single(&self, place: usize) -> &str {
        match self.singles.get(place) {
            Some(text) if !text.is_empty() => text,
            _ => english(place),
        }
    }

    /// A count's pattern.
    pub(super) fn count(&self, place: usize, category: &str) -> &str {
        let forms = self.counts.get(place);
        let form = |category: &str| {
            let form: &str = forms?.get(place_of(category)?)?;
            (!form.is_empty()).then_some(form)
        };
        form(category)
            .or_else(|| form("other"))
            .unwrap_or_else(|| Count::english(place, category == "one"))
    }
}

/// The names in braces, in the order in which they stand.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, behind) = rest.split_once('{')?.1.split_once('}')?;
        rest = behind;
        Some(name)
    })
}

/// Whether both texts have the same parts, each once.
fn same_placeholders(english: &str, text: &str) -> bool {
    let mut names = placeholders(english);
    placeholders(text).count() == placeholders(english).count()
        && names.all(|name| placeholders(text).any(|other| other == name))
}

/// Whether a count's form has no other part than the count; where the form itself says how many, it has none.
fn says_at_most_the_count(text: &str) -> bool {
    placeholders(text).all(|name| name == "count") && placeholders(text).count() <= 1
}
