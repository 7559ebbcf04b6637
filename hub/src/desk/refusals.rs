//! The scenario in which every command is refused once.
//!
//! Lives here: which failure code is fitting for each command, and who has met which refusal already.
//! May not be here: refusals for a reason; those are the centre's.
//! The first command of each kind fails at each agent's desk, whatever would have become of it.
//! What is asked for once more is taken or refused on its merits.

use crate::centre::{Command, FailureCode, Guid, Refusal, RequestedState};
use std::collections::BTreeSet;

const TEXT: &str = "This is refused once here, as the scenario wants it. Try again";

/// Who has met which refusal.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    met: BTreeSet<(Guid, &'static str)>,
}

impl Refusals {
    /// The refusal that this command meets now, if it is the agent's first of its kind.
    pub(super) fn refuse(&mut self, agent: Guid, command: &Command) -> Option<Refusal> {
        let (kind, code) = kind_of(command);
        self.met.insert((agent, kind)).then_some(Refusal::new(code, TEXT))
    }
}

/// What kind of command it is, and a documented code that fits it.
fn kind_of(command: &Command) -> (&'static str, FailureCode) {
    use FailureCode as F;
    match command {
        Command::Login { .. } => ("Login", F::DeviceInUse),
        Command::Logout { .. } => ("Logout", F::InvalidObjectState),
        Command::SetAgentState(RequestedState::Ready) => ("Ready", F::InvalidObjectState),
        Command::SetAgentState(RequestedState::NotReady(_)) => ("NotReady", F::InvalidObjectState),
        Command::SetAgentState(RequestedState::WorkReady) => ("WorkReady", F::InvalidAgentWorkMode),
        Command::SetAgentState(RequestedState::WorkNotReady) => ("WorkNotReady", F::InvalidAgentWorkMode),
        Command::Answer(_) => ("Answer", F::InvalidCallId),
        Command::Clear(_) => ("Clear", F::NotCallParty),
        Command::ClearConnection(_) => ("ClearConnection", F::NotCallParty),
        Command::Hold(_) => ("Hold", F::InvalidObjectState),
        Command::Retrieve(_) => ("Retrieve", F::InvalidObjectState),
        Command::MakeCall { .. } => ("MakeCall", F::Timeout),
        Command::SendDtmf { .. } => ("SendDTMF", F::InvalidDigits),
        Command::Alternate(_) => ("Alternate", F::InvalidObjectState),
        Command::Reconnect(_) => ("Reconnect", F::InvalidObjectState),
        Command::MakeConsultCall { .. } => ("MakeConsultCall", F::Timeout),
        Command::Transfer(_) => ("Transfer", F::InvalidObjectState),
        Command::SingleStepTransfer { .. } => ("SingleStepTransfer", F::InvalidDigits),
        Command::Conference(_) => ("Conference", F::InvalidNumParties),
        Command::SingleStepConference { .. } => ("SingleStepConference", F::InvalidNumParties),
        Command::SetCurrentCall(_) => ("SetCurrentCall", F::InvalidCallId),
        Command::StartRecord(_) => ("StartRecord", F::FunctionNotAvailable),
        Command::StopRecord(_) => ("StopRecord", F::FunctionNotAvailable),
        Command::SetCallData { change, .. } if change.wrap_up().is_some() => ("Wrap-up", F::ValueTooLong),
        Command::SetCallData { .. } => ("SetCallData", F::ProtectedVariable),
        Command::SupervisorAssist(_) => ("MakeSupervisorAssistCall", F::SupervisorNotFound),
        Command::EmergencyCall(_) => ("MakeEmergencyCall", F::TeamNotFound),
        Command::ReportBadLine(_) => ("ReportBadCallLine", F::NoCallActive),
        Command::Chat { .. } => ("SendChatMessage", F::InvalidDistributionType),
        Command::ListSkillGroups => ("RequestSkillGroupList", F::FunctionNotAvailable),
        Command::EnableFigures(_) => ("EnableStatistics", F::InvalidSkillGroup),
        Command::DisableFigures(_) => ("DisableStatistics", F::InvalidSkillGroup),
        Command::Supervise(_) => ("Supervise", F::FunctionNotAvailable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centre::{CallId, GuidOf};

    #[test]
    fn each_kind_is_refused_once_at_each_desk() {
        let agent = |number| Guid::derived(1, GuidOf::Agent, number);
        let mut refusals = Refusals::default();
        let hold = Command::Hold(CallId::new(1));
        let retrieve = Command::Retrieve(CallId::new(1));
        for desk in [agent(1), agent(2)] {
            for command in [&hold, &retrieve] {
                let refusal = refusals.refuse(desk, command).expect("the first one");
                assert_eq!(refusal.code, FailureCode::InvalidObjectState);
                assert_eq!(refusals.refuse(desk, command), None);
            }
        }
        let another = Command::Hold(CallId::new(2));
        assert_eq!(refusals.refuse(agent(1), &another), None, "the kind is the same");
    }
}
