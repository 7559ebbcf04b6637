//! A SignalR server: negotiate, WebSocket, handshake, calls and streams in both directions, stateful reconnect.
//!
//! Lives here: everything the hub protocol asks of a server, with the reference server's defaults and texts.
//! May not be here: anything about contact centres, tokens or pages; an application plugs in by [`Hub`].
//! A [`Client`] belongs to the registry and not to its socket, so that it survives a change of sockets: its queue,
//! its identity, its calls and the hub's view of it stay what they are.

mod calls;
mod client;
mod connection;
mod endpoint;
mod hub;
mod limits;
mod line;
mod link;
mod outbox;
mod question;
mod record;
mod registry;
mod upload;

pub use crate::conversation::{CallError, ClientId, Ending, Record, Reply};
pub use client::Client;
pub use endpoint::{Unidentified, User, routes};
pub use hub::{Answer, Call, Hub, Items};
pub use limits::Limits;
pub use question::QuestionError;
pub use registry::Registry;
pub use upload::{Upload, UploadError};
