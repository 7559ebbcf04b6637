//! What connected desks can ask of the simulated centre, and how they are told of it.
//!
//! Lives here: subscriptions, sign-in sessions, telephony requests, for clients known by what can be told to them.
//! May not be here: the way to a client (`server`, `worker`), the simulation's rules and wire texts (`centre`, `tell`).
//! One [`Desk`] has one owner, who hands it clients' requests one at a time and the present moment before each.
//! Hence what a client is told is in the order in which it happened, and needs no lock.

mod callgem;
mod ccs;
pub mod configuration;
mod directory;
mod entry;
mod gateway;
mod pair;
mod refusals;
mod requests;
mod scenario;
mod sessions;
mod simulation;
mod subscriptions;
#[cfg(test)]
mod tests;
mod tserver;
pub mod vocabulary;
mod voices;

pub use directory::{Directory, DirectoryAgent, DirectoryEntry, DirectoryReason};
pub use scenario::{NoScenario, Scenario};

pub(crate) use entry::{credentials, may_have_token, named_agent};
pub(crate) use requests::Asked;
pub(crate) use subscriptions::{Topic, Wish};

use crate::centre::{Command, Guid, Mask, Moment, Refusal, Settings, Span};
use crate::conversation::{CallError, Client, ClientId, Record, Reply};
use crate::tell::ctios::link::Step;
use crate::tell::ctios::{self, CtiEvent, InvokeId};
use gateway::{Gateway, NO_ANSWER};
use requests::Query;
use sessions::{Sessions, Verdict};
use simulation::{Audience, Simulation, Told};
use std::sync::Arc;
use subscriptions::{EventName, SubscriptionResult, Subscriptions};
use switchhook::vendor::callgem::LocalClock;
use vocabulary::{Vocabularies, Vocabulary};

/// The client method that carries telephony events.
const CTI_METHOD: &str = "CtiEvent";

/// The centre where nothing else is chosen. Its start is not: that is the present.
pub(crate) fn usual_centre() -> Settings {
    Settings {
        seed: 7,
        agents: 24,
        queues: 6,
        callbacks: 40,
        rate: 1.0,
        ..Settings::default()
    }
}

/// In which vocabularies the centre is told, and what goes wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speech {
    pub(crate) vocabularies: Vocabularies,
    /// What the clock on CallGem's wall shows.
    pub(crate) callgem_clock: LocalClock,
    pub(crate) scenario: Option<Scenario>,
}

/// A control failure as documented (CTI OS `ControlFailureCode`): those that this module itself raises.
mod failure {
    pub(super) const INVALID_AGENT_DATA: u8 = 8;
    pub(super) const AGENT_NOT_LOGGED_ON: u8 = 9;
    pub(super) const DEVICE_IN_USE: u8 = 10;
    pub(super) const NEW_SESSION_OPENED: u8 = 11;
}

/// The whole state behind the hub.
#[derive(Debug)]
pub(crate) struct Desk {
    simulation: Simulation,
    directory: Arc<Directory>,
    subscriptions: Subscriptions,
    sessions: Sessions,
    gateway: Gateway,
    vocabularies: Vocabularies,
}

impl Desk {
    /// A desk on a newly made centre. Whoever leaves without signing out is signed out after `grace`.
    pub(crate) fn new(settings: Settings, speech: Speech, grace: Span) -> Self {
        let vocabularies = speech.vocabularies;
        let simulation = Simulation::new(settings, speech);
        Self {
            vocabularies,
            directory: Arc::new(simulation.directory()),
            subscriptions: Subscriptions::new(simulation.organisation()),
            simulation,
            sessions: Sessions::new(grace),
            gateway: Gateway::default(),
        }
    }

