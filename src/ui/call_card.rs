//! The card of one call.
//!
//! Lives here: who it is, where it stands, for how long, and its buttons in fixed places.
//! May not be here: any look at the stage to decide what a button may do; the masks decide (decision D1).
//! Hold and Retrieve share one place: which of them shows follows the masks and the server's own word.
//! A line at the foot is kept free for what went wrong or takes long, so that nothing moves when it does.

use super::app::{App, Intent, RowSignal};
use super::button::{CommandButton, failures};
use super::format;
use super::keypad::Keypad;
use super::live::{attr, flag, part, text, when};
use super::look::{Icon, Look, icon, stage_name};
use super::row::Certainty;
use crate::domain::Moment;
use crate::domain::call::{Call, Direction, Ending, Stage};
use crate::domain::command::Command;
use crate::domain::ids::{CallKey, Key};
use crate::words::{Sentence, Word};
use leptos::prelude::*;

/// The card of one call.
#[component]
pub(super) fn CallCard(key: CallKey) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let stage = move || with(call, |call| call.stage).unwrap_or_default();
    let look = move || Look::from(stage());
    let failed = Memo::new(move |_| stage() == Stage::Failed);
    let is_current = Memo::new(move |_| app.desk.with(|desk| desk.current == Some(key)));
    let certainty = move || {
        app.connection.track();
        with(call, |call| {
            Certainty::of(app, call.source, call.confirmed_in, call.heard)
        })
        .unwrap_or(Certainty::Sure)
    };
    let number = Memo::new(move |_| {
        with(call, |call| call.number.as_deref().map(str::to_owned))
            .flatten()
            .unwrap_or_default()
    });
    let shown = move || match number.get() {
        number if number.is_empty() => app.say(Word::HiddenNumber).to_owned(),
        number => number,
    };
    let id = move || with(call, |call| call.id.to_string());
    let heading = format!("call-{}", key.index());
    let labelled_by = heading.clone();
    let direction = move || {
        with(call, |call| call.direction).flatten().map(|direction| {
            app.say(match direction {
                Direction::Inbound => Word::Inbound,
                Direction::Outbound => Word::Outbound,
            })
        })
    };
    let in_stage = move || {
        if stage() == Stage::Failed {
            return None;
        }
        let since = with(call, stage_since).flatten()?;
        let until = match with(call, |call| call.ended).flatten() {
            Some(ended) => ended,
            None => app.now(),
        };
        Some(format::duration(until.since(since)))
    };
    let about = move || with(call, |call| about(app, call));
    let begun = move || {
        with(call, |call| {
            call.begun
                .filter(|_| call.connected.is_some() && call.stage.is_live())
        })
        .flatten()
    };
    let total = move || {
        let duration = &format::duration(app.now().since(begun()?));
        Some(app.speech.tell(Sentence::Total { duration }))
    };
    view! {
        <article
            class=text(move || ["call ", look().class].concat())
            class:current=flag(move || is_current.get())
            class:ringing=flag(move || stage() == Stage::Alerting)
            data-part="call"
            data-id=attr(id)
            data-stage=attr(move || stage_name(stage()))
            data-unsure=attr(move || certainty().mark())
            aria-labelledby=labelled_by
            aria-current=attr(move || is_current.get().then_some("true"))
        >
            <p class="line-of-card">
                <span class="state">
                    {icon(move || look().icon)} <span>{text(move || app.say(look().word))}</span>
                </span>
                <span class="quiet">{text(direction)}</span>
                <span class="as-of">{text(move || certainty().words(app))}</span>
                <span class="total quiet" aria-hidden="true">
                    {text(total)}
                </span>
            </p>
            <p class="line-of-card">
                <strong class="who" dir="auto" id=heading>
                    {text(shown)}
                </strong>
                <span class="timer" aria-hidden="true">
                    {text(in_stage)}
                </span>
            </p>
            <p class="meta" title=attr(about)>
                {text(about)}
            </p>
            {part(move || {
                Some(
                    if failed.get() {
                        view! { <FailedButtons key=key call=call number=number /> }.into_any()
                    } else {
                        view! { <Buttons key=key call=call /> }.into_any()
                    },
                )
            })}
            <Foot key=key call=call failed=failed />
        </article>
    }
}

fn with<T>(call: RowSignal<Call>, read: impl FnOnce(&Call) -> T) -> Option<T> {
    call.with(|call| call.as_deref().map(read))
}

/// Since when the call has been where it is, as far as the desk has witnessed it.
fn stage_since(call: &Call) -> Option<Moment> {
    match call.stage {
        Stage::Held => call.held_since,
        Stage::Connected => call.connected,
        _ => call.begun,
    }
}

/// Queue, number dialled, how long it rang.
fn about(app: App, call: &Call) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(call.queue_name.as_deref().map(str::to_owned).or_else(|| {
        let queue = call.queue?;
        app.read(|model| model.queues.get(queue)?.name.as_deref().map(str::to_owned))
    }));
    if call.direction == Some(Direction::Inbound) {
        parts.extend(
            call.dialled
                .as_deref()
                .map(|number| app.speech.tell(Sentence::Dialled { number })),
        );
    }
    if let (Some(begun), Some(connected)) = (call.begun, call.connected)
        && connected.since(begun) >= 1_000
    {
        let duration = &format::duration(connected.since(begun));
        parts.push(app.speech.tell(Sentence::Rang { duration }));
    }
    app.speech.listed(&parts)
}

