//! What supervisors do with their teams.
//!
//! Lives here: watching a team, monitoring one member, joining and taking over its call, setting its
//! state, and the mask that says which of it is possible. May not live here: who leads whom (`team`) and
//! listening (`listening`). One member is monitored at a time (R81). The mask is the law here, too: a
//! request about the monitored member is taken exactly when its bit is set.
//! What follows from a change (the mask, the end of a session) is settled once, after the task that
//! brought it about, for the supervisors concerned and nobody else.

use std::sync::Arc;

use super::agent::{AgentState, AgentStatus, Cause};
use super::call::{CallFacts, Direction, FarState, Leg, LegState};
use super::command::{FailureCode, ImposedState, Refusal, RequestedState, Supervise, SupervisoryAction};
use super::happening::{Ending, LegEvent, What};
use super::id::{AgentId, CallId, ListeningId};
use super::listening::{Listening, ListeningEnd};
use super::mask::{Mask, SupervisorMask};
use super::{Centre, Reason};

const NOT_A_SUPERVISOR: Refusal = Refusal::new(
    FailureCode::FunctionNotAvailable,
    "Only the supervisor of a team can do that",
);
const NOT_IN_TEAM: Refusal = Refusal::new(FailureCode::InvalidAgentData, "The agent is not in your team");
const NOT_MONITORED: Refusal = Refusal::new(
    FailureCode::InvalidObjectState,
    "You are not monitoring this agent. Start monitoring first",
);
const NOT_NOW: Refusal = Refusal::new(
    FailureCode::InvalidObjectState,
    "Not possible in the present state of the agent",
);

/// What one supervisor is doing with its team; exists while it does anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Supervision {
    watches_team: bool,
    monitored: Option<AgentId>,
    /// The monitored member's call that the supervisor has joined.
    joined: Option<CallId>,
    pub(super) listening: Option<Listening>,
    told: SupervisorMask,
}

/// The supervisors who were watching an agent when something happened to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Watchers {
    /// Who hears of its state.
    pub of_state: Option<AgentId>,
    /// Who hears of its calls.
    pub of_calls: Option<AgentId>,
}

/// What became of an agent's place in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TeamChange {
    /// It is in the team, as the supervisor asked.
    Listed,
    /// It has just come.
    Joined,
    /// It has just gone.
    Left,
}

/// What only a supervisor hears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SupervisionNews {
    /// About a member's place in the team.
    Member {
        /// Who.
        agent: AgentId,
        /// The member's state.
        status: AgentStatus,
        /// What.
        change: TeamChange,
    },
    /// The present state of a member, as watching begins.
    State {
        /// Who.
        agent: AgentId,
        /// The state.
        status: AgentStatus,
    },
    /// Monitoring of a member begins or ends.
    Monitoring {
        /// Who.
        agent: AgentId,
        /// Whether it begins.
        begins: bool,
        /// The call of the member that the supervisor has joined.
        joined: Option<CallId>,
        /// The supervisor's own state.
        state: AgentState,
    },
    /// A present call of a member, as monitoring begins.
    Call {
        /// Whose.
        agent: AgentId,
        /// The call.
        call: Arc<CallFacts>,
        /// Called or calling.
        direction: Direction,
        /// How the member's leg stands.
        state: LegState,
        /// What the member may do with it.
        mask: Mask,
    },
    /// What the supervisor may do with the monitored member has changed.
    Buttons(SupervisorMask),
    /// A member has called in an emergency (R85).
    Emergency {
        /// Who.
        agent: AgentId,
        /// The call that it makes.
        call: CallId,
    },
}

impl Centre {
    /// The member that this supervisor monitors.
    pub fn monitored_by(&self, supervisor: AgentId) -> Option<AgentId> {
        self.supervision.get(&supervisor)?.monitored
    }

    /// The supervisors who are watching this agent now.
    pub(super) fn watchers_of(&self, agent: AgentId) -> Watchers {
        if self.supervision.is_empty() {
            return Watchers::default();
        }
        let watching = self
            .supervisor_of(agent)
            .and_then(|supervisor| Some((supervisor, self.supervision.get(&supervisor)?)));
        watching.map_or_else(Watchers::default, |(supervisor, supervision)| Watchers {
            of_state: supervision.watches_team.then_some(supervisor),
            of_calls: (supervision.monitored == Some(agent)).then_some(supervisor),
        })
    }

