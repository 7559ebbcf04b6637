//! The callbacks: whom to call back, until when, and who has taken it on.
//!
//! Lives here: the panel, the row of a callback, and how near its time is.
//! May not be here: sorting; the model keeps the order by due time.
//! The tag changes with the clock, once a second, and touches one text.

use super::app::{App, Intent, RowSignal};
use super::button::CommandButton;
use super::list::{ReadKeys, WindowedList};
use super::live::{MakeRow, attr, text};
use super::row::{AsOf, Certainty};
use crate::domain::Moment;
use crate::domain::callback::{Callback, CallbackKind};
use crate::domain::ids::{CallbackKey, Key};
use crate::words::{Count, Sentence, Word};
use leptos::prelude::*;
use std::sync::Arc;

/// The callbacks.
#[component]
pub(super) fn Callbacks() -> impl IntoView {
    let app = App::get();
    let keys: ReadKeys = Arc::new(move |first, len| {
        app.read(|model| {
            model
                .callbacks
                .ordered()
                .skip(first)
                .take(len)
                .map(Key::index)
                .collect()
        })
    });
    let row: MakeRow = Arc::new(|key, place| {
        view! { <CallbackRow key=CallbackKey::from_index(key) place=place /> }.into_any()
    });
    let open = Memo::new(move |_| app.callbacks.with(|listing| listing.count));
    let heading = view! {
        <div class="row heading" role="row" aria-rowindex="1">
            <span role="columnheader">{text(move || app.say(Word::Due))}</span>
            <span role="columnheader">{text(move || app.say(Word::Contact))}</span>
            <span role="columnheader" class="number">{text(move || app.say(Word::Call))}</span>
        </div>
    };
    view! {
        <section class="panel callbacks" data-part="callbacks" aria-labelledby="callbacks-heading">
            <header>
                <h2 id="callbacks-heading">{text(move || app.say(Word::Callbacks))}</h2>
                <span class="count">{text(move || app.speech.count(Count::Open, open.get()))}</span>
                <AsOf />
            </header>
            <WindowedList
                class="callback-list"
                name=app.text(Word::Callbacks)
                listing=app.callbacks
                keys=keys
                row=row
                heading=heading.into_any()
                empty=app.text(Word::NoCallbacks)
            />
        </section>
    }
}

/// How near a callback's time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Overdue(i64),
    Now,
    Soon(Moment),
    Later(Moment),
    OnDay(Moment),
    NotBefore(Moment),
    Unset,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn due(due: Option<Moment>, not_before: Option<Moment>, now: Moment) -> Due {
    if let Some(opens) = not_before.filter(|opens| opens.since(now) > 0) {
        return Due::NotBefore(opens);
    }
    let Some(due) = due else {
        return Due::Unset;
    };
    match due.since(now) {
        left if left <= -MINUTE => Due::Overdue(left),
        left if left <= MINUTE => Due::Now,
        left if left <= HOUR => Due::Soon(due),
        left if left <= 18 * HOUR => Due::Later(due),
        _ => Due::OnDay(due),
    }
}

impl Due {
    fn class(self) -> &'static str {
        match self {
            Due::Overdue(_) => "tag is-danger",
            Due::Now => "tag is-not-ready",
            Due::Soon(_) => "tag is-reserved",
            Due::Later(_) | Due::OnDay(_) | Due::NotBefore(_) | Due::Unset => "tag is-signed-out",
        }
    }

    fn words(self, app: App) -> String {
        match self {
            Due::Overdue(by) => {
                let by = &app.speech.coarse(by);
                app.speech.tell(Sentence::Overdue { by })
            }
            Due::Now => app.say(Word::DueNow).to_owned(),
            Due::Soon(due) | Due::Later(due) => app.speech.short_clock(due),
            Due::OnDay(due) => app.speech.day(due),
            Due::NotBefore(_) => app.say(Word::NotYet).to_owned(),
            Due::Unset => app.say(Word::Unreported).to_owned(),
        }
    }
}

