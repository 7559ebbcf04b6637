//! ccsevents: which domain hears what, over half an hour of a busy centre.
//!
//! Lives here: the rules about copies, cross-domain calls, dialogs, sessions and recordings.
//! May not be here: subscriptions and their results (`hub/tests/requests.rs`).
//! Domains are dealt out by the agents' first queues, so that colleagues of different domains talk all the time.
//! One client listens to all domains, one to a single one.

use super::{Rig, cti, heard, text};
use crate::centre::Span;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use switchhook::protocol::Payload;
use switchhook::vendor::{Oddities, ccs};

struct Heard {
    domains: Vec<String>,
    /// The domain of the subscriber at each extension.
    domain_of: BTreeMap<String, String>,
    all: Vec<Value>,
    /// What a listener to the first domain hears.
    first: Vec<Value>,
}

fn half_an_hour() -> Heard {
    let mut rig = Rig::plain();
    let directory = rig.desk.directory();
    let domains = directory.domains.clone();
    let agents = directory.agents.iter().enumerate();
    let domain_of = agents
        .map(|(place, agent)| (agent.extension.clone(), domains[place % domains.len()].clone()))
        .collect();
    let wide = rig.client("1001");
    rig.call(&wide, "CcsSubscribe", &json!([domains]));
    let narrow = rig.client("1002");
    rig.call(&narrow, "CcsSubscribe", &json!([[domains[0]]]));
    rig.advance(Span::from_mins(30));
    let (all, first) = (heard(&wide, "CcsEvent"), heard(&narrow, "CcsEvent"));
    assert!(
        all.len() > 1_000 && first.len() > 100,
        "{} {}",
        all.len(),
        first.len()
    );
    Heard {
        domains,
        domain_of,
        all,
        first,
    }
}

#[test]
fn r111_a_domain_hears_of_calls_with_its_subscribers_and_of_no_others() {
    let heard = half_an_hour();
    let domain = heard.domains[0].as_str();
    let of_subscribers: BTreeSet<&str> = heard
        .all
        .iter()
        .filter(|event| {
            heard
                .domain_of
                .get(text(event, "subscriber"))
                .is_some_and(|own| own == domain)
        })
        .map(|event| text(event, "seance"))
        .collect();
    for event in &heard.first {
        assert_eq!(text(event, "domain"), domain);
        assert!(of_subscribers.contains(text(event, "seance")), "{event}");
    }
    let in_domain: Vec<&Value> = heard
        .all
        .iter()
        .filter(|event| text(event, "domain") == domain)
        .collect();
    assert!(in_domain == heard.first.iter().collect::<Vec<_>>());
}

#[test]
fn r112_each_domain_that_takes_part_gets_a_copy_with_the_same_identity() {
    let heard = half_an_hour();
    let mut copies: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in &heard.all {
        copies.entry(text(event, "id")).or_default().push(event);
    }
    let mut in_several = 0;
    for copies in copies.values() {
        let domains: BTreeSet<&str> = copies.iter().map(|event| text(event, "domain")).collect();
        assert_eq!(domains.len(), copies.len(), "twice in one domain: {copies:?}");
        in_several += usize::from(copies.len() > 1);
        for event in copies {
            let mut copy = (*event).clone();
            copy["domain"] = copies[0]["domain"].clone();
            assert_eq!(copy, *copies[0], "copies differ in more than their domain");
            let own = heard.domain_of.get(text(event, "subscriber"));
            assert!(own.is_none_or(|own| domains.contains(own.as_str())), "{event}");
        }
    }
    assert!(in_several > 5, "{in_several}");
}

#[test]
fn r113_a_called_domain_hears_nothing_from_before_routing() {
    let heard = half_an_hour();
    let mut across = 0;
    for (place, event) in heard.all.iter().enumerate() {
        let called = text(event, "subscriber");
        let callers = heard.domain_of.get(text(event, "caller"));
        let (Some(own), Some(callers)) = (heard.domain_of.get(called), callers) else {
            continue;
        };
        let is_routed = event["event"] == "call_create" && called == text(event, "called");
        if !is_routed || own == callers || text(event, "domain") != own {
            continue;
        }
        across += 1;
        let call = text(event, "call").rsplit_once('-').map_or("", |(call, _)| call);
        let before = |domain: &str| {
            let of_call = |other: &&Value| text(other, "call").starts_with(&format!("{call}-"));
            let earlier = heard.all[..place].iter().filter(of_call);
            earlier.filter(|other| text(other, "domain") == domain).count()
        };
        assert_eq!(before(own), 0, "{event}");
        assert!(
            before(callers) > 0,
            "the caller's domain has heard its beginning: {event}"
        );
    }
    assert!(across > 0);
}

#[test]
fn r115_a_dialog_joins_two_legs_or_more() {
    let heard = half_an_hour();
    let mut legs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in &heard.all {
        let known = legs.contains_key(text(event, "connection"));
        let of_dialog = legs.entry(text(event, "connection")).or_default();
        if event["event"] == "connection_create" {
            let listed = event["calls"].as_array().into_iter().flatten();
            of_dialog.extend(listed.filter_map(Value::as_str));
            assert_eq!(of_dialog.len(), 2, "{event}");
        } else if event["event"] == "connection_link_call" {
            assert!(known, "linked before it was made: {event}");
            of_dialog.insert(text(event, "call"));
        }
    }
    assert!(
        legs.values().any(|legs| legs.len() > 2),
        "nobody was handed over or joined"
    );
}

