//! Decision D1 on the page: what the masks allow is enabled, and nothing else is.
//!
//! The oracle is `Model::allowed`, the one judge; these tests show that the page never adds a word of its own,
//! whatever has happened before.

use crate::rig::{ME, Page, at_hub, elements, mask, press, settle};
use leptos::prelude::Update;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::domain::command::{Addressee, Command, InvokeId, Refusal};
use switchhook::domain::control::{Control, Controls, EnablementMask};
use switchhook::domain::ids::{CallKey, SourceId};
use switchhook::domain::{Event, Model};
use switchhook::store::Reason;
use switchhook::ui::Intent;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event as DomEvent, HtmlInputElement};

const HUB: SourceId = SourceId(0);
const CALLS: [&str; 3] = ["call-1", "call-2", "call-3"];

/// Small and reproducible: a failure names its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll().is_multiple_of(sides)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.roll() % from.len() as u64) as usize]
    }

    fn mask(&mut self) -> EnablementMask {
        let bits = self.roll();
        let named: Controls = Control::ALL
            .into_iter()
            .filter(|control| bits >> *control as u8 & 1 == 1)
            .collect();
        EnablementMask {
            disable_all: self.one_in(6),
            ..mask(named)
        }
    }
}

/// The desk with reasons to choose from and a number typed, so that nothing but the masks can be in the way.
async fn desk() -> Page {
    let page = Page::desk().await;
    page.views.desk.update(|desk| {
        let reason = |code, label: &str| Reason {
            code,
            label: label.to_owned(),
        };
        desk.reasons = Arc::new(vec![reason(1, "Lunch"), reason(2, "Meeting")]);
    });
    let field: HtmlInputElement = page.one("[data-part=dial] input").unchecked_into();
    field.set_value("4711");
    field
        .dispatch_event(&DomEvent::new("input").expect("an event"))
        .expect("dispatched");
    settle().await;
    // What was typed is kept as a draft, which is no wish of the agent's.
    page.take_intents();
    page
}

fn news(stage: Stage, mask: Option<EnablementMask>) -> CallUpdate<'static> {
    CallUpdate {
        agent: Some(Cow::Borrowed(ME)),
        direction: Some(Direction::Inbound),
        stage: Some(stage),
        number: Some(Cow::Borrowed("+358401234567")),
        mask,
        ..CallUpdate::default()
    }
}

fn call(id: &str, stage: Stage, mask: Option<EnablementMask>) -> Event<'_> {
    Event::Call(at_hub(id), Box::new(news(stage, mask)))
}

/// Every command there is; those of a call where there is one.
fn commands(key: Option<CallKey>) -> Vec<Command> {
    let number = || Box::from("4711");
    let text = || Box::from("Sale");
    let mut all = vec![
        Command::SignIn {
            login_id: "1001".into(),
            extension: "4001".into(),
        },
        Command::Ready,
        Command::NotReady { reason: Some(1) },
        Command::NotReady { reason: None },
        Command::WorkReady,
        Command::WorkNotReady,
        Command::SignOut { reason: None },
        Command::SignOut { reason: Some(1) },
        Command::Dial { number: number() },
        Command::AskSupervisor(None),
        Command::RaiseEmergency(None),
        Command::SendMessage {
            to: Addressee::Team,
            text: text(),
        },
    ];
    let Some(call) = key else { return all };
    let consult = |for_conference| Command::Consult {
        call,
        number: number(),
        for_conference,
    };
    all.extend([
        Command::Answer(call),
        Command::EndCall(call),
        Command::EndForAll(call),
        Command::Hold(call),
        Command::Retrieve(call),
        Command::Alternate(call),
        Command::BackToCaller(call),
        Command::MakeCurrent(call),
        consult(false),
        consult(true),
        Command::CompleteTransfer(call),
        Command::BlindTransfer {
            call,
            number: number(),
        },
        Command::CompleteConference(call),
        Command::AddParty {
            call,
            number: number(),
        },
        Command::SendTones {
            call,
            digits: "1".into(),
        },
        Command::SetCallData {
            call,
            fields: vec![("CallVariable1".into(), text())],
        },
        Command::SetWrapUpData { call, text: text() },
        Command::StartRecording(call),
        Command::StopRecording(call),
        Command::AskSupervisor(Some(call)),
        Command::RaiseEmergency(Some(call)),
        Command::ReportBadLine(call),
    ]);
    all
}

