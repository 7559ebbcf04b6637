//! What each event means in the domain's terms.
//!
//! Lives here: [`Decoder`], which remembers of earlier events only what a later one leaves out; a file per subject.
//! May not be here: the model, and any conclusion about what the agent may do.
//! It remembers whose an object id is, which way a call goes, and a failure that will be reported twice (rule R69).
//! A mask belongs to the object that its event names: a known call's or the agent's (rule R80, trap T7).

mod agent;
mod answer;
mod call;
mod link;
pub mod settings;
mod supervision;

use super::arguments::{self, Arguments, Keep, Others};
use super::events::CtiEvent;
use super::fields::starts_with;
use super::mask;
use crate::domain::call::Direction;
use crate::domain::command::InvokeId;
use crate::domain::control::EnablementMask;
use crate::domain::ids::SourceId;
use crate::domain::supervision::SupervisionNews;
use crate::domain::telephony::TelephonyNews;
use crate::domain::{Event, Moment};
use crate::protocol::message::Payload;
use crate::vendor::json::{Given, Reader, Text, Value};
use crate::vendor::{Oddities, Oddity, Unreadable};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Calls remembered at once; a device has at most 16 (rule R45), and a monitored agent's come on top.
const CALLS_KEPT: usize = 64;
/// Colleagues remembered by their objects' ids.
const COLLEAGUES_KEPT: usize = 5_000;
/// How deep nested Arguments are read.
const DEPTH: usize = 8;

/// What the site says about the readings that the event document leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The source that every call belongs to.
    pub source: SourceId,
    /// The reason code of a sign-out by the system, `CTIOS_FORCED_LOGOUT_REASON_CODE` (rule R71).
    pub forced_sign_out: i32,
    /// The reason code of not being ready because a call was not answered.
    pub not_answered: i32,
    /// The number of the call variable that holds the queue's name, where there is one.
    pub queue_name_variable: Option<u8>,
}

impl Default for Site {
    /// The reason codes are those that Cisco's own servers send.
    fn default() -> Self {
        Self {
            source: SourceId::default(),
            forced_sign_out: 50_002,
            not_answered: 32_767,
            queue_name_variable: None,
        }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was understood.
    Told(CtiEvent),
    /// It is not known; it was counted.
    Unknown,
}

#[derive(Debug, Clone)]
struct KnownCall {
    /// The row's id.
    id: Box<str>,
    direction: Option<Direction>,
    /// It is a monitored agent's.
    monitored: bool,
    life: Life,
}

/// How much of a call's life was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// It lives.
    Lives,
    /// It has ended or failed, and its last event is still to come (rules R54, R55).
    Over,
    /// Its last event was told.
    Gone,
}

