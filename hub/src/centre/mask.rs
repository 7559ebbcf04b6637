//! Enablement masks: which buttons the telephony server allows.
//!
//! Lives here: the documented bits (CTI OS reference, `EnablementMask`, `SupervisorBtnEnablementMask`) and
//! the rules by which the centre computes an agent's and a call's mask. May not live here: anything that changes state.
//! The masks are also the centre's own law: a command is accepted exactly when its bit is set, so what
//! a desk is shown and what it may do cannot drift apart (product brief f.1, rules R78 and R80).

use std::ops::{BitAnd, BitOr};

use super::agent::AgentState;
use super::call::LegState;

/// A set of enabled buttons; 32 bits, named as in the CTI OS reference without the `ENABLE_` prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mask(u32);

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident = $bits:literal;)*) => {
        impl Mask {$(
            $(#[$doc])*
            pub const $name: Self = Self($bits);
        )*}
    };
}

bits! {
    /// Nothing is enabled.
    NONE = 0;
    /// `ENABLE_ANSWER`
    ANSWER = 0x0000_0001;
    /// `ENABLE_RELEASE`
    RELEASE = 0x0000_0002;
    /// `ENABLE_HOLD`
    HOLD = 0x0000_0004;
    /// `ENABLE_RETRIEVE`
    RETRIEVE = 0x0000_0008;
    /// `ENABLE_MAKECALL`
    MAKECALL = 0x0000_0010;
    /// `ENABLE_TRANSFER_INIT`
    TRANSFER_INIT = 0x0000_0020;
    /// `ENABLE_TRANSFER_COMPLETE`
    TRANSFER_COMPLETE = 0x0000_0040;
    /// `ENABLE_SINGLE_STEP_TRANSFER`
    SINGLE_STEP_TRANSFER = 0x0000_0080;
    /// `ENABLE_CONFERENCE_INIT`
    CONFERENCE_INIT = 0x0000_0100;
    /// `ENABLE_CONFERENCE_COMPLETE`
    CONFERENCE_COMPLETE = 0x0000_0200;
    /// `ENABLE_SINGLE_STEP_CONFERENCE`
    SINGLE_STEP_CONFERENCE = 0x0000_0400;
    /// `ENABLE_ALTERNATE`
    ALTERNATE = 0x0000_0800;
    /// `ENABLE_RECONNECT`
    RECONNECT = 0x0000_1000;
    /// `ENABLE_WRAPUP`
    WRAPUP = 0x0000_2000;
    /// `ENABLE_INSIDE_MAKECALL`
    INSIDE_MAKECALL = 0x0000_4000;
    /// `ENABLE_OUTSIDE_MAKECALL`
    OUTSIDE_MAKECALL = 0x0000_8000;
    /// `ENABLE_SUPERVISOR_ASSIST`
    SUPERVISOR_ASSIST = 0x0001_0000;
    /// `ENABLE_EMERGENCY_CALL`
    EMERGENCY_CALL = 0x0002_0000;
    /// `ENABLE_BAD_LINE_CALL`
    BAD_LINE_CALL = 0x0004_0000;
    /// `ENABLE_STATISTICS`
    STATISTICS = 0x0008_0000;
    /// `ENABLE_CHAT`
    CHAT = 0x0010_0000;
    /// `ENABLE_RECORD`
    RECORD = 0x0020_0000;
    /// `ENABLE_LOGIN`
    LOGIN = 0x0100_0000;
    /// `ENABLE_LOGOUT`
    LOGOUT = 0x0200_0000;
    /// `ENABLE_LOGOUT_WITH_REASON`
    LOGOUT_WITH_REASON = 0x0400_0000;
    /// `ENABLE_READY`
    READY = 0x0800_0000;
    /// `ENABLE_NOTREADY`
    NOTREADY = 0x1000_0000;
    /// `ENABLE_NOTREADY_WITH_REASON`
    NOTREADY_WITH_REASON = 0x2000_0000;
    /// `ENABLE_WORKREADY`
    WORKREADY = 0x4000_0000;
    /// `ENABLE_WORKNOTREADY`
    WORKNOTREADY = 0x8000_0000;
}

impl Mask {
    /// The mask as the number that goes over the wire; unsigned (a reader must also accept the
    /// signed form of 32 bits, which other servers send for `WORKNOTREADY`).
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The mask with these bits.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Both masks together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This mask, and the other one's bits if they are `wanted`.
    const fn with_if(self, wanted: bool, other: Self) -> Self {
        if wanted { self.with(other) } else { self }
    }

