//! The connection's invariants over random sequences of every input in every state.
//!
//! Lives here: a model of what must hold, checked after each of 50,000 steps (SWITCHHOOK_STEPS for more).
//! May not be here: single cases.
//! Invariants: every call settles exactly once; nothing unsent is reported as sent; messages arrive once and
//! in order; `Stop` leaves nothing open and no timer; `Disconnected` is told once for every `Start`.

#[path = "connection_rig/mod.rs"]
mod rig;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rig::{NEGOTIATED, Rig, Told, options};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;
use switchhook::connection::{
    Action, BadRecords, CallId, Delays, Error, Input, Options, RequestId, Secret, SocketId, Status,
};
use switchhook::protocol::Frame;

/// Steps in one sequence.
const LENGTH: usize = 1_000;

#[derive(Debug, Clone)]
enum Step {
    Start,
    Stop,
    RetryNow,
    Wake,
    Offline,
    Online,
    Pass(u32),
    LateTick(u32),
    JumpBack(u32),
    Token(bool),
    TokenFails(u8),
    Negotiate(u8),
    Opened,
    Refused(u16),
    Closed(bool),
    /// The server says something.
    Says(Says),
    /// Up to so many of the server's bytes arrive.
    Arrive(u16),
    Invoke(u32),
    Send(u16),
    Cancel(u8),
    /// An input that names an old request or socket.
    Stale(u8),
}

#[derive(Debug, Clone)]
enum Says {
    Invocation,
    Ping,
    Completion(u8),
    Failure(u8),
    Item(u8),
    Bad,
    Unknown,
    Question,
    Close(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let says = prop_oneof![
        6 => Just(Says::Invocation),
        2 => Just(Says::Ping),
        4 => any::<u8>().prop_map(Says::Completion),
        1 => any::<u8>().prop_map(Says::Failure),
        1 => any::<u8>().prop_map(Says::Item),
        1 => Just(Says::Bad),
        1 => Just(Says::Unknown),
        1 => Just(Says::Question),
        1 => any::<bool>().prop_map(Says::Close),
    ];
    prop_oneof![
        4 => Just(Step::Start),
        1 => Just(Step::Stop),
        2 => Just(Step::RetryNow),
        1 => Just(Step::Wake),
        1 => Just(Step::Offline),
        2 => Just(Step::Online),
        3 => (0_u32..20_000).prop_map(Step::Pass),
        1 => (0_u32..400_000).prop_map(Step::LateTick),
        1 => (0_u32..10_000).prop_map(Step::JumpBack),
        14 => any::<bool>().prop_map(Step::Token),
        1 => any::<u8>().prop_map(Step::TokenFails),
        14 => any::<u8>().prop_map(Step::Negotiate),
        14 => Just(Step::Opened),
        1 => prop_oneof![Just(401_u16), Just(403), Just(404), Just(503)].prop_map(Step::Refused),
        2 => any::<bool>().prop_map(Step::Closed),
        16 => says.prop_map(Step::Says),
        24 => (0_u16..300).prop_map(Step::Arrive),
        8 => (0_u32..60_000).prop_map(Step::Invoke),
        4 => (0_u16..400).prop_map(Step::Send),
        2 => any::<u8>().prop_map(Step::Cancel),
        2 => any::<u8>().prop_map(Step::Stale),
    ]
}

fn settings() -> impl Strategy<Value = Options> {
    (any::<[bool; 6]>()).prop_map(|[skip, retry_first, after_close, close_bad, probe, give_up]| {
        let mut options = Options {
            skip_negotiation: skip,
            retry_first_connect: retry_first,
            reconnect_after_close: after_close,
            outgoing_limit: 300,
            incoming_limit: 200,
            ..options()
        };
        if close_bad {
            options.bad_records = BadRecords::Close;
        }
        if !probe {
            options.probe_method = None;
        }
        if give_up {
            options.retry = std::sync::Arc::new(Delays::official());
        }
        options
    })
}

/// The server's side of one socket.
#[derive(Debug, Default)]
struct Stream {
    socket: Option<SocketId>,
    /// Bytes written but not yet arrived.
    bytes: VecDeque<u8>,
    written: u64,
    arrived: u64,
    /// Invocations written: where each ends and its number.
    due: VecDeque<(u64, u64)>,
}

#[derive(Debug)]
struct Model {
    rig: Rig,
    stream: Stream,
    /// Every call ever made, and how often it was settled.
    calls: BTreeMap<u64, u32>,
    old_requests: Vec<RequestId>,
    old_sockets: Vec<SocketId>,
    next_serial: u64,
    alive: bool,
    reached: HashSet<&'static str>,
}

impl Model {
    fn new(options: Options) -> Self {
        Self {
            rig: Rig::new(options),
            stream: Stream::default(),
            calls: BTreeMap::new(),
            old_requests: Vec::new(),
            old_sockets: Vec::new(),
            next_serial: 0,
            alive: false,
            reached: HashSet::new(),
        }
    }

