//! The catalogue: every word that the page shows, by language.
//!
//! Lives here: single words, sentences with numbers or names in them, and the choice of language.
//! May not be here: markup, formatting of times, any decision about what to show.
//! A language is a `match` that names every word, so that a missing one does not compile.
//! Components ask through [`Speech`], which tracks the language: another one is shown at once.

use crate::domain::command::{Command, Failed, Failure, Refusal};
use crate::domain::model::Off;
use leptos::prelude::*;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
}

macro_rules! words {
    ($($word:ident = $english:literal)*) => {
        /// A text without variable parts; its documentation is the English text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Word {
            $(#[doc = $english] $word,)*
        }

        fn english(word: Word) -> &'static str {
            match word {
                $(Word::$word => $english,)*
            }
        }
    };
}

words! {
    Product = "Switchhook"
    Unreported = "–"
    NotReported = "not reported"
    Details = "Details"
    Dismiss = "Dismiss"

    Ready = "Ready"
    NotReady = "Not ready"
    Reserved = "Reserved"
    Talking = "Talking"
    OnHold = "On hold"
    WrapUp = "Wrap-up"
    WrapUpThenReady = "Wrap-up, then ready"
    WrapUpThenNotReady = "Wrap-up, then not ready"
    BusyOther = "Busy (other)"
    SignedOut = "Signed out"
    Unknown = "Unknown"

    CallStarting = "Starting"
    CallComing = "Call coming"
    Ringing = "Ringing"
    Calling = "Calling"
    CallFailed = "Failed"
    CallEnded = "Ended"

    SignIn = "Sign in"
    SignInAgain = "Sign in again"
    SigningIn = "Signing in…"
    SignOut = "Sign out"
    AgentId = "Agent id"
    Password = "Password"
    Extension = "Extension"
    ExtensionHint = "The phone you will use today"
    SignInIntro = "Sign in to start your shift"
    SignInRefused = "These details were not accepted. Check the agent id and try again."
    SignInUnreachable = "The server cannot be reached. Check the network, or show this to IT support."
    SignInTelephony = "The telephony server did not accept the sign-in."

    BadConfigTitle = "The desk cannot start"
    BadConfigIntro = "Its configuration has errors. Please show this page to IT support."
    Starting = "Starting…"

    AgentState = "Agent state"
    ReasonNone = "No reason"
    PickReason = "Pick a reason from the list"
    ReasonsNotAllowed = "The telephony server takes no reason at the moment"
    Dial = "Dial"
    DialField = "Number to dial"
    DialPlaceholder = "Number to dial"
    DialFirst = "Enter a number first"
    NotSignedInHere = "Not signed in"
    ViewOnly = "View only"

    Calls = "Calls"
    NoCalls = "No calls"
    NoCallsHint = "A new call appears here."
    Answer = "Answer"
    EndCall = "End call"
    Hold = "Hold"
    Retrieve = "Retrieve"
    Keypad = "Keypad"
    KeypadHint = "Type or press digits; each is sent at once."
    NothingSent = "Nothing sent yet"
    TryAgain = "Try again"
    CallBack = "Call back"
    CouldNotComplete = "The call could not be completed"
    HiddenNumber = "Unknown number"
    Inbound = "inbound"
    Outbound = "outbound"
    RemoteHungUp = "caller hung up"
    RangOut = "not answered"
    Withdrawn = "withdrawn"
    TakenByOther = "taken by somebody else"
    Transferred = "transferred"
    Missed = "Missed"
    NoMissed = "No missed calls"

    Team = "Team"
    Agent = "Agent"
    State = "State"
    Time = "Time"
    Activity = "Queue or note"
    NoAgents = "No agents yet"
    NotHeardYet = "not heard yet"

    Queues = "Queues"
    Queue = "Queue"
    Waiting = "Waiting"
    LongestWait = "Longest"
    FreeOfServing = "Free"
    NoQueues = "No queues yet"
    Closed = "closed"
    ClosedPerhaps = "closed?"
    NobodyServes = "no agents"
    NobodyServesPerhaps = "no agents?"
    Implausible = "This value cannot be true in the configured unit; it is shown as it came."
    Estimated = "Estimated since the last report"
    Warning = "warning"
    Critical = "critical"

    SwitchLinkDown = "The link to the switch is down. What is shown of it may be out of date."
    HistoryGap = "The connection was away for longer than the server remembers. Some events are missing."
    CatchingUp = "Catching up with what happened meanwhile…"

    Callbacks = "Callbacks"
    Contact = "Contact"
    Due = "Due"
    NoCallbacks = "No open callbacks"
    DueNow = "now"
    NotYet = "not yet"
    Requested = "requested"
    Overflow = "overflow"
    Manual = "by hand"
    Unassigned = "unassigned"
    Mine = "yours"
    Call = "Call"

    Live = "Live"
    Connecting = "Connecting…"
    Preparing = "Loading the present state…"
    Late = "Late"
    Reconnecting = "Reconnecting…"
    Offline = "No network"
    Stopped = "Disconnected"
    NotConnected = "Not connected"
    OfflineLong = "This computer has no network. The desk goes on by itself when it is back."
    LateLong = "Nothing heard from the server for a while; it is being asked."
    StoppedLong = "The connection has ended and does not come back by itself."
    ForcedOut = "You were signed out by the system, not by a person."
    Retrying = "trying now"
    RetryNow = "Retry now"
    Connection = "Connection"
    Notices = "Notices"

    OffOffline = "Not connected to the server"
    OffTelephonyDown = "The telephony server is away; use your phone's own keys until it is back"
    TelephonyBack = "The telephony server is back"
    Message = "Message from"
    Emergency = "Emergency at"
    OffNoMask = "The telephony server has not said yet what is possible"
    OffNoCall = "There is no current call"
    OffCallOver = "The call is over"
    OffByServer = "Not allowed by the telephony server at the moment"
    OffUnderWay = "Already asked for; waiting for the telephony server"

    AskedFor = "asked for"
    AcceptedWaiting = "accepted, waiting for"
    NoAnswerYet = "no answer yet"
}

