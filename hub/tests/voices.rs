//! T-Server, ccsevents and CallGem as the simulated centre tells them, read by the page's own decoders.

mod stages;

use proptest::prelude::*;
use stages::stage;
use std::collections::BTreeMap;
use switchhook::domain::call::Stage;
use switchhook::domain::{self, Event};
use switchhook::protocol::Payload;
use switchhook::vendor::callgem::{LocalClock, StateMeaning};
use switchhook::vendor::time::Zone;
use switchhook::vendor::{
    Oddities, Oddity, callgem as page_callgem, ccs as page_ccs, tserver as page_tserver,
};
use switchhook_hub::centre::{Centre, Happening, Moment, Settings, Span};
use switchhook_hub::tell::{callgem, ccs, tserver};

fn settings(seed: u64) -> Settings {
    Settings {
        seed,
        agents: 30,
        queues: 5,
        callbacks: 10,
        rate: 1.3,
        start: Moment::from_millis(1_795_248_000_000),
        desks: 0,
    }
}

/// What happens in the first half hour, a minute at a time.
fn history(centre: &mut Centre, mut hear: impl FnMut(&Centre, &[Happening])) {
    let start = centre.now();
    for minute in 1..=30 {
        let happenings = centre.advance_to(start + Span::from_mins(minute));
        hear(centre, &happenings);
    }
}

fn everybody(ccs: &ccs::Ccs) -> ccs::Domains {
    (0..ccs.domains().len()).fold(ccs::Domains::default(), |all, place| {
        all.with(ccs::Domains::one(place))
    })
}

/// All that is told in half an hour, in each vocabulary.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    tserver: Vec<String>,
    ccs: Vec<String>,
    callgem: Vec<String>,
}

fn told(seed: u64) -> Told {
    let mut centre = Centre::new(settings(seed));
    let mut dialogs = ccs::Ccs::new(&centre);
    let mut sessions = callgem::Sessions::default();
    let wanted = everybody(&dialogs);
    let clock = LocalClock::new(Zone { minutes_east: 120 }, Vec::new());
    let mut told = Told::default();
    history(&mut centre, |centre, happenings| {
        let mut devices = Vec::new();
        let mut events = Vec::new();
        for happening in happenings {
            tserver::tell(centre, happening, "ts-1", &mut devices);
            dialogs.hear(centre, happening, wanted, &mut events);
            if let Some(change) = sessions.hear(happening) {
                let rest = callgem::rest_of_line(centre, &change, &clock);
                told.callgem.push(callgem::line("T1", Some("Production"), &rest));
            }
        }
        told.tserver
            .extend(devices.iter().map(|event| event.object.to_string()));
        for event in &events {
            let copies = event
                .domains
                .places()
                .map(|place| event.bound_to(&dialogs.domains()[place]));
            told.ccs.extend(copies);
        }
    });
    told
}

fn ccs_site() -> page_ccs::Site {
    page_ccs::Site {
        states: ccs::STATES
            .iter()
            .map(|(word, stage)| ((*word).into(), stage_of(stage)))
            .collect(),
        ..page_ccs::Site::default()
    }
}

fn stage_of(word: &str) -> Stage {
    match word {
        "begun" => Stage::Begun,
        "offered" => Stage::Offered,
        "alerting" => Stage::Alerting,
        "dialling" => Stage::Dialling,
        "connected" => Stage::Connected,
        "held" => Stage::Held,
        "failed" => Stage::Failed,
        "ended" => Stage::Ended,
        other => panic!("no stage: {other}"),
    }
}

