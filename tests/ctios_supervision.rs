//! A supervisor's desk, and a desk that is supervised, as CTI OS tells of them: teams, monitored agents and calls,
//! the supervisor's mask, emergencies, messages, listening in. Rules by number.

mod ctios_rig;

use ctios_rig::{CALL, CONTACT, Desk, NOW, talking};
use proptest::prelude::*;
use serde_json::{Value, json};
use switchhook::domain::agent::{Agent, AgentState};
use switchhook::domain::call::{Call, Stage};
use switchhook::domain::chat::MESSAGES_KEPT;
use switchhook::domain::command::Addressee;
use switchhook::domain::control::SupervisorControl;
use switchhook::domain::ids::{AgentKey, CallKey, Ref, SourceId};
use switchhook::domain::model::{Off, PAST_CALLS_KEPT, Transition};
use switchhook::domain::skills::Assignable;
use switchhook::domain::supervision::{EMERGENCIES_KEPT, End, Phase, Role, SilentMonitor};
use switchhook::domain::text::SPEECH_LENGTH;
use switchhook::vendor::Oddity;
use switchhook::vendor::ctios::events::CtiEvent;
use switchhook::vendor::ctios::silent_monitor::STATUSES;

const SOURCE: SourceId = SourceId(0);

/// The desk of supervisor 1001, whose team has agent 1002.
fn supervisor() -> Desk {
    let mut desk = Desk::new();
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 2, "AgentID": "1001", "UniqueObjectID": "agent.5000.1001", "EnablementMask": 0x0800_0000}),
    )
    .tell("OnNewAgentTeamMember", &member());
    desk.model.take_transitions();
    desk
}

fn member() -> Value {
    json!({"PeripheralID": "5000", "UniqueObjectID": "agent.5000.1002", "AgentState": 3, "NumSkillGroups": 1,
        "AgentID": "1002", "AgentExtension": "4002", "AgentInstrument": "4002", "AgentLastName": "Kivi",
        "AgentFirstName": "Onni", "AgentName": "Onni Kivi", "AgentAvailabilityStatus": 1, "EventReasonCode": 0,
        "EnablementMask": 0x1000_0000, "SupervisorID": "1001", "AgentFlags": 2, "ConfigOperation": 1,
        "Skillgroup[1]": {"SkillGroupNumber": 7, "SkillGroupID": 5007, "SkillGroupPriority": 1, "SkillGroupState": 3}})
}

/// The same, with 1002 being monitored.
fn monitoring() -> Desk {
    let mut desk = supervisor();
    desk.tell(
        "OnStartMonitoringAgent",
        &json!({"UniqueObjectID": "agent.5000.1001", "AgentReference": "1002", "SupervisorID": "1001",
            "SupervisorKey": "agent.5000.1001", "SupervisorAgentState": "2"}),
    );
    desk
}

fn agent(desk: &Desk, login_id: &str) -> Option<AgentKey> {
    desk.model.agents.find(Ref::new(SOURCE, login_id))
}

fn colleague<'d>(desk: &'d Desk, login_id: &str) -> &'d Agent {
    desk.model.agents.get(agent(desk, login_id).unwrap()).unwrap()
}

/// The agent's side of the call.
fn side(desk: &Desk, agent: &str) -> Option<CallKey> {
    desk.model
        .calls
        .find(Ref::new(SOURCE, &format!("{CALL}@{agent}")))
}

fn monitored_call(desk: &Desk) -> &Call {
    desk.model.calls.get(side(desk, "1002").unwrap()).unwrap()
}

fn silent(desk: &Desk) -> &SilentMonitor {
    desk.model.desk.silent_monitor.as_ref().unwrap()
}

// ---- the team ----

