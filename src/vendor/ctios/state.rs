//! Enumerations on the wire that tell of agents and calls, and what their members are called in the domain.
//!
//! Lives here: states, connection statuses, modes, kinds of streams and of wrap-up data, by number and name.
//! May not be here: what a state allows (the mask says), what follows from one, failures ([`super::failure`]).
//! A number or name that is not documented is no state: the last one known stays (decision D15).
//! The numbers of the connection statuses are those of the CTI Server messages; the event document has names only.

use crate::domain::agent::{AgentState, ChangedBy};
use crate::domain::call::Stage;
use crate::domain::settings::WrapUpData;
use crate::domain::skills::Assignable;
use crate::domain::telephony::{StreamDirection, StreamKind};
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
/// Number of wrap-up that ends in not ready, as a command asks for it.
pub const WORK_NOT_READY: i64 = 5;
/// Number of wrap-up that ends in ready, as a command asks for it.
pub const WORK_READY: i64 = 6;

/// Who or what changed a state, by the hub contract's words; a supervisor is named beside the word.
pub const CHANGED_BY: [(&str, ChangedBy); 6] = [
    ("agent", ChangedBy::Agent),
    ("supervisor", ChangedBy::Supervisor(None)),
    ("call", ChangedBy::Call),
    ("timer", ChangedBy::Timer),
    ("noanswer", ChangedBy::NoAnswer),
    ("system", ChangedBy::System),
];

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

/// The connection statuses. The document does not name `LCS_QUEUED`; the CTI Server messages have it.
pub const CONNECTION_STATUSES: [(i64, &str, ConnectionStatus); 7] = [
    (0, "LCS_NULL", ConnectionStatus::Null),
    (1, "LCS_INITIATE", ConnectionStatus::Initiate),
    (2, "LCS_ALERTING", ConnectionStatus::Alerting),
    (3, "LCS_CONNECT", ConnectionStatus::Connect),
    (4, "LCS_HELD", ConnectionStatus::Held),
    (5, "LCS_QUEUED", ConnectionStatus::Queued),
    (6, "LCS_FAIL", ConnectionStatus::Fail),
];

/// Whether wrap-up data are wanted after an incoming call.
pub const WRAP_UP_INCOMING: [(i64, &str, WrapUpData); 4] = [
    (0, "Required", WrapUpData::Required),
    (1, "Optional", WrapUpData::Optional),
    (2, "Not allowed", WrapUpData::NotAllowed),
    (3, "Required With WrapupData", WrapUpData::RequiredWithData),
];

/// Whether wrap-up data are wanted after an outgoing call.
pub const WRAP_UP_OUTGOING: [(i64, &str, WrapUpData); 3] = [
    (0, "Required", WrapUpData::Required),
    (1, "Optional", WrapUpData::Optional),
    (2, "Not allowed", WrapUpData::NotAllowed),
];

/// The agent's mode: whether the router may send calls. It is the mode that the agent is in, although the
/// document says "not in" (irregularity C28).
pub const AGENT_MODES: [(i64, &str, bool); 2] = [(0, "ROUTABLE", true), (1, "NOT ROUTABLE", false)];

/// By whom an agent can be given a task.
pub const AVAILABILITIES: [(i64, &str, Assignable); 3] = [
    (0, "NOT AVAILABLE", Assignable::No),
    (1, "ICM AVAILABLE", Assignable::ByRouter),
    (2, "APPLICATION AVAILABLE", Assignable::ByApplication),
];

/// Which way a media stream goes.
pub const STREAM_DIRECTIONS: [(i64, &str, StreamDirection); 3] = [
    (0, "Input", StreamDirection::In),
    (1, "Output", StreamDirection::Out),
    (2, "Bi-directional", StreamDirection::Both),
];

/// What a media stream carries.
pub const STREAM_KINDS: [(i64, &str, StreamKind); 3] = [
    (0, "Audio", StreamKind::Audio),
    (1, "Video", StreamKind::Video),
    (2, "Data", StreamKind::Data),
];

/// Names for "not applicable or not available" (rule R75).
const NULLS: [&str; 2] = ["NULL_SERVICE", "NULL_SKILL_GROUP"];

/// The number of a service or skill group; `Some(None)` when the value says that there is none (rule R75).
///
/// The document gives the null values no number: the servers send all bits set, signed or unsigned.
#[allow(
    clippy::option_option,
    reason = "the domain's updates tell \"not said\" from \"none\" this way"
)]
pub fn group_number(value: Value<'_>) -> Option<Option<i64>> {
    match value {
        Value::Null => Some(None),
        Value::Text(text) if NULLS.into_iter().any(|null| text.is(null)) => Some(None),
        value => value
            .integer()
            .map(|number| (!matches!(number, -1 | 0xFFFF_FFFF)).then_some(number)),
    }
}

/// The line of a phone; `None` when it is not known (rule R77).
pub fn line(value: Value<'_>) -> Option<u16> {
    let line = u16::try_from(value.integer()?).ok()?;
    (line != 0xFFFF).then_some(line)
}

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

/// The member that a value names, by number or by name.
pub fn look_up<T: Copy>(members: &[(i64, &str, T)], value: Value<'_>) -> Option<T> {
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
    fn r75_null_values_stand_for_nothing() {
        for null in [
            Value::Null,
            Value::Number("-1"),
            Value::Number("4294967295"),
            Value::Text(Text::plain("null_skill_group")),
            Value::Text(Text::plain("NULL_SERVICE")),
        ] {
            assert_eq!(group_number(null), Some(None), "{null:?}");
        }
        assert_eq!(group_number(Value::Number("0")), Some(Some(0)));
        assert_eq!(group_number(Value::Text(Text::plain("x"))), None);
    }

    #[test]
    fn r77_a_line_of_all_ones_is_not_known() {
        assert_eq!(line(Value::Number("65535")), None);
        assert_eq!(line(Value::Number("-1")), None);
        assert_eq!(line(Value::Number("2")), Some(2));
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
