//! The events by name: which interface has each, and which fields the document lists for it.
//!
//! Lives here: [`CtiEvent`] with all documented names, [`Interface`], the events' fields.
//! May not be here: what an event means for the desk ([`super::decode`]), and the fields' kinds ([`super::fields`]).
//! Which event has which field is documented, not enforced (rule R92, irregularities C06, C31).
//! Names are read without regard to case and in the document's other spellings (irregularities C05, C14).

use super::fields::starts_with;
use crate::vendor::json::{Key, Name};
use std::borrow::Cow;

/// The document's interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interface {
    /// `ISessionEvents`: the connection and what concerns all of the desk.
    Session,
    /// `ICallEvents`: calls.
    Call,
    /// `IAgentEvents`: the agent.
    Agent,
    /// `ISkillGroupEvents`: skill groups.
    SkillGroup,
    /// `IButtonEnablementEvents`: masks.
    ButtonEnablement,
    /// `IMonitoredAgentEvents`: a supervisor's agents (rule R81).
    MonitoredAgent,
    /// `IMonitoredCallEvents`: the calls of the agent that a supervisor has chosen (rule R81).
    MonitoredCall,
    /// `ISilentMonitorEvents`: listening in.
    SilentMonitor,
    /// `IGenericEvents`: any event.
    Generic,
}

