//! The line of notices under the bar: what the agent should know now, in the order of importance.
//!
//! Lives here: words for a connection that is not live, forced sign-out, failures and slow answers of the own desk.
//! May not be here: failures of a call's commands; they stand on the call's card.
//! The line is always there, empty when all is well: nothing moves when it fills.

use super::app::{App, Intent};
use super::attention::{is_following, is_sound_blocked, other_tab, sound_blocked};
use super::button::{CommandButton, dismiss, failures, has_own_form};
use super::format;
use super::language::language_note;
use super::live::{attr, text, when};
use super::look::{Icon, icon};
use super::page;
use crate::domain::agent::ChangedBy;
use crate::domain::{Model, Moment};
use crate::store::{ConnectionView, Link, Notice};
use crate::words::{Count, Sentence, Word};
use leptos::html;
use leptos::prelude::*;

/// The notices.
#[component]
pub(super) fn Banner() -> impl IntoView {
    let app = App::get();
    let is_trouble = move || app.connection.with(|connection| trouble_of(connection.link));
    let forced_out = Memo::new(move |_| app.desk.with(|desk| desk.forced_out.is_some()));
    let emergency = move || app.desk.with(|desk| desk.emergency.clone());
    let wrap_up = move || app.desk.with(|desk| desk.wrap_up_to_come);
    let refused = move || app.connection.with(|connection| connection.refused.clone());
    let unusable = move || app.connection.with(|connection| connection.bad_records);
    let newer = move || app.connection.with(|connection| connection.newer);
    let place = NodeRef::<html::Div>::new();
    page::catch_focus(place, move || {
        app.desk.with(|desk| desk.failed.len())
            + usize::from(is_trouble() != Trouble::None)
            + usize::from(forced_out.get())
            + usize::from(emergency().is_some())
            + usize::from(is_sound_blocked(app))
            + usize::from(is_following(app))
            + usize::from(newer())
    });
    view! {
        <div class="banner" data-part="banner" tabindex="-1" node_ref=place>
            {when(
                move || is_trouble() != Trouble::None,
                move || view! { <ConnectionTrouble /> }.into_any(),
            )}
            {when(
                move || app.connection.with(|connection| connection.backup),
                move || {
                    let sentence = move || {
                        app.connection.with(|connection| {
                            let server = &connection.server;
                            app.speech.tell(Sentence::AtBackup { server })
                        })
                    };
                    view! {
                        <p class="note is-not-ready" data-part="backup">
                            {icon(|| Icon::Triangle)}
                            <span>{text(sentence)}</span>
                        </p>
                    }
                        .into_any()
                },
            )}
            {when(move || !away(app).is_empty(), move || view! { <HubsAway /> }.into_any())}
            {when(
                move || app.desk.with(|desk| desk.telephony_away),
                move || {
                    view! {
                        <p class="note is-not-ready" data-part="notice">
                            {icon(|| Icon::Triangle)}
                            <span>{text(move || app.say(Word::OffTelephonyDown))}</span>
                        </p>
                    }
                        .into_any()
                },
            )}
            {when(move || forced_out.get(), || view! { <ForcedOut /> }.into_any())}
            {when(move || emergency().is_some(), || view! { <Help /> }.into_any())}
            {sound_blocked(app)}
            {other_tab(app)}
            {language_note(app)}
            {when(newer, || view! { <NewVersion /> }.into_any())}
            {failures(app, |failed| failed.command.call().is_none() && !has_own_form(failed))}
            {when(
                move || wrap_up().is_some(),
                move || {
                    let sentence = move || {
                        wrap_up().map(|seconds| {
                            let duration = &format::duration(seconds * 1000);
                            app.speech.tell(Sentence::WrapUpToCome { duration })
                        })
                    };
                    view! { <p class="note is-wrap-up">{icon(|| Icon::Pencil)} <span>{text(sentence)}</span></p> }
                        .into_any()
                },
            )}
            {[Notice::SwitchLinkDown, Notice::Gap, Notice::CatchingUp].map(|notice| when(
                move || app.connection.with(|connection| connection.notices.contains(&notice)),
                move || {
                    view! {
                        <p class="note is-not-ready" data-part="notice">
                            {icon(|| Icon::Triangle)}
                            <span>{text(move || app.say(words_of(notice)))}</span>
                        </p>
                    }
                        .into_any()
                },
            ))}
            {when(
                move || unusable() > 0,
                move || {
                    view! {
                        <p class="note is-not-ready" data-part="unusable">
                            {icon(|| Icon::Triangle)}
                            <span>{text(move || app.speech.count(Count::UnusableRecords, unusable() as usize))}</span>
                        </p>
                    }
                        .into_any()
                },
            )}
            {when(
                move || !refused().is_empty(),
                move || {
                    view! {
                        <p class="note is-not-ready" title=attr(move || refused().join("\n"))>
                            {icon(|| Icon::Triangle)}
                            <span>{text(move || app.speech.count(Count::RefusedSubscriptions, refused().len()))}</span>
                        </p>
                    }
                        .into_any()
                },
            )}
        </div>
    }
}

