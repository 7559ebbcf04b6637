//! States of an agent, and what else a desk is told about it.
//!
//! Lives here: the agent events with their documented fields. May not live here: when an agent changes.
//! A sign-in goes through "logged on" (R46, R47), a sign-out is announced before and after (R70).

use super::Teller;
use super::numbers::{
    LOGGED_ON, PERIPHERAL, PERIPHERAL_TYPE, agent_object, call_object, skill_id, skill_number, state_number,
};
use crate::centre::{AgentState, AgentStatus, CallId};

impl Teller<'_> {
    pub(super) fn agent_changed(&mut self, before: &AgentStatus, status: &AgentStatus) {
        let changed = before.state != status.state || before.reason != status.reason;
        let number = state_number(status.state);
        match (before.state, status.state) {
            (AgentState::SignedOut, AgentState::SignedOut) => {}
            (AgentState::SignedOut, _) => {
                self.query_agent_state(status);
                self.agent_state("OnAgentStateChange", status, LOGGED_ON);
                self.agent_state("OnAgentStateChange", status, number);
                self.snapshot_device(Vec::new());
            }
            (_, AgentState::SignedOut) => {
                self.agent_state("OnPreLogout", status, number);
                self.agent_state("OnAgentStateChange", status, number);
                self.agent_state("OnPostLogout", status, number);
            }
            _ if changed => self.agent_state("OnAgentStateChange", status, number),
            _ => {}
        }
        if changed || before.mask != status.mask {
            self.buttons(&agent_object(self.agent), status.mask);
        }
    }

    pub(super) fn agent_state(&mut self, name: &'static str, status: &AgentStatus, number: u8) {
        let agent = self.agent;
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
        });
    }

    pub(super) fn query_agent_state(&mut self, status: &AgentStatus) {
        let agent = self.agent;
        let number = state_number(status.state);
        self.event("OnQueryAgentStateConf", |writer| {
            writer.text("AgentID", &agent.login);
            writer.text("AgentExtension", &agent.extension);
            writer.text("AgentInstrument", &agent.extension);
            writer.plain("AgentState", number);
            writer.plain("NumSkillGroups", agent.skills.len());
            for (place, skill) in agent.skills.iter().enumerate() {
                writer.nested(&format!("SkillGroup[{place}]"), |group| {
                    group.plain("SkillGroupNumber", skill_number(Some(*skill)));
                    group.plain("SkillGroupID", skill_id(Some(*skill)));
                    group.plain("SkillGroupPriority", 0);
                    group.plain("SkillGroupState", number);
                });
            }
            writer.plain("MRDID", 1);
            writer.plain("NumTasks", agent.calls.len());
            writer.plain("AgentMode", 0);
            writer.plain("MaxTaskLimit", 1);
            writer.plain("ICMAgentID", PERIPHERAL + agent.id.number());
            writer.plain(
                "AgentAvailabilityStatus",
                u8::from(status.state == AgentState::Ready),
            );
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
