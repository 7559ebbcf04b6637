//! The missed calls: who called in vain, when and why, and the way to call back.
//!
//! Lives here: the panel below the calls, and one line of it.
//! May not be here: calls that go on, which have cards.
//! A line stays until the agent puts it away; the newest stands first.

use super::app::{App, Intent};
use super::button::{CommandButton, dismiss};
use super::call_card::ending_words;
use super::calls::indices;
use super::contact::{of, queue_name};
use super::format;
use super::live::{attr, flag, rows, text, when};
use super::page;
use crate::domain::call::Call;
use crate::domain::ids::{CallKey, Key};
use crate::domain::model::Seen;
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The missed calls.
#[component]
pub(super) fn Missed() -> impl IntoView {
    let app = App::get();
    let count = Memo::new(move |_| app.missed.with(Vec::len));
    let place = NodeRef::<html::Section>::new();
    page::catch_focus(place, move || count.get());
    view! {
        <section class="panel missed" data-part="missed" aria-labelledby="missed-heading" tabindex="-1" node_ref=place>
            <header>
                <h2 id="missed-heading">{text(move || app.say(Word::Missed))}</h2>
                <span class="count" class:alarm=flag(move || count.get().gt(&0))>{text(move || app.speech.number(count.get()))}</span>
                {when(move || count.get() > 1, move || view! {
                    <button
                        type="button"
                        class="button small bare"
                        data-command="dismiss-all"
                        on:click=move |_| app.dispatch(Intent::Seen(Seen::MissedCalls))
                    >
                        {text(move || app.say(Word::DismissAll))}
                    </button>
                }.into_any())}
            </header>
            <ul class="entries">
                {rows(
                    Memo::new(move |_| indices(&app.missed.get())),
                    Arc::new(|key, _| view! { <MissedCall key=CallKey::from_index(key) /> }.into_any()),
                )}
            </ul>
            {when(move || count.get() == 0, move || view! { <p class="empty shown">{text(move || app.say(Word::NoMissed))}</p> }.into_any())}
        </section>
    }
}

/// When, why, from which queue, and how long it rang.
fn about(app: App, call: &Call) -> String {
    let rang = call
        .begun
        .zip(call.ended)
        .map(|(begun, ended)| ended.since(begun));
    let rang = rang.filter(|rang| *rang >= 1_000).map(|rang| {
        let duration = &format::duration(rang);
        app.speech.tell(Sentence::Rang { duration })
    });
    let clock = call.ended.map(|ended| app.speech.short_clock(ended));
    let parts = [clock, Some(ending_words(app, call)), queue_name(app, call), rang];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    app.speech.listed(&parts)
}

#[component]
fn MissedCall(key: CallKey) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let number = Memo::new(move |_| {
        of(call, |call| call.number.as_deref().map(str::to_owned))
            .flatten()
            .unwrap_or_default()
    });
    let id = move || of(call, |call| call.id.to_string());
    let why = move || of(call, |call| about(app, call));
    let shown = move || match number.get() {
        number if number.is_empty() => app.say(Word::HiddenNumber).to_owned(),
        number => number,
    };
    let hindrance = Signal::derive(move || number.with(String::is_empty).then_some(Word::HiddenNumber));
    view! {
        <li data-part="missed-call" data-id=attr(id)>
            <span class="two-lines">
                <strong dir="auto">{text(shown)}</strong>
                <span class="quiet small" title=attr(why)>{text(why)}</span>
            </span>
            <CommandButton
                class="small"
                command="call-back"
                intent=Signal::derive(move || number.with(|number| Intent::dial(number)))
                label=app.text(Word::CallBack)
                name=Signal::derive(move || {
                    number.with(|number| app.speech.tell(Sentence::CallNumber { number }))
                })
                hindrance=hindrance
            />
            {dismiss(app, Intent::DismissCall(key))}
        </li>
    }
}
