//! The worker's hub is the server's: the same seed and the same shift, record by record, on virtual time.

use super::{Endpoint, Options, Request, SocketEvent, SocketId};
use crate::centre::{Moment, Settings, Span};
use crate::conversation::ClientId;
use crate::desk::vocabulary::Vocabularies;
use crate::desk::{Desk, Speech, usual_centre};
use crate::server::{Hotline, signalr};
use proptest::prelude::*;
use serde_json::{Value, json};
use switchhook::protocol::{Message, Payload, json as codec};
use tokio::runtime::Runtime;

const START: Moment = Moment::from_millis(1_795_248_000_000);
const SOCKET: SocketId = SocketId(1);
const PING: &str = "{\"type\":6}";

fn options(rate: f64) -> Options {
    let (mut options, _) = Options::read("");
    options.centre.rate = rate;
    options
}

/// The worker's hub with one socket.
struct Worker {
    endpoint: Endpoint,
    now: Moment,
}

impl Worker {
    fn new(rate: f64) -> Self {
        let mut endpoint = Endpoint::new(&options(rate), START);
        endpoint.advance(START);
        Self { endpoint, now: START }
    }

    /// As pages come: token, negotiate, socket, handshake.
    fn connected(rate: f64, login: &str) -> Self {
        let mut worker = Self::new(rate);
        let url = worker.negotiated(login);
        worker.endpoint.open(SOCKET, &url, START);
        worker.say("{\"protocol\":\"json\",\"version\":1}");
        worker
    }

    fn ask(&mut self, post: bool, url: &str, authorization: Option<&str>) -> (u16, Value) {
        let answer = self.endpoint.request(Request {
            post,
            url,
            authorization,
        });
        let body = serde_json::from_str(&answer.body);
        (answer.status, body.unwrap_or(Value::String(answer.body)))
    }

    fn negotiated(&mut self, login: &str) -> String {
        let (status, token) = self.ask(false, "/token/me/rte/", Some(&basic(login)));
        assert_eq!(status, 200, "{token}");
        let (hub, token) = (text(&token, "WssEndpoint"), text(&token, "Token"));
        let negotiate = [&hub.replacen("wss", "https", 1), "/negotiate?negotiateVersion=1"].concat();
        let (status, answer) = self.ask(true, &negotiate, Some(&["Bearer ", &token].concat()));
        assert_eq!(status, 200, "{answer}");
        format!(
            "{hub}?id={}&access_token={token}",
            text(&answer, "connectionToken")
        )
    }

    fn say(&mut self, record: &str) {
        self.endpoint.hear(SOCKET, &[record, "\u{1e}"].concat(), self.now);
    }

    /// Moves the clock on as the page's timer does.
    fn advance(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(due) = self.endpoint.next_due().filter(|due| *due < until) {
            self.now = self.now.max(due);
            self.endpoint.advance(self.now);
            assert_ne!(self.endpoint.next_due(), Some(due), "the hub does not get on");
        }
        self.now = until;
        self.endpoint.advance(until);
    }

    /// What the page was told since last time: records, and that the socket is closed.
    fn told(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        for (socket, event) in self.endpoint.take_events() {
            assert_eq!(socket, SOCKET);
            match event {
                SocketEvent::Opened => told.push("opened".to_owned()),
                SocketEvent::Data(text) => {
                    assert!(text.ends_with('\u{1e}'), "whole records: {text}");
                    told.extend(text.split_terminator('\u{1e}').map(str::to_owned));
                }
                SocketEvent::Closed { code } => told.push(format!("closed {code}")),
            }
        }
        told
    }
}

