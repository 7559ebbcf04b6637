//! The pump: inputs in, effects out.
//!
//! Lives here: [`Session`], its inputs and effects, and the order of things from sign-in to sign-out.
//! May not be here: what a vendor's message means, what an event does to the model, how a socket is opened.
//! The connection, the model and the vendors are called from here and know nothing of each other.
//! No command is repeated by the session, and none is sent that the masks do not allow (decisions D1, D11).

use super::claims::{self, base64};
use super::config::{Config, DirectorySource, Identify, Telephony};
use super::server_time::ServerTime;
use super::state::{ConnectionView, Link, Reason, Screen, SignInError};
use super::subscriptions::Subscriptions;
use crate::connection::{
    Action, CallId, Connection, Error, Health, HubAddress, Input as Wire, Millis, Options, Outlet,
    RecordFault, RequestId, Secret, Status, TokenReason, Trying,
};
use crate::domain::command::{Command, Failure, InvokeId};
use crate::domain::event::Covered;
use crate::domain::ids::{Ref, SourceId};
use crate::domain::model::Off;
use crate::domain::{Event, Model, Moment, Transition};
use crate::protocol::Payload;
use crate::vendor::rte::Kind;
use crate::vendor::rte::subscribe::Scope;
use crate::vendor::{Oddities, Settings, ctios, rte};
use std::cell::RefCell;
use std::collections::HashMap;
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
    /// The agent asks the telephony server for something.
    Command(Command),
    /// The agent leaves the desk; the connection is closed.
    Leave,
    /// The agent has seen that a command failed.
    DismissFailure(InvokeId),
    /// The agent has seen a call that is over.
    DismissCall(crate::domain::ids::CallKey),
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
    /// The time of [`Session::next_wake`] has come, or a second has passed.
    Tick,
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
}

/// What a fetch was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fetching {
    SignIn,
    Token(RequestId),
    Directory,
}

/// What a call of a hub method was for.
#[derive(Debug)]
enum Calling {
    Available,
    Subscribe,
    Command(InvokeId),
    Snapshot,
}

#[derive(Debug)]
struct Flight {
    id: InvokeId,
    sent: Moment,
}

/// The desk's session with its source.
pub struct Session {
    config: Config,
    model: Rc<RefCell<Model>>,
    connection: Option<Connection>,
    credentials: Option<Credentials>,
    token: Option<Secret>,
    /// A token fetched at sign-in that no connect has used yet.
    fresh_token: bool,
    directory: rte::directory::Directory,
    directory_known: bool,
    connected: bool,
    /// Whether this session with the hub has asked for its subscriptions yet.
    subscribing: bool,
    subscriptions: Subscriptions,
    fetches: HashMap<FetchId, Fetching>,
    calls: HashMap<CallId, Calling>,
    flights: Vec<Flight>,
    next: u64,
    next_invoke: u32,
    settings: Settings,
    time: ServerTime,
    oddities: Oddities,
    view: ConnectionView,
    screen: Screen,
    reasons: Vec<Reason>,
    effects: Vec<Effect>,
    changed: bool,
    resync: bool,
    /// The agent asked to sign out and will leave the desk once the server has done it.
    leaving: bool,
    last_second: Moment,
}

const SOURCE: SourceId = SourceId(0);

impl Session {
    /// A session for a site, over a model that others may read between steps.
    pub fn new(config: Config, model: Rc<RefCell<Model>>) -> Self {
        let wants_password = matches!(
            config.token.as_ref().map(|token| token.identify),
            Some(Identify::Basic { password: true })
        );
        let wants_extension = config.telephony != Telephony::None;
        let settings = Settings {
            source: SOURCE,
            zone: config.zone,
            longest_wait: config.longest_wait,
        };
        Self {
            screen: Screen::SignIn {
                wants_password,
                wants_extension,
                busy: false,
                error: None,
            },
            config,
            model,
            connection: None,
            credentials: None,
            token: None,
            fresh_token: false,
            directory: rte::directory::Directory::default(),
            directory_known: false,
            connected: false,
            subscribing: false,
            subscriptions: Subscriptions::default(),
            fetches: HashMap::new(),
            calls: HashMap::new(),
            flights: Vec::new(),
            next: 0,
            next_invoke: 0,
            settings,
            time: ServerTime::default(),
            oddities: Oddities::default(),
            view: ConnectionView::default(),
            reasons: Vec::new(),
            effects: Vec::new(),
            changed: true,
            resync: false,
            leaving: false,
            last_second: Moment(i64::MIN),
        }
    }

