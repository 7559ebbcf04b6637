//! The life of a call as one desk sees it.
//!
//! Lives here: the call events with their documented fields. May not live here: how calls change.
//! A call begins and ends once (R51, R54); in between, every event that changes what may be done with
//! it carries its mask and is followed by the button event (R80).

use super::super::json::Writer;
use super::Teller;
use super::numbers::{
    PERIPHERAL, PERIPHERAL_TYPE, STATUS_NULL, call_object, call_type, line_type, skill_id, skill_number,
    status_number,
};
use crate::centre::{CallFacts, Direction, Ending, LegEvent, LegState, Mask, QueueId};

impl Teller<'_> {
    pub(super) fn leg(&mut self, call: &CallFacts, direction: Direction, event: &LegEvent, mask: Mask) {
        let object = call_object(call.id);
        match event {
            LegEvent::Allocated => {}
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
    pub(super) fn call_ended(&mut self, call: &CallFacts, how: Ending, from: LegState) {
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

    pub(super) fn call_begin(&mut self, call: &CallFacts, direction: Direction, state: LegState) {
        let queue_name = self.queue_name(call);
        self.event("OnCallBegin", |writer| {
            context(writer, call, call_type(call.kind, direction), &queue_name);
            writer.plain("RouterCallKeySequenceNumber", 0);
            writer.plain("CallStatus", status_number(state));
        });
    }

    /// `OnCallTransferred` and `OnCallConferenced`: the whole context again.
    pub(super) fn merged(&mut self, name: &'static str, call: &CallFacts, call_type: u8) {
        let queue_name = self.queue_name(call);
        self.event(name, |writer| context(writer, call, call_type, &queue_name));
    }

    pub(super) fn queue_name(&self, call: &CallFacts) -> String {
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
