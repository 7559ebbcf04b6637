//! ccsevents: every rule R111–R118 and every irregularity with a reading, as far as a client can show it.

use proptest::prelude::*;
use switchhook::domain::call::{Direction, Ending, Stage};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::Model;
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::ccs::duplicates::EVENTS_KEPT;
use switchhook::vendor::ccs::events::{LINK_LENGTH, RecordingLink};
use switchhook::vendor::ccs::objects::OBJECTS_KEPT;
use switchhook::vendor::ccs::{Decoder, Kind, Object, Outcome, Site, read};
use switchhook::vendor::time::Zone;
use switchhook::vendor::{Oddities, Oddity, Unreadable};

/// A page that hears events and applies them to its model.
struct Page {
    decoder: Decoder,
    site: Site,
    oddities: Oddities,
    model: Model,
    told: Vec<String>,
}

impl Page {
    fn new() -> Self {
        let states = [
            ("ringing", Stage::Alerting),
            ("answered", Stage::Connected),
            ("held", Stage::Held),
        ];
        Self {
            decoder: Decoder::default(),
            site: Site {
                states: states.map(|(word, stage)| (word.into(), stage)).into(),
                ..Site::default()
            },
            oddities: Oddities::default(),
            model: Model::default(),
            told: Vec::new(),
        }
    }

    fn hears(&mut self, json: &str) -> Outcome {
        let Self {
            decoder,
            site,
            oddities,
            model,
            told,
        } = self;
        decoder
            .decode(Payload::from_json(json), site, oddities, &mut |stamp, event| {
                told.push(match &event {
                    Event::Call(call, _) => format!("call {}", call.id),
                    Event::Recording(call, recording) => format!("recording {} {}", call.id, recording.id),
                    other => format!("{other:?}"),
                });
                model.apply(event, stamp, Moment(1_000));
            })
            .unwrap()
    }

