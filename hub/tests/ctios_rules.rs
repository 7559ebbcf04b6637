//! What the CTI OS document says of the server, rule by rule, as far as the order of what is told shows it.

use serde_json::Value;
use std::collections::BTreeSet;
use switchhook_hub::centre::{
    AgentId, AgentState, Centre, Command, Moment, Reason, RequestedState, Settings, Span,
};
use switchhook_hub::tell::ctios;

const START: Moment = Moment::from_millis(1_795_248_000_000);

/// A centre, and what one desk of it is told.
struct Desk {
    centre: Centre,
    agent: AgentId,
    told: Vec<(String, Value)>,
    invoke: u32,
}

impl Desk {
    fn new(seed: u64) -> Self {
        let centre = Centre::new(Settings {
            seed,
            agents: 20,
            queues: 4,
            callbacks: 5,
            rate: 1.5,
            start: START,
            desks: 1,
        });
        let agent = centre.agent_by_login("1001").expect("the first agent");
        Self {
            centre,
            agent,
            told: Vec::new(),
            invoke: 0,
        }
    }

    fn keep(&mut self, events: &[ctios::CtiEvent]) {
        let events = events.iter().map(|event| {
            let fields = serde_json::from_str(&event.arguments).expect("JSON");
            (event.name.to_owned(), fields)
        });
        self.told.extend(events);
    }

    fn pass(&mut self, seconds: i64) {
        for happening in self
            .centre
            .advance_to(self.centre.now() + Span::from_secs(seconds))
        {
            if happening.what.agent() == Some(self.agent) {
                let mut events = Vec::new();
                ctios::tell(&self.centre, &happening, &mut events);
                self.keep(&events);
            }
        }
    }

    /// What is answered at once; whether the command was accepted.
    fn send(&mut self, command: &Command) -> bool {
        self.invoke += 1;
        let invoke = ctios::InvokeId(self.invoke);
        let answer = self.centre.command(self.agent, command.clone());
        let answers: Vec<_> = match &answer {
            Ok(accepted) => ctios::confirmation(&self.centre, self.agent, invoke, command, accepted)
                .into_iter()
                .collect(),
            Err(refusal) => ctios::refusal(&self.centre, Some(self.agent), invoke, Some(command), refusal),
        };
        self.keep(&answers);
        answer.is_ok()
    }

    fn sign_in(&mut self) {
        let login = Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        };
        assert!(self.send(&login));
        self.pass(1);
    }

    fn names(&self) -> Vec<&str> {
        self.told.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn state(&self) -> AgentState {
        self.centre.agent(self.agent).expect("the agent").status.state
    }
}

#[test]
fn r47_a_sign_in_brings_the_agents_state_without_being_asked() {
    let mut desk = Desk::new(1);
    desk.sign_in();
    let queried = desk
        .told
        .iter()
        .filter(|(name, _)| name == "OnQueryAgentStateConf");
    let states: Vec<&Value> = queried.map(|(_, fields)| &fields["AgentState"]).collect();
    assert_eq!(states, [2]);
}

#[test]
fn r51_nothing_of_a_call_is_told_before_its_beginning() {
    let mut begun_in_all = 0;
    for seed in 1..=3 {
        let mut desk = Desk::new(seed);
        // Colleagues take calls of their own accord.
        desk.agent = desk.centre.agent_by_login("1002").expect("a colleague");
        desk.pass(3_600);
        let mut begun: BTreeSet<&str> = BTreeSet::new();
        let mut ended = 0;
        let calls = desk.told.iter().filter_map(|(name, fields)| {
            let object = fields["UniqueObjectID"].as_str()?;
            object.starts_with("call.").then_some((name, object))
        });
        for (name, object) in calls {
            match name.as_str() {
                "OnCallBegin" => assert!(begun.insert(object), "{object} began twice"),
                "OnCallEnd" => ended += usize::from(begun.remove(object)),
                _ => assert!(begun.contains(object), "{name} of {object}"),
            }
        }
        begun_in_all += ended;
    }
    assert!(begun_in_all > 10, "{begun_in_all}");
}

#[test]
fn r67_a_confirmation_comes_at_once_and_the_state_by_its_own_event() {
    let mut desk = Desk::new(2);
    desk.sign_in();
    desk.told.clear();
    assert!(desk.send(&Command::SetAgentState(RequestedState::Ready)));
    assert_eq!(desk.names(), ["OnSetAgentStateConf"]);
    assert_eq!(desk.state(), AgentState::NotReady, "nothing has changed yet");
    desk.pass(1);
    assert_eq!(desk.names()[..2], ["OnSetAgentStateConf", "OnAgentStateChange"]);
    assert_eq!(desk.told[1].1["AgentState"], 3);
}

#[test]
fn r68_a_refusal_stands_in_the_confirmations_place_and_names_the_request() {
    let mut desk = Desk::new(3);
    desk.sign_in();
    desk.told.clear();
    let wrong = Command::MakeCall {
        number: "call me".to_owned(),
    };
    assert!(!desk.send(&wrong));
    assert_eq!(desk.names(), ["OnControlFailureConf"]);
    assert_eq!(desk.told[0].1["InvokeID"], desk.invoke);
    desk.told.clear();
    assert!(desk.send(&Command::Logout { reason: Reason::NONE }));
    assert!(!desk.names().contains(&"OnControlFailureConf"));
}
