//! Scenarios: what a desk receives when something goes wrong on demand.
//!
//! Lives here: one case or more for each scenario.
//! May not be here: the pair of T-Servers by itself (`pair`), CTI OS links by themselves (`tell::ctios::link`).
//! A scenario begins five seconds after somebody has sat down.
//! Each is played twice: the same seed and the same desk see the same.

use super::{Client, Rig, cti, heard, settings, text, told};
use crate::centre::Span;
use crate::desk::Scenario;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use switchhook::vendor::callgem::{LocalTime, Message};

/// A desk at which an agent is signed in, who listens to T-Server as well.
fn at_work(scenario: &str, login: &str) -> (Rig, Client) {
    let mut rig = Rig::with(scenario);
    let desk = rig.sign_in(login);
    rig.request(&desk, &json!({"Request": "TSetInputMask", "ReferenceID": 1}));
    told(&desk);
    (rig, desk)
}

fn listen_to_everything(rig: &mut Rig, desk: &Client) {
    let domains = rig.desk.directory().domains.clone();
    rig.call(desk, "CcsSubscribe", &json!([domains]));
    rig.call(desk, "CallGem", &json!(["EV\\TXa1"]));
}

fn place(events: &[(String, Value)], name: &str) -> usize {
    let found = events.iter().position(|(found, _)| found == name);
    found.unwrap_or_else(|| {
        panic!(
            "no {name} in {:?}",
            events.iter().map(|(name, _)| name).collect::<Vec<_>>()
        )
    })
}

#[test]
fn every_scenario_is_the_same_for_the_same_seed() {
    for (_, name, _) in Scenario::ALL {
        let play = || {
            let (mut rig, desk) = at_work(name, "1001");
            listen_to_everything(&mut rig, &desk);
            rig.ready(&desk);
            rig.advance(Span::from_mins(2));
            desk.take_told()
        };
        let told = play();
        assert!(told.len() > 20, "{name}");
        assert!(told == play(), "{name} is not the same twice");
    }
}

#[test]
fn r41_r106_failover_the_other_server_of_each_pair_takes_over() {
    let (mut rig, desk) = at_work("failover", "1001");
    rig.advance(Span::from_secs(30));
    let all = told(&desk);
    let of = |method: &'static str| {
        all.iter()
            .filter(move |(target, _)| target == method)
            .map(|(_, arguments)| arguments)
    };
    let events: Vec<(String, Value)> = of("CtiEvent")
        .map(|arguments| {
            (
                arguments[0].as_str().unwrap_or_default().to_owned(),
                arguments[1].clone(),
            )
        })
        .collect();
    let (lost, back) = (
        place(&events, "OnConnectionFailure"),
        place(&events, "OnConnection"),
    );
    assert!(place(&events, "OnMissingHeartbeat") < lost && lost < back);
    assert!(back < place(&events, "OnSnapshotDeviceConf"));
    assert_ne!(events[lost].1["FailedServer"], events[back].1["CurrentServer"]);
    let switch: Vec<&Value> = of("TServerEvent").map(|arguments| &arguments[0]).collect();
    let changed = switch
        .iter()
        .find(|event| event["Event"] == "EventPrimaryChanged");
    assert_eq!(changed.expect("no change")["ApplicationName"], "ts-2");
    assert!(
        switch
            .iter()
            .all(|event| event["Event"] != "EventRestoreConnection")
    );
}

#[test]
fn r71_forced_logout_signs_out_with_the_documented_reason_and_the_connection_stays() {
    let (mut rig, desk) = at_work("forced-logout", "1001");
    rig.advance(Span::from_secs(16));
    let events = cti(&desk);
    let last = place(&events, "OnPostLogout");
    assert_eq!(events[last].1["EventReasonCode"], 50_002);
    assert!(place(&events, "OnPreLogout") < last);
    let again = json!([{"InvokeID": 9, "AgentID": "1001", "AgentInstrument": "4001"}]);
    rig.call(&desk, "Login", &again);
    rig.advance(Span::from_secs(1));
    place(&cti(&desk), "OnSnapshotDeviceConf");
}

