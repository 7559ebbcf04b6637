//! The events and their parts as they come over the wire: every documented field, borrowed from the message.
//!
//! Lives here: [`Kind`], the records per family of events, [`RteEvent`], which carries one of them.
//! May not be here: what an event means for the desk ([`super::normalize`]).
//! Events that differ only in a few fields share a record; a record takes any of its fields from any of its events.
//! Every field may be absent or null, whatever its type says (irregularities E17, E18, E21).

use super::{Code, count_offered, read_record};
use crate::vendor::json::{FromValue, Given, Key, Name, Reader, Record, Text, Value, record};
use crate::vendor::time::{Stamp, Zone};
use crate::vendor::{Oddities, Oddity, Unreadable};
use std::borrow::Cow;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The events, by their event type; and two records of queues that no documented event carries,
        /// taken when a hub sends them as events of the queue (irregularity E22).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The event type as documented.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$name => stringify!($name),)*
                }
            }

            /// The kind of this name, without regard to case.
            pub fn from_name(name: &str) -> Option<Kind> {
                static NAMES: &[Name] = &Name::table([$(stringify!($name),)*]);
                match Name::find(NAMES, &Key::new(Cow::Borrowed(name))) {
                    Some(number) => Kind::ALL.get(usize::from(number)).copied(),
                    None if name.eq_ignore_ascii_case("UserTerminalStatusEvent") => Some(Kind::UserTerminalStatus),
                    None => None,
                }
            }
        }
    };
}

kinds! {
    /// An alert that the user has defined was triggered.
    UserAlert,
    /// What a user has set as the own availability.
    UserAvailability,
    /// A call that a supervisor may listen to (rule R36).
    UserCallAvailableForMonitoring,
    /// An incoming call entered allocation to a user.
    UserCallInArrived,
    /// A personal callback for a user was created.
    UserCallInCallbackCreated,
    /// A direct call to a user has come in.
    UserCallInComing,
    /// An incoming call was disconnected (rule R31).
    UserCallInDisconnected,
    /// An incoming call is off hold (rule R30).
    UserCallInHoldEnd,
    /// An incoming call is on hold (rule R30).
    UserCallInHoldStart,
    /// An incoming call goes on from the user to the next routing target.
    UserCallInOverflow,
    /// A recording of an incoming call is ready (rule R29).
    UserCallInRecordingConverted,
    /// A transfer to an overflow target was given up.
    UserCallInTransferCancelled,
    /// A transfer to an overflow target is through.
    UserCallInTransferConnected,
    /// A transfer to an overflow target has begun.
    UserCallInTransferStarted,
    /// An incoming call was allocated to a user.
    UserCallInUserAllocated,
    /// The allocation of an incoming call to a user was withdrawn.
    UserCallInUserCancelled,
    /// An incoming call was connected to a user.
    UserCallInUserConnected,
    /// A call to a user's number goes on to another destination.
    UserCallInUserOverflow,
    /// The other side of an outgoing call has answered.
    UserCallOutConnected,
    /// An outgoing call was disconnected.
    UserCallOutDisconnected,
    /// A user has started an outgoing call.
    UserCallOutGoing,
    /// An outgoing call is off hold (rule R30).
    UserCallOutHoldEnd,
    /// An outgoing call is on hold (rule R30).
    UserCallOutHoldStart,
    /// A recording of an outgoing call is ready (rule R29).
    UserCallOutRecordingConverted,
    /// Something was said on a call (rule R28).
    UserRealTimeTranscriptPhrase,
    /// A user's setting changed.
    UserSetting,
    /// A user's status from the queues' point of view.
    UserStatus,
    /// A supervisor's presence on a call has changed.
    UserSupervisionStatus,
    /// The status of one of a user's terminals. Headed `UserTerminalStatusEvent` in the document (irregularity E03).
    UserTerminalStatus,
    /// Wrap-up will follow the call (rule R22).
    UserWrapUpEnabled,
    /// Somebody wishes wrap-up to begin, at once or after the present call; a request, not a state (trap T23).
    UserWrapUpRequestInitiate,
    /// Somebody wishes to end the wrap-up in progress; a request, not a state (trap T23).
    UserWrapUpRequestTerminate,
    /// Wrap-up has begun (rule R23).
    UserWrapUpStarted,
    /// Wrap-up has ended (rule R24).
    UserWrapUpTerminated,
    /// A queue's counters; sent only when they changed (rule R32).
    QueueStatus,
    /// A callback was created, changed or closed (rule R34).
    CallbackChanged,
    /// A user serves in a queue, or does no longer.
    QueueAttachedUser,
    /// A group of queues.
    QueueGroup,
}

