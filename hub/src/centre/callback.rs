//! Callbacks and the lists they are kept in.
//!
//! Lives here: a callback request, its attempts, and the list it belongs to (RTE `CallbackChanged`,
//! R34 and R35). May not live here: who takes up a callback and when (`behaviour`).
//! A callback is a value: every change makes a new one behind an `Arc`, so that what was told earlier
//! stays as it was.

use super::id::{AgentId, CallId, CallListId, CallbackId, Guid, QueueId};
use super::time::Moment;

/// How a callback came about (RTE `TypeId`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallbackOrigin {
    /// The caller asked for it (1).
    Requested,
    /// A waiting caller was let go with a promise (2).
    Overflow,
    /// An agent wrote it down (3).
    Manual,
}

/// How an attempt at a callback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The contact was reached (1).
    Reached,
    /// Nobody answered (2).
    NoAnswer,
    /// The line was busy (3).
    Busy,
}

impl AttemptOutcome {
    /// The number on the wire (RTE `CallbackAttemptTypeId`; the reference leaves the values to the site).
    pub const fn number(self) -> u8 {
        match self {
            Self::Reached => 1,
            Self::NoAnswer => 2,
            Self::Busy => 3,
        }
    }
}

/// One attempt to reach the contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Its id on the wire.
    pub guid: Guid,
    /// Who tried.
    pub agent: AgentId,
    /// When it ended.
    pub at: Moment,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What the agent noted.
    pub note: &'static str,
    /// The call.
    pub call: (CallId, Guid),
}

/// Why a callback was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Classification {
    /// The matter is settled.
    Settled,
    /// Passed on to another department.
    PassedOn,
    /// The contact could not be reached.
    NotReached,
    /// Nobody got round to it before its expiry date.
    Expired,
}

/// A callback request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callback {
    /// Which callback.
    pub id: CallbackId,
    /// Its id on the wire (RTE `CallBackId`).
    pub guid: Guid,
    /// The list it is kept in.
    pub list: CallListId,
    /// The queue it came through.
    pub queue: QueueId,
    /// How it came about.
    pub origin: CallbackOrigin,
    /// The number to call.
    pub contact_number: String,
    /// The contact's name; often not known.
    pub contact_name: String,
    /// What the contact said.
    pub contact_message: &'static str,
    /// What agents noted.
    pub note: &'static str,
    /// The call that prompted it.
    pub call: Option<Guid>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub modified: Moment,
    /// Who changed it last; nobody when new or changed by the system.
    pub modified_by: Option<AgentId>,
    /// When it is due.
    pub due: Moment,
    /// Not to be tried before.
    pub not_before: Option<Moment>,
    /// When it closes by itself.
    pub expires: Moment,
    /// Who has claimed it.
    pub assigned: Option<AgentId>,
    /// Why it was closed; open while there is none.
    pub closed: Option<Classification>,
    /// The attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Callback {
    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// A list of callbacks.
#[derive(Clone, Debug)]
pub struct CallList {
    /// Which list.
    pub id: CallListId,
    /// The id on the wire (RTE `CallListId`).
    pub guid: Guid,
    /// The name on the screen.
    pub name: String,
    /// The queue whose agents work on it.
    pub queue: QueueId,
}
