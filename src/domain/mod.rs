//! The contact centre as the desk knows it: agents, queues, callbacks, calls, and what may be done to them.
//!
//! Lives here: plain data, the one closed [`Event`] that changes it, and [`Model::apply`], which tells what changed.
//! May not be here: a vendor's word, a wire name, a clock, a browser; times come in with the events.
//! What no event has said stays unknown (`None`), and is shown as unknown.
//! No event costs work in proportion to the number of rows: rows are found by hash, ordered by tree.

pub mod agent;
pub mod call;
pub mod callback;
pub mod chat;
pub mod command;
pub mod control;
pub mod event;
pub mod fold;
pub mod ids;
pub mod model;
pub mod moment;
pub mod queue;
pub mod settings;
pub mod skills;
pub mod supervision;
pub mod table;
pub mod telephony;
pub mod text;

pub use event::Event;
pub use model::{Delta, Model, Transition};
pub use moment::Moment;
