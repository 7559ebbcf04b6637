//! Applying news of calls, from their announcement to their end.
//!
//! Lives here: stages and the transitions that people are told, past calls, transcripts, recordings.
//! May not be here: what may be done to a call (its mask says).
//! A call is own when a telephony source reports it without naming an agent, or names the own one.

use super::super::call::{Step, Supervision};
use super::super::telephony::Precall;
use super::{
    CALLS_KEPT, Call, CallKey, CallUpdate, CallbackKey, Changed, Command, Covered, Direction, Ending,
    FIELDS_KEPT, Model, Moment, PAST_CALLS_KEPT, PHRASES_KEPT, Phrase, RECORDINGS_KEPT, Recording, Ref,
    SourceId, Stage, Transition, set, set_optional_text, set_text,
};

impl Model {
    pub(super) fn update_call(&mut self, call: Ref<'_>, update: CallUpdate<'_>, when: Moment, heard: Moment) {
        self.hear(call.source, heard);
        let source = call.source;
        let session = self.source(source).session;
        if matches!(update.stage, Some(Stage::Offered | Stage::Alerting)) {
            self.release_contact(call);
        }
        if self.calls.find(call).is_none() {
            if update.gone {
                return;
            }
            if update.only_if_known {
                self.orphans += 1;
                return;
            }
            self.make_room();
        }
        let mut precall = None;
        if let Some(contact) = &update.contact {
            self.join_contact(call, contact);
            precall = self.take_precall(Ref::new(source, contact));
        }
        let agent = update
            .agent
            .as_ref()
            .map(|id| self.agents.intern(Ref::new(source, id)));
        let queue = update
            .queue
            .as_ref()
            .map(|id| self.queues.intern(Ref::new(source, id)));
        let key = self.calls.intern(call);
        let was_own = self.is_own_call(key);
        let about = if update.consult {
            self.consulted_about(key)
        } else {
            None
        };
        let mut stages = (Stage::Begun, Stage::Begun);
        let mut missed = false;
        let mut joined = false;
        let mut began_again = false;
        let changed = self.calls.change(key, |row| {
            let mut changed = row.confirmed_in != session;
            row.confirmed_in = session;
            row.heard = Some(heard);
            let fresh = row.begun.is_none();
            if fresh {
                row.begun = Some(when);
                changed = true;
            }
            if let Some(precall) = precall {
                changed |= take_over(row, precall);
            }
            changed |= set(&mut row.agent, agent.map(Some));
            changed |= set(&mut row.direction, update.direction.map(Some));
            changed |= set_text(&mut row.number, update.number.as_ref());
            changed |= set_text(&mut row.dialled, update.dialled.as_ref());
            changed |= set(&mut row.queue, queue.map(Some));
            changed |= set_text(&mut row.queue_name, update.queue_name.as_ref());
            changed |= set(&mut row.routed.service, update.routed.service);
            changed |= set(&mut row.routed.skill_group, update.routed.skill_group);
            changed |= set(&mut row.routed.skill_group_id, update.routed.skill_group_id);
            changed |= set(&mut row.routed.priority, update.routed.priority);
            if set(&mut row.queued, update.queued) {
                changed = true;
                if row.queued.is_some() {
                    row.remember(when, Step::Queued);
                }
            }
            if set(&mut row.diversion, update.diversion.map(Some)) {
                changed = true;
                row.remember(when, Step::Diverted);
            }
            changed |= set_text(&mut row.leg, update.leg.as_ref());
            changed |= set(&mut row.mask, update.mask.map(Some));
            if set_optional_text(&mut row.transferring_to, update.transferring_to.as_ref()) {
                changed = true;
                let goes_on = row.transferring_to.is_some();
                row.remember(
                    when,
                    if goes_on {
                        Step::Transferring
                    } else {
                        Step::TransferGivenUp
                    },
                );
            }
            if set(&mut row.conference, update.conference.then_some(true)) {
                changed = true;
                joined = true;
                row.remember(when, Step::Joined);
            }
            changed |= set(&mut row.consult, update.consult.then_some(true));
            changed |= set(&mut row.about, about.map(Some));
            changed |= update
                .recording
                .is_some_and(|recording| set_recording(row, recording, when));
            changed |= set_text(&mut row.wrap_up_data, update.wrap_up_data.as_ref());
            if let Some(supervision) = update.supervision {
                let told = told_of(row.supervision.clone(), supervision);
                changed |= set(&mut row.supervision, Some(Some(told)));
            }
            if !update.fixed_data.is_empty() {
                row.fixed_data = update.fixed_data;
            }
            for (name, value) in &update.data {
                changed |= set_data(&mut row.data, name, value);
            }
            stages = (row.stage, row.stage);
            let offered_again =
                row.stage == Stage::Ended && matches!(update.stage, Some(Stage::Offered | Stage::Alerting));
            if offered_again || (row.over && update.anew) {
                begin_again(row, when);
                stages = (row.stage, row.stage);
                began_again = true;
            }
            if let Some(stage) = update.stage {
                changed |= move_to(row, stage, update.ending, when);
                stages.1 = row.stage;
            }
            if stages.0.is_live() && !stages.1.is_live() {
                // What is taken back on its way was nobody's to answer.
                let taken_back =
                    stages.0 == Stage::Offered && matches!(row.ending, Some(Ending::Withdrawn(_)));
                let rang = matches!(stages.0, Stage::Alerting | Stage::Offered) && !taken_back;
                missed = rang && row.direction != Some(Direction::Outbound) && row.connected.is_none();
                row.missed = missed;
            }
            Changed {
                row: changed,
                rank: fresh || began_again,
            }
        });
        if changed.is_some_and(|changed| changed.row) && self.desk.current == Some(key) {
            self.desk_touched = true;
        }
        if began_again {
            self.unretire(key);
            self.desk_touched = true;
        }
        if !self.is_own_call(key) {
            self.silence(key);
        } else if was_own || !stages.1.is_live() {
            self.tell_stage(key, stages.0, stages.1, missed);
        } else {
            // It went on from a colleague to the own agent, to whom all of it is new.
            self.tell_stage(key, Stage::Begun, stages.1, missed);
        }
        if joined && stages.1.is_live() && self.is_own_call(key) {
            self.transitions.push(Transition::Joined(key));
        }
        if stages.0 != stages.1 && matches!(stages.1, Stage::Alerting | Stage::Connected) {
            let whose = self.calls.get(key).and_then(|call| call.agent).or(self.desk.me);
            if let Some(agent) = whose {
                self.end_reservation(agent);
            }
        }
        if stages.0.is_live() && !stages.1.is_live() {
            self.retire(key);
        }
        self.settle_by_call(key);
        if update.gone {
            self.forget_call(key);
        }
    }

