//! The message port between the worker and its page.
//!
//! Lives here: the messages of both directions, the worker's clock and its one timer.
//! May not be here: what an answer says.
//! A message is an array of a name and values. The page sends `begin` (query), `request` (number, post, address,
//! authorization), `open` (socket, address), `data` (socket, text) and `close` (socket); it is sent `ready`, `answer`
//! (number, status, text), `opened` (socket), `data` (socket, text) and `closed` (socket, code).
//! A message that is none of these is the page's fault: it goes to the console and does nothing.

use super::{Endpoint, Options, Request, SocketEvent, SocketId};
use crate::centre::Moment;
use js_sys::{Array, Function, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// The longest that the timer is set for, milliseconds; browsers count in 32 bits.
const LONGEST: f64 = 3_600_000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = addEventListener)]
    fn listen(name: &str, listener: &Function);
    #[wasm_bindgen(js_name = postMessage)]
    fn post(message: &Array);
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timer(call: &Function, milliseconds: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timer(timer: f64);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn elapsed() -> f64;
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    fn warn(text: &str);
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn complain(text: &str);
}

/// The hub with its timer.
struct Port {
    endpoint: Option<Endpoint>,
    /// The time of day at which the worker's own clock began, milliseconds since 1970.
    epoch: f64,
    timer: Option<f64>,
    /// What the timer calls.
    ring: Option<Function>,
}

/// Serves the page for as long as it is there.
pub fn serve() {
    std::panic::set_hook(Box::new(|panic| complain(&panic.to_string())));
    let port = Rc::new(RefCell::new(Port {
        endpoint: None,
        epoch: js_sys::Date::now() - elapsed(),
        timer: None,
        ring: None,
    }));
    let (at_message, at_time) = (Rc::clone(&port), Rc::clone(&port));
    let ring = Closure::<dyn FnMut()>::new(move || at_time.borrow_mut().ring());
    port.borrow_mut().ring = Some(ring.into_js_value().unchecked_into());
    let hear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let message = Reflect::get(&event, &"data".into()).unwrap_or_default();
        match message.dyn_ref::<Array>() {
            Some(message) => at_message.borrow_mut().take(message),
            None => warn("The demonstration was sent something that is no message."),
        }
    });
    listen("message", hear.into_js_value().unchecked_ref());
    post(&Array::of1(&"ready".into()));
}

impl Port {
    fn now(&self) -> Moment {
        Moment::from_millis((self.epoch + elapsed()) as i64)
    }

    fn take(&mut self, message: &Array) {
        let now = self.now();
        let text = |place| message.get(place).as_string();
        let number = |place| message.get(place).as_f64().unwrap_or_default();
        let socket = SocketId(number(1) as u32);
        let name = text(0).unwrap_or_default();
        if name == "begin" {
            let (options, warnings) = Options::read(&text(1).unwrap_or_default());
            for warning in warnings {
                warn(&warning);
            }
            self.endpoint = Some(Endpoint::new(&options, now));
        }
        let Some(endpoint) = &mut self.endpoint else {
            return warn("The demonstration has not begun.");
        };
        match name.as_str() {
            "begin" => {}
            "request" => {
                let (url, authorization) = (text(3).unwrap_or_default(), text(4));
                let answer = endpoint.request(Request {
                    post: message.get(2).is_truthy(),
                    url: &url,
                    authorization: authorization.as_deref(),
                });
                let status = f64::from(answer.status);
                post(&Array::of4(
                    &"answer".into(),
                    &message.get(1),
                    &status.into(),
                    &answer.body.into(),
                ));
            }
            "open" => endpoint.open(socket, &text(2).unwrap_or_default(), now),
            "data" => endpoint.hear(socket, &text(2).unwrap_or_default(), now),
            "close" => endpoint.close(socket, now),
            _ => warn("The demonstration was sent a message that it does not know."),
        }
        self.follow_up();
    }

    fn ring(&mut self) {
        self.timer = None;
        let now = self.now();
        if let Some(endpoint) = &mut self.endpoint {
            endpoint.advance(now);
        }
        self.follow_up();
    }

    /// Tells the page what there is to tell, and sets the timer for what is due next.
    fn follow_up(&mut self) {
        let now = self.now();
        let Some(endpoint) = &mut self.endpoint else {
            return;
        };
        for (SocketId(socket), event) in endpoint.take_events() {
            let socket = JsValue::from(socket);
            post(&match event {
                SocketEvent::Opened => Array::of2(&"opened".into(), &socket),
                SocketEvent::Data(text) => Array::of3(&"data".into(), &socket, &text.into()),
                SocketEvent::Closed { code } => Array::of3(&"closed".into(), &socket, &code.into()),
            });
        }
        if let Some(timer) = self.timer.take() {
            clear_timer(timer);
        }
        if let (Some(due), Some(ring)) = (endpoint.next_due(), &self.ring) {
            let wait = due.since(now).as_millis() as f64;
            self.timer = Some(set_timer(ring, wait.min(LONGEST)));
        }
    }
}
