//! A button on a call's card that opens something above the page.
//!
//! Lives here: the button and the frame of what it opens, which is made when it is opened for the first time.
//! May not be here: what is in the frame.
//! The card keeps its size. Who closes the frame by Escape is back at the button.
//! The button is off when nothing behind it can be asked for, and says why: the judge's word, as for any other button.

use super::app::{App, Intent};
use super::live::{attr, text, when};
use crate::domain::command::Command;
use crate::domain::ids::{CallKey, Key};
use crate::words::Word;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::sync::Arc;

/// Makes what is opened; it is told the frame's id, by which a button closes it.
pub(super) type Make = Arc<dyn Fn(String) -> AnyView + Send + Sync>;

/// The button and the frame.
#[component]
pub(super) fn Opener(
    /// The call whose card it is on.
    key: CallKey,
    /// `data-command` of the button and `data-part` of the frame.
    part: &'static str,
    /// The text on the button.
    word: Word,
    /// What can be asked for there.
    commands: Arc<[Command]>,
    /// Gets the keys that are pressed while it is open; the frame then takes the focus when it opens.
    #[prop(optional)]
    typed: Option<Callback<KeyboardEvent>>,
    /// Look of the frame: "menu", "keypad", "second-leg".
    class: &'static str,
    /// What it holds.
    make: Make,
) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let off = Memo::new(move |_| {
        // The call's cell brings the call's mask.
        call.track();
        let mut first = None;
        for command in commands.iter() {
            match app.allowed(&Intent::Do(command.clone())) {
                Ok(()) => return None,
                Err(off) => first = first.or(Some(off)),
            }
        }
        first
    });
    let why = move || off.get().map(|off| app.why(off));
    let opened = RwSignal::new(false);
    let id = [part, "-", &key.index().to_string()].concat();
    let (target, told) = (id.clone(), id.clone());
    let pressed = move |event: KeyboardEvent| {
        if let Some(typed) = typed {
            typed.run(event);
        }
    };
    view! {
        <button
            type="button"
            class="button"
            data-command=part
            aria-keyshortcuts=attr(move || app.keys_for(part))
            popovertarget=target
            on:click=move |event| {
                if off.get_untracked().is_some() {
                    event.prevent_default();
                } else {
                    opened.set(true);
                }
            }
            aria-disabled=attr(move || why().map(|_| "true"))
            aria-description=attr(why)
            data-tip=attr(why)
        >
            {text(move || app.say(word))}
        </button>
        <div
            class=["pop ", class].concat()
            id=id
            popover="auto"
            role="group"
            tabindex="-1"
            autofocus=typed.is_some()
            aria-label=attr(move || app.say(word))
            data-part=part
            on:keydown=pressed
        >
            {when(move || opened.get(), move || make(told.clone()))}
        </div>
    }
}