record! {
    /// A user's status from the queues' point of view.
    UserStatus<'a> {
        /// Call list presumed active (rule R18).
        active_call_list_id: Text<'a> = "ActiveCallListId",
        /// Queue presumed active (rule R18).
        active_queue_id: Text<'a> = "ActiveQueueId",
        /// Number of active queues.
        active_queues: i64 = "ActiveQueues",
        /// Availability; its words are not listed (irregularity E29).
        availability_status: Code<'a> = "AvailabilityStatus",
        /// Set to available.
        available: bool = "Available",
        /// Best guess that a call could be allocated (rule R16).
        can_be_allocated_to: bool = "CanBeAllocatedTo",
        /// Takes calls only by fetching them (rule R17).
        fetch_mode: bool = "FetchMode",
        /// Note about the user status, such as "On break", "In meeting", etc.
        note: Text<'a> = "Note",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Number of parked calls.
        parked_calls: i64 = "ParkedCalls",
        /// At work by the schedule.
        schedule: bool = "Schedule",
        /// Number of active terminals.
        service_terminals: i64 = "ServiceTerminals",
        /// User is serving in queues.
        serving: bool = "Serving",
        /// User is serving in callback list "queues".
        serving_callback: bool = "ServingCallback",
        /// On a call, connected or not (rule R15).
        talking: bool = "Talking",
        /// Last time the "Talking" status changed.
        talking_status_changed: Text<'a> = "TalkingStatusChanged",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// If wrap up time is active then the end time, otherwise null.
        wrap_up_end: Text<'a> = "WrapUpEnd",
        /// If wrap up time is active then the start time, otherwise null.
        wrap_up_start: Text<'a> = "WrapUpStart",
    }
}

record! {
    /// What a user has set as the own availability.
    UserAvailability<'a> {
        /// `Available`, `Busy`, `DoNotDisturb`, `OffWork`, `BRB` or `Away`.
        availability: Text<'a> = "Availability",
        /// End of the state; open-ended when it goes on (rule R14).
        end_time: Text<'a> = "EndTime",
        /// Where the state comes from.
        event_source: Text<'a> = "EventSource",
        /// User-defined message or description.
        note: Text<'a> = "Note",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Availability profile.
        profile_id: Text<'a> = "ProfileId",
        /// Start of the state.
        start_time: Text<'a> = "StartTime",
        /// The phone number calls are transferred to if appropriate.
        transfer_number: Text<'a> = "TransferNumber",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// The user's name to sign in with, in either spelling (irregularity E02).
        user_name: Text<'a> = "UserName",
    }
}

record! {
    /// A user's setting.
    UserSetting<'a> {
        /// Setting allowed values.
        allowed_values: Object<'a> = "AllowedValues",
        /// Deleted.
        deleted: bool = "Deleted",
        /// Setting keyword.
        keyword: Text<'a> = "Keyword",
        /// Setting level for authorization.
        level: Code<'a> = "Level",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// Setting value.
        value: Text<'a> = "Value",
        /// Key/Value setting values.
        values: Object<'a> = "Values",
    }
}

record! {
    /// An alert of a user's was triggered.
    UserAlert<'a> {
        /// Id of alert.
        alert_id: Text<'a> = "AlertId",
        /// Expression of the triggered condition.
        condition_expression: Text<'a> = "ConditionExpression",
        /// Name of the triggered condition.
        condition_name: Text<'a> = "ConditionName",
        /// Value of the triggered condition.
        condition_value: Text<'a> = "ConditionValue",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// Actual value for the triggered condition.
        value: Text<'a> = "Value",
    }
}

record! {
    /// The status of a terminal.
    TerminalStatus<'a> {
        /// When the report expires.
        expires: Text<'a> = "Expires",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The session, which tells the terminals of a user apart.
        session: Text<'a> = "Session",
        /// Part of the service.
        silo: Text<'a> = "Silo",
        /// The terminal's condition.
        terminal_status: Code<'a> = "TerminalStatus",
        /// What kind of terminal it is.
        terminal_type: Code<'a> = "TerminalType",
        /// The user.
        user_id: Text<'a> = "UserId",
    }
}

