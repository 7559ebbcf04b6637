//! Stateful reconnect over real sockets: what a client misses, what it repeats, and how long it is waited for.
//!
//! Cases are named by their ids in the conformance list; intervals are shrunk to milliseconds.

#![allow(
    clippy::needless_pass_by_value,
    reason = "messages are written where they are used"
)]

pub(crate) mod common;
#[path = "common/served.rs"]
pub(crate) mod served;

use common::{Desk, http, soon};
use serde_json::{Value, json};
use served::{Served, served};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use switchhook::protocol::stateful::{Received, Unacknowledged};
use switchhook_hub::server::signalr::{Ending, Limits};

const SEQUENCE_1: &str = "{\"type\":9,\"sequenceId\":1}\u{1e}";

fn call(id: &str, method: &str, arguments: Value) -> String {
    let call = json!({"type": 1, "invocationId": id, "target": method, "arguments": arguments});
    format!("{call}\u{1e}")
}

fn result(id: &str, result: Value) -> Value {
    json!({"type": 3, "invocationId": id, "result": result})
}

async fn again(served: &Served, path: &str) -> Desk {
    let mut desk = Desk::open(served.address, path).await.expect("refused");
    desk.go_on();
    desk
}

/// The status with which a socket is refused.
async fn refused(served: &Served, path: &str) -> u16 {
    Desk::open(served.address, path).await.err().expect("let in").0
}

#[tokio::test]
async fn b04_b05_it_is_agreed_on_when_asked_for_and_allowed() {
    for (allowed, query, agreed) in [
        (true, "negotiateVersion=1&useStatefulReconnect=true", true),
        (true, "negotiateVersion=1&useStatefulReconnect=True", true),
        (true, "negotiateVersion=1&useStatefulReconnect=false", false),
        (true, "negotiateVersion=1", false),
        (true, "useStatefulReconnect=true", false),
        (false, "negotiateVersion=1&useStatefulReconnect=true", false),
    ] {
        let served = served(Limits {
            stateful_reconnect: allowed,
            ..Limits::default()
        })
        .await;
        let path = format!("/hub/negotiate?{query}");
        let answer = http(served.address, "POST", &path, "").await.json();
        let expected = agreed.then_some(json!(true));
        assert_eq!(answer.get("useStatefulReconnect"), expected.as_ref(), "{query}");
    }
}

#[tokio::test]
async fn s15_a_client_of_version_1_is_served_without_it() {
    let served = served(Limits {
        acknowledge_after: Duration::from_millis(10),
        ..Limits::default()
    })
    .await;
    let path = served.stateful_path().await;
    let mut desk = Desk::connected(served.address, &path).await;
    assert_eq!(desk.call("echo", json!([1])).await.1["result"], 1);
    tokio::time::sleep(Duration::from_millis(40)).await;
    let (before, _) = desk.call("echo", json!([1])).await;
    assert_eq!(before, Vec::<Value>::new(), "no acknowledgements");
    assert_eq!(refused(&served, &path).await, 409);
    drop(desk);
    served.until(|application| &application.went, 1).await;
    soon(async { while refused(&served, &path).await != 404 {} }).await;
}

#[tokio::test]
async fn version_2_without_negotiating_it_is_served_without_it() {
    let served = served(Limits::default()).await;
    let mut desk = Desk::open(served.address, "/hub").await.unwrap();
    desk.shake_hands_for(2).await;
    assert_eq!(desk.call("echo", json!([1])).await.1["result"], 1);
    drop(desk);
    served.until(|application| &application.went, 1).await;
}

#[tokio::test]
async fn b10_b24_a_client_goes_on_over_another_socket() {
    let served = served(Limits::default()).await;
    let (mut desk, path) = served.stateful().await;
    desk.send(&call("a", "Echo", json!([1]))).await;
    assert_eq!(desk.message().await, Some(result("a", json!(1))));
    desk.send(&call("b", "Slow", json!([100]))).await;
    served.until(|application| &application.busy, 1).await;
    drop(desk);
    let mut desk = again(&served, &path).await;
    desk.send(&format!(
        "{{\"type\":9,\"sequenceId\":3}}\u{1e}{}",
        call("c", "Echo", json!([2]))
    ))
    .await;
    for message in [
        json!({"type": 9, "sequenceId": 1}),
        result("a", json!(1)),
        result("b", json!(100)),
        result("c", json!(2)),
    ] {
        assert_eq!(desk.message().await, Some(message));
    }
    assert_eq!(served.application.came.load(Ordering::SeqCst), 1);
    assert_eq!(served.application.went.load(Ordering::SeqCst), 0);
    assert_eq!(served.registry.open_connections(), 1);
}

