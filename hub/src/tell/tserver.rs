//! The centre in the words of a Genesys T-Server: its special events.
//!
//! Lives here: pure functions that write one event each, and what of a happening T-Server has a word for.
//! May not be here: who is registered for a device, requests and their numbers, the pair of servers (`desk`).
//! An event is written without its request's number, which the one client that asked gets in front of it.
//! Names and presence of attributes are the document's; the connection id is 16 digits, as T-Library prints one.

use std::sync::Arc;

use serde_json::{Map, Value};
use switchhook::vendor::tserver::Kind;

use super::json::Writer;
use crate::centre::{Agent, AgentId, CallFacts, CallId, Centre, Happening, LegEvent, Moment, What};

/// One event about the device of an agent: the argument of the client method `TServerEvent` (D12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// Whose device.
    pub agent: AgentId,
    /// Which event.
    pub kind: Kind,
    /// The event's object, as JSON.
    pub object: Arc<str>,
}

/// A private event of this T-Server: a call was not answered in time.
pub const RING_NO_ANSWER: &str = "RingNoAnswer";

/// The private events that this T-Server has (rules R99, R100).
pub const PRIVATE_EVENTS: [&str; 1] = [RING_NO_ANSWER];

/// The server that tells, and when.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The T-Server's name.
    pub server: &'a str,
    /// The time of the event.
    pub at: Moment,
}

/// Whom a reservation is for: at least one is given (rule R96).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// The agent's login id.
    pub agent: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// The device.
    pub device: Option<String>,
}

impl Reserved {
    /// Whether nobody is named.
    pub fn is_nobody(&self) -> bool {
        self.agent.is_none() && self.place.is_none() && self.device.is_none()
    }
}

/// The place that an agent's desk is.
pub fn place_of(agent: &Agent) -> String {
    format!("Desk {}", agent.extension)
}

/// The `ConnID` of a call.
pub fn connection_id(call: CallId) -> String {
    format!("{:016x}", u64::from(call.number()) | 0x0072_0000_0000_0000)
}

/// Reads a `ConnID`.
pub fn parse_connection_id(text: &str) -> Option<CallId> {
    let number = u64::from_str_radix(text, 16).ok()?;
    let call = CallId::new(u32::try_from(number & 0xFFFF_FFFF).ok()?);
    (connection_id(call).eq_ignore_ascii_case(text)).then_some(call)
}

/// Appends what T-Server tells of one happening: a call that routing gives to an agent is a reservation of the agent
/// for as long as it may ring; and information of a call changes when it is answered, handed over or joined.
pub fn tell(centre: &Centre, happening: &Happening, server: &str, events: &mut Vec<DeviceEvent>) {
    let What::Leg {
        agent, call, event, ..
    } = &happening.what
    else {
        return;
    };
    let Some(found) = centre.agent(*agent) else {
        return;
    };
    let source = Source {
        server,
        at: happening.at,
    };
    let told = match event {
        LegEvent::Allocated if call.queue.is_some() => {
            let reserved = Reserved {
                agent: Some(found.login.clone()),
                place: None,
                device: Some(found.extension.clone()),
            };
            let limit = crate::centre::RING_LIMIT.as_millis();
            (Kind::EventAgentReserved, agent_reserved(source, &reserved, limit))
        }
        LegEvent::Established | LegEvent::Transferred(None) | LegEvent::Conferenced => (
            Kind::EventCallInfoChanged,
            call_info_changed(source, centre, call),
        ),
        LegEvent::Ended {
            how: crate::centre::Ending::NoAnswer,
            ..
        } => {
            let data = private_info(source, RING_NO_ANSWER, Some(call.id), &found.extension, None);
            (Kind::EventPrivateInfo, data)
        }
        _ => return,
    };
    let (kind, object) = told;
    events.push(DeviceEvent {
        agent: *agent,
        kind,
        object,
    });
}

fn event(kind: Kind, source: Source<'_>, fill: impl FnOnce(&mut Writer)) -> Arc<str> {
    let mut writer = Writer::object();
    writer.text("Event", kind.name());
    writer.text("Server", source.server);
    writer.moment("time", source.at);
    fill(&mut writer);
    writer.finish().into()
}

