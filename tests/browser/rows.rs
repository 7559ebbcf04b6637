//! Rows: they come, change, move and go one by one, and only those in sight exist.

use crate::rig::{Page, Witness, at_hub, elements, settle};
use leptos::prelude::*;
use std::borrow::Cow;
use switchhook::domain::Event;
use switchhook::domain::agent::{AgentState, AgentUpdate};
use switchhook::domain::callback::CallbackUpdate;
use switchhook::domain::ids::SourceId;
use switchhook::domain::queue::QueueUpdate;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

fn agent(id: &str, state: AgentState) -> Event<'_> {
    named(id, id, state)
}

fn named<'a>(id: &'a str, name: &'a str, state: AgentState) -> Event<'a> {
    let update = AgentUpdate {
        name: Some(Cow::Borrowed(name)),
        named_state: Some(state),
        ..AgentUpdate::default()
    };
    // The event only borrows its news; a test may leave it behind.
    Event::Agent(at_hub(id), Box::leak(Box::new(update)))
}

fn queue(id: &str, waiting: u32) -> Event<'_> {
    let update = QueueUpdate {
        name: Some(Cow::Borrowed(id)),
        waiting: Some(waiting),
        ..QueueUpdate::default()
    };
    Event::Queue(at_hub(id), Box::leak(Box::new(update)))
}

fn callback(id: &str, closed: bool) -> Event<'_> {
    let update = CallbackUpdate {
        number: Some(Some(Cow::Borrowed("+358401234567"))),
        closed: Some(closed),
        ..CallbackUpdate::default()
    };
    Event::Callback(at_hub(id), Box::new(update))
}