/// Something that can happen, in any order with anything else.
fn happen(page: &Page, dice: &mut Dice, next_command: &mut u32) {
    let id = dice.pick(&CALLS);
    let key = page.model.borrow().calls.find(at_hub(id));
    let command = InvokeId(next_command.saturating_sub(u32::from(dice.one_in(2))));
    match dice.roll() % 15 {
        0 | 1 => page.say(Event::AgentMask(dice.mask())),
        2..=5 => {
            let stage = dice.pick(&[
                Stage::Begun,
                Stage::Offered,
                Stage::Alerting,
                Stage::Dialling,
                Stage::Connected,
                Stage::Held,
                Stage::Failed,
                Stage::Ended,
            ]);
            let mask = (!dice.one_in(4)).then(|| dice.mask());
            let update = CallUpdate {
                consult: dice.one_in(4),
                conference: dice.one_in(8),
                recording: dice.pick(&[None, None, Some(true), Some(false)]),
                ..news(stage, mask)
            };
            page.say(Event::Call(at_hub(id), Box::new(update)));
        }
        6 | 7 => page.say(Event::CurrentCall((!dice.one_in(4)).then(|| at_hub(id)))),
        8 => page.say(Event::OwnCalls(HUB, vec![at_hub(id)])),
        9 => {
            let update = AgentUpdate {
                named_state: Some(dice.pick(&[
                    AgentState::SignedOut,
                    AgentState::Ready,
                    AgentState::NotReady,
                    AgentState::Talking,
                    AgentState::WrapUp { ready_after: None },
                ])),
                ..AgentUpdate::default()
            };
            page.say(Event::Agent(at_hub(ME), &update));
        }
        10 | 11 => {
            *next_command += 1;
            let choices = commands(key);
            let chosen = choices[(dice.roll() % choices.len() as u64) as usize].clone();
            page.model
                .borrow_mut()
                .begin_command(InvokeId(*next_command), chosen, page.now);
        }
        12 => page.say(Event::Accepted {
            id: command,
            done: dice.one_in(2),
        }),
        13 => page.say(Event::Refused {
            id: Some(command),
            kind: Refusal::WrongState,
            meaning: None,
            code: Some(38),
            text: None,
        }),
        _ => {
            let mut model = page.model.borrow_mut();
            if model.source(HUB).live && dice.one_in(3) {
                model.lose_session(HUB, page.now);
            } else {
                model.begin_session(HUB);
            }
        }
    }
}

fn is_on(button: &Element) -> bool {
    button.get_attribute("aria-disabled").is_none()
}

/// Opens something on a card, so that what is in it is made; with somebody to call, where it asks for somebody.
async fn open(page: &Page, card: &Element, part: &str) {
    press(&elements(card, &format!("button[data-command={part}]")).remove(0));
    settle().await;
    for field in page.all("[name=party]") {
        let field: HtmlInputElement = field.unchecked_into();
        if field.value().is_empty() {
            field.set_value("4711");
            field
                .dispatch_event(&DomEvent::new("input").expect("an event"))
                .expect("dispatched");
        }
    }
    settle().await;
}

/// The call that a button is for: that of its card, or of the pair that it is a part of.
fn call_of(model: &Model, button: &Element) -> Option<CallKey> {
    let around = |selector, name| button.closest(selector).expect("a selector")?.get_attribute(name);
    let id = around("[data-for]", "data-for").or_else(|| around("[data-part=call]", "data-id"))?;
    model.calls.find(at_hub(&id))
}

