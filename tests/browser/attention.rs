//! Attention and preferences: what the page shows of them, and what its controls hand on.

use crate::rig::{Page, at_hub, elements, press, settle};
use leptos::prelude::*;
use switchhook::domain::Event;
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::preferences::{Change, Signal, Signals, Theme, Volume};
use switchhook::store::{Attending, Permission, SoundState, Tab};
use switchhook::ui::Intent;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlInputElement};

fn root() -> Element {
    document().document_element().expect("a root")
}

/// The page's icon: the tests' own document has none.
fn icon() -> Element {
    for earlier in elements(&root(), "link[rel=icon]") {
        earlier.remove();
    }
    let link = document().create_element("link").expect("an element");
    link.set_attribute("rel", "icon").expect("a name");
    document()
        .head()
        .expect("a head")
        .append_child(&link)
        .expect("appended");
    link
}

/// A desk at which a call rings, by these signals.
async fn ringing(signals: Signals) -> Page {
    let page = Page::desk().await;
    let call = CallUpdate {
        stage: Some(Stage::Alerting),
        direction: Some(Direction::Inbound),
        number: Some("555".into()),
        ..CallUpdate::default()
    };
    page.show(Event::Call(at_hub("call-1"), Box::new(call))).await;
    page.ring("call-1", signals).await;
    page
}

fn only(signal: Signal) -> Signals {
    let mut signals = Signals::NONE;
    signals.set(signal, true);
    signals
}

#[wasm_bindgen_test]
async fn the_title_blinks_and_the_icon_changes_while_a_call_rings() {
    let icon = icon();
    let page = ringing(Signals::default()).await;
    let shown = || (document().title(), icon.get_attribute("href").unwrap_or_default());
    let ring = ("Ringing 555".to_owned(), "favicon-ringing.svg".to_owned());
    assert_eq!(shown(), ring);
    assert!(root().has_attribute("data-ringing"));
    page.views.now.set(page.now.plus(1_000));
    settle().await;
    assert!(!shown().0.starts_with("Ringing"), "{}", shown().0);
    page.views.now.set(page.now.plus(2_000));
    settle().await;
    assert_eq!(shown(), ring);

    page.views
        .attention
        .update(|attention| attention.attending = Attending::default());
    settle().await;
    assert!(!shown().0.starts_with("Ringing"), "{}", shown().0);
    assert_eq!(shown().1, "favicon.svg");
    assert!(!root().has_attribute("data-ringing"));
}

#[wasm_bindgen_test]
async fn a_signal_that_is_switched_off_is_not_given() {
    let icon = icon();
    let _page = ringing(only(Signal::Icon)).await;
    assert!(!document().title().starts_with("Ringing"));
    assert_eq!(icon.get_attribute("href").as_deref(), Some("favicon-ringing.svg"));
    let _page = ringing(only(Signal::Title)).await;
    assert!(document().title().starts_with("Ringing"));
    assert_eq!(icon.get_attribute("href").as_deref(), Some("favicon.svg"));
}

#[wasm_bindgen_test]
async fn the_theme_that_was_chosen_is_marked_on_the_root() {
    let page = Page::desk().await;
    for theme in Theme::ALL {
        page.views
            .preferences
            .update(|preferences| preferences.theme = Some(theme));
        settle().await;
        let expected = (theme != Theme::System).then(|| theme.name().to_owned());
        assert_eq!(root().get_attribute("data-theme"), expected);
    }
    root().remove_attribute("data-theme").expect("a name");
}

fn change(element: &Element, kind: &str) {
    let event = web_sys::Event::new(kind).expect("an event");
    element.dispatch_event(&event).expect("dispatched");
}

#[wasm_bindgen_test]
async fn each_setting_hands_on_its_change_and_changes_nothing_itself() {
    let page = Page::desk().await;
    for signal in Signal::ALL {
        let switch = page.one(&format!("[data-command=signal][data-signal={}]", signal.name()));
        let switch: HtmlInputElement = switch.unchecked_into();
        assert!(switch.checked(), "on unless switched off");
        press(&switch);
        assert_eq!(
            page.take_intents(),
            [Intent::Prefer(Change::Signal(signal, false))]
        );
    }
    let volume: HtmlInputElement = page.one("[data-command=volume]").unchecked_into();
    assert_eq!(volume.value(), Volume::default().percent().to_string());
    volume.set_value("35");
    change(&volume, "input");
    assert_eq!(
        page.take_intents(),
        [Intent::Prefer(Change::Volume(Volume::new(35)))]
    );

    let theme = page.one("[data-command=theme]");
    let values: Vec<_> = elements(&theme, "option")
        .iter()
        .filter_map(|option| option.get_attribute("value"))
        .collect();
    assert_eq!(values, Theme::ALL.map(Theme::name));
    press(&page.one("[data-part=settings] [data-command=test-sound]"));
    assert_eq!(page.take_intents(), [Intent::TestSound]);
}

#[wasm_bindgen_test]
async fn what_keeps_notifications_away_is_said() {
    let page = Page::desk().await;
    let permit = async |permission| {
        page.views
            .attention
            .update(|attention| attention.notifications = permission);
        settle().await;
        let advice = page.all("[data-part=notifications]");
        let button = page.all("[data-command=allow-notifications]");
        (advice.len(), button)
    };
    assert_eq!(permit(Permission::Granted).await.0, 0);
    assert_eq!(permit(Permission::Denied).await.0, 1);
    assert_eq!(permit(Permission::Missing).await.0, 1);
    let (advice, buttons) = permit(Permission::NotAsked).await;
    assert_eq!(advice, 0);
    press(&buttons[0]);
    assert_eq!(page.take_intents(), [Intent::AllowNotifications]);
}

#[wasm_bindgen_test]
async fn a_blocked_sound_and_another_leading_tab_are_said_with_a_way_out() {
    let page = Page::desk().await;
    let parts = || (page.all("[data-part=sound-blocked]"), page.all("[data-part=tab]"));
    assert!(parts().0.is_empty() && parts().1.is_empty());
    page.views.attention.update(|attention| {
        attention.sound = SoundState::Blocked;
        attention.attending.tab = Tab::Following;
    });
    settle().await;
    press(&parts().0[0]);
    press(&page.one("[data-part=tab] [data-command=take-over]"));
    assert_eq!(page.take_intents(), [Intent::AllowSound, Intent::TakeOver]);

    // Whoever wants no sound is not told that there is none.
    page.views
        .preferences
        .update(|preferences| preferences.signals.set(Signal::Sound, false));
    settle().await;
    assert!(parts().0.is_empty());
    page.views
        .attention
        .update(|attention| attention.attending.tab = Tab::Leading);
    settle().await;
    assert!(parts().1.is_empty());
}

#[wasm_bindgen_test]
async fn what_was_begun_to_be_dialled_is_there_and_is_kept_as_it_changes() {
    let page = Page::mount(switchhook::store::Screen::Starting);
    page.views.drafts.update(|drafts| drafts.put("dial", "+358"));
    page.views.screen.set(switchhook::store::Screen::Desk);
    settle().await;
    let field: HtmlInputElement = page.one("[data-part=dial] input").unchecked_into();
    assert_eq!(field.value(), "+358");
    assert_eq!(page.take_intents(), [], "what is there is kept already");
    field.set_value("+35840");
    change(&field, "input");
    settle().await;
    let kept = Intent::Draft {
        place: "dial".into(),
        text: "+35840".into(),
    };
    assert_eq!(page.take_intents(), [kept]);
}
