//! What supervisors hear: members of their team, monitored agents and calls, emergencies.
//!
//! Lives here: the names that events have for a supervisor, and the events that only a supervisor gets.
//! May not live here: who watches whom (`centre::supervision`).
//! A monitored event has the fields of the plain one and `CTIOS_MONITORED` (R82). Names are as printed:
//! four lack the "On", two say "Call" before "Agent" (C14, C15).

use super::Teller;
use super::agents::{names_of, skill_groups};
use super::listening::address;
use super::numbers::{PERIPHERAL, agent_object, call_object, device_number, state_number};
use crate::centre::{
    AgentId, AgentState, AgentStatus, CallId, LegState, SupervisionNews, SupervisorMask, TeamChange,
};

/// What an event is called when a supervisor hears it, if a supervisor does.
pub(super) fn monitored_name(name: &str) -> Option<&'static str> {
    let found = MONITORED.iter().find(|(plain, _)| *plain == name);
    found.map(|(_, monitored)| *monitored)
}

/// Every event that supervisors hear of their members, with its plain name.
const MONITORED: [(&str, &str); 23] = [
    ("OnAgentStateChange", "OnMonitoredAgentStateChange"),
    ("OnAgentInfoEvent", "OnMonitoredAgentInfoEvent"),
    ("OnCallBegin", "OnMonitoredCallBegin"),
    ("OnCallEnd", "OnMonitoredCallEnd"),
    ("OnCallDataUpdate", "OnMonitoredCallDataUpdate"),
    ("OnCallDelivered", "OnMonitoredCallDelivered"),
    ("OnCallEstablished", "OnMonitoredCallEstablished"),
    ("OnCallHeld", "OnMonitoredCallHeld"),
    ("OnCallRetrieved", "OnMonitoredCallRetrieved"),
    ("OnCallCleared", "OnMonitoredCallCleared"),
    ("OnCallConnectionCleared", "OnMonitoredCallConnectionCleared"),
    ("OnCallReachedNetworkEvent", "MonitoredCallReachedNetworkEvent"),
    ("OnCallOriginated", "OnMonitoredCallOriginated"),
    ("OnCallFailed", "OnMonitoredCallFailed"),
    ("OnCallTransferred", "OnMonitoredCallTransferred"),
    ("OnCallConferenced", "OnMonitoredCallConferenced"),
    ("OnCallDiverted", "OnMonitoredCallDiverted"),
    ("OnTranslationRoute", "OnMonitoredTranslationRoute"),
    ("OnAgentPrecallEvent", "OnMonitoredCallAgentPrecallEvent"),
    (
        "OnAgentPrecallAbortEvent",
        "OnMonitoredCallAgentPrecallAbortEvent",
    ),
    (
        "OnCallServiceInitiatedEvent",
        "MonitoredCallServiceInitiatedEvent",
    ),
    ("OnCallQueuedEvent", "MonitoredCallQueuedEvent"),
    ("OnCallDequeuedEvent", "MonitoredCallDequeuedEvent"),
];

