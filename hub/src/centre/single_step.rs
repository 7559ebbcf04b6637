//! Handing over and bringing in without asking first.
//!
//! Lives here: single-step transfer and conference, to a desk of the house or to the outside, and what
//! becomes of a call that nobody takes. May not live here: consultations (`lines`), who wants it (`obey`).
//! What is handed over and not answered goes back: a caller of a queue waits there again, with the time
//! already waited; any other call rings once more at whoever handed it over. What has left the house is
//! not followed.

use std::sync::Arc;

use super::Centre;
use super::call::{CallFacts, Direction, FarState, LegState, Manner, QueuePlace};
use super::command::{FailureCode, Refusal};
use super::happening::{Ending, LegEvent};
use super::id::{AgentId, CallId};
use super::lines::MOST_PARTIES;
use super::schedule::Task;
use super::time::Span;

const NOT_REACHED: Refusal = Refusal::new(
    FailureCode::InvalidObjectState,
    "Nobody can be reached at this extension now",
);

const TOO_MANY: Refusal = Refusal::new(
    FailureCode::InvalidNumParties,
    "No more than 16 parties can be on a call",
);

impl Centre {
    /// Whether a call can be handed over to a number at once. What is outside shows only afterwards.
    pub(super) fn check_destination(&self, number: &str) -> Result<(), Refusal> {
        let is_free = |agent| self.can_be_rung(agent);
        if self.is_inside(number) && !self.extension(number).is_some_and(is_free) {
            return Err(NOT_REACHED);
        }
        Ok(())
    }

    /// Whether there is room for one more party, and for how many others.
    pub(super) fn check_room(&self, call: CallId, more: usize) -> Result<(), Refusal> {
        match self.call(call) {
            Some(found) if found.parties() + more > MOST_PARTIES => Err(TOO_MANY),
            _ => Ok(()),
        }
    }

    /// The agent hands the other party over to a number and is free.
    pub(super) fn hand_over(&mut self, id: CallId, agent: AgentId, number: &str) {
        if self.leg_state(id, agent) != Some(LegState::Connected) {
            return;
        }
        let now = self.now;
        let inside = self.extension(number);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.handed_over_by = Some(agent);
        if inside.is_some() {
            call.waiting_since = now;
            if call.far.is_some() && call.facts.queue.is_some() {
                call.far = Some(FarState::Waiting);
            }
        }
        self.totals.transferred += 1;
        self.tell_handed_over(id, agent, number);
        self.end_leg(id, agent, Ending::Transferred);
        if let Some(to) = inside {
            let id = if self.agents_on(id).is_empty() {
                self.renumber(id)
            } else {
                id
            };
            self.plan_patience(id);
            self.allocate(id, to);
            self.refresh_parties(id);
        } else if self.agents_on(id).is_empty() {
            // Outside parties talk with each other: no longer a matter of this centre.
            self.close_call(id);
        } else {
            self.call_out(id, number);
        }
    }

    /// Tells the agent that the call has been handed over, and whoever else is on it whom it talks with.
    fn tell_handed_over(&mut self, id: CallId, agent: AgentId, number: &str) {
        let Some(facts) = self.calls.get(&id).map(|call| call.facts.clone()) else {
            return;
        };
        let target = Arc::new(CallFacts {
            target_number: number.to_owned(),
            ..(*facts).clone()
        });
        let started = LegEvent::TransferStarted(target.clone());
        self.set_leg(id, agent, LegState::Connected, started);
        let done = LegEvent::Transferred(Some(target));
        self.set_leg(id, agent, LegState::Connected, done);
        let others: Vec<AgentId> = self.agents_on(id);
        let others = others.into_iter().filter(|other| *other != agent);
        let others: Vec<AgentId> = others.collect();
        let direction = self
            .calls
            .get(&id)
            .and_then(|call| call.leg(agent))
            .map(|leg| leg.direction);
        if let Some(call) = self.calls.get_mut(&id).filter(|_| !others.is_empty()) {
            let mut facts = (*facts).clone();
            match direction {
                Some(Direction::Out) => number.clone_into(&mut facts.caller_number),
                Some(Direction::In) | None => number.clone_into(&mut facts.target_number),
            }
            call.facts = Arc::new(facts);
        }
        for other in others {
            if let Some(state) = self.leg_state(id, other) {
                self.set_leg(id, other, state, LegEvent::Transferred(None));
            }
        }
    }

    /// Brings somebody into a call: a desk of the house or somebody outside.
    pub(super) fn bring_in(&mut self, id: CallId, number: &str) {
        match self.extension(number) {
            Some(to) => self.invite(id, to),
            None => self.call_out(id, number),
        }
    }

    /// A desk of the house is called into a conversation, which goes on meanwhile.
    fn invite(&mut self, id: CallId, agent: AgentId) {
        self.send_to(id, agent);
        self.refresh_parties(id);
    }

    /// Somebody outside is called into a conversation, which goes on meanwhile.
    fn call_out(&mut self, id: CallId, number: &str) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.calls_out = true;
        let (after, answers) = match Manner::of(number) {
            Manner::Answers => (self.dice.millis(2_500, 4_500), true),
            Manner::Busy => (self.dice.millis(300, 700), false),
            Manner::Silent => (Span::from_secs(45), false),
        };
        self.refresh_parties(id);
        self.plan(after, Task::CalledOut { call: id, answers });
    }

    /// Whoever was called into a conversation from outside has answered, or will not.
    pub(super) fn called_out(&mut self, id: CallId, answers: bool) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if !std::mem::take(&mut call.calls_out) {
            return;
        }
        if answers {
            match call.far {
                Some(_) => call.further += 1,
                None => call.far = Some(FarState::Connected),
            }
            call.handed_over_by = None;
            if call.parties() > 2 {
                self.becomes_conference(id);
            } else {
                self.refresh_parties(id);
            }
            self.conversation_begins(id);
        } else if call.parties() > 1 {
            self.refresh_parties(id);
        } else if !self.ring_back(id) {
            self.fail(id);
        }
    }

    /// A call that nobody has taken rings at whoever handed it over; `false` when it cannot.
    pub(super) fn ring_back(&mut self, id: CallId) -> bool {
        let by = self
            .calls
            .get_mut(&id)
            .and_then(|call| call.handed_over_by.take());
        let Some(agent) = by.filter(|agent| self.can_be_rung(*agent)) else {
            return false;
        };
        let id = if self.agents_on(id).is_empty() {
            self.renumber(id)
        } else {
            id
        };
        self.allocate(id, agent);
        self.refresh_parties(id);
        true
    }

    /// Whether a call that has just lost the one it was handed over to has somebody to go back to.
    pub(super) fn was_handed_over(&self, id: CallId) -> bool {
        self.call(id).is_some_and(|call| {
            call.handed_over_by.is_some() && call.parties() == 1 && call.place == QueuePlace::None
        })
    }

    /// A call has got its third party, or one more.
    pub(super) fn becomes_conference(&mut self, id: CallId) {
        self.totals.conferenced += 1;
        if let Some(call) = self.calls.get_mut(&id) {
            call.is_conference = true;
        }
        for party in self.agents_on(id) {
            if let Some(state) = self.leg_state(id, party) {
                self.set_leg(id, party, state, LegEvent::Conferenced);
            }
        }
    }

    /// Brings the buttons of everybody on a call up to date.
    pub(super) fn refresh_parties(&mut self, id: CallId) {
        for party in self.agents_on(id) {
            self.refresh_calls(party);
        }
    }
}
