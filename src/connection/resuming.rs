//! Taking up a session again after its socket was lost, while the server still keeps it.
//!
//! Lives here: the state `Resuming`, its attempts and their end.
//! May not be here: what is in the session, which is handed over untouched or given up whole.
//! Attempts go on for the server's grace, not only once (defect D6), and give up as soon as the server is known
//! to have forgotten the session. A browser is never told why a socket was refused: when one was, a negotiate
//! request finds out whether the server is there at all, and a second refusal after its answer settles the matter.

use super::address::Secret;
use super::connecting::refused_socket;
use super::error::{Error, Phase};
use super::interface::{Action, Outlet, Progress, RequestId, SocketId, Status, TokenReason, Trying};
use super::live::Live;
use super::machine::{Connection, State};
use super::session::Session;
use super::time::Millis;
use super::turn::Turn;
use std::time::Duration;

/// Delays before the attempts, milliseconds; the last goes on.
const DELAYS: [u64; 6] = [0, 300, 800, 1_500, 3_000, 5_000];

/// A session between two sockets.
#[derive(Debug)]
pub(super) struct Resuming {
    session: Session,
    /// When the server will have forgotten it.
    gives_up: Millis,
    last_error: Option<Error>,
    token: Option<Secret>,
    /// The server refused `token`, and the provider was asked for another.
    refused: bool,
    /// The server answered after it had refused a socket.
    server_answers: bool,
    stage: Stage,
}

/// What is waited for.
#[derive(Debug)]
enum Stage {
    /// The time of the next attempt; absent while offline.
    Pause {
        until: Option<Millis>,
    },
    Token {
        request: RequestId,
        deadline: Millis,
    },
    Open {
        socket: SocketId,
        deadline: Millis,
    },
    /// Whether the server is there.
    Question {
        request: RequestId,
        deadline: Millis,
    },
}

impl Stage {
    fn wake(&self) -> Option<Millis> {
        match self {
            Self::Pause { until } => *until,
            Self::Token { deadline, .. } | Self::Open { deadline, .. } | Self::Question { deadline, .. } => {
                Some(*deadline)
            }
        }
    }

    fn phase(&self) -> Phase {
        match self {
            Self::Pause { .. } | Self::Open { .. } => Phase::Open,
            Self::Token { .. } => Phase::Token,
            Self::Question { .. } => Phase::Negotiate,
        }
    }

    fn abandon(&self, out: &mut impl Outlet) {
        match self {
            Self::Pause { .. } => {}
            Self::Token { request, .. } | Self::Question { request, .. } => {
                out.act(Action::Abandon { request: *request });
            }
            // A socket that is still opening is closed as well (defect D5).
            Self::Open { socket, .. } => out.act(Action::CloseSocket { socket: *socket }),
        }
    }
}

impl Resuming {
    pub(super) fn next_wake(&self) -> Millis {
        [self.stage.wake(), self.session.next_wake(false)]
            .into_iter()
            .flatten()
            .fold(self.gives_up, Millis::min)
    }

    /// The session, for calls made meanwhile.
    pub(super) fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Ends it because the application wants no connection.
    pub(super) fn stop(self, out: &mut impl Outlet) {
        self.stage.abandon(out);
        self.session.end(|| Error::Stopped, out);
    }

    pub(super) fn is_opening(&self, socket: SocketId) -> bool {
        matches!(self.stage, Stage::Open { socket: own, .. } if own == socket)
    }

    fn waits_for_token(&self, request: RequestId) -> bool {
        matches!(self.stage, Stage::Token { request: own, .. } if own == request)
    }

    fn waits_for_answer(&self, request: RequestId) -> bool {
        matches!(self.stage, Stage::Question { request: own, .. } if own == request)
    }

    /// A redirect's token, in place of the application's.
    fn redirected(&self) -> Option<Secret> {
        self.session.ticket.as_ref()?.access_token.clone()
    }

    fn tries(&self) -> u32 {
        self.session
            .stateful
            .as_ref()
            .map_or(0, |stateful| stateful.tries)
    }

    fn status(&self) -> Status {
        Status::Resuming(Progress {
            attempt: self.tries().saturating_add(1),
            trying: match self.stage {
                Stage::Pause { until: Some(until) } => Trying::At(until),
                Stage::Pause { until: None } => Trying::WhenOnline,
                _ => Trying::Now,
            },
            last_error: self.last_error.clone(),
        })
    }
}

