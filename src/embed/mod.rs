//! The protocol `ccd/1` with a portal that shows the desk in a frame, as a state machine.
//!
//! Lives here: who is spoken with, what a portal is told, what it may ask for, and how each request is answered.
//! May not be here: windows, ports, clocks, and any change of the model: a portal presses buttons like an agent.
//! What comes from outside is a stranger's: bounded, read strictly, refused in the words of the contract.
//! Source: `docs/embedding.md`; the shapes of all messages are in `embed/schemas`.

mod answer;
mod machine;
mod message;
mod names;
mod picture;
mod request;
mod tell;
mod write;

pub use answer::Code;
pub use machine::{Effect, Embedding, Frame, Input, Parent, Wish};
pub use message::{DEEPEST, LONGEST, Said};
pub use names::{ACTIONS, STATES, TOPICS};
pub use picture::Present;
pub use request::View;
