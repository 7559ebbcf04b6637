//! Control failures: the 79 documented codes, what kind of refusal each is, and a sentence for IT support.
//!
//! Lives here: `ControlFailureCode` by its documented names, and its reading in the domain's terms.
//! May not be here: the words that an agent sees (the view's, by kind of refusal), and system failures.
//! A code that is not documented is a refusal like any other, shown by its number (decision D15).
//! Source: CTI OS event document, Control Failure Code; rules R68, R69, R72.

use crate::domain::command::Refusal;

macro_rules! failures {
    ($($code:literal $name:literal $variant:ident $refusal:ident $text:literal;)*) => {
        /// Why a request failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum ControlFailure {
            $(
                #[doc = concat!("`", $name, "`: ", $text)]
                $variant = $code,
            )*
        }

        impl ControlFailure {
            /// Every documented code, in order.
            pub const ALL: &'static [ControlFailure] = &[$(ControlFailure::$variant,)*];

            /// The failure with this code.
            pub fn from_code(code: i64) -> Option<Self> {
                match code {
                    $($code => Some(ControlFailure::$variant),)*
                    _ => None,
                }
            }

            /// The code.
            pub const fn code(self) -> i32 {
                self as i32
            }

            /// The documented name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ControlFailure::$variant => $name,)*
                }
            }

            /// A sentence for IT support.
            pub const fn text(self) -> &'static str {
                match self {
                    $(ControlFailure::$variant => $text,)*
                }
            }

            /// The kind of refusal, for the words that an agent sees.
            pub const fn refusal(self) -> Refusal {
                match self {
                    $(ControlFailure::$variant => Refusal::$refusal,)*
                }
            }
        }
    };
}

