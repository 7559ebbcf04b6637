//! Sytel CallGem end to end: what is asked of it and when, and how the past is told.

mod session_rig;

use serde_json::json;
use session_rig::Desk;
use session_rig::sources::{CALLGEM, GEM_STATES, START, connected, desk, ole, parameter};
use switchhook::domain::Transition;
use switchhook::session::state::{Link, Notice};
use switchhook::vendor::Oddity;
const GEM: &str =
    r#""callgem":{"tenant":"Production","campaign":"Mobiles","persist":true,"rate":200,"refresh":30,"#;

fn desk_of_gem() -> Desk {
    desk(&format!("{GEM}{GEM_STATES}}}"))
}

/// A desk with CallGem, whose browser and servers agree on the time.
fn gem(more: &str) -> Desk {
    let mut desk = connected(&format!("{GEM}{more}{GEM_STATES}}}"));
    desk.receive(&session_rig::user_status(false).replace("20.5Z", "20Z"));
    desk
}

#[test]
fn r119_r121_the_first_request_names_what_is_wanted_and_nothing_of_the_past() {
    let desk = gem("");
    let lines = desk.lines();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert!(line.starts_with(r"EV\TX"), "{line}");
    for (code, value) in [
        ("TD", "Production"),
        ("CN", "Mobiles"),
        ("CS", "200"),
        ("TW", "30"),
    ] {
        assert_eq!(parameter(line, code), Some(value), "{line}");
    }
    assert_eq!(parameter(line, "TS"), None, "{line}");
    assert!(
        parameter(line, "PS").is_some_and(|token| token.len() > 4),
        "{line}"
    );
    assert_eq!(desk.notices(), []);
}

#[test]
fn r126_r127_the_past_that_is_wanted_is_asked_for_in_callgems_local_time() {
    let desk = gem(r#""history":30,"offset":"+02:00","#);
    let line = desk.lines().remove(0);
    let expected = ole(START.plus(2 * 3_600_000 - 30 * 60_000));
    assert_eq!(parameter(&line, "TS"), Some(&*expected), "{line}");
}

#[test]
fn r123_r125_a_new_session_asks_on_from_what_was_heard_last_with_the_same_token() {
    let mut desk = gem("");
    let first = desk.lines().remove(0);
    desk.complete("CallGem", "null");
    desk.live_for(5_000);
    desk.session("1", 3, 1);
    desk.reconnect();
    let second = desk.lines().remove(0);
    assert_eq!(parameter(&first, "PS"), parameter(&second, "PS"));
    assert_ne!(parameter(&first, "TX"), parameter(&second, "TX"));
    assert_eq!(
        parameter(&second, "TS"),
        Some(&*ole(START.plus(4_000))),
        "{second}"
    );
    assert_eq!(desk.notices(), [], "nothing of the past has come");
    desk.session("2", 3, 4);
    assert_eq!(desk.notices(), [Notice::CatchingUp]);
    // Another page, or the same after a reload, is another client.
    let mut other = desk_of_gem();
    other.random = 8;
    other.connect();
    let line = other.lines().remove(0);
    for code in ["PS", "TX"] {
        assert_ne!(parameter(&first, code), parameter(&line, code), "{line}");
    }
}

/// An hour of calls for Ann, each of which rings and is missed or answered, told again after a reconnect.
fn tell_an_hour(desk: &mut Desk) -> (u32, u32) {
    let (mut events, mut missed) = (0, 0);
    for number in 0..60_i64 {
        let ago = (60 - number) * 60;
        let id = format!("past{number}");
        desk.session(&id, 2, ago - 2);
        if number % 3 == 0 {
            missed += 1;
            events += 2;
        } else {
            desk.session(&id, 3, ago - 10);
            events += 3;
        }
        desk.session(&id, 9, ago - 30);
    }
    (events, missed)
}

#[test]
fn d8_a_marked_roll_forward_of_an_hour_rings_nothing_and_ends_in_one_summary() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.reconnect();
    let transaction = parameter(&desk.lines().remove(0), "TX")
        .expect("named")
        .to_owned();
    desk.told.clear();
    desk.hub_calls(
        "CallGemRollForward",
        &json!([transaction, "begin", 160]).to_string(),
    );
    let (events, missed) = tell_an_hour(&mut desk);
    // Even what has only just happened belongs to it, and another request's end is not its end.
    desk.session("late", 2, 1);
    desk.hub_calls("CallGemRollForward", r#"["another","end"]"#);
    assert_eq!(desk.told, []);
    assert_eq!(desk.notices(), [Notice::CatchingUp]);
    desk.hub_calls("CallGemRollForward", &json!([transaction, "end"]).to_string());
    assert_eq!(
        desk.told,
        [Transition::CaughtUp {
            events: events + 1,
            missed
        }]
    );
    assert_eq!(desk.notices(), []);
    assert_eq!(
        desk.model.borrow().past_calls.len(),
        50,
        "the model has it all, in its bounds"
    );
    // From now on it rings.
    desk.session("now", 2, 0);
    assert!(matches!(desk.told.last(), Some(Transition::Ringing(_))));
}

#[test]
fn d8_without_marks_an_event_of_now_ends_the_roll_forward_and_rings() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.reconnect();
    desk.complete("CallGem", "null");
    desk.told.clear();
    let (events, missed) = tell_an_hour(&mut desk);
    assert_eq!(desk.told, []);
    desk.session("now", 2, 2);
    assert_eq!(desk.told[0], Transition::CaughtUp { events, missed });
    assert!(
        matches!(desk.told[1..], [Transition::Ringing(_)]),
        "{:?}",
        desk.told
    );
}