    fn run(&mut self, step: &Step) {
        let rig = &mut self.rig;
        match step {
            Step::Start => self.input(Input::Start),
            Step::Stop => self.stop(),
            Step::RetryNow => self.input(Input::RetryNow),
            Step::Wake => self.input(Input::Wake),
            Step::Offline => self.input(Input::Offline),
            Step::Online => self.input(Input::Online),
            Step::Pass(millis) => {
                let end = rig.now + Duration::from_millis(u64::from(*millis));
                let mut ticks = 0;
                while let Some(wake) = self.rig.connection.next_wake().filter(|wake| *wake <= end) {
                    self.rig.now = self.rig.now.max(wake);
                    self.input(Input::Tick);
                    ticks += 1;
                    assert!(ticks < 100, "the timer must not spin");
                }
                self.rig.now = end;
            }
            Step::LateTick(millis) => {
                rig.now = rig.now + Duration::from_millis(u64::from(*millis));
                self.input(Input::Tick);
            }
            Step::JumpBack(millis) => {
                let now = rig.now;
                rig.now = switchhook::connection::Millis::new(now.value() - i64::from(*millis));
                self.input(Input::Tick);
                self.rig.now = now;
            }
            Step::Token(given) => {
                if let Some(request) = self.request() {
                    let token = given.then(|| Secret::new("t"));
                    self.input(Input::TokenReady { request, token });
                }
            }
            Step::TokenFails(kind) => {
                if let Some(request) = self.request() {
                    let error = match kind % 3 {
                        0 => Error::Unauthorized,
                        1 => Error::TokenUnavailable("x".to_owned()),
                        _ => Error::Unreachable("x".to_owned()),
                    };
                    self.input(Input::TokenFailed { request, error });
                }
            }
            Step::Negotiate(kind) => {
                if let Some(request) = self.request() {
                    self.negotiate(request, *kind);
                }
            }
            Step::Opened => {
                if let Some(socket) = self.socket() {
                    self.input(Input::SocketOpened { socket });
                    if self.stream.socket != Some(socket) {
                        self.stream = Stream {
                            socket: Some(socket),
                            ..Stream::default()
                        };
                        self.write("{}\u{1e}");
                    }
                }
            }
            Step::Refused(status) => {
                // A socket can be refused only while it has not been opened.
                if let Some(socket) = self.socket().filter(|own| self.stream.socket != Some(*own)) {
                    self.input(Input::SocketRefused {
                        socket,
                        status: *status,
                        retry_after: Some(Duration::from_secs(1)),
                    });
                }
            }
            Step::Closed(clean) => {
                if let Some(socket) = self.socket() {
                    self.input(Input::SocketClosed {
                        socket,
                        code: if *clean { 1000 } else { 1006 },
                        reason: "",
                        clean: *clean,
                    });
                }
            }
            Step::Says(says) => self.says(says),
            Step::Arrive(count) => self.arrive(usize::from(*count)),
            Step::Invoke(patience) => {
                let call = self.new_call();
                let deadline = self.rig.now + Duration::from_millis(u64::from(*patience));
                self.input(Input::Invoke {
                    call,
                    target: "m",
                    arguments: "[1]",
                    streams: &[],
                    deadline,
                });
            }
            Step::Send(length) => {
                let call = self.new_call();
                let arguments = format!("[\"{}\",{}]", "x".repeat(usize::from(*length)), call.0);
                self.input(Input::Send {
                    call,
                    target: "m",
                    arguments: &arguments,
                    streams: &[],
                    deadline: self.rig.now + Duration::from_secs(60),
                });
            }
            Step::Cancel(back) => {
                let call = CallId((self.calls.len() as u64).saturating_sub(u64::from(*back % 8)));
                self.input(Input::Cancel { call });
            }
            Step::Stale(kind) => self.stale(*kind),
        }
    }

