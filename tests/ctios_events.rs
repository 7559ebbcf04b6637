//! The CTI OS vocabulary: each event of an agent's desk and what it does to the model, the rules and traps by
//! number, and the awkward values that the document leaves room for.

mod ctios_rig;

use ctios_rig::{CALL, CONTACT, Desk, ME, NOW, ringing, talking};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use switchhook::domain::Moment;
use switchhook::domain::agent::{AgentState, ChangedBy, NextState};
use switchhook::domain::call::{Direction, Ending, Stage};
use switchhook::domain::command::{Command, Failure, InvokeId, Phase, Refusal};
use switchhook::domain::control::Control;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::Transition;
use switchhook::protocol::message::Payload;
use switchhook::vendor::ctios::Outcome;
use switchhook::vendor::ctios::events::CtiEvent;
use switchhook::vendor::{Oddity, Settings, rte};

const VOCABULARY: &str = include_str!("vocabulary/cisco_ctios.json");
// ---- the vocabulary ----

#[test]
fn every_documented_event_is_known_by_name() {
    let vocabulary: Value = serde_json::from_str(VOCABULARY).unwrap();
    let events = vocabulary["events"].as_array().unwrap();
    assert_eq!(events.len(), 110);
    for event in events {
        let name = event["name"].as_str().unwrap();
        for spelling in [name.to_string(), name.to_uppercase()] {
            let known = CtiEvent::from_name(&spelling).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(known.name(), name);
        }
    }
}

#[test]
fn d15_no_documented_field_is_odd() {
    let vocabulary: Value = serde_json::from_str(VOCABULARY).unwrap();
    for event in vocabulary["events"].as_array().unwrap() {
        let mut desk = Desk::new();
        let mut fields = json!({});
        for field in event["fields"].as_array().unwrap() {
            fields[field["name"].as_str().unwrap()] = Value::Null;
        }
        let name = event["name"].as_str().unwrap();
        if name != "OnEvent" {
            desk.receive(&json!([name, fields]).to_string()).unwrap();
            assert_eq!(desk.oddities.of(Oddity::UnknownField), 0, "{:?}", desk.oddities);
            assert_eq!(
                desk.oddities.of(Oddity::UnreadableField),
                0,
                "{:?}",
                desk.oddities
            );
        }
    }
}

#[test]
fn d15_unknown_events_and_fields_are_counted() {
    let mut desk = Desk::new();
    assert_eq!(desk.receive(r#"["OnNothing",{}]"#), Ok(Outcome::Unknown));
    desk.tell("OnAgentStateChange", &json!({"AgentState": 3, "Mood": 1}));
    assert_eq!(desk.oddities.of(Oddity::UnknownEvent), 1);
    assert_eq!(desk.oddities.of(Oddity::UnknownField), 1);
}

// ---- the agent ----

#[test]
fn the_agents_state_reason_duration_and_mask_are_told() {
    let mut desk = Desk::new();
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 2, "EventReasonCode": 3, "StateDuration": 60, "AgentID": "1001",
            "AgentExtension": "4001", "EnablementMask": 0x0800_0000, "UniqueObjectID": "agent.5000.1001"}),
    );
    let me = desk.me();
    assert_eq!((me.state(), me.reason), (AgentState::NotReady, Some(3)));
    assert_eq!(
        (me.login_id.as_deref(), me.extension.as_deref()),
        (Some("1001"), Some("4001"))
    );
    assert_eq!(me.since, Some(Moment(NOW.0 - 60_000)));
    assert!(desk.model.desk.mask.unwrap().controls.has(Control::Ready));
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": "3", "EventReasonCode": 0}),
    );
    assert_eq!((desk.me().state(), desk.me().reason), (AgentState::Ready, None));
}

#[test]
fn r47_the_state_at_sign_in_is_told_without_being_asked_for() {
    let mut desk = Desk::new();
    let fields =
        json!({"AgentID": "1001", "AgentState": 6, "AgentInstrument": "4001", "SkillGroup[0]": {"a": 1}});
    desk.tell("OnQueryAgentStateConf", &fields);
    assert_eq!(
        desk.me().state(),
        AgentState::WrapUp {
            ready_after: Some(true)
        }
    );
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
}

