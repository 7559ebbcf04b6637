//! The life of a call as one desk sees it.
//!
//! Lives here: the call events with their documented fields, and the data that calls carry.
//! May not live here: how calls change, or who else hears of it.
//! A call begins and ends once (R51, R54); in between, every event that changes what may be done with
//! it carries its mask and is followed by the button event (R80).

use super::super::json::Writer;
use super::numbers::{
    PERIPHERAL, PERIPHERAL_TYPE, STATUS_NULL, call_object, call_type, device_number, line_type,
    parse_call_object, skill_id, skill_number, status_number,
};
use super::{CtiEvent, InvokeId, Teller};
use crate::centre::{
    AgentId, CALL_VARIABLES, CallData, CallFacts, CallKind, Centre, Direction, Ending, Kept, LegEvent,
    LegState, Mask, QueueId,
};

impl Teller<'_> {
    pub(super) fn leg(&mut self, call: &CallFacts, direction: Direction, event: &LegEvent, mask: Mask) {
        let object = call_object(call.id);
        match event {
            LegEvent::Allocated => self.precall(call),
            LegEvent::RecordingStarted | LegEvent::RecordingStopped | LegEvent::Tones(_) => {}
            LegEvent::Begun => {
                let state = match direction {
                    Direction::In => LegState::Alerting,
                    Direction::Out => LegState::Dialling,
                };
                self.call_begin(call, direction, state);
            }
            LegEvent::TakenOver(state) => {
                self.call_begin(call, direction, *state);
                self.present_state(call, direction, *state, mask);
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
                if call.kind == CallKind::Outgoing {
                    self.reached_network(call);
                }
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
                self.merged("OnCallTransferred", call, direction);
                self.buttons(&object, mask);
            }
            LegEvent::Conferenced => {
                self.merged("OnCallConferenced", call, direction);
                self.buttons(&object, mask);
            }
            LegEvent::MaskChanged
            | LegEvent::PartyLeft
            | LegEvent::TransferStarted(_)
            | LegEvent::TransferCancelled(_) => self.buttons(&object, mask),
            LegEvent::Ended {
                from: LegState::Coming,
                ..
            } => self.precall_abort(call),
            LegEvent::Ended { how, from, .. } => {
                if *how == Ending::NoAnswer && call.queue.is_some() {
                    self.diverted(call);
                }
                self.call_cleared(call, *how, *from, mask);
                if mask == Mask::NONE {
                    self.call_end(call, *from);
                }
            }
            LegEvent::Closed => {
                self.call_end(call, LegState::Connected);
            }
        }
    }

    /// A call event with a mask, and the button event that goes with it.
    pub(super) fn call_state(
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
    /// A call that is going to be filed keeps a mask for that, and its association is over only afterwards.
    pub(super) fn call_cleared(&mut self, call: &CallFacts, how: Ending, from: LegState, mask: Mask) {
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
                writer.plain("EnablementMask", mask.bits());
                writer.text("UniqueObjectID", &object);
                if let Some(status) = status {
                    writer.plain("CallStatus", status);
                }
            });
            self.buttons(&object, mask);
        }
    }

    /// The association between the call and the desk is over.
    pub(super) fn call_end(&mut self, call: &CallFacts, from: LegState) {
        let object = call_object(call.id);
        let status = (from != LegState::Failed).then_some(STATUS_NULL);
        self.event("OnCallEnd", |writer| {
            writer.text("UniqueObjectID", &object);
            if let Some(status) = status {
                writer.plain("CallStatus", status);
            }
        });
    }

    pub(super) fn call_begin(&mut self, call: &CallFacts, direction: Direction, state: LegState) {
        self.event("OnCallBegin", |writer| {
            context(writer, call, direction);
            writer.plain("RouterCallKeySequenceNumber", 0);
            writer.plain("CallStatus", status_number(state));
        });
    }

    /// A present call from its beginning (R51) to its present state, in as few events as say it all.
    pub(super) fn call_snapshot(
        &mut self,
        call: &CallFacts,
        direction: Direction,
        state: LegState,
        mask: Mask,
    ) {
        self.call_begin(call, direction, state);
        if self.centre.call(call.id).is_some_and(|call| call.is_conference) {
            self.merged("OnCallConferenced", call, direction);
        }
        self.present_state(call, direction, state, mask);
    }

    /// A call that is over and can still be filed: it was in conversation, and is cleared.
    pub(super) fn kept_call(&mut self, kept: &Kept) {
        self.call_begin(&kept.facts, kept.direction, LegState::Connected);
        self.call_cleared(&kept.facts, Ending::Remote, LegState::Connected, kept.mask);
    }

    /// How a call stands, whatever has led there.
    fn present_state(&mut self, call: &CallFacts, direction: Direction, state: LegState, mask: Mask) {
        let (name, on_a_line) = match state {
            LegState::Coming | LegState::Alerting => ("OnCallDelivered", true),
            LegState::Dialling => ("OnCallOriginated", true),
            LegState::Connected => ("OnCallEstablished", true),
            LegState::Held => ("OnCallHeld", false),
            LegState::Failed => ("OnCallFailed", false),
        };
        self.call_state(name, call, direction, state, mask, on_a_line);
    }

    /// `OnCallTransferred` and `OnCallConferenced`: the whole context again.
    pub(super) fn merged(&mut self, name: &'static str, call: &CallFacts, direction: Direction) {
        self.event(name, |writer| context(writer, call, direction));
    }

    /// What a desk has changed about a call, and nothing else (R53).
    pub(super) fn call_data(&mut self, call: &CallFacts, changed: &CallData) {
        self.event("OnCallDataUpdate", |writer| {
            writer.text("UniqueObjectID", &call_object(call.id));
            data(writer, changed);
        });
    }

    /// A call of a queue is on its way to the agent (R48, R49). What is dialled directly, no router
    /// announces.
    fn precall(&mut self, call: &CallFacts) {
        if call.queue.is_none() {
            return;
        }
        let instrument = &self.agent.extension;
        let (scalars, arrays) = named(&call.data);
        self.event("OnAgentPrecallEvent", |writer| {
            announced(writer, call, instrument);
            writer.plain("NumNamedVariables", scalars);
            writer.plain("NumNamedArrays", arrays);
            service_and_skill(writer, call.queue);
            writer.text("ANI", &call.caller_number);
            writer.text("UserToUserInfo", "");
            writer.text("DNIS", &call.target_number);
            writer.text("DialedNumber", &call.target_number);
            writer.text("CallerEnteredDigits", "");
            data(writer, &call.data);
            writer.plain("CallTypeIDTag", skill_id(call.queue));
            writer.plain("PreCallInvokeIDTag", call.id.number());
        });
    }

    /// What was announced does not come (R50).
    fn precall_abort(&mut self, call: &CallFacts) {
        if call.queue.is_some() {
            let instrument = &self.agent.extension;
            self.event("OnAgentPrecallAbortEvent", |writer| {
                announced(writer, call, instrument);
            });
        }
    }

    /// A call to the outside has left the house. For some it is the last that is heard of it (R62), not
    /// here. `UniqueObjectID` is the hub's addition: nothing documented says which call it is.
    fn reached_network(&mut self, call: &CallFacts) {
        let extension = &self.agent.extension;
        self.event("OnCallReachedNetworkEvent", |writer| {
            writer.text("UniqueObjectID", &call_object(call.id));
            writer.text("ConnectionDeviceID", extension);
            writer.plain("ConnectionDeviceIDType", 0);
            writer.text("TrunkUsedDeviceID", TRUNK);
            writer.plain("TrunkUsedDeviceIDType", 0);
            writer.text("CalledDeviceID", &call.target_number);
            writer.plain("CalledDeviceIDType", 0);
            writer.plain("LocalConnectionState", status_number(LegState::Dialling));
            writer.plain("EventCause", 0);
            writer.plain("LineHandle", 0xFFFF);
            writer.plain("LineType", line_type(call.kind, Direction::Out));
        });
    }

    /// A call that was not answered goes back to where it came from.
    fn diverted(&mut self, call: &CallFacts) {
        let extension = &self.agent.extension;
        self.event("OnCallDiverted", |writer| {
            writer.text("UniqueObjectID", &call_object(call.id));
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("PeripheralType", PERIPHERAL_TYPE);
            writer.plain("ConnectionDeviceIDType", 0);
            writer.plain("ConnectionDeviceID", device_number(extension));
            writer.plain("ConnectionCallID", call.id.number());
            writer.plain("ServiceNumber", skill_number(call.queue));
            writer.plain("ServiceID", skill_id(call.queue));
            writer.plain("DivertingDeviceType", 0);
            writer.plain("CalledDeviceType", 0);
            writer.plain("LocalConnectionState", STATUS_NULL);
            writer.plain("EventCause", CAUSE_NO_ANSWER);
            writer.text("DivertingDeviceID", extension);
            writer.text("CalledDeviceID", &call.target_number);
        });
    }
}

