//! CTI OS at a supervisor's desk: the team, monitored agents and calls, joining calls, listening to them.

mod floor;

use floor::{ANNA, BEN, Floor, SUPERVISOR, Told, lively, quiet};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use switchhook_hub::centre::{
    AgentId, AgentState, Command, LegState, ListeningPhase, Reason, Supervise, SupervisorMask,
    SupervisoryAction,
};
use switchhook_hub::tell::ctios;

const ANNAS: &str = "1001";

fn about_anna() -> Value {
    json!({ "AgentReference": ANNAS })
}

/// A lively floor on which the supervisor monitors Anna, who serves a caller. The call's id.
fn monitored() -> (Floor, String) {
    let mut floor = Floor::with(lively(), &[ANNA, SUPERVISOR]);
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    let call = floor.serve(ANNA);
    floor.forget();
    (floor, call)
}

fn supervise(floor: &mut Floor, action: u8, call: &str) -> Result<(), u8> {
    let arguments = json!({
        "AgentReference": ANNAS,
        "CallReference": call,
        "SupervisoryAction": action,
    });
    let answer = floor.send(SUPERVISOR, "SuperviseCall", arguments);
    floor.wait(200);
    answer
}

fn buttons(floor: &Floor) -> u32 {
    floor.centre.supervisor_mask(SUPERVISOR).bits()
}

fn bits(all: &[SupervisorMask]) -> u32 {
    all.iter().map(|bit| bit.bits()).sum()
}

#[test]
fn only_a_supervisor_supervises_and_only_its_own_team() {
    let mut floor = Floor::with(quiet(), &[ANNA, SUPERVISOR]);
    for (method, arguments) in [
        ("RequestAgentTeamList", json!({})),
        ("StartMonitoringAllAgentTeams", json!({})),
        ("StopMonitoringAllAgentTeams", json!({})),
        ("StartMonitoringAgent", json!({ "AgentReference": "1002" })),
        ("StopMonitoringAgent", json!({ "AgentReference": "1002" })),
        (
            "SuperviseCall",
            json!({ "AgentReference": "1002", "SupervisoryAction": 3 }),
        ),
        (
            "SetAgentState",
            json!({ "AgentID": "1002", "SupervisorID": "1001", "AgentState": 3 }),
        ),
        ("StartSilentMonitorRequest", json!({ "AgentID": "1002" })),
        ("StopSilentMonitorRequest", json!({ "SMSessionKey": 1 })),
    ] {
        assert_eq!(floor.send(ANNA, method, arguments), Err(12), "{method}");
    }
    for (stranger, code) in [("1003", 8), ("1099", 8), ("Anna", 8)] {
        let whom = json!({ "AgentReference": stranger });
        assert_eq!(
            floor.send(SUPERVISOR, "StartMonitoringAgent", whom),
            Err(code),
            "{stranger}"
        );
    }
    assert_eq!(floor.send(SUPERVISOR, "StartMonitoringAgent", json!({})), Err(6));
}

#[test]
fn r83_the_list_of_the_team_names_every_member() {
    let mut floor = Floor::with(quiet(), &[SUPERVISOR]);
    floor.done(SUPERVISOR, "RequestAgentTeamList", json!({}));
    let told = floor.all(SUPERVISOR, "OnNewAgentTeamMember");
    let team = &floor.centre.teams()[0];
    assert_eq!(told.len(), team.members.len());
    for (member, told) in team.members.iter().zip(&told) {
        let agent = floor.centre.agent(*member).expect("a member");
        assert_eq!(told["AgentID"], agent.login);
        assert_eq!(told["AgentName"], agent.name);
        assert_eq!(told["SupervisorID"], "1003");
        assert_eq!(told["ConfigOperation"], 0);
        assert_eq!(told["AgentState"], ctios::state_number(agent.status.state));
        assert_eq!(told["NumSkillGroups"], agent.skills.len());
        let last = format!("Skillgroup[{}]", agent.skills.len());
        assert!(told["Skillgroup[1]"].is_object() && told[last].is_object());
    }
}

