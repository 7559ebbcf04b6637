//! What is going to happen, in order of time.
//!
//! Lives here: the tasks and the heap they wait in. May not live here: what a task does (`behaviour`,
//! `obey`). Tasks due at the same moment come in the order in which they were planned, so a history does
//! not depend on the heap. A task is never taken back: it names the state it belongs to (a stamp, or a
//! call, whose number is never used again) and does nothing when that state has passed.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::command::{Command, Figures};
use super::id::{AgentId, CallId, CallbackId, ListeningId, QueueId};
use super::obey::Promised;
use super::time::Moment;

/// Something planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// The next caller arrives, at any queue.
    Arrival,
    /// The caller will not wait any longer.
    Patience(CallId),
    /// The caller has waited so long that the queue lets it go.
    Overflow(CallId),
    /// A call given to an agent reaches the telephone.
    Ring { call: CallId, agent: AgentId },
    /// It has rung long enough.
    RingLimit {
        call: CallId,
        agent: AgentId,
        stamp: u64,
    },
    /// A colleague answers.
    Answer {
        call: CallId,
        agent: AgentId,
        stamp: u64,
    },
    /// A colleague does something with a call in conversation.
    Handle {
        call: CallId,
        agent: AgentId,
        stamp: u64,
    },
    /// A colleague takes a call back from hold.
    Resume {
        call: CallId,
        agent: AgentId,
        stamp: u64,
    },
    /// A colleague has talked enough and ends the call.
    HangUp { call: CallId, agent: AgentId },
    /// The outside party ends the call.
    FarHangsUp(CallId),
    /// The dialled number is reached, or not.
    Dialled { call: CallId, number: String },
    /// The called outside party answers.
    FarAnswers(CallId),
    /// Somebody outside who is called into a conversation answers, or will not.
    CalledOut { call: CallId, answers: bool },
    /// Nobody has answered a dialled call.
    NobodyAnswers(CallId),
    /// A failed call is taken off the line.
    FailedGone { call: CallId, agent: AgentId },
    /// A colleague makes up its mind in a consultation.
    Decide { call: CallId, agent: AgentId },
    /// After-call work ends, by its timer or because a colleague is done.
    WrapUpEnds {
        agent: AgentId,
        stamp: u64,
        by_timer: bool,
    },
    /// A colleague comes back from a break.
    BackToWork { agent: AgentId, stamp: u64 },
    /// A colleague goes home as soon as it can.
    ShiftEnds(AgentId),
    /// A colleague comes to work.
    ShiftBegins(AgentId),
    /// A ready person is given a call soon.
    CallForPerson { agent: AgentId, stamp: u64 },
    /// A reservation of an agent is over.
    ReservationEnds { agent: AgentId, until: Moment },
    /// The figures of a queue are told.
    Report(QueueId),
    /// Office hours are looked at.
    OfficeHours,
    /// Somebody writes down a callback.
    CallbackMade,
    /// A colleague takes up a callback.
    CallbackTaken,
    /// The colleague dials.
    CallbackDialled { callback: CallbackId, agent: AgentId },
    /// A callback expires, if it is still open.
    CallbackExpires(CallbackId),
    /// Figures are told again, if they are still wanted.
    Figures {
        agent: AgentId,
        figures: Figures,
        stamp: u64,
    },
    /// A member's desk accepts a silent monitor session.
    ListeningStarts { supervisor: AgentId, id: ListeningId },
    /// A few more words of a conversation are said.
    Speak {
        call: CallId,
        agent: AgentId,
        line: u16,
        words: u16,
    },
    /// Somebody writes to a person.
    Write { agent: AgentId, stamp: u64 },
    /// Somebody answers what a person has written.
    WriteBack { by: AgentId, to: AgentId },
    /// An accepted command takes effect.
    Obey {
        agent: AgentId,
        command: Command,
        promised: Promised,
    },
}

#[derive(Clone, Debug)]
struct Planned {
    at: Moment,
    order: u64,
    task: Task,
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// The tasks that wait for their time.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    heap: BinaryHeap<Reverse<Planned>>,
    planned: u64,
}

impl Schedule {
    /// Plans a task.
    pub(super) fn plan(&mut self, at: Moment, task: Task) {
        self.planned += 1;
        self.heap.push(Reverse(Planned {
            at,
            order: self.planned,
            task,
        }));
    }

    /// When the next task is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.heap.peek().map(|Reverse(planned)| planned.at)
    }

    /// Takes the next task that is due by `until`.
    pub(super) fn take_due(&mut self, until: Moment) -> Option<(Moment, Task)> {
        if self.next_due()? > until {
            return None;
        }
        self.heap.pop().map(|Reverse(planned)| (planned.at, planned.task))
    }
}
