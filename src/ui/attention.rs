//! What the page does to be noticed, and what keeps it from being heard.
//!
//! Lives here: the tab's title and icon while a call rings, the notes of a blocked sound and of another leading tab.
//! May not be here: tones and notifications (platform), whether anything rings at all (the session decides).
//! The title changes with the page's clock, once a second: whoever looks at another tab sees it move.
//! Signals that the agent has switched off are not given; the call's card is there whatever happens.

use super::app::{App, Intent};
use super::live::{text, when};
use super::look::{Icon, Look, icon};
use super::page;
use crate::domain::ids::CallKey;
use crate::preferences::Signal;
use crate::store::{Screen, SoundState, Tab};
use crate::words::{Sentence, Word};
use leptos::prelude::*;

/// Has the browser's tab follow what calls for attention.
pub(super) fn be_noticed(app: App) {
    let call_for = move |signal| {
        app.attention
            .with(|attention| attention.attending.call_for(signal))
    };
    let in_title = Memo::new(move |_| call_for(Signal::Title));
    let on_icon = Memo::new(move |_| call_for(Signal::Icon).is_some());
    let rings = Memo::new(move |_| app.attention.with(|attention| attention.attending.call.is_some()));
    Effect::new(move || page::mark_icon(on_icon.get()));
    Effect::new(move || page::mark_ringing(rings.get()));
    // Every other second: of the clock and not of the ring, so that nothing has to be counted.
    let shows_call = move || in_title.get().filter(|_| app.now().0.div_euclid(1_000) % 2 == 0);
    Effect::new(move || page::set_title(&title(app, shows_call())));
}

/// What matters while the tab is not looked at: a call that rings, else the own state.
fn title(app: App, ringing: Option<CallKey>) -> String {
    let product = app.say(Word::Product);
    if app.screen.with(|screen| *screen != Screen::Desk) {
        return product.to_owned();
    }
    app.desk.track();
    if let Some(call) = ringing {
        let number = app.read(|model| {
            let call = model.calls.get(call);
            call.and_then(|call| call.number.as_deref())
                .unwrap_or_default()
                .to_owned()
        });
        let number = &number;
        return app.speech.tell(Sentence::RingingTitle { number });
    }
    let state = app.read(|model| {
        let me = model.desk.me.and_then(|me| model.agents.get(me))?;
        Some(Look::from(me.state()).word)
    });
    match state {
        Some(state) => [app.say(state), " · ", product].concat(),
        None => product.to_owned(),
    }
}

/// Whether the agent wants to hear calls and cannot; tracks.
pub(super) fn is_sound_blocked(app: App) -> bool {
    app.attention
        .with(|attention| attention.sound == SoundState::Blocked)
        && app
            .preferences
            .with(|preferences| preferences.signals.has(Signal::Sound))
}

/// Whether another of the agent's tabs rings; tracks.
pub(super) fn is_following(app: App) -> bool {
    app.attention
        .with(|attention| attention.attending.tab == Tab::Following)
}

/// Says that the browser lets nothing be heard; a press is what it waits for.
pub(super) fn sound_blocked(app: App) -> impl IntoView {
    let note = move || {
        view! {
            <button
                type="button"
                class="note is-not-ready link"
                data-part="sound-blocked"
                data-command="allow-sound"
                on:click=move |_| app.dispatch(Intent::AllowSound)
            >
                {icon(|| Icon::Bell)}
                {text(move || app.say(Word::SoundBlocked))}
            </button>
        }
        .into_any()
    };
    when(move || is_sound_blocked(app), note)
}

/// Says that another tab rings, and offers to ring here.
pub(super) fn other_tab(app: App) -> impl IntoView {
    let note = move || {
        view! {
            <p class="note is-signed-out" data-part="tab">
                {icon(|| Icon::Bell)}
                <span>{text(move || app.say(Word::OtherTabLeads))}</span>
                <button
                    type="button"
                    class="link"
                    data-command="take-over"
                    on:click=move |_| app.dispatch(Intent::TakeOver)
                >
                    {text(move || app.say(Word::TakeOver))}
                </button>
            </p>
        }
        .into_any()
    };
    when(move || is_following(app), note)
}