record! {
    /// News of a user's call: all events of incoming and outgoing calls, hold, transfer, overflow and recordings.
    UserCall<'a> {
        /// Number of the caller.
        caller_number: Text<'a> = "CallerNumber",
        /// The call.
        call_id: Text<'a> = "CallId",
        /// The leg of the call.
        leg_id: Text<'a> = "LegId",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Publicity of the user's direct calls.
        publicity: Code<'a> = "Publicity",
        /// Number that was called.
        target_number: Text<'a> = "TargetNumber",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// The user's name to sign in with, in either spelling (irregularity E02).
        user_name: Text<'a> = "UserName",
        /// Reason for the disconnect (`remote`, `local`), the withdrawal or the overflow.
        reason: Text<'a> = "Reason",
        /// Technical queue of the moment (rule R19).
        tech_queue_id: Text<'a> = "TechQueueId",
        /// Technical reason (such as SIP cause code) for the disconnect.
        tech_reason: Text<'a> = "TechReason",
        /// Currently connected target.
        connected_target: Text<'a> = "ConnectedTarget",
        /// Which part of the service overflows.
        overflow_applet: Text<'a> = "OverflowApplet",
        /// Reason for the overflow.
        overflow_reason: Text<'a> = "OverflowReason",
        /// Type of the overflow.
        overflow_type: Text<'a> = "OverflowType",
        /// Technical event.
        tech_event: Text<'a> = "TechEvent",
        /// Technical number.
        tech_number: Text<'a> = "TechNumber",
        /// Its name.
        tech_queue_name: Text<'a> = "TechQueueName",
        /// Technical source.
        tech_source: Text<'a> = "TechSource",
        /// The conversion that made the recording playable.
        conversion_id: Text<'a> = "ConversionId",
        /// The recording.
        recording_id: Text<'a> = "RecordingId",
        /// Audio channel of the user.
        user_channel: i64 = "UserChannel",
        /// Reason in detail.
        detailed_reason: Text<'a> = "DetailedReason",
        /// Which part of the service transfers.
        transfer_applet: Text<'a> = "TransferApplet",
        /// Transfer source.
        transfer_source: Text<'a> = "TransferSource",
        /// Where to: an id or a number.
        transfer_target: Text<'a> = "TransferTarget",
        /// The user's number.
        user_number: Text<'a> = "UserNumber",
        /// The leg to the agent.
        agent_leg_id: Text<'a> = "AgentLegId",
        /// Where to: an id, a number or several (rule R37).
        target: Text<'a> = "Target",
        /// Number shown to the other side, if another.
        call_as_number: Text<'a> = "CallAsNumber",
    }
}

record! {
    /// A call and its supervisor.
    SupervisedCall<'a> {
        /// The leg to the agent.
        agent_leg_id: Text<'a> = "AgentLegId",
        /// Number of the caller.
        caller_number: Text<'a> = "CallerNumber",
        /// The call.
        call_id: Text<'a> = "CallId",
        /// `servicecall`, `directcall` or `callout`.
        call_type: Text<'a> = "CallType",
        /// Time when the call was connected to the agent.
        connected_to_agent_time: Text<'a> = "ConnectedToAgentTime",
        /// The leg of the call.
        leg_id: Text<'a> = "LegId",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Id of the service queue.
        queue_id: Text<'a> = "QueueId",
        /// Name of the service queue.
        queue_name: Text<'a> = "QueueName",
        /// Where a supervisor may call to listen (rule R36).
        supervision_call_in_number: Text<'a> = "SupervisionCallInNumber",
        /// From which number that call is expected (rule R36).
        supervisor_terminal_number: Text<'a> = "SupervisorTerminalNumber",
        /// Id of the supervisor.
        supervisor_user_id: Text<'a> = "SupervisorUserId",
        /// Name of the supervisor.
        supervisor_user_name: Text<'a> = "SupervisorUserName",
        /// Id of target user.
        target_user_id: Text<'a> = "TargetUserId",
        /// User being supervised.
        target_user_name: Text<'a> = "TargetUserName",
        /// State of the supervision.
        state: Code<'a> = "State",
        /// The leg of the supervisor's call.
        supervisor_leg_id: Text<'a> = "SupervisorLegId",
    }
}

