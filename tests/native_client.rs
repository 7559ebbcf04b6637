//! The native client against a small server on a real socket.
//!
//! Lives here: what the virtual clock cannot show: HTTP, WebSocket, tasks, and futures that are dropped.
//! May not be here: protocol cases; those are in `connection_cases.rs`.
//! The server is scripted: each test says what it answers to negotiate and what it does with the socket.
//! Handlers and streams have files of their own beside this one.

mod native_rig;

use native_rig::{NEGOTIATED, Peer, connected, meet, negotiated, next_invocation, server, soon};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchhook::connection::{Error, HubAddress, Options, Secret, Status, TokenReason};
use switchhook::native::{Client, Event, no_token};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Answers every invocation with its own arguments, and leaves `silent` unanswered.
async fn echo(mut peer: Peer, heard: mpsc::UnboundedSender<String>) {
    peer.shake_hands().await;
    while let Some(text) = peer.hear().await {
        let _ = heard.send(text.clone());
        for record in text.split_terminator('\u{1e}') {
            let message: Value = serde_json::from_str(record).expect("JSON");
            if message["type"] == 1 && message["target"] != "silent" {
                let answer = json!({
                    "type": 3,
                    "invocationId": message["invocationId"],
                    "result": message["arguments"],
                });
                peer.say(format!("{answer}\u{1e}")).await;
            }
        }
    }
}

#[tokio::test]
async fn calls_are_answered_in_parallel_and_stop_says_goodbye() {
    let (heard, mut records) = mpsc::unbounded_channel();
    let options = server(negotiated, move |peer| echo(peer, heard.clone())).await;
    let (client, _events) = Client::connect(options, no_token);
    soon(client.connected()).await.expect("connected");
    let calls = (0..50).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { (number, client.invoke("echo", &[json!(number)]).await) })
    });
    for call in calls.collect::<Vec<_>>() {
        let (number, result) = soon(call).await.expect("no panic");
        assert_eq!(result, Ok(json!([number])));
    }
    soon(client.stop()).await;
    assert_eq!(client.status(), Status::Disconnected { error: None });
    assert_eq!(client.invoke("echo", &[]).await, Err(Error::NotConnected));
    let mut last = String::new();
    while let Ok(text) = tokio::time::timeout(Duration::from_millis(500), records.recv()).await {
        let Some(text) = text else { break };
        last = text;
    }
    assert_eq!(last, "{\"type\":7}\u{1e}");
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_and_a_slow_one_times_out() {
    let (heard, mut records) = mpsc::unbounded_channel();
    let options = server(negotiated, move |peer| echo(peer, heard.clone())).await;
    let (client, _events) = Client::connect(options, no_token);
    soon(client.connected()).await.expect("connected");
    let call = client.invoke("silent", &[]);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), call)
            .await
            .is_err()
    );
    soon(records.recv()).await;
    assert_eq!(
        soon(records.recv()).await.as_deref(),
        Some("{\"type\":5,\"invocationId\":\"0\"}\u{1e}")
    );
    let outcome = soon(client.invoke_within("silent", &[], Duration::from_millis(50))).await;
    assert!(matches!(outcome, Err(Error::TimedOut { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_cut_connection_is_made_again_and_messages_keep_their_order() {
    let connections = Arc::new(AtomicU32::new(0));
    let options = server(negotiated, move |mut peer: Peer| {
        let connections = connections.clone();
        async move {
            peer.shake_hands().await;
            let round = connections.fetch_add(1, Ordering::SeqCst);
            let mut frame = String::new();
            for number in 0..100 {
                let _ = write!(
                    frame,
                    "{{\"type\":1,\"target\":\"n\",\"arguments\":[{round},{number}]}}\u{1e}"
                );
            }
            // Cut within a record, so that it takes two WebSocket messages.
            let (head, tail) = frame.split_at(frame.len() / 2 + 7);
            peer.say(head).await;
            peer.say(tail).await;
            if round < 3 {
                // Dropped without a close frame.
                drop(peer);
            } else {
                while peer.hear().await.is_some() {}
            }
        }
    })
    .await;
    let (client, mut events) = Client::connect(options, no_token);
    for round in 0..4 {
        for number in 0..100 {
            let (target, arguments) = soon(next_invocation(&mut events)).await;
            assert_eq!((target.as_str(), arguments), ("n", format!("[{round},{number}]")));
        }
    }
    soon(client.stop()).await;
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let options = server(
        |request| {
            if request.contains("authorization: Bearer fresh\r\n") {
                negotiated(request)
            } else {
                (401, String::new())
            }
        },
        |mut peer| async move {
            peer.shake_hands().await;
            while peer.hear().await.is_some() {}
        },
    )
    .await;
    let provider = |token: fn(TokenReason) -> &'static str| {
        move |reason| async move { Ok(Some(Secret::new(token(reason)))) }
    };
    let (client, _events) = Client::connect(
        options.clone(),
        provider(|reason| match reason {
            TokenReason::Unauthorized => "fresh",
            _ => "stale",
        }),
    );
    soon(client.connected()).await.expect("connected");
    soon(client.stop()).await;

    let (client, _events) = Client::connect(options, provider(|_| "stale"));
    assert_eq!(soon(client.connected()).await, Err(Error::Unauthorized));
}

#[tokio::test]
async fn nobody_there_is_told_as_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let hub = HubAddress::parse(&format!("http://{address}/hub")).expect("an address");
    let (client, _events) = Client::connect(Options::new(hub), no_token);
    let outcome = soon(client.connected()).await;
    assert!(matches!(outcome, Err(Error::Unreachable(_))), "{outcome:?}");
}

/// Defect D1: a server that never answers the upgrade must hold up neither connecting nor stopping.
#[tokio::test]
async fn d01_stop_is_immediate_while_the_socket_opens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (accepted, mut accepts) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = accepted.send(stream);
        }
    });
    let hub = HubAddress::parse(&format!("ws://{address}/hub")).expect("an address");
    let options = Options {
        skip_negotiation: true,
        ..Options::new(hub)
    };
    let (client, _events) = Client::connect(options, no_token);
    let mut stream = soon(accepts.recv()).await.expect("a connection");
    soon(client.stop()).await;
    // The half-open socket is closed, not leaked.
    let mut rest = Vec::new();
    soon(stream.read_to_end(&mut rest)).await.expect("closed");
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_connection() {
    let (heard, mut records) = mpsc::unbounded_channel();
    let options = server(negotiated, move |peer| echo(peer, heard.clone())).await;
    let (client, mut events) = Client::connect(options, no_token);
    soon(client.connected()).await.expect("connected");
    drop(client);
    assert_eq!(soon(records.recv()).await.as_deref(), Some("{\"type\":7}\u{1e}"));
    while soon(events.recv()).await.is_some() {}
}

