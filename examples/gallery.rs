//! The design gallery: the page with invented people, in a situation named in the address.
//!
//! `?scene=` is one of `calm`, `ringing`, `talking`, `pair`, `refused`, `failed`, `reconnecting`, `offline`, `unconfirmed`, `empty`,
//! `wrap-up`, `sign-in`, `sign-in-error`, `bad-config`, `starting`; `&theme=light` or `dark` overrides the system's;
//! `&language=de` or `ar` changes the language; `&agents=1000` changes how many there are. Nothing is sent anywhere: intents go to the console.
#![allow(
    clippy::disallowed_methods,
    missing_docs,
    reason = "a program of its own that plays the browser's part"
)]

use leptos::prelude::*;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::domain::call::{CallUpdate, Direction, Ending, Stage};
use switchhook::domain::callback::{Attempt, CallbackKind, CallbackUpdate};
use switchhook::domain::command::{Command, Failure, InvokeId, Refusal};
use switchhook::domain::control::{Control, EnablementMask};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::queue::{LongestWait, OpenStatus, QueueUpdate};
use switchhook::domain::{Delta, Event, Model, Moment};
use switchhook::store::{Known, Link, Reason, Screen, SignInError, Views};
use switchhook::words::{Dictionary, Language};

const HUB: SourceId = SourceId(0);
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const FIRST: [&str; 16] = [
    "Aino", "Ben", "Chiara", "Dagny", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katri", "Liam",
    "Mirja", "Noor", "Otto", "Petra",
];
const LAST: [&str; 12] = [
    "Aalto", "Berg", "Costa", "Dahl", "Eriksen", "Fuchs", "Gomez", "Halonen", "Ito", "Jensen", "Keller",
    "Lund",
];
const QUEUES: [&str; 9] = [
    "Billing",
    "Business",
    "Complaints",
    "Field service",
    "New customers",
    "Night line",
    "Orders",
    "Support English",
    "Support Suomi",
];

fn number(index: usize) -> String {
    format!("+358 40 555 {:04}", (index * 37 + 101) % 10_000)
}

fn mask(controls: &[Control]) -> EnablementMask {
    EnablementMask {
        controls: controls.iter().copied().collect(),
        disable_all: false,
        raw: 0,
    }
}

fn inbound<'a>(stage: Stage, number: &'a str, controls: &[Control]) -> CallUpdate<'a> {
    CallUpdate {
        agent: Some(Cow::Borrowed("agent-1")),
        direction: Some(Direction::Inbound),
        stage: Some(stage),
        number: Some(Cow::Borrowed(number)),
        dialled: Some(Cow::Borrowed("+358 9 555 0100")),
        queue: Some(Cow::Borrowed("support english")),
        mask: Some(mask(controls)),
        ..CallUpdate::default()
    }
}

struct Gallery {
    model: Model,
    now: Moment,
}

impl Gallery {
    fn say(&mut self, event: Event<'_>, ago: i64) {
        let at = self.now.plus(-ago);
        self.model.apply(event, Some(at), self.now.plus(-2 * SECOND));
    }

    fn people(&mut self, count: usize) {
        for index in 0..count {
            let state = match index % 11 {
                0 | 3 | 7 => AgentState::Talking,
                1 | 6 | 9 => AgentState::Ready,
                2 => AgentState::NotReady,
                4 => AgentState::WrapUp {
                    ready_after: Some(true),
                },
                5 => AgentState::OnHold,
                8 => AgentState::Reserved,
                _ => AgentState::SignedOut,
            };
            let id = format!("agent-{index}");
            let queue = QUEUES[index % QUEUES.len()].to_lowercase();
            let busy = matches!(
                state,
                AgentState::Talking | AgentState::OnHold | AgentState::Reserved
            );
            let update = AgentUpdate {
                name: Some(Cow::Owned(format!(
                    "{} {}",
                    FIRST[index % FIRST.len()],
                    LAST[(index / FIRST.len() + index * 5) % LAST.len()]
                ))),
                extension: (index % 7 != 6).then(|| Cow::Owned(format!("{}", 4_700 + index))),
                named_state: (index % 13 != 12).then_some(state),
                reason: Some((state == AgentState::NotReady).then_some(1 + (index % 3) as i32)),
                active_queue: Some(busy.then_some(Cow::Owned(queue))),
                note: (index % 17 == 2).then_some(Some(Cow::Borrowed("Back at 14:30"))),
                ..AgentUpdate::default()
            };
            let ago = ((index * 7919) % 2400) as i64 * SECOND;
            self.say(Event::Agent(Ref::new(HUB, &id), &update), ago);
        }
    }

