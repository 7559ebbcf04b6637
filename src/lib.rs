//! Switchhook: one agent desk for five kinds of contact-centre server, in the browser.
//!
//! | layer | folder | knows | may use |
//! | --- | --- | --- | --- |
//! | 0 | [`protocol`] | the SignalR hub protocol: bytes and messages | – |
//! | 0 | [`domain`] | the contact centre, no vendor, no wire | – |
//! | 1 | [`connection`] | one SignalR connection as a state machine | `protocol` |
//! | 1 | [`vendor`] | five vocabularies: payloads to domain events, commands to payloads | `protocol`, `domain` |
//! | 2 | `session` | the pump: inputs in, effects out; configuration | all above |
//! | 2 | [`embed`] | the protocol with a portal that shows the desk in a frame | `session`, `domain`, `words` |
//! | 1 | [`preferences`] | what the agent has chosen about the page | `protocol` |
//! | 0 | [`keyboard`] | which keys do what, and which may | – |
//! | 1 | [`words`] | every word of the page, in every language | `protocol` |
//! | 3 | `store` | reactive cells that project the model | `domain` |
//! | 3 | `platform` | the browser: socket, HTTP, timers, visibility | `session`, `store`, `words` |
//! | 4 | `ui` | what people see | `store`, `domain`, `words` |
//! | – | `native` | the connection on tokio, for other Rust programs | `connection`, `protocol` |
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
pub mod domain;
pub mod embed;
pub mod keyboard;
#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "ui")]
pub mod platform;
pub mod preferences;
pub mod protocol;
pub mod session;
#[cfg(feature = "ui")]
pub mod store;
#[cfg(feature = "ui")]
pub mod ui;
pub mod vendor;
pub mod words;
