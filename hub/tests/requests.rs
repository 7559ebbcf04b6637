//! T-Server, ccsevents and CallGem over real connections: what is asked, what is refused, who is told.

mod common;

use common::{Desk, directory, hub, options, soon, token};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use switchhook_hub::server::{Options, Server};

/// A hub whose agents from the fourth on are busy.
fn busy() -> Options {
    let mut busy = options();
    busy.centre.agents = 40;
    busy.centre.queues = 4;
    busy.centre.rate = 30.0;
    busy
}

/// A desk that has been connected and says nothing about CTI OS.
async fn client(address: SocketAddr, login: &str) -> Desk {
    let token = token(address, login).await;
    let mut desk = Desk::connected(address, &format!("/rte?access_token={token}")).await;
    desk.message().await.expect("no greeting");
    desk
}

/// Signs in and becomes not ready, or ready.
async fn sign_in(desk: &mut Desk, login: &str, extension: &str, ready: bool) {
    let fields = json!([{"InvokeID": 1, "AgentID": login, "AgentInstrument": extension}]);
    desk.call("Login", fields).await;
    wait_for(desk, |message| message["arguments"][0] == "OnSnapshotDeviceConf").await;
    if ready {
        desk.call("SetAgentState", json!([{"InvokeID": 2, "AgentState": 3}]))
            .await;
    }
}

/// The next message of which something is true.
async fn wait_for(desk: &mut Desk, is_it: impl Fn(&Value) -> bool) -> Value {
    soon(async {
        loop {
            let message = desk.message().await.expect("the connection ended");
            if is_it(&message) {
                return message;
            }
        }
    })
    .await
}

/// The next event of this method.
async fn event(desk: &mut Desk, method: &str) -> Value {
    let message = wait_for(desk, |message| message["target"] == method).await;
    message["arguments"][0].clone()
}

/// Asks the T-Server; its events until the answer, and what was wrong with the request, if anything.
async fn ask(desk: &mut Desk, request: Value) -> (Vec<Value>, Option<String>) {
    let (before, completion) = desk.call("TServerRequest", json!([request])).await;
    let told = before
        .iter()
        .filter(|message| message["target"] == "TServerEvent")
        .map(|message| message["arguments"][0].clone())
        .collect();
    (told, completion["error"].as_str().map(str::to_owned))
}

/// What is told until nothing more comes: an own request marks the end.
async fn heard_so_far(desk: &mut Desk) -> Vec<Value> {
    let (told, _) = ask(desk, json!({"Request": "TSetInputMask", "ReferenceID": 9_999})).await;
    told.into_iter()
        .filter(|event| event["ReferenceID"] != 9_999)
        .collect()
}

async fn still() -> (Server, SocketAddr) {
    let hub = hub(options()).await;
    let address = hub.address();
    (hub, address)
}

