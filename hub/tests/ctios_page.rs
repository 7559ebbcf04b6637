//! What the hub tells in CTI OS' words, read by the page's own decoder: over random histories every desk's model is
//! what the centre is, and nothing told is odd to it.

mod floor;

use floor::{ANNA, BEN, Floor, SUPERVISOR, quiet};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use switchhook::domain::Moment;
use switchhook::domain::agent::{Agent, AgentState as PageState};
use switchhook::domain::call::{Call, Stage};
use switchhook::domain::command::{Command, InvokeId};
use switchhook::domain::ids::{CallKey, Key, Ref, SourceId};
use switchhook::domain::model::Model;
use switchhook::domain::telephony::Link;
use switchhook::protocol::message::Payload;
use switchhook::vendor::Oddities;
use switchhook::vendor::ctios::{Decoder, Outcome, Site, encode};
use switchhook_hub::centre::{AgentId, AgentState, LegState, Mask, Settings};
use switchhook_hub::tell::ctios;

const SOURCE: SourceId = SourceId(0);
const NOW: Moment = Moment(1_795_248_000_000);
const PEOPLE: [AgentId; 3] = [ANNA, BEN, SUPERVISOR];

/// One desk's page: what it has made of what it was told.
struct Page {
    me: String,
    model: Model,
    decoder: Decoder,
    oddities: Oddities,
}

impl Page {
    fn new(agent: AgentId) -> Self {
        let me = format!("user-{}", agent.number());
        let mut model = Model::default();
        model.begin_session(SOURCE);
        let row = model.agents.intern(Ref::new(SOURCE, &me));
        // What the directory says of everybody.
        model.agents.alias(Ref::new(SOURCE, &login(agent)), row);
        model.set_me(Some(row));
        Self {
            me,
            model,
            decoder: Decoder::default(),
            oddities: Oddities::default(),
        }
    }

    fn read(&mut self, name: &str, fields: &Value) {
        let arguments = json!([name, fields]).to_string();
        let model = &mut self.model;
        let outcome = self.decoder.decode(
            Payload::from_json(&arguments),
            &Site::default(),
            Some(&self.me),
            &mut self.oddities,
            &mut |at, event| model.apply(event, at, NOW),
        );
        assert!(matches!(outcome, Ok(Outcome::Told(_))), "{name}: {outcome:?}");
    }

    fn agent(&self, login: &str) -> Option<&Agent> {
        self.model
            .agents
            .get(self.model.agents.find(Ref::new(SOURCE, login))?)
    }

    /// The living calls of one side, by the object's id: stage and mask.
    fn calls(&self, of: Option<&str>) -> BTreeMap<String, (Stage, Option<u32>)> {
        let of = of.and_then(|login| self.model.agents.find(Ref::new(SOURCE, login)));
        let is_side = |call: &Call| match of {
            Some(agent) => call.agent == Some(agent),
            None => call.agent.is_none(),
        };
        let rows = self
            .model
            .calls
            .rows()
            .filter(|(_, call)| is_side(call) && !call.over);
        rows.map(|(_, call)| {
            let object = call.id.split('@').next().unwrap_or_default().to_owned();
            (object, (call.stage, call.mask.map(|mask| mask.raw)))
        })
        .collect()
    }
}

fn login(agent: AgentId) -> String {
    (1_001 + agent.number()).to_string()
}

fn stage(state: LegState) -> Option<Stage> {
    match state {
        LegState::Coming => None,
        LegState::Alerting => Some(Stage::Alerting),
        LegState::Dialling => Some(Stage::Dialling),
        LegState::Connected => Some(Stage::Connected),
        LegState::Held => Some(Stage::Held),
        LegState::Failed => Some(Stage::Failed),
    }
}

fn state(state: AgentState) -> PageState {
    match ctios::state_number(state) {
        1 => PageState::SignedOut,
        2 => PageState::NotReady,
        3 => PageState::Ready,
        4 => PageState::Talking,
        5 => PageState::WrapUp {
            ready_after: Some(false),
        },
        6 => PageState::WrapUp {
            ready_after: Some(true),
        },
        8 => PageState::Reserved,
        10 => PageState::OnHold,
        other => panic!("state {other}"),
    }
}

struct Desks {
    floor: Floor,
    pages: BTreeMap<AgentId, Page>,
}

impl Desks {
    fn new(settings: Settings) -> Self {
        let mut floor = Floor::new(settings);
        let pages = PEOPLE.map(|agent| (agent, Page::new(agent))).into();
        for agent in PEOPLE {
            let number = agent.number();
            let arguments = json!({"AgentID": login(agent), "AgentInstrument": (4_001 + number).to_string()});
            let _ = floor.send(agent, "Login", arguments);
        }
        floor.wait(200);
        let mut desks = Self { floor, pages };
        desks.read();
        desks
    }

