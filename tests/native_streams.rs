//! The native client's streams in both directions, against a small server on a real socket.
//!
//! Lives here: what a program sees of its streams, and what the server hears when one is dropped.
//! May not be here: the wire's details; those are in `connection_streams.rs`.
//! Ids on the wire are the client's business: they are taken from what the server heard.
//! Every wait is bounded, so that a fault shows as a failure and not as a hang.

mod native_rig;

use native_rig::{Peer, connected, soon};
use serde_json::{Value, json};
use std::time::Duration;
use switchhook::connection::Error;
use switchhook::native::Items;

async fn say_item(peer: &mut Peer, id: &Value, item: u32) {
    peer.tell(json!({"type": 2, "invocationId": id, "item": item}))
        .await;
}

async fn next(items: &mut Items) -> Option<Result<Value, Error>> {
    soon(items.next()).await
}

#[tokio::test]
async fn i07_items_come_in_order_and_then_the_end() {
    let (client, _events, mut peer) = connected().await;
    let mut items = client.stream("count", &[json!(100)], &[]);
    let call = peer.hear_message().await;
    assert_eq!(
        (&call["type"], &call["target"], &call["arguments"]),
        (&json!(4), &json!("count"), &json!([100]))
    );
    let id = &call["invocationId"];
    for item in 0..100 {
        say_item(&mut peer, id, item).await;
    }
    peer.tell(json!({"type": 3, "invocationId": id})).await;
    for item in 0..100 {
        assert_eq!(next(&mut items).await, Some(Ok(json!(item))));
    }
    assert_eq!(next(&mut items).await, None);
    assert_eq!(next(&mut items).await, None);
    // One that has ended needs no cancelling.
    drop(items);
    client.send("last", &[]).await.expect("sent");
    assert_eq!(peer.hear_message().await["target"], "last");
}

#[tokio::test]
async fn i08_an_error_comes_after_the_items_before_it() {
    let (client, _events, mut peer) = connected().await;
    let mut items = client.stream("count", &[], &[]);
    let call = peer.hear_message().await;
    let id = &call["invocationId"];
    say_item(&mut peer, id, 1).await;
    peer.tell(json!({"type": 3, "invocationId": id, "error": "broke"}))
        .await;
    assert_eq!(next(&mut items).await, Some(Ok(json!(1))));
    let error = Error::Method("broke".to_owned());
    assert_eq!(next(&mut items).await, Some(Err(error)));
    assert_eq!(next(&mut items).await, None);
}

#[tokio::test]
async fn i06_a_stop_ends_a_stream_with_an_error() {
    let (client, _events, mut peer) = connected().await;
    let mut items = client.stream("count", &[], &[]);
    let call = peer.hear_message().await;
    say_item(&mut peer, &call["invocationId"], 1).await;
    assert_eq!(next(&mut items).await, Some(Ok(json!(1))));
    soon(client.stop()).await;
    assert_eq!(next(&mut items).await, Some(Err(Error::Stopped)));
    let mut items = client.stream("count", &[], &[]);
    assert_eq!(next(&mut items).await, Some(Err(Error::NotConnected)));
}

#[tokio::test]
async fn nothing_is_lost_when_waiting_for_an_item_is_given_up() {
    let (client, _events, mut peer) = connected().await;
    let mut items = client.stream("count", &[], &[]);
    let call = peer.hear_message().await;
    let id = &call["invocationId"];
    let moment = Duration::from_millis(5);
    assert!(tokio::time::timeout(moment, items.next()).await.is_err());
    say_item(&mut peer, id, 1).await;
    assert_eq!(next(&mut items).await, Some(Ok(json!(1))));
    assert!(tokio::time::timeout(moment, items.next()).await.is_err());
    peer.tell(json!({"type": 3, "invocationId": id, "error": "broke"}))
        .await;
    let error = Error::Method("broke".to_owned());
    assert_eq!(next(&mut items).await, Some(Err(error)));
}

#[tokio::test]
async fn dropping_the_items_cancels_the_stream() {
    let (client, _events, mut peer) = connected().await;
    let items = client.stream("count", &[], &[]);
    let call = peer.hear_message().await;
    let id = &call["invocationId"];
    say_item(&mut peer, id, 1).await;
    drop(items);
    assert_eq!(peer.hear_message().await, json!({"type": 5, "invocationId": id}));
    // What comes late does no harm.
    say_item(&mut peer, id, 2).await;
    peer.tell(json!({"type": 3, "invocationId": id})).await;
    client.send("last", &[]).await.expect("sent");
    assert_eq!(peer.hear_message().await["target"], "last");
}

