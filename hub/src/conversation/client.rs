//! A client as those who have something to tell it know it.
//!
//! Lives here: its name, whose it is, and that it can be told something.
//! May not be here: how what it is told gets there, and what it asks.
//! Cheap to clone; all clones are the same client.
//! A client that has gone accepts everything and delivers nothing, so nobody has to check first.

use super::record::Record;
use std::fmt::Debug;
use std::sync::Arc;

/// Names a client among all that this process has served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub(crate) u64);

/// Somebody who can be told something.
pub trait Recipient: Debug + Send + Sync {
    /// Names it within this process.
    fn id(&self) -> ClientId;

    /// Who it is, as its token says.
    fn user(&self) -> &str;

    /// Takes a record to be delivered, after all that it has taken before.
    fn push(&self, record: &Record);
}

/// One client.
pub type Client = Arc<dyn Recipient>;
