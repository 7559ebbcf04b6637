//! VZ, Session Event Data: one media session has changed its state, or is told of again.
//!
//! Lives here: [`SessionEvent`] with every parameter that is known, and the states that are known by number.
//! May not be here: whether the event is news ([`super::replay`]), and what it means ([`super::normalize`]).
//! The reference names the message and does not describe it (irregularity S05); what is read here is what the public
//! example shows. Everything else is kept as it came.

use super::StateMeaning;
use super::grammar::{Message, Parameter};
use super::ole::LocalTime;
use crate::vendor::{Oddities, Oddity};

/// Parameters that are not known and kept all the same, of one message.
pub const OTHERS_KEPT: usize = 64;

/// The parameters that are known, with their meaning.
pub const PARAMETERS: [(&str, &str); 13] = [
    ("TX", "the request that asked for it"),
    ("TD", "the tenant"),
    ("CN", "the campaign"),
    ("YC", "data of the campaign"),
    ("AN", "the agent"),
    ("A2", "a second agent"),
    ("YA", "data of the agent"),
    ("SI", "the session"),
    ("YS", "data of the session"),
    ("DS", "the state"),
    ("OS", "the state before"),
    ("TS", "since when"),
    ("T2", "a second time"),
];

/// States by number, as the example names them; a site knows more ([`super::Site::states`]).
pub const STATES: [(i64, &str); 2] = [(0, "Awaiting Launch"), (1, "Launched")];

/// What people call a state: the site's word, else the document's, else none.
pub fn label(number: i64, site: &[StateMeaning]) -> Option<&str> {
    let by_site = site.iter().find(|meaning| meaning.number == number);
    by_site.map(|meaning| &*meaning.label).or_else(|| {
        let state = STATES.iter().find(|(known, _)| *known == number);
        state.map(|(_, label)| *label)
    })
}

/// What a VZ message says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SessionEvent<'a> {
    /// TX: the request that asked for it (rule R121).
    pub transaction: Option<&'a str>,
    /// TD: the tenant.
    pub tenant: Option<&'a str>,
    /// CN: the campaign.
    pub campaign: Option<&'a str>,
    /// YC: user data of the campaign, in braces.
    pub campaign_data: Option<Parameter<'a>>,
    /// AN: the agent.
    pub agent: Option<&'a str>,
    /// A2: a second agent, during a transfer or conference.
    pub second_agent: Option<&'a str>,
    /// YA: user data of the agent, in braces.
    pub agent_data: Option<Parameter<'a>>,
    /// SI: the session.
    pub session: Option<&'a str>,
    /// YS: user data of the session, in braces.
    pub session_data: Option<Parameter<'a>>,
    /// DS: the state that it is in now.
    pub state: Option<i64>,
    /// OS: the state that it was in before.
    pub old_state: Option<i64>,
    /// TS: since when it is in this state, local time.
    pub since: Option<LocalTime>,
    /// T2: a second time, local; what of is not known.
    pub second_time: Option<LocalTime>,
    /// What is not known, at most [`OTHERS_KEPT`].
    pub others: Vec<Parameter<'a>>,
}

impl<'a> SessionEvent<'a> {
    /// Reads a VZ message; of a parameter that comes twice the first counts.
    ///
    /// An empty value is none: `AN` without a name is a session without an agent.
    pub fn from_message(message: &Message<'a>, oddities: &mut Oddities) -> Self {
        let mut event = Self::default();
        for parameter in &message.parameters {
            let value = Some(parameter.value).filter(|value| !value.is_empty());
            match parameter.code {
                "TX" => fill(&mut event.transaction, value),
                "TD" => fill(&mut event.tenant, value),
                "CN" => fill(&mut event.campaign, value),
                "AN" => fill(&mut event.agent, value),
                "A2" => fill(&mut event.second_agent, value),
                "SI" => fill(&mut event.session, value),
                "YC" => fill(&mut event.campaign_data, value.map(|_| *parameter)),
                "YA" => fill(&mut event.agent_data, value.map(|_| *parameter)),
                "YS" => fill(&mut event.session_data, value.map(|_| *parameter)),
                "DS" => read(&mut event.state, parameter, oddities, |text| text.parse().ok()),
                "OS" => read(&mut event.old_state, parameter, oddities, |text| {
                    text.parse().ok()
                }),
                "TS" => read(&mut event.since, parameter, oddities, LocalTime::from_ole),
                "T2" => read(&mut event.second_time, parameter, oddities, LocalTime::from_ole),
                code => {
                    oddities.count(Oddity::UnknownField, super::SESSION_EVENT, code);
                    if event.others.len() < OTHERS_KEPT {
                        event.others.push(*parameter);
                    }
                }
            }
        }
        event
    }
}

fn fill<T>(field: &mut Option<T>, value: Option<T>) {
    if field.is_none() {
        *field = value;
    }
}

fn read<T>(
    field: &mut Option<T>,
    parameter: &Parameter<'_>,
    oddities: &mut Oddities,
    read: impl FnOnce(&str) -> Option<T>,
) {
    if parameter.value.is_empty() || field.is_some() {
        return;
    }
    *field = read(parameter.value);
    if field.is_none() {
        oddities.count(Oddity::UnreadableField, super::SESSION_EVENT, parameter.code);
    }
}
