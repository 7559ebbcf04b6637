//! The SignalR server over real sockets, with a small application of its own behind it.
//!
//! Cases are named by their ids in the conformance list; intervals are shrunk to milliseconds.

mod common;

use axum::Extension;
use common::{Desk, http, soon};
use futures_util::future::ready;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use switchhook_hub::server::signalr::{
    Answer, Call, CallError, Client, Ending, Hub, Limits, Record, Registry, Reply, User, routes,
};

#[derive(Default)]
struct Echo {
    gone: AtomicUsize,
    quiet: AtomicUsize,
}

impl Hub for Echo {
    fn connected(&self, _client: &Client) -> impl Future<Output = ()> + Send {
        ready(())
    }

    async fn invoke(&self, client: &Client, call: Call<'_>, answer: Answer) {
        if call.method == "forget" {
            return;
        }
        answer.give(&self.reply(client, &call).await);
    }

    fn disconnected(&self, _client: &Client) -> impl Future<Output = ()> + Send {
        self.gone.fetch_add(1, Ordering::SeqCst);
        ready(())
    }
}

impl Echo {
    async fn reply(&self, client: &Client, call: &Call<'_>) -> Result<Reply, CallError> {
        match call.method.to_ascii_lowercase().as_str() {
            "echo" => Ok(Some(call.arguments.json().into_owned())),
            "nothing" => Ok(None),
            "refuse" => Err(CallError::Refused("not today".to_owned())),
            "fail" => Err(CallError::Internal("disk on fire".to_owned())),
            "bind" => Err(CallError::Arguments("no such form".to_owned())),
            "quiet" => {
                self.quiet.fetch_add(1, Ordering::SeqCst);
                Err(CallError::Refused("nobody hears this".to_owned()))
            }
            "slow" => {
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(None)
            }
            "burst" => {
                for number in 0..4_000 {
                    let text = format!("{{\"type\":1,\"target\":\"x\",\"arguments\":[{number}]}}\u{1e}");
                    client.push(&Record::from_json(text));
                }
                Ok(None)
            }
            "drown" => {
                let text = "x".repeat(1 << 20);
                for _ in 0..64 {
                    let record = format!("{{\"type\":1,\"target\":\"x\",\"arguments\":[\"{text}\"]}}\u{1e}");
                    client.push(&Record::from_json(record));
                }
                Ok(None)
            }
            _ => Err(CallError::UnknownMethod),
        }
    }
}

struct Server {
    address: SocketAddr,
    echo: Arc<Echo>,
    registry: Arc<Registry>,
}

