//! The screens, and what belongs to all of them.

use crate::rig::{ME, Page, at_hub, mask, press, settle};
use leptos::prelude::*;
use std::sync::Arc;
use switchhook::domain::Event;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::domain::callback::CallbackUpdate;
use switchhook::domain::command::{Command, Failure, InvokeId};
use switchhook::domain::control::Control;
use switchhook::store::{Known, Link, Reason, Screen, SignInError};
use switchhook::ui::Intent;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlInputElement;

fn sign_in(error: Option<SignInError>, busy: bool) -> Screen {
    Screen::SignIn {
        wants_password: true,
        wants_extension: true,
        busy,
        error,
        known: Known::default(),
    }
}

fn type_into(page: &Page, field: &str, text: &str) {
    let input: HtmlInputElement = page.one(&format!("input[name={field}]")).unchecked_into();
    input.set_value(text);
}

#[wasm_bindgen_test]
async fn signing_in_hands_on_what_was_typed_and_keeps_it_when_it_fails() {
    let page = Page::mount(sign_in(None, false));
    settle().await;
    type_into(&page, "agent-id", " 1001 ");
    type_into(&page, "password", " secret ");
    type_into(&page, "extension", " 4001");
    press(&page.one("[data-command=sign-in]"));
    let wanted = Intent::SignIn {
        login_id: "1001".into(),
        password: " secret ".into(),
        extension: "4001".into(),
    };
    assert_eq!(page.take_intents(), [wanted]);

    page.views.screen.set(sign_in(None, true));
    settle().await;
    let button = page.one("[data-command=sign-in]");
    assert_eq!(button.get_attribute("aria-disabled").as_deref(), Some("true"));
    press(&button);
    assert_eq!(page.take_intents(), []);

    let refused = SignInError::Refused("GET /token/me/rte/ answered 401".into());
    page.views.screen.set(sign_in(Some(refused), false));
    settle().await;
    let error = page
        .one("[data-part=sign-in-error]")
        .text_content()
        .unwrap_or_default();
    assert!(error.contains("answered 401"), "{error}");
    let id: HtmlInputElement = page.one("input[name=agent-id]").unchecked_into();
    assert_eq!(id.value(), " 1001 ");
}

#[wasm_bindgen_test]
async fn whoever_is_asked_to_sign_in_again_types_the_password_and_nothing_else() {
    let mut screen = sign_in(None, false);
    if let Screen::SignIn { known, .. } = &mut screen {
        *known = Known {
            login_id: "1001".into(),
            extension: "4001".into(),
        };
    }
    let page = Page::mount(screen);
    settle().await;
    let active = document().active_element().expect("something has the focus");
    assert_eq!(active.get_attribute("name").as_deref(), Some("password"));
    let password: HtmlInputElement = page.one("input[name=password]").unchecked_into();
    assert_eq!(password.value(), "");
    type_into(&page, "password", "secret");
    press(&page.one("[data-command=sign-in]"));
    let wanted = Intent::SignIn {
        login_id: "1001".into(),
        password: "secret".into(),
        extension: "4001".into(),
    };
    assert_eq!(page.take_intents(), [wanted]);
}

#[wasm_bindgen_test]
async fn signing_in_again_after_a_forced_sign_out_makes_up_no_password() {
    let page = Page::desk().await;
    page.say(Event::AgentMask(mask([Control::SignIn].into_iter().collect())));
    let signed_out = AgentUpdate {
        named_state: Some(AgentState::SignedOut),
        ..AgentUpdate::default()
    };
    page.say(Event::Agent(at_hub(ME), &signed_out));
    page.show(Event::ForcedSignOut).await;
    for part in ["banner", "state-menu"] {
        press(&page.one(&format!("[data-part={part}] [data-command=sign-in]")));
        assert_eq!(page.take_intents(), [Intent::SignInAgain], "{part}");
    }
}

#[wasm_bindgen_test]
async fn a_faulty_configuration_is_listed_fault_by_fault() {
    let faults = [
        "source.token.url is missing",
        "source.directory.url is <no> address",
    ];
    let page = Page::mount(Screen::BadConfig(faults.map(str::to_owned).to_vec()));
    settle().await;
    let listed: Vec<_> = page
        .all("[data-part=bad-config] li")
        .iter()
        .filter_map(|item| item.text_content())
        .collect();
    assert_eq!(listed, faults);
}

