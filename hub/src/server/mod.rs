//! x
pub mod signalr;
pub mod token;
pub mod site;
pub mod origin;
