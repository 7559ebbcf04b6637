//! What keys do on the desk.
//!
//! Lives here: hearing the keys, carrying each action out, and saying why when it cannot be.
//! May not be here: which keys an action has (`keyboard`), any judgement of its own: masks decide, as for the buttons.
//! A command goes the way of its button: the same intent, asked of the same judge. What opens is opened by its button.
//! Keys act on the call that has the focus, else on the current one; answering, and what is done to a pair of calls,
//! goes to the call that it is possible for.
//! They rest while a sheet covers the page, and in a field unless they would have written nothing there.

use super::app::{App, Intent};
use super::focus::{self, Pressed};
use super::look::Look;
use super::page;
use super::speech::Speech;
use crate::domain::agent::{Agent, AgentState};
use crate::domain::call::{Call, Stage};
use crate::domain::command::Command;
use crate::domain::ids::CallKey;
use crate::domain::model::Off;
use crate::keyboard::{Action, Keys};
use crate::store::Layout;
use crate::words::{Sentence, Word};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// Carries out what the keys mean, for as long as the calling owner lives; `show` shows them all.
pub(super) fn listen(app: App, show: Callback<()>) {
    let is_mac = focus::is_mac();
    let done = StoredValue::new(None::<(Action, f64)>);
    focus::on_key(move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        if focus::walk(event) {
            event.prevent_default();
            return;
        }
        let Some(action) = meant(app, event, is_mac) else {
            return;
        };
        event.prevent_default();
        let now = event.time_stamp();
        let rests = done
            .with_value(|done| done.is_some_and(|(last, then)| last == action && now - then < action.rest()));
        if event.repeat() || rests {
            return;
        }
        done.set_value(Some((action, now)));
        if action == Action::Shortcuts {
            show.run(());
        } else if let Err(why) = untrack(|| perform(app, action)) {
            app.say_again([app.say(word(action)), ": ", &why].concat());
        }
    });
}

/// The action that a key press means where the focus is.
fn meant(app: App, event: &KeyboardEvent, is_mac: bool) -> Option<Action> {
    let keys = focus::keys_of(event)?;
    let action = app.shortcuts.with_untracked(|shortcuts| shortcuts.action(keys))?;
    // A wall has no softphone, and shows nothing of what a key would do.
    let is_wall = untrack(|| app.shown.layout()) == Layout::Wall;
    let rests = is_wall || focus::is_covered() || (focus::is_writing() && !keys.act_while_writing(is_mac));
    (!rests).then_some(action)
}

impl App {
    /// Closes what is open above the desk, and has what an action opens in sight, as its key would.
    pub fn open(self, action: Option<Action>) {
        focus::uncover();
        // What is not there at present cannot be shown; nobody has pressed a key and waits for a reason.
        let _ = match action {
            None => Ok(()),
            Some(Action::Shortcuts) => press(self, "[data-command=shortcuts]"),
            Some(action) => untrack(|| perform(self, action)),
        };
    }
}