#[test]
fn r81_the_states_of_the_team_are_told_from_the_request_on_until_it_is_taken_back() {
    let mut floor = Floor::with(quiet(), &[SUPERVISOR]);
    let members = floor.centre.teams()[0].members.len();
    floor.sign_in(ANNA);
    assert_eq!(
        floor.all(SUPERVISOR, "OnMonitoredAgentStateChange"),
        [] as [Value; 0]
    );
    floor.forget();
    floor.done(SUPERVISOR, "StartMonitoringAllAgentTeams", json!({}));
    assert_eq!(
        floor.all(SUPERVISOR, "OnMonitoredAgentStateChange").len(),
        members
    );
    assert_eq!(floor.all(SUPERVISOR, "OnMonitoredAgentInfoEvent").len(), members);
    floor.forget();
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 3 }));
    let told = floor.only(SUPERVISOR, "OnMonitoredAgentStateChange");
    assert_eq!(
        (&told["AgentID"], &told["AgentState"]),
        (&json!(ANNAS), &json!(3))
    );
    assert_eq!(floor.names(SUPERVISOR), ["OnMonitoredAgentStateChange"]);
    // Who joins is told with its state, who leaves is told of no more.
    let team = floor.centre.agent(ANNA).and_then(|anna| anna.team);
    let happenings = floor.centre.move_to_team(ANNA, None);
    floor.hear(&happenings);
    assert_eq!(floor.names(SUPERVISOR), ["OnNewAgentTeamMember"]);
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
    assert_eq!(floor.names(SUPERVISOR), [""; 0]);
    let happenings = floor.centre.move_to_team(ANNA, team);
    floor.hear(&happenings);
    assert_eq!(
        floor.only(SUPERVISOR, "OnNewAgentTeamMember")["ConfigOperation"],
        1
    );
    // Her state, and then her buttons for help, which have changed with the team.
    let told = floor.all(SUPERVISOR, "OnMonitoredAgentStateChange");
    assert_eq!(told[0]["AgentState"], 2);
    floor.done(SUPERVISOR, "StopMonitoringAllAgentTeams", json!({}));
    floor.forget();
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 3 }));
    assert_eq!(floor.names(SUPERVISOR), [""; 0]);
}

#[test]
fn r81_r82_the_calls_of_one_member_are_told_under_monitored_names_with_the_plain_fields() {
    let mut floor = Floor::with(lively(), &[ANNA, BEN, SUPERVISOR]);
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    let told = floor.only(SUPERVISOR, "OnStartMonitoringAgent");
    assert_eq!(told["AgentReference"], ANNAS);
    assert_eq!(told["SupervisorID"], "1003");
    assert_eq!(told["SupervisorKey"], told["UniqueObjectID"]);
    assert_eq!(told["SupervisorAgentState"], "2");
    floor.forget();
    let call = floor.serve(ANNA);
    for method in ["Hold", "Retrieve", "ClearConnection"] {
        floor.done(ANNA, method, json!({ "UniqueObjectID": call }));
    }
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
    let plain: Vec<Told> = floor.take(ANNA);
    let monitored: Vec<Told> = floor.take(SUPERVISOR);
    let names: BTreeMap<&str, &str> = [
        ("OnAgentPrecallEvent", "OnMonitoredCallAgentPrecallEvent"),
        ("OnCallBegin", "OnMonitoredCallBegin"),
        ("OnCallDelivered", "OnMonitoredCallDelivered"),
        ("OnCallEstablished", "OnMonitoredCallEstablished"),
        ("OnCallHeld", "OnMonitoredCallHeld"),
        ("OnCallRetrieved", "OnMonitoredCallRetrieved"),
        ("OnCallConnectionCleared", "OnMonitoredCallConnectionCleared"),
        ("OnCallCleared", "OnMonitoredCallCleared"),
        ("OnCallEnd", "OnMonitoredCallEnd"),
    ]
    .into();
    let expected: Vec<Told> = plain
        .into_iter()
        .filter_map(|mut told| {
            told.name = names.get(told.name)?;
            told.fields["CTIOS_MONITORED"] = true.into();
            Some(told)
        })
        .collect();
    assert!(expected.len() >= names.len());
    let calls: Vec<Told> = monitored
        .into_iter()
        .filter(|told| told.name != "OnSupervisorButtonChange")
        .collect();
    assert_eq!(calls, expected);
    // Another member's calls are not told.
    floor.forget();
    floor.done(BEN, "MakeCall", json!({ "DialedNumber": "0912300" }));
    floor.wait(15_000);
    assert!(floor.names(BEN).contains(&"OnCallEnd"));
    assert_eq!(floor.names(SUPERVISOR), [""; 0]);
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
    floor.connect(BEN, ANNA);
    floor.done(SUPERVISOR, "StopMonitoringAgent", about_anna());
    assert_eq!(floor.all(SUPERVISOR, "OnStopMonitoringAgent").len(), 1);
    floor.forget();
    let call = floor.call(ANNA);
    floor.done(ANNA, "Hold", json!({ "UniqueObjectID": call }));
    assert_eq!(floor.names(SUPERVISOR), [""; 0]);
}

