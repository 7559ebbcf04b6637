//! The one closed list of what can happen, in the domain's terms.
//!
//! Lives here: [`Event`], borrowing from the bytes it was read from, and the small records it carries.
//! May not be here: wire names, numbers of enums, anything that only one vendor has.
//! A snapshot is told by the same events as a change; there is no second way into the model.
//! Who adds a variant adds its effect to [`super::Model::apply`] and a test that looks at the model.

use super::agent::{AgentUpdate, NextState, Terminal};
use super::call::{CallUpdate, Phrase, Recording};
use super::callback::CallbackUpdate;
use super::chat::Message;
use super::command::{InvokeId, Refusal};
use super::control::EnablementMask;
use super::ids::{Ref, SourceId};
use super::moment::Moment;
use super::queue::QueueUpdate;
use super::supervision::SupervisionNews;
use super::telephony::TelephonyNews;
use std::borrow::Cow;

/// Which rows a snapshot has covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// All callbacks.
    Callbacks,
    /// All calls of the own agent.
    OwnCalls,
    /// All calls that this source tells of, whosever they are.
    Calls(SourceId),
}

/// A stage of wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrapUpChange {
    /// The present call will be followed by wrap-up of at most this many seconds (rule R22).
    Enabled {
        /// Longest duration, seconds.
        seconds: i64,
    },
    /// It has begun and lasts at most this many seconds (rule R23).
    Started {
        /// Longest duration, seconds.
        seconds: i64,
    },
    /// It has ended (rule R24).
    Ended {
        /// Ended by the time limit, not by hand.
        by_timer: bool,
    },
    /// Somebody asked for it to begin; the state itself is told separately (trap T23).
    BeginRequested,
    /// Somebody asked for it to end; the state itself is told separately (trap T23).
    EndRequested,
}

/// A rule of the server's has fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The source's id.
    pub id: Box<str>,
    /// What the rule is called.
    pub name: Option<Box<str>>,
    /// What it compares.
    pub expression: Option<Box<str>>,
    /// With which value.
    pub threshold: Option<Box<str>>,
    /// The value that made it fire.
    pub value: Option<Box<str>>,
    /// When it fired.
    pub at: Option<Moment>,
    /// Counts the alerts of this desk: the model numbers them as they arrive.
    pub number: u32,
}

/// A setting of an agent, as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    /// Its single value.
    pub value: Option<Box<str>>,
    /// Its values by key, where it has several.
    pub values: Vec<(Box<str>, Box<str>)>,
    /// Values that may be chosen, by key.
    pub allowed: Vec<(Box<str>, Box<str>)>,
    /// Where it is set (user, group …), in the server's word.
    pub level: Option<Box<str>>,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// News of an agent.
    Agent(Ref<'a>, &'a AgentUpdate<'a>),
    /// News of one of an agent's terminals.
    Terminal(Ref<'a>, Terminal),
    /// A setting of an agent changed, or was deleted (`None`).
    Setting(Ref<'a>, Cow<'a, str>, Option<Setting>),
    /// A rule that the agent has set up has fired.
    Alert(Ref<'a>, Alert),
    /// An agent is kept free for a call, for so many milliseconds from now on; `None`: nobody says how long.
    Reserved(Ref<'a>, Option<i64>),
    /// News of an agent's wrap-up.
    WrapUp(Ref<'a>, WrapUpChange),
    /// News of a queue.
    Queue(Ref<'a>, &'a QueueUpdate<'a>),
    /// An agent serves in a queue (or does no longer), with this priority.
    QueueMember {
        /// The queue.
        queue: Ref<'a>,
        /// The agent's id at the same source.
        agent: Cow<'a, str>,
        /// Serves at present.
        active: bool,
        /// Priority, as the source counts.
        priority: i64,
    },
    /// A group of queues exists.
    QueueGroup(Ref<'a>, Cow<'a, str>, Option<Cow<'a, str>>),
    /// A list of callbacks exists and has this name.
    CallList(Ref<'a>, Cow<'a, str>),
    /// News of a callback.
    Callback(Ref<'a>, Box<CallbackUpdate<'a>>),
    /// News of a call.
    Call(Ref<'a>, Box<CallUpdate<'a>>),
    /// Something was said on a call.
    Phrase(Ref<'a>, Phrase),
    /// A recording of a call is ready.
    Recording(Ref<'a>, Recording),
    /// The own agent's mask (the calls' masks come with the calls).
    AgentMask(EnablementMask),
    /// What follows the call at hand, as the server has noted it for the own agent; `None`: nothing is noted.
    NextState(Option<NextState>),
    /// Another call has become the current one; `None`: there is none.
    CurrentCall(Option<Ref<'a>>),
    /// The own agent's calls at this source are these and no others (rule R45).
    OwnCalls(SourceId, Vec<Ref<'a>>),
    /// A command was received by the telephony server; where it confirms success, `done`.
    Accepted {
        /// The command.
        id: InvokeId,
        /// The confirmation means that it has happened (rule R66).
        done: bool,
    },
    /// A command was refused.
    Refused {
        /// The command, where the server names it.
        id: Option<InvokeId>,
        /// The kind of refusal.
        kind: Refusal,
        /// The server's code.
        code: Option<i32>,
        /// What the code means, as a sentence for the agent, where that is known.
        meaning: Option<&'static str>,
        /// The server's text.
        text: Option<Cow<'a, str>>,
    },
    /// The own agent was signed out by the system, not by a person (rule R71).
    ForcedSignOut,
    /// A contact is on its way, and this is what is known of it before it is a call (rule R48); `None`: it
    /// will not come (rule R50).
    Precall(Ref<'a>, Option<Box<CallUpdate<'a>>>),
    /// News of the telephony server.
    Telephony(SourceId, Box<TelephonyNews<'a>>),
    /// News for a supervisor, or of being supervised.
    Supervision(SourceId, Box<SupervisionNews<'a>>),
    /// A colleague has written.
    Message(SourceId, Message),
    /// A snapshot is complete: what it did not confirm is no more (decision D4).
    SnapshotComplete(Covered),
}
