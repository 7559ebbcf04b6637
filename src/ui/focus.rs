//! Where the focus is, where it goes, and what a key press means to the page.
//!
//! Lives here: finding parts by their hooks, pressing buttons and moving the focus as hands on a keyboard would.
//! May not be here: which action keys belong to, anything that knows what a call is.
//! Buttons in a row are one stop of the Tab key (`role="toolbar"`): arrows go along the row, Tab leaves it. In a menu
//! (`popover` of class `menu`) arrows go up and down.
//! With 16 cards of eight buttons each, plain Tab would need 128 presses to pass them by.
#![allow(
    clippy::disallowed_methods,
    reason = "touches the document, as page.rs does: what has the focus is no element's attribute"
)]

use crate::keyboard::{Keys, Press};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent, NodeList};

/// Where something is written.
const FIELDS: &str =
    "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
/// Buttons in a row, and what opens above it: its buttons are not the row's.
const ROWS: &str = "[role=toolbar], [popover]";

/// What became of a button that was to be pressed.
pub(super) enum Pressed {
    /// It was pressed.
    Yes,
    /// It is off, for this reason.
    Off(Option<String>),
    /// There is none.
    Absent,
}

/// Hears every key press on the page, for as long as the calling owner lives.
pub(super) fn on_key(hear: impl Fn(&KeyboardEvent) + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| hear(&event));
    on_cleanup(move || listener.remove());
}

/// The keys of a press.
pub(super) fn keys_of(event: &KeyboardEvent) -> Option<Keys> {
    let (key, code) = (event.key(), event.code());
    Keys::of(Press {
        key: &key,
        code: &code,
        control: event.ctrl_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
        meta: event.meta_key(),
        alt_graph: event.get_modifier_state("AltGraph"),
    })
}

/// Whether the focus is where something is written.
pub(super) fn is_writing() -> bool {
    active().is_some_and(|active| active.matches(FIELDS).unwrap_or_default())
}

/// Whether a sheet covers the page and takes all keys.
pub(super) fn is_covered() -> bool {
    find("dialog:modal").is_some()
}

/// Closes what is open above the page.
pub(super) fn uncover() {
    for open in all(document().query_selector_all("[popover]:popover-open, dialog[open]")) {
        match open.dyn_ref::<HtmlDialogElement>() {
            Some(sheet) => sheet.close(),
            // One that is closed already stays closed.
            None => drop(open.hide_popover()),
        }
    }
}

/// Whether the keyboard is a Mac's, where Alt writes signs.
pub(super) fn is_mac() -> bool {
    window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.as_bytes().windows(3).any(|word| word == b"Mac"))
}

/// The id (`data-id`) of the part of this kind that has the focus.
pub(super) fn within(part: &str) -> Option<String> {
    let place = active()?.closest(&hook(part)).ok()??;
    place.get_attribute("data-id")
}

/// Presses the first button that `selector` finds.
pub(super) fn press(selector: &str) -> Pressed {
    let Some(button) = find(selector) else {
        return Pressed::Absent;
    };
    if button.get_attribute("aria-disabled").is_some() || button.has_attribute("disabled") {
        return Pressed::Off(button.get_attribute("aria-description"));
    }
    button.click();
    Pressed::Yes
}

/// Moves the focus to the first place that can be seen of those that the selectors find, tried in turn.
pub(super) fn go_to(selectors: &[&str]) -> bool {
    let found = selectors.iter().find_map(|selector| {
        let place = find(selector)?;
        is_seen(&place).then_some(place)
    });
    found.is_some_and(|place| take_focus(&place))
}

/// Whether what `selector` finds is there and cannot be seen.
pub(super) fn is_hidden(selector: &str) -> bool {
    find(selector).is_some_and(|place| !is_seen(&place))
}

/// Whether nothing stands in what `selector` finds.
pub(super) fn is_empty(selector: &str) -> bool {
    find(selector).is_none_or(|place| place.inner_text().trim().is_empty())
}

/// Moves the focus from one part of a kind to the next; from anywhere else to the current or the first one.
pub(super) fn step(part: &str, forward: bool) -> bool {
    let parts = all(document().query_selector_all(&hook(part)));
    let here = active().and_then(|active| active.closest(&hook(part)).ok().flatten());
    let place = |wanted: &Element| {
        parts
            .iter()
            .position(|part| AsRef::<Element>::as_ref(part) == wanted)
    };
    let next = match here.as_ref().and_then(place) {
        Some(here) => next_of(here, parts.len(), forward),
        None => parts
            .iter()
            .position(|part| part.has_attribute("aria-current"))
            .unwrap_or_default(),
    };
    parts.get(next).is_some_and(take_focus)
}

/// Moves the focus inside a row or a menu of buttons; `true` when the key was meant for that.
pub(super) fn walk(event: &KeyboardEvent) -> bool {
    if event.alt_key() || event.ctrl_key() || event.meta_key() || is_writing() {
        return false;
    }
    let Some(row) = active().and_then(|active| row_of(&active)) else {
        return false;
    };
    let is_menu = row.has_attribute("popover");
    let mut buttons = all(row.query_selector_all("button"));
    buttons.retain(|button| row_of(button).as_ref() == Some(&row) && is_seen(button));
    let focused = active();
    let is_focused = |button: &HtmlElement| focused.as_ref() == Some(button.as_ref());
    let Some(here) = buttons.iter().position(is_focused) else {
        return false;
    };
    let last = buttons.len().saturating_sub(1);
    let next = match (&*event.key(), is_menu) {
        ("ArrowRight", false) => next_of(here, buttons.len(), !is_right_to_left()),
        ("ArrowLeft", false) => next_of(here, buttons.len(), is_right_to_left()),
        ("ArrowDown", true) => next_of(here, buttons.len(), true),
        ("ArrowUp", true) => next_of(here, buttons.len(), false),
        ("Home", _) => 0,
        ("End", _) => last,
        // Leaves the row from wherever one is in it, and comes back there.
        ("Tab", false) => here,
        _ => return false,
    };
    for (place, button) in buttons.iter().enumerate().filter(|_| !is_menu) {
        button.set_tab_index(if place == next { 0 } else { -1 });
    }
    next != here && buttons.get(next).is_some_and(take_focus)
}

fn next_of(here: usize, count: usize, forward: bool) -> usize {
    let step = if forward { 1 } else { count.saturating_sub(1) };
    (here + step).checked_rem(count).unwrap_or_default()
}

/// The row or menu that a button belongs to.
fn row_of(button: &Element) -> Option<Element> {
    let row = button.closest(ROWS).ok()??;
    let walks = row.has_attribute("role") && !row.has_attribute("popover");
    (walks || row.class_list().contains("menu")).then_some(row)
}

fn is_right_to_left() -> bool {
    document()
        .document_element()
        .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
}

fn hook(part: &str) -> String {
    ["[data-part=", part, "]"].concat()
}

fn active() -> Option<Element> {
    document().active_element()
}

fn find(selector: &str) -> Option<HtmlElement> {
    let found = document().query_selector(selector).ok()??;
    found.dyn_into().ok()
}

fn all(found: Result<NodeList, JsValue>) -> Vec<HtmlElement> {
    let Ok(found) = found else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|place| found.item(place)?.dyn_into().ok())
        .collect()
}

fn is_seen(element: &HtmlElement) -> bool {
    element.offset_width() > 0
}

/// Gives an element the focus; one that cannot have it by itself can have it from now on, but not by Tab.
fn take_focus(element: &HtmlElement) -> bool {
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        element.set_tab_index(-1);
    }
    element.focus().is_ok()
}