    /// Whether at least one of the other mask's bits is set here.
    pub const fn allows(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Mask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl BitAnd for Mask {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Either way of going not ready.
pub(super) const NOT_READY: Mask = Mask::NOTREADY.with(Mask::NOTREADY_WITH_REASON);
const LOG_OUT: Mask = Mask::LOGOUT.with(Mask::LOGOUT_WITH_REASON);
const DIAL: Mask = Mask::MAKECALL
    .with(Mask::INSIDE_MAKECALL)
    .with(Mask::OUTSIDE_MAKECALL);
const WORK: Mask = Mask::WORKREADY.with(Mask::WORKNOTREADY);

/// What everybody can do who is signed in, on a call or not.
const ALWAYS: Mask = Mask::STATISTICS.with(Mask::CHAT);

/// Calls to the supervisor.
const HELP: Mask = Mask::SUPERVISOR_ASSIST.with(Mask::EMERGENCY_CALL);

/// What an agent's buttons depend on beside its state.
#[derive(Clone, Copy, Debug)]
pub(super) struct AgentRights {
    /// There is somebody to ask for help.
    pub(super) has_supervisor: bool,
    /// The time of the after-call work at hand may begin anew.
    pub(super) can_extend: bool,
}

/// What a call's buttons depend on beside its state.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallRights {
    /// There is somebody to ask for help.
    pub(super) has_supervisor: bool,
    /// The agent may say how calls are to be filed.
    pub(super) can_file: bool,
    /// The call may be recorded.
    pub(super) can_record: bool,
}

/// What an agent in this state may do, `next_is_ready` telling what follows the call or wrap-up at hand.
///
/// - Signed out: sign in, nothing else.
/// - Not ready: ready, sign out, dial, and choose another reason.
/// - Ready: not ready only. Dialling and signing out start from not ready, so that no caller can be
///   given to an agent whose hands are full.
/// - Reserved: nothing; the call decides.
/// - On a call (talking, hold): choose what follows it or another reason for that, and ask for after-call work; no signing out.
/// - After-call work: leave it either way, change what follows it, or begin its time anew.
/// - Help can be called for where dialling is possible; on a call, the call's mask decides about it.
pub(super) const fn of_agent(state: AgentState, next_is_ready: bool, rights: AgentRights) -> Mask {
    let by_state = match state {
        AgentState::SignedOut => return Mask::LOGIN,
        AgentState::NotReady => {
            let usual = Mask::READY
                .with(LOG_OUT)
                .with(DIAL)
                .with(Mask::NOTREADY_WITH_REASON);
            usual.with_if(rights.has_supervisor, HELP)
        }
        AgentState::Ready => NOT_READY,
        AgentState::Reserved => Mask::NONE,
        AgentState::Talking | AgentState::Hold => {
            let change = if next_is_ready {
                NOT_READY
            } else {
                Mask::READY.with(Mask::NOTREADY_WITH_REASON)
            };
            change.with(WORK)
        }
        AgentState::WorkReady => Mask::READY
            .with(NOT_READY)
            .with(Mask::WORKNOTREADY)
            .with_if(rights.can_extend, Mask::WORKREADY),
        AgentState::WorkNotReady => Mask::READY
            .with(NOT_READY)
            .with(Mask::WORKREADY)
            .with_if(rights.can_extend, Mask::WORKNOTREADY),
    };
    by_state.with(ALWAYS)
}

/// How a call stands among the calls of one agent, as far as its buttons depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairing {
    /// The agent's only call, two parties.
    Alone,
    /// One of two calls that belong together: an original call and the consultation about it.
    Paired,
    /// A call of three or more parties.
    Conference,
    /// A call that nobody can be brought into now: somebody is on the way already, or it is full.
    Closed,
}

/// What the agent may do with a call in this state.
///
/// The vectors of the product brief f.1 hold: alerting has 0x1, established alone has 0x126, to which the
/// single-step commands add 0x480. A held call
/// can only be taken back. Of a consultation pair the connected call can be completed, alternated,
/// reconnected or released; the held one waits. A failed or dialled call can be released, and if it is a
/// consultation left for the caller; it is handed over only after an answer, which single-step transfer does
/// without. A call in conversation can be recorded, described for after it, and complained about; help can be called for
/// where a consultation is possible and there is a supervisor.
pub(super) const fn of_call(state: LegState, pairing: Pairing, rights: CallRights) -> Mask {
    let talk = Mask::RELEASE
        .with(Mask::BAD_LINE_CALL)
        .with_if(rights.can_record, Mask::RECORD)
        .with_if(rights.can_file, Mask::WRAPUP);
    let by_state = match (state, pairing) {
        (LegState::Coming, _) => return Mask::NONE,
        (LegState::Held, Pairing::Paired) => Mask::NONE,
        (LegState::Alerting, _) => Mask::ANSWER,
        (LegState::Dialling | LegState::Failed, Pairing::Paired) => Mask::RELEASE.with(Mask::RECONNECT),
        (LegState::Dialling | LegState::Failed, _) => Mask::RELEASE,
        (LegState::Connected, Pairing::Alone) => {
            let alone = talk
                .with(Mask::HOLD)
                .with(Mask::TRANSFER_INIT)
                .with(Mask::CONFERENCE_INIT)
                .with(Mask::SINGLE_STEP_TRANSFER)
                .with(Mask::SINGLE_STEP_CONFERENCE);
            alone.with_if(rights.has_supervisor, HELP)
        }
        (LegState::Connected, Pairing::Conference) => {
            talk.with(Mask::HOLD).with(Mask::SINGLE_STEP_CONFERENCE)
        }
        (LegState::Connected, Pairing::Closed) => talk.with(Mask::HOLD),
        (LegState::Connected, Pairing::Paired) => talk
            .with(Mask::TRANSFER_COMPLETE)
            .with(Mask::CONFERENCE_COMPLETE)
            .with(Mask::ALTERNATE)
            .with(Mask::RECONNECT),
        (LegState::Held, _) => Mask::RETRIEVE,
    };
    by_state.with(ALWAYS)
}

/// What may be done with a call that is over and whose after-call work is at hand: it can be filed.
pub(super) const KEPT: Mask = Mask::WRAPUP.with(ALWAYS);

/// What a supervisor may do with the agent that it monitors (CTI OS `SupervisorBtnEnablementMask`). A
/// mask of its own, whose bits mean other things than those of [`Mask`] (R78).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SupervisorMask(u32);

impl SupervisorMask {
    /// Nothing is enabled.
    pub const NONE: Self = Self(0);
    /// Sign the agent out (`ENABLE_SET_AGENT_LOGOUT`).
    pub const SET_AGENT_LOGOUT: Self = Self(0x1);
    /// Make the agent ready (`ENABLE_SET_AGENT_READY`).
    pub const SET_AGENT_READY: Self = Self(0x2);
    /// Join the agent's call (`ENABLE_BARGE_IN`; the reference has the same bit for
    /// `ENABLE_SILENTMONITOR`, R79, which this centre does not use).
    pub const BARGE_IN: Self = Self(0x4);
    /// Take the agent off the call that was joined (`ENABLE_INTERCEPT`).
    pub const INTERCEPT: Self = Self(0x8);
    /// Leave the call that was joined (`ENABLE_CLEAR`).
    pub const CLEAR: Self = Self(0x10);
    /// Listen to the agent's call (`ENABLE_START_SILENTMONITOR`).
    pub const START_SILENT_MONITOR: Self = Self(0x20);
    /// Stop listening (`ENABLE_STOP_SILENTMONITOR`).
    pub const STOP_SILENT_MONITOR: Self = Self(0x40);

