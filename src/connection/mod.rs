//! The SignalR client as a state machine that is told what happened and says what to do.
//!
//! Lives here: connecting, handshake, calls and their answers, signs of life, reconnecting, closing.
//! May not be here: a clock, a socket, HTTP, randomness, a thread; anything about contact centres.
//! Uses `protocol` only. A shell (the browser's or `native`) carries the actions out.
//! Every state owns its socket, request, buffers and calls; leaving it means giving each of them up.

mod address;
mod attempt;
mod calls;
mod connecting;
mod error;
mod failover;
mod headers;
#[cfg(switchhook_without_signalr)]
mod hollow;
mod interface;
mod live;
mod liveness;
mod machine;
mod options;
mod refresh;
mod resuming;
mod retry;
mod session;
mod time;
mod turn;

pub use crate::protocol::Frame;
pub use address::{HubAddress, Secret, SecretUrl};
pub use error::{Error, Phase};
pub use failover::place;
pub use headers::Headers;
pub use interface::{
    Action, Answering, CallId, Counters, Health, Input, Outlet, Progress, RecordFault, ReplyTo, RequestId,
    SocketId, Status, StreamId, TokenReason, Trying,
};
pub use machine::Connection;
pub use options::{BadRecords, Options, StatefulReconnect};
pub use retry::{Backoff, Delays, Retry, RetryPolicy};
pub use time::Millis;