/// Does it; else says why not.
fn perform(app: App, action: Action) -> Result<(), String> {
    let here = target(app);
    let of_call = |command: fn(CallKey) -> Command| {
        let call = here.ok_or_else(|| app.why(Off::NoCall).to_owned())?;
        ask(app, command(call))
    };
    let place = |selectors: &'static [&'static str]| go_to(app, "", selectors);
    match action {
        Action::Answer => of_any(app, here, Command::Answer),
        Action::EndCall => of_call(Command::EndCall),
        Action::Hold => {
            let retrieves = here.is_some_and(|call| is_possible(app, Command::Retrieve(call)));
            of_call(if retrieves {
                Command::Retrieve
            } else {
                Command::Hold
            })
        }
        Action::Record => {
            let runs = here.is_some_and(|call| read(app, call, |call| call.recording) == Some(Some(true)));
            of_call(if runs {
                Command::StopRecording
            } else {
                Command::StartRecording
            })
        }
        Action::CompleteTransfer => of_any(app, here, Command::CompleteTransfer),
        Action::CompleteConference => of_any(app, here, Command::CompleteConference),
        Action::Alternate => of_any(app, here, Command::Alternate),
        Action::BackToCaller => of_any(app, here, Command::BackToCaller),
        Action::MakeCurrent => of_call(Command::MakeCurrent),
        Action::AskSupervisor => ask(app, Command::AskSupervisor(here)),
        Action::Ready => ask(app, Command::Ready),
        Action::Transfer | Action::Conference | Action::Keypad => {
            let Some(call) = here else {
                return Err(app.why(Off::NoCall).to_owned());
            };
            let id = read(app, call, |call| call.id.to_string()).unwrap_or_default();
            press(
                app,
                &[
                    "[data-part=call][data-id=\"",
                    &id,
                    "\"] [data-command=",
                    action.name(),
                    "]",
                ]
                .concat(),
            )
        }
        Action::NextCall | Action::PreviousCall => {
            let found = focus::step("call", action == Action::NextCall);
            found
                .then_some(())
                .ok_or_else(|| app.say(Word::NoCalls).to_owned())
        }
        Action::StateMenu | Action::NotReady => {
            if !focus::go_to(&["[data-part=state-menu]:popover-open button"]) {
                press(app, "[data-part=state] [data-command=state-menu]")?;
            }
            let not_ready = "[data-part=state-menu] [data-command=not-ready]:not([aria-disabled])";
            let first = "[data-part=state-menu] button";
            let wanted = if action == Action::NotReady {
                not_ready
            } else {
                first
            };
            let found = focus::go_to(&[wanted, first]);
            found.then_some(()).ok_or_else(|| not_here(app))
        }
        Action::FinishWrapUp => {
            let ready = !matches!(
                own_state(app),
                AgentState::WrapUp {
                    ready_after: Some(false)
                }
            );
            press(
                app,
                if ready {
                    "[data-part=wrap-up] [data-command=ready]"
                } else {
                    "[data-part=wrap-up] :is([data-command=not-ready], [data-command=state-menu])"
                },
            )
        }
        Action::Dial => place(&["[data-part=dial] input"]),
        Action::Notices => {
            place(&["[data-part=banner]"])?;
            if focus::is_empty("[data-part=banner]") {
                app.say_again(app.say(Word::NoNotices).to_owned());
            }
            Ok(())
        }
        Action::CallData => go_to(
            app,
            "contact",
            &["[data-part=contact] [data-command=edit]", "[data-part=contact]"],
        ),
        Action::WrapUpCode => place(&["[data-part=wrap-up] :is([data-command=wrap-up-code], input)"]),
        Action::Missed => place(&["[data-part=missed]"]),
        Action::Chat => go_to(
            app,
            "chat",
            &[
                "[data-part=chat] [data-part=message-field]",
                "[data-part=chat] [data-command=open-conversation]",
                "[data-part=chat]",
            ],
        ),
        Action::Alerts => {
            press(app, "[data-command=alerts]")?;
            focus::go_to(&["[data-part=alerts] button", "[data-part=alerts]"]);
            Ok(())
        }
        Action::Settings => {
            press(app, "[data-command=settings]")?;
            focus::go_to(&["[data-part=settings] :is(select, input, button)"]);
            Ok(())
        }
        Action::SayTimes => {
            app.say_again(times(app));
            Ok(())
        }
        Action::Shortcuts => Ok(()),
    }
}

/// Moves the focus to a place of the part `of` the desk; one that is not in sight is shown first.
fn go_to(app: App, of: &str, selectors: &'static [&'static str]) -> Result<(), String> {
    if focus::go_to(selectors) {
        return Ok(());
    }
    if !app.shown.show(of) {
        return Err(not_here(app));
    }
    page::next_frame(move || {
        focus::go_to(selectors);
    });
    Ok(())
}

/// The call that keys act on: the one with the focus, else the current one, else the only one.
fn target(app: App) -> Option<CallKey> {
    let focused = focus::within("call");
    app.calls.with(|calls| {
        app.read(|model| {
            let with_focus = calls.iter().find(|key| {
                let call = model.calls.get(**key);
                focused.is_some() && call.map(|call| call.id.to_string()) == focused
            });
            let only = || calls.first().filter(|_| calls.len() == 1);
            with_focus.copied().or(model.desk.current).or(only().copied())
        })
    })
}

/// Asks for a command of the first call that it is possible for: of these there is never more than one.
fn of_any(app: App, here: Option<CallKey>, command: fn(CallKey) -> Command) -> Result<(), String> {
    let calls = app.calls.get();
    let mut candidates = here.into_iter().chain(calls);
    let possible = candidates.find(|call| is_possible(app, command(*call)));
    match possible.or(here) {
        Some(call) => ask(app, command(call)),
        None => Err(app.why(Off::NoCall).to_owned()),
    }
}

fn is_possible(app: App, command: Command) -> bool {
    app.allowed(&Intent::Do(command)).is_ok()
}

/// Asks for a command as its button would.
fn ask(app: App, command: Command) -> Result<(), String> {
    let intent = Intent::Do(command);
    app.allowed(&intent).map_err(|off| app.why(off).to_owned())?;
    app.dispatch(intent);
    Ok(())
}

