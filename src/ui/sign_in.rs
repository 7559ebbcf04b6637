//! The sign-in screen.
//!
//! Lives here: the form, its busy state, and the words for what went wrong; the test of the ring tone beside it.
//! May not be here: remembering anything; what was typed leaves by an intent and by nothing else.
//! The fields are the browser's: they are read once, when the form is sent.

use super::app::{App, Intent};
use super::attention::sound_blocked;
use super::demo::{demo_hint, demo_mark};
use super::language::{LanguageChoice, language_note};
use super::live::{attr, flag, part, text, when};
use super::look::{Icon, icon};
use super::page;
use super::settings::test_button;
use crate::store::{Known, Screen, SignInError};
use crate::words::Word;
use leptos::html;
use leptos::prelude::*;

struct Wanted {
    password: bool,
    extension: bool,
    busy: bool,
    error: Option<SignInError>,
    known: Known,
}

fn wanted(screen: &Screen) -> Wanted {
    match screen {
        Screen::SignIn {
            wants_password,
            wants_extension,
            busy,
            error,
            known,
        } => Wanted {
            password: *wants_password,
            extension: *wants_extension,
            busy: *busy,
            error: error.clone(),
            known: known.clone(),
        },
        _ => Wanted {
            password: false,
            extension: false,
            busy: false,
            error: None,
            known: Known::default(),
        },
    }
}

/// The sign-in screen.
#[component]
pub(super) fn SignIn() -> impl IntoView {
    let app = App::get();
    let wants_password = Memo::new(move |_| app.screen.with(|screen| wanted(screen).password));
    let wants_extension = Memo::new(move |_| app.screen.with(|screen| wanted(screen).extension));
    let busy = Memo::new(move |_| app.screen.with(|screen| wanted(screen).busy));
    let error = move || app.screen.with(|screen| wanted(screen).error);
    let login_id = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let extension = NodeRef::<html::Input>::new();
    // Read once: afterwards the fields are the browser's.
    let mut known = app.screen.with_untracked(|screen| wanted(screen).known);
    if known.login_id.is_empty() {
        known = app.preferences.with_untracked(|preferences| Known {
            login_id: preferences.login_id.to_string(),
            extension: preferences.extension.to_string(),
        });
    }
    if known.login_id.is_empty() || !wants_password.get_untracked() {
        page::focus(login_id);
    } else {
        page::focus(password);
    }
    let known_extension = StoredValue::new(known.extension);
    let typed = |field: NodeRef<html::Input>| {
        field
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default()
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            app.dispatch(Intent::SignIn {
                login_id: typed(login_id).trim().to_owned(),
                password: typed(password),
                extension: typed(extension).trim().to_owned(),
            });
        }
    };
    let field = move |word: Word, input: AnyView| {
        view! {
            <label class="field">
                <span>{text(move || app.say(word))}</span>
                {input}
            </label>
        }
    };
    // Beside the field and not in it: a hint inside is cut where the field is narrow, and gone once something is typed.
    let phone = move || {
        let known = known_extension.get_value();
        view! {
            <div class="field">
                {field(
                    Word::Extension,
                    view! {
                        <input
                            name="extension"
                            dir="ltr"
                            required
                            inputmode="tel"
                            autocomplete="off"
                            aria-describedby="extension-hint"
                            value=known
                            node_ref=extension
                        />
                    }
                        .into_any(),
                )}
                <p class="quiet small" id="extension-hint">
                    {text(move || app.say(Word::ExtensionHint))}
                </p>
            </div>
        }
        .into_any()
    };
    view! {
        <main class="screen" data-part="sign-in">
            <form class="sheet" on:submit=send>
                <h1 class="brand">{text(move || app.say(Word::Product))}</h1>
                <p class="quiet">{text(move || app.say(Word::SignInIntro))}</p>
                {demo_hint(app)}
                {field(
                    Word::AgentId,
                    view! {
                        <input
                            name="agent-id"
                            dir="ltr"
                            required
                            autocomplete="username"
                            autocapitalize="off"
                            spellcheck="false"
                            value=known.login_id
                            node_ref=login_id
                        />
                    }
                        .into_any(),
                )}
                {when(move || wants_password.get(), move || view! { {field(
                        Word::Password,
                        view! {
                            <input
                                name="password"
                                dir="ltr"
                                type="password"
                                required
                                autocomplete="current-password"
                                node_ref=password
                            />
                        }
                            .into_any(),
                    )} }.into_any())}
                {when(move || wants_extension.get(), phone)}
                <button
                    type="submit"
                    class="button primary"
                    class:busy=flag(move || busy.get())
                    data-command="sign-in"
                    aria-disabled=attr(move || busy.get().then_some("true"))
                >
                    {text(move || app.say(if busy.get() { Word::SigningIn } else { Word::SignIn }))}
                </button>
                <div class="sign-in-error" role="alert" data-part="sign-in-error">
                    {part(move || error().map(|error| view! { <Trouble error=error /> }.into_any()))}
                </div>
            </form>
            <div class="extras">
                <LanguageChoice />
                {test_button(app)}
            </div>
            {demo_mark(app)}
            {sound_blocked(app)}
            {language_note(app)}
        </main>
    }
}

#[component]
fn Trouble(error: SignInError) -> impl IntoView {
    let app = App::get();
    let (word, details) = match error {
        SignInError::Refused(text) => (Word::SignInRefused, text),
        SignInError::Unreachable(text) => (Word::SignInUnreachable, text),
    };
    view! {
        <p class="state is-danger">{icon(|| Icon::Triangle)} <span>{text(move || app.say(word))}</span></p>
        <p class="quiet small" dir="auto">{details}</p>
    }
}
