//! A desk in a portal's frame: the session with its scripted hub, the machine of `ccd/1`, and the portal on paper.
//!
//! Lives here: [`Framed`], which carries effects from one to the other as the page's driver does.
//! May not be here: cases.
//! What is posted is kept as it was written: the page's own reader and serde_json must both make sense of it.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "data are written where they are handed over"
)]

use crate::session_rig::Desk;
use serde_json::{Value, json};
use switchhook::connection::Secret;
use switchhook::domain::Delta;
use switchhook::domain::ids::CallKey;
use switchhook::embed::{Effect, Embedding, Frame, Input, Parent, Present, Said, Wish};
use switchhook::session::Input as ToSession;
use switchhook::session::config::{self, Config};

pub(crate) const PORTAL: &str = "https://portal.example";
pub(crate) const NONCE: &str = "0123456789abcdef0123456789abcdef";
/// Everything that a portal can be allowed to do.
pub(crate) const ALL_COMMANDS: &str = r#"["dial","answer","hold","retrieve","endCall","endForAll","alternate",
    "backToCaller","makeCurrent","consult","completeTransfer","blindTransfer","completeConference","addParty",
    "sendTones","startRecording","stopRecording","ready","notReady","wrapUpReady","wrapUpNotReady","signedOut"]"#;
pub(crate) const ALL_TOPICS: &str = r#"["variables","callbacks","alerts","chat"]"#;

/// A site with a telephony server, whose configuration names the portal, with `extra` keys.
pub(crate) fn site(commands: &str, topics: &str, extra: &str) -> Config {
    let ann = crate::session_rig::ANN;
    let list = crate::session_rig::LIST;
    let json = format!(
        r#"{{"source":{{"token":{{"url":"/token/me/rte/"}},"telephony":"ctios","directory":{{
            "agents":[{{"id":"{ann}","name":"Ann","agentId":"1001"}}],"queues":[],
            "callLists":[{{"id":"{list}","name":"Callbacks"}}],
            "notReadyReasons":[{{"code":2,"label":"Lunch"}}]}}}},
            "embed":{{"allowedOrigins":["{PORTAL}"],"allowCommands":{commands},"topics":{topics}}}{extra}}}"#
    );
    read(&json)
}

pub(crate) fn read(json: &str) -> Config {
    match config::parse(json.as_bytes()) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{faults:?}"),
    }
}

/// A desk in a frame.
pub(crate) struct Framed {
    pub(crate) desk: Desk,
    pub(crate) embedding: Embedding,
    /// Messages to the window above, with the origin that each was for.
    pub(crate) said: Vec<(String, Value)>,
    /// Messages through the port, as written.
    pub(crate) written: Vec<String>,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) tokens: Vec<Secret>,
    pub(crate) ports_taken: u32,
    pub(crate) disposed: bool,
    /// What was posted before the port was closed.
    pub(crate) closed_after: Option<usize>,
    told: usize,
    delta: Delta,
    next_id: u64,
}

impl Framed {
    pub(crate) fn new(config: Config) -> Self {
        Self::shown_by(config, Parent::Origin(PORTAL.into()))
    }

    pub(crate) fn shown_by(config: Config, parent: Parent) -> Self {
        let frame = Frame {
            parent,
            nonce: NONCE.into(),
            build: "0.0.0".into(),
        };
        let embedding = Embedding::new(&config, frame);
        let mut framed = Self {
            desk: Desk::new(config),
            embedding,
            said: Vec::new(),
            written: Vec::new(),
            wishes: Vec::new(),
            tokens: Vec::new(),
            ports_taken: 0,
            disposed: false,
            closed_after: None,
            told: 0,
            delta: Delta::default(),
            next_id: 0,
        };
        framed.step(Input::Begin);
        framed
    }

    /// One with everything allowed and somebody at work, after the handshake; what was posted so far is forgotten.
    pub(crate) fn at_work() -> Self {
        Self::at_work_at(site(ALL_COMMANDS, ALL_TOPICS, ""))
    }