    /// Which call a consultation is about: the one it was asked for, else the only other one there is.
    ///
    /// With several others nobody says which: then it is not known.
    fn consulted_about(&self, consultation: CallKey) -> Option<CallKey> {
        if let Some(about) = self.calls.get(consultation).and_then(|call| call.about) {
            return Some(about);
        }
        let asked_for = self
            .desk
            .in_flight
            .iter()
            .find_map(|flight| match &flight.command {
                Command::Consult { call, .. } => Some(*call),
                Command::AskSupervisor(call) | Command::RaiseEmergency(call) => *call,
                _ => None,
            });
        asked_for.filter(|call| *call != consultation).or_else(|| {
            let mut others = self.calls.ordered().filter(|key| {
                let live = self
                    .calls
                    .get(*key)
                    .is_some_and(|call| call.stage.is_live() && !call.consult);
                live && *key != consultation && self.is_own_call(*key)
            });
            let only = others.next();
            only.filter(|_| others.next().is_none())
        })
    }

    /// One source may tell of a call in two vocabularies, under two ids: they are one row. It bears the id
    /// of the news that names the other one, since that is the id to act on the call by.
    fn join_contact(&mut self, call: Ref<'_>, contact: &str) {
        let other = Ref::new(call.source, contact);
        if self.calls.find(call).is_none() {
            self.release_contact(other);
        }
        let joined = match (self.calls.find(call), self.calls.find(other)) {
            (Some(key), None) => key,
            (None, None) => self.calls.intern(call),
            // A contact may hold several calls of this vocabulary; only a row of the other one is joined.
            (_, Some(told)) if self.calls.get(told).is_none_or(|row| *row.id != *contact) => return,
            (None, Some(told)) => {
                self.calls.alias(call, told);
                told
            }
            (Some(key), Some(told)) => {
                self.calls.remove(told);
                self.unretire(told);
                key
            }
        };
        self.calls.alias(other, joined);
        self.calls.change(joined, |row| {
            row.id = call.id.into();
            row.contact = Some(contact.into());
            Changed {
                row: true,
                rank: false,
            }
        });
    }

