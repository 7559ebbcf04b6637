//! Calls: the parties, and how each agent's leg stands.
//!
//! Lives here: the facts of a call, its far end and its legs. May not live here: transitions, which the
//! centre makes, and what callers and colleagues decide (`behaviour`).
//! A call has outside parties and agents' legs, 16 in all; a caller in a queue is a call without legs. When a consultation is completed, the consultation's call goes on and the original
//! call ends, its queue and its outside party moving over (rules R60 and R61).

use std::sync::Arc;

use super::agent::WrapUp;
use super::call_data::CallData;
use super::id::{AgentId, CallId, CallListId, CallbackId, Guid, QueueId};
use super::mask::Mask;
use super::time::Moment;

/// How a call came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// A caller for a service queue.
    Service,
    /// A call that an agent dialled to the outside.
    Outgoing,
    /// A call between two agents.
    Inside,
    /// A call that an agent made about another call of its own.
    Consultation,
}

/// What seldom or never changes about a call, shared by everything told about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallFacts {
    /// Which call.
    pub id: CallId,
    /// Its id on the wire (RTE `CallId`).
    pub guid: Guid,
    /// How it came about.
    pub kind: CallKind,
    /// The service queue it came through, if any.
    pub queue: Option<QueueId>,
    /// The callback it serves, if any.
    pub callback: Option<(CallListId, CallbackId)>,
    /// The number of the party that began the call.
    pub caller_number: String,
    /// The number that was called.
    pub target_number: String,
    /// When it began.
    pub began: Moment,
    /// What it carries for people and programs; replaced as a whole when it changes.
    pub data: Arc<CallData>,
}

/// How one agent's leg stands (CTI OS `CallStatus`, R59).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegState {
    /// Given to the agent, not yet at the telephone; a desk knows nothing of it.
    Coming,
    /// Ringing at the agent's telephone (`LCS_ALERTING`).
    Alerting,
    /// The agent is calling: dialled, or ringing at the far end (`LCS_INITIATE`).
    Dialling,
    /// In conversation (`LCS_CONNECT`).
    Connected,
    /// On hold (`LCS_HELD`).
    Held,
    /// Could not be completed; to be cleared (`LCS_FAIL`).
    Failed,
}

impl LegState {
    /// Whether the call has been given to the agent, who has not answered it.
    pub const fn is_offered(self) -> bool {
        matches!(self, Self::Coming | Self::Alerting)
    }
}

/// Which side of the call the agent's leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The agent was called.
    In,
    /// The agent called.
    Out,
}

/// One agent's part in a call.
#[derive(Clone, Debug)]
pub struct Leg {
    /// Whose leg.
    pub agent: AgentId,
    /// Called or calling.
    pub direction: Direction,
    /// How it stands.
    pub state: LegState,
    /// Since when.
    pub since: Moment,
    /// What the agent may do with the call.
    pub mask: Mask,
    /// Whether the agent has been in conversation on it.
    pub was_connected: bool,
    /// Whether what is said on it is being written down.
    pub(super) is_transcribed: bool,
    /// The after-call work that was promised when it connected, if any.
    pub wrap_up: Option<WrapUp>,
    /// Number of the latest change; timers of an earlier state are void.
    pub(super) stamp: u64,
}

/// How the outside party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FarState {
    /// Waiting in a queue, or listening to ringing.
    Waiting,
    /// Being called by an agent.
    Called,
    /// In conversation, or on hold.
    Connected,
}

/// How a called person will behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Manner {
    Answers,
    Busy,
    Silent,
}

impl Manner {
    /// How whoever has this number behaves: 00 at the end is busy, 99 never answers.
    pub(super) fn of(number: &str) -> Self {
        if number.ends_with("00") {
            Self::Busy
        } else if number.ends_with("99") {
            Self::Silent
        } else {
            Self::Answers
        }
    }
}

/// The place of a service call in its queue's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueuePlace {
    /// Not counted.
    None,
    /// Waiting for an agent.
    Waiting,
    /// Given to an agent and ringing there.
    Allocated,
    /// In conversation with an agent.
    Connected,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What seldom or never changes.
    pub facts: Arc<CallFacts>,
    /// The outside party, if there is one.
    pub far: Option<FarState>,
    /// The agents' legs, in the order in which they joined.
    pub legs: Vec<Leg>,
    /// Where it stands in its queue.
    pub place: QueuePlace,
    /// When the caller began to wait.
    pub waiting_since: Moment,
    /// The call that this consultation is about.
    pub about: Option<CallId>,
    /// Outside parties in conversation beside the first one.
    pub further: u8,
    /// Whether an outside party is being called into it.
    pub calls_out: bool,
    /// Who handed it over without asking; told again when nobody takes it.
    pub(super) handed_over_by: Option<AgentId>,
    /// Whether it has become a conference.
    pub is_conference: bool,
    /// Whether an agent of its queue has ever answered it.
    pub served: bool,
    /// Who has it recorded, while it is.
    pub recorded_by: Option<AgentId>,
    /// How the called outside person will behave.
    pub(super) manner: Manner,
}

impl Call {
    /// The leg of this agent.
    pub fn leg(&self, agent: AgentId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.agent == agent)
    }

    pub(super) fn leg_mut(&mut self, agent: AgentId) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.agent == agent)
    }

    /// How many parties there are, outside and inside, those included who are being called.
    pub fn parties(&self) -> usize {
        let outside = usize::from(self.far.is_some()) + usize::from(self.further);
        self.legs.len() + outside + usize::from(self.calls_out)
    }

    /// Whether somebody is being brought into a conversation that goes on.
    pub(super) fn is_growing(&self) -> bool {
        let talks = |leg: &Leg| matches!(leg.state, LegState::Connected | LegState::Held);
        self.calls_out || (self.legs.iter().any(|leg| leg.state.is_offered()) && self.legs.iter().any(talks))
    }
}
