//! Callbacks: who makes them, takes them up and closes them.
//!
//! Lives here: the life of a callback from its creation to its classification or expiry.
//! May not live here: the calls themselves (`lines`). Every change goes through `change_callback`, which
//! keeps the index of unclaimed callbacks and tells it; a closed callback is told once more and then
//! forgotten, because nothing refers to it any longer.

use std::sync::Arc;

use super::agent::AgentState;
use super::call::{Call, Leg, Manner};
use super::callback::{Attempt, AttemptOutcome, Callback, CallbackOrigin, Classification};
use super::happening::What;
use super::id::{AgentId, CallId, CallListId, CallbackId, GuidOf, QueueId};
use super::lines::Dialling;
use super::schedule::Task;
use super::time::{Moment, Span};
use super::{Centre, people};

/// How many attempts are made before a contact counts as not reachable.
const MOST_ATTEMPTS: usize = 4;

/// What an agent knows when a callback is made.
struct Request {
    queue: QueueId,
    origin: CallbackOrigin,
    contact_number: String,
    call: Option<super::Guid>,
    personal: Option<AgentId>,
}

impl Centre {
    /// The callbacks that are open when the centre is made.
    pub(super) fn build_callbacks(&mut self) {
        for _ in 0..self.settings.callbacks {
            let queue = QueueId::new(self.dice.position(self.queues.len()) as u32);
            let origin = match self.dice.between(0, 9) {
                0..=5 => CallbackOrigin::Requested,
                6..=8 => CallbackOrigin::Overflow,
                _ => CallbackOrigin::Manual,
            };
            let contact_number = people::outside_number(&mut self.dice);
            let Some(id) = self.make_callback(Request {
                queue,
                origin,
                contact_number,
                call: None,
                personal: None,
            }) else {
                continue;
            };
            // Made some time in the last two days; due from four hours ago to six hours ahead.
            let age = self.dice.secs(600, 172_800);
            let created = self.now - age;
            let due = self.now - Span::from_mins(240) + Span::from_mins(self.dice.between(0, 600));
            self.change_callback(id, None, |callback| {
                callback.created = created;
                callback.modified = created;
                callback.due = due;
                callback.expires = callback.expires - age + Span::from_mins(2_880);
            });
        }
    }

    pub(super) fn plan_callback_made(&mut self) {
        let mean = self.callback_pace();
        let after = self.dice.exponential(mean);
        self.plan(after, Task::CallbackMade);
    }

    pub(super) fn plan_callback_taken(&mut self) {
        let mean = self.callback_pace();
        let after = self.dice.exponential(mean);
        self.plan(after, Task::CallbackTaken);
    }

    /// One callback per agent and fifteen minutes, in the mean.
    fn callback_pace(&self) -> Span {
        let agents = f64::from(self.on_duty.max(2));
        Span::from_millis((900_000.0 / (agents * self.settings.rate)).max(50.0) as i64)
    }

    /// Whether no more callbacks are taken on: twice as many as there are meant to be.
    pub(super) fn lists_are_full(&self) -> bool {
        self.callbacks.len() >= (self.settings.callbacks as usize * 2).max(20)
    }

    /// Somebody asks for a callback on a web page, or an agent writes one down.
    pub(super) fn callback_made(&mut self) {
        self.plan_callback_made();
        let manual = self.dice.chance(0.15);
        let meant = self.settings.callbacks as usize;
        let limit = if manual { meant + meant / 8 } else { meant };
        if self.callbacks.len() >= limit {
            return;
        }
        let queue = QueueId::new(self.dice.position(self.queues.len()) as u32);
        let contact_number = people::outside_number(&mut self.dice);
        let personal = if manual {
            self.queue(queue)
                .map(|queue| queue.agents.clone())
                .and_then(|agents| self.dice.one_of(&agents).copied())
        } else {
            None
        };
        let made = self.make_callback(Request {
            queue,
            origin: if manual {
                CallbackOrigin::Manual
            } else {
                CallbackOrigin::Requested
            },
            contact_number,
            call: None,
            personal,
        });
        if let (Some(callback), Some(agent)) = (made, personal) {
            let later = self.dice.secs(60, 1_800);
            self.plan(later, Task::CallbackDialled { callback, agent });
        }
    }