#[test]
fn c14_c15_every_monitored_name_is_as_printed() {
    // Calls of every kind at one member's desk, and the printed names that no such call leads to.
    let never = [
        "MonitoredCallQueuedEvent",
        "MonitoredCallDequeuedEvent",
        "OnMonitoredTranslationRoute",
    ];
    let mut floor = Floor::with(lively(), &[ANNA, BEN, SUPERVISOR]);
    floor.done(SUPERVISOR, "StartMonitoringAllAgentTeams", json!({}));
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    floor.done(ANNA, "MakeCall", json!({ "DialedNumber": "0912300" }));
    floor.wait(15_000);
    floor.done(ANNA, "MakeCall", json!({ "DialedNumber": "0912312" }));
    floor.wait(6_000);
    let call = floor.call(ANNA);
    floor.done(ANNA, "Clear", json!({ "UniqueObjectID": call }));
    floor.ring(ANNA);
    floor.wait(25_000);
    let call = floor.serve(ANNA);
    let data = json!({ "UniqueObjectID": call, "CallVariable2": "x" });
    floor.done(ANNA, "SetCallData", data);
    for method in ["Hold", "Retrieve"] {
        floor.done(ANNA, method, json!({ "UniqueObjectID": call }));
    }
    for method in ["Conference", "Transfer"] {
        let call = floor.call(ANNA);
        let consult = json!({ "UniqueObjectID": call, "DialedNumber": "4002", "ConsultType": 2 });
        floor.done(ANNA, "MakeConsultCall", consult);
        floor.wait(2_000);
        let consultation = floor.call(BEN);
        floor.done(BEN, "Answer", json!({ "UniqueObjectID": consultation }));
        floor.done(ANNA, method, json!({ "UniqueObjectID": consultation }));
        if method == "Conference" {
            floor.done(BEN, "ClearConnection", json!({ "UniqueObjectID": consultation }));
            // Done with after-call work, so that he can be rung again.
            floor.done(BEN, "SetAgentState", json!({ "AgentState": 2 }));
        }
    }
    let told = floor.names(SUPERVISOR);
    for name in floor::documented_names().filter(|name| name.contains("Monitored")) {
        // A caller who gives up between announcement and ringing is left to the long histories.
        let is_rare = name == "OnMonitoredCallAgentPrecallAbortEvent" || name == "OnMonitoredCallDiverted";
        let expected = !never.contains(&name.as_str());
        let found = told.contains(&name.as_str());
        assert!(found == expected || is_rare, "{name}: {told:?}");
    }
}

#[test]
fn a_present_call_is_told_when_monitoring_begins() {
    let mut floor = Floor::with(lively(), &[ANNA, SUPERVISOR]);
    let call = floor.serve(ANNA);
    floor.forget();
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    let begin = floor.only(SUPERVISOR, "OnMonitoredCallBegin");
    assert_eq!(begin["UniqueObjectID"], call);
    assert_eq!(begin["CTIOS_MONITORED"], true);
    let names = floor.names(SUPERVISOR);
    assert_eq!(
        names,
        [
            "OnStartMonitoringAgent",
            "OnMonitoredCallBegin",
            "OnMonitoredCallEstablished",
            "OnSupervisorButtonChange"
        ]
    );
    // Monitoring the same again is no news; another member takes the place of the first.
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    assert_eq!(floor.names(SUPERVISOR), [""; 0]);
    floor.done(
        SUPERVISOR,
        "StartMonitoringAgent",
        json!({ "AgentReference": "agent.5000.1002" }),
    );
    let names = floor.names(SUPERVISOR);
    assert_eq!(names[..2], ["OnStopMonitoringAgent", "OnStartMonitoringAgent"]);
    assert_eq!(
        floor.send(SUPERVISOR, "StopMonitoringAgent", about_anna()),
        Err(38)
    );
}

#[test]
fn r80_the_supervisors_buttons_follow_the_monitored_agent() {
    let mut floor = Floor::with(lively(), &[ANNA, SUPERVISOR]);
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    let mut last = floor.only(SUPERVISOR, "OnSupervisorButtonChange");
    assert_eq!(
        last["SupervisorBtnEnablementMask"],
        bits(&[SupervisorMask::SET_AGENT_LOGOUT, SupervisorMask::SET_AGENT_READY])
    );
    floor.forget();
    let call = floor.serve(ANNA);
    for method in ["Hold", "Retrieve", "ClearConnection"] {
        floor.done(ANNA, method, json!({ "UniqueObjectID": call }));
        let changes = floor.all(SUPERVISOR, "OnSupervisorButtonChange");
        last = changes.last().cloned().unwrap_or(last);
        assert_eq!(
            last["SupervisorBtnEnablementMask"],
            buttons(&floor),
            "after {method}"
        );
    }
    floor.done(SUPERVISOR, "StopMonitoringAgent", about_anna());
    let changes = floor.all(SUPERVISOR, "OnSupervisorButtonChange");
    let masks: Vec<u64> = changes
        .iter()
        .map(|told| told["SupervisorBtnEnablementMask"].as_u64().expect("a mask"))
        .collect();
    assert!(
        masks.windows(2).all(|pair| pair[0] != pair[1]),
        "told only when changed"
    );
    assert_eq!(masks.last(), Some(&0));
}

