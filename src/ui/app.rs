//! What every component can reach: the views, the model to read, and the way to say what the agent wants.
//!
//! Lives here: [`App`], put into the context once at the root, and the intents.
//! May not be here: carrying out an intent; whoever mounts the page does that.
//! State comes down by signals, intents go up by a callback: a signal would conflate two of them.
//! The model is read without tracking; the tracking is done by the cell or signal that announces the change.

use crate::domain::agent::Agent;
use crate::domain::call::Call;
use crate::domain::callback::Callback;
use crate::domain::command::InvokeId;
use crate::domain::control::Control;
use crate::domain::ids::{AgentKey, CallKey, CallbackKey, QueueKey, SourceId};
use crate::domain::model::Off;
use crate::domain::queue::Queue;
use crate::domain::{Model, Moment};
use crate::store::Views;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What the agent wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Sign in with these.
    SignIn {
        /// Agent id.
        login_id: String,
        /// Password, where one is asked for.
        password: String,
        /// Phone.
        extension: String,
    },
    /// Sign out, with a reason where one was picked.
    SignOut(Option<i32>),
    /// Become ready.
    Ready,
    /// Become not ready, with a reason where one was picked.
    NotReady(Option<i32>),
    /// Answer.
    Answer(CallKey),
    /// Leave the call.
    EndCall(CallKey),
    /// Hold.
    Hold(CallKey),
    /// Retrieve.
    Retrieve(CallKey),
    /// Dial a number.
    Dial(String),
    /// Send tones on a call.
    SendTones(CallKey, String),
    /// Try to connect now.
    RetryNow,
    /// The agent has seen that a command failed.
    DismissFailure(InvokeId),
    /// The agent has seen a failed or missed call.
    DismissCall(CallKey),
}

/// Carries out intents.
pub type Dispatch = Rc<dyn Fn(Intent)>;

/// What every component can reach.
#[derive(Clone)]
pub struct App {
    /// What the view reads.
    pub views: Views,
    model: StoredValue<Rc<RefCell<Model>>, LocalStorage>,
    dispatch: StoredValue<Dispatch, LocalStorage>,
}

impl App {
    /// Puts the application into the context of the calling owner.
    pub fn provide(views: Views, model: Rc<RefCell<Model>>, dispatch: Dispatch) -> Self {
        let app = Self {
            views,
            model: StoredValue::new_local(model),
            dispatch: StoredValue::new_local(dispatch),
        };
        provide_context(app.clone());
        app
    }

    /// The application of the page.
    pub fn get() -> Self {
        expect_context()
    }

    /// Says what the agent wants.
    pub fn dispatch(&self, intent: Intent) {
        self.dispatch.with_value(|dispatch| dispatch(intent));
    }

    /// Reads the model, without tracking.
    pub fn read<T>(&self, read: impl FnOnce(&Model) -> T) -> T {
        self.model.with_value(|model| read(&model.borrow()))
    }

    /// The agent of a row, for as long as the calling component lives.
    pub fn agent(&self, key: AgentKey) -> ArcReadSignal<Option<Arc<Agent>>> {
        self.views.agent_cells.mount(key, || {
            self.read(|model| model.agents.get(key).cloned().map(Arc::new))
        })
    }

    /// The queue of a row, for as long as the calling component lives.
    pub fn queue(&self, key: QueueKey) -> ArcReadSignal<Option<Arc<Queue>>> {
        self.views.queue_cells.mount(key, || {
            self.read(|model| model.queues.get(key).cloned().map(Arc::new))
        })
    }

    /// The callback of a row, for as long as the calling component lives.
    pub fn callback(&self, key: CallbackKey) -> ArcReadSignal<Option<Arc<Callback>>> {
        self.views.callback_cells.mount(key, || {
            self.read(|model| model.callbacks.get(key).cloned().map(Arc::new))
        })
    }

    /// The call of a card, for as long as the calling component lives.
    pub fn call(&self, key: CallKey) -> ArcReadSignal<Option<Arc<Call>>> {
        self.views.call_cells.mount(key, || {
            self.read(|model| model.calls.get(key).cloned().map(Arc::new))
        })
    }

    /// Whether a control is on, and why not; tracks the desk. A call's button tracks its cell as well.
    pub fn allowed(&self, control: Control, call: Option<CallKey>) -> Result<(), Off> {
        self.views.desk.track();
        self.views.connection.track();
        self.read(|model| model.allowed(SourceId::default(), control, call))
    }

    /// Server time, once a second; tracks.
    pub fn now(&self) -> Moment {
        self.views.now.get()
    }
}