#[test]
fn failed_call_is_told_as_a_failure_in_every_vocabulary_that_has_one() {
    let (mut rig, desk) = at_work("failed-call", "1001");
    listen_to_everything(&mut rig, &desk);
    rig.advance(Span::from_secs(8));
    let all = told(&desk);
    let of = |method: &'static str| {
        all.iter()
            .filter(move |(target, _)| target == method)
            .map(|(_, arguments)| arguments)
    };
    let failed = of("CtiEvent").find(|arguments| arguments[0] == "OnCallFailed");
    assert_eq!(failed.expect("no failed call")[1]["CallStatus"], 6);
    let failure = of("CcsEvent")
        .map(|arguments| &arguments[0])
        .find(|event| event["event"] == "connection_failure" && event["subscriber"] == "4001");
    assert!(failure.expect("no failure").get("connection").is_none());
    assert!(of("CallGem").any(|arguments| {
        let message = Message::read(arguments[0].as_str().unwrap_or_default());
        message.get("AN") == Some("1001") && message.get("DS") == Some("7")
    }));
}

#[test]
fn r50_precall_abort_takes_back_what_was_announced_and_no_call_begins() {
    let (mut rig, desk) = at_work("precall-abort", "1001");
    rig.ready(&desk);
    let mut events = Vec::new();
    for _ in 0..240 {
        rig.advance(Span::from_millis(500));
        events.extend(cti(&desk));
        // Calls that nobody answers come as well.
        rig.ready(&desk);
    }
    let (_, abort) = &events[place(&events, "OnAgentPrecallAbortEvent")];
    let of_contact = |name: &str| {
        let id = &abort["ICMEnterpriseUniqueID"];
        events
            .iter()
            .any(|(found, fields)| found == name && fields["ICMEnterpriseUniqueID"] == *id)
    };
    assert!(of_contact("OnAgentPrecallEvent") && !of_contact("OnCallBegin"));
}

#[test]
fn r114_cross_domain_fork_a_domain_whose_subscriber_did_not_answer_hears_of_its_own_leg_only() {
    let (mut rig, desk) = at_work("cross-domain-fork", "1001");
    let listener = rig.client("1002");
    listen_to_everything(&mut rig, &listener);
    rig.call(&desk, "SetAgentState", &json!([{"InvokeID": 2, "AgentState": 3}]));
    let mut events: Vec<Value> = Vec::new();
    for _ in 0..60 {
        rig.advance(Span::from_secs(10));
        rig.ready(&desk);
        events.extend(heard(&listener, "CcsEvent"));
    }
    let mut called: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for event in events.iter().filter(|event| event["event"] == "call_create") {
        let leg = text(event, "call");
        let call = leg.rsplit_once('-').map_or("", |(call, _)| call);
        if event["info"]["queue"].is_string() {
            called
                .entry(call)
                .or_default()
                .insert((leg, text(event, "domain")));
        }
    }
    let talks = |leg: &str| {
        events
            .iter()
            .any(|event| text(event, "call") == leg && event["state"] == "talking")
    };
    let mut checked = 0;
    for legs in called.values() {
        let domains: BTreeSet<&str> = legs.iter().map(|(_, domain)| *domain).collect();
        let silent = legs.iter().find(|(leg, _)| !talks(leg));
        let (Some((loser, domain)), true) = (
            silent,
            domains.len() > 1 && legs.iter().any(|(leg, _)| talks(leg)),
        ) else {
            continue;
        };
        let own = events.iter().find(|event| text(event, "call") == *loser);
        let seance = own.map_or("", |event| text(event, "seance"));
        let there = events
            .iter()
            .filter(|event| text(event, "seance") == seance && text(event, "domain") == *domain);
        let names: Vec<&str> = there.clone().map(|event| text(event, "event")).collect();
        assert!(
            there.clone().all(|event| text(event, "call") == *loser),
            "{names:?}"
        );
        assert!(
            names.contains(&"connection_failure") && names.contains(&"call_delete"),
            "{names:?}"
        );
        checked += 1;
    }
    assert!(
        checked > 0,
        "no call rang in two domains and was answered in one: {called:?}"
    );
}

