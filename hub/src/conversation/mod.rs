//! A client's conversation with the hub, whatever carries it: what a SignalR server says, and in which words.
//!
//! Lives here: who can be told something, records, endings, failed calls, the verdicts on what a client sends.
//! May not be here: sockets, tasks, clocks, queues; those are the carrier's (`server::signalr`, `worker`).
//! Whoever stands behind a conversation knows a client as [`Client`] and nothing of the way to it.
//! The texts are the reference server's, so that a client hears the same whatever carries the hub's words.

mod bounds;
mod call;
mod client;
mod ending;
mod record;
mod verdict;

pub use call::{CallError, Reply};
pub use client::{Client, ClientId, Recipient};
pub use ending::Ending;
pub use record::Record;

pub(crate) use bounds::{CLIENT_TIMEOUT, HANDSHAKE_TIMEOUT, KEEP_ALIVE, RECEIVE_BYTES};
#[cfg(feature = "server")]
pub(crate) use verdict::{Agreed, STATEFUL_VERSION};
pub(crate) use verdict::{CANCELED, hands_shaken, message, oversize};
