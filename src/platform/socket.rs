//! One browser WebSocket, owned: dropping it closes the socket and silences it.
//!
//! Lives here: opening, sending, closing, and handing on what the browser reports.
//! May not be here: what the bytes mean, reconnecting.
//! The browser's own interface is used and not a wrapper's: close codes, `bufferedAmount` and the identity of
//! each socket are needed, and a stream of messages would put a queue between the frame and the decoder.

use super::text::TextReader;
use crate::connection::Frame;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// What a socket reports.
#[derive(Clone, Copy)]
pub(super) enum SocketEvent<'a> {
    /// It is open.
    Opened,
    /// A text message came.
    Text(&'a [u8]),
    /// A binary message came.
    Binary(&'a [u8]),
    /// It closed.
    Closed { code: u16, reason: &'a str, clean: bool },
}

/// A WebSocket.
pub(super) struct Socket {
    browser: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Starts to open a socket to `url`; `None` when the browser refuses the address outright.
    pub(super) fn open(url: &str, tell: impl Fn(SocketEvent<'_>) + Clone + 'static) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        socket.set_binary_type(web_sys::BinaryType::Arraybuffer);
        let opened = {
            let tell = tell.clone();
            Closure::<dyn FnMut()>::new(move || tell(SocketEvent::Opened))
        };
        let message = {
            let tell = tell.clone();
            let mut reader = TextReader::new();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                if let Some(bytes) = reader.read(&data) {
                    tell(SocketEvent::Text(bytes));
                } else if let Some(buffer) = data.dyn_ref::<js_sys::ArrayBuffer>() {
                    tell(SocketEvent::Binary(&js_sys::Uint8Array::new(buffer).to_vec()));
                }
            })
        };
        // The error event carries nothing and is always followed by close.
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            tell(SocketEvent::Closed {
                code: event.code(),
                reason: &event.reason(),
                clean: event.was_clean(),
            });
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self {
            browser: socket,
            _opened: opened,
            _message: message,
            _closed: closed,
        })
    }

    /// Sends a message; a socket that is closing drops it, and its close is reported anyway.
    pub(super) fn send(&self, frame: &Frame) {
        let _ = match frame {
            Frame::Text(text) => self.browser.send_with_str(text),
            Frame::Binary(bytes) => self.browser.send_with_u8_array(bytes),
        };
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.browser.set_onopen(None);
        self.browser.set_onmessage(None);
        self.browser.set_onclose(None);
        let _ = self.browser.close();
    }
}
