//! The page's own release: its name, and loading the page anew to have another.
//!
//! Lives here: the name that `cargo xtask dist` has written into the page, the reload and its note in this tab.
//! May not be here: when the page is loaded anew (the session's), what to do when its files are gone (`boot.js`).
//! A page that was not released has no name.

use super::clock::window;
use super::storage;

/// The release that this page is of.
pub fn own_release() -> Option<String> {
    let document = window()?.document()?;
    let named = document.query_selector("meta[name=build]").ok()??;
    named.get_attribute("content")
}

/// The release that the page was loaded anew for in this tab, if it was.
pub fn reloaded_for() -> Option<String> {
    storage::kept_for_this_tab(storage::RELEASE)
}

/// Loads the page anew, to be of this release.
pub(super) fn reload(release: &str) {
    storage::keep_for_this_tab(storage::RELEASE, release);
    if let Some(window) = window() {
        // A browser that refuses leaves the page as it is, which works.
        let _ = window.location().reload();
    }
}