#[test]
fn d8_while_nobody_has_told_the_time_no_event_is_as_good_as_new() {
    // The browser is two hours behind: to it the past is the future.
    let mut desk = connected(&format!("{GEM}\"history\":60,{GEM_STATES}}}"));
    desk.complete("CallGem", "null");
    desk.session("1", 2, 600 - 7_200);
    assert_eq!(desk.told, []);
    desk.receive(
        &session_rig::user_status(false)
            .replace("T22:13", "T24:13")
            .replace("14T24", "15T00"),
    );
    desk.told.clear();
    desk.session("2", 2, 1 - 7_200);
    assert_eq!(desk.told[0], Transition::CaughtUp { events: 1, missed: 0 });
    assert!(
        matches!(desk.told[1..], [Transition::Ringing(_)]),
        "{:?}",
        desk.told
    );
}

#[test]
fn d8_a_roll_forward_that_goes_silent_is_over() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.reconnect();
    desk.complete("CallGem", "null");
    desk.told.clear();
    desk.live_for(30_000);
    desk.session("1", 2, 600);
    assert_eq!(desk.told, [], "CallGem may take its time to begin");
    desk.live_for(9_000);
    assert_eq!(desk.notices(), [Notice::CatchingUp]);
    desk.live_for(1_000);
    assert_eq!(desk.told, [Transition::CaughtUp { events: 1, missed: 0 }]);
    // One in which nothing happened needs no words.
    desk.reconnect();
    desk.complete("CallGem", "null");
    desk.told.clear();
    desk.live_for(59_500);
    desk.session("2", 2, 600);
    assert_eq!(desk.told, []);
    desk.reconnect();
    desk.complete("CallGem", "null");
    desk.live_for(60_000);
    assert_eq!(desk.notices(), []);
    desk.told.clear();
    desk.session("3", 2, 600);
    assert!(
        matches!(desk.told[..], [Transition::Ringing(_)]),
        "{:?}",
        desk.told
    );
}

#[test]
fn d8_where_no_event_is_ever_new_the_roll_forward_still_ends() {
    // The site's offset is wrong by an hour: every event seems to be an hour old.
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.reconnect();
    desk.complete("CallGem", "null");
    for number in 0..100 {
        desk.live_for(5_000);
        desk.session(&number.to_string(), 2, 3_600);
        if number % 6 == 0 {
            // That the request has to be sent again gives the past no further time.
            desk.callgem("EE");
        }
    }
    let caught_up = |told: &&Transition| matches!(told, Transition::CaughtUp { .. });
    assert_eq!(desk.told.iter().filter(caught_up).count(), 1);
    assert!(matches!(desk.told.last(), Some(Transition::Ringing(_))));
}