#[test]
fn t17_an_unknown_state_keeps_the_last_one() {
    let mut desk = Desk::new();
    desk.tell("OnAgentStateChange", &json!({"AgentState": 3}));
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 77, "EventReasonCode": 9, "EnablementMask": 0}),
    );
    assert_eq!((desk.me().state(), desk.me().reason), (AgentState::Ready, None));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    assert!(desk.model.desk.mask.is_some(), "the mask counts all the same");
}

#[test]
fn the_agents_name_comes_in_two_parts() {
    let mut desk = Desk::new();
    desk.tell(
        "OnAgentInfoEvent",
        &json!({"AgentFirstName": "Ritva", "AgentLastName": "Aalto"}),
    );
    assert_eq!(desk.me().name.as_deref(), Some("Ritva Aalto"));
}

#[test]
fn r70_the_state_changes_when_it_changes_not_before() {
    let mut desk = Desk::new();
    desk.tell("OnAgentStateChange", &json!({"AgentState": 2}))
        .tell("OnPreLogout", &json!({"AgentState": 1}));
    assert_eq!(desk.me().state(), AgentState::NotReady);
    desk.tell("OnAgentStateChange", &json!({"AgentState": 1}))
        .tell("OnPostLogout", &json!({"AgentState": 1, "EventReasonCode": 1}));
    assert_eq!(desk.me().state(), AgentState::SignedOut);
    let forced_out = desk
        .model
        .desk
        .forced_out
        .clone()
        .expect("nobody has asked for it here");
    assert_eq!(forced_out.by, None, "and nobody says who did");
}

#[test]
fn r71_t13_a_sign_out_by_failover_is_told_as_such() {
    for reason in [
        json!(50002),
        json!(-15534),
        json!("50002"),
        json!("CTIOS_FORCED_LOGOUT_REASON_CODE"),
    ] {
        let mut desk = Desk::new();
        desk.tell(
            "OnPostLogout",
            &json!({"AgentState": 1, "EventReasonCode": reason}),
        );
        assert!(desk.model.desk.forced_out.is_some(), "{reason}");
    }
}

#[test]
fn r67_t08_a_confirmation_changes_no_state() {
    let mut desk = Desk::new();
    desk.tell("OnAgentStateChange", &json!({"AgentState": 2}));
    desk.model.begin_command(InvokeId(5), Command::Ready, NOW);
    desk.tell("OnSetAgentStateConf", &json!({"InvokeID": 5}));
    assert_eq!(desk.me().state(), AgentState::NotReady);
    assert_eq!(desk.model.desk.in_flight[0].phase, Phase::Accepted);
    desk.tell("OnAgentStateChange", &json!({"AgentState": 3}));
    assert!(desk.model.desk.in_flight.is_empty());
}

#[test]
fn r67_what_the_server_has_noted_to_follow_a_call_is_shown_until_it_has_taken_effect() {
    let mut desk = talking();
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 4, "NextAgentState": null}),
    );
    assert_eq!(desk.model.desk.next_state, None);
    let wish = Command::NotReady { reason: Some(2) };
    desk.model.begin_command(InvokeId(5), wish, NOW);
    desk.tell("OnSetAgentStateConf", &json!({"InvokeID": 5}));
    assert_eq!(desk.model.desk.in_flight.len(), 1);
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 4, "NextAgentState": 2, "NextEventReasonCode": 2}),
    );
    let noted = |reason, by: Option<&str>| {
        Some(NextState {
            state: AgentState::NotReady,
            reason,
            by: by.map(Into::into),
        })
    };
    assert_eq!(desk.model.desk.next_state, noted(Some(2), None));
    assert!(
        desk.model.desk.in_flight.is_empty(),
        "noted is what was asked for"
    );
    // Another server says nothing of it; a supervisor's wish is told like one's own.
    desk.tell("OnAgentStateChange", &json!({"AgentState": 10}));
    assert_eq!(desk.model.desk.next_state, noted(Some(2), None));
    let by_supervisor = json!({"AgentState": 4, "NextAgentState": 2, "NextEventReasonCode": 0,
        "NextAgentStateByID": "1003"});
    desk.tell("OnAgentStateChange", &by_supervisor);
    assert_eq!(desk.model.desk.next_state, noted(None, Some("1003")));
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 4, "NextAgentState": 77}),
    );
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    assert_eq!(desk.model.desk.next_state, noted(None, Some("1003")));
    // What follows the call has come.
    desk.tell("OnAgentStateChange", &json!({"AgentState": 2}));
    assert_eq!(desk.model.desk.next_state, None);
    // A colleague's is not one's own.
    desk.tell(
        "OnMonitoredAgentStateChange",
        &json!({"AgentID": "1002", "AgentState": 4, "NextAgentState": 2}),
    );
    assert_eq!(desk.model.desk.next_state, None);
}

