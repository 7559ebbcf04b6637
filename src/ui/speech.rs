//! The page's voice: the catalogue in the language chosen.
//!
//! Lives here: the choice of language, what commands and failures are called, and the joining of texts.
//! May not be here: texts (the catalogue's), fetching a language, any decision about what to show.
//! Everything said tracks the language, so that another one is shown at once and nothing is mounted anew.
//! What is put into a text keeps its own direction and turns nothing else around, a stranger's text least of all.

use super::format::{Format, Formats};
use super::page;
use crate::domain::Moment;
use crate::domain::command::{Command, Failed, Failure, Refusal};
use crate::domain::model::Off;
use crate::words::{Count, Dictionary, Language, Sentence, Word, apart};
use leptos::prelude::*;
use std::cell::RefCell;

/// The words in the language chosen; a handle that is copied into whatever needs it.
#[derive(Debug, Clone, Copy)]
pub struct Speech {
    /// Grows whenever the voice becomes another one.
    changes: RwSignal<usize>,
}

/// What the voice is made of.
struct Voice {
    /// The tags that the reader wishes for, best first, with commas between them.
    wishes: String,
    /// The languages whose words have arrived. Each is kept as long as the page, once.
    dictionaries: Vec<(Language, &'static Dictionary)>,
    /// The languages to choose from.
    offered: Vec<Language>,
    /// What was chosen; it is shown as soon as its words are there.
    wanted: Language,
    /// What was chosen and could not be had.
    missing: Option<Language>,
    /// What is shown.
    language: Language,
    dictionary: &'static Dictionary,
    formats: Formats,
}

impl Voice {
    fn new() -> Self {
        let (language, dictionary) = (Language::English, Dictionary::english());
        Self {
            wishes: String::new(),
            dictionaries: vec![(language, dictionary)],
            offered: Language::ALL.to_vec(),
            wanted: language,
            missing: None,
            language,
            dictionary,
            formats: Formats::new(language, ""),
        }
    }

    /// Shows what is wanted, if its words are there.
    fn settle(&mut self) {
        if let Some((language, dictionary)) = self.find(self.wanted) {
            self.language = language;
            self.dictionary = dictionary;
            self.formats = Formats::new(language, &self.wishes);
            page::set_language(language, dictionary);
        }
    }

    fn find(&self, language: Language) -> Option<(Language, &'static Dictionary)> {
        self.dictionaries
            .iter()
            .find(|(known, _)| *known == language)
            .copied()
    }
}

thread_local! {
    // A page has one voice; the browser's formatters in it cannot leave their thread, as a signal's value must.
    static VOICE: RefCell<Voice> = RefCell::new(Voice::new());
}

impl Speech {
    /// In English, until another language is wanted; belongs to the calling owner.
    pub(super) fn new() -> Self {
        VOICE.set(Voice::new());
        let speech = Self {
            changes: RwSignal::new(0),
        };
        speech.want(Language::English);
        speech
    }

    /// Reads the voice; tracks it.
    fn read<T>(self, read: impl FnOnce(&Voice) -> T) -> T {
        self.changes.track();
        VOICE.with_borrow(read)
    }

    fn change(self, change: impl FnOnce(&mut Voice)) {
        VOICE.with_borrow_mut(|voice| {
            change(voice);
            voice.settle();
        });
        self.changes.update(|changes| *changes += 1);
    }

    /// Times and numbers are written as in the first of these tags (`en-US,de`) that is of the language shown.
    pub fn wish(self, tags: String) {
        self.change(|voice| voice.wishes = tags);
    }

    /// These languages can be chosen.
    pub fn offer(self, languages: Vec<Language>) {
        self.change(|voice| voice.offered = languages);
    }

    /// Whether a language can be chosen; tracks.
    pub(super) fn offers(self, language: Language) -> bool {
        self.read(|voice| voice.offered.contains(&language))
    }

    /// Speaks a language from now on; one whose words are not there yet, as soon as they are.
    pub fn want(self, language: Language) {
        self.change(|voice| {
            voice.missing = None;
            voice.wanted = language;
        });
    }

    /// Whether a language's words have not arrived yet.
    pub fn lacks(self, language: Language) -> bool {
        VOICE.with_borrow(|voice| voice.find(language).is_none())
    }

    /// A language's words have arrived, or cannot be had: then what is shown stays.
    pub(super) fn learn(self, language: Language, dictionary: Option<Dictionary>) {
        self.change(|voice| match dictionary {
            Some(_) if voice.find(language).is_some() => {}
            Some(dictionary) => {
                // Texts are handed out by the hundred and for good: they live as long as the page.
                let dictionary = Box::leak(Box::new(dictionary));
                voice.dictionaries.push((language, dictionary));
            }
            None if voice.wanted == language => {
                voice.wanted = voice.language;
                voice.missing = Some(language);
            }
            None => {}
        });
    }

