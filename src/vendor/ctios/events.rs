//! The events by name, and the Arguments that the desk reads of them.
//!
//! Lives here: [`CtiEvent`] with all documented names, [`Arguments`] with the fields in use, the list of the others.
//! May not be here: what an event means for the desk ([`super::decode`]).
//! Arguments are one flat list of names; which event has which is not enforced (rule R92, irregularities C06, C31).
//! Names are read without regard to case, with their misprints (irregularities C01, C14, C35).

use crate::vendor::json::{Key, Name, Text, Value, record};
use std::borrow::Cow;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A documented event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CtiEvent {
            $($(#[$doc])* $variant,)*
            /// A request was received; what comes of it is told by other events (rules R65, R67).
            Received(&'static str),
            /// Documented, and not shown by the desk yet.
            NotShownYet(&'static str),
        }

        impl CtiEvent {
            /// The event of this name, without regard to case.
            pub fn from_name(name: &str) -> Option<Self> {
                static NAMES: &[Name] = &Name::table([$($name,)*]);
                const SHOWN: &[CtiEvent] = &[$(CtiEvent::$variant,)*];
                if let Some(number) = Name::find(NAMES, &Key::new(Cow::Borrowed(name))) {
                    return SHOWN.get(usize::from(number)).copied();
                }
                let find = |names: &[&'static str]| {
                    names.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
                };
                find(&RECEIVED)
                    .map(CtiEvent::Received)
                    .or_else(|| find(&NOT_SHOWN_YET).map(CtiEvent::NotShownYet))
            }

            /// The documented name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(CtiEvent::$variant => $name,)*
                    CtiEvent::Received(name) | CtiEvent::NotShownYet(name) => name,
                }
            }
        }
    };
}

events! {
    /// Another call is the current one.
    CurrentCallChanged = "OnCurrentCallChanged",
    /// The calls on the device (rule R45).
    SnapshotDeviceConf = "OnSnapshotDeviceConf",
    /// The first event of a call (rule R51).
    CallBegin = "OnCallBegin",
    /// All parties are gone (rule R57).
    CallCleared = "OnCallCleared",
    /// One party is gone (rule R57).
    CallConnectionCleared = "OnCallConnectionCleared",
    /// Calls were joined (rule R60).
    CallConferenced = "OnCallConferenced",
    /// Data changed (rule R53).
    CallDataUpdate = "OnCallDataUpdate",
    /// Ringing (rules R58, R59).
    CallDelivered = "OnCallDelivered",
    /// The last event of a call (rule R54).
    CallEnd = "OnCallEnd",
    /// Answered.
    CallEstablished = "OnCallEstablished",
    /// It could not be completed (rule R55).
    CallFailed = "OnCallFailed",
    /// On hold.
    CallHeld = "OnCallHeld",
    /// Dialled.
    CallOriginated = "OnCallOriginated",
    /// It reached another network, perhaps its last event (rule R62).
    CallReachedNetwork = "OnCallReachedNetworkEvent",
    /// Off hold.
    CallRetrieved = "OnCallRetrieved",
    /// Dial tone.
    CallServiceInitiated = "OnCallServiceInitiatedEvent",
    /// It was transferred (rule R61).
    CallTransferred = "OnCallTransferred",
    /// A request failed (rule R68).
    ControlFailureConf = "OnControlFailureConf",
    /// All that is known of a call; the request has succeeded (rule R66).
    SnapshotCallConf = "OnSnapshotCallConf",
    /// The request has succeeded (rule R66); the settings are not shown yet.
    AgentDeskSettingsConf = "OnAgentDeskSettingsConf",
    /// The request has succeeded (rule R66).
    AgentGreetingControlConf = "OnAgentGreetingControlConf",
    /// The agent's name.
    AgentInfo = "OnAgentInfoEvent",
    /// The agent's state changed.
    AgentStateChange = "OnAgentStateChange",
    /// A sign-out failed; comes with an `OnControlFailureConf` (rule R69).
    LogoutFailed = "OnLogoutFailed",
    /// A call was made; the request has succeeded (rule R66).
    MakeCallConf = "OnMakeCallConf",
    /// The agent is signed out (rules R70, R71).
    PostLogout = "OnPostLogout",
    /// The agent is about to be signed out (rule R70).
    PreLogout = "OnPreLogout",
    /// The agent's state at sign-in (rule R47).
    QueryAgentStateConf = "OnQueryAgentStateConf",
    /// The client is in agent mode.
    SetAgentMode = "OnSetAgentModeEvent",
    /// A mask changed (rule R80).
    ButtonEnablementChange = "OnButtonEnablementChange",
}

