//! Calls: from the first word of a contact to the end of its call, own ones and monitored ones.
//!
//! Lives here: call events, precalls, queueing, the calls on the device, and the current call.
//! May not be here: answers to requests about calls ([`super::answer`]), and which buttons a call has.
//! Own and monitored calls go one way; a monitored one has a row of its own, named after its agent as well.
//! The last event of a call is the one that says so; whatever ends before is still told about (rules R54, R56).

use super::{
    CALLS_KEPT, CtiEvent, DEPTH, Direction, EnablementMask, Given, Life, Reader, Teller, Text, Value,
    some_id, some_text,
};
use crate::domain::call::{CallUpdate, Diversion, Ending, FIELDS_KEPT, Queued, RoutedUpdate, Stage};
use crate::domain::ids::Ref;
use crate::domain::telephony::TelephonyNews;
use crate::domain::{Event, Moment};
use crate::vendor::Oddity;
use crate::vendor::ctios::arguments::Arguments;
use crate::vendor::ctios::fields::starts_with;
use crate::vendor::ctios::state::{ConnectionStatus, connection_status, group_number};
use std::borrow::Cow;

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    pub(super) fn current_call(&mut self) {
        let object = self.object();
        let call = object.as_deref().map(|id| Ref::new(self.site.source, id));
        self.send(Event::CurrentCall(call));
        self.mask();
    }

    pub(super) fn snapshot_device(&mut self) {
        let mut ids: Vec<Cow<'a, str>> = Vec::new();
        let valid = match self.fields.valid_calls {
            Given::Absent => {
                self.missing("ValidCalls");
                return;
            }
            Given::Null => Value::Null,
            Given::Value(valid) => valid,
        };
        match valid {
            Value::Null => {}
            // From object id to whether it is valid.
            Value::Object(json) => {
                let mut reader = Reader::new(json);
                reader.enter_object();
                while let Some(key) = reader.key() {
                    if reader.value().flag() != Some(false) {
                        ids.push(key.name);
                    }
                }
            }
            // Object ids, or objects that hold one.
            Value::Array(json) => {
                let mut reader = Reader::new(json);
                reader.enter_array();
                while reader.item() {
                    match reader.value() {
                        Value::Object(json) => {
                            let mut call = Arguments::default();
                            Reader::new(json).record(&mut call, &mut |_, _, _| {});
                            ids.extend(call.unique_object_id.value().map(Text::identity));
                        }
                        value => ids.extend(value.text().map(Text::identity)),
                    }
                }
            }
            _ => {
                self.oddities
                    .count(Oddity::UnreadableField, self.event.name(), "ValidCalls");
                return;
            }
        }
        ids.truncate(CALLS_KEPT);
        self.keep_calls(&ids);
    }

    fn keep_calls(&mut self, ids: &[Cow<'a, str>]) {
        for call in self.decoder.calls.iter_mut().filter(|call| !call.monitored) {
            if !ids.iter().any(|id| **id == *call.id) {
                call.life = Life::Gone;
            }
        }
        for id in ids {
            self.decoder.remember(id, None, false);
        }
        let calls = ids.iter().map(|id| Ref::new(self.site.source, id)).collect();
        self.send(Event::OwnCalls(self.site.source, calls));
    }

    /// The row that the event's call has, and whose side of it this is where that is not the own one.
    fn row(&self, object: Cow<'a, str>) -> Option<(Cow<'a, str>, Option<Cow<'a, str>>)> {
        if !self.is_monitored {
            return Some((object, None));
        }
        let agent = self.watched()?;
        Some((Cow::Owned([&object, "@", agent.as_ref()].concat()), Some(agent)))
    }

    /// The agent whose call a monitored event is about: the one it names, else the one being monitored (rule R81).
    fn watched(&self) -> Option<Cow<'a, str>> {
        some_id(self.fields.agent_id).or_else(|| {
            let monitored = self.decoder.monitored.as_deref()?;
            Some(Cow::Owned(monitored.to_owned()))
        })
    }

    pub(super) fn call_mask(&mut self, id: &str, mask: EnablementMask) {
        let update = CallUpdate {
            mask: Some(mask),
            ..CallUpdate::default()
        };
        self.send(Event::Call(Ref::new(self.site.source, id), Box::new(update)));
    }

    pub(super) fn call(&mut self) {
        let Some(object) = self.object() else {
            self.missing("UniqueObjectID");
            return;
        };
        let Some((id, agent)) = self.row(object) else {
            self.missing("AgentReference");
            return;
        };
        let is_end = matches!(
            self.kind,
            CtiEvent::CallEnd | CtiEvent::CallCleared | CtiEvent::CallConnectionCleared
        );
        if is_end && self.decoder.known(&id).is_none() {
            return;
        }
        let status = self.status();
        let direction = self
            .direction(status)
            .or_else(|| self.decoder.known(&id).and_then(|call| call.direction));
        let mut stage = self.stage(status, direction);
        let mut anew = false;
        match (self.decoder.life(&id), self.kind) {
            (Life::Lives, _) => {}
            // Told anew, as by a snapshot, or another call of the same name.
            (life, CtiEvent::CallBegin | CtiEvent::SnapshotCallConf) => {
                self.decoder.forget(&id);
                anew = life == Life::Gone;
            }
            // What is told late of a call that is over does not bring it back.
            (Life::Over, _) => stage = None,
            (Life::Gone, _) => return,
        }
        let (number, dialled) = self.numbers(direction);
        let gone = self.kind == CtiEvent::CallEnd;
        let contact = self.fields.contact.value().and_then(Text::reference);
        let update = CallUpdate {
            direction,
            stage,
            number,
            dialled,
            queue_name: self.queue_name(),
            routed: self.routed(),
            diversion: self.diversion(),
            ending: self.ending(stage),
            mask: self.read_mask(),
            conference: self.kind == CtiEvent::CallConferenced,
            consult: self.is_consult(),
            wrap_up_data: some_text(self.fields.call_wrapup_data),
            data: self.data(),
            fixed_data: &FIXED_DATA,
            // The contact belongs to the own side of it: the other source tells of that one.
            contact: contact.filter(|_| agent.is_none()),
            agent,
            anew,
            gone,
            ..CallUpdate::default()
        };
        self.decoder.remember(&id, direction, self.is_monitored);
        if gone {
            self.decoder.live(&id, Life::Gone);
        } else if stage.is_some_and(|stage| !stage.is_live()) {
            self.decoder.live(&id, Life::Over);
        }
        self.send(Event::Call(Ref::new(self.site.source, &id), Box::new(update)));
    }

    /// A contact is on its way to an agent, or will not come; there is no call yet (rules R48, R50).
    pub(super) fn precall(&mut self, comes: bool) {
        let Some(contact) = self.fields.contact.value().and_then(Text::reference) else {
            self.missing("ICMEnterpriseUniqueID");
            return;
        };
        let update = comes.then(|| {
            let (number, dialled) = self.numbers(None);
            Box::new(CallUpdate {
                number,
                dialled,
                queue_name: self.queue_name(),
                routed: self.routed(),
                data: self.data(),
                agent: self.watched().filter(|_| self.is_monitored),
                ..CallUpdate::default()
            })
        });
        self.send(Event::Precall(Ref::new(self.site.source, &contact), update));
    }

    /// A call waits in a queue, or no longer. Clients of all events hear it of calls that are not theirs, too
    /// (rule R64): it makes no call known, and its count is the service's.
    pub(super) fn queued(&mut self) {
        let waiting = self.others.count("NumQueued");
        let service = self
            .fields
            .service_number
            .value()
            .and_then(group_number)
            .flatten();
        if let (Some(service), Some(calls)) = (service, waiting) {
            self.tell_telephony(TelephonyNews::Waiting { service, calls });
        }
        let Some((id, _)) = self.object().and_then(|object| self.row(object)) else {
            return;
        };
        if self.decoder.known(&id).is_some() {
            let waits = self.kind == CtiEvent::CallQueued;
            let update = CallUpdate {
                queued: Some(waits.then_some(Queued { waiting })),
                mask: self.read_mask(),
                ..CallUpdate::default()
            };
            self.send(Event::Call(Ref::new(self.site.source, &id), Box::new(update)));
        }
    }

    /// What the call is counted for; null values say that there is nothing (rules R75, R76).
    fn routed(&self) -> RoutedUpdate {
        let fields = self.fields;
        let group = |given: Given<Value<'_>>| match given {
            Given::Absent => None,
            Given::Null => Some(None),
            Given::Value(value) => group_number(value),
        };
        RoutedUpdate {
            service: group(fields.service_number),
            skill_group: group(fields.skill_group_number),
            skill_group_id: group(fields.skill_group_id),
            priority: fields
                .skill_group_priority
                .said()
                .map(|priority| priority.filter(|priority| *priority != 0)),
        }
    }

    fn diversion(&self) -> Option<Diversion> {
        if self.kind != CtiEvent::CallDiverted {
            return None;
        }
        let device = |name| self.others.text(name).map(|device| device.as_ref().into());
        Some(Diversion {
            from: device("DivertingDeviceID"),
            to: device("CalledDeviceID"),
        })
    }

    fn status(&mut self) -> Option<ConnectionStatus> {
        let value = self.fields.call_status.value()?;
        let status = connection_status(value);
        if status.is_none() {
            let word = value.text().unwrap_or_default();
            self.unknown_value(&word.cow());
        }
        status
    }

    /// Who called whom: by the kind of call, else by which end of it this connection is.
    ///
    /// The kinds are numbered as in the CTI Server messages; inside calls go either way.
    fn direction(&self, status: Option<ConnectionStatus>) -> Option<Direction> {
        use CtiEvent as E;
        let begins = matches!(self.kind, E::CallBegin | E::SnapshotCallConf);
        let by_kind = match self.fields.call_type.value().filter(|_| begins) {
            Some(1..=6 | 11 | 13) => Some(Direction::Inbound),
            Some(7..=9 | 12) => Some(Direction::Outbound),
            _ => None,
        };
        by_kind.or(match (self.kind, status) {
            (E::CallServiceInitiated | E::CallOriginated | E::CallReachedNetwork, _) => {
                Some(Direction::Outbound)
            }
            (E::CallBegin | E::CallDelivered | E::SnapshotCallConf, status) => match status {
                Some(ConnectionStatus::Alerting) => Some(Direction::Inbound),
                Some(ConnectionStatus::Initiate) => Some(Direction::Outbound),
                _ => None,
            },
            _ => None,
        })
    }

    /// The agent made the call to ask somebody about another one; numbered as in the CTI Server messages.
    fn is_consult(&self) -> bool {
        let begins = matches!(self.kind, CtiEvent::CallBegin | CtiEvent::SnapshotCallConf);
        begins && matches!(self.fields.call_type.value(), Some(12 | 14))
    }

    /// Where the call stands after this event (rules R54 to R63).
    fn stage(&self, status: Option<ConnectionStatus>, direction: Option<Direction>) -> Option<Stage> {
        use CtiEvent as E;
        let by_status = status.map(ConnectionStatus::stage);
        match self.kind {
            // The called party rings; the calling one goes on dialling.
            E::CallDelivered => by_status.or(match direction {
                Some(Direction::Outbound) => Some(Stage::Dialling),
                _ => Some(Stage::Alerting),
            }),
            E::CallServiceInitiated | E::CallOriginated | E::CallReachedNetwork => {
                by_status.or(Some(Stage::Dialling))
            }
            E::CallEstablished | E::CallRetrieved => Some(Stage::Connected),
            E::CallConferenced => by_status.or(Some(Stage::Connected)),
            E::CallHeld => Some(Stage::Held),
            E::CallFailed => Some(Stage::Failed),
            // Without a status this is the end of a call that failed, or the end of any (rule R55).
            E::CallCleared | E::CallConnectionCleared => by_status.or(Some(Stage::Ended)),
            // The end as such moves nothing: a call that failed stays failed (rule R56).
            E::CallEnd => None,
            // A beginning without a connection is a beginning, not an end.
            E::CallBegin => by_status.filter(|stage| *stage != Stage::Ended),
            _ => by_status,
        }
    }

    fn ending(&self, stage: Option<Stage>) -> Option<Ending> {
        match (stage?, self.kind) {
            (Stage::Failed, _) => {
                let cause = self.fields.event_cause.value().filter(|cause| *cause != 0);
                Some(Ending::Failed(cause.map(|cause| cause.to_string().into())))
            }
            (Stage::Ended, CtiEvent::CallTransferred) => Some(Ending::Transferred),
            _ => None,
        }
    }

    /// The other party's number and the number that was dialled.
    #[allow(clippy::type_complexity, reason = "two optional texts")]
    fn numbers(&self, direction: Option<Direction>) -> (Option<Cow<'a, str>>, Option<Cow<'a, str>>) {
        let caller = some_text(self.fields.ani);
        let dialled = some_text(self.fields.dialed_number).or_else(|| some_text(self.fields.dnis));
        match direction {
            Some(Direction::Outbound) => (dialled.clone(), dialled),
            _ => (caller, dialled),
        }
    }

    fn queue_name(&self) -> Option<Cow<'a, str>> {
        let number = self.site.queue_name_variable?;
        let place = usize::from(number).checked_sub(1)?;
        self.variables().get(place).copied().and_then(some_text)
    }

    fn variables(&self) -> [Given<Text<'a>>; 10] {
        let fields = self.fields;
        [
            fields.call_variable_1,
            fields.call_variable_2,
            fields.call_variable_3,
            fields.call_variable_4,
            fields.call_variable_5,
            fields.call_variable_6,
            fields.call_variable_7,
            fields.call_variable_8,
            fields.call_variable_9,
            fields.call_variable_10,
        ]
    }

    /// The data that the event carries: only what changed (rule R53), so an empty text is news and absence is none.
    fn data(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        const VARIABLES: [&str; 10] = [
            "CallVariable1",
            "CallVariable2",
            "CallVariable3",
            "CallVariable4",
            "CallVariable5",
            "CallVariable6",
            "CallVariable7",
            "CallVariable8",
            "CallVariable9",
            "CallVariable10",
        ];
        let fields = self.fields;
        let others = [
            fields.caller_entered_digits,
            fields.user_to_user_info,
            fields.customer_phone_number,
            fields.customer_account_number,
        ];
        let mut data: Vec<_> = VARIABLES
            .into_iter()
            .zip(self.variables())
            .chain(FIXED_DATA.into_iter().zip(others))
            .filter_map(|(name, given)| Some((Cow::Borrowed(name), given.value()?.words())))
            .collect();
        if let Some(Value::Object(json)) = fields.ecc.value() {
            let mut reader = Reader::new(json);
            reader.enter_object();
            while let Some(key) = reader.key() {
                let value = reader.value();
                // A name comes with its prefix or without.
                let name = if starts_with(&key.name, "user.") {
                    key.name
                } else {
                    Cow::Owned(format!("user.{}", key.name))
                };
                flatten(name, value, DEPTH, &mut data);
            }
        }
        data
    }
}

/// What no request changes, beside the call variables and the expanded data.
const FIXED_DATA: [&str; 4] = [
    "CallerEnteredDigits",
    "UserToUserInfo",
    "CustomerPhoneNumber",
    "CustomerAccountNumber",
];

/// Adds a value under its name, what is nested under names of its own: `user.name`, `user.array[i]`.
fn flatten<'a>(
    name: Cow<'a, str>,
    value: Value<'a>,
    depth: usize,
    data: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>,
) {
    if data.len() >= FIELDS_KEPT || depth == 0 {
        return;
    }
    match value {
        Value::Object(json) => {
            let mut reader = Reader::new(json);
            reader.enter_object();
            while let Some(key) = reader.key() {
                let value = reader.value();
                flatten(Cow::Owned(format!("{name}.{}", key.name)), value, depth - 1, data);
            }
        }
        Value::Array(json) => {
            let mut reader = Reader::new(json);
            reader.enter_array();
            let mut place = 0_usize;
            while reader.item() {
                let value = reader.value();
                flatten(Cow::Owned(format!("{name}[{place}]")), value, depth - 1, data);
                place += 1;
            }
        }
        Value::Null => {}
        value => data.extend(value.text().map(|text| (name, text.words()))),
    }
}
