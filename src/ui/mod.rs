//! The page: Leptos components over the store.
//!
//! Lives here: screens, panels, buttons, words, the application's root.
//! May not be here: wire names, protocol, anything that decides what a button may do.
//! A component reads cells and signals, and hands intents to [`App::dispatch`]; it changes nothing itself.
//! Every row carries `data-id`, every button `data-command`, every part of the screen `data-part`.

mod app;

pub use app::{App, Dispatch, Intent};