#[test]
fn r71_r74_who_or_what_changed_a_state_is_known_where_the_server_says_so() {
    let mut desk = Desk::new();
    for (more, by) in [
        (json!({"StateChangedBy": "agent"}), Some(ChangedBy::Agent)),
        (
            json!({"StateChangedBy": "Supervisor"}),
            Some(ChangedBy::Supervisor(None)),
        ),
        (
            json!({"StateChangedBy": "supervisor", "StateChangedByID": "1003"}),
            Some(ChangedBy::Supervisor(Some("1003".into()))),
        ),
        (json!({"StateChangedBy": "call"}), Some(ChangedBy::Call)),
        (json!({"StateChangedBy": "timer"}), Some(ChangedBy::Timer)),
        (json!({"StateChangedBy": "noanswer"}), Some(ChangedBy::NoAnswer)),
        (json!({"StateChangedBy": "system"}), Some(ChangedBy::System)),
        (json!({"EventReasonCode": 50_002}), Some(ChangedBy::System)),
        (json!({"EventReasonCode": 3}), None),
        (json!({"StateChangedBy": "the moon"}), None),
    ] {
        let mut fields = json!({"AgentState": 2});
        fields
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        desk.tell("OnAgentStateChange", &fields);
        assert_eq!(desk.me().changed_by, by, "{more}");
    }
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1, "the moon");
}

#[test]
fn r65_r66_only_some_confirmations_mean_that_it_has_happened() {
    for (name, done) in [
        ("OnAnswerCallConf", false),
        ("OnHoldCallConf", false),
        ("OnMakeCallConf", true),
    ] {
        let mut desk = Desk::new();
        let number = "1".into();
        desk.model
            .begin_command(InvokeId(5), Command::Dial { number }, NOW);
        desk.tell(name, &json!({"invokeId": 5}));
        assert_eq!(desk.model.desk.in_flight.is_empty(), done, "{name}");
    }
}

#[test]
fn r68_a_failure_names_the_request_and_brings_the_mask_back() {
    let mut desk = talking();
    let call = desk.model.calls.find(Ref::new(SourceId(0), CALL)).unwrap();
    desk.model.begin_command(InvokeId(9), Command::Hold(call), NOW);
    desk.call_event(
        "OnControlFailureConf",
        json!({"InvokeID": "9", "FailureCode": 38, "ErrorMessage": "Not now", "EnablementMask": 2}),
    );
    let failed = &desk.model.desk.failed[0];
    let expected = Failure::Refused {
        kind: Refusal::WrongState,
        code: Some(38),
        meaning: Some("That is not possible at this moment."),
        text: Some("Not now".into()),
    };
    assert_eq!((failed.id, &failed.failure), (InvokeId(9), &expected));
    assert!(desk.call().mask.unwrap().controls.has(Control::Release));
}

#[test]
fn a_failure_has_a_sentence_for_the_agent_whether_the_server_has_words_or_not() {
    let mut desk = Desk::new();
    desk.model.begin_command(InvokeId(9), Command::Ready, NOW);
    desk.tell("OnControlFailureConf", &json!({"InvokeID": 9, "FailureCode": 10}));
    let expected = Failure::Refused {
        kind: Refusal::PhoneInUse,
        code: Some(10),
        meaning: Some("This phone is already used at another desk. Choose another extension."),
        text: None,
    };
    assert_eq!(desk.model.desk.failed[0].failure, expected);
    desk.model.begin_command(InvokeId(10), Command::Ready, NOW);
    desk.tell(
        "OnControlFailureConf",
        &json!({"InvokeID": 10, "FailureCode": 999}),
    );
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    assert_eq!(desk.model.desk.failed.len(), 1);
}