    /// A waiting caller leaves a callback behind.
    pub(super) fn callback_from_caller(&mut self, id: CallId, origin: CallbackOrigin) {
        let Some(facts) = self.call(id).map(|call| call.facts.clone()) else {
            return;
        };
        if let Some(queue) = facts.queue {
            self.make_callback(Request {
                queue,
                origin,
                contact_number: facts.caller_number.clone(),
                call: Some(facts.guid),
                personal: None,
            });
        }
    }

    fn make_callback(&mut self, request: Request) -> Option<CallbackId> {
        let lists = u32::try_from(self.call_lists.len()).ok()?;
        if lists == 0 {
            return None;
        }
        self.callbacks_made += 1;
        let id = CallbackId::new(self.callbacks_made);
        let due = self.dice.between(10, 240);
        let not_before = self
            .dice
            .chance(0.2)
            .then(|| self.on_the_minute(Span::from_mins(due - 5)));
        let named = self.dice.chance(0.5);
        let contact_name = if named {
            people::contact_name(&mut self.dice)
        } else {
            String::new()
        };
        let contact_message = self.dice.one_of(&people::MESSAGES).copied().unwrap_or_default();
        let lifetime = Span::from_mins(self.dice.between(1_440, 4_320));
        let callback = Callback {
            id,
            guid: self.derive_guid(GuidOf::Callback, u64::from(id.number())),
            list: CallListId::new(request.queue.number() / 3 % lists),
            queue: request.queue,
            origin: request.origin,
            contact_number: request.contact_number,
            contact_name,
            contact_message,
            note: "",
            call: request.call,
            created: self.now,
            modified: self.now,
            modified_by: None,
            due: self.on_the_minute(Span::from_mins(due)),
            not_before,
            expires: self.now + lifetime,
            assigned: request.personal,
            closed: None,
            attempts: Vec::new(),
        };
        let callback = Arc::new(callback);
        if callback.assigned.is_none() {
            self.unclaimed.insert((callback.due, id));
        }
        self.plan(lifetime, Task::CallbackExpires(id));
        self.callbacks.insert(id, callback.clone());
        self.emit(What::CallbackChanged {
            callback,
            created: true,
            personal: request.personal,
        });
        Some(id)
    }

    /// Changes an open callback, on behalf of an agent or of the system, and tells it.
    fn change_callback(&mut self, id: CallbackId, by: Option<AgentId>, change: impl FnOnce(&mut Callback)) {
        let now = self.now;
        let Some(shared) = self.callbacks.get_mut(&id) else {
            return;
        };
        self.unclaimed.remove(&(shared.due, id));
        let callback = Arc::make_mut(shared);
        callback.modified = now;
        callback.modified_by = by;
        change(callback);
        let callback = shared.clone();
        if !callback.is_open() {
            self.callbacks.remove(&id);
        } else if callback.assigned.is_none() {
            self.unclaimed.insert((callback.due, id));
        }
        self.emit(What::CallbackChanged {
            callback,
            created: false,
            personal: None,
        });
    }

    /// An idle colleague takes up the unclaimed callback that has been due longest, or soon will be.
    pub(super) fn callback_taken(&mut self) {
        self.plan_callback_taken();
        let now = self.now;
        let soon = now + Span::from_mins(15);
        // Some at the head are enough: the rest is less urgent, or not to be tried yet.
        let candidate = self
            .unclaimed
            .iter()
            .take(32)
            .filter(|(due, _)| *due <= soon || self.callbacks.len() > self.settings.callbacks as usize)
            .filter_map(|(_, id)| self.callbacks.get(id))
            .filter(|callback| callback.not_before.is_none_or(|moment| moment <= now))
            .find_map(|callback| {
                let queue = self.queue(callback.queue)?;
                let agent = queue.idle().take(4).find(|agent| {
                    self.agent(*agent)
                        .is_some_and(|found| !found.attended && found.working_on.is_none())
                })?;
                Some((callback.id, agent))
            });
        if let Some((id, agent)) = candidate {
            if let Some(found) = self.agent_mut(agent) {
                found.working_on = Some(id);
            }
            self.change_callback(id, Some(agent), |callback| callback.assigned = Some(agent));
            let reads = self.dice.millis(2_000, 12_000);
            self.plan(reads, Task::CallbackDialled { callback: id, agent });
        }
    }