    fn queues(&mut self) {
        for (index, name) in QUEUES.iter().enumerate() {
            let id = name.to_lowercase();
            let update = QueueUpdate {
                name: Some(Cow::Borrowed(name)),
                ..QueueUpdate::default()
            };
            self.say(Event::Queue(Ref::new(HUB, &id), &update), 1_500);
            if index == 4 {
                continue;
            }
            let waiting = [0, 1, 4, 0, 0, 0, 2, 0, 7][index];
            let wait = [0, 22, 75, 0, 0, 0, 48, 0, 131][index];
            let update = QueueUpdate {
                waiting: Some(waiting),
                longest_wait: Some(if index == 6 {
                    LongestWait::Implausible(98_765_432)
                } else {
                    LongestWait::Milliseconds(wait * SECOND)
                }),
                serving: Some(index as u32 + 2),
                free: Some([2, 1, 0, 3, 0, 0, 1, 2, 0][index]),
                open: Some(if index == 5 {
                    OpenStatus::Closed { uncertain: false }
                } else {
                    OpenStatus::Open { uncertain: false }
                }),
                ..QueueUpdate::default()
            };
            self.say(Event::Queue(Ref::new(HUB, &id), &update), 1_500);
        }
    }

    fn callbacks(&mut self, count: usize) {
        for index in 0..count {
            let id = format!("callback-{index}");
            let due = self.now.plus((index as i64 * 7 - 16) * MINUTE);
            let update = CallbackUpdate {
                queue: Some(Some(Cow::Owned(QUEUES[index % QUEUES.len()].to_lowercase()))),
                number: Some(Some(Cow::Owned(number(index)))),
                contact: (index % 3 == 0)
                    .then(|| Some(Cow::Owned(format!("{} Virtanen", FIRST[index % FIRST.len()])))),
                kind: Some(
                    [
                        CallbackKind::Requested,
                        CallbackKind::Overflow,
                        CallbackKind::Manual,
                    ][index % 3],
                ),
                assigned: (index % 4 == 1).then(|| Some(Cow::Owned(format!("agent-{}", index % 9)))),
                due: Some(Some(due)),
                not_before: (index == 5).then(|| Some(self.now.plus(95 * MINUTE))),
                attempts: Some((0..index % 3).map(|_| Attempt::default()).collect()),
                ..CallbackUpdate::default()
            };
            self.say(Event::Callback(Ref::new(HUB, &id), Box::new(update)), 3_000);
        }
    }

    fn me(&mut self, state: AgentState, reason: Option<i32>, ago: i64) {
        let update = AgentUpdate {
            named_state: Some(state),
            reason: Some(reason),
            ..AgentUpdate::default()
        };
        self.say(Event::Agent(Ref::new(HUB, "agent-1"), &update), ago);
    }

    fn call(&mut self, id: &str, update: CallUpdate<'_>, ago: i64) {
        self.say(Event::Call(Ref::new(HUB, id), Box::new(update)), ago);
    }

    fn talk(&mut self) {
        self.me(AgentState::Talking, None, 151 * SECOND);
        let ringing = inbound(Stage::Alerting, "+358 40 555 0101", &[Control::Answer]);
        self.call("call-1", ringing, 159 * SECOND);
        let talking = inbound(
            Stage::Connected,
            "+358 40 555 0101",
            &[Control::Release, Control::Hold],
        );
        self.call("call-1", talking, 151 * SECOND);
        self.say(Event::CurrentCall(Some(Ref::new(HUB, "call-1"))), 151 * SECOND);
    }

