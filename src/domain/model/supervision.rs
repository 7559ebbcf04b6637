//! Applying news of supervision: the team, the monitored agent, emergencies, listening in.
//!
//! Lives here: the part of `Model::apply` that touches [`Supervisor`](super::super::supervision::Supervisor) and
//! the session of listening in.
//! May not be here: the monitored agents' states and calls; they are rows like any other.
//! A supervisor's buttons follow the supervisor's mask alone (rule R78, decision D1).

use super::super::control::SupervisorControl;
use super::super::supervision::{
    EMERGENCIES_KEPT, Emergency, MEMBERS_KEPT, SilentMonitor, SilentMonitorRef, SilentMonitorStep,
    SupervisionNews,
};
use super::{AgentKey, Model, Moment, Off, Ref, SourceId, Transition};

impl Model {
    /// Why a supervisor's control is off, `Ok` when it is on.
    pub fn supervisor_allowed(&self, source: SourceId, control: SupervisorControl) -> Result<(), Off> {
        if !self.source(source).live {
            return Err(Off::Offline);
        }
        if self.telephony_is_down(source) {
            return Err(Off::TelephonyDown);
        }
        match self.desk.supervisor.mask {
            None => Err(Off::NoMask),
            Some(mask) if mask.has(control) => Ok(()),
            Some(_) => Err(Off::ByServer),
        }
    }

    pub(super) fn tell_supervision(&mut self, source: SourceId, news: SupervisionNews<'_>, heard: Moment) {
        self.hear(source, heard);
        let agent_of = |model: &mut Model, id: &str| model.agents.intern(Ref::new(source, id));
        let touched = match news {
            SupervisionNews::Mask(mask) => self.desk.supervisor.mask.replace(mask) != Some(mask),
            SupervisionNews::Member(id, None) => {
                let key = self.agents.find(Ref::new(source, &id));
                key.is_some_and(|key| self.desk.supervisor.team.remove(&key).is_some())
            }
            SupervisionNews::Member(id, Some(member)) => {
                let key = agent_of(self, &id);
                let team = &mut self.desk.supervisor.team;
                let has_room = team.len() < MEMBERS_KEPT || team.contains_key(&key);
                has_room && team.insert(key, *member).is_none()
            }
            SupervisionNews::Monitoring { agent, joined } => {
                let key = agent_of(self, &agent);
                let supervisor = &mut self.desk.supervisor;
                supervisor.monitored = Some(key);
                supervisor.joined = joined.map(|call| call.as_ref().into());
                true
            }
            SupervisionNews::NotMonitoring => {
                let supervisor = &mut self.desk.supervisor;
                supervisor.joined = None;
                supervisor.monitored.take().is_some()
            }
            SupervisionNews::Emergency {
                agent,
                extension,
                connection,
            } => {
                let key = agent.as_ref().map(|id| agent_of(self, id));
                let emergencies = &mut self.desk.supervisor.emergencies;
                if emergencies.len() == EMERGENCIES_KEPT {
                    emergencies.pop_front();
                }
                emergencies.push_back(Emergency {
                    agent: key,
                    login_id: agent.map(|id| id.as_ref().into()),
                    extension: extension.map(|text| text.as_ref().into()),
                    connection: connection.map(|text| text.as_ref().into()),
                    at: heard,
                });
                self.transitions.push(Transition::Emergency);
                true
            }
            SupervisionNews::SilentMonitor(about, step) => {
                SilentMonitor::step(&mut self.desk.silent_monitor, &about, step, heard)
            }
        };
        self.desk_touched |= touched;
    }

    /// The supervisor has seen the emergencies that were told so far.
    pub fn dismiss_emergencies(&mut self) {
        self.desk.supervisor.emergencies.clear();
        self.desk_touched = true;
    }

    /// Somebody signed out: nobody listens in on them any more, nor do they on others.
    pub(super) fn stop_listening(&mut self, agent: AgentKey, when: Moment) {
        let Some(session) = &self.desk.silent_monitor else {
            return;
        };
        let listened_to = session.agent.as_deref();
        let is_about = self.desk.me == Some(agent)
            || listened_to
                .is_some_and(|id| self.agents.find(Ref::new(self.telephony.source, id)) == Some(agent));
        if is_about {
            let nobody_else = SilentMonitorRef::default();
            let step = SilentMonitorStep::SignedOut;
            self.desk_touched |= SilentMonitor::step(&mut self.desk.silent_monitor, &nobody_else, step, when);
        }
    }

    /// A new session with the hub: whether anybody is being monitored must be told anew.
    pub(super) fn forget_monitoring(&mut self) {
        let supervisor = &mut self.desk.supervisor;
        supervisor.mask = None;
        supervisor.monitored = None;
        supervisor.joined = None;
        self.desk.silent_monitor = None;
    }
}
