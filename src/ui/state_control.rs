//! The own state and the choice of another: one control.
//!
//! Lives here: the pill with shape, word and time; the menu; what has been asked for and not happened yet.
//! May not be here: changing the state: it moves when the server says so, and not before.
//! "Not ready" with and without a reason are two bits of the mask and one choice for people (trap T4).

use super::app::{App, Intent};
use super::button::CommandButton;
use super::live::{attr, flag, rows, text, when};
use super::look::{Icon, Look, icon};
use super::{format, page};
use crate::domain::agent::{Agent, AgentState};
use crate::domain::command::{Command, InFlight, Phase};
use crate::domain::ids::AgentKey;
use crate::store::Reason;
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The own state and the choice of another.
#[component]
pub(super) fn StateControl() -> impl IntoView {
    let app = App::get();
    let me = Memo::new(move |_| app.desk.with(|desk| desk.me));
    move || match me.get() {
        Some(key) => view! { <OwnState key=key /> }.into_any(),
        None => view! {
            <div class="state-control" data-part="state" data-state="unknown">
                <span class="pill is-unknown">
                    {icon(|| Icon::Question)} {text(move || app.say(Word::NotSignedInHere))}
                </span>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn OwnState(key: AgentKey) -> impl IntoView {
    let app = App::get();
    let agent = app.agent(key);
    let state = move || agent.with(|agent| agent.as_deref().map(Agent::state).unwrap_or_default());
    let look = move || Look::from(state());
    let reasons = move || app.desk.with(|desk| Arc::clone(&desk.reasons));
    let word = move || {
        let code = agent.with(|agent| agent.as_deref().and_then(|agent| agent.reason));
        state_words(app, state(), code, &reasons())
    };
    let since = move || agent.with(|agent| agent.as_deref().and_then(Agent::state_since));
    let time = move || since().map(|since| format::duration(app.now().since(since)));
    let left = move || {
        let end = agent.with(|agent| agent.as_deref()?.wrap_up?.end)?;
        let left = end.since(app.now());
        (left > 0).then(|| app.speech.apart(&["−", &format::duration(left)].concat()))
    };
    let reserved = move || {
        let reservation = agent.with(|agent| agent.as_deref()?.reservation)?;
        (reservation.holds_at(app.now())).then(|| app.speech.reserved(reservation.until))
    };
    let telephony = Memo::new(move |_| app.desk.with(|desk| desk.telephony));
    let pending = move || {
        app.desk.with(|desk| {
            desk.in_flight
                .iter()
                .find(|flight| is_own(&flight.command))
                .cloned()
        })
    };
    let signed_out = Memo::new(move |_| state() == AgentState::SignedOut);
    let whole = NodeRef::<html::Div>::new();
    let step = move |event: leptos::ev::KeyboardEvent| {
        let forward = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        event.prevent_default();
        if let Some(whole) = whole.get_untracked() {
            page::step_focus(&whole, forward);
        }
    };
    view! {
        <div
            class="state-control"
            data-part="state"
            data-state=attr(move || look().name())
            node_ref=whole
            on:keydown=step
        >
            <button
                type="button"
                class=text(move || ["pill ", look().class].concat())
                class:busy=flag(move || pending().is_some())
                data-command="state-menu"
                aria-keyshortcuts=attr(move || app.keys_for("state-menu"))
                popovertarget="state-menu"
                disabled=flag(move || !telephony.get())
                aria-label=attr(move || [app.say(Word::AgentState), ": ", &word()].concat())
            >
                {icon(move || look().icon)}
                <span>{text(word)}</span>
                <span class="time">{text(move || left().or_else(time))}</span>
                {when(move || telephony.get(), move || view! { {icon(|| Icon::Chevron)} }.into_any())}
            </button>
            <span class="pending" class:late=flag(move || pending().is_some_and(|flight| flight.slow))>
                {text(move || match pending() {
                    Some(flight) => Some(pending_words(app, &flight)),
                    None => reserved()
                        .or_else(|| (!telephony.get()).then(|| app.say(Word::ViewOnly).to_owned())),
                })}
            </span>
            <Menu signed_out=signed_out />
        </div>
    }
}

/// Whether a command concerns the own state.
fn is_own(command: &Command) -> bool {
    matches!(
        command,
        Command::Ready
            | Command::NotReady { .. }
            | Command::WorkReady
            | Command::WorkNotReady
            | Command::SignIn { .. }
            | Command::SignOut { .. }
    )
}

fn not_ready(reason: Option<i32>) -> Intent {
    Intent::Do(Command::NotReady { reason })
}

fn sign_out(reason: Option<i32>) -> Intent {
    Intent::Do(Command::SignOut { reason })
}

fn pending_words(app: App, flight: &InFlight) -> String {
    let what = app.speech.command(&flight.command);
    app.speech.tell(match (flight.phase, flight.slow) {
        (_, true) => Sentence::AskedForNoAnswer { what },
        (Phase::Sent, false) => Sentence::AskedFor { what },
        (Phase::Accepted, false) => Sentence::AcceptedWaiting { what },
    })
}

/// A state with its reason, in words.
pub(super) fn state_words(app: App, state: AgentState, code: Option<i32>, reasons: &[Reason]) -> String {
    let word = match state {
        AgentState::WrapUp {
            ready_after: Some(true),
        } => Word::WrapUpThenReady,
        AgentState::WrapUp {
            ready_after: Some(false),
        } => Word::WrapUpThenNotReady,
        other => Look::from(other).word,
    };
    let reason = code
        .filter(|code| *code != 0 && state == AgentState::NotReady)
        .map(|code| reason_words(app, code, reasons));
    match reason {
        Some(reason) => app.speech.listed(&[app.say(word).to_owned(), reason]),
        None => app.say(word).to_owned(),
    }
}

fn reason_words(app: App, code: i32, reasons: &[Reason]) -> String {
    reasons.iter().find(|reason| reason.code == code).map_or_else(
        || {
            let code = &code.to_string();
            app.speech.tell(Sentence::ReasonCode { code })
        },
        |reason| reason.label.clone(),
    )
}

#[component]
fn Menu(signed_out: Memo<bool>) -> impl IntoView {
    let app = App::get();
    let plain = Memo::new(move |_| app.allowed(&not_ready(None)).is_ok());
    let reasoned = Memo::new(move |_| app.allowed(&not_ready(Some(0))).is_ok());
    let plain_hindrance =
        Signal::derive(move || (!plain.get() && reasoned.get()).then_some(Word::PickReason));
    let reason_hindrance =
        Signal::derive(move || (plain.get() && !reasoned.get()).then_some(Word::ReasonsNotAllowed));
    let signs_out_with_reason =
        Memo::new(move |_| app.allowed(&sign_out(None)).is_err() && app.allowed(&sign_out(Some(0))).is_ok());
    let codes = Memo::new(move |_| {
        app.desk.with(|desk| {
            desk.reasons
                .iter()
                .map(|reason| reason.code.cast_unsigned())
                .collect()
        })
    });
    let for_reasons = move |make: fn(Option<i32>) -> Intent, before: Option<Word>| {
        // Reasons for signing out are a bit of the mask by themselves: what hinders the others is nothing to them.
        let hindrance = match before {
            None => reason_hindrance,
            Some(_) => Signal::derive(|| None),
        };
        let item = move |code: u32| {
            let code = code.cast_signed();
            let label = Signal::derive(move || {
                let name = app.desk.with(|desk| reason_words(app, code, &desk.reasons));
                match before {
                    Some(before) => app.speech.listed(&[app.say(before).to_owned(), name]),
                    None => name,
                }
            });
            view! {
                <CommandButton
                    class="item reason"
                    intent=Signal::derive(move || make(Some(code)))
                    label=label
                    hindrance=hindrance
                    closes="state-menu"
                />
            }
            .into_any()
        };
        rows(codes, Arc::new(move |code, _| item(code)))
    };
    let item = move |intent: fn() -> Intent, word: Word| {
        view! {
            <CommandButton
                class="item"
                intent=Signal::derive(intent)
                label=app.text(word)
                closes="state-menu"
            />
        }
    };
    view! {
        <div id="state-menu" class="pop menu" popover="auto" data-part="state-menu">
            {when(move || signed_out.get(), move || view! { <CommandButton
                    class="item"
                    intent=Signal::derive(|| Intent::SignInAgain)
                    label=app.text(Word::SignIn)
                    closes="state-menu"
                /> }.into_any())}
            {item(|| Intent::Do(Command::Ready), Word::Ready)}
            <CommandButton
                class="item"
                intent=Signal::derive(|| not_ready(None))
                label=app.text(Word::NotReady)
                hindrance=plain_hindrance
                closes="state-menu"
            />
            <div class="reasons" role="group" aria-label=attr(move || app.say(Word::PickReason))>
                {for_reasons(not_ready, None)}
            </div>
            <hr />
            {item(|| sign_out(None), Word::SignOut)}
            {when(
                move || signs_out_with_reason.get(),
                move || for_reasons(sign_out, Some(Word::SignOut)),
            )}
        </div>
    }
}
