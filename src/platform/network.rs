//! The way to the servers: the browser's network, or a demonstration in a worker of the page.
//!
//! Lives here: the choice between the two, made once, and the one form in which both are used.
//! May not be here: requests and sockets themselves (`http`, `socket`, `demo`).
//! Whoever asks and listens is told the same things in the same order, and knows of no difference.
//! The page's own files come by the browser in either case.

use super::demo::{self, Demo};
use super::http::{self, Answer, Request};
use super::socket::{self, SocketEvent};
use crate::connection::Frame;
use std::rc::Rc;

/// The file that names the release of the page; only the page's own host can have it.
const RELEASE: &str = "build.json";

/// The way to the servers.
#[derive(Clone)]
pub struct Network(Option<Rc<Demo>>);

/// A request under way; dropping it aborts it.
pub(super) enum Pending {
    Browser(http::Pending),
    Demo(demo::Pending),
}

impl Pending {
    /// Lets the request go on to its end.
    pub(super) fn let_run(self) {
        match self {
            Self::Browser(pending) => pending.let_run(),
            Self::Demo(pending) => pending.let_run(),
        }
    }
}

/// A socket; dropping it closes it.
pub(super) enum Socket {
    Browser(socket::Socket),
    Demo(demo::Socket),
}

impl Socket {
    /// Sends a message; a socket that is closing drops it, and its close is reported anyway.
    pub(super) fn send(&self, frame: &Frame) {
        match self {
            Self::Browser(socket) => socket.send(frame),
            Self::Demo(socket) => socket.send(frame),
        }
    }
}

impl Network {
    /// The page's: a demonstration where `boot.js` has started one.
    pub fn of_page() -> Self {
        Self(Demo::of_page())
    }

    /// Whether everything behind it is simulated.
    pub fn is_demo(&self) -> bool {
        self.0.is_some()
    }

    /// Ends a demonstration; the browser's network needs no end.
    pub(super) fn end(&self) {
        if let Some(demo) = &self.0 {
            demo.end();
        }
    }

    /// Sends `request`; `tell` gets the answer, or a text for people, unless the pending request is dropped first.
    pub(super) fn send(
        &self,
        request: Request,
        tell: impl FnOnce(Result<Answer, String>) + 'static,
    ) -> Pending {
        match &self.0 {
            Some(demo) if request.url != RELEASE => Pending::Demo(demo.send(&request, Box::new(tell))),
            _ => Pending::Browser(http::send(request, tell)),
        }
    }

    /// As [`send`](Self::send), but fails where the server sends the request somewhere else.
    pub(super) fn send_straight(
        &self,
        request: Request,
        tell: impl FnOnce(Result<Answer, String>) + 'static,
    ) -> Pending {
        match &self.0 {
            None => Pending::Browser(http::send_straight(request, tell)),
            Some(_) => self.send(request, tell),
        }
    }

    /// Starts to open a socket to `url`; `None` when that is refused outright.
    pub(super) fn open(&self, url: &str, tell: impl Fn(SocketEvent<'_>) + Clone + 'static) -> Option<Socket> {
        match &self.0 {
            None => socket::Socket::open(url, tell).map(Socket::Browser),
            Some(demo) => Some(Socket::Demo(demo.open(url, Rc::new(tell)))),
        }
    }
}
