//! What callers and colleagues do of their own accord.
//!
//! Lives here: arrivals, patience, answering, talking, breaks, shifts, and the dispatch of every task
//! when its time has come. May not live here: how calls, agents and queues change (`lines`, `states`,
//! `routing`). Nothing here ever acts for an attended agent: its calls ring until the person answers,
//! and only the timers of the centre (ringing, after-call work) touch it.

use super::agent::{AgentState, Cause, Next, Reason};
use super::call::{FarState, LegState, QueuePlace};
use super::callback::CallbackOrigin;
use super::happening::Ending;
use super::id::{AgentId, CallId, QueueId};
use super::lines::Dialling;
use super::schedule::Task;
use super::time::{Moment, Span};
use super::{Centre, Opening};

/// How long a queue keeps a caller before it lets the caller go with a callback.
const LONGEST_WAIT: Span = Span::from_secs(240);

/// Mean time that one call takes up an agent, after-call work included; sets the pace of arrivals.
const HANDLING_SECONDS: f64 = 230.0;

/// One in so many of the callers who are called in for a person hangs up before it rings.
const GIVE_UP_EARLY: u32 = 9;

/// When they do so: sooner than any way to a telephone.
const EARLY: Span = Span::from_millis(120);

/// The share of the agents' time that callers take up at rate 1.
const OCCUPANCY: f64 = 0.6;

impl Centre {
    /// Does what is due now.
    pub(super) fn perform(&mut self, task: Task) {
        match task {
            Task::Arrival => self.caller_arrives(),
            Task::Patience(call) => self.caller_gives_up(call),
            Task::Overflow(call) => self.caller_is_let_go(call),
            Task::Ring { call, agent } => self.ring(call, agent),
            Task::RingLimit { call, agent, stamp } => {
                if self.leg_is_unchanged(call, agent, stamp) {
                    self.take_back(call, agent);
                }
            }
            Task::Answer { call, agent, stamp } => {
                if !self.is_attended(agent) && self.leg_is_unchanged(call, agent, stamp) {
                    self.answer(call, agent);
                }
            }
            Task::Handle { call, agent, stamp } => {
                if !self.is_attended(agent) && self.leg_is_unchanged(call, agent, stamp) {
                    self.colleague_handles(call, agent);
                }
            }
            Task::Resume { call, agent, stamp } => {
                if !self.is_attended(agent) && self.leg_is_unchanged(call, agent, stamp) {
                    self.retrieve(call, agent);
                }
            }
            Task::HangUp { call, agent } => {
                let talks = self.leg_state(call, agent) == Some(LegState::Connected);
                if talks && !self.is_attended(agent) && !self.is_consulting(call) {
                    self.leave(call, agent, Ending::Local);
                }
            }
            Task::FarHangsUp(call) => self.far_hangs_up(call),
            Task::Dialled { call, number } => self.dialled(call, &number),
            Task::FarAnswers(call) => self.far_answers(call),
            Task::CalledOut { call, answers } => self.called_out(call, answers),
            Task::NobodyAnswers(call) => {
                if self
                    .call(call)
                    .is_some_and(|call| call.far == Some(FarState::Called))
                {
                    self.fail(call);
                }
            }
            Task::FailedGone { call, agent } => {
                if self.leg_state(call, agent) == Some(LegState::Failed) {
                    self.leave(call, agent, Ending::Remote);
                }
            }
            Task::Decide { call, agent } => self.colleague_decides(call, agent),
            Task::WrapUpEnds {
                agent,
                stamp,
                by_timer,
            } => self.wrap_up_ends(agent, stamp, by_timer),
            Task::BackToWork { agent, stamp } => {
                if self.agent_is_unchanged(agent, stamp) && !self.is_attended(agent) {
                    self.on_account_of(Cause::Agent, |centre| centre.become_ready(agent));
                }
            }
            Task::ShiftEnds(agent) => self.on_account_of(Cause::Agent, |centre| centre.shift_ends(agent)),
            Task::ShiftBegins(agent) => {
                self.on_account_of(Cause::Agent, |centre| centre.shift_begins(agent));
            }
            Task::CallForPerson { agent, stamp } => self.call_for_person(agent, stamp),
            Task::ReservationEnds { agent, until } => self.reservation_ends(agent, until),
            Task::Report(queue) => self.tell_queue(queue),
            Task::OfficeHours => self.keep_office_hours(),
            Task::CallbackMade => self.callback_made(),
            Task::CallbackTaken => self.callback_taken(),
            Task::CallbackDialled { callback, agent } => self.callback_dialled(callback, agent),
            Task::CallbackExpires(callback) => self.callback_expires(callback),
            Task::Figures {
                agent,
                figures,
                stamp,
            } => self.tell_figures(agent, figures, stamp),
            Task::ListeningStarts { supervisor, id } => {
                self.unsettle(supervisor);
                self.listening_starts(supervisor, id);
            }
            Task::Speak {
                call,
                agent,
                line,
                words,
            } => self.speak(call, agent, line, words),
            Task::Write { agent, stamp } => self.somebody_writes(agent, stamp),
            Task::WriteBack { by, to } => self.write_back(by, to),
            Task::Obey {
                agent,
                command,
                promised,
            } => self.obey(agent, command, promised),
        }
        self.settle_supervision();
    }

