//! The team: every agent with state, time in it, and what they are busy with.
//!
//! Lives here: the panel, its summary by state, and the row of an agent.
//! May not be here: which rows are in sight; the windowed list knows.
//! A row reads its own cell and the clock; nothing else makes it draw.

use super::app::{App, RowSignal};
use super::format;
use super::level::{Level, tagged};
use super::list::{ReadKeys, WindowedList};
use super::live::{MakeRow, attr, flag, text};
use super::look::{Icon, Look, icon};
use super::row::{AsOf, Certainty, reported};
use super::state_control::state_words;
use crate::domain::agent::{Agent, AgentState};
use crate::domain::ids::{AgentKey, Key};
use crate::store::Threshold;
use crate::words::Word;
use leptos::prelude::*;
use std::sync::Arc;

/// The team.
#[component]
pub(super) fn Agents() -> impl IntoView {
    let app = App::get();
    let keys: ReadKeys = Arc::new(move |first, len| {
        app.read(|model| {
            model
                .agents
                .ordered()
                .skip(first)
                .take(len)
                .map(Key::index)
                .collect()
        })
    });
    let row: MakeRow =
        Arc::new(|key, place| view! { <AgentRow key=AgentKey::from_index(key) place=place /> }.into_any());
    let heading = view! {
        <div class="row heading" role="row" aria-rowindex="1">
            <span role="columnheader">{text(move || app.say(Word::State))}</span>
            <span role="columnheader">{text(move || app.say(Word::Agent))}</span>
            <span role="columnheader" class="wide">{text(move || app.say(Word::Extension))}</span>
            <span role="columnheader" class="number">{text(move || app.say(Word::Time))}</span>
            <span role="columnheader" class="more">{text(move || app.say(Word::Activity))}</span>
        </div>
    };
    view! {
        <section class="panel agents" data-part="agents" aria-labelledby="agents-heading">
            <header>
                <h2 id="agents-heading">{text(move || app.say(Word::Team))}</h2>
                <AsOf />
                <Summary />
            </header>
            <WindowedList
                class="agent-list"
                name=app.text(Word::Team)
                listing=app.agents
                keys=keys
                row=row
                heading=heading.into_any()
                empty=app.text(Word::NoAgents)
            />
        </section>
    }
}

/// How many are in which state, once a second.
#[component]
fn Summary() -> impl IntoView {
    let app = App::get();
    let count = move |counted: fn(AgentState) -> bool| {
        Memo::new(move |_| {
            app.now();
            app.read(|model| {
                let states = model.agents_in_state.iter();
                states
                    .filter(|(state, _)| counted(**state))
                    .map(|(_, count)| *count as usize)
                    .sum::<usize>()
            })
        })
    };
    let entry = |count: Memo<usize>, state: AgentState, word: Word| {
        let look = Look::from(state);
        view! {
            <li class=["state ", look.class].concat() class:none=flag(move || count.get() == 0)>
                {icon(move || look.icon)}
                <span>{text(move || app.speech.number(count.get()))}</span>
                <span class="word">{text(move || app.say(word))}</span>
            </li>
        }
    };
    view! {
        <ul class="summary">
            {entry(count(|state| state == AgentState::Ready), AgentState::Ready, Word::CountedReady)}
            {entry(
                count(|state| {
                    matches!(state, AgentState::Talking | AgentState::OnHold | AgentState::Reserved)
                }),
                AgentState::Talking,
                Word::CountedTalking,
            )}
            {entry(count(AgentState::is_wrap_up), AgentState::WrapUp { ready_after: None }, Word::CountedWrapUp)}
            {entry(count(|state| state == AgentState::NotReady), AgentState::NotReady, Word::CountedNotReady)}
        </ul>
    }
}

#[component]
fn AgentRow(key: AgentKey, place: Signal<usize>) -> impl IntoView {
    let app = App::get();
    let agent: RowSignal<Agent> = app.agent(key);
    let state = move || agent.with(|agent| agent.as_deref().map(Agent::state).unwrap_or_default());
    let certainty = move || {
        agent.with(|agent| {
            agent.as_deref().map_or(Certainty::NeverHeard, |agent| {
                Certainty::of(app, agent.source, agent.confirmed_in, agent.heard)
            })
        })
    };
    let is_me = Memo::new(move |_| app.desk.with(|desk| desk.me == Some(key)));
    let id = move || agent.with(|agent| agent.as_deref().map(|agent| agent.id.to_string()));
    let name = move || {
        agent.with(|agent| {
            let agent = agent.as_deref()?;
            Some(agent.name.as_deref().unwrap_or(&agent.id).to_owned())
        })
    };
    let extension = move || {
        agent.with(|agent| {
            let extension = agent.as_deref()?.extension.as_deref()?;
            Some(app.speech.apart(extension))
        })
    };
    let since = move || agent.with(|agent| agent.as_deref().and_then(Agent::state_since));
    let time = move || {
        let certainty = certainty();
        let lasted = certainty.until(app).since(since()?);
        // Heard of once, long ago: how long the state lasted is not known.
        (certainty == Certainty::Sure || lasted >= 1_000).then(|| format::duration(lasted))
    };
    let time_level = move || {
        let thresholds = app.site.with(|site| site.thresholds);
        let threshold = match state() {
            AgentState::Talking | AgentState::OnHold => thresholds.talking,
            AgentState::WrapUp { .. } => thresholds.wrap_up,
            AgentState::NotReady => thresholds.not_ready,
            _ => Threshold::default(),
        };
        let lasted = since().map(|since| certainty().until(app).since(since));
        lasted.map_or(Level::Calm, |lasted| Level::of(threshold, lasted / 1_000))
    };
    let time_title = move || time().is_none().then(|| app.say(Word::NotReported));
    let words = move || {
        let code = agent.with(|agent| agent.as_deref().and_then(|agent| agent.reason));
        match state() {
            // What follows is the colleague's own affair, and the column is narrow.
            AgentState::WrapUp { .. } => app.say(Word::WrapUp).to_owned(),
            state => app.desk.with(|desk| state_words(app, state, code, &desk.reasons)),
        }
    };
    let activity = move || {
        let doing = agent.with(|agent| {
            let agent = agent.as_deref()?;
            let queue = agent.active_queue.and_then(|queue| {
                app.read(|model| model.queues.get(queue)?.name.as_deref().map(str::to_owned))
            });
            queue.or_else(|| agent.note.as_deref().map(str::to_owned))
        });
        match (certainty().words(app), doing) {
            (Some(words), Some(doing)) => Some(app.speech.listed(&[words, doing])),
            (words, doing) => words.or(doing),
        }
    };
    view! {
        <div
            class=text(move || ["row ", Look::from(state()).class].concat())
            class:mine=flag(move || is_me.get())
            role="row"
            aria-rowindex=attr(move || place.get())
            data-part="agent"
            data-id=attr(id)
            data-state=attr(move || Look::from(state()).name())
            data-unsure=attr(move || certainty().mark())
            title=attr(move || certainty().words(app))
        >
            <span role="cell" class="state">
                {icon(move || {
                    match certainty() {
                        Certainty::NeverHeard => Icon::Question,
                        _ => Look::from(state()).icon,
                    }
                })}
                <span>{text(words)}</span>
            </span>
            <span role="cell" class="name" dir="auto">{text(name)}</span>
            {reported(app, "wide quiet", None, extension)}
            {tagged(app, ["", "number"], None, time_level, time, time_title)}
            <span role="cell" class="more quiet" dir="auto">{text(activity)}</span>
        </div>
    }
}
