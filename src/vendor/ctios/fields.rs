//! The documented fields and what kind of value each has.
//!
//! Lives here: every field's name with its [`Kind`], and the parameters of the table of minimised events.
//! May not be here: which event has which field ([`super::events`]), and what a field means.
//! A field that no record reads is checked by its kind all the same: a text for a number is counted, not lost.
//! Names are read without regard to case and with or without `CTIOS_`, the prefix of the parameters' constants.

use crate::vendor::json::{Key, Name, Value};
use std::borrow::Cow;

/// What kind of value a field has. Integers of any width are one kind (irregularity C06).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, or the name of an enumeration's member.
    Integer,
    /// A text; a number is taken as it is written.
    Text,
    /// A number in some events and a text in others (irregularity C06).
    Either,
    /// Yes or no.
    Flag,
    /// Nested Arguments, or an array of them.
    Nested,
    /// The document does not say.
    Any,
}

impl Kind {
    /// Whether a value can be read as this kind. Null says that there is no value, whatever the kind.
    pub fn suits(self, value: Value<'_>) -> bool {
        match (self, value) {
            (Kind::Any, _) | (_, Value::Null) => true,
            // The name of a member, like NULL_SERVICE, stands for its number (rule R75).
            (Kind::Integer, Value::Text(text)) => {
                value.integer().is_some()
                    || text
                        .raw()
                        .starts_with(|letter: char| letter.is_ascii_alphabetic())
            }
            (Kind::Integer, value) => value.integer().is_some(),
            (Kind::Text | Kind::Either, value) => value.text().is_some(),
            (Kind::Flag, value) => value.flag().is_some(),
            (Kind::Nested, value) => matches!(value, Value::Object(_) | Value::Array(_)),
        }
    }
}

macro_rules! fields {
    ($($kind:ident: $($name:literal)*;)*) => {
        /// Every documented field with its kind, but for those of numbered groups ([`GROUPS`]).
        pub static FIELDS: &[(&str, Kind)] = &[$($(($name, Kind::$kind),)*)*];

        static NAMES: &[Name] = &Name::table([$($($name,)*)*]);
    };
}

