//! The session: everything between bytes and cells, as one machine that is told what happened.
//!
//! Lives here: signing in, subscribing, dispatching messages to vendors and model, commands, attention, server time.
//! May not be here: the browser, a clock, signals; times and answers come in, effects go out as data.
//! One closed [`Input`] holds everything that can wake the desk; one [`Session::step`] handles it.
//! A message is decoded where it lies in the frame and applied to the model at once; nothing is queued.

pub mod attention;
mod claims;
pub mod config;
mod few;
mod pump;
mod release;
pub mod screen_pop;
mod server_time;
pub mod state;
mod subscriptions;

pub use crate::connection::Input as WireInput;
pub use few::Few;
pub use pump::{Contest, Credentials, Desk, Effect, FetchId, Input, Now, PortalWants, Session, Ticket};