#[test]
fn r83_the_team_is_told_member_by_member_and_changes_while_one_works() {
    let mut desk = supervisor();
    let key = agent(&desk, "1002").unwrap();
    let known = &desk.model.desk.supervisor.team[&key];
    assert_eq!(known.supervisor.as_deref(), Some("1001"));
    assert_eq!(
        (known.is_temporary, known.is_supervisor, known.assignable),
        (true, false, Some(Assignable::ByRouter))
    );
    assert_eq!(known.skill_groups[0].number, Some(7));
    let row = colleague(&desk, "1002");
    assert_eq!(
        (row.name.as_deref(), row.state()),
        (Some("Onni Kivi"), AgentState::Ready)
    );
    assert_eq!(row.extension.as_deref(), Some("4002"));
    // A member's mask is not the own one.
    assert_eq!(desk.model.desk.mask.unwrap().raw, 0x0800_0000);
    // Told again as an answer, without a change; taken out; a change that nobody knows.
    let mut listed = member();
    listed.as_object_mut().unwrap().remove("ConfigOperation");
    desk.tell("OnNewAgentTeamMember", &listed);
    assert_eq!(desk.model.desk.supervisor.team.len(), 1);
    let mut removed = member();
    removed["ConfigOperation"] = json!(2);
    desk.tell("OnNewAgentTeamMember", &removed);
    assert!(desk.model.desk.supervisor.team.is_empty());
    assert!(agent(&desk, "1002").is_some(), "the agent is still an agent");
    let mut unknown = member();
    unknown["ConfigOperation"] = json!(9);
    desk.tell("OnNewAgentTeamMember", &unknown);
    assert!(desk.model.desk.supervisor.team.is_empty());
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    let mut restored = member();
    restored["ConfigOperation"] = json!(0);
    restored["AgentFlags"] = json!(1);
    desk.tell("OnNewAgentTeamMember", &restored);
    assert!(desk.model.desk.supervisor.team[&key].is_first_supervisor);
    desk.tell("OnNewAgentTeamMember", &json!({"AgentName": "Nobody"}));
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);
}

// ---- monitored agents and calls ----

#[test]
fn r81_agents_of_the_team_are_followed_and_calls_of_the_chosen_one_alone() {
    let mut desk = supervisor();
    desk.tell(
        "OnMonitoredAgentStateChange",
        &json!({"CTIOS_MONITORED": 1, "AgentID": "1003", "AgentState": 4, "UniqueObjectID": "agent.5000.1003",
            "EnablementMask": 0x2}),
    )
    // The name comes by the object alone.
    .tell(
        "OnMonitoredAgentInfoEvent",
        &json!({"CTIOS_MONITORED": 1, "UniqueObjectID": "agent.5000.1003", "AgentFirstName": "Aino", "AgentLastName": "Salo"}),
    );
    let row = colleague(&desk, "1003");
    assert_eq!(
        (row.state(), row.name.as_deref()),
        (AgentState::Talking, Some("Aino Salo"))
    );
    assert_eq!(desk.me().state(), AgentState::NotReady);
    assert_eq!(desk.model.desk.mask.unwrap().raw, 0x0800_0000);
    // The name may come before anything says whose object it is.
    desk.tell(
        "OnMonitoredAgentInfoEvent",
        &json!({"CTIOS_MONITORED": 1, "UniqueObjectID": "agent.5000.1004", "AgentFirstName": "Eero"}),
    );
    assert_eq!(agent(&desk, "agent.5000.1004"), None);
    desk.tell(
        "OnMonitoredAgentStateChange",
        &json!({"AgentID": "1004", "AgentState": 3, "UniqueObjectID": "agent.5000.1004"}),
    );
    assert_eq!(colleague(&desk, "1004").name.as_deref(), Some("Eero"));
    // Nobody was chosen: whose call it would be is not known.
    desk.call_event(
        "OnMonitoredCallBegin",
        json!({"CTIOS_MONITORED": 1, "CallStatus": 2}),
    );
    assert!(desk.model.calls.is_empty());
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);

    let mut desk = monitoring();
    assert_eq!(desk.model.desk.supervisor.monitored, agent(&desk, "1002"));
    desk.call_event(
        "OnMonitoredCallBegin",
        json!({"CTIOS_MONITORED": 1, "CallType": 1, "CallStatus": 2}),
    );
    assert_eq!(monitored_call(&desk).agent, agent(&desk, "1002"));
    assert!(!desk.model.is_own_call(side(&desk, "1002").unwrap()));
    assert_eq!(
        desk.model.take_transitions(),
        [],
        "another agent's phone does not ring here"
    );
    // The calls of whoever is monitored no longer are told no longer.
    desk.tell(
        "OnStopMonitoringAgent",
        &json!({"AgentReference": "1002", "SupervisorID": "1001"}),
    );
    assert_eq!(desk.model.desk.supervisor.monitored, None);
    assert!(monitored_call(&desk).over);
    desk.call_event("OnMonitoredCallDelivered", json!({"CallStatus": 2}));
    assert!(!monitored_call(&desk).stage.is_live());
}