    fn leg_is_unchanged(&self, call: CallId, agent: AgentId, stamp: u64) -> bool {
        self.call(call)
            .and_then(|call| call.leg(agent))
            .is_some_and(|leg| leg.stamp == stamp)
    }

    fn agent_is_unchanged(&self, agent: AgentId, stamp: u64) -> bool {
        self.agent(agent).is_some_and(|found| found.stamp == stamp)
    }

    /// Puts the centre to work: who is in, who is on a break, and when it all goes on.
    pub(super) fn begin_the_day(&mut self) {
        for number in 0..self.settings.agents {
            let id = AgentId::new(number);
            if self.is_attended(id) {
                continue;
            }
            if !self.dice.chance(0.88) {
                let later = self.dice.secs(120, 5_400);
                self.plan(later, Task::ShiftBegins(id));
                continue;
            }
            let Some(extension) = self.agent(id).map(|agent| agent.extension.clone()) else {
                continue;
            };
            self.sign_in(id, &extension);
            self.plan_shift_end(id);
            if self.dice.chance(0.15) {
                self.take_break(id);
            } else {
                self.become_ready(id);
            }
        }
        for number in 0..self.settings.queues {
            self.report_queue(QueueId::new(number));
        }
        self.keep_office_hours();
        if self.settings.rate > 0.0 {
            self.plan_arrival();
            self.plan_callback_made();
            self.plan_callback_taken();
        }
    }

    fn plan_arrival(&mut self) {
        let agents = f64::from(self.on_duty.max(2));
        let per_second = self.settings.rate * OCCUPANCY * agents / HANDLING_SECONDS;
        let mean = Span::from_millis((1_000.0 / per_second).max(1.0) as i64);
        let after = self.dice.exponential(mean);
        self.plan(after, Task::Arrival);
    }

    /// A caller for a queue that some agent serves: queues with more agents get more callers.
    fn caller_arrives(&mut self) {
        self.plan_arrival();
        let place = self.dice.position(self.agents.len());
        let Some(skills) = self.agents.get(place).map(|agent| agent.skills.clone()) else {
            return;
        };
        let Some(queue) = self.dice.one_of(&skills).copied() else {
            return;
        };
        if self.queue(queue).is_some_and(|queue| queue.opening.takes_calls())
            && let Some(call) = self.caller_calls(queue)
        {
            self.enqueue(call);
        }
    }

    pub(super) fn caller_calls(&mut self, queue: QueueId) -> Option<CallId> {
        let call = self.new_service_call(queue)?;
        self.plan_patience(call);
        Some(call)
    }

    /// How long the caller will wait, from now on.
    pub(super) fn plan_patience(&mut self, call: CallId) {
        let patience = Span::from_secs(15) + self.dice.exponential(Span::from_secs(150));
        if patience < LONGEST_WAIT {
            self.plan(patience, Task::Patience(call));
        } else {
            self.plan(LONGEST_WAIT, Task::Overflow(call));
        }
    }