#[test]
fn r69_t12_a_failed_sign_out_is_reported_once() {
    let mut desk = Desk::new();
    desk.model
        .begin_command(InvokeId(4), Command::SignOut { reason: None }, NOW);
    desk.tell("OnLogoutFailed", &json!({"InvokeID": 4, "FailureCode": 38}));
    assert_eq!(desk.told, 1);
    desk.model.begin_command(InvokeId(5), Command::Ready, NOW);
    desk.tell(
        "OnControlFailureConf",
        &json!({"InvokeID": 4, "FailureCode": 38, "UniqueObjectID": "agent.5000.1", "EnablementMask": 0x0800_0000}),
    );
    assert_eq!(desk.told, 2, "only the mask is told");
    assert!(desk.model.desk.mask.unwrap().controls.has(Control::Ready));
    assert_eq!(desk.model.desk.failed.len(), 1);
    desk.tell("OnControlFailureConf", &json!({"InvokeID": 5, "FailureCode": 38}));
    assert_eq!(
        desk.model.desk.failed.len(),
        2,
        "another failure is another report"
    );
}

// ---- masks ----

#[test]
fn r80_t07_a_mask_belongs_to_the_object_that_the_event_names() {
    let mut desk = ringing();
    desk.tell(
        "OnButtonEnablementChange",
        &json!({"EnablementMask": 0x0100_0000}),
    );
    assert!(desk.model.desk.mask.unwrap().controls.has(Control::SignIn));
    desk.call_event("OnButtonEnablementChange", json!({"EnablementMask": 8}));
    assert!(desk.call().mask.unwrap().controls.has(Control::Retrieve));
    desk.tell(
        "OnButtonEnablementChange",
        &json!({"EnablementMask": 0x0800_0000, "UniqueObjectID": "agent.5000.1001"}),
    );
    assert_eq!(desk.model.desk.mask.unwrap().raw, 0x0800_0000);
    assert_eq!(desk.call().mask.unwrap().raw, 8);
    let stray = json!({"EnablementMask": 1, "UniqueObjectID": "call.5000.99"});
    desk.tell("OnButtonEnablementChange", &stray);
    assert_eq!(
        (desk.model.calls.len(), desk.oddities.of(Oddity::UnknownValue)),
        (1, 1)
    );
}

#[test]
fn t02_a_mask_comes_signed_unsigned_or_as_text() {
    for mask in [
        json!(-2_147_483_648_i64),
        json!(2_147_483_648_u64),
        json!("2147483648"),
    ] {
        let mut desk = Desk::new();
        desk.tell(
            "OnAgentStateChange",
            &json!({"AgentState": 4, "EnablementMask": mask}),
        );
        assert!(desk.model.desk.mask.unwrap().controls.has(Control::WorkNotReady));
    }
}

#[test]
fn t06_an_absent_mask_keeps_the_last_one_and_zero_turns_all_off() {
    let mut desk = talking();
    desk.call_event("OnCallHeld", json!({"CallStatus": 4}));
    assert_eq!(desk.call().mask.unwrap().raw, 0x126);
    desk.call_event(
        "OnCallDataUpdate",
        json!({"EnablementMask": null, "CallVariable1": "x"}),
    );
    assert_eq!(desk.call().mask.unwrap().raw, 0x126);
    desk.call_event("OnCallRetrieved", json!({"EnablementMask": 0}));
    assert_eq!(desk.call().mask.unwrap().raw, 0);
}

// ---- calls ----

