//! The catalogue: words, sentences with names in them, and counts, each with its English text.
//!
//! Lives here: what can be said at all, and how a sentence is put together.
//! May not be here: another language's texts; they are files (`public/languages`), keyed by the English text.
//! A sentence's variable parts are its fields: one that is forgotten or unknown does not compile.
//! English texts are their own keys, so no two entries may have the same (`tests/languages.rs`).

use super::apart::apart;
use super::dictionary::{Dictionary, placeholders};

/// The most parts that a sentence has.
const MOST_PARTS: usize = 2;

macro_rules! catalogue {
    (
        words { $($word:ident = $text:literal)* }
        sentences { $($sentence:ident { $($part:ident),* } = $pattern:literal)* }
        counts { $($count:ident = $one:literal, $other:literal)* }
    ) => {
        /// A text without variable parts; its documentation is the English text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Word {
            $(#[doc = $text] $word,)*
        }

        /// A text with variable parts; its documentation is the English text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sentence<'a> {
            $(#[doc = $pattern] $sentence {
                $(#[doc = concat!("Stands for `{", stringify!($part), "}`.")] $part: &'a str,)*
            },)*
        }

        /// A text that differs by how many there are; its documentation is the English text for many.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Count {
            $(#[doc = $other] $count,)*
        }

        /// The sentences' places behind the words.
        enum Place {
            $($sentence,)*
        }

        /// Every English text: words, then sentences, then counts of many. A file translates these.
        pub const TEXTS: &[&str] = &[$($text,)* $($pattern,)* $($other,)*];

        /// The English texts for a count of one, in the order of [`Count`].
        const ONES: &[&str] = &[$($one,)*];

        const WORDS: usize = [$($text,)*].len();

        /// How many of the texts are words or sentences; counts follow.
        pub(super) const SINGLE: usize = WORDS + [$($pattern,)*].len();

        /// The parts of each sentence by name, in the order of its fields.
        pub const PARTS: &[&[&str]] = &[$(&[$(stringify!($part)),*],)*];

        impl<'a> Sentence<'a> {
            /// The sentence's place among the texts, and what is to be put in, in the order of its fields.
            fn parts(self) -> (usize, [&'a str; MOST_PARTS]) {
                match self {
                    $(Sentence::$sentence { $($part),* } => {
                        (WORDS + Place::$sentence as usize, padded([$($part),*]))
                    })*
                }
            }
        }
    };
}

impl Word {
    /// The word in a language.
    pub fn told(self, dictionary: &Dictionary) -> &str {
        dictionary.single(self as usize)
    }
}

impl Sentence<'_> {
    /// The sentence in a language; each part that is put in is set [`apart`].
    pub fn told(self, dictionary: &Dictionary, always_apart: bool) -> String {
        let (place, parts) = self.parts();
        filled(dictionary.single(place), english(place), &parts, always_apart)
    }
}

impl Count {
    /// The count in a language: `category` is the plural's by its name in `Intl`, `number` as the language writes it.
    pub fn told(self, dictionary: &Dictionary, category: &str, number: &str) -> String {
        let place = self as usize;
        filled(
            dictionary.count(place, category),
            english(SINGLE + place),
            &[number],
            false,
        )
    }

    /// The English text; English has one form for one and one for all others.
    pub(super) fn english(place: usize, is_one: bool) -> &'static str {
        match ONES.get(place) {
            Some(one) if is_one => one,
            _ => english(SINGLE + place),
        }
    }
}

/// The English text at a place.
pub(super) fn english(place: usize) -> &'static str {
    TEXTS.get(place).copied().unwrap_or_default()
}

fn padded<const N: usize>(parts: [&str; N]) -> [&str; MOST_PARTS] {
    let mut all = [""; MOST_PARTS];
    for (place, part) in all.iter_mut().zip(parts) {
        *place = part;
    }
    all
}

/// A pattern with its `{names}` replaced; the English text tells the order of the parts.
fn filled(pattern: &str, english: &str, parts: &[&str], always_apart: bool) -> String {
    let mut text = String::with_capacity(pattern.len() + 24);
    let mut rest = pattern;
    while let Some((plain, behind)) = rest.split_once('{')
        && let Some((name, behind)) = behind.split_once('}')
    {
        let place = placeholders(english).position(|known| known == name);
        let part = place.and_then(|place| parts.get(place)).copied();
        text.push_str(plain);
        text.push_str(&apart(part.unwrap_or_default(), always_apart));
        rest = behind;
    }
    text.push_str(rest);
    text
}