#[test]
fn r103_r104_r106_primary_change_has_the_links_events_in_their_order() {
    let (mut rig, desk) = at_work("primary-change", "1001");
    rig.advance(Span::from_secs(60));
    let switch = heard(&desk, "TServerEvent");
    let names: Vec<&str> = switch.iter().map(|event| text(event, "Event")).collect();
    assert_eq!(
        names,
        [
            "EventLinkDisconnected",
            // Down before, up after: right after the change.
            "EventPrimaryChanged",
            "EventLinkConnected",
            "EventHardwareError",
            // Up before, down after: just before the change.
            "EventLinkDisconnected",
            "EventPrimaryChanged",
            "EventLinkConnected",
            "EventHardwareError",
        ]
    );
    let primaries: Vec<&str> = switch
        .iter()
        .map(|event| text(event, "ApplicationName"))
        .collect();
    assert_eq!((primaries[1], primaries[5]), ("ts-2", "ts-1"));
}

#[test]
fn r102_while_the_link_is_down_nothing_is_answered_and_then_the_new_primary_answers() {
    let (mut rig, desk) = at_work("primary-change", "1001");
    rig.advance(Span::from_millis(5_500));
    told(&desk);
    let query = json!({"Request": "TQueryAddress", "ReferenceID": 2, "ThisDN": "4001"});
    rig.request(&desk, &query);
    let refused = desk.take_told().join("\n");
    assert!(refused.contains("The link to the switch is down"), "{refused}");
    rig.advance(Span::from_secs(3));
    told(&desk);
    rig.request(&desk, &json!({"Request": "TQueryLocation", "ReferenceID": 3}));
    rig.request(&desk, &query);
    let answers = heard(&desk, "TServerEvent");
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|answer| answer["Server"] == "ts-2"));
}

#[test]
fn who_begins_to_listen_while_the_link_is_down_is_told_so_once() {
    let (mut rig, _desk) = at_work("primary-change", "1001");
    let names = |client: &Client| -> Vec<String> {
        let events = heard(client, "TServerEvent");
        events
            .iter()
            .map(|event| text(event, "Event").to_owned())
            .collect()
    };
    let early = rig.client("1002");
    let request = json!({"Request": "TSetInputMask", "ReferenceID": 1});
    rig.request(&early, &request);
    assert_eq!(names(&early), ["EventACK"], "a link that is up is no news");
    rig.advance(Span::from_millis(5_500));
    let late = rig.client("1003");
    rig.request(&late, &request);
    rig.request(&late, &request);
    assert_eq!(names(&late), ["EventLinkDisconnected", "EventACK", "EventACK"]);
    rig.advance(Span::from_secs(3));
    assert!(names(&late).contains(&"EventLinkConnected".to_owned()));
}

#[test]
fn r125_r127_roll_forward_has_an_hour_to_tell_at_a_hundred_a_second_and_then_goes_on_live() {
    let mut rig = Rig::with("roll-forward");
    let desk = rig.client("1001");
    let start = settings().start.as_millis();
    let hour_ago = LocalTime(start - 3_600_000).to_ole();
    rig.call(&desk, "CallGem", &json!([format!("EV\\TXa1\\TS{hour_ago}")]));
    let begun = told(&desk);
    assert_eq!(
        (begun.len(), &begun[0].1[1]),
        (2, &json!("begin")),
        "a mark and the first event"
    );
    rig.advance(Span::from_secs(1));
    let mut all = begun;
    all.extend(told(&desk));
    assert_eq!(all.len(), 102);
    rig.advance(Span::from_secs(60));
    all.extend(told(&desk));
    let end = all
        .iter()
        .position(|(_, arguments)| arguments[1] == "end")
        .expect("no end");
    assert_eq!(all[0].1[2].as_u64(), Some(end as u64 - 1));
    let at = |(_, arguments): &(String, Value)| {
        let message = arguments[0].as_str().unwrap_or_default();
        LocalTime::from_ole(Message::read(message).get("TS").unwrap_or_default())
            .map_or(0, |LocalTime(at)| at)
    };
    assert!(all[1..end].iter().all(|told| at(told) <= start));
    assert!(
        at(&all[1]) < start - 3_000_000,
        "the hour is there from its beginning"
    );
    assert!(all.len() > end + 1 && all[end + 1..].iter().all(|told| at(told) > start));
}