    /// The colleague dials, if still free; otherwise the callback goes back to the others.
    pub(super) fn callback_dialled(&mut self, id: CallbackId, agent: AgentId) {
        if self.is_attended(agent) {
            self.stop_working_on(agent);
            return;
        }
        let ready = self
            .agent(agent)
            .is_some_and(|found| found.status.state == AgentState::Ready);
        let claimed = self
            .callback(id)
            .filter(|callback| callback.assigned == Some(agent))
            .cloned();
        let Some(callback) = claimed else {
            self.stop_working_on(agent);
            return;
        };
        if !ready {
            self.stop_working_on(agent);
            self.change_callback(id, Some(agent), |callback| callback.assigned = None);
            return;
        }
        let manner = match self.dice.between(0, 99) {
            0..=64 => Manner::Answers,
            65..=84 => Manner::Silent,
            _ => Manner::Busy,
        };
        self.dial(
            agent,
            Dialling {
                number: callback.contact_number.clone(),
                about: None,
                callback: Some((callback.list, id)),
                id: None,
                manner: Some(manner),
            },
        );
    }

    fn stop_working_on(&mut self, agent: AgentId) {
        if let Some(found) = self.agent_mut(agent) {
            found.working_on = None;
        }
    }

    /// Writes down how an attempt went, once the agent's call for it is over.
    pub(super) fn note_attempt(&mut self, agent: AgentId, leg: &Leg, call: &Call) {
        let Some((_, id)) = call.facts.callback else {
            return;
        };
        self.stop_working_on(agent);
        let Some(callback) = self
            .callback(id)
            .filter(|callback| callback.assigned == Some(agent))
        else {
            return;
        };
        let tries = callback.attempts.len() + 1;
        let outcome = match (leg.was_connected, call.manner) {
            (true, _) => AttemptOutcome::Reached,
            (false, Manner::Busy) => AttemptOutcome::Busy,
            (false, _) => AttemptOutcome::NoAnswer,
        };
        let note = match outcome {
            AttemptOutcome::Reached => self
                .dice
                .one_of(&people::NOTES_REACHED)
                .copied()
                .unwrap_or_default(),
            AttemptOutcome::NoAnswer => "No answer",
            AttemptOutcome::Busy => "Busy",
        };
        self.attempts_made += 1;
        let attempt = Attempt {
            guid: self.derive_guid(GuidOf::Attempt, self.attempts_made),
            agent,
            at: self.now,
            outcome,
            note,
            call: (call.facts.id, call.facts.guid),
        };
        let reached = outcome == AttemptOutcome::Reached;
        let closed = if reached && self.dice.chance(0.8) {
            Some(if self.dice.chance(0.85) {
                Classification::Settled
            } else {
                Classification::PassedOn
            })
        } else if !reached && tries >= MOST_ATTEMPTS {
            Some(Classification::NotReached)
        } else {
            None
        };
        let later = Span::from_mins(self.dice.between(20, 180));
        let due = self.on_the_minute(later);
        self.change_callback(id, Some(agent), |callback| {
            callback.attempts.push(attempt);
            callback.note = note;
            callback.assigned = None;
            callback.closed = closed;
            if closed.is_none() {
                callback.due = due;
                callback.not_before = Some(due - Span::from_mins(10));
            }
        });
    }

    /// A callback that is still open at its expiry date closes by itself (R35).
    pub(super) fn callback_expires(&mut self, id: CallbackId) {
        let now = self.now;
        let due: Option<Moment> = self.callback(id).map(|callback| callback.expires);
        match due {
            Some(expires) if expires > now => {
                self.plan(expires.since(now), Task::CallbackExpires(id));
            }
            Some(_) => {
                self.change_callback(id, None, |callback| {
                    callback.closed = Some(Classification::Expired);
                });
            }
            None => {}
        }
    }
}
