//! Texts of strangers inside texts of the page.
//!
//! Lives here: [`apart`], by which a text that is put into another one changes nothing outside itself.
//! May not be here: which texts are put together; elements of the page, which are set apart by their `dir`.
//! A name may be written from right to left, and may hold characters that turn around whatever follows them.
//! The isolates of a text that was put together before stay as they are: they are in order.

use std::borrow::Cow;

/// Begins a part that has a direction of its own, and ends it (U+2068, U+2069).
const ISOLATE: [&str; 2] = ["\u{2068}", "\u{2069}"];

/// A text to be put into another one. `always` where the other one is written from right to left: numbers and names in
/// Latin letters would else be drawn into its order.
pub fn apart(text: &str, always: bool) -> Cow<'_, str> {
    let turns = text.chars().any(turns);
    if !turns && !always && !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let [before, after] = if turns || always { ISOLATE } else { ["", ""] };
    out.push_str(before);
    let mut open = 0_usize;
    for letter in text.chars() {
        match letter {
            // Embeddings and overrides are not known from any name, and end only where they themselves say so.
            '\u{202A}'..='\u{202E}' => continue,
            '\u{2066}'..='\u{2068}' => open += 1,
            '\u{2069}' if open == 0 => continue,
            '\u{2069}' => open -= 1,
            _ => {}
        }
        // A new line or paragraph would end the isolate.
        let is_break = letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
        out.push(if is_break { ' ' } else { letter });
    }
    for _ in 0..open {
        out.push('\u{2069}');
    }
    out.push_str(after);
    Cow::Owned(out)
}

/// Whether a letter is written from right to left or tells of directions.
fn turns(letter: char) -> bool {
    matches!(
        letter,
        '\u{590}'..='\u{8FF}'
            | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFE}'
            | '\u{10800}'..='\u{10FFF}'
            | '\u{1E800}'..='\u{1EFFF}'
    )
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_turns_nothing_stays_as_it_is() {
        for text in [
            "",
            "Ann",
            "Åsa Öst",
            "Юлия",
            "+358 40",
            "12:03 · 4\u{202F}sec",
            "李",
            "👩‍👩‍👧‍👦",
        ] {
            assert!(
                matches!(apart(text, false), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
        assert_eq!(apart("+358", true), "\u{2068}+358\u{2069}");
        assert_eq!(apart("שלום", false), "\u{2068}שלום\u{2069}");
    }

    #[test]
    fn nothing_gets_out_of_its_isolate() {
        let cases = [
            ("\u{202E}txt.exe", "txt.exe"),
            ("\u{2069}\u{2069}a", "a"),
            ("\u{2067}a", "\u{2067}a\u{2069}"),
            (
                "\u{2069}\u{2066}\u{2067}a\u{2069}",
                "\u{2066}\u{2067}a\u{2069}\u{2069}",
            ),
            ("a\u{2029}b\u{85}c", "a b c"),
        ];
        for (text, inner) in cases {
            assert_eq!(
                apart(text, false),
                ["\u{2068}", inner, "\u{2069}"].concat(),
                "{text:?}"
            );
        }
        assert_eq!(apart("a\nb\u{0}c", false), "a b c");
    }

    fn letter() -> impl Strategy<Value = char> {
        prop_oneof![
            prop::char::range('\u{2066}', '\u{2069}'),
            prop::char::range('\u{2028}', '\u{202E}'),
            prop::char::range('\u{0}', '\u{9F}'),
            Just('ש'),
            any::<char>(),
        ]
    }

    proptest! {
        /// Whatever it holds, a text ends as many isolates as it begins, and none that it has not begun.
        #[test]
        fn a_text_put_into_another_is_balanced(letters in prop::collection::vec(letter(), 0..20), always: bool) {
            let text: String = letters.into_iter().collect();
            let put = apart(&text, always);
            let mut open = 0_i32;
            for letter in put.chars() {
                let is_left_out = letter.is_control() || matches!(letter, '\u{2028}'..='\u{202E}');
                prop_assert!(!is_left_out, "{:?}", letter);
                open += match letter {
                    '\u{2066}'..='\u{2068}' => 1,
                    '\u{2069}' => -1,
                    _ => 0,
                };
                prop_assert!(open >= 0);
            }
            prop_assert_eq!(open, 0);
            prop_assert_eq!(apart(&put, false).chars().filter(|letter| *letter == 'ש').count(),
                text.chars().filter(|letter| *letter == 'ש').count(), "no letter is lost");
        }
    }
}