    /// A caller whose call is over may be back, as another call: what is told of the contact from now on is of that one.
    fn release_contact(&mut self, contact: Ref<'_>) {
        let Some(key) = self.calls.find(contact) else {
            return;
        };
        let is_over = |row: &Call| row.over && row.contact.as_deref() == Some(contact.id);
        if self.calls.get(key).is_some_and(is_over) {
            self.calls.unalias(contact, key);
            self.calls.change(key, |row| {
                row.contact = None;
                Changed::default()
            });
        }
    }

    /// Whether a call is the own agent's: one that a telephony source reports without an agent is.
    pub fn is_own_call(&self, key: CallKey) -> bool {
        self.calls
            .get(key)
            .is_some_and(|call| call.agent.is_none() || call.agent == self.desk.me)
    }

    /// The name of the queue that a call came through: as its own data give it, else the queue's.
    pub fn queue_name<'a>(&'a self, call: &'a Call) -> Option<&'a str> {
        let queue = call.queue.and_then(|queue| self.queues.get(queue));
        let named = call.queue_name.as_deref();
        named.or_else(|| queue.and_then(|queue| queue.name.as_deref()))
    }

    /// Calls that people were told are ringing, and that have not stopped.
    pub fn ringing(&self) -> &[CallKey] {
        &self.ringing
    }

    pub(super) fn tell_stage(&mut self, key: CallKey, from: Stage, to: Stage, missed: bool) {
        if from == to {
            return;
        }
        self.silence(key);
        let inbound = self
            .calls
            .get(key)
            .is_some_and(|call| call.direction != Some(Direction::Outbound));
        match to {
            Stage::Alerting if inbound => {
                self.ringing.push(key);
                self.transitions.push(Transition::Ringing(key));
            }
            Stage::Dialling => self.transitions.push(Transition::Dialling(key)),
            Stage::Connected if from == Stage::Held => self.transitions.push(Transition::Retrieved(key)),
            Stage::Connected => self.transitions.push(Transition::Connected(key)),
            Stage::Held => self.transitions.push(Transition::Held(key)),
            Stage::Failed => self.transitions.push(Transition::Failed(key)),
            Stage::Ended if missed => self.transitions.push(Transition::Missed(key)),
            Stage::Ended => self.transitions.push(Transition::Ended(key)),
            _ => {}
        }
    }

    /// Ends the ringing of a call that people were told of.
    fn silence(&mut self, key: CallKey) {
        if let Some(place) = self.ringing.iter().position(|ringing| *ringing == key) {
            self.ringing.swap_remove(place);
            self.transitions.push(Transition::RingingEnded(key));
        }
    }

    /// Moves an ended call among the past ones and drops the oldest beyond the limit.
    pub(super) fn retire(&mut self, key: CallKey) {
        if self.desk.current == Some(key) {
            self.desk.current = None;
        }
        self.desk_touched = true;
        let past = if self.is_own_call(key) {
            &mut self.past_calls
        } else {
            &mut self.others_past_calls
        };
        if past.contains(&key) {
            return;
        }
        past.push_back(key);
        if past.len() > PAST_CALLS_KEPT
            && let Some(oldest) = past.pop_front()
        {
            self.calls.remove(oldest);
        }
    }

    /// Takes a call out of the past ones.
    fn unretire(&mut self, key: CallKey) {
        self.past_calls.retain(|past| *past != key);
        self.others_past_calls.retain(|past| *past != key);
    }

    /// The source will say no more of a call: keep it among the past ones, ended if it was not.
    pub(super) fn forget_call(&mut self, key: CallKey) {
        let live = self.calls.get(key).is_some_and(|call| call.stage.is_live());
        if live {
            let mut from = Stage::Begun;
            self.calls.change(key, |row| {
                from = row.stage;
                let when = row.heard.or(row.begun).unwrap_or(Moment(0));
                let ending = match &row.diversion {
                    Some(_) => Ending::MovedOn(None),
                    None => Ending::Unsaid,
                };
                move_to(row, Stage::Ended, Some(ending), when);
                row.missed = matches!(from, Stage::Alerting | Stage::Offered)
                    && row.direction != Some(Direction::Outbound);
                Changed {
                    row: true,
                    rank: false,
                }
            });
            let missed = self.calls.get(key).is_some_and(|call| call.missed);
            if self.is_own_call(key) {
                self.tell_stage(key, from, Stage::Ended, missed);
            }
            self.retire(key);
            self.settle_by_call(key);
        }
        // The mask dies with the call: nothing can be done to it any more.
        self.calls.change(key, |row| Changed {
            row: row.mask.take().is_some() | !std::mem::replace(&mut row.over, true),
            rank: false,
        });
    }

