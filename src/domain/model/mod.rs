//! The model: everything the desk knows, always current, changed by events and by nothing else.
//!
//! Lives here: the tables, the own agent's desk, and `apply`, which is the only way in for an event.
//! May not be here: clocks, sockets, cells, words for people.
//! [`Delta`] collects what a view must redraw; [`Transition`] what a person must be told at once.
//! An event costs the rows it names, never the rows there are; a snapshot's sweep costs the rows once.

mod callbacks;
mod calls;
mod commands;
mod own_state;
mod people;
mod supervision;
mod telephony;

use super::agent::{
    Agent, AgentState, AgentUpdate, ChangedBy, ForcedOut, NextState, Reservation, Terminal, Witnessed, WrapUp,
};
use super::call::{
    CALLS_KEPT, Call, CallUpdate, Direction, Ending, FIELDS_KEPT, PHRASES_KEPT, Phrase, RECORDINGS_KEPT,
    Recording, Stage,
};
use super::callback::{Callback, CallbackUpdate};
use super::chat::Message;
use super::command::{Addressee, Command, Failed, Failure, InFlight, InvokeId, Phase, Refusal};
use super::control::{self, Control, EnablementMask};
use super::event::{Alert, Covered, Event, Setting, WrapUpChange};
use super::fold::folded;
use super::ids::{AgentKey, CallKey, CallListKey, CallbackKey, QueueKey, Ref, SourceId};
use super::moment::Moment;
use super::queue::{Queue, QueueUpdate};
use super::settings::{DeskSettings, WrapUpData};
use super::skills::{Assignment, Statistics};
use super::supervision::{SilentMonitor, Supervisor};
use super::table::{Changed, Rank, Row, Table};
use super::telephony::{Precall, Telephony};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Ended, failed and missed calls kept, newest first.
pub const PAST_CALLS_KEPT: usize = 50;
/// Alerts kept.
pub const ALERTS_KEPT: usize = 50;
/// Failed commands kept until they are seen.
pub const FAILURES_KEPT: usize = 10;
/// Settings kept of the own agent.
pub const SETTINGS_KEPT: usize = 500;
/// Members kept of one queue.
pub const MEMBERS_KEPT: usize = 10_000;
/// States of the own agent kept.
pub const STATES_KEPT: usize = 12;
const TERMINALS_KEPT: usize = 16;

/// A list of callbacks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallList {
    /// The source that reports it.
    pub source: SourceId,
    /// The source's id.
    pub id: Box<str>,
    /// Display name.
    pub name: Option<Box<str>>,
}

/// A group of queues.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueGroup {
    /// The source's id.
    pub id: Box<str>,
    /// Display name.
    pub name: Box<str>,
    /// What it is for.
    pub description: Option<Box<str>>,
}

/// What the desk knows of the connection to one source, for "as of" marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceState {
    /// Counts the sessions with this source; a row confirmed in an earlier one is not confirmed now.
    pub session: u32,
    /// Connected at present.
    pub live: bool,
    /// When something was last heard.
    pub heard: Option<Moment>,
}

/// Something that a person must be told at once, whatever the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transition {
    /// The own agent's state changed.
    OwnState {
        /// Before.
        from: AgentState,
        /// Now.
        to: AgentState,
    },
    /// A call is ringing at the own agent.
    Ringing(CallKey),
    /// A call stopped ringing, whatever comes next.
    RingingEnded(CallKey),
    /// The own agent is calling somebody.
    Dialling(CallKey),
    /// A call was connected.
    Connected(CallKey),
    /// A call was put on hold.
    Held(CallKey),
    /// A call was taken off hold.
    Retrieved(CallKey),
    /// A call became a conference.
    Joined(CallKey),
    /// A call ended.
    Ended(CallKey),
    /// A call failed.
    Failed(CallKey),
    /// A call rang and nobody answered.
    Missed(CallKey),
    /// A command did not happen.
    CommandFailed(InvokeId),
    /// The own agent was signed out without having asked for it here.
    ForcedSignOut,
    /// The server has noted what follows the call at hand.
    NextState,
    /// The own agent is kept free for a call.
    Reserved,
    /// A contact is on its way to the own agent and no call yet.
    Coming,
    /// It will not come.
    TakenBack,
    /// Events of the past were told after an interruption; nobody was told of them one by one.
    CaughtUp {
        /// How many there were.
        events: u32,
        /// How many calls for the own agent nobody answered meanwhile.
        missed: u32,
    },
    /// A rule of the agent's fired.
    Alert,
    /// Nothing can be asked of the telephony server any more; it comes back by itself.
    TelephonyDown,
    /// The telephony server is back.
    TelephonyBack,
    /// The telephony system has something to say to the people at the desks.
    Notice,
    /// A colleague has written.
    Message,
    /// An emergency was raised.
    Emergency,
}

