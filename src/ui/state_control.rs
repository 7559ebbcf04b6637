//! The own state and the choice of another: one control.
//!
//! Lives here: the pill with shape, word and time; the menu; what has been asked for and not happened yet.
//! May not be here: changing the state: it moves when the server says so, and not before.
//! "Not ready" with and without a reason are two bits of the mask and one choice for people (trap T4).

use super::app::{App, Intent};
use super::button::CommandButton;
use super::live::{attr, flag, rows, text, when};
use super::look::{Icon, Look, icon};
use super::reasons::{TypeAhead, choices, needs_reason, reason_words, recent_first};
use super::{format, page};
use crate::domain::agent::{Agent, AgentState, ChangedBy, NextState, Witnessed};
use crate::domain::command::{Command, InFlight, Phase};
use crate::domain::ids::AgentKey;
use crate::domain::settings::DeskRule;
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
    let last = move || {
        app.desk.track();
        let last = app.read(|model| model.desk.states.back().cloned())?;
        Some(witnessed_words(app, &last, &reasons()))
    };
    let signed_out = Memo::new(move |_| state() == AgentState::SignedOut);
    let whole = NodeRef::<html::Div>::new();
    let type_ahead = TypeAhead::new();
    let step = move |event: leptos::ev::KeyboardEvent| {
        let Some(whole) = whole.get_untracked() else {
            return;
        };
        let forward = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => {
                type_ahead.key(&event, &whole);
                return;
            }
        };
        event.prevent_default();
        page::step_focus(&whole, forward);
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
                aria-description=attr(last)
                title=attr(last)
            >
                {icon(move || look().icon)}
                <span>{text(word)}</span>
                <span class="time">{text(move || left().or_else(time))}</span>
                {when(move || telephony.get(), move || view! { {icon(|| Icon::Chevron)} }.into_any())}
            </button>
            <NextChip />
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

