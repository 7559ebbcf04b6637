//! The desk on virtual time, without sockets: what clients are told, to the millisecond.
//!
//! Lives here: [`Rig`], which plays clock and connections, and the cases, one file per vocabulary.
//! May not be here: what only real connections can show (`hub/tests`).
//! A client's records are read where they wait to be sent.
//! Time stands still unless a case moves it on.

mod device;
mod dialogs;
mod failover;
mod scenarios;
mod sessions;

use super::vocabulary::Vocabularies;
use super::{Asked, Desk, Speech};
use crate::centre::{Moment, Settings, Span};
use crate::conversation::{self, CallError, ClientId, Recipient, Record};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use switchhook::protocol::Payload;

/// A client without a connection: what it is told stays where it is.
#[derive(Debug)]
struct Unconnected {
    id: ClientId,
    user: String,
    told: Mutex<Vec<String>>,
}

impl Recipient for Unconnected {
    fn id(&self) -> ClientId {
        self.id
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn push(&self, record: &Record) {
        let records = record.as_str().split_terminator('\u{1e}').map(str::to_owned);
        self.told.lock().expect("whole").extend(records);
    }
}

/// Such a client, as the desk and as the cases know it.
#[derive(Debug, Clone)]
struct Client(Arc<Unconnected>);

impl Client {
    fn user(&self) -> &str {
        &self.0.user
    }

    fn recipient(&self) -> conversation::Client {
        Arc::<Unconnected>::clone(&self.0)
    }

    fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut self.0.told.lock().expect("whole"))
    }
}

/// Plays the clock and the connections.
struct Rig {
    desk: Desk,
    now: Moment,
    clients: u64,
}

fn settings() -> Settings {
    Settings {
        seed: 7,
        agents: 24,
        queues: 4,
        callbacks: 5,
        rate: 1.5,
        start: Moment::from_millis(1_795_248_000_000),
        desks: 5,
    }
}

impl Rig {
    fn new(speech: Speech) -> Self {
        Self {
            desk: Desk::new(settings(), speech, Span::from_secs(20)),
            now: settings().start,
            clients: 0,
        }
    }

    /// A hub that speaks everything, and in which this goes wrong.
    fn with(scenario: &str) -> Self {
        Self::new(Speech {
            scenario: Some(scenario.parse().expect("a scenario")),
            ..Speech::default()
        })
    }

    fn plain() -> Self {
        Self::new(Speech::default())
    }

    /// Moves the clock on, stopping wherever something is due.
    fn advance(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(due) = self.desk.next_due().filter(|due| *due < until) {
            self.now = self.now.max(due);
            self.desk.advance(self.now);
            // What is due and not done would be due for ever.
            assert_ne!(self.desk.next_due(), Some(due), "the desk does not get on");
        }
        self.now = until;
        self.desk.advance(until);
    }

    /// A client with the token of the agent who signs in with `login`.
    fn client(&mut self, login: &str) -> Client {
        self.clients += 1;
        let directory = self.desk.directory();
        let agent = directory.agent_by_login(login).expect("an agent");
        let client = Client(Arc::new(Unconnected {
            id: ClientId(self.clients),
            user: agent.id.clone(),
            told: Mutex::default(),
        }));
        self.desk.arrived(&client.recipient());
        client.take_told();
        client
    }

    fn leave(&mut self, client: &Client) {
        self.desk.left(client.0.id);
    }

    /// Calls a method; what the client is told and answered waits where it is.
    fn call(&mut self, client: &Client, method: &str, arguments: &Value) {
        let text = arguments.to_string();
        let recipient = client.recipient();
        let answer = |reply: &_| {
            let completion = CallError::completion(reply, "c", method, false, true);
            recipient.push(&Record::message(&completion));
        };
        match Asked::read(Vocabularies::default(), method, Payload::from_json(&text), 0) {
            Ok(asked) => self.desk.call(&recipient, asked, answer),
            Err(error) => answer(&Err(error)),
        }
    }

    fn request(&mut self, client: &Client, request: &Value) {
        self.call(client, "TServerRequest", &json!([request]));
    }

    fn ready(&mut self, client: &Client) {
        self.call(
            client,
            "SetAgentState",
            &json!([{"InvokeID": 2, "AgentState": 3}]),
        );
    }

    /// Signs an agent in at the own desk: not ready.
    fn sign_in(&mut self, login: &str) -> Client {
        let client = self.client(login);
        let extension = (login.parse::<u32>().expect("digits") + 3_000).to_string();
        let fields = json!([{"InvokeID": 1, "AgentID": login, "AgentInstrument": extension}]);
        self.call(&client, "Login", &fields);
        self.advance(Span::from_secs(1));
        client
    }
}

/// What a client has been told since last time: client methods with their arguments, answers left out.
fn told(client: &Client) -> Vec<(String, Value)> {
    let records = client.take_told().into_iter();
    records
        .map(|text| serde_json::from_str::<Value>(&text).expect("JSON"))
        .filter(|record| record["type"] == 1)
        .map(|record| (text(&record, "target").to_owned(), record["arguments"].clone()))
        .collect()
}

/// The first arguments of one client method.
fn heard(client: &Client, method: &str) -> Vec<Value> {
    let told = told(client).into_iter();
    told.filter(|(target, _)| target == method)
        .map(|(_, arguments)| arguments[0].clone())
        .collect()
}

/// The CTI OS events by name, with their arguments.
fn cti(client: &Client) -> Vec<(String, Value)> {
    let told = told(client).into_iter();
    told.filter(|(target, _)| target == "CtiEvent")
        .map(|(_, arguments)| {
            (
                arguments[0].as_str().unwrap_or_default().to_owned(),
                arguments[1].clone(),
            )
        })
        .collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
