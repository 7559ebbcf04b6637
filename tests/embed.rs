//! The protocol with a portal, as `docs/embedding.md` has it: the handshake, requests and their answers, what is told.

mod embed_rig;
mod session_rig;

use embed_rig::{ALL_COMMANDS, ALL_TOPICS, Framed, NONCE, PORTAL, site};
use serde_json::{Value, json};
use switchhook::embed::{Input, Parent, Said};

// ---- the handshake ---------------------------------------------------------------------------------------------

fn plain_site() -> switchhook::session::config::Config {
    site(ALL_COMMANDS, ALL_TOPICS, "")
}

#[test]
fn hello_goes_to_the_origin_above_and_to_nobody_else() {
    let hello = json!({"ccd": 1, "type": "hello", "nonce": NONCE});
    let framed = Framed::new(plain_site());
    assert_eq!(framed.said, [(PORTAL.to_owned(), hello.clone())]);
    // Where the browser does not name the origin above, each of the list is tried: the browser delivers to one at most.
    let framed = Framed::shown_by(plain_site(), Parent::Unknown);
    assert_eq!(framed.said, [(PORTAL.to_owned(), hello)]);
    for parent in [Parent::None, Parent::Origin("https://portal.example.evil".into())] {
        let mut framed = Framed::shown_by(plain_site(), parent);
        framed.pass(60_000);
        framed.join();
        assert!(framed.said.is_empty() && framed.written.is_empty());
        assert_eq!(framed.ports_taken, 0);
    }
}

#[test]
fn hello_is_said_again_after_1_2_4_8_16_and_32_seconds_until_init_has_come() {
    let mut framed = Framed::new(plain_site());
    let mut times = vec![0];
    for second in 1..100 {
        let before = framed.said.len();
        framed.pass(1_000);
        times.extend((before..framed.said.len()).map(|_| second));
    }
    assert_eq!(times, [0, 1, 2, 4, 8, 16, 32]);
    assert_eq!(framed.embedding.next_wake(), None);

    let mut framed = Framed::new(plain_site());
    assert_eq!(framed.embedding.next_wake(), Some(1_000));
    framed.pass(1_500);
    framed.join();
    framed.pass(60_000);
    assert_eq!(framed.said.len(), 2);
}

#[test]
fn a_page_that_was_asleep_says_hello_once() {
    let mut framed = Framed::new(plain_site());
    framed.pass(10_000);
    assert_eq!(framed.said.len(), 2);
    assert_eq!(framed.embedding.next_wake(), Some(16_000));
}

#[test]
fn a_portal_that_listens_late_is_greeted_when_it_asks() {
    let mut framed = Framed::new(plain_site());
    framed.pass(60_000);
    framed.said.clear();
    let hello = json!({"ccd": 1, "type": "hello"});
    framed.window("https://other.example", true, false, &hello);
    framed.window(PORTAL, false, false, &hello);
    assert!(framed.said.is_empty(), "a stranger was answered");
    framed.window(PORTAL, true, false, &hello);
    assert_eq!(framed.said.len(), 1);
    for _ in 0..50 {
        framed.window(PORTAL, true, false, &hello);
    }
    assert!(
        framed.said.len() <= 10,
        "{} answers in one second",
        framed.said.len()
    );
    framed.join();
    let before = framed.said.len();
    framed.window(PORTAL, true, false, &hello);
    assert_eq!(framed.said.len(), before, "after init there is nothing to greet");
}

#[test]
fn strangers_wrong_nonces_and_replays_are_counted_and_never_answered() {
    let init = |nonce: &str| json!({"ccd": 1, "type": "init", "nonce": nonce});
    let mut framed = Framed::new(plain_site());
    framed.said.clear();
    framed.window("https://portal.example.evil", true, true, &init(NONCE));
    framed.window("http://portal.example", true, true, &init(NONCE));
    framed.window("https://portal.example:8443", true, true, &init(NONCE));
    framed.window("null", true, true, &init(NONCE));
    framed.window(PORTAL, false, true, &init(NONCE));
    framed.window(PORTAL, true, true, &init("0123456789abcdef0123456789abcdee"));
    framed.window(PORTAL, true, true, &init(""));
    framed.window(PORTAL, true, true, &json!({"ccd": 1, "type": "init"}));
    framed.window(PORTAL, true, false, &init(NONCE));
    framed.window(
        PORTAL,
        true,
        true,
        &json!({"ccd": 1, "type": "dial", "id": 1, "data": {"number": "1"}}),
    );
    framed.window(PORTAL, true, true, &json!("noise of the portal's own"));
    assert!(framed.said.is_empty() && framed.written.is_empty() && framed.wishes.is_empty());
    assert_eq!(framed.ports_taken, 0);
    // None of that has used up the nonce.
    framed.join();
    assert_eq!(framed.ports_taken, 1);
    assert_eq!(framed.take_kinds()[0], "ready");
    framed.join();
    assert_eq!(framed.ports_taken, 1, "a replay was taken");
    assert!(framed.written.is_empty() && framed.said.is_empty());
    let counters = framed.counters();
    assert_eq!(counters["strangers"], 6, "{counters}");
    assert_eq!(counters["refusedHandshakes"], 5, "{counters}");
    assert_eq!(counters["malformed"], 1, "{counters}");
}

