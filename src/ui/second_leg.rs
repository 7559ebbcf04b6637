//! The panel for a second call: whom to transfer to, or whom to bring in.
//!
//! Lives here: the field for a name or a number, the colleagues that match it, and the two ways to go on.
//! May not be here: whether a way is open (the masks say), and whether a number is one (the server says).
//! One panel serves both verbs. A colleague is shown with the state, so that nobody is called who is in a call.
//! What was typed stays until the call is over: a refused transfer is tried again with one press.

use super::app::{App, Intent};
use super::button::CommandButton;
use super::live::{attr, flag, rows, text};
use super::look::{Look, icon};
use super::opener::Opener;
use super::page;
use crate::domain::Model;
use crate::domain::agent::Agent;
use crate::domain::command::Command;
use crate::domain::ids::{AgentKey, CallKey, Key};
use crate::words::Word;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Colleagues shown at most.
const MOST: usize = 6;

/// What can be asked for about somebody: with asking first, and without.
fn ways(call: CallKey, for_conference: bool, number: &str) -> [Command; 2] {
    let number: Box<str> = number.trim().into();
    let consult = Command::Consult {
        call,
        number: number.clone(),
        for_conference,
    };
    let at_once = if for_conference {
        Command::AddParty { call, number }
    } else {
        Command::BlindTransfer { call, number }
    };
    [consult, at_once]
}

/// The colleagues whose name, sign-in id or phone contains what was typed, in the order of the team.
///
/// Only who has a phone can be called; what was typed by the wish for one of them finds nobody else.
fn matches(model: &Model, typed: &str) -> Vec<u32> {
    let typed = typed.trim().to_lowercase();
    let fits = |agent: &Agent| {
        let names = [&agent.name, &agent.login_id, &agent.extension];
        let mut names = names.into_iter().flatten();
        agent.extension.is_some() && names.any(|name| name.to_lowercase().contains(&typed))
    };
    let others = model.agents.ordered().filter(|key| Some(*key) != model.desk.me);
    others
        .filter(|key| model.agents.get(*key).is_some_and(fits))
        .take(MOST)
        .map(Key::index)
        .collect()
}

/// The button and its panel.
#[component]
pub(super) fn SecondLeg(key: CallKey, for_conference: bool) -> impl IntoView {
    let (part, word) = if for_conference {
        ("conference", Word::ConferenceWith)
    } else {
        ("transfer", Word::Transfer)
    };
    let make =
        move |closes| view! { <Panel key=key for_conference=for_conference closes=closes /> }.into_any();
    view! {
        <Opener
            key=key
            part=part
            word=word
            commands=Arc::new(ways(key, for_conference, ""))
            class="second-leg"
            make=Arc::new(make)
        />
    }
}

