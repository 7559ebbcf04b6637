//! The centre in the words of Sytel CallGem: one VZ line for each change of a media session.
//!
//! Lives here: the picture of sessions that happenings add up to, the changes of it, and the line that tells one.
//! May not be here: who asked for which sessions, how many lines a second and from when on (`desk`).
//! A session is a call with at least one agent; a call that an agent did not answer is another session next time.
//! Grammar and dates are those of the page (`switchhook::vendor::callgem`): a line is one thing on both sides.
//!
//! | code | what it is here |
//! | --- | --- |
//! | `SI` | the call |
//! | `CN`, `YC` | the campaign: the queue that it came through, with its number |
//! | `AN`, `YA` | the agent, by login id, with the extension |
//! | `A2` | a second agent: called, consulted or in conference |
//! | `YS` | the two numbers |
//! | `DS`, `OS` | the state and the one before, by number ([`State`]) |
//! | `TS`, `T2` | since when, and when the session began; CallGem's local time |

use std::collections::BTreeMap;
use std::sync::Arc;

use switchhook::domain;
use switchhook::vendor::callgem::{LocalClock, SESSION_EVENT, grammar};

use crate::centre::{
    AgentId, CallFacts, CallId, Centre, Direction, Happening, LegEvent, LegState, Moment, What,
};

macro_rules! states {
    ($($(#[$doc:meta])* $state:ident = $number:literal, $label:literal, $stage:literal;)*) => {
        /// The state of a session. The first two are the reference's, the others this CallGem's own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum State {
            $($(#[$doc])* $state = $number,)*
        }

        impl State {
            /// Every state: its number, what people call it, and the stage of a call that it stands for.
            pub const ALL: &'static [(State, &'static str, &'static str)] =
                &[$((State::$state, $label, $stage),)*];
        }
    };
}

states! {
    /// An agent is about to dial.
    AwaitingLaunch = 0, "Awaiting Launch", "begun";
    /// Dialled, or ringing at the far end.
    Launched = 1, "Launched", "dialling";
    /// A caller waits for an agent.
    Queued = 2, "Queued", "begun";
    /// Given to an agent.
    Offered = 3, "Offered", "offered";
    /// Ringing at the agent.
    Alerting = 4, "Alerting", "alerting";
    /// In conversation.
    Connected = 5, "Connected", "connected";
    /// On hold.
    Held = 6, "On Hold", "held";
    /// Could not be completed.
    Failed = 7, "Failed", "failed";
    /// Over.
    Ended = 8, "Ended", "ended";
}

impl State {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    const fn of(leg: LegState) -> Self {
        match leg {
            LegState::Coming => Self::Offered,
            LegState::Alerting => Self::Alerting,
            LegState::Dialling => Self::Launched,
            LegState::Connected => Self::Connected,
            LegState::Held => Self::Held,
            LegState::Failed => Self::Failed,
        }
    }
}

/// What a session is like; a change of it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shown {
    state: State,
    agent: AgentId,
    second: Option<AgentId>,
}

/// One change of a session, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When: since then it is in this state.
    pub at: Moment,
    /// The call.
    pub call: Arc<CallFacts>,
    began: Moment,
    shown: Shown,
    before: Option<State>,
}

#[derive(Clone, Debug)]
struct Session {
    legs: Vec<(AgentId, State)>,
    last: Option<Change>,
    began: Moment,
}

/// The picture of all sessions.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    sessions: BTreeMap<CallId, Session>,
}

impl Sessions {
    /// Takes in one happening; what changed with it.
    pub fn hear(&mut self, happening: &Happening) -> Option<Change> {
        let What::Leg {
            agent,
            call,
            direction,
            event,
            ..
        } = &happening.what
        else {
            return None;
        };
        let at = happening.at;
        let state = match event {
            LegEvent::Allocated => State::Offered,
            LegEvent::Begun => match direction {
                Direction::In => State::Alerting,
                Direction::Out => State::AwaitingLaunch,
            },
            LegEvent::TakenOver(state) => State::of(*state),
            LegEvent::Originated => State::Launched,
            LegEvent::Delivered if *direction == Direction::In => State::Alerting,
            LegEvent::Established | LegEvent::Retrieved => State::Connected,
            LegEvent::Held => State::Held,
            LegEvent::Failed => State::Failed,
            LegEvent::Ended { .. } => return self.leg_ends(at, call, *agent),
            _ => return None,
        };
        let session = self.sessions.entry(call.id).or_insert_with(|| Session {
            legs: Vec::new(),
            last: None,
            began: at,
        });
        match session.legs.iter_mut().find(|(other, _)| other == agent) {
            Some(leg) => leg.1 = state,
            None => session.legs.push((*agent, state)),
        }
        session.show(at, call)
    }

