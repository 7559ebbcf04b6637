//! The machine: what comes from the portal and from the desk goes in, what is to be posted and done comes out.
//!
//! Lives here: the handshake, what was told last, the commands that wait for an answer, the counters.
//! May not be here: reading and writing (their own files), whether a mask allows a command (the session asks).
//! Before the handshake a stranger is anybody; afterwards the port is the portal, and the window says nothing more.
//! Everything that waits is bounded and has a deadline, so a portal that vanishes leaves nothing behind.

use super::answer::{Code, Fault, fate};
use super::message::{Envelope, Id, LONGEST, NoMessage, Said};
use super::names::{TOPICS, WITHOUT_ASKING};
use super::picture::{Present, Slot, least_room, short};
use super::request::{self, Request, View};
use super::write::Object;
use crate::connection::Secret;
use crate::domain::command::{Command, InvokeId};
use crate::domain::ids::{CallKey, CallbackKey, Ref, SourceId};
use crate::domain::model::Off;
use crate::domain::{Delta, Transition};
use crate::preferences::Theme;
use crate::session::config::{Chosen, Config, Embed, ScreenPop, TokenSource};
use crate::session::state::Layout;
use crate::session::{Now, PortalWants, Ticket};
use crate::words::Language;
use rustc_hash::FxHashMap;

/// When `hello` is said again, milliseconds after the first time.
const HELLOS: [i64; 6] = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
/// Commands that may wait for an answer.
const MOST_WAITING: usize = 64;
/// Messages a second that are answered though they are no requests.
const MOST_COMPLAINTS: u32 = 10;
/// Sources that a call's id may be of.
const SOURCES: u8 = 32;

/// Who has the window above the page's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// Nobody: the desk has a tab of its own.
    None,
    /// A page of this origin.
    Origin(Box<str>),
    /// A page of whose origin the browser says nothing.
    Unknown,
}

/// What the machine is told of the page once.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Who shows it.
    pub parent: Parent,
    /// 128 random bits, as text.
    pub nonce: Box<str>,
    /// What names this build.
    pub build: Box<str>,
}

/// Everything that can happen between desk and portal.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The page has its configuration.
    Begin,
    /// A message came to the window.
    Window {
        /// Where from, as the browser says.
        origin: &'a str,
        /// The window above this one sent it.
        from_parent: bool,
        /// A port came with it.
        has_port: bool,
        /// What it says.
        said: Said<'a>,
    },
    /// A message came through the port.
    Port(Said<'a>),
    /// The other end of the port has gone.
    PortClosed,
    /// The desk tells people this.
    Told(&'a Transition),
    /// The session has handled an input: commands may have been answered, and what there is one of may be another.
    Stepped,
    /// The view has drawn this: what is enabled, and callbacks, may be others.
    Drawn(&'a Delta),
    /// What became of a command's sending.
    Sent(Ticket, Result<InvokeId, Off>),
    /// The session wants a token of the portal's, or no longer does.
    WantsToken(Option<PortalWants>),
    /// The page needs this much room for what is open over it; `None`: its own.
    Room(Option<(u32, u32)>),
    /// A time that [`Embedding::next_wake`] has named may have come.
    Tick,
}

/// What the page itself is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// These colours, for this page.
    Theme(Theme),
    /// This language, for this page.
    Locale(Language),
    /// This layout, for this page.
    Layout(Layout),
    /// This number in the field for numbers.
    Prefill(Box<str>),
    /// This part of the desk in sight.
    Open(View),
}

/// Something for the shell to do, in order.
#[derive(Debug)]
pub enum Effect {
    /// Post to the window above, for a page of this origin alone.
    ToWindow {
        /// The origin.
        origin: Box<str>,
        /// The message, as JSON.
        json: String,
    },
    /// The port that came with the message at hand is the portal's.
    TakePort,
    /// Post to the port.
    ToPort(String),
    /// Close the port.
    ClosePort,
    /// Hand this to the session, as a portal's.
    Command(Ticket, Command),
    /// The portal gives the session this token.
    Token(Secret),
    /// The page itself.
    Wish(Wish),
    /// Put the desk away: sockets, timers, locks, listeners, everything on the page.
    Dispose,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nobody is spoken with.
    Silent,
    /// `hello` was said so many times since.
    Calling { since: i64, said: usize },
    /// The port is the portal's.
    Joined,
    /// The portal has gone, or has put the desk away.
    Over,
}

/// A command without an answer.
struct Waiting {
    ticket: Ticket,
    re: Option<Id>,
    deadline: i64,
    /// Its name, once it was sent.
    sent: Option<InvokeId>,
}

/// What was counted and told nobody.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    /// Messages of windows that have no business here.
    strangers: u32,
    /// `init` with a wrong or used nonce, or without a port.
    handshakes: u32,
    /// Messages that were none.
    malformed: u32,
    /// Requests that were refused.
    refused: u32,
    /// Messages that would have been too long, and were not posted.
    unsaid: u32,
}

