//! Screen pops: which address a call opens.
//!
//! Lives here: what stands for a template's placeholders in a call.
//! May not be here: templates and their filling (`config`), opening anything: an agent presses, or a portal is told.
//! What a call does not have makes no address; nothing is guessed.

use super::config::{Placeholder, Template};
use crate::domain::Model;
use crate::domain::call::Call;

/// The address that a template makes of a call; `None` where the call lacks a part of it.
pub fn address(template: &Template, model: &Model, call: &Call) -> Option<String> {
    let lookup = |placeholder: &Placeholder| {
        let text = match placeholder {
            Placeholder::Number => call.number.as_deref(),
            Placeholder::Name => model.colleague_at(call.number.as_deref()?),
            Placeholder::Queue => model.queue_name(call),
            Placeholder::CallId => Some(&*call.id),
            Placeholder::ContactId => call.contact.as_deref(),
            Placeholder::Variable(name) => {
                let field = call.data.iter().find(|(known, _)| known == name);
                field.map(|(_, value)| &**value)
            }
        };
        text.map(str::to_owned)
    };
    template.fill(&lookup)
}
