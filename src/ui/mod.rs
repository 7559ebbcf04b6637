//! The page: Leptos components over the store.
//!
//! Lives here: screens, panels, buttons, the page's voice, the application's root.
//! May not be here: wire names, protocol, anything that decides what a button may do.
//! A component reads cells and signals, and hands intents to [`App::dispatch`]; it changes nothing itself.
//! Every row carries `data-id`, every button `data-command`, every part of the screen `data-part`.
//!
//! # Hooks for tests and portals
//!
//! They stay the same whatever the language, the theme or the layout.
//!
//! | `data-part` | is |
//! | --- | --- |
//! | `app` | the element that the page is mounted on |
//! | `shell` | the static picture before the program has loaded |
//! | `crash` | what is shown when the program has ended |
//! | `bad-config` | the list of what is wrong with the configuration |
//! | `sign-in`, `sign-in-error` | the sign-in form, and why the last attempt failed |
//! | `desk` | the desk |
//! | `bar` | the bar at the top |
//! | `state`, `state-menu` | the own state (`data-state`), and the choice of another |
//! | `recent-states` | the own states that the desk has witnessed, newest first |
//! | `next-state` | what follows the call at hand, as the server has noted it |
//! | `coming` | a call that is coming and does not ring yet (`data-state`: `coming`, `taken-back`) |
//! | `wrap-up`, `wrap-up-codes` | the wrap-up at hand, and the codes to choose from |
//! | `dial` | the field for a number |
//! | `me` | who is signed in |
//! | `connection` | the connection's light (`data-link`) |
//! | `demo` | that everybody here is simulated, and the way out of that |
//! | `banner` | what the agent should know now; empty when all is well |
//! | `forced-out` | who or what has signed the agent out |
//! | `backup` | that the desk is at a backup of its hub |
//! | `hub-away` | which of several hubs are away |
//! | `unusable` | how many of the server's messages could not be read |
//! | `emergency` | who needs the supervisor at once |
//! | `failure` | a command that failed; `data-id` is its number |
//! | `calls`, `call` | the calls, and one of them (`data-id`, `data-stage`; the current one has `aria-current`) |
//! | `recording`, `conference-mark` | the light and the mark on a call's card |
//! | `screen-pop` | the addresses that a call opens, on its card and in the contact panel |
//! | `keypad`, `more` | the tone pad of a call, and the menu of what is seldom done with it |
//! | `transfer`, `conference` | the panels for a second call |
//! | `colleague` | somebody who could be called there (`data-state`) |
//! | `missed`, `missed-call` | missed calls, and one of them (`data-id`) |
//! | `contact` | what is known of the current call |
//! | `call-data`, `add-field`, `conflict`, `one-of-several` | a field of its data (`data-id`: its name), the choice of another, what the server made of one meanwhile, that the refused one is not named |
//! | `note` | the agent's own note about it |
//! | `transcript`, `phrase` | what is said, and one phrase |
//! | `so-far`, `step` | what the call went through, and one step |
//! | `alerts`, `alert` | alerts, and one of them (`data-id`) |
//! | `chat`, `unread`, `conversation`, `person`, `write-to` | messages: how many are new, a conversation (`data-id`: `supervisor`, `team` or a sign-in id), somebody found, the search |
//! | `messages`, `message`, `message-field`, `sending` | a conversation's messages, one of them (`data-own`), the field, that one is on its way |
//! | `agents`, `queues`, `callbacks` | the lists |
//! | `agent`, `queue`, `callback` | one row of a list (`data-id`; an agent also `data-state`) |
//! | `shortcuts`, `shortcut-note` | the sheet with the keys, and what it tells about a choice |
//! | `shortcut` | the keys of one action (`data-id`: the action's name) |
//! | `language`, `language-error` | the choice of language, and why the last one could not be had |
//! | `tabs` | the tabs of the compact layout (`data-tab`: the part that each shows) |
//! | `settings`, `notifications` | the settings, and what keeps notifications from being shown |
//! | `sound-blocked` | the browser lets nothing be heard |
//! | `new-version` | the host has another release of the page |
//! | `tab` | another of the agent's tabs is the one that rings |
//! | `polite`, `assertive` | what screen readers are told |
//!
//! `data-id` is the source's own id; buttons that act on another call than that of their card are inside `data-for`
//! with that call's. A row or card that is not confirmed in the present session carries
//! `data-unsure`. `data-command` is one of:
//!
//! - of the agent: `sign-in`, `sign-out`, `ready`, `not-ready` (with `data-reason` where a reason goes with it),
//!   `wrap-up-ready`, `wrap-up-not-ready`, `more-time`, `change-next-state`, `dial`, `call-back`, `send-message`, `ask-supervisor`, `raise-emergency`;
//! - of a call: `answer`, `end-call`, `end-for-all`, `hold`, `retrieve`, `alternate`, `back-to-caller`,
//!   `make-current`, `consult`, `consult-for-conference`, `complete-transfer`, `blind-transfer`,
//!   `complete-conference`, `add-party`, `keypad`, `send-tones` (with `data-tone`), `set-call-data`,
//!   `set-wrap-up-data`, `start-recording`, `stop-recording`, `report-bad-line`, and `try-again` for whichever of them
//!   was refused;
//! - of the page: `transfer`, `conference`, `more`, `state-menu`, `wrap-up-code` (each opens something), `details`,
//!   `retry-now`, `reload`, `reload-now`, `dismiss`, `dismiss-all`, `language`, `fold`, `edit`, `cancel`, `take-over`, `use-server-value`,
//!   `read-aloud`, `jump-to-latest`, `alerts`, `open-conversation`, `all-conversations`, `skip-to-calls`, `shortcuts`,
//!   `open-link`, `change-keys`, `usual-keys`, `leave-demo`, `close`, `tab`, `unfold`.