/// The desk's side of `ccd/1`.
pub struct Embedding {
    site: Embed,
    pub(super) screen_pop: ScreenPop,
    /// The site has its tokens from the portal.
    takes_token: bool,
    frame: Frame,
    pub(super) stage: Stage,
    /// What the portal is told of.
    pub(super) granted: Chosen,
    pub(super) layout: Layout,
    pub(super) room: Option<(u32, u32)>,
    wants_token: Option<PortalWants>,
    pub(super) told: Vec<(Slot, String)>,
    pub(super) callbacks: FxHashMap<CallbackKey, Box<str>>,
    waiting: Vec<Waiting>,
    next_ticket: u32,
    /// Complaints in the second that began then.
    complaints: (i64, u32),
    counters: Counters,
    effects: Vec<Effect>,
}

impl Embedding {
    /// The machine for a site, in a frame.
    pub fn new(config: &Config, frame: Frame) -> Self {
        let mut granted = Chosen::none(&TOPICS);
        for topic in TOPICS.iter().take(WITHOUT_ASKING) {
            granted.add(topic);
        }
        Self {
            site: config.embed.clone(),
            screen_pop: config.screen_pop.clone(),
            takes_token: config.hubs.iter().any(|hub| hub.token == TokenSource::Portal),
            frame,
            stage: Stage::Silent,
            granted,
            layout: config.layout,
            room: None,
            wants_token: None,
            told: Vec::new(),
            callbacks: FxHashMap::default(),
            waiting: Vec::new(),
            next_ticket: 0,
            complaints: (0, 0),
            counters: Counters::default(),
            effects: Vec::new(),
        }
    }

    /// Whether anybody can ever be spoken with: a desk in a tab of its own, or in a stranger's frame, is as any other.
    pub fn may_speak(&self) -> bool {
        let origins = &self.site.origins;
        match &self.frame.parent {
            Parent::None => false,
            Parent::Origin(origin) => origins.contains(origin),
            Parent::Unknown => !origins.is_empty(),
        }
    }

    /// What is to be done, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// When the machine wants a `Tick` at the latest, in milliseconds of the clock that never runs backwards.
    pub fn next_wake(&self) -> Option<i64> {
        match self.stage {
            Stage::Calling { since, said } => HELLOS.get(said.checked_sub(1)?).map(|after| since + after),
            Stage::Joined => self.waiting.iter().map(|waiting| waiting.deadline).min(),
            Stage::Silent | Stage::Over => None,
        }
    }

