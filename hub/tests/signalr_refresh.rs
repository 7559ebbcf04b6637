//! Presenting a new token on an open connection, over real sockets.
//!
//! A test's token is the user's name and, behind a colon, for how many milliseconds it is good.

mod common;
#[path = "common/served.rs"]
mod served;

use axum::extract::Request;
use axum::http::header;
use axum::middleware;
use common::{Answer, Desk, http, hub, options, token};
use serde_json::{Value, json};
use served::{Served, serve};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use switchhook_hub::server::signalr::{Limits, Unidentified, User};

async fn served(limits: Limits) -> Served {
    serve(limits, |routes| {
        routes.layer(middleware::map_request(async |mut request: Request| {
            let header = request.headers().get(header::AUTHORIZATION);
            let in_header = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            let query = request.uri().query().unwrap_or_default();
            let in_query = query
                .split('&')
                .find_map(|pair| pair.strip_prefix("access_token="));
            match in_header.or(in_query).map(str::to_owned) {
                Some(token) if !token.starts_with("bad") => {
                    let (name, life) = token.split_once(':').unwrap_or((&token, ""));
                    let life = life.parse().ok().map(Duration::from_millis);
                    request.extensions_mut().insert(User {
                        name: name.to_owned(),
                        expires: life.map(|life| tokio::time::Instant::now() + life),
                    });
                }
                _ => {
                    request
                        .extensions_mut()
                        .insert(Unidentified("A bad token.".to_owned()));
                }
            }
            request
        }))
    })
    .await
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

async fn negotiate(served: &Served, token: &str) -> Value {
    let path = "/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true";
    http(served.address, "POST", path, &bearer(token)).await.json()
}

async fn refresh(served: &Served, id: &str, token: &str) -> Answer {
    let path = format!("/hub/refresh?id={id}");
    http(served.address, "POST", &path, &bearer(token)).await
}

/// A connection of a user whose token is good for so long, and its connection token.
async fn connected(served: &Served, token: &str, version: u8) -> (Desk, String) {
    let answer = negotiate(served, token).await;
    let id = answer["connectionToken"].as_str().unwrap().to_owned();
    let path = format!("/hub?id={id}&access_token={token}");
    let mut desk = Desk::open(served.address, &path).await.expect("refused");
    desk.send(&format!("{{\"protocol\":\"json\",\"version\":{version}}}\u{1e}"))
        .await;
    assert_eq!(desk.record().await.as_deref(), Some("{}"));
    (desk, id)
}

#[tokio::test]
async fn a01_the_negotiate_answer_says_how_long_the_token_lasts() {
    let plain = served(Limits::default()).await;
    assert_eq!(negotiate(&plain, "ann:90500").await["tokenLifetimeSeconds"], 90);
    let for_ever = negotiate(&plain, "ann").await;
    assert_eq!(for_ever.get("tokenLifetimeSeconds"), None);
    let bounded = negotiate(&plain, "ann:9000000000000000").await;
    assert_eq!(bounded["tokenLifetimeSeconds"], i32::MAX);
    let without = served(Limits {
        authentication_refresh: false,
        ..Limits::default()
    })
    .await;
    let answer = negotiate(&without, "ann:90500").await;
    assert_eq!(answer.get("tokenLifetimeSeconds"), None);
}

#[tokio::test]
async fn a02_a_new_token_is_taken_and_its_lifetime_told() {
    let served = served(Limits::default()).await;
    let (mut desk, id) = connected(&served, "ann:5000", 1).await;
    let answer = refresh(&served, &id, "ann:60500").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["tokenLifetimeSeconds"], 60);
    assert_eq!(body["connectionId"].as_str().map(str::len), Some(22));
    let time = body["refreshedAt"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.len() == "2026-11-21T12:00:00.000Z".len(),
        "{time}"
    );
    let body = refresh(&served, &id, "ann").await.json();
    assert_eq!(body.get("tokenLifetimeSeconds"), None);
    assert_eq!(desk.call("echo", json!([1])).await.1["result"], 1);
}

#[tokio::test]
async fn a03_a_new_token_that_cannot_be_taken_is_refused_and_the_connection_goes_on() {
    let served = served(Limits::default()).await;
    let (mut desk, id) = connected(&served, "ann:5000", 1).await;
    for (answer, status, error) in [
        (
            refresh(&served, &id, "bob:5000").await,
            403,
            "permission_change_rejected",
        ),
        (refresh(&served, &id, "bad").await, 401, "invalid_token"),
        (
            refresh(&served, "none", "ann:5000").await,
            404,
            "connection_not_found",
        ),
        (
            refresh(&served, "", "ann:5000").await,
            400,
            "missing_connection_token",
        ),
        (
            http(served.address, "POST", "/hub/refresh", &bearer("ann")).await,
            400,
            "missing_connection_token",
        ),
    ] {
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)));
        assert!(answer.json()["error_description"].is_string());
    }
    let path = format!("/hub/refresh?id={id}");
    for method in ["GET", "PUT", "DELETE"] {
        let answer = http(served.address, method, &path, &bearer("ann:5000")).await;
        assert_eq!((answer.status, answer.text()), (405, ""));
    }
    assert_eq!(desk.call("echo", json!([1])).await.1["result"], 1);
}

