//! How calls and their legs change.
//!
//! Lives here: ringing, answering, holding, dialling, consulting, handing over, joining and ending, as
//! the switch does them. May not live here: who decides on it (`behaviour`, `obey`) and the books of the
//! queues (`routing`). Every change of a leg goes through `set_leg` or `end_leg`, which keep the masks
//! of all of the agent's calls and its current call up to date and tell what changed, in this order:
//! the leg, the other calls' buttons, the current call, the agent.

use std::sync::Arc;

use super::agent::{AgentState, Filing, Kept};
use super::call::{Call, CallFacts, CallKind, Direction, FarState, Leg, LegState, Manner, QueuePlace};
use super::call_data::CallData;
use super::happening::{Ending, LegEvent, What};
use super::id::{AgentId, CallId, CallListId, CallbackId, GuidOf};
use super::mask::{self, CallRights, Mask, Pairing};
use super::schedule::Task;
use super::time::Span;
use super::{Centre, RING_LIMIT};

/// The most parties of a call: as many calls as a device holds (R45).
pub(super) const MOST_PARTIES: usize = 16;

/// What an agent dials, and why.
#[derive(Clone, Debug)]
pub(super) struct Dialling {
    /// The digits.
    pub(super) number: String,
    /// The call that it is about, for a consultation.
    pub(super) about: Option<CallId>,
    /// The callback that it serves.
    pub(super) callback: Option<(CallListId, CallbackId)>,
    /// The number of the new call, when it was promised to a desk already.
    pub(super) id: Option<CallId>,
    /// How the called person will behave, if that does not follow from the number.
    pub(super) manner: Option<Manner>,
}

impl Centre {
    pub(super) fn new_call_id(&mut self) -> CallId {
        self.calls_made += 1;
        CallId::new(self.calls_made)
    }

    /// How this agent's leg of a call stands.
    pub(super) fn leg_state(&self, call: CallId, agent: AgentId) -> Option<LegState> {
        Some(self.calls.get(&call)?.leg(agent)?.state)
    }

    /// Changes a leg, tells it, and keeps everything that depends on it up to date.
    pub(super) fn set_leg(&mut self, id: CallId, agent: AgentId, state: LegState, event: LegEvent) {
        let now = self.now;
        let stamp = self.new_stamp();
        let pairing = self.pairing(id, agent);
        let rights = self.call_rights(id, agent);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let facts = call.facts.clone();
        let Some(leg) = call.leg_mut(agent) else {
            return;
        };
        let comes_to_life = leg.state != state && state != LegState::Held;
        if leg.state != state {
            leg.state = state;
            leg.since = now;
            leg.stamp = stamp;
        }
        leg.was_connected |= state == LegState::Connected;
        leg.mask = mask::of_call(state, pairing, rights);
        let (direction, mask) = (leg.direction, leg.mask);
        if let Some(found) = self.agent_mut(agent).filter(|_| comes_to_life) {
            found.chosen = None;
        }
        self.emit(What::Leg {
            agent,
            call: facts,
            direction,
            event,
            mask,
        });
        self.refresh_calls(agent);
    }

    fn pairing(&self, id: CallId, agent: AgentId) -> Pairing {
        if self.agent(agent).is_some_and(|found| found.calls.len() > 1) {
            return Pairing::Paired;
        }
        match self.calls.get(&id) {
            Some(call) if call.is_growing() || call.parties() >= MOST_PARTIES => Pairing::Closed,
            Some(call) if call.is_conference && call.parties() > 2 => Pairing::Conference,
            _ => Pairing::Alone,
        }
    }

    /// What an agent may do with a call beside what its state allows. Desks among themselves are not recorded.
    pub(super) fn call_rights(&self, id: CallId, agent: AgentId) -> CallRights {
        CallRights {
            has_supervisor: self.has_supervisor(agent),
            can_file: self.can_file(agent),
            can_record: self
                .calls
                .get(&id)
                .is_some_and(|call| call.far.is_some() || call.recorded_by == Some(agent)),
        }
    }

