//! States of an agent, and what else a desk is told about it.
//!
//! Lives here: the agent events with their documented fields, and text messages.
//! May not live here: when an agent changes, or what supervisors hear of it.
//! A sign-in goes through "logged on" (R46, R47), a sign-out is announced before and after (R70).

use super::super::json::Writer;
use super::Teller;
use super::numbers::{
    LOGGED_ON, PERIPHERAL, PERIPHERAL_TYPE, agent_object, call_object, skill_id, skill_number, state_number,
};
use crate::centre::{Agent, AgentId, AgentState, AgentStatus, Audience, CallId, Cause, Centre, Message};

impl Teller<'_> {
    pub(super) fn agent_changed(&mut self, before: &AgentStatus, status: &AgentStatus) {
        let changed = before.state != status.state
            || before.reason != status.reason
            || before.noted != status.noted
            || before.wrap_up != status.wrap_up;
        let number = state_number(status.state);
        match (before.state, status.state) {
            (AgentState::SignedOut, AgentState::SignedOut) => {}
            (AgentState::SignedOut, _) => {
                self.query_agent_state(status);
                self.agent_info();
                self.agent_state("OnAgentStateChange", status, LOGGED_ON);
                self.agent_state("OnAgentStateChange", status, number);
                self.snapshot_device(Vec::new());
            }
            (_, AgentState::SignedOut) => {
                self.agent_state("OnPreLogout", status, number);
                self.agent_state("OnAgentStateChange", status, number);
                self.agent_state("OnPostLogout", status, number);
                self.agent_reset();
            }
            _ if changed => self.agent_state("OnAgentStateChange", status, number),
            _ => {}
        }
        if changed || before.mask != status.mask {
            self.buttons(&agent_object(self.agent), status.mask);
        }
    }

    pub(super) fn agent_state(&mut self, name: &'static str, status: &AgentStatus, number: u8) {
        let (centre, agent) = (self.centre, self.agent);
        let duration = self.at.since(status.since).as_secs();
        let skill = status.active_queue.or(agent.skills.first().copied());
        self.event(name, |writer| {
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("PeripheralType", PERIPHERAL_TYPE);
            writer.plain("AgentState", number);
            writer.plain("SkillGroupNumber", skill_number(skill));
            writer.plain("SkillGroupID", skill_id(skill));
            writer.plain("StateDuration", duration);
            writer.plain("SkillGroupPriority", 0);
            writer.plain("EventReasonCode", status.reason.code());
            writer.plain("SkillGroupState", number);
            writer.text("AgentID", &agent.login);
            writer.text("AgentExtension", &agent.extension);
            writer.plain("EnablementMask", status.mask.bits());
            writer.text("UniqueObjectID", &agent_object(agent));
            writer.text("AgentInstrument", &agent.extension);
            changed_by(writer, centre, status.cause);
            noted(writer, centre, status);
        });
    }

    pub(super) fn query_agent_state(&mut self, status: &AgentStatus) {
        let (centre, agent) = (self.centre, self.agent);
        let number = state_number(status.state);
        self.event("OnQueryAgentStateConf", |writer| {
            writer.text("AgentID", &agent.login);
            writer.text("AgentExtension", &agent.extension);
            writer.text("AgentInstrument", &agent.extension);
            writer.plain("AgentState", number);
            writer.plain("NumSkillGroups", agent.skills.len());
            skill_groups(writer, agent, number, |place| format!("SkillGroup[{place}]"));
            writer.plain("MRDID", 1);
            writer.plain("NumTasks", agent.calls.len());
            writer.plain("AgentMode", 0);
            writer.plain("MaxTaskLimit", 1);
            writer.plain("ICMAgentID", PERIPHERAL + agent.id.number());
            writer.plain(
                "AgentAvailabilityStatus",
                u8::from(status.state == AgentState::Ready),
            );
            noted(writer, centre, status);
        });
    }

    /// The desk has no agent any more.
    fn agent_reset(&mut self) {
        let object = agent_object(self.agent);
        self.event("OnCurrentAgentReset", |writer| {
            writer.text("UniqueObjectID", &object);
        });
    }

    /// The agent's name, as a site with name lookup tells it.
    pub(super) fn agent_info(&mut self) {
        let agent = self.agent;
        let (first, last) = names_of(agent);
        self.event("OnAgentInfoEvent", |writer| {
            writer.text("UniqueObjectID", &agent_object(agent));
            writer.text("AgentLastName", last);
            writer.text("AgentFirstName", first);
        });
    }

    /// A text message for the agent. `AgentID` and `Target` both name the receiver (C30).
    pub(super) fn chat(&mut self, message: &Message) {
        let receiver = &self.agent.login;
        let sender = self.centre.agent(message.from).map_or("", |agent| &agent.login);
        let distribution = match message.to {
            Audience::Agent(_) => "agent",
            Audience::Supervisor => "supervisor",
            Audience::Team => "team",
        };
        self.event("OnChatMessage", |writer| {
            writer.text("Distribution", distribution);
            writer.text("AgentID", receiver);
            writer.text("Target", receiver);
            writer.text("Message", &message.text);
            writer.text("Source", sender);
        });
    }

    pub(super) fn snapshot_device(&mut self, calls: Vec<CallId>) {
        let device = format!("device.{PERIPHERAL}.{}", self.agent.extension);
        self.event("OnSnapshotDeviceConf", |writer| {
            writer.text("UniqueObjectID", &device);
            writer.plain("NumCalls", calls.len());
            writer.nested("ValidCalls", |valid| {
                for call in calls {
                    valid.plain(&call_object(call), true);
                }
            });
        });
    }

    pub(super) fn current_call(&mut self, call: Option<CallId>) {
        self.event("OnCurrentCallChanged", |writer| {
            if let Some(call) = call {
                writer.text("UniqueObjectID", &call_object(call));
            }
        });
    }
}