/// The event with the number of the request that it answers in front.
pub fn answering(object: &str, reference: i64) -> String {
    let rest = object.strip_prefix('{').unwrap_or("}");
    format!("{{\"ReferenceID\":{reference},{rest}")
}

/// EventACK: `request` is what was asked for; a subscription's id comes with its start alone (rules R94, R95).
pub fn acknowledged(source: Source<'_>, request: &str, subscription: Option<&str>) -> Arc<str> {
    event(Kind::EventACK, source, |writer| {
        writer.text("UserEvent", request);
        if let Some(subscription) = subscription {
            writer.text("SubscriptionID", subscription);
        }
    })
}

/// EventAgentReserved, for so many milliseconds (rules R96, R97).
pub fn agent_reserved(source: Source<'_>, reserved: &Reserved, milliseconds: i64) -> Arc<str> {
    event(Kind::EventAgentReserved, source, |writer| {
        let named = [
            ("AgentID", &reserved.agent),
            ("Place", &reserved.place),
            ("ThisDN", &reserved.device),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                writer.text(name, value);
            }
        }
        writer.plain("Timeout", milliseconds);
    })
}

/// EventCallInfoChanged with what is known of the call.
pub fn call_info_changed(source: Source<'_>, centre: &Centre, call: &CallFacts) -> Arc<str> {
    let queue = call.queue.and_then(|queue| centre.queue(queue));
    event(Kind::EventCallInfoChanged, source, |writer| {
        writer.text("ConnID", &connection_id(call.id));
        writer.nested("Extensions", |extensions| {
            extensions.text("ANI", &call.caller_number);
            extensions.text("DNIS", &call.target_number);
            if let Some(queue) = queue {
                extensions.text("Queue", &queue.name);
            }
        });
    })
}

/// EventPrivateInfo about a device (rule R99).
pub fn private_info(
    source: Source<'_>,
    private_event: &str,
    call: Option<CallId>,
    device: &str,
    data: Option<(&str, &str)>,
) -> Arc<str> {
    event(Kind::EventPrivateInfo, source, |writer| {
        writer.text("PrivateEvent", private_event);
        writer.text("ThisDN", device);
        if let Some(call) = call {
            writer.text("ConnID", &connection_id(call));
        }
        if let Some((key, value)) = data {
            writer.nested("UserData", |entries| entries.text(key, value));
        }
    })
}

/// EventUserEvent for a device, with what its sender added (rule R101); the event's own attributes stay its own.
pub fn user_event(source: Source<'_>, device: &str, additions: &Map<String, Value>) -> Arc<str> {
    event(Kind::EventUserEvent, source, |writer| {
        writer.text("ThisDN", device);
        for (name, value) in additions {
            let own = ["Event", "Server", "time", "ThisDN", "ReferenceID", "Request"];
            if !own.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                writer.value(name, value);
            }
        }
    })
}

/// EventHardwareError: messages of the switch are missing, as far as is known of no call and no device (rule R109).
/// The one error: 1, while the link was down.
pub fn hardware_error(source: Source<'_>) -> Arc<str> {
    event(Kind::EventHardwareError, source, |writer| {
        writer.plain("ErrorCode", 1);
    })
}

/// EventLinkConnected or EventLinkDisconnected.
pub fn link(source: Source<'_>, up: bool) -> Arc<str> {
    let kind = if up {
        Kind::EventLinkConnected
    } else {
        Kind::EventLinkDisconnected
    };
    event(kind, source, |_| {})
}

/// EventPrimaryChanged: the server that tells is the primary one now (rule R102). Its table lists neither name nor
/// server; the name is told all the same, as events are known by it.
pub fn primary_changed(source: Source<'_>) -> Arc<str> {
    let mut writer = Writer::object();
    writer.text("Event", Kind::EventPrimaryChanged.name());
    writer.text("ApplicationName", source.server);
    writer.moment("time", source.at);
    writer.finish().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_id_reads_back_as_it_was_written() {
        for number in [1, 77, u32::MAX] {
            let id = connection_id(CallId::new(number));
            assert_eq!(id.len(), 16);
            assert_eq!(parse_connection_id(&id), Some(CallId::new(number)));
        }
        for text in [
            "",
            "x",
            "1",
            "0000000000000001",
            "00720000000000001",
            "+072000000000001",
        ] {
            assert_eq!(parse_connection_id(text), None, "{text}");
        }
    }
}
