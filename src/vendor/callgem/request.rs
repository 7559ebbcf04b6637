//! EV, Enumerate Session Events: the request after which VZ messages come, checked before it is sent.
//!
//! Lives here: the ten parameters with their limits, [`EventRequest`] and its line, transactions, subscribing again.
//! May not be here: when to send it, and VZ.
//! Lengths are counted in characters, as the reference does not say in what; nothing is shortened to fit.
//! Versions are compared part by part, with or without their V (irregularity S08).

use super::grammar::{self, Message, NotWritable};
use super::ole::{LocalClock, LocalTime};
use crate::domain::Moment;

/// The request's code.
pub const CODE: &str = "EV";
/// Events per second of a replay where the request does not say (rule R125).
pub const DEFAULT_RATE: u32 = 100;
/// How long CallGem remembers events, milliseconds: one hour (rule R127).
pub const HISTORY: i64 = 60 * 60 * 1000;

/// A version of CallGem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16, pub u16, pub u16);

impl Version {
    /// Reads `10.7.454` or `V10.7.454`.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.strip_prefix(['V', 'v']).unwrap_or(text).split('.');
        let mut part = || parts.next()?.parse().ok();
        let version = Self(part()?, part()?, part()?);
        parts.next().is_none().then_some(version)
    }
}

/// The version that brought EV. Notes name earlier ones: parameters that it shares are older than it
/// (irregularity S03).
pub const INTRODUCED: Version = Version(10, 7, 74);

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// A text of so many characters.
    Length {
        /// At least.
        least: usize,
        /// At most.
        most: usize,
    },
    /// A whole number.
    Number {
        /// At least.
        least: u32,
        /// At most.
        most: u32,
    },
}

/// A documented parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its code on the wire.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub limits: Limits,
    /// Whether every request must have it.
    pub mandatory: bool,
    /// The version that brought it, where noted.
    pub since: Option<Version>,
}

const fn text(code: &'static str, name: &'static str, most: usize) -> Definition {
    let limits = Limits::Length { least: 1, most };
    Definition {
        code,
        name,
        limits,
        mandatory: false,
        since: None,
    }
}

const fn number(code: &'static str, name: &'static str, most: u32, since: Version) -> Definition {
    let limits = Limits::Number { least: 1, most };
    Definition {
        code,
        name,
        limits,
        mandatory: false,
        since: Some(since),
    }
}

/// CN: one campaign.
pub const CAMPAIGN_NAME: Definition = text("CN", "CampaignName", 80);
/// CS: events per second; called a string, and a number by its range (irregularity S02).
pub const RATE_CONTROL: Definition = number("CS", "RateControl", 1_000_000, Version(10, 6, 660));
/// GA: one queue.
pub const GROUP_ADDRESS: Definition = text("GA", "GroupAddress", 80);
/// IC: the switch.
pub const IDENTIFY_CTI: Definition = text("IC", "IdentifyCTI", 80);
/// PS: keeps the request over a lost connection.
pub const PERSIST_TOKEN: Definition = text("PS", "PersistToken", 80);
/// TD: the tenant.
pub const TENANT_DESCRIPTOR: Definition = text("TD", "TenantDescriptor", 80);
/// TK: a token; the reference says no more (irregularity S07).
pub const TOKEN: Definition = text("TK", "Token", 80);
/// TS: the earliest time.
pub const TIME_STAMP: Definition = text("TS", "TimeStamp", 50);
/// TW: seconds between refreshes (decision D9, irregularity S01).
pub const TIME_WINDOW: Definition = number("TW", "TimeWindow", 1440, Version(10, 7, 454));
/// TX: names the request.
pub const TRANSACTION_IDENTIFIER: Definition = Definition {
    mandatory: true,
    ..text("TX", "TransactionIdentifier", 87)
};