#[component]
fn CallbackRow(key: CallbackKey, place: Signal<usize>) -> impl IntoView {
    let app = App::get();
    let callback: RowSignal<Callback> = app.callback(key);
    let certainty = move || {
        callback.with(|callback| {
            callback.as_deref().map_or(Certainty::NeverHeard, |callback| {
                Certainty::of(app, callback.source, callback.confirmed_in, callback.heard)
            })
        })
    };
    let id = move || callback.with(|callback| callback.as_deref().map(|callback| callback.id.to_string()));
    let times = move || {
        callback.with(|callback| {
            callback
                .as_deref()
                .map(|callback| (callback.due, callback.not_before))
        })
    };
    let due = move || {
        let (at, not_before) = times().unwrap_or_default();
        due(at, not_before, app.now())
    };
    let number = Memo::new(move |_| {
        callback
            .with(|callback| callback.as_deref()?.number.as_deref().map(str::to_owned))
            .unwrap_or_default()
    });
    let who = move || match number.get() {
        number if number.is_empty() => app.say(Word::HiddenNumber).to_owned(),
        number => number,
    };
    let opens = move || match due() {
        Due::NotBefore(opens) => Some(opens),
        _ => None,
    };
    let more = move || {
        if let Some(words) = certainty().words(app) {
            return words;
        }
        callback
            .with(|callback| {
                callback
                    .as_deref()
                    .map(|callback| particulars(app, callback, opens()))
            })
            .unwrap_or_default()
    };
    let hindrance = Signal::derive(move || number.with(String::is_empty).then_some(Word::HiddenNumber));
    view! {
        <div
            class="row"
            role="row"
            aria-rowindex=attr(move || place.get())
            data-part="callback"
            data-id=attr(id)
            data-unsure=attr(move || certainty().mark())
        >
            <span role="cell">
                <span class=text(move || due().class())>{text(move || due().words(app))}</span>
            </span>
            <span role="cell" class="two-lines">
                <span class="name" dir="auto">{text(who)}</span>
                <span class="quiet small">{text(more)}</span>
            </span>
            <span role="cell" class="number">
                <CommandButton
                    class="small"
                    command="call-back"
                    intent=Signal::derive(move || number.with(|number| Intent::dial(number)))
                    label=app.text(Word::Call)
                    name=Signal::derive(move || {
                        number.with(|number| app.speech.tell(Sentence::CallNumber { number }))
                    })
                    hindrance=hindrance
                />
            </span>
        </div>
    }
}

/// When it opens, name, queue or list, kind, tries, who has it.
fn particulars(app: App, callback: &Callback, opens: Option<Moment>) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(opens.map(|opens| {
        let clock = &app.speech.short_clock(opens);
        app.speech.tell(Sentence::NotBefore { clock })
    }));
    parts.extend(callback.contact.as_deref().map(str::to_owned));
    let (place, assigned, mine) = app.read(|model| {
        let queue = callback
            .queue
            .and_then(|queue| model.queues.get(queue)?.name.as_deref());
        let list = callback
            .list
            .and_then(|list| model.call_lists.get(list)?.name.as_deref());
        let assigned = callback
            .assigned
            .and_then(|agent| model.agents.get(agent))
            .map(|agent| agent.name.as_deref().unwrap_or(&agent.id).to_owned());
        let mine = callback.assigned.is_some() && callback.assigned == model.desk.me;
        (queue.or(list).map(str::to_owned), assigned, mine)
    });
    parts.extend(place);
    let kind = callback.kind.and_then(|kind| match kind {
        CallbackKind::Requested => Some(Word::Requested),
        CallbackKind::Overflow => Some(Word::Overflow),
        CallbackKind::Manual => Some(Word::Manual),
        CallbackKind::Other(_) => None,
    });
    parts.extend(kind.map(|kind| app.say(kind).to_owned()));
    let tries = callback.attempts.as_ref().map_or(0, Vec::len);
    parts.extend((tries > 0).then(|| app.speech.count(Count::Tries, tries)));
    parts.push(match assigned {
        _ if mine => app.say(Word::Mine).to_owned(),
        Some(name) => name,
        None => app.say(Word::Unassigned).to_owned(),
    });
    app.speech.listed(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_follows_the_clock() {
        let now = Moment(1_000 * HOUR);
        let at = |minutes: i64| Some(now.plus(minutes * MINUTE));
        assert_eq!(due(at(-9), None, now), Due::Overdue(-9 * MINUTE));
        assert_eq!(due(at(0), None, now), Due::Now);
        assert_eq!(due(at(30), None, now), Due::Soon(now.plus(30 * MINUTE)));
        assert_eq!(due(at(120), None, now), Due::Later(now.plus(2 * HOUR)));
        assert_eq!(due(at(60 * 40), None, now), Due::OnDay(now.plus(40 * HOUR)));
        assert_eq!(due(at(-9), at(5), now), Due::NotBefore(now.plus(5 * MINUTE)));
        assert_eq!(due(None, None, now), Due::Unset);
    }
}