#[test]
fn a_supervisor_joins_a_call_takes_it_over_and_leaves_it() {
    let (mut floor, call) = monitored();
    let joins = bits(&[SupervisorMask::BARGE_IN, SupervisorMask::START_SILENT_MONITOR]);
    assert_eq!(buttons(&floor) & joins, joins);
    assert_eq!(
        supervise(&mut floor, 4, &call),
        Err(38),
        "intercept only after barging in"
    );
    assert_eq!(supervise(&mut floor, 0, &call), Err(38));
    floor.forget();
    assert_eq!(supervise(&mut floor, 3, &call), Ok(()));
    let names: Vec<_> = floor
        .take(SUPERVISOR)
        .into_iter()
        .filter(|told| told.fields["UniqueObjectID"] == *call && told.fields["CTIOS_MONITORED"].is_null())
        .map(|told| told.name)
        .filter(|name| *name != "OnButtonEnablementChange")
        .collect();
    assert_eq!(
        names,
        [
            "OnCallBegin",
            "OnCurrentCallChanged",
            "OnCallEstablished",
            "OnCallConferenced"
        ]
    );
    assert_eq!(floor.all(ANNA, "OnCallConferenced").len(), 1);
    assert_eq!(
        buttons(&floor),
        bits(&[
            SupervisorMask::INTERCEPT,
            SupervisorMask::CLEAR,
            SupervisorMask::SET_AGENT_READY
        ]) & buttons(&floor)
    );
    let state = |floor: &Floor, agent| floor.centre.agent(agent).expect("an agent").status.state;
    assert_eq!(state(&floor, SUPERVISOR), AgentState::Talking);
    assert_eq!(supervise(&mut floor, 3, &call), Err(38), "already on it");
    floor.forget();
    assert_eq!(supervise(&mut floor, 4, &call), Ok(()));
    assert_eq!(floor.only(ANNA, "OnCallCleared")["UniqueObjectID"], call);
    assert_eq!(
        floor.call(SUPERVISOR),
        call,
        "the supervisor talks with the caller"
    );
    assert_eq!(supervise(&mut floor, 4, &call), Err(38));
    assert_eq!(supervise(&mut floor, 0, &call), Ok(()));
    assert!(floor.centre.calls_of(SUPERVISOR).next().is_none());
    assert_eq!(state(&floor, SUPERVISOR), AgentState::NotReady);
    assert_eq!(buttons(&floor) & bits(&[SupervisorMask::CLEAR]), 0);
}

#[test]
fn clearing_leaves_the_agent_with_the_caller() {
    let (mut floor, call) = monitored();
    assert_eq!(supervise(&mut floor, 3, &call), Ok(()));
    floor.forget();
    assert_eq!(supervise(&mut floor, 0, &call), Ok(()));
    assert_eq!(floor.only(SUPERVISOR, "OnCallEnd")["UniqueObjectID"], call);
    assert_eq!(floor.all(ANNA, "OnCallEnd"), [] as [Value; 0]);
    assert_eq!(floor.call(ANNA), call);
    // What the mask says of the agent's call alone is possible again.
    assert_eq!(floor.call_mask(ANNA) & 0x1FFF, 0x5A6);
}

#[test]
fn nobody_is_taken_off_a_call_that_would_not_go_on() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    let call = floor.connect(BEN, ANNA);
    assert_eq!(supervise(&mut floor, 3, &call), Ok(()));
    assert_eq!(
        buttons(&floor) & SupervisorMask::INTERCEPT.bits(),
        SupervisorMask::INTERCEPT.bits()
    );
    floor.done(BEN, "ClearConnection", json!({ "UniqueObjectID": call }));
    assert_eq!(supervise(&mut floor, 4, &call), Err(38), "two are left");
    assert_eq!(floor.call(ANNA), call);
    assert_eq!(supervise(&mut floor, 0, &call), Ok(()));
}

#[test]
fn supervising_a_call_is_refused_with_the_documented_codes() {
    let (mut floor, call) = monitored();
    for (arguments, code) in [
        (json!({ "AgentReference": ANNAS }), 6),
        (json!({ "SupervisoryAction": 3 }), 6),
        (json!({ "AgentReference": ANNAS, "SupervisoryAction": 1 }), 12),
        (
            json!({ "AgentReference": ANNAS, "SupervisoryAction": "barge" }),
            12,
        ),
        (json!({ "AgentReference": "1002", "SupervisoryAction": 3 }), 38),
        (
            json!({ "AgentReference": ANNAS, "SupervisoryAction": 3, "CallReference": "nonsense" }),
            13,
        ),
        (
            json!({ "AgentReference": ANNAS, "SupervisoryAction": 3, "CallReference": "call.5000.999" }),
            13,
        ),
    ] {
        assert_eq!(
            floor.send(SUPERVISOR, "SuperviseCall", arguments.clone()),
            Err(code),
            "{arguments}"
        );
    }
    // A call on hold cannot be joined.
    floor.done(ANNA, "Hold", json!({ "UniqueObjectID": call }));
    assert_eq!(supervise(&mut floor, 3, &call), Err(38));
}

