//! The way from many connections to the one task that owns the desk.
//!
//! Lives here: the requests that travel, and the application side of a SignalR endpoint ([`Hub`]).
//! May not be here: any state.
//! Arguments are read on the caller's side, so that a malformed one never occupies the desk.
//! The way is bounded: a desk that cannot keep up slows its callers down, and memory stays what it is.

use super::super::signalr::{CallError, Client, Hub, Reply};
use super::requests::{self, Asked};
use switchhook::protocol::Payload;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for the desk.
const WAITING: usize = 256;

/// What reaches the desk.
#[derive(Debug)]
pub enum Request {
    /// A client has gone.
    Left(Client),
    /// A client asks for something.
    Call {
        /// Who.
        client: Client,
        /// What.
        #[allow(private_interfaces, reason = "made and read within the desk only")]
        asked: Asked,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<Reply, CallError>>,
    },
}

/// Passes clients' calls on to the desk.
#[derive(Debug, Clone)]
pub struct Hotline {
    requests: mpsc::Sender<Request>,
}

impl Hotline {
    /// A hotline and the end at which its requests arrive.
    pub fn new() -> (Self, mpsc::Receiver<Request>) {
        let (requests, arriving) = mpsc::channel(WAITING);
        (Self { requests }, arriving)
    }
}

impl Hub for Hotline {
    async fn connected(&self, _client: &Client) {
        // A desk hears nothing before it subscribes or signs in.
    }

    async fn invoke(
        &self,
        client: &Client,
        method: &str,
        arguments: Payload<'_>,
    ) -> Result<Reply, CallError> {
        let asked = requests::read(method, arguments)?;
        let (answer, answered) = oneshot::channel();
        let call = Request::Call {
            client: client.clone(),
            asked,
            answer,
        };
        let stopped = || CallError::Refused("The hub is stopping. Connect again later.".to_owned());
        self.requests.send(call).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    async fn disconnected(&self, client: &Client) {
        // When the desk has stopped there is nobody left to tell.
        let _ = self.requests.send(Request::Left(client.clone())).await;
    }
}
