//! CTI OS over long and random histories: nothing undocumented is ever told, masks are what can be asked
//! for, and the gateway's connection and the short form of events keep their rules.

mod floor;

use floor::{ANNA, BEN, Floor, Reading, SUPERVISOR, Told, check_documented, lively, quiet};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use switchhook_hub::centre::{
    AgentId, Audience, CallData, CallId, Centre, Command, ConsultFor, Figures, LegState, Mask, Moment,
    Reason, RequestedState, Settings, Span,
};
use switchhook_hub::tell::ctios::link::{
    HEARTBEAT, Link, MAX_HEARTBEATS, SERVERS, Step, SystemEvent, system_event,
};
use switchhook_hub::tell::ctios::{self, CtiEvent, minimise};

#[test]
fn everything_told_of_a_busy_centre_is_documented() {
    let mut names = BTreeSet::new();
    for seed in [1, 2] {
        let settings = Settings {
            seed,
            agents: 48,
            queues: 9,
            callbacks: 20,
            rate: 1.3,
            desks: 2,
            ..quiet()
        };
        let mut centre = Centre::new(settings);
        let mut readers: BTreeMap<AgentId, Reading> = BTreeMap::new();
        for agent in centre.agents() {
            let reader = readers.entry(agent.id).or_default();
            for event in ctios::snapshot(&centre, agent.id) {
                reader.read(&event);
            }
        }
        // Every supervisor watches the team and monitors a member.
        for team in centre.teams().to_vec() {
            let member = format!("{}", 1_001 + team.members.first().expect("a member").number());
            for (method, arguments) in [
                ("StartMonitoringAllAgentTeams", json!({ "InvokeID": 1 })),
                (
                    "StartMonitoringAgent",
                    json!({ "InvokeID": 2, "AgentReference": member }),
                ),
            ] {
                let (_, command) = ctios::parse_command(method, &arguments).expect("a command");
                let _ = centre.command(team.supervisor, command);
            }
        }
        for step in 1..=2_400 {
            let happenings = centre.advance_to(settings.start + Span::from_secs(step * 3));
            let mut told = Vec::new();
            for happening in &happenings {
                let mut events: Vec<CtiEvent> = Vec::new();
                ctios::tell(&centre, happening, &mut events);
                let agent = happening.what.agent();
                if let Some(agent) = agent {
                    told.extend(events.into_iter().map(|event| (agent, event)));
                }
                ctios::tell_watchers(&centre, happening, &|_| true, &mut told);
            }
            for (agent, event) in &told {
                check_documented(event);
                readers.entry(*agent).or_default().read(event);
                names.insert(event.name);
            }
            if step % 100 == 0 {
                for agent in centre.agents() {
                    for event in ctios::snapshot(&centre, agent.id) {
                        check_documented(&event);
                    }
                }
            }
        }
    }
    for name in [
        "OnAgentPrecallAbortEvent",
        "OnCallDiverted",
        "OnCallTransferred",
        "OnCallConferenced",
        "OnMonitoredAgentStateChange",
        "OnMonitoredCallEnd",
    ] {
        assert!(names.contains(name), "{name} is missing from {names:?}");
    }
    // Inbound queuing is for clients of another service (R64); a Unified CCE needs no translation route (R49).
    for name in ["OnCallQueuedEvent", "OnCallDequeuedEvent", "OnTranslationRoute"] {
        assert!(!names.contains(name), "{name}");
    }
}

#[test]
fn r64_inbound_queuing_is_told_to_nobody_at_a_desk() {
    let settings = Settings {
        agents: 12,
        rate: 4.0,
        ..quiet()
    };
    let mut centre = Centre::new(settings);
    let happenings = centre.advance_to(settings.start + Span::from_mins(30));
    let waits = centre
        .queues()
        .iter()
        .any(|queue| queue.figures(centre.now()).waiting > 0);
    assert!(waits, "callers wait in queues");
    for happening in &happenings {
        let mut events = Vec::new();
        ctios::tell(&centre, happening, &mut events);
        assert!(events.iter().all(|event| !event.name.contains("ueued")));
    }
}

