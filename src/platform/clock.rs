//! The browser's clocks and its randomness, and its window.
//!
//! Lives here: reading the monotonic clock, the time of day and a random number; marks on the root element.
//! May not be here: keeping any of them; they go into the session with each input.
//! `performance.now()` stops while some computers sleep and the time of day does not: the driver compares.
//! Randomness is for jitter and for names that no other page has, never for secrets.

use crate::connection::Millis;
use crate::domain::Moment;
use crate::session::Now;

/// The present, for one input of the session.
pub(super) fn now() -> Now {
    Now {
        monotonic: monotonic(),
        wall: Moment(js_sys::Date::now() as i64),
        random: (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64,
    }
}

thread_local! {
    /// Kept, because asking the window for it costs more than reading it, and every message reads it.
    static PERFORMANCE: Option<web_sys::Performance> = window().and_then(|window| window.performance());
}

/// Milliseconds since the page was opened.
pub(super) fn monotonic() -> Millis {
    let milliseconds = PERFORMANCE.with(|performance| {
        performance
            .as_ref()
            .map_or_else(js_sys::Date::now, web_sys::Performance::now)
    });
    Millis::new(milliseconds as i64)
}

/// The window, where there is one.
pub(super) fn window() -> Option<web_sys::Window> {
    web_sys::window()
}

/// Marks the root element, for style sheets, for the script beside the page and for tests.
pub(super) fn mark_root(name: &str, value: &str) {
    let document = window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.document_element()) {
        // The names are valid ones: this cannot fail.
        let _ = root.set_attribute(name, value);
    }
}
