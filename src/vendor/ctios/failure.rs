//! Control failures: the 79 documented codes, what kind of refusal each is, and a sentence for the agent.
//!
//! Lives here: `ControlFailureCode` by its documented names, and its reading in the domain's terms.
//! May not be here: the view's words for each kind of refusal, failures of the system ([`super::system`]).
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

            /// What happened and what to do, for an agent whose refusal is of no kind of its own.
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
    0 "E_CTI_NO_ERROR" NoError Other "The telephony server reports a failure and no reason. Try again.";
    1 "E_CTI_INVALID_VERSION" InvalidVersion Other
        "The telephony server is of another version than the hub. Tell IT support, code 1.";
    2 "E_CTI_INVALID_MESSAGE_TYPE" InvalidMessageType Other
        "The telephony server did not understand the request. Tell IT support, code 2.";
    3 "E_CTI_INVALID_FIELD_TAG" InvalidFieldTag Other
        "The telephony server did not understand a part of the request. Tell IT support, code 3.";
    4 "E_CTI_SESSION_NOT_OPEN" SessionNotOpen ServerOffline
        "The telephony server is not ready for you yet. Wait a moment, then try again.";
    5 "E_CTI_SESSION_ALREADY_OPEN" SessionAlreadyOpen Other
        "The telephony server thinks that this desk is connected twice. Sign out, then sign in again.";
    6 "E_CTI_REQUIRED_DATA_MISSING" RequiredDataMissing Other
        "Something that the telephony server needs was not sent. Tell IT support, code 6.";
    7 "E_CTI_INVALID_PERIPHERAL_ID" InvalidPeripheralId Other
        "The phone system you belong to is set up wrongly. Tell IT support, code 7.";
    8 "E_CTI_INVALID_AGENT_DATA" InvalidAgentData BadAgentData
        "Agent id or phone are not right. Check both and try again.";
    9 "E_CTI_AGENT_NOT_LOGGED_ON" AgentNotLoggedOn NotSignedIn
        "You are not signed in at the telephony server. Sign in first.";
    10 "E_CTI_DEVICE_IN_USE" DeviceInUse PhoneInUse
        "This phone is already used at another desk. Choose another extension.";
    11 "E_CTI_NEW_SESSION_OPENED" NewSessionOpened SignedInElsewhere
        "You have signed in at another desk, so this one has stopped.";
    12 "E_CTI_FUNCTION_NOT_AVAILABLE" FunctionNotAvailable NotAvailable
        "You have no right to that here, or the phone system cannot do it.";
    13 "E_CTI_INVALID_CALLID" InvalidCallid NoSuchCall "That call does not exist any more.";
    14 "E_CTI_PROTECTED_VARIABLE" ProtectedVariable DataProtected
        "That part of the call's data cannot be changed by you.";
    15 "E_CTI_CTI_SERVER_OFFLINE" CtiServerOffline ServerOffline
        "The telephony server cannot work at present. Wait; the desk connects again by itself.";
    16 "E_CTI_TIMEOUT" Timeout NoAnswer
        "The phone system did not answer in time. See whether it happened before you try again.";
    17 "E_CTI_UNSPECIFIED_FAILURE" UnspecifiedFailure Other
        "The phone system refused and gave no reason. Try again.";
    18 "E_CTI_INVALID_TIMEOUT" InvalidTimeout Other
        "The hub and the telephony server disagree on how long to wait. Tell IT support, code 18.";
    19 "E_CTI_INVALID_SERVICE_MASK" InvalidServiceMask Other
        "The desk and the telephony server do not understand each other here. Tell IT support, code 19.";
    20 "E_CTI_INVALID_CALL_MSG_MASK" InvalidCallMsgMask Other
        "The desk and the telephony server disagree about calls. Tell IT support, code 20.";
    21 "E_CTI_INVALID_AGENT_STATE_MASK" InvalidAgentStateMask Other
        "The desk and the telephony server disagree about states. Tell IT support, code 21.";
    22 "E_CTI_INVALID_RESERVED_FIELD" InvalidReservedField Other
        "The telephony server found something where nothing should be. Tell IT support, code 22.";
    23 "E_CTI_INVALID_FIELD_LENGTH" InvalidFieldLength DataTooLong
        "One of the values is too long. Shorten it and try again.";
    24 "E_CTI_INVALID_DIGITS" InvalidDigits BadDigits
        "Only the digits 0 to 9 can be dialled. Check the number.";
    25 "E_CTI_BAD_MESSAGE_FORMAT" BadMessageFormat Other
        "The request came damaged. Try again; if it stays so, tell IT support, code 25.";
    26 "E_CTI_INVALID_TAG_FOR_MSG_TYPE" InvalidTagForMsgType Other
        "The request holds something that does not belong there. Tell IT support, code 26.";
    27 "E_CTI_INVALID_DEVICE_ID_TYPE" InvalidDeviceIdType Other
        "The telephony server does not know this kind of phone. Tell IT support, code 27.";
    28 "E_CTI_INVALID_LCL_CONN_STATE" InvalidLclConnState Other
        "The telephony server does not know this stage of a call. Tell IT support, code 28.";
    29 "E_CTI_INVALID_EVENT_CAUSE" InvalidEventCause Other
        "The telephony server does not know this reason. Tell IT support, code 29.";
    30 "E_CTI_INVALID_NUM_PARTIES" InvalidNumParties TooManyParties "No more people can join this call.";
    31 "E_CTI_INVALID_SYS_EVENT_ID" InvalidSysEventId Other
        "The telephony server does not know this kind of message. Tell IT support, code 31.";
    32 "E_CTI_INCONSISTENT_AGENT_DATA" InconsistentAgentData BadAgentData
        "Agent id and phone do not belong together. Check both and try again.";
    33 "E_CTI_INVALID_CONNECTION_ID_TYPE" InvalidConnectionIdType Other
        "The telephony server does not know this kind of connection. Tell IT support, code 33.";
    34 "E_CTI_INVALID_CALL_TYPE" InvalidCallType Other
        "The telephony server does not know this kind of call. Tell IT support, code 34.";
    35 "E_CTI_NOT_CALL_PARTY" NotCallParty NotOnCall "You are no longer on this call.";
    36 "E_CTI_INVALID_PASSWORD" InvalidPassword BadAgentData "The password is not right. Type it again.";
    37 "E_CTI_CLIENT_DISCONNECTED" ClientDisconnected ServerOffline
        "The connection to the telephony server was cut. Wait until it is back.";
    38 "E_CTI_INVALID_OBJECT_STATE" InvalidObjectState WrongState "That is not possible at this moment.";
    39 "E_CTI_INVALID_NUM_SKILL_GROUPS" InvalidNumSkillGroups Other
        "Your skill groups are set up wrongly. Tell IT support, code 39.";
    40 "E_CTI_INVALID_NUM_LINES" InvalidNumLines Other
        "The number of your phone's lines is set up wrongly. Tell IT support, code 40.";
    41 "E_CTI_INVALID_LINE_TYPE" InvalidLineType Other
        "The kind of your phone's line is set up wrongly. Tell IT support, code 41.";
    42 "E_CTI_INVALID_ALLOCATION_STATE" InvalidAllocationState Other
        "The telephony server does not know this way to place a call. Tell IT support, code 42.";
    43 "E_CTI_INVALID_ANSWERING_MACHINE" InvalidAnsweringMachine Other
        "What to do about answering machines is set up wrongly. Tell IT support, code 43.";
    44 "E_CTI_INVALID_CALL_MANNER_TYPE" InvalidCallMannerType Other
        "How calls are to be made is set up wrongly. Tell IT support, code 44.";
    45 "E_CTI_INVALID_CALL_PLACEMENT_TYPE" InvalidCallPlacementType Other
        "Where calls are to be made from is set up wrongly. Tell IT support, code 45.";
    46 "E_CTI_INVALID_CONSULT_TYPE" InvalidConsultType Other
        "Nobody can be consulted in this way. Tell IT support, code 46.";
    47 "E_CTI_INVALID_FACILITY_TYPE" InvalidFacilityType Other
        "The line asked for is of an unknown kind. Tell IT support, code 47.";
    48 "E_CTI_INVALID_MSG_TYPE_FOR_VERSION" InvalidMsgTypeForVersion Other
        "The telephony server is too old for that. Tell IT support, code 48.";
    49 "E_CTI_INVALID_TAG_FOR_VERSION" InvalidTagForVersion Other
        "The telephony server is too old for a part of that. Tell IT support, code 49.";
    50 "E_CTI_INVALID_AGENT_WORK_MODE" InvalidAgentWorkMode Other
        "The telephony server does not know this way of working. Tell IT support, code 50.";
    51 "E_CTI_INVALID_CALL_OPTION" InvalidCallOption Other
        "The call was asked for with an unknown wish. Tell IT support, code 51.";
    52 "E_CTI_INVALID_DESTINATION_COUNTRY" InvalidDestinationCountry Other
        "The country of the number is not known. Check the number's beginning.";
    53 "E_CTI_INVALID_ANSWER_DETECT_MODE" InvalidAnswerDetectMode Other
        "How an answer is noticed is set up wrongly. Tell IT support, code 53.";
    54 "E_CTI_MUTUALLY_EXCLUS_DEVICEID_TYPES" MutuallyExclusDeviceidTypes Other
        "A call and a phone cannot be watched in one request. Tell IT support, code 54.";
    55 "E_CTI_INVALID_MONITORID" InvalidMonitorid Other
        "What was to be watched is not being watched. Tell IT support, code 55.";
    56 "E_CTI_SESSION_MONITOR_ALREADY_EXISTS" SessionMonitorAlreadyExists Other
        "That is being watched already.";
    57 "E_CTI_SESSION_MONITOR_IS_CLIENTS" SessionMonitorIsClients Other
        "A desk cannot watch itself. Choose another agent.";
    58 "E_CTI_INVALID_CALL_CONTROL_MASK" InvalidCallControlMask Other
        "What may be done to calls is set up wrongly. Tell IT support, code 58.";
    59 "E_CTI_INVALID_FEATURE_MASK" InvalidFeatureMask Other
        "What this phone system can do is set up wrongly. Tell IT support, code 59.";
    60 "E_CTI_INVALID_TRANSFER_CONFERENCE_SETUP_MASK" InvalidTransferConferenceSetupMask Other
        "How transfers and conferences are made is set up wrongly. Tell IT support, code 60.";
    61 "E_CTI_INVALID_ARRAY_INDEX" InvalidArrayIndex NoSuchData
        "The call's data have no such place in that list.";
    62 "E_CTI_INVALID_CHARACTER" InvalidCharacter Other
        "One of the letters cannot be sent. Leave out unusual signs and try again.";
    63 "E_CTI_CLIENT_NOT_FOUND" ClientNotFound NoAddressee
        "The desk that you want to reach is not signed in.";
    64 "E_CTI_SUPERVISOR_NOT_FOUND" SupervisorNotFound NoSupervisor
        "No supervisor of yours is signed in. Ask somebody nearby.";
    65 "E_CTI_TEAM_NOT_FOUND" TeamNotFound NoTeam
        "You belong to no team, so there is no supervisor to ask. Tell your supervisor.";
    66 "E_CTI_NO_CALL_ACTIVE" NoCallActive NoCall "You are on no call at the moment.";
    67 "E_CTI_NAMED_VARIABLE_NOT_CONFIGURED" NamedVariableNotConfigured NoSuchData
        "Calls have no such data here. Tell IT support which field you used.";
    68 "E_CTI_NAMED_ARRAY_NOT_CONFIGURED" NamedArrayNotConfigured NoSuchData
        "Calls have no such list of data here. Tell IT support which field you used.";
    69 "E_CTI_INVALID_CALL_VARIABLE_MASK" InvalidCallVariableMask Other
        "The desk asked for call data in a wrong way. Tell IT support, code 69.";
    70 "E_CTI_ELEMENT_NOT_FOUND" ElementNotFound Other
        "The telephony server failed at the call's data. Try again.";
    71 "E_CTI_INVALID_DISTRIBUTION_TYPE" InvalidDistributionType NoAddressee
        "Messages cannot be sent to that kind of group. Choose one person.";
    72 "E_CTI_INVALID_SKILL_GROUP" InvalidSkillGroup Other "There is no such skill group.";
    73 "E_CTI_TOO_MUCH_DATA" TooMuchData DataTooLong
        "The call's data are too much altogether. Shorten some of them and try again.";
    74 "E_CTI_VALUE_TOO_LONG" ValueTooLong DataTooLong
        "One of the call's data is too long. Shorten it and try again.";
    75 "E_CTI_SCALAR_FUNCTION_ON_ARRAY" ScalarFunctionOnArray NoSuchData
        "That part of the call's data is a list, not one value. Tell IT support, code 75.";
    76 "E_CTI_ARRAY_FUNCTION_ON_SCALAR" ArrayFunctionOnScalar NoSuchData
        "That part of the call's data is one value, not a list. Tell IT support, code 76.";
    77 "E_CTI_INVALID_NUM_NAMED_VARIABLES" InvalidNumNamedVariables Other
        "The desk miscounted the call's data. Tell IT support, code 77.";
    78 "E_CTI_INVALID_NUM_NAMED_ARRAYS" InvalidNumNamedArrays Other
        "The desk miscounted the lists of the call's data. Tell IT support, code 78.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_79_codes_are_known_by_name_and_told_without_jargon() {
        assert_eq!(ControlFailure::ALL.len(), 79);
        for (code, failure) in (0..).zip(ControlFailure::ALL) {
            assert_eq!(i64::from(failure.code()), code);
            assert_eq!(ControlFailure::from_code(code), Some(*failure));
            assert!(failure.name().starts_with("E_CTI_"));
            assert!(failure.text().ends_with('.'), "{}", failure.text());
            for jargon in ["CTI", "ICM", "Mask", "MASK", "ID ", " tag", "floating"] {
                assert!(!failure.text().contains(jargon), "{}", failure.text());
            }
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
        assert_eq!(kind(14), Some(Refusal::DataProtected));
        assert_eq!(kind(30), Some(Refusal::TooManyParties));
        assert_eq!(kind(64), Some(Refusal::NoSupervisor));
        assert_eq!(kind(65), Some(Refusal::NoTeam));
        assert_eq!(kind(66), Some(Refusal::NoCall));
        assert_eq!(kind(71), Some(Refusal::NoAddressee));
        assert_eq!(kind(73), Some(Refusal::DataTooLong));
        assert_eq!(kind(74), Some(Refusal::DataTooLong));
        assert_eq!(kind(17), Some(Refusal::Other));
    }
}
