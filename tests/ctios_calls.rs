//! Calls as CTI OS tells of them, beyond the plain course of one: contacts on their way, queues, diversions,
//! endings, null values, minimised events. Rules by number.

mod ctios_rig;

use ctios_rig::{CALL, CONTACT, Desk, NOW, ringing, talking};
use proptest::prelude::*;
use serde_json::{Value, json};
use switchhook::domain::Moment;
use switchhook::domain::agent::AgentState;
use switchhook::domain::call::{Direction, Ending, Queued, Routed, Stage};
use switchhook::domain::command::{Command, InvokeId, Phase};
use switchhook::domain::control::Control;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::{Off, Transition};
use switchhook::domain::telephony::PRECALLS_KEPT;
use switchhook::vendor::Oddity;
use switchhook::vendor::ctios::events::CtiEvent;
use switchhook::vendor::ctios::fields::MINIMISED;

const SOURCE: SourceId = SourceId(0);

fn key(desk: &Desk) -> Option<switchhook::domain::ids::CallKey> {
    desk.model.calls.find(Ref::new(SOURCE, CALL))
}

fn precall() -> Value {
    json!({"ICMEnterpriseUniqueID": CONTACT, "RouterCallKeyDay": 1, "RouterCalKeyCallID": 2, "AgentInstrument": "4001",
        "ANI": "+3581", "DialedNumber": "800", "CallVariable1": "gold", "CallVariable2": "from the script",
        "SkillGroupNumber": 7, "ECC": {"user.Order": "A-1"}})
}

// ---- before the call ----

#[test]
fn r48_a_contact_on_its_way_is_known_before_it_is_a_call_and_the_call_takes_it_over() {
    let mut desk = Desk::new();
    desk.tell("OnAgentPrecallEvent", &precall());
    assert!(desk.model.calls.is_empty(), "there is no call yet");
    let known = &desk.model.telephony().precalls[0];
    assert_eq!(
        (&*known.contact, known.number.as_deref()),
        (CONTACT, Some("+3581"))
    );
    assert_eq!((known.skill_group, known.at), (Some(7), NOW));
    desk.call_event(
        "OnCallBegin",
        json!({"ICMEnterpriseUniqueID": CONTACT.to_uppercase(), "CallType": 1, "CallStatus": 2, "CallVariable2": "own"}),
    );
    assert!(desk.model.telephony().precalls.is_empty());
    assert_eq!(desk.data("CallVariable1"), Some("gold"));
    assert_eq!(
        desk.data("CallVariable2"),
        Some("own"),
        "what the call says itself stands"
    );
    assert_eq!(desk.data("user.Order"), Some("A-1"));
    assert_eq!(desk.call().number.as_deref(), Some("+3581"));
    assert_eq!(desk.call().routed.skill_group, Some(7));
    // A call that is told its contact later keeps what it has said before.
    let mut late = Desk::new();
    late.tell("OnAgentPrecallEvent", &precall())
        .call_event("OnCallBegin", json!({"CallVariable2": "own", "ANI": "+3589"}))
        .call_event("OnCallDataUpdate", json!({"ICMEnterpriseUniqueID": CONTACT}));
    assert_eq!(
        (late.data("CallVariable1"), late.data("CallVariable2")),
        (Some("gold"), Some("own"))
    );
    assert_eq!(late.call().number.as_deref(), Some("+3589"));
    // Another contact's call takes over nothing.
    desk.tell("OnAgentPrecallEvent", &precall()).tell(
        "OnCallBegin",
        &json!({"UniqueObjectID": "call.5000.8", "ICMEnterpriseUniqueID": "other"}),
    );
    assert_eq!(desk.model.telephony().precalls.len(), 1);
}

