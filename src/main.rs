//! Puts the page together: views, model, configuration, driver.

use std::cell::RefCell;
use std::rc::Rc;
use switchhook::domain::Model;
use switchhook::domain::command::Command;
use switchhook::platform::{Driver, fetch_config, install_panic_hook};
use switchhook::session::{Credentials, Input, Session, WireInput};
use switchhook::store::{Screen, Views};
use switchhook::ui::{self, Intent};

fn main() {
    install_panic_hook();
    let views = Views::default();
    let model = Rc::new(RefCell::new(Model::default()));
    let driver: Rc<RefCell<Option<Rc<Driver>>>> = Rc::default();

    let to_driver = Rc::clone(&driver);
    let dispatch = Rc::new(move |intent| {
        let driver = to_driver.borrow().clone();
        if let Some(driver) = driver {
            driver.feed(input(intent));
        }
    });
    let page = ui::mount(views.clone(), Rc::clone(&model), dispatch);

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

/// What an intent means to the session.
fn input(intent: Intent) -> Input<'static> {
    Input::Command(match intent {
        Intent::SignIn {
            login_id,
            password,
            extension,
        } => {
            return Input::SignIn(Credentials {
                login_id,
                password,
                extension,
            });
        }
        Intent::SignInAgain => return Input::SignInAgain,
        Intent::RetryNow => return Input::Wire(WireInput::RetryNow),
        Intent::DismissFailure(id) => return Input::DismissFailure(id),
        Intent::DismissCall(call) => return Input::DismissCall(call),
        Intent::DismissEmergencies => return Input::DismissEmergencies,
        Intent::SignOut(reason) => Command::SignOut { reason },
        Intent::Ready => Command::Ready,
        Intent::NotReady(reason) => Command::NotReady { reason },
        Intent::Answer(call) => Command::Answer(call),
        Intent::EndCall(call) => Command::EndCall(call),
        Intent::Hold(call) => Command::Hold(call),
        Intent::Retrieve(call) => Command::Retrieve(call),
        Intent::Dial(number) => Command::Dial {
            number: number.trim().into(),
        },
        Intent::SendTones(call, digits) => Command::SendTones {
            call,
            digits: digits.into(),
        },
    })
}
