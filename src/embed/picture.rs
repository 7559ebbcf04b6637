//! The present as a portal is told it: each lasting thing as one message, each call as the message of its stage.
//!
//! Lives here: what the machine is shown of the desk, and the data of every message about it.
//! May not be here: what was told before, who listens to what.
//! The same functions write a message and its part of a snapshot, so that the two cannot differ.

use super::names::{ACTIONS, STATES, state_after, state_name};
use super::write::Object;
use crate::domain::agent::AgentState;
use crate::domain::call::{Call, Direction, Stage};
use crate::domain::command::Command;
use crate::domain::ids::{CallKey, SourceId};
use crate::domain::{Model, Moment};
use crate::session::config::Chosen;
use crate::session::state::{ConnectionView, Layout, Link, Reason, Screen};

/// The source that takes commands.
const TELEPHONY: SourceId = SourceId(0);
/// How much of a call's data is told, in bytes: a message has its bound.
const MOST_VARIABLES: usize = 32 * 1024;
/// The longest text of a server that is passed on, in characters.
pub(super) const LONGEST_TEXT: usize = 500;

/// What the machine is shown of the desk.
#[derive(Clone, Copy)]
pub struct Present<'a> {
    /// The contact centre.
    pub model: &'a Model,
    /// Which screen is shown.
    pub screen: &'a Screen,
    /// The connection.
    pub connection: &'a ConnectionView,
    /// Reasons for not being ready.
    pub reasons: &'a [Reason],
    /// The call that calls for attention in this tab.
    pub ringing: Option<CallKey>,
    /// Server time.
    pub server_now: Moment,
    /// What was met and not understood since the page was loaded.
    pub oddities: &'a dyn Fn() -> u64,
}

/// Something lasting, of which a portal is told whenever it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Connection,
    State,
    WrapUp,
    Attention,
    Size,
    /// What is enabled without a call.
    Desk,
    /// What is enabled on a call.
    Call(CallKey),
}

impl Slot {
    pub(super) fn topic(self) -> &'static str {
        match self {
            Slot::Connection => "connection",
            Slot::State => "state",
            Slot::WrapUp => "wrapUp",
            Slot::Attention => "attention",
            Slot::Size => "size",
            Slot::Desk | Slot::Call(_) => "controls",
        }
    }

    /// The message's type.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Slot::Connection => "connection",
            Slot::State => "agentState",
            Slot::WrapUp => "wrapUp",
            Slot::Attention => "attention",
            Slot::Size => "resize",
            Slot::Desk | Slot::Call(_) => "controls",
        }
    }
}

