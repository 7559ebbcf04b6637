//! Agent states and connection statuses on the wire, and what they are called in the domain.
//!
//! Lives here: `AgentState` (eleven members) and `LCS_…` by number and by documented name.
//! May not be here: what a state allows (the mask says), and what follows from one.
//! A number or name that is not documented is no state: the last one known stays (decision D15).
//! The numbers of the connection statuses are those of the CTI Server messages; the event document has names only.

use crate::domain::agent::AgentState;
use crate::domain::call::Stage;
use crate::vendor::json::Value;

/// The agent states by number, with their documented names.
pub const AGENT_STATES: [(i64, &str, AgentState); 11] = [
    // Logged on; what the agent is ready for is told next.
    (0, "eLogin", AgentState::NotReady),
    (1, "eLogout", AgentState::SignedOut),
    (2, "eNotReady", AgentState::NotReady),
    (3, "eAvailable", AgentState::Ready),
    (4, "eTalking", AgentState::Talking),
    (
        5,
        "eWorkNotReady",
        AgentState::WrapUp {
            ready_after: Some(false),
        },
    ),
    (
        6,
        "eWorkReady",
        AgentState::WrapUp {
            ready_after: Some(true),
        },
    ),
    (7, "eBusyOther", AgentState::BusyOther),
    (8, "eReserved", AgentState::Reserved),
    (9, "eUnknown", AgentState::Unknown),
    (10, "eHold", AgentState::OnHold),
];

/// Number of the state that makes an agent ready, as a command asks for it.
pub const READY: i64 = 3;
/// Number of the state that makes an agent not ready, as a command asks for it.
pub const NOT_READY: i64 = 2;

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// `LCS_NULL`: there is none (any more).
    Null,
    /// `LCS_INITIATE`: being made.
    Initiate,
    /// `LCS_ALERTING`: ringing at the called party.
    Alerting,
    /// `LCS_CONNECT`: talking.
    Connect,
    /// `LCS_HELD`: on hold.
    Held,
    /// `LCS_QUEUED`: waiting for a resource.
    Queued,
    /// `LCS_FAIL`: could not be completed.
    Fail,
}

const CONNECTION_STATUSES: [(i64, &str, ConnectionStatus); 7] = [
    (0, "LCS_NULL", ConnectionStatus::Null),
    (1, "LCS_INITIATE", ConnectionStatus::Initiate),
    (2, "LCS_ALERTING", ConnectionStatus::Alerting),
    (3, "LCS_CONNECT", ConnectionStatus::Connect),
    (4, "LCS_HELD", ConnectionStatus::Held),
    (5, "LCS_QUEUED", ConnectionStatus::Queued),
    (6, "LCS_FAIL", ConnectionStatus::Fail),
];

impl ConnectionStatus {
    /// The stage of a call whose connection stands so (rule R59); a queued one is merely known to exist.
    pub fn stage(self) -> Stage {
        match self {
            ConnectionStatus::Null => Stage::Ended,
            ConnectionStatus::Initiate => Stage::Dialling,
            ConnectionStatus::Alerting => Stage::Alerting,
            ConnectionStatus::Connect => Stage::Connected,
            ConnectionStatus::Held => Stage::Held,
            ConnectionStatus::Queued => Stage::Begun,
            ConnectionStatus::Fail => Stage::Failed,
        }
    }
}

/// The agent state that a value stands for.
pub fn agent_state(value: Value<'_>) -> Option<AgentState> {
    look_up(&AGENT_STATES, value)
}

/// The connection status that a value stands for.
pub fn connection_status(value: Value<'_>) -> Option<ConnectionStatus> {
    look_up(&CONNECTION_STATUSES, value)
}

fn look_up<T: Copy>(members: &[(i64, &str, T)], value: Value<'_>) -> Option<T> {
    let number = value.integer();
    members
        .iter()
        .find(|(known, name, _)| {
            number == Some(*known) || matches!(value, Value::Text(text) if text.is(name))
        })
        .map(|(_, _, member)| *member)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::json::Text;

    #[test]
    fn all_eleven_agent_states_are_known_by_number_and_name() {
        for (place, (number, name, state)) in (0..).zip(AGENT_STATES) {
            assert_eq!(number, place);
            assert_eq!(agent_state(Value::Number(&number.to_string())), Some(state));
            assert_eq!(
                agent_state(Value::Text(Text::plain(&number.to_string()))),
                Some(state)
            );
            assert_eq!(agent_state(Value::Text(Text::plain(name))), Some(state));
        }
        assert_eq!(agent_state(Value::Number("11")), None);
        assert_eq!(agent_state(Value::Null), None);
    }

    #[test]
    fn c04_statuses_are_known_in_either_case() {
        let status = connection_status(Value::Text(Text::plain("LCS_Fail")));
        assert_eq!(status, Some(ConnectionStatus::Fail));
        assert_eq!(
            connection_status(Value::Number("2")).map(ConnectionStatus::stage),
            Some(Stage::Alerting)
        );
    }
}