impl Connection {
    /// Keeps `session`, whose socket has gone, and tries to take it up again.
    pub(super) fn resume(
        &mut self,
        mut session: Session,
        cause: Option<Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let grace = self.options.stateful_reconnect.unwrap_or_default().grace;
        session.refresh = session.refresh.interrupt(turn.now, turn.out);
        let lost = session
            .stateful
            .as_mut()
            .map_or(turn.now, |stateful| *stateful.lost.get_or_insert(turn.now));
        let resuming = Box::new(Resuming {
            session,
            gives_up: lost + grace,
            last_error: cause,
            token: None,
            refused: false,
            server_answers: false,
            stage: Stage::Pause { until: None },
        });
        self.pause_resuming(resuming, turn);
    }

    fn pause_resuming(&mut self, mut resuming: Box<Resuming>, turn: &mut Turn<'_, impl Outlet>) {
        let index = usize::try_from(resuming.tries()).unwrap_or(usize::MAX);
        let delay = DELAYS.get(index).or(DELAYS.last()).copied().unwrap_or_default();
        // A fifth more or less, and the first a moment later: a proxy that restarts must not meet all its desks at once.
        let jitter = (turn.random % 64) * delay.max(160) / 160;
        let until = turn.now + Duration::from_millis(delay - delay / 5 + jitter);
        resuming.stage = Stage::Pause {
            until: (!self.offline).then_some(until),
        };
        self.show_resuming(resuming, turn);
    }

    fn show_resuming(&mut self, resuming: Box<Resuming>, turn: &mut Turn<'_, impl Outlet>) {
        let status = resuming.status();
        self.state = State::Resuming(resuming);
        self.tell(status, turn);
    }

    /// Begins an attempt.
    pub(super) fn try_resuming(
        &mut self,
        mut resuming: Box<Resuming>,
        reason: TokenReason,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if let Some(token) = resuming.redirected() {
            return self.open_resuming(resuming, Some(token), turn);
        }
        let request = turn.numbers.request();
        let deadline = turn.now + self.options.token_deadline;
        resuming.stage = Stage::Token { request, deadline };
        self.show_resuming(resuming, turn);
        turn.out.act(Action::FetchToken { request, reason });
    }

    fn open_resuming(
        &mut self,
        mut resuming: Box<Resuming>,
        token: Option<Secret>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(ticket) = &resuming.session.ticket else {
            return self.give_up_resuming(resuming, None, turn);
        };
        let socket = turn.numbers.socket();
        let url = ticket.hub.socket(Some(&ticket.connection_token), token.as_ref());
        let deadline = turn.now + self.options.open_deadline;
        resuming.token = token;
        resuming.stage = Stage::Open { socket, deadline };
        self.show_resuming(resuming, turn);
        turn.out.act(Action::OpenSocket { socket, url });
    }

    pub(super) fn resuming_has_token(
        &mut self,
        request: RequestId,
        token: Option<Secret>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if let Some(resuming) = self.take_resuming(|resuming| resuming.waits_for_token(request)) {
            if resuming.refused && resuming.token == token {
                self.refuse_resuming(resuming, turn);
            } else {
                self.open_resuming(resuming, token, turn);
            }
        }
    }

    pub(super) fn resuming_has_no_token(
        &mut self,
        request: RequestId,
        error: Error,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if let Some(resuming) = self.take_resuming(|resuming| resuming.waits_for_token(request)) {
            if error == Error::Unauthorized {
                self.refuse_resuming(resuming, turn);
            } else {
                self.fail_resuming(resuming, Some(error), turn);
            }
        }
    }

    pub(super) fn resuming_opened(&mut self, socket: SocketId, turn: &mut Turn<'_, impl Outlet>) {
        if let Some(mut resuming) = self.take_resuming(|resuming| resuming.is_opening(socket)) {
            if let Some(stateful) = &mut resuming.session.stateful {
                stateful.tries = stateful.tries.saturating_add(1);
            }
            let live = Live::take_up(socket, resuming.session, &self.options, turn);
            self.state = State::Connected(Box::new(live));
        }
    }

    /// The socket did not open. A native shell knows the status; a browser does not.
    pub(super) fn resuming_refused(
        &mut self,
        socket: SocketId,
        error: Error,
        status: Option<u16>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(mut resuming) = self.take_resuming(|resuming| resuming.is_opening(socket)) else {
            return;
        };
        match error {
            Error::NotFound => self.give_up_resuming(resuming, status.map(refused_socket), turn),
            Error::Unauthorized => self.doubt_token(resuming, turn),
            error if status.is_some() => self.fail_resuming(resuming, Some(error), turn),
            error if resuming.server_answers => self.give_up_resuming(resuming, Some(error), turn),
            error => {
                let Some(ticket) = &resuming.session.ticket else {
                    return self.give_up_resuming(resuming, Some(error), turn);
                };
                let request = turn.numbers.request();
                let url = ticket.hub.negotiate(true);
                let token = resuming.token.clone();
                let deadline = turn.now + self.options.negotiate_deadline;
                resuming.last_error = Some(error);
                resuming.stage = Stage::Question { request, deadline };
                self.show_resuming(resuming, turn);
                turn.out.act(Action::Post {
                    request,
                    url,
                    token,
                    headers: self.options.headers.clone(),
                });
            }
        }
    }

