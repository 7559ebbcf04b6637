//! Calls: one agent's side of a conversation, from its announcement to its end.
//!
//! Lives here: the call as the desk knows it, its stage, its data, transcript and recordings.
//! May not be here: which buttons a stage might allow (the mask says), formatting, timers.
//! A failed call stays failed until it is gone, whatever clears it in between (rules R55, R56).
//! Everything that grows with a call is bounded.

use super::control::EnablementMask;
use super::ids::{AgentKey, CallKey, QueueKey, SourceId};
use super::moment::Moment;
use std::borrow::Cow;

/// Phrases kept of one call's transcript.
pub const PHRASES_KEPT: usize = 200;
/// Data fields kept of one call.
pub const FIELDS_KEPT: usize = 200;
/// Calls kept, of all sources and whosever; of more, the one that began first is forgotten.
pub const CALLS_KEPT: usize = 4_000;
/// Recordings kept of one call.
pub const RECORDINGS_KEPT: usize = 16;
/// Steps kept of one call's history, newest last.
pub const STEPS_KEPT: usize = 40;

/// Who called whom, seen from the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the agent.
    Inbound,
    /// From the agent.
    Outbound,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Stage {
    /// Known to exist, no more.
    #[default]
    Begun,
    /// On its way to the agent, not ringing yet.
    Offered,
    /// Ringing at the agent.
    Alerting,
    /// The agent is dialling, or the other side is ringing.
    Dialling,
    /// Talking.
    Connected,
    /// On hold.
    Held,
    /// It could not be completed.
    Failed,
    /// The voice part has ended; the server may still send data of it.
    Ended,
}

impl Stage {
    /// Whether the call occupies the agent (it is neither failed nor ended).
    pub fn is_live(self) -> bool {
        !matches!(self, Stage::Failed | Stage::Ended)
    }
}

/// Why a call ended or failed, in so far as the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The other side hung up.
    ByRemote,
    /// This side hung up.
    ByAgent,
    /// The allocation to this agent was withdrawn; the server's reason.
    Withdrawn(Option<Box<str>>),
    /// The call went on to somebody else; the server's reason.
    MovedOn(Option<Box<str>>),
    /// It was transferred.
    Transferred,
    /// It could not be completed; the server's cause.
    Failed(Option<Box<str>>),
    /// It ended, and nobody says why.
    Unsaid,
}

/// Something that the desk was told of a call while it lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It came to the given stage.
    At(Stage),
    /// It was taken off hold.
    Retrieved,
    /// It waits in a queue.
    Queued,
    /// It was sent on to another device.
    Diverted,
    /// Its transfer began.
    Transferring,
    /// Its transfer was given up.
    TransferGivenUp,
    /// It became a conference.
    Joined,
    /// Its recording began.
    Recorded,
    /// Its recording ended.
    NotRecorded,
}

/// Who speaks in a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// The agent.
    Agent,
    /// The other side.
    Customer,
    /// Somebody whom only the source knows, as it numbers or names the role.
    Other(Box<str>),
}

/// One phrase of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Who spoke.
    pub speaker: Speaker,
    /// What was understood.
    pub text: Box<str>,
    /// The speaker is still speaking; a later phrase replaces this one (rule R28).
    pub interim: bool,
    /// Offset from the beginning of the call, milliseconds.
    pub offset: u32,
    /// Length, milliseconds.
    pub duration: u32,
    /// Confidence from 0 to 1.
    pub confidence: f32,
}

/// Where a recording can be had: a text from a server, never followed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingLink {
    /// An address in the web (`http:` or `https:`).
    Web(Box<str>),
    /// Something else: to be read by people and not to be followed.
    Text(Box<str>),
}

/// One recording of a call (rule R29: it may be reported after the call's end).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The source's id.
    pub id: Box<str>,
    /// Id of the conversion that made it playable.
    pub conversion: Option<Box<str>>,
    /// Audio channel of the agent.
    pub channel: Option<u8>,
    /// Where it can be had, where the source says.
    pub link: Option<RecordingLink>,
}

/// A supervisor's presence on a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervision {
    /// The supervisor's id at the source.
    pub supervisor: Box<str>,
    /// The supervisor's name.
    pub name: Option<Box<str>>,
    /// The state, as the source numbers it.
    pub state: Option<i64>,
    /// Where a supervisor may call to listen (rule R36).
    pub call_in_number: Option<Box<str>>,
    /// From which number that call is expected.
    pub expected_from: Option<Box<str>>,
}

/// A call was sent on from one device to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diversion {
    /// From this device.
    pub from: Option<Box<str>>,
    /// To this one.
    pub to: Option<Box<str>>,
}

/// The skill group that a call is counted for. What does not apply is `None` (rules R75, R76).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Routed {
    /// The service's number.
    pub service: Option<i64>,
    /// The skill group's number at the switch.
    pub skill_group: Option<i64>,
    /// The skill group's number in the whole system.
    pub skill_group_id: Option<i64>,
    /// Priority.
    pub priority: Option<i64>,
}