#[test]
fn a_supervisor_makes_the_monitored_agent_ready_and_signs_it_out() {
    let mut floor = Floor::with(quiet(), &[ANNA, SUPERVISOR]);
    let set = |state: u8| json!({ "AgentID": ANNAS, "SupervisorID": "1003", "AgentState": state });
    assert_eq!(
        floor.send(SUPERVISOR, "SetAgentState", set(3)),
        Err(38),
        "not monitored"
    );
    floor.done(SUPERVISOR, "StartMonitoringAgent", about_anna());
    assert_eq!(floor.send(SUPERVISOR, "SetAgentState", set(4)), Err(50));
    floor.done(SUPERVISOR, "StartMonitoringAllAgentTeams", json!({}));
    floor.forget();
    floor.done(SUPERVISOR, "SetAgentState", set(3));
    assert_eq!(
        floor.only(SUPERVISOR, "OnSetAgentStateConf")["InvokeID"],
        floor.invoke()
    );
    assert_eq!(floor.only(ANNA, "OnAgentStateChange")["AgentState"], 3);
    assert_eq!(
        floor.only(SUPERVISOR, "OnMonitoredAgentStateChange")["AgentState"],
        3
    );
    assert_eq!(
        floor.send(SUPERVISOR, "SetAgentState", set(3)),
        Err(38),
        "is ready"
    );
    floor.done(SUPERVISOR, "SetAgentState", set(1));
    assert_eq!(floor.all(ANNA, "OnPostLogout").len(), 1);
    assert_eq!(
        floor.send(SUPERVISOR, "SetAgentState", set(1)),
        Err(38),
        "has signed out"
    );
    // A colleague of the simulation goes home, and comes back some time.
    let colleague = AgentId::new(4);
    floor.wait_until("a colleague", |centre| {
        centre
            .agent(colleague)
            .is_some_and(switchhook_hub::centre::Agent::is_signed_in)
    });
    floor.done(
        SUPERVISOR,
        "StartMonitoringAgent",
        json!({ "AgentReference": "1005" }),
    );
    let set = json!({ "AgentID": "1005", "SupervisorID": "1003", "AgentState": 1 });
    floor.done(SUPERVISOR, "SetAgentState", set);
    assert!(!floor.centre.agent(colleague).expect("a colleague").is_signed_in());
}

/// Starts listening to Anna; the session's key.
fn listen(floor: &mut Floor) -> u64 {
    floor.done(
        SUPERVISOR,
        "StartSilentMonitorRequest",
        json!({ "AgentID": ANNAS, "MonitoringIPPort": 39_201 }),
    );
    let conf = floor.only(SUPERVISOR, "OnStartSilentMonitorConf");
    conf["SMSessionKey"].as_u64().expect("a key")
}

#[test]
fn r86_r87_r91_a_silent_monitor_session_is_told_to_each_side_in_its_own_events() {
    let (mut floor, call) = monitored();
    let key = listen(&mut floor);
    let conf = floor.only(SUPERVISOR, "OnStartSilentMonitorConf");
    assert_eq!(conf["InvokeID"], floor.invoke());
    assert_eq!(
        (&conf["AgentID"], &conf["DeviceID"]),
        (&json!(ANNAS), &Value::Null)
    );
    assert_eq!(conf["MonitoringIPPort"], 39_201);
    let asked = floor.only(ANNA, "OnSilentMonitorStartRequestedEvent");
    assert_eq!(asked["DoDefaultMessageHandling"], true);
    assert_eq!(asked["SMSessionKey"], key);
    floor.wait(300);
    let started = floor.only(ANNA, "OnSilentMonitorStartedEvent");
    assert_eq!(started["MonitoredUniqueObjectID"], "agent.5000.1001");
    let status = floor.only(SUPERVISOR, "OnSilentMonitorStatusReportEvent");
    assert_eq!(
        (&status["StatusCode"], &status["SMSessionKey"]),
        (&json!(3), &json!(key))
    );
    for agent in [ANNA, SUPERVISOR] {
        let voice = floor.only(agent, "OnCallRTPStarted");
        assert_eq!(call, format!("call.5000.{}", voice["ConnectionCallID"]));
    }
    // Voice follows the conversation.
    floor.forget();
    floor.done(ANNA, "Hold", json!({ "UniqueObjectID": call }));
    assert_eq!(floor.all(SUPERVISOR, "OnCallRTPStopped").len(), 1);
    floor.done(ANNA, "Retrieve", json!({ "UniqueObjectID": call }));
    assert_eq!(floor.all(SUPERVISOR, "OnCallRTPStarted").len(), 1);
    floor.forget();
    floor.done(
        SUPERVISOR,
        "StopSilentMonitorRequest",
        json!({ "SMSessionKey": key }),
    );
    let conf = floor.only(SUPERVISOR, "OnStopSilentMonitorConf");
    assert_eq!(
        (&conf["SMSessionKey"], &conf["AgentID"]),
        (&json!(key), &json!(ANNAS))
    );
    assert_eq!(
        floor.only(SUPERVISOR, "OnSilentMonitorStatusReportEvent")["StatusCode"],
        4
    );
    assert_eq!(
        floor.only(ANNA, "OnSilentMonitorStopRequestedEvent")["SMSessionKey"],
        key
    );
    for agent in [ANNA, SUPERVISOR] {
        assert_eq!(floor.all(agent, "OnCallRTPStopped").len(), 1);
    }
    // Status reports are for the supervisor only.
    assert_eq!(
        floor.all(ANNA, "OnSilentMonitorStatusReportEvent"),
        [] as [Value; 0]
    );
    let stop = json!({ "SMSessionKey": key });
    assert_eq!(floor.send(SUPERVISOR, "StopSilentMonitorRequest", stop), Err(38));
}

