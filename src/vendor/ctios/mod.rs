//! Cisco CTI OS: the events of an agent's or a supervisor's desk, with the server's masks.
//!
//! Lives here: events by name and Arguments, their meaning ([`Decoder`]), masks, enumerations, failures, commands.
//! May not be here: the server's rules about what is allowed when (its masks say), and anything of another vendor.
//! An event without a mask changes no mask (trap T6); a confirmation changes no state (rules R65, R67).
//! Source: CTI OS event document; rules R38–R93, irregularities C01–C44.

pub mod arguments;
pub mod command;
pub mod decode;
pub mod events;
pub mod failure;
pub mod fields;
pub mod mask;
pub mod silent_monitor;
pub mod state;
pub mod system;

pub use command::{Invocation, Question, ask, encode};
pub use decode::{Decoder, Outcome, Site};

/// The client method that the hub calls: event name, Arguments object (decision D12).
pub const CLIENT_METHOD: &str = "CtiEvent";
