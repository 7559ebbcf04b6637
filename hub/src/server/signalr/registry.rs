//! All connections of an endpoint: those negotiated and not yet opened, and those open.
//!
//! Lives here: tokens, who may open which, how many there may be, ending them all.
//! May not be here: a socket or a task.
//! A token is a secret of 16 random bytes; the connection id beside it is not and may be shown.
//! What is negotiated and never opened is forgotten after the connect timeout.

use super::client::Client;
use super::endpoint::User;
use super::limits::Limits;
use crate::conversation::{ClientId, Ending};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// A connection that could not be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RegistryError {
    /// The token names no connection, or one that has expired.
    #[error("No Connection with that ID")]
    Unknown,
    /// The connection is already open.
    #[error("Cannot start a WebSocket on this connection: it is already in use. Negotiate again.")]
    Busy,
    /// The token belongs to somebody else.
    #[error("This connection was negotiated by another user. Negotiate again.")]
    Forbidden,
    /// Nobody is named who could use it.
    #[error("Nobody is named by a valid token.")]
    Unidentified,
    /// The limit of connections is reached, or the server is stopping.
    #[error("The hub takes no more connections at present. Try again later.")]
    Full,
    /// The system gave no random bytes.
    #[error("The system has no random numbers to give. Try again later.")]
    NoRandomness,
}

/// What a client is told at negotiate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) connection_id: String,
    pub(super) token: String,
}

/// What a client asks for at negotiate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wish {
    /// A secret that differs from the connection's id (version 1).
    pub(super) separate_token: bool,
    pub(super) stateful: bool,
}

/// What a socket is for.
#[derive(Debug)]
pub(super) enum Opened {
    /// A client that has not been here, and whether stateful reconnect was negotiated.
    New(Client, bool),
    /// A client that goes on.
    Again(Client),
}

#[derive(Debug)]
enum Entry {
    Negotiated {
        user: String,
        connection_id: String,
        since: Instant,
        stateful: bool,
    },
    Open(Client),
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<String, Entry>,
    next: u64,
    swept: Option<Instant>,
    stopping: bool,
}

/// The connections of one endpoint.
#[derive(Debug)]
pub struct Registry {
    limits: Limits,
    state: Mutex<State>,
    open: watch::Sender<usize>,
}

