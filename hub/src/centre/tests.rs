//! Whole histories of the centre, checked against the laws it must keep.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::*;

fn settings(seed: u64, agents: u32) -> Settings {
    Settings {
        seed,
        agents,
        queues: 9,
        callbacks: 40,
        rate: 1.0,
        start: Moment::from_millis(1_795_248_000_000),
        desks: 2,
    }
}

fn hash_of_history(settings: Settings, hours: i64) -> (u64, usize) {
    let mut centre = Centre::new(settings);
    let mut hasher = DefaultHasher::new();
    let mut count = 0;
    for minute in 1..=hours * 60 {
        let happenings = centre.advance_to(settings.start + Span::from_mins(minute));
        count += happenings.len();
        happenings.hash(&mut hasher);
    }
    (hasher.finish(), count)
}

#[test]
fn the_same_seed_has_the_same_history_and_another_seed_another() {
    let first = hash_of_history(settings(1, 50), 3);
    assert_eq!(first, hash_of_history(settings(1, 50), 3));
    assert_ne!(first.0, hash_of_history(settings(2, 50), 3).0);
    assert!(first.1 > 5_000, "only {} happenings", first.1);
}

#[test]
fn the_steps_in_which_the_clock_moves_do_not_matter() {
    let settings = settings(4, 30);
    let until = settings.start + Span::from_mins(60);
    let mut at_once = Centre::new(settings);
    let whole = at_once.advance_to(until);
    let mut stepwise = Centre::new(settings);
    let mut pieces = Vec::new();
    while stepwise.now() < until {
        let next = stepwise.now() + Span::from_millis(777);
        pieces.extend(stepwise.advance_to(next.min(until)));
    }
    assert_eq!(whole, pieces);
}

