//! What connected desks can ask of the simulated centre, and how they are told of it.
//!
//! Lives here: subscriptions, sign-in sessions, telephony requests, the measuring feed, on top of `signalr`.
//! May not be here: sockets and HTTP (`signalr`, `http`), the simulation's rules and wire texts (`centre`, `tell`).
//! One [`Desk`] is owned by one task (`clock`); clients reach it through [`Hotline`], one request at a time.
//! Hence what a client is told is in the order in which it happened, and needs no lock.

mod directory;
mod flood;
mod hotline;
mod requests;
mod sessions;
mod simulation;
mod subscriptions;

pub use directory::{Directory, DirectoryAgent, DirectoryEntry, DirectoryReason};
pub use flood::{Flood, FloodCount};
pub use hotline::{Hotline, Request};

use super::signalr::{CallError, Client, ClientId, Reply, call};
use crate::centre::{Guid, Moment, Settings, Span};
use flood::Template;
use requests::{Asked, Telephony};
use sessions::{Sessions, Verdict};
use simulation::{CtiEvent, Simulation, Told};
use std::sync::Arc;
use subscriptions::{EventName, SubscriptionResult, Subscriptions, Topic, Wish};

/// The client method that carries telephony events.
const CTI_METHOD: &str = "CtiEvent";

/// A control failure as documented (CTI OS `ControlFailureCode`): those that this module itself raises.
mod failure {
    pub(super) const INVALID_AGENT_DATA: u8 = 8;
    pub(super) const AGENT_NOT_LOGGED_ON: u8 = 9;
    pub(super) const DEVICE_IN_USE: u8 = 10;
    pub(super) const NEW_SESSION_OPENED: u8 = 11;
    pub(super) const INVALID_OBJECT_STATE: u8 = 38;
}

/// The whole state behind the hub.
#[derive(Debug)]
pub struct Desk {
    simulation: Simulation,
    directory: Arc<Directory>,
    subscriptions: Subscriptions,
    sessions: Sessions,
    flood: Option<(Flood, Arc<FloodCount>)>,
}

impl Desk {
    /// A desk on a newly made centre. Whoever leaves without signing out is signed out after `grace`.
    pub fn new(
        settings: Settings,
        grace: Span,
        flood: Option<Flood>,
        count: Arc<FloodCount>,
    ) -> Self {
        let simulation = Simulation::new(settings);
        Self {
            directory: Arc::new(simulation.directory()),
            subscriptions: Subscriptions::new(simulation.organisation()),
            simulation,
            sessions: Sessions::new(grace),
            flood: flood.map(|flood| (flood, count)),
        }
    }

