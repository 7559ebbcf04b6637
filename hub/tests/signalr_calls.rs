//! Calls, streams in both directions, questions to clients, and how each is cancelled, over real sockets.
//!
//! Cases are named by their ids in the conformance list; intervals are shrunk to milliseconds.

#![allow(
    clippy::needless_pass_by_value,
    reason = "messages are written where they are used"
)]

pub(crate) mod common;
#[path = "common/served.rs"]
pub(crate) mod served;

use common::{Desk, soon};
use serde_json::{Value, json};
use served::served;
use std::sync::atomic::Ordering;
use std::time::Duration;
use switchhook_hub::server::signalr::Limits;

async fn send(desk: &mut Desk, messages: &[Value]) {
    let mut text = String::new();
    for message in messages {
        text.push_str(&message.to_string());
        text.push('\u{1e}');
    }
    desk.send(&text).await;
}

fn call(id: &str, method: &str, arguments: Value) -> Value {
    json!({"type": 1, "invocationId": id, "target": method, "arguments": arguments})
}

fn stream(id: &str, method: &str, arguments: Value) -> Value {
    json!({"type": 4, "invocationId": id, "target": method, "arguments": arguments})
}

fn with_streams(mut call: Value, ids: &[&str]) -> Value {
    call["streamIds"] = json!(ids);
    call
}

fn item(id: &str, item: Value) -> Value {
    json!({"type": 2, "invocationId": id, "item": item})
}

fn completion(id: &str) -> Value {
    json!({"type": 3, "invocationId": id})
}

fn result(id: &str, result: Value) -> Value {
    json!({"type": 3, "invocationId": id, "result": result})
}

fn failure(id: &str, error: &str) -> Value {
    json!({"type": 3, "invocationId": id, "error": error})
}

fn cancel(id: &str) -> Value {
    json!({"type": 5, "invocationId": id})
}

async fn expect(desk: &mut Desk, messages: &[Value]) {
    for message in messages {
        assert_eq!(desk.message().await.as_ref(), Some(message));
    }
}

#[tokio::test]
async fn i07_a_stream_gives_its_items_in_order_and_then_ends() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(&mut desk, &[stream("s", "counter", json!([3, 0]))]).await;
    let items = [
        item("s", json!(0)),
        item("s", json!(1)),
        item("s", json!(2)),
        completion("s"),
    ];
    expect(&mut desk, &items).await;
}

#[tokio::test]
async fn i08_a_stream_that_fails_keeps_what_it_gave() {
    for (detailed_errors, text) in [
        (
            false,
            "An error occurred on the server while streaming results. HubException: counted enough",
        ),
        (
            true,
            "An error occurred on the server while streaming results. HubException: counted enough",
        ),
    ] {
        let served = served(Limits {
            detailed_errors,
            ..Limits::default()
        })
        .await;
        let mut desk = served.desk().await;
        send(&mut desk, &[stream("s", "CounterFails", json!([1]))]).await;
        expect(&mut desk, &[item("s", json!(0)), failure("s", text)]).await;
    }
}

#[tokio::test]
async fn j32_a_method_is_called_in_its_own_mode_with_its_own_arguments() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    let binding = "due to an error on the server. InvalidDataException: Error binding arguments. Make sure that the \
                   types of the provided values match the types of the hub method being invoked.";
    for (call, text) in [
        (
            call("c", "Counter", json!([1, 0])),
            "The client attempted to invoke the streaming 'Counter' method with a non-streaming invocation."
                .to_owned(),
        ),
        (
            stream("c", "Echo", json!([1])),
            "The client attempted to invoke the non-streaming 'Echo' method with a streaming invocation."
                .to_owned(),
        ),
        (
            stream("c", "Nope", json!([])),
            "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist."
                .to_owned(),
        ),
        (
            stream("c", "Counter", json!(["x", 0])),
            format!("Failed to invoke 'Counter' {binding}"),
        ),
        (
            call("c", "Add", json!([1])),
            format!("Failed to invoke 'Add' {binding}"),
        ),
        (
            call("c", "Upload", json!([])),
            "An unexpected error occurred invoking 'Upload' on the server. HubException: \
             Client sent 0 stream(s), Hub method expects 1."
                .to_owned(),
        ),
        (
            with_streams(call("c", "Upload", json!([])), &["1", "2"]),
            "An unexpected error occurred invoking 'Upload' on the server. HubException: \
             Client sent 2 stream(s), Hub method expects 1."
                .to_owned(),
        ),
        (
            with_streams(call("c", "Upload", json!([])), &["1", "1"]),
            "Failed to invoke 'Upload' due to an error on the server. InvalidDataException: \
             The stream id '1' is in use already."
                .to_owned(),
        ),
    ] {
        send(&mut desk, &[call]).await;
        expect(&mut desk, &[failure("c", &text)]).await;
    }
    send(&mut desk, &[call("c", "add", json!([1, 2]))]).await;
    expect(&mut desk, &[result("c", json!(3))]).await;
}

