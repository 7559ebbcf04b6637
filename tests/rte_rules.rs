//! What the RTE document demands of those who listen, rule by rule: those that `rte_examples.rs` shows only in passing.

use serde_json::{Value, json};
use switchhook::domain::agent::AgentState;
use switchhook::domain::call::{Direction, Ending, Stage};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::{Model, Transition};
use switchhook::domain::queue::OpenStatus;
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::rte::subscribe::{self, Answer, Item, SubscriptionResult};
use switchhook::vendor::rte::{self, Kind, Outcome};
use switchhook::vendor::{Oddities, Oddity, Settings};

const NOW: Moment = Moment(1_577_880_000_000);
const STAMP: &str = "2020-01-01T12:00:00Z";
const HERE: SourceId = SourceId(0);

const ME: &str = "aa9730c4-ce86-e611-80c9-00505689257e";
const QUEUE: &str = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
const TECHNICAL_QUEUE: &str = "7ec4eeb0-ff4b-ea11-ac9c-00155d4fdcf3";
const CALL: &str = "ca11ca11-0000-4000-8000-000000000001";

/// A desk of one agent, and what it has not understood.
struct Desk {
    model: Model,
    oddities: Oddities,
}

impl Desk {
    fn new() -> Self {
        let mut model = Model::default();
        model.begin_session(HERE);
        let me = model.agents.intern(Ref::new(HERE, ME));
        model.set_me(Some(me));
        Self {
            model,
            oddities: Oddities::default(),
        }
    }

    /// Hears an event of the own agent with these fields.
    fn hear(&mut self, event: &str, fields: Value) -> Outcome {
        self.hear_at(event, fields, STAMP, NOW)
    }

    fn hear_at(&mut self, event: &str, mut data: Value, stamp: &str, now: Moment) -> Outcome {
        data["eventType"] = json!(event);
        data["timestamp"] = json!(stamp);
        if data["queueId"].is_null() {
            data["userId"] = json!(ME);
        }
        let arguments = json!([{"subscription": {"eventType": event}, "data": data}]).to_string();
        let Self { model, oddities } = self;
        let mut sink = |at: Option<Moment>, event: Event<'_>| model.apply(event, at, now);
        rte::decode(
            Payload::from_json(&arguments),
            &Settings::default(),
            Some(now),
            oddities,
            &mut sink,
        )
        .expect("a message of the documented shape")
    }

    fn me(&self) -> &switchhook::domain::agent::Agent {
        let key = self.model.desk.me.expect("somebody is signed in");
        self.model.agents.get(key).expect("with a row")
    }

    fn call(&self) -> &switchhook::domain::call::Call {
        let key = self.model.calls.find(Ref::new(HERE, CALL)).expect("a call");
        self.model.calls.get(key).expect("with a row")
    }

    fn queue(&self) -> &switchhook::domain::queue::Queue {
        let key = self.model.queues.find(Ref::new(HERE, QUEUE)).expect("a queue");
        self.model.queues.get(key).expect("with a row")
    }

    /// Hears an event of the one call.
    fn of_call(&mut self, event: &str, mut fields: Value) -> &mut Self {
        fields["callId"] = json!(CALL);
        self.hear(event, fields);
        self
    }
}

// ---- messages and subscriptions ----

#[test]
fn r04_the_event_type_of_the_data_says_what_came_and_unknown_ones_are_counted() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.hear("UserStatus", json!({"talking": true})),
        Outcome::Told(Kind::UserStatus)
    );
    let row = desk.me().clone();
    assert_eq!(
        desk.hear("UserSomethingNew", json!({"talking": false})),
        Outcome::Unknown
    );
    assert_eq!(*desk.me(), row);
    assert_eq!(desk.oddities.of(Oddity::UnknownEvent), 1);
    // What was subscribed to and what came may differ: the data itself prevails.
    let arguments = json!([{"subscription": {"eventType": "UserStatus"},
        "data": {"eventType": "QueueStatus", "queueId": QUEUE, "nbrOfQueuingRequesters": 3}}]);
    let Desk { model, oddities } = &mut desk;
    let outcome = rte::decode(
        Payload::from_json(&arguments.to_string()),
        &Settings::default(),
        None,
        oddities,
        &mut |at, event| model.apply(event, at, NOW),
    );
    assert_eq!(outcome, Ok(Outcome::Told(Kind::QueueStatus)));
    assert_eq!(desk.queue().waiting, Some(3));
}

