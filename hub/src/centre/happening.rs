//! What happens in the centre.
//!
//! Lives here: the happenings, each complete in itself. May not live here: any wire format (`tell`).
//! A happening carries what had changed as it was at that moment, because it may be told only after
//! later ones have taken place; names and ids of agents and queues, which never change, are looked up.

use std::sync::Arc;

use super::agent::{AgentStatus, WrapUp};
use super::call::{CallFacts, Direction, LegState};
use super::call_data::CallData;
use super::callback::Callback;
use super::chatter::QueueAlert;
use super::command::Audience;
use super::id::{AgentId, CallId, QueueId};
use super::listening::ListeningNews;
use super::mask::Mask;
use super::queue::{Opening, QueueFigures};
use super::statistics::FiguresReport;
use super::supervision::{SupervisionNews, Watchers};
use super::time::{Moment, Span};
use super::transcript::Phrase;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// Its place in the history, counted from 1 without gaps.
    pub number: u64,
    /// Which supervisors were watching then, and hear of it, too.
    pub watchers: Watchers,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// An agent's state, reason, next state or buttons changed.
    AgentChanged {
        /// Who.
        agent: AgentId,
        /// The agent as it was.
        before: AgentStatus,
        /// The agent as it is now.
        status: AgentStatus,
    },
    /// An agent's after-call work reached a phase.
    WrapUp {
        /// Whose.
        agent: AgentId,
        /// Which.
        wrap_up: WrapUp,
        /// The phase.
        phase: WrapUpPhase,
    },
    /// One agent's leg of a call changed.
    Leg {
        /// Whose leg.
        agent: AgentId,
        /// The call.
        call: Arc<CallFacts>,
        /// Called or calling.
        direction: Direction,
        /// What became of the leg.
        event: LegEvent,
        /// What the agent may do with the call now.
        mask: Mask,
    },
    /// Another call, or none, became the one that the agent's buttons are about.
    CurrentCall {
        /// Whose.
        agent: AgentId,
        /// Which call.
        call: Option<CallId>,
    },
    /// What a call carries was changed by a desk; told to every agent on the call.
    CallData {
        /// Whose leg.
        agent: AgentId,
        /// The call, with what it carries now.
        call: Arc<CallFacts>,
        /// What has changed.
        changed: Arc<CallData>,
    },
    /// A text message has come.
    Chat {
        /// To whom.
        agent: AgentId,
        /// The message.
        message: Arc<Message>,
    },
    /// Something was said on an agent's call.
    Phrase {
        /// Whose leg.
        agent: AgentId,
        /// The call.
        call: Arc<CallFacts>,
        /// What.
        phrase: Arc<Phrase>,
    },
    /// A queue has reached what the agent is alerted of.
    Alert {
        /// Who is alerted.
        agent: AgentId,
        /// Of what.
        alert: Arc<QueueAlert>,
    },
    /// Figures that a desk asked for.
    Figures {
        /// Who asked.
        agent: AgentId,
        /// The figures.
        report: FiguresReport,
    },
    /// Something that only a supervisor hears.
    Supervision {
        /// Who hears it.
        supervisor: AgentId,
        /// What.
        news: SupervisionNews,
    },
    /// A silent monitor session reached a phase; told to both sides, each in its own words.
    Listening {
        /// Who hears it: the supervisor or the agent of the session.
        agent: AgentId,
        /// What.
        news: ListeningNews,
    },
    /// The figures of a queue changed; at most once in two seconds per queue.
    QueueChanged {
        /// Which queue.
        queue: QueueId,
        /// The figures.
        figures: QueueFigures,
        /// Whether it is open.
        opening: Opening,
    },
    /// A callback was made or changed.
    CallbackChanged {
        /// The callback as it is now.
        callback: Arc<Callback>,
        /// Whether it is new.
        created: bool,
        /// For a new one that an agent wrote down for itself: that agent.
        personal: Option<AgentId>,
    },
}

/// A text message between desks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    /// Who wrote it.
    pub from: AgentId,
    /// To whom it was addressed.
    pub to: Audience,
    /// The text.
    pub text: String,
}

/// A phase of after-call work (R22 to R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WrapUpPhase {
    /// The call connected; there will be after-call work.
    Enabled,
    /// The call is over and the work has begun.
    Started,
    /// The work is over.
    Terminated {
        /// Whether the time limit ended it; otherwise the agent did.
        by_timer: bool,
        /// How long it took.
        elapsed: Span,
    },
}

/// What became of an agent's leg.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LegEvent {
    /// The call was given to the agent; it is not at the telephone yet.
    Allocated,
    /// The call is at the desk (CTI OS `OnCallBegin`).
    Begun,
    /// Dial tone.
    ServiceInitiated,
    /// The call goes on under another number, at this stage; the desk sees one end and one begin.
    TakenOver(LegState),
    /// The number was dialled.
    Originated,
    /// It rings: at the agent for a call in, at the far end for a call out.
    Delivered,
    /// In conversation.
    Established,
    /// On hold.
    Held,
    /// Back from hold.
    Retrieved,
    /// The call could not be completed.
    Failed,
    /// Another party left, the call goes on.
    PartyLeft,
    /// The agent has begun to hand the call over; the facts name the target.
    TransferStarted(Arc<CallFacts>),
    /// The consultation about this call is over, and the call has not been handed over.
    TransferCancelled(Arc<CallFacts>),
    /// The call was handed over: by the agent, to the target that the facts name, or else to the agent.
    Transferred(Option<Arc<CallFacts>>),
    /// The agent's calls were joined into one with more parties.
    Conferenced,
    /// The agent sent tones: 0 to 9, star, hash, A to D.
    Tones(String),
    /// The agent has the call recorded from now on.
    RecordingStarted,
    /// The recording has ended, with the agent's request or with its leg.
    RecordingStopped,
    /// What the agent may do with the call changed, and nothing else.
    MaskChanged,
    /// After-call work for a call that had ended is over, and with it all that the desk had to do with it.
    Closed,
    /// The leg is gone. With a mask, the call can still be filed until it is `Closed`.
    Ended {
        /// How.
        how: Ending,
        /// How it stood before.
        from: LegState,
        /// Whether the agent had been in conversation on it.
        was_connected: bool,
    },
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The agent ended it.
    Local,
    /// Another party ended it.
    Remote,
    /// The agent did not answer in time.
    NoAnswer,
    /// The caller gave up, or the allocation was taken back, before the agent answered.
    GaveUp,
    /// The caller was handed over to somebody else.
    Transferred,
    /// The call was joined into another call of the agent.
    Joined,
}

impl What {
    /// The agent whose desk this concerns, if it concerns one.
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::AgentChanged { agent, .. }
            | Self::WrapUp { agent, .. }
            | Self::Leg { agent, .. }
            | Self::CurrentCall { agent, .. }
            | Self::CallData { agent, .. }
            | Self::Chat { agent, .. }
            | Self::Phrase { agent, .. }
            | Self::Alert { agent, .. }
            | Self::Figures { agent, .. }
            | Self::Listening { agent, .. } => Some(*agent),
            Self::Supervision { supervisor, .. } => Some(*supervisor),
            Self::QueueChanged { .. } | Self::CallbackChanged { .. } => None,
        }
    }
}
