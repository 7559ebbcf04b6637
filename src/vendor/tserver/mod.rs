//! Genesys T-Server: the ten special events, requests matched by `ReferenceID`, re-synchronisation after a switchover.
//!
//! Lives here: typed events ([`events`]), requests ([`request`]), the new primary's questions ([`resync`]), meaning.
//! May not be here: when a request is sent (the session's), a clock for the end of a reservation, other vendors.
//! Names are the document's and read without regard to case; its data types are not stated (irregularity G02).
//! Source: Genesys Events and Models Reference, Special Events; rules R94–R110, irregularities G01–G11.
//!
//! # The shape on the wire (decision D12)
//!
//! The hub calls `TServerEvent` with one object, the event's attributes under the document's own names:
//!
//! ```json
//! [{"Event": "EventAgentReserved", "ReferenceID": 7, "Server": "ts-1", "time": "2024-05-06T07:08:09Z",
//!   "AgentID": "4711", "ThisDN": "2001", "Timeout": 20000}]
//! ```
//!
//! - `Event`: the event's name. A message without it that has an `ApplicationName` is an EventPrimaryChanged, the
//!   one event whose table lists neither `Event` nor `Server` (irregularity G04).
//! - `time`: ISO date-time, or a number of seconds since 1970-01-01T00:00:00Z, as T-Library has it.
//! - `ReferenceID`, `Timeout` (milliseconds, rule R97), `ErrorCode`, `ServerRole`: whole numbers.
//! - `UserEvent`, `PrivateEvent`: number or name. `ConnID` and other identities: text.
//! - `Extensions`, `Reasons`, `UserData`: objects of keys and values. The `UserData` of an EventRestoreConnection
//!   is a reference, and may be a text.
//! - Anything else is kept beside the event: the sender of an EventUserEvent may add what it likes (rule R101).
//!
//! The page calls `TServerRequest` with one object: `Request`, `ReferenceID` and the request's parameters, see
//! [`request::Request::encode`].

pub mod events;
mod normalize;
pub mod request;
pub mod resync;

pub use events::{Kind, TServerEvent};
pub use normalize::tell;

use super::extra::Extras;
use super::json::{self, Given, Offered, Reader, Text};
use super::time::{Stamp, Zone};
use super::{Oddities, Oddity, Unreadable};
use crate::domain::ids::SourceId;
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use events::{Attributes, Presence};

/// The client method that the hub calls: one object (decision D12).
pub const CLIENT_METHOD: &str = "TServerEvent";
/// The hub method that takes requests: one object.
pub const HUB_METHOD: &str = "TServerRequest";

/// What the site says about the readings that the document leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Site {
    /// The source that every entity belongs to.
    pub source: SourceId,
    /// Zone of date-times without one (decision D3).
    pub zone: Zone,
    /// Agents are known by their devices here: a reservation's `ThisDN` says whose it is, and not its `AgentID`.
    pub agents_by_device: bool,
}

/// An event with what came beside its documented attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// When T-Server says that it happened.
    pub time: Option<Moment>,
    /// Which T-Server says so, where it says.
    pub server: Option<Text<'a>>,
    /// The request that it answers, where it answers one.
    pub reference: Option<i64>,
    /// The event.
    pub event: TServerEvent<'a>,
    /// What is beyond the event's documented attributes.
    pub extras: Extras,
}

