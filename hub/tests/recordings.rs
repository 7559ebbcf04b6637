//! The transcripts in `tests/transcripts`: what the simulated centre tells one desk, written down from a seed.
//!
//! `UPDATE_TRANSCRIPTS=1` writes them. Without it they must be what the centre tells today, so that they are recordings
//! and not inventions; the page's tests hear them again.

mod telling;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use switchhook_hub::centre::{
    AgentId, AgentState, CallId, Centre, Command, ConsultFor, Happening, Moment, Reason, RequestedState,
    Settings, Span,
};
use switchhook_hub::tell::ctios;
use telling::{Vocabulary, Voices};

const START: Moment = Moment::from_millis(1_795_248_000_000);
const STEP: Span = Span::from_millis(100);

/// A desk at which everything is written down.
struct Desk {
    centre: Centre,
    voices: Voices,
    agent: AgentId,
    heard: &'static [Vocabulary],
    invoke: u32,
    text: String,
}

impl Desk {
    fn new(seed: u64, rate: f64, heard: &'static [Vocabulary]) -> Self {
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
        let voices = Voices::new(&centre);
        let mut desk = Self {
            text: format!("{}\n", Voices::head(&centre, agent)),
            centre,
            voices,
            agent,
            heard,
            invoke: 0,
        };
        if heard.contains(&Vocabulary::Rte) {
            for arguments in telling::rte_snapshot(&desk.centre) {
                desk.write(START, "MessageReceived", &arguments);
            }
        }
        desk.send(Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        });
        desk.pass(1_000);
        desk
    }

    fn write(&mut self, at: Moment, target: &str, arguments: &str) {
        let at = at.as_millis();
        let _ = writeln!(
            self.text,
            r#"{{"at":{at},"target":"{target}","arguments":{arguments}}}"#
        );
    }

    fn tell(&mut self, happenings: &[Happening]) {
        let mut said = Vec::new();
        for happening in happenings {
            self.voices.say(&self.centre, happening, &mut said);
        }
        for said in said {
            let mine = said.to.is_none_or(|agent| agent == self.agent);
            if mine && self.heard.contains(&said.vocabulary) {
                self.write(said.at, said.target, &said.arguments);
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
            Ok(accepted) => ctios::confirmation(&self.centre, self.agent, invoke, &command, &accepted)
                .into_iter()
                .collect(),
            Err(refusal) => ctios::refusal(&self.centre, Some(self.agent), invoke, Some(&command), &refusal),
        };
        if self.heard.contains(&Vocabulary::Ctios) {
            for event in &answers {
                self.write(now, "CtiEvent", &telling::cti_arguments(event));
            }
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

const RTE: &[Vocabulary] = &[Vocabulary::Rte];
const CTIOS: &[Vocabulary] = &[Vocabulary::Ctios];
const RTE_AND_CTIOS: &[Vocabulary] = &[Vocabulary::Rte, Vocabulary::Ctios];
const TSERVER: &[Vocabulary] = &[Vocabulary::TServer];
const CCS: &[Vocabulary] = &[Vocabulary::Ccs];
const CALLGEM: &[Vocabulary] = &[Vocabulary::CallGem];

/// A shift: a call answered, held, retrieved and ended, after-call work, a call out, and home.
fn shift(heard: &'static [Vocabulary]) -> Desk {
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

fn consult_transfer(heard: &'static [Vocabulary]) -> Desk {
    let mut desk = Desk::new(5, 1.2, heard);
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
        ("ctios/shift-in-both-words", shift(RTE_AND_CTIOS)),
        ("ctios/inbound", inbound()),
        ("ctios/consult-transfer", consult_transfer(CTIOS)),
        ("ctios/conference", conference()),
        ("ctios/failed", failed()),
        ("ctios/unanswered", unanswered()),
        ("ctios/forced-logout", forced_out()),
        ("tserver/shift", shift(TSERVER)),
        ("ccs/shift", shift(CCS)),
        ("ccs/consult-transfer", consult_transfer(CCS)),
        ("callgem/shift", shift(CALLGEM)),
        ("callgem/consult-transfer", consult_transfer(CALLGEM)),
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
