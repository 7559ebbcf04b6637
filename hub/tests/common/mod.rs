//! What the tests of the server share: a bare WebSocket client that shows every record, and bare HTTP.

#![allow(dead_code, reason = "each test program uses a part of it")]

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use switchhook::protocol::{Encoding, RecordReader};
use switchhook_hub::server::{Options, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long any single step of a test may take: a machine that is busy with other things is no failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the desks of a test program speak: the tests of calls and of stateful reconnect run in either encoding.
pub(crate) fn encoding() -> Encoding {
    match env!("CARGO_CRATE_NAME") {
        "signalr_messagepack" => Encoding::MessagePack,
        _ => Encoding::Json,
    }
}

/// Fails the test when `step` takes too long.
pub(crate) async fn soon<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, step)
        .await
        .expect("this takes too long")
}

/// A WebSocket client without any knowledge of SignalR but the separator.
pub(crate) struct Desk {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    text: String,
    /// What is spoken after the handshake. Tests write and read JSON all the same.
    encoding: Encoding,
    reader: RecordReader,
    /// Whether the server said goodbye on the WebSocket level, and with which code.
    pub(crate) goodbye: Option<u16>,
}

impl Desk {
    /// Opens `path` at `address`; the status and body when it is refused.
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Result<Self, (u16, String)> {
        match soon(tokio_tungstenite::connect_async(format!("ws://{address}{path}"))).await {
            Ok((socket, _)) => Ok(Self {
                socket,
                text: String::new(),
                encoding: Encoding::Json,
                reader: RecordReader::new(Encoding::MessagePack, usize::MAX),
                goodbye: None,
            }),
            Err(tungstenite::Error::Http(response)) => Err((
                response.status().as_u16(),
                String::from_utf8(response.body().clone().unwrap_or_default()).unwrap(),
            )),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens and completes the handshake, in the encoding of the test program.
    pub(crate) async fn connected(address: SocketAddr, path: &str) -> Self {
        let mut desk = Self::open(address, path).await.expect("refused");
        desk.shake_hands().await;
        desk
    }

    /// Completes the handshake, in the encoding of the test program.
    pub(crate) async fn shake_hands(&mut self) {
        self.shake_hands_for(1).await;
    }

    /// Completes the handshake for this version of the protocol.
    pub(crate) async fn shake_hands_for(&mut self, version: u8) {
        let name = encoding().name();
        self.send(&format!(
            "{{\"protocol\":\"{name}\",\"version\":{version}}}\u{1e}"
        ))
        .await;
        assert_eq!(self.record().await.as_deref(), Some("{}"));
        self.go_on();
    }

    /// Speaks the encoding of the test program from here on.
    pub(crate) fn go_on(&mut self) {
        self.encoding = encoding();
    }

    /// Sends one WebSocket message.
    pub(crate) async fn send(&mut self, text: &str) {
        let message = self.message_of(text);
        soon(self.socket.send(message)).await.expect("cannot send");
    }

    /// Sends one WebSocket message, whether or not the server still listens.
    pub(crate) async fn try_send(&mut self, text: &str) {
        let message = self.message_of(text);
        let _ = soon(self.socket.send(message)).await;
    }

    fn message_of(&self, text: &str) -> Message {
        if self.encoding == Encoding::Json {
            return Message::text(text);
        }
        let mut bytes = Vec::new();
        for record in text.split_terminator('\u{1e}') {
            let message = Encoding::Json.decode(record.as_bytes()).expect("no message");
            bytes.extend_from_slice(self.encoding.encode(&message).bytes());
        }
        Message::binary(bytes)
    }

    /// The records of a binary message, as JSON.
    fn text_of(&mut self, bytes: &[u8]) -> String {
        let mut text = Vec::new();
        self.reader.feed(bytes, |record| {
            let message = Encoding::MessagePack.decode(record.expect("too long"));
            let frame = Encoding::Json.encode(&message.expect("no message"));
            text.extend_from_slice(frame.bytes());
            true
        });
        String::from_utf8(text).unwrap()
    }

    /// Sends one WebSocket binary message.
    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        soon(self.socket.send(Message::binary(bytes.to_vec())))
            .await
            .expect("cannot send");
    }

    /// Says goodbye on the WebSocket level.
    pub(crate) async fn close(&mut self) {
        soon(self.socket.close(None)).await.expect("cannot close");
        while self.frame().await.is_some() {}
    }

    /// The next WebSocket message as it came, or as JSON.
    pub(crate) async fn frame(&mut self) -> Option<String> {
        loop {
            match soon(self.socket.next()).await {
                None | Some(Err(_)) => return None,
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Binary(bytes))) => return Some(self.text_of(&bytes)),
                Some(Ok(Message::Close(close))) => {
                    self.goodbye = close.map(|frame| frame.code.into());
                }
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next record; `None` when the connection has ended.
    pub(crate) async fn record(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find('\u{1e}') {
                let record = self.text[..end].to_owned();
                self.text.drain(..=end);
                return Some(record);
            }
            assert!(self.text.is_empty(), "a frame holds a part of a record");
            self.text = self.frame().await?;
        }
    }

    /// The next record that is no ping, as JSON.
    pub(crate) async fn message(&mut self) -> Option<Value> {
        loop {
            let record = self.record().await?;
            let message: Value = serde_json::from_str(&record).expect("not JSON");
            if message["type"] != 6 {
                return Some(message);
            }
        }
    }

    /// All records until the connection ends, pings left out.
    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(message) = self.message().await {
            all.push(message);
        }
        all
    }