    /// Notes that something has changed that supervision may follow from.
    pub(super) fn unsettle(&mut self, agent: AgentId) {
        if self.supervision.is_empty() {
            return;
        }
        let above = self.supervisor_of(agent);
        for supervisor in [Some(agent), above].into_iter().flatten() {
            if self.supervision.contains_key(&supervisor) {
                self.unsettled.insert(supervisor);
            }
        }
    }

    /// Draws the consequences of what has changed since the last time.
    pub(super) fn settle_supervision(&mut self) {
        while let Some(supervisor) = self.unsettled.pop_first() {
            self.settle_supervisor(supervisor);
        }
    }

    fn settle_supervisor(&mut self, supervisor: AgentId) {
        let is_there = self.agent(supervisor).is_some_and(super::Agent::is_signed_in);
        let Some(supervision) = self.supervision.get(&supervisor) else {
            return;
        };
        let monitored = supervision.monitored;
        let is_member = monitored.is_none_or(|agent| self.supervisor_of(agent) == Some(supervisor));
        if !is_there || !is_member {
            self.stop_monitoring(supervisor);
        }
        self.settle_listening(supervisor);
        let joined = self
            .supervision
            .get(&supervisor)
            .and_then(|found| found.joined)
            .filter(|call| self.leg_state(*call, supervisor).is_some());
        let mask = if is_there {
            self.supervisor_mask(supervisor)
        } else {
            SupervisorMask::NONE
        };
        let Some(supervision) = self.supervision.get_mut(&supervisor) else {
            return;
        };
        supervision.joined = joined;
        if std::mem::replace(&mut supervision.told, mask) != mask {
            self.tell_supervisor(supervisor, SupervisionNews::Buttons(mask));
        }
        if !is_there {
            self.supervision.remove(&supervisor);
        }
    }

    pub(super) fn tell_supervisor(&mut self, supervisor: AgentId, news: SupervisionNews) {
        self.emit(What::Supervision { supervisor, news });
    }

    /// Tells a supervisor that the team has changed, and how the new member does if it is watched.
    pub(super) fn tell_team_change(&mut self, agent: AgentId, change: TeamChange) {
        let Some(supervisor) = self.supervisor_of(agent) else {
            return;
        };
        self.unsettle(agent);
        self.tell_member(supervisor, agent, change);
        let is_watched = self
            .supervision
            .get(&supervisor)
            .is_some_and(|found| found.watches_team);
        if is_watched && change == TeamChange::Joined {
            self.tell_member_state(supervisor, agent);
        }
    }

    fn tell_member(&mut self, supervisor: AgentId, agent: AgentId, change: TeamChange) {
        if let Some(status) = self.agent(agent).map(|found| found.status) {
            let news = SupervisionNews::Member {
                agent,
                status,
                change,
            };
            self.tell_supervisor(supervisor, news);
        }
    }

    fn tell_member_state(&mut self, supervisor: AgentId, agent: AgentId) {
        if let Some(status) = self.agent(agent).map(|found| found.status) {
            self.tell_supervisor(supervisor, SupervisionNews::State { agent, status });
        }
    }

    /// What a supervisor may do with the member that it monitors.
    pub fn supervisor_mask(&self, supervisor: AgentId) -> SupervisorMask {
        let Some(supervision) = self.supervision.get(&supervisor) else {
            return SupervisorMask::NONE;
        };
        let listens = supervision.listening.is_some();
        let mask = SupervisorMask::NONE.with_if(listens, SupervisorMask::STOP_SILENT_MONITOR);
        let Some(agent) = supervision.monitored.and_then(|agent| self.agent(agent)) else {
            return mask;
        };
        let talk = self.talk_of(agent.id);
        let joined = supervision.joined;
        mask.with_if(
            agent.is_signed_in() && agent.calls.is_empty(),
            SupervisorMask::SET_AGENT_LOGOUT,
        )
        .with_if(
            agent.status.mask.allows(Mask::READY),
            SupervisorMask::SET_AGENT_READY,
        )
        .with_if(
            talk.is_some_and(|call| self.can_be_joined(call)) && self.can_be_rung(supervisor),
            SupervisorMask::BARGE_IN,
        )
        .with_if(
            joined.is_some_and(|call| self.can_be_left_by(call, agent.id)),
            SupervisorMask::INTERCEPT,
        )
        .with_if(
            joined.is_some_and(|call| self.leg_state(call, supervisor).is_some()),
            SupervisorMask::CLEAR,
        )
        .with_if(
            talk.is_some() && !listens && joined.is_none(),
            SupervisorMask::START_SILENT_MONITOR,
        )
    }

