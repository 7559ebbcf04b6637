//! Another language: words, direction, formats, and what stays as it is meanwhile.

use crate::rig::{Page, at_hub, press, settle};
use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use std::cell::Cell;
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::domain::{Event, Moment};
use switchhook::preferences::Signals;
use switchhook::store::{Known, Screen};
use switchhook::ui::Intent;
use switchhook::words::{CATEGORIES, Count, Dictionary, Language};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

const GERMAN: &[u8] = include_bytes!("../../public/languages/de.json");
const ARABIC: &[u8] = include_bytes!("../../public/languages/ar.json");

fn read(file: &[u8]) -> Dictionary {
    Dictionary::read(file).expect("a language")
}

/// A property of the document's root.
fn root(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(name)
}

fn text(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

/// Chooses in the control, as a person would.
fn choose(page: &Page, tag: &str) {
    let select = page.one("select[data-command=language]");
    Reflect::set(&select, &"value".into(), &tag.into()).expect("a value");
    let input = web_sys::Event::new("input").expect("an event");
    select.dispatch_event(&input).expect("dispatched");
}

fn chosen(page: &Page) -> Option<String> {
    let select = page.one("select[data-command=language]");
    Reflect::get(&select, &"value".into()).ok()?.as_string()
}

fn call() -> Event<'static> {
    let update = CallUpdate {
        direction: Some(Direction::Inbound),
        stage: Some(Stage::Alerting),
        number: Some("+358 40 123 4567".into()),
        ..CallUpdate::default()
    };
    Event::Call(at_hub("call-1"), Box::new(update))
}

#[wasm_bindgen_test]
async fn another_language_is_shown_at_once_and_nothing_is_made_anew() {
    let page = Page::desk().await;
    page.show(call()).await;
    page.ring("call-1", Signals::default()).await;
    assert_eq!(root("lang").as_deref(), Some("en"));
    assert_eq!(root("dir").as_deref(), Some("ltr"));
    let card = page.row("call", "call-1");
    let answer = page.one("[data-part=call] [data-command=answer]");
    assert_eq!(text(&answer), "Answer");

    choose(&page, "de");
    assert_eq!(page.take_intents(), [Intent::Speak(Language::German)]);
    settle().await;
    assert_eq!(text(&answer), "Answer", "as long as the words are not there");
    assert_eq!(root("lang").as_deref(), Some("en"));

    page.app.learn(Language::German, Some(read(GERMAN)));
    settle().await;
    assert_eq!(text(&answer), "Annehmen");
    assert_eq!(root("lang").as_deref(), Some("de"));
    assert_eq!(document().title(), "Es klingelt: +358 40 123 4567");

    page.app.learn(Language::Arabic, Some(read(ARABIC)));
    assert_eq!(
        root("lang").as_deref(),
        Some("de"),
        "what was not asked for waits"
    );
    choose(&page, "ar");
    settle().await;
    assert_eq!(text(&answer), "رد");
    assert_eq!(root("lang").as_deref(), Some("ar"));
    assert_eq!(root("dir").as_deref(), Some("rtl"));
    assert_eq!(page.row("call", "call-1"), card, "the same card");
    assert!(answer.is_connected());

    choose(&page, "en");
    settle().await;
    assert_eq!(text(&answer), "Answer");
    assert_eq!(root("dir").as_deref(), Some("ltr"));
}

#[wasm_bindgen_test]
async fn the_last_choice_is_shown_whichever_words_arrive_last() {
    let page = Page::desk().await;
    choose(&page, "de");
    choose(&page, "ar");
    page.app.learn(Language::Arabic, Some(read(ARABIC)));
    page.app.learn(Language::German, Some(read(GERMAN)));
    settle().await;
    assert_eq!(root("lang").as_deref(), Some("ar"));
}

#[wasm_bindgen_test]
async fn a_language_that_cannot_be_had_leaves_the_words_and_says_so_once() {
    let screen = Screen::SignIn {
        wants_password: false,
        wants_extension: true,
        busy: false,
        error: None,
        known: Known::default(),
    };
    let page = Page::mount(screen);
    settle().await;
    choose(&page, "ar");
    page.app.learn(Language::Arabic, None);
    settle().await;
    assert_eq!(root("lang").as_deref(), Some("en"));
    assert_eq!(chosen(&page).as_deref(), Some("en"));
    let note = page.one("[data-part=language-error]");
    assert_eq!(
        text(&note),
        "\u{2068}العربية\u{2069} could not be loaded. Try again later."
    );
    assert_eq!(text(&page.one("[data-part=polite]")), text(&note));
    press(&note);
    settle().await;
    assert!(page.all("[data-part=language-error]").is_empty());

    choose(&page, "de");
    page.app.learn(Language::German, None);
    settle().await;
    assert!(text(&page.one("[data-part=language-error]")).starts_with("Deutsch"));
    choose(&page, "en");
    settle().await;
    assert!(
        page.all("[data-part=language-error]").is_empty(),
        "another choice was made"
    );
}

