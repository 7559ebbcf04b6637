//! The session with a scripted hub at its other end, on a clock of its own.
//!
//! Lives here: [`Desk`], which feeds inputs and carries the effects out on paper, and the site that it is at.
//! May not be here: cases.
//! Time stands still unless a test moves it.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub(crate) mod hubs;
pub(crate) mod sources;

use std::cell::RefCell;
use std::rc::Rc;
use switchhook::connection::{Action, Input as Wire, Millis, RequestId, SocketId};
use switchhook::domain::command::InvokeId;
use switchhook::domain::model::Off;
use switchhook::domain::{Model, Moment, Transition};
use switchhook::protocol::Frame;
use switchhook::session::config::{self, Config};
use switchhook::session::state::{Attending, Link};
use switchhook::session::{Contest, Credentials, Effect, FetchId, Input, Now, PortalWants, Session, Ticket};

pub(crate) const ANN: &str = "aa9730c4-ce86-e611-80c9-00505689257e";
pub(crate) const QUEUE: &str = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
pub(crate) const LIST: &str = "d0eeb030-ff4b-ea11-ac9c-00155d4fdcf3";

pub(crate) fn site(extra: &str) -> Config {
    site_with(r#""identify":"basic""#, extra)
}

/// A site that identifies agents in this way.
pub(crate) fn site_with(identify: &str, extra: &str) -> Config {
    let json = format!(
        r#"{{"source":{{"token":{{"url":"/token/me/rte/",{identify}}},
            "directory":{{"agents":[{{"id":"{ANN}","name":"Ann","agentId":"1001"}}],
                          "queues":[{{"id":"{QUEUE}","name":"Support"}}],
                          "callLists":[{{"id":"{LIST}","name":"Callbacks"}}]}}{extra}}}}}"#
    );
    config::parse(json.as_bytes())
        .map(|(config, _)| config)
        .expect("the configuration is good")
}

/// A session with a scripted hub at its other end.
pub(crate) struct Desk {
    pub(crate) session: Session,
    pub(crate) model: Rc<RefCell<Model>>,
    pub(crate) time: i64,
    /// What chance has in store.
    pub(crate) random: u64,
    pub(crate) sent: Vec<String>,
    /// What people were told.
    pub(crate) told: Vec<Transition>,
    /// What calls for attention now.
    pub(crate) attending: Attending,
    /// What this tab competed for, one after the other.
    pub(crate) contests: Vec<Option<Contest>>,
    /// What became of the portal's commands.
    pub(crate) portal_commands: Vec<(Ticket, Result<InvokeId, Off>)>,
    /// What the portal was asked for.
    pub(crate) portal_asked: Vec<Option<PortalWants>>,
    /// The releases that the page was loaded anew for.
    pub(crate) reloads: Vec<Box<str>>,
    pub(crate) fetches: Vec<(FetchId, String, Option<String>)>,
    pub(crate) negotiations: Vec<RequestId>,
    pub(crate) sockets: Vec<SocketId>,
    pub(crate) open: Option<SocketId>,
}

impl Desk {
    pub(crate) fn new(mut config: Config) -> Self {
        let model = Rc::new(RefCell::new(Model::default()));
        Self {
            session: Session::new(config.hubs.remove(0), Rc::clone(&model)),
            model,
            time: 0,
            random: 7,
            sent: Vec::new(),
            told: Vec::new(),
            attending: Attending::default(),
            contests: Vec::new(),
            portal_commands: Vec::new(),
            portal_asked: Vec::new(),
            reloads: Vec::new(),
            fetches: Vec::new(),
            negotiations: Vec::new(),
            sockets: Vec::new(),
            open: None,
        }
    }

