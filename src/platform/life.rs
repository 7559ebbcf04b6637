//! The page's life: shown, hidden, frozen, resumed, online, offline.
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
    /// It can be seen again.
    Shown,
    /// It can no longer be seen.
    Hidden,
    /// It is about to be frozen, or to be left.
    Frozen,
    /// It was frozen or left, and is back.
    Resumed,
    /// The browser has network again.
    Online,
    /// The browser has no network.
    Offline,
}

/// A listener for one kind of event; dropping it ends it.
pub(super) struct Listener {
    target: web_sys::EventTarget,
    name: &'static str,
    call: Closure<dyn FnMut()>,
}

impl Listener {
    /// Calls `call` on every such event.
    fn new(target: web_sys::EventTarget, name: &'static str, call: impl FnMut() + 'static) -> Option<Self> {
        let call: Closure<dyn FnMut()> = Closure::new(call);
        target
            .add_event_listener_with_callback(name, call.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { target, name, call })
    }

    /// The same for an event of the window.
    pub(super) fn on_window(name: &'static str, call: impl FnMut() + 'static) -> Option<Self> {
        Self::new(window()?.into(), name, call)
    }

    fn on_document(name: &'static str, call: impl FnMut() + 'static) -> Option<Self> {
        Self::new(window()?.document()?.into(), name, call)
    }
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
        let on = |life: fn() -> Life| {
            let tell = tell.clone();
            move || tell(life())
        };
        let seen = || if is_visible() { Life::Shown } else { Life::Hidden };
        let listeners = [
            Listener::on_document("visibilitychange", on(seen)),
            Listener::on_document("freeze", on(|| Life::Frozen)),
            Listener::on_document("resume", on(|| Life::Resumed)),
            Listener::on_window("pagehide", on(|| Life::Frozen)),
            Listener::on_window("pageshow", on(|| Life::Resumed)),
            Listener::on_window("online", on(|| Life::Online)),
            Listener::on_window("offline", on(|| Life::Offline)),
        ];
        Self {
            _listeners: listeners.into_iter().flatten().collect(),
        }
    }
}
