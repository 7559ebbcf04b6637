//! The hub inside a page's worker: what the server answers, without a network.
//!
//! Lives here: requests and sockets by number, the conversation over each socket, tokens, and time as it is told.
//! May not be here: methods and their meaning (`desk`), the words of a conversation (`conversation`), a clock.
//! Everything here is pure and tested natively; only `port` knows that there is a browser.
//! What a page is told by the server it is told here, record by record: `tests` hold the two to each other.

mod endpoint;
mod line;
mod options;
#[cfg(target_arch = "wasm32")]
pub mod port;
mod routes;
#[cfg(all(test, feature = "server"))]
mod tests;
mod token;

pub use endpoint::{Endpoint, SocketEvent, SocketId};
pub use options::Options;
pub use routes::{Answer, Request};
