//! Keys pressed together.
//!
//! Lives here: a combination, how it is read from a key press and from a text, and who has it already.
//! May not be here: what it does.
//! The text is ARIA's (`Alt+Shift+P`): it stands in `aria-keyshortcuts` and in what is kept alike.

use std::fmt;

/// Keys that have a sign of their own.
const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?";
/// Keys that have a name, as the browser calls them.
const NAMES: [&str; 20] = [
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
];
/// Keys by themselves that nobody else has.
const FREE: [&str; 3] = ["?", "F2", "F8"];
/// Letters that Chromium has with Alt and Shift.
const BROWSERS: [&str; 4] = ["A", "B", "I", "T"];

const CONTROL: u8 = 1;
const ALT: u8 = 2;
const SHIFT: u8 = 4;
const META: u8 = 8;
/// The modifiers in the order in which they are written.
const MODIFIERS: [(u8, &str); 4] = [
    (CONTROL, "Control"),
    (ALT, "Alt"),
    (SHIFT, "Shift"),
    (META, "Meta"),
];

/// A key press, in the browser's words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Press<'a> {
    /// What the key writes, or its name.
    pub key: &'a str,
    /// Which key it is, by its place on a keyboard of the United States.
    pub code: &'a str,
    /// With Control.
    pub control: bool,
    /// With Alt, on a Mac Option.
    pub alt: bool,
    /// With Shift.
    pub shift: bool,
    /// With the Windows key, on a Mac Command.
    pub meta: bool,
    /// With AltGr, which writes signs.
    pub alt_graph: bool,
}

/// One key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    modifiers: u8,
    key: &'static str,
}

/// Who has keys already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// The browser, the system or a screen reader.
    Elsewhere,
    /// Whoever writes or moves about: the keys are by themselves.
    Writing,
}

impl Keys {
    /// The keys that were pressed; `None` for modifiers alone and keys that no shortcut can have.
    pub fn of(press: Press<'_>) -> Option<Self> {
        // The digits of the block at the side write letters while Alt is down.
        if press.alt_graph || press.code.starts_with("Numpad") {
            return None;
        }
        let key = named(press.key)
            .or_else(|| sign(press.key))
            .or_else(|| place(press.key, press.code))?;
        let mut modifiers = 0;
        for (modifier, is_down) in [
            (CONTROL, press.control),
            (ALT, press.alt),
            // Where the question mark is, and what it takes to write it, differs from keyboard to keyboard.
            (SHIFT, press.shift && key != "?"),
            (META, press.meta),
        ] {
            if is_down {
                modifiers |= modifier;
            }
        }
        Some(Self { modifiers, key })
    }

    /// Reads the text of a combination.
    pub fn read(text: &str) -> Option<Self> {
        let (modifiers, key) = match text.rsplit_once('+') {
            Some((modifiers, key)) => (Some(modifiers), key),
            None => (None, text),
        };
        let key = named(key).or_else(|| sign(key).filter(|sign| *sign == key))?;
        let mut keys = Self { modifiers: 0, key };
        for name in modifiers.into_iter().flat_map(|names| names.split('+')) {
            let (modifier, _) = MODIFIERS.iter().find(|(_, known)| *known == name)?;
            keys.modifiers |= modifier;
        }
        Some(keys)
    }

    /// Who has them already.
    pub fn reserved(self) -> Option<Reserved> {
        let is_function = self.key.len() > 1 && self.key.starts_with('F');
        match self.modifiers {
            ALT_SHIFT if !is_function && self.key != "?" && !BROWSERS.contains(&self.key) => None,
            0 if FREE.contains(&self.key) => None,
            0 | SHIFT if !is_function => Some(Reserved::Writing),
            _ => Some(Reserved::Elsewhere),
        }
    }

    /// Whether they may act while something is being written: they would have written nothing.
    ///
    /// `on_mac`: there Alt is Option, which writes signs.
    pub fn act_while_writing(self, on_mac: bool) -> bool {
        if self.modifiers & ALT == 0 {
            return self.key.len() > 1;
        }
        !on_mac
    }

    /// The modifiers' names, then the key's.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let modifiers = MODIFIERS.into_iter();
        let down = modifiers.filter(move |(modifier, _)| self.modifiers & modifier != 0);
        down.map(|(_, name)| name).chain([self.key])
    }
}

const ALT_SHIFT: u8 = ALT | SHIFT;

impl fmt::Display for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.names().enumerate() {
            if place > 0 {
                out.write_str("+")?;
            }
            out.write_str(name)?;
        }
        Ok(())
    }
}

