//! The centre in the words of Cisco CTI OS, for the agent at one desk.
//!
//! Lives here: the events with their documented fields, the answers to commands, and the picture a
//! reconnecting desk gets. May not live here: the connection, or who sits at which desk.
//! Fields whose values the reference does not give (`MessageID`, `MessageType`) are left out, which it
//! allows; `InvokeID` is added to every answer, so that a desk knows its own request again.
//!
//! | room | what it tells |
//! |---|---|
//! | `numbers` | the numbers and object ids behind every event |
//! | `agents` | states and the rest about an agent |
//! | `calls` | the life of a call at one desk, and what it carries |
//! | `figures` | statistics of agents and skill groups |
//! | `supervision` | what supervisors hear: teams, monitored agents and calls |
//! | `listening` | silent monitor sessions, to either side |
//! | `answers` | confirmations, failures |
//! | `settings` | what the site demands of a desk and tells it about itself |
//! | `link` | how the gateway stands with its pair of servers |
//! | `minimise` | the same with fewer parameters |
//! | `commands` | nothing: it reads what desks ask for |

mod agents;
mod answers;
mod calls;
mod commands;
mod figures;
pub mod link;
mod listening;
pub mod minimise;
mod numbers;
mod settings;
mod supervision;

use std::sync::Arc;

pub use answers::{confirmation, refusal};
pub use calls::snapshot_call;
pub use commands::{COMMANDS, UnreadableCommand, is_command, parse_command};
pub use numbers::{agent_object, call_object, state_number};
pub use settings::{desk_settings, global_settings};

use super::json::Writer;
use crate::centre::{Agent, AgentId, Centre, Happening, LegState, Mask, Moment, What};
use supervision::monitored_name;

/// The number by which a desk knows its own request again; chosen by the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvokeId(pub u32);

/// One event for one desk: the two arguments of the client method `CtiEvent` (D12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CtiEvent {
    /// The documented name.
    pub name: &'static str,
    /// The Arguments object, as JSON.
    pub arguments: Arc<str>,
}

/// Appends the events by which the desk of `happening.what.agent()` learns of one happening. What
/// concerns no agent, or what CTI OS has no event for, appends nothing.
pub fn tell(centre: &Centre, happening: &Happening, events: &mut Vec<CtiEvent>) {
    let Some(agent) = happening.what.agent().and_then(|agent| centre.agent(agent)) else {
        return;
    };
    let mut teller = Teller::new(centre, agent, happening.at, events);
    match &happening.what {
        What::Supervision { news, .. } => teller.supervision(news),
        What::Listening { news, .. } => teller.listening(news),
        What::Figures { report, .. } => teller.figures(report),
        What::Chat { message, .. } => teller.chat(message),
        what => teller.own(what),
    }
}

/// Appends what the supervisors hear who were watching when it happened: the same events under their
/// monitored names (R81, R82). Nothing is put into words for a supervisor whom nobody `wants`.
pub fn tell_watchers(
    centre: &Centre,
    happening: &Happening,
    wants: &impl Fn(AgentId) -> bool,
    events: &mut Vec<(AgentId, CtiEvent)>,
) {
    let watcher = match &happening.what {
        What::AgentChanged { .. } => happening.watchers.of_state,
        What::Leg { .. } | What::CallData { .. } => happening.watchers.of_calls,
        _ => None,
    };
    let agent = happening.what.agent().and_then(|agent| centre.agent(agent));
    if let (Some(supervisor), Some(agent)) = (watcher.filter(|id| wants(*id)), agent) {
        let mut told = Vec::new();
        let mut teller = Teller::new(centre, agent, happening.at, &mut told);
        teller.is_monitored = true;
        teller.own(&happening.what);
        events.extend(told.into_iter().map(|event| (supervisor, event)));
    }
}

