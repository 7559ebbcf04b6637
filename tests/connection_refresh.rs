//! The connection machine against the cases of authentication refresh (.NET 11), on a virtual clock.
//!
//! Lives here: one test per case, named by its id, and what a refresh must never do to its connection.
//! May not be here: the token provider's caching, which is the provider's business.
//! The server says at negotiate, and with each refresh, how long a token is good for.
//! What differs from the official client on purpose says so beside the test.

#[path = "connection_rig/mod.rs"]
mod rig;

use rig::{NEGOTIATED, Rig, SECOND, STATEFUL, Told, options};
use std::time::Duration;
use switchhook::connection::{Error, Input, Options, Phase, Secret, Status, TokenReason};

/// Never dead for want of pings.
fn patient() -> Options {
    Options {
        server_timeout: 100_000 * SECOND,
        ..options()
    }
}

fn lasting(answer: &str, seconds: u64) -> String {
    answer.replacen('{', &format!("{{\"tokenLifetimeSeconds\":{seconds},"), 1)
}

fn connected(options: Options, answer: &str) -> Rig {
    let mut rig = Rig::new(options);
    rig.step(Input::Start);
    rig.give_token(Some("first"));
    rig.answer(200, answer);
    rig.open_socket();
    rig.data("{}\u{1e}");
    rig.take();
    rig
}

fn refreshed(rig: &mut Rig) -> Vec<Result<Option<Duration>, Error>> {
    let told = rig.take();
    assert!(
        !told.iter().any(|told| matches!(told, Told::Changed(_))),
        "the connection is left alone: {told:?}"
    );
    told.into_iter()
        .filter_map(|told| match told {
            Told::Refreshed(outcome) => Some(outcome),
            _ => None,
        })
        .collect()
}

/// Refreshes now, up to the request to the server.
fn hand_in(rig: &mut Rig, token: &str) {
    rig.step(Input::RefreshToken);
    rig.give_token(Some(token));
    rig.take();
}

#[test]
fn a01_a_token_is_refreshed_five_minutes_before_its_end() {
    let mut rig = connected(patient(), &lasting(NEGOTIATED, 3_600));
    rig.pass(3_299 * SECOND);
    assert!(rig.requests.is_empty());
    rig.pass(SECOND);
    assert_eq!(rig.token_reason(), TokenReason::ExpiringSoon);
    assert!(rig.is_connected());
}

/// Different: a token that lives hardly longer than the margin is refreshed half way, and not at once or never.
#[test]
fn a01_a_short_token_is_refreshed_half_way() {
    for (lifetime, expected) in [(600, 300), (400, 200), (10, 5), (0, 1)] {
        let mut rig = connected(patient(), &lasting(NEGOTIATED, lifetime));
        rig.pass(Duration::from_millis(expected * 1_000 - 1));
        assert!(rig.requests.is_empty(), "{lifetime}");
        rig.pass(Duration::from_millis(1));
        assert_eq!(rig.requests.len(), 1, "{lifetime}");
    }
}

#[test]
fn a01_without_a_lifetime_or_by_choice_there_is_no_refresh() {
    let choice = Options {
        refresh_before: None,
        ..patient()
    };
    for (options, answer) in [
        (patient(), NEGOTIATED.to_owned()),
        (choice, lasting(NEGOTIATED, 3_600)),
    ] {
        let mut rig = connected(options, &answer);
        rig.pass(10_000 * SECOND);
        assert!(rig.requests.is_empty());
    }
}

#[test]
fn a02_a_fresh_token_is_handed_in_and_the_next_refresh_planned() {
    let mut rig = connected(patient(), &lasting(NEGOTIATED, 3_600));
    rig.pass(3_300 * SECOND);
    rig.give_token(Some("fresh"));
    let (url, token) = rig.negotiate_request();
    assert_eq!(url, "http://h/hub/refresh?id=token-1");
    assert_eq!(token.as_deref(), Some("fresh"));
    rig.answer(
        200,
        r#"{"connectionId":"id-1","refreshedAt":"2026-01-01T00:00:00Z","tokenLifetimeSeconds":1800}"#,
    );
    assert_eq!(refreshed(&mut rig), [Ok(Some(1_800 * SECOND))]);
    rig.pass(1_499 * SECOND);
    assert!(rig.requests.is_empty());
    rig.pass(SECOND);
    assert_eq!(rig.requests.len(), 1);
}

