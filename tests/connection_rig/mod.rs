//! A scripted shell on a virtual clock for the connection's tests.
//!
//! Lives here: [`Rig`], which feeds inputs, notes all that is told and keeps the books on requests and sockets.
//! May not be here: cases.
//! It fails a test by itself when the machine uses a socket that is not open or closes one twice.
//! Time stands still unless a test moves it.

use std::time::Duration;
use switchhook::connection::{
    Action, Answering, CallId, Connection, Error, Health, HubAddress, Input, Millis, Options, Outlet,
    Progress, RecordFault, ReplyTo, RequestId, Secret, SocketId, Status, TokenReason,
};
use switchhook::protocol::{Frame, Payload};

/// An answer to negotiate, version 1.
pub(crate) const NEGOTIATED: &str = r#"{"negotiateVersion":1,"connectionId":"id-1","connectionToken":"token-1","availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#;

/// As above, from a server that keeps the session over a change of sockets.
#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) const STATEFUL: &str = r#"{"negotiateVersion":1,"connectionId":"id-1","connectionToken":"token-1","useStatefulReconnect":true,"availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#;

#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// What the machine told.
#[derive(Debug, PartialEq)]
pub(crate) enum Told {
    Act(Action),
    Invocation(String, String),
    /// The invocation before this wants a result, and the application gives one later.
    Asked(ReplyTo),
    Item(u64, String),
    Refreshed(Result<Option<Duration>, Error>),
    Settled(u64, Result<Option<String>, Error>),
    Changed(Status),
    Health(Health),
    Bad(String),
}

#[derive(Debug, Default)]
struct Notes {
    told: Vec<Told>,
    /// Whether the application gives results.
    answers: bool,
}

impl Outlet for Notes {
    fn act(&mut self, action: Action) {
        self.told.push(Told::Act(action));
    }

    fn invocation(&mut self, target: &str, arguments: Payload<'_>, reply_to: Option<&ReplyTo>) -> Answering {
        let arguments = arguments.json().into_owned();
        self.told.push(Told::Invocation(target.to_owned(), arguments));
        match reply_to {
            Some(to) if self.answers => {
                self.told.push(Told::Asked(to.clone()));
                Answering::Later
            }
            _ => Answering::Never,
        }
    }

    fn item(&mut self, call: CallId, item: Payload<'_>) {
        self.told.push(Told::Item(call.0, item.json().into_owned()));
    }

    fn refreshed(&mut self, outcome: Result<Option<Duration>, Error>) {
        self.told.push(Told::Refreshed(outcome));
    }

    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>) {
        let outcome = outcome.map(|value| value.map(|payload| payload.json().into_owned()));
        self.told.push(Told::Settled(call.0, outcome));
    }

    fn changed(&mut self, status: &Status) {
        self.told.push(Told::Changed(status.clone()));
    }

    fn health(&mut self, health: Health) {
        self.told.push(Told::Health(health));
    }

    fn bad_record(&mut self, fault: RecordFault) {
        self.told.push(Told::Bad(fault.to_string()));
    }
}

#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) fn retrying() -> Options {
    Options {
        retry_first_connect: true,
        ..options()
    }
}

#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) fn disconnected(error: Option<Error>) -> Told {
    Told::Changed(Status::Disconnected { error })
}

#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) connection: Connection,
    pub(crate) now: Millis,
    /// Sockets that the machine wants open.
    pub(crate) sockets: Vec<SocketId>,
    /// Requests that the machine waits for.
    pub(crate) requests: Vec<RequestId>,
    /// Whether the last request was to negotiate; an answer of the other kind must be ignored.
    negotiating: bool,
    notes: Notes,
    /// For jitter; the default is half of a policy's spans, more or less, and nothing of a first attempt's.
    pub(crate) random: u64,
}

pub(crate) fn hub(text: &str) -> HubAddress {
    HubAddress::parse(text).unwrap()
}

/// The defaults, without what a plain server does not offer.
#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) fn options() -> Options {
    Options {
        stateful_reconnect: None,
        ..Options::new(hub("http://h/hub"))
    }
}

