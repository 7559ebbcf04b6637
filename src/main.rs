//! Puts the page together: views, model, configuration, driver.

use leptos::prelude::{GetUntracked, Set, UpdateUntracked, request_animation_frame};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use switchhook::domain::Model;
use switchhook::domain::command::Command;
use switchhook::embed::{View, Wish};
use switchhook::keyboard::Action;
use switchhook::platform::{self, Driver, Keeper, Network, Voice, fetch_config, install_panic_hook};
use switchhook::preferences::Change;
use switchhook::session::{Credentials, Desk, Input, WireInput};
use switchhook::store::{Screen, SiteView, Views};
use switchhook::ui::{self, App, Intent};
use switchhook::words::Language;

fn main() {
    install_panic_hook();
    let network = Network::of_page();
    let views = Views {
        demo: network.is_demo(),
        ..Views::default()
    };
    let model = Rc::new(RefCell::new(Model::default()));
    let driver: Rc<RefCell<Option<Rc<Driver>>>> = Rc::default();
    let mounted: Rc<Cell<Option<App>>> = Rc::default();
    let on_document: Rc<RefCell<Option<ui::Mounted>>> = Rc::default();

    let keeper = keep_choices(&views, Rc::clone(&driver));
    let (to_driver, on_page) = (Rc::clone(&driver), Rc::clone(&mounted));
    let chosen = views.clone();
    // Until it is told to leave, the page has itself on the document, also where no desk ever is that could.
    let held = Rc::clone(&on_document);
    let dispatch = Rc::new(move |intent| {
        let _ = &held;
        let driver = to_driver.borrow().clone();
        let prefer = |change| prefer(&chosen, driver.as_ref(), change);
        match &intent {
            Intent::Speak(language) => {
                platform::remember_language(*language);
                if let Some(page) = on_page.get() {
                    teach(page, *language);
                }
            }
            Intent::Prefer(change) => prefer(change.clone()),
            Intent::Draft { place, text } => {
                chosen.drafts.update_untracked(|drafts| drafts.put(place, text));
                keeper.keep_drafts_soon();
            }
            Intent::SignIn {
                login_id, extension, ..
            } => {
                chosen
                    .drafts
                    .update_untracked(|drafts| drafts.belong_to(login_id));
                keeper.keep_drafts_soon();
                prefer(Change::SignedIn {
                    login_id: login_id.as_str().into(),
                    extension: extension.as_str().into(),
                });
            }
            Intent::Do(Command::NotReady { reason: Some(code) }) => {
                // Once the menu has closed and given the focus back: the press reorders its rows.
                let (chosen, driver, code) = (chosen.clone(), driver.clone(), *code);
                request_animation_frame(move || {
                    crate::prefer(&chosen, driver.as_ref(), Change::Reason(code));
                });
            }
            _ => {}
        }
        if let Some(driver) = driver {
            call_for_attention(&driver, &intent);
            if let Intent::Room(room) = intent {
                driver.want_room(room);
            }
            if let Some(input) = input(intent) {
                driver.feed(input);
            }
        }
    });
    let (page, taken) = ui::mount(views.clone(), Rc::clone(&model), dispatch).unzip();
    on_document.replace(taken);
    mounted.set(page);
    if let Some(page) = page {
        let wishes = platform::wished_languages();
        let language = platform::remembered_language().unwrap_or_else(|| Language::first_of(&wishes));
        page.speech.wish(wishes);
        page.speech.want(language);
        teach(page, language);
    }

    let way = network.clone();
    fetch_config(&way, move |outcome| match outcome {
        Ok(config) => {
            if let Some(page) = page {
                let language = platform::remembered_language()
                    .filter(|language| config.languages.contains(language))
                    .unwrap_or_else(|| {
                        Language::first_offered(&config.languages, &platform::wished_languages())
                    });
                page.speech.offer(config.languages.clone());
                page.speech.want(language);
                teach(page, language);
            }
            views.layout.set(config.layout);
            views.templates.set(Arc::new(config.screen_pop.templates.clone()));
            views.site.set(SiteView {
                theme: config.theme,
                layouts: [config.roles.agent, config.roles.team_lead].map(Option::unwrap_or_default),
                thresholds: config.thresholds,
            });
            // A configuration that was read has a hub.
            let Some(session) = Desk::new(&config, &model) else {
                return;
            };
            let session = session.of_release(platform::own_release(), platform::reloaded_for());
            let wishes = views.clone();
            let voice = Voice {
                tell: Box::new(move |transition| {
                    if let Some(page) = page {
                        page.announce(transition);
                    }
                }),
                ringing: Box::new(move |call| page.map(|page| page.ringing_words(call)).unwrap_or_default()),
                wish: Box::new(move |wish| follow(&wishes, page, wish)),
                // Later: what is to be taken off may be what asks for it.
                leave: Box::new(move || {
                    let gone = on_document.take();
                    request_animation_frame(move || drop(gone));
                }),
            };
            let started = Driver::start(session, model, views, voice, network);
            let release = platform::own_release();
            started.be_embedded(&config, release.as_deref().unwrap_or(env!("CARGO_PKG_VERSION")));
            *driver.borrow_mut() = Some(started);
        }
        Err(faults) => views.screen.set(Screen::BadConfig(faults)),
    });
}

