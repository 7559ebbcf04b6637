//! What T-Server and CallGem owe to those who ask them, rule by rule, over real connections.

mod common;

use common::{Desk, hub, options, soon, token};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use switchhook::vendor::callgem::Message;
use switchhook_hub::server::Server;

async fn busy() -> (Server, SocketAddr) {
    let mut busy = options();
    busy.centre.agents = 40;
    busy.centre.queues = 4;
    busy.centre.rate = 30.0;
    let hub = hub(busy).await;
    let address = hub.address();
    (hub, address)
}

async fn client(address: SocketAddr, login: &str) -> Desk {
    let token = token(address, login).await;
    let mut desk = Desk::connected(address, &format!("/rte?access_token={token}")).await;
    desk.message().await.expect("no greeting");
    desk
}

/// The events of T-Server until a request is answered, its acknowledgement included.
async fn ask(desk: &mut Desk, request: Value) -> Vec<Value> {
    let reference = request["ReferenceID"].clone();
    let (before, completion) = desk.call("TServerRequest", json!([request])).await;
    assert!(completion["error"].is_null(), "{completion}");
    let mut told: Vec<Value> = before
        .iter()
        .filter(|message| message["target"] == "TServerEvent")
        .map(|message| message["arguments"][0].clone())
        .collect();
    soon(async {
        while !told.iter().any(|event| event["ReferenceID"] == reference) {
            let message = desk.message().await.expect("the connection ended");
            if message["target"] == "TServerEvent" {
                told.push(message["arguments"][0].clone());
            }
        }
    })
    .await;
    told
}

/// The next so many lines of CallGem.
async fn lines(desk: &mut Desk, count: usize) -> Vec<String> {
    soon(async {
        let mut lines = Vec::new();
        while lines.len() < count {
            let message = desk.message().await.expect("the connection ended");
            if message["target"] == "CallGem" {
                lines.push(message["arguments"][0].as_str().expect("a line").to_owned());
            }
        }
        lines
    })
    .await
}

fn campaigns(lines: &[String]) -> BTreeSet<String> {
    let campaign = |line: &String| Message::read(line).get("CN").map(str::to_owned);
    lines.iter().filter_map(campaign).collect()
}

#[tokio::test]
async fn r99_private_information_answers_a_private_request() {
    let (_hub, address) = busy().await;
    let mut desk = client(address, "1001").await;
    let request = json!({"Request": "TPrivateService", "ReferenceID": 5, "PrivateEvent": "RingNoAnswer"});
    let told = ask(&mut desk, request).await;
    let answers: Vec<&str> = told
        .iter()
        .filter(|event| event["ReferenceID"] == 5)
        .filter_map(|event| event["Event"].as_str())
        .collect();
    assert!(answers.contains(&"EventPrivateInfo"), "{told:?}");
}

#[tokio::test]
async fn r102_a_client_that_synchronises_anew_is_answered_by_number() {
    let (_hub, address) = busy().await;
    let mut desk = client(address, "1001").await;
    for request in [
        json!({"Request": "TQueryLocation", "ReferenceID": 6}),
        json!({"Request": "TQueryAddress", "ReferenceID": 7, "ThisDN": "4001"}),
    ] {
        let reference = request["ReferenceID"].clone();
        let told = ask(&mut desk, request).await;
        assert!(
            told.iter()
                .any(|event| event["Event"] == "EventACK" && event["ReferenceID"] == reference),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn r120_without_filters_every_campaign_is_told() {
    let (_hub, address) = busy().await;
    let mut desk = client(address, "1001").await;
    desk.call("CallGem", json!([r"EV\TXall1"])).await;
    assert!(campaigns(&lines(&mut desk, 60).await).len() > 1);
}

#[tokio::test]
async fn r122_a_campaign_or_a_queue_limits_what_is_told() {
    let (_hub, address) = busy().await;
    let mut desk = client(address, "1001").await;
    desk.call("CallGem", json!([r"EV\TXall2"])).await;
    let told = campaigns(&lines(&mut desk, 40).await);
    let one = told.first().expect("a campaign");
    for (login, filter) in [("1002", "CN"), ("1003", "GA")] {
        let mut desk = client(address, login).await;
        let line = format!("EV\\TX{filter}only\\{filter}{one}");
        desk.call("CallGem", json!([line])).await;
        assert_eq!(
            campaigns(&lines(&mut desk, 3).await),
            BTreeSet::from([one.clone()]),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn r128_a_refresh_tells_what_was_told_before() {
    let (_hub, address) = busy().await;
    let mut desk = client(address, "1001").await;
    desk.call("CallGem", json!([r"EV\TXagain1\TW1"])).await;
    let state = |line: &String| {
        let message = Message::read(line);
        let field = |code| message.get(code).unwrap_or_default().to_owned();
        (field("SI"), field("DS"), field("AN"), field("TS"))
    };
    let mut seen = BTreeSet::new();
    let mut repeated = 0;
    for line in lines(&mut desk, 150).await {
        repeated += u32::from(!seen.insert(state(&line)));
    }
    assert!(repeated > 0, "nothing was told again");
}