#![allow(
    unreachable_pub,
    clippy::needless_pass_by_value,
    reason = "components: the macro makes their properties public, and takes them by value"
)]

mod address;
mod agents;
mod alerts;
mod announce;
mod app;
mod attention;
mod banner;
mod bar;
mod button;
mod call_buttons;
mod call_card;
mod callbacks;
mod calls;
mod chat;
mod coming;
mod contact;
mod demo;
mod desk;
mod focus;
mod format;
mod keypad;
mod language;
mod layout;
mod level;
mod list;
mod live;
mod look;
mod missed;
mod opener;
mod page;
mod panel;
mod queues;
mod reasons;
mod ring;
mod root;
mod row;
mod screen_pop;
mod second_leg;
mod settings;
mod shortcut_sheet;
mod shortcuts;
mod sign_in;
mod so_far;
mod speech;
mod state_control;
mod transcript;
mod wrap_up;

pub use app::{App, Dispatch, Intent, RowSignal};
pub use root::Root;
pub use speech::Speech;

use crate::domain::Model;
use crate::store::Views;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

thread_local! {
    /// What holds the page on the document, which has one page.
    static MOUNTED: RefCell<Option<Box<dyn std::any::Any>>> = const { RefCell::new(None) };
}

/// Takes the page off the document for good.
pub fn unmount() {
    drop(MOUNTED.take());
}

/// Puts the page where `index.html` has a place for it, until [`unmount`].
///
/// Answers with a handle on the page, `None` when there was no such place.
pub fn mount(views: Views, model: Rc<RefCell<Model>>, dispatch: Dispatch) -> Option<App> {
    let place = page::take_mount_point()?;
    let handle = Rc::new(Cell::new(None));
    let provided = Rc::clone(&handle);
    let page = leptos::mount::mount_to(place, move || {
        provided.set(Some(App::provide(views, model, dispatch)));
        view! { <Root /> }
    });
    MOUNTED.set(Some(Box::new(page)));
    handle.get()
}
