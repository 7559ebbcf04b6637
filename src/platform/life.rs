//! The page's life: shown, hidden, resumed, online, offline.
//!
//! Lives here: listeners for the window and the document, owned and removed on drop.
//! May not be here: what follows from an event.
//! `pageshow` and `resume` come after the page was frozen, when nothing on it can be trusted.
//! `online` is a hint to try at once; `offline` is shown and pauses the attempts.

use super::clock::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// What happened to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It can be seen again, or was resumed.
    Shown,
    /// It can no longer be seen.
    Hidden,
    /// The browser has network again.
    Online,
    /// The browser has no network.
    Offline,
}

struct Listener {
    target: web_sys::EventTarget,
    name: &'static str,
    call: Closure<dyn FnMut()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self
            .target
            .remove_event_listener_with_callback(self.name, self.call.as_ref().unchecked_ref());
    }
}

/// The listeners; dropping it ends them.
pub(super) struct PageLife {
    _listeners: Vec<Listener>,
}

/// Whether the page can be seen.
pub(super) fn is_visible() -> bool {
    window()
        .and_then(|window| window.document())
        .is_none_or(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

impl PageLife {
    /// Tells `tell` what happens to the page.
    pub(super) fn listen(tell: impl Fn(Life) + Clone + 'static) -> Self {
        let mut listeners = Vec::new();
        let mut add = |target: Option<web_sys::EventTarget>, name: &'static str, life: fn() -> Life| {
            let Some(target) = target else { return };
            let tell = tell.clone();
            let call: Closure<dyn FnMut()> = Closure::new(move || tell(life()));
            if target
                .add_event_listener_with_callback(name, call.as_ref().unchecked_ref())
                .is_ok()
            {
                listeners.push(Listener { target, name, call });
            }
        };
        let page = || window().map(web_sys::EventTarget::from);
        let document = || {
            window()
                .and_then(|window| window.document())
                .map(web_sys::EventTarget::from)
        };
        add(document(), "visibilitychange", || {
            if is_visible() { Life::Shown } else { Life::Hidden }
        });
        add(document(), "resume", || Life::Shown);
        add(page(), "pageshow", || Life::Shown);
        add(page(), "online", || Life::Online);
        add(page(), "offline", || Life::Offline);
        Self {
            _listeners: listeners,
        }
    }
}
