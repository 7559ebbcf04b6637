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
//! | `calls` | the life of a call at one desk |
//! | `answers` | confirmations, failures, desk settings |
//! | `commands` | nothing: it reads what desks ask for |

mod agents;
mod answers;
mod calls;
mod commands;
mod numbers;

use std::sync::Arc;

pub use answers::{confirmation, desk_settings, refusal};
pub use commands::{COMMANDS, UnreadableCommand, is_command, parse_command};
pub use numbers::{call_object, state_number};

use super::json::Writer;
use crate::centre::{Agent, AgentId, Centre, Happening, LegState, Mask, Moment, What};
use numbers::agent_object;

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
    let mut teller = Teller {
        centre,
        agent,
        at: happening.at,
        events,
    };
    match &happening.what {
        What::AgentChanged { before, status, .. } => teller.agent_changed(before, status),
        What::Leg {
            call,
            direction,
            event,
            mask,
            ..
        } => teller.leg(call, *direction, event, *mask),
        What::CurrentCall { call, .. } => teller.current_call(*call),
        What::WrapUp { .. } | What::QueueChanged { .. } | What::CallbackChanged { .. } => {}
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
    let mut teller = Teller {
        centre,
        agent,
        at: centre.now(),
        events: &mut events,
    };
    let status = &agent.status;
    teller.event("OnSetAgentModeEvent", |_| {});
    teller.query_agent_state(status);
    teller.agent_state("OnAgentStateChange", status, state_number(status.state));
    teller.buttons(&agent_object(agent), status.mask);
    let legs = || {
        centre
            .calls_of(agent.id)
            .filter(|(_, leg)| leg.state != LegState::Coming)
    };
    teller.snapshot_device(legs().map(|(call, _)| call.facts.id).collect());
    for (call, leg) in legs() {
        teller.call_begin(&call.facts, leg.direction, leg.state);
        let (name, line) = match leg.state {
            LegState::Coming | LegState::Alerting => ("OnCallDelivered", true),
            LegState::Dialling => ("OnCallOriginated", true),
            LegState::Connected => ("OnCallEstablished", true),
            LegState::Held => ("OnCallHeld", false),
            LegState::Failed => ("OnCallFailed", false),
        };
        teller.call_state(name, &call.facts, leg.direction, leg.state, leg.mask, line);
    }
    if let Some(current) = agent.current {
        teller.current_call(Some(current));
    }
    events
}

struct Teller<'a> {
    centre: &'a Centre,
    agent: &'a Agent,
    at: Moment,
    events: &'a mut Vec<CtiEvent>,
}

impl Teller<'_> {
    fn event(&mut self, name: &'static str, fill: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::object();
        fill(&mut writer);
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
