//! What a desk can ask for, and how it is refused.
//!
//! Lives here: the commands as values, the documented failure codes (CTI OS `ControlFailureCode`) and
//! the texts that go with them. May not live here: reading a command from the wire (`tell::ctios`) or
//! carrying it out (`obey`). A command is answered at once, accepted or refused; what it brings about
//! follows as happenings (rules R65 to R68).

use super::agent::Reason;
use super::call_data::CallData;
use super::id::{AgentId, CallId, ListeningId, QueueId};

/// The state that an agent asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestedState {
    /// Ready for calls; during a call: ready afterwards.
    Ready,
    /// Not ready, with a reason; during a call: not ready afterwards.
    NotReady(Reason),
    /// After-call work, ready afterwards.
    WorkReady,
    /// After-call work, not ready afterwards.
    WorkNotReady,
}

/// What a consultation is for (Cisco `ConsultType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsultFor {
    /// To hand the caller over.
    Transfer,
    /// To talk with all.
    Conference,
}

/// Whom a text message goes to (CTI OS `Distribution`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// One agent.
    Agent(AgentId),
    /// The sender's supervisor.
    Supervisor,
    /// Everybody in the sender's team, the supervisor included, but the sender.
    Team,
}

/// Figures that a desk wants to be kept up to date about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Figures {
    /// The agent's own.
    Agent,
    /// Those of a queue (skill group).
    Queue(QueueId),
}

/// What a supervisor does with a call (CTI OS `SupervisoryAction`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SupervisoryAction {
    /// Leave a call that was joined (0).
    Clear,
    /// Join the agent's call, to be heard by all (3).
    BargeIn,
    /// Take the agent off a call that was joined (4).
    Intercept,
}

/// What a supervisor sets a monitored agent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImposedState {
    /// Ready for calls.
    Ready,
    /// Signed out.
    SignedOut,
}

/// How a request names an agent: by itself or by its device, never both (R87).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The agent.
    Agent(AgentId),
    /// The extension at which it is signed in.
    Device(u32),
}

/// How a supervisor wants to listen to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListeningWish {
    /// To whom.
    pub target: Target,
    /// The port that the supervisor's desk listens at.
    pub port: u16,
}

/// What only a supervisor may ask for, about its own team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Supervise {
    /// Tell who is in the team.
    ListTeam,
    /// Tell every change of the members' states from now on.
    WatchTeam,
    /// Stop telling them.
    UnwatchTeam,
    /// Tell everything about this member's calls from now on; one member at a time.
    Monitor(AgentId),
    /// Stop telling it.
    StopMonitoring(AgentId),
    /// Do something with the monitored member's call.
    Call {
        /// Whose call.
        agent: AgentId,
        /// Which call; the one in conversation when it is not named.
        call: Option<CallId>,
        /// What.
        action: SupervisoryAction,
    },
    /// Set the monitored member to a state.
    SetState {
        /// Whom.
        agent: AgentId,
        /// What to.
        state: ImposedState,
    },
    /// Listen to the monitored member's call.
    Listen(ListeningWish),
    /// Stop listening.
    StopListening(ListeningId),
}

/// What a desk asks for, on behalf of one agent (product brief f.3 and f.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Sign in at an extension.
    Login {
        /// The login id, such as "1001".
        agent_login: String,
        /// The extension, such as "4001".
        extension: String,
    },
    /// Sign out.
    Logout {
        /// Why.
        reason: Reason,
    },
    /// Change the agent's state.
    SetAgentState(RequestedState),
    /// Answer a ringing call.
    Answer(CallId),
    /// End a call for all its parties.
    Clear(CallId),
    /// Leave a call.
    ClearConnection(CallId),
    /// Put a call on hold.
    Hold(CallId),
    /// Take a call back from hold.
    Retrieve(CallId),
    /// Dial a number.
    MakeCall {
        /// Digits, with an optional leading plus.
        number: String,
    },
    /// Send tones into a call.
    SendDtmf {
        /// The call.
        call: CallId,
        /// Digits, star and hash.
        digits: String,
    },
    /// Change over between the two calls of a consultation.
    Alternate(CallId),
    /// End the consultation and go back to the first call.
    Reconnect(CallId),
    /// Put the call on hold and dial somebody about it.
    MakeConsultCall {
        /// The call it is about.
        call: CallId,
        /// The number to dial.
        number: String,
        /// What for.
        purpose: ConsultFor,
    },
    /// Hand the first call's party over to the consulted one.
    Transfer(CallId),
    /// Hand a call over without asking.
    SingleStepTransfer {
        /// The call.
        call: CallId,
        /// Where to.
        number: String,
    },
    /// Join both calls of a consultation.
    Conference(CallId),
    /// Bring somebody into a call without asking.
    SingleStepConference {
        /// The call.
        call: CallId,
        /// Whom.
        number: String,
    },
    /// Make a call the one that the agent's buttons are about.
    SetCurrentCall(CallId),
    /// Record a call from now on.
    StartRecord(CallId),
    /// Stop recording a call.
    StopRecord(CallId),
    /// Change what a call carries.
    SetCallData {
        /// The call.
        call: CallId,
        /// What is to change.
        change: Box<CallData>,
    },
    /// Call the supervisor about a call, or about nothing in particular.
    SupervisorAssist(Option<CallId>),
    /// The same in an emergency, of which the supervisor is told at once.
    EmergencyCall(Option<CallId>),
    /// Complain about the line of a call.
    ReportBadLine(CallId),
    /// Send a text message.
    Chat {
        /// To whom.
        to: Audience,
        /// The text.
        text: String,
    },
    /// Tell the agent's skill groups.
    ListSkillGroups,
    /// Tell figures from now on, again and again.
    EnableFigures(Figures),
    /// Stop telling them.
    DisableFigures(Figures),
    /// Something that only a supervisor may ask for.
    Supervise(Supervise),
}

