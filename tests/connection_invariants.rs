//! The connection's invariants over random sequences of every input in every state.
//!
//! Lives here: what must hold, checked after each of 50,000 steps (SWITCHHOOK_STEPS for more).
//! May not be here: single cases, and the server, which is in `connection_model`.
//! Every call settles once; nothing unsent is reported as sent; messages arrive once and in order both ways, over any
//! number of sockets; `Stop` leaves nothing open and no timer; `Disconnected` is told once for every `Start`.

#[path = "connection_rig/mod.rs"]
mod rig;

#[path = "connection_model/mod.rs"]
mod server;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rig::{NEGOTIATED, Rig, Told, options};
use serde_json::Value;
use server::{Arrived, Beginning, Due, Mark, Server};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;
use switchhook::connection::{
    Action, BadRecords, CallId, Delays, Error, Input, Millis, Options, ReplyTo, RequestId, Secret, SocketId,
    StatefulReconnect, Status, StreamId,
};
use switchhook::protocol::Frame;

/// Steps in a sequence, on average.
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
    Answer(u8),
    Opened(Beginning),
    Refused(u16),
    Closed(bool),
    /// The server forgets its sessions.
    Forget,
    /// The server says something.
    Says(Says),
    /// Up to so many of the server's bytes arrive.
    Arrive(u16),
    /// The server reads up to so many frames.
    Reads(u8),
    Call {
        kind: Kind,
        length: u16,
        patience: u32,
        upload: bool,
    },
    Item(u8, u16),
    EndStream(u8, bool),
    Reply(u8),
    RefreshToken,
    Cancel(u8),
    /// An input that names an old request or socket.
    Stale(u8),
    /// The next thing goes well.
    Go,
    /// Everything goes well for a while.
    Calm,
}

