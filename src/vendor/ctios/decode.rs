//! What each event means in the domain's terms.
//!
//! Lives here: [`Decoder`], which remembers of earlier events only what a later one leaves out.
//! May not be here: the model, and any conclusion about what the agent may do.
//! It remembers whose an object id is, which way a call goes, and a failure that will be reported twice (rule R69).
//! A mask belongs to the object that its event names: a known call's or the agent's (rule R80, trap T7).

use super::events::{Arguments, CtiEvent, is_documented};
use super::failure::ControlFailure;
use super::mask;
use super::state::{ConnectionStatus, agent_state, connection_status};
use crate::domain::agent::AgentUpdate;
use crate::domain::call::{CallUpdate, Direction, Ending, FIELDS_KEPT, Stage};
use crate::domain::command::{InvokeId, Refusal};
use crate::domain::control::EnablementMask;
use crate::domain::ids::{Ref, SourceId};
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use crate::vendor::json::{Given, Offered, Reader, Text, Value};
use crate::vendor::{Oddities, Oddity, Unreadable};
use std::borrow::Cow;

/// Calls remembered at once; a device has at most 16 (rule R45).
const CALLS_KEPT: usize = 64;
/// How deep nested Arguments are read.
const DEPTH: usize = 8;

/// What the site says about the readings that the event document leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The source that every call belongs to.
    pub source: SourceId,
    /// The reason code of a sign-out by the system, `CTIOS_FORCED_LOGOUT_REASON_CODE` (rule R71).
    pub forced_sign_out: i32,
    /// The number of the call variable that holds the queue's name, where there is one.
    pub queue_name_variable: Option<u8>,
}

impl Default for Site {
    /// The reason code is the one that Cisco's own servers send.
    fn default() -> Self {
        Self {
            source: SourceId::default(),
            forced_sign_out: 50_002,
            queue_name_variable: None,
        }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was understood.
    Told(CtiEvent),
    /// It is documented and not shown yet; it was counted.
    NotShownYet(&'static str),
    /// It is not known; it was counted.
    Unknown,
}

#[derive(Debug, Clone)]
struct KnownCall {
    id: Box<str>,
    direction: Option<Direction>,
}

/// Decodes the events of one agent's desk, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    agent_object: Option<Box<str>>,
    calls: Vec<KnownCall>,
    /// The sign-out failure already told, whose twin is still to come.
    told_failure: Option<(Option<InvokeId>, Option<i64>)>,
}

impl Decoder {
    /// Decodes the arguments of one `CtiEvent` (a JSON array of event name and Arguments object).
    ///
    /// `own_agent` is the id of the agent at this desk as the rest of the source calls it; without one the
    /// agent goes by the sign-in id.
    pub fn decode(
        &mut self,
        arguments: Payload<'_>,
        site: &Site,
        own_agent: Option<&str>,
        oddities: &mut Oddities,
        sink: &mut impl FnMut(Option<Moment>, Event<'_>),
    ) -> Result<Outcome, Unreadable> {
        let arguments = arguments.json();
        let mut reader = Reader::new(&arguments);
        let name = (reader.enter_array() && reader.item())
            .then(|| reader.value())
            .and_then(|value| match value {
                Value::Text(name) => Some(name.cow()),
                _ => None,
            });
        let Some(name) = name else {
            return Err(unreadable(&reader, "no event name", oddities));
        };
        let Some(event) = CtiEvent::from_name(&name) else {
            oddities.count(Oddity::UnknownEvent, "", &name);
            return Ok(Outcome::Unknown);
        };
        if let CtiEvent::NotShownYet(name) = event {
            oddities.count(Oddity::NotShownYet, name, "");
            return Ok(Outcome::NotShownYet(name));
        }
        let mut fields = Arguments::default();
        // An event without fields may come without Arguments.
        if reader.item() {
            let is_object = reader.record(&mut fields, &mut |offered, key, _| match offered {
                Offered::Unreadable => oddities.count(Oddity::UnreadableField, event.name(), &key.name),
                Offered::Unknown if !is_documented(&key.name) => {
                    oddities.count(Oddity::UnknownField, event.name(), &key.name);
                }
                Offered::Unknown | Offered::Taken => {}
            });
            if !is_object && !reader.is_broken() {
                oddities.count(Oddity::UnreadableField, event.name(), "Arguments");
            }
        }
        if reader.is_broken() {
            return Err(unreadable(&reader, "", oddities));
        }
        let mut teller = Teller {
            decoder: self,
            event,
            fields: &fields,
            site,
            own_agent,
            oddities,
            sink,
        };
        teller.tell();
        Ok(Outcome::Told(event))
    }

    /// Whether an object id is the agent's: the one that agent events name, or one of its form, which is
    /// custom (`agent.…`, `call.…`) and not documented; before any is known, whatever is no call's.
    fn is_agent(&self, id: &str) -> bool {
        let has_form = |form: &str| {
            id.get(..form.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(form))
        };
        match &self.agent_object {
            Some(known) => **known == *id || has_form("agent."),
            None => !has_form("call."),
        }
    }

    fn known(&self, id: &str) -> Option<&KnownCall> {
        self.calls.iter().find(|call| &*call.id == id)
    }

    fn remember(&mut self, id: &str, direction: Option<Direction>) {
        if let Some(call) = self.calls.iter_mut().find(|call| &*call.id == id) {
            call.direction = direction.or(call.direction);
            return;
        }
        if self.calls.len() == CALLS_KEPT {
            self.calls.remove(0);
        }
        self.calls.push(KnownCall {
            id: id.into(),
            direction,
        });
    }

    fn forget(&mut self, id: &str) {
        self.calls.retain(|call| &*call.id != id);
    }
}

fn unreadable(reader: &Reader<'_>, shape: &'static str, oddities: &mut Oddities) -> Unreadable {
    let problem = if reader.is_broken() {
        Unreadable::Broken
    } else {
        Unreadable::Shape(shape)
    };
    oddities.count(Oddity::Unreadable, "", &problem.to_string());
    problem
}

/// Tells one event to a sink.
struct Teller<'t, 'a, S> {
    decoder: &'t mut Decoder,
    event: CtiEvent,
    fields: &'t Arguments<'a>,
    site: &'t Site,
    own_agent: Option<&'t str>,
    oddities: &'t mut Oddities,
    sink: &'t mut S,
}

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    fn tell(&mut self) {
        match self.event {
            CtiEvent::AgentStateChange | CtiEvent::QueryAgentStateConf => self.agent_state(true),
            // About to be signed out: the state itself is told by the event that follows (rule R70).
            CtiEvent::PreLogout => self.agent_state(false),
            CtiEvent::PostLogout => {
                self.agent_state(true);
                if self.is_forced() {
                    self.send(Event::ForcedSignOut);
                }
            }
            CtiEvent::AgentInfo => self.agent_name(),
            CtiEvent::LogoutFailed => self.logout_failed(),
            CtiEvent::ControlFailureConf => self.control_failure(),
            CtiEvent::ButtonEnablementChange => self.mask(),
            CtiEvent::CurrentCallChanged => self.current_call(),
            CtiEvent::SnapshotDeviceConf => self.snapshot_device(),
            CtiEvent::SnapshotCallConf => {
                self.accepted(true);
                self.call();
            }
            CtiEvent::MakeCallConf | CtiEvent::AgentDeskSettingsConf | CtiEvent::AgentGreetingControlConf => {
                self.accepted(true);
            }
            CtiEvent::SetAgentMode | CtiEvent::Received(_) => {
                self.accepted(false);
                self.mask();
            }
            CtiEvent::NotShownYet(_) => {}
            _ => self.call(),
        }
    }

