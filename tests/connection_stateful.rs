//! The connection machine against the cases of stateful reconnect, on a virtual clock.
//!
//! Lives here: one test per case, named by its id; a `d…` test shows a defect of the official client absent.
//! May not be here: the numbering by itself; that is in `src/protocol/stateful.rs`.
//! The scripted server keeps the session: what it sends after a reattachment begins with its Sequence.
//! What differs from the official client on purpose says so beside the test.

#[path = "connection_rig/mod.rs"]
mod rig;

use rig::{NEGOTIATED, Rig, SECOND, STATEFUL, Told, hub, options};
use std::time::Duration;
use switchhook::connection::{
    Action, Error, Input, Options, Phase, Progress, StatefulReconnect, Status, TokenReason, Trying,
};

const PING: &str = "{\"type\":6}\u{1e}";

/// The defaults, which ask for stateful reconnect.
fn keeping() -> Options {
    Options::new(hub("http://h/hub"))
}

/// Room for one message of 100,000 characters, as the official client's tests have it.
fn roomy() -> Options {
    Options {
        outgoing_limit: 1_000_000,
        ..keeping()
    }
}

fn sequence(number: u64) -> String {
    format!("{{\"type\":9,\"sequenceId\":{number}}}\u{1e}")
}

fn ack(number: u64) -> String {
    format!("{{\"type\":8,\"sequenceId\":{number}}}\u{1e}")
}

/// An invocation of the client's, as [`Rig::send`] has it sent.
fn call(number: u64) -> String {
    format!("{{\"type\":1,\"target\":\"m\",\"arguments\":[{number}]}}\u{1e}")
}

/// An invocation by the server.
fn event(number: u64) -> String {
    format!("{{\"type\":1,\"target\":\"e\",\"arguments\":[{number}]}}\u{1e}")
}

fn send_numbers(rig: &mut Rig, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        rig.send(number, &format!("[{number}]"));
    }
}

fn resumed() -> Status {
    Status::Connected {
        connection_id: Some("id-1".to_owned()),
        resumed: true,
    }
}

fn is_resuming(rig: &Rig) -> bool {
    matches!(rig.connection.status(), Status::Resuming(_))
}

fn is_reconnecting(rig: &Rig) -> bool {
    matches!(rig.connection.status(), Status::Reconnecting(_))
}

// ---- Agreeing on it

#[test]
fn b01_what_is_not_asked_for_is_not_in_the_address() {
    let mut rig = Rig::new(options());
    rig.request();
    let (url, _) = rig.negotiate_request();
    assert!(!url.contains("useStatefulReconnect"), "{url}");
    let mut rig = Rig::new(keeping());
    rig.request();
    assert_eq!(
        rig.negotiate_request().0,
        "http://h/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true"
    );
}

#[test]
fn b03_the_address_decides_before_the_settings() {
    for (settings, wish, version) in [(options(), "true", 2), (keeping(), "false", 1)] {
        let mut rig = Rig::new(Options {
            hub: hub(&format!("http://h/hub?useStatefulReconnect={wish}")),
            ..settings
        });
        rig.request();
        let (url, _) = rig.negotiate_request();
        assert_eq!(url.matches("useStatefulReconnect").count(), 1, "{url}");
        rig.answer(200, if version == 2 { STATEFUL } else { NEGOTIATED });
        rig.open_socket();
        let wanted = format!("{{\"protocol\":\"json\",\"version\":{version}}}\u{1e}");
        assert_eq!(rig.sent(), [wanted]);
    }
    // And an agreement that the address ruled out is refused, like any that was not asked for (case B04).
    let mut rig = Rig::new(Options {
        hub: hub("http://h/hub?useStatefulReconnect=false"),
        ..keeping()
    });
    rig.request();
    rig.answer(200, STATEFUL);
    assert!(matches!(rig.error(), Some(Error::ProtocolViolation(_))));
}

#[test]
fn b05_a_server_that_declines_makes_a_plain_connection() {
    let mut rig = Rig::new(keeping());
    rig.request();
    rig.answer(200, NEGOTIATED);
    rig.open_socket();
    assert_eq!(rig.sent(), ["{\"protocol\":\"json\",\"version\":1}\u{1e}"]);
    rig.data("{}\u{1e}");
    rig.data(&event(1));
    rig.pass(2 * SECOND);
    assert_eq!(rig.sent(), [PING], "no acknowledgement");
    rig.cut();
    assert!(is_reconnecting(&rig));
}

