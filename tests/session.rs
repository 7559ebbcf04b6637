//! The session from sign-in to sign-out, against a scripted hub and with a clock of its own.

mod session_rig;

use session_rig::{ANN, Desk, LIST, QUEUE, site, site_with, user_status};
use switchhook::domain::Transition;
use switchhook::domain::call::Stage;
use switchhook::domain::command::{Command, Failure};
use switchhook::session::state::{Link, Screen, SignInError};
use switchhook::session::{Credentials, Input, WireInput, config};

#[test]
fn r1_the_token_comes_from_the_address_and_the_hub_from_its_answer() {
    let mut desk = Desk::new(site(""));
    desk.sign_in();
    let (_, url, authorization) = desk.fetches.last().cloned().expect("the token is fetched");
    assert_eq!(url, "/token/me/rte/");
    assert_eq!(authorization.as_deref(), Some("Basic MTAwMTo="));
    assert!(matches!(desk.session.screen(), Screen::SignIn { busy: true, .. }));
    desk.answer_token();
    assert_eq!(desk.session.screen(), &Screen::Desk);
    assert_eq!(desk.session.connection().server, "hub.example");
    assert_eq!(desk.negotiations.len(), 1);
}

#[test]
fn r1_who_is_not_let_in_stays_at_the_sign_in_with_the_reason() {
    let mut desk = Desk::new(site(""));
    desk.sign_in();
    desk.answer_fetch(401, "There is no agent 1001.");
    let Screen::SignIn { busy, error, .. } = desk.session.screen() else {
        panic!("{:?}", desk.session.screen());
    };
    assert!(!busy);
    assert_eq!(
        error,
        &Some(SignInError::Refused("There is no agent 1001.".into()))
    );
}

#[test]
fn r3_r5_r7_the_desk_subscribes_to_what_is_available_and_shows_what_was_refused() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    assert_eq!(desk.link(), Link::Preparing);
    let (_, arguments) = desk.invocation("Subscribe").expect("subscribed");
    let items = arguments[0].as_array().expect("one list of items").clone();
    let has = |id: &str, event: &str| {
        items
            .iter()
            .any(|item| item["entityId"] == id && item["eventName"] == event)
    };
    assert!(has(ANN, "UserStatus") && has(ANN, "UserAvailability"));
    assert!(has(QUEUE, "QueueStatus") && has(LIST, "CallbackChanged"));
    assert_eq!(items.len(), 4, "only what is available is asked for");
    let results: Vec<String> = items
        .iter()
        .map(|item| {
            let queue = item["eventName"] == "QueueStatus";
            format!(
                r#"{{"subscribed":{},"message":{},"entityId":{},"eventName":"{}"}}"#,
                !queue,
                if queue { "\"Unauthorized\"" } else { "null" },
                item["entityId"],
                item["eventName"].as_str().unwrap_or_default().to_lowercase()
            )
        })
        .collect();
    desk.complete("Subscribe", &format!("[{}]", results.join(",")));
    assert_eq!(desk.link(), Link::Live);
    assert_eq!(desk.session.connection().subscribed, (3, 4));
    assert!(desk.session.connection().refused[0].contains("Unauthorized"));
}

#[test]
fn a_hub_that_is_heard_again_before_it_has_answered_has_not_answered() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    while desk.link() != Link::Late {
        assert_eq!(desk.link(), Link::Preparing);
        desk.pass(1_000);
    }
    desk.receive("{\"type\":6}\u{1e}");
    assert_eq!(desk.link(), Link::Preparing);
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn an_event_reaches_the_model_in_the_step_that_received_it() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.receive(&user_status(true));
    let model = desk.model.borrow();
    let talking = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .and_then(|agent| agent.talking);
    assert_eq!(talking, Some(true));
}

