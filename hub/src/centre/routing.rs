//! Which agent gets which caller.
//!
//! Lives here: waiting, allocation and taking back. May not live here: who calls and how long anybody
//! has patience (`behaviour`). The rule is skill-based longest idle: a caller goes to the agent who has
//! been ready longest among those who serve the queue; an agent who becomes ready gets the caller who
//! has waited longest in any of its queues. Both look at the head of an ordered set and nothing else.

use super::call::{Call, Direction, FarState, Leg, LegState, QueuePlace};
use super::call_data::CallData;
use super::happening::{Ending, LegEvent, What};
use super::id::{AgentId, CallId, QueueId};
use super::queue::Change;
use super::schedule::Task;
use super::{Centre, Mask, REPORT_INTERVAL};

impl Centre {
    /// Moves a call to another place in its queue's counters.
    pub(super) fn place_call(&mut self, id: CallId, place: QueuePlace) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut call.place, place);
        let since = call.waiting_since;
        let Some(queue_id) = call.facts.queue else {
            call.place = QueuePlace::None;
            return;
        };
        if before == place {
            return;
        }
        if let Some(queue) = self.queue_mut(queue_id) {
            queue.count_call(before, Change::Fewer);
            queue.count_call(place, Change::More);
            if place == QueuePlace::Waiting {
                queue.waiting.insert((since, id));
            } else {
                queue.waiting.remove(&(since, id));
            }
        }
        self.report_queue(queue_id);
    }

    /// Puts a caller into its queue, or straight through to an agent.
    pub(super) fn enqueue(&mut self, id: CallId) {
        self.place_call(id, QueuePlace::Waiting);
        let idle = self
            .calls
            .get(&id)
            .and_then(|call| call.facts.queue)
            .and_then(|queue| self.queue(queue))
            .and_then(|queue| queue.idle.first())
            .map(|(_, agent)| *agent);
        if let Some(agent) = idle {
            self.allocate(id, agent);
        }
    }

    /// Gives the agent the caller who has waited longest in any of its queues.
    pub(super) fn offer_work(&mut self, id: AgentId) {
        let Some(agent) = self.agent(id).filter(|agent| agent.reserved_until.is_none()) else {
            return;
        };
        let longest = agent
            .skills
            .iter()
            .filter_map(|skill| self.queue(*skill)?.waiting.first().copied())
            .min();
        if let Some((_, call)) = longest {
            self.allocate(call, id);
        }
    }

    /// Gives a call to an agent: the agent is reserved, and the call rings shortly.
    pub(super) fn allocate(&mut self, id: CallId, agent: AgentId) {
        if self.calls.get(&id).is_some_and(|call| call.facts.queue.is_some()) {
            self.place_call(id, QueuePlace::Allocated);
        }
        self.send_to(id, agent);
        if let Some(found) = self.agent_mut(agent) {
            found.has_had_call |= found.calls.contains(&id);
        }
    }

    /// Gives an agent a leg of a call that is there; it rings when it has travelled.
    pub(super) fn send_to(&mut self, id: CallId, agent: AgentId) {
        self.take_up(agent);
        let stamp = self.new_stamp();
        let now = self.now;
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.legs.push(Leg {
            agent,
            direction: Direction::In,
            state: LegState::Coming,
            since: now,
            mask: Mask::NONE,
            was_connected: false,
            is_transcribed: false,
            wrap_up: None,
            stamp,
        });
        let facts = call.facts.clone();
        if let Some(found) = self.agent_mut(agent) {
            found.calls.push(id);
        }
        self.emit(What::Leg {
            agent,
            call: facts,
            direction: Direction::In,
            event: LegEvent::Allocated,
            mask: Mask::NONE,
        });
        self.follow_calls(agent);
        let travel = self.dice.millis(200, 900);
        self.plan(travel, Task::Ring { call: id, agent });
    }

    /// Takes an unanswered call back from an agent. A caller of a queue waits again, with the time
    /// already waited; any other call is over.
    pub(super) fn take_back(&mut self, id: CallId, agent: AgentId) {
        self.totals.unanswered += 1;
        // Whoever was called into a conversation of a queue's caller does not send it back to the queue.
        let is_talk = self
            .call(id)
            .is_some_and(|call| call.place == QueuePlace::Connected);
        let how = if is_talk { Ending::GaveUp } else { Ending::NoAnswer };
        self.end_leg(id, agent, how);
        let returns = self.calls.get(&id).is_some_and(|call| {
            call.facts.queue.is_some() && call.far == Some(FarState::Waiting) && call.legs.is_empty()
        });
        if returns {
            let id = self.renumber(id);
            self.plan_patience(id);
            self.enqueue(id);
        } else if !(self.was_handed_over(id) && self.ring_back(id)) {
            self.after_leaving(id);
        }
    }

    /// Gives a call that has left an agent's telephone, and may come back to it, a new number: on a desk
    /// a call that has ended never begins again (R51, R54). Its id in RTE stays, since there it is one
    /// call all the way. The call must have no legs and must not wait.
    pub(super) fn renumber(&mut self, id: CallId) -> CallId {
        let Some(mut call) = self.calls.remove(&id) else {
            return id;
        };
        let new = self.new_call_id();
        call.facts = super::CallFacts {
            id: new,
            ..(*call.facts).clone()
        }
        .into();
        self.calls.insert(new, call);
        new
    }

    /// Has the figures of a queue told: now, or two seconds after the last report.
    pub(super) fn report_queue(&mut self, id: QueueId) {
        let now = self.now;
        let Some(queue) = self.queue_mut(id) else {
            return;
        };
        if queue.report_due {
            return;
        }
        queue.report_due = true;
        let at = (queue.reported + REPORT_INTERVAL).max(now);
        self.schedule.plan(at, Task::Report(id));
    }

    /// Tells the figures of a queue if they have changed; comes back while anybody waits, because the
    /// longest wait grows by itself.
    pub(super) fn tell_queue(&mut self, id: QueueId) {
        let now = self.now;
        let Some(queue) = self.queue_mut(id) else {
            return;
        };
        queue.report_due = false;
        queue.reported = now;
        let figures = queue.figures(now);
        let opening = queue.opening;
        let somebody_waits = !queue.waiting.is_empty();
        let is_news = queue.told != Some((figures, opening));
        if is_news {
            queue.told = Some((figures, opening));
            self.emit(What::QueueChanged {
                queue: id,
                figures,
                opening,
            });
            self.alert_about(id, &figures);
        }
        if somebody_waits {
            self.report_queue(id);
        }
    }

    /// A caller who comes to a queue.
    pub(super) fn new_service_call(&mut self, queue: QueueId) -> Option<CallId> {
        let found = self.queue(queue)?;
        let (target_number, name) = (found.number.clone(), found.name.clone());
        let caller_number = super::people::outside_number(&mut self.dice);
        let id = self.new_call_id();
        let facts = super::CallFacts {
            id,
            guid: self.derive_guid(super::GuidOf::Call, u64::from(id.number())),
            kind: super::CallKind::Service,
            queue: Some(queue),
            callback: None,
            caller_number,
            target_number,
            began: self.now,
            data: CallData::of_caller(self.settings.seed, id, &name).into(),
        };
        self.calls.insert(
            id,
            Call {
                facts: facts.into(),
                far: Some(FarState::Waiting),
                legs: Vec::new(),
                place: QueuePlace::None,
                waiting_since: self.now,
                about: None,
                further: 0,
                calls_out: false,
                handed_over_by: None,
                is_conference: false,
                served: false,
                recorded_by: None,
                manner: super::call::Manner::Answers,
            },
        );
        self.totals.arrived += 1;
        Some(id)
    }
}