#[derive(Debug, Clone)]
enum Says {
    Event,
    Question,
    Item(u8),
    Answer(u8, u8),
    Stray,
    Ack(u8),
    Repeat(u8),
    Ping,
    Unknown,
    Bad,
    TooMuch,
    Close(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Send,
    Invoke,
    Stream,
    Item,
}

fn step() -> impl Strategy<Value = Step> {
    let says = prop_oneof![
        12 => Just(Says::Event),
        4 => Just(Says::Question),
        8 => any::<u8>().prop_map(Says::Item),
        6 => any::<[u8; 2]>().prop_map(|[which, kind]| Says::Answer(which, kind)),
        1 => Just(Says::Stray),
        8 => any::<u8>().prop_map(Says::Ack),
        1 => any::<u8>().prop_map(Says::Repeat),
        4 => Just(Says::Ping),
        1 => Just(Says::Unknown),
        1 => prop_oneof![Just(Says::Bad), Just(Says::TooMuch)],
        1 => any::<bool>().prop_map(Says::Close),
    ];
    let beginning = prop_oneof![
        8 => Just(Beginning::Exact),
        4 => any::<u8>().prop_map(Beginning::Earlier),
        2 => Just(Beginning::Late),
        1 => Just(Beginning::Gap),
        1 => Just(Beginning::Silent),
    ];
    let kind = prop_oneof![Just(Kind::Send), Just(Kind::Invoke), Just(Kind::Stream)];
    let call = (kind, 0_u16..400, 0_u32..60_000, any::<[bool; 3]>());
    let call = call.prop_map(|(kind, length, patience, [short, more, upload])| Step::Call {
        kind,
        length: if short || more { length % 16 } else { length },
        patience,
        upload,
    });
    prop_oneof![
        4 => Just(Step::Start),
        1 => Just(Step::Stop),
        2 => Just(Step::RetryNow),
        1 => Just(Step::Wake),
        1 => Just(Step::Offline),
        2 => Just(Step::Online),
        2 => (0_u32..20_000).prop_map(Step::Pass),
        12 => (0_u32..1_200).prop_map(Step::Pass),
        1 => (0_u32..400_000).prop_map(Step::LateTick),
        1 => (0_u32..10_000).prop_map(Step::JumpBack),
        4 => any::<bool>().prop_map(Step::Token),
        1 => any::<u8>().prop_map(Step::TokenFails),
        4 => any::<u8>().prop_map(Step::Answer),
        30 => beginning.prop_map(Step::Opened),
        40 => Just(Step::Go),
        1 => prop_oneof![Just(401_u16), Just(403), Just(404), Just(503)].prop_map(Step::Refused),
        6 => any::<bool>().prop_map(Step::Closed),
        1 => Just(Step::Forget),
        24 => says.prop_map(Step::Says),
        20 => (0_u16..300).prop_map(Step::Arrive),
        14 => (0_u8..6).prop_map(Step::Reads),
        10 => call,
        6 => (any::<u8>(), 0_u16..16).prop_map(|(which, length)| Step::Item(which, length)),
        2 => any::<(u8, bool)>().prop_map(|(which, fails)| Step::EndStream(which, fails)),
        4 => any::<u8>().prop_map(Step::Reply),
        1 => Just(Step::RefreshToken),
        2 => any::<u8>().prop_map(Step::Cancel),
        2 => any::<u8>().prop_map(Step::Stale),
        1 => Just(Step::Calm),
    ]
}

fn settings() -> impl Strategy<Value = (Options, bool)> {
    any::<[bool; 10]>().prop_map(
        |[
            skip,
            too,
            retry_first,
            after_close,
            close_bad,
            probe,
            give_up,
            plain,
            small,
            answers,
        ]| {
            let mut options = Options {
                skip_negotiation: skip && too,
                retry_first_connect: retry_first,
                reconnect_after_close: after_close,
                outgoing_limit: 300,
                incoming_limit: 200,
                ..options()
            };
            if !(plain && skip) {
                options.stateful_reconnect = Some(StatefulReconnect {
                    buffer_bytes: if small { 200 } else { 4_000 },
                    bound_bytes: if small { 600 } else { 8_000 },
                    ..StatefulReconnect::default()
                });
            }
            if close_bad {
                options.bad_records = BadRecords::Close;
            }
            if !probe {
                options.probe_method = None;
            }
            if give_up {
                options.retry = std::sync::Arc::new(Delays::official());
            }
            (options, answers)
        },
    )
}

/// A call that was made.
#[derive(Debug)]
struct Call {
    kind: Kind,
    settled: u32,
    /// Whether it was ever handed to a socket.
    handed: bool,
    /// Refused at once: nothing may be sent of it.
    refused: bool,
}

/// What the server's messages must have been told as.
#[derive(Debug, Clone, PartialEq)]
enum Tell {
    Invocation(String, u64),
    Item(u64, u64),
    Settled(u64, Result<Option<String>, String>),
}

#[derive(Debug)]
struct Model {
    rig: Rig,
    server: Server,
    bad_ends: bool,
    answers: bool,
    calls: BTreeMap<u64, Call>,
    streams: u64,
    /// What was handed in and accepted in the present session, and has not reached the server.
    issued: VecDeque<Mark>,
    /// What the server asked in the present session.
    asked: Vec<(u64, ReplyTo)>,
    /// What it asked in earlier ones.
    asked_before: Vec<ReplyTo>,
    /// Sessions that the client has told of.
    sessions: u64,
    /// The last request by HTTP.
    posted: Option<(RequestId, String)>,
    old_requests: Vec<RequestId>,
    old_sockets: Vec<SocketId>,
    tokens: u64,
    alive: bool,
    reached: HashSet<&'static str>,
}

impl Model {
    fn new(options: Options, answers: bool) -> Self {
        let bad_ends = options.bad_records == BadRecords::Close;
        let rig = Rig::new(options);
        Self {
            rig: if answers { rig.answers() } else { rig },
            server: Server::default(),
            bad_ends,
            answers,
            calls: BTreeMap::new(),
            streams: 0,
            issued: VecDeque::new(),
            asked: Vec::new(),
            asked_before: Vec::new(),
            sessions: 0,
            posted: None,
            old_requests: Vec::new(),
            old_sockets: Vec::new(),
            tokens: 0,
            alive: false,
            reached: HashSet::new(),
        }
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Start => self.input(Input::Start),
            Step::Stop => self.stop(),
            Step::RetryNow => self.input(Input::RetryNow),
            Step::Wake => self.input(Input::Wake),
            Step::Offline => self.input(Input::Offline),
            Step::Online => self.input(Input::Online),
            Step::Pass(millis) => self.pass(Duration::from_millis(u64::from(millis))),
            Step::LateTick(millis) => {
                self.rig.now = self.rig.now + Duration::from_millis(u64::from(millis));
                self.input(Input::Tick);
            }
            Step::JumpBack(millis) => {
                let now = self.rig.now;
                self.rig.now = Millis::new(now.value() - i64::from(millis));
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
            Step::Answer(kind) => self.answer(kind),
            Step::Opened(beginning) => self.opened(beginning),
            Step::Refused(status) => self.refused(status),
            Step::Closed(clean) => self.cut(clean),
            Step::Forget => {
                // Only one that nobody is attached to: a server that goes down cuts its sockets off first.
                if !self.server.link.as_ref().is_some_and(|link| link.open) {
                    self.server.forget();
                }
            }
            Step::Says(ref says) => self.says(says),
            Step::Arrive(count) => self.arrive(usize::from(count)),
            Step::Reads(count) => {
                for _ in 0..count {
                    self.read();
                }
            }
            Step::Call {
                kind,
                length,
                patience,
                upload,
            } => self.call(kind, length, patience, upload),
            Step::Item(which, length) => self.item(which, length),
            Step::EndStream(which, fails) => {
                let stream = StreamId(self.streams.saturating_sub(u64::from(which % 4)));
                let error = fails.then_some("e");
                self.input(Input::EndStream { stream, error });
            }
            Step::Reply(which) => self.reply(which),
            Step::RefreshToken => self.input(Input::RefreshToken),
            Step::Cancel(back) => {
                let call = CallId((self.calls.len() as u64).saturating_sub(u64::from(back % 8)));
                self.input(Input::Cancel { call });
            }
            Step::Stale(kind) => self.stale(kind),
            Step::Go => {
                // How a socket begins is the matter of another step.
                if self.server.link.as_ref().is_none_or(|link| link.open) || !self.server.admits() {
                    self.go();
                }
            }
            Step::Calm => self.calm(),
        }
    }

