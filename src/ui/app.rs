//! What every component can reach: the views, the model to read, and the way to say what the agent wants.
//!
//! Lives here: [`App`], put into the context once at the root, and the intents.
//! May not be here: carrying out an intent; whoever mounts the page does that.
//! State comes down by signals, intents go up by a callback: a signal would conflate two of them.
//! The model is read without tracking; the tracking is done by the cell or signal that announces the change.

use super::layout::Shown;
use super::speech::Speech;
use crate::domain::agent::Agent;
use crate::domain::call::Call;
use crate::domain::callback::Callback;
use crate::domain::command::{Addressee, Command, InvokeId};
use crate::domain::control::Control;
use crate::domain::ids::{AgentKey, CallKey, CallbackKey, QueueKey, SourceId};
use crate::domain::model::{Off, Seen};
use crate::domain::queue::Queue;
use crate::domain::{Model, Moment};
use crate::keyboard::{Action, Shortcuts};
use crate::preferences::{Change, Drafts, Preferences, Theme};
use crate::store::{
    AttentionView, ConnectionView, DeskView, Layout, Listing, Screen, SiteView, Template, Views,
};
use crate::words::{Dictionary, Language, Word};
use leptos::prelude::*;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

/// The row of a mounted component; `None` once the row has gone.
pub type RowSignal<T> = ReadSignal<Option<Arc<T>>>;

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
    /// Sign in again, signed out as one is.
    SignInAgain,
    /// Ask the telephony server for something.
    Do(Command),
    /// Try to connect now.
    RetryNow,
    /// The agent has seen that a command failed.
    DismissFailure(InvokeId),
    /// The agent has seen a failed or missed call.
    DismissCall(CallKey),
    /// The supervisor has seen who needs help.
    DismissEmergencies,
    /// The agent has seen something else.
    Seen(Seen),
    /// Speak this language, now and the next time.
    Speak(Language),
    /// Have the page so, now and the next time.
    Prefer(Change),
    /// Keep what was begun to be written at a place, should the page be loaded anew.
    Draft {
        /// Where it is written.
        place: String,
        /// What stands there; empty once it was sent.
        text: String,
    },
    /// Have the browser let the page sound.
    AllowSound,
    /// Sound the ring tone once.
    TestSound,
    /// Have the browser ask whether the page may show notifications.
    AllowNotifications,
    /// Have this tab be the one that rings.
    TakeOver,
    /// Have the release of the page that the host has now.
    Reload,
    /// Have this width and height, in pixels, where the page is in a frame; `None`: what the frame has by itself.
    Room(Option<(u32, u32)>),
}

impl Intent {
    /// Dial a number as it was typed.
    pub fn dial(number: &str) -> Self {
        Intent::Do(Command::Dial {
            number: number.trim().into(),
        })
    }

    /// What is asked of the telephony server.
    pub fn command(&self) -> Option<&Command> {
        match self {
            Intent::Do(command) => Some(command),
            _ => None,
        }
    }

    /// The reason that goes with it.
    pub fn reason(&self) -> Option<i32> {
        match self.command()? {
            Command::NotReady { reason } | Command::SignOut { reason } => *reason,
            _ => None,
        }
    }

    /// The value of `data-command` on its button.
    pub fn name(&self) -> &'static str {
        match self {
            Intent::SignIn { .. } | Intent::SignInAgain => "sign-in",
            Intent::Do(command) => command_name(command),
            Intent::RetryNow => "retry-now",
            Intent::DismissFailure(_)
            | Intent::DismissCall(_)
            | Intent::DismissEmergencies
            | Intent::Seen(_) => "dismiss",
            Intent::Speak(_) => "language",
            Intent::Prefer(_) => "prefer",
            Intent::Draft { .. } => "draft",
            Intent::AllowSound => "allow-sound",
            Intent::TestSound => "test-sound",
            Intent::AllowNotifications => "allow-notifications",
            Intent::TakeOver => "take-over",
            Intent::Reload => "reload-now",
            Intent::Room(_) => "room",
        }
    }
}

