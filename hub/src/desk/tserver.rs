//! The T-Server that the hub plays: who listens at which device, and its requests.
//!
//! Lives here: registration, input masks, monitoring, the requests of the contract and their answers.
//! May not be here: how an event is written (`tell::tserver`), which server is the primary one (`pair`).
//! A client listens from its first request on, at the device of the agent that its token names.
//! Every request is answered by events that repeat its number, or refused in words.

use super::pair::{Heard, NAMES, Pair, Told};
use crate::centre::{Agent, AgentId, Centre, Guid, Happening, Span};
use crate::conversation::{CallError, Client, ClientId, Record};
use crate::tell::tserver::{self, Reserved, Source};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;
use switchhook::vendor::tserver::request::{Monitoring, RequestKind};
use switchhook::vendor::tserver::{CLIENT_METHOD, Kind};

/// Monitorings that one client may have at once.
const MOST_SUBSCRIPTIONS: usize = 64;
/// The longest reservation, milliseconds: an hour.
const LONGEST_RESERVATION: i64 = 3_600_000;

/// One call of `TServerRequest`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    kind: RequestKind,
    reference: i64,
    /// All of the request, as its sender wrote it.
    fields: Map<String, Value>,
}

impl Asked {
    /// Reads the one object that the method takes.
    pub(super) fn read(fields: Map<String, Value>) -> Result<Self, CallError> {
        let name = text(&fields, "Request").ok_or_else(|| {
            CallError::Arguments("the property Request is missing; it names the request".to_owned())
        })?;
        let Some(kind) = RequestKind::from_name(name) else {
            let known: Vec<&str> = RequestKind::ALL.iter().map(|kind| kind.name()).collect();
            let known = known.join(", ");
            return Err(CallError::Refused(format!(
                "There is no request \"{name}\" here. Use one of {known}."
            )));
        };
        let reference = field(&fields, "ReferenceID").and_then(whole_number);
        let reference = reference.ok_or_else(|| {
            CallError::Arguments("the property ReferenceID is missing; it is a whole number".to_owned())
        })?;
        Ok(Self {
            kind,
            reference,
            fields,
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        text(&self.fields, name)
    }
}

fn field<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f Value> {
    let mut given = fields.iter();
    given
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    field(fields, name)?.as_str().filter(|text| !text.is_empty())
}

/// A number may also come as text.
fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// One monitoring of a client.
#[derive(Debug)]
struct Subscription {
    id: String,
    /// The device that it is about; `None`: every device.
    device: Option<String>,
}

#[derive(Debug)]
struct Listener {
    client: Client,
    /// The events that it chose; `None`: all.
    mask: Option<Vec<Kind>>,
    /// The private events that it registered for (rule R100).
    private: Vec<&'static str>,
    subscriptions: Vec<Subscription>,
}

impl Listener {
    fn hears(&self, kind: Kind) -> bool {
        self.mask.as_ref().is_none_or(|mask| mask.contains(&kind))
    }

    fn monitors(&self, device: &str) -> bool {
        self.subscriptions
            .iter()
            .any(|subscription| subscription.device.as_deref().is_none_or(|only| only == device))
    }
}

/// The T-Server.
#[derive(Debug)]
pub(super) struct TServer {
    pair: Pair,
    /// Clients at the devices of each agent.
    listeners: HashMap<Guid, Vec<Listener>>,
    /// How many monitorings there are in all; without any, only the own device's clients hear of it.
    monitorings: usize,
    subscriptions_made: u64,
}

impl TServer {
    pub(super) fn new() -> Self {
        let mut pair = Pair::new();
        pair.hear(0, Heard::BackupConnected);
        Self {
            pair,
            listeners: HashMap::new(),
            monitorings: 0,
            subscriptions_made: 0,
        }
    }

    /// Tells what happened to those at the devices. While the link is down the switch says nothing.
    pub(super) fn hear(&self, centre: &Centre, happenings: &[Happening]) {
        if self.listeners.is_empty() || !self.pair.is_link_up() {
            return;
        }
        let mut events = Vec::new();
        for happening in happenings {
            let concerned = happening.what.agent().and_then(|agent| centre.agent(agent));
            let is_wanted = self.monitorings > 0
                || concerned.is_some_and(|agent| self.listeners.contains_key(&agent.guid));
            if is_wanted {
                tserver::tell(centre, happening, self.pair.name(), &mut events);
            }
        }
        for event in events {
            if let Some(agent) = centre.agent(event.agent) {
                self.tell_device(agent, event.kind, &event.object, None);
            }
        }
    }

    /// Tells the clients at an agent's device, and those who monitor it, but for one that has been told.
    fn tell_device(&self, agent: &Agent, kind: Kind, object: &Arc<str>, except: Option<ClientId>) {
        let record = record(object);
        let own = self.listeners.get(&agent.guid).into_iter().flatten();
        let own = own.filter(|listener| {
            // What T-Server has of its own comes to whoever registered for it alone.
            kind != Kind::EventPrivateInfo || listener.private.contains(&tserver::RING_NO_ANSWER)
        });
        let monitored = matches!(kind, Kind::EventAgentReserved | Kind::EventCallInfoChanged);
        let others = self
            .listeners
            .iter()
            .filter(|(whose, _)| self.monitorings > 0 && monitored && **whose != agent.guid)
            .flat_map(|(_, listeners)| listeners)
            .filter(|listener| listener.monitors(&agent.extension));
        for listener in own.chain(others) {
            if listener.hears(kind) && Some(listener.client.id()) != except {
                listener.client.push(&record);
            }
        }
    }

    /// Tells everybody.
    fn tell_all(&self, kind: Kind, object: &Arc<str>) {
        let record = record(object);
        for listener in self.listeners.values().flatten() {
            if listener.hears(kind) {
                listener.client.push(&record);
            }
        }
    }

    /// A server of the pair says something to T-Library.
    pub(super) fn server_says(&mut self, centre: &Centre, from: usize, heard: Heard) {
        let at = centre.now();
        for told in self.pair.hear(from, heard) {
            match told {
                Told::Link(up) => {
                    let kind = if up {
                        Kind::EventLinkConnected
                    } else {
                        Kind::EventLinkDisconnected
                    };
                    let source = Source {
                        server: self.pair.name(),
                        at,
                    };
                    self.tell_all(kind, &tserver::link(source, up));
                    if up {
                        // What the switch said meanwhile is lost.
                        self.tell_all(Kind::EventHardwareError, &tserver::hardware_error(source));
                    }
                }
                Told::PrimaryChanged(place) => {
                    let server = NAMES.get(place).copied().unwrap_or_default();
                    let object = tserver::primary_changed(Source { server, at });
                    self.tell_all(Kind::EventPrimaryChanged, &object);
                }
            }
        }
    }

    /// The place of the primary server, for those who make it fail.
    pub(super) fn primary(&self) -> usize {
        self.pair.primary()
    }

    /// A client has gone; what it monitored and registered for ends with it.
    pub(super) fn leave(&mut self, client: ClientId) {
        self.listeners.retain(|_, listeners| {
            listeners.retain(|listener| {
                let goes = listener.client.id() == client;
                if goes {
                    self.monitorings -= listener.subscriptions.len();
                }
                !goes
            });
            !listeners.is_empty()
        });
    }

    /// A client that has not been heard of hears from now on, and first that the link is down, if it is.
    fn begin_to_tell(&mut self, centre: &Centre, client: &Client, agent: Guid) {
        let known = self.listeners.get(&agent).into_iter().flatten();
        let is_known = known
            .map(|listener| listener.client.id())
            .any(|id| id == client.id());
        self.listener(client, agent);
        if !is_known && !self.pair.is_link_up() {
            client.push(&record(&tserver::link(self.source(centre), false)));
        }
    }

    fn listener(&mut self, client: &Client, agent: Guid) -> Option<&mut Listener> {
        let listeners = self.listeners.entry(agent).or_default();
        if !listeners
            .iter()
            .any(|listener| listener.client.id() == client.id())
        {
            listeners.push(Listener {
                client: client.clone(),
                mask: None,
                private: Vec::new(),
                subscriptions: Vec::new(),
            });
        }
        listeners
            .iter_mut()
            .find(|listener| listener.client.id() == client.id())
    }

    /// Carries out a request of a client, whose token names `agent`.
    pub(super) fn handle(
        &mut self,
        centre: &mut Centre,
        client: &Client,
        agent: Guid,
        asked: &Asked,
    ) -> Result<(), CallError> {
        self.begin_to_tell(centre, client, agent);
        let done = match asked.kind {
            RequestKind::TSetInputMask => self.set_input_mask(client, agent, asked),
            RequestKind::TTransactionMonitoring => return self.monitor(centre, client, agent, asked),
            RequestKind::TReserveAgent => return self.reserve(centre, client, asked),
            RequestKind::TQueryLocation | RequestKind::TQueryAddress | RequestKind::TQueryCall => {
                self.query(centre, client, asked)
            }
            RequestKind::TSendUserEvent | RequestKind::TSendEvent | RequestKind::TSendEventEx => {
                self.send_event(centre, asked)
            }
            RequestKind::TPrivateService => return self.private_service(centre, client, agent, asked),
        };
        done?;
        self.acknowledge(centre, client, asked, None);
        Ok(())
    }

    fn source(&self, centre: &Centre) -> Source<'static> {
        Source {
            server: self.pair.name(),
            at: centre.now(),
        }
    }

    fn acknowledge(&self, centre: &Centre, client: &Client, asked: &Asked, subscription: Option<&str>) {
        let object = tserver::acknowledged(self.source(centre), asked.kind.name(), subscription);
        answer(client, &object, asked);
    }

    /// `InputMask` lists the events that the client wants, with spaces or commas between; without it, all.
    fn set_input_mask(&mut self, client: &Client, agent: Guid, asked: &Asked) -> Result<(), CallError> {
        let mask = asked.text("InputMask").map(|list| {
            let names = list.split([' ', ',']).filter(|name| !name.is_empty());
            names
                .map(|name| {
                    Kind::from_name(name).ok_or_else(|| {
                        refused(&format!(
                            "There is no event \"{name}\". InputMask takes names of events."
                        ))
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let mask = mask.transpose()?;
        if let Some(listener) = self.listener(client, agent) {
            listener.mask = mask;
        }
        Ok(())
    }

    /// The client hears of reservations and calls at other devices as well: at `ThisDN`, or at all.
    fn monitor(
        &mut self,
        centre: &Centre,
        client: &Client,
        agent: Guid,
        asked: &Asked,
    ) -> Result<(), CallError> {
        let [start, stop, modify] = Monitoring::OPERATIONS;
        let is = |operation: &str| {
            asked
                .text("Operation")
                .is_some_and(|text| text.eq_ignore_ascii_case(operation))
        };
        let device = asked.text("ThisDN").map(str::to_owned);
        if is(start) {
            self.subscriptions_made += 1;
            let id = format!("monitoring-{}", self.subscriptions_made);
            let Some(listener) = self.listener(client, agent) else {
                return Ok(());
            };
            if listener.subscriptions.len() == MOST_SUBSCRIPTIONS {
                return Err(refused(
                    "This client monitors as much as one client may. Stop a monitoring first.",
                ));
            }
            let subscription = Subscription {
                id: id.clone(),
                device,
            };
            listener.subscriptions.push(subscription);
            self.monitorings += 1;
            self.acknowledge(centre, client, asked, Some(&id));
            return Ok(());
        }
        if !is(stop) && !is(modify) {
            return Err(refused(&format!(
                "Operation is one of {start}, {stop} and {modify}."
            )));
        }
        let id = asked.text("SubscriptionID").unwrap_or_default();
        let listener = self.listener(client, agent);
        let place = listener
            .as_ref()
            .and_then(|listener| listener.subscriptions.iter().position(|known| known.id == id));
        let (Some(listener), Some(place)) = (listener, place) else {
            return Err(refused(&format!(
                "There is no monitoring \"{id}\" of this client. SubscriptionID is what its start was answered with."
            )));
        };
        if is(stop) {
            listener.subscriptions.remove(place);
            self.monitorings -= 1;
        } else if let Some(subscription) = listener.subscriptions.get_mut(place) {
            subscription.device = device;
        }
        self.acknowledge(centre, client, asked, None);
        Ok(())
    }

    /// Reserves an agent, and tells everybody at its device; only the one who asked gets its number back (rule R98).
    fn reserve(&mut self, centre: &mut Centre, client: &Client, asked: &Asked) -> Result<(), CallError> {
        self.check_link()?;
        let own = |name: &str| asked.text(name).map(str::to_owned);
        let reserved = Reserved {
            agent: own("AgentID"),
            place: own("Place"),
            device: own("ThisDN"),
        };
        if reserved.is_nobody() {
            return Err(refused("A reservation needs an AgentID, a Place or a ThisDN."));
        }
        let timeout = field(&asked.fields, "Timeout").and_then(whole_number);
        let timeout = timeout
            .filter(|timeout| (1..=LONGEST_RESERVATION).contains(timeout))
            .ok_or_else(|| {
                refused("Timeout is how long the reservation lasts: 1 to 3600000 milliseconds.")
            })?;
        let agent = whom(centre, &reserved)?;
        centre
            .reserve(agent, Span::from_millis(timeout))
            .map_err(|refusal| refused(&format!("{}.", refusal.text)))?;
        let object = tserver::agent_reserved(self.source(centre), &reserved, timeout);
        answer(client, &object, asked);
        if let Some(agent) = centre.agent(agent) {
            self.tell_device(agent, Kind::EventAgentReserved, &object, Some(client.id()));
        }
        Ok(())
    }

    /// Tells again what is known of each call that is asked about.
    fn query(&self, centre: &Centre, client: &Client, asked: &Asked) -> Result<(), CallError> {
        self.check_link()?;
        let source = self.source(centre);
        let tell = |call| client.push(&record(&tserver::call_info_changed(source, centre, call)));
        match asked.kind {
            RequestKind::TQueryAddress => {
                let device = asked.text("ThisDN").unwrap_or_default();
                let agent = at_device(centre, device)?;
                for (call, _) in centre.calls_of(agent) {
                    tell(&call.facts);
                }
            }
            RequestKind::TQueryCall => {
                let id = asked.text("ConnID").unwrap_or_default();
                let call = tserver::parse_connection_id(id).and_then(|call| centre.call(call));
                let call =
                    call.ok_or_else(|| refused(&format!("There is no call \"{id}\". It may have ended.")))?;
                tell(&call.facts);
            }
            _ => {}
        }
        Ok(())
    }

    /// Hands what a client sends on to the clients at a device.
    fn send_event(&self, centre: &Centre, asked: &Asked) -> Result<(), CallError> {
        let device = asked.text("ThisDN").unwrap_or_default();
        let agent = at_device(centre, device)?;
        let object = tserver::user_event(self.source(centre), device, &asked.fields);
        if let Some(agent) = centre.agent(agent) {
            self.tell_device(agent, Kind::EventUserEvent, &object, None);
        }
        Ok(())
    }

    /// The one service: registration for a private event, which nobody hears without it (rules R99, R100).
    fn private_service(
        &mut self,
        centre: &Centre,
        client: &Client,
        agent: Guid,
        asked: &Asked,
    ) -> Result<(), CallError> {
        let name = asked.text("PrivateEvent").unwrap_or_default();
        let known = tserver::PRIVATE_EVENTS;
        let Some(event) = known.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            let known = known.join(", ");
            return Err(refused(&format!(
                "There is no private event \"{name}\". Register for one of {known}."
            )));
        };
        if let Some(listener) = self.listener(client, agent)
            && !listener.private.contains(&event)
        {
            listener.private.push(event);
        }
        self.acknowledge(centre, client, asked, None);
        let device = centre
            .agents()
            .iter()
            .find(|found| found.guid == agent)
            .map_or("", |found| &found.extension);
        let data = Some(("Registered", "true"));
        let object = tserver::private_info(self.source(centre), event, None, device, data);
        answer(client, &object, asked);
        Ok(())
    }

    fn check_link(&self) -> Result<(), CallError> {
        if self.pair.is_link_up() {
            Ok(())
        } else {
            Err(refused(
                "The link to the switch is down. Ask again after EventLinkConnected.",
            ))
        }
    }
}

fn refused(text: &str) -> CallError {
    CallError::Refused(text.to_owned())
}

fn record(object: &str) -> Record {
    Record::call(CLIENT_METHOD, &format!("[{object}]"))
}

fn answer(client: &Client, object: &str, asked: &Asked) {
    client.push(&record(&tserver::answering(object, asked.reference)));
}

/// The agent who is signed in at a device, or whose it is.
fn at_device(centre: &Centre, device: &str) -> Result<AgentId, CallError> {
    centre.agent_at(device).ok_or_else(|| {
        refused(&format!(
            "There is no device \"{device}\" here. ThisDN is an extension."
        ))
    })
}

/// The one agent that a request means by all that it names.
fn whom(centre: &Centre, reserved: &Reserved) -> Result<AgentId, CallError> {
    let mut found = Vec::new();
    if let Some(login) = &reserved.agent {
        let agent = centre.agent_by_login(login);
        found.push(agent.ok_or_else(|| refused(&format!("There is no agent \"{login}\" here.")))?);
    }
    if let Some(place) = &reserved.place {
        let mut agents = centre.agents().iter();
        let agent = agents.find(|agent| tserver::place_of(agent) == *place);
        let agent = agent.ok_or_else(|| refused(&format!("There is no place \"{place}\" here.")))?;
        found.push(agent.id);
    }
    if let Some(device) = &reserved.device {
        found.push(at_device(centre, device)?);
    }
    match found.split_first() {
        Some((agent, others)) if others.iter().all(|other| other == agent) => Ok(*agent),
        _ => Err(refused(
            "AgentID, Place and ThisDN name different agents. Name one.",
        )),
    }
}
