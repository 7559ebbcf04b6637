//! What is said on the call, as far as it is understood.
//!
//! Lives here: the phrases by speaker, the list that follows its end, and the switch for reading aloud.
//! May not be here: the bound of the list (the model's), any guess at who a speaker is.
//! A phrase that is still being spoken is hidden from screen readers; finished, it is a new one, and read once.
//! The list follows its end until the agent scrolls away from it, and again when the agent returns.

use super::app::{App, Intent, RowSignal};
use super::contact::{Shown, of};
use super::live::{MakeRow, attr, part, rows, text, when};
use super::page;
use super::panel::panel;
use crate::domain::call::{Call, Phrase, Speaker};
use crate::domain::ids::CallKey;
use crate::preferences::Change;
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// What the choice not to have phrases read aloud is kept under.
const SILENT: &str = "transcript-aloud";
/// How far from its end the list may be and still follow it, pixels.
const AT_END: i32 = 24;

/// The panel.
pub(super) fn transcript(app: App, shown: Shown) -> AnyView {
    let aloud = Memo::new(move |_| app.preferences.with(|chosen| !chosen.is_folded(SILENT)));
    let head = view! {
        <button
            type="button"
            class="button small switch"
            data-command="read-aloud"
            aria-pressed=attr(move || if aloud.get() { "true" } else { "false" })
            title=attr(move || app.say(Word::ReadAloudHint))
            on:click=move |_| {
                app.dispatch(Intent::Prefer(Change::Fold(SILENT.into(), aloud.get_untracked())));
            }
        >
            {text(move || app.say(Word::ReadAloud))}
        </button>
    };
    let body = part(move || {
        Some(match shown.get() {
            Some(key) => view! { <Phrases key=key aloud=aloud /> }.into_any(),
            None => {
                view! { <p class="nothing quiet">{text(move || app.say(Word::NoTranscript))}</p> }.into_any()
            }
        })
    });
    panel(
        app,
        "transcript",
        Word::Transcript,
        head.into_any(),
        body.into_any(),
    )
}

/// A phrase's key: its place in the conversation, and whether it is finished, which makes it another element.
fn key_of(call: &Call, place: usize, phrase: &Phrase) -> u32 {
    (call.phrases_before + place as u32) << 1 | u32::from(phrase.interim)
}

#[component]
fn Phrases(key: CallKey, aloud: Memo<bool>) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let keys = Memo::new(move |_| {
        let keys = |call: &Call| {
            let phrases = call.transcript.iter().enumerate();
            phrases
                .map(|(place, phrase)| key_of(call, place, phrase))
                .collect()
        };
        of(call, keys).unwrap_or_else(Vec::new)
    });
    let scroller = NodeRef::<html::Div>::new();
    let follows = RwSignal::new(true);
    // By the next frame the call may be another one, and this list gone.
    let to_end = move || {
        if let Some(list) = scroller.try_get_untracked().flatten() {
            list.set_scroll_top(list.scroll_height());
        }
    };
    Effect::new(move || {
        // A phrase grows while it is being spoken: the list follows that, too.
        call.track();
        keys.with(Vec::len);
        if follows.get_untracked() {
            page::next_frame(to_end);
        }
    });
    let was_at = StoredValue::new(0);
    let scrolled = move |_| {
        let Some(list) = scroller.try_get_untracked().flatten() else {
            return;
        };
        let top = list.scroll_top();
        let below = list.scroll_height() - top - list.client_height();
        // The end may run ahead of the list; only whoever scrolls up goes away from it.
        let goes_up = was_at.get_value() > top;
        was_at.set_value(top);
        if below <= AT_END {
            follows.set(true);
        } else if goes_up {
            follows.set(false);
        }
    };
    let row: MakeRow = Arc::new(move |row, _| phrase_row(app, call, row));
    view! {
        <div
            class="phrases"
            tabindex="0"
            role="log"
            aria-live=attr(move || if aloud.get() { "polite" } else { "off" })
            aria-label=attr(move || app.say(Word::Transcript))
            node_ref=scroller
            on:scroll=scrolled
        >
            {rows(keys, row)}
            {when(
                move || keys.with(Vec::is_empty),
                move || view! { <p class="nothing quiet">{text(move || app.say(Word::NoTranscript))}</p> }.into_any(),
            )}
        </div>
        {when(
            move || !follows.get(),
            move || {
                view! {
                    <button
                        type="button"
                        class="button small to-latest"
                        data-command="jump-to-latest"
                        on:click=move |_| {
                            follows.set(true);
                            to_end();
                            if let Some(list) = scroller.get_untracked() {
                                page::focus_now(&list);
                            }
                        }
                    >
                        {text(move || app.say(Word::JumpToLatest))}
                    </button>
                }
                    .into_any()
            },
        )}
    }
}

fn phrase_row(app: App, call: RowSignal<Call>, key: u32) -> AnyView {
    let phrase = move || {
        of(call, |call| {
            let place = (key >> 1).checked_sub(call.phrases_before)?;
            call.transcript.get(place as usize).cloned()
        })
        .flatten()
    };
    let is_interim = key & 1 == 1;
    // A finished phrase does not change any more: it listens to nothing.
    let first = untrack(phrase);
    let speaker = first.as_ref().map(|phrase| phrase.speaker.clone());
    let class = match (&speaker, is_interim) {
        (Some(Speaker::Agent), false) => "phrase own",
        (Some(Speaker::Agent), true) => "phrase own interim",
        (_, false) => "phrase",
        (_, true) => "phrase interim",
    };
    let who = move || match &speaker {
        Some(Speaker::Agent) => app.say(Word::You).to_owned(),
        Some(Speaker::Customer) => app.say(Word::OtherParty).to_owned(),
        Some(Speaker::Other(role)) if !role.is_empty() => app.speech.tell(Sentence::SpeakerOf { role }),
        _ => app.say(Word::Unknown).to_owned(),
    };
    let said = first.map(|phrase| phrase.text.to_string()).unwrap_or_default();
    let words = move || {
        if is_interim {
            phrase().map_or_else(String::new, |phrase| phrase.text.into())
        } else {
            said.clone()
        }
    };
    view! {
        <p class=class data-part="phrase" aria-hidden=is_interim.then_some("true")>
            <span class="speaker small quiet">{text(who)}</span>
            <span dir="auto">{text(words)}</span>
        </p>
    }
    .into_any()
}
