//! The centre in the words of Cisco CTI OS, for the agent at one desk.
//!
//! Lives here: agent, call and button events with their documented fields and `EnablementMask`, the
//! answers to commands, the picture a reconnecting desk gets, and the reading of commands. May not live
//! here: the connection, or who sits at which desk. Fields whose values the reference does not give
//! (`MessageID`, `MessageType`) are left out, which it allows; `InvokeID` is added to every answer, so
//! that a desk knows its own request again. Numbers of call types, line types and call statuses are
//! those of Cisco's CTI Server Message Reference Guide, since the CTI OS reference names them only.

use std::sync::Arc;

use serde_json::Value;

use super::json::Writer;
use crate::centre::{
    Accepted, Agent, AgentId, AgentState, AgentStatus, CallFacts, CallId, CallKind, Centre, Command,
    ConsultFor, Direction, Ending, FailureCode, Happening, LegEvent, LegState, Mask, Moment, QueueId,
    RING_LIMIT, Reason, Refusal, RequestedState, What,
};

/// The one peripheral (ACD) of this centre.
const PERIPHERAL: u32 = 5_000;

/// Cisco's number for a peripheral without an ACD of its own (Unified CCE).
const PERIPHERAL_TYPE: u32 = 17;

/// `DeskSettingsMask`: available after an incoming call (0x1); calls to agents (0x40), abroad (0x80), to
/// the public network (0x100), over the PBX (0x800) and outside the queues (0x1000) are allowed. No
/// reason is required for going not ready or signing out.
const DESK_SETTINGS: u32 = 0x0000_19C1;

/// The number by which a desk knows its own request again; chosen by the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvokeId(pub u32);

/// One event for one desk: the two arguments of the client method `CtiEvent` (D12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CtiEvent {
    /// The documented name.
    pub name: &'static str,
    /// The Arguments object, as JSON.
    pub arguments: Arc<str>,
}

/// Appends the events by which the desk of `happening.what.agent()` learns of one happening. What
/// concerns no agent, or what CTI OS has no event for, appends nothing.
pub fn tell(centre: &Centre, happening: &Happening, events: &mut Vec<CtiEvent>) {
    let Some(agent) = happening.what.agent().and_then(|agent| centre.agent(agent)) else {
        return;
    };
    let mut teller = Teller {
        centre,
        agent,
        at: happening.at,
        events,
    };
    match &happening.what {
        What::AgentChanged { before, status, .. } => teller.agent_changed(before, status),
        What::Leg {
            call,
            direction,
            event,
            mask,
            ..
        } => teller.leg(call, *direction, event, *mask),
        What::CurrentCall { call, .. } => teller.current_call(*call),
        What::WrapUp { .. } | What::QueueChanged { .. } | What::CallbackChanged { .. } => {}
    }
}

/// What a desk is told before anybody has signed in: only signing in is possible.
pub fn greeting() -> Vec<CtiEvent> {
    let mut writer = Writer::object();
    writer.plain("EnablementMask", Mask::LOGIN.bits());
    vec![CtiEvent {
        name: "OnButtonEnablementChange",
        arguments: writer.finish().into(),
    }]
}

/// The present state of an agent, for a desk that has just (re)connected: the agent, the calls that are
/// valid on its device (R45, R46), each of them from its beginning (R51), and the current call.
pub fn snapshot(centre: &Centre, agent: AgentId) -> Vec<CtiEvent> {
    let mut events = Vec::new();
    let Some(agent) = centre.agent(agent) else {
        return events;
    };
    let mut teller = Teller {
        centre,
        agent,
        at: centre.now(),
        events: &mut events,
    };
    let status = &agent.status;
    teller.event("OnSetAgentModeEvent", |_| {});
    teller.query_agent_state(status);
    teller.agent_state("OnAgentStateChange", status, state_number(status.state));
    teller.buttons(&agent_object(agent), status.mask);
    let legs = || {
        centre
            .calls_of(agent.id)
            .filter(|(_, leg)| leg.state != LegState::Coming)
    };
    teller.snapshot_device(legs().map(|(call, _)| call.facts.id).collect());
    for (call, leg) in legs() {
        teller.call_begin(&call.facts, leg.direction, leg.state);
        let (name, line) = match leg.state {
            LegState::Coming | LegState::Alerting => ("OnCallDelivered", true),
            LegState::Dialling => ("OnCallOriginated", true),
            LegState::Connected => ("OnCallEstablished", true),
            LegState::Held => ("OnCallHeld", false),
            LegState::Failed => ("OnCallFailed", false),
        };
        teller.call_state(name, &call.facts, leg.direction, leg.state, leg.mask, line);
    }
    if let Some(current) = agent.current {
        teller.current_call(Some(current));
    }
    events
}