    /// Names and ids of everything in the centre.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory)
    }

    /// When something is due, be it in the centre or with those who left.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        [
            self.simulation.next_due(),
            self.sessions.next_due(),
            self.gateway.next_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Lets everything happen that is due by `now`, and tells those concerned.
    pub(crate) fn advance(&mut self, now: Moment) {
        let audience = (&self.subscriptions, &self.sessions);
        let told = self.simulation.advance(now, &audience);
        self.tell(told);
        for agent in self.sessions.take_expired(now) {
            let audience = (&self.subscriptions, &self.sessions);
            let told = self.simulation.sign_out(agent, &audience);
            self.tell(told);
        }
        let step = self.gateway.advance(now);
        self.follow(&step);
    }

    /// Passes on how the gateway stands, and the present state once it is back (R45, R46).
    fn follow(&self, step: &Step) {
        for event in &step.events {
            for (_, client) in self.sessions.desks() {
                send(client, event);
            }
        }
        if step.is_back {
            for (agent, client) in self.sessions.desks() {
                for event in self.simulation.snapshot(agent) {
                    self.pass_on(client, agent, event);
                }
            }
        }
    }

    /// Sends a telephony event to the desk of an agent, in the form in which the servers send it.
    fn pass_on(&self, client: &Client, agent: Guid, event: CtiEvent) {
        let object = self.simulation.object_of(agent);
        send(client, &self.gateway.pass_on(event, object.as_deref()));
    }

    /// A client has connected.
    pub(crate) fn arrived(&self, client: &Client) {
        // Until somebody signs in, signing in is all that a desk can do.
        if self.vocabularies.has(Vocabulary::CtiOs) {
            for event in ctios::greeting() {
                send(client, &event);
            }
        }
    }

    /// A client has gone.
    pub(crate) fn left(&mut self, client: ClientId) {
        self.subscriptions.remove_all(client);
        let now = self.simulation.now();
        self.sessions.leave(client, now);
        self.simulation.voices().0.leave(client, now);
    }

    /// Does what a client asks for. `answer` is called once: what the client is told before that belongs before its
    /// answer, what it is told afterwards behind it. The caller has advanced the desk to the present moment.
    pub(crate) fn call(
        &mut self,
        client: &Client,
        asked: Asked,
        answer: impl FnOnce(&Result<Reply, CallError>),
    ) {
        match asked {
            // The present state goes out before the answer, so that the answer marks its end (D4).
            Asked::Subscribe(wishes) => answer(&reply(&self.subscribe(client, wishes))),
            Asked::Unsubscribe(wishes) => {
                answer(&reply(&self.unsubscribe(client.id(), wishes)));
            }
            Asked::UnsubscribeAll => {
                self.subscriptions.remove_all(client.id());
                answer(&reply(&true));
            }
            Asked::AvailableSubscriptions => {
                let names: Vec<_> = EventName::all().map(EventName::text).collect();
                answer(&reply(&names));
            }
            Asked::ActiveSubscriptions => {
                let active: Vec<String> = self
                    .subscriptions
                    .of(client.id())
                    .map(|topic| self.subscriptions.subscription(topic))
                    .collect();
                answer(&Ok(Some(format!("[{}]", active.join(",")))));
            }
            Asked::TServer(asked) => answer(&self.ask_tserver(client, &asked).map(|()| None)),
            Asked::CcsSubscribe(domains) => answer(&self.ccs(client, domains, true)),
            Asked::CcsUnsubscribe(domains) => answer(&self.ccs(client, domains, false)),
            Asked::CallGem(line) => answer(&self.ask_callgem(client, &line).map(|()| None)),
            // The answer says that the hub took it; what comes of it follows (product brief f.2).
            Asked::Command(invoke, request) => {
                answer(&Ok(None));
                self.command(client, invoke, request);
            }
            Asked::Query(invoke, query) => {
                answer(&Ok(None));
                self.query(client, invoke, &query);
            }
        }
    }

    /// The agent whom a client's token names.
    fn listens(&mut self, client: &Client) -> Result<Guid, CallError> {
        let agent = Guid::parse(client.user()).ok_or(CallError::UnknownMethod)?;
        self.simulation.listens(agent);
        Ok(agent)
    }

    fn ask_tserver(&mut self, client: &Client, asked: &tserver::Asked) -> Result<(), CallError> {
        let agent = self.listens(client)?;
        let (voices, centre) = self.simulation.voices();
        let tserver = voices.tserver.as_mut().ok_or(CallError::UnknownMethod)?;
        tserver.handle(centre, client, agent, asked)
    }

    fn ccs(&mut self, client: &Client, domains: Vec<String>, subscribes: bool) -> Result<Reply, CallError> {
        self.listens(client)?;
        let (voices, centre) = self.simulation.voices();
        let ccs = voices.ccs.as_mut().ok_or(CallError::UnknownMethod)?;
        if subscribes {
            reply(&ccs.subscribe(centre, client, domains))
        } else {
            reply(&ccs.unsubscribe(client.id(), domains))
        }
    }

    fn ask_callgem(&mut self, client: &Client, line: &str) -> Result<(), CallError> {
        self.listens(client)?;
        let (voices, centre) = self.simulation.voices();
        let callgem = voices.callgem.as_mut().ok_or(CallError::UnknownMethod)?;
        callgem.handle(centre, client, line)
    }

    fn subscribe(&mut self, client: &Client, wishes: Vec<Wish>) -> Vec<SubscriptionResult> {
        let mut topics = Vec::new();
        let results = wishes
            .into_iter()
            .map(|wish| {
                let verdict = self.check(&wish).map(|topic| {
                    self.subscriptions.add(client, topic);
                    topics.push(topic);
                    true
                });
                SubscriptionResult::new(wish, verdict)
            })
            .collect();
        for topic in &topics {
            for data in self.simulation.present(*topic) {
                client.push(&self.subscriptions.message(*topic, &data));
            }
        }
        results
    }

    fn unsubscribe(&mut self, client: ClientId, wishes: Vec<Wish>) -> Vec<SubscriptionResult> {
        wishes
            .into_iter()
            .map(|wish| {
                let verdict = self.check(&wish).map(|topic| {
                    self.subscriptions.remove(client, topic);
                    false
                });
                SubscriptionResult::new(wish, verdict)
            })
            .collect()
    }

    fn check(&self, wish: &Wish) -> Result<Topic, &'static str> {
        subscriptions::check(wish, |entity, event| self.simulation.has(entity, event))
    }

    fn command(&mut self, client: &Client, invoke: InvokeId, command: Result<Command, Refusal>) {
        let Some(agent) = Guid::parse(client.user()) else {
            return;
        };
        if !self.gateway.is_up() {
            self.fail_without_answer(client, agent, invoke);
        } else if let Ok(Command::Login {
            agent_login,
            extension,
        }) = &command
        {
            if self.is_token_of(client, agent_login) {
                let extension = extension.clone();
                self.sign_in(client, agent, invoke, command, &extension);
            } else {
                let text = "Your access token is for another agent. Get a token for the agent who signs in.";
                self.fail(client, agent, Some(invoke), failure::INVALID_AGENT_DATA, text);
            }
        } else if self.sessions.is_desk_of(client.id(), agent) {
            let audience = (&self.subscriptions, &self.sessions);
            let told = self.simulation.obey(agent, invoke, command, &audience);
            self.tell(told);
        } else {
            let text = "You are not signed in on this connection. Sign in first.";
            self.fail(client, agent, Some(invoke), failure::AGENT_NOT_LOGGED_ON, text);
        }
    }

    /// Whether a client's token was given out for the agent with this login id.
    fn is_token_of(&self, client: &Client, login: &str) -> bool {
        self.directory
            .agent_by_id(client.user())
            .is_some_and(|agent| agent.agent_id == login)
    }

    fn sign_in(
        &mut self,
        client: &Client,
        agent: Guid,
        invoke: InvokeId,
        command: Result<Command, Refusal>,
        extension: &str,
    ) {
        self.simulation.sits_down(agent);
        let verdict = self.sessions.open(client, agent, extension);
        if let Verdict::Resumed { displaced } | Verdict::Moved { displaced } = &verdict
            && let Some(other) = displaced
        {
            let text = "You have signed in somewhere else; this desk has stopped.";
            // No request of that desk failed, hence no number to repeat.
            self.fail(other, agent, None, failure::NEW_SESSION_OPENED, text);
        }
        match verdict {
            Verdict::DeviceInUse => {
                let text = "Another agent is signed in at this extension. Use another one.";
                self.fail(client, agent, Some(invoke), failure::DEVICE_IN_USE, text);
            }
            Verdict::Resumed { .. } => {
                send(client, &self.gateway.connected(self.simulation.now()));
                for event in self.simulation.resume(agent, invoke) {
                    self.pass_on(client, agent, event);
                }
            }
            Verdict::New | Verdict::Moved { .. } => {
                // Whoever worked under this name before, be it a simulated colleague or the same person
                // elsewhere, leaves first. The new desk need not hear of that.
                self.sessions.close(agent);
                let audience = (&self.subscriptions, &self.sessions);
                let told = if matches!(verdict, Verdict::New) {
                    self.simulation.make_way(agent, &audience)
                } else {
                    self.simulation.sign_out(agent, &audience)
                };
                self.tell(told);
                self.sessions.open(client, agent, extension);
                let audience = (&self.subscriptions, &self.sessions);
                let told = self.simulation.obey(agent, invoke, command, &audience);
                let refused = told.iter().any(
                    |told| matches!(told, Told::Cti { event, .. } if event.name == "OnControlFailureConf"),
                );
                if !refused {
                    send(client, &self.gateway.connected(self.simulation.now()));
                }
                self.tell(told);
                if refused {
                    self.sessions.close(agent);
                }
            }
        }
    }

    fn query(&self, client: &Client, invoke: InvokeId, query: &Query) {
        let Some(agent) = Guid::parse(client.user()) else {
            return;
        };
        if !self.gateway.is_up() {
            self.fail_without_answer(client, agent, invoke);
        } else if let Some(event) = self.simulation.query(agent, invoke, query) {
            self.pass_on(client, agent, event);
        }
    }

    fn fail(&self, client: &Client, agent: Guid, invoke: Option<InvokeId>, code: u8, text: &str) {
        // A desk that is told so can sign in, and nothing else.
        let event = self
            .simulation
            .failure(agent, invoke, code, text, Some(Mask::LOGIN));
        self.pass_on(client, agent, event);
    }

    /// No server can be reached: the request fails, and what was possible before stays so.
    fn fail_without_answer(&self, client: &Client, agent: Guid, invoke: InvokeId) {
        let code = NO_ANSWER.code.number();
        let event = self
            .simulation
            .failure(agent, Some(invoke), code, NO_ANSWER.text, None);
        self.pass_on(client, agent, event);
    }

    fn tell(&mut self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Rte { topic, data } => self.subscriptions.publish(topic, &data),
                Told::Cti { agent, event } => {
                    let desk = self.sessions.desk_of(agent).filter(|_| self.gateway.is_up());
                    if let Some(client) = desk {
                        self.pass_on(client, agent, event);
                    }
                }
                Told::ServerFallsSilent => self.gateway.link_mut().fall_silent(self.simulation.now()),
                Told::SignedOut { agent } => self.sessions.close(agent),
            }
        }
    }
}

