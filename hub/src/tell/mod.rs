//! Tellers: what happens in the centre, in the words of two telephony systems.
//!
//! Lives here: pure functions from happenings to wire events, one module per vocabulary (`rte` for
//! everybody, `ctios` for the agent at a desk), and the JSON writer they share. May not live here:
//! connections, subscriptions, clocks, or any decision about what happens.
//! An event is written once and shared by all who get it; nothing is looked up by walking over rows.

pub mod ctios;
mod json;
pub mod rte;
#[cfg(test)]
mod tests;
