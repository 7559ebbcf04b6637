//! Agents: who they are, what state they are in, and what follows.
//!
//! Lives here: the facts about an agent and the small state that the centre keeps for it.
//! May not live here: transitions (they touch queues and calls, so the centre makes them) and
//! enablement (`mask`). State names are those of CTI OS without the states that this centre has no use
//! for: logging on is immediate, no agent is busy in another skill group, and none is unknown.

use std::sync::Arc;

use super::call::{Call, CallFacts, Direction};
use super::command::Figures;
use super::id::{AgentId, CallId, CallListId, CallbackId, Guid, QueueId, TeamId};
use super::mask::Mask;
use super::statistics::AgentFigures;
use super::time::{Moment, Span};

/// How often the time of one after-call work may begin anew.
const MOST_EXTENSIONS: u8 = 2;

/// What an agent is doing, as the telephony server sees it (CTI OS `AgentState`, R73 and R74).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentState {
    /// Not signed in (`eLogout`, 1).
    SignedOut,
    /// Signed in and unavailable, with a reason (`eNotReady`, 2).
    NotReady,
    /// Waiting for a call (`eAvailable`, 3).
    Ready,
    /// On a call (`eTalking`, 4); also while the agent's own call is dialled and rings.
    Talking,
    /// After-call work, not ready afterwards (`eWorkNotReady`, 5).
    WorkNotReady,
    /// After-call work, ready afterwards (`eWorkReady`, 6).
    WorkReady,
    /// A call is on its way or ringing (`eReserved`, 8).
    Reserved,
    /// Every call of the agent is on hold (`eHold`, 10).
    Hold,
}

impl AgentState {
    /// Whether this is after-call work.
    pub const fn is_wrap_up(self) -> bool {
        matches!(self, Self::WorkReady | Self::WorkNotReady)
    }

    /// Whether a call takes up the agent, be it only ringing.
    pub const fn is_on_call(self) -> bool {
        matches!(self, Self::Reserved | Self::Talking | Self::Hold)
    }
}

/// Why an agent is not ready or has signed out: a site's number, 0 meaning "none given".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason(u16);

impl Reason {
    /// No reason given.
    pub const NONE: Self = Self(0);
    /// A short break.
    pub const BREAK: Self = Self(1);
    /// Lunch.
    pub const LUNCH: Self = Self(2);
    /// A meeting.
    pub const MEETING: Self = Self(3);
    /// Training.
    pub const TRAINING: Self = Self(4);
    /// Paperwork.
    pub const ADMIN: Self = Self(5);
    /// Signed out by the system because a component failed; Cisco's own number for it
    /// (`CTIOS_FORCED_LOGOUT_REASON_CODE`, R71).
    pub const FORCED: Self = Self(50_002);
    /// The end of the shift (signing out).
    pub const SHIFT_END: Self = Self(6);
    /// A call was not answered in time; Cisco's own number for it.
    pub const NO_ANSWER: Self = Self(32_767);

    /// The reasons an agent can choose from when going not ready, in the order of a menu.
    pub const NOT_READY: [Self; 5] = [
        Self::BREAK,
        Self::LUNCH,
        Self::MEETING,
        Self::TRAINING,
        Self::ADMIN,
    ];

    /// The reason with this number (CTI OS `EventReasonCode`).
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn code(self) -> u16 {
        self.0
    }

    /// The English label; empty when no reason was given or the site has no label for it.
    pub const fn label(self) -> &'static str {
        match self.0 {
            1 => "Break",
            2 => "Lunch",
            3 => "Meeting",
            4 => "Training",
            5 => "Admin",
            6 => "End of shift",
            32_767 => "Call not answered",
            50_002 => "Signed out by the system",
            _ => "",
        }
    }

    /// How long a colleague stays away for this reason, at least and at most, in minutes.
    pub(super) const fn minutes(self) -> (i64, i64) {
        match self {
            Self::LUNCH => (25, 45),
            Self::MEETING => (20, 60),
            Self::TRAINING => (30, 90),
            Self::ADMIN => (3, 15),
            _ => (5, 15),
        }
    }
}

/// What an agent goes to when the call or the after-call work is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Ready for the next call.
    Ready,
    /// Not ready, with a reason.
    NotReady(Reason),
}

/// Who or what changed an agent's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The agent asked for it.
    Agent,
    /// The agent's supervisor asked for it.
    Supervisor(AgentId),
    /// A call came, went or changed.
    Call,
    /// A time limit.
    Timer,
    /// A call was not answered in time.
    NoAnswer,
    /// A component failed.
    System,
}

/// A state that was asked for while a call or after-call work is at hand, and that has not taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Noted {
    /// The state to come.
    pub state: AgentState,
    /// Its reason.
    pub reason: Reason,
    /// The supervisor who asked for it, if it was not the agent.
    pub by: Option<AgentId>,
}

/// The phase of after-call work that was earned by a call (R22 to R27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrapUp {
    /// Its id, the same from "enabled" to "terminated".
    pub guid: Guid,
    /// The call it belongs to, if any.
    pub call: Option<(CallId, Guid)>,
    /// The service queue of that call, if any.
    pub queue: Option<QueueId>,
    /// The callback that was being worked on, if any.
    pub callback: Option<(CallListId, CallbackId)>,
    /// The longest it may take, from when its time last began.
    pub limit: Span,
    /// When it began; for a wrap-up that is only enabled, when it was enabled.
    pub began: Moment,
    /// When its time last began: later than `began` where the agent has asked for more.
    pub started: Moment,
    /// How often the agent has asked for more.
    pub extensions: u8,
}