/// Checks everything that must be true of a centre between two tasks.
fn check_laws(centre: &Centre) {
    let now = centre.now();
    let mut counted: BTreeMap<QueueId, QueueFigures> = BTreeMap::new();
    for queue in centre.queues() {
        counted.entry(queue.id).or_default();
    }
    for call in centre.calls() {
        let queue = call.facts.queue.and_then(|queue| counted.get_mut(&queue));
        match (call.place, queue) {
            (QueuePlace::Waiting, Some(figures)) => {
                figures.waiting += 1;
                figures.longest_wait = figures.longest_wait.max(now.since(call.waiting_since));
                assert!(call.legs.is_empty(), "waits and rings: {call:?}");
            }
            (QueuePlace::Allocated, Some(figures)) => {
                figures.allocated += 1;
                assert!(!call.legs.is_empty(), "allocated to nobody: {call:?}");
            }
            (QueuePlace::Connected, Some(figures)) => figures.connected += 1,
            (QueuePlace::None, _) => assert!(call.parties() >= 1, "nobody is left: {call:?}"),
            (place, None) => panic!("{place:?} without a queue"),
        }
        assert!(call.parties() >= 2 || call.far.is_some() || call.legs.len() == 1);
        for leg in &call.legs {
            let agent = centre.agent(leg.agent).expect("a leg's agent exists");
            assert!(agent.calls.contains(&call.facts.id), "{call:?}\n{agent:?}");
        }
    }
    for agent in centre.agents() {
        let legs: Vec<LegState> = centre.calls_of(agent.id).map(|(_, leg)| leg.state).collect();
        assert_eq!(legs.len(), agent.calls.len(), "a call of {agent:?} is gone");
        let ringing = legs
            .iter()
            .filter(|state| matches!(state, LegState::Coming | LegState::Alerting))
            .count();
        let talking = legs.iter().filter(|state| **state == LegState::Connected).count();
        assert!(ringing <= 1 && talking <= 1, "{agent:?} {legs:?}");
        let state = agent.status.state;
        match state {
            AgentState::SignedOut
            | AgentState::NotReady
            | AgentState::Ready
            | AgentState::WorkReady
            | AgentState::WorkNotReady => assert!(legs.is_empty(), "{agent:?} {legs:?}"),
            AgentState::Reserved => assert_eq!(ringing, 1, "{agent:?} {legs:?}"),
            AgentState::Hold => {
                assert!(!legs.is_empty() && legs.iter().all(|leg| *leg == LegState::Held));
            }
            AgentState::Talking => assert!(
                legs.iter()
                    .any(|leg| matches!(leg, LegState::Connected | LegState::Dialling | LegState::Failed)),
                "{agent:?} {legs:?}"
            ),
        }
        assert_eq!(state.is_wrap_up(), agent.status.wrap_up.is_some(), "{agent:?}");
        let files = agent.filing != Filing::NotAllowed;
        assert_eq!(agent.kept.is_some(), state.is_wrap_up() && files, "{agent:?}");
        assert_eq!(
            agent.status.mask,
            mask::of_agent(
                state,
                agent.status.next == Next::Ready,
                centre.agent_rights(agent.id)
            ),
            "{agent:?}"
        );
        for (call, leg) in centre.calls_of(agent.id) {
            let pairing = if agent.calls.len() > 1 {
                mask::Pairing::Paired
            } else if call.is_growing() || call.parties() > 15 {
                mask::Pairing::Closed
            } else if call.is_conference && call.parties() > 2 {
                mask::Pairing::Conference
            } else {
                mask::Pairing::Alone
            };
            assert_eq!(
                leg.mask,
                mask::of_call(leg.state, pairing, centre.call_rights(call.facts.id, agent.id)),
                "{call:?}"
            );
        }
        if let Some(current) = agent.current {
            assert!(agent.calls.contains(&current));
        }
        for skill in &agent.skills {
            let figures = counted.get_mut(skill).expect("a skill is a queue");
            figures.signed_in += u32::from(state != AgentState::SignedOut);
            figures.free += u32::from(state == AgentState::Ready);
            figures.away += u32::from(state == AgentState::NotReady);
            figures.wrapping_up += u32::from(state.is_wrap_up());
            figures.busy += u32::from(state.is_wrap_up() || state.is_on_call());
            let idle = state == AgentState::Ready && !agent.held_back;
            let queue = centre.queue(*skill).expect("a skill is a queue");
            assert_eq!(idle, queue.idle().any(|other| other == agent.id), "{agent:?}");
        }
    }
    for queue in centre.queues() {
        assert_eq!(
            counted.get(&queue.id),
            Some(&queue.figures(now)),
            "{}",
            queue.name
        );
        assert!(
            queue.idle.is_empty() || queue.waiting.is_empty(),
            "callers wait while agents of {} are idle",
            queue.name
        );
    }
    let unserved = centre
        .calls()
        .filter(|call| call.facts.kind == CallKind::Service && !call.served)
        .count() as u64;
    let totals = centre.totals();
    assert_eq!(
        totals.arrived,
        totals.served + totals.abandoned + totals.overflowed + unserved,
        "{totals:?}"
    );
    for (due, id) in &centre.unclaimed {
        let callback = centre.callback(*id).expect("an unclaimed callback is open");
        assert!(callback.due == *due && callback.assigned.is_none() && callback.is_open());
    }
}

/// A command such as a restless person might give, possible or not.
fn some_command(dice: &mut Dice, centre: &Centre, agent: AgentId) -> Command {
    let calls: Vec<CallId> = centre.calls_of(agent).map(|(call, _)| call.facts.id).collect();
    let call = dice.one_of(&calls).copied().unwrap_or(CallId::new(1));
    let numbers = ["12345", "0912300", "0912399", "4005", "4010", "4020", "no digits"];
    let number = (*dice.one_of(&numbers).expect("numbers")).to_owned();
    match dice.between(0, 20) {
        0 | 1 => Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        },
        2 => Command::Logout { reason: Reason::NONE },
        3..=5 => Command::SetAgentState(RequestedState::Ready),
        6 => Command::SetAgentState(RequestedState::NotReady(Reason::LUNCH)),
        7 => Command::SetAgentState(RequestedState::WorkReady),
        8 => Command::SetAgentState(RequestedState::WorkNotReady),
        9 | 10 => Command::Answer(call),
        11 => Command::ClearConnection(call),
        12 => Command::Hold(call),
        13 => Command::Retrieve(call),
        14 => Command::MakeCall { number },
        15 => Command::MakeConsultCall {
            call,
            number,
            purpose: ConsultFor::Transfer,
        },
        16 => match dice.between(0, 3) {
            0 => Command::Transfer(call),
            1 => Command::Conference(call),
            2 => Command::Alternate(call),
            _ => Command::Reconnect(call),
        },
        17 | 18 => Command::SingleStepTransfer { call, number },
        19 => Command::SingleStepConference { call, number },
        _ => Command::Clear(call),
    }
}