    /// Whether an agent may say how calls are to be filed.
    pub(super) fn can_file(&self, agent: AgentId) -> bool {
        self.agent(agent)
            .is_some_and(|found| found.filing != Filing::NotAllowed)
    }

    /// Brings the masks of all of the agent's calls and its current call up to date.
    pub(super) fn refresh_calls(&mut self, agent: AgentId) {
        let calls = self
            .agent(agent)
            .map(|found| found.calls.clone())
            .unwrap_or_default();
        for id in &calls {
            let pairing = self.pairing(*id, agent);
            let rights = self.call_rights(*id, agent);
            let Some(call) = self.calls.get_mut(id) else {
                continue;
            };
            let facts = call.facts.clone();
            let Some(leg) = call.leg_mut(agent) else {
                continue;
            };
            let mask = mask::of_call(leg.state, pairing, rights);
            if mask != leg.mask {
                leg.mask = mask;
                let direction = leg.direction;
                self.emit(What::Leg {
                    agent,
                    call: facts,
                    direction,
                    event: LegEvent::MaskChanged,
                    mask,
                });
            }
        }
        self.refresh_current(agent, &calls);
    }

    /// The current call stays as long as it is not on hold beside another one, unless the desk has chosen
    /// it; then the liveliest of the agent's calls takes its place.
    fn refresh_current(&mut self, agent: AgentId, calls: &[CallId]) {
        let rank = |id: &CallId| match self.leg_state(*id, agent) {
            Some(LegState::Connected) => 5,
            Some(LegState::Dialling | LegState::Alerting) => 4,
            Some(LegState::Failed) => 3,
            Some(LegState::Held) => 2,
            Some(LegState::Coming) | None => 0,
        };
        let (before, chosen) = self
            .agent(agent)
            .map_or((None, None), |found| (found.current, found.chosen));
        let best = calls
            .iter()
            .filter(|id| rank(id) > 0)
            .max_by_key(|id| rank(id))
            .copied();
        let stays = before.filter(|id| calls.contains(id) && (rank(id) > 2 || chosen == Some(*id)));
        let current = stays.or(best);
        if current != before {
            if let Some(found) = self.agent_mut(agent) {
                found.current = current;
            }
            self.emit(What::CurrentCall { agent, call: current });
        }
    }

    /// The desk makes a call the current one; that it is so is told even if it was before.
    pub(super) fn choose_current(&mut self, agent: AgentId, call: CallId) {
        if let Some(found) = self.agent_mut(agent) {
            found.current = Some(call);
            found.chosen = Some(call);
            self.emit(What::CurrentCall {
                agent,
                call: Some(call),
            });
        }
    }

    /// A call given to an agent reaches the telephone.
    pub(super) fn ring(&mut self, id: CallId, agent: AgentId) {
        if self.leg_state(id, agent) != Some(LegState::Coming) {
            return;
        }
        self.set_leg(id, agent, LegState::Alerting, LegEvent::Begun);
        self.set_leg(id, agent, LegState::Alerting, LegEvent::Delivered);
        for caller in self.agents_on(id) {
            if self.leg_state(id, caller) == Some(LegState::Dialling) {
                self.set_leg(id, caller, LegState::Dialling, LegEvent::Delivered);
            }
        }
        let stamp = self
            .calls
            .get(&id)
            .and_then(|call| call.leg(agent))
            .map_or(0, |leg| leg.stamp);
        self.plan(
            RING_LIMIT,
            Task::RingLimit {
                call: id,
                agent,
                stamp,
            },
        );
        self.colleague_hears_ringing(id, agent, stamp);
    }

    /// The agents who have a leg of this call.
    pub(super) fn agents_on(&self, id: CallId) -> Vec<AgentId> {
        self.calls
            .get(&id)
            .map(|call| call.legs.iter().map(|leg| leg.agent).collect())
            .unwrap_or_default()
    }