/// Presses a button; in a bar the whole desk is shown for one that is not in sight.
fn press(app: App, selector: &str) -> Result<(), String> {
    if focus::is_hidden(selector) && app.shown.show("") {
        let selector = selector.to_owned();
        page::next_frame(move || {
            focus::press(&selector);
        });
        return Ok(());
    }
    match focus::press(selector) {
        Pressed::Yes => Ok(()),
        Pressed::Off(why) => Err(why.unwrap_or_else(|| not_here(app))),
        Pressed::Absent => Err(not_here(app)),
    }
}

fn not_here(app: App) -> String {
    app.say(Word::NotHereNow).to_owned()
}

fn read<T>(app: App, call: CallKey, read: impl FnOnce(&Call) -> T) -> Option<T> {
    app.read(|model| model.calls.get(call).map(read))
}

fn own_state(app: App) -> AgentState {
    app.read(|model| model.agents.get(model.desk.me?).map(Agent::state))
        .unwrap_or_default()
}

/// How long the own state and each call have lasted: timers are seen all the time, and heard when asked for.
fn times(app: App) -> String {
    let speech = app.speech;
    let now = app.now();
    let lasts = |speech: Speech, what: &str, milliseconds: i64| {
        let duration = &speech.at_length(milliseconds);
        speech.tell(Sentence::LastsFor { what, duration })
    };
    let since = app.read(|model| model.agents.get(model.desk.me?)?.state_since());
    let state = app.say(Look::from(own_state(app)).word);
    let mut said = vec![match since {
        Some(since) => lasts(speech, state, now.since(since)),
        None => state.to_owned(),
    }];
    let of_call = |call: &Call| {
        let mut what = app.say(Look::from(call.stage).word).to_owned();
        if let Some(number) = call.number.as_deref() {
            what.push(' ');
            what.push_str(&speech.apart(number));
        }
        let since = match call.stage {
            Stage::Held => call.held_since,
            Stage::Connected => call.connected,
            _ => call.begun,
        };
        let lasts = since.map(|since| lasts(speech, &what, now.since(since)));
        let total = call.begun.filter(|begun| Some(*begun) != since).map(|begun| {
            let duration = &speech.at_length(now.since(begun));
            speech.tell(Sentence::Total { duration })
        });
        [Some(lasts.unwrap_or(what)), total]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    };
    for key in app.calls.get() {
        said.extend(read(app, key, of_call));
    }
    said.join(". ")
}

/// What an action is called.
pub(super) fn word(action: Action) -> Word {
    match action {
        Action::Answer => Word::Answer,
        Action::EndCall => Word::EndCall,
        Action::Hold => Word::HoldOrRetrieve,
        Action::Transfer => Word::BeginTransfer,
        Action::Conference => Word::BeginConference,
        Action::CompleteTransfer => Word::CompleteTransfer,
        Action::CompleteConference => Word::JoinCalls,
        Action::Alternate => Word::Alternate,
        Action::BackToCaller => Word::BackToCaller,
        Action::Keypad => Word::OpenKeypad,
        Action::Record => Word::RecordOrStop,
        Action::NextCall => Word::NextCall,
        Action::PreviousCall => Word::PreviousCall,
        Action::MakeCurrent => Word::MakeCurrent,
        Action::AskSupervisor => Word::AskSupervisor,
        Action::Ready => Word::Ready,
        Action::NotReady => Word::NotReadyReasons,
        Action::StateMenu => Word::AgentState,
        Action::FinishWrapUp => Word::FinishTheWrapUp,
        Action::Dial => Word::DialField,
        Action::Notices => Word::Notices,
        Action::CallData => Word::CallData,
        Action::WrapUpCode => Word::WrapUpCode,
        Action::Missed => Word::Missed,
        Action::Chat => Word::ToMessages,
        Action::Alerts => Word::ToAlerts,
        Action::Settings => Word::ToSettings,
        Action::SayTimes => Word::SayTimes,
        Action::Shortcuts => Word::KeyboardShortcuts,
    }
}

/// Keys as they are written on a keyboard; tracks the language.
pub(super) fn written(app: App, keys: Keys) -> String {
    let names = keys.names().map(|name| match name {
        "Control" => app.say(Word::KeyControl),
        "Shift" => app.say(Word::KeyShift),
        "ArrowUp" => "↑",
        "ArrowDown" => "↓",
        "ArrowLeft" => "←",
        "ArrowRight" => "→",
        other => other,
    });
    names.collect::<Vec<_>>().join(" + ")
}