    pub(crate) fn feed(&mut self, input: Input<'_>) {
        self.session.step(input, self.now());
        for effect in self.session.take_effects() {
            match effect {
                Effect::Fetch {
                    fetch,
                    url,
                    authorization,
                    ..
                } => self
                    .fetches
                    .push((fetch, url, authorization.map(|secret| secret.expose().to_owned()))),
                Effect::Wire(Action::Post { request, .. }) => self.negotiations.push(request),
                Effect::Wire(Action::OpenSocket { socket, .. }) => self.sockets.push(socket),
                Effect::Wire(Action::Send {
                    frame: Frame::Text(text),
                    ..
                }) => {
                    self.sent
                        .extend(text.split_terminator('\u{1e}').map(str::to_owned));
                }
                Effect::Wire(Action::CloseSocket { socket }) if self.open == Some(socket) => self.open = None,
                Effect::Wire(_) => {}
                Effect::Tell(transition) => self.told.push(transition),
                Effect::Attend(attending) => self.attending = attending,
                Effect::Compete(contest) => self.contests.push(contest),
                Effect::PortalCommand(ticket, outcome) => self.portal_commands.push((ticket, outcome)),
                Effect::AskPortal(wants) => self.portal_asked.push(wants),
                Effect::Reload(release) => self.reloads.push(release),
            }
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            monotonic: Millis::new(self.time),
            wall: Moment(1_700_000_000_000 + self.time),
            random: self.random,
        }
    }

    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.feed(Input::Tick);
    }

    pub(crate) fn sign_in(&mut self) {
        self.feed(Input::SignIn(Credentials {
            login_id: "1001".into(),
            password: String::new(),
            extension: "4001".into(),
        }));
    }

    pub(crate) fn answer_fetch(&mut self, status: u16, body: &str) {
        let (fetch, _, _) = self.fetches.pop().expect("a request is under way");
        self.feed(Input::Fetched {
            fetch,
            status,
            body: body.as_bytes(),
        });
    }

    pub(crate) fn answer_token(&mut self) {
        self.answer_fetch(200, r#"{"WssEndpoint":"ws://hub.example/rte","Token":"a.e30.c"}"#);
    }

    pub(crate) fn answer_negotiate(&mut self) {
        self.answer_negotiate_with("");
    }

    /// Answers negotiate with `extra` properties.
    pub(crate) fn answer_negotiate_with(&mut self, extra: &str) {
        let request = self.negotiations.pop().expect("negotiation is under way");
        let body = format!(
            r#"{{"negotiateVersion":1,"connectionId":"c","connectionToken":"t"{extra},
                "availableTransports":[{{"transport":"WebSockets","transferFormats":["Text"]}}]}}"#
        );
        self.feed(Input::Wire(Wire::Answered {
            request,
            status: 200,
            body: body.as_bytes(),
            retry_after: None,
        }));
    }

    pub(crate) fn open_socket(&mut self) {
        self.reopen_socket();
        self.receive("{}\u{1e}");
    }

    /// Opens a socket on which no handshake is due.
    pub(crate) fn reopen_socket(&mut self) {
        let socket = self.sockets.pop().expect("a socket is opening");
        self.open = Some(socket);
        self.feed(Input::Wire(Wire::SocketOpened { socket }));
    }

    pub(crate) fn receive(&mut self, text: &str) {
        self.receive_bytes(text.as_bytes());
    }

    pub(crate) fn receive_bytes(&mut self, bytes: &[u8]) {
        let socket = self.open.expect("a socket is open");
        self.feed(Input::Wire(Wire::SocketData {
            socket,
            bytes,
            binary: false,
        }));
    }

    pub(crate) fn drop_socket(&mut self) {
        let socket = self.open.take().expect("a socket is open");
        self.feed(Input::Wire(Wire::SocketClosed {
            socket,
            code: 1006,
            reason: "",
            clean: false,
        }));
    }

    /// The last invocation of `target`: its id and arguments.
    pub(crate) fn invocation(&self, target: &str) -> Option<(String, serde_json::Value)> {
        self.sent.iter().rev().find_map(|record| {
            let message: serde_json::Value = serde_json::from_str(record).ok()?;
            (message.get("target")?.as_str()? == target).then(|| {
                let id = message
                    .get("invocationId")
                    .and_then(|id| id.as_str())
                    .unwrap_or_default();
                (id.to_owned(), message["arguments"].clone())
            })
        })
    }

    pub(crate) fn complete(&mut self, target: &str, result: &str) {
        let (id, _) = self
            .invocation(target)
            .unwrap_or_else(|| panic!("{target} was invoked: {:?}", self.sent));
        self.receive(&format!(
            "{{\"type\":3,\"invocationId\":\"{id}\",\"result\":{result}}}\u{1e}"
        ));
    }

    /// The hub calls a client method with these arguments (a JSON array).
    pub(crate) fn hub_calls(&mut self, target: &str, arguments: &str) {
        self.receive(&format!(
            "{{\"type\":1,\"target\":\"{target}\",\"arguments\":{arguments}}}\u{1e}"
        ));
    }

    /// The hub refuses the last invocation of `target` with these words.
    pub(crate) fn refuse(&mut self, target: &str, words: &str) {
        let (id, _) = self.invocation(target).expect("it was invoked");
        self.receive(&format!(
            "{{\"type\":3,\"invocationId\":\"{id}\",\"error\":\"{words}\"}}\u{1e}"
        ));
    }

    /// The invocations of `target` since the record was last emptied: id and arguments of each.
    pub(crate) fn invocations(&self, target: &str) -> Vec<(String, serde_json::Value)> {
        let messages = self.sent.iter().filter_map(|record| {
            let message: serde_json::Value = serde_json::from_str(record).ok()?;
            (message.get("target")?.as_str()? == target).then(|| {
                let id = message["invocationId"].as_str().unwrap_or_default().to_owned();
                (id, message["arguments"].clone())
            })
        });
        messages.collect()
    }

    /// Loses the socket and comes back in a new session of the hub, up to the open socket.
    pub(crate) fn reconnect(&mut self) {
        self.drop_socket();
        self.sent.clear();
        self.pass(2_000);
        self.answer_token();
        self.answer_negotiate();
        self.open_socket();
    }

    pub(crate) fn connect(&mut self) {
        self.connect_with("");
    }

    /// Connects to a hub that answers negotiate with `extra` properties.
    pub(crate) fn connect_with(&mut self, extra: &str) {
        self.sign_in();
        self.answer_token();
        self.answer_negotiate_with(extra);
        self.open_socket();
        self.complete(
            "AvailableSubscriptions",
            r#"["UserStatus","UserAvailability","QueueStatus","CallbackChanged"]"#,
        );
    }

    pub(crate) fn link(&self) -> Link {
        self.session.connection().link
    }
}

pub(crate) fn user_status(talking: bool) -> String {
    format!(
        r#"{{"type":1,"target":"MessageReceived","arguments":[{{"subscription":{{"eventType":"UserStatus","entityId":"{ANN}"}},
        "data":{{"eventType":"UserStatus","entityType":"User","entityId":"{ANN}","messageTTLSeconds":60,"userId":"{ANN}",
        "talking":{talking},"available":true,"serving":true,"id":"aa90c608-7fd4-4c59-af60-d8141470e85b","timestamp":"2023-11-14T22:13:20.5Z"}}}}]}}"#
    ) + "\u{1e}"
}
