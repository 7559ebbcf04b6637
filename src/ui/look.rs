//! How a state looks: its shape, its colour's class and its word, the same wherever it is shown.
//!
//! Lives here: the icons as paths on a grid of 12, and the looks of agent states and call stages.
//! May not be here: colours themselves (style/tokens.css), texts (the catalogue).
//! Colour never stands alone: every look has a shape and a word of its own.
//! One element draws every icon; a change of state changes one attribute.

use super::live::attr;
use crate::domain::agent::AgentState;
use crate::domain::call::Stage;
use crate::words::Word;
use leptos::prelude::*;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A filled disc.
    Disc,
    /// A ring.
    Ring,
    /// A ring with a bar.
    BarredRing,
    /// A half disc in a ring.
    HalfDisc,
    /// A telephone's handset.
    Handset,
    /// A bell.
    Bell,
    /// An arrow that goes out.
    ArrowOut,
    /// A pause sign.
    Pause,
    /// A pencil.
    Pencil,
    /// A square.
    Square,
    /// A question mark.
    Question,
    /// A warning triangle.
    Triangle,
    /// A cross.
    Cross,
    /// Two sliders: settings.
    Sliders,
    /// Points down: more choices.
    Chevron,
    /// The earth: languages.
    Globe,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Disc => "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z",
            Icon::Ring => "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z",
            Icon::BarredRing => {
                "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM3.7 5.2h4.6v1.6H3.7z"
            }
            Icon::HalfDisc => "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.5a3.5 3.5 0 0 0 0 7z",
            Icon::Handset => {
                "M2.9 1h2l.9 2.8-1.4 1c.6 1.2 1.5 2.1 2.7 2.7l1-1.4 2.8.9v2c0 1.1-.9 2-2 2C4.9 11 1 7.1 1 2.9 1 1.9 1.9 1 2.9 1z"
            }
            Icon::Bell => {
                "M6 .7c2 0 3.3 1.5 3.3 3.5 0 2.3.6 3.1 1.6 4.2H1.1c1-1.1 1.6-1.9 1.6-4.2C2.7 2.2 4 .7 6 .7zM4.5 9.4h3a1.5 1.5 0 0 1-3 0z"
            }
            Icon::ArrowOut => "M4 1.5h6.5V8H9V4.1l-6.4 6.4-1.1-1.1L7.9 3H4z",
            Icon::Pause => "M2.5 1.5H5v9H2.5zM7 1.5h2.5v9H7z",
            Icon::Pencil => "M8.5 1 11 3.5l-6.8 6.8L1 11l.7-3.2z",
            Icon::Square => "M1.5 1.5h9v9h-9z",
            Icon::Question => {
                "M3 4a3 3 0 1 1 4.5 2.6c-.6.3-.7.6-.7 1.2H5.2c0-1.3.3-2 1.3-2.5A1.4 1.4 0 1 0 4.6 4zM5.2 8.9h1.6v1.7H5.2z"
            }
            Icon::Triangle => "M6 .8 11.7 11H.3zM5.3 4.3v3.3h1.4V4.3zm0 4.3V10h1.4V8.6z",
            Icon::Cross => {
                "m2.6 1.5 3.4 3.4 3.4-3.4 1.1 1.1L7.1 6l3.4 3.4-1.1 1.1L6 7.1l-3.4 3.4-1.1-1.1L4.9 6 1.5 2.6z"
            }
            Icon::Globe => {
                "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zM2.3 4.4a4 4 0 0 0 0 3.2h1.6a9 9 0 0 1 0-3.2zm2.6 0a8 8 0 0 0 0 3.2h2.2a8 8 0 0 0 0-3.2zm3.2 0a9 9 0 0 1 0 3.2h1.6a4 4 0 0 0 0-3.2z"
            }
            Icon::Sliders => {
                "M1 2.2h4.2a1.8 1.8 0 0 1 3.4 0H11v1.4H8.6a1.8 1.8 0 0 1-3.4 0H1zM1 8.4h1.4a1.8 1.8 0 0 1 3.4 0H11v1.4H5.8a1.8 1.8 0 0 1-3.4 0H1z"
            }
            Icon::Chevron => "m2 4.5 1-1 3 3 3-3 1 1-4 4z",
        }
    }
}

/// Draws a shape in the colour of the text around it.
pub fn icon(shape: impl Fn() -> Icon + Send + 'static) -> AnyView {
    view! {
        <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
            <path fill-rule="evenodd" d=attr(move || shape().path())></path>
        </svg>
    }
    .into_any()
}

/// Shape, colour and word of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The shape.
    pub icon: Icon,
    /// The class that carries the colour.
    pub class: &'static str,
    /// The word.
    pub word: Word,
}

impl Look {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        self.class.strip_prefix("is-").unwrap_or(self.class)
    }
}

/// The value of `data-stage`.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Begun => "begun",
        Stage::Offered => "offered",
        Stage::Alerting => "alerting",
        Stage::Dialling => "dialling",
        Stage::Connected => "connected",
        Stage::Held => "held",
        Stage::Failed => "failed",
        Stage::Ended => "ended",
    }
}

const fn look(icon: Icon, class: &'static str, word: Word) -> Look {
    Look { icon, class, word }
}

impl From<AgentState> for Look {
    fn from(state: AgentState) -> Look {
        match state {
            AgentState::Unknown => look(Icon::Question, "is-unknown", Word::Unknown),
            AgentState::SignedOut => look(Icon::Ring, "is-signed-out", Word::SignedOut),
            AgentState::NotReady => look(Icon::BarredRing, "is-not-ready", Word::NotReady),
            AgentState::Ready => look(Icon::Disc, "is-ready", Word::Ready),
            AgentState::Reserved => look(Icon::HalfDisc, "is-reserved", Word::Reserved),
            AgentState::Talking => look(Icon::Handset, "is-talking", Word::Talking),
            AgentState::OnHold => look(Icon::Pause, "is-on-hold", Word::OnHold),
            AgentState::WrapUp { .. } => look(Icon::Pencil, "is-wrap-up", Word::WrapUp),
            AgentState::BusyOther => look(Icon::Square, "is-busy-other", Word::BusyOther),
        }
    }
}

impl From<Stage> for Look {
    fn from(stage: Stage) -> Look {
        match stage {
            Stage::Begun => look(Icon::Ring, "is-signed-out", Word::CallStarting),
            Stage::Offered => look(Icon::HalfDisc, "is-reserved", Word::CallComing),
            Stage::Alerting => look(Icon::Bell, "is-reserved", Word::Ringing),
            Stage::Dialling => look(Icon::ArrowOut, "is-busy-other", Word::Calling),
            Stage::Connected => look(Icon::Handset, "is-talking", Word::Talking),
            Stage::Held => look(Icon::Pause, "is-on-hold", Word::OnHold),
            Stage::Failed => look(Icon::Cross, "is-danger", Word::CallFailed),
            Stage::Ended => look(Icon::Ring, "is-signed-out", Word::CallEnded),
        }
    }
}
