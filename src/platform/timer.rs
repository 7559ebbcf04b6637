//! One-shot timers and animation frames that end when they are dropped.
//!
//! Lives here: [`Timer`] and [`Frame`].
//! May not be here: what is done when they fire.
//! A dropped timer never fires; a fired one frees its closure with its owner.
//! Hidden pages get no frames and late timers; whoever needs either asks which.

use super::clock::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// A timer that fires once.
pub(super) struct Timer {
    handle: i32,
    _fire: Closure<dyn FnMut()>,
}

impl Timer {
    /// Fires after `milliseconds`.
    pub(super) fn after(milliseconds: i32, fire: impl FnMut() + 'static) -> Option<Self> {
        let fire = Closure::new(fire);
        let handle = window()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                fire.as_ref().unchecked_ref(),
                milliseconds,
            )
            .ok()?;
        Some(Self { handle, _fire: fire })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_timeout_with_handle(self.handle);
        }
    }
}

/// The next animation frame.
pub(super) struct Frame {
    handle: i32,
    _fire: Closure<dyn FnMut()>,
}

impl Frame {
    /// Fires before the next paint.
    pub(super) fn next(fire: impl FnMut() + 'static) -> Option<Self> {
        let fire = Closure::new(fire);
        let handle = window()?
            .request_animation_frame(fire.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { handle, _fire: fire })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(window) = window() {
            let _ = window.cancel_animation_frame(self.handle);
        }
    }
}
