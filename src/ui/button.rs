//! The button that asks the server for something.
//!
//! Lives here: one component for every command, and the row of a failure that a command left behind.
//! May not be here: which command is possible: the masks decide, and the button shows what they say.
//! A button that is off stays in its place and in the tab order, and says why (`aria-disabled`, never `disabled`).
//! A command under way draws its progress inside its own button; nothing else moves.

use super::app::{App, Intent};
use super::live::{attr, flag, rows, text};
use super::look::{Icon, icon};
use super::speech::Speech;
use crate::domain::command::{Command, Failed, InvokeId};
use crate::domain::model::Off;
use crate::words::Word;
use leptos::prelude::*;
use std::sync::Arc;

/// A button for an intent.
#[component]
pub(super) fn CommandButton(
    /// What a press means; may change while the button stays. It tracks what the masks do not tell: a call's cell.
    #[prop(into)]
    intent: Signal<Intent>,
    /// The text on it.
    #[prop(into)]
    label: Signal<String>,
    /// Look: "go", "stop", "item", or nothing.
    #[prop(default = "")]
    class: &'static str,
    /// The full name, where the text alone is not enough.
    #[prop(optional, into)]
    name: Option<Signal<String>>,
    /// The value of `data-command`, where it is not the intent's own.
    #[prop(optional)]
    command: Option<&'static str>,
    /// A reason for being off that is more telling than the masks', or comes on top of them.
    #[prop(optional, into)]
    hindrance: Option<Signal<Option<Word>>>,
    /// Closes the popover with this id.
    #[prop(optional, into)]
    closes: Option<String>,
    /// Called when the intent has been handed on.
    #[prop(optional)]
    sent: Option<Callback<()>>,
) -> impl IntoView {
    let app = App::get();
    let off = Memo::new(move |_| intent.with(|intent| app.allowed(intent)).err());
    let hindered = move || hindrance.and_then(|hindrance| hindrance.get());
    let reason = move || match (off.get(), hindered()) {
        // No other reason matters while these last.
        (Some(off @ (Off::UnderWay | Off::Offline | Off::TelephonyDown)), _) => Some(app.why(off)),
        (Some(off), _) if app.only_shows(off) => Some(app.why(off)),
        (_, Some(hindrance)) => Some(app.say(hindrance)),
        (off, None) => off.map(|off| app.why(off)),
    };
    let is_off = Memo::new(move |_| off.get().is_some() || hindered().is_some());
    let action = closes.as_ref().map(|_| "hide");
    let called = move || command.unwrap_or_else(|| intent.with(Intent::name));
    view! {
        <button
            type="button"
            class=["button ", class].concat()
            class:busy=flag(move || off.get() == Some(Off::UnderWay))
            data-command=attr(called)
            aria-keyshortcuts=attr(move || app.keys_for(called()))
            data-reason=attr(move || intent.with(Intent::reason))
            aria-disabled=attr(move || is_off.get().then_some("true"))
            aria-busy=attr(move || (off.get() == Some(Off::UnderWay)).then_some("true"))
            aria-label=attr(move || name.map(|name| name.get()))
            aria-description=attr(reason)
            data-tip=attr(reason)
            popovertarget=closes
            popovertargetaction=action
            on:click=move |event| {
                if is_off.get_untracked() {
                    event.prevent_default();
                } else {
                    app.dispatch(intent.get_untracked());
                    if let Some(sent) = sent {
                        sent.run(());
                    }
                }
            }
        >
            {text(move || label.get())}
        </button>
    }
}

/// Something that went wrong, in plain words, with the code behind "Details" and a way to put it aside.
#[component]
pub(super) fn FailureNote(
    /// The command's number.
    id: u32,
) -> impl IntoView {
    let app = App::get();
    let id = InvokeId(id);
    let told = move |tell: fn(Speech, &Failed) -> String| {
        text(move || {
            app.desk.with(|desk| {
                let failed = desk.failed.iter().find(|failed| failed.id == id)?;
                Some(tell(app.speech, failed))
            })
        })
    };
    let popover = ["failure-", &id.0.to_string()].concat();
    let (target, closes) = (popover.clone(), popover.clone());
    // The call's cell brings the call's mask.
    let call = app.desk.with_untracked(|desk| {
        let failed = desk.failed.iter().find(|failed| failed.id == id)?;
        Some(app.call(failed.command.call()?))
    });
    let again = Signal::derive(move || {
        if let Some(call) = call {
            call.track();
        }
        app.desk.with(|desk| {
            let failed = desk.failed.iter().find(|failed| failed.id == id);
            failed.map_or(Intent::DismissFailure(id), |failed| {
                Intent::Do(failed.command.clone())
            })
        })
    });
    view! {
        <p class="note is-danger" data-part="failure" data-id=id.0>
            {icon(|| Icon::Triangle)}
            <span class="grow">{told(Speech::failed)}</span>
            <button type="button" class="link" data-command="details" popovertarget=target>
                {text(move || app.say(Word::Details))}
            </button>
            {dismiss(app, Intent::DismissFailure(id))}
            <span class="pop details" id=popover popover="auto">
                <span>{told(Speech::failed)}</span>
                <span class="quiet small">{told(Speech::failure_details)}</span>
                // A person tries again, the page never does: nobody knows what has happened meanwhile.
                <CommandButton
                    class="small"
                    command="try-again"
                    intent=again
                    label=app.text(Word::TryAgain)
                    closes=closes
                />
            </span>
        </p>
    }
}

/// The cross by which the agent puts something away that was seen.
pub(super) fn dismiss(app: App, seen: Intent) -> AnyView {
    view! {
        <button
            type="button"
            class="button small bare"
            data-command="dismiss"
            aria-label=attr(move || app.say(Word::Dismiss))
            on:click=move |_| app.dispatch(seen.clone())
        >
            {icon(|| Icon::Cross)}
        </button>
    }
    .into_any()
}

/// Whether a command's failure is told at the form that it was asked for in, and nowhere else.
pub(super) fn has_own_form(failed: &Failed) -> bool {
    matches!(
        failed.command,
        Command::SetCallData { .. } | Command::SetWrapUpData { .. } | Command::SendMessage { .. }
    )
}

/// The notes of the failures that `concerns` picks, newest first.
pub(super) fn failures(app: App, concerns: impl Fn(&Failed) -> bool + Send + Sync + 'static) -> AnyView {
    let ids = Memo::new(move |_| {
        app.desk.with(|desk| {
            let failed = desk.failed.iter().rev().filter(|failed| concerns(failed));
            failed.map(|failed| failed.id.0).collect()
        })
    });
    rows(ids, Arc::new(|id, _| view! { <FailureNote id=id /> }.into_any()))
}