    /// A ready person has waited long enough: a caller comes just now, if none has come by itself.
    fn call_for_person(&mut self, id: AgentId, stamp: u64) {
        let is_reserved = self.agent(id).is_some_and(|agent| agent.reserved_until.is_some());
        if is_reserved || !self.agent_is_unchanged(id, stamp) {
            return;
        }
        let is_first = self.agent(id).is_some_and(|agent| agent.held_back);
        if is_first {
            self.end_hold_back(id);
            self.offer_work(id);
        }
        let Some(agent) = self
            .agent(id)
            .filter(|agent| agent.status.state == AgentState::Ready)
        else {
            return;
        };
        let skills: Vec<QueueId> = agent
            .skills
            .iter()
            .copied()
            .filter(|skill| {
                self.queue(*skill)
                    .is_some_and(|queue| queue.opening.takes_calls())
            })
            .collect();
        if let Some(queue) = self.dice.one_of(&skills).copied()
            && let Some(call) = self.caller_calls(queue)
        {
            self.allocate(call, id);
            // Now and then somebody has hung up before it rings; never the first, for which a person waits.
            if !is_first && call.number() % GIVE_UP_EARLY == 0 {
                self.plan(EARLY, Task::Patience(call));
            }
        }
    }

    fn still_waits(&self, call: CallId) -> bool {
        self.call(call).is_some_and(|call| {
            call.far == Some(FarState::Waiting)
                && matches!(call.place, QueuePlace::Waiting | QueuePlace::Allocated)
        })
    }

    /// The caller hangs up while waiting, one in four after asking for a callback.
    fn caller_gives_up(&mut self, id: CallId) {
        if !self.still_waits(id) {
            return;
        }
        if self.dice.chance(0.25) && !self.lists_are_full() {
            self.callback_from_caller(id, CallbackOrigin::Requested);
        }
        self.caller_goes(id, false);
    }

    /// The queue lets a caller go who has waited too long, with a callback.
    fn caller_is_let_go(&mut self, id: CallId) {
        if self.still_waits(id) {
            let promised = !self.lists_are_full();
            if promised {
                self.callback_from_caller(id, CallbackOrigin::Overflow);
            }
            self.caller_goes(id, promised);
        }
    }

    fn caller_goes(&mut self, id: CallId, overflowed: bool) {
        let served = self.call(id).is_some_and(|call| call.served);
        if !served && overflowed {
            self.totals.overflowed += 1;
        } else if !served {
            self.totals.abandoned += 1;
        }
        self.close_call(id);
    }

    /// A colleague's telephone rings: it is answered in a few seconds, or now and then not at all.
    pub(super) fn colleague_hears_ringing(&mut self, call: CallId, agent: AgentId, stamp: u64) {
        if self.is_attended(agent) {
            return;
        }
        let from_inside = self.call(call).is_some_and(|call| call.legs.len() > 1);
        if from_inside {
            let after = self.dice.millis(2_000, 4_000);
            self.plan(after, Task::Answer { call, agent, stamp });
        } else if self.dice.chance(0.96) {
            let after = self.dice.millis(1_000, 7_000);
            self.plan(after, Task::Answer { call, agent, stamp });
        }
    }

    /// Everybody on the call has somebody to talk with: plans what becomes of the conversation.
    pub(super) fn conversation_begins(&mut self, id: CallId) {
        self.listen_to_talk(id);
        let Some(call) = self.call(id) else {
            return;
        };
        let has_far = call.far.is_some();
        let agents = self.agents_on(id);
        let about_call = call.about.is_some();
        let talk = Span::from_secs(25) + self.dice.exponential(Span::from_secs(150));
        let talk = talk.min(Span::from_secs(600));
        let all_attended = agents.iter().all(|agent| self.is_attended(*agent));
        if has_far && (all_attended || self.dice.chance(0.6)) {
            self.plan(talk, Task::FarHangsUp(id));
        } else if has_far {
            // One colleague ends it; the caller does so a little later should the colleague not.
            self.plan(talk + Span::from_secs(120), Task::FarHangsUp(id));
        }
        for agent in agents {
            if self.is_attended(agent) {
                continue;
            }
            let Some(leg) = self.call(id).and_then(|call| call.leg(agent)) else {
                continue;
            };
            let stamp = leg.stamp;
            if leg.direction == super::Direction::Out && about_call {
                let thinks = self.dice.secs(12, 45);
                self.plan(thinks, Task::Decide { call: id, agent });
            } else if has_far {
                self.plan(talk + Span::from_secs(2), Task::HangUp { call: id, agent });
                let third = Span::from_millis(talk.as_millis() / 3);
                self.plan(
                    third,
                    Task::Handle {
                        call: id,
                        agent,
                        stamp,
                    },
                );
            } else {
                let chat = self.dice.secs(30, 120);
                self.plan(chat, Task::HangUp { call: id, agent });
            }
        }
    }