#[test]
fn r48_what_is_told_twice_is_one_contact_and_their_number_is_bounded() {
    let mut desk = Desk::new();
    desk.tell("OnTranslationRoute", &precall())
        .tell("OnAgentPrecallEvent", &precall());
    assert_eq!(desk.model.telephony().precalls.len(), 1);
    for number in 0..100 {
        desk.tell(
            "OnAgentPrecallEvent",
            &json!({"ICMEnterpriseUniqueID": format!("c{number}")}),
        );
    }
    assert_eq!(desk.model.telephony().precalls.len(), PRECALLS_KEPT);
    assert_eq!(
        &*desk.model.telephony().precalls[PRECALLS_KEPT - 1].contact,
        "c99"
    );
    desk.tell("OnAgentPrecallEvent", &json!({"ANI": "1"}));
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);
}

#[test]
fn r49_a_translation_route_says_the_same_elsewhere() {
    let mut desk = Desk::new();
    desk.tell("OnTranslationRoute", &precall())
        .call_event("OnCallBegin", json!({"ICMEnterpriseUniqueID": CONTACT}));
    assert_eq!(desk.data("CallVariable1"), Some("gold"));
}

#[test]
fn r50_a_contact_that_will_not_come_is_forgotten() {
    let mut desk = Desk::new();
    desk.tell("OnAgentPrecallEvent", &precall()).tell(
        "OnAgentPrecallAbortEvent",
        &json!({"ICMEnterpriseUniqueID": CONTACT, "AgentInstrument": "4001"}),
    );
    assert!(desk.model.telephony().precalls.is_empty());
    desk.call_event("OnCallBegin", json!({"ICMEnterpriseUniqueID": CONTACT}));
    assert_eq!(desk.data("CallVariable1"), None);
    // Of one that was never announced, or has become a call, it says nothing.
    desk.tell(
        "OnAgentPrecallAbortEvent",
        &json!({"ICMEnterpriseUniqueID": CONTACT}),
    );
    assert!(desk.call().stage.is_live());
}

// ---- at sign-in ----

#[test]
fn r46_the_calls_on_the_device_come_after_the_state_and_are_taken_as_they_are() {
    let mut desk = Desk::new();
    desk.tell(
        "OnQueryAgentStateConf",
        &json!({"AgentID": "1001", "AgentState": 4}),
    )
    .tell(
        "OnSnapshotDeviceConf",
        &json!({"NumCalls": 1, "ValidCalls": {CALL: true}}),
    )
    .call_event(
        "OnSnapshotCallConf",
        json!({"CallType": 1, "CallStatus": 3, "EnablementMask": 2}),
    );
    assert_eq!(desk.me().state(), AgentState::Talking);
    assert_eq!(desk.call().stage, Stage::Connected);
    assert_eq!(desk.model.allowed(SOURCE, Control::Release, key(&desk)), Ok(()));
}

// ---- endings ----

#[test]
fn r54_a_call_is_kept_until_its_last_event() {
    let mut desk = talking();
    desk.call_event(
        "OnCallCleared",
        json!({"CallStatus": 0, "EnablementMask": 0x2000}),
    );
    assert_eq!(desk.call().stage, Stage::Ended);
    assert!(!desk.call().over);
    // Its data may still change, and its mask still counts: wrap-up data can be entered.
    desk.call_event("OnCallDataUpdate", json!({"CallWrapupData": "sold"}));
    assert_eq!(desk.call().wrap_up_data.as_deref(), Some("sold"));
    assert!(desk.call().mask.unwrap().controls.has(Control::WrapUp));
    desk.call_event("OnCallEnd", json!({}));
    assert!(desk.call().over && desk.call().mask.is_none());
    // An end without what should precede it ends the call, too.
    let mut desk = talking();
    desk.call_event("OnCallEnd", json!({}));
    assert_eq!(desk.call().stage, Stage::Ended);
}

#[test]
fn r54_a_call_of_the_same_name_that_begins_later_is_another_one() {
    for status in [json!(3), json!(null)] {
        let mut desk = talking();
        desk.call_event("OnCallEnd", json!({}))
            .call_event("OnCallBegin", json!({"CallStatus": status}));
        assert!(desk.call().stage.is_live() && !desk.call().over, "{status}");
        assert_eq!(desk.call().ended, None);
        assert!(desk.model.past_calls.is_empty());
    }
}

