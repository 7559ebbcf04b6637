//! What a client may count on, whatever carries its conversation.
//!
//! Lives here: the reference server's default intervals and bounds that every carrier keeps to.
//! May not be here: bounds that only sockets and tasks need (`server::signalr`'s limits).
//! The reference server's own name stands in each description.
//! A carrier may take others where it can be told so.

use std::time::Duration;

/// A ping goes out when nothing else did for this long (`KeepAliveInterval`).
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A client that has pinged once must be heard again within this time (`ClientTimeoutInterval`).
pub(crate) const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);
/// The handshake must be complete within this time (`HandshakeTimeout`).
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes in one record from a client (`MaximumReceiveMessageSize`).
pub(crate) const RECEIVE_BYTES: usize = 32_768;
