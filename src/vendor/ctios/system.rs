//! Failures of the system behind the desk: why a link was lost, system events, failure codes.
//!
//! Lives here: the documented enumerations with what each member means, and a sentence where people must know it.
//! May not be here: failures of single requests ([`super::failure`]), and what the desk does about any of it.
//! One number has two names and one name two numbers (irregularity C10): both are read, as what they have in common.
//! A member that is not documented is told by its number alone (decision D15).

use crate::domain::command::Refusal;
use crate::domain::telephony::{Loss, Part};

/// Why a link was lost.
pub const LOSSES: [(i64, &str, Loss); 5] = [
    (0, "eProtocolMismatch", Loss::Versions),
    (1, "eMissedHeartbeats", Loss::Silence),
    (2, "eTransportError", Loss::Network),
    (3, "eConnectFail", Loss::NotReached),
    (4, "eOtherError", Loss::Other),
];

/// What a failure code means for the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// A part does not work.
    Part(Part),
    /// Signing in was refused, for this kind of reason (rule R43).
    SignIn(Refusal),
    /// See the system event that comes with it (rule R44).
    SeeEvent,
    /// Nothing but what its sentence says.
    Notice,
}

/// `enumCTIOS_FailureCode`: number, name, meaning, sentence.
pub const FAILURES: [(i64, &str, Failing, &str); 14] = [
    (
        1,
        "eDriverOutOfService",
        Failing::Part(Part::Driver),
        "The telephony server has lost the phone system. It tries again by itself.",
    ),
    (
        2,
        "eServiceNotSupported",
        Failing::Notice,
        "This telephony server does not offer that service.",
    ),
    (
        3,
        "eOperationNotSupported",
        Failing::Notice,
        "This telephony server cannot do that.",
    ),
    (
        4,
        "eInvalidPriviledge",
        Failing::SignIn(Refusal::NotPermitted),
        "You may not do that. If you should, ask your supervisor for the right.",
    ),
    (
        5,
        "eUnknownRequestID",
        Failing::Notice,
        "The telephony server does not know what the desk asked for. Tell IT support.",
    ),
    (
        6,
        "eUnknownEventID",
        Failing::Notice,
        "The telephony server met a message that it does not know. Tell IT support.",
    ),
    (
        7,
        "eUnknownObjectID",
        Failing::Notice,
        "The telephony server no longer knows what the desk asked about.",
    ),
    (
        8,
        "eRequiredArgMissing",
        Failing::Notice,
        "The desk left something out that the telephony server needs. Tell IT support.",
    ),
    (
        9,
        "eInvalidObjectState",
        Failing::Notice,
        "That is not possible at this moment.",
    ),
    (10, "eServerConnectionStatus", Failing::SeeEvent, ""),
    (
        11,
        "eInconsistentAgentData",
        Failing::SignIn(Refusal::BadAgentData),
        "Agent id, password and phone do not belong together. Check them and sign in again.",
    ),
    (
        12,
        "eAgentAlreadyLoggedIn",
        Failing::SignIn(Refusal::AlreadySignedIn),
        "You are signed in at another desk. Sign out there first.",
    ),
    (
        13,
        "eForcedNotReadyForConfigError",
        Failing::Notice,
        "You were set to not ready, because something is set up wrongly for you. Tell your supervisor.",
    ),
    (
        14,
        "eMonitorModeConnectionDenied",
        Failing::Notice,
        "This desk may not watch all agents.",
    ),
];

/// What a system event means for the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemEvent {
    /// Parts work again or went out of order.
    Parts(&'static [Part], bool),
    /// A switch works again or went out of order; the argument says which (rule R44).
    Switch(bool),
    /// A text for the people at the desks.
    Text,
    /// Nothing that the desk shows.
    Nothing,
}

