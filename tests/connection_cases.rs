//! The connection machine against the SignalR conformance cases, on a virtual clock.
//!
//! Lives here: one test per case, named by its id; a `d…` test shows a defect of the official client absent.
//! May not be here: a socket, a runtime, a sleep; other themes have files of their own beside this one.
//! What differs from the official client on purpose says so beside the test.
//! The texts are those of the official client wherever people search for them.

#[path = "connection_rig/mod.rs"]
mod rig;

use rig::{NEGOTIATED, Rig, SECOND, Told, disconnected, options, retrying, seconds};
use std::sync::Arc;
use std::time::Duration;
use switchhook::connection::{
    Action, BadRecords, CallId, Delays, Error, Health, Input, Options, Phase, Progress, Status, StreamId,
    TokenReason,
};
use switchhook::protocol::Frame;

// ---- 1. Handshake

#[test]
fn h03_a_ping_follows_the_handshake_response() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{}\u{1e}");
    assert_eq!(
        rig.sent(),
        [
            "{\"protocol\":\"json\",\"version\":1}\u{1e}",
            "{\"type\":6}\u{1e}"
        ]
    );
    assert!(rig.is_connected());
}

#[test]
fn h04_a_response_alone_is_no_message() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{}\u{1e}");
    assert_eq!(rig.connection.counters().records, 0);
}

#[test]
fn h06_messages_in_the_responses_frame_are_read_after_connected_is_told() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{}\u{1e}{\"type\":6}\u{1e}{\"type\":1,\"target\":\"a\",\"arguments\":[1]}\u{1e}");
    assert_eq!(rig.connection.counters().records, 2);
    let told = rig.take();
    let position = |wanted: &dyn Fn(&Told) -> bool| told.iter().position(wanted);
    let connected = position(&|told| matches!(told, Told::Changed(Status::Connected { .. })));
    let invocation = position(&|told| matches!(told, Told::Invocation(..)));
    assert!(connected.is_some() && connected < invocation, "{told:?}");
}

#[test]
fn h08_a_refused_handshake_tells_the_servers_text() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{\"error\":\"Error!\"}\u{1e}");
    let error = Error::HandshakeRefused("Error!".to_owned());
    assert_eq!(error.to_string(), "Server returned handshake error: Error!");
    assert_eq!(rig.take().last(), Some(&disconnected(Some(error))));
    assert!(rig.at_rest());
}

#[test]
fn h09_a_socket_closed_before_the_response() {
    let mut rig = Rig::new(options());
    rig.open();
    rig.close(1006, "", false);
    let error = rig.error();
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("The underlying connection was closed before the hub handshake could complete.")
    );
    assert!(rig.at_rest());
}

#[test]
fn h10_stop_before_the_response() {
    let mut rig = Rig::new(options());
    rig.open();
    rig.take();
    rig.step(Input::Stop);
    assert!(rig.at_rest());
    assert_eq!(rig.take().last(), Some(&disconnected(None)));
}

/// Different: the official client fails; here the rest is waited for until the handshake's deadline.
#[test]
fn h11_a_response_in_pieces_is_put_together() {
    let mut rig = Rig::new(options());
    rig.open();
    for piece in ["{", "}", "\u{1e}{\"type\":6}\u{1e}"] {
        assert!(!rig.is_connected());
        rig.data(piece);
    }
    assert!(rig.is_connected());
    assert_eq!(rig.connection.counters().records, 1);
}

#[test]
fn h11_a_response_without_end_is_given_up() {
    let mut rig = Rig::new(options());
    rig.open();
    rig.data(&"x".repeat(40_000));
    rig.data(&"x".repeat(40_000));
    assert!(matches!(rig.error(), Some(Error::ProtocolViolation(_))));
    assert!(rig.at_rest());
}

/// Different: the official client does not tell the text of the close.
#[test]
fn h12_a_close_in_place_of_the_response_shows_its_text() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{\"type\":7,\"error\":\"too busy\"}\u{1e}");
    let text = rig.error().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        text.starts_with("Expected a handshake response from the server"),
        "{text}"
    );
    assert!(text.contains("too busy"), "{text}");
}

/// Different: its own deadline of 15 s, not the server timeout of 30 s.
#[test]
fn h13_a_handshake_never_answered() {
    let mut rig = Rig::new(options());
    rig.open();
    rig.pass(seconds(14));
    assert!(!rig.at_rest());
    rig.pass(seconds(1));
    assert_eq!(
        rig.error(),
        Some(Error::TimedOut {
            phase: Phase::Handshake
        })
    );
    assert!(rig.at_rest());
}

#[test]
fn h14_unknown_properties_of_the_response_are_ignored() {
    let mut rig = Rig::new(options());
    rig.shake_hands("{\"unknown\":null}\u{1e}");
    assert!(rig.is_connected());
}

