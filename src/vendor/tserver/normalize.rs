//! What the special events mean in the domain's terms.
//!
//! Lives here: one function, which tells a reservation and news of a call.
//! May not be here: the end of a reservation, which is a time and not a timer's doing (rule R97).
//! Most special events speak of servers, links and applications, for which the domain has no word: they are counted.
//! A device or a place is no agent, unless the site knows its agents by device.

use super::events::{Code, Reservation, TServerEvent};
use super::{Message, Site};
use crate::domain::agent::AgentUpdate;
use crate::domain::call::CallUpdate;
use crate::domain::ids::Ref;
use crate::domain::{Event, Moment};
use crate::vendor::extra::Entries;
use crate::vendor::json::Text;
use crate::vendor::{Oddities, Oddity};
use std::borrow::Cow;

/// Tells one event.
pub fn tell(
    message: &Message<'_>,
    site: Site,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) {
    let mut not_shown = |name: &str| {
        let event = message.event.kind().map_or("", super::Kind::name);
        oddities.count(Oddity::NotShown, event, name);
    };
    match &message.event {
        TServerEvent::AgentReserved(reservation) => {
            if reservation.agent.is_none() && reservation.place.is_none() && reservation.device.is_none() {
                oddities.count(Oddity::MissingIdentity, "EventAgentReserved", "AgentID");
            }
            reserved(message.time, reservation, site, sink);
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
                // That a call's information has changed does not say whose call it is, or that it goes on.
                only_if_known: true,
                ..CallUpdate::default()
            };
            let id = call.identity();
            sink(
                message.time,
                Event::Call(Ref::new(site.source, &id), Box::new(update)),
            );
        }
        TServerEvent::PrivateInfo { private_event, .. } => not_shown(&private_event.map_or("".into(), code)),
        TServerEvent::HardwareError { error, .. } => {
            not_shown(&error.map(|error| error.to_string()).unwrap_or_default());
        }
        TServerEvent::UserEvent { .. } => not_shown(""),
        _ => {}
    }
}

fn reserved(
    at: Option<Moment>,
    reservation: &Reservation<'_>,
    site: Site,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) {
    let named = if site.agents_by_device {
        reservation.device
    } else {
        reservation.agent
    };
    let Some(agent) = named else {
        return;
    };
    let id = agent.identity();
    let agent = Ref::new(site.source, &id);
    if let Some(device) = reservation.device {
        let update = AgentUpdate {
            extension: Some(device.words()),
            ..AgentUpdate::default()
        };
        sink(at, Event::Agent(agent, &update));
    }
    let duration = reservation
        .timeout
        .and_then(|timeout| i64::try_from(timeout).ok());
    sink(at, Event::Reserved(agent, duration));
}

fn code(code: Code<'_>) -> Cow<'_, str> {
    match code {
        Code::Number(number) => Cow::Owned(number.to_string()),
        Code::Name(name) => Text::cow(name),
    }
}
