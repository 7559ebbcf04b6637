//! Switchhook's embedded hub: a simulated contact centre behind a SignalR-compatible server.
//!
//! | module | knows |
//! | --- | --- |
//! | [`centre`] | the simulated contact centre: a pure state machine on a virtual clock |
//! | [`tell`] | how its happenings are told on the wire |
//! | [`conversation`] | what can be said to a client, and in which words, whatever carries it |
//! | [`desk`] | what desks can ask of the centre, and how they are told of it |
//! | [`server`] | sockets, tokens, the page's files, and the way from a socket to the desk |
//! | [`worker`] | the same routes over a message port, in a page's worker |
//!
//! See ARCHITECTURE.md for the direction of data, the invariants and the test behind each.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

pub mod centre;
#[cfg(any(feature = "server", feature = "worker"))]
pub mod conversation;
#[cfg(any(feature = "server", feature = "worker"))]
pub mod desk;
#[cfg(feature = "server")]
pub mod server;
pub mod tell;
#[cfg(feature = "worker")]
pub mod worker;
