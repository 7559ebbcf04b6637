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

use super::{Desk, FloodControl, Request, Speech, requests};
use crate::centre::{Moment, Settings, Span};
use crate::server::signalr::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use switchhook::protocol::Payload;
use tokio::sync::oneshot;

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
        let control = Arc::new(FloodControl::default());
        Self {
            desk: Desk::new(settings(), speech, Span::from_secs(20), None, control),
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
        let client = Client::unconnected(self.clients, &agent.id);
        self.desk.handle(Request::Arrived(client.clone()));
        client.take_told();
        client
    }

    fn leave(&mut self, client: &Client) {
        self.desk.handle(Request::Left(client.clone()));
    }

    /// Calls a method; what the client is told and answered waits where it is.
    fn call(&mut self, client: &Client, method: &str, arguments: &Value) {
        let text = arguments.to_string();
        let answer = client.calls(method);
        match requests::read(method, Payload::from_json(&text)) {
            Ok(asked) => {
                let (done, _over) = oneshot::channel();
                self.desk.handle(Request::Call {
                    client: client.clone(),
                    asked,
                    answer,
                    done,
                });
            }
            Err(error) => answer.give(&Err(error)),
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