#[test]
fn the_laws_hold_over_long_histories_with_restless_people() {
    let mut all = Totals::default();
    for seed in [1, 2, 3, 99] {
        let settings = settings(seed, 50);
        let mut centre = Centre::new(settings);
        let mut dice = Dice::new(seed ^ 0xABCD);
        let end = settings.start + Span::from_mins(8 * 60);
        let mut refused = BTreeMap::new();
        let mut accepted = 0;
        let mut numbers = 0;
        while centre.now() < end {
            let next = centre.now() + dice.millis(500, 9_000);
            let happenings = centre.advance_to(next);
            let agent = AgentId::new(dice.between(0, 1) as u32);
            let before = centre.now();
            let command = some_command(&mut dice, &centre, agent);
            let answer = centre.command(agent, command);
            for happening in happenings
                .iter()
                .chain(answer.iter().flat_map(|accepted| &accepted.happenings))
            {
                numbers += 1;
                assert_eq!(happening.number, numbers);
                assert!(happening.at <= before);
            }
            match answer {
                Ok(_) => accepted += 1,
                Err(refusal) => *refused.entry(refusal.code.number()).or_insert(0) += 1,
            }
            check_laws(&centre);
        }
        let totals = centre.totals();
        assert!(accepted > 500, "{accepted} accepted, {refused:?} refused");
        assert!(totals.served > 2_000, "{totals:?}");
        all.transferred += totals.transferred;
        all.conferenced += totals.conferenced;
        all.overflowed += totals.overflowed;
        all.abandoned += totals.abandoned;
        all.unanswered += totals.unanswered;
    }
    assert!(all.transferred > 50 && all.conferenced > 10, "{all:?}");
    assert!(all.abandoned > 20 && all.unanswered > 50, "{all:?}");
}

#[test]
fn at_the_normal_pace_most_callers_are_served_soon() {
    let settings = settings(22, 50);
    let mut centre = Centre::new(settings);
    let (mut waiting, mut free, mut looks) = (0, 0, 0_u32);
    for minute in 1..=240 {
        centre.advance_to(settings.start + Span::from_mins(minute));
        let queues = centre.queues().iter();
        waiting += queues
            .map(|queue| queue.figures(centre.now()).waiting)
            .sum::<u32>();
        let ready = centre
            .agents()
            .iter()
            .filter(|agent| agent.status.state == AgentState::Ready);
        free += ready.count() as u32;
        looks += 1;
    }
    let totals = centre.totals();
    assert!(totals.served * 100 > totals.arrived * 85, "{totals:?}");
    assert!(totals.abandoned > 5, "{totals:?}");
    assert!((1..15).contains(&(free / looks)), "{free} free in {looks} looks");
    assert!(waiting / looks < 6, "{waiting} waiting in {looks} looks");
    let open = centre.callbacks().count();
    assert!((30..=80).contains(&open), "{open} callbacks");
}

/// Who takes part in a consultation beside the agent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Other {
    Outside,
    Desk(AgentId),
}

/// How far the consultation has come when the parties begin to hang up.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Ringing,
    Answered,
    Alternated,
    BackToCaller,
    Transferred,
    Conference,
}

/// Who hangs up.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Party {
    Agent,
    Caller,
    Consulted,
}

const AGENT: AgentId = AgentId::new(0);

/// A centre in which nobody acts of their own accord, and everything that was told in it.
struct Trio {
    centre: Centre,
    original: CallId,
    consultation: CallId,
    caller: Other,
    consulted: Other,
}