record! {
    /// A phrase of a call's transcript.
    TranscriptPhrase<'a> {
        /// The call.
        call_id: Text<'a> = "CallId",
        /// The call list it belongs to, if any.
        call_list_id: Text<'a> = "CallListId",
        /// Confidence from 0 to 1; the phrase chosen need not have the highest.
        confidence: f64 = "Confidence",
        /// The duration of the phrase in milliseconds.
        duration: i64 = "Duration",
        /// Indicates if the phrase is an intermediate result.
        is_intermediate: bool = "IsIntermediate",
        /// The leg of the call.
        leg_id: Text<'a> = "LegId",
        /// Offset in milliseconds from the start of the call.
        offset_milliseconds: i64 = "OffsetMilliseconds",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The phrase that was spoken.
        phrase: Text<'a> = "Phrase",
        /// The queue it belongs to, if any.
        queue_id: Text<'a> = "QueueId",
        /// Realtime type.
        realtime_type: Code<'a> = "RealtimeType",
        /// Role of the speaker for this phrase.
        speaker_role: Code<'a> = "SpeakerRole",
        /// The user.
        user_id: Text<'a> = "UserId",
    }
}

record! {
    /// A step of a wrap-up, or a request for one.
    UserWrapUp<'a> {
        /// The callback, if any (rule R27).
        callback_id: Text<'a> = "CallBackId",
        /// The call.
        call_id: Text<'a> = "CallId",
        /// The call list, if any (rule R27).
        call_list_id: Text<'a> = "CallListId",
        /// The leg of the call.
        leg_id: Text<'a> = "LegId",
        /// Longest wrap-up, seconds.
        max_wrap_up_duration_sec: i64 = "MaxWrapUpDurationSec",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The queue, if any (rule R27).
        queue_id: Text<'a> = "QueueId",
        /// The user.
        user_id: Text<'a> = "UserId",
        /// The wrap-up.
        wrap_up_id: Text<'a> = "WrapUpId",
        /// Kind of wrap-up.
        wrap_up_type: Code<'a> = "WrapUpType",
        /// Whether it may begin without a call: 0 no, 1 yes, 2 yes unless in a call.
        allow_without_call: i64 = "AllowWithoutCall",
        /// The callback list (the same as the call list, irregularity E04).
        callback_list_id: Text<'a> = "CallBackListId",
        /// Longest wrap-up, seconds.
        max_wrap_up_time_sec: i64 = "MaxWrapUpTimeSec",
        /// Reason for termination: "manual".
        reason: Text<'a> = "Reason",
        /// How long it lasted, seconds.
        elapsed_time_sec: i64 = "ElapsedTimeSec",
    }
}

record! {
    /// A queue's counters.
    QueueStatus<'a> {
        /// Longest present wait, in a unit that is not documented (irregularity E25).
        max_wait_time: i64 = "MaxWaitTime",
        /// Agents serving in the queue, away or not.
        nbr_of_agents_checked_in_queue: i64 = "NbrOfAgentsCheckedInQueue",
        /// Agents that could take a call now.
        nbr_of_agents_immediately_free: i64 = "NbrOfAgentsImmediatelyFree",
        /// Agents away for long.
        nbr_of_agents_long_term_away: i64 = "NbrOfAgentsLongTermAway",
        /// Agents who fetch their calls.
        nbr_of_agents_on_fetch_mode: i64 = "NbrOfAgentsOnFetchMode",
        /// Agents in wrap-up (by its name; its documentation is copied, irregularity E16).
        nbr_of_agents_on_wrap_up: i64 = "NbrOfAgentsOnWrapUp",
        /// Agents away for short, talking included.
        nbr_of_agents_short_term_away: i64 = "NbrOfAgentsShortTermAway",
        /// Number of current allocated calls in the queue.
        nbr_of_allocated: i64 = "NbrOfAllocated",
        /// Number of current connected (served by agent) calls in the queue.
        nbr_of_connected: i64 = "NbrOfConnected",
        /// Calls that no agent serves at present.
        nbr_of_not_served_requesters: i64 = "NbrOfNotServedRequesters",
        /// Total number of current providers (agents) in the queue.
        nbr_of_providers: i64 = "NbrOfProviders",
        /// Number of current queuing calls in the queue.
        nbr_of_queuing_requesters: i64 = "NbrOfQueuingRequesters",
        /// Total number of current requesters (calls) in the queue.
        nbr_of_requesters: i64 = "NbrOfRequesters",
        /// Estimated number of current serving agents in the queue.
        nbr_of_serving_agents_estimate: i64 = "NbrOfServingAgentsEstimate",
        /// Open or closed, 0 to 6 (rule R33).
        open_status: Code<'a> = "OpenStatus",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Id of service queue.
        queue_id: Text<'a> = "QueueId",
        /// Name of service queue.
        queue_name: Text<'a> = "QueueName",
    }
}

