//! What each event means in the domain's terms.
//!
//! Lives here: one function per family of events, from the record that was read to the domain's update.
//! May not be here: field names of the wire beyond those needed to report a bad one, JSON, the model.
//! An event names its entity itself or, failing that, by the envelope; without either it is counted and not used.
//! The zero GUID refers to nothing, but as an event's own identity it is as good as any.

use super::events::{
    CallbackAttempt, CallbackChange, CallbackExtra, CallbackRelatedItem, Envelope, QueueAttachedUser,
    QueueGroup, QueueStatus, SupervisedCall, TerminalStatus, TranscriptPhrase, UserAlert, UserAvailability,
    UserCall, UserSetting, UserStatus, UserWrapUp, stamp,
};
use super::{Code, Kind, RteEvent};
use crate::domain::agent::{AgentUpdate, Availability, Terminal, WrapUp};
use crate::domain::call::{CallUpdate, Direction, Ending, Phrase, Recording, Speaker, Stage, Supervision};
use crate::domain::callback::{Attempt, CallbackKind, CallbackUpdate, Extra, Related};
use crate::domain::event::{Alert, Setting, WrapUpChange};
use crate::domain::ids::Ref;
use crate::domain::queue::{LongestWait, OpenStatus, QueueUpdate};
use crate::domain::{Event, Moment};
use crate::vendor::json::{Given, Text};
use crate::vendor::time::Stamp;
use crate::vendor::{Oddities, Oddity, Settings};
use std::borrow::Cow;

/// Items read of one list inside an event.
const ITEMS_KEPT: usize = 200;
/// A longer wait than this, in milliseconds, is taken for a misunderstanding of the unit (trap T19).
const LONGEST_PLAUSIBLE_WAIT: i64 = 24 * 60 * 60 * 1000;

/// Tells one event to a sink.
pub(super) struct Teller<'t, 'a, S> {
    /// What kind of event it is.
    pub(super) kind: Kind,
    /// What every event carries.
    pub(super) envelope: &'t Envelope<'a>,
    /// When it happened.
    pub(super) stamp: Option<Moment>,
    /// How the site reads what the document leaves open.
    pub(super) settings: &'t Settings,
    /// Where oddities are counted.
    pub(super) oddities: &'t mut Oddities,
    /// Where the domain's events go.
    pub(super) sink: &'t mut S,
}