    /// Calls a method and returns the messages before its completion, and the completion.
    pub(crate) async fn call(&mut self, method: &str, arguments: Value) -> (Vec<Value>, Value) {
        let call = serde_json::json!({
            "type": 1, "invocationId": "c", "target": method, "arguments": arguments,
        });
        self.send(&format!("{call}\u{1e}")).await;
        let mut before = Vec::new();
        loop {
            let message = self.message().await.expect("the connection ended");
            if message["invocationId"] == "c" {
                return (before, message);
            }
            before.push(message);
        }
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header's value; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("not JSON")
    }
}

/// One HTTP request, written by hand so that nothing is tidied up on the way.
pub(crate) async fn http(address: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    soon(async {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("no head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            body: answer[end + 4..].to_vec(),
            head,
        }
    })
    .await
}

/// A hub with a small centre that keeps still unless a test wants otherwise.
pub(crate) fn options() -> Options {
    let mut options = Options {
        port: 0,
        ..Options::default()
    };
    options.centre.agents = 6;
    options.centre.desks = 3;
    options.centre.queues = 3;
    options.centre.callbacks = 5;
    options.centre.rate = 0.0;
    options
}

/// Starts a hub.
pub(crate) async fn hub(options: Options) -> Server {
    Server::start(options).await.expect("the hub does not start")
}

/// The header by which an agent names itself.
pub(crate) fn basic(login: &str) -> String {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{login}:any"));
    format!("Authorization: Basic {pair}\r\n")
}

/// An access token for the agent who signs in with `login`.
pub(crate) async fn token(address: SocketAddr, login: &str) -> String {
    let answer = http(address, "GET", "/token/me/rte/", &basic(login)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["Token"].as_str().unwrap().to_owned()
}

/// A desk that is connected with the token of `login` and has been greeted: signing in is all it can do.
pub(crate) async fn desk(address: SocketAddr, login: &str) -> Desk {
    let token = token(address, login).await;
    let mut desk = Desk::connected(address, &format!("/rte?access_token={token}")).await;
    let greeting = desk.message().await.expect("no greeting");
    assert_eq!(greeting["target"], "CtiEvent");
    assert_eq!(greeting["arguments"][0], "OnButtonEnablementChange");
    assert_eq!(greeting["arguments"][1]["EnablementMask"], 0x0100_0000);
    desk
}

/// The directory.
pub(crate) async fn directory(address: SocketAddr) -> Value {
    http(address, "GET", "/directory", &basic("1001")).await.json()
}