#[tokio::test]
async fn i24_a_cancelled_stream_ends_without_an_error_and_gives_no_more() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(&mut desk, &[stream("s", "counter", json!([1_000_000, 1]))]).await;
    expect(&mut desk, &[item("s", json!(0))]).await;
    send(&mut desk, &[cancel("s"), cancel("unknown")]).await;
    loop {
        let message = desk.message().await.unwrap();
        if message["type"] == 3 {
            assert_eq!(message, completion("s"));
            break;
        }
    }
    served.until(|application| &application.busy, 0).await;
    let (before, _) = desk.call("echo", json!([1])).await;
    assert_eq!(before, Vec::<Value>::new());
}

#[tokio::test]
async fn a_stream_ends_with_its_client() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(&mut desk, &[stream("s", "counter", json!([1_000_000, 1]))]).await;
    expect(&mut desk, &[item("s", json!(0))]).await;
    drop(desk);
    served.until(|application| &application.went, 1).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_stream_waits_for_a_client_that_reads_slowly() {
    let limits = Limits {
        batch_bytes: 2_000,
        queue_bytes: 10_000,
        ..Limits::default()
    };
    let served = served(limits).await;
    let mut desk = served.desk().await;
    // More than sockets and queue can hold, and an end that comes only if the stream has waited.
    let count = 200_000;
    send(&mut desk, &[stream("s", "counter", json!([count, 0]))]).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    for number in 0..count {
        expect(&mut desk, &[item("s", json!(number))]).await;
    }
    expect(&mut desk, &[completion("s")]).await;
}

#[tokio::test]
async fn i13_an_upload_is_summed_up_and_its_error_told() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            with_streams(call("c", "Upload", json!([])), &["1"]),
            item("none", json!(1)),
            item("1", json!(2)),
            item("1", json!(40)),
            completion("1"),
            item("1", json!(7)),
        ],
    )
    .await;
    expect(&mut desk, &[result("c", json!(42))]).await;
    send(
        &mut desk,
        &[
            with_streams(call("c", "Upload", json!([])), &["1"]),
            failure("1", "torn"),
        ],
    )
    .await;
    let text = "An unexpected error occurred invoking 'Upload' on the server. HubException: torn";
    expect(&mut desk, &[failure("c", text)]).await;
}

#[tokio::test]
async fn i14_an_upload_without_an_id_is_taken_and_not_answered() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            json!({"type": 1, "target": "Upload", "arguments": [], "streamIds": ["1"]}),
            item("1", json!("no number")),
            completion("1"),
        ],
    )
    .await;
    served.until(|application| &application.busiest, 1).await;
    served.until(|application| &application.busy, 0).await;
    let (before, _) = desk.call("echo", json!([1])).await;
    assert_eq!(before, Vec::<Value>::new());
}

#[tokio::test]
async fn an_upload_waits_for_a_method_that_takes_its_time() {
    let limits = Limits {
        stream_items: 2,
        ..Limits::default()
    };
    let served = served(limits).await;
    let mut desk = served.desk().await;
    let mut messages = vec![with_streams(call("c", "UploadSlowly", json!([1])), &["1"])];
    messages.extend((0..100).map(|number| item("1", json!(number))));
    messages.push(completion("1"));
    messages.push(call("next", "Echo", json!([1])));
    send(&mut desk, &messages).await;
    let answers = [desk.message().await.unwrap(), desk.message().await.unwrap()];
    assert!(answers.contains(&result("c", json!(4_950))));
    assert!(answers.contains(&result("next", json!(1))));
}

