//! The buttons of a call in their fixed places.
//!
//! Lives here: the eight places of every card, the menu behind "More", and the four places of a consultation.
//! May not be here: any look at the stage to decide what a button may do; the masks decide (decision D1).
//! Two verbs that exclude each other share one place: which of them shows follows the masks and the server's own word.
//! A place that has nothing to offer stays, with its reason: nothing moves when the masks change.

use super::app::{App, Intent, RowSignal};
use super::button::CommandButton;
use super::call_card::with;
use super::keypad::Keypad;
use super::live::{attr, when};
use super::opener::Opener;
use super::second_leg::SecondLeg;
use crate::domain::call::{Call, Stage};
use crate::domain::command::Command;
use crate::domain::ids::CallKey;
use crate::words::Word;
use leptos::prelude::*;
use std::sync::Arc;

/// A verb for a call.
type Verb = fn(CallKey) -> Command;

/// What can be done with the two calls of a consultation.
const OF_PAIR: [(Verb, Word); 4] = [
    (Command::CompleteTransfer, Word::CompleteTransfer),
    (Command::CompleteConference, Word::Conference),
    (Command::Alternate, Word::Alternate),
    (Command::BackToCaller, Word::BackToCaller),
];

/// What stands behind "More", beside what can be done with a pair; ending it for everybody is nobody's habit (decision D13).
const SELDOM: [(Verb, Word); 4] = [
    (|call| Command::AskSupervisor(Some(call)), Word::AskSupervisor),
    (|call| Command::RaiseEmergency(Some(call)), Word::RaiseEmergency),
    (Command::ReportBadLine, Word::ReportBadLine),
    (Command::EndForAll, Word::EndForAll),
];

/// A button for a command on a call that `call` tracks: its cell brings its mask.
fn button(
    app: App,
    call: RowSignal<Call>,
    command: impl Fn() -> Command + Send + Sync + 'static,
    word: impl Fn() -> Word + Send + Sync + 'static,
    class: &'static str,
) -> AnyView {
    let intent = Signal::derive(move || {
        call.track();
        Intent::Do(command())
    });
    let label = Signal::derive(move || app.say(word()).to_owned());
    view! { <CommandButton class=class intent=intent label=label /> }.into_any()
}

/// The places of every card.
#[component]
pub(super) fn CallButtons(key: CallKey, call: RowSignal<Call>) -> impl IntoView {
    let app = App::get();
    let retrieves = Memo::new(move |_| {
        call.track();
        let (hold, retrieve) = (Command::Hold(key), Command::Retrieve(key));
        let asked = |command: &Command| {
            app.desk
                .with(|desk| desk.in_flight.iter().any(|flight| flight.command == *command))
        };
        if asked(&hold) || asked(&retrieve) {
            return asked(&retrieve);
        }
        match (app.allowed(&Intent::Do(hold)), app.allowed(&Intent::Do(retrieve))) {
            (_, Ok(())) => true,
            (Ok(()), Err(_)) => false,
            (Err(_), Err(_)) => with(call, |call| call.stage) == Some(Stage::Held),
        }
    });
    let is_recorded = Memo::new(move |_| with(call, |call| call.recording).flatten() == Some(true));
    let failed = Memo::new(move |_| with(call, |call| call.stage) == Some(Stage::Failed));
    let number = move || {
        with(call, |call| call.number.clone())
            .flatten()
            .unwrap_or_default()
    };
    let no_number =
        Signal::derive(move || (failed.get() && number().is_empty()).then_some(Word::HiddenNumber));
    let first = Signal::derive(move || {
        call.track();
        Intent::Do(if failed.get() {
            Command::Dial { number: number() }
        } else {
            Command::Answer(key)
        })
    });
    let first_text = Signal::derive(move || {
        app.say(if failed.get() {
            Word::TryAgain
        } else {
            Word::Answer
        })
        .to_owned()
    });
    view! {
        <div class="buttons" role="toolbar" aria-label=attr(move || app.say(Word::CallButtons))>
            // A call that failed is not answered any more: its number can be tried again.
            <CommandButton class="go" intent=first label=first_text hindrance=no_number />
            {button(app, call, move || Command::EndCall(key), || Word::EndCall, "stop")}
            {button(
                app,
                call,
                move || if retrieves.get() { Command::Retrieve(key) } else { Command::Hold(key) },
                move || if retrieves.get() { Word::Retrieve } else { Word::Hold },
                "",
            )}
            <SecondLeg key=key for_conference=false />
            <SecondLeg key=key for_conference=true />
            <Keypad key=key />
            {button(
                app,
                call,
                move || if is_recorded.get() { Command::StopRecording(key) } else { Command::StartRecording(key) },
                move || if is_recorded.get() { Word::StopRecording } else { Word::StartRecording },
                "",
            )}
            <More key=key call=call />
        </div>
        <PairButtons key=key call=call />
    }
}

/// What can be done with a consultation and the call it is about, on the consultation's card.
///
/// They act on whichever of the two is the current call: after an alternation that is the other one.
#[component]
fn PairButtons(key: CallKey, call: RowSignal<Call>) -> impl IntoView {
    let app = App::get();
    let target = Memo::new(move |_| {
        let about = with(call, |call| call.about).flatten();
        let current = app.desk.with(|desk| desk.current);
        match (about, current) {
            (Some(about), Some(current)) if about == current => about,
            _ => key,
        }
    });
    let is_consult = move || with(call, |call| call.consult).unwrap_or_default();
    let target_id = move || app.read(|model| Some(model.calls.get(target.get())?.id.to_string()));
    when(is_consult, move || {
        // The other call is their target only while it is the current one, of which the desk brings the mask.
        let buttons =
            OF_PAIR.map(|(verb, word)| button(app, call, move || verb(target.get()), move || word, "choice"));
        view! {
            <div class="buttons pair" role="toolbar" data-for=attr(target_id) aria-label=attr(move || app.say(Word::Consult))>
                {buttons.into_iter().collect_view()}
            </div>
        }
        .into_any()
    })
}

/// The menu of what is seldom needed.
#[component]
fn More(key: CallKey, call: RowSignal<Call>) -> impl IntoView {
    let commands: Vec<Command> = OF_PAIR.iter().chain(&SELDOM).map(|(verb, _)| verb(key)).collect();
    let make = move |closes: String| {
        let app = App::get();
        let item = move |(verb, word): (Verb, Word)| {
            let intent = Signal::derive(move || {
                call.track();
                Intent::Do(verb(key))
            });
            view! { <CommandButton class="item" intent=intent label=app.text(word) closes=closes.clone() /> }
        };
        let (of_pair, seldom) = (OF_PAIR.map(&item), SELDOM.map(&item));
        view! {
            {of_pair.into_iter().collect_view()}
            <hr />
            {seldom.into_iter().collect_view()}
        }
        .into_any()
    };
    view! {
        <Opener key=key part="more" word=Word::More commands=commands.into() class="menu" make=Arc::new(make) />
    }
}
