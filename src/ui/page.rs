//! What the page does to its own document: where it mounts, its title, its heartbeat, what has the focus.
//!
//! Lives here: the few calls into the document that no element's attribute can express.
//! May not be here: sockets, timers, storage (platform), anything that knows what a call is.
//! The heartbeat is an attribute of the root element: `boot.js` shows the crash screen when it stops.
//! Sizes are measured by the browser's own observer, never by a timer.
#![allow(
    clippy::disallowed_methods,
    reason = "the one place of the view that touches the document"
)]

use crate::domain::Moment;
use crate::domain::fold::folded;
use crate::preferences::Theme;
use crate::store::Layout;
use crate::words::{Dictionary, Language, Word};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, EventTarget, HtmlElement, MediaQueryList, ResizeObserver};

/// The element that the page is mounted on; the static shell inside it is removed.
pub(super) fn take_mount_point() -> Option<HtmlElement> {
    let element = document().query_selector("[data-part=app]").ok().flatten()?;
    element.replace_children_with_node_0();
    element.dyn_into().ok()
}

/// What stands behind the `#` of the page's address, with it; empty where nothing does.
pub(super) fn address_hash() -> String {
    location().hash().unwrap_or_default()
}

/// Names the browser's tab.
pub(super) fn set_title(title: &str) {
    document().set_title(title);
}

/// Shows the tab's icon, or the one that says that a call rings.
pub(super) fn mark_icon(ringing: bool) {
    if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
        let file = if ringing {
            "favicon-ringing.svg"
        } else {
            "favicon.svg"
        };
        // The name is a valid one: this cannot fail.
        let _ = link.set_attribute("href", file);
    }
}

/// Has the root element say whether a call rings here (`data-ringing`).
pub(super) fn mark_ringing(ringing: bool) {
    mark_root("data-ringing", ringing.then_some("true"));
}

/// Has the page in these colours; the system's have no mark.
pub(super) fn set_theme(theme: Theme) {
    mark_root("data-theme", (theme != Theme::System).then(|| theme.name()));
}

/// Has the page laid out so.
pub(super) fn set_layout(layout: Layout) {
    mark_root("data-layout", Some(layout.name()));
}

/// Whether the page has such a room, in the words of a style sheet.
pub(super) fn fits(room: &str) -> bool {
    matching(room).is_some_and(|room| room.matches())
}

/// Tells whenever that changes, for as long as the calling owner lives.
pub(super) fn on_fit(room: &str, tell: impl Fn() + 'static) {
    if let Some(room) = matching(room) {
        listen(&room, "change", tell);
    }
}

fn matching(room: &str) -> Option<MediaQueryList> {
    window().match_media(room).ok().flatten()
}

/// Tells the height of the highest thing above the page whenever one of them opens or closes, for as long as the
/// calling owner lives; 0 when there is none.
pub(super) fn on_popovers(tell: impl Fn(u32) + 'static) {
    listen(&document(), "toggle", move || {
        let Ok(open) = document().query_selector_all("[popover]:popover-open") else {
            return;
        };
        let height = |place| {
            let element = open.item(place)?.dyn_into::<Element>().ok()?;
            u32::try_from(element.scroll_height()).ok()
        };
        tell((0..open.length()).filter_map(height).max().unwrap_or_default());
    });
}

/// Listens to an event on its way down: those of popovers do not come up again.
fn listen(target: &EventTarget, event: &'static str, tell: impl Fn() + 'static) {
    let tell = Closure::<dyn Fn()>::new(tell);
    let listener = tell.as_ref().unchecked_ref();
    // A browser that refuses a listener for an event that it has does not exist.
    let _ = target.add_event_listener_with_callback_and_bool(event, listener, true);
    let kept = StoredValue::new_local((target.clone(), tell));
    on_cleanup(move || {
        kept.with_value(|(target, tell)| {
            let listener = tell.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback_and_bool(event, listener, true);
        });
    });
}

fn mark_root(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        // The names are valid ones: this cannot fail.
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Tells the browser the page's language and direction, and words the crash screen, which must do without the program.
pub(super) fn set_language(language: Language, dictionary: &Dictionary) {
    let document = document();
    if let Some(root) = document.document_element() {
        let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
        // The names are valid ones: this cannot fail.
        let _ = root.set_attribute("lang", language.tag());
        let _ = root.set_attribute("dir", direction);
    }
    let crash = [
        ("#crash-title", Word::CrashTitle),
        ("#crash-text", Word::CrashText),
        ("[data-command=reload]", Word::Reload),
    ];
    for (place, word) in crash {
        if let Ok(Some(element)) = document.query_selector(place) {
            element.set_text_content(Some(word.told(dictionary)));
        }
    }
}

/// Shows that the page is alive.
pub(super) fn beat(now: Moment) {
    mark_root("data-heartbeat", Some(&now.0.to_string()));
}

/// Moves the focus to an element once it is in the document.
pub(super) fn focus<E>(element: NodeRef<E>)
where
    E: leptos::html::ElementType,
    E::Output: AsRef<HtmlElement> + JsCast + Clone + 'static,
{
    Effect::new(move || {
        if let Some(element) = element.get() {
            // Without a focus the page still works.
            let _ = AsRef::<HtmlElement>::as_ref(&element).focus();
        }
    });
}

/// Moves the focus to an element that is in the document.
pub(super) fn focus_now(element: &HtmlElement) {
    // Without a focus the page still works.
    let _ = element.focus();
}

/// Whether an event happened in an element of a kind.
pub(super) fn is_in(event: &web_sys::Event, kind: &str) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| element.matches(kind).unwrap_or(false))
}