/// What follows the call at hand, by the server's word, and the way to have the opposite instead.
#[component]
fn NextChip() -> impl IntoView {
    let app = App::get();
    let next = Memo::new(move |_| app.desk.with(|desk| desk.next_state.clone()));
    let words = move || next.get().map(|next| app.next_state(&next));
    let is_ready = |next: &NextState| {
        matches!(
            next.state,
            AgentState::Ready
                | AgentState::WrapUp {
                    ready_after: Some(true)
                }
        )
    };
    let becomes_ready = Memo::new(move |_| next.with(|next| next.as_ref().is_some_and(is_ready)));
    let opposite = Signal::derive(move || {
        Intent::Do(if becomes_ready.get() {
            not_ready(None)
        } else {
            Command::Ready
        })
    });
    let name = Signal::derive(move || {
        app.say(if becomes_ready.get() {
            Word::NotReadyInstead
        } else {
            Word::ReadyInstead
        })
        .to_owned()
    });
    when(
        move || next.with(Option::is_some),
        move || {
            view! {
                <span class="chip" data-part="next-state">
                    <span dir="auto">{text(words)}</span>
                    <CommandButton
                        class="small bare"
                        command="change-next-state"
                        intent=opposite
                        label=Signal::derive(|| "✕".to_owned())
                        name=name
                    />
                </span>
            }
            .into_any()
        },
    )
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

/// A state with its time, and who or what brought it about where that is known.
fn witnessed_words(app: App, seen: &Witnessed, reasons: &[Reason]) -> String {
    let mut parts = vec![
        app.speech.short_clock(seen.at),
        state_words(app, seen.state, seen.reason, reasons),
    ];
    parts.extend(seen.by.as_ref().and_then(|by| changed_by_words(app, by)));
    app.speech.listed(&parts)
}

/// Who or what changed a state. That a call did is seen by the state itself.
fn changed_by_words(app: App, by: &ChangedBy) -> Option<String> {
    let word = match by {
        ChangedBy::Supervisor(Some(id)) => return Some(app.by_person(id)),
        ChangedBy::Call => return None,
        ChangedBy::Agent => Word::ByYou,
        ChangedBy::Supervisor(None) => Word::BySupervisor,
        ChangedBy::System => Word::BySystem,
        ChangedBy::NoAnswer => Word::AfterMissedCall,
        ChangedBy::Timer => Word::ByTimer,
        ChangedBy::OtherDesk => Word::FromOtherDesk,
    };
    Some(app.say(word).to_owned())
}

fn not_ready(reason: Option<i32>) -> Command {
    Command::NotReady { reason }
}

fn sign_out(reason: Option<i32>) -> Command {
    Command::SignOut { reason }
}

#[component]
fn Menu(signed_out: Memo<bool>) -> impl IntoView {
    let app = App::get();
    let may = move |command: Command| app.allowed(&Intent::Do(command)).is_ok();
    let reason_needed = Memo::new(move |_| needs_reason(app, not_ready, DeskRule::NotReadyNeedsReason));
    let sign_out_reason_needed =
        Memo::new(move |_| needs_reason(app, sign_out, DeskRule::SignOutNeedsReason));
    let pick = move |needed: Memo<bool>| Signal::derive(move || needed.get().then_some(Word::PickReason));
    let no_reasons = Memo::new(move |_| may(not_ready(None)) && !may(not_ready(Some(0))));
    let codes = recent_first(app);
    let reasons = move |command: fn(Option<i32>) -> Command, before: Option<Word>| {
        // Reasons for signing out are a bit of the mask by themselves: what hinders the others is nothing to them.
        let hindrance =
            Signal::derive(move || (before.is_none() && no_reasons.get()).then_some(Word::ReasonsNotAllowed));
        let name = move |code: u32| {
            app.desk
                .with(|desk| reason_words(app, code.cast_signed(), &desk.reasons))
        };
        let item = move |code: u32| {
            let label = Signal::derive(move || match before {
                Some(before) => app.speech.listed(&[app.say(before).to_owned(), name(code)]),
                None => name(code),
            });
            view! {
                <CommandButton
                    class="item reason"
                    intent=Signal::derive(move || Intent::Do(command(Some(code.cast_signed()))))
                    label=label
                    hindrance=hindrance
                    closes="state-menu"
                />
            }
            .into_any()
        };
        choices(app, Word::PickReason, codes, name, Arc::new(item))
    };
    let item = move |command: fn() -> Command, hindrance: Signal<Option<Word>>| {
        view! {
            <CommandButton
                class="item"
                intent=Signal::derive(move || Intent::Do(command()))
                label=Signal::derive(move || app.speech.command(&command()).to_owned())
                hindrance=hindrance
                closes="state-menu"
            />
        }
        .into_any()
    };
    let nothing = Signal::derive(|| None);
    // Not every server lets wrap-up be asked for.
    let offered = move |command: fn() -> Command| {
        let is_offered = move || {
            let under_way = |desk: &crate::store::DeskView| {
                desk.in_flight.iter().any(|flight| flight.command == command())
            };
            may(command()) || app.desk.with(under_way)
        };
        when(is_offered, move || item(command, nothing))
    };
    view! {
        <div id="state-menu" class="pop menu" popover="auto" data-part="state-menu">
            {when(move || signed_out.get(), move || view! { <CommandButton
                    class="item"
                    intent=Signal::derive(|| Intent::SignInAgain)
                    label=app.text(Word::SignIn)
                    closes="state-menu"
                /> }.into_any())}
            {item(|| Command::Ready, nothing)}
            {item(|| not_ready(None), pick(reason_needed))}
            {reasons(not_ready, None)}
            {offered(|| Command::WorkReady)}
            {offered(|| Command::WorkNotReady)}
            <hr />
            {item(|| sign_out(None), pick(sign_out_reason_needed))}
            {when(
                move || sign_out_reason_needed.get(),
                move || reasons(sign_out, Some(Word::SignOut)),
            )}
            <RecentStates />
        </div>
    }
}

/// The states that the desk has witnessed, newest first.
#[component]
fn RecentStates() -> impl IntoView {
    let app = App::get();
    let seen = move |place: usize| {
        app.desk.track();
        let seen = app.read(|model| model.desk.states.iter().rev().nth(place).cloned())?;
        let reasons = app.desk.with(|desk| Arc::clone(&desk.reasons));
        Some(witnessed_words(app, &seen, &reasons))
    };
    let places = Memo::new(move |_| {
        app.desk.track();
        let count = app.read(|model| model.desk.states.len());
        (0..count as u32).collect()
    });
    let line =
        move |place: u32| view! { <li dir="auto">{text(move || seen(place as usize))}</li> }.into_any();
    view! {
        <hr />
        <div class="recent small quiet" data-part="recent-states">
            <strong id="recent-heading">{text(move || app.say(Word::RecentStates))}</strong>
            <ol aria-labelledby="recent-heading">{rows(places, Arc::new(move |place, _| line(place)))}</ol>
        </div>
    }
}
