//! The connection machine with several addresses of one hub, on a virtual clock.
//!
//! Lives here: which address is tried when, and what becomes of the delays and of a session meanwhile.
//! May not be here: token addresses (the session's), cases of a hub with one address.

#[path = "connection_rig/mod.rs"]
mod rig;

use proptest::prelude::*;
use rig::{NEGOTIATED, Rig, Told, hub, options, retrying, seconds};
use std::time::Duration;
use switchhook::connection::{Action, Error, Input, Options, Status, Trying};

/// A hub with so many addresses: `http://h/hub`, then `http://b1/hub` and so on.
fn places(count: usize, options: Options) -> Options {
    Options {
        backups: (1..count)
            .map(|place| hub(&format!("http://b{place}/hub")))
            .collect(),
        ..options
    }
}

/// The host that the last negotiate request went to.
fn asked(rig: &mut Rig) -> String {
    let told = rig.take();
    let mut hosts = told.iter().filter_map(|told| match told {
        Told::Act(Action::Post { url, .. }) => url.expose().split('/').nth(2).map(str::to_owned),
        _ => None,
    });
    hosts.next_back().unwrap_or_default()
}

/// Gives the token that is asked for and lets the address that is tried be unreachable; its host.
fn fail(rig: &mut Rig) -> String {
    rig.give_token(None);
    let host = asked(rig);
    let request = rig.pending_request();
    rig.step(Input::Unanswered {
        request,
        text: "nobody there",
    });
    host
}

fn lose(rig: &mut Rig) {
    rig.close(1006, "", false);
}

/// Waits for the next attempt; how long that was.
fn wait(rig: &mut Rig) -> Duration {
    let until = rig.connection.next_wake().expect("an attempt is planned");
    let wait = until.since(rig.now);
    rig.pass(wait);
    wait
}

#[test]
fn the_second_address_is_tried_at_once_and_there_is_a_pause_after_a_whole_round() {
    let mut rig = Rig::new(places(3, retrying()));
    rig.step(Input::Start);
    for round in 1..=3 {
        assert_eq!([fail(&mut rig), fail(&mut rig)], ["h", "b1"]);
        assert!(matches!(rig.connection.status(), Status::Connecting(progress)
            if progress.attempt == round && progress.trying == Trying::Now));
        assert_eq!(fail(&mut rig), "b2");
        assert!(matches!(rig.connection.status(), Status::Connecting(progress)
            if progress.attempt == round + 1 && matches!(progress.trying, Trying::At(_))));
        assert!(rig.requests.is_empty());
        wait(&mut rig);
    }
}

#[test]
fn delays_grow_by_the_round_and_not_by_the_address() {
    let mut one = Rig::new(retrying());
    let mut three = Rig::new(places(3, retrying()));
    one.step(Input::Start);
    three.step(Input::Start);
    for _ in 0..8 {
        fail(&mut one);
        for _ in 0..3 {
            fail(&mut three);
        }
        assert_eq!(wait(&mut one), wait(&mut three));
    }
}

#[test]
fn after_a_loss_the_last_good_address_comes_first_and_a_start_begins_at_home() {
    let mut rig = Rig::new(places(3, options()));
    rig.step(Input::Start);
    fail(&mut rig);
    rig.finish_connecting();
    assert_eq!((asked(&mut rig).as_str(), rig.connection.place()), ("b1", 1));
    assert_eq!(rig.connection.address().host(), "b1");
    // It may be back by now.
    lose(&mut rig);
    wait(&mut rig);
    rig.finish_connecting();
    assert_eq!((asked(&mut rig).as_str(), rig.connection.place()), ("b1", 1));
    // It is not: the others come from the primary on.
    lose(&mut rig);
    wait(&mut rig);
    assert_eq!([fail(&mut rig), fail(&mut rig)], ["b1", "h"]);
    rig.finish_connecting();
    assert_eq!((asked(&mut rig).as_str(), rig.connection.place()), ("b2", 2));
    rig.step(Input::Stop);
    rig.step(Input::Start);
    rig.finish_connecting();
    assert_eq!((asked(&mut rig).as_str(), rig.connection.place()), ("h", 0));
}