failures! {
    0 "E_CTI_NO_ERROR" NoError Other "No error.";
    1 "E_CTI_INVALID_VERSION" InvalidVersion Other "Protocol version requested by the client is not supported by CTI Server.";
    2 "E_CTI_INVALID_MESSAGE_TYPE" InvalidMessageType Other "Invalid message type field.";
    3 "E_CTI_INVALID_FIELD_TAG" InvalidFieldTag Other "Invalid floating field tag.";
    4 "E_CTI_SESSION_NOT_OPEN" SessionNotOpen ServerOffline "No session is open on the connection.";
    5 "E_CTI_SESSION_ALREADY_OPEN" SessionAlreadyOpen Other "A session is already open on the connection.";
    6 "E_CTI_REQUIRED_DATA_MISSING" RequiredDataMissing Other "One or more required floating items are missing.";
    7 "E_CTI_INVALID_PERIPHERAL_ID" InvalidPeripheralId Other "Invalid PeripheralID value.";
    8 "E_CTI_INVALID_AGENT_DATA" InvalidAgentData BadAgentData "Agent data items are invalid.";
    9 "E_CTI_AGENT_NOT_LOGGED_ON" AgentNotLoggedOn NotSignedIn "The agent is not logged in.";
    10 "E_CTI_DEVICE_IN_USE" DeviceInUse PhoneInUse "The agent's teleset is already associated with another CTI client.";
    11 "E_CTI_NEW_SESSION_OPENED" NewSessionOpened SignedInElsewhere "The session is being ended because the client opened a new one.";
    12 "E_CTI_FUNCTION_NOT_AVAILABLE" FunctionNotAvailable NotAvailable "The function or service was not granted to the client.";
    13 "E_CTI_INVALID_CALLID" InvalidCallid NoSuchCall "Invalid CallID value.";
    14 "E_CTI_PROTECTED_VARIABLE" ProtectedVariable Other "The client may not update the variable.";
    15 "E_CTI_CTI_SERVER_OFFLINE" CtiServerOffline ServerOffline "CTI Server cannot work normally; the client closes the session on this error.";
    16 "E_CTI_TIMEOUT" Timeout NoAnswer "No response within the time-out, or no messages from the client within IdleTimeout.";
    17 "E_CTI_UNSPECIFIED_FAILURE" UnspecifiedFailure Other "Unspecified error.";
    18 "E_CTI_INVALID_TIMEOUT" InvalidTimeout Other "IdleTimeout is below 20 seconds (four times the minimum heartbeat interval of 5 seconds).";
    19 "E_CTI_INVALID_SERVICE_MASK" InvalidServiceMask Other "Unused bits are set in ServicesRequested; they must be zero.";
    20 "E_CTI_INVALID_CALL_MSG_MASK" InvalidCallMsgMask Other "Unused bits are set in CallMsgMask; they must be zero.";
    21 "E_CTI_INVALID_AGENT_STATE_MASK" InvalidAgentStateMask Other "Unused bits are set in AgentStateMask; they must be zero.";
    22 "E_CTI_INVALID_RESERVED_FIELD" InvalidReservedField Other "A Reserved field is not zero.";
    23 "E_CTI_INVALID_FIELD_LENGTH" InvalidFieldLength Other "A floating field is too long for its type.";
    24 "E_CTI_INVALID_DIGITS" InvalidDigits BadDigits "A STRING field holds characters other than the digits 0 to 9.";
    25 "E_CTI_BAD_MESSAGE_FORMAT" BadMessageFormat Other "The message is badly built, e.g. fixed fields omitted or of wrong size.";
    26 "E_CTI_INVALID_TAG_FOR_MSG_TYPE" InvalidTagForMsgType Other "A floating field tag does not belong in this message type.";
    27 "E_CTI_INVALID_DEVICE_ID_TYPE" InvalidDeviceIdType Other "Invalid DeviceIDType value.";
    28 "E_CTI_INVALID_LCL_CONN_STATE" InvalidLclConnState Other "Invalid LocalConnectionState value.";
    29 "E_CTI_INVALID_EVENT_CAUSE" InvalidEventCause Other "Invalid EventCause value.";
    30 "E_CTI_INVALID_NUM_PARTIES" InvalidNumParties Other "NumParties is above the maximum of 16.";
    31 "E_CTI_INVALID_SYS_EVENT_ID" InvalidSysEventId Other "Invalid SystemEventID value.";
    32 "E_CTI_INCONSISTENT_AGENT_DATA" InconsistentAgentData BadAgentData "Agent extension, agent ID and/or agent instrument contradict one another.";
    33 "E_CTI_INVALID_CONNECTION_ID_TYPE" InvalidConnectionIdType Other "Invalid ConnectionDeviceIDType value.";
    34 "E_CTI_INVALID_CALL_TYPE" InvalidCallType Other "Invalid CallType value.";
    35 "E_CTI_NOT_CALL_PARTY" NotCallParty NotOnCall "The client is not a party of the call named in a CallDataUpdate or Release Call request.";
    36 "E_CTI_INVALID_PASSWORD" InvalidPassword BadAgentData "Client ID and password of an OPEN_REQ message are incorrect.";
    37 "E_CTI_CLIENT_DISCONNECTED" ClientDisconnected Other "The client's TCP/IP connection went down without a CLOSE_REQ.";
    38 "E_CTI_INVALID_OBJECT_STATE" InvalidObjectState WrongState "Invalid object state value.";
    39 "E_CTI_INVALID_NUM_SKILL_GROUPS" InvalidNumSkillGroups Other "Invalid NumSkillGroups value.";
    40 "E_CTI_INVALID_NUM_LINES" InvalidNumLines Other "Invalid NumLines value.";
    41 "E_CTI_INVALID_LINE_TYPE" InvalidLineType Other "Invalid LineType value.";
    42 "E_CTI_INVALID_ALLOCATION_STATE" InvalidAllocationState Other "Invalid AllocationState value.";
    43 "E_CTI_INVALID_ANSWERING_MACHINE" InvalidAnsweringMachine Other "Invalid AnsweringMachine value.";
    44 "E_CTI_INVALID_CALL_MANNER_TYPE" InvalidCallMannerType Other "Invalid CallMannerType value.";
    45 "E_CTI_INVALID_CALL_PLACEMENT_TYPE" InvalidCallPlacementType Other "Invalid CallPlacementType value.";
    46 "E_CTI_INVALID_CONSULT_TYPE" InvalidConsultType Other "Invalid ConsultType value.";
    47 "E_CTI_INVALID_FACILITY_TYPE" InvalidFacilityType Other "Invalid FacilityType value.";
    48 "E_CTI_INVALID_MSG_TYPE_FOR_VERSION" InvalidMsgTypeForVersion Other "The MessageType is not valid for the opened protocol version.";
    49 "E_CTI_INVALID_TAG_FOR_VERSION" InvalidTagForVersion Other "The floating field tag is not valid for the opened protocol version.";
    50 "E_CTI_INVALID_AGENT_WORK_MODE" InvalidAgentWorkMode Other "Invalid AgentWorkMode value.";
    51 "E_CTI_INVALID_CALL_OPTION" InvalidCallOption Other "Invalid call option value.";
    52 "E_CTI_INVALID_DESTINATION_COUNTRY" InvalidDestinationCountry Other "Invalid destination country value.";
    53 "E_CTI_INVALID_ANSWER_DETECT_MODE" InvalidAnswerDetectMode Other "Invalid answer detect mode value.";
    54 "E_CTI_MUTUALLY_EXCLUS_DEVICEID_TYPES" MutuallyExclusDeviceidTypes Other "A peripheral monitor request may not name both a call and a device.";
    55 "E_CTI_INVALID_MONITORID" InvalidMonitorid Other "Invalid monitorID value.";
    56 "E_CTI_SESSION_MONITOR_ALREADY_EXISTS" SessionMonitorAlreadyExists Other "The session monitor asked for exists already.";
    57 "E_CTI_SESSION_MONITOR_IS_CLIENTS" SessionMonitorIsClients Other "A client may not monitor its own session.";
    58 "E_CTI_INVALID_CALL_CONTROL_MASK" InvalidCallControlMask Other "Invalid call control mask value.";
    59 "E_CTI_INVALID_FEATURE_MASK" InvalidFeatureMask Other "Invalid feature mask value.";
    60 "E_CTI_INVALID_TRANSFER_CONFERENCE_SETUP_MASK" InvalidTransferConferenceSetupMask Other "Invalid transfer conference setup mask value.";
    61 "E_CTI_INVALID_ARRAY_INDEX" InvalidArrayIndex Other "Invalid named array index value.";
    62 "E_CTI_INVALID_CHARACTER" InvalidCharacter Other "Invalid character value.";
    63 "E_CTI_CLIENT_NOT_FOUND" ClientNotFound Other "No open session has that ClientID.";
    64 "E_CTI_SUPERVISOR_NOT_FOUND" SupervisorNotFound Other "The agent's supervisor is unknown or has no open CTI session.";
    65 "E_CTI_TEAM_NOT_FOUND" TeamNotFound Other "The agent belongs to no agent team.";
    66 "E_CTI_NO_CALL_ACTIVE" NoCallActive NoSuchCall "The agent has no active call.";
    67 "E_CTI_NAMED_VARIABLE_NOT_CONFIGURED" NamedVariableNotConfigured Other "The named variable is not configured in the Unified ICM database.";
    68 "E_CTI_NAMED_ARRAY_NOT_CONFIGURED" NamedArrayNotConfigured Other "The named array is not configured in the Unified ICM database.";
    69 "E_CTI_INVALID_CALL_VARIABLE_MASK" InvalidCallVariableMask Other "The call variable mask is not valid.";
    70 "E_CTI_ELEMENT_NOT_FOUND" ElementNotFound Other "Internal error while handling a named variable or named array element.";
    71 "E_CTI_INVALID_DISTRIBUTION_TYPE" InvalidDistributionType Other "Invalid distribution type.";
    72 "E_CTI_INVALID_SKILL_GROUP" InvalidSkillGroup Other "Invalid skill group.";
    73 "E_CTI_TOO_MUCH_DATA" TooMuchData Other "Named variables and arrays together exceed the limit of 2000 bytes.";
    74 "E_CTI_VALUE_TOO_LONG" ValueTooLong Other "The value of the named variable or array element is too long.";
    75 "E_CTI_SCALAR_FUNCTION_ON_ARRAY" ScalarFunctionOnArray Other "A NamedArray was given with a NamedVariable tag.";
    76 "E_CTI_ARRAY_FUNCTION_ON_SCALAR" ArrayFunctionOnScalar Other "A NamedVariable was given with a NamedArray tag.";
    77 "E_CTI_INVALID_NUM_NAMED_VARIABLES" InvalidNumNamedVariables Other "NumNamedVariables differs from the number of NamedVariable fields in the message.";
    78 "E_CTI_INVALID_NUM_NAMED_ARRAYS" InvalidNumNamedArrays Other "NumNamedArrays differs from the number of NamedArray fields in the message.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_79_codes_are_known_by_name() {
        assert_eq!(ControlFailure::ALL.len(), 79);
        for (code, failure) in (0..).zip(ControlFailure::ALL) {
            assert_eq!(i64::from(failure.code()), code);
            assert_eq!(ControlFailure::from_code(code), Some(*failure));
            assert!(failure.name().starts_with("E_CTI_"));
            assert!(failure.text().ends_with('.'), "{}", failure.text());
        }
        assert_eq!(ControlFailure::from_code(79), None);
        assert_eq!(ControlFailure::from_code(-1), None);
    }

    #[test]
    fn r72_kinds_that_agents_meet_have_words_of_their_own() {
        let kind = |code| ControlFailure::from_code(code).map(ControlFailure::refusal);
        assert_eq!(kind(10), Some(Refusal::PhoneInUse));
        assert_eq!(kind(11), Some(Refusal::SignedInElsewhere));
        assert_eq!(kind(13), Some(Refusal::NoSuchCall));
        assert_eq!(kind(15), Some(Refusal::ServerOffline));
        assert_eq!(kind(35), Some(Refusal::NotOnCall));
        assert_eq!(kind(38), Some(Refusal::WrongState));
        assert_eq!(kind(17), Some(Refusal::Other));
    }
}