#[allow(dead_code, reason = "each test program uses its own part")]
impl Rig {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            connection: Connection::new(options),
            now: Millis::new(1_000_000),
            sockets: Vec::new(),
            requests: Vec::new(),
            negotiating: false,
            notes: Notes::default(),
            random: 256,
        }
    }

    pub(crate) fn connected(options: Options) -> Self {
        let mut rig = Self::new(options);
        rig.step(Input::Start);
        rig.finish_connecting();
        rig.take();
        rig
    }

    /// Connected to a server that keeps the session.
    pub(crate) fn stateful(options: Options) -> Self {
        let mut rig = Self::new(options);
        rig.request();
        rig.answer(200, STATEFUL);
        rig.open_socket();
        rig.data("{}\u{1e}");
        rig.take();
        rig
    }

    /// The application gives results when the server wants one.
    pub(crate) fn answers(mut self) -> Self {
        self.notes.answers = true;
        self
    }

    pub(crate) fn step(&mut self, input: Input<'_>) {
        match &input {
            Input::SocketClosed { socket, .. } | Input::SocketRefused { socket, .. } => {
                self.sockets.retain(|open| open != socket);
            }
            Input::TokenReady { request, .. } | Input::TokenFailed { request, .. } if !self.negotiating => {
                self.requests.retain(|asked| asked != request);
            }
            Input::Answered { request, .. } | Input::Unanswered { request, .. } if self.negotiating => {
                self.requests.retain(|asked| asked != request);
            }
            _ => {}
        }
        let start = self.notes.told.len();
        self.connection
            .step(input, self.now, self.random, &mut self.notes);
        for told in &self.notes.told[start..] {
            match told {
                Told::Act(Action::FetchToken { request, .. }) => {
                    self.requests.push(*request);
                    self.negotiating = false;
                }
                Told::Act(Action::Post { request, .. }) => {
                    self.requests.push(*request);
                    self.negotiating = true;
                }
                Told::Act(Action::Abandon { request }) => {
                    let at = self.requests.iter().position(|asked| asked == request);
                    self.requests.remove(at.expect("abandoned while asked"));
                }
                Told::Act(Action::OpenSocket { socket, .. }) => self.sockets.push(*socket),
                Told::Act(Action::Send { socket, .. }) => {
                    assert!(self.sockets.contains(socket), "sends to a closed socket");
                }
                Told::Act(Action::CloseSocket { socket }) => {
                    let at = self.sockets.iter().position(|open| open == socket);
                    self.sockets.remove(at.expect("closed while open"));
                }
                _ => {}
            }
        }
        assert!(
            self.sockets.len() <= 1 && self.requests.len() <= 1,
            "one thing at a time"
        );
    }

    /// All that was told since the last time.
    pub(crate) fn take(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.notes.told)
    }

    /// Lets time pass, with a punctual tick whenever the machine wants one.
    pub(crate) fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        let mut idle = 0;
        while let Some(wake) = self.connection.next_wake().filter(|wake| *wake <= end) {
            idle = if wake <= self.now { idle + 1 } else { 0 };
            assert!(idle < 20, "the timer must not spin");
            self.now = self.now.max(wake);
            self.step(Input::Tick);
        }
        self.now = end;
    }

    pub(crate) fn pending_request(&self) -> RequestId {
        *self.requests.last().expect("a request is under way")
    }

    pub(crate) fn socket(&self) -> SocketId {
        *self.sockets.last().expect("a socket is open")
    }

    pub(crate) fn give_token(&mut self, token: Option<&str>) {
        let request = self.pending_request();
        self.step(Input::TokenReady {
            request,
            token: token.map(Secret::new),
        });
    }

    pub(crate) fn answer(&mut self, status: u16, body: &str) {
        let request = self.pending_request();
        self.step(Input::Answered {
            request,
            status,
            body: body.as_bytes(),
            retry_after: None,
        });
    }

    /// Starts and comes as far as the negotiate request.
    pub(crate) fn request(&mut self) {
        self.step(Input::Start);
        self.give_token(None);
    }

    /// Starts and comes as far as the handshake.
    pub(crate) fn open(&mut self) {
        self.request();
        self.answer(200, NEGOTIATED);
        self.open_socket();
    }

    pub(crate) fn open_socket(&mut self) {
        let socket = self.socket();
        self.step(Input::SocketOpened { socket });
    }

    pub(crate) fn shake_hands(&mut self, frame: &str) {
        self.open();
        self.data(frame);
    }

    /// From a token request to a connection.
    pub(crate) fn finish_connecting(&mut self) {
        self.give_token(None);
        self.answer(200, NEGOTIATED);
        self.open_socket();
        self.data("{}\u{1e}");
    }

    pub(crate) fn data(&mut self, text: &str) {
        let socket = self.socket();
        self.step(Input::SocketData {
            socket,
            bytes: text.as_bytes(),
            binary: false,
        });
    }

    pub(crate) fn close(&mut self, code: u16, reason: &str, clean: bool) {
        let socket = self.socket();
        self.step(Input::SocketClosed {
            socket,
            code,
            reason,
            clean,
        });
    }

    /// The network cuts the socket off.
    pub(crate) fn cut(&mut self) {
        self.close(1006, "", false);
    }

    /// After a cut: the next socket to the same session opens.
    pub(crate) fn reattach(&mut self) {
        self.pass(Duration::ZERO);
        self.give_token(None);
        self.open_socket();
    }

    pub(crate) fn send(&mut self, call: u64, arguments: &str) {
        self.step(Input::Send {
            call: CallId(call),
            target: "m",
            arguments,
            streams: &[],
            deadline: self.now + Duration::from_secs(3600),
        });
    }

    pub(crate) fn refuse(&mut self, socket: SocketId, status: u16) {
        self.step(Input::SocketRefused {
            socket,
            status,
            retry_after: None,
        });
    }

    pub(crate) fn invoke(&mut self, call: u64) {
        self.invoke_until(call, self.now + Duration::from_secs(3600));
    }

    pub(crate) fn invoke_until(&mut self, call: u64, deadline: Millis) {
        self.step(Input::Invoke {
            call: CallId(call),
            target: "m",
            arguments: "[]",
            streams: &[],
            deadline,
        });
    }

    pub(crate) fn is_connected(&self) -> bool {
        matches!(self.connection.status(), Status::Connected { .. })
    }

    /// Disconnected, with nothing open and nothing waited for.
    pub(crate) fn at_rest(&self) -> bool {
        matches!(self.connection.status(), Status::Disconnected { .. })
            && self.sockets.is_empty()
            && self.requests.is_empty()
            && self.connection.next_wake().is_none()
    }

    /// The error that ended the connection.
    pub(crate) fn error(&self) -> Option<Error> {
        match self.connection.status() {
            Status::Disconnected { error } => error.clone(),
            _ => None,
        }
    }

    /// The error because of which a reconnect is under way.
    pub(crate) fn last_error(&self) -> Option<Error> {
        match self.connection.status() {
            Status::Reconnecting(Progress { last_error, .. }) => last_error.clone(),
            _ => None,
        }
    }

    /// Takes what matches out of the notes.
    fn pick<T>(&mut self, mut each: impl FnMut(Told) -> Result<T, Told>) -> Vec<T> {
        let mut picked = Vec::new();
        let mut left = Vec::new();
        for told in self.take() {
            match each(told) {
                Ok(wanted) => picked.push(wanted),
                Err(told) => left.push(told),
            }
        }
        self.notes.told = left;
        picked
    }

    pub(crate) fn sent(&mut self) -> Vec<String> {
        self.pick(|told| match told {
            Told::Act(Action::Send {
                frame: Frame::Text(text),
                ..
            }) => Ok(text),
            other => Err(other),
        })
    }

    pub(crate) fn settled(&mut self) -> Vec<(u64, Result<Option<String>, Error>)> {
        self.pick(|told| match told {
            Told::Settled(call, outcome) => Ok((call, outcome)),
            other => Err(other),
        })
    }

    pub(crate) fn items(&mut self) -> Vec<(u64, String)> {
        self.pick(|told| match told {
            Told::Item(call, item) => Ok((call, item)),
            other => Err(other),
        })
    }

    pub(crate) fn statuses(&mut self) -> Vec<Status> {
        self.pick(|told| match told {
            Told::Changed(status) => Ok(status),
            other => Err(other),
        })
    }

    pub(crate) fn invocations(&mut self) -> Vec<String> {
        self.pick(|told| match told {
            Told::Invocation(target, arguments) => Ok(target + &arguments),
            other => Err(other),
        })
    }

    pub(crate) fn health(&mut self) -> Vec<Health> {
        self.pick(|told| match told {
            Told::Health(health) => Ok(health),
            other => Err(other),
        })
    }

    pub(crate) fn token_reason(&mut self) -> TokenReason {
        self.pick(|told| match told {
            Told::Act(Action::FetchToken { reason, .. }) => Ok(reason),
            other => Err(other),
        })
        .pop()
        .expect("a token was asked for")
    }

    pub(crate) fn negotiate_request(&mut self) -> (String, Option<String>) {
        self.pick(|told| match told {
            Told::Act(Action::Post { url, token, .. }) => Ok((
                url.expose().to_owned(),
                token.map(|token| token.expose().to_owned()),
            )),
            other => Err(other),
        })
        .pop()
        .expect("negotiated")
    }

    pub(crate) fn opened_url(&mut self) -> String {
        self.pick(|told| match told {
            Told::Act(Action::OpenSocket { url, .. }) => Ok(url.expose().to_owned()),
            other => Err(other),
        })
        .pop()
        .expect("a socket was opened")
    }
}
