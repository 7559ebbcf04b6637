//! The way from many connections to the one task that owns the desk.
//!
//! Lives here: the requests that travel, and the application side of a SignalR endpoint ([`Hub`]).
//! May not be here: any state.
//! Arguments are read on the caller's side, so that a malformed one never occupies the desk.
//! The way is bounded: a desk that cannot keep up slows its callers down, and memory stays what it is.

use super::signalr::{Answer, Call, Client, Hub};
use crate::conversation::CallError;
use crate::desk::Asked;
use crate::desk::vocabulary::Vocabularies;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for the desk.
const WAITING: usize = 256;

/// What reaches the desk.
#[derive(Debug)]
pub(crate) enum Request {
    /// A client has connected.
    Arrived(Client),
    /// A client has gone.
    Left(Client),
    /// A client asks for something.
    Call {
        /// Who.
        client: Client,
        /// What.
        asked: Asked,
        /// How it is answered.
        answer: Answer,
        /// Dropped with the request, which lets the client's next call come.
        done: oneshot::Sender<()>,
    },
}

/// Passes clients' calls on to the desk.
#[derive(Debug, Clone)]
pub(crate) struct Hotline {
    requests: mpsc::Sender<Request>,
    vocabularies: Vocabularies,
}

impl Hotline {
    /// A hotline that takes requests in these vocabularies, and the end at which they arrive.
    pub(crate) fn new(vocabularies: Vocabularies) -> (Self, mpsc::Receiver<Request>) {
        let (requests, arriving) = mpsc::channel(WAITING);
        let hotline = Self {
            requests,
            vocabularies,
        };
        (hotline, arriving)
    }
}

impl Hub for Hotline {
    async fn connected(&self, client: &Client) {
        // When the desk has stopped there is nobody left to tell; the same goes for leaving.
        let _ = self.requests.send(Request::Arrived(client.clone())).await;
    }

    async fn invoke(&self, client: &Client, call: Call<'_>, answer: Answer) {
        let streams = call.uploads.len();
        let asked = match Asked::read(self.vocabularies, call.method, call.arguments, streams) {
            Ok(asked) => asked,
            Err(error) => return answer.give(&Err(error)),
        };
        let (done, over) = oneshot::channel();
        let call = Request::Call {
            client: client.clone(),
            asked,
            answer,
            done,
        };
        if let Err(returned) = self.requests.send(call).await
            && let Request::Call { answer, .. } = returned.0
        {
            let text = "The hub is stopping. Connect again later.".to_owned();
            answer.give(&Err(CallError::Refused(text)));
        }
        // Ends when the desk drops its half.
        let _ = over.await;
    }

    async fn disconnected(&self, client: &Client) {
        let _ = self.requests.send(Request::Left(client.clone())).await;
    }
}
