//! The tests of calls and of stateful reconnect once more, with clients that speak MessagePack, and what is its own.

#![allow(
    clippy::duplicate_mod,
    reason = "each of the two brings what it shares with the other"
)]

#[path = "signalr_calls.rs"]
mod calls;
#[path = "signalr_stateful.rs"]
mod stateful;

use calls::common::{Desk, soon};
use calls::served::served;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use switchhook_hub::server::signalr::Limits;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn m13_m21_messages_are_binary_and_of_the_documented_bytes() {
    let served = served(Limits {
        keep_alive: std::time::Duration::from_millis(20),
        ..Limits::default()
    })
    .await;
    let (mut socket, _) = soon(tokio_tungstenite::connect_async(format!(
        "ws://{}/hub",
        served.address
    )))
    .await
    .unwrap();
    // The request, and in the same message a call of Echo(true) with the id "abc".
    let mut bytes = b"{\"protocol\":\"messagepack\",\"version\":1}\x1e".to_vec();
    bytes.extend_from_slice(b"\x0f\x96\x01\x80\xa3abc\xa4Echo\x91\xc3\x90");
    socket.send(Message::binary(bytes)).await.unwrap();
    let mut said = Vec::new();
    while said.len() < 3 {
        match soon(socket.next()).await.unwrap().unwrap() {
            Message::Text(text) => said.push(text.as_bytes().to_vec()),
            Message::Binary(bytes) => said.push(bytes.to_vec()),
            _ => {}
        }
    }
    let expected: [&[u8]; 3] = [b"{}\x1e", b"\x09\x95\x03\x80\xa3abc\x03\xc3", b"\x02\x91\x06"];
    assert_eq!(said, expected);
    let close: &[u8] = b"\x04\x93\x07\xc0\xc2";
    socket.send(Message::binary(close.to_vec())).await.unwrap();
    loop {
        if let Message::Binary(bytes) = soon(socket.next()).await.unwrap().unwrap() {
            if bytes == b"\x02\x91\x06".as_slice() {
                continue;
            }
            assert_eq!(bytes, close);
            break;
        }
    }
}

#[tokio::test]
async fn clients_of_both_encodings_hear_the_same() {
    let served = served(Limits::default()).await;
    let mut packed = served.desk().await;
    let mut plain = Desk::open(served.address, "/hub").await.unwrap();
    plain.send("{\"protocol\":\"json\",\"version\":1}\u{1e}").await;
    assert_eq!(plain.record().await.as_deref(), Some("{}"));
    served.until(|application| &application.came, 2).await;
    let arguments = json!(["Hear", {"a": [1, -2.5, "ה", null, true]}]);
    let (before, answer) = packed.call("Broadcast", arguments.clone()).await;
    assert_eq!(answer["result"], 2);
    let heard = json!({"type": 1, "target": "Hear", "arguments": [arguments[1]]});
    assert_eq!(before.first(), Some(&heard));
    assert_eq!(plain.message().await, Some(heard));
}

#[tokio::test]
async fn m08_m18_what_is_no_message_ends_the_connection_after_its_neighbours_were_served() {
    for bytes in [
        b"\x01\x90".as_slice(),
        b"\x01\xc2",
        b"\x00",
        b"\x03\x92\x01\x05",
        b"\xff\xff\xff\xff\xff",
        b"\x80\x80\x80\x80\x80\x80",
    ] {
        let served = served(Limits::default()).await;
        let mut desk = served.desk().await;
        let mut all = b"\x0f\x96\x01\x80\xa3abc\xa4Echo\x91\xc3\x90".to_vec();
        all.extend_from_slice(bytes);
        all.extend_from_slice(b"\x0f\x96\x01\x80\xa3abc\xa4Echo\x91\xc2\x90");
        desk.send_binary(&all).await;
        let rest = desk.rest().await;
        assert_eq!(rest.len(), 2, "{rest:?}");
        assert_eq!(rest[0], json!({"type": 3, "invocationId": "abc", "result": true}));
        assert_eq!(rest[1]["type"], 7);
        let text = rest[1]["error"].as_str().unwrap();
        assert!(text.starts_with("Connection closed with an error."), "{text}");
    }
}
