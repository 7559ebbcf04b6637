//! Applying news of agents, their terminals and wrap-up, and of queues.
//!
//! Lives here: the part of `Model::apply` that touches agent and queue rows, and the tally of states.
//! May not be here: calls, callbacks, commands (their own files).
//! A row is dirty only when something that can be seen has changed.

use super::{
    Agent, AgentKey, AgentState, AgentUpdate, Changed, Desk, Model, Moment, NextState, QueueKey, QueueUpdate,
    Ref, Reservation, TERMINALS_KEPT, Terminal, Transition, WrapUp, WrapUpChange, set, set_optional_text,
    set_text,
};

impl Model {
    /// The name of the colleague who is at a phone, for whom a call goes to or comes from it.
    pub fn colleague_at(&self, phone: &str) -> Option<&str> {
        let is_there = |agent: &Agent| !phone.is_empty() && agent.extension.as_deref() == Some(phone);
        let (_, agent) = self.agents.rows().find(|(_, agent)| is_there(agent))?;
        agent.name.as_deref()
    }

    /// Declares who is signed in here. Whoever was before takes the own calls along.
    pub fn set_me(&mut self, agent: Option<AgentKey>) {
        if self.desk.me != agent {
            if self.desk.me.is_some() {
                self.drop_own_calls();
            }
            self.desk = Desk {
                me: agent,
                ..Desk::default()
            };
            self.desk_touched = true;
        }
    }

    pub(super) fn is_me(&self, agent: Ref<'_>) -> bool {
        self.desk.me.is_some() && self.agents.find(agent) == self.desk.me
    }

    pub(super) fn update_agent(
        &mut self,
        key: AgentKey,
        reference: Ref<'_>,
        update: &AgentUpdate<'_>,
        when: Moment,
        heard: Moment,
    ) {
        let session = self.source(reference.source).session;
        let queue = update.active_queue.as_ref().map(|queue| {
            queue
                .as_ref()
                .map(|id| self.queues.intern(Ref::new(reference.source, id)))
        });
        let mut states = (AgentState::Unknown, AgentState::Unknown);
        let mut reasons = (None, None);
        self.agents.change(key, |row| {
            let before = row.state();
            reasons.0 = row.reason;
            let was_heard = row.heard.is_some();
            let mut changed = false;
            let renamed = set_text(&mut row.name, update.name.as_ref());
            changed |= renamed;
            changed |= set_text(&mut row.login_id, update.login_id.as_ref());
            changed |= set_text(&mut row.extension, update.extension.as_ref());
            changed |= set_text(&mut row.team, update.team.as_ref());
            changed |= set(&mut row.leads_team, update.leads_team);
            changed |= set(&mut row.named_state, update.named_state.map(Some));
            changed |= set(&mut row.reason, update.reason);
            changed |= set(&mut row.changed_by, update.changed_by.clone());
            changed |= set(&mut row.talking, update.talking.map(Some));
            changed |= set(&mut row.talking_since, update.talking_since);
            changed |= set(&mut row.available, update.available.map(Some));
            changed |= set(&mut row.serving, update.serving.map(Some));
            changed |= set(&mut row.scheduled, update.scheduled.map(Some));
            changed |= set(&mut row.serving_callbacks, update.serving_callbacks.map(Some));
            changed |= set(&mut row.can_take_calls, update.can_take_calls.map(Some));
            changed |= set(&mut row.fetches_calls, update.fetches_calls.map(Some));
            changed |= set(
                &mut row.terminals_in_service,
                update.terminals_in_service.map(Some),
            );
            changed |= set(&mut row.active_queues, update.active_queues.map(Some));
            changed |= set(&mut row.parked_calls, update.parked_calls.map(Some));
            changed |= set(&mut row.active_queue, queue);
            changed |= set_optional_text(&mut row.active_call_list, update.active_call_list.as_ref());
            changed |= set(&mut row.wrap_up, update.wrap_up);
            changed |= set_optional_text(&mut row.note, update.note.as_ref());
            changed |= set(&mut row.availability, update.availability.clone().map(Some));
            changed |= set(&mut row.availability_since, update.availability_since);
            changed |= set(&mut row.availability_until, update.availability_until);
            changed |= set_optional_text(&mut row.transfer_number, update.transfer_number.as_ref());
            states = (before, row.state());
            reasons.1 = row.reason;
            changed |= ends_reservation(states.0, states.1) && row.reservation.take().is_some();
            let says_state = update.named_state.is_some()
                || update.talking.is_some()
                || update.serving.is_some()
                || update.available.is_some()
                || update.wrap_up.is_some();
            if let Some(lasted) = update.lasted.filter(|lasted| *lasted > 0) {
                changed |= set(&mut row.since, Some(Some(when.plus(-lasted))));
            } else if states.0 != states.1 {
                // The first word of a state does not tell when it began; a change that we witness does.
                let witnessed = was_heard && states.0 != AgentState::Unknown;
                row.since = (witnessed || update.named_state.is_some()).then_some(when);
                changed = true;
            }
            // A source confirms its own rows: it knows nothing of the sessions with another one.
            if says_state && row.source == reference.source {
                changed |= row.confirmed_in != session;
                row.confirmed_in = session;
                row.heard = Some(heard);
            }
            Changed {
                row: changed,
                rank: renamed,
            }
        });
        if let Some(login_id) = &update.login_id {
            self.agents.alias(Ref::new(reference.source, login_id), key);
        }
        if self.desk.me == Some(key) && (states.0 != states.1 || reasons.0 != reasons.1) {
            let since = self.agents.get(key).and_then(Agent::state_since);
            let at = since.filter(|_| states.0 != states.1).unwrap_or(when);
            let by = update.changed_by.clone().flatten();
            self.witness(states.0, states.1, reasons.1, by, at);
            self.settle_by_reason();
        }
        self.count_state(key, states.0, states.1, when);
        if states.0 != states.1 && states.1 == AgentState::SignedOut {
            self.stop_listening(key, when);
        }
    }