/// The defaults, and the caller's in their place; the token's header is the provider's alone.
#[tokio::test]
async fn n22_headers_go_with_the_request() {
    let (requests, mut heard) = mpsc::unbounded_channel();
    let (mut options, mut peers) = meet(move |request| {
        let _ = requests.send(request.to_owned());
        negotiated(request)
    })
    .await;
    options.headers = options
        .headers
        .with("x-signalr-user-agent", "mine")
        .with("Authorization", "Basic none");
    let provider = |_| async { Ok(Some(Secret::new("t"))) };
    let (client, _events) = Client::connect(options, provider);
    let request = soon(heard.recv()).await.expect("a request").to_lowercase();
    let count = |line: &str| request.lines().filter(|own| *own == line).count();
    assert_eq!(count("x-requested-with: xmlhttprequest"), 1, "{request}");
    assert_eq!(count("x-signalr-user-agent: mine"), 1, "{request}");
    assert_eq!(count("authorization: bearer t"), 1, "{request}");
    assert!(!request.contains("basic"), "{request}");
    soon(soon(peers.recv()).await.expect("a socket").shake_hands()).await;
    soon(client.connected()).await.expect("connected");
}

/// Here those who wait are the callbacks: each handle and each call is told, whatever becomes of the others.
/// Different: a callback of the official client that throws keeps the others from being told.
#[tokio::test]
async fn e04_e05_d12_everyone_who_waits_is_told() {
    let (options, mut peers) = meet(negotiated).await;
    let (client, mut events) = Client::connect(options, no_token);
    let waiting = |client: &Client| {
        let client = client.clone();
        tokio::spawn(async move { client.connected().await })
    };
    let _peer = soon(peers.recv()).await.expect("a socket");
    let (first, second, dropped) = (waiting(&client), waiting(&client), waiting(&client));
    dropped.abort();
    soon(client.stop()).await;
    assert_eq!(soon(first).await.expect("no panic"), Err(Error::Stopped));
    assert_eq!(soon(second).await.expect("no panic"), Err(Error::Stopped));
    loop {
        let event = soon(events.recv()).await.expect("told as an event too");
        if event == Event::Status(Status::Disconnected { error: None }) {
            break;
        }
    }

    let (client, _events, mut peer) = connected().await;
    let calls = [(); 3].map(|()| {
        let client = client.clone();
        tokio::spawn(async move { client.invoke("silent", &[]).await })
    });
    for _ in 0..3 {
        peer.hear_message().await;
    }
    peer.say("{\"type\":7,\"error\":\"Error!\"}\u{1e}").await;
    for call in calls {
        let outcome = soon(call).await.expect("no panic");
        assert!(matches!(outcome, Err(Error::SessionLost { .. })), "{outcome:?}");
    }
    let error = Some(Error::ServerClosed("Error!".to_owned()));
    assert_eq!(client.status(), Status::Disconnected { error });
}

