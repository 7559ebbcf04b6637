//! The connection over tokio: for tests, benchmarks and other Rust programs.
//!
//! Lives here: a client that gives the machine its clock, its randomness, HTTP and a WebSocket.
//! May not be here: any decision; those are the machine's. Never part of the page.
//! Uses `connection` and `protocol`. No TLS: it is meant for a hub on this machine or behind a proxy.
//! One task owns the machine; requests and the socket run in tasks of their own and report to it.

mod client;
mod handlers;
mod http;
mod socket;
mod streams;

pub use client::{Client, Event, Pending, no_token};
pub use handlers::{Given, HandlerId};
pub use streams::{Items, Upload};