/// The answer to an accepted command: "received", not "done" (R65, R67), except for `OnMakeCallConf`,
/// which names the new call (R66). A sign-in is answered by `OnSetAgentModeEvent`.
pub fn confirmation(
    centre: &Centre,
    agent: AgentId,
    invoke: InvokeId,
    command: &Command,
    accepted: &Accepted,
) -> CtiEvent {
    let name = match command {
        Command::Login { .. } => "OnSetAgentModeEvent",
        Command::Logout { .. } | Command::SetAgentState(_) => "OnSetAgentStateConf",
        Command::Answer(_) => "OnAnswerCallConf",
        Command::Clear(_) => "OnClearCallConf",
        Command::ClearConnection(_) => "OnClearConnectionConf",
        Command::Hold(_) => "OnHoldCallConf",
        Command::Retrieve(_) => "OnRetrieveCallConf",
        Command::MakeCall { .. } => "OnMakeCallConf",
        Command::SendDtmf { .. } => "OnSendDTMFConf",
        Command::Alternate(_) => "OnAlternateCallConf",
        Command::Reconnect(_) => "OnReconnectCallConf",
        Command::MakeConsultCall { .. } => "OnConsultationCallConf",
        Command::Transfer(_) | Command::SingleStepTransfer { .. } => "OnTransferCallConf",
        Command::Conference(_) | Command::SingleStepConference { .. } => "OnConferenceCallConf",
        Command::StartRecord(_) => "OnCallStartRecordingConf",
        Command::StopRecord(_) => "OnCallStopRecordingConf",
    };
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    match command {
        Command::MakeCall { .. } => {
            let call = accepted.new_call.map_or(0, CallId::number);
            let extension = centre.agent(agent).map_or("", |found| &found.extension);
            writer.plain("NewConnectionCallID", call);
            writer.plain("NewConnectionDeviceIDType", 0);
            writer.plain("LineHandle", 0xFFFF);
            writer.plain("LineType", line_type(CallKind::Outgoing, Direction::Out));
            writer.text("NewConnectionDeviceID", extension);
        }
        // "No fields are in use": known by its InvokeID alone.
        Command::Login { .. } | Command::SendDtmf { .. } => {}
        _ => {
            if let Some(call) = command.call() {
                writer.text("UniqueObjectID", &call_object(call));
            }
        }
    }
    CtiEvent {
        name,
        arguments: writer.finish().into(),
    }
}

/// The answer to a refused command: `OnControlFailureConf`, for a sign-out after the identical
/// `OnLogoutFailed` (R68, R69). It carries the mask of what the command was about, so that the buttons
/// come back. `command` is `None` when it could not be read.
pub fn refusal(
    centre: &Centre,
    agent: Option<AgentId>,
    invoke: InvokeId,
    command: Option<&Command>,
    refusal: &Refusal,
) -> Vec<CtiEvent> {
    let mut events = Vec::new();
    if matches!(command, Some(Command::Logout { .. })) {
        let mut writer = Writer::object();
        writer.plain("InvokeID", invoke.0);
        writer.plain("FailureCode", refusal.code.number());
        writer.plain("PeripheralErrorCode", 0);
        events.push(CtiEvent {
            name: "OnLogoutFailed",
            arguments: writer.finish().into(),
        });
    }
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("FailureCode", refusal.code.number());
    writer.plain("PeripheralErrorCode", 0);
    let found = agent.and_then(|agent| centre.agent(agent));
    if let Some(agent) = found {
        writer.text("AgentID", &agent.login);
    }
    let call = command.and_then(Command::call);
    if let Some(call) = call {
        writer.text("UniqueObjectID", &call_object(call));
    } else if let Some(agent) = found {
        writer.text("UniqueObjectID", &agent_object(agent));
    }
    writer.text("ErrorMessage", refusal.text);
    let mask = match (found, call) {
        (Some(agent), Some(call)) => centre
            .call(call)
            .and_then(|call| call.leg(agent.id))
            .map(|leg| leg.mask),
        (Some(agent), None) => Some(agent.status.mask),
        (None, _) => None,
    };
    if let Some(mask) = mask {
        writer.plain("EnablementMask", mask.bits());
    }
    events.push(CtiEvent {
        name: "OnControlFailureConf",
        arguments: writer.finish().into(),
    });
    events
}

