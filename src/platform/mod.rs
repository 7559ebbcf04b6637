//! The browser: the one place that touches its interfaces.
//!
//! Lives here: sockets, HTTP, the demonstration's worker, storage, sound, notifications, locks, timers, frames, page life, the panic hook, the driver.
//! May not be here: decisions about the desk; what happens here is told to the session, what it says is done.
//! Every listener, timer and socket is owned by a value whose drop ends it.
//! Source of the traps met here: the `WebSocket` and Page Lifecycle specifications.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the place that the rule keeps them in"
)]

mod clock;
mod config;
mod demo;
mod driver;
mod http;
mod language;
mod life;
mod network;
mod notify;
mod panic;
mod port;
mod release;
mod socket;
mod sound;
mod storage;
mod tab;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
mod text;
mod timer;

pub use config::fetch_config;
pub use driver::{Driver, Voice};
pub use language::{fetch_language, remember_language, remembered_language, wished_languages};
pub use network::Network;
pub use panic::install_panic_hook;
pub use release::{own_release, reloaded_for};
pub use storage::{Keeper, keep_preferences, kept_drafts, kept_preferences};
