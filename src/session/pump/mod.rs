//! The pump: inputs in, effects out.
//!
//! Lives here: [`Session`], its inputs and effects, and the order of things from sign-in to sign-out.
//! May not be here: what a vendor's message means, what an event does to the model, how a socket is opened.
//! The connection, the model and the vendors are called from here and know nothing of each other.
//! No command is repeated by the session, and none is sent that the masks do not allow (decisions D1, D11).

mod attention;
mod commands;
mod desk;
mod hub;
mod inlet;
mod portal;
mod release;
mod sign_in;
mod sources;

use crate::connection::{
    Action, Answering, CallId, Connection, Error, Health, HubAddress, Input as Wire, Millis, Options, Outlet,
    RecordFault, ReplyTo, RequestId, Secret, Status, TokenReason, Trying,
};
use crate::domain::command::{Command, Failure, InvokeId, Phase};
use crate::domain::event::Covered;
use crate::domain::ids::{Ref, SourceId};
use crate::domain::model::Off;
use crate::domain::text::shorten;
use crate::domain::{Event, Model, Moment, Transition};
use crate::preferences::Signals;
use crate::protocol::Payload;
use crate::session::attention::Attention;
use crate::session::claims::{self, base64};
use crate::session::config::{Config, DirectorySource, Hub, Identify, Telephony, TokenEndpoint, TokenSource};
use crate::session::few::Few;
use crate::session::release::Release;
use crate::session::server_time::ServerTime;
use crate::session::state::{Attending, ConnectionView, Known, Link, Reason, Screen, SignInError, Tab};
use crate::session::subscriptions::{Step, Subscriptions};
use crate::vendor::rte::Kind;
use crate::vendor::rte::subscribe::Scope;
use crate::vendor::{Oddities, Settings, ctios, rte};
pub use desk::Desk;
use inlet::{Inlet, News};
use portal::PortalToken;
pub use portal::{PortalWants, Ticket};
use sources::{Source, Wish};
use std::cell::RefCell;
use std::rc::Rc;

/// Seconds after which a command without an answer is marked, milliseconds.
const COMMAND_SLOW: i64 = 5_000;
/// After this long a command is given up and the calls are asked for anew, milliseconds.
const COMMAND_LOST: i64 = 15_000;
/// How long a call of the hub's own methods may take, milliseconds.
const CALL_DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);
/// How often the whole picture of a quiet connection is refreshed, milliseconds.
const SECOND: i64 = 1_000;

/// The time of an input, by both clocks, and a random number for jitter.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The clock that never runs backwards.
    pub monotonic: Millis,
    /// The browser's idea of the time of day.
    pub wall: Moment,
    /// Any number, different each time.
    pub random: u64,
}

/// What the agent typed at sign-in; kept in memory for as long as the agent is signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Agent id.
    pub login_id: String,
    /// Password; empty where none is asked for.
    pub password: String,
    /// Phone; empty where there is no telephony server.
    pub extension: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials(…)")
    }
}

/// Names one request of the session's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(u64);

/// Everything that can wake the desk.
#[derive(Debug)]
pub enum Input<'a> {
    /// The agent signs in.
    SignIn(Credentials),
    /// The agent, whom the telephony server has signed out, signs in there again.
    SignInAgain,
    /// The agent asks the telephony server for something.
    Command(Command),
    /// A portal asks the telephony server for something; answered by [`Effect::PortalCommand`].
    PortalCommand(Ticket, Command),
    /// A portal gives an access token, asked or not.
    PortalToken(Secret),
    /// The agent leaves the desk; the connection is closed.
    Leave,
    /// The agent has seen that a command failed.
    DismissFailure(InvokeId),
    /// The agent has seen a call that is over.
    DismissCall(crate::domain::ids::CallKey),
    /// The supervisor has seen who needs help.
    DismissEmergencies,
    /// The agent has seen something else.
    Seen(crate::domain::model::Seen),
    /// A request of the session's own was answered.
    Fetched {
        /// Which.
        fetch: FetchId,
        /// The HTTP status.
        status: u16,
        /// The body.
        body: &'a [u8],
    },
    /// A request of the session's own got no answer.
    FetchFailed {
        /// Which.
        fetch: FetchId,
        /// Why, for IT support.
        text: &'a str,
    },
    /// Something for the connection: socket, negotiate, wake, online …
    Wire(Wire<'a>),
    /// The signals that the agent wishes for when a call rings.
    Signals(Signals),
    /// What this tab is among those of the agent, as [`Effect::Compete`] has turned out.
    Tab(Tab),
    /// The agent wants this tab to be the one that rings.
    TakeOver,
    /// The page is about to be frozen: what happens from now on is not heard in time.
    Frozen,
    /// The page was frozen, or the computer slept: what is known may be old.
    Resumed,
    /// The agent wants the release of the page that the host has now.
    Reload,
    /// The time of [`Session::next_wake`] has come, or a second has passed.
    Tick,
}

