//! Sytel CallGem: the request EV for events of media sessions, and the VZ messages that then come.
//!
//! Lives here: the line grammar ([`grammar`]), EV ([`request`]), VZ ([`session`]), OLE dates ([`ole`]), replay, meaning.
//! May not be here: sockets, clocks, the time to subscribe again (the session's), other vendors.
//! A line is borrowed and kept whole: what is not known of it is counted, and comes out of a writer as it came in.
//! Source: API message reference, EV; rules R119–R129, irregularities S01–S10, decisions D8, D9.
//!
//! # The shape on the wire (decision D12)
//!
//! Both ways a method of the hub, `CallGem`, with one argument, the line as a JSON string:
//!
//! ```json
//! ["VZ\\TXABC001\\TDProduction\\ANJoe\\SI654321\\DS1\\OS0\\TS42198.377102"]
//! ```

pub mod grammar;
mod normalize;
pub mod ole;
pub mod replay;
pub mod request;
pub mod session;

pub use grammar::Message;
pub use ole::{LocalClock, LocalTime};
pub use request::{EventRequest, RequestError};
pub use session::SessionEvent;

use super::json::{Reader, Value, quoted};
use super::{Oddities, Oddity, Unreadable};
use crate::domain::call::Stage;
use crate::domain::ids::SourceId;
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use replay::{News, Sessions};

/// The client method that the hub calls: one line.
pub const CLIENT_METHOD: &str = "CallGem";
/// The hub method that takes a line.
pub const HUB_METHOD: &str = "CallGem";
/// Code of the message that tells of a session (irregularity S05).
pub const SESSION_EVENT: &str = "VZ";
/// Code of the message after which no more events of a request come.
pub const ENUMERATION_END: &str = "EE";

/// The client method by which a hub says that a roll-forward begins or ends (decision D8).
pub const ROLL_FORWARD_METHOD: &str = "CallGemRollForward";

/// What a hub says of a roll-forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Events of the past follow.
    Begin,
    /// That was all of them.
    End,
}

/// Reads the arguments of one [`ROLL_FORWARD_METHOD`]: `[transaction, "begin", count]` or `[transaction, "end"]`.
///
/// `ours` is the transaction of the request that stands; a mark of another one is none, and nothing odd.
pub fn read_mark(
    arguments: Payload<'_>,
    ours: &str,
    oddities: &mut Oddities,
) -> Result<Option<Mark>, Unreadable> {
    let arguments = arguments.json();
    let mut reader = Reader::new(&arguments);
    let mut words = [None, None];
    if reader.enter_array() {
        for word in &mut words {
            *word = if reader.item() {
                reader.value().text()
            } else {
                None
            };
        }
    }
    let problem = match words {
        _ if reader.is_broken() => Unreadable::Broken,
        [Some(transaction), _] if *transaction.cow() != *ours => return Ok(None),
        [Some(_), Some(word)] if word.is("begin") => return Ok(Some(Mark::Begin)),
        [Some(_), Some(word)] if word.is("end") => return Ok(Some(Mark::End)),
        _ => Unreadable::Shape("neither the beginning nor the end of a roll-forward"),
    };
    oddities.count(Oddity::Unreadable, ROLL_FORWARD_METHOD, &problem.to_string());
    Err(problem)
}

/// The arguments of [`HUB_METHOD`]: a JSON array of one line.
pub fn arguments(line: &str) -> String {
    format!("[{}]", quoted(line))
}

/// What the site says of a state by number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateMeaning {
    /// The number.
    pub number: i64,
    /// What people call it.
    pub label: Box<str>,
    /// Where a call in this state stands; `None`: it does not say.
    pub stage: Option<Stage>,
}

/// What the site says about the readings that the reference leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The source that every session belongs to.
    pub source: SourceId,
    /// CallGem's local time (rule R126).
    pub clock: LocalClock,
    /// States beyond the documented ones, or instead of them.
    pub states: Vec<StateMeaning>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A session's news was told.
    Told,
    /// The line repeats what is known: a periodic refresh, a replay, the end of a request that was replaced (rules
    /// R125, R128).
    Repeated,
    /// No more events of this request will come.
    Ended,
    /// A message that is not known; it was counted.
    Unknown,
}

/// Reads the arguments of one `CallGem` (a JSON array of one line) and hands the line, taken apart, to `take`.
pub fn read<R>(
    arguments: Payload<'_>,
    oddities: &mut Oddities,
    take: impl FnOnce(&Message<'_>, &mut Oddities) -> R,
) -> Result<R, Unreadable> {
    let arguments = arguments.json();
    let mut reader = Reader::new(&arguments);
    let line = (reader.enter_array() && reader.item())
        .then(|| reader.value())
        .and_then(Value::as_text);
    let problem = match line {
        _ if reader.is_broken() => Unreadable::Broken,
        Some(line) => return Ok(take(&Message::read(&line.cow()), oddities)),
        None => Unreadable::Shape("no line among the arguments"),
    };
    oddities.count(Oddity::Unreadable, "", &problem.to_string());
    Err(problem)
}

/// Decodes the lines of one connection to CallGem, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    sessions: Sessions,
    transaction: Option<Box<str>>,
}

impl Decoder {
    /// From now on the request of this transaction is the one whose end is of interest (rule R121).
    pub fn expect(&mut self, transaction: &str) {
        self.transaction = Some(transaction.into());
    }

    /// Decodes the arguments of one `CallGem` into domain events.
    ///
    /// A session with an agent is a call of that agent's; one without is nobody's yet.
    pub fn decode(
        &mut self,
        arguments: Payload<'_>,
        site: &Site,
        oddities: &mut Oddities,
        sink: &mut impl FnMut(Option<Moment>, Event<'_>),
    ) -> Result<Outcome, Unreadable> {
        read(arguments, oddities, |message, oddities| match message.code {
            SESSION_EVENT => {
                let event = SessionEvent::from_message(message, oddities);
                if self.sessions.hear(&event) == News::Repeated {
                    return Outcome::Repeated;
                }
                normalize::tell(&event, site, oddities, sink);
                Outcome::Told
            }
            ENUMERATION_END => {
                let another = match (message.get("TX"), &self.transaction) {
                    (Some(named), Some(ours)) => named != &**ours,
                    _ => false,
                };
                if another {
                    Outcome::Repeated
                } else {
                    Outcome::Ended
                }
            }
            code => {
                oddities.count(Oddity::UnknownEvent, "", code);
                Outcome::Unknown
            }
        })
    }

    /// What is known of each session.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }
}
