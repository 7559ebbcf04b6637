//! The window above this one, and the port to it: messages out and in.
//!
//! Lives here: posting to an exact origin, the port of the handshake, and what the browser says of a message's sender.
//! May not be here: what a message means, and who is trusted; the machine in `embed` decides both.
//! Messages are plain objects on their way and JSON on this side; what JSON does not have is no message.
//! Dropping it ends every listener and closes the port.

use super::clock::window;
use crate::embed::{Input, LONGEST, Parent, Said};
use js_sys::{JSON, Reflect, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, MessagePort};

/// The longest id of a message that is looked at though the message is too long.
const LONGEST_ID: u32 = 400;

type Tell = Rc<dyn Fn(Input<'_>)>;

/// The ways to the window above.
pub(super) struct Portal {
    message: Closure<dyn FnMut(MessageEvent)>,
    tell: Tell,
    /// The port that came with the message at hand.
    arrived: Rc<RefCell<Option<MessagePort>>>,
    port: RefCell<Option<Port>>,
}

/// An end of a channel; dropping it closes the channel.
struct Port {
    browser: MessagePort,
    _message: Closure<dyn FnMut(MessageEvent)>,
    closed: Closure<dyn FnMut(Event)>,
}

impl Portal {
    /// Listens to the window.
    pub(super) fn listen(tell: impl Fn(Input<'_>) + 'static) -> Option<Self> {
        let tell: Tell = Rc::new(tell);
        let arrived: Rc<RefCell<Option<MessagePort>>> = Rc::default();
        let (heard, with) = (Rc::clone(&tell), Rc::clone(&arrived));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let from_parent = is_from_parent(&event);
            let port = event.ports().get(0).dyn_into::<MessagePort>().ok();
            let has_port = port.is_some();
            *with.borrow_mut() = port;
            let origin = event.origin();
            let tell = |said: Said<'_>| {
                heard(Input::Window {
                    origin: &origin,
                    from_parent,
                    has_port,
                    said,
                });
            };
            if from_parent {
                read(&event.data(), tell);
            } else {
                // A stranger's words are not worth writing down.
                tell(Said::Unspeakable);
            }
            with.borrow_mut().take();
        });
        window()?
            .add_event_listener_with_callback("message", message.as_ref().unchecked_ref())
            .ok()?;
        Some(Self {
            message,
            tell,
            arrived,
            port: RefCell::default(),
        })
    }

    /// From now on speaks through the port that came with the message at hand.
    pub(super) fn take_port(&self) {
        let port = self.arrived.borrow_mut().take();
        self.port.replace(port.map(|port| Port::open(port, &self.tell)));
    }

    /// Posts through the port.
    pub(super) fn post(&self, json: &str) {
        if let (Some(port), Ok(message)) = (&*self.port.borrow(), JSON::parse(json)) {
            // A closed port takes everything and tells nobody.
            let _ = port.browser.post_message(&message);
        }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        if let Some(window) = window() {
            let _ =
                window.remove_event_listener_with_callback("message", self.message.as_ref().unchecked_ref());
        }
    }
}

impl Port {
    fn open(browser: MessagePort, tell: &Tell) -> Self {
        let (heard, ended) = (Rc::clone(tell), Rc::clone(tell));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            read(&event.data(), |said| heard(Input::Port(said)));
        });
        let closed = Closure::<dyn FnMut(Event)>::new(move |_: Event| ended(Input::PortClosed));
        browser.set_onmessage(Some(message.as_ref().unchecked_ref()));
        // Browsers that do not tell of the other end's going have no such event, and the listener does no harm.
        let _ = browser.add_event_listener_with_callback("close", closed.as_ref().unchecked_ref());
        Self {
            browser,
            _message: message,
            closed,
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.browser.set_onmessage(None);
        let _ = self
            .browser
            .remove_event_listener_with_callback("close", self.closed.as_ref().unchecked_ref());
        self.browser.close();
    }
}

/// Writes down what was said, as far as it is read at all.
fn read(data: &JsValue, tell: impl FnOnce(Said<'_>)) {
    // What is no JSON throws, or becomes nothing.
    let json = JSON::stringify(data).ok().filter(|json| json.is_string());
    match json {
        None => tell(Said::Unspeakable),
        // A letter is a byte at least: what has more letters than bytes are allowed need not be copied.
        Some(json) if json.length() as usize > LONGEST => {
            let id = Reflect::get(data, &"id".into()).ok();
            let id = id.and_then(|id| JSON::stringify(&id).ok());
            let id = id.filter(|id| id.is_string() && id.length() <= LONGEST_ID);
            tell(Said::TooLarge(id.map(String::from).as_deref()));
        }
        Some(json) => tell(Said::Json(&String::from(json))),
    }
}

/// Posts to the window above, for a page of this origin alone.
pub(super) fn post_to_window(origin: &str, json: &str) {
    if let (Some(parent), Ok(message)) = (parent(), JSON::parse(json)) {
        // A page of another origin is there: it is not told, and that is all.
        let _ = parent.post_message(&message, origin);
    }
}

/// The window above this one, where there is another.
fn parent() -> Option<web_sys::Window> {
    let window = window()?;
    let parent = window.parent().ok().flatten()?;
    (!js_sys::Object::is(&parent, &window)).then_some(parent)
}

fn is_from_parent(event: &MessageEvent) -> bool {
    match (parent(), event.source()) {
        (Some(parent), Some(source)) => js_sys::Object::is(&parent, &source),
        _ => false,
    }
}

/// Who shows this page, as far as the browser says.
pub(super) fn who_shows() -> Parent {
    if parent().is_none() {
        return Parent::None;
    }
    // Chromium and Safari name the origins above; `web-sys` does not know of it.
    let location = window().map(|window| window.location());
    let origins = location.and_then(|location| Reflect::get(&location, &"ancestorOrigins".into()).ok());
    let first = origins.and_then(|origins| Reflect::get_u32(&origins, 0).ok());
    match first.and_then(|origin| origin.as_string()) {
        Some(origin) => Parent::Origin(origin.into()),
        None => Parent::Unknown,
    }
}

/// 128 bits that nobody can guess, in hexadecimal; `None` where the browser has none.
pub(super) fn nonce() -> Option<Box<str>> {
    let bits = Uint8Array::new_with_length(16);
    let crypto = window()?.crypto().ok()?;
    crypto.get_random_values_with_js_u8_array(&bits).ok()?;
    let digits = bits.to_vec().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: Option<String> = digits
        .map(|digit| char::from_digit(u32::from(digit), 16))
        .collect();
    text.map(Into::into)
}
