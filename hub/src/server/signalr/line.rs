//! Where a client's next socket is put down until whoever serves the client takes it up.
//!
//! Lives here: at most one socket that waits.
//! May not be here: whether the client may have another, which the registry decides.
//! The newest socket counts; one that was not taken up in time is dropped, which ends it.
//! Once the client has gone nothing is put down any more.

use axum::extract::ws::WebSocket;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Debug, Default)]
struct State {
    socket: Option<WebSocket>,
    is_closed: bool,
}

/// A place for one socket.
#[derive(Debug, Default)]
pub(super) struct Line {
    state: Mutex<State>,
    arrived: Notify,
}

impl Line {
    /// Puts a socket down.
    pub(super) fn attach(&self, socket: WebSocket) {
        let mut state = self.lock();
        if !state.is_closed {
            state.socket = Some(socket);
            drop(state);
            self.arrived.notify_one();
        }
    }

    /// Waits for a socket; loses none when dropped.
    pub(super) async fn next(&self) -> WebSocket {
        loop {
            if let Some(socket) = self.lock().socket.take() {
                return socket;
            }
            self.arrived.notified().await;
        }
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.socket = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