#[test]
fn h17_a_response_that_is_no_object_fails() {
    for text in ["42", "\"42\"", "null", "[]", ""] {
        let mut rig = Rig::new(options());
        rig.shake_hands(&format!("{text}\u{1e}"));
        assert!(matches!(rig.error(), Some(Error::ProtocolViolation(_))), "{text}");
    }
}

/// Different: there is no log to write to. What the log line tells, that the protocol was named to the server and
/// nothing before it, shows on the wire; the version is that of a plain session.
#[test]
fn h18_the_request_is_the_first_thing_written() {
    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(200, NEGOTIATED);
    assert_eq!(rig.sent(), [""; 0]);
    rig.take();
    rig.open_socket();
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [Told::Act(Action::Send { frame: Frame::Text(text), .. })]
                if text == "{\"protocol\":\"json\",\"version\":1}\u{1e}"
        ),
        "{told:?}"
    );
}

// ---- 3 and 4. Records

#[test]
fn t07_d08_a_record_over_two_frames_is_delivered_once() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":1,\"target\":\"a\",");
    assert_eq!(rig.invocations(), [""; 0]);
    rig.data("\"arguments\":[]}\u{1e}");
    assert_eq!(rig.invocations(), ["a[]"]);
}

#[test]
fn t08_two_records_in_one_frame_keep_their_order() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":1,\"target\":\"a\",\"arguments\":[1]}\u{1e}{\"type\":1,\"target\":\"b\",\"arguments\":[2]}\u{1e}");
    assert_eq!(rig.invocations(), ["a[1]", "b[2]"]);
}

#[test]
fn j20_j21_unknown_types_are_ignored_and_counted() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":99}\u{1e}{\"type\":4,\"invocationId\":\"1\",\"target\":\"a\",\"arguments\":[]}\u{1e}{\"type\":5,\"invocationId\":\"1\"}\u{1e}");
    assert_eq!(rig.take(), []);
    assert_eq!(rig.connection.counters().unknown_records, 1);
    assert_eq!(rig.connection.counters().bad_records, 0);
    assert!(rig.is_connected());
}

/// Different: the official client delivers neither record and closes the connection.
#[test]
fn j26_d07_a_bad_record_never_loses_its_neighbours() {
    let mut rig = Rig::connected(options());
    let frame = "{\"type\":1,\"target\":\"a\",\"arguments\":[]}\u{1e}{broken\u{1e}{\"type\":1,\"target\":\"b\",\"arguments\":[]}\u{1e}";
    rig.data(frame);
    assert_eq!(rig.connection.counters().bad_records, 1);
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [Told::Invocation(..), Told::Bad(_), Told::Invocation(..)]
        ),
        "{told:?}"
    );
    assert!(rig.is_connected());
}

#[test]
fn j26_by_policy_a_bad_record_ends_the_connection_after_the_good_ones() {
    let mut rig = Rig::connected(Options {
        bad_records: BadRecords::Close,
        ..options()
    });
    rig.data("{\"type\":1,\"target\":\"a\",\"arguments\":[]}\u{1e}{broken\u{1e}{\"type\":1,\"target\":\"b\",\"arguments\":[]}\u{1e}");
    assert_eq!(rig.invocations(), ["a[]"]);
    assert!(matches!(
        rig.connection.status(),
        Status::Reconnecting(Progress {
            last_error: Some(Error::ProtocolViolation(_)),
            ..
        })
    ));
}

#[test]
fn an_oversize_record_is_reported_and_its_neighbours_are_delivered() {
    let mut rig = Rig::connected(Options {
        incoming_limit: 64,
        ..options()
    });
    let big = "x".repeat(65);
    rig.data(&format!(
        "{{\"type\":1,\"target\":\"a\",\"arguments\":[]}}\u{1e}{big}\u{1e}{{\"type\":1,\"target\":\"b\",\"arguments\":[]}}\u{1e}"
    ));
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [Told::Invocation(..), Told::Bad(_), Told::Invocation(..)]
        ),
        "{told:?}"
    );
}

// ---- 7. Calls

#[test]
fn w01_i20_send_is_settled_when_handed_to_the_socket() {
    let mut rig = Rig::connected(options());
    rig.step(Input::Send {
        call: CallId(1),
        target: "testMethod",
        arguments: "[\"arg\",42]",
        streams: &[],
        deadline: rig.now + SECOND,
    });
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [Told::Act(Action::Send { frame: Frame::Text(text), .. }), Told::Settled(1, Ok(None))]
                if text == "{\"type\":1,\"target\":\"testMethod\",\"arguments\":[\"arg\",42]}\u{1e}"
        ),
        "{told:?}"
    );
}

#[test]
fn w03_a_call_has_a_decimal_id_of_its_own() {
    let mut rig = Rig::connected(options());
    for call in 0..11 {
        rig.invoke(call);
    }
    assert_eq!(
        rig.sent().last().map(String::as_str),
        Some("{\"type\":1,\"invocationId\":\"10\",\"target\":\"m\",\"arguments\":[]}\u{1e}")
    );
}