#[test]
fn one_bad_record_never_loses_its_neighbours_and_is_counted() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    let frame = format!(
        "{}{{broken\u{1e}[]\u{1e}{}",
        user_status(false),
        user_status(true)
    );
    let (head, tail) = frame.split_at(frame.len() / 3);
    desk.receive(head);
    desk.receive(tail);
    let model = desk.model.borrow();
    let talking = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .and_then(|agent| agent.talking);
    assert_eq!(talking, Some(true));
    assert_eq!(desk.session.connection().bad_records, 2);
    assert_eq!(desk.link(), Link::Preparing, "the connection stays");
}

#[test]
fn d15_unknown_events_fields_and_values_are_counted() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.receive("{\"type\":1,\"target\":\"Other\",\"arguments\":[]}\u{1e}");
    desk.receive("{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[{\"data\":{\"eventType\":\"Novel\"}}]}\u{1e}");
    desk.receive("{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[7]}\u{1e}");
    assert!(
        desk.session.oddities().tallies().len() >= 2,
        "{:?}",
        desk.session.oddities()
    );
    assert_eq!(desk.session.connection().bad_records, 0);
}

#[test]
fn r2_r3_a_reconnect_fetches_a_fresh_token_and_subscribes_anew() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.drop_socket();
    assert!(
        matches!(desk.link(), Link::Reconnecting { .. }),
        "{:?}",
        desk.link()
    );
    desk.sent.clear();
    desk.pass(2_000);
    assert_eq!(desk.fetches.len(), 1, "a fresh token for every reconnect");
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", "[]");
    desk.complete("ActiveSubscriptions", "[]");
    assert!(desk.invocation("Subscribe").is_some());
}

/// A desk at a hub that keeps sessions, with its subscriptions granted.
fn kept() -> Desk {
    let mut desk = Desk::new(site(""));
    desk.connect_with(r#","useStatefulReconnect":true"#);
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.link(), Link::Live);
    desk
}

#[test]
fn a_session_that_the_hub_kept_goes_on_without_subscribing_anew() {
    let mut desk = kept();
    desk.receive(&user_status(false));
    desk.receive("{\"type\":8,\"sequenceId\":2}\u{1e}");
    desk.drop_socket();
    assert!(matches!(desk.link(), Link::Reconnecting { .. }));
    desk.pass(1_000);
    desk.answer_token();
    desk.sent.clear();
    desk.reopen_socket();
    assert!(
        matches!(desk.link(), Link::Reconnecting { .. }),
        "not before the hub has said so"
    );
    desk.receive("{\"type\":9,\"sequenceId\":4}\u{1e}");
    desk.receive(&user_status(true));
    assert_eq!(desk.link(), Link::Live);
    assert_eq!(desk.invocation("Subscribe"), None, "{:?}", desk.sent);
    let model = desk.model.borrow();
    let me = model.desk.me.and_then(|me| model.agents.get(me)).expect("Ann");
    assert_eq!(me.talking, Some(true));
    assert!(
        model.is_confirmed(me.source, me.confirmed_in),
        "what was heard before is still sure"
    );
}

#[test]
fn a_session_that_the_hub_forgot_is_replaced_and_subscribed_anew() {
    let mut desk = kept();
    desk.drop_socket();
    desk.pass(1_000);
    desk.answer_token();
    // A browser is not told why the socket is refused; asking shows that the hub is there.
    for _ in 0..2 {
        let socket = desk.sockets.pop().expect("a socket is opening");
        desk.open = Some(socket);
        desk.drop_socket();
        if let Some(request) = desk.negotiations.last().copied() {
            desk.negotiations.clear();
            desk.negotiations.push(request);
            desk.answer_negotiate();
        }
    }
    desk.pass(1_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.sent.clear();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", r#"["UserStatus"]"#);
    desk.complete("ActiveSubscriptions", "[]");
    assert!(desk.invocation("Subscribe").is_some());
}

#[test]
fn r1_a_refused_token_at_reconnect_leads_back_to_the_sign_in() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_fetch(401, "The session has ended.");
    // A fresh token is asked for once more, then the desk gives up in words.
    while !desk.fetches.is_empty() {
        desk.answer_fetch(401, "The session has ended.");
    }
    let Screen::SignIn { error, known, .. } = desk.session.screen() else {
        panic!("{:?} {:?}", desk.session.screen(), desk.session.connection());
    };
    assert!(matches!(error, Some(SignInError::Refused(_))), "{error:?}");
    assert_eq!(known.login_id, "1001", "who it was need not be typed again");
    assert!(
        desk.session.next_wake().is_none(),
        "nothing runs behind the sign-in"
    );
}

