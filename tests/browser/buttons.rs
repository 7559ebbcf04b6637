//! Decision D1 on the page: what the masks allow is enabled, and nothing else is.
//!
//! The oracle is `Model::allowed`, the one judge; these tests show that the page never adds a word of its own,
//! whatever has happened before.

use crate::rig::{ME, Page, at_hub, elements, mask, press, settle};
use leptos::prelude::Update;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::domain::command::{Command, InvokeId, Refusal};
use switchhook::domain::control::{Control, Controls, EnablementMask};
use switchhook::domain::ids::{CallKey, SourceId};
use switchhook::domain::model::Off;
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
    page
}

fn call(id: &str, stage: Stage, mask: Option<EnablementMask>) -> Event<'_> {
    let update = CallUpdate {
        agent: Some(Cow::Borrowed(ME)),
        direction: Some(Direction::Inbound),
        stage: Some(stage),
        number: Some(Cow::Borrowed("+358401234567")),
        mask,
        ..CallUpdate::default()
    };
    Event::Call(at_hub(id), Box::new(update))
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
            page.say(call(id, stage, mask));
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
            let own = [
                Command::Ready,
                Command::NotReady { reason: Some(1) },
                Command::NotReady { reason: None },
                Command::SignOut { reason: None },
                Command::Dial {
                    number: "4711".into(),
                },
            ];
            let of_call = |key: CallKey| {
                [
                    Command::Answer(key),
                    Command::EndCall(key),
                    Command::Hold(key),
                    Command::Retrieve(key),
                    Command::SendTones {
                        call: key,
                        digits: "1".into(),
                    },
                ]
            };
            let choices: Vec<Command> = own.into_iter().chain(key.into_iter().flat_map(of_call)).collect();
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

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Something that a bit of the mask speaks of.
    For(Control),
    /// Tones, or the pad to send them with: no bit speaks of them, but the judge does.
    ForTones,
}

impl Asks {
    /// The judge's word on it.
    fn judged(self, model: &Model, call: Option<CallKey>) -> Result<(), Off> {
        match self {
            // One of several bits is enough for it.
            Asks::For(Control::MakeCall) => model.command_allowed(HUB, &Command::Dial { number: "".into() }),
            Asks::For(control) => model.allowed(HUB, control, call),
            Asks::ForTones => model.tones_allowed(HUB, call.expect("tones go to a call")),
        }
    }
}

/// What a button asks for and the call it is for; `None` for buttons that ask the server for nothing.
fn asked_by(page: &Page, button: &Element) -> Option<(Asks, Option<CallKey>)> {
    let has_reason = button.has_attribute("data-reason");
    let asks = match button.get_attribute("data-command")?.as_str() {
        "sign-in" => Asks::For(Control::SignIn),
        "sign-out" if has_reason => Asks::For(Control::SignOutWithReason),
        "sign-out" => Asks::For(Control::SignOut),
        "ready" => Asks::For(Control::Ready),
        "not-ready" if has_reason => Asks::For(Control::NotReadyWithReason),
        "not-ready" => Asks::For(Control::NotReady),
        "answer" => Asks::For(Control::Answer),
        "end-call" => Asks::For(Control::Release),
        "hold" => Asks::For(Control::Hold),
        "retrieve" => Asks::For(Control::Retrieve),
        "dial" | "call-back" => Asks::For(Control::MakeCall),
        "keypad" | "send-tones" => Asks::ForTones,
        _ => return None,
    };
    let card = button.closest("[data-part=call]").expect("a selector");
    let key = card
        .filter(|_| asks != Asks::For(Control::MakeCall))
        .and_then(|card| card.get_attribute("data-id"))
        .and_then(|id| page.model.borrow().calls.find(at_hub(&id)));
    Some((asks, key))
}

/// How many buttons were on.
#[derive(Debug, Default)]
struct On {
    for_controls: usize,
    for_tones: usize,
}

/// Compares every button with the judge's word, and counts those that are on.
fn check(page: &Page, on: &mut On, when: &str) {
    let model = page.model.borrow();
    for button in page.all("button") {
        let Some((asks, call)) = asked_by(page, &button) else {
            continue;
        };
        let allowed = asks.judged(&model, call);
        assert_eq!(
            is_on(&button),
            allowed.is_ok(),
            "{when}: {asks:?} of {call:?} is {allowed:?}, but its button is {}",
            button.outer_html()
        );
        assert!(
            is_on(&button) || button.has_attribute("aria-description"),
            "{when}: a button that is off says why: {}",
            button.outer_html()
        );
        let counted = match asks {
            Asks::For(_) => &mut on.for_controls,
            Asks::ForTones => &mut on.for_tones,
        };
        *counted += usize::from(is_on(&button));
    }
    for control in [
        Control::Ready,
        Control::NotReady,
        Control::NotReadyWithReason,
        Control::SignOut,
        Control::MakeCall,
    ] {
        let there = page.all("button").iter().any(|button| {
            asked_by(page, button).is_some_and(|(asks, _)| asks == Asks::For(control)) && is_on(button)
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
        if model
            .calls
            .get(key)
            .is_some_and(|call| call.stage == Stage::Failed)
        {
            continue;
        }
        // One place for two buttons: the one that the masks allow has it.
        let allowed = |control| model.allowed(HUB, control, Some(key)).is_ok();
        let there = |name: &str| elements(&card, &format!("[data-command={name}]")).len();
        assert_eq!(there("hold") + there("retrieve"), 1, "{when}");
        assert_eq!((there("answer"), there("end-call")), (1, 1), "{when}");
        assert_eq!((there("keypad"), there("send-tones")), (1, 12), "{when}");
        if model.desk.in_flight.is_empty() {
            assert_eq!(
                there("retrieve") == 1,
                allowed(Control::Retrieve)
                    || !allowed(Control::Hold)
                        && model.calls.get(key).is_some_and(|call| call.stage == Stage::Held),
                "{when}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn d1_enabled_buttons_are_what_the_judge_allows_over_random_histories() {
    let mut on = On::default();
    for seed in 0..12 {
        let page = desk().await;
        let mut dice = Dice(seed);
        let mut commands = 0;
        for step in 0..40 {
            for _ in 0..=dice.roll() % 3 {
                happen(&page, &mut dice, &mut commands);
            }
            page.commit().await;
            check(&page, &mut on, &format!("seed {seed}, step {step}"));
        }
    }
    assert!(
        on.for_controls > 1_000 && on.for_tones > 1_000,
        "the histories do enable buttons: {on:?}"
    );
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
        let on: BTreeSet<String> = elements(&card, "button:not([aria-disabled])")
            .iter()
            .filter_map(|button| button.get_attribute("data-command"))
            .filter(|name| name != "dismiss")
            .collect();
        let may = mask.effective();
        let mut expected = BTreeSet::new();
        for (control, name) in [
            (Control::Answer, "answer"),
            (Control::Release, "end-call"),
            // Whoever may leave a call is on it: tones follow that bit.
            (Control::Release, "keypad"),
            (Control::Release, "send-tones"),
        ] {
            if may.has(control) {
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