/// A client of WebSockets alone has no long polling to switch the feature off for. A server that agrees and offers
/// nothing else is refused before the agreement matters.
#[test]
fn b06_without_web_sockets_there_is_nothing_to_keep() {
    let mut rig = Rig::new(keeping());
    rig.request();
    rig.answer(200, &STATEFUL.replace("WebSockets", "LongPolling"));
    assert_eq!(rig.error(), Some(Error::NoCommonTransport));
    assert!(rig.at_rest());
}

#[test]
fn h02_version_2_is_said_where_stateful_reconnect_was_agreed_on() {
    let mut rig = Rig::new(keeping());
    rig.request();
    rig.answer(200, STATEFUL);
    rig.open_socket();
    assert_eq!(rig.sent(), ["{\"protocol\":\"json\",\"version\":2}\u{1e}"]);
    rig.data("{}\u{1e}");
    assert_eq!(rig.sent(), [PING]);
    assert!(rig.is_connected());
}

/// The official client is silent about it. So are we, for want of a log; `resumed` is then never told.
#[test]
fn b29_without_negotiation_it_is_off() {
    let mut rig = Rig::new(Options {
        skip_negotiation: true,
        ..keeping()
    });
    rig.step(Input::Start);
    rig.give_token(None);
    rig.open_socket();
    assert_eq!(rig.sent(), ["{\"protocol\":\"json\",\"version\":1}\u{1e}"]);
    rig.data("{}\u{1e}");
    rig.cut();
    assert!(is_reconnecting(&rig));
}

// ---- Going on over another socket

#[test]
fn b07_b28_the_same_address_without_negotiate_and_handshake() {
    let mut rig = Rig::new(keeping());
    rig.step(Input::Start);
    rig.give_token(Some("first"));
    rig.answer(200, STATEFUL);
    let address = rig.opened_url();
    assert_eq!(address, "ws://h/hub?id=token-1&access_token=first");
    rig.open_socket();
    rig.data("{}\u{1e}");
    rig.take();
    rig.cut();
    // The token may have expired meanwhile, so it is asked for again.
    rig.pass(Duration::ZERO);
    assert_eq!(rig.token_reason(), TokenReason::Reconnect);
    rig.give_token(Some("second"));
    assert_eq!(rig.opened_url(), address.replace("first", "second"));
    rig.open_socket();
    assert_eq!(rig.sent(), [sequence(1)], "no handshake");
    // Not before the server has spoken is it certain that it knows the session.
    assert!(is_resuming(&rig));
    rig.data(&sequence(1));
    assert_eq!(rig.connection.status(), &resumed());
    let told = rig.statuses();
    assert!(
        !told
            .iter()
            .any(|status| matches!(status, Status::Disconnected { .. } | Status::Reconnecting(_))),
        "{told:?}"
    );
}

/// Different: the official client makes one attempt; here they go on for the server's grace (defect D6). After it,
/// a new session is begun.
#[test]
fn b08_d06_attempts_go_on_until_the_servers_grace_is_over() {
    let mut rig = Rig::stateful(keeping());
    let began = rig.now;
    rig.invoke(7);
    rig.cut();
    let mut attempts = 0;
    while is_resuming(&rig) {
        let wake = rig.connection.next_wake().unwrap();
        assert!(wake.since(began) <= 15 * SECOND);
        rig.now = rig.now.max(wake);
        rig.step(Input::Tick);
        if rig.requests.is_empty() {
            continue;
        }
        attempts += 1;
        rig.give_token(None);
        rig.cut();
        // Natively and in a browser alike: nobody answers, so nothing is known of the session.
        let request = rig.pending_request();
        rig.step(Input::Unanswered {
            request,
            text: "no route",
        });
    }
    assert!((5..=9).contains(&attempts), "{attempts}");
    assert_eq!(rig.now, began + 15 * SECOND);
    assert!(matches!(
        rig.settled().as_slice(),
        [(7, Err(Error::SessionLost { cause: Some(_) }))]
    ));
    assert!(is_reconnecting(&rig));
}