record! {
    /// A callback request.
    CallbackChange<'a> {
        /// Id of user the callback is currently assigned.
        assigned_user_id: Text<'a> = "AssignedUserId",
        /// Calculated priority.
        calculated_priority: Text<'a> = "CalculatedPriority",
        /// All attempts; null: not sent (trap T18).
        callback_attempts: List<'a> = "CallbackAttempts",
        /// Named values; null: not sent (trap T18).
        callback_extras: List<'a> = "CallbackExtras",
        /// The callback.
        callback_id: Text<'a> = "CallBackId",
        /// Related cases; null: not sent (trap T18).
        callback_related_items: List<'a> = "CallbackRelatedItems",
        /// The call.
        call_id: Text<'a> = "CallId",
        /// The call list it is in.
        call_list_id: Text<'a> = "CallListId",
        /// Name of the channel (usually service pool) the request came in through.
        channel_in: Text<'a> = "ChannelIn",
        /// If the case has been classified, id of the classification entry.
        classification_id: Text<'a> = "ClassificationId",
        /// Any message left by the contact (usually empty).
        contact_message: Text<'a> = "ContactMessage",
        /// Contact name (usually empty).
        contact_name: Text<'a> = "ContactName",
        /// Contact number that is supposed to be called.
        contact_number: Text<'a> = "ContactNumber",
        /// Created, not changed (rule R34).
        created: bool = "Created",
        /// When the request was created.
        creation_time: Text<'a> = "CreationTime",
        /// When the case is due to be handled.
        due_date: Text<'a> = "DueDate",
        /// The date when the case automatically expires if not closed before it.
        expiry_date: Text<'a> = "ExpiryDate",
        /// Closed.
        is_closed: bool = "IsClosed",
        /// Note on the latest handling attempt.
        last_attempt_note: Text<'a> = "LastAttemptNote",
        /// Timestamp of the latest handling attempt.
        last_attempt_timestamp: Text<'a> = "LastAttemptTimestamp",
        /// Id of the last attempt's type.
        last_attempt_type_id: i64 = "LastAttemptTypeId",
        /// Id of user that made the last attempt.
        last_attempt_user_id: Text<'a> = "LastAttemptUserId",
        /// Id of user that made the last change, null if new or admin.
        last_modified_user_id: Text<'a> = "LastModifiedUserId",
        /// Modified date.
        modified: Text<'a> = "Modified",
        /// Date before which the case should not be handled.
        not_before: Text<'a> = "NotBefore",
        /// Internal notes on the case.
        note: Text<'a> = "Note",
        /// The organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// Guid of the responsible service queue or IVR queue, if any came in through.
        queue_id: Text<'a> = "QueueId",
        /// Id of the corresponding audio recording (if any).
        recording_id: Text<'a> = "RecordingId",
        /// Id of the transcript created from the recording.
        transcript_id: Text<'a> = "TranscriptId",
        /// Why it exists: 1 requested, 2 overflow, 3 by hand.
        type_id: Code<'a> = "TypeId",
        /// The leg of the call.
        leg_id: Text<'a> = "LegId",
        /// Number that was called.
        target_number: Text<'a> = "TargetNumber",
        /// The user.
        user_id: Text<'a> = "UserId",
    }
}

record! {
    /// A user in a queue.
    QueueAttachedUser<'a> {
        /// If the user is active in queue.
        active: bool = "Active",
        /// User's priority in queue.
        priority: i64 = "Priority",
        /// The user.
        user_id: Text<'a> = "UserId",
    }
}