#[test]
fn r05_a_subscription_is_an_entity_and_an_event_name() {
    for (entity, event) in [
        (ME, Kind::UserStatus),
        (QUEUE, Kind::QueueStatus),
        (CALL, Kind::CallbackChanged),
    ] {
        let written = subscribe::write([Item { entity, event }]);
        let arguments: Value = serde_json::from_str(&written[0]).expect("JSON");
        assert_eq!(
            arguments,
            json!([[{"entityId": entity, "eventName": event.name()}]])
        );
    }
}

#[test]
fn r08_a_granted_item_is_subscribed_and_has_no_message() {
    let read = |item: Value| match Answer::read(&json!([item]).to_string(), &mut Oddities::default()) {
        Ok(Answer::Items(mut results)) => results.remove(0),
        other => panic!("{other:?}"),
    };
    let granted = json!({"subscribed": true, "message": null, "entityId": QUEUE, "eventName": "queuestatus"});
    assert_eq!(
        read(granted),
        SubscriptionResult {
            entity: QUEUE.into(),
            event: Some(Kind::QueueStatus),
            subscribed: true,
            message: None,
        }
    );
    // A message alone grants nothing, and an answer that does not say so does not either.
    assert!(!read(json!({"message": "done", "entityId": QUEUE, "eventName": "queuestatus"})).subscribed);
    assert!(!read(json!({"subscribed": null, "entityId": QUEUE, "eventName": "queuestatus"})).subscribed);
}

// ---- users ----

#[test]
fn r15_talking_is_true_before_the_call_is_connected() {
    let mut desk = Desk::new();
    desk.hear(
        "UserStatus",
        json!({"talking": false, "serving": true, "available": true}),
    );
    desk.of_call("UserCallInComing", json!({}))
        .of_call("UserCallInUserAllocated", json!({}));
    desk.hear("UserStatus", json!({"talking": true}));
    assert_eq!(desk.me().state(), AgentState::Talking);
    // The status connects nothing, and the ringing is not over.
    assert_eq!(
        (desk.call().stage, desk.call().connected),
        (Stage::Alerting, None)
    );
    let told = desk.model.take_transitions();
    assert!(
        told.iter()
            .all(|told| !matches!(told, Transition::Connected(_) | Transition::RingingEnded(_)))
    );
}

#[test]
fn r16_can_be_allocated_to_is_kept_and_decides_nothing() {
    let mut desk = Desk::new();
    for (serving, available, state) in [
        (true, true, AgentState::Ready),
        (true, false, AgentState::NotReady),
        (false, true, AgentState::SignedOut),
    ] {
        for guess in [false, true] {
            let status = json!({"talking": false, "serving": serving, "available": available,
                "canBeAllocatedTo": guess});
            desk.hear("UserStatus", status);
            assert_eq!(
                (desk.me().state(), desk.me().can_take_calls),
                (state, Some(guess))
            );
        }
    }
}

#[test]
fn r17_who_fetches_calls_is_ready_and_marked_as_such() {
    let mut desk = Desk::new();
    let ready = json!({"talking": false, "serving": true, "available": true});
    desk.hear("UserStatus", ready.clone());
    assert_eq!(desk.me().fetches_calls, None, "nobody has said so");
    for fetches in [true, false] {
        let mut status = ready.clone();
        status["fetchMode"] = json!(fetches);
        desk.hear("UserStatus", status);
        assert_eq!(
            (desk.me().state(), desk.me().fetches_calls),
            (AgentState::Ready, Some(fetches))
        );
    }
}

#[test]
fn r18_who_talks_may_be_talking_for_nobody_in_particular() {
    let mut desk = Desk::new();
    desk.hear(
        "UserStatus",
        json!({"talking": true, "activeQueueId": QUEUE, "activeCallListId": CALL}),
    );
    assert_eq!(
        desk.me().active_queue,
        desk.model.queues.find(Ref::new(HERE, QUEUE))
    );
    desk.hear(
        "UserStatus",
        json!({"talking": true, "activeQueueId": null, "activeCallListId": null}),
    );
    assert_eq!(desk.me().state(), AgentState::Talking);
    assert_eq!(
        (desk.me().active_queue, desk.me().active_call_list.as_deref()),
        (None, None)
    );
}