    /// An event of a domain.
    fn event(&mut self, domain: &str, name: &str, more: &str) -> Outcome {
        self.hears(&format!(r#"[{{"event":"{name}","domain":"{domain}"{more}}}]"#))
    }

    fn call(&self, id: &str) -> &switchhook::domain::call::Call {
        self.model
            .calls
            .find(Ref::new(SourceId::default(), id))
            .and_then(|key| self.model.calls.get(key))
            .unwrap()
    }
}

fn kind_of(json: &str) -> Kind {
    let mut oddities = Oddities::default();
    let zone = Zone::default();
    let kind = read(Payload::from_json(json), zone, &mut oddities, |message, _| {
        message.event.kind()
    });
    kind.unwrap().unwrap()
}

const LEG: &str = r#","call":"c1","subscriber":"4711","caller":"+358401","called":"4711""#;

#[test]
fn r111_only_a_subscribers_leg_is_a_call_of_the_desk() {
    let mut page = Page::new();
    page.event("sales", "call_create", LEG);
    page.event("sales", "call_create", r#","call":"c2""#);
    assert_eq!(page.told, ["call c1"]);
    let call = page.call("c1");
    assert_eq!(call.direction, Some(Direction::Inbound));
    assert_eq!(call.number.as_deref(), Some("+358401"));
    assert!(page.oddities.is_empty(), "{:?}", page.oddities);
}

#[test]
fn r112_copies_of_an_event_are_told_once() {
    let mut page = Page::new();
    for (domain, outcome) in [
        ("sales", Outcome::Told(Kind::CallCreate)),
        ("support", Outcome::Repeated(Kind::CallCreate)),
    ] {
        assert_eq!(page.event(domain, "call_create", LEG), outcome);
    }
    // The order of the fields is nothing to go by.
    let json = r#"[{"called":"4711","call":"c1","caller":"+358401","domain":"third","subscriber":"4711","event":"call_create"}]"#;
    assert_eq!(page.hears(json), Outcome::Repeated(Kind::CallCreate));
    assert_eq!(page.told.len(), 1);
}

#[test]
fn r112_what_happens_twice_in_one_domain_happened_twice() {
    let mut page = Page::new();
    let tone = r#","call":"c1","dtmf":"5""#;
    let told = Outcome::Told(Kind::CallDtmf);
    let repeated = Outcome::Repeated(Kind::CallDtmf);
    let outcomes: Vec<_> = ["sales", "support", "sales", "support", "support"]
        .map(|domain| page.event(domain, "call_dtmf", tone))
        .into();
    assert_eq!(outcomes, [told, repeated, told, repeated, told]);
    // With an identity there is no doubt.
    let tone = r#","call":"c1","dtmf":"5","id":"e-1""#;
    assert_eq!(page.event("sales", "call_dtmf", tone), told);
    assert_eq!(page.event("sales", "call_dtmf", tone), repeated);
    assert_eq!(page.event("support", "call_dtmf", tone), repeated);
}

#[test]
fn r112_the_memory_of_copies_is_bounded() {
    let mut duplicates = switchhook::vendor::ccs::duplicates::Duplicates::default();
    for number in 0..10_000 {
        let mut event = switchhook::vendor::ccs::duplicates::Fingerprint::default();
        event.add("call", &number.to_string());
        for domain in 0..40 {
            assert_eq!(duplicates.is_news(event, &domain.to_string()), domain == 0);
        }
    }
    assert_eq!(duplicates.len(), EVENTS_KEPT);
}

#[test]
fn r113_a_call_may_be_heard_of_only_after_routing() {
    let mut page = Page::new();
    let state = format!(r#"{LEG},"state":"answered""#);
    assert_eq!(
        page.event("support", "call_set_state", &state),
        Outcome::Told(Kind::CallSetState)
    );
    assert_eq!(page.call("c1").stage, Stage::Connected);
    // The creation that another domain tells later does not take it back.
    page.event("sales", "call_create", LEG);
    assert_eq!(page.call("c1").stage, Stage::Connected);
    assert!(page.oddities.is_empty());
}

#[test]
fn r114_a10_silence_about_a_leg_is_not_its_end() {
    let mut page = Page::new();
    page.event("sales", "call_create", LEG);
    page.event(
        "sales",
        "connection_create",
        r#","connection":"d1","calls":["c0","c1"]"#,
    );
    page.event("sales", "connection_delete", r#","connection":"d1""#);
    page.event("sales", "call_delete", r#","call":"c0""#);
    assert!(page.call("c1").stage.is_live());
    page.event("sales", "call_delete", r#","call":"c1""#);
    assert!(!page.call("c1").stage.is_live());
}

#[test]
fn r115_a_dialog_joins_any_number_of_legs() {
    let mut page = Page::new();
    for number in 1..=3 {
        let leg = format!(r#","call":"c{number}","subscriber":"471{number}""#);
        page.event("sales", "call_create", &leg);
    }
    page.event(
        "sales",
        "connection_create",
        r#","connection":"d1","calls":["c0","c1","c2"]"#,
    );
    page.event(
        "sales",
        "connection_link_call",
        r#","connection":"d1","call":"c3""#,
    );
    let legs = |page: &Page| {
        let legs = page.decoder.objects().legs_of_dialog("d1");
        legs.map(|leg| leg.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(legs(&page), ["c1", "c2", "c3", "c0"]);
    page.told.clear();
    page.event(
        "sales",
        "connection_update",
        r#","connection":"d1","info":{"Priority":"high"}"#,
    );
    // The outside party's leg is nobody's call.
    assert_eq!(page.told, ["call c1", "call c2", "call c3"]);
    assert_eq!(page.call("c2").data, [("Priority".into(), "high".into())]);
}

#[test]
fn r116_a_session_outlives_its_legs_and_takes_in_new_ones() {
    let mut page = Page::new();
    page.event("sales", "seance_create", r#","seance":"s1""#);
    page.event("sales", "call_create", &format!(r#"{LEG},"seance":"s1""#));
    page.event("sales", "call_delete", r#","call":"c1""#);
    assert!(page.decoder.objects().session("s1").is_some());
    page.event("sales", "call_create", r#","call":"c2","subscriber":"4712""#);
    page.event(
        "sales",
        "connection_create",
        r#","connection":"d2","calls":["c2"]"#,
    );
    page.event(
        "sales",
        "connection_attach_to_seance",
        r#","connection":"d2","seance":"s1""#,
    );
    page.event(
        "sales",
        "seance_set_next_number",
        r#","seance":"s1","number":"4712""#,
    );
    let objects = page.decoder.objects();
    let legs: Vec<_> = objects.legs_of_session("s1").map(|leg| &*leg.id).collect();
    assert_eq!(legs, ["c2"]);
    assert_eq!(objects.session("s1").unwrap().numbers, ["4712".into()]);
    page.event(
        "sales",
        "seance_update",
        r#","seance":"s1","info":{"Theme":"bill"}"#,
    );
    assert_eq!(page.call("c2").data, [("Theme".into(), "bill".into())]);
    page.event("sales", "seance_delete", r#","seance":"s1""#);
    assert!(page.decoder.objects().session("s1").is_none());
    assert!(page.call("c2").stage.is_live());
}

#[test]
fn r117_a_call_that_never_became_a_dialog_is_missed() {
    let failure = format!(r#"{LEG},"reason":"no answer""#);
    // Out of nothing, and after it rang.
    for rings in [false, true] {
        let mut page = Page::new();
        if rings {
            page.event("sales", "call_set_state", &format!(r#"{LEG},"state":"ringing""#));
        }
        page.event("sales", "connection_failure", &failure);
        assert_eq!(
            page.event("support", "connection_failure", &failure),
            Outcome::Repeated(Kind::ConnectionFailure)
        );
        let call = page.call("c1");
        assert!(call.missed, "rings: {rings}");
        assert_eq!(call.stage, Stage::Ended);
        assert_eq!(call.ending, Some(Ending::Failed(Some("no answer".into()))));
    }
    // The leg may be gone before: that does not make two calls of it.
    let mut page = Page::new();
    page.event("sales", "call_set_state", &format!(r#"{LEG},"state":"ringing""#));
    page.event("sales", "call_delete", r#","call":"c1""#);
    page.told.clear();
    page.event("sales", "connection_failure", &failure);
    assert_eq!(page.told, ["call c1"]);
    assert!(page.call("c1").missed);
}

#[test]
fn r117_a_call_that_the_agent_made_has_failed() {
    let mut page = Page::new();
    page.event(
        "sales",
        "connection_failure",
        r#","call":"c1","subscriber":"4711","caller":"4711","called":"+358402","reason":"busy""#,
    );
    let call = page.call("c1");
    assert_eq!(call.stage, Stage::Failed);
    assert!(!call.missed);
    assert_eq!(call.number.as_deref(), Some("+358402"));
}

#[test]
fn r118_a_recording_comes_with_its_code_and_a_link_that_is_text() {
    let mut page = Page::new();
    page.event("sales", "call_create", LEG);
    page.event(
        "sales",
        "connection_link_call",
        r#","connection":"d1","call":"c1""#,
    );
    page.event("sales", "connection_start_record", r#","connection":"d1""#);
    assert!(page.decoder.objects().dialog("d1").unwrap().recording);
    let done = r#","connection":"d1","code":"r-77","link":"https://records.example/r-77""#;
    page.event("sales", "connection_set_record_info", done);
    assert!(!page.decoder.objects().dialog("d1").unwrap().recording);
    assert_eq!(page.told.last().unwrap(), "recording c1 r-77");
    assert_eq!(&*page.call("c1").recordings[0].id, "r-77");
    page.event("sales", "connection_set_record_info", r#","connection":"d1""#);
    assert_eq!(page.oddities.of(Oddity::MissingIdentity), 1);
}

#[test]
fn r118_a_recording_is_told_of_after_its_leg_and_dialog_are_gone() {
    let mut page = Page::new();
    page.event("sales", "call_create", LEG);
    let link = r#","connection":"d1","call":"c1""#;
    page.event("sales", "connection_link_call", link);
    page.event("sales", "call_delete", r#","call":"c1""#);
    page.event("sales", "connection_delete", r#","connection":"d1""#);
    let done = r#","connection":"d1","code":"r-77""#;
    page.event("sales", "connection_set_record_info", done);
    assert_eq!(&*page.call("c1").recordings[0].id, "r-77");
}

#[test]
fn a_link_is_text_whatever_is_in_it() {
    let link = |text: &str| RecordingLink::new(text);
    let markup = link("<img src=x onerror=alert(1)>").unwrap();
    assert_eq!(markup.text(), "<img src=x onerror=alert(1)>");
    assert!(!markup.is_web());
    assert!(!link("javascript:alert(1)").unwrap().is_web());
    assert!(link("HTTPS://records.example").unwrap().is_web());
    let disguised = link("https://a.example/\u{202E}fdp.exe\n\u{0}").unwrap();
    assert_eq!(disguised.text(), "https://a.example/fdp.exe");
    assert_eq!(link(" \n"), None);
    assert_eq!(
        link(&"ä".repeat(10_000)).unwrap().text().chars().count(),
        LINK_LENGTH
    );
}

#[test]
fn a01_a02_leg_is_the_one_name_of_the_call_object() {
    assert_eq!(Object::ALL.map(Object::name), ["call", "connection", "seance"]);
    let created = kind_of(r#"[{"event":"call_create","call":"c1"}]"#);
    let deleted = kind_of(r#"[{"event":"call_delete","call":"c1"}]"#);
    assert_eq!((created.object(), deleted.object()), (Object::Call, Object::Call));
}

#[test]
fn a04_every_event_is_read_without_any_field() {
    for kind in Kind::ALL {
        let mut page = Page::new();
        let outcome = page.hears(&format!(r#"[{{"event":"{}"}}]"#, kind.name().to_uppercase()));
        assert_eq!(outcome, Outcome::Told(*kind));
        assert!(page.told.is_empty(), "{kind:?}");
    }
}

#[test]
fn a06_a_state_that_the_site_does_not_list_changes_nothing() {
    let mut page = Page::new();
    page.event("sales", "call_set_state", &format!(r#"{LEG},"state":"answered""#));
    page.event(
        "sales",
        "call_set_state",
        &format!(r#"{LEG},"state":"levitating""#),
    );
    assert_eq!(page.call("c1").stage, Stage::Connected);
    assert_eq!(page.oddities.of(Oddity::UnknownValue), 1);
    page.event("sales", "seance_set_state", r#","seance":"s1","state":"any""#);
    assert_eq!(page.oddities.of(Oddity::UnknownValue), 1);
}

#[test]
fn a07_a_dialog_has_no_event_of_state() {
    let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert!(names.contains(&"call_set_state") && names.contains(&"seance_set_state"));
    let mut page = Page::new();
    assert_eq!(page.event("sales", "connection_set_state", ""), Outcome::Unknown);
    assert_eq!(page.oddities.of(Oddity::UnknownEvent), 1);
}

#[test]
fn d15_unknown_fields_are_counted_and_kept() {
    let mut oddities = Oddities::default();
    let json = r#"[{"event":"call_update","call":"c1","colour":"red","calls":7}]"#;
    let kept = read(
        Payload::from_json(json),
        Zone::default(),
        &mut oddities,
        |message, _| message.extras.get("Colour").map(str::to_owned),
    );
    assert_eq!(kept, Ok(Some(Some("red".to_owned()))));
    assert_eq!(oddities.of(Oddity::UnknownField), 1);
    assert_eq!(oddities.of(Oddity::UnreadableField), 1);
}

#[test]
fn what_is_no_event_is_unreadable() {
    for (json, problem) in [
        ("[]", Unreadable::Shape("no event among the arguments")),
        ("[7]", Unreadable::Shape("the event is no object")),
        (r#"[{"domain":"sales"}]"#, Unreadable::Shape("no event name")),
        (r#"[{"event":"call_create","#, Unreadable::Broken),
    ] {
        let mut oddities = Oddities::default();
        let result = read(
            Payload::from_json(json),
            Zone::default(),
            &mut oddities,
            |_, _| (),
        );
        assert_eq!(result, Err(problem), "{json}");
        assert_eq!(oddities.of(Oddity::Unreadable), 1);
    }
}

#[test]
fn what_belongs_together_is_bounded() {
    let mut page = Page::new();
    for number in 0..2_000 {
        let more = format!(
            r#","call":"c{number}","connection":"d{number}","seance":"s{number}","calls":["x{number}"]"#
        );
        for name in ["call_create", "connection_create", "call_delete"] {
            page.event("sales", name, &more);
        }
    }
    assert!(page.decoder.objects().len() <= 3 * OBJECTS_KEPT);
}

proptest! {
    /// Whatever order events come in, from however many domains, nothing panics and the memory stays bounded;
    /// and a second domain that hears everything changes nothing.
    #[test]
    fn a_second_domain_changes_nothing(
        events in prop::collection::vec((0..Kind::ALL.len(), 0..4_u8, 0..3_u8, 0..3_u8, any::<bool>()), 0..60)
    ) {
        let (mut alone, mut both) = (Page::new(), Page::new());
        for (kind, call, connection, seance, ringing) in events {
            let name = Kind::ALL[kind].name();
            let state = if ringing { "ringing" } else { "answered" };
            let more = format!(
                r#","call":"c{call}","connection":"d{connection}","seance":"s{seance}","subscriber":"a{call}","called":"a{call}","state":"{state}","code":"r","info":{{"k":"v"}}"#
            );
            alone.event("sales", name, &more);
            both.event("sales", name, &more);
            both.event("support", name, &more);
        }
        prop_assert_eq!(alone.told, both.told);
    }

    /// Whatever comes, it is read or refused.
    #[test]
    fn whatever_comes_is_read_or_refused(
        field in "event|call|calls|info|state|time|[a-z]{1,8}",
        value in r#"-?[0-9]{1,25}|"[a-z0-9é<>]{0,5}"|\{"a":\[1,\{\}\]\}|\["x",null,\[\]\]|null|true|"#,
        junk in "\\PC{0,40}",
    ) {
        for json in [format!(r#"[{{"event":"call_update","{field}":{value}}}]"#), junk] {
            let _ = Decoder::default().decode(
                Payload::from_json(&json),
                &Site::default(),
                &mut Oddities::default(),
                &mut |_, _| (),
            );
        }
    }
}