#[test]
fn r45_a_call_that_a_later_snapshot_lists_again_is_there_again() {
    let mut desk = talking();
    desk.tell("OnSnapshotDeviceConf", &json!({"NumCalls": 0, "ValidCalls": {}}));
    assert!(desk.call().over);
    desk.call_event("OnCallEstablished", json!({"CallStatus": 3}));
    assert!(desk.call().over, "late news");
    desk.tell(
        "OnSnapshotDeviceConf",
        &json!({"NumCalls": 1, "ValidCalls": {CALL: true}}),
    )
    .call_event("OnSnapshotCallConf", json!({"CallStatus": 3}));
    assert_eq!((desk.call().stage, desk.call().over), (Stage::Connected, false));
}

#[test]
fn r56_whoever_must_clean_up_hears_of_the_failure_before_the_end() {
    let mut desk = Desk::new();
    desk.call_event("OnCallBegin", json!({"CallType": 9, "CallStatus": 1}))
        .call_event("OnCallFailed", json!({"CallStatus": 6}))
        .call_event("OnCallEnd", json!({}));
    let told = desk.model.take_transitions();
    assert_eq!(
        told,
        [
            Transition::Dialling(key(&desk).unwrap()),
            Transition::Failed(key(&desk).unwrap())
        ],
        "once, and before the end"
    );
    assert_eq!(desk.model.past_calls.len(), 1);
}

#[test]
fn r57_one_party_leaving_and_all_leaving_both_end_the_connection() {
    for name in ["OnCallCleared", "OnCallConnectionCleared"] {
        for status in [
            json!({"CallStatus": 0}),
            json!({"CallStatus": "LCS_NULL"}),
            json!({}),
        ] {
            let mut desk = talking();
            desk.call_event(name, status);
            assert_eq!(desk.call().stage, Stage::Ended, "{name}");
        }
    }
    // Another party leaves a conference: the own connection is said to go on.
    let mut desk = talking();
    desk.call_event("OnCallConnectionCleared", json!({"CallStatus": 3}));
    assert_eq!(desk.call().stage, Stage::Connected);
}

#[test]
fn r59_every_event_leads_to_its_status() {
    for (name, status, stage) in [
        ("OnCallDelivered", 2, Stage::Alerting),
        ("OnCallDelivered", 1, Stage::Dialling),
        ("OnCallEstablished", 3, Stage::Connected),
        ("OnCallRetrieved", 3, Stage::Connected),
        ("OnCallHeld", 4, Stage::Held),
        ("OnCallOriginated", 1, Stage::Dialling),
        ("OnCallServiceInitiatedEvent", 1, Stage::Dialling),
        ("OnCallFailed", 6, Stage::Failed),
    ] {
        for fields in [json!({"CallStatus": status}), json!({})] {
            let mut desk = Desk::new();
            let kind = if status == 1 { 9 } else { 1 };
            desk.call_event("OnCallBegin", json!({"CallType": kind}));
            desk.call_event(name, fields);
            assert_eq!(desk.call().stage, stage, "{name} {status}");
        }
    }
}

#[test]
fn r61_a_transfer_ends_the_controllers_connections_and_no_others() {
    // The controller's own desk: both of its connections end.
    let mut desk = talking();
    desk.tell(
        "OnCallBegin",
        &json!({"UniqueObjectID": "call.5000.8", "CallType": 10, "CallStatus": 3}),
    );
    for id in [CALL, "call.5000.8"] {
        desk.tell(
            "OnCallTransferred",
            &json!({"UniqueObjectID": id, "CallStatus": 0}),
        );
        let call = desk.model.calls.find(Ref::new(SOURCE, id)).unwrap();
        let call = desk.model.calls.get(call).unwrap();
        assert_eq!(
            (call.stage, &call.ending),
            (Stage::Ended, &Some(Ending::Transferred))
        );
    }
    // The other desks keep their status, with the new party's data.
    for stage in ["OnCallEstablished", "OnCallHeld"] {
        let mut desk = ringing();
        desk.call_event(stage, json!({}));
        let before = desk.call().stage;
        desk.call_event("OnCallTransferred", json!({"ANI": "+3589"}));
        assert_eq!(
            (desk.call().stage, desk.call().number.as_deref()),
            (before, Some("+3589"))
        );
    }
}

