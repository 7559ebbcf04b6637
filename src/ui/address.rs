//! What the page's address asks to have open: the part behind the `#`, which no server sees.
//!
//! Lives here: opening it when the desk begins, and whenever the address changes.
//! May not be here: paths, of which the desk has none: a host needs no fallback for it.
//! Places alone can be asked for. A link that somebody sends never presses a button that does something.

use super::app::App;
use super::page;
use crate::keyboard::{Action, Group};
use leptos::ev;
use leptos::prelude::*;

/// Follows the address for as long as the calling owner lives.
pub(super) fn follow(app: App) {
    let open = move || {
        if let Some(place) = asked_for(&page::address_hash()) {
            app.open(Some(place));
        }
    };
    page::next_frame(open);
    let listener = window_event_listener(ev::hashchange, move |_| open());
    on_cleanup(move || listener.remove());
}

/// The place that is called so, as in the page's hooks: `#settings`, `#chat`, `#shortcuts`.
fn asked_for(hash: &str) -> Option<Action> {
    let action = Action::of_name(hash.strip_prefix('#')?)?;
    (action.group() == Group::Places || action == Action::Shortcuts).then_some(action)
}
