//! Switchhook: one agent desk for five kinds of contact-centre server, in the browser.
//!
//! | layer | folder | knows |
//! | --- | --- | --- |
//! | 0 | [`protocol`] | the SignalR hub protocol: bytes and messages |
//! | 1 | [`connection`] | how a SignalR client connects, calls, notices silence and reconnects |
//! | 2 | `native` | the connection over tokio, for tests, benchmarks and other programs (feature `native`) |
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

pub mod connection;
#[cfg(feature = "native")]
pub mod native;
pub mod protocol;
