//! A mounted page with a model behind it, and the means to look at both.

use js_sys::Array;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use switchhook::domain::control::{Controls, EnablementMask};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::{Delta, Event, Model, Moment};
use switchhook::preferences::Signals;
use switchhook::store::{Attending, Screen, Tab, Views};
use switchhook::ui::{self, App, Intent};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit, MutationRecord};

/// The own agent's id.
pub(crate) const ME: &str = "agent-me";

/// The page's own style sheets, in the order of `index.html`: rows have their height, lists scroll.
const STYLE: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/layout.css"),
    include_str!("../../style/components/controls.css"),
    include_str!("../../style/components/bar.css"),
    include_str!("../../style/components/calls.css"),
    include_str!("../../style/components/lists.css"),
    include_str!("../../style/components/wrap-up.css"),
    include_str!("../../style/components/settings.css"),
    include_str!("../../style/components/shortcuts.css"),
);

pub(crate) fn at_hub(id: &str) -> Ref<'_> {
    Ref::new(SourceId::default(), id)
}

pub(crate) fn mask(controls: Controls) -> EnablementMask {
    EnablementMask {
        controls,
        disable_all: false,
        raw: 0,
    }
}

/// An empty element in the document, in place of the one that an earlier test used.
pub(crate) fn place() -> HtmlElement {
    let document = document();
    for earlier in elements(&document.document_element().expect("a root"), "[data-part=app]") {
        earlier.remove();
    }
    if document.query_selector("style").expect("a selector").is_none() {
        let style = document.create_element("style").expect("an element");
        style.set_text_content(Some(STYLE));
        document
            .head()
            .expect("a head")
            .append_child(&style)
            .expect("appended");
    }
    let place = document.create_element("div").expect("an element");
    place.set_class_name("app");
    place.set_attribute("data-part", "app").expect("a name");
    document
        .body()
        .expect("a body")
        .append_child(&place)
        .expect("appended");
    place.unchecked_into()
}

/// The elements below `within` that a selector names.
pub(crate) fn elements(within: &Element, selector: &str) -> Vec<Element> {
    let list = within.query_selector_all(selector).expect("a selector");
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

/// Lets effects run: they are due in the next turn.
pub(crate) async fn settle() {
    // An effect may mount what has effects of its own.
    for _ in 0..3 {
        leptos::task::tick().await;
    }
}

/// The page over a model.
pub(crate) struct Page {
    pub(crate) views: Views,
    pub(crate) model: Rc<RefCell<Model>>,
    pub(crate) element: HtmlElement,
    pub(crate) intents: Rc<RefCell<Vec<Intent>>>,
    pub(crate) now: Moment,
    pub(crate) app: App,
}

impl Page {
    /// The desk of an agent who is signed in, connected and alone.
    pub(crate) async fn desk() -> Self {
        let page = Self::mount(Screen::Desk);
        {
            let mut model = page.model.borrow_mut();
            model.begin_session(SourceId::default());
            let me = model.agents.intern(at_hub(ME));
            model.set_me(Some(me));
        }
        page.views.desk.update(|desk| desk.telephony = true);
        page.commit().await;
        page
    }

    /// The page with this screen and nothing in the model.
    pub(crate) fn mount(screen: Screen) -> Self {
        let element = place();
        let views = Views::default();
        let now = Moment(1_800_000_000_000);
        views.now.set(now);
        views.screen.set(screen);
        let model = Rc::new(RefCell::new(Model::default()));
        let intents: Rc<RefCell<Vec<Intent>>> = Rc::default();
        let heard = Rc::clone(&intents);
        let dispatch = Rc::new(move |intent| heard.borrow_mut().push(intent));
        let app = ui::mount(views.clone(), Rc::clone(&model), dispatch).expect("there is a place");
        Self {
            views,
            model,
            element,
            intents,
            now,
            app,
        }
    }

    /// Applies an event; the page shows nothing of it yet.
    pub(crate) fn say(&self, event: Event<'_>) {
        self.model.borrow_mut().apply(event, Some(self.now), self.now);
    }

    /// Does what the driver does once per frame.
    pub(crate) async fn commit(&self) {
        let mut delta = Delta::default();
        self.model.borrow_mut().take_delta(&mut delta);
        self.views.commit(&self.model.borrow(), &delta);
        settle().await;
    }

    /// Applies one event and shows it.
    pub(crate) async fn show(&self, event: Event<'_>) {
        self.say(event);
        self.commit().await;
    }

    /// Has a call ring in this tab, by these signals; the clock stands at an even second.
    pub(crate) async fn ring(&self, id: &str, signals: Signals) {
        let call = self.model.borrow().calls.find(at_hub(id));
        self.views.attention.update(|attention| {
            attention.attending = Attending {
                tab: Tab::Leading,
                call,
                signals,
            };
        });
        settle().await;
    }

    /// The elements of the page that a selector names.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        elements(&self.element, selector)
    }

    /// The one element that a selector names.
    pub(crate) fn one(&self, selector: &str) -> Element {
        let mut all = self.all(selector);
        assert_eq!(all.len(), 1, "{selector}");
        all.remove(0)
    }

    /// The row or card of an entity.
    pub(crate) fn row(&self, part: &str, id: &str) -> Element {
        self.one(&format!("[data-part={part}][data-id='{id}']"))
    }

    /// What was wanted since the last time.
    pub(crate) fn take_intents(&self) -> Vec<Intent> {
        std::mem::take(&mut self.intents.borrow_mut())
    }
}

/// Presses an element as a mouse would.
pub(crate) fn press(element: &Element) {
    element.unchecked_ref::<HtmlElement>().click();
}

/// Witnesses every change below an element.
pub(crate) struct Witness {
    observer: MutationObserver,
    seen: Rc<RefCell<Vec<MutationRecord>>>,
    _tell: Closure<dyn FnMut(Array)>,
}

impl Witness {
    pub(crate) fn of(element: &Element) -> Self {
        let seen: Rc<RefCell<Vec<MutationRecord>>> = Rc::default();
        let told = Rc::clone(&seen);
        let tell = Closure::new(move |records: Array| told.borrow_mut().extend(records_of(&records)));
        let observer = MutationObserver::new(tell.as_ref().unchecked_ref()).expect("an observer");
        let everything = MutationObserverInit::new();
        everything.set_subtree(true);
        everything.set_child_list(true);
        everything.set_attributes(true);
        everything.set_character_data(true);
        observer
            .observe_with_options(element, &everything)
            .expect("observed");
        Self {
            observer,
            seen,
            _tell: tell,
        }
    }

    /// The elements that were changed, each as often as it was; the text of an element counts as the element.
    pub(crate) fn take(&self) -> Vec<Element> {
        let mut seen = std::mem::take(&mut *self.seen.borrow_mut());
        seen.extend(records_of(&self.observer.take_records()));
        seen.iter()
            .filter_map(MutationRecord::target)
            .filter_map(|node| match node.dyn_into::<Element>() {
                Ok(element) => Some(element),
                Err(text) => text.parent_element(),
            })
            .collect()
    }
}

fn records_of(records: &Array) -> impl Iterator<Item = MutationRecord> {
    records.iter().map(JsCast::unchecked_into)
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