#[test]
fn a_live_connection_to_a_backup_is_never_broken_to_go_home() {
    let mut rig = Rig::new(places(2, options()));
    rig.step(Input::Start);
    fail(&mut rig);
    rig.finish_connecting();
    rig.take();
    for _ in 0..600 {
        rig.pass(seconds(10));
        rig.data("{\"type\":6}\u{1e}");
    }
    let told = rig.take();
    let leaves = told.iter().any(|told| {
        matches!(
            told,
            Told::Changed(_) | Told::Act(Action::Post { .. } | Action::CloseSocket { .. })
        )
    });
    assert!(!leaves, "{told:?}");
}

#[test]
fn a_session_that_the_server_keeps_is_taken_up_where_it_is_before_another_is_tried() {
    let mut rig = Rig::stateful(places(2, Options::new(hub("http://h/hub"))));
    rig.cut();
    rig.take();
    assert!(matches!(rig.connection.status(), Status::Resuming(_)));
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    assert!(rig.opened_url().starts_with("ws://h/"));
}

#[test]
fn a_token_that_is_refused_or_not_to_be_had_is_the_same_everywhere() {
    let mut rig = Rig::new(places(3, retrying()));
    rig.request();
    rig.answer(401, "");
    rig.give_token(Some("another"));
    rig.answer(401, "");
    assert_eq!(rig.error(), Some(Error::Unauthorized));

    let mut rig = Rig::new(places(3, retrying()));
    rig.step(Input::Start);
    let request = rig.pending_request();
    let error = Error::TokenUnavailable("away".to_owned());
    rig.step(Input::TokenFailed { request, error });
    assert!(
        rig.requests.is_empty(),
        "no other address is asked without a pause"
    );
    wait(&mut rig);
    rig.give_token(None);
    assert_eq!(asked(&mut rig), "h");
}

#[test]
fn an_address_that_is_no_hub_does_not_end_the_attempts_while_another_may_come_back() {
    let mut rig = Rig::new(places(2, retrying()));
    rig.step(Input::Start);
    fail(&mut rig);
    rig.give_token(None);
    rig.answer(404, "");
    assert!(
        matches!(rig.connection.status(), Status::Connecting(_)),
        "{:?}",
        rig.error()
    );
    wait(&mut rig);
    // When none of them is one, nothing will come of it.
    for _ in 0..2 {
        rig.give_token(None);
        rig.answer(404, "");
    }
    assert_eq!(rig.error(), Some(Error::NotFound));
}

#[test]
fn an_address_that_comes_with_the_token_is_taken_for_that_attempt() {
    let mut rig = Rig::new(options());
    rig.step(Input::Start);
    rig.connection.name_hub(hub("http://elsewhere/hub"));
    rig.give_token(None);
    assert_eq!(asked(&mut rig), "elsewhere");
    rig.connection.name_hub(hub("http://too-late/hub"));
    rig.answer(200, NEGOTIATED);
    assert!(rig.opened_url().starts_with("ws://elsewhere/"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is up when, every address has its turn in every round, and none has two.
    #[test]
    fn every_round_has_every_address_once(count in 1_usize..6, ups in prop::collection::vec(prop::option::of(0_usize..6), 1..12)) {
        let mut rig = Rig::new(places(count, retrying()));
        rig.step(Input::Start);
        let mut last_good = 0;
        for up in ups {
            let mut tried = Vec::new();
            loop {
                rig.give_token(None);
                let host = asked(&mut rig);
                let place = host.strip_prefix('b').map_or(0, |place| place.parse().unwrap());
                prop_assert!(!tried.contains(&place), "{:?} and {} again", tried, place);
                prop_assert!(!tried.is_empty() || place == last_good);
                tried.push(place);
                let request = rig.pending_request();
                if up == Some(place) {
                    rig.answer(200, NEGOTIATED);
                    rig.open_socket();
                    rig.data("{}\u{1e}");
                    prop_assert!(rig.is_connected());
                    last_good = place;
                    prop_assert_eq!(rig.connection.place(), place);
                    rig.pass(seconds(11));
                    lose(&mut rig);
                    break;
                }
                rig.step(Input::Unanswered { request, text: "nobody there" });
                if rig.requests.is_empty() {
                    prop_assert_eq!(tried.len(), count);
                    break;
                }
            }
            rig.take();
            wait(&mut rig);
        }
    }
}
