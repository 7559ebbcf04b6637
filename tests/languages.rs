//! The language files against the typed catalogue, and what a faulty file costs.

use proptest::prelude::*;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};
use switchhook::words::{
    CATEGORIES, Count, Dictionary, Fault, Language, PARTS, Sentence, TEXTS, Word, placeholders,
};

/// What a language needs of a count's forms (CLDR's plural rules for whole numbers), and in which of them the form
/// itself says the number, so that it may leave `{count}` out.
const FORMS: &[(Language, &[&str], &[&str])] = &[
    (Language::German, &["one", "other"], &[]),
    (Language::Arabic, &CATEGORIES, &["zero", "one", "two"]),
];

/// Texts that a language may have in common with English.
const SAME: &[(Language, &[&str])] = &[
    (
        Language::German,
        &[
            "Switchhook",
            "–",
            "Details",
            "Team",
            "Agent",
            "Live",
            "−{by}",
            "Ctrl",
            "Shift",
        ],
    ),
    (Language::Arabic, &["Switchhook", "–", "Ctrl", "Shift"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("public/languages")
}

fn file(language: Language) -> Vec<u8> {
    let path = folder().join(language.tag()).with_extension("json");
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(language: Language) -> Map<String, Value> {
    serde_json::from_slice(&file(language)).unwrap_or_else(|error| panic!("{}: {error}", language.tag()))
}

/// The keys of a file as they stand there, each as often as it does: a map would hide a double.
fn keys(language: Language) -> Vec<String> {
    String::from_utf8(file(language))
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once("\": ").map(|(key, _)| key))
        .map(str::to_owned)
        .collect()
}

/// The names in braces, in the order of the alphabet; a brace that is none of a pair is a name as well.
fn names(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = placeholders(text).collect();
    let closing = text.matches('}').count();
    names.extend(std::iter::repeat_n("}", closing.saturating_sub(names.len())));
    names.sort_unstable();
    names
}

fn is_count(english: &str) -> bool {
    names(english) == ["count"]
}

/// Everything that is wrong with a file.
fn faults(language: Language, entries: &Map<String, Value>) -> Vec<String> {
    let (_, forms, telling) = FORMS.iter().find(|(known, ..)| *known == language).unwrap();
    let mut wrong = Vec::new();
    for english in TEXTS {
        match entries.get(*english) {
            None => wrong.push(format!("{english:?} is missing")),
            Some(Value::String(text)) if !is_count(english) => {
                if text.trim().is_empty() {
                    wrong.push(format!("{english:?} is empty"));
                }
                if names(text) != names(english) {
                    wrong.push(format!("{english:?} has other parts in {text:?}"));
                }
            }
            Some(Value::Object(texts)) if is_count(english) => {
                for form in *forms {
                    let text = texts.get(*form).and_then(Value::as_str).unwrap_or_default();
                    let names = names(text);
                    if text.trim().is_empty() {
                        wrong.push(format!("{english:?} lacks {form:?}"));
                    } else if names != ["count"] && !(names.is_empty() && telling.contains(form)) {
                        wrong.push(format!("{english:?} has other parts in {form:?}: {text:?}"));
                    }
                }
                let unknown = texts.keys().filter(|form| !forms.contains(&form.as_str()));
                wrong.extend(
                    unknown.map(|form| format!("{english:?} has the form {form:?}, which is not needed")),
                );
            }
            Some(other) => wrong.push(format!("{english:?} is of another kind: {other}")),
        }
    }
    let unknown = entries.keys().filter(|key| !TEXTS.contains(&key.as_str()));
    wrong.extend(unknown.map(|key| format!("{key:?} is no text of the page")));
    wrong
}

#[test]
fn every_language_but_english_has_a_file_and_every_file_a_language() {
    let mut found: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let mut wanted: Vec<String> = Language::ALL
        .iter()
        .filter(|language| **language != Language::English)
        .map(|language| format!("{}.json", language.tag()))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted);
    assert_eq!(FORMS.len(), wanted.len());
}

#[test]
fn every_text_has_its_translation_with_the_same_parts_in_every_form_that_the_language_has() {
    for (language, ..) in FORMS {
        let wrong = faults(*language, &entries(*language));
        assert!(wrong.is_empty(), "{}.json:\n{}", language.tag(), wrong.join("\n"));
    }
}

#[test]
fn a_file_says_everything_once_and_in_the_catalogues_order() {
    for (language, ..) in FORMS {
        assert_eq!(keys(*language), TEXTS, "{}.json", language.tag());
    }
}

#[test]
fn nothing_is_left_in_english_but_what_is_the_same_there() {
    for (language, same) in SAME {
        let left: Vec<String> = entries(*language)
            .into_iter()
            .filter(|(english, text)| text.as_str() == Some(english))
            .map(|(english, _)| english)
            .filter(|english| !same.contains(&english.as_str()))
            .collect();
        assert!(left.is_empty(), "{}.json: {left:?}", language.tag());
    }
}

#[test]
fn the_check_finds_what_is_missing_unknown_empty_or_has_lost_a_part() {
    let good = entries(Language::Arabic);
    let spoilt = |spoil: &dyn Fn(&mut Map<String, Value>)| {
        let mut entries = good.clone();
        spoil(&mut entries);
        faults(Language::Arabic, &entries)
    };
    let one = |spoil: &dyn Fn(&mut Map<String, Value>), words: &str| {
        let found = spoilt(spoil);
        assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
    };
    one(&|entries| drop(entries.remove("Ready")), "missing");
    one(
        &|entries| drop(entries.insert("Ready".into(), "  ".into())),
        "empty",
    );
    one(
        &|entries| drop(entries.insert("Redy".into(), "x".into())),
        "no text of the page",
    );
    one(
        &|entries| drop(entries.insert("Ready".into(), 7.into())),
        "another kind",
    );
    for text in [
        "x",
        "{clok}",
        "{clock} {clock}",
        "{clock} {free}",
        "{clock}}",
        "{clock",
    ] {
        one(
            &|entries| drop(entries.insert("as of {clock}".into(), text.into())),
            "other parts",
        );
    }
    let forms = |spoil: &dyn Fn(&mut Map<String, Value>), words: &str| {
        one(
            &|entries| spoil(entries["{count} tries"].as_object_mut().unwrap()),
            words,
        );
    };
    forms(&|forms| drop(forms.remove("few")), "lacks \"few\"");
    forms(
        &|forms| drop(forms.insert("few".into(), "".into())),
        "lacks \"few\"",
    );
    forms(
        &|forms| drop(forms.insert("some".into(), "x".into())),
        "not needed",
    );
    forms(
        &|forms| drop(forms.insert("many".into(), "viele".into())),
        "other parts",
    );
    forms(
        &|forms| drop(forms.insert("two".into(), "{number}".into())),
        "other parts",
    );
}

#[test]
fn english_texts_are_keys_so_none_occurs_twice() {
    let mut texts = TEXTS.to_vec();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), TEXTS.len());
}

