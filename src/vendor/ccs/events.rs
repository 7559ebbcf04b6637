//! The 19 events by name, the fields of their shape, and one typed form of each.
//!
//! Lives here: [`Kind`], [`Object`], [`Fields`], [`CcsEvent`], [`RecordingLink`].
//! May not be here: what an event means for the desk ([`super::normalize`]), what belongs to what ([`super::objects`]).
//! "Shoulder", "arm" and "fork" are one thing, the leg, which the names call `call` (irregularities A01, A02).
//! A dialog has no event of state, unlike leg and session (irregularity A07).

use crate::vendor::extra::Entries;
use crate::vendor::json::{FromValue, Given, Key, Name, Reader, Text, Value, record};
use std::borrow::Cow;

/// Legs read of one event.
pub const LEGS_READ: usize = 64;
/// Characters kept of a recording's link.
pub const LINK_LENGTH: usize = 2048;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// `call`: a leg, the server's connection with one subscriber.
    Call,
    /// `connection`: a dialog of two legs, or of more.
    Connection,
    /// `seance`: a session, from any first call through all that follow by transfer.
    Seance,
}

impl Object {
    /// Every object.
    pub const ALL: [Object; 3] = [Object::Call, Object::Connection, Object::Seance];

    /// The object's name as documented.
    pub const fn name(self) -> &'static str {
        match self {
            Object::Call => "call",
            Object::Connection => "connection",
            Object::Seance => "seance",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal: $object:ident $(+ $other:ident)?,)*) => {
        /// The events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The name as documented.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }

            /// What it is about.
            pub const fn object(self) -> Object {
                match self {
                    $(Kind::$kind => Object::$object,)*
                }
            }

            /// What it ties its object to, where it does that.
            pub const fn tied_to(self) -> Option<Object> {
                match self {
                    $($(Kind::$kind => Some(Object::$other),)?)*
                    _ => None,
                }
            }

            /// The kind of this name, without regard to case.
            pub fn from_name(name: &str) -> Option<Kind> {
                static NAMES: &[Name] = &Name::table([$($name,)*]);
                let number = Name::find(NAMES, &Key::new(Cow::Borrowed(name)))?;
                Kind::ALL.get(usize::from(number)).copied()
            }
        }
    };
}

kinds! {
    /// There is a leg.
    CallCreate = "call_create": Call,
    /// The leg is no more.
    CallDelete = "call_delete": Call,
    /// Information of the leg changed.
    CallUpdate = "call_update": Call,
    /// The leg is in another state (irregularity A06).
    CallSetState = "call_set_state": Call,
    /// The leg belongs to a session.
    CallAttachToSeance = "call_attach_to_seance": Call + Seance,
    /// The subscriber sent a tone.
    CallDtmf = "call_dtmf": Call,
    /// There is a dialog.
    ConnectionCreate = "connection_create": Connection,
    /// The dialog is no more.
    ConnectionDelete = "connection_delete": Connection,
    /// Information of the dialog changed.
    ConnectionUpdate = "connection_update": Connection,
    /// The dialog belongs to a session.
    ConnectionAttachToSeance = "connection_attach_to_seance": Connection + Seance,
    /// The dialog is being recorded.
    ConnectionStartRecord = "connection_start_record": Connection,
    /// The recording is complete and can be fetched (rule R118).
    ConnectionSetRecordInfo = "connection_set_record_info": Connection,
    /// A leg belongs to the dialog (rule R115).
    ConnectionLinkCall = "connection_link_call": Connection + Call,
    /// A call did not come to a dialog (rule R117).
    ConnectionFailure = "connection_failure": Connection,
    /// There is a session.
    SeanceCreate = "seance_create": Seance,
    /// The session is no more.
    SeanceDelete = "seance_delete": Seance,
    /// Information of the session changed.
    SeanceUpdate = "seance_update": Seance,
    /// The session is in another state.
    SeanceSetState = "seance_set_state": Seance,
    /// One more number serves the session.
    SeanceSetNextNumber = "seance_set_next_number": Seance,
}

record! {
    /// The fields of the shape; see [`super`] for which event has which.
    Fields<'a> {
        /// The event's name.
        event: Text<'a> = "event",
        /// The working domain.
        domain: Text<'a> = "domain",
        /// The event's identity.
        id: Text<'a> = "id",
        /// When it happened.
        time: Text<'a> = "time",
        /// The leg.
        call: Text<'a> = "call",
        /// Legs of a dialog.
        calls: Legs<'a> = "calls",
        /// The dialog.
        connection: Text<'a> = "connection",
        /// The session.
        seance: Text<'a> = "seance",
        /// The agent whose leg it is.
        subscriber: Text<'a> = "subscriber",
        /// Who calls.
        caller: Text<'a> = "caller",
        /// Who is called.
        called: Text<'a> = "called",
        /// The new state.
        state: Text<'a> = "state",
        /// Tones.
        dtmf: Text<'a> = "dtmf",
        /// A number that serves the session.
        number: Text<'a> = "number",
        /// A recording's download code.
        code: Text<'a> = "code",
        /// A recording's link.
        link: Text<'a> = "link",
        /// Why.
        reason: Text<'a> = "reason",
        /// Further information, by key.
        info: Entries<'a> = "info",
    }
}