    fn leg_ends(&mut self, at: Moment, call: &Arc<CallFacts>, agent: AgentId) -> Option<Change> {
        let session = self.sessions.get_mut(&call.id)?;
        if session.legs.iter().any(|(other, _)| *other != agent) {
            session.legs.retain(|(other, _)| *other != agent);
            return session.show(at, call);
        }
        for leg in &mut session.legs {
            leg.1 = State::Ended;
        }
        let change = session.show(at, call);
        self.sessions.remove(&call.id);
        change
    }

    /// What was told last of each session that goes on.
    pub fn present(&self) -> impl Iterator<Item = &Change> {
        self.sessions.values().filter_map(|session| session.last.as_ref())
    }

    /// How many sessions go on.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether none goes on.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

impl Session {
    /// The session as it is now, if that is news: its first agent says where it stands.
    fn show(&mut self, at: Moment, call: &Arc<CallFacts>) -> Option<Change> {
        let (agent, state) = *self.legs.first()?;
        let shown = Shown {
            state,
            agent,
            second: self.legs.get(1).map(|(second, _)| *second),
        };
        let last = self.last.as_ref();
        if last.is_some_and(|last| last.shown == shown) {
            return None;
        }
        let waited = call.queue.is_some().then_some(State::Queued);
        let change = Change {
            at,
            call: Arc::clone(call),
            began: self.began,
            shown,
            before: last.map(|last| last.shown.state).or(waited),
        };
        self.last = Some(change.clone());
        Some(change)
    }
}

/// The line that tells of a change to one request (rules R119, R121): the request's transaction and tenant, then what
/// is the same for everybody.
pub fn line(transaction: &str, tenant: Option<&str>, rest: &str) -> String {
    let tenant = tenant.map(|tenant| format!("\\TD{tenant}")).unwrap_or_default();
    format!("{SESSION_EVENT}\\TX{transaction}{tenant}{rest}")
}

/// What of a line is the same for everybody, from its first backslash on.
pub fn rest_of_line(centre: &Centre, change: &Change, clock: &LocalClock) -> String {
    let Shown { state, agent, second } = change.shown;
    let local = |moment: Moment| clock.show(domain::Moment(moment.as_millis())).to_ole();
    let mut fields: Vec<(&str, String)> = Vec::with_capacity(11);
    if let Some(queue) = change.call.queue.and_then(|queue| centre.queue(queue)) {
        fields.push(("CN", queue.name.clone()));
        fields.push(("YC", format!("{{\\NR{}}}", queue.number)));
    }
    if let Some(agent) = centre.agent(agent) {
        fields.push(("AN", agent.login.clone()));
        if let Some(second) = second.and_then(|second| centre.agent(second)) {
            fields.push(("A2", second.login.clone()));
        }
        fields.push(("YA", format!("{{\\EX{}}}", agent.extension)));
    }
    fields.push(("SI", change.call.id.number().to_string()));
    let CallFacts {
        caller_number,
        target_number,
        ..
    } = &*change.call;
    fields.push(("YS", format!("{{\\FR{caller_number}\\TO{target_number}}}")));
    fields.push(("DS", state.number().to_string()));
    if let Some(before) = change.before {
        fields.push(("OS", before.number().to_string()));
    }
    fields.push(("TS", local(change.at)));
    fields.push(("T2", local(change.began)));
    // Names and numbers of the centre have neither backslashes nor braces; what had would not be told.
    let written = fields
        .iter()
        .filter(|(_, value)| grammar::check_value(value).is_ok());
    written.fold(String::new(), |mut rest, (code, value)| {
        rest.push('\\');
        rest.push_str(code);
        rest.push_str(value);
        rest
    })
}