    /// The outside party has had enough, unless it is on hold for something: then it waits a while.
    fn far_hangs_up(&mut self, id: CallId) {
        let Some(call) = self.call(id) else {
            return;
        };
        let on_hold = call.legs.iter().all(|leg| leg.state == LegState::Held);
        let age = self.now.since(call.facts.began);
        if on_hold && age < Span::from_mins(15) {
            self.plan(Span::from_secs(20), Task::FarHangsUp(id));
        } else if call.far == Some(FarState::Connected) {
            self.far_leaves(id);
        }
    }

    /// Something a colleague does in the middle of a conversation: mostly nothing.
    fn colleague_handles(&mut self, id: CallId, agent: AgentId) {
        let alone = self
            .call(id)
            .is_some_and(|call| call.legs.len() == 1 && call.far == Some(FarState::Connected));
        if !alone || self.leg_state(id, agent) != Some(LegState::Connected) {
            return;
        }
        let wish = self.dice.unit();
        if wish < 0.15 {
            self.hold(id, agent);
            self.plan_resume(id, agent, (8, 45));
        } else if wish < 0.23 {
            let number = match self.free_colleague(agent) {
                Some(colleague) if self.dice.chance(0.85) => {
                    self.agent(colleague).map(|found| found.extension.clone())
                }
                _ => Some(super::people::outside_number(&mut self.dice)),
            };
            if let Some(number) = number {
                self.consult(id, agent, number, None);
            }
        } else if wish < 0.26
            && let Some(colleague) = self.free_colleague(agent)
            && let Some(number) = self.agent(colleague).map(|found| found.extension.clone())
        {
            self.hand_over(id, agent, &number);
        }
    }

    /// Puts a conversation on hold and dials somebody about it.
    pub(super) fn consult(&mut self, id: CallId, agent: AgentId, number: String, new_call: Option<CallId>) {
        self.hold(id, agent);
        self.dial(
            agent,
            Dialling {
                number,
                about: Some(id),
                callback: None,
                id: new_call,
                manner: None,
            },
        );
    }

    /// A colleague of this agent who could take a call and is not a person: the first of a few tries.
    fn free_colleague(&mut self, agent: AgentId) -> Option<AgentId> {
        for _ in 0..4 {
            let place = self.dice.position(self.agents.len());
            let candidate = AgentId::new(place as u32);
            let ready = self
                .agent(candidate)
                .is_some_and(|found| !found.attended && found.status.state == AgentState::Ready);
            if candidate != agent && ready {
                return Some(candidate);
            }
        }
        None
    }

    fn plan_resume(&mut self, id: CallId, agent: AgentId, seconds: (i64, i64)) {
        let Some(stamp) = self
            .call(id)
            .and_then(|call| call.leg(agent))
            .map(|leg| leg.stamp)
        else {
            return;
        };
        let after = self.dice.secs(seconds.0, seconds.1);
        self.plan(
            after,
            Task::Resume {
                call: id,
                agent,
                stamp,
            },
        );
    }

    /// A colleague left with a call on hold goes back to it.
    pub(super) fn colleague_returns(&mut self, agent: AgentId) {
        if self.is_attended(agent) {
            return;
        }
        let held: Vec<CallId> = self
            .calls_of(agent)
            .filter(|(_, leg)| leg.state == LegState::Held)
            .map(|(call, _)| call.facts.id)
            .collect();
        let only = self
            .agent(agent)
            .is_some_and(|found| found.calls.len() == held.len());
        if let (true, Some(call)) = (only, held.first()) {
            self.plan_resume(*call, agent, (1, 3));
        }
    }