/// Identities of legs: an array of texts, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legs<'a>(&'a str);

impl<'a> FromValue<'a> for Legs<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Array(raw) => Some(Self(raw)),
            _ => None,
        }
    }
}

impl<'a> Legs<'a> {
    /// The identities, at most [`LEGS_READ`]; what is none is left out.
    pub fn read(self) -> Vec<Cow<'a, str>> {
        let mut reader = Reader::new(self.0);
        let mut legs = Vec::new();
        reader.enter_array();
        while reader.item() {
            if let Some(leg) = reader.value().text().and_then(Text::reference)
                && legs.len() < LEGS_READ
            {
                legs.push(leg);
            }
        }
        legs
    }
}

/// Where a recording can be fetched: a text from a stranger, to be shown as a text and never as markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingLink(Box<str>);

impl RecordingLink {
    /// The link without what could make it look like another: control characters and marks of direction are left
    /// out, and what is beyond [`LINK_LENGTH`] characters is cut off. `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let is_shown = |letter: &char| {
            !letter.is_control()
                && !matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
        };
        let text: String = text.chars().filter(is_shown).take(LINK_LENGTH).collect();
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The link as a text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it leads into the web (`http:`, `https:`); anything else is never to be followed.
    pub fn is_web(&self) -> bool {
        ["http://", "https://"].iter().any(|scheme| {
            self.0
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
    }
}

/// A leg, as an event tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leg<'a> {
    /// The leg.
    pub call: Option<Text<'a>>,
    /// The dialog that it belongs to, where the event says.
    pub connection: Option<Text<'a>>,
    /// The session that it belongs to, where the event says.
    pub seance: Option<Text<'a>>,
    /// The agent whose leg it is.
    pub subscriber: Option<Text<'a>>,
    /// Who calls.
    pub caller: Option<Text<'a>>,
    /// Who is called.
    pub called: Option<Text<'a>>,
}

/// A dialog, as an event tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialog<'a> {
    /// The dialog.
    pub connection: Option<Text<'a>>,
    /// The session that it belongs to, where the event says.
    pub seance: Option<Text<'a>>,
    /// One leg of it, where the event names one.
    pub call: Option<Text<'a>>,
    /// Legs of it, where the event lists them; two or more (rule R115).
    pub calls: Option<Legs<'a>>,
}