#[test]
fn r51_r59_an_incoming_call_from_beginning_to_end() {
    let mut desk = ringing();
    let call = desk.call();
    assert_eq!(
        (call.stage, call.direction),
        (Stage::Alerting, Some(Direction::Inbound))
    );
    assert_eq!(
        (call.number.as_deref(), call.dialled.as_deref()),
        (Some("+3581"), Some("800"))
    );
    desk.tell("OnCurrentCallChanged", &json!({"UniqueObjectID": CALL}));
    assert_eq!(
        desk.model.desk.current,
        desk.model.calls.find(Ref::new(SourceId(0), CALL))
    );
    for (name, stage) in [
        ("OnCallEstablished", Stage::Connected),
        ("OnCallHeld", Stage::Held),
        ("OnCallRetrieved", Stage::Connected),
    ] {
        desk.call_event(name, json!({"EnablementMask": 2}));
        assert_eq!(desk.call().stage, stage, "{name}");
    }
    desk.call_event(
        "OnCallConnectionCleared",
        json!({"EnablementMask": 0, "CallStatus": 0}),
    )
    .call_event("OnCallCleared", json!({"EnablementMask": 0, "CallStatus": 0}))
    .call_event("OnCallEnd", json!({"CallStatus": 0}))
    .tell("OnCurrentCallChanged", &json!({}));
    assert_eq!((desk.call().stage, desk.model.desk.current), (Stage::Ended, None));
    assert_eq!(desk.call().mask, None);
    assert!(!desk.call().missed);
    let transitions = desk.model.take_transitions();
    assert!(
        matches!(transitions[0], Transition::Ringing(_)),
        "{transitions:?}"
    );
}

#[test]
fn r58_r63_an_outgoing_call_dials_until_it_is_answered() {
    let mut desk = Desk::new();
    desk.call_event(
        "OnCallBegin",
        json!({"CallType": 10, "DialedNumber": "4002", "CallStatus": 1}),
    );
    for name in [
        "OnCallServiceInitiatedEvent",
        "OnCallOriginated",
        "OnCallDelivered",
    ] {
        desk.call_event(name, json!({"EnablementMask": 2, "CallStatus": "LCS_INITIATE"}));
        assert_eq!(desk.call().stage, Stage::Dialling, "{name}");
    }
    assert_eq!(
        (desk.call().direction, desk.call().number.as_deref()),
        (Some(Direction::Outbound), Some("4002"))
    );
    desk.call_event("OnCallEstablished", json!({}));
    assert_eq!(desk.call().stage, Stage::Connected);
}

#[test]
fn r62_t11_a_call_that_leaves_the_house_may_hear_no_more() {
    let mut desk = Desk::new();
    desk.call_event("OnCallBegin", json!({"DialedNumber": "0401"}))
        .call_event("OnCallReachedNetworkEvent", json!({}))
        .call_event("OnButtonEnablementChange", json!({"EnablementMask": 2}));
    assert_eq!(
        (desk.call().stage, desk.call().direction),
        (Stage::Dialling, Some(Direction::Outbound))
    );
    assert!(desk.call().mask.unwrap().controls.has(Control::Release));
}

#[test]
fn r55_r56_t09_a_failed_call_stays_failed() {
    let mut desk = Desk::new();
    desk.call_event("OnCallBegin", json!({"CallType": 9, "CallStatus": 1}))
        .call_event(
            "OnCallFailed",
            json!({"EnablementMask": 2, "CallStatus": 6, "EventCause": 13}),
        );
    let failed = Some(Ending::Failed(Some("13".into())));
    assert_eq!((desk.call().stage, &desk.call().ending), (Stage::Failed, &failed));
    desk.call_event("OnCallConnectionCleared", json!({"EnablementMask": 0}))
        .call_event("OnCallCleared", json!({"EnablementMask": 0}))
        .call_event("OnCallEnd", json!({}));
    assert_eq!((desk.call().stage, &desk.call().ending), (Stage::Failed, &failed));
}

#[test]
fn r52_t10_calls_are_told_apart_by_object_not_by_connection() {
    let mut desk = ringing();
    desk.tell(
        "OnCallBegin",
        &json!({"UniqueObjectID": "call.5000.8", "ConnectionCallID": 7, "CallStatus": 1}),
    );
    assert_eq!(desk.model.calls.len(), 2);
}

