//! Messages between the people at the desks.
//!
//! Lives here: a message as it came.
//! May not be here: who may write to whom (the mask and the server say), drafts, delivery.
//! A sender is named by the sign-in id; the name belongs to the agent's row, where there is one.
//! An own message is kept when the server has confirmed that it took it: nobody confirms that it was read.

use super::command::Addressee;
use super::moment::Moment;

/// Messages kept, newest last.
pub const MESSAGES_KEPT: usize = 100;

/// A message from a colleague, or to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Sign-in id of whoever wrote it.
    pub from: Option<Box<str>>,
    /// The conversation that it belongs to; an agent without an id is one of whom nothing was told.
    pub with: Addressee,
    /// The own agent wrote it.
    pub own: bool,
    /// The agent has not looked at it.
    pub unread: bool,
    /// What it says, at most [`SPEECH_LENGTH`](super::text::SPEECH_LENGTH) letters.
    pub text: Box<str>,
    /// When it arrived.
    pub at: Moment,
    /// Counts the messages of this desk: the model numbers them as they arrive.
    pub number: u32,
}
