//! What one step has at hand besides the machine's own state.
//!
//! Lives here: the time, the random number, the outlet and the numbers to be given away in the step under way.
//! May not be here: anything that outlives the step.
//! Keeping them in one place keeps the signatures of the transitions short.
//! The machine takes no time and no randomness from anywhere else.

use super::calls::InvocationId;
use super::interface::{RequestId, SocketId};
use super::time::Millis;

/// One step's circumstances.
pub(super) struct Turn<'o, O> {
    pub(super) now: Millis,
    /// For jitter.
    pub(super) random: u64,
    pub(super) numbers: &'o mut Numbers,
    pub(super) out: &'o mut O,
}

/// The numbers given away next. None is ever given twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    handle: u64,
    invocation: InvocationId,
}

impl Numbers {
    pub(super) fn from(handle: u64) -> Self {
        Self {
            handle,
            invocation: InvocationId::FIRST,
        }
    }

    pub(super) fn request(&mut self) -> RequestId {
        RequestId(self.handle())
    }

    pub(super) fn socket(&mut self) -> SocketId {
        SocketId(self.handle())
    }

    /// A number for a session.
    pub(super) fn handle(&mut self) -> u64 {
        let handle = self.handle;
        self.handle = handle.wrapping_add(1);
        handle
    }

    pub(super) fn invocation(&mut self) -> InvocationId {
        let id = self.invocation;
        self.invocation = id.next();
        id
    }
}