/// The words in the language chosen.
#[derive(Debug, Clone, Copy)]
pub struct Speech(RwSignal<Language>);

impl Speech {
    /// In the default language; belongs to the calling owner.
    pub(super) fn new() -> Self {
        Self(RwSignal::new(Language::default()))
    }

    /// Changes the language of the whole page.
    pub fn set_language(self, language: Language) {
        self.0.set(language);
    }

    /// A text; tracks the language.
    pub fn word(self, word: Word) -> &'static str {
        match self.0.get() {
            Language::English => english(word),
        }
    }

    /// Why a button is off.
    pub fn off(self, off: Off) -> &'static str {
        self.word(match off {
            Off::Offline => Word::OffOffline,
            Off::TelephonyDown => Word::OffTelephonyDown,
            Off::NoMask => Word::OffNoMask,
            Off::NoCall => Word::OffNoCall,
            Off::CallOver => Word::OffCallOver,
            Off::ByServer => Word::OffByServer,
            Off::UnderWay => Word::OffUnderWay,
        })
    }

    /// What a command is called on its button.
    pub fn command(self, command: &Command) -> &'static str {
        self.word(match command {
            Command::SignIn { .. } => Word::SignIn,
            Command::SignOut { .. } => Word::SignOut,
            Command::Ready => Word::Ready,
            Command::NotReady { .. } => Word::NotReady,
            Command::Answer(_) => Word::Answer,
            Command::EndCall(_) => Word::EndCall,
            Command::Hold(_) => Word::Hold,
            Command::Retrieve(_) => Word::Retrieve,
            Command::Dial { .. } => Word::Dial,
            Command::SendTones { .. } => Word::Keypad,
        })
    }

    /// What did not happen and why, in one sentence.
    pub fn failed(self, failed: &Failed) -> String {
        let what = match &failed.command {
            Command::Dial { number } => [self.command(&failed.command), " ", number].concat(),
            command => self.command(command).to_owned(),
        };
        [&what, ": ", self.failure(&failed.failure)].concat()
    }

    fn failure(self, failure: &Failure) -> &'static str {
        match self.0.get() {
            Language::English => english_failure(failure),
        }
    }

    /// The server's own words and code behind a failure, for IT support.
    pub fn failure_details(self, failed: &Failed) -> String {
        let mut text = match &failed.failure {
            Failure::Refused {
                text, code, meaning, ..
            } => {
                let mut line = text.as_deref().or(*meaning).unwrap_or_default().to_owned();
                if let Some(code) = code {
                    line.push_str(" (code ");
                    line.push_str(&code.to_string());
                    line.push(')');
                }
                line
            }
            Failure::NotTaken(text) => text.to_string(),
            _ => String::new(),
        };
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str("request ");
        text.push_str(&failed.id.0.to_string());
        text
    }

    /// "as of 12:03:11".
    pub fn as_of(self, clock: &str) -> String {
        match self.0.get() {
            Language::English => ["as of ", clock].concat(),
        }
    }

    /// "attempt 3".
    pub fn attempt(self, attempt: u32) -> String {
        match self.0.get() {
            Language::English => format!("attempt {attempt}"),
        }
    }

    /// "next try in 4 s".
    pub fn next_try(self, seconds: i64) -> String {
        match self.0.get() {
            Language::English => format!("next try in {seconds} s"),
        }
    }

    /// A state behind a number: "8 ready".
    pub fn counted(self, word: Word) -> String {
        match self.0.get() {
            Language::English => english(word).to_ascii_lowercase(),
        }
    }

    /// "38 open".
    pub fn open(self, count: usize) -> String {
        match self.0.get() {
            Language::English => format!("{count} open"),
        }
    }

    /// "2 tries".
    pub fn tries(self, count: usize) -> String {
        match (self.0.get(), count) {
            (Language::English, 1) => "1 try".to_owned(),
            (Language::English, _) => format!("{count} tries"),
        }
    }

    /// "2 of 5": free of serving.
    pub fn of(self, part: &str, whole: &str) -> String {
        match self.0.get() {
            Language::English => [part, " of ", whole].concat(),
        }
    }

    /// A named duration on a call card: "rang 0:08".
    pub fn rang(self, duration: &str) -> String {
        match self.0.get() {
            Language::English => ["rang ", duration].concat(),
        }
    }

    /// "total 2:31".
    pub fn total(self, duration: &str) -> String {
        match self.0.get() {
            Language::English => ["total ", duration].concat(),
        }
    }

    /// "dialled +358 9 555 0100".
    pub fn dialled(self, number: &str) -> String {
        match self.0.get() {
            Language::English => ["dialled ", number].concat(),
        }
    }

    /// "from 14:00": not to be handled before.
    pub fn not_before(self, clock: &str) -> String {
        match self.0.get() {
            Language::English => ["from ", clock].concat(),
        }
    }

    /// "4 digits sent".
    pub fn digits_sent(self, count: usize) -> String {
        match (self.0.get(), count) {
            (Language::English, 1) => "1 digit sent".to_owned(),
            (Language::English, _) => format!("{count} digits sent"),
        }
    }

    /// "Wrap-up of up to 0:30 follows this call".
    pub fn wrap_up_to_come(self, duration: &str) -> String {
        match self.0.get() {
            Language::English => ["Wrap-up of up to ", duration, " follows this call"].concat(),
        }
    }

    /// "Caught up: 40 events while away, 1 call missed".
    pub fn caught_up(self, events: u32, missed: u32) -> String {
        match self.0.get() {
            Language::English => {
                let events = if events == 1 {
                    "1 event".to_owned()
                } else {
                    format!("{events} events")
                };
                let missed = match missed {
                    0 => "no call missed".to_owned(),
                    1 => "1 call missed".to_owned(),
                    _ => format!("{missed} calls missed"),
                };
                ["Caught up: ", &events, " while away, ", &missed].concat()
            }
        }
    }

    /// "Reserved until 14:03:20", or without an end.
    pub fn reserved(self, until: Option<&str>) -> String {
        match (self.0.get(), until) {
            (Language::English, Some(clock)) => ["Reserved until ", clock].concat(),
            (Language::English, None) => "Reserved for a call".to_owned(),
        }
    }

    /// "2 subscriptions refused by the server".
    pub fn refused_subscriptions(self, count: usize) -> String {
        match (self.0.get(), count) {
            (Language::English, 1) => "1 subscription refused by the server".to_owned(),
            (Language::English, _) => format!("{count} subscriptions refused by the server"),
        }
    }

    /// "2 messages from the server could not be read".
    pub fn unusable_records(self, count: u64) -> String {
        match (self.0.get(), count) {
            (Language::English, 1) => "1 message from the server could not be read".to_owned(),
            (Language::English, _) => format!("{count} messages from the server could not be read"),
        }
    }

    /// A reason code without a name: "reason 7".
    pub fn reason_code(self, code: i32) -> String {
        match self.0.get() {
            Language::English => format!("reason {code}"),
        }
    }

    /// "Call +358 …": a button's full name.
    pub fn call_number(self, number: &str) -> String {
        match self.0.get() {
            Language::English => ["Call ", number].concat(),
        }
    }

    /// A duration until or since, in one unit: "9 min", "2 h", "3 d".
    pub fn coarse(self, milliseconds: i64) -> String {
        let minutes = milliseconds.abs() / 60_000;
        match self.0.get() {
            Language::English if minutes < 60 => format!("{minutes} min"),
            Language::English if minutes < 60 * 24 => format!("{} h", minutes / 60),
            Language::English => format!("{} d", minutes / (60 * 24)),
        }
    }

    /// The title of the browser's tab while a call rings.
    pub fn ringing_title(self, number: &str) -> String {
        [self.word(Word::Ringing), " ", number].concat()
    }
}