    /// Forgets a past call: the agent has seen it.
    pub fn dismiss_call(&mut self, key: CallKey) {
        if self.calls.get(key).is_some_and(|call| !call.stage.is_live()) {
            self.unretire(key);
            self.calls.remove(key);
            self.desk_touched = true;
        }
    }

    /// Forgets the own calls that were missed: the agent has seen them.
    pub(super) fn dismiss_missed_calls(&mut self) {
        let is_missed = |key: &CallKey| self.calls.get(*key).is_some_and(|call| call.missed);
        let missed: Vec<CallKey> = self.past_calls.iter().copied().filter(is_missed).collect();
        for key in missed {
            self.dismiss_call(key);
        }
    }

    /// Forgets the call that began first when there are too many: a source need not tell of every call's end.
    fn make_room(&mut self) {
        if self.calls.len() < CALLS_KEPT {
            return;
        }
        let oldest = self.calls.ordered().next();
        if let Some(oldest) = oldest {
            self.drop_call(oldest);
        }
    }

    fn drop_call(&mut self, key: CallKey) {
        self.silence(key);
        self.unretire(key);
        self.calls.remove(key);
        if self.desk.current == Some(key) {
            self.desk.current = None;
        }
        self.desk_touched = true;
    }

    /// Forgets the own calls, past ones included: they are nobody else's business.
    pub(super) fn drop_own_calls(&mut self) {
        let calls = self.calls.rows().map(|(key, _)| key);
        let own: Vec<CallKey> = calls.filter(|key| self.is_own_call(*key)).collect();
        for key in own {
            self.drop_call(key);
        }
    }

