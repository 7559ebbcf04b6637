//! Wrap-up: how long it lasts, how it ends, and what the call is filed under.
//!
//! Lives here: the panel below the calls, while the server says that the agent is in wrap-up.
//! May not be here: ending it: its time is the server's, and what follows it is asked for like any other state.
//! Four buttons in fixed places: leave ready or not ready, have more time, change what follows.
//! The agent's own note about the call stands with the contact, as it does during the call.

use super::app::{App, Intent};
use super::button::{CommandButton, failures};
use super::live::{attr, flag, part, text, when};
use super::look::{Icon, icon};
use super::page;
use super::reasons::{TypeAhead, choices, needs_reason};
use super::ring::ring;
use crate::domain::Model;
use crate::domain::agent::{Agent, AgentState};
use crate::domain::command::Command;
use crate::domain::ids::{AgentKey, CallKey, Key, SourceId};
use crate::domain::settings::{DeskRule, WrapUpData};
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The place of the wrap-up panel.
#[component]
pub(super) fn WrapUp() -> impl IntoView {
    let app = App::get();
    let me = Memo::new(move |_| app.desk.with(|desk| desk.me));
    view! { <div class="wrap-up-place">{move || me.get().map(|key| view! { <OwnWrapUp key=key /> })}</div> }
}

#[component]
fn OwnWrapUp(key: AgentKey) -> impl IntoView {
    let app = App::get();
    let agent = app.agent(key);
    let state =
        Memo::new(move |_| agent.with(|agent| agent.as_deref().map(Agent::state).unwrap_or_default()));
    let shown = Memo::new(move |_| state.get().is_wrap_up());
    let place = NodeRef::<html::Div>::new();
    page::catch_focus(place, move || usize::from(shown.get()));
    view! {
        <div tabindex="-1" class="bare-place" node_ref=place>
            {when(move || shown.get(), move || view! { <Panel key=key state=state /> }.into_any())}
        </div>
    }
}

#[component]
fn Panel(key: AgentKey, state: Memo<AgentState>) -> impl IntoView {
    let app = App::get();
    let agent = app.agent(key);
    let began = move || agent.with(|agent| agent.as_deref().and_then(Agent::state_since));
    let until = move || {
        agent.track();
        app.desk.track();
        app.read(Model::wrap_up_end)
    };
    let is_over = move || until().is_some_and(|until| until <= app.now());
    let call = Memo::new(move |_| {
        agent.track();
        app.desk.track();
        app.read(Model::wrap_up_call)
    });
    let follows = Memo::new(move |_| match state.get() {
        AgentState::WrapUp { ready_after } => ready_after,
        _ => None,
    });
    let heading = move || {
        app.say(match follows.get() {
            Some(true) => Word::WrapUpThenReady,
            Some(false) => Word::WrapUpThenNotReady,
            None => Word::WrapUp,
        })
    };
    let about = move || {
        if is_over() {
            return Some(app.say(Word::TimeIsUp).to_owned());
        }
        let key = call.get()?;
        app.read(|model| {
            let call = model.calls.get(key)?;
            let queue = call
                .queue_name
                .as_deref()
                .or_else(|| model.queues.get(call.queue?)?.name.as_deref());
            let parts = [call.number.as_deref(), queue];
            let parts: Vec<String> = parts.into_iter().flatten().map(str::to_owned).collect();
            Some(app.speech.listed(&parts))
        })
    };
    let id = move || app.read(|model| Some(model.calls.get(call.get()?)?.id.to_string()));
    view! {
        <section
            class="wrap-up is-wrap-up"
            data-part="wrap-up"
            data-for=attr(id)
            aria-labelledby="wrap-up-heading"
        >
            <div class="coming-head">
                {ring(app, began, until)}
                <div class="grow">
                    <h2 class="state" id="wrap-up-heading">
                        {icon(|| Icon::Pencil)} <span>{text(heading)}</span>
                    </h2>
                    <p class="quiet small" dir="auto">{text(about)}</p>
                </div>
            </div>
            {part(move || call.get().map(|call| view! { <Filing key=call /> }.into_any()))}
            <Endings call=call follows=follows />
            {failures(app, |failed| matches!(failed.command, Command::SetWrapUpData { .. }))}
        </section>
    }
}

/// The ways out, and on.
#[component]
fn Endings(call: Memo<Option<CallKey>>, follows: Memo<Option<bool>>) -> impl IntoView {
    let app = App::get();
    let lacks_code = Memo::new(move |_| {
        app.desk.track();
        call.get()
            .is_some_and(|call| app.read(|model| model.lacks_wrap_up_data(SourceId::default(), call)))
    });
    let hindrance = Signal::derive(move || lacks_code.get().then_some(Word::PickWrapUpCode));
    let needs_reason = Memo::new(move |_| {
        needs_reason(
            app,
            |reason| Command::NotReady { reason },
            DeskRule::NotReadyNeedsReason,
        )
    });
    let named = move |sentence: fn(&str) -> Sentence<'_>, ready: bool| {
        let state = app.say(if ready { Word::Ready } else { Word::NotReady });
        app.speech.tell(sentence(state))
    };
    let finish =
        move |ready: bool| Signal::derive(move || named(|state| Sentence::FinishAs { state }, ready));
    let go_on = |ready: bool| {
        Intent::Do(if ready {
            Command::WorkReady
        } else {
            Command::WorkNotReady
        })
    };
    // Nobody has said what follows: then neither way is the present one, and being ready is the usual end.
    let ready_follows = move || follows.get().unwrap_or(true);
    let not_ready = move || {
        if needs_reason.get() && !lacks_code.get() {
            view! {
                <button
                    type="button"
                    class="button"
                    data-command="state-menu"
                    popovertarget="state-menu"
                    aria-description=attr(move || app.say(Word::PickReason))
                >
                    {text(move || finish(false).get())}
                </button>
            }
            .into_any()
        } else {
            view! {
                <CommandButton
                    intent=Signal::derive(|| Intent::Do(Command::NotReady { reason: None }))
                    label=finish(false)
                    hindrance=hindrance
                />
            }
            .into_any()
        }
    };
    view! {
        <div class="endings" class:then-ready=flag(ready_follows)>
            <CommandButton
                class="go"
                intent=Signal::derive(|| Intent::Do(Command::Ready))
                label=finish(true)
                hindrance=hindrance
            />
            {part(move || Some(not_ready()))}
            <CommandButton
                command="more-time"
                intent=Signal::derive(move || go_on(ready_follows()))
                label=app.text(Word::MoreTime)
            />
            <CommandButton
                intent=Signal::derive(move || go_on(!ready_follows()))
                label=Signal::derive(move || named(|state| Sentence::ThenBe { state }, !ready_follows()))
            />
        </div>
    }
}

