//! CallGem: requests over time: filters, persistence, roll-forward at a rate, refreshes, history.
//!
//! Lives here: the rules about what is kept, for how long, and how fast it is told again.
//! May not be here: what makes a request wrong (`hub/tests/requests.rs`).
//! Times are the virtual clock's: a rate is checked to the event.
//! A request without filters shows what has really happened.

use super::{Client, Rig, Speech, heard, settings, told};
use crate::centre::Span;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use switchhook::vendor::callgem::{LocalClock, LocalTime, Message};
use switchhook::vendor::time::Zone;

fn ask(rig: &mut Rig, client: &Client, line: &str) {
    rig.call(client, "CallGem", &json!([line]));
}

fn lines(client: &Client) -> Vec<String> {
    let heard = heard(client, "CallGem").into_iter();
    heard
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect()
}

fn get<'l>(line: &'l str, code: &str) -> &'l str {
    Message::read(line).get(code).unwrap_or_default()
}

/// Lines without the request that they were told for.
fn bare(lines: &[String]) -> Vec<String> {
    let strip = |line: &String| line.replace(&format!("\\TX{}", get(line, "TX")), "");
    lines.iter().map(strip).collect()
}

/// Marks of roll-forwards, which are arrays, and lines, in their order.
fn with_marks(client: &Client) -> Vec<Value> {
    let told = told(client).into_iter();
    told.filter(|(target, _)| target.starts_with("CallGem"))
        .map(|(target, arguments)| {
            if target == "CallGem" {
                arguments[0].clone()
            } else {
                arguments
            }
        })
        .collect()
}

