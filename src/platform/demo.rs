//! The page's side of a demonstration: requests and sockets over a message port to the hub in a worker.
//!
//! Lives here: numbers for requests and sockets, who waits for which, and what a worker that has failed means to them.
//! May not be here: starting the worker (`boot.js`, so that one script alone makes scripts out of addresses), and what
//! is said.
//! The messages are those of `hub/src/worker/port.rs`: arrays of a name and values.
//! A worker that has failed is half of the program: its sockets are lost, and the page says that it has stopped.

use super::clock;
use super::http::{Answer, Request};
use super::socket::SocketEvent;
use crate::connection::Frame;
use js_sys::{Array, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker};

/// Where `boot.js` puts the worker that it has started.
const PLACE: &str = "switchhookDemo";
/// The close code of a socket that broke.
const LOST: u16 = 1_006;
const STOPPED: &str = "the demonstration has stopped";

type TellAnswer = Box<dyn FnOnce(Result<Answer, String>)>;
type TellSocket = Rc<dyn Fn(SocketEvent<'_>)>;

type Listener = Closure<dyn FnMut(MessageEvent)>;

/// A demonstration.
pub(super) struct Demo {
    worker: Worker,
    requests: RefCell<Vec<(u32, TellAnswer)>>,
    sockets: RefCell<Vec<(u32, TellSocket)>>,
    last: Cell<u32>,
    has_stopped: Cell<bool>,
    listeners: RefCell<Vec<Listener>>,
}

/// A request under way; dropping it forgets who waits for it.
pub(super) struct Pending {
    demo: Weak<Demo>,
    number: u32,
}

impl Pending {
    /// Lets the request go on to its end.
    pub(super) fn let_run(mut self) {
        self.demo = Weak::new();
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(demo) = self.demo.upgrade() {
            drop(taken(&demo.requests, self.number));
        }
    }
}

/// A socket; dropping it closes it.
pub(super) struct Socket {
    demo: Weak<Demo>,
    number: u32,
}

impl Socket {
    /// Sends a message. The worker takes text alone, as its configuration says.
    pub(super) fn send(&self, frame: &Frame) {
        if let (Some(demo), Frame::Text(text)) = (self.demo.upgrade(), frame) {
            demo.post("data", self.number, &[text.as_str().into()]);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(demo) = self.demo.upgrade()
            && taken(&demo.sockets, self.number).is_some()
        {
            demo.post("close", self.number, &[]);
        }
    }
}

impl Demo {
    /// The demonstration that was started for this page, if one was; it begins now.
    pub(super) fn of_page() -> Option<Rc<Self>> {
        let worker = Reflect::get(&js_sys::global(), &PLACE.into()).ok()?;
        let demo = Rc::new(Self {
            worker: worker.dyn_into().ok()?,
            requests: RefCell::default(),
            sockets: RefCell::default(),
            last: Cell::new(0),
            has_stopped: Cell::new(false),
            listeners: RefCell::default(),
        });
        let weak = Rc::downgrade(&demo);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let (Some(demo), Some(message)) = (weak.upgrade(), event.data().dyn_ref::<Array>()) {
                demo.hear(message);
            }
        });
        let weak = Rc::downgrade(&demo);
        let failed = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
            if let Some(demo) = weak.upgrade() {
                demo.stop();
            }
        });
        demo.worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        demo.worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        demo.listeners.borrow_mut().extend([heard, failed]);
        let query = clock::window().and_then(|window| window.location().search().ok());
        let begin = Array::of2(&"begin".into(), &query.unwrap_or_default().into());
        // What cannot be sent is noticed by nothing coming back.
        let _ = demo.worker.post_message(&begin);
        Some(demo)
    }

    /// Ends the worker and everything in it.
    pub(super) fn end(&self) {
        self.has_stopped.set(true);
        self.worker.terminate();
    }

    pub(super) fn send(self: &Rc<Self>, request: &Request, tell: TellAnswer) -> Pending {
        let number = self.number();
        self.requests.borrow_mut().push((number, tell));
        if self.has_stopped.get() {
            let demo = Rc::clone(self);
            // Nobody is told before they know that they have asked.
            wasm_bindgen_futures::spawn_local(async move { demo.fail_requests() });
        } else {
            let authorization = request.authorization.as_deref();
            let values = [
                request.post.into(),
                request.url.as_str().into(),
                authorization.map_or(JsValue::NULL, JsValue::from),
            ];
            self.post("request", number, &values);
        }
        Pending {
            demo: Rc::downgrade(self),
            number,
        }
    }

    pub(super) fn open(self: &Rc<Self>, url: &str, tell: TellSocket) -> Socket {
        let number = self.number();
        self.sockets.borrow_mut().push((number, tell));
        self.post("open", number, &[url.into()]);
        Socket {
            demo: Rc::downgrade(self),
            number,
        }
    }

    fn number(&self) -> u32 {
        self.last.set(self.last.get().wrapping_add(1));
        self.last.get()
    }

    fn post(&self, name: &str, number: u32, values: &[JsValue]) {
        let message = Array::of2(&name.into(), &number.into());
        for value in values {
            message.push(value);
        }
        // A worker that has ended hears nothing, and whoever waits for it has been told.
        let _ = self.worker.post_message(&message);
    }

    fn hear(&self, message: &Array) {
        let number = message.get(1).as_f64().unwrap_or_default() as u32;
        let value = message.get(2);
        match message.get(0).as_string().as_deref() {
            Some("answer") => {
                if let Some(tell) = taken(&self.requests, number) {
                    tell(Ok(Answer {
                        status: value.as_f64().unwrap_or_default() as u16,
                        body: message.get(3).as_string().unwrap_or_default().into_bytes(),
                        retry_after: None,
                    }));
                }
            }
            Some("opened") => self.tell(number, SocketEvent::Opened),
            Some("data") => {
                let text = value.as_string().unwrap_or_default();
                self.tell(number, SocketEvent::Text(text.as_bytes()));
            }
            Some("closed") => {
                if let Some(tell) = taken(&self.sockets, number) {
                    let code = value.as_f64().unwrap_or_default() as u16;
                    tell(closed(code));
                }
            }
            _ => {}
        }
    }

    fn tell(&self, number: u32, event: SocketEvent<'_>) {
        let found = {
            let sockets = self.sockets.borrow();
            let found = sockets.iter().find(|(known, _)| *known == number);
            found.map(|(_, tell)| Rc::clone(tell))
        };
        if let Some(tell) = found {
            tell(event);
        }
    }

    /// The worker has failed. What it would say from now on could be anything, and only a reload brings another.
    fn stop(&self) {
        clock::mark_root("data-crash", STOPPED);
        self.end();
        let lost = std::mem::take(&mut *self.sockets.borrow_mut());
        for (_, tell) in lost {
            tell(closed(LOST));
        }
        self.fail_requests();
    }

    fn fail_requests(&self) {
        let failed = std::mem::take(&mut *self.requests.borrow_mut());
        for (_, tell) in failed {
            tell(Err(STOPPED.to_owned()));
        }
    }
}

fn closed(code: u16) -> SocketEvent<'static> {
    SocketEvent::Closed {
        code,
        reason: if code == LOST { STOPPED } else { "" },
        clean: code != LOST,
    }
}

/// Takes out what is kept under a number.
fn taken<T>(kept: &RefCell<Vec<(u32, T)>>, number: u32) -> Option<T> {
    let mut kept = kept.borrow_mut();
    let place = kept.iter().position(|(known, _)| *known == number)?;
    Some(kept.swap_remove(place).1)
}