    /// The call on which an agent is in conversation.
    pub(super) fn talk_of(&self, agent: AgentId) -> Option<CallId> {
        self.calls_of(agent)
            .find(|(_, leg)| leg.state == LegState::Connected)
            .map(|(call, _)| call.facts.id)
    }

    /// Whether somebody can join a call: it is a conversation of its own and no half of a consultation.
    fn can_be_joined(&self, call: CallId) -> bool {
        !self.is_consulting(call)
            && self.check_room(call, 1).is_ok()
            && self.call(call).is_some_and(|found| {
                found.parties() >= 2 && found.far != Some(FarState::Called) && !found.is_growing()
            })
    }

    /// Whether an agent can be taken off a call that goes on without it.
    fn can_be_left_by(&self, call: CallId, agent: AgentId) -> bool {
        !self.is_consulting(call)
            && self
                .call(call)
                .is_some_and(|found| found.parties() > 2 && found.leg(agent).is_some())
    }

    /// Whether a supervisor's request is possible now.
    pub(super) fn check_supervise(&self, supervisor: AgentId, wish: &Supervise) -> Result<(), Refusal> {
        let team = self.team_led_by(supervisor).ok_or(NOT_A_SUPERVISOR)?;
        let supervision = self.supervision.get(&supervisor);
        let monitored = supervision.and_then(|found| found.monitored);
        let mask = self.supervisor_mask(supervisor);
        let about_monitored = |agent: AgentId, bit| {
            if monitored != Some(agent) {
                Err(NOT_MONITORED)
            } else if mask.allows(bit) {
                Ok(())
            } else {
                Err(NOT_NOW)
            }
        };
        match *wish {
            Supervise::ListTeam | Supervise::WatchTeam | Supervise::UnwatchTeam => Ok(()),
            Supervise::Monitor(agent) if team.members.contains(&agent) => Ok(()),
            Supervise::Monitor(_) => Err(NOT_IN_TEAM),
            Supervise::StopMonitoring(agent) if monitored == Some(agent) => Ok(()),
            Supervise::StopMonitoring(_) => Err(NOT_MONITORED),
            Supervise::Call { agent, call, action } => {
                let (bit, possible) = match action {
                    SupervisoryAction::Clear => (SupervisorMask::CLEAR, self.joined_by(supervisor)),
                    SupervisoryAction::BargeIn => (SupervisorMask::BARGE_IN, self.talk_of(agent)),
                    SupervisoryAction::Intercept => (SupervisorMask::INTERCEPT, self.joined_by(supervisor)),
                };
                match call {
                    Some(call) if self.call(call).is_none() => {
                        Err(Refusal::new(FailureCode::InvalidCallId, "There is no such call"))
                    }
                    Some(call) if possible != Some(call) => Err(NOT_NOW),
                    _ => about_monitored(agent, bit),
                }
            }
            Supervise::SetState { agent, state } => about_monitored(
                agent,
                match state {
                    ImposedState::Ready => SupervisorMask::SET_AGENT_READY,
                    ImposedState::SignedOut => SupervisorMask::SET_AGENT_LOGOUT,
                },
            ),
            Supervise::Listen(wish) => match self.target(wish.target) {
                Some(agent) => about_monitored(agent, SupervisorMask::START_SILENT_MONITOR),
                None => Err(NOT_IN_TEAM),
            },
            Supervise::StopListening(id) => supervision
                .and_then(|found| found.listening)
                .filter(|session| session.id == id)
                .map(drop)
                .ok_or(Refusal::new(
                    FailureCode::InvalidObjectState,
                    "There is no such silent monitor session",
                )),
        }
    }

    fn joined_by(&self, supervisor: AgentId) -> Option<CallId> {
        self.supervision.get(&supervisor)?.joined
    }

