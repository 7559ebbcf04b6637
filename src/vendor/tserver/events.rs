//! The ten special events, and the two link events that are only named, with all of their attributes.
//!
//! Lives here: [`Kind`] with each event's attributes and their presence, [`TServerEvent`] with one typed form of each.
//! May not be here: what an event means for the desk ([`super::normalize`]) or for re-synchronisation.
//! The tables are what tests compare with the document; "mandatory" is counted when lacking, and never enforced.
//! Attributes are borrowed from the message; every one may be absent, whatever the document calls it.

use crate::vendor::extra::Entries;
use crate::vendor::json::{FromValue, Given, Key, Name, Text, Value, record};
use std::borrow::Cow;

/// Whether an event must have an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Every one has it.
    Mandatory,
    /// It may have it.
    Optional,
    /// The document does not say: EventRestoreConnection has no table.
    Unstated,
}

/// An attribute that an event is documented to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Its name as printed; `time` alone is in lower case (irregularity G09).
    pub name: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident { $($attribute:ident: $presence:ident),* $(,)? })*) => {
        /// The events by name. The last two are named in the document and not described (irregularity G07).
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
                    $(Kind::$kind => stringify!($kind),)*
                }
            }

            /// The event's attributes as documented.
            pub const fn attributes(self) -> &'static [Attribute] {
                match self {
                    $(Kind::$kind => &[$(Attribute {
                        name: stringify!($attribute),
                        presence: Presence::$presence,
                    },)*],)*
                }
            }

            /// The kind of this name, without regard to case.
            pub fn from_name(name: &str) -> Option<Kind> {
                static NAMES: &[Name] = &Name::table([$(stringify!($kind),)*]);
                let number = Name::find(NAMES, &Key::new(Cow::Borrowed(name)))?;
                Kind::ALL.get(usize::from(number)).copied()
            }
        }
    };
}

kinds! {
    /// A request was acknowledged (rule R94).
    EventACK {
        Event: Mandatory, ReferenceID: Mandatory, Server: Mandatory, time: Mandatory, UserEvent: Optional,
        Extensions: Optional, SubscriptionID: Optional,
    }
    /// A reservation succeeded (rules R96–R98).
    EventAgentReserved {
        AgentID: Optional, Event: Mandatory, Place: Optional, Reasons: Optional, ReferenceID: Optional,
        Server: Mandatory, ThisDN: Optional, Timeout: Optional, time: Mandatory, Extensions: Optional,
    }
    /// Information of a call has changed.
    EventCallInfoChanged {
        ConnID: Mandatory, CustomerID: Optional, Event: Mandatory, Extensions: Optional, ReferenceID: Optional,
        Server: Mandatory, time: Mandatory,
    }
    /// Something of this T-Server's own (rules R99, R100).
    EventPrivateInfo {
        PrivateEvent: Mandatory, Event: Mandatory, Reasons: Optional, UserData: Optional, Extensions: Optional,
        ReferenceID: Optional, Server: Mandatory, ConnID: Optional, ThisDN: Optional, time: Mandatory,
    }
    /// Another client application sent something (rule R101).
    EventUserEvent {
        CustomerID: Optional, Event: Mandatory, Server: Mandatory, ThisDN: Mandatory, time: Mandatory,
        Extensions: Optional,
    }
    /// A backup T-Server has become the primary one (rules R102–R105).
    EventPrimaryChanged { ApplicationName: Optional, time: Mandatory }
    /// A pair of T-Servers is connected, or a primary one has become the backup; T-Library keeps it to itself
    /// (rules R106–R108).
    EventRestoreConnection { ServerRole: Unstated, UserData: Unstated }
    /// Messages of the switch are inconsistent or incomplete (rule R109).
    EventHardwareError {
        CustomerID: Optional, ThisDN: Optional, ConnID: Optional, PreviousConnID: Optional, ErrorCode: Optional,
        Event: Mandatory, Server: Mandatory, time: Mandatory, Extensions: Optional,
    }
    /// The switch registered the link for an object. Obsolete (rule R110).
    EventResourceAllocated {}
    /// The switch cancelled that registration. Obsolete (rule R110).
    EventResourceFreed {}
    /// The link to the switch is up.
    EventLinkConnected { Event: Unstated, Server: Unstated, time: Unstated }
    /// The link to the switch is down.
    EventLinkDisconnected { Event: Unstated, Server: Unstated, time: Unstated }
}

