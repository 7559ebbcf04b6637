//! A ring that empties as time runs down, with what is left in its middle.
//!
//! Lives here: the drawing, by attributes alone: the page's policy allows no style of its own in an element.
//! May not be here: what ends when it is empty; nothing does, the server says what happens.
//! The text in the middle says the same as the ring: no information by a picture alone.

use super::app::App;
use super::format;
use super::live::{attr, still, text};
use crate::domain::Moment;
use crate::words::{Sentence, Word};
use leptos::prelude::*;

/// The ring of a time from `from` to `until`; without an end it stays full and says nothing.
pub(super) fn ring(
    app: App,
    from: impl Fn() -> Option<Moment> + Send + Sync + 'static,
    until: impl Fn() -> Option<Moment> + Copy + Send + Sync + 'static,
) -> AnyView {
    let left = move || until().map(|until| until.since(app.now()).max(0));
    let share = move || {
        let (until, left) = (until()?, left()?);
        let whole = until.since(from().unwrap_or(until)).max(left).max(1);
        Some([&(left * 100 / whole).to_string(), " 100"].concat())
    };
    let name = move || {
        let duration = &format::duration(left()?);
        Some(app.speech.tell(Sentence::TimeLeft { duration }))
    };
    let shown = move || match left() {
        Some(left) => format::duration(left),
        None => app.say(Word::Unreported).to_owned(),
    };
    view! {
        <span class="ring" role="timer" aria-label=attr(name)>
            <svg viewBox="0 0 36 36" aria-hidden="true">
                <circle class=still("track") cx="18" cy="18" r="16"></circle>
                <circle
                    class="rest"
                    cx="18"
                    cy="18"
                    r="16"
                    pathLength="100"
                    stroke-dasharray=attr(move || share().unwrap_or_else(|| "100 100".to_owned()))
                ></circle>
            </svg>
            <span aria-hidden="true">{text(shown)}</span>
        </span>
    }
    .into_any()
}