    // ---- Time and network

    fn pass(&mut self, span: Duration) {
        let end = self.rig.now + span;
        let mut idle = 0;
        while let Some(wake) = self.rig.connection.next_wake().filter(|wake| *wake <= end) {
            idle = if wake <= self.rig.now { idle + 1 } else { 0 };
            assert!(idle < 5, "the timer must not spin");
            self.rig.now = self.rig.now.max(wake);
            self.input(Input::Tick);
        }
        self.rig.now = end;
    }

    fn request(&self) -> Option<RequestId> {
        self.rig.requests.last().copied()
    }

    fn socket(&self) -> Option<SocketId> {
        self.rig.sockets.last().copied()
    }

    /// The address of the request under way, where that is one by HTTP.
    fn address(&self) -> Option<&str> {
        let (request, url) = self.posted.as_ref()?;
        (Some(*request) == self.request()).then_some(url.as_str())
    }

    fn answer(&mut self, kind: u8) {
        let Some(request) = self.request() else { return };
        let address = self.address().unwrap_or_default().to_owned();
        let lifetime = kind.is_multiple_of(2).then(|| u64::from(kind));
        let body = if address.contains("/refresh?") {
            lifetime.map_or("{}".to_owned(), |seconds| {
                format!("{{\"tokenLifetimeSeconds\":{seconds}}}")
            })
        } else {
            let asks = address.contains("useStatefulReconnect=true");
            self.server.negotiate(asks && kind % 8 != 7, lifetime)
        };
        let answer = |status, body| Input::Answered {
            request,
            status,
            body,
            retry_after: None,
        };
        let status = self.rig.connection.status().clone();
        self.input(match kind {
            0..=9 => Input::Unanswered { request, text: "x" },
            10..=19 => answer(503, b"".as_slice()),
            20..=24 => answer(401, b""),
            25..=26 => answer(403, b""),
            27..=29 => answer(200, b"<html>"),
            30..=40 => answer(200, br#"{"url":"http://h/y","accessToken":"u"}"#),
            _ => answer(200, body.as_bytes()),
        });
        if address.contains("/refresh?") {
            assert_eq!(
                *self.rig.connection.status(),
                status,
                "a refresh changes nothing else"
            );
        }
    }

    fn opened(&mut self, beginning: Beginning) {
        let Some(socket) = self.socket() else { return };
        let link = self.server.link.as_ref().expect("the client's socket");
        if link.open {
            // A shell may repeat itself.
            self.input(Input::SocketOpened { socket });
        } else if self.server.admits() {
            self.server.open(beginning);
            self.input(Input::SocketOpened { socket });
        } else if matches!(beginning, Beginning::Earlier(_)) {
            // A browser is not told why.
            self.cut(false);
        } else {
            self.refused(404);
        }
    }

    fn refused(&mut self, status: u16) {
        // A socket can be refused only while it has not been opened.
        let open = self.server.link.as_ref().is_none_or(|link| link.open);
        if let Some(socket) = self.socket().filter(|_| !open) {
            if status == 404 {
                self.server.forget();
            }
            self.server.link = None;
            let resuming = matches!(self.rig.connection.status(), Status::Resuming(_));
            let sessions = self.sessions;
            self.input(Input::SocketRefused {
                socket,
                status,
                retry_after: Some(Duration::from_secs(1)),
            });
            if resuming && status == 503 {
                assert_eq!(
                    self.sessions, sessions,
                    "a server that is busy has forgotten nothing"
                );
            }
        }
    }

    fn cut(&mut self, clean: bool) {
        if let Some(socket) = self.socket() {
            self.server.link = None;
            self.input(Input::SocketClosed {
                socket,
                code: if clean { 1000 } else { 1006 },
                reason: "",
                clean,
            });
        }
    }

    fn stale(&mut self, kind: u8) {
        let at = usize::from(kind / 8);
        if let Some(request) = self.old_requests.get(at).copied() {
            match kind % 3 {
                0 => self.input(Input::TokenReady { request, token: None }),
                1 => self.input(Input::Answered {
                    request,
                    status: 200,
                    body: NEGOTIATED.as_bytes(),
                    retry_after: None,
                }),
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
                    bytes: b"{}\x1e{\"type\":1,\"target\":\"n\",\"arguments\":[0]}\x1e",
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

    // ---- The server

    fn says(&mut self, says: &Says) {
        if !self.server.speaks() {
            return;
        }
        match *says {
            Says::Event => self.server.say_event(),
            Says::Question => self.server.say_question(),
            Says::Item(which) => self.server.say_item(which),
            Says::Answer(which, kind) => self.server.say_answer(which, kind),
            Says::Stray => self.server.say_stray(),
            Says::Ack(back) => self.server.say_ack(back),
            Says::Repeat(back) => self.server.repeat_back(back),
            Says::Ping => self.server.say_ping(),
            Says::Unknown => self.server.say_unknown(),
            Says::Bad => self.server.say_bad(),
            Says::TooMuch => self.server.say_too_much(),
            Says::Close(again) => self.server.say_close(again),
        }
    }

    fn arrive(&mut self, count: usize) {
        let Some(socket) = self.socket() else { return };
        if self.server.link.as_ref().is_none_or(|link| !link.open) {
            return;
        }
        let (bytes, arrived) = self.server.arrive(count, self.bad_ends);
        let ends = arrived.contains(&Arrived::End);
        let mut over = HashSet::new();
        let mut wanted = Vec::new();
        for arrived in arrived {
            let Arrived::Due(due) = arrived else { continue };
            let mut waits = |call: &u64, ends: bool| {
                let is_open = self.calls.get(call).is_some_and(|call| call.settled == 0);
                is_open && !over.contains(call) && (!ends || over.insert(*call))
            };
            match due {
                Due::Event(serial) => wanted.push(Tell::Invocation("n".to_owned(), serial)),
                Due::Question(serial) => wanted.push(Tell::Invocation("ask".to_owned(), serial)),
                Due::Item(call, item) if waits(&call, false) => wanted.push(Tell::Item(call, item)),
                Due::Settle(call, outcome) if waits(&call, true) => {
                    wanted.push(Tell::Settled(call, outcome));
                }
                Due::Item(..) | Due::Settle(..) | Due::Nothing | Due::Unreadable => {}
            }
        }
        let told = self.observe(Input::SocketData {
            socket,
            bytes: &bytes,
            binary: false,
        });
        assert_eq!(told, wanted, "once and in order");
        if ends {
            assert_ne!(self.socket(), Some(socket), "the connection has ended");
        }
    }

    fn read(&mut self) {
        if self.server.link.as_ref().is_none_or(|link| !link.open) {
            return;
        }
        if let Some(mark) = self.server.read() {
            assert_eq!(self.issued.pop_front(), Some(mark), "once and in order");
        }
    }

    // ---- The application

    fn new_call(&mut self, kind: Kind) -> u64 {
        let call = self.calls.len() as u64;
        self.calls.insert(
            call,
            Call {
                kind,
                settled: 0,
                handed: false,
                refused: false,
            },
        );
        call
    }

    fn call(&mut self, kind: Kind, length: u16, patience: u32, upload: bool) {
        let name = self.new_call(kind);
        let call = CallId(name);
        let arguments = format!("[\"{}\",{name}]", "x".repeat(usize::from(length)));
        let (target, arguments) = ("m", arguments.as_str());
        let deadline = self.rig.now + Duration::from_millis(u64::from(patience));
        let mut streams = Vec::new();
        if upload {
            self.streams += 1;
            streams.push(StreamId(self.streams));
        }
        let streams = streams.as_slice();
        self.input(match kind {
            Kind::Invoke => Input::Invoke {
                call,
                target,
                arguments,
                streams,
                deadline,
            },
            Kind::Stream => Input::Stream {
                call,
                target,
                arguments,
                streams,
                deadline,
            },
            Kind::Send | Kind::Item => Input::Send {
                call,
                target,
                arguments,
                streams,
                deadline,
            },
        });
        self.issue(name, Mark::Call(name));
    }

    fn item(&mut self, which: u8, patience: u16) {
        let name = self.new_call(Kind::Item);
        self.input(Input::Item {
            call: CallId(name),
            stream: StreamId(self.streams.saturating_sub(u64::from(which % 4))),
            item: &name.to_string(),
            deadline: self.rig.now + Duration::from_secs(u64::from(patience)),
        });
        self.issue(name, Mark::Item(name));
    }

    fn issue(&mut self, call: u64, mark: Mark) {
        if !self.calls[&call].refused {
            self.issued.push_back(mark);
        }
    }

    fn reply(&mut self, which: u8) {
        if which % 8 == 7
            && let Some(to) = self.asked_before.pop()
        {
            let outcome = Ok(None);
            return self.input(Input::Reply { to: &to, outcome });
        }
        if self.asked.is_empty() {
            return;
        }
        let (serial, to) = self.asked.remove(usize::from(which) % self.asked.len());
        let long = format!("\"{}\"", "x".repeat(400));
        let outcome = match which % 4 {
            0 => Ok(None),
            1 => Err("e"),
            2 => Ok(Some(long.as_str())),
            _ => Ok(Some("1")),
        };
        self.issued.push_back(Mark::Reply(serial));
        self.input(Input::Reply { to: &to, outcome });
    }

    fn stop(&mut self) {
        self.input(Input::Stop);
        assert!(self.rig.at_rest(), "{:?}", self.rig.connection);
        for (name, call) in &self.calls {
            assert_eq!(call.settled, 1, "call {name} must be settled after a stop");
        }
    }

    // ---- What must hold

    fn input(&mut self, input: Input<'_>) {
        let told = self.observe(input);
        assert_eq!(told, [], "the server said nothing");
    }

    /// Takes a step, checks what it told, and answers with what the server's messages were told as.
    fn observe(&mut self, input: Input<'_>) -> Vec<Tell> {
        let requests = self.rig.requests.clone();
        let sockets = self.rig.sockets.clone();
        self.rig.step(input);
        let open = &self.rig.requests;
        let closed = requests.into_iter().filter(|request| !open.contains(request));
        self.old_requests.extend(closed);
        let open = &self.rig.sockets;
        let closed = sockets.into_iter().filter(|socket| !open.contains(socket));
        self.old_sockets.extend(closed);
        let mut tells = Vec::new();
        for told in self.rig.take() {
            match told {
                Told::Act(action) => self.acted(action),
                Told::Invocation(target, arguments) => {
                    let serial = arguments.trim_matches(['[', ']']).parse().expect("a serial");
                    if target == "ask" && !self.answers {
                        self.issued.push_back(Mark::Reply(serial));
                    }
                    tells.push(Tell::Invocation(target, serial));
                }
                Told::Asked(to) => {
                    let Some(Tell::Invocation(_, serial)) = tells.last() else {
                        panic!("asked without an invocation");
                    };
                    self.asked.push((*serial, to));
                }
                Told::Item(call, item) => {
                    assert_eq!(self.calls[&call].settled, 0, "no item after the end");
                    tells.push(Tell::Item(call, item.parse().expect("a number")));
                }
                Told::Settled(name, outcome) => tells.extend(self.settled(name, outcome)),
                Told::Changed(status) => self.changed(&status),
                Told::Health(_) | Told::Bad(_) | Told::Refreshed(_) => {}
            }
        }
        let ended = matches!(self.rig.connection.status(), Status::Disconnected { .. });
        assert_eq!(self.alive, !ended);
        assert!(self.alive || self.rig.at_rest());
        tells
    }

    fn acted(&mut self, action: Action) {
        match action {
            Action::Post { request, url, .. } => {
                self.posted = Some((request, url.expose().to_owned()));
            }
            Action::OpenSocket { socket, url } => self.server.dialled(socket, url.expose()),
            Action::CloseSocket { socket } => {
                self.server.link.take_if(|link| link.socket == socket);
            }
            Action::Send {
                socket,
                frame: Frame::Text(text),
            } => {
                let text = text.strip_suffix('\u{1e}').expect("a whole record");
                let message: Value = serde_json::from_str(text).expect("one record of JSON");
                let serial = match message["type"].as_u64() {
                    Some(1 | 4) => message["arguments"]
                        .as_array()
                        .and_then(|list| list.last()?.as_u64()),
                    Some(2) => message["item"].as_u64(),
                    _ => None,
                };
                if let Some(call) = serial.and_then(|serial| self.calls.get_mut(&serial)) {
                    assert!(!call.refused, "what was refused is never sent: {text}");
                    call.handed = true;
                }
                self.server.sent(socket, text, message);
            }
            _ => {}
        }
    }

    fn settled(&mut self, name: u64, outcome: Result<Option<String>, Error>) -> Option<Tell> {
        let call = self.calls.get_mut(&name).expect("a call that was made");
        call.settled += 1;
        assert_eq!(call.settled, 1, "call {name} settles once");
        call.refused = matches!(
            outcome,
            Err(Error::NotConnected
                | Error::MessageTooLarge { .. }
                | Error::TooMuchWaiting { .. }
                | Error::StreamEnded)
        );
        assert!(
            !call.refused || !call.handed,
            "call {name} is said not to have been sent"
        );
        assert!(
            outcome.is_err() || call.handed,
            "call {name} is said to have been sent"
        );
        if matches!(call.kind, Kind::Send | Kind::Item) {
            return None;
        }
        match outcome {
            Ok(value) => Some(Tell::Settled(name, Ok(value))),
            Err(Error::Method(text) | Error::ProtocolViolation(text)) => Some(Tell::Settled(name, Err(text))),
            Err(_) => None,
        }
    }

    fn changed(&mut self, status: &Status) {
        let ends = matches!(status, Status::Disconnected { .. });
        assert!(self.alive || !ends, "Disconnected is told once");
        self.alive = !ends;
        if !matches!(status, Status::Connected { .. } | Status::Resuming(_)) {
            // The session is over, and that was told.
            self.issued.clear();
            self.asked_before.extend(self.asked.drain(..).map(|(_, to)| to));
            self.sessions += 1;
        }
        self.reached.insert(match status {
            Status::Disconnected { .. } => "disconnected",
            Status::Connecting(_) => "connecting",
            Status::Connected { resumed: false, .. } => "connected",
            Status::Connected { resumed: true, .. } => "resumed",
            Status::Reconnecting(_) => "reconnecting",
            Status::Resuming(_) => "resuming",
        });
    }

    // ---- When everything goes well

    /// Whether the session of the present socket has come to its end.
    fn is_over(&self) -> bool {
        let session = self.server.session();
        session.is_some_and(|session| session.broken || session.forgotten)
    }

    /// Does the next thing on the way to a connection with nothing under way; whether there was one.
    fn go(&mut self) -> bool {
        if self.address().is_some() {
            self.answer(253);
        } else if let Some(request) = self.request() {
            self.tokens += 1;
            let token = Some(Secret::new(format!("token {}", self.tokens)));
            self.input(Input::TokenReady { request, token });
        } else if let (Some(link), Some(_)) = (&self.server.link, self.socket()) {
            if !link.open {
                self.opened(Beginning::Exact);
            } else if !link.silent && !self.server.is_quiet() {
                self.read();
                self.arrive(usize::MAX);
            } else if link.silent || self.is_over() || !self.rig.is_connected() {
                self.cut(false);
            } else {
                return false;
            }
        } else if self.alive {
            self.input(Input::RetryNow);
        } else {
            self.input(Input::Start);
        }
        true
    }

    /// Whatever was before, the connection comes about, and nothing is left on the way.
    fn calm(&mut self) {
        self.input(Input::Online);
        let resuming = matches!(self.rig.connection.status(), Status::Resuming(_));
        let sessions = self.sessions;
        // What a new socket can still take up.
        let mut keeps = resuming && self.server.link.as_ref().is_none_or(|link| !link.open);
        let mut acknowledged = false;
        for round in 0.. {
            assert!(
                round < 500,
                "no connection comes about: {:?}",
                self.rig.connection
            );
            if self.server.link.as_ref().is_some_and(|link| !link.open) {
                let session = self.server.session();
                keeps &= self.server.admits() && !self.is_over();
                keeps &= session.is_none_or(|session| !session.unreadable);
            }
            if self.go() {
                continue;
            }
            if std::mem::replace(&mut acknowledged, true) {
                break;
            }
            self.server.say_ack(0);
        }
        assert!(self.rig.is_connected());
        assert_eq!(self.issued, [], "everything has reached the server");
        for (name, call) in &self.calls {
            let is_told = call.settled == 1 || matches!(call.kind, Kind::Invoke | Kind::Stream);
            assert!(
                is_told,
                "call {name} has reached the server, and that must be told"
            );
        }
        if keeps {
            assert_eq!(self.sessions, sessions, "the session was kept");
        }
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
    let sequences = (settings(), prop::collection::vec(step(), 1..2 * LENGTH));
    runner
        .run(&sequences, |((options, answers), steps)| {
            let mut model = Model::new(options, answers);
            for step in &steps {
                model.run(step);
            }
            model.calm();
            model.stop();
            reached.borrow_mut().extend(model.reached);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(reached.borrow().len(), 6, "every status was reached");
}
