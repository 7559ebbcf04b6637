//! What the tests of CTI OS share: a centre with several desks, each of which keeps what it was told.
//!
//! Lives here: giving commands as hub methods, letting time pass, and the check of every told event against
//! the catalogue of documented events and by the page's own reader. May not be here: expectations of a single
//! test.

#![allow(dead_code, reason = "each test program uses a part of it")]

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use switchhook::protocol::Payload;
use switchhook::vendor::Oddities;
use switchhook::vendor::ctios::{Decoder, Site};
use switchhook_hub::centre::{AgentId, Centre, Happening, LegState, Moment, Settings, Span};
use switchhook_hub::tell::ctios::{self, CtiEvent, UnreadableCommand};

/// The documented events: of every name, the fields with the types that any interface gives them.
static CATALOGUE: LazyLock<BTreeMap<String, BTreeMap<String, BTreeSet<String>>>> = LazyLock::new(|| {
    let text = include_str!("../../../tests/vocabulary/cisco_ctios.json");
    let catalogue: Value = serde_json::from_str(text).expect("the catalogue is JSON");
    let mut events: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let list = catalogue["events"].as_array().expect("events");
    let mut inherits = Vec::new();
    for event in list {
        let name = event["name"].as_str().expect("a name").to_owned();
        if let Some(base) = event["inherits_fields_of"].as_str() {
            let base = base.split('.').next_back().expect("a name").to_owned();
            inherits.push((name.clone(), base));
        }
        let fields = events.entry(name).or_default();
        for field in event["fields"].as_array().expect("fields") {
            let kind = field["type"].as_str().unwrap_or_default().to_owned();
            let name = field["name"].as_str().expect("a name").to_owned();
            fields.entry(name).or_default().insert(kind);
        }
    }
    for (name, base) in inherits {
        let fields = events[&base].clone();
        events.entry(name).or_default().extend(fields);
    }
    events
});

/// Every documented name.
pub(crate) fn documented_names() -> impl Iterator<Item = &'static String> {
    CATALOGUE.keys()
}

/// Fails when an event, one of its fields or the type of a value is not as documented. Added by the hub:
/// `InvokeID` in answers, the mask in failures and snapshots, the call in `OnCallReachedNetworkEvent`, the
/// configured statistics, what follows a call and who changed a state.
pub(crate) fn check_documented(event: &CtiEvent) -> Map<String, Value> {
    let documented = CATALOGUE
        .get(event.name)
        .unwrap_or_else(|| panic!("{} is not documented", event.name));
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&event.arguments) else {
        panic!("{}: {}", event.name, event.arguments);
    };
    for (name, value) in &fields {
        let base = name.split_once('[').map_or(name.as_str(), |(base, _)| base);
        let kinds = documented.get(name).or_else(|| match base {
            "SkillGroup" => documented.get("SkillGroup[j]"),
            "Skillgroup" => documented.get("Skillgroup[n]"),
            _ => None,
        });
        let answers = event.name.ends_with("Conf") || event.name == "OnSetAgentModeEvent";
        let added = match name.as_str() {
            "InvokeID" => answers || matches!(event.name, "OnLogoutFailed" | "OnHeartbeat"),
            "EnablementMask" => matches!(event.name, "OnControlFailureConf" | "OnSnapshotCallConf"),
            // Nothing documented says which call it is.
            "UniqueObjectID" => event.name.ends_with("CallReachedNetworkEvent"),
            // What follows a call, and who changed a state: nothing documented tells of either.
            "NextAgentState" | "NextEventReasonCode" | "NextAgentStateByID" => matches!(
                event.name,
                "OnQueryAgentStateConf"
                    | "OnPreLogout"
                    | "OnPostLogout"
                    | "OnAgentStateChange"
                    | "OnMonitoredAgentStateChange"
            ),
            "StateChangedBy" | "StateChangedByID" => matches!(
                event.name,
                "OnPreLogout" | "OnPostLogout" | "OnAgentStateChange" | "OnMonitoredAgentStateChange"
            ),
            "STATISTICS" => matches!(event.name, "OnAgentStatistics" | "OnSkillGroupStatisticsUpdated"),
            _ => false,
        };
        let Some(kinds) = kinds else {
            let tree = event.name == "OnGlobalSettingsDownloadConf";
            assert!(added || tree, "{}.{name} is not documented", event.name);
            continue;
        };
        let fits = kinds.iter().any(|kind| match kind.to_ascii_uppercase().as_str() {
            "STRING" => value.is_string(),
            "ARGUMENTS" => value.is_object(),
            "BOOLEAN" => value.is_boolean(),
            // A mask without a type is a number, as everywhere else (C08).
            "" => value.is_boolean() || value.is_u64(),
            kind if kind.starts_with('U') => value.is_u64(),
            _ => value.is_i64(),
        });
        assert!(fits, "{}.{name} is {value}, not one of {kinds:?}", event.name);
    }
    fields
}