#[test]
fn i01_an_error_rejects_the_call() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    assert_eq!(
        rig.sent(),
        ["{\"type\":1,\"invocationId\":\"0\",\"target\":\"m\",\"arguments\":[]}\u{1e}"]
    );
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"error\":\"foo\"}\u{1e}");
    assert_eq!(rig.settled(), [(7, Err(Error::Method("foo".to_owned())))]);
}

#[test]
fn i02_i03_results_are_told_and_pings_change_nothing() {
    let mut rig = Rig::connected(options());
    for call in 0..3 {
        rig.invoke(call);
    }
    rig.data("{\"type\":6}\u{1e}{\"type\":3,\"invocationId\":\"1\"}\u{1e}");
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"result\":\"foo\"}\u{1e}{\"type\":3,\"invocationId\":\"2\",\"result\":null}\u{1e}");
    assert_eq!(
        rig.settled(),
        [
            (1, Ok(None)),
            (0, Ok(Some("\"foo\"".to_owned()))),
            (2, Ok(Some("null".to_owned())))
        ]
    );
}

#[test]
fn d11_an_empty_error_is_an_error() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"error\":\"\"}\u{1e}");
    assert_eq!(rig.settled(), [(7, Err(Error::Method(String::new())))]);
}

#[test]
fn i04_e08_w07_stop_settles_says_goodbye_and_closes() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.take();
    rig.step(Input::Stop);
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [
                Told::Settled(7, Err(Error::Stopped)),
                Told::Act(Action::Send { frame: Frame::Text(text), .. }),
                Told::Act(Action::CloseSocket { .. }),
                Told::Changed(Status::Disconnected { error: None }),
            ] if text == "{\"type\":7}\u{1e}"
        ),
        "{told:?}"
    );
    assert_eq!(
        Error::Stopped.to_string(),
        "Invocation canceled due to the underlying connection being closed."
    );
    assert!(rig.at_rest());
}

#[test]
fn i05_i23_r24_a_lost_connection_settles_its_calls_before_it_is_told() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.take();
    rig.close(1006, "gone", false);
    let cause = Error::SocketClosed {
        phase: Phase::Live,
        code: 1006,
        reason: "gone".to_owned(),
    };
    let told = rig.take();
    assert_eq!(
        told.first(),
        Some(&Told::Settled(
            7,
            Err(Error::SessionLost {
                cause: Some(Box::new(cause))
            })
        ))
    );
    assert!(matches!(
        told.get(1),
        Some(Told::Changed(Status::Reconnecting(_)))
    ));
}

#[test]
fn i18_an_item_for_a_call_is_a_violation() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.data("{\"type\":2,\"invocationId\":\"0\",\"item\":1}\u{1e}");
    let text = "Unexpected message type: 2".to_owned();
    assert_eq!(rig.settled(), [(7, Err(Error::ProtocolViolation(text)))]);
    assert!(rig.is_connected());
}

#[test]
fn i19_answers_to_unknown_ids_are_ignored() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":3,\"invocationId\":\"9\"}\u{1e}{\"type\":3,\"invocationId\":\"x\"}\u{1e}{\"type\":2,\"invocationId\":\"9\",\"item\":1}\u{1e}");
    assert_eq!(rig.take(), []);
}

#[test]
fn i20_calls_without_a_connection_are_refused_at_once() {
    let mut rig = Rig::new(options());
    rig.invoke(1);
    rig.step(Input::Start);
    rig.invoke(2);
    assert_eq!(
        rig.settled(),
        [(1, Err(Error::NotConnected)), (2, Err(Error::NotConnected))]
    );
    assert_eq!(
        Error::NotConnected.to_string(),
        "Cannot send data if the connection is not in the 'Connected' State."
    );
}

#[test]
fn i22_ids_go_on_over_a_reconnect() {
    let mut rig = Rig::connected(options());
    rig.invoke(1);
    rig.close(1006, "", false);
    rig.step(Input::RetryNow);
    rig.finish_connecting();
    rig.take();
    rig.invoke(2);
    assert!(rig.sent().concat().contains("\"invocationId\":\"1\""));
}

/// Different: the official client of version 10 cannot give up a call; .NET 11 can, in this way.
#[test]
fn i24_a_call_given_up_is_cancelled_on_the_wire_and_its_answer_ignored() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.take();
    rig.step(Input::Cancel { call: CallId(7) });
    rig.step(Input::Cancel { call: CallId(8) });
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"result\":1}\u{1e}");
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [
                Told::Act(Action::Send { frame: Frame::Text(text), .. }),
                Told::Settled(7, Err(Error::Cancelled))
            ] if text == "{\"type\":5,\"invocationId\":\"0\"}\u{1e}"
        ),
        "{told:?}"
    );
}