#[test]
fn r81_a_call_that_lasts_is_told_anew_when_its_agent_is_chosen_again() {
    let mut desk = monitoring();
    desk.call_event("OnMonitoredCallBegin", json!({"CallStatus": 3}))
        .tell("OnStopMonitoringAgent", &json!({"AgentReference": "1002"}))
        .tell("OnStartMonitoringAgent", &json!({"AgentReference": "1002"}))
        .call_event("OnMonitoredCallBegin", json!({"CallStatus": 3}));
    assert_eq!(
        (monitored_call(&desk).stage, monitored_call(&desk).over),
        (Stage::Connected, false)
    );
}

#[test]
fn r81_whoever_is_chosen_next_takes_the_place_of_the_last_one() {
    let mut desk = monitoring();
    desk.call_event("OnMonitoredCallBegin", json!({"CallStatus": 3}));
    desk.tell(
        "OnStartMonitoringAgent",
        &json!({"AgentReference": "agent.5000.1002", "BargedInCallID": CALL}),
    );
    assert!(
        monitored_call(&desk).stage.is_live(),
        "the same agent, named by the object"
    );
    assert_eq!(
        desk.model.desk.supervisor.joined.as_deref(),
        Some(format!("{CALL}@1002").as_str())
    );
    desk.tell("OnStartMonitoringAgent", &json!({"AgentReference": "1003"}));
    assert!(monitored_call(&desk).over);
    // Late news of the last one does not stop the monitoring of the next.
    desk.tell("OnStopMonitoringAgent", &json!({"AgentReference": "1002"}));
    assert_eq!(desk.model.desk.supervisor.monitored, agent(&desk, "1003"));
    desk.tell("OnStopMonitoringAgent", &json!({}));
    assert_eq!(desk.model.desk.supervisor.monitored, None);
}

#[test]
fn r82_monitored_events_go_the_way_of_the_plain_ones() {
    for event in CtiEvent::ALL.iter().filter(|event| event.is_monitored()) {
        // The same fields, told of the own desk and of a monitored agent's.
        let fields = json!({"UniqueObjectID": CALL, "CallStatus": 3, "CallType": 1, "ANI": "+3581",
            "CallVariable1": "gold", "EnablementMask": 2, "NumQueued": 2, "CalledDeviceID": "4003"});
        let plain_event = event.plain().name();
        if event.plain() == CtiEvent::AgentStateChange || event.plain() == CtiEvent::AgentInfo {
            continue;
        }
        let mut own = Desk::new();
        own.call_event("OnCallBegin", json!({"CallType": 1}))
            .tell(plain_event, &fields);
        let mut monitored_fields = fields.clone();
        monitored_fields["CTIOS_MONITORED"] = json!(true);
        for name in [event.name(), plain_event] {
            let mut desk = monitoring();
            desk.call_event("OnMonitoredCallBegin", json!({"CallType": 1}))
                .tell(name, &monitored_fields);
            let (call, expected) = (monitored_call(&desk), own.call());
            assert_eq!(
                (
                    call.stage,
                    call.direction,
                    call.number.as_deref(),
                    &call.data,
                    call.mask,
                    &call.ending
                ),
                (
                    expected.stage,
                    expected.direction,
                    expected.number.as_deref(),
                    &expected.data,
                    expected.mask,
                    &expected.ending
                ),
                "{event:?} as {name}"
            );
            assert_eq!(
                (call.queued, &call.diversion),
                (expected.queued, &expected.diversion),
                "{event:?}"
            );
            assert_eq!(
                desk.oddities.of(Oddity::UnknownField),
                0,
                "{event:?} {:?}",
                desk.oddities
            );
        }
    }
}