fn command_name(command: &Command) -> &'static str {
    match command {
        Command::SignIn { .. } => "sign-in",
        Command::SignOut { .. } => "sign-out",
        Command::Ready => "ready",
        Command::NotReady { .. } => "not-ready",
        Command::WorkReady => "wrap-up-ready",
        Command::WorkNotReady => "wrap-up-not-ready",
        Command::Answer(_) => "answer",
        Command::EndCall(_) => "end-call",
        Command::EndForAll(_) => "end-for-all",
        Command::Hold(_) => "hold",
        Command::Retrieve(_) => "retrieve",
        Command::Alternate(_) => "alternate",
        Command::BackToCaller(_) => "back-to-caller",
        Command::MakeCurrent(_) => "make-current",
        Command::Dial { .. } => "dial",
        Command::Consult {
            for_conference: false,
            ..
        } => "consult",
        Command::Consult {
            for_conference: true, ..
        } => "consult-for-conference",
        Command::CompleteTransfer(_) => "complete-transfer",
        Command::BlindTransfer { .. } => "blind-transfer",
        Command::CompleteConference(_) => "complete-conference",
        Command::AddParty { .. } => "add-party",
        Command::SendTones { .. } => "send-tones",
        Command::SetCallData { .. } => "set-call-data",
        Command::SetWrapUpData { .. } => "set-wrap-up-data",
        Command::StartRecording(_) => "start-recording",
        Command::StopRecording(_) => "stop-recording",
        Command::AskSupervisor(_) => "ask-supervisor",
        Command::RaiseEmergency(_) => "raise-emergency",
        Command::ReportBadLine(_) => "report-bad-line",
        Command::SendMessage { .. } => "send-message",
    }
}

/// Carries out intents.
pub type Dispatch = Rc<dyn Fn(Intent)>;

/// What every component can reach; a handle of one word that is copied into whatever needs it.
///
/// The signals themselves would be three hundred bytes in each of some thousand closures.
#[derive(Clone, Copy)]
pub struct App(&'static Parts);

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        self.0
    }
}

/// The application's signals and what it is made of.
pub struct Parts {
    /// Everybody is simulated, and the page says so.
    pub demo: bool,
    /// Which screen is shown.
    pub screen: ReadSignal<Screen>,
    /// How site or portal want the page laid out.
    pub layout: ReadSignal<Layout>,
    /// What the site has decided about the page.
    pub site: ReadSignal<SiteView>,
    /// How it is laid out, and what of the desk is in sight.
    pub(super) shown: Shown,
    /// Colours that go before the agent's choice.
    pub theme: ReadSignal<Option<Theme>>,
    /// A number that somebody else has put into the field for numbers.
    pub prefill: ReadSignal<Option<Arc<str>>>,
    /// Addresses that a call opens.
    pub templates: ReadSignal<Arc<Vec<Template>>>,
    /// The connection.
    pub connection: ReadSignal<ConnectionView>,
    /// The own desk.
    pub desk: ReadSignal<DeskView>,
    /// Live and failed calls, in the order in which they began.
    pub calls: ReadSignal<Vec<CallKey>>,
    /// Missed calls, newest first.
    pub missed: ReadSignal<Vec<CallKey>>,
    /// Order of the agents.
    pub agents: ReadSignal<Listing>,
    /// Order of the queues.
    pub queues: ReadSignal<Listing>,
    /// Order of the callbacks.
    pub callbacks: ReadSignal<Listing>,
    /// Server time, once a second.
    pub clock: ReadSignal<Moment>,
    /// What calls for attention.
    pub attention: ReadSignal<AttentionView>,
    /// What the agent has chosen about the page.
    pub preferences: ReadSignal<Preferences>,
    /// Which keys do what.
    pub shortcuts: Memo<Shortcuts>,
    /// What screen readers are told politely.
    pub polite: ReadSignal<String>,
    /// What screen readers are told at once.
    pub assertive: ReadSignal<String>,
    /// The words, in the language chosen.
    pub speech: Speech,
    /// Whom the agent is writing to at this moment: what comes from there need not be announced.
    pub writing_to: RwSignal<Vec<Addressee>>,
    views: StoredValue<Views>,
    model: StoredValue<Rc<RefCell<Model>>, LocalStorage>,
    dispatch: StoredValue<Dispatch, LocalStorage>,
    /// What is being said in the present task, politely and at once.
    saying: StoredValue<[String; 2], LocalStorage>,
}