fn named(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

/// The key that writes this sign, in capitals or not.
fn sign(written: &str) -> Option<&'static str> {
    let mut letters = written.chars();
    let (letter, None) = (letters.next()?, letters.next()) else {
        return None;
    };
    let letter = match letter {
        // Arabic and Persian.
        '؟' => '?',
        other => other.to_ascii_uppercase(),
    };
    let place = SIGNS.find(letter)?;
    SIGNS.get(place..=place)
}

/// The Latin letter or the digit at a place of the keyboard, for a key that writes something else.
fn place(written: &str, code: &str) -> Option<&'static str> {
    let writes = written.chars().count() == 1 || matches!(written, "Dead" | "Unidentified");
    let letter = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit"));
    sign(letter.filter(|_| writes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_alt_and_shift(key: &'static str, code: &'static str) -> Option<String> {
        let press = Press {
            key,
            code,
            alt: true,
            shift: true,
            ..Press::default()
        };
        Keys::of(press).map(|keys| keys.to_string())
    }

    #[test]
    fn the_letter_is_where_the_agent_reads_it() {
        let cases = [
            ("P", "KeyP", "P", "United States"),
            ("A", "KeyQ", "A", "French: A lies where others have Q"),
            ("Z", "KeyY", "Z", "German: Y and Z change places"),
            ("م", "KeyL", "L", "Arabic: the letter of the place"),
            ("З", "KeyP", "P", "Russian"),
            ("∏", "KeyP", "P", "a Mac's Option key writes a sign"),
            ("Dead", "KeyE", "E", "or waits for the next letter"),
            ("!", "Digit1", "1", "Shift makes another sign of a digit"),
            ("1", "Digit1", "1", "French: Shift makes the digit"),
            ("٤", "Digit4", "4", "Arabic digits"),
            ("ArrowDown", "ArrowDown", "ArrowDown", "anywhere"),
        ];
        for (key, code, expected, keyboard) in cases {
            assert_eq!(
                with_alt_and_shift(key, code).as_deref(),
                Some(&*format!("Alt+Shift+{expected}")),
                "{keyboard}"
            );
        }
    }

    #[test]
    fn modifiers_alone_and_other_keys_are_no_combination() {
        for (key, code) in [
            ("Shift", "ShiftLeft"),
            ("Alt", "AltLeft"),
            ("Process", "KeyA"),
            ("Tab", "Tab"),
            ("Escape", "Escape"),
            ("Enter", "Enter"),
            (" ", "Space"),
            ("ß", "Minus"),
            ("1", "Numpad1"),
            ("", ""),
        ] {
            assert_eq!(with_alt_and_shift(key, code), None, "{key}");
        }
        let written = Press {
            key: "é",
            code: "KeyE",
            alt_graph: true,
            ..Press::default()
        };
        assert_eq!(Keys::of(written), None, "AltGr writes");
    }

    #[test]
    fn the_question_mark_is_one_key_on_every_keyboard() {
        for (key, code, shift) in [
            ("?", "Slash", true),
            ("?", "Minus", true),
            ("?", "Comma", false),
            ("؟", "Slash", true),
        ] {
            let press = Press {
                key,
                code,
                shift,
                ..Press::default()
            };
            assert_eq!(Keys::of(press), Keys::read("?"), "{code}");
        }
    }

    #[test]
    fn what_belongs_to_others_is_reserved() {
        for text in ["Alt+Shift+P", "Alt+Shift+1", "Alt+Shift+ArrowDown", "F2", "?"] {
            assert_eq!(Keys::read(text).and_then(Keys::reserved), None, "{text}");
        }
        for text in ["P", "7", "Shift+P", "ArrowDown", "Shift+Home"] {
            let keys = Keys::read(text).and_then(Keys::reserved);
            assert_eq!(keys, Some(Reserved::Writing), "{text}");
        }
        for text in [
            "Control+P",
            "Control+Shift+P",
            "Control+Alt+P",
            "Control+Alt+Shift+P",
            "Alt+P",
            "Alt+1",
            "Meta+P",
            "Alt+Shift+Meta+P",
            "Alt+Shift+A",
            "Alt+Shift+T",
            "F5",
            "Shift+F2",
            "Alt+F4",
            "Alt+Shift+F4",
            "Alt+?",
        ] {
            let keys = Keys::read(text).and_then(Keys::reserved);
            assert_eq!(keys, Some(Reserved::Elsewhere), "{text}");
        }
    }

    #[test]
    fn nothing_acts_that_would_have_been_written() {
        let acts = |text, on_mac| Keys::read(text).map(|keys| keys.act_while_writing(on_mac));
        assert_eq!(acts("Alt+Shift+P", false), Some(true));
        assert_eq!(acts("Alt+Shift+P", true), Some(false), "Option writes");
        assert_eq!(acts("?", false), Some(false));
        assert_eq!(acts("F2", true), Some(true));
    }
}
