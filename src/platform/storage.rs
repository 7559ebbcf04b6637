//! What the browser keeps for the page: choices for good, drafts for as long as the tab.
//!
//! Lives here: reading and writing texts in the browser's two storages, and hearing of another tab's writing.
//! May not be here: what the texts mean, anything secret.
//! A browser may refuse its storage altogether, or be full: then what was chosen lasts as long as the page.
//! Drafts wait for a pause in writing, so that no key press does, and are kept at the latest when the page goes.

use super::clock::window;
use super::life::Listener;
use super::timer::Timer;
use crate::preferences::{Drafts, Preferences};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::Storage;

/// The language that was chosen.
pub(super) const LANGUAGE: &str = "switchhook-language";
/// The release that the page was loaded anew for in this tab.
pub(super) const RELEASE: &str = "switchhook-reloaded-for";
const PREFERENCES: &str = "switchhook-preferences";
const DRAFTS: &str = "switchhook-drafts";
/// How long after the last key press drafts are kept, milliseconds.
const PAUSE: i32 = 400;

/// What was kept for good under a key.
pub(super) fn kept(key: &str) -> Option<String> {
    for_good()?.get_item(key).ok()?
}

/// Keeps a text for good, where the browser lets the page keep anything.
pub(super) fn keep(key: &str, text: &str) {
    write(for_good(), key, text);
}

/// What was kept under a key for as long as the tab.
pub(super) fn kept_for_this_tab(key: &str) -> Option<String> {
    for_this_tab()?.get_item(key).ok()?
}

/// Keeps a text for as long as the tab, where the browser lets the page keep anything.
pub(super) fn keep_for_this_tab(key: &str, text: &str) {
    write(for_this_tab(), key, text);
}

/// The preferences that were kept, by whichever tab; `None` when there are none.
pub fn kept_preferences() -> Option<Preferences> {
    Some(Preferences::read(&kept(PREFERENCES)?))
}

/// Keeps the preferences for good.
pub fn keep_preferences(preferences: &Preferences) {
    keep(PREFERENCES, &preferences.written());
}

/// The drafts that were kept before this tab was loaded anew.
pub fn kept_drafts() -> Drafts {
    kept_for_this_tab(DRAFTS)
        .map(|text| Drafts::read(&text))
        .unwrap_or_default()
}

/// Keeps what changes, and listens for what another tab keeps.
pub struct Keeper {
    drafts: Rc<dyn Fn() -> Drafts>,
    due: Rc<RefCell<Option<Timer>>>,
    _listeners: [Option<Listener>; 2],
}

impl Keeper {
    /// Keeps what `drafts` gives when it is asked; tells `changed` that another tab has kept something for good.
    pub fn new(drafts: impl Fn() -> Drafts + 'static, changed: impl FnMut() + 'static) -> Self {
        let drafts: Rc<dyn Fn() -> Drafts> = Rc::new(drafts);
        let due: Rc<RefCell<Option<Timer>>> = Rc::default();
        let (last, waiting) = (Rc::clone(&drafts), Rc::clone(&due));
        let going = move || {
            if waiting.take().is_some() {
                keep_drafts(&last());
            }
        };
        Self {
            drafts,
            due,
            _listeners: [
                Listener::on_window("storage", changed),
                Listener::on_window("pagehide", going),
            ],
        }
    }

    /// Keeps the drafts once nothing has been written for a moment.
    pub fn keep_drafts_soon(&self) {
        let drafts = Rc::clone(&self.drafts);
        self.due
            .replace(Timer::after(PAUSE, move || keep_drafts(&drafts())));
    }
}

fn keep_drafts(drafts: &Drafts) {
    keep_for_this_tab(DRAFTS, &drafts.written());
}

fn for_good() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

fn for_this_tab() -> Option<Storage> {
    window()?.session_storage().ok().flatten()
}

fn write(storage: Option<Storage>, key: &str, text: &str) {
    if let Some(storage) = storage {
        // Full or forbidden: what was chosen is chosen anew the next time.
        let _ = storage.set_item(key, text);
    }
}
