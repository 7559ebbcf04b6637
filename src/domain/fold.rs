//! Case folding of names and ids.
//!
//! Lives here: [`folded`], for texts that are compared or ordered without regard to case.
//! May not be here: collation; equal letters with different accents stay different.
//! Covers the scripts that have two cases and are in use in Europe, as far as one letter stands for one letter.
//! `str::to_lowercase` knows every script, by tables that are 15 kB of program.

/// `text` in lower case.
pub fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

fn fold(letter: char) -> char {
    let code = letter as u32;
    let even = code.is_multiple_of(2);
    let further = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        // Pairs of a capital and its small letter.
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' | 'Ș'..='ț' if even => 1,
        'Ĺ'..='ň' | 'Ź'..='ž' if !even => 1,
        _ => 0,
    };
    char::from_u32(code + further).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_european_scripts_fold_as_unicode_folds_them() {
        for name in [
            "Ritva ÄIJÄLÄ",
            "ØRSTED Åse × Þór",
            "ŁUKASZ Żółć",
            "Ștefan ȚĂRAN",
            "ŐZ ŐRSÉG",
            "ΓΙΩΡΓΟΥ",
            "ЁЖИК Їжак",
        ] {
            assert_eq!(folded(name), name.to_lowercase());
        }
        let european = ('A'..='ž').chain('Α'..='Ω').chain('Ѐ'..='я');
        for letter in european.filter(|letter| !matches!(letter, 'İ' | 'Ÿ')) {
            assert!(letter.to_lowercase().eq([fold(letter)]), "{letter}");
        }
    }
}