fn only_lines(told: &[Value]) -> Vec<String> {
    told.iter()
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn r119_r120_r122_a_request_tells_changes_of_the_sessions_that_its_filters_leave() {
    let mut rig = Rig::plain();
    let queue = rig.desk.directory().queues[0].name.clone();
    let (everything, campaign, group) = (rig.client("1001"), rig.client("1002"), rig.client("1003"));
    ask(&mut rig, &everything, "EV\\TXall1");
    ask(
        &mut rig,
        &campaign,
        &format!("EV\\TXcn1\\TDProduction\\CN{queue}"),
    );
    ask(&mut rig, &group, &format!("EV\\TXga1\\GA{queue}"));
    rig.advance(Span::from_mins(20));
    let all = lines(&everything);
    let campaigns: BTreeSet<&str> = all.iter().map(|line| get(line, "CN")).collect();
    assert!(campaigns.len() > 3, "{campaigns:?}");
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    for line in &all {
        assert!(line.starts_with("VZ\\TXall1\\"), "{line}");
        if let Some(before) = states.insert(get(line, "SI"), get(line, "DS")) {
            assert_eq!(get(line, "OS"), before, "{line}");
        }
    }
    let wanted: Vec<String> = all
        .iter()
        .filter(|line| get(line, "CN") == queue)
        .cloned()
        .collect();
    assert!(wanted.len() > 10);
    let told = lines(&campaign);
    assert!(
        told.iter()
            .all(|line| line.starts_with("VZ\\TXcn1\\TDProduction\\"))
    );
    let untenanted: Vec<String> = bare(&told)
        .iter()
        .map(|line| line.replace("\\TDProduction", ""))
        .collect();
    assert_eq!(untenanted, bare(&wanted));
    assert_eq!(bare(&lines(&group)), bare(&wanted));
}

#[test]
fn r123_r125_what_happens_while_a_client_is_away_is_rolled_forward_at_its_rate_and_then_goes_on() {
    let mut rig = Rig::plain();
    let witness = rig.client("1002");
    ask(&mut rig, &witness, "EV\\TXw1");
    let first = rig.client("1001");
    ask(&mut rig, &first, "EV\\TXa1\\PSmine");
    rig.advance(Span::from_mins(3));
    let mut told = bare(&lines(&first));
    rig.leave(&first);
    rig.advance(Span::from_mins(8));
    let stranger = rig.client("1003");
    ask(&mut rig, &stranger, "EV\\TXs1\\PSmine");
    assert_eq!(
        with_marks(&stranger),
        Vec::<Value>::new(),
        "a token is its owner's"
    );
    let again = rig.client("1001");
    ask(&mut rig, &again, "EV\\TXa2\\PSmine\\CS10");
    let begun = with_marks(&again);
    assert_eq!((&begun[0][0], &begun[0][1]), (&json!("a2"), &json!("begin")));
    let count = begun[0][2].as_u64().expect("a number") as usize;
    assert!(count > 30, "{count}");
    let mut rolled = only_lines(&begun);
    assert_eq!(rolled.len(), 1, "ten a second, the first at once");
    while rolled.len() < count {
        rig.advance(Span::from_millis(500));
        let next = with_marks(&again);
        let left = count - rolled.len();
        if left > 5 {
            assert_eq!(
                (next.len(), only_lines(&next).len()),
                (5, 5),
                "five in half a second"
            );
        } else {
            assert_eq!(next.get(left), Some(&json!(["a2", "end"])));
        }
        rolled.extend(only_lines(&next));
    }
    assert!(rolled.iter().all(|line| get(line, "TX") == "a2"));
    rig.advance(Span::from_mins(1));
    rolled.extend(lines(&again));
    told.extend(bare(&rolled));
    assert_eq!(
        told,
        bare(&lines(&witness)),
        "nothing is lost, nothing comes twice, all of it in order"
    );
}

#[test]
fn r123_without_a_persist_token_nothing_is_kept_and_with_one_an_hour_at_most() {
    let mut rig = Rig::plain();
    let desk = rig.client("1001");
    ask(&mut rig, &desk, "EV\\TXa1");
    ask(&mut rig, &desk, "EV\\TXp1\\PSmine");
    rig.leave(&desk);
    rig.advance(Span::from_mins(59));
    let desk = rig.client("1001");
    ask(&mut rig, &desk, "EV\\TXa2");
    assert_eq!(with_marks(&desk), Vec::<Value>::new());
    ask(&mut rig, &desk, "EV\\TXp2\\PSmine");
    assert_eq!(with_marks(&desk)[0][1], "begin");
    rig.leave(&desk);
    rig.advance(Span::from_mins(61));
    let desk = rig.client("1001");
    ask(&mut rig, &desk, "EV\\TXp3\\PSmine");
    assert_eq!(
        with_marks(&desk),
        Vec::<Value>::new(),
        "whoever was away that long begins anew"
    );
}

#[test]
fn r121_a_request_that_is_taken_up_elsewhere_ends_where_it_was() {
    let mut rig = Rig::plain();
    let (old, new) = (rig.client("1001"), rig.client("1001"));
    ask(&mut rig, &old, "EV\\TXa1\\PSmine");
    ask(&mut rig, &new, "EV\\TXa2\\PSmine");
    assert_eq!(lines(&old), ["EE\\TXa1"]);
    rig.advance(Span::from_mins(2));
    assert_eq!(lines(&old), Vec::<String>::new());
    assert!(lines(&new).iter().all(|line| get(line, "TX") == "a2"));
}

#[test]
fn r126_a_time_stamp_is_what_the_clock_on_the_wall_shows() {
    let mut rig = Rig::new(Speech {
        callgem_clock: LocalClock::new(Zone { minutes_east: 120 }, Vec::new()),
        ..Speech::default()
    });
    let witness = rig.client("1002");
    ask(&mut rig, &witness, "EV\\TXw1");
    rig.advance(Span::from_mins(10));
    let seen = lines(&witness);
    let stamp = get(&seen[seen.len() / 2], "TS");
    let LocalTime(shown) = LocalTime::from_ole(stamp).expect("a date");
    let real = settings().start.as_millis();
    assert!(
        (real + 7_200_000..real + 7_800_000).contains(&shown),
        "two hours ahead"
    );
    let from = seen
        .iter()
        .position(|line| get(line, "TS") == stamp)
        .expect("itself");
    let desk = rig.client("1001");
    ask(&mut rig, &desk, &format!("EV\\TXa1\\CS1000000\\TS{stamp}"));
    rig.advance(Span::from_millis(1));
    assert_eq!(bare(&lines(&desk)), bare(&seen[from..]));
}

#[test]
fn r127_the_history_is_an_hour_long() {
    let mut rig = Rig::plain();
    let witness = rig.client("1002");
    ask(&mut rig, &witness, "EV\\TXw1");
    rig.advance(Span::from_mins(75));
    let seen = lines(&witness);
    let desk = rig.client("1001");
    let start = settings().start.as_millis();
    let long_ago = LocalTime(start - 86_400_000).to_ole();
    ask(&mut rig, &desk, &format!("EV\\TXa1\\CS1000000\\TS{long_ago}"));
    rig.advance(Span::from_millis(10));
    let is_kept = |line: &&String| {
        LocalTime::from_ole(get(line, "TS")).is_some_and(|LocalTime(at)| at >= start + 900_000)
    };
    let expected: Vec<String> = seen.iter().filter(is_kept).cloned().collect();
    assert!(expected.len() < seen.len());
    assert_eq!(bare(&lines(&desk)), bare(&expected));
}

#[test]
fn r128_a_refresh_tells_again_how_every_session_stands_and_only_to_who_asked_for_it() {
    let mut rig = Rig::plain();
    let (refreshed, plain) = (rig.client("1001"), rig.client("1002"));
    ask(&mut rig, &refreshed, "EV\\TXa1\\TW60");
    ask(&mut rig, &plain, "EV\\TXb1");
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    let mut repeated = 0;
    for _ in 0..10 {
        rig.advance(Span::from_millis(59_999));
        for line in bare(&lines(&refreshed)) {
            last.insert(get(&line, "SI").to_owned(), line);
        }
        last.retain(|_, line| get(line, "DS") != "8");
        rig.advance(Span::from_millis(1));
        let again = bare(&lines(&refreshed));
        for line in last.values() {
            assert!(again.contains(line), "{line} is not refreshed");
        }
        repeated += last.len();
    }
    assert!(repeated > 20, "{repeated}");
    let once = lines(&plain);
    assert_eq!(
        once.iter().collect::<BTreeSet<_>>().len(),
        once.len(),
        "told twice"
    );
}
