//! What goes wrong on demand.
//!
//! Lives here: a few turns of events that are rare by themselves, made to happen to a given agent now.
//! May not live here: when they happen and how often (`desk::scenario`), what they are called on the wire.
//! Everything goes through the same doors as what happens by itself, so that the centre's laws hold throughout.
//! An agent to whom it cannot happen at the moment is left alone, and nothing happens.

use super::agent::AgentState;
use super::call::{LegState, Manner};
use super::happening::{Ending, Happening};
use super::id::{AgentId, CallId};
use super::lines::Dialling;
use super::schedule::Task;
use super::time::Span;
use super::{Centre, people};

impl Centre {
    /// Calls a queue's caller in and gives the call to two agents at once; whoever answers first has it. The agents
    /// are to be ready. Does nothing when no queue takes calls for the first of them.
    pub fn ring_both(&mut self, first: AgentId, second: AgentId) -> Vec<Happening> {
        if let Some(call) = self.call_for(first, &[first, second]) {
            self.allocate(call, first);
            self.allocate(call, second);
        }
        self.take_happenings()
    }

    /// Gives a call to a ready agent and takes it back before it rings, because the caller has hung up.
    pub fn allocate_in_vain(&mut self, agent: AgentId) -> Vec<Happening> {
        if let Some(call) = self.call_for(agent, &[agent]) {
            self.allocate(call, agent);
            // Shorter than any way to a telephone.
            self.plan(Span::from_millis(100), Task::Patience(call));
        }
        self.take_happenings()
    }

    /// Has an agent without calls dial a number that is busy.
    pub fn dial_in_vain(&mut self, agent: AgentId) -> Vec<Happening> {
        if self.can_be_rung(agent) {
            let number = people::outside_number(&mut self.dice);
            self.dial(
                agent,
                Dialling {
                    number,
                    about: None,
                    callback: None,
                    id: None,
                    manner: Some(Manner::Busy),
                },
            );
        }
        self.take_happenings()
    }

    /// A caller for the first queue of an agent that takes calls, if all of these agents are free for it.
    fn call_for(&mut self, agent: AgentId, all: &[AgentId]) -> Option<CallId> {
        let ready = |id: &AgentId| {
            self.agent(*id)
                .is_some_and(|found| found.status.state == AgentState::Ready && found.calls.is_empty())
        };
        if !all.iter().all(ready) {
            return None;
        }
        let skills = &self.agent(agent)?.skills;
        let queue = skills.iter().copied().find(|skill| {
            self.queue(*skill)
                .is_some_and(|queue| queue.opening.takes_calls())
        })?;
        self.caller_calls(queue)
    }

    /// Takes a call that somebody has answered back from whoever else it rings at.
    pub(super) fn withdraw_others(&mut self, id: CallId, answered: AgentId) {
        for other in self.agents_on(id) {
            let rings = matches!(
                self.leg_state(id, other),
                Some(LegState::Coming | LegState::Alerting)
            );
            if other != answered && rings {
                self.end_leg(id, other, Ending::GaveUp);
            }
        }
    }
}
