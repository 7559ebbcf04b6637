//! Which connection is whose desk.
//!
//! Lives here: one session per agent, one agent per extension, and the grace for a desk that went away.
//! May not be here: whether an agent may sign in, and what signing in brings about; that is the centre's.
//! A session outlives its connection by the grace, so that a reloaded page finds everything as it was.
//! What the agent's desk is told meanwhile is lost on purpose: the next desk gets a snapshot.

use crate::centre::{Guid, Moment, Span};
use crate::conversation::{Client, ClientId};
use std::collections::HashMap;

#[derive(Debug)]
struct Session {
    extension: String,
    desk: Desk,
}

#[derive(Debug)]
enum Desk {
    /// The connection at which the agent works.
    Here(Client),
    /// It went away and is waited for until then.
    AwaitedUntil(Moment),
}

/// What is to be done about a sign-in.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The agent has no session: one was opened, and the centre is to be asked.
    New,
    /// The agent has been signed in all along, at this extension.
    Resumed {
        /// The desk that has to stop.
        displaced: Option<Client>,
    },
    /// The agent was signed in at another extension and moves to this one.
    Moved {
        /// The desk that has to stop.
        displaced: Option<Client>,
    },
    /// Another agent is at the extension.
    DeviceInUse,
}

/// The sessions of all agents.
#[derive(Debug)]
pub(super) struct Sessions {
    by_agent: HashMap<Guid, Session>,
    grace: Span,
}

impl Sessions {
    pub(super) fn new(grace: Span) -> Self {
        Self {
            by_agent: HashMap::new(),
            grace,
        }
    }

    /// Makes `client` the desk of `agent` at `extension`, if that may be.
    pub(super) fn open(&mut self, client: &Client, agent: Guid, extension: &str) -> Verdict {
        let taken = self
            .by_agent
            .iter()
            .any(|(other, session)| *other != agent && session.extension == extension);
        if taken {
            return Verdict::DeviceInUse;
        }
        let session = Session {
            extension: extension.to_owned(),
            desk: Desk::Here(client.clone()),
        };
        let Some(before) = self.by_agent.insert(agent, session) else {
            return Verdict::New;
        };
        let displaced = match before.desk {
            Desk::Here(other) if other.id() != client.id() => Some(other),
            Desk::Here(_) | Desk::AwaitedUntil(_) => None,
        };
        if before.extension == extension {
            Verdict::Resumed { displaced }
        } else {
            Verdict::Moved { displaced }
        }
    }

    /// Ends the session of `agent`.
    pub(super) fn close(&mut self, agent: Guid) {
        self.by_agent.remove(&agent);
    }

    /// The connection at which `agent` works now.
    pub(super) fn desk_of(&self, agent: Guid) -> Option<&Client> {
        match &self.by_agent.get(&agent)?.desk {
            Desk::Here(client) => Some(client),
            Desk::AwaitedUntil(_) => None,
        }
    }

    /// Every agent at a desk, with the connection at which it works.
    pub(super) fn desks(&self) -> impl Iterator<Item = (Guid, &Client)> {
        self.by_agent
            .iter()
            .filter_map(|(agent, session)| match &session.desk {
                Desk::Here(client) => Some((*agent, client)),
                Desk::AwaitedUntil(_) => None,
            })
    }

    /// Whether `agent` has a session, at a desk or waiting for one.
    pub(super) fn is_open(&self, agent: Guid) -> bool {
        self.by_agent.contains_key(&agent)
    }

    /// Whether `client` is the desk of `agent`.
    pub(super) fn is_desk_of(&self, client: ClientId, agent: Guid) -> bool {
        self.desk_of(agent).is_some_and(|desk| desk.id() == client)
    }

    /// A connection has gone: if it was a desk, it is waited for.
    pub(super) fn leave(&mut self, client: ClientId, now: Moment) {
        for session in self.by_agent.values_mut() {
            if matches!(&session.desk, Desk::Here(desk) if desk.id() == client) {
                session.desk = Desk::AwaitedUntil(now + self.grace);
            }
        }
    }

    /// When the next wait is over.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.by_agent.values().filter_map(Session::due).min()
    }

    /// Ends the sessions whose desk did not come back in time; whose they were.
    pub(super) fn take_expired(&mut self, now: Moment) -> Vec<Guid> {
        let expired: Vec<Guid> = self
            .by_agent
            .iter()
            .filter(|(_, session)| session.due().is_some_and(|due| due <= now))
            .map(|(agent, _)| *agent)
            .collect();
        for agent in &expired {
            self.by_agent.remove(agent);
        }
        expired
    }
}

impl Session {
    fn due(&self) -> Option<Moment> {
        match self.desk {
            Desk::AwaitedUntil(due) => Some(due),
            Desk::Here(_) => None,
        }
    }
}