impl Teller<'_> {
    pub(super) fn supervision(&mut self, news: &SupervisionNews) {
        match news {
            SupervisionNews::Member {
                agent,
                status,
                change,
            } => self.member(*agent, status, *change),
            SupervisionNews::State { agent, status } => {
                let number = state_number(status.state);
                self.about(*agent, |teller| {
                    teller.agent_info();
                    teller.agent_state("OnAgentStateChange", status, number);
                });
            }
            SupervisionNews::Monitoring {
                agent,
                begins,
                joined,
                state,
            } => self.monitoring(*agent, *begins, *joined, *state),
            SupervisionNews::Call {
                agent,
                call,
                direction,
                state,
                mask,
            } => self.about(*agent, |teller| {
                teller.call_snapshot(call, *direction, *state, *mask);
            }),
            SupervisionNews::Buttons(mask) => self.supervisor_buttons(*mask),
            SupervisionNews::Emergency { agent, call } => self.emergency(*agent, *call),
        }
    }

    /// What a supervisor must know who takes up monitoring again at another desk.
    pub(super) fn supervision_snapshot(&mut self) {
        let supervisor = self.agent.id;
        let Some(member) = self.centre.monitored_by(supervisor) else {
            return;
        };
        self.monitoring(member, true, None, self.agent.status.state);
        let centre = self.centre;
        self.about(member, |teller| {
            for (call, leg) in centre.calls_of(member) {
                if leg.state != LegState::Coming {
                    teller.call_snapshot(&call.facts, leg.direction, leg.state, leg.mask);
                }
            }
        });
        self.supervisor_buttons(centre.supervisor_mask(supervisor));
    }

    /// Tells the supervisor something about a member, under monitored names.
    fn about(&mut self, member: AgentId, tell: impl FnOnce(&mut Teller<'_>)) {
        if let Some(member) = self.centre.agent(member) {
            let mut teller = Teller::new(self.centre, member, self.at, self.events);
            teller.is_monitored = true;
            tell(&mut teller);
        }
    }

    /// The buttons of the supervisor, a mask beside that of the agent (R78, R80).
    fn supervisor_buttons(&mut self, mask: SupervisorMask) {
        self.event("OnSupervisorButtonChange", |writer| {
            writer.plain("SupervisorBtnEnablementMask", mask.bits());
        });
    }

    /// A member of the team: one of the list that was asked for, or one that comes or goes (R83). The
    /// numbers of `ConfigOperation` and `AgentFlags` are those of Cisco's message reference.
    fn member(&mut self, member: AgentId, status: &AgentStatus, change: TeamChange) {
        let Some(member) = self.centre.agent(member) else {
            return;
        };
        let supervisor = &self.agent.login;
        let (first, last) = names_of(member);
        let number = state_number(status.state);
        let operation = match change {
            TeamChange::Listed => 0,
            TeamChange::Joined => 1,
            TeamChange::Left => 2,
        };
        self.event("OnNewAgentTeamMember", |writer| {
            writer.text("PeripheralID", &PERIPHERAL.to_string());
            writer.text("UniqueObjectID", &agent_object(member));
            writer.plain("AgentState", number);
            writer.plain("NumSkillGroups", member.skills.len());
            writer.text("AgentID", &member.login);
            writer.text("AgentExtension", &member.extension);
            writer.text("AgentInstrument", &member.extension);
            writer.text("AgentLastName", last);
            writer.text("AgentFirstName", first);
            writer.text("AgentName", &member.name);
            writer.plain(
                "AgentAvailabilityStatus",
                u8::from(status.state == AgentState::Ready),
            );
            writer.plain("EventReasonCode", status.reason.code());
            writer.plain("EnablementMask", status.mask.bits());
            writer.text("SupervisorID", supervisor);
            writer.plain("AgentFlags", 0);
            skill_groups(writer, member, number, |place| {
                format!("Skillgroup[{}]", place + 1)
            });
            writer.plain("ConfigOperation", operation);
        });
    }

    fn monitoring(&mut self, member: AgentId, begins: bool, joined: Option<CallId>, state: AgentState) {
        let Some(member) = self.centre.agent(member) else {
            return;
        };
        let supervisor = self.agent;
        let name = if begins {
            "OnStartMonitoringAgent"
        } else {
            "OnStopMonitoringAgent"
        };
        self.event(name, |writer| {
            writer.text("UniqueObjectID", &agent_object(supervisor));
            writer.text("AgentReference", &member.login);
            writer.text("SupervisorID", &supervisor.login);
            writer.text("SupervisorKey", &agent_object(supervisor));
            if let Some(call) = joined {
                writer.text("BargedInCallID", &call_object(call));
            }
            writer.text("SupervisorAgentState", &state_number(state).to_string());
        });
    }

    /// A member calls in an emergency (R85).
    fn emergency(&mut self, member: AgentId, call: CallId) {
        let Some(member) = self.centre.agent(member) else {
            return;
        };
        self.event("OnEmergencyCall", |writer| {
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("ConnectionCallID", call.number());
            writer.plain("ConnectionDeviceIDType", 0);
            writer.plain("SessionID", member.id.number() + 1);
            writer.plain("ConnectionDeviceID", device_number(&member.extension));
            writer.text("ClientID", &format!("desk.{}", member.login));
            writer.text("ClientAddress", &address(member));
            writer.text("AgentExtension", &member.extension);
            writer.text("AgentID", &member.login);
            writer.text("AgentInstrument", &member.extension);
        });
    }
}