impl Registry {
    /// An empty registry.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            open: watch::Sender::new(0),
        }
    }

    /// The limits that all connections obey.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        *self.open.borrow()
    }

    /// Closes every connection with `ending`, accepts no more, and waits until all have gone.
    pub async fn shut_down(&self, ending: &Ending) {
        {
            let mut state = self.lock();
            state.stopping = true;
            for entry in state.entries.values() {
                if let Entry::Open(client) = entry {
                    client.close(ending.clone());
                }
            }
        }
        let mut open = self.open.subscribe();
        // Each connection bounds its own farewell; an error would mean that the registry itself is gone.
        let _ = open.wait_for(|count| *count == 0).await;
    }

    /// Prepares a connection for `user`.
    pub(super) fn negotiate(&self, user: &str, wish: Wish) -> Result<Ticket, RegistryError> {
        let now = Instant::now();
        let connection_id = random_name()?;
        let token = if wish.separate_token {
            random_name()?
        } else {
            connection_id.clone()
        };
        let mut state = self.lock();
        self.sweep(&mut state, now);
        self.room(&state)?;
        state.entries.insert(
            token.clone(),
            Entry::Negotiated {
                user: user.to_owned(),
                connection_id: connection_id.clone(),
                since: now,
                stateful: wish.stateful,
            },
        );
        Ok(Ticket { connection_id, token })
    }

    /// Opens the negotiated connection `token` for `user`, or goes on with it.
    pub(super) fn open(&self, token: &str, user: &User) -> Result<Opened, RegistryError> {
        let now = Instant::now();
        let mut state = self.lock();
        self.sweep(&mut state, now);
        if state.stopping {
            return Err(RegistryError::Full);
        }
        let id = next_id(&mut state);
        let entry = state.entries.get_mut(token).ok_or(RegistryError::Unknown)?;
        let (client, stateful) = match entry {
            Entry::Open(client) if !client.outbox().can_reattach() => return Err(RegistryError::Busy),
            Entry::Open(client) if client.user() != user.name => return Err(RegistryError::Forbidden),
            Entry::Open(client) => {
                client.renew(user.expires);
                return Ok(Opened::Again(client.clone()));
            }
            Entry::Negotiated { user: owner, .. } if *owner != user.name => {
                return Err(RegistryError::Forbidden);
            }
            Entry::Negotiated { since, .. } if now.duration_since(*since) > self.limits.connect_timeout => {
                return Err(RegistryError::Unknown);
            }
            Entry::Negotiated {
                connection_id,
                stateful,
                ..
            } => {
                let connection_id = std::mem::take(connection_id);
                let client = Client::new(id, connection_id, user, &self.limits);
                (client, *stateful)
            }
        };
        *entry = Entry::Open(client.clone());
        self.open.send_modify(|count| *count += 1);
        Ok(Opened::New(client, stateful))
    }

    /// Opens a connection that was not negotiated; also answers the token under which it is kept.
    pub(super) fn open_directly(&self, user: &User) -> Result<(String, Client), RegistryError> {
        let token = random_name()?;
        let connection_id = random_name()?;
        let mut state = self.lock();
        self.room(&state)?;
        let id = next_id(&mut state);
        let client = Client::new(id, connection_id, user, &self.limits);
        state.entries.insert(token.clone(), Entry::Open(client.clone()));
        self.open.send_modify(|count| *count += 1);
        Ok((token, client))
    }

    /// Takes a new token of `user` for the connection `token`; the connection's id.
    pub(super) fn refresh(&self, token: &str, user: Option<&User>) -> Result<String, RegistryError> {
        let state = self.lock();
        let entry = state.entries.get(token).ok_or(RegistryError::Unknown)?;
        let (owner, connection_id) = match entry {
            Entry::Negotiated {
                user, connection_id, ..
            } => (user.as_str(), connection_id.as_str()),
            Entry::Open(client) => (client.user(), client.connection_id()),
        };
        let user = user.ok_or(RegistryError::Unidentified)?;
        if owner != user.name {
            return Err(RegistryError::Forbidden);
        }
        if let Entry::Open(client) = entry {
            client.renew(user.expires);
        }
        Ok(connection_id.to_owned())
    }

    /// Whether `token` names a connection, open or to be opened.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.lock().entries.contains_key(token)
    }

    /// Forgets a connection that has ended.
    pub(super) fn release(&self, token: &str) {
        if let Some(Entry::Open(_)) = self.lock().entries.remove(token) {
            self.open.send_modify(|count| *count = count.saturating_sub(1));
        }
    }

    fn room(&self, state: &State) -> Result<(), RegistryError> {
        if state.stopping || state.entries.len() >= self.limits.connections {
            Err(RegistryError::Full)
        } else {
            Ok(())
        }
    }

    /// Looks through all entries at most once in a connect timeout, so that a connect stays cheap.
    fn sweep(&self, state: &mut State, now: Instant) {
        let patience = self.limits.connect_timeout;
        if state
            .swept
            .is_some_and(|last| now.duration_since(last) < patience)
        {
            return;
        }
        state.swept = Some(now);
        state.entries.retain(|_, entry| match entry {
            Entry::Open(_) => true,
            Entry::Negotiated { since, .. } => now.duration_since(*since) <= patience,
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next_id(state: &mut State) -> ClientId {
    state.next += 1;
    ClientId(state.next)
}

/// 16 random bytes in letters that are safe in an address: stock clients append them as they are.
fn random_name() -> Result<String, RegistryError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| RegistryError::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn registry(connections: usize, connect_timeout: Duration) -> Registry {
        Registry::new(Limits {
            connect_timeout,
            connections,
            ..Limits::default()
        })
    }

    fn open(registry: &Registry, ticket: &Ticket, user: &str) -> Result<(), RegistryError> {
        registry
            .open(&ticket.token, &User::named(user))
            .map(|opened| assert!(matches!(opened, Opened::New(..))))
    }

    const SEPARATE: Wish = Wish {
        separate_token: true,
        stateful: false,
    };

    #[test]
    fn a_negotiated_connection_opens_once_and_for_its_user_only() {
        let registry = registry(9, Duration::from_secs(9));
        let Ok(ticket) = registry.negotiate("ann", SEPARATE) else {
            panic!("refused");
        };
        assert_ne!(ticket.token, ticket.connection_id);
        assert_eq!(open(&registry, &ticket, "bob"), Err(RegistryError::Forbidden));
        assert_eq!(open(&registry, &ticket, "ann"), Ok(()));
        assert_eq!(open(&registry, &ticket, "ann"), Err(RegistryError::Busy));
        registry.release(&ticket.token);
        assert_eq!(open(&registry, &ticket, "ann"), Err(RegistryError::Unknown));
        assert_eq!(registry.open_connections(), 0);
    }

    #[tokio::test]
    async fn what_is_never_opened_is_forgotten() {
        let registry = registry(1, Duration::ZERO);
        let Ok(ticket) = registry.negotiate("ann", Wish::default()) else {
            panic!("refused");
        };
        assert_eq!(ticket.token, ticket.connection_id);
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert!(registry.negotiate("ann", Wish::default()).is_ok());
        assert!(!registry.knows(&ticket.token));
    }

    #[test]
    fn there_are_never_more_than_allowed() {
        let registry = registry(1, Duration::from_secs(9));
        assert!(registry.open_directly(&User::named("ann")).is_ok());
        assert_eq!(registry.negotiate("bob", SEPARATE), Err(RegistryError::Full));
    }
}