impl Command {
    /// The call that the command is about, if it is about one.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Self::Login { .. }
            | Self::Logout { .. }
            | Self::SetAgentState(_)
            | Self::MakeCall { .. }
            | Self::Chat { .. }
            | Self::ListSkillGroups
            | Self::EnableFigures(_)
            | Self::DisableFigures(_)
            | Self::Supervise(_) => None,
            Self::SupervisorAssist(call) | Self::EmergencyCall(call) => *call,
            Self::Answer(call)
            | Self::Clear(call)
            | Self::ClearConnection(call)
            | Self::Hold(call)
            | Self::Retrieve(call)
            | Self::SendDtmf { call, .. }
            | Self::Alternate(call)
            | Self::Reconnect(call)
            | Self::MakeConsultCall { call, .. }
            | Self::Transfer(call)
            | Self::SingleStepTransfer { call, .. }
            | Self::Conference(call)
            | Self::SingleStepConference { call, .. }
            | Self::SetCurrentCall(call)
            | Self::StartRecord(call)
            | Self::StopRecord(call)
            | Self::SetCallData { call, .. }
            | Self::ReportBadLine(call) => Some(*call),
        }
    }
}

/// Why a command was refused: the documented codes that this centre uses (CTI OS `ControlFailureCode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FailureCode {
    /// A required argument is missing (6).
    RequiredDataMissing = 6,
    /// There is no such agent (8).
    InvalidAgentData = 8,
    /// The agent is not signed in (9).
    AgentNotLoggedOn = 9,
    /// The extension, or the agent, is in use at another desk (10).
    DeviceInUse = 10,
    /// The centre does not offer this (12).
    FunctionNotAvailable = 12,
    /// There is no such call (13).
    InvalidCallId = 13,
    /// The call variable may not be set by a desk (14).
    ProtectedVariable = 14,
    /// The telephony server cannot work (15).
    CtiServerOffline = 15,
    /// There was no answer in time (16).
    Timeout = 16,
    /// Something other than digits (24).
    InvalidDigits = 24,
    /// More parties than a call can have (30).
    InvalidNumParties = 30,
    /// The agent is not a party of the call (35).
    NotCallParty = 35,
    /// Not possible in the present state of the agent or call (38).
    InvalidObjectState = 38,
    /// A consultation is neither for a transfer nor for a conference (46).
    InvalidConsultType = 46,
    /// The requested agent state does not exist (50).
    InvalidAgentWorkMode = 50,
    /// The array has no such element (61).
    InvalidArrayIndex = 61,
    /// The agent's supervisor is not signed in, or the agent has none (64).
    SupervisorNotFound = 64,
    /// The agent is in no team (65).
    TeamNotFound = 65,
    /// The agent has no call (66).
    NoCallActive = 66,
    /// No such variable is declared (67).
    NamedVariableNotConfigured = 67,
    /// No such array is declared (68).
    NamedArrayNotConfigured = 68,
    /// There is no call variable of this number (69).
    InvalidCallVariableMask = 69,
    /// A message cannot be sent to such an audience (71).
    InvalidDistributionType = 71,
    /// There is no such skill group (72).
    InvalidSkillGroup = 72,
    /// More data than a call can carry (73).
    TooMuchData = 73,
    /// The value is too long (74).
    ValueTooLong = 74,
    /// An array was named like a scalar (75).
    ScalarFunctionOnArray = 75,
    /// A scalar was named like an array (76).
    ArrayFunctionOnScalar = 76,
}

impl FailureCode {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A refused command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// The documented code.
    pub code: FailureCode,
    /// What is wrong, in words for people.
    pub text: &'static str,
}

impl Refusal {
    /// A refusal with this code and text.
    pub const fn new(code: FailureCode, text: &'static str) -> Self {
        Self { code, text }
    }
}
