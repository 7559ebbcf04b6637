//! How a connection is made: token, negotiate, socket, handshake, and what follows when one of them fails.
//!
//! Lives here: the transitions of the states `Attempting` and `Waiting`.
//! May not be here: what happens on a live connection or to a session that is being taken up again.
//! Each transition takes the stage that is meant; an answer to a stage that has passed hits nothing.
//! The first connect and reconnects take the same way and differ in what is worth trying again.

use super::address::{HubAddress, Secret};
use super::attempt::{Agreed, Attempt, Route, Stage, Trial};
use super::error::Error;
use super::failover::{is_of_the_address, place};
use super::interface::{Action, Outlet, RequestId, SocketId, Status, TokenReason, Trying};
use super::live::Live;
use super::machine::{Connection, State};
use super::refresh::Refresh;
use super::retry::{Backoff, Retry, RetryPolicy as _};
use super::session::{Session, Ticket};
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

/// So many connections in a row that were soon lost are bad luck; more are met with growing delays.
pub(super) const SHORT_LIVES_TOLERATED: u32 = 3;

impl Connection {
    /// Begins an attempt by asking for a token.
    pub(super) fn attempt(
        &mut self,
        trial: Box<Trial>,
        reason: TokenReason,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let request = turn.numbers.request();
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

    pub(super) fn attempt_has_token(
        &mut self,
        request: RequestId,
        token: Option<Secret>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(mut trial) = self.take_token_request(request) else {
            return;
        };
        if trial.refused && trial.token == token {
            // The provider has no other token than the refused one (case N32).
            self.end(Some(Error::Unauthorized), turn);
            return;
        }
        trial.token.clone_from(&token);
        let hub = self.address_at(place(self.last_good, trial.turn)).clone();
        if self.options.skip_negotiation {
            self.open(trial, &hub, token.as_ref(), Box::default(), turn);
        } else {
            let route = Box::new(Route {
                hub,
                token,
                redirected: false,
                requests: 0,
            });
            self.negotiate(trial, route, turn);
        }
    }

    pub(super) fn attempt_has_no_token(
        &mut self,
        request: RequestId,
        error: Error,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
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

    fn negotiate(&mut self, trial: Box<Trial>, mut route: Box<Route>, turn: &mut Turn<'_, impl Outlet>) {
        route.requests += 1;
        let request = turn.numbers.request();
        let url = route.hub.negotiate(self.wants_stateful());
        let token = route.token.clone();
        self.enter(
            trial,
            self.options.negotiate_deadline,
            Stage::Negotiate { request, route },
            turn.now,
        );
        turn.out.act(Action::Post {
            request,
            url,
            token,
            headers: self.options.headers.clone(),
        });
    }

    /// Whether stateful reconnect is asked for: as the address says, else as the settings say (case B03).
    fn wants_stateful(&self) -> bool {
        let setting = self.options.stateful_reconnect.is_some();
        self.options.hub.asks_for_stateful().unwrap_or(setting)
    }

    /// The attempt's negotiate request was answered, or not; nothing when the request is another's.
    pub(super) fn attempt_answered(
        &mut self,
        request: RequestId,
        answer: Result<&[u8], Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if let Some((trial, route)) = self.take_negotiation(request) {
            match answer {
                Ok(body) => self.negotiated(trial, route, body, turn),
                Err(error) => self.failed(trial, error, turn),
            }
        }
    }

    fn negotiated(
        &mut self,
        trial: Box<Trial>,
        mut route: Box<Route>,
        body: &[u8],
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let error = match negotiate::read(body) {
            Ok(Answer::Redirect { url, access_token }) => match HubAddress::parse(&url) {
                _ if route.requests >= REDIRECTION_LIMIT => Error::TooManyRedirects,
                Err(error) => Error::ProtocolViolation(format!(
                    "The server redirects to an address that cannot be used: {error}"
                )),
                Ok(hub) => {
                    route.hub = hub;
                    if let Some(token) = access_token {
                        route.token = Some(Secret::new(token));
                        route.redirected = true;
                    }
                    return self.negotiate(trial, route, turn);
                }
            },
            Ok(Answer::Refused(text)) => Error::NegotiateRefused(text),
            Ok(Answer::Connect { web_sockets, .. }) if !web_sockets.suit(self.options.encoding) => {
                Error::NoCommonTransport
            }
            Ok(Answer::Connect {
                stateful_reconnect: true,
                ..
            }) if !self.wants_stateful() => Error::ProtocolViolation(
                "Client didn't negotiate Stateful Reconnect but the server did.".to_owned(),
            ),
            Ok(Answer::Connect {
                token,
                connection_id,
                stateful_reconnect,
                token_lifetime_seconds,
                ..
            }) => {
                let access_token = route.token;
                let ticket = Ticket {
                    hub: route.hub.clone(),
                    connection_token: Secret::new(token),
                    access_token: access_token.clone().filter(|_| route.redirected),
                    lifetime: token_lifetime_seconds.map(Duration::from_secs),
                };
                let agreed = Box::new(Agreed {
                    connection_id: Some(connection_id),
                    ticket: Some(ticket),
                    stateful: stateful_reconnect,
                });
                return self.open(trial, &route.hub, access_token.as_ref(), agreed, turn);
            }
            Err(error) => Error::ProtocolViolation(error.to_string()),
        };
        self.failed(trial, error, turn);
    }

    fn open(
        &mut self,
        trial: Box<Trial>,
        hub: &HubAddress,
        access_token: Option<&Secret>,
        agreed: Box<Agreed>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let socket = turn.numbers.socket();
        let connection_token = agreed.ticket.as_ref().map(|ticket| &ticket.connection_token);
        let url = hub.socket(connection_token, access_token);
        let stage = Stage::Open { socket, agreed };
        self.enter(trial, self.options.open_deadline, stage, turn.now);
        turn.out.act(Action::OpenSocket { socket, url });
    }

    pub(super) fn attempt_opened(&mut self, socket: SocketId, turn: &mut Turn<'_, impl Outlet>) {
        let Some(Attempt {
            trial,
            stage: Stage::Open { agreed, .. },
            ..
        }) = self.take_opening(socket)
        else {
            return;
        };
        // Version 2 is said only where stateful reconnect was agreed on, as stock clients do (case H02).
        let version = if agreed.stateful { 2 } else { 1 };
        let request = handshake::write_request(self.options.encoding.name(), version);
        let stage = Stage::Handshake {
            socket,
            agreed,
            received: Vec::new(),
        };
        self.enter(trial, self.options.handshake_deadline, stage, turn.now);
        let frame = Frame::Text(request);
        turn.out.act(Action::Send { socket, frame });
    }

    pub(super) fn handshake_data(
        &mut self,
        socket: SocketId,
        bytes: &[u8],
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let shaking = |stage: &Stage| matches!(stage, Stage::Handshake { socket: own, .. } if *own == socket);
        let Some(Attempt {
            trial,
            deadline,
            stage: Stage::Handshake {
                agreed, mut received, ..
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
                        agreed,
                        received,
                    },
                }));
                return;
            }
            Some(messages) => match handshake::read_response(&received) {
                Ok(()) => {
                    self.last_good = place(self.last_good, trial.turn);
                    return self.connected(socket, *agreed, messages, turn);
                }
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
        agreed: Agreed,
        messages: &[u8],
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let default = super::StatefulReconnect::default();
        let stateful = self.options.stateful_reconnect.as_ref().unwrap_or(&default);
        let mut session = Session::new(
            turn.numbers.handle(),
            agreed.connection_id.clone(),
            agreed.ticket,
            agreed.stateful.then_some(stateful),
        );
        let lifetime = session.ticket.as_ref().and_then(|ticket| ticket.lifetime);
        session.refresh = Refresh::after(lifetime, &self.options, turn.now);
        let live = Live::begin(socket, session, &self.options, turn);
        self.state = State::Connected(Box::new(live));
        self.tell(
            Status::Connected {
                connection_id: agreed.connection_id,
                resumed: false,
            },
            turn,
        );
        if !messages.is_empty() {
            let binary = !self.options.encoding.is_text();
            self.socket_data(socket, messages, binary, turn);
        }
    }

    pub(super) fn attempt_refused(
        &mut self,
        socket: SocketId,
        error: Error,
        status: u16,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(attempt) = self.take_opening(socket) else {
            return;
        };
        let error = match error {
            // Negotiate succeeded, so the hub exists; what it does not know is this connection (case B30).
            Error::NotFound | Error::UnexpectedStatus(_) if !self.options.skip_negotiation => {
                refused_socket(status)
            }
            other => other,
        };
        self.failed(attempt.trial, error, turn);
    }

    /// An attempt failed, and nothing of it is left open.
    pub(super) fn failed(&mut self, mut trial: Box<Trial>, error: Error, turn: &mut Turn<'_, impl Outlet>) {
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
        trial.hopeful |= !hopeless;
        if self.goes_on(&trial, &error) {
            let reason = if trial.reconnecting {
                TokenReason::Reconnect
            } else {
                TokenReason::FirstConnect
            };
            trial.turn += 1;
            trial.last_error = Some(error);
            trial.refused = false;
            self.attempt(trial, reason, turn);
            return;
        }
        if hopeless && !(trial.hopeful && is_of_the_address(&error)) {
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
        (trial.turn, trial.hopeful) = (0, false);
        self.schedule(trial, previous_retries, turn);
    }

    /// A session is over; another is to be begun.
    pub(super) fn reconnect(&mut self, error: Option<Error>, turn: &mut Turn<'_, impl Outlet>) {
        let trial = Box::new(Trial::new(true, error, turn.now));
        self.schedule(trial, 0, turn);
    }

    fn schedule(&mut self, trial: Box<Trial>, previous_retries: u32, turn: &mut Turn<'_, impl Outlet>) {
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

    fn enter(&mut self, trial: Box<Trial>, allowed: Duration, stage: Stage, now: Millis) {
        self.state = State::Attempting(Box::new(Attempt {
            trial,
            deadline: now + allowed,
            stage,
        }));
    }

    /// Takes the attempt under way if its stage is the one that is meant; the caller must put something in its place.
    pub(super) fn take_attempt(&mut self, meant: impl FnOnce(&Stage) -> bool) -> Option<Attempt> {
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

    fn take_token_request(&mut self, request: RequestId) -> Option<Box<Trial>> {
        self.take_attempt(|stage| matches!(stage, Stage::Token { request: own } if *own == request))
            .map(|attempt| attempt.trial)
    }

    fn take_negotiation(&mut self, request: RequestId) -> Option<(Box<Trial>, Box<Route>)> {
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
}

/// A socket that was answered with a status instead of being opened.
pub(super) fn refused_socket(status: u16) -> Error {
    Error::SocketClosed {
        phase: super::Phase::Open,
        code: 1006,
        reason: format!("HTTP status {status}"),
    }
}