    /// The agent answers a ringing call; its caller, inside or outside, is connected with it.
    pub(super) fn answer(&mut self, id: CallId, agent: AgentId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if call.leg(agent).is_none_or(|leg| leg.state != LegState::Alerting) {
            return;
        }
        if call.far.is_some() {
            call.far = Some(FarState::Connected);
        }
        let first_answer = call.facts.kind == CallKind::Service
            && call.facts.queue.is_some()
            && !std::mem::replace(&mut call.served, true);
        if first_answer {
            self.totals.served += 1;
        }
        let joins = call.is_growing() && call.parties() > 2;
        call.handed_over_by = None;
        self.place_call(id, QueuePlace::Connected);
        self.connect(id, agent);
        self.withdraw_others(id, agent);
        if joins {
            self.becomes_conference(id);
        } else {
            self.refresh_parties(id);
        }
        for caller in self.agents_on(id) {
            if self.leg_state(id, caller) == Some(LegState::Dialling) {
                self.connect(id, caller);
            }
        }
        self.conversation_begins(id);
    }

    /// The called outside party answers.
    pub(super) fn far_answers(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if call.far != Some(FarState::Called) {
            return;
        }
        call.far = Some(FarState::Connected);
        for caller in self.agents_on(id) {
            if self.leg_state(id, caller) == Some(LegState::Dialling) {
                self.connect(id, caller);
            }
        }
        self.conversation_begins(id);
    }

    fn connect(&mut self, id: CallId, agent: AgentId) {
        self.set_leg(id, agent, LegState::Connected, LegEvent::Established);
        self.promise_wrap_up_to(id, agent);
        self.follow_calls(agent);
    }

    /// Promises the agent after-call work for this call, unless that has been done or none is due.
    fn promise_wrap_up_to(&mut self, id: CallId, agent: AgentId) {
        let Some(mut call) = self.calls.remove(&id) else {
            return;
        };
        let promised = match call.leg(agent) {
            Some(leg) if leg.wrap_up.is_none() => self.promise_wrap_up(&call, agent),
            _ => None,
        };
        if let Some(leg) = call.leg_mut(agent) {
            leg.wrap_up = leg.wrap_up.or(promised);
        }
        self.calls.insert(id, call);
    }

    /// Puts a conversation on hold.
    pub(super) fn hold(&mut self, id: CallId, agent: AgentId) {
        if self.leg_state(id, agent) == Some(LegState::Connected) {
            self.set_leg(id, agent, LegState::Held, LegEvent::Held);
            self.follow_calls(agent);
        }
    }

    /// Takes a call back from hold.
    pub(super) fn retrieve(&mut self, id: CallId, agent: AgentId) {
        if self.leg_state(id, agent) == Some(LegState::Held) {
            self.set_leg(id, agent, LegState::Connected, LegEvent::Retrieved);
            self.follow_calls(agent);
        }
    }