/// Confirmations that say only that a request was received.
pub const RECEIVED: [&str; 18] = [
    "OnAlternateCallConf",
    "OnAnswerCallConf",
    "OnCallStartRecordingConf",
    "OnCallStopRecordingConf",
    "OnClearCallConf",
    "OnClearConnectionConf",
    "OnConferenceCallConf",
    "OnConsultationCallConf",
    "OnHoldCallConf",
    "OnMakePredictiveCallConf",
    "OnReconnectCallConf",
    "OnReleaseCallConf",
    "OnRetrieveCallConf",
    "OnSendDTMFConf",
    "OnSetCallDataConf",
    "OnTransferCallConf",
    "OnSetAgentStateConf",
    "OnUserMessageConf",
];

/// Documented events that the desk does not show yet.
pub const NOT_SHOWN_YET: [&str; 61] = [
    "OnConnection",
    "OnConnectionClosed",
    "OnConnectionFailure",
    "OnConnectionRejected",
    "OnCTIOSFailure",
    "OnCurrentAgentReset",
    "OnFailure",
    "OnGlobalSettingsDownloadConf",
    "OnHeartbeat",
    "OnMissingHeartbeat",
    "OnMonitorModeEstablished",
    "OnSnapshotSkillGroupList",
    "OnTranslationRoute",
    "OnAgentPrecallEvent",
    "OnAgentPrecallAbortEvent",
    "OnCallDequeuedEvent",
    "OnCallDiverted",
    "OnCallQueuedEvent",
    "OnAgentStatistics",
    "OnChatMessage",
    "OnEmergencyCall",
    "OnNewAgentTeamMember",
    "OnStartMonitoringAgent",
    "OnStopMonitoringAgent",
    "OnSkillGroupStatisticsUpdated",
    "OnSkillInfoEvent",
    "OnSupervisorButtonChange",
    "OnMonitoredAgentStateChange",
    "OnMonitoredAgentInfoEvent",
    "OnMonitoredCallBegin",
    "OnMonitoredCallEnd",
    "OnMonitoredCallDataUpdate",
    "OnMonitoredCallDelivered",
    "OnMonitoredCallEstablished",
    "OnMonitoredCallHeld",
    "OnMonitoredCallRetrieved",
    "OnMonitoredCallCleared",
    "OnMonitoredCallConnectionCleared",
    "MonitoredCallReachedNetworkEvent",
    "OnMonitoredCallOriginated",
    "OnMonitoredCallFailed",
    "OnMonitoredCallTransferred",
    "OnMonitoredCallConferenced",
    "OnMonitoredCallDiverted",
    "OnMonitoredTranslationRoute",
    "OnMonitoredCallAgentPrecallEvent",
    "OnMonitoredCallAgentPrecallAbortEvent",
    "MonitoredCallServiceInitiatedEvent",
    "MonitoredCallQueuedEvent",
    "MonitoredCallDequeuedEvent",
    "OnCallRTPStarted",
    "OnCallRTPStopped",
    "OnStartSilentMonitorConf",
    "OnSilentMonitorStartedEvent",
    "OnSilentMonitorStartRequestedEvent",
    "OnSilentMonitorSessionDisconnected",
    "OnSilentMonitorStopRequestedEvent",
    "OnSilentMonitorStatusReportEvent",
    "OnStopSilentMonitorConf",
    "OnRTPStreamTimedoutEvent",
    "OnEvent",
];