    fn request(&self) -> Option<RequestId> {
        self.rig.requests.last().copied()
    }

    fn socket(&self) -> Option<SocketId> {
        self.rig.sockets.last().copied()
    }

    fn new_call(&mut self) -> CallId {
        let call = self.calls.len() as u64;
        self.calls.insert(call, 0);
        CallId(call)
    }

    fn negotiate(&mut self, request: RequestId, kind: u8) {
        let answer = |status, body| Input::Answered {
            request,
            status,
            body,
            retry_after: None,
        };
        self.input(match kind {
            0..=9 => Input::Unanswered { request, text: "x" },
            10..=19 => answer(503, b""),
            20..=24 => answer(401, b""),
            25..=26 => answer(403, b""),
            27..=29 => answer(200, b"<html>"),
            30..=40 => answer(200, br#"{"url":"http://h/y","accessToken":"u"}"#),
            _ => answer(200, NEGOTIATED.as_bytes()),
        });
    }

    fn stale(&mut self, kind: u8) {
        let at = usize::from(kind / 8);
        if let Some(request) = self.old_requests.get(at).copied() {
            match kind % 3 {
                0 => self.input(Input::TokenReady { request, token: None }),
                1 => self.negotiate(request, 255),
                _ => self.input(Input::TokenFailed {
                    request,
                    error: Error::Unauthorized,
                }),
            }
        }
        if let Some(socket) = self.old_sockets.get(at).copied() {
            match kind % 4 {
                0 => self.input(Input::SocketOpened { socket }),
                1 => self.input(Input::SocketData {
                    socket,
                    bytes: b"{}\x1e{\"type\":1,\"target\":\"n\",\"arguments\":[-1]}\x1e",
                    binary: false,
                }),
                2 => self.input(Input::SocketClosed {
                    socket,
                    code: 1006,
                    reason: "",
                    clean: false,
                }),
                _ => self.input(Input::SocketRefused {
                    socket,
                    status: 401,
                    retry_after: None,
                }),
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.stream.bytes.extend(text.as_bytes());
        self.stream.written += text.len() as u64;
    }

    fn says(&mut self, says: &Says) {
        if self.stream.socket.is_none() || self.stream.socket != self.socket() {
            return;
        }
        let id = |back: &u8| u64::from(*back) % 8;
        let newest = self.calls.len() as u64;
        let text = match says {
            Says::Invocation => {
                let serial = self.next_serial;
                self.next_serial += 1;
                let text = format!("{{\"type\":1,\"target\":\"n\",\"arguments\":[{serial}]}}");
                let end = self.stream.written + text.len() as u64 + 1;
                self.stream.due.push_back((end, serial));
                text
            }
            Says::Ping => "{\"type\":6}".to_owned(),
            // Invocation ids are at most as many as calls and probes; some of these will hit.
            Says::Completion(back) => format!(
                "{{\"type\":3,\"invocationId\":\"{}\",\"result\":1}}",
                newest.saturating_sub(id(back)) / 2
            ),
            Says::Failure(back) => {
                format!("{{\"type\":3,\"invocationId\":\"{back}\",\"error\":\"e\"}}")
            }
            Says::Item(back) => format!("{{\"type\":2,\"invocationId\":\"{back}\",\"item\":1}}"),
            Says::Bad => "x".repeat(150),
            Says::Unknown => "{\"type\":99}".to_owned(),
            Says::Question => {
                "{\"type\":1,\"invocationId\":\"q\",\"target\":\"ask\",\"arguments\":[]}".to_owned()
            }
            Says::Close(again) => format!("{{\"type\":7,\"allowReconnect\":{again}}}"),
        };
        self.write(&text);
        self.write("\u{1e}");
    }

    fn arrive(&mut self, count: usize) {
        let Some(socket) = self.stream.socket.filter(|own| Some(*own) == self.socket()) else {
            return;
        };
        let count = count.min(self.stream.bytes.len());
        let bytes: Vec<u8> = self.stream.bytes.drain(..count).collect();
        self.stream.arrived += count as u64;
        self.input(Input::SocketData {
            socket,
            bytes: &bytes,
            binary: false,
        });
        if self.socket() == Some(socket) {
            // The connection goes on, so whatever has arrived whole must have been delivered.
            let arrived = self.stream.arrived;
            assert!(
                self.stream.due.front().is_none_or(|(end, _)| *end > arrived),
                "a message was not delivered"
            );
        }
    }

    fn stop(&mut self) {
        self.input(Input::Stop);
        assert!(self.rig.at_rest(), "{:?}", self.rig.connection);
        for (call, settled) in &self.calls {
            assert_eq!(*settled, 1, "call {call} must be settled after a stop");
        }
    }

    fn input(&mut self, input: Input<'_>) {
        let sending = match &input {
            Input::Send { call, .. } => Some(call.0),
            _ => None,
        };
        let requests = self.rig.requests.clone();
        let sockets = self.rig.sockets.clone();
        self.rig.step(input);
        self.old_requests.extend(
            requests
                .into_iter()
                .filter(|request| !self.rig.requests.contains(request)),
        );
        self.old_sockets.extend(
            sockets
                .into_iter()
                .filter(|socket| !self.rig.sockets.contains(socket)),
        );
        let told = self.rig.take();
        let mut texts = Vec::new();
        for told in told {
            match told {
                Told::Act(Action::Send {
                    frame: Frame::Text(text),
                    ..
                }) => texts.push(text),
                Told::Invocation(target, arguments) if target == "n" => {
                    let serial: i64 = arguments
                        .trim_matches(['[', ']'])
                        .parse()
                        .expect("a serial number");
                    let due = self.stream.due.pop_front().map(|(_, serial)| serial);
                    assert_eq!(due, u64::try_from(serial).ok(), "once and in order");
                }
                Told::Settled(call, outcome) => {
                    let count = self.calls.get_mut(&call).expect("a call that was made");
                    *count += 1;
                    assert_eq!(*count, 1, "call {call} settles once");
                    if sending == Some(call) {
                        let handed_over = texts.iter().any(|text| text.contains(&format!(",{call}]}}")));
                        assert_eq!(outcome.is_ok(), handed_over, "call {call}");
                    }
                }
                Told::Changed(status) => {
                    let ends = matches!(status, Status::Disconnected { .. });
                    assert!(self.alive || !ends, "Disconnected is told once");
                    self.alive = !ends;
                    self.reached.insert(match status {
                        Status::Disconnected { .. } => "disconnected",
                        Status::Connecting(_) => "connecting",
                        Status::Connected { .. } => "connected",
                        Status::Reconnecting(_) => "reconnecting",
                        Status::Resuming(_) => "resuming",
                    });
                }
                _ => {}
            }
        }
        assert_eq!(
            self.alive,
            !matches!(self.rig.connection.status(), Status::Disconnected { .. })
        );
        assert!(self.alive || self.rig.at_rest());
    }
}

#[test]
fn the_invariants_hold_over_random_sequences() {
    let steps = std::env::var("SWITCHHOOK_STEPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50_000_usize);
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(steps.div_ceil(LENGTH)).unwrap_or(u32::MAX),
        failure_persistence: None,
        ..Config::default()
    });
    let reached = std::cell::RefCell::new(HashSet::new());
    let sequences = (settings(), prop::collection::vec(step(), LENGTH));
    runner
        .run(&sequences, |(options, steps)| {
            let mut model = Model::new(options);
            for step in &steps {
                model.run(step);
            }
            model.stop_if_alive();
            reached.borrow_mut().extend(model.reached);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(reached.borrow().len(), 4, "every status was reached");
}

impl Model {
    fn stop_if_alive(&mut self) {
        self.stop();
        assert!(!self.alive);
    }
}
