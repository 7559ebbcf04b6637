//! The driver: the session, the browser and the views, tied together.
//!
//! Lives here: feeding inputs to the session, doing what it says, and committing to the views once a frame.
//! May not be here: decisions; an `if` here is about the browser, never about the desk.
//! Frames while the page is seen, a timer while it is not: hidden pages get no frames (Page Lifecycle).
//! A clock that jumps ahead of the other means that the computer slept: the connection is probed at once.

use super::clock;
use super::http::Request;
use super::life::{Life, PageLife, is_visible};
use super::network::{Network, Pending, Socket};
use super::notify;
use super::port::{self, Portal};
use super::release;
use super::socket::SocketEvent;
use super::sound::Sound;
use super::tab::Competitor;
use super::timer::{Frame, Timer};
use crate::connection::{Action, Input as Wire, Millis, RequestId, SocketId};
use crate::domain::ids::CallKey;
use crate::domain::{Delta, Model, Moment, Transition};
use crate::embed::{self, Embedding, Present, Wish};
use crate::preferences::{Preferences, Signal};
use crate::session::config::Config;
use crate::session::{Contest, Desk, Effect, FetchId, Few, Input};
use crate::store::{Attending, AttentionView, Views};
use leptos::prelude::{ArcRwSignal, GetUntracked, Set, Update};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// How late a hidden page may be drawn, milliseconds.
const HIDDEN_COMMIT: i32 = 250;
/// How often the page's clock ticks, milliseconds.
const TICK: i64 = 1_000;
/// A gap between the clocks of this size means that the computer slept, milliseconds.
const SLEPT: i64 = 5_000;

/// Whoever has the words for people.
pub struct Voice {
    /// Told the transitions that people must hear of at once.
    pub tell: Box<dyn Fn(&Transition)>,
    /// Title and text of the notification of a ringing call.
    pub ringing: Box<dyn Fn(CallKey) -> [String; 2]>,
    /// Told what a portal wishes of the page itself.
    pub wish: Box<dyn Fn(Wish)>,
    /// Takes the page off the document.
    pub leave: Box<dyn Fn()>,
}

/// Ties a session to the browser and the views.
pub struct Driver {
    session: RefCell<Desk>,
    model: Rc<RefCell<Model>>,
    views: Views,
    voice: Voice,
    network: Network,
    sound: Sound,
    notification: RefCell<Option<(CallKey, notify::Shown)>>,
    competitor: RefCell<Option<Competitor>>,
    delta: RefCell<Delta>,
    sockets: RefCell<Few<SocketId, Socket>>,
    requests: RefCell<Few<RequestId, Pending>>,
    fetches: RefCell<Few<FetchId, Pending>>,
    commit: RefCell<Option<Commit>>,
    timer: RefCell<Option<Timer>>,
    timer_at: Cell<i64>,
    last_tick: Cell<(i64, i64)>,
    life: RefCell<Option<PageLife>>,
    embedding: RefCell<Option<Embedding>>,
    portal: RefCell<Option<Portal>>,
    /// The desk was put away: nothing happens any more.
    disposed: Cell<bool>,
}

/// A commit that is due; held so that it fires.
enum Commit {
    Frame { _frame: Frame },
    Timer { _timer: Timer },
}

impl Driver {
    /// Starts to drive `session`.
    pub fn start(
        session: Desk,
        model: Rc<RefCell<Model>>,
        views: Views,
        voice: Voice,
        network: Network,
    ) -> Rc<Self> {
        let now = clock::now();
        let heard = views.attention.clone();
        let sound = Sound::new(move |sound| change(&heard, |attention| attention.sound = sound));
        let driver = Rc::new(Self {
            session: RefCell::new(session),
            model,
            views,
            voice,
            network,
            sound,
            notification: RefCell::default(),
            competitor: RefCell::default(),
            delta: RefCell::default(),
            sockets: RefCell::default(),
            requests: RefCell::default(),
            fetches: RefCell::default(),
            commit: RefCell::default(),
            timer: RefCell::default(),
            timer_at: Cell::new(i64::MAX),
            last_tick: Cell::new((now.monotonic.value(), now.wall.0)),
            life: RefCell::default(),
            embedding: RefCell::default(),
            portal: RefCell::default(),
            disposed: Cell::new(false),
        });
        let weak = Rc::downgrade(&driver);
        *driver.life.borrow_mut() = Some(PageLife::listen(move |life| {
            if let Some(driver) = weak.upgrade() {
                driver.page_lived(life);
            }
        }));
        driver.views.desk.update(|desk| {
            desk.telephony = driver.session.borrow().has_telephony();
        });
        // What is due, overdue or old is judged by the time from the first row on.
        driver.show_time(now.wall);
        driver.follow_preferences();
        driver
    }

