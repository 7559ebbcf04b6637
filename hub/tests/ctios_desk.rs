//! CTI OS at an agent's desk: data of calls, announcements, help, messages, figures, settings.

mod floor;

use floor::{ANNA, BEN, Floor, SUPERVISOR, lively, quiet};
use serde_json::{Value, json};
use switchhook_hub::centre::{AgentId, AgentState, Filing, LegState, Mask, Reason, Settings, Span, TeamId};
use switchhook_hub::tell::ctios::{self, InvokeId};

fn data(call: &str, more: &Value) -> Value {
    let mut arguments = json!({ "UniqueObjectID": call });
    let fields = arguments.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    arguments
}

#[test]
fn r53_what_a_desk_changes_about_a_call_reaches_every_leg_and_nothing_else_does() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    floor.forget();
    let change = json!({
        "CallVariable3": "three",
        "callvariable10": 10,
        "CallWrapupData": "sold",
        "ECC": { "user.customer": "C1", "user.history[1]": "Order" },
    });
    floor.done(ANNA, "SetCallData", data(&call, &change));
    let conf = floor.only(ANNA, "OnSetCallDataConf");
    assert_eq!(
        conf,
        json!({ "InvokeID": floor.invoke(), "UniqueObjectID": call })
    );
    let expected = json!({
        "UniqueObjectID": call,
        "CallWrapupData": "sold",
        "CallVariable3": "three",
        "CallVariable10": "10",
        "ECC": { "user.customer": "C1", "user.history[1]": "Order" },
    });
    assert_eq!(floor.only(ANNA, "OnCallDataUpdate"), expected);
    assert_eq!(floor.only(BEN, "OnCallDataUpdate"), expected);
    assert_eq!(floor.take(SUPERVISOR), []);
    // What is said again is no news; what is new is told alone.
    floor.forget();
    floor.done(BEN, "SetCallData", data(&call, &change));
    assert_eq!(floor.names(BEN), ["OnSetCallDataConf"]);
    floor.done(
        BEN,
        "SetCallData",
        data(&call, &json!({ "CallVariable3": "3", "CallWrapupData": "sold" })),
    );
    let told = floor.only(ANNA, "OnCallDataUpdate");
    assert_eq!(told, json!({ "UniqueObjectID": call, "CallVariable3": "3" }));
    // A snapshot has all of it.
    let snapshot = ctios::snapshot_call(&floor.centre, ANNA, InvokeId(9), &call).expect("a call");
    let fields = floor::check_documented(&snapshot);
    assert_eq!(fields["CallVariable10"], "10");
    assert_eq!(fields["NumNamedVariables"], 1);
    assert_eq!(fields["NumNamedArrays"], 1);
    assert_eq!(fields["ECC"]["user.history[1]"], "Order");
    let snapshot = ctios::snapshot_call(&floor.centre, SUPERVISOR, InvokeId(9), &call);
    assert_eq!(snapshot, None, "somebody else's call");
}

#[test]
fn call_data_is_refused_with_the_documented_codes() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    let long = "x".repeat(41);
    let notes: serde_json::Map<String, Value> = (0..10)
        .map(|element| (format!("user.notes[{element}]"), "x".repeat(210).into()))
        .collect();
    for (change, code) in [
        (json!({}), 6),
        (json!({ "CallVariable2": ["no text"] }), 6),
        (json!({ "CallVariable1": "mine" }), 14),
        (json!({ "ECC": { "user.segment": "Gold" } }), 14),
        (json!({ "ECC": { "user.history[3]": "x" } }), 61),
        (json!({ "ECC": { "user.none": "x" } }), 67),
        (json!({ "ECC": { "user.none[0]": "x" } }), 68),
        (json!({ "CallVariable0": "x" }), 69),
        (json!({ "CallVariable11": "x" }), 69),
        (json!({ "CallVariableX": "x" }), 69),
        (json!({ "ECC": notes }), 73),
        (json!({ "CallVariable2": long }), 74),
        (json!({ "CallWrapupData": long }), 74),
        (json!({ "ECC": { "user.language": "longer" } }), 74),
        (json!({ "ECC": { "user.history": "x" } }), 75),
        (json!({ "ECC": { "user.customer[0]": "x" } }), 76),
    ] {
        floor.forget();
        assert_eq!(
            floor.send(ANNA, "SetCallData", data(&call, &change)),
            Err(code),
            "{change}"
        );
        let failure = floor.only(ANNA, "OnControlFailureConf");
        assert_eq!(failure["FailureCode"], code);
        assert_eq!(failure["InvokeID"], floor.invoke());
        floor.wait(300);
        assert_eq!(floor.names(ANNA), ["OnControlFailureConf"], "nothing has changed");
        assert_eq!(floor.names(BEN), [""; 0]);
    }
    let change = json!({ "CallVariable2": "x" });
    assert_eq!(
        floor.send(SUPERVISOR, "SetCallData", data(&call, &change)),
        Err(35)
    );
    assert_eq!(
        floor.send(ANNA, "SetCallData", data("call.5000.999", &change)),
        Err(13)
    );
}

