//! Teams and their supervisors.
//!
//! Lives here: who belongs to which team, who leads it, and how that changes while the centre runs.
//! May not live here: what a supervisor does with its team (`supervision`).
//! Every agent is in a team from the start; a supervisor is in the team that it leads and stays there.
//! A change costs as much as one team has members, which is about eight.

use std::collections::BTreeSet;

use super::agent::Next;
use super::id::{AgentId, TeamId};
use super::supervision::TeamChange;
use super::{Centre, Happening, Settings, mask};

/// About how many agents there are to a team.
const TEAM_SIZE: u32 = 8;

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Which team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Who leads it.
    pub supervisor: AgentId,
    /// Who else is in it.
    pub members: BTreeSet<AgentId>,
}

/// The teams of a centre: agents are dealt out like cards. The last desk that is kept for people leads
/// its team, so that a person can be a supervisor; any other team is led by its last agent.
pub(super) fn dealt_out(settings: &Settings) -> Vec<Team> {
    let count = (settings.agents / TEAM_SIZE).max(1);
    let last_desk = (settings.desks.min(settings.agents))
        .checked_sub(1)
        .filter(|desk| *desk > 0);
    (0..count)
        .filter_map(|number| {
            let mut members: BTreeSet<AgentId> = (number..settings.agents)
                .step_by(count as usize)
                .map(AgentId::new)
                .collect();
            let supervisor = last_desk
                .map(AgentId::new)
                .filter(|desk| members.contains(desk))
                .or_else(|| members.last().copied())?;
            members.remove(&supervisor);
            Some(Team {
                id: TeamId::new(number),
                name: format!("Team {}", number + 1),
                supervisor,
                members,
            })
        })
        .collect()
}

impl Centre {
    /// Every team, in order of `TeamId`.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// One team.
    pub fn team(&self, team: TeamId) -> Option<&Team> {
        self.teams.get(team.number() as usize)
    }

    /// The team that this agent leads.
    pub fn team_led_by(&self, agent: AgentId) -> Option<&Team> {
        self.team(self.agent(agent)?.team?)
            .filter(|team| team.supervisor == agent)
    }

    /// The supervisor of this agent, signed in or not; a supervisor has none.
    pub fn supervisor_of(&self, agent: AgentId) -> Option<AgentId> {
        let team = self.team(self.agent(agent)?.team?)?;
        (team.supervisor != agent).then_some(team.supervisor)
    }

    /// Whether this agent's supervisor is signed in, so that it can be asked for help.
    pub(super) fn has_supervisor(&self, agent: AgentId) -> bool {
        self.supervisor_of(agent)
            .and_then(|supervisor| self.agent(supervisor))
            .is_some_and(super::Agent::is_signed_in)
    }

    /// Moves an agent to another team, or out of all teams. Supervisors stay where they are, and so does
    /// everybody when there is no such team.
    pub fn move_to_team(&mut self, agent: AgentId, to: Option<TeamId>) -> Vec<Happening> {
        let from = self.agent(agent).and_then(|found| found.team);
        let is_possible = from != to
            && self.agent(agent).is_some()
            && self.team_led_by(agent).is_none()
            && to.is_none_or(|team| self.team(team).is_some());
        if is_possible {
            self.tell_team_change(agent, TeamChange::Left);
            if let Some(team) = from.and_then(|team| self.teams.get_mut(team.number() as usize)) {
                team.members.remove(&agent);
            }
            if let Some(team) = to.and_then(|team| self.teams.get_mut(team.number() as usize)) {
                team.members.insert(agent);
            }
            if let Some(found) = self.agent_mut(agent) {
                found.team = to;
            }
            self.tell_team_change(agent, TeamChange::Joined);
            self.refresh_help(agent);
        }
        self.take_happenings()
    }

    /// A supervisor has come or gone: the members' buttons for help follow.
    pub(super) fn refresh_team_of(&mut self, supervisor: AgentId) {
        let members = self.team_led_by(supervisor).map(|team| team.members.clone());
        for member in members.into_iter().flatten() {
            self.refresh_help(member);
        }
    }

    /// Brings up to date whether an agent can ask for help.
    fn refresh_help(&mut self, id: AgentId) {
        let rights = self.agent_rights(id);
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        let before = agent.status;
        let is_ready_next = matches!(before.next, Next::Ready);
        agent.status.mask = mask::of_agent(before.state, is_ready_next, rights);
        let status = agent.status;
        if status != before {
            self.emit(super::What::AgentChanged {
                agent: id,
                before,
                status,
            });
        }
        self.refresh_calls(id);
    }
}