/// What tabs compete for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// The same for all tabs of one agent at one hub, and only for them.
    pub name: String,
    /// Take it from the tab that has it.
    pub take_over: bool,
}

/// Something for the shell to do.
#[derive(Debug)]
pub enum Effect {
    /// GET `url`; answer with `Fetched` or `FetchFailed`.
    Fetch {
        /// Goes into the answer.
        fetch: FetchId,
        /// Where.
        url: String,
        /// An `Authorization` header's value.
        authorization: Option<Secret>,
        /// Send what the browser keeps for that address (cookies).
        with_credentials: bool,
    },
    /// Do this for the connection. `FetchToken` never appears here: the session answers it itself.
    Wire(Action),
    /// Tell people at once.
    Tell(Transition),
    /// Call for attention so, and in no other way, from now on.
    Attend(Attending),
    /// Load the page anew, and note in this tab that it was for this release.
    Reload(Box<str>),
    /// Compete for being the tab that rings, and answer with [`Input::Tab`]; `None`: leave it to others.
    Compete(Option<Contest>),
    /// A portal's command was sent under this name, or was not sent.
    PortalCommand(Ticket, Result<InvokeId, Off>),
    /// Ask the portal for a token, and answer with [`Input::PortalToken`]; `None`: none is wanted any more.
    AskPortal(Option<PortalWants>),
}

/// What a fetch was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fetching {
    SignIn,
    Token(RequestId),
    Directory,
    Build,
}

/// What a call of a hub method was for.
#[derive(Debug)]
enum Calling {
    Available,
    /// What is active in this session; with what is available at all.
    Active(Vec<Kind>),
    Subscribe(Step),
    Source(SourceId, i64),
    Command(InvokeId),
    /// An event brings the answer; a hub that does not have the method does no harm.
    Question,
    /// Whatever the answer is: all that was said before has been heard.
    Reconcile,
}

#[derive(Debug)]
struct Flight {
    id: InvokeId,
    sent: Moment,
}

/// The desk's session with its source.
pub struct Session {
    config: Hub,
    /// The number of the hub's own source.
    source: SourceId,
    model: Rc<RefCell<Model>>,
    connection: Option<Connection>,
    credentials: Option<Credentials>,
    token: Option<Secret>,
    /// The place of the token address that answered last, and how many were tried since in this round.
    token_place: usize,
    token_turn: usize,
    /// The primary's host, by which tabs know each other's hub.
    home: String,
    /// A token fetched at sign-in that no connect has used yet.
    fresh_token: bool,
    directory: rte::directory::Directory,
    directory_known: bool,
    connected: bool,
    /// There is a session with the hub, with a socket or waiting for another.
    keeps_calls: bool,
    /// Whether this session with the hub has asked for its subscriptions yet.
    subscribing: bool,
    /// Whether subscriptions were asked for in an earlier session with the hub.
    was_subscribed: bool,
    /// The RTE has answered everything that this session asks of it.
    rte_ready: bool,
    subscriptions: Subscriptions,
    /// The further vocabularies, and what they want of the hub.
    sources: Vec<Box<dyn Source>>,
    wishes: Vec<Wish>,
    /// The phone at which the own agent is signed in.
    device: Option<Box<str>>,
    fetches: Few<FetchId, Fetching>,
    calls: Few<CallId, Calling>,
    flights: Vec<Flight>,
    /// The sign-in at the telephony server after which its settings are asked for.
    signing_in: Option<InvokeId>,
    next: u64,
    next_invoke: u32,
    settings: Settings,
    telephone: ctios::Decoder,
    site: ctios::Site,
    time: ServerTime,
    oddities: Oddities,
    attention: Attention,
    release: Release,
    /// What this tab competes for.
    contest: Option<String>,
    portal: PortalToken,
    view: ConnectionView,
    screen: Screen,
    reasons: Vec<Reason>,
    wrap_up_reasons: Vec<Box<str>>,
    effects: Vec<Effect>,
    changed: bool,
    resync: bool,
    /// The agent asked to sign out and will leave the desk once the server has done it.
    leaving: bool,
    last_second: Moment,
}

