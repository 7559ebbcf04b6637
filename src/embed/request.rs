//! Requests: what a portal asks for, read from the data of its message.
//!
//! Lives here: the requests as plain data, and reading them; whatever is not as the contract has it is refused.
//! May not be here: whether a request is allowed, carrying it out.
//! A sentence of refusal names the member that is wrong, and never repeats what stood there.

use super::answer::{Code, Fault};
use super::message::Members;
use super::names::{ACTIONS, Action, STATES, State, TOPICS, Takes};
use crate::connection::Secret;
use crate::preferences::Theme;
use crate::protocol::reader::{Reader, Value};
use crate::session::config::Chosen;
use crate::session::state::Layout;
use crate::words::Language;
use std::borrow::Cow;

/// The longest number, in characters.
const LONGEST_NUMBER: usize = 64;
/// The most tones at a time.
const MOST_DIGITS: usize = 64;
/// The longest id of a call, in characters.
const LONGEST_CALL: usize = 256;
/// The longest token, in bytes.
const LONGEST_TOKEN: usize = 32 * 1024;
/// How long a request may wait for its answer, milliseconds: where nothing is said, at least, at most.
const DEADLINE: i64 = 5_000;
const DEADLINES: std::ops::RangeInclusive<i64> = 500..=15_000;

/// A part of the desk that a portal can have shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The desk, with nothing open above it.
    Desk,
    /// The settings.
    Settings,
    /// The keys.
    Shortcuts,
    /// What is known of the current call.
    Contact,
    /// The messages from colleagues.
    Chat,
}

const VIEWS: [(&str, View); 5] = [
    ("desk", View::Desk),
    ("settings", View::Settings),
    ("shortcuts", View::Shortcuts),
    ("contact", View::Contact),
    ("chat", View::Chat),
];

