//! A fresh access token for a living connection, before the old one expires (.NET 11).
//!
//! Lives here: when to ask for it, and what is waited for meanwhile.
//! May not be here: the requests themselves; a refresh that fails leaves the connection as it was (case A03).
//! The server says at negotiate, and in each answer, how long a token is good for (cases A01, A02).
//! Only one refresh is under way at a time.

use super::address::Secret;
use super::error::{Error, Phase};
use super::interface::{Action, Outlet, RequestId, TokenReason};
use super::machine::{Connection, State};
use super::options::Options;
use super::time::Millis;
use super::turn::Turn;
use crate::protocol::negotiate;
use std::time::Duration;

/// After a refresh that failed for a passing reason.
const AGAIN: Duration = Duration::from_secs(30);

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// Nothing: the server named no lifetime, or refuses to refresh.
    Off,
    /// This time.
    At(Millis),
    /// A token.
    Token { request: RequestId, deadline: Millis },
    /// The server's answer.
    Answer { request: RequestId, deadline: Millis },
}

impl Refresh {
    /// The next one, for a token that is good for `lifetime` from `now`.
    pub(super) fn after(lifetime: Option<Duration>, options: &Options, now: Millis) -> Self {
        match (lifetime, options.refresh_before) {
            (Some(lifetime), Some(before)) => {
                // A token that lives hardly longer than that is refreshed half way.
                let delay = lifetime
                    .checked_sub(before)
                    .filter(|delay| *delay > before)
                    .unwrap_or(lifetime / 2);
                Self::At(now + delay.max(Duration::from_secs(1)))
            }
            _ => Self::Off,
        }
    }

    /// The socket has gone: what is planned stays so, because the token's time runs on, and what was under way is
    /// begun anew over the next socket.
    pub(super) fn interrupt(self, now: Millis, out: &mut impl Outlet) -> Self {
        self.abandon(out);
        self.request().map_or(self, |_| Self::At(now))
    }

    pub(super) fn next_wake(self) -> Option<Millis> {
        match self {
            Self::Off => None,
            Self::At(time) | Self::Token { deadline: time, .. } | Self::Answer { deadline: time, .. } => {
                Some(time)
            }
        }
    }

    /// The request under way.
    pub(super) fn request(self) -> Option<RequestId> {
        match self {
            Self::Token { request, .. } | Self::Answer { request, .. } => Some(request),
            Self::Off | Self::At(_) => None,
        }
    }

    /// Lets go of the request under way.
    pub(super) fn abandon(self, out: &mut impl Outlet) {
        if let Some(request) = self.request() {
            out.act(Action::Abandon { request });
        }
    }
}

impl Connection {
    /// Asks for a fresh token, unless that is under way or there is no connection it could be for.
    pub(super) fn refresh_now(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        let deadline = turn.now + self.options.token_deadline;
        if let Some(refresh) = self.refresh()
            && refresh.request().is_none()
        {
            let request = turn.numbers.request();
            *refresh = Refresh::Token { request, deadline };
            let reason = TokenReason::ExpiringSoon;
            turn.out.act(Action::FetchToken { request, reason });
        }
    }

    /// The provider answered; whether that was for a refresh.
    pub(super) fn refresh_has_token(
        &mut self,
        request: RequestId,
        token: Result<Option<&Secret>, &Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> bool {
        let asks =
            |refresh: &mut Refresh| matches!(refresh, Refresh::Token { request: own, .. } if *own == request);
        if !self.refresh().is_some_and(asks) {
            return false;
        }
        match token {
            Ok(token) => self.hand_in(token, turn),
            Err(error) => self.refresh_failed(error.clone(), turn),
        }
        true
    }

    /// The token goes to the hub's own address, even where a redirect led elsewhere (case A06).
    fn hand_in(&mut self, token: Option<&Secret>, turn: &mut Turn<'_, impl Outlet>) {
        let deadline = turn.now + self.options.negotiate_deadline;
        let State::Connected(live) = &mut self.state else {
            return;
        };
        let Some(ticket) = &live.session.ticket else {
            return;
        };
        let request = turn.numbers.request();
        let url = self.options.hub.refresh(&ticket.connection_token);
        live.session.refresh = Refresh::Answer { request, deadline };
        let token = token.cloned();
        turn.out.act(Action::Post {
            request,
            url,
            token,
            headers: self.options.headers.clone(),
        });
    }

    /// The server answered; whether that was to a refresh.
    pub(super) fn refresh_answered(
        &mut self,
        request: RequestId,
        answer: Result<&[u8], &Error>,
        turn: &mut Turn<'_, impl Outlet>,
    ) -> bool {
        let asks = |refresh: &mut Refresh| matches!(refresh, Refresh::Answer { request: own, .. } if *own == request);
        if !self.refresh().is_some_and(asks) {
            return false;
        }
        match answer {
            Err(error) => self.refresh_failed(error.clone(), turn),
            Ok(body) => {
                // Without a lifetime in the answer there is nothing more to schedule (case A02).
                let lifetime = negotiate::read_refreshed(body).map(Duration::from_secs);
                let next = Refresh::after(lifetime, &self.options, turn.now);
                if let State::Connected(live) = &mut self.state {
                    live.session.refresh = next;
                }
                turn.out.refreshed(Ok(lifetime));
            }
        }
        true
    }

    /// The refresh has waited too long for something, or its time has come.
    pub(super) fn tick_refresh(&mut self, turn: &mut Turn<'_, impl Outlet>) {
        let now = turn.now;
        match self.refresh().map(|refresh| *refresh) {
            Some(Refresh::At(time)) if now >= time => self.refresh_now(turn),
            Some(waiting @ Refresh::Token { deadline, .. }) if now >= deadline => {
                waiting.abandon(turn.out);
                self.refresh_failed(Error::TimedOut { phase: Phase::Token }, turn);
            }
            Some(waiting @ Refresh::Answer { deadline, .. }) if now >= deadline => {
                waiting.abandon(turn.out);
                let phase = Phase::Negotiate;
                self.refresh_failed(Error::TimedOut { phase }, turn);
            }
            _ => {}
        }
    }

    /// The connection stays as it is (case A03). What may pass is tried again.
    fn refresh_failed(&mut self, error: Error, turn: &mut Turn<'_, impl Outlet>) {
        let is_wanted = self.options.refresh_before.is_some() && !error.is_misconfiguration();
        if let Some(refresh) = self.refresh() {
            *refresh = if is_wanted {
                Refresh::At(turn.now + AGAIN)
            } else {
                Refresh::Off
            };
        }
        turn.out.refreshed(Err(error));
    }

    /// That of the live connection, where the server gave it a token that can be named to it.
    fn refresh(&mut self) -> Option<&mut Refresh> {
        match &mut self.state {
            State::Connected(live) if live.session.ticket.is_some() => Some(&mut live.session.refresh),
            _ => None,
        }
    }
}