#[test]
fn r48_r49_a_call_of_a_queue_is_announced_before_it_exists_with_what_it_will_carry() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    floor.ring(ANNA);
    let names = floor.names(ANNA);
    let place = |name: &str| names.iter().position(|told| *told == name);
    assert!(place("OnAgentPrecallEvent") < place("OnCallBegin"), "{names:?}");
    assert!(place("OnAgentPrecallEvent").is_some());
    // This is a Unified CCE, which has no need of the other announcement.
    assert_eq!(place("OnTranslationRoute"), None);

    let mut floor = Floor::with(lively(), &[ANNA]);
    floor.ring(ANNA);
    let precall = floor.only(ANNA, "OnAgentPrecallEvent");
    let begin = floor.only(ANNA, "OnCallBegin");
    assert_eq!(begin["PeripheralType"], 17);
    for field in [
        "ICMEnterpriseUniqueID",
        "RouterCallKeyDay",
        "RouterCalKeyCallID",
        "ANI",
        "DNIS",
        "DialedNumber",
        "CallVariable1",
        "ECC",
        "ServiceID",
        "SkillGroupNumber",
    ] {
        assert!(!precall[field].is_null(), "{field}");
        assert_eq!(precall[field], begin[field], "{field}");
    }
    assert_eq!(precall["AgentInstrument"], "4001");
    let context = precall["ECC"].as_object().expect("Arguments");
    let arrays = context.keys().filter(|name| name.ends_with(']')).count();
    assert_eq!(precall["NumNamedArrays"], arrays);
    assert_eq!(precall["NumNamedVariables"], context.len() - arrays);
    // What somebody dials, no router announces.
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    floor.connect(ANNA, BEN);
    assert_eq!(floor.all(BEN, "OnAgentPrecallEvent"), [] as [Value; 0]);
}

#[test]
fn an_unanswered_call_is_diverted_and_ends() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    floor.ring(ANNA);
    floor.forget();
    floor.wait_until("not ready", |centre| {
        centre
            .agent(ANNA)
            .is_some_and(|agent| agent.status.state == AgentState::NotReady)
    });
    let names = floor.names(ANNA);
    let no_answer = floor.centre.agent(ANNA).expect("Anna").status.reason == Reason::NO_ANSWER;
    let diverted = names.first() == Some(&"OnCallDiverted");
    assert_eq!(diverted, no_answer, "{names:?}");
    assert!(names.contains(&"OnCallEnd"));
}

#[test]
fn help_comes_from_the_supervisor_about_a_call_or_about_nothing() {
    for (method, is_emergency) in [("MakeSupervisorAssistCall", false), ("MakeEmergencyCall", true)] {
        let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
        // About nothing: an ordinary call to the supervisor.
        floor.done(ANNA, method, json!({}));
        assert!(floor.names(ANNA).starts_with(&["OnMakeCallConf", "OnCallBegin"]));
        floor.wait(2_000);
        let call = floor.call(ANNA);
        assert_eq!(floor.call(SUPERVISOR), call);
        assert_eq!(
            floor.all(SUPERVISOR, "OnEmergencyCall").len(),
            usize::from(is_emergency)
        );
        floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
        // About a call: that goes on hold, and the supervisor is consulted.
        let call = floor.connect(ANNA, BEN);
        floor.forget();
        floor.done(ANNA, method, json!({ "UniqueObjectID": call }));
        let conf = floor.only(ANNA, "OnConsultationCallConf");
        assert_eq!(conf["UniqueObjectID"], call);
        assert_eq!(floor.only(ANNA, "OnCallHeld")["UniqueObjectID"], call);
        floor.wait(2_000);
        let consultation = floor.call(SUPERVISOR);
        assert_ne!(consultation, call);
        if is_emergency {
            let told = floor.only(SUPERVISOR, "OnEmergencyCall");
            assert_eq!(told["AgentID"], "1001");
            assert_eq!(told["AgentExtension"], "4001");
            assert_eq!(format!("call.5000.{}", told["ConnectionCallID"]), consultation);
        }
    }
}

#[test]
fn r85_an_emergency_is_told_to_the_supervisor_and_to_nobody_else() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    floor.done(ANNA, "MakeEmergencyCall", json!({}));
    for (agent, times) in [(ANNA, 0), (BEN, 0), (SUPERVISOR, 1)] {
        assert_eq!(floor.all(agent, "OnEmergencyCall").len(), times, "{agent:?}");
    }
}

#[test]
fn there_is_no_help_where_there_is_nobody() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let help = Mask::SUPERVISOR_ASSIST.bits() | Mask::EMERGENCY_CALL.bits();
    for method in ["MakeSupervisorAssistCall", "MakeEmergencyCall"] {
        assert_eq!(floor.send(ANNA, method, json!({})), Err(64));
    }
    assert_eq!(floor.mask(ANNA) & help, 0);
    // The buttons come with the supervisor and go with it.
    floor.forget();
    floor.sign_in(SUPERVISOR);
    assert_eq!(floor.mask(ANNA) & help, help);
    let told = floor.only(ANNA, "OnButtonEnablementChange");
    assert_eq!(told["EnablementMask"], floor.mask(ANNA));
    let call = floor.connect(ANNA, BEN);
    assert_eq!(floor.call_mask(ANNA) & help, help);
    floor.done(SUPERVISOR, "Logout", json!({}));
    assert_eq!(floor.call_mask(ANNA) & help, 0);
    let about = json!({ "UniqueObjectID": call });
    assert_eq!(floor.send(ANNA, "MakeEmergencyCall", about.clone()), Err(64));
    floor.done(ANNA, "ClearConnection", about);
    // Whoever is in no team has nobody to ask, and a supervisor asks nobody.
    floor.sign_in(SUPERVISOR);
    let happenings = floor.centre.move_to_team(ANNA, None);
    floor.hear(&happenings);
    assert_eq!(floor.send(ANNA, "MakeEmergencyCall", json!({})), Err(65));
    assert_eq!(floor.mask(ANNA) & help, 0);
    assert_eq!(floor.send(SUPERVISOR, "MakeEmergencyCall", json!({})), Err(64));
}