/// What the events of a call have in common.
struct CallNews<'a> {
    direction: Direction,
    stage: Option<Stage>,
    ending: Option<Ending>,
    transferring_to: Given<Text<'a>>,
}

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    /// Tells the event.
    pub(super) fn tell(&mut self, event: &RteEvent<'a>) {
        match event {
            RteEvent::UserStatus(status) => self.user_status(status),
            RteEvent::UserAvailability(availability) => self.user_availability(availability),
            RteEvent::UserSetting(setting) => self.user_setting(setting),
            RteEvent::UserAlert(alert) => self.user_alert(alert),
            RteEvent::TerminalStatus(status) => self.terminal_status(status),
            RteEvent::UserCall(call) => self.user_call(call),
            RteEvent::SupervisedCall(call) => self.supervised_call(call),
            RteEvent::TranscriptPhrase(phrase) => self.transcript_phrase(phrase),
            RteEvent::UserWrapUp(wrap_up) => self.user_wrap_up(wrap_up),
            RteEvent::QueueStatus(status) => self.queue_status(status),
            RteEvent::CallbackChange(change) => self.callback_change(change),
            RteEvent::QueueAttachedUser(user) => self.queue_attached_user(user),
            RteEvent::QueueGroup(group) => self.queue_group(group),
        }
    }

    fn user_status(&mut self, status: &UserStatus<'a>) {
        let Some(user) = self.own_or_entity(status.user_id) else {
            return;
        };
        let update = AgentUpdate {
            talking: status.talking.value(),
            talking_since: self.moment(&status.talking_status_changed, "TalkingStatusChanged"),
            available: status.available.value(),
            serving: status.serving.value(),
            scheduled: status.schedule.value(),
            serving_callbacks: status.serving_callback.value(),
            can_take_calls: status.can_be_allocated_to.value(),
            fetches_calls: status.fetch_mode.value(),
            terminals_in_service: self.amount(status.service_terminals, "ServiceTerminals"),
            active_queues: self.amount(status.active_queues, "ActiveQueues"),
            parked_calls: self.amount(status.parked_calls, "ParkedCalls"),
            active_queue: reference(status.active_queue_id),
            active_call_list: reference(status.active_call_list_id),
            wrap_up: self.wrap_up(status),
            note: text(status.note),
            availability: status.availability_status.value().map(|code| match code {
                Code::Word(word) => availability(word),
                Code::Number(number) => Availability::Other(number.to_string().into()),
            }),
            ..AgentUpdate::default()
        };
        self.send(Event::Agent(self.reference(&user), &update));
    }

    /// Wrap-up in progress, as a status tells it (rule R21): both times are null when there is none.
    #[allow(
        clippy::option_option,
        reason = "the domain's updates tell \"not said\" from \"none\" this way"
    )]
    fn wrap_up(&mut self, status: &UserStatus<'a>) -> Option<Option<WrapUp>> {
        let start = self.stamp(&status.wrap_up_start, "WrapUpStart");
        let end = self.stamp(&status.wrap_up_end, "WrapUpEnd");
        match (start, end) {
            (Given::Absent, Given::Absent) => None,
            (start, end) => {
                let (start, end) = (start.value(), end.value());
                let active = |stamp: Option<Stamp>| stamp.is_some_and(|stamp| stamp != Stamp::NotSet);
                Some((active(start) || active(end)).then(|| WrapUp {
                    start: start.and_then(Stamp::moment),
                    end: end.and_then(Stamp::moment),
                }))
            }
        }
    }

    fn user_availability(&mut self, told: &UserAvailability<'a>) {
        let Some(user) = self.own_or_entity(told.user_id) else {
            return;
        };
        let state = told
            .availability
            .value()
            .filter(|word| !word.is_empty())
            .map(availability);
        if let Some(Availability::Other(word)) = &state {
            self.oddities.count(Oddity::UnknownValue, self.kind.name(), word);
        }
        let update = AgentUpdate {
            availability: state,
            availability_since: self.moment(&told.start_time, "StartTime"),
            availability_until: self
                .stamp(&told.end_time, "EndTime")
                .said()
                .map(|end| end.and_then(Stamp::until)),
            note: text(told.note),
            transfer_number: text(told.transfer_number),
            ..AgentUpdate::default()
        };
        self.send(Event::Agent(self.reference(&user), &update));
    }

    fn user_setting(&mut self, told: &UserSetting<'a>) {
        let Some(user) = self.own_or_entity(told.user_id) else {
            return;
        };
        let Some(keyword) = told.keyword.value() else {
            self.missing("Keyword");
            return;
        };
        let entries = |given: Given<super::events::Object<'a>>| {
            given
                .value()
                .map(|object| object.entries(ITEMS_KEPT))
                .unwrap_or_default()
        };
        let setting = (told.deleted.value() != Some(true)).then(|| Setting {
            value: told.value.value().map(Text::words).map(Into::into),
            values: entries(told.values),
            allowed: entries(told.allowed_values),
            level: told.level.value().map(Code::as_it_came),
        });
        self.send(Event::Setting(self.reference(&user), keyword.words(), setting));
    }

    fn user_alert(&mut self, told: &UserAlert<'a>) {
        let Some(user) = self.own_or_entity(told.user_id) else {
            return;
        };
        let alert = Alert {
            id: told.alert_id.value().unwrap_or_default().identity().into(),
            name: boxed(told.condition_name),
            expression: boxed(told.condition_expression),
            threshold: boxed(told.condition_value),
            value: boxed(told.value),
            at: self.stamp,
            number: 0,
        };
        self.send(Event::Alert(self.reference(&user), alert));
    }

    fn terminal_status(&mut self, told: &TerminalStatus<'a>) {
        let Some(user) = self.own_or_entity(told.user_id) else {
            return;
        };
        let word = |code: Given<Code<'a>>| code.value().map(Code::as_it_came).unwrap_or_default();
        let terminal = Terminal {
            session: told.session.value().unwrap_or_default().boxed(),
            kind: word(told.terminal_type),
            status: word(told.terminal_status),
            expires: self.moment(&told.expires, "Expires").flatten(),
        };
        self.send(Event::Terminal(self.reference(&user), terminal));
    }

    fn user_call(&mut self, call: &UserCall<'a>) {
        if matches!(
            self.kind,
            Kind::UserCallInRecordingConverted | Kind::UserCallOutRecordingConverted
        ) {
            self.recording(call);
            return;
        }
        let Some(id) = self.own(call.call_id, "CallId") else {
            return;
        };
        let news = self.call_news(call);
        let (number, dialled) = match news.direction {
            Direction::Inbound => (call.caller_number, call.target_number),
            Direction::Outbound => (call.target_number, call.target_number),
        };
        let update = CallUpdate {
            agent: call.user_id.value().map(Text::identity),
            direction: Some(news.direction),
            stage: news.stage,
            number: some_text(number),
            dialled: some_text(dialled),
            leg: some_id(call.leg_id),
            gone: news.ending.is_some(),
            ending: news.ending,
            transferring_to: news
                .transferring_to
                .said()
                .map(|target| target.map(Text::identity)),
            ..CallUpdate::default()
        };
        self.send(Event::Call(self.reference(&id), Box::new(update)));
    }

    fn call_news(&mut self, call: &UserCall<'a>) -> CallNews<'a> {
        use Direction::{Inbound, Outbound};
        let at = |direction, stage| CallNews {
            direction,
            stage: Some(stage),
            ending: None,
            transferring_to: Given::Absent,
        };
        let over = |direction, ending| CallNews {
            ending: Some(ending),
            ..at(direction, Stage::Ended)
        };
        // The one in detail is for people, the other for programs.
        let reason = || boxed(call.detailed_reason).or_else(|| boxed(call.reason));
        match self.kind {
            Kind::UserCallInUserAllocated if self.settings.ringing_told => at(Inbound, Stage::Offered),
            Kind::UserCallInUserAllocated => at(Inbound, Stage::Alerting),
            Kind::UserCallInUserConnected | Kind::UserCallInHoldEnd => at(Inbound, Stage::Connected),
            Kind::UserCallInHoldStart => at(Inbound, Stage::Held),
            Kind::UserCallInUserCancelled => over(Inbound, Ending::Withdrawn(reason())),
            Kind::UserCallInDisconnected => over(Inbound, self.disconnection(call)),
            Kind::UserCallInOverflow => over(
                Inbound,
                Ending::MovedOn(boxed(call.overflow_reason).or_else(reason)),
            ),
            Kind::UserCallInUserOverflow => over(Inbound, Ending::MovedOn(reason())),
            Kind::UserCallInTransferConnected => over(Inbound, Ending::Transferred),
            Kind::UserCallInTransferStarted => CallNews {
                direction: Inbound,
                stage: None,
                ending: None,
                transferring_to: Given::Value(call.transfer_target.value().unwrap_or_default()),
            },
            Kind::UserCallInTransferCancelled => CallNews {
                direction: Inbound,
                stage: None,
                ending: None,
                transferring_to: Given::Null,
            },
            Kind::UserCallOutGoing => at(Outbound, Stage::Dialling),
            Kind::UserCallOutConnected | Kind::UserCallOutHoldEnd => at(Outbound, Stage::Connected),
            Kind::UserCallOutHoldStart => at(Outbound, Stage::Held),
            Kind::UserCallOutDisconnected => over(Outbound, self.disconnection(call)),
            // UserCallInComing and UserCallInArrived: on its way, not ringing yet.
            _ => at(Inbound, Stage::Offered),
        }
    }

    /// Who ended a call (rule R31).
    fn disconnection(&mut self, call: &UserCall<'a>) -> Ending {
        match call.reason.value() {
            Some(reason) if reason.is("remote") => Ending::ByRemote,
            Some(reason) if reason.is("local") => Ending::ByAgent,
            Some(reason) if !reason.is_empty() => {
                self.oddities
                    .count(Oddity::UnknownValue, self.kind.name(), &reason.cow());
                Ending::Unsaid
            }
            _ => Ending::Unsaid,
        }
    }

    fn recording(&mut self, call: &UserCall<'a>) {
        let Some(id) = self.own(call.call_id, "CallId") else {
            return;
        };
        let recording = Recording {
            id: call.recording_id.value().unwrap_or_default().identity().into(),
            conversion: call
                .conversion_id
                .value()
                .and_then(Text::reference)
                .map(Into::into),
            channel: call
                .user_channel
                .value()
                .and_then(|channel| u8::try_from(channel).ok()),
            link: None,
        };
        self.send(Event::Recording(self.reference(&id), recording));
    }

    fn supervised_call(&mut self, call: &SupervisedCall<'a>) {
        let Some(id) = self.own(call.call_id, "CallId") else {
            return;
        };
        let direction = call.call_type.value().and_then(|call_type| {
            let outbound = call_type.is("callout");
            let inbound = call_type.is("servicecall") || call_type.is("directcall");
            match (outbound, inbound) {
                (true, _) => Some(Direction::Outbound),
                (_, true) => Some(Direction::Inbound),
                _ => None,
            }
        });
        let connected = self.moment(&call.connected_to_agent_time, "ConnectedToAgentTime");
        if let Some(Code::Word(word)) = call.state.value() {
            self.oddities
                .count(Oddity::UnknownValue, self.kind.name(), &word.cow());
        }
        let update = CallUpdate {
            agent: call
                .target_user_id
                .value()
                .map(Text::identity)
                .or_else(|| self.envelope.entity_id.value().map(Text::identity)),
            direction,
            stage: connected.flatten().map(|_| Stage::Connected),
            number: some_text(call.caller_number),
            queue: call.queue_id.value().and_then(Text::reference),
            queue_name: some_text(call.queue_name),
            leg: some_id(call.leg_id),
            supervision: Some(Supervision {
                supervisor: call
                    .supervisor_user_id
                    .value()
                    .unwrap_or_default()
                    .identity()
                    .into(),
                name: boxed(call.supervisor_user_name),
                state: call.state.value().and_then(Code::number),
                call_in_number: boxed(call.supervision_call_in_number),
                expected_from: boxed(call.supervisor_terminal_number),
            }),
            ..CallUpdate::default()
        };
        self.send(Event::Call(self.reference(&id), Box::new(update)));
    }

    fn transcript_phrase(&mut self, told: &TranscriptPhrase<'a>) {
        let Some(id) = self.own(told.call_id, "CallId") else {
            return;
        };
        let phrase = Phrase {
            speaker: speaker(told.speaker_role),
            text: told.phrase.value().unwrap_or_default().speech().into(),
            interim: told.is_intermediate.value().unwrap_or(false),
            offset: self
                .amount(told.offset_milliseconds, "OffsetMilliseconds")
                .unwrap_or_default(),
            duration: self.amount(told.duration, "Duration").unwrap_or_default(),
            confidence: told.confidence.value().unwrap_or_default() as f32,
        };
        self.send(Event::Phrase(self.reference(&id), phrase));
    }

    fn user_wrap_up(&mut self, told: &UserWrapUp<'a>) {
        let Some(user) = self.own_or_entity(told.user_id) else {
            return;
        };
        let seconds = told.max_wrap_up_duration_sec.value().unwrap_or_default().max(0);
        // Whether it may begin without a call is for whoever begins it to know (rule R26).
        if let Some(number) = told
            .allow_without_call
            .value()
            .filter(|number| !(0..=2).contains(number))
        {
            self.oddities
                .count(Oddity::UnknownValue, self.kind.name(), &number.to_string());
        }
        let change = match self.kind {
            Kind::UserWrapUpEnabled => WrapUpChange::Enabled { seconds },
            Kind::UserWrapUpStarted => WrapUpChange::Started { seconds },
            Kind::UserWrapUpTerminated => WrapUpChange::Ended {
                by_timer: told.reason.value().is_some_and(|reason| reason.is("timer")),
            },
            Kind::UserWrapUpRequestInitiate => WrapUpChange::BeginRequested,
            _ => WrapUpChange::EndRequested,
        };
        self.send(Event::WrapUp(self.reference(&user), change));
    }

    fn queue_status(&mut self, status: &QueueStatus<'a>) {
        let Some(queue) = self.own_or_entity(status.queue_id) else {
            return;
        };
        let update = QueueUpdate {
            name: some_text(status.queue_name),
            waiting: self.amount(status.nbr_of_queuing_requesters, "NbrOfQueuingRequesters"),
            longest_wait: status.max_wait_time.value().map(|wait| self.longest_wait(wait)),
            serving: self.amount(
                status.nbr_of_serving_agents_estimate,
                "NbrOfServingAgentsEstimate",
            ),
            free: self.amount(
                status.nbr_of_agents_immediately_free,
                "NbrOfAgentsImmediatelyFree",
            ),
            wrap_up: self.amount(status.nbr_of_agents_on_wrap_up, "NbrOfAgentsOnWrapUp"),
            checked_in: self.amount(status.nbr_of_agents_checked_in_queue, "NbrOfAgentsCheckedInQueue"),
            long_away: self.amount(status.nbr_of_agents_long_term_away, "NbrOfAgentsLongTermAway"),
            short_away: self.amount(status.nbr_of_agents_short_term_away, "NbrOfAgentsShortTermAway"),
            fetching: self.amount(status.nbr_of_agents_on_fetch_mode, "NbrOfAgentsOnFetchMode"),
            providers: self.amount(status.nbr_of_providers, "NbrOfProviders"),
            allocated: self.amount(status.nbr_of_allocated, "NbrOfAllocated"),
            connected: self.amount(status.nbr_of_connected, "NbrOfConnected"),
            requesters: self.amount(status.nbr_of_requesters, "NbrOfRequesters"),
            not_served: self.amount(status.nbr_of_not_served_requesters, "NbrOfNotServedRequesters"),
            open: status.open_status.value().and_then(|code| self.open_status(code)),
        };
        self.send(Event::Queue(self.reference(&queue), &update));
    }

    /// The longest wait in milliseconds; one that cannot be true stays as it came (decision D2).
    fn longest_wait(&self, wait: i64) -> LongestWait {
        let milliseconds = self.settings.longest_wait.to_milliseconds(wait);
        if (0..=LONGEST_PLAUSIBLE_WAIT).contains(&milliseconds) {
            LongestWait::Milliseconds(milliseconds)
        } else {
            LongestWait::Implausible(wait)
        }
    }

    fn open_status(&mut self, code: Code<'a>) -> Option<OpenStatus> {
        const NAMES: [&str; 7] = [
            "NA",
            "NoActiveHandler",
            "NoActiveHandlerUncertain",
            "Closed",
            "ClosedUncertain",
            "Open",
            "OpenUncertain",
        ];
        let number = match code {
            Code::Number(number) => Some(number),
            Code::Word(word) => (0..)
                .zip(NAMES)
                .find(|(_, name)| word.is(name))
                .map(|(number, _)| number),
        };
        let status = match number {
            Some(0) => OpenStatus::NotApplicable,
            Some(number @ 1..=2) => OpenStatus::NoHandler {
                uncertain: number == 2,
            },
            Some(number @ 3..=4) => OpenStatus::Closed {
                uncertain: number == 4,
            },
            Some(number @ 5..=6) => OpenStatus::Open {
                uncertain: number == 6,
            },
            other => {
                self.oddities
                    .count(Oddity::UnknownValue, self.kind.name(), &code.as_it_came());
                return other.map(OpenStatus::Other);
            }
        };
        Some(status)
    }

    fn callback_change(&mut self, change: &CallbackChange<'a>) {
        let Some(id) = self.own(change.callback_id, "CallBackId") else {
            return;
        };
        let personal = self.kind == Kind::UserCallInCallbackCreated;
        let update = CallbackUpdate {
            list: self.call_list(change),
            queue: reference(change.queue_id),
            channel: text(change.channel_in),
            number: text(change.contact_number),
            contact: text(change.contact_name),
            message: text(change.contact_message),
            kind: change.type_id.value().and_then(|code| self.callback_kind(code)),
            assigned: reference(if personal {
                change.user_id
            } else {
                change.assigned_user_id
            }),
            is_new: personal || change.created.value() == Some(true),
            created: self.moment(&change.creation_time, "CreationTime"),
            modified: self.moment(&change.modified, "Modified"),
            modified_by: reference(change.last_modified_user_id),
            due: self.moment(&change.due_date, "DueDate"),
            not_before: self.moment(&change.not_before, "NotBefore"),
            expires: self.moment(&change.expiry_date, "ExpiryDate"),
            priority: text(change.calculated_priority),
            classification: reference(change.classification_id),
            note: text(change.note),
            closed: change.is_closed.value(),
            call: reference(change.call_id),
            recording: reference(change.recording_id),
            transcript: reference(change.transcript_id),
            last_attempt: self.last_attempt(change),
            attempts: change.callback_attempts.value().map(|list| {
                let items = list.items(ITEMS_KEPT, "CallbackAttempt", self.oddities);
                items.iter().map(|item| self.attempt(item)).collect()
            }),
            extras: change.callback_extras.value().map(|list| {
                let items = list.items(ITEMS_KEPT, "CallbackExtra", self.oddities);
                items.iter().map(extra).collect()
            }),
            related: change.callback_related_items.value().map(|list| {
                let items = list.items(ITEMS_KEPT, "CallbackRelatedItem", self.oddities);
                items.iter().map(related).collect()
            }),
        };
        self.send(Event::Callback(self.reference(&id), Box::new(update)));
    }

    /// The list of a callback; the entity of a change is the list (irregularity E23).
    fn call_list(&self, change: &CallbackChange<'a>) -> Option<Cow<'a, str>> {
        let own = change.call_list_id.value();
        let entity = match self.kind {
            Kind::CallbackChanged => self.envelope.entity_id.value(),
            _ => None,
        };
        own.and_then(Text::reference)
            .or_else(|| entity.and_then(Text::reference))
            .or_else(|| own.map(Text::identity))
    }

    fn callback_kind(&mut self, code: Code<'a>) -> Option<CallbackKind> {
        match code {
            Code::Number(1) => Some(CallbackKind::Requested),
            Code::Number(2) => Some(CallbackKind::Overflow),
            Code::Number(3) => Some(CallbackKind::Manual),
            other => {
                self.oddities
                    .count(Oddity::UnknownValue, self.kind.name(), &other.as_it_came());
                other.number().map(CallbackKind::Other)
            }
        }
    }

    #[allow(
        clippy::option_option,
        reason = "the domain's updates tell \"not said\" from \"none\" this way"
    )]
    fn last_attempt(&mut self, change: &CallbackChange<'a>) -> Option<Option<Attempt>> {
        let at = self.moment(&change.last_attempt_timestamp, "LastAttemptTimestamp");
        let agent = reference(change.last_attempt_user_id);
        let kind = change.last_attempt_type_id.said();
        let note = text(change.last_attempt_note);
        if at.is_none() && agent.is_none() && kind.is_none() && note.is_none() {
            return None;
        }
        let attempt = Attempt {
            at: at.flatten(),
            agent: agent.flatten().map(Into::into),
            kind: kind.flatten(),
            note: note.flatten().map(Into::into),
            ..Attempt::default()
        };
        Some((attempt != Attempt::default()).then_some(attempt))
    }

    fn attempt(&mut self, told: &CallbackAttempt<'a>) -> Attempt {
        let refer = |id: Given<Text<'a>>| id.value().and_then(Text::reference).map(Into::into);
        Attempt {
            id: told.id.value().unwrap_or_default().identity().into(),
            at: self
                .moment(&told.timestamp, "CallbackAttempt.Timestamp")
                .flatten(),
            agent: refer(told.user_id),
            kind: told.callback_attempt_type_id.value(),
            note: boxed(told.note),
            call: refer(told.call_id),
            recording: refer(told.recording_id),
        }
    }

    fn queue_attached_user(&mut self, told: &QueueAttachedUser<'a>) {
        let Some(queue) = self.own(self.envelope.entity_id, "EntityId") else {
            return;
        };
        let Some(agent) = self.own(told.user_id, "UserId") else {
            return;
        };
        let event = Event::QueueMember {
            queue: self.reference(&queue),
            agent,
            active: told.active.value().unwrap_or(false),
            priority: told.priority.value().unwrap_or_default(),
        };
        self.send(event);
    }

    fn queue_group(&mut self, told: &QueueGroup<'a>) {
        let Some(group) = self.own(told.id, "Id") else {
            return;
        };
        let name = told.name.value().unwrap_or_default().words();
        let description = some_text(told.description);
        self.send(Event::QueueGroup(self.reference(&group), name, description));
    }

    fn send(&mut self, event: Event<'_>) {
        (self.sink)(self.stamp, event);
    }

    fn reference<'i>(&self, id: &'i str) -> Ref<'i> {
        Ref::new(self.settings.source, id)
    }

    /// The identity of what the event is about.
    fn own(&mut self, id: Given<Text<'a>>, field: &'static str) -> Option<Cow<'a, str>> {
        let id = id.value().filter(|id| !id.is_empty()).map(Text::identity);
        if id.is_none() {
            self.missing(field);
        }
        id
    }

    /// The identity of what the event is about: its own field or the entity it was subscribed for.
    fn own_or_entity(&mut self, id: Given<Text<'a>>) -> Option<Cow<'a, str>> {
        let own = id.value().filter(|id| !id.is_empty());
        if let Some(id) = own.and_then(Text::reference) {
            return Some(id);
        }
        let entity = self.envelope.entity_id.value().and_then(Text::reference);
        if let Some(id) = entity.or_else(|| own.map(Text::identity)) {
            return Some(id);
        }
        self.own(self.envelope.entity_id, "EntityId")
    }

    fn missing(&mut self, field: &'static str) {
        self.oddities
            .count(Oddity::MissingIdentity, self.kind.name(), field);
    }

    fn stamp(&mut self, field: &Given<Text<'_>>, name: &'static str) -> Given<Stamp> {
        stamp(field, name, self.kind, self.settings.zone, self.oddities)
    }

    #[allow(
        clippy::option_option,
        reason = "the domain's updates tell \"not said\" from \"none\" this way"
    )]
    fn moment(&mut self, field: &Given<Text<'_>>, name: &'static str) -> Option<Option<Moment>> {
        self.stamp(field, name)
            .said()
            .map(|stamp| stamp.and_then(Stamp::moment))
    }

    /// A count; a negative one is none.
    fn amount(&mut self, number: Given<i64>, name: &'static str) -> Option<u32> {
        let number = number.value()?;
        let amount = u32::try_from(number).ok();
        if amount.is_none() {
            self.oddities
                .count(Oddity::UnreadableField, self.kind.name(), name);
        }
        amount
    }
}

