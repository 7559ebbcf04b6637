//! Switchhook's embedded hub: a simulated contact centre behind a SignalR-compatible server.
//!
//! | module | knows |
//! | --- | --- |
//! | [`centre`] | the simulated contact centre: a pure state machine on a virtual clock |
//! | [`tell`] | how its happenings are told on the wire |
//! | [`server`] | sockets, tokens, the page's files, and how desks are connected to the centre |
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
#[cfg(feature = "server")]
pub mod server;
pub mod tell;
