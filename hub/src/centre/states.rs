//! How agents change.
//!
//! Lives here: the one function through which every change of an agent's state goes, and after-call
//! work. May not live here: why an agent changes (`behaviour`, `obey`, `lines`).
//! A change costs as much as the agent has skills: it leaves the counters and idle sets of its queues,
//! enters the new ones, and is told once.

use super::agent::{AgentState, AgentStatus, Cause, Next, Noted, Reason, WrapUp};
use super::call::{Leg, LegState};
use super::happening::{LegEvent, What, WrapUpPhase};
use super::id::{AgentId, GuidOf};
use super::mask::AgentRights;
use super::queue::Change;
use super::schedule::Task;
use super::time::Span;
use super::{Call, Centre, Mask, mask};

impl Centre {
    /// Does something on somebody's account: the changes of state that follow from it are theirs.
    pub(super) fn on_account_of<T>(&mut self, cause: Cause, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.cause, cause);
        let made = act(self);
        self.cause = before;
        made
    }

    /// Puts an agent into a state, keeps the queues' books and tells it, if anything changed.
    pub(super) fn set_agent(&mut self, id: AgentId, state: AgentState, reason: Reason) {
        let now = self.now;
        let stamp = self.new_stamp();
        let (active_queue, active_list) = self.business_of(id, state);
        let rights = self.agent_rights(id);
        let Some(agent) = self.agents.get_mut(id.number() as usize) else {
            return;
        };
        let before = agent.status;
        let mut after = before;
        after.active_queue = active_queue;
        after.active_list = active_list;
        if before.state != state || before.reason != reason {
            after.state = state;
            after.reason = reason;
            after.since = now;
            after.cause = self.cause;
            agent.stamp = stamp;
            agent.figures.add(before.state, now.since(before.since));
        }
        if before.state.is_on_call() != state.is_on_call() {
            after.talking_changed = now;
        }
        after.noted = after
            .noted
            .filter(|noted| state.is_on_call() || (state.is_wrap_up() && !noted.state.is_wrap_up()));
        after.mask = mask::of_agent(state, matches!(after.next, Next::Ready), rights);
        if after == before {
            return;
        }
        agent.status = after;
        let idle_before = (before.since, id);
        let is_idle = state == AgentState::Ready && !agent.held_back && agent.reserved_until.is_none();
        let idle_now = is_idle.then_some((after.since, id));
        let skills = std::mem::take(&mut agent.skills);
        for skill in &skills {
            if let Some(queue) = self.queues.get_mut(skill.number() as usize) {
                queue.idle.remove(&idle_before);
                queue.idle.extend(idle_now);
                queue.count_agent(before.state, Change::Fewer);
                queue.count_agent(after.state, Change::More);
            }
        }
        if before.state != after.state {
            for skill in &skills {
                self.report_queue(*skill);
            }
        }
        match (before.state, after.state) {
            (AgentState::SignedOut, AgentState::SignedOut) => {}
            (AgentState::SignedOut, _) => self.on_duty += 1,
            (_, AgentState::SignedOut) => self.on_duty = self.on_duty.saturating_sub(1),
            _ => {}
        }
        if let Some(agent) = self.agent_mut(id) {
            agent.skills = skills;
        }
        self.emit(What::AgentChanged {
            agent: id,
            before,
            status: after,
        });
        if (before.state == AgentState::SignedOut) != (after.state == AgentState::SignedOut) {
            self.refresh_team_of(id);
        }
    }

    /// The queue and the call list that an agent in this state is busy for.
    fn business_of(
        &self,
        id: AgentId,
        state: AgentState,
    ) -> (Option<super::QueueId>, Option<super::CallListId>) {
        let Some(agent) = self.agent(id) else {
            return (None, None);
        };
        if state.is_on_call() {
            let mut calls = self.calls_of(id).map(|(call, _)| &call.facts);
            calls.next().map_or((None, None), |facts| {
                (facts.queue, facts.callback.map(|(list, _)| list))
            })
        } else if state.is_wrap_up() {
            agent.status.wrap_up.map_or((None, None), |wrap_up| {
                (wrap_up.queue, wrap_up.callback.map(|(list, _)| list))
            })
        } else {
            (None, None)
        }
    }

    /// Takes over what the agent's calls say about its state; does nothing for an agent without calls.
    pub(super) fn follow_calls(&mut self, id: AgentId) {
        let mut state = None;
        for (_, leg) in self.calls_of(id) {
            let by_leg = match leg.state {
                LegState::Connected | LegState::Dialling | LegState::Failed => AgentState::Talking,
                LegState::Coming | LegState::Alerting => AgentState::Reserved,
                LegState::Held => AgentState::Hold,
            };
            state = Some(match state {
                Some(AgentState::Talking) => AgentState::Talking,
                Some(AgentState::Reserved) if by_leg == AgentState::Hold => AgentState::Reserved,
                _ => by_leg,
            });
        }
        if let Some(state) = state {
            self.set_agent(id, state, Reason::NONE);
        }
    }

    /// Remembers, as a call takes up an agent, what the agent goes back to afterwards.
    pub(super) fn take_up(&mut self, id: AgentId) {
        if let Some(agent) = self.agent_mut(id) {
            match agent.status.state {
                AgentState::Ready => agent.status.next = Next::Ready,
                AgentState::NotReady => agent.status.next = Next::NotReady(agent.status.reason),
                _ => {}
            }
            agent.held_back = false;
        }
    }

    /// Changes what follows the call or wrap-up at hand, and tells what of it can be seen.
    pub(super) fn set_next(&mut self, id: AgentId, next: Next, noted: Option<Noted>) {
        let rights = self.agent_rights(id);
        let cause = self.cause;
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        let before = agent.status;
        agent.next_by = Some(cause);
        agent.status.next = next;
        agent.status.noted = noted;
        let (state, reason) = (agent.status.state, agent.status.reason);
        let state = match (state.is_wrap_up(), next) {
            (true, Next::Ready) => AgentState::WorkReady,
            (true, Next::NotReady(_)) => AgentState::WorkNotReady,
            (false, _) => state,
        };
        if state == before.state {
            agent.status.mask = mask::of_agent(state, matches!(next, Next::Ready), rights);
            self.tell_agent(id, before);
        } else {
            self.set_agent(id, state, reason);
        }
    }

    /// What an agent may do beside what its state allows.
    pub(super) fn agent_rights(&self, id: AgentId) -> AgentRights {
        let wrap_up = self.agent(id).and_then(|agent| agent.status.wrap_up);
        AgentRights {
            has_supervisor: self.has_supervisor(id),
            can_extend: wrap_up.is_some_and(|wrap_up| wrap_up.can_be_extended()),
        }
    }

    /// Begins the time of the after-call work at hand anew.
    pub(super) fn extend_wrap_up(&mut self, id: AgentId) {
        let now = self.now;
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        let before = agent.status;
        let Some(wrap_up) = agent.status.wrap_up.as_mut() else {
            return;
        };
        wrap_up.started = now;
        wrap_up.extensions += 1;
        let (wrap_up, attended) = (*wrap_up, agent.attended);
        let next_is_ready = matches!(before.next, Next::Ready);
        let mask = mask::of_agent(before.state, next_is_ready, self.agent_rights(id));
        if let Some(agent) = self.agent_mut(id) {
            agent.status.mask = mask;
        }
        self.emit(What::WrapUp {
            agent: id,
            wrap_up,
            phase: WrapUpPhase::Started,
        });
        self.tell_agent(id, before);
        self.plan_wrap_up_end(id, wrap_up, attended);
    }

    /// Tells what has changed about an agent beside the state.
    fn tell_agent(&mut self, id: AgentId, before: AgentStatus) {
        let status = self.agent(id).map_or(before, |agent| agent.status);
        if (status.mask, status.noted, status.wrap_up) != (before.mask, before.noted, before.wrap_up) {
            self.emit(What::AgentChanged {
                agent: id,
                before,
                status,
            });
        }
    }

    /// Lets the agent go on to what follows: ready or not ready.
    pub(super) fn settle(&mut self, id: AgentId) {
        let Some(agent) = self.agent(id) else {
            return;
        };
        let (attended, next) = (agent.attended, agent.status.next);
        let asked = self.agent_mut(id).and_then(|agent| agent.next_by.take());
        let cause = asked.unwrap_or(self.cause);
        self.on_account_of(cause, |centre| match next {
            _ if !attended => centre.colleague_settles(id),
            Next::Ready => centre.become_ready(id),
            Next::NotReady(reason) => centre.set_agent(id, AgentState::NotReady, reason),
        });
    }

    /// Makes the agent ready and gives it the longest waiting caller, if there is one. A person is left
    /// a few seconds to look around first, and is then certain to get a call, so that a desk is lively.
    pub(super) fn become_ready(&mut self, id: AgentId) {
        let rate = self.settings.rate;
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        let first = agent.attended && !agent.has_had_call && rate > 0.0;
        let attended = agent.attended;
        agent.held_back = first;
        agent.status.next = Next::Ready;
        self.set_agent(id, AgentState::Ready, Reason::NONE);
        if attended && rate > 0.0 {
            let wait = if first {
                self.dice.millis(3_000, 7_000)
            } else {
                self.dice.millis(10_000, 25_000)
            };
            if let Some(stamp) = self.agent(id).map(|agent| agent.stamp) {
                self.plan(wait, Task::CallForPerson { agent: id, stamp });
            }
        }
        if !first {
            self.offer_work(id);
        }
    }

    /// Ends the allowance of a freshly ready person; from now on it can be given calls.
    pub(super) fn end_hold_back(&mut self, id: AgentId) {
        let Some(agent) = self.agents.get_mut(id.number() as usize) else {
            return;
        };
        agent.held_back = false;
        if agent.reserved_until.is_some() {
            return;
        }
        let idle = (agent.status.since, id);
        for skill in &agent.skills {
            if let Some(queue) = self.queues.get_mut(skill.number() as usize) {
                queue.idle.insert(idle);
            }
        }
    }

    /// Promises after-call work for a service or callback call that has just connected (R22).
    pub(super) fn promise_wrap_up(&mut self, call: &Call, agent: AgentId) -> Option<WrapUp> {
        let limit = match (call.facts.queue, call.facts.callback) {
            (Some(queue), _) => self.queue(queue)?.wrap_up_limit,
            (None, Some(_)) => Span::from_secs(45),
            (None, None) => return None,
        };
        self.wrap_ups_made += 1;
        let wrap_up = WrapUp {
            guid: self.derive_guid(GuidOf::WrapUp, self.wrap_ups_made),
            call: Some((call.facts.id, call.facts.guid)),
            queue: call.facts.queue,
            callback: call.facts.callback,
            limit,
            began: self.now,
            started: self.now,
            extensions: 0,
        };
        self.emit(What::WrapUp {
            agent,
            wrap_up,
            phase: WrapUpPhase::Enabled,
        });
        Some(wrap_up)
    }

    /// Whether after-call work follows when this leg was the agent's last.
    pub(super) fn wraps_up(&self, id: AgentId, leg: &Leg) -> bool {
        let is_promised = leg.wrap_up.is_some() && leg.was_connected;
        is_promised || self.agent(id).is_some_and(|agent| agent.wants_wrap_up)
    }

    /// Begins after-call work after the agent's last call, if any is due; otherwise lets it go on.
    pub(super) fn after_last_call(&mut self, id: AgentId, leg: &Leg, call: &Call) {
        let wants_wrap_up = self
            .agent_mut(id)
            .is_some_and(|agent| std::mem::take(&mut agent.wants_wrap_up));
        let promised = leg.wrap_up.filter(|_| leg.was_connected);
        let wrap_up = match promised {
            Some(wrap_up) => wrap_up,
            None if wants_wrap_up => {
                self.wrap_ups_made += 1;
                WrapUp {
                    guid: self.derive_guid(GuidOf::WrapUp, self.wrap_ups_made),
                    call: Some((call.facts.id, call.facts.guid)),
                    queue: call.facts.queue,
                    callback: call.facts.callback,
                    limit: Span::from_secs(60),
                    began: self.now,
                    started: self.now,
                    extensions: 0,
                }
            }
            None => {
                self.settle(id);
                return;
            }
        };
        self.start_wrap_up(
            id,
            WrapUp {
                began: self.now,
                started: self.now,
                ..wrap_up
            },
        );
    }

    fn start_wrap_up(&mut self, id: AgentId, wrap_up: WrapUp) {
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        agent.status.wrap_up = Some(wrap_up);
        let attended = agent.attended;
        let state = match agent.status.next {
            Next::Ready => AgentState::WorkReady,
            Next::NotReady(_) => AgentState::WorkNotReady,
        };
        self.emit(What::WrapUp {
            agent: id,
            wrap_up,
            phase: WrapUpPhase::Started,
        });
        self.set_agent(id, state, Reason::NONE);
        self.plan_wrap_up_end(id, wrap_up, attended);
    }

    /// Plans the end of the after-call work at hand: by the timer, or sooner for a colleague.
    fn plan_wrap_up_end(&mut self, id: AgentId, wrap_up: WrapUp, attended: bool) {
        let needed = self.dice.secs(8, 75);
        let by_timer = attended || needed >= wrap_up.limit;
        let after = if by_timer { wrap_up.limit } else { needed };
        // Wrap-ups are known by their number, since the state may change between the two work states.
        let stamp = wrap_up.stamp();
        self.plan(
            after,
            Task::WrapUpEnds {
                agent: id,
                stamp,
                by_timer,
            },
        );
    }

    /// Ends the after-call work at hand without saying what follows; `false` when there is none.
    pub(super) fn finish_wrap_up(&mut self, id: AgentId, by_timer: bool) -> bool {
        let now = self.now;
        let Some(wrap_up) = self.agent_mut(id).and_then(|agent| agent.status.wrap_up.take()) else {
            return false;
        };
        self.emit(What::WrapUp {
            agent: id,
            wrap_up,
            phase: WrapUpPhase::Terminated {
                by_timer,
                elapsed: now.since(wrap_up.began),
            },
        });
        if let Some(kept) = self.agent_mut(id).and_then(|agent| agent.kept.take()) {
            self.emit(What::Leg {
                agent: id,
                call: kept.facts,
                direction: kept.direction,
                event: LegEvent::Closed,
                mask: Mask::NONE,
            });
        }
        true
    }

    /// Signs an agent in at an extension: not ready, no reason.
    pub(super) fn sign_in(&mut self, id: AgentId, extension: &str) {
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        agent.extension.clear();
        agent.extension.push_str(extension);
        agent.has_had_call = false;
        agent.next_by = None;
        agent.status.next = Next::NotReady(Reason::NONE);
        self.extensions.insert(extension.to_owned(), id);
        self.set_agent(id, AgentState::NotReady, Reason::NONE);
        self.chatter_begins(id);
    }

    /// Signs an agent out; any after-call work ends with it.
    pub(super) fn sign_out(&mut self, id: AgentId, reason: Reason) {
        self.finish_wrap_up(id, false);
        if let Some(agent) = self.agent_mut(id) {
            agent.wants_wrap_up = false;
            agent.held_back = false;
            agent.wanted_figures.clear();
            let extension = agent.extension.clone();
            self.extensions.remove(&extension);
        }
        self.set_agent(id, AgentState::SignedOut, reason);
    }
}