    /// The end of a consultation: hand over, talk all together, or go back to the caller.
    fn colleague_decides(&mut self, consultation: CallId, agent: AgentId) {
        if self.is_attended(agent) || self.leg_state(consultation, agent) != Some(LegState::Connected) {
            return;
        }
        let Some((original, consultation)) = self.consultation(consultation, agent) else {
            self.leave(consultation, agent, Ending::Local);
            return;
        };
        let wish = self.dice.unit();
        if wish < 0.6 {
            self.join(original, consultation, agent, false);
        } else if wish < 0.75 {
            self.join(original, consultation, agent, true);
        } else {
            self.leave(consultation, agent, Ending::Local);
        }
    }

    fn wrap_up_ends(&mut self, agent: AgentId, stamp: u64, by_timer: bool) {
        let same = self
            .agent(agent)
            .and_then(|found| found.status.wrap_up)
            .is_some_and(|wrap_up| wrap_up.stamp() == stamp);
        if same {
            let cause = if by_timer { Cause::Timer } else { Cause::Agent };
            self.on_account_of(cause, |centre| {
                centre.finish_wrap_up(agent, by_timer);
                centre.settle(agent);
            });
        }
    }

    /// The telephone rang out: the agent is taken off the queues, whoever it is.
    pub(super) fn missed(&mut self, agent: AgentId) {
        if let Some(found) = self.agent_mut(agent) {
            found.status.next = Next::NotReady(Reason::NO_ANSWER);
        }
        self.on_account_of(Cause::NoAnswer, |centre| {
            centre.set_agent(agent, AgentState::NotReady, Reason::NO_ANSWER);
        });
        let away = self.dice.secs(20, 150);
        self.plan_back_to_work(agent, away);
    }

    fn plan_back_to_work(&mut self, agent: AgentId, after: Span) {
        if let Some(stamp) = self
            .agent(agent)
            .filter(|found| !found.attended)
            .map(|found| found.stamp)
        {
            self.plan(after, Task::BackToWork { agent, stamp });
        }
    }

    fn take_break(&mut self, agent: AgentId) {
        let reason = self
            .dice
            .one_of(&Reason::NOT_READY)
            .copied()
            .unwrap_or(Reason::BREAK);
        self.go_away(agent, reason);
    }

    fn go_away(&mut self, agent: AgentId, reason: Reason) {
        if let Some(found) = self.agent_mut(agent) {
            found.status.next = Next::NotReady(reason);
        }
        self.on_account_of(Cause::Agent, |centre| {
            centre.set_agent(agent, AgentState::NotReady, reason);
        });
        let (least, most) = reason.minutes();
        let away = self.dice.secs(least * 60, most * 60);
        self.plan_back_to_work(agent, away);
    }

    /// A colleague has nothing at hand: home, break, back to a break, or the next call.
    pub(super) fn colleague_settles(&mut self, id: AgentId) {
        let Some(agent) = self.agent(id) else {
            return;
        };
        if self.now >= agent.shift_ends {
            self.go_home(id);
            return;
        }
        let next = agent.status.next;
        match next {
            Next::NotReady(reason) => self.go_away(id, reason),
            Next::Ready if self.dice.chance(0.05) => self.take_break(id),
            Next::Ready => self.become_ready(id),
        }
    }

    pub(super) fn go_home(&mut self, id: AgentId) {
        self.sign_out(id, Reason::SHIFT_END);
        let away = self.dice.secs(1_200, 14_400);
        self.plan(away, Task::ShiftBegins(id));
    }

    fn plan_shift_end(&mut self, id: AgentId) {
        let length = self.dice.secs(3_600, 28_800);
        let ends = self.now + length;
        if let Some(agent) = self.agent_mut(id) {
            agent.shift_ends = ends;
        }
        self.plan(length, Task::ShiftEnds(id));
    }

