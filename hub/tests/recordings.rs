//! The transcripts in `tests/transcripts`: what the simulated centre tells one desk, written down from a seed.
//!
//! `UPDATE_TRANSCRIPTS=1` writes them. Without it they must be what the centre tells today, so that they are recordings
//! and not inventions; the page's tests hear them again.

#[path = "../../tests/replay/mod.rs"]
mod replay;

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use switchhook_hub::centre::{
    AgentId, AgentState, CallId, Centre, Command, ConsultFor, Entity, Happening, Moment, Reason,
    RequestedState, Settings, Span,
};
use switchhook_hub::tell::{ctios, rte};

const START: Moment = Moment::from_millis(1_795_248_000_000);
const STEP: Span = Span::from_millis(100);

/// What a desk listens to.
#[derive(Clone, Copy)]
struct Heard {
    rte: bool,
    ctios: bool,
}

/// A desk at which everything is written down.
struct Desk {
    centre: Centre,
    agent: AgentId,
    heard: Heard,
    invoke: u32,
    text: String,
}

impl Desk {
    fn new(seed: u64, rate: f64, heard: Heard) -> Self {
        let centre = Centre::new(Settings {
            seed,
            agents: 6,
            queues: 2,
            callbacks: 3,
            rate,
            start: START,
            desks: 1,
        });
        let agent = centre.agent_by_login("1001").expect("the first agent");
        let mut desk = Self {
            centre,
            agent,
            heard,
            invoke: 0,
            text: String::new(),
        };
        desk.head();
        desk.snapshots();
        desk.send(Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        });
        desk.pass(1_000);
        desk
    }

    fn head(&mut self) {
        let named = |guid: String, name: &str| json!({"id": guid, "name": name});
        let centre = &self.centre;
        let agents: Vec<Value> = centre
            .agents()
            .iter()
            .map(|agent| {
                json!({"id": agent.guid.to_string(), "name": agent.name, "agentId": agent.login,
                    "extension": agent.extension})
            })
            .collect();
        let queues = centre
            .queues()
            .iter()
            .map(|queue| named(queue.guid.to_string(), &queue.name));
        let lists = centre
            .call_lists()
            .iter()
            .map(|list| named(list.guid.to_string(), &list.name));
        let head = json!({
            "me": agents[0]["id"],
            "directory": {
                "agents": agents,
                "queues": queues.collect::<Vec<_>>(),
                "callLists": lists.collect::<Vec<_>>(),
            },
        });
        let _ = writeln!(self.text, "{head}");
    }

    /// The present state, as the hub tells it to those who subscribe.
    fn snapshots(&mut self) {
        if !self.heard.rte {
            return;
        }
        let (agents, queues) = (self.centre.agents().to_vec(), self.centre.queues().to_vec());
        let lists = self.centre.call_lists().to_vec();
        let agents = agents
            .iter()
            .flat_map(|agent| ["UserStatus", "UserAvailability"].map(|name| (agent.guid, name)));
        let others = queues.iter().map(|queue| (queue.guid, "QueueStatus"));
        let lists = lists.iter().map(|list| (list.guid, "CallbackChanged"));
        for (guid, name) in agents.chain(others).chain(lists).collect::<Vec<_>>() {
            for event in rte::snapshot(&self.centre, guid, name) {
                self.write_rte(self.centre.now(), &event);
            }
        }
    }

    fn write(&mut self, at: Moment, target: &str, arguments: &str) {
        let at = at.as_millis();
        let _ = writeln!(
            self.text,
            r#"{{"at":{at},"target":"{target}","arguments":{arguments}}}"#
        );
    }

    fn write_rte(&mut self, at: Moment, event: &rte::RteEvent) {
        let own = event.entity == Entity::Agent(self.agent);
        let colleague = matches!(event.name, "UserStatus" | "UserAvailability");
        if own || colleague || !matches!(event.entity, Entity::Agent(_)) {
            let subscription = json!({"eventType": event.name, "entityId": event.entity_id.to_string()});
            let arguments = format!(r#"[{{"subscription":{subscription},"data":{}}}]"#, event.data);
            self.write(at, "MessageReceived", &arguments);
        }
    }

    fn write_cti(&mut self, at: Moment, events: &[ctios::CtiEvent]) {
        for event in events {
            let arguments = format!(r#"["{}",{}]"#, event.name, event.arguments);
            self.write(at, "CtiEvent", &arguments);
        }
    }

    fn tell(&mut self, happenings: &[Happening]) {
        for happening in happenings {
            if self.heard.rte {
                let mut events = Vec::new();
                rte::tell(&self.centre, happening, &mut events);
                for event in &events {
                    self.write_rte(happening.at, event);
                }
            }
            if self.heard.ctios && happening.what.agent() == Some(self.agent) {
                let mut events = Vec::new();
                ctios::tell(&self.centre, happening, &mut events);
                self.write_cti(happening.at, &events);
            }
        }
    }

    fn pass(&mut self, milliseconds: i64) {
        let until = self.centre.now() + Span::from_millis(milliseconds);
        while self.centre.now() < until {
            let happenings = self.centre.advance_to(self.centre.now() + STEP);
            self.tell(&happenings);
        }
    }

    fn until(&mut self, what: &str, fits: impl Fn(&Centre, AgentId) -> bool) {
        let begun = self.centre.now();
        while !fits(&self.centre, self.agent) {
            assert!(self.centre.now().since(begun) < Span::from_mins(20), "{what}");
            self.pass(100);
        }
    }

    fn until_state(&mut self, state: AgentState) {
        self.until("the state", |centre, agent| {
            centre
                .agent(agent)
                .is_some_and(|agent| agent.status.state == state)
        });
    }

    #[allow(clippy::needless_pass_by_value, reason = "written in place by every caller")]
    fn send(&mut self, command: Command) {
        self.invoke += 1;
        let invoke = ctios::InvokeId(self.invoke);
        let now = self.centre.now();
        let answers = match self.centre.command(self.agent, command.clone()) {
            Ok(accepted) => vec![ctios::confirmation(
                &self.centre,
                self.agent,
                invoke,
                &command,
                &accepted,
            )],
            Err(refusal) => ctios::refusal(&self.centre, Some(self.agent), invoke, Some(&command), &refusal),
        };
        if self.heard.ctios {
            self.write_cti(now, &answers);
        }
    }

    fn ready(&mut self) {
        self.send(Command::SetAgentState(RequestedState::Ready));
        self.pass(500);
    }

    /// The call that the agent's buttons are about.
    fn call(&self) -> CallId {
        let agent = self.centre.agent(self.agent).expect("the agent");
        agent.current.expect("a current call")
    }

    fn on_call(&mut self, command: fn(CallId) -> Command) {
        let call = self.call();
        self.send(command(call));
        self.pass(1_500);
    }

    /// A call from a queue, answered.
    fn answered(&mut self) {
        self.ready();
        self.until_state(AgentState::Reserved);
        self.pass(3_000);
        self.on_call(Command::Answer);
    }

    /// The extension of a colleague who would answer.
    fn colleague(&mut self) -> String {
        let ready = |centre: &Centre, me: AgentId| {
            let mut others = centre.agents().iter().filter(|agent| agent.id != me);
            others
                .find(|agent| agent.status.state == AgentState::Ready)
                .map(|agent| agent.extension.clone())
        };
        self.until("a colleague", |centre, me| ready(centre, me).is_some());
        ready(&self.centre, self.agent).expect("somebody is ready")
    }

    fn consult(&mut self, purpose: ConsultFor) {
        let (call, number) = (self.call(), self.colleague());
        self.send(Command::MakeConsultCall {
            call,
            number,
            purpose,
        });
        self.pass(7_000);
    }

    fn sign_out(&mut self) {
        self.send(Command::Logout { reason: Reason::NONE });
        self.pass(1_000);
    }
}

const ALL: Heard = Heard {
    rte: true,
    ctios: true,
};
const RTE: Heard = Heard {
    rte: true,
    ctios: false,
};
const CTIOS: Heard = Heard {
    rte: false,
    ctios: true,
};

/// A shift: a call answered, held, retrieved and ended, after-call work, a call out, and home.
fn shift(heard: Heard) -> Desk {
    let mut desk = Desk::new(3, 1.2, heard);
    desk.answered();
    desk.on_call(Command::Hold);
    desk.on_call(Command::Retrieve);
    desk.on_call(Command::ClearConnection);
    desk.pass(5_000);
    desk.send(Command::SetAgentState(RequestedState::NotReady(Reason::LUNCH)));
    desk.pass(2_000);
    desk.send(Command::MakeCall {
        number: "+358405551234".to_owned(),
    });
    desk.pass(6_000);
    desk.on_call(Command::ClearConnection);
    desk.pass(2_000);
    desk.sign_out();
    desk
}

fn inbound() -> Desk {
    let mut desk = Desk::new(4, 1.2, CTIOS);
    desk.answered();
    desk.on_call(Command::Hold);
    desk.on_call(Command::Retrieve);
    desk.on_call(Command::ClearConnection);
    desk
}

fn consult_transfer() -> Desk {
    let mut desk = Desk::new(5, 1.2, CTIOS);
    desk.answered();
    desk.consult(ConsultFor::Transfer);
    desk.on_call(Command::Alternate);
    desk.on_call(Command::Transfer);
    desk.pass(2_000);
    desk
}

fn conference() -> Desk {
    let mut desk = Desk::new(6, 1.2, CTIOS);
    desk.answered();
    desk.consult(ConsultFor::Conference);
    desk.on_call(Command::Conference);
    desk.pass(5_000);
    desk.on_call(Command::ClearConnection);
    desk
}

/// A number that is always busy.
fn failed() -> Desk {
    let mut desk = Desk::new(7, 0.0, CTIOS);
    desk.send(Command::MakeCall {
        number: "0912300".to_owned(),
    });
    desk.pass(2_000);
    desk.on_call(Command::ClearConnection);
    desk
}

/// A call that nobody answers: missed, and the agent is not ready any more.
fn unanswered() -> Desk {
    let mut desk = Desk::new(8, 1.2, CTIOS);
    desk.ready();
    desk.until_state(AgentState::Reserved);
    desk.pass(22_000);
    desk
}

fn forced_out() -> Desk {
    let mut desk = Desk::new(9, 1.2, CTIOS);
    desk.answered();
    let happenings = desk.centre.sign_out_by_force(desk.agent, Reason::new(50_002));
    desk.tell(&happenings);
    desk.pass(1_000);
    desk
}

#[test]
fn the_transcripts_are_what_the_centre_tells() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/transcripts");
    let mut wrong = Vec::new();
    for (name, desk) in [
        ("rte/shift", shift(RTE)),
        ("ctios/shift-in-both-words", shift(ALL)),
        ("ctios/inbound", inbound()),
        ("ctios/consult-transfer", consult_transfer()),
        ("ctios/conference", conference()),
        ("ctios/failed", failed()),
        ("ctios/unanswered", unanswered()),
        ("ctios/forced-logout", forced_out()),
    ] {
        let path = root.join(format!("{name}.jsonl"));
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(&path, desk.text).expect("writable");
        } else if fs::read_to_string(&path).unwrap_or_default() != desk.text {
            wrong.push(name);
        }
    }
    assert_eq!(
        wrong, [""; 0],
        "run with UPDATE_TRANSCRIPTS=1, then look at the models beside them"
    );
}