    fn missed(&mut self) {
        for (index, ago) in [(3_usize, 22 * MINUTE), (8, 64 * MINUTE)] {
            let id = format!("missed-{index}");
            let number = number(index);
            let ringing = inbound(Stage::Alerting, &number, &[]);
            self.call(&id, ringing, ago + 20 * SECOND);
            let ended = CallUpdate {
                stage: Some(Stage::Ended),
                ending: Some(if index == 3 {
                    Ending::ByRemote
                } else {
                    Ending::Withdrawn(Some("no answer".into()))
                }),
                ..CallUpdate::default()
            };
            self.call(&id, ended, ago);
        }
    }

    fn scene(&mut self, scene: &str) {
        let now = self.now;
        match scene {
            "ringing" => {
                self.me(AgentState::Reserved, None, 6 * SECOND);
                let call = inbound(Stage::Alerting, "+358 40 555 0101", &[Control::Answer]);
                self.call("call-1", call, 6 * SECOND);
                self.say(Event::CurrentCall(Some(Ref::new(HUB, "call-1"))), 6 * SECOND);
            }
            "talking" | "offline" | "reconnecting" => self.talk(),
            "pair" | "refused" => {
                self.talk();
                let held = inbound(Stage::Held, "+358 40 555 0101", &[Control::Retrieve]);
                self.call("call-1", held, 20 * SECOND);
                let call = CallUpdate {
                    direction: Some(Direction::Outbound),
                    stage: Some(Stage::Connected),
                    queue_name: Some(Cow::Borrowed("Consult")),
                    ..inbound(Stage::Connected, "4712", &[Control::Release, Control::Hold])
                };
                self.call("call-2", call, 18 * SECOND);
                self.say(Event::CurrentCall(Some(Ref::new(HUB, "call-2"))), 18 * SECOND);
                let first = self.model.calls.find(Ref::new(HUB, "call-1"));
                let second = self.model.calls.find(Ref::new(HUB, "call-2"));
                if let (Some(first), Some(second), "refused") = (first, second, scene) {
                    self.model
                        .begin_command(InvokeId(41), Command::Retrieve(first), now);
                    let refused = Failure::Refused {
                        kind: Refusal::WrongState,
                        meaning: None,
                        code: Some(38),
                        text: Some("Object state incorrect for operation".into()),
                    };
                    self.model.fail(InvokeId(41), refused, now);
                    self.model
                        .begin_command(InvokeId(42), Command::Hold(second), now.plus(-6 * SECOND));
                    self.model
                        .begin_command(InvokeId(43), Command::NotReady { reason: Some(1) }, now);
                    self.model.fail(InvokeId(43), Failure::NoAnswer, now);
                    self.model
                        .begin_command(InvokeId(44), Command::Ready, now.plus(-7 * SECOND));
                    self.model.mark_slow(now, 5 * SECOND);
                }
            }
            "failed" => {
                self.me(AgentState::Ready, None, 95 * SECOND);
                let call = CallUpdate {
                    direction: Some(Direction::Outbound),
                    stage: Some(Stage::Failed),
                    ending: Some(Ending::Failed(Some("busy".into()))),
                    ..inbound(Stage::Failed, "+46 8 555 0163", &[])
                };
                self.call("call-1", call, 4 * SECOND);
            }
            "wrap-up" => self.me(
                AgentState::WrapUp {
                    ready_after: Some(true),
                },
                None,
                17 * SECOND,
            ),
            _ => self.me(AgentState::NotReady, Some(1), 312 * SECOND),
        }
    }
}

fn link(scene: &str, now: Moment) -> Link {
    match scene {
        "reconnecting" => Link::Reconnecting {
            attempt: 3,
            next_try: Some(now.plus(20 * SECOND)),
        },
        "offline" => Link::Offline,
        "stopped" => Link::Stopped,
        "late" => Link::Late,
        "empty" => Link::Preparing,
        _ => Link::Live,
    }
}