catalogue! {
    words {
        Product = "Switchhook"
        Language = "Language"
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
        CountedReady = "ready"
        CountedTalking = "talking"
        CountedWrapUp = "wrap-up"
        CountedNotReady = "not ready"

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
        Demo = "Demonstration: everybody here is simulated."
        LeaveDemo = "Leave the demonstration"
        DemoHint = "Be anybody you like, such as agent 1001 at extension 4001."
        AgentId = "Agent id"
        Password = "Password"
        Extension = "Extension"
        ExtensionHint = "The phone you will use today"
        SignInIntro = "Sign in to start your shift"
        SignInRefused = "These details were not accepted. Check the agent id and try again."
        SignInUnreachable = "The server cannot be reached. Check the network, or show this to IT support."

        OpensNewTab = "Opens in a new tab"

        BadConfigTitle = "The desk cannot start"
        BadConfigIntro = "Its configuration has errors. Please show this page to IT support."
        Starting = "Starting…"
        CrashTitle = "The desk has stopped"
        CrashText = "What you see behind this may be out of date. Your calls go on at your phone. Reload the page to go on here."
        Reload = "Reload"
        NewVersion = "There is a new version of this page"
        ReloadNow = "Reload now"
        ReloadWaits = "Possible when no call, no wrap-up and no request is under way"

        KeyboardShortcuts = "Keyboard shortcuts"
        HoldOrRetrieve = "Hold or retrieve"
        BeginTransfer = "Begin a transfer"
        BeginConference = "Begin a conference"
        JoinCalls = "Join the calls to a conference"
        OpenKeypad = "Open the keypad"
        RecordOrStop = "Record or stop recording"
        NextCall = "Next call"
        PreviousCall = "Previous call"
        NotReadyReasons = "Not ready: choose a reason"
        FinishTheWrapUp = "Finish the wrap-up"
        ToMessages = "To the messages"
        ToAlerts = "To the alerts"
        ToSettings = "To the settings"
        SayTimes = "Say the times"
        GoTo = "Go to"
        Help = "Help"
        ChangeKeys = "Change"
        UsualKeys = "Usual keys"
        AllUsualKeys = "Usual keys for everything"
        NoKeys = "no keys"
        PressKeys = "Press the keys…"
        PressKeysHint = "Escape leaves them as they are, Backspace takes them away."
        KeysElsewhere = "These keys belong to the browser, the system or a screen reader. Try Alt and Shift with a letter."
        KeysWrite = "These keys write or move about by themselves. Hold Alt and Shift with them."
        KeysKept = "Changed."
        Close = "Close"
        KeyControl = "Ctrl"
        KeyShift = "Shift"
        SkipToCalls = "Skip to the calls"
        CallButtons = "What can be done with this call"
        NoNotices = "There are no notices."
        NotHereNow = "not possible at the moment."

        AgentState = "Agent state"
        PickReason = "Pick a reason from the list"
        ReasonsNotAllowed = "The telephony server takes no reason at the moment"
        FilterReasons = "Filter reasons"
        NoSuchReason = "No reason like that"
        RecentStates = "Recent states"
        ByYou = "by you"
        BySupervisor = "by your supervisor"
        BySystem = "by the system"
        AfterMissedCall = "after a missed call"
        ByTimer = "because wrap-up time was over"
        FromOtherDesk = "from another desk of yours"
        ForcedOutBySupervisor = "Your supervisor has signed you out."
        ForcedOutElsewhere = "You were signed out here because you signed in at another desk."
        ForcedOutUnsaid = "You were signed out. The telephony server does not say by whom."
        ReadyInstead = "Be ready afterwards instead"
        NotReadyInstead = "Be not ready afterwards instead"
        TakenBack = "Taken back"
        TakenBackLong = "The call that was announced does not come."
        PerhapsOver = "Perhaps over; waiting for the server"
        MoreTime = "More time"
        TimeIsUp = "Time is up; waiting for the server"
        NoWrapUpCode = "None chosen"
        PickWrapUpCode = "Choose a wrap-up code first"
        Required = "required"
        Optional = "optional"
        Dial = "Dial"
        DialField = "Number to dial"
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
        EndForAll = "End for everybody"
        Alternate = "Alternate"
        BackToCaller = "Back to caller"
        MakeCurrent = "Switch to this call"
        Consult = "Consult"
        CompleteTransfer = "Complete transfer"
        BlindTransfer = "Blind transfer"
        Conference = "Conference"
        AddParty = "Add to the call"
        CallData = "Call data"
        WrapUpCode = "Wrap-up code"
        StartRecording = "Record"
        StopRecording = "Stop recording"
        AskSupervisor = "Ask supervisor"
        RaiseEmergency = "Emergency"
        ReportBadLine = "Report bad line"
        Message = "Message"
        Keypad = "Keypad"
        KeypadHint = "Type or press digits; each is sent at once."
        Transfer = "Transfer…"
        ConferenceWith = "Conference…"
        More = "More"
        NameOrNumber = "Name or number"
        Colleagues = "Colleagues"
        Recording = "Recording"
        EndedHere = "ended here"
        OffNotCurrent = "This works on the current call only; switch to this call first"
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
        NoContact = "No contact"
        NoContactHint = "What is known of a call appears here."
        Number = "Number"
        DialledNumber = "Dialled"
        RangFor = "Rang for"
        Edit = "Edit"
        Save = "Save"
        Cancel = "Cancel"
        AddField = "Add a field"
        NothingChanged = "Nothing has been changed"
        FieldTooLong = "A field is too long"
        OneOfSeveral = "The server does not say which field it means. Change one at a time to find out."
        UseServersValue = "Take over"
        Note = "Note"
        NoteHint = "Stays on this computer; the server does not get it."
        Transcript = "Transcript"
        NoTranscript = "Nothing has been transcribed"
        ReadAloud = "Read aloud"
        ReadAloudHint = "Screen readers read each finished phrase"
        JumpToLatest = "Jump to latest"
        You = "You"
        OtherParty = "Other side"
        ContactSoFar = "This contact so far"
        NothingToldYet = "Nothing told yet"
        StepConnected = "Connected"
        StepRetrieved = "Taken off hold"
        StepQueued = "Waits in a queue"
        StepDiverted = "Sent on"
        StepTransferring = "Transfer begun"
        StepTransferGivenUp = "Transfer given up"
        StepJoined = "Became a conference"
        StepRecorded = "Recording begun"
        StepNotRecorded = "Recording ended"
        OtherHungUp = "the other side hung up"
        DismissAll = "Dismiss all"
        Alerts = "Alerts"
        NoAlerts = "No alerts"
        Chat = "Chat"
        NoMessages = "No messages yet"
        Supervisor = "Supervisor"
        WriteTo = "Write to a colleague"
        NobodyFound = "Nobody of that name"
        MessageField = "Your message"
        Send = "Send"
        Sending = "Sending…"
        WriteFirst = "Write something first"
        AllConversations = "All conversations"
        FoldPanel = "Show or hide"

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
        NoCallMissed = "no call missed"
        ReservedForCall = "Reserved for a call"
        TelephonyBack = "The telephony server is back"

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

        Settings = "Settings"
        Theme = "Colours"
        ThemeSystem = "As in the system"
        ThemeLight = "Light"
        ThemeDark = "Dark"
        ThemeHighContrast = "High contrast"
        WhenCallRings = "When a call rings"
        SignalSound = "Ring tone"
        SignalNotification = "Notification on the desktop"
        SignalTitle = "Blinking title of the tab"
        SignalIcon = "Red icon of the tab"
        Volume = "Volume"
        TestSound = "Test the ring tone"
        SoundBlocked = "Sound is blocked – press to allow"
        AllowNotifications = "Allow notifications"
        NotificationsDenied = "The browser blocks notifications of this page. Allow them in its settings for this page, next to the address."
        NotificationsMissing = "This browser has no notifications."
        OtherTabLeads = "Calls ring in another tab of yours"
        TakeOver = "Take over here"

        PartsOfDesk = "Parts of the desk"
        WholeDesk = "Show the whole desk"

        OffOffline = "Not connected to the server"
        OffTelephonyDown = "The telephony server is away; use your phone's own keys until it is back"
        OffNoMask = "The telephony server has not said yet what is possible"
        OffNoCall = "There is no current call"
        OffCallOver = "The call is over"
        OffByServer = "Not allowed by the telephony server at the moment"
        OffUnderWay = "Already asked for; waiting for the telephony server"

        PhoneInUse = "this phone is already used by another workstation."
        SignedInElsewhere = "you signed in somewhere else; this window has stopped."
        NotAvailable = "this phone system cannot do that."
        NoSuchCall = "the call does not exist any more."
        NotOnCall = "you are no longer on this call."
        ServerOffline = "the telephony server is away."
        SwitchSilent = "the phone system did not answer."
        BadDigits = "these digits cannot be dialled."
        BadAgentData = "agent id, password or phone are not right."
        NotSignedIn = "you are not signed in at the telephony server."
        WrongState = "not possible in the present state."
        AlreadySignedIn = "you are signed in at another desk; sign out there first."
        NotPermitted = "you may not do that."
        NoSupervisor = "no supervisor of yours is signed in."
        NoTeam = "you belong to no team."
        NoCall = "you are on no call at the moment."
        NoAddressee = "nobody can be reached in this way."
        DataProtected = "this part of the call's data cannot be changed."
        NoSuchData = "calls have no such data here."
        DataTooLong = "this is too long; shorten it and try again."
        TooManyParties = "no more people can join this call."
        OtherRefusal = "the telephony server refused it."
        NotTaken = "the server did not take the request."
        ConnectionLost = "the connection was lost before an answer came."
        NoAnswer = "no answer came; check before you try again."
        NotSentOffline = "not sent, because the desk is not connected."
        NotSentTelephonyDown = "not sent, because the telephony server is away."
        NotSentNotAllowed = "not sent, because the telephony server does not allow it now."
    }
    sentences {
        AsOf { clock } = "as of {clock}"
        Attempt { number } = "attempt {number}"
        NextTry { wait } = "next try in {wait}"
        AtBackup { server } = "The primary server cannot be reached. The desk is connected to its backup {server}."
        HubAway { hub } = "No connection to {hub}. What it told last is shown as of then."
        FreeOf { free, serving } = "{free} of {serving}"
        Rang { duration } = "rang {duration}"
        Total { duration } = "total {duration}"
        Dialled { number } = "dialled {number}"
        NotBefore { clock } = "from {clock}"
        Overdue { by } = "−{by}"
        WrapUpToCome { duration } = "Wrap-up of up to {duration} follows this call"
        ReasonCode { code } = "reason {code}"
        CallNumber { number } = "Call {number}"
        DialNumber { number } = "Dial {number}"
        About { number } = "about {number}"
        HeldFor { duration } = "held {duration}"
        RingingTitle { number } = "Ringing {number}"
        KeysTaken { action } = "“{action}” has these keys already."
        LastsFor { what, duration } = "{what} for {duration}"
        AskedFor { what } = "asked for {what}…"
        AcceptedWaiting { what } = "accepted, waiting for {what}…"
        AskedForNoAnswer { what } = "asked for {what}: no answer yet"
        NoAnswerYet { what } = "{what}: no answer yet"
        FailureCode { code } = "code {code}"
        Request { number } = "request {number}"
        CaughtUp { events, missed } = "Caught up: {events} while away, {missed}"
        ReservedUntil { clock } = "Reserved until {clock}"
        NextState { state } = "Next: {state}"
        ByPerson { who } = "by {who}"
        FinishAs { state } = "Finish: {state}"
        ThenBe { state } = "Then: {state}"
        TimeLeft { duration } = "{duration} left"
        CallComingFrom { who } = "Call coming: {who}"
        MessageFrom { who, text } = "Message from {who}: {text}"
        ChangedMeanwhile { value } = "Changed meanwhile to: {value}"
        Letters { count, most } = "{count} of {most} letters"
        SpeakerOf { role } = "Speaker {role}"
        AlertAbout { what } = "Alert: {what}"
        ConversationWith { who } = "Conversation with {who}"
        EmergencyAt { who } = "Emergency at {who}"
        LanguageUnavailable { language } = "{language} could not be loaded. Try again later."
    }
    counts {
        Open = "{count} open", "{count} open"
        Tries = "{count} try", "{count} tries"
        Events = "{count} event", "{count} events"
        CallsMissed = "{count} call missed", "{count} calls missed"
        DigitsSent = "{count} digit sent", "{count} digits sent"
        NewMessages = "{count} new message", "{count} new messages"
        ToLookAt = "{count} thing to look at", "{count} things to look at"
        AlertsWaiting = "{count} alert", "{count} alerts"
        RefusedSubscriptions =
            "{count} subscription refused by the server", "{count} subscriptions refused by the server"
        UnusableRecords =
            "{count} message from the server could not be read", "{count} messages from the server could not be read"
    }
}