#[test]
fn every_call_has_a_deadline() {
    let mut rig = Rig::connected(options());
    let deadline = rig.now + seconds(5);
    rig.invoke_until(7, deadline);
    rig.invoke_until(8, deadline + SECOND);
    assert_eq!(rig.connection.next_wake(), Some(deadline));
    rig.pass(seconds(5));
    let timeout = || Err(Error::TimedOut { phase: Phase::Call });
    assert_eq!(rig.settled(), [(7, timeout())]);
    rig.pass(seconds(1));
    assert_eq!(rig.settled(), [(8, timeout())]);
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"result\":1}\u{1e}");
    assert_eq!(rig.settled(), []);
}

#[test]
fn a_message_the_server_would_choke_on_is_refused_here() {
    let mut rig = Rig::connected(options());
    let arguments = |length: usize| format!("[\"{}\"]", "x".repeat(length));
    let envelope = "{\"type\":1,\"target\":\"m\",\"arguments\":[\"\"]}\u{1e}".len();
    for (length, fits) in [(32_768 - envelope, true), (32_769 - envelope, false)] {
        rig.step(Input::Send {
            call: CallId(1),
            target: "m",
            arguments: &arguments(length),
            streams: &[],
            deadline: rig.now + SECOND,
        });
        let expected = if fits {
            Ok(None)
        } else {
            Err(Error::MessageTooLarge {
                size: 32_769,
                limit: 32_768,
            })
        };
        assert_eq!(rig.sent().len(), usize::from(fits));
        assert_eq!(rig.settled(), [(1, expected)]);
    }
    assert!(rig.is_connected());
}

// ---- 8. Server calls client

#[test]
fn c01_c02_an_invocation_is_handed_on_as_it_was_written() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":1,\"target\":\"MESSAGE\",\"arguments\":[\"test\"]}\u{1e}");
    assert_eq!(rig.invocations(), ["MESSAGE[\"test\"]"]);
}

#[test]
fn c15_a_server_that_wants_a_result_is_told_that_there_is_none() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":1,\"invocationId\":\"s1\",\"target\":\"ask\",\"arguments\":[]}\u{1e}");
    assert_eq!(
        rig.sent(),
        ["{\"type\":3,\"invocationId\":\"s1\",\"error\":\"Client didn't provide a result.\"}\u{1e}"]
    );
}

// ---- 9. Signs of life

const PING: &str = "{\"type\":6}\u{1e}";

/// A client of WebSockets alone has no transport that keeps itself alive: pings are sent in every case.
#[test]
fn k02_a_web_socket_is_always_pinged() {
    for skip_negotiation in [false, true] {
        let mut rig = Rig::new(Options {
            skip_negotiation,
            ..options()
        });
        rig.step(Input::Start);
        rig.give_token(None);
        if !skip_negotiation {
            rig.answer(200, NEGOTIATED);
        }
        rig.open_socket();
        rig.data("{}\u{1e}");
        rig.take();
        rig.pass(seconds(15));
        assert_eq!(rig.sent(), [PING]);
    }
}

#[test]
fn k03_anything_received_resets_the_server_timeout() {
    let mut rig = Rig::connected(options());
    for _ in 0..10 {
        rig.pass(seconds(20));
        rig.data("{\"type\":99}\u{1e}");
    }
    assert!(rig.is_connected());
    // Even a part of a record is a sign of life.
    rig.pass(seconds(20));
    rig.data("{");
    rig.pass(seconds(20));
    assert!(rig.is_connected());
}

#[test]
fn k04_a_silent_server_is_given_up() {
    let mut rig = Rig::connected(options());
    rig.pass(Duration::from_millis(29_999));
    assert!(rig.is_connected());
    rig.take();
    rig.pass(Duration::from_millis(1));
    let error = Error::TimedOut { phase: Phase::Live };
    assert_eq!(
        error.to_string(),
        "Server timeout elapsed without receiving a message from the server."
    );
    assert_eq!(rig.last_error(), Some(error));
    assert!(rig.sockets.is_empty());
}

/// Different: with a silent server the official client pings once, at connecting.
#[test]
fn k05_d15_pings_do_not_depend_on_the_servers() {
    let mut rig = Rig::connected(Options {
        server_timeout: seconds(300),
        ..options()
    });
    rig.pass(seconds(61));
    assert_eq!(rig.sent(), [PING; 4]);
}

#[test]
fn k01_k06_pings_follow_their_interval_whatever_the_server_does() {
    let mut rig = Rig::connected(Options {
        keep_alive: Duration::from_millis(200),
        ..options()
    });
    for _ in 0..20 {
        rig.pass(Duration::from_millis(100));
        rig.data(PING);
    }
    assert_eq!(rig.sent(), [PING; 10]);
}

