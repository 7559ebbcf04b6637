//! The queues: how many wait, for how long, and who could help.
//!
//! Lives here: the panel, the row of a queue, and the wait as it goes on.
//! May not be here: any counting (the numbers are the server's), and when a number calls for attention.
//! A wait goes on between two reports: it is then drawn with "≈", as an estimate.

use super::app::{App, RowSignal};
use super::format;
use super::level::{Level, tagged};
use super::list::{ReadKeys, WindowedList};
use super::live::{MakeRow, attr, flag, text};
use super::row::{AsOf, Certainty, reported};
use crate::domain::Moment;
use crate::domain::ids::{Key, QueueKey};
use crate::domain::queue::{LongestWait, OpenStatus, Queue};
use crate::words::{Sentence, Word};
use leptos::prelude::*;
use std::sync::Arc;

/// The queues.
#[component]
pub(super) fn Queues() -> impl IntoView {
    let app = App::get();
    let keys: ReadKeys = Arc::new(move |first, len| {
        app.read(|model| {
            model
                .queues
                .ordered()
                .skip(first)
                .take(len)
                .map(Key::index)
                .collect()
        })
    });
    let row: MakeRow =
        Arc::new(|key, place| view! { <QueueRow key=QueueKey::from_index(key) place=place /> }.into_any());
    let heading = view! {
        <div class="row heading" role="row" aria-rowindex="1">
            <span role="columnheader">{text(move || app.say(Word::Queue))}</span>
            <span role="columnheader" class="number">{text(move || app.say(Word::Waiting))}</span>
            <span role="columnheader" class="number">{text(move || app.say(Word::LongestWait))}</span>
            <span role="columnheader" class="number">{text(move || app.say(Word::FreeOfServing))}</span>
        </div>
    };
    view! {
        <section class="panel queues" data-part="queues" aria-labelledby="queues-heading">
            <header>
                <h2 id="queues-heading">{text(move || app.say(Word::Queues))}</h2>
                <AsOf />
            </header>
            <WindowedList
                class="queue-list"
                name=app.text(Word::Queues)
                listing=app.queues
                keys=keys
                row=row
                heading=heading.into_any()
                empty=app.text(Word::NoQueues)
            />
        </section>
    }
}

/// A queue that takes no calls, and the word for why.
fn closed(open: Option<OpenStatus>) -> Option<Word> {
    match open? {
        OpenStatus::Closed { uncertain: false } => Some(Word::Closed),
        OpenStatus::Closed { uncertain: true } => Some(Word::ClosedPerhaps),
        OpenStatus::NoHandler { uncertain: false } => Some(Word::NobodyServes),
        OpenStatus::NoHandler { uncertain: true } => Some(Word::NobodyServesPerhaps),
        OpenStatus::NotApplicable | OpenStatus::Open { .. } | OpenStatus::Other(_) => None,
    }
}

