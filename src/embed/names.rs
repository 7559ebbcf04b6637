//! The protocol's names for what can be asked of the telephony server, and for what is told.
//!
//! Lives here: tables of names, each with the command that it stands for or the state that it means.
//! May not be here: whether something is allowed (the configuration and the masks say), reading, writing.
//! The names are the contract's and never change; the desk's own may.

use crate::domain::agent::AgentState;
use crate::domain::command::Command;
use crate::domain::ids::CallKey;

/// What goes with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// Whom to call.
    Number,
    /// Tones to send.
    Digits,
}

/// Something that a portal can ask for about a call.
pub struct Action {
    /// What it is called.
    pub name: &'static str,
    /// What goes with it.
    pub takes: Takes,
    /// The command; the text is what goes with it.
    pub command: fn(CallKey, &str) -> Command,
}

/// Every action, in the order of the contract.
pub static ACTIONS: [Action; 16] = {
    const fn action(name: &'static str, takes: Takes, command: fn(CallKey, &str) -> Command) -> Action {
        Action { name, takes, command }
    }
    [
        action("answer", Takes::Nothing, |call, _| Command::Answer(call)),
        action("hold", Takes::Nothing, |call, _| Command::Hold(call)),
        action("retrieve", Takes::Nothing, |call, _| Command::Retrieve(call)),
        action("endCall", Takes::Nothing, |call, _| Command::EndCall(call)),
        action("endForAll", Takes::Nothing, |call, _| Command::EndForAll(call)),
        action("alternate", Takes::Nothing, |call, _| Command::Alternate(call)),
        action("backToCaller", Takes::Nothing, |call, _| {
            Command::BackToCaller(call)
        }),
        action("makeCurrent", Takes::Nothing, |call, _| {
            Command::MakeCurrent(call)
        }),
        action("consult", Takes::Number, |call, number| Command::Consult {
            call,
            number: number.into(),
            for_conference: false,
        }),
        action("completeTransfer", Takes::Nothing, |call, _| {
            Command::CompleteTransfer(call)
        }),
        action("blindTransfer", Takes::Number, |call, number| {
            Command::BlindTransfer {
                call,
                number: number.into(),
            }
        }),
        action("completeConference", Takes::Nothing, |call, _| {
            Command::CompleteConference(call)
        }),
        action("addParty", Takes::Number, |call, number| Command::AddParty {
            call,
            number: number.into(),
        }),
        action("sendTones", Takes::Digits, |call, digits| Command::SendTones {
            call,
            digits: digits.into(),
        }),
        action("startRecording", Takes::Nothing, |call, _| {
            Command::StartRecording(call)
        }),
        action("stopRecording", Takes::Nothing, |call, _| {
            Command::StopRecording(call)
        }),
    ]
};

/// A state that a portal can ask for.
pub struct State {
    /// What it is called.
    pub name: &'static str,
    /// A reason may go with it.
    pub has_reason: bool,
    /// The command, with the reason's code.
    pub command: fn(Option<i32>) -> Command,
}

/// Every state that can be asked for, in the order of the contract.
pub static STATES: [State; 5] = {
    const fn state(name: &'static str, has_reason: bool, command: fn(Option<i32>) -> Command) -> State {
        State {
            name,
            has_reason,
            command,
        }
    }
    [
        state("ready", false, |_| Command::Ready),
        state("notReady", true, |reason| Command::NotReady { reason }),
        state("wrapUpReady", false, |_| Command::WorkReady),
        state("wrapUpNotReady", false, |_| Command::WorkNotReady),
        state("signedOut", true, |reason| Command::SignOut { reason }),
    ]
};

/// Everything that a portal can be told of, in the order of the contract.
pub static TOPICS: [&str; 12] = [
    "connection",
    "state",
    "calls",
    "controls",
    "screenPop",
    "wrapUp",
    "attention",
    "size",
    "variables",
    "callbacks",
    "alerts",
    "chat",
];

/// How many of them, from the first, a portal is told without asking.
pub(super) const WITHOUT_ASKING: usize = 8;

/// What a state is called.
pub(super) fn state_name(state: AgentState) -> &'static str {
    match state {
        AgentState::Unknown => "unknown",
        AgentState::SignedOut => "signedOut",
        AgentState::NotReady => "notReady",
        AgentState::Ready => "ready",
        AgentState::Reserved => "reserved",
        AgentState::Talking => "talking",
        AgentState::OnHold => "held",
        AgentState::WrapUp { .. } => "wrapUp",
        AgentState::BusyOther => "busyOther",
    }
}

/// The state that follows wrap-up.
pub(super) fn state_after(ready: bool) -> &'static str {
    state_name(if ready {
        AgentState::Ready
    } else {
        AgentState::NotReady
    })
}