/// What changed since the last time somebody asked.
#[derive(Debug, Default)]
pub struct Delta {
    /// Agents whose row changed.
    pub agents: Vec<AgentKey>,
    /// Agents came, went or moved.
    pub agent_order: bool,
    /// Queues whose row changed.
    pub queues: Vec<QueueKey>,
    /// Queues came, went or moved.
    pub queue_order: bool,
    /// Callbacks whose row changed.
    pub callbacks: Vec<CallbackKey>,
    /// Callbacks came, went or moved.
    pub callback_order: bool,
    /// Calls whose card changed.
    pub calls: Vec<CallKey>,
    /// Calls came, went or moved.
    pub call_order: bool,
    /// The own desk changed: masks, current call, commands, alerts, past calls.
    pub desk: bool,
}

/// The own agent's side of the desk.
#[derive(Debug, Default)]
pub struct Desk {
    /// Who is signed in here.
    pub me: Option<AgentKey>,
    /// The agent's mask; `None` until the server sends one.
    pub mask: Option<EnablementMask>,
    /// What the server has noted to follow the call at hand, until it has taken effect.
    pub next_state: Option<NextState>,
    /// The current call.
    pub current: Option<CallKey>,
    /// Commands under way, oldest first.
    pub in_flight: Vec<InFlight>,
    /// Commands that failed, newest last, until seen.
    pub failed: VecDeque<Failed>,
    /// Signed out without having asked for it here, until signed in again.
    pub forced_out: Option<ForcedOut>,
    /// The own states that the desk has witnessed, newest last.
    pub states: VecDeque<Witnessed>,
    /// What brings about the next own state, where it was told before the state.
    pub(super) cause_to_come: Option<ChangedBy>,
    /// The contact that was announced and will not come, and when that was told; until another one comes.
    pub taken_back: Option<(Precall, Moment)>,
    /// Wrap-up that will follow the present call, seconds at most.
    pub wrap_up_to_come: Option<i64>,
    /// The own agent's alerts, newest last.
    pub alerts: VecDeque<Alert>,
    /// The own agent's settings by keyword.
    pub settings: FxHashMap<Box<str>, Setting>,
    /// What is set for the own agent's desk.
    pub desk_settings: Option<Box<DeskSettings>>,
    /// The own agent's skill groups and tasks.
    pub assignment: Option<Box<Assignment>>,
    /// Messages from colleagues and to them, newest last.
    pub messages: VecDeque<Message>,
    /// How many messages there were.
    pub messages_told: u32,
    /// Changes whenever the messages do.
    pub messages_version: u32,
    /// How many alerts there were.
    pub alerts_told: u32,
    /// The supervisor's side, empty at the desk of whoever is none.
    pub supervisor: Supervisor,
    /// The session of listening in that this desk takes part in, or took part in last.
    pub silent_monitor: Option<SilentMonitor>,
}

/// What the agent has seen and need not be shown any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// All missed calls.
    MissedCalls,
    /// One alert, by its number.
    Alert(u32),
    /// All alerts.
    Alerts,
    /// The messages of one conversation; they stay, but are no news any more.
    Messages(Addressee),
}

/// Why a control is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// The desk is not connected.
    Offline,
    /// The desk is connected, but the telephony server behind the hub is away.
    TelephonyDown,
    /// The server has sent no mask yet.
    NoMask,
    /// There is no current call.
    NoCall,
    /// It works on the current call only, and another call is that.
    NotCurrent,
    /// The call is over, and its mask with it.
    CallOver,
    /// The server's mask does not enable it.
    ByServer,
    /// The same command is under way.
    UnderWay,
}

