//! The centre in the words of the Enreach real-time engine (RTE).
//!
//! Lives here: `data` payloads of `MessageReceived`, exactly the documented fields of each event, in the
//! camelCase of the one real capture (E01) and in the order of the documented examples; and the present
//! state of an entity as ordinary events (D4). May not live here: subscriptions and the message around
//! the data, which the server adds. Times are UTC with seven digits; TTLs are 60 s for states, 120 s for
//! callbacks, none otherwise (E05, R13).

use std::sync::Arc;

use super::json::Writer;
use crate::centre::{
    Agent, AgentId, AgentState, AgentStatus, AlertRule, CallFacts, CallKind, CallListId, Callback,
    CallbackId, CallbackOrigin, Centre, Classification, Direction, Ending, Entity, Guid, GuidOf, Happening,
    LegEvent, LegState, Moment, Opening, Phrase, QueueAlert, QueueFigures, QueueId, Reason, Span, What,
    WrapUp, WrapUpPhase,
};

/// The events that can be subscribed to: what `AvailableSubscriptions` answers, and which names are valid
/// (R6, R7). All that are documented, by the name that goes over the wire (E03), also those for which this
/// centre has no occasion; not `QueueCallIncoming`, which the reference only names.
pub const EVENT_NAMES: [&str; 36] = [
    "UserAlert",
    "UserAvailability",
    "UserCallAvailableForMonitoring",
    "UserCallInArrived",
    "UserCallInCallbackCreated",
    "UserCallInComing",
    "UserCallInDisconnected",
    "UserCallInHoldEnd",
    "UserCallInHoldStart",
    "UserCallInOverflow",
    "UserCallInRecordingConverted",
    "UserCallInTransferCancelled",
    "UserCallInTransferConnected",
    "UserCallInTransferStarted",
    "UserCallInUserAllocated",
    "UserCallInUserCancelled",
    "UserCallInUserConnected",
    "UserCallInUserOverflow",
    "UserCallOutConnected",
    "UserCallOutDisconnected",
    "UserCallOutGoing",
    "UserCallOutHoldEnd",
    "UserCallOutHoldStart",
    "UserCallOutRecordingConverted",
    "UserRealTimeTranscriptPhrase",
    "UserSetting",
    "UserStatus",
    "UserSupervisionStatus",
    "UserTerminalStatus",
    "UserWrapUpEnabled",
    "UserWrapUpRequestInitiate",
    "UserWrapUpRequestTerminate",
    "UserWrapUpStarted",
    "UserWrapUpTerminated",
    "QueueStatus",
    "CallbackChanged",
];

/// One event, ready for every subscriber of its entity and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RteEvent {
    /// What it is about.
    pub entity: Entity,
    /// The id of that on the wire (RTE `EntityId`).
    pub entity_id: Guid,
    /// The event's name (RTE `EventType`).
    pub name: &'static str,
    /// The `data` object of the message, as JSON.
    pub data: Arc<str>,
}

/// The kind of entity that an event is about (RTE `EntityType`); `None` for an unknown name.
/// The comparison does not regard case, as the reference's own samples differ in it.
pub fn entity_type_of(event_name: &str) -> Option<&'static str> {
    let known = canonical_name(event_name)?;
    Some(match known {
        "QueueStatus" => "Queue",
        "CallbackChanged" => "CallList",
        _ => "User",
    })
}

/// The documented spelling of an event name given in any case; `None` for an unknown name.
pub fn canonical_name(event_name: &str) -> Option<&'static str> {
    EVENT_NAMES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(event_name))
}

/// Appends the events that tell one happening; none for what only a desk is told.
pub fn tell(centre: &Centre, happening: &Happening, events: &mut Vec<RteEvent>) {
    tell_wanted(centre, happening, &|_, _| true, events);
}