    /// Carries out a supervisor's request.
    pub(super) fn supervise(&mut self, supervisor: AgentId, wish: Supervise, session: Option<ListeningId>) {
        self.supervision.entry(supervisor).or_default();
        self.unsettled.insert(supervisor);
        match wish {
            Supervise::ListTeam => {
                for member in self.members_of(supervisor) {
                    self.tell_member(supervisor, member, TeamChange::Listed);
                }
            }
            Supervise::WatchTeam => {
                self.watch_team(supervisor, true);
                for member in self.members_of(supervisor) {
                    self.tell_member_state(supervisor, member);
                }
            }
            Supervise::UnwatchTeam => self.watch_team(supervisor, false),
            Supervise::Monitor(agent) => self.monitor(supervisor, agent),
            Supervise::StopMonitoring(_) => self.stop_monitoring(supervisor),
            Supervise::Call { agent, action, .. } => self.supervise_call(supervisor, agent, action),
            Supervise::SetState { agent, state } => {
                self.on_account_of(Cause::Supervisor(supervisor), |centre| match state {
                    ImposedState::Ready => centre.obey_state(agent, RequestedState::Ready),
                    ImposedState::SignedOut if centre.is_attended(agent) => {
                        centre.sign_out(agent, Reason::NONE);
                    }
                    ImposedState::SignedOut => centre.go_home(agent),
                });
            }
            Supervise::Listen(wish) => {
                if let Some(id) = session {
                    self.start_listening(supervisor, wish, id);
                }
            }
            Supervise::StopListening(_) => self.end_listening(supervisor, ListeningEnd::Requested),
        }
    }

    fn members_of(&self, supervisor: AgentId) -> Vec<AgentId> {
        self.team_led_by(supervisor)
            .map(|team| team.members.iter().copied().collect())
            .unwrap_or_default()
    }

    fn watch_team(&mut self, supervisor: AgentId, watches: bool) {
        if let Some(supervision) = self.supervision.get_mut(&supervisor) {
            supervision.watches_team = watches;
        }
    }

    fn monitor(&mut self, supervisor: AgentId, agent: AgentId) {
        if self.monitored_by(supervisor) == Some(agent) {
            return;
        }
        self.stop_monitoring(supervisor);
        if let Some(supervision) = self.supervision.get_mut(&supervisor) {
            supervision.monitored = Some(agent);
        }
        self.tell_monitoring(supervisor, agent, true, None);
        let calls: Vec<SupervisionNews> = self
            .calls_of(agent)
            .filter(|(_, leg)| leg.state != LegState::Coming)
            .map(|(call, leg)| SupervisionNews::Call {
                agent,
                call: call.facts.clone(),
                direction: leg.direction,
                state: leg.state,
                mask: leg.mask,
            })
            .collect();
        for call in calls {
            self.tell_supervisor(supervisor, call);
        }
    }

    fn stop_monitoring(&mut self, supervisor: AgentId) {
        let Some(supervision) = self.supervision.get_mut(&supervisor) else {
            return;
        };
        let joined = supervision.joined.take();
        if let Some(agent) = supervision.monitored.take() {
            self.tell_monitoring(supervisor, agent, false, joined);
        }
    }

    fn tell_monitoring(&mut self, supervisor: AgentId, agent: AgentId, begins: bool, joined: Option<CallId>) {
        if let Some(state) = self.agent(supervisor).map(|found| found.status.state) {
            let news = SupervisionNews::Monitoring {
                agent,
                begins,
                joined,
                state,
            };
            self.tell_supervisor(supervisor, news);
        }
    }

    fn supervise_call(&mut self, supervisor: AgentId, agent: AgentId, action: SupervisoryAction) {
        match action {
            SupervisoryAction::BargeIn => {
                if let Some(call) = self.talk_of(agent) {
                    self.barge_in(supervisor, call);
                }
            }
            SupervisoryAction::Intercept => {
                if let Some(call) = self.joined_by(supervisor) {
                    self.leave(call, agent, Ending::Remote);
                }
            }
            SupervisoryAction::Clear => {
                if let Some(call) = self.joined_by(supervisor) {
                    self.leave(call, supervisor, Ending::Local);
                }
            }
        }
    }

    /// The supervisor becomes one more party of a call: a conference for all of them.
    fn barge_in(&mut self, supervisor: AgentId, id: CallId) {
        self.take_up(supervisor);
        let (now, stamp) = (self.now, self.new_stamp());
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.legs.push(Leg {
            agent: supervisor,
            direction: Direction::In,
            state: LegState::Connected,
            since: now,
            mask: Mask::NONE,
            was_connected: true,
            is_transcribed: false,
            wrap_up: None,
            stamp,
        });
        if let Some(found) = self.agent_mut(supervisor) {
            found.calls.push(id);
        }
        if let Some(supervision) = self.supervision.get_mut(&supervisor) {
            supervision.joined = Some(id);
        }
        self.set_leg(id, supervisor, LegState::Connected, LegEvent::Begun);
        self.set_leg(id, supervisor, LegState::Connected, LegEvent::Established);
        self.becomes_conference(id);
        self.follow_calls(supervisor);
    }
}