    /// The agent dials. The new call exists at once; whether anybody is reached shows a little later.
    pub(super) fn dial(&mut self, agent: AgentId, dialling: Dialling) -> Option<CallId> {
        let caller_number = self.agent(agent)?.extension.clone();
        let Dialling {
            number,
            about,
            callback,
            id,
            manner,
        } = dialling;
        let id = id.unwrap_or_else(|| self.new_call_id());
        let inside = self.is_inside(&number);
        let manner = manner.unwrap_or_else(|| Manner::of(&number));
        // A consultation carries what the call carries that it is about.
        let original = about.and_then(|original| self.facts_of(original));
        let data = match (original, callback) {
            (Some(original), _) => original.data.clone(),
            (None, Some((_, callback))) => CallData::of_callback(callback).into(),
            (None, None) => Arc::default(),
        };
        let facts = CallFacts {
            id,
            guid: self.derive_guid(GuidOf::Call, u64::from(id.number())),
            kind: match (about, inside) {
                (Some(_), _) => CallKind::Consultation,
                (None, true) => CallKind::Inside,
                (None, false) => CallKind::Outgoing,
            },
            queue: None,
            callback,
            caller_number,
            target_number: number.clone(),
            began: self.now,
            data,
        };
        self.take_up(agent);
        let stamp = self.new_stamp();
        self.calls.insert(
            id,
            Call {
                facts: Arc::new(facts),
                far: (!inside).then_some(FarState::Called),
                legs: vec![Leg {
                    agent,
                    direction: Direction::Out,
                    state: LegState::Dialling,
                    since: self.now,
                    mask: Mask::NONE,
                    was_connected: false,
                    is_transcribed: false,
                    wrap_up: None,
                    stamp,
                }],
                place: QueuePlace::None,
                waiting_since: self.now,
                about,
                further: 0,
                calls_out: false,
                handed_over_by: None,
                is_conference: false,
                served: false,
                recorded_by: None,
                manner,
            },
        );
        if let (Some(original), Some(facts)) = (about, self.facts_of(id))
            && let Some(state) = self.leg_state(original, agent)
        {
            self.set_leg(original, agent, state, LegEvent::TransferStarted(facts));
        }
        if let Some(found) = self.agent_mut(agent) {
            found.calls.push(id);
        }
        self.totals.dialled += 1;
        self.set_leg(id, agent, LegState::Dialling, LegEvent::Begun);
        self.set_leg(id, agent, LegState::Dialling, LegEvent::ServiceInitiated);
        self.set_leg(id, agent, LegState::Dialling, LegEvent::Originated);
        self.follow_calls(agent);
        let travel = self.dice.millis(300, 700);
        self.plan(travel, Task::Dialled { call: id, number });
        Some(id)
    }

    fn facts_of(&self, id: CallId) -> Option<Arc<CallFacts>> {
        self.calls.get(&id).map(|call| call.facts.clone())
    }

    /// The consultation about the original call is over without a transfer.
    fn tell_cancelled_transfer(&mut self, original: CallId, consultation: &Call, agent: AgentId) {
        if let Some(state) = self.leg_state(original, agent) {
            let event = LegEvent::TransferCancelled(consultation.facts.clone());
            self.set_leg(original, agent, state, event);
        }
    }

    /// Whether a number is one of the house, be anybody there or not.
    pub(super) fn is_inside(&self, number: &str) -> bool {
        self.extension(number).is_some() || super::people::is_extension(number, self.settings.agents)
    }

    /// The agent who is signed in at this extension.
    pub(super) fn extension(&self, number: &str) -> Option<AgentId> {
        self.extensions.get(number).copied()
    }

    /// Whether a call can be put through to this agent now.
    pub(super) fn can_be_rung(&self, agent: AgentId) -> bool {
        self.agent(agent).is_some_and(|found| {
            found.calls.is_empty() && matches!(found.status.state, AgentState::Ready | AgentState::NotReady)
        })
    }

    /// A dialled number is reached, or not.
    pub(super) fn dialled(&mut self, id: CallId, number: &str) {
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let manner = call.manner;
        if call.far.is_none() {
            match self.extension(number).filter(|called| self.can_be_rung(*called)) {
                Some(called) => self.allocate(id, called),
                None => self.fail(id),
            }
            return;
        }
        if manner == Manner::Busy {
            self.fail(id);
            return;
        }
        for caller in self.agents_on(id) {
            self.set_leg(id, caller, LegState::Dialling, LegEvent::Delivered);
        }
        if manner == Manner::Answers {
            let rings = self.dice.millis(2_000, 4_000);
            self.plan(rings, Task::FarAnswers(id));
        } else {
            self.plan(Span::from_secs(45), Task::NobodyAnswers(id));
        }
    }