fn basic(login: &str) -> String {
    let mut header = "Basic ".to_owned();
    switchhook::protocol::base64::write(format!("{login}:").as_bytes(), &mut header);
    header
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// The server's half: its hub, its task's way of handling, and a client without a socket.
struct Server {
    desk: Desk,
    hotline: Hotline,
    requests: tokio::sync::mpsc::Receiver<crate::server::Request>,
    client: signalr::Client,
    now: Moment,
    runtime: Runtime,
}

impl Server {
    fn connected(rate: f64, login: &str) -> Self {
        let settings = Settings {
            start: START,
            rate,
            ..usual_centre()
        };
        let mut desk = Desk::new(settings, Speech::default(), Span::from_secs(20));
        desk.advance(START);
        let directory = desk.directory();
        let agent = directory.agent_by_login(login).expect("an agent");
        let client = signalr::Client::unconnected(ClientId(1), &agent.id);
        desk.arrived(&client.recipient());
        let (hotline, requests) = Hotline::new(Vocabularies::default());
        Self {
            desk,
            hotline,
            requests,
            client,
            now: START,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime"),
        }
    }

    fn call(&mut self, id: Option<&str>, method: &str, arguments: &str) {
        self.desk.advance(self.now);
        let call = signalr::Call {
            method,
            arguments: Payload::from_json(arguments),
            uploads: Vec::new(),
        };
        let answer = self.client.calls(id, method);
        let (hotline, client) = (&self.hotline, &self.client);
        let (desk, requests) = (&mut self.desk, &mut self.requests);
        self.runtime.block_on(async {
            let mut called = std::pin::pin!(signalr::Hub::invoke(hotline, client, call, answer));
            loop {
                tokio::select! {
                    () = &mut called => return,
                    request = requests.recv() => crate::server::handle(desk, None, request.expect("a hotline")),
                }
            }
        });
    }

    fn advance(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(due) = self.desk.next_due().filter(|due| *due < until) {
            self.now = self.now.max(due);
            self.desk.advance(self.now);
        }
        self.now = until;
        self.desk.advance(until);
    }
}

/// Both at once.
struct Both {
    worker: Worker,
    server: Server,
    invokes: u32,
    /// What was told in all.
    told: Vec<Value>,
}

impl Both {
    fn connected(rate: f64, login: &str) -> Self {
        let mut worker = Worker::connected(rate, login);
        let mut told = worker.told();
        assert_eq!(told.drain(..2).collect::<Vec<_>>(), ["opened", "{}"]);
        let server = Server::connected(rate, login);
        assert_eq!(told, server.client.take_told());
        Self {
            worker,
            server,
            invokes: 0,
            told: Vec::new(),
        }
    }

    fn call(&mut self, id: Option<&str>, method: &str, arguments: &Value) {
        let arguments = arguments.to_string();
        let mut record = String::new();
        let message = Message::Invocation {
            headers: None,
            invocation_id: id.map(Into::into),
            target: method.into(),
            arguments: Payload::from_json(&arguments),
            stream_ids: Vec::new(),
        };
        codec::encode(&message, &mut record);
        self.worker.say(record.trim_end_matches('\u{1e}'));
        self.server.call(id, method, &arguments);
        self.compare();
    }

    /// A command; the fields beside its number.
    fn command(&mut self, method: &str, mut fields: Value) {
        self.invokes += 1;
        fields["InvokeID"] = self.invokes.into();
        let id = self.invokes.to_string();
        self.call(Some(&id), method, &json!([fields]));
    }

    fn advance(&mut self, span: Span) {
        self.worker.advance(span);
        self.server.advance(span);
        self.compare();
    }

    fn compare(&mut self) {
        let told: Vec<String> = self
            .worker
            .told()
            .into_iter()
            .filter(|text| text != PING)
            .collect();
        assert_eq!(told, self.server.client.take_told());
        let told = told.iter().map(|text| serde_json::from_str(text).expect("JSON"));
        self.told.extend(told);
    }

    /// The call that the last telephony event of this name was about.
    fn call_of(&self, event: &str) -> Value {
        let mut told = self.told.iter().rev();
        let found = told.find(|record| record["target"] == "CtiEvent" && record["arguments"][0] == event);
        let found = found.unwrap_or_else(|| panic!("no {event} in {} records", self.told.len()));
        json!({ "UniqueObjectID": found["arguments"][1]["UniqueObjectID"] })
    }

    /// The same, which has been told since there were so many records, or will be.
    fn wait_for(&mut self, event: &str, before: usize) -> Value {
        for _ in 0..600 {
            let told = self.told.get(before..).unwrap_or_default();
            if told.iter().any(|record| record["arguments"][0] == event) {
                return self.call_of(event);
            }
            self.advance(Span::from_millis(500));
        }
        let told = self.told.get(before..).unwrap_or_default().iter();
        let told: Vec<&Value> = told
            .filter(|record| record["target"] != "MessageReceived" && record["target"] != "CcsEvent")
            .take(8)
            .collect();
        panic!("{event} does not come: {told:?}");
    }
}

#[test]
fn a_scripted_shift_is_told_by_the_worker_as_by_the_server() {
    let mut both = Both::connected(1.5, "1001");
    let directory = both.server.desk.directory();
    let all: Vec<Value> = directory
        .queues
        .iter()
        .map(|queue| json!({"entityId": queue.id, "eventName": "QueueStatus"}))
        .chain(
            directory
                .agents
                .iter()
                .map(|agent| json!({"entityId": agent.id, "eventName": "UserStatus"})),
        )
        .collect();
    both.call(Some("s"), "Subscribe", &json!([all]));
    let domains = json!([directory.domains]);
    both.call(Some("d"), "CcsSubscribe", &domains);
    both.call(Some("g"), "CallGem", &json!(["EV\\TXa1\\PSmine"]));
    both.call(
        Some("t"),
        "TServerRequest",
        &json!([{"Request": "TSetInputMask", "ReferenceID": 1}]),
    );
    both.command("Login", json!({"AgentID": "1001", "AgentInstrument": "4001"}));
    both.advance(Span::from_secs(1));
    let before = both.told.len();
    both.command("SetAgentState", json!({"AgentState": 3}));
    let call = both.wait_for("OnCallDelivered", before);
    both.command("Answer", call.clone());
    both.advance(Span::from_secs(5));
    both.command("Hold", call.clone());
    both.advance(Span::from_secs(3));
    both.command("Retrieve", call.clone());
    let mut consultation = call.clone();
    consultation["DialedNumber"] = "4002".into();
    both.command("MakeConsultCall", consultation);
    both.advance(Span::from_secs(5));
    both.command("Clear", call);
    both.advance(Span::from_mins(20));
    both.command("Logout", json!({}));
    both.advance(Span::from_mins(1));
    assert!(both.told.len() > 1_000, "{}", both.told.len());
}

#[test]
fn what_is_wrong_with_a_call_is_said_by_the_worker_as_by_the_server() {
    let mut both = Both::connected(0.0, "1001");
    for (method, arguments) in [
        ("Nonsense", json!([])),
        ("Subscribe", json!([])),
        (
            "Subscribe",
            json!([[{"entityId": "x", "eventName": "y"}, {"entityId": null}]]),
        ),
        ("Login", json!([7])),
        ("Login", json!([{"InvokeID": "x"}])),
        ("Hold", json!([{"InvokeID": 1}])),
        ("TServerRequest", json!([{"Request": "None"}])),
        ("CallGem", json!(["nonsense"])),
        ("CcsSubscribe", json!([["nowhere"]])),
    ] {
        for id in [Some("7"), None] {
            both.call(id, method, &arguments);
        }
    }
    assert!(both.told.len() >= 9, "{}", both.told.len());
}

/// What a page might ask, by number; calls that do not exist among it.
fn step(both: &mut Both, choice: u8, span: i64) {
    let call = json!({"UniqueObjectID": format!("5000.{}", choice % 7)});
    let known = both
        .told
        .iter()
        .rev()
        .find_map(|record| record["arguments"][1].get("UniqueObjectID").cloned());
    let call = known.map_or(call, |id| json!({ "UniqueObjectID": id }));
    let mut to = call.clone();
    to["DialedNumber"] = "+358401234567".into();
    match choice {
        0 => both.command("Login", json!({"AgentID": "1003", "AgentInstrument": "4003"})),
        1 => both.command("SetAgentState", json!({"AgentState": 3})),
        2 => both.command("SetAgentState", json!({"AgentState": 2, "EventReasonCode": 1})),
        3 => both.command("MakeCall", json!({"DialedNumber": "+358401234567"})),
        4 => both.command("Answer", call),
        5 => both.command("Hold", call),
        6 => both.command("Retrieve", call),
        7 => both.command("MakeConsultCall", to),
        8 => both.command("Alternate", call),
        9 => both.command("Transfer", call),
        10 => both.command("Clear", call),
        11 => both.command("Logout", json!({})),
        12 => both.command("SnapshotDevice", json!({})),
        _ => {}
    }
    both.advance(Span::from_millis(span));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_shift_is_told_by_the_worker_as_by_the_server(
        steps in proptest::collection::vec((0_u8..14, 0_i64..20_000), 1..40),
        rate in 0.0..3.0_f64,
    ) {
        let mut both = Both::connected(rate, "1003");
        step(&mut both, 0, 1_000);
        for (choice, span) in steps {
            step(&mut both, choice, span);
        }
    }
}

#[test]
fn a_page_pings_and_is_pinged_and_its_silence_ends_the_socket() {
    let mut worker = Worker::connected(0.0, "1001");
    worker.say(PING);
    worker.told();
    worker.advance(Span::from_secs(29));
    assert_eq!(worker.told(), [PING], "one in fifteen seconds");
    worker.say(PING);
    worker.advance(Span::from_secs(29));
    assert!(!worker.told().iter().any(|text| text.starts_with("closed")));
    worker.advance(Span::from_secs(1));
    let last = worker.told();
    let [.., close, closed] = last.as_slice() else {
        panic!("{last:?}");
    };
    assert!(close.contains("ClientTimeoutInterval of 30 s") && close.contains("\"allowReconnect\":true"));
    assert_eq!(closed, "closed 1000");
    worker.say(PING);
    assert_eq!(worker.told(), Vec::<String>::new(), "it has ended");
}

#[test]
fn who_comes_back_after_a_long_sleep_is_not_told_all_that_happened_meanwhile() {
    let mut worker = Worker::connected(3.0, "1001");
    worker.say(PING);
    worker.told();
    // The computer slept: the next thing that the worker sees of the clock is eight hours later.
    worker.now = worker.now + Span::from_mins(8 * 60);
    worker.endpoint.advance(worker.now);
    assert_eq!(worker.told().len(), 2, "the last words and the end");
}

#[test]
fn what_is_no_record_ends_the_socket_in_the_servers_words() {
    for (record, words) in [
        ("nonsense", "InvalidDataException"),
        (
            "7",
            "Unexpected JSON Token Type 'Number'. Expected a JSON Object.",
        ),
        (
            "{\"type\":1,\"target\":\"Subscribe\"}",
            "Missing required property 'arguments'.",
        ),
        (&" ".repeat(40_000), "maximum message size of 32768B was exceeded"),
    ] {
        let mut worker = Worker::connected(0.0, "1001");
        worker.told();
        worker.say(record);
        let told = worker.told();
        assert!(told.len() == 2 && told[0].contains(words), "{told:?}");
        assert_eq!(told[1], "closed 1000");
    }
    // Of a later protocol, and what is without an object here: passed over.
    let mut worker = Worker::connected(0.0, "1001");
    worker.told();
    for record in [
        "{\"type\":99}",
        "{\"type\":5,\"invocationId\":\"9\"}",
        "{\"type\":8,\"sequenceId\":1}",
    ] {
        worker.say(record);
    }
    assert_eq!(worker.told(), Vec::<String>::new());
    worker.say("{\"type\":4,\"invocationId\":\"1\",\"target\":\"Subscribe\",\"arguments\":[]}");
    assert!(worker.told()[0].contains("non-streaming 'Subscribe' method with a streaming invocation"));
    worker.say("{\"type\":7}");
    assert_eq!(worker.told(), ["{\"type\":7}", "closed 1000"]);
}

#[test]
fn hands_are_shaken_in_time_in_json_or_not_at_all() {
    for (record, words) in [
        (
            "{\"protocol\":\"messagepack\",\"version\":1}",
            "'messagepack' is not supported",
        ),
        (
            "{\"protocol\":\"json\",\"version\":9}",
            "does not support version 9",
        ),
        ("[]", "Expected a JSON Object"),
    ] {
        let mut worker = Worker::new(0.0);
        let url = worker.negotiated("1001");
        worker.endpoint.open(SOCKET, &url, START);
        worker.say(record);
        let told = worker.told();
        assert_eq!((told[0].as_str(), told[2].as_str()), ("opened", "closed 1000"));
        assert!(told[1].contains(words), "{told:?}");
    }
    let mut worker = Worker::new(0.0);
    let url = worker.negotiated("1001");
    worker.endpoint.open(SOCKET, &url, START);
    worker.advance(Span::from_secs(15));
    assert_eq!(
        worker.told(),
        ["opened", "{\"error\":\"Handshake was canceled.\"}", "closed 1000"]
    );
}

#[test]
fn a_socket_is_opened_once_by_whom_it_was_negotiated_for() {
    let mut worker = Worker::new(0.0);
    let first = worker.negotiated("1001");
    let second = worker.negotiated("1002");
    let swapped = [
        first.split("&access").next().unwrap_or_default(),
        &second[second.find("&access").unwrap_or_default()..],
    ]
    .concat();
    for url in [
        swapped.as_str(),
        "wss://demo.invalid/rte",
        "",
        "wss://demo.invalid/other?id=demo-1",
    ] {
        worker.endpoint.open(SOCKET, url, START);
        assert_eq!(worker.told(), ["closed 1006"], "{url}");
    }
    worker.endpoint.open(SOCKET, &first, START);
    assert_eq!(worker.told(), ["opened"]);
    worker.endpoint.close(SOCKET, START);
    worker.endpoint.open(SOCKET, &first, START);
    assert_eq!(worker.told(), ["closed 1006"], "a name is good once");
}

#[test]
fn the_routes_answer_as_the_servers_do_wherever_the_page_lies() {
    let mut worker = Worker::new(0.0);
    let (status, configuration) = worker.ask(false, "config.json", None);
    assert_eq!(
        (status, &configuration["source"]["telephony"]),
        (200, &json!("ctios"))
    );
    assert_eq!(worker.ask(false, "https://a.test/b/config.json", None).0, 200);
    let token = text(
        &worker.ask(false, "/token/me/rte/", Some(&basic("1001"))).1,
        "Token",
    );
    let bearer = ["Bearer ", &token].concat();
    let (status, directory) = worker.ask(false, "/directory", Some(&bearer));
    assert_eq!(
        (status, directory["agents"].as_array().map(Vec::len)),
        (200, Some(24))
    );
    for (post, url, authorization, status, words) in [
        (false, "/token/me/rte/", None, 401, "Who is asking?"),
        (
            false,
            "/token/me/rte/",
            Some(basic("77")),
            401,
            "no agent with this id",
        ),
        (
            false,
            "/token/me/rte/",
            Some("Basic é".to_owned()),
            401,
            "not base64",
        ),
        (
            false,
            "/token/1002/rte/",
            Some(basic("1001")),
            403,
            "own user only",
        ),
        (false, "/directory", None, 401, "Who is asking?"),
        (
            false,
            "/directory",
            Some("Bearer a.b.c".to_owned()),
            401,
            "Who is asking?",
        ),
        (
            true,
            "https://demo.invalid/rte/negotiate",
            None,
            401,
            "No access token",
        ),
        (true, "/config.json", None, 404, "nothing at this address"),
        (false, "", None, 404, "nothing at this address"),
    ] {
        let (answered, text) = worker.ask(post, url, authorization.as_deref());
        assert_eq!(answered, status, "{url}");
        assert!(text.as_str().is_some_and(|text| text.contains(words)), "{text}");
    }
}