/// An event as a desk got it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) fields: Value,
}

/// A centre with desks.
pub(crate) struct Floor {
    pub(crate) centre: Centre,
    invoke: u32,
    told: BTreeMap<AgentId, Vec<Told>>,
    /// The page's own reader at every desk.
    readers: BTreeMap<AgentId, Reading>,
}

/// A page's reader of events, which must find nothing odd in what the hub tells.
#[derive(Default)]
pub(crate) struct Reading {
    decoder: Decoder,
    oddities: Oddities,
}

impl Reading {
    pub(crate) fn read(&mut self, event: &CtiEvent) {
        let arguments = format!("[\"{}\",{}]", event.name, event.arguments);
        let read = self.decoder.decode(
            Payload::from_json(&arguments),
            &Site::default(),
            None,
            &mut self.oddities,
            &mut |_, _| {},
        );
        assert!(read.is_ok(), "{event:?}: {read:?}");
        let odd = self.oddities.tallies();
        assert!(odd.is_empty(), "{event:?}: {odd:?}");
    }
}

/// A small centre in which nobody calls of their own accord; the first three of six agents are people, and
/// the third of them leads the one team.
pub(crate) fn quiet() -> Settings {
    Settings {
        seed: 5,
        agents: 6,
        queues: 3,
        callbacks: 5,
        rate: 0.0,
        start: Moment::from_millis(1_795_248_000_000),
        desks: 3,
    }
}

/// The same, where a ready person soon gets a call.
pub(crate) fn lively() -> Settings {
    Settings {
        rate: 0.000_1,
        ..quiet()
    }
}

pub(crate) const ANNA: AgentId = AgentId::new(0);
pub(crate) const BEN: AgentId = AgentId::new(1);
pub(crate) const SUPERVISOR: AgentId = AgentId::new(2);

