//! The connection's life: attempts, phases with deadlines, reconnecting, stopping.
//!
//! Lives here: the states and every transition between them.
//! May not be here: what flows over a live connection (`live`) and when to retry (`retry`).
//! A state is left by taking it, so what it owns is either carried on or given up in the same breath.
//! `Stop` ends every state within its step: nothing is awaited (defects D1, D2 and D5 cannot be written here).

use super::address::{HubAddress, Secret};
use super::attempt::{Attempt, Route, Stage, Trial};
use super::error::{Error, Phase};
use super::interface::{
    Action, CallId, Counters, Input, Outlet, RequestId, SocketId, Status, TokenReason, Trying,
};
use super::live::{Call, Ending, Live};
use super::options::Options;
use super::retry::{Backoff, Retry, RetryPolicy as _};
use super::session::InvocationId;
use super::time::Millis;
use super::turn::Turn;
use crate::protocol::handshake::{self, HandshakeError};
use crate::protocol::negotiate::{self, Answer};
use crate::protocol::{Frame, SEPARATOR};
use std::time::Duration;

/// Negotiate requests per attempt (case N15).
const REDIRECTION_LIMIT: u32 = 100;

/// A handshake response longer than this is none.
const HANDSHAKE_LIMIT: usize = 65_536;

/// A server's wish to be left alone is honoured up to this.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(300);

/// A connection that was lost sooner than this was no success.
const SHORT_LIFE: Duration = Duration::from_secs(10);

/// So many of those in a row are bad luck; more are met with growing delays.
const SHORT_LIVES_TOLERATED: u32 = 3;

/// A SignalR client connection. See [`Input`] for what drives it and [`Outlet`] for what it reports.
#[derive(Debug)]
pub struct Connection {
    options: Options,
    state: State,
    status: Status,
    counters: Counters,
    offline: bool,
    /// Connections in a row that were lost soon.
    short_lives: u32,
    /// The latest time seen; the machine's time does not run backwards even if a shell's does.
    now: Millis,
    /// The next number for a request or a socket.
    next_handle: u64,
    /// The next number for an invocation.
    next_invocation: InvocationId,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Disconnected,
    /// Between attempts; `until` is absent while offline.
    Waiting {
        trial: Trial,
        until: Option<Millis>,
    },
    Attempting(Box<Attempt>),
    Connected(Box<Live>),
}

