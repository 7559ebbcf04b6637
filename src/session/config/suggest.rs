//! "Did you mean …": the known word that somebody most likely wanted to write.
//!
//! Lives here: how far two words are from each other, and the sentences that say so.
//! May not be here: which words are known (each reader's own table).
//! Work is bounded: words longer than any key are not compared.

/// No key or word of the file is longer.
const LONGEST: usize = 24;

/// The known word nearest to `word`; `None` where none is near.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_ascii_lowercase();
    let near = known.iter().map(|known| (distance(&wanted, known), *known));
    let (distance, known) = near.min_by_key(|(distance, _)| *distance)?;
    // A third of the letters may be wrong; a word of two letters is near to nothing but itself.
    (distance * 3 <= known.len().max(wanted.len())).then_some(known)
}

/// What to say of a word that is not known.
pub(super) fn wrong_word(word: &str, known: &[&str]) -> String {
    let shown: String = word.chars().take(LONGEST).collect();
    let listed = known.join("\", \"");
    match nearest(word, known) {
        Some(near) => format!("is \"{shown}\"; did you mean \"{near}\"? Possible are \"{listed}\"."),
        None => format!("is \"{shown}\"; possible are \"{listed}\"."),
    }
}

/// What to say of a key that is not known.
pub(super) fn unknown_key(key: &str, known: &[&str]) -> String {
    match nearest(key, known) {
        Some(near) => format!("is not known to this version and is ignored; did you mean \"{near}\"?"),
        None => format!(
            "is not known to this version and is ignored; known are {}.",
            known.join(", ")
        ),
    }
}

/// Letters to put in, take out, change or swap with a neighbour, to make one word of the other; case does not count.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let mut two_above: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        let mut left = None;
        for (column, wanted) in to.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut least = at(&above, column) + usize::from(letter != wanted);
            least = least.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            if column > 0 && previous == Some(wanted) && left == Some(letter) {
                least = least.min(at(&two_above, column - 1) + 1);
            }
            line.push(least);
            left = Some(wanted);
        }
        two_above = std::mem::replace(&mut above, line);
        previous = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_of_the_hand_is_understood() {
        let keys = [
            "source",
            "sources",
            "layout",
            "theme",
            "screenPop",
            "allowCommands",
        ];
        for (word, near) in [
            ("suorce", Some("source")),
            ("Layout", Some("layout")),
            ("layuot", Some("layout")),
            ("screenpops", Some("screenPop")),
            ("allowedCommands", Some("allowCommands")),
            ("thema", Some("theme")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &keys), near, "{word}");
        }
        assert_eq!(nearest(&"source".repeat(1_000_000), &keys), None);
        assert_eq!(nearest("source", &[]), None);
    }

    #[test]
    fn what_is_said_is_short_whatever_was_written() {
        assert!(wrong_word(&"x".repeat(1 << 20), &["json"]).len() < 100);
        assert_eq!(
            wrong_word("jsn", &["json"]),
            "is \"jsn\"; did you mean \"json\"? Possible are \"json\"."
        );
    }

    proptest! {
        #[test]
        fn distance_is_a_distance(one in "[a-cA-C\u{e4}]{0,8}", other in "[a-c\u{e4}]{0,8}") {
            let one = one.to_ascii_lowercase();
            prop_assert_eq!(distance(&one, &other), distance(&other, &one));
            prop_assert_eq!(distance(&one, &other) == 0, one == other);
            prop_assert!(distance(&one, &other) <= one.chars().count().max(other.chars().count()));
        }
    }
}