/// All parameters, in the reference's order.
pub const PARAMETERS: [Definition; 10] = [
    CAMPAIGN_NAME,
    RATE_CONTROL,
    GROUP_ADDRESS,
    IDENTIFY_CTI,
    PERSIST_TOKEN,
    TENANT_DESCRIPTOR,
    TOKEN,
    TIME_STAMP,
    TIME_WINDOW,
    TRANSACTION_IDENTIFIER,
];

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It must be there.
    #[error("is required")]
    Missing,
    /// It is too short or too long.
    #[error("has {length} characters, and may have {least} to {most}")]
    Length {
        /// Its characters.
        length: usize,
        /// At least.
        least: usize,
        /// At most.
        most: usize,
    },
    /// It is too small or too large.
    #[error("is {value}, and may be {least} to {most}")]
    Range {
        /// The number.
        value: u32,
        /// At least.
        least: u32,
        /// At most.
        most: u32,
    },
    /// It cannot be put into a line.
    #[error("{0}")]
    NotWritable(#[from] NotWritable),
    /// A tenant is letters and digits.
    #[error("may have letters and digits only")]
    NotAlphanumeric,
    /// What came is no whole number.
    #[error("is not a whole number")]
    NotANumber,
    /// What came is no OLE Automation date.
    #[error("is not a date")]
    NotADate,
}

/// Why a request cannot be sent, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A parameter is wrong.
    #[error("{parameter} {problem}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The line is another message.
    #[error("the message is not EV")]
    AnotherMessage,
}

impl Definition {
    fn problem(&self, problem: Problem) -> RequestError {
        RequestError::Parameter {
            parameter: self.name,
            problem,
        }
    }

    fn check_text(&self, value: &str) -> Result<(), RequestError> {
        let length = value.chars().count();
        if let Limits::Length { least, most } = self.limits
            && !(least..=most).contains(&length)
        {
            return Err(self.problem(Problem::Length { length, least, most }));
        }
        grammar::check_value(value).map_err(|problem| self.problem(problem.into()))
    }

    fn check_number(&self, value: u32) -> Result<(), RequestError> {
        match self.limits {
            Limits::Number { least, most } if !(least..=most).contains(&value) => {
                Err(self.problem(Problem::Range { value, least, most }))
            }
            _ => Ok(()),
        }
    }
}

/// An EV request. Without filters it is about all sessions of all campaigns of the tenant (rule R120).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventRequest {
    /// TX: unique across all requests (rule R121), 1 to 87 characters.
    pub transaction: Box<str>,
    /// TD: the tenant, 1 to 80 letters and digits; what its absence means is not stated (irregularity S06).
    pub tenant: Option<Box<str>>,
    /// CN: sessions of this campaign only (rule R122), 1 to 80 characters.
    pub campaign: Option<Box<str>>,
    /// GA: activity of this queue only (rule R122), 1 to 80 characters.
    pub queue: Option<Box<str>>,
    /// IC: the telephony layer that is meant, 1 to 80 characters.
    pub switch: Option<Box<str>>,
    /// PS: CallGem keeps the request, and what happens meanwhile, over a lost connection (rule R123), 1 to 80
    /// characters.
    pub persist_token: Option<Box<str>>,
    /// CS: events per second that the desk can take in a replay (rule R125), 1 to 1,000,000; absent: 100.
    pub rate: Option<u32>,
    /// TK: 1 to 80 characters.
    pub token: Option<Box<str>>,
    /// TS: the earliest time of which events are wanted, in CallGem's local time (rule R126).
    pub since: Option<LocalTime>,
    /// TW: seconds between refreshes (rule R128), 1 to 1440; absent: none.
    pub refresh: Option<u32>,
}

impl EventRequest {
    /// The request's line, without an end of line; the first parameter that is wrong, where one is.
    pub fn line(&self) -> Result<String, RequestError> {
        if self.transaction.is_empty() {
            return Err(TRANSACTION_IDENTIFIER.problem(Problem::Missing));
        }
        if let Some(tenant) = &self.tenant
            && !tenant.chars().all(char::is_alphanumeric)
        {
            return Err(TENANT_DESCRIPTOR.problem(Problem::NotAlphanumeric));
        }
        let decimal = |value: Option<u32>| value.map(|value| Box::from(value.to_string()));
        let since = self.since.map(|since| Box::from(since.to_ole()));
        let (rate, refresh) = (decimal(self.rate), decimal(self.refresh));
        for (definition, value) in [(RATE_CONTROL, self.rate), (TIME_WINDOW, self.refresh)] {
            value.map_or(Ok(()), |value| definition.check_number(value))?;
        }
        // In the order of the reference's example, then of its table.
        let transaction = Some(self.transaction.clone());
        let given = [
            (TRANSACTION_IDENTIFIER, &transaction),
            (TENANT_DESCRIPTOR, &self.tenant),
            (CAMPAIGN_NAME, &self.campaign),
            (RATE_CONTROL, &rate),
            (GROUP_ADDRESS, &self.queue),
            (IDENTIFY_CTI, &self.switch),
            (PERSIST_TOKEN, &self.persist_token),
            (TOKEN, &self.token),
            (TIME_STAMP, &since),
            (TIME_WINDOW, &refresh),
        ];
        let mut line = CODE.to_owned();
        for (definition, value) in given {
            if let Some(value) = value {
                definition.check_text(value)?;
                line.push('\\');
                line.push_str(definition.code);
                line.push_str(value);
            }
        }
        Ok(line)
    }