#[test]
fn r87_a_session_names_the_agent_or_the_device_and_never_both() {
    let (mut floor, _) = monitored();
    let both = json!({ "AgentID": ANNAS, "DeviceID": "4001" });
    assert_eq!(floor.send(SUPERVISOR, "StartSilentMonitorRequest", both), Err(8));
    assert_eq!(
        floor.send(SUPERVISOR, "StartSilentMonitorRequest", json!({})),
        Err(6)
    );
    let nobody = json!({ "DeviceID": "4999" });
    assert_eq!(
        floor.send(SUPERVISOR, "StartSilentMonitorRequest", nobody),
        Err(8)
    );
    floor.forget();
    floor.done(
        SUPERVISOR,
        "StartSilentMonitorRequest",
        json!({ "DeviceID": "4001" }),
    );
    for told in [
        floor.only(SUPERVISOR, "OnStartSilentMonitorConf"),
        floor.only(ANNA, "OnSilentMonitorStartRequestedEvent"),
    ] {
        assert_eq!(
            (&told["DeviceID"], &told["AgentID"]),
            (&json!("4001"), &Value::Null)
        );
    }
    let again = json!({ "AgentID": ANNAS });
    assert_eq!(
        floor.send(SUPERVISOR, "StartSilentMonitorRequest", again),
        Err(38),
        "one session at a time"
    );
}

#[test]
fn r89_r90_a_failover_may_tell_the_start_again_and_nothing_else_changes() {
    let (mut floor, _) = monitored();
    listen(&mut floor);
    floor.wait(300);
    let before = floor.centre.listening_of(SUPERVISOR);
    floor.forget();
    for _ in 0..2 {
        let happenings = floor.centre.repeat_listening_started();
        floor.hear(&happenings);
    }
    assert_eq!(floor.names(ANNA), ["OnSilentMonitorStartedEvent"; 2]);
    assert_eq!(floor.names(SUPERVISOR), ["OnSilentMonitorStatusReportEvent"; 2]);
    assert_eq!(floor.centre.listening_of(SUPERVISOR), before);
}

#[test]
fn r91_a_missing_voice_is_told_to_the_monitored_side_and_reported_to_the_other() {
    let (mut floor, _) = monitored();
    listen(&mut floor);
    floor.wait(300);
    floor.forget();
    let happenings = floor.centre.lose_voice(SUPERVISOR);
    floor.hear(&happenings);
    let told = floor.only(ANNA, "OnRTPStreamTimedoutEvent");
    let report = floor.only(SUPERVISOR, "OnSilentMonitorStatusReportEvent");
    assert_eq!(told["StatusCode"], 0x1000_000C);
    assert_eq!(report["StatusCode"], told["StatusCode"]);
    assert_eq!(
        floor.all(SUPERVISOR, "OnRTPStreamTimedoutEvent"),
        [] as [Value; 0]
    );
    assert_eq!(floor.centre.listening_of(SUPERVISOR), None);
}

/// What can end a silent monitor session, in any order with anything else.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Wait,
    Hold,
    Retrieve,
    CallEnds,
    AgentSignsOut,
    AgentIsSignedOut,
    AgentMoves,
    SupervisorStops,
    SupervisorStopsMonitoring,
    SupervisorSignsOut,
    SupervisorJoins,
    SupervisorClears,
    VoiceIsLost,
    Listen,
    Monitor,
    SignIn,
    Serve,
}

fn turn() -> impl Strategy<Value = Turn> {
    use Turn::*;
    prop::sample::select(vec![
        Wait,
        Hold,
        Retrieve,
        CallEnds,
        AgentSignsOut,
        AgentIsSignedOut,
        AgentMoves,
        SupervisorStops,
        SupervisorStopsMonitoring,
        SupervisorSignsOut,
        SupervisorJoins,
        SupervisorClears,
        VoiceIsLost,
        Listen,
        Listen,
        Monitor,
        Monitor,
        SignIn,
        Serve,
    ])
}

/// A session as one side has been told of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Requested,
    Started,
    Ended,
}