    /// A dialled call cannot be completed; it stays on the caller's line until cleared.
    pub(super) fn fail(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.far = None;
        }
        for agent in self.agents_on(id) {
            self.set_leg(id, agent, LegState::Failed, LegEvent::Failed);
            let patience = if self.is_attended(agent) { 10 } else { 2 };
            self.plan(Span::from_secs(patience), Task::FailedGone { call: id, agent });
        }
    }

    pub(super) fn is_attended(&self, agent: AgentId) -> bool {
        self.agent(agent).is_some_and(|found| found.attended)
    }

    /// Has a call recorded on behalf of an agent.
    pub(super) fn start_recording(&mut self, id: CallId, agent: AgentId) {
        let state = self.leg_state(id, agent);
        if let (Some(state), Some(call)) = (state, self.calls.get_mut(&id)) {
            call.recorded_by = Some(agent);
            self.set_leg(id, agent, state, LegEvent::RecordingStarted);
        }
    }

    /// Ends the recording that an agent has asked for, if there is one.
    pub(super) fn stop_recording(&mut self, id: CallId, agent: AgentId) {
        let state = self.leg_state(id, agent);
        if let (Some(state), Some(call)) = (state, self.calls.get_mut(&id))
            && call.recorded_by == Some(agent)
        {
            call.recorded_by = None;
            self.set_leg(id, agent, state, LegEvent::RecordingStopped);
        }
    }

    /// Takes over a change of what a call carries, and tells every agent on it what is new. A call that is over
    /// is the agent's alone.
    pub(super) fn change_call_data(&mut self, id: CallId, agent: AgentId, change: &CallData) {
        let kept = self.agent_mut(agent).and_then(|found| found.kept.as_mut());
        if let Some(kept) = kept.filter(|kept| kept.facts.id == id) {
            let mut data = (*kept.facts.data).clone();
            let changed = data.take_over(change);
            kept.facts = Arc::new(CallFacts {
                data: data.into(),
                ..(*kept.facts).clone()
            });
            let call = kept.facts.clone();
            if !changed.is_empty() {
                self.emit(What::CallData {
                    agent,
                    call,
                    changed: changed.into(),
                });
            }
            return;
        }
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let mut data = (*call.facts.data).clone();
        let changed = data.take_over(change);
        if changed.is_empty() {
            return;
        }
        call.facts = Arc::new(CallFacts {
            data: data.into(),
            ..(*call.facts).clone()
        });
        let (facts, changed) = (call.facts.clone(), Arc::new(changed));
        for agent in self.agents_on(id) {
            // A call that has not reached the desk will begin with what it carries then.
            if self.leg_state(id, agent) != Some(LegState::Coming) {
                self.emit(What::CallData {
                    agent,
                    call: facts.clone(),
                    changed: changed.clone(),
                });
            }
        }
    }

    /// Takes the agent off a call, tells it, and lets the agent go on with its other calls, with
    /// after-call work, or with what follows.
    pub(super) fn end_leg(&mut self, id: CallId, agent: AgentId, how: Ending) {
        self.stop_recording(id, agent);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let Some(position) = call.legs.iter().position(|leg| leg.agent == agent) else {
            return;
        };
        let leg = call.legs.remove(position);
        // The agent's further way depends on the facts alone, not on what becomes of the call.
        let snapshot = call.clone();
        let still_waits = call.facts.queue.is_some() && call.far == Some(FarState::Waiting);
        if call.place == QueuePlace::Allocated && !still_waits {
            self.place_call(id, QueuePlace::None);
        }
        if let Some(found) = self.agent_mut(agent) {
            found.calls.retain(|other| *other != id);
            if leg.was_connected && snapshot.facts.queue.is_some() {
                found.figures.handled += 1;
            }
        }
        let is_last = self.agent(agent).is_some_and(|found| found.calls.is_empty());
        let is_missed = how == Ending::NoAnswer && snapshot.facts.queue.is_some();
        let is_kept = is_last && !is_missed && self.can_file(agent) && self.wraps_up(agent, &leg);
        self.emit(What::Leg {
            agent,
            call: snapshot.facts.clone(),
            direction: leg.direction,
            event: LegEvent::Ended {
                how,
                from: leg.state,
                was_connected: leg.was_connected,
            },
            mask: if is_kept { mask::KEPT } else { Mask::NONE },
        });
        if let Some(found) = self.agent_mut(agent).filter(|_| is_kept) {
            found.kept = Some(Kept {
                facts: snapshot.facts.clone(),
                direction: leg.direction,
                mask: mask::KEPT,
            });
        }
        self.refresh_calls(agent);
        if leg.direction == Direction::Out {
            self.note_attempt(agent, &leg, &snapshot);
        }
        if let Some(original) = snapshot.about.filter(|_| how != Ending::Transferred) {
            self.tell_cancelled_transfer(original, &snapshot, agent);
        }
        if !is_last {
            self.follow_calls(agent);
            self.colleague_returns(agent);
        } else if is_missed {
            self.missed(agent);
        } else {
            self.after_last_call(agent, &leg, &snapshot);
        }
    }

    /// The agent leaves a call; what is left of it goes on or ends.
    pub(super) fn leave(&mut self, id: CallId, agent: AgentId, how: Ending) {
        self.end_leg(id, agent, how);
        self.after_leaving(id);
    }

    /// Looks after a call that a party has just left.
    pub(super) fn after_leaving(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if call.parties() < 2 || call.legs.is_empty() {
            let still_waits = call.far == Some(FarState::Waiting) && call.place == QueuePlace::Waiting;
            if !still_waits {
                self.close_call(id);
            }
            return;
        }
        call.is_conference &= call.parties() > 2;
        for agent in self.agents_on(id) {
            if let Some(state) = self.leg_state(id, agent) {
                self.set_leg(id, agent, state, LegEvent::PartyLeft);
            }
        }
    }

    /// The outside party leaves.
    pub(super) fn far_leaves(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id) {
            match call.further.checked_sub(1) {
                Some(further) => call.further = further,
                None => call.far = None,
            }
            self.after_leaving(id);
        }
    }

    /// Ends a call for all who are left on it.
    pub(super) fn close_call(&mut self, id: CallId) {
        self.place_call(id, QueuePlace::None);
        if let Some(call) = self.calls.get_mut(&id) {
            call.far = None;
            call.further = 0;
            call.calls_out = false;
        }
        for agent in self.agents_on(id) {
            let how = match self.leg_state(id, agent) {
                Some(LegState::Coming | LegState::Alerting) => Ending::GaveUp,
                _ => Ending::Remote,
            };
            self.end_leg(id, agent, how);
        }
        self.calls.remove(&id);
    }

    /// The agent ends a call for everybody.
    pub(super) fn clear(&mut self, id: CallId, agent: AgentId) {
        self.end_leg(id, agent, Ending::Local);
        self.close_call(id);
    }

    /// The two calls of a consultation by this agent, one of which is `id`: the original one and the one
    /// about it. Each party of a call may consult somebody about it.
    pub(super) fn consultation(&self, id: CallId, agent: AgentId) -> Option<(CallId, CallId)> {
        let calls = &self.agent(agent)?.calls;
        let other = *calls.iter().find(|other| **other != id && calls.contains(&id))?;
        let is_about = |one: CallId, two: CallId| self.calls.get(&one)?.about.filter(|about| *about == two);
        if is_about(id, other).is_some() {
            Some((other, id))
        } else {
            is_about(other, id).map(|_| (id, other))
        }
    }

    /// Whether a call is one half of a consultation, whoever makes it.
    pub(super) fn is_consulting(&self, id: CallId) -> bool {
        let legs = self.calls.get(&id).map(|call| &call.legs);
        let mut legs = legs.into_iter().flatten();
        legs.any(|leg| self.consultation(id, leg.agent).is_some())
    }

    /// Joins the original call into the consultation about it: by handing over (`stay` is false) the
    /// agent leaves, by conference it stays. Does nothing unless the agent is connected on the
    /// consultation and has the original on hold.
    pub(super) fn join(&mut self, original: CallId, consultation: CallId, agent: AgentId, stay: bool) {
        if self.leg_state(original, agent) != Some(LegState::Held)
            || self.leg_state(consultation, agent) != Some(LegState::Connected)
        {
            return;
        }
        let Some(first) = self.calls.get_mut(&original) else {
            return;
        };
        let (far, further) = (first.far.take(), std::mem::take(&mut first.further));
        let facts = first.facts.clone();
        let (place, served, about) = (first.place, first.served, first.about);
        first.place = QueuePlace::None;
        let promised = first.leg_mut(agent).and_then(|leg| leg.wrap_up.take());
        let others: Vec<AgentId> = first
            .legs
            .iter()
            .map(|leg| leg.agent)
            .filter(|other| *other != agent)
            .collect();
        let Some(second) = self.calls.get_mut(&consultation) else {
            return;
        };
        second.further += further + u8::from(far.is_some() && second.far.is_some());
        second.far = far.or(second.far);
        second.place = place;
        second.served = served;
        // The original may itself be what somebody else asks about.
        second.about = about;
        second.waiting_since = facts.began;
        second.facts = Arc::new(CallFacts {
            kind: facts.kind,
            queue: facts.queue,
            callback: facts.callback,
            caller_number: facts.caller_number.clone(),
            data: facts.data.clone(),
            ..(*second.facts).clone()
        });
        if let Some(leg) = second.leg_mut(agent) {
            leg.wrap_up = leg.wrap_up.or(promised);
        }
        for other in others {
            self.move_leg(original, consultation, other);
        }
        if stay {
            self.totals.conferenced += 1;
            self.end_leg(original, agent, Ending::Joined);
            if let Some(call) = self.calls.get_mut(&consultation) {
                call.is_conference = true;
            }
        } else {
            self.totals.transferred += 1;
            let target = self.facts_of(consultation);
            self.set_leg(original, agent, LegState::Held, LegEvent::Transferred(target));
            self.end_leg(original, agent, Ending::Transferred);
            self.end_leg(consultation, agent, Ending::Transferred);
        }
        self.calls.remove(&original);
        let event = if stay {
            LegEvent::Conferenced
        } else {
            LegEvent::Transferred(None)
        };
        for party in self.agents_on(consultation) {
            if let Some(state) = self.leg_state(consultation, party) {
                self.set_leg(consultation, party, state, event.clone());
                self.promise_wrap_up_to(consultation, party);
            }
        }
        if self.agents_on(consultation).is_empty() {
            // Outside parties talk with each other: no longer a matter of this centre.
            self.close_call(consultation);
        } else {
            self.after_leaving(consultation);
            self.conversation_begins(consultation);
        }
    }

    /// Moves another agent's leg from one call to another; its desk sees one call end and one begin.
    fn move_leg(&mut self, from: CallId, to: CallId, agent: AgentId) {
        let Some(call) = self.calls.get_mut(&from) else {
            return;
        };
        let Some(position) = call.legs.iter().position(|leg| leg.agent == agent) else {
            return;
        };
        let mut leg = call.legs.remove(position);
        leg.is_transcribed = false;
        let facts = call.facts.clone();
        let (state, direction, was_connected) = (leg.state, leg.direction, leg.was_connected);
        let Some(target) = self.calls.get_mut(&to) else {
            return;
        };
        target.legs.push(leg);
        for call in self
            .calls_of(agent)
            .map(|(call, _)| call.facts.id)
            .collect::<Vec<_>>()
        {
            if let Some(call) = self.calls.get_mut(&call).filter(|call| call.about == Some(from)) {
                call.about = Some(to);
            }
        }
        if let Some(found) = self.agent_mut(agent) {
            found.calls.retain(|other| *other != from);
            found.calls.push(to);
        }
        self.emit(What::Leg {
            agent,
            call: facts,
            direction,
            event: LegEvent::Ended {
                how: Ending::Joined,
                from: state,
                was_connected,
            },
            mask: Mask::NONE,
        });
        self.set_leg(to, agent, state, LegEvent::TakenOver(state));
    }
}