#[tokio::test]
async fn b12_what_was_acknowledged_is_not_sent_again() {
    let served = served(Limits::default()).await;
    let (mut desk, path) = served.stateful().await;
    desk.send(&call("a", "Burst", json!([4]))).await;
    for _ in 0..5 {
        desk.message().await.unwrap();
    }
    desk.send("{\"type\":8,\"sequenceId\":3}\u{1e}").await;
    // Once this is answered the acknowledgement has arrived.
    desk.send(&call("b", "Echo", json!([1]))).await;
    desk.message().await.unwrap();
    drop(desk);
    let mut desk = again(&served, &path).await;
    desk.send("{\"type\":9,\"sequenceId\":3}\u{1e}").await;
    for message in [
        json!({"type": 9, "sequenceId": 4}),
        json!({"type": 1, "target": "Number", "arguments": [3]}),
        json!({"type": 3, "invocationId": "a"}),
        result("b", json!(1)),
    ] {
        assert_eq!(desk.message().await, Some(message));
    }
}

#[tokio::test]
async fn b11_what_is_said_in_between_arrives_after_the_sequence() {
    let served = served(Limits::default()).await;
    let (desk, path) = served.stateful().await;
    drop(desk);
    let mut other = served.desk().await;
    served.until(|application| &application.came, 2).await;
    other.call("Broadcast", json!(["Hear", 1])).await;
    let mut desk = again(&served, &path).await;
    assert_eq!(desk.frame().await.as_deref(), Some(SEQUENCE_1));
    let heard = json!({"type": 1, "target": "Hear", "arguments": [1]});
    assert_eq!(desk.message().await, Some(heard));
}

#[tokio::test]
async fn b13_b14_one_acknowledgement_covers_what_came_shortly_before() {
    let served = served(Limits {
        acknowledge_after: Duration::from_millis(100),
        ..Limits::default()
    })
    .await;
    let (mut desk, _) = served.stateful().await;
    let started = Instant::now();
    for id in ["a", "b", "c", "d"] {
        desk.send(&call(id, "Nothing", json!([]))).await;
    }
    for _ in 0..4 {
        assert_eq!(desk.message().await.unwrap()["type"], 3);
    }
    assert_eq!(desk.message().await, Some(json!({"type": 8, "sequenceId": 4})));
    assert!(started.elapsed() >= Duration::from_millis(100));
    // Pings and acknowledgements do not count.
    desk.send("{\"type\":6}\u{1e}{\"type\":8,\"sequenceId\":4}\u{1e}")
        .await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let (before, _) = desk.call("Nothing", json!([])).await;
    assert_eq!(before, Vec::<Value>::new());
    assert_eq!(desk.message().await, Some(json!({"type": 8, "sequenceId": 5})));
}

#[tokio::test]
async fn much_that_arrives_is_acknowledged_ahead_of_time() {
    let served = served(Limits {
        acknowledge_after: Duration::from_secs(60),
        ..Limits::default()
    })
    .await;
    let (mut desk, _) = served.stateful().await;
    let text = "x".repeat(20_000);
    let silent = json!({"type": 1, "target": "Echo", "arguments": [text]});
    desk.send(&format!("{silent}\u{1e}")).await;
    desk.send(&format!("{silent}\u{1e}")).await;
    assert_eq!(desk.message().await, Some(json!({"type": 8, "sequenceId": 2})));
}

#[tokio::test]
async fn b15_b16_what_a_client_repeats_is_done_once() {
    let served = served(Limits {
        acknowledge_after: Duration::from_millis(10),
        ..Limits::default()
    })
    .await;
    let (mut desk, path) = served.stateful().await;
    let said = |number: u64| call(&number.to_string(), "Broadcast", json!(["Hear", number]));
    desk.send(&format!("{}{}", said(1), said(2))).await;
    served.until(|application| &application.busy, 0).await;
    while desk.message().await.unwrap() != json!({"type": 8, "sequenceId": 2}) {}
    drop(desk);
    let mut desk = again(&served, &path).await;
    // What comes before the sequence cannot be placed, and what was heard before is not heard again.
    let calls = [said(1), said(2), said(3)].concat();
    desk.send(&format!("{}{SEQUENCE_1}{calls}", said(9))).await;
    let mut heard = Vec::new();
    loop {
        let message = desk.message().await.unwrap();
        if message["type"] == 8 {
            // The repetition asked for another acknowledgement.
            assert!([2, 3].contains(&message["sequenceId"].as_u64().unwrap()));
            if message["sequenceId"] == 3 {
                break;
            }
        } else if message["target"] == "Hear" {
            heard.push(message["arguments"][0].clone());
        }
    }
    assert_eq!(heard, [1, 2, 3]);
}

