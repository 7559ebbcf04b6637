//! The RTE vocabulary against its own examples: every event, every documented field, either casing, and what
//! each event does to the model; then the awkward values that the document leaves room for.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use switchhook::domain::agent::{AgentState, Availability};
use switchhook::domain::call::{Direction, Ending, Speaker, Stage};
use switchhook::domain::callback::CallbackKind;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::Model;
use switchhook::domain::moment::Until;
use switchhook::domain::queue::{LongestWait, OpenStatus};
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::json::{Reader, Record};
use switchhook::vendor::rte::events::{
    CallbackAttempt, CallbackExtra, CallbackRelatedItem, Envelope, QueueAttachedUser, QueueGroup,
};
use switchhook::vendor::rte::{self, Kind, Outcome, RteEvent};
use switchhook::vendor::time::Zone;
use switchhook::vendor::{DurationUnit, Oddities, Oddity, Settings};

const VOCABULARY: &str = include_str!("vocabulary/enreach_rte.json");
/// The stamp of all generated examples.
const STAMP: Moment = Moment(1_577_880_000_000);

const USER: &str = "aa9730c4-ce86-e611-80c9-00505689257e";
const QUEUE: &str = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
const CALL: &str = "ca11ca11-0000-4000-8000-000000000001";
const LIST: &str = "11510000-0000-4000-8000-000000000001";
const CALLBACK: &str = "cbcbcbcb-0000-4000-8000-000000000001";

/// The seed's only live capture.
const CAPTURE: &str = r#"[{
"subscription": {"id": "81352549-c0be-4d58-bc76-79a29ac92e1d","allRootEntities": false,
"rootEntityId": "29f6e823-b484-e611-80c9-00505689257e","rootEntityType": "Organization",
"organizationId": "29f6e823-b484-e611-80c9-00505689257e","eventType": "UserStatus","entityType": "User",
"entityId": "aa9730c4-ce86-e611-80c9-00505689257e","allEntities": false},
"data": {"rootEntityType": "Organization","rootEntityId": "29f6e823-b484-e611-80c9-00505689257e",
"eventType": "UserStatus","entityType": "User","entityId": "aa9730c4-ce86-e611-80c9-00505689257e",
"messageTTLSeconds": 60,"userId": "aa9730c4-ce86-e611-80c9-00505689257e",
"organizationId": "29f6e823-b484-e611-80c9-00505689257e","canBeAllocatedTo": true,"talking": false,
"activeQueueId": null,"available": true,"schedule": true,"serving": true,"serviceTerminals": 1,
"activeQueues": 2,"parkedCalls": 0,"wrapUpEnd": null,"servingCallback": false,"fetchMode": true,
"id": "aa90c608-7fd4-4c59-af60-d8141470e85b","timestamp": "2023-10-19T14:21:19.7009158Z"}}]"#;

static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(VOCABULARY).unwrap());

fn list(name: &str) -> &'static [Value] {
    PARSED[name].as_array().unwrap()
}

fn kind_of(event: &Value) -> Kind {
    Kind::from_name(event["name"].as_str().unwrap()).unwrap()
}

/// The documented example; for the one event without, its fields with the common envelope (irregularity E09).
fn example(event: &Value) -> Map<String, Value> {
    if let Some(example) = event["example"].as_object() {
        return example.clone();
    }
    let mut example = envelope(event["name"].as_str().unwrap(), "User");
    for field in event["fields"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        example.insert(name.into(), sample(field["type"].as_str().unwrap()));
    }
    example
}

fn envelope(event: &str, entity: &str) -> Map<String, Value> {
    let envelope = json!({
        "RootEntityType": "Organization",
        "RootEntityId": "00000000-0000-0000-0000-000000000000",
        "EventType": event,
        "EntityType": entity,
        "EntityId": "00000000-0000-0000-0000-000000000000",
        "Id": "00000000-0000-0000-0000-000000000000",
        "Timestamp": "2020-01-01T12:00:00Z",
        "MessageTTLSeconds": -1,
    });
    envelope.as_object().unwrap().clone()
}

/// A value of a documented type, other than its default.
fn sample(type_name: &str) -> Value {
    match type_name.trim_end_matches('?') {
        "Guid" => json!("12345678-1234-4234-8234-123456789abc"),
        "bool" => json!(true),
        "int" | "long" | "short" | "byte" | "uint" => json!(7),
        "float" => json!(0.5),
        "DateTime" => json!("2024-05-06T07:08:09.0000001Z"),
        name if name.starts_with("List") => json!([]),
        name if name.starts_with("Dictionary") => json!({"key": "value"}),
        "CallEventPublicityCategory" | "SpeakerRole" | "SupervisionState" => json!(1),
        _ => json!("Sample"),
    }
}

fn camel_case(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| {
                let mut letters = name.chars();
                let first = letters.next().unwrap().to_ascii_lowercase();
                (format!("{first}{}", letters.as_str()), camel_case(value))
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(camel_case).collect(),
        other => other.clone(),
    }
}

/// The arguments of `MessageReceived` for this data, as the seed's capture has them.
fn message(data: &Value) -> String {
    let event_type = data.get("EventType").or_else(|| data.get("eventType"));
    let subscription =
        json!({"id": "1", "eventType": event_type, "entityType": "User", "allEntities": false});
    json!([{"subscription": subscription, "data": data}]).to_string()
}

/// An example with ids that say what they are.
fn with_ids(mut data: Map<String, Value>) -> Map<String, Value> {
    let ids = [
        ("UserId", USER),
        ("TargetUserId", USER),
        ("CallId", CALL),
        ("QueueId", QUEUE),
        ("CallListId", LIST),
        ("CallBackId", CALLBACK),
    ];
    for (field, id) in ids {
        if let Some(value) = data.get_mut(field).filter(|value| value.is_string()) {
            *value = json!(id);
        }
    }
    data
}

