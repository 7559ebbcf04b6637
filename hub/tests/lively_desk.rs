//! A person's day in the normal demo: what is said on calls, what colleagues write, what queues alert of.

use serde_json::Value;
use std::collections::BTreeSet;
use switchhook_hub::centre::{
    AgentId, AgentState, Audience, Centre, Command, Happening, LegState, Moment, Phrase, RequestedState,
    Settings, Span, What,
};
use switchhook_hub::tell::{ctios, rte};

const ANNA: AgentId = AgentId::new(0);

/// A person who answers every other call, talks until the caller hangs up, and is ready again at once.
struct Day {
    centre: Centre,
    happenings: Vec<Happening>,
    answered: u32,
}

impl Day {
    fn new(seed: u64, rate: f64) -> Self {
        let mut centre = Centre::new(Settings {
            seed,
            rate,
            start: Moment::from_millis(1_795_248_000_000),
            ..Settings::default()
        });
        let login = Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        };
        centre.command(ANNA, login).expect("a free desk");
        Self {
            centre,
            happenings: Vec::new(),
            answered: 0,
        }
    }

    fn pass(&mut self, minutes: i64, leaves_some: bool) {
        for _ in 0..minutes * 60 {
            let now = self.centre.now() + Span::from_secs(1);
            self.happenings.extend(self.centre.advance_to(now));
            let found = self.centre.agent(ANNA).expect("Anna");
            let rings = self
                .centre
                .calls_of(ANNA)
                .find(|(_, leg)| leg.state == LegState::Alerting);
            let command = match (found.status.state, rings) {
                (AgentState::Reserved, Some((call, _))) => {
                    let id = call.facts.id;
                    if leaves_some && id.number() % 4 == 0 {
                        continue;
                    }
                    self.answered += 1;
                    Command::Answer(id)
                }
                (AgentState::NotReady | AgentState::WorkReady | AgentState::WorkNotReady, _) => {
                    Command::SetAgentState(RequestedState::Ready)
                }
                _ => continue,
            };
            let _ = self.centre.command(ANNA, command);
        }
    }

    fn phrases(&self) -> Vec<(u32, &Phrase)> {
        let told = self
            .happenings
            .iter()
            .filter_map(|happening| match &happening.what {
                What::Phrase { agent, call, phrase } if *agent == ANNA => Some((call.id.number(), &**phrase)),
                _ => None,
            });
        told.collect()
    }

    fn messages(&self) -> Vec<(AgentId, &str)> {
        let told = self
            .happenings
            .iter()
            .filter_map(|happening| match &happening.what {
                What::Chat { agent, message } if *agent == ANNA => Some((message.from, &*message.text)),
                _ => None,
            });
        told.collect()
    }
}

#[test]
fn r28_what_is_said_grows_until_it_is_complete_and_both_sides_speak() {
    let mut day = Day::new(1, 1.0);
    day.pass(40, false);
    assert!(day.answered > 3, "{}", day.answered);
    let phrases = day.phrases();
    let (mut finals, mut interims, mut calls) = ([0, 0], 0, BTreeSet::new());
    let mut open: Option<(u32, &Phrase)> = None;
    for (call, phrase) in &phrases {
        calls.insert(*call);
        if let Some((_, known)) = open.filter(|(other, _)| other == call) {
            assert_eq!(known.by_agent, phrase.by_agent, "nobody is interrupted");
            assert!(
                phrase.text.starts_with(&known.text),
                "{} {}",
                known.text,
                phrase.text
            );
            assert!(phrase.duration > known.duration);
            assert_eq!(phrase.offset, known.offset);
        }
        assert!((50..=98).contains(&phrase.confidence));
        interims += u32::from(phrase.is_interim);
        finals[usize::from(phrase.by_agent)] += u32::from(!phrase.is_interim);
        open = phrase.is_interim.then_some((*call, *phrase));
    }
    assert!(calls.len() > 2 && interims > 50, "{} {interims}", calls.len());
    assert!(finals.iter().all(|count| *count > 10), "{finals:?}");
    let texts: BTreeSet<&str> = phrases.iter().map(|(_, phrase)| &*phrase.text).collect();
    assert!(texts.len() > 60, "conversations differ");
    // On the wire the roles are words, and every documented field is there.
    let happening = day
        .happenings
        .iter()
        .find(|happening| matches!(happening.what, What::Phrase { .. }));
    let mut events = Vec::new();
    rte::tell(&day.centre, happening.expect("a phrase"), &mut events);
    let data: Value = serde_json::from_str(&events[0].data).expect("JSON");
    assert_eq!(data["eventType"], "UserRealTimeTranscriptPhrase");
    assert_eq!(
        (&data["speakerRole"], &data["isIntermediate"]),
        (&"Agent".into(), &true.into())
    );
    let catalogue: Value =
        serde_json::from_str(include_str!("../../tests/vocabulary/enreach_rte.json")).expect("JSON");
    for (name, data) in [("UserRealTimeTranscriptPhrase", &data)] {
        let events = catalogue["events"].as_array().expect("events");
        let event = events.iter().find(|event| event["name"] == name).expect(name);
        for field in event["fields"].as_array().expect("fields") {
            let name = field["name"].as_str().expect("a name");
            let known = data.as_object().expect("an object").keys();
            assert!(
                known.into_iter().any(|key| key.eq_ignore_ascii_case(name)),
                "{name}"
            );
        }
    }
}

