//! An old snapshot and the events since are a new snapshot: whoever listened all the time and whoever has just come in
//! see the same, in each vocabulary that has snapshots, over random histories of the simulated centre.

#[path = "../../tests/replay/mod.rs"]
mod replay;
mod telling;

use proptest::prelude::*;
use replay::{Listener, dump};
use switchhook::domain;
use switchhook_hub::centre::{AgentId, Centre, Moment, Settings, Span};
use switchhook_hub::tell::ctios;
use telling::{Said, Vocabulary, Voices};

const START: Moment = Moment::from_millis(1_795_248_000_000);

/// A centre and everything that it says.
struct Story {
    centre: Centre,
    voices: Voices,
}

impl Story {
    fn new(seed: u64, rate: f64) -> Self {
        let centre = Centre::new(Settings {
            seed,
            agents: 10,
            queues: 3,
            callbacks: 8,
            rate,
            start: START,
            desks: 0,
        });
        let voices = Voices::new(&centre);
        Self { centre, voices }
    }

    /// Lets time pass for everybody who listens.
    fn pass(&mut self, span: Span, listeners: &mut [&mut Page]) {
        let mut said = Vec::new();
        for happening in self.centre.advance_to(self.centre.now() + span) {
            self.voices.say(&self.centre, &happening, &mut said);
        }
        for page in listeners {
            for said in &said {
                page.hear(said);
            }
        }
    }

    /// Whoever comes in now, and hears what is now the case.
    fn page(&mut self, vocabulary: Vocabulary, agent: AgentId) -> Page {
        let mut page = Page {
            vocabulary,
            agent,
            listener: Listener::new(&Voices::head(&self.centre, agent)),
        };
        let now = domain::Moment(self.centre.now().as_millis());
        let mut hear = |target: &str, arguments: &str| page.listener.hear(now, target, arguments);
        match vocabulary {
            Vocabulary::Rte => {
                for arguments in telling::rte_snapshot(&self.centre) {
                    hear("MessageReceived", &arguments);
                }
            }
            Vocabulary::Ctios => {
                for event in ctios::snapshot(&self.centre, agent) {
                    hear("CtiEvent", &telling::cti_arguments(&event));
                }
            }
            Vocabulary::Ccs => {
                for arguments in self.voices.ccs_picture(&self.centre) {
                    hear("CcsEvent", &arguments);
                }
            }
            Vocabulary::CallGem => {
                for line in self.voices.callgem_present(&self.centre) {
                    hear("CallGem", &line);
                }
            }
            Vocabulary::TServer => {}
        }
        page
    }
}

/// Somebody who listens to one vocabulary.
struct Page {
    vocabulary: Vocabulary,
    agent: AgentId,
    listener: Listener,
}

impl Page {
    fn hear(&mut self, said: &Said) {
        if said.vocabulary == self.vocabulary && said.to.is_none_or(|to| to == self.agent) {
            let at = domain::Moment(said.at.as_millis());
            self.listener.hear(at, said.target, &said.arguments);
        }
    }

    /// What the page shows, but for what only those can know who were there: since when, and from which past.
    fn shows(&self) -> Vec<String> {
        let witnessed = [
            "heard",
            "confirmed_in",
            "since",
            "begun",
            "connected",
            "held_since",
            "held_for",
            // A conference that has shrunk to two, and a call that was consulted about and is over.
            "conference",
            "about",
            "wrap_up_to_come",
            "terminals",
            // Told at sign-in, and not with every state.
            "assignment",
            "availability_since",
            // Told with the counters, and growing in between.
            "longest_wait",
            // What the own agent, the call and the colleagues went through while somebody was there.
            "states",
            "cause_to_come",
            "forced_out",
            "history",
            "phrases_before",
            "messages",
            "messages_told",
            "messages_version",
            "alerts",
            "alerts_told",
        ];
        let rows = dump::rows(&self.listener.model, None, &|field| !witnessed.contains(&field));
        let mut section = "";
        let mut shown = Vec::new();
        for line in rows.lines() {
            if !line.starts_with(' ') {
                section = line;
                continue;
            }
            let is_past = line.contains(", ended ") || line.contains("over true");
            // The RTE has no snapshot of calls: who comes in late hears of a call with its next event.
            let is_untold = self.vocabulary == Vocabulary::Rte && section == "calls";
            if !(is_past || is_untold || section == "past calls") {
                shown.push(without_passing_information(line));
            }
        }
        shown
    }
}

/// A row without data that says nothing, and without what ccsevents tell of a dialog or session when it changes, and
/// not again.
fn without_passing_information(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(end) = line.find(", \"\")") {
        let start = line[..end].rfind("(\"").unwrap_or(end);
        line.replace_range(start..end + 5, "");
    }
    for name in ["parties", "number"] {
        if let Some(start) = line.find(&format!("(\"{name}\", ")) {
            let end = line[start..].find(')').map_or(line.len(), |end| start + end + 1);
            line.replace_range(start..end, "");
        }
    }
    let line = line.replace(", , ", ", ").replace(", , ", ", ");
    line.replace("[, ", "[")
        .replace(", ]", "]")
        .replace(", data []", "")
}

/// What either page shows and the other does not.
fn differences(vocabulary: Vocabulary, history: &History) -> Vec<String> {
    let mut story = Story::new(history.seed, history.rate);
    let agent = story.centre.agents()[history.agent].id;
    story.pass(Span::from_secs(history.before), &mut []);
    let mut old = story.page(vocabulary, agent);
    story.pass(Span::from_secs(history.between), &mut [&mut old]);
    let mut new = story.page(vocabulary, agent);
    // A queue's figures are told at most every two seconds; what has changed by now is told by then.
    story.pass(Span::from_secs(3), &mut [&mut old, &mut new]);
    let (shown, known) = (old.shows(), new.shows());
    let only_old = shown
        .iter()
        .filter(|line| !known.contains(line))
        .map(|line| format!("old: {line}"));
    let only_new = known
        .iter()
        .filter(|line| !shown.contains(line))
        .map(|line| format!("new: {line}"));
    let odd = new
        .listener
        .oddities
        .tallies()
        .iter()
        .map(|tally| format!("odd: {tally:?}"));
    only_old.chain(only_new).chain(odd).collect()
}

/// A random history, and when in it somebody comes in.
#[derive(Debug, Clone)]
struct History {
    seed: u64,
    rate: f64,
    agent: usize,
    before: i64,
    between: i64,
}

prop_compose! {
    fn any_history()(
        seed in 0_u64..1_000_000,
        rate in 0.5_f64..4.0,
        agent in 0_usize..10,
        before in 0_i64..2_400,
        between in 1_i64..1_800,
    ) -> History {
        History { seed, rate, agent, before, between }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn d4_the_rte_snapshot_is_where_the_events_lead(history in any_history()) {
        prop_assert_eq!(differences(Vocabulary::Rte, &history), Vec::<String>::new());
    }

    #[test]
    fn r45_r46_the_ctios_snapshot_is_where_the_events_lead(history in any_history()) {
        prop_assert_eq!(differences(Vocabulary::Ctios, &history), Vec::<String>::new());
    }

    #[test]
    fn the_picture_of_ccsevents_is_where_the_events_lead(history in any_history()) {
        prop_assert_eq!(differences(Vocabulary::Ccs, &history), Vec::<String>::new());
    }

    #[test]
    fn the_sessions_of_callgem_are_where_the_events_lead(history in any_history()) {
        prop_assert_eq!(differences(Vocabulary::CallGem, &history), Vec::<String>::new());
    }
}