#[component]
fn QueueRow(key: QueueKey, place: Signal<usize>) -> impl IntoView {
    let app = App::get();
    let queue: RowSignal<Queue> = app.queue(key);
    let certainty = move || {
        queue.with(|queue| {
            queue.as_deref().map_or(Certainty::NeverHeard, |queue| {
                Certainty::of(app, queue.source, queue.confirmed_in, queue.heard)
            })
        })
    };
    let id = move || queue.with(|queue| queue.as_deref().map(|queue| queue.id.to_string()));
    let name = move || {
        queue.with(|queue| {
            let queue = queue.as_deref()?;
            Some(queue.name.as_deref().unwrap_or(&queue.id).to_owned())
        })
    };
    let closed = move || closed(queue.with(|queue| queue.as_deref()?.open));
    let waiting = move || queue.with(|queue| queue.as_deref()?.waiting);
    let thresholds = move || app.site.with(|site| site.thresholds);
    let waiting_level = move || {
        waiting().map_or(Level::Calm, |waiting| {
            Level::of(thresholds().waiting, i64::from(waiting))
        })
    };
    let wait = move || {
        let waiting = waiting().unwrap_or(0) > 0;
        let (longest, heard) = queue.with(|queue| {
            let queue = queue.as_deref();
            (
                queue.and_then(|queue| queue.longest_wait),
                queue.and_then(|queue| queue.heard),
            )
        });
        shown_wait(
            longest,
            heard.filter(|_| waiting && certainty() == Certainty::Sure),
            || app.now(),
        )
    };
    let wait_level = move || match wait() {
        Some(Wait::Known(wait) | Wait::Estimated(wait)) => Level::of(thresholds().longest_wait, wait / 1_000),
        Some(Wait::Raw(_)) => Level::Warning,
        None => Level::Calm,
    };
    let wait_text = move || {
        wait().map(|wait| match wait {
            Wait::Known(wait) => format::duration(wait),
            Wait::Estimated(wait) => app.speech.apart(&["≈", &format::duration(wait)].concat()),
            Wait::Raw(raw) => app.speech.apart(&["?", &raw.to_string()].concat()),
        })
    };
    let wait_title = move || match wait() {
        Some(Wait::Raw(_)) => Some(app.say(Word::Implausible)),
        Some(Wait::Estimated(_)) => Some(app.say(Word::Estimated)),
        Some(Wait::Known(_)) => None,
        None => Some(app.say(Word::NotReported)),
    };
    let free = move || {
        queue.with(|queue| {
            let queue = queue.as_deref()?;
            let text = |number: Option<u32>| {
                number.map_or_else(
                    || app.say(Word::Unreported).to_owned(),
                    |number| app.speech.number(number as usize),
                )
            };
            (queue.free.is_some() || queue.serving.is_some()).then(|| {
                let (free, serving) = (&text(queue.free), &text(queue.serving));
                app.speech.tell(Sentence::FreeOf { free, serving })
            })
        })
    };
    let waiting_text = move || match closed() {
        Some(word) if waiting().unwrap_or(0) == 0 => Some(app.say(word).to_owned()),
        _ => waiting().map(|waiting| app.speech.number(waiting as usize)),
    };
    let waiting_title = move || waiting().is_none().then(|| app.say(Word::NotReported));
    view! {
        <div
            class="row"
            class:closed=flag(move || closed().is_some())
            role="row"
            aria-rowindex=attr(move || place.get())
            data-part="queue"
            data-id=attr(id)
            data-level=attr(move || waiting_level().max(wait_level()).mark())
            data-unsure=attr(move || certainty().mark())
        >
            <span role="cell" class="two-lines">
                <span class="name" dir="auto">{text(name)}</span>
                <span class="as-of">{text(move || certainty().words(app))}</span>
            </span>
            {tagged(app, ["tag", "number"], Some(Word::Waiting), waiting_level, waiting_text, waiting_title)}
            {tagged(app, ["tag", "number"], Some(Word::LongestWait), wait_level, wait_text, wait_title)}
            {reported(app, "number free", Some(Word::FreeOfServing), free)}
        </div>
    }
}

/// The longest wait as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    Known(i64),
    Estimated(i64),
    Raw(i64),
}

/// A wait older than this is an estimate, milliseconds.
const FRESH: i64 = 2_000;

/// `going_on_since`: when the wait was reported, while it is known to go on.
fn shown_wait(
    longest: Option<LongestWait>,
    going_on_since: Option<Moment>,
    now: impl FnOnce() -> Moment,
) -> Option<Wait> {
    match (longest?, going_on_since) {
        (LongestWait::Implausible(raw), _) => Some(Wait::Raw(raw)),
        (LongestWait::Milliseconds(0), None) => None,
        (LongestWait::Milliseconds(wait), None) => Some(Wait::Known(wait)),
        (LongestWait::Milliseconds(wait), Some(reported)) => {
            let elapsed = now().since(reported).max(0);
            Some(if elapsed < FRESH {
                Wait::Known(wait)
            } else {
                Wait::Estimated(wait + elapsed)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_goes_on_between_reports_as_an_estimate() {
        let reported = Some(LongestWait::Milliseconds(40_000));
        let at = |milliseconds| move || Moment(milliseconds);
        assert_eq!(
            shown_wait(reported, Some(Moment(0)), at(1_000)),
            Some(Wait::Known(40_000))
        );
        assert_eq!(
            shown_wait(reported, Some(Moment(0)), at(9_000)),
            Some(Wait::Estimated(49_000))
        );
        assert_eq!(shown_wait(reported, None, at(9_000)), Some(Wait::Known(40_000)));
    }

    #[test]
    fn a_value_that_cannot_be_true_is_shown_as_it_came() {
        let reported = Some(LongestWait::Implausible(999_999));
        assert_eq!(
            shown_wait(reported, Some(Moment(0)), || Moment(9_000)),
            Some(Wait::Raw(999_999))
        );
    }

    #[test]
    fn a_closed_queue_is_named_so_with_the_servers_doubt() {
        assert_eq!(
            closed(Some(OpenStatus::Closed { uncertain: true })),
            Some(Word::ClosedPerhaps)
        );
        assert_eq!(closed(Some(OpenStatus::Open { uncertain: true })), None);
        assert_eq!(closed(None), None);
    }
}