impl Floor {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            centre: Centre::new(settings),
            invoke: 0,
            told: BTreeMap::new(),
            readers: BTreeMap::new(),
        }
    }

    /// A floor where these people have signed in, each at its own desk.
    pub(crate) fn with(settings: Settings, people: &[AgentId]) -> Self {
        let mut floor = Self::new(settings);
        for agent in people {
            floor.sign_in(*agent);
        }
        floor.forget();
        floor
    }

    pub(crate) fn sign_in(&mut self, agent: AgentId) {
        let login = (1_001 + agent.number()).to_string();
        let extension = (4_001 + agent.number()).to_string();
        let arguments = json!({ "AgentID": login, "AgentInstrument": extension });
        assert_eq!(self.send(agent, "Login", arguments), Ok(()));
        self.wait(200);
    }

    /// Gives a command as a hub method; `Ok` when it is taken, the failure code otherwise. What the desk is
    /// told by way of an answer is kept.
    pub(crate) fn send(&mut self, agent: AgentId, method: &str, mut arguments: Value) -> Result<(), u8> {
        self.invoke += 1;
        arguments["InvokeID"] = self.invoke.into();
        let (invoke, command) = match ctios::parse_command(method, &arguments) {
            Ok(read) => read,
            Err(UnreadableCommand::Refused { invoke, refusal }) => {
                let events = ctios::refusal(&self.centre, Some(agent), invoke, None, &refusal);
                self.keep(agent, events);
                return Err(refusal.code.number());
            }
            Err(other) => panic!("{method}: {other}"),
        };
        match self.centre.command(agent, command.clone()) {
            Ok(accepted) => {
                let answer = ctios::confirmation(&self.centre, agent, invoke, &command, &accepted);
                self.keep(agent, answer);
                self.hear(&accepted.happenings);
                Ok(())
            }
            Err(refusal) => {
                let events = ctios::refusal(&self.centre, Some(agent), invoke, Some(&command), &refusal);
                self.keep(agent, events);
                Err(refusal.code.number())
            }
        }
    }

    /// The number of the latest command.
    pub(crate) fn invoke(&self) -> u32 {
        self.invoke
    }

    /// Gives a command and waits until it has taken effect.
    pub(crate) fn done(&mut self, agent: AgentId, method: &str, arguments: Value) {
        assert_eq!(self.send(agent, method, arguments), Ok(()), "{method}");
        self.wait(200);
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, milliseconds: i64) {
        let until = self.centre.now() + Span::from_millis(milliseconds);
        while self.centre.now() < until {
            let next = until.min(self.centre.now() + Span::from_millis(100));
            let happenings = self.centre.advance_to(next);
            self.hear(&happenings);
        }
    }

    /// Lets time pass until something is so.
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&Centre) -> bool) {
        for _ in 0..1_000 {
            if is_so(&self.centre) {
                return;
            }
            self.wait(100);
        }
        panic!("{what} does not come");
    }

    /// Takes in happenings: told to every desk that they concern.
    pub(crate) fn hear(&mut self, happenings: &[Happening]) {
        for happening in happenings {
            if let Some(agent) = happening.what.agent() {
                let mut events = Vec::new();
                ctios::tell(&self.centre, happening, &mut events);
                self.keep(agent, events);
            }
            let mut events = Vec::new();
            ctios::tell_watchers(&self.centre, happening, &|_| true, &mut events);
            for (supervisor, event) in events {
                self.keep(supervisor, Some(event));
            }
        }
    }

    pub(crate) fn keep(&mut self, agent: AgentId, events: impl IntoIterator<Item = CtiEvent>) {
        let told = self.told.entry(agent).or_default();
        let reader = self.readers.entry(agent).or_default();
        for event in events {
            reader.read(&event);
            let fields = Value::Object(check_documented(&event));
            told.push(Told {
                name: event.name,
                fields,
            });
        }
    }

    /// Forgets what has been told so far.
    pub(crate) fn forget(&mut self) {
        self.told.clear();
    }

    /// Everything told to a desk since the last look.
    pub(crate) fn take(&mut self, agent: AgentId) -> Vec<Told> {
        self.told.remove(&agent).unwrap_or_default()
    }

    /// The names of what was told to a desk since the last look, without the agent's button events.
    pub(crate) fn names(&mut self, agent: AgentId) -> Vec<&'static str> {
        let told = self.take(agent).into_iter();
        told.map(|told| told.name)
            .filter(|name| *name != "OnButtonEnablementChange")
            .collect()
    }

    /// What was told to a desk under this name, still to be taken.
    pub(crate) fn all(&self, agent: AgentId, name: &str) -> Vec<Value> {
        let told = self.told.get(&agent).into_iter().flatten();
        told.filter(|told| told.name == name)
            .map(|told| told.fields.clone())
            .collect()
    }

    /// The only event of this name.
    #[track_caller]
    pub(crate) fn only(&self, agent: AgentId, name: &str) -> Value {
        let mut all = self.all(agent, name);
        assert_eq!(all.len(), 1, "{name}: {:?}", self.told.get(&agent));
        all.remove(0)
    }

    /// The wire id of the agent's current call.
    #[track_caller]
    pub(crate) fn call(&self, agent: AgentId) -> String {
        let found = self.centre.agent(agent).expect("an agent");
        ctios::call_object(found.current.expect("a current call"))
    }

    pub(crate) fn mask(&self, agent: AgentId) -> u32 {
        self.centre.agent(agent).expect("an agent").status.mask.bits()
    }

    pub(crate) fn call_mask(&self, agent: AgentId) -> u32 {
        let found = self.centre.agent(agent).expect("an agent");
        let call = found.current.expect("a current call");
        let leg = self.centre.call(call).and_then(|call| call.leg(agent));
        leg.expect("a leg").mask.bits()
    }

    /// Puts two people into conversation: the first calls the second. The call's id.
    pub(crate) fn connect(&mut self, from: AgentId, to: AgentId) -> String {
        let extension = self.centre.agent(to).expect("an agent").extension.clone();
        self.done(from, "MakeCall", json!({ "DialedNumber": extension }));
        self.wait_until("ringing", |centre| {
            centre
                .calls_of(to)
                .any(|(_, leg)| leg.state == LegState::Alerting)
        });
        let call = self.call(to);
        self.done(to, "Answer", json!({ "UniqueObjectID": call }));
        call
    }

    /// Lets an agent get and answer a call of a queue; needs a lively floor. The call's id.
    pub(crate) fn serve(&mut self, agent: AgentId) -> String {
        self.ring(agent);
        let call = self.call(agent);
        self.done(agent, "Answer", json!({ "UniqueObjectID": call }));
        call
    }

    /// Lets a call of a queue ring at an agent; needs a lively floor.
    pub(crate) fn ring(&mut self, agent: AgentId) {
        self.done(agent, "SetAgentState", json!({ "AgentState": 3 }));
        self.wait_until("a call", |centre| {
            centre
                .calls_of(agent)
                .any(|(_, leg)| leg.state == LegState::Alerting)
        });
    }
}
