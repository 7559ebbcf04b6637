//! Which layout the page has at this moment, and what of the desk a small one shows.
//!
//! Lives here: the choice by the room there is, compact's tabs, the bar's way to the whole desk, the room it asks for.
//! May not be here: how a layout looks (style/layouts): the root element says which one it is, and the parts stay.
//! A bar that has asked for more room stays a bar however high it becomes, until it has given the room back.
//! What is not in sight can still be reached: a key that goes there shows it first.

use super::app::{App, Intent};
use super::live::{attr, flag, text, when};
use super::look::{Icon, icon};
use super::page;
use crate::store::{Layout, Screen};
use crate::words::{Count, Word};
use leptos::prelude::*;

/// The parts that compact shows one at a time, by their `data-part`, and what their tabs are called.
const TABS: [(&str, Word); 5] = [
    ("contact", Word::Contact),
    ("agents", Word::Team),
    ("queues", Word::Queues),
    ("callbacks", Word::Callbacks),
    ("chat", Word::Chat),
];

/// Where the page lays itself out as a bar.
const LOW: &str = "(height < 120px)";
/// Where it lays itself out in one column.
const NARROW: &str = "(width < 46rem)";

/// The room that the whole desk has below a bar, in pixels.
const UNFOLDED: (u32, u32) = (480, 600);
/// The most room that a menu over a bar asks for, and what it needs beside its own height, in pixels.
const MENU: (u32, u32) = (560, 96);

/// What the page shows of the desk.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The layout by choice or by the room there is; never `Auto`.
    base: RwSignal<Layout>,
    /// The part that compact shows.
    tab: RwSignal<&'static str>,
    /// The whole desk is shown in place of the bar.
    unfolded: RwSignal<bool>,
    /// The height of the highest thing that lies open above the page.
    open: RwSignal<u32>,
    /// Messages that nobody has read here.
    pub(super) unread: RwSignal<usize>,
}

impl Shown {
    /// A whole desk, until the room is known.
    pub(super) fn new() -> Self {
        Self {
            base: RwSignal::new(Layout::Full),
            tab: RwSignal::new("contact"),
            unfolded: RwSignal::new(false),
            open: RwSignal::new(0),
            unread: RwSignal::new(0),
        }
    }

    /// The layout; tracks.
    pub(super) fn layout(self) -> Layout {
        match self.base.get() {
            Layout::Bar if self.unfolded.get() => Layout::Compact,
            base => base,
        }
    }

    /// The part that compact shows; tracks.
    pub(super) fn tab(self) -> &'static str {
        self.tab.get()
    }

    /// Whether a part that has a tab is in sight; tracks.
    pub(super) fn has(self, part: &str) -> bool {
        match self.layout() {
            Layout::Compact => self.tab.get() == part,
            Layout::Bar => false,
            Layout::Wall => matches!(part, "agents" | "queues"),
            Layout::Auto | Layout::Full => true,
        }
    }

    /// Shows the part of the desk that is called so, or the whole desk where there is a bar.
    ///
    /// Answers whether that changed anything: what is shown now has its place in the next frame.
    pub(super) fn show(self, part: &str) -> bool {
        let before = untrack(|| (self.layout(), self.tab.get()));
        if let Some((tab, _)) = TABS.iter().find(|(tab, _)| *tab == part) {
            self.tab.set(tab);
        }
        if self.base.get_untracked() == Layout::Bar {
            self.unfolded.set(true);
        }
        before != untrack(|| (self.layout(), self.tab.get()))
    }
}

