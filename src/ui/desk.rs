//! The desk: where its parts stand.
//!
//! Lives here: the bar, the line of notices, and the three columns: the own calls, the contact, what goes on around.
//! May not be here: what a part shows.
//! Every part has its place from the beginning: nothing moves when another part fills.

use super::address;
use super::agents::Agents;
use super::alerts::Alerts;
use super::app::App;
use super::banner::Banner;
use super::bar::{Connection, Dial, Me};
use super::callbacks::Callbacks;
use super::calls::Calls;
use super::chat::Chat;
use super::coming::Coming;
use super::contact::ContactArea;
use super::demo::demo_mark;
use super::focus;
use super::language::LanguageChoice;
use super::layout::{Tabs, Unfold};
use super::live::{attr, text};
use super::missed::Missed;
use super::page;
use super::queues::Queues;
use super::settings::Settings;
use super::shortcut_sheet::ShortcutSheet;
use super::state_control::StateControl;
use super::wrap_up::WrapUp;
use crate::words::Word;
use leptos::html;
use leptos::prelude::*;

/// The desk.
#[component]
pub(super) fn Desk() -> impl IntoView {
    let app = App::get();
    let heading = NodeRef::<html::H1>::new();
    page::focus(heading);
    address::follow(app);
    let skip = move |event: leptos::ev::MouseEvent| {
        // The address stays as it is.
        event.prevent_default();
        focus::go_to(&["[data-part=calls]"]);
    };
    view! {
        <div class="frame" data-part="desk" data-tab=attr(move || app.shown.tab())>
            <header class="bar" data-part="bar">
                <h1 class="brand" tabindex="-1" node_ref=heading>
                    {text(move || app.say(Word::Product))}
                </h1>
                <a class="skip button" href="#calls" data-command="skip-to-calls" on:click=skip>
                    {text(move || app.say(Word::SkipToCalls))}
                </a>
                <StateControl />
                <Dial />
                <Alerts />
                <Me />
                <LanguageChoice />
                <ShortcutSheet />
                <Settings />
                <Unfold />
            </header>
            <aside class="line" aria-label=attr(move || app.say(Word::Notices))>
                <Banner />
                {demo_mark(app)}
                <Connection />
            </aside>
            <main class="desk">
                <div class="column own">
                    <Calls />
                    <Coming />
                    <WrapUp />
                    <Missed />
                </div>
                <Tabs />
                <div class="column middle">
                    <ContactArea />
                    <Agents />
                </div>
                <div class="column side">
                    <Queues />
                    <Callbacks />
                    <Chat />
                </div>
            </main>
        </div>
    }
}