record! {
    /// The fields in use.
    Arguments<'a> {
        /// The agent, call or device that the event is about.
        unique_object_id: Text<'a> = "UniqueObjectID",
        /// The request it answers.
        invoke_id: i64 = "InvokeID",
        /// What is allowed; absent: as before (trap T6).
        enablement_mask: i64 = "EnablementMask",
        /// The agent's state.
        agent_state: Value<'a> = "AgentState",
        /// For how long the state has lasted, seconds (rule R74).
        state_duration: i64 = "StateDuration",
        /// Reason for the state, as the peripheral counts (rule R74).
        event_reason_code: Value<'a> = "EventReasonCode",
        /// What the agent signs in with.
        agent_id: Text<'a> = "AgentID",
        /// The agent's extension.
        agent_extension: Text<'a> = "AgentExtension",
        /// The agent's instrument.
        agent_instrument: Text<'a> = "AgentInstrument",
        /// The agent's first name.
        agent_first_name: Text<'a> = "AgentFirstName",
        /// The agent's last name.
        agent_last_name: Text<'a> = "AgentLastName",
        /// Why a request failed.
        failure_code: i64 = "FailureCode",
        /// Why it failed, as the peripheral counts; 0: not said.
        peripheral_error_code: i64 = "PeripheralErrorCode",
        /// Why it failed, in words.
        error_message: Text<'a> = "ErrorMessage",
        /// The calls on the device.
        valid_calls: Value<'a> = "ValidCalls",
        /// Where the connection stands.
        call_status: Value<'a> = "CallStatus",
        /// What kind of call it is.
        call_type: i64 = "CallType",
        /// The caller's number.
        ani: Text<'a> = "ANI",
        /// The number that the network says was dialled.
        dnis: Text<'a> = "DNIS",
        /// The number that was dialled.
        dialed_number: Text<'a> = "DialedNumber",
        /// Cause of the event, as the peripheral counts.
        event_cause: i64 = "EventCause",
        /// The contact, the same in all events about it (rule R48).
        contact: Text<'a> = "ICMEnterpriseUniqueID",
        /// What the caller keyed in.
        caller_entered_digits: Text<'a> = "CallerEnteredDigits",
        /// Wrap-up data.
        call_wrapup_data: Text<'a> = "CallWrapupData",
        /// Data from the network.
        user_to_user_info: Text<'a> = "UserToUserInfo",
        /// The customer's number.
        customer_phone_number: Text<'a> = "CustomerPhoneNumber",
        /// The customer's account.
        customer_account_number: Text<'a> = "CustomerAccountNumber",
        /// Call variable 1.
        call_variable_1: Text<'a> = "CallVariable1",
        /// Call variable 2.
        call_variable_2: Text<'a> = "CallVariable2",
        /// Call variable 3.
        call_variable_3: Text<'a> = "CallVariable3",
        /// Call variable 4.
        call_variable_4: Text<'a> = "CallVariable4",
        /// Call variable 5.
        call_variable_5: Text<'a> = "CallVariable5",
        /// Call variable 6.
        call_variable_6: Text<'a> = "CallVariable6",
        /// Call variable 7.
        call_variable_7: Text<'a> = "CallVariable7",
        /// Call variable 8.
        call_variable_8: Text<'a> = "CallVariable8",
        /// Call variable 9.
        call_variable_9: Text<'a> = "CallVariable9",
        /// Call variable 10.
        call_variable_10: Text<'a> = "CallVariable10",
        /// Expanded call context: nested Arguments.
        ecc: Value<'a> = "ECC",
    }
}

