//! The screens, and what belongs to all of them.

use crate::rig::{Page, press, settle};
use leptos::prelude::*;
use switchhook::store::{Screen, SignInError};
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

#[wasm_bindgen_test]
async fn every_button_of_the_desk_says_what_it_does() {
    let page = Page::desk().await;
    for button in page.all("button") {
        assert!(button.has_attribute("data-command"), "{}", button.outer_html());
        assert!(!button.text_content().unwrap_or_default().is_empty() || button.has_attribute("aria-label"));
    }
}