#[wasm_bindgen_test]
async fn a_failure_that_nobody_waits_for_says_nothing() {
    let page = Page::desk().await;
    choose(&page, "ar");
    choose(&page, "en");
    page.app.learn(Language::Arabic, None);
    settle().await;
    assert!(page.all("[data-part=language-error]").is_empty());
    assert_eq!(chosen(&page).as_deref(), Some("en"));
}

/// A way to say something with the page's voice, in a language and with a browser's wishes.
async fn voice(language: Language, wishes: &str) -> switchhook::ui::Speech {
    let page = Page::desk().await;
    page.app.learn(Language::German, Some(read(GERMAN)));
    page.app.learn(Language::Arabic, Some(read(ARABIC)));
    page.app.speech.wish(wishes.to_owned());
    page.app.speech.want(language);
    page.app.speech
}

#[wasm_bindgen_test]
async fn numbers_and_times_are_written_as_the_language_does_with_digits_of_one_kind() {
    let at = Moment(1_800_000_000_000);
    let said = async |language, wishes: &str| {
        let speech = voice(language, wishes).await;
        untrack(|| {
            (
                speech.number(12_345),
                speech.clock(at),
                speech.coarse(-9 * 60_000),
                speech.day(at),
            )
        })
    };
    let (number, clock, minutes, _) = said(Language::English, "en-GB").await;
    assert_eq!((number.as_str(), minutes.as_str()), ("12,345", "9 mins"));
    assert!(!clock.contains('M'), "{clock}");
    let (_, clock, ..) = said(Language::English, "de,en-US").await;
    assert!(clock.ends_with('M'), "{clock}");
    let (number, _, minutes, day) = said(Language::German, "de-DE").await;
    assert_eq!((number.as_str(), minutes.as_str()), ("12.345", "9 Min."));
    assert!(day.contains("Jan"), "{day}");
    for wish in ["ar", "ar-EG", "ar-SA"] {
        let (number, clock, minutes, day) = said(Language::Arabic, wish).await;
        for text in [&number, &clock, &minutes, &day] {
            assert!(
                text.chars().any(|letter| letter.is_ascii_digit()),
                "{wish}: {text}"
            );
            assert!(
                !text
                    .chars()
                    .any(|letter| ('\u{660}'..='\u{669}').contains(&letter)),
                "{wish}: {text}"
            );
        }
        assert!(day.contains("15"), "{wish}: {day} of the Gregorian calendar");
    }
    // A tag that `Intl` refuses is no reason for having no times.
    let (number, ..) = said(Language::English, "en-US@posix").await;
    assert_eq!(number, "12,345");
}

#[wasm_bindgen_test]
async fn a_count_has_every_form_that_the_browsers_plural_rules_know() {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).expect("Intl");
    let rules: Function = Reflect::get(&intl, &"PluralRules".into())
        .expect("rules")
        .unchecked_into();
    for (language, file) in [(Language::German, GERMAN), (Language::Arabic, ARABIC)] {
        let rules = Reflect::construct(&rules, &Array::of1(&language.tag().into())).expect("rules");
        let resolve: Function = Reflect::get(&rules, &"resolvedOptions".into())
            .expect("a method")
            .unchecked_into();
        let options: Object = resolve.call0(&rules).expect("options").unchecked_into();
        let known: Array = Reflect::get(&options, &"pluralCategories".into())
            .expect("categories")
            .unchecked_into();
        let known: Vec<String> = known
            .iter()
            .filter_map(|name| JsValue::as_string(&name))
            .collect();
        let entries: serde_json::Value = serde_json::from_slice(file).expect("JSON");
        let forms = entries["{count} tries"].as_object().expect("forms");
        for category in CATEGORIES {
            let needed = known.iter().any(|name| name == category);
            assert_eq!(forms.contains_key(category), needed, "{language:?}: {category}");
        }
    }
    let speech = voice(Language::Arabic, "").await;
    let said = |count| untrack(|| speech.count(Count::Tries, count));
    let wanted = [
        "بلا محاولات",
        "محاولة واحدة",
        "محاولتان",
        "3 محاولات",
        "11 محاولة",
        "100 محاولة",
    ];
    assert_eq!([0, 1, 2, 3, 11, 100].map(said), wanted);
}

#[wasm_bindgen_test]
async fn from_right_to_left_a_number_inside_a_text_is_isolated_and_otherwise_nothing_is() {
    let marked = Cell::new(0);
    for language in Language::ALL {
        let speech = voice(language, "").await;
        let told = untrack(|| speech.listed(&["+358 40 123 4567".to_owned(), "Support".to_owned()]));
        let isolated = told.contains("\u{2068}+358 40 123 4567\u{2069} · \u{2068}Support\u{2069}");
        assert_eq!(isolated, language.is_right_to_left(), "{told:?}");
        marked.set(marked.get() + usize::from(isolated));
    }
    assert_eq!(marked.get(), 1);
}
