//! The connection machine against the cases of reconnecting and closing, on a virtual clock.
//!
//! Lives here: one test per case, named by its id; a `d…` test shows a defect of the official client absent.
//! May not be here: sessions that the server keeps; those are in `connection_stateful.rs`.
//! What differs from the official client on purpose says so beside the test.
//! The texts are those of the official client wherever people search for them.

#[path = "connection_rig/mod.rs"]
mod rig;

use rig::{NEGOTIATED, Rig, SECOND, Told, disconnected, hub, options, retrying, seconds};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchhook::connection::{
    Action, Error, Input, Millis, Options, Phase, Progress, Retry, RetryPolicy, Secret, Status, TokenReason,
    Trying,
};

const PING: &str = "{\"type\":6}\u{1e}";

// ---- 11. Reconnecting

/// Notes what it is asked and answers from a list.
#[derive(Debug, Default)]
struct Noting {
    asked: Mutex<Vec<(u32, u128, Option<Error>)>>,
    delays: Vec<u64>,
}

impl RetryPolicy for Noting {
    fn delay(&self, retry: &Retry<'_>) -> Option<Duration> {
        let mut asked = self.asked.lock().unwrap();
        asked.push((
            retry.previous_retries,
            retry.elapsed.as_millis(),
            retry.reason.cloned(),
        ));
        self.delays
            .get(asked.len() - 1)
            .map(|delay| Duration::from_millis(*delay))
    }
}

fn noting(delays: &[u64]) -> (Arc<Noting>, Options) {
    let policy = Arc::new(Noting {
        delays: delays.to_vec(),
        ..Noting::default()
    });
    let options = Options {
        retry: policy.clone(),
        ..options()
    };
    (policy, options)
}

fn lost(code: u16) -> Error {
    Error::SocketClosed {
        phase: Phase::Live,
        code,
        reason: String::new(),
    }
}

#[test]
fn r02_r03_r05_the_policy_is_asked_with_counts_times_and_reasons() {
    let (policy, options) = noting(&[100, 200, 300]);
    let mut rig = Rig::connected(options);
    rig.take();
    rig.close(1006, "", false);
    assert_eq!(rig.take().len(), 1, "told once");
    rig.pass(Duration::from_millis(100));
    assert_eq!(rig.token_reason(), TokenReason::Reconnect);
    rig.give_token(None);
    rig.answer(503, "");
    rig.pass(Duration::from_millis(200));
    rig.finish_connecting();
    assert!(rig.is_connected());
    rig.close(1001, "", false);
    let unavailable = Error::Unavailable {
        status: 503,
        retry_after: None,
    };
    assert_eq!(
        *policy.asked.lock().unwrap(),
        [
            (0, 0, Some(lost(1006))),
            (1, 100, Some(unavailable)),
            (0, 0, Some(lost(1001))),
        ]
    );
    let ends = |told: &Told| matches!(told, Told::Changed(Status::Disconnected { .. }));
    assert!(!rig.take().iter().any(ends));
}

/// Different: the last error is told (defect D14).
#[test]
fn r04_d14_a_policy_that_gives_up_ends_with_the_last_error() {
    let (_, options) = noting(&[0]);
    let mut rig = Rig::connected(options);
    rig.close(1006, "", false);
    rig.pass(Duration::ZERO);
    rig.give_token(None);
    rig.take();
    rig.answer(404, "");
    assert_eq!(rig.take(), [disconnected(Some(Error::NotFound))]);
    assert!(rig.at_rest());
}

#[test]
fn r06_an_empty_list_never_reconnects() {
    let (_, options) = noting(&[]);
    let mut rig = Rig::connected(options);
    rig.take();
    rig.close(1006, "", false);
    assert_eq!(rig.take(), [disconnected(Some(lost(1006)))]);
}

#[test]
fn r07_a_first_connect_is_not_retried_unless_asked_for() {
    let mut rig = Rig::new(options());
    rig.open();
    rig.close(1006, "", false);
    assert!(rig.at_rest());

    let mut rig = Rig::new(retrying());
    rig.open();
    rig.close(1006, "", false);
    let Status::Connecting(Progress {
        attempt: 2,
        trying: Trying::At(at),
        last_error: Some(_),
    }) = rig.connection.status().clone()
    else {
        panic!("{:?}", rig.connection.status());
    };
    rig.pass(at.since(rig.now));
    assert_eq!(rig.token_reason(), TokenReason::FirstConnect);
    rig.finish_connecting();
    assert!(rig.is_connected());
}