    /// Names and ids of everything in the centre.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory)
    }

    /// When something is due, be it in the centre or with those who left.
    pub fn next_due(&self) -> Option<Moment> {
        [self.simulation.next_due(), self.sessions.next_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets everything happen that is due by `now`, and tells those concerned.
    pub fn advance(&mut self, now: Moment) {
        let told = self.simulation.advance(now, |topic| self.subscriptions.is_wanted(topic));
        self.tell(told);
        for agent in self.sessions.take_expired(now) {
            let told = self.simulation.sign_out(agent);
            self.tell(told);
        }
    }

    /// Answers one request. The caller has advanced the desk to the present moment.
    pub fn handle(&mut self, request: Request) {
        match request {
            Request::Left(client) => self.leave(&client),
            Request::Call {
                client,
                asked,
                answer,
            } => {
                let reply = self.answer(&client, asked);
                // Whoever asked may have gone meanwhile; then nobody needs the answer.
                let _ = answer.send(reply);
            }
        }
    }

    fn answer(&mut self, client: &Client, asked: Asked) -> Result<Reply, CallError> {
        match asked {
            Asked::Subscribe(wishes) => reply(&self.subscribe(client, wishes)),
            Asked::Unsubscribe(wishes) => reply(&self.unsubscribe(client.id(), wishes)),
            Asked::UnsubscribeAll => {
                self.subscriptions.remove_all(client.id());
                reply(&true)
            }
            Asked::AvailableSubscriptions => {
                reply(&EventName::all().map(EventName::text).collect::<Vec<_>>())
            }
            Asked::ActiveSubscriptions => {
                let active: Vec<String> = self
                    .subscriptions
                    .of(client.id())
                    .map(|topic| self.subscriptions.subscription(topic))
                    .collect();
                Ok(Some(format!("[{}]", active.join(","))))
            }
            Asked::Telephony { invoke_id, request } => {
                self.telephone(client, invoke_id, request);
                Ok(None)
            }
        }
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
        // The present state goes out before the answer, so that the answer marks its end (decision D4).
        for topic in &topics {
            for data in self.simulation.present(*topic) {
                client.push(self.subscriptions.message(*topic, &data));
            }
        }
        self.flood(client, &topics);
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

    fn flood(&self, client: &Client, topics: &[Topic]) {
        let Some((flood, count)) = &self.flood else {
            return;
        };
        let templates: Vec<Template> = topics
            .iter()
            .filter(|topic| {
                matches!(
                    topic.event.text(),
                    "UserStatus" | "QueueStatus" | "CallbackChanged"
                )
            })
            .flat_map(|topic| {
                self.simulation
                    .present(*topic)
                    .into_iter()
                    .map(|data| Template::new(&data, |data| self.subscriptions.message(*topic, data)))
            })
            .collect();
        if !templates.is_empty() {
            flood::start(client, templates, flood, count);
        }
    }

    fn leave(&mut self, client: &Client) {
        self.subscriptions.remove_all(client.id());
        self.sessions.leave(client.id(), self.simulation.now());
    }

    fn telephone(&mut self, client: &Client, invoke_id: u32, request: Telephony) {
        let Some(agent) = Guid::parse(client.user()) else {
            return;
        };
        match request {
            Telephony::Login {
                agent_id,
                instrument,
            } => self.sign_in(client, agent, invoke_id, &agent_id, &instrument),
            Telephony::QueryAgentState => {
                send(client, &self.simulation.agent_state(agent, invoke_id));
            }
            Telephony::Heartbeat => send(client, &self.simulation.heartbeat(invoke_id)),
            Telephony::RequestDesktopSettings => {
                send(client, &self.simulation.global_settings(invoke_id));
            }
            Telephony::QueryAgentDeskSettings => {
                send(client, &self.simulation.desk_settings(agent, invoke_id));
            }
            request if self.sessions.is_desk_of(client.id(), agent) => {
                let told = self.simulation.obey(agent, invoke_id, request);
                self.tell(told);
            }
            _ => {
                let text = "You are not signed in on this connection. Sign in first.";
                self.fail(client, agent, invoke_id, failure::AGENT_NOT_LOGGED_ON, text);
            }
        }
    }

    fn sign_in(
        &mut self,
        client: &Client,
        agent: Guid,
        invoke_id: u32,
        agent_id: &str,
        instrument: &str,
    ) {
        let own = self.directory.agent_by_id(&agent.to_string());
        if own.is_none_or(|own| own.agent_id != agent_id) {
            let text = "Your access token is for another agent. Get a token for the agent who signs in.";
            return self.fail(client, agent, invoke_id, failure::INVALID_AGENT_DATA, text);
        }
        match self.sessions.open(client, agent, instrument) {
            Verdict::DeviceInUse => {
                let text = "Another agent is signed in at this extension. Use another one.";
                self.fail(client, agent, invoke_id, failure::DEVICE_IN_USE, text);
            }
            Verdict::ElsewhereSignedIn => {
                let text = "You are signed in at another extension. Sign out there first.";
                self.fail(client, agent, invoke_id, failure::INVALID_OBJECT_STATE, text);
            }
            Verdict::New => {
                let told = self.simulation.sign_in(agent, invoke_id, agent_id, instrument);
                self.tell(told);
                if !self.simulation.is_signed_in(agent) {
                    self.sessions.close(agent);
                }
            }
            Verdict::Resumed { displaced } => {
                if let Some(other) = displaced {
                    let text = "You have signed in somewhere else; this desk has stopped.";
                    // No request of that desk failed, hence no number to repeat.
                    self.fail(&other, agent, 0, failure::NEW_SESSION_OPENED, text);
                }
                for event in self.simulation.resume(agent, invoke_id) {
                    send(client, &event);
                }
            }
        }
    }

    fn fail(&self, client: &Client, agent: Guid, invoke_id: u32, code: u8, text: &str) {
        send(client, &self.simulation.failure(agent, invoke_id, code, text));
    }

    fn tell(&mut self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Rte { topic, data } => self.subscriptions.publish(topic, &data),
                Told::Cti { agent, event } => {
                    if let Some(client) = self.sessions.desk_of(agent) {
                        send(client, &event);
                    }
                    if event.ends_session() {
                        self.sessions.close(agent);
                    }
                }
            }
        }
    }
}

fn send(client: &Client, event: &CtiEvent) {
    // The name is one of the documented ones: nothing in it needs escaping.
    let arguments = format!("[\"{}\",{}]", event.name, event.arguments);
    client.push(call(CTI_METHOD, &arguments));
}

fn reply<T: serde::Serialize>(value: &T) -> Result<Reply, CallError> {
    serde_json::to_string(value)
        .map(Some)
        .map_err(|error| CallError::Internal(error.to_string()))
}