#[test]
fn a_bad_line_is_noted_and_a_call_is_recorded_where_the_mask_allows_it() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let call = floor.connect(ANNA, BEN);
    let about = json!({ "UniqueObjectID": call });
    assert_eq!(floor.call_mask(ANNA) & Mask::RECORD.bits(), 0);
    assert_eq!(
        floor.send(ANNA, "StartRecord", about.clone()),
        Err(12),
        "desks among themselves are not recorded"
    );
    let somebody = json!({ "UniqueObjectID": call, "DialedNumber": "0912345" });
    floor.done(BEN, "SingleStepConference", somebody);
    floor.wait(5_000);
    floor.forget();
    floor.done(ANNA, "ReportBadCallLine", about.clone());
    assert_eq!(floor.names(ANNA), [""; 0], "the reference has no answer to it");
    assert_eq!(floor.centre.totals().bad_lines, 1);
    floor.done(ANNA, "StartRecord", about.clone());
    assert_eq!(
        floor.only(ANNA, "OnCallStartRecordingConf")["UniqueObjectID"],
        call
    );
    assert_eq!(
        floor.send(BEN, "StartRecord", about.clone()),
        Err(38),
        "recorded already"
    );
    assert_eq!(
        floor.send(BEN, "StopRecord", about.clone()),
        Err(38),
        "not Ben's recording"
    );
    floor.done(ANNA, "StopRecord", about.clone());
    assert_eq!(
        floor.only(ANNA, "OnCallStopRecordingConf")["UniqueObjectID"],
        call
    );
    floor.done(ANNA, "Hold", about.clone());
    for method in ["ReportBadCallLine", "StartRecord"] {
        assert_eq!(floor.send(ANNA, method, about.clone()), Err(38), "{method}");
        assert_eq!(floor.send(ANNA, method, json!({})), Err(6), "{method}");
    }
}

#[test]
fn a_message_reaches_those_it_is_for() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let message = |to: Value| {
        let mut arguments = json!({ "Message": "Can you help?\n\"Yes\"" });
        let fields = arguments.as_object_mut().expect("an object");
        fields.extend(to.as_object().expect("an object").clone());
        arguments
    };
    for (to, receivers) in [
        (json!({ "Distribution": "agent", "Target": "1002" }), vec![BEN]),
        (
            json!({ "Distribution": "Agent", "Target": "agent.5000.1002" }),
            vec![BEN],
        ),
        (json!({ "Distribution": "supervisor" }), vec![SUPERVISOR]),
        (json!({ "Distribution": "team" }), vec![BEN, SUPERVISOR]),
    ] {
        floor.forget();
        floor.done(ANNA, "SendChatMessage", message(to.clone()));
        assert_eq!(
            floor.only(ANNA, "OnUserMessageConf"),
            json!({ "InvokeID": floor.invoke() })
        );
        for agent in [ANNA, BEN, SUPERVISOR] {
            let told = floor.all(agent, "OnChatMessage");
            assert_eq!(told.len(), usize::from(receivers.contains(&agent)), "{to}");
            let login = (1_001 + agent.number()).to_string();
            for told in told {
                assert_eq!(told["Message"], "Can you help?\n\"Yes\"");
                assert_eq!(told["Source"], "1001");
                assert_eq!(
                    (&told["AgentID"], &told["Target"]),
                    (&json!(login), &json!(login))
                );
            }
        }
    }
    let absent = json!({ "Distribution": "agent", "Target": "1009" });
    let nobody = json!({ "Distribution": "agent", "Target": "Ben" });
    let all = json!({ "Distribution": "everybody" });
    let mut long = message(json!({ "Distribution": "team" }));
    long["Message"] = "x".repeat(2_001).into();
    for (arguments, code) in [
        (message(absent), 71),
        (message(nobody), 8),
        (message(all), 71),
        (long, 73),
        (json!({ "Distribution": "team" }), 6),
        (json!({ "Message": "x" }), 6),
        (json!({ "Message": "x", "Distribution": "agent" }), 6),
    ] {
        assert_eq!(
            floor.send(ANNA, "SendChatMessage", arguments.clone()),
            Err(code),
            "{arguments}"
        );
    }
    floor.done(SUPERVISOR, "Logout", json!({}));
    let to_supervisor = message(json!({ "Distribution": "supervisor" }));
    assert_eq!(floor.send(ANNA, "SendChatMessage", to_supervisor), Err(64));
    let happenings = floor.centre.move_to_team(ANNA, None);
    floor.hear(&happenings);
    let to_team = message(json!({ "Distribution": "team" }));
    assert_eq!(floor.send(ANNA, "SendChatMessage", to_team), Err(65));
}

