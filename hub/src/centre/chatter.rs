//! What colleagues write to people, and what queues alert them of.
//!
//! Lives here: messages that a supervisor or a colleague writes of its own accord or as an answer, and the
//! alerts that fire when a queue gets long. May not live here: how a message is delivered (`obey`).
//! Nothing here is written in the name of a person. Who writes what follows from numbers that are there
//! already and draws nothing from the dice. An alert fires when its value is reached and not again before it
//! has been below.

use std::sync::Arc;

use super::Centre;
use super::command::Audience;
use super::happening::What;
use super::id::{AgentId, QueueId};
use super::queue::QueueFigures;
use super::random::mixed;
use super::schedule::Task;
use super::time::Span;

/// What supervisors and colleagues write.
const NOTES: [&str; 8] = [
    "Can you take the break at a quarter past instead of on the hour?",
    "The new price list is in the usual place. Please use it from now on.",
    "Well done with that last caller!",
    "Does anybody know the number of the warehouse?",
    "The parcel service has delays in the north today, up to two days.",
    "Please remember to file your calls, yesterday many were left open.",
    "I am back at my desk if you need me.",
    "Team meeting moves to three o'clock.",
];

/// What they answer.
const ANSWERS: [&str; 5] = [
    "Thanks, I will have a look at it.",
    "Yes, that is right.",
    "Give me a minute, I am on the phone.",
    "Good question. I will ask and let you know.",
    "Okay!",
];

/// Callers who wait, for an alert.
const MANY_WAIT: u32 = 3;

/// A wait that is long, for an alert.
const LONG_WAIT: Span = Span::from_secs(90);

/// The least time from one message to the next, and the most that comes to it.
const BETWEEN: (i64, u64) = (150, 180);

/// What an alert looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertRule {
    /// How many callers wait.
    Waiting,
    /// How long the first of them has waited, in seconds.
    LongestWait,
}

/// An alert about a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueAlert {
    /// Which queue.
    pub queue: QueueId,
    /// What about it.
    pub rule: AlertRule,
    /// The value that makes it fire.
    pub threshold: i64,
    /// The value that made it fire.
    pub value: i64,
}

impl Centre {
    /// A person has sat down: from now on somebody writes now and then.
    pub(super) fn chatter_begins(&mut self, agent: AgentId) {
        let stamp = self.new_stamp();
        let is_lively = self.settings.rate > 0.0;
        if let Some(found) = self.agent_mut(agent).filter(|found| found.attended && is_lively) {
            found.chatter = stamp;
            let first = Span::from_secs(45 + i64::from(agent.number() % 20));
            self.plan(first, Task::Write { agent, stamp });
        }
    }

    /// Somebody writes to a person, who must be there still.
    pub(super) fn somebody_writes(&mut self, agent: AgentId, stamp: u64) {
        let is_there = self
            .agent(agent)
            .is_some_and(|found| found.attended && found.is_signed_in() && found.chatter == stamp);
        if !is_there {
            return;
        }
        let draw = mixed(self.settings.seed ^ mixed(self.now.as_millis() as u64));
        if let Some(from) = self.writer_to(agent, draw)
            && let Some(note) = NOTES.get(draw as usize % NOTES.len())
        {
            self.deliver(from, Audience::Agent(agent), (*note).to_owned());
        }
        let (least, more) = BETWEEN;
        let pause = Span::from_secs(least + (mixed(draw) % more) as i64);
        self.plan(pause, Task::Write { agent, stamp });
    }

    /// Who writes to a person: the supervisor every other time, else somebody of the team.
    fn writer_to(&self, agent: AgentId, draw: u64) -> Option<AgentId> {
        let is_colleague = |other: &AgentId| {
            let found = self.agent(*other);
            *other != agent && found.is_some_and(|found| found.is_signed_in() && !found.attended)
        };
        let supervisor = self.supervisor_of(agent).filter(is_colleague);
        let team = self.agent(agent).and_then(|found| self.team(found.team?));
        let members: Vec<AgentId> = team
            .map(|team| team.members.iter().copied().filter(is_colleague).collect())
            .unwrap_or_default();
        let member = members.get((draw >> 8) as usize % members.len().max(1)).copied();
        if draw & 0x10 == 0 {
            supervisor.or(member)
        } else {
            member.or(supervisor)
        }
    }

    /// Whoever is written to by a person, and is none, answers in a while.
    pub(super) fn somebody_answers(&mut self, from: AgentId, to: Audience) {
        if !self.is_attended(from) {
            return;
        }
        let draw = mixed(self.settings.seed ^ mixed(self.now.as_millis() as u64));
        let asked = match to {
            Audience::Agent(agent) => Some(agent),
            Audience::Supervisor => self.supervisor_of(from),
            Audience::Team => self.writer_to(from, draw),
        };
        if let Some(by) = asked.filter(|agent| *agent != from && !self.is_attended(*agent)) {
            let thinks = Span::from_millis(2_500 + (draw % 4_000) as i64);
            self.plan(thinks, Task::WriteBack { by, to: from });
        }
    }

    /// The answer is written.
    pub(super) fn write_back(&mut self, by: AgentId, to: AgentId) {
        let is_there = self.agent(by).is_some_and(super::Agent::is_signed_in);
        let draw = mixed(self.now.as_millis() as u64);
        if let Some(answer) = ANSWERS.get(draw as usize % ANSWERS.len()).filter(|_| is_there) {
            self.deliver(by, Audience::Agent(to), (*answer).to_owned());
        }
    }

    /// Alerts the people who serve a queue, where its figures have just reached what they are alerted of.
    pub(super) fn alert_about(&mut self, queue: QueueId, figures: &QueueFigures) {
        let seconds = figures.longest_wait.as_secs();
        let rules = [
            (
                AlertRule::Waiting,
                i64::from(MANY_WAIT),
                i64::from(figures.waiting),
            ),
            (AlertRule::LongestWait, LONG_WAIT.as_secs(), seconds),
        ];
        for (rule, threshold, value) in rules {
            let reached = value >= threshold;
            let Some(found) = self.queue_mut(queue) else {
                return;
            };
            let bit = 1 << rule as u8;
            let was_reached = found.alerted & bit != 0;
            found.alerted = if reached {
                found.alerted | bit
            } else {
                found.alerted & !bit
            };
            if !reached || was_reached {
                continue;
            }
            let alert = QueueAlert {
                queue,
                rule,
                threshold,
                value,
            };
            for agent in found.agents.clone() {
                let is_told = self
                    .agent(agent)
                    .is_some_and(|found| found.attended && found.is_signed_in());
                if is_told {
                    self.emit(What::Alert {
                        agent,
                        alert: Arc::new(alert),
                    });
                }
            }
        }
    }
}