/// What the call is filed under.
#[component]
fn Filing(key: CallKey) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let wanted = Memo::new(move |_| {
        app.desk.track();
        app.read(|model| model.wrap_up_data(key))
    });
    let texts = Memo::new(move |_| app.desk.with(|desk| Arc::clone(&desk.wrap_up_reasons)));
    let has_texts = Memo::new(move |_| texts.with(|texts| !texts.is_empty()));
    let chosen = move || {
        call.with(|call| call.as_deref()?.wrap_up_data.as_deref().map(str::to_owned))
            .filter(|text| !text.is_empty())
    };
    let asked = move || {
        app.desk.with(|desk| {
            desk.in_flight.iter().find_map(|flight| match &flight.command {
                Command::SetWrapUpData { call, text } if *call == key => {
                    Some(app.speech.tell(Sentence::AskedFor { what: text }))
                }
                _ => None,
            })
        })
    };
    let demand = move || {
        let word = match wanted.get()? {
            WrapUpData::Required | WrapUpData::RequiredWithData => Word::Required,
            WrapUpData::Optional => Word::Optional,
            WrapUpData::NotAllowed => return None,
        };
        Some([" · ", app.say(word)].concat())
    };
    let file_under = move |text: String| {
        // The call's cell brings the call's mask.
        call.track();
        Intent::Do(Command::SetWrapUpData {
            call: key,
            text: text.trim().into(),
        })
    };
    let menu = ["wrap-up-codes-", &key.index().to_string()].concat();
    let target = menu.clone();
    let list = NodeRef::<html::Div>::new();
    let type_ahead = TypeAhead::new();
    let picker = move || {
        let (menu, target) = (menu.clone(), target.clone());
        let label = move |place: u32| {
            texts
                .with(|texts| texts.get(place as usize).map(ToString::to_string))
                .unwrap_or_default()
        };
        let places = Memo::new(move |_| (0..texts.with(|texts| texts.len()) as u32).collect());
        let closes = menu.clone();
        let item = move |place: u32| {
            view! {
                <CommandButton
                    class="item"
                    intent=Signal::derive(move || file_under(label(place)))
                    label=Signal::derive(move || label(place))
                    closes=closes.clone()
                />
            }
            .into_any()
        };
        let step = move |event: leptos::ev::KeyboardEvent| {
            let Some(list) = list.get_untracked() else { return };
            match event.key().as_str() {
                key @ ("ArrowDown" | "ArrowUp") => {
                    event.prevent_default();
                    page::step_focus(&list, key == "ArrowDown");
                }
                _ => type_ahead.key(&event, &list),
            }
        };
        view! {
            <div class="field" on:keydown=step>
                <span id="code-label">
                    {text(move || app.say(Word::WrapUpCode))} <span class="quiet">{text(demand)}</span>
                </span>
                <button
                    type="button"
                    class="button picker"
                    data-command="wrap-up-code"
                    popovertarget=target
                    aria-describedby="code-label"
                >
                    <span dir="auto">
                        {text(move || {
                            asked().or_else(chosen).unwrap_or_else(|| app.say(Word::NoWrapUpCode).to_owned())
                        })}
                    </span>
                    {icon(|| Icon::Chevron)}
                </button>
                <div id=menu class="pop menu" popover="auto" data-part="wrap-up-codes" node_ref=list>
                    {choices(app, Word::WrapUpCode, places, label, Arc::new(item))}
                </div>
            </div>
        }
        .into_any()
    };
    let typed = RwSignal::new(untrack(chosen).unwrap_or_default());
    let field = move || {
        view! {
            <div class="field">
                <label for="wrap-up-text">
                    {text(move || app.say(Word::WrapUpCode))} <span class="quiet">{text(demand)}</span>
                </label>
                <div class="dial">
                    <input
                        id="wrap-up-text"
                        name="wrap-up-code"
                        dir="auto"
                        maxlength="40"
                        autocomplete="off"
                        prop:value=text(move || typed.get())
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <CommandButton
                        intent=Signal::derive(move || file_under(typed.get()))
                        label=app.text(Word::Save)
                    />
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        {when(
            move || wanted.get() != Some(WrapUpData::NotAllowed),
            move || if has_texts.get() { picker() } else { field() },
        )}
    }
}
