//! The sheet with all keys, and the choice of others.
//!
//! Lives here: the button that shows it, its rows by group, taking new keys, and why some cannot be had.
//! May not be here: which keys are free (`keyboard`), keeping what was chosen: an intent asks for that.
//! It covers the page and takes every key press meanwhile, so that the keys that are being chosen do nothing else.
//! What happens on the desk behind it is said from within: screen readers hear nothing of a page that is covered.

use super::app::{App, Intent};
use super::focus;
use super::live::{attr, flag, text, when};
use super::look::{Icon, icon};
use super::shortcuts::{listen, word, written};
use crate::keyboard::{Action, Group, Keys, Refusal, Reserved, Shortcuts};
use crate::preferences::Change;
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;

/// What the sheet is about to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    Nothing,
    /// Keys are awaited.
    Press,
    Refused(Refusal),
    Kept,
}

/// The button, and the sheet that it shows; hears the desk's keys as well.
#[component]
pub(super) fn ShortcutSheet() -> impl IntoView {
    let app = App::get();
    let open = RwSignal::new(false);
    let sheet = NodeRef::<html::Dialog>::new();
    let show = Callback::new(move |()| {
        open.set(true);
        if let Some(sheet) = sheet.get_untracked() {
            // Only a sheet that is shown already cannot be shown.
            let _ = sheet.show_modal();
        }
    });
    listen(app, show);
    view! {
        <button
            type="button"
            class="button small bare"
            data-command="shortcuts"
            aria-label=attr(move || app.say(Word::KeyboardShortcuts))
            aria-keyshortcuts=attr(move || app.keys_for("shortcuts"))
            title=attr(move || app.say(Word::KeyboardShortcuts))
            on:click=move |_| show.run(())
        >
            {icon(|| Icon::Question)}
        </button>
        <dialog
            class="keys-sheet"
            data-part="shortcuts"
            aria-labelledby="keys-heading"
            node_ref=sheet
            on:close=move |_| open.set(false)
        >
            {when(move || open.get(), move || view! { <Contents sheet=sheet /> }.into_any())}
        </dialog>
    }
}

#[component]
fn Contents(sheet: NodeRef<html::Dialog>) -> impl IntoView {
    let app = App::get();
    let changing = RwSignal::new(None::<Action>);
    let note = RwSignal::new(Note::Nothing);
    let typed = move |event: leptos::ev::KeyboardEvent| {
        let Some(action) = changing.get_untracked() else {
            return;
        };
        let done = match &*event.key() {
            // Whoever goes on to the next button leaves the keys as they are.
            "Tab" => {
                leave(changing, note);
                return;
            }
            "Escape" => Some(Note::Nothing),
            "Backspace" | "Delete" => {
                prefer(app, action, Some(""));
                Some(Note::Kept)
            }
            _ => None,
        };
        event.prevent_default();
        if let Some(done) = done {
            changing.set(None);
            note.set(done);
            return;
        }
        let Some(keys) = focus::keys_of(&event) else {
            return;
        };
        let said = choose(app, action, keys);
        if said == Note::Kept {
            changing.set(None);
        }
        note.set(said);
    };
    let told = move || match note.get() {
        Note::Nothing => None,
        Note::Press => Some(app.say(Word::PressKeysHint).to_owned()),
        Note::Kept => Some(app.say(Word::KeysKept).to_owned()),
        Note::Refused(Refusal::Reserved(Reserved::Elsewhere)) => {
            Some(app.say(Word::KeysElsewhere).to_owned())
        }
        Note::Refused(Refusal::Reserved(Reserved::Writing)) => Some(app.say(Word::KeysWrite).to_owned()),
        Note::Refused(Refusal::Taken(owner)) => {
            let action = app.say(word(owner));
            Some(app.speech.tell(Sentence::KeysTaken { action }))
        }
    };
    let is_usual = Memo::new(move |_| app.shortcuts.with(|shortcuts| *shortcuts == Shortcuts::default()));
    let groups: Vec<_> = Group::ALL
        .into_iter()
        .map(|group| {
            let rows: Vec<_> = Action::ALL
                .into_iter()
                .filter(|action| action.group() == group)
                .map(|action| view! { <Row action=action changing=changing note=note /> }.into_any())
                .collect();
            view! {
                <section>
                    <h3>{text(move || app.say(heading(group)))}</h3>
                    <ul>{rows}</ul>
                </section>
            }
            .into_any()
        })
        .collect();
    view! {
        <div on:keydown=typed>
            <div class="head">
                <h2 id="keys-heading">{text(move || app.say(Word::KeyboardShortcuts))}</h2>
                <button
                    type="button"
                    class="button small bare"
                    data-command="close"
                    aria-label=attr(move || app.say(Word::Close))
                    on:click=move |_| {
                        if let Some(sheet) = sheet.get_untracked() {
                            sheet.close();
                        }
                    }
                >
                    {icon(|| Icon::Cross)}
                </button>
                <p
                    class="note"
                    class:is-danger=flag(move || matches!(note.get(), Note::Refused(_)))
                    role="status"
                    data-part="shortcut-note"
                >
                    {text(told)}
                </p>
            </div>
            <div class="all">
                <button
                    type="button"
                    class="button small"
                    data-command="usual-keys"
                    aria-disabled=attr(move || is_usual.get().then_some("true"))
                    on:click=move |_| {
                        app.dispatch(Intent::Prefer(Change::UsualShortcuts));
                        changing.set(None);
                        note.set(Note::Kept);
                    }
                >
                    {text(move || app.say(Word::AllUsualKeys))}
                </button>
            </div>
            <div class="groups">{groups}</div>
            {heard("status", app.polite)}
            {heard("alert", app.assertive)}
        </div>
    }
}

