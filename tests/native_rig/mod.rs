//! A small scripted server on a real socket, for the native client's tests.
//!
//! Lives here: negotiate and refresh as a test answers them, sockets as a test serves them, and bounded waits.
//! May not be here: cases, and any part of the code under test but its public face.
//! A test has the sockets one by one, either in a function of its own or in its own hands ([`meet`]).
//! Every wait is bounded, so that a fault shows as a failure and not as a hang.

#![allow(dead_code, reason = "each test program uses its own part")]

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use switchhook::connection::{Backoff, HubAddress, Options};
use switchhook::native::{Client, Event, no_token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

pub(crate) const NEGOTIATED: &str = r#"{"negotiateVersion":1,"connectionId":"id","connectionToken":"token","availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#;

/// A connected client's socket, seen from the server.
pub(crate) struct Peer {
    stream: WebSocketStream<TcpStream>,
}

impl Peer {
    pub(crate) async fn say(&mut self, text: impl Into<String>) {
        self.stream
            .send(Message::text(text.into()))
            .await
            .expect("the client listens");
    }

    /// The next text message; `None` when the client is gone.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(_)) => {}
                _ => return None,
            }
        }
    }

    /// The next record that is no ping and no acknowledgement, as JSON.
    pub(crate) async fn hear_message(&mut self) -> Value {
        loop {
            let text = soon(self.hear()).await.expect("the client is there");
            let record = text.strip_suffix('\u{1e}').expect("one record");
            let message: Value = serde_json::from_str(record).expect("JSON");
            if message["type"] != 6 && message["type"] != 8 {
                return message;
            }
        }
    }

    /// Says one message.
    pub(crate) async fn tell(&mut self, message: Value) {
        self.say(format!("{message}\u{1e}")).await;
    }

    pub(crate) async fn shake_hands(&mut self) {
        self.shake_hands_as(1).await;
    }

    pub(crate) async fn shake_hands_as(&mut self, version: u8) {
        let request = self.hear().await.expect("a handshake");
        let expected = format!("{{\"protocol\":\"json\",\"version\":{version}}}\u{1e}");
        assert_eq!(request, expected);
        self.say("{}\u{1e}").await;
        assert_eq!(self.hear().await.as_deref(), Some("{\"type\":6}\u{1e}"));
    }
}

/// Serves on a free port: `post` answers with status and body, `serve` has the sockets one by one. A socket whose
/// address `post` answers with 404 is refused.
pub(crate) async fn server<Serve>(
    post: impl Fn(&str) -> (u16, String) + Send + 'static,
    serve: impl Fn(Peer) -> Serve + Send + 'static,
) -> Options
where
    Serve: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut start = [0; 4096];
            let length = stream.peek(&mut start).await.expect("a request");
            let request = String::from_utf8_lossy(&start[..length]).into_owned();
            let is_post = request.starts_with("POST");
            if is_post || post(&request).0 == 404 {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.expect("a request");
                let (status, body) = post(&String::from_utf8_lossy(&request[..length]));
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

pub(crate) fn negotiated(_: &str) -> (u16, String) {
    (200, NEGOTIATED.to_owned())
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future)
        .await
        .expect("in time")
}

pub(crate) async fn next_invocation(events: &mut mpsc::UnboundedReceiver<Event>) -> (String, String) {
    loop {
        if let Event::Invocation { target, arguments } = events.recv().await.expect("events go on") {
            return (target, arguments);
        }
    }
}

/// A server whose sockets the test holds itself.
pub(crate) async fn meet(
    post: impl Fn(&str) -> (u16, String) + Send + 'static,
) -> (Options, mpsc::UnboundedReceiver<Peer>) {
    let (sender, peers) = mpsc::unbounded_channel();
    let options = server(post, move |peer| {
        let sender = sender.clone();
        async move {
            let _ = sender.send(peer);
        }
    })
    .await;
    (options, peers)
}

/// A connected client and its socket, seen from the server.
pub(crate) async fn connected() -> (Client, mpsc::UnboundedReceiver<Event>, Peer) {
    let (options, mut peers) = meet(negotiated).await;
    let (client, events) = Client::connect(options, no_token);
    let mut peer = soon(peers.recv()).await.expect("a socket");
    soon(peer.shake_hands()).await;
    soon(client.connected()).await.expect("connected");
    (client, events, peer)
}