record! {
    /// A group of queues.
    QueueGroup<'a> {
        /// Description of the group.
        description: Text<'a> = "Description",
        /// Its id.
        id: Text<'a> = "Id",
        /// Name of the group.
        name: Text<'a> = "Name",
    }
}

record! {
    /// One attempt at a callback.
    CallbackAttempt<'a> {
        /// Attempt result type.
        callback_attempt_type_id: i64 = "CallbackAttemptTypeId",
        /// The call.
        call_id: Text<'a> = "CallId",
        /// Its id.
        id: Text<'a> = "Id",
        /// User-provided note.
        note: Text<'a> = "Note",
        /// Recording id in the case the attempt was recorded.
        recording_id: Text<'a> = "RecordingId",
        /// Attempt timestamp.
        timestamp: Text<'a> = "Timestamp",
        /// The user.
        user_id: Text<'a> = "UserId",
    }
}

record! {
    /// A named value beside a callback.
    CallbackExtra<'a> {
        /// Its id.
        id: i64 = "Id",
        /// Property name.
        name: Text<'a> = "Name",
        /// Property value.
        value: Text<'a> = "Value",
    }
}

record! {
    /// A case that belongs to a callback.
    CallbackRelatedItem<'a> {
        /// Its id.
        id: Text<'a> = "Id",
        /// Closed.
        is_closed: bool = "IsClosed",
        /// Related request list id.
        list_id: Text<'a> = "ListId",
        /// StatusId : Raw status id for the last Attempt.
        status_id: i64 = "StatusId",
    }
}

record! {
    /// What every event carries.
    Envelope<'a> {
        /// Kind of the root entity; an organisation as a rule.
        root_entity_type: Text<'a> = "RootEntityType",
        /// Root entity.
        root_entity_id: Text<'a> = "RootEntityId",
        /// Event type.
        event_type: Text<'a> = "EventType",
        /// Kind of the entity: user, queue or call list.
        entity_type: Text<'a> = "EntityType",
        /// Entity.
        entity_id: Text<'a> = "EntityId",
        /// Organisation.
        organization_id: Text<'a> = "OrganizationId",
        /// The event itself.
        id: Text<'a> = "Id",
        /// When it happened.
        timestamp: Text<'a> = "Timestamp",
        /// Seconds after which it is worth nothing any more; negative: never (rule R13, irregularity E05).
        time_to_live: i64 = "MessageTTLSeconds",
    }
}

/// A list that is read when somebody needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'a>(&'a str);

impl<'a> FromValue<'a> for List<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Array(json) => Some(Self(json)),
            _ => None,
        }
    }
}

impl<'a> List<'a> {
    /// Reads the items that are objects, at most `most`; others are counted.
    pub fn items<R: Record<'a> + Default>(
        self,
        most: usize,
        event: &'static str,
        oddities: &mut Oddities,
    ) -> Vec<R> {
        let mut reader = Reader::new(self.0);
        let mut items = Vec::new();
        reader.enter_array();
        while reader.item() {
            let mut item = R::default();
            let is_object = reader.record(&mut item, &mut |offered, key, _| {
                count_offered(offered, event, &key.name, oddities);
            });
            match is_object {
                true if items.len() < most => items.push(item),
                true => {}
                false => oddities.count(Oddity::UnreadableField, event, "item"),
            }
        }
        items
    }
}

/// Texts by key, read when somebody needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a>(&'a str);

impl<'a> FromValue<'a> for Object<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Object(json) => Some(Self(json)),
            _ => None,
        }
    }
}

impl Object<'_> {
    /// The texts by key, at most `most`; null is an empty text.
    pub fn entries(self, most: usize) -> Vec<(Box<str>, Box<str>)> {
        let mut reader = Reader::new(self.0);
        let mut entries = Vec::new();
        reader.enter_object();
        while let Some(key) = reader.key() {
            let value = reader.value();
            if entries.len() < most {
                let text = value.text().unwrap_or_default();
                entries.push((key.name.into(), text.words().into()));
            }
        }
        entries
    }
}

