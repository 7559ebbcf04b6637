//! Tellers: what happens in the centre, in the words of five telephony systems.
//!
//! Lives here: functions from happenings to wire events, one module per vocabulary (`rte` for everybody,
//! `ctios` for the agent at a desk, `tserver` for a device, `ccs` for a working domain, `callgem` for whoever
//! asks), and the JSON writer they share. May not live here: connections, subscriptions, clocks, or any
//! decision about what happens. An event is written once and shared by all who get it; nothing is looked up
//! by walking over rows. Where a vocabulary has objects of its own, their picture is kept with its teller.

pub mod callgem;
pub mod ccs;
pub mod ctios;
mod json;
pub mod rte;
#[cfg(test)]
mod tests;
pub mod tserver;