#[test]
fn r84_figures_come_again_and_again_with_the_columns_that_are_configured() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    let settings = ctios::global_settings(InvokeId(3));
    let settings: Value = serde_json::from_str(&settings.arguments).expect("JSON");
    let columns = |of: &str| -> Vec<String> {
        let columns = settings["Grid"][of]["columns"].as_object().expect("columns");
        columns
            .values()
            .map(|column| column["Type"].as_str().expect("a name").to_owned())
            .collect()
    };
    let told_columns = |told: &Value| -> Vec<String> {
        let statistics = told["STATISTICS"].as_object().expect("Arguments");
        statistics.keys().cloned().collect()
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    floor.done(ANNA, "EnableAgentStatistics", json!({}));
    assert_eq!(
        floor.names(ANNA),
        ["OnAgentStatistics"],
        "the first comes at once"
    );
    floor.wait(30_000);
    let told = floor.all(ANNA, "OnAgentStatistics");
    assert_eq!(told.len(), 3);
    for told in &told {
        assert_eq!(
            sorted(told_columns(told)),
            sorted(columns("AgentStatistics")),
            "no more and no less"
        );
        assert_eq!(told["AgentID"], "1001");
    }
    let seconds = |told: &Value| {
        told["STATISTICS"]["NotReadyTimeToday"]
            .as_u64()
            .expect("a number")
    };
    assert_eq!(seconds(&told[2]) - seconds(&told[0]), 20);
    // A call that was served is counted once it is over.
    let call = floor.serve(ANNA);
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    floor.forget();
    floor.wait(10_000);
    let told = floor.only(ANNA, "OnAgentStatistics");
    assert_eq!(told["STATISTICS"]["CallsHandledToday"], 1);
    floor.done(ANNA, "DisableAgentStatistics", json!({}));
    floor.forget();
    floor.wait(30_000);
    assert_eq!(floor.all(ANNA, "OnAgentStatistics"), [] as [Value; 0]);
    // Skill groups are named first.
    floor.forget();
    floor.done(
        ANNA,
        "EnableSkillGroupStatistics",
        json!({ "SkillGroupNumber": 2 }),
    );
    assert_eq!(
        floor.names(ANNA),
        ["OnSkillInfoEvent", "OnSkillGroupStatisticsUpdated"]
    );
    floor.wait(10_000);
    let told = floor.only(ANNA, "OnSkillGroupStatisticsUpdated");
    assert_eq!(told["SkillGroupNumber"], 2);
    assert_eq!(
        sorted(told_columns(&told)),
        sorted(columns("SkillGroupStatistics"))
    );
    floor.done(
        ANNA,
        "DisableSkillGroupStatistics",
        json!({ "SkillGroupNumber": 2 }),
    );
    floor.forget();
    floor.wait(30_000);
    assert_eq!(floor.all(ANNA, "OnSkillGroupStatisticsUpdated"), [] as [Value; 0]);
    for number in [json!(0), json!(99), json!("none")] {
        let group = json!({ "SkillGroupNumber": number });
        assert_eq!(floor.send(ANNA, "EnableSkillGroupStatistics", group), Err(72));
    }
    assert_eq!(floor.send(ANNA, "EnableSkillGroupStatistics", json!({})), Err(6));
    // Signing out ends it.
    floor.done(ANNA, "EnableAgentStatistics", json!({}));
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
    floor.done(ANNA, "Logout", json!({}));
    floor.forget();
    floor.wait(30_000);
    assert_eq!(floor.names(ANNA), [""; 0]);
    assert_eq!(floor.send(ANNA, "EnableAgentStatistics", json!({})), Err(9));
}

#[test]
fn enabling_twice_is_enabling_once() {
    let mut floor = Floor::with(quiet(), &[ANNA]);
    floor.done(ANNA, "EnableAgentStatistics", json!({}));
    floor.done(ANNA, "EnableAgentStatistics", json!({}));
    floor.forget();
    floor.wait(10_000);
    assert_eq!(floor.names(ANNA), ["OnAgentStatistics"]);
}

#[test]
fn the_skill_groups_of_an_agent_are_named() {
    let mut floor = Floor::with(quiet(), &[ANNA]);
    floor.done(ANNA, "RequestSkillGroupList", json!({}));
    let skills = floor.centre.agent(ANNA).expect("Anna").skills.len();
    let names = floor.names(ANNA);
    assert_eq!(names[0], "OnSnapshotSkillGroupList");
    assert_eq!(names[1..], vec!["OnSkillInfoEvent"; skills]);
}

#[test]
fn the_settings_of_a_site_have_every_documented_key() {
    let catalogue: Value =
        serde_json::from_str(include_str!("../../tests/vocabulary/cisco_ctios.json")).expect("JSON");
    let told = ctios::global_settings(InvokeId(3));
    floor::check_documented(&told);
    let told: Value = serde_json::from_str(&told.arguments).expect("JSON");
    for element in catalogue["global_settings"]["elements"]
        .as_array()
        .expect("elements")
    {
        let name = element["key"].as_str().expect("a key");
        let inside = &told[name];
        assert!(inside.is_object(), "{name}");
        let holder = match name {
            "IPCCSilentMonitor" => &inside["settings"],
            "Login" => &inside["ConnectionProfiles"]["Contact centre"],
            "ScreenPreferences" => &inside["MainScreen"],
            _ => inside,
        };
        for key in element["keys"].as_array().into_iter().flatten() {
            let key = key["key"].as_str().expect("a key");
            // Only for RAS enabled profiles.
            if key != "RasCallMode" {
                assert!(!holder[key].is_null(), "{name}.{key}");
            }
        }
    }
    for grid in ["SkillGroupStatistics", "AgentStatistics", "CallAppearance"] {
        let columns = told["Grid"][grid]["columns"].as_object().expect("columns");
        for (number, column) in columns {
            assert!(
                number.parse::<u8>().is_ok_and(|number| number > 0),
                "{grid}.{number}"
            );
            assert!(column["Type"].is_string() && column["Header"].is_string());
            let is_call = grid == "CallAppearance";
            assert_eq!(column["editable"].is_boolean(), is_call);
            assert_eq!(column["maxchars"].is_u64(), is_call);
        }
    }
    assert_eq!(told["ECC"]["user.customer"], json!({}));
    assert_eq!(told["ECC"]["user.history[2]"], json!({}));
    assert!(told["ECC"]["user.history"].is_null());
    for sound in ["DTMF", "DialTone", "OriginatingTone", "RingInTone", "All"] {
        assert!(told["SoundPreferences"][sound]["Mute"].is_boolean());
    }
}

#[test]
fn r66_desk_settings_are_complete() {
    let floor = Floor::with(quiet(), &[ANNA]);
    let told = ctios::desk_settings(&floor.centre, ANNA, InvokeId(3));
    let fields = floor::check_documented(&told);
    assert_eq!(fields.len(), 16, "every documented field");
    assert_eq!(fields["InvokeID"], 3);
}

#[test]
fn r46_a_sign_in_tells_the_agents_state_and_then_what_is_on_the_device() {
    let mut floor = Floor::new(quiet());
    floor.sign_in(ANNA);
    let names = floor.names(ANNA);
    let place = |name: &str| names.iter().position(|told| *told == name);
    assert!(place("OnQueryAgentStateConf").is_some());
    assert!(place("OnQueryAgentStateConf") < place("OnSnapshotDeviceConf"));
}