/// The answer to `QueryAgentDeskSettings`: what this centre demands of and allows to a desk.
pub fn desk_settings(centre: &Centre, agent: AgentId, invoke: InvokeId) -> CtiEvent {
    let work_mode_timer = centre
        .agent(agent)
        .and_then(|found| centre.queue(*found.skills.first()?))
        .map_or(60, |queue| queue.wrap_up_limit.as_secs());
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("DeskSettingsMask", DESK_SETTINGS);
    writer.plain("WrapupDataIncomingMode", 1);
    writer.plain("WrapupDataOutgoingMode", 1);
    writer.plain("LogoutNonActivityTime", 0);
    writer.plain("QualityRecordingRate", 0);
    writer.plain("RingNoAnswerTime", RING_LIMIT.as_secs());
    writer.plain("SilentMonitorWarningMessage", 0);
    writer.plain("SilentMonitorAudibleIndication", 0);
    writer.plain("SupervisorAssistCallMethod", 0);
    writer.plain("EmergencyCallMethod", 0);
    writer.plain("AutoRecordOnEmergency", 0);
    writer.plain("RecordingMode", 0);
    writer.plain("WorkModeTimer", work_mode_timer);
    writer.plain("RingNoAnswerDN", 0);
    CtiEvent {
        name: "OnAgentDeskSettingsConf",
        arguments: writer.finish().into(),
    }
}

/// The number of an agent state (CTI OS `AgentState`).
pub const fn state_number(state: AgentState) -> u8 {
    match state {
        AgentState::SignedOut => 1,
        AgentState::NotReady => 2,
        AgentState::Ready => 3,
        AgentState::Talking => 4,
        AgentState::WorkNotReady => 5,
        AgentState::WorkReady => 6,
        AgentState::Reserved => 8,
        AgentState::Hold => 10,
    }
}

/// Logged on, not yet in any other state (`eLogin`).
const LOGGED_ON: u8 = 0;

/// The number of a call status (`LCS_…`, R59).
const fn status_number(state: LegState) -> u8 {
    match state {
        LegState::Coming | LegState::Alerting => 2,
        LegState::Dialling => 1,
        LegState::Connected => 3,
        LegState::Held => 4,
        LegState::Failed => 6,
    }
}

/// No connection (`LCS_NULL`).
const STATUS_NULL: u8 = 0;

const fn call_type(kind: CallKind, direction: Direction) -> u8 {
    match (kind, direction) {
        (CallKind::Service, _) => 1,
        (CallKind::Outgoing, _) => 9,
        (CallKind::Inside, _) => 10,
        (CallKind::Consultation, Direction::Out) => 12,
        (CallKind::Consultation, Direction::In) => 13,
    }
}

const fn line_type(kind: CallKind, direction: Direction) -> u8 {
    match (kind, direction) {
        (CallKind::Service, Direction::In) => 0,
        (CallKind::Inside | CallKind::Consultation, _) => 2,
        (CallKind::Service | CallKind::Outgoing, _) => 3,
    }
}

/// The object id of a call on the wire (`UniqueObjectID`).
pub fn call_object(call: CallId) -> String {
    format!("call.{PERIPHERAL}.{}", call.number())
}

/// Reads the object id of a call.
fn parse_call_object(text: &str) -> Option<CallId> {
    let rest = text.strip_prefix("call.")?;
    let (peripheral, number) = rest.split_once('.')?;
    (peripheral.parse() == Ok(PERIPHERAL)).then_some(())?;
    number.parse().ok().map(CallId::new)
}

fn agent_object(agent: &Agent) -> String {
    format!("agent.{PERIPHERAL}.{}", agent.login)
}

struct Teller<'a> {
    centre: &'a Centre,
    agent: &'a Agent,
    at: Moment,
    events: &'a mut Vec<CtiEvent>,
}

