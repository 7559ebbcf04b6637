//! Telling: what is posted of what happens, and of what lasts.
//!
//! Lives here: which message a transition is, what was told last of each lasting thing, snapshots.
//! May not be here: the data of the messages (`picture`), requests, the handshake.
//! What happens is told at once and in order; what lasts is compared with what was told, so it is told once per change.

use super::machine::{Embedding, Stage};
use super::message::LONGEST;
use super::picture::{Present, Slot, short, size};
use super::write::Object;
use crate::domain::call::Ending;
use crate::domain::ids::{CallKey, CallbackKey};
use crate::domain::{Delta, Transition};
use crate::session::config::{Chosen, PopOn, PopOpen};
use crate::session::screen_pop;

/// Callbacks that a snapshot lists.
const MOST_LISTED: usize = 500;

impl Embedding {
    /// Tells of what has just happened.
    pub(super) fn tell_of(&mut self, transition: &Transition, present: &Present<'_>) {
        if self.stage != Stage::Joined {
            return;
        }
        match transition {
            Transition::Ringing(call) => {
                self.tell_of_call("callRinging", *call, present);
                self.pop(PopOn::Ringing, *call, present);
            }
            Transition::Dialling(call) => self.tell_of_call("callStarted", *call, present),
            Transition::Connected(call) => {
                self.tell_of_call("callConnected", *call, present);
                self.pop(PopOn::Connected, *call, present);
            }
            Transition::Held(call) => self.tell_of_call("callHeld", *call, present),
            Transition::Retrieved(call) => self.tell_of_call("callRetrieved", *call, present),
            Transition::Joined(call) => self.tell_of_call("callConferenced", *call, present),
            Transition::Failed(call) => self.tell_of_call("callFailed", *call, present),
            Transition::Missed(call) => self.tell_of_call("callMissed", *call, present),
            Transition::Ended(call) => {
                let ending = present
                    .model
                    .calls
                    .get(*call)
                    .and_then(|call| call.ending.as_ref());
                if matches!(ending, Some(Ending::Transferred)) {
                    self.tell_of_call("callTransferred", *call, present);
                }
                self.tell_of_call("callEnded", *call, present);
            }
            Transition::Alert => {
                if let Some(alert) = present.model.desk.alerts.back() {
                    let text = alert.name.as_deref().or(alert.expression.as_deref());
                    let text = short(text.unwrap_or(&alert.id));
                    self.tell("alerts", "alert", &Object::new().text("text", text).done());
                }
            }
            Transition::Message => {
                let from = present
                    .model
                    .desk
                    .messages
                    .back()
                    .map(|message| message.from.as_deref());
                let data = Object::new().known("from", from.flatten().map(short));
                self.tell("chat", "chat", &data.done());
            }
            _ => {}
        }
    }

    fn tell_of_call(&mut self, kind: &str, call: CallKey, present: &Present<'_>) {
        if let Some(data) = present.call(call, kind, self.granted) {
            self.tell("calls", kind, &data);
        }
    }

    /// Tells of the addresses that a call opens.
    fn pop(&mut self, on: PopOn, key: CallKey, present: &Present<'_>) {
        let Some(call) = present.model.calls.get(key) else {
            return;
        };
        let templates = self.screen_pop.templates.iter();
        let filled: Vec<String> = templates
            .filter(|template| template.on == on && template.open != PopOpen::Link)
            .filter_map(|template| {
                let url = screen_pop::address(template, present.model, call)?;
                let data = Object::new()
                    .text("callId", &call.id)
                    .text("name", &template.name);
                Some(data.text("url", &url).done())
            })
            .collect();
        for data in filled {
            self.tell("screenPop", "screenPop", &data);
        }
    }

    /// Tells of what there is one of, where it has changed.
    pub(super) fn look(&mut self, present: &Present<'_>) {
        if self.stage != Stage::Joined {
            return;
        }
        self.tell_slot(Slot::Connection, &present.connection());
        self.tell_slot(Slot::State, &present.state());
        match present.wrap_up() {
            Some(data) => self.tell_slot(Slot::WrapUp, &data),
            None if self.forget(Slot::WrapUp) => {
                self.tell("wrapUp", "wrapUp", &Object::new().text("phase", "ended").done());
            }
            None => {}
        }
        self.tell_slot(Slot::Attention, &present.attention());
        self.tell_slot(Slot::Size, &size(self.layout, self.room));
    }

