//! The text in which preferences are kept.
//!
//! Lives here: writing them as one JSON object, and reading such an object from wherever it has been.
//! May not be here: the bounds, which the changes keep: a text is read as a row of changes to the defaults.
//! Only what differs from nothing is written; a key that is not known is dropped with the next change.

use super::{Change, PANELS_KEPT, Preferences, REASONS_KEPT, SHORTCUTS_KEPT, Signal, Theme, Volume};
use crate::protocol::json::quoted;
use crate::protocol::reader::{self, Reader, Value};

/// The longest text that is read, in bytes: several times what the fullest preferences need.
const LONGEST: usize = 64 * 1024;
/// How deep it is looked into.
const DEPTH: u32 = 4;

impl Preferences {
    /// Reads a text that was kept; whatever in it is of no use is as if it had never been chosen.
    pub fn read(text: &str) -> Self {
        let mut preferences = Self::default();
        if text.len() > LONGEST {
            return preferences;
        }
        let Ok(Value::Object(object)) = reader::document(text.as_bytes(), DEPTH) else {
            return preferences;
        };
        let mut members = Reader::new(object);
        members.enter_object();
        while let Some(key) = members.key() {
            preferences.take(&key.name, members.value());
        }
        preferences
    }

    /// Takes over one member of the text.
    fn take(&mut self, name: &str, value: Value<'_>) {
        let text = || Box::from(value.as_text().map(reader::Text::cow).unwrap_or_default());
        match (name, value) {
            ("theme", Value::Text(name)) => self.theme = Theme::of_name(&name.cow()),
            ("volume", Value::Number(number)) => {
                self.volume = number.parse().map(Volume::new).unwrap_or_default();
            }
            ("agent", _) => self.apply(Change::SignedIn {
                login_id: text(),
                extension: self.extension.clone(),
            }),
            ("phone", _) => self.apply(Change::SignedIn {
                login_id: self.login_id.clone(),
                extension: text(),
            }),
            ("reasons", Value::Array(list)) => {
                let codes = items(list, REASONS_KEPT).into_iter();
                let codes = codes.filter_map(|value| match value {
                    Value::Number(number) => number.parse().ok(),
                    _ => None,
                });
                // The one picked last comes first, and each change puts its own there.
                codes.rev().for_each(|code| self.apply(Change::Reason(code)));
            }
            ("folded", Value::Array(list)) => {
                for panel in items(list, PANELS_KEPT) {
                    if let Some(panel) = panel.as_text() {
                        self.apply(Change::Fold(panel.boxed(), true));
                    }
                }
            }
            ("shortcuts", Value::Object(object)) => {
                let mut members = Reader::new(object);
                members.enter_object();
                while let (Some(action), true) = (members.key(), self.shortcuts.len() < SHORTCUTS_KEPT) {
                    if let Some(keys) = members.value().as_text() {
                        self.apply(Change::Shortcut(action.name.into(), Some(keys.boxed())));
                    }
                }
            }
            (name, Value::Bool(on)) => {
                if let Some(signal) = Signal::ALL.into_iter().find(|signal| signal.name() == name) {
                    self.signals.set(signal, on);
                }
            }
            _ => {}
        }
    }

    /// The text to keep.
    pub fn written(&self) -> String {
        let mut out = String::from("{\"theme\":");
        match self.theme {
            Some(theme) => quoted(theme.name(), &mut out),
            None => out.push_str("null"),
        }
        for signal in Signal::ALL {
            member(signal.name(), &mut out);
            out.push_str(if self.signals.has(signal) { "true" } else { "false" });
        }
        member("volume", &mut out);
        out.push_str(&self.volume.percent().to_string());
        for (name, text) in [("agent", &self.login_id), ("phone", &self.extension)] {
            member(name, &mut out);
            quoted(text, &mut out);
        }
        member("reasons", &mut out);
        listed('[', ']', &self.reasons, &mut out, |code, out| {
            out.push_str(&code.to_string());
        });
        member("folded", &mut out);
        listed('[', ']', &self.folded, &mut out, |panel, out| quoted(panel, out));
        member("shortcuts", &mut out);
        listed('{', '}', &self.shortcuts, &mut out, |(action, keys), out| {
            quoted(action, out);
            out.push(':');
            quoted(keys, out);
        });
        out.push('}');
        out
    }
}

/// The first items of a list.
fn items(list: &str, most: usize) -> Vec<Value<'_>> {
    let mut reader = Reader::new(list);
    let mut items = Vec::new();
    if reader.enter_array() {
        while items.len() < most && reader.item() {
            items.push(reader.value());
        }
    }
    items
}

fn member(name: &str, out: &mut String) {
    out.push(',');
    quoted(name, out);
    out.push(':');
}

fn listed<T>(open: char, close: char, items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preferences::{LONGEST_TEXT, Signals};

    #[test]
    fn what_is_of_no_use_is_as_if_never_chosen() {
        for text in [
            "",
            "null",
            "[]",
            "{",
            r#"{"theme":"plaid"}"#,
            r#"{"theme":7,"volume":"loud","sound":"yes","reasons":{},"folded":1,"shortcuts":[]}"#,
            r#"{"volume":-1,"reasons":[1.5,"2",null],"folded":[1,{}],"shortcuts":{"answer":7}}"#,
            r#"{"password":"secret","unknown":true}"#,
        ] {
            let read = Preferences::read(text);
            assert_eq!(read, Preferences::default(), "{text}");
            assert!(!read.written().contains("secret"));
        }
    }

    #[test]
    fn what_is_too_long_is_cut_off() {
        let long = "x".repeat(LONGEST_TEXT + 1);
        let many: Vec<String> = (0..1_000).map(|number| format!("\"{number}\":\"k\"")).collect();
        let panels: Vec<String> = (0..1_000).map(|number| format!("\"{number}\"")).collect();
        let codes: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        let read = Preferences::read(&format!(
            r#"{{"agent":"{long}","reasons":[{}],"folded":[{}],"shortcuts":{{{}}},"volume":200}}"#,
            codes.join(","),
            panels.join(","),
            many.join(","),
        ));
        assert_eq!(&*read.login_id, "");
        assert_eq!(read.reasons(), [0, 1, 2, 3, 4]);
        assert_eq!(read.folded.len(), PANELS_KEPT);
        assert_eq!(read.shortcuts().count(), SHORTCUTS_KEPT);
        assert_eq!(read.volume.percent(), Volume::MOST);
        assert!(read.written().len() < LONGEST / 4);
        assert_eq!(
            Preferences::read(&" ".repeat(LONGEST + 1)),
            Preferences::default()
        );
    }

    #[test]
    fn a_switch_says_no_as_clearly_as_yes() {
        let mut preferences = Preferences {
            signals: Signals::NONE,
            ..Preferences::default()
        };
        preferences.apply(Change::Signal(Signal::Title, true));
        let read = Preferences::read(&preferences.written());
        let on: Vec<_> = Signal::ALL
            .into_iter()
            .filter(|signal| read.signals.has(*signal))
            .collect();
        assert_eq!(on, [Signal::Title]);
    }
}
