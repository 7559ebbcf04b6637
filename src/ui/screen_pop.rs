//! Links that a call opens, as the site's templates make them.
//!
//! Lives here: the links on a call's card and in the contact panel.
//! May not be here: any address but a template's; what a server says never becomes a link by itself.
//! The agent opens them, in a tab that knows nothing of the desk: neither a way back nor where it came from.

use super::app::{App, RowSignal};
use super::contact::of;
use super::live::{attr, part, text};
use crate::domain::call::Call;
use crate::store::{PopOn, PopOpen, address};
use crate::words::Word;
use leptos::prelude::*;

/// The links of a call, at most so many.
pub(super) fn links(app: App, call: RowSignal<Call>, most: usize) -> AnyView {
    let found = Memo::new(move |_| of(call, |call| addresses(app, call)).unwrap_or_default());
    let shown = move || {
        let found = found.get();
        let links: Vec<AnyView> = found
            .into_iter()
            .take(most)
            .map(|known| link(app, known))
            .collect();
        (!links.is_empty())
            .then(|| view! { <span class="pops" data-part="screen-pop">{links}</span> }.into_any())
    };
    view! { {part(shown)} }.into_any()
}

fn link(app: App, (name, address): (Box<str>, String)) -> AnyView {
    let name = name.into_string();
    view! {
        <a
            class="link"
            href=address
            target="_blank"
            rel="noopener noreferrer"
            dir="auto"
            data-command="open-link"
            title=attr(move || app.say(Word::OpensNewTab))
        >
            {text(move || name.clone())}
        </a>
    }
    .into_any()
}

/// Names and addresses, in the order of the site's file; one that is for connected calls comes when the call is.
fn addresses(app: App, call: &Call) -> Vec<(Box<str>, String)> {
    app.templates.with(|templates| {
        let due = templates.iter().filter(|template| {
            let is_here = template.open != PopOpen::Host;
            is_here && (template.on == PopOn::Ringing || call.connected.is_some())
        });
        app.read(|model| {
            due.filter_map(|template| Some((template.name.clone(), address(template, model, call)?)))
                .collect()
        })
    })
}