    /// Does as the agent prefers, from now on.
    pub fn follow_preferences(self: &Rc<Self>) {
        let Preferences { signals, volume, .. } = self.views.preferences.get_untracked();
        self.sound.set_volume(volume);
        self.feed(Input::Signals(signals));
    }

    /// In a gesture of a person: has the browser let the page sound.
    pub fn allow_sound(&self) {
        self.sound.allow();
    }

    /// In a gesture of a person: sounds the ring tone once.
    pub fn test_sound(&self) {
        self.sound.test();
    }

    /// In a gesture of a person: has the browser ask whether the page may show notifications.
    pub fn ask_for_notifications(&self) {
        let attention = self.views.attention.clone();
        notify::ask(move || look_at_permission(&attention));
    }

    /// Feeds one input and does what follows from it.
    pub fn feed(self: &Rc<Self>, input: Input<'_>) {
        if self.disposed.get() {
            return;
        }
        let now = clock::now();
        let effects = {
            let mut session = self.session.borrow_mut();
            session.step(input, now);
            session.take_effects()
        };
        for effect in effects {
            self.perform(effect);
        }
        self.show_session();
        if self.model.borrow().is_touched() {
            self.request_commit();
        }
        self.embed(embed::Input::Stepped);
        self.schedule();
    }

