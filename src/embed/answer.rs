//! Answers: the codes of errors, and what became of a command.
//!
//! Lives here: the contract's codes, each with a sentence for the portal's developer, and how commands end.
//! May not be here: words for agents, who see a refusal of the server on the call's card as ever.
//! A sentence names no person and no number: it may end in a log of somebody else's.

use crate::domain::Model;
use crate::domain::command::{Failed, Failure, InvokeId, Phase};
use crate::domain::model::Off;
use std::borrow::Cow;

/// Why a request came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The data are not those of the type.
    Malformed,
    /// No message of this version.
    UnknownType,
    /// Over a bound.
    TooLarge,
    /// Nobody is signed in.
    NotReady,
    /// The site does not allow it to portals.
    NotPermitted,
    /// The server's mask does not allow it now.
    NotEnabled,
    /// No call of this id.
    NoSuchCall,
    /// Too many commands wait, or this one is under way already.
    Busy,
    /// The desk is not connected; nothing was sent.
    Offline,
    /// The telephony server refused.
    Refused,
    /// No confirmation in time.
    Timeout,
    /// The desk was put away.
    Disposed,
}

impl Code {
    /// All of them, in the order of the contract.
    pub const ALL: [Code; 12] = [
        Code::Malformed,
        Code::UnknownType,
        Code::TooLarge,
        Code::NotReady,
        Code::NotPermitted,
        Code::NotEnabled,
        Code::NoSuchCall,
        Code::Busy,
        Code::Offline,
        Code::Refused,
        Code::Timeout,
        Code::Disposed,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Code::Malformed => "malformed",
            Code::UnknownType => "unknownType",
            Code::TooLarge => "tooLarge",
            Code::NotReady => "notReady",
            Code::NotPermitted => "notPermitted",
            Code::NotEnabled => "notEnabled",
            Code::NoSuchCall => "noSuchCall",
            Code::Busy => "busy",
            Code::Offline => "offline",
            Code::Refused => "refused",
            Code::Timeout => "timeout",
            Code::Disposed => "disposed",
        }
    }
}

/// An error as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) message: Cow<'static, str>,
    /// The telephony server's code.
    pub(super) failure: Option<i32>,
}

impl Fault {
    pub(super) fn new(code: Code, message: &'static str) -> Self {
        Self {
            code,
            message: Cow::Borrowed(message),
            failure: None,
        }
    }

    pub(super) fn malformed(message: &'static str) -> Self {
        Self::new(Code::Malformed, message)
    }

    /// Why a command was not sent.
    pub(super) fn off(off: Off) -> Self {
        match off {
            Off::Offline => Self::new(
                Code::Offline,
                "The desk is not connected to its hub. Nothing was sent.",
            ),
            Off::TelephonyDown => Self::new(
                Code::Offline,
                "The telephony server is away at present. Nothing was sent.",
            ),
            Off::UnderWay => Self::new(Code::Busy, "The same command is under way already."),
            Off::NoMask => Self::new(
                Code::NotEnabled,
                "The telephony server has not said what is allowed.",
            ),
            Off::NoCall => Self::new(Code::NotEnabled, "There is no current call."),
            Off::NotCurrent => Self::new(
                Code::NotEnabled,
                "It works on the current call only, and another call is that.",
            ),
            Off::CallOver => Self::new(Code::NotEnabled, "The call is over."),
            Off::ByServer => Self::new(Code::NotEnabled, "The telephony server does not allow it now."),
        }
    }

    /// Why a command that was sent did not happen.
    fn failed(failure: &Failure) -> Self {
        match failure {
            Failure::Refused {
                code, meaning, text, ..
            } => Self {
                code: Code::Refused,
                message: match (meaning, text) {
                    (Some(meaning), _) => Cow::Borrowed(meaning),
                    (None, Some(text)) => Cow::Owned(text.to_string()),
                    (None, None) => Cow::Borrowed("The telephony server refused."),
                },
                failure: *code,
            },
            Failure::NotTaken(text) => Self {
                code: Code::Refused,
                message: Cow::Owned(text.to_string()),
                failure: None,
            },
            Failure::ConnectionLost => Self::new(
                Code::Timeout,
                "The connection was lost before a confirmation came. It may have happened.",
            ),
            Failure::NoAnswer => Self::late(),
            Failure::Offline => Self::off(Off::Offline),
            Failure::TelephonyDown => Self::off(Off::TelephonyDown),
            Failure::NotAllowed => Self::new(Code::NoSuchCall, "The call has just gone."),
        }
    }

    /// No confirmation came within the deadline.
    pub(super) fn late() -> Self {
        Self::new(
            Code::Timeout,
            "No confirmation came in time. It may still happen.",
        )
    }
}

/// What has become of a command so far: how far it has come, or why it did not happen. `None`: nothing is known yet.
pub(super) fn fate(model: &Model, id: InvokeId) -> Option<Result<&'static str, Fault>> {
    let desk = &model.desk;
    if let Some(flight) = desk.in_flight.iter().find(|flight| flight.id == id) {
        return (flight.phase == Phase::Accepted).then_some(Ok("accepted"));
    }
    let failed = desk.failed.iter().rev().find(|failed: &&Failed| failed.id == id);
    Some(match failed {
        Some(failed) => Err(Fault::failed(&failed.failure)),
        None => Ok("done"),
    })
}