#[test]
fn r82_the_own_side_and_the_agents_side_of_one_call_are_two_rows() {
    let mut desk = monitoring();
    desk.call_event(
        "OnCallBegin",
        json!({"CallType": 1, "CallStatus": 2, "ICMEnterpriseUniqueID": CONTACT}),
    )
    .call_event(
        "OnMonitoredCallBegin",
        json!({"CallType": 1, "CallStatus": 3, "ICMEnterpriseUniqueID": CONTACT, "EnablementMask": 4}),
    );
    assert_eq!(
        (desk.call().stage, monitored_call(&desk).stage),
        (Stage::Alerting, Stage::Connected)
    );
    assert_eq!(desk.call().mask, None);
    desk.call_event("OnMonitoredCallEnd", json!({}));
    assert!(desk.call().stage.is_live());
    // The own calls on the device say nothing of the monitored agent's.
    desk.call_event("OnMonitoredCallBegin", json!({"CallStatus": 3}))
        .tell("OnSnapshotDeviceConf", &json!({"ValidCalls": {CALL: true}}));
    assert_eq!(monitored_call(&desk).stage, Stage::Connected);
}

#[test]
fn r82_contacts_on_their_way_to_the_monitored_agent_are_that_agents() {
    let mut desk = monitoring();
    desk.tell(
        "OnMonitoredCallAgentPrecallEvent",
        &json!({"ICMEnterpriseUniqueID": CONTACT, "ANI": "1", "CTIOS_MONITORED": 1}),
    );
    assert_eq!(desk.model.telephony().precalls[0].agent, agent(&desk, "1002"));
    desk.tell(
        "OnMonitoredCallAgentPrecallAbortEvent",
        &json!({"ICMEnterpriseUniqueID": CONTACT, "CTIOS_MONITORED": 1}),
    );
    assert!(desk.model.telephony().precalls.is_empty());
}

#[test]
fn a_busy_monitored_agent_does_not_push_the_own_missed_calls_out() {
    let mut desk = monitoring();
    desk.tell(
        "OnCallBegin",
        &json!({"UniqueObjectID": "call.5000.1", "CallType": 1, "CallStatus": 2}),
    )
    .tell("OnCallEnd", &json!({"UniqueObjectID": "call.5000.1"}));
    for number in 100..300 {
        let id = format!("call.5000.{number}");
        desk.tell(
            "OnMonitoredCallBegin",
            &json!({"UniqueObjectID": id, "CallStatus": 3}),
        )
        .tell("OnMonitoredCallEnd", &json!({"UniqueObjectID": id}));
    }
    let missed = desk.model.calls.find(Ref::new(SOURCE, "call.5000.1")).unwrap();
    assert_eq!(desk.model.past_calls, [missed]);
    assert!(
        desk.model.calls.len() <= PAST_CALLS_KEPT + 1,
        "{}",
        desk.model.calls.len()
    );
}

// ---- the supervisor's mask ----