#[tokio::test]
async fn b18_a_gap_ends_the_connection() {
    let served = served(Limits::default()).await;
    let (mut desk, path) = served.stateful().await;
    desk.call("echo", json!([1])).await;
    drop(desk);
    let mut desk = again(&served, &path).await;
    desk.send("{\"type\":9,\"sequenceId\":4}\u{1e}").await;
    let rest = desk.rest().await;
    let last = rest.last().unwrap();
    let text = last["error"].as_str().unwrap();
    assert!(text.ends_with("Sequence ID greater than amount of messages we've received."));
    assert_eq!(last.get("allowReconnect"), None);
    served.until(|application| &application.went, 1).await;
}

#[tokio::test]
async fn b19_no_more_than_the_buffer_is_sent_without_an_acknowledgement() {
    let served = served(Limits {
        stateful_bytes: 1_000,
        batch_bytes: 500,
        keep_alive: Duration::from_millis(30),
        ..Limits::default()
    })
    .await;
    let (mut desk, path) = served.stateful().await;
    desk.send(&call("a", "Burst", json!([100]))).await;
    let mut next = 0;
    // Then only pings come, over this socket, and nothing but a repetition over the next.
    loop {
        let record = desk.record().await.unwrap();
        if record == "{\"type\":6}" {
            break;
        }
        assert!(record.contains(&format!("[{next}]")), "{record}");
        next += 1;
    }
    assert!((10..90).contains(&next), "{next}");
    desk.send(&format!("{{\"type\":8,\"sequenceId\":{}}}\u{1e}", next - 1))
        .await;
    let first = desk.message().await.unwrap();
    assert_eq!(first["arguments"], json!([next]));
    drop(desk);
    let mut desk = again(&served, &path).await;
    let sequence = desk.message().await.unwrap()["sequenceId"].as_u64().unwrap();
    assert_eq!(sequence, next);
    let mut newest = next - 1;
    loop {
        let message = desk.message().await.unwrap();
        if message["type"] == 3 {
            break;
        }
        assert_eq!(message["arguments"], json!([newest]));
        newest += 1;
        desk.send(&format!("{{\"type\":8,\"sequenceId\":{newest}}}\u{1e}"))
            .await;
    }
    assert_eq!(newest, 100);
}

