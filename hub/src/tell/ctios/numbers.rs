//! The numbers and object ids of CTI OS.
//!
//! Lives here: states, statuses, types and ids as they stand on the wire. May not live here: events.
//! Numbers of call types, line types and call statuses are those of Cisco's CTI Server Message Reference
//! Guide, since the CTI OS reference names them only.

use crate::centre::{Agent, AgentState, CallId, CallKind, Direction, LegState, QueueId};

/// The one peripheral (ACD) of this centre.
pub(super) const PERIPHERAL: u32 = 5_000;

/// Cisco's number for a peripheral without an ACD of its own (Unified CCE).
pub(super) const PERIPHERAL_TYPE: u32 = 17;

/// The number of an agent state (CTI OS `AgentState`).
pub const fn state_number(state: AgentState) -> u8 {
    match state {
        AgentState::SignedOut => 1,
        AgentState::NotReady => 2,
        AgentState::Ready => 3,
        AgentState::Talking => 4,
        AgentState::WorkNotReady => 5,
        AgentState::WorkReady => 6,
        AgentState::Reserved => 8,
        AgentState::Hold => 10,
    }
}

/// Logged on, not yet in any other state (`eLogin`).
pub(super) const LOGGED_ON: u8 = 0;

/// The number of a call status (`LCS_…`, R59).
pub(super) const fn status_number(state: LegState) -> u8 {
    match state {
        LegState::Coming | LegState::Alerting => 2,
        LegState::Dialling => 1,
        LegState::Connected => 3,
        LegState::Held => 4,
        LegState::Failed => 6,
    }
}

/// No connection (`LCS_NULL`).
pub(super) const STATUS_NULL: u8 = 0;

/// The number of a call's type. It says how the agent came to the call: a conference and its parties keep theirs.
pub(super) const fn call_type(kind: CallKind, direction: Direction) -> u8 {
    match (kind, direction) {
        (CallKind::Service, Direction::In) => 1,
        // Passed on to the agent.
        (CallKind::Outgoing, Direction::In) => 4,
        (CallKind::Outgoing, Direction::Out) => 9,
        (CallKind::Inside, _) => 10,
        // The agent's consultation has become the call that it was about.
        (CallKind::Service | CallKind::Consultation, Direction::Out) => 12,
        (CallKind::Consultation, Direction::In) => 13,
    }
}

pub(super) const fn line_type(kind: CallKind, direction: Direction) -> u8 {
    match (kind, direction) {
        (CallKind::Service, Direction::In) => 0,
        (CallKind::Inside | CallKind::Consultation, _) => 2,
        (CallKind::Service | CallKind::Outgoing, _) => 3,
    }
}

/// The object id of a call on the wire (`UniqueObjectID`).
pub fn call_object(call: CallId) -> String {
    format!("call.{PERIPHERAL}.{}", call.number())
}

/// Reads the object id of a call.
pub(super) fn parse_call_object(text: &str) -> Option<CallId> {
    let rest = text.strip_prefix("call.")?;
    let (peripheral, number) = rest.split_once('.')?;
    (peripheral.parse() == Ok(PERIPHERAL)).then_some(())?;
    number.parse().ok().map(CallId::new)
}

/// The object id of an agent on the wire (`UniqueObjectID`).
pub fn agent_object(agent: &Agent) -> String {
    format!("agent.{PERIPHERAL}.{}", agent.login)
}
/// The number of a skill group or service; -1 stands for `NULL_SERVICE` and `NULL_SKILL_GROUP` (R75).
pub(super) fn skill_number(queue: Option<QueueId>) -> i64 {
    queue.map_or(-1, |queue| i64::from(queue.number()) + 1)
}

pub(super) fn skill_id(queue: Option<QueueId>) -> i64 {
    queue.map_or(-1, |queue| i64::from(PERIPHERAL) + i64::from(queue.number()) + 1)
}

/// The login id in what names an agent: the login id itself, or the agent's object id.
pub(super) fn login_in(text: &str) -> &str {
    text.strip_prefix("agent.")
        .and_then(|rest| rest.split_once('.'))
        .map_or(text, |(_, login)| login)
}

/// The queue (skill group) of this number on the wire.
pub(super) fn queue_numbered(number: u32) -> Option<QueueId> {
    number.checked_sub(1).map(QueueId::new)
}

/// An extension as the number that some events have for a device (C06).
pub(super) fn device_number(extension: &str) -> u64 {
    extension.parse().unwrap_or_default()
}