fn screen(scene: &str) -> Screen {
    let sign_in = |error| Screen::SignIn {
        wants_password: true,
        wants_extension: true,
        busy: scene == "sign-in-busy",
        error,
        known: Known::default(),
    };
    match scene {
        "starting" => Screen::Starting,
        "bad-config" => Screen::BadConfig(vec![
            "config.json: tokenEndpoint is missing".to_owned(),
            "config.json: directory.url is not an address: \"htps:/directory\"".to_owned(),
        ]),
        "sign-in" | "sign-in-busy" => sign_in(None),
        "sign-in-error" => sign_in(Some(SignInError::Unreachable(
            "GET https://desk.example/token/me/rte/ answered 503".to_owned(),
        ))),
        _ => Screen::Desk,
    }
}

fn main() {
    let now = Moment(js_sys::Date::now() as i64);
    let address = window().location().search().unwrap_or_default();
    let query = web_sys::UrlSearchParams::new_with_str(&address).ok();
    let parameter = |name: &str| {
        query
            .as_ref()
            .and_then(|query| query.get(name))
            .unwrap_or_default()
    };
    let scene = parameter("scene");
    if let (Some(root), theme) = (document().document_element(), parameter("theme"))
        && !theme.is_empty()
    {
        let _ = root.set_attribute("data-theme", &theme);
    }
    let views = Views::default();
    let mut gallery = Gallery {
        model: Model::default(),
        now,
    };
    gallery.model.begin_session(HUB);
    let quiet = scene == "empty";
    let me = gallery.model.agents.intern(Ref::new(HUB, "agent-1"));
    gallery.model.set_me(Some(me));
    if !quiet {
        gallery.queues();
        gallery.people(parameter("agents").parse().unwrap_or(64));
        gallery.callbacks(38);
        gallery.missed();
        let may = [
            Control::Ready,
            Control::NotReadyWithReason,
            Control::SignOut,
            Control::MakeCall,
        ];
        gallery.say(Event::AgentMask(mask(&may)), 0);
        gallery.scene(&scene);
    }
    if matches!(scene.as_str(), "reconnecting" | "offline" | "stopped") {
        gallery.model.lose_session(HUB, now);
    }
    if scene == "unconfirmed" {
        gallery.model.lose_session(HUB, now);
        gallery.model.begin_session(HUB);
        gallery.queues();
    }
    let mut model = gallery.model;
    views.now.set(now);
    views.screen.set(screen(&scene));
    views.connection.update(|connection| {
        connection.link = link(&scene, now);
        "hub.example".clone_into(&mut connection.server);
        connection.as_of = Some(now.plus(-2 * SECOND));
        connection.trouble = (scene != "calm").then(|| "WebSocket closed with 1006".to_owned());
    });
    views.desk.update(|desk| {
        desk.telephony = true;
        let reason = |code, label: &str| Reason {
            code,
            label: label.to_owned(),
        };
        desk.reasons = Arc::new(vec![
            reason(1, "Lunch"),
            reason(2, "Meeting"),
            reason(3, "Training"),
        ]);
    });
    let mut delta = Delta::default();
    model.take_delta(&mut delta);
    views.commit(&model, &delta);
    let clock = views.now.clone();
    let model = Rc::new(RefCell::new(model));
    let page = switchhook::ui::mount(
        views,
        model,
        Rc::new(|intent| leptos::logging::log!("{intent:?}")),
    );
    let files: [(Language, &[u8]); 2] = [
        (Language::German, include_bytes!("../public/languages/de.json")),
        (Language::Arabic, include_bytes!("../public/languages/ar.json")),
    ];
    if let Some(page) = page {
        for (language, file) in files {
            page.learn(language, Dictionary::read(file).ok());
        }
        page.speech
            .want(Language::of_tag(&parameter("language")).unwrap_or_default());
    }
    set_interval(
        move || clock.set(Moment(js_sys::Date::now() as i64)),
        Duration::from_secs(1),
    );
}
