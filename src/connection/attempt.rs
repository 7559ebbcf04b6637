//! One attempt to connect: what it waits for and what it inherits from the ones before.
//!
//! Lives here: the stages from token to handshake, each owning its request or socket.
//! May not be here: the transitions between them, which are the machine's.
//! A stage is given up by consuming it, which tells the shell to let go of what the stage owned.
//! A redirect changes an attempt's route only; the next attempt begins at the original address (case N14).

use super::address::{HubAddress, Secret};
use super::error::{Error, Phase};
use super::interface::{Action, Outlet, Progress, RequestId, SocketId, Status, Trying};
use super::session::Ticket;
use super::time::Millis;

/// What an attempt inherits from the ones before it.
#[derive(Debug)]
pub(super) struct Trial {
    /// Whether there was a connection before.
    pub(super) reconnecting: bool,
    /// Number of the attempt under way or due next, from 1.
    pub(super) attempt: u32,
    /// When the outage or the first attempt began.
    pub(super) since: Millis,
    pub(super) last_error: Option<Error>,
    pub(super) token: Option<Secret>,
    /// The server has refused `token`, and the provider was asked for another.
    pub(super) refused: bool,
    /// Addresses tried before in this round.
    pub(super) turn: usize,
    /// An address in this round failed in a way that may pass.
    pub(super) hopeful: bool,
}

#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) trial: Box<Trial>,
    /// Of the present stage.
    pub(super) deadline: Millis,
    pub(super) stage: Stage,
}

/// What an attempt waits for.
#[derive(Debug)]
pub(super) enum Stage {
    Token {
        request: RequestId,
    },
    Negotiate {
        request: RequestId,
        route: Box<Route>,
    },
    Open {
        socket: SocketId,
        agreed: Box<Agreed>,
    },
    Handshake {
        socket: SocketId,
        agreed: Box<Agreed>,
        /// The response as far as it has come (case H11).
        received: Vec<u8>,
    },
}

/// What negotiate came to; nothing when it was skipped.
#[derive(Debug, Default)]
pub(super) struct Agreed {
    pub(super) connection_id: Option<String>,
    pub(super) ticket: Option<Ticket>,
    /// The server keeps the session over a change of sockets.
    pub(super) stateful: bool,
}

/// Where an attempt is heading; a redirect changes it for this attempt only (case N14).
#[derive(Debug)]
pub(super) struct Route {
    pub(super) hub: HubAddress,
    pub(super) token: Option<Secret>,
    /// The token is a redirect's and not the application's.
    pub(super) redirected: bool,
    pub(super) requests: u32,
}

impl Stage {
    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Token { .. } => Phase::Token,
            Self::Negotiate { .. } => Phase::Negotiate,
            Self::Open { .. } => Phase::Open,
            Self::Handshake { .. } => Phase::Handshake,
        }
    }

    pub(super) fn socket(&self) -> Option<SocketId> {
        match self {
            Self::Token { .. } | Self::Negotiate { .. } => None,
            Self::Open { socket, .. } | Self::Handshake { socket, .. } => Some(*socket),
        }
    }

    /// Gives up what the stage owns.
    pub(super) fn abandon(self, out: &mut impl Outlet) {
        out.act(match self {
            Self::Token { request } | Self::Negotiate { request, .. } => Action::Abandon { request },
            Self::Open { socket, .. } | Self::Handshake { socket, .. } => Action::CloseSocket { socket },
        });
    }
}

impl Trial {
    pub(super) fn new(reconnecting: bool, last_error: Option<Error>, now: Millis) -> Self {
        Self {
            reconnecting,
            attempt: 1,
            since: now,
            last_error,
            token: None,
            refused: false,
            turn: 0,
            hopeful: false,
        }
    }

    pub(super) fn status(&self, trying: Trying) -> Status {
        let progress = Progress {
            attempt: self.attempt,
            trying,
            last_error: self.last_error.clone(),
        };
        if self.reconnecting {
            Status::Reconnecting(progress)
        } else {
            Status::Connecting(progress)
        }
    }
}