    pub(super) fn reserve(&mut self, agent: Ref<'_>, duration: Option<i64>, when: Moment, heard: Moment) {
        self.hear(agent.source, heard);
        let session = self.source(agent.source).session;
        let key = self.agents.intern(agent);
        let reservation = Some(Reservation {
            from: when,
            until: duration.map(|duration| when.plus(duration)),
        });
        if self.desk.me == Some(key) {
            self.transitions.push(Transition::Reserved);
        }
        self.agents.change(key, |row| {
            let mut changed = set(&mut row.reservation, Some(reservation));
            if row.source == agent.source {
                changed |= row.confirmed_in != session;
                row.confirmed_in = session;
                row.heard = Some(heard);
            }
            Changed {
                row: changed,
                rank: false,
            }
        });
    }

    /// The call that the agent was kept free for has come, as far as anybody can tell.
    pub(super) fn end_reservation(&mut self, key: AgentKey) {
        self.agents.change(key, |row| Changed {
            row: row.reservation.take().is_some(),
            rank: false,
        });
    }

    /// Keeps the tally of states and tells the own agent's changes.
    fn count_state(&mut self, key: AgentKey, from: AgentState, to: AgentState, when: Moment) {
        if from == to {
            return;
        }
        if from != AgentState::Unknown
            && let Some(count) = self.agents_in_state.get_mut(&from)
        {
            *count = count.saturating_sub(1);
        }
        if to != AgentState::Unknown {
            *self.agents_in_state.entry(to).or_default() += 1;
        }
        if self.desk.me == Some(key) {
            self.desk_touched = true;
            if matches!(
                to,
                AgentState::SignedOut | AgentState::NotReady | AgentState::Ready
            ) {
                self.desk.next_state = None;
            }
            self.follow_own_state(from, to, when);
            self.transitions.push(Transition::OwnState { from, to });
            self.settle_by_state(to);
        }
    }

    /// The server has noted what follows the call at hand: whoever asked for that has the answer.
    pub(super) fn note_next_state(&mut self, next: Option<NextState>) {
        if self.desk.next_state != next {
            if next.is_some() {
                self.transitions.push(Transition::NextState);
            }
            self.desk.next_state = next;
            self.desk_touched = true;
            self.settle_by_note();
        }
    }

