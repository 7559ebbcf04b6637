//! Status codes of listening in: what each means for the session, and a sentence for the people at the desks.
//!
//! Lives here: the documented codes in their three groups.
//! May not be here: the session and its states (the domain's), and who is on which side.
//! A report whose code is not documented changes nothing; it is shown by its number (decision D15).
//! Source: CTI OS event document, silent monitor status codes; names with the document's spelling.

use crate::domain::supervision::Report;
use crate::domain::supervision::Standing::{self, Failed, GoesOn, Runs, Stopped};

/// The status codes: number, name, what it means for the session, sentence.
pub const STATUSES: [(i64, &str, Standing, &str); 42] = [
    (
        -1,
        "eSMStatusUnknown",
        GoesOn,
        "Nobody knows how listening in stands.",
    ),
    (0, "eSMStatusOK", GoesOn, "Listening in is as it should be."),
    (
        1,
        "eSMStatusFailed",
        Failed,
        "Listening in did not work. Try again.",
    ),
    (
        2,
        "eSMStatusComError",
        Failed,
        "A program for listening in is missing or broken on this computer. Tell IT support.",
    ),
    (3, "eSMStatusMonitorStarted", Runs, "Listening in has started."),
    (4, "eSMStatusMonitorStopped", Stopped, "Listening in has stopped."),
    (
        5,
        "eSMStatusHeartbeatTimeout",
        Failed,
        "The other desk was not heard of any more, so listening in has ended.",
    ),
    (
        6,
        "eSMStatusOutOfMemory",
        Failed,
        "The computer has no memory left for listening in. Close other programs.",
    ),
    (
        7,
        "eSMStatusPortUnavailable",
        Failed,
        "Another program on this computer is in the way of listening in. Tell IT support.",
    ),
    (
        8,
        "eSMStatusIncorrectStateForThisAction",
        GoesOn,
        "That is not possible at this stage of listening in.",
    ),
    (
        9,
        "eSMStatusResourceError",
        Failed,
        "The computer cannot listen in at present. Try again later.",
    ),
    (
        10,
        "eSMStatusRejectedBadParameter",
        Failed,
        "The request to listen in was not understood. Tell IT support.",
    ),
    (
        11,
        "eSMStatusWinsockError",
        Failed,
        "The network on this computer failed while listening in.",
    ),
    (
        12,
        "eSMStatusMediaTerminationNotPresent",
        Failed,
        "This computer has nothing to play the voices with. Tell IT support.",
    ),
    (
        13,
        "eSMStatusIPPhoneInformatioNotAvailable",
        Failed,
        "The agent's phone is not known, so nobody can listen in.",
    ),
    (
        14,
        "eSMStatusMissingParameter",
        Failed,
        "The request to listen in was incomplete. Tell IT support.",
    ),
    (
        15,
        "eSMStatusSessionNotFound",
        Failed,
        "Listening in had ended already.",
    ),
    (
        16,
        "eSMStatusSessionAlreadyExists",
        Failed,
        "Somebody is listening in on this agent already.",
    ),
    (
        17,
        "eSMStatusDisconnected",
        Failed,
        "The two desks have lost each other.",
    ),
    (
        18,
        "eSMStatusInvalidStateForAction",
        GoesOn,
        "That is not possible at this moment.",
    ),
    (
        19,
        "eSMStatusInProgress",
        GoesOn,
        "Listening in is about to start.",
    ),
    (
        20,
        "eSMStatusMaxSessionsExceeded",
        Failed,
        "Too many people are listening in at once. Try again later.",
    ),
    (
        21,
        "eSMStatusCCMSilentMonitor",
        Failed,
        "Here the phone system does the listening in, not the desk. Start it with the button for calls.",
    ),
    (
        0x1000_0000,
        "eSMStatusSessionTerminatedAbnormally",
        Failed,
        "Listening in broke off.",
    ),
    (
        0x1000_0001,
        "eSMStatusRejectedAlreadyInSession",
        Failed,
        "This agent or this supervisor is listening in, or being listened to, already.",
    ),
    (
        0x1000_0002,
        "eSMStatusRejectedWinPcapNotPresent",
        Failed,
        "The agent's computer has no program to capture the voices. Tell IT support.",
    ),
    (
        0x1000_0003,
        "eSMStatusWinPcapError",
        Failed,
        "The agent's computer cannot capture the voices. Tell IT support.",
    ),
    (
        0x1000_0004,
        "eSMStatusMediaUnknownCodec",
        Failed,
        "The agent's phone encodes voices in a way that cannot be played here.",
    ),
    (
        0x1000_0005,
        "eSMStatusIncorrectSessionMode",
        Failed,
        "The desk is on the wrong side for that: it listens, or is listened to.",
    ),
    (
        0x1000_0006,
        "eSMStatusPeerSilentMonitorNotEnabled",
        Failed,
        "The other desk does not allow listening in.",
    ),
    (
        0x1000_0007,
        "eSMStatusSilentMonitorNotEnabled",
        Failed,
        "This desk does not allow listening in.",
    ),
    (
        0x1000_0008,
        "eSMStatusNoResponseFromPeer",
        Failed,
        "The other desk did not answer.",
    ),
    (
        0x1000_0009,
        "eSMStatusPeerLoggedOut",
        Stopped,
        "Listening in has ended, because the other one signed out.",
    ),
    (
        0x1000_000A,
        "eSMStatusSessionTerminatedByMonitoredClient",
        Stopped,
        "The agent's desk has ended listening in.",
    ),
    (
        0x1000_000B,
        "eSMStatusSessionTerminatedByMonitoringClient",
        Stopped,
        "The supervisor has stopped listening in.",
    ),
    (
        NO_VOICE,
        "eSMStatusNoRTPPacketsReceivedFormIPPhone",
        Failed,
        "No voice comes from the agent's phone, so listening in has ended.",
    ),
    (
        0x1000_000D,
        "eSMStatusSessionConnectionToDelegateLost",
        Failed,
        "The program that captures the voices was lost.",
    ),
    (
        0x2000_0000,
        "eSMStatusMTError",
        Failed,
        "The voices cannot be played on this computer.",
    ),
    (
        NOTHING_CAPTURED,
        "eSMStatusWPNoPacketsReceived",
        Failed,
        "Nothing of the voices could be captured.",
    ),
    (
        0x3000_0001,
        "eSMStatusWPFailedToOpenDevice",
        Failed,
        "The network card that carries the voices cannot be used. Tell IT support.",
    ),
    (
        0x3000_0002,
        "eSMStatusWPFailedToSetFilterExp",
        Failed,
        "The voices cannot be picked out of the network. Tell IT support.",
    ),
    (
        0x3000_0003,
        "eSMStatusWPErrorInFilterExp",
        Failed,
        "Picking the voices out of the network is set up wrongly. Tell IT support.",
    ),
];

const NO_VOICE: i64 = 0x1000_000C;
const NOTHING_CAPTURED: i64 = 0x3000_0000;

/// The report with this status code.
pub fn report(code: i64) -> Option<Report> {
    let (_, _, standing, text) = STATUSES.iter().find(|(known, ..)| *known == code)?;
    Some(Report {
        standing: *standing,
        code,
        text,
    })
}

/// Whether a status code says that no voice comes.
pub fn is_voiceless(code: i64) -> bool {
    matches!(code, NO_VOICE | NOTHING_CAPTURED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_sentence_and_a_number_of_its_own() {
        for (place, (code, name, standing, text)) in STATUSES.into_iter().enumerate() {
            assert!(text.ends_with('.'), "{name}");
            assert_eq!(
                report(code).map(|report| report.standing),
                Some(standing),
                "{name}"
            );
            assert!(
                STATUSES.iter().take(place).all(|(other, ..)| *other != code),
                "{name}"
            );
        }
        assert_eq!(report(22), None);
    }
}
