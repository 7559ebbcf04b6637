//! Everything the project's client can do beyond plain calls, against Microsoft's own SignalR server.
//!
//! Lives here: streams in both directions, results, cancelling, order, and what a restart of the server costs.
//! May not be here: contact centres; the hub that is called has none.
//! `cargo xtask test` builds the server and runs these; without it they are left out.

#[allow(dead_code, reason = "each test program uses its own part")]
mod microsoft_rig;

use microsoft_rig::{Server, soon};
use serde_json::{Value, json};
use std::time::Duration;
use switchhook::connection::{Error, HubAddress, Options, Status, Trying};
use switchhook::native::{Client, Event, Items, no_token};
use tokio::sync::mpsc::UnboundedReceiver;

const NEEDS: &str = "the server answers";

fn options(server: &Server) -> Options {
    Options {
        hub: HubAddress::parse(&format!("http://{}/lab", server.authority)).expect("an address"),
        ..server.options()
    }
}

async fn connect(server: &Server) -> (Client, UnboundedReceiver<Event>) {
    let (client, events) = Client::connect(options(server), no_token);
    soon(client.connected()).await.expect("connected");
    (client, events)
}

async fn all(mut items: Items) -> (Vec<Value>, Option<Error>) {
    let mut taken = Vec::new();
    loop {
        match soon(items.next()).await {
            Some(Ok(item)) => taken.push(item),
            Some(Err(error)) => return (taken, Some(error)),
            None => return (taken, None),
        }
    }
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn values_come_back_as_they_were_sent() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    for value in [
        json!(null),
        json!(true),
        json!(-7),
        json!(0.005),
        json!("שלום \"\\\u{1}\u{1e}"),
        json!([1, [2, {"a": null}]]),
        json!({"text": "x", "list": []}),
    ] {
        let answer = soon(client.invoke("echo", std::slice::from_ref(&value))).await;
        assert_eq!(answer, Ok(value));
    }
    assert_eq!(soon(client.invoke("Nothing", &[])).await, Ok(Value::Null));
    let failed = soon(client.invoke("Throw", &[json!("on purpose")])).await;
    let text = failed.map_err(|error| error.to_string());
    assert!(
        matches!(&text, Err(text) if text.ends_with("HubException: on purpose")),
        "{text:?}"
    );
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn w01_what_is_sent_without_waiting_is_done_and_never_answered() {
    let server = Server::start().await;
    let (client, mut events) = connect(&server).await;
    assert_eq!(next(&mut events).await, Seen::NewSession);
    assert_eq!(soon(client.send("Numbers", &[json!(5), json!(3)])).await, Ok(()));
    for number in 5..8 {
        assert_eq!(next(&mut events).await, Seen::Number(number));
    }
    // A failure of such a call is nobody's business but the server's.
    assert_eq!(soon(client.send("Throw", &[json!("unheard")])).await, Ok(()));
    assert_eq!(soon(client.invoke("Echo", &[json!(1)])).await, Ok(json!(1)));
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn i07_i08_streams_arrive_in_order_and_end_or_fail() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let expected: Vec<Value> = (0..500).map(Value::from).collect();
    let (taken, error) = all(client.stream("Counter", &[json!(500), json!(0)], &[])).await;
    assert_eq!((taken, error), (expected, None));
    let (taken, error) = all(client.stream("Failing", &[json!(3)], &[])).await;
    assert_eq!(taken, [0, 1, 2]);
    assert!(matches!(error, Some(Error::Method(_))), "{error:?}");
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn a_stream_that_is_dropped_is_cancelled_and_its_neighbour_goes_on() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let mut dropped = client.stream("Counter", &[json!(1_000_000), json!(1)], &[]);
    let kept = client.stream("Counter", &[json!(50), json!(2)], &[]);
    assert_eq!(soon(dropped.next()).await, Some(Ok(json!(0))));
    drop(dropped);
    let (taken, error) = all(kept).await;
    assert_eq!((taken.len(), error), (50, None));
    assert_eq!(
        soon(client.invoke("Echo", &[json!("still here")])).await,
        Ok(json!("still here"))
    );
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn i13_uploads_reach_the_method() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let numbers = client.upload();
    let sum = client.invoke_with("Sum", &[], &[&numbers]);
    let sending = async {
        for number in 1..=100 {
            numbers.send(&json!(number)).await.expect(NEEDS);
        }
        numbers.finish();
    };
    // The call is made when its future is first polled, before the first item.
    let (sum, ()) = soon(async { tokio::join!(sum, sending) }).await;
    assert_eq!(sum, Ok(json!(5_050)));
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn i17_d09_two_uploads_beside_each_other_both_arrive() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let (numbers, words) = (client.upload(), client.upload());
    let zipped = client.invoke_with("Zip", &[], &[&numbers, &words]);
    let sending = async {
        for (number, word) in [(1, "a"), (2, "b"), (3, "c")] {
            words.send(&json!(word)).await.expect(NEEDS);
            numbers.send(&json!(number)).await.expect(NEEDS);
        }
        numbers.finish();
        words.finish();
    };
    let (zipped, ()) = soon(async { tokio::join!(zipped, sending) }).await;
    assert_eq!(zipped, Ok(json!("1a,2b,3c")));
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn i15_a_stream_can_go_up_while_another_comes_down() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let numbers = client.upload();
    let mut doubled = client.stream("Doubled", &[], &[&numbers]);
    for number in [1, 20, 300] {
        numbers.send(&json!(number)).await.expect(NEEDS);
        assert_eq!(soon(doubled.next()).await, Some(Ok(json!(2 * number))));
    }
    numbers.finish();
    assert_eq!(soon(doubled.next()).await, None);
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn a_call_has_its_deadline_and_a_dropped_one_hurts_nobody() {
    let server = Server::start().await;
    let (client, _events) = connect(&server).await;
    let patience = Duration::from_millis(100);
    let late = soon(client.invoke_within("Slow", &[json!(300)], patience)).await;
    assert!(matches!(late, Err(Error::TimedOut { .. })), "{late:?}");
    let given_up = tokio::time::timeout(patience, client.invoke("Slow", &[json!(300)])).await;
    assert!(given_up.is_err());
    assert_eq!(soon(client.invoke("Echo", &[json!(1)])).await, Ok(json!(1)));
}

/// What a counting client saw, in order.
#[derive(Debug, PartialEq)]
enum Seen {
    Number(u64),
    Lost,
    NewSession,
}

/// The next thing that matters.
async fn next(events: &mut UnboundedReceiver<Event>) -> Seen {
    loop {
        match soon(events.recv()).await.expect("events go on") {
            Event::Invocation { arguments, .. } => {
                let number = arguments.trim_matches(['[', ']']).parse().expect("a number");
                return Seen::Number(number);
            }
            Event::Status(Status::Reconnecting(progress))
                if progress.attempt == 1 && progress.trying != Trying::Now =>
            {
                return Seen::Lost;
            }
            Event::Status(Status::Connected { resumed, .. }) => {
                assert!(!resumed, "this server keeps no sessions");
                return Seen::NewSession;
            }
            _ => {}
        }
    }
}

#[tokio::test]
#[ignore = "needs Microsoft's server, which `cargo xtask test` builds"]
async fn a_thousand_messages_in_order_over_three_restarts_with_every_loss_told() {
    let mut server = Server::start().await;
    let (client, mut events) = connect(&server).await;
    assert_eq!(next(&mut events).await, Seen::NewSession);
    let mut restarts = 0;
    let mut expected = 1;
    while expected <= 1_000 {
        // The answer comes after the last number, unless the server dies before.
        let counting = tokio::spawn({
            let client = client.clone();
            async move {
                let arguments = [json!(expected), json!(1_001 - expected), json!(300)];
                client.invoke("Count", &arguments).await
            }
        });
        while expected <= 1_000 {
            if restarts < 3 && expected > 250 * (restarts + 1) {
                let port = server.authority.rsplit(':').next().expect("a port").to_owned();
                server.kill().await;
                server = Server::start_with(&["--interval", "0", "--port", &port]).await;
                restarts += 1;
                // What had been sent before the end still arrives, in order; then the loss is told, once.
                loop {
                    match next(&mut events).await {
                        Seen::Number(number) => {
                            assert_eq!(number, expected);
                            expected += 1;
                        }
                        seen => {
                            assert_eq!(seen, Seen::Lost);
                            break;
                        }
                    }
                }
                assert_eq!(next(&mut events).await, Seen::NewSession);
                break;
            }
            assert_eq!(next(&mut events).await, Seen::Number(expected));
            expected += 1;
        }
        let outcome = soon(counting).await.expect("the call settles");
        if expected <= 1_000 {
            assert!(matches!(outcome, Err(Error::SessionLost { .. })), "{outcome:?}");
        } else {
            assert_eq!(outcome, Ok(Value::Null));
        }
    }
    assert_eq!(restarts, 3);
    soon(client.stop()).await;
}
