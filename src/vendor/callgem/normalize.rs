//! What a VZ message means in the domain's terms.
//!
//! Lives here: one function, from a session's event to news of a call.
//! May not be here: directions and ends, which no known parameter tells.
//! A session with an agent is a call of that agent's; without one it is nobody's side of anything yet.
//! A state's stage is the site's to say; of the documented ones only "Awaiting Launch" says where a call stands.

use super::grammar::Parameter;
use super::session::SessionEvent;
use super::{SESSION_EVENT, Site, session};
use crate::domain::call::{CallUpdate, FIELDS_KEPT, Stage};
use crate::domain::ids::Ref;
use crate::domain::text::{TEXT_LENGTH, shortened};
use crate::domain::{Event, Moment};
use crate::vendor::{Oddities, Oddity};
use std::borrow::Cow;

/// Tells one event.
pub(super) fn tell(
    event: &SessionEvent<'_>,
    site: &Site,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) {
    let Some(session) = event.session else {
        oddities.count(Oddity::MissingIdentity, SESSION_EVENT, "SI");
        return;
    };
    let stage = event.state.and_then(|state| stage(state, site, oddities));
    let Some(agent) = event.agent else {
        return;
    };
    let mut data = Vec::new();
    if let Some(campaign) = event.campaign {
        data.push((Cow::Borrowed("CampaignName"), words(campaign)));
    }
    if let Some(state) = event.state {
        let label = session::label(state, &site.states);
        data.push((
            Cow::Borrowed("State"),
            label.map_or_else(|| Cow::Owned(state.to_string()), Cow::Borrowed),
        ));
    }
    let given = [event.campaign_data, event.agent_data, event.session_data];
    for parameter in given.into_iter().flatten() {
        user_data(parameter, &mut data);
    }
    let update = CallUpdate {
        agent: Some(agent.into()),
        stage,
        data,
        ..CallUpdate::default()
    };
    let at = event.since.map(|since| site.clock.moment(since));
    sink(at, Event::Call(Ref::new(site.source, session), Box::new(update)));
}

fn stage(state: i64, site: &Site, oddities: &mut Oddities) -> Option<Stage> {
    if let Some(meaning) = site.states.iter().find(|meaning| meaning.number == state) {
        return meaning.stage;
    }
    match state {
        0 => Some(Stage::Begun),
        // Launched, which may be anything from a dial tone to a conversation.
        1 => None,
        _ => {
            oddities.count(Oddity::UnknownValue, SESSION_EVENT, &state.to_string());
            None
        }
    }
}

/// User data by its own codes; where it is not taken apart by backslashes, as one text.
fn user_data<'a>(given: Parameter<'a>, data: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>) {
    let room = FIELDS_KEPT.saturating_sub(data.len());
    let Some(nested) = given.nested() else {
        data.push((given.code.into(), words(given.value)));
        return;
    };
    if !nested.code.is_empty() {
        data.push((given.code.into(), words(nested.code)));
    }
    let parameters = nested.parameters.into_iter().take(room);
    data.extend(parameters.map(|parameter| (parameter.code.into(), words(parameter.value))));
}

fn words(text: &str) -> Cow<'_, str> {
    shortened(Cow::Borrowed(text), TEXT_LENGTH)
}
