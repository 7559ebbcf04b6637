//! The native client's methods that the server may call, against a small server on a real socket.
//!
//! Lives here: one test per case, named by its id; a `d…` test shows a defect of the official client absent.
//! May not be here: what the machine makes of a result; that is in `connection_streams.rs`.
//! A server that gets no answer asks once more: what it hears next must be the answer to that.
//! What differs from the official client on purpose says so beside the test.

mod native_rig;

use native_rig::{Peer, connected, soon};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchhook::native::{Client, Given};

/// Notes what handlers were given.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().expect("no panic").push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }

    /// A handler that notes its name and its first argument.
    fn handler(
        &self,
        name: &'static str,
    ) -> impl Fn(Vec<Value>) -> std::future::Ready<Given> + Send + Sync + 'static {
        let notes = self.clone();
        move |arguments| {
            let argument = arguments.first().cloned().unwrap_or_default();
            notes.note(format!("{name}({argument})"));
            std::future::ready(Ok(None))
        }
    }
}

async fn call(peer: &mut Peer, target: &str, arguments: Value) {
    peer.tell(json!({"type": 1, "target": target, "arguments": arguments}))
        .await;
}

/// Asks for a result; the answer without its type and id.
async fn ask(peer: &mut Peer, target: &str) -> Value {
    peer.tell(json!({"type": 1, "invocationId": "q", "target": target, "arguments": []}))
        .await;
    let mut answer = peer.hear_message().await;
    assert_eq!(
        (&answer["type"], &answer["invocationId"]),
        (&json!(3), &json!("q"))
    );
    let fields = answer.as_object_mut().expect("an object");
    fields.remove("type");
    fields.remove("invocationId");
    answer
}

/// Returns when everything said before has been handled, and was not answered.
async fn settle(client: &Client, peer: &mut Peer) {
    let handler = client.on("settle", |_| async { Ok(Some(json!("settled"))) });
    assert_eq!(ask(peer, "settle").await, json!({"result": "settled"}));
    client.off(handler);
}

fn gives(given: Given) -> impl Fn(Vec<Value>) -> std::future::Ready<Given> + Send + Sync + 'static {
    move |_| std::future::ready(given.clone())
}

#[tokio::test]
async fn c01_c02_a_handler_gets_the_arguments_whatever_the_case_of_its_name() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    client.on("Message", notes.handler("h"));
    call(&mut peer, "mESSAGE", json!(["test"])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["h(\"test\")"]);
}

#[tokio::test]
async fn c05_handlers_are_taken_away_one_by_one_or_all() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    let first = client.on("m", notes.handler("h1"));
    client.on("m", notes.handler("h2"));
    client.on("other", notes.handler("o"));
    client.off(first);
    client.off(first);
    client.off_all("nobody");
    call(&mut peer, "m", json!([1])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["h2(1)"]);
    client.on("M", notes.handler("h3"));
    client.off_all("m");
    call(&mut peer, "m", json!([2])).await;
    call(&mut peer, "other", json!([3])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["o(3)"]);
}

#[tokio::test]
async fn c07_each_handler_is_called_once_per_message() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    client.on("m", notes.handler("h1"));
    client.on("m", notes.handler("h2"));
    call(&mut peer, "m", json!([1])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["h1(1)", "h2(1)"]);
}

#[tokio::test]
async fn c08_a_handler_may_take_itself_away() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    let own = Arc::new(Mutex::new(None));
    let id = {
        let (client, notes, own) = (client.clone(), notes.clone(), Arc::clone(&own));
        client.clone().on("m", move |_| {
            notes.note("once");
            if let Some(id) = *own.lock().expect("no panic") {
                client.off(id);
            }
            async { Ok(None) }
        })
    };
    *own.lock().expect("no panic") = Some(id);
    client.on("m", notes.handler("next"));
    call(&mut peer, "m", json!([1])).await;
    call(&mut peer, "m", json!([2])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["once", "next(1)", "next(2)"]);
}

#[tokio::test]
async fn c09_c10_c15_what_a_handler_gives_is_the_result() {
    for (given, expected) in [
        (Ok(Some(json!(10))), json!({"result": 10})),
        (Ok(Some(Value::Null)), json!({"result": null})),
        (Ok(None), json!({"error": "Client didn't provide a result."})),
    ] {
        let (client, _events, mut peer) = connected().await;
        client.on("m", gives(given));
        assert_eq!(ask(&mut peer, "m").await, expected);
        // Nor does anybody answer for a method that is not there.
        let expected = json!({"error": "Client didn't provide a result."});
        assert_eq!(ask(&mut peer, "nobody").await, expected);
    }
}

