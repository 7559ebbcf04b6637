//! The tone pad of a call.
//!
//! Lives here: its keys, and how much has been sent.
//! May not be here: what was sent: digits may be a card number, so only their count is kept and shown.
//! It takes the keyboard while it is open: what is typed is sent, digit by digit.
//! A telephone has sixteen tones, though few people have keys for the last four.

use super::app::{App, Intent};
use super::live::{attr, text};
use super::opener::Opener;
use crate::domain::command::Command;
use crate::domain::ids::CallKey;
use crate::words::{Count, Word};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::sync::Arc;

const KEYS: [&str; 16] = [
    "1", "2", "3", "A", "4", "5", "6", "B", "7", "8", "9", "C", "*", "0", "#", "D",
];
/// Dots shown at most.
const DOTS: usize = 16;

fn tones(call: CallKey, digits: &str) -> Command {
    Command::SendTones {
        call,
        digits: digits.into(),
    }
}

/// The tone pad and its button.
#[component]
pub(super) fn Keypad(key: CallKey) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let count = Memo::new(move |_| call.with(|call| call.as_deref().map_or(0, |call| call.tones_sent)));
    let send = Callback::new(move |tone: &'static str| {
        let intent = Intent::Do(tones(key, tone));
        if untrack(|| app.allowed(&intent)).is_ok() {
            app.dispatch(intent);
        }
    });
    let typed = Callback::new(move |event: KeyboardEvent| {
        // With another key held down it is a shortcut of the browser's.
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        let pressed = event.key().to_ascii_uppercase();
        if let Some(tone) = KEYS.iter().find(|tone| is_plain && **tone == pressed) {
            event.prevent_default();
            send.run(tone);
        }
    });
    view! {
        <Opener
            key=key
            part="keypad"
            word=Word::Keypad
            commands=Arc::new([tones(key, "")])
            typed=typed
            class="keypad"
            make=Arc::new(move |_| view! { <Pad key=key count=count send=send /> }.into_any())
        />
    }
}

#[component]
fn Pad(key: CallKey, count: Memo<usize>, send: Callback<&'static str>) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let off = Memo::new(move |_| {
        // The call's cell brings the call's mask.
        call.track();
        app.allowed(&Intent::Do(tones(key, ""))).err()
    });
    let why = move || off.get().map(|off| app.why(off));
    let keys: Vec<_> = KEYS
        .into_iter()
        .map(|tone| {
            view! {
                <button
                    type="button"
                    class="button"
                    data-command="send-tones"
                    data-tone=tone
                    aria-disabled=attr(move || why().map(|_| "true"))
                    aria-description=attr(why)
                    on:click=move |_| send.run(tone)
                >
                    {tone}
                </button>
            }
        })
        .collect();
    let progress = move || match count.get() {
        0 => app.say(Word::NothingSent).to_owned(),
        count => [
            "•".repeat(count.min(DOTS)).as_str(),
            " ",
            &app.speech.count(Count::DigitsSent, count),
        ]
        .concat(),
    };
    view! {
        <div class="pad">
            <p class="dots">{text(progress)}</p>
            <div class="keys" dir="ltr">{keys}</div>
            <p class="quiet small">{text(move || why().unwrap_or_else(|| app.say(Word::KeypadHint)))}</p>
        </div>
    }
}