#[wasm_bindgen_test]
async fn one_screen_follows_another() {
    let page = Page::mount(Screen::Starting);
    let parts = ["starting", "bad-config", "sign-in", "desk"];
    let screens = [
        Screen::Starting,
        Screen::BadConfig(vec!["x".into()]),
        sign_in(None, false),
        Screen::Desk,
    ];
    for (part, screen) in parts.iter().zip(screens) {
        page.views.screen.set(screen);
        settle().await;
        let shown: Vec<_> = parts
            .iter()
            .filter(|part| !page.all(&format!("[data-part={part}]")).is_empty())
            .collect();
        assert_eq!(shown, [part]);
    }
}

/// The clock ticks once a second in the page; the heartbeat tells the crash screen that the program is alive.
#[wasm_bindgen_test]
async fn the_heartbeat_follows_the_clock() {
    let page = Page::desk().await;
    let beat = || {
        document()
            .document_element()
            .expect("a root")
            .get_attribute("data-heartbeat")
    };
    for second in 1..4 {
        let now = page.now.plus(second * 1_000);
        page.views.now.set(now);
        settle().await;
        assert_eq!(beat(), Some(now.0.to_string()));
    }
}

/// The hook by which tests and site scripts find a button, and the name by which a screen reader does.
fn check_buttons(page: &Page, when: &str) {
    for button in page.all("button") {
        assert!(
            button.has_attribute("data-command"),
            "{when}: {}",
            button.outer_html()
        );
        assert!(
            !button.text_content().unwrap_or_default().is_empty() || button.has_attribute("aria-label"),
            "{when}: {}",
            button.outer_html()
        );
    }
}

#[wasm_bindgen_test]
async fn every_button_names_its_command_in_every_state() {
    for busy in [false, true] {
        let page = Page::mount(sign_in(Some(SignInError::Refused("no".into())), busy));
        settle().await;
        check_buttons(&page, "at sign-in");
    }

    let page = Page::desk().await;
    check_buttons(&page, "on an empty desk");
    page.views.desk.update(|desk| {
        let label = "Lunch".to_owned();
        desk.reasons = Arc::new(vec![Reason { code: 1, label }]);
    });
    page.say(Event::AgentMask(mask(Control::ALL.into_iter().collect())));
    let stages = [
        Stage::Alerting,
        Stage::Connected,
        Stage::Held,
        Stage::Failed,
        Stage::Ended,
    ];
    for (index, stage) in stages.into_iter().enumerate() {
        let id = format!("call-{index}");
        let outbound = stage == Stage::Failed;
        let mut update = CallUpdate {
            direction: Some(if outbound {
                Direction::Outbound
            } else {
                Direction::Inbound
            }),
            stage: Some(Stage::Alerting),
            number: Some("+358401234567".into()),
            ..CallUpdate::default()
        };
        page.say(Event::Call(at_hub(&id), Box::new(update.clone())));
        update.stage = Some(stage);
        page.say(Event::Call(at_hub(&id), Box::new(update)));
    }
    let call = page.model.borrow().calls.find(at_hub("call-1")).expect("known");
    for (id, command) in [Command::Ready, Command::Hold(call)].into_iter().enumerate() {
        let id = InvokeId(id as u32);
        let mut model = page.model.borrow_mut();
        model.begin_command(id, command, page.now);
        model.fail(id, Failure::NoAnswer, page.now);
    }
    page.say(Event::Callback(
        at_hub("callback-1"),
        Box::new(CallbackUpdate {
            contact: Some(Some("+358401234567".into())),
            ..CallbackUpdate::default()
        }),
    ));
    page.say(Event::ForcedSignOut);
    page.commit().await;
    for (part, count) in [("call", 4), ("missed-call", 1), ("callback", 1), ("failure", 2)] {
        assert_eq!(page.all(&format!("[data-part={part}]")).len(), count, "{part}");
    }
    check_buttons(&page, "on a full desk");

    page.views
        .connection
        .update(|connection| connection.link = Link::Stopped);
    settle().await;
    check_buttons(&page, "when the connection has ended");
}