#[test]
fn r83_team_change_is_told_to_the_supervisor() {
    let (mut rig, supervisor) = at_work("team-change", "1005");
    rig.call(&supervisor, "RequestAgentTeamList", &json!([{"InvokeID": 3}]));
    rig.advance(Span::from_secs(1));
    cti(&supervisor);
    rig.advance(Span::from_secs(30));
    let changes: Vec<Value> = cti(&supervisor)
        .into_iter()
        .filter(|(name, _)| name == "OnNewAgentTeamMember")
        .map(|(_, fields)| fields)
        .collect();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[0]["AgentID"], changes[1]["AgentID"]);
    assert_ne!(changes[0]["ConfigOperation"], changes[1]["ConfigOperation"]);
}

#[test]
fn r85_emergency_call_reaches_the_supervisor() {
    let (mut rig, supervisor) = at_work("emergency-call", "1005");
    rig.advance(Span::from_mins(10));
    let events = cti(&supervisor);
    let (_, call) = &events[place(&events, "OnEmergencyCall")];
    assert_ne!(call["AgentID"], "1005");
}

#[test]
fn r68_refusals_every_command_fails_once_and_is_taken_then() {
    let mut rig = Rig::with("refusals");
    let desk = rig.client("1001");
    let login = json!({"AgentID": "1001", "AgentInstrument": "4001"});
    let mut invoke = 0;
    let mut ask = |rig: &mut Rig, method: &str, fields: &Value| -> (Vec<String>, Option<i64>) {
        let mut last = (Vec::new(), None);
        for is_first in [true, false] {
            invoke += 1;
            let mut fields = fields.clone();
            fields["InvokeID"] = invoke.into();
            rig.call(&desk, method, &json!([fields]));
            rig.advance(Span::from_secs(1));
            let events = cti(&desk);
            let failure = events.iter().find(|(name, _)| name == "OnControlFailureConf");
            assert_eq!(failure.is_some(), is_first, "{method} {events:?}");
            let code = failure.and_then(|(_, fields)| fields["FailureCode"].as_i64());
            if let Some((_, fields)) = failure {
                assert_eq!(fields["InvokeID"], invoke);
            }
            let names = events.into_iter().map(|(name, _)| name).collect();
            last = (names, code.or(last.1));
        }
        last
    };
    let (told, code) = ask(&mut rig, "Login", &login);
    assert_eq!(code, Some(10));
    assert!(told.contains(&"OnSetAgentModeEvent".to_owned()));
    let (told, code) = ask(&mut rig, "MakeCall", &json!({"DialedNumber": "0912345"}));
    assert_eq!(code, Some(16));
    assert!(told.contains(&"OnMakeCallConf".to_owned()));
    rig.advance(Span::from_secs(5));
    let present = rig.desk.simulation.snapshot(
        rig.desk
            .directory()
            .agent_by_login("1001")
            .and_then(|agent| crate::centre::Guid::parse(&agent.id))
            .expect("an agent"),
    );
    let begun = present.iter().find(|event| event.name == "OnCallBegin");
    let begun: Value = serde_json::from_str(&begun.expect("a call").arguments).expect("JSON");
    let about = json!({"UniqueObjectID": begun["UniqueObjectID"]});
    for (method, expected) in [
        ("Hold", 38),
        ("Retrieve", 38),
        ("StartRecord", 12),
        ("StopRecord", 12),
    ] {
        assert_eq!(ask(&mut rig, method, &about).1, Some(expected), "{method}");
    }
    assert_eq!(ask(&mut rig, "ClearConnection", &about).1, Some(35));
}