#[test]
fn a02_an_answer_without_a_lifetime_plans_nothing() {
    let mut rig = connected(patient(), &lasting(NEGOTIATED, 3_600));
    hand_in(&mut rig, "fresh");
    rig.answer(200, r#"{"connectionId":"id-1"}"#);
    assert_eq!(refreshed(&mut rig), [Ok(None)]);
    rig.pass(10_000 * SECOND);
    assert!(rig.requests.is_empty());
}

#[test]
fn a03_a_refusal_leaves_the_connection_as_it_was() {
    let mut rig = connected(patient(), &lasting(NEGOTIATED, 3_600));
    hand_in(&mut rig, "somebody else's");
    rig.answer(403, r#"{"error":"forbidden"}"#);
    assert_eq!(refreshed(&mut rig), [Err(Error::Forbidden)]);
    assert!(rig.is_connected());
    rig.invoke(1);
    assert_eq!(rig.sent().len(), 1);
    rig.pass(10_000 * SECOND);
    assert!(rig.requests.is_empty(), "the same would be refused again");
}

#[test]
fn a03_what_may_pass_is_tried_again() {
    let mut rig = connected(patient(), &lasting(NEGOTIATED, 3_600));
    hand_in(&mut rig, "fresh");
    rig.answer(503, "");
    assert!(matches!(
        refreshed(&mut rig).as_slice(),
        [Err(Error::Unavailable { .. })]
    ));
    rig.pass(30 * SECOND);
    let request = rig.pending_request();
    rig.step(Input::TokenFailed {
        request,
        error: Error::TokenUnavailable("no network".to_owned()),
    });
    assert_eq!(refreshed(&mut rig).len(), 1);
    rig.pass(30 * SECOND);
    // A provider and a server that never answer are not waited for for ever.
    rig.pass(15 * SECOND);
    assert_eq!(
        refreshed(&mut rig),
        [Err(Error::TimedOut { phase: Phase::Token })]
    );
    rig.pass(30 * SECOND);
    rig.give_token(Some("fresh"));
    rig.pass(15 * SECOND);
    let phase = Phase::Negotiate;
    assert_eq!(refreshed(&mut rig), [Err(Error::TimedOut { phase })]);
    assert!(rig.is_connected() && rig.requests.is_empty());
}

#[test]
fn a03_where_it_is_off_a_failure_is_not_repeated() {
    let mut rig = connected(
        Options {
            refresh_before: None,
            ..patient()
        },
        NEGOTIATED,
    );
    hand_in(&mut rig, "fresh");
    rig.answer(503, "");
    assert_eq!(refreshed(&mut rig).len(), 1);
    rig.pass(10_000 * SECOND);
    assert!(rig.requests.is_empty());
}

#[test]
fn a06_after_a_redirect_the_refresh_goes_to_the_hub_itself() {
    let mut rig = Rig::new(Options {
        hub: rig::hub("http://h/hub?q=1"),
        ..patient()
    });
    rig.step(Input::Start);
    rig.give_token(Some("mine"));
    rig.answer(200, r#"{"url":"https://other/x","accessToken":"theirs"}"#);
    rig.answer(200, &lasting(NEGOTIATED, 3_600));
    rig.open_socket();
    rig.data("{}\u{1e}");
    rig.pass(3_300 * SECOND);
    rig.give_token(Some("mine, anew"));
    let (url, token) = rig.negotiate_request();
    assert_eq!(url, "http://h/hub/refresh?q=1&id=token-1");
    assert_eq!(token.as_deref(), Some("mine, anew"));
}

#[test]
fn one_refresh_at_a_time_and_none_without_a_connection() {
    let mut rig = connected(patient(), NEGOTIATED);
    rig.step(Input::RefreshToken);
    rig.step(Input::RefreshToken);
    assert_eq!(rig.requests.len(), 1);
    rig.give_token(Some("fresh"));
    rig.step(Input::RefreshToken);
    assert_eq!(rig.requests.len(), 1);
    rig.step(Input::Stop);
    assert!(rig.at_rest(), "the request is abandoned");
    rig.take();
    rig.step(Input::RefreshToken);
    assert_eq!(rig.take(), []);

    let mut rig = Rig::connected(options());
    rig.step(Input::RefreshToken);
    rig.cut();
    assert!(rig.requests.is_empty());
    assert!(matches!(rig.connection.status(), Status::Reconnecting(_)));
}

#[test]
fn an_answer_to_a_refresh_given_up_hits_nothing() {
    let mut rig = connected(patient(), NEGOTIATED);
    rig.step(Input::RefreshToken);
    let request = rig.pending_request();
    rig.cut();
    rig.step(Input::RetryNow);
    rig.take();
    rig.step(Input::TokenReady {
        request,
        token: Some(Secret::new("late")),
    });
    assert_eq!(rig.take(), []);
}

/// The token's time runs on while the socket is away, and a provider may give the same token again.
#[test]
fn a_refresh_keeps_its_time_over_a_reattachment() {
    let keeping = || Options {
        server_timeout: 100_000 * SECOND,
        ..Options::new(rig::hub("http://h/hub"))
    };
    let mut rig = connected(keeping(), &lasting(STATEFUL, 3_600));
    rig.pass(3_200 * SECOND);
    rig.cut();
    rig.reattach();
    rig.data("{\"type\":9,\"sequenceId\":1}\u{1e}");
    rig.pass(99 * SECOND);
    assert!(rig.requests.is_empty());
    rig.pass(SECOND);
    assert_eq!(rig.requests.len(), 1);

    // One that was under way is begun anew.
    let mut rig = connected(keeping(), &lasting(STATEFUL, 3_600));
    hand_in(&mut rig, "fresh");
    rig.cut();
    rig.reattach();
    rig.data("{\"type\":9,\"sequenceId\":1}\u{1e}");
    rig.pass(Duration::ZERO);
    assert_eq!(rig.token_reason(), TokenReason::ExpiringSoon);
}