/// What defect D6 costs the official client its session over: a server that is back after 300 ms.
#[test]
fn d06_a_server_that_is_back_within_its_grace_still_has_the_session() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    rig.cut();
    let request = rig.pending_request();
    rig.step(Input::Unanswered {
        request,
        text: "refused",
    });
    rig.pass(Duration::from_millis(400));
    rig.give_token(None);
    rig.open_socket();
    rig.data(&sequence(1));
    assert_eq!(rig.connection.status(), &resumed());
}

#[test]
fn b08_a_server_that_has_forgotten_the_session_is_believed_at_once() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    let socket = rig.socket();
    rig.refuse(socket, 404);
    assert!(is_reconnecting(&rig));
    // The hub exists; what it does not know is this connection.
    assert!(
        matches!(rig.last_error(), Some(Error::SocketClosed { .. })),
        "{:?}",
        rig.last_error()
    );
}

#[test]
fn b08_a_browser_finds_out_by_asking_whether_the_server_is_there() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(Some("t"));
    rig.cut();
    let (url, token) = rig.negotiate_request();
    assert_eq!(
        url,
        "http://h/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true"
    );
    assert_eq!(token.as_deref(), Some("t"));
    assert!(is_resuming(&rig));
    rig.answer(200, STATEFUL);
    rig.cut();
    assert!(
        is_reconnecting(&rig),
        "it is there, and does not know the session"
    );
}

#[test]
fn b08_an_answer_to_that_question_does_not_outlive_its_attempt() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    rig.cut();
    rig.answer(200, STATEFUL);
    // It was there; and now a proxy before it is not.
    let socket = rig.socket();
    rig.refuse(socket, 503);
    rig.pass(SECOND);
    rig.give_token(None);
    rig.cut();
    assert!(is_resuming(&rig), "a network that fails proves nothing");
    rig.answer(200, STATEFUL);
    rig.open_socket();
    rig.data(&sequence(1));
    assert_eq!(rig.connection.status(), &resumed());
}

#[test]
fn b10_without_an_acknowledgement_everything_is_sent_again() {
    let mut rig = Rig::stateful(keeping());
    send_numbers(&mut rig, 1..=3);
    let before = rig.sent();
    assert_eq!(before, [call(1), call(2), call(3)]);
    rig.cut();
    rig.reattach();
    assert_eq!(rig.sent(), [sequence(1), call(1), call(2), call(3)]);
}

#[test]
fn b11_a_send_made_while_down_is_told_when_it_was_handed_over() {
    let mut rig = Rig::stateful(keeping());
    rig.send(1, "[1]");
    assert_eq!(rig.settled(), [(1, Ok(None))]);
    rig.take();
    rig.cut();
    rig.send(2, "[2]");
    assert_eq!(rig.settled(), [], "there is no socket");
    assert_eq!(rig.sent(), [""; 0]);
    rig.reattach();
    assert_eq!(rig.sent(), [sequence(1), call(1), call(2)]);
    assert_eq!(rig.settled(), [(2, Ok(None))]);
}

#[test]
fn b12_what_is_acknowledged_is_not_sent_again() {
    let mut rig = Rig::stateful(keeping());
    send_numbers(&mut rig, 1..=3);
    rig.data(&ack(2));
    rig.take();
    rig.cut();
    rig.reattach();
    assert_eq!(rig.sent(), [sequence(3), call(3)]);
}

#[test]
fn b10_with_nothing_to_send_again_the_next_number_is_announced() {
    let mut rig = Rig::stateful(keeping());
    send_numbers(&mut rig, 1..=3);
    rig.data(&ack(3));
    rig.take();
    rig.cut();
    rig.reattach();
    assert_eq!(rig.sent(), [sequence(4)]);
}

#[test]
fn b13_what_arrived_is_acknowledged_within_a_second() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&event(1));
    rig.pass(Duration::from_millis(999));
    assert_eq!(rig.sent(), [""; 0]);
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.sent(), [ack(1)]);
    rig.pass(10 * SECOND);
    assert_eq!(rig.sent(), [""; 0], "once, and none when nothing has arrived");
}

#[test]
fn b14_one_acknowledgement_covers_all() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&[event(1), event(2)].concat());
    rig.pass(Duration::from_millis(500));
    rig.data(&[event(3), PING.to_owned(), event(4)].concat());
    rig.pass(Duration::from_millis(500));
    assert_eq!(rig.sent(), [ack(4)], "a ping has no number");
}