#[tokio::test]
async fn a01_a02_a03_a_token_is_refreshed_and_a_refusal_does_no_harm() {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let (options, mut peers) = {
        let posts = Arc::clone(&posts);
        meet(move |request| {
            let is_refresh = request.starts_with("POST /hub/refresh?id=token HTTP");
            if !is_refresh {
                let body = NEGOTIATED.replacen('{', "{\"tokenLifetimeSeconds\":2,", 1);
                return (200, body);
            }
            let mut posts = posts.lock().expect("no panic");
            posts.push(request.contains("authorization: Bearer ExpiringSoon\r\n"));
            match posts.len() {
                1 => (200, "{\"tokenLifetimeSeconds\":3600}".to_owned()),
                _ => (403, String::new()),
            }
        })
        .await
    };
    let provider = |reason| async move { Ok(Some(Secret::new(format!("{reason:?}")))) };
    let (client, mut events) = Client::connect(options, provider);
    let mut peer = soon(peers.recv()).await.expect("a socket");
    soon(peer.shake_hands()).await;
    let refreshed = async |events: &mut mpsc::UnboundedReceiver<Event>| loop {
        if let Event::Refreshed(outcome) = soon(events.recv()).await.expect("events go on") {
            return outcome;
        }
    };
    let hour = Duration::from_secs(3_600);
    assert_eq!(refreshed(&mut events).await, Ok(Some(hour)));
    client.refresh_token();
    assert_eq!(refreshed(&mut events).await, Err(Error::Forbidden));
    assert_eq!(*posts.lock().expect("no panic"), [true, true]);
    let call = {
        let client = client.clone();
        tokio::spawn(async move { client.invoke("m", &[]).await })
    };
    let message = peer.hear_message().await;
    peer.tell(json!({"type": 3, "invocationId": message["invocationId"]}))
        .await;
    assert_eq!(soon(call).await.expect("no panic"), Ok(Value::Null));
}

/// Against real sockets: one that is cut, one that goes on, and one that is refused.
#[tokio::test]
async fn b07_b11_b24_a_cut_session_goes_on_until_it_is_forgotten() {
    let forgotten = Arc::new(AtomicBool::new(false));
    let tokens = AtomicU32::new(0);
    let (options, mut peers) = {
        let forgotten = Arc::clone(&forgotten);
        meet(move |request| {
            if request.starts_with("GET") {
                let is_gone = forgotten.load(Ordering::SeqCst) && request.contains("id=token-0 ");
                return (if is_gone { 404 } else { 200 }, String::new());
            }
            let token = format!("\"token-{}\"", tokens.fetch_add(1, Ordering::SeqCst));
            let body = NEGOTIATED.replace("\"token\"", &token);
            (200, body.replacen('{', "{\"useStatefulReconnect\":true,", 1))
        })
        .await
    };
    let (client, mut events) = Client::connect(options, no_token);
    let mut peer = soon(peers.recv()).await.expect("a socket");
    soon(peer.shake_hands_as(2)).await;
    soon(client.connected()).await.expect("connected");
    let invoke = || {
        let client = client.clone();
        tokio::spawn(async move { client.invoke("m", &[json!(1)]).await })
    };
    let call = invoke();
    let first = peer.hear_message().await;
    peer.tell(json!({"type": 1, "target": "e", "arguments": [1]}))
        .await;
    soon(next_invocation(&mut events)).await;
    drop(peer);

    let mut peer = soon(peers.recv()).await.expect("another socket");
    assert_eq!(peer.hear_message().await, json!({"type": 9, "sequenceId": 1}));
    assert_eq!(peer.hear_message().await, first);
    peer.tell(json!({"type": 9, "sequenceId": 1})).await;
    peer.tell(json!({"type": 1, "target": "e", "arguments": [1]}))
        .await;
    peer.tell(json!({"type": 1, "target": "e", "arguments": [2]}))
        .await;
    peer.tell(json!({"type": 3, "invocationId": first["invocationId"], "result": 7}))
        .await;
    assert_eq!(soon(call).await.expect("no panic"), Ok(json!(7)));
    let (_, arguments) = soon(next_invocation(&mut events)).await;
    assert_eq!(arguments, "[2]", "the first is not told again");
    assert!(matches!(client.status(), Status::Connected { resumed: true, .. }));

    let call = invoke();
    peer.hear_message().await;
    forgotten.store(true, Ordering::SeqCst);
    drop(peer);
    let outcome = soon(call).await.expect("no panic");
    assert!(matches!(outcome, Err(Error::SessionLost { .. })), "{outcome:?}");
    let mut peer = soon(peers.recv()).await.expect("a new session");
    soon(peer.shake_hands_as(2)).await;
    soon(client.connected()).await.expect("connected");
    assert!(matches!(
        client.status(),
        Status::Connected { resumed: false, .. }
    ));
}