/// Whether an agent says after a call how it is to be filed (CTI OS `WrapupDataIncomingMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filing {
    /// After-call work is not left before it is said.
    Required,
    /// As the agent likes.
    Optional,
    /// Not at all.
    NotAllowed,
}

impl Filing {
    /// What holds for an agent: most may, the fourth of each five must, the third may not.
    pub(super) fn of(agent: AgentId) -> Self {
        match agent.number() % 5 {
            2 => Self::NotAllowed,
            3 => Self::Required,
            _ => Self::Optional,
        }
    }
}

/// A call that is over and whose after-call work is at hand: the agent can still file it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The call as it was, with what the agent has added.
    pub facts: Arc<CallFacts>,
    /// Called or calling.
    pub direction: Direction,
    /// What the agent may still do with it.
    pub mask: Mask,
}

impl WrapUp {
    /// When the timer ends it.
    pub fn ends(&self) -> Moment {
        self.started + self.limit
    }

    /// A number that tells this wrap-up, with its present time, from any other, for its timer.
    pub(super) const fn stamp(&self) -> u64 {
        self.guid.as_u128() as u64 ^ self.started.as_millis() as u64
    }

    /// Whether its time may begin anew once more.
    pub(super) const fn can_be_extended(&self) -> bool {
        self.extensions < MOST_EXTENSIONS
    }
}

/// The part of an agent that changes; small enough to travel with every happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgentStatus {
    /// The state.
    pub state: AgentState,
    /// The reason, when not ready or signed out.
    pub reason: Reason,
    /// When the state was entered.
    pub since: Moment,
    /// Who or what changed the state last.
    pub cause: Cause,
    /// What follows the call or wrap-up at hand.
    pub next: Next,
    /// What follows it because somebody has asked for it, until it has taken effect.
    pub noted: Option<Noted>,
    /// When the agent last began or stopped being on a call.
    pub talking_changed: Moment,
    /// The queue of the call at hand, if it came through one.
    pub active_queue: Option<QueueId>,
    /// The call list of the callback at hand, if any.
    pub active_list: Option<CallListId>,
    /// The after-call work at hand, if any.
    pub wrap_up: Option<WrapUp>,
    /// What the agent may do.
    pub mask: Mask,
}

/// One agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Which agent.
    pub id: AgentId,
    /// The id on the wire (RTE `UserId`).
    pub guid: Guid,
    /// The login id, "1001" onwards (CTI OS `AgentID`).
    pub login: String,
    /// First and last name.
    pub name: String,
    /// The e-mail-like name that RTE calls user name.
    pub user_name: String,
    /// The extension of the agent's desk, "4001" onwards; the one signed in at while signed in.
    pub extension: String,
    /// The queues the agent serves, in order.
    pub skills: Vec<QueueId>,
    /// Whether a person sits at this agent's desk: an attended agent never acts by itself.
    pub attended: bool,
    /// The state and what goes with it.
    pub status: AgentStatus,
    /// The agent's calls, oldest first.
    pub calls: Vec<CallId>,
    /// The call that the buttons are about, if any (CTI OS "current call", D1).
    pub current: Option<CallId>,
    /// The current call, while it is one that the desk has chosen and no other has come to life since.
    pub(super) chosen: Option<CallId>,
    /// Whether the agent says after a call how it is to be filed.
    pub filing: Filing,
    /// The call whose after-call work is at hand, where the agent may file it.
    pub kept: Option<Kept>,
    /// The team that the agent is in, or leads.
    pub team: Option<TeamId>,
    /// Number of the latest state change; timers of an earlier state are void.
    pub(super) stamp: u64,
    /// Who asked for what follows, if anybody did.
    pub(super) next_by: Option<Cause>,
    /// Number of the present sign-in, as long as somebody writes to the person now and then.
    pub(super) chatter: u64,
    /// Whether after-call work was asked for while on a call.
    pub(super) wants_wrap_up: bool,
    /// Whether the person has had a first call since signing in.
    pub(super) has_had_call: bool,
    /// Whether the agent is kept from allocation for a moment (a freshly ready person).
    pub(super) held_back: bool,
    /// When the shift of this colleague ends.
    pub(super) shift_ends: Moment,
    /// Until when somebody has reserved the agent: so long it is given no calls of queues.
    pub reserved_until: Option<Moment>,
    /// A callback taken up and about to be dialled.
    pub(super) working_on: Option<CallbackId>,
    /// What the agent has done, up to the beginning of the present state.
    pub(super) figures: AgentFigures,
    /// The figures that the desk wants to hear again and again, each with the number of the request.
    pub(super) wanted_figures: Vec<(Figures, u64)>,
}

impl Agent {
    /// Whether the agent is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.status.state != AgentState::SignedOut
    }

    /// Whether the agent has anything to do with this call.
    pub fn is_party_of(&self, call: &Call) -> bool {
        call.leg(self.id).is_some()
    }
}