/// Different: the official client waits for its second in any case, and a busy server for it.
#[test]
fn b14_much_is_acknowledged_at_once() {
    let mut rig = Rig::stateful(keeping());
    let long = format!(
        "{{\"type\":1,\"target\":\"e\",\"arguments\":[\"{}\"]}}\u{1e}",
        "x".repeat(10_000)
    );
    rig.data(&long);
    rig.data(&long);
    assert_eq!(rig.sent(), [""; 0]);
    rig.data(&long);
    assert_eq!(rig.sent(), [ack(3)]);
    rig.data(&long);
    assert_eq!(rig.sent(), [""; 0]);
    rig.pass(SECOND);
    assert_eq!(rig.sent(), [ack(4)]);
}

#[test]
fn not_all_desks_knock_in_the_same_moment() {
    let waits = |random| {
        let mut rig = Rig::stateful(keeping());
        rig.random = random;
        rig.cut();
        let wake = rig.connection.next_wake().expect("an attempt is due");
        wake.since(rig.now).as_millis()
    };
    let all: Vec<u128> = (0..640).map(waits).collect();
    assert!(all.iter().all(|wait| *wait < 64), "at once, for a person");
    assert!((0..64).all(|wait| all.contains(&wait)));
}

#[test]
fn acknowledgements_of_a_flood_are_some_time_apart() {
    let mut rig = Rig::stateful(keeping());
    let long = format!(
        "{{\"type\":1,\"target\":\"e\",\"arguments\":[\"{}\"]}}\u{1e}",
        "x".repeat(30_000)
    );
    rig.data(&long);
    assert_eq!(rig.sent(), [ack(1)]);
    for _ in 0..19 {
        rig.pass(Duration::from_millis(1));
        rig.data(&long);
    }
    assert_eq!(rig.sent(), [""; 0]);
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.sent(), [ack(20)]);
}

#[test]
fn b15_what_was_received_before_is_dropped_and_acknowledged_again() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&[event(1), event(2)].concat());
    rig.pass(SECOND);
    rig.take();
    rig.cut();
    rig.reattach();
    rig.take();
    rig.data(&[sequence(1), event(1), event(2), event(3)].concat());
    assert_eq!(rig.invocations(), ["e[3]"]);
    rig.pass(SECOND);
    assert_eq!(rig.sent(), [ack(3)]);
}

#[test]
fn b16_nothing_counts_before_the_sequence() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.reattach();
    rig.data(&event(1));
    assert_eq!(rig.invocations(), [""; 0]);
    rig.data(&[sequence(1), event(1)].concat());
    assert_eq!(rig.invocations(), ["e[1]"]);
}

/// A server that accepts the socket and then does not speak of the session is given up like any that is silent.
#[test]
fn b16_a_sequence_is_not_waited_for_for_ever() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.reattach();
    rig.pass(15 * SECOND);
    assert!(is_reconnecting(&rig), "{:?}", rig.connection.status());
    assert!(rig.sockets.is_empty());
}

#[test]
fn b17_a_sequence_within_what_was_received_repeats_from_there() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&[event(1), event(2)].concat());
    rig.take();
    rig.data(&[sequence(2), event(2), event(3)].concat());
    assert_eq!(rig.invocations(), ["e[3]"]);
}

#[test]
fn b18_a_sequence_beyond_what_was_received_ends_the_session() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&[event(1), event(2)].concat());
    rig.invoke(7);
    rig.take();
    rig.data(&[sequence(4), event(4)].concat());
    assert_eq!(rig.invocations(), [""; 0]);
    assert!(rig.sockets.is_empty());
    let error = rig.last_error().expect("told");
    assert_eq!(
        error.to_string(),
        "Sequence ID greater than amount of messages we've received."
    );
    assert!(matches!(
        rig.settled().as_slice(),
        [(7, Err(Error::SessionLost { .. }))]
    ));
}

// ---- A server that does not keep up

fn long() -> String {
    format!("[\"{}\"]", "x".repeat(100_000))
}

#[test]
fn b19_a_long_send_goes_out_and_waits_for_its_acknowledgement() {
    let mut rig = Rig::stateful(roomy());
    rig.send(1, &long());
    assert_eq!(rig.sent().len(), 1);
    assert_eq!(rig.settled(), []);
    rig.data(&ack(1));
    assert_eq!(rig.settled(), [(1, Ok(None))]);
}