impl Trio {
    /// Brings the agent, its caller and somebody consulted to this stage.
    fn at(caller: Other, consulted: Other, stage: Stage) -> Self {
        let mut centre = Centre::new(Settings {
            agents: 6,
            rate: 0.0,
            desks: 6,
            ..settings(7, 6)
        });
        for agent in 0..3 {
            let agent = AgentId::new(agent);
            let (agent_login, extension) = (people::login_of(agent), people::extension_of(agent));
            let login = Command::Login {
                agent_login,
                extension,
            };
            centre.command(agent, login).expect("a free desk");
        }
        let mut trio = Self {
            centre,
            original: CallId::new(0),
            consultation: CallId::new(0),
            caller,
            consulted,
        };
        trio.pass(1);
        match caller {
            Other::Outside => {
                trio.obey(AGENT, Command::SetAgentState(RequestedState::Ready));
                let queue = trio.centre.agent(AGENT).expect("the agent").skills[0];
                let call = trio.centre.caller_calls(queue).expect("a caller");
                trio.centre.enqueue(call);
            }
            Other::Desk(caller) => {
                let number = people::extension_of(AGENT);
                trio.obey(caller, Command::MakeCall { number });
            }
        }
        trio.pass(2);
        trio.original = trio.centre.agent(AGENT).expect("the agent").calls[0];
        trio.obey(AGENT, Command::Answer(trio.original));
        let number = match consulted {
            Other::Outside => "0912345".to_owned(),
            Other::Desk(agent) => people::extension_of(agent),
        };
        trio.obey(
            AGENT,
            Command::MakeConsultCall {
                call: trio.original,
                number,
                purpose: ConsultFor::Transfer,
            },
        );
        trio.consultation = trio.centre.agent(AGENT).expect("the agent").calls[1];
        trio.pass(2);
        for early in [
            Command::Transfer(trio.consultation),
            Command::Conference(trio.consultation),
        ] {
            let verdict = trio.centre.clone().command(AGENT, early);
            let code = verdict.expect_err("nobody has answered").code;
            assert_eq!(code, FailureCode::InvalidObjectState);
        }
        if stage == Stage::Ringing {
            return trio;
        }
        match consulted {
            Other::Outside => trio.pass(4),
            Other::Desk(agent) => trio.obey(agent, Command::Answer(trio.consultation)),
        }
        let next = match stage {
            Stage::Ringing | Stage::Answered => return trio,
            Stage::Alternated => Command::Alternate(trio.consultation),
            Stage::BackToCaller => Command::Reconnect(trio.consultation),
            Stage::Transferred => Command::Transfer(trio.consultation),
            Stage::Conference => Command::Conference(trio.consultation),
        };
        trio.obey(AGENT, next);
        trio
    }

    fn obey(&mut self, agent: AgentId, command: Command) {
        let text = format!("{command:?}");
        let verdict = self.centre.command(agent, command);
        assert!(verdict.is_ok(), "{text}: {verdict:?}");
        self.centre.advance_to(self.centre.now() + Span::from_millis(200));
        check_laws(&self.centre);
    }

    fn pass(&mut self, seconds: i64) {
        let until = self.centre.now() + Span::from_secs(seconds);
        self.centre.advance_to(until);
        check_laws(&self.centre);
    }

    /// Somebody leaves every call that it is on, as the masks allow it.
    fn leaves(&mut self, party: Party) {
        let who = match party {
            Party::Agent => Other::Desk(AGENT),
            Party::Caller => self.caller,
            Party::Consulted => self.consulted,
        };
        match who {
            Other::Desk(agent) => self.desk_leaves(agent),
            Other::Outside => self.outside_leaves(party),
        }
        check_laws(&self.centre);
    }

    fn desk_leaves(&mut self, agent: AgentId) {
        for _ in 0..8 {
            let wish = self.centre.calls_of(agent).find_map(|(call, leg)| {
                let id = call.facts.id;
                [
                    (Mask::RELEASE, Command::ClearConnection(id)),
                    (Mask::RETRIEVE, Command::Retrieve(id)),
                    (Mask::ANSWER, Command::Answer(id)),
                ]
                .into_iter()
                .find(|(bit, _)| leg.mask.allows(*bit))
            });
            match wish {
                Some((_, command)) => self.obey(agent, command),
                None => break,
            }
        }
        let left = self.centre.agent(agent).expect("an agent").calls.len();
        assert_eq!(left, 0, "the buttons lead off every call");
    }

    fn outside_leaves(&mut self, party: Party) {
        let (own, other) = match party {
            Party::Caller => (self.original, self.consultation),
            Party::Agent | Party::Consulted => (self.consultation, self.original),
        };
        // After a transfer or a conference both are on the call that the consultation was.
        let is_joined = self.centre.call(self.original).is_none();
        let call = if is_joined { self.consultation } else { own };
        match self.centre.call(call).and_then(|call| call.far) {
            Some(FarState::Called) => self.centre.fail(call),
            Some(_) => self.centre.far_leaves(call),
            None => assert!(is_joined || self.centre.call(own).is_none(), "{own:?} {other:?}"),
        }
    }
}