impl Teller<'_> {
    fn event(&mut self, name: &'static str, fill: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::object();
        fill(&mut writer);
        self.events.push(CtiEvent {
            name,
            arguments: writer.finish().into(),
        });
    }

    /// Sent after every event that carries a mask (R80).
    fn buttons(&mut self, object: &str, mask: Mask) {
        self.event("OnButtonEnablementChange", |writer| {
            writer.plain("EnablementMask", mask.bits());
            writer.text("UniqueObjectID", object);
        });
    }

    fn agent_changed(&mut self, before: &AgentStatus, status: &AgentStatus) {
        let changed = before.state != status.state || before.reason != status.reason;
        let number = state_number(status.state);
        match (before.state, status.state) {
            (AgentState::SignedOut, AgentState::SignedOut) => {}
            (AgentState::SignedOut, _) => {
                self.query_agent_state(status);
                self.agent_state("OnAgentStateChange", status, LOGGED_ON);
                self.agent_state("OnAgentStateChange", status, number);
                self.snapshot_device(Vec::new());
            }
            (_, AgentState::SignedOut) => {
                self.agent_state("OnPreLogout", status, number);
                self.agent_state("OnAgentStateChange", status, number);
                self.agent_state("OnPostLogout", status, number);
            }
            _ if changed => self.agent_state("OnAgentStateChange", status, number),
            _ => {}
        }
        if changed || before.mask != status.mask {
            self.buttons(&agent_object(self.agent), status.mask);
        }
    }

    fn agent_state(&mut self, name: &'static str, status: &AgentStatus, number: u8) {
        let agent = self.agent;
        let duration = self.at.since(status.since).as_secs();
        let skill = status.active_queue.or(agent.skills.first().copied());
        self.event(name, |writer| {
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("PeripheralType", PERIPHERAL_TYPE);
            writer.plain("AgentState", number);
            writer.plain("SkillGroupNumber", skill_number(skill));
            writer.plain("SkillGroupID", skill_id(skill));
            writer.plain("StateDuration", duration);
            writer.plain("SkillGroupPriority", 0);
            writer.plain("EventReasonCode", status.reason.code());
            writer.plain("SkillGroupState", number);
            writer.text("AgentID", &agent.login);
            writer.text("AgentExtension", &agent.extension);
            writer.plain("EnablementMask", status.mask.bits());
            writer.text("UniqueObjectID", &agent_object(agent));
            writer.text("AgentInstrument", &agent.extension);
        });
    }

    fn query_agent_state(&mut self, status: &AgentStatus) {
        let agent = self.agent;
        let number = state_number(status.state);
        self.event("OnQueryAgentStateConf", |writer| {
            writer.text("AgentID", &agent.login);
            writer.text("AgentExtension", &agent.extension);
            writer.text("AgentInstrument", &agent.extension);
            writer.plain("AgentState", number);
            writer.plain("NumSkillGroups", agent.skills.len());
            for (place, skill) in agent.skills.iter().enumerate() {
                writer.nested(&format!("SkillGroup[{place}]"), |group| {
                    group.plain("SkillGroupNumber", skill_number(Some(*skill)));
                    group.plain("SkillGroupID", skill_id(Some(*skill)));
                    group.plain("SkillGroupPriority", 0);
                    group.plain("SkillGroupState", number);
                });
            }
            writer.plain("MRDID", 1);
            writer.plain("NumTasks", agent.calls.len());
            writer.plain("AgentMode", 0);
            writer.plain("MaxTaskLimit", 1);
            writer.plain("ICMAgentID", PERIPHERAL + agent.id.number());
            writer.plain(
                "AgentAvailabilityStatus",
                u8::from(status.state == AgentState::Ready),
            );
        });
    }

    fn snapshot_device(&mut self, calls: Vec<CallId>) {
        let device = format!("device.{PERIPHERAL}.{}", self.agent.extension);
        self.event("OnSnapshotDeviceConf", |writer| {
            writer.text("UniqueObjectID", &device);
            writer.plain("NumCalls", calls.len());
            writer.nested("ValidCalls", |valid| {
                for call in calls {
                    valid.plain(&call_object(call), true);
                }
            });
        });
    }

    fn current_call(&mut self, call: Option<CallId>) {
        self.event("OnCurrentCallChanged", |writer| {
            if let Some(call) = call {
                writer.text("UniqueObjectID", &call_object(call));
            }
        });
    }

    fn leg(&mut self, call: &CallFacts, direction: Direction, event: &LegEvent, mask: Mask) {
        let object = call_object(call.id);
        match event {
            LegEvent::Allocated | LegEvent::Tones(_) => {}
            LegEvent::Begun => {
                let state = match direction {
                    Direction::In => LegState::Alerting,
                    Direction::Out => LegState::Dialling,
                };
                self.call_begin(call, direction, state);
            }
            LegEvent::ServiceInitiated => {
                let state = LegState::Dialling;
                self.call_state("OnCallServiceInitiatedEvent", call, direction, state, mask, true);
            }
            LegEvent::Originated => {
                self.call_state(
                    "OnCallOriginated",
                    call,
                    direction,
                    LegState::Dialling,
                    mask,
                    true,
                );
            }
            LegEvent::Delivered => {
                let state = match direction {
                    Direction::In => LegState::Alerting,
                    // The calling party stays in LCS_INITIATE (R59).
                    Direction::Out => LegState::Dialling,
                };
                self.call_state("OnCallDelivered", call, direction, state, mask, true);
            }
            LegEvent::Established => {
                let state = LegState::Connected;
                self.call_state("OnCallEstablished", call, direction, state, mask, true);
            }
            LegEvent::Held => {
                self.call_state("OnCallHeld", call, direction, LegState::Held, mask, false);
            }
            LegEvent::Retrieved => {
                self.call_state(
                    "OnCallRetrieved",
                    call,
                    direction,
                    LegState::Connected,
                    mask,
                    false,
                );
            }
            LegEvent::Failed => {
                self.call_state("OnCallFailed", call, direction, LegState::Failed, mask, false);
            }
            LegEvent::Transferred(_) => {
                self.merged("OnCallTransferred", call, call_type(call.kind, direction));
                self.buttons(&object, mask);
            }
            LegEvent::Conferenced => {
                self.merged("OnCallConferenced", call, 15);
                self.buttons(&object, mask);
            }
            LegEvent::MaskChanged
            | LegEvent::PartyLeft
            | LegEvent::TransferStarted(_)
            | LegEvent::TransferCancelled(_) => self.buttons(&object, mask),
            LegEvent::Ended { how, from, .. } => {
                if *from != LegState::Coming {
                    self.call_ended(call, *how, *from);
                }
            }
        }
    }

    /// A call event with a mask, and the button event that goes with it.
    fn call_state(
        &mut self,
        name: &'static str,
        call: &CallFacts,
        direction: Direction,
        state: LegState,
        mask: Mask,
        on_a_line: bool,
    ) {
        let object = call_object(call.id);
        self.event(name, |writer| {
            if on_a_line {
                service_and_skill(writer, call.queue);
                writer.plain("LineType", line_type(call.kind, direction));
            }
            writer.plain("EnablementMask", mask.bits());
            writer.text("UniqueObjectID", &object);
            writer.plain("CallStatus", status_number(state));
        });
        self.buttons(&object, mask);
    }

    /// One party leaves, nobody is left, the association is over (R54, R57). After a failure no status
    /// is sent (R55); after a transfer or a conference the call goes on without this leg (R60, R61).
    fn call_ended(&mut self, call: &CallFacts, how: Ending, from: LegState) {
        let object = call_object(call.id);
        let status = (from != LegState::Failed).then_some(STATUS_NULL);
        let goes_on = matches!(how, Ending::Transferred | Ending::Joined);
        let cleared: &[&'static str] = if goes_on {
            &["OnCallConnectionCleared"]
        } else {
            &["OnCallConnectionCleared", "OnCallCleared"]
        };
        for name in cleared {
            self.event(name, |writer| {
                writer.plain("EnablementMask", 0);
                writer.text("UniqueObjectID", &object);
                if let Some(status) = status {
                    writer.plain("CallStatus", status);
                }
            });
            self.buttons(&object, Mask::NONE);
        }
        self.event("OnCallEnd", |writer| {
            writer.text("UniqueObjectID", &object);
            if let Some(status) = status {
                writer.plain("CallStatus", status);
            }
        });
    }

    fn call_begin(&mut self, call: &CallFacts, direction: Direction, state: LegState) {
        let queue_name = self.queue_name(call);
        self.event("OnCallBegin", |writer| {
            context(writer, call, call_type(call.kind, direction), &queue_name);
            writer.plain("RouterCallKeySequenceNumber", 0);
            writer.plain("CallStatus", status_number(state));
        });
    }

    /// `OnCallTransferred` and `OnCallConferenced`: the whole context again.
    fn merged(&mut self, name: &'static str, call: &CallFacts, call_type: u8) {
        let queue_name = self.queue_name(call);
        self.event(name, |writer| context(writer, call, call_type, &queue_name));
    }

    fn queue_name(&self, call: &CallFacts) -> String {
        call.queue
            .and_then(|queue| self.centre.queue(queue))
            .map(|queue| queue.name.clone())
            .unwrap_or_default()
    }
}

