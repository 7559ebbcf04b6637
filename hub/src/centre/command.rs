//! What a desk can ask for, and how it is refused.
//!
//! Lives here: the commands as values, the documented failure codes (CTI OS `ControlFailureCode`) and
//! the texts that go with them. May not live here: reading a command from the wire (`tell::ctios`) or
//! carrying it out (`obey`). A command is answered at once, accepted or refused; what it brings about
//! follows as happenings (rules R65 to R68).

use super::agent::Reason;
use super::id::CallId;

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
    /// Record a call from now on.
    StartRecord(CallId),
    /// Stop recording a call.
    StopRecord(CallId),
}

impl Command {
    /// The call that the command is about, if it is about one.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Self::Login { .. } | Self::Logout { .. } | Self::SetAgentState(_) | Self::MakeCall { .. } => None,
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
            | Self::StartRecord(call)
            | Self::StopRecord(call) => Some(*call),
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
    /// Something other than digits (24).
    InvalidDigits = 24,
    /// The agent is not a party of the call (35).
    NotCallParty = 35,
    /// Not possible in the present state of the agent or call (38).
    InvalidObjectState = 38,
    /// A consultation is neither for a transfer nor for a conference (46).
    InvalidConsultType = 46,
    /// The requested agent state does not exist (50).
    InvalidAgentWorkMode = 50,
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
