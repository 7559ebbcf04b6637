//! Enreach RTE: 36 events of users, queues and call lists, pushed by a SignalR hub to those who subscribed.
//!
//! Lives here: the typed events ([`events`]), their meaning ([`normalize`]), subscriptions, token and directory.
//! May not be here: when to subscribe or to fetch a token (the session's), and anything of another vendor.
//! Names are read without regard to case, written as documented (decision D14, irregularities E01, E02, E08).
//! Source: the RTE interface description; rules R1–R37.

pub mod directory;
pub mod events;
mod normalize;
pub mod subscribe;
pub mod token;

pub use events::{Kind, RteEvent};

use super::json::{self, Offered, Reader, Record, Text, Value};
use super::time::Stamp;
use super::{Oddities, Oddity, Settings, Unreadable};
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use events::Envelope;

/// The one client method that the hub calls (rule R4).
pub const CLIENT_METHOD: &str = "MessageReceived";

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was understood; its events went to the sink.
    Told(Kind),
    /// It came later than its sender allows and was dropped (rule R13).
    Late(Kind),
    /// Its event is not known; it was counted.
    Unknown,
}

/// Decodes the arguments of one `MessageReceived` (a JSON array with one message) into domain events.
///
/// `server_now` is the server's time; without it no message is too late. Each event goes to `sink` together
/// with the server's stamp of the message. Nothing is allocated for text without escapes in an event of
/// status; see [`normalize`] for what each event means.
pub fn decode(
    arguments: Payload<'_>,
    settings: &Settings,
    server_now: Option<Moment>,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) -> Result<Outcome, Unreadable> {
    let arguments = arguments.json();
    let mut reader = Reader::new(&arguments);
    if !reader.enter_array() || !reader.item() {
        return Err(unreadable(&reader, "no message among the arguments", oddities));
    }
    decode_message(&mut reader, *settings, server_now, oddities, sink)
}

fn decode_message(
    reader: &mut Reader<'_>,
    settings: Settings,
    server_now: Option<Moment>,
    oddities: &mut Oddities,
    sink: &mut impl FnMut(Option<Moment>, Event<'_>),
) -> Result<Outcome, Unreadable> {
    let message = match find_data(reader) {
        Ok(message) => message,
        Err(shape) => return Err(unreadable(reader, shape, oddities)),
    };
    let mut data = message.data;
    // The data's own word on its type prevails; the subscription's is at hand earlier and as a rule the same.
    let Some(name) = message.event_type.or_else(|| read_event_type(&mut { data })) else {
        return Err(unreadable(reader, "no event type", oddities));
    };
    let Some(kind) = Kind::from_name(&name.cow()) else {
        oddities.count(Oddity::UnknownEvent, "", &name.cow());
        return Ok(Outcome::Unknown);
    };
    let mut envelope = Envelope::default();
    let mut event = RteEvent::read(kind, &mut data, &mut envelope, oddities)?;
    let mut kind = kind;
    if let Some(own) = envelope.event_type.value()
        && let own = own.cow()
        && !own.eq_ignore_ascii_case(kind.name())
    {
        let Some(own) = Kind::from_name(&own) else {
            oddities.count(Oddity::UnknownEvent, "", &own);
            return Ok(Outcome::Unknown);
        };
        let mut data = message.data;
        kind = own;
        envelope = Envelope::default();
        event = RteEvent::read(kind, &mut data, &mut envelope, oddities)?;
    }
    let stamp = events::stamp(&envelope.timestamp, "Timestamp", kind, settings.zone, oddities)
        .value()
        .and_then(Stamp::moment);
    if is_late(stamp, envelope.time_to_live.value(), server_now) {
        oddities.count(Oddity::Late, kind.name(), "");
        return Ok(Outcome::Late(kind));
    }
    let mut teller = normalize::Teller {
        kind,
        envelope: &envelope,
        stamp,
        settings: &settings,
        oddities,
        sink,
    };
    teller.tell(&event);
    Ok(Outcome::Told(kind))
}

/// Whether an event is older than its sender allows; a negative limit is none (rule R13, irregularity E05).
fn is_late(stamp: Option<Moment>, seconds: Option<i64>, server_now: Option<Moment>) -> bool {
    match (stamp, seconds, server_now) {
        (Some(stamp), Some(seconds @ 0..), Some(now)) => now.since(stamp) > seconds.saturating_mul(1000),
        _ => false,
    }
}

struct Found<'a> {
    event_type: Option<Text<'a>>,
    /// Leads to the data.
    data: Reader<'a>,
}