#[test]
fn r09_a_refused_handshake_does_not_end_a_reconnect() {
    let mut rig = Rig::connected(options());
    rig.close(1006, "", false);
    rig.step(Input::RetryNow);
    rig.give_token(None);
    rig.answer(200, NEGOTIATED);
    rig.open_socket();
    rig.data("{\"error\":\"not yet\"}\u{1e}");
    assert!(matches!(
        rig.connection.status(),
        Status::Reconnecting(Progress {
            attempt: 2,
            last_error: Some(Error::HandshakeRefused(_)),
            ..
        })
    ));
}

#[test]
fn r10_r11_r12_stop_while_reconnecting() {
    let reaches: [fn(&mut Rig); 3] = [
        |_| (),
        |rig| rig.step(Input::RetryNow),
        |rig| {
            rig.step(Input::RetryNow);
            rig.give_token(None);
            rig.answer(200, NEGOTIATED);
            rig.open_socket();
        },
    ];
    for reach in reaches {
        let mut rig = Rig::connected(options());
        rig.close(1006, "", false);
        reach(&mut rig);
        rig.take();
        rig.step(Input::Stop);
        assert_eq!(
            rig.take()
                .iter()
                .filter(|told| matches!(told, Told::Changed(_)))
                .count(),
            1
        );
        assert!(rig.at_rest());
    }
}

#[test]
fn r16_a_close_that_allows_it_reconnects() {
    let mut rig = Rig::connected(options());
    rig.data("{\"type\":7,\"error\":\"Error!\",\"allowReconnect\":true}\u{1e}");
    assert_eq!(
        rig.last_error().map(|error| error.to_string()).as_deref(),
        Some("Server returned an error on close: Error!")
    );
    assert!(rig.sockets.is_empty());
}

#[test]
fn r19_the_new_connection_id_is_told() {
    let mut rig = Rig::connected(options());
    rig.close(1006, "", false);
    rig.step(Input::RetryNow);
    rig.give_token(None);
    rig.answer(200, &NEGOTIATED.replace("id-1", "id-2"));
    rig.open_socket();
    rig.data("{}\u{1e}");
    assert!(matches!(
        rig.connection.status(),
        Status::Connected { connection_id: Some(id), .. } if id == "id-2"
    ));
}

#[test]
fn reconnecting_goes_on_for_ever() {
    let mut rig = Rig::connected(options());
    rig.close(1006, "", false);
    for attempt in 1..200 {
        assert!(matches!(
            rig.connection.status(),
            Status::Reconnecting(progress) if progress.attempt == attempt
        ));
        let wake = rig.connection.next_wake().unwrap();
        assert!(wake.since(rig.now) <= seconds(30));
        rig.now = wake;
        rig.step(Input::Tick);
        rig.give_token(None);
        let request = rig.pending_request();
        rig.step(Input::Unanswered {
            request,
            text: "no route",
        });
    }
}

/// The policy's count starts anew with every outage (r05), and yet such a server is not stormed.
#[test]
fn a_server_that_drops_everybody_at_once_is_met_with_growing_delays() {
    let (_, options) = noting(&[0; 12]);
    let mut rig = Rig::connected(options);
    let mut delays = Vec::new();
    for _ in 0..11 {
        rig.close(1006, "", false);
        let wake = rig.connection.next_wake().unwrap();
        delays.push(wake.since(rig.now).as_millis());
        rig.now = wake;
        rig.step(Input::Tick);
        rig.finish_connecting();
    }
    assert_eq!(delays[..2], [0, 0], "{delays:?}");
    assert!(delays[2..].is_sorted(), "{delays:?}");
    assert!(delays[10] >= 15_000, "{delays:?}");
    // One that lasts is a success.
    for _ in 0..11 {
        rig.pass(SECOND);
        rig.data(PING);
    }
    rig.close(1006, "", false);
    assert_eq!(rig.connection.next_wake(), Some(rig.now));
}

#[test]
fn offline_pauses_and_online_tries_at_once() {
    let mut rig = Rig::connected(options());
    rig.close(1006, "", false);
    rig.take();
    rig.step(Input::Offline);
    assert_eq!(rig.connection.next_wake(), None);
    assert!(matches!(
        rig.take().as_slice(),
        [Told::Changed(Status::Reconnecting(Progress {
            trying: Trying::WhenOnline,
            ..
        }))]
    ));
    rig.step(Input::Online);
    assert_eq!(rig.token_reason(), TokenReason::Reconnect);
}