fn english_failure(failure: &Failure) -> &'static str {
    match failure {
        Failure::Refused { kind, meaning, .. } => match kind {
            Refusal::PhoneInUse => "this phone is already used by another workstation.",
            Refusal::SignedInElsewhere => "you signed in somewhere else; this window has stopped.",
            Refusal::NotAvailable => "this phone system cannot do that.",
            Refusal::NoSuchCall => "the call does not exist any more.",
            Refusal::NotOnCall => "you are no longer on this call.",
            Refusal::ServerOffline => "the telephony server is away.",
            Refusal::NoAnswer => "the phone system did not answer.",
            Refusal::BadDigits => "these digits cannot be dialled.",
            Refusal::BadAgentData => "agent id, password or phone are not right.",
            Refusal::NotSignedIn => "you are not signed in at the telephony server.",
            Refusal::WrongState => "not possible in the present state.",
            Refusal::AlreadySignedIn => "you are signed in at another desk; sign out there first.",
            Refusal::NotPermitted => "you may not do that.",
            Refusal::NoSupervisor => "no supervisor of yours is signed in.",
            Refusal::NoTeam => "you belong to no team.",
            Refusal::NoCall => "you are on no call at the moment.",
            Refusal::NoAddressee => "nobody can be reached in this way.",
            Refusal::DataProtected => "this part of the call's data cannot be changed.",
            Refusal::NoSuchData => "calls have no such data here.",
            Refusal::DataTooLong => "this is too long; shorten it and try again.",
            Refusal::TooManyParties => "no more people can join this call.",
            Refusal::Other => meaning.unwrap_or("the telephony server refused it."),
        },
        Failure::NotTaken(_) => "the server did not take the request.",
        Failure::ConnectionLost => "the connection was lost before an answer came.",
        Failure::NoAnswer => "no answer came; check before you try again.",
        Failure::Offline => "not sent, because the desk is not connected.",
        Failure::TelephonyDown => "not sent, because the telephony server is away.",
        Failure::NotAllowed => "not sent, because the telephony server does not allow it now.",
    }
}