#[test]
fn d4_callbacks_that_the_snapshot_did_not_list_are_gone_after_the_answer() {
    let mut desk = Desk::new(site(r#","snapshot":true"#));
    desk.connect();
    let callback = |id: &str| {
        format!(
            r#"{{"type":1,"target":"MessageReceived","arguments":[{{"data":{{"eventType":"CallbackChanged","entityType":"CallList",
            "entityId":"{LIST}","callBackId":"{id}","callListId":"{LIST}","created":false,"isClosed":false,"messageTTLSeconds":120}}}}]}}"#
        ) + "\u{1e}"
    };
    desk.receive(&callback("11111111-0000-0000-0000-000000000000"));
    desk.receive(&callback("22222222-0000-0000-0000-000000000000"));
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.model.borrow().callbacks.len(), 2);
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", "[]");
    desk.complete("ActiveSubscriptions", "[]");
    desk.receive(&callback("22222222-0000-0000-0000-000000000000"));
    assert_eq!(desk.model.borrow().callbacks.len(), 2, "not before the answer");
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.model.borrow().callbacks.len(), 1);
}

fn cti_event(name: &str, fields: &str) -> String {
    format!("{{\"type\":1,\"target\":\"CtiEvent\",\"arguments\":[\"{name}\",{fields}]}}\u{1e}")
}