    /// Gives a command, taken or not, lets time pass and reads what is told.
    fn ask(&mut self, agent: AgentId, method: &str, arguments: Value) {
        let _ = self.floor.send(agent, method, arguments);
        self.floor.wait(200);
        self.read();
    }

    fn read(&mut self) {
        for (agent, page) in &mut self.pages {
            for told in self.floor.take(*agent) {
                page.read(told.name, &told.fields);
            }
        }
    }

    /// Every page knows of its agent, and the supervisor's of the monitored one, what the centre knows.
    fn check(&self) {
        let centre = &self.floor.centre;
        for (id, page) in &self.pages {
            let agent = centre.agent(*id).expect("an agent");
            let row = page.agent(&login(*id)).expect("a row");
            assert_eq!(row.state(), state(agent.status.state), "{id:?}");
            let mask = page.model.desk.mask.map(|mask| mask.raw);
            // A desk without an agent has no mask of one.
            if agent.is_signed_in() {
                assert_eq!(mask, Some(agent.status.mask.bits()), "{id:?}");
            }
            assert_eq!(page.calls(None), self.legs(*id), "{id:?}");
            let current = page.model.desk.current.and_then(|key| page.model.calls.get(key));
            let is_live = agent.current.filter(|call| centre.call(*call).is_some());
            if let (Some(current), Some(call)) = (current, is_live) {
                assert_eq!(*current.id, *ctios::call_object(call));
            }
            assert!(page.oddities.is_empty(), "{id:?} {:?}", page.oddities);
        }
        let page = &self.pages[&SUPERVISOR];
        let monitored = centre.monitored_by(SUPERVISOR);
        let known = page.model.desk.supervisor.monitored;
        let row = monitored.and_then(|agent| page.model.agents.find(Ref::new(SOURCE, &login(agent))));
        assert_eq!(known.map(Key::index), row.map(Key::index));
        if let Some(agent) = monitored {
            // No monitored event tells of a mask alone: the agent's buttons are the agent's.
            // What is over is the agent's alone to file.
            let stages = |calls: BTreeMap<String, (Stage, _)>| -> BTreeMap<String, Stage> {
                let stages = calls.into_iter().map(|(id, (stage, _))| (id, stage));
                stages.filter(|(_, stage)| *stage != Stage::Ended).collect()
            };
            let known = stages(page.calls(Some(&login(agent))));
            assert_eq!(known, stages(self.legs(agent)), "monitored {agent:?}");
            let mask = page.model.desk.supervisor.mask.map(|mask| mask.raw);
            // A mask that enables nothing is not told as the first one.
            assert_eq!(mask.unwrap_or(0), centre.supervisor_mask(SUPERVISOR).bits());
        }
        let listens = centre.listening_of(SUPERVISOR).is_some();
        let known = page.model.desk.silent_monitor.as_ref();
        assert_eq!(
            known.is_some_and(|session| !session.is_over()),
            listens,
            "{known:?}"
        );
    }

    fn legs(&self, agent: AgentId) -> BTreeMap<String, (Stage, Option<u32>)> {
        let legs = self.floor.centre.calls_of(agent).filter_map(|(call, leg)| {
            let id = ctios::call_object(call.facts.id);
            Some((id, (stage(leg.state)?, Some(leg.mask.bits()))))
        });
        let found = self.floor.centre.agent(agent).expect("an agent");
        let kept = found.kept.iter().map(|kept| {
            let id = ctios::call_object(kept.facts.id);
            (id, (Stage::Ended, Some(kept.mask.bits())))
        });
        legs.chain(kept).collect()
    }

    /// The agent's calls that a desk knows of.
    fn call(&self, agent: AgentId, choice: usize) -> Option<String> {
        let calls: Vec<String> = self.legs(agent).into_keys().collect();
        calls.get(choice % calls.len().max(1)).cloned()
    }
}