#[tokio::test]
async fn i15_streams_go_both_ways_at_once() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[with_streams(stream("s", "Both", json!([10])), &["1"])],
    )
    .await;
    for number in 1..5 {
        send(&mut desk, &[item("1", json!(number))]).await;
        expect(&mut desk, &[item("s", json!(number * 10))]).await;
    }
    send(&mut desk, &[completion("1")]).await;
    expect(&mut desk, &[completion("s")]).await;
}

#[tokio::test]
async fn an_upload_breaks_off_with_its_client() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(&mut desk, &[with_streams(call("c", "Upload", json!([])), &["1"])]).await;
    served.until(|application| &application.busy, 1).await;
    drop(desk);
    served.until(|application| &application.went, 1).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_client_is_asked_and_its_answer_used() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    for (answer, expected) in [
        (json!({"result": [1, "x"]}), result("c", json!([1, "x"]))),
        (json!({"result": null}), result("c", json!(null))),
        (json!({}), completion("c")),
        (
            json!({"error": "Client didn't provide a result."}),
            failure(
                "c",
                "An unexpected error occurred invoking 'AskClient' on the server. HubException: \
                 Client didn't provide a result.",
            ),
        ),
    ] {
        send(&mut desk, &[call("c", "AskClient", json!(["Choose", 1, 2]))]).await;
        let question = desk.message().await.unwrap();
        assert_eq!(question["type"], 1);
        assert_eq!(question["target"], "Choose");
        assert_eq!(question["arguments"], json!([1, 2]));
        let mut completion = completion(question["invocationId"].as_str().unwrap());
        let fields = answer.as_object().unwrap().clone();
        completion.as_object_mut().unwrap().extend(fields);
        // Once, then late, and for nobody.
        let stray = result("stray", json!(1));
        send(&mut desk, &[stray, completion.clone(), completion]).await;
        expect(&mut desk, &[expected]).await;
    }
}

#[tokio::test]
async fn a_question_ends_with_its_client() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(&mut desk, &[call("c", "AskClient", json!(["Choose"]))]).await;
    desk.message().await.unwrap();
    drop(desk);
    served.until(|application| &application.went, 1).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn one_call_at_a_time_and_everything_else_beside_it() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            call("a", "Slow", json!([200])),
            call("b", "Slow", json!([0])),
            call("c", "Slow", json!([0])),
            with_streams(call("u", "Upload", json!([])), &["1"]),
            stream("s", "Counter", json!([1, 0])),
            item("1", json!(5)),
            completion("1"),
            cancel("b"),
        ],
    )
    .await;
    let text = "An unexpected error occurred invoking 'Slow' on the server. OperationCanceledException: The call was \
                canceled by the client.";
    let mut early = Vec::new();
    for _ in 0..4 {
        early.push(desk.message().await.unwrap());
    }
    for expected in [
        result("u", json!(5)),
        item("s", json!(0)),
        completion("s"),
        failure("b", text),
    ] {
        assert!(early.contains(&expected), "{expected} in {early:?}");
    }
    expect(&mut desk, &[result("a", json!(200)), result("c", json!(0))]).await;
}

#[tokio::test]
async fn as_many_calls_at_a_time_as_the_limits_say() {
    for parallel_calls in [1, 3] {
        let served = served(Limits {
            parallel_calls,
            ..Limits::default()
        })
        .await;
        let mut desk = served.desk().await;
        let calls: Vec<Value> = (0..9)
            .map(|number| call(&number.to_string(), "Slow", json!([20])))
            .collect();
        send(&mut desk, &calls).await;
        for _ in 0..9 {
            assert_eq!(desk.message().await.unwrap()["result"], 20);
        }
        assert_eq!(served.application.busiest.load(Ordering::SeqCst), parallel_calls);
    }
}

#[tokio::test]
async fn calls_beyond_those_that_may_wait_are_read_later_and_lost_never() {
    let limits = Limits {
        waiting_calls: 2,
        ..Limits::default()
    };
    let served = served(limits).await;
    let mut desk = served.desk().await;
    let calls: Vec<Value> = (0..60)
        .map(|number| call(&number.to_string(), "Slow", json!([1])))
        .collect();
    send(&mut desk, &calls).await;
    for number in 0..60 {
        expect(&mut desk, &[result(&number.to_string(), json!(1))]).await;
    }
}

