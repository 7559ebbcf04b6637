//! The simulated contact centre.
//!
//! Lives here: a pure state machine on a virtual clock, with its agents, queues, calls and callbacks.
//! May not live here: a real clock, threads, entropy, the network or any wire format; the module
//! compiles to WebAssembly unchanged. Whoever owns a clock calls [`Centre::advance_to`], whoever owns a
//! desk calls [`Centre::command`]; the same settings and the same calls give the same history.
//!
//! | module | what it decides |
//! |---|---|
//! | `routing` | which agent gets which caller |
//! | `lines` | how calls and their legs change |
//! | `chatter`, `transcript` | what people are written, alerted of, and heard to say |
//! | `single_step` | what is handed over, and who is brought in, without asking |
//! | `states` | how agents change, and after-call work |
//! | `behaviour` | what callers and colleagues do of their own accord |
//! | `promises` | callbacks: who makes them, takes them up, closes them |
//! | `obey` | which commands are accepted and what they bring about |
//! | `mask` | which buttons are enabled |
//! | `incident` | what goes wrong on demand |
//! | `reservation` | who is kept from being given calls |
//! | `team`, `supervision`, `listening` | who leads whom, and what supervisors do |
//! | `statistics` | figures of an agent's day |

mod agent;
mod behaviour;
mod call;
mod call_data;
mod callback;
mod chatter;
mod command;
mod happening;
mod id;
mod incident;
mod lines;
mod listening;
mod mask;
mod obey;
mod people;
mod promises;
mod queue;
mod random;
mod reservation;
mod routing;
mod schedule;
mod single_step;
mod states;
mod statistics;
mod supervision;
mod team;
#[cfg(test)]
mod tests;
mod time;
mod transcript;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use agent::{Agent, AgentState, AgentStatus, Cause, Filing, Kept, Next, Noted, Reason, WrapUp};
pub use call::{Call, CallFacts, CallKind, Direction, FarState, Leg, LegState, QueuePlace};
pub use call_data::{CALL_VARIABLES, CallData, ContextName, DECLARED, Declared};
pub use callback::{Attempt, AttemptOutcome, CallList, Callback, CallbackOrigin, Classification};
pub use chatter::{AlertRule, QueueAlert};
pub use command::{
    Audience, Command, ConsultFor, FailureCode, Figures, ImposedState, ListeningWish, Refusal,
    RequestedState, Supervise, SupervisoryAction, Target,
};
pub use happening::{Ending, Happening, LegEvent, Message, What, WrapUpPhase};
pub use id::{AgentId, CallId, CallListId, CallbackId, Guid, GuidOf, ListeningId, QueueId, TeamId};
pub use listening::{Listening, ListeningEnd, ListeningEvent, ListeningNews, ListeningPhase};
pub use mask::{Mask, SupervisorMask};
pub use obey::Promised;
pub use people::{WRAP_UP_REASONS, agent_with_login};
pub use queue::{Opening, Queue, QueueFigures};
pub use statistics::{AgentFigures, FIGURES_INTERVAL, FiguresReport};
pub use supervision::{SupervisionNews, TeamChange, Watchers};
pub use team::Team;
pub use time::{Moment, Span};
pub use transcript::Phrase;

use random::Dice;
use schedule::{Schedule, Task};
use supervision::Supervision;

/// How long a call may ring at an agent's telephone (told as `RingNoAnswerTime`).
pub const RING_LIMIT: Span = Span::from_secs(20);

/// The shortest time between two reports of one queue's figures.
pub const REPORT_INTERVAL: Span = Span::from_secs(2);

/// The highest pace of arrivals that is simulated; more than that is taken for this.
const MOST_RATE: f64 = 100.0;

/// What kind of centre to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Everything random follows from it.
    pub seed: u64,
    /// Agents in the centre, those at `desks` included.
    pub agents: u32,
    /// Service queues; at least one is made.
    pub queues: u32,
    /// Callbacks that are open at the start, and about as many from then on.
    pub callbacks: u32,
    /// The pace of arrivals: 1 keeps the agents well busy, 0 brings no callers and no callbacks at all.
    pub rate: f64,
    /// The time on the virtual clock when the centre is made.
    pub start: Moment,
    /// How many agents, from the first one on, are kept signed out for people to sign in as.
    pub desks: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            agents: 40,
            queues: 8,
            callbacks: 30,
            rate: 1.0,
            start: Moment::from_millis(0),
            desks: 5,
        }
    }
}