    /// Handles one input; what is to be done is fetched with [`Session::take_effects`].
    pub fn step(&mut self, input: Input<'_>, now: Now) {
        match input {
            Input::Wire(wire) => self.wire(wire, now),
            Input::SignIn(credentials) => self.sign_in(credentials, now),
            Input::Command(command) => self.command(command, now),
            Input::Leave => self.leave(now),
            Input::DismissFailure(id) => self.model.borrow_mut().dismiss_failure(id),
            Input::DismissCall(call) => self.model.borrow_mut().dismiss_call(call),
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
            Input::Tick => {
                self.tick(now);
                self.wire(Wire::Tick, now);
            }
        }
        let transitions = self.model.borrow_mut().take_transitions();
        for transition in transitions {
            if let Transition::OwnState { to, .. } = &transition {
                self.own_state_changed(*to, now);
            }
            self.effects.push(Effect::Tell(transition));
        }
    }

    /// What is to be done, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// When the session wants a `Tick` at the latest, by the monotonic clock.
    pub fn next_wake(&self) -> Option<Millis> {
        self.connection.as_ref().and_then(Connection::next_wake)
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

    // ---- signing in and out --------------------------------------------------------------------------

    fn sign_in(&mut self, credentials: Credentials, now: Now) {
        self.credentials = Some(credentials);
        self.set_sign_in(true, None);
        if self.config.token.is_some() {
            self.fetch_token(Fetching::SignIn);
        } else if let Some(hub) = self.config.hub.clone() {
            self.fetch_directory_and_connect(&hub, now);
        } else {
            self.sign_in_failed(SignInError::Unreachable(
                "config.json names neither a token address nor a hub.".to_owned(),
            ));
        }
    }

    fn set_sign_in(&mut self, now_busy: bool, now_error: Option<SignInError>) {
        if let Screen::SignIn { busy, error, .. } = &mut self.screen {
            *busy = now_busy;
            *error = now_error;
        } else {
            self.screen = Screen::SignIn {
                wants_password: matches!(
                    self.config.token.as_ref().map(|token| token.identify),
                    Some(Identify::Basic { password: true })
                ),
                wants_extension: self.has_telephony(),
                busy: now_busy,
                error: now_error,
            };
        }
        self.changed = true;
    }

    fn sign_in_failed(&mut self, error: SignInError) {
        self.credentials = None;
        self.token = None;
        self.set_sign_in(false, Some(error));
    }

    fn next_fetch(&mut self, fetching: Fetching) -> FetchId {
        self.next += 1;
        let fetch = FetchId(self.next);
        self.fetches.insert(fetch, fetching);
        fetch
    }

    fn fetch_token(&mut self, fetching: Fetching) {
        let Some(endpoint) = self.config.token.clone() else {
            return;
        };
        let authorization = match endpoint.identify {
            Identify::Browser => None,
            Identify::Basic { .. } => self.credentials.as_ref().map(|credentials| {
                Secret::new(format!(
                    "Basic {}",
                    base64(format!("{}:{}", credentials.login_id, credentials.password).as_bytes())
                ))
            }),
        };
        let fetch = self.next_fetch(fetching);
        self.effects.push(Effect::Fetch {
            fetch,
            url: endpoint.url,
            authorization,
            with_credentials: endpoint.identify == Identify::Browser,
        });
    }

    fn fetch_directory_and_connect(&mut self, hub: &str, now: Now) {
        let address = match HubAddress::parse(hub) {
            Ok(address) => address,
            Err(error) => {
                self.sign_in_failed(SignInError::Unreachable(error.to_string()));
                return;
            }
        };
        self.view = ConnectionView {
            server: host_of(hub).to_owned(),
            link: Link::Connecting { attempt: 1 },
            ..ConnectionView::default()
        };
        let mut options = Options::new(address);
        options.retry_first_connect = true;
        options.reconnect_after_close = true;
        self.connection = Some(Connection::new(options));
        self.screen = Screen::Desk;
        self.changed = true;
        self.directory_known = false;
        match self.config.directory.clone() {
            DirectorySource::Inline(text) => self.read_directory(text.as_bytes()),
            DirectorySource::Url(url) => {
                let authorization = self
                    .token
                    .as_ref()
                    .map(|token| Secret::new(format!("Bearer {}", token.expose())));
                let with_credentials = self.token.is_none();
                let fetch = self.next_fetch(Fetching::Directory);
                self.effects.push(Effect::Fetch {
                    fetch,
                    url,
                    authorization,
                    with_credentials,
                });
            }
        }
        self.drive(Wire::Start, now);
    }

    fn leave(&mut self, now: Now) {
        self.drive(Wire::Stop, now);
        self.connection = None;
        self.connected = false;
        self.token = None;
        self.credentials = None;
        self.fetches.clear();
        self.calls.clear();
        self.flights.clear();
        let mut model = self.model.borrow_mut();
        model.lose_session(SOURCE, now.wall);
        model.set_me(None);
        drop(model);
        self.set_sign_in(false, None);
        self.view = ConnectionView::default();
        self.resync = true;
    }

    fn fetched(&mut self, fetching: Fetching, status: u16, body: &[u8], now: Now) {
        match fetching {
            Fetching::SignIn | Fetching::Token(_) => {
                let outcome = match status {
                    200 => std::str::from_utf8(body)
                        .map_err(|_| crate::vendor::Unreadable::Broken)
                        .and_then(rte::token::TokenResponse::read)
                        .map_err(|error| SignInError::Unreachable(format!("The token address: {error}."))),
                    401 | 403 => Err(SignInError::Refused(plain_text(body))),
                    other => Err(SignInError::Unreachable(format!(
                        "The token address answered with status {other}. {}",
                        plain_text(body)
                    ))),
                };
                match (fetching, outcome) {
                    (Fetching::Token(request), Ok(answer)) => {
                        let token = Secret::new(String::from(answer.token));
                        self.token = Some(token.clone());
                        self.drive(
                            Wire::TokenReady {
                                request,
                                token: Some(token),
                            },
                            now,
                        );
                    }
                    (Fetching::Token(request), Err(error)) => {
                        let error = match error {
                            SignInError::Refused(_) => Error::Unauthorized,
                            SignInError::Unreachable(text) | SignInError::Telephony(text) => {
                                Error::TokenUnavailable(text)
                            }
                        };
                        self.drive(Wire::TokenFailed { request, error }, now);
                    }
                    (_, Ok(answer)) => {
                        self.token = Some(Secret::new(String::from(answer.token)));
                        self.fresh_token = true;
                        let hub = self.config.hub.clone().unwrap_or_else(|| answer.endpoint.into());
                        self.fetch_directory_and_connect(&hub, now);
                    }
                    (_, Err(error)) => self.sign_in_failed(error),
                }
            }
            Fetching::Directory if status == 200 => {
                self.read_directory(body);
                self.subscribe_when_ready(now);
            }
            Fetching::Directory => {
                self.directory_failed(&format!("it answered with status {status}"), now);
            }
        }
    }

    fn fetch_failed(&mut self, fetching: Fetching, text: &str, now: Now) {
        match fetching {
            Fetching::SignIn => {
                self.sign_in_failed(SignInError::Unreachable(format!(
                    "The token address cannot be reached: {text}"
                )));
            }
            Fetching::Token(request) => {
                let error = Error::TokenUnavailable(text.to_owned());
                self.drive(Wire::TokenFailed { request, error }, now);
            }
            Fetching::Directory => self.directory_failed(text, now),
        }
    }

    /// Without names the desk still works for what the hub tells by itself; the page says what is missing.
    fn directory_failed(&mut self, text: &str, now: Now) {
        self.view.trouble = Some(format!("The directory with names could not be read: {text}."));
        self.changed = true;
        self.read_directory(b"{}");
        self.subscribe_when_ready(now);
    }

    fn read_directory(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        match rte::directory::Directory::read(&text, &mut self.oddities) {
            Ok(directory) => {
                {
                    let mut model = self.model.borrow_mut();
                    directory.tell(SOURCE, &mut |event| model.apply(event, None, Moment(0)));
                }
                self.reasons = directory
                    .not_ready_reasons
                    .iter()
                    .map(|reason| Reason {
                        code: reason.code,
                        label: reason.label.to_string(),
                    })
                    .collect();
                self.directory = directory;
            }
            Err(error) => {
                self.view.trouble = Some(format!("The directory with names could not be read: {error}."));
            }
        }
        self.recognise_me();
        self.directory_known = true;
        self.changed = true;
    }

    /// Finds the own agent by the id typed at sign-in, else by an id that the token carries.
    fn recognise_me(&mut self) {
        let typed = self
            .credentials
            .as_ref()
            .map(|credentials| credentials.login_id.trim().to_lowercase())
            .filter(|typed| !typed.is_empty());
        let in_token = self
            .token
            .as_ref()
            .map(|token| claims::identities(token.expose()))
            .unwrap_or_default();
        let mut model = self.model.borrow_mut();
        let key = typed
            .iter()
            .chain(&in_token)
            .find_map(|id| model.agents.find(Ref::new(SOURCE, id)));
        let key = key.or_else(|| typed.map(|typed| model.agents.intern(Ref::new(SOURCE, &typed))));
        model.set_me(key);
    }

    fn me(&self) -> Option<Box<str>> {
        let model = self.model.borrow();
        let key = model.desk.me?;
        model.agents.get(key).map(|agent| agent.id.clone())
    }

    // ---- the connection ------------------------------------------------------------------------------

    fn wire(&mut self, wire: Wire<'_>, now: Now) {
        self.drive(wire, now);
    }

    /// Steps the connection and deals with everything that it says, in order.
    fn drive(&mut self, wire: Wire<'_>, now: Now) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let bad_before = connection.counters().bad_records;
        let mut news = Vec::new();
        {
            let mut model = self.model.borrow_mut();
            let me = model
                .desk
                .me
                .and_then(|me| model.agents.get(me))
                .map(|agent| agent.id.clone());
            let mut inlet = Inlet {
                model: &mut model,
                settings: &self.settings,
                telephony: self.config.telephony,
                me: me.as_deref(),
                time: &mut self.time,
                oddities: &mut self.oddities,
                effects: &mut self.effects,
                news: &mut news,
                wall: now.wall,
            };
            connection.step(wire, now.monotonic, now.random, &mut inlet);
        }
        let bad = connection.counters().bad_records - bad_before;
        if bad > 0 {
            self.view.bad_records += bad;
            self.changed = true;
        }
        self.connection = Some(connection);
        for item in news {
            self.hear(item, now);
        }
    }

    fn hear(&mut self, news: News, now: Now) {
        match news {
            News::WantsToken(request, reason) => self.give_token(request, reason, now),
            News::Status(status) => self.status_changed(&status, now),
            News::Health(health) => {
                self.view.link = match health {
                    Health::Good => Link::Live,
                    Health::Late { .. } => Link::Late,
                };
                self.changed = true;
            }
            News::Settled(call, outcome) => self.settled(call, outcome, now),
        }
    }

    fn give_token(&mut self, request: RequestId, reason: TokenReason, now: Now) {
        let fresh = std::mem::take(&mut self.fresh_token);
        if self.config.token.is_none() || (fresh && reason == TokenReason::FirstConnect) {
            let token = self.token.clone();
            self.drive(Wire::TokenReady { request, token }, now);
        } else {
            self.fetch_token(Fetching::Token(request));
        }
    }

    fn status_changed(&mut self, status: &Status, now: Now) {
        self.changed = true;
        let was_connected =
            std::mem::replace(&mut self.connected, matches!(status, Status::Connected { .. }));
        if was_connected && !self.connected {
            self.subscribing = false;
            self.calls.clear();
            self.flights.clear();
            self.model.borrow_mut().lose_session(SOURCE, now.wall);
            self.resync = true;
        }
        match status {
            Status::Connected { resumed, .. } => {
                self.view.trouble = None;
                if *resumed {
                    self.view.link = Link::Live;
                    self.model.borrow_mut().resume_session(SOURCE);
                } else {
                    self.view.link = Link::Preparing;
                    self.model.borrow_mut().begin_session(SOURCE);
                    self.subscribe_when_ready(now);
                }
                self.resync = true;
            }
            Status::Connecting(progress) => {
                self.view.trouble = progress.last_error.as_ref().map(ToString::to_string);
                self.view.link = match progress.trying {
                    Trying::WhenOnline => Link::Offline,
                    _ if progress.attempt <= 1 => Link::Connecting { attempt: 1 },
                    trying => Link::Reconnecting {
                        attempt: progress.attempt,
                        next_try: next_try(trying, now),
                    },
                };
            }
            Status::Reconnecting(progress) => {
                self.view.trouble = progress.last_error.as_ref().map(ToString::to_string);
                self.view.link = match progress.trying {
                    Trying::WhenOnline => Link::Offline,
                    trying => Link::Reconnecting {
                        attempt: progress.attempt,
                        next_try: next_try(trying, now),
                    },
                };
            }
            Status::Disconnected { error } => {
                self.view.link = Link::Stopped;
                self.view.trouble = error.as_ref().map(ToString::to_string);
                if let Some(error @ (Error::Unauthorized | Error::Forbidden)) = error {
                    // Whoever is no longer let in must sign in again; the words say why.
                    let refused = SignInError::Refused(error.to_string());
                    self.leave(now);
                    self.sign_in_failed(refused);
                }
            }
        }
    }

    fn subscribe_when_ready(&mut self, now: Now) {
        if self.connected && self.directory_known && !self.subscribing {
            self.subscribing = true;
            self.invoke(
                rte::subscribe::AVAILABLE_SUBSCRIPTIONS,
                rte::subscribe::NO_ARGUMENTS,
                Calling::Available,
                now,
            );
        }
    }

    fn subscribe(&mut self, available: &[Kind], now: Now) {
        let me = self.me();
        let directory = std::mem::take(&mut self.directory);
        let agents = directory.agents.iter().map(|agent| {
            let own = me.as_deref() == Some(&*agent.id);
            (&*agent.id, if own { Scope::OwnAgent } else { Scope::Colleague })
        });
        let queues = directory.queues.iter().map(|queue| (&*queue.id, Scope::Queue));
        let lists = directory
            .call_lists
            .iter()
            .map(|list| (&*list.id, Scope::CallList));
        // The own agent first: whoever signs in wants to work before seeing everybody.
        let mut wanted: Vec<_> = agents.chain(queues).chain(lists).collect();
        wanted.sort_by_key(|(_, scope)| *scope != Scope::OwnAgent);
        let items: Vec<_> = wanted
            .into_iter()
            .flat_map(|(entity, scope)| rte::subscribe::items(entity, scope))
            .filter(|item| available.is_empty() || available.contains(&item.event))
            .collect();
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.subscriptions.begin(rte::subscribe::write(items), count);
        self.directory = directory;
        self.view.subscribed = (0, count);
        self.view.refused.clear();
        self.changed = true;
        self.subscribe_next(now);
    }

    fn subscribe_next(&mut self, now: Now) {
        match self.subscriptions.next() {
            Some(arguments) => self.invoke(rte::subscribe::SUBSCRIBE, &arguments, Calling::Subscribe, now),
            None => self.subscribed(now),
        }
    }

    fn subscribed(&mut self, now: Now) {
        if self.config.snapshot {
            self.model.borrow_mut().apply(
                Event::SnapshotComplete(Covered::Callbacks),
                None,
                self.time.at(now.wall),
            );
        }
        if self.view.link == Link::Preparing {
            self.view.link = Link::Live;
        }
        self.changed = true;
        if self.has_telephony() {
            self.restore_telephony(now);
        }
    }

    /// Takes up (or again) the own agent's place at the telephony server.
    fn restore_telephony(&mut self, now: Now) {
        let Some(credentials) = &self.credentials else {
            return;
        };
        let command = Command::SignIn {
            login_id: credentials.login_id.as_str().into(),
            extension: credentials.extension.as_str().into(),
        };
        self.send_command(command, now);
    }

    fn invoke(&mut self, target: &str, arguments: &str, calling: Calling, now: Now) {
        self.next += 1;
        let call = CallId(self.next);
        self.calls.insert(call, calling);
        let deadline = now.monotonic + CALL_DEADLINE;
        self.drive(
            Wire::Invoke {
                call,
                target,
                arguments,
                deadline,
            },
            now,
        );
    }

    fn settled(&mut self, call: CallId, outcome: Result<String, Error>, now: Now) {
        let Some(calling) = self.calls.remove(&call) else {
            return;
        };
        match calling {
            Calling::Available => {
                let available = outcome
                    .ok()
                    .and_then(|json| rte::subscribe::read_available(&json, &mut self.oddities).ok())
                    .unwrap_or_default();
                self.subscribe(&available, now);
            }
            Calling::Subscribe => match outcome {
                Ok(json) => {
                    match rte::subscribe::Answer::read(&json, &mut self.oddities) {
                        Ok(rte::subscribe::Answer::Items(results)) => {
                            for result in results {
                                self.subscriptions.answered(result.subscribed, || {
                                    let event = result.event.map_or("?", Kind::name);
                                    let why = result.message.as_deref().unwrap_or("refused");
                                    format!("{event} of {}: {why}", result.entity)
                                });
                            }
                        }
                        Ok(rte::subscribe::Answer::All(_)) => {}
                        Err(error) => {
                            self.view.trouble = Some(format!("The hub's answer to Subscribe: {error}."));
                        }
                    }
                    self.view.subscribed = (self.subscriptions.granted, self.subscriptions.wanted);
                    self.view.refused.clone_from(&self.subscriptions.refused);
                    self.changed = true;
                    self.subscribe_next(now);
                }
                Err(error) => {
                    self.view.trouble = Some(format!("The hub did not accept the subscriptions: {error}"));
                    self.changed = true;
                }
            },
            Calling::Command(id) => {
                if let Err(error) = outcome {
                    let failure = match error {
                        Error::SessionLost { .. } | Error::Stopped => Failure::ConnectionLost,
                        Error::NotConnected => Failure::Offline,
                        Error::TimedOut { .. } => Failure::NoAnswer,
                        other => Failure::NotTaken(other.to_string().into()),
                    };
                    self.flights.retain(|flight| flight.id != id);
                    self.model.borrow_mut().fail(id, failure, now.wall);
                }
            }
            Calling::Snapshot => {}
        }
    }

    // ---- commands ------------------------------------------------------------------------------------

    fn command(&mut self, command: Command, now: Now) {
        let control = command.control();
        let allowed = match control {
            None if !self.connected => Err(Off::Offline),
            None => Ok(()),
            Some(control) => self.model.borrow().allowed(SOURCE, control, command.call()),
        };
        match allowed {
            Ok(()) => {
                self.leaving |= matches!(command, Command::SignOut { .. });
                self.send_command(command, now);
            }
            // A second press of a button whose command is under way is no new wish.
            Err(Off::UnderWay) => {}
            Err(off) => {
                let id = self.next_invoke_id();
                let failure = if off == Off::Offline {
                    Failure::Offline
                } else {
                    Failure::NotAllowed
                };
                let mut model = self.model.borrow_mut();
                model.begin_command(id, command, now.wall);
                model.fail(id, failure, now.wall);
            }
        }
    }

    fn next_invoke_id(&mut self) -> InvokeId {
        self.next_invoke = self.next_invoke.wrapping_add(1).max(1);
        InvokeId(self.next_invoke)
    }

    fn send_command(&mut self, command: Command, now: Now) {
        let id = self.next_invoke_id();
        let encoded = {
            let model = self.model.borrow();
            let call = command
                .call()
                .and_then(|key| model.calls.get(key))
                .map(|call| &*call.id);
            ctios::command::encode(&command, id, call)
        };
        self.model.borrow_mut().begin_command(id, command, now.wall);
        let Some((method, arguments)) = encoded else {
            // The call has gone between the press and now.
            self.model.borrow_mut().fail(id, Failure::NotAllowed, now.wall);
            return;
        };
        self.flights.push(Flight { id, sent: now.wall });
        self.invoke(method, &arguments, Calling::Command(id), now);
    }

    fn own_state_changed(&mut self, to: crate::domain::agent::AgentState, now: Now) {
        // Whoever has asked to sign out leaves the desk when the server says so.
        if to == crate::domain::agent::AgentState::SignedOut && self.leaving {
            self.leaving = false;
            self.leave(now);
        }
    }

    fn tick(&mut self, now: Now) {
        let mut lost = false;
        let in_flight: Vec<InvokeId> = self
            .model
            .borrow()
            .desk
            .in_flight
            .iter()
            .map(|flight| flight.id)
            .collect();
        self.flights.retain(|flight| in_flight.contains(&flight.id));
        for flight in &self.flights {
            if now.wall.since(flight.sent) >= COMMAND_LOST {
                self.model
                    .borrow_mut()
                    .fail(flight.id, Failure::NoAnswer, now.wall);
                lost = true;
            }
        }
        if !self.flights.is_empty() {
            self.model.borrow_mut().mark_slow(now.wall, COMMAND_SLOW);
        }
        if lost && self.connected {
            // What the server did not answer, its snapshot tells.
            let id = self.next_invoke_id();
            let (method, arguments) = ctios::command::snapshot_device(id);
            self.invoke(method, &arguments, Calling::Snapshot, now);
        }
        if now.wall.since(self.last_second).abs() >= SECOND {
            self.last_second = now.wall;
            let heard = self.model.borrow().source(SOURCE).heard;
            if self.view.as_of != heard {
                self.view.as_of = heard;
                self.changed = true;
            }
        }
    }
}

/// What the connection said that concerns the session itself.
enum News {
    WantsToken(RequestId, TokenReason),
    Status(Status),
    Health(Health),
    Settled(CallId, Result<String, Error>),
}

/// Where the connection reports: messages go straight from the frame to the model, the rest is noted.
struct Inlet<'a> {
    model: &'a mut Model,
    settings: &'a Settings,
    telephony: Telephony,
    me: Option<&'a str>,
    time: &'a mut ServerTime,
    oddities: &'a mut Oddities,
    effects: &'a mut Vec<Effect>,
    news: &'a mut Vec<News>,
    wall: Moment,
}