    /// The shift is over: home at once, or after the call or wrap-up at hand.
    fn shift_ends(&mut self, id: AgentId) {
        let free = self.agent(id).is_some_and(|agent| {
            !agent.attended
                && agent.calls.is_empty()
                && self.now >= agent.shift_ends
                && matches!(agent.status.state, AgentState::Ready | AgentState::NotReady)
        });
        if free {
            self.go_home(id);
        }
    }

    fn shift_begins(&mut self, id: AgentId) {
        let Some(agent) = self.agent(id) else {
            return;
        };
        if agent.attended || agent.is_signed_in() {
            return;
        }
        // The telephone of a colleague belongs to that colleague, unless a person has taken it.
        let own = super::people::extension_of(id);
        if self.extension(&own).is_some() {
            self.plan(Span::from_mins(10), Task::ShiftBegins(id));
            return;
        }
        self.sign_in(id, &own);
        self.plan_shift_end(id);
        self.become_ready(id);
    }

    /// A colleague makes way for a person who signs in under the same login id.
    pub(super) fn step_aside(&mut self, id: AgentId) {
        if let Some(agent) = self.agent_mut(id) {
            agent.attended = true;
        }
        self.clear_desk(id, Reason::NONE);
    }

    /// Takes an agent off all calls and signs it out, whatever it was doing.
    fn clear_desk(&mut self, id: AgentId, reason: Reason) {
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        agent.status.next = Next::NotReady(Reason::NONE);
        for call in agent.calls.clone() {
            self.leave(call, id, Ending::Local);
        }
        if self.agent(id).is_some_and(super::Agent::is_signed_in) {
            self.sign_out(id, reason);
        }
    }

    /// Signs a person out by force, out of any state: calls are left, after-call work ends. The agent
    /// stays attended; does nothing for an agent who is not.
    pub fn sign_out_by_force(&mut self, id: AgentId, reason: Reason) -> Vec<super::Happening> {
        if self.is_attended(id) {
            self.on_account_of(Cause::System, |centre| centre.clear_desk(id, reason));
        }
        self.take_happenings()
    }

    /// Gives an agent back to the simulation after its person has gone for good.
    pub fn release(&mut self, id: AgentId) {
        let Some(agent) = self.agent_mut(id) else {
            return;
        };
        if !std::mem::replace(&mut agent.attended, false) {
            return;
        }
        agent.held_back = false;
        let signed_in = agent.is_signed_in();
        let calls = agent.calls.clone();
        let state = agent.status.state;
        if !signed_in {
            let later = self.dice.secs(300, 1_200);
            self.plan(later, Task::ShiftBegins(id));
            return;
        }
        self.plan_shift_end(id);
        for call in calls {
            match self.leg_state(call, id) {
                Some(LegState::Held) => self.plan_resume(call, id, (1, 3)),
                Some(LegState::Connected) => {
                    let rest = self.dice.secs(20, 90);
                    self.plan(rest, Task::HangUp { call, agent: id });
                }
                _ => {}
            }
        }
        match state {
            AgentState::NotReady => {
                let away = self.dice.secs(30, 300);
                self.plan_back_to_work(id, away);
            }
            AgentState::Ready => {
                self.end_hold_back(id);
                self.offer_work(id);
            }
            _ => {}
        }
    }

    /// Opens and closes the queues that keep office hours (7 to 17 UTC), at every full hour.
    fn keep_office_hours(&mut self) {
        let hour_length = 3_600_000;
        let since_hour = self.now.as_millis().rem_euclid(hour_length);
        self.plan(Span::from_millis(hour_length - since_hour), Task::OfficeHours);
        let hour = self.now.as_millis().div_euclid(hour_length).rem_euclid(24);
        let opening = if (7..17).contains(&hour) {
            Opening::Open
        } else {
            Opening::Closed
        };
        for number in 0..self.settings.queues {
            let id = QueueId::new(number);
            let Some(queue) = self.queue_mut(id) else {
                continue;
            };
            if queue.keeps_hours && queue.opening != opening {
                queue.opening = opening;
                self.report_queue(id);
            }
        }
    }

    /// The moment that lies this far from now, rounded to the minute.
    pub(super) fn on_the_minute(&self, from_now: Span) -> Moment {
        let at = (self.now + from_now).as_millis();
        Moment::from_millis(at - at.rem_euclid(60_000))
    }
}
