//! Choices in a popover: reasons and codes, the ones used last first, found by typing.
//!
//! Lives here: the order of the choices, the field that filters many of them, and the jump to what is being typed.
//! May not be here: what a choice brings about; each is a button of its own, which the masks switch.
//! A list that fits on a screen has no field: typing alone finds what is wanted.

use super::app::{App, Intent};
use super::live::{attr, rows, text, when};
use super::page;
use crate::domain::command::Command;
use crate::domain::fold::folded;
use crate::domain::settings::DeskRule;
use crate::store::Reason;
use crate::words::{Sentence, Word};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::Element;

/// More choices than this have a field that filters them.
const SEEN_AT_ONCE: usize = 8;
/// A pause of this length begins another word, milliseconds.
const PAUSE: f64 = 1_000.0;

/// What makes the button of a choice.
pub(super) type MakeChoice = Arc<dyn Fn(u32) -> AnyView + Send + Sync>;

/// A list of choices by number, with a field above when there are many.
///
/// `label` is what a choice is found by; it tracks.
pub(super) fn choices(
    app: App,
    name: Word,
    keys: Memo<Vec<u32>>,
    label: impl Fn(u32) -> String + Copy + Send + Sync + 'static,
    make: MakeChoice,
) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        let wanted = wanted.with(|wanted| folded(wanted.trim()));
        let mut keys = keys.get();
        keys.retain(|key| folded(&label(*key)).contains(&wanted));
        keys
    });
    let many = move || keys.with(Vec::len) > SEEN_AT_ONCE;
    view! {
        <div class="reasons" role="group" aria-label=attr(move || app.say(name))>
            {when(
                many,
                move || {
                    view! {
                        <input
                            type="search"
                            name="filter"
                            dir="auto"
                            autocomplete="off"
                            aria-label=attr(move || app.say(Word::FilterReasons))
                            placeholder=attr(move || app.say(Word::FilterReasons))
                            prop:value=text(move || wanted.get())
                            on:input=move |event| wanted.set(event_target_value(&event))
                        />
                    }
                        .into_any()
                },
            )} {rows(shown, Arc::new(move |key, _| make(key)))}
            {when(
                move || shown.with(Vec::is_empty) && !keys.with(Vec::is_empty),
                move || view! { <p class="quiet">{text(move || app.say(Word::NoSuchReason))}</p> }.into_any(),
            )}
        </div>
    }
    .into_any()
}

/// The codes of the reasons, those picked last first.
pub(super) fn recent_first(app: App) -> Memo<Vec<u32>> {
    Memo::new(move |_| {
        let recent = app.preferences.with(|kept| kept.reasons().to_vec());
        app.desk.with(|desk| {
            let codes: Vec<i32> = desk.reasons.iter().map(|reason| reason.code).collect();
            let first = recent.iter().filter(|code| codes.contains(code));
            let others = codes.iter().filter(|code| !recent.contains(code));
            first.chain(others).map(|code| code.cast_unsigned()).collect()
        })
    })
}

/// What a reason is called.
pub(super) fn reason_words(app: App, code: i32, reasons: &[Reason]) -> String {
    reasons.iter().find(|reason| reason.code == code).map_or_else(
        || {
            let code = &code.to_string();
            app.speech.tell(Sentence::ReasonCode { code })
        },
        |reason| reason.label.clone(),
    )
}

/// Whether a command can be given with a reason only: by the masks (trap T4), or by the desk's settings where the
/// masks take one. Tracks.
pub(super) fn needs_reason(app: App, command: fn(Option<i32>) -> Command, rule: DeskRule) -> bool {
    let allowed = |reason| app.allowed(&Intent::Do(command(reason))).is_ok();
    let is_rule = || {
        app.read(|model| {
            let settings = model.desk.desk_settings.as_ref();
            settings.is_some_and(|settings| settings.rules.has(rule))
        })
    };
    allowed(Some(0)) && (!allowed(None) || is_rule())
}

/// What has been typed in a list, for the jump to the choice that begins so.
#[derive(Clone, Copy)]
pub(super) struct TypeAhead {
    typed: StoredValue<(String, f64)>,
}

impl TypeAhead {
    /// Nothing typed yet; belongs to the calling owner.
    pub(super) fn new() -> Self {
        Self {
            typed: StoredValue::new((String::new(), 0.0)),
        }
    }

    /// Moves the focus to the button inside `within` whose text begins as typed.
    pub(super) fn key(self, event: &KeyboardEvent, within: &Element) {
        let key = event.key();
        let is_letter = key.chars().count() == 1 && key.trim() == key;
        let is_plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        if !is_letter || !is_plain || page::is_typing(event) {
            return;
        }
        let now = event.time_stamp();
        let typed = self.typed.try_update_value(|(typed, last)| {
            if now - *last > PAUSE {
                typed.clear();
            }
            typed.push_str(&folded(&key));
            *last = now;
            typed.clone()
        });
        if let Some(typed) = typed {
            page::focus_by_text(within, &typed);
        }
    }
}
