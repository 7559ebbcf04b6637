//! What takes the machine's place in a build that only measures its bytes (`cargo xtask bench`, `--cfg
//! switchhook_without_signalr`).
//!
//! Lives here: a step that tells an outlet everything there is to tell, so that nothing above is left out of the build.
//! May not be here: sense. No build that anybody runs contains this.
//! The difference between the two builds is what the connection and the codecs cost the page.

use super::interface::{
    Action, CallId, Health, Input, Outlet, RecordFault, RequestId, SocketId, TokenReason,
};
use super::machine::Connection;
use super::time::Millis;
use crate::protocol::{Frame, Payload};

impl Connection {
    /// Stands in for the machine's step.
    pub fn step(&mut self, input: Input<'_>, now: Millis, random: u64, out: &mut impl Outlet) {
        let Input::SocketData { socket, bytes, .. } = input else {
            return;
        };
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let payload = Payload::from_json(text);
        let request = RequestId(random);
        out.invocation(text, payload, None);
        out.item(CallId(random), payload);
        out.settled(CallId(random), Ok(Some(payload)));
        out.refreshed(Ok(None));
        out.changed(self.status());
        out.health(Health::Late { last_heard: now });
        out.bad_record(RecordFault::Oversize { limit: bytes.len() });
        let url = self.options.hub.negotiate(false);
        out.act(match bytes.first() {
            Some(0) => Action::FetchToken {
                request,
                reason: TokenReason::Reconnect,
            },
            Some(1) => Action::Post {
                request,
                url,
                token: None,
                headers: self.options.headers.clone(),
            },
            Some(2) => Action::Abandon { request },
            Some(3) => Action::OpenSocket {
                socket: SocketId(random),
                url,
            },
            Some(4) => Action::Send {
                socket,
                frame: Frame::Text(text.to_owned()),
            },
            Some(5) => Action::Send {
                socket,
                frame: Frame::Binary(bytes.to_vec()),
            },
            _ => Action::CloseSocket { socket },
        });
    }
}