#[test]
fn k07_anything_sent_postpones_the_next_ping() {
    let mut rig = Rig::connected(options());
    rig.pass(seconds(10));
    rig.step(Input::Send {
        call: CallId(1),
        target: "m",
        arguments: "[]",
        streams: &[],
        deadline: rig.now + SECOND,
    });
    rig.take();
    rig.data(PING);
    rig.pass(seconds(14));
    assert_eq!(rig.sent(), [""; 0]);
    rig.pass(seconds(1));
    assert_eq!(rig.sent(), [PING]);
}

/// What is refused or already over is not sent, and must not keep the pings back: the server would hear nothing.
#[test]
fn k07_only_what_is_sent_postpones_the_next_ping() {
    let mut rig = Rig::connected(Options {
        outgoing_limit: 100,
        ..options()
    });
    for _ in 0..15 {
        rig.pass(SECOND);
        rig.data(PING);
        rig.step(Input::Cancel { call: CallId(9) });
        rig.step(Input::EndStream {
            stream: StreamId(9),
            error: None,
        });
        rig.step(Input::Item {
            call: CallId(1),
            stream: StreamId(9),
            item: "1",
            deadline: rig.now + SECOND,
        });
        rig.send(2, &format!("[\"{}\"]", "x".repeat(100)));
    }
    assert_eq!(rig.sent(), [PING]);
}

#[test]
fn k08_an_overdue_ping_is_sent_from_the_receive_path() {
    let mut rig = Rig::connected(options());
    rig.now = rig.now + seconds(16);
    rig.data(PING);
    assert_eq!(rig.sent(), [PING]);
}

#[test]
fn k09_the_settings_reach_the_connection() {
    let mut rig = Rig::connected(Options {
        server_timeout: seconds(60),
        keep_alive: seconds(60),
        probe_method: None,
        ..options()
    });
    rig.pass(seconds(59));
    assert!(rig.is_connected());
    rig.pass(seconds(1));
    assert!(!rig.is_connected());
}

#[test]
fn a_late_timer_probes_before_it_judges() {
    let mut rig = Rig::connected(options());
    rig.now = rig.now + seconds(60);
    rig.step(Input::Tick);
    assert!(rig.is_connected());
    assert!(rig.sent().concat().contains("\"target\":\"Ping\""));
    // An answer within the deadline saves the connection, and is timed.
    rig.now = rig.now + SECOND;
    rig.data("{\"type\":3,\"invocationId\":\"0\",\"error\":\"Unknown hub method 'Ping'\"}\u{1e}");
    assert_eq!(rig.connection.round_trip(), Some(SECOND));
    rig.pass(seconds(10));
    assert!(rig.is_connected());
}

#[test]
fn a_late_timer_does_not_save_a_dead_connection() {
    let mut rig = Rig::connected(options());
    rig.now = rig.now + seconds(60);
    rig.step(Input::Tick);
    rig.pass(seconds(3));
    assert_eq!(rig.last_error(), Some(Error::TimedOut { phase: Phase::Live }));

    // Not even when every timer is late.
    let mut rig = Rig::connected(options());
    for _ in 0..4 {
        rig.now = rig.now + seconds(60);
        rig.step(Input::Tick);
    }
    assert!(!rig.is_connected());
}

#[test]
fn waking_demands_a_sign_of_life_at_once() {
    for input in [|| Input::Wake, || Input::Online, || Input::Offline] {
        let mut rig = Rig::connected(options());
        rig.pass(seconds(1));
        rig.take();
        rig.step(input());
        rig.step(input());
        assert_eq!(rig.sent().len(), 1, "one probe at a time");
        rig.pass(Duration::from_millis(2_999));
        assert!(rig.is_connected());
        rig.pass(Duration::from_millis(1));
        assert!(!rig.is_connected());
    }
}

#[test]
fn without_a_probe_method_the_servers_own_ping_is_waited_for() {
    let mut rig = Rig::connected(Options {
        probe_method: None,
        ..options()
    });
    rig.pass(seconds(10));
    rig.take();
    rig.step(Input::Wake);
    assert_eq!(rig.sent(), [PING]);
    // The server may be silent for 15 s; 5 s of those and 3 s of patience are left.
    rig.pass(Duration::from_millis(7_999));
    assert!(rig.is_connected());
    rig.pass(Duration::from_millis(1));
    assert!(!rig.is_connected());
}

#[test]
fn lateness_is_told_at_one_and_a_half_of_the_learned_cadence() {
    let mut rig = Rig::connected(options());
    for _ in 0..40 {
        rig.pass(seconds(4));
        rig.data(PING);
    }
    let last_heard = rig.now;
    rig.take();
    rig.pass(seconds(5));
    assert_eq!(rig.health(), []);
    rig.pass(seconds(2));
    assert_eq!(rig.health(), [Health::Late { last_heard }]);
    assert_eq!(rig.connection.last_heard(), Some(last_heard));
    rig.data(PING);
    assert_eq!(rig.health(), [Health::Good]);
}

// ---- 10. Negotiate and opening