/// As [`tell`], but writes only the events that somebody wants, by the id of the entity and the name of
/// the event; the rest costs next to nothing.
pub fn tell_wanted(
    centre: &Centre,
    happening: &Happening,
    wanted: &dyn Fn(Guid, &'static str) -> bool,
    events: &mut Vec<RteEvent>,
) {
    let mut teller = Teller {
        centre,
        wanted,
        at: happening.at,
        source: happening.number,
        told: 0,
        events,
    };
    match &happening.what {
        What::AgentChanged {
            agent,
            before,
            status,
        } => teller.agent_changed(*agent, before, status),
        What::WrapUp {
            agent,
            wrap_up,
            phase,
        } => teller.wrap_up(*agent, wrap_up, *phase),
        What::Leg {
            agent,
            call,
            direction,
            event,
            ..
        } => teller.leg(*agent, call, *direction, event),
        What::Phrase { agent, call, phrase } => teller.phrase(*agent, call, phrase),
        What::Alert { agent, alert } => teller.alert(*agent, alert),
        What::CurrentCall { .. }
        | What::CallData { .. }
        | What::Chat { .. }
        | What::Figures { .. }
        | What::Supervision { .. }
        | What::Listening { .. } => {}
        What::QueueChanged {
            queue,
            figures,
            opening,
        } => teller.queue_status(*queue, figures, *opening),
        What::CallbackChanged {
            callback,
            created,
            personal,
        } => {
            teller.callback_changed(callback, *created);
            if let Some(agent) = personal {
                teller.callback_created_for(*agent, callback);
            }
        }
    }
}

/// The present state of an entity, as far as an event of this name shows it, in ordinary events (D4):
/// one for `UserStatus`, `UserAvailability` and `QueueStatus`, one per open callback for
/// `CallbackChanged`, none for names that tell of passing things. Names are compared without regard to
/// case.
pub fn snapshot(centre: &Centre, entity_id: Guid, event_name: &str) -> Vec<RteEvent> {
    let mut events = Vec::new();
    let Some(entity) = centre.entity(entity_id) else {
        return events;
    };
    let mut teller = Teller {
        centre,
        wanted: &|_, _| true,
        at: centre.now(),
        source: snapshot_source(centre, entity_id, event_name),
        told: 0,
        events: &mut events,
    };
    match (entity, canonical_name(event_name)) {
        (Entity::Agent(agent), Some("UserStatus")) => {
            if let Some(found) = centre.agent(agent) {
                teller.user_status(found, &found.status);
            }
        }
        (Entity::Agent(agent), Some("UserAvailability")) => {
            if let Some(found) = centre.agent(agent) {
                teller.user_availability(found, &found.status);
            }
        }
        (Entity::Queue(queue), Some("QueueStatus")) => {
            if let Some(found) = centre.queue(queue) {
                teller.queue_status(queue, &found.figures(centre.now()), found.opening);
            }
        }
        (Entity::CallList(list), Some("CallbackChanged")) => {
            for callback in centre.callbacks().filter(|callback| callback.list == list) {
                teller.callback_changed(callback, false);
            }
        }
        _ => {}
    }
    events
}

/// What the ids of a snapshot's events come from: entity, name and time, far above the numbers of
/// happenings, so that no snapshot looks like an event that has been told before.
fn snapshot_source(centre: &Centre, entity_id: Guid, event_name: &str) -> u64 {
    let name = event_name.bytes().fold(7, |sum: u64, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte | 0x20))
    });
    let entity = (entity_id.as_u128() >> 64) as u64;
    (entity ^ name.rotate_left(40) ^ centre.now().as_millis() as u64) | (1 << 62)
}

/// An agent's own word about being there (RTE `UserAvailability.Availability`, `UserStatus.AvailabilityStatus`).
fn availability(status: &AgentStatus) -> &'static str {
    match status.state {
        AgentState::SignedOut => "OffWork",
        AgentState::NotReady => match status.reason {
            Reason::BREAK => "BRB",
            Reason::MEETING | Reason::ADMIN => "Busy",
            Reason::TRAINING => "DoNotDisturb",
            Reason::NONE => "Available",
            _ => "Away",
        },
        _ => "Available",
    }
}

/// What goes with one call event besides its own fields.
#[derive(Clone, Copy)]
struct About<'a> {
    agent: &'a Agent,
    call: &'a CallFacts,
}

struct Teller<'a> {
    centre: &'a Centre,
    wanted: &'a dyn Fn(Guid, &'static str) -> bool,
    at: Moment,
    source: u64,
    told: u64,
    events: &'a mut Vec<RteEvent>,
}

