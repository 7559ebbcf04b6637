//! The root: one screen at a time, and what belongs to all of them.
//!
//! Lives here: the choice of screen, the live regions, the theme, the heartbeat, the faulty-configuration screen.
//! May not be here: what a screen contains.
//! The live regions exist from the first moment: a region that is born with its text is not read out.

use super::app::App;
use super::attention::be_noticed;
use super::desk::Desk;
use super::layout::lay_out;
use super::live::text;
use super::look::{Icon, icon};
use super::page;
use super::sign_in::SignIn;
use crate::store::Screen;
use crate::words::Word;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Root() -> impl IntoView {
    let app = App::get();
    Effect::new(move || page::beat(app.now()));
    be_noticed(app);
    lay_out(app);
    Effect::new(move || {
        let chosen = app.preferences.with(|preferences| preferences.theme);
        let usual = chosen.unwrap_or_else(|| app.site.with(|site| site.theme));
        page::set_theme(app.theme.get().unwrap_or(usual));
    });
    // Only another kind of screen is built anew: a sign-in that turns busy keeps its fields.
    let kind = Memo::new(move |_| app.screen.with(std::mem::discriminant));
    let screen = move || {
        // Read, not merely tracked: a memo that nobody has read yet listens to nothing.
        let _ = kind.get();
        app.screen.with_untracked(|screen| match screen {
            Screen::Starting => view! { <Starting /> }.into_any(),
            Screen::BadConfig(problems) => view! { <BadConfig problems=problems.clone() /> }.into_any(),
            Screen::SignIn { .. } => view! { <SignIn /> }.into_any(),
            Screen::Desk => view! { <Desk /> }.into_any(),
        })
    };
    view! {
        {screen}
        <div class="unseen" role="status" aria-live="polite" data-part="polite">
            {text(move || app.polite.get())}
        </div>
        <div class="unseen" role="alert" aria-live="assertive" data-part="assertive">
            {text(move || app.assertive.get())}
        </div>
    }
}

#[component]
fn Starting() -> impl IntoView {
    let app = App::get();
    view! {
        <main class="screen" data-part="starting">
            <h1 class="brand">{text(move || app.say(Word::Product))}</h1>
            <p role="status">{text(move || app.say(Word::Starting))}</p>
        </main>
    }
}

#[component]
fn BadConfig(problems: Vec<String>) -> impl IntoView {
    let app = App::get();
    let problems: Vec<_> = problems
        .into_iter()
        .map(|problem| view! { <li dir="ltr">{problem}</li> })
        .collect();
    view! {
        <main class="screen" data-part="bad-config">
            <section class="sheet">
                <h1 class="state is-danger">{icon(|| Icon::Triangle)} {text(move || app.say(Word::BadConfigTitle))}</h1>
                <p>{text(move || app.say(Word::BadConfigIntro))}</p>
                <ul class="problems">{problems}</ul>
            </section>
        </main>
    }
}
