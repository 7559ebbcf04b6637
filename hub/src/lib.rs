//! The embedded hub.

pub mod centre;
pub mod tell;
