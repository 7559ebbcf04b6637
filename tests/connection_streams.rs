//! The connection machine against the cases of streams in both directions and of results for the server.
//!
//! Lives here: one test per case, named by its id; a `d…` test shows a defect of the official client absent.
//! May not be here: handlers and their results as a program writes them; those are in `native_handlers.rs`.
//! Plain sessions and kept ones go the same way; what a reattachment adds is said by name.
//! What differs from the official client on purpose says so beside the test.

#[path = "connection_rig/mod.rs"]
mod rig;

use rig::{Rig, SECOND, Told, hub, options};
use std::time::Duration;
use switchhook::connection::{CallId, Error, Input, Options, Phase, ReplyTo, StreamId};

fn keeping() -> Options {
    Options::new(hub("http://h/hub"))
}

fn record(json: &str) -> String {
    format!("{json}\u{1e}")
}

fn stream(rig: &mut Rig, call: u64, uploads: &[StreamId]) {
    stream_until(rig, call, uploads, 3600 * SECOND);
}

fn stream_until(rig: &mut Rig, call: u64, uploads: &[StreamId], patience: Duration) {
    rig.step(Input::Stream {
        call: CallId(call),
        target: "m",
        arguments: "[]",
        streams: uploads,
        deadline: rig.now + patience,
    });
}

fn item(rig: &mut Rig, call: u64, stream: u64, json: &str) {
    rig.step(Input::Item {
        call: CallId(call),
        stream: StreamId(stream),
        item: json,
        deadline: rig.now + SECOND,
    });
}

fn end(rig: &mut Rig, stream: u64, error: Option<&str>) {
    let stream = StreamId(stream);
    rig.step(Input::EndStream { stream, error });
}

fn says_item(rig: &mut Rig, id: u64, json: &str) {
    rig.data(&record(&format!(
        "{{\"type\":2,\"invocationId\":\"{id}\",\"item\":{json}}}"
    )));
}

fn items(call: u64, jsons: &[&str]) -> Vec<(u64, String)> {
    jsons.iter().map(|json| (call, (*json).to_owned())).collect()
}

// ---- From the server

#[test]
fn i07_items_come_in_order_and_then_the_end() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[]);
    assert_eq!(
        rig.sent(),
        [record(
            "{\"type\":4,\"invocationId\":\"0\",\"target\":\"m\",\"arguments\":[]}"
        )]
    );
    for json in ["1", "2", "null"] {
        says_item(&mut rig, 0, json);
    }
    assert_eq!(rig.settled(), []);
    rig.data(&record("{\"type\":3,\"invocationId\":\"0\"}"));
    assert_eq!(rig.items(), items(7, &["1", "2", "null"]));
    assert_eq!(rig.settled(), [(7, Ok(None))]);
    says_item(&mut rig, 0, "4");
    assert_eq!(rig.take(), [], "nothing after the end");
}

#[test]
fn i08_an_error_comes_after_the_items_before_it() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[]);
    rig.take();
    says_item(&mut rig, 0, "1");
    rig.data(&record("{\"type\":3,\"invocationId\":\"0\",\"error\":\"broke\"}"));
    assert_eq!(
        rig.take(),
        [
            Told::Item(7, "1".to_owned()),
            Told::Settled(7, Err(Error::Method("broke".to_owned())))
        ]
    );
}

#[test]
fn i06_a_stream_settles_when_the_connection_ends() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[]);
    says_item(&mut rig, 0, "1");
    rig.step(Input::Stop);
    assert_eq!(rig.settled(), [(7, Err(Error::Stopped))]);
    let text = "Invocation canceled due to the underlying connection being closed.";
    assert_eq!(Error::Stopped.to_string(), text);

    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[]);
    rig.close(1006, "gone", false);
    let settled = rig.settled();
    let [(7, Err(error))] = settled.as_slice() else {
        panic!("{settled:?}");
    };
    let text = "WebSocket closed with status code: 1006 (gone).";
    assert!(error.to_string().ends_with(text), "{error}");
}

