//! Texts for people: how long they may be.
//!
//! Lives here: the limits, and [`shortened`] and [`shorten`], which keep to them.
//! May not be here: what a text says, how it is shown; ids, which name something and are kept as they are.
//! Who wrote a text may be anybody: a caller, a form on a web page. What is longer was never meant to be read at a desk.
//! A text is cut between two letters, and "…" in the place of the last one says so.

use std::borrow::Cow;

/// Letters of a text that are kept: a name, a number, a note, a value, a server's words.
pub const TEXT_LENGTH: usize = 1_000;
/// Letters kept of what a person has said or written in one go: a phrase, a message.
pub const SPEECH_LENGTH: usize = 4_000;

/// A text with at most `most` letters.
pub fn shortened(text: Cow<'_, str>, most: usize) -> Cow<'_, str> {
    // A letter is at least a byte.
    if text.len() <= most || text.char_indices().nth(most).is_none() {
        return text;
    }
    let end = text.char_indices().nth(most.saturating_sub(1));
    let kept = end.and_then(|(end, _)| text.get(..end)).unwrap_or_default();
    Cow::Owned([kept, "…"].concat())
}

/// The same for a text that is kept, with at most [`TEXT_LENGTH`] letters.
pub fn shorten(text: &mut String) {
    if let Cow::Owned(cut) = shortened(Cow::Borrowed(text), TEXT_LENGTH) {
        *text = cut;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_letters_and_says_so() {
        for letter in ["a", "ä", "ש", "😀", "\u{301}"] {
            let long = letter.repeat(11);
            assert_eq!(shortened(long.as_str().into(), 11), long, "as long as may be");
            let cut = shortened(long.as_str().into(), 10);
            assert_eq!(cut, [&letter.repeat(9), "…"].concat());
            assert_eq!(cut.chars().count(), 10);
        }
        assert_eq!(shortened("".into(), 0), "");
        assert_eq!(shortened("a".into(), 0), "…");
    }

    #[test]
    fn a_text_that_is_not_too_long_is_not_copied() {
        assert!(matches!(shortened("Ann".into(), 10), Cow::Borrowed("Ann")));
    }
}