    /// Reads a request, as a server does; parameters that are not known are passed over.
    pub fn from_message(message: &Message<'_>) -> Result<Self, RequestError> {
        if message.code != CODE {
            return Err(RequestError::AnotherMessage);
        }
        let text = |definition: Definition| message.get(definition.code).map(Box::from);
        let number = |definition: Definition| match message.get(definition.code) {
            None => Ok(None),
            Some(value) => match value.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(definition.problem(Problem::NotANumber)),
            },
        };
        let since = match message.get(TIME_STAMP.code) {
            None => None,
            Some(value) => {
                let date = LocalTime::from_ole(value);
                Some(date.ok_or(TIME_STAMP.problem(Problem::NotADate))?)
            }
        };
        let request = Self {
            transaction: text(TRANSACTION_IDENTIFIER).unwrap_or_default(),
            tenant: text(TENANT_DESCRIPTOR),
            campaign: text(CAMPAIGN_NAME),
            queue: text(GROUP_ADDRESS),
            switch: text(IDENTIFY_CTI),
            persist_token: text(PERSIST_TOKEN),
            rate: number(RATE_CONTROL)?,
            token: text(TOKEN),
            since,
            refresh: number(TIME_WINDOW)?,
        };
        request.line().map(|_| request)
    }
}

/// Makes transaction identifiers, no two alike (rule R121).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transactions {
    prefix: Box<str>,
    last: u64,
}

impl Transactions {
    /// Identifiers that begin with `prefix`, which nobody else may use at this CallGem: 1 to 67 characters.
    pub fn new(prefix: &str) -> Result<Self, RequestError> {
        // Twenty digits follow at most.
        let limits = Limits::Length { least: 1, most: 67 };
        Definition {
            limits,
            ..TRANSACTION_IDENTIFIER
        }
        .check_text(prefix)?;
        Ok(Self {
            prefix: prefix.into(),
            last: 0,
        })
    }

    /// The next one.
    pub fn next_one(&mut self) -> Box<str> {
        self.last = self.last.wrapping_add(1);
        format!("{}{:03}", self.prefix, self.last).into()
    }

    /// Whether an identifier is one of those made here.
    pub fn is_ours(&self, transaction: &str) -> bool {
        let number = transaction.strip_prefix(&*self.prefix).map(str::parse::<u64>);
        matches!(number, Some(Ok(number)) if (1..=self.last).contains(&number))
    }
}

/// A request to send again, and whether it can bring everything that was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The request: the same persist token, a new transaction.
    pub request: EventRequest,
    /// More was missed than CallGem remembers (rule R127): what is on screen must be asked for in another way.
    pub gap: bool,
}

impl EventRequest {
    /// The same request after a lost connection (rules R123, R125).
    ///
    /// `last_heard`: the time of the last event that was heard; without one nothing is replayed that CallGem does not
    /// keep for the persist token anyway. `lost`: since when nothing could be heard, which is later than that where
    /// nothing happened. `now`: CallGem's time. A time before the last hour brings no more than the hour does, so
    /// that the hour is what is asked for.
    pub fn again(
        &self,
        transactions: &mut Transactions,
        last_heard: Option<Moment>,
        lost: Moment,
        now: Moment,
        clock: &LocalClock,
    ) -> Again {
        let earliest = now.plus(-HISTORY);
        let since = last_heard.map(|last| clock.show_no_later(last.max(earliest)));
        Again {
            request: Self {
                transaction: transactions.next_one(),
                since: since.or(self.since),
                ..self.clone()
            },
            gap: lost < earliest,
        }
    }
}