impl Kind {
    /// Whether the document calls it obsolete and no longer supported (rule R110).
    pub const fn is_obsolete(self) -> bool {
        matches!(self, Kind::EventResourceAllocated | Kind::EventResourceFreed)
    }

    /// Whether T-Library hands it to clients; one that it does not hand on is never waited for (rule R106).
    pub const fn reaches_clients(self) -> bool {
        !matches!(self, Kind::EventRestoreConnection)
    }

    /// Whether its sender may add attributes of its own (rule R101).
    pub const fn takes_additions(self) -> bool {
        matches!(self, Kind::EventUserEvent)
    }

    /// The attribute of this name, without regard to case.
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.attributes()
            .iter()
            .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

/// A number or a name: the document has no data types (irregularity G02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code<'a> {
    /// A number.
    Number(i64),
    /// A name.
    Name(Text<'a>),
}

impl<'a> FromValue<'a> for Code<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match (value, value.integer()) {
            (Value::Number(_) | Value::Text(_), Some(number)) => Some(Code::Number(number)),
            (Value::Text(text), None) => Some(Code::Name(text)),
            _ => None,
        }
    }
}

record! {
    /// All attributes of all events.
    Attributes<'a> {
        /// The event's name.
        event: Text<'a> = "Event",
        /// The request that is answered.
        reference_id: i64 = "ReferenceID",
        /// The T-Server.
        server: Text<'a> = "Server",
        /// When it happened.
        time: Value<'a> = "time",
        /// The request that caused an EventACK.
        user_event: Code<'a> = "UserEvent",
        /// Further data, by key.
        extensions: Entries<'a> = "Extensions",
        /// The subscription that a monitoring has.
        subscription_id: Text<'a> = "SubscriptionID",
        /// The agent's id.
        agent_id: Text<'a> = "AgentID",
        /// The place.
        place: Text<'a> = "Place",
        /// Reasons, by key.
        reasons: Entries<'a> = "Reasons",
        /// The device.
        this_dn: Text<'a> = "ThisDN",
        /// Duration of a reservation, milliseconds (rule R97).
        timeout: i64 = "Timeout",
        /// The call.
        conn_id: Text<'a> = "ConnID",
        /// The customer.
        customer_id: Text<'a> = "CustomerID",
        /// Which private event.
        private_event: Code<'a> = "PrivateEvent",
        /// Data attached to the call, by key; in an EventRestoreConnection a reference to the backup.
        user_data: Value<'a> = "UserData",
        /// The application that is the primary one now.
        application_name: Text<'a> = "ApplicationName",
        /// 0 or 1, see [`ServerRole`].
        server_role: i64 = "ServerRole",
        /// The call's identity before.
        previous_conn_id: Text<'a> = "PreviousConnID",
        /// The error, as the switch numbers it.
        error_code: i64 = "ErrorCode",
    }
}

impl Attributes<'_> {
    /// Whether the message has a value for the attribute of this documented name.
    pub(super) fn has(&self, name: &str) -> bool {
        match name {
            "ReferenceID" => self.reference_id.value().is_some(),
            "Server" => self.server.value().is_some(),
            "time" => self.time.value().is_some(),
            "ConnID" => self.conn_id.value().is_some(),
            "PrivateEvent" => self.private_event.value().is_some(),
            "ThisDN" => self.this_dn.value().is_some(),
            "Event" => self.event.value().is_some(),
            // No other attribute is mandatory in any event.
            _ => true,
        }
    }
}

