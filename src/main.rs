//! Puts the page together: views, model, configuration, driver.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use switchhook::domain::Model;
use switchhook::platform::{self, Driver, fetch_config, install_panic_hook};
use switchhook::session::{Credentials, Input, Session, WireInput};
use switchhook::store::{Screen, Views};
use switchhook::ui::{self, App, Intent};
use switchhook::words::Language;

fn main() {
    install_panic_hook();
    let views = Views::default();
    let model = Rc::new(RefCell::new(Model::default()));
    let driver: Rc<RefCell<Option<Rc<Driver>>>> = Rc::default();
    let mounted: Rc<Cell<Option<App>>> = Rc::default();

    let (to_driver, on_page) = (Rc::clone(&driver), Rc::clone(&mounted));
    let dispatch = Rc::new(move |intent| {
        if let Intent::Speak(language) = intent {
            platform::remember_language(language);
            if let Some(page) = on_page.get() {
                teach(page, language);
            }
            return;
        }
        let driver = to_driver.borrow().clone();
        if let (Some(driver), Some(input)) = (driver, input(intent)) {
            driver.feed(input);
        }
    });
    let page = ui::mount(views.clone(), Rc::clone(&model), dispatch);
    mounted.set(page);
    if let Some(page) = page {
        let wishes = platform::wished_languages();
        let language = platform::remembered_language().unwrap_or_else(|| Language::first_of(&wishes));
        page.speech.wish(wishes);
        page.speech.want(language);
        teach(page, language);
    }

    fetch_config(move |outcome| match outcome {
        Ok(config) => {
            let session = Session::new(config, Rc::clone(&model));
            let started = Driver::start(session, model, views, move |transition| {
                if let Some(page) = page {
                    page.announce(transition);
                }
            });
            *driver.borrow_mut() = Some(started);
        }
        Err(faults) => leptos::prelude::Set::set(&views.screen, Screen::BadConfig(faults)),
    });
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
        Intent::Seen(seen) => Input::Seen(seen),
        Intent::Speak(_) => return None,
    })
}
