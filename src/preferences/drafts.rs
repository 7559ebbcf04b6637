//! What the agent has begun to write and not sent.
//!
//! Lives here: the texts by the place where they are written, whose they are, and the text in which they are kept.
//! May not be here: where that text is kept (platform), tones sent on a call and passwords: they are nobody's draft.
//! Drafts belong to one agent: whoever signs in next at the same place sees none of them.
//! The oldest of too many is forgotten, what is too long is not kept.

use crate::protocol::json::quoted;
use crate::protocol::reader::{self, Reader, Value};

/// Drafts that are kept.
pub const DRAFTS_KEPT: usize = 32;
/// The longest draft that is kept, in bytes.
pub const LONGEST_DRAFT: usize = 4_096;
/// The longest text with drafts that is read, in bytes: all of them with every letter escaped.
const LONGEST: usize = 2 * DRAFTS_KEPT * 6 * LONGEST_DRAFT;
/// How deep it is looked into.
const DEPTH: u32 = 3;

/// What one agent has begun to write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafts {
    owner: Box<str>,
    /// Place and text, changed last at the end; none is empty.
    texts: Vec<(Box<str>, Box<str>)>,
}

impl Drafts {
    /// What was begun at a place; empty when nothing was.
    pub fn text(&self, place: &str) -> &str {
        let mut texts = self.texts.iter();
        texts
            .find(|(known, _)| **known == *place)
            .map_or("", |(_, text)| text)
    }

    /// Keeps what stands at a place now; an empty text is no draft.
    pub fn put(&mut self, place: &str, text: &str) {
        self.texts.retain(|(known, _)| **known != *place);
        if text.is_empty() || place.len().max(text.len()) > LONGEST_DRAFT {
            return;
        }
        if self.texts.len() == DRAFTS_KEPT {
            self.texts.remove(0);
        }
        self.texts.push((place.into(), text.into()));
    }

    /// An agent signs in: drafts of another one are forgotten.
    pub fn belong_to(&mut self, login_id: &str) {
        if *self.owner != *login_id {
            self.texts.clear();
            self.owner = login_id.into();
        }
    }

    /// Reads a text that was kept; what is of no use in it is left out.
    pub fn read(text: &str) -> Self {
        let mut drafts = Self::default();
        if text.len() > LONGEST {
            return drafts;
        }
        let Ok(Value::Object(object)) = reader::document(text.as_bytes(), DEPTH) else {
            return drafts;
        };
        let mut members = Reader::new(object);
        members.enter_object();
        while let Some(key) = members.key() {
            match (&*key.name, members.value()) {
                ("agent", Value::Text(owner)) => drafts.owner = owner.boxed(),
                ("texts", Value::Object(object)) => {
                    let mut members = Reader::new(object);
                    members.enter_object();
                    while let Some(place) = members.key() {
                        if let Some(text) = members.value().as_text() {
                            drafts.put(&place.name, &text.cow());
                        }
                    }
                }
                _ => {}
            }
        }
        drafts
    }

    /// The text to keep.
    pub fn written(&self) -> String {
        let mut out = String::from("{\"agent\":");
        quoted(&self.owner, &mut out);
        out.push_str(",\"texts\":");
        let mut before = '{';
        for (place, text) in &self.texts {
            out.push(before);
            before = ',';
            quoted(place, &mut out);
            out.push(':');
            quoted(text, &mut out);
        }
        out.push_str(if before == '{' { "{}}" } else { "}}" });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_come_back_as_they_were_written() {
        let mut drafts = Drafts::default();
        assert_eq!(Drafts::read(&drafts.written()), drafts);
        drafts.belong_to("10\"01");
        drafts.put("dial", "+358 40");
        drafts.put("note-7", "said: \"call back\"\n\u{1}ä");
        assert_eq!(Drafts::read(&drafts.written()), drafts);
        assert_eq!(drafts.text("dial"), "+358 40");
        drafts.put("dial", "");
        assert_eq!(drafts.text("dial"), "");
    }

    #[test]
    fn nobody_sees_anothers_drafts() {
        let mut drafts = Drafts::default();
        drafts.belong_to("1001");
        drafts.put("dial", "1");
        drafts.belong_to("1001");
        assert_eq!(drafts.text("dial"), "1");
        drafts.belong_to("1002");
        assert_eq!(drafts.text("dial"), "");
        assert!(!drafts.written().contains("dial"));
    }

    #[test]
    fn the_oldest_is_forgotten_and_the_longest_never_kept() {
        let mut drafts = Drafts::default();
        for place in 0..100 {
            drafts.put(&place.to_string(), "x");
        }
        assert_eq!(
            (drafts.texts.len(), drafts.text("67"), drafts.text("68")),
            (DRAFTS_KEPT, "", "x")
        );
        drafts.put("long", &"x".repeat(LONGEST_DRAFT + 1));
        assert_eq!(drafts.text("long"), "");
    }

    #[test]
    fn what_is_of_no_use_is_left_out() {
        for text in [
            "",
            "7",
            "{",
            r#"{"agent":7,"texts":[1]}"#,
            r#"{"texts":{"dial":7,"a":null}}"#,
        ] {
            assert_eq!(Drafts::read(text), Drafts::default(), "{text}");
        }
    }
}