    /// Tells of what is enabled, and of callbacks, where they have changed.
    pub(super) fn look_at_drawn(&mut self, delta: &Delta, present: &Present<'_>) {
        if self.stage != Stage::Joined {
            return;
        }
        self.look(present);
        if delta.desk || delta.call_order || !delta.calls.is_empty() {
            self.look_at_controls(present);
        }
        for key in &delta.callbacks {
            self.look_at_callback(*key, present);
        }
    }

    fn look_at_controls(&mut self, present: &Present<'_>) {
        if !self.granted.has("controls") {
            return;
        }
        self.tell_slot(Slot::Desk, &present.desk_controls());
        let live: Vec<CallKey> = present.live_calls().collect();
        for key in &live {
            if let Some(data) = present.call_controls(*key) {
                self.tell_slot(Slot::Call(*key), &data);
            }
        }
        let told = self.told.iter().filter_map(|(slot, _)| match slot {
            Slot::Call(key) if !live.contains(key) => Some(*key),
            _ => None,
        });
        let over: Vec<CallKey> = told.collect();
        for key in over {
            self.forget(Slot::Call(key));
            if let Some(data) = present.no_controls(key) {
                self.tell("controls", "controls", &data);
            }
        }
    }

    fn look_at_callback(&mut self, key: CallbackKey, present: &Present<'_>) {
        if !self.granted.has("callbacks") {
            return;
        }
        let change = match present.model.callbacks.get(key) {
            Some(callback) => {
                let known = self.callbacks.insert(key, callback.id.clone());
                let change = if known.is_some() { "changed" } else { "added" };
                Some((callback.id.clone(), change))
            }
            None => self.callbacks.remove(&key).map(|id| (id, "removed")),
        };
        if let Some((id, change)) = change {
            self.tell("callbacks", "callback", &callback(&id, change));
        }
    }

    /// Tells the present state of these topics.
    pub(super) fn tell_everything(&mut self, topics: Chosen, present: &Present<'_>) {
        self.told.retain(|(slot, _)| !topics.has(slot.topic()));
        self.look(present);
        if topics.has("calls") {
            let live: Vec<CallKey> = present.live_calls().collect();
            for key in live {
                if let Some(kind) = present.stage_of(key) {
                    self.tell_of_call(kind, key, present);
                }
            }
        }
        if topics.has("controls") {
            self.look_at_controls(present);
        }
        if topics.has("callbacks") {
            let keys: Vec<CallbackKey> = present.model.callbacks.ordered().collect();
            for key in keys {
                self.look_at_callback(key, present);
            }
        }
    }

    /// The present state of every granted topic, as the messages that tell of it.
    pub(super) fn snapshot(&self, present: &Present<'_>) -> Object {
        let mut messages: Vec<(&str, String)> = Vec::new();
        let mut add = |topic: &str, kind: &'static str, data: Option<String>| {
            if let Some(data) = data.filter(|_| self.granted.has(topic)) {
                messages.push((kind, data));
            }
        };
        for (slot, data) in [
            (Slot::Connection, Some(present.connection())),
            (Slot::State, Some(present.state())),
            (Slot::WrapUp, present.wrap_up()),
            (Slot::Attention, Some(present.attention())),
            (Slot::Size, Some(size(self.layout, self.room))),
            (Slot::Desk, Some(present.desk_controls())),
        ] {
            add(slot.topic(), slot.kind(), data);
        }
        for key in present.live_calls() {
            if let Some(kind) = present.stage_of(key) {
                add("calls", kind, present.call(key, kind, self.granted));
            }
            add("controls", "controls", present.call_controls(key));
        }
        let callbacks = present.model.callbacks.ordered().take(MOST_LISTED);
        for known in callbacks.filter_map(|key| present.model.callbacks.get(key)) {
            add("callbacks", "callback", Some(callback(&known.id, "added")));
        }
        let mut json = "[".to_owned();
        let mut more = 0_u32;
        for (kind, data) in messages {
            let message = Object::new().text("type", kind).raw("data", &data).done();
            if json.len() + message.len() > LONGEST - LONGEST / 16 {
                more += 1;
                continue;
            }
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&message);
        }
        json.push(']');
        let unlisted = present.model.callbacks.len().saturating_sub(MOST_LISTED);
        if self.granted.has("callbacks") {
            more = more.saturating_add(u32::try_from(unlisted).unwrap_or(u32::MAX));
        }
        Object::new().raw("messages", &json).number("more", more)
    }
}

fn callback(id: &str, change: &str) -> String {
    Object::new().text("id", id).text("change", change).done()
}