/// The further hubs that are away, by name.
fn away(app: App) -> Vec<String> {
    app.connection.with(|connection| {
        let hubs = connection.hubs.iter();
        let away = hubs.filter(|hub| trouble_of(hub.link) != Trouble::None);
        away.map(|hub| hub.name.clone()).collect()
    })
}

#[component]
fn HubsAway() -> impl IntoView {
    let app = App::get();
    let sentence = move || {
        let hub = &app.speech.listed(&away(app));
        app.speech.tell(Sentence::HubAway { hub })
    };
    let why = move || {
        let troubles = app.connection.with(|connection| {
            let troubles = connection.hubs.iter().filter_map(|hub| hub.trouble.clone());
            troubles.collect::<Vec<_>>()
        });
        troubles.join("\n")
    };
    view! {
        <p class="note is-reserved" data-part="hub-away">
            {icon(|| Icon::Triangle)}
            <span class="grow" title=attr(why)>{text(sentence)}</span>
            <CommandButton
                class="small"
                intent=Signal::derive(|| Intent::RetryNow)
                label=app.text(Word::RetryNow)
            />
        </p>
    }
}

fn words_of(notice: Notice) -> Word {
    match notice {
        Notice::SwitchLinkDown => Word::SwitchLinkDown,
        Notice::Gap => Word::HistoryGap,
        Notice::CatchingUp => Word::CatchingUp,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    Mild,
    Severe,
}

fn trouble_of(link: Link) -> Trouble {
    match link {
        Link::Idle | Link::Connecting { attempt: 1 } | Link::Preparing | Link::Live => Trouble::None,
        Link::Late | Link::Connecting { .. } | Link::Reconnecting { .. } => Trouble::Mild,
        Link::Offline | Link::Stopped => Trouble::Severe,
    }
}

#[component]
fn ConnectionTrouble() -> impl IntoView {
    let app = App::get();
    let sentence = move || {
        app.connection
            .with(|connection| explain(app, connection, app.now()))
    };
    let class = move || match app.connection.with(|connection| trouble_of(connection.link)) {
        Trouble::Severe => "note is-danger",
        Trouble::None | Trouble::Mild => "note is-reserved",
    };
    let retries = move || !app.connection.with(|connection| connection.link == Link::Late);
    view! {
        <p class=text(class)>
            {icon(|| Icon::Triangle)}
            <span class="grow" title=attr(move || app.connection.with(|connection| connection.trouble.clone()))>
                {text(sentence)}
            </span>
            {when(retries, move || view! { <CommandButton
                    class="small"
                    intent=Signal::derive(|| Intent::RetryNow)
                    label=app.text(Word::RetryNow)
                /> }.into_any())}
        </p>
    }
}

fn explain(app: App, connection: &ConnectionView, now: Moment) -> String {
    let mut parts: Vec<String> = Vec::new();
    match connection.link {
        Link::Connecting { attempt } => {
            parts.push(app.say(Word::Connecting).to_owned());
            parts.push(attempt_words(app, attempt));
        }
        Link::Reconnecting { attempt, next_try } => {
            parts.push(app.say(Word::Reconnecting).to_owned());
            parts.push(attempt_words(app, attempt));
            parts.push(match next_try {
                Some(next_try) => {
                    let wait = &app.speech.seconds((next_try.since(now) / 1000).max(0));
                    app.speech.tell(Sentence::NextTry { wait })
                }
                None => app.say(Word::Retrying).to_owned(),
            });
        }
        Link::Offline => parts.push(app.say(Word::OfflineLong).to_owned()),
        Link::Stopped => {
            parts.push(app.say(Word::StoppedLong).to_owned());
            parts.extend(connection.trouble.clone());
        }
        Link::Idle | Link::Preparing | Link::Live | Link::Late => {
            parts.push(app.say(Word::LateLong).to_owned());
        }
    }
    app.speech.listed(&parts)
}

fn attempt_words(app: App, attempt: u32) -> String {
    let number = &app.speech.number(attempt as usize);
    app.speech.tell(Sentence::Attempt { number })
}

#[component]
fn ForcedOut() -> impl IntoView {
    let app = App::get();
    let sentence = move || {
        let forced_out = app.desk.with(|desk| desk.forced_out.clone())?;
        let clock = app.speech.short_clock(forced_out.at);
        let words = app.say(forced_out_word(forced_out.by.as_ref())).to_owned();
        Some(app.speech.listed(&[clock, words]))
    };
    view! {
        <p class="note is-danger" data-part="forced-out">
            {icon(|| Icon::Triangle)}
            <span class="grow">{text(sentence)}</span>
            <CommandButton
                class="small"
                intent=Signal::derive(|| Intent::SignInAgain)
                label=app.text(Word::SignInAgain)
            />
        </p>
    }
}

/// Who or what has signed the agent out.
pub(super) fn forced_out_word(by: Option<&ChangedBy>) -> Word {
    match by {
        Some(ChangedBy::System) => Word::ForcedOut,
        Some(ChangedBy::Supervisor(_)) => Word::ForcedOutBySupervisor,
        Some(ChangedBy::OtherDesk) => Word::ForcedOutElsewhere,
        _ => Word::ForcedOutUnsaid,
    }
}

/// That the host has another release of the page, to be had as soon as that disturbs nothing.
#[component]
fn NewVersion() -> impl IntoView {
    let app = App::get();
    // With the clock and not only with the desk: calls and wrap-up have signals of their own.
    let hindrance = Signal::derive(move || {
        app.desk.track();
        app.clock.track();
        (!app.read(Model::is_idle)).then_some(Word::ReloadWaits)
    });
    app.say_aloud(false, app.say(Word::NewVersion).to_owned());
    view! {
        <p class="note is-signed-out" data-part="new-version">
            {icon(|| Icon::Disc)}
            <span class="grow">{text(move || app.say(Word::NewVersion))}</span>
            <CommandButton
                class="small"
                intent=Signal::derive(|| Intent::Reload)
                label=app.text(Word::ReloadNow)
                hindrance=hindrance
            />
        </p>
    }
}

/// Who needs the supervisor at once, and since when.
#[component]
fn Help() -> impl IntoView {
    let app = App::get();
    let sentence = move || {
        let emergency = app.desk.with(|desk| desk.emergency.clone())?;
        let words = app.read(|model| app.emergency_words(model, &emergency));
        Some([&words, " · ", &app.speech.short_clock(emergency.at)].concat())
    };
    view! {
        <p class="note is-danger" data-part="emergency">
            {icon(|| Icon::Triangle)}
            <span class="grow">{text(sentence)}</span>
            {dismiss(app, Intent::DismissEmergencies)}
        </p>
    }
}