#[test]
fn r79_r80_the_supervisors_mask_comes_by_itself_and_with_every_monitored_event() {
    let mut desk = monitoring();
    let allowed = |desk: &Desk, control| desk.model.supervisor_allowed(SOURCE, control);
    assert_eq!(allowed(&desk, SupervisorControl::BargeIn), Err(Off::NoMask));
    desk.tell(
        "OnSupervisorButtonChange",
        &json!({"SupervisorBtnEnablementMask": 0x24}),
    );
    for (control, expected) in [
        (SupervisorControl::BargeIn, Ok(())),
        (SupervisorControl::SilentMonitor, Ok(())),
        (SupervisorControl::StartSilentMonitor, Ok(())),
        (SupervisorControl::Intercept, Err(Off::ByServer)),
    ] {
        assert_eq!(allowed(&desk, control), expected, "{control:?}");
    }
    desk.call_event("OnMonitoredCallBegin", json!({"CallStatus": 3}))
        .call_event(
            "OnMonitoredCallEstablished",
            json!({"SupervisorBtnEnablementMask": 0x18}),
        );
    assert_eq!(allowed(&desk, SupervisorControl::Intercept), Ok(()));
    assert_eq!(allowed(&desk, SupervisorControl::BargeIn), Err(Off::ByServer));
    desk.call_event("OnMonitoredCallHeld", json!({}));
    assert_eq!(
        allowed(&desk, SupervisorControl::Intercept),
        Ok(()),
        "an absent mask keeps the last one"
    );
    // The agent's own mask is another one.
    assert_eq!(desk.model.desk.mask.unwrap().raw, 0x0800_0000);
    desk.tell("OnConnectionFailure", &json!({}));
    assert_eq!(
        allowed(&desk, SupervisorControl::Intercept),
        Err(Off::TelephonyDown)
    );
    desk.model.begin_session(SOURCE);
    assert_eq!(allowed(&desk, SupervisorControl::Intercept), Err(Off::NoMask));
    desk.model.lose_session(SOURCE, NOW);
    assert_eq!(allowed(&desk, SupervisorControl::Intercept), Err(Off::Offline));
}

#[test]
fn another_agents_button_change_is_not_the_own_one() {
    let mut desk = supervisor();
    desk.tell(
        "OnButtonEnablementChange",
        &json!({"UniqueObjectID": "agent.5000.1002", "EnablementMask": 1}),
    );
    assert_eq!(desk.model.desk.mask.unwrap().raw, 0x0800_0000);
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
}

// ---- emergencies and messages ----

#[test]
fn r85_an_emergency_names_the_agent_where_the_switch_has_supervisors() {
    let mut desk = supervisor();
    desk.tell(
        "OnEmergencyCall",
        &json!({"PeripheralID": 5000, "ConnectionCallID": 77, "SessionID": 1, "ClientID": "x", "AgentID": "1002",
            "AgentInstrument": "4002"}),
    );
    let emergency = &desk.model.desk.supervisor.emergencies[0];
    assert_eq!(emergency.agent, agent(&desk, "1002"));
    assert_eq!(
        (emergency.extension.as_deref(), emergency.connection.as_deref()),
        (Some("4002"), Some("77"))
    );
    assert_eq!(desk.model.take_transitions(), [Transition::Emergency]);
    for _ in 0..100 {
        desk.tell("OnEmergencyCall", &json!({}));
    }
    assert_eq!(desk.model.desk.supervisor.emergencies.len(), EMERGENCIES_KEPT);
}

#[test]
fn messages_come_with_their_sender_and_their_number_is_bounded() {
    let mut desk = supervisor();
    desk.tell(
        "OnChatMessage",
        &json!({"Distribution": "agent", "AgentID": "1001", "Target": "1001", "Source": "1002", "Message": "Tauko?"}),
    );
    let message = &desk.model.desk.messages[0];
    assert_eq!(
        (message.from.as_deref(), &message.with, &*message.text, message.at),
        (Some("1002"), &Addressee::Agent("1002".into()), "Tauko?", NOW)
    );
    assert_eq!(desk.model.take_transitions(), [Transition::Message]);
    desk.tell(
        "OnChatMessage",
        &json!({"AgentID": "1001", "Distribution": "Team", "Source": "1002",
            "Message": "ä".repeat(SPEECH_LENGTH + 1)}),
    );
    let long = desk.model.desk.messages.back().unwrap();
    assert_eq!(
        (long.text.chars().count(), &long.with),
        (SPEECH_LENGTH, &Addressee::Team)
    );
    desk.tell("OnChatMessage", &json!({"Source": "1002"}));
    assert_eq!(desk.oddities.of(Oddity::MissingField), 1);
    for _ in 0..300 {
        desk.tell("OnChatMessage", &json!({"Message": "x"}));
    }
    assert_eq!(desk.model.desk.messages.len(), MESSAGES_KEPT);
}