#[test]
fn a_sentences_fields_are_the_parts_of_its_english_text_in_their_order() {
    let words = TEXTS.iter().position(|text| *text == "as of {clock}").unwrap();
    for (parts, text) in PARTS.iter().zip(&TEXTS[words..]) {
        assert_eq!(placeholders(text).collect::<Vec<_>>(), *parts, "{text}");
    }
    for text in TEXTS.iter().take(words) {
        assert!(!text.contains(['{', '}']), "{text} is a word and has no parts");
    }
    for text in &TEXTS[words + PARTS.len()..] {
        assert_eq!(placeholders(text).collect::<Vec<_>>(), ["count"], "{text}");
    }
}

#[test]
fn the_crash_screen_says_in_index_html_what_the_catalogue_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("index.html")).unwrap();
    for word in [Word::CrashTitle, Word::CrashText, Word::Reload] {
        let text = word.told(Dictionary::english());
        assert!(page.contains(&format!(">{text}</")), "{text}");
    }
}

#[test]
fn a_language_takes_every_text_from_its_file() {
    for (language, forms, _) in FORMS {
        let dictionary = Dictionary::read(&file(*language)).unwrap();
        let entries = entries(*language);
        assert_eq!(Word::Ready.told(&dictionary), entries["Ready"].as_str().unwrap());
        assert_eq!(
            Word::NotSentNotAllowed.told(&dictionary),
            entries[Word::NotSentNotAllowed.told(Dictionary::english())]
                .as_str()
                .unwrap()
        );
        let sentence = Sentence::FreeOf {
            free: "2",
            serving: "5",
        }
        .told(&dictionary, false);
        let pattern = entries["{free} of {serving}"].as_str().unwrap();
        assert_eq!(sentence, pattern.replace("{free}", "2").replace("{serving}", "5"));
        for form in *forms {
            let text = Count::UnusableRecords.told(&dictionary, form, "71");
            let pattern = &entries["{count} messages from the server could not be read"][form];
            assert_eq!(text, pattern.as_str().unwrap().replace("{count}", "71"));
        }
    }
}