/// What a portal asks for.
pub(super) enum Request {
    Token(Secret),
    Theme(Theme),
    Locale(Language),
    Layout(Layout),
    Open(View),
    Snapshot,
    Subscribe(Chosen),
    Unsubscribe(Chosen),
    Dial { number: Box<str>, place: bool },
    Act(&'static Action, Option<Box<str>>, Box<str>),
    Become(&'static State, Option<i32>),
    Diagnostics,
    Dispose,
}

impl Request {
    /// Reads the data of a message of this type.
    pub(super) fn read(kind: &str, data: Members<'_>) -> Result<Self, Fault> {
        Ok(match kind {
            "token" => Request::Token(token(data.get("token"))?),
            "setTheme" => Request::Theme(theme(data.get("theme"))?),
            "setLocale" => Request::Locale(language(data.get("lang"))?),
            "setLayout" => Request::Layout(layout(data.get("layout"))?),
            "openView" => {
                let name = word(data.get("view"));
                let view = VIEWS.iter().find(|(known, _)| name.as_deref() == Some(known));
                let (_, view) = view.ok_or(Fault::malformed("\"view\" is no view of the desk."))?;
                Request::Open(*view)
            }
            "getSnapshot" => Request::Snapshot,
            "subscribe" => Request::Subscribe(topics(data.get("topics"))?),
            "unsubscribe" => Request::Unsubscribe(topics(data.get("topics"))?),
            "dial" => dial(data)?,
            "callAction" => act(data)?,
            "setAgentState" => become_state(data)?,
            "exportDiagnostics" => Request::Diagnostics,
            "dispose" => Request::Dispose,
            _ => return Err(Fault::new(Code::UnknownType, "This version has no such message.")),
        })
    }
}

/// How long a request may wait for its answer, milliseconds.
pub(super) fn deadline(data: Members<'_>) -> Result<i64, Fault> {
    match data.get("deadlineMs") {
        None => Ok(DEADLINE),
        Some(value) => whole(value)
            .filter(|deadline| DEADLINES.contains(deadline))
            .ok_or(Fault::malformed(
                "\"deadlineMs\" must be a whole number from 500 to 15000.",
            )),
    }
}

pub(super) fn token(value: Option<Value<'_>>) -> Result<Secret, Fault> {
    let token = word(value).filter(|token| {
        let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain && (1..=LONGEST_TOKEN).contains(&token.len())
    });
    let token = token.ok_or(Fault::malformed("\"token\" must be a token as a text."))?;
    Ok(Secret::new(token))
}

pub(super) fn theme(value: Option<Value<'_>>) -> Result<Theme, Fault> {
    let theme = word(value).and_then(|name| Theme::of_name(&name));
    theme.ok_or(Fault::malformed(
        "\"theme\" must be \"system\", \"light\", \"dark\" or \"high-contrast\".",
    ))
}

/// The language that a wish leads to: English where there is no such language.
pub(super) fn language(value: Option<Value<'_>>) -> Result<Language, Fault> {
    let tag = word(value).filter(|tag| (1..=35).contains(&tag.len()));
    let tag = tag.ok_or(Fault::malformed(
        "\"lang\" must be the tag of a language, as \"de\".",
    ))?;
    Ok(Language::first_of(&tag))
}

pub(super) fn layout(value: Option<Value<'_>>) -> Result<Layout, Fault> {
    let layout = word(value).and_then(|name| Layout::of_name(&name));
    layout.ok_or(Fault::malformed(
        "\"layout\" must be \"auto\", \"bar\", \"compact\", \"full\" or \"wall\".",
    ))
}

pub(super) fn topics(value: Option<Value<'_>>) -> Result<Chosen, Fault> {
    const WRONG: Fault = Fault {
        code: Code::Malformed,
        message: Cow::Borrowed("\"topics\" must be a list of topics of the protocol."),
        failure: None,
    };
    let Some(Value::Array(json)) = value else {
        return Err(WRONG);
    };
    let mut chosen = Chosen::none(&TOPICS);
    let mut reader = Reader::new(json);
    reader.enter_array();
    while reader.item() {
        if !word(Some(reader.value())).is_some_and(|name| chosen.add(&name)) {
            return Err(WRONG);
        }
    }
    Ok(chosen)
}

fn dial(data: Members<'_>) -> Result<Request, Fault> {
    let place = match data.get("mode").map(|mode| word(Some(mode))) {
        None => false,
        Some(Some(mode)) if mode == "prefill" => false,
        Some(Some(mode)) if mode == "place" => true,
        Some(_) => {
            return Err(Fault::malformed("\"mode\" must be \"prefill\" or \"place\"."));
        }
    };
    let number = number(data)?;
    Ok(Request::Dial { number, place })
}

fn act(data: Members<'_>) -> Result<Request, Fault> {
    let name = data.text("action");
    let action = ACTIONS.iter().find(|action| name.as_deref() == Some(action.name));
    let action = action.ok_or(Fault::malformed("\"action\" is none that the protocol has."))?;
    let call = match data.get("callId").map(|call| word(Some(call))) {
        None => None,
        Some(Some(call)) if (1..=LONGEST_CALL).contains(&call.chars().count()) => Some(call.into()),
        Some(_) => {
            return Err(Fault::malformed(
                "\"callId\" must be the id of a call, as it was told.",
            ));
        }
    };
    let with = match action.takes {
        Takes::Nothing => Box::default(),
        Takes::Number => number(data)?,
        Takes::Digits => {
            let is_tone = |tone: u8| matches!(tone, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D');
            let digits = data
                .text("digits")
                .filter(|digits| (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(is_tone));
            let digits = digits.ok_or(Fault::malformed(
                "\"digits\" must be 1 to 64 of 0 to 9, *, # and A to D.",
            ))?;
            digits.into()
        }
    };
    Ok(Request::Act(action, call, with))
}

fn become_state(data: Members<'_>) -> Result<Request, Fault> {
    let name = data.text("state");
    let state = STATES.iter().find(|state| name.as_deref() == Some(state.name));
    let state = state.ok_or(Fault::malformed("\"state\" is none that can be asked for."))?;
    let reason = match data.get("reason") {
        None => None,
        Some(value) => {
            let code = whole(value).and_then(|code| i32::try_from(code).ok());
            let code = code.filter(|_| state.has_reason);
            Some(code.ok_or(Fault::malformed(
                "\"reason\" must be the code of a reason, and goes with notReady and signedOut.",
            ))?)
        }
    };
    Ok(Request::Become(state, reason))
}

fn number(data: Members<'_>) -> Result<Box<str>, Fault> {
    let number = data.text("number").map(|number| Box::<str>::from(number.trim()));
    let number = number.filter(|number| {
        let is_plain = !number.chars().any(char::is_control);
        is_plain && (1..=LONGEST_NUMBER).contains(&number.chars().count())
    });
    number.ok_or(Fault::malformed(
        "\"number\" must be a number of 1 to 64 characters.",
    ))
}

fn word(value: Option<Value<'_>>) -> Option<Cow<'_, str>> {
    match value? {
        Value::Text(text) => Some(text.cow()),
        _ => None,
    }
}

fn whole(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Number(raw) => raw.parse().ok(),
        _ => None,
    }
}
