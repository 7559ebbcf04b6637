//! The same simulated hour told in each vocabulary: calls, states and counts in the model are those of the centre,
//! wherever the vocabulary can say it. What one cannot say, or says with less, is listed with its reason; the list is a
//! section of `docs/coverage.md`, and what is never said must stay unknown in the model.

#[path = "../../tests/document/mod.rs"]
mod document;
#[path = "../../tests/replay/mod.rs"]
mod replay;
mod stages;
mod telling;

use replay::{CALLGEM, CCS, Listener};
use stages::stage;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use switchhook::domain;
use switchhook::domain::agent::AgentState as Shown;
use switchhook::domain::call::Call as Row;
use switchhook_hub::centre::{
    self, AgentId, AgentState, CallId, CallKind, Centre, Happening, LegEvent, LegState, Moment, Settings,
    Span, What,
};
use switchhook_hub::tell::ctios;
use telling::{Vocabulary, Voices};

const START: Moment = Moment::from_millis(1_795_248_000_000);

/// Something that the centre knows of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    State,
    Reason,
    WrapUp,
    Calls,
    Stage,
    Direction,
    Number,
    Dialled,
    Queue,
    Buttons,
    Reservations,
    Answered,
    Missed,
    Holds,
    Failed,
    Queues,
    Callbacks,
}

impl Fact {
    const ALL: [Fact; 17] = [
        Fact::State,
        Fact::Reason,
        Fact::WrapUp,
        Fact::Calls,
        Fact::Stage,
        Fact::Direction,
        Fact::Number,
        Fact::Dialled,
        Fact::Queue,
        Fact::Buttons,
        Fact::Reservations,
        Fact::Answered,
        Fact::Missed,
        Fact::Holds,
        Fact::Failed,
        Fact::Queues,
        Fact::Callbacks,
    ];

    const fn words(self) -> &'static str {
        match self {
            Fact::State => "the agent's state",
            Fact::Reason => "the reason code of not ready",
            Fact::WrapUp => "wrap-up in progress",
            Fact::Calls => "which calls the agent has",
            Fact::Stage => "where each call stands",
            Fact::Direction => "who called whom",
            Fact::Number => "the other party's number",
            Fact::Dialled => "the number that was dialled",
            Fact::Queue => "the queue of a call",
            Fact::Buttons => "what the agent may do",
            Fact::Reservations => "for when a call was last reserved for the agent",
            Fact::Answered => "how many calls were connected",
            Fact::Missed => "how many calls were missed",
            Fact::Holds => "how often a call was put on hold",
            Fact::Failed => "how many calls failed",
            Fact::Queues => "the figures of queues",
            Fact::Callbacks => "open callbacks",
        }
    }
}

/// How much of a fact a vocabulary says.
#[derive(Clone, Copy)]
enum Says {
    /// All of it.
    Same,
    /// Nothing, and the model knows nothing of it.
    Nothing(&'static str),
    /// Not all of it; why, and whether what is told is as much of what is the case as can be expected.
    Less(&'static str, fn(&Compared<'_>) -> bool),
}

use Says::{Less, Nothing, Same};

/// One value of a fact, for the page of one agent.
struct Compared<'c> {
    centre: &'c Centre,
    agent: AgentId,
    /// In the centre.
    known: Option<&'c str>,
    /// In the model.
    told: Option<&'c str>,
    /// It is of a call that has failed and was not dismissed yet.
    is_failed: bool,
    /// It is of a call about another call.
    is_consultation: bool,
}

impl Compared<'_> {
    fn is_same(&self) -> bool {
        self.known == self.told
    }

    fn extension(&self) -> Option<&str> {
        self.centre
            .agent(self.agent)
            .map(|agent| agent.extension.as_str())
    }

    fn is_an_extension(&self) -> bool {
        let mut agents = self.centre.agents().iter();
        agents.any(|agent| self.told == Some(agent.extension.as_str()))
    }
}

/// Whether a count has some of what it should count, and nothing else.
fn counts_some(compared: &Compared<'_>) -> bool {
    let count = |value: Option<&str>| value.map_or(Some(0), |value| value.parse::<u32>().ok());
    count(compared.told) <= count(compared.known)
}