/// A call waits for somebody or something to become free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queued {
    /// Calls in the same queue, itself included, where told.
    pub waiting: Option<u32>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// The source that reports this call.
    pub source: SourceId,
    /// The source's id.
    pub id: Box<str>,
    /// Another id of it at the same source, under which the source tells more of it.
    pub contact: Option<Box<str>>,
    /// Whose side of the call this is.
    pub agent: Option<AgentKey>,
    /// Who called whom.
    pub direction: Option<Direction>,
    /// Where it stands.
    pub stage: Stage,
    /// The other party's number.
    pub number: Option<Box<str>>,
    /// The number that was dialled.
    pub dialled: Option<Box<str>>,
    /// The queue it came through.
    pub queue: Option<QueueKey>,
    /// The queue's or service's name as the call's own data gives it.
    pub queue_name: Option<Box<str>>,
    /// What it is counted for.
    pub routed: Routed,
    /// It waits in a queue.
    pub queued: Option<Queued>,
    /// It was sent on to another device.
    pub diversion: Option<Diversion>,
    /// The leg, by the source's id.
    pub leg: Option<Box<str>>,
    /// When the desk first heard of it.
    pub begun: Option<Moment>,
    /// When it was connected.
    pub connected: Option<Moment>,
    /// When it was last put on hold, while it is held.
    pub held_since: Option<Moment>,
    /// How long it was on hold before, milliseconds, as far as the desk has witnessed it.
    pub held_for: i64,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Why it ended or failed.
    pub ending: Option<Ending>,
    /// Somebody was meant to answer it and nobody did.
    pub missed: bool,
    /// The last mask the server sent for this call.
    pub mask: Option<EnablementMask>,
    /// The source says no more of it: no mask will come any more.
    pub over: bool,
    /// It is a conference, or was joined to one.
    pub conference: bool,
    /// The agent made it to ask somebody about another call.
    pub consult: bool,
    /// That other call, where it is certain which one.
    pub about: Option<CallKey>,
    /// It is being recorded, or not any more; `None` until the server has said either.
    pub recording: Option<bool>,
    /// How it is filed, once the server has it.
    pub wrap_up_data: Option<Box<str>>,
    /// Tones that the server has confirmed. Which they were is nobody's business: they may be a card number.
    pub tones_sent: usize,
    /// Call variables and other data, in the order of their first arrival.
    pub data: Vec<(Box<str>, Box<str>)>,
    /// Names of data that no desk can change.
    pub fixed_data: &'static [&'static str],
    /// What was said, as far as it was understood.
    pub transcript: Vec<Phrase>,
    /// How many phrases were forgotten before the first that is kept.
    pub phrases_before: u32,
    /// What the desk was told of it and when, newest last.
    pub history: Vec<(Moment, Step)>,
    /// Recordings.
    pub recordings: Vec<Recording>,
    /// A supervisor's presence.
    pub supervision: Option<Supervision>,
    /// Where the call is being transferred to, while that lasts: an id or a number; empty when nobody says.
    pub transferring_to: Option<Box<str>>,
    /// When something was last heard of this call.
    pub heard: Option<Moment>,
    /// The session of the source in which this row was last confirmed.
    pub confirmed_in: u32,
}

/// News of what a call is counted for; `None` means that the message does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoutedUpdate {
    /// See [`Routed::service`].
    pub service: Option<Option<i64>>,
    /// See [`Routed::skill_group`].
    pub skill_group: Option<Option<i64>>,
    /// See [`Routed::skill_group_id`].
    pub skill_group_id: Option<Option<i64>>,
    /// See [`Routed::priority`].
    pub priority: Option<Option<i64>>,
}

/// News of a call; `None` means that the message does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallUpdate<'a> {
    /// Id of the agent whose side this is.
    pub agent: Option<Cow<'a, str>>,
    /// See [`Call::direction`].
    pub direction: Option<Direction>,
    /// See [`Call::stage`].
    pub stage: Option<Stage>,
    /// See [`Call::number`].
    pub number: Option<Cow<'a, str>>,
    /// See [`Call::dialled`].
    pub dialled: Option<Cow<'a, str>>,
    /// Id of its queue.
    pub queue: Option<Cow<'a, str>>,
    /// See [`Call::queue_name`].
    pub queue_name: Option<Cow<'a, str>>,
    /// See [`Call::routed`]; each part that is told replaces the one known.
    pub routed: RoutedUpdate,
    /// See [`Call::queued`].
    pub queued: Option<Option<Queued>>,
    /// See [`Call::diversion`].
    pub diversion: Option<Diversion>,
    /// See [`Call::leg`].
    pub leg: Option<Cow<'a, str>>,
    /// See [`Call::ending`].
    pub ending: Option<Ending>,
    /// See [`Call::mask`]; absent keeps the last one (trap T6).
    pub mask: Option<EnablementMask>,
    /// See [`Call::conference`]; never taken back.
    pub conference: bool,
    /// See [`Call::consult`]; never taken back.
    pub consult: bool,
    /// See [`Call::recording`].
    pub recording: Option<bool>,
    /// See [`Call::wrap_up_data`].
    pub wrap_up_data: Option<Cow<'a, str>>,
    /// Data fields that changed; fields not named are kept (rule R53).
    pub data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// See [`Call::fixed_data`]; none keeps what is known.
    pub fixed_data: &'static [&'static str],
    /// See [`Call::supervision`].
    pub supervision: Option<Supervision>,
    /// See [`Call::contact`].
    pub contact: Option<Cow<'a, str>>,
    /// See [`Call::transferring_to`].
    pub transferring_to: Option<Option<Cow<'a, str>>>,
    /// The news is of interest only if the call is known: a call that is not is not made from it.
    pub only_if_known: bool,
    /// A call begins; whatever bore its id before and is over, was another one.
    pub anew: bool,
    /// The call is over and the source will say no more of it: forget it, unless it failed or was missed.
    pub gone: bool,
}

impl Call {
    /// Remembers that something was told of the call.
    pub(super) fn remember(&mut self, when: Moment, step: Step) {
        if self.history.len() == STEPS_KEPT {
            self.history.remove(0);
        }
        self.history.push((when, step));
    }
}