#[test]
fn a_stream_given_up_is_cancelled_and_its_late_items_are_dropped() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[]);
    says_item(&mut rig, 0, "1");
    rig.take();
    rig.step(Input::Cancel { call: CallId(7) });
    assert_eq!(rig.sent(), [record("{\"type\":5,\"invocationId\":\"0\"}")]);
    assert_eq!(rig.settled(), [(7, Err(Error::Cancelled))]);
    says_item(&mut rig, 0, "2");
    rig.data(&record("{\"type\":3,\"invocationId\":\"0\"}"));
    assert_eq!(rig.take(), []);
}

#[test]
fn a_stream_must_begin_in_time_and_may_then_be_quiet() {
    let mut rig = Rig::connected(Options {
        server_timeout: 3600 * SECOND,
        ..options()
    });
    stream_until(&mut rig, 7, &[], 5 * SECOND);
    stream_until(&mut rig, 8, &[], 5 * SECOND);
    says_item(&mut rig, 0, "1");
    rig.pass(60 * SECOND);
    assert_eq!(rig.settled(), [(8, Err(Error::TimedOut { phase: Phase::Call }))]);
    says_item(&mut rig, 0, "2");
    assert_eq!(rig.items(), items(7, &["1", "2"]));
}

#[test]
fn b24_a_stream_goes_on_after_a_reattachment_each_item_once() {
    let mut rig = Rig::stateful(keeping());
    stream(&mut rig, 7, &[]);
    says_item(&mut rig, 0, "1");
    says_item(&mut rig, 0, "2");
    rig.cut();
    rig.reattach();
    rig.data(&record("{\"type\":9,\"sequenceId\":2}"));
    says_item(&mut rig, 0, "2");
    says_item(&mut rig, 0, "3");
    rig.data(&record("{\"type\":3,\"invocationId\":\"0\"}"));
    assert_eq!(rig.items(), items(7, &["1", "2", "3"]));
    assert_eq!(rig.settled(), [(7, Ok(None))]);
}

// ---- To the server

#[test]
fn i13_w05_an_upload_is_numbered_before_its_call() {
    let mut rig = Rig::connected(options());
    rig.step(Input::Invoke {
        call: CallId(7),
        target: "m",
        arguments: "[\"arg\"]",
        streams: &[StreamId(1)],
        deadline: rig.now + SECOND,
    });
    assert_eq!(
        rig.sent(),
        [record(
            "{\"type\":1,\"invocationId\":\"1\",\"target\":\"m\",\"arguments\":[\"arg\"],\"streamIds\":[\"0\"]}"
        )]
    );
    item(&mut rig, 8, 1, "\"x\"");
    assert_eq!(
        rig.sent(),
        [record("{\"type\":2,\"invocationId\":\"0\",\"item\":\"x\"}")]
    );
    assert_eq!(rig.settled(), [(8, Ok(None))]);
    end(&mut rig, 1, None);
    assert_eq!(rig.sent(), [record("{\"type\":3,\"invocationId\":\"0\"}")]);
    // It has ended: nothing more of it goes out.
    end(&mut rig, 1, Some("again"));
    item(&mut rig, 9, 1, "\"y\"");
    assert_eq!(rig.sent(), [""; 0]);
    assert_eq!(rig.settled(), [(9, Err(Error::StreamEnded))]);
}

#[test]
fn i14_a_send_with_an_upload_has_no_id_of_its_own() {
    let mut rig = Rig::connected(options());
    rig.step(Input::Send {
        call: CallId(7),
        target: "m",
        arguments: "[\"arg\"]",
        streams: &[StreamId(1)],
        deadline: rig.now + SECOND,
    });
    assert_eq!(
        rig.sent(),
        [record(
            "{\"type\":1,\"target\":\"m\",\"arguments\":[\"arg\"],\"streamIds\":[\"0\"]}"
        )]
    );
    // The send is told, and its upload goes on.
    assert_eq!(rig.settled(), [(7, Ok(None))]);
    item(&mut rig, 8, 1, "1");
    end(&mut rig, 1, Some("broke"));
    assert_eq!(
        rig.sent(),
        [
            record("{\"type\":2,\"invocationId\":\"0\",\"item\":1}"),
            record("{\"type\":3,\"invocationId\":\"0\",\"error\":\"broke\"}")
        ]
    );
}