impl Interface {
    /// Every interface with its documented name, in the document's order.
    pub const ALL: [(&'static str, Interface); 9] = [
        ("ISessionEvents", Interface::Session),
        ("ICallEvents", Interface::Call),
        ("IAgentEvents", Interface::Agent),
        ("ISkillGroupEvents", Interface::SkillGroup),
        ("IButtonEnablementEvents", Interface::ButtonEnablement),
        ("IMonitoredAgentEvents", Interface::MonitoredAgent),
        ("IMonitoredCallEvents", Interface::MonitoredCall),
        ("ISilentMonitorEvents", Interface::SilentMonitor),
        ("IGenericEvents", Interface::Generic),
    ];
}

macro_rules! events {
    ($($interface:ident { $($(#[$doc:meta])* $variant:ident = $name:literal: [$($fields:expr),* $(,)?],)* })*) => {
        /// A documented event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CtiEvent {
            $($($(#[$doc])* $variant,)*)*
        }

        impl CtiEvent {
            /// Every event, in the document's order.
            pub const ALL: &'static [CtiEvent] = &[$($(CtiEvent::$variant,)*)*];

            const NAMES: &'static [&'static str] = &[$($($name,)*)*];

            /// The event of this name, without regard to case.
            pub fn from_name(name: &str) -> Option<Self> {
                static NAMES: &[Name] = &Name::table([$($($name,)*)*]);
                match Name::find(NAMES, &Key::new(Cow::Borrowed(name))) {
                    Some(number) => Self::ALL.get(usize::from(number)).copied(),
                    None => Self::from_other_spelling(name),
                }
            }

            /// The interface that has it.
            pub const fn interface(self) -> Interface {
                match self {
                    $($(CtiEvent::$variant)|* => Interface::$interface,)*
                }
            }

            /// The fields that the document lists for it, in groups that events share; those that a monitored
            /// event takes over are listed at the plain one ([`CtiEvent::plain`]).
            pub const fn fields(self) -> &'static [&'static [&'static str]] {
                match self {
                    $($(CtiEvent::$variant => &[$($fields),*],)*)*
                }
            }
        }
    };
}

const CALL: &[&str] = &[
    "PeripheralID",
    "PeripheralType",
    "CallType",
    "UniqueObjectID",
    "ConnectionCallID",
    "CallStatus",
    "CTIClients",
    "ICMEnterpriseUniqueID",
    "CallWrapupData",
];
const AGENT_STATE: &[&str] = &[
    "PeripheralID",
    "PeripheralType",
    "AgentState",
    "SkillGroupNumber",
    "SkillGroupID",
    "StateDuration",
    "SkillGroupPriority",
    "EventReasonCode",
    "SkillGroupState",
    "AgentID",
    "AgentExtension",
    "CTIClientSignature",
    "EnablementMask",
    "UniqueObjectID",
    "AgentInstrument",
];
const DATA: &[&str] = &[
    "CallVariable1",
    "CallVariable2",
    "CallVariable3",
    "CallVariable4",
    "CallVariable5",
    "CallVariable6",
    "CallVariable7",
    "CallVariable8",
    "CallVariable9",
    "CallVariable10",
    "ECC",
];
const CALLER: &[&str] = &[
    "ANI",
    "DNIS",
    "UserToUserInfo",
    "DialedNumber",
    "CallerEnteredDigits",
];
const SKILL_GROUP: &[&str] = &["SkillGroupNumber", "SkillGroupID", "SkillGroupPriority"];
const SERVICE: &[&str] = &["ServiceNumber", "ServiceID"];
const STATE: &[&str] = &["EnablementMask", "UniqueObjectID", "CallStatus"];
const OBJECT: &[&str] = &["UniqueObjectID"];
const AGENT: &[&str] = &["AgentID", "AgentExtension", "AgentInstrument"];
const LISTENING: &[&str] = &[
    "MonitoredUniqueObjectID",
    "AgentID",
    "DeviceID",
    "PeripheralID",
    "MonitoringIPAddress",
    "SMSessionKey",
    "OriginatingServerID",
    "OriginatingClientID",
];
const LISTENING_TIMES: &[&str] = &["MonitoringIPPort", "HeartbeatInterval", "HeartbeatTimeout"];
const LISTENING_BY_PHONE: &[&str] = &[
    "SilentMonitorInitiatingAgentUID",
    "SilentMonitorInitiatingDeviceID",
    "SilentMonitorTargetAgentUID",
    "SilentMonitorTargetDeviceID",
    "SilentMonitorCallUID",
];
const CONNECTION: &[&str] = &[
    "ConnectionDeviceID",
    "ConnectionDeviceIDType",
    "LocalConnectionState",
    "EventCause",
];
const KEY: &[&str] = &["RouterCallKeyDay", "RouterCalKeyCallID"];
const MONITORED: &[&str] = &["CTIOS_MONITORED"];

events! {
    Session {
        /// The desk's server is connected, for the first time or again (rule R38).
        Connection = "OnConnection": [&["EventTime", "CurrentServer"]],
        /// The client itself has ended the connection (rule R39).
        ConnectionClosed = "OnConnectionClosed": [],
        /// The connection was lost; it is made again without being asked (rules R39, R40).
        ConnectionFailure = "OnConnectionFailure": [&["EventTime", "FailedServer", "ReasonCode"]],
        /// Client and server are of versions that do not fit (rule R42).
        ConnectionRejected = "OnConnectionRejected": [],
        /// Something failed in the system behind the server (rule R44).
        CtiosFailure = "OnCTIOSFailure": [
            &["FailureCode", "SystemEventID", "SystemEventArg1", "ErrorMessage"],
        ],
        /// The agent was taken out of the session.
        CurrentAgentReset = "OnCurrentAgentReset": [OBJECT],
        /// Another call is the current one.
        CurrentCallChanged = "OnCurrentCallChanged": [OBJECT],
        /// Something failed; the document has the name only (irregularity C18).
        Failure = "OnFailure": [],
        /// The settings of all desks, as nested Arguments.
        GlobalSettingsDownloadConf = "OnGlobalSettingsDownloadConf": [],
        /// The server is alive.
        Heartbeat = "OnHeartbeat": [&["EventTime"]],
        /// The server was not heard when it should have been (rule R41).
        MissingHeartbeat = "OnMissingHeartbeat": [
            &["EventTime", "ConsecutiveMissedHeartbeats", "HeartbeatInterval"],
        ],
        /// The client is in monitor mode.
        MonitorModeEstablished = "OnMonitorModeEstablished": [],
        /// The calls on the device (rule R45).
        SnapshotDeviceConf = "OnSnapshotDeviceConf": [&["UniqueObjectID", "NumCalls", "ValidCalls"]],
        /// The skill groups; the document has the name only (irregularity C18).
        SnapshotSkillGroupList = "OnSnapshotSkillGroupList": [],
        /// A contact is on its way (rules R48, R49).
        TranslationRoute = "OnTranslationRoute": [
            DATA, CALLER, KEY, &["ICMEnterpriseUniqueID", "RouterCallKeySequenceNumber",
             "NumNamedVariables", "NumNamedArrays"],
        ],
    }
    Call {
        /// A contact is on its way to the agent (rules R48, R49).
        AgentPrecall = "OnAgentPrecallEvent": [
            DATA, CALLER, SKILL_GROUP, SERVICE, KEY, &["ICMEnterpriseUniqueID", "AgentInstrument",
             "NumNamedVariables", "NumNamedArrays", "CallTypeIDTag", "PreCallInvokeIDTag"],
        ],
        /// It will not come (rule R50).
        AgentPrecallAbort = "OnAgentPrecallAbortEvent": [
            KEY, &["ICMEnterpriseUniqueID", "AgentInstrument"],
        ],
        /// The request to swap two calls was received (rule R65).
        AlternateCallConf = "OnAlternateCallConf": [OBJECT],
        /// The request to answer was received (rule R65).
        AnswerCallConf = "OnAnswerCallConf": [OBJECT],
        /// The first event of a call (rule R51).
        CallBegin = "OnCallBegin": [
            CALL, DATA, CALLER, SKILL_GROUP, SERVICE, KEY, &["RouterCallKeySequenceNumber"],
        ],
        /// All parties are gone (rule R57).
        CallCleared = "OnCallCleared": [STATE, &["ICMEnterpriseUniqueID"]],
        /// One party is gone (rule R57).
        CallConnectionCleared = "OnCallConnectionCleared": [STATE, &["ICMEnterpriseUniqueID"]],
        /// Calls were joined (rule R60).
        CallConferenced = "OnCallConferenced": [CALL, DATA, CALLER, SKILL_GROUP, SERVICE, KEY],
        /// Data changed (rule R53).
        CallDataUpdate = "OnCallDataUpdate": [
            CALL, DATA, CALLER, SKILL_GROUP, SERVICE, KEY, &["RouterCallKeySequenceNumber"],
        ],
        /// Ringing (rules R58, R59).
        CallDelivered = "OnCallDelivered": [
            SKILL_GROUP, SERVICE, STATE, &["LineType", "ICMEnterpriseUniqueID", "TrunkNumber",
             "TrunkGroupNumber"],
        ],
        /// Taken out of a queue.
        CallDequeued = "OnCallDequeuedEvent": [
            SERVICE, CONNECTION, &["LineHandle", "LineType", "NumQueued", "NumSkillGroups"],
        ],
        /// Sent on from one device to another.
        CallDiverted = "OnCallDiverted": [
            SERVICE, CONNECTION, &["UniqueObjectID", "PeripheralID", "PeripheralType",
             "ConnectionCallID", "DivertingDeviceType", "CalledDeviceType", "DivertingDeviceID",
             "CalledDeviceID"],
        ],
        /// The last event of a call (rule R54).
        CallEnd = "OnCallEnd": [&["UniqueObjectID", "CallStatus", "ICMEnterpriseUniqueID"]],
        /// Answered.
        CallEstablished = "OnCallEstablished": [
            SKILL_GROUP, SERVICE, STATE, &["LineType", "ICMEnterpriseUniqueID", "TrunkNumber",
             "TrunkGroupNumber"],
        ],
        /// It could not be completed (rule R55).
        CallFailed = "OnCallFailed": [STATE],
        /// On hold.
        CallHeld = "OnCallHeld": [STATE, &["ICMEnterpriseUniqueID"]],
        /// Dialled.
        CallOriginated = "OnCallOriginated": [SKILL_GROUP, SERVICE, STATE, &["LineType"]],
        /// Waiting in a queue (rule R64).
        CallQueued = "OnCallQueuedEvent": [
            SERVICE, CONNECTION, &["QueuedDeviceID", "QueuedDeviceIDType", "CallingDeviceID",
             "CallingDeviceIDType", "CalledDeviceID", "CalledDeviceIDType", "LastRedirectedDeviceID",
             "LastRedirectedDeviceIDType", "LineHandle", "LineType", "NumQueued", "NumSkillGroups"],
        ],
        /// It reached another network, perhaps its last event (rule R62).
        CallReachedNetwork = "OnCallReachedNetworkEvent": [
            CONNECTION, &["TrunkUsedDeviceID", "TrunkUsedDeviceIDType", "CalledDeviceID",
             "CalledDeviceIDType", "LineHandle", "LineType", "TrunkNumber", "TrunkGroupNumber"],
        ],
        /// Off hold.
        CallRetrieved = "OnCallRetrieved": [STATE],
        /// Dial tone.
        CallServiceInitiated = "OnCallServiceInitiatedEvent": [SKILL_GROUP, SERVICE, STATE, &["LineType"]],
        /// The request to start recording was received (rule R65).
        CallStartRecordingConf = "OnCallStartRecordingConf": [OBJECT],
        /// The request to stop recording was received (rule R65).
        CallStopRecordingConf = "OnCallStopRecordingConf": [OBJECT],
        /// It was transferred (rule R61).
        CallTransferred = "OnCallTransferred": [CALL, DATA, CALLER, SKILL_GROUP, SERVICE, KEY],
        /// The request to end a call for everybody was received (rule R65).
        ClearCallConf = "OnClearCallConf": [OBJECT],
        /// The request to leave a call was received (rule R65).
        ClearConnectionConf = "OnClearConnectionConf": [OBJECT],
        /// The request to join calls was received (rule R65).
        ConferenceCallConf = "OnConferenceCallConf": [OBJECT],
        /// The request to consult somebody was received (rule R65).
        ConsultationCallConf = "OnConsultationCallConf": [OBJECT],
        /// A request failed (rule R68). Two interfaces have it, with different fields (irregularity C25).
        ControlFailureConf = "OnControlFailureConf": [
            &["PeripheralID", "FailureCode", "PeripheralErrorCode", "AgentID", "UniqueObjectID",
             "MessageType", "ErrorMessage", "InvokeID"],
        ],
        /// The request to hold a call was received (rule R65).
        HoldCallConf = "OnHoldCallConf": [OBJECT],
        /// The request to make a predictive call was received (rule R65).
        MakePredictiveCallConf = "OnMakePredictiveCallConf": [],
        /// The request to go back to the caller was received (rule R65).
        ReconnectCallConf = "OnReconnectCallConf": [OBJECT],
        /// The request to release a call was received (rule R65).
        ReleaseCallConf = "OnReleaseCallConf": [],
        /// The request to take a call off hold was received (rule R65).
        RetrieveCallConf = "OnRetrieveCallConf": [OBJECT],
        /// The request to send tones was received (rule R65).
        SendDtmfConf = "OnSendDTMFConf": [],
        /// The request to change a call's data was received (rule R65).
        SetCallDataConf = "OnSetCallDataConf": [OBJECT],
        /// All that is known of a call; the request has succeeded (rule R66).
        SnapshotCallConf = "OnSnapshotCallConf": [
            DATA, CALLER, &["PeripheralID", "CallType", "UniqueObjectID", "CallWrapupData",
             "CustomerPhoneNumber", "CustomerAccountNumber", "CTIClients", "RouterCallKeyDay",
             "RouterCallKeyCallID", "NumNamedVariables", "NumNamedArrays", "NumCallDevices",
             "CalledDeviceID", "ConnectionCallID", "CallStatus", "ICMEnterpriseUniqueID",
             "CallConnectionCallID", "CallConnectionDeviceIDType", "CallConnectionDeviceID",
             "CallDeviceConnectionState", "CallDeviceType"],
        ],
        /// The request to transfer a call was received (rule R65).
        TransferCallConf = "OnTransferCallConf": [OBJECT],
    }
    Agent {
        /// The agent's desk settings; the request has succeeded (rule R66).
        AgentDeskSettingsConf = "OnAgentDeskSettingsConf": [
            &["InvokeID", "PeripheralID", "DeskSettingsMask", "WrapupDataIncomingMode",
             "WrapupDataOutgoingMode", "LogoutNonActivityTime", "QualityRecordingRate",
             "RingNoAnswerTime", "SilentMonitorWarningMessage", "SilentMonitorAudibleIndication",
             "SupervisorAssistCallMethod", "EmergencyCallMethod", "AutoRecordOnEmergency",
             "RecordingMode", "WorkModeTimer", "RingNoAnswerDN"],
        ],
        /// The request has succeeded (rule R66).
        AgentGreetingControlConf = "OnAgentGreetingControlConf": [&["MessageHeader", "InvokeID"]],
        /// The agent's name.
        AgentInfo = "OnAgentInfoEvent": [&["UniqueObjectID", "AgentLastName", "AgentFirstName"]],
        /// The agent's state changed.
        AgentStateChange = "OnAgentStateChange": [AGENT_STATE],
        /// What the server counts of an agent (rule R84).
        AgentStatistics = "OnAgentStatistics": [AGENT, &["PeripheralID"]],
        /// A message from a colleague.
        ChatMessage = "OnChatMessage": [&["Distribution", "AgentID", "Target", "Message", "Source"]],
        /// A supervisor's client takes care of a call as an emergency (rule R85).
        EmergencyCall = "OnEmergencyCall": [
            AGENT, &["PeripheralID", "ConnectionCallID", "ConnectionDeviceIDType", "SessionID",
             "ConnectionDeviceID", "ClientID", "ClientAddress"],
        ],
        /// A sign-out failed; comes with an `OnControlFailureConf` (rule R69).
        LogoutFailed = "OnLogoutFailed": [&["InvokeID", "FailureCode", "PeripheralErrorCode"]],
        /// A call was made; the request has succeeded (rule R66).
        MakeCallConf = "OnMakeCallConf": [
            &["NewConnectionCallID", "NewConnectionDeviceIDType", "LineHandle", "LineType",
             "NewConnectionDeviceID"],
        ],
        /// A member of the supervisor's team, or a change of the team (rule R83).
        NewAgentTeamMember = "OnNewAgentTeamMember": [
            OBJECT, AGENT, &["PeripheralID", "AgentState", "NumSkillGroups", "AgentLastName", "AgentFirstName",
            "AgentName", "AgentAvailabilityStatus", "EventReasonCode", "EnablementMask", "SupervisorID",
            "AgentFlags", "Skillgroup[1]", "Skillgroup[n]", "ConfigOperation"],
        ],
        /// The agent is signed out (rules R70, R71).
        PostLogout = "OnPostLogout": [AGENT_STATE],
        /// The agent is about to be signed out (rule R70).
        PreLogout = "OnPreLogout": [AGENT_STATE],
        /// The agent's state at sign-in (rule R47).
        QueryAgentStateConf = "OnQueryAgentStateConf": [
            SKILL_GROUP, AGENT, &["AgentState", "NumSkillGroups", "SkillGroup[j]", "MRDID", "NumTasks",
            "AgentMode", "MaxTaskLimit", "ICMAgentID", "AgentAvailabilityStatus", "SkillGroupState"],
        ],
        /// The client is in agent mode.
        SetAgentMode = "OnSetAgentModeEvent": [],
        /// The request to change the agent's state was received (rule R67).
        SetAgentStateConf = "OnSetAgentStateConf": [],
        /// An agent was chosen for monitoring (rule R81).
        StartMonitoringAgent = "OnStartMonitoringAgent": [
            &["UniqueObjectID", "AgentReference", "SupervisorID", "SupervisorKey", "BargedInCallID",
             "SupervisorAgentState"],
        ],
        /// Monitoring of an agent was dropped (rule R81).
        StopMonitoringAgent = "OnStopMonitoringAgent": [
            &["UniqueObjectID", "AgentReference", "SupervisorID", "SupervisorKey", "BargedInCallID",
             "SupervisorAgentState"],
        ],
        /// The request to send a message was received (rule R65).
        UserMessageConf = "OnUserMessageConf": [],
    }
    SkillGroup {
        /// What the server counts of a skill group.
        SkillGroupStatisticsUpdated = "OnSkillGroupStatisticsUpdated": [
            &["PeripheralID", "SkillGroupNumber", "SkillGroupID"],
        ],
        /// Number and name of a skill group.
        SkillInfo = "OnSkillInfoEvent": [&["SkillGroupNumber", "SkillGroupName"]],
    }
    ButtonEnablement {
        /// A mask changed (rule R80).
        ButtonEnablementChange = "OnButtonEnablementChange": [
            &["EnablementMask", "UniqueObjectID", "MessageID"],
        ],
        /// The supervisor's mask changed (rule R80).
        SupervisorButtonChange = "OnSupervisorButtonChange": [&["SupervisorBtnEnablementMask"]],
    }
    MonitoredAgent {
        /// The same of a monitored agent as [`CtiEvent::AgentStateChange`].
        MonitoredAgentStateChange = "OnMonitoredAgentStateChange": [MONITORED],
        /// The same of a monitored agent as [`CtiEvent::AgentInfo`].
        MonitoredAgentInfo = "OnMonitoredAgentInfoEvent": [MONITORED],
    }
    MonitoredCall {
        /// The same of a monitored call as [`CtiEvent::CallBegin`].
        MonitoredCallBegin = "OnMonitoredCallBegin": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallEnd`].
        MonitoredCallEnd = "OnMonitoredCallEnd": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallDataUpdate`].
        MonitoredCallDataUpdate = "OnMonitoredCallDataUpdate": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallDelivered`].
        MonitoredCallDelivered = "OnMonitoredCallDelivered": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallEstablished`].
        MonitoredCallEstablished = "OnMonitoredCallEstablished": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallHeld`].
        MonitoredCallHeld = "OnMonitoredCallHeld": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallRetrieved`].
        MonitoredCallRetrieved = "OnMonitoredCallRetrieved": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallCleared`].
        MonitoredCallCleared = "OnMonitoredCallCleared": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallConnectionCleared`].
        MonitoredCallConnectionCleared = "OnMonitoredCallConnectionCleared": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallReachedNetwork`].
        MonitoredCallReachedNetwork = "MonitoredCallReachedNetworkEvent": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallOriginated`].
        MonitoredCallOriginated = "OnMonitoredCallOriginated": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallFailed`].
        MonitoredCallFailed = "OnMonitoredCallFailed": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallTransferred`].
        MonitoredCallTransferred = "OnMonitoredCallTransferred": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallConferenced`].
        MonitoredCallConferenced = "OnMonitoredCallConferenced": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallDiverted`].
        MonitoredCallDiverted = "OnMonitoredCallDiverted": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::TranslationRoute`].
        MonitoredTranslationRoute = "OnMonitoredTranslationRoute": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::AgentPrecall`].
        MonitoredCallAgentPrecall = "OnMonitoredCallAgentPrecallEvent": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::AgentPrecallAbort`].
        MonitoredCallAgentPrecallAbort = "OnMonitoredCallAgentPrecallAbortEvent": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallServiceInitiated`].
        MonitoredCallServiceInitiated = "MonitoredCallServiceInitiatedEvent": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallQueued`].
        MonitoredCallQueued = "MonitoredCallQueuedEvent": [MONITORED],
        /// The same of a monitored call as [`CtiEvent::CallDequeued`].
        MonitoredCallDequeued = "MonitoredCallDequeuedEvent": [MONITORED],
    }
    SilentMonitor {
        /// A media stream has started.
        CallRtpStarted = "OnCallRTPStarted": [
            AGENT, &["MonitorID", "PeripheralID", "ClientPort", "Direction", "RTPType", "BitRate",
             "EchoCancellation", "PacketSize", "PayloadType", "ConnectionDeviceIDType",
             "ConnectionCallID", "ConnectionDeviceID", "ClientAddress"],
        ],
        /// A media stream has stopped.
        CallRtpStopped = "OnCallRTPStopped": [
            AGENT, &["MonitorID", "PeripheralID", "ClientPort", "Direction", "RTPType", "BitRate",
             "EchoCancellation", "PacketSize", "PayloadType", "ConnectionDeviceIDType",
             "ConnectionCallID", "ConnectionDeviceID", "ClientAddress"],
        ],
        /// The request to listen in was processed.
        StartSilentMonitorConf = "OnStartSilentMonitorConf": [LISTENING, LISTENING_TIMES],
        /// Listening in has started, perhaps told more than once (rule R89).
        SilentMonitorStarted = "OnSilentMonitorStartedEvent": [
            LISTENING, LISTENING_TIMES, LISTENING_BY_PHONE,
        ],
        /// Somebody asks to listen in here (rule R88).
        SilentMonitorStartRequested = "OnSilentMonitorStartRequestedEvent": [
            LISTENING, LISTENING_TIMES, &["DoDefaultMessageHandling"],
        ],
        /// The connection between the two desks failed.
        SilentMonitorSessionDisconnected = "OnSilentMonitorSessionDisconnected": [
            &["MonitoredUniqueObjectID", "SMSessionKey", "StatusCode"],
        ],
        /// Listening in was stopped (rule R90).
        SilentMonitorStopRequested = "OnSilentMonitorStopRequestedEvent": [
            LISTENING, LISTENING_BY_PHONE, &["SilentMonitorCallDisposition"],
        ],
        /// How listening in goes, told to who listens (rule R91).
        SilentMonitorStatusReport = "OnSilentMonitorStatusReportEvent": [
            &["MonitoredUniqueObjectID", "SMSessionKey", "StatusCode", "OriginatingServerID",
             "OriginatingClientID", "TargetCILClientID"],
        ],
        /// The request to stop listening in was processed.
        StopSilentMonitorConf = "OnStopSilentMonitorConf": [LISTENING, LISTENING_TIMES],
        /// No voice came from the phone, told to who is listened to (rule R91).
        RtpStreamTimedOut = "OnRTPStreamTimedoutEvent": [
            &["MonitoredUniqueObjectID", "SMSessionKey", "StatusCode"],
        ],
    }
    Generic {
        /// Any event, named by its number (java and .NET).
        Generic = "OnEvent": [&["iEventID", "rArgs", "args", "sender", "eventArgs"]],
    }
}

/// Spellings that do not come from a documented name by leaving out `On` and `Event`: the first is a second
/// event number that the document uses for one event, the second what it once calls the event.
const OTHER_SPELLINGS: [(&str, CtiEvent); 2] =
    [("FailureConf", CtiEvent::Failure), ("EndCall", CtiEvent::CallEnd)];

impl CtiEvent {
    /// The documented name.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The second interface of an event that two interfaces have (irregularity C25).
    pub fn second_interface(self) -> Option<Interface> {
        (self == CtiEvent::ControlFailureConf).then_some(Interface::Agent)
    }

    /// The event that this one tells of a monitored agent or call; itself where it tells of the own one.
    #[must_use]
    pub const fn plain(self) -> Self {
        match self {
            CtiEvent::MonitoredAgentStateChange => CtiEvent::AgentStateChange,
            CtiEvent::MonitoredAgentInfo => CtiEvent::AgentInfo,
            CtiEvent::MonitoredCallBegin => CtiEvent::CallBegin,
            CtiEvent::MonitoredCallEnd => CtiEvent::CallEnd,
            CtiEvent::MonitoredCallDataUpdate => CtiEvent::CallDataUpdate,
            CtiEvent::MonitoredCallDelivered => CtiEvent::CallDelivered,
            CtiEvent::MonitoredCallEstablished => CtiEvent::CallEstablished,
            CtiEvent::MonitoredCallHeld => CtiEvent::CallHeld,
            CtiEvent::MonitoredCallRetrieved => CtiEvent::CallRetrieved,
            CtiEvent::MonitoredCallCleared => CtiEvent::CallCleared,
            CtiEvent::MonitoredCallConnectionCleared => CtiEvent::CallConnectionCleared,
            CtiEvent::MonitoredCallReachedNetwork => CtiEvent::CallReachedNetwork,
            CtiEvent::MonitoredCallOriginated => CtiEvent::CallOriginated,
            CtiEvent::MonitoredCallFailed => CtiEvent::CallFailed,
            CtiEvent::MonitoredCallTransferred => CtiEvent::CallTransferred,
            CtiEvent::MonitoredCallConferenced => CtiEvent::CallConferenced,
            CtiEvent::MonitoredCallDiverted => CtiEvent::CallDiverted,
            CtiEvent::MonitoredTranslationRoute => CtiEvent::TranslationRoute,
            CtiEvent::MonitoredCallAgentPrecall => CtiEvent::AgentPrecall,
            CtiEvent::MonitoredCallAgentPrecallAbort => CtiEvent::AgentPrecallAbort,
            CtiEvent::MonitoredCallServiceInitiated => CtiEvent::CallServiceInitiated,
            CtiEvent::MonitoredCallQueued => CtiEvent::CallQueued,
            CtiEvent::MonitoredCallDequeued => CtiEvent::CallDequeued,
            plain => plain,
        }
    }

    /// Whether the event tells of a monitored agent or call (rule R82).
    pub fn is_monitored(self) -> bool {
        self.plain() != self
    }

    /// Whether the event says only that a request was received; what comes of it is told by other events
    /// (rules R65, R67).
    pub const fn is_receipt(self) -> bool {
        matches!(
            self,
            CtiEvent::AlternateCallConf
                | CtiEvent::AnswerCallConf
                | CtiEvent::CallStartRecordingConf
                | CtiEvent::CallStopRecordingConf
                | CtiEvent::ClearCallConf
                | CtiEvent::ClearConnectionConf
                | CtiEvent::ConferenceCallConf
                | CtiEvent::ConsultationCallConf
                | CtiEvent::HoldCallConf
                | CtiEvent::MakePredictiveCallConf
                | CtiEvent::ReconnectCallConf
                | CtiEvent::ReleaseCallConf
                | CtiEvent::RetrieveCallConf
                | CtiEvent::SendDtmfConf
                | CtiEvent::SetCallDataConf
                | CtiEvent::TransferCallConf
                | CtiEvent::SetAgentStateConf
                | CtiEvent::UserMessageConf
        )
    }

    /// With and without `On` and `Event`, and by the name of the event's number (`eCallBeginEvent`).
    fn from_other_spelling(name: &str) -> Option<Self> {
        let wanted = stem(name);
        let known = Self::ALL
            .iter()
            .copied()
            .find(|known| stem(known.name()).eq_ignore_ascii_case(wanted));
        known.or_else(|| {
            let other = OTHER_SPELLINGS
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(wanted));
            other.map(|(_, event)| *event)
        })
    }
}

/// A name without what the document now and then leaves out.
fn stem(name: &str) -> &str {
    let name = match name.strip_prefix('e') {
        Some(rest) if rest.starts_with(|letter: char| letter.is_ascii_uppercase()) => rest,
        _ if starts_with(name, "On") => name.get(2..).unwrap_or_default(),
        _ => name,
    };
    name.strip_suffix("Event")
        .filter(|stem| !stem.is_empty())
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c14_c05_names_come_in_the_documents_other_spellings_too() {
        for (name, event) in [
            ("OnMonitoredCallQueuedEvent", CtiEvent::MonitoredCallQueued),
            ("MonitoredCallQueuedEvent", CtiEvent::MonitoredCallQueued),
            ("OnCallReachedNetwork", CtiEvent::CallReachedNetwork),
            ("TranslationRouteEvent", CtiEvent::TranslationRoute),
            ("EndCall", CtiEvent::CallEnd),
            ("oncallbegin", CtiEvent::CallBegin),
            ("eCallBeginEvent", CtiEvent::CallBegin),
            ("eSnapshotCallConf", CtiEvent::SnapshotCallConf),
            ("eFailureConf", CtiEvent::Failure),
            ("OnEvent", CtiEvent::Generic),
        ] {
            assert_eq!(CtiEvent::from_name(name), Some(event), "{name}");
        }
        for name in ["", "On", "e", "eEvent", "Event", "OnNothing"] {
            let known = CtiEvent::from_name(name);
            assert!(
                known.is_none_or(|event| event == CtiEvent::Generic),
                "{name}: {known:?}"
            );
        }
    }

    #[test]
    fn every_monitored_event_has_a_plain_one() {
        let monitored = |event: &CtiEvent| {
            matches!(
                event.interface(),
                Interface::MonitoredAgent | Interface::MonitoredCall
            )
        };
        for event in CtiEvent::ALL {
            assert_eq!(event.is_monitored(), monitored(event), "{event:?}");
            assert!(!monitored(&event.plain()), "{event:?}");
        }
        assert_eq!(
            CtiEvent::ALL.iter().filter(|event| event.is_receipt()).count(),
            18
        );
    }
}