/// The fields that begin, transfer and conference events share.
fn context(writer: &mut Writer, call: &CallFacts, call_type: u8, queue_name: &str) {
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("PeripheralType", PERIPHERAL_TYPE);
    writer.plain("CallType", call_type);
    writer.text("UniqueObjectID", &call_object(call.id));
    // Days since 1970, standing for the day part of the router call key.
    writer.plain("RouterCallKeyDay", call.began.as_millis().div_euclid(86_400_000));
    writer.plain("RouterCalKeyCallID", call.id.number());
    writer.plain("ConnectionCallID", call.id.number());
    writer.text("ANI", &call.caller_number);
    if call.queue.is_some() {
        writer.text("DNIS", &call.target_number);
    }
    writer.text("DialedNumber", &call.target_number);
    service_and_skill(writer, call.queue);
    if !queue_name.is_empty() {
        writer.text("CallVariable1", queue_name);
    }
    if let Some((_, callback)) = call.callback {
        writer.text("CallVariable2", &format!("Callback {}", callback.number()));
    }
    writer.text("ICMEnterpriseUniqueID", &call.guid.to_string());
}

fn service_and_skill(writer: &mut Writer, queue: Option<QueueId>) {
    writer.plain("ServiceNumber", skill_number(queue));
    writer.plain("ServiceID", skill_id(queue));
    if queue.is_some() {
        writer.plain("SkillGroupNumber", skill_number(queue));
        writer.plain("SkillGroupID", skill_id(queue));
        writer.plain("SkillGroupPriority", 0);
    }
}