fn example_named(name: &str) -> Map<String, Value> {
    let event = list("events").iter().find(|event| event["name"] == name);
    with_ids(example(event.unwrap()))
}

#[allow(clippy::needless_pass_by_value, reason = "written in place by every caller")]
fn changed(mut data: Map<String, Value>, fields: Value) -> Map<String, Value> {
    for (name, value) in fields.as_object().unwrap() {
        data.insert(name.clone(), value.clone());
    }
    data
}

struct Desk {
    model: Model,
    settings: Settings,
    oddities: Oddities,
    server_now: Option<Moment>,
    /// Stamp and event, for those who compare.
    told: Vec<String>,
}

impl Desk {
    fn new() -> Self {
        let mut model = Model::default();
        model.begin_session(SourceId(0));
        let me = model.agents.intern(Ref::new(SourceId(0), USER));
        model.set_me(Some(me));
        Self {
            model,
            settings: Settings::default(),
            oddities: Oddities::default(),
            server_now: None,
            told: Vec::new(),
        }
    }

    fn receive(&mut self, arguments: &str) -> Result<Outcome, switchhook::vendor::Unreadable> {
        let (model, told) = (&mut self.model, &mut self.told);
        rte::decode(
            Payload::from_json(arguments),
            &self.settings,
            self.server_now,
            &mut self.oddities,
            &mut |stamp: Option<Moment>, event: Event<'_>| {
                told.push(format!("{stamp:?} {event:?}"));
                model.apply(event, stamp, STAMP);
            },
        )
    }

    fn tell(&mut self, data: Map<String, Value>) -> &mut Self {
        let outcome = self.receive(&message(&Value::Object(data))).unwrap();
        assert!(matches!(outcome, Outcome::Told(_)), "{outcome:?}");
        self
    }

    fn tell_named(&mut self, name: &str) -> &mut Self {
        self.tell(example_named(name))
    }

    fn user(&self) -> &switchhook::domain::agent::Agent {
        let key = self.model.agents.find(Ref::new(SourceId(0), USER)).unwrap();
        self.model.agents.get(key).unwrap()
    }

    fn call(&self) -> &switchhook::domain::call::Call {
        let key = self.model.calls.find(Ref::new(SourceId(0), CALL)).unwrap();
        self.model.calls.get(key).unwrap()
    }

    fn queue(&self) -> &switchhook::domain::queue::Queue {
        let key = self.model.queues.find(Ref::new(SourceId(0), QUEUE)).unwrap();
        self.model.queues.get(key).unwrap()
    }

    fn callback(&self) -> &switchhook::domain::callback::Callback {
        let key = self
            .model
            .callbacks
            .find(Ref::new(SourceId(0), CALLBACK))
            .unwrap();
        self.model.callbacks.get(key).unwrap()
    }
}

fn without_prelude(name: &str) -> Desk {
    let mut desk = Desk::new();
    desk.tell_named(name);
    desk
}

/// A desk with an incoming call that rings.
fn ringing() -> Desk {
    let mut desk = Desk::new();
    desk.tell_named("UserCallInComing")
        .tell_named("UserCallInUserAllocated");
    desk
}

/// A desk with an incoming call that is connected.
fn talking() -> Desk {
    let mut desk = ringing();
    desk.tell_named("UserCallInUserConnected");
    desk
}

// ---- all events, all fields ----

#[test]
fn every_event_and_every_documented_field_has_a_reader() {
    for event in list("events") {
        let kind = kind_of(event);
        let known: BTreeSet<String> = kind
            .fields()
            .iter()
            .chain(Envelope::FIELDS)
            .map(|name| name.to_ascii_lowercase())
            .collect();
        for field in event["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(
                known.contains(&name.to_ascii_lowercase()),
                "{} {name}",
                kind.name()
            );
        }
    }
    assert_eq!(list("events").len(), 36);
    assert_eq!(Kind::ALL.len(), 36 + 2);
}

#[test]
fn every_documented_field_arrives_in_the_typed_event() {
    for event in list("events") {
        let kind = kind_of(event);
        for field in event["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            for name in [
                name.to_string(),
                name.to_ascii_lowercase(),
                name.to_ascii_uppercase(),
            ] {
                let data = json!({name.as_str(): sample(field["type"].as_str().unwrap())}).to_string();
                let mut oddities = Oddities::default();
                let mut envelope = Envelope::default();
                let read =
                    RteEvent::read(kind, &mut Reader::new(&data), &mut envelope, &mut oddities).unwrap();
                let nothing = RteEvent::read(
                    kind,
                    &mut Reader::new("{}"),
                    &mut Envelope::default(),
                    &mut oddities,
                );
                let nothing = nothing.unwrap();
                assert!(
                    read != nothing || envelope != Envelope::default(),
                    "{} {name}",
                    kind.name()
                );
                assert!(oddities.is_empty(), "{} {name}: {oddities:?}", kind.name());
            }
        }
    }
}

#[test]
fn r12_d14_all_examples_read_the_same_in_either_casing() {
    let mut examples = 0;
    for event in list("events") {
        examples += usize::from(event["example"].is_object());
        let data = Value::Object(example(event));
        let (mut pascal, mut camel) = (Desk::new(), Desk::new());
        let kind = kind_of(event);
        assert_eq!(pascal.receive(&message(&data)), Ok(Outcome::Told(kind)));
        assert_eq!(
            camel.receive(&message(&camel_case(&data))),
            Ok(Outcome::Told(kind))
        );
        assert_eq!(pascal.told, camel.told);
        assert_eq!(pascal.told.len(), 1, "{}", kind.name());
        for oddities in [&pascal.oddities, &camel.oddities] {
            for oddity in [
                Oddity::UnknownField,
                Oddity::UnreadableField,
                Oddity::MissingIdentity,
            ] {
                assert_eq!(oddities.of(oddity), 0, "{oddities:?}");
            }
        }
    }
    assert_eq!(examples, 35);
}

