//! ccsevents: 19 events of calls (legs), connections (dialogs) and seances (sessions), told once per working domain.
//!
//! Lives here: the typed events ([`events`]), what belongs together ([`objects`]), removal of duplicates, meaning.
//! May not be here: conclusions from silence (a domain may hear of its own leg only, rule R114), other vendors.
//! The document has no fields and no states (irregularities A04, A06): the shape below is the hub's, the states the site's.
//! Source: Call events (ccsevents); rules R111–R118, irregularities A01–A10.
//!
//! # The shape on the wire (decision D12)
//!
//! The hub calls `CcsEvent` with one object. Its names are the document's own words where it has any:
//!
//! ```json
//! [{"event": "call_create", "domain": "sales", "id": "e-17", "time": "2024-05-06T07:08:09Z",
//!   "call": "c1", "seance": "s1", "subscriber": "4711", "caller": "+35840123", "called": "4711"}]
//! ```
//!
//! | field | of which events | what it is |
//! | --- | --- | --- |
//! | `event` | all | the event's name |
//! | `domain` | all | the working domain that this copy is bound to (rule R112) |
//! | `id` | all, optional | the event's identity, the same in all of its copies |
//! | `time` | all, optional | ISO date-time, the same in all copies |
//! | `call`, `connection`, `seance` | those about one | the identities of leg, dialog and session |
//! | `calls` | `connection_*`, optional | legs of the dialog, two or more (rule R115) |
//! | `subscriber` | `call_*`, `connection_failure` | the agent whose leg it is; absent for an outside party's |
//! | `caller`, `called` | those, optional | the two numbers, or subscribers |
//! | `state` | `call_set_state`, `seance_set_state` | the new state, in the site's words |
//! | `dtmf` | `call_dtmf` | the signals: `0`–`9`, `*`, `#`, `A`–`D` |
//! | `number` | `seance_set_next_number` | the number that was added |
//! | `code`, `link` | `connection_set_record_info` | the recording's download code and, where there is one, its link |
//! | `reason` | `connection_failure`, `call_delete`, optional | why, in the server's words |
//! | `info` | `*_create`, `*_update`, optional | an object of further information, by key |
//!
//! A page hears the events of the domains that it has subscribed to (rule R111), see [`subscribe`].

pub mod duplicates;
pub mod events;
mod normalize;
pub mod objects;
pub mod subscribe;

pub use events::{CcsEvent, Kind, Object};

use super::extra::Extras;
use super::json::{self, Offered, Reader, Text};
use super::time::{Stamp, Zone};
use super::{Oddities, Oddity, Unreadable};
use crate::domain::call::Stage;
use crate::domain::ids::SourceId;
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use duplicates::{Duplicates, Fingerprint};
use events::Fields;
use objects::Objects;

/// The client method that the hub calls: one object (decision D12).
pub const CLIENT_METHOD: &str = "CcsEvent";

/// What the site says about the readings that the document leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The source that every call belongs to.
    pub source: SourceId,
    /// Zone of date-times without one (decision D3).
    pub zone: Zone,
    /// Where a leg in a state stands. The document does not list the states (irregularity A06): one that the
    /// site does not list either changes nothing, and is counted.
    pub states: Vec<(Box<str>, Stage)>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was understood.
    Told(Kind),
    /// Another domain's copy of it was told before (rule R112).
    Repeated(Kind),
    /// Its event is not known; it was counted.
    Unknown,
}

/// An event with what came beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// The working domain that this copy is bound to.
    pub domain: Option<Text<'a>>,
    /// When the server says that it happened.
    pub time: Option<Moment>,
    /// The event.
    pub event: CcsEvent<'a>,
    /// What is beyond the documented shape.
    pub extras: Extras,
    fingerprint: Fingerprint,
}