/// Who or what changed the state: the hub's addition, since the document has the reason alone.
fn changed_by(writer: &mut Writer, centre: &Centre, cause: Cause) {
    let word = match cause {
        Cause::Agent => "agent",
        Cause::Supervisor(_) => "supervisor",
        Cause::Call => "call",
        Cause::Timer => "timer",
        Cause::NoAnswer => "noanswer",
        Cause::System => "system",
    };
    writer.text("StateChangedBy", word);
    if let Cause::Supervisor(supervisor) = cause {
        writer.text("StateChangedByID", login_of(centre, supervisor));
    }
}

/// What was asked for and has not taken effect: the hub's addition, since no documented event tells it.
fn noted(writer: &mut Writer, centre: &Centre, status: &AgentStatus) {
    let Some(noted) = status.noted else {
        writer.null("NextAgentState");
        return;
    };
    writer.plain("NextAgentState", state_number(noted.state));
    writer.plain("NextEventReasonCode", noted.reason.code());
    if let Some(supervisor) = noted.by {
        writer.text("NextAgentStateByID", login_of(centre, supervisor));
    }
}

fn login_of(centre: &Centre, agent: AgentId) -> &str {
    centre.agent(agent).map_or("", |found| &found.login)
}

/// An agent's first name and the rest of its name.
pub(super) fn names_of(agent: &Agent) -> (&str, &str) {
    agent.name.split_once(' ').unwrap_or(("", &agent.name))
}

/// The agent's skill groups as nested Arguments, under names made from their places, counted from 0.
pub(super) fn skill_groups(writer: &mut Writer, agent: &Agent, state: u8, name_of: impl Fn(usize) -> String) {
    for (place, skill) in agent.skills.iter().enumerate() {
        writer.nested(&name_of(place), |group| {
            group.plain("SkillGroupNumber", skill_number(Some(*skill)));
            group.plain("SkillGroupID", skill_id(Some(*skill)));
            group.plain("SkillGroupPriority", 0);
            group.plain("SkillGroupState", state);
        });
    }
}
