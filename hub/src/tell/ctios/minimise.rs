//! Call events with the fewest parameters.
//!
//! Lives here: the table of what is left of each event when the servers' `MinimizeEventArgs` is set (R92),
//! and the reduction. May not live here: the events themselves; they are written in full and reduced.
//! Where an agent is on the device, which is always so at a desk, the filter target is added to every
//! event of the table (R93). `InvokeID` stays: it is the hub's, and answers would be lost without it.

use serde_json::{Map, Value};

use super::CtiEvent;

/// What the table has for each event: the fields that stay besides those that always do.
const TABLE: [(&str, Kept); 14] = [
    ("OnCallRetrieved", Kept::Only(&[])),
    ("OnCallHeld", Kept::Only(&[])),
    ("OnCallConnectionCleared", Kept::Only(&[])),
    ("OnCallTransferred", Kept::Data),
    ("OnCallConferenced", Kept::Data),
    ("OnCallBegin", Kept::Data),
    ("OnCallDataUpdate", Kept::Data),
    ("OnCallDiverted", Kept::Data),
    ("OnCallEstablished", Kept::Only(LINE)),
    ("OnCallDelivered", Kept::Only(LINE)),
    ("OnCallServiceInitiatedEvent", Kept::Only(LINE)),
    ("OnCallOriginated", Kept::Only(LINE)),
    (
        "OnControlFailureConf",
        Kept::Only(&["PeripheralErrorCode", "ErrorMessage", "FailureCode"]),
    ),
    ("OnCallFailed", Kept::Only(&["ErrorMessage", "FailureCode"])),
];

/// `OnCallEnd` and `OnSnapshotCallConf` have rows of their own kind.
const END: &str = "OnCallEnd";
const SNAPSHOT: &str = "OnSnapshotCallConf";

/// What stays in every event of the table.
const ALWAYS: [&str; 5] = [
    "EnablementMask",
    "ICMEnterpriseUniqueID",
    "UniqueObjectID",
    "CallStatus",
    "InvokeID",
];

/// What belongs to the line and the skill group that a call is on.
const LINE: &[&str] = &[
    "SkillGroupID",
    "SkillGroupNumber",
    "SkillGroupPriority",
    "ServiceID",
    "ServiceNumber",
    "LineType",
];

/// What a snapshot of a call leaves out; everything else stays.
const NOT_IN_SNAPSHOT: [&str; 6] = [
    "ICMEnterpriseUniqueID",
    "CallConnectionCallID",
    "CallConnectionDeviceIDType",
    "CallConnectionDeviceID",
    "CallDeviceConnectionState",
    "CallDeviceType",
];

/// What stays of an event.
#[derive(Clone, Copy)]
enum Kept {
    /// These fields.
    Only(&'static [&'static str]),
    /// Everything that a data update may hold; the reference's own list of it is cut off.
    Data,
}

/// What an event is reduced to for the desk of the agent with this object id. What is not in the table is
/// left as it is.
pub fn reduced(event: CtiEvent, agent_object: &str) -> CtiEvent {
    let row = TABLE
        .iter()
        .find(|(name, _)| *name == event.name)
        .map(|(_, kept)| *kept);
    if row.is_none() && event.name != END && event.name != SNAPSHOT {
        return event;
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(&event.arguments) else {
        return event;
    };
    keep(&mut fields, row, event.name);
    fields.insert("CTIOS_FILTERTARGET".to_owned(), agent_object.into());
    CtiEvent {
        name: event.name,
        arguments: Value::Object(fields).to_string().into(),
    }
}

fn keep(fields: &mut Map<String, Value>, row: Option<Kept>, name: &str) {
    fields.retain(|field, _| match row {
        Some(Kept::Data) => true,
        Some(Kept::Only(more)) => ALWAYS.contains(&field.as_str()) || more.contains(&field.as_str()),
        None if name == SNAPSHOT => !NOT_IN_SNAPSHOT.contains(&field.as_str()),
        None => ALWAYS.contains(&field.as_str()),
    });
}