#[tokio::test]
async fn i24_a_cancelled_call_is_dropped_and_answered() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            call("a", "Slow", json!([60_000])),
            call("b", "Echo", json!(["next"])),
        ],
    )
    .await;
    served.until(|application| &application.busy, 1).await;
    send(&mut desk, &[cancel("a"), cancel("a"), cancel("none")]).await;
    let text = "An unexpected error occurred invoking 'Slow' on the server. OperationCanceledException: The call was \
                canceled by the client.";
    expect(&mut desk, &[failure("a", text), result("b", json!("next"))]).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_method_that_panics_has_failed_and_no_more() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    let (_, answer) = desk.call("panic", json!([])).await;
    assert_eq!(
        answer["error"],
        "An unexpected error occurred invoking 'panic' on the server. Exception: The call was not answered. Try again."
    );
    assert_eq!(desk.call("echo", json!([1])).await.1["result"], 1);
}

#[tokio::test]
async fn there_are_only_so_many_streams_at_a_time() {
    let limits = Limits {
        streams: 2,
        ..Limits::default()
    };
    let served = served(limits).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            stream("a", "Counter", json!([10, 60_000])),
            with_streams(call("b", "Upload", json!([])), &["1"]),
            stream("c", "Counter", json!([1, 0])),
        ],
    )
    .await;
    let answer = desk.message().await.unwrap();
    assert_eq!(answer["invocationId"], "c");
    assert!(answer["error"].as_str().unwrap().contains("2 streams"));
    send(&mut desk, &[cancel("a")]).await;
    expect(&mut desk, &[completion("a")]).await;
    soon(async {
        loop {
            send(&mut desk, &[stream("c", "Counter", json!([1, 0]))]).await;
            if desk.message().await.unwrap() == item("c", json!(0)) {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_one_client_says_to_all_reaches_all() {
    let served = served(Limits::default()).await;
    let mut one = served.desk().await;
    let mut other = served.desk().await;
    served.until(|application| &application.came, 2).await;
    let (before, answer) = one.call("Broadcast", json!(["Hear", 1, "x"])).await;
    let heard = json!({"type": 1, "target": "Hear", "arguments": [1, "x"]});
    assert_eq!(before.first(), Some(&heard));
    assert_eq!(answer["result"], 2);
    expect(&mut other, &[heard]).await;
}

#[tokio::test]
async fn k12_who_is_asked_something_is_expected_to_go_on_pinging() {
    let limits = Limits {
        client_timeout: Duration::from_millis(60),
        close_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let served = served(limits).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[json!({"type": 6}), call("c", "AskClient", json!(["Choose"]))],
    )
    .await;
    let rest = desk.rest().await;
    let last = rest.last().unwrap();
    assert_eq!(last["allowReconnect"], true);
    assert!(last["error"].as_str().unwrap().contains("ClientTimeoutInterval"));
}

#[tokio::test]
async fn what_was_asked_before_a_goodbye_is_still_done_and_answered() {
    let served = served(Limits::default()).await;
    let mut desk = served.desk().await;
    send(
        &mut desk,
        &[
            call("a", "Slow", json!([50])),
            call("b", "Echo", json!([1])),
            stream("s", "Counter", json!([1_000_000, 60_000])),
            json!({"type": 7}),
        ],
    )
    .await;
    expect(&mut desk, &[result("a", json!(50)), result("b", json!(1))]).await;
    let rest = desk.rest().await;
    assert_eq!(rest.last(), Some(&json!({"type": 7})));
    served.until(|application| &application.went, 1).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_method_can_close_its_caller() {
    let served = served(Limits::default()).await;
    for (allow, goodbye) in [
        (true, json!({"type": 7, "allowReconnect": true})),
        (false, json!({"type": 7})),
    ] {
        let mut desk = served.desk().await;
        send(
            &mut desk,
            &[json!({"type": 1, "target": "Leave", "arguments": [allow]})],
        )
        .await;
        assert_eq!(desk.rest().await, [goodbye]);
        assert_eq!(desk.goodbye, Some(1000));
    }
}