#[test]
fn nothing_is_said_through_the_port_before_init() {
    let mut framed = Framed::new(plain_site());
    framed.post(&json!({"ccd": 1, "type": "getSnapshot", "id": 1}));
    framed.on_desk(session_rig::Desk::connect);
    framed.step(Input::PortClosed);
    assert!(framed.written.is_empty());
    framed.join();
    assert_eq!(framed.take_kinds()[0], "ready");
}

#[test]
fn ready_says_what_there_is_and_the_present_follows() {
    let mut framed = Framed::new(site(r#"["hold","dial"]"#, r#"["chat"]"#, r#","layout":"bar""#));
    framed.join();
    let ready = &framed.posted()[0];
    assert_eq!(
        *ready,
        json!({"ccd": 1, "type": "ready", "data": {
            "version": 1, "build": "0.0.0", "capabilities": ["dial", "hold"],
            "topics": ["connection", "state", "calls", "controls", "screenPop", "wrapUp", "attention", "size"],
            "layout": "bar", "minimum": {"width": 480, "height": 64}}})
    );
    assert_eq!(
        framed.take_kinds(),
        [
            "ready",
            "connection",
            "agentState",
            "attention",
            "resize",
            "controls"
        ]
    );
}

#[test]
fn init_can_carry_what_would_be_asked_for_next() {
    use switchhook::embed::Wish;
    use switchhook::preferences::Theme;
    use switchhook::session::state::Layout;
    use switchhook::words::Language;

    let mut framed = Framed::new(site(ALL_COMMANDS, r#"["chat"]"#, ""));
    framed.init(
        &json!({"theme": "dark", "locale": "de-AT", "layout": "compact", "subscribe": ["chat", "alerts"]}),
    );
    let wishes = [
        Wish::Theme(Theme::Dark),
        Wish::Locale(Language::German),
        Wish::Layout(Layout::Compact),
    ];
    assert_eq!(framed.wishes, wishes);
    let ready = &framed.data_of("ready")[0];
    assert_eq!(ready["layout"], "compact");
    let topics: Vec<&Value> = ready["topics"].as_array().into_iter().flatten().collect();
    assert!(
        topics.contains(&&json!("chat")) && !topics.contains(&&json!("alerts")),
        "{topics:?}"
    );

    // What cannot be had is told, and holds up nothing.
    let mut framed = Framed::new(plain_site());
    framed.init(&json!({"theme": 7, "layout": "huge", "token": "a.b.c"}));
    assert_eq!(framed.wishes, []);
    let codes: Vec<Value> = framed
        .data_of("error")
        .iter()
        .map(|error| error["code"].clone())
        .collect();
    assert_eq!(codes, ["malformed", "malformed", "notPermitted"]);
    assert_eq!(framed.take_kinds()[..4], ["ready", "error", "error", "error"]);
    assert!(framed.tokens.is_empty());
}

// ---- requests --------------------------------------------------------------------------------------------------

/// Bits for everything that can be done to a call.
const ANYTHING: &str = r#","EnablementMask":4290772991"#;
/// The call that tests speak of, as the portal is told of it.
const CALL: &str = "call.5000.1";

/// Somebody at work, with a connected call that is the current one and that anything can be done to.
fn on_a_call() -> Framed {
    let mut framed = Framed::at_work();
    framed.call("OnCallBegin", "1", r#","CallType":1,"ANI":"555""#);
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    framed.call("OnCallEstablished", "1", &format!(r#","CallStatus":3{ANYTHING}"#));
    framed.cti(
        "OnCurrentCallChanged",
        &format!(r#""CurrentCallObjectID":"{CALL}","UniqueObjectID":"{CALL}""#),
    );
    assert!(framed.desk.model.borrow().desk.current.is_some());
    framed.written.clear();
    framed
}

fn hold() -> Value {
    json!({"action": "hold", "callId": CALL})
}

#[test]
fn d11_a_command_is_answered_when_the_server_has_it() {
    let mut framed = on_a_call();
    let id = framed.begin("callAction", hold());
    assert_eq!(framed.answer(id), None, "nobody has confirmed it yet");
    assert_eq!(framed.desk.invocations("Hold").len(), 1);
    framed.confirm("Hold");
    let answer = json!({"ccd": 1, "re": id, "ok": true, "data": {"phase": "accepted"}});
    assert_eq!(framed.answer(id), Some(answer));
    framed.call("OnCallHeld", "1", r#","CallStatus":10"#);
    assert_eq!(framed.data_of("callHeld")[0]["callId"], CALL);
    framed.pass(60_000);
    assert_eq!(framed.answers(id).len(), 1);
}

#[test]
fn d11_the_event_may_precede_the_confirmation() {
    let mut framed = on_a_call();
    let id = framed.begin("callAction", json!({"action": "hold"}));
    framed.call("OnCallHeld", "1", r#","CallStatus":10"#);
    assert_eq!(framed.answer(id).unwrap()["data"]["phase"], "done");
    framed.confirm("Hold");
    assert_eq!(framed.answers(id).len(), 1);
}

#[test]
fn what_the_server_refuses_is_answered_with_its_code_and_shown_to_the_agent() {
    let mut framed = on_a_call();
    let id = framed.begin("callAction", hold());
    let (_, arguments) = framed.desk.invocation("Hold").unwrap();
    let invoke = &arguments[0]["InvokeID"];
    framed.cti(
        "OnControlFailureConf",
        &format!(r#""InvokeID":{invoke},"FailureCode":13"#),
    );
    let answer = framed.answer(id).unwrap();
    assert_eq!(answer["error"]["code"], "refused");
    assert_eq!(answer["error"]["failureCode"], 13);
    assert_eq!(
        framed.desk.model.borrow().desk.failed.len(),
        1,
        "the agent is not told"
    );
}

#[test]
fn what_was_not_sent_is_answered_to_the_portal_alone() {
    let mut framed = on_a_call();
    framed.call("OnCallDataUpdate", "1", r#","EnablementMask":0"#);
    assert_eq!(framed.refusal("callAction", hold()), "notEnabled");
    framed.on_desk(session_rig::Desk::drop_socket);
    assert_eq!(framed.refusal("callAction", hold()), "offline");
    let states = json!({"state": "ready"});
    assert_eq!(framed.refusal("setAgentState", states), "offline");
    assert!(framed.desk.invocation("Hold").is_none());
    assert!(
        framed.desk.model.borrow().desk.failed.is_empty(),
        "nobody has pressed anything"
    );
}

#[test]
fn a_command_whose_connection_is_lost_may_have_happened() {
    let mut framed = on_a_call();
    let id = framed.begin("callAction", hold());
    framed.on_desk(session_rig::Desk::drop_socket);
    assert_eq!(framed.answer(id).unwrap()["error"]["code"], "timeout");
}

#[test]
fn a_command_without_an_answer_times_out_at_its_deadline() {
    for (given, deadline) in [(None, 5_000), (Some(500), 500), (Some(14_000), 14_000)] {
        let mut framed = on_a_call();
        let mut data = hold();
        if let Some(given) = given {
            data["deadlineMs"] = given.into();
        }
        let id = framed.begin("callAction", data);
        assert_eq!(framed.embedding.next_wake(), Some(framed.desk.time + deadline));
        framed.pass(deadline - 1);
        assert_eq!(framed.answer(id), None);
        framed.pass(1);
        assert_eq!(framed.answer(id).unwrap()["error"]["code"], "timeout");
        // What comes afterwards is told by the events alone.
        framed.confirm("Hold");
        framed.call("OnCallHeld", "1", r#","CallStatus":10"#);
        assert_eq!(framed.answers(id).len(), 1);
        assert_eq!(framed.data_of("callHeld").len(), 1);
    }
}

#[test]
fn every_action_and_state_is_its_button() {
    use switchhook::domain::command::Command;
    use switchhook::embed::{ACTIONS, STATES};

    for action in &ACTIONS {
        let mut framed = on_a_call();
        let key = framed.key_of("1").unwrap();
        let data = json!({"action": action.name, "callId": CALL, "number": " 100 ", "digits": "1#"});
        framed.begin("callAction", data);
        let in_flight = &framed.desk.model.borrow().desk.in_flight;
        let sent: Vec<&Command> = in_flight.iter().map(|flight| &flight.command).collect();
        let with = if action.name == "sendTones" { "1#" } else { "100" };
        assert_eq!(sent, [&(action.command)(key, with)], "{}", action.name);
    }
    for state in &STATES {
        let mut framed = on_a_call();
        framed.begin("setAgentState", json!({"state": state.name}));
        let reason = json!({"state": state.name, "reason": 2});
        let with_reason = framed.begin("setAgentState", reason);
        let in_flight = &framed.desk.model.borrow().desk.in_flight;
        assert_eq!(in_flight[0].command, (state.command)(None), "{}", state.name);
        let code = framed.answer(with_reason).unwrap()["error"]["code"].clone();
        assert_eq!(
            code,
            if state.has_reason { "busy" } else { "malformed" },
            "{}",
            state.name
        );
    }
}

#[test]
fn the_site_decides_what_a_portal_may_do_and_the_default_is_nothing() {
    use switchhook::session::config::COMMANDS;

    let request = |name: &str| match name {
        "dial" => ("dial", json!({"number": "1", "mode": "place"})),
        "ready" | "notReady" | "wrapUpReady" | "wrapUpNotReady" | "signedOut" => {
            ("setAgentState", json!({"state": name}))
        }
        _ => (
            "callAction",
            json!({"action": name, "number": "1", "digits": "1"}),
        ),
    };
    let mut framed = Framed::at_work_at(site("[]", "[]", ""));
    for name in COMMANDS {
        let (kind, data) = request(name);
        assert_eq!(framed.refusal(kind, data), "notPermitted", "{name}");
    }
    assert_eq!(framed.refusal("dial", json!({"number": "1"})), "notPermitted");
    for allowed in COMMANDS {
        let mut framed = Framed::at_work_at(site(&format!(r#"["{allowed}"]"#), "[]", ""));
        for name in COMMANDS {
            let (kind, data) = request(name);
            let answer = framed.ask(kind, data);
            let code = answer.map(|answer| answer["error"]["code"].clone());
            assert_eq!(
                code != Some(json!("notPermitted")),
                name == allowed,
                "{name} where {allowed} is allowed"
            );
        }
    }
    // It can still look, and change how the desk looks.
    assert_eq!(framed.ask("getSnapshot", json!({})).unwrap()["ok"], true);
    assert_eq!(
        framed.ask("setTheme", json!({"theme": "light"})).unwrap()["ok"],
        true
    );
    assert_eq!(framed.refusal("token", json!({"token": "a.b.c"})), "notPermitted");
}

#[test]
fn nobody_is_commanded_who_is_not_signed_in() {
    let mut framed = Framed::new(plain_site());
    framed.join();
    assert_eq!(framed.refusal("dial", json!({"number": "1"})), "notReady");
    assert_eq!(
        framed.refusal("dial", json!({"number": "1", "mode": "place"})),
        "notReady"
    );
    assert_eq!(framed.refusal("callAction", hold()), "notReady");
    assert_eq!(
        framed.refusal("setAgentState", json!({"state": "ready"})),
        "notReady"
    );
    assert_eq!(framed.refusal("openView", json!({"view": "chat"})), "notReady");
    assert!(framed.wishes.is_empty());
}

#[test]
fn a_call_is_named_by_its_id_and_must_be_the_agents_own() {
    let mut framed = Framed::at_work();
    assert_eq!(
        framed.refusal("callAction", json!({"action": "hold"})),
        "noSuchCall"
    );
    assert_eq!(
        framed.refusal("callAction", json!({"action": "hold", "callId": "call.5000.9"})),
        "noSuchCall"
    );
    let mut framed = on_a_call();
    framed.call("OnCallEnd", "1", "");
    assert_eq!(framed.refusal("callAction", hold()), "notEnabled", "it is over");
}

#[test]
fn data_that_are_not_those_of_the_type_are_malformed_and_change_nothing() {
    let mut framed = on_a_call();
    let long = "9".repeat(65);
    for (kind, data) in [
        ("token", json!({})),
        ("token", json!({"token": ""})),
        ("token", json!({"token": "two words"})),
        ("token", json!({"token": 7})),
        ("setTheme", json!({})),
        ("setTheme", json!({"theme": "blue"})),
        ("setTheme", json!({"theme": ["dark"]})),
        ("setLocale", json!({"lang": 7})),
        ("setLocale", json!({"lang": ""})),
        ("setLayout", json!({"layout": "narrow"})),
        ("openView", json!({"view": "console"})),
        ("subscribe", json!({"topics": "calls"})),
        ("subscribe", json!({"topics": ["calls", "everything"]})),
        ("subscribe", json!({"topics": [7]})),
        ("unsubscribe", json!({})),
        ("dial", json!({})),
        ("dial", json!({"number": "  "})),
        ("dial", json!({"number": long})),
        ("dial", json!({"number": "1\n2"})),
        ("dial", json!({"number": 112})),
        ("dial", json!({"number": "1", "mode": "now"})),
        ("dial", json!({"number": "1", "mode": 7})),
        ("callAction", json!({})),
        ("callAction", json!({"action": "juggle"})),
        ("callAction", json!({"action": "hold", "callId": 7})),
        ("callAction", json!({"action": "hold", "callId": ""})),
        ("callAction", json!({"action": "hold", "callId": "c".repeat(257)})),
        ("callAction", json!({"action": "consult"})),
        ("callAction", json!({"action": "sendTones"})),
        ("callAction", json!({"action": "sendTones", "digits": ""})),
        ("callAction", json!({"action": "sendTones", "digits": "12x"})),
        ("callAction", json!({"action": "sendTones", "digits": long})),
        ("setAgentState", json!({"state": "asleep"})),
        ("setAgentState", json!({"state": "talking"})),
        ("setAgentState", json!({"state": "notReady", "reason": "lunch"})),
        ("setAgentState", json!({"state": "notReady", "reason": 2.5})),
        (
            "setAgentState",
            json!({"state": "notReady", "reason": 5_000_000_000_i64}),
        ),
        ("setAgentState", json!({"state": "ready", "reason": 2})),
        ("callAction", json!({"action": "hold", "deadlineMs": 499})),
        ("callAction", json!({"action": "hold", "deadlineMs": 15_001})),
        ("callAction", json!({"action": "hold", "deadlineMs": "1000"})),
        ("getSnapshot", json!({"deadlineMs": 1.5})),
    ] {
        assert_eq!(framed.refusal(kind, data.clone()), "malformed", "{kind} {data}");
    }
    assert_eq!(framed.refusal("juggle", json!({})), "unknownType");
    assert_eq!(framed.refusal("ready", json!({})), "unknownType");
    assert!(framed.wishes.is_empty() && framed.tokens.is_empty());
    assert!(framed.desk.model.borrow().desk.in_flight.is_empty());
}

#[test]
fn a_thousand_commands_at_once_are_all_answered_in_time_and_64_wait() {
    let mut framed = on_a_call();
    framed.desk.sent.clear();
    let ids: Vec<u64> = (0..1_000)
        .map(|_| {
            framed.begin(
                "callAction",
                json!({"action": "sendTones", "callId": CALL, "digits": "1"}),
            )
        })
        .collect();
    assert_eq!(framed.desk.invocations("SendDTMF").len(), 64);
    let waiting: Vec<&u64> = ids.iter().filter(|id| framed.answer(**id).is_none()).collect();
    assert_eq!(waiting.len(), 64);
    framed.pass(5_000);
    for id in &ids {
        let code = framed.answer(*id).expect("every request has its answer")["error"]["code"].clone();
        assert!(code == "busy" || code == "timeout", "{code}");
    }
    // There is room again.
    let id = framed.begin(
        "callAction",
        json!({"action": "sendTones", "callId": CALL, "digits": "1"}),
    );
    assert_eq!(framed.answer(id), None);
}

#[test]
fn a_second_press_is_busy_and_not_a_second_command() {
    let mut framed = on_a_call();
    framed.begin("callAction", hold());
    assert_eq!(framed.refusal("callAction", hold()), "busy");
    assert_eq!(framed.desk.invocations("Hold").len(), 1);
}

#[test]
fn a_request_without_an_id_is_carried_out_and_not_answered() {
    let mut framed = on_a_call();
    framed.post(&json!({"ccd": 1, "type": "callAction", "data": hold()}));
    framed.post(&json!({"ccd": 1, "type": "callAction", "data": {"action": "juggle"}}));
    assert_eq!(framed.desk.invocations("Hold").len(), 1);
    framed.confirm("Hold");
    framed.pass(20_000);
    assert!(
        framed
            .posted()
            .iter()
            .all(|message| message.get("re").is_none() && message["type"] != "error")
    );
}

#[test]
fn what_is_no_message_is_complained_of_ten_times_a_second_at_most() {
    let mut framed = Framed::at_work();
    for second in 1..=3 {
        for _ in 0..100 {
            framed.step(Input::Port(Said::Json("no JSON")));
            framed.step(Input::Port(Said::Unspeakable));
            framed.step(Input::Port(Said::TooLarge(None)));
        }
        assert_eq!(framed.data_of("error").len(), 10 * second);
        framed.pass(1_000);
    }
    assert_eq!(framed.data_of("error")[0]["code"], "malformed");
    // What has an id wants an answer, however large it is.
    framed.step(Input::Port(Said::TooLarge(Some("\"large\""))));
    let answer = framed.posted().pop().unwrap();
    assert_eq!(
        (&answer["re"], &answer["error"]["code"]),
        (&json!("large"), &json!("tooLarge"))
    );
    assert_eq!(framed.counters()["malformed"], 600);
}

#[test]
fn what_the_page_is_asked_for_is_for_this_page() {
    use switchhook::embed::{View, Wish};
    use switchhook::preferences::Theme;
    use switchhook::session::state::Layout;
    use switchhook::words::Language;

    let mut framed = Framed::at_work();
    let ok = |answer: Option<Value>| assert_eq!(answer.expect("it is answered at once")["ok"], true);
    ok(framed.ask("setTheme", json!({"theme": "high-contrast"})));
    ok(framed.ask("setLayout", json!({"layout": "bar"})));
    ok(framed.ask("openView", json!({"view": "contact"})));
    ok(framed.ask("dial", json!({"number": " +358 9 1 "})));
    assert_eq!(
        framed.ask("setLocale", json!({"lang": "ar-EG"})).unwrap()["data"]["lang"],
        "ar"
    );
    assert_eq!(
        framed.ask("setLocale", json!({"lang": "xx"})).unwrap()["data"]["lang"],
        "en"
    );
    assert_eq!(
        framed.wishes,
        [
            Wish::Theme(Theme::HighContrast),
            Wish::Layout(Layout::Bar),
            Wish::Open(View::Contact),
            Wish::Prefill("+358 9 1".into()),
            Wish::Locale(Language::Arabic),
            Wish::Locale(Language::English),
        ]
    );
    let minimum = json!({"width": 480, "height": 64});
    let resized = json!({"width": 480, "height": 64, "minimum": minimum, "overlay": false});
    assert_eq!(framed.data_of("resize"), [resized]);
    framed.step(Input::Room(Some((480, 320))));
    framed.step(Input::Room(Some((480, 320))));
    framed.step(Input::Room(None));
    let sizes: Vec<Value> = framed.data_of("resize");
    assert_eq!(sizes.len(), 3);
    assert_eq!(
        sizes[1],
        json!({"width": 480, "height": 320, "minimum": minimum, "overlay": true})
    );
}

// ---- what is told ----------------------------------------------------------------------------------------------

#[test]
fn a_call_is_told_step_by_step_and_ends_once() {
    let mut framed = Framed::at_work();
    let calls = |framed: &mut Framed| {
        let kinds = framed.take_kinds().into_iter();
        kinds.filter(|kind| kind.starts_with("call")).collect::<Vec<_>>()
    };
    framed.call("OnCallBegin", "1", r#","CallType":1,"ANI":"555""#);
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    let ringing = &framed.data_of("callRinging")[0];
    assert_eq!(
        (&ringing["callId"], &ringing["number"], &ringing["direction"]),
        (&json!(CALL), &json!("555"), &json!("inbound"))
    );
    assert!(
        ringing.get("variables").is_none(),
        "nobody has subscribed to them: {ringing}"
    );
    framed.call("OnCallEstablished", "1", r#","CallStatus":3"#);
    framed.call("OnCallHeld", "1", r#","CallStatus":10"#);
    framed.call("OnCallRetrieved", "1", r#","CallStatus":3"#);
    framed.call("OnCallConferenced", "1", "");
    framed.call("OnCallEnd", "1", "");
    assert_eq!(
        calls(&mut framed),
        [
            "callRinging",
            "callConnected",
            "callHeld",
            "callRetrieved",
            "callConferenced",
            "callEnded"
        ]
    );
    framed.call("OnCallBegin", "2", r#","CallType":1"#);
    framed.call("OnCallDelivered", "2", r#","CallStatus":2"#);
    framed.call("OnCallEnd", "2", "");
    assert_eq!(calls(&mut framed), ["callRinging", "callMissed"]);
    framed.call("OnCallBegin", "3", r#","CallType":9"#);
    framed.call("OnCallOriginated", "3", "");
    framed.call("OnCallFailed", "3", r#","CallStatus":6"#);
    framed.call("OnCallEnd", "3", "");
    assert_eq!(calls(&mut framed), ["callStarted", "callFailed"]);
    framed.call("OnCallBegin", "4", r#","CallType":1"#);
    framed.call("OnCallEstablished", "4", r#","CallStatus":3"#);
    framed.call("OnCallTransferred", "4", r#","CallStatus":0"#);
    framed.call("OnCallEnd", "4", "");
    assert_eq!(
        calls(&mut framed),
        ["callConnected", "callTransferred", "callEnded"]
    );
}

#[test]
fn what_lasts_is_told_when_it_changes_and_only_then() {
    let mut framed = Framed::at_work();
    framed.cti(
        "OnAgentStateChange",
        r#""AgentID":"1001","AgentState":2,"EventReasonCode":2,"EnablementMask":4290772991"#,
    );
    let state = framed.data_of("agentState").pop().unwrap();
    assert_eq!(
        (&state["state"], &state["reason"]),
        (&json!("notReady"), &json!(2))
    );
    assert_eq!(state["reasonLabel"], "Lunch");
    framed.written.clear();
    for _ in 0..3 {
        framed.cti(
            "OnAgentStateChange",
            r#""AgentID":"1001","AgentState":2,"EventReasonCode":2,"EnablementMask":4290772991"#,
        );
        framed.pass(1_000);
    }
    assert_eq!(framed.posted(), Vec::<Value>::new());
    framed.cti(
        "OnAgentStateChange",
        r#""AgentID":"1001","AgentState":3,"EnablementMask":0"#,
    );
    assert_eq!(framed.data_of("agentState")[0]["state"], "ready");
    assert_eq!(framed.data_of("controls"), [json!({"enabled": []})]);
    framed.written.clear();
    framed.on_desk(session_rig::Desk::drop_socket);
    assert_eq!(framed.data_of("connection")[0]["state"], "reconnecting");
}

#[test]
fn d1_controls_are_the_mask_and_nothing_else() {
    let mut framed = on_a_call();
    framed.call("OnCallDataUpdate", "1", r#","EnablementMask":6"#);
    let controls = framed.data_of("controls");
    let of_call: Vec<&Value> = controls.iter().filter(|data| data["callId"] == CALL).collect();
    assert_eq!(
        of_call[0]["enabled"],
        json!(["hold", "endCall", "endForAll", "makeCurrent", "sendTones"])
    );
    framed.written.clear();
    framed.call("OnCallEnd", "1", "");
    let over = framed
        .data_of("controls")
        .into_iter()
        .find(|data| data["callId"] == CALL);
    assert_eq!(over.unwrap()["enabled"], json!([]));
    framed.written.clear();
    framed.call("OnCallBegin", "2", "");
    assert!(
        framed
            .data_of("controls")
            .iter()
            .all(|data| data["callId"] != CALL)
    );
}

#[test]
fn wrap_up_begins_and_ends() {
    let mut framed = on_a_call();
    framed.call("OnCallEnd", "1", "");
    framed.cti("OnAgentStateChange", r#""AgentID":"1001","AgentState":6"#);
    let begun = &framed.data_of("wrapUp")[0];
    assert_eq!(
        (&begun["phase"], &begun["callId"]),
        (&json!("begun"), &json!(CALL))
    );
    let state = framed.data_of("agentState").pop().unwrap();
    assert_eq!(
        (&state["state"], &state["next"]["state"]),
        (&json!("wrapUp"), &json!("ready"))
    );
    framed.written.clear();
    framed.cti("OnAgentStateChange", r#""AgentID":"1001","AgentState":3"#);
    assert_eq!(framed.data_of("wrapUp"), [json!({"phase": "ended"})]);
}

#[test]
fn topics_are_told_to_whom_the_site_allows_them_and_who_asks() {
    let chat = r#""Message":"hello","Source":"1002","Distribution":"agent","AgentID":"1001","Target":"1001""#;
    let mut framed = Framed::at_work_at(site("[]", r#"["chat","variables"]"#, ""));
    framed.cti("OnChatMessage", chat);
    assert_eq!(framed.data_of("chat").len(), 0, "nobody has asked for it");
    let granted = framed
        .ask("subscribe", json!({"topics": ["chat", "alerts", "variables"]}))
        .unwrap();
    let granted = granted["data"]["topics"].to_string();
    assert!(
        granted.contains("chat") && granted.contains("variables") && !granted.contains("alerts"),
        "{granted}"
    );
    framed.cti("OnChatMessage", chat);
    let told = framed.data_of("chat");
    assert_eq!(told.len(), 1, "{:?}", framed.posted());
    assert!(
        !framed.written.concat().contains("hello"),
        "what is written is nobody's business"
    );

    framed.call("OnCallBegin", "1", r#","CallType":1,"CallVariable1":"gold""#);
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    assert!(
        framed.data_of("callRinging")[0]["variables"]
            .to_string()
            .contains("gold")
    );

    let left = framed
        .ask("unsubscribe", json!({"topics": ["chat", "calls", "state"]}))
        .unwrap();
    assert!(!left["data"]["topics"].to_string().contains("calls"));
    framed.written.clear();
    framed.cti("OnChatMessage", chat);
    framed.call("OnCallEstablished", "1", r#","CallStatus":3"#);
    framed.cti("OnAgentStateChange", r#""AgentID":"1001","AgentState":4"#);
    let kinds = framed.take_kinds();
    assert!(
        kinds
            .iter()
            .all(|kind| !kind.starts_with("call") && kind != "chat" && kind != "agentState"),
        "{kinds:?}"
    );
    framed.ask("subscribe", json!({"topics": ["calls", "state"]}));
    assert_eq!(framed.data_of("agentState")[0]["state"], "talking");
    assert_eq!(
        framed.data_of("callConnected").len(),
        1,
        "the present state follows"
    );
}

#[test]
fn a_late_subscriber_hears_what_an_early_one_was_told_last() {
    let mut framed = Framed::new(plain_site());
    framed.join();
    framed.go_to_work("");
    framed.call(
        "OnCallBegin",
        "1",
        r#","CallType":1,"ANI":"555","EnablementMask":1"#,
    );
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    let mut last: Vec<(String, Value)> = Vec::new();
    for message in framed.posted() {
        let Some(kind) = message["type"].as_str() else {
            continue;
        };
        let data = message["data"].clone();
        let same = |known: &(String, Value)| known.0 == kind && known.1.get("callId") == data.get("callId");
        last.retain(|known| !same(known));
        if kind != "ready" {
            last.push((kind.to_owned(), data));
        }
    }
    let answer = framed.ask("getSnapshot", json!({})).unwrap();
    assert_eq!(answer["data"]["more"], 0);
    let messages = answer["data"]["messages"].as_array().unwrap().iter();
    let mut snapshot: Vec<(String, Value)> = messages
        .map(|message| {
            (
                message["type"].as_str().unwrap().to_owned(),
                message["data"].clone(),
            )
        })
        .collect();
    let by_text = |one: &(String, Value)| format!("{one:?}");
    last.sort_by_key(by_text);
    snapshot.sort_by_key(by_text);
    assert_eq!(snapshot, last);
}

#[test]
fn screen_pops_come_from_the_sites_templates_alone() {
    let pop = r#","screenPop":{"templates":[
        {"name":"Customer","url":"https://crm.example/find?phone={number}&tier={variable:CallVariable1}","on":"ringing","open":"host"},
        {"name":"Case","url":"https://crm.example/case/{contactId}","on":"connected","open":"both"},
        {"name":"Number","url":"https://crm.example/n/{number}","on":"connected","open":"both"},
        {"name":"Own","url":"https://crm.example/own/{number}","on":"ringing","open":"link"}]}"#;
    let mut framed = Framed::at_work_at(site("[]", "[]", pop));
    framed.call(
        "OnCallBegin",
        "1",
        r#","CallType":1,"ANI":"+1 &x=/../","CallVariable1":"go\"ld""#,
    );
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    let url = "https://crm.example/find?phone=%2B1%20%26x%3D%2F..%2F&tier=go%22ld";
    assert_eq!(
        framed.data_of("screenPop"),
        [json!({"callId": CALL, "name": "Customer", "url": url})]
    );
    framed.written.clear();
    framed.call("OnCallEstablished", "1", r#","CallStatus":3"#);
    let names: Vec<Value> = framed
        .data_of("screenPop")
        .iter()
        .map(|pop| pop["name"].clone())
        .collect();
    assert_eq!(
        names,
        ["Number"],
        "a call without a contact makes no address of one"
    );
    // Without a template nothing is popped, whatever the call carries.
    let mut framed = Framed::at_work();
    framed.call(
        "OnCallBegin",
        "1",
        r#","CallType":1,"ANI":"555","CallVariable1":"https://evil.example""#,
    );
    framed.call("OnCallDelivered", "1", r#","CallStatus":2"#);
    assert_eq!(framed.data_of("screenPop").len(), 0);
}

// ---- the end ---------------------------------------------------------------------------------------------------

#[test]
fn a_portal_that_vanishes_leaves_nothing_behind() {
    let mut framed = on_a_call();
    framed.begin("callAction", hold());
    framed.step(Input::PortClosed);
    framed.written.clear();
    for round in 0..200 {
        framed.cti(
            "OnAgentStateChange",
            &format!(r#""AgentID":"1001","AgentState":{}"#, 2 + round % 3),
        );
        framed.pass(1_000);
    }
    framed.post(&json!({"ccd": 1, "type": "getSnapshot", "id": 1}));
    framed.join();
    assert!(framed.written.is_empty());
    assert_eq!(framed.embedding.next_wake(), None);
    assert!(
        framed.desk.model.borrow().desk.current.is_some(),
        "the desk goes on alone"
    );
}

#[test]
fn dispose_answers_before_the_port_is_closed_and_everything_that_waited_first() {
    let mut framed = on_a_call();
    let waiting = framed.begin("callAction", hold());
    let id = framed.begin("dispose", json!({}));
    assert!(framed.disposed && framed.desk.open.is_none());
    assert_eq!(framed.answer(waiting).unwrap()["error"]["code"], "disposed");
    assert_eq!(framed.answer(id).unwrap()["ok"], true);
    assert_eq!(
        framed.posted().pop().unwrap()["re"],
        id,
        "the answer is the last word"
    );
    assert_eq!(framed.closed_after, Some(framed.written.len()));
    framed.post(&json!({"ccd": 1, "type": "getSnapshot", "id": 99}));
    framed.pass(60_000);
    assert_eq!(framed.closed_after, Some(framed.written.len()));
}

// ---- the token -------------------------------------------------------------------------------------------------

const TOKEN: &str = "head.secret-claims.tail";

fn site_with_token() -> switchhook::session::config::Config {
    embed_rig::read(&format!(
        r#"{{"source":{{"token":"portal","hub":"wss://hub.example/rte","directory":{{}}}},
            "embed":{{"allowedOrigins":["{PORTAL}"]}}}}"#
    ))
}

fn sign_in(framed: &mut Framed) {
    framed.on_desk(session_rig::Desk::sign_in);
}

#[test]
fn r2_the_portal_is_asked_for_each_token_and_tells_it_once() {
    let mut framed = Framed::new(site_with_token());
    framed.join();
    framed.written.clear();
    sign_in(&mut framed);
    assert_eq!(framed.data_of("tokenRequired"), [json!({"reason": "signIn"})]);
    assert_eq!(framed.ask("token", json!({"token": TOKEN})).unwrap()["ok"], true);
    assert_eq!(framed.desk.negotiations.len(), 1, "the token was taken");
    framed.on_desk(|desk| {
        desk.answer_negotiate();
        desk.open_socket();
    });
    framed.written.clear();
    framed.on_desk(session_rig::Desk::drop_socket);
    framed.pass(2_000);
    assert_eq!(framed.data_of("tokenRequired"), [json!({"reason": "expired"})]);
    framed.ask("token", json!({"token": TOKEN}));
    assert_eq!(framed.desk.negotiations.len(), 1);
    assert!(!framed.written.concat().contains("secret"), "a token was told");
    assert!(!format!("{:?} {:?}", framed.tokens, framed.desk.session.connection()).contains("secret"));
    let diagnostics = framed.ask("exportDiagnostics", json!({})).unwrap();
    assert!(!diagnostics.to_string().contains("secret"));
}

#[test]
fn a_token_that_came_early_is_used_at_sign_in() {
    for early in [true, false] {
        let mut framed = Framed::new(site_with_token());
        if early {
            framed.init(&json!({"token": TOKEN}));
        } else {
            framed.join();
            framed.ask("token", json!({"token": TOKEN}));
        }
        sign_in(&mut framed);
        assert_eq!(framed.data_of("tokenRequired").len(), 0);
        assert_eq!(framed.desk.negotiations.len(), 1);
    }
}

#[test]
fn a_portal_that_comes_late_is_asked_when_it_comes() {
    let mut framed = Framed::new(site_with_token());
    sign_in(&mut framed);
    framed.pass(10_000);
    framed.join();
    assert_eq!(framed.take_kinds()[..2], ["ready", "tokenRequired"]);
}

#[test]
fn without_a_token_signing_in_fails_in_words_after_30_seconds() {
    use switchhook::session::state::{Screen, SignInError};

    let mut framed = Framed::new(site_with_token());
    framed.join();
    sign_in(&mut framed);
    framed.pass(29_999);
    assert!(matches!(
        framed.desk.session.screen(),
        Screen::SignIn { busy: true, .. }
    ));
    framed.pass(1);
    let Screen::SignIn {
        busy: false,
        error: Some(SignInError::Unreachable(words)),
        wants_password,
        ..
    } = framed.desk.session.screen()
    else {
        panic!("{:?}", framed.desk.session.screen());
    };
    assert!(words.contains("portal"), "{words}");
    assert!(!wants_password);
    // What comes too late is for the next time.
    framed.written.clear();
    framed.ask("token", json!({"token": TOKEN}));
    assert!(framed.desk.negotiations.is_empty());
    sign_in(&mut framed);
    assert_eq!(framed.desk.negotiations.len(), 1);
}