#[test]
fn b20_a_close_settles_what_waits() {
    let mut rig = Rig::stateful(roomy());
    rig.send(1, &long());
    rig.data("{\"type\":7,\"error\":\"test\"}\u{1e}");
    let settled = rig.settled();
    let [(1, Err(error))] = settled.as_slice() else {
        panic!("{settled:?}");
    };
    let text = error.to_string();
    assert!(
        text.ends_with("Server returned an error on close: test"),
        "{text}"
    );
}

/// Different in words: the official client says "Connection closed." here and "Invocation canceled …" for a call;
/// to a program both are the same, [`Error::Stopped`].
#[test]
fn b21_a_stop_settles_what_waits() {
    let mut rig = Rig::stateful(roomy());
    rig.send(1, &long());
    rig.step(Input::Stop);
    assert_eq!(rig.settled(), [(1, Err(Error::Stopped))]);
    assert!(rig.at_rest());
}

#[test]
fn b22_a_short_send_after_it_waits_as_well() {
    let mut rig = Rig::stateful(roomy());
    rig.send(1, &long());
    rig.send(2, "[2]");
    assert_eq!(rig.sent().len(), 2);
    assert_eq!(rig.settled(), []);
    rig.data(&ack(1));
    assert_eq!(rig.settled(), [(1, Ok(None)), (2, Ok(None))]);
}

#[test]
fn beyond_the_bound_a_send_is_refused_and_what_the_server_waits_for_is_not() {
    let mut rig = Rig::stateful(Options {
        stateful_reconnect: Some(StatefulReconnect {
            buffer_bytes: 100,
            bound_bytes: 100,
            ..StatefulReconnect::default()
        }),
        ..keeping()
    })
    .answers();
    rig.invoke(1);
    rig.send(2, &format!("[\"{}\"]", "x".repeat(100)));
    rig.take();
    rig.send(3, "[3]");
    assert_eq!(rig.settled(), [(3, Err(Error::TooMuchWaiting { limit: 100 }))]);
    assert_eq!(rig.sent(), [""; 0]);
    // A hub method that waits for a result would otherwise wait for ever.
    rig.data("{\"type\":1,\"invocationId\":\"s\",\"target\":\"ask\",\"arguments\":[]}\u{1e}");
    let asked = rig.take().into_iter().find_map(|told| match told {
        Told::Asked(to) => Some(to),
        _ => None,
    });
    rig.step(Input::Reply {
        to: &asked.expect("asked"),
        outcome: Ok(Some("1")),
    });
    let sent = rig.sent().concat();
    assert!(sent.contains("\"invocationId\":\"s\""), "{sent}");
    assert!(sent.contains("does not keep up"), "{sent}");
    rig.step(Input::Cancel {
        call: switchhook::connection::CallId(1),
    });
    assert_eq!(rig.sent(), ["{\"type\":5,\"invocationId\":\"0\"}\u{1e}"]);
}

// ---- What becomes of calls

/// Different: the status says `Resuming` meanwhile, where the official client shows nothing. A desk must not look
/// up to date while it is not.
#[test]
fn b24_a_call_survives_and_nothing_but_the_status_shows_it() {
    let mut rig = Rig::stateful(keeping());
    rig.invoke(7);
    rig.cut();
    rig.reattach();
    rig.data(&sequence(1));
    assert_eq!(rig.connection.status(), &resumed());
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"result\":42}\u{1e}");
    assert_eq!(rig.settled(), [(7, Ok(Some("42".to_owned())))]);
}

#[test]
fn b24_a_call_made_meanwhile_is_answered_after_it() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.invoke(7);
    rig.take();
    rig.reattach();
    assert_eq!(
        rig.sent(),
        [
            sequence(1),
            "{\"type\":1,\"invocationId\":\"0\",\"target\":\"m\",\"arguments\":[]}\u{1e}".to_owned()
        ]
    );
    rig.data(&sequence(1));
    rig.data("{\"type\":3,\"invocationId\":\"0\"}\u{1e}");
    assert_eq!(rig.settled(), [(7, Ok(None))]);
}