    /// The agent has read that a language cannot be had.
    pub(super) fn forget_missing(self) {
        self.change(|voice| voice.missing = None);
    }

    /// The language shown; tracks.
    pub(super) fn language(self) -> Language {
        self.read(|voice| voice.language)
    }

    /// The language chosen; tracks.
    pub(super) fn wanted(self) -> Language {
        self.read(|voice| voice.wanted)
    }

    /// Says that a language was chosen and could not be had; tracks.
    pub(super) fn missing(self) -> Option<String> {
        let language = self.read(|voice| voice.missing)?.own_name();
        Some(self.tell(Sentence::LanguageUnavailable { language }))
    }

    fn dictionary(self) -> &'static Dictionary {
        self.read(|voice| voice.dictionary)
    }

    /// Whether what is put into a text is always isolated; else only what would turn the text around.
    fn isolates(self) -> bool {
        self.language().is_right_to_left()
    }

    /// A word.
    pub fn word(self, word: Word) -> &'static str {
        word.told(self.dictionary())
    }

    /// A sentence.
    pub fn tell(self, sentence: Sentence<'_>) -> String {
        sentence.told(self.dictionary(), self.isolates())
    }

    /// How many of something there are.
    pub fn count(self, what: Count, count: usize) -> String {
        let category = self.write(Format::Plural, count as i64);
        what.told(self.dictionary(), &category, &self.number(count))
    }

    /// A number.
    pub fn number(self, number: usize) -> String {
        self.write(Format::Number, number as i64)
    }

    /// A time of day with seconds.
    pub fn clock(self, moment: Moment) -> String {
        self.write(Format::Clock, moment.0)
    }

    /// A time of day without seconds.
    pub fn short_clock(self, moment: Moment) -> String {
        self.write(Format::ShortClock, moment.0)
    }

    /// A day of the month, for times that are not near.
    pub fn day(self, moment: Moment) -> String {
        self.write(Format::Day, moment.0)
    }

    /// "4 sec".
    pub fn seconds(self, seconds: i64) -> String {
        self.write(Format::Seconds, seconds)
    }

    /// A duration until or since, in one unit: "9 min", "2 hr", "3 days".
    pub fn coarse(self, milliseconds: i64) -> String {
        let minutes = milliseconds.abs() / 60_000;
        match minutes {
            ..60 => self.write(Format::Minutes, minutes),
            60..1440 => self.write(Format::Hours, minutes / 60),
            _ => self.write(Format::Days, minutes / 1440),
        }
    }

    /// A duration to be heard: "4 min 12 sec".
    pub fn at_length(self, milliseconds: i64) -> String {
        let seconds = (milliseconds / 1000).max(0);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let mut parts = Vec::new();
        parts.extend((hours > 0).then(|| self.write(Format::Hours, hours)));
        parts.extend((minutes > 0).then(|| self.write(Format::Minutes, minutes)));
        parts.push(self.write(Format::Seconds, seconds % 60));
        parts.join(" ")
    }

    fn write(self, format: Format, value: i64) -> String {
        self.read(|voice| voice.formats.write(format, value))
    }

    /// "as of 12:03:11".
    pub fn as_of(self, moment: Moment) -> String {
        let clock = &self.clock(moment);
        self.tell(Sentence::AsOf { clock })
    }

    /// "Caught up: 40 events while away, 1 call missed".
    pub fn caught_up(self, events: u32, missed: u32) -> String {
        let events = &self.count(Count::Events, events as usize);
        let missed = &match missed {
            0 => self.word(Word::NoCallMissed).to_owned(),
            missed => self.count(Count::CallsMissed, missed as usize),
        };
        self.tell(Sentence::CaughtUp { events, missed })
    }

    /// "Reserved until 14:03:20", or without an end.
    pub fn reserved(self, until: Option<Moment>) -> String {
        match until {
            Some(until) => {
                let clock = &self.clock(until);
                self.tell(Sentence::ReservedUntil { clock })
            }
            None => self.word(Word::ReservedForCall).to_owned(),
        }
    }

    /// A text that is not of this language, to be put into one that is.
    pub fn apart(self, text: &str) -> String {
        apart(text, self.isolates()).into_owned()
    }

    /// Texts of any direction one after the other.
    pub fn listed(self, parts: &[String]) -> String {
        let mut text = String::new();
        for part in parts {
            if !text.is_empty() {
                text.push_str(" · ");
            }
            text.push_str(&self.apart(part));
        }
        text
    }

    /// Why a button is off.
    pub fn off(self, off: Off) -> &'static str {
        self.word(match off {
            Off::Offline => Word::OffOffline,
            Off::TelephonyDown => Word::OffTelephonyDown,
            Off::NoMask => Word::OffNoMask,
            Off::NoCall => Word::OffNoCall,
            Off::NotCurrent => Word::OffNotCurrent,
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
            Command::WorkReady => Word::WrapUpThenReady,
            Command::WorkNotReady => Word::WrapUpThenNotReady,
            Command::Answer(_) => Word::Answer,
            Command::EndCall(_) => Word::EndCall,
            Command::EndForAll(_) => Word::EndForAll,
            Command::Hold(_) => Word::Hold,
            Command::Retrieve(_) => Word::Retrieve,
            Command::Alternate(_) => Word::Alternate,
            Command::BackToCaller(_) => Word::BackToCaller,
            Command::MakeCurrent(_) => Word::MakeCurrent,
            Command::Dial { .. } => Word::Dial,
            Command::Consult { .. } => Word::Consult,
            Command::CompleteTransfer(_) => Word::CompleteTransfer,
            Command::BlindTransfer { .. } => Word::BlindTransfer,
            Command::CompleteConference(_) => Word::Conference,
            Command::AddParty { .. } => Word::AddParty,
            Command::SendTones { .. } => Word::Keypad,
            Command::SetCallData { .. } => Word::CallData,
            Command::SetWrapUpData { .. } => Word::WrapUpCode,
            Command::StartRecording(_) => Word::StartRecording,
            Command::StopRecording(_) => Word::StopRecording,
            Command::AskSupervisor(_) => Word::AskSupervisor,
            Command::RaiseEmergency(_) => Word::RaiseEmergency,
            Command::ReportBadLine(_) => Word::ReportBadLine,
            Command::SendMessage { .. } => Word::Message,
        })
    }

    /// What did not happen and why, in one sentence.
    pub fn failed(self, failed: &Failed) -> String {
        let what = match &failed.command {
            Command::Dial { number } => self.tell(Sentence::DialNumber { number }),
            command => self.command(command).to_owned(),
        };
        [&what, ": ", self.failure(&failed.failure)].concat()
    }

    fn failure(self, failure: &Failure) -> &'static str {
        self.word(match failure {
            Failure::Refused { kind, meaning, .. } => match kind {
                Refusal::PhoneInUse => Word::PhoneInUse,
                Refusal::SignedInElsewhere => Word::SignedInElsewhere,
                Refusal::NotAvailable => Word::NotAvailable,
                Refusal::NoSuchCall => Word::NoSuchCall,
                Refusal::NotOnCall => Word::NotOnCall,
                Refusal::ServerOffline => Word::ServerOffline,
                Refusal::NoAnswer => Word::SwitchSilent,
                Refusal::BadDigits => Word::BadDigits,
                Refusal::BadAgentData => Word::BadAgentData,
                Refusal::NotSignedIn => Word::NotSignedIn,
                Refusal::WrongState => Word::WrongState,
                Refusal::AlreadySignedIn => Word::AlreadySignedIn,
                Refusal::NotPermitted => Word::NotPermitted,
                Refusal::NoSupervisor => Word::NoSupervisor,
                Refusal::NoTeam => Word::NoTeam,
                Refusal::NoCall => Word::NoCall,
                Refusal::NoAddressee => Word::NoAddressee,
                Refusal::DataProtected => Word::DataProtected,
                Refusal::NoSuchData => Word::NoSuchData,
                Refusal::DataTooLong => Word::DataTooLong,
                Refusal::TooManyParties => Word::TooManyParties,
                Refusal::Other => match meaning {
                    // The codes' meanings are told in English; elsewhere they stand behind the details.
                    Some(meaning) if self.language() == Language::English => return meaning,
                    _ => Word::OtherRefusal,
                },
            },
            Failure::NotTaken(_) => Word::NotTaken,
            Failure::ConnectionLost => Word::ConnectionLost,
            Failure::NoAnswer => Word::NoAnswer,
            Failure::Offline => Word::NotSentOffline,
            Failure::TelephonyDown => Word::NotSentTelephonyDown,
            Failure::NotAllowed => Word::NotSentNotAllowed,
        })
    }

    /// The server's own words and code behind a failure, for IT support.
    pub fn failure_details(self, failed: &Failed) -> String {
        let (text, code) = match &failed.failure {
            Failure::Refused {
                text, code, meaning, ..
            } => (text.as_deref().or(*meaning), *code),
            Failure::NotTaken(text) => (Some(&**text), None),
            _ => (None, None),
        };
        let code = code.map(|code| {
            self.tell(Sentence::FailureCode {
                code: &code.to_string(),
            })
        });
        let number = &failed.id.0.to_string();
        let request = self.tell(Sentence::Request { number });
        let parts = [text.map(str::to_owned), code, Some(request)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        self.listed(&parts)
    }
}