/// Has the root element say which layout the page has, for as long as the calling owner lives.
pub(super) fn lay_out(app: App) {
    let shown = app.shown;
    let wants_room = Memo::new(move |_| {
        let open = shown.open.get();
        match (shown.base.get(), shown.unfolded.get()) {
            (Layout::Bar, true) => Some(UNFOLDED),
            (Layout::Bar, false) if open > 0 => Some((UNFOLDED.0, (open + MENU.1).min(MENU.0))),
            _ => None,
        }
    });
    let judge = move || {
        let base = decided(app).in_room(page::fits(LOW), page::fits(NARROW));
        if shown.base.get_untracked() != base {
            shown.base.set(base);
            shown.unfolded.set(false);
        }
    };
    Effect::new(judge);
    for room in [LOW, NARROW] {
        page::on_fit(room, move || {
            if wants_room.get_untracked().is_none() {
                untrack(judge);
            }
        });
    }
    page::on_popovers(move |height| {
        if shown.open.get_untracked() != height {
            shown.open.set(height);
        }
    });
    Effect::new(move |before: Option<Option<(u32, u32)>>| {
        let wanted = wants_room.get();
        if before.unwrap_or_default() != wanted {
            app.dispatch(Intent::Room(wanted));
        }
        wanted
    });
    Effect::new(move || page::set_layout(shown.layout()));
}

/// What was decided for the page, else for the agent's role; tracks.
fn decided(app: App) -> Layout {
    let leads_team = app
        .desk
        .with(|desk| desk.me)
        .is_some_and(|me| app.read(|model| model.agents.get(me).is_some_and(|agent| agent.leads_team)));
    let [agent, team_lead] = app.site.with(|site| site.layouts);
    match app.layout.get() {
        Layout::Auto if app.screen.with(|screen| *screen != Screen::Desk) => Layout::Auto,
        Layout::Auto if leads_team => team_lead,
        Layout::Auto => agent,
        decided => decided,
    }
}

/// Compact's tabs.
#[component]
pub(super) fn Tabs() -> impl IntoView {
    let app = App::get();
    let shown = app.shown;
    let tabs = TABS.map(|(part, word)| {
        let is_chosen = move || shown.tab.get() == part;
        let new = move || if part == "chat" { shown.unread.get() } else { 0 };
        view! {
            <button
                type="button"
                class="tab"
                data-command="tab"
                data-tab=part
                aria-current=attr(move || is_chosen().then_some("true"))
                on:click=move |_| shown.tab.set(part)
            >
                {text(move || app.say(word))}
                <span class="badge" class:none=flag(move || new() == 0)>
                    {text(move || (new() > 0).then(|| app.speech.number(new())))}
                </span>
            </button>
        }
        .into_any()
    });
    view! {
        <nav class="tabs" data-part="tabs" aria-label=attr(move || app.say(Word::PartsOfDesk))>
            {tabs.into_iter().collect_view()}
        </nav>
    }
}

/// The bar's way to the whole desk and back, with how much there is to be looked at.
#[component]
pub(super) fn Unfold() -> impl IntoView {
    let app = App::get();
    let shown = app.shown;
    let count = Memo::new(move |_| {
        let told = app
            .desk
            .with(|desk| desk.failed.len() + desk.alerts.len() + usize::from(desk.forced_out.is_some()));
        told + app.missed.with(Vec::len) + shown.unread.get()
    });
    let name = move || {
        let what = app.say(Word::WholeDesk);
        match count.get() {
            0 => what.to_owned(),
            count => [what, ": ", &app.speech.count(Count::ToLookAt, count)].concat(),
        }
    };
    let is_bar = move || shown.base.get() == Layout::Bar;
    when(is_bar, move || {
        view! {
            <button
                type="button"
                class="button unfold"
                class:alarm=flag(move || count.get() > 0)
                data-command="unfold"
                aria-label=attr(name)
                aria-expanded=attr(move || if shown.unfolded.get() { "true" } else { "false" })
                on:click=move |_| shown.unfolded.update(|unfolded| *unfolded = !*unfolded)
            >
                <span>{text(move || (count.get() > 0).then(|| app.speech.number(count.get())))}</span>
                {icon(|| Icon::Chevron)}
            </button>
        }
        .into_any()
    })
}