/// Everything the desk knows.
#[derive(Default)]
pub struct Model {
    /// Agents by name.
    pub agents: Table<Agent>,
    /// Queues by name.
    pub queues: Table<Queue>,
    /// Lists of callbacks by name.
    pub call_lists: Table<CallList>,
    /// Open callbacks by due time.
    pub callbacks: Table<Callback>,
    /// Calls in the order in which they began.
    pub calls: Table<Call>,
    /// The own calls that are over: failed, missed and ended ones, newest last.
    pub past_calls: VecDeque<CallKey>,
    /// Other agents' calls that are over, so that a supervisor's agents leave the own ones in their place.
    others_past_calls: VecDeque<CallKey>,
    /// The own agent's side.
    pub desk: Desk,
    /// Members of queues: priority by queue and agent, active members only.
    pub members: FxHashMap<QueueKey, FxHashMap<AgentKey, i64>>,
    /// Groups of queues.
    pub queue_groups: Vec<QueueGroup>,
    /// Agents per state, kept by every change; the states that nobody is in are absent.
    pub agents_in_state: FxHashMap<AgentState, u32>,
    /// The telephony server behind the desk.
    telephony: Telephony,
    /// What the telephony server counts of agents.
    statistics: FxHashMap<AgentKey, Statistics>,
    sources: Vec<SourceState>,
    desk_touched: bool,
    transitions: Vec<Transition>,
    /// Calls that people were told are ringing, and that have not stopped.
    ringing: Vec<CallKey>,
    /// Calls that an event named before anything announced them; counted, not shown.
    pub orphans: u64,
}

/// Compares and sets; answers whether anything changed.
fn set<T: PartialEq>(field: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) if *field != value => {
            *field = value;
            true
        }
        _ => false,
    }
}

/// The same for a text, which is only allocated when it differs.
fn set_text(field: &mut Option<Box<str>>, value: Option<&Cow<'_, str>>) -> bool {
    match value {
        Some(value) if field.as_deref() != Some(value.as_ref()) => {
            *field = Some(value.as_ref().into());
            true
        }
        _ => false,
    }
}

/// The same for a text that can be taken away.
fn set_optional_text(field: &mut Option<Box<str>>, value: Option<&Option<Cow<'_, str>>>) -> bool {
    match value {
        None => false,
        Some(None) => field.take().is_some(),
        Some(Some(value)) => set_text(field, Some(value)),
    }
}