fields! {
    Integer:
        "AgentAvailabilityStatus" "AgentFlags" "AgentMode" "AgentState" "AutoRecordOnEmergency" "BitRate"
        "CallConnectionCallID" "CallConnectionDeviceIDType" "CallDeviceConnectionState" "CallDeviceType"
        "CallStatus" "CallType" "CallTypeIDTag" "CalledDeviceIDType" "CalledDeviceType" "CallingDeviceIDType"
        "ClientPort" "ConfigOperation" "ConnectionCallID" "ConnectionDeviceIDType"
        "ConsecutiveMissedHeartbeats" "DeskSettingsMask" "Direction" "DivertingDeviceType" "EchoCancellation"
        "EmergencyCallMethod" "EnablementMask" "EventCause" "EventReasonCode" "EventTime" "FailureCode"
        "HeartbeatInterval" "HeartbeatTimeout" "ICMAgentID" "InvokeID" "LastRedirectedDeviceIDType"
        "LineHandle" "LineType" "LocalConnectionState" "LogoutNonActivityTime" "MRDID" "MaxTaskLimit"
        "MessageID" "MessageType" "MonitorID" "MonitoringIPPort" "NewConnectionCallID"
        "NewConnectionDeviceIDType" "NumCallDevices" "NumCalls" "NumNamedArrays" "NumNamedVariables"
        "NumQueued" "NumSkillGroups" "NumTasks" "PacketSize" "PayloadType" "PeripheralErrorCode"
        "PeripheralType" "PreCallInvokeIDTag" "QualityRecordingRate" "QueuedDeviceIDType" "RTPType"
        "ReasonCode" "RecordingMode" "RingNoAnswerDN" "RingNoAnswerTime" "RouterCalKeyCallID"
        "RouterCallKeyCallID" "RouterCallKeyDay" "RouterCallKeySequenceNumber" "SMSessionKey" "ServiceID"
        "ServiceNumber" "SessionID" "SilentMonitorAudibleIndication" "SilentMonitorCallDisposition"
        "SilentMonitorWarningMessage" "SkillGroupID" "SkillGroupNumber" "SkillGroupPriority"
        "SkillGroupState" "StateDuration" "StatusCode" "SupervisorAssistCallMethod"
        "SupervisorBtnEnablementMask" "SystemEventArg1" "SystemEventID" "TrunkGroupNumber" "TrunkNumber"
        "TrunkUsedDeviceIDType" "WorkModeTimer" "WrapupDataIncomingMode" "WrapupDataOutgoingMode" "iEventID";
    Text:
        "ANI" "AgentExtension" "AgentFirstName" "AgentID" "AgentInstrument" "AgentLastName" "AgentName"
        "AgentReference" "BargedInCallID" "CTIClientSignature" "CallConnectionDeviceID" "CallVariable1"
        "CallVariable2" "CallVariable3" "CallVariable4" "CallVariable5" "CallVariable6" "CallVariable7"
        "CallVariable8" "CallVariable9" "CallVariable10" "CallWrapupData" "CalledDeviceID"
        "CallerEnteredDigits" "CallingDeviceID" "ClientAddress" "ClientID" "CurrentServer"
        "CustomerAccountNumber" "CustomerPhoneNumber" "DNIS" "DeviceID" "DialedNumber" "Distribution"
        "DivertingDeviceID" "ErrorMessage" "FailedServer" "ICMEnterpriseUniqueID" "LastRedirectedDeviceID"
        "Message" "MonitoredUniqueObjectID" "MonitoringIPAddress" "NewConnectionDeviceID"
        "OriginatingClientID" "OriginatingServerID" "QueuedDeviceID" "SilentMonitorCallUID"
        "SilentMonitorInitiatingAgentUID" "SilentMonitorInitiatingDeviceID" "SilentMonitorTargetAgentUID"
        "SilentMonitorTargetDeviceID" "SkillGroupName" "Source" "SupervisorAgentState" "SupervisorID"
        "SupervisorKey" "Target" "TargetCILClientID" "TrunkUsedDeviceID" "UniqueObjectID" "UserToUserInfo";
    Either: "ConnectionDeviceID" "PeripheralID";
    Flag: "DoDefaultMessageHandling";
    Nested: "CTIClients" "ECC" "ValidCalls" "rArgs";
    Any: "CTIOS_MONITORED" "MessageHeader" "args" "eventArgs" "sender";
    // Parameters that only the table of minimised events has: names of constants without types.
    Any:
        "AddedPartyDeviceID" "AddedPartyDeviceIDFull" "AlertingDeviceID" "AlertingDeviceIDFull"
        "AnsweringDeviceID" "AnsweringDeviceIDFull" "CalledDeviceIDFull" "CallingDeviceIDFull" "CampaignID"
        "ControllerDeviceID" "ControllerDeviceIDFull" "DeviceUniqueObjectID" "DivertingDeviceIDFull"
        "FilterTarget" "HoldingDeviceID" "HoldingDeviceIDFull" "IsTransferController" "MeasuredCallQTime"
        "NumParties" "PrimaryCallID" "PrimaryDeviceID" "PrimaryDeviceIDFull" "QueryRuleID"
        "ReleasingDeviceID" "ReleasingDeviceIDFull" "RetrievingDeviceID" "RetrievingDeviceIDFull"
        "SecondaryCallID" "SecondaryDeviceID" "SecondaryDeviceIDFull" "TransferredDeviceID"
        "TransferredDeviceIDFull" "TransferringDeviceID" "TransferringDeviceIDFull";
}

/// What the hub contract adds to the documented fields, since nothing documented tells it.
pub const ADDED: [&str; 5] = [
    "NextAgentState",
    "NextEventReasonCode",
    "NextAgentStateByID",
    "StateChangedBy",
    "StateChangedByID",
];

/// Beginnings of the names of nested Arguments that are numbered.
pub const GROUPS: [&str; 2] = ["SkillGroup[", "ConnectedParty["];

/// The prefix of the constants by which the document names parameters.
const PREFIX: &str = "CTIOS_";

/// The documented field that a key names, with its name as documented.
pub fn find(key: &Key<'_>) -> Option<(&'static str, Kind)> {
    Name::find(NAMES, key).and_then(|number| FIELDS.get(usize::from(number)).copied())
}

/// Whether a key names a member of a numbered group: `SkillGroup[2]`.
pub fn is_group(name: &str) -> bool {
    GROUPS.into_iter().any(|group| starts_with(name, group))
}

/// The key under its plain name, where it bears the prefix of the parameters' constants.
pub fn unprefixed<'a>(key: &Key<'a>) -> Option<Key<'a>> {
    if !starts_with(&key.name, PREFIX) {
        return None;
    }
    let plain = match &key.name {
        Cow::Borrowed(name) => Cow::Borrowed(name.get(PREFIX.len()..)?),
        Cow::Owned(name) => Cow::Owned(name.get(PREFIX.len()..)?.to_owned()),
    };
    Some(Key::new(plain))
}