/// What a button asks for: one thing, or whatever is behind it; nothing where it asks the server for nothing.
fn asked_by(model: &Model, button: &Element) -> Vec<Command> {
    let has_reason = button.has_attribute("data-reason");
    let name = button.get_attribute("data-command").unwrap_or_default();
    if name == "try-again" {
        let note = button
            .closest("[data-part=failure]")
            .expect("a selector")
            .expect("a note");
        let id = note.get_attribute("data-id").expect("an id");
        let mut failed = model.desk.failed.iter();
        let failed = failed
            .find(|failed| failed.id.0.to_string() == id)
            .expect("known");
        return vec![failed.command.clone()];
    }
    let behind: &[&str] = match name.as_str() {
        "keypad" => &["send-tones"],
        "transfer" => &["consult", "blind-transfer"],
        "conference" => &["consult-for-conference", "add-party"],
        "more" => &[
            "alternate",
            "back-to-caller",
            "complete-transfer",
            "complete-conference",
            "end-for-all",
            "ask-supervisor",
            "raise-emergency",
            "report-bad-line",
        ],
        "call-back" => &["dial"],
        _ => &[],
    };
    let key = call_of(model, button);
    let all = commands(key).into_iter();
    all.filter(|command| {
        let intent = Intent::Do(command.clone());
        let is_it = intent.name() == name || behind.contains(&intent.name());
        // Somebody on a card asks about that call.
        let is_for_it = key.is_none() || command.call() == key || matches!(command, Command::Dial { .. });
        let is_agents = matches!(command, Command::NotReady { .. } | Command::SignOut { .. });
        is_it && is_for_it && (!is_agents || intent.reason().is_some() == has_reason)
    })
    .collect()
}