    /// Handles one input; what is to be done is fetched with [`Embedding::take_effects`].
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an input is given once, as to the session"
    )]
    pub fn step(&mut self, input: Input<'_>, present: &Present<'_>, now: Now) {
        let time = now.monotonic.value();
        match input {
            Input::Begin => {
                if self.may_speak() && self.stage == Stage::Silent {
                    self.stage = Stage::Calling { since: time, said: 0 };
                    self.call_out(time);
                }
            }
            Input::Window {
                origin,
                from_parent,
                has_port,
                said,
            } => self.hear_window(origin, from_parent, has_port, said, present, time),
            Input::Port(said) => self.hear_port(said, present, time),
            Input::PortClosed => self.end(),
            Input::Told(transition) => self.tell_of(transition, present),
            Input::Stepped => {
                self.settle(present);
                self.look(present);
            }
            Input::Drawn(delta) => self.look_at_drawn(delta, present),
            Input::Sent(ticket, outcome) => {
                self.sent(ticket, outcome);
                self.settle(present);
            }
            Input::WantsToken(wanted) => {
                self.wants_token = wanted;
                self.ask_for_token();
            }
            Input::Room(room) => {
                self.room = room;
                self.look(present);
            }
            Input::Tick => {
                self.call_out(time);
                self.settle(present);
                self.give_up(time);
            }
        }
    }

    // ---- the handshake -------------------------------------------------------------------------------------------

    /// Says `hello` as often as it is due.
    fn call_out(&mut self, time: i64) {
        let Stage::Calling { since, said } = self.stage else {
            return;
        };
        let due = HELLOS.iter().filter(|after| time - since >= **after).count() + 1;
        if due > said {
            self.stage = Stage::Calling { since, said: due };
            let origins = match &self.frame.parent {
                Parent::Origin(origin) => vec![origin.clone()],
                _ => self.site.origins.clone(),
            };
            for origin in origins {
                self.say_hello(origin);
            }
        }
    }

    fn say_hello(&mut self, origin: Box<str>) {
        let json = Object::new()
            .number("ccd", 1)
            .text("type", "hello")
            .text("nonce", &self.frame.nonce)
            .done();
        self.effects.push(Effect::ToWindow { origin, json });
    }

    fn hear_window(
        &mut self,
        origin: &str,
        from_parent: bool,
        has_port: bool,
        said: Said<'_>,
        present: &Present<'_>,
        time: i64,
    ) {
        let origin = self
            .site
            .origins
            .iter()
            .find(|known| ***known == *origin)
            .cloned();
        let Some(origin) = origin.filter(|_| from_parent && self.may_speak()) else {
            count(&mut self.counters.strangers);
            return;
        };
        // A portal may post to its frames for reasons of its own: what is none of ours is counted and not answered.
        let Ok(message) = Envelope::read(said) else {
            count(&mut self.counters.malformed);
            return;
        };
        let is_calling = matches!(self.stage, Stage::Calling { .. });
        match &*message.kind {
            "hello" if is_calling && self.may_complain(time) => self.say_hello(origin),
            "init"
                if is_calling
                    && has_port
                    && message.whole.text("nonce").as_deref() == Some(&*self.frame.nonce) =>
            {
                self.join(&message, present);
            }
            "init" => count(&mut self.counters.handshakes),
            _ => count(&mut self.counters.strangers),
        }
    }

    fn join(&mut self, init: &Envelope<'_>, present: &Present<'_>) {
        self.stage = Stage::Joined;
        self.effects.push(Effect::TakePort);
        let said = init.whole;
        let mut faults = Vec::new();
        if let Some(theme) = given(request::theme, said.get("theme"), &mut faults) {
            self.wish(Wish::Theme(theme));
        }
        if let Some(language) = given(request::language, said.get("locale"), &mut faults) {
            self.wish(Wish::Locale(language));
        }
        if let Some(layout) = given(request::layout, said.get("layout"), &mut faults) {
            self.set_layout(layout);
        }
        if let Some(topics) = given(request::topics, said.get("subscribe"), &mut faults) {
            self.grant(topics);
        }
        let mut has_token = false;
        if let Some(token) = given(request::token, said.get("token"), &mut faults) {
            let taken = self.take_token(token);
            has_token = taken.is_ok();
            faults.extend(taken.err());
        }
        self.post_ready();
        for fault in faults {
            self.complain(&fault);
        }
        if !has_token {
            self.ask_for_token();
        }
        self.tell_everything(self.granted, present);
    }

    fn post_ready(&mut self) {
        let (width, height) = least_room(self.layout);
        let minimum = Object::new().number("width", width).number("height", height);
        let data = Object::new()
            .number("version", 1)
            .text("build", &self.frame.build)
            .names("capabilities", self.site.commands.iter())
            .names("topics", self.granted.iter())
            .text("layout", self.layout.name())
            .raw("minimum", &minimum.done())
            .done();
        self.post("ready", &data);
    }

    fn ask_for_token(&mut self) {
        if let Some(wanted) = self.wants_token {
            let reason = match wanted {
                PortalWants::SignIn => "signIn",
                PortalWants::Expired => "expired",
                PortalWants::Refused => "refused",
            };
            self.post("tokenRequired", &Object::new().text("reason", reason).done());
        }
    }

    /// The portal has gone: nobody is told anything any more, and nothing waits.
    fn end(&mut self) {
        if self.stage == Stage::Joined {
            self.stage = Stage::Over;
            self.told.clear();
            self.callbacks.clear();
            self.waiting.clear();
        }
    }

    // ---- requests ------------------------------------------------------------------------------------------------

    fn hear_port(&mut self, said: Said<'_>, present: &Present<'_>, time: i64) {
        if self.stage != Stage::Joined {
            return;
        }
        let message = match Envelope::read(said) {
            Ok(message) => message,
            Err(NoMessage::TooLarge(id)) => {
                let fault = Fault::new(Code::TooLarge, "A message has at most 64 KiB and 16 levels.");
                if id.is_some() {
                    self.answer(id.as_ref(), Err(fault));
                } else {
                    self.complain_in_time(&fault, time);
                }
                return;
            }
            Err(NoMessage::Malformed) => {
                count(&mut self.counters.malformed);
                self.complain_in_time(&Fault::malformed("This is no message of ccd/1."), time);
                return;
            }
        };
        let id = message.id.clone();
        let asked = request::deadline(message.data)
            .and_then(|deadline| Ok((deadline, Request::read(&message.kind, message.data)?)));
        let done = match asked {
            Err(fault) => Err(fault),
            Ok((deadline, request)) => self.handle(request, id.as_ref(), time + deadline, present),
        };
        match done {
            Ok(Done::Now(data)) => self.answer(id.as_ref(), Ok(data)),
            Ok(Done::Later) => {}
            Err(fault) => self.answer(id.as_ref(), Err(fault)),
        }
    }

    fn handle(
        &mut self,
        request: Request,
        id: Option<&Id>,
        deadline: i64,
        present: &Present<'_>,
    ) -> Result<Done, Fault> {
        match request {
            Request::Token(token) => self.take_token(token)?,
            Request::Theme(theme) => self.wish(Wish::Theme(theme)),
            Request::Locale(language) => {
                self.wish(Wish::Locale(language));
                return Ok(Done::Now(Some(Object::new().text("lang", language.tag()))));
            }
            Request::Layout(layout) => {
                self.set_layout(layout);
                self.look(present);
            }
            Request::Open(view) => {
                signed_in(present)?;
                self.wish(Wish::Open(view));
            }
            Request::Snapshot => return Ok(Done::Now(Some(self.snapshot(present)))),
            Request::Subscribe(topics) => {
                let before = self.granted;
                self.grant(topics);
                let data = Object::new().names("topics", self.granted.iter());
                self.answer(id, Ok(Some(data)));
                let mut news = Chosen::none(&TOPICS);
                for topic in self.granted.iter().filter(|topic| !before.has(topic)) {
                    news.add(topic);
                }
                self.tell_everything(news, present);
                return Ok(Done::Later);
            }
            Request::Unsubscribe(topics) => {
                let mut left = Chosen::none(&TOPICS);
                for topic in self.granted.iter().filter(|topic| !topics.has(topic)) {
                    left.add(topic);
                }
                self.granted = left;
                self.told.retain(|(slot, _)| left.has(slot.topic()));
                if !left.has("callbacks") {
                    self.callbacks.clear();
                }
                return Ok(Done::Now(Some(Object::new().names("topics", left.iter()))));
            }
            Request::Dial { number, place } => {
                self.permitted("dial")?;
                signed_in(present)?;
                if place {
                    return self.command(Command::Dial { number }, id, deadline);
                }
                self.wish(Wish::Prefill(number));
                return Ok(Done::Now(Some(Object::new().text("phase", "done"))));
            }
            Request::Act(action, call, with) => {
                self.permitted(action.name)?;
                signed_in(present)?;
                let call = match call {
                    None => present.model.desk.current,
                    Some(id) => find(present, &id),
                };
                let call = call.ok_or(Fault::new(Code::NoSuchCall, "The desk has no such call."))?;
                return self.command((action.command)(call, &with), id, deadline);
            }
            Request::Become(state, reason) => {
                self.permitted(state.name)?;
                signed_in(present)?;
                return self.command((state.command)(reason), id, deadline);
            }
            Request::Diagnostics => return Ok(Done::Now(Some(self.diagnostics(present)))),
            Request::Dispose => {
                self.dispose(id);
                return Ok(Done::Later);
            }
        }
        Ok(Done::Now(None))
    }

    fn take_token(&mut self, token: Secret) -> Result<(), Fault> {
        if !self.takes_token {
            return Err(Fault::new(
                Code::NotPermitted,
                "\"source.token\" of the desk's config.json is not \"portal\".",
            ));
        }
        self.effects.push(Effect::Token(token));
        Ok(())
    }

    fn permitted(&self, command: &str) -> Result<(), Fault> {
        let has = self.site.commands.has(command);
        has.then_some(()).ok_or(Fault::new(
            Code::NotPermitted,
            "\"embed.allowCommands\" of the desk's config.json does not allow it.",
        ))
    }

    fn command(&mut self, command: Command, id: Option<&Id>, deadline: i64) -> Result<Done, Fault> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(Fault::new(
                Code::Busy,
                "64 commands wait for their answers already.",
            ));
        }
        self.next_ticket = self.next_ticket.wrapping_add(1);
        let ticket = Ticket(self.next_ticket);
        self.waiting.push(Waiting {
            ticket,
            re: id.cloned(),
            deadline,
            sent: None,
        });
        self.effects.push(Effect::Command(ticket, command));
        Ok(Done::Later)
    }

    fn sent(&mut self, ticket: Ticket, outcome: Result<InvokeId, Off>) {
        let place = self.waiting.iter().position(|waiting| waiting.ticket == ticket);
        let Some(place) = place else { return };
        match outcome {
            Ok(invoke) => {
                if let Some(waiting) = self.waiting.get_mut(place) {
                    waiting.sent = Some(invoke);
                }
            }
            Err(off) => {
                let waiting = self.waiting.remove(place);
                self.answer(waiting.re.as_ref(), Err(Fault::off(off)));
            }
        }
    }

    /// Answers the commands of which something is known.
    fn settle(&mut self, present: &Present<'_>) {
        let mut place = 0;
        while let Some(waiting) = self.waiting.get(place) {
            match waiting.sent.and_then(|sent| fate(present.model, sent)) {
                None => place += 1,
                Some(fate) => {
                    let waiting = self.waiting.remove(place);
                    let data = fate.map(|phase| Some(Object::new().text("phase", phase)));
                    self.answer(waiting.re.as_ref(), data);
                }
            }
        }
    }

    /// Answers the commands that have waited long enough.
    fn give_up(&mut self, time: i64) {
        let late = self.waiting.extract_if(.., |waiting| waiting.deadline <= time);
        let late: Vec<Waiting> = late.collect();
        for waiting in late {
            self.answer(waiting.re.as_ref(), Err(Fault::late()));
        }
    }

    fn wish(&mut self, wish: Wish) {
        self.effects.push(Effect::Wish(wish));
    }

    fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
        self.wish(Wish::Layout(layout));
    }

    /// Adds the topics that the site lets portals have.
    fn grant(&mut self, topics: Chosen) {
        for (place, topic) in TOPICS.iter().enumerate() {
            if topics.has(topic) && (place < WITHOUT_ASKING || self.site.topics.has(topic)) {
                self.granted.add(topic);
            }
        }
    }

    fn dispose(&mut self, id: Option<&Id>) {
        for waiting in std::mem::take(&mut self.waiting) {
            let fault = Fault::new(Code::Disposed, "The desk was put away.");
            self.answer(waiting.re.as_ref(), Err(fault));
        }
        self.effects.push(Effect::Dispose);
        self.answer(id, Ok(None));
        self.effects.push(Effect::ClosePort);
        self.end();
    }

    fn diagnostics(&self, present: &Present<'_>) -> Object {
        let counters = self.counters;
        let counted = Object::new()
            .number("strangers", counters.strangers)
            .number("refusedHandshakes", counters.handshakes)
            .number("malformed", counters.malformed)
            .number("refused", counters.refused)
            .number("unsaid", counters.unsaid)
            .number("oddities", (present.oddities)().cast_signed())
            .number("badRecords", present.connection.bad_records.cast_signed());
        Object::new()
            .number("version", 1)
            .text("build", &self.frame.build)
            .text("layout", self.layout.name())
            .flag("signedIn", present.is_signed_in())
            .raw("connection", &present.connection())
            .number("waiting", i64::try_from(self.waiting.len()).unwrap_or(i64::MAX))
            .raw("counters", &counted.done())
    }

    // ---- posting -------------------------------------------------------------------------------------------------

    /// Tells of something lasting, unless that is what was told last.
    pub(super) fn tell_slot(&mut self, slot: Slot, data: &str) {
        if !self.granted.has(slot.topic()) {
            return;
        }
        match self.told.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, told)) if *told == data => return,
            Some((_, told)) => data.clone_into(told),
            None => self.told.push((slot, data.to_owned())),
        }
        self.post(slot.kind(), data);
    }

    /// Forgets that something was told; whether it was.
    pub(super) fn forget(&mut self, slot: Slot) -> bool {
        let before = self.told.len();
        self.told.retain(|(known, _)| *known != slot);
        self.told.len() != before
    }

    pub(super) fn tell(&mut self, topic: &str, kind: &str, data: &str) {
        if self.granted.has(topic) {
            self.post(kind, data);
        }
    }

    pub(super) fn post(&mut self, kind: &str, data: &str) {
        let message = Object::new()
            .number("ccd", 1)
            .text("type", kind)
            .raw("data", data);
        self.put(message.done());
    }

    fn answer(&mut self, id: Option<&Id>, outcome: Result<Option<Object>, Fault>) {
        if outcome.is_err() {
            count(&mut self.counters.refused);
        }
        let Some(id) = id else { return };
        let answer = id
            .written(Object::new().number("ccd", 1))
            .flag("ok", outcome.is_ok());
        let answer = match outcome {
            Ok(None) => answer,
            Ok(Some(data)) => answer.raw("data", &data.done()),
            Err(fault) => answer.raw("error", &written(&fault)),
        };
        self.put(answer.done());
    }

    fn put(&mut self, json: String) {
        if self.stage != Stage::Joined {
            return;
        }
        if json.len() > LONGEST {
            count(&mut self.counters.unsaid);
        } else {
            self.effects.push(Effect::ToPort(json));
        }
    }

    fn complain(&mut self, fault: &Fault) {
        self.post("error", &written(fault));
    }

    fn complain_in_time(&mut self, fault: &Fault, time: i64) {
        if self.may_complain(time) {
            self.complain(fault);
        }
    }

    /// Whether this second has room for another answer to what is no request.
    fn may_complain(&mut self, time: i64) -> bool {
        let (since, said) = &mut self.complaints;
        if time - *since >= 1_000 {
            (*since, *said) = (time, 0);
        }
        *said += 1;
        *said <= MOST_COMPLAINTS
    }
}