/// A session, as an event tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Session<'a> {
    /// The session.
    pub seance: Option<Text<'a>>,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub enum CcsEvent<'a> {
    /// `call_create`.
    CallCreate(Leg<'a>, Option<Entries<'a>>),
    /// `call_delete`, with the server's reason.
    CallDelete(Leg<'a>, Option<Text<'a>>),
    /// `call_update`.
    CallUpdate(Leg<'a>, Option<Entries<'a>>),
    /// `call_set_state`, with the state.
    CallSetState(Leg<'a>, Option<Text<'a>>),
    /// `call_attach_to_seance`.
    CallAttachToSeance(Leg<'a>),
    /// `call_dtmf`, with the tones.
    CallDtmf(Leg<'a>, Option<Text<'a>>),
    /// `connection_create`.
    ConnectionCreate(Dialog<'a>, Option<Entries<'a>>),
    /// `connection_delete`.
    ConnectionDelete(Dialog<'a>),
    /// `connection_update`.
    ConnectionUpdate(Dialog<'a>, Option<Entries<'a>>),
    /// `connection_attach_to_seance`.
    ConnectionAttachToSeance(Dialog<'a>),
    /// `connection_start_record`.
    ConnectionStartRecord(Dialog<'a>),
    /// `connection_set_record_info`.
    ConnectionSetRecordInfo {
        /// The dialog.
        dialog: Dialog<'a>,
        /// The download code.
        code: Option<Text<'a>>,
        /// The link that the server made of it.
        link: Option<RecordingLink>,
    },
    /// `connection_link_call`.
    ConnectionLinkCall(Dialog<'a>),
    /// `connection_failure`, with the server's reason. The leg's dialog was never made.
    ConnectionFailure(Leg<'a>, Option<Text<'a>>),
    /// `seance_create`.
    SeanceCreate(Session<'a>, Option<Entries<'a>>),
    /// `seance_delete`.
    SeanceDelete(Session<'a>),
    /// `seance_update`.
    SeanceUpdate(Session<'a>, Option<Entries<'a>>),
    /// `seance_set_state`, with the state.
    SeanceSetState(Session<'a>, Option<Text<'a>>),
    /// `seance_set_next_number`, with the number.
    SeanceSetNextNumber(Session<'a>, Option<Text<'a>>),
}

impl<'a> CcsEvent<'a> {
    pub(super) fn from_fields(kind: Kind, fields: &Fields<'a>) -> Self {
        let leg = Leg {
            call: text(fields.call),
            connection: text(fields.connection),
            seance: text(fields.seance),
            subscriber: text(fields.subscriber),
            caller: text(fields.caller),
            called: text(fields.called),
        };
        let dialog = Dialog {
            connection: text(fields.connection),
            seance: text(fields.seance),
            call: text(fields.call),
            calls: fields.calls.value(),
        };
        let session = Session {
            seance: text(fields.seance),
        };
        let info = fields.info.value();
        let state = text(fields.state);
        let reason = text(fields.reason);
        match kind {
            Kind::CallCreate => CcsEvent::CallCreate(leg, info),
            Kind::CallDelete => CcsEvent::CallDelete(leg, reason),
            Kind::CallUpdate => CcsEvent::CallUpdate(leg, info),
            Kind::CallSetState => CcsEvent::CallSetState(leg, state),
            Kind::CallAttachToSeance => CcsEvent::CallAttachToSeance(leg),
            Kind::CallDtmf => CcsEvent::CallDtmf(leg, text(fields.dtmf)),
            Kind::ConnectionCreate => CcsEvent::ConnectionCreate(dialog, info),
            Kind::ConnectionDelete => CcsEvent::ConnectionDelete(dialog),
            Kind::ConnectionUpdate => CcsEvent::ConnectionUpdate(dialog, info),
            Kind::ConnectionAttachToSeance => CcsEvent::ConnectionAttachToSeance(dialog),
            Kind::ConnectionStartRecord => CcsEvent::ConnectionStartRecord(dialog),
            Kind::ConnectionSetRecordInfo => CcsEvent::ConnectionSetRecordInfo {
                dialog,
                code: text(fields.code),
                link: text(fields.link).and_then(|link| RecordingLink::new(&link.cow())),
            },
            Kind::ConnectionLinkCall => CcsEvent::ConnectionLinkCall(dialog),
            Kind::ConnectionFailure => CcsEvent::ConnectionFailure(leg, reason),
            Kind::SeanceCreate => CcsEvent::SeanceCreate(session, info),
            Kind::SeanceDelete => CcsEvent::SeanceDelete(session),
            Kind::SeanceUpdate => CcsEvent::SeanceUpdate(session, info),
            Kind::SeanceSetState => CcsEvent::SeanceSetState(session, state),
            Kind::SeanceSetNextNumber => CcsEvent::SeanceSetNextNumber(session, text(fields.number)),
        }
    }

    /// The event's kind.
    pub fn kind(&self) -> Kind {
        match self {
            CcsEvent::CallCreate(..) => Kind::CallCreate,
            CcsEvent::CallDelete(..) => Kind::CallDelete,
            CcsEvent::CallUpdate(..) => Kind::CallUpdate,
            CcsEvent::CallSetState(..) => Kind::CallSetState,
            CcsEvent::CallAttachToSeance(_) => Kind::CallAttachToSeance,
            CcsEvent::CallDtmf(..) => Kind::CallDtmf,
            CcsEvent::ConnectionCreate(..) => Kind::ConnectionCreate,
            CcsEvent::ConnectionDelete(_) => Kind::ConnectionDelete,
            CcsEvent::ConnectionUpdate(..) => Kind::ConnectionUpdate,
            CcsEvent::ConnectionAttachToSeance(_) => Kind::ConnectionAttachToSeance,
            CcsEvent::ConnectionStartRecord(_) => Kind::ConnectionStartRecord,
            CcsEvent::ConnectionSetRecordInfo { .. } => Kind::ConnectionSetRecordInfo,
            CcsEvent::ConnectionLinkCall(_) => Kind::ConnectionLinkCall,
            CcsEvent::ConnectionFailure(..) => Kind::ConnectionFailure,
            CcsEvent::SeanceCreate(..) => Kind::SeanceCreate,
            CcsEvent::SeanceDelete(_) => Kind::SeanceDelete,
            CcsEvent::SeanceUpdate(..) => Kind::SeanceUpdate,
            CcsEvent::SeanceSetState(..) => Kind::SeanceSetState,
            CcsEvent::SeanceSetNextNumber(..) => Kind::SeanceSetNextNumber,
        }
    }
}

/// A text that says something.
fn text(given: Given<Text<'_>>) -> Option<Text<'_>> {
    given.value().filter(|text| !text.is_empty())
}