/// The number of a skill group or service; -1 stands for `NULL_SERVICE` and `NULL_SKILL_GROUP` (R75).
fn skill_number(queue: Option<QueueId>) -> i64 {
    queue.map_or(-1, |queue| i64::from(queue.number()) + 1)
}

fn skill_id(queue: Option<QueueId>) -> i64 {
    queue.map_or(-1, |queue| i64::from(PERIPHERAL) + i64::from(queue.number()) + 1)
}

/// Why a command could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCommand {
    /// The hub has no such method.
    #[error("there is no command of this name")]
    UnknownMethod,
    /// There is no `InvokeID`, so that no answer could be told from another.
    #[error("a command needs an InvokeID, a whole number from 0 to 4294967295")]
    NoInvokeId,
    /// An argument is missing or not usable: to be answered with `refusal`.
    #[error("{refusal}")]
    Refused {
        /// The request.
        invoke: InvokeId,
        /// What is wrong with it.
        refusal: Refusal,
    },
}

/// Whether the hub has a command of this name.
pub fn is_command(method: &str) -> bool {
    COMMANDS.contains(&method)
}

/// The names of all commands, as hub methods (product brief f.3 and f.4). Each takes one object.
pub const COMMANDS: [&str; 19] = [
    "Login",
    "Logout",
    "SetAgentState",
    "Answer",
    "Clear",
    "ClearConnection",
    "Hold",
    "Retrieve",
    "MakeCall",
    "SendDTMF",
    "Alternate",
    "Reconnect",
    "MakeConsultCall",
    "Transfer",
    "SingleStepTransfer",
    "Conference",
    "SingleStepConference",
    "StartRecord",
    "StopRecord",
];

/// Reads a command from the name of the hub method and its one argument object. Names of fields are
/// compared without regard to case (D14); numbers may also come as text.
///
/// # Errors
///
/// See [`UnreadableCommand`].
pub fn parse_command(method: &str, arguments: &Value) -> Result<(InvokeId, Command), UnreadableCommand> {
    if !is_command(method) {
        return Err(UnreadableCommand::UnknownMethod);
    }
    let fields = Fields(arguments);
    let invoke = fields
        .number("InvokeID")
        .map(InvokeId)
        .ok_or(UnreadableCommand::NoInvokeId)?;
    let command =
        read_command(method, &fields).map_err(|refusal| UnreadableCommand::Refused { invoke, refusal })?;
    Ok((invoke, command))
}