#[test]
fn r21_wrap_up_is_active_while_either_time_is_told() {
    let mut desk = Desk::new();
    let later = "2020-01-01T12:01:00Z";
    for (start, end, active) in [
        (json!(null), json!(null), false),
        (json!(STAMP), json!(later), true),
        (json!(null), json!(null), false),
        (json!(null), json!(later), true),
        (json!("0001-01-01T00:00:00"), json!("0001-01-01T00:00:00"), false),
    ] {
        desk.hear("UserStatus", json!({"wrapUpStart": start, "wrapUpEnd": end}));
        assert_eq!(desk.me().wrap_up.is_some(), active, "{start} to {end}");
        assert_eq!(desk.me().state().is_wrap_up(), active);
    }
    // A status of an older server, which says nothing of it, ends nothing (irregularity E18).
    desk.hear("UserStatus", json!({"wrapUpStart": STAMP, "wrapUpEnd": later}));
    desk.hear("UserStatus", json!({"talking": false}));
    assert!(desk.me().wrap_up.is_some());
}

// ---- wrap-up ----

#[test]
fn r23_wrap_up_begins_when_the_call_is_over_and_lasts_as_long_as_it_may() {
    let mut desk = Desk::new();
    desk.of_call("UserCallInUserConnected", json!({}));
    desk.of_call("UserWrapUpEnabled", json!({"maxWrapUpDurationSec": 45}));
    assert_eq!(
        (desk.me().wrap_up, desk.model.desk.wrap_up_to_come),
        (None, Some(45)),
        "it is only to come"
    );
    desk.of_call("UserCallInDisconnected", json!({"reason": "remote"}));
    desk.of_call("UserWrapUpStarted", json!({"maxWrapUpDurationSec": 45}));
    let wrap_up = desk.me().wrap_up.expect("it has begun");
    assert_eq!((wrap_up.start, wrap_up.end), (Some(NOW), Some(NOW.plus(45_000))));
    assert_eq!(
        (desk.call().stage, desk.model.desk.wrap_up_to_come),
        (Stage::Ended, None)
    );
}

#[test]
fn r25_a_request_to_end_any_wrap_up_ends_none_by_itself() {
    let mut desk = Desk::new();
    desk.hear("UserWrapUpStarted", json!({"maxWrapUpDurationSec": 45}));
    for id in [json!(null), json!(CALL)] {
        desk.hear(
            "UserWrapUpRequestTerminate",
            json!({"wrapUpId": id, "reason": "manual"}),
        );
        assert!(
            desk.me().state().is_wrap_up(),
            "the server has only been asked to"
        );
    }
    desk.hear("UserWrapUpTerminated", json!({"reason": "manual"}));
    assert!(!desk.me().state().is_wrap_up());
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
}

#[test]
fn r26_a_request_to_begin_says_whether_a_call_is_needed_and_begins_nothing_by_itself() {
    let mut desk = Desk::new();
    for allowed in 0..=2 {
        desk.hear("UserWrapUpRequestInitiate", json!({"allowWithoutCall": allowed}));
        assert!(!desk.me().state().is_wrap_up());
        assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
    }
    desk.hear("UserWrapUpRequestInitiate", json!({"allowWithoutCall": 3}));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    desk.hear("UserWrapUpStarted", json!({}));
    assert!(desk.me().state().is_wrap_up());
}

#[test]
fn r27_what_a_wrap_up_is_not_related_to_is_null() {
    let nothing = json!({"callId": null, "queueId": null, "callListId": null, "callBackId": null,
        "wrapUpId": CALL, "maxWrapUpDurationSec": 10});
    let mut desk = Desk::new();
    for (event, active) in [
        ("UserWrapUpEnabled", false),
        ("UserWrapUpStarted", true),
        ("UserWrapUpTerminated", false),
    ] {
        let outcome = desk.hear(event, nothing.clone());
        assert!(matches!(outcome, Outcome::Told(_)));
        assert_eq!(desk.me().state().is_wrap_up(), active, "{event}");
    }
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 0);
    assert_eq!((desk.model.calls.len(), desk.model.queues.len()), (0, 0));
}

// ---- calls ----

#[test]
fn r19_the_technical_queue_of_the_moment_is_not_the_calls_queue() {
    let technical =
        json!({"techQueueId": TECHNICAL_QUEUE, "techQueueName": "IVR 3", "transferTarget": "2001"});
    for event in [
        "UserCallInOverflow",
        "UserCallInTransferStarted",
        "UserCallInDisconnected",
    ] {
        let mut desk = Desk::new();
        desk.of_call("UserCallInUserConnected", json!({}))
            .of_call(event, technical.clone());
        let call = desk.call();
        assert_eq!((call.queue, call.queue_name.as_deref()), (None, None), "{event}");
        assert!(desk.model.queues.find(Ref::new(HERE, TECHNICAL_QUEUE)).is_none());
    }
}