/// The prefix of the names of expanded call data.
pub(crate) const EXPANDED: &str = "user.";

/// Whether a field of a call's data bears a name that a desk can set it by: a call variable's or expanded data's.
pub(crate) fn is_call_data(name: &str) -> bool {
    starts_with(name, "CallVariable") || starts_with(name, EXPANDED)
}

/// Whether `name` starts with `beginning`, without regard to case.
pub fn starts_with(name: &str, beginning: &str) -> bool {
    name.get(..beginning.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

/// One row of the table of minimised events: what is left of an event's parameters when the server saves
/// bandwidth (rule R92).
#[derive(Debug, Clone, Copy)]
pub struct Minimised {
    /// The events, by the names of their numbers.
    pub events: &'static [&'static str],
    /// The parameters of its own that each of them has, by the names of their constants.
    pub own: &'static [&'static str],
    /// Further ones that it shares with others.
    pub shared: &'static [&'static [&'static str]],
    /// `own` are the parameters left out and all others remain.
    pub excludes: bool,
}

/// What the rows have in common. The status is left out after a call has failed (rule R55), the filter's
/// target comes while an agent is on the device (rule R93).
const ALWAYS: &[&str] = &[
    "CTIOS_ENABLEMENTMASK",
    "CTIOS_ICMENTERPRISEUNIQUEID",
    "CTIOS_UNIQUEOBJECTID",
    "CTIOS_DEVICEUNIQUEOBJECTID",
    "CTIOS_FILTERTARGET",
    "CTIOS_CALLSTATUS",
];
/// Whatever changed of the call's data; the document breaks off before it says which.
const DATA: &[&str] = &["GenerateCallDataUpdateArgs()"];
const DIVERTING: &[&str] = &["CTIOS_DIVERTINGDEVICEID", "CTIOS_DIVERTINGDEVICEIDFULL"];
const PARTIES: &[&str] = &[
    "CTIOS_PRIMARYCALLID",
    "CTIOS_SECONDARYCALLID",
    "CTIOS_NUMPARTIES",
    "ConnectedParty[PartyNumber]",
];
const ROUTED: &[&str] = &[
    "CTIOS_CALLINGDEVICEID",
    "CTIOS_CALLINGDEVICEIDFULL",
    "CTIOS_CALLEDDEVICEID",
    "CTIOS_CALLEDDEVICEIDFULL",
    "CTIOS_SKILLGROUPID",
    "CTIOS_SKILLGROUPNUMBER",
    "CTIOS_SKILLGROUPPRIORITY",
    "CTIOS_SERVICEID",
    "CTIOS_SERVICENUMBER",
    "CTIOS_LINETYPE",
    "CTIOS_MEASUREDCALLQTIME",
    "CTIOS_CAMPAIGNID",
    "CTIOS_QUERYRULEID",
];

const fn row(
    events: &'static [&'static str],
    own: &'static [&'static str],
    shared: &'static [&'static [&'static str]],
) -> Minimised {
    Minimised {
        events,
        own,
        shared,
        excludes: false,
    }
}