    fn show_session(&self) {
        let mut session = self.session.borrow_mut();
        if session.take_changed() {
            self.views.connection.set(session.connection().clone());
            if leptos::prelude::WithUntracked::with_untracked(&self.views.screen, |screen| {
                screen != session.screen()
            }) {
                self.views.screen.set(session.screen().clone());
            }
            let (reasons, texts) = (session.reasons(), session.wrap_up_reasons());
            self.views.desk.update(|desk| {
                if desk.reasons.as_slice() != reasons {
                    desk.reasons = Arc::new(reasons.to_vec());
                }
                if desk.wrap_up_reasons.as_slice() != texts {
                    desk.wrap_up_reasons = Arc::new(texts.to_vec());
                }
            });
        }
        if session.take_resync() {
            self.views.recommit(&self.model.borrow());
        }
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Tell(transition) => {
                (self.voice.tell)(&transition);
                self.embed(embed::Input::Told(&transition));
            }
            Effect::PortalCommand(ticket, outcome) => self.embed(embed::Input::Sent(ticket, outcome)),
            Effect::AskPortal(wanted) => self.embed(embed::Input::WantsToken(wanted)),
            Effect::Attend(attending) => self.attend(attending),
            Effect::Compete(contest) => self.compete(contest),
            Effect::Reload(release) => release::reload(&release),
            Effect::Fetch {
                fetch,
                url,
                authorization,
                with_credentials,
            } => {
                let weak = Rc::downgrade(self);
                let request = Request {
                    post: false,
                    url,
                    headers: None,
                    authorization: authorization.map(|secret| secret.expose().to_owned()),
                    with_credentials,
                };
                let pending = self.network.send(request, move |outcome| {
                    let Some(driver) = weak.upgrade() else { return };
                    let pending = driver.fetches.borrow_mut().remove(&fetch);
                    match outcome {
                        Ok(answer) => driver.feed(Input::Fetched {
                            fetch,
                            status: answer.status,
                            body: &answer.body,
                        }),
                        Err(text) => driver.feed(Input::FetchFailed { fetch, text: &text }),
                    }
                    drop(pending);
                });
                self.fetches.borrow_mut().insert(fetch, pending);
            }
            Effect::Wire(action) => self.wire(action),
        }
    }

    fn wire(self: &Rc<Self>, action: Action) {
        match action {
            // The session answers this one itself.
            Action::FetchToken { .. } => {}
            Action::Post {
                request,
                url,
                token,
                headers,
            } => {
                let weak = Rc::downgrade(self);
                let exchange = Request {
                    post: true,
                    url: url.expose().to_owned(),
                    headers: Some(headers),
                    authorization: token.map(|token| format!("Bearer {}", token.expose())),
                    with_credentials: true,
                };
                let pending = self.network.send(exchange, move |outcome| {
                    let Some(driver) = weak.upgrade() else { return };
                    let pending = driver.requests.borrow_mut().remove(&request);
                    match outcome {
                        Ok(answer) => driver.feed(Input::Wire(Wire::Answered {
                            request,
                            status: answer.status,
                            body: &answer.body,
                            retry_after: answer.retry_after,
                        })),
                        Err(text) => driver.feed(Input::Wire(Wire::Unanswered { request, text: &text })),
                    }
                    drop(pending);
                });
                self.requests.borrow_mut().insert(request, pending);
            }
            Action::Abandon { request } => {
                self.requests.borrow_mut().remove(&request);
            }
            Action::OpenSocket { socket, url } => {
                let weak = Rc::downgrade(self);
                let opened = self
                    .network
                    .open(url.expose(), move |event| report(&weak, socket, event));
                match opened {
                    Some(open) => {
                        self.sockets.borrow_mut().insert(socket, open);
                    }
                    None => self.feed(Input::Wire(Wire::SocketClosed {
                        socket,
                        code: 1006,
                        reason: "the browser refuses this address",
                        clean: false,
                    })),
                }
            }
            Action::Send { socket, frame } => {
                if let Some(open) = self.sockets.borrow().get(&socket) {
                    open.send(&frame);
                }
            }
            Action::CloseSocket { socket } => {
                let closing = self.sockets.borrow_mut().remove(&socket);
                drop(closing);
            }
        }
    }

    // ---- attention -----------------------------------------------------------------------------------

    fn attend(&self, attending: Attending) {
        change(&self.views.attention, |attention| attention.attending = attending);
        self.sound.ring(attending.call_for(Signal::Sound).is_some());
        self.notify(attending.call_for(Signal::Notification));
    }

    /// Shows the notification of a call, or none. Whoever is at the page already needs none.
    fn notify(&self, call: Option<CallKey>) {
        let shown = self.notification.borrow().as_ref().map(|(call, _)| *call);
        if shown == call {
            return;
        }
        let call = call.filter(|_| !has_focus());
        let notification = call.and_then(|call| {
            let [title, text] = (self.voice.ringing)(call);
            let id = self.model.borrow().calls.get(call).map(|call| call.id.clone())?;
            let tag = ["switchhook-call-", &id].concat();
            Some((call, notify::Shown::new(&title, &text, &tag)?))
        });
        self.notification.replace(notification);
    }

    fn compete(self: &Rc<Self>, contest: Option<Contest>) {
        // First the one is ended, then the next begun: a tab does not compete with itself.
        self.competitor.take();
        let weak = Rc::downgrade(self);
        let competitor = contest.map(|contest| {
            Competitor::new(contest, move |tab| {
                if let Some(driver) = weak.upgrade() {
                    driver.feed(Input::Tab(tab));
                }
            })
        });
        self.competitor.replace(competitor);
    }

    // ---- the portal ----------------------------------------------------------------------------------

    /// Speaks with the portal that shows the page, where the site names it; `build` names the page's files.
    pub fn be_embedded(self: &Rc<Self>, config: &Config, build: &str) {
        let Some(nonce) = port::nonce() else { return };
        let frame = embed::Frame {
            parent: port::who_shows(),
            nonce,
            build: build.into(),
        };
        let embedding = Embedding::new(config, frame);
        if !embedding.may_speak() {
            return;
        }
        let weak = Rc::downgrade(self);
        let portal = Portal::listen(move |arrival| {
            let Some(driver) = weak.upgrade() else { return };
            driver.embed(arrival);
        });
        self.embedding.replace(Some(embedding));
        self.portal.replace(portal);
        self.embed(embed::Input::Begin);
        self.schedule();
    }

    /// Tells the portal how much room the page needs for what is open over it.
    pub fn want_room(self: &Rc<Self>, room: Option<(u32, u32)>) {
        self.embed(embed::Input::Room(room));
    }

    /// Feeds one input to what is between desk and portal, and does what follows from it.
    fn embed(self: &Rc<Self>, input: embed::Input<'_>) {
        let effects = {
            let mut embedding = self.embedding.borrow_mut();
            let Some(embedding) = embedding.as_mut() else {
                return;
            };
            let (session, model) = (self.session.borrow(), self.model.borrow());
            let now = clock::now();
            // Asked for by diagnostics alone, and this is done for every message.
            let oddities = || {
                let met = session.oddities();
                met.tallies().iter().map(|tally| tally.count).sum::<u64>() + met.beyond()
            };
            let present = Present {
                model: &model,
                screen: session.screen(),
                connection: session.connection(),
                reasons: session.reasons(),
                ringing: self.views.attention.get_untracked().attending.call,
                server_now: session.server_now(now.wall),
                oddities: &oddities,
            };
            embedding.step(input, &present, now);
            embedding.take_effects()
        };
        for effect in effects {
            self.perform_for_portal(effect);
        }
    }

    fn perform_for_portal(self: &Rc<Self>, effect: embed::Effect) {
        let on_portal = |act: &dyn Fn(&Portal)| {
            if let Some(portal) = &*self.portal.borrow() {
                act(portal);
            }
        };
        match effect {
            embed::Effect::ToWindow { origin, json } => {
                port::post_to_window(&origin, &json);
            }
            embed::Effect::TakePort => on_portal(&Portal::take_port),
            embed::Effect::ToPort(json) => on_portal(&|portal| portal.post(&json)),
            // The listener that is at work may be its own.
            embed::Effect::ClosePort => keep_until_later(self.portal.take()),
            embed::Effect::Command(ticket, command) => self.feed(Input::PortalCommand(ticket, command)),
            embed::Effect::Token(token) => self.feed(Input::PortalToken(token)),
            embed::Effect::Wish(wish) => (self.voice.wish)(wish),
            embed::Effect::Dispose => self.dispose(),
        }
    }

    /// Puts the desk away: the session is left, and every socket, request, timer, lock and listener ended.
    fn dispose(self: &Rc<Self>) {
        self.feed(Input::Leave);
        self.disposed.set(true);
        self.life.take();
        self.competitor.take();
        self.notification.take();
        self.sockets.take();
        self.requests.take();
        self.fetches.take();
        self.network.end();
        keep_until_later(self.commit.take());
        keep_until_later(self.timer.take());
        self.sound.end();
        (self.voice.leave)();
        // The script beside the page then waits for no heartbeat any more.
        clock::mark_root("data-disposed", "true");
    }

    // ---- the page's life -----------------------------------------------------------------------------

    fn page_lived(self: &Rc<Self>, life: Life) {
        match life {
            Life::Shown => {
                self.feed(Input::Wire(Wire::Wake));
                self.feed(Input::Tick);
            }
            Life::Frozen => self.feed(Input::Frozen),
            Life::Resumed => {
                self.feed(Input::Resumed);
                self.feed(Input::Tick);
            }
            Life::Online => self.feed(Input::Wire(Wire::Online)),
            Life::Offline => self.feed(Input::Wire(Wire::Offline)),
            Life::Hidden => {
                // A frame that was asked for while visible may never come.
                if self.commit.borrow_mut().take().is_some() {
                    self.request_commit();
                }
                let attending = self.views.attention.get_untracked().attending;
                self.notify(attending.call_for(Signal::Notification));
            }
        }
    }

    // ---- committing ----------------------------------------------------------------------------------

    fn request_commit(self: &Rc<Self>) {
        if self.commit.borrow().is_some() {
            return;
        }
        let weak = Rc::downgrade(self);
        let fire = move || {
            if let Some(driver) = weak.upgrade() {
                driver.commit_now();
            }
        };
        let commit = if is_visible() {
            Frame::next(fire).map(|frame| Commit::Frame { _frame: frame })
        } else {
            Timer::after(HIDDEN_COMMIT, fire).map(|timer| Commit::Timer { _timer: timer })
        };
        *self.commit.borrow_mut() = commit;
    }

    fn commit_now(self: &Rc<Self>) {
        // The closure that runs now is owned by what is taken here: it is dropped at the end of this call.
        let fired = self.commit.borrow_mut().take();
        let mut delta = self.delta.borrow_mut();
        delta.clear();
        self.model.borrow_mut().take_delta(&mut delta);
        self.views.commit(&self.model.borrow(), &delta);
        self.embed(embed::Input::Drawn(&delta));
        keep_until_later(fired);
    }

    // ---- time ----------------------------------------------------------------------------------------

    fn schedule(self: &Rc<Self>) {
        let due = self.last_tick.get().0 + TICK;
        let session = self.session.borrow().next_wake().map(Millis::value);
        let embedding = self.embedding.borrow().as_ref().and_then(Embedding::next_wake);
        let wake = [session, embedding].into_iter().flatten().fold(due, i64::min);
        if wake >= self.timer_at.get() && self.timer.borrow().is_some() {
            return;
        }
        let wait = (wake - clock::monotonic().value()).clamp(0, TICK);
        let weak = Rc::downgrade(self);
        let timer = Timer::after(i32::try_from(wait).unwrap_or(i32::MAX), move || {
            if let Some(driver) = weak.upgrade() {
                driver.timer_fired();
            }
        });
        self.timer_at.set(wake);
        let replaced = self.timer.replace(timer);
        keep_until_later(replaced);
    }

    fn timer_fired(self: &Rc<Self>) {
        self.timer_at.set(i64::MAX);
        let now = clock::now();
        let (monotonic, wall) = self.last_tick.get();
        let passed = now.monotonic.value() - monotonic;
        if passed >= TICK {
            self.last_tick.set((now.monotonic.value(), now.wall.0));
            if (now.wall.0 - wall) - passed > SLEPT || passed > 4 * SLEPT {
                self.feed(Input::Resumed);
            }
            self.show_time(now.wall);
        }
        self.embed(embed::Input::Tick);
        self.feed(Input::Tick);
    }

    fn show_time(&self, wall: Moment) {
        self.views.now.set(self.session.borrow().server_now(wall));
        // The script beside the page takes a heartbeat that stops for a crash.
        clock::mark_root("data-heartbeat", &wall.0.to_string());
        // No event tells that somebody has changed it in the browser's settings.
        look_at_permission(&self.views.attention);
    }
}