#[test]
fn a_reconnect_forbidden_is_final() {
    let mut rig = Rig::connected(options());
    rig.close(1006, "", false);
    rig.step(Input::RetryNow);
    rig.give_token(None);
    rig.answer(403, "");
    assert_eq!(rig.error(), Some(Error::Forbidden));
}

// ---- 13. Close

#[test]
fn e01_e03_a_close_ends_the_connection_without_error() {
    let mut rig = Rig::connected(options());
    rig.take();
    rig.data("{\"type\":7}\u{1e}{\"type\":1,\"target\":\"late\",\"arguments\":[]}\u{1e}");
    let told = rig.take();
    assert!(
        matches!(
            told.as_slice(),
            [
                Told::Act(Action::CloseSocket { .. }),
                Told::Changed(Status::Disconnected { error: None })
            ]
        ),
        "{told:?}"
    );
    assert!(rig.at_rest());
}

#[test]
fn e02_a_close_with_an_error_tells_it() {
    let mut rig = Rig::connected(options());
    rig.invoke(7);
    rig.data("{\"type\":7,\"error\":\"Error!\"}\u{1e}");
    let error = Error::ServerClosed("Error!".to_owned());
    assert_eq!(
        rig.settled(),
        [(
            7,
            Err(Error::SessionLost {
                cause: Some(Box::new(error.clone()))
            })
        )]
    );
    assert_eq!(rig.error(), Some(error));
}

#[test]
fn by_choice_any_close_reconnects() {
    let mut rig = Rig::connected(Options {
        reconnect_after_close: true,
        ..options()
    });
    rig.data("{\"type\":7}\u{1e}");
    assert!(matches!(rig.connection.status(), Status::Reconnecting(_)));
}

#[test]
fn r22_the_address_changes_only_between_connections() {
    let mut rig = Rig::new(options());
    let move_to = |rig: &mut Rig, address: &str| rig.connection.change_hub(hub(address));
    assert_eq!(move_to(&mut rig, "http://second/hub"), Ok(()));
    rig.step(Input::Start);
    let refused = move_to(&mut rig, "http://third/hub").map_err(|error| error.to_string());
    assert!(
        matches!(&refused, Err(text) if text.contains(
            "The HubConnection must be in the Disconnected or Reconnecting state to change the url."
        )),
        "{refused:?}"
    );
    rig.finish_connecting();
    assert!(move_to(&mut rig, "http://third/hub").is_err());
    rig.close(1006, "", false);
    assert_eq!(move_to(&mut rig, "http://third/hub"), Ok(()));
    rig.take();
    rig.step(Input::RetryNow);
    rig.give_token(None);
    let addresses: Vec<String> = rig
        .take()
        .into_iter()
        .filter_map(|told| match told {
            Told::Act(Action::Post { url, .. }) => Some(url.expose().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(addresses, ["http://third/hub/negotiate?negotiateVersion=1"]);
}

#[test]
fn e06_a_start_that_never_succeeded_is_told_as_its_own_failure() {
    // Different on purpose: there is no promise to reject, so the end of the attempts is told as Disconnected with its
    // error, once, after Connecting; nobody can take it for the loss of a connection that was.
    let mut rig = Rig::new(options());
    rig.request();
    rig.answer(404, "");
    let statuses: Vec<Status> = rig
        .take()
        .into_iter()
        .filter_map(|told| match told {
            Told::Changed(status) => Some(status),
            _ => None,
        })
        .collect();
    let ended = Status::Disconnected {
        error: Some(Error::NotFound),
    };
    assert!(
        matches!(&statuses[..], [Status::Connecting(_), last] if *last == ended),
        "{statuses:?}"
    );
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let mut rig = Rig::new(options());
    rig.step(Input::Start);
    rig.give_token(Some("hush"));
    rig.answer(200, NEGOTIATED);
    let told = rig.take();
    let shown = format!("{:?} {told:?} {:?}", rig.connection, Secret::new("hush"));
    assert!(!shown.contains("hush") && !shown.contains("token-1"), "{shown}");
}

#[test]
fn a_clock_that_jumps_back_does_no_harm() {
    let mut rig = Rig::connected(options());
    rig.now = Millis::new(-5_000_000);
    rig.step(Input::Tick);
    rig.data(PING);
    assert!(rig.is_connected());
}