    fn send(&mut self, event: Event<'_>) {
        (self.sink)(None, event);
    }

    /// The object that the event names, in its one spelling.
    fn object(&self) -> Option<Cow<'a, str>> {
        self.fields.unique_object_id.value().and_then(Text::reference)
    }

    fn read_mask(&self) -> Option<EnablementMask> {
        self.fields.enablement_mask.value().map(mask::read)
    }

    // ---- the agent ----

    fn agent_state(&mut self, tells_state: bool) {
        if let Some(object) = self.object() {
            self.decoder.agent_object = Some(object.into());
        }
        let state = self.fields.agent_state.value().filter(|_| tells_state);
        let named_state = state.and_then(agent_state);
        if let (Some(value), None) = (state, named_state) {
            let word = value.text().unwrap_or_default();
            self.oddities
                .count(Oddity::UnknownValue, self.event.name(), &word.cow());
        }
        let extension = [self.fields.agent_extension, self.fields.agent_instrument]
            .into_iter()
            .find_map(some_text);
        let update = AgentUpdate {
            login_id: some_text(self.fields.agent_id),
            extension,
            named_state,
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
        };
        self.send_agent(&update);
        if let Some(mask) = self.read_mask() {
            self.send(Event::AgentMask(mask));
        }
    }

    fn agent_name(&mut self) {
        let first = some_text(self.fields.agent_first_name).unwrap_or_default();
        let last = some_text(self.fields.agent_last_name).unwrap_or_default();
        let name = format!("{first} {last}");
        let name = name.trim();
        if !name.is_empty() {
            self.send_agent(&AgentUpdate {
                name: Some(Cow::Borrowed(name)),
                ..AgentUpdate::default()
            });
        }
    }