#[component]
fn Buttons(key: CallKey, call: RowSignal<Call>) -> impl IntoView {
    let app = App::get();
    let retrieves = Memo::new(move |_| {
        call.track();
        let asked = |intent: &Intent| {
            app.desk.with(|desk| {
                desk.in_flight
                    .iter()
                    .any(|flight| intent.command() == Some(&flight.command))
            })
        };
        let (hold, retrieve) = (Intent::Do(Command::Hold(key)), Intent::Do(Command::Retrieve(key)));
        if asked(&hold) || asked(&retrieve) {
            return asked(&retrieve);
        }
        match (app.allowed(&hold), app.allowed(&retrieve)) {
            (_, Ok(())) => true,
            (Ok(()), Err(_)) => false,
            (Err(_), Err(_)) => with(call, |call| call.stage) == Some(Stage::Held),
        }
    });
    // The call's cell brings the call's mask.
    let on_call = move |command: fn(CallKey) -> Command| {
        Signal::derive(move || {
            call.track();
            Intent::Do(command(key))
        })
    };
    let hold_intent = Signal::derive(move || {
        call.track();
        let intent = if retrieves.get() {
            Command::Retrieve
        } else {
            Command::Hold
        };
        Intent::Do(intent(key))
    });
    let hold_text = Signal::derive(move || {
        app.say(if retrieves.get() {
            Word::Retrieve
        } else {
            Word::Hold
        })
        .to_owned()
    });
    view! {
        <div class="buttons" role="toolbar" aria-label=attr(move || app.say(Word::CallButtons))>
            <CommandButton
                class="go"
                intent=on_call(Command::Answer)
                label=app.text(Word::Answer)
            />
            <CommandButton
                class="stop"
                intent=on_call(Command::EndCall)
                label=app.text(Word::EndCall)
            />
            <CommandButton intent=hold_intent label=hold_text />
            <Keypad key=key />
        </div>
    }
}

#[component]
fn FailedButtons(key: CallKey, call: RowSignal<Call>, number: Memo<String>) -> impl IntoView {
    let app = App::get();
    let hindrance = Signal::derive(move || number.with(String::is_empty).then_some(Word::HiddenNumber));
    view! {
        <div class="buttons" role="toolbar" aria-label=attr(move || app.say(Word::CallButtons))>
            <CommandButton
                intent=Signal::derive(move || number.with(|number| Intent::dial(number)))
                label=app.text(Word::TryAgain)
                hindrance=hindrance
            />
            <CommandButton
                class="stop"
                intent=Signal::derive(move || {
                    // The call's cell brings the call's mask: the busy tone goes on until somebody hangs up.
                    call.track();
                    Intent::Do(Command::EndCall(key))
                })
                label=app.text(Word::EndCall)
            />
            <button
                type="button"
                class="button"
                data-command="dismiss"
                on:click=move |_| app.dispatch(Intent::DismissCall(key))
            >
                {text(move || app.say(Word::Dismiss))}
            </button>
        </div>
    }
}

/// The line kept free at the foot: a cause, a failure, a slow answer.
#[component]
fn Foot(key: CallKey, call: RowSignal<Call>, failed: Memo<bool>) -> impl IntoView {
    let app = App::get();
    let slow = move || {
        app.desk.with(|desk| {
            let mut flights = desk.in_flight.iter();
            let flight = flights.find(|flight| flight.slow && flight.command.call() == Some(key))?;
            let what = app.speech.command(&flight.command);
            Some(app.speech.tell(Sentence::NoAnswerYet { what }))
        })
    };
    let cause = move || with(call, |call| ending_words(app, call));
    view! {
        <div class="foot">
            {when(
                move || failed.get(),
                move || {
                    view! { <p class="note is-danger">{icon(|| Icon::Triangle)} <span>{text(cause)}</span></p> }
                        .into_any()
                },
            )}
            {failures(app, move |failed| failed.command.call() == Some(key))}
            {when(
                move || slow().is_some(),
                move || {
                    view! { <p class="note is-reserved">{icon(|| Icon::HalfDisc)} <span>{text(slow)}</span></p> }
                        .into_any()
                },
            )}
        </div>
    }
}

/// Why a call ended, failed or was missed, in words.
pub(super) fn ending_words(app: App, call: &Call) -> String {
    let (word, detail) = match &call.ending {
        // Whoever was called has not placed the call: to that person it only was not answered.
        Some(Ending::Failed(cause)) if call.missed => (Word::RangOut, cause.as_deref()),
        Some(Ending::Failed(cause)) => (Word::CouldNotComplete, cause.as_deref()),
        Some(Ending::ByRemote) => (Word::RemoteHungUp, None),
        Some(Ending::Withdrawn(cause)) => (Word::Withdrawn, cause.as_deref()),
        Some(Ending::MovedOn(cause)) => (Word::TakenByOther, cause.as_deref()),
        Some(Ending::Transferred) => (Word::Transferred, None),
        Some(Ending::ByAgent | Ending::Unsaid) | None => (Word::RangOut, None),
    };
    match detail {
        Some(detail) => [app.say(word), " (", &app.speech.apart(detail), ")"].concat(),
        None => app.say(word).to_owned(),
    }
}
