//! What rows and cards have in common: how certain they are, and how an unknown value looks.
//!
//! Lives here: the certainty of a row, the "as of" mark of a panel, the dash for what nobody has reported.
//! May not be here: anything about one kind of row.
//! Certainty comes from the session in which a row was last confirmed, never from its age.

use super::app::App;
use super::live::{attr, flag, text};
use crate::domain::Moment;
use crate::domain::ids::SourceId;
use crate::store::Link;
use crate::words::Word;
use leptos::prelude::*;

/// How certain a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// Confirmed in the present session.
    Sure,
    /// Last heard of then, and not confirmed since.
    AsOf(Moment),
    /// Known by name only.
    NeverHeard,
}

impl Certainty {
    /// Of a row with these marks; the caller tracks the row.
    pub(super) fn of(app: App, source: SourceId, confirmed_in: u32, heard: Option<Moment>) -> Self {
        let Some(heard) = heard else {
            return Certainty::NeverHeard;
        };
        app.read(|model| {
            let state = model.source(source);
            if model.is_confirmed(source, confirmed_in) {
                Certainty::Sure
            } else if confirmed_in == state.session {
                // It held until the connection was lost: a row that is quiet has not changed.
                Certainty::AsOf(state.heard.unwrap_or(heard).max(heard))
            } else {
                Certainty::AsOf(heard)
            }
        })
    }

    /// The value of `data-unsure`.
    pub(super) fn mark(self) -> Option<&'static str> {
        match self {
            Certainty::Sure => None,
            Certainty::AsOf(_) => Some("as-of"),
            Certainty::NeverHeard => Some("never-heard"),
        }
    }

    /// What to say beside the row; nothing when it is sure.
    pub(super) fn words(self, app: App) -> Option<String> {
        match self {
            Certainty::Sure => None,
            Certainty::AsOf(heard) => Some(app.speech.as_of(heard)),
            Certainty::NeverHeard => Some(app.say(Word::NotHeardYet).to_owned()),
        }
    }

    /// The moment up to which durations of the row are known.
    pub(super) fn until(self, app: App) -> Moment {
        match self {
            Certainty::AsOf(heard) => heard,
            Certainty::Sure | Certainty::NeverHeard => app.now(),
        }
    }
}

/// A value, or a dash that says "not reported"; `label` is what a wall writes under it.
pub(super) fn reported(
    app: App,
    class: &'static str,
    label: Option<Word>,
    value: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> impl IntoView {
    let value = Memo::new(move |_| value());
    view! {
        <span
            class=class
            class:quiet=flag(move || value.with(Option::is_none))
            role="cell"
            data-label=label.map(|label| attr(move || app.say(label)))
            title=attr(move || value.with(Option::is_none).then(|| app.say(Word::NotReported)))
        >
            {text(move || value.get().unwrap_or_else(|| app.say(Word::Unreported).to_owned()))}
        </span>
    }
}

/// The mark at the head of a panel while its data is not live.
#[component]
pub(super) fn AsOf() -> impl IntoView {
    let app = App::get();
    let as_of = move || {
        app.connection
            .with(|connection| match connection.link {
                Link::Live => None,
                _ => connection.as_of,
            })
            .map(|moment| app.speech.as_of(moment))
    };
    view! { <span class="as-of">{text(as_of)}</span> }
}
