//! The cards of calls: nothing on them moves, and they stay until they have been seen.

use crate::rig::{ME, Page, at_hub, elements, mask, press, settle};
use leptos::prelude::Set;
use std::borrow::Cow;
use switchhook::domain::Event;
use switchhook::domain::call::{CallUpdate, Direction, Ending, Stage};
use switchhook::domain::command::{Command, Failure, InvokeId};
use switchhook::domain::control::{Control, Controls};
use switchhook::ui::Intent;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event as DomEvent, HtmlElement};

fn news(stage: Stage) -> CallUpdate<'static> {
    CallUpdate {
        agent: Some(Cow::Borrowed(ME)),
        direction: Some(Direction::Inbound),
        stage: Some(stage),
        number: Some(Cow::Borrowed("+358401234567")),
        ..CallUpdate::default()
    }
}

fn call<'a>(id: &'a str, update: CallUpdate<'a>) -> Event<'a> {
    Event::Call(at_hub(id), Box::new(update))
}

fn ids(page: &Page) -> Vec<String> {
    let cards = page.all("[data-part=call]");
    let ids = cards.iter().filter_map(|card| card.get_attribute("data-id"));
    ids.collect()
}

/// Where something is: from the left, from the top, wide, high.
fn place(element: &Element) -> [f64; 4] {
    let place = element.get_bounding_client_rect();
    [place.x(), place.y(), place.width(), place.height()]
}

/// Lets the page's clock go on.
async fn after(page: &Page, seconds: i64) {
    page.views.now.set(page.now.plus(seconds * 1_000));
    settle().await;
}

fn point(page: &Page, event: &str) {
    let calls = page.one("[data-part=calls]");
    calls
        .dispatch_event(&DomEvent::new(event).expect("an event"))
        .expect("dispatched");
}

/// Complaint 15: whoever aims at a button hits it.
#[wasm_bindgen_test]
async fn nothing_on_a_card_moves_from_its_first_ringing_until_it_is_put_away() {
    let page = Page::desk().await;
    page.say(call("other", news(Stage::Held)));
    page.show(call("call", news(Stage::Alerting))).await;
    page.show(call("after", news(Stage::Held))).await;
    let all = || -> Vec<[f64; 4]> {
        let cards = page.all("[data-part=call]");
        let places = cards.iter().flat_map(|card| {
            let buttons = elements(card, ".buttons > button");
            std::iter::once(place(card)).chain(buttons.iter().map(place).collect::<Vec<_>>())
        });
        places.collect()
    };
    let before = all();
    assert_eq!(before.len(), 3 * 9);
    let key = page.model.borrow().calls.find(at_hub("call")).expect("known");
    let every: Controls = Control::ALL.into_iter().collect();
    let held = CallUpdate {
        mask: Some(mask(every)),
        queue_name: Some(Cow::Borrowed(
            "A queue with a name that is longer than any card is wide",
        )),
        recording: Some(true),
        conference: true,
        ..news(Stage::Held)
    };
    let ended = CallUpdate {
        ending: Some(Ending::ByRemote),
        ..news(Stage::Ended)
    };
    for (what, event) in [
        ("connected", call("call", news(Stage::Connected))),
        ("current", Event::CurrentCall(Some(at_hub("call")))),
        ("held, recorded, a conference", call("call", held)),
        ("another one current", Event::CurrentCall(Some(at_hub("other")))),
        ("ended", call("call", ended)),
    ] {
        page.show(event).await;
        assert_eq!(all(), before, "{what}");
        for (number, command) in [Command::Hold(key), Command::EndForAll(key)]
            .into_iter()
            .enumerate()
        {
            let id = InvokeId(number as u32);
            page.model.borrow_mut().begin_command(id, command, page.now);
            page.commit().await;
            assert_eq!(all(), before, "{what}: under way");
            page.model.borrow_mut().fail(id, Failure::NoAnswer, page.now);
            page.commit().await;
            assert!(!page.all(".foot [data-part=failure]").is_empty());
            assert_eq!(all(), before, "{what}: failed");
        }
        page.model.borrow_mut().dismiss_failure(InvokeId(0));
        page.model.borrow_mut().dismiss_failure(InvokeId(1));
        page.commit().await;
    }
}

#[wasm_bindgen_test]
async fn an_ended_call_stays_until_it_was_seen_and_the_pointer_has_left() {
    let page = Page::desk().await;
    page.say(call("1", news(Stage::Connected)));
    page.show(call("2", news(Stage::Connected))).await;
    point(&page, "pointerenter");
    let ended = CallUpdate {
        ending: Some(Ending::ByRemote),
        ..news(Stage::Ended)
    };
    page.show(call("1", ended)).await;
    assert_eq!(ids(&page), ["1", "2"]);
    let foot = elements(&page.row("call", "1"), ".foot").remove(0);
    assert_eq!(foot.text_content().as_deref(), Some("caller hung up"));
    after(&page, 60).await;
    assert_eq!(ids(&page), ["1", "2"], "the pointer is among the cards");
    point(&page, "pointerleave");
    after(&page, 61).await;
    assert_eq!(ids(&page), ["1", "2"], "it has only just left");
    after(&page, 63).await;
    assert_eq!(ids(&page), ["2"]);
}