/// One event, by its family.
#[derive(Debug, Clone, PartialEq)]
pub enum RteEvent<'a> {
    /// See [`UserStatus`].
    UserStatus(UserStatus<'a>),
    /// See [`UserAvailability`].
    UserAvailability(UserAvailability<'a>),
    /// See [`UserSetting`].
    UserSetting(UserSetting<'a>),
    /// See [`UserAlert`].
    UserAlert(UserAlert<'a>),
    /// See [`TerminalStatus`].
    TerminalStatus(TerminalStatus<'a>),
    /// See [`UserCall`].
    UserCall(UserCall<'a>),
    /// See [`SupervisedCall`].
    SupervisedCall(SupervisedCall<'a>),
    /// See [`TranscriptPhrase`].
    TranscriptPhrase(TranscriptPhrase<'a>),
    /// See [`UserWrapUp`].
    UserWrapUp(UserWrapUp<'a>),
    /// See [`QueueStatus`].
    QueueStatus(QueueStatus<'a>),
    /// See [`CallbackChange`].
    CallbackChange(CallbackChange<'a>),
    /// See [`QueueAttachedUser`].
    QueueAttachedUser(QueueAttachedUser<'a>),
    /// See [`QueueGroup`].
    QueueGroup(QueueGroup<'a>),
}

macro_rules! families {
    ($($family:ident($record:ident): $($kind:ident)|+;)*) => {
        impl<'a> RteEvent<'a> {
            /// Reads the event of this kind that `reader` leads to.
            pub fn read(
                kind: Kind,
                reader: &mut Reader<'a>,
                envelope: &mut Envelope<'a>,
                oddities: &mut Oddities,
            ) -> Result<Self, Unreadable> {
                match kind {
                    $($(Kind::$kind)|+ => {
                        let mut record = $record::default();
                        read_record(reader, kind.name(), &mut record, envelope, oddities)?;
                        Ok(RteEvent::$family(record))
                    })*
                }
            }
        }

        impl Kind {
            /// The fields that are read of an event of this kind, beside those of the [`Envelope`].
            pub const fn fields(self) -> &'static [&'static str] {
                match self {
                    $($(Kind::$kind)|+ => $record::FIELDS,)*
                }
            }
        }
    };
}

families! {
    UserStatus(UserStatus): UserStatus;
    UserAvailability(UserAvailability): UserAvailability;
    UserSetting(UserSetting): UserSetting;
    UserAlert(UserAlert): UserAlert;
    TerminalStatus(TerminalStatus): UserTerminalStatus;
    UserCall(UserCall):
        UserCallInArrived
        | UserCallInComing
        | UserCallInDisconnected
        | UserCallInHoldEnd
        | UserCallInHoldStart
        | UserCallInOverflow
        | UserCallInRecordingConverted
        | UserCallInTransferCancelled
        | UserCallInTransferConnected
        | UserCallInTransferStarted
        | UserCallInUserAllocated
        | UserCallInUserCancelled
        | UserCallInUserConnected
        | UserCallInUserOverflow
        | UserCallOutConnected
        | UserCallOutDisconnected
        | UserCallOutGoing
        | UserCallOutHoldEnd
        | UserCallOutHoldStart
        | UserCallOutRecordingConverted;
    SupervisedCall(SupervisedCall): UserCallAvailableForMonitoring | UserSupervisionStatus;
    TranscriptPhrase(TranscriptPhrase): UserRealTimeTranscriptPhrase;
    UserWrapUp(UserWrapUp):
        UserWrapUpEnabled
        | UserWrapUpRequestInitiate
        | UserWrapUpRequestTerminate
        | UserWrapUpStarted
        | UserWrapUpTerminated;
    QueueStatus(QueueStatus): QueueStatus;
    CallbackChange(CallbackChange): CallbackChanged | UserCallInCallbackCreated;
    QueueAttachedUser(QueueAttachedUser): QueueAttachedUser;
    QueueGroup(QueueGroup): QueueGroup;
}

/// Reads a date-time of an event; one that cannot be read is counted and stays unknown.
pub(super) fn stamp(
    field: &Given<Text<'_>>,
    name: &str,
    kind: Kind,
    zone: Zone,
    oddities: &mut Oddities,
) -> Given<Stamp> {
    match field {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(text) if text.is_empty() => Given::Null,
        Given::Value(text) => {
            let stamp = text.stamp(zone);
            if stamp.is_none() {
                oddities.count(Oddity::UnreadableField, kind.name(), name);
            }
            stamp.map_or(Given::Absent, Given::Value)
        }
    }
}