/// Method and arguments number `choice` for an agent; `of` is a call of whom it is about.
fn command(choice: usize, call: Option<&str>) -> (&'static str, Value) {
    let of_call = [
        "Answer",
        "Hold",
        "Retrieve",
        "ClearConnection",
        "Alternate",
        "Reconnect",
        "Transfer",
        "Conference",
        "StartRecord",
        "StopRecord",
    ];
    if let (Some(call), Some(method)) = (call, of_call.get(choice)) {
        return (method, json!({"UniqueObjectID": call}));
    }
    match choice {
        10 => ("SetAgentState", json!({"AgentState": 3})),
        11 => ("SetAgentState", json!({"AgentState": 2, "EventReasonCode": 1})),
        12 => ("MakeCall", json!({"DialedNumber": "4002"})),
        13 => ("MakeCall", json!({"DialedNumber": "+3580401"})),
        14 => (
            "MakeConsultCall",
            json!({"UniqueObjectID": call, "DialedNumber": "4003", "ConsultType": 0}),
        ),
        15 => (
            "SingleStepTransfer",
            json!({"UniqueObjectID": call, "DialedNumber": "4002"}),
        ),
        16 => (
            "SetCallData",
            json!({"UniqueObjectID": call, "CallVariable3": "x", "CallWrapupData": "done"}),
        ),
        17 => ("MakeEmergencyCall", json!({"UniqueObjectID": call})),
        18 => (
            "SendChatMessage",
            json!({"Distribution": "agent", "Target": "1001", "Message": "hello"}),
        ),
        19 => ("EnableAgentStatistics", json!({})),
        20 => ("EnableSkillGroupStatistics", json!({"SkillGroupNumber": 1})),
        21 => ("RequestSkillGroupList", json!({})),
        _ => ("Clear", json!({"UniqueObjectID": call})),
    }
}

/// What a supervisor asks, about Anna or Ben.
fn supervision(choice: usize, about: &str, call: Option<&str>) -> (&'static str, Value) {
    match choice {
        0 => ("RequestAgentTeamList", json!({})),
        1 => ("StartMonitoringAllAgentTeams", json!({})),
        2 | 3 => ("StartMonitoringAgent", json!({"AgentReference": about})),
        4 => ("StopMonitoringAgent", json!({"AgentReference": about})),
        5..=7 => (
            "SuperviseCall",
            json!({"AgentReference": about, "CallReference": call, "SupervisoryAction": (choice - 2)}),
        ),
        8 => ("StartSilentMonitorRequest", json!({"AgentID": about})),
        9 => ("StopSilentMonitorRequest", json!({"SMSessionKey": 1})),
        10 => (
            "SetAgentState",
            json!({"AgentID": about, "SupervisorID": "1003", "AgentState": 3}),
        ),
        _ => ("Logout", json!({})),
    }
}

/// How far a consultation by Anna about Ben's call has come; the supervisor is consulted.
#[derive(Debug, Clone, Copy)]
enum Consultation {
    Rings,
    IsAnswered,
    Alternated,
    AlternatedTwice,
    Dropped,
    Transferred,
    Joined,
}

const CONSULTATIONS: [Consultation; 7] = [
    Consultation::Rings,
    Consultation::IsAnswered,
    Consultation::Alternated,
    Consultation::AlternatedTwice,
    Consultation::Dropped,
    Consultation::Transferred,
    Consultation::Joined,
];

/// Every order in which the three can hang up.
const ORDERS: [[AgentId; 3]; 6] = [
    [ANNA, BEN, SUPERVISOR],
    [ANNA, SUPERVISOR, BEN],
    [BEN, ANNA, SUPERVISOR],
    [BEN, SUPERVISOR, ANNA],
    [SUPERVISOR, ANNA, BEN],
    [SUPERVISOR, BEN, ANNA],
];

impl Desks {
    /// Presses a button of an agent's page: nothing happens when it is off. Answers whether it was on.
    ///
    /// The hub takes what the page offers, and what comes of it ends the command at the page.
    #[allow(clippy::needless_pass_by_value, reason = "reads better where it is called")]
    fn press(&mut self, agent: AgentId, command: Command) -> bool {
        let page = self.pages.get_mut(&agent).expect("a page");
        if page.model.command_allowed(SOURCE, &command).is_err() {
            return false;
        }
        let id = InvokeId(self.floor.invoke() + 1);
        let id_of = |key| page.model.calls.get(key).map(|call| &*call.id);
        let sent = encode(&command, id, id_of).expect("a call that is known");
        let arguments: Vec<Value> = serde_json::from_str(&sent.arguments).expect("JSON");
        page.model.begin_command(id, command.clone(), NOW);
        let taken = self.floor.send(agent, sent.method, arguments[0].clone());
        assert_eq!(taken, Ok(()), "{agent:?} {command:?}");
        self.floor.wait(400);
        self.read();
        let under_way = &self.pages[&agent].model.desk.in_flight;
        assert!(under_way.is_empty(), "{agent:?} {under_way:?}");
        true
    }