#[test]
fn r57_r58_r59_both_parties_hear_of_a_call_and_only_the_caller_of_dialling() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let call = floor.connect(ANNA, BEN);
    let statuses = |floor: &Floor, agent, name: &str| -> Vec<u64> {
        let all = floor.all(agent, name);
        all.iter()
            .map(|told| told["CallStatus"].as_u64().expect("a status"))
            .collect()
    };
    for (name, caller, called) in [
        ("OnCallServiceInitiatedEvent", vec![1], vec![]),
        ("OnCallOriginated", vec![1], vec![]),
        ("OnCallDelivered", vec![1], vec![2]),
        ("OnCallEstablished", vec![3], vec![3]),
    ] {
        assert_eq!(statuses(&floor, ANNA, name), caller, "{name}");
        assert_eq!(statuses(&floor, BEN, name), called, "{name}");
    }
    floor.done(ANNA, "Hold", json!({ "UniqueObjectID": call }));
    assert_eq!(statuses(&floor, ANNA, "OnCallHeld"), [4]);
    floor.done(ANNA, "Retrieve", json!({ "UniqueObjectID": call }));
    assert_eq!(statuses(&floor, ANNA, "OnCallRetrieved"), [3]);
    floor.forget();
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    for agent in [ANNA, BEN] {
        for name in ["OnCallConnectionCleared", "OnCallCleared", "OnCallEnd"] {
            assert_eq!(statuses(&floor, agent, name), [0], "{name}");
        }
    }
}

#[test]
fn r57_a_party_that_leaves_a_conference_does_not_clear_it() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    conference(&mut floor);
    floor.forget();
    let call = floor.call(SUPERVISOR);
    floor.done(SUPERVISOR, "ClearConnection", json!({ "UniqueObjectID": call }));
    assert_eq!(floor.all(SUPERVISOR, "OnCallEnd").len(), 1);
    for agent in [ANNA, BEN] {
        assert_eq!(floor.all(agent, "OnCallCleared"), [] as [Value; 0]);
    }
}

/// Anna talks with Ben, consults the supervisor and joins all three.
fn conference(floor: &mut Floor) -> (String, String) {
    let call = floor.connect(ANNA, BEN);
    let consult = json!({ "UniqueObjectID": call, "DialedNumber": "4003", "ConsultType": 2 });
    floor.done(ANNA, "MakeConsultCall", consult);
    floor.wait_until("ringing", |centre| {
        centre
            .calls_of(SUPERVISOR)
            .any(|(_, leg)| leg.state == LegState::Alerting)
    });
    let consultation = floor.call(SUPERVISOR);
    floor.done(SUPERVISOR, "Answer", json!({ "UniqueObjectID": consultation }));
    floor.forget();
    floor.done(ANNA, "Conference", json!({ "UniqueObjectID": consultation }));
    (call, consultation)
}

#[test]
fn r60_a_conference_makes_one_connection_of_the_controllers_two() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let (call, consultation) = conference(&mut floor);
    let ended = floor.only(ANNA, "OnCallEnd");
    assert_eq!(ended["UniqueObjectID"], call);
    for agent in [ANNA, BEN, SUPERVISOR] {
        let told = floor.only(agent, "OnCallConferenced");
        assert_eq!(told["UniqueObjectID"], consultation);
        let legs: Vec<LegState> = floor.centre.calls_of(agent).map(|(_, leg)| leg.state).collect();
        assert_eq!(legs, [LegState::Connected]);
    }
}

#[test]
fn r61_a_transfer_ends_the_controllers_two_connections_and_leaves_the_others_what_they_are() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    let consult = json!({ "UniqueObjectID": call, "DialedNumber": "4003", "ConsultType": 1 });
    floor.done(ANNA, "MakeConsultCall", consult);
    floor.wait(2_000);
    let consultation = floor.call(SUPERVISOR);
    floor.done(SUPERVISOR, "Answer", json!({ "UniqueObjectID": consultation }));
    floor.forget();
    floor.done(ANNA, "Transfer", json!({ "UniqueObjectID": consultation }));
    let ended: Vec<Value> = floor.all(ANNA, "OnCallEnd");
    assert_eq!(ended.len(), 2);
    assert!(floor.centre.calls_of(ANNA).next().is_none());
    for agent in [BEN, SUPERVISOR] {
        assert_eq!(floor.all(agent, "OnCallTransferred").len(), 1);
        let states: Vec<LegState> = floor.centre.calls_of(agent).map(|(_, leg)| leg.state).collect();
        assert_eq!(states, [LegState::Connected]);
    }
}

#[test]
fn r62_r63_a_call_made_by_the_desk_is_told_step_by_step_and_that_it_left_the_house() {
    let mut floor = Floor::with(quiet(), &[ANNA]);
    floor.done(ANNA, "MakeCall", json!({ "DialedNumber": "0912312" }));
    floor.wait(6_000);
    let names = floor.names(ANNA);
    let order = [
        "OnMakeCallConf",
        "OnCallBegin",
        "OnCallServiceInitiatedEvent",
        "OnCallOriginated",
        "OnCallReachedNetworkEvent",
        "OnCallDelivered",
        "OnCallEstablished",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|name| names.iter().position(|told| told == name))
        .collect();
    assert!(places.is_sorted() && places[0] == Some(0), "{names:?}");
}

