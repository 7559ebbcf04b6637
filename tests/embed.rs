//! The protocol with a portal, as `docs/embedding.md` has it: the handshake, requests and their answers, what is told.

mod embed_rig;
mod session_rig;

use embed_rig::{ALL_COMMANDS, ALL_TOPICS, Framed, NONCE, PORTAL, site};
use serde_json::{Value, json};
use switchhook::embed::{Input, Parent};

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