/// Each hub's names of requests have the hub's place above so many bits.
const NAMES: u32 = 48;
/// Numbers of sources that each hub has: its own, shared by RTE and CTI OS, and those of further vocabularies.
const SOURCES: u8 = 4;

impl Session {
    /// A session with a hub, over a model that others may read between steps.
    pub fn new(config: Hub, model: Rc<RefCell<Model>>) -> Self {
        Self::at(0, config, model)
    }

    /// A session in the `place`th of a site's hubs; the first leads.
    fn at(place: u8, config: Hub, model: Rc<RefCell<Model>>) -> Self {
        let source = SourceId(place.saturating_mul(SOURCES));
        let screen = sign_in::screen(&config);
        let settings = Settings {
            source,
            zone: config.zone,
            longest_wait: config.longest_wait,
            ringing_told: config.telephony != Telephony::None,
        };
        let site = ctios::Site {
            source,
            queue_name_variable: config.queue_name_variable,
            ..ctios::Site::default()
        };
        Self {
            source,
            screen,
            model,
            connection: None,
            credentials: None,
            token: None,
            token_place: 0,
            token_turn: 0,
            home: String::new(),
            fresh_token: false,
            directory: rte::directory::Directory::default(),
            directory_known: false,
            connected: false,
            keeps_calls: false,
            subscribing: false,
            was_subscribed: false,
            rte_ready: false,
            subscriptions: Subscriptions::default(),
            sources: sources::all(&config, source),
            wishes: Vec::new(),
            device: None,
            fetches: Few::default(),
            calls: Few::default(),
            flights: Vec::new(),
            signing_in: None,
            next: u64::from(place) << NAMES,
            next_invoke: 0,
            settings,
            telephone: ctios::Decoder::default(),
            site,
            time: ServerTime::default(),
            oddities: Oddities::default(),
            attention: Attention::default(),
            release: Release::default(),
            contest: None,
            portal: PortalToken::default(),
            view: ConnectionView::default(),
            reasons: Vec::new(),
            wrap_up_reasons: Vec::new(),
            effects: Vec::new(),
            changed: true,
            resync: false,
            leaving: false,
            last_second: Moment(i64::MIN),
            config,
        }
    }

    /// The same on a page of the release `own`, which was loaded anew in this tab to be of `reloaded_for`.
    #[must_use]
    pub fn of_release(mut self, own: Option<String>, reloaded_for: Option<String>) -> Self {
        let named = |name: Option<String>| name.map(String::into_boxed_str);
        self.release = Release::new(named(own), named(reloaded_for));
        self
    }

    /// Whether this is the session that has telephony, attention and the own agent.
    fn leads(&self) -> bool {
        self.source == SourceId(0)
    }

    /// Handles one input; what is to be done is fetched with [`Session::take_effects`].
    pub fn step(&mut self, input: Input<'_>, now: Now) {
        self.hear_input(input, now);
        self.tell_transitions(now);
    }