/// Does what a portal wishes of the page, for as long as it is loaded: the agent's own choices stay as they are.
fn follow(views: &Views, page: Option<App>, wish: Wish) {
    let Some(page) = page else { return };
    match wish {
        Wish::Theme(theme) => views.theme.set(Some(theme)),
        Wish::Layout(layout) => views.layout.set(layout),
        Wish::Prefill(number) => views.prefill.set(Some(number.into())),
        Wish::Locale(language) => {
            page.speech.want(language);
            teach(page, language);
        }
        Wish::Open(view) => page.open(match view {
            View::Desk => None,
            View::Settings => Some(Action::Settings),
            View::Shortcuts => Some(Action::Shortcuts),
            View::Contact => Some(Action::CallData),
            View::Chat => Some(Action::Chat),
        }),
    }
}

/// Takes over what was kept, and keeps what changes.
fn keep_choices(views: &Views, driver: Rc<RefCell<Option<Rc<Driver>>>>) -> Keeper {
    views.drafts.set(platform::kept_drafts());
    let (written, changed) = (views.drafts.clone(), views.preferences.clone());
    if let Some(kept) = platform::kept_preferences() {
        changed.set(kept);
    }
    Keeper::new(
        move || written.get_untracked(),
        // What was chosen in another tab goes for this one, too.
        move || {
            changed.set(platform::kept_preferences().unwrap_or_default());
            if let Some(driver) = &*driver.borrow() {
                driver.follow_preferences();
            }
        },
    )
}

/// Makes a change to what is kept now, which another tab may have changed meanwhile.
fn prefer(views: &Views, driver: Option<&Rc<Driver>>, change: Change) {
    let mut preferences = platform::kept_preferences().unwrap_or_else(|| views.preferences.get_untracked());
    preferences.apply(change);
    platform::keep_preferences(&preferences);
    views.preferences.set(preferences);
    if let Some(driver) = driver {
        driver.follow_preferences();
    }
}

/// Does what the browser allows in a gesture only. Who signs in makes one, and will want to hear the first call.
fn call_for_attention(driver: &Driver, intent: &Intent) {
    match intent {
        Intent::SignIn { .. } | Intent::AllowSound => driver.allow_sound(),
        Intent::TestSound => driver.test_sound(),
        Intent::AllowNotifications => driver.ask_for_notifications(),
        _ => {}
    }
}

/// Fetches a language's words, unless the page has them.
fn teach(page: App, language: Language) {
    if page.speech.lacks(language) {
        platform::fetch_language(language, move |dictionary| page.learn(language, dictionary));
    }
}

/// What an intent means to the session; nothing where it concerns the page alone.
fn input(intent: Intent) -> Option<Input<'static>> {
    Some(match intent {
        Intent::Do(command) => Input::Command(command),
        Intent::SignIn {
            login_id,
            password,
            extension,
        } => Input::SignIn(Credentials {
            login_id,
            password,
            extension,
        }),
        Intent::SignInAgain => Input::SignInAgain,
        Intent::RetryNow => Input::Wire(WireInput::RetryNow),
        Intent::DismissFailure(id) => Input::DismissFailure(id),
        Intent::DismissCall(call) => Input::DismissCall(call),
        Intent::DismissEmergencies => Input::DismissEmergencies,
        Intent::TakeOver => Input::TakeOver,
        Intent::Reload => Input::Reload,
        Intent::Seen(seen) => Input::Seen(seen),
        Intent::Speak(_)
        | Intent::Prefer(_)
        | Intent::Draft { .. }
        | Intent::AllowSound
        | Intent::TestSound
        | Intent::Room(_)
        | Intent::AllowNotifications => return None,
    })
}
