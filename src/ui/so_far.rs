//! What a contact went through so far, as the desk was told of it.
//!
//! Lives here: the list of steps with their times, in words.
//! May not be here: steps that nobody told of; a gap in the list is a gap in what was heard.
//! The list is drawn anew when a step is added, which is a matter of dozens at most.

use super::app::App;
use super::contact::{Shown, of, queue_name};
use super::format;
use super::live::{part, text};
use super::panel::panel;
use crate::domain::Moment;
use crate::domain::call::{Call, Ending, Stage, Step};
use crate::words::{Sentence, Word};
use leptos::prelude::*;

/// The panel.
pub(super) fn so_far(app: App, shown: Shown) -> AnyView {
    let body = part(move || {
        Some(match shown.get() {
            Some(key) => {
                let call = app.call(key);
                // Drawn anew with the steps, and not with whatever else is told of the call.
                let steps = Memo::new(move |_| of(call, |call| call.history.clone()).unwrap_or_default());
                let steps = part(move || Some(list(app, &steps.get(), &of(call, Clone::clone)?)));
                // A list that scrolls can be reached by the keyboard.
                view! { <ol class="steps" tabindex="0" aria-labelledby="so-far-heading">{steps}</ol> }
                    .into_any()
            }
            None => view! { <p class="nothing quiet">{text(move || app.say(Word::NothingToldYet))}</p> }
                .into_any(),
        })
    });
    let nothing = ().into_any();
    panel(app, "so-far", Word::ContactSoFar, nothing, body.into_any())
}

fn list(app: App, steps: &[(Moment, Step)], call: &Call) -> AnyView {
    let items: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(place, (at, step))| {
            let before = steps.get(..place).unwrap_or_default();
            let (word, detail) = told(app, *at, *step, before, call);
            let words: Vec<String> = [Some(app.say(word).to_owned()), detail]
                .into_iter()
                .flatten()
                .collect();
            view! {
                <li data-part="step">
                    <span class="quiet time">{app.speech.clock(*at)}</span>
                    <span dir="auto">{app.speech.listed(&words)}</span>
                </li>
            }
        })
        .collect();
    items.into_any()
}

/// A step in words, with what belongs to it.
fn told(app: App, at: Moment, step: Step, before: &[(Moment, Step)], call: &Call) -> (Word, Option<String>) {
    let since = |is_it: fn(&Step) -> bool| {
        let (began, _) = before.iter().rev().find(|(_, step)| is_it(step))?;
        Some(format::duration(at.since(*began)))
    };
    match step {
        Step::At(Stage::Begun) => (Word::CallStarting, None),
        Step::At(Stage::Offered) => (Word::CallComing, queue_name(app, call)),
        Step::At(Stage::Alerting) => (Word::Ringing, queue_name(app, call)),
        Step::At(Stage::Dialling) => (Word::Calling, call.number.as_deref().map(str::to_owned)),
        Step::At(Stage::Connected) => {
            let rang = since(|step| matches!(step, Step::At(Stage::Alerting | Stage::Dialling)));
            let words = rang.map(|duration| {
                let duration = &duration;
                app.speech.tell(Sentence::Rang { duration })
            });
            (Word::StepConnected, words)
        }
        Step::At(Stage::Held) => (Word::OnHold, None),
        Step::At(Stage::Failed) => (Word::CallFailed, how_it_ended(app, call)),
        Step::At(Stage::Ended) => (Word::CallEnded, how_it_ended(app, call)),
        Step::Retrieved => (Word::StepRetrieved, since(|step| *step == Step::At(Stage::Held))),
        Step::Queued => (Word::StepQueued, None),
        Step::Diverted => {
            let diversion = call.diversion.as_ref();
            (
                Word::StepDiverted,
                diversion.and_then(|sent| sent.to.as_deref()).map(str::to_owned),
            )
        }
        Step::Transferring => {
            let to = call.transferring_to.as_deref().filter(|to| !to.is_empty());
            (Word::StepTransferring, to.map(str::to_owned))
        }
        Step::TransferGivenUp => (Word::StepTransferGivenUp, None),
        Step::Joined => (Word::StepJoined, None),
        Step::Recorded => (Word::StepRecorded, None),
        Step::NotRecorded => (Word::StepNotRecorded, None),
    }
}

/// Who or what ended the call, where that was told.
fn how_it_ended(app: App, call: &Call) -> Option<String> {
    let (word, detail) = match call.ending.as_ref()? {
        Ending::ByRemote => (Word::OtherHungUp, None),
        Ending::ByAgent => (Word::EndedHere, None),
        Ending::Withdrawn(cause) => (Word::Withdrawn, cause.as_deref()),
        Ending::MovedOn(cause) => (Word::TakenByOther, cause.as_deref()),
        Ending::Transferred => (Word::Transferred, None),
        Ending::Failed(cause) => return cause.as_deref().map(str::to_owned),
        Ending::Unsaid => return None,
    };
    let word = app.say(word).to_owned();
    Some(match detail {
        Some(detail) => app.speech.listed(&[word, detail.to_owned()]),
        None => word,
    })
}