impl Outlet for Inlet<'_> {
    fn act(&mut self, action: Action) {
        match action {
            Action::FetchToken { request, reason } => self.news.push(News::WantsToken(request, reason)),
            other => self.effects.push(Effect::Wire(other)),
        }
    }

    fn invocation(&mut self, target: &str, arguments: Payload<'_>) {
        let Inlet {
            model,
            settings,
            time,
            oddities,
            wall,
            ..
        } = self;
        let wall = *wall;
        if target.eq_ignore_ascii_case(rte::CLIENT_METHOD) {
            let server_now = Some(time.at(wall));
            // What is unreadable was counted by the decoder.
            let _ = rte::decode(arguments, settings, server_now, oddities, &mut |at, event| {
                if let Some(at) = at {
                    time.observe(at, wall);
                }
                model.apply(event, at, time.at(wall));
            });
        } else if self.telephony == Telephony::CtiOs && target.eq_ignore_ascii_case(ctios::CLIENT_METHOD) {
            let heard = time.at(wall);
            let _ = ctios::decode(arguments, settings, self.me, oddities, &mut |at, event| {
                model.apply(event, at, heard);
            });
        } else {
            oddities.count(crate::vendor::Oddity::UnknownEvent, "", target);
        }
    }

    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>) {
        let outcome =
            outcome.map(|payload| payload.map_or_else(String::new, |payload| payload.json().to_owned()));
        self.news.push(News::Settled(call, outcome));
    }

    fn changed(&mut self, status: &Status) {
        self.news.push(News::Status(status.clone()));
    }

    fn health(&mut self, health: Health) {
        self.news.push(News::Health(health));
    }

    fn bad_record(&mut self, _fault: RecordFault) {
        // Counted by the connection; the session reads the counter.
    }
}

fn next_try(trying: Trying, now: Now) -> Option<Moment> {
    match trying {
        Trying::At(at) => Some(now.wall.plus(at.value() - now.monotonic.value())),
        Trying::Now | Trying::WhenOnline => None,
    }
}

/// The host part of an address, for people.
fn host_of(address: &str) -> &str {
    let after = address.split_once("://").map_or(address, |(_, rest)| rest);
    after.split(['/', '?']).next().unwrap_or(after)
}

/// A body as a short plain text, for people.
fn plain_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.starts_with('<') {
        return String::new();
    }
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_not_quoted_as_a_reason() {
        assert_eq!(plain_text(b"<!doctype html><p>no"), "");
        assert_eq!(plain_text(b" Token expired.\n"), "Token expired.");
    }
}