/// What a desk is told before anybody has signed in: only signing in is possible.
pub fn greeting() -> Vec<CtiEvent> {
    let mut writer = Writer::object();
    writer.plain("EnablementMask", Mask::LOGIN.bits());
    vec![CtiEvent {
        name: "OnButtonEnablementChange",
        arguments: writer.finish().into(),
    }]
}

/// The present state of an agent, for a desk that has just (re)connected: the agent, the calls that are
/// valid on its device (R45, R46), each of them from its beginning (R51), and the current call.
pub fn snapshot(centre: &Centre, agent: AgentId) -> Vec<CtiEvent> {
    let mut events = Vec::new();
    let Some(agent) = centre.agent(agent) else {
        return events;
    };
    let mut teller = Teller::new(centre, agent, centre.now(), &mut events);
    let status = &agent.status;
    teller.event("OnSetAgentModeEvent", |_| {});
    teller.query_agent_state(status);
    teller.agent_info();
    teller.agent_state("OnAgentStateChange", status, state_number(status.state));
    teller.buttons(&agent_object(agent), status.mask);
    let legs = || {
        centre
            .calls_of(agent.id)
            .filter(|(_, leg)| leg.state != LegState::Coming)
    };
    let kept = agent.kept.as_ref();
    let present = legs().map(|(call, _)| call.facts.id);
    teller.snapshot_device(present.chain(kept.map(|kept| kept.facts.id)).collect());
    if let Some(kept) = kept {
        teller.kept_call(kept);
    }
    for (call, leg) in legs() {
        teller.call_snapshot(&call.facts, leg.direction, leg.state, leg.mask);
    }
    if let Some(current) = agent.current {
        teller.current_call(Some(current));
    }
    teller.supervision_snapshot();
    events
}

struct Teller<'a> {
    centre: &'a Centre,
    /// Whom the events are about.
    agent: &'a Agent,
    at: Moment,
    /// Whether a supervisor is told instead of the agent.
    is_monitored: bool,
    events: &'a mut Vec<CtiEvent>,
}

impl<'a> Teller<'a> {
    fn new(centre: &'a Centre, agent: &'a Agent, at: Moment, events: &'a mut Vec<CtiEvent>) -> Self {
        Self {
            centre,
            agent,
            at,
            is_monitored: false,
            events,
        }
    }

    /// What concerns the agent itself, or its calls.
    fn own(&mut self, what: &What) {
        match what {
            What::AgentChanged { before, status, .. } => self.agent_changed(before, status),
            What::Leg {
                call,
                direction,
                event,
                mask,
                ..
            } => self.leg(call, *direction, event, *mask),
            What::CallData { call, changed, .. } => self.call_data(call, changed),
            What::CurrentCall { call, .. } => self.current_call(*call),
            What::Supervision { .. }
            | What::Listening { .. }
            | What::Figures { .. }
            | What::Chat { .. }
            | What::Phrase { .. }
            | What::Alert { .. }
            | What::WrapUp { .. }
            | What::QueueChanged { .. }
            | What::CallbackChanged { .. } => {}
        }
    }

    /// Appends one event. To a supervisor it goes under its monitored name, if it has one.
    fn event(&mut self, name: &'static str, fill: impl FnOnce(&mut Writer)) {
        let name = match (self.is_monitored, monitored_name(name)) {
            (false, _) => name,
            (true, Some(name)) => name,
            (true, None) => return,
        };
        let mut writer = Writer::object();
        fill(&mut writer);
        if self.is_monitored {
            writer.plain("CTIOS_MONITORED", true);
        }
        self.events.push(CtiEvent {
            name,
            arguments: writer.finish().into(),
        });
    }

    /// Sent after every event that carries a mask (R80).
    fn buttons(&mut self, object: &str, mask: Mask) {
        self.event("OnButtonEnablementChange", |writer| {
            writer.plain("EnablementMask", mask.bits());
            writer.text("UniqueObjectID", object);
        });
    }
}