    fn send_agent(&mut self, update: &AgentUpdate<'_>) {
        let by_sign_in = some_text(self.fields.agent_id);
        let by_object = self.object();
        match self.own_agent.or(by_sign_in.as_deref()).or(by_object.as_deref()) {
            Some(id) => {
                let event = Event::Agent(Ref::new(self.site.source, id), update);
                (self.sink)(None, event);
            }
            None => self.missing("AgentID"),
        }
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
    fn is_forced(&self) -> bool {
        let by_name = self
            .fields
            .event_reason_code
            .value()
            .and_then(Value::text)
            .is_some_and(|word| word.is("CTIOS_FORCED_LOGOUT_REASON_CODE"));
        by_name || self.reason().value() == Some(self.site.forced_sign_out)
    }

    // ---- answers ----

    fn invoke_id(&self) -> Option<InvokeId> {
        let id = self.fields.invoke_id.value()?;
        u32::try_from(id).ok().filter(|id| *id != 0).map(InvokeId)
    }

    fn accepted(&mut self, done: bool) {
        if let Some(id) = self.invoke_id() {
            self.send(Event::Accepted { id, done });
        }
    }

    fn logout_failed(&mut self) {
        let failure = (self.invoke_id(), self.fields.failure_code.value());
        self.refused();
        self.decoder.told_failure = Some(failure);
        self.mask();
    }

    fn control_failure(&mut self) {
        let (id, code) = (self.invoke_id(), self.fields.failure_code.value());
        // The twin of a sign-out failure names the same request and reason, as far as each names any.
        let twin = self
            .decoder
            .told_failure
            .take()
            .is_some_and(|(told_id, told_code)| {
                let ids_agree = told_id == id || told_id.is_none() || id.is_none();
                ids_agree && (told_code == code || told_code.is_none() || code.is_none())
            });
        if !twin {
            self.refused();
        }
        self.mask();
    }

    fn refused(&mut self) {
        let code = self.fields.failure_code.value();
        let failure = code.and_then(ControlFailure::from_code);
        if let (Some(code), None) = (code, failure) {
            self.oddities
                .count(Oddity::UnknownValue, self.event.name(), &code.to_string());
        }
        let text = some_text(self.fields.error_message)
            .or_else(|| failure.map(|failure| Cow::Borrowed(failure.text())));
        let event = Event::Refused {
            id: self.invoke_id(),
            kind: failure.map_or(Refusal::Other, ControlFailure::refusal),
            code: code.and_then(|code| i32::try_from(code).ok()),
            text,
        };
        self.send(event);
    }

    // ---- masks, the current call, the device ----

    /// Tells the mask that an event carries beside its own news, where it carries one.
    fn mask(&mut self) {
        let Some(mask) = self.read_mask() else { return };
        let object = self.object();
        match object.as_deref() {
            Some(id) if self.decoder.known(id).is_some() => self.send(Event::Call(
                Ref::new(self.site.source, id),
                Box::new(CallUpdate {
                    mask: Some(mask),
                    ..CallUpdate::default()
                }),
            )),
            None => self.send(Event::AgentMask(mask)),
            Some(id) if self.decoder.is_agent(id) => self.send(Event::AgentMask(mask)),
            // A call that has not begun or is over, or something else: nobody has buttons for it.
            Some(_) => self
                .oddities
                .count(Oddity::UnknownValue, self.event.name(), "UniqueObjectID"),
        }
    }

    fn current_call(&mut self) {
        let object = self.object();
        let call = object.as_deref().map(|id| Ref::new(self.site.source, id));
        self.send(Event::CurrentCall(call));
        self.mask();
    }

    fn snapshot_device(&mut self) {
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
        self.decoder
            .calls
            .retain(|call| ids.iter().any(|id| **id == *call.id));
        for id in ids {
            self.decoder.remember(id, None);
        }
        let calls = ids.iter().map(|id| Ref::new(self.site.source, id)).collect();
        self.send(Event::OwnCalls(self.site.source, calls));
    }

    // ---- calls ----

    fn call(&mut self) {
        let Some(id) = self.object() else {
            self.missing("UniqueObjectID");
            return;
        };
        let is_end = matches!(
            self.event,
            CtiEvent::CallEnd | CtiEvent::CallCleared | CtiEvent::CallConnectionCleared
        );
        if is_end && self.decoder.known(&id).is_none() {
            return;
        }
        let status = self.status();
        let direction = self
            .direction(status)
            .or_else(|| self.decoder.known(&id).and_then(|call| call.direction));
        let stage = self.stage(status, direction);
        let (number, dialled) = self.numbers(direction);
        let gone = self.event == CtiEvent::CallEnd;
        let update = CallUpdate {
            direction,
            stage,
            number,
            dialled,
            queue_name: self.queue_name(),
            ending: self.ending(stage),
            mask: self.read_mask(),
            data: self.data(),
            contact: self.fields.contact.value().and_then(Text::reference),
            gone,
            ..CallUpdate::default()
        };
        if gone {
            self.decoder.forget(&id);
        } else {
            self.decoder.remember(&id, direction);
        }
        self.send(Event::Call(Ref::new(self.site.source, &id), Box::new(update)));
    }

    fn status(&mut self) -> Option<ConnectionStatus> {
        let value = self.fields.call_status.value()?;
        let status = connection_status(value);
        if status.is_none() {
            let word = value.text().unwrap_or_default();
            self.oddities
                .count(Oddity::UnknownValue, self.event.name(), &word.cow());
        }
        status
    }

    /// Who called whom: by the kind of call, else by which end of it this connection is.
    ///
    /// The kinds are numbered as in the CTI Server messages; inside calls go either way.
    fn direction(&self, status: Option<ConnectionStatus>) -> Option<Direction> {
        let begins = matches!(self.event, CtiEvent::CallBegin | CtiEvent::SnapshotCallConf);
        let by_kind = match self.fields.call_type.value().filter(|_| begins) {
            Some(1..=6 | 11 | 13) => Some(Direction::Inbound),
            Some(7..=9 | 12) => Some(Direction::Outbound),
            _ => None,
        };
        by_kind.or(match (self.event, status) {
            (CtiEvent::CallServiceInitiated | CtiEvent::CallOriginated | CtiEvent::CallReachedNetwork, _) => {
                Some(Direction::Outbound)
            }
            (CtiEvent::CallBegin | CtiEvent::CallDelivered | CtiEvent::SnapshotCallConf, status) => {
                match status {
                    Some(ConnectionStatus::Alerting) => Some(Direction::Inbound),
                    Some(ConnectionStatus::Initiate) => Some(Direction::Outbound),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// Where the call stands after this event (rules R54 to R63).
    fn stage(&self, status: Option<ConnectionStatus>, direction: Option<Direction>) -> Option<Stage> {
        let by_status = status.map(ConnectionStatus::stage);
        match self.event {
            // The called party rings; the calling one goes on dialling.
            CtiEvent::CallDelivered => by_status.or(match direction {
                Some(Direction::Outbound) => Some(Stage::Dialling),
                _ => Some(Stage::Alerting),
            }),
            CtiEvent::CallServiceInitiated | CtiEvent::CallOriginated | CtiEvent::CallReachedNetwork => {
                by_status.or(Some(Stage::Dialling))
            }
            CtiEvent::CallEstablished | CtiEvent::CallRetrieved => Some(Stage::Connected),
            CtiEvent::CallConferenced => by_status.or(Some(Stage::Connected)),
            CtiEvent::CallHeld => Some(Stage::Held),
            CtiEvent::CallFailed => Some(Stage::Failed),
            // Without a status this is the end of a call that failed, or the end of any (rule R55).
            CtiEvent::CallCleared | CtiEvent::CallConnectionCleared => by_status.or(Some(Stage::Ended)),
            // The end as such moves nothing: a call that failed stays failed (rule R56).
            CtiEvent::CallEnd => None,
            // A beginning without a connection is a beginning, not an end.
            CtiEvent::CallBegin => by_status.filter(|stage| *stage != Stage::Ended),
            _ => by_status,
        }
    }

    fn ending(&self, stage: Option<Stage>) -> Option<Ending> {
        match (stage?, self.event) {
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
            ("CallerEnteredDigits", fields.caller_entered_digits),
            ("CallWrapupData", fields.call_wrapup_data),
            ("UserToUserInfo", fields.user_to_user_info),
            ("CustomerPhoneNumber", fields.customer_phone_number),
            ("CustomerAccountNumber", fields.customer_account_number),
        ];
        let mut data: Vec<_> = VARIABLES
            .into_iter()
            .zip(self.variables())
            .chain(others)
            .filter_map(|(name, given)| Some((Cow::Borrowed(name), given.value()?.cow())))
            .collect();
        if let Some(Value::Object(json)) = fields.ecc.value() {
            let mut reader = Reader::new(json);
            reader.enter_object();
            while let Some(key) = reader.key() {
                let value = reader.value();
                // A name comes with its prefix or without.
                let name = if key
                    .name
                    .get(..5)
                    .is_some_and(|start| start.eq_ignore_ascii_case("user."))
                {
                    key.name
                } else {
                    Cow::Owned(format!("user.{}", key.name))
                };
                flatten(name, value, DEPTH, &mut data);
            }
        }
        data
    }

    fn missing(&mut self, field: &'static str) {
        self.oddities
            .count(Oddity::MissingIdentity, self.event.name(), field);
    }
}

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
        value => data.extend(value.text().map(|text| (name, text.cow()))),
    }
}

fn some_text(given: Given<Text<'_>>) -> Option<Cow<'_, str>> {
    given.value().filter(|text| !text.is_empty()).map(Text::cow)
}