/// Different: the official client reports such a send as sent, and such a call is never settled.
#[test]
fn b25_d03_calls_made_meanwhile_settle_when_the_session_is_lost() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.send(1, "[1]");
    rig.invoke(2);
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    let socket = rig.socket();
    rig.refuse(socket, 404);
    let settled = rig.settled();
    assert!(
        matches!(
            settled.as_slice(),
            [
                (2, Err(Error::SessionLost { .. })),
                (1, Err(Error::SessionLost { .. }))
            ]
        ),
        "{settled:?}"
    );
    // While another session is being made there is nothing to wait for, and they are refused at once.
    rig.send(3, "[3]");
    rig.invoke(4);
    assert_eq!(
        rig.settled(),
        [(3, Err(Error::NotConnected)), (4, Err(Error::NotConnected))]
    );
    rig.pass(SECOND);
    rig.give_token(None);
    rig.answer(200, &STATEFUL.replace("-1", "-2"));
    rig.open_socket();
    rig.data("{}\u{1e}");
    assert!(rig.is_connected());
    let sent = rig.sent().concat();
    assert!(!sent.contains("\"target\""), "nothing of the old session: {sent}");
}

/// Different: the official client never settles it, not even at `stop`.
#[test]
fn b26_d04_a_send_that_waits_for_an_acknowledgement_settles_with_its_session() {
    let mut rig = Rig::stateful(roomy());
    rig.send(1, &long());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    let socket = rig.socket();
    rig.refuse(socket, 404);
    assert!(matches!(
        rig.settled().as_slice(),
        [(1, Err(Error::SessionLost { .. }))]
    ));
}

/// Different: the official client leaves the socket open.
#[test]
fn b27_d05_a_stop_closes_a_socket_that_is_opening() {
    let mut rig = Rig::stateful(keeping());
    rig.invoke(7);
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    let socket = rig.socket();
    rig.take();
    rig.step(Input::Stop);
    let told = rig.take();
    assert!(
        told.contains(&Told::Act(Action::CloseSocket { socket })),
        "{told:?}"
    );
    assert!(told.contains(&Told::Settled(7, Err(Error::Stopped))), "{told:?}");
    assert!(rig.at_rest());
    // A browser that opens it nevertheless hits nothing.
    rig.step(Input::SocketOpened { socket });
    assert_eq!(rig.take(), []);
}

#[test]
fn d02_a_stop_is_immediate_in_every_stage_of_a_reattachment() {
    let stages: [fn(&mut Rig); 5] = [
        |_| (),
        |rig| rig.pass(Duration::ZERO),
        |rig| {
            rig.pass(Duration::ZERO);
            rig.give_token(None);
        },
        |rig| {
            rig.pass(Duration::ZERO);
            rig.give_token(None);
            rig.cut();
        },
        Rig::reattach,
    ];
    for (index, reach) in stages.iter().enumerate() {
        let mut rig = Rig::stateful(keeping());
        rig.cut();
        reach(&mut rig);
        assert!(is_resuming(&rig), "stage {index}");
        rig.take();
        rig.step(Input::Stop);
        assert_eq!(
            rig.statuses(),
            [Status::Disconnected { error: None }],
            "stage {index}"
        );
        assert!(rig.at_rest(), "stage {index}");
        rig.shake_hands("{}\u{1e}");
        assert!(rig.is_connected(), "stage {index}");
    }
}

// ---- Around it

#[test]
fn r16_a_close_ends_the_session_too() {
    let mut rig = Rig::stateful(keeping());
    rig.data("{\"type\":7,\"allowReconnect\":true}\u{1e}");
    assert!(is_reconnecting(&rig), "and is not taken up again");
}

#[test]
fn a_silent_server_is_left_and_its_session_taken_up() {
    let mut rig = Rig::stateful(keeping());
    rig.pass(30 * SECOND);
    assert!(matches!(
        rig.connection.status(),
        Status::Resuming(Progress {
            attempt: 1,
            trying: Trying::Now,
            last_error: Some(Error::TimedOut { phase: Phase::Live })
        })
    ));
}

#[test]
fn offline_pauses_the_attempts_and_online_tries_at_once() {
    let mut rig = Rig::stateful(keeping());
    rig.step(Input::Offline);
    rig.cut();
    rig.pass(5 * SECOND);
    assert!(matches!(
        rig.connection.status(),
        Status::Resuming(Progress {
            trying: Trying::WhenOnline,
            ..
        })
    ));
    assert!(rig.requests.is_empty());
    rig.step(Input::Online);
    assert_eq!(rig.token_reason(), TokenReason::Reconnect);
}