// ---- listening in ----

/// What the two desks of a session hear of it, beside the session's key.
fn session() -> Value {
    json!({"MonitoredUniqueObjectID": "agent.5000.1002", "AgentID": "1002", "PeripheralID": 5000,
        "MonitoringIPAddress": "10.0.0.1", "MonitoringIPPort": 39200, "SMSessionKey": 4, "HeartbeatInterval": 5,
        "HeartbeatTimeout": 15, "OriginatingServerID": "cti-a:42028", "OriginatingClientID": "c1"})
}

fn with(mut fields: Value, name: &str, value: impl Into<Value>) -> Value {
    fields[name] = value.into();
    fields
}

#[test]
fn r91_the_listening_side_hears_how_it_goes() {
    let mut desk = supervisor();
    desk.tell("OnStartSilentMonitorConf", &session());
    assert_eq!(
        (silent(&desk).phase, silent(&desk).role),
        (Phase::Requested, Some(Role::Listening))
    );
    assert_eq!(silent(&desk).agent.as_deref(), Some("1002"));
    let report = |code: i64| json!({"MonitoredUniqueObjectID": "agent.5000.1002", "SMSessionKey": 4, "StatusCode": code});
    desk.tell("OnSilentMonitorStatusReportEvent", &report(19));
    assert_eq!(silent(&desk).phase, Phase::Requested);
    desk.tell("OnSilentMonitorStatusReportEvent", &report(3));
    assert_eq!(silent(&desk).phase, Phase::Running);
    desk.tell("OnSilentMonitorStatusReportEvent", &report(0x1000_0009));
    assert_eq!(silent(&desk).phase, Phase::Ended(End::Stopped));
    assert!(silent(&desk).report.unwrap().text.contains("signed out"));
    // A code that nobody documented changes nothing and is counted.
    desk.tell("OnSilentMonitorStatusReportEvent", &report(4711));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
}

#[test]
fn r91_the_side_that_is_listened_to_hears_that_its_voice_is_missing() {
    let mut desk = Desk::new();
    desk.tell("OnSilentMonitorStartRequestedEvent", &session())
        .tell("OnSilentMonitorStartedEvent", &session())
        .tell(
            "OnRTPStreamTimedoutEvent",
            &json!({"MonitoredUniqueObjectID": "agent.5000.1002", "SMSessionKey": 4, "StatusCode": 268_435_468}),
        );
    assert_eq!(
        (silent(&desk).phase, silent(&desk).role),
        (Phase::Ended(End::NoVoice), Some(Role::ListenedTo))
    );
    assert!(silent(&desk).report.unwrap().text.contains("No voice"));
    let mut desk = supervisor();
    desk.tell("OnSilentMonitorStartedEvent", &session()).tell(
        "OnSilentMonitorStatusReportEvent",
        &json!({"SMSessionKey": 4, "StatusCode": 0x1000_000C}),
    );
    assert_eq!(silent(&desk).phase, Phase::Ended(End::NoVoice));
}

#[test]
fn every_status_ends_a_session_or_does_not() {
    use switchhook::domain::supervision::Standing;
    for (code, name, standing, _) in STATUSES {
        let mut desk = supervisor();
        desk.tell("OnStartSilentMonitorConf", &session());
        desk.tell(
            "OnSilentMonitorStatusReportEvent",
            &json!({"SMSessionKey": 4, "StatusCode": code}),
        );
        let ends = matches!(standing, Standing::Stopped | Standing::Failed);
        assert_eq!(silent(&desk).is_over(), ends, "{name}");
        assert_eq!(
            silent(&desk).report.map(|report| report.code),
            Some(code),
            "{name}"
        );
    }
}