fn heading(group: Group) -> Word {
    match group {
        Group::Calls => Word::Calls,
        Group::State => Word::State,
        Group::Places => Word::GoTo,
        Group::Help => Word::Help,
    }
}

/// What is said on the desk from now on.
fn heard(role: &'static str, region: ReadSignal<String>) -> AnyView {
    let before = region.get_untracked();
    let since = move || region.with(|said| (*said != before).then(|| said.clone()));
    view! { <div class="unseen" role=role>{text(since)}</div> }.into_any()
}

/// Gives an action these keys, unless somebody else has them.
fn choose(app: App, action: Action, keys: Keys) -> Note {
    let refusal = app
        .shortcuts
        .with_untracked(|shortcuts| shortcuts.refusal(action, keys));
    if let Some(refusal) = refusal {
        return Note::Refused(refusal);
    }
    let is_usual = action.usual() == Some(keys);
    prefer(app, action, (!is_usual).then(|| keys.to_string()).as_deref());
    Note::Kept
}

fn prefer(app: App, action: Action, keys: Option<&str>) {
    let change = Change::Shortcut(action.name().into(), keys.map(Into::into));
    app.dispatch(Intent::Prefer(change));
}

fn leave(changing: RwSignal<Option<Action>>, note: RwSignal<Note>) {
    changing.set(None);
    note.set(Note::Nothing);
}

#[component]
fn Row(action: Action, changing: RwSignal<Option<Action>>, note: RwSignal<Note>) -> impl IntoView {
    let app = App::get();
    let keys = Memo::new(move |_| app.shortcuts.with(|shortcuts| shortcuts.keys(action)));
    let is_usual = Memo::new(move |_| keys.get() == action.usual());
    let awaits = Memo::new(move |_| changing.get() == Some(action));
    let what = move || app.say(word(action));
    let named = move |button: Word| [app.say(button), ": ", what()].concat();
    let shown = move || {
        if awaits.get() {
            return app.say(Word::PressKeys).to_owned();
        }
        match keys.get() {
            Some(keys) => written(app, keys),
            None => app.say(Word::NoKeys).to_owned(),
        }
    };
    let usual = move || {
        changing.set(None);
        if let Some(usual) = action.usual() {
            note.set(choose(app, action, usual));
        }
    };
    view! {
        <li data-part="shortcut" data-id=action.name()>
            <span class="what">{text(what)}</span>
            <kbd class:awaits=flag(move || awaits.get()) dir=attr(move || keys.get().map(|_| "ltr"))>
                {text(shown)}
            </kbd>
            <button
                type="button"
                class="button small"
                data-command="change-keys"
                aria-label=attr(move || named(Word::ChangeKeys))
                aria-pressed=attr(move || if awaits.get() { "true" } else { "false" })
                on:click=move |_| {
                    changing.set(Some(action));
                    note.set(Note::Press);
                }
                on:blur=move |_| {
                    if awaits.get_untracked() {
                        leave(changing, note);
                    }
                }
            >
                {text(move || app.say(Word::ChangeKeys))}
            </button>
            <button
                type="button"
                class="button small"
                data-command="usual-keys"
                aria-label=attr(move || named(Word::UsualKeys))
                aria-disabled=attr(move || is_usual.get().then_some("true"))
                on:click=move |_| {
                    if !is_usual.get_untracked() {
                        usual();
                    }
                }
            >
                {text(move || app.say(Word::UsualKeys))}
            </button>
        </li>
    }
}