    /// An agent's living calls, the current one first.
    fn keys(&self, agent: AgentId) -> Vec<CallKey> {
        let model = &self.pages[&agent].model;
        let own = model.calls.ordered().filter(|key| model.is_own_call(*key));
        let mut keys: Vec<CallKey> = own
            .filter(|key| model.calls.get(*key).is_some_and(|call| call.stage.is_live()))
            .collect();
        keys.sort_by_key(|key| model.desk.current != Some(*key));
        keys
    }

    /// An agent leaves the call that it is in; whoever has all of its calls on hold takes one back first.
    fn hang_up(&mut self, agent: AgentId) {
        for key in self.keys(agent) {
            if self.press(agent, Command::EndCall(key)) {
                return;
            }
            if self.press(agent, Command::Retrieve(key)) {
                assert!(self.press(agent, Command::EndCall(key)));
                return;
            }
        }
    }

    /// A floor where Ben has called Anna, and where a consultation about that has come so far.
    fn consulting(how_far: Consultation) -> Self {
        let mut desks = Self::new(quiet());
        desks.floor.connect(BEN, ANNA);
        desks.read();
        let [original] = desks.keys(ANNA)[..] else {
            panic!("one call")
        };
        let consult = Command::Consult {
            call: original,
            number: "4003".into(),
            for_conference: matches!(how_far, Consultation::Joined),
        };
        assert!(desks.press(ANNA, consult));
        desks.floor.wait(2_000);
        desks.read();
        let [consultation, _] = desks.keys(ANNA)[..] else {
            panic!("two calls")
        };
        let told = desks.pages[&ANNA].model.calls.get(consultation).expect("a call");
        assert!(told.consult && told.about == Some(original));
        if matches!(how_far, Consultation::Rings) {
            return desks;
        }
        let ringing = desks.keys(SUPERVISOR)[0];
        assert!(desks.press(SUPERVISOR, Command::Answer(ringing)));
        let further: &[Command] = match how_far {
            Consultation::Rings | Consultation::IsAnswered => &[],
            Consultation::Alternated => &[Command::Alternate(consultation)],
            Consultation::AlternatedTwice => {
                &[Command::Alternate(consultation), Command::Alternate(original)]
            }
            Consultation::Dropped => &[Command::BackToCaller(consultation)],
            Consultation::Transferred => &[Command::CompleteTransfer(consultation)],
            Consultation::Joined => &[Command::CompleteConference(consultation)],
        };
        for command in further {
            assert!(desks.press(ANNA, command.clone()), "{how_far:?}: {command:?}");
            desks.check();
        }
        let stages: Vec<Stage> = desks
            .keys(ANNA)
            .iter()
            .filter_map(|key| Some(desks.pages[&ANNA].model.calls.get(*key)?.stage))
            .collect();
        let expected: &[Stage] = match how_far {
            Consultation::Rings => &[Stage::Dialling, Stage::Held],
            Consultation::Dropped | Consultation::Joined => &[Stage::Connected],
            Consultation::Transferred => &[],
            _ => &[Stage::Connected, Stage::Held],
        };
        assert_eq!(stages, expected, "{how_far:?}");
        desks
    }
}

