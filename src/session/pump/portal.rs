//! The portal that shows the desk in a frame: commands that it gives, and the token where the site has it from there.
//!
//! Lives here: what became of a portal's command, asking for a token, waiting for it and giving up.
//! May not be here: the protocol with portals (`embed`), and any right that a button does not have.
//! A portal's command is judged like a press of a button. What was not sent is answered to the portal alone: the agent,
//! who has pressed nothing, is shown no failure of it. What the telephony server refuses is shown as ever.

use super::{
    Command, Effect, Error, Fetching, InvokeId, Millis, Now, Off, RequestId, Screen, Secret, Session,
    SignInError, TokenReason, Wire,
};
use std::time::Duration;

/// How long a portal has for a token.
const TOKEN_DEADLINE: Duration = Duration::from_secs(30);

/// Names a portal's command until the session has said what became of its sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// Why the session wants a token of the portal's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalWants {
    /// Somebody signs in.
    SignIn,
    /// A connection needs a fresh one, or the present one will expire soon.
    Expired,
    /// The last one was refused.
    Refused,
}

/// The token that a portal has given, or is to give.
#[derive(Default)]
pub(super) struct PortalToken {
    /// Given before it was needed.
    given: Option<Secret>,
    /// What it is needed for, and until when it is waited for.
    wanted: Option<(Fetching, Millis)>,
}

impl PortalToken {
    pub(super) fn next_wake(&self) -> Option<Millis> {
        self.wanted.map(|(_, deadline)| deadline)
    }
}

impl Session {
    /// Sends a portal's command if it is allowed, and tells what became of that.
    pub(super) fn portal_command(&mut self, ticket: Ticket, command: Command, now: Now) {
        let allowed = self.model.borrow().command_allowed(self.source, &command);
        let outcome: Result<InvokeId, Off> = allowed.map(|()| self.send_allowed(command, now));
        self.effects.push(Effect::PortalCommand(ticket, outcome));
    }

    /// Wants a token of the portal's for signing in.
    pub(super) fn want_portal_sign_in(&mut self, was_refused: bool, now: Now) {
        let wants = if was_refused {
            PortalWants::Refused
        } else {
            PortalWants::SignIn
        };
        self.want_portal_token(Fetching::SignIn, wants, now);
    }

    /// Wants a token of the portal's for the connection.
    pub(super) fn want_portal_renewal(&mut self, request: RequestId, reason: TokenReason, now: Now) {
        let wants = match reason {
            TokenReason::FirstConnect => PortalWants::SignIn,
            TokenReason::Reconnect | TokenReason::ExpiringSoon => PortalWants::Expired,
            TokenReason::Unauthorized => PortalWants::Refused,
        };
        self.want_portal_token(Fetching::Token(request), wants, now);
    }

    fn want_portal_token(&mut self, wanted: Fetching, wants: PortalWants, now: Now) {
        self.portal.wanted = Some((wanted, now.monotonic + TOKEN_DEADLINE));
        match self.portal.given.take() {
            Some(token) => self.portal_token(token, now),
            None => self.effects.push(Effect::AskPortal(Some(wants))),
        }
    }

    /// The portal has given a token, asked or not.
    pub(super) fn portal_token(&mut self, token: Secret, now: Now) {
        let Some((wanted, _)) = self.portal.wanted.take() else {
            self.portal.given = Some(token);
            return;
        };
        self.effects.push(Effect::AskPortal(None));
        self.token = Some(token.clone());
        if let Fetching::Token(request) = wanted {
            let token = Some(token);
            self.drive(Wire::TokenReady { request, token }, now);
        } else {
            // The hub stands in the configuration, which is not read without one.
            self.fresh_token = true;
            self.fetch_directory_and_connect("", now);
        }
    }

    /// Waits no longer than one may for the portal's token.
    pub(super) fn tick_portal(&mut self, now: Now) {
        let due = self.portal.next_wake();
        if due.is_none_or(|due| now.monotonic < due) {
            return;
        }
        let wanted = self.portal.wanted.take();
        self.effects.push(Effect::AskPortal(None));
        let text = "The portal that shows this page gave no access token within 30 seconds.".to_owned();
        match wanted {
            Some((Fetching::Token(request), _)) => {
                let error = Error::TokenUnavailable(text);
                self.drive(Wire::TokenFailed { request, error }, now);
            }
            _ => self.sign_in_failed(SignInError::Unreachable(text)),
        }
    }

    /// What a portal gave, it gave for whoever leaves now.
    pub(super) fn forget_portal_token(&mut self) {
        self.portal.given = None;
        if self.portal.wanted.take().is_some() {
            self.effects.push(Effect::AskPortal(None));
        }
    }

    /// Whether the last sign-in was refused.
    pub(super) fn was_refused(&self) -> bool {
        let error = match &self.screen {
            Screen::SignIn { error, .. } => error.as_ref(),
            _ => None,
        };
        matches!(error, Some(SignInError::Refused(_)))
    }
}
