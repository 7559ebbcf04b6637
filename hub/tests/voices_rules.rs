//! What the documents of ccsevents and CallGem say of the server, rule by rule, over an hour of the simulated centre.

mod telling;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use switchhook::vendor::callgem::{LocalClock, LocalTime, Message};
use switchhook_hub::centre::{Centre, Happening, LegEvent, Moment, Settings, Span, What};
use telling::{Said, Vocabulary, Voices};

const START: Moment = Moment::from_millis(1_795_248_000_000);

/// What happens, and everything that is said of it.
struct Story {
    happenings: Vec<Happening>,
    /// Events of ccsevents, in their order, with the domain that each copy is bound to.
    ccs: Vec<(Moment, Value)>,
    /// Lines of CallGem.
    lines: Vec<(Moment, String)>,
    /// The domain of each extension.
    domains: BTreeMap<String, String>,
}

static STORY: LazyLock<Story> = LazyLock::new(|| {
    let mut centre = Centre::new(Settings {
        seed: 31,
        agents: 20,
        queues: 4,
        callbacks: 10,
        rate: 1.4,
        start: START,
        desks: 0,
    });
    let mut voices = Voices::new(&centre);
    let mut story = Story {
        happenings: Vec::new(),
        ccs: Vec::new(),
        lines: Vec::new(),
        domains: voices.domains(&centre),
    };
    for minute in 1..=60 {
        for happening in centre.advance_to(START + Span::from_mins(minute)) {
            let mut said = Vec::new();
            voices.say(&centre, &happening, &mut said);
            for Said {
                at,
                vocabulary,
                arguments,
                ..
            } in said
            {
                let first = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")[0].clone();
                match vocabulary {
                    Vocabulary::Ccs => story.ccs.push((at, first(&arguments))),
                    Vocabulary::CallGem => {
                        let line = first(&arguments).as_str().expect("a line").to_owned();
                        story.lines.push((at, line));
                    }
                    _ => {}
                }
            }
            story.happenings.push(happening);
        }
    }
    story
});

fn text<'v>(event: &'v Value, field: &str) -> &'v str {
    event[field].as_str().unwrap_or_default()
}

/// The domains whose copies there are of each event, by its identity.
fn copies() -> BTreeMap<&'static str, Vec<&'static Value>> {
    let mut copies: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (_, event) in &STORY.ccs {
        copies.entry(text(event, "id")).or_default().push(event);
    }
    copies
}