#[test]
fn n01_n06_n25_the_way_to_a_connection() {
    let mut rig = Rig::new(Options {
        hub: rig::hub("wss://h/endpoint?q=myData"),
        ..options()
    });
    rig.step(Input::Start);
    assert_eq!(rig.token_reason(), TokenReason::FirstConnect);
    rig.give_token(Some("a+b"));
    let (url, token) = rig.negotiate_request();
    assert_eq!(url, "https://h/endpoint/negotiate?q=myData&negotiateVersion=1");
    assert_eq!(token.as_deref(), Some("a+b"));
    rig.answer(200, NEGOTIATED);
    assert_eq!(
        rig.opened_url(),
        "wss://h/endpoint?q=myData&id=token-1&access_token=a%2Bb"
    );
    rig.open_socket();
    rig.data("{}\u{1e}");
    assert_eq!(
        rig.connection.status(),
        &Status::Connected {
            connection_id: Some("id-1".to_owned()),
            resumed: false
        }
    );
}

#[test]
fn n08_version_0_connects_with_the_connection_id() {
    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(200, r#"{"connectionId":"zero","availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#);
    assert_eq!(rig.opened_url(), "ws://h/hub?id=zero");
}

#[test]
fn n09_n12_n16_b04_answers_that_end_the_attempt() {
    for (body, text) in [
        (r#"{"error":"Negotiate error."}"#, "Negotiate error."),
        (
            r#"{"ProtocolVersion":"1.5"}"#,
            "Detected a connection attempt to an ASP.NET SignalR Server. This client only supports connecting to an ASP.NET Core SignalR Server.",
        ),
        (
            r#"{"connectionId":"a","availableTransports":[]}"#,
            "None of the transports supported by the client are supported by the server.",
        ),
        (
            r#"{"connectionId":"a","useStatefulReconnect":true,"availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#,
            "Client didn't negotiate Stateful Reconnect but the server did.",
        ),
    ] {
        // Retrying the first connect does not help against these.
        let mut rig = Rig::new(retrying());
        rig.request();
        rig.answer(200, body);
        assert_eq!(rig.error().map(|error| error.to_string()).as_deref(), Some(text));
        assert!(rig.at_rest());
    }
}

#[test]
fn n10_d13_a_status_keeps_its_meaning() {
    let unavailable = |status| Error::Unavailable {
        status,
        retry_after: None,
    };
    for (status, error) in [
        (403, Error::Forbidden),
        (404, Error::NotFound),
        (429, unavailable(429)),
        (503, unavailable(503)),
        (999, Error::UnexpectedStatus(999)),
    ] {
        let mut rig = Rig::new(options());
        rig.request();
        rig.answer(status, "");
        assert_eq!(rig.error(), Some(error));
    }
    assert_eq!(
        Error::UnexpectedStatus(999).to_string(),
        "Unexpected status code returned from negotiate '999'"
    );
}

#[test]
fn a_retry_after_is_honoured() {
    let mut rig = Rig::new(retrying());
    rig.request();
    let request = rig.pending_request();
    rig.step(Input::Answered {
        request,
        status: 503,
        body: b"",
        retry_after: Some(seconds(20)),
    });
    assert_eq!(rig.connection.next_wake(), Some(rig.now + seconds(20)));
}

#[test]
fn n05_n14_a_redirect_brings_its_own_token_for_this_attempt_only() {
    let mut rig = Rig::new(retrying());
    rig.step(Input::Start);
    rig.give_token(Some("mine"));
    rig.answer(200, r#"{"url":"https://other/x?a=1","accessToken":"theirs"}"#);
    let (url, token) = rig.negotiate_request();
    assert_eq!(url, "https://other/x/negotiate?a=1&negotiateVersion=1");
    assert_eq!(token.as_deref(), Some("theirs"));
    rig.answer(200, NEGOTIATED);
    assert_eq!(
        rig.opened_url(),
        "wss://other/x?a=1&id=token-1&access_token=theirs"
    );
    rig.close(1006, "", false);
    rig.step(Input::RetryNow);
    rig.give_token(Some("mine"));
    assert_eq!(
        rig.negotiate_request().0,
        "http://h/hub/negotiate?negotiateVersion=1"
    );
}

#[test]
fn n15_a_hundred_redirects_are_too_many() {
    let mut rig = Rig::new(options());
    rig.request();
    for _ in 0..100 {
        assert_eq!(rig.error(), None);
        rig.answer(200, r#"{"url":"http://h/again"}"#);
    }
    assert_eq!(rig.error(), Some(Error::TooManyRedirects));
}

/// Different in words: there is one transport, so its error is the whole story and names no others.
#[test]
fn n17_a_socket_refused_is_not_negotiated_again() {
    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(200, NEGOTIATED);
    rig.take();
    rig.cut();
    let text = rig.error().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.starts_with("WebSocket failed to connect"), "{text}");
    let posts = |told: &Told| matches!(told, Told::Act(Action::Post { .. }));
    assert!(!rig.take().iter().any(posts));
    assert!(rig.at_rest());
}

/// Different in words: this client's only transport cannot be disabled, so the server is what does not offer it.
#[test]
fn n19_a_server_without_web_sockets_of_this_encoding_is_told() {
    for (transport, format) in [
        ("LongPolling", "Text"),
        ("ServerSentEvents", "Text"),
        ("WebSockets", "Binary"),
        ("Pigeons", "Text"),
    ] {
        let mut rig = Rig::new(options());
        rig.request();
        rig.answer(
            200,
            &format!(
                r#"{{"connectionId":"a","availableTransports":[{{"transport":"{transport}","transferFormats":["{format}"]}}]}}"#
            ),
        );
        assert_eq!(
            rig.error(),
            Some(Error::NoCommonTransport),
            "{transport} {format}"
        );
        assert!(rig.at_rest());
    }
}

#[test]
fn n20_without_negotiation_there_is_no_request_and_no_id() {
    let mut rig = Rig::new(Options {
        skip_negotiation: true,
        ..options()
    });
    rig.step(Input::Start);
    rig.give_token(Some("t"));
    assert_eq!(rig.opened_url(), "ws://h/hub?access_token=t");
    rig.open_socket();
    rig.data("{}\u{1e}");
    assert_eq!(
        rig.connection.status(),
        &Status::Connected {
            connection_id: None,
            resumed: false
        }
    );
}

#[test]
fn n21_d01_every_phase_has_its_deadline() {
    let mut rig = Rig::new(options());
    rig.step(Input::Start);
    rig.pass(seconds(15));
    assert_eq!(rig.error(), Some(Error::TimedOut { phase: Phase::Token }));
    assert!(rig.at_rest());

    let mut rig = Rig::new(options());
    rig.request();
    rig.pass(seconds(15));
    let phase = Phase::Negotiate;
    assert_eq!(rig.error(), Some(Error::TimedOut { phase }));
    assert!(rig.at_rest());

    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(200, NEGOTIATED);
    rig.pass(seconds(15));
    assert_eq!(rig.error(), Some(Error::TimedOut { phase: Phase::Open }));
    assert!(rig.at_rest());
}

#[test]
fn n22_the_applications_headers_replace_the_librarys_own() {
    let mut settings = options();
    settings.headers = settings
        .headers
        .with("x-signalr-user-agent", "mine")
        .with("X-Tenant", "hush");
    assert!(!format!("{settings:?}").contains("hush"));
    for (settings, expected) in [
        (
            options(),
            vec![
                ("X-Requested-With", "XMLHttpRequest"),
                (
                    "X-SignalR-User-Agent",
                    concat!("switchhook/", env!("CARGO_PKG_VERSION")),
                ),
            ],
        ),
        (
            settings,
            vec![
                ("X-Requested-With", "XMLHttpRequest"),
                ("x-signalr-user-agent", "mine"),
                ("X-Tenant", "hush"),
            ],
        ),
    ] {
        let mut rig = Rig::new(settings);
        rig.request();
        let told = rig.take();
        let Some(Told::Act(Action::Post { headers, .. })) = told.last() else {
            panic!("{told:?}");
        };
        assert_eq!(headers.iter().collect::<Vec<_>>(), expected);
    }
}

/// Different: inside its reconnecting callback the official client never comes to rest.
#[test]
fn n23_r20_d01_d02_stop_is_immediate_in_every_state() {
    let states: [fn(&mut Rig); 7] = [
        |_| (),
        |rig| rig.step(Input::Start),
        Rig::request,
        |rig| {
            rig.request();
            rig.answer(200, NEGOTIATED);
        },
        Rig::open,
        |rig| rig.shake_hands("{}\u{1e}"),
        |rig| {
            rig.shake_hands("{}\u{1e}");
            rig.close(1006, "", false);
        },
    ];
    for (index, reach) in states.iter().enumerate() {
        let mut rig = Rig::new(options());
        reach(&mut rig);
        rig.take();
        rig.step(Input::Stop);
        rig.step(Input::Stop);
        let ends = rig
            .take()
            .iter()
            .filter(|told| **told == disconnected(None))
            .count();
        assert_eq!(ends, usize::from(index > 0), "state {index}");
        assert!(rig.at_rest(), "state {index}");
        // And a new start works.
        rig.shake_hands("{}\u{1e}");
        assert!(rig.is_connected(), "state {index}");
    }
}

#[test]
fn n28_how_a_closed_socket_is_told() {
    let never = || Options {
        retry: Arc::new(Delays(Vec::new())),
        ..options()
    };
    let mut rig = Rig::connected(never());
    rig.close(1000, "", true);
    assert_eq!(rig.take(), [disconnected(None)]);
    let mut rig = Rig::connected(never());
    rig.close(1, "just cause", false);
    assert_eq!(
        rig.error().map(|error| error.to_string()).as_deref(),
        Some("WebSocket closed with status code: 1 (just cause).")
    );
}

#[test]
fn n30_a_stopped_socket_is_not_waited_for() {
    let mut rig = Rig::connected(options());
    let socket = rig.socket();
    rig.step(Input::Stop);
    rig.take();
    rig.step(Input::SocketData {
        socket,
        bytes: b"{\"type\":1,\"target\":\"a\",\"arguments\":[]}\x1e",
        binary: false,
    });
    rig.step(Input::SocketClosed {
        socket,
        code: 1000,
        reason: "",
        clean: true,
    });
    assert_eq!(rig.take(), []);
}

/// Different: the official client loses the status in a text and asks for no other token.
#[test]
fn n32_an_unauthorized_answer_is_met_with_one_fresh_token() {
    let mut rig = Rig::new(retrying());
    rig.step(Input::Start);
    rig.give_token(Some("old"));
    rig.answer(401, "");
    assert_eq!(rig.token_reason(), TokenReason::Unauthorized);
    rig.give_token(Some("new"));
    assert_eq!(rig.negotiate_request().1.as_deref(), Some("new"));
    rig.answer(401, "");
    assert_eq!(rig.error(), Some(Error::Unauthorized));
    assert!(rig.at_rest());
}

#[test]
fn n32_the_same_token_is_not_tried_twice() {
    let mut rig = Rig::new(retrying());
    rig.step(Input::Start);
    rig.give_token(Some("old"));
    rig.answer(401, "");
    rig.give_token(Some("old"));
    assert_eq!(rig.error(), Some(Error::Unauthorized));
}

#[test]
fn n34_a_provider_without_a_token_connects_without_one() {
    let mut rig = Rig::new(options());
    rig.step(Input::Start);
    rig.give_token(None);
    assert_eq!(rig.negotiate_request().1, None);
    rig.answer(200, NEGOTIATED);
    assert_eq!(rig.opened_url(), "ws://h/hub?id=token-1");
}

/// Different: a WebSocket queues by itself, so every message is a frame of its own, at once and in order, and there is
/// no joining that could mix text and bytes.
#[test]
fn n35_each_message_is_a_frame_of_its_own() {
    let mut rig = Rig::connected(options());
    rig.send(1, "[\"world\"]");
    rig.send(2, "[\"!\"]");
    assert_eq!(
        rig.sent(),
        [
            "{\"type\":1,\"target\":\"m\",\"arguments\":[\"world\"]}\u{1e}",
            "{\"type\":1,\"target\":\"m\",\"arguments\":[\"!\"]}\u{1e}"
        ]
    );
}

/// Different in words: what waits at a stop is `Stopped`, what comes later is `NotConnected`.
#[test]
fn n36_a_send_that_fails_takes_no_other_with_it() {
    let mut rig = Rig::connected(Options {
        outgoing_limit: 100,
        ..options()
    });
    rig.send(1, "[1]");
    rig.send(2, &format!("[\"{}\"]", "x".repeat(100)));
    rig.send(3, "[3]");
    let settled = rig.settled();
    assert!(
        matches!(
            settled.as_slice(),
            [
                (1, Ok(None)),
                (2, Err(Error::MessageTooLarge { .. })),
                (3, Ok(None))
            ]
        ),
        "{settled:?}"
    );
    rig.step(Input::Stop);
    rig.send(4, "[4]");
    assert_eq!(rig.settled(), [(4, Err(Error::NotConnected))]);

    // Only a session between two sockets has sends that wait.
    let mut rig = Rig::stateful(Options::new(rig::hub("http://h/hub")));
    rig.cut();
    rig.send(1, "[1]");
    rig.step(Input::Stop);
    assert_eq!(rig.settled(), [(1, Err(Error::Stopped))]);
}

#[test]
fn n37_e10_a_new_start_after_a_close_works() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":7}\u{1e}");
    assert!(rig.at_rest());
    rig.take();
    rig.shake_hands("{}\u{1e}");
    rig.take();
    rig.invoke(1);
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn a_socket_refused_with_a_status_says_so() {
    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(200, NEGOTIATED);
    let socket = rig.socket();
    rig.refuse(socket, 401);
    assert_eq!(rig.token_reason(), TokenReason::Unauthorized);
}

#[test]
fn a_token_provider_that_refuses_ends_the_attempts() {
    let mut rig = Rig::new(retrying());
    rig.step(Input::Start);
    let request = rig.pending_request();
    rig.step(Input::TokenFailed {
        request,
        error: Error::Unauthorized,
    });
    assert_eq!(rig.error(), Some(Error::Unauthorized));
    let mut rig = Rig::new(retrying());
    rig.step(Input::Start);
    let request = rig.pending_request();
    rig.step(Input::TokenFailed {
        request,
        error: Error::TokenUnavailable("no network".to_owned()),
    });
    assert!(matches!(rig.connection.status(), Status::Connecting(_)));
}