/// Moves the focus to the first element of a kind inside another one.
pub(super) fn focus_first(within: &Element, kind: &str) {
    let found = within.query_selector(kind).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        focus_now(&element);
    }
}

/// Does something when what was just drawn has its size.
pub(super) fn next_frame(act: impl FnOnce() + 'static) {
    request_animation_frame(act);
}

/// Catches the focus at `place` when what had it has gone, as a call's card does: `count` says how many can have it.
///
/// Without this the next Tab would begin at the top of the page.
pub(super) fn catch_focus<E>(place: NodeRef<E>, count: impl Fn() -> usize + 'static)
where
    E: leptos::html::ElementType,
    E::Output: AsRef<HtmlElement> + JsCast + Clone + 'static,
{
    Effect::new(move |before: Option<usize>| {
        let count = count();
        if before.is_some_and(|before| count < before) {
            // Whoever goes is still in the document now.
            request_animation_frame(move || {
                let lost = document()
                    .active_element()
                    .is_none_or(|active| active.tag_name() == "BODY");
                if let (true, Some(place)) = (lost, place.try_get_untracked().flatten()) {
                    let _ = AsRef::<HtmlElement>::as_ref(&place).focus();
                }
            });
        }
        count
    });
}

/// Scrolls `within` by no more than it takes to show the whole of an element in it; the page itself stays.
pub(super) fn bring_into_sight(within: &HtmlElement, element: &HtmlElement) {
    let (top, bottom) = (
        element.offset_top(),
        element.offset_top() + element.offset_height(),
    );
    let (from, height) = (within.scroll_top(), within.client_height());
    if top < from {
        within.set_scroll_top(top);
    } else if bottom > from + height {
        within.set_scroll_top(bottom - height);
    }
}

/// Closes the popover that an element is in.
pub(super) fn hide_popover<E>(element: NodeRef<E>)
where
    E: leptos::html::ElementType,
    E::Output: AsRef<HtmlElement> + JsCast + Clone + 'static,
{
    let element = element.get_untracked();
    let popover = element.and_then(|element| {
        AsRef::<Element>::as_ref(AsRef::<HtmlElement>::as_ref(&element))
            .closest("[popover]")
            .ok()?
    });
    if let Some(popover) = popover.and_then(|popover| popover.dyn_into::<HtmlElement>().ok()) {
        // One that is closed already stays closed.
        let _ = popover.hide_popover();
    }
}

/// Whether what was pressed is, or is inside, something that `selector` names.
pub(super) fn is_pressed(event: &web_sys::MouseEvent, selector: &str) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest(selector).ok().flatten())
        .is_some()
}

/// Moves the focus among the buttons and fields inside `within` by one step; wraps around.
pub(super) fn step_focus(within: &Element, forward: bool) {
    let Ok(buttons) = within.query_selector_all("button, input") else {
        return;
    };
    let active = document().active_element();
    let count = buttons.length();
    let button = |index: u32| buttons.item(index)?.dyn_into::<HtmlElement>().ok();
    let here = (0..count).find(|index| {
        button(*index).is_some_and(|button| active.as_ref() == Some(AsRef::<Element>::as_ref(&button)))
    });
    let next = match (here, forward) {
        (None, true) => 0,
        (None, false) => count.saturating_sub(1),
        (Some(here), true) => (here + 1) % count,
        (Some(here), false) => (here + count - 1) % count,
    };
    if let Some(button) = button(next) {
        let _ = button.focus();
    }
}

/// Moves the focus to the next button inside `within` whose text begins with `typed`, which is in lower case.
///
/// One letter goes on from where the focus is, so that it can be pressed again; a longer beginning may be met there.
pub(super) fn focus_by_text(within: &Element, typed: &str) {
    let Ok(buttons) = within.query_selector_all("button") else {
        return;
    };
    let active = document().active_element();
    let count = buttons.length();
    let button = |index: u32| buttons.item(index)?.dyn_into::<HtmlElement>().ok();
    let is_active = |button: &HtmlElement| active.as_ref() == Some(button.as_ref());
    let here = (0..count).find(|index| button(*index).is_some_and(|button| is_active(&button)));
    let first = here.map_or(0, |here| here + u32::from(typed.chars().count() == 1));
    let found = (0..count)
        .filter_map(|step| button((first + step) % count))
        .find(|button| folded(button.text_content().unwrap_or_default().trim()).starts_with(typed));
    if let Some(button) = found {
        // Without a focus the list still works.
        let _ = button.focus();
    }
}

/// Whether a key goes into a field.
pub(super) fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| matches!(&*target.tag_name(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Tells whenever an element's size changes, until it is dropped.
pub(super) struct SizeWatch {
    observer: ResizeObserver,
    _tell: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Begins to watch `elements`.
    pub(super) fn new(elements: &[&Element], tell: impl FnMut() + 'static) -> Option<Self> {
        let tell = Closure::<dyn FnMut()>::new(tell);
        let observer = ResizeObserver::new(tell.as_ref().unchecked_ref()).ok()?;
        for element in elements {
            observer.observe(element);
        }
        Some(Self {
            observer,
            _tell: tell,
        })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