#[tokio::test]
async fn an_endpoint_without_it_says_so() {
    let served = served(Limits {
        authentication_refresh: false,
        ..Limits::default()
    })
    .await;
    let (_desk, id) = connected(&served, "ann:5000", 1).await;
    let answer = refresh(&served, &id, "ann:5000").await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (404, &json!("refresh_disabled"))
    );
}

#[tokio::test]
async fn a_connection_ends_with_its_token_where_that_is_wanted_and_lasts_with_a_new_one() {
    for close_on_expiry in [false, true] {
        let served = served(Limits {
            close_on_expiry,
            ..Limits::default()
        })
        .await;
        let (mut lapsed, _) = connected(&served, "ann:150", 1).await;
        let (mut renewed, id) = connected(&served, "ann:150", 1).await;
        assert_eq!(refresh(&served, &id, "ann:60000").await.status, 200);
        if close_on_expiry {
            let started = Instant::now();
            let rest = lapsed.rest().await;
            assert!(started.elapsed() < Duration::from_secs(1));
            assert_eq!(rest.len(), 1);
            assert_eq!(rest[0]["allowReconnect"], true);
            assert!(rest[0]["error"].as_str().unwrap().contains("expired"));
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(lapsed.call("echo", json!([1])).await.1["result"], 1);
        }
        assert_eq!(renewed.call("echo", json!([1])).await.1["result"], 1);
    }
}

#[tokio::test]
async fn the_next_socket_brings_the_next_token_of_the_same_user() {
    let served = served(Limits {
        close_on_expiry: true,
        ..Limits::default()
    })
    .await;
    let (desk, id) = connected(&served, "ann:150", 2).await;
    drop(desk);
    let path = |token: &str| format!("/hub?id={id}&access_token={token}");
    let other = Desk::open(served.address, &path("bob")).await;
    assert_eq!(other.err().unwrap().0, 403);
    let mut desk = Desk::open(served.address, &path("ann:60000"))
        .await
        .expect("refused");
    desk.send("{\"type\":9,\"sequenceId\":1}\u{1e}").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (before, answer) = desk.call("echo", json!([1])).await;
    assert_eq!(before, [json!({"type": 9, "sequenceId": 1})]);
    assert_eq!(answer["result"], 1);
    assert_eq!(served.application.went.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn who_is_not_known_is_let_in_nowhere() {
    let served = served(Limits::default()).await;
    for (method, path) in [("POST", "/hub/negotiate"), ("GET", "/hub"), ("POST", "/hub?id=x")] {
        let answer = http(served.address, method, path, &bearer("bad")).await;
        assert_eq!((answer.status, answer.text()), (401, "A bad token."));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn the_hubs_own_tokens_can_be_renewed() {
    let mut short = options();
    short.token_lifetime = Duration::from_secs(3);
    short.limits.close_on_expiry = true;
    let hub = hub(short).await;
    let address = hub.address();
    let first = token(address, "1001").await;
    let path = "/rte/negotiate?negotiateVersion=1";
    let answer = http(address, "POST", path, &bearer(&first)).await.json();
    let lifetime = answer["tokenLifetimeSeconds"].as_u64().unwrap();
    assert!((1..=3).contains(&lifetime));
    let id = answer["connectionToken"].as_str().unwrap();
    let mut desk = Desk::connected(address, &format!("/rte?id={id}&access_token={first}")).await;
    let refresh = format!("/rte/refresh?id={id}");
    let answer = http(address, "POST", &refresh, &bearer(&token(address, "1002").await)).await;
    assert_eq!(answer.status, 403);
    let answer = http(address, "POST", &refresh, &bearer("nonsense")).await;
    assert_eq!(answer.json()["error"], "invalid_token");
    let why = answer.json()["error_description"].as_str().unwrap().to_owned();
    assert!(why.contains("not a JSON Web Token"), "{why}");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let answer = http(address, "POST", &refresh, &bearer(&token(address, "1001").await)).await;
    assert_eq!(answer.status, 200);
    // Past the end of the first token, well before that of the second.
    tokio::time::sleep(Duration::from_millis(1_550)).await;
    assert!(desk.call("ActiveSubscriptions", json!([])).await.1["error"].is_null());
    let rest = desk.rest().await;
    let last = rest.last().unwrap();
    assert_eq!(last["allowReconnect"], true);
    assert!(last["error"].as_str().unwrap().contains("expired"));
}