/// Decodes the events of one agent's desk, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    agent_object: Option<Box<str>>,
    /// The own agent's sign-in id.
    login_id: Option<Box<str>>,
    calls: Vec<KnownCall>,
    /// Sign-in ids of other agents by the ids of their objects.
    colleagues: FxHashMap<Box<str>, Box<str>>,
    /// Names of agents whose objects were not met yet.
    names: FxHashMap<Box<str>, Box<str>>,
    /// The agent whose calls are told beside the own ones (rule R81).
    monitored: Option<Box<str>>,
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
        let Some(mut event) = CtiEvent::from_name(&name) else {
            oddities.count(Oddity::UnknownEvent, "", &name);
            return Ok(Outcome::Unknown);
        };
        // An event without fields may come without Arguments.
        let mut has_fields = reader.item();
        let mut wrapped = reader;
        if event == CtiEvent::Generic && has_fields {
            let Wrapped { number, arguments } = unwrap(&mut reader);
            if reader.is_broken() {
                return Err(unreadable(&reader, "", oddities));
            }
            let number = number.and_then(Value::text).unwrap_or_default().cow();
            // The document does not give the events' numbers, only some of their names.
            let Some(known) = CtiEvent::from_name(&number).filter(|known| *known != CtiEvent::Generic) else {
                oddities.count(Oddity::UnknownEvent, event.name(), &number);
                return Ok(Outcome::Unknown);
            };
            event = known;
            has_fields = arguments.is_some();
            wrapped = Reader::new(arguments.unwrap_or_default());
        }
        let mut reader = wrapped;
        let mut fields = Arguments::default();
        let mut others = Others::default();
        if has_fields {
            let kept = (event.name(), keep(event));
            let is_object = arguments::read(&mut reader, kept, &mut fields, &mut others, oddities);
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
            kind: event.plain(),
            is_monitored: event.is_monitored() || fields.monitored.value().is_some_and(is_set),
            fields: &fields,
            others: &others,
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
        match &self.agent_object {
            Some(known) => **known == *id || (starts_with(id, "agent.") && !self.colleagues.contains_key(id)),
            None => !starts_with(id, "call.") && !self.colleagues.contains_key(id),
        }
    }

    /// A call whose last event was not told yet.
    fn known(&self, id: &str) -> Option<&KnownCall> {
        let known = self.calls.iter().find(|call| &*call.id == id)?;
        (known.life != Life::Gone).then_some(known)
    }

    fn life(&self, id: &str) -> Life {
        let known = self.calls.iter().find(|call| &*call.id == id);
        known.map_or(Life::Lives, |known| known.life)
    }

    fn remember(&mut self, id: &str, direction: Option<Direction>, monitored: bool) {
        if let Some(call) = self.calls.iter_mut().find(|call| &*call.id == id) {
            call.direction = direction.or(call.direction);
            return;
        }
        if self.calls.len() == CALLS_KEPT {
            // Those that are gone are remembered only to know late news of them.
            let gone = self.calls.iter().position(|call| call.life == Life::Gone);
            self.calls.remove(gone.unwrap_or(0));
        }
        self.calls.push(KnownCall {
            id: id.into(),
            direction,
            monitored,
            life: Life::Lives,
        });
    }

    fn live(&mut self, id: &str, life: Life) {
        if let Some(call) = self.calls.iter_mut().find(|call| &*call.id == id) {
            call.life = life;
        }
    }

    fn forget(&mut self, id: &str) {
        self.calls.retain(|call| &*call.id != id);
    }

    /// Remembers by which sign-in id an agent's object goes.
    fn meet(&mut self, object: Option<&str>, login_id: Option<&str>) {
        if let (Some(object), Some(login_id)) = (object, login_id)
            && self.agent_object.as_deref() != Some(object)
            && (self.colleagues.len() < COLLEAGUES_KEPT || self.colleagues.contains_key(object))
        {
            self.colleagues.insert(object.into(), login_id.into());
        }
    }
}

/// The marker of monitored events has no documented value: anything but a no will do.
fn is_set(value: Value<'_>) -> bool {
    value.flag() != Some(false)
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

/// What a generic event wraps.
#[derive(Default)]
struct Wrapped<'a> {
    number: Option<Value<'a>>,
    /// The Arguments as they are written.
    arguments: Option<&'a str>,
}

/// Reads `OnEvent`: number and Arguments beside one another, or both in an object of their own (irregularity C36).
fn unwrap<'a>(reader: &mut Reader<'a>) -> Wrapped<'a> {
    let mut wrapped = Wrapped::default();
    let mut inner = None;
    if reader.enter_object() {
        while let Some(key) = reader.key() {
            let value = reader.value();
            match value {
                _ if key.is("iEventID") => wrapped.number = Some(value),
                Value::Object(json) if key.is("rArgs") => wrapped.arguments = Some(json),
                Value::Object(json) if key.is("args") || key.is("eventArgs") => inner = Some(json),
                _ => {}
            }
        }
    }
    if let Some(json) = inner {
        let mut reader = Reader::new(json);
        let mut holds_arguments = false;
        reader.enter_object();
        while let Some(key) = reader.key() {
            let value = reader.value();
            match value {
                _ if key.is("iEventID") => wrapped.number = Some(value),
                Value::Object(json) if key.is("rArgs") => {
                    wrapped.arguments = Some(json);
                    holds_arguments = true;
                }
                _ => {}
            }
        }
        if !holds_arguments {
            wrapped.arguments = wrapped.arguments.or(Some(json));
        }
    }
    wrapped
}