/// What is answered to a request at once.
enum Done {
    Now(Option<Object>),
    /// The answer comes later, or was given.
    Later,
}

/// What the handshake carries beside the nonce; what is wrong with it is told afterwards.
fn given<'a, T>(
    read: fn(Option<crate::protocol::reader::Value<'a>>) -> Result<T, Fault>,
    value: Option<crate::protocol::reader::Value<'a>>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    value?;
    read(value).map_err(|fault| faults.push(fault)).ok()
}

fn signed_in(present: &Present<'_>) -> Result<(), Fault> {
    let is = present.is_signed_in();
    is.then_some(())
        .ok_or(Fault::new(Code::NotReady, "Nobody is signed in at the desk."))
}

/// The own call of this id, whatever source tells of it.
fn find(present: &Present<'_>, id: &str) -> Option<CallKey> {
    let calls = &present.model.calls;
    (0..SOURCES)
        .filter_map(|source| calls.find(Ref::new(SourceId(source), id)))
        .find(|key| present.model.is_own_call(*key))
}

fn written(fault: &Fault) -> String {
    let error = Object::new()
        .text("code", fault.code.name())
        .text("message", short(&fault.message));
    match fault.failure {
        Some(code) => error.number("failureCode", code).done(),
        None => error.done(),
    }
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