    pub(super) fn keep_own_calls(&mut self, source: SourceId, valid: &[Ref<'_>], heard: Moment) {
        let keys: Vec<CallKey> = valid.iter().filter_map(|call| self.calls.find(*call)).collect();
        let gone: Vec<CallKey> = self
            .calls
            .rows()
            .filter(|(key, call)| {
                call.source == source
                    && call.stage.is_live()
                    && !keys.contains(key)
                    && (call.agent.is_none() || call.agent == self.desk.me)
            })
            .map(|(key, _)| key)
            .collect();
        for key in gone {
            self.forget_call(key);
        }
        for key in keys {
            let source = self.calls.get(key).map(|call| call.source).unwrap_or_default();
            let session = self.source(source).session;
            self.calls.change(key, |row| {
                let changed = row.confirmed_in != session;
                row.confirmed_in = session;
                row.heard = Some(heard);
                Changed {
                    row: changed,
                    rank: false,
                }
            });
        }
    }

    pub(super) fn add_phrase(&mut self, call: Ref<'_>, phrase: Phrase, heard: Moment) {
        self.hear(call.source, heard);
        let Some(key) = self.calls.find(call) else {
            self.orphans += 1;
            return;
        };
        self.calls.change(key, |row| {
            // An interim phrase is replaced by the same speaker's next one (rule R28).
            if let Some(last) = row
                .transcript
                .iter_mut()
                .rev()
                .find(|known| known.speaker == phrase.speaker)
                .filter(|known| known.interim)
            {
                *last = phrase;
            } else {
                if row.transcript.len() == PHRASES_KEPT {
                    row.transcript.remove(0);
                    row.phrases_before += 1;
                }
                row.transcript.push(phrase);
            }
            Changed {
                row: true,
                rank: false,
            }
        });
    }

    pub(super) fn add_recording(&mut self, call: Ref<'_>, recording: Recording, heard: Moment) {
        self.hear(call.source, heard);
        let Some(key) = self.calls.find(call) else {
            self.orphans += 1;
            return;
        };
        self.calls.change(key, |row| {
            if row.recordings.contains(&recording) || row.recordings.len() == RECORDINGS_KEPT {
                return Changed::default();
            }
            row.recordings.push(recording);
            Changed {
                row: true,
                rank: false,
            }
        });
    }

    pub(super) fn sweep(&mut self, covered: Covered) {
        match covered {
            Covered::Callbacks => {
                let gone: Vec<CallbackKey> = self
                    .callbacks
                    .rows()
                    .filter(|(_, row)| row.confirmed_in != self.source(row.source).session)
                    .map(|(key, _)| key)
                    .collect();
                for key in gone {
                    self.callbacks.remove(key);
                }
            }
            Covered::OwnCalls | Covered::Calls(_) => {
                let covers = |key: CallKey, row: &Call| match covered {
                    Covered::Calls(source) => row.source == source,
                    _ => self.is_own_call(key),
                };
                let gone: Vec<CallKey> = self
                    .calls
                    .rows()
                    .filter(|(key, row)| {
                        row.stage.is_live()
                            && row.confirmed_in != self.source(row.source).session
                            && covers(*key, row)
                    })
                    .map(|(key, _)| key)
                    .collect();
                for key in gone {
                    self.forget_call(key);
                }
            }
        }
    }
}

/// A call takes over what was known of its contact before; what the call itself has said stands.
fn take_over(row: &mut Call, precall: Precall) -> bool {
    fn fill<T>(field: &mut Option<T>, value: Option<T>) -> bool {
        let fills = field.is_none() && value.is_some();
        if fills {
            *field = value;
        }
        fills
    }
    let mut changed = fill(&mut row.number, precall.number);
    changed |= fill(&mut row.dialled, precall.dialled);
    changed |= fill(&mut row.queue_name, precall.queue_name);
    changed |= fill(&mut row.routed.skill_group, precall.skill_group);
    for (name, value) in precall.data {
        if !row.data.iter().any(|(known, _)| *known == name) {
            changed |= set_data(&mut row.data, &name, &value);
        }
    }
    changed
}

fn set_data(data: &mut Vec<(Box<str>, Box<str>)>, name: &str, value: &str) -> bool {
    let room = data.len() < FIELDS_KEPT;
    match data.iter_mut().find(|(known, _)| known.as_ref() == name) {
        Some((_, known)) if known.as_ref() == value => false,
        Some((_, known)) => {
            *known = value.into();
            true
        }
        None if room => {
            data.push((name.into(), value.into()));
            true
        }
        None => false,
    }
}

/// A source that names calls by the caller's side offers the same call to the same agent again: nobody
/// answered the first time, or it came back. It is a new card with the old data.
fn begin_again(row: &mut Call, when: Moment) {
    row.stage = Stage::Begun;
    row.begun = Some(when);
    row.connected = None;
    row.held_since = None;
    row.held_for = 0;
    row.ended = None;
    row.ending = None;
    row.missed = false;
    row.over = false;
    row.queued = None;
    row.diversion = None;
    row.transferring_to = None;
    row.conference = false;
    row.consult = false;
    row.about = None;
    row.recording = None;
    row.wrap_up_data = None;
    row.tones_sent = 0;
    row.history.clear();
}

/// The server says whether the call is being recorded; answers whether that is news.
pub(super) fn set_recording(row: &mut Call, recording: bool, when: Moment) -> bool {
    let before = row.recording.replace(recording);
    if before.unwrap_or(false) != recording {
        row.remember(
            when,
            if recording {
                Step::Recorded
            } else {
                Step::NotRecorded
            },
        );
    }
    before != Some(recording)
}

/// What is known of a supervisor's presence after further news of it: of the same supervisor's presence,
/// what the news leaves out is kept.
fn told_of(known: Option<Supervision>, news: Supervision) -> Supervision {
    match known {
        Some(known) if known.supervisor == news.supervisor => Supervision {
            name: news.name.or(known.name),
            state: news.state.or(known.state),
            call_in_number: news.call_in_number.or(known.call_in_number),
            expected_from: news.expected_from.or(known.expected_from),
            supervisor: news.supervisor,
        },
        _ => news,
    }
}

/// Moves a call to a stage; answers whether it moved. What has failed stays failed (rules R55, R56), and
/// what has ended does not come back.
fn move_to(row: &mut Call, stage: Stage, ending: Option<Ending>, when: Moment) -> bool {
    let goes_back = stage == Stage::Offered && row.stage == Stage::Alerting;
    if row.stage == stage || !row.stage.is_live() || goes_back {
        return false;
    }
    if !matches!(
        stage,
        Stage::Begun | Stage::Offered | Stage::Dialling | Stage::Held
    ) {
        row.queued = None;
    }
    if let Some(since) = row.held_since.take() {
        row.held_for += when.since(since).max(0);
    }
    match stage {
        Stage::Connected => row.connected = row.connected.or(Some(when)),
        Stage::Held => row.held_since = Some(when),
        Stage::Failed | Stage::Ended => {
            row.ended = Some(when);
            row.transferring_to = None;
            row.ending = Some(ending.unwrap_or(Ending::Unsaid));
        }
        _ => {}
    }
    row.remember(
        when,
        match (row.stage, stage) {
            (Stage::Held, Stage::Connected) => Step::Retrieved,
            (_, stage) => Step::At(stage),
        },
    );
    row.stage = stage;
    true
}
