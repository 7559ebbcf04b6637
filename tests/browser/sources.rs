//! What the page shows of the sources behind the hub: notices while they last, and a reservation until its end.

use super::rig::{ME, Page, at_hub, settle};
use leptos::prelude::*;
use switchhook::domain::Event;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::session::state::Notice;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn r103_a_link_to_the_switch_that_is_down_is_said_in_words_while_it_lasts() {
    let page = Page::desk().await;
    let notices = || -> Vec<String> {
        let shown = page.all("[data-part=banner] [data-part=notice]");
        shown.iter().filter_map(|notice| notice.text_content()).collect()
    };
    assert!(notices().is_empty());
    page.views
        .connection
        .update(|connection| connection.notices = vec![Notice::SwitchLinkDown]);
    settle().await;
    assert_eq!(notices().len(), 1);
    assert!(
        notices()[0].contains("The link to the switch is down"),
        "{:?}",
        notices()
    );
    page.views
        .connection
        .update(|connection| connection.notices = vec![Notice::CatchingUp, Notice::Gap]);
    settle().await;
    assert_eq!(notices().len(), 2);
    page.views
        .connection
        .update(|connection| connection.notices.clear());
    settle().await;
    assert!(notices().is_empty());
}

#[wasm_bindgen_test]
async fn r97_a_reservation_is_shown_beside_the_state_until_its_end() {
    let page = Page::desk().await;
    let ready = AgentUpdate {
        named_state: Some(AgentState::Ready),
        ..AgentUpdate::default()
    };
    page.show(Event::Agent(at_hub(ME), &ready)).await;
    let state = || page.one("[data-part=state]");
    let beside = || {
        page.one("[data-part=state] .pending")
            .text_content()
            .unwrap_or_default()
    };
    page.show(Event::Reserved(at_hub(ME), Some(20_000))).await;
    assert_eq!(state().get_attribute("data-state").as_deref(), Some("ready"));
    assert!(beside().starts_with("Reserved until "), "{}", beside());
    page.views.now.set(page.now.plus(20_000));
    settle().await;
    assert_eq!(beside(), "");
}