#[test]
fn r87_either_the_agent_or_the_device_is_named() {
    let mut desk = supervisor();
    let mut by_device = session();
    by_device.as_object_mut().unwrap().remove("AgentID");
    by_device
        .as_object_mut()
        .unwrap()
        .remove("MonitoredUniqueObjectID");
    desk.tell("OnStartSilentMonitorConf", &with(by_device, "DeviceID", "4002"));
    assert_eq!(
        (silent(&desk).agent.as_deref(), silent(&desk).device.as_deref()),
        (None, Some("4002"))
    );
    // Both contradict the document: the agent counts, and it is counted.
    let mut desk = supervisor();
    desk.tell("OnStartSilentMonitorConf", &with(session(), "DeviceID", "4002"));
    assert_eq!(
        (silent(&desk).agent.as_deref(), silent(&desk).device.as_deref()),
        (Some("1002"), None)
    );
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
}

#[test]
fn r88_a_request_that_is_not_accepted_by_itself_waits_for_the_desk() {
    for (said, by_itself) in [(json!(true), true), (json!("False"), false), (json!(null), true)] {
        let mut desk = Desk::new();
        desk.tell(
            "OnSilentMonitorStartRequestedEvent",
            &with(session(), "DoDefaultMessageHandling", said.clone()),
        );
        assert_eq!(silent(&desk).phase, Phase::Offered { by_itself }, "{said}");
        assert_eq!(silent(&desk).role, Some(Role::ListenedTo));
    }
}

#[test]
fn r89_a_session_that_is_told_to_have_started_again_goes_on() {
    let mut desk = supervisor();
    desk.tell("OnStartSilentMonitorConf", &session())
        .tell("OnSilentMonitorStartedEvent", &session());
    let first = silent(&desk).clone();
    for _ in 0..3 {
        desk.tell("OnSilentMonitorStartedEvent", &session());
    }
    assert_eq!(*silent(&desk), first);
    // Its own request is confirmed late: it runs all the same.
    desk.tell("OnStartSilentMonitorConf", &session());
    assert_eq!(silent(&desk).phase, Phase::Running);
    // What is over is not started by an echo, and another session is another one.
    desk.tell("OnStopSilentMonitorConf", &session())
        .tell("OnSilentMonitorStartedEvent", &session());
    assert_eq!(silent(&desk).phase, Phase::Ended(End::Stopped));
    desk.tell("OnSilentMonitorStartedEvent", &with(session(), "SMSessionKey", 5));
    assert_eq!(
        (silent(&desk).session, silent(&desk).phase),
        (Some(5), Phase::Running)
    );
    desk.tell("OnStopSilentMonitorConf", &session());
    assert_eq!(silent(&desk).phase, Phase::Running, "that was the last one's");
}

#[test]
fn r90_a_disposition_of_nothing_is_a_normal_end() {
    let by_phone = json!({"SilentMonitorInitiatingAgentUID": "agent.5000.1001", "SilentMonitorInitiatingDeviceID": "4001",
        "SilentMonitorTargetAgentUID": "agent.5000.1002", "SilentMonitorTargetDeviceID": "4002",
        "SilentMonitorCallUID": "call.5000.50"});
    for (disposition, end) in [
        (json!(0), End::Stopped),
        (json!(null), End::Stopped),
        (json!(13), End::Failed(Some(13))),
    ] {
        let mut desk = supervisor();
        desk.tell("OnSilentMonitorStartedEvent", &by_phone);
        assert_eq!(
            (silent(&desk).phase, silent(&desk).role),
            (Phase::Running, Some(Role::Listening))
        );
        assert_eq!(
            (silent(&desk).agent.as_deref(), silent(&desk).call.as_deref()),
            (Some("1002"), Some("call.5000.50"))
        );
        desk.tell(
            "OnSilentMonitorStopRequestedEvent",
            &with(
                by_phone.clone(),
                "SilentMonitorCallDisposition",
                disposition.clone(),
            ),
        );
        assert_eq!(silent(&desk).phase, Phase::Ended(end), "{disposition}");
    }
    // The desk of the agent who was listened to.
    let mut desk = Desk::new();
    desk.tell(
        "OnAgentStateChange",
        &json!({"AgentState": 4, "AgentID": "1002", "UniqueObjectID": "agent.5000.1002"}),
    )
    .tell("OnSilentMonitorStartedEvent", &by_phone);
    assert_eq!(silent(&desk).role, Some(Role::ListenedTo));
}