const ONLY_CALLS: &str = "it tells of calls and not of agents";
const ONLY_SERVERS: &str =
    "its special events tell of servers, reservations and data, not of calls and states";
const NO_RESERVATIONS: &str = "it has no event for a reservation";
const NO_QUEUES: &str = "it tells no figures of queues";
const NO_CALLBACKS: &str = "it has no callbacks";
const NO_MASKS: &str = "what is allowed is told by CTI OS alone";
const NO_SECOND_SIDE: &str =
    "a session is its first agent's; of a second agent no more is told than who it is";
const NO_FAILURES: &str =
    "no event tells that a call has failed; it is being dialled until it is disconnected";
const NO_PARTIES: &str =
    "no known parameter tells a direction or a party's number; both are data of the session";

/// How much of each fact each vocabulary says.
#[allow(clippy::match_same_arms, reason = "from the more special to the more general")]
fn says(fact: Fact, vocabulary: Vocabulary) -> Says {
    use Vocabulary::{CallGem, Ccs, Ctios, Rte, TServer};
    match (fact, vocabulary) {
        (Fact::Reservations, TServer) => Same,
        (Fact::Reservations, _) => Nothing(NO_RESERVATIONS),
        (Fact::Queues | Fact::Callbacks, Rte) => Same,
        (Fact::Queues, _) => Nothing(NO_QUEUES),
        (Fact::Callbacks, _) => Nothing(NO_CALLBACKS),
        (_, TServer) => Nothing(ONLY_SERVERS),
        (Fact::Buttons, Ctios) => Same,
        (Fact::Buttons, _) => Nothing(NO_MASKS),
        (Fact::State | Fact::Reason | Fact::WrapUp, Ccs | CallGem) => Nothing(ONLY_CALLS),
        (Fact::State, Rte) => Less(
            "facts instead of states: reserved and holding agents are talking, and what follows wrap-up is not told",
            |compared| {
                let coarse = match compared.known {
                    Some("Reserved" | "OnHold") => Some("Talking"),
                    Some(state) if state.starts_with("WrapUp") => Some("WrapUp { ready_after: None }"),
                    other => other,
                };
                coarse == compared.told
            },
        ),
        (Fact::Reason, Rte) => Nothing("a reason is a note in words, without its code"),
        (Fact::Failed, Rte) => Nothing(NO_FAILURES),
        (Fact::Calls | Fact::Stage | Fact::Direction | Fact::Dialled, Rte) => {
            Less(NO_FAILURES, |compared| compared.is_same() || compared.is_failed)
        }
        (Fact::Queue, Ctios) => Less(
            "the queue is a call variable, and a consultation has the variables of the call that it is about",
            |compared| compared.is_same() || compared.is_consultation,
        ),
        (Fact::Queue, Rte) => {
            Nothing("a call comes without its queue; the agent's status presumes one (R18)")
        }
        (Fact::Number, Rte) => Less(
            "to whom a call is handed over, no event tells the new party's number",
            |compared| compared.is_same() || compared.is_failed || compared.is_an_extension(),
        ),
        (Fact::Dialled, Ccs) => Less(
            "a leg is called at its subscriber's number, whatever the caller dialled",
            |compared| compared.is_same() || compared.told == compared.extension(),
        ),
        (Fact::Direction | Fact::Number | Fact::Dialled, CallGem) => Nothing(NO_PARTIES),
        (Fact::Calls | Fact::Stage | Fact::Queue, CallGem) => Less(NO_SECOND_SIDE, |compared| {
            compared.is_same() || compared.told.is_none()
        }),
        (Fact::Answered | Fact::Missed | Fact::Holds | Fact::Failed, CallGem) => {
            Less(NO_SECOND_SIDE, counts_some)
        }
        (_, Rte | Ctios | Ccs) => Same,
    }
}

/// What is known of the hour, from the happenings themselves.
struct Hour {
    centre: Centre,
    voices: Voices,
    /// A listener for each agent and vocabulary.
    listeners: BTreeMap<(AgentId, Vocabulary), Listener>,
    /// Calls by their id in the RTE.
    calls: BTreeMap<String, u32>,
    /// The figures of queues as they were last told.
    queues: BTreeMap<u32, String>,
    reserved: BTreeMap<AgentId, Moment>,
    counts: BTreeMap<(AgentId, Fact), u32>,
}