impl App {
    /// Puts the application into the context of the calling owner.
    ///
    /// There is one for as long as the page is loaded: a few hundred bytes that are never given back. What they lead
    /// to belongs to the owner and goes with it.
    pub fn provide(views: Views, model: Rc<RefCell<Model>>, dispatch: Dispatch) -> Self {
        let preferences: ReadSignal<Preferences> = views.preferences.read_only().into();
        let parts = Parts {
            demo: views.demo,
            screen: views.screen.read_only().into(),
            layout: views.layout.read_only().into(),
            site: views.site.read_only().into(),
            shown: Shown::new(),
            theme: views.theme.read_only().into(),
            prefill: views.prefill.read_only().into(),
            templates: views.templates.read_only().into(),
            connection: views.connection.read_only().into(),
            desk: views.desk.read_only().into(),
            calls: views.calls.read_only().into(),
            missed: views.missed.read_only().into(),
            agents: views.agents.read_only().into(),
            queues: views.queues.read_only().into(),
            callbacks: views.callbacks.read_only().into(),
            clock: views.now.read_only().into(),
            attention: views.attention.read_only().into(),
            preferences,
            shortcuts: Memo::new(move |_| preferences.with(|chosen| Shortcuts::new(chosen.shortcuts()))),
            polite: views.polite.read_only().into(),
            assertive: views.assertive.read_only().into(),
            speech: Speech::new(),
            writing_to: RwSignal::new(Vec::new()),
            views: StoredValue::new(views),
            model: StoredValue::new_local(model),
            dispatch: StoredValue::new_local(dispatch),
            saying: StoredValue::new_local(Default::default()),
        };
        let app = Self(Box::leak(Box::new(parts)));
        provide_context(app);
        app
    }

    /// The application of the page.
    pub fn get() -> Self {
        expect_context()
    }

    /// Says what the agent wants.
    pub fn dispatch(self, intent: Intent) {
        self.dispatch.with_value(|dispatch| dispatch(intent));
    }

    /// A language's words have arrived, or cannot be had.
    pub fn learn(self, language: Language, dictionary: Option<Dictionary>) {
        self.speech.learn(language, dictionary);
        if let Some(text) = untrack(|| self.speech.missing()) {
            self.say_aloud(false, text);
        }
    }

    /// Has screen readers say a text, at once when it is urgent.
    ///
    /// What one message of the server brings is said one after the other: the second text would else replace the
    /// first before anybody has heard it.
    pub(super) fn say_aloud(self, urgent: bool, text: String) {
        let joined = self.saying.try_update_value(|saying| {
            let said = saying.get_mut(usize::from(urgent))?;
            if said.is_empty() {
                said.clone_from(&text);
            } else if !said.contains(&text) {
                said.push_str(". ");
                said.push_str(&text);
            }
            Some(said.clone())
        });
        self.views.with_value(|views| {
            let region = if urgent { &views.assertive } else { &views.polite };
            region.set(joined.flatten().unwrap_or(text));
        });
        let saying = self.saying;
        queue_microtask(move || {
            saying.try_update_value(std::mem::take);
        });
    }

    /// Says what the agent has asked to hear, also when it was said last.
    pub(super) fn say_again(self, mut text: String) {
        if self.polite.with_untracked(|said| *said == text) {
            // A region is read out when its text changes: this is another text, and sounds alike.
            text.push('\u{a0}');
        }
        self.say_aloud(false, text);
    }