    /// The server's answer to whether it is there.
    pub(super) fn resuming_answered(
        &mut self,
        request: RequestId,
        answer: Result<&[u8], Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        let Some(mut resuming) = self.take_resuming(|resuming| resuming.waits_for_answer(request)) else {
            return;
        };
        match answer {
            Ok(_) => {
                resuming.server_answers = true;
                let token = resuming.token.take();
                self.open_resuming(resuming, token, turn);
            }
            Err(Error::Unauthorized) => self.doubt_token(resuming, turn),
            Err(error) => self.fail_resuming(resuming, Some(error), turn),
        }
    }

    pub(super) fn tick_resuming(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        let Some(mut resuming) = self.take_resuming(|_| true) else {
            return;
        };
        resuming.session.tick(turn.now, None, &self.options, turn.out);
        if turn.now >= resuming.gives_up {
            resuming.stage.abandon(turn.out);
            let error = resuming.last_error.take();
            return self.give_up_resuming(resuming, error, turn);
        }
        if resuming.stage.wake().is_none_or(|wake| turn.now < wake) {
            self.state = State::Resuming(resuming);
            return;
        }
        if let Stage::Pause { .. } = resuming.stage {
            return self.try_resuming(resuming, TokenReason::Reconnect, turn);
        }
        resuming.stage.abandon(turn.out);
        let phase = resuming.stage.phase();
        self.fail_resuming(resuming, Some(Error::TimedOut { phase }), turn);
    }

    /// Tries at once, if the next attempt was only being waited for.
    pub(super) fn hurry_resuming(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        let pausing = |resuming: &Resuming| matches!(resuming.stage, Stage::Pause { .. });
        if let Some(resuming) = self.take_resuming(pausing) {
            self.try_resuming(resuming, TokenReason::Reconnect, turn);
        }
    }

    pub(super) fn resuming_went_offline(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        let pausing = |resuming: &Resuming| matches!(resuming.stage, Stage::Pause { .. });
        if let Some(resuming) = self.take_resuming(pausing) {
            self.pause_resuming(resuming, turn);
        }
    }

    fn fail_resuming(
        &mut self,
        mut resuming: Box<Resuming>,
        error: Option<Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        if let Some(stateful) = &mut resuming.session.stateful {
            stateful.tries = stateful.tries.saturating_add(1);
        }
        resuming.last_error = error.or(resuming.last_error);
        resuming.refused = false;
        resuming.server_answers = false;
        self.pause_resuming(resuming, turn);
    }

    /// The session is gone: what was waiting in it settles, and another is begun (defects D3 and D4).
    fn give_up_resuming(
        &mut self,
        resuming: Box<Resuming>,
        error: Option<Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) {
        resuming.session.lose(error.as_ref(), turn.out);
        self.reconnect(error, turn);
    }

    /// The server refused the token: another may do, once. A redirect's is replaced by a new negotiate only.
    fn doubt_token(&mut self, mut resuming: Box<Resuming>, turn: &mut Turn<'_, impl Outlet>) {
        if resuming.redirected().is_some() {
            self.give_up_resuming(resuming, Some(Error::Unauthorized), turn);
        } else if resuming.refused {
            self.refuse_resuming(resuming, turn);
        } else {
            resuming.refused = true;
            self.try_resuming(resuming, TokenReason::Unauthorized, turn);
        }
    }

    /// Nobody with these credentials is let in any more.
    fn refuse_resuming(&mut self, resuming: Box<Resuming>, turn: &mut Turn<'_, impl Outlet>) {
        resuming.session.lose(Some(&Error::Unauthorized), turn.out);
        self.end(Some(Error::Unauthorized), turn);
    }

    fn take_resuming(&mut self, meant: impl FnOnce(&Resuming) -> bool) -> Option<Box<Resuming>> {
        match std::mem::take(&mut self.state) {
            State::Resuming(resuming) if meant(&resuming) => Some(resuming),
            other => {
                self.state = other;
                None
            }
        }
    }
}