/// Reads the arguments of one `TServerEvent` and hands the typed event to `take`.
///
/// An unknown event is no error: it is counted, and taken as [`TServerEvent::Unknown`] with all of its attributes,
/// because it may be the answer to a request.
pub fn read<R>(
    arguments: Payload<'_>,
    zone: Zone,
    oddities: &mut Oddities,
    take: impl FnOnce(&Message<'_>, &mut Oddities) -> R,
) -> Result<R, Unreadable> {
    let arguments = arguments.json();
    let mut reader = Reader::new(&arguments);
    let message = if reader.enter_array() && reader.item() {
        read_message(&mut reader, zone, oddities)
    } else {
        Err("no event among the arguments")
    };
    let message = match message {
        Ok(message) if !reader.is_broken() => message,
        Ok(_) => return Err(unreadable(&reader, "", oddities)),
        Err(shape) => return Err(unreadable(&reader, shape, oddities)),
    };
    Ok(take(&message, oddities))
}

/// Decodes the arguments of one `TServerEvent` into domain events; see [`read`] for those who want it typed.
pub fn decode(
    arguments: Payload<'_>,
    site: &Site,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) -> Result<Option<Kind>, Unreadable> {
    read(arguments, site.zone, oddities, |message, oddities| {
        tell(message, *site, oddities, sink);
        message.event.kind()
    })
}

fn read_message<'a>(
    reader: &mut Reader<'a>,
    zone: Zone,
    oddities: &mut Oddities,
) -> Result<Message<'a>, &'static str> {
    let mut attributes = Attributes::default();
    let mut place = *reader;
    // What is odd can be counted by event only when the event's name is known, which need not come first.
    if !reader.record(&mut attributes, &mut |_, _, _| {}) {
        return Err("the event is no object");
    }
    let name = attributes.event.value().filter(|name| !name.is_empty());
    let kind = match name {
        Some(name) => Kind::from_name(&name.cow()),
        None if attributes.application_name.value().is_some() => Some(Kind::EventPrimaryChanged),
        None => return Err("no event name"),
    };
    let event_name = kind.map_or("", Kind::name);
    match (kind, name) {
        (None, Some(name)) => oddities.count(Oddity::UnknownEvent, "", &name.cow()),
        (Some(kind), _) if kind.is_obsolete() || !kind.reaches_clients() => {
            oddities.count(Oddity::Obsolete, event_name, "");
        }
        _ => {}
    }
    let extras = read_extras(&mut place, kind, oddities);
    let time = read_time(attributes.time, zone);
    if time.is_none() && attributes.time.value().is_some() {
        oddities.count(Oddity::UnreadableField, event_name, "time");
    }
    if let Some(kind) = kind {
        for attribute in kind.attributes() {
            let lacking = attribute.presence == Presence::Mandatory && !attributes.has(attribute.name);
            // A message is what it is taken for whether or not it says so itself.
            if lacking && attribute.name != "Event" {
                oddities.count(Oddity::MissingField, event_name, attribute.name);
            }
        }
    }
    Ok(Message {
        time,
        server: attributes.server.value(),
        reference: attributes.reference_id.value(),
        event: TServerEvent::from_attributes(kind, &attributes),
        extras,
    })
}

/// Keeps what the event is not documented to have; counts it, unless senders may add what they like.
fn read_extras(reader: &mut Reader<'_>, kind: Option<Kind>, oddities: &mut Oddities) -> Extras {
    let mut extras = Extras::default();
    let mut scratch = Attributes::default();
    reader.enter_object();
    while let Some(key) = reader.key() {
        let value = reader.value();
        let beside = ["Event", "ReferenceID", "Server", "time"]
            .iter()
            .any(|name| key.is(name));
        let known = beside || kind.is_some_and(|kind| kind.attribute(&key.name).is_some());
        match json::offer(&mut scratch, &key, value) {
            Offered::Taken if known => continue,
            Offered::Unreadable => {
                oddities.count(Oddity::UnreadableField, kind.map_or("", Kind::name), &key.name);
            }
            // Of an unknown event no attribute is known to be wrong.
            _ if kind.is_none_or(Kind::takes_additions) => {}
            _ => oddities.count(Oddity::UnknownField, kind.map_or("", Kind::name), &key.name),
        }
        extras.keep(&key.name, &value.written());
    }
    extras
}

/// A time as the hub writes it: an ISO date-time, or seconds since 1970, fractions included.
fn read_time(time: Given<json::Value<'_>>, zone: Zone) -> Option<Moment> {
    match time.value()? {
        json::Value::Text(text) => text.stamp(zone).and_then(Stamp::moment),
        value @ json::Value::Number(_) => {
            let seconds = value.float()?;
            // Beyond the year 9999 it is no time of a call.
            (0.0..253_402_300_800.0)
                .contains(&seconds)
                .then(|| Moment((seconds * 1000.0).round() as i64))
        }
        _ => None,
    }
}

fn unreadable(reader: &Reader<'_>, shape: &'static str, oddities: &mut Oddities) -> Unreadable {
    let problem = if reader.is_broken() {
        Unreadable::Broken
    } else {
        Unreadable::Shape(shape)
    };
    oddities.count(Oddity::Unreadable, "", &problem.to_string());
    problem
}