/// Documented fields that the desk does not use; those of nested Arguments by number are known by their form.
pub const UNUSED_FIELDS: [&str; 125] = [
    "AgentAvailabilityStatus",
    "AgentFlags",
    "AgentMode",
    "AgentName",
    "AgentReference",
    "AutoRecordOnEmergency",
    "BargedInCallID",
    "BitRate",
    "CTIClientSignature",
    "CTIClients",
    "CTIOS_MONITORED",
    "CallConnectionCallID",
    "CallConnectionDeviceID",
    "CallConnectionDeviceIDType",
    "CallDeviceConnectionState",
    "CallDeviceType",
    "CallTypeIDTag",
    "CalledDeviceID",
    "CalledDeviceIDType",
    "CalledDeviceType",
    "CallingDeviceID",
    "CallingDeviceIDType",
    "ClientAddress",
    "ClientID",
    "ClientPort",
    "ConfigOperation",
    "ConnectionCallID",
    "ConnectionDeviceID",
    "ConnectionDeviceIDType",
    "ConsecutiveMissedHeartbeats",
    "CurrentServer",
    "DeskSettingsMask",
    "DeviceID",
    "Direction",
    "Distribution",
    "DivertingDeviceID",
    "DivertingDeviceType",
    "DoDefaultMessageHandling",
    "EchoCancellation",
    "EmergencyCallMethod",
    "EventTime",
    "FailedServer",
    "HeartbeatInterval",
    "HeartbeatTimeout",
    "ICMAgentID",
    "LastRedirectedDeviceID",
    "LastRedirectedDeviceIDType",
    "LineHandle",
    "LineType",
    "LocalConnectionState",
    "LogoutNonActivityTime",
    "MRDID",
    "MaxTaskLimit",
    "Message",
    "MessageHeader",
    "MessageID",
    "MessageType",
    "MonitorID",
    "MonitoredUniqueObjectID",
    "MonitoringIPAddress",
    "MonitoringIPPort",
    "NewConnectionCallID",
    "NewConnectionDeviceID",
    "NewConnectionDeviceIDType",
    "NumCallDevices",
    "NumCalls",
    "NumNamedArrays",
    "NumNamedVariables",
    "NumQueued",
    "NumSkillGroups",
    "NumTasks",
    "OriginatingClientID",
    "OriginatingServerID",
    "PacketSize",
    "PayloadType",
    "PeripheralID",
    "PeripheralType",
    "PreCallInvokeIDTag",
    "QualityRecordingRate",
    "QueuedDeviceID",
    "QueuedDeviceIDType",
    "RTPType",
    "ReasonCode",
    "RecordingMode",
    "RingNoAnswerDN",
    "RingNoAnswerTime",
    "RouterCalKeyCallID",
    "RouterCallKeyCallID",
    "RouterCallKeyDay",
    "RouterCallKeySequenceNumber",
    "SMSessionKey",
    "ServiceID",
    "ServiceNumber",
    "SessionID",
    "SilentMonitorAudibleIndication",
    "SilentMonitorCallDisposition",
    "SilentMonitorCallUID",
    "SilentMonitorInitiatingAgentUID",
    "SilentMonitorInitiatingDeviceID",
    "SilentMonitorTargetAgentUID",
    "SilentMonitorTargetDeviceID",
    "SilentMonitorWarningMessage",
    "SkillGroupID",
    "SkillGroupName",
    "SkillGroupNumber",
    "SkillGroupPriority",
    "SkillGroupState",
    "Source",
    "StatusCode",
    "SupervisorAgentState",
    "SupervisorAssistCallMethod",
    "SupervisorBtnEnablementMask",
    "SupervisorID",
    "SupervisorKey",
    "SystemEventArg1",
    "SystemEventID",
    "Target",
    "TargetCILClientID",
    "TrunkGroupNumber",
    "TrunkNumber",
    "TrunkUsedDeviceID",
    "TrunkUsedDeviceIDType",
    "WorkModeTimer",
    "WrapupDataIncomingMode",
    "WrapupDataOutgoingMode",
];

/// Whether a field is documented for any event.
pub fn is_documented(name: &str) -> bool {
    let group = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    group("SkillGroup[") || UNUSED_FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
