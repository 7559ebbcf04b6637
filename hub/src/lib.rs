//! The embedded hub.

pub mod centre;
