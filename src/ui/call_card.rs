//! The card of one call.
//!
//! Lives here: who it is, where it stands, for how long, what is done with it, and what went wrong.
//! May not be here: its buttons (`call_buttons`), and how long the card of an ended call stays (`calls`).
//! The card keeps its size and everything on it its place, from the first ringing until it is put away.
//! A line at the foot is kept free for what went wrong or takes long, so that nothing moves when it does.

use super::app::{App, Intent, RowSignal};
use super::button::{CommandButton, failures, has_own_form};
use super::call_buttons::CallButtons;
use super::format;
use super::live::{attr, flag, text, when};
use super::look::{Icon, Look, icon, stage_name};
use super::page;
use super::row::Certainty;
use super::screen_pop::links;
use crate::domain::Moment;
use crate::domain::call::{Call, Direction, Ending, Stage};
use crate::domain::command::Command;
use crate::domain::ids::{CallKey, Key};
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;

/// The card of one call.
#[component]
pub(super) fn CallCard(
    key: CallKey,
    /// The call whose card lies before this one.
    #[prop(into)]
    before: Signal<Option<CallKey>>,
    /// The column, and whether the pointer is in it.
    column: (NodeRef<html::Section>, RwSignal<bool>),
    /// Called when the agent puts the card of an ended call away.
    put_away: Callback<()>,
) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let stage = Memo::new(move |_| with(call, |call| call.stage).unwrap_or_default());
    let look = move || Look::from(stage.get());
    let card = NodeRef::<html::Article>::new();
    let (column, hovered) = column;
    Effect::new(move || {
        // Who has more cards than fit sees the one that rings, unless that would move another under the pointer.
        if let (Stage::Alerting, false, Some(column), Some(card)) =
            (stage.get(), hovered.get(), column.get(), card.get())
        {
            page::bring_into_sight(&column, &card);
        }
    });
    let is_over = Memo::new(move |_| !stage.get().is_live());
    let is_current = Memo::new(move |_| app.desk.with(|desk| desk.current == Some(key)));
    let about = move || with(call, |call| call.about).flatten();
    let hangs = Memo::new(move |_| about().is_some() && about() == before.get());
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
    let name = Memo::new(move |_| number.with(|number| colleague(app, number)));
    let shown = move || match (name.get(), number.get()) {
        (Some(name), number) => app.speech.listed(&[name, number]),
        (None, number) if number.is_empty() => app.say(Word::HiddenNumber).to_owned(),
        (None, number) => number,
    };
    let id = move || with(call, |call| call.id.to_string());
    let heading = ["call-", &key.index().to_string()].concat();
    let labelled_by = heading.clone();
    let where_it_stands = move || {
        let word = app.say(look().word);
        if with(call, |call| call.consult).unwrap_or_default() {
            return [app.say(Word::Consult), " · ", word].concat();
        }
        word.to_owned()
    };
    let direction = move || {
        with(call, |call| call.direction).flatten().map(|direction| {
            app.say(match direction {
                Direction::Inbound => Word::Inbound,
                Direction::Outbound => Word::Outbound,
            })
        })
    };
    let is_conference = move || with(call, |call| call.conference).unwrap_or_default();
    let is_recorded = move || with(call, |call| call.recording).flatten() == Some(true) && !is_over.get();
    let until = move || {
        let ended = with(call, |call| call.ended).flatten();
        ended.unwrap_or_else(|| app.now())
    };
    let in_stage = move || {
        let since = with(call, stage_since).flatten()?;
        Some(format::duration(until().since(since)))
    };
    let meta = move || with(call, |call| meta(app, call));
    let total = move || {
        let begun = with(call, |call| {
            call.begun
                .filter(|_| call.connected.is_some() && call.stage.is_live())
        });
        let duration = &format::duration(app.now().since(begun.flatten()?));
        Some(app.speech.tell(Sentence::Total { duration }))
    };
    let put_away = move |_| {
        if stage.get_untracked() == Stage::Failed {
            app.dispatch(Intent::DismissCall(key));
        }
        put_away.run(());
    };
    view! {
        <article
            class=text(move || ["call ", look().class].concat())
            data-part="call"
            data-id=attr(id)
            data-stage=attr(move || stage_name(stage.get()))
            data-hangs=attr(move || hangs.get().then_some("true"))
            data-unsure=attr(move || certainty().mark())
            aria-labelledby=labelled_by
            aria-current=attr(move || is_current.get().then_some("true"))
            node_ref=card
        >
            <p class="line-of-card">
                <span class="state">
                    {icon(move || look().icon)} <span>{text(where_it_stands)}</span>
                </span>
                <span class="tags">
                    {when(
                        is_conference,
                        move || {
                            view! { <span class="tag is-talking" data-part="conference-mark">
                                {text(move || app.say(Word::Conference))}
                            </span> }
                                .into_any()
                        },
                    )}
                    {when(
                        is_recorded,
                        move || {
                            view! { <span class="tag is-danger recording" data-part="recording">
                                {icon(|| Icon::Disc)} {text(move || app.say(Word::Recording))}
                            </span> }
                                .into_any()
                        },
                    )}
                    <span class="quiet">{text(direction)}</span>
                </span>
                <span class="as-of">{text(move || certainty().words(app))}</span>
                <span class="total quiet" aria-hidden="true">
                    {text(total)}
                </span>
                {when(
                    move || is_over.get(),
                    move || {
                        view! {
                            <button
                                type="button"
                                class="button small bare"
                                data-command="dismiss"
                                aria-label=attr(move || app.say(Word::Dismiss))
                                on:click=put_away
                            >
                                {icon(|| Icon::Cross)}
                            </button>
                        }
                            .into_any()
                    },
                )}
            </p>
            <p class="line-of-card">
                <strong class="who" dir="auto" id=heading>
                    {text(shown)}
                </strong>
                <span class="timer" aria-hidden="true">
                    {text(in_stage)}
                </span>
            </p>
            <p class="line-of-card">
                <span class="meta" title=attr(meta)>
                    {text(meta)}
                </span>
                {links(app, call, 1)}
                <Switch key=key call=call is_current=is_current />
            </p>
            <CallButtons key=key call=call />
            <Foot key=key call=call />
        </article>
    }
}

