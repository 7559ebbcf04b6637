//! Notifications of the desktop.
//!
//! Lives here: whether the browser lets the page show them, asking for it, and one that is shown as long as it is owned.
//! May not be here: when one is shown and what it says.
//! Some browsers have none, some have them and refuse to show one: then the other signals have to do.
//! A press brings the page to the front and nothing else: a call is answered where its caller can be seen.

use super::clock::window;
use crate::store::Permission;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Whether the browser lets the page show notifications.
pub(super) fn permission() -> Permission {
    let exists = window().is_some_and(|window| {
        js_sys::Reflect::has(&window, &"Notification".into()).is_ok_and(|exists| exists)
    });
    if !exists {
        return Permission::Missing;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Denied => Permission::Denied,
        _ => Permission::NotAsked,
    }
}

/// Has the browser ask the person; it does so only in a gesture. `tell` is told when there is an answer.
pub(super) fn ask(tell: impl Fn() + 'static) {
    if permission() != Permission::NotAsked {
        return;
    }
    if let Ok(answer) = Notification::request_permission() {
        spawn_local(async move {
            // Refused or put off: the permission says so.
            let _ = JsFuture::from(answer).await;
            tell();
        });
    }
}

/// A notification that is shown; dropping it takes it away.
pub(super) struct Shown {
    notification: Notification,
    _press: Closure<dyn FnMut()>,
}

impl Shown {
    /// Shows one. Of those with the same tag there is only ever one.
    pub(super) fn new(title: &str, text: &str, tag: &str) -> Option<Self> {
        if permission() != Permission::Granted {
            return None;
        }
        let options = NotificationOptions::new();
        options.set_body(text);
        options.set_tag(tag);
        options.set_icon("favicon-ringing.svg");
        options.set_require_interaction(true);
        // The page has a tone of its own.
        options.set_silent(Some(true));
        let notification = Notification::new_with_options(title, &options).ok()?;
        let pressed = notification.clone();
        let press = Closure::<dyn FnMut()>::new(move || {
            if let Some(window) = window() {
                let _ = window.focus();
            }
            pressed.close();
        });
        notification.set_onclick(Some(press.as_ref().unchecked_ref()));
        Some(Self {
            notification,
            _press: press,
        })
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.notification.set_onclick(None);
        self.notification.close();
    }
}