#[test]
fn r65_r66_a_confirmation_says_received_and_making_a_call_names_it() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    assert_eq!(
        floor.send(ANNA, "MakeCall", json!({ "DialedNumber": "4002" })),
        Ok(())
    );
    let conf = floor.only(ANNA, "OnMakeCallConf");
    floor.wait(200);
    let begin = floor.only(ANNA, "OnCallBegin");
    assert_eq!(conf["NewConnectionCallID"], begin["ConnectionCallID"]);
    floor.wait(2_000);
    let call = floor.call(BEN);
    floor.forget();
    assert_eq!(
        floor.send(BEN, "Answer", json!({ "UniqueObjectID": call })),
        Ok(())
    );
    assert_eq!(
        floor.names(BEN),
        ["OnAnswerCallConf"],
        "and nothing has happened yet"
    );
    assert_eq!(
        floor.centre.calls_of(BEN).next().map(|(_, leg)| leg.state),
        Some(LegState::Alerting)
    );
    floor.wait(200);
    assert!(floor.names(BEN).starts_with(&["OnCallEstablished"]));
}

#[test]
fn r69_r70_a_sign_out_is_announced_and_reported_and_a_failed_one_is_told_before_its_failure() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let call = floor.connect(ANNA, BEN);
    floor.forget();
    assert_eq!(floor.send(ANNA, "Logout", json!({})), Err(38));
    assert_eq!(floor.names(ANNA), ["OnLogoutFailed", "OnControlFailureConf"]);
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    floor.forget();
    floor.done(ANNA, "Logout", json!({}));
    assert_eq!(
        floor.names(ANNA),
        [
            "OnSetAgentStateConf",
            "OnPreLogout",
            "OnAgentStateChange",
            "OnPostLogout",
            "OnCurrentAgentReset"
        ]
    );
}

#[test]
fn r71_whom_the_system_signs_out_is_told_so_by_the_reason() {
    let mut floor = Floor::with(quiet(), &[ANNA]);
    let happenings = floor.centre.sign_out_by_force(ANNA, Reason::FORCED);
    floor.hear(&happenings);
    let told = floor.only(ANNA, "OnPostLogout");
    assert_eq!(told["EventReasonCode"], 50_002);
    assert_eq!(told["EnablementMask"], Mask::LOGIN.bits());
}

#[test]
fn r74_r75_r76_what_does_not_apply_has_the_documented_null() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    floor.connect(ANNA, BEN);
    // No queue: no service, and skill groups are left out, which are optional.
    let told = floor.only(ANNA, "OnCallEstablished");
    assert_eq!(
        (&told["ServiceNumber"], &told["ServiceID"]),
        (&json!(-1), &json!(-1))
    );
    assert!(told["SkillGroupNumber"].is_null());
    let mut floor = Floor::with(lively(), &[ANNA]);
    floor.serve(ANNA);
    let told = floor.only(ANNA, "OnCallEstablished");
    assert!(told["ServiceNumber"].as_i64().is_some_and(|number| number > 0));
    assert_eq!(told["SkillGroupPriority"], 0);
    for told in floor.all(ANNA, "OnAgentStateChange") {
        assert_eq!(told["StateDuration"], 0, "told as the state begins");
    }
}

#[test]
fn r77_the_line_of_a_new_call_is_not_known() {
    let mut floor = Floor::with(quiet(), &[ANNA]);
    floor.done(ANNA, "MakeCall", json!({ "DialedNumber": "4002" }));
    assert_eq!(floor.only(ANNA, "OnMakeCallConf")["LineHandle"], 0xFFFF);
}

#[test]
fn r80_every_mask_is_followed_by_the_buttons_it_enables() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    let call = floor.serve(ANNA);
    floor.done(ANNA, "Hold", json!({ "UniqueObjectID": call }));
    floor.done(ANNA, "Retrieve", json!({ "UniqueObjectID": call }));
    floor.done(ANNA, "Clear", json!({ "UniqueObjectID": call }));
    let told = floor.take(ANNA);
    let mut masks = 0;
    for (place, event) in told.iter().enumerate() {
        let is_answer = event.name.ends_with("Conf") || event.name == "OnButtonEnablementChange";
        if let Some(mask) = event.fields.get("EnablementMask").filter(|_| !is_answer) {
            masks += 1;
            let next = &told[place + 1];
            assert_eq!(next.name, "OnButtonEnablementChange", "after {}", event.name);
            assert_eq!(next.fields["EnablementMask"], *mask);
            assert_eq!(next.fields["UniqueObjectID"], event.fields["UniqueObjectID"]);
        }
    }
    assert!(masks > 8, "{masks}");
}

