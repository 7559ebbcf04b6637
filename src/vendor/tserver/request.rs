//! Requests to a T-Server, and the matching of their answers by `ReferenceID`.
//!
//! Lives here: the ten requests that the document names, their payloads, [`References`] with what is unanswered.
//! May not be here: sending, waiting, and the meaning of an answer beyond which request it answers.
//! Parameters bear the names of the attributes that repeat them in events (irregularity G08).
//! What is remembered is bounded: of requests that nobody answers the oldest are forgotten.

use super::Message;
use super::events::{Code, TServerEvent};
use crate::vendor::json::quoted;
use std::collections::VecDeque;
use std::fmt::Write;

/// Unanswered requests remembered.
pub const PENDING_KEPT: usize = 256;
/// Subscriptions remembered.
pub const SUBSCRIPTIONS_KEPT: usize = 64;

macro_rules! requests {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// The requests that the document names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum RequestKind {
            $($(#[$doc])* $kind,)*
        }

        impl RequestKind {
            /// Every kind.
            pub const ALL: &'static [RequestKind] = &[$(RequestKind::$kind,)*];

            /// The name as documented.
            pub const fn name(self) -> &'static str {
                match self {
                    $(RequestKind::$kind => stringify!($kind),)*
                }
            }
        }
    };
}

requests! {
    /// Send a user event.
    TSendUserEvent,
    /// Send an event.
    TSendEvent,
    /// Send an event, extended.
    TSendEventEx,
    /// Choose the events to receive.
    TSetInputMask,
    /// Begin, change or end monitoring.
    TTransactionMonitoring,
    /// Ask for a service of this T-Server's own.
    TPrivateService,
    /// Reserve an agent.
    TReserveAgent,
    /// Ask for the location (rule R102).
    TQueryLocation,
    /// Ask for the state of a device (rule R102).
    TQueryAddress,
    /// Ask for the state of a call (rule R102).
    TQueryCall,
}

impl RequestKind {
    /// The request of this name, without regard to case, with or without its parentheses; the document once
    /// prints `TPrivateSevice` (irregularity G01).
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.strip_suffix("()").unwrap_or(name);
        if name.eq_ignore_ascii_case("TPrivateSevice") {
            return Some(RequestKind::TPrivateService);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// Whether an EventACK can answer it (rule R94).
    pub const fn is_acknowledged(self) -> bool {
        matches!(
            self,
            RequestKind::TSendUserEvent
                | RequestKind::TSendEvent
                | RequestKind::TSendEventEx
                | RequestKind::TSetInputMask
                | RequestKind::TTransactionMonitoring
                | RequestKind::TPrivateService
        )
    }
}

/// What a TTransactionMonitoring is to do (rule R95).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Monitoring {
    /// `SubscriptionStart`; its EventACK brings the subscription's id.
    Start,
    /// `SubscriptionStop`.
    Stop {
        /// The id that the start was given.
        subscription: Box<str>,
    },
    /// `SubscriptionModify`.
    Modify {
        /// The id that the start was given.
        subscription: Box<str>,
    },
}

impl Monitoring {
    /// The operations as documented.
    pub const OPERATIONS: [&'static str; 3] = ["SubscriptionStart", "SubscriptionStop", "SubscriptionModify"];

    /// The operation's documented name.
    pub const fn operation(&self) -> &'static str {
        match self {
            Monitoring::Start => "SubscriptionStart",
            Monitoring::Stop { .. } => "SubscriptionStop",
            Monitoring::Modify { .. } => "SubscriptionModify",
        }
    }
}

/// A request with its parameters, in so far as the document speaks of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Reserve an agent: at least one of agent, place and device (rule R96).
    ReserveAgent {
        /// `agent_id`.
        agent: Option<Box<str>>,
        /// `agent_place`.
        place: Option<Box<str>>,
        /// `agent_dn`.
        device: Option<Box<str>>,
        /// For how long, milliseconds (rule R97), at least 1.
        timeout: u32,
    },
    /// Monitor transactions.
    TransactionMonitoring(Monitoring),
    /// Ask for the location.
    QueryLocation,
    /// Ask for the state of a device.
    QueryAddress {
        /// The device.
        device: Box<str>,
    },
    /// Ask for the state of a call.
    QueryCall {
        /// The call's `ConnID`.
        call: Box<str>,
    },
    /// A request whose parameters the document does not have.
    Other {
        /// Which.
        kind: RequestKind,
        /// Its parameters, in the site's words.
        parameters: Vec<(Box<str>, Box<str>)>,
    },
}

/// Why a request cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nobody is named whom to reserve (rule R96).
    #[error("a reservation needs an agent, a place or a device")]
    NobodyToReserve,
    /// The reservation would last no time at all.
    #[error("a reservation lasts at least one millisecond")]
    NoTime,
    /// A text that must say something is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
}

impl Request {
    /// Which request it is.
    pub fn kind(&self) -> RequestKind {
        match self {
            Request::ReserveAgent { .. } => RequestKind::TReserveAgent,
            Request::TransactionMonitoring(_) => RequestKind::TTransactionMonitoring,
            Request::QueryLocation => RequestKind::TQueryLocation,
            Request::QueryAddress { .. } => RequestKind::TQueryAddress,
            Request::QueryCall { .. } => RequestKind::TQueryCall,
            Request::Other { kind, .. } => *kind,
        }
    }

