//! The embedded hub.
fn main() {}