#[test]
fn what_a_file_lacks_or_has_spoilt_stays_english() {
    let file = r#"{"Ready":"Bereit","Not ready":7,"as of {clock}":"Stand","Call {number}":"{nummer} anrufen",
        "{count} tries":{"other":"{count} Versuche","few":null,"some":"x","two":"{zwei}"},
        "{count} open":"offen","Unheard of":"x"}"#;
    let dictionary = Dictionary::read(file.as_bytes()).unwrap();
    assert_eq!(Word::Ready.told(&dictionary), "Bereit");
    assert_eq!(Word::NotReady.told(&dictionary), "Not ready");
    assert_eq!(Word::SignIn.told(&dictionary), "Sign in");
    assert_eq!(
        Sentence::AsOf { clock: "12:00" }.told(&dictionary, false),
        "as of 12:00"
    );
    assert_eq!(
        Sentence::CallNumber { number: "112" }.told(&dictionary, false),
        "Call 112"
    );
    assert_eq!(Count::Tries.told(&dictionary, "few", "3"), "3 Versuche");
    assert_eq!(Count::Tries.told(&dictionary, "two", "2"), "2 Versuche");
    assert_eq!(Count::Tries.told(&dictionary, "unheard of", "2"), "2 Versuche");
    assert_eq!(Count::Open.told(&dictionary, "one", "1"), "1 open");
    assert_eq!(Count::DigitsSent.told(&dictionary, "one", "1"), "1 digit sent");
    assert_eq!(
        Count::DigitsSent.told(&dictionary, "many", "12"),
        "12 digits sent"
    );
}

#[test]
fn a_file_that_is_none_says_so_in_words() {
    let said = |file: &[u8]| Dictionary::read(file).unwrap_err().to_string();
    assert_eq!(
        Dictionary::read(b"<!doctype html>"),
        Err(Fault::NotJson { line: 1, column: 1 })
    );
    assert_eq!(
        said(b"{\n  \"Ready\": \"Bereit\",,}"),
        "it is not JSON (line 2, column 21)"
    );
    assert_eq!(
        said(b"{\"Ready\": \"\xff\"}"),
        "it is not JSON (line 1, column 12)"
    );
    for other in [
        "[]",
        "null",
        "{}",
        "\"Ready\"",
        r#"{"Ready":7}"#,
        r#"{"source":{"hub":"x"}}"#,
    ] {
        assert_eq!(Dictionary::read(other.as_bytes()), Err(Fault::NoTexts), "{other}");
    }
    assert_eq!(Dictionary::read(&vec![b' '; 300_000]), Err(Fault::TooLong));
}

#[test]
fn what_is_put_in_is_never_read_as_a_pattern() {
    let told = Sentence::FreeOf {
        free: "{serving}",
        serving: "{",
    }
    .told(Dictionary::english(), false);
    assert_eq!(told, "{serving} of {");
}

#[test]
fn what_is_put_in_is_isolated_where_that_is_asked_for() {
    let told = Sentence::AsOf { clock: "12:00" }.told(Dictionary::english(), true);
    assert_eq!(told, "as of \u{2068}12:00\u{2069}");
}

#[test]
fn the_first_wish_that_can_be_met_is_met_and_its_region_kept() {
    let choose = |wishes| {
        let language = Language::first_of(wishes);
        (language, language.locale(wishes))
    };
    assert_eq!(choose("fr,de-CH,en"), (Language::German, "de-CH"));
    assert_eq!(choose("AR_eg"), (Language::Arabic, "AR_eg"));
    assert_eq!(choose("en-US,de"), (Language::English, "en-US"));
    assert_eq!(choose("den,arc,,-"), (Language::English, "en"));
    assert_eq!(choose(""), (Language::English, "en"));
}

proptest! {
    /// Whatever a server sends in the place of a file: words that say so, or texts; never a panic.
    #[test]
    fn no_file_can_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..9_000_usize) {
        let _ = Dictionary::read(&bytes);
        let mut spoilt = file(Language::German);
        let end = (at + bytes.len()).min(spoilt.len());
        spoilt.splice(at..end, bytes);
        if let Ok(dictionary) = Dictionary::read(&spoilt) {
            let told = Sentence::AsOf { clock: "12:00" }.told(&dictionary, false);
            prop_assert!(told.contains("12:00"), "{told}");
        }
    }
}