impl Model {
    /// Applies one event.
    ///
    /// `at` is when it happened by the server's stamp, where it has one; `heard` is when it arrived, in
    /// server time. Both are only remembered, never compared with a clock.
    pub fn apply(&mut self, event: Event<'_>, at: Option<Moment>, heard: Moment) {
        let when = at.unwrap_or(heard);
        match event {
            Event::Agent(agent, update) => {
                self.hear(agent.source, heard);
                let key = self.agents.intern(agent);
                self.update_agent(key, agent, update, when, heard);
            }
            Event::Terminal(agent, terminal) => self.update_terminal(agent, terminal, heard),
            Event::Setting(agent, keyword, setting) => {
                self.hear(agent.source, heard);
                if self.is_me(agent) {
                    match setting {
                        None => {
                            self.desk.settings.remove(keyword.as_ref());
                        }
                        Some(setting) => {
                            if self.desk.settings.len() < SETTINGS_KEPT
                                || self.desk.settings.contains_key(keyword.as_ref())
                            {
                                self.desk.settings.insert(keyword.as_ref().into(), setting);
                            }
                        }
                    }
                    self.desk_touched = true;
                }
            }
            Event::Alert(agent, alert) => {
                self.hear(agent.source, heard);
                if self.is_me(agent) {
                    self.keep_alert(alert);
                }
            }
            Event::Reserved(agent, duration) => self.reserve(agent, duration, when, heard),
            Event::WrapUp(agent, change) => self.update_wrap_up(agent, change, when, heard),
            Event::Queue(queue, update) => {
                self.hear(queue.source, heard);
                let key = self.queues.intern(queue);
                self.update_queue(key, update, heard);
            }
            Event::QueueMember {
                queue,
                agent,
                active,
                priority,
            } => {
                let queue_key = self.queues.intern(queue);
                let agent_key = self.agents.intern(Ref::new(queue.source, &agent));
                let members = self.members.entry(queue_key).or_default();
                if active {
                    if members.len() < MEMBERS_KEPT {
                        members.insert(agent_key, priority);
                    }
                } else {
                    members.remove(&agent_key);
                }
            }
            Event::QueueGroup(group, name, description) => {
                let group = QueueGroup {
                    id: group.id.into(),
                    name: name.as_ref().into(),
                    description: description.map(|text| text.as_ref().into()),
                };
                let room = self.queue_groups.len() < SETTINGS_KEPT;
                match self.queue_groups.iter_mut().find(|known| known.id == group.id) {
                    Some(known) => *known = group,
                    None if room => self.queue_groups.push(group),
                    None => {}
                }
            }
            Event::CallList(list, name) => {
                self.hear(list.source, heard);
                let key = self.call_lists.intern(list);
                self.call_lists.change(key, |row| {
                    let row_changed = set_text(&mut row.name, Some(&name));
                    Changed {
                        row: row_changed,
                        rank: row_changed,
                    }
                });
            }
            Event::Callback(callback, update) => self.update_callback(callback, *update, heard),
            Event::Call(call, update) => self.update_call(call, *update, when, heard),
            Event::Phrase(call, phrase) => self.add_phrase(call, phrase, heard),
            Event::Recording(call, recording) => self.add_recording(call, recording, heard),
            Event::AgentMask(mask) => {
                if self.desk.mask != Some(mask) {
                    self.desk.mask = Some(mask);
                    self.desk_touched = true;
                }
            }
            Event::NextState(next) => self.note_next_state(next),
            Event::CurrentCall(call) => {
                let current = call.and_then(|call| self.calls.find(call));
                if self.desk.current != current {
                    self.desk.current = current;
                    self.desk_touched = true;
                    if let Some(current) = current {
                        self.settle_by_call(current);
                    }
                }
            }
            Event::OwnCalls(source, calls) => self.keep_own_calls(source, &calls, heard),
            Event::Accepted { id, done } => self.accept(id, done, heard),
            Event::Refused {
                id,
                kind,
                code,
                meaning,
                text,
            } => {
                let failure = Failure::Refused {
                    kind,
                    code,
                    meaning,
                    text: text.map(|text| text.as_ref().into()),
                };
                let id = id.or_else(|| self.desk.in_flight.first().map(|flight| flight.id));
                if kind == Refusal::SignedInElsewhere {
                    self.force_out(Some(ChangedBy::OtherDesk), heard);
                }
                if let Some(id) = id {
                    self.fail(id, failure, heard);
                }
            }
            Event::ForcedSignOut => self.force_out(Some(ChangedBy::System), when),
            Event::Precall(contact, update) => {
                self.tell_precall(contact, update.map(|update| *update), heard);
            }
            Event::Telephony(source, news) => self.tell_telephony(source, *news, heard),
            Event::Supervision(source, news) => self.tell_supervision(source, *news, heard),
            Event::Message(source, message) => self.keep_message(source, message, heard),
            Event::SnapshotComplete(covered) => self.sweep(covered),
        }
    }

    /// Applies an event of the past, told late: nobody is told of it now, only noise that it ends is ended.
    ///
    /// Answers how many calls it says were missed.
    pub fn apply_late(&mut self, event: Event<'_>, at: Option<Moment>, heard: Moment) -> u32 {
        let before = self.transitions.len();
        self.apply(event, at, heard);
        let mut missed = 0;
        let untold = self.transitions.split_off(before);
        for transition in untold {
            match transition {
                Transition::Missed(_) => missed += 1,
                Transition::Ringing(call) => self.ringing.retain(|ringing| *ringing != call),
                Transition::RingingEnded(_) => self.transitions.push(transition),
                _ => {}
            }
        }
        missed
    }

    /// Tells that events of the past were caught up with.
    pub fn caught_up(&mut self, events: u32, missed: u32) {
        self.transitions.push(Transition::CaughtUp { events, missed });
    }

    /// What is known of a source.
    pub fn source(&self, source: SourceId) -> SourceState {
        self.sources
            .get(usize::from(source.0))
            .copied()
            .unwrap_or_default()
    }

    fn source_mut(&mut self, source: SourceId) -> Option<&mut SourceState> {
        let index = usize::from(source.0);
        if self.sources.len() <= index {
            self.sources.resize_with(index + 1, SourceState::default);
        }
        self.sources.get_mut(index)
    }

    fn hear(&mut self, source: SourceId, heard: Moment) {
        if let Some(state) = self.source_mut(source) {
            state.heard = Some(heard);
        }
    }

    /// A new session with a source has begun: every row of it is unconfirmed until it is heard of again.
    ///
    /// Costs nothing per row: rows remember the session that confirmed them.
    pub fn begin_session(&mut self, source: SourceId) {
        if let Some(state) = self.source_mut(source) {
            state.session += 1;
            state.live = true;
        }
        if self.telephony.source == source {
            self.forget_telephony(source);
            self.forget_monitoring();
        }
        self.desk_touched = true;
    }