#[tokio::test]
async fn c11_a_result_may_take_its_time() {
    let (client, _events, mut peer) = connected().await;
    client.on("m", |_| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(Some(json!(13)))
    });
    assert_eq!(ask(&mut peer, "m").await, json!({"result": 13}));
}

/// In spirit: a handler does not throw but says why it failed, and its words are sent.
#[tokio::test]
async fn c12_a_failure_is_told_in_the_handlers_words() {
    let (client, _events, mut peer) = connected().await;
    client.on("m", gives(Err("from callback".to_owned())));
    assert_eq!(ask(&mut peer, "m").await, json!({"error": "from callback"}));
}

#[tokio::test]
async fn c14_of_several_handlers_the_last_word_counts() {
    let failure = || Err("e".to_owned());
    for (first, second, expected) in [
        (Ok(Some(json!(3))), failure(), json!({"error": "e"})),
        (failure(), Ok(Some(json!(3))), json!({"result": 3})),
        (Ok(None), Ok(Some(json!(3))), json!({"result": 3})),
        (Ok(Some(json!(3))), Ok(None), json!({"result": 3})),
        (
            Ok(Some(json!(3))),
            Ok(Some(json!(4))),
            json!({"error": "Client provided multiple results."}),
        ),
    ] {
        let (client, _events, mut peer) = connected().await;
        client.on("m", gives(first));
        client.on("m", gives(second));
        assert_eq!(ask(&mut peer, "m").await, expected);
    }
}

#[tokio::test]
async fn c16_a_result_that_nobody_wants_goes_nowhere() {
    let (client, _events, mut peer) = connected().await;
    client.on("m", gives(Ok(Some(json!(10)))));
    client.on("m", gives(Err("e".to_owned())));
    call(&mut peer, "m", json!([])).await;
    settle(&client, &mut peer).await;
}

/// Different: with several handlers the official client interleaves the messages.
#[tokio::test]
async fn c18_d10_each_message_is_handled_by_all_before_the_next() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    let slow = notes.handler("h1");
    client.on("m", move |arguments| {
        let given = slow(arguments);
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            given.await
        }
    });
    client.on("m", notes.handler("h2"));
    call(&mut peer, "m", json!([1])).await;
    call(&mut peer, "m", json!([2])).await;
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["h1(1)", "h2(1)", "h1(2)", "h2(2)"]);
}

/// A handler that panics is the official client's callback that throws.
#[tokio::test]
async fn i12_d12_a_handler_that_panics_takes_nothing_with_it() {
    let (client, _events, mut peer) = connected().await;
    let notes = Notes::default();
    client.on("m", |arguments| {
        assert_ne!(arguments.first(), Some(&json!(1)), "at once");
        async move {
            assert_ne!(arguments.first(), Some(&json!(2)), "later");
            Ok(None)
        }
    });
    client.on("m", notes.handler("next"));
    for number in 1..=3 {
        call(&mut peer, "m", json!([number])).await;
    }
    settle(&client, &mut peer).await;
    assert_eq!(notes.take(), ["next(1)", "next(2)", "next(3)"]);
    client.on("ask", |_| async { panic!("no answer") });
    assert_eq!(
        ask(&mut peer, "ask").await,
        json!({"error": "The handler panicked."})
    );
}

#[tokio::test]
async fn a_handler_may_call_the_server() {
    let (client, _events, mut peer) = connected().await;
    let own = client.clone();
    client.on("m", move |_| {
        let client = own.clone();
        async move {
            let answer = client.invoke("back", &[]).await;
            answer.map(Some).map_err(|error| error.to_string())
        }
    });
    peer.tell(json!({"type": 1, "invocationId": "q", "target": "m", "arguments": []}))
        .await;
    let back = peer.hear_message().await;
    assert_eq!(back["target"], "back");
    peer.tell(json!({"type": 3, "invocationId": back["invocationId"], "result": 5}))
        .await;
    assert_eq!(
        soon(peer.hear_message()).await,
        json!({"type": 3, "invocationId": "q", "result": 5})
    );
}