#[tokio::test]
async fn items_that_are_not_taken_cost_their_stream_and_nothing_else() {
    let (client, _events, mut peer) = connected().await;
    let mut slow = client.stream("fast", &[], &[]);
    let call = peer.hear_message().await;
    let mut other = client.stream("other", &[], &[]);
    let other_call = peer.hear_message().await;
    let id = &call["invocationId"];
    for item in 0..1_100 {
        say_item(&mut peer, id, item).await;
    }
    assert_eq!(peer.hear_message().await, json!({"type": 5, "invocationId": id}));
    for item in 0..1_024 {
        assert_eq!(next(&mut slow).await, Some(Ok(json!(item))));
    }
    let error = Error::Overflow { limit: 1_024 };
    assert_eq!(next(&mut slow).await, Some(Err(error)));
    assert_eq!(next(&mut slow).await, None);
    say_item(&mut peer, &other_call["invocationId"], 7).await;
    assert_eq!(next(&mut other).await, Some(Ok(json!(7))));
}

#[tokio::test]
async fn i13_w05_an_upload_goes_out_item_by_item() {
    let (client, _events, mut peer) = connected().await;
    let upload = client.upload();
    let answer = client.invoke_with("sum", &[json!("arg")], &[&upload]);
    let call = peer.hear_message().await;
    assert_eq!(call["arguments"], json!(["arg"]));
    let streams = call["streamIds"].as_array().expect("streams");
    let [stream] = streams.as_slice() else {
        panic!("{call}");
    };
    for item in 1..=3 {
        soon(upload.send(&json!(item))).await.expect("sent");
        let expected = json!({"type": 2, "invocationId": stream, "item": item});
        assert_eq!(peer.hear_message().await, expected);
    }
    upload.finish();
    assert_eq!(
        peer.hear_message().await,
        json!({"type": 3, "invocationId": stream})
    );
    peer.tell(json!({"type": 3, "invocationId": call["invocationId"], "result": 6}))
        .await;
    assert_eq!(soon(answer).await, Ok(json!(6)));
}

#[tokio::test]
async fn i14_i17_d09_a_send_may_have_several_uploads() {
    let (client, _events, mut peer) = connected().await;
    let (first, second) = (client.upload(), client.upload());
    let sent = client.send_with("take", &[], &[&first, &second]);
    soon(sent).await.expect("sent");
    let call = peer.hear_message().await;
    assert_eq!(call.get("invocationId"), None);
    let streams = call["streamIds"].clone();
    soon(second.send(&json!("b"))).await.expect("sent");
    assert_eq!(peer.hear_message().await["invocationId"], streams[1]);
    soon(first.send(&json!("a"))).await.expect("sent");
    assert_eq!(peer.hear_message().await["invocationId"], streams[0]);
}

/// The server must not take what has arrived for the whole.
#[tokio::test]
async fn an_upload_that_is_dropped_or_fails_ends_with_an_error() {
    let (client, _events, mut peer) = connected().await;
    let (dropped, failing) = (client.upload(), client.upload());
    let _answer = client.invoke_with("take", &[], &[&dropped, &failing]);
    let call = peer.hear_message().await;
    drop(dropped);
    let ended = peer.hear_message().await;
    assert_eq!(
        (&ended["type"], &ended["invocationId"]),
        (&json!(3), &call["streamIds"][0])
    );
    assert!(ended["error"].is_string(), "{ended}");
    failing.fail("no more paper");
    let expected = json!({"type": 3, "invocationId": call["streamIds"][1], "error": "no more paper"});
    assert_eq!(peer.hear_message().await, expected);
}

#[tokio::test]
async fn an_upload_outside_its_call_goes_nowhere() {
    let (client, _events, mut peer) = connected().await;
    let upload = client.upload();
    assert_eq!(soon(upload.send(&json!(1))).await, Err(Error::StreamEnded));
    let answer = client.invoke_with("take", &[], &[&upload]);
    let call = peer.hear_message().await;
    peer.tell(json!({"type": 3, "invocationId": call["invocationId"]}))
        .await;
    assert_eq!(soon(answer).await, Ok(Value::Null));
    assert_eq!(soon(upload.send(&json!(1))).await, Err(Error::StreamEnded));
    soon(client.stop()).await;
    assert_eq!(soon(upload.send(&json!(1))).await, Err(Error::NotConnected));
}

/// A call given up takes its uploads with it, and the server is told of both.
#[tokio::test]
async fn dropping_a_call_ends_its_uploads() {
    let (client, _events, mut peer) = connected().await;
    let upload = client.upload();
    let answer = client.invoke_with("take", &[], &[&upload]);
    let call = peer.hear_message().await;
    drop(answer);
    let ended = peer.hear_message().await;
    assert_eq!(
        (&ended["type"], &ended["invocationId"]),
        (&json!(3), &call["streamIds"][0])
    );
    let expected = json!({"type": 5, "invocationId": call["invocationId"]});
    assert_eq!(peer.hear_message().await, expected);
}
