//! Agents: who they are, what state they are in and since when.
//!
//! Lives here: the agent as the desk knows it and the partial update that changes it.
//! May not be here: a vendor's flags under the vendor's names; they arrive translated.
//! Two kinds of source exist: those that name a state, and those that only report facts (talking, serving …);
//! [`Agent::state`] gives the named state precedence and otherwise reads the facts, never more than they say.

use super::ids::{QueueKey, SourceId};
use super::moment::{Moment, Until};
use std::borrow::Cow;

/// An agent's state at the telephony server, in the field's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub enum AgentState {
    /// Nothing has been heard, or the server itself does not know.
    #[default]
    Unknown,
    /// Signed out, or serving in no queue.
    SignedOut,
    /// Signed in, not available for calls.
    NotReady,
    /// Available for calls.
    Ready,
    /// A call is on its way to the agent.
    Reserved,
    /// On a call.
    Talking,
    /// All calls of the agent are on hold.
    OnHold,
    /// After-call work; ready afterwards when `ready_after`.
    WrapUp {
        /// What follows: ready, not ready, or not said.
        ready_after: Option<bool>,
    },
    /// Busy with a task of another kind.
    BusyOther,
}

impl AgentState {
    /// Whether this is a wrap-up state, whatever follows it.
    pub fn is_wrap_up(self) -> bool {
        matches!(self, AgentState::WrapUp { .. })
    }
}

/// Who or what changed a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedBy {
    /// The agent.
    Agent,
    /// A supervisor, by the sign-in id where that was told.
    Supervisor(Option<Box<str>>),
    /// A call that came, went or changed.
    Call,
    /// A time limit.
    Timer,
    /// A call that was not answered in time.
    NoAnswer,
    /// The telephony system, because a part of it failed (rule R71).
    System,
    /// The agent, who signed in at another desk.
    OtherDesk,
}

/// A state that was asked for during a call, and that the server has noted until the call is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextState {
    /// The state to come.
    pub state: AgentState,
    /// Its reason code.
    pub reason: Option<i32>,
    /// The sign-in id of whoever asked for it, if it was not the agent.
    pub by: Option<Box<str>>,
}

/// A state that the desk has seen the own agent come into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The state.
    pub state: AgentState,
    /// Its reason code.
    pub reason: Option<i32>,
    /// When it began, or was first told of.
    pub at: Moment,
    /// Who or what brought it about; `None` when nobody says.
    pub by: Option<ChangedBy>,
}

/// Signed out, and not because the agent asked for it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForcedOut {
    /// When.
    pub at: Moment,
    /// Who or what did it; `None` when nobody says.
    pub by: Option<ChangedBy>,
}

/// Availability: what the person has set, an axis of its own beside the agent state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// Available.
    Available,
    /// Busy.
    Busy,
    /// Do not disturb.
    DoNotDisturb,
    /// Off work.
    OffWork,
    /// Be right back.
    BeRightBack,
    /// Away.
    Away,
    /// A word this version does not know, kept as it came.
    Other(Box<str>),
}

/// Wrap-up in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WrapUp {
    /// When it began, where known.
    pub start: Option<Moment>,
    /// When it will end by itself, where known.
    pub end: Option<Moment>,
}

/// An agent is kept free for a call that somebody is about to send.
///
/// A fact beside the state and no state: no event ends it, and it says nothing of what the agent does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// When it was made.
    pub from: Moment,
    /// When it ends by itself, where that was told.
    pub until: Option<Moment>,
}