/// Changes what is shown of attention, where it is another.
fn change(view: &ArcRwSignal<AttentionView>, change: impl FnOnce(&mut AttentionView)) {
    let before = view.get_untracked();
    let mut after = before;
    change(&mut after);
    if after != before {
        view.set(after);
    }
}

fn look_at_permission(view: &ArcRwSignal<AttentionView>) {
    change(view, |attention| attention.notifications = notify::permission());
}

fn has_focus() -> bool {
    let document = clock::window().and_then(|window| window.document());
    document.is_some_and(|document| document.has_focus().is_ok_and(|focus| focus))
}

fn report(driver: &Weak<Driver>, socket: SocketId, event: SocketEvent<'_>) {
    let Some(driver) = driver.upgrade() else { return };
    let wire = match event {
        SocketEvent::Opened => Wire::SocketOpened { socket },
        SocketEvent::Text(bytes) => Wire::SocketData {
            socket,
            bytes,
            binary: false,
        },
        SocketEvent::Binary(bytes) => Wire::SocketData {
            socket,
            bytes,
            binary: true,
        },
        SocketEvent::Closed { code, reason, clean } => Wire::SocketClosed {
            socket,
            code,
            reason,
            clean,
        },
    };
    driver.feed(Input::Wire(wire));
}

/// Drops a value after the present callback: a closure must not be freed while it runs.
fn keep_until_later<T: 'static>(value: Option<T>) {
    if let Some(value) = value {
        wasm_bindgen_futures::spawn_local(async move { drop(value) });
    }
}