impl Teller<'_> {
    /// Writes one event with its envelope. The TTL stands before the fields where it is positive, and
    /// at the end otherwise, as in the documented examples (E05).
    fn event(
        &mut self,
        entity: Entity,
        name: &'static str,
        ttl_seconds: Option<u16>,
        fill: impl FnOnce(&mut Writer, Guid),
    ) {
        let Some(entity_id) = self.centre.guid_of(entity) else {
            return;
        };
        self.told += 1;
        if !(self.wanted)(entity_id, name) {
            return;
        }
        let organisation = self.centre.organisation();
        let mut writer = Writer::object();
        writer.text("rootEntityType", "Organization");
        writer.guid("rootEntityId", organisation);
        writer.text("eventType", name);
        writer.text(
            "entityType",
            match entity {
                Entity::Agent(_) => "User",
                Entity::Queue(_) => "Queue",
                Entity::CallList(_) => "CallList",
            },
        );
        writer.guid("entityId", entity_id);
        if let Some(seconds) = ttl_seconds {
            writer.plain("messageTTLSeconds", seconds);
        }
        fill(&mut writer, organisation);
        let number = self.source.rotate_left(8) ^ self.told;
        writer.guid("id", self.centre.derive_guid(GuidOf::Event, number));
        writer.moment("timestamp", self.at);
        if ttl_seconds.is_none() {
            writer.plain("messageTTLSeconds", -1);
        }
        self.events.push(RteEvent {
            entity,
            entity_id,
            name,
            data: writer.finish().into(),
        });
    }

    fn agent_changed(&mut self, id: AgentId, before: &AgentStatus, status: &AgentStatus) {
        let Some(agent) = self.centre.agent(id) else {
            return;
        };
        self.user_status(agent, status);
        if availability(before) != availability(status) {
            self.user_availability(agent, status);
        }
        let is_out = |status: &AgentStatus| status.state == AgentState::SignedOut;
        if is_out(before) != is_out(status) {
            self.terminal_status(agent, !is_out(status));
        }
    }

    /// The agent's telephone, which comes and goes with the sign-in.
    fn terminal_status(&mut self, agent: &Agent, online: bool) {
        let at = self.at;
        let expires = if online { at + Span::from_mins(8 * 60) } else { at };
        let name = "UserTerminalStatus";
        self.event(Entity::Agent(agent.id), name, None, |writer, organisation| {
            writer.guid("userId", agent.guid);
            writer.guid("organizationId", organisation);
            writer.text("silo", "Switchhook");
            writer.text("session", &agent.extension);
            writer.moment("expires", expires);
            writer.text("terminalType", "Unknown");
            writer.text("terminalStatus", if online { "Online" } else { "Offline" });
        });
    }

    fn user_status(&mut self, agent: &Agent, status: &AgentStatus) {
        let centre = self.centre;
        let state = status.state;
        let signed_in = state != AgentState::SignedOut;
        let availability = availability(status);
        self.event(
            Entity::Agent(agent.id),
            "UserStatus",
            Some(60),
            |writer, organisation| {
                writer.guid("userId", agent.guid);
                writer.guid("organizationId", organisation);
                writer.plain("canBeAllocatedTo", state == AgentState::Ready);
                writer.plain("talking", state.is_on_call());
                writer.moment("talkingStatusChanged", status.talking_changed);
                writer.guid_or_null("activeQueueId", queue_guid(centre, status.active_queue));
                writer.guid_or_null("activeCallListId", list_guid(centre, status.active_list));
                writer.plain("available", availability == "Available");
                writer.plain("schedule", signed_in);
                writer.plain("serving", signed_in);
                writer.plain("serviceTerminals", u8::from(signed_in));
                writer.plain("activeQueues", if signed_in { agent.skills.len() } else { 0 });
                writer.plain("parkedCalls", 0);
                writer.moment_or_null("wrapUpStart", status.wrap_up.map(|wrap_up| wrap_up.started));
                writer.moment_or_null("wrapUpEnd", status.wrap_up.map(|wrap_up| wrap_up.ends()));
                writer.plain("servingCallback", signed_in);
                writer.plain("fetchMode", false);
                writer.text("note", status.reason.label());
                writer.text("availabilityStatus", availability);
            },
        );
    }

    fn user_availability(&mut self, agent: &Agent, status: &AgentStatus) {
        let profile = self
            .centre
            .derive_guid(GuidOf::Profile, u64::from(status.reason.code()));
        self.event(
            Entity::Agent(agent.id),
            "UserAvailability",
            None,
            |writer, organisation| {
                writer.guid("userId", agent.guid);
                writer.guid("organizationId", organisation);
                writer.text("userName", &agent.user_name);
                writer.guid("profileId", profile);
                writer.text("availability", availability(status));
                writer.moment("startTime", status.since);
                writer.open_ended("endTime");
                writer.text("note", status.reason.label());
                writer.text("eventSource", "Desk");
                writer.text("transferNumber", "");
            },
        );
    }

    fn wrap_up(&mut self, agent: AgentId, wrap_up: &WrapUp, phase: WrapUpPhase) {
        let Some(agent) = self.centre.agent(agent) else {
            return;
        };
        let centre = self.centre;
        let name = match phase {
            WrapUpPhase::Enabled => "UserWrapUpEnabled",
            WrapUpPhase::Started => "UserWrapUpStarted",
            WrapUpPhase::Terminated { .. } => "UserWrapUpTerminated",
        };
        self.event(Entity::Agent(agent.id), name, None, |writer, organisation| {
            writer.guid("organizationId", organisation);
            writer.guid_or_null("callId", wrap_up.call.map(|(_, guid)| guid));
            let leg = wrap_up.call.map(|(call, _)| agent_leg(call.number(), agent.id));
            writer.text("legId", leg.as_deref().unwrap_or_default());
            writer.guid("userId", agent.guid);
            writer.guid_or_null("queueId", queue_guid(centre, wrap_up.queue));
            let list = wrap_up.callback.map(|(list, _)| list);
            writer.guid_or_null("callListId", list_guid(centre, list));
            let callback = wrap_up
                .callback
                .map(|(_, callback)| callback_guid(centre, callback));
            writer.guid_or_null("callBackId", callback);
            match phase {
                WrapUpPhase::Enabled | WrapUpPhase::Started => {
                    writer.plain("maxWrapUpDurationSec", wrap_up.limit.as_secs());
                }
                WrapUpPhase::Terminated { by_timer, elapsed } => {
                    writer.text("reason", if by_timer { "timer" } else { "manual" });
                    writer.plain("elapsedTimeSec", elapsed.as_secs());
                }
            }
            writer.text("wrapUpType", "Unavailable");
            writer.guid("wrapUpId", wrap_up.guid);
        });
    }

    fn leg(&mut self, agent: AgentId, call: &CallFacts, direction: Direction, event: &LegEvent) {
        let Some(agent) = self.centre.agent(agent) else {
            return;
        };
        let about = About { agent, call };
        match (direction, event) {
            (Direction::In, LegEvent::Allocated) => {
                let first = if call.kind == CallKind::Service {
                    "UserCallInArrived"
                } else {
                    "UserCallInComing"
                };
                self.arrival(about, first);
                self.allocated(about);
            }
            (Direction::In, LegEvent::Established) => self.connected_in(about),
            (Direction::In, LegEvent::Held) => self.hold_change(about, "UserCallInHoldStart"),
            (Direction::In, LegEvent::Retrieved) => self.hold_change(about, "UserCallInHoldEnd"),
            (Direction::Out, LegEvent::Originated) => self.going_out(about),
            (Direction::Out, LegEvent::Established) => self.connected_out(about),
            (Direction::Out, LegEvent::Held) => self.hold_change(about, "UserCallOutHoldStart"),
            (Direction::Out, LegEvent::Retrieved) => self.hold_change(about, "UserCallOutHoldEnd"),
            (
                direction,
                LegEvent::Ended {
                    how,
                    from,
                    was_connected,
                },
            ) => self.ended(about, direction, *how, *from, *was_connected),
            (Direction::In, LegEvent::TransferStarted(target)) => {
                self.transfer(about, target, "UserCallInTransferStarted");
            }
            (Direction::In, LegEvent::Transferred(Some(target))) => {
                self.transfer(about, target, "UserCallInTransferConnected");
            }
            (Direction::In, LegEvent::TransferCancelled(_)) => self.transfer_cancelled(about),
            _ => {}
        }
    }

    /// `UserCallInArrived` for a call through a queue, `UserCallInComing` for a direct one.
    fn arrival(&mut self, about: About<'_>, name: &'static str) {
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                numbers(writer, about.call);
            },
        );
    }

    fn allocated(&mut self, about: About<'_>) {
        let name = "UserCallInUserAllocated";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("userNumber", &about.agent.extension);
                writer.text("detailedReason", "");
                numbers(writer, about.call);
            },
        );
    }

    fn connected_in(&mut self, about: About<'_>) {
        let name = "UserCallInUserConnected";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                writer.guid("callId", about.call.guid);
                writer.text("legId", &caller_leg(about.call));
                writer.text("agentLegId", &agent_leg(about.call.id.number(), about.agent.id));
                writer.guid("userId", about.agent.guid);
                writer.guid("organizationId", organisation);
                user_name(writer, about.agent, name);
                writer.text("userNumber", &about.agent.extension);
                numbers(writer, about.call);
            },
        );
    }

    fn going_out(&mut self, about: About<'_>) {
        let name = "UserCallOutGoing";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("callerNumber", &about.call.caller_number);
                writer.text("targetNumber", &about.call.target_number);
                writer.text("callAsNumber", "");
                writer.plain("publicity", 0);
            },
        );
    }

    fn connected_out(&mut self, about: About<'_>) {
        let name = "UserCallOutConnected";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                numbers(writer, about.call);
            },
        );
    }

    fn hold_change(&mut self, about: About<'_>, name: &'static str) {
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
            },
        );
    }

    fn ended(
        &mut self,
        about: About<'_>,
        direction: Direction,
        how: Ending,
        from: LegState,
        was_connected: bool,
    ) {
        let by_agent = matches!(how, Ending::Local | Ending::Transferred | Ending::Joined);
        let reason = if by_agent { "local" } else { "remote" };
        match direction {
            Direction::Out => {
                let technical = match (from, was_connected) {
                    (LegState::Failed, _) => "486 Busy Here",
                    (_, true) => "16 Normal call clearing",
                    (_, false) => "487 Request Terminated",
                };
                self.disconnected_out(about, reason, technical);
            }
            Direction::In if was_connected => {
                self.disconnected_in(about, reason);
            }
            Direction::In => {
                self.cancelled(about, how);
                if how == Ending::NoAnswer && about.call.queue.is_some() {
                    self.back_to_queue(about);
                } else if how == Ending::NoAnswer {
                    self.overflowed_from_user(about);
                }
            }
        }
    }

    fn disconnected_in(&mut self, about: About<'_>, reason: &str) {
        let name = "UserCallInDisconnected";
        let technical_queue = self.technical_queue(about.call).map(|(guid, _)| guid);
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("reason", reason);
                writer.guid_or_null("techQueueId", technical_queue);
                writer.text("techReason", "16 Normal call clearing");
                numbers(writer, about.call);
            },
        );
    }

    fn disconnected_out(&mut self, about: About<'_>, reason: &str, technical: &str) {
        let name = "UserCallOutDisconnected";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("reason", reason);
                writer.text("techReason", technical);
                numbers(writer, about.call);
            },
        );
    }

    fn cancelled(&mut self, about: About<'_>, how: Ending) {
        let name = "UserCallInUserCancelled";
        let (reason, details) = match how {
            Ending::NoAnswer => ("NoAnswer", "The call rang out"),
            Ending::GaveUp => ("CallerDisconnected", "The caller hung up"),
            _ => ("Cancelled", ""),
        };
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("reason", reason);
                writer.text("detailedReason", details);
                numbers(writer, about.call);
            },
        );
    }

    fn overflowed_from_user(&mut self, about: About<'_>) {
        let name = "UserCallInUserOverflow";
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("reason", "NoAnswer");
                writer.text("target", "");
                numbers(writer, about.call);
            },
        );
    }

    /// A service call that rang out goes back to its queue.
    fn back_to_queue(&mut self, about: About<'_>) {
        let name = "UserCallInOverflow";
        let (queue, queue_name) = self.technical_queue_or_user(about);
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text("connectedTarget", "");
                writer.text("techSource", "Queue");
                writer.guid("techQueueId", queue);
                writer.text("techQueueName", &queue_name);
                writer.text("overflowApplet", "Queue");
                writer.text("techNumber", &about.call.target_number);
                writer.text("techEvent", "NoAnswer");
                writer.text("callerNumber", &about.call.caller_number);
                writer.text("targetNumber", &about.call.target_number);
                writer.text("overflowReason", "NoAnswer");
                writer.text("overflowType", "QueueHandler");
                writer.plain("publicity", 0);
            },
        );
    }

    /// `UserCallInTransferStarted` and `UserCallInTransferConnected`: the same fields but for the target.
    fn transfer(&mut self, about: About<'_>, target: &CallFacts, name: &'static str) {
        let (queue, queue_name) = self.technical_queue_or_user(about);
        let target_field = if name == "UserCallInTransferStarted" {
            "transferTarget"
        } else {
            "connectedTarget"
        };
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.text(target_field, &target.target_number);
                writer.text("transferSource", &about.agent.extension);
                writer.guid("techQueueId", queue);
                writer.text("techQueueName", &queue_name);
                writer.text("transferApplet", "Transfer");
                writer.text("techSource", "User");
                numbers(writer, about.call);
            },
        );
    }

    fn transfer_cancelled(&mut self, about: About<'_>) {
        let name = "UserCallInTransferCancelled";
        let (queue, queue_name) = self.technical_queue_or_user(about);
        self.event(
            Entity::Agent(about.agent.id),
            name,
            None,
            |writer, organisation| {
                call_head(writer, about, organisation);
                user_name(writer, about.agent, name);
                writer.guid("techQueueId", queue);
                writer.text("techQueueName", &queue_name);
                writer.text("transferApplet", "Transfer");
                writer.text("techSource", "User");
                writer.text("reason", "Cancelled");
                writer.text("detailedReason", "The consultation ended without a transfer");
                numbers(writer, about.call);
            },
        );
    }

    /// What was said. The document lists neither the roles nor the types of transcripts (E11): words that say it.
    fn phrase(&mut self, agent: AgentId, call: &CallFacts, phrase: &Phrase) {
        let Some(agent) = self.centre.agent(agent) else {
            return;
        };
        let centre = self.centre;
        let about = About { agent, call };
        let name = "UserRealTimeTranscriptPhrase";
        self.event(Entity::Agent(agent.id), name, None, |writer, organisation| {
            call_head(writer, about, organisation);
            writer.guid_or_null("queueId", queue_guid(centre, call.queue));
            let list = call.callback.map(|(list, _)| list);
            writer.guid_or_null("callListId", list_guid(centre, list));
            writer.text("speakerRole", if phrase.by_agent { "Agent" } else { "Customer" });
            writer.text("phrase", &phrase.text);
            writer.plain("confidence", f64::from(phrase.confidence) / 100.0);
            writer.plain("duration", phrase.duration.as_millis());
            writer.plain("offsetMilliseconds", phrase.offset.as_millis());
            writer.plain("isIntermediate", phrase.is_interim);
            writer.text("realtimeType", "Unknown");
        });
    }

    fn alert(&mut self, agent: AgentId, alert: &QueueAlert) {
        let (Some(agent), Some(queue)) = (self.centre.agent(agent), self.centre.queue(alert.queue)) else {
            return;
        };
        let (field, what) = match alert.rule {
            AlertRule::Waiting => ("NbrOfQueuingRequesters", "Many callers wait"),
            AlertRule::LongestWait => ("MaxWaitTime", "Callers wait long"),
        };
        let rule = u64::from(alert.queue.number()) * 2 + alert.rule as u64;
        let id = self.centre.derive_guid(GuidOf::Alert, rule);
        let name = "UserAlert";
        self.event(Entity::Agent(agent.id), name, None, |writer, organisation| {
            writer.guid("alertId", id);
            writer.guid("userId", agent.guid);
            writer.guid("organizationId", organisation);
            writer.text("conditionName", &format!("{what}: {}", queue.name));
            writer.text("conditionValue", &alert.threshold.to_string());
            writer.text("conditionExpression", &format!("{field} >= {}", alert.threshold));
            writer.text("value", &alert.value.to_string());
        });
    }

    /// The technical queue of a call; for a direct call the user stands in its place, because the
    /// transfer and overflow events know no null there (E21).
    fn technical_queue_or_user(&self, about: About<'_>) -> (Guid, String) {
        self.technical_queue(about.call)
            .unwrap_or((about.agent.guid, String::new()))
    }

    fn technical_queue(&self, call: &CallFacts) -> Option<(Guid, String)> {
        let queue = self.centre.queue(call.queue?)?;
        Some((queue.technical_guid, queue.name.clone()))
    }

    fn queue_status(&mut self, id: QueueId, figures: &QueueFigures, opening: Opening) {
        let Some(queue) = self.centre.queue(id) else {
            return;
        };
        self.event(
            Entity::Queue(id),
            "QueueStatus",
            Some(60),
            |writer, organisation| {
                let unserved = figures.waiting + figures.allocated;
                writer.guid("queueId", queue.guid);
                writer.guid("organizationId", organisation);
                writer.text("queueName", &queue.name);
                writer.plain("nbrOfProviders", figures.signed_in);
                writer.plain("nbrOfRequesters", unserved + figures.connected);
                writer.plain("nbrOfServingAgentsEstimate", figures.free + figures.busy);
                writer.plain("nbrOfAllocated", figures.allocated);
                writer.plain("nbrOfConnected", figures.connected);
                writer.plain("nbrOfQueuingRequesters", figures.waiting);
                writer.plain("nbrOfNotServedRequesters", unserved);
                writer.plain("nbrOfAgentsLongTermAway", figures.away);
                writer.plain("nbrOfAgentsShortTermAway", figures.busy);
                writer.plain("nbrOfAgentsImmediatelyFree", figures.free);
                writer.plain("nbrOfAgentsCheckedInQueue", figures.signed_in);
                writer.plain("nbrOfAgentsOnWrapUp", figures.wrapping_up);
                writer.plain("nbrOfAgentsOnFetchMode", 0);
                writer.plain("maxWaitTime", figures.longest_wait.as_secs());
                writer.plain(
                    "openStatus",
                    match opening {
                        Opening::Closed => 3,
                        Opening::Open => 5,
                        Opening::Uncertain => 6,
                    },
                );
            },
        );
    }

    fn callback_changed(&mut self, callback: &Callback, created: bool) {
        let centre = self.centre;
        let user = |agent: AgentId| centre.agent(agent).map(|found| found.guid);
        let last = callback.attempts.last();
        let name = "CallbackChanged";
        self.event(
            Entity::CallList(callback.list),
            name,
            Some(120),
            |writer, organisation| {
                writer.guid("callBackId", callback.guid);
                writer.guid_or_null("callListId", list_guid(centre, Some(callback.list)));
                writer.guid("organizationId", organisation);
                writer.moment("modified", callback.modified);
                writer.guid_or_null("assignedUserId", callback.assigned.and_then(user));
                writer.guid_or_null("lastAttemptUserId", last.and_then(|attempt| user(attempt.agent)));
                writer.guid_or_null("lastModifiedUserId", callback.modified_by.and_then(user));
                writer.plain_or_null("lastAttemptTypeId", last.map(|attempt| attempt.outcome.number()));
                writer.text("contactName", &callback.contact_name);
                writer.text("contactNumber", &callback.contact_number);
                writer.text("contactMessage", callback.contact_message);
                writer.text("note", callback.note);
                writer.guid_or_null("queueId", queue_guid(centre, Some(callback.queue)));
                let channel = centre.queue(callback.queue).map_or("", |queue| &queue.name);
                writer.text("channelIn", channel);
                writer.moment("creationTime", callback.created);
                writer.plain("created", created);
                writer.plain("isClosed", !callback.is_open());
                writer.null("recordingId");
                writer.plain(
                    "typeId",
                    match callback.origin {
                        CallbackOrigin::Requested => 1,
                        CallbackOrigin::Overflow => 2,
                        CallbackOrigin::Manual => 3,
                    },
                );
                writer.moment("dueDate", callback.due);
                writer.guid_or_null("callId", callback.call);
                writer.null("transcriptId");
                let classification = callback.closed.map(|closed| {
                    let number = match closed {
                        Classification::Settled => 1,
                        Classification::PassedOn => 2,
                        Classification::NotReached => 3,
                        Classification::Expired => 4,
                    };
                    centre.derive_guid(GuidOf::Classification, number)
                });
                writer.guid_or_null("classificationId", classification);
                writer.moment("expiryDate", callback.expires);
                writer.moment_or_null("lastAttemptTimestamp", last.map(|attempt| attempt.at));
                writer.text("lastAttemptNote", last.map_or("", |attempt| attempt.note));
                let waited = callback.modified.since(callback.due).as_secs() / 60;
                writer.text("calculatedPriority", if waited > 0 { "High" } else { "Normal" });
                writer.moment_or_null("notBefore", callback.not_before);
                writer.array("callbackAttempts", |attempts| {
                    for attempt in &callback.attempts {
                        attempts.element(|writer| {
                            writer.guid("id", attempt.guid);
                            writer.guid_or_null("userId", user(attempt.agent));
                            writer.moment("timestamp", attempt.at);
                            writer.plain("callbackAttemptTypeId", attempt.outcome.number());
                            writer.text("note", attempt.note);
                            writer.null("recordingId");
                            writer.guid("callId", attempt.call.1);
                        });
                    }
                });
                writer.array("callbackExtras", |_| {});
                writer.array("callbackRelatedItems", |_| {});
            },
        );
    }

    fn callback_created_for(&mut self, agent: AgentId, callback: &Callback) {
        let Some(agent) = self.centre.agent(agent) else {
            return;
        };
        let centre = self.centre;
        let name = "UserCallInCallbackCreated";
        self.event(Entity::Agent(agent.id), name, None, |writer, organisation| {
            writer.guid("userId", agent.guid);
            writer.guid("callBackId", callback.guid);
            writer.guid_or_null("callListId", list_guid(centre, Some(callback.list)));
            writer.guid("organizationId", organisation);
            writer.guid_or_null("callId", callback.call);
            writer.text("legId", "");
            writer.null("recordingId");
            writer.text("contactNumber", &callback.contact_number);
            let number = centre.queue(callback.queue).map_or("", |queue| &queue.number);
            writer.text("targetNumber", number);
            writer.text("contactMessage", callback.contact_message);
            writer.moment("creationTime", callback.created);
        });
    }
}

