//! The connection's life: which state takes in what, stopping, and how a live connection ends.
//!
//! Lives here: the states, the way of each input to the state it concerns, and the status told.
//! May not be here: how a connection is made (`connecting`) or taken up again (`resuming`), what flows over it (`live`).
//! A state is left by taking it, so what it owns is either carried on or given up in the same breath.
//! `Stop` ends every state within its step: nothing is awaited (defects D1, D2 and D5 cannot be written here).

use super::address::HubAddress;
use super::attempt::{Attempt, Stage, Trial};
use super::connecting::SHORT_LIVES_TOLERATED;
use super::error::{Error, Phase};
use super::interface::{
    Action, CallId, Counters, Input, Outlet, ReplyTo, RequestId, SocketId, Status, StreamId, TokenReason,
    Trying,
};
use super::live::{Ending, Live};
use super::options::Options;
use super::resuming::Resuming;
use super::session::{Call, CallKind, Item, Session};
use super::time::Millis;
use super::turn::{Numbers, Turn};
use crate::protocol::{Outcome, Payload};
use std::time::Duration;

/// A connection that was lost sooner than this was no success.
const SHORT_LIFE: Duration = Duration::from_secs(10);

/// A SignalR client connection. See [`Input`] for what drives it and [`Outlet`] for what it reports.
#[derive(Debug)]
pub struct Connection {
    pub(super) options: Options,
    pub(super) state: State,
    status: Status,
    counters: Counters,
    pub(super) offline: bool,
    /// Connections in a row that were lost soon.
    pub(super) short_lives: u32,
    /// The place of the address that was last connected to.
    pub(super) last_good: usize,
    /// The latest time seen; the machine's time does not run backwards even if a shell's does.
    now: Millis,
    numbers: Numbers,
}

#[derive(Debug, Default)]
pub(super) enum State {
    #[default]
    Disconnected,
    /// Between attempts; `until` is absent while offline.
    Waiting {
        trial: Box<Trial>,
        until: Option<Millis>,
    },
    Attempting(Box<Attempt>),
    Connected(Box<Live>),
    Resuming(Box<Resuming>),
}

