//! What the RTE document says of the server, rule by rule, over hours of the simulated centre.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use switchhook_hub::centre::{Centre, Moment, Settings, Span};
use switchhook_hub::tell::rte;

/// One event, as it is told.
struct Told {
    at: Moment,
    name: &'static str,
    data: Value,
}

impl Told {
    fn text(&self, field: &str) -> &str {
        self.data[field].as_str().unwrap_or_default()
    }
}

/// Three hours in a busy centre.
static STORY: LazyLock<Vec<Told>> = LazyLock::new(|| {
    let settings = Settings {
        seed: 11,
        agents: 50,
        queues: 9,
        callbacks: 40,
        rate: 1.2,
        start: Moment::from_millis(1_795_248_000_000),
        desks: 0,
    };
    let mut centre = Centre::new(settings);
    let mut story = Vec::new();
    for minute in 1..=180 {
        for happening in centre.advance_to(settings.start + Span::from_mins(minute)) {
            let mut events = Vec::new();
            rte::tell(&centre, &happening, &mut events);
            story.extend(events.iter().map(|event| Told {
                at: happening.at,
                name: event.name,
                data: serde_json::from_str(&event.data).expect("JSON"),
            }));
        }
    }
    story
});

fn named(name: &str) -> impl Iterator<Item = &'static Told> {
    STORY.iter().filter(move |told| told.name == name)
}

/// What is told of each agent, in order.
static BY_USER: LazyLock<BTreeMap<&'static str, Vec<&'static Told>>> = LazyLock::new(|| {
    let mut users: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for told in STORY.iter() {
        users.entry(told.text("userId")).or_default().push(told);
    }
    users
});

/// What an agent is told of a call, in order.
fn by_call_and_user() -> BTreeMap<(&'static str, &'static str), Vec<&'static Told>> {
    let mut calls: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for told in STORY.iter().filter(|told| told.name.starts_with("UserCall")) {
        calls
            .entry((told.text("callId"), told.text("userId")))
            .or_default()
            .push(told);
    }
    calls
}

#[test]
fn r13_states_live_a_minute_callbacks_two_and_all_else_for_ever() {
    for told in STORY.iter() {
        let limit = match told.name {
            "UserStatus" | "QueueStatus" => 60,
            "CallbackChanged" => 120,
            _ => -1,
        };
        assert_eq!(told.data["messageTTLSeconds"], limit, "{}", told.name);
    }
}

#[test]
fn r14_an_availability_that_nobody_limits_ends_at_the_greatest_date() {
    assert!(named("UserAvailability").count() > 20);
    for told in named("UserAvailability") {
        assert_eq!(told.text("endTime"), "9999-12-31T23:59:59.9999999");
    }
}

#[test]
fn r15_who_dials_is_talking_before_anybody_has_answered() {
    let mut early = 0;
    for call in by_call_and_user().values() {
        let Some(going) = call.iter().find(|told| told.name == "UserCallOutGoing") else {
            continue;
        };
        let answered = call.iter().find(|told| told.name == "UserCallOutConnected");
        let status = BY_USER[going.text("userId")]
            .iter()
            .find(|told| told.name == "UserStatus" && told.at >= going.at);
        if let Some(status) = status
            && answered.is_none_or(|answered| status.at < answered.at)
        {
            assert_eq!(status.data["talking"], true);
            early += 1;
        }
    }
    assert!(early > 10, "{early}");
}

#[test]
fn r17_nobody_here_fetches_calls_and_all_are_allocated() {
    assert!(named("UserStatus").all(|told| told.data["fetchMode"] == false));
    let connected = named("UserCallInUserConnected").count();
    let allocated = named("UserCallInUserAllocated").count();
    assert!(
        connected > 100 && allocated >= connected,
        "{connected} of {allocated}"
    );
}

#[test]
fn r19_the_technical_queue_has_an_id_of_its_own() {
    let service: Vec<&str> = named("QueueStatus").map(|told| told.text("queueId")).collect();
    let technical: Vec<&str> = STORY
        .iter()
        .map(|told| told.text("techQueueId"))
        .filter(|id| !id.is_empty())
        .collect();
    assert!(technical.len() > 100);
    assert!(technical.iter().all(|id| !service.contains(id)));
}

#[test]
fn r21_wrap_up_times_are_told_together_and_only_during_wrap_up() {
    let mut wrapping: BTreeMap<&str, bool> = BTreeMap::new();
    let (mut with, mut without) = (0, 0);
    for told in STORY.iter() {
        match told.name {
            "UserWrapUpStarted" => drop(wrapping.insert(told.text("userId"), true)),
            "UserWrapUpTerminated" => drop(wrapping.insert(told.text("userId"), false)),
            "UserStatus" => {
                let times = [&told.data["wrapUpStart"], &told.data["wrapUpEnd"]];
                let active = times.iter().all(|time| !time.is_null());
                assert!(active || times.iter().all(|time| time.is_null()));
                *(if active { &mut with } else { &mut without }) += 1;
                if active {
                    assert_ne!(wrapping.get(told.text("userId")), Some(&false));
                }
            }
            _ => {}
        }
    }
    assert!(with > 100 && without > 100, "{with}, {without}");
}