impl Hour {
    fn new(seed: u64) -> Self {
        let centre = Centre::new(Settings {
            seed,
            agents: 12,
            queues: 4,
            callbacks: 12,
            rate: 1.2,
            start: START,
            desks: 0,
        });
        let voices = Voices::new(&centre);
        let mut listeners = BTreeMap::new();
        for agent in centre.agents() {
            let head = Voices::head(&centre, agent.id);
            for vocabulary in Vocabulary::ALL {
                let mut listener = Listener::new(&head);
                let at = domain::Moment(START.as_millis());
                match vocabulary {
                    Vocabulary::Rte => {
                        for arguments in telling::rte_snapshot(&centre) {
                            listener.hear(at, "MessageReceived", &arguments);
                        }
                    }
                    Vocabulary::Ctios => {
                        for event in ctios::snapshot(&centre, agent.id) {
                            listener.hear(at, "CtiEvent", &telling::cti_arguments(&event));
                        }
                    }
                    // Of agents these say nothing, and there are no calls yet.
                    Vocabulary::TServer | Vocabulary::Ccs | Vocabulary::CallGem => {}
                }
                listener.told.clear();
                listeners.insert((agent.id, vocabulary), listener);
            }
        }
        let queues = centre.queues().iter().map(|queue| {
            let figures = figures_in_centre(&queue.figures(START), queue.opening);
            (queue.id.number(), figures)
        });
        Self {
            queues: queues.collect(),
            centre,
            voices,
            listeners,
            calls: BTreeMap::new(),
            reserved: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }

    fn pass(&mut self, until: Moment) {
        let mut said = Vec::new();
        for happening in self.centre.advance_to(until) {
            self.note(&happening);
            self.voices.say(&self.centre, &happening, &mut said);
        }
        for said in said {
            for ((agent, vocabulary), listener) in &mut self.listeners {
                if *vocabulary == said.vocabulary && said.to.is_none_or(|to| to == *agent) {
                    let at = domain::Moment(said.at.as_millis());
                    listener.hear(at, said.target, &said.arguments);
                }
            }
        }
    }

    fn note(&mut self, happening: &Happening) {
        match &happening.what {
            What::Leg {
                agent,
                call,
                direction,
                event,
                ..
            } => {
                self.calls.insert(call.guid.to_string(), call.id.number());
                let fact = match event {
                    LegEvent::Established => Fact::Answered,
                    LegEvent::Held => Fact::Holds,
                    LegEvent::Failed => Fact::Failed,
                    LegEvent::Ended {
                        was_connected: false, ..
                    } if *direction == centre::Direction::In => Fact::Missed,
                    LegEvent::Allocated if call.queue.is_some() => {
                        self.reserved.insert(*agent, happening.at);
                        return;
                    }
                    _ => return,
                };
                *self.counts.entry((*agent, fact)).or_default() += 1;
            }
            What::QueueChanged {
                queue,
                figures,
                opening,
            } => {
                self.queues
                    .insert(queue.number(), figures_in_centre(figures, *opening));
            }
            _ => {}
        }
    }

    /// The fact as the centre knows it: by call, or under 0.
    fn in_centre(&self, fact: Fact, agent: AgentId) -> BTreeMap<u32, String> {
        let status = &self.centre.agent(agent).expect("an agent").status;
        let one = |value: String| BTreeMap::from([(0, value)]);
        let of_calls = |value: &dyn Fn(&centre::CallFacts, &centre::Leg) -> Option<String>| {
            // A failed call is over for the agent, though it is still to be dismissed.
            let calls = self.centre.calls_of(agent);
            calls
                .filter(|(_, leg)| leg.state != LegState::Failed)
                .filter_map(|(call, leg)| Some((call.facts.id.number(), value(&call.facts, leg)?)))
                .collect()
        };
        match fact {
            Fact::State => one(format!("{:?}", shown(status.state))),
            Fact::Reason if status.state == AgentState::NotReady => one(status.reason.code().to_string()),
            Fact::Reason => BTreeMap::new(),
            Fact::WrapUp => one(status.state.is_wrap_up().to_string()),
            Fact::Calls => of_calls(&|_, _| Some(String::new())),
            Fact::Stage => of_calls(&|_, leg| Some(format!("{:?}", stage(leg.state)))),
            Fact::Direction => of_calls(&|_, leg| {
                Some(match leg.direction {
                    centre::Direction::In => "Inbound".to_owned(),
                    centre::Direction::Out => "Outbound".to_owned(),
                })
            }),
            Fact::Number => of_calls(&|facts, leg| {
                Some(match leg.direction {
                    centre::Direction::In => facts.caller_number.clone(),
                    centre::Direction::Out => facts.target_number.clone(),
                })
            }),
            Fact::Dialled => of_calls(&|facts, _| Some(facts.target_number.clone())),
            Fact::Queue => of_calls(&|facts, _| Some(self.centre.queue(facts.queue?)?.name.clone())),
            Fact::Buttons => of_calls(&|_, leg| Some(leg.mask.bits().to_string())),
            Fact::Reservations => self
                .reserved
                .get(&agent)
                .map_or_else(BTreeMap::new, |at| one(at.as_millis().to_string())),
            Fact::Answered | Fact::Missed | Fact::Holds | Fact::Failed => {
                let count = self.counts.get(&(agent, fact));
                count.map_or_else(BTreeMap::new, |count| one(count.to_string()))
            }
            Fact::Queues => self.queues.clone(),
            Fact::Callbacks => self
                .centre
                .callbacks()
                .map(|callback| {
                    let assigned = callback.assigned.and_then(|agent| self.centre.agent(agent));
                    let value = callback_words(
                        &callback.contact_number,
                        assigned.map(|agent| agent.name.as_str()),
                        callback.attempts.len(),
                    );
                    (callback.id.number(), value)
                })
                .collect(),
        }
    }

    /// The same as a model knows it.
    fn in_model(&self, fact: Fact, agent: AgentId, vocabulary: Vocabulary) -> BTreeMap<u32, String> {
        let listener = &self.listeners[&(agent, vocabulary)];
        let model = &listener.model;
        let me = model
            .desk
            .me
            .and_then(|me| model.agents.get(me))
            .expect("the agent");
        let one = |value: Option<String>| value.map(|value| (0, value)).into_iter().collect();
        let of_calls = |value: &dyn Fn(&Row) -> Option<String>| -> BTreeMap<u32, String> {
            let rows = model.calls.rows();
            rows.filter(|(key, row)| model.is_own_call(*key) && row.stage.is_live())
                .filter_map(|(_, row)| Some((self.number(row), value(row)?)))
                .collect()
        };
        let told = |names: &[&str]| {
            let told = listener.told.iter();
            let count = told.filter(|(_, told)| names.iter().any(|name| told.starts_with(name)));
            one(Some(count.count())
                .filter(|count| *count > 0)
                .map(|count| count.to_string()))
        };
        match fact {
            Fact::State => match me.state() {
                Shown::Unknown => BTreeMap::new(),
                state => one(Some(format!("{state:?}"))),
            },
            Fact::Reason if me.state() == Shown::NotReady => one(me.reason.map(|code| code.to_string())),
            Fact::Reason => BTreeMap::new(),
            Fact::WrapUp if me.state() == Shown::Unknown => BTreeMap::new(),
            Fact::WrapUp => one(Some(me.state().is_wrap_up().to_string())),
            Fact::Calls => of_calls(&|_| Some(String::new())),
            Fact::Stage => of_calls(&|row| Some(format!("{:?}", row.stage))),
            Fact::Direction => of_calls(&|row| row.direction.map(|direction| format!("{direction:?}"))),
            Fact::Number => of_calls(&|row| row.number.as_deref().map(str::to_owned)),
            Fact::Dialled => of_calls(&|row| row.dialled.as_deref().map(str::to_owned)),
            Fact::Queue => of_calls(&|row| {
                let names = ["queue", "CampaignName"];
                let data = row.data.iter().find(|(name, _)| names.contains(&&**name));
                let name = row.queue_name.as_deref().or(data.map(|(_, value)| &**value));
                name.filter(|name| !name.is_empty()).map(str::to_owned)
            }),
            Fact::Buttons => of_calls(&|row| row.mask.map(|mask| mask.raw.to_string())),
            Fact::Reservations => one(me.reservation.map(|reservation| reservation.from.0.to_string())),
            Fact::Answered => told(&["Connected("]),
            Fact::Missed => told(&["Missed("]),
            Fact::Holds => told(&["Held("]),
            Fact::Failed => told(&["Failed("]),
            Fact::Queues => model
                .queues
                .rows()
                .filter(|(_, row)| row.heard.is_some())
                .map(|(_, row)| {
                    let queue = self
                        .centre
                        .queues()
                        .iter()
                        .find(|queue| queue.guid.to_string() == *row.id);
                    (
                        queue.map_or(u32::MAX, |queue| queue.id.number()),
                        figures_in_model(row),
                    )
                })
                .collect(),
            Fact::Callbacks => model
                .callbacks
                .rows()
                .map(|(_, row)| {
                    let known = self
                        .centre
                        .callbacks()
                        .find(|known| known.guid.to_string() == *row.id);
                    let assigned = row.assigned.and_then(|agent| model.agents.get(agent));
                    let value = callback_words(
                        row.number.as_deref().unwrap_or_default(),
                        assigned.and_then(|agent| agent.name.as_deref()),
                        row.attempts.as_deref().unwrap_or_default().len(),
                    );
                    (known.map_or(u32::MAX, |known| known.id.number()), value)
                })
                .collect(),
        }
    }

    /// How the agent's leg of a call stands in the centre.
    fn leg(&self, agent: AgentId, call: u32) -> Option<LegState> {
        let mut calls = self.centre.calls_of(agent);
        let leg = calls.find(|(known, _)| known.facts.id.number() == call);
        leg.map(|(_, leg)| leg.state)
    }

    fn is_consultation(&self, call: u32) -> bool {
        let call = self.centre.call(CallId::new(call));
        call.is_some_and(|call| call.facts.kind == CallKind::Consultation)
    }

    /// The centre's number of a call, by the id that its source gives it.
    fn number(&self, row: &Row) -> u32 {
        let id: &str = &row.id;
        let text = match row.source {
            CCS => id.split('-').nth(1),
            CALLGEM => Some(id),
            _ => id.rsplit_once('.').map(|(_, number)| number),
        };
        text.and_then(|text| text.parse().ok())
            .or_else(|| self.calls.get(id).copied())
            .unwrap_or(u32::MAX)
    }
}

/// The domain's word for a state.
fn shown(state: AgentState) -> Shown {
    match state {
        AgentState::SignedOut => Shown::SignedOut,
        AgentState::NotReady => Shown::NotReady,
        AgentState::Ready => Shown::Ready,
        AgentState::Talking => Shown::Talking,
        AgentState::WorkNotReady => Shown::WrapUp {
            ready_after: Some(false),
        },
        AgentState::WorkReady => Shown::WrapUp {
            ready_after: Some(true),
        },
        AgentState::Reserved => Shown::Reserved,
        AgentState::Hold => Shown::OnHold,
    }
}

fn figures_in_centre(figures: &centre::QueueFigures, opening: centre::Opening) -> String {
    let wait = figures.longest_wait.as_secs() * 1000;
    let centre::QueueFigures {
        waiting,
        allocated,
        connected,
        signed_in,
        free,
        wrapping_up,
        ..
    } = figures;
    format!(
        "{waiting} {wait} {allocated} {connected} {signed_in} {free} {wrapping_up} {}",
        opening.takes_calls()
    )
}

fn figures_in_model(row: &domain::queue::Queue) -> String {
    use domain::queue::{LongestWait, OpenStatus};
    let wait = match row.longest_wait {
        Some(LongestWait::Milliseconds(wait)) => wait,
        _ => -1,
    };
    let figures = [
        row.allocated,
        row.connected,
        row.checked_in,
        row.free,
        row.wrap_up,
    ];
    let figures: Vec<String> = figures
        .iter()
        .map(|figure| figure.unwrap_or(u32::MAX).to_string())
        .collect();
    let open = matches!(row.open, Some(OpenStatus::Open { .. }));
    format!(
        "{} {wait} {} {open}",
        row.waiting.unwrap_or(u32::MAX),
        figures.join(" ")
    )
}

fn callback_words(number: &str, assigned: Option<&str>, attempts: usize) -> String {
    format!("{number} {} {attempts}", assigned.unwrap_or("nobody"))
}

/// Compares every fact in every vocabulary, for every agent.
fn compare(hour: &Hour, wrong: &mut Vec<String>) {
    for agent in hour.centre.agents() {
        for fact in Fact::ALL {
            let known = hour.in_centre(fact, agent.id);
            for vocabulary in Vocabulary::ALL {
                let told = hour.in_model(fact, agent.id, vocabulary);
                let keys = known
                    .keys()
                    .chain(told.keys().filter(|key| !known.contains_key(key)));
                for key in keys {
                    let leg = hour.leg(agent.id, *key);
                    if leg == Some(LegState::Coming) {
                        continue;
                    }
                    let compared = Compared {
                        centre: &hour.centre,
                        agent: agent.id,
                        known: known.get(key).map(String::as_str),
                        told: told.get(key).map(String::as_str),
                        is_failed: leg == Some(LegState::Failed),
                        is_consultation: hour.is_consultation(*key),
                    };
                    let fits = match says(fact, vocabulary) {
                        Same => compared.is_same(),
                        Nothing(_) => compared.told.is_none(),
                        Less(_, fits) => fits(&compared),
                    };
                    if !fits {
                        wrong.push(format!(
                            "{}, {}, agent {}, call {key} at {}: the centre knows {:?}, the model {:?}",
                            fact.words(),
                            vocabulary.name(),
                            agent.login,
                            hour.centre.now().since(START).as_secs(),
                            compared.known,
                            compared.told
                        ));
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_hour_is_the_same_in_every_vocabulary_as_far_as_it_can_say() {
    for seed in [21, 22] {
        let mut hour = Hour::new(seed);
        let mut wrong = Vec::new();
        for step in 1..=180 {
            hour.pass(START + Span::from_secs(step * 20));
            compare(&hour, &mut wrong);
        }
        let first: Vec<&String> = wrong.iter().take(20).collect();
        assert!(
            wrong.is_empty(),
            "seed {seed}: {} differences\n{first:#?}",
            wrong.len()
        );
        // Enough has happened for the comparison to mean something.
        for fact in [Fact::Answered, Fact::Missed, Fact::Holds, Fact::Failed] {
            let agents = hour.centre.agents().iter();
            let counts = agents.filter_map(|agent| hour.counts.get(&(agent.id, fact)));
            assert!(counts.sum::<u32>() > 3, "{}", fact.words());
        }
    }
}

#[test]
fn the_documents_differences_are_those_that_the_comparison_allows() {
    let names: Vec<&str> = Vocabulary::ALL
        .iter()
        .map(|vocabulary| vocabulary.name())
        .collect();
    let mut table = format!(
        "\n| fact | {} |\n| --- |{}\n",
        names.join(" | "),
        " --- |".repeat(names.len())
    );
    let mut reasons: Vec<&str> = Vec::new();
    for fact in Fact::ALL {
        let mut row = format!("| {} |", fact.words());
        for vocabulary in Vocabulary::ALL {
            let (word, why) = match says(fact, vocabulary) {
                Same => ("same", None),
                Nothing(why) => ("unsaid", Some(why)),
                Less(why, _) => ("less", Some(why)),
            };
            let note = why.map(|why| {
                let place = reasons.iter().position(|known| *known == why).unwrap_or_else(|| {
                    reasons.push(why);
                    reasons.len() - 1
                });
                format!(" ({})", place + 1)
            });
            let _ = write!(row, " {word}{} |", note.unwrap_or_default());
        }
        let _ = writeln!(table, "{row}");
    }
    table.push('\n');
    for (number, why) in (1..).zip(reasons) {
        let (first, rest) = why.split_at(1);
        let _ = writeln!(table, "{number}. {}{rest}.", first.to_uppercase());
    }
    table.push_str(
        "\nA call that is on its way to a desk and has not reached it is left out: for half a second the RTE tells it \
         as ringing and CTI OS not at all.\n\n",
    );
    document::check(
        concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
        "docs/coverage.md",
        "differences",
        &table,
    );
}
