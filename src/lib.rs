//! Switchhook: one agent desk for five kinds of contact-centre server, in the browser.
//!
//! | layer | folder | knows |
//! | --- | --- | --- |
//! | 0 | [`protocol`] | the SignalR hub protocol: bytes and messages |
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

pub mod domain;
pub mod protocol;
#[cfg(feature = "ui")]
pub mod store;
#[cfg(feature = "ui")]
pub mod ui;
