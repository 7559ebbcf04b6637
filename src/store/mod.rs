//! The store: reactive cells that project the model for the view.
//!
//! Lives here: one cell per row that is on screen, a few signals for what there is only one of, and the commit.
//! May not be here: decisions about what events mean (domain), wire names, the browser.
//! Nothing but [`Views::commit`] writes a cell; a view never writes one and never asks the model to change.
//! A cell exists only while a row is mounted: an event for a row that nobody sees costs no reactive work.

mod cells;
mod views;

pub use crate::session::config::{PopOn, PopOpen, Template};
pub use crate::session::screen_pop::address;
pub use cells::Cells;
pub use views::{
    Attending, AttentionView, ConnectionView, DeskView, Known, Layout, Link, Listing, Notice, Permission,
    Reason, Screen, SignInError, SiteView, SoundState, Tab, Threshold, Thresholds, Views,
};