async fn server(limits: Limits) -> Server {
    let echo = Arc::new(Echo::default());
    let registry = Arc::new(Registry::new(limits));
    let app = routes("/hub", Arc::clone(&echo), Arc::clone(&registry)).layer(Extension(User::named("ann")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server {
        address,
        echo,
        registry,
    }
}

fn close(error: &str) -> Value {
    json!({ "type": 7, "error": error })
}

/// What the server answers to `first`, and that it ends the connection then.
async fn handshake(first: &[&str]) -> Vec<String> {
    let server = server(Limits::default()).await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    for part in first {
        desk.try_send(part).await;
    }
    let mut records = Vec::new();
    while let Some(record) = desk.record().await {
        records.push(record);
    }
    assert_eq!(server.echo.gone.load(Ordering::SeqCst), 0, "never connected");
    assert_eq!(desk.goodbye, Some(1000));
    records
}

#[tokio::test]
async fn s03_s14_an_escaped_request_is_understood_and_answered_with_an_empty_object() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    desk.send("{\"\\u0070rotoco\\u006c\":\"\\u006ason\",\"version\":1}\u{1e}")
        .await;
    assert_eq!(desk.frame().await.as_deref(), Some("{}\u{1e}"));
}

#[tokio::test]
async fn s04_of_two_objects_the_first_counts() {
    let records =
        handshake(&["{\"protocol\":\"first\",\"version\":1}{\"protocol\":\"json\",\"version\":1}\u{1e}"])
            .await;
    assert_eq!(records, [r#"{"error":"The protocol 'first' is not supported."}"#]);
}

#[tokio::test]
async fn s05_s06_a_request_may_come_byte_by_byte() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    for character in "{\"protocol\":\"JSON\",\"version\":2}\u{1e}".chars() {
        desk.send(&character.to_string()).await;
    }
    assert_eq!(desk.record().await.as_deref(), Some("{}"));
}

#[tokio::test]
async fn a_request_in_a_binary_frame_and_records_after_it_are_understood() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    desk.send_binary(
        b"{\"protocol\":\"json\",\"version\":1}\x1e{\"type\":1,\"invocationId\":\"1\",\"target\":\"echo\",\"arguments\":[1]}\x1e",
    )
    .await;
    assert_eq!(desk.record().await.as_deref(), Some("{}"));
    assert_eq!(
        desk.message().await,
        Some(json!({"type": 3, "invocationId": "1", "result": [1]}))
    );
}

#[tokio::test]
async fn s07_s08_s09_a_bad_request_is_told_what_is_wrong() {
    let prefix = "An unexpected error occurred during connection handshake. InvalidDataException: ";
    let call = r#"{"type":1,"target":"echo","arguments":[]}"#;
    for (request, cause) in [
        (
            "{}",
            "Missing required property 'protocol'. Message content: {}".to_owned(),
        ),
        (
            call,
            format!("Missing required property 'protocol'. Message content: {call}"),
        ),
        (
            r#"{"protocol":"json"}"#,
            r#"Missing required property 'version'. Message content: {"protocol":"json"}"#.to_owned(),
        ),
        (
            r#"{"protocol":"json","version":"1"}"#,
            "Expected 'version' to be of type Number.".to_owned(),
        ),
        (
            r#"{"protocol":null,"version":1}"#,
            "Expected 'protocol' to be of type String.".to_owned(),
        ),
        (
            "[]",
            "Unexpected JSON Token Type 'Array'. Expected a JSON Object.".to_owned(),
        ),
        ("nonsense", "The handshake is not a JSON object.".to_owned()),
    ] {
        let records = handshake(&[&format!("{request}\u{1e}")]).await;
        let answers: Vec<Value> = records
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        assert_eq!(
            answers,
            [json!({ "error": format!("{prefix}{cause}") })],
            "{request}"
        );
    }
}

#[tokio::test]
async fn s10_a_later_version_is_refused() {
    for protocol in ["json", "messagepack"] {
        for version in [3, 9001, -1] {
            let request = format!("{{\"protocol\":\"{protocol}\",\"version\":{version}}}\u{1e}");
            let text = format!("The server does not support version {version} of the '{protocol}' protocol.");
            assert_eq!(
                handshake(&[&request]).await,
                [json!({ "error": text }).to_string()]
            );
        }
    }
}

#[tokio::test]
async fn s12_a_socket_that_ends_within_the_handshake_is_forgotten() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    desk.send("{\"protocol\":").await;
    drop(desk);
    soon(async {
        while server.registry.open_connections() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    assert_eq!(server.echo.gone.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn s13_a_late_or_long_handshake_is_canceled() {
    let canceled = [r#"{"error":"Handshake was canceled."}"#];
    assert_eq!(handshake(&[&"x".repeat(40_000)]).await, canceled);
    let server = server(Limits {
        handshake_timeout: Duration::from_millis(30),
        ..Limits::default()
    })
    .await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    desk.send("{\"protocol\"").await;
    assert_eq!(desk.record().await.as_deref(), Some(canceled[0]));
    assert_eq!(desk.record().await, None);
}

#[tokio::test]
async fn calls_are_answered_in_order_and_method_names_ignore_case() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send(concat!(
        r#"{"type":1,"invocationId":"a","target":"ECHO","arguments":[1,"x",null]}"#,
        "\u{1e}",
        r#"{"type":1,"invocationId":"b","target":"nothing","arguments":[]}"#,
        "\u{1e}",
        r#"{"type":1,"invocationId":"c","target":"slow","arguments":[]}"#,
        "\u{1e}",
        r#"{"type":1,"invocationId":"d","target":"echo","arguments":[]}"#,
        "\u{1e}",
    ))
    .await;
    let expected = [
        json!({"type":3,"invocationId":"a","result":[1,"x",null]}),
        json!({"type":3,"invocationId":"b"}),
        json!({"type":3,"invocationId":"c"}),
        json!({"type":3,"invocationId":"d","result":[]}),
    ];
    for completion in expected {
        assert_eq!(desk.message().await, Some(completion));
    }
}

#[tokio::test]
async fn e14_a_call_that_fails_is_answered_with_the_documented_text() {
    for (detailed_errors, method, text) in [
        (
            false,
            "Nope",
            "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist.",
        ),
        (
            false,
            "refuse",
            "An unexpected error occurred invoking 'refuse' on the server. HubException: not today",
        ),
        (
            false,
            "fail",
            "An unexpected error occurred invoking 'fail' on the server.",
        ),
        (
            true,
            "fail",
            "An unexpected error occurred invoking 'fail' on the server. Exception: disk on fire",
        ),
        (
            true,
            "forget",
            "An unexpected error occurred invoking 'forget' on the server. Exception: The call was not answered. Try again.",
        ),
        (
            false,
            "bind",
            "Failed to invoke 'bind' due to an error on the server.",
        ),
        (
            true,
            "bind",
            "Failed to invoke 'bind' due to an error on the server. InvalidDataException: no such form",
        ),
    ] {
        let server = server(Limits {
            detailed_errors,
            ..Limits::default()
        })
        .await;
        let mut desk = Desk::connected(server.address, "/hub").await;
        let (_, completion) = desk.call(method, json!([])).await;
        assert_eq!(completion["error"], text);
        let (_, completion) = desk.call("echo", json!([1])).await;
        assert_eq!(completion["result"], json!([1]), "the connection stays");
    }
}

#[tokio::test]
async fn e15_a_call_without_an_id_is_never_answered() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":1,\"target\":\"quiet\",\"arguments\":[]}\u{1e}{\"type\":1,\"target\":\"echo\",\"arguments\":[]}\u{1e}")
        .await;
    let (before, _) = desk.call("echo", json!([])).await;
    assert_eq!(before, Vec::<Value>::new());
    assert_eq!(server.echo.quiet.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_streaming_call_of_a_plain_method_is_refused() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":4,\"invocationId\":\"s\",\"target\":\"echo\",\"arguments\":[]}\u{1e}")
        .await;
    let answer = desk.message().await.unwrap();
    assert_eq!(
        answer["error"],
        "The client attempted to invoke the non-streaming 'echo' method with a streaming invocation."
    );
}

#[tokio::test]
async fn what_is_unknown_or_out_of_place_is_ignored() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send(concat!(
        r#"{"type":99,"x":1}"#,
        "\u{1e}",
        r#"{"type":5,"invocationId":"none"}"#,
        "\u{1e}",
        r#"{"type":3,"invocationId":"none","result":1}"#,
        "\u{1e}",
        r#"{"type":2,"invocationId":"none","item":1}"#,
        "\u{1e}",
        r#"{"type":8,"sequenceId":5}"#,
        "\u{1e}",
        r#"{"type":9,"sequenceId":5}"#,
        "\u{1e}",
    ))
    .await;
    let (before, completion) = desk.call("echo", json!([1])).await;
    assert_eq!((before.len(), &completion["result"]), (0, &json!([1])));
}

#[tokio::test]
async fn j25_j28_j29_j33_a_bad_record_closes_with_its_cause_after_its_neighbours_were_served() {
    let prefix = "Connection closed with an error. InvalidDataException: ";
    for (record, cause) in [
        (
            r#"{"type":1,"target":"echo"}"#,
            "Missing required property 'arguments'.",
        ),
        (r#"{"type":"1"}"#, "Invalid payload."),
        (
            r#"{"type":1,"arguments":[]}"#,
            "Invalid payload for Invocation message: target",
        ),
        ("[[}]", "Error reading JSON."),
        ("", "Error reading JSON."),
        (
            "null",
            "Unexpected JSON Token Type 'Null'. Expected a JSON Object.",
        ),
        (
            "\"x\"",
            "Unexpected JSON Token Type 'String'. Expected a JSON Object.",
        ),
        (
            " [1]",
            "Unexpected JSON Token Type 'Array'. Expected a JSON Object.",
        ),
        (
            r#"{"type":1,"headers":{"Foo":4},"target":"echo","arguments":[]}"#,
            "Expected header 'Foo' to be of type String.",
        ),
    ] {
        let server = server(Limits::default()).await;
        let mut desk = Desk::connected(server.address, "/hub").await;
        let good = r#"{"type":1,"invocationId":"g","target":"echo","arguments":[7]}"#;
        desk.send(&format!("{good}\u{1e}{record}\u{1e}{good}\u{1e}"))
            .await;
        let records = desk.rest().await;
        assert_eq!(records.len(), 2, "{record}: {records:?}");
        assert_eq!(records[0]["result"], json!([7]));
        assert_eq!(records[1]["type"], 7);
        assert_eq!(records[1].get("allowReconnect"), None);
        let text = records[1]["error"].as_str().unwrap();
        assert!(text.starts_with(&format!("{prefix}{cause}")), "{text}");
        assert_eq!(desk.goodbye, Some(1000));
    }
}

#[tokio::test]
async fn e12_a_record_over_the_limit_closes_after_what_came_before_it() {
    let text = "Connection closed with an error. InvalidDataException: The maximum message size of 32768B was exceeded. \
                The message size can be configured in AddHubOptions.";
    // In one frame, and split over frames.
    let large = format!(
        "{{\"type\":1,\"target\":\"echo\",\"arguments\":[\"{}\"]}}\u{1e}",
        "x".repeat(33_000)
    );
    let (head, tail) = large.split_at(20_000);
    for frames in [vec![large.as_str()], vec![head, tail]] {
        let server = server(Limits::default()).await;
        let mut desk = Desk::connected(server.address, "/hub").await;
        desk.send("{\"type\":1,\"invocationId\":\"g\",\"target\":\"echo\",\"arguments\":[7]}\u{1e}")
            .await;
        for frame in frames {
            desk.try_send(frame).await;
        }
        let records = desk.rest().await;
        assert_eq!(records.len(), 2);
        assert_eq!(records[1], close(text));
    }
    let server = server(Limits {
        detailed_errors: false,
        ..Limits::default()
    })
    .await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send(&large).await;
    assert_eq!(desk.rest().await, [close("Connection closed with an error.")]);
}

#[tokio::test]
async fn a_message_beyond_the_frame_limit_is_told_so_and_ends_no_other_connection() {
    let server = server(Limits {
        close_timeout: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let mut neighbour = Desk::connected(server.address, "/hub").await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":1,\"invocationId\":\"g\",\"target\":\"echo\",\"arguments\":[7]}\u{1e}")
        .await;
    desk.try_send(&"y".repeat((1 << 20) + 10)).await;
    let text = "Connection closed with an error. InvalidDataException: The maximum message size of 1048576B was exceeded. \
                The message size can be configured in AddHubOptions.";
    let before = json!({"type": 3, "invocationId": "g", "result": [7]});
    assert_eq!(desk.rest().await, [before, close(text)]);
    assert_eq!(neighbour.call("echo", json!([1])).await.1["result"], json!([1]));
}

#[tokio::test]
async fn a_handshake_beyond_the_frame_limit_is_canceled() {
    let server = server(Limits {
        close_timeout: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let mut desk = Desk::open(server.address, "/hub").await.unwrap();
    desk.try_send(&"y".repeat((1 << 20) + 10)).await;
    assert_eq!(
        desk.record().await.as_deref(),
        Some(r#"{"error":"Handshake was canceled."}"#)
    );
    assert_eq!(desk.record().await, None);
}

#[tokio::test]
async fn a_record_of_exactly_the_limit_split_over_frames_is_served() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    let empty = r#"{"type":1,"invocationId":"g","target":"echo","arguments":[""]}"#;
    let filler = "ä".repeat((32_768 - empty.len()) / 2);
    let record = format!("{}\u{1e}", empty.replace("[\"\"]", &format!("[\"{filler}\"]")));
    for part in record.chars().collect::<Vec<_>>().chunks(5_000) {
        desk.send(&part.iter().collect::<String>()).await;
    }
    assert_eq!(desk.message().await.unwrap()["result"], json!([filler]));
}

#[tokio::test]
async fn k10_a_silent_server_pings() {
    let server = server(Limits {
        keep_alive: Duration::from_millis(20),
        ..Limits::default()
    })
    .await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    for _ in 0..3 {
        assert_eq!(desk.record().await.as_deref(), Some("{\"type\":6}"));
    }
}

#[tokio::test]
async fn k11_k12_a_client_that_pinged_must_go_on_and_is_not_timed_while_it_is_served() {
    let limits = Limits {
        client_timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let server = server(limits).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    let began = Instant::now();
    desk.send(
        "{\"type\":6}\u{1e}{\"type\":1,\"invocationId\":\"1\",\"target\":\"slow\",\"arguments\":[]}\u{1e}",
    )
    .await;
    assert_eq!(desk.message().await, Some(json!({"type":3,"invocationId":"1"})));
    let last = desk.rest().await;
    // 300 ms of service and 100 ms of silence: a busy machine can only add to them.
    assert!(began.elapsed() >= Duration::from_millis(400));
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["allowReconnect"], true);
    assert!(
        last[0]["error"]
            .as_str()
            .unwrap()
            .contains("ClientTimeoutInterval")
    );
    assert_eq!(server.echo.gone.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered_in_kind() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":7}\u{1e}").await;
    assert_eq!(desk.rest().await, [json!({"type": 7})]);
    assert_eq!(desk.goodbye, Some(1000));
}

#[tokio::test]
async fn waiting_records_are_joined_into_few_messages_and_keep_their_order() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":1,\"target\":\"burst\",\"arguments\":[]}\u{1e}")
        .await;
    let (mut frames, mut next) = (0, 0);
    while next < 4_000 {
        let frame = desk.frame().await.unwrap();
        assert!(frame.len() <= 64 << 10 && frame.ends_with('\u{1e}'));
        frames += 1;
        for record in frame.split_terminator('\u{1e}') {
            let message: Value = serde_json::from_str(record).unwrap();
            assert_eq!(message["arguments"], json!([next]));
            next += 1;
        }
    }
    assert!(frames < 40, "{frames} frames");
}

#[tokio::test]
async fn a_slow_consumer_is_closed_and_told_so() {
    let limits = Limits {
        queue_bytes: 4 << 20,
        ..Limits::default()
    };
    let server = server(limits).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":1,\"target\":\"drown\",\"arguments\":[]}\u{1e}")
        .await;
    let records = desk.rest().await;
    let last = records.last().unwrap();
    assert!(records.len() < 64);
    assert_eq!(last["allowReconnect"], true);
    assert!(last["error"].as_str().unwrap().contains("too slow"), "{last}");
}

#[tokio::test]
async fn a_consumer_that_never_reads_is_dropped() {
    let limits = Limits {
        queue_bytes: 64 << 20,
        send_timeout: Duration::from_millis(50),
        close_timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = server(limits).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    desk.send("{\"type\":1,\"target\":\"drown\",\"arguments\":[]}\u{1e}")
        .await;
    soon(async {
        while server.registry.open_connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(server.echo.gone.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_stops_lets_clients_come_back() {
    let server = server(Limits::default()).await;
    let mut desk = Desk::connected(server.address, "/hub").await;
    let goodbye = Ending {
        error: None,
        allow_reconnect: true,
    };
    let stop = server.registry.shut_down(&goodbye);
    let (rest, ()) = soon(async { tokio::join!(desk.rest(), stop) }).await;
    assert_eq!(rest, [json!({"type": 7, "allowReconnect": true})]);
    let refused = http(server.address, "POST", "/hub/negotiate?negotiateVersion=1", "").await;
    assert_eq!(refused.status, 503);
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn e16_n08_negotiate_answers_by_version() {
    let server = server(Limits::default()).await;
    let negotiate = async |query: &str| {
        let answer = http(server.address, "POST", &format!("/hub/negotiate{query}"), "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    };
    let transports = json!([{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}]);
    for query in ["", "?negotiateVersion=0", "?negotiateVersion=-3"] {
        let answer = negotiate(query).await;
        assert_eq!(answer["negotiateVersion"], 0);
        assert_eq!(answer.get("connectionToken"), None);
        assert_eq!(answer["availableTransports"], transports);
    }
    for query in ["?negotiateVersion=1", "?negotiateVersion=42"] {
        let answer = negotiate(query).await;
        assert_eq!(answer["negotiateVersion"], 1);
        assert_ne!(answer["connectionToken"], answer["connectionId"]);
        for name in ["connectionToken", "connectionId"] {
            let text = answer[name].as_str().unwrap();
            let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            assert!(text.len() == 22 && text.chars().all(safe), "{text}");
        }
    }
    assert_eq!(
        negotiate("?negotiateVersion=one").await,
        json!({"error": "The client requested a non-integer protocol version."})
    );
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(
            http(server.address, method, "/hub/negotiate", "").await.status,
            405
        );
    }
}

#[tokio::test]
async fn e16_b30_an_id_is_known_used_once_and_takes_no_posts() {
    let server = server(Limits::default()).await;
    let answer = http(server.address, "POST", "/hub/negotiate?negotiateVersion=1", "")
        .await
        .json();
    let path = format!("/hub?id={}", answer["connectionToken"].as_str().unwrap());
    assert_eq!(http(server.address, "POST", &path, "").await.status, 405);
    let mut desk = Desk::connected(server.address, &path).await;
    assert_eq!(Desk::open(server.address, &path).await.err().unwrap().0, 409);
    desk.send("{\"type\":7}\u{1e}").await;
    desk.rest().await;
    drop(desk);
    soon(async {
        while server.registry.open_connections() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let unknown = (404, "No Connection with that ID".to_owned());
    assert_eq!(
        Desk::open(server.address, &path).await.err(),
        Some(unknown.clone())
    );
    assert_eq!(
        Desk::open(server.address, "/hub?id=none").await.err(),
        Some(unknown)
    );
    assert_eq!(http(server.address, "POST", "/hub?id=none", "").await.status, 404);
    let without = http(server.address, "POST", "/hub", "").await;
    assert_eq!((without.status, without.text()), (400, "Connection ID required"));
    assert_eq!(http(server.address, "GET", "/hub", "").await.status, 400);
}

#[tokio::test]
async fn the_connection_id_is_not_the_token() {
    let server = server(Limits::default()).await;
    let answer = http(server.address, "POST", "/hub/negotiate?negotiateVersion=1", "")
        .await
        .json();
    let path = format!("/hub?id={}", answer["connectionId"].as_str().unwrap());
    assert_eq!(Desk::open(server.address, &path).await.err().unwrap().0, 404);
}
