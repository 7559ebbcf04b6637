//! What the view reads: the singular signals, the cells, and the commit that writes them.
//!
//! Lives here: the view's picture of the connection, of the own desk and of each list's order.
//! May not be here: words for people (the view's catalogue), formatting.
//! One commit per animation frame writes what the delta names and nothing else.
//! Signals belong to the application's root and live as long as the page.

use super::Cells;
use crate::domain::agent::{Agent, ForcedOut, NextState};
use crate::domain::call::Call;
use crate::domain::callback::Callback;
use crate::domain::command::{Failed, InFlight};
use crate::domain::event::Alert;
use crate::domain::ids::{AgentKey, CallKey, CallbackKey, QueueKey, SourceId};
use crate::domain::queue::Queue;
use crate::domain::supervision::Emergency;
use crate::domain::{Delta, Model, Moment};
use crate::preferences::{Drafts, Preferences, Theme};
use crate::session::config::Template;
pub use crate::session::state::{
    Attending, ConnectionView, Known, Layout, Link, Notice, Reason, Screen, SignInError, Tab, Threshold,
    Thresholds,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The own agent's desk as the page shows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeskView {
    /// Who is signed in here.
    pub me: Option<AgentKey>,
    /// The current call.
    pub current: Option<CallKey>,
    /// Commands under way.
    pub in_flight: Vec<InFlight>,
    /// Commands that failed, until dismissed.
    pub failed: Vec<Failed>,
    /// Signed out without having asked for it here.
    pub forced_out: Option<ForcedOut>,
    /// What follows the call at hand, as the server has noted it.
    pub next_state: Option<NextState>,
    /// Who needs help at once, as told last.
    pub emergency: Option<Emergency>,
    /// Alerts, newest last.
    pub alerts: Vec<Alert>,
    /// Changes whenever the messages do, which are read from the model.
    pub messages_version: u32,
    /// Reasons for not being ready.
    pub reasons: Arc<Vec<Reason>>,
    /// Texts that a call can be filed under.
    pub wrap_up_reasons: Arc<Vec<Box<str>>>,
    /// A telephony server is there to be commanded; without one the desk only shows.
    pub telephony: bool,
    /// It is there but cannot be reached: nothing can be commanded until it is back.
    pub telephony_away: bool,
    /// Wrap-up that will follow the present call, seconds at most.
    pub wrap_up_to_come: Option<i64>,
    /// Changes with every commit that touched the desk: masks are read from the model.
    pub version: u64,
}

/// Whether the browser lets the page sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoundState {
    /// It was not tried yet.
    #[default]
    Unknown,
    /// It does.
    Allowed,
    /// It does not, before somebody presses something.
    Blocked,
}

/// Whether the browser lets the page show notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Permission {
    /// It has none.
    #[default]
    Missing,
    /// Nobody was asked.
    NotAsked,
    /// It does.
    Granted,
    /// It does not, and asking again is in vain.
    Denied,
}

/// What calls for attention, and what the browser makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttentionView {
    /// What the session has decided.
    pub attending: Attending,
    /// Whether it can be heard.
    pub sound: SoundState,
    /// Whether it can be shown on the desktop.
    pub notifications: Permission,
}

/// What the site has decided about the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SiteView {
    /// The colours for whoever has chosen none.
    pub theme: Theme,
    /// The layout of an agent, and of one who leads a team, where nothing else decides.
    pub layouts: [Layout; 2],
    /// When a number calls for attention.
    pub thresholds: Thresholds,
}

/// A list's order, by its version: who shows a window of it reads the order from the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Listing {
    /// Changes whenever rows came, went or moved.
    pub version: u64,
    /// How many rows there are.
    pub count: usize,
}