    /// The arguments of [`super::HUB_METHOD`], a JSON array of one object:
    /// `{"Request": "TReserveAgent", "ReferenceID": 7, "AgentID": …, "Place": …, "ThisDN": …, "Timeout": …}`.
    ///
    /// A monitoring has `Operation` and `SubscriptionID`, a query `ThisDN` or `ConnID`, others their own.
    pub fn encode(&self, reference: i64) -> Result<String, RequestError> {
        let mut payload = Payload(format!(
            r#"[{{"Request":"{}","ReferenceID":{reference}"#,
            self.kind().name()
        ));
        match self {
            Request::ReserveAgent {
                agent,
                place,
                device,
                timeout,
            } => {
                if agent.is_none() && place.is_none() && device.is_none() {
                    return Err(RequestError::NobodyToReserve);
                }
                if *timeout == 0 {
                    return Err(RequestError::NoTime);
                }
                for (name, value) in [("AgentID", agent), ("Place", place), ("ThisDN", device)] {
                    if let Some(value) = value {
                        payload.text(name, value)?;
                    }
                }
                payload.raw("Timeout", &timeout.to_string());
            }
            Request::TransactionMonitoring(monitoring) => {
                payload.text("Operation", monitoring.operation())?;
                if let Monitoring::Stop { subscription } | Monitoring::Modify { subscription } = monitoring {
                    payload.text("SubscriptionID", subscription)?;
                }
            }
            Request::QueryLocation => {}
            Request::QueryAddress { device } => payload.text("ThisDN", device)?,
            Request::QueryCall { call } => payload.text("ConnID", call)?,
            Request::Other { parameters, .. } => {
                for (name, value) in parameters {
                    payload.raw(name, &quoted(value));
                }
            }
        }
        payload.0.push_str("}]");
        Ok(payload.0)
    }
}

/// An object in the making.
struct Payload(String);

impl Payload {
    fn raw(&mut self, name: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = write!(self.0, ",{}:{value}", quoted(name));
    }

    fn text(&mut self, name: &'static str, value: &str) -> Result<(), RequestError> {
        if value.is_empty() {
            return Err(RequestError::Empty(name));
        }
        self.raw(name, &quoted(value));
        Ok(())
    }
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its number.
    pub reference: i64,
    /// What was asked.
    pub request: Request,
}

/// Numbers requests and knows which are unanswered.
#[derive(Debug, Clone, Default)]
pub struct References {
    last: i64,
    pending: VecDeque<Sent>,
    subscriptions: VecDeque<Box<str>>,
}

impl References {
    /// Gives a request its number; the caller sends it.
    pub fn number(&mut self, request: Request) -> Sent {
        // Positive and within 31 bits, as an `int` of T-Library is.
        self.last = if self.last >= i64::from(i32::MAX) {
            1
        } else {
            self.last + 1
        };
        let sent = Sent {
            reference: self.last,
            request,
        };
        if self.pending.len() == PENDING_KEPT {
            self.pending.pop_front();
        }
        self.pending.push_back(sent.clone());
        sent
    }

    /// The request that a message answers, which is answered with that.
    ///
    /// `None` for a message without a `ReferenceID`, or with one that is not ours: a reservation is told to every
    /// client on the agent's device (rule R98). An EventACK is matched by its number alone: its `UserEvent` names
    /// the request, but in the server's terms (rule R94); where it bears the name of another request of the
    /// document's, the number is not ours either.
    pub fn settle(&mut self, message: &Message<'_>) -> Option<Sent> {
        let reference = message.reference?;
        let place = self.pending.iter().position(|sent| sent.reference == reference)?;
        let kind = self.pending.get(place)?.request.kind();
        let fits = match &message.event {
            TServerEvent::Acknowledged {
                user_event: Some(Code::Name(name)),
                ..
            } => RequestKind::from_name(&name.cow()).is_none_or(|named| named == kind),
            TServerEvent::AgentReserved(_) => kind == RequestKind::TReserveAgent,
            _ => true,
        };
        if !fits {
            return None;
        }
        let sent = self.pending.remove(place)?;
        self.remember(&sent, message);
        Some(sent)
    }

    /// A request was not taken: nothing will answer it. Returns it, where it was unanswered.
    pub fn refuse(&mut self, reference: i64) -> Option<Sent> {
        let place = self.pending.iter().position(|sent| sent.reference == reference)?;
        self.pending.remove(place)
    }

    /// Keeps a subscription's id from its start, because no later answer repeats it (rule R95).
    fn remember(&mut self, sent: &Sent, message: &Message<'_>) {
        let TServerEvent::Acknowledged { subscription, .. } = &message.event else {
            return;
        };
        match (&sent.request, subscription) {
            (Request::TransactionMonitoring(Monitoring::Start), Some(id)) => {
                if self.subscriptions.len() == SUBSCRIPTIONS_KEPT {
                    self.subscriptions.pop_front();
                }
                self.subscriptions.push_back(id.boxed());
            }
            (Request::TransactionMonitoring(Monitoring::Stop { subscription }), _) => {
                self.subscriptions.retain(|known| known != subscription);
            }
            _ => {}
        }
    }

    /// The subscriptions that were begun and not ended, oldest first.
    pub fn subscriptions(&self) -> impl Iterator<Item = &str> {
        self.subscriptions.iter().map(|id| &**id)
    }

    /// Requests that nobody has answered, oldest first.
    pub fn pending(&self) -> impl Iterator<Item = &Sent> {
        self.pending.iter()
    }

    /// The connection is lost: nobody will answer any more. Returns what was unanswered.
    pub fn give_up(&mut self) -> Vec<Sent> {
        self.subscriptions.clear();
        self.pending.drain(..).collect()
    }
}
