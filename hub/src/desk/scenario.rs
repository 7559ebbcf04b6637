//! Scenarios: what goes wrong on demand, again and again while the hub runs.
//!
//! Lives here: the scenarios by name, each a script of steps on the virtual clock, and how far a script has come.
//! May not be here: what a step brings about; that is the centre's or the gateway's (`simulation`).
//! A script begins a few seconds after somebody has sat down at a desk, and is about that agent.
//! Nothing in it is left to chance: the same seed and the same desk see the same.

use crate::centre::{Guid, Moment, Span};
use std::str::FromStr;

/// How long after somebody has sat down a script begins.
const FIRST: Span = Span::from_secs(5);

/// One step of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The agent is signed out because the peripheral gateway has failed over (rule R71).
    SignOutByForce,
    /// The agent's telephone dials a number that is busy.
    DialInVain,
    /// A call is given to the agent and taken back before it rings.
    AllocateInVain,
    /// A caller is called in at the agent and at a colleague of another domain at once.
    RingInTwoDomains,
    /// The link of the primary T-Server to the switch goes down or comes up.
    PrimaryLink(bool),
    /// The backup T-Server becomes the primary one.
    Switchover,
    /// The CTI OS server that the gateway is connected with falls silent (rule R41).
    ServerFallsSilent,
    /// Silent monitoring that goes on is told to have started, by each server of the pair (rule R89).
    RepeatMonitoring,
    /// Somebody leaves the agent's team, or comes back.
    ChangeTeam,
    /// Somebody of the agent's team calls for help.
    Emergency,
}