/// What became of the callers, counted from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Callers who came to a queue.
    pub arrived: u64,
    /// Of those, answered by an agent.
    pub served: u64,
    /// Of those, gone before anybody answered.
    pub abandoned: u64,
    /// Of those, let go with a callback before anybody answered.
    pub overflowed: u64,
    /// Calls that agents made.
    pub dialled: u64,
    /// Calls handed over from one agent to another or to the outside.
    pub transferred: u64,
    /// Conferences.
    pub conferenced: u64,
    /// Allocations that rang out.
    pub unanswered: u64,
    /// Complaints about a line.
    pub bad_lines: u64,
}

/// An accepted command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What the command is going to make, which its answer names.
    pub promised: Promised,
    /// What happened at once: nothing, since changes follow a little later, but for a sign-in that makes
    /// a colleague step aside. That is news for everybody else, not for the desk that signs in.
    pub happenings: Vec<Happening>,
}

/// The simulated contact centre.
#[derive(Clone, Debug)]
pub struct Centre {
    settings: Settings,
    organisation: Guid,
    now: Moment,
    dice: Dice,
    schedule: Schedule,
    agents: Vec<Agent>,
    queues: Vec<Queue>,
    call_lists: Vec<CallList>,
    calls: BTreeMap<CallId, Call>,
    callbacks: BTreeMap<CallbackId, Arc<Callback>>,
    /// The open callbacks that nobody has claimed, by due date.
    unclaimed: BTreeSet<(Moment, CallbackId)>,
    logins: BTreeMap<String, AgentId>,
    extensions: BTreeMap<String, AgentId>,
    entities: BTreeMap<Guid, Entity>,
    teams: Vec<Team>,
    /// What supervisors are doing; nobody else is in it.
    supervision: BTreeMap<AgentId, Supervision>,
    /// The supervisors for whom something has changed since supervision was last settled.
    unsettled: BTreeSet<AgentId>,
    listenings_made: u16,
    happenings: Vec<Happening>,
    /// Who or what changes agents' states just now.
    cause: Cause,
    told: u64,
    calls_made: u32,
    callbacks_made: u32,
    wrap_ups_made: u64,
    attempts_made: u64,
    stamps: u64,
    on_duty: u32,
    totals: Totals,
}

/// Something that can be subscribed to (R5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// An agent (RTE: user).
    Agent(AgentId),
    /// A service queue.
    Queue(QueueId),
    /// A list of callbacks.
    CallList(CallListId),
}

impl Centre {
    /// Makes a centre at work: agents signed in, queues open, callbacks waiting.
    pub fn new(settings: Settings) -> Self {
        let settings = Settings {
            queues: settings.queues.max(1),
            rate: if settings.rate.is_finite() {
                settings.rate.clamp(0.0, MOST_RATE)
            } else {
                1.0
            },
            ..settings
        };
        let mut centre = Self {
            settings,
            organisation: Guid::derived(settings.seed, GuidOf::Organisation, 0),
            now: settings.start,
            dice: Dice::new(settings.seed),
            schedule: Schedule::default(),
            agents: Vec::with_capacity(settings.agents as usize),
            queues: Vec::with_capacity(settings.queues as usize),
            call_lists: Vec::new(),
            calls: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            unclaimed: BTreeSet::new(),
            logins: BTreeMap::new(),
            extensions: BTreeMap::new(),
            entities: BTreeMap::new(),
            teams: team::dealt_out(&settings),
            supervision: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            listenings_made: 0,
            happenings: Vec::new(),
            cause: Cause::Call,
            told: 0,
            calls_made: 0,
            callbacks_made: 0,
            wrap_ups_made: 0,
            attempts_made: 0,
            stamps: 0,
            on_duty: 0,
            totals: Totals::default(),
        };
        centre.build_queues();
        centre.build_agents();
        centre.build_callbacks();
        centre.begin_the_day();
        centre.happenings.clear();
        centre.told = 0;
        centre
    }