impl Connection {
    /// A machine at rest.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            state: State::Disconnected,
            status: Status::Disconnected { error: None },
            counters: Counters::default(),
            offline: false,
            short_lives: 0,
            now: Millis::DISTANT_PAST,
            next_handle: 0,
            next_invocation: InvocationId::FIRST,
        }
    }

    /// The status last told.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// When anything was last received on the present connection.
    pub fn last_heard(&self) -> Option<Millis> {
        match &self.state {
            State::Connected(live) => Some(live.last_heard()),
            _ => None,
        }
    }

    /// How long the server took to answer the last probe on the present connection.
    pub fn round_trip(&self) -> Option<Duration> {
        match &self.state {
            State::Connected(live) => live.round_trip(),
            _ => None,
        }
    }

    /// When the next [`Input::Tick`] is due; `None` when no time is waited for.
    ///
    /// It only ever needs a timer to be set anew when it has become earlier than the timer that is set:
    /// a tick that comes too early changes nothing.
    pub fn next_wake(&self) -> Option<Millis> {
        match &self.state {
            State::Disconnected => None,
            State::Waiting { until, .. } => *until,
            State::Attempting(attempt) => Some(attempt.deadline),
            State::Connected(live) => Some(live.next_wake()),
        }
    }

    /// Takes in what happened at `now`; `random` should be uniformly distributed and serves as jitter.
    pub fn step(&mut self, input: Input<'_>, now: Millis, random: u64, out: &mut impl Outlet) {
        self.now = self.now.max(now);
        let turn = &mut Turn {
            now: self.now,
            random,
            out,
        };
        match input {
            Input::SocketData { socket, bytes } => self.socket_data(socket, bytes, turn),
            Input::Start => self.start(turn),
            Input::Stop => self.stop(turn),
            Input::RetryNow => self.retry_now(turn),
            Input::TokenReady { request, token } => self.token_ready(request, token, turn),
            Input::TokenFailed { request, error } => self.token_failed(request, error, turn),
            Input::NegotiateAnswered {
                request,
                status,
                body,
                retry_after,
            } => {
                if let Some((trial, route)) = self.take_negotiation(request) {
                    if status == 200 {
                        self.negotiated(trial, route, body, turn);
                    } else {
                        self.failed(trial, Error::from_status(status, retry_after), turn);
                    }
                }
            }
            Input::NegotiateFailed { request, text } => {
                if let Some((trial, _)) = self.take_negotiation(request) {
                    self.failed(trial, Error::Unreachable(text.to_owned()), turn);
                }
            }
            Input::SocketOpened { socket } => self.socket_opened(socket, turn),
            Input::SocketClosed {
                socket,
                code,
                reason,
                clean,
            } => self.socket_closed(socket, code, reason, clean, turn),
            Input::SocketRefused {
                socket,
                status,
                retry_after,
            } => self.socket_refused(socket, status, retry_after, turn),
            Input::Invoke {
                call,
                target,
                arguments,
                deadline,
            } => {
                let request = Call {
                    name: call,
                    target,
                    arguments,
                    deadline: Some(deadline),
                };
                self.call(&request, turn);
            }
            Input::Send {
                call,
                target,
                arguments,
            } => {
                let request = Call {
                    name: call,
                    target,
                    arguments,
                    deadline: None,
                };
                self.call(&request, turn);
            }
            Input::Cancel { call } => self.cancel(call, turn),
            Input::Tick => self.tick(turn),
            Input::Wake => {
                self.doubt(turn);
                self.retry_now(turn);
            }
            Input::Offline => self.went_offline(turn),
            Input::Online => {
                self.offline = false;
                self.doubt(turn);
                self.retry_now(turn);
            }
        }
    }

    fn start(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        if matches!(self.state, State::Disconnected) {
            self.short_lives = 0;
            let trial = Trial::new(false, None, turn.now);
            self.attempt(trial, TokenReason::FirstConnect, turn);
        }
    }

    fn stop(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        match std::mem::take(&mut self.state) {
            State::Disconnected => return,
            State::Waiting { .. } => {}
            State::Attempting(attempt) => attempt.stage.abandon(turn.out),
            State::Connected(live) => live.close(turn.out),
        }
        self.tell(Status::Disconnected { error: None }, turn);
    }

    fn retry_now(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        match std::mem::take(&mut self.state) {
            State::Waiting { trial, .. } => {
                let reason = if trial.reconnecting {
                    TokenReason::Reconnect
                } else {
                    TokenReason::FirstConnect
                };
                self.attempt(trial, reason, turn);
            }
            other => self.state = other,
        }
    }

    /// Begins an attempt by asking for a token.
    fn attempt(&mut self, trial: Trial, reason: TokenReason, turn: &mut Turn<'_, impl Outlet>) {
        let request = RequestId(self.take_handle());
        let status = trial.status(Trying::Now);
        self.enter(
            trial,
            self.options.token_deadline,
            Stage::Token { request },
            turn.now,
        );
        self.tell(status, turn);
        turn.out.act(Action::FetchToken { request, reason });
    }

    fn token_ready(&mut self, request: RequestId, token: Option<Secret>, turn: &mut Turn<'_, impl Outlet>) {
        let Some(mut trial) = self.take_token_request(request) else {
            return;
        };
        if trial.refused && trial.token == token {
            // The provider has no other token than the refused one (case N32).
            self.end(Some(Error::Unauthorized), turn);
            return;
        }
        trial.token.clone_from(&token);
        let hub = self.options.hub.clone();
        if self.options.skip_negotiation {
            self.open(trial, &hub, None, token.as_ref(), None, turn);
        } else {
            let requests = 0;
            self.negotiate(trial, Route { hub, token, requests }, turn);
        }
    }

    fn token_failed(&mut self, request: RequestId, error: Error, turn: &mut Turn<'_, impl Outlet>) {
        let Some(trial) = self.take_token_request(request) else {
            return;
        };
        if error == Error::Unauthorized {
            // Asking the same provider again would not help.
            self.end(Some(error), turn);
        } else {
            self.failed(trial, error, turn);
        }
    }

    fn negotiate(&mut self, trial: Trial, mut route: Route, turn: &mut Turn<'_, impl Outlet>) {
        route.requests += 1;
        let request = RequestId(self.take_handle());
        let url = route.hub.negotiate();
        let token = route.token.clone();
        self.enter(
            trial,
            self.options.negotiate_deadline,
            Stage::Negotiate { request, route },
            turn.now,
        );
        turn.out.act(Action::Negotiate { request, url, token });
    }

    fn negotiated(&mut self, trial: Trial, mut route: Route, body: &[u8], turn: &mut Turn<'_, impl Outlet>) {
        let error = match negotiate::read(body) {
            Ok(Answer::Redirect { url, access_token }) => match HubAddress::parse(&url) {
                _ if route.requests >= REDIRECTION_LIMIT => Error::TooManyRedirects,
                Err(error) => Error::ProtocolViolation(format!(
                    "The server redirects to an address that cannot be used: {error}"
                )),
                Ok(hub) => {
                    route.hub = hub;
                    route.token = access_token.map(Secret::new).or(route.token);
                    return self.negotiate(trial, route, turn);
                }
            },
            Ok(Answer::Refused(text)) => Error::NegotiateRefused(text),
            Ok(Answer::Connect {
                web_sockets: false, ..
            }) => Error::NoCommonTransport,
            Ok(Answer::Connect {
                stateful_reconnect: true,
                ..
            }) => Error::ProtocolViolation(
                "Client didn't negotiate Stateful Reconnect but the server did.".to_owned(),
            ),
            Ok(Answer::Connect {
                token, connection_id, ..
            }) => {
                let Route {
                    hub,
                    token: access_token,
                    ..
                } = route;
                return self.open(
                    trial,
                    &hub,
                    Some(&token),
                    access_token.as_ref(),
                    Some(connection_id),
                    turn,
                );
            }
            Err(error) => Error::ProtocolViolation(error.to_string()),
        };
        self.failed(trial, error, turn);
    }

    fn open(
        &mut self,
        trial: Trial,
        hub: &HubAddress,
        connection_token: Option<&str>,
        access_token: Option<&Secret>,
        connection_id: Option<String>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let socket = SocketId(self.take_handle());
        let url = hub.socket(connection_token, access_token);
        let stage = Stage::Open {
            socket,
            connection_id,
        };
        self.enter(trial, self.options.open_deadline, stage, turn.now);
        turn.out.act(Action::OpenSocket { socket, url });
    }

    fn socket_opened(&mut self, socket: SocketId, turn: &mut Turn<'_, impl Outlet>) {
        let Some(Attempt {
            trial,
            stage: Stage::Open { connection_id, .. },
            ..
        }) = self.take_opening(socket)
        else {
            return;
        };
        let stage = Stage::Handshake {
            socket,
            connection_id,
            received: Vec::new(),
        };
        self.enter(trial, self.options.handshake_deadline, stage, turn.now);
        turn.out.act(Action::Send {
            socket,
            frame: Frame::Text(handshake::write_request("json", 1)),
        });
    }

    fn socket_data(&mut self, socket: SocketId, bytes: &[u8], turn: &mut Turn<'_, impl Outlet>) {
        match &mut self.state {
            State::Connected(live) if live.socket() == socket => {
                let ending = live.receive(bytes, &self.options, &mut self.counters, turn);
                if let Some(ending) = ending {
                    self.ended(ending, turn);
                }
            }
            State::Attempting(_) => self.handshake_data(socket, bytes, turn),
            _ => {}
        }
    }

    fn handshake_data(&mut self, socket: SocketId, bytes: &[u8], turn: &mut Turn<'_, impl Outlet>) {
        let shaking = |stage: &Stage| matches!(stage, Stage::Handshake { socket: own, .. } if *own == socket);
        let Some(Attempt {
            trial,
            deadline,
            stage:
                Stage::Handshake {
                    connection_id,
                    mut received,
                    ..
                },
        }) = self.take_attempt(shaking)
        else {
            return;
        };
        let mut parts = bytes.splitn(2, |byte| *byte == SEPARATOR);
        received.extend_from_slice(parts.next().unwrap_or_default());
        let messages = parts.next();
        let problem = match messages {
            _ if received.len() > HANDSHAKE_LIMIT => {
                Error::ProtocolViolation("The handshake response is too long.".to_owned())
            }
            None => {
                self.state = State::Attempting(Box::new(Attempt {
                    trial,
                    deadline,
                    stage: Stage::Handshake {
                        socket,
                        connection_id,
                        received,
                    },
                }));
                return;
            }
            Some(messages) => match handshake::read_response(&received) {
                Ok(()) => return self.connected(socket, connection_id, messages, turn),
                Err(HandshakeError::Refused(text)) => Error::HandshakeRefused(text),
                Err(error) => Error::ProtocolViolation(error.to_string()),
            },
        };
        turn.out.act(Action::CloseSocket { socket });
        self.failed(trial, problem, turn);
    }

    /// `messages` came in the same frame as the handshake response (case H06).
    fn connected(
        &mut self,
        socket: SocketId,
        connection_id: Option<String>,
        messages: &[u8],
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let live = Live::begin(socket, &self.options, turn);
        self.state = State::Connected(Box::new(live));
        let resumed = false;
        self.tell(
            Status::Connected {
                connection_id,
                resumed,
            },
            turn,
        );
        if !messages.is_empty() {
            self.socket_data(socket, messages, turn);
        }
    }

    fn socket_closed(
        &mut self,
        socket: SocketId,
        code: u16,
        reason: &str,
        clean: bool,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let closed = |phase| Error::SocketClosed {
            phase,
            code,
            reason: reason.to_owned(),
        };
        match std::mem::take(&mut self.state) {
            State::Connected(live) if live.socket() == socket => {
                // A server that aborts without a Close record shows as a clean 1000 (case N28).
                let error = (!(clean && code == 1000)).then(|| closed(Phase::Live));
                self.note_loss(&live, turn.now);
                live.lost(error.as_ref(), turn.out);
                self.reconnect(error, turn);
            }
            State::Attempting(attempt) if attempt.stage.socket() == Some(socket) => {
                let error = closed(attempt.stage.phase());
                self.failed(attempt.trial, error, turn);
            }
            other => self.state = other,
        }
    }

    fn socket_refused(
        &mut self,
        socket: SocketId,
        status: u16,
        retry_after: Option<Duration>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(attempt) = self.take_opening(socket) else {
            return;
        };
        let error = match Error::from_status(status, retry_after) {
            // Negotiate succeeded, so the hub exists; what it does not know is this connection (case B30).
            Error::NotFound | Error::UnexpectedStatus(_) if !self.options.skip_negotiation => {
                Error::SocketClosed {
                    phase: Phase::Open,
                    code: 1006,
                    reason: format!("HTTP status {status}"),
                }
            }
            other => other,
        };
        self.failed(attempt.trial, error, turn);
    }

    fn call(&mut self, request: &Call<'_>, turn: &mut Turn<'_, impl Outlet>) {
        match &mut self.state {
            State::Connected(live) => {
                live.call(request, &self.options, &mut self.next_invocation, turn);
            }
            _ => turn.out.settled(request.name, Err(Error::NotConnected)),
        }
    }

    fn cancel(&mut self, call: CallId, turn: &mut Turn<'_, impl Outlet>) {
        if let State::Connected(live) = &mut self.state {
            live.cancel(call, turn);
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        match &mut self.state {
            State::Waiting {
                until: Some(until), ..
            } if turn.now >= *until => self.retry_now(turn),
            State::Attempting(attempt) if turn.now >= attempt.deadline => {
                if let Some(Attempt { trial, stage, .. }) = self.take_attempt(|_| true) {
                    let phase = stage.phase();
                    stage.abandon(turn.out);
                    self.failed(trial, Error::TimedOut { phase }, turn);
                }
            }
            State::Connected(live) => {
                let ending = live.tick(&self.options, &mut self.next_invocation, turn);
                if let Some(ending) = ending {
                    self.ended(ending, turn);
                }
            }
            State::Disconnected | State::Waiting { .. } | State::Attempting(_) => {}
        }
    }

    /// Probes a live connection.
    fn doubt(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        if let State::Connected(live) = &mut self.state {
            live.probe(&self.options, &mut self.next_invocation, turn);
        }
    }

    fn went_offline(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        self.offline = true;
        match &mut self.state {
            State::Connected(live) => {
                live.suspect(&self.options, &mut self.next_invocation, turn);
            }
            State::Waiting { trial, until } => {
                *until = None;
                let status = trial.status(Trying::WhenOnline);
                self.tell(status, turn);
            }
            // An attempt under way may end as it will: what a device says of its network is not always true.
            State::Disconnected | State::Attempting(_) => {}
        }
    }

    /// A live connection ended while its socket may still be open.
    fn ended(&mut self, ending: Ending, turn: &mut Turn<'_, impl Outlet>) {
        let State::Connected(live) = std::mem::take(&mut self.state) else {
            return;
        };
        match ending {
            Ending::Lost(error) => {
                self.note_loss(&live, turn.now);
                live.abandon(error.as_ref(), turn.out);
                self.reconnect(error, turn);
            }
            Ending::Closed(error) => {
                live.abandon(error.as_ref(), turn.out);
                self.end(error, turn);
            }
        }
    }

    fn reconnect(&mut self, error: Option<Error>, turn: &mut Turn<'_, impl Outlet>) {
        let trial = Trial::new(true, error, turn.now);
        self.schedule(trial, 0, turn);
    }

    fn note_loss(&mut self, live: &Live, now: Millis) {
        self.counters.losses += 1;
        self.short_lives = if now.since(live.began()) < SHORT_LIFE {
            self.short_lives.saturating_add(1)
        } else {
            0
        };
    }

    /// The least delay before the next attempt. The policy's count starts anew with every outage (case R05), so
    /// it alone would let a server that accepts and drops everybody be stormed.
    fn least_delay(&self, random: u64, reason: Option<&Error>) -> Duration {
        let wish = reason.and_then(Error::retry_after).unwrap_or_default();
        let calm = self
            .short_lives
            .checked_sub(SHORT_LIVES_TOLERATED)
            .and_then(|excess| {
                Backoff::default().delay(&Retry {
                    previous_retries: excess,
                    elapsed: Duration::ZERO,
                    reason,
                    random,
                })
            });
        wish.min(RETRY_AFTER_CAP).max(calm.unwrap_or_default())
    }

    /// An attempt failed, and nothing of it is left open.
    fn failed(&mut self, mut trial: Trial, error: Error, turn: &mut Turn<'_, impl Outlet>) {
        if error == Error::Unauthorized && !trial.refused {
            trial.refused = true;
            self.attempt(trial, TokenReason::Unauthorized, turn);
            return;
        }
        let hopeless = if trial.reconnecting {
            error.is_terminal()
        } else {
            !self.options.retry_first_connect || error.is_misconfiguration()
        };
        if hopeless {
            self.end(Some(error), turn);
            return;
        }
        let previous_retries = if trial.reconnecting {
            trial.attempt
        } else {
            trial.attempt - 1
        };
        trial.attempt = trial.attempt.saturating_add(1);
        trial.last_error = Some(error);
        // By the time of the next attempt the token may have expired anew.
        trial.refused = false;
        self.schedule(trial, previous_retries, turn);
    }

    fn schedule(&mut self, trial: Trial, previous_retries: u32, turn: &mut Turn<'_, impl Outlet>) {
        let delay = self.options.retry.delay(&Retry {
            previous_retries,
            elapsed: turn.now.since(trial.since),
            reason: trial.last_error.as_ref(),
            random: turn.random,
        });
        let Some(delay) = delay else {
            // The last error is told (the official client drops it, defect D14).
            return self.end(trial.last_error, turn);
        };
        let delay = delay.max(self.least_delay(turn.random, trial.last_error.as_ref()));
        let until = (!self.offline).then(|| turn.now + delay);
        let status = trial.status(until.map_or(Trying::WhenOnline, Trying::At));
        self.state = State::Waiting { trial, until };
        self.tell(status, turn);
    }

    /// No connection and no further attempt.
    fn end(&mut self, error: Option<Error>, turn: &mut Turn<'_, impl Outlet>) {
        self.state = State::Disconnected;
        self.tell(Status::Disconnected { error }, turn);
    }

    fn enter(&mut self, trial: Trial, allowed: Duration, stage: Stage, now: Millis) {
        self.state = State::Attempting(Box::new(Attempt {
            trial,
            deadline: now + allowed,
            stage,
        }));
    }

    /// Takes the attempt under way if its stage is the one that is meant; the caller must put something in its place.
    fn take_attempt(&mut self, meant: impl FnOnce(&Stage) -> bool) -> Option<Attempt> {
        match std::mem::take(&mut self.state) {
            State::Attempting(attempt) if meant(&attempt.stage) => Some(*attempt),
            other => {
                self.state = other;
                None
            }
        }
    }

    fn take_opening(&mut self, socket: SocketId) -> Option<Attempt> {
        self.take_attempt(|stage| matches!(stage, Stage::Open { socket: own, .. } if *own == socket))
    }

    fn take_token_request(&mut self, request: RequestId) -> Option<Trial> {
        self.take_attempt(|stage| matches!(stage, Stage::Token { request: own } if *own == request))
            .map(|attempt| attempt.trial)
    }

    fn take_negotiation(&mut self, request: RequestId) -> Option<(Trial, Route)> {
        let meant = |stage: &Stage| matches!(stage, Stage::Negotiate { request: own, .. } if *own == request);
        match self.take_attempt(meant)? {
            Attempt {
                trial,
                stage: Stage::Negotiate { route, .. },
                ..
            } => Some((trial, route)),
            _ => None,
        }
    }

    fn take_handle(&mut self) -> u64 {
        let handle = self.next_handle;
        self.next_handle = handle.wrapping_add(1);
        handle
    }

    fn tell(&mut self, status: Status, turn: &mut Turn<'_, impl Outlet>) {
        if self.status != status {
            self.status = status;
            turn.out.changed(&self.status);
        }
    }
}