/// `enumCTIOS_SystemEventID`: number, name, meaning, sentence for those who must know.
///
/// 8 is read as both servers coming online: by its name it is the desks' server, by its place the telephony
/// server (irregularity C10).
pub const SYSTEM_EVENTS: [(i64, &str, SystemEvent, &str); 17] = [
    (
        1,
        "eSysCentralControllerOnline",
        SystemEvent::Parts(&[Part::Router], true),
        "Calls are being distributed again.",
    ),
    (
        2,
        "eSysCentralControllerOffline",
        SystemEvent::Parts(&[Part::Router], false),
        "Calls are not being distributed at present. Calls that you have go on.",
    ),
    (
        3,
        "eSysPeripheralOnline",
        SystemEvent::Switch(true),
        "A phone system is back.",
    ),
    (
        4,
        "eSysPeripheralOffline",
        SystemEvent::Switch(false),
        "A phone system is out of order.",
    ),
    (5, "eSysTextFYI", SystemEvent::Text, ""),
    (
        6,
        "eSysPeripheralGatewayOffline",
        SystemEvent::Parts(&[Part::Gateway], false),
        "The way between call distribution and the phones is broken. You may be signed out.",
    ),
    (
        7,
        "eSysCtiServerOffline",
        SystemEvent::Parts(&[Part::Server], false),
        "The telephony server is away. It comes back by itself; use your phone's own keys meanwhile.",
    ),
    (
        8,
        "eSysCTIOSServerOnline",
        SystemEvent::Parts(&[Part::DeskServer, Part::Server], true),
        "The telephony server is back.",
    ),
    (9, "eSysHalfHourChange", SystemEvent::Nothing, ""),
    (
        10,
        "eSysInstrumentOutOfService",
        SystemEvent::Parts(&[Part::Phone], false),
        "Your phone is out of order. Check its cable, or tell IT support.",
    ),
    (
        11,
        "eSysInstrumentBackInService",
        SystemEvent::Parts(&[Part::Phone], true),
        "Your phone works again.",
    ),
    (
        12,
        "eSysCtiServerDriverOnline",
        SystemEvent::Parts(&[Part::Driver], true),
        "The telephony server has reached the phone system again.",
    ),
    (
        13,
        "eSysCtiServerDriverOffline",
        SystemEvent::Parts(&[Part::Driver], false),
        "The telephony server has lost the phone system. It tries again by itself.",
    ),
    (
        14,
        "eSysCTIOSServerOffline",
        SystemEvent::Parts(&[Part::DeskServer], false),
        "The desks' server is away. It comes back by itself; use your phone's own keys meanwhile.",
    ),
    (
        15,
        "eSysCTIOSServerOnline",
        SystemEvent::Parts(&[Part::DeskServer, Part::Server], true),
        "The telephony server is back.",
    ),
    (
        16,
        "eSysAgentSummaryStatusOnline",
        SystemEvent::Parts(&[Part::StateSummary], true),
        "",
    ),
    (
        17,
        "eSysAgentSummaryStatusOffline",
        SystemEvent::Parts(&[Part::StateSummary], false),
        "",
    ),
];

/// The failure code of this number.
pub fn failure(code: i64) -> Option<(Failing, &'static str)> {
    let (_, _, failing, text) = FAILURES.iter().find(|(known, ..)| *known == code)?;
    Some((*failing, text))
}

/// The system event of this number. There is no look-up by name: one name has two numbers.
pub fn system_event(number: i64) -> Option<(SystemEvent, &'static str)> {
    let (_, _, event, text) = SYSTEM_EVENTS.iter().find(|(known, ..)| *known == number)?;
    Some((*event, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_both_numbers_bring_both_servers_back() {
        assert_eq!(system_event(8), system_event(15));
        assert_eq!(
            system_event(7).map(|(event, _)| event),
            Some(SystemEvent::Parts(&[Part::Server], false))
        );
        assert_eq!(system_event(0), None);
        assert_eq!(failure(15), None);
    }

    #[test]
    fn members_are_numbered_without_gaps() {
        assert!((1..).zip(FAILURES).all(|(place, (code, ..))| place == code));
        assert!(
            (1..)
                .zip(SYSTEM_EVENTS)
                .all(|(place, (number, ..))| place == number)
        );
        assert!((0..).zip(LOSSES).all(|(place, (code, ..))| place == code));
    }

    #[test]
    fn sentences_are_sentences() {
        let texts = FAILURES.map(|(.., text)| text).into_iter();
        for text in texts.chain(SYSTEM_EVENTS.map(|(.., text)| text)) {
            assert!(text.is_empty() || text.ends_with('.'), "{text}");
            assert!(!text.contains("CTI"), "{text}");
        }
    }
}