#[test]
fn n32_a_reattachment_refused_asks_for_one_fresh_token() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(Some("old"));
    let socket = rig.socket();
    rig.refuse(socket, 401);
    assert_eq!(rig.token_reason(), TokenReason::Unauthorized);
    rig.give_token(Some("new"));
    let socket = rig.socket();
    rig.refuse(socket, 401);
    assert_eq!(rig.error(), Some(Error::Unauthorized));
    assert!(rig.at_rest());
}

/// A redirect's token is not the provider's to replace: only another negotiate gives one.
#[test]
fn n14_a_redirects_token_that_has_expired_leads_to_a_new_negotiate() {
    let mut rig = Rig::new(keeping());
    rig.step(Input::Start);
    rig.give_token(Some("mine"));
    rig.answer(200, r#"{"url":"https://other/x","accessToken":"theirs"}"#);
    rig.answer(200, STATEFUL);
    rig.open_socket();
    rig.data("{}\u{1e}");
    rig.cut();
    rig.take();
    rig.pass(Duration::ZERO);
    assert_eq!(rig.opened_url(), "wss://other/x?id=token-1&access_token=theirs");
    let socket = rig.socket();
    rig.refuse(socket, 401);
    assert!(is_reconnecting(&rig), "{:?}", rig.connection.status());
    rig.pass(SECOND);
    rig.give_token(Some("mine"));
    assert_eq!(
        rig.negotiate_request().0,
        "http://h/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true"
    );
}

/// A record that could not be read may or may not have had a number, so nothing can be placed any more.
#[test]
fn a_session_with_an_unreadable_record_is_not_taken_up() {
    let mut rig = Rig::stateful(keeping());
    rig.data(&[event(1), "{\"type\":1,\"target\":5}\u{1e}".to_owned(), event(3)].concat());
    assert_eq!(rig.invocations(), ["e[1]", "e[3]"]);
    assert!(rig.is_connected());
    rig.cut();
    assert!(is_reconnecting(&rig));
}

/// An answer of the wrong kind is no answer: the request goes on.
#[test]
fn a_question_is_not_answered_by_a_token() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    rig.cut();
    let request = rig.pending_request();
    rig.step(Input::TokenReady { request, token: None });
    assert!(rig.sockets.is_empty());
    rig.answer(200, STATEFUL);
    assert_eq!(rig.sockets.len(), 1);
}

/// What is sent again may be what it dies of.
#[test]
fn a_session_that_dies_each_time_it_is_taken_up_is_given_up() {
    let mut rig = Rig::stateful(keeping());
    rig.send(1, "[1]");
    let mut rounds = 0;
    rig.cut();
    while is_resuming(&rig) {
        rounds += 1;
        assert!(rounds < 10);
        let wake = rig.connection.next_wake().unwrap();
        rig.pass(wake.since(rig.now));
        rig.give_token(None);
        rig.open_socket();
        rig.data(&sequence(1));
        rig.cut();
    }
    assert!(rounds >= 3, "{rounds}");
    assert!(is_reconnecting(&rig));
}

/// Attempts that never came as far as the server's Sequence are no connections, and no losses.
#[test]
fn an_outage_counts_once_whatever_its_attempts() {
    let mut rig = Rig::stateful(keeping());
    rig.cut();
    for _ in 0..3 {
        let wake = rig.connection.next_wake().unwrap();
        rig.pass(wake.since(rig.now));
        rig.give_token(None);
        rig.open_socket();
        rig.cut();
    }
    assert!(is_resuming(&rig));
    assert_eq!(rig.connection.counters().losses, 1);
}

/// A probe that was answered over another socket than it was sent on says nothing about the way.
#[test]
fn a_probe_from_before_is_not_timed() {
    let mut rig = Rig::stateful(keeping());
    rig.step(Input::Wake);
    rig.pass(SECOND);
    rig.cut();
    rig.reattach();
    rig.data(&sequence(1));
    rig.pass(SECOND);
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"error\":\"no such method\"}\u{1e}");
    assert_eq!(rig.connection.round_trip(), None);
}