#[test]
fn whoever_hangs_up_first_nobody_is_left_on_a_call_that_is_over() {
    use Party::{Agent, Caller, Consulted};
    let orders = [
        [Agent, Caller, Consulted],
        [Agent, Consulted, Caller],
        [Caller, Agent, Consulted],
        [Caller, Consulted, Agent],
        [Consulted, Agent, Caller],
        [Consulted, Caller, Agent],
    ];
    let callers = [Other::Outside, Other::Desk(AgentId::new(1))];
    let consulted = [Other::Outside, Other::Desk(AgentId::new(2))];
    let mut seen = 0;
    for caller in callers {
        for consulted in consulted {
            for stage in [
                Stage::Ringing,
                Stage::Answered,
                Stage::Alternated,
                Stage::BackToCaller,
                Stage::Transferred,
                Stage::Conference,
            ] {
                for order in orders {
                    let story = format!("{caller:?} {consulted:?} {stage:?} {order:?}");
                    let mut trio = Trio::at(caller, consulted, stage);
                    check_stage(&trio, stage, &story);
                    for party in order {
                        trio.leaves(party);
                    }
                    trio.pass(30);
                    assert_eq!(trio.centre.calls().count(), 0, "{story}");
                    trio.pass(120);
                    for agent in trio.centre.agents() {
                        let status = &agent.status;
                        assert!(!status.state.is_on_call() && agent.kept.is_none(), "{story}");
                        assert_eq!((agent.current, status.noted), (None, None), "{story}");
                    }
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 2 * 2 * 6 * 6);
}

/// What is the case when nobody has hung up yet.
fn check_stage(trio: &Trio, stage: Stage, story: &str) {
    let centre = &trio.centre;
    let legs: Vec<LegState> = centre.calls_of(AGENT).map(|(_, leg)| leg.state).collect();
    let expected: &[LegState] = match stage {
        Stage::Ringing => &[LegState::Held, LegState::Dialling],
        Stage::Answered => &[LegState::Held, LegState::Connected],
        Stage::Alternated => &[LegState::Connected, LegState::Held],
        Stage::BackToCaller | Stage::Conference => &[LegState::Connected],
        Stage::Transferred => &[],
    };
    assert_eq!(legs, expected, "{story}");
    let parties: usize = centre.calls().map(Call::parties).sum();
    let both_outside = (trio.caller, trio.consulted) == (Other::Outside, Other::Outside);
    let expected = match stage {
        Stage::Ringing | Stage::Answered | Stage::Alternated => 4,
        // What is outside on both sides has left the house.
        Stage::Transferred if both_outside => 0,
        Stage::BackToCaller | Stage::Transferred => 2,
        Stage::Conference => 3,
    };
    assert_eq!(parties, expected, "{story}");
}

#[test]
fn a_consultation_about_a_consultation_leaves_nothing_behind() {
    // Each of three desks consults the next one about its call, and hands over from the last one on or the first.
    for from_the_first in [false, true] {
        let second = AgentId::new(2);
        let mut trio = Trio::at(Other::Desk(AgentId::new(1)), Other::Desk(second), Stage::Answered);
        let number = "0912345".to_owned();
        let nested = Command::MakeConsultCall {
            call: trio.consultation,
            number,
            purpose: ConsultFor::Transfer,
        };
        trio.obey(second, nested);
        let last = trio.centre.agent(second).expect("an agent").calls[1];
        trio.pass(6);
        let first = Command::Transfer(trio.consultation);
        if from_the_first {
            trio.obey(AGENT, first);
            trio.obey(second, Command::Transfer(last));
        } else {
            trio.obey(second, Command::Transfer(last));
            let now = trio.centre.agent(AGENT).expect("the agent").calls[1];
            trio.obey(AGENT, Command::Transfer(now));
        }
        let left: Vec<usize> = trio.centre.calls().map(Call::parties).collect();
        assert_eq!(left, [2], "the caller and whoever was asked last");
        trio.desk_leaves(AgentId::new(1));
        assert_eq!(trio.centre.calls().count(), 0);
    }
}