macro_rules! scenarios {
    ($($(#[$doc:meta])* $scenario:ident = $name:literal, $line:literal, every $seconds:literal: [$($at:literal => $step:expr),*];)*) => {
        /// A scenario.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Scenario {
            $($(#[$doc])* $scenario,)*
        }

        impl Scenario {
            /// Every one, with its name and what happens in it.
            pub const ALL: &'static [(Scenario, &'static str, &'static str)] =
                &[$((Scenario::$scenario, $name, $line),)*];

            /// The steps, by milliseconds from the beginning of a round, and the seconds from round to round.
            fn script(self) -> (i64, &'static [(i64, Step)]) {
                match self {
                    $(Scenario::$scenario => ($seconds, &[$(($at, $step),)*]),)*
                }
            }
        }
    };
}

scenarios! {
    /// The other server of each pair takes over.
    Failover = "failover",
        "the CTI OS server falls silent and the other one takes over, and so does the other T-Server",
        every 60: [
            0 => Step::ServerFallsSilent,
            18_000 => Step::RepeatMonitoring,
            18_000 => Step::RepeatMonitoring,
            18_500 => Step::Switchover
        ];
    /// The agent is signed out by force.
    ForcedLogout = "forced-logout",
        "the peripheral gateway fails over and signs the agent out; the connection stays",
        every 60: [10_000 => Step::SignOutByForce];
    /// A call cannot be completed.
    FailedCall = "failed-call",
        "the agent's telephone dials a number that is busy",
        every 40: [0 => Step::DialInVain];
    /// A call is announced and does not come.
    PrecallAbort = "precall-abort",
        "a call is given to the agent, who must be ready, and taken back before it rings",
        every 20: [0 => Step::AllocateInVain];
    /// One call rings in two domains.
    CrossDomainFork = "cross-domain-fork",
        "a caller rings at the agent, who must be ready, and at a colleague of another domain; one answers",
        every 5: [0 => Step::RingInTwoDomains];
    /// The other T-Server takes over.
    PrimaryChange = "primary-change",
        "the T-Server's link goes down and the other T-Server takes over, whose link is up; then the other way round",
        every 60: [
            0 => Step::PrimaryLink(false),
            3_000 => Step::Switchover,
            30_000 => Step::Switchover,
            36_000 => Step::PrimaryLink(true)
        ];
    /// A team changes.
    TeamChange = "team-change",
        "somebody leaves the team and comes back; sign in as a supervisor, such as 1005, to see it",
        every 40: [0 => Step::ChangeTeam, 20_000 => Step::ChangeTeam];
    /// Somebody needs help at once.
    EmergencyCall = "emergency-call",
        "somebody of the team calls for help; sign in as a supervisor, such as 1005, and be not ready",
        every 60: [0 => Step::Emergency];
    /// Every command fails once.
    Refusals = "refusals",
        "every command is refused the first time, with a documented failure code that fits it, and then taken",
        every 3_600: [];
    /// There is an hour of history.
    RollForward = "roll-forward",
        "the centre has been at work for an hour, which CallGem tells to whoever asks for it",
        every 3_600: [];
}

impl Scenario {
    /// How long the centre has been at work before the hub starts.
    pub(super) fn prelude(self) -> Span {
        match self {
            Self::RollForward => Span::from_mins(60),
            _ => Span::ZERO,
        }
    }

    /// All scenarios, a line each, for people.
    pub fn list() -> String {
        let line = |(_, name, line): &(Scenario, &str, &str)| format!("  {name:<18}  {line}\n");
        Self::ALL.iter().map(line).collect()
    }
}

/// A name that no scenario has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such scenario")]
pub struct NoScenario;

impl FromStr for Scenario {
    type Err = NoScenario;

    fn from_str(text: &str) -> Result<Self, NoScenario> {
        let found = Self::ALL.iter().find(|(_, name, _)| *name == text);
        found.map(|(scenario, ..)| *scenario).ok_or(NoScenario)
    }
}

/// A scenario that is being played.
#[derive(Debug)]
pub(super) struct Script {
    scenario: Scenario,
    /// Who it is about, and when the present round began.
    round: Option<(Guid, Moment)>,
    /// The next step of the round.
    next: usize,
}

impl Script {
    pub(super) fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            round: None,
            next: 0,
        }
    }

    /// Somebody listens who has not signed in: where nobody else has, it is about that agent.
    pub(super) fn begin_unless_begun(&mut self, agent: Guid, now: Moment) {
        if self.round.is_none() {
            self.begin(agent, now);
        }
    }

    /// Somebody has sat down at the desk of `agent`: from now on it is about that agent.
    pub(super) fn begin(&mut self, agent: Guid, now: Moment) {
        let began = self.round.map_or(now + FIRST, |(_, began)| began);
        self.round = Some((agent, began));
    }

    /// When the next step is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        let (_, began) = self.round?;
        let (offset, _) = self.scenario.script().1.get(self.next)?;
        Some(began + Span::from_millis(*offset))
    }

    /// The next step that is due by `now`, whom it is about, and when it was due.
    pub(super) fn take_due(&mut self, now: Moment) -> Option<(Moment, Guid, Step)> {
        let due = self.next_due().filter(|due| *due <= now)?;
        let (agent, began) = self.round?;
        let (period, steps) = self.scenario.script();
        let (_, step) = *steps.get(self.next)?;
        self.next += 1;
        if self.next == steps.len() {
            self.next = 0;
            self.round = Some((agent, began + Span::from_secs(period)));
        }
        Some((due, agent, step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centre::GuidOf;

    #[test]
    fn names_are_distinct_and_read_back() {
        for (scenario, name, line) in Scenario::ALL {
            assert_eq!(name.parse::<Scenario>(), Ok(*scenario));
            assert!(Scenario::list().contains(name) && Scenario::list().contains(line));
        }
        assert_eq!("".parse::<Scenario>(), Err(NoScenario));
    }

    #[test]
    fn steps_come_in_their_order_and_within_their_round() {
        for (scenario, name, _) in Scenario::ALL {
            let (period, steps) = scenario.script();
            let offsets: Vec<i64> = steps.iter().map(|(offset, _)| *offset).collect();
            assert!(offsets.is_sorted(), "{name}");
            assert!(offsets.iter().all(|offset| *offset < period * 1_000), "{name}");
        }
    }

    #[test]
    fn a_script_begins_when_somebody_sits_down_and_comes_round() {
        let now = Moment::from_millis(1_000_000);
        let agent = |number| Guid::derived(1, GuidOf::Agent, number);
        let mut script = Script::new(Scenario::FailedCall);
        assert_eq!(script.next_due(), None);
        script.begin(agent(1), now);
        assert_eq!(script.next_due(), Some(now + FIRST));
        assert_eq!(script.take_due(now), None);
        let later = now + Span::from_secs(45);
        assert_eq!(
            script.take_due(later),
            Some((now + FIRST, agent(1), Step::DialInVain))
        );
        script.begin(agent(2), now);
        assert_eq!(script.take_due(later), Some((later, agent(2), Step::DialInVain)));
        assert_eq!(script.take_due(later), None);
    }
}