/// What is chosen for a server alone, and what its measuring feed is made from.
#[cfg(feature = "server")]
impl Desk {
    /// The same desk, whose telephony events have as few parameters as the servers can send.
    pub(crate) fn with_minimised_events(mut self, minimises: bool) -> Self {
        self.gateway.minimises = minimises;
        self
    }

    /// What a wish is about, if that can be subscribed to.
    pub(crate) fn topic(&self, wish: &Wish) -> Option<Topic> {
        self.check(wish).ok()
    }

    /// The present state of it, as the data of messages.
    pub(crate) fn present(&self, topic: Topic) -> Vec<Arc<str>> {
        self.simulation.present(topic)
    }

    /// The message with such data.
    pub(crate) fn message(&self, topic: Topic, data: &str) -> Record {
        self.subscriptions.message(topic, data)
    }
}

impl Audience for (&Subscriptions, &Sessions) {
    fn wants(&self, topic: Topic) -> bool {
        self.0.is_wanted(topic)
    }

    fn has_desk(&self, agent: Guid) -> bool {
        self.1.is_open(agent)
    }
}

fn send(client: &Client, event: &CtiEvent) {
    // The name is one of the documented ones: nothing in it needs escaping.
    let arguments = format!("[\"{}\",{}]", event.name, event.arguments);
    client.push(&Record::call(CTI_METHOD, &arguments));
}

fn reply<T: serde::Serialize>(value: &T) -> Result<Reply, CallError> {
    serde_json::to_string(value)
        .map(Some)
        .map_err(|error| CallError::Internal(error.to_string()))
}