#[test]
fn r111_a_domain_hears_of_the_calls_of_its_subscribers() {
    // The domains of those who have had a leg in a session, up to each event.
    let mut parties: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut count = 0;
    for (_, event) in &STORY.ccs {
        let seance = parties.entry(text(event, "seance")).or_default();
        if let Some(domain) = STORY.domains.get(text(event, "subscriber")) {
            seance.insert(domain);
        }
        if event["event"] == "call_create" && event["subscriber"].is_string() {
            assert!(seance.contains(text(event, "domain")), "{event}");
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn r112_the_copies_of_an_event_differ_in_their_domain_alone() {
    let mut several = 0;
    for copies in copies().values() {
        let domains: BTreeSet<&str> = copies.iter().map(|copy| text(copy, "domain")).collect();
        assert_eq!(domains.len(), copies.len(), "a domain has it twice");
        several += usize::from(copies.len() > 1);
        let bare = |copy: &Value| {
            let mut copy = copy.clone();
            copy["domain"] = Value::Null;
            copy
        };
        assert!(copies.iter().all(|copy| bare(copy) == bare(copies[0])));
    }
    assert!(several > 10, "{several}");
}

#[test]
fn r113_r114_a_domain_hears_nothing_of_a_call_before_a_leg_of_its_own() {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut late = 0;
    let mut begun: BTreeSet<&str> = BTreeSet::new();
    for (_, event) in &STORY.ccs {
        // An outside party's leg goes on to another call when it is handed over.
        if !text(event, "event").starts_with("call_") || event["subscriber"].is_null() {
            continue;
        }
        let (leg, domain) = (text(event, "call"), text(event, "domain"));
        let Some(call) = leg.split('-').nth(1) else {
            continue;
        };
        if !known.contains(&(call, domain)) {
            let own = STORY.domains.get(text(event, "subscriber")).map(String::as_str);
            assert_eq!(own, Some(domain), "{event}");
            late += usize::from(begun.contains(call));
            known.insert((call, domain));
        }
        begun.insert(call);
    }
    assert!(late > 5, "{late}");
}

#[test]
fn r116_a_session_takes_in_a_call_and_the_consultations_about_it() {
    let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, event) in &STORY.ccs {
        if let Some(call) = text(event, "call").split('-').nth(1) {
            calls.entry(text(event, "seance")).or_default().insert(call);
        }
    }
    assert!(calls.values().filter(|calls| calls.len() > 1).count() > 3);
}

#[test]
fn r117_a_call_that_nobody_answered_has_failed_and_never_was_a_dialog() {
    let failed: BTreeSet<&str> = STORY
        .ccs
        .iter()
        .filter(|(_, event)| event["event"] == "connection_failure")
        .map(|(_, event)| text(event, "call"))
        .collect();
    let unanswered = STORY.happenings.iter().filter(|happening| {
        let is_failure = |what: &What| {
            matches!(
                what,
                What::Leg {
                    event: LegEvent::Failed,
                    ..
                }
            )
        };
        is_failure(&happening.what)
    });
    assert!(
        failed.len() >= unanswered.count() && failed.len() > 5,
        "{failed:?}"
    );
}

#[test]
fn r118_a_recordings_code_follows_its_beginning() {
    let mut recorded: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut codes = 0;
    for (_, event) in &STORY.ccs {
        let place = (text(event, "connection"), text(event, "domain"));
        match text(event, "event") {
            "connection_start_record" => drop(recorded.insert(place, text(event, "id"))),
            "connection_set_record_info" => {
                let begun = recorded.keys().any(|(dialog, _)| *dialog == place.0);
                assert!(begun && !text(event, "code").is_empty(), "{event}");
                codes += 1;
            }
            _ => {}
        }
    }
    assert!(codes > 20, "{codes}");
}

#[test]
fn r119_every_line_tells_a_change_of_its_session() {
    let mut last: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, line) in &STORY.lines {
        let message = Message::read(line);
        let session = message.get("SI").expect("a session").to_owned();
        let now: Vec<String> = ["DS", "AN", "A2"]
            .map(|code| message.get(code).unwrap_or_default().to_owned())
            .into();
        if let Some(before) = last.get(&session) {
            assert_ne!(*before, now, "{line}");
            if before[0] != now[0] {
                assert_eq!(message.get("OS"), Some(before[0].as_str()), "{line}");
            }
        }
        last.insert(session, now);
    }
    assert!(last.len() > 50, "{}", last.len());
}

#[test]
fn r126_the_time_of_a_line_is_the_moment_by_the_local_clock() {
    let clock = LocalClock::default();
    for (at, line) in &STORY.lines {
        let told = Message::read(line).get("TS").and_then(LocalTime::from_ole);
        let told = told.map(|time| clock.moment(time).0).expect("a time");
        // Six digits of a day are some 86 ms.
        assert!((told - at.as_millis()).abs() <= 87, "{line}");
    }
}

#[test]
fn r129_every_line_is_of_the_grammar_and_names_its_request() {
    for (_, line) in &STORY.lines {
        let message = Message::read(line);
        assert_eq!((message.code, message.get("TX")), ("VZ", Some("DESK1")));
        assert!(
            message
                .parameters
                .iter()
                .all(|parameter| parameter.code.len() == 2)
        );
        assert!(message.parameters.len() >= 6, "{line}");
    }
}