    /// Takes in one input, without what follows from it for people.
    fn hear_input(&mut self, input: Input<'_>, now: Now) {
        match input {
            Input::Wire(wire) => self.wire(wire, now),
            Input::SignIn(credentials) => self.sign_in(credentials, now),
            Input::SignInAgain => self.sign_in_again(now),
            Input::Command(command) => self.command(command, now),
            Input::PortalCommand(ticket, command) => self.portal_command(ticket, command, now),
            Input::PortalToken(token) => self.portal_token(token, now),
            Input::Leave => self.leave(now),
            Input::DismissFailure(id) => self.model.borrow_mut().dismiss_failure(id),
            Input::DismissCall(call) => self.model.borrow_mut().dismiss_call(call),
            Input::DismissEmergencies => self.model.borrow_mut().dismiss_emergencies(),
            Input::Seen(seen) => self.model.borrow_mut().see(&seen),
            Input::Fetched { fetch, status, body } => {
                if let Some(fetching) = self.fetches.remove(&fetch) {
                    self.fetched(fetching, status, body, now);
                }
            }
            Input::FetchFailed { fetch, text } => {
                if let Some(fetching) = self.fetches.remove(&fetch) {
                    self.fetch_failed(fetching, text, now);
                }
            }
            Input::Signals(signals) => self.attention.signals = signals,
            Input::Tab(tab) => self.tab_decided(tab),
            Input::TakeOver => self.take_over(),
            Input::Frozen => self.attention.frozen = true,
            Input::Resumed => self.resumed(now),
            Input::Reload => self.reload(),
            Input::Tick => {
                self.tick(now);
                self.wire(Wire::Tick, now);
            }
        }
    }

    fn tell_transitions(&mut self, now: Now) {
        let transitions = self.model.borrow_mut().take_transitions();
        for transition in transitions {
            match &transition {
                Transition::OwnState { to, .. } => self.own_state_changed(*to, now),
                Transition::CommandFailed(id) => self.command_failed(*id, now),
                Transition::RingingEnded(call) => self.attention.stop(*call),
                _ => {}
            }
            self.effects.push(Effect::Tell(transition));
        }
        self.ask_for_settings_when_signed_in(now);
        self.attend(now);
        self.reload_at_the_sign_in();
        if self.changed {
            self.shorten_words();
        }
    }

    /// Of what servers have said about requests and connections the view gets no more than people read.
    fn shorten_words(&mut self) {
        let error = match &mut self.screen {
            Screen::SignIn { error, .. } => error.as_mut(),
            _ => None,
        };
        let error = error.map(|error| match error {
            SignInError::Refused(text) | SignInError::Unreachable(text) => text,
        });
        let view = &mut self.view;
        view.refused
            .iter_mut()
            .chain(&mut view.trouble)
            .chain(error)
            .for_each(shorten);
    }

    /// What is to be done, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// When the session wants a `Tick` at the latest, by the monotonic clock.
    pub fn next_wake(&self) -> Option<Millis> {
        let connection = self.connection.as_ref().and_then(Connection::next_wake);
        let wakes = [connection, self.attention.next_wake(), self.portal.next_wake()];
        wakes.into_iter().flatten().min()
    }

    /// Whether screen or connection changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether rows must be drawn anew, because a session with the hub began or ended.
    pub fn take_resync(&mut self) -> bool {
        std::mem::take(&mut self.resync)
    }

    /// The screen to show.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The connection to show.
    pub fn connection(&self) -> &ConnectionView {
        &self.view
    }

    /// Reasons for not being ready.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Texts that a call can be filed under.
    pub fn wrap_up_reasons(&self) -> &[Box<str>] {
        &self.wrap_up_reasons
    }

    /// Whether there is a telephony server to command.
    pub fn has_telephony(&self) -> bool {
        self.config.telephony != Telephony::None
    }

    /// Server time at the browser's `wall`.
    pub fn server_now(&self, wall: Moment) -> Moment {
        self.time.at(wall)
    }

    /// What was met and not understood.
    pub fn oddities(&self) -> &Oddities {
        &self.oddities
    }
}
