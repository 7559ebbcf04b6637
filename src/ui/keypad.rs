//! The tone pad of a call.
//!
//! Lives here: the button that opens it, its keys, and how much has been sent.
//! May not be here: what was sent: digits may be a card number, so only their count is kept and shown.
//! It opens above the page: the card keeps its size. Digits can be typed while it has the focus.

use super::app::{App, Intent};
use super::live::{attr, text};
use super::look::{Icon, icon};
use crate::domain::command::Command;
use crate::domain::ids::{CallKey, Key};
use crate::words::{Count, Word};
use leptos::prelude::*;

const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
/// Dots shown at most.
const DOTS: usize = 16;

fn tones(call: CallKey, digits: &str) -> Intent {
    Intent::Do(Command::SendTones {
        call,
        digits: digits.into(),
    })
}

/// The tone pad and its button.
#[component]
pub(super) fn Keypad(key: CallKey) -> impl IntoView {
    let app = App::get();
    let count = RwSignal::new(0_usize);
    let send = move |tone: &str| {
        let intent = tones(key, tone);
        if untrack(|| app.allowed(&intent)).is_ok() {
            app.dispatch(intent);
            count.update(|count| *count += 1);
        }
    };
    let typed = move |event: leptos::ev::KeyboardEvent| {
        let pressed = event.key();
        if KEYS.contains(&pressed.as_str()) {
            event.prevent_default();
            send(&pressed);
        }
    };
    let call = app.call(key);
    let off = Memo::new(move |_| {
        // The call's cell brings the call's mask.
        call.track();
        app.allowed(&tones(key, "")).err()
    });
    let why = move || off.get().map(|off| app.why(off));
    let keys: Vec<_> = KEYS
        .into_iter()
        .map(|tone| {
            view! {
                <button
                    type="button"
                    class="button"
                    autofocus=tone == "1"
                    data-command="send-tones"
                    data-tone=tone
                    aria-disabled=attr(move || why().map(|_| "true"))
                    aria-description=attr(why)
                    on:click=move |_| send(tone)
                >
                    {tone}
                </button>
            }
        })
        .collect();
    let popover = format!("keypad-{}", key.index());
    let target = popover.clone();
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
        <button
            type="button"
            class="button"
            data-command="keypad"
            aria-keyshortcuts=attr(move || app.keys_for("keypad"))
            popovertarget=target
            on:click=move |event| {
                if off.get_untracked().is_some() {
                    event.prevent_default();
                }
            }
            aria-disabled=attr(move || why().map(|_| "true"))
            aria-description=attr(why)
            data-tip=attr(why)
        >
            {icon(|| Icon::Keys)}
            {text(move || app.say(Word::Keypad))}
        </button>
        <div
            class="pop keypad"
            id=popover
            popover="auto"
            role="group"
            aria-label=attr(move || app.say(Word::Keypad))
            data-part="keypad"
            on:keydown=typed
        >
            <p class="dots">{text(progress)}</p>
            <div class="keys">{keys}</div>
            <p class="quiet small">{text(move || why().unwrap_or_else(|| app.say(Word::KeypadHint)))}</p>
        </div>
    }
}