    /// The time on the virtual clock.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// When something is going to happen next.
    pub fn next_due(&self) -> Option<Moment> {
        self.schedule.next_due()
    }

    /// Moves the virtual clock on and returns everything that happened up to and including `until`, in
    /// order. The clock does not go back: an earlier moment changes nothing.
    pub fn advance_to(&mut self, until: Moment) -> Vec<Happening> {
        while let Some((at, task)) = self.schedule.take_due(until) {
            self.now = self.now.max(at);
            self.perform(task);
        }
        self.now = self.now.max(until);
        self.take_happenings()
    }

    /// Everything that has happened since the last time, consequences included.
    fn take_happenings(&mut self) -> Vec<Happening> {
        self.settle_supervision();
        std::mem::take(&mut self.happenings)
    }

    /// The organisation that the centre belongs to (RTE root entity).
    pub fn organisation(&self) -> Guid {
        self.organisation
    }

    /// What kind of centre this is.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Every agent, in order of `AgentId`.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// Every queue, in order of `QueueId`.
    pub fn queues(&self) -> &[Queue] {
        &self.queues
    }

    /// Every call list, in order of `CallListId`.
    pub fn call_lists(&self) -> &[CallList] {
        &self.call_lists
    }

    /// The open callbacks, oldest first.
    pub fn callbacks(&self) -> impl Iterator<Item = &Arc<Callback>> {
        self.callbacks.values()
    }

