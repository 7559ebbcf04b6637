//! What one step has at hand besides the machine's own state.
//!
//! Lives here: the time, the random number and the outlet of the step under way.
//! May not be here: anything that outlives the step.
//! Keeping them in one place keeps the signatures of the transitions short.
//! The machine takes no time and no randomness from anywhere else.

use super::time::Millis;

/// One step's circumstances.
pub(super) struct Turn<'o, O> {
    pub(super) now: Millis,
    /// For jitter.
    pub(super) random: u64,
    pub(super) out: &'o mut O,
}