    /// The connection to a source resumed without loss: what was confirmed still is.
    pub fn resume_session(&mut self, source: SourceId) {
        if let Some(state) = self.source_mut(source) {
            state.live = true;
        }
        self.desk_touched = true;
    }

    /// What a source has told is not certain until [`Model::resume_session`] or [`Model::begin_session`].
    pub fn suspend_session(&mut self, source: SourceId) {
        if let Some(state) = self.source_mut(source) {
            state.live = false;
        }
        self.desk_touched = true;
    }

    /// The connection to the source that takes commands was lost: those in flight have no answer any more.
    pub fn lose_session(&mut self, source: SourceId, now: Moment) {
        self.suspend_session(source);
        self.fail_all(&Failure::ConnectionLost, now);
        self.desk_touched = true;
    }

    /// Whether a row of this source, confirmed in this session, may be shown as certain.
    pub fn is_confirmed(&self, source: SourceId, confirmed_in: u32) -> bool {
        let state = self.source(source);
        state.live && confirmed_in != 0 && confirmed_in == state.session
    }

    /// Whether [`Model::take_delta`] would bring anything.
    pub fn is_touched(&self) -> bool {
        self.desk_touched
            || self.agents.is_touched()
            || self.queues.is_touched()
            || self.callbacks.is_touched()
            || self.calls.is_touched()
    }

    /// Hands over what changed since the last call.
    pub fn take_delta(&mut self, delta: &mut Delta) {
        self.agents.take_dirty(|key| delta.agents.push(key));
        self.queues.take_dirty(|key| delta.queues.push(key));
        self.callbacks.take_dirty(|key| delta.callbacks.push(key));
        self.calls.take_dirty(|key| delta.calls.push(key));
        delta.agent_order |= self.agents.take_reordered();
        delta.queue_order |= self.queues.take_reordered();
        delta.callback_order |= self.callbacks.take_reordered();
        delta.call_order |= self.calls.take_reordered();
        delta.desk |= std::mem::take(&mut self.desk_touched);
    }

    /// Hands over what a person must be told at once, in order.
    pub fn take_transitions(&mut self) -> Vec<Transition> {
        std::mem::take(&mut self.transitions)
    }
}

/// The rank of a name, without regard to case; rows without a name come last, by id.
fn by_name(name: Option<&str>, id: &str) -> Rank {
    match name {
        Some(name) => Rank::Text(folded(name).into()),
        None => Rank::Last(id.into()),
    }
}

/// The rank of a time; rows without one come last.
fn by_time(time: Option<Moment>) -> Rank {
    Rank::Number(time.map_or(i64::MAX, |time| time.0))
}

macro_rules! row {
    ($type:ty, $key:ty, $row:ident => $rank:expr $(, other: $other:ident)?) => {
        impl Row for $type {
            type Key = $key;

            fn rank(&self) -> Rank {
                let $row = self;
                $rank
            }
            fn identify(&mut self, source: SourceId, id: &str) {
                self.source = source;
                self.id = id.into();
            }
            fn identity(&self) -> (SourceId, &str) {
                (self.source, &self.id)
            }
            $(fn other_name(&self) -> Option<&str> {
                self.$other.as_deref()
            })?
        }
    };
}

row!(Agent, AgentKey, row => by_name(row.name.as_deref(), &row.id));
row!(Queue, QueueKey, row => by_name(row.name.as_deref(), &row.id));
row!(CallList, CallListKey, row => by_name(row.name.as_deref(), &row.id));
row!(Callback, CallbackKey, row => by_time(row.due.or(row.created)));
row!(Call, CallKey, row => by_time(row.begun), other: contact);

impl Delta {
    /// Empties the delta, keeping its memory.
    pub fn clear(&mut self) {
        self.agents.clear();
        self.queues.clear();
        self.callbacks.clear();
        self.calls.clear();
        self.agent_order = false;
        self.queue_order = false;
        self.callback_order = false;
        self.call_order = false;
        self.desk = false;
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Model")
            .field("agents", &self.agents.len())
            .field("queues", &self.queues.len())
            .field("callbacks", &self.callbacks.len())
            .field("calls", &self.calls.len())
            .field("me", &self.desk.me.map(super::ids::Key::index))
            .finish_non_exhaustive()
    }
}
