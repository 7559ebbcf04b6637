//! The small parts of the bar: the field for a number, the connection's light, who is signed in.
//!
//! Lives here: parts that show one thing each.
//! May not be here: the own state, which is a control of its own.
//! A number leaves the field when it has been handed on; what comes of it shows as a call.

use super::app::{App, Intent};
use super::button::CommandButton;
use super::live::{attr, still, text};
use crate::store::Link;
use crate::words::Word;
use leptos::prelude::*;

/// The field for a number.
#[component]
pub(super) fn Dial() -> impl IntoView {
    let app = App::get();
    let typed = app.draft("dial");
    Effect::new(move || {
        if let Some(number) = app.prefill.get() {
            typed.set(number.to_string());
            app.shown.show("dial");
        }
    });
    let intent = Signal::derive(move || typed.with(|typed| Intent::dial(typed)));
    let hindrance = Signal::derive(move || {
        typed
            .with(|typed| typed.trim().is_empty())
            .then_some(Word::DialFirst)
    });
    let clear = Callback::new(move |()| typed.set(String::new()));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let intent = intent.get_untracked();
        if hindrance.get_untracked().is_none() && untrack(|| app.allowed(&intent)).is_ok() {
            app.dispatch(intent);
            clear.run(());
        }
    };
    view! {
        <form class="dial" data-part="dial" role="search" on:submit=send>
            <input
                type="tel"
                dir="ltr"
                name="number"
                autocomplete="off"
                aria-label=attr(move || app.say(Word::DialField))
                placeholder=attr(move || app.say(Word::DialField))
                prop:value=text(move || typed.get())
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <CommandButton intent=intent label=app.text(Word::Dial) hindrance=hindrance sent=clear />
        </form>
    }
}

/// The connection's light.
#[component]
pub(super) fn Connection() -> impl IntoView {
    let app = App::get();
    let shown = move || app.connection.with(|connection| light(connection.link));
    let server = move || app.connection.with(|connection| connection.server.clone());
    let as_of = move || {
        app.connection.with(|connection| match connection.link {
            Link::Live => None,
            _ => connection.as_of,
        })
    };
    view! {
        <p
            class="connection"
            role="group"
            aria-label=attr(move || app.say(Word::Connection))
            data-part="connection"
            data-link=attr(move || shown().0)
        >
            <span class=still("light") aria-hidden="true"></span>
            <span class="word">{text(move || app.say(shown().1))}</span>
            <span class="server" dir="auto">{text(server)}</span>
            <span>{text(move || as_of().map(|moment| app.speech.as_of(moment)))}</span>
        </p>
    }
}

fn light(link: Link) -> (&'static str, Word) {
    match link {
        Link::Idle => ("idle", Word::NotConnected),
        Link::Connecting { .. } => ("connecting", Word::Connecting),
        Link::Preparing => ("preparing", Word::Preparing),
        Link::Live => ("live", Word::Live),
        Link::Late => ("late", Word::Late),
        Link::Reconnecting { .. } => ("reconnecting", Word::Reconnecting),
        Link::Offline => ("offline", Word::Offline),
        Link::Stopped => ("stopped", Word::Stopped),
    }
}

/// Who is signed in, and at which phone.
#[component]
pub(super) fn Me() -> impl IntoView {
    let app = App::get();
    let me = Memo::new(move |_| app.desk.with(|desk| desk.me));
    let person = move || {
        me.get().map(|key| {
            let agent = app.agent(key);
            let name = move || {
                agent.with(|agent| {
                    let agent = agent.as_deref()?;
                    Some(agent.name.as_deref().unwrap_or(&agent.id).to_owned())
                })
            };
            let phone = move || {
                agent.with(|agent| {
                    let phone = agent.as_deref()?.extension.as_deref()?;
                    Some([" · ", &app.speech.apart(phone)].concat())
                })
            };
            view! {
                <strong dir="auto">{text(name)}</strong>
                <span>{text(phone)}</span>
            }
        })
    };
    view! {
        <p class="person" data-part="me">
            {person}
        </p>
    }
}