    pub(super) fn update_terminal(&mut self, agent: Ref<'_>, terminal: Terminal, heard: Moment) {
        self.hear(agent.source, heard);
        let key = self.agents.intern(agent);
        self.agents.change(key, |row| {
            match row
                .terminals
                .iter_mut()
                .find(|known| known.session == terminal.session)
            {
                Some(known) if *known == terminal => return Changed::default(),
                Some(known) => *known = terminal,
                None => {
                    if row.terminals.len() == TERMINALS_KEPT {
                        row.terminals.remove(0);
                    }
                    row.terminals.push(terminal);
                }
            }
            Changed {
                row: true,
                rank: false,
            }
        });
    }

    pub(super) fn update_wrap_up(
        &mut self,
        agent: Ref<'_>,
        change: WrapUpChange,
        when: Moment,
        heard: Moment,
    ) {
        self.hear(agent.source, heard);
        let mine = self.is_me(agent);
        let wrap_up = match change {
            WrapUpChange::Enabled { seconds } => {
                if mine {
                    self.desk.wrap_up_to_come = Some(seconds);
                    self.desk_touched = true;
                }
                return;
            }
            WrapUpChange::BeginRequested | WrapUpChange::EndRequested => return,
            WrapUpChange::Started { seconds } => Some(WrapUp {
                start: Some(when),
                end: (seconds > 0).then(|| when.plus(seconds.saturating_mul(1000))),
            }),
            WrapUpChange::Ended { by_timer } => {
                if mine && by_timer {
                    self.wrap_up_timed_out();
                }
                None
            }
        };
        if mine {
            self.desk.wrap_up_to_come = None;
            self.desk_touched = true;
        }
        let key = self.agents.intern(agent);
        let update = AgentUpdate {
            wrap_up: Some(wrap_up),
            ..AgentUpdate::default()
        };
        self.update_agent(key, agent, &update, when, heard);
    }

    pub(super) fn update_queue(&mut self, key: QueueKey, update: &QueueUpdate<'_>, heard: Moment) {
        let source = self.queues.get(key).map(|row| row.source).unwrap_or_default();
        let session = self.source(source).session;
        self.queues.change(key, |row| {
            let renamed = set_text(&mut row.name, update.name.as_ref());
            let mut counted = false;
            counted |= set(&mut row.waiting, update.waiting.map(Some));
            counted |= set(&mut row.longest_wait, update.longest_wait.map(Some));
            counted |= set(&mut row.serving, update.serving.map(Some));
            counted |= set(&mut row.free, update.free.map(Some));
            counted |= set(&mut row.wrap_up, update.wrap_up.map(Some));
            counted |= set(&mut row.checked_in, update.checked_in.map(Some));
            counted |= set(&mut row.long_away, update.long_away.map(Some));
            counted |= set(&mut row.short_away, update.short_away.map(Some));
            counted |= set(&mut row.fetching, update.fetching.map(Some));
            counted |= set(&mut row.providers, update.providers.map(Some));
            counted |= set(&mut row.allocated, update.allocated.map(Some));
            counted |= set(&mut row.connected, update.connected.map(Some));
            counted |= set(&mut row.requesters, update.requesters.map(Some));
            counted |= set(&mut row.not_served, update.not_served.map(Some));
            counted |= set(&mut row.open, update.open.map(Some));
            // A name alone (from a directory) says nothing of the queue's condition.
            if update.waiting.is_some() || update.open.is_some() || counted {
                counted |= row.confirmed_in != session;
                row.confirmed_in = session;
                row.heard = Some(heard);
            }
            Changed {
                row: renamed || counted,
                rank: renamed,
            }
        });
    }
}

/// Whether a change of state means that a reservation has served its purpose or is void. A first word of a state is
/// no change, and the state of that name is what a reservation leads to.
fn ends_reservation(from: AgentState, to: AgentState) -> bool {
    from != to && from != AgentState::Unknown && to != AgentState::Reserved
}