#[test]
fn i15_a_stream_may_have_uploads() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[StreamId(1)]);
    assert_eq!(
        rig.sent(),
        [record(
            "{\"type\":4,\"invocationId\":\"1\",\"target\":\"m\",\"arguments\":[],\"streamIds\":[\"0\"]}"
        )]
    );
}

/// Different: the official client sends the first only.
#[test]
fn i17_d09_adjacent_uploads_are_all_named_and_sent() {
    let mut rig = Rig::connected(options());
    rig.step(Input::Invoke {
        call: CallId(7),
        target: "m",
        arguments: "[]",
        streams: &[StreamId(1), StreamId(2)],
        deadline: rig.now + SECOND,
    });
    item(&mut rig, 8, 2, "\"b\"");
    item(&mut rig, 9, 1, "\"a\"");
    assert_eq!(
        rig.sent(),
        [
            record(
                "{\"type\":1,\"invocationId\":\"2\",\"target\":\"m\",\"arguments\":[],\"streamIds\":[\"0\",\"1\"]}"
            ),
            record("{\"type\":2,\"invocationId\":\"1\",\"item\":\"b\"}"),
            record("{\"type\":2,\"invocationId\":\"0\",\"item\":\"a\"}")
        ]
    );
}

#[test]
fn an_upload_ends_with_its_call() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[StreamId(1)]);
    rig.data(&record("{\"type\":3,\"invocationId\":\"1\"}"));
    rig.take();
    item(&mut rig, 8, 1, "1");
    assert_eq!(rig.take(), [Told::Settled(8, Err(Error::StreamEnded))]);
}

/// A method that reads the stream would otherwise wait for ever, and with it all later calls of this client, which
/// stock servers handle one by one.
#[test]
fn an_upload_of_a_call_given_up_is_ended_for_the_server() {
    let ways: [fn(&mut Rig); 2] = [
        |rig| rig.step(Input::Cancel { call: CallId(7) }),
        |rig| rig.pass(5 * SECOND),
    ];
    for give_up in ways {
        let mut rig = Rig::connected(options());
        rig.step(Input::Invoke {
            call: CallId(7),
            target: "m",
            arguments: "[]",
            streams: &[StreamId(1)],
            deadline: rig.now + 5 * SECOND,
        });
        rig.take();
        give_up(&mut rig);
        let sent = rig.sent();
        let [completion, cancel] = sent.as_slice() else {
            panic!("{sent:?}");
        };
        let start = "{\"type\":3,\"invocationId\":\"0\",\"error\":\"";
        assert!(completion.starts_with(start), "{completion}");
        assert_eq!(*cancel, record("{\"type\":5,\"invocationId\":\"1\"}"));
        item(&mut rig, 8, 1, "1");
        assert!(matches!(
            rig.settled().as_slice(),
            [(7, Err(_)), (8, Err(Error::StreamEnded))]
        ));
    }
}

#[test]
fn b11_items_made_while_down_follow_in_order() {
    let mut rig = Rig::stateful(keeping());
    stream(&mut rig, 7, &[StreamId(1)]);
    item(&mut rig, 8, 1, "1");
    rig.take();
    rig.cut();
    item(&mut rig, 9, 1, "2");
    end(&mut rig, 1, None);
    assert_eq!(rig.settled(), []);
    rig.reattach();
    assert_eq!(
        rig.sent(),
        [
            record("{\"type\":9,\"sequenceId\":1}"),
            record(
                "{\"type\":4,\"invocationId\":\"1\",\"target\":\"m\",\"arguments\":[],\"streamIds\":[\"0\"]}"
            ),
            record("{\"type\":2,\"invocationId\":\"0\",\"item\":1}"),
            record("{\"type\":2,\"invocationId\":\"0\",\"item\":2}"),
            record("{\"type\":3,\"invocationId\":\"0\"}")
        ]
    );
    assert_eq!(rig.settled(), [(9, Ok(None))]);
}