fn text(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

fn ids(page: &Page, part: &str) -> Vec<String> {
    page.all(&format!("[data-part={part}]"))
        .iter()
        .filter_map(|row| row.get_attribute("data-id"))
        .collect()
}

#[wasm_bindgen_test]
async fn a_row_appears_with_its_id_and_what_is_known_of_it() {
    let page = Page::desk().await;
    page.show(named("a-17", "Ann <b>Bold</b>", AgentState::Talking))
        .await;
    let row = page.row("agent", "a-17");
    assert!(
        text(&row).contains("Ann <b>Bold</b>"),
        "text is text: {}",
        text(&row)
    );
    assert_eq!(row.get_attribute("data-state").as_deref(), Some("talking"));
    assert_eq!(row.get_attribute("data-unsure"), None);
    page.show(queue("q-1", 7)).await;
    assert!(text(&page.row("queue", "q-1")).contains('7'));
    page.show(callback("c-1", false)).await;
    assert!(text(&page.row("callback", "c-1")).contains("+358401234567"));
}

#[wasm_bindgen_test]
async fn a_changed_agent_changes_its_own_row_and_nothing_else_on_the_page() {
    let page = Page::desk().await;
    for id in ["a", "b", "c", "d", "e"] {
        page.say(agent(id, AgentState::Ready));
    }
    page.say(queue("q", 1));
    page.say(callback("c-1", false));
    page.commit().await;
    let row = page.row("agent", "c");
    let witness = Witness::of(&page.element);
    page.show(agent("c", AgentState::Talking)).await;
    let touched = witness.take();
    assert!(!touched.is_empty());
    for element in &touched {
        assert!(
            row.contains(Some(element)),
            "also touched: {}",
            element.outer_html()
        );
    }
    assert_eq!(row.get_attribute("data-state").as_deref(), Some("talking"));

    // A queue likewise.
    let row = page.row("queue", "q");
    page.show(queue("q", 2)).await;
    let touched = witness.take();
    assert!(!touched.is_empty() && touched.iter().all(|element| row.contains(Some(element))));

    // What is said again touches nothing at all.
    page.show(queue("q", 2)).await;
    page.show(agent("c", AgentState::Talking)).await;
    assert!(witness.take().is_empty());
}

#[wasm_bindgen_test]
async fn rows_keep_their_elements_when_others_come_and_go() {
    let page = Page::desk().await;
    for id in ["b", "d"] {
        page.say(agent(id, AgentState::Ready));
        page.say(callback(id, false));
    }
    page.commit().await;
    let (b, d) = (page.row("agent", "b"), page.row("agent", "d"));
    page.say(agent("a", AgentState::Ready));
    page.say(agent("c", AgentState::Ready));
    page.commit().await;
    let mine = ids(&page, "agent");
    assert_eq!(&mine[..4], ["a", "b", "c", "d"], "by name; the nameless last");
    assert!(page.row("agent", "b") == b && page.row("agent", "d") == d);

    let kept = page.row("callback", "d");
    page.show(callback("b", true)).await;
    assert_eq!(ids(&page, "callback"), ["d"]);
    assert!(page.row("callback", "d") == kept);
    assert_eq!(page.views.callback_cells.len(), 1, "its cell went with the row");
}

#[wasm_bindgen_test]
async fn a_row_moves_when_its_name_is_learned() {
    let page = Page::desk().await;
    for (id, name) in [("1", "Cho"), ("2", "Ann"), ("3", "Bob")] {
        page.say(named(id, name, AgentState::Ready));
    }
    page.commit().await;
    assert_eq!(&ids(&page, "agent")[..3], ["2", "3", "1"]);
    page.show(named("2", "Zoe", AgentState::Ready)).await;
    assert_eq!(&ids(&page, "agent")[..3], ["3", "1", "2"]);
    let places: Vec<_> = page
        .all("[data-part=agent]")
        .iter()
        .filter_map(|row| row.get_attribute("aria-rowindex"))
        .collect();
    assert_eq!(places, ["2", "3", "4", "5"]);
}

/// Of a thousand agents only those in sight have rows, and an event for another costs the document nothing.
#[wasm_bindgen_test]
async fn only_rows_in_sight_exist() {
    let page = Page::desk().await;
    let names: Vec<String> = (0..1_000).map(|number| format!("agent-{number:04}")).collect();
    for name in &names {
        page.say(agent(name, AgentState::Ready));
    }
    page.commit().await;
    frame().await;
    settle().await;
    let shown = ids(&page, "agent");
    assert!((5..100).contains(&shown.len()), "{} rows", shown.len());
    assert_eq!(shown[0], "agent-0000");
    let list = page.one(".agent-list");
    assert_eq!(
        list.get_attribute("aria-rowcount").as_deref(),
        Some("1002"),
        "with the own one and the heading"
    );

    let witness = Witness::of(&page.element);
    page.show(agent("agent-0900", AgentState::Talking)).await;
    assert!(witness.take().is_empty());

    list.set_scroll_top(list.scroll_height() * 9 / 10);
    frame().await;
    settle().await;
    let row = page.row("agent", "agent-0900");
    assert_eq!(row.get_attribute("data-state").as_deref(), Some("talking"));
    assert_eq!(row.get_attribute("aria-rowindex").as_deref(), Some("902"));
    assert!(elements(&page.element, "[data-id=agent-0000]").is_empty());
    // The bar shows the own agent as well.
    assert!(page.views.agent_cells.len() <= ids(&page, "agent").len() + 1);
}

#[wasm_bindgen_test]
async fn a_lost_connection_marks_every_row_until_it_is_heard_of_again() {
    let page = Page::desk().await;
    for id in ["a", "b"] {
        page.say(agent(id, AgentState::Ready));
    }
    page.commit().await;
    let unsure = |page: &Page| page.all("[data-part=agent][data-unsure=as-of]").len();
    assert_eq!(unsure(&page), 0);
    let source = SourceId::default();
    page.model.borrow_mut().lose_session(source, page.now);
    page.views.recommit(&page.model.borrow());
    settle().await;
    assert_eq!(unsure(&page), 2);
    page.model.borrow_mut().begin_session(source);
    page.views.recommit(&page.model.borrow());
    settle().await;
    assert_eq!(unsure(&page), 2, "connected is not confirmed");
    page.show(agent("b", AgentState::Ready)).await;
    assert_eq!(unsure(&page), 1);
    assert_eq!(page.row("agent", "b").get_attribute("data-unsure"), None);
}

/// Waits for the browser's next frame: sizes and scroll positions are told then.
async fn frame() {
    let next = js_sys::Promise::new(&mut |resolve, _| {
        // Twice: what a frame's observers change is laid out in the next.
        let again = resolve.clone();
        request_animation_frame(move || {
            request_animation_frame(move || {
                let _ = again.call0(&wasm_bindgen::JsValue::NULL);
            });
        });
    });
    wasm_bindgen_futures::JsFuture::from(next).await.expect("a frame");
}
