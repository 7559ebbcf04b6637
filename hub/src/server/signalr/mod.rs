//! A SignalR server: negotiate, WebSocket, handshake, invocations, pings and closes.
//!
//! Lives here: everything the hub protocol asks of a server, with the reference server's defaults and texts.
//! May not be here: anything about contact centres, tokens or pages; an application plugs in by [`Hub`].
//! A [`Client`] belongs to the registry and not to its socket, so that a later version can keep one alive
//! over a change of sockets (stateful reconnect): the queue, the identity and the hub's view already survive.

mod client;
mod connection;
mod endpoint;
mod hub;
mod limits;
mod outbox;
mod registry;

pub(crate) use client::call;
pub use client::{Client, ClientId};
pub use endpoint::{User, routes};
pub use hub::{Answer, CallError, Hub, Reply};
pub use limits::Limits;
pub use outbox::{Ending, Record};
pub use registry::Registry;