fn read_dto<'a, R: Record<'a> + Default>(json: &'a str, documented: &Value) -> R {
    let mut record = R::default();
    let mut reader = Reader::new(json);
    assert!(reader.record(&mut record, &mut |offered, key, _| panic!(
        "{offered:?} {}",
        key.name
    )));
    assert!(!reader.is_broken());
    for field in documented["fields"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        assert!(
            R::default()
                .names()
                .iter()
                .any(|known| known.text.eq_ignore_ascii_case(name)),
            "{name}"
        );
    }
    record
}

#[test]
fn the_five_parts_read_in_either_casing() {
    for dto in list("misc") {
        let pascal = dto["example"].to_string();
        let camel = camel_case(&dto["example"]).to_string();
        macro_rules! same {
            ($record:ident, $check:expr) => {{
                let records: [$record<'_>; 2] = [read_dto(&pascal, dto), read_dto(&camel, dto)];
                assert_eq!(records[0], records[1]);
                let check: fn(&$record<'_>) -> bool = $check;
                assert!(check(&records[0]));
            }};
        }
        match dto["name"].as_str().unwrap() {
            "QueueAttachedUser" => same!(QueueAttachedUser, |user| user.active.value() == Some(false)),
            "QueueGroup" => same!(QueueGroup, |group| group.name.value().unwrap().is("Example Name")),
            "CallbackAttempt" => same!(CallbackAttempt, |attempt| {
                attempt.note.value().unwrap().is("Example Note")
            }),
            "CallbackExtra" => same!(CallbackExtra, |extra| extra.id.value() == Some(0)),
            "CallbackRelatedItem" => same!(CallbackRelatedItem, |item| item.is_closed.value() == Some(false)),
            other => panic!("{other}"),
        }
    }
}

// ---- what each event does to the model ----

#[test]
fn user_status_tells_what_a_user_does() {
    let desk = without_prelude("UserStatus");
    let user = desk.user();
    assert_eq!(
        (user.talking, user.serving, user.available),
        (Some(false), Some(false), Some(false))
    );
    assert_eq!(
        (user.scheduled, user.serving_callbacks),
        (Some(false), Some(false))
    );
    assert_eq!(
        (user.can_take_calls, user.fetches_calls),
        (Some(false), Some(false))
    );
    assert_eq!(
        (user.terminals_in_service, user.active_queues, user.parked_calls),
        (Some(0), Some(0), Some(0))
    );
    assert_eq!(user.note.as_deref(), Some("Example Note"));
    assert_eq!(user.availability, Some(Availability::Available));
    assert_eq!(user.state(), AgentState::SignedOut);
}

#[test]
fn r18_r21_user_status_tells_queue_call_list_and_wrap_up() {
    let mut desk = Desk::new();
    let full = changed(
        example_named("UserStatus"),
        json!({"Talking": true, "Serving": true, "Available": true, "ActiveQueueId": QUEUE,
            "ActiveCallListId": LIST, "TalkingStatusChanged": "2020-01-01T11:59:00Z",
            "WrapUpStart": "2020-01-01T12:00:00Z", "WrapUpEnd": "2020-01-01T12:01:00Z"}),
    );
    desk.tell(full);
    let user = desk.user();
    assert_eq!(user.talking_since, Some(Moment(STAMP.0 - 60_000)));
    assert_eq!(
        user.active_queue,
        desk.model.queues.find(Ref::new(SourceId(0), QUEUE))
    );
    assert_eq!(user.active_call_list.as_deref(), Some(LIST));
    let wrap_up = user.wrap_up.unwrap();
    assert_eq!(
        (wrap_up.start, wrap_up.end),
        (Some(STAMP), Some(Moment(STAMP.0 + 60_000)))
    );
    desk.tell_named("UserStatus");
    let user = desk.user();
    assert_eq!((user.wrap_up, user.active_queue), (None, None));
    assert_eq!(
        (user.active_call_list.as_deref(), user.talking_since),
        (None, None)
    );
}

#[test]
fn e18_fields_that_an_older_server_leaves_out_stay_as_they_were() {
    let mut desk = without_prelude("UserStatus");
    assert_eq!(desk.receive(CAPTURE), Ok(Outcome::Told(Kind::UserStatus)));
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
    let user = desk.user();
    assert_eq!(user.note.as_deref(), Some("Example Note"));
    assert_eq!(
        (user.serving, user.fetches_calls, user.active_queues),
        (Some(true), Some(true), Some(2))
    );
    assert_eq!(user.state(), AgentState::Ready);
    assert!(desk.told[1].starts_with("Some(Moment(1697725279700))"));
}

#[test]
fn user_availability_tells_what_a_user_has_set() {
    let desk = without_prelude("UserAvailability");
    let user = desk.user();
    assert_eq!(
        user.availability,
        Some(Availability::Other("Example Availability".into()))
    );
    assert_eq!((user.availability_since, user.availability_until), (None, None));
    assert_eq!(user.note.as_deref(), Some("Example Note"));
    assert_eq!(user.transfer_number.as_deref(), Some("+123457890123"));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
}

#[test]
fn r14_an_availability_without_end_is_open_ended() {
    let mut desk = Desk::new();
    let words = [
        ("Available", Availability::Available),
        ("Busy", Availability::Busy),
        ("DoNotDisturb", Availability::DoNotDisturb),
        ("OffWork", Availability::OffWork),
        ("brb", Availability::BeRightBack),
        ("Away", Availability::Away),
    ];
    for (word, expected) in words {
        desk.tell(changed(
            example_named("UserAvailability"),
            json!({"Availability": word, "StartTime": "2020-01-01T12:00:00",
                "EndTime": "9999-12-31T23:59:59.9999999", "TransferNumber": null, "Note": ""}),
        ));
        assert_eq!(desk.user().availability, Some(expected));
    }
    let user = desk.user();
    assert_eq!(user.availability_since, Some(STAMP));
    assert_eq!(user.availability_until, Some(Until::OpenEnded));
    assert_eq!(
        (user.transfer_number.as_deref(), user.note.as_deref()),
        (None, None)
    );
    assert!(desk.oddities.is_empty());
}

#[test]
fn user_terminal_status_tells_of_a_terminal() {
    let desk = without_prelude("UserTerminalStatusEvent");
    let terminal = &desk.user().terminals[0];
    assert_eq!(
        (
            &*terminal.session,
            &*terminal.kind,
            &*terminal.status,
            terminal.expires
        ),
        ("Example Session", "User", "Offline", None)
    );
}

#[test]
fn user_setting_is_kept_and_deleted() {
    let mut desk = without_prelude("UserSetting");
    let setting = &desk.model.desk.settings["Example Keyword"];
    assert_eq!(
        (setting.value.as_deref(), setting.level.as_deref()),
        (Some("Example Value"), Some("Undefined"))
    );
    let values = json!({"Values": {"a": "1", "b": null}, "AllowedValues": {"x": "y"}, "Level": 3});
    desk.tell(changed(example_named("UserSetting"), values));
    let setting = &desk.model.desk.settings["Example Keyword"];
    assert_eq!(
        setting.values,
        [("a".into(), "1".into()), ("b".into(), "".into())]
    );
    assert_eq!(setting.allowed, [("x".into(), "y".into())]);
    assert_eq!(setting.level.as_deref(), Some("3"));
    desk.tell(changed(example_named("UserSetting"), json!({"Deleted": true})));
    assert!(desk.model.desk.settings.is_empty());
}

#[test]
fn user_alert_is_told() {
    let desk = without_prelude("UserAlert");
    let alert = &desk.model.desk.alerts[0];
    assert_eq!(alert.name.as_deref(), Some("Example ConditionName"));
    assert_eq!(alert.expression.as_deref(), Some("Example ConditionExpression"));
    assert_eq!(alert.threshold.as_deref(), Some("Example ConditionValue"));
    assert_eq!(
        (alert.value.as_deref(), alert.at),
        (Some("Example Value"), Some(STAMP))
    );
}

#[test]
fn a_call_comes_in_rings_is_connected_held_and_retrieved() {
    let mut desk = Desk::new();
    let steps = [
        ("UserCallInComing", Stage::Offered),
        ("UserCallInArrived", Stage::Offered),
        ("UserCallInUserAllocated", Stage::Alerting),
        ("UserCallInUserConnected", Stage::Connected),
        ("UserCallInHoldStart", Stage::Held),
        ("UserCallInHoldEnd", Stage::Connected),
    ];
    for (name, stage) in steps {
        desk.tell_named(name);
        assert_eq!(desk.call().stage, stage, "{name}");
    }
    let call = desk.call();
    assert_eq!(call.direction, Some(Direction::Inbound));
    assert_eq!(
        (call.number.as_deref(), call.dialled.as_deref()),
        (Some("+123457890123"), Some("+123457890123"))
    );
    assert_eq!(call.leg.as_deref(), Some("Example LegId"));
    assert_eq!((call.agent, call.connected), (desk.model.desk.me, Some(STAMP)));
}

#[test]
fn r31_a_disconnected_call_says_who_ended_it() {
    for (reason, ending) in [
        ("remote", Ending::ByRemote),
        ("local", Ending::ByAgent),
        ("Example Reason", Ending::Unsaid),
    ] {
        let mut desk = talking();
        desk.tell(changed(
            example_named("UserCallInDisconnected"),
            json!({"Reason": reason}),
        ));
        assert_eq!(
            (desk.call().stage, desk.call().ending.as_ref()),
            (Stage::Ended, Some(&ending))
        );
        assert!(!desk.call().missed);
    }
}

#[test]
fn a_withdrawn_allocation_is_a_missed_call_and_may_be_offered_again() {
    let mut desk = ringing();
    desk.tell_named("UserCallInUserCancelled");
    assert_eq!(
        desk.call().ending,
        Some(Ending::Withdrawn(Some("Example DetailedReason".into())))
    );
    assert!(desk.call().missed);
    assert_eq!(desk.model.past_calls.len(), 1);
    desk.tell_named("UserCallInUserAllocated");
    assert_eq!((desk.call().stage, desk.call().missed), (Stage::Alerting, false));
    assert!(desk.model.past_calls.is_empty());
    desk.tell_named("UserCallInUserConnected");
    assert_eq!(desk.call().stage, Stage::Connected);
}

#[test]
fn an_overflowing_call_moves_on() {
    for (name, reason) in [
        ("UserCallInOverflow", "Example OverflowReason"),
        ("UserCallInUserOverflow", "Example Reason"),
    ] {
        let mut desk = ringing();
        desk.tell_named(name);
        assert_eq!(desk.call().ending, Some(Ending::MovedOn(Some(reason.into()))));
    }
}

#[test]
fn a_transfer_begins_is_given_up_or_goes_through() {
    let mut desk = talking();
    desk.tell_named("UserCallInTransferStarted");
    assert_eq!(
        desk.call().transferring_to.as_deref(),
        Some("Example TransferTarget")
    );
    desk.tell_named("UserCallInTransferCancelled");
    assert_eq!(
        (desk.call().transferring_to.as_deref(), desk.call().stage),
        (None, Stage::Connected)
    );
    desk.tell_named("UserCallInTransferStarted")
        .tell_named("UserCallInTransferConnected");
    assert_eq!(desk.call().ending, Some(Ending::Transferred));
    assert_eq!(desk.call().transferring_to, None);
}

#[test]
fn an_outgoing_call_is_dialled_connected_held_and_ended() {
    let mut desk = Desk::new();
    for (name, stage) in [
        ("UserCallOutGoing", Stage::Dialling),
        ("UserCallOutConnected", Stage::Connected),
        ("UserCallOutHoldStart", Stage::Held),
        ("UserCallOutHoldEnd", Stage::Connected),
        ("UserCallOutDisconnected", Stage::Ended),
    ] {
        desk.tell(changed(
            example_named(name),
            json!({"TargetNumber": "+358\u{31}"}),
        ));
        assert_eq!(desk.call().stage, stage, "{name}");
    }
    assert_eq!(desk.call().direction, Some(Direction::Outbound));
    assert_eq!(desk.call().number.as_deref(), Some("+3581"));
}

#[test]
fn r29_recordings_come_after_the_call_too() {
    let mut desk = talking();
    desk.tell_named("UserCallInDisconnected");
    desk.tell(changed(
        example_named("UserCallInRecordingConverted"),
        json!({"RecordingId": QUEUE, "ConversionId": LIST, "UserChannel": 1}),
    ));
    let recording = &desk.call().recordings[0];
    assert_eq!(
        (&*recording.id, recording.conversion.as_deref(), recording.channel),
        (QUEUE, Some(LIST), Some(1))
    );
    desk.tell_named("UserCallOutRecordingConverted");
    assert_eq!(desk.call().recordings.len(), 2);
    assert_eq!(desk.call().recordings[1].channel, None);
}

#[test]
fn r28_a_phrase_is_added_to_the_transcript() {
    let mut desk = talking();
    let interim = json!({"IsIntermediate": true, "Phrase": "Hel", "OffsetMilliseconds": 5, "Duration": 6});
    desk.tell(changed(example_named("UserRealTimeTranscriptPhrase"), interim));
    assert!(desk.call().transcript[0].interim);
    desk.tell(changed(
        example_named("UserRealTimeTranscriptPhrase"),
        json!({"Confidence": 0.75}),
    ));
    let transcript = &desk.call().transcript;
    assert_eq!(transcript.len(), 1);
    assert_eq!(
        (&*transcript[0].text, &transcript[0].speaker),
        ("Example Phrase", &Speaker::Other("0".into()))
    );
    assert!((transcript[0].confidence - 0.75).abs() < 1e-6);
}

#[test]
fn r36_a_supervisor_learns_where_to_call() {
    let mut desk = without_prelude("UserCallAvailableForMonitoring");
    let supervision = desk.call().supervision.clone().unwrap();
    assert_eq!(supervision.name.as_deref(), Some("Example SupervisorUserName"));
    assert_eq!(supervision.call_in_number.as_deref(), Some("+123457890123"));
    assert_eq!(supervision.expected_from.as_deref(), Some("+123457890123"));
    assert_eq!(
        (desk.call().stage, desk.call().agent),
        (Stage::Begun, desk.model.desk.me)
    );
    desk.tell(changed(
        example_named("UserCallAvailableForMonitoring"),
        json!({"CallType": "servicecall", "ConnectedToAgentTime": "2020-01-01T11:00:00Z", "QueueId": QUEUE}),
    ));
    assert_eq!(
        (desk.call().stage, desk.call().direction),
        (Stage::Connected, Some(Direction::Inbound))
    );
    assert_eq!(
        desk.call().queue,
        desk.model.queues.find(Ref::new(SourceId(0), QUEUE))
    );
    desk.tell_named("UserSupervisionStatus");
    let supervision = desk.call().supervision.clone().unwrap();
    assert_eq!(supervision.state, Some(0));
    assert!(
        supervision.call_in_number.is_some(),
        "the status says nothing of the number"
    );
    assert_eq!(desk.call().queue_name.as_deref(), Some("Example QueueName"));
}

#[test]
fn r22_r23_r24_wrap_up_is_announced_begins_and_ends() {
    let mut desk = talking();
    desk.tell(changed(
        example_named("UserWrapUpEnabled"),
        json!({"MaxWrapUpDurationSec": 30}),
    ));
    assert_eq!(desk.model.desk.wrap_up_to_come, Some(30));
    desk.tell(changed(
        example_named("UserWrapUpStarted"),
        json!({"MaxWrapUpDurationSec": 30}),
    ));
    let wrap_up = desk.user().wrap_up.unwrap();
    assert_eq!(
        (wrap_up.start, wrap_up.end),
        (Some(STAMP), Some(Moment(STAMP.0 + 30_000)))
    );
    desk.tell_named("UserWrapUpTerminated");
    assert_eq!(desk.user().wrap_up, None);
}

#[test]
fn t23_requests_for_wrap_up_change_no_state() {
    let mut desk = talking();
    let before = desk.user().clone();
    desk.tell_named("UserWrapUpRequestInitiate");
    assert_eq!(*desk.user(), before);
    desk.tell_named("UserWrapUpStarted");
    let before = desk.user().clone();
    desk.tell_named("UserWrapUpRequestTerminate");
    assert_eq!(*desk.user(), before);
}

#[test]
fn queue_status_tells_every_counter() {
    let mut desk = without_prelude("QueueStatus");
    let queue = desk.queue();
    assert_eq!(
        (queue.name.as_deref(), queue.waiting, queue.open),
        (
            Some("Example QueueName"),
            Some(0),
            Some(OpenStatus::NotApplicable)
        )
    );
    desk.tell(changed(
        example_named("QueueStatus"),
        json!({"MaxWaitTime": 61, "NbrOfAgentsCheckedInQueue": 1, "NbrOfAgentsImmediatelyFree": 2,
            "NbrOfAgentsLongTermAway": 3, "NbrOfAgentsOnFetchMode": 4, "NbrOfAgentsOnWrapUp": 5,
            "NbrOfAgentsShortTermAway": 6, "NbrOfAllocated": 7, "NbrOfConnected": 8,
            "NbrOfNotServedRequesters": 9, "NbrOfProviders": 10, "NbrOfQueuingRequesters": 11,
            "NbrOfRequesters": 12, "NbrOfServingAgentsEstimate": 13, "OpenStatus": 6}),
    ));
    let queue = desk.queue();
    let counters = [
        queue.checked_in,
        queue.free,
        queue.long_away,
        queue.fetching,
        queue.wrap_up,
        queue.short_away,
        queue.allocated,
        queue.connected,
        queue.not_served,
        queue.providers,
        queue.waiting,
        queue.requesters,
        queue.serving,
    ];
    assert_eq!(
        counters.map(Option::unwrap),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    );
    assert_eq!(queue.longest_wait, Some(LongestWait::Milliseconds(61_000)));
    assert_eq!(queue.open, Some(OpenStatus::Open { uncertain: true }));
}

#[test]
fn t19_a_wait_that_cannot_be_true_is_shown_as_it_came() {
    let mut desk = Desk::new();
    for (wait, expected) in [
        (86_400, LongestWait::Milliseconds(86_400_000)),
        (86_401, LongestWait::Implausible(86_401)),
        (-1, LongestWait::Implausible(-1)),
        (i64::MAX, LongestWait::Implausible(i64::MAX)),
    ] {
        desk.tell(changed(
            example_named("QueueStatus"),
            json!({"MaxWaitTime": wait}),
        ));
        assert_eq!(desk.queue().longest_wait, Some(expected));
    }
    desk.settings.longest_wait = DurationUnit::Milliseconds;
    desk.tell(changed(
        example_named("QueueStatus"),
        json!({"MaxWaitTime": 61_000}),
    ));
    assert_eq!(desk.queue().longest_wait, Some(LongestWait::Milliseconds(61_000)));
}

#[test]
fn callback_changed_tells_of_a_callback() {
    let desk = without_prelude("CallbackChanged");
    let callback = desk.callback();
    assert_eq!(callback.number.as_deref(), Some("+123457890123"));
    assert_eq!(callback.contact.as_deref(), Some("Example ContactName"));
    assert_eq!(callback.channel.as_deref(), Some("Example ChannelIn"));
    assert_eq!(callback.message.as_deref(), Some("Example ContactMessage"));
    assert_eq!(callback.priority.as_deref(), Some("Example CalculatedPriority"));
    assert_eq!(callback.note.as_deref(), Some("Example Note"));
    // Irregularity E12: the example's own kind is none of the documented ones.
    assert_eq!(callback.kind, Some(CallbackKind::Other(0)));
    assert_eq!(
        (callback.created, callback.modified, callback.due),
        (None, None, None)
    );
    let attempt = callback.last_attempt.as_ref().unwrap();
    assert_eq!(attempt.note.as_deref(), Some("Example LastAttemptNote"));
    assert_eq!(
        (&callback.attempts, &callback.extras, &callback.related),
        (&None, &None, &None)
    );
    assert_eq!(
        desk.model.call_lists.find(Ref::new(SourceId(0), LIST)),
        callback.list
    );
}

#[test]
fn t18_lists_are_kept_when_null_and_emptied_when_empty() {
    let mut desk = Desk::new();
    let dto = |name: &str| list("misc").iter().find(|dto| dto["name"] == name).unwrap()["example"].clone();
    desk.tell(changed(
        example_named("CallbackChanged"),
        json!({"CallbackAttempts": [dto("CallbackAttempt")], "CallbackExtras": [dto("CallbackExtra"), 5],
            "CallbackRelatedItems": [dto("CallbackRelatedItem")]}),
    ));
    assert_eq!(desk.oddities.of(Oddity::UnreadableField), 1);
    let check = |callback: &switchhook::domain::callback::Callback| {
        let attempts = callback.attempts.as_ref().unwrap();
        assert_eq!(
            (attempts[0].at, attempts[0].note.as_deref()),
            (Some(STAMP), Some("Example Note"))
        );
        assert_eq!(&*callback.extras.as_ref().unwrap()[0].value, "Example Value");
        assert!(!callback.related.as_ref().unwrap()[0].closed);
    };
    check(desk.callback());
    desk.tell_named("CallbackChanged");
    check(desk.callback());
    let empty = json!({"CallbackAttempts": [], "CallbackExtras": [], "CallbackRelatedItems": []});
    desk.tell(changed(example_named("CallbackChanged"), empty));
    let callback = desk.callback();
    assert_eq!(callback.attempts.as_ref().map(Vec::len), Some(0));
    assert_eq!(callback.extras.as_ref().map(Vec::len), Some(0));
    assert_eq!(callback.related.as_ref().map(Vec::len), Some(0));
}

#[test]
fn r34_r35_a_callback_is_claimed_bounded_and_closed() {
    let mut desk = Desk::new();
    desk.tell(changed(
        example_named("CallbackChanged"),
        json!({"Created": true, "AssignedUserId": USER, "TypeId": 2, "QueueId": QUEUE, "CallId": CALL,
            "NotBefore": "2020-01-01T12:00:00Z", "ExpiryDate": "2020-01-01T12:00:00Z",
            "DueDate": "2020-01-01T12:00:00Z", "CreationTime": "2020-01-01T12:00:00Z",
            "Modified": "2020-01-01T12:00:00Z", "LastModifiedUserId": USER, "RecordingId": LIST,
            "TranscriptId": LIST, "ClassificationId": LIST, "LastAttemptTimestamp": "2020-01-01T12:00:00Z",
            "LastAttemptTypeId": 3, "LastAttemptUserId": USER}),
    ));
    let callback = desk.callback();
    assert_eq!(
        (callback.assigned, callback.kind),
        (desk.model.desk.me, Some(CallbackKind::Overflow))
    );
    for moment in [
        callback.not_before,
        callback.expires,
        callback.due,
        callback.created,
        callback.modified,
    ] {
        assert_eq!(moment, Some(STAMP));
    }
    assert_eq!(callback.modified_by.as_deref(), Some(USER));
    for id in [
        &callback.recording,
        &callback.transcript,
        &callback.classification,
    ] {
        assert_eq!(id.as_deref(), Some(LIST));
    }
    assert_eq!(callback.call.as_deref(), Some(CALL));
    let attempt = callback.last_attempt.clone().unwrap();
    assert_eq!(
        (attempt.at, attempt.kind, attempt.agent.as_deref()),
        (Some(STAMP), Some(3), Some(USER))
    );
    desk.tell(changed(
        example_named("CallbackChanged"),
        json!({"IsClosed": true}),
    ));
    assert!(
        desk.model
            .callbacks
            .find(Ref::new(SourceId(0), CALLBACK))
            .is_none()
    );
}

#[test]
fn a_personal_callback_is_its_users() {
    let desk = without_prelude("UserCallInCallbackCreated");
    let callback = desk.callback();
    assert_eq!(callback.assigned, desk.model.desk.me);
    assert_eq!(callback.message.as_deref(), Some("Example ContactMessage"));
    assert_eq!(
        desk.model.call_lists.find(Ref::new(SourceId(0), LIST)),
        callback.list
    );
}

#[test]
fn e22_members_and_groups_of_queues_are_taken_when_they_come() {
    let mut desk = Desk::new();
    let dto = |name: &str| list("misc").iter().find(|dto| dto["name"] == name).unwrap()["example"].clone();
    let mut member = changed(envelope("QueueAttachedUser", "Queue"), dto("QueueAttachedUser"));
    member.insert("EntityId".into(), json!(QUEUE));
    desk.tell(changed(
        member.clone(),
        json!({"UserId": USER, "Active": true, "Priority": 3}),
    ));
    let queue = desk.model.queues.find(Ref::new(SourceId(0), QUEUE)).unwrap();
    assert_eq!(desk.model.members[&queue][&desk.model.desk.me.unwrap()], 3);
    desk.tell(changed(member, json!({"UserId": USER})));
    assert!(desk.model.members[&queue].is_empty());
    desk.tell(changed(envelope("QueueGroup", "Queue"), dto("QueueGroup")));
    assert_eq!(&*desk.model.queue_groups[0].name, "Example Name");
    assert_eq!(
        desk.model.queue_groups[0].description.as_deref(),
        Some("Example Description")
    );
}

#[test]
fn the_examples_exactly_as_printed_tell_of_the_entity_they_name() {
    for event in list("events").iter().filter(|event| event["example"].is_object()) {
        let mut desk = Desk::new();
        let zero = "00000000-0000-0000-0000-000000000000";
        let me = desk.model.agents.intern(Ref::new(SourceId(0), zero));
        desk.model.set_me(Some(me));
        for prelude in ["UserCallInComing", "UserCallInUserConnected", "UserWrapUpStarted"] {
            let prelude = list("events")
                .iter()
                .find(|event| event["name"] == prelude)
                .unwrap();
            desk.tell(example(prelude));
        }
        desk.told.clear();
        desk.tell(example(event));
        assert_eq!(desk.told.len(), 1);
        assert!(desk.told[0].contains(zero), "{}", desk.told[0]);
    }
}

// ---- awkward values ----

#[test]
fn r13_e05_an_event_older_than_it_may_be_is_dropped_and_counted() {
    let mut desk = Desk::new();
    let arguments = message(&Value::Object(example_named("UserStatus")));
    desk.server_now = Some(Moment(STAMP.0 + 60_000));
    assert_eq!(desk.receive(&arguments), Ok(Outcome::Told(Kind::UserStatus)));
    desk.server_now = Some(Moment(STAMP.0 + 60_001));
    assert_eq!(desk.receive(&arguments), Ok(Outcome::Late(Kind::UserStatus)));
    assert_eq!((desk.told.len(), desk.oddities.of(Oddity::Late)), (1, 1));
    desk.tell_named("UserCallInComing");
    // A clock behind the server's is no reason to drop anything.
    desk.server_now = Some(Moment(0));
    assert_eq!(desk.receive(&arguments), Ok(Outcome::Told(Kind::UserStatus)));
}

#[test]
fn impossible_dates_are_faults_of_their_field_only() {
    let mut desk = without_prelude("UserStatus");
    let bad =
        json!({"TalkingStatusChanged": "2020-02-30T00:00:00Z", "Timestamp": "yesterday", "Talking": true});
    desk.tell(changed(example_named("UserStatus"), bad));
    assert_eq!(
        (desk.user().talking, desk.user().talking_since),
        (Some(true), None)
    );
    assert_eq!(desk.oddities.of(Oddity::UnreadableField), 2);
    desk.tell(changed(
        example_named("CallbackChanged"),
        json!({"DueDate": 5, "Modified": true}),
    ));
    assert_eq!(desk.callback().due, None);
}

#[test]
fn d03_date_times_without_a_zone_are_read_in_the_sites_zone() {
    let mut desk = Desk::new();
    desk.settings.zone = Zone { minutes_east: 120 };
    desk.tell(changed(
        example_named("CallbackChanged"),
        json!({"DueDate": "2020-01-01T14:00:00"}),
    ));
    assert_eq!(desk.callback().due, Some(STAMP));
}

#[test]
fn t17_enumerations_come_as_numbers_words_and_unknown() {
    let mut desk = Desk::new();
    for (value, open) in [
        (json!(5), Some(OpenStatus::Open { uncertain: false })),
        (json!("5"), Some(OpenStatus::Open { uncertain: false })),
        (
            json!("closedUncertain"),
            Some(OpenStatus::Closed { uncertain: true }),
        ),
        (
            json!("NoActiveHandler"),
            Some(OpenStatus::NoHandler { uncertain: false }),
        ),
        (json!(99), Some(OpenStatus::Other(99))),
    ] {
        desk.tell(changed(
            example_named("QueueStatus"),
            json!({"OpenStatus": value}),
        ));
        assert_eq!(desk.queue().open, open);
    }
    desk.tell(changed(
        example_named("QueueStatus"),
        json!({"OpenStatus": "Ajar"}),
    ));
    assert_eq!(
        desk.queue().open,
        Some(OpenStatus::Other(99)),
        "an unknown word changes nothing"
    );
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 2);
    desk.tell(changed(
        example_named("UserTerminalStatusEvent"),
        json!({"TerminalStatus": 4}),
    ));
    assert_eq!(&*desk.user().terminals[0].status, "4");
    desk.tell(changed(
        example_named("UserStatus"),
        json!({"AvailabilityStatus": 2}),
    ));
    assert_eq!(desk.user().availability, Some(Availability::Other("2".into())));
}

#[test]
fn d15_unknown_events_and_fields_are_counted() {
    let mut desk = Desk::new();
    let unknown = r#"[{"subscription":{"eventType":"QueueCallIncoming"},"data":{"x":1}}]"#;
    assert_eq!(desk.receive(unknown), Ok(Outcome::Unknown));
    desk.tell(changed(
        example_named("UserStatus"),
        json!({"Mood": "fine", "Nested": {"a": [1]}}),
    ));
    assert_eq!(desk.user().note.as_deref(), Some("Example Note"));
    let names: Vec<&str> = desk.oddities.tallies().iter().map(|tally| &*tally.name).collect();
    assert_eq!(names, ["QueueCallIncoming", "Mood", "Nested"]);
}

#[test]
fn the_event_type_is_found_wherever_it_stands() {
    let data = r#"{"Talking":true,"UserId":"u","EventType":"UserStatus"}"#;
    for arguments in [
        format!(r#"[{{"data":{data}}}]"#),
        format!(r#"[{{"Data":{data},"Subscription":{{"EventType":"userstatus"}}}}]"#),
        format!(r#"[{{"subscription":null,"data":{data},"more":[]}}]"#),
        format!(r#"[{{"subscription":{{"eventType":"QueueStatus"}},"data":{data}}}]"#),
    ] {
        let mut desk = Desk::new();
        assert_eq!(
            desk.receive(&arguments),
            Ok(Outcome::Told(Kind::UserStatus)),
            "{arguments}"
        );
    }
}

#[test]
fn phone_numbers_arrive_escaped() {
    let mut desk = Desk::new();
    let arguments = message(&Value::Object(example_named("UserCallInComing"))).replace('+', "\\u002B");
    desk.receive(&arguments).unwrap();
    assert_eq!(desk.call().number.as_deref(), Some("+123457890123"));
}

#[test]
fn what_is_no_message_is_refused_and_counted() {
    let mut desk = Desk::new();
    for arguments in [
        "[]",
        "{}",
        "[5]",
        "[{}]",
        r#"[{"data":5}]"#,
        r#"[{"data":{}}]"#,
        "",
        "[",
        "nul",
    ] {
        assert!(desk.receive(arguments).is_err(), "{arguments}");
    }
    assert_eq!(desk.oddities.of(Oddity::Unreadable), 9);
    assert!(desk.told.is_empty());
}

#[test]
fn a_message_cut_short_tells_nothing() {
    let end = CAPTURE.rfind("}}]").unwrap();
    for length in 0..=end {
        let mut desk = Desk::new();
        let result = desk.receive(&CAPTURE[..length]);
        assert!(result.is_err() || desk.told.is_empty(), "{length}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("0001-01-01T00:00:00")),
        Just(json!("9999-99-99T99:99:99Z")),
        Just(json!("00000000-0000-0000-0000-000000000000")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..4)
                .prop_map(|object| Value::Object(object.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_in_place_of_any_field_panics_nowhere(
        event in 0..36_usize,
        places in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
        pretty in any::<bool>(),
    ) {
        let mut data = example(&list("events")[event]);
        for (place, value) in places {
            let name = place.get(&data.keys().cloned().collect::<Vec<_>>()).clone();
            data.insert(name, value);
        }
        let mut arguments = message(&Value::Object(data));
        if pretty {
            arguments = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&arguments).unwrap()).unwrap();
        }
        let mut desk = Desk::new();
        desk.server_now = Some(STAMP);
        let _ = desk.receive(&arguments);
    }

    #[test]
    fn damaged_text_panics_nowhere(
        event in 0..36_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..6),
        length in any::<prop::sample::Index>(),
    ) {
        let whole = message(&Value::Object(example(&list("events")[event])));
        let mut characters: Vec<char> = whole.chars().collect();
        for (place, character) in damage {
            let place = place.index(characters.len());
            characters[place] = character;
        }
        characters.truncate(length.index(characters.len()) + 1);
        let mut desk = Desk::new();
        let _ = desk.receive(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn garbage_panics_nowhere(text in ".*") {
        let mut desk = Desk::new();
        let _ = desk.receive(&text);
    }
}