/// Which rare fields of an event are read. The events that come with every call and state need none.
fn keep(event: CtiEvent) -> Keep {
    use CtiEvent as E;
    match event.plain() {
        E::AgentStatistics
        | E::SkillGroupStatisticsUpdated
        | E::GlobalSettingsDownloadConf
        | E::SnapshotSkillGroupList => Keep::Everything,
        E::CallBegin
        | E::CallDataUpdate
        | E::CallDelivered
        | E::CallEstablished
        | E::CallHeld
        | E::CallRetrieved
        | E::CallCleared
        | E::CallConnectionCleared
        | E::CallEnd
        | E::CallOriginated
        | E::CallServiceInitiated
        | E::CallReachedNetwork
        | E::CallFailed
        | E::CallConferenced
        | E::CallTransferred
        | E::SnapshotCallConf
        | E::SnapshotDeviceConf
        | E::CurrentCallChanged
        | E::AgentStateChange
        | E::PreLogout
        | E::PostLogout
        | E::ButtonEnablementChange
        | E::SupervisorButtonChange
        | E::ControlFailureConf
        | E::LogoutFailed
        | E::Heartbeat => Keep::Nothing,
        receipt if receipt.is_receipt() => Keep::Nothing,
        _ => Keep::Documented,
    }
}

