//! The choice of language.
//!
//! Lives here: the control, each language in its own words, and the note when one cannot be had.
//! May not be here: fetching and remembering; they are what the intent asks for.
//! The same control stands at the sign-in and in the bar: nobody needs to read a language to leave it.

use super::app::{App, Intent};
use super::live::text;
use super::look::{Icon, icon};
use crate::words::{Language, Word};
use leptos::prelude::*;

/// The control.
#[component]
pub(super) fn LanguageChoice() -> impl IntoView {
    let app = App::get();
    // Markup that never changes and holds nothing from outside: a select's value needs its options in place first.
    let mut options = String::new();
    for language in Language::ALL {
        let (tag, name) = (language.tag(), language.own_name());
        options.extend(["<option value=", tag, " lang=", tag, ">", name, "</option>"]);
    }
    view! {
        <label class="language" data-part="language">
            {icon(|| Icon::Globe)}
            <span class="unseen">{text(move || app.say(Word::Language))}</span>
            <select
                data-command="language"
                inner_html=options
                prop:value=text(move || app.speech.wanted().tag())
                on:input=move |event| {
                    if let Some(language) = Language::of_tag(&event_target_value(&event)) {
                        app.speech.want(language);
                        app.dispatch(Intent::Speak(language));
                    }
                }
            ></select>
        </label>
    }
}

/// Says that a language could not be had, until it is pressed or another is chosen; nothing while all can.
pub(super) fn language_note(app: App) -> AnyView {
    view! {
        <button
            type="button"
            class="note is-not-ready link"
            data-part="language-error"
            data-command="dismiss"
            on:click=move |_| app.speech.forget_missing()
        >
            {text(move || app.speech.missing())}
        </button>
    }
    .into_any()
}
