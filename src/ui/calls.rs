//! The own calls: a card for each.
//!
//! Lives here: the column of cards.
//! May not be here: what a card shows; missed calls, which have a list of their own.
//! Cards stand in the order in which the calls began and never change places.

use super::app::App;
use super::call_card::CallCard;
use super::live::{rows, text, when};
use super::look::{Icon, icon};
use super::page;
use crate::domain::ids::{CallKey, Key};
use crate::words::Word;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The calls.
#[component]
pub(super) fn Calls() -> impl IntoView {
    let app = App::get();
    let none = Memo::new(move |_| app.calls.with(Vec::is_empty));
    let place = NodeRef::<html::Section>::new();
    page::catch_focus(place, move || app.calls.with(Vec::len));
    view! {
        <section class="calls" data-part="calls" aria-labelledby="calls-heading" tabindex="-1" node_ref=place>
            <h2 class="unseen" id="calls-heading">
                {text(move || app.say(Word::Calls))}
            </h2>
            {rows(
                Memo::new(move |_| indices(&app.calls.get())),
                Arc::new(|key, _| view! { <CallCard key=CallKey::from_index(key) /> }.into_any()),
            )}
            {when(move || none.get(), move || view! { <div class="no-calls">
                    {icon(|| Icon::Handset)}
                    <p>{text(move || app.say(Word::NoCalls))}</p>
                    <p class="quiet small">{text(move || app.say(Word::NoCallsHint))}</p>
                </div> }.into_any())}
        </section>
    }
}

/// The keys as plain numbers, as lists of rows take them.
pub(super) fn indices(keys: &[CallKey]) -> Vec<u32> {
    keys.iter().map(|key| key.index()).collect()
}