#[test]
fn an_upload_does_not_outlive_its_session() {
    let mut rig = Rig::connected(options());
    stream(&mut rig, 7, &[StreamId(1)]);
    rig.cut();
    item(&mut rig, 8, 1, "1");
    rig.step(Input::RetryNow);
    rig.finish_connecting();
    rig.sent();
    item(&mut rig, 9, 1, "1");
    end(&mut rig, 1, None);
    assert_eq!(rig.sent(), [""; 0]);
    let settled = rig.settled();
    assert!(
        matches!(
            settled.as_slice(),
            [
                (7, Err(Error::SessionLost { .. })),
                (8, Err(Error::NotConnected)),
                (9, Err(Error::StreamEnded))
            ]
        ),
        "{settled:?}"
    );
}

// ---- Results for the server

const ASK: &str = "{\"type\":1,\"invocationId\":\"s1\",\"target\":\"ask\",\"arguments\":[]}\u{1e}";

fn asked(rig: &mut Rig) -> ReplyTo {
    let asked = rig.take().into_iter().find_map(|told| match told {
        Told::Asked(to) => Some(to),
        _ => None,
    });
    asked.expect("asked")
}

#[test]
fn c09_c10_c11_c12_a_result_is_told_when_there_is_one() {
    for (outcome, property) in [
        (Ok(Some("10")), ",\"result\":10"),
        (Ok(Some("null")), ",\"result\":null"),
        (Ok(None), ""),
        (Err("Error: from callback"), ",\"error\":\"Error: from callback\""),
    ] {
        let mut rig = Rig::connected(options()).answers();
        rig.data(ASK);
        let to = asked(&mut rig);
        rig.pass(SECOND);
        assert_eq!(rig.sent(), [""; 0]);
        rig.step(Input::Reply { to: &to, outcome });
        assert_eq!(
            rig.sent(),
            [record(&format!(
                "{{\"type\":3,\"invocationId\":\"s1\"{property}}}"
            ))]
        );
    }
}

#[test]
fn c09_a_result_for_another_session_goes_nowhere() {
    let mut rig = Rig::connected(options()).answers();
    rig.data(ASK);
    let to = asked(&mut rig);
    rig.cut();
    rig.step(Input::RetryNow);
    rig.finish_connecting();
    rig.take();
    let outcome = Ok(Some("1"));
    rig.step(Input::Reply { to: &to, outcome });
    assert_eq!(rig.take(), []);
}

#[test]
fn c09_a_result_goes_to_its_session_over_another_socket() {
    let mut rig = Rig::stateful(keeping()).answers();
    rig.data(ASK);
    let to = asked(&mut rig);
    rig.cut();
    let outcome = Ok(Some("1"));
    rig.step(Input::Reply { to: &to, outcome });
    rig.reattach();
    let reply = record("{\"type\":3,\"invocationId\":\"s1\",\"result\":1}");
    assert_eq!(rig.sent(), [record("{\"type\":9,\"sequenceId\":1}"), reply]);
}

#[test]
fn c09_a_result_that_is_too_long_becomes_an_error() {
    let mut rig = Rig::connected(options()).answers();
    rig.data(ASK);
    let to = asked(&mut rig);
    let json = format!("\"{}\"", "x".repeat(40_000));
    let outcome = Ok(Some(json.as_str()));
    rig.step(Input::Reply { to: &to, outcome });
    let sent = rig.sent().concat();
    assert!(
        sent.starts_with("{\"type\":3,\"invocationId\":\"s1\",\"error\":\"The message of"),
        "{sent}"
    );
}