/// Follows what a side is told: each session is told of in order and ends once, and voice is within it.
#[derive(Default)]
struct Side {
    sessions: BTreeMap<u64, Known>,
    voice: bool,
}

impl Side {
    fn hear(&mut self, told: Vec<Told>) {
        for Told { name, fields } in told {
            let key = fields["SMSessionKey"].as_u64();
            match name {
                "OnStartSilentMonitorConf" | "OnSilentMonitorStartRequestedEvent" => {
                    let before = self.sessions.insert(key.expect("a key"), Known::Requested);
                    assert_eq!(before, None, "{name}");
                }
                "OnSilentMonitorStartedEvent" => {
                    let before = self.sessions.insert(key.expect("a key"), Known::Started);
                    assert_eq!(before, Some(Known::Requested), "{name}");
                }
                "OnSilentMonitorStatusReportEvent" if fields["StatusCode"] == 3 => {
                    let before = self.sessions.insert(key.expect("a key"), Known::Started);
                    assert_eq!(before, Some(Known::Requested), "{name}");
                }
                "OnSilentMonitorStatusReportEvent"
                | "OnSilentMonitorSessionDisconnected"
                | "OnSilentMonitorStopRequestedEvent"
                | "OnRTPStreamTimedoutEvent" => {
                    let before = self.sessions.insert(key.expect("a key"), Known::Ended);
                    assert!(
                        matches!(before, Some(Known::Requested | Known::Started)),
                        "{name}"
                    );
                    assert!(!self.voice, "voice after the end");
                }
                "OnCallRTPStarted" => {
                    assert!(!self.voice, "twice");
                    assert!(self.sessions.values().any(|known| *known == Known::Started));
                    self.voice = true;
                }
                "OnCallRTPStopped" => {
                    assert!(std::mem::take(&mut self.voice), "without a start");
                }
                _ => {}
            }
        }
    }

    fn open(&self) -> Vec<u64> {
        let open = self.sessions.iter().filter(|(_, known)| **known != Known::Ended);
        open.map(|(key, _)| *key).collect()
    }
}

