//! The root: one screen at a time, and what belongs to all of them.
//!
//! Lives here: the choice of screen, the live regions, the tab's title, the heartbeat, the faulty-configuration screen.
//! May not be here: what a screen contains.
//! The live regions exist from the first moment: a region that is born with its text is not read out.

use super::app::App;
use super::desk::Desk;
use super::live::text;
use super::look::{Icon, Look, icon};
use super::page;
use super::sign_in::SignIn;
use crate::domain::call::{Direction, Stage};
use crate::store::Screen;
use crate::words::{Sentence, Word};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Root() -> impl IntoView {
    let app = App::get();
    Effect::new(move || page::beat(app.now()));
    name_the_tab(app);
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

/// The tab says what matters while it is not looked at: a ringing call, else the own state.
fn name_the_tab(app: App) {
    Effect::new(move || {
        let on_desk = app.screen.with(|screen| *screen == Screen::Desk);
        let ringing = app.calls.with(|calls| {
            app.desk.track();
            app.read(|model| {
                let call = calls
                    .iter()
                    .filter_map(|key| model.calls.get(*key))
                    .find(|call| {
                        call.stage == Stage::Alerting && call.direction != Some(Direction::Outbound)
                    })?;
                Some(call.number.as_deref().unwrap_or_default().to_owned())
            })
        });
        let state = app.read(|model| {
            let me = model.desk.me.and_then(|me| model.agents.get(me))?;
            Some(Look::from(me.state()).word)
        });
        let product = app.say(Word::Product);
        match (on_desk, ringing, state) {
            (true, Some(number), _) => {
                let number = &number;
                page::set_title(&app.speech.tell(Sentence::RingingTitle { number }));
            }
            (true, None, Some(state)) => page::set_title(&[app.say(state), " · ", product].concat()),
            _ => page::set_title(product),
        }
    });
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