/// What an EventRestoreConnection tells of the T-Server that sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerRole {
    /// 0: it is the primary one, and its backup is connected (rule R108).
    BackupConnected,
    /// 1: it was the primary one and is the backup now (rule R107).
    TurnedBackup,
    /// A number that the document does not have.
    Other(i64),
}

impl ServerRole {
    /// The documented numbers with their meaning.
    pub const MEMBERS: [(i64, ServerRole); 2] =
        [(0, ServerRole::BackupConnected), (1, ServerRole::TurnedBackup)];

    /// The role of this number.
    pub fn from_number(number: i64) -> Self {
        Self::MEMBERS
            .into_iter()
            .find(|(known, _)| *known == number)
            .map_or(ServerRole::Other(number), |(_, role)| role)
    }
}

/// A reservation: at least one of the first three is given (rule R96).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reservation<'a> {
    /// The agent's id: what the request called `agent_id` (irregularity G08).
    pub agent: Option<Text<'a>>,
    /// The place: `agent_place` of the request.
    pub place: Option<Text<'a>>,
    /// The device: `agent_dn` of the request.
    pub device: Option<Text<'a>>,
    /// How long it lasts, milliseconds (rule R97); a negative number is none.
    pub timeout: Option<u64>,
    /// Reasons, by key.
    pub reasons: Option<Entries<'a>>,
    /// Further data, by key.
    pub extensions: Option<Entries<'a>>,
}

/// A special event; the time, the server and the reference are beside it ([`super::Message`]).
#[derive(Debug, Clone, PartialEq)]
pub enum TServerEvent<'a> {
    /// EventACK.
    Acknowledged {
        /// The request that caused it, as the request identified itself (rule R94).
        user_event: Option<Code<'a>>,
        /// The subscription that a monitoring began (rule R95).
        subscription: Option<Text<'a>>,
        /// Further data, by key.
        extensions: Option<Entries<'a>>,
    },
    /// EventAgentReserved.
    AgentReserved(Reservation<'a>),
    /// EventCallInfoChanged.
    CallInfoChanged {
        /// The call.
        call: Option<Text<'a>>,
        /// The customer.
        customer: Option<Text<'a>>,
        /// The one attribute that can hold what has changed.
        extensions: Option<Entries<'a>>,
    },
    /// EventPrivateInfo; the rest depends on the private event (rule R99).
    PrivateInfo {
        /// Which one.
        private_event: Option<Code<'a>>,
        /// The call, where it is about one.
        call: Option<Text<'a>>,
        /// The device, where it is about one.
        device: Option<Text<'a>>,
        /// Reasons, by key.
        reasons: Option<Entries<'a>>,
        /// Data, by key.
        user_data: Option<Value<'a>>,
        /// Further data, by key.
        extensions: Option<Entries<'a>>,
    },
    /// EventUserEvent; what its sender added is in [`super::Message::extras`] (rule R101).
    UserEvent {
        /// The device it is for.
        device: Option<Text<'a>>,
        /// The customer.
        customer: Option<Text<'a>>,
        /// Further data, by key.
        extensions: Option<Entries<'a>>,
    },
    /// EventPrimaryChanged.
    PrimaryChanged {
        /// The application that is the primary one now.
        application: Option<Text<'a>>,
    },
    /// EventRestoreConnection; not for clients (rule R106).
    RestoreConnection {
        /// What has become of the sender.
        role: Option<ServerRole>,
        /// A reference to the backup T-Server (rule R108).
        backup: Option<Value<'a>>,
    },
    /// EventHardwareError.
    HardwareError {
        /// The customer.
        customer: Option<Text<'a>>,
        /// The device.
        device: Option<Text<'a>>,
        /// The call.
        call: Option<Text<'a>>,
        /// The call's identity before.
        previous_call: Option<Text<'a>>,
        /// The error, as the switch numbers it.
        error: Option<i64>,
        /// Further data, by key.
        extensions: Option<Entries<'a>>,
    },
    /// One of the two obsolete events (rule R110).
    Obsolete(Kind),
    /// EventLinkConnected.
    LinkConnected,
    /// EventLinkDisconnected.
    LinkDisconnected,
    /// An event that the document does not have; all of its attributes are in [`super::Message::extras`] or beside it.
    Unknown {
        /// Its name.
        name: Text<'a>,
    },
}