#[wasm_bindgen_test]
async fn a_card_is_put_away_by_hand_and_a_failed_call_by_hand_only() {
    let page = Page::desk().await;
    page.say(call("1", news(Stage::Connected)));
    page.say(call("2", news(Stage::Dialling)));
    page.show(call("3", news(Stage::Connected))).await;
    page.say(call("1", news(Stage::Ended)));
    page.show(call("2", news(Stage::Failed))).await;
    after(&page, 3_600).await;
    assert_eq!(ids(&page), ["2", "3"]);
    let key = page.model.borrow().calls.find(at_hub("2")).expect("known");
    press(&elements(&page.row("call", "2"), "[data-command=dismiss]").remove(0));
    assert_eq!(page.take_intents(), [Intent::DismissCall(key)]);
    page.model.borrow_mut().dismiss_call(key);
    page.commit().await;
    assert_eq!(ids(&page), ["3"]);
    page.show(call("3", news(Stage::Ended))).await;
    press(&elements(&page.row("call", "3"), "[data-command=dismiss]").remove(0));
    settle().await;
    assert_eq!(page.take_intents(), [], "an ended call is the page's own affair");
    assert!(ids(&page).is_empty());
}

/// The missed call is in its list for as long as the agent wants, whatever becomes of its card.
#[wasm_bindgen_test]
async fn a_missed_call_whose_card_is_put_away_stays_in_its_list() {
    let page = Page::desk().await;
    page.show(call("1", news(Stage::Alerting))).await;
    page.show(call("1", news(Stage::Ended))).await;
    press(&elements(&page.row("call", "1"), "[data-command=dismiss]").remove(0));
    settle().await;
    assert!(ids(&page).is_empty());
    assert_eq!(page.all("[data-part=missed-call]").len(), 1);
    assert_eq!(page.take_intents(), []);
}

#[wasm_bindgen_test]
async fn sixteen_calls_have_sixteen_cards_in_the_order_of_their_coming() {
    let page = Page::desk().await;
    let all: Vec<String> = (0..16).map(|number| format!("call-{number}")).collect();
    for id in &all {
        page.show(call(id, news(Stage::Held))).await;
    }
    assert_eq!(ids(&page), all);
    // A caller of the past comes back: the last place is its own.
    page.show(call("call-3", news(Stage::Ended))).await;
    page.show(call("call-3", news(Stage::Alerting))).await;
    assert_eq!(ids(&page), all);
    let switches = page.all("[data-command=make-current]");
    assert_eq!(switches.len(), 16, "there is no current call, and each could be");
    page.show(Event::CurrentCall(Some(at_hub("call-7")))).await;
    let current = page.one("[data-part=call][aria-current=true]");
    assert_eq!(current.get_attribute("data-id").as_deref(), Some("call-7"));
    assert_eq!(page.all("[data-command=make-current]").len(), 15);
}

#[wasm_bindgen_test]
async fn a_consultation_hangs_on_the_call_that_it_is_about() {
    let page = Page::desk().await;
    page.show(call("1", news(Stage::Held))).await;
    let consult = CallUpdate {
        consult: true,
        direction: Some(Direction::Outbound),
        ..news(Stage::Dialling)
    };
    page.show(call("2", consult)).await;
    assert_eq!(
        page.row("call", "2").get_attribute("data-hangs").as_deref(),
        Some("true")
    );
    assert!(page.row("call", "1").get_attribute("data-hangs").is_none());
    let card = page.row("call", "2");
    assert_eq!(elements(&card, ".pair > button").len(), 4);
    assert!(
        card.text_content()
            .is_some_and(|text| text.contains("about +358401234567"))
    );
}

/// Who has more cards than fit must see the one that rings, but nothing moves under the pointer.
#[wasm_bindgen_test]
async fn a_call_that_rings_out_of_sight_is_brought_into_sight_when_the_pointer_is_elsewhere() {
    let page = Page::desk().await;
    let column: HtmlElement = page.one("[data-part=calls]").unchecked_into();
    // As high as on a small screen.
    column
        .set_attribute("style", "block-size: 400px; overflow-y: auto; flex: none")
        .expect("a name");
    for number in 0..4 {
        page.show(call(["1", "2", "3", "4"][number], news(Stage::Held)))
            .await;
    }
    let sees = |id: &str| {
        let [_, top, _, height] = place(&page.row("call", id));
        let [_, from, _, room] = place(&column);
        // Scrolling counts in whole pixels.
        top >= from - 1.0 && top + height <= from + room + 1.0
    };
    assert!(sees("1") && !sees("4"));
    point(&page, "pointerenter");
    page.show(call("4", news(Stage::Alerting))).await;
    assert!(sees("1") && !sees("4"), "nothing moves under the pointer");
    point(&page, "pointerleave");
    settle().await;
    assert!(sees("4"));
}