/// The answer to `SnapshotCall`: the data and the state of one of the agent's calls. `None` when the agent
/// has no such call. Here, and only here, the router call key is spelt in full (C01).
pub fn snapshot_call(centre: &Centre, agent: AgentId, invoke: InvokeId, object: &str) -> Option<CtiEvent> {
    let id = parse_call_object(object)?;
    let found = centre.agent(agent)?;
    let extension = &found.extension;
    let mut calls = centre.calls_of(agent);
    let present = calls.find(|(call, leg)| call.facts.id == id && leg.state != LegState::Coming);
    let kept = found.kept.as_ref().filter(|kept| kept.facts.id == id);
    let (facts, direction, status, mask, parties) = match (present, kept) {
        (Some((call, leg)), _) => (
            &call.facts,
            leg.direction,
            status_number(leg.state),
            leg.mask,
            call.parties(),
        ),
        (None, Some(kept)) => (&kept.facts, kept.direction, STATUS_NULL, kept.mask, 0),
        (None, None) => return None,
    };
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("CallType", call_type(facts.kind, direction));
    writer.text("UniqueObjectID", object);
    writer.text("ANI", &facts.caller_number);
    if facts.queue.is_some() {
        writer.text("DNIS", &facts.target_number);
    }
    writer.text("DialedNumber", &facts.target_number);
    writer.text("CallerEnteredDigits", "");
    data(&mut writer, &facts.data);
    let (scalars, arrays) = named(&facts.data);
    writer.plain("NumNamedVariables", scalars);
    writer.plain("NumNamedArrays", arrays);
    writer.plain("RouterCallKeyDay", router_day(facts));
    writer.plain("RouterCallKeyCallID", id.number());
    writer.plain("NumCallDevices", parties);
    writer.text("CalledDeviceID", &facts.target_number);
    writer.plain("ConnectionCallID", id.number());
    writer.plain("CallStatus", status);
    writer.text("ICMEnterpriseUniqueID", &facts.guid.to_string());
    writer.plain("CallConnectionCallID", id.number());
    writer.plain("CallConnectionDeviceIDType", 0);
    writer.text("CallConnectionDeviceID", extension);
    writer.plain("CallDeviceConnectionState", status);
    writer.plain("CallDeviceType", 0);
    writer.plain("EnablementMask", mask.bits());
    Some(CtiEvent {
        name: "OnSnapshotCallConf",
        arguments: writer.finish().into(),
    })
}