impl<'a> TServerEvent<'a> {
    pub(super) fn from_attributes(kind: Option<Kind>, attributes: &Attributes<'a>) -> Self {
        let extensions = attributes.extensions.value();
        let customer = text(attributes.customer_id);
        let device = text(attributes.this_dn);
        let call = text(attributes.conn_id);
        match kind {
            None => TServerEvent::Unknown {
                name: attributes.event.value().unwrap_or_default(),
            },
            Some(Kind::EventACK) => TServerEvent::Acknowledged {
                user_event: attributes.user_event.value(),
                subscription: text(attributes.subscription_id),
                extensions,
            },
            Some(Kind::EventAgentReserved) => TServerEvent::AgentReserved(Reservation {
                agent: text(attributes.agent_id),
                place: text(attributes.place),
                device,
                timeout: attributes
                    .timeout
                    .value()
                    .and_then(|timeout| u64::try_from(timeout).ok()),
                reasons: attributes.reasons.value(),
                extensions,
            }),
            Some(Kind::EventCallInfoChanged) => TServerEvent::CallInfoChanged {
                call,
                customer,
                extensions,
            },
            Some(Kind::EventPrivateInfo) => TServerEvent::PrivateInfo {
                private_event: attributes.private_event.value(),
                call,
                device,
                reasons: attributes.reasons.value(),
                user_data: attributes.user_data.value(),
                extensions,
            },
            Some(Kind::EventUserEvent) => TServerEvent::UserEvent {
                device,
                customer,
                extensions,
            },
            Some(Kind::EventPrimaryChanged) => TServerEvent::PrimaryChanged {
                application: text(attributes.application_name),
            },
            Some(Kind::EventRestoreConnection) => TServerEvent::RestoreConnection {
                role: attributes.server_role.value().map(ServerRole::from_number),
                backup: attributes.user_data.value(),
            },
            Some(Kind::EventHardwareError) => TServerEvent::HardwareError {
                customer,
                device,
                call,
                previous_call: text(attributes.previous_conn_id),
                error: attributes.error_code.value(),
                extensions,
            },
            Some(kind @ (Kind::EventResourceAllocated | Kind::EventResourceFreed)) => {
                TServerEvent::Obsolete(kind)
            }
            Some(Kind::EventLinkConnected) => TServerEvent::LinkConnected,
            Some(Kind::EventLinkDisconnected) => TServerEvent::LinkDisconnected,
        }
    }

    /// The event's kind; `None` for one that the document does not have.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            TServerEvent::Acknowledged { .. } => Kind::EventACK,
            TServerEvent::AgentReserved(_) => Kind::EventAgentReserved,
            TServerEvent::CallInfoChanged { .. } => Kind::EventCallInfoChanged,
            TServerEvent::PrivateInfo { .. } => Kind::EventPrivateInfo,
            TServerEvent::UserEvent { .. } => Kind::EventUserEvent,
            TServerEvent::PrimaryChanged { .. } => Kind::EventPrimaryChanged,
            TServerEvent::RestoreConnection { .. } => Kind::EventRestoreConnection,
            TServerEvent::HardwareError { .. } => Kind::EventHardwareError,
            TServerEvent::Obsolete(kind) => *kind,
            TServerEvent::LinkConnected => Kind::EventLinkConnected,
            TServerEvent::LinkDisconnected => Kind::EventLinkDisconnected,
            TServerEvent::Unknown { .. } => return None,
        })
    }
}

/// A text that says something.
fn text(given: Given<Text<'_>>) -> Option<Text<'_>> {
    given.value().filter(|text| !text.is_empty())
}
