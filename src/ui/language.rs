//! The choice of language.
//!
//! Lives here: the control, each language in its own words, and the note when one cannot be had.
//! May not be here: fetching and remembering; they are what the intent asks for.
//! The same control stands at the sign-in and in the bar: nobody needs to read a language to leave it.

use super::app::{App, Intent};
use super::live::{flag, text, when};
use super::look::{Icon, icon};
use crate::words::{Language, Word};
use leptos::prelude::*;

/// The control.
#[component]
pub(super) fn LanguageChoice() -> impl IntoView {
    let app = App::get();
    let options: Vec<_> = Language::ALL
        .into_iter()
        .map(|language| {
            view! {
                <option
                    value=language.tag()
                    lang=language.tag()
                    prop:hidden=flag(move || !app.speech.offers(language))
                    prop:disabled=flag(move || !app.speech.offers(language))
                    prop:selected=flag(move || app.speech.wanted() == language)
                >
                    {language.own_name()}
                </option>
            }
        })
        .collect();
    view! {
        <label class="language" data-part="language">
            {icon(|| Icon::Globe)}
            <span class="unseen">{text(move || app.say(Word::Language))}</span>
            <select
                data-command="language"
                on:input=move |event| {
                    if let Some(language) = Language::of_tag(&event_target_value(&event)) {
                        app.speech.want(language);
                        app.dispatch(Intent::Speak(language));
                    }
                }
            >
                {options}
            </select>
        </label>
    }
}

/// Says that a language could not be had, until it is pressed or another is chosen; nothing while all can.
pub(super) fn language_note(app: App) -> impl IntoView {
    let note = move || {
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
    };
    when(move || app.speech.missing().is_some(), note)
}
