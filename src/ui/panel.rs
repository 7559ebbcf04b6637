//! A panel: a heading, what stands beside it, and a body that can be folded away.
//!
//! Lives here: the frame of a panel and its folding, which is kept over a reload.
//! May not be here: what a panel shows, where it stands.
//! Folding is the agent's alone: nothing folds or unfolds by itself, so nothing moves by itself.

use super::app::{App, Intent};
use super::live::{attr, flag, text};
use super::look::{Icon, icon};
use crate::preferences::Change;
use crate::words::Word;
use leptos::prelude::*;

/// A panel; `name` is its class, its `data-part`, and what its folding is kept under.
pub(super) fn panel(app: App, name: &'static str, title: Word, head: AnyView, body: AnyView) -> AnyView {
    let folded = Memo::new(move |_| app.preferences.with(|chosen| chosen.is_folded(name)));
    let heading = [name, "-heading"].concat();
    let inside = [name, "-body"].concat();
    let (labelled_by, controls) = (heading.clone(), inside.clone());
    view! {
        <section
            class=["panel ", name].concat()
            class:folded=flag(move || folded.get())
            data-part=name
            aria-labelledby=labelled_by
        >
            <header>
                <h2 id=heading>{text(move || app.say(title))}</h2>
                {head}
                <button
                    type="button"
                    class="button small bare fold"
                    data-command="fold"
                    aria-expanded=attr(move || if folded.get() { "false" } else { "true" })
                    aria-controls=controls
                    aria-label=attr(move || [app.say(Word::FoldPanel), ": ", app.say(title)].concat())
                    on:click=move |_| {
                        app.dispatch(Intent::Prefer(Change::Fold(name.into(), !folded.get_untracked())));
                    }
                >
                    {icon(|| Icon::Chevron)}
                </button>
            </header>
            <div class="panel-body" id=inside hidden=attr(move || folded.get().then_some(""))>
                {body}
            </div>
        </section>
    }
    .into_any()
}