#[component]
fn Panel(key: CallKey, for_conference: bool, closes: String) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<u32>);
    let field = NodeRef::<html::Input>::new();
    page::focus(field);
    let found = Memo::new(move |_| typed.with(|typed| app.read(|model| matches(model, typed))));
    let list = [&closes, "-list"].concat();
    let controls = list.clone();
    let option_id = {
        let list = list.clone();
        move |key: u32| [&list, "-", &key.to_string()].concat()
    };
    let active = {
        let option_id = option_id.clone();
        move || chosen.get().map(&option_id)
    };
    let pick = move |agent: u32| {
        let phone = app.read(|model| model.agents.get(AgentKey::from_index(agent))?.extension.clone());
        if let Some(phone) = phone {
            typed.set(phone.into());
            chosen.set(None);
            if let Some(field) = field.get_untracked() {
                // Without the focus the page still works.
                let _ = field.focus();
            }
        }
    };
    let hindrance = Signal::derive(move || {
        typed
            .with(|typed| typed.trim().is_empty())
            .then_some(Word::DialFirst)
    });
    let way = move |place: usize| {
        Signal::derive(move || {
            // The call's cell brings the call's mask.
            call.track();
            let [consult, at_once] = typed.with(|typed| ways(key, for_conference, typed));
            Intent::Do(if place == 0 { consult } else { at_once })
        })
    };
    let consult = way(0);
    let form = NodeRef::<html::Form>::new();
    let pressed = move |event: KeyboardEvent| {
        let count = found.with(Vec::len);
        let place = chosen
            .get_untracked()
            .and_then(|key| found.with_untracked(|found| found.iter().position(|found| *found == key)));
        let step = match (event.key().as_str(), place) {
            ("ArrowDown", None) => 0,
            ("ArrowDown", Some(place)) => (place + 1) % count.max(1),
            ("ArrowUp", None) => count.saturating_sub(1),
            ("ArrowUp", Some(place)) => (place + count - 1) % count.max(1),
            ("Enter", Some(_)) => {
                event.prevent_default();
                if let Some(agent) = chosen.get_untracked() {
                    pick(agent);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        chosen.set(found.with_untracked(|found| found.get(step).copied()));
    };
    let at_once = if for_conference {
        Word::AddParty
    } else {
        Word::BlindTransfer
    };
    let option = move |agent: u32| {
        let id = option_id(agent);
        let row = app.agent(AgentKey::from_index(agent));
        let look = move || row.with(|row| Look::from(row.as_deref().map(Agent::state).unwrap_or_default()));
        let name = move || {
            row.with(|row| {
                let row = row.as_deref()?;
                Some(row.name.as_deref().unwrap_or(&row.id).to_owned())
            })
        };
        let phone = move || row.with(|row| row.as_deref()?.extension.as_deref().map(str::to_owned));
        view! {
            <li
                role="option"
                id=id
                class=text(move || ["option ", look().class].concat())
                data-part="colleague"
                data-state=attr(move || look().name())
                aria-selected=attr(move || if chosen.get() == Some(agent) { "true" } else { "false" })
                on:click=move |_| pick(agent)
            >
                <span class="two-lines">
                    <span dir="auto">{text(name)}</span>
                    <span class="quiet small" dir="ltr">{text(phone)}</span>
                </span>
                <span class="state small">
                    {icon(move || look().icon)} <span>{text(move || app.say(look().word))}</span>
                </span>
            </li>
        }
        .into_any()
    };
    view! {
        <form
            class="panel-body"
            node_ref=form
            on:submit=move |event| {
                event.prevent_default();
                let intent = consult.get_untracked();
                if hindrance.get_untracked().is_none() && untrack(|| app.allowed(&intent)).is_ok() {
                    app.dispatch(intent);
                    page::hide_popover(form);
                }
            }
        >
            <input
                type="text"
                dir="auto"
                name="party"
                autocomplete="off"
                autofocus=true
                role="combobox"
                aria-autocomplete="list"
                aria-expanded=attr(move || found.with(|found| if found.is_empty() { "false" } else { "true" }))
                aria-controls=controls
                aria-activedescendant=attr(active)
                aria-label=attr(move || app.say(Word::NameOrNumber))
                placeholder=attr(move || app.say(Word::NameOrNumber))
                prop:value=text(move || typed.get())
                node_ref=field
                on:input=move |event| {
                    chosen.set(None);
                    typed.set(event_target_value(&event));
                }
                on:keydown=pressed
            />
            <ul
                class="options"
                id=list
                role="listbox"
                aria-label=attr(move || app.say(Word::Colleagues))
                class:bare=flag(move || found.with(Vec::is_empty))
            >
                {rows(found, Arc::new(move |agent, _| option(agent)))}
            </ul>
            <div class="ways">
                <CommandButton
                    intent=consult
                    label=app.text(Word::Consult)
                    hindrance=hindrance
                    closes=closes.clone()
                />
                <CommandButton intent=way(1) label=app.text(at_once) hindrance=hindrance closes=closes />
            </div>
        </form>
    }
}