/// How many scalars and how many elements of arrays are set.
fn named(data: &CallData) -> (usize, usize) {
    let arrays = data.context().filter(|(name, _)| name.is_element()).count();
    (data.context().count() - arrays, arrays)
}

/// The only way out of the house.
const TRUNK: &str = "trunk.1";

/// `EventCause` of a call that rang out: call not answered, in Cisco's message reference.
const CAUSE_NO_ANSWER: u8 = 11;

/// By what a contact is known before there is a call.
fn announced(writer: &mut Writer, call: &CallFacts, instrument: &str) {
    writer.text("ICMEnterpriseUniqueID", &call.guid.to_string());
    writer.plain("RouterCallKeyDay", router_day(call));
    writer.plain("RouterCalKeyCallID", call.id.number());
    writer.text("AgentInstrument", instrument);
}

/// Days since 1970, standing for the day part of the router call key.
fn router_day(call: &CallFacts) -> i64 {
    call.began.as_millis().div_euclid(86_400_000)
}

/// The fields that begin, transfer and conference events share.
fn context(writer: &mut Writer, call: &CallFacts, direction: Direction) {
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("PeripheralType", PERIPHERAL_TYPE);
    writer.plain("CallType", call_type(call.kind, direction));
    writer.text("UniqueObjectID", &call_object(call.id));
    writer.plain("RouterCallKeyDay", router_day(call));
    writer.plain("RouterCalKeyCallID", call.id.number());
    writer.plain("ConnectionCallID", call.id.number());
    writer.text("ANI", &call.caller_number);
    if call.queue.is_some() {
        writer.text("DNIS", &call.target_number);
    }
    writer.text("DialedNumber", &call.target_number);
    service_and_skill(writer, call.queue);
    data(writer, &call.data);
    writer.text("ICMEnterpriseUniqueID", &call.guid.to_string());
}

/// What a call carries: wrap-up data, call variables, and expanded call context as nested Arguments.
fn data(writer: &mut Writer, data: &CallData) {
    if let Some(wrap_up) = data.wrap_up() {
        writer.text("CallWrapupData", wrap_up);
    }
    for (number, value) in data.variables() {
        if let Some(name) = VARIABLES.get(number - 1) {
            writer.text(name, value);
        }
    }
    if data.context().next().is_some() {
        writer.nested("ECC", |nested| {
            for (name, value) in data.context() {
                nested.text(&name.to_string(), value);
            }
        });
    }
}

/// The names of the call variables.
pub(super) const VARIABLES: [&str; CALL_VARIABLES] = [
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

fn service_and_skill(writer: &mut Writer, queue: Option<QueueId>) {
    writer.plain("ServiceNumber", skill_number(queue));
    writer.plain("ServiceID", skill_id(queue));
    if queue.is_some() {
        writer.plain("SkillGroupNumber", skill_number(queue));
        writer.plain("SkillGroupID", skill_id(queue));
        writer.plain("SkillGroupPriority", 0);
    }
}