fn callgem_site() -> page_callgem::Site {
    page_callgem::Site {
        clock: LocalClock::new(Zone { minutes_east: 120 }, Vec::new()),
        states: callgem::State::ALL
            .iter()
            .map(|(state, label, stage)| StateMeaning {
                number: state.number().into(),
                label: (*label).into(),
                stage: Some(stage_of(stage)),
            })
            .collect(),
        ..page_callgem::Site::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_seed_is_told_in_the_same_words_in_every_vocabulary(seed in 0_u64..1_000_000) {
        let first = told(seed);
        prop_assert!(first.tserver.len() > 50 && first.ccs.len() > 300 && first.callgem.len() > 100);
        prop_assert_eq!(&first, &told(seed));
        prop_assert_ne!(first, told(seed + 1));
    }

    #[test]
    fn the_page_finds_nothing_odd_in_what_is_told(seed in 0_u64..1_000_000) {
        let told = told(seed);
        let mut oddities = Oddities::default();
        let mut heard = 0;
        for object in &told.tserver {
            let text = format!("[{object}]");
            let kind = page_tserver::decode(
                Payload::from_json(&text),
                &page_tserver::Site::default(),
                &mut oddities,
                &mut |_, _| heard += 1,
            );
            prop_assert!(matches!(kind, Ok(Some(_))), "{}: {:?}", text, kind);
        }
        let mut decoder = page_ccs::Decoder::default();
        for object in &told.ccs {
            let text = format!("[{object}]");
            let outcome = decoder.decode(Payload::from_json(&text), &ccs_site(), &mut oddities, &mut |_, _| heard += 1);
            prop_assert!(outcome.is_ok() && outcome != Ok(page_ccs::Outcome::Unknown), "{}", text);
        }
        let mut decoder = page_callgem::Decoder::default();
        for line in &told.callgem {
            let arguments = page_callgem::arguments(line);
            let outcome = decoder.decode(
                Payload::from_json(&arguments),
                &callgem_site(),
                &mut oddities,
                &mut |_, _| heard += 1,
            );
            prop_assert_eq!(outcome, Ok(page_callgem::Outcome::Told), "{}", line);
        }
        let odd = oddities.tallies().iter().find(|tally| tally.oddity != Oddity::NotShown);
        prop_assert!(odd.is_none() && oddities.beyond() == 0, "{:?}", oddities);
        prop_assert!(heard > 400);
    }

    #[test]
    fn the_pictures_of_both_tellers_are_what_the_centre_is(seed in 0_u64..1_000_000) {
        let mut centre = Centre::new(settings(seed));
        let mut dialogs = ccs::Ccs::new(&centre);
        let mut sessions = callgem::Sessions::default();
        let wanted = everybody(&dialogs);
        history(&mut centre, |centre, happenings| {
            let mut events = Vec::new();
            for happening in happenings {
                dialogs.hear(centre, happening, wanted, &mut events);
                sessions.hear(happening);
            }
            let with_agents = centre.calls().filter(|call| !call.legs.is_empty()).count();
            assert_eq!(dialogs.calls(), with_agents);
            assert_eq!(sessions.len(), with_agents);
            assert!(dialogs.sessions() <= with_agents);
            let mut legs = BTreeMap::new();
            let mut decoder = page_ccs::Decoder::default();
            let mut picture = Vec::new();
            dialogs.picture(centre, wanted, &mut picture);
            for event in &picture {
                for place in event.domains.places() {
                    let text = format!("[{}]", event.bound_to(&dialogs.domains()[place]));
                    let take = &mut |_: Option<domain::Moment>, event: Event<'_>| {
                        if let Event::Call(id, update) = event
                            && let (Some(stage), Some(agent)) = (update.stage, &update.agent)
                        {
                            legs.insert(id.id.to_owned(), (agent.to_string(), stage));
                        }
                    };
                    let outcome = decoder.decode(Payload::from_json(&text), &ccs_site(), &mut Oddities::default(), take);
                    assert!(outcome.is_ok(), "{text}");
                }
            }
            let mut told: Vec<(String, Stage)> = legs.into_values().collect();
            let mut real: Vec<(String, Stage)> = centre
                .agents()
                .iter()
                .flat_map(|agent| centre.calls_of(agent.id).map(|(_, leg)| (agent.extension.clone(), stage(leg.state))))
                .collect();
            told.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
            real.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
            assert_eq!(told, real);
        });
    }
}