#[test]
fn r50_every_withdrawal_follows_an_announcement_and_no_call_begins_in_between() {
    let settings = Settings {
        agents: 40,
        queues: 6,
        rate: 1.5,
        ..quiet()
    };
    let mut centre = Centre::new(settings);
    let mut announced: BTreeMap<AgentId, String> = BTreeMap::new();
    let mut withdrawn = 0;
    for step in 1..=7_200 {
        let happenings = centre.advance_to(settings.start + Span::from_secs(step * 4));
        for happening in &happenings {
            let Some(agent) = happening.what.agent() else {
                continue;
            };
            let mut events = Vec::new();
            ctios::tell(&centre, happening, &mut events);
            for event in events {
                let fields: Value = serde_json::from_str(&event.arguments).expect("JSON");
                let contact = fields["ICMEnterpriseUniqueID"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                match event.name {
                    "OnAgentPrecallEvent" => {
                        announced.insert(agent, contact);
                    }
                    "OnAgentPrecallAbortEvent" => {
                        withdrawn += 1;
                        assert_eq!(announced.remove(&agent), Some(contact));
                    }
                    // A call that was announced begins as that, and the announcement is used up.
                    "OnCallBegin" if announced.get(&agent) == Some(&contact) => {
                        announced.remove(&agent);
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(withdrawn > 0, "nobody gave up in time");
}

/// A command that an agent could give, possible or not, with the mask that decides about it: that of the
/// call it is about, or the agent's.
fn commands(centre: &Centre, agent: AgentId, call: Option<CallId>) -> Vec<(Mask, bool, Command)> {
    let mut commands = vec![
        (
            Mask::CHAT,
            false,
            Command::Chat {
                to: Audience::Agent(agent),
                text: "x".to_owned(),
            },
        ),
        (Mask::STATISTICS, false, Command::EnableFigures(Figures::Agent)),
        (Mask::READY, false, Command::SetAgentState(RequestedState::Ready)),
        (
            Mask::NOTREADY_WITH_REASON,
            false,
            Command::SetAgentState(RequestedState::NotReady(Reason::LUNCH)),
        ),
        (
            Mask::WORKREADY,
            false,
            Command::SetAgentState(RequestedState::WorkReady),
        ),
        (
            Mask::WORKNOTREADY,
            false,
            Command::SetAgentState(RequestedState::WorkNotReady),
        ),
        (Mask::LOGOUT, false, Command::Logout { reason: Reason::NONE }),
    ];
    if centre.agent(agent).is_some_and(|found| found.calls.is_empty()) {
        commands.extend([
            (
                Mask::MAKECALL,
                false,
                Command::MakeCall {
                    number: "4002".to_owned(),
                },
            ),
            (Mask::SUPERVISOR_ASSIST, false, Command::SupervisorAssist(None)),
            (Mask::EMERGENCY_CALL, false, Command::EmergencyCall(None)),
        ]);
    }
    let Some(call) = call else {
        return commands;
    };
    let mut wrap_up = CallData::default();
    wrap_up.set_wrap_up("x");
    let recorded = centre.call(call).and_then(|found| found.recorded_by);
    let record = match recorded {
        None => Some(Command::StartRecord(call)),
        Some(by) if by == agent => Some(Command::StopRecord(call)),
        Some(_) => None,
    };
    commands.extend([
        (Mask::ANSWER, true, Command::Answer(call)),
        (Mask::RELEASE, true, Command::ClearConnection(call)),
        (Mask::HOLD, true, Command::Hold(call)),
        (Mask::RETRIEVE, true, Command::Retrieve(call)),
        (Mask::ALTERNATE, true, Command::Alternate(call)),
        (Mask::RECONNECT, true, Command::Reconnect(call)),
        (
            Mask::TRANSFER_INIT,
            true,
            Command::MakeConsultCall {
                call,
                number: "4002".to_owned(),
                purpose: ConsultFor::Transfer,
            },
        ),
        (Mask::TRANSFER_COMPLETE, true, Command::Transfer(call)),
        (Mask::CONFERENCE_COMPLETE, true, Command::Conference(call)),
        (
            Mask::SINGLE_STEP_TRANSFER,
            true,
            Command::SingleStepTransfer {
                call,
                number: "0912345".to_owned(),
            },
        ),
        (
            Mask::SINGLE_STEP_CONFERENCE,
            true,
            Command::SingleStepConference {
                call,
                number: "0912345".to_owned(),
            },
        ),
        (
            Mask::WRAPUP,
            true,
            Command::SetCallData {
                call,
                change: Box::new(wrap_up),
            },
        ),
        (
            Mask::SUPERVISOR_ASSIST,
            true,
            Command::SupervisorAssist(Some(call)),
        ),
        (Mask::EMERGENCY_CALL, true, Command::EmergencyCall(Some(call))),
        (Mask::BAD_LINE_CALL, true, Command::ReportBadLine(call)),
    ]);
    commands.extend(record.map(|command| (Mask::RECORD, true, command)));
    commands
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masks_are_what_can_be_asked_for(seed in any::<u64>(), choices in prop::collection::vec((0_usize..64, 0_i64..8_000), 60)) {
        let mut floor = Floor::new(Settings { seed, rate: 1.0, ..quiet() });
        for agent in [ANNA, BEN, SUPERVISOR] {
            let number = agent.number();
            let arguments = json!({ "AgentID": (1_001 + number).to_string(), "AgentInstrument": (4_001 + number).to_string() });
            let _ = floor.send(agent, "Login", arguments);
        }
        floor.wait(200);
        let mut taken = 0;
        for (place, (choice, pause)) in choices.into_iter().enumerate() {
            let agent = [ANNA, BEN, SUPERVISOR][place % 3];
            floor.wait(pause);
            let centre = &floor.centre;
            let found = centre.agent(agent).expect("an agent");
            if !found.is_signed_in() {
                let login = Command::Login { agent_login: found.login.clone(), extension: found.extension.clone() };
                let _ = floor.centre.command(agent, login);
                continue;
            }
            let calls: Vec<Option<CallId>> = centre
                .calls_of(agent)
                .filter(|(_, leg)| leg.state != LegState::Coming)
                .map(|(call, _)| Some(call.facts.id))
                .chain([None])
                .collect();
            let mut possible = Vec::new();
            for call in calls {
                for (bit, is_of_call, command) in commands(centre, agent, call) {
                    let mask = match call.filter(|_| is_of_call) {
                        Some(call) => centre.call(call).and_then(|call| call.leg(agent)).expect("a leg").mask,
                        None => found.status.mask,
                    };
                    let is_taken = centre.clone().command(agent, command.clone()).is_ok();
                    prop_assert_eq!(mask.allows(bit), is_taken, "{:?} of {:?}: {:?}", command, found, mask);
                    if is_taken {
                        possible.push(command);
                    }
                }
            }
            if let Some(command) = possible.get(choice % possible.len().max(1)) {
                taken += 1;
                let accepted = floor.centre.command(agent, command.clone()).expect("just possible");
                floor.hear(&accepted.happenings);
            }
        }
        prop_assert!(taken > 20, "{} commands", taken);
    }
}

fn names(step: &Step) -> Vec<&'static str> {
    step.events.iter().map(|event| event.name).collect()
}

fn fields(event: &CtiEvent) -> Map<String, Value> {
    check_documented(event)
}

#[test]
fn r41_missed_heartbeats_are_counted_and_the_last_is_the_failure_and_the_other_server_is_next() {
    let start = Moment::from_millis(1_795_248_000_000);
    let mut link = Link::default();
    let [a, b] = SERVERS;
    for (failing, next) in [(a, b), (b, a)] {
        assert!(link.is_up() && link.server() == failing);
        assert_eq!(link.next_due(), None, "quiet while all is well");
        link.fall_silent(start);
        assert!(!link.is_up());
        let mut now = start;
        for missed in 1..MAX_HEARTBEATS {
            assert_eq!(link.advance(now), Step::default(), "not before its time");
            now = now + HEARTBEAT;
            let step = link.advance(now);
            assert_eq!(names(&step), ["OnMissingHeartbeat"]);
            let told = fields(&step.events[0]);
            assert_eq!(told["ConsecutiveMissedHeartbeats"], missed);
            assert_eq!(told["HeartbeatInterval"], HEARTBEAT.as_millis());
        }
        now = now + HEARTBEAT;
        let step = link.advance(now);
        assert_eq!(
            names(&step),
            ["OnConnectionFailure", "OnCTIOSFailure"],
            "in place of the next miss"
        );
        let told = fields(&step.events[0]);
        assert_eq!(
            (&told["FailedServer"], &told["ReasonCode"]),
            (&json!(failing.host), &json!(1))
        );
        assert!(!step.is_back);
        let step = link.advance(now + Span::from_secs(10));
        assert_eq!(names(&step), ["OnConnection", "OnCTIOSFailure"]);
        assert!(step.is_back, "every desk needs the present state");
        let told = fields(&step.events[0]);
        assert_eq!(told["CurrentServer"], next.host);
        assert!(
            told["EventTime"]
                .as_i64()
                .is_some_and(|time| (0..86_400_000).contains(&time))
        );
    }
}

#[test]
fn r41_a_clock_that_jumps_misses_nothing() {
    let start = Moment::from_millis(0);
    let mut link = Link::default();
    link.fall_silent(start);
    let step = link.advance(start + Span::from_mins(10));
    assert_eq!(
        names(&step),
        [
            "OnMissingHeartbeat",
            "OnMissingHeartbeat",
            "OnConnectionFailure",
            "OnCTIOSFailure",
            "OnConnection",
            "OnCTIOSFailure"
        ]
    );
    assert!(step.is_back && link.is_up());
}

#[test]
fn a_server_that_is_heard_again_in_time_keeps_the_connection() {
    let start = Moment::from_millis(0);
    let mut link = Link::default();
    assert_eq!(link.recover(start), Step::default(), "it was never silent");
    link.fall_silent(start);
    link.advance(start + HEARTBEAT);
    link.fall_silent(start + HEARTBEAT);
    let step = link.recover(start + HEARTBEAT);
    assert_eq!((names(&step), step.is_back), (vec!["OnHeartbeat"], true));
    assert_eq!(link.server(), SERVERS[0]);
    let step = link.break_off(start + HEARTBEAT);
    assert_eq!(fields(&step.events[0])["ReasonCode"], 2);
    assert_eq!(
        link.break_off(start + HEARTBEAT),
        Step::default(),
        "it is broken already"
    );
}

#[test]
fn r44_a_system_event_names_the_peripheral_only_when_one_comes_or_goes() {
    for (what, number, has_argument) in [
        (SystemEvent::CentralControllerOnline, 1, false),
        (SystemEvent::CentralControllerOffline, 2, false),
        (SystemEvent::PeripheralOnline, 3, true),
        (SystemEvent::PeripheralOffline, 4, true),
        (SystemEvent::CtiServerOffline, 7, false),
        (SystemEvent::CtiOsServerOffline, 14, false),
        (SystemEvent::CtiOsServerOnline, 15, false),
    ] {
        let told = fields(&system_event(what));
        assert_eq!(
            (&told["FailureCode"], &told["SystemEventID"]),
            (&json!(10), &json!(number))
        );
        assert_eq!(told.contains_key("SystemEventArg1"), has_argument, "{what:?}");
    }
}

#[test]
fn r45_the_present_state_lists_exactly_the_calls_that_are_valid() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let call = floor.connect(ANNA, BEN);
    let device = |floor: &Floor| {
        let events = ctios::snapshot(&floor.centre, ANNA);
        let found = events.iter().find(|event| event.name == "OnSnapshotDeviceConf");
        fields(found.expect("what is on the device"))
    };
    let told = device(&floor);
    assert_eq!(told["NumCalls"], 1);
    assert_eq!(told["ValidCalls"], json!({ call.clone(): true }));
    floor.done(ANNA, "ClearConnection", json!({ "UniqueObjectID": call }));
    let told = device(&floor);
    assert_eq!((&told["NumCalls"], &told["ValidCalls"]), (&json!(0), &json!({})));
}

/// The catalogue's rows of minimised parameters, as fields by event.
fn minimised_rows() -> BTreeMap<String, BTreeSet<String>> {
    let catalogue: Value =
        serde_json::from_str(include_str!("../../tests/vocabulary/cisco_ctios.json")).expect("JSON");
    let documented: BTreeMap<String, String> = catalogue["events"]
        .as_array()
        .expect("events")
        .iter()
        .flat_map(|event| event["fields"].as_array().expect("fields"))
        .map(|field| field["name"].as_str().expect("a name").to_owned())
        .map(|name| (format!("CTIOS_{}", name.to_uppercase()), name))
        .collect();
    let mut rows = BTreeMap::new();
    for row in catalogue["minimised_event_parameters"]["rows"]
        .as_array()
        .expect("rows")
    {
        for event in row["events"].as_array().expect("events") {
            let id = event.as_str().expect("an id");
            let plain = id.trim_start_matches('e').trim_end_matches("Event");
            let name = ["", "Event"]
                .into_iter()
                .map(|ending| format!("On{plain}{ending}"))
                .find(|name| floor::documented_names().any(|known| known == name));
            let parameters = row["parameters"].as_array().into_iter().flatten();
            let mut fields: BTreeSet<String> = parameters
                .filter_map(|parameter| parameter["name"].as_str())
                .filter_map(|name| documented.get(name).cloned())
                .collect();
            if row["parameters"].as_array().is_some_and(|all| {
                all.iter()
                    .any(|parameter| parameter["name"] == "GenerateCallDataUpdateArgs()")
            }) {
                fields.insert("everything".to_owned());
            }
            if let Some(name) = name {
                rows.insert(name, fields);
            }
        }
    }
    rows
}

#[test]
fn r92_r93_the_short_form_leaves_what_the_table_lists_and_adds_the_filter_target() {
    let rows = minimised_rows();
    assert!(rows.len() >= 14, "{:?}", rows.keys());
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    floor.done(ANNA, "MakeCall", json!({ "DialedNumber": "0912300" }));
    floor.wait(15_000);
    let call = floor.serve(ANNA);
    for method in ["Hold", "Retrieve", "Answer"] {
        let _ = floor.send(ANNA, method, json!({ "UniqueObjectID": call }));
        floor.wait(200);
    }
    floor.done(
        ANNA,
        "SetCallData",
        json!({ "UniqueObjectID": call, "CallVariable2": "x" }),
    );
    let consult = json!({ "UniqueObjectID": call, "DialedNumber": "4002", "ConsultType": 2 });
    floor.done(ANNA, "MakeConsultCall", consult);
    floor.wait(2_000);
    let consultation = floor.call(BEN);
    floor.done(BEN, "Answer", json!({ "UniqueObjectID": consultation }));
    floor.done(ANNA, "Conference", json!({ "UniqueObjectID": consultation }));
    floor.done(ANNA, "Clear", json!({ "UniqueObjectID": consultation }));
    let mut seen = BTreeSet::new();
    for Told { name, fields } in floor.take(ANNA) {
        let event = CtiEvent {
            name,
            arguments: fields.to_string().into(),
        };
        let short = minimise::reduced(event.clone(), "agent.5000.1001");
        let Some(row) = rows.get(name) else {
            assert_eq!(short, event, "{name} is not in the table");
            continue;
        };
        seen.insert(name);
        let short: Map<String, Value> = serde_json::from_str(&short.arguments).expect("JSON");
        assert_eq!(short["CTIOS_FILTERTARGET"], "agent.5000.1001", "{name} (R93)");
        let full = fields.as_object().expect("an object");
        for (field, value) in full {
            let stays = row.contains(field) || row.contains("everything") || field == "InvokeID";
            assert_eq!(short.get(field), stays.then_some(value), "{name}.{field} (R92)");
        }
        assert!(
            short
                .keys()
                .all(|field| full.contains_key(field) || field == "CTIOS_FILTERTARGET")
        );
    }
    for name in [
        "OnCallBegin",
        "OnCallEstablished",
        "OnCallOriginated",
        "OnCallHeld",
        "OnCallRetrieved",
        "OnCallConnectionCleared",
        "OnCallConferenced",
        "OnCallDataUpdate",
        "OnCallFailed",
        "OnControlFailureConf",
        "OnCallEnd",
    ] {
        assert!(seen.contains(name), "{name} was not told: {seen:?}");
    }
}
