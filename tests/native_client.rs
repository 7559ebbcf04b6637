//! The native client against a small server on a real socket.
//!
//! Lives here: what the virtual clock cannot show: HTTP, WebSocket, tasks, and futures that are dropped.
//! May not be here: protocol cases; those are in `connection_cases.rs`.
//! The server is scripted: each test says what it answers to negotiate and what it does with the socket.
//! Every wait is bounded, so that a fault shows as a failure and not as a hang.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use switchhook::connection::{Backoff, Error, HubAddress, Options, Secret, Status, TokenReason};
use switchhook::native::{Client, Event, no_token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

const NEGOTIATED: &str = r#"{"negotiateVersion":1,"connectionId":"id","connectionToken":"token","availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#;

/// A connected client's socket, seen from the server.
struct Peer {
    stream: WebSocketStream<TcpStream>,
}

impl Peer {
    async fn say(&mut self, text: impl Into<String>) {
        self.stream
            .send(Message::text(text.into()))
            .await
            .expect("the client listens");
    }

    /// The next text message; `None` when the client is gone.
    async fn hear(&mut self) -> Option<String> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(_)) => {}
                _ => return None,
            }
        }
    }

    async fn shake_hands(&mut self) {
        let request = self.hear().await;
        assert_eq!(
            request.as_deref(),
            Some("{\"protocol\":\"json\",\"version\":1}\u{1e}")
        );
        self.say("{}\u{1e}").await;
        assert_eq!(self.hear().await.as_deref(), Some("{\"type\":6}\u{1e}"));
    }
}

/// Serves on a free port: `negotiate` answers with status and body, `serve` has the sockets one by one.
async fn server<Serve>(
    negotiate: impl Fn(&str) -> (u16, String) + Send + 'static,
    serve: impl Fn(Peer) -> Serve + Send + 'static,
) -> Options
where
    Serve: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut start = [0; 4];
            stream.peek(&mut start).await.expect("a request");
            if start.starts_with(b"POST") {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.expect("a request");
                let (status, body) = negotiate(&String::from_utf8_lossy(&request[..length]));
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.expect("answered");
            } else {
                let stream = accept_async(stream).await.expect("a WebSocket");
                tokio::spawn(serve(Peer { stream }));
            }
        }
    });
    let hub = HubAddress::parse(&format!("ws://{address}/hub")).expect("an address");
    Options {
        retry: Arc::new(Backoff {
            first_within: Duration::from_millis(10),
            base: Duration::from_millis(20),
            cap: Duration::from_millis(40),
        }),
        ..Options::new(hub)
    }
}

fn negotiated(_: &str) -> (u16, String) {
    (200, NEGOTIATED.to_owned())
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future)
        .await
        .expect("in time")
}

async fn next_invocation(events: &mut mpsc::UnboundedReceiver<Event>) -> (String, String) {
    loop {
        if let Event::Invocation { target, arguments } = events.recv().await.expect("events go on") {
            return (target, arguments);
        }
    }
}

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