    /// The mask as the number that goes over the wire.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// This mask, and the other one's bits if they are `wanted`.
    #[must_use]
    pub(super) const fn with_if(self, wanted: bool, other: Self) -> Self {
        if wanted { Self(self.0 | other.0) } else { self }
    }

    /// Whether at least one of the other mask's bits is set here.
    pub const fn allows(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_vectors_hold() {
        // The bits that are a call's alone: those below 0x2000 (`ENABLE_WRAPUP`).
        let of_call = |state| of_call(state, Pairing::Alone, call_rights(true)).bits() & 0x1FFF;
        let of_agent = |state, next| of_agent(state, next, agent_rights(true));
        assert_eq!(of_call(LegState::Alerting), 0x1);
        // 0x126 of the brief, and both single-step commands.
        assert_eq!(of_call(LegState::Connected), 0x126 | 0x480);
        assert_eq!(of_call(LegState::Held), Mask::RETRIEVE.bits());
        assert_eq!(of_agent(AgentState::SignedOut, false), Mask::LOGIN);
        assert!(!of_agent(AgentState::Talking, true).allows(LOG_OUT));
        assert!(of_agent(AgentState::NotReady, false).allows(Mask::LOGOUT_WITH_REASON));
        assert!(!of_agent(AgentState::Ready, true).allows(Mask::MAKECALL));
    }

    #[test]
    fn help_can_be_called_for_only_where_there_is_somebody() {
        for (has_supervisor, expected) in [(false, false), (true, true)] {
            let agent = of_agent(AgentState::NotReady, false, agent_rights(has_supervisor));
            let call = of_call(LegState::Connected, Pairing::Alone, call_rights(has_supervisor));
            assert_eq!((agent.allows(HELP), call.allows(HELP)), (expected, expected));
        }
        assert!(!of_agent(AgentState::Ready, true, agent_rights(true)).allows(HELP));
    }

    #[test]
    fn what_is_not_offered_has_no_bit() {
        let none = CallRights {
            has_supervisor: false,
            can_file: false,
            can_record: false,
        };
        let mask = of_call(LegState::Connected, Pairing::Alone, none);
        assert!(!mask.allows(Mask::WRAPUP | Mask::RECORD | HELP));
        for (state, own) in [
            (AgentState::WorkReady, Mask::WORKREADY),
            (AgentState::WorkNotReady, Mask::WORKNOTREADY),
        ] {
            for can_extend in [false, true] {
                let rights = AgentRights {
                    has_supervisor: true,
                    can_extend,
                };
                assert_eq!(of_agent(state, true, rights).allows(own), can_extend);
            }
        }
    }

    fn agent_rights(has_supervisor: bool) -> AgentRights {
        AgentRights {
            has_supervisor,
            can_extend: false,
        }
    }

    fn call_rights(has_supervisor: bool) -> CallRights {
        CallRights {
            has_supervisor,
            can_file: true,
            can_record: true,
        }
    }
}