#[test]
fn a_consultation_ends_well_in_every_order_in_which_the_three_hang_up() {
    for how_far in CONSULTATIONS {
        for order in ORDERS {
            let mut desks = Desks::consulting(how_far);
            desks.check();
            for agent in order {
                desks.hang_up(agent);
                desks.check();
            }
            // Whoever had two calls has left only one of them so far.
            for agent in order.into_iter().cycle().take(6) {
                desks.hang_up(agent);
                desks.check();
            }
            for agent in PEOPLE {
                assert_eq!(desks.keys(agent), [], "{how_far:?} {order:?}: {agent:?}");
                assert_eq!(desks.floor.centre.calls_of(agent).count(), 0);
                let model = &desks.pages[&agent].model;
                assert_eq!(model.desk.current, None, "{how_far:?} {order:?}: {agent:?}");
                let past = model.past_calls.iter().filter_map(|key| model.calls.get(*key));
                assert!(past.clone().count() > 0 && past.clone().all(|call| call.ending.is_some()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_desk_knows_what_the_centre_knows(
        seed in any::<u64>(),
        steps in prop::collection::vec((0_usize..3, 0_usize..24, 0_usize..4, 0_i64..6_000), 50),
    ) {
        let mut desks = Desks::new(Settings { seed, rate: 0.5, ..quiet() });
        desks.check();
        for (who, choice, which, pause) in steps {
            let agent = PEOPLE[who];
            desks.floor.wait(pause);
            if desks.floor.centre.agent(agent).is_some_and(|found| !found.is_signed_in()) {
                let number = agent.number();
                let arguments = json!({"AgentID": login(agent), "AgentInstrument": (4_001 + number).to_string()});
                desks.ask(agent, "Login", arguments);
            }
            let call = desks.call(agent, which);
            let (method, arguments) = command(choice, call.as_deref());
            desks.ask(agent, method, arguments);
            let member = [ANNA, BEN][which % 2];
            let (method, arguments) = supervision(choice % 12, &login(member), desks.call(member, which).as_deref());
            desks.ask(SUPERVISOR, method, arguments);
            desks.check();
        }
    }
}

#[test]
fn a_desk_is_told_the_settings_and_figures_it_asks_for_and_understands_all_of_them() {
    let mut desks = Desks::new(quiet());
    let centre = &desks.floor.centre;
    let invoke = switchhook_hub::tell::ctios::InvokeId(7);
    let events = [
        ctios::desk_settings(centre, ANNA, invoke),
        ctios::global_settings(invoke),
    ];
    desks.floor.keep(ANNA, events);
    desks.ask(ANNA, "EnableAgentStatistics", json!({}));
    desks.ask(ANNA, "EnableSkillGroupStatistics", json!({"SkillGroupNumber": 1}));
    desks.floor.wait(60_000);
    desks.read();
    let page = &desks.pages[&ANNA];
    let site = page
        .model
        .telephony()
        .site
        .as_deref()
        .expect("the settings of the site");
    assert!(!site.call_data.is_empty() && !site.grids.is_empty() && !site.profiles.is_empty());
    assert!(page.model.desk.desk_settings.is_some());
    let figures = page
        .model
        .statistics(page.model.desk.me.expect("me"))
        .expect("figures");
    assert!(!figures.columns.is_empty());
    assert!(!page.model.telephony().skill_groups.is_empty());
    assert_eq!(page.model.telephony().link, Link::Up);
    assert!(page.oddities.is_empty(), "{:?}", page.oddities);
}

/// Leaves every call by the buttons that there are; every page is right after each step.
fn leave(desks: &mut Desks, agent: AgentId) {
    for _ in 0..8 {
        let wish = desks.floor.centre.calls_of(agent).find_map(|(call, leg)| {
            let id = ctios::call_object(call.facts.id);
            [
                (Mask::RELEASE, "ClearConnection"),
                (Mask::RETRIEVE, "Retrieve"),
                (Mask::ANSWER, "Answer"),
            ]
            .into_iter()
            .find(|(bit, _)| leg.mask.allows(*bit))
            .map(|(_, method)| (method, json!({"UniqueObjectID": id})))
        });
        let Some((method, arguments)) = wish else { break };
        desks.ask(agent, method, arguments);
        desks.check();
    }
    assert!(desks.legs(agent).is_empty(), "{agent:?}");
}

#[test]
fn r60_r61_in_whatever_order_three_parties_hang_up_every_page_knows_who_is_left() {
    let orders = [
        [ANNA, BEN, SUPERVISOR],
        [ANNA, SUPERVISOR, BEN],
        [BEN, ANNA, SUPERVISOR],
        [BEN, SUPERVISOR, ANNA],
        [SUPERVISOR, ANNA, BEN],
        [SUPERVISOR, BEN, ANNA],
    ];
    for stage in [
        "ringing",
        "answered",
        "Alternate",
        "Reconnect",
        "Transfer",
        "Conference",
    ] {
        for order in orders {
            let mut desks = Desks::new(quiet());
            // Ben calls Anna, who asks the supervisor.
            desks.floor.connect(BEN, ANNA);
            desks.read();
            let original = desks.call(ANNA, 0);
            let ask = json!({"UniqueObjectID": original, "DialedNumber": "4003"});
            desks.ask(ANNA, "MakeConsultCall", ask);
            desks.floor.wait(1_500);
            desks.read();
            desks.check();
            let about = |desks: &Desks| {
                let current = desks.floor.centre.agent(ANNA).and_then(|agent| agent.current);
                json!({"UniqueObjectID": current.map(ctios::call_object)})
            };
            let consultation = about(&desks);
            if stage != "ringing" {
                desks.ask(SUPERVISOR, "Answer", consultation.clone());
                desks.check();
            }
            if !["ringing", "answered"].contains(&stage) {
                desks.ask(ANNA, stage, consultation);
                desks.check();
            }
            for agent in order {
                leave(&mut desks, agent);
            }
            desks.floor.wait(25_000);
            desks.read();
            desks.check();
            assert_eq!(desks.floor.centre.calls().count(), 0, "{stage} {order:?}");
            for agent in PEOPLE {
                assert!(desks.legs(agent).is_empty(), "{stage} {order:?}");
            }
        }
    }
}