#[test]
fn r63_a_call_made_by_the_desk_starts_in_any_of_its_three_ways() {
    let steps = [
        "OnCallServiceInitiatedEvent",
        "OnCallOriginated",
        "OnCallDelivered",
    ];
    for left_out in 0..4 {
        let mut desk = Desk::new();
        desk.call_event("OnCallBegin", json!({"DialedNumber": "4002"}));
        for (_, name) in steps.iter().enumerate().filter(|(place, _)| *place != left_out) {
            desk.call_event(name, json!({"CallStatus": 1}));
            assert_eq!(desk.call().stage, Stage::Dialling);
        }
        assert_eq!(desk.call().direction, Some(Direction::Outbound));
        let told = desk.model.take_transitions();
        assert!(
            !told.iter().any(|told| matches!(told, Transition::Ringing(_))),
            "{told:?}"
        );
    }
}

#[test]
fn a_call_that_was_sent_on_says_so_when_it_ends() {
    let mut desk = ringing();
    desk.call_event(
        "OnCallDiverted",
        json!({"DivertingDeviceID": "4001", "CalledDeviceID": "4002", "EventCause": 1}),
    );
    let diversion = desk.call().diversion.clone().unwrap();
    assert_eq!(
        (diversion.from.as_deref(), diversion.to.as_deref()),
        (Some("4001"), Some("4002"))
    );
    assert_eq!(desk.call().stage, Stage::Alerting, "its end is told by its end");
    desk.call_event("OnCallEnd", json!({}));
    assert_eq!(desk.call().ending, Some(Ending::MovedOn(None)));
    assert!(desk.call().missed);
}

// ---- queues ----

#[test]
fn r64_queueing_is_told_of_known_calls_and_makes_no_others_known() {
    let mut desk = Desk::new();
    desk.call_event("OnCallBegin", json!({"CallType": 9, "CallStatus": 1}))
        .call_event(
            "OnCallQueuedEvent",
            json!({"NumQueued": 3, "ServiceNumber": 5, "QueuedDeviceID": "6000"}),
        );
    assert_eq!(desk.call().queued, Some(Queued { waiting: Some(3) }));
    assert_eq!(desk.call().stage, Stage::Dialling);
    desk.call_event("OnCallDequeuedEvent", json!({"NumQueued": 2, "ServiceNumber": 5}));
    assert_eq!(desk.call().queued, None);
    assert_eq!(desk.model.telephony().waiting, [(5, 2)]);
    // A client of all events hears of everybody's calls: of this desk's none the less.
    desk.tell(
        "OnCallQueuedEvent",
        &json!({"UniqueObjectID": "call.5000.99", "NumQueued": 4, "ServiceNumber": 5}),
    )
    .tell(
        "OnCallQueuedEvent",
        &json!({"ConnectionDeviceID": 1, "NumQueued": 5, "ServiceNumber": 5}),
    );
    assert_eq!((desk.model.calls.len(), desk.oddities.is_empty()), (1, true));
    assert_eq!(desk.model.telephony().waiting, [(5, 5)]);
    // What is answered waits no more, whether that was said or not.
    desk.call_event("OnCallQueuedEvent", json!({"NumQueued": 1}))
        .call_event("OnCallEstablished", json!({}));
    assert_eq!(desk.call().queued, None);
}

// ---- confirmations, states, null values ----

#[test]
fn r66_four_confirmations_mean_that_it_has_happened() {
    for (name, done) in [
        ("OnMakeCallConf", true),
        ("OnSnapshotCallConf", true),
        ("OnAgentDeskSettingsConf", true),
        ("OnAgentGreetingControlConf", true),
        ("OnTransferCallConf", false),
        ("OnSetCallDataConf", false),
        ("OnUserMessageConf", false),
    ] {
        let mut desk = Desk::new();
        let number = "1".into();
        desk.model
            .begin_command(InvokeId(5), Command::Dial { number }, NOW);
        desk.call_event(name, json!({"InvokeID": 5}));
        assert_eq!(desk.model.desk.in_flight.is_empty(), done, "{name}");
        if !done {
            assert_eq!(desk.model.desk.in_flight[0].phase, Phase::Accepted, "{name}");
        }
    }
}