#[test]
fn whoever_signs_out_is_listened_to_no_more() {
    for fields in [
        json!({"AgentState": 1, "AgentID": "1002", "UniqueObjectID": "agent.5000.1002", "CTIOS_MONITORED": 1}),
        json!({"AgentState": 1, "AgentID": "1001", "UniqueObjectID": "agent.5000.1001"}),
    ] {
        let mut desk = supervisor();
        desk.tell("OnSilentMonitorStartedEvent", &session())
            .tell("OnAgentStateChange", &fields);
        assert_eq!(silent(&desk).phase, Phase::Ended(End::SignedOut), "{fields}");
    }
    let mut desk = supervisor();
    desk.tell("OnSilentMonitorStartedEvent", &session()).tell(
        "OnMonitoredAgentStateChange",
        &json!({"AgentState": 1, "AgentID": "1003", "UniqueObjectID": "agent.5000.1003"}),
    );
    assert_eq!(silent(&desk).phase, Phase::Running, "that was somebody else");
}

#[test]
fn nothing_of_a_session_that_nobody_has_heard_of_begins_one() {
    let mut desk = talking();
    for name in [
        "OnSilentMonitorStatusReportEvent",
        "OnSilentMonitorSessionDisconnected",
        "OnSilentMonitorStopRequestedEvent",
        "OnStopSilentMonitorConf",
        "OnRTPStreamTimedoutEvent",
    ] {
        desk.tell(name, &json!({"SMSessionKey": 4, "StatusCode": 1}));
        assert_eq!(desk.model.desk.silent_monitor, None, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Over all orders: any terminal event ends the session it names, what has ended never comes back, and what is
    /// told of another session touches none but the one it begins.
    #[test]
    fn r86_to_r91_any_terminal_event_ends_the_session(
        steps in prop::collection::vec((0_usize..10, 4_i64..6, 0_usize..STATUSES.len()), 1..25),
    ) {
        let mut desk = supervisor();
        for (choice, key, status) in steps {
            let (code, _, standing, _) = STATUSES[status];
            let fields = with(with(session(), "SMSessionKey", key), "StatusCode", code);
            let (name, terminal) = match choice {
                0 => ("OnStartSilentMonitorConf", false),
                1 => ("OnSilentMonitorStartRequestedEvent", false),
                2 | 3 => ("OnSilentMonitorStartedEvent", false),
                4 => ("OnRTPStreamTimedoutEvent", true),
                5 => ("OnSilentMonitorSessionDisconnected", true),
                6 => ("OnSilentMonitorStopRequestedEvent", true),
                7 => ("OnStopSilentMonitorConf", true),
                _ => {
                    use switchhook::domain::supervision::Standing;
                    ("OnSilentMonitorStatusReportEvent", matches!(standing, Standing::Stopped | Standing::Failed))
                }
            };
            let before = desk.model.desk.silent_monitor.clone();
            desk.tell(name, &fields);
            let after = desk.model.desk.silent_monitor.clone();
            match (&before, &after) {
                (Some(before), Some(after)) if before.session == after.session => {
                    prop_assert!(!before.is_over() || before.phase == after.phase, "{name} revived it");
                    if after.session == Some(key) && terminal {
                        prop_assert!(after.is_over(), "{name} ended nothing");
                    }
                    if after.session != Some(key) {
                        prop_assert_eq!(before, after);
                    }
                }
                (_, Some(after)) => {
                    prop_assert_eq!(after.session, Some(key));
                    prop_assert!(!after.is_over() && !terminal);
                }
                (None, None) => prop_assert!(choice >= 4),
                (Some(_), None) => prop_assert!(false, "it vanished"),
            }
        }
    }
}
