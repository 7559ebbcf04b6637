//! What says that the desk is a demonstration.
//!
//! Lives here: the mark with the way out, and whom one can be at the sign-in.
//! May not be here: anything else about demonstrations; the rest of the page does not know.
//! The mark has its place beside the connection's light: it is always seen and never in the way.
//! The way out is the same address without its query, so that it leads to the same page on any host.

use super::app::App;
use super::live::text;
use crate::words::Word;
use leptos::prelude::*;

/// Says that everybody here is simulated, where that is so.
pub(super) fn demo_mark(app: App) -> Option<AnyView> {
    let mark = move || {
        view! {
            <p class="demo quiet small" data-part="demo">
                <span>{text(move || app.say(Word::Demo))}</span>
                " "
                <a class="link" href="?" data-command="leave-demo">
                    {text(move || app.say(Word::LeaveDemo))}
                </a>
            </p>
        }
        .into_any()
    };
    app.demo.then(mark)
}

/// Says whom one can be, where that is anybody.
pub(super) fn demo_hint(app: App) -> Option<AnyView> {
    let hint = move || view! { <p class="quiet">{text(move || app.say(Word::DemoHint))}</p> }.into_any();
    app.demo.then(hint)
}
