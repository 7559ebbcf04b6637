//! Which of an agent's tabs leads, by the browser's locks.
//!
//! Lives here: asking for the lock, waiting for it, losing it and giving it back.
//! May not be here: what the lead is for, and when a tab competes for it (the session's attention decides).
//! The browser gives the lock to the next tab by itself when the one that has it closes or crashes; no message is needed,
//! and none is sent. A browser without locks knows of no other tabs: there each one leads.
//! Source: the Web Locks specification; `web-sys` has it only among its unstable parts.

use super::clock::window;
use crate::session::Contest;
use crate::session::state::Tab;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal};

/// How the lock is asked for.
#[derive(Clone, Copy)]
enum Ask {
    /// If nobody has it.
    IfFree,
    /// As soon as it is free.
    InTurn,
    /// At once, from whoever has it.
    Steal,
}

/// What came of asking for the lock.
enum Outcome {
    /// It was had and given back.
    Over,
    /// Another tab has it.
    Taken,
    /// It was had, and another tab took it.
    Lost,
    /// The browser gives no locks.
    Refused,
}

/// A tab in the contest; dropping it gives back what it had and ends its waiting.
pub(super) struct Competitor(Rc<Held>);

struct Held {
    tell: Box<dyn Fn(Tab)>,
    /// Gives the lock back, while it is had.
    release: RefCell<Option<Function>>,
    waiting: Option<AbortController>,
    over: Cell<bool>,
}

impl Competitor {
    /// Competes; tells `tell` how it stands, whenever that changes.
    pub(super) fn new(contest: Contest, tell: impl Fn(Tab) + 'static) -> Self {
        let held = Rc::new(Held {
            tell: Box::new(tell),
            release: RefCell::default(),
            waiting: AbortController::new().ok(),
            over: Cell::new(false),
        });
        let competitor = Self(Rc::clone(&held));
        spawn_local(async move {
            let mut ask = if contest.take_over {
                Ask::Steal
            } else {
                Ask::IfFree
            };
            loop {
                let outcome = held.ask_for(&contest.name, ask).await;
                if held.over.get() {
                    return;
                }
                ask = Ask::InTurn;
                match outcome {
                    Outcome::Over => return,
                    Outcome::Taken | Outcome::Lost => (held.tell)(Tab::Following),
                    Outcome::Refused => return (held.tell)(Tab::Leading),
                }
            }
        });
        competitor
    }
}

impl Drop for Competitor {
    fn drop(&mut self) {
        self.0.over.set(true);
        if let Some(release) = self.0.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        if let Some(waiting) = &self.0.waiting {
            waiting.abort();
        }
    }
}

impl Held {
    async fn ask_for(self: &Rc<Self>, name: &str, ask: Ask) -> Outcome {
        let had = Rc::new(Cell::new(false));
        let (held, has) = (Rc::clone(self), Rc::clone(&had));
        // Called with the lock, or with nothing where it is not free; the lock lasts as long as the promise answered.
        let granted = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
            if lock.is_null() || held.over.get() {
                return JsValue::UNDEFINED;
            }
            has.set(true);
            let lasting = Promise::new(&mut |release, _| {
                held.release.replace(Some(release));
            });
            (held.tell)(Tab::Leading);
            lasting.into()
        });
        let signal = self.waiting.as_ref().map(AbortController::signal);
        let Some(lock) = request(name, ask, signal.as_ref(), granted.as_ref().unchecked_ref()) else {
            return Outcome::Refused;
        };
        let ended = JsFuture::from(lock).await;
        self.release.take();
        match (ended, had.get()) {
            (Ok(_), true) => Outcome::Over,
            (Ok(_), false) => Outcome::Taken,
            (Err(_), true) => Outcome::Lost,
            (Err(_), false) => Outcome::Refused,
        }
    }
}

/// `navigator.locks.request(name, options, granted)`, where there is such a thing.
fn request(name: &str, ask: Ask, signal: Option<&AbortSignal>, granted: &Function) -> Option<Promise> {
    let locks = Reflect::get(&window()?.navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    let (option, value) = match (ask, signal) {
        (Ask::IfFree, _) => ("ifAvailable", JsValue::TRUE),
        (Ask::Steal, _) => ("steal", JsValue::TRUE),
        (Ask::InTurn, Some(signal)) => ("signal", signal.into()),
        (Ask::InTurn, None) => ("ifAvailable", JsValue::FALSE),
    };
    Reflect::set(&options, &option.into(), &value).ok()?;
    request
        .call3(&locks, &name.into(), &options, granted)
        .ok()?
        .dyn_into()
        .ok()
}