/// Reads the arguments of one `CcsEvent` (a JSON array of one object), hands the typed event to `take`.
///
/// `None` for an event that the document does not have; it is counted.
pub fn read<R>(
    arguments: Payload<'_>,
    zone: Zone,
    oddities: &mut Oddities,
    take: impl FnOnce(&Message<'_>, &mut Oddities) -> R,
) -> Result<Option<R>, Unreadable> {
    let arguments = arguments.json();
    let mut reader = Reader::new(&arguments);
    let message = if reader.enter_array() && reader.item() {
        read_message(&mut reader, zone, oddities)
    } else {
        Err("no event among the arguments")
    };
    let problem = match (message, reader.is_broken()) {
        (Ok(message), false) => return Ok(message.map(|message| take(&message, oddities))),
        (Err(shape), false) => Unreadable::Shape(shape),
        (_, true) => Unreadable::Broken,
    };
    oddities.count(Oddity::Unreadable, "", &problem.to_string());
    Err(problem)
}

fn read_message<'a>(
    reader: &mut Reader<'a>,
    zone: Zone,
    oddities: &mut Oddities,
) -> Result<Option<Message<'a>>, &'static str> {
    let mut fields = Fields::default();
    let mut fingerprint = Fingerprint::default();
    let mut odd = Vec::new();
    let mut extras = Extras::default();
    if !reader.enter_object() {
        return Err("the event is no object");
    }
    while let Some(key) = reader.key() {
        let value = reader.value();
        // The copies of an event differ in the domain and in nothing else.
        if !key.is("domain") {
            fingerprint.add(&key.name, &value.written());
        }
        match json::offer(&mut fields, &key, value) {
            Offered::Taken => {}
            offered => {
                extras.keep(&key.name, &value.written());
                // As many as are kept are counted by name: a message of a thousand fields costs no more.
                if odd.len() < super::extra::EXTRAS_KEPT {
                    odd.push((offered, key));
                }
            }
        }
    }
    let Some(name) = fields.event.value().filter(|name| !name.is_empty()) else {
        return Err("no event name");
    };
    let Some(kind) = Kind::from_name(&name.cow()) else {
        oddities.count(Oddity::UnknownEvent, "", &name.cow());
        return Ok(None);
    };
    for (offered, key) in odd {
        let oddity = match offered {
            Offered::Unreadable => Oddity::UnreadableField,
            Offered::Unknown | Offered::Taken => Oddity::UnknownField,
        };
        oddities.count(oddity, kind.name(), &key.name);
    }
    let time = fields
        .time
        .value()
        .filter(|time| !time.is_empty())
        .and_then(|text| {
            let stamp = text.stamp(zone);
            if stamp.is_none() {
                oddities.count(Oddity::UnreadableField, kind.name(), "time");
            }
            stamp.and_then(Stamp::moment)
        });
    fingerprint.identify(kind, fields.id.value().filter(|id| !id.is_empty()));
    Ok(Some(Message {
        domain: fields.domain.value(),
        time,
        event: CcsEvent::from_fields(kind, &fields),
        extras,
        fingerprint,
    }))
}

/// Decodes the events of all domains that one page hears, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    duplicates: Duplicates,
    objects: Objects,
}

impl Decoder {
    /// Decodes the arguments of one `CcsEvent` into domain events.
    ///
    /// A leg is a call of the domain when it is a subscriber's; an outside party's leg is nobody's call.
    pub fn decode(
        &mut self,
        arguments: Payload<'_>,
        site: &Site,
        oddities: &mut Oddities,
        sink: &mut impl FnMut(Option<Moment>, Event<'_>),
    ) -> Result<Outcome, Unreadable> {
        let outcome = read(arguments, site.zone, oddities, |message, oddities| {
            let kind = message.event.kind();
            let domain = message.domain.unwrap_or_default().cow();
            if !self.duplicates.is_news(message.fingerprint, &domain) {
                return Outcome::Repeated(kind);
            }
            self.objects.learn(&message.event);
            normalize::Teller {
                message,
                objects: &mut self.objects,
                site,
                oddities,
                sink,
            }
            .tell();
            self.objects.forget(&message.event);
            Outcome::Told(kind)
        })?;
        Ok(outcome.unwrap_or(Outcome::Unknown))
    }

    /// What is known to belong together.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }
}
