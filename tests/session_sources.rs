//! T-Server, ccsevents and the RTE beside each other, end to end: from the bytes of a scripted hub to the model and back
//! to the wire. CallGem has cases of its own (`session_callgem.rs`).

mod session_rig;

use serde_json::{Value, json};
use session_rig::sources::{BOB, CALLGEM, CCS, GEM_STATES, START, STATES, TSERVER, connected, desk};
use session_rig::{ANN, Desk, LIST, QUEUE};
use switchhook::domain::agent::{Agent, AgentState, Reservation};
use switchhook::domain::call::{Call, RecordingLink, Stage};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::{Moment, Transition};
use switchhook::session::state::{Link, Notice};
use switchhook::vendor::Oddity;
// ---- several at once ----

#[test]
fn what_a_site_does_not_have_is_counted_and_changes_nothing() {
    let mut desk = connected(r#""snapshot":false"#);
    desk.tserver("EventAgentReserved", r#","AgentID":"1001""#);
    desk.ccs("sales", "call_create", r#","call":"c1","subscriber":"4001""#);
    desk.callgem(r"VZ\AN1001\SI1\DS0");
    desk.hub_calls("CallGemRollForward", r#"["x","begin",1]"#);
    assert_eq!(desk.session.oddities().of(Oddity::UnknownEvent), 4);
    assert!(desk.model.borrow().calls.is_empty());
    for target in ["TServerRequest", "CcsSubscribe", "CallGem"] {
        assert_eq!(desk.invocation(target), None, "{target}");
    }
}

#[test]
fn the_same_id_means_another_call_in_each_source_and_the_same_person() {
    let mut desk = connected(&format!(
        r#""telephony":"ctios","tserver":{{}},"ccs":{{{STATES}}},"callgem":{{}}"#
    ));
    desk.hub_calls("CtiEvent", r#"["OnCallBegin",{"UniqueObjectID":"7"}]"#);
    desk.ccs(
        "sales",
        "call_create",
        r#","call":"7","subscriber":"4001","caller":"555","called":"4001""#,
    );
    desk.callgem(r"VZ\AN1001\SI7\DS0");
    assert_eq!(desk.model.borrow().calls.len(), 3);
    let ann = desk.model.borrow().desk.me;
    for source in [CCS, CALLGEM] {
        assert_eq!(
            desk.call(source, "7").and_then(|call| call.agent),
            ann,
            "{source:?}"
        );
        assert!(desk.is_own(source, "7"));
    }
    assert!(desk.is_own(SourceId(0), "7"));
    desk.ccs("sales", "call_set_state", r#","call":"7","state":"talk""#);
    assert_eq!(desk.call(CCS, "7").map(|call| call.stage), Some(Stage::Connected));
    assert_eq!(desk.call(CALLGEM, "7").map(|call| call.stage), Some(Stage::Begun));
    // Bob by his phone, and somebody whom nobody knows.
    desk.ccs("sales", "call_create", r#","call":"8","subscriber":"4002""#);
    desk.ccs("sales", "call_create", r#","call":"9","subscriber":"4444""#);
    assert!(!desk.is_own(CCS, "8") && !desk.is_own(CCS, "9"));
    let bob = desk.agent(SourceId(0), BOB).expect("Bob");
    assert_eq!(desk.agent(CCS, "4002").as_ref(), Some(&bob));
    let stranger = desk.agent(CCS, "4444").expect("a row of its own");
    assert_eq!((stranger.source, desk.model.borrow().agents.len()), (CCS, 3));
}

#[test]
fn a_source_confirms_only_the_rows_that_it_made() {
    let mut desk = connected(r#""tserver":{}"#);
    let sure =
        |desk: &Desk, agent: &Agent| desk.model.borrow().is_confirmed(agent.source, agent.confirmed_in);
    desk.tserver("EventAgentReserved", r#","AgentID":"1002""#);
    desk.tserver("EventAgentReserved", r#","AgentID":"7777""#);
    let bob = desk.agent(TSERVER, "1002").expect("Bob");
    assert!(bob.reservation.is_some());
    assert!(
        !sure(&desk, &bob) && bob.heard.is_none(),
        "of his state nothing was heard"
    );
    let stranger = desk.agent(TSERVER, "7777").expect("a row of its own");
    assert!(sure(&desk, &stranger));
    // The T-Server's count of sessions runs ahead of the RTE's: that marks none of the RTE's rows.
    desk.receive(&session_rig::user_status(true));
    let ann = desk.agent(SourceId(0), ANN).expect("Ann");
    assert!(sure(&desk, &ann));
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    desk.tserver("EventAgentReserved", r#","AgentID":"1001""#);
    let ann = desk.agent(SourceId(0), ANN).expect("Ann");
    assert!(sure(&desk, &ann), "{ann:?}");
    let stranger = desk.agent(TSERVER, "7777").expect("still there");
    assert!(!sure(&desk, &stranger));
}

#[test]
fn who_sits_at_another_phone_is_found_by_that_phone() {
    let mut desk = connected(&format!(r#""ccs":{{{STATES}}}"#));
    // The directory knows Ann at 4009; she signed in at 4001.
    desk.ccs("sales", "call_create", r#","call":"1","subscriber":"4001""#);
    assert!(desk.is_own(CCS, "1"));
    // The next agent at this page sits at Bob's usual phone.
    desk.feed(switchhook::session::Input::Leave);
    desk.feed(switchhook::session::Input::SignIn(
        switchhook::session::Credentials {
            login_id: "1001".into(),
            password: String::new(),
            extension: "4002".into(),
        },
    ));
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.ccs("sales", "call_create", r#","call":"2","subscriber":"4002""#);
    assert!(desk.is_own(CCS, "2"));
}

#[test]
fn a_snapshot_of_one_source_leaves_the_calls_of_the_others_alone() {
    let mut desk = connected(&format!(r#""telephony":"ctios","ccs":{{{STATES}}}"#));
    desk.ccs("sales", "call_create", r#","call":"1","subscriber":"4001""#);
    desk.ccs("sales", "call_set_state", r#","call":"1","state":"talk""#);
    desk.hub_calls(
        "CtiEvent",
        r#"["OnSnapshotDeviceConf",{"NumCalls":0,"ValidCalls":{}}]"#,
    );
    assert_eq!(desk.call(CCS, "1").map(|call| call.stage), Some(Stage::Connected));
}

#[test]
fn a_lost_connection_makes_every_source_uncertain_and_a_new_one_asks_them_all() {
    let mut desk = connected(r#""tserver":{},"ccs":{},"callgem":{}"#);
    assert_eq!(desk.link(), Link::Preparing, "the others have not answered yet");
    desk.complete("CcsSubscribe", "[]");
    desk.complete("CallGem", "null");
    assert_eq!(desk.link(), Link::Live);
    for source in [TSERVER, CCS, CALLGEM] {
        assert!(desk.is_live(source), "{source:?}");
    }
    desk.drop_socket();
    for source in [TSERVER, CCS, CALLGEM] {
        assert!(!desk.is_live(source), "{source:?}");
    }
    desk.sent.clear();
    desk.pass(2_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    for target in ["TServerRequest", "CcsSubscribe", "CallGem"] {
        assert_eq!(desk.invocations(target).len(), 1, "{target}");
    }
    for source in [TSERVER, CCS, CALLGEM] {
        assert!(desk.is_live(source), "{source:?}");
        assert_eq!(desk.model.borrow().source(source).session, 2);
    }
}

#[test]
fn a_question_that_was_lost_with_its_connection_was_not_refused() {
    let mut desk = connected(r#""tserver":{},"ccs":{},"callgem":{}"#);
    desk.drop_socket();
    assert_eq!(desk.session.connection().refused, [""; 0]);
    desk.pass(1_000);
    assert_eq!(desk.session.connection().refused, [""; 0]);
}

#[test]
fn a_session_that_the_hub_kept_asks_nothing_anew() {
    let mut desk = desk(r#""tserver":{},"ccs":{},"callgem":{}"#);
    desk.connect_with(r#","useStatefulReconnect":true"#);
    desk.complete("Subscribe", "[]");
    desk.receive("{\"type\":8,\"sequenceId\":5}\u{1e}");
    let asked = ["CcsSubscribe", "CallGem"].map(|target| desk.invocation(target).expect("asked").0);
    desk.drop_socket();
    assert!(!desk.is_live(CCS));
    desk.pass(1_000);
    desk.answer_token();
    desk.sent.clear();
    desk.reopen_socket();
    desk.receive("{\"type\":9,\"sequenceId\":3}\u{1e}");
    for source in [TSERVER, CCS, CALLGEM] {
        assert!(desk.is_live(source), "{source:?}");
        assert_eq!(desk.model.borrow().source(source).session, 1);
    }
    for target in ["TServerRequest", "CcsSubscribe", "CallGem"] {
        assert_eq!(desk.invocations(target), [], "{target}");
    }
    assert_eq!(desk.link(), Link::Preparing, "two answers are still to come");
    for id in asked {
        desk.receive(&format!(
            "{{\"type\":3,\"invocationId\":\"{id}\",\"result\":null}}\u{1e}"
        ));
    }
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn a_hub_without_the_rte_is_asked_for_none_of_it() {
    let mut desk = desk(r#""rte":false,"telephony":"ctios","ccs":{"domains":["sales"]}"#);
    desk.sign_in();
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(desk.invocation("AvailableSubscriptions"), None);
    assert!(desk.invocation("Login").is_some(), "{:?}", desk.sent);
    assert_eq!(desk.link(), Link::Preparing);
    desk.complete(
        "CcsSubscribe",
        r#"[{"domain":"sales","subscribed":true,"message":null}]"#,
    );
    assert_eq!(desk.link(), Link::Live);
    assert_eq!(desk.session.connection().subscribed, (1, 1));
    desk.receive(&session_rig::user_status(true));
    assert_eq!(desk.session.oddities().of(Oddity::UnknownEvent), 1);
    // The only stamps there are tell the server's time.
    let wall = Moment(START.0 + desk.time);
    desk.ccs(
        "sales",
        "call_create",
        r#","call":"1","time":"2023-11-14T22:14:20Z""#,
    );
    assert_eq!(
        desk.session.server_now(wall).since(wall),
        0,
        "an outside party's leg is nobody's"
    );
    let more = r#","call":"1","subscriber":"4001","time":"2023-11-14T22:14:20Z""#;
    desk.ccs("sales", "call_update", more);
    desk.pass(1_000);
    assert!(
        desk.session.connection().as_of.is_some(),
        "one source is as good as another"
    );
    let wall = Moment(START.0 + desk.time);
    assert_eq!(desk.session.server_now(wall).since(wall), 60_000);
}

mod together {
    use super::*;
    use proptest::prelude::*;

    /// One thing that one of the two sources tells: a call, whose it is, how far it is.
    #[derive(Debug, Clone, Copy)]
    struct Told {
        by_ccs: bool,
        call: u8,
        bobs: bool,
        stage: u8,
    }

    fn told() -> impl Strategy<Value = Told> {
        (any::<bool>(), 0..3_u8, any::<bool>(), 0..3_u8).prop_map(|(by_ccs, call, bobs, stage)| Told {
            by_ccs,
            call,
            bobs,
            stage,
        })
    }

    fn hear(desk: &mut Desk, told: Told) {
        let (call, number) = (told.call, usize::from(told.stage));
        if told.by_ccs {
            let subscriber = if told.bobs { "4002" } else { "4001" };
            let state = ["ringing", "talk", "over"][number];
            let more = format!(r#","call":"{call}","subscriber":"{subscriber}","state":"{state}""#);
            desk.ccs("sales", "call_set_state", &more);
        } else {
            let (agent, state) = (if told.bobs { "1002" } else { "1001" }, [2, 3, 9][number]);
            desk.callgem(&format!(r"VZ\AN{agent}\SI{call}\DS{state}"));
        }
    }

    fn calls(desk: &Desk, source: SourceId) -> Vec<Call> {
        let model = desk.model.borrow();
        let calls = model.calls.rows().map(|(_, call)| call);
        calls.filter(|call| call.source == source).cloned().collect()
    }

    /// The value of an argument, as likely to be of the right kind as not.
    fn value() -> impl Strategy<Value = String> {
        let line = r"(VZ|EE|EV|)(\\\\(TX|SI|AN|DS|OS|TS|YC)[a-z0-9.{}]{0,6}){0,6}"
            .prop_map(|line| format!("\"{line}\""));
        let fields = [
            "Event",
            "ReferenceID",
            "Timeout",
            "AgentID",
            "ThisDN",
            "ConnID",
            "time",
            "Extensions",
            "event",
            "domain",
            "call",
            "calls",
            "subscriber",
            "state",
            "connection",
            "id",
            "link",
        ];
        let words = [
            "\"EventPrimaryChanged\"",
            "\"EventLinkDisconnected\"",
            "\"EventLinkConnected\"",
            "\"EventACK\"",
            "\"EventAgentReserved\"",
            "\"EventCallInfoChanged\"",
            "\"call_create\"",
            "\"call_set_state\"",
            "\"connection_failure\"",
            "\"1001\"",
            "\"4001\"",
            "\"ringing\"",
            "-1",
            "3",
            "1e99",
            "null",
            "[]",
            "{}",
        ];
        let field = (
            prop::sample::select(fields.to_vec()),
            prop::sample::select(words.to_vec()),
        );
        let object = prop::collection::vec(field, 0..8).prop_map(|fields| {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            format!("{{{}}}", fields.join(","))
        });
        let mark =
            prop::sample::select(vec!["\"desk7-001\"", "\"begin\"", "\"end\"", "7"]).prop_map(str::to_owned);
        prop_oneof![line, object, mark]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever a hub says in these methods, the desk lives and hears what comes next.
        #[test]
        fn whatever_a_hub_says_the_desk_hears_what_comes_next(
            calls in prop::collection::vec(
                (
                    prop::sample::select(vec!["TServerEvent", "CcsEvent", "CallGem", "CallGemRollForward"]),
                    prop::collection::vec(value(), 0..3),
                ),
                0..60,
            ),
        ) {
            let mut desk = connected(&format!(
                r#""tserver":{{}},"ccs":{{{STATES}}},"callgem":{{"history":60,{GEM_STATES}}}"#
            ));
            for (target, arguments) in &calls {
                desk.hub_calls(target, &format!("[{}]", arguments.join(",")));
                desk.pass(10);
            }
            prop_assert_eq!(desk.session.connection().bad_records, 0);
            desk.receive(&session_rig::user_status(true));
            let ann = desk.agent(SourceId(0), ANN).and_then(|ann| ann.talking);
            prop_assert_eq!(ann, Some(true));
        }

        /// What one source tells is the same whatever another tells meanwhile, though both use the same ids.
        #[test]
        fn no_source_disturbs_another(events in prop::collection::vec(told(), 0..40)) {
            let site = format!(r#""ccs":{{{STATES}}},"callgem":{{{GEM_STATES}}}"#);
            let mut both = connected(&site);
            for event in &events {
                hear(&mut both, *event);
            }
            for (source, by_ccs) in [(CCS, true), (CALLGEM, false)] {
                let mut alone = connected(&site);
                for event in events.iter().filter(|event| event.by_ccs == by_ccs) {
                    hear(&mut alone, *event);
                }
                prop_assert_eq!(calls(&both, source), calls(&alone, source));
            }
        }
    }
}

// ---- RTE ----

/// What goes out to the hub for subscriptions: method and items, in order.
fn transcript(desk: &Desk) -> Vec<String> {
    let messages = desk.sent.iter().filter_map(|record| {
        let message: Value = serde_json::from_str(record).ok()?;
        let target = message.get("target")?.as_str()?;
        let items = message["arguments"][0].as_array().cloned().unwrap_or_default();
        let items: Vec<String> = items
            .iter()
            .map(|item| {
                let entity = item["entityId"].as_str().unwrap_or_default();
                let who = [
                    (ANN, "Ann"),
                    (BOB, "Bob"),
                    (QUEUE, "Support"),
                    (LIST, "Callbacks"),
                ];
                let who = who
                    .iter()
                    .find(|(id, _)| *id == entity)
                    .map_or(entity, |(_, who)| who);
                format!("{who}.{}", item["eventName"].as_str().unwrap_or_default())
            })
            .collect();
        Some(format!("{target} {}", items.join(" ")).trim_end().to_owned())
    });
    messages.filter(|line| line.contains("ubscri")).collect()
}

const ALL_ITEMS: &str = "Subscribe Ann.UserAvailability Ann.UserStatus Bob.UserAvailability Bob.UserStatus \
                         Support.QueueStatus Callbacks.CallbackChanged";

fn active(items: &[(&str, &str)]) -> String {
    let items = items
        .iter()
        .map(|(entity, event)| json!({"entityId": entity, "eventType": event}));
    Value::Array(items.collect()).to_string()
}

#[test]
fn r3_r11_after_a_reconnect_only_what_is_missing_is_asked_for() {
    let mut desk = connected(r#""snapshot":false"#);
    assert_eq!(transcript(&desk), ["AvailableSubscriptions", ALL_ITEMS]);
    desk.reconnect();
    desk.complete(
        "AvailableSubscriptions",
        r#"["UserStatus","UserAvailability","QueueStatus","CallbackChanged"]"#,
    );
    let upper = ANN.to_ascii_uppercase();
    desk.complete(
        "ActiveSubscriptions",
        &active(&[
            // Whatever the case of id and name (rule R9, irregularity E08).
            (&upper, "userstatus"),
            (QUEUE, "QUEUESTATUS"),
            (BOB, "UserStatus"),
            (BOB, "UserCallInHoldStart"),
            ("somebody-else", "UserStatus"),
        ]),
    );
    let lines = transcript(&desk);
    assert_eq!(lines[..2], ["AvailableSubscriptions", "ActiveSubscriptions"]);
    let mut ended: Vec<&str> = lines[2].split(' ').collect();
    ended.sort_unstable();
    assert_eq!(
        ended,
        [
            "Bob.UserCallInHoldStart",
            "Unsubscribe",
            "somebody-else.UserStatus"
        ]
    );
    assert_eq!(lines.len(), 3, "one call at a time");
    desk.complete("Unsubscribe", "true");
    assert_eq!(
        transcript(&desk)[3],
        "Subscribe Ann.UserAvailability Bob.UserAvailability Callbacks.CallbackChanged"
    );
    assert_eq!(desk.session.connection().subscribed, (3, 6));
    assert_eq!(desk.link(), Link::Preparing);
    desk.complete(
        "Subscribe",
        &format!(r#"[{{"subscribed":true,"entityId":"{ANN}","eventName":"useravailability"}}]"#),
    );
    assert_eq!(desk.session.connection().subscribed, (4, 6));
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn r6_events_that_an_entity_does_not_have_are_not_asked_for_again() {
    let mut desk = connected(r#""snapshot":false"#);
    desk.reconnect();
    desk.complete("AvailableSubscriptions", r#"["QueueStatus"]"#);
    desk.complete(
        "ActiveSubscriptions",
        &active(&[(QUEUE, "QueueStatus"), (ANN, "UserStatus")]),
    );
    assert_eq!(
        transcript(&desk),
        [
            "AvailableSubscriptions",
            "ActiveSubscriptions",
            "Unsubscribe Ann.UserStatus"
        ]
    );
    desk.refuse("Unsubscribe", "No.");
    assert_eq!(desk.link(), Link::Live, "what comes unwanted does no harm");
    assert_eq!(desk.session.connection().subscribed, (1, 1));
}

#[test]
fn a_hub_that_cannot_say_what_is_active_is_asked_for_everything() {
    for answer in [None, Some("7"), Some("[]")] {
        let mut desk = connected(r#""snapshot":false"#);
        desk.reconnect();
        desk.complete(
            "AvailableSubscriptions",
            r#"["UserStatus","UserAvailability","QueueStatus","CallbackChanged"]"#,
        );
        match answer {
            None => desk.refuse("ActiveSubscriptions", "Unknown method."),
            Some(answer) => desk.complete("ActiveSubscriptions", answer),
        }
        assert_eq!(transcript(&desk).last().map(String::as_str), Some(ALL_ITEMS));
    }
}

#[test]
fn d4_where_the_answer_is_the_present_state_everything_is_asked_for_again() {
    let mut desk = connected(r#""snapshot":true"#);
    desk.reconnect();
    desk.complete(
        "AvailableSubscriptions",
        r#"["UserStatus","UserAvailability","QueueStatus","CallbackChanged"]"#,
    );
    desk.complete("ActiveSubscriptions", &active(&[(QUEUE, "QueueStatus")]));
    assert_eq!(transcript(&desk).last().map(String::as_str), Some(ALL_ITEMS));
}

// ---- T-Server ----

#[test]
fn r94_the_first_request_of_every_session_sets_the_input_mask() {
    let mut desk = connected(r#""tserver":{}"#);
    assert_eq!(
        desk.requests(),
        [json!({"Request": "TSetInputMask", "ReferenceID": 1})]
    );
    desk.complete("TServerRequest", "null");
    desk.tserver("EventACK", r#","ReferenceID":1,"UserEvent":"TSetInputMask""#);
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    assert_eq!(
        desk.requests(),
        [json!({"Request": "TSetInputMask", "ReferenceID": 2})]
    );
    desk.refuse("TServerRequest", "There is no T-Server here.");
    let refused = &desk.session.connection().refused;
    assert!(
        refused[0].contains("TSetInputMask") && refused[0].contains("There is no T-Server here."),
        "{refused:?}"
    );
}

#[test]
fn r97_r98_a_reservation_is_a_fact_with_an_end_and_no_state() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.receive(&session_rig::user_status(false));
    let state = |desk: &Desk| desk.agent(SourceId(0), ANN).map(|agent| agent.state());
    let reservation = |desk: &Desk| desk.agent(SourceId(0), ANN).and_then(|agent| agent.reservation);
    assert_eq!(state(&desk), Some(AgentState::Ready));
    desk.tserver(
        "EventAgentReserved",
        r#","AgentID":"1001","ThisDN":"4001","Timeout":20000,"ReferenceID":99"#,
    );
    assert_eq!(state(&desk), Some(AgentState::Ready));
    let told = Reservation {
        from: START,
        until: Some(START.plus(20_000)),
    };
    assert_eq!(reservation(&desk), Some(told));
    assert!(told.holds_at(START.plus(19_999)) && !told.holds_at(START.plus(20_000)));
    desk.tserver("EventAgentReserved", r#","AgentID":"1001""#);
    let without_end = reservation(&desk).expect("reserved again");
    assert!(without_end.until.is_none() && without_end.holds_at(START.plus(86_400_000)));
    // A change of state ends it; the repetition of a state does not.
    desk.receive(&session_rig::user_status(false));
    assert!(reservation(&desk).is_some());
    desk.receive(&session_rig::user_status(true));
    assert_eq!(reservation(&desk), None);
}

#[test]
fn the_call_that_an_agent_was_reserved_for_ends_the_reservation() {
    let mut desk = connected(&format!(r#""tserver":{{}},"ccs":{{{STATES}}}"#));
    let reserved = |desk: &Desk, id: &str| {
        desk.agent(TSERVER, id)
            .is_some_and(|agent| agent.reservation.is_some())
    };
    for id in ["1001", "1002"] {
        desk.tserver(
            "EventAgentReserved",
            &format!(r#","AgentID":"{id}","Timeout":60000"#),
        );
    }
    desk.ccs("sales", "call_create", r#","call":"1","subscriber":"4002""#);
    assert!(reserved(&desk, "1002"), "a call that is nowhere yet may be any");
    desk.ccs("sales", "call_set_state", r#","call":"1","state":"ringing""#);
    assert!(!reserved(&desk, "1002") && reserved(&desk, "1001"));
    desk.ccs("sales", "call_create", r#","call":"2","subscriber":"4001""#);
    desk.ccs("sales", "call_set_state", r#","call":"2","state":"talk""#);
    assert!(!reserved(&desk, "1001"));
}

#[test]
fn r102_a_new_primary_is_asked_and_nothing_is_certain_until_it_has_answered() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.sent.clear();
    desk.hub_calls("TServerEvent", r#"[{"ApplicationName":"ts-2"}]"#);
    assert_eq!(
        desk.requests(),
        [
            json!({"Request": "TQueryLocation", "ReferenceID": 2}),
            json!({"Request": "TQueryAddress", "ReferenceID": 3, "ThisDN": "4001"}),
        ]
    );
    assert!(!desk.is_live(TSERVER) && desk.is_live(SourceId(0)));
    assert!(desk.session.take_resync(), "rows are drawn as of earlier");
    desk.tserver("EventACK", r#","ReferenceID":2"#);
    assert!(!desk.is_live(TSERVER));
    desk.tserver("EventACK", r#","ReferenceID":3"#);
    assert!(desk.is_live(TSERVER) && desk.session.take_resync());
    assert_eq!(desk.model.borrow().source(TSERVER).session, 2);
}

#[test]
fn r102_without_a_device_the_calls_are_asked_about_one_by_one() {
    let mut desk = desk(r#""rte":false,"tserver":{}"#);
    desk.feed(switchhook::session::Input::SignIn(
        switchhook::session::Credentials {
            login_id: "5555".into(),
            password: String::new(),
            extension: String::new(),
        },
    ));
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    for id in ["c1", "c2"] {
        desk.model.borrow_mut().calls.intern(Ref::new(TSERVER, id));
        desk.model.borrow_mut().calls.intern(Ref::new(CCS, id));
    }
    desk.sent.clear();
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    let asked: Vec<_> = desk
        .requests()
        .iter()
        .map(|request| request["ConnID"].clone())
        .collect();
    assert_eq!(asked, [Value::Null, json!("c1"), json!("c2")]);
    // An answer confirms the call that it is about.
    desk.tserver(
        "EventCallInfoChanged",
        r#","ConnID":"c1","ReferenceID":3,"Extensions":{"Segment":"gold"}"#,
    );
    desk.tserver("EventACK", r#","ReferenceID":2"#);
    desk.tserver("EventACK", r#","ReferenceID":4"#);
    assert!(desk.is_live(TSERVER));
    let sure = |call: &Call| desk.model.borrow().is_confirmed(call.source, call.confirmed_in);
    let call = desk.call(TSERVER, "c1").expect("known");
    assert!(sure(&call));
    assert_eq!(call.data, [("Segment".into(), "gold".into())]);
    assert!(!sure(&desk.call(TSERVER, "c2").expect("known")));
}

#[test]
fn r103_while_the_link_to_the_switch_is_down_the_desk_says_so() {
    let mut desk = connected(r#""tserver":{}"#);
    assert_eq!(desk.notices(), []);
    desk.tserver("EventLinkDisconnected", "");
    assert_eq!(desk.notices(), [Notice::SwitchLinkDown]);
    assert!(!desk.is_live(TSERVER) && desk.is_live(SourceId(0)));
    desk.tserver("EventLinkConnected", "");
    assert_eq!(desk.notices(), []);
    assert!(
        desk.is_live(TSERVER),
        "the primary is the same: there is nothing to ask"
    );
    assert_eq!(desk.requests().len(), 1);
}

#[test]
fn r105_a_change_of_the_primary_while_the_link_is_down_is_asked_about_when_it_is_up() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.sent.clear();
    desk.tserver("EventLinkDisconnected", "");
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    assert_eq!(desk.requests(), [json!(null); 0], "there is nobody to answer");
    desk.tserver("EventLinkConnected", "");
    assert_eq!(desk.requests().len(), 2, "asked once: {:?}", desk.requests());
    assert_eq!(desk.notices(), []);
    assert!(!desk.is_live(TSERVER));
    for reference in [2, 3] {
        desk.tserver("EventACK", &format!(r#","ReferenceID":{reference}"#));
    }
    assert!(desk.is_live(TSERVER));
}

#[test]
fn questions_that_are_not_taken_or_lost_with_the_connection_are_not_waited_for() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.sent.clear();
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    for (id, _) in desk.invocations("TServerRequest") {
        desk.receive(&format!(
            "{{\"type\":3,\"invocationId\":\"{id}\",\"error\":\"Busy.\"}}\u{1e}"
        ));
    }
    assert!(desk.is_live(TSERVER));
    assert!(desk.session.connection().refused[0].contains("Busy."));
    desk.hub_calls("TServerEvent", r#"[{"Event":"EventPrimaryChanged"}]"#);
    assert!(!desk.is_live(TSERVER));
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    assert!(
        desk.is_live(TSERVER),
        "a new session owes nothing to the one before"
    );
    assert_eq!(desk.session.connection().refused, [""; 0]);
    // Its numbers answer nothing any more.
    desk.tserver("EventACK", r#","ReferenceID":4"#);
    desk.tserver("EventACK", r#","ReferenceID":5"#);
    assert!(desk.is_live(TSERVER));
}

#[test]
fn changed_information_of_a_call_that_nobody_knows_makes_no_call() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.tserver("EventCallInfoChanged", r#","ConnID":"c1","Extensions":{"a":"b"}"#);
    assert!(desk.model.borrow().calls.is_empty());
    assert_eq!(desk.model.borrow().orphans, 1);
}

#[test]
fn r99_r101_r109_r110_what_the_desk_does_not_show_is_counted_by_its_name() {
    let mut desk = connected(r#""tserver":{}"#);
    desk.tserver("EventUserEvent", r#","ThisDN":"4001","Anything":1"#);
    desk.tserver("EventHardwareError", r#","ErrorCode":13"#);
    desk.tserver("EventPrivateInfo", r#","PrivateEvent":4010"#);
    desk.tserver("EventResourceAllocated", "");
    desk.tserver("EventResourceFreed", "");
    let oddities = desk.session.oddities();
    assert_eq!(
        (oddities.of(Oddity::NotShown), oddities.of(Oddity::Obsolete)),
        (3, 2)
    );
    let named = |event: &str, name: &str| {
        oddities
            .tallies()
            .iter()
            .any(|tally| tally.event == event && &*tally.name == name)
    };
    assert!(named("EventHardwareError", "13") && named("EventPrivateInfo", "4010"));
}

// ---- ccsevents ----

#[test]
fn r111_the_domains_are_asked_for_in_every_session_and_what_became_of_each_is_counted() {
    let mut desk = connected(r#""ccs":{}"#);
    let (_, arguments) = desk.invocation("CcsSubscribe").expect("subscribed");
    assert_eq!(arguments, json!([["sales", "help"]]), "the directory's domains");
    let answer = r#"[{"domain":"sales","subscribed":true,"message":null},
        {"domain":"help","subscribed":false,"message":"Not yours."}]"#;
    desk.complete("CcsSubscribe", &answer.replace('\n', ""));
    let view = desk.session.connection();
    assert_eq!(view.subscribed, (1, 8), "with the six of the RTE");
    assert_eq!(view.refused, ["help: Not yours."]);
    assert_eq!(view.link, Link::Live);
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    assert!(desk.invocation("CcsSubscribe").is_some());
    desk.refuse("CcsSubscribe", "Later.");
    assert_eq!(desk.session.connection().refused, ["ccsevents: Later."]);
}

#[test]
fn a_site_without_domains_says_so() {
    let mut desk = connected(r#""ccs":{"domains":[]}"#);
    assert_eq!(desk.invocation("CcsSubscribe"), None);
    assert!(desk.session.connection().refused[0].contains("domain"));
    assert_eq!(desk.link(), Link::Live);
    desk.pass(1_000);
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn r112_r113_copies_over_two_domains_are_one_and_what_one_domain_lacks_another_tells() {
    let mut desk = connected(&format!(r#""ccs":{{{STATES}}}"#));
    let create = r#","call":"1","subscriber":"4001","caller":"555","called":"4001""#;
    desk.ccs("sales", "call_create", create);
    desk.ccs("help", "call_create", create);
    let ringing = r#","call":"1","state":"ringing""#;
    // The called party's domain alone has the early events.
    desk.ccs("help", "call_set_state", ringing);
    assert_eq!(
        desk.told
            .iter()
            .filter(|told| matches!(told, Transition::Ringing(_)))
            .count(),
        1
    );
    desk.ccs("sales", "call_set_state", ringing);
    desk.ccs("sales", "call_set_state", r#","call":"1","state":"talk""#);
    // The copy that comes late does not take the call back.
    desk.ccs("help", "call_set_state", ringing);
    desk.ccs("help", "call_set_state", r#","call":"1","state":"talk""#);
    let connected = |told: &&Transition| matches!(told, Transition::Connected(_));
    assert_eq!(desk.told.iter().filter(connected).count(), 1);
    assert_eq!(desk.model.borrow().calls.len(), 1);
}

#[test]
fn d4_calls_that_no_domain_tells_of_after_a_reconnect_are_gone() {
    let mut desk = connected(&format!(r#""snapshot":true,"ccs":{{{STATES}}},"callgem":{{}}"#));
    for id in ["1", "2"] {
        desk.ccs(
            "sales",
            "call_create",
            &format!(r#","call":"{id}","subscriber":"4001""#),
        );
        desk.ccs(
            "sales",
            "call_set_state",
            &format!(r#","id":"e{id}","call":"{id}","state":"talk""#),
        );
    }
    desk.callgem(r"VZ\AN1001\SI1\DS0");
    desk.complete("CcsSubscribe", "[]");
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    desk.complete("ActiveSubscriptions", "[]");
    // The same words as before the reconnect: a new session knows no copies of them.
    desk.ccs(
        "sales",
        "call_set_state",
        r#","id":"e2","call":"2","subscriber":"4001","state":"talk""#,
    );
    let live = |desk: &Desk, source, id: &str| desk.call(source, id).is_some_and(|call| call.stage.is_live());
    assert!(live(&desk, CCS, "1"), "not before the answer");
    desk.complete("CcsSubscribe", "[]");
    assert!(!live(&desk, CCS, "1") && live(&desk, CCS, "2"));
    assert!(
        live(&desk, CALLGEM, "1"),
        "another source's calls are not covered"
    );
}

#[test]
fn an_answer_that_failed_covers_nothing() {
    let mut desk = connected(&format!(r#""snapshot":true,"ccs":{{{STATES}}}"#));
    desk.complete("CcsSubscribe", "[]");
    desk.ccs("sales", "call_create", r#","call":"1","subscriber":"4001""#);
    for _ in 0..2 {
        desk.reconnect();
        desk.refuse("CcsSubscribe", "Later.");
        assert!(desk.call(CCS, "1").is_some_and(|call| call.stage.is_live()));
    }
}

#[test]
fn r117_a_call_that_never_became_a_dialog_is_missed() {
    let mut desk = connected(&format!(r#""ccs":{{{STATES}}}"#));
    desk.ccs(
        "sales",
        "connection_failure",
        r#","call":"1","subscriber":"4001","caller":"+35840123","called":"4001","reason":"no answer""#,
    );
    assert!(
        desk.told.iter().any(|told| matches!(told, Transition::Missed(_))),
        "{:?}",
        desk.told
    );
    let call = desk.call(CCS, "1").expect("kept among the past ones");
    assert!(call.missed);
    assert_eq!(call.number.as_deref(), Some("+35840123"));
    assert_eq!(desk.model.borrow().past_calls.len(), 1);
    // A colleague's is theirs.
    desk.told.clear();
    desk.ccs(
        "sales",
        "connection_failure",
        r#","call":"2","subscriber":"4002","caller":"1","called":"4002""#,
    );
    assert_eq!(desk.told, []);
    assert_eq!(desk.model.borrow().past_calls.len(), 1);
}

#[test]
fn r118_only_an_address_in_the_web_is_a_link() {
    let mut desk = connected(r#""ccs":{}"#);
    desk.ccs("sales", "call_create", r#","call":"1","subscriber":"4001""#);
    desk.ccs(
        "sales",
        "connection_create",
        r#","connection":"d","calls":["1","x"]"#,
    );
    for (code, link) in [("a", "https://rec.example/a"), ("b", "javascript:alert(1)")] {
        let more = format!(r#","connection":"d","code":"{code}","link":"{link}""#);
        desk.ccs("sales", "connection_set_record_info", &more);
    }
    desk.ccs(
        "sales",
        "connection_set_record_info",
        r#","connection":"d","code":"c""#,
    );
    let call = desk.call(CCS, "1").expect("known");
    let links: Vec<_> = call
        .recordings
        .into_iter()
        .map(|recording| recording.link)
        .collect();
    assert_eq!(
        links,
        [
            Some(RecordingLink::Web("https://rec.example/a".into())),
            Some(RecordingLink::Text("javascript:alert(1)".into())),
            None,
        ]
    );
}

#[test]
fn colleagues_calls_are_bounded_and_do_not_push_the_own_ones_out() {
    let mut desk = connected(&format!(r#""ccs":{{{STATES}}}"#));
    desk.ccs("sales", "call_create", r#","call":"own","subscriber":"4001""#);
    desk.ccs("sales", "call_set_state", r#","call":"own","state":"over""#);
    for number in 0..200 {
        desk.ccs(
            "sales",
            "call_create",
            &format!(r#","call":"{number}","subscriber":"4002""#),
        );
        desk.ccs(
            "sales",
            "call_set_state",
            &format!(r#","call":"{number}","state":"over""#),
        );
    }
    let model = desk.model.borrow();
    assert_eq!(model.past_calls.len(), 1);
    assert!(model.calls.len() <= 51, "{}", model.calls.len());
}