/// An agent at work, at a site that identifies agents in this way.
fn at_work(identify: &str) -> Desk {
    let mut desk = Desk::new(site_with(identify, r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.complete("Login", "null");
    desk.receive(&cti_event("OnAgentStateChange", r#"{"AgentState":2}"#));
    desk
}

const SETTINGS: [&str; 2] = ["RequestDesktopSettings", "QueryAgentDeskSettings"];

/// The telephony server confirms the last sign-in.
fn confirm_sign_in(desk: &mut Desk) {
    let (_, arguments) = desk.invocation("Login").expect("the desk signs in");
    let fields = format!(r#"{{"InvokeID":{}}}"#, arguments[0]["InvokeID"]);
    desk.receive(&cti_event("OnSetAgentModeEvent", &fields));
}

#[test]
fn settings_are_asked_for_once_the_sign_in_is_confirmed_and_reach_the_model() {
    let mut desk = Desk::new(site(r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.complete("Login", "null");
    assert!(
        SETTINGS.iter().all(|method| desk.invocation(method).is_none()),
        "that the hub took the request is no confirmation"
    );
    confirm_sign_in(&mut desk);
    desk.receive(&cti_event("OnAgentStateChange", r#"{"AgentState":2}"#));
    desk.pass(1_000);
    for method in SETTINGS {
        assert_eq!(desk.invocations(method).len(), 1, "{method}");
        desk.complete(method, "null");
    }
    desk.receive(&cti_event(
        "OnGlobalSettingsDownloadConf",
        r#"{"ECC":{"user.account":{}}}"#,
    ));
    desk.receive(&cti_event(
        "OnAgentDeskSettingsConf",
        r#"{"DeskSettingsMask":0,"RingNoAnswerTime":20}"#,
    ));
    {
        let model = desk.model.borrow();
        assert!(model.telephony().site.is_some());
        let own = model.desk.desk_settings.as_ref().expect("told");
        assert_eq!(own.ring_limit, Some(20));
    }
    // Another session with the hub may be one with another server.
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    desk.complete("ActiveSubscriptions", "[]");
    desk.complete("Subscribe", "[]");
    confirm_sign_in(&mut desk);
    for method in SETTINGS {
        assert_eq!(desk.invocations(method).len(), 1, "{method}");
    }
}

#[test]
fn who_is_not_signed_in_asks_for_no_settings() {
    let mut desk = Desk::new(site(r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    let (_, arguments) = desk.invocation("Login").expect("the desk signs in");
    let request = &arguments[0]["InvokeID"];
    desk.receive(&cti_event(
        "OnControlFailureConf",
        &format!(r#"{{"InvokeID":{request},"FailureCode":10}}"#),
    ));
    desk.pass(1_000);
    let failure = desk.model.borrow().desk.failed[0].id;
    desk.feed(Input::DismissFailure(failure));
    assert!(SETTINGS.iter().all(|method| desk.invocation(method).is_none()));
}

#[test]
fn a_hub_that_has_no_settings_is_no_trouble() {
    let mut desk = Desk::new(site(r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.complete("Login", "null");
    confirm_sign_in(&mut desk);
    desk.receive(&cti_event("OnAgentStateChange", r#"{"AgentState":2}"#));
    for method in SETTINGS {
        desk.refuse(method, "Unknown hub method");
    }
    desk.live_for(20_000);
    assert_eq!(desk.link(), Link::Live);
    assert_eq!(desk.session.connection().trouble, None);
    assert_eq!(desk.session.connection().refused, [""; 0]);
    assert!(desk.model.borrow().desk.failed.is_empty());
    for method in SETTINGS {
        assert_eq!(desk.invocations(method).len(), 1, "it is not asked again");
    }
}

/// The telephony server signs the agent out by itself.
fn force_out(desk: &mut Desk) {
    assert_eq!(desk.model.borrow().desk.forced_out, None);
    desk.receive(&cti_event(
        "OnPostLogout",
        r#"{"AgentState":1,"EventReasonCode":"CTIOS_FORCED_LOGOUT_REASON_CODE"}"#,
    ));
    desk.receive(&cti_event(
        "OnButtonEnablementChange",
        r#"{"EnablementMask":16777216}"#,
    ));
    desk.sent.clear();
}

fn forced_out(identify: &str) -> Desk {
    let mut desk = at_work(identify);
    force_out(&mut desk);
    assert!(desk.model.borrow().desk.forced_out.is_some());
    desk
}

#[test]
fn whoever_was_refused_to_sign_out_is_told_of_a_forced_sign_out_later() {
    let mut desk = at_work(r#""identify":"browser""#);
    desk.receive(&cti_event(
        "OnButtonEnablementChange",
        r#"{"EnablementMask":33554432}"#,
    ));
    desk.feed(Input::Command(Command::SignOut { reason: None }));
    let (_, arguments) = desk.invocation("Logout").expect("asked to sign out");
    let request = &arguments[0]["InvokeID"];
    desk.receive(&cti_event(
        "OnControlFailureConf",
        &format!(r#"{{"InvokeID":{request},"FailureCode":38}}"#),
    ));
    force_out(&mut desk);
    assert_eq!(desk.session.screen(), &Screen::Desk);
    assert!(desk.model.borrow().desk.forced_out.is_some());
}

#[test]
fn a_call_that_would_not_do_as_asked_is_asked_for_as_it_is() {
    let mut desk = at_work(r#""identify":"browser""#);
    for (event, arguments) in [
        (
            "OnCallBegin",
            r#"{"UniqueObjectID":"call.5000.1","CallStatus":3,"EnablementMask":6}"#,
        ),
        ("OnCurrentCallChanged", r#"{"UniqueObjectID":"call.5000.1"}"#),
    ] {
        desk.receive(&cti_event(event, arguments));
    }
    let call = desk
        .model
        .borrow()
        .calls
        .ordered()
        .next()
        .expect("the call is there");
    desk.feed(Input::Command(Command::Hold(call)));
    let (_, arguments) = desk.invocation("Hold").expect("asked for");
    assert!(desk.invocation("SnapshotCall").is_none());
    let request = &arguments[0]["InvokeID"];
    desk.receive(&cti_event(
        "OnControlFailureConf",
        &format!(r#"{{"InvokeID":{request},"FailureCode":38}}"#),
    ));
    let (_, arguments) = desk.invocation("SnapshotCall").expect("looked at anew");
    assert_eq!(arguments[0]["UniqueObjectID"], "call.5000.1");
}

#[test]
fn what_is_taken_back_before_it_rings_is_neither_told_as_ringing_nor_missed() {
    const CONTACT: &str = "c33d302e-a64f-4436-be41-fd7193c60f58";
    let told = |desk: &mut Desk, event: &str| {
        desk.receive(&format!(
            "{{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[{{\"data\":{{\"eventType\":\"{event}\",\"entityType\":\"User\",\
             \"entityId\":\"{ANN}\",\"userId\":\"{ANN}\",\"callId\":\"{CONTACT}\",\"messageTTLSeconds\":-1}}}}]}}\u{1e}"
        ));
    };
    let state = |desk: &Desk| {
        let model = desk.model.borrow();
        let key = model.calls.ordered().next().expect("the call is known");
        let call = model.calls.get(key).expect("the call is known");
        (call.stage, call.missed)
    };
    // With a telephony server beside it, being allocated is not ringing.
    let mut desk = at_work(r#""identify":"browser""#);
    told(&mut desk, "UserCallInUserAllocated");
    assert_eq!(state(&desk), (Stage::Offered, false));
    told(&mut desk, "UserCallInUserCancelled");
    assert_eq!(state(&desk), (Stage::Ended, false));
    // Once it rings it does so until somebody says otherwise, and is missed when nobody answers.
    let mut desk = at_work(r#""identify":"browser""#);
    told(&mut desk, "UserCallInUserAllocated");
    let fields =
        format!(r#"{{"UniqueObjectID":"call.5000.1","ICMEnterpriseUniqueID":"{CONTACT}","CallStatus":2}}"#);
    desk.receive(&cti_event("OnCallBegin", &fields));
    desk.receive(&cti_event("OnCallDelivered", &fields));
    told(&mut desk, "UserCallInUserAllocated");
    assert_eq!(state(&desk), (Stage::Alerting, false));
    told(&mut desk, "UserCallInUserCancelled");
    assert_eq!(state(&desk), (Stage::Ended, true));
    // Without one, there is no other word for ringing.
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.complete("Subscribe", "[]");
    told(&mut desk, "UserCallInUserAllocated");
    assert_eq!(state(&desk), (Stage::Alerting, false));
}

#[test]
fn while_the_telephony_server_is_away_a_press_fails_for_that_reason() {
    let mut desk = at_work(r#""identify":"browser""#);
    let press = |desk: &mut Desk| {
        desk.sent.clear();
        desk.feed(Input::Command(Command::Ready));
        let failure = desk
            .model
            .borrow()
            .desk
            .failed
            .back()
            .map(|failed| failed.failure.clone());
        (failure, desk.invocation("SetAgentState").is_some())
    };
    assert_eq!(
        press(&mut desk),
        (Some(Failure::NotAllowed), false),
        "no mask yet"
    );
    desk.receive(&cti_event(
        "OnButtonEnablementChange",
        r#"{"EnablementMask":134217728}"#,
    ));
    desk.receive(&cti_event("OnConnectionFailure", r#"{"ReasonCode":2}"#));
    assert_eq!(press(&mut desk), (Some(Failure::TelephonyDown), false));
    desk.receive(&cti_event("OnConnection", "{}"));
    assert!(press(&mut desk).1, "the server is back");
}

#[test]
fn after_a_forced_sign_out_a_password_is_asked_for_again() {
    let mut desk = forced_out(r#""identify":"basic","password":true"#);
    desk.feed(Input::SignInAgain);
    let Screen::SignIn {
        wants_password: true,
        busy: false,
        error: None,
        known,
        ..
    } = desk.session.screen()
    else {
        panic!("{:?}", desk.session.screen());
    };
    assert_eq!((&*known.login_id, &*known.extension), ("1001", "4001"));
    assert!(
        desk.fetches.is_empty(),
        "no token is asked for without a password"
    );
    assert!(desk.open.is_none() && desk.session.next_wake().is_none());

    desk.feed(Input::SignIn(Credentials {
        login_id: "1001".into(),
        password: "typed".into(),
        extension: "4001".into(),
    }));
    let (_, _, authorization) = desk.fetches.last().expect("the token is fetched");
    assert_eq!(authorization.as_deref(), Some("Basic MTAwMTp0eXBlZA=="));
}

#[test]
fn after_a_forced_sign_out_nothing_is_asked_for_where_there_is_no_password() {
    for identify in [r#""identify":"browser""#, r#""identify":"basic""#] {
        let mut desk = forced_out(identify);
        desk.feed(Input::SignInAgain);
        assert_eq!(desk.session.screen(), &Screen::Desk);
        assert!(desk.open.is_some(), "the connection to the hub stays");
        assert!(desk.fetches.is_empty(), "{:?}", desk.fetches);
        let (_, arguments) = desk.invocation("Login").expect("signed in again");
        assert_eq!(arguments[0]["AgentID"], "1001");
        assert_eq!(arguments[0]["AgentInstrument"], "4001");
    }
}

#[test]
fn a_reconnect_does_not_undo_a_forced_sign_out() {
    let mut desk = forced_out(r#""identify":"browser""#);
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", "[]");
    desk.complete("ActiveSubscriptions", "[]");
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.link(), Link::Live);
    assert!(desk.invocation("Login").is_none(), "{:?}", desk.sent);
    assert!(
        desk.model.borrow().desk.forced_out.is_some(),
        "the page still says so"
    );
    desk.feed(Input::SignInAgain);
    assert!(desk.invocation("Login").is_some());
}

#[test]
fn who_signs_in_next_is_nobodys_colleague() {
    let mut desk = at_work(r#""identify":"browser""#);
    desk.receive(&cti_event(
        "OnNewAgentTeamMember",
        r#"{"UniqueObjectID":"agent.5000.1002","AgentID":"1002","ConfigOperation":0}"#,
    ));
    desk.feed(Input::Leave);
    desk.feed(Input::SignIn(Credentials {
        login_id: "1002".into(),
        password: String::new(),
        extension: "4002".into(),
    }));
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.receive(&cti_event(
        "OnButtonEnablementChange",
        r#"{"UniqueObjectID":"agent.5000.1002","EnablementMask":16777216}"#,
    ));
    let mask = desk.model.borrow().desk.mask;
    assert_eq!(mask.map(|mask| mask.raw), Some(0x0100_0000));
}

#[test]
fn who_leaves_takes_the_own_calls_along() {
    let mut desk = at_work(r#""identify":"browser""#);
    for (id, end) in [("1", true), ("2", false)] {
        desk.receive(&cti_event(
            "OnCallBegin",
            &format!(r#"{{"UniqueObjectID":"call.5000.{id}","CallStatus":2,"CallType":1,"ANI":"555"}}"#),
        ));
        if end {
            desk.receive(&cti_event(
                "OnCallEnd",
                &format!(r#"{{"UniqueObjectID":"call.5000.{id}"}}"#),
            ));
        }
    }
    assert_eq!(desk.model.borrow().calls.len(), 2);
    desk.told.clear();
    desk.feed(Input::Leave);
    assert!(
        matches!(desk.told[..], [Transition::RingingEnded(_)]),
        "{:?}",
        desk.told
    );
    let model = desk.model.borrow();
    assert!(
        model.calls.is_empty(),
        "the next agent is told of nobody's callers"
    );
    assert!(model.past_calls.is_empty());
}

#[test]
fn leaving_ends_everything() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.feed(Input::Leave);
    assert!(desk.open.is_none(), "the socket is closed");
    assert!(desk.session.next_wake().is_none());
    assert!(matches!(
        desk.session.screen(),
        Screen::SignIn {
            busy: false,
            error: None,
            ..
        }
    ));
    assert!(desk.model.borrow().desk.me.is_none());
}

// ---- primary and backup

/// A hub with a backup, and a token address with one.
fn twin_desk(hub: &str) -> Desk {
    let json = format!(
        r#"{{"source":{{"token":{{"url":["/a/token","/b/token"],"identify":"basic"}},{hub}"directory":{{}}}}}}"#
    );
    Desk::new(
        config::parse(json.as_bytes())
            .expect("the configuration is good")
            .0,
    )
}

impl Desk {
    /// Nobody answers the last request; the address that was asked.
    fn fail_fetch(&mut self) -> String {
        let (fetch, url, _) = self.fetches.pop().expect("a request is under way");
        self.feed(Input::FetchFailed {
            fetch,
            text: "nobody there",
        });
        url
    }

    fn fail_negotiate(&mut self) {
        let request = self.negotiations.pop().expect("negotiation is under way");
        self.feed(Input::Wire(WireInput::Unanswered {
            request,
            text: "nobody there",
        }));
    }

    fn server(&self) -> (String, bool) {
        let view = self.session.connection();
        (view.server.clone(), view.backup)
    }
}

#[test]
fn a_token_address_that_cannot_be_reached_is_passed_over_and_one_that_refuses_is_not() {
    let mut desk = twin_desk("");
    desk.sign_in();
    assert_eq!([desk.fail_fetch(), desk.fail_fetch()], ["/a/token", "/b/token"]);
    assert!(desk.fetches.is_empty(), "after a whole round the agent is told");
    assert!(matches!(
        desk.session.screen(),
        Screen::SignIn {
            error: Some(SignInError::Unreachable(_)),
            busy: false,
            ..
        }
    ));
    desk.sign_in();
    desk.answer_fetch(503, "");
    desk.answer_fetch(401, "no");
    assert!(desk.fetches.is_empty());
    assert!(matches!(
        desk.session.screen(),
        Screen::SignIn {
            error: Some(SignInError::Refused(_)),
            ..
        }
    ));
    desk.sign_in();
    desk.answer_fetch(401, "no");
    assert!(
        desk.fetches.is_empty(),
        "whoever is refused is refused everywhere"
    );
}

#[test]
fn the_token_address_that_answered_last_is_asked_first_until_the_agent_leaves() {
    let mut desk = twin_desk("");
    desk.sign_in();
    desk.fail_fetch();
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.drop_socket();
    desk.pass(2_000);
    assert_eq!([desk.fail_fetch(), desk.fail_fetch()], ["/b/token", "/a/token"]);
    desk.feed(Input::Leave);
    desk.sign_in();
    assert_eq!(desk.fail_fetch(), "/a/token");
}

#[test]
fn each_token_address_leads_to_its_own_hub_where_the_configuration_names_none() {
    let mut desk = twin_desk("");
    desk.sign_in();
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(desk.server(), ("hub.example".to_owned(), false));
    desk.drop_socket();
    desk.pass(2_000);
    desk.fail_fetch();
    desk.answer_fetch(
        200,
        r#"{"WssEndpoint":"ws://other.example/rte","Token":"a.e30.c"}"#,
    );
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(desk.server(), ("other.example".to_owned(), true));
}

#[test]
fn a_desk_at_the_backup_says_so_and_rings_in_the_same_tab_as_one_at_the_primary() {
    let mut desk = twin_desk(r#""hub":["ws://one.example/rte","ws://two.example/rte"],"#);
    desk.sign_in();
    desk.answer_token();
    assert_eq!(desk.server(), ("one.example".to_owned(), false));
    desk.fail_negotiate();
    assert_eq!(
        desk.server(),
        ("two.example".to_owned(), false),
        "not connected yet"
    );
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(desk.server(), ("two.example".to_owned(), true));
    desk.complete("AvailableSubscriptions", "[]");
    let contest = desk
        .contests
        .last()
        .cloned()
        .flatten()
        .map(|contest| contest.name);
    assert_eq!(contest.as_deref(), Some("switchhook one.example 1001"));
    // The backup goes, the primary is back.
    desk.drop_socket();
    assert!(!desk.session.connection().backup);
    desk.pass(2_000);
    desk.answer_token();
    desk.fail_negotiate();
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(desk.server(), ("one.example".to_owned(), false));
}