impl Reservation {
    /// Whether it holds at `now`; one without an end holds until something else happens.
    pub fn holds_at(self, now: Moment) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// One of an agent's terminals (phones).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The terminal's session, its identity among the agent's terminals.
    pub session: Box<str>,
    /// What kind of terminal it is, in the server's word.
    pub kind: Box<str>,
    /// Its condition, in the server's word.
    pub status: Box<str>,
    /// When the report expires, where said.
    pub expires: Option<Moment>,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agent {
    /// The source that reports this agent.
    pub source: SourceId,
    /// The source's id.
    pub id: Box<str>,
    /// Display name; `None` until a directory or an event tells it.
    pub name: Option<Box<str>>,
    /// What the agent signs in with.
    pub login_id: Option<Box<str>>,
    /// The phone in use.
    pub extension: Option<Box<str>>,
    /// The name of the agent's team.
    pub team: Option<Box<str>>,
    /// The agent supervises that team.
    pub leads_team: bool,
    /// The state the telephony server names, where it does.
    pub named_state: Option<AgentState>,
    /// Reason code that came with the named state.
    pub reason: Option<i32>,
    /// Who or what changed the named state, where the server says so.
    pub changed_by: Option<ChangedBy>,
    /// On a call, connected or not (rule R15).
    pub talking: Option<bool>,
    /// When `talking` last changed.
    pub talking_since: Option<Moment>,
    /// Set to available.
    pub available: Option<bool>,
    /// Serving in queues.
    pub serving: Option<bool>,
    /// At work by the schedule.
    pub scheduled: Option<bool>,
    /// Serving in callback lists.
    pub serving_callbacks: Option<bool>,
    /// The server's best guess that a call could be sent now (rule R16: no guarantee).
    pub can_take_calls: Option<bool>,
    /// Takes calls only by fetching them (rule R17).
    pub fetches_calls: Option<bool>,
    /// Terminals in service.
    pub terminals_in_service: Option<u32>,
    /// Queues the agent is active in.
    pub active_queues: Option<u32>,
    /// Calls parked by the agent.
    pub parked_calls: Option<u32>,
    /// The queue the agent can be presumed to be talking for (rule R18).
    pub active_queue: Option<QueueKey>,
    /// The callback list the agent can be presumed to be talking for (rule R18), by the source's id.
    pub active_call_list: Option<Box<str>>,
    /// Wrap-up in progress.
    pub wrap_up: Option<WrapUp>,
    /// Free text beside the state ("On break").
    pub note: Option<Box<str>>,
    /// What the person has set.
    pub availability: Option<Availability>,
    /// When the availability began.
    pub availability_since: Option<Moment>,
    /// Until when it holds.
    pub availability_until: Option<Until>,
    /// Where calls are transferred meanwhile.
    pub transfer_number: Option<Box<str>>,
    /// Known terminals, at most 16.
    pub terminals: Vec<Terminal>,
    /// Kept free for a call, as far as was told; what it is worth now is a matter of the time.
    pub reservation: Option<Reservation>,
    /// When the state shown last changed; `None` when that was not witnessed.
    pub since: Option<Moment>,
    /// When something was last heard of this agent.
    pub heard: Option<Moment>,
    /// The session of the source in which this row was last confirmed.
    pub confirmed_in: u32,
}

impl Agent {
    /// The state to show: the one the server names, else what the reported facts amount to.
    pub fn state(&self) -> AgentState {
        if let Some(state) = self.named_state {
            return state;
        }
        if self.wrap_up.is_some() {
            return AgentState::WrapUp { ready_after: None };
        }
        match (self.talking, self.serving, self.available) {
            (Some(true), _, _) => AgentState::Talking,
            (_, Some(false), _) => AgentState::SignedOut,
            (_, _, Some(false)) => AgentState::NotReady,
            (_, Some(true), Some(true)) => AgentState::Ready,
            _ => AgentState::Unknown,
        }
    }

    /// Since when the state has lasted, as far as anyone has said.
    pub fn state_since(&self) -> Option<Moment> {
        let stated = match self.state() {
            AgentState::WrapUp { .. } if self.named_state.is_none() => {
                self.wrap_up.and_then(|wrap_up| wrap_up.start)
            }
            AgentState::Talking if self.named_state.is_none() => self.talking_since,
            _ => None,
        };
        stated.or(self.since)
    }
}

/// News of an agent. `None` means that the message does not say; the outer `Some` of a doubled option
/// means that it does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentUpdate<'a> {
    /// Display name.
    pub name: Option<Cow<'a, str>>,
    /// Sign-in id.
    pub login_id: Option<Cow<'a, str>>,
    /// Phone.
    pub extension: Option<Cow<'a, str>>,
    /// Name of the team.
    pub team: Option<Cow<'a, str>>,
    /// See [`Agent::leads_team`].
    pub leads_team: Option<bool>,
    /// The state the server names.
    pub named_state: Option<AgentState>,
    /// Reason code of the named state.
    pub reason: Option<Option<i32>>,
    /// Who or what changed the named state.
    pub changed_by: Option<Option<ChangedBy>>,
    /// The named state has lasted for this long already, in milliseconds.
    pub lasted: Option<i64>,
    /// See [`Agent::talking`].
    pub talking: Option<bool>,
    /// See [`Agent::talking_since`].
    pub talking_since: Option<Option<Moment>>,
    /// See [`Agent::available`].
    pub available: Option<bool>,
    /// See [`Agent::serving`].
    pub serving: Option<bool>,
    /// See [`Agent::scheduled`].
    pub scheduled: Option<bool>,
    /// See [`Agent::serving_callbacks`].
    pub serving_callbacks: Option<bool>,
    /// See [`Agent::can_take_calls`].
    pub can_take_calls: Option<bool>,
    /// See [`Agent::fetches_calls`].
    pub fetches_calls: Option<bool>,
    /// See [`Agent::terminals_in_service`].
    pub terminals_in_service: Option<u32>,
    /// See [`Agent::active_queues`].
    pub active_queues: Option<u32>,
    /// See [`Agent::parked_calls`].
    pub parked_calls: Option<u32>,
    /// Id of the queue presumed active.
    pub active_queue: Option<Option<Cow<'a, str>>>,
    /// Id of the callback list presumed active.
    pub active_call_list: Option<Option<Cow<'a, str>>>,
    /// Wrap-up, or its absence.
    pub wrap_up: Option<Option<WrapUp>>,
    /// Free text beside the state.
    pub note: Option<Option<Cow<'a, str>>>,
    /// What the person has set.
    pub availability: Option<Availability>,
    /// When the availability began.
    pub availability_since: Option<Option<Moment>>,
    /// Until when it holds.
    pub availability_until: Option<Option<Until>>,
    /// Where calls are transferred meanwhile.
    pub transfer_number: Option<Option<Cow<'a, str>>>,
}
