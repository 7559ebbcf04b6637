//! The hub as a whole over real sockets: tokens, the directory, subscriptions, origins, the measuring feed.

mod common;

use common::{Desk, basic, desk, directory, http, hub, options, soon, token};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use switchhook::protocol::stateful::Received;
use switchhook_hub::server::Flood;

#[tokio::test]
async fn r1_a_token_comes_with_the_hubs_address() {
    let hub = hub(options()).await;
    let address = hub.address();
    for path in ["/token/me/rte/", "/token/me/rte", "/token/1001/rte/"] {
        let answer = http(address, "GET", path, &basic("1001")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json()["WssEndpoint"], format!("ws://{address}/rte"));
        assert_eq!(answer.json()["Token"].as_str().unwrap().split('.').count(), 3);
    }
    let behind_proxy = format!("{}X-Forwarded-Proto: https\r\n", basic("1001"));
    let answer = http(address, "GET", "/token/me/rte/", &behind_proxy).await;
    assert_eq!(answer.json()["WssEndpoint"], format!("wss://{address}/rte"));
}

#[tokio::test]
async fn r1_who_is_not_known_gets_no_token() {
    let hub = hub(options()).await;
    for (header, words) in [
        (String::new(), "Who is asking?"),
        (basic("9999"), "no agent with this id"),
        ("Authorization: Basic %%%\r\n".to_owned(), "not base64"),
        ("Authorization: Bearer x\r\n".to_owned(), "Who is asking?"),
    ] {
        let answer = http(hub.address(), "GET", "/token/me/rte/", &header).await;
        assert_eq!(answer.status, 401);
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    let other = http(hub.address(), "GET", "/token/1002/rte/", &basic("1001")).await;
    assert_eq!(other.status, 403);
}

#[tokio::test]
async fn r1_r2_without_a_valid_token_there_is_no_connection() {
    let mut short = options();
    short.token_lifetime = Duration::from_secs(1);
    let hub = hub(short).await;
    let address = hub.address();
    let (expired, mut open) = loop {
        let fresh = token(address, "1001").await;
        // On a busy machine it may have expired already: then the next one is tried.
        if let Ok(open) = Desk::open(address, &format!("/rte?access_token={fresh}")).await {
            break (fresh, open);
        }
    };
    open.shake_hands().await;
    let bearer = format!("Authorization: Bearer {expired}\r\n");
    soon(async {
        while http(address, "POST", "/rte/negotiate", &bearer).await.status != 401 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let forged = format!("{}AAAA", &expired[..expired.len() - 4]);
    for (token, words) in [
        ("", "No access token"),
        ("nonsense", "not a JSON Web Token"),
        (forged.as_str(), "not signed by this hub"),
        (expired.as_str(), "has expired"),
    ] {
        let header = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let answer = http(address, "POST", "/rte/negotiate?negotiateVersion=1", &header).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(answer.text().contains(words), "{}", answer.text());
        let path = format!("/rte?access_token={token}");
        let (status, text) = Desk::open(address, &path).await.err().expect("let in");
        assert_eq!(status, 401);
        assert!(text.contains(words), "{text}");
    }
    // A connection that is open outlives its token, unless the hub was told otherwise.
    assert!(open.call("ActiveSubscriptions", json!([])).await.1["error"].is_null());
}

#[tokio::test]
async fn a_connection_negotiated_by_one_user_cannot_be_opened_by_another() {
    let hub = hub(options()).await;
    let address = hub.address();
    let header = format!("Authorization: Bearer {}\r\n", token(address, "1001").await);
    let answer = http(address, "POST", "/rte/negotiate?negotiateVersion=1", &header).await;
    let id = answer.json()["connectionToken"].as_str().unwrap().to_owned();
    let path = async |login: &str| format!("/rte?id={id}&access_token={}", token(address, login).await);
    assert_eq!(
        Desk::open(address, &path("1002").await).await.err().unwrap().0,
        403
    );
    Desk::connected(address, &path("1001").await).await;
}

#[tokio::test]
async fn the_directory_names_everything() {
    let hub = hub(options()).await;
    let address = hub.address();
    let found = directory(address).await;
    assert_eq!(found["agents"].as_array().unwrap().len(), 6);
    assert_eq!(found["agents"][0]["agentId"], "1001");
    assert_eq!(found["agents"][0]["extension"], "4001");
    assert_eq!(found["queues"].as_array().unwrap().len(), 3);
    assert!(!found["callLists"].as_array().unwrap().is_empty());
    assert_eq!(found["notReadyReasons"][0], json!({"code": 1, "label": "Break"}));
    let bearer = format!("Authorization: Bearer {}\r\n", token(address, "1002").await);
    assert_eq!(http(address, "GET", "/directory", &bearer).await.json(), found);
    assert_eq!(http(address, "GET", "/directory", "").await.status, 401);
    assert_eq!(
        http(address, "GET", "/directory", "Authorization: Bearer x\r\n")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn r5_r7_r8_r9_each_item_is_checked_by_itself_and_in_order() {
    let hub = hub(options()).await;
    let names = directory(hub.address()).await;
    let user = names["agents"][3]["id"].as_str().unwrap();
    let queue = names["queues"][0]["id"].as_str().unwrap();
    let stranger = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
    let mut desk = desk(hub.address(), "1001").await;
    let items = json!([[
        {"EntityId": user, "EventName": "UserStatus"},
        {"entityid": user.to_uppercase(), "EVENTNAME": "USERSTATUS"},
        {"EntityId": "not a guid", "EventName": "Nonsense"},
        {"EntityId": user, "EventName": "QueueCallIncoming"},
        {"EntityId": stranger, "EventName": "UserStatus"},
        {"EntityId": queue, "EventName": "UserStatus"},
        {"EventName": "UserStatus"},
        {"EntityId": queue, "EventName": null},
    ]]);
    let (_, completion) = desk.call("Subscribe", items).await;
    let result = |subscribed: bool, message: Option<&str>, id: &str, name: &str| json!({"subscribed": subscribed, "message": message, "entityId": id, "eventName": name});
    assert_eq!(
        completion["result"],
        json!([
            result(true, None, user, "userstatus"),
            result(true, None, &user.to_uppercase(), "userstatus"),
            result(false, Some("Invalid EntityId"), "not a guid", "nonsense"),
            result(false, Some("Invalid event name"), user, "queuecallincoming"),
            result(false, Some("Unauthorized"), stranger, "userstatus"),
            result(false, Some("Unauthorized"), queue, "userstatus"),
            result(false, Some("Invalid EntityId"), "", "userstatus"),
            result(false, Some("Invalid event name"), queue, ""),
        ])
    );
    let (_, active) = desk.call("activeSubscriptions", json!([])).await;
    let active = active["result"].as_array().unwrap();
    assert_eq!(active.len(), 1, "subscribing twice is subscribing once");
    assert_eq!(active[0]["eventType"], "UserStatus");
    assert_eq!(active[0]["entityType"], "User");
    assert_eq!(active[0]["entityId"], user);
    assert_eq!(active[0]["rootEntityId"], active[0]["organizationId"]);
    assert_eq!(active[0]["rootEntityType"], "Organization");
    assert_eq!(
        (&active[0]["allRootEntities"], &active[0]["allEntities"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn r4_d4_the_present_state_comes_before_the_answer() {
    let hub = hub(options()).await;
    let names = directory(hub.address()).await;
    let mut items = Vec::new();
    let mut expected = BTreeSet::new();
    for (list, event) in [
        ("agents", "UserStatus"),
        ("agents", "UserAvailability"),
        ("queues", "QueueStatus"),
        ("callLists", "CallbackChanged"),
    ] {
        for entry in names[list].as_array().unwrap() {
            let id = entry["id"].as_str().unwrap().to_owned();
            items.push(json!({"EntityId": id, "EventName": event}));
            expected.insert((event.to_owned(), id));
        }
    }
    let mut desk = desk(hub.address(), "1001").await;
    let (before, completion) = desk.call("Subscribe", json!([items])).await;
    assert!(
        completion["result"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["subscribed"] == true)
    );
    let mut callbacks = 0;
    let mut seen = BTreeSet::new();
    for message in &before {
        assert_eq!(message["target"], "MessageReceived");
        assert_eq!(message.get("invocationId"), None);
        let [argument] = message["arguments"].as_array().unwrap().as_slice() else {
            panic!("{message}");
        };
        let (subscription, data) = (&argument["subscription"], &argument["data"]);
        for name in ["eventType", "entityType", "entityId"] {
            assert_eq!(subscription[name], data[name]);
        }
        callbacks += usize::from(data["eventType"] == "CallbackChanged");
        seen.insert((
            data["eventType"].as_str().unwrap().to_owned(),
            data["entityId"].as_str().unwrap().to_owned(),
        ));
    }
    assert_eq!(callbacks, 5);
    assert!(seen.is_subset(&expected));
    for wanted in expected.iter().filter(|(event, _)| event != "CallbackChanged") {
        assert!(seen.contains(wanted), "{wanted:?}");
    }
}

#[tokio::test]
async fn r6_e14_available_subscriptions_takes_no_argument() {
    let hub = hub(options()).await;
    let mut desk = desk(hub.address(), "1001").await;
    let (_, completion) = desk.call("AvailableSubscriptions", json!([])).await;
    let names = completion["result"].as_array().unwrap();
    assert_eq!(names.len(), 36);
    assert!(names.contains(&json!("UserTerminalStatus")));
    let (_, completion) = desk.call("AvailableSubscriptions", json!([[]])).await;
    assert_eq!(
        completion["error"],
        "Failed to invoke 'AvailableSubscriptions' due to an error on the server. InvalidDataException: \
         Invocation provides 1 argument(s) but target expects 0."
    );
    let (_, completion) = desk.call("Subscribe", json!([7])).await;
    assert!(
        completion["error"]
            .as_str()
            .unwrap()
            .contains("Error binding arguments.")
    );
}

#[tokio::test]
async fn r10_r11_what_is_unsubscribed_is_no_longer_told() {
    let hub = hub(options()).await;
    let names = directory(hub.address()).await;
    let item = |place: usize| json!({"EntityId": names["agents"][place]["id"], "EventName": "UserStatus"});
    let mut desk = desk(hub.address(), "1001").await;
    desk.call("Subscribe", json!([[item(3), item(4)]])).await;
    let (_, completion) = desk
        .call(
            "Unsubscribe",
            json!([[item(3), {"EntityId": "x", "EventName": "y"}]]),
        )
        .await;
    assert_eq!(completion["result"][0]["subscribed"], false);
    assert_eq!(completion["result"][0]["message"], Value::Null);
    assert_eq!(completion["result"][1]["message"], "Invalid EntityId");
    let active = desk.call("ActiveSubscriptions", json!([])).await.1;
    assert_eq!(active["result"].as_array().unwrap().len(), 1);
    assert_eq!(desk.call("UnsubscribeAll", json!([])).await.1["result"], true);
    assert_eq!(
        desk.call("ActiveSubscriptions", json!([])).await.1["result"],
        json!([])
    );
}

#[tokio::test]
async fn r3_subscriptions_are_the_connections_and_events_reach_all_who_want_them() {
    let mut busy = options();
    busy.centre.rate = 50.0;
    let hub = hub(busy).await;
    let names = directory(hub.address()).await;
    let items: Vec<Value> = names["queues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|queue| json!({"EntityId": queue["id"], "EventName": "QueueStatus"}))
        .collect();
    let mut one = desk(hub.address(), "1001").await;
    let mut two = desk(hub.address(), "1002").await;
    let mut idle = desk(hub.address(), "1003").await;
    one.call("Subscribe", json!([items])).await;
    two.call("Subscribe", json!([items])).await;
    // What reaches the second desk has reached the first one too, which may have heard more before.
    let event = two.message().await.unwrap();
    let data = &event["arguments"][0]["data"];
    assert_eq!(data["eventType"], "QueueStatus");
    loop {
        // Both are told the very same event.
        let other = one.message().await.unwrap();
        if other["arguments"][0]["data"]["id"] == data["id"] {
            assert_eq!(other, event);
            break;
        }
    }
    let (before, active) = idle.call("ActiveSubscriptions", json!([])).await;
    assert_eq!((before, &active["result"]), (vec![], &json!([])));
}

#[tokio::test]
async fn a_desk_that_changes_sockets_keeps_its_subscriptions_and_misses_nothing() {
    let mut busy = options();
    busy.centre.agents = 200;
    busy.centre.rate = 50.0;
    let hub = hub(busy).await;
    let address = hub.address();
    let names = directory(address).await;
    let mut items = Vec::new();
    for (list, event) in [("queues", "QueueStatus"), ("agents", "UserStatus")] {
        for entry in names[list].as_array().unwrap() {
            items.push(json!({"EntityId": entry["id"], "EventName": event}));
        }
    }
    let id_of = |message: &Value| message["arguments"][0]["data"]["id"].clone();
    let mut steady = desk(address, "1002").await;
    steady.call("Subscribe", json!([items])).await;

    let token = token(address, "1001").await;
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let path = "/rte/negotiate?negotiateVersion=1&useStatefulReconnect=true";
    let answer = http(address, "POST", path, &bearer).await.json();
    assert_eq!(answer["useStatefulReconnect"], true);
    let id = answer["connectionToken"].as_str().unwrap();
    let path = format!("/rte?id={id}&access_token={token}");
    let mut moving = Desk::open(address, &path).await.expect("refused");
    moving.shake_hands_for(2).await;
    let mut received = Received::default();
    assert_eq!(moving.message().await.unwrap()["target"], "CtiEvent");
    let (before, _) = moving.call("Subscribe", json!([items])).await;
    // The greeting, the present state, and the answer.
    for _ in 0..before.len() + 2 {
        assert!(received.accept());
    }
    let mut seen = Vec::new();
    for _ in 0..6 {
        let number = received.acknowledge();
        let acknowledgement = format!("{{\"type\":8,\"sequenceId\":{number}}}\u{1e}");
        moving.send(&acknowledgement).await;
        drop(moving);
        moving = Desk::open(address, &path).await.expect("refused");
        received.reattached();
        // The subscription was the first and only message of its own.
        moving.send("{\"type\":9,\"sequenceId\":2}\u{1e}").await;
        for _ in 0..8 {
            let message = moving.message().await.unwrap();
            match message["type"].as_u64() {
                Some(8) => {}
                Some(9) => received
                    .sequence(message["sequenceId"].as_u64().unwrap())
                    .unwrap(),
                _ if received.accept() => seen.push(id_of(&message)),
                _ => {}
            }
        }
    }
    assert!(seen.len() > 6);
    // The other desk has been told every event, these among them and in this order.
    let mut told = Vec::new();
    while told.last() != seen.last() {
        told.push(id_of(&steady.message().await.unwrap()));
    }
    let start = told.iter().position(|id| Some(id) == seen.first()).unwrap();
    assert_eq!(told[start..], seen);
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_unless_allowed() {
    let mut open = options();
    open.allowed_origins = vec!["https://desk.example.com".to_owned()];
    let hub = hub(open).await;
    let address = hub.address();
    let preflight = "Origin: https://desk.example.com\r\nAccess-Control-Request-Method: POST\r\n";
    let answer = http(address, "OPTIONS", "/rte/negotiate", preflight).await;
    assert_eq!(answer.status, 204);
    for wanted in ["x-requested-with", "x-signalr-user-agent", "authorization"] {
        assert!(answer.header("access-control-allow-headers").contains(wanted));
    }
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://desk.example.com"
    );
    for path in ["/rte/refresh?id=x", "/rte"] {
        let answer = http(address, "OPTIONS", path, preflight).await;
        assert_eq!(answer.status, 204);
        let foreign = "Origin: https://evil.example\r\n";
        assert_eq!(http(address, "POST", path, foreign).await.status, 403);
        // A page may read even why it is refused.
        let answer = http(address, "POST", path, "Origin: https://desk.example.com\r\n").await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://desk.example.com"
        );
    }
    let with = |origin: &str| format!("{}Origin: {origin}\r\n", basic("1001"));
    let own = format!("http://{address}");
    for (origin, status) in [
        (own.as_str(), 200),
        ("https://desk.example.com", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let answer = http(address, "GET", "/token/me/rte/", &with(origin)).await;
        assert_eq!(answer.status, status, "{origin}");
        assert!(answer.header("vary").to_lowercase().contains("origin"));
        if status == 403 {
            assert!(answer.text().contains("--allow-origin"));
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
}

#[tokio::test]
async fn stopping_lets_desks_come_back() {
    let hub = hub(options()).await;
    let mut desk = desk(hub.address(), "1001").await;
    let (rest, ()) = soon(async { tokio::join!(desk.rest(), hub.stop()) }).await;
    assert_eq!(rest, [json!({"type": 7, "allowReconnect": true})]);
}

#[tokio::test]
async fn the_measuring_feed_sends_changing_events_in_messages_of_the_chosen_size() {
    let mut measuring = options();
    measuring.flood = Some(Flood {
        records_per_message: 20,
        rate: None,
        total: Some(2_010),
        waits: false,
    });
    let hub = hub(measuring).await;
    let names = directory(hub.address()).await;
    let items: Vec<Value> = names["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!({"EntityId": entry["id"], "EventName": "UserStatus"}))
        .chain([json!({"EntityId": names["queues"][0]["id"], "EventName": "QueueStatus"})])
        .collect();
    let mut desk = desk(hub.address(), "1001").await;
    let mut ids = BTreeSet::new();
    desk.send(&format!(
        "{}\u{1e}",
        json!({"type": 1, "target": "Subscribe", "arguments": [items]})
    ))
    .await;
    let mut variety = BTreeSet::new();
    let mut sizes = Vec::new();
    while ids.len() < 2_010 {
        let frame = desk.frame().await.unwrap();
        let records: Vec<&str> = frame.split_terminator('\u{1e}').collect();
        let before = ids.len();
        for record in &records {
            let message: Value = serde_json::from_str(record).unwrap();
            let data = &message["arguments"][0]["data"];
            let id = data["id"].as_str().unwrap();
            if data["note"]
                .as_str()
                .is_some_and(|note| note.contains("measuring"))
                || data["eventType"] == "QueueStatus"
            {
                ids.insert(id[24..].to_owned());
            }
            variety.insert((data["talking"].to_string(), data["nbrOfConnected"].to_string()));
        }
        if ids.len() > before {
            sizes.push(records.len());
        }
    }
    assert!(variety.len() > 3, "{variety:?}");
    assert!(
        sizes.iter().filter(|size| **size == 20).count() >= 95,
        "{sizes:?}"
    );
    let stats = http(hub.address(), "GET", "/bench/stats", "").await.json();
    assert_eq!(stats["eventsSent"], 2_010);
    assert_eq!(stats["connections"], 1);
}

/// Not a test but a measurement: `cargo test --release --test hub -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, for a release build"]
async fn how_fast_the_measuring_feed_is() {
    let mut measuring = options();
    measuring.centre.agents = 1_000;
    measuring.centre.queues = 50;
    measuring.centre.callbacks = 500;
    measuring.flood = Some(Flood {
        records_per_message: 20,
        rate: None,
        total: None,
        waits: false,
    });
    let hub = hub(measuring).await;
    let names = directory(hub.address()).await;
    let mut items = Vec::new();
    for (list, event) in [
        ("agents", "UserStatus"),
        ("queues", "QueueStatus"),
        ("callLists", "CallbackChanged"),
    ] {
        for entry in names[list].as_array().unwrap() {
            items.push(json!({"EntityId": entry["id"], "EventName": event}));
        }
    }
    let mut desk = desk(hub.address(), "1001").await;
    for chunk in items.chunks(250) {
        let call = json!({"type": 1, "target": "Subscribe", "arguments": [chunk]});
        desk.send(&format!("{call}\u{1e}")).await;
    }
    let start = std::time::Instant::now();
    let (mut records, mut bytes) = (0, 0);
    while start.elapsed() < Duration::from_secs(3) {
        let frame = desk.frame().await.unwrap();
        bytes += frame.len();
        records += frame.bytes().filter(|byte| *byte == 0x1e).count();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{:.0} events/s, {} bytes each",
        records as f64 / seconds,
        bytes / records
    );
}