impl Present<'_> {
    /// Whether somebody is signed in.
    pub(super) fn is_signed_in(&self) -> bool {
        *self.screen == Screen::Desk
    }

    /// The data of the connection's message. When something was last heard changes all the time while all is well,
    /// and is told only while it stands still.
    pub(super) fn connection(&self) -> String {
        let (state, attempt, is_old) = match self.connection.link {
            Link::Idle => ("idle", None, false),
            Link::Connecting { attempt } => ("connecting", Some(attempt), false),
            Link::Preparing => ("connecting", None, false),
            Link::Live => ("connected", None, false),
            Link::Late => ("late", None, true),
            Link::Reconnecting { attempt, .. } => ("reconnecting", Some(attempt), true),
            Link::Offline => ("offline", None, true),
            Link::Stopped => ("stopped", None, true),
        };
        let data = Object::new().text("state", state);
        let data = match attempt {
            Some(attempt) => data.number("attempt", attempt),
            None => data,
        };
        data.time("asOf", self.connection.as_of.filter(|_| is_old)).done()
    }

    /// The data of the own state's message.
    pub(super) fn state(&self) -> String {
        let me = self.model.desk.me.and_then(|me| self.model.agents.get(me));
        let Some(me) = me.filter(|_| self.is_signed_in()) else {
            return Object::new()
                .text("state", state_name(AgentState::Unknown))
                .done();
        };
        let state = me.state();
        let mut data = Object::new().text("state", state_name(state));
        if let Some(reason) = me.reason.filter(|_| state == AgentState::NotReady) {
            data = self.reason(data, reason);
        }
        data = data.time("since", me.state_since());
        let next = match (&self.model.desk.next_state, state) {
            (Some(next), _) => {
                let written = Object::new().text("state", state_name(next.state));
                Some(match next.reason {
                    Some(reason) => self.reason(written, reason),
                    None => written,
                })
            }
            (None, AgentState::WrapUp { ready_after }) => {
                ready_after.map(|ready| Object::new().text("state", state_after(ready)))
            }
            (None, _) => None,
        };
        match next {
            Some(next) => data.raw("next", &next.done()).done(),
            None => data.done(),
        }
    }

    fn reason(&self, data: Object, code: i32) -> Object {
        let known = self.reasons.iter().find(|reason| reason.code == code);
        let label = known.map(|reason| short(&reason.label));
        data.number("reason", code).known("reasonLabel", label)
    }

    /// The data of the message that wrap-up has begun; `None` outside of it.
    pub(super) fn wrap_up(&self) -> Option<String> {
        let me = self.model.agents.get(self.model.desk.me?)?;
        me.state().is_wrap_up().then(|| {
            let call = self.model.wrap_up_call();
            Object::new()
                .text("phase", "begun")
                .known("callId", call.and_then(|call| self.id_of(call)))
                .time("endsAt", self.model.wrap_up_end())
                .done()
        })
    }

    /// The data of the message about attention.
    pub(super) fn attention(&self) -> String {
        let level = if self.ringing.is_some() { "ringing" } else { "none" };
        Object::new()
            .text("level", level)
            .known("callId", self.ringing.and_then(|call| self.id_of(call)))
            .done()
    }

    /// The data of the message about what is enabled without a call.
    pub(super) fn desk_controls(&self) -> String {
        let dial = Command::Dial {
            number: Box::default(),
        };
        let dial = self.allows(&dial).then_some("dial");
        let states = STATES.iter().filter(|state| {
            let with_reason = || state.has_reason && self.allows(&(state.command)(Some(0)));
            self.allows(&(state.command)(None)) || with_reason()
        });
        let enabled = dial.into_iter().chain(states.map(|state| state.name));
        Object::new().names("enabled", enabled).done()
    }

    /// The data of the message about what is enabled on a call.
    pub(super) fn call_controls(&self, key: CallKey) -> Option<String> {
        let enabled = ACTIONS
            .iter()
            .filter(|action| self.allows(&(action.command)(key, "")));
        let data = Object::new().text("callId", self.id_of(key)?);
        Some(data.names("enabled", enabled.map(|action| action.name)).done())
    }

    /// The same where nothing is, because the call is over.
    pub(super) fn no_controls(&self, key: CallKey) -> Option<String> {
        let data = Object::new().text("callId", self.id_of(key)?);
        Some(data.names("enabled", std::iter::empty()).done())
    }

    fn allows(&self, command: &Command) -> bool {
        self.is_signed_in() && self.model.command_allowed(TELEPHONY, command).is_ok()
    }

    fn id_of(&self, key: CallKey) -> Option<&str> {
        self.model.calls.get(key).map(|call| &*call.id)
    }

    /// The own calls that are live.
    pub(super) fn live_calls(&self) -> impl Iterator<Item = CallKey> + '_ {
        let is_live = |key: &CallKey| {
            self.model
                .calls
                .get(*key)
                .is_some_and(|call| call.stage.is_live())
        };
        let ordered = self.model.calls.ordered();
        ordered.filter(|key| self.model.is_own_call(*key)).filter(is_live)
    }

    /// The message that a call is in, by its stage; `None` before there is anything to tell.
    pub(super) fn stage_of(&self, key: CallKey) -> Option<&'static str> {
        let call = self.model.calls.get(key)?;
        match call.stage {
            Stage::Alerting if call.direction != Some(Direction::Outbound) => Some("callRinging"),
            Stage::Alerting | Stage::Dialling => Some("callStarted"),
            Stage::Connected => Some("callConnected"),
            Stage::Held => Some("callHeld"),
            Stage::Failed => Some("callFailed"),
            Stage::Begun | Stage::Offered | Stage::Ended => None,
        }
    }

    /// The data of a message about a call.
    pub(super) fn call(&self, key: CallKey, kind: &str, topics: Chosen) -> Option<String> {
        let call = self.model.calls.get(key)?;
        let at = match kind {
            "callRinging" | "callStarted" => call.begun,
            "callConnected" => call.connected,
            "callHeld" => call.held_since,
            "callRetrieved" | "callConferenced" => None,
            _ => call.ended,
        };
        let direction = call.direction.map(|direction| match direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        });
        let name = call
            .number
            .as_deref()
            .and_then(|phone| self.model.colleague_at(phone));
        let data = Object::new()
            .text("callId", &call.id)
            .known("contactId", call.contact.as_deref())
            .known("direction", direction)
            .known("number", call.number.as_deref().map(short))
            .known("name", name.map(short))
            .known("queue", self.model.queue_name(call).map(short))
            .time("at", at.or(Some(self.server_now)));
        Some(if topics.has("variables") {
            data.raw("variables", &variables(call)).done()
        } else {
            data.done()
        })
    }
}

fn variables(call: &Call) -> String {
    let mut data = Object::new();
    for (name, value) in &call.data {
        let member = Object::new().text(name, value);
        if data.length() + member.length() <= MOST_VARIABLES {
            data = data.text(name, value);
        }
    }
    data.done()
}

/// The least room for a layout, in CSS pixels: width and height.
pub(super) fn least_room(layout: Layout) -> (u32, u32) {
    match layout {
        Layout::Auto => (320, 64),
        Layout::Bar => (480, 64),
        Layout::Compact => (320, 480),
        Layout::Full => (1_024, 640),
        Layout::Wall => (1_280, 720),
    }
}

/// The data of the message about the room that the page needs: `wanted` for as long as a menu is open over a bar.
pub(super) fn size(layout: Layout, wanted: Option<(u32, u32)>) -> String {
    let least = least_room(layout);
    let written = |(width, height): (u32, u32)| {
        let room = Object::new().number("width", width);
        room.number("height", height)
    };
    written(wanted.unwrap_or(least))
        .raw("minimum", &written(least).done())
        .flag("overlay", wanted.is_some())
        .done()
}

/// As much of a server's text as is passed on.
pub(super) fn short(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_TEXT);
    end.map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}
