//! Commands: what the agent asks the telephony server to do, and how far each has come.
//!
//! Lives here: the commands, their phases, and the plain record of a refusal.
//! May not be here: how a command is sent, and any change of state: a command changes nothing but itself.
//! Two phases (decision D11): sent, accepted by a confirmation, done by an event, or refused.
//! A command in flight disables its own control, and nothing else.

use super::call::Stage;
use super::control::Control;
use super::ids::CallKey;
use super::moment::Moment;

/// Names one command from its sending to its end; echoed by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvokeId(pub u32);

/// Whom a message goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// One agent, by sign-in id.
    Agent(Box<str>),
    /// The own supervisor.
    Supervisor,
    /// Everybody in the own team.
    Team,
}

/// What the agent may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Sign in at the telephony server.
    SignIn {
        /// Sign-in id.
        login_id: Box<str>,
        /// Phone to use.
        extension: Box<str>,
    },
    /// Sign out.
    SignOut {
        /// Reason code, where one is given.
        reason: Option<i32>,
    },
    /// Become ready; during a call: ready afterwards.
    Ready,
    /// Become not ready; during a call: not ready afterwards.
    NotReady {
        /// Reason code, where one is given.
        reason: Option<i32>,
    },
    /// Wrap-up that ends in ready; asked for during wrap-up, its time begins anew where the server allows that.
    WorkReady,
    /// Wrap-up that ends in not ready; as [`Command::WorkReady`] else.
    WorkNotReady,
    /// Answer a call.
    Answer(CallKey),
    /// Leave a call; the others may go on talking (decision D13).
    EndCall(CallKey),
    /// End a call for everybody on it (decision D13).
    EndForAll(CallKey),
    /// Put a call on hold.
    Hold(CallKey),
    /// Take a call off hold.
    Retrieve(CallKey),
    /// Change over between the two calls of a consultation.
    Alternate(CallKey),
    /// Drop the consultation and return to the caller.
    BackToCaller(CallKey),
    /// Make this call the current one.
    MakeCurrent(CallKey),
    /// Start a call.
    Dial {
        /// The number as the agent typed it, trimmed.
        number: Box<str>,
    },
    /// Put the call on hold and call somebody about it.
    Consult {
        /// The call it is about.
        call: CallKey,
        /// Whom to call, trimmed.
        number: Box<str>,
        /// To talk with all of them, rather than to hand the caller over.
        for_conference: bool,
    },
    /// Hand the caller over to whom the agent has consulted.
    CompleteTransfer(CallKey),
    /// Hand the caller over without asking.
    BlindTransfer {
        /// The call.
        call: CallKey,
        /// Where to, trimmed.
        number: Box<str>,
    },
    /// Join the caller and whom the agent has consulted.
    CompleteConference(CallKey),
    /// Bring somebody into the call without asking.
    AddParty {
        /// The call.
        call: CallKey,
        /// Whom, trimmed.
        number: Box<str>,
    },
    /// Send tones.
    SendTones {
        /// The call.
        call: CallKey,
        /// Digits 0–9, `*`, `#`, A–D.
        digits: Box<str>,
    },
    /// Change what the call carries; fields that are not named stay.
    SetCallData {
        /// The call.
        call: CallKey,
        /// Fields by the names that [`Call::data`](super::call::Call::data) has, with their new values.
        fields: Vec<(Box<str>, Box<str>)>,
    },
    /// Say how the call is to be filed.
    SetWrapUpData {
        /// The call.
        call: CallKey,
        /// The text that stands for it.
        text: Box<str>,
    },
    /// Have the call recorded.
    StartRecording(CallKey),
    /// Have its recording ended.
    StopRecording(CallKey),
    /// Call the supervisor, about a call where one is given.
    AskSupervisor(Option<CallKey>),
    /// The same in an emergency.
    RaiseEmergency(Option<CallKey>),
    /// Complain about the line of a call.
    ReportBadLine(CallKey),
    /// Write to colleagues.
    SendMessage {
        /// Whom.
        to: Addressee,
        /// What.
        text: Box<str>,
    },
}

impl Command {
    /// The control that must be enabled, `None` where no mask speaks of the command.
    pub fn control(&self) -> Option<Control> {
        Some(match self {
            Command::SignIn { .. } => Control::SignIn,
            Command::SignOut { reason: None } => Control::SignOut,
            Command::SignOut { reason: Some(_) } => Control::SignOutWithReason,
            Command::Ready => Control::Ready,
            Command::NotReady { reason: None } => Control::NotReady,
            Command::NotReady { reason: Some(_) } => Control::NotReadyWithReason,
            Command::WorkReady => Control::WorkReady,
            Command::WorkNotReady => Control::WorkNotReady,
            Command::Answer(_) => Control::Answer,
            Command::EndCall(_) | Command::EndForAll(_) => Control::Release,
            Command::Hold(_) => Control::Hold,
            Command::Retrieve(_) => Control::Retrieve,
            Command::Alternate(_) => Control::Alternate,
            Command::BackToCaller(_) => Control::Reconnect,
            Command::Dial { .. } => Control::MakeCall,
            Command::Consult {
                for_conference: false,
                ..
            } => Control::TransferInit,
            Command::Consult {
                for_conference: true, ..
            } => Control::ConferenceInit,
            Command::CompleteTransfer(_) => Control::TransferComplete,
            Command::BlindTransfer { .. } => Control::SingleStepTransfer,
            Command::CompleteConference(_) => Control::ConferenceComplete,
            Command::AddParty { .. } => Control::SingleStepConference,
            Command::SetWrapUpData { .. } => Control::WrapUp,
            Command::StartRecording(_) | Command::StopRecording(_) => Control::Record,
            Command::AskSupervisor(_) => Control::SupervisorAssist,
            Command::RaiseEmergency(_) => Control::EmergencyCall,
            Command::ReportBadLine(_) => Control::BadLine,
            Command::SendMessage { .. } => Control::Chat,
            Command::MakeCurrent(_) | Command::SendTones { .. } | Command::SetCallData { .. } => return None,
        })
    }