#[test]
fn what_rang_before_the_connection_was_lost_is_silenced_by_the_past() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.session("1", 2, 0);
    assert!(matches!(desk.told.last(), Some(Transition::Ringing(_))));
    desk.reconnect();
    desk.complete("CallGem", "null");
    desk.told.clear();
    desk.live_for(60_000);
    desk.reconnect();
    desk.session("1", 9, 30);
    assert!(
        matches!(desk.told[..], [Transition::RingingEnded(_)]),
        "{:?}",
        desk.told
    );
}

#[test]
fn a_session_that_goes_on_to_another_agent_rings_there_and_no_longer_here() {
    let mut desk = gem("");
    desk.session("1", 2, 0);
    desk.told.clear();
    desk.callgem(&format!(r"VZ\AN1002\SI1\DS2\TS{}", ole(START)));
    assert!(
        matches!(desk.told[..], [Transition::RingingEnded(_)]),
        "{:?}",
        desk.told
    );
    assert!(!desk.is_own(CALLGEM, "1"));
    desk.told.clear();
    desk.callgem(&format!(r"VZ\AN1001\SI1\DS2\TS{}", ole(START.plus(1))));
    assert!(
        matches!(desk.told[..], [Transition::Ringing(_)]),
        "{:?}",
        desk.told
    );
}

#[test]
fn a_browsers_clock_that_is_wrong_loses_no_event() {
    // The browser is two hours ahead, which only the first stamp of the RTE shows.
    let mut desk = connected(&format!("{GEM}{GEM_STATES}}}"));
    desk.complete("CallGem", "null");
    let early = session_rig::user_status(false).replace("2023-11-14T22:13:20.5Z", "2023-11-14T20:13:20.5Z");
    desk.receive(&early);
    desk.live_for(60_000);
    desk.reconnect();
    let lost = START.plus(60_500 - 7_200_000);
    let line = desk.lines().remove(0);
    assert_eq!(parameter(&line, "TS"), Some(&*ole(lost)), "{line}");
}

#[test]
fn r127_more_than_an_hour_away_is_a_gap_and_the_desk_says_so() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.live_for(7_200_000);
    desk.reconnect();
    assert_eq!(desk.notices(), [], "two hours without an event are no gap");
    desk.complete("CallGem", "null");
    desk.drop_socket();
    desk.sent.clear();
    desk.pass(3_700_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert!(desk.notices().contains(&Notice::Gap), "{:?}", desk.notices());
    let line = desk.lines().remove(0);
    let hour_ago = START.plus(desk.time - 3_600_000);
    assert_eq!(parameter(&line, "TS"), Some(&*ole(hour_ago)));
    // Sending the request again brings nothing of it back; another session with the hub is another matter.
    desk.complete("CallGem", "null");
    desk.callgem("EE");
    desk.live_for(1_000);
    assert!(desk.notices().contains(&Notice::Gap), "{:?}", desk.notices());
    desk.reconnect();
    assert_eq!(desk.notices(), []);
}

#[test]
fn r128_a_refresh_does_nothing() {
    let mut desk = gem("");
    desk.complete("CallGem", "null");
    desk.session("1", 3, 0);
    let before = desk.call(CALLGEM, "1");
    desk.told.clear();
    desk.live_for(30_000);
    desk.session("1", 3, 30);
    desk.session("1", 3, 0);
    assert_eq!(desk.call(CALLGEM, "1"), before);
    assert_eq!(desk.told, []);
}

#[test]
fn r119_the_states_name_can_be_shown_with_the_call() {
    let mut desk = gem("");
    desk.session("1", 2, 0);
    let state = |desk: &Desk| {
        let call = desk.call(CALLGEM, "1").expect("known");
        let state = call.data.into_iter().find(|(name, _)| &**name == "State");
        state.map(|(_, value)| value.into_string())
    };
    assert_eq!(state(&desk).as_deref(), Some("Ringing"));
    desk.session("1", 77, 0);
    assert_eq!(state(&desk).as_deref(), Some("77"));
    assert_eq!(desk.session.oddities().of(Oddity::UnknownValue), 1);
}