#[tokio::test]
async fn b30_a_second_socket_takes_the_place_of_the_first() {
    let served = served(Limits::default()).await;
    assert_eq!(refused(&served, "/hub?id=none").await, 404);
    let (mut first, path) = served.stateful().await;
    let mut second = again(&served, &path).await;
    second.send(SEQUENCE_1).await;
    assert_eq!(second.frame().await.as_deref(), Some(SEQUENCE_1));
    assert_eq!(first.record().await, None);
    assert_eq!(second.call("echo", json!([1])).await.1["result"], 1);
    assert_eq!(served.application.came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn b30_nobody_is_waited_for_longer_than_agreed() {
    let served = served(Limits {
        disconnect_timeout: Duration::from_millis(100),
        close_timeout: Duration::from_millis(100),
        ..Limits::default()
    })
    .await;
    let (mut desk, path) = served.stateful().await;
    desk.send(&call("a", "Slow", json!([60_000]))).await;
    served.until(|application| &application.busy, 1).await;
    drop(desk);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(served.application.went.load(Ordering::SeqCst), 0);
    let limits = served.registry.limits();
    soon(async {
        tokio::time::sleep(limits.disconnect_timeout).await;
        while refused(&served, &path).await != 409 {}
    })
    .await;
    // What is under way gets the usual time to finish.
    served.until(|application| &application.went, 1).await;
    soon(async { while refused(&served, &path).await != 404 {} }).await;
    assert_eq!(served.application.busy.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_goodbye_of_either_side_is_for_good() {
    let served = served(Limits::default()).await;
    for (number, goodbye) in ["{\"type\":7}\u{1e}", &call("a", "Leave", json!([true])), "close"]
        .into_iter()
        .enumerate()
    {
        let (mut desk, path) = served.stateful().await;
        if goodbye == "close" {
            desk.close().await;
        } else {
            desk.send(goodbye).await;
            assert_eq!(desk.rest().await.last().unwrap()["type"], 7);
        }
        drop(desk);
        served.until(|application| &application.went, number + 1).await;
        soon(async { while refused(&served, &path).await != 404 {} }).await;
    }
}

#[tokio::test]
async fn a_server_that_stops_waits_for_nobody() {
    let served = served(Limits::default()).await;
    let (desk, _) = served.stateful().await;
    drop(desk);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let goodbye = Ending {
        error: None,
        allow_reconnect: true,
    };
    let started = Instant::now();
    soon(served.registry.shut_down(&goodbye)).await;
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(served.application.went.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_is_away_and_told_too_much_is_not_waited_for() {
    let served = served(Limits {
        queue_bytes: 1_000,
        ..Limits::default()
    })
    .await;
    let (desk, path) = served.stateful().await;
    drop(desk);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let mut other = served.desk().await;
    for _ in 0..80 {
        other.call("Broadcast", json!(["Hear", "something"])).await;
    }
    served.until(|application| &application.went, 1).await;
    soon(async { while refused(&served, &path).await != 404 {} }).await;
}

/// A client that repeats what is needed, with the numbering of the protocol module.
struct Persistent {
    desk: Desk,
    sent: Unacknowledged<String>,
    received: Received,
    messages: VecDeque<Value>,
}

impl Persistent {
    async fn say(&mut self, record: String) {
        let bytes = record.len();
        self.sent.push(record.clone(), bytes);
        self.desk.try_send(&record).await;
    }

    /// Takes in what comes within a moment; `false` when the socket is dead.
    async fn listen(&mut self) -> bool {
        while let Ok(record) = tokio::time::timeout(Duration::from_millis(3), self.desk.record()).await {
            let Some(record) = record else { return false };
            let message: Value = serde_json::from_str(&record).unwrap();
            let number = message["sequenceId"].as_u64();
            match (message["type"].as_u64(), number) {
                (Some(6), _) => {}
                (Some(7), _) => panic!("{message}"),
                (Some(8), Some(number)) => self.sent.acknowledge(number),
                (Some(9), Some(number)) => self.received.sequence(number).unwrap(),
                _ => {
                    if self.received.accept() {
                        self.messages.push_back(message);
                    }
                }
            }
        }
        if self.received.owes_acknowledgement() {
            let number = self.received.acknowledge();
            self.desk
                .try_send(&format!("{{\"type\":8,\"sequenceId\":{number}}}\u{1e}"))
                .await;
        }
        true
    }

    async fn cut(&mut self, served: &Served, path: &str) {
        self.desk = again(served, path).await;
        self.received.reattached();
        let mut text = format!("{{\"type\":9,\"sequenceId\":{}}}\u{1e}", self.sent.sequence_id());
        text.extend(self.sent.frames().map(String::as_str));
        self.desk.try_send(&text).await;
    }
}

#[tokio::test]
async fn nothing_is_lost_or_repeated_over_a_hundred_cuts() {
    let served = served(Limits {
        acknowledge_after: Duration::from_millis(5),
        stateful_bytes: 2_000,
        batch_bytes: 300,
        ..Limits::default()
    })
    .await;
    let (desk, path) = served.stateful().await;
    let mut client = Persistent {
        desk,
        sent: Unacknowledged::new(100_000),
        received: Received::default(),
        messages: VecDeque::new(),
    };
    // A simple generator: the same cuts at the same places in each run.
    let mut random = 7_u32;
    let mut below = |bound: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) % bound
    };
    let mut asked = 0;
    for _ in 0..100 {
        for _ in 0..below(4) {
            let id = format!("c{asked}");
            client.say(call(&id, "Burst", json!([3]))).await;
            asked += 1;
        }
        for _ in 0..below(3) {
            client.listen().await;
        }
        client.cut(&served, &path).await;
    }
    soon(async {
        while client.messages.len() < asked * 4 {
            assert!(client.listen().await);
        }
    })
    .await;
    for number in 0..asked {
        for step in 0..3 {
            let message = client.messages.pop_front().unwrap();
            assert_eq!(message["arguments"], json!([step]));
        }
        let message = client.messages.pop_front().unwrap();
        assert_eq!(message, json!({"type": 3, "invocationId": format!("c{number}")}));
    }
    client.listen().await;
    assert!(client.messages.is_empty());
    assert_eq!(served.application.came.load(Ordering::SeqCst), 1);
    assert_eq!(served.application.went.load(Ordering::SeqCst), 0);
}
