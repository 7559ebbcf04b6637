//! Reservations of agents by somebody else than the centre's own routing.
//!
//! Lives here: how long an agent is kept from being given calls, and what follows when that is over.
//! May not live here: whom a request means and how it is answered (`desk`), the agent's state.
//! A reservation is a fact beside the state: it changes no state, and the agent's buttons stay what they are.
//! It keeps calls of queues away, in the one place that looks for agents; a colleague who dials still gets through.

use super::Centre;
use super::agent::AgentState;
use super::command::{FailureCode, Refusal};
use super::id::AgentId;
use super::schedule::Task;
use super::time::{Moment, Span};

impl Centre {
    /// Keeps an agent from being given calls of queues for this long.
    ///
    /// # Errors
    ///
    /// Nothing is reserved of an agent who has not signed in, or who is reserved already.
    pub fn reserve(&mut self, id: AgentId, span: Span) -> Result<(), Refusal> {
        let until = self.now + span;
        let now = self.now;
        let Some(agent) = self.agents.get_mut(id.number() as usize) else {
            return Err(Refusal::new(
                FailureCode::InvalidAgentData,
                "There is no such agent",
            ));
        };
        if !agent.is_signed_in() {
            return Err(Refusal::new(
                FailureCode::AgentNotLoggedOn,
                "The agent is not signed in",
            ));
        }
        if agent.reserved_until.is_some_and(|end| end > now) {
            return Err(Refusal::new(
                FailureCode::InvalidObjectState,
                "The agent is reserved already",
            ));
        }
        agent.reserved_until = Some(until);
        let idle = (agent.status.since, id);
        for skill in &agent.skills {
            if let Some(queue) = self.queues.get_mut(skill.number() as usize) {
                queue.idle.remove(&idle);
            }
        }
        self.plan(span, Task::ReservationEnds { agent: id, until });
        Ok(())
    }

    /// The agent can be given calls again, and gets one at once if somebody waits.
    pub(super) fn reservation_ends(&mut self, id: AgentId, until: Moment) {
        let Some(agent) = self
            .agent_mut(id)
            .filter(|agent| agent.reserved_until == Some(until))
        else {
            return;
        };
        agent.reserved_until = None;
        if agent.status.state != AgentState::Ready {
            return;
        }
        let (stamp, attended) = (agent.stamp, agent.attended);
        if !agent.held_back {
            self.end_hold_back(id);
            self.offer_work(id);
        }
        if attended && self.settings.rate > 0.0 {
            let wait = self.dice.millis(3_000, 7_000);
            self.plan(wait, Task::CallForPerson { agent: id, stamp });
        }
    }
}