#[test]
fn r30_hold_begins_and_ends_by_events_of_its_own_in_both_directions() {
    for (direction, connected, start, end) in [
        (
            Direction::Inbound,
            "UserCallInUserConnected",
            "UserCallInHoldStart",
            "UserCallInHoldEnd",
        ),
        (
            Direction::Outbound,
            "UserCallOutConnected",
            "UserCallOutHoldStart",
            "UserCallOutHoldEnd",
        ),
    ] {
        let mut desk = Desk::new();
        desk.of_call(connected, json!({}));
        let connected_at = desk.call().connected;
        desk.model.take_transitions();
        desk.of_call(start, json!({}));
        assert_eq!(
            (desk.call().stage, desk.call().held_since),
            (Stage::Held, Some(NOW))
        );
        desk.of_call(end, json!({}));
        assert_eq!(
            (desk.call().stage, desk.call().held_since),
            (Stage::Connected, None)
        );
        assert_eq!(
            (desk.call().direction, desk.call().connected),
            (Some(direction), connected_at)
        );
        let told = desk.model.take_transitions();
        assert!(
            matches!(told[..], [Transition::Held(_), Transition::Retrieved(_)]),
            "{told:?}"
        );
    }
}

#[test]
fn r37_a_target_is_an_id_a_number_or_several() {
    for (target, shown) in [
        (
            "AA9730C4-CE86-E611-80C9-00505689257E",
            "aa9730c4-ce86-e611-80c9-00505689257e",
        ),
        ("+358401234567", "+358401234567"),
        ("2001", "2001"),
    ] {
        let mut desk = Desk::new();
        desk.of_call("UserCallInUserConnected", json!({}))
            .of_call("UserCallInTransferStarted", json!({"transferTarget": target}));
        assert_eq!(desk.call().transferring_to.as_deref(), Some(shown));
    }
    let several = format!("{ME},+358401234567");
    for target in [json!(ME), json!("+358401234567"), json!(several)] {
        let mut desk = Desk::new();
        desk.of_call("UserCallInUserAllocated", json!({})).of_call(
            "UserCallInUserOverflow",
            json!({"target": target, "reason": "NoAnswer"}),
        );
        assert_eq!(desk.call().ending, Some(Ending::MovedOn(Some("NoAnswer".into()))));
        assert!(desk.oddities.is_empty(), "{target}: {:?}", desk.oddities);
    }
}

// ---- queues ----

#[test]
fn r32_t1_a_quiet_queue_is_as_good_as_on_the_day_it_spoke() {
    let mut desk = Desk::new();
    let status = json!({"queueId": QUEUE, "nbrOfQueuingRequesters": 2, "messageTTLSeconds": 60});
    desk.hear("QueueStatus", status.clone());
    // An hour later others are heard of; the limit of a message is no limit of what it said.
    let later = NOW.plus(3_600_000);
    desk.hear_at(
        "UserStatus",
        json!({"talking": true}),
        "2020-01-01T13:00:00Z",
        later,
    );
    let queue = desk.queue();
    assert_eq!((queue.waiting, queue.heard), (Some(2), Some(NOW)));
    assert!(desk.model.is_confirmed(HERE, queue.confirmed_in));
    // The same message, arriving only now, is too late to say anything.
    assert_eq!(
        desk.hear_at("QueueStatus", status, STAMP, later),
        Outcome::Late(Kind::QueueStatus)
    );
}

#[test]
fn r33_a_queue_is_open_by_estimate_in_seven_ways() {
    let ways = [
        OpenStatus::NotApplicable,
        OpenStatus::NoHandler { uncertain: false },
        OpenStatus::NoHandler { uncertain: true },
        OpenStatus::Closed { uncertain: false },
        OpenStatus::Closed { uncertain: true },
        OpenStatus::Open { uncertain: false },
        OpenStatus::Open { uncertain: true },
    ];
    let mut desk = Desk::new();
    for (number, way) in (0..).zip(ways) {
        desk.hear("QueueStatus", json!({"queueId": QUEUE, "openStatus": number}));
        assert_eq!(desk.queue().open, Some(way));
    }
    assert!(desk.oddities.is_empty());
    desk.hear("QueueStatus", json!({"queueId": QUEUE, "openStatus": 7}));
    assert_eq!(desk.queue().open, Some(OpenStatus::Other(7)));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
}
