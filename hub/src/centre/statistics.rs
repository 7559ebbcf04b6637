//! Figures of an agent's day, and their repeated reports.
//!
//! Lives here: what is counted about an agent, and to which desks figures are told how often.
//! May not live here: how figures are named on the wire (`tell`), and the figures of queues (`queue`).
//! A change of state adds the time that it ends to one counter; nothing is ever summed up again.

use super::Centre;
use super::agent::AgentState;
use super::command::Figures;
use super::happening::What;
use super::id::{AgentId, QueueId};
use super::queue::QueueFigures;
use super::schedule::Task;
use super::time::Span;

/// The time between two reports of the same figures.
pub const FIGURES_INTERVAL: Span = Span::from_secs(10);

/// What an agent has done since the centre was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AgentFigures {
    /// Calls of queues that the agent has talked on and that are over for it.
    pub handled: u32,
    /// Time signed in.
    pub signed_in: Span,
    /// Time ready for calls.
    pub ready: Span,
    /// Time not ready.
    pub not_ready: Span,
    /// Time on calls, ringing included.
    pub on_calls: Span,
    /// Time in after-call work.
    pub wrap_up: Span,
}

impl AgentFigures {
    /// Adds the time that the agent was in a state.
    pub(super) fn add(&mut self, state: AgentState, time: Span) {
        let counter = match state {
            AgentState::SignedOut => return,
            AgentState::Ready => &mut self.ready,
            AgentState::NotReady => &mut self.not_ready,
            AgentState::Talking | AgentState::Hold | AgentState::Reserved => &mut self.on_calls,
            AgentState::WorkReady | AgentState::WorkNotReady => &mut self.wrap_up,
        };
        *counter = *counter + time;
        self.signed_in = self.signed_in + time;
    }
}

/// Figures as they are told to one desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FiguresReport {
    /// The agent's own.
    Agent(AgentFigures),
    /// Those of a queue.
    Queue(QueueId, QueueFigures),
    /// Which queue it is that figures are going to be about.
    About(QueueId),
    /// The agent's skill groups are going to be named.
    SkillGroups,
}

impl Centre {
    /// The figures of an agent, up to now.
    pub fn figures_of(&self, agent: AgentId) -> AgentFigures {
        let Some(found) = self.agent(agent) else {
            return AgentFigures::default();
        };
        let mut figures = found.figures;
        figures.add(found.status.state, self.now.since(found.status.since));
        figures
    }

    /// Tells figures now and every ten seconds from now on.
    pub(super) fn enable_figures(&mut self, id: AgentId, figures: Figures) {
        let stamp = self.new_stamp();
        if let Some(agent) = self.agent_mut(id) {
            agent.wanted_figures.retain(|(wanted, _)| *wanted != figures);
            agent.wanted_figures.push((figures, stamp));
        }
        if let Figures::Queue(queue) = figures {
            self.report_figures(id, FiguresReport::About(queue));
        }
        self.tell_figures(id, figures, stamp);
    }

    /// Stops telling figures.
    pub(super) fn disable_figures(&mut self, id: AgentId, figures: Figures) {
        if let Some(agent) = self.agent_mut(id) {
            agent.wanted_figures.retain(|(wanted, _)| *wanted != figures);
        }
    }

    /// Tells figures, if they are still wanted, and plans the next report.
    pub(super) fn tell_figures(&mut self, id: AgentId, figures: Figures, stamp: u64) {
        let is_wanted = self
            .agent(id)
            .is_some_and(|agent| agent.wanted_figures.contains(&(figures, stamp)));
        if !is_wanted {
            return;
        }
        let report = match figures {
            Figures::Agent => Some(FiguresReport::Agent(self.figures_of(id))),
            Figures::Queue(queue) => self
                .queue(queue)
                .map(|found| FiguresReport::Queue(queue, found.figures(self.now))),
        };
        if let Some(report) = report {
            self.report_figures(id, report);
        }
        self.plan(
            FIGURES_INTERVAL,
            Task::Figures {
                agent: id,
                figures,
                stamp,
            },
        );
    }

    /// Names the agent's skill groups.
    pub(super) fn tell_skill_groups(&mut self, id: AgentId) {
        self.report_figures(id, FiguresReport::SkillGroups);
        let skills = self.agent(id).map(|agent| agent.skills.clone());
        for skill in skills.into_iter().flatten() {
            self.report_figures(id, FiguresReport::About(skill));
        }
    }

    fn report_figures(&mut self, agent: AgentId, report: FiguresReport) {
        self.emit(What::Figures { agent, report });
    }
}
