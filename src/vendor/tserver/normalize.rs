//! What the special events mean in the domain's terms.
//!
//! Lives here: one function, which tells a reservation and news of a call.
//! May not be here: the end of a reservation, which is the server's to tell and not a timer's.
//! Most special events speak of servers, links and applications, for which the domain has no word: they tell nothing.
//! A device or a place is no agent: a reservation without `AgentID` tells nothing of any agent.

use super::Message;
use super::events::TServerEvent;
use crate::domain::agent::{AgentState, AgentUpdate};
use crate::domain::call::CallUpdate;
use crate::domain::ids::Ref;
use crate::domain::{Event, Moment};
use crate::vendor::extra::Entries;
use crate::vendor::json::Text;
use crate::vendor::{Oddities, Oddity, Settings};

/// Tells one event.
pub(super) fn tell(
    message: &Message<'_>,
    settings: Settings,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) {
    match &message.event {
        TServerEvent::AgentReserved(reservation) => {
            if reservation.agent.is_none() && reservation.place.is_none() && reservation.device.is_none() {
                oddities.count(Oddity::MissingIdentity, "EventAgentReserved", "AgentID");
            }
            let Some(agent) = reservation.agent else {
                return;
            };
            let update = AgentUpdate {
                named_state: Some(AgentState::Reserved),
                extension: reservation.device.map(Text::cow),
                ..AgentUpdate::default()
            };
            let id = agent.identity();
            sink(
                message.time,
                Event::Agent(Ref::new(settings.source, &id), &update),
            );
        }
        TServerEvent::CallInfoChanged { call, extensions, .. } => {
            let Some(call) = call else {
                oddities.count(Oddity::MissingIdentity, "EventCallInfoChanged", "ConnID");
                return;
            };
            let extensions = extensions.map(Entries::read).unwrap_or_default();
            let update = CallUpdate {
                data: extensions
                    .entries()
                    .iter()
                    .map(|(name, value)| ((&**name).into(), (&**value).into()))
                    .collect(),
                ..CallUpdate::default()
            };
            let id = call.identity();
            sink(
                message.time,
                Event::Call(Ref::new(settings.source, &id), Box::new(update)),
            );
        }
        _ => {}
    }
}