/// Everything the view reads.
#[derive(Clone)]
pub struct Views {
    /// Everybody is simulated, and the page says so.
    pub demo: bool,
    /// Which screen.
    pub screen: ArcRwSignal<Screen>,
    /// How the page is laid out.
    pub layout: ArcRwSignal<Layout>,
    /// What the site has decided about the page.
    pub site: ArcRwSignal<SiteView>,
    /// Colours that go before the agent's choice, for as long as the page is loaded.
    pub theme: ArcRwSignal<Option<Theme>>,
    /// A number that somebody else has put into the field for numbers; each time anew, though it be the same.
    pub prefill: ArcRwSignal<Option<Arc<str>>>,
    /// Addresses that a call opens.
    pub templates: ArcRwSignal<Arc<Vec<Template>>>,
    /// The connection.
    pub connection: ArcRwSignal<ConnectionView>,
    /// The own desk.
    pub desk: ArcRwSignal<DeskView>,
    /// Calls that are live, and failed ones until dismissed, in the order in which they began.
    pub calls: ArcRwSignal<Vec<CallKey>>,
    /// Missed calls, newest first.
    pub missed: ArcRwSignal<Vec<CallKey>>,
    /// Order of the agents.
    pub agents: ArcRwSignal<Listing>,
    /// Order of the queues.
    pub queues: ArcRwSignal<Listing>,
    /// Order of the callbacks.
    pub callbacks: ArcRwSignal<Listing>,
    /// Server time, once a second.
    pub now: ArcRwSignal<Moment>,
    /// What calls for attention.
    pub attention: ArcRwSignal<AttentionView>,
    /// What the agent has chosen about the page.
    pub preferences: ArcRwSignal<Preferences>,
    /// What the agent has begun to write; nobody is told of its changes but who keeps them.
    pub drafts: ArcRwSignal<Drafts>,
    /// What screen readers are told politely; changes with each announcement.
    pub polite: ArcRwSignal<String>,
    /// What screen readers are told at once.
    pub assertive: ArcRwSignal<String>,
    /// Rows of agents.
    pub agent_cells: Cells<AgentKey, Agent>,
    /// Rows of queues.
    pub queue_cells: Cells<QueueKey, Queue>,
    /// Rows of callbacks.
    pub callback_cells: Cells<CallbackKey, Callback>,
    /// Cards of calls.
    pub call_cells: Cells<CallKey, Call>,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            demo: false,
            screen: ArcRwSignal::new(Screen::Starting),
            layout: ArcRwSignal::default(),
            site: ArcRwSignal::default(),
            theme: ArcRwSignal::default(),
            prefill: ArcRwSignal::default(),
            templates: ArcRwSignal::default(),
            connection: ArcRwSignal::default(),
            desk: ArcRwSignal::default(),
            calls: ArcRwSignal::default(),
            missed: ArcRwSignal::default(),
            agents: ArcRwSignal::default(),
            queues: ArcRwSignal::default(),
            callbacks: ArcRwSignal::default(),
            now: ArcRwSignal::new(Moment(0)),
            attention: ArcRwSignal::default(),
            preferences: ArcRwSignal::default(),
            drafts: ArcRwSignal::default(),
            polite: ArcRwSignal::default(),
            assertive: ArcRwSignal::default(),
            agent_cells: Cells::default(),
            queue_cells: Cells::default(),
            callback_cells: Cells::default(),
            call_cells: Cells::default(),
        }
    }
}

impl Views {
    /// Projects what `delta` names; costs what changed and is on screen.
    pub fn commit(&self, model: &Model, delta: &Delta) {
        self.agent_cells
            .write(&delta.agents, |key| model.agents.get(key).cloned().map(Arc::new));
        self.queue_cells
            .write(&delta.queues, |key| model.queues.get(key).cloned().map(Arc::new));
        self.callback_cells.write(&delta.callbacks, |key| {
            model.callbacks.get(key).cloned().map(Arc::new)
        });
        self.call_cells
            .write(&delta.calls, |key| model.calls.get(key).cloned().map(Arc::new));
        advance(&self.agents, delta.agent_order, model.agents.len());
        advance(&self.queues, delta.queue_order, model.queues.len());
        advance(&self.callbacks, delta.callback_order, model.callbacks.len());
        if delta.call_order || delta.desk || !delta.calls.is_empty() {
            self.commit_calls(model);
        }
        if delta.desk {
            self.commit_desk(model);
        }
    }

    /// Writes every mounted cell anew: after the session with the hub began or ended.
    pub fn recommit(&self, model: &Model) {
        self.agent_cells
            .rewrite(|key| model.agents.get(key).cloned().map(Arc::new));
        self.queue_cells
            .rewrite(|key| model.queues.get(key).cloned().map(Arc::new));
        self.callback_cells
            .rewrite(|key| model.callbacks.get(key).cloned().map(Arc::new));
        self.call_cells
            .rewrite(|key| model.calls.get(key).cloned().map(Arc::new));
        self.commit_calls(model);
        self.commit_desk(model);
    }

    fn commit_calls(&self, model: &Model) {
        let is_own = |key: &CallKey| model.is_own_call(*key);
        let shown: Vec<CallKey> = model
            .calls
            .ordered()
            .filter(is_own)
            .filter(|key| {
                model.calls.get(*key).is_some_and(|call| {
                    call.stage.is_live() || call.stage == crate::domain::call::Stage::Failed
                })
            })
            .collect();
        let missed: Vec<CallKey> = model
            .past_calls
            .iter()
            .rev()
            .copied()
            .filter(is_own)
            .filter(|key| model.calls.get(*key).is_some_and(|call| call.missed))
            .collect();
        set_if_different(&self.calls, shown);
        set_if_different(&self.missed, missed);
    }

    fn commit_desk(&self, model: &Model) {
        self.desk.update(|desk| {
            desk.me = model.desk.me;
            desk.current = model.desk.current;
            desk.in_flight.clone_from(&model.desk.in_flight);
            desk.failed = model.desk.failed.iter().cloned().collect();
            desk.telephony_away = model.telephony_is_down(SourceId::default());
            desk.forced_out.clone_from(&model.desk.forced_out);
            desk.next_state.clone_from(&model.desk.next_state);
            desk.emergency = model.desk.supervisor.emergencies.back().cloned();
            desk.alerts = model.desk.alerts.iter().cloned().collect();
            desk.messages_version = model.desk.messages_version;
            desk.wrap_up_to_come = model.desk.wrap_up_to_come;
            desk.version += 1;
        });
    }
}

fn advance(listing: &ArcRwSignal<Listing>, reordered: bool, count: usize) {
    if reordered {
        listing.update(|listing| {
            listing.version += 1;
            listing.count = count;
        });
    }
}

fn set_if_different<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|present| *present != value) {
        signal.set(value);
    }
}