/// The table of minimised events, row by row.
pub const MINIMISED: [Minimised; 14] = [
    row(
        &["eCallRetrievedEvent"],
        &["CTIOS_RETRIEVINGDEVICEID", "CTIOS_RETRIEVINGDEVICEIDFULL"],
        &[ALWAYS],
    ),
    row(
        &["eCallHeldEvent"],
        &["CTIOS_HOLDINGDEVICEID", "CTIOS_HOLDINGDEVICEIDFULL"],
        &[ALWAYS],
    ),
    row(
        &["eCallConnectionClearedEvent"],
        &["CTIOS_RELEASINGDEVICEID", "CTIOS_RELEASINGDEVICEIDFULL"],
        &[ALWAYS],
    ),
    row(
        &["eCallTransferredEvent"],
        &[
            "CTIOS_TRANSFERRINGDEVICEID",
            "CTIOS_TRANSFERRINGDEVICEIDFULL",
            "CTIOS_TRANSFERREDDEVICEID",
            "CTIOS_TRANSFERREDDEVICEIDFULL",
            "CTIOS_ISTRANSFERCONTROLLER",
        ],
        &[PARTIES, DATA, ALWAYS],
    ),
    row(
        &["eCallConferencedEvent"],
        &[
            "CTIOS_CONTROLLERDEVICEID",
            "CTIOS_CONTROLLERDEVICEIDFULL",
            "CTIOS_ADDEDPARTYDEVICEID",
            "CTIOS_ADDEDPARTYDEVICEIDFULL",
            "CTIOS_PRIMARYDEVICEID",
            "CTIOS_PRIMARYDEVICEIDFULL",
            "CTIOS_SECONDARYDEVICEID",
            "CTIOS_SECONDARYDEVICEIDFULL",
        ],
        &[PARTIES, DATA, ALWAYS],
    ),
    row(
        &["eCallBeginEvent", "eCallDataUpdateEvent"],
        &["CTIOS_DEVICEID"],
        &[DATA, DIVERTING, ALWAYS],
    ),
    row(&["eCallDivertedEvent"], &[], &[DATA, DIVERTING, ALWAYS]),
    Minimised {
        events: &["eSnapshotCallConf"],
        own: &[
            "CTIOS_ICMENTERPRISEUNIQUEID",
            "CTIOS_CALLCONNECTIONCALLID",
            "CTIOS_CALLCONNECTIONDEVICEIDTYPE",
            "CTIOS_CALLCONNECTIONDEVICEID",
            "CTIOS_CALLDEVICECONNECTIONSTATE",
            "CTIOS_CALLDEVICETYPE",
        ],
        shared: &[],
        excludes: true,
    },
    row(
        &["eCallEstablishedEvent"],
        &["CTIOS_ANSWERINGDEVICEID", "CTIOS_ANSWERINGDEVICEIDFULL"],
        &[ROUTED, ALWAYS],
    ),
    row(
        &["eCallDeliveredEvent"],
        &["CTIOS_ALERTINGDEVICEID", "CTIOS_ALERTINGDEVICEIDFULL"],
        &[ROUTED, ALWAYS],
    ),
    row(
        &[
            "eCallServiceInitiatedEvent",
            "eCallOriginatedEvent",
            "eCallQueuedEvent",
            "eCallDequeuedEvent",
        ],
        &[],
        &[ROUTED, ALWAYS],
    ),
    row(
        &["eControlFailureConf"],
        &[
            "CTIOS_PERIPHERALERRORCODE",
            "CTIOS_ERRORMESSAGE",
            "CTIOS_FAILURECODE",
        ],
        &[ALWAYS],
    ),
    row(
        &["eFailureConf", "eFailureEvent", "eCallFailedEvent"],
        &["CTIOS_ERRORMESSAGE", "CTIOS_FAILURECODE"],
        &[ALWAYS],
    ),
    row(&["eCallEndEvent"], &["CTIOS_DEVICEID"], &[ALWAYS]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::json::Text;

    #[test]
    fn every_field_is_found_by_its_name_in_any_case_and_with_the_prefix() {
        for (name, kind) in FIELDS {
            for spelling in [(*name).to_owned(), name.to_ascii_lowercase()] {
                assert_eq!(find(&Key::new(spelling.into())), Some((*name, *kind)), "{name}");
            }
            let constant = Key::new(format!("CTIOS_{}", name.to_ascii_uppercase()).into());
            let plain = unprefixed(&constant).unwrap();
            assert_eq!(find(&plain), Some((*name, *kind)), "{name}");
        }
        assert_eq!(find(&Key::new("Mood".into())), None);
        assert!(is_group("skillgroup[7]") && is_group("ConnectedParty[1]") && !is_group("SkillGroupID"));
    }

    #[test]
    fn c06_a_value_of_another_kind_does_not_suit() {
        let text = |text| Value::Text(Text::plain(text));
        for (kind, good, bad) in [
            (Kind::Integer, Value::Number("-1"), Value::Object("{}")),
            (Kind::Integer, text("42"), text("4 2")),
            (Kind::Integer, text("NULL_SERVICE"), Value::Number("1.5")),
            (Kind::Text, Value::Number("5"), Value::Array("[]")),
            (Kind::Either, text("5001"), Value::Object("{}")),
            (Kind::Flag, text("False"), text("maybe")),
            (Kind::Nested, Value::Array("[]"), Value::Number("1")),
        ] {
            assert!(kind.suits(good) && kind.suits(Value::Null), "{kind:?} {good:?}");
            assert!(!kind.suits(bad), "{kind:?} {bad:?}");
            assert!(Kind::Any.suits(bad));
        }
    }
}