#[test]
fn r116_a_session_takes_in_the_calls_of_a_transfer_and_outlives_its_dialogs() {
    let heard = half_an_hour();
    let mut ended: BTreeMap<&str, &str> = BTreeMap::new();
    let mut dialogs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in &heard.all {
        let seance = text(event, "seance");
        assert!(!seance.is_empty(), "{event}");
        assert!(
            ended.get(seance).is_none_or(|id| *id == text(event, "id")),
            "after its end: {event}"
        );
        if event["event"] == "seance_delete" {
            ended.insert(seance, text(event, "id"));
        }
        if event["event"] == "connection_create" {
            dialogs
                .entry(seance)
                .or_default()
                .insert(text(event, "connection"));
        }
    }
    assert!(ended.len() > 20, "{}", ended.len());
    assert!(dialogs.values().any(|dialogs| dialogs.len() > 1), "no transfer");
}

#[test]
fn r117_a_failure_is_told_of_a_leg_that_never_came_to_a_dialog() {
    let heard = half_an_hour();
    let named = |name: &'static str| heard.all.iter().filter(move |event| event["event"] == name);
    assert!(named("connection_failure").count() > 1);
    for failure in named("connection_failure") {
        assert!(
            failure.get("connection").is_none() && failure["reason"].is_string(),
            "{failure}"
        );
        let talked = |event: &Value| event["call"] == failure["call"] && event["state"] == "talking";
        assert!(!named("call_set_state").any(talked), "{failure}");
    }
}

#[test]
fn r118_a_recordings_code_comes_when_it_is_complete() {
    let heard = half_an_hour();
    let mut count = 0;
    for (place, event) in heard.all.iter().enumerate() {
        if event["event"] != "connection_set_record_info" {
            continue;
        }
        count += 1;
        let same =
            |other: &&Value| other["connection"] == event["connection"] && other["domain"] == event["domain"];
        let before: Vec<&str> = heard.all[..place]
            .iter()
            .filter(same)
            .map(|other| text(other, "event"))
            .collect();
        assert!(before.contains(&"connection_start_record"), "{event}: {before:?}");
        assert!(!before.contains(&"connection_delete"), "{event}");
        let code = text(event, "code");
        assert_eq!(
            text(event, "link"),
            format!("https://recordings.example.com/{code}")
        );
    }
    assert!(count > 20, "{count}");
}

#[test]
fn tones_are_told_of_their_leg_and_read_without_an_oddity() {
    let mut rig = Rig::plain();
    let (agent, colleague) = (rig.sign_in("1002"), rig.sign_in("1001"));
    let domains = rig.desk.directory().domains.clone();
    rig.call(&agent, "CcsSubscribe", &json!([domains]));
    let dial = json!([{"InvokeID": 2, "DialedNumber": "4001"}]);
    rig.call(&agent, "MakeCall", &dial);
    rig.advance(Span::from_secs(2));
    let rings = cti(&colleague);
    let (_, begun) = rings
        .iter()
        .find(|(name, _)| name == "OnCallBegin")
        .expect("a call");
    let of_call = json!([{"InvokeID": 3, "UniqueObjectID": begun["UniqueObjectID"]}]);
    rig.call(&colleague, "Answer", &of_call);
    rig.advance(Span::from_secs(1));
    let before = heard(&agent, "CcsEvent");
    let leg = before
        .iter()
        .find(|event| event["event"] == "call_create" && event["subscriber"] == "4002")
        .expect("the agent's leg");
    let tones = json!([{"InvokeID": 4, "UniqueObjectID": begun["UniqueObjectID"], "DTMFString": "12#"}]);
    rig.call(&agent, "SendDTMF", &tones);
    rig.advance(Span::from_secs(1));
    let all = heard(&agent, "CcsEvent");
    let told: Vec<&Value> = all.iter().filter(|event| event["event"] == "call_dtmf").collect();
    assert!(!told.is_empty());
    let mut page = ccs::Decoder::default();
    let mut oddities = Oddities::default();
    for (copy, event) in told.iter().enumerate() {
        assert_eq!((&event["dtmf"], &event["call"]), (&json!("12#"), &leg["call"]));
        let arguments = json!([event]).to_string();
        let payload = Payload::from_json(&arguments);
        let outcome = page.decode(payload, &ccs::Site::default(), &mut oddities, &mut |_, event| {
            panic!("tones change nothing: {event:?}");
        });
        let kind = ccs::Kind::CallDtmf;
        let expected = if copy == 0 {
            ccs::Outcome::Told(kind)
        } else {
            ccs::Outcome::Repeated(kind)
        };
        assert_eq!(outcome, Ok(expected));
    }
    assert_eq!(oddities.tallies(), []);
}