#[test]
fn r53_data_updates_are_merged() {
    let mut desk = Desk::new();
    desk.call_event(
        "OnCallBegin",
        json!({"CallVariable1": "one", "CallVariable2": "two", "CallVariable10": "ten", "ANI": "1",
            "ECC": {"user.Scalar": "s", "user.Array[0]": "a0", "user.Array[1]": "a1"}}),
    );
    desk.call_event(
        "OnCallDataUpdate",
        json!({"CallVariable2": "", "ECC": {"user.Array[1]": 5, "Plain": {"deep": ["x", {"y": true}]}},
            "CallerEnteredDigits": "42"}),
    );
    for (name, value) in [
        ("CallVariable1", "one"),
        ("CallVariable2", ""),
        ("CallVariable10", "ten"),
        ("user.Scalar", "s"),
        ("user.Array[0]", "a0"),
        ("user.Array[1]", "5"),
        ("user.Plain.deep[0]", "x"),
        ("user.Plain.deep[1].y", "true"),
        ("CallerEnteredDigits", "42"),
    ] {
        assert_eq!(desk.data(name), Some(value), "{name}");
    }
    assert_eq!(desk.call().number.as_deref(), Some("1"));
}

#[test]
fn r60_r61_conferences_connect_and_transfers_bring_new_data() {
    let mut desk = talking();
    desk.call_event("OnCallHeld", json!({}))
        .call_event("OnCallConferenced", json!({"CallType": 15}));
    assert_eq!(
        (desk.call().stage, desk.call().direction),
        (Stage::Connected, Some(Direction::Inbound))
    );
    desk.call_event("OnCallTransferred", json!({"ANI": "+3589"}));
    assert_eq!(
        (desk.call().stage, desk.call().number.as_deref()),
        (Stage::Connected, Some("+3589"))
    );
    desk.call_event("OnCallTransferred", json!({"CallStatus": 0}));
    assert_eq!(
        (desk.call().stage, &desk.call().ending),
        (Stage::Ended, &Some(Ending::Transferred))
    );
}

#[test]
fn r45_calls_that_a_snapshot_does_not_list_are_over() {
    for valid in [
        json!({"call.5000.8": true, CALL: false}),
        json!(["call.5000.8"]),
        json!([{"UniqueObjectID": "call.5000.8"}]),
    ] {
        let mut desk = talking();
        desk.tell(
            "OnCallBegin",
            &json!({"UniqueObjectID": "call.5000.8", "CallStatus": 3}),
        );
        desk.tell(
            "OnSnapshotDeviceConf",
            &json!({"UniqueObjectID": "device.5000.4001", "NumCalls": 1, "ValidCalls": valid}),
        );
        assert_eq!(desk.call().stage, Stage::Ended);
        let other = desk
            .model
            .calls
            .find(Ref::new(SourceId(0), "call.5000.8"))
            .unwrap();
        assert!(desk.model.calls.get(other).unwrap().stage.is_live());
    }
    let mut desk = talking();
    desk.tell("OnSnapshotDeviceConf", &json!({"NumCalls": 0}));
    assert!(
        desk.call().stage.is_live(),
        "a list that is not there says nothing"
    );
    desk.tell(
        "OnSnapshotDeviceConf",
        &json!({"NumCalls": 0, "ValidCalls": null}),
    );
    assert_eq!(desk.call().stage, Stage::Ended);
}

#[test]
fn a_call_snapshot_tells_all_there_is() {
    let mut desk = Desk::new();
    desk.call_event(
        "OnSnapshotCallConf",
        json!({"CallType": 1, "CallStatus": 4, "ANI": "1", "CustomerPhoneNumber": "2", "RouterCallKeyCallID": 3}),
    );
    assert_eq!(
        (desk.call().stage, desk.call().direction),
        (Stage::Held, Some(Direction::Inbound))
    );
    assert_eq!(desk.data("CustomerPhoneNumber"), Some("2"));
}

#[test]
fn the_queues_name_comes_from_the_variable_that_the_site_names() {
    let mut desk = Desk::new();
    desk.site.queue_name_variable = Some(1);
    desk.call_event("OnCallBegin", json!({"CallVariable1": "Sales"}));
    assert_eq!(desk.call().queue_name.as_deref(), Some("Sales"));
    desk.site.queue_name_variable = Some(200);
    desk.call_event("OnCallDataUpdate", json!({"CallVariable1": "x"}));
    assert_eq!(desk.call().queue_name.as_deref(), Some("Sales"));
}

#[test]
fn events_after_the_end_bring_no_call_back() {
    let mut desk = Desk::new();
    desk.call_event("OnCallCleared", json!({"EnablementMask": 0}))
        .call_event("OnCallEnd", json!({}))
        .call_event("OnButtonEnablementChange", json!({"EnablementMask": 0}));
    assert!(desk.model.calls.is_empty());
}

