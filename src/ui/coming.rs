//! A call that is coming: the agent is reserved, or the contact is announced, and nothing rings yet.
//!
//! Lives here: how long the reservation lasts, and what is known of the caller before it rings.
//! May not be here: ending a reservation: when its time is over, the server says what follows.
//! What was announced and does not come says so for a few seconds, in the same place.
//! It stands where the call's card will be, or below it, so that no card moves when it goes.

use super::app::App;
use super::live::{attr, rows, text, when};
use super::look::{Icon, icon};
use super::ring::ring;
use crate::domain::Model;
use crate::domain::agent::{Agent, AgentState, Reservation};
use crate::domain::ids::{AgentKey, CallKey};
use crate::domain::telephony::Precall;
use crate::words::{Sentence, Word};
use leptos::prelude::*;
use std::sync::Arc;

/// What was taken back is told for so long, milliseconds.
const TOLD: i64 = 8_000;
/// What was announced and not heard of again is shown for so long, milliseconds.
const BELIEVED: i64 = 120_000;
/// A reservation whose time is over is shown for so long unless the server says more, milliseconds.
const AWAITED: i64 = 30_000;

/// The call that is coming.
#[component]
pub(super) fn Coming() -> impl IntoView {
    let app = App::get();
    let me = Memo::new(move |_| app.desk.with(|desk| desk.me));
    view! {
        <div class="coming-place">
            {move || me.get().map(|key| view! { <OwnComing key=key /> })}
        </div>
    }
}

/// What is known of a call that is coming.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Announced {
    number: Option<Box<str>>,
    queue: Option<Box<str>>,
    dialled: Option<Box<str>>,
    data: Vec<(Box<str>, Box<str>)>,
}

impl From<&Precall> for Announced {
    fn from(precall: &Precall) -> Self {
        Self {
            number: precall.number.clone(),
            queue: precall.queue_name.clone(),
            dialled: precall.dialled.clone(),
            data: precall
                .data
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .cloned()
                .collect(),
        }
    }
}

#[component]
fn OwnComing(key: AgentKey) -> impl IntoView {
    let app = App::get();
    let agent = app.agent(key);
    let state =
        Memo::new(move |_| agent.with(|agent| agent.as_deref().map(Agent::state).unwrap_or_default()));
    let reservation = Memo::new(move |_| agent.with(|agent| agent.as_deref()?.reservation));
    let announced = Memo::new(move |_| {
        app.desk.track();
        app.read(|model| {
            model
                .coming()
                .map(|precall| (Announced::from(precall), precall.at))
        })
        .filter(|(_, at)| app.now().since(*at) < BELIEVED)
        .map(|(announced, _)| announced)
    });
    let taken_back = Memo::new(move |_| {
        app.desk.track();
        let (precall, at) = app.read(|model| model.desk.taken_back.clone())?;
        (app.now().since(at) < TOLD).then(|| Announced::from(&precall))
    });
    let is_kept_free = Memo::new(move |_| {
        let is_due = |reservation: Reservation| {
            let until = reservation.until;
            until.is_none_or(|until| app.now().since(until) < AWAITED)
        };
        state.get() == AgentState::Reserved || reservation.get().is_some_and(is_due)
    });
    // The card of a call that rings says all of this itself.
    let has_calls = Memo::new(move |_| {
        app.desk.track();
        let is_live =
            |model: &Model, key: &CallKey| model.calls.get(*key).is_some_and(|call| call.stage.is_live());
        app.calls
            .with(|calls| app.read(|model| calls.iter().any(|key| is_live(model, key))))
    });
    let is_coming =
        Memo::new(move |_| announced.with(Option::is_some) || (is_kept_free.get() && !has_calls.get()));
    let is_shown = move || is_coming.get() || taken_back.with(Option::is_some);
    let known = Memo::new(move |_| announced.get().or_else(|| taken_back.get()));
    let of_known = move |read: fn(&Announced) -> Option<&str>| {
        known.with(|known| known.as_ref().and_then(read).map(str::to_owned))
    };
    let until = move || reservation.get()?.until;
    let said = move || match (is_coming.get(), until()) {
        (false, _) => app.say(Word::TakenBackLong).to_owned(),
        (true, Some(until)) if until <= app.now() => app.say(Word::PerhapsOver).to_owned(),
        (true, Some(_)) => app.speech.reserved(until()),
        (true, None) => app.say(Word::ReservedForCall).to_owned(),
    };
    let about = move || {
        let dialled = of_known(|known| known.dialled.as_deref());
        let dialled = dialled.map(|number| app.speech.tell(Sentence::Dialled { number: &number }));
        let parts: Vec<String> = of_known(|known| known.queue.as_deref())
            .into_iter()
            .chain(dialled)
            .collect();
        app.speech.listed(&parts)
    };
    let places = Memo::new(move |_| {
        let count = known.with(|known| known.as_ref().map_or(0, |known| known.data.len()));
        (0..count as u32).collect()
    });
    let field = move |place: u32| {
        let read = move |side: fn(&(Box<str>, Box<str>)) -> &str| {
            known.with(|known| Some(side(known.as_ref()?.data.get(place as usize)?).to_owned()))
        };
        view! {
            <div>
                <dt dir="auto">{text(move || read(|(name, _)| name))}</dt>
                <dd dir="auto">{text(move || read(|(_, value)| value))}</dd>
            </div>
        }
        .into_any()
    };
    let card = move || {
        view! {
            <article
                class=text(move || {
                    if is_coming.get() { "coming is-reserved" } else { "coming is-signed-out" }
                })
                data-part="coming"
                data-state=attr(move || if is_coming.get() { "coming" } else { "taken-back" })
                aria-labelledby="coming-heading"
            >
                <div class="coming-head">
                    {when(
                        move || is_coming.get() && until().is_some(),
                        move || ring(app, move || reservation.get().map(|kept| kept.from), until),
                    )}
                    <div class="grow">
                        <h2 class="state" id="coming-heading">
                            {icon(move || if is_coming.get() { Icon::HalfDisc } else { Icon::Cross })}
                            <span>
                                {text(move || {
                                    app.say(if is_coming.get() { Word::CallComing } else { Word::TakenBack })
                                })}
                            </span>
                        </h2>
                        <p class="quiet small">{text(said)}</p>
                    </div>
                </div>
                {when(
                    move || known.with(Option::is_some),
                    move || {
                        let number = move || {
                            of_known(|known| known.number.as_deref())
                                .unwrap_or_else(|| app.say(Word::HiddenNumber).to_owned())
                        };
                        view! {
                            <p class="who" dir="auto">
                                <strong>{text(number)}</strong>
                            </p>
                            <p class="meta">{text(about)}</p>
                            <div class="fields" role="group" tabindex="0" aria-label=attr(move || app.say(Word::CallData))>
                                <dl class="small">{rows(places, Arc::new(move |place, _| field(place)))}</dl>
                            </div>
                        }
                            .into_any()
                    },
                )}
            </article>
        }
        .into_any()
    };
    when(is_shown, card)
}