#[test]
fn a_request_that_ends_is_sent_again_later_each_time() {
    let mut desk = gem("");
    let mut waits = Vec::new();
    let mut transactions = vec![
        parameter(&desk.lines().remove(0), "TX")
            .expect("named")
            .to_owned(),
    ];
    for _ in 0..8 {
        desk.complete("CallGem", "null");
        let last = transactions.last().expect("one").clone();
        desk.sent.clear();
        desk.callgem(r"EE\TXanother");
        desk.live_for(500);
        assert_eq!(
            desk.lines(),
            [""; 0],
            "the end of another request is none of this one's"
        );
        desk.callgem(&format!(r"EE\TX{last}"));
        // Said twice it is one end.
        desk.callgem(&format!(r"EE\TX{last}"));
        let mut wait = 0;
        while desk.lines().is_empty() {
            desk.live_for(500);
            wait += 500;
        }
        waits.push(wait);
        transactions.push(parameter(&desk.lines()[0], "TX").expect("named").to_owned());
    }
    assert_eq!(
        waits,
        [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    );
    transactions.sort();
    transactions.dedup();
    assert_eq!(transactions.len(), 9, "no two alike (rule R121)");
    // One that stood for a while is asked for soon.
    desk.complete("CallGem", "null");
    desk.live_for(60_000);
    desk.sent.clear();
    desk.callgem("EE");
    desk.live_for(1_000);
    assert_eq!(desk.lines().len(), 1);
}

#[test]
fn a_request_that_is_refused_says_why_and_is_sent_again() {
    let mut desk = gem("");
    assert_eq!(desk.link(), Link::Preparing);
    desk.refuse("CallGem", "No such tenant.");
    assert_eq!(desk.link(), Link::Live, "the rest of the desk works");
    assert_eq!(desk.session.connection().refused, ["CallGem: No such tenant."]);
    desk.sent.clear();
    desk.live_for(1_000);
    assert_eq!(desk.lines().len(), 1);
    desk.complete("CallGem", "null");
    assert_eq!(desk.session.connection().refused, [""; 0]);
}

#[test]
fn nothing_is_sent_again_while_nobody_listens() {
    let mut desk = gem("");
    desk.refuse("CallGem", "Later.");
    desk.drop_socket();
    desk.sent.clear();
    desk.pass(1_500);
    assert_eq!(desk.lines(), [""; 0]);
    desk.feed(switchhook::session::Input::Leave);
    desk.pass(100_000);
    assert_eq!(desk.lines(), [""; 0]);
}

#[test]
fn r123_what_ended_before_a_kept_session_lost_its_socket_is_asked_for_from_its_end_on() {
    for ended in [false, true] {
        let mut desk = desk_of_gem();
        desk.connect_with(r#","useStatefulReconnect":true"#);
        desk.complete("Subscribe", "[]");
        desk.receive(&session_rig::user_status(false).replace("20.5Z", "20Z"));
        desk.complete("CallGem", "null");
        desk.live_for(2_000);
        if ended {
            desk.callgem("EE");
        }
        desk.receive("{\"type\":8,\"sequenceId\":3}\u{1e}");
        desk.drop_socket();
        desk.pass(3_000);
        desk.answer_token();
        desk.sent.clear();
        desk.reopen_socket();
        let heard = if ended { 5 } else { 4 };
        desk.receive(&format!("{{\"type\":9,\"sequenceId\":{}}}\u{1e}", heard + 1));
        assert_eq!(desk.link(), Link::Live);
        if !ended {
            // The hub has kept what came meanwhile: what ends now ends now.
            desk.live_for(4_000);
            assert_eq!(desk.lines(), [""; 0]);
            desk.callgem("EE");
        }
        desk.live_for(1_000);
        let from = START.plus(if ended { 2_000 } else { 9_000 });
        let line = desk.lines().remove(0);
        assert_eq!(parameter(&line, "TS"), Some(&*ole(from)), "{line}");
    }
}