#[test]
fn r22_r23_r24_each_wrap_up_is_enabled_then_started_then_terminated() {
    let mut steps: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for told in STORY.iter().filter(|told| told.name.starts_with("UserWrapUp")) {
        steps.entry(told.text("wrapUpId")).or_default().push(told);
    }
    let (mut by_timer, mut by_hand) = (0, 0);
    for steps in steps.values() {
        let names: Vec<&str> = steps.iter().map(|told| told.name).collect();
        let whole = ["UserWrapUpEnabled", "UserWrapUpStarted", "UserWrapUpTerminated"];
        assert!(
            whole.starts_with(&names) || names == [whole[0], whole[2]],
            "{names:?}"
        );
        let of_user = &BY_USER[steps[0].text("userId")];
        let call = steps[0].text("callId");
        let connected = of_user
            .iter()
            .find(|told| told.name.ends_with("Connected") && told.text("callId") == call);
        assert!(connected.is_some_and(|connected| connected.at <= steps[0].at));
        let [_, started, terminated] = steps[..] else {
            continue;
        };
        let allocated = of_user.iter().any(|told| {
            let meanwhile = told.at > started.at && told.at < terminated.at;
            told.name == "UserCallInUserAllocated" && meanwhile
        });
        assert!(!allocated, "no call is allocated while it lasts");
        let elapsed = terminated.data["elapsedTimeSec"].as_u64().expect("seconds");
        let limit = started.data["maxWrapUpDurationSec"].as_u64().expect("seconds");
        match terminated.text("reason") {
            "timer" => {
                by_timer += 1;
                assert_eq!(elapsed, limit);
            }
            "manual" => {
                by_hand += 1;
                assert!(elapsed <= limit);
            }
            other => panic!("{other}"),
        }
    }
    assert!(by_timer > 10 && by_hand > 10, "{by_timer}, {by_hand}");
}

#[test]
fn r27_a_wrap_up_names_a_queue_or_a_call_list_as_far_as_related() {
    let (mut queues, mut lists) = (0, 0);
    for told in named("UserWrapUpStarted") {
        let has = |field: &str| !told.data[field].is_null();
        queues += u32::from(has("queueId") && !has("callListId"));
        lists += u32::from(has("callListId"));
        assert_eq!(has("callListId"), has("callBackId"));
    }
    assert!(queues > 10 && lists > 3, "{queues}, {lists}");
}

#[test]
fn r30_each_hold_of_a_call_begins_before_it_ends() {
    let mut holds = 0;
    for call in by_call_and_user().values() {
        let mut held = false;
        for told in call {
            if told.name.ends_with("HoldStart") {
                assert!(!held);
                held = true;
                holds += 1;
            } else if told.name.ends_with("HoldEnd") {
                assert!(held);
                held = false;
            }
        }
    }
    assert!(holds > 20, "{holds}");
}

#[test]
fn r31_whoever_hung_up_is_this_side_or_the_other() {
    let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
    for name in ["UserCallInDisconnected", "UserCallOutDisconnected"] {
        for told in named(name) {
            *reasons.entry(told.text("reason")).or_default() += 1;
            assert!(!told.text("techReason").is_empty());
        }
    }
    assert_eq!(
        reasons.keys().copied().collect::<Vec<_>>(),
        ["local", "remote"],
        "{reasons:?}"
    );
}

#[test]
fn r32_a_queue_is_told_of_again_only_when_it_has_changed() {
    let mut last: BTreeMap<&str, (Moment, Value)> = BTreeMap::new();
    for told in named("QueueStatus") {
        let mut figures = told.data.clone();
        for passing in ["id", "timestamp"] {
            figures[passing] = Value::Null;
        }
        if let Some((at, before)) = last.get(told.text("queueId")) {
            assert!(told.at.since(*at) >= Span::from_secs(2));
            // A wait is told in whole seconds and grows by less between two reports.
            let grows = figures["maxWaitTime"] != 0 || figures["nbrOfQueuingRequesters"] != 0;
            assert!(grows || figures != *before);
        }
        last.insert(told.text("queueId"), (told.at, figures));
    }
    assert_eq!(last.len(), 9);
}

#[test]
fn r33_closed_open_and_uncertain_queues_are_told_by_number() {
    let mut numbers: Vec<u64> = named("QueueStatus")
        .map(|told| told.data["openStatus"].as_u64().expect("a number"))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.iter().all(|number| *number <= 6));
    assert!(numbers.contains(&5) && numbers.contains(&6), "{numbers:?}");
}

#[test]
fn r34_a_callback_is_created_once_and_closed_once() {
    let mut lives: BTreeMap<&str, Vec<(bool, bool)>> = BTreeMap::new();
    for told in named("CallbackChanged") {
        let flag = |field: &str| told.data[field].as_bool().expect("a flag");
        lives
            .entry(told.text("callBackId"))
            .or_default()
            .push((flag("created"), flag("isClosed")));
    }
    let (mut created, mut closed) = (0, 0);
    for life in lives.values() {
        assert!(life.iter().skip(1).all(|(created, _)| !created), "created again");
        assert!(
            life.iter().rev().skip(1).all(|(_, closed)| !closed),
            "told after its closing"
        );
        created += usize::from(life.first().is_some_and(|first| first.0));
        closed += usize::from(life.last().is_some_and(|last| last.1));
    }
    assert!(created > 10 && closed > 10, "{created}, {closed}");
}