fn queue_guid(centre: &Centre, queue: Option<QueueId>) -> Option<Guid> {
    centre.queue(queue?).map(|queue| queue.guid)
}

fn list_guid(centre: &Centre, list: Option<CallListId>) -> Option<Guid> {
    centre.call_list(list?).map(|list| list.guid)
}

fn callback_guid(centre: &Centre, callback: CallbackId) -> Guid {
    centre.derive_guid(GuidOf::Callback, u64::from(callback.number()))
}

/// The id of the caller's own leg of a call.
fn caller_leg(call: &CallFacts) -> String {
    format!("{}-1", call.id.number())
}

/// The id of an agent's leg of a call.
fn agent_leg(call: u32, agent: AgentId) -> String {
    format!("{call}-a{}", agent.number() + 1)
}

/// The four fields with which nearly every call event begins.
fn call_head(writer: &mut Writer, about: About<'_>, organisation: Guid) {
    writer.guid("callId", about.call.guid);
    writer.text("legId", &caller_leg(about.call));
    writer.guid("userId", about.agent.guid);
    writer.guid("organizationId", organisation);
}

/// The user's name, spelt as the event has it (E02).
fn user_name(writer: &mut Writer, agent: &Agent, event: &str) {
    let spelt_username = matches!(
        event,
        "UserCallInComing"
            | "UserCallInDisconnected"
            | "UserCallInOverflow"
            | "UserCallInTransferCancelled"
            | "UserCallInTransferConnected"
            | "UserCallInTransferStarted"
            | "UserCallInUserOverflow"
    );
    let name = if spelt_username { "username" } else { "userName" };
    writer.text(name, &agent.user_name);
}

/// The two numbers and the publicity with which most call events end.
fn numbers(writer: &mut Writer, call: &CallFacts) {
    writer.text("callerNumber", &call.caller_number);
    writer.text("targetNumber", &call.target_number);
    writer.plain("publicity", 0);
}