#[test]
fn r73_a_state_that_a_switch_does_not_have_has_no_button() {
    let mut desk = Desk::new();
    // ENABLE_READY alone: a switch without wrap-up.
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 2, "EnablementMask": 0x0800_0000}),
    );
    assert_eq!(desk.model.allowed(SOURCE, Control::Ready, None), Ok(()));
    for control in [Control::WorkReady, Control::WorkNotReady] {
        assert_eq!(desk.model.allowed(SOURCE, control, None), Err(Off::ByServer));
    }
}

#[test]
fn r74_a_duration_of_nothing_starts_now_and_a_reason_is_the_switchs_number() {
    let mut desk = Desk::new();
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 2, "StateDuration": 0, "EventReasonCode": 31_999}),
    );
    assert_eq!((desk.me().since, desk.me().reason), (Some(NOW), Some(31_999)));
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 3, "StateDuration": 90}),
    );
    assert_eq!(desk.me().since, Some(Moment(NOW.0 - 90_000)));
}

#[test]
fn r75_null_service_and_null_skill_group_are_none() {
    let numbers = |service: Value, group: Value| json!({"ServiceNumber": service, "SkillGroupNumber": group, "SkillGroupID": group, "SkillGroupPriority": 2});
    let none = Routed {
        priority: Some(2),
        ..Routed::default()
    };
    for null in [json!(-1), json!(4_294_967_295_u32), json!(null)] {
        let mut desk = Desk::new();
        desk.call_event("OnCallBegin", numbers(json!(5), json!(7)))
            .call_event("OnCallDelivered", numbers(null.clone(), null.clone()));
        assert_eq!(desk.call().routed, none, "{null}");
    }
    let mut desk = Desk::new();
    desk.call_event(
        "OnCallBegin",
        numbers(json!("NULL_SERVICE"), json!("NULL_SKILL_GROUP")),
    );
    assert_eq!(desk.call().routed, none);
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
    // Absent is not none.
    desk.call_event("OnCallEstablished", numbers(json!(5), json!(7)))
        .call_event("OnCallHeld", json!({}));
    assert_eq!(
        (desk.call().routed.service, desk.call().routed.skill_group),
        (Some(5), Some(7))
    );
}

#[test]
fn r76_priority_nothing_is_none() {
    let mut desk = Desk::new();
    desk.call_event("OnCallBegin", json!({"SkillGroupPriority": 3}));
    assert_eq!(desk.call().routed.priority, Some(3));
    desk.call_event("OnCallDelivered", json!({"SkillGroupPriority": 0}));
    assert_eq!(desk.call().routed.priority, None);
}

// ---- minimised events ----

/// An event with the parameters that the table of minimised events leaves it, by the names of their constants.
fn minimised(event: &str, status: Option<i64>) -> Option<(CtiEvent, Value)> {
    let row = MINIMISED.iter().find(|row| row.events.contains(&event))?;
    let mut fields = json!({});
    if row.excludes {
        fields = json!({"UniqueObjectID": CALL, "CallStatus": status, "CallType": 1});
    } else {
        for parameter in row.shared.iter().copied().chain([row.own]).flatten() {
            fields[*parameter] = match *parameter {
                "CTIOS_UNIQUEOBJECTID" => json!(CALL),
                "CTIOS_CALLSTATUS" => json!(status),
                "CTIOS_ENABLEMENTMASK" => json!(2),
                "CTIOS_ICMENTERPRISEUNIQUEID" => json!(CONTACT),
                "CTIOS_FILTERTARGET" => json!("agent.5000.1001"),
                "GenerateCallDataUpdateArgs()" => continue,
                "ConnectedParty[PartyNumber]" => {
                    fields["ConnectedParty[1]"] = json!({"a": 1});
                    continue;
                }
                _ => json!(1),
            };
        }
    }
    Some((CtiEvent::from_name(event)?, fields))
}