#[test]
fn r83_a_change_of_the_team_is_told_to_both_supervisors() {
    let mut settings = quiet();
    settings.agents = 16;
    settings.desks = 4;
    let mut floor = Floor::new(settings);
    let teams = floor.centre.teams().to_vec();
    assert_eq!(teams.len(), 2);
    let (old, new) = (teams[0].supervisor, teams[1].supervisor);
    let member = *teams[0].members.first().expect("a member");
    let happenings = floor.centre.move_to_team(member, Some(TeamId::new(1)));
    floor.hear(&happenings);
    let left = floor.only(old, "OnNewAgentTeamMember");
    let joined = floor.only(new, "OnNewAgentTeamMember");
    assert_eq!(
        (&left["ConfigOperation"], &joined["ConfigOperation"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(left["AgentID"], joined["AgentID"]);
    assert!(floor.centre.teams()[1].members.contains(&member));
    assert!(!floor.centre.teams()[0].members.contains(&member));
    // Supervisors stay, and so does everybody when there is no such team.
    floor.forget();
    for (agent, team) in [
        (old, Some(TeamId::new(1))),
        (member, Some(TeamId::new(9))),
        (member, Some(TeamId::new(1))),
    ] {
        assert_eq!(floor.centre.move_to_team(agent, team), []);
    }
}

#[test]
fn r67_what_is_asked_for_during_a_call_is_noted_until_it_has_taken_effect() {
    let mut floor = Floor::with(lively(), &[ANNA, SUPERVISOR]);
    let call = floor.serve(ANNA);
    let noted = |floor: &mut Floor| {
        let told = floor.all(ANNA, "OnAgentStateChange");
        floor.forget();
        let last = told.last().expect("a change").clone();
        let field = |name: &str| last.get(name).cloned().unwrap_or_default();
        (
            field("NextAgentState"),
            field("NextEventReasonCode"),
            field("NextAgentStateByID"),
        )
    };
    assert_eq!(noted(&mut floor), (Value::Null, Value::Null, Value::Null));
    for (state, reason) in [(2, 2), (2, 3), (3, 0), (6, 0), (5, 0), (3, 0), (2, 1)] {
        let wish = json!({ "AgentState": state, "EventReasonCode": reason });
        floor.done(ANNA, "SetAgentState", wish);
        assert_eq!(noted(&mut floor), (json!(state), json!(reason), Value::Null));
        let snapshot = ctios::snapshot(&floor.centre, ANNA);
        let conf = snapshot
            .iter()
            .find(|event| event.name == "OnQueryAgentStateConf");
        let fields = floor::check_documented(conf.expect("an answer"));
        assert_eq!(
            fields["NextAgentState"], state,
            "a desk that comes back knows it, too"
        );
    }
    // The supervisor takes it over.
    floor.done(
        SUPERVISOR,
        "StartMonitoringAgent",
        json!({ "AgentReference": "1001" }),
    );
    let wish = json!({ "SupervisorID": "1003", "AgentID": "1001", "AgentState": 3 });
    floor.done(SUPERVISOR, "SetAgentState", wish);
    assert_eq!(noted(&mut floor), (json!(3), json!(0), json!("1003")));
    floor.done(
        ANNA,
        "SetAgentState",
        json!({ "AgentState": 2, "EventReasonCode": 4 }),
    );
    floor.forget();
    // It holds through after-call work, and is over with it.
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    assert_eq!(noted(&mut floor), (json!(2), json!(4), Value::Null));
    floor.wait_until("the end of after-call work", |centre| {
        centre
            .agent(ANNA)
            .is_some_and(|found| found.status.state == AgentState::NotReady)
    });
    assert_eq!(noted(&mut floor), (Value::Null, Value::Null, Value::Null));
    assert_eq!(
        floor.centre.agent(ANNA).expect("Anna").status.reason,
        Reason::TRAINING
    );
}

#[test]
fn r74_every_change_of_a_state_says_who_or_what_changed_it() {
    let mut floor = Floor::with(lively(), &[ANNA, SUPERVISOR]);
    let by = |floor: &Floor| {
        let told = floor.all(ANNA, "OnAgentStateChange");
        let last = told.last().expect("a change").clone();
        let id = last
            .get("StateChangedByID")
            .and_then(Value::as_str)
            .unwrap_or_default();
        format!("{}{id}", last["StateChangedBy"].as_str().expect("a word"))
    };
    let not_ready = json!({ "AgentState": 2, "EventReasonCode": 1 });
    floor.done(ANNA, "SetAgentState", not_ready.clone());
    assert_eq!(by(&floor), "agent");
    floor.done(
        SUPERVISOR,
        "StartMonitoringAgent",
        json!({ "AgentReference": "1001" }),
    );
    let ready = json!({ "SupervisorID": "1003", "AgentID": "1001", "AgentState": 3 });
    floor.done(SUPERVISOR, "SetAgentState", ready);
    assert_eq!(by(&floor), "supervisor1003");
    floor.wait_until("a call", |centre| {
        !centre.agent(ANNA).expect("Anna").calls.is_empty()
    });
    assert_eq!(by(&floor), "call");
    floor.wait(22_000);
    assert_eq!(by(&floor), "noanswer");
    let call = floor.serve(ANNA);
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    assert_eq!(by(&floor), "call");
    floor.wait_until("the end of after-call work", |centre| {
        !centre.agent(ANNA).expect("Anna").status.state.is_wrap_up()
    });
    assert_eq!(by(&floor), "timer");
    // What was asked for during the call is the agent's doing when it comes.
    floor.wait_until("a call", |centre| {
        centre
            .calls_of(ANNA)
            .any(|(_, leg)| leg.state == LegState::Alerting)
    });
    let call = floor.call(ANNA);
    floor.done(ANNA, "Answer", json!({ "UniqueObjectID": call }));
    floor.done(ANNA, "SetAgentState", not_ready);
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    floor.wait_until("the end of after-call work", |centre| {
        !centre.agent(ANNA).expect("Anna").status.state.is_wrap_up()
    });
    assert_eq!(by(&floor), "agent");
    let happenings = floor.centre.sign_out_by_force(ANNA, Reason::FORCED);
    floor.hear(&happenings);
    assert_eq!(by(&floor), "system");
}

/// Leaves the agent in after-call work; the call.
fn wrapping_up(floor: &mut Floor, agent: AgentId) -> String {
    let call = floor.serve(agent);
    floor.done(agent, "ClearConnection", json!({ "UniqueObjectID": call }));
    call
}

#[test]
fn r54_r57_a_call_can_be_filed_until_after_call_work_is_over() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    let call = wrapping_up(&mut floor, ANNA);
    let mask = Mask::WRAPUP.bits() | Mask::STATISTICS.bits() | Mask::CHAT.bits();
    assert_eq!(floor.only(ANNA, "OnCallCleared")["EnablementMask"], mask);
    assert_eq!(floor.all(ANNA, "OnCallEnd").len(), 0);
    assert_eq!(
        floor.send(ANNA, "Answer", json!({ "UniqueObjectID": call })),
        Err(38),
        "it is over"
    );
    let failure = floor.only(ANNA, "OnControlFailureConf");
    assert_eq!(failure["EnablementMask"], mask);
    // A desk that comes back has it, too.
    let snapshot = ctios::snapshot(&floor.centre, ANNA);
    let told: Vec<&str> = snapshot.iter().map(|event| event.name).collect();
    let begun = told
        .iter()
        .position(|name| *name == "OnCallBegin")
        .expect("a call");
    assert!(told[begun..].contains(&"OnCallCleared") && !told.contains(&"OnCallEnd"));
    floor.keep(ANNA, snapshot);
    floor.forget();
    let filed = json!({ "CallWrapupData": "Invoice", "CallVariable4": "x" });
    floor.done(ANNA, "SetCallData", data(&call, &filed));
    let told = floor.only(ANNA, "OnCallDataUpdate");
    assert_eq!(
        told,
        json!({ "UniqueObjectID": call, "CallWrapupData": "Invoice", "CallVariable4": "x" })
    );
    let conf = ctios::snapshot_call(&floor.centre, ANNA, InvokeId(9), &call).expect("a call");
    let fields = floor::check_documented(&conf);
    assert_eq!(
        (&fields["CallWrapupData"], &fields["CallStatus"]),
        (&json!("Invoice"), &json!(0))
    );
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 2 }));
    let names = floor.names(ANNA);
    let place = |name: &str| names.iter().position(|other| *other == name).expect("told");
    assert!(place("OnCallEnd") < place("OnAgentStateChange"));
    assert_eq!(floor.send(ANNA, "SetCallData", data(&call, &filed)), Err(13));
}