    /// The calls that exist now, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values()
    }

    /// One agent.
    pub fn agent(&self, agent: AgentId) -> Option<&Agent> {
        self.agents.get(agent.number() as usize)
    }

    /// One queue.
    pub fn queue(&self, queue: QueueId) -> Option<&Queue> {
        self.queues.get(queue.number() as usize)
    }

    /// One call list.
    pub fn call_list(&self, list: CallListId) -> Option<&CallList> {
        self.call_lists.get(list.number() as usize)
    }

    /// One call, if it still exists.
    pub fn call(&self, call: CallId) -> Option<&Call> {
        self.calls.get(&call)
    }

    /// One open callback.
    pub fn callback(&self, callback: CallbackId) -> Option<&Arc<Callback>> {
        self.callbacks.get(&callback)
    }

    /// The agent's calls, oldest first, with the agent's leg of each.
    pub fn calls_of(&self, agent: AgentId) -> impl Iterator<Item = (&Call, &Leg)> {
        self.agent(agent)
            .into_iter()
            .flat_map(|found| &found.calls)
            .filter_map(move |call| {
                let call = self.calls.get(call)?;
                Some((call, call.leg(agent)?))
            })
    }

    /// The agent with this login id.
    pub fn agent_by_login(&self, login: &str) -> Option<AgentId> {
        self.logins.get(login).copied()
    }

    /// The agent who is signed in at this extension, or else the one whose it is.
    pub fn agent_at(&self, extension: &str) -> Option<AgentId> {
        let owner = || self.agents.iter().find(|agent| agent.extension == extension);
        self.extension(extension)
            .or_else(|| owner().map(|agent| agent.id))
    }

    /// What can be subscribed to under this id.
    pub fn entity(&self, guid: Guid) -> Option<Entity> {
        self.entities.get(&guid).copied()
    }

    /// The id on the wire of something that can be subscribed to.
    pub fn guid_of(&self, entity: Entity) -> Option<Guid> {
        match entity {
            Entity::Agent(agent) => self.agent(agent).map(|found| found.guid),
            Entity::Queue(queue) => self.queue(queue).map(|found| found.guid),
            Entity::CallList(list) => self.call_list(list).map(|found| found.guid),
        }
    }

    /// What became of the callers so far.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The id of the `number`-th thing of a kind in this centre.
    pub fn derive_guid(&self, kind: GuidOf, number: u64) -> Guid {
        Guid::derived(self.settings.seed, kind, number)
    }

    fn agent_mut(&mut self, agent: AgentId) -> Option<&mut Agent> {
        self.agents.get_mut(agent.number() as usize)
    }

    fn queue_mut(&mut self, queue: QueueId) -> Option<&mut Queue> {
        self.queues.get_mut(queue.number() as usize)
    }

    fn emit(&mut self, what: What) {
        self.told += 1;
        let watchers = match what.agent() {
            Some(agent) => {
                self.unsettle(agent);
                self.watchers_of(agent)
            }
            None => Watchers::default(),
        };
        self.happenings.push(Happening {
            at: self.now,
            number: self.told,
            watchers,
            what,
        });
    }

    fn plan(&mut self, after: Span, task: Task) {
        self.schedule.plan(self.now + after, task);
    }

    fn new_stamp(&mut self) -> u64 {
        self.stamps += 1;
        self.stamps
    }

    fn build_queues(&mut self) {
        let seed = self.settings.seed;
        for number in 0..self.settings.queues {
            let id = QueueId::new(number);
            let guid = Guid::derived(seed, GuidOf::Queue, u64::from(number));
            let wrap_up_limit = Span::from_secs(self.dice.between(3, 9) * 10);
            self.entities.insert(guid, Entity::Queue(id));
            self.queues.push(Queue {
                id,
                guid,
                technical_guid: Guid::derived(seed, GuidOf::TechnicalQueue, u64::from(number)),
                name: people::queue_name(number),
                number: people::queue_number(number),
                opening: if number % 5 == 3 {
                    Opening::Uncertain
                } else {
                    Opening::Open
                },
                wrap_up_limit,
                agents: Vec::new(),
                counts: QueueFigures::default(),
                waiting: BTreeSet::new(),
                idle: BTreeSet::new(),
                reported: self.settings.start - REPORT_INTERVAL,
                told: None,
                report_due: false,
                keeps_hours: number % 7 == 6,
                alerted: 0,
            });
            // One call list for every third queue.
            if number % 3 == 0 {
                let list = CallListId::new(number / 3);
                let guid = Guid::derived(seed, GuidOf::CallList, u64::from(number / 3));
                self.entities.insert(guid, Entity::CallList(list));
                self.call_lists.push(CallList {
                    id: list,
                    guid,
                    name: format!("Callbacks {}", people::queue_name(number)),
                    queue: id,
                });
            }
        }
    }

    fn team_dealt_to(&self, agent: AgentId) -> Option<TeamId> {
        let found = |team: &&Team| team.supervisor == agent || team.members.contains(&agent);
        self.teams.iter().find(found).map(|team| team.id)
    }

    fn build_agents(&mut self) {
        let seed = self.settings.seed;
        for number in 0..self.settings.agents {
            let id = AgentId::new(number);
            let guid = Guid::derived(seed, GuidOf::Agent, u64::from(number));
            let login = people::login_of(id);
            let name = people::agent_name(seed, number);
            let mut skills = vec![QueueId::new(number % self.settings.queues)];
            for _ in 0..self.dice.between(0, 2) {
                let skill = QueueId::new(self.dice.position(self.queues.len()) as u32);
                if !skills.contains(&skill) {
                    skills.push(skill);
                }
            }
            for skill in &skills {
                if let Some(queue) = self.queue_mut(*skill) {
                    queue.agents.push(id);
                }
            }
            self.entities.insert(guid, Entity::Agent(id));
            self.logins.insert(login.clone(), id);
            self.agents.push(Agent {
                id,
                guid,
                user_name: people::user_name(&name, &login),
                login,
                name,
                extension: people::extension_of(id),
                skills,
                attended: number < self.settings.desks,
                status: AgentStatus {
                    state: AgentState::SignedOut,
                    reason: Reason::NONE,
                    since: self.now,
                    cause: Cause::System,
                    next: Next::NotReady(Reason::NONE),
                    noted: None,
                    talking_changed: self.now,
                    active_queue: None,
                    active_list: None,
                    wrap_up: None,
                    mask: Mask::LOGIN,
                },
                calls: Vec::new(),
                current: None,
                chosen: None,
                filing: Filing::of(id),
                kept: None,
                stamp: 0,
                next_by: None,
                chatter: 0,
                wants_wrap_up: false,
                has_had_call: false,
                held_back: false,
                shift_ends: self.now,
                working_on: None,
                reserved_until: None,
                team: self.team_dealt_to(id),
                figures: AgentFigures::default(),
                wanted_figures: Vec::new(),
            });
        }
    }
}