/// Makes the call the current one, where another one is or could be.
#[component]
fn Switch(key: CallKey, call: RowSignal<Call>, is_current: Memo<bool>) -> impl IntoView {
    let app = App::get();
    let intent = Signal::derive(move || {
        call.track();
        Intent::Do(Command::MakeCurrent(key))
    });
    let is_aside = move || {
        !is_current.get()
            && app.calls.with(|calls| calls.len() > 1 && calls.contains(&key))
            && app.desk.with(|desk| desk.telephony)
    };
    when(is_aside, move || {
        view! { <CommandButton class="small switch" intent=intent label=app.text(Word::MakeCurrent) /> }
            .into_any()
    })
}

/// The name of the colleague who is at a phone.
fn colleague(app: App, number: &str) -> Option<String> {
    app.read(|model| model.colleague_at(number).map(str::to_owned))
}

/// What a call's row says.
pub(super) fn with<T>(call: RowSignal<Call>, read: impl FnOnce(&Call) -> T) -> Option<T> {
    call.with(|call| call.as_deref().map(read))
}

/// Since when the call has been where it is, as far as the desk has witnessed it.
fn stage_since(call: &Call) -> Option<Moment> {
    match call.stage {
        Stage::Held => call.held_since,
        Stage::Connected => call.connected,
        Stage::Ended => call.connected.or(call.begun),
        _ => call.begun,
    }
}

/// Whom it is about, its queue, the number dialled, how long it rang, how long it was on hold.
fn meta(app: App, call: &Call) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(about) = call.about {
        let number = app.read(|model| model.calls.get(about)?.number.clone());
        parts.extend(number.map(|number| app.speech.tell(Sentence::About { number: &number })));
    }
    parts.extend(app.read(|model| model.queue_name(call).map(str::to_owned)));
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
    if call.held_for >= 1_000 {
        let duration = &format::duration(call.held_for);
        parts.push(app.speech.tell(Sentence::HeldFor { duration }));
    }
    app.speech.listed(&parts)
}

/// The line kept free at the foot: a failure, a slow answer, why the call is over. It has room for the first of them.
#[component]
fn Foot(key: CallKey, call: RowSignal<Call>) -> impl IntoView {
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
    let stage = Memo::new(move |_| with(call, |call| call.stage).unwrap_or_default());
    view! {
        <div class="foot">
            {failures(app, move |failed| failed.command.call() == Some(key) && !has_own_form(failed))}
            {when(
                move || slow().is_some(),
                move || {
                    view! { <p class="note is-reserved">{icon(|| Icon::HalfDisc)} <span>{text(slow)}</span></p> }
                        .into_any()
                },
            )}
            {when(
                move || !stage.get().is_live(),
                move || {
                    view! {
                        <p class="note" class:is-danger=flag(move || stage.get() == Stage::Failed)>
                            {when(move || stage.get() == Stage::Failed, || icon(|| Icon::Triangle))}
                            <span>{text(cause)}</span>
                        </p>
                    }
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
        Some(Ending::ByAgent) => (Word::EndedHere, None),
        // Nobody says why: that it is over is all that is known of a conversation.
        Some(Ending::Unsaid) | None if call.connected.is_some() => (Word::CallEnded, None),
        Some(Ending::Unsaid) | None => (Word::RangOut, None),
    };
    match detail {
        Some(detail) => [app.say(word), " (", &app.speech.apart(detail), ")"].concat(),
        None => app.say(word).to_owned(),
    }
}
