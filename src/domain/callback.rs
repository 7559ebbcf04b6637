//! Callbacks: people to be called back, by whom and until when.
//!
//! Lives here: the callback as the desk knows it, its attempts, and the partial update that changes it.
//! May not be here: sections and colours by due time (the view's, with its clock).
//! Lists that a message leaves out are kept; an empty list is empty (trap T18).
//! A closed callback leaves the list of open ones; the model forgets it.

use super::ids::{AgentKey, CallListKey, QueueKey, SourceId};
use super::moment::Moment;
use std::borrow::Cow;

/// Why a callback exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackKind {
    /// The caller asked for it.
    Requested,
    /// The call overflowed.
    Overflow,
    /// Somebody made it by hand.
    Manual,
    /// A number this version does not know.
    Other(i64),
}

/// One attempt to reach the contact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempt {
    /// The source's id.
    pub id: Box<str>,
    /// When.
    pub at: Option<Moment>,
    /// Who, by the source's id.
    pub agent: Option<Box<str>>,
    /// How it ended, as the source numbers it.
    pub kind: Option<i64>,
    /// What the agent wrote.
    pub note: Option<Box<str>>,
    /// The call, where there was one.
    pub call: Option<Box<str>>,
    /// The recording, where there is one.
    pub recording: Option<Box<str>>,
}

/// A named value beside the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The source's number for it.
    pub id: i64,
    /// Name.
    pub name: Box<str>,
    /// Value.
    pub value: Box<str>,
}

/// Another case that belongs to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The source's id.
    pub id: Box<str>,
    /// Closed already.
    pub closed: bool,
    /// The list it is in.
    pub list: Option<Box<str>>,
    /// Its last attempt's status, as the source numbers it.
    pub status: Option<i64>,
}

/// A callback.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Callback {
    /// The source that reports this callback.
    pub source: SourceId,
    /// The source's id.
    pub id: Box<str>,
    /// The list it is in.
    pub list: Option<CallListKey>,
    /// The queue it came through.
    pub queue: Option<QueueKey>,
    /// Name of the channel it came through.
    pub channel: Option<Box<str>>,
    /// Whom to call.
    pub number: Option<Box<str>>,
    /// The contact's name.
    pub contact: Option<Box<str>>,
    /// What the contact left as a message.
    pub message: Option<Box<str>>,
    /// Why it exists.
    pub kind: Option<CallbackKind>,
    /// Who has claimed it.
    pub assigned: Option<AgentKey>,
    /// When it was created.
    pub created: Option<Moment>,
    /// When it was last changed; the token for optimistic changes.
    pub modified: Option<Moment>,
    /// Who last changed it, by the source's id.
    pub modified_by: Option<Box<str>>,
    /// When it is due.
    pub due: Option<Moment>,
    /// Not to be handled before.
    pub not_before: Option<Moment>,
    /// Expires by itself then (rule R35).
    pub expires: Option<Moment>,
    /// Priority as the source calculates it.
    pub priority: Option<Box<str>>,
    /// Classification, by the source's id.
    pub classification: Option<Box<str>>,
    /// Internal note.
    pub note: Option<Box<str>>,
    /// Closed: handled or given up.
    pub closed: bool,
    /// The call that prompted it.
    pub call: Option<Box<str>>,
    /// Recording of that call.
    pub recording: Option<Box<str>>,
    /// Transcript of that recording.
    pub transcript: Option<Box<str>>,
    /// The latest attempt, as the message sums it up.
    pub last_attempt: Option<Attempt>,
    /// All attempts; `None` until the source sends the list.
    pub attempts: Option<Vec<Attempt>>,
    /// Named values; `None` until the source sends the list.
    pub extras: Option<Vec<Extra>>,
    /// Related cases; `None` until the source sends the list.
    pub related: Option<Vec<Related>>,
    /// When something was last heard of this callback.
    pub heard: Option<Moment>,
    /// The session of the source in which this row was last confirmed.
    pub confirmed_in: u32,
}

/// News of a callback; `None` means that the message does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallbackUpdate<'a> {
    /// Id of its list.
    pub list: Option<Cow<'a, str>>,
    /// Id of its queue.
    pub queue: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::channel`].
    pub channel: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::number`].
    pub number: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::contact`].
    pub contact: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::message`].
    pub message: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::kind`].
    pub kind: Option<CallbackKind>,
    /// Id of the agent who has claimed it.
    pub assigned: Option<Option<Cow<'a, str>>>,
    /// The message reports its creation, not a change (rule R34).
    pub is_new: bool,
    /// See [`Callback::created`].
    pub created: Option<Option<Moment>>,
    /// See [`Callback::modified`].
    pub modified: Option<Option<Moment>>,
    /// See [`Callback::modified_by`].
    pub modified_by: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::due`].
    pub due: Option<Option<Moment>>,
    /// See [`Callback::not_before`].
    pub not_before: Option<Option<Moment>>,
    /// See [`Callback::expires`].
    pub expires: Option<Option<Moment>>,
    /// See [`Callback::priority`].
    pub priority: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::classification`].
    pub classification: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::note`].
    pub note: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::closed`].
    pub closed: Option<bool>,
    /// See [`Callback::call`].
    pub call: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::recording`].
    pub recording: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::transcript`].
    pub transcript: Option<Option<Cow<'a, str>>>,
    /// See [`Callback::last_attempt`].
    pub last_attempt: Option<Option<Attempt>>,
    /// See [`Callback::attempts`]; `None` keeps the known list (trap T18).
    pub attempts: Option<Vec<Attempt>>,
    /// See [`Callback::extras`]; `None` keeps the known list.
    pub extras: Option<Vec<Extra>>,
    /// See [`Callback::related`]; `None` keeps the known list.
    pub related: Option<Vec<Related>>,
}