#[test]
fn after_call_work_begins_anew_twice_and_no_more() {
    let mut floor = Floor::with(lively(), &[ANNA]);
    wrapping_up(&mut floor, ANNA);
    let wrap_up = |floor: &Floor| floor.centre.agent(ANNA).expect("Anna").status.wrap_up;
    let began = wrap_up(&floor).expect("after-call work");
    let limit = began.limit.as_millis();
    for more in 1..=2 {
        floor.wait(limit - 1_000);
        floor.forget();
        let again = floor.mask(ANNA) & Mask::WORKREADY.bits();
        assert_ne!(again, 0, "the same state may be asked for");
        floor.done(ANNA, "SetAgentState", json!({ "AgentState": 6 }));
        assert_eq!(floor.all(ANNA, "OnAgentStateChange").len(), 1);
        let now = wrap_up(&floor).expect("after-call work");
        assert_eq!((now.extensions, now.guid), (more, began.guid));
        assert!(now.ends() > floor.centre.now() + Span::from_millis(limit - 500));
    }
    assert_eq!(floor.mask(ANNA) & Mask::WORKREADY.bits(), 0);
    assert_eq!(
        floor.send(ANNA, "SetAgentState", json!({ "AgentState": 6 })),
        Err(38)
    );
    // The other work state changes what follows, and no time.
    let ends = wrap_up(&floor).expect("after-call work").ends();
    floor.done(ANNA, "SetAgentState", json!({ "AgentState": 5 }));
    assert_eq!(wrap_up(&floor).expect("after-call work").ends(), ends);
    floor.wait(limit + 500);
    assert_eq!(wrap_up(&floor), None);
    let found = floor.centre.agent(ANNA).expect("Anna");
    assert_eq!(found.status.state, AgentState::NotReady);
}

#[test]
fn wrap_up_data_are_required_optional_or_not_allowed_as_the_desk_settings_say() {
    let settings = Settings { desks: 5, ..lively() };
    for (agent, mode, filing) in [
        (AgentId::new(0), 1, Filing::Optional),
        (AgentId::new(2), 2, Filing::NotAllowed),
        (AgentId::new(3), 0, Filing::Required),
    ] {
        let mut floor = Floor::with(settings, &[agent]);
        let told = ctios::desk_settings(&floor.centre, agent, InvokeId(1));
        let fields = floor::check_documented(&told);
        for field in ["WrapupDataIncomingMode", "WrapupDataOutgoingMode"] {
            assert_eq!(fields[field], mode, "{agent:?}");
        }
        assert_eq!(floor.centre.agent(agent).expect("an agent").filing, filing);
        let call = floor.serve(agent);
        let files = floor.call_mask(agent) & Mask::WRAPUP.bits() != 0;
        assert_eq!(files, filing != Filing::NotAllowed);
        let about = json!({ "UniqueObjectID": call });
        floor.forget();
        floor.done(agent, "ClearConnection", about);
        let ended = floor.all(agent, "OnCallEnd").len();
        assert_eq!(ended, usize::from(!files));
        let change = data(&call, &json!({ "CallWrapupData": "Order" }));
        let ready = json!({ "AgentState": 3 });
        if filing == Filing::Required {
            assert_eq!(floor.send(agent, "SetAgentState", ready.clone()), Err(6));
            let text = floor.only(agent, "OnControlFailureConf")["ErrorMessage"].clone();
            assert!(text.as_str().expect("a text").contains("required"));
            // Two more states that are no way out, and one that is none: to go on working.
            let break_now = json!({ "AgentState": 2, "EventReasonCode": 1 });
            assert_eq!(floor.send(agent, "SetAgentState", break_now), Err(6));
            floor.done(agent, "SetAgentState", json!({ "AgentState": 5 }));
            floor.done(agent, "SetCallData", change);
        } else {
            let verdict = floor.send(agent, "SetCallData", change);
            assert_eq!(verdict.is_ok(), files, "{verdict:?}");
        }
        floor.wait(200);
        floor.done(agent, "SetAgentState", ready);
    }
}

#[test]
fn after_call_work_without_the_required_data_ends_with_its_time() {
    let settings = Settings { desks: 5, ..lively() };
    let agent = AgentId::new(3);
    let mut floor = Floor::with(settings, &[agent]);
    wrapping_up(&mut floor, agent);
    floor.wait_until("the end of after-call work", |centre| {
        !centre.agent(agent).expect("an agent").status.state.is_wrap_up()
    });
    assert_eq!(floor.all(agent, "OnCallEnd").len(), 1);
}