impl Connection {
    /// A machine at rest.
    pub fn new(options: Options) -> Self {
        Self {
            numbers: Numbers::from(options.names_from),
            options,
            state: State::Disconnected,
            status: Status::Disconnected { error: None },
            counters: Counters::default(),
            offline: false,
            short_lives: 0,
            last_good: 0,
            now: Millis::DISTANT_PAST,
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

    /// Moves to another address, from the next attempt on; refused while a session is tied to the present one
    /// (case R22).
    pub fn change_hub(&mut self, hub: HubAddress) -> Result<(), Error> {
        match self.state {
            State::Disconnected | State::Waiting { .. } => {
                self.options.hub = hub;
                Ok(())
            }
            State::Attempting(_) | State::Connected(_) | State::Resuming(_) => Err(Error::InvalidAddress(
                "The HubConnection must be in the Disconnected or Reconnecting state to change the url"
                    .to_owned(),
            )),
        }
    }

    /// Takes the address that came with a token, where an attempt still waits for that token.
    pub fn name_hub(&mut self, hub: HubAddress) {
        if matches!(&self.state, State::Attempting(attempt) if matches!(attempt.stage, Stage::Token { .. })) {
            self.options.hub = hub;
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
            State::Resuming(resuming) => Some(resuming.next_wake()),
        }
    }

    /// Takes in what happened at `now`; `random` should be uniformly distributed and serves as jitter.
    #[cfg(not(switchhook_without_signalr))]
    pub fn step(&mut self, input: Input<'_>, now: Millis, random: u64, out: &mut impl Outlet) {
        self.now = self.now.max(now);
        let mut numbers = self.numbers;
        let turn = &mut Turn {
            now: self.now,
            random,
            numbers: &mut numbers,
            out,
        };
        // Of the three calls; of no meaning for other inputs.
        let kind = match input {
            Input::Send { .. } => CallKind::Send,
            Input::Stream { .. } => CallKind::Stream,
            _ => CallKind::Invoke,
        };
        match input {
            Input::SocketData {
                socket,
                bytes,
                binary,
            } => self.socket_data(socket, bytes, binary, turn),
            Input::Start => self.start(turn),
            Input::Stop => self.stop(turn),
            Input::RetryNow => self.retry_now(turn),
            Input::TokenReady { request, token } => {
                if !self.refresh_has_token(request, Ok(token.as_ref()), turn) {
                    match self.state {
                        State::Resuming(_) => self.resuming_has_token(request, token, turn),
                        _ => self.attempt_has_token(request, token, turn),
                    }
                }
            }
            Input::TokenFailed { request, error } => {
                if !self.refresh_has_token(request, Err(&error), turn) {
                    match self.state {
                        State::Resuming(_) => self.resuming_has_no_token(request, error, turn),
                        _ => self.attempt_has_no_token(request, error, turn),
                    }
                }
            }
            Input::Answered {
                request,
                status,
                body,
                retry_after,
            } => {
                let answer = if status == 200 {
                    Ok(body)
                } else {
                    Err(Error::from_status(status, retry_after))
                };
                self.answered(request, answer, turn);
            }
            Input::Unanswered { request, text } => {
                self.answered(request, Err(Error::Unreachable(text.to_owned())), turn);
            }
            Input::SocketOpened { socket } => match self.state {
                State::Resuming(_) => self.resuming_opened(socket, turn),
                _ => self.attempt_opened(socket, turn),
            },
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
            } => {
                let error = Error::from_status(status, retry_after);
                match self.state {
                    State::Resuming(_) => self.resuming_refused(socket, error, Some(status), turn),
                    _ => self.attempt_refused(socket, error, status, turn),
                }
            }
            Input::Invoke {
                call: name,
                target,
                arguments,
                streams,
                deadline,
            }
            | Input::Stream {
                call: name,
                target,
                arguments,
                streams,
                deadline,
            }
            | Input::Send {
                call: name,
                target,
                arguments,
                streams,
                deadline,
            } => {
                let call = Call {
                    name,
                    kind,
                    target,
                    arguments,
                    streams,
                    deadline,
                };
                self.call(&call, turn);
            }
            Input::Item {
                call: name,
                stream,
                item,
                deadline,
            } => self.item(
                &Item {
                    name,
                    stream,
                    json: item,
                    deadline,
                },
                turn,
            ),
            Input::EndStream { stream, error } => self.end_stream(stream, error, turn),
            Input::Reply { to, outcome } => self.reply(to, outcome, turn),
            Input::Cancel { call } => self.cancel(call, turn),
            Input::RefreshToken => self.refresh_now(turn),
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
        self.numbers = numbers;
        if let State::Connected(live) = &mut self.state {
            live.note_sent(self.now);
        }
    }

    fn start(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        if matches!(self.state, State::Disconnected) {
            self.short_lives = 0;
            self.last_good = 0;
            let trial = Box::new(Trial::new(false, None, turn.now));
            self.attempt(trial, TokenReason::FirstConnect, turn);
        }
    }

    fn stop(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        match std::mem::take(&mut self.state) {
            State::Disconnected => return,
            State::Waiting { .. } => {}
            State::Attempting(attempt) => attempt.stage.abandon(turn.out),
            State::Connected(live) => live.close(&self.options, turn),
            State::Resuming(resuming) => resuming.stop(turn.out),
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
            other => {
                self.state = other;
                self.hurry_resuming(turn);
            }
        }
    }

    fn answered(
        &mut self,
        request: RequestId,
        answer: Result<&[u8], Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if self.refresh_answered(request, answer.as_ref().copied(), turn) {
            return;
        }
        match self.state {
            State::Resuming(_) => self.resuming_answered(request, answer, turn),
            _ => self.attempt_answered(request, answer, turn),
        }
    }

    pub(super) fn socket_data(
        &mut self,
        socket: SocketId,
        bytes: &[u8],
        binary: bool,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        match &mut self.state {
            State::Connected(live) if live.socket() == socket => {
                let Self {
                    options,
                    counters,
                    status,
                    ..
                } = self;
                let ending = live.receive(bytes, binary, options, counters, status, turn);
                if let Some(ending) = ending {
                    self.ended(ending, turn);
                }
            }
            State::Attempting(_) => self.handshake_data(socket, bytes, turn),
            _ => {}
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
                self.broken(*live, error, turn);
            }
            State::Attempting(attempt) if attempt.stage.socket() == Some(socket) => {
                let error = closed(attempt.stage.phase());
                self.failed(attempt.trial, error, turn);
            }
            other => {
                self.state = other;
                self.resuming_refused(socket, closed(Phase::Open), None, turn);
            }
        }
    }

    fn call(&mut self, request: &Call<'_>, turn: &mut Turn<'_, impl Outlet>) {
        let Self { options, state, .. } = self;
        match session_of(state) {
            Some((session, socket)) => session.call(request, socket, options, turn),
            None => turn.out.settled(request.name, Err(Error::NotConnected)),
        }
    }

    fn item(&mut self, item: &Item<'_>, turn: &mut Turn<'_, impl Outlet>) {
        let Self { options, state, .. } = self;
        match session_of(state) {
            Some((session, socket)) => session.item(item, socket, options, turn.out),
            None => turn.out.settled(item.name, Err(Error::NotConnected)),
        }
    }

    fn end_stream(&mut self, stream: StreamId, error: Option<&str>, turn: &mut Turn<'_, impl Outlet>) {
        let Self { options, state, .. } = self;
        if let Some((session, socket)) = session_of(state) {
            session.end_stream(stream, error, socket, options, turn.out);
        }
    }

    fn reply(&mut self, to: &ReplyTo, outcome: Result<Option<&str>, &str>, turn: &mut Turn<'_, impl Outlet>) {
        let outcome = match outcome {
            Ok(None) => Outcome::Void,
            Ok(Some(json)) => Outcome::Result(Payload::from_json(json)),
            Err(text) => Outcome::Error(text.into()),
        };
        let Self { options, state, .. } = self;
        if let Some((session, socket)) = session_of(state) {
            session.reply(to, outcome, socket, options, turn.out);
        }
    }

    fn cancel(&mut self, call: CallId, turn: &mut Turn<'_, impl Outlet>) {
        let Self { options, state, .. } = self;
        if let Some((session, socket)) = session_of(state) {
            session.cancel(call, socket, options, turn.out);
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
            State::Connected(live) => match live.tick(&self.options, turn) {
                Some(ending) => self.ended(ending, turn),
                None => self.tick_refresh(turn),
            },
            State::Resuming(_) => self.tick_resuming(turn),
            State::Disconnected | State::Waiting { .. } | State::Attempting(_) => {}
        }
    }

    /// Probes a live connection.
    fn doubt(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        if let State::Connected(live) = &mut self.state {
            live.probe(&self.options, turn);
        }
    }

    fn went_offline(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        self.offline = true;
        match &mut self.state {
            State::Connected(live) => live.suspect(&self.options, turn),
            State::Waiting { trial, until } => {
                *until = None;
                let status = trial.status(Trying::WhenOnline);
                self.tell(status, turn);
            }
            State::Resuming(_) => self.resuming_went_offline(turn),
            // An attempt under way may end as it will: what a device says of its network is not always true.
            State::Disconnected | State::Attempting(_) => {}
        }
    }

    /// A live connection ended while its socket may still be open.
    fn ended(&mut self, ending: Ending, turn: &mut Turn<'_, impl Outlet>) {
        let State::Connected(live) = std::mem::take(&mut self.state) else {
            return;
        };
        let socket = live.socket();
        turn.out.act(Action::CloseSocket { socket });
        match ending {
            Ending::Broken(error) => self.broken(*live, error, turn),
            Ending::Lost(error) => {
                self.note_loss(&live, turn.now);
                live.into_session().lose(error.as_ref(), turn.out);
                self.reconnect(error, turn);
            }
            Ending::Closed(error) => {
                live.into_session().lose(error.as_ref(), turn.out);
                self.end(error, turn);
            }
        }
    }

    /// The socket of a live connection has gone; the session is kept where the server keeps it.
    fn broken(&mut self, live: Live, error: Option<Error>, turn: &mut Turn<'_, impl Outlet>) {
        self.note_loss(&live, turn.now);
        let held = live.is_settled() && turn.now.since(live.began()) >= SHORT_LIFE;
        let mut session = live.into_session();
        // A session that is lost again and again may be dying of what is sent again in it.
        let is_worn = self.short_lives > SHORT_LIVES_TOLERATED;
        match &mut session.stateful {
            Some(stateful) if !is_worn && !stateful.doubtful => {
                if held {
                    stateful.tries = 0;
                }
                self.resume(session, error, turn);
            }
            _ => {
                session.lose(error.as_ref(), turn.out);
                self.reconnect(error, turn);
            }
        }
    }

    fn note_loss(&mut self, live: &Live, now: Millis) {
        if !live.is_settled() {
            // An attempt to take up a session that came to nothing: its loss was noted before.
            return;
        }
        self.counters.losses += 1;
        self.short_lives = if now.since(live.began()) < SHORT_LIFE {
            self.short_lives.saturating_add(1)
        } else {
            0
        };
    }

    /// No connection and no further attempt.
    pub(super) fn end(&mut self, error: Option<Error>, turn: &mut Turn<'_, impl Outlet>) {
        self.state = State::Disconnected;
        self.tell(Status::Disconnected { error }, turn);
    }

    pub(super) fn tell(&mut self, status: Status, turn: &mut Turn<'_, impl Outlet>) {
        if self.status != status {
            self.status = status;
            turn.out.changed(&self.status);
        }
    }
}

/// The session that calls go to, and its socket where it has one.
fn session_of(state: &mut State) -> Option<(&mut Session, Option<SocketId>)> {
    match state {
        State::Connected(live) => {
            let socket = live.socket();
            Some((&mut live.session, Some(socket)))
        }
        State::Resuming(resuming) => Some((resuming.session(), None)),
        State::Disconnected | State::Waiting { .. } | State::Attempting(_) => None,
    }
}