#[tokio::test]
async fn r94_every_request_is_acknowledged_by_its_number_and_name() {
    let (_hub, address) = still().await;
    let mut desk = client(address, "1001").await;
    for (reference, request) in [
        json!({"Request": "TSetInputMask"}),
        json!({"Request": "TSendUserEvent", "ThisDN": "4002"}),
        json!({"Request": "TSendEvent", "ThisDN": "4002"}),
        json!({"Request": "TSendEventEx", "ThisDN": "4002"}),
        json!({"Request": "TTransactionMonitoring", "Operation": "SubscriptionStart"}),
        json!({"Request": "TPrivateService", "PrivateEvent": "RingNoAnswer"}),
        json!({"Request": "TQueryLocation"}),
        json!({"Request": "TQueryAddress", "ThisDN": "4001"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut request = request;
        request["ReferenceID"] = json!(reference);
        let (told, error) = ask(&mut desk, request.clone()).await;
        assert_eq!(error, None, "{request}");
        let answer = told
            .iter()
            .find(|event| event["Event"] == "EventACK")
            .expect("no answer");
        assert_eq!(answer["ReferenceID"], reference);
        assert_eq!(answer["UserEvent"], request["Request"]);
        assert_eq!(answer["Server"], "ts-1");
        assert!(answer["time"].as_str().is_some_and(|time| time.ends_with('Z')));
    }
}

#[tokio::test]
async fn r95_a_subscriptions_id_comes_with_its_start_and_never_again() {
    let (_hub, address) = still().await;
    let mut desk = client(address, "1001").await;
    let monitoring = |reference: u32, operation: &str, id: Option<&str>| {
        let mut request = json!({
            "Request": "TTransactionMonitoring", "ReferenceID": reference, "Operation": operation,
        });
        if let Some(id) = id {
            request["SubscriptionID"] = json!(id);
        }
        request
    };
    let (told, _) = ask(&mut desk, monitoring(1, "SubscriptionStart", None)).await;
    let id = told[0]["SubscriptionID"].as_str().expect("no id").to_owned();
    let (told, _) = ask(&mut desk, monitoring(2, "SubscriptionStart", None)).await;
    assert_ne!(
        told[0]["SubscriptionID"],
        id.as_str(),
        "two monitorings have two ids"
    );
    for operation in ["SubscriptionModify", "SubscriptionStop"] {
        let (told, error) = ask(&mut desk, monitoring(3, operation, Some(&id))).await;
        assert_eq!(
            (error, told[0].get("SubscriptionID")),
            (None, None),
            "{operation}"
        );
        assert_eq!(told[0]["Event"], "EventACK");
    }
    let (told, error) = ask(&mut desk, monitoring(4, "SubscriptionStop", Some(&id))).await;
    assert_eq!(told, Vec::<Value>::new());
    assert!(error.expect("stopped twice").contains("There is no monitoring"));
    let (_, error) = ask(&mut desk, monitoring(5, "Begin", None)).await;
    assert!(error.expect("taken").contains("SubscriptionStart"));
}

#[tokio::test]
async fn r96_r97_r98_a_reservation_confirms_what_was_asked_and_everybody_at_the_device_hears_it() {
    let (_hub, address) = still().await;
    let mut owner = client(address, "1001").await;
    sign_in(&mut owner, "1001", "4001", false).await;
    heard_so_far(&mut owner).await;
    let mut second_of_owner = client(address, "1001").await;
    heard_so_far(&mut second_of_owner).await;
    let mut stranger = client(address, "1003").await;
    heard_so_far(&mut stranger).await;
    let mut asking = client(address, "1002").await;
    for (whom, absent) in [
        (json!({"AgentID": "1001"}), ["Place", "ThisDN"]),
        (json!({"ThisDN": "4001"}), ["Place", "AgentID"]),
        (json!({"Place": "Desk 4001"}), ["AgentID", "ThisDN"]),
    ] {
        let mut request = json!({"Request": "TReserveAgent", "ReferenceID": 7, "Timeout": 60});
        request
            .as_object_mut()
            .unwrap()
            .extend(whom.as_object().unwrap().clone());
        let (told, error) = ask(&mut asking, request.clone()).await;
        assert_eq!(error, None);
        let [mine] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(mine["Event"], "EventAgentReserved");
        assert_eq!((&mine["ReferenceID"], &mine["Timeout"]), (&json!(7), &json!(60)));
        for (name, value) in whom.as_object().unwrap() {
            assert_eq!(mine[name], *value);
        }
        for name in absent {
            assert_eq!(mine.get(name), None, "{name} was not asked for");
        }
        for desk in [&mut owner, &mut second_of_owner] {
            let mut theirs = event(desk, "TServerEvent").await;
            assert_eq!(
                theirs.get("ReferenceID"),
                None,
                "the number is whose request it was"
            );
            theirs["ReferenceID"] = json!(7);
            assert_eq!(theirs, *mine);
        }
        let (_, error) = ask(&mut asking, request.clone()).await;
        assert!(error.expect("reserved twice").contains("reserved already"));
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    assert_eq!(heard_so_far(&mut stranger).await, Vec::<Value>::new());
    for (request, words) in [
        (json!({"Timeout": 5}), "needs an AgentID, a Place or a ThisDN"),
        (json!({"AgentID": "1001"}), "Timeout is how long"),
        (json!({"AgentID": "1001", "Timeout": 0}), "Timeout is how long"),
        (json!({"AgentID": "9", "Timeout": 5}), "no agent \"9\""),
        (
            json!({"AgentID": "1001", "ThisDN": "4002", "Timeout": 5}),
            "different agents",
        ),
        (json!({"AgentID": "1003", "Timeout": 5}), "not signed in"),
    ] {
        let mut whole = json!({"Request": "TReserveAgent", "ReferenceID": 8});
        whole
            .as_object_mut()
            .unwrap()
            .extend(request.as_object().unwrap().clone());
        let (told, error) = ask(&mut asking, whole).await;
        assert_eq!(told, Vec::<Value>::new());
        let error = error.expect("taken");
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn r101_a_user_event_brings_what_its_sender_added_to_the_clients_of_the_device() {
    let (_hub, address) = still().await;
    let mut target = client(address, "1002").await;
    heard_so_far(&mut target).await;
    let mut sender = client(address, "1001").await;
    let request = json!({
        "Request": "TSendUserEvent", "ReferenceID": 3, "ThisDN": "4002", "CustomerID": "ACME",
        "Extensions": {"note": "look"}, "Colour": ["red", 5], "server": "forged", "Event": "EventACK",
    });
    let (told, error) = ask(&mut sender, request).await;
    assert_eq!(error, None);
    assert_eq!((told.len(), &told[0]["Event"]), (1, &json!("EventACK")));
    let heard = event(&mut target, "TServerEvent").await;
    assert_eq!(heard["Event"], "EventUserEvent");
    assert_eq!(heard["Server"], "ts-1");
    assert_eq!(
        (&heard["ThisDN"], &heard["CustomerID"]),
        (&json!("4002"), &json!("ACME"))
    );
    assert_eq!(
        (&heard["Extensions"]["note"], &heard["Colour"][1]),
        (&json!("look"), &json!(5))
    );
    assert_eq!(
        (
            heard.get("server"),
            heard.get("ReferenceID"),
            heard.get("Request")
        ),
        (None, None, None)
    );
    let (_, error) = ask(
        &mut sender,
        json!({"Request": "TSendEvent", "ReferenceID": 4, "ThisDN": "nowhere"}),
    )
    .await;
    assert!(error.expect("taken").contains("There is no device \"nowhere\""));
}

#[tokio::test]
async fn an_input_mask_chooses_events_and_a_monitoring_widens_the_view() {
    let (_hub, address) = still().await;
    let mut owner = client(address, "1001").await;
    sign_in(&mut owner, "1001", "4001", false).await;
    let mut masked = client(address, "1001").await;
    let mask = json!({"Request": "TSetInputMask", "ReferenceID": 1, "InputMask": "EventUserEvent, eventack"});
    assert_eq!(ask(&mut masked, mask).await.1, None);
    let mut watching = client(address, "1003").await;
    for (reference, device) in [(1, "4001"), (2, "4002")] {
        let start = json!({
            "Request": "TTransactionMonitoring", "ReferenceID": reference,
            "Operation": "SubscriptionStart", "ThisDN": device,
        });
        assert_eq!(ask(&mut watching, start).await.1, None);
    }
    let mut asking = client(address, "1002").await;
    let request = json!({"Request": "TReserveAgent", "ReferenceID": 7, "AgentID": "1001", "Timeout": 1_000});
    assert_eq!(ask(&mut asking, request).await.1, None);
    let told = event(&mut watching, "TServerEvent").await;
    assert_eq!(
        (&told["Event"], &told["AgentID"]),
        (&json!("EventAgentReserved"), &json!("1001"))
    );
    assert_eq!(
        ask(
            &mut masked,
            json!({"Request": "TQueryLocation", "ReferenceID": 2})
        )
        .await
        .0
        .len(),
        1
    );
    let wrong = json!({"Request": "TSetInputMask", "ReferenceID": 3, "InputMask": "EventRinging"});
    assert!(
        ask(&mut masked, wrong)
            .await
            .1
            .expect("taken")
            .contains("no event \"EventRinging\"")
    );
}

#[tokio::test]
async fn a_request_that_is_none_is_an_error_in_words() {
    let (_hub, address) = still().await;
    let mut desk = client(address, "1001").await;
    for (arguments, words) in [
        (json!([]), "target expects 1"),
        (json!([5]), "Error binding arguments"),
        (json!([{"ReferenceID": 1}]), "Request is missing"),
        (json!([{"Request": "TQueryLocation"}]), "ReferenceID is missing"),
        (
            json!([{"Request": "TDropCall", "ReferenceID": 1}]),
            "There is no request \"TDropCall\"",
        ),
    ] {
        let (before, completion) = desk.call("TServerRequest", arguments).await;
        assert_eq!(before, Vec::<Value>::new());
        let error = completion["error"].as_str().expect("taken");
        assert!(error.contains(words), "{error}");
    }
}

async fn domains(address: SocketAddr) -> Vec<String> {
    let listed = directory(address).await["domains"].clone();
    serde_json::from_value(listed).expect("no domains")
}

#[tokio::test]
async fn each_domain_is_checked_by_itself_and_what_exists_comes_before_the_answer() {
    let hub = hub(busy()).await;
    let address = hub.address();
    let names = domains(address).await;
    assert_eq!(names.len(), 4);
    let mut early = client(address, "1001").await;
    early.call("CcsSubscribe", json!([names])).await;
    // As soon as somebody talks there is something that exists.
    wait_for(&mut early, |message| {
        message["arguments"][0]["event"] == "connection_create"
    })
    .await;
    let mut desk = client(address, "1002").await;
    let (before, completion) = desk
        .call(
            "CcsSubscribe",
            json!([["nowhere", names[0], names[1], names[2], names[3]]]),
        )
        .await;
    let results = completion["result"].as_array().expect("no results");
    assert_eq!(results[0]["subscribed"], false);
    assert!(
        results[0]["message"]
            .as_str()
            .is_some_and(|text| text.contains("no such domain"))
    );
    assert!(
        results[1..]
            .iter()
            .all(|result| result["subscribed"] == true && result["message"].is_null())
    );
    let events: Vec<&Value> = before.iter().map(|message| &message["arguments"][0]).collect();
    assert!(
        events
            .iter()
            .any(|event| event["event"] == "call_set_state" && event["state"] == "talking")
    );
    assert!(events.iter().any(|event| event["event"] == "connection_create"));
    let (again, _) = desk.call("CcsSubscribe", json!([[names[0]]])).await;
    assert!(
        again.iter().all(|message| !message["arguments"][0]["id"]
            .as_str()
            .is_some_and(|id| id.starts_with('p'))),
        "who is subscribed is not told again what exists"
    );
    desk.call("CcsUnsubscribe", json!([names])).await;
    wait_for(&mut early, |message| message["target"] == "CcsEvent").await;
    wait_for(&mut early, |message| message["target"] == "CcsEvent").await;
    let (before, completion) = desk.call("CcsUnsubscribe", json!([["nowhere"]])).await;
    assert_eq!(before, Vec::<Value>::new(), "unsubscribed and told all the same");
    assert_eq!(completion["result"][0]["subscribed"], false);
}

#[tokio::test]
async fn r121_a_request_is_refused_in_words_and_no_transaction_is_used_twice() {
    let (_hub, address) = still().await;
    let mut desk = client(address, "1001").await;
    desk.call("CallGem", json!(["EV\\TXonce1"])).await;
    let mut other = client(address, "1002").await;
    for (line, words) in [
        ("EV\\TXonce1", "The transaction once1 has been used"),
        ("EV\\TDProduction", "TransactionIdentifier is required"),
        ("EN\\TXnew1", "the message is not EV"),
        ("", "the message is not EV"),
        ("EV\\TXnew1\\CS0", "RateControl is 0"),
        ("EV\\TXnew1\\CSmany", "RateControl is not a whole number"),
        ("EV\\TXnew1\\TW1441", "TimeWindow is 1441"),
        ("EV\\TXnew1\\TSyesterday", "TimeStamp is not a date"),
        (
            "EV\\TXnew1\\TDOther",
            "There is no tenant \"Other\" here. TD is Production.",
        ),
        (
            "EV\\TXnew1\\CNMobiles",
            "There is no campaign or queue \"Mobiles\"",
        ),
        ("EV\\TXnew1\\GANobody", "There is no campaign or queue \"Nobody\""),
        (
            &format!("EV\\TX{}", "x".repeat(88)),
            "TransactionIdentifier has 88 characters",
        ),
    ] {
        let (before, completion) = other.call("CallGem", json!([line])).await;
        assert_eq!(before, Vec::<Value>::new());
        let error = completion["error"]
            .as_str()
            .unwrap_or_else(|| panic!("{line} is taken"));
        assert!(error.contains(words), "{line}: {error}");
    }
    let (_, completion) = other.call("CallGem", json!(["EV\\TXnew1"])).await;
    assert!(
        completion["error"].is_null(),
        "what was refused has used nothing: {completion}"
    );
}

#[tokio::test]
async fn what_is_not_spoken_is_neither_told_nor_taken() {
    let mut few = busy();
    few.vocabularies = "rte,ccs".parse().unwrap();
    let hub = hub(few).await;
    let address = hub.address();
    let token = token(address, "1001").await;
    let mut desk = Desk::connected(address, &format!("/rte?access_token={token}")).await;
    for (method, arguments) in [
        (
            "Login",
            json!([{"InvokeID": 1, "AgentID": "1001", "AgentInstrument": "4001"}]),
        ),
        ("Heartbeat", json!([{"InvokeID": 1}])),
        (
            "TServerRequest",
            json!([{"Request": "TQueryLocation", "ReferenceID": 1}]),
        ),
        ("CallGem", json!(["EV\\TXa1"])),
    ] {
        let (before, completion) = desk.call(method, arguments).await;
        assert_eq!(before, Vec::<Value>::new(), "there is no greeting either");
        assert!(
            completion["error"]
                .as_str()
                .expect("taken")
                .contains("Method does not exist."),
            "{method}"
        );
    }
    let (_, completion) = desk.call("CcsSubscribe", json!([domains(address).await])).await;
    assert_eq!(completion["result"][0]["subscribed"], true);
    let (_, completion) = desk.call("ActiveSubscriptions", json!([])).await;
    assert_eq!(completion["result"], json!([]));
    assert!(
        common::http(address, "GET", "/callgem/config.json", "")
            .await
            .status
            == 404
    );
}