#[test]
fn nobody_is_heard_on_hold_or_after_the_call() {
    let mut day = Day::new(1, 1.0);
    while day.phrases().is_empty() {
        day.pass(1, false);
    }
    let call = day
        .centre
        .calls_of(ANNA)
        .find(|(_, leg)| leg.state == LegState::Connected)
        .map(|(call, _)| call.facts.id)
        .expect("a conversation");
    day.centre
        .command(ANNA, Command::Hold(call))
        .expect("a conversation");
    let now = day.centre.now() + Span::from_secs(1);
    day.centre.advance_to(now);
    let told = day.centre.advance_to(now + Span::from_secs(30));
    let heard = told
        .iter()
        .filter(|happening| matches!(&happening.what, What::Phrase { agent, .. } if *agent == ANNA));
    assert_eq!(heard.count(), 0);
}

#[test]
fn colleagues_and_the_supervisor_write_and_answer() {
    let mut day = Day::new(1, 1.0);
    day.pass(60, false);
    let supervisor = day.centre.supervisor_of(ANNA).expect("a supervisor");
    let messages = day.messages();
    assert!((8..40).contains(&messages.len()), "{}", messages.len());
    let from: BTreeSet<AgentId> = messages.iter().map(|(from, _)| *from).collect();
    assert!(from.len() > 2, "{from:?}");
    for from in from {
        assert!(
            !day.centre.agent(from).expect("an agent").attended,
            "no person is made to write"
        );
    }
    let attended = day.centre.agent(supervisor).expect("an agent").attended;
    let other = day
        .centre
        .agents()
        .iter()
        .find(|agent| agent.is_signed_in() && !agent.attended)
        .expect("a colleague")
        .id;
    day.happenings.clear();
    let hello = Command::Chat {
        to: Audience::Agent(other),
        text: "Hello?".to_owned(),
    };
    day.centre.command(ANNA, hello).expect("somebody there");
    day.pass(1, false);
    assert!(
        day.messages().iter().any(|(from, _)| *from == other),
        "it is answered"
    );
    // A person who is written to answers for himself.
    assert!(attended || supervisor != ANNA);
}

#[test]
fn a_long_queue_alerts_those_who_serve_it_and_not_again_until_it_was_short() {
    let mut day = Day::new(2, 3.0);
    day.pass(60, false);
    let alerts: Vec<_> = day
        .happenings
        .iter()
        .filter_map(|happening| match &happening.what {
            What::Alert { agent, alert } if *agent == ANNA => Some((happening, **alert)),
            _ => None,
        })
        .collect();
    assert!(alerts.len() > 1, "{}", alerts.len());
    for (_, alert) in &alerts {
        assert!(alert.value >= alert.threshold);
        let found = day.centre.agent(ANNA).expect("Anna");
        assert!(found.skills.contains(&alert.queue));
    }
    let mut events = Vec::new();
    rte::tell(&day.centre, alerts[0].0, &mut events);
    let data: Value = serde_json::from_str(&events[0].data).expect("JSON");
    assert_eq!(data["eventType"], "UserAlert");
    assert!(data["conditionName"].as_str().expect("a name").contains(": "));
}

#[test]
fn r48_r50_calls_are_announced_with_their_data_withdrawn_missed_and_given_up_in_the_queue() {
    let mut day = Day::new(3, 1.4);
    day.pass(240, true);
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut announced = 0;
    for happening in &day.happenings {
        let mut events = Vec::new();
        if happening.what.agent() == Some(ANNA) {
            ctios::tell(&day.centre, happening, &mut events);
        }
        for event in &events {
            names.insert(event.name);
            let fields: Value = serde_json::from_str(&event.arguments).expect("JSON");
            if event.name == "OnAgentPrecallEvent" {
                announced += 1;
                assert!(fields["CallVariable1"].is_string() && fields["ECC"]["user.customer"].is_string());
            }
        }
    }
    assert!(announced > 10, "{announced}");
    for name in [
        "OnAgentPrecallAbortEvent",
        "OnCallDiverted",
        "OnCallEnd",
        "OnChatMessage",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    let totals = day.centre.totals();
    assert!(totals.abandoned > 5 && totals.unanswered > 5, "{totals:?}");
}
