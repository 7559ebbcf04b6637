//! Alerts: a bell in the bar with how many there are, and the list behind it.
//!
//! Lives here: the bell, the list, and the words of one alert.
//! May not be here: rules; the server's have fired when it says so.
//! An alert stays until the agent has seen it; the bell keeps its place whether there are any or not.

use super::app::{App, Intent};
use super::button::dismiss;
use super::live::{MakeRow, attr, flag, rows, text, when};
use super::look::{Icon, icon};
use super::page;
use crate::domain::event::Alert;
use crate::domain::model::Seen;
use crate::words::{Count, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// What has fired, in one line: the rule, what it compares with what, and the value.
pub(super) fn alert_words(app: App, alert: &Alert) -> String {
    let condition: Vec<&str> = [&alert.expression, &alert.threshold]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    let parts = [
        alert.name.as_deref().map(str::to_owned),
        Some(condition.join(" ")),
        alert.value.as_deref().map(str::to_owned),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    app.speech.listed(&parts)
}

/// The bell and its list.
#[component]
pub(super) fn Alerts() -> impl IntoView {
    let app = App::get();
    let numbers = Memo::new(move |_| {
        app.desk.with(|desk| {
            desk.alerts
                .iter()
                .rev()
                .map(|alert| alert.number)
                .collect::<Vec<u32>>()
        })
    });
    let count = Memo::new(move |_| numbers.with(Vec::len));
    let list = NodeRef::<html::Div>::new();
    page::catch_focus(list, move || count.get());
    let name = move || [app.say(Word::Alerts), ": ", &app.speech.number(count.get())].concat();
    let row: MakeRow = Arc::new(move |number, _| view! { <AlertRow number=number /> }.into_any());
    view! {
        <button
            type="button"
            class="button bell"
            class:alarm=flag(move || count.get().gt(&0))
            data-command="alerts"
            aria-keyshortcuts=attr(move || app.keys_for("alerts"))
            popovertarget="alerts"
            aria-label=attr(name)
        >
            {icon(|| Icon::Bell)}
            <span>{text(move || app.speech.number(count.get()))}</span>
        </button>
        <div
            class="pop alerts"
            id="alerts"
            popover="auto"
            role="group"
            tabindex="-1"
            aria-label=attr(move || app.say(Word::Alerts))
            data-part="alerts"
            node_ref=list
        >
            <p class="pop-head">
                <strong>{text(move || app.speech.count(Count::AlertsWaiting, count.get()))}</strong>
                <button
                    type="button"
                    class="button small"
                    data-command="dismiss-all"
                    aria-disabled=attr(move || (count.get() == 0).then_some("true"))
                    on:click=move |_| app.dispatch(Intent::Seen(Seen::Alerts))
                >
                    {text(move || app.say(Word::DismissAll))}
                </button>
            </p>
            <ul class="entries">{rows(numbers, row)}</ul>
            {when(
                move || count.get() == 0,
                move || view! { <p class="empty shown">{text(move || app.say(Word::NoAlerts))}</p> }.into_any(),
            )}
        </div>
    }
}

#[component]
fn AlertRow(number: u32) -> impl IntoView {
    let app = App::get();
    let alert = move || {
        app.desk.with(|desk| {
            let mut alerts = desk.alerts.iter();
            alerts.find(|alert| alert.number == number).cloned()
        })
    };
    let words = move || alert().map(|alert| alert_words(app, &alert));
    let clock = move || alert()?.at.map(|at| app.speech.short_clock(at));
    let id = move || alert().map(|alert| alert.id.to_string());
    view! {
        <li data-part="alert" data-id=attr(id)>
            <span class="quiet small">{text(clock)}</span>
            <span dir="auto">{text(words)}</span>
            {dismiss(app, Intent::Seen(Seen::Alert(number)))}
        </li>
    }
}
