//! Switchhook's embedded hub: a simulated contact centre behind a SignalR-compatible server.
//!
//! | module | knows |
//! | --- | --- |
//! | [`server`] | sockets, tokens, the page's files, and how the centre is told to connected desks |
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

#[cfg(feature = "server")]
pub mod server;