#[test]
fn r48_a_call_told_in_two_vocabularies_is_one_call() {
    let rte_event = |name: &str| {
        let data = json!({"eventType": name, "callId": CONTACT, "userId": ME, "callerNumber": "+3581", "reason": "remote"});
        json!([{"data": data}]).to_string()
    };
    for rte_first in [true, false] {
        let mut desk = Desk::new();
        let tell_rte = |desk: &mut Desk, name: &str| {
            let Desk { model, oddities, .. } = desk;
            let settings = Settings::default();
            let arguments = rte_event(name);
            rte::decode(
                Payload::from_json(&arguments),
                &settings,
                None,
                oddities,
                &mut |stamp, event| {
                    model.apply(event, stamp, NOW);
                },
            )
            .unwrap();
        };
        if rte_first {
            tell_rte(&mut desk, "UserCallInArrived");
        }
        desk.call_event(
            "OnCallBegin",
            json!({"CallType": 1, "CallStatus": 2, "ICMEnterpriseUniqueID": CONTACT.to_uppercase()}),
        );
        tell_rte(&mut desk, "UserCallInUserAllocated");
        desk.call_event("OnCallEstablished", json!({"EnablementMask": 0x126}));
        tell_rte(&mut desk, "UserCallInHoldStart");
        assert_eq!(desk.model.calls.len(), 1);
        assert_eq!((desk.call().stage, &*desk.call().id), (Stage::Held, CALL));
        // A second call of the same contact (a consultation) is a call of its own.
        desk.tell(
            "OnCallBegin",
            &json!({"UniqueObjectID": "call.5000.8", "ICMEnterpriseUniqueID": CONTACT, "CallStatus": 1}),
        );
        assert_eq!(desk.model.calls.len(), 2);
        desk.call_event("OnCallEnd", json!({}));
        let key = desk.model.calls.find(Ref::new(SourceId(0), CALL)).unwrap();
        desk.model.dismiss_call(key);
        assert_eq!(desk.model.calls.find(Ref::new(SourceId(0), CONTACT)), None);
    }
}

// ---- awkward values ----

#[test]
fn what_is_no_event_is_refused_and_counted() {
    let mut desk = Desk::new();
    for arguments in ["", "[", "[]", "{}", "[5]", "[null,{}]", r#"["OnCallBegin",{"#] {
        assert!(desk.receive(arguments).is_err(), "{arguments}");
    }
    assert_eq!(desk.oddities.of(Oddity::Unreadable), 7);
    assert_eq!(
        desk.receive(r#"["OnSetAgentModeEvent"]"#),
        Ok(Outcome::Told(CtiEvent::SetAgentMode))
    );
    assert_eq!(
        desk.receive(r#"["OnCallBegin",7]"#),
        Ok(Outcome::Told(CtiEvent::CallBegin))
    );
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!(CALL)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..4)
                .prop_map(|object| Value::Object(object.into_iter().collect())),
        ]
    })
}

static DOCUMENTED: LazyLock<Vec<(String, Vec<String>)>> = LazyLock::new(|| {
    let vocabulary: Value = serde_json::from_str(VOCABULARY).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_string();
    let events = vocabulary["events"].as_array().unwrap().iter();
    events
        .map(|event| {
            (
                name(event),
                event["fields"].as_array().unwrap().iter().map(name).collect(),
            )
        })
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_values_in_any_fields_panic_nowhere(
        choices in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any_json(), 12)), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut desk = Desk::new();
        for (choice, values) in choices {
            let (name, names) = choice.get(&DOCUMENTED);
            let mut fields = json!({"UniqueObjectID": CALL});
            for (place, field) in names.iter().enumerate() {
                fields[field] = values[place % values.len()].clone();
            }
            let whole = json!([name, fields]).to_string();
            let _ = desk.receive(&whole);
            let end = (0..=cut.index(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap();
            let _ = desk.receive(&whole[..end]);
        }
    }

    #[test]
    fn garbage_panics_nowhere(text in ".*") {
        let _ = Desk::new().receive(&text);
    }
}