    pub(crate) fn at_work_at(config: Config) -> Self {
        let mut framed = Self::new(config);
        framed.join();
        framed.go_to_work("");
        framed.written.clear();
        framed
    }

    /// The agent signs in, not ready, with a mask that allows everything; `more` is what else the event says.
    pub(crate) fn go_to_work(&mut self, more: &str) {
        self.on_desk(|desk| {
            desk.connect();
            desk.complete("Subscribe", "[]");
            desk.complete("Login", "null");
        });
        let told = [
            r#""AgentID":"1001","AgentState":2,"EnablementMask":4290772991"#,
            more,
        ];
        self.cti("OnAgentStateChange", &told.concat());
    }

    /// Does something with the desk, and what follows.
    pub(crate) fn on_desk(&mut self, act: impl FnOnce(&mut Desk)) {
        act(&mut self.desk);
        self.follow();
    }

    /// The telephony server says this; `fields` without braces.
    pub(crate) fn cti(&mut self, name: &str, fields: &str) {
        self.on_desk(|desk| desk.hub_calls("CtiEvent", &format!(r#"["{name}",{{{fields}}}]"#)));
    }

    /// The same of a call.
    pub(crate) fn call(&mut self, name: &str, call: &str, fields: &str) {
        self.cti(name, &format!(r#""UniqueObjectID":"call.5000.{call}"{fields}"#));
    }

    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.desk.time += milliseconds;
        self.step(Input::Tick);
        self.on_desk(|desk| desk.feed(ToSession::Tick));
    }

    /// Feeds the machine, and carries out what follows.
    pub(crate) fn step(&mut self, input: Input<'_>) {
        self.feed(input);
        self.follow();
    }

    fn feed(&mut self, input: Input<'_>) {
        let model = self.desk.model.borrow();
        let session = &self.desk.session;
        let now = self.desk.now();
        let present = Present {
            model: &model,
            screen: session.screen(),
            connection: session.connection(),
            reasons: session.reasons(),
            ringing: self.desk.attending.call,
            server_now: session.server_now(now.wall),
            oddities: &|| 0,
        };
        self.embedding.step(input, &present, now);
        drop(model);
        for effect in self.embedding.take_effects() {
            match effect {
                Effect::ToWindow { origin, json } => self.said.push((origin.into(), parsed(&json))),
                Effect::TakePort => self.ports_taken += 1,
                Effect::ToPort(json) => self.written.push(json),
                Effect::ClosePort => self.closed_after = Some(self.written.len()),
                Effect::Command(ticket, command) => {
                    self.desk.feed(ToSession::PortalCommand(ticket, command));
                }
                Effect::Token(token) => {
                    self.tokens.push(token.clone());
                    self.desk.feed(ToSession::PortalToken(token));
                }
                Effect::Wish(wish) => self.wishes.push(wish),
                Effect::Dispose => {
                    self.disposed = true;
                    self.desk.feed(ToSession::Leave);
                }
            }
        }
    }

    /// Tells the machine what has come of the session's steps, as the driver does.
    fn follow(&mut self) {
        loop {
            let commands = std::mem::take(&mut self.desk.portal_commands);
            let asked = std::mem::take(&mut self.desk.portal_asked);
            let is_quiet = commands.is_empty() && asked.is_empty() && self.told == self.desk.told.len();
            while let Some(transition) = self.desk.told.get(self.told).cloned() {
                self.told += 1;
                self.feed(Input::Told(&transition));
            }
            for wanted in asked {
                self.feed(Input::WantsToken(wanted));
            }
            for (ticket, outcome) in commands {
                self.feed(Input::Sent(ticket, outcome));
            }
            self.feed(Input::Stepped);
            let mut delta = std::mem::take(&mut self.delta);
            delta.clear();
            self.desk.model.borrow_mut().take_delta(&mut delta);
            self.feed(Input::Drawn(&delta));
            self.delta = delta;
            if is_quiet {
                return;
            }
        }
    }

    // ---- the portal ----

    pub(crate) fn window(&mut self, origin: &str, from_parent: bool, has_port: bool, json: &Value) {
        let json = json.to_string();
        self.step(Input::Window {
            origin,
            from_parent,
            has_port,
            said: Said::Json(&json),
        });
    }

    /// The portal's `init`, with further members.
    pub(crate) fn init(&mut self, more: &Value) {
        let mut init = json!({"ccd": 1, "type": "init", "nonce": NONCE});
        for (name, value) in more.as_object().into_iter().flatten() {
            init[name] = value.clone();
        }
        self.window(PORTAL, true, true, &init);
    }

    pub(crate) fn join(&mut self) {
        self.init(&json!({}));
    }

    pub(crate) fn post(&mut self, message: &Value) {
        let json = message.to_string();
        self.step(Input::Port(Said::Json(&json)));
    }

    /// Asks for something; answers with the answer, if it has come.
    pub(crate) fn ask(&mut self, kind: &str, data: Value) -> Option<Value> {
        let id = self.begin(kind, data);
        self.answer(id)
    }

    /// Asks for something; answers with the request's id.
    pub(crate) fn begin(&mut self, kind: &str, data: Value) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        self.post(&json!({"ccd": 1, "type": kind, "id": id, "data": data}));
        id
    }

    pub(crate) fn answers(&self, id: u64) -> Vec<Value> {
        let mark = format!("\"re\":{id},");
        let written = self.written.iter().filter(|json| json.contains(&mark));
        written.map(|json| parsed(json)).collect()
    }

    /// The one answer to a request, if it has come.
    pub(crate) fn answer(&self, id: u64) -> Option<Value> {
        let mut answers = self.answers(id);
        assert!(answers.len() <= 1, "{answers:?}");
        answers.pop()
    }

    /// The code of the error with which something is refused at once.
    pub(crate) fn refusal(&mut self, kind: &str, data: Value) -> String {
        let answer = self.ask(kind, data.clone());
        let answer = answer.unwrap_or_else(|| panic!("{kind} {data} has no answer"));
        assert_eq!(answer["ok"], false, "{kind} {data}: {answer}");
        answer["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// What was posted through the port.
    pub(crate) fn posted(&self) -> Vec<Value> {
        self.written.iter().map(|json| parsed(json)).collect()
    }

    /// The types of what was posted, in order, without answers; then forgets it.
    pub(crate) fn take_kinds(&mut self) -> Vec<String> {
        let kinds = self.posted();
        self.written.clear();
        kinds
            .iter()
            .filter_map(|message| Some(message["type"].as_str()?.to_owned()))
            .collect()
    }

    /// The data of the messages of a type, in order.
    pub(crate) fn data_of(&self, kind: &str) -> Vec<Value> {
        let posted = self.posted().into_iter();
        posted
            .filter(|message| message["type"] == kind)
            .map(|message| message["data"].clone())
            .collect()
    }

    pub(crate) fn counters(&mut self) -> Value {
        let answer = self
            .ask("exportDiagnostics", json!({}))
            .expect("it is answered at once");
        answer["data"]["counters"].clone()
    }

    /// The telephony server's confirmation of the last invocation of `method`.
    pub(crate) fn confirm(&mut self, method: &str) {
        let (_, arguments) = self.desk.invocation(method).expect("it was sent");
        let id = arguments[0]["InvokeID"].clone();
        let event = match method {
            "SetAgentState" => "OnSetAgentStateConf",
            "MakeCall" => "OnMakeCallConf",
            "Hold" => "OnHoldCallConf",
            "Answer" => "OnAnswerCallConf",
            "SendDTMF" => "OnSendDTMFConf",
            other => panic!("no confirmation is known for {other}"),
        };
        self.cti(event, &format!(r#""InvokeID":{id}"#));
    }

    pub(crate) fn key_of(&self, call: &str) -> Option<CallKey> {
        let model = self.desk.model.borrow();
        model.calls.ordered().find(|key| {
            let row = model.calls.get(*key);
            row.is_some_and(|row| *row.id == *format!("call.5000.{call}"))
        })
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}