#[test]
fn r92_minimised_events_tell_what_they_can_and_nothing_depends_on_the_rest() {
    let mut desk = Desk::new();
    for (event, status, stage) in [
        ("eCallBeginEvent", 2, Stage::Alerting),
        ("eCallDeliveredEvent", 2, Stage::Alerting),
        ("eCallEstablishedEvent", 3, Stage::Connected),
        ("eCallHeldEvent", 4, Stage::Held),
        ("eCallRetrievedEvent", 3, Stage::Connected),
        ("eCallConferencedEvent", 3, Stage::Connected),
        ("eCallDivertedEvent", 3, Stage::Connected),
        ("eCallQueuedEvent", 3, Stage::Connected),
        ("eCallDequeuedEvent", 3, Stage::Connected),
        ("eSnapshotCallConf", 3, Stage::Connected),
        ("eCallDataUpdateEvent", 3, Stage::Connected),
        ("eCallTransferredEvent", 0, Stage::Ended),
        ("eCallConnectionClearedEvent", 0, Stage::Ended),
        ("eCallEndEvent", 0, Stage::Ended),
    ] {
        let (event, fields) = minimised(event, Some(status)).unwrap();
        desk.tell(event.name(), &fields);
        assert_eq!(desk.call().stage, stage, "{event:?}");
    }
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
    let mut desk = Desk::new();
    for event in [
        "eCallServiceInitiatedEvent",
        "eCallOriginatedEvent",
        "eCallFailedEvent",
    ] {
        let (event, fields) = minimised(event, None).unwrap();
        desk.tell(event.name(), &fields);
    }
    assert_eq!(desk.call().stage, Stage::Failed);
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
}

#[test]
fn r93_the_filters_target_comes_with_every_event_and_is_nothing_odd() {
    for row in MINIMISED {
        for event in row.events {
            let (event, mut fields) = minimised(event, Some(3)).unwrap();
            fields["FilterTarget"] = json!("agent.5000.1001");
            let mut desk = ringing();
            desk.tell(event.name(), &fields);
            assert_eq!(
                desk.oddities.of(Oddity::UnknownField),
                0,
                "{event:?} {:?}",
                desk.oddities
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever order a server tells of a call in: an ended call stays ended, a failed one failed, and once its
    /// last event was told there is no mask and nothing under way (rules R54, R55).
    #[test]
    fn r54_r55_no_order_of_events_brings_a_call_back(
        steps in prop::collection::vec((0_usize..12, prop::option::of(0_i64..7)), 1..30),
    ) {
        let names = [
            "OnCallDelivered", "OnCallEstablished", "OnCallHeld", "OnCallRetrieved", "OnCallCleared",
            "OnCallConnectionCleared", "OnCallFailed", "OnCallTransferred", "OnCallConferenced", "OnCallDiverted",
            "OnCallQueuedEvent", "OnCallDataUpdate",
        ];
        let mut desk = Desk::new();
        desk.call_event("OnCallBegin", json!({"CallType": 9}));
        let mut last = Stage::Begun;
        for (choice, status) in steps {
            let mut fields = json!({"EnablementMask": 2});
            if let Some(status) = status {
                fields["CallStatus"] = json!(status);
            }
            desk.call_event(names[choice], fields);
            let stage = desk.call().stage;
            prop_assert!(last.is_live() || stage == last, "{last:?} became {stage:?}");
            last = stage;
        }
        desk.call_event("OnCallEnd", json!({}))
            .call_event("OnCallEstablished", json!({"CallStatus": 3, "EnablementMask": 2}))
            .call_event("OnCallDelivered", json!({"CallStatus": 2}));
        prop_assert!(!desk.call().stage.is_live());
        prop_assert!(desk.call().mask.is_none() && desk.call().over);
        prop_assert!(desk.model.desk.current.is_none());
    }
}