    /// The call that the command acts on.
    pub fn call(&self) -> Option<CallKey> {
        match self {
            Command::Answer(call)
            | Command::EndCall(call)
            | Command::EndForAll(call)
            | Command::Hold(call)
            | Command::Retrieve(call)
            | Command::Alternate(call)
            | Command::BackToCaller(call)
            | Command::MakeCurrent(call)
            | Command::CompleteTransfer(call)
            | Command::CompleteConference(call)
            | Command::StartRecording(call)
            | Command::StopRecording(call)
            | Command::ReportBadLine(call)
            | Command::Consult { call, .. }
            | Command::BlindTransfer { call, .. }
            | Command::AddParty { call, .. }
            | Command::SendTones { call, .. }
            | Command::SetCallData { call, .. }
            | Command::SetWrapUpData { call, .. } => Some(*call),
            Command::AskSupervisor(call) | Command::RaiseEmergency(call) => *call,
            Command::SignIn { .. }
            | Command::SignOut { .. }
            | Command::Ready
            | Command::NotReady { .. }
            | Command::WorkReady
            | Command::WorkNotReady
            | Command::Dial { .. }
            | Command::SendMessage { .. } => None,
        }
    }
}

/// How far a command has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// On its way; no confirmation yet.
    Sent,
    /// The server has confirmed that it received the request; the change itself is still due.
    Accepted,
}

/// A command under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    /// Its name.
    pub id: InvokeId,
    /// What was asked.
    pub command: Command,
    /// How far it has come.
    pub phase: Phase,
    /// When it was sent.
    pub sent: Moment,
    /// No confirmation or event within the time that one expects; the page says "no answer yet".
    pub slow: bool,
    /// Where its call stood when it was asked for.
    pub stage: Option<Stage>,
}

/// Why a command did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The telephony server refused it.
    Refused {
        /// What kind of refusal it is, for the words to show.
        kind: Refusal,
        /// The server's code, for support.
        code: Option<i32>,
        /// What the code means, as a sentence for the agent, where that is known.
        meaning: Option<&'static str>,
        /// The server's own text.
        text: Option<Box<str>>,
    },
    /// The hub would not take it; its text.
    NotTaken(Box<str>),
    /// The connection was lost before an answer came: whether it happened is told by the next snapshot.
    ConnectionLost,
    /// Neither a confirmation nor an event came in time.
    NoAnswer,
    /// It was not sent: the desk is not connected.
    Offline,
    /// It was not sent: nothing can be asked of the telephony server at present.
    TelephonyDown,
    /// It was not sent: the server's mask does not allow it.
    NotAllowed,
}

/// Kinds of refusal that are worth words of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The phone is used by another desk.
    PhoneInUse,
    /// The agent has signed in elsewhere; this desk has stopped.
    SignedInElsewhere,
    /// The switch cannot do that.
    NotAvailable,
    /// The call does not exist (any more).
    NoSuchCall,
    /// The agent is no longer on that call.
    NotOnCall,
    /// The telephony server is away.
    ServerOffline,
    /// The switch did not answer in time.
    NoAnswer,
    /// The digits cannot be dialled.
    BadDigits,
    /// Agent id, password or phone are not right.
    BadAgentData,
    /// The agent is not signed in.
    NotSignedIn,
    /// Not possible in the present state.
    WrongState,
    /// The agent is signed in at another desk; that one goes on.
    AlreadySignedIn,
    /// The agent may not do that.
    NotPermitted,
    /// No supervisor is there.
    NoSupervisor,
    /// The agent belongs to no team.
    NoTeam,
    /// The agent is on no call.
    NoCall,
    /// Nobody can be written to like that.
    NoAddressee,
    /// That part of the call's data cannot be changed.
    DataProtected,
    /// The call's data have no such part.
    NoSuchData,
    /// The call's data would be too much, or one of them too long.
    DataTooLong,
    /// No more parties can join the call.
    TooManyParties,
    /// Something else; see code and text.
    Other,
}

/// A command that failed, kept until the agent has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its name.
    pub id: InvokeId,
    /// What was asked.
    pub command: Command,
    /// Why it did not happen.
    pub failure: Failure,
    /// When that was known.
    pub at: Moment,
}