/// Compares every button with the judge's word, and counts those that are on by what they ask for.
fn check(page: &Page, on: &mut BTreeMap<String, usize>, when: &str) {
    let model = page.model.borrow();
    for button in page.all("button") {
        let asked = asked_by(&model, &button);
        if asked.is_empty() {
            continue;
        }
        let is_allowed = asked
            .iter()
            .any(|command| model.command_allowed(HUB, command).is_ok());
        assert_eq!(
            is_on(&button),
            is_allowed,
            "{when}: {asked:?} allowed: {is_allowed}, but the button is {}",
            button.outer_html()
        );
        assert!(
            is_on(&button) || button.has_attribute("aria-description"),
            "{when}: a button that is off says why: {}",
            button.outer_html()
        );
        *on.entry(button.get_attribute("data-command").expect("a command"))
            .or_default() += usize::from(is_on(&button));
    }
    for control in [
        Control::Ready,
        Control::NotReady,
        Control::NotReadyWithReason,
        Control::SignOut,
    ] {
        let there = page.all("button").iter().any(|button| {
            let asked = asked_by(&model, button);
            is_on(button) && asked.iter().any(|command| command.control() == Some(control))
        });
        assert_eq!(
            there,
            model.allowed(HUB, control, None).is_ok(),
            "{when}: {control:?}"
        );
    }
    for card in page.all("[data-part=call]") {
        let id = card.get_attribute("data-id").expect("an id");
        let key = model.calls.find(at_hub(&id)).expect("known");
        let stage = model.calls.get(key).map(|call| call.stage);
        let names: Vec<String> = elements(&card, ".buttons:not(.pair) > button")
            .iter()
            .filter_map(|button| button.get_attribute("data-command"))
            .collect();
        // Every place is taken, by one of those that share it.
        let places: [&[&str]; 8] = [
            if stage == Some(Stage::Failed) {
                &["dial"]
            } else {
                &["answer"]
            },
            &["end-call"],
            &["hold", "retrieve"],
            &["transfer"],
            &["conference"],
            &["keypad"],
            &["start-recording", "stop-recording"],
            &["more"],
        ];
        assert_eq!(names.len(), places.len(), "{when}: {names:?}");
        for (name, place) in names.iter().zip(places) {
            assert!(
                place.contains(&name.as_str()),
                "{when}: {name} in the place of {place:?}"
            );
        }
        let recording = model.calls.get(key).and_then(|call| call.recording);
        assert_eq!(names[6] == "stop-recording", recording == Some(true), "{when}");
        let is_consult = model.calls.get(key).is_some_and(|call| call.consult);
        assert_eq!(
            elements(&card, ".pair > button").len(),
            if is_consult { 4 } else { 0 },
            "{when}"
        );
        if model.desk.in_flight.is_empty() {
            let allowed = |control| model.allowed(HUB, control, Some(key)).is_ok();
            assert_eq!(
                names[2] == "retrieve",
                allowed(Control::Retrieve) || !allowed(Control::Hold) && stage == Some(Stage::Held),
                "{when}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn d1_enabled_buttons_are_what_the_judge_allows_over_random_histories() {
    let mut on = BTreeMap::new();
    for seed in 0..12 {
        let page = desk().await;
        let mut dice = Dice(seed);
        let mut commands = 0;
        for step in 0..40 {
            for _ in 0..=dice.roll() % 3 {
                happen(&page, &mut dice, &mut commands);
            }
            page.commit().await;
            let cards = page.all("[data-part=call]");
            if !cards.is_empty() && dice.one_in(2) {
                let card = &cards[(dice.roll() % cards.len() as u64) as usize];
                open(
                    &page,
                    card,
                    dice.pick(&["keypad", "transfer", "conference", "more"]),
                )
                .await;
            }
            check(&page, &mut on, &format!("seed {seed}, step {step}"));
        }
    }
    for name in [
        "ready",
        "not-ready",
        "sign-out",
        "dial",
        "answer",
        "end-call",
        "end-for-all",
        "hold",
        "retrieve",
        "alternate",
        "back-to-caller",
        "make-current",
        "consult",
        "consult-for-conference",
        "complete-transfer",
        "blind-transfer",
        "complete-conference",
        "add-party",
        "keypad",
        "send-tones",
        "start-recording",
        "stop-recording",
        "ask-supervisor",
        "raise-emergency",
        "report-bad-line",
        "try-again",
    ] {
        let times = on.get(name).copied().unwrap_or_default();
        assert!(times > 4, "the histories do enable {name}: {on:?}");
    }
}

#[wasm_bindgen_test]
async fn d1_a_calls_buttons_follow_its_mask_whatever_its_stage() {
    let page = desk().await;
    let mut dice = Dice(99);
    for round in 0..60 {
        let stage = dice.pick(&[Stage::Alerting, Stage::Connected, Stage::Held, Stage::Dialling]);
        let mask = dice.mask();
        page.say(call(CALLS[0], stage, Some(mask)));
        page.say(Event::CurrentCall(Some(at_hub(CALLS[0]))));
        page.commit().await;
        let card = page.row("call", CALLS[0]);
        for part in ["keypad", "transfer", "conference", "more"] {
            open(&page, &card, part).await;
        }
        let on: BTreeSet<String> = elements(&card, "button:not([aria-disabled])")
            .iter()
            .filter_map(|button| button.get_attribute("data-command"))
            .filter(|name| name != "dismiss")
            .collect();
        // What was never opened is not made: it cannot have been on.
        let made = |name: &str| !elements(&card, &format!("[data-command={name}]")).is_empty();
        let may = mask.effective();
        let mut expected = BTreeSet::new();
        for (controls, name) in [
            (&[Control::Answer][..], "answer"),
            (&[Control::Release], "end-call"),
            (&[Control::Release], "end-for-all"),
            // Whoever may leave a call is on it: tones follow that bit.
            (&[Control::Release], "keypad"),
            (&[Control::Release], "send-tones"),
            (&[Control::TransferInit, Control::SingleStepTransfer], "transfer"),
            (&[Control::TransferInit], "consult"),
            (&[Control::SingleStepTransfer], "blind-transfer"),
            (
                &[Control::ConferenceInit, Control::SingleStepConference],
                "conference",
            ),
            (&[Control::ConferenceInit], "consult-for-conference"),
            (&[Control::SingleStepConference], "add-party"),
            (&[Control::Record], "start-recording"),
            (&[Control::Alternate], "alternate"),
            (&[Control::Reconnect], "back-to-caller"),
            (&[Control::TransferComplete], "complete-transfer"),
            (&[Control::ConferenceComplete], "complete-conference"),
            (&[Control::SupervisorAssist], "ask-supervisor"),
            (&[Control::EmergencyCall], "raise-emergency"),
            (&[Control::BadLine], "report-bad-line"),
            (
                &[
                    Control::Alternate,
                    Control::Reconnect,
                    Control::TransferComplete,
                    Control::ConferenceComplete,
                    Control::SupervisorAssist,
                    Control::EmergencyCall,
                    Control::BadLine,
                    Control::Release,
                ],
                "more",
            ),
        ] {
            if made(name) && controls.iter().any(|control| may.has(*control)) {
                expected.insert(name.to_owned());
            }
        }
        if may.has(Control::Retrieve) {
            expected.insert("retrieve".to_owned());
        } else if may.has(Control::Hold) {
            expected.insert("hold".to_owned());
        }
        assert_eq!(on, expected, "round {round}: {stage:?}");
    }
}

#[wasm_bindgen_test]
async fn a_button_that_is_on_hands_its_intent_on_and_one_that_is_off_does_nothing() {
    let page = desk().await;
    let may = [Control::Answer].into_iter().collect();
    page.say(call(CALLS[0], Stage::Alerting, Some(mask(may))));
    page.say(Event::CurrentCall(Some(at_hub(CALLS[0]))));
    page.say(Event::AgentMask(mask([Control::Ready].into_iter().collect())));
    page.commit().await;
    let key = page.model.borrow().calls.find(at_hub(CALLS[0])).expect("known");
    let card = page.row("call", CALLS[0]);
    // The number that was typed is kept.
    page.take_intents();
    for command in ["end-call", "hold"] {
        let button = elements(&card, &format!("[data-command={command}]")).remove(0);
        assert!(!is_on(&button));
        press(&button);
    }
    press(&page.one("[data-part=state-menu] [data-command=not-ready]:not([data-reason])"));
    assert_eq!(page.take_intents(), []);
    press(&elements(&card, "[data-command=answer]").remove(0));
    press(&page.one("[data-part=state-menu] [data-command=ready]"));
    assert_eq!(
        page.take_intents(),
        [Intent::Do(Command::Answer(key)), Intent::Do(Command::Ready)]
    );
}

/// The busy tone of a failed call goes on until somebody hangs up; then there is nothing left to end.
#[wasm_bindgen_test]
async fn the_end_button_of_a_failed_call_says_when_the_call_is_over() {
    let page = desk().await;
    let may = [Control::Release].into_iter().collect();
    page.say(call(CALLS[0], Stage::Dialling, Some(mask(may))));
    page.show(call(CALLS[0], Stage::Failed, None)).await;
    let button = || elements(&page.row("call", CALLS[0]), "[data-command=end-call]").remove(0);
    assert!(is_on(&button()));
    let gone = CallUpdate {
        gone: true,
        ..CallUpdate::default()
    };
    page.show(Event::Call(at_hub(CALLS[0]), Box::new(gone))).await;
    assert!(!is_on(&button()));
    assert_eq!(
        button().get_attribute("aria-description").as_deref(),
        Some("The call is over")
    );
}

/// Decision D11: what was asked for disables its own button, and nothing moves until the server says so.
#[wasm_bindgen_test]
async fn d11_a_command_under_way_makes_its_own_button_busy_and_no_other() {
    let page = desk().await;
    let may = [Control::Answer, Control::Release].into_iter().collect();
    page.say(call(CALLS[0], Stage::Alerting, Some(mask(may))));
    page.say(Event::CurrentCall(Some(at_hub(CALLS[0]))));
    page.commit().await;
    let key = page.model.borrow().calls.find(at_hub(CALLS[0])).expect("known");
    let button =
        |name: &str| elements(&page.row("call", CALLS[0]), &format!("[data-command={name}]")).remove(0);
    page.model
        .borrow_mut()
        .begin_command(InvokeId(1), Command::Answer(key), page.now);
    page.commit().await;
    assert!(!is_on(&button("answer")) && is_on(&button("end-call")));
    assert_eq!(
        button("answer").get_attribute("aria-busy").as_deref(),
        Some("true")
    );
    let stage = || page.row("call", CALLS[0]).get_attribute("data-stage");
    assert_eq!(stage().as_deref(), Some("alerting"));
    page.show(Event::Accepted {
        id: InvokeId(1),
        done: false,
    })
    .await;
    assert_eq!(stage().as_deref(), Some("alerting"), "accepted is not done");
    let may = [Control::Release, Control::Hold].into_iter().collect();
    page.show(call(CALLS[0], Stage::Connected, Some(mask(may)))).await;
    assert_eq!(stage().as_deref(), Some("connected"));
    assert!(!button("answer").has_attribute("aria-busy"));
    assert!(is_on(&button("hold")) && !is_on(&button("answer")));
}