fn read_command(method: &str, fields: &Fields<'_>) -> Result<Command, Refusal> {
    Ok(match method {
        "Login" => Command::Login {
            agent_login: fields.required("AgentID")?,
            extension: fields
                .text("AgentInstrument")
                .or_else(|| fields.text("AgentExtension"))
                .ok_or(MISSING)?,
        },
        "Logout" => Command::Logout {
            reason: fields.reason()?,
        },
        "SetAgentState" => Command::SetAgentState(fields.state()?),
        "Answer" => Command::Answer(fields.call()?),
        "Clear" => Command::Clear(fields.call()?),
        "ClearConnection" => Command::ClearConnection(fields.call()?),
        "Hold" => Command::Hold(fields.call()?),
        "Retrieve" => Command::Retrieve(fields.call()?),
        "MakeCall" => Command::MakeCall {
            number: fields.required("DialedNumber")?,
        },
        "SendDTMF" => Command::SendDtmf {
            call: fields.call()?,
            digits: fields.required("DTMFString")?,
        },
        "Alternate" => Command::Alternate(fields.call()?),
        "Reconnect" => Command::Reconnect(fields.call()?),
        "MakeConsultCall" => Command::MakeConsultCall {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
            purpose: match fields.number("ConsultType") {
                None | Some(0 | 1) => ConsultFor::Transfer,
                Some(2) => ConsultFor::Conference,
                Some(_) => {
                    return Err(Refusal::new(
                        FailureCode::InvalidConsultType,
                        "A consultation is for a transfer (1) or a conference (2)",
                    ));
                }
            },
        },
        "Transfer" => Command::Transfer(fields.call()?),
        "SingleStepTransfer" => Command::SingleStepTransfer {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
        },
        "Conference" => Command::Conference(fields.call()?),
        "SingleStepConference" => Command::SingleStepConference {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
        },
        "StartRecord" => Command::StartRecord(fields.call()?),
        _ => Command::StopRecord(fields.call()?),
    })
}

const MISSING: Refusal = Refusal::new(FailureCode::RequiredDataMissing, "A required argument is missing");

/// The fields of an argument object.
struct Fields<'a>(&'a Value);

impl Fields<'_> {
    fn field(&self, name: &str) -> Option<&Value> {
        let fields = self.0.as_object()?;
        fields
            .get(name)
            .or_else(|| {
                let mut others = fields.iter();
                others
                    .find(|(other, _)| other.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            })
            .filter(|value| !value.is_null())
    }

    fn number(&self, name: &str) -> Option<u32> {
        match self.field(name)? {
            Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.field(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => number.as_u64().map(|number| number.to_string()),
            _ => None,
        }
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or(MISSING)
    }

    fn call(&self) -> Result<CallId, Refusal> {
        parse_call_object(&self.required("UniqueObjectID")?)
            .ok_or(Refusal::new(FailureCode::InvalidCallId, "There is no such call"))
    }

    fn reason(&self) -> Result<Reason, Refusal> {
        if self.field("EventReasonCode").is_none() {
            return Ok(Reason::NONE);
        }
        self.number("EventReasonCode")
            .and_then(|code| u16::try_from(code).ok())
            .map(Reason::new)
            .ok_or(Refusal::new(
                FailureCode::InvalidAgentData,
                "A reason code is a number from 0 to 65535",
            ))
    }

    fn state(&self) -> Result<RequestedState, Refusal> {
        let reason = self.reason()?;
        if self.field("AgentState").is_none() {
            return Err(MISSING);
        }
        match self.number("AgentState") {
            Some(2) => Ok(RequestedState::NotReady(reason)),
            Some(3) => Ok(RequestedState::Ready),
            Some(5) => Ok(RequestedState::WorkNotReady),
            Some(6) => Ok(RequestedState::WorkReady),
            _ => Err(Refusal::new(
                FailureCode::InvalidAgentWorkMode,
                "An agent can ask for not ready (2), ready (3) and after-call work (5, 6)",
            )),
        }
    }
}