fn take_turn(floor: &mut Floor, turn: Turn) {
    let call_of = |floor: &Floor, agent| {
        let found = floor.centre.agent(agent).expect("an agent");
        found.current.map(ctios::call_object)
    };
    let key = floor
        .centre
        .listening_of(SUPERVISOR)
        .map_or(0, |session| session.id.number());
    let own = call_of(floor, ANNA).map_or(json!({}), |call| json!({ "UniqueObjectID": call }));
    // Whether a turn is possible is not the point here.
    let mut try_to = |agent, method: &str, arguments: Value| {
        let _ = floor.send(agent, method, arguments);
    };
    match turn {
        Turn::Wait => {}
        Turn::Hold => try_to(ANNA, "Hold", own),
        Turn::Retrieve => try_to(ANNA, "Retrieve", own),
        Turn::CallEnds => try_to(ANNA, "Clear", own),
        Turn::AgentSignsOut => {
            try_to(ANNA, "ClearConnection", own);
            floor.wait(200);
            let _ = floor.send(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
            floor.wait(200);
            let _ = floor.send(ANNA, "Logout", json!({}));
        }
        Turn::AgentIsSignedOut => {
            let happenings = floor.centre.sign_out_by_force(ANNA, Reason::FORCED);
            floor.hear(&happenings);
        }
        Turn::AgentMoves => {
            let team = floor.centre.teams()[0].id;
            let is_in = floor.centre.agent(ANNA).is_some_and(|anna| anna.team.is_some());
            let happenings = floor.centre.move_to_team(ANNA, (!is_in).then_some(team));
            floor.hear(&happenings);
        }
        Turn::SupervisorStops => {
            try_to(
                SUPERVISOR,
                "StopSilentMonitorRequest",
                json!({ "SMSessionKey": key }),
            );
        }
        Turn::SupervisorStopsMonitoring => try_to(SUPERVISOR, "StopMonitoringAgent", about_anna()),
        Turn::SupervisorSignsOut => {
            let happenings = floor.centre.sign_out_by_force(SUPERVISOR, Reason::NONE);
            floor.hear(&happenings);
        }
        Turn::SupervisorJoins => try_to(
            SUPERVISOR,
            "SuperviseCall",
            json!({ "AgentReference": ANNAS, "SupervisoryAction": 3 }),
        ),
        Turn::SupervisorClears => try_to(
            SUPERVISOR,
            "SuperviseCall",
            json!({ "AgentReference": ANNAS, "SupervisoryAction": 0 }),
        ),
        Turn::VoiceIsLost => {
            let happenings = floor.centre.lose_voice(SUPERVISOR);
            floor.hear(&happenings);
        }
        Turn::Listen => try_to(
            SUPERVISOR,
            "StartSilentMonitorRequest",
            json!({ "AgentID": ANNAS }),
        ),
        Turn::Monitor => try_to(SUPERVISOR, "StartMonitoringAgent", about_anna()),
        Turn::SignIn => {
            for (agent, login, extension) in [(ANNA, "1001", "4001"), (SUPERVISOR, "1003", "4003")] {
                let arguments = json!({ "AgentID": login, "AgentInstrument": extension });
                let _ = floor.send(agent, "Login", arguments);
            }
        }
        Turn::Serve => {
            try_to(ANNA, "SetAgentState", json!({ "AgentState": 3 }));
            floor.wait(9_000);
            if let Some(call) = call_of(floor, ANNA) {
                let _ = floor.send(ANNA, "Answer", json!({ "UniqueObjectID": call }));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r86_r91_a_session_ends_once_whatever_ends_it_and_in_whatever_order(
        turns in prop::collection::vec((turn(), 0_i64..400), 1..40)
    ) {
        let (mut floor, _) = monitored();
        let mut sides = [Side::default(), Side::default()];
        floor.done(SUPERVISOR, "StartSilentMonitorRequest", json!({ "AgentID": ANNAS }));
        for (turn, pause) in turns {
            take_turn(&mut floor, turn);
            floor.wait(pause);
            for (side, agent) in sides.iter_mut().zip([ANNA, SUPERVISOR]) {
                side.hear(floor.take(agent));
            }
            let session = floor.centre.listening_of(SUPERVISOR);
            match session {
                None => {
                    assert_eq!(sides[0].open(), [] as [u64; 0], "after {turn:?}");
                    // The supervisor may have been promised one that has not begun yet.
                    if pause >= 200 {
                        assert_eq!(sides[1].open(), [] as [u64; 0], "after {turn:?}");
                    }
                    assert!(!sides[0].voice && !sides[1].voice);
                }
                Some(session) => {
                    assert_eq!(sides[0].open(), [u64::from(session.id.number())]);
                    assert_eq!(sides[0].voice, session.has_voice);
                    assert_eq!(sides[1].voice, session.has_voice);
                    assert!(session.phase == ListeningPhase::Started || !session.has_voice);
                    assert!(session
                        .call
                        .and_then(|call| floor.centre.call(call))
                        .is_some_and(|call| call.leg(ANNA).is_some()));
                }
            }
        }
    }

    #[test]
    fn the_supervisors_mask_is_what_can_be_asked_for(
        turns in prop::collection::vec((turn(), 0_i64..400), 1..30)
    ) {
        let (mut floor, _) = monitored();
        for (turn, pause) in turns {
            take_turn(&mut floor, turn);
            floor.wait(pause);
            let mask = floor.centre.supervisor_mask(SUPERVISOR);
            let told = floor.all(SUPERVISOR, "OnSupervisorButtonChange");
            if let Some(told) = told.last() {
                assert_eq!(told["SupervisorBtnEnablementMask"], mask.bits(), "after {turn:?}");
            }
            if !floor.centre.agent(SUPERVISOR).is_some_and(switchhook_hub::centre::Agent::is_signed_in) {
                assert_eq!(mask, SupervisorMask::NONE);
                continue;
            }
            let taken = |wish: Supervise| {
                let mut centre = floor.centre.clone();
                centre.command(SUPERVISOR, Command::Supervise(wish)).is_ok()
            };
            let call = |action| Supervise::Call { agent: ANNA, call: None, action };
            let set = |state| Supervise::SetState { agent: ANNA, state };
            let listen = switchhook_hub::centre::ListeningWish {
                target: switchhook_hub::centre::Target::Agent(ANNA),
                port: 1,
            };
            let session = floor.centre.listening_of(SUPERVISOR);
            for (bit, wish) in [
                (SupervisorMask::BARGE_IN, Some(call(SupervisoryAction::BargeIn))),
                (SupervisorMask::INTERCEPT, Some(call(SupervisoryAction::Intercept))),
                (SupervisorMask::CLEAR, Some(call(SupervisoryAction::Clear))),
                (SupervisorMask::SET_AGENT_READY, Some(set(switchhook_hub::centre::ImposedState::Ready))),
                (SupervisorMask::SET_AGENT_LOGOUT, Some(set(switchhook_hub::centre::ImposedState::SignedOut))),
                (SupervisorMask::START_SILENT_MONITOR, Some(Supervise::Listen(listen))),
                (SupervisorMask::STOP_SILENT_MONITOR, session.map(|session| Supervise::StopListening(session.id))),
            ] {
                let is_taken = wish.is_some_and(taken);
                assert_eq!(mask.allows(bit), is_taken, "{wish:?} after {turn:?}");
            }
        }
    }
}

#[test]
fn a_leg_of_a_joined_call_is_in_conversation() {
    let (mut floor, call) = monitored();
    assert_eq!(supervise(&mut floor, 3, &call), Ok(()));
    let legs: Vec<LegState> = floor
        .centre
        .calls_of(SUPERVISOR)
        .map(|(_, leg)| leg.state)
        .collect();
    assert_eq!(legs, [LegState::Connected]);
}