/// Finds the parts of a message. When the data comes last, as it does, nothing is read twice.
fn find_data<'a>(reader: &mut Reader<'a>) -> Result<Found<'a>, &'static str> {
    let mut event_type = None;
    let mut data = None;
    if !reader.enter_object() {
        return Err("the message is no object");
    }
    while let Some(key) = reader.key() {
        if key.is("subscription") {
            event_type = read_event_type(reader);
        } else if key.is("data") {
            let place = *reader;
            if event_type.is_some() {
                return Ok(Found {
                    event_type,
                    data: place,
                });
            }
            data = Some(place);
            reader.skip();
        } else {
            reader.skip();
        }
    }
    let data = data.ok_or("no data")?;
    Ok(Found { event_type, data })
}

/// Reads the object that `reader` is led to for its event type.
fn read_event_type<'a>(reader: &mut Reader<'a>) -> Option<Text<'a>> {
    let mut event_type = None;
    if reader.enter_object() {
        while let Some(key) = reader.key() {
            let value = reader.value();
            if key.is("eventType") {
                event_type = value.text().filter(|name| !name.is_empty());
            }
        }
    }
    event_type
}

/// Reads one record, counting what it does not take.
fn read_record<'a>(
    reader: &mut Reader<'a>,
    event: &'static str,
    record: &mut dyn Record<'a>,
    envelope: &mut Envelope<'a>,
    oddities: &mut Oddities,
) -> Result<(), Unreadable> {
    let is_object = reader.record(record, &mut |offered, key, value| {
        let offered = match offered {
            Offered::Unknown => json::offer(envelope, key, value),
            offered => offered,
        };
        count_offered(offered, event, &key.name, oddities);
    });
    match (reader.is_broken(), is_object) {
        (true, _) => Err(Unreadable::Broken),
        (false, false) => Err(Unreadable::Shape("the data is no object")),
        (false, true) => Ok(()),
    }
    .inspect_err(|problem| oddities.count(Oddity::Unreadable, event, &problem.to_string()))
}

/// Counts a field that was not taken.
fn count_offered(offered: Offered, event: &'static str, name: &str, oddities: &mut Oddities) {
    match offered {
        Offered::Taken => {}
        Offered::Unreadable => oddities.count(Oddity::UnreadableField, event, name),
        Offered::Unknown => oddities.count(Oddity::UnknownField, event, name),
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

/// A number or a word: how enumerations come over the wire (irregularity E11, trap T17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code<'a> {
    /// A number.
    Number(i64),
    /// A word.
    Word(Text<'a>),
}

impl<'a> super::json::FromValue<'a> for Code<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(match value.integer() {
                Some(number) => Code::Number(number),
                None => Code::Word(text),
            }),
            Value::Number(_) => value.integer().map(Code::Number),
            _ => None,
        }
    }
}

impl Code<'_> {
    /// The number, where it is one.
    pub fn number(self) -> Option<i64> {
        match self {
            Code::Number(number) => Some(number),
            Code::Word(_) => None,
        }
    }

    /// The code as it came.
    pub fn as_it_came(self) -> Box<str> {
        match self {
            Code::Number(number) => number.to_string().into(),
            Code::Word(word) => word.words().into(),
        }
    }
}