    /// The text of a field, as it was begun before the page was loaded anew; kept whenever it changes.
    ///
    /// `place` names the field, with the id of what is written about where there are several (`note-1701`). The
    /// signal belongs to the calling component; what was written outlives it.
    pub fn draft(self, place: impl Into<String>) -> RwSignal<String> {
        let place = place.into();
        let begun = self.views.with_value(|views| {
            let read = |drafts: &Drafts| drafts.text(&place).to_owned();
            views.drafts.with_untracked(read)
        });
        let text = RwSignal::new(begun);
        Effect::new(move |before: Option<String>| {
            let text = text.get();
            if before.is_some_and(|before| before != text) {
                let place = place.clone();
                self.dispatch(Intent::Draft {
                    place,
                    text: text.clone(),
                });
            }
            text
        });
        text
    }

    /// Reads the model, without tracking.
    pub fn read<T>(self, read: impl FnOnce(&Model) -> T) -> T {
        self.model.with_value(|model| read(&model.borrow()))
    }

    /// The agent of a row, for as long as the calling component lives.
    pub fn agent(self, key: AgentKey) -> RowSignal<Agent> {
        let cells = self.views.with_value(|views| views.agent_cells.clone());
        let now = || self.read(|model| model.agents.get(key).cloned().map(Arc::new));
        cells.mount(key, now).into()
    }

    /// The queue of a row, for as long as the calling component lives.
    pub fn queue(self, key: QueueKey) -> RowSignal<Queue> {
        let cells = self.views.with_value(|views| views.queue_cells.clone());
        let now = || self.read(|model| model.queues.get(key).cloned().map(Arc::new));
        cells.mount(key, now).into()
    }

    /// The callback of a row, for as long as the calling component lives.
    pub fn callback(self, key: CallbackKey) -> RowSignal<Callback> {
        let cells = self.views.with_value(|views| views.callback_cells.clone());
        let now = || self.read(|model| model.callbacks.get(key).cloned().map(Arc::new));
        cells.mount(key, now).into()
    }

    /// The call of a card, for as long as the calling component lives.
    pub fn call(self, key: CallKey) -> RowSignal<Call> {
        let cells = self.views.with_value(|views| views.call_cells.clone());
        let now = || self.read(|model| model.calls.get(key).cloned().map(Arc::new));
        cells.mount(key, now).into()
    }

    /// Whether an intent can be carried out now, and why not; tracks the desk and the connection.
    /// A call's button tracks its cell as well.
    pub fn allowed(self, intent: &Intent) -> Result<(), Off> {
        self.desk.track();
        self.connection.track();
        match intent {
            Intent::Do(command) => self.read(|model| model.command_allowed(SourceId::default(), command)),
            Intent::SignInAgain | Intent::SignIn { .. } => {
                self.read(|model| model.allowed(SourceId::default(), Control::SignIn, None))
            }
            _ => Ok(()),
        }
    }

    /// Whether nothing will ever be allowed, because no telephony server is there to be commanded; tracks.
    pub(super) fn only_shows(self, off: Off) -> bool {
        off == Off::NoMask && !self.desk.with(|desk| desk.telephony)
    }

    /// Why a button is off, in words; tracks.
    pub(super) fn why(self, off: Off) -> &'static str {
        if self.only_shows(off) {
            return self.say(Word::ViewOnly);
        }
        self.speech.off(off)
    }

    /// Server time, once a second; tracks.
    pub fn now(self) -> Moment {
        self.clock.get()
    }

    /// The keys that do what the buttons with this command do; tracks.
    pub(super) fn keys_for(self, command: &str) -> Option<String> {
        let action = Action::of_command(command)?;
        let keys = self.shortcuts.with(|shortcuts| shortcuts.keys(action))?;
        Some(keys.to_string())
    }

    /// A word in the language chosen; tracks.
    pub fn say(self, word: Word) -> &'static str {
        self.speech.word(word)
    }

    /// A word as a signal, for a component's property.
    pub fn text(self, word: Word) -> Signal<String> {
        Signal::derive(move || self.say(word).to_owned())
    }
}
