//! Agents: their states, names and assignments, what is counted of them, what they write.
//!
//! Lives here: agent events, told of the own agent or of one that a supervisor watches.
//! May not be here: the supervisor's team and monitoring ([`super::supervision`]), and masks of calls.
//! A monitored agent is named by the sign-in id; its object's id stands for it where it was met before.
//! A mask that comes with another agent's state is that agent's and never the own one (rule R82).

use super::{COLLEAGUES_KEPT, Given, Reader, Teller, Text, Value, some_id, some_text};
use crate::domain::agent::{AgentUpdate, ChangedBy, NextState};
use crate::domain::chat::Message;
use crate::domain::command::Addressee;
use crate::domain::ids::Ref;
use crate::domain::skills::{Assignment, COLUMNS_KEPT, Column, MEMBERSHIPS_KEPT, Membership};
use crate::domain::telephony::TelephonyNews;
use crate::domain::text::{TEXT_LENGTH, shortened};
use crate::domain::{Event, Moment};
use crate::vendor::Oddity;
use crate::vendor::ctios::arguments::SkillGroupFields;
use crate::vendor::ctios::events::CtiEvent;
use crate::vendor::ctios::fields::starts_with;
use crate::vendor::ctios::state::{
    AGENT_MODES, AVAILABILITIES, CHANGED_BY, agent_state, group_number, look_up,
};
use std::borrow::Cow;

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    pub(super) fn agent_state(&mut self, tells_state: bool) {
        let object = self.object();
        let login_id = some_id(self.fields.agent_id);
        if self.is_monitored {
            self.decoder.meet(object.as_deref(), login_id.as_deref());
        } else {
            if let Some(object) = &object {
                self.decoder.colleagues.remove(object.as_ref());
                self.decoder.agent_object = Some(object.as_ref().into());
            }
            if let Some(login_id) = &login_id {
                self.decoder.login_id = Some(login_id.as_ref().into());
            }
        }
        let mut update = self.agent_update(tells_state);
        if self.is_monitored
            && let Some(name) = object.and_then(|object| self.decoder.names.remove(object.as_ref()))
        {
            update.name = Some(Cow::Owned(name.into()));
        }
        self.send_agent(&update);
        if !self.is_monitored {
            self.next_state();
        }
        if let Some(mask) = self.read_mask().filter(|_| !self.is_monitored) {
            self.send(Event::AgentMask(mask));
        }
    }

    /// What the server has noted to follow the call at hand; a state that is not known is no news of it.
    fn next_state(&mut self) {
        let next = match self.fields.next_agent_state {
            Given::Absent => return,
            Given::Null => None,
            Given::Value(value) => {
                let Some(state) = agent_state(value) else {
                    let word = value.text().unwrap_or_default();
                    return self.unknown_value(&word.cow());
                };
                let code = self.fields.next_reason.value();
                Some(NextState {
                    state,
                    reason: code
                        .and_then(|code| i32::try_from(code).ok())
                        .filter(|code| *code != 0),
                    by: some_id(self.fields.next_by).map(|by| by.as_ref().into()),
                })
            }
        };
        self.send(Event::NextState(next));
    }

    /// Who or what changed the state, as far as that is said: by a word of the hub contract, else by the reason
    /// of a sign-out by the system (rule R71).
    fn changed_by(&mut self) -> Option<ChangedBy> {
        let word = some_text(self.fields.changed_by);
        let known = word.as_ref().and_then(|word| {
            let mut known = CHANGED_BY.iter();
            known.find(|(known, _)| known.eq_ignore_ascii_case(word))
        });
        match (word, known) {
            (Some(word), None) => {
                self.unknown_value(&word);
                None
            }
            (_, Some((_, ChangedBy::Supervisor(_)))) => {
                let id = some_id(self.fields.changed_by_id);
                Some(ChangedBy::Supervisor(id.map(|id| id.as_ref().into())))
            }
            (_, Some((_, by))) => Some(by.clone()),
            (None, None) => self.is_forced().then_some(ChangedBy::System),
        }
    }

    /// What the event says of an agent's state and phone.
    pub(super) fn agent_update(&mut self, tells_state: bool) -> AgentUpdate<'a> {
        let state = self.fields.agent_state.value().filter(|_| tells_state);
        let named_state = state.and_then(agent_state);
        if let (Some(value), None) = (state, named_state) {
            let word = value.text().unwrap_or_default();
            self.unknown_value(&word.cow());
        }
        let extension = [self.fields.agent_extension, self.fields.agent_instrument]
            .into_iter()
            .find_map(some_text);
        // Only a change of the state says who changed it.
        let tells_change = self.kind == CtiEvent::AgentStateChange || self.kind == CtiEvent::PostLogout;
        let changed_by = (named_state.is_some() && tells_change).then(|| self.changed_by());
        AgentUpdate {
            login_id: some_id(self.fields.agent_id),
            extension,
            named_state,
            changed_by,
            reason: named_state
                .and_then(|_| self.reason().said())
                .map(|reason| reason.filter(|code| *code != 0)),
            lasted: self
                .fields
                .state_duration
                .value()
                .filter(|seconds| named_state.is_some() && *seconds >= 0)
                .map(|seconds| seconds.saturating_mul(1000)),
            ..AgentUpdate::default()
        }
    }

    /// The agent's name. It names the agent by the object alone, perhaps before that was met.
    pub(super) fn agent_name(&mut self) {
        if let Some(name) = self.name() {
            let object = self
                .object()
                .filter(|_| self.is_monitored && self.fields.agent_id.value().is_none());
            if let Some(object) =
                object.filter(|object| !self.decoder.colleagues.contains_key(object.as_ref()))
            {
                if self.decoder.names.len() < COLLEAGUES_KEPT {
                    self.decoder
                        .names
                        .insert(object.as_ref().into(), name.as_ref().into());
                }
                return;
            }
            self.send_agent(&AgentUpdate {
                name: Some(name),
                ..AgentUpdate::default()
            });
        }
    }

    /// The agent's full name, put together where it comes in two parts.
    pub(super) fn name(&self) -> Option<Cow<'a, str>> {
        let whole = self.others.text("AgentName");
        whole.or_else(|| {
            let first = some_text(self.fields.agent_first_name).unwrap_or_default();
            let last = some_text(self.fields.agent_last_name).unwrap_or_default();
            let name = [first.as_ref(), " ", last.as_ref()].concat();
            let name = name.trim();
            (!name.is_empty()).then(|| shortened(Cow::Owned(name.to_owned()), TEXT_LENGTH))
        })
    }

    fn send_agent(&mut self, update: &AgentUpdate<'_>) {
        let own = self.own_agent.filter(|_| !self.is_monitored);
        match own.map(Cow::Borrowed).or_else(|| self.agent()) {
            Some(id) => {
                let event = Event::Agent(Ref::new(self.site.source, &id), update);
                (self.sink)(None, event);
            }
            None => self.missing("AgentID"),
        }
    }

    /// The agent that the event names: by sign-in id, else by an object that was met before, else by the object.
    pub(super) fn agent(&self) -> Option<Cow<'a, str>> {
        some_id(self.fields.agent_id).or_else(|| self.object().map(|object| self.by_object(object)))
    }

    /// The sign-in id of the agent that an object stands for, where it was met; else the object's own id.
    pub(super) fn by_object(&self, object: Cow<'a, str>) -> Cow<'a, str> {
        let own = self
            .decoder
            .login_id
            .as_ref()
            .filter(|_| self.is_own_object(&object));
        match own.or_else(|| self.decoder.colleagues.get(object.as_ref())) {
            Some(login_id) => Cow::Owned(login_id.to_string()),
            None => object,
        }
    }

    pub(super) fn is_own_object(&self, object: &str) -> bool {
        self.decoder.agent_object.as_deref() == Some(object)
    }

    /// The reason code; a SHORT that came with its sign is read without.
    fn reason(&self) -> Given<i32> {
        match self.fields.event_reason_code {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(value) => match value.integer() {
                Some(code @ -0x8000..=-1) => Given::Value((code + 0x1_0000) as i32),
                Some(code) => i32::try_from(code).map_or(Given::Absent, Given::Value),
                None => Given::Absent,
            },
        }
    }

    /// Whether the agent was signed out by the system, not by a person (rule R71, trap T13).
    pub(super) fn is_forced(&self) -> bool {
        let by_name = self
            .fields
            .event_reason_code
            .value()
            .and_then(Value::text)
            .is_some_and(|word| word.is("CTIOS_FORCED_LOGOUT_REASON_CODE"));
        by_name || self.reason().value() == Some(self.site.forced_sign_out)
    }

    /// The desk has no agent any more. What is told of another agent's object is not its business.
    pub(super) fn agent_reset(&mut self) {
        let object = self.object();
        if object.is_none_or(|object| self.decoder.is_agent(&object)) {
            self.decoder.agent_object = None;
            self.decoder.login_id = None;
            self.tell_telephony(TelephonyNews::NoAgent);
        }
    }

    // ---- skill groups and figures ----

    pub(super) fn assignment(&mut self) {
        if self.is_monitored {
            return;
        }
        let assignment = Assignment {
            skill_groups: self.memberships(),
            routable: self
                .others
                .value("AgentMode")
                .and_then(|mode| look_up(&AGENT_MODES, mode)),
            assignable: self
                .others
                .value("AgentAvailabilityStatus")
                .and_then(|status| look_up(&AVAILABILITIES, status)),
            tasks: self.others.count("NumTasks"),
            most_tasks: self.others.count("MaxTaskLimit"),
        };
        if assignment != Assignment::default() {
            self.tell_telephony(TelephonyNews::Assignment(Box::new(assignment)));
        }
    }

    /// The nested Arguments `SkillGroup[n]` (irregularity C21: with a small or capital G).
    pub(super) fn memberships(&self) -> Vec<Membership> {
        let groups = self
            .others
            .further
            .iter()
            .filter(|(name, _)| starts_with(name, "SkillGroup["));
        let read = groups.filter_map(|(_, value)| {
            let nested = nested(*value)?;
            Some(Membership {
                number: nested.skill_group_number.value().and_then(group_number).flatten(),
                id: nested.skill_group_id.value().and_then(group_number).flatten(),
                priority: nested
                    .skill_group_priority
                    .value()
                    .filter(|priority| *priority != 0),
                state: nested.skill_group_state.value().and_then(agent_state),
            })
        });
        read.take(MEMBERSHIPS_KEPT).collect()
    }

    pub(super) fn agent_statistics(&mut self) {
        let login_id = some_id(self.fields.agent_id);
        let is_own = login_id.is_none() || login_id.as_deref() == self.decoder.login_id.as_deref();
        let columns = self.columns();
        self.tell_telephony(TelephonyNews::Statistics(login_id.filter(|_| !is_own), columns));
    }

    pub(super) fn skill_group(&mut self) {
        let group = |value: Given<Value<'_>>| value.value().and_then(group_number).flatten();
        let (number, id) = (
            group(self.fields.skill_group_number),
            group(self.fields.skill_group_id),
        );
        if number.is_none() && id.is_none() {
            self.missing("SkillGroupNumber");
            return;
        }
        let name = self.others.text("SkillGroupName");
        let columns = self.columns();
        self.tell_telephony(TelephonyNews::SkillGroup {
            number,
            id,
            name,
            columns,
        });
    }

    /// A list of skill groups. The document has nothing but the event's name: whatever nested Arguments name a
    /// group are taken.
    pub(super) fn skill_groups(&mut self) {
        for (_, value) in self.others.further.iter().take(MEMBERSHIPS_KEPT) {
            let Some(nested) = nested(*value) else { continue };
            let group = |value: Given<Value<'_>>| value.value().and_then(group_number).flatten();
            let (number, id) = (group(nested.skill_group_number), group(nested.skill_group_id));
            if number.is_some() || id.is_some() {
                self.tell_telephony(TelephonyNews::SkillGroup {
                    number,
                    id,
                    name: some_text(nested.skill_group_name),
                    columns: Vec::new(),
                });
            }
        }
    }

    /// The figures: every field that the document does not name, and those of `STATISTICS`.
    fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        for (name, value) in &self.others.further {
            match value {
                Value::Object(json) if name.eq_ignore_ascii_case("STATISTICS") => {
                    let mut reader = Reader::new(json);
                    reader.enter_object();
                    while let Some(key) = reader.key() {
                        add_column(&key.name, reader.value(), &mut columns);
                    }
                }
                value => add_column(name, *value, &mut columns),
            }
        }
        columns
    }

    // ---- messages ----

    pub(super) fn chat(&mut self) {
        let Some(text) = self.others.some("Message").map(Text::speech) else {
            self.oddities
                .count(Oddity::MissingField, self.event.name(), "Message");
            return;
        };
        let from: Option<Box<str>> = self.others.id("Source").map(|text| text.as_ref().into());
        let is_to_team = self
            .others
            .text("Distribution")
            .is_some_and(|word| word.eq_ignore_ascii_case(TO_TEAM));
        let message = Message {
            // Whoever writes to a supervisor or to one agent has a conversation with that one.
            with: if is_to_team {
                Addressee::Team
            } else {
                Addressee::Agent(from.clone().unwrap_or_default())
            },
            from,
            own: false,
            unread: true,
            text: text.as_ref().into(),
            // The event has no time: the model knows when it arrived.
            at: Moment(0),
            number: 0,
        };
        self.send(Event::Message(self.site.source, message));
    }
}

/// How a message to everybody in a team is distributed.
const TO_TEAM: &str = "team";

fn add_column(name: &str, value: Value<'_>, columns: &mut Vec<Column>) {
    if let Some(text) = value.text().filter(|_| columns.len() < COLUMNS_KEPT) {
        columns.push((name.into(), text.words().into()));
    }
}

fn nested(value: Value<'_>) -> Option<SkillGroupFields<'_>> {
    let Value::Object(json) = value else { return None };
    let mut fields = SkillGroupFields::default();
    Reader::new(json).record(&mut fields, &mut |_, _, _| {});
    Some(fields)
}