fn extra(told: &CallbackExtra<'_>) -> Extra {
    Extra {
        id: told.id.value().unwrap_or_default(),
        name: told.name.value().unwrap_or_default().words().into(),
        value: told.value.value().unwrap_or_default().words().into(),
    }
}

fn related(told: &CallbackRelatedItem<'_>) -> Related {
    Related {
        id: told.id.value().unwrap_or_default().identity().into(),
        closed: told.is_closed.value().unwrap_or(false),
        list: told.list_id.value().and_then(Text::reference).map(Into::into),
        status: told.status_id.value(),
    }
}

fn availability(word: Text<'_>) -> Availability {
    let known = [
        ("Available", Availability::Available),
        ("Busy", Availability::Busy),
        ("DoNotDisturb", Availability::DoNotDisturb),
        ("OffWork", Availability::OffWork),
        ("BRB", Availability::BeRightBack),
        ("Away", Availability::Away),
    ];
    known.into_iter().find(|(name, _)| word.is(name)).map_or_else(
        || Availability::Other(word.words().into()),
        |(_, availability)| availability,
    )
}

/// Who speaks. The document does not list the roles (irregularity E11): words that say it are understood, the rest
/// stays the server's own.
fn speaker(role: Given<Code<'_>>) -> Speaker {
    match role.value() {
        Some(Code::Word(word)) if word.is("agent") || word.is("user") => Speaker::Agent,
        Some(Code::Word(word)) if word.is("customer") || word.is("caller") => Speaker::Customer,
        role => Speaker::Other(role.map(Code::as_it_came).unwrap_or_default()),
    }
}

/// A text that is there and not empty.
fn some_text(given: Given<Text<'_>>) -> Option<Cow<'_, str>> {
    given.value().filter(|text| !text.is_empty()).map(Text::words)
}

/// An id that is there and not empty, as it is written.
fn some_id(given: Given<Text<'_>>) -> Option<Cow<'_, str>> {
    given.value().filter(|id| !id.is_empty()).map(Text::cow)
}

fn boxed(given: Given<Text<'_>>) -> Option<Box<str>> {
    some_text(given).map(Into::into)
}

/// A text, or that there is none: null and empty mean the same.
#[allow(
    clippy::option_option,
    reason = "the domain's updates tell \"not said\" from \"none\" this way"
)]
fn text(given: Given<Text<'_>>) -> Option<Option<Cow<'_, str>>> {
    given
        .said()
        .map(|text| text.filter(|text| !text.is_empty()).map(Text::words))
}

/// An id, or that there is none: null, empty and the zero GUID mean the same.
#[allow(
    clippy::option_option,
    reason = "the domain's updates tell \"not said\" from \"none\" this way"
)]
fn reference(given: Given<Text<'_>>) -> Option<Option<Cow<'_, str>>> {
    given.said().map(|id| id.and_then(Text::reference))
}