/// Tells one event to a sink.
struct Teller<'t, 'a, S> {
    decoder: &'t mut Decoder,
    /// The event as it was named.
    event: CtiEvent,
    /// The plain event, where it is about a monitored agent or call.
    kind: CtiEvent,
    /// It is about somebody else, whom a supervisor watches here (rules R81, R82).
    is_monitored: bool,
    fields: &'t Arguments<'a>,
    others: &'t Others<'a>,
    site: &'t Site,
    own_agent: Option<&'t str>,
    oddities: &'t mut Oddities,
    sink: &'t mut S,
}

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    fn tell(&mut self) {
        use CtiEvent as E;
        self.supervisor_mask();
        match self.kind {
            E::AgentStateChange => self.agent_state(true),
            E::QueryAgentStateConf => {
                self.agent_state(true);
                self.assignment();
            }
            // About to be signed out: the state itself is told by the event that follows (rule R70).
            E::PreLogout => self.agent_state(false),
            E::PostLogout => {
                self.agent_state(true);
                if self.is_forced() && !self.is_monitored {
                    self.send(Event::ForcedSignOut);
                }
            }
            E::AgentInfo => self.agent_name(),
            E::AgentStatistics => self.agent_statistics(),
            E::SkillGroupStatisticsUpdated | E::SkillInfo => self.skill_group(),
            E::SnapshotSkillGroupList => self.skill_groups(),
            E::ChatMessage => self.chat(),
            E::CurrentAgentReset => self.agent_reset(),
            E::LogoutFailed => self.logout_failed(),
            E::ControlFailureConf => self.control_failure(),
            E::ButtonEnablementChange => self.mask(),
            E::SupervisorButtonChange | E::Generic => {}
            E::CurrentCallChanged => self.current_call(),
            E::SnapshotDeviceConf => self.snapshot_device(),
            E::SnapshotCallConf => {
                self.accepted(true);
                self.call();
            }
            E::MakeCallConf => {
                self.accepted(true);
                self.line();
            }
            E::AgentGreetingControlConf => self.accepted(true),
            E::AgentDeskSettingsConf => {
                self.accepted(true);
                self.desk_settings();
            }
            E::GlobalSettingsDownloadConf => {
                self.accepted(true);
                self.global_settings();
            }
            E::SetAgentMode | E::MonitorModeEstablished => self.mode(),
            E::Connection => self.connected(),
            E::ConnectionFailure => self.connection_lost(),
            E::ConnectionRejected | E::ConnectionClosed => self.connection_over(),
            E::Heartbeat => self.tell_telephony(TelephonyNews::Alive),
            E::MissingHeartbeat => self.heartbeat_missing(),
            E::CtiosFailure | E::Failure => self.system_failure(),
            E::TranslationRoute | E::AgentPrecall => self.precall(true),
            E::AgentPrecallAbort => self.precall(false),
            E::CallQueued | E::CallDequeued => self.queued(),
            E::CallRtpStarted | E::CallRtpStopped => self.stream(),
            E::NewAgentTeamMember => self.team_member(),
            E::StartMonitoringAgent | E::StopMonitoringAgent => self.monitoring(),
            E::EmergencyCall => self.emergency(),
            E::StartSilentMonitorConf
            | E::SilentMonitorStarted
            | E::SilentMonitorStartRequested
            | E::SilentMonitorSessionDisconnected
            | E::SilentMonitorStopRequested
            | E::SilentMonitorStatusReport
            | E::StopSilentMonitorConf
            | E::RtpStreamTimedOut => self.silent_monitor(),
            receipt if receipt.is_receipt() => {
                self.accepted(false);
                self.mask();
            }
            _ => self.call(),
        }
    }

    fn send(&mut self, event: Event<'_>) {
        (self.sink)(None, event);
    }

    fn tell_telephony(&mut self, news: TelephonyNews<'_>) {
        self.send(Event::Telephony(self.site.source, Box::new(news)));
    }

    fn tell_supervision(&mut self, news: SupervisionNews<'_>) {
        self.send(Event::Supervision(self.site.source, Box::new(news)));
    }

    /// The object that the event names, in its one spelling.
    fn object(&self) -> Option<Cow<'a, str>> {
        self.fields.unique_object_id.value().and_then(Text::reference)
    }

    fn read_mask(&self) -> Option<EnablementMask> {
        self.fields.enablement_mask.value().map(mask::read)
    }

    /// A supervisor's mask comes with an event of its own and with every monitored one (rule R80).
    fn supervisor_mask(&mut self) {
        if let Some(mask) = self.fields.supervisor_mask.value() {
            self.tell_supervision(SupervisionNews::Mask(mask::read_supervisor(mask)));
        }
    }

    /// Tells the mask that an event carries beside its own news, where it carries one.
    fn mask(&mut self) {
        let Some(mask) = self.read_mask() else { return };
        let object = self.object();
        match object.as_deref() {
            Some(id) if self.decoder.known(id).is_some() => self.call_mask(id, mask),
            None => self.send(Event::AgentMask(mask)),
            Some(id) if self.decoder.is_agent(id) => self.send(Event::AgentMask(mask)),
            // A call that has not begun or is over, or something else: nobody has buttons for it.
            Some(_) => self
                .oddities
                .count(Oddity::UnknownValue, self.event.name(), "UniqueObjectID"),
        }
    }

    fn missing(&mut self, field: &'static str) {
        self.oddities
            .count(Oddity::MissingIdentity, self.event.name(), field);
    }

    fn unknown_value(&mut self, word: &str) {
        self.oddities.count(Oddity::UnknownValue, self.event.name(), word);
    }
}

/// A text that is there and not empty.
fn some_text(given: Given<Text<'_>>) -> Option<Cow<'_, str>> {
    given.value().filter(|text| !text.is_empty()).map(Text::words)
}

/// An id that is there and not empty.
fn some_id(given: Given<Text<'_>>) -> Option<Cow<'_, str>> {
    given.value().filter(|id| !id.is_empty()).map(Text::cow)
}
