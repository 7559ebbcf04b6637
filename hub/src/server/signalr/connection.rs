//! One connection: from the opened socket to the last word.
//!
//! Lives here: the handshake, what each message brings about, timeouts, changing sockets, and how all of it ends.
//! May not be here: who the client is (registry), how its calls are carried out (calls), the socket (link).
//! Reading and writing run side by side in one task; the reading half ends with a reason, the writing half says it.
//! With stateful reconnect the same task waits for the next socket, so that nobody else notices the change.

use super::calls::{Asked, Calls};
use super::client::Client;
use super::hub::{Hub, Pending};
use super::limits::Limits;
use super::link::{Gone, Input, Link, Output};
use super::outbox::Taken;
use super::record::Wire;
use crate::conversation::{self, CANCELED, Ending, STATEFUL_VERSION, hands_shaken, message, oversize};
use axum::extract::ws::WebSocket;
use std::borrow::Cow;
use std::sync::Arc;
use switchhook::protocol::stateful::{ACKNOWLEDGE_BYTES, Received, is_counted};
use switchhook::protocol::{Encoding, Frame, Message, handshake};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Serves `client`, first on `socket`, until either side ends it. Whether `stateful` reconnect was negotiated.
pub(super) async fn serve<H: Hub>(
    socket: WebSocket,
    client: &Client,
    hub: &Arc<H>,
    limits: &Limits,
    stateful: bool,
) {
    let mut link = Link::new(socket, limits);
    let agreed = match shake_hands(&mut link.input, limits).await {
        Ok(agreed) => agreed,
        Err(Refusal::Gone) => return,
        Err(Refusal::Said(text)) => {
            if link.output.write(said(Some(&text))).await {
                link.close().await;
            }
            return;
        }
    };
    // A client of the first version knows nothing of acknowledgements (case S15).
    let conversation::Agreed { encoding, version } = agreed.terms;
    let stateful = stateful && version >= STATEFUL_VERSION;
    client.outbox().begin(encoding, stateful);
    if !link.output.write(said(None)).await {
        return;
    }
    link.input.begin(encoding, &agreed.arrived);
    let mut session = Session {
        client,
        limits,
        encoding,
        calls: Calls::new(Arc::clone(hub), client, limits),
        received: stateful.then(Received::default),
        unacknowledged: 0,
        has_pinged: false,
    };
    session.last(link).await;
    hub.disconnected(client).await;
}

fn said(error: Option<&str>) -> Wire {
    Frame::Text(handshake::write_response(error)).into()
}

/// What a client's first record has settled.
struct Agreed {
    terms: conversation::Agreed,
    /// What came along with it.
    arrived: Vec<u8>,
}

enum Refusal {
    /// The client went away; there is nobody to tell.
    Gone,
    /// What the client is told.
    Said(String),
}

async fn shake_hands(input: &mut Input, limits: &Limits) -> Result<Agreed, Refusal> {
    let canceled = || Refusal::Said(CANCELED.to_owned());
    let (record, arrived) = match timeout(limits.handshake_timeout, input.handshake()).await {
        Err(_) | Ok(Ok(Err(_))) => return Err(canceled()),
        Ok(Err(Gone::Left | Gone::Lost)) => return Err(Refusal::Gone),
        Ok(Ok(Ok(arrived))) => arrived,
    };
    let terms = hands_shaken(&record, limits.detailed_errors).map_err(Refusal::Said)?;
    Ok(Agreed { terms, arrived })
}

/// A client after its handshake.
struct Session<'a, H> {
    client: &'a Client,
    limits: &'a Limits,
    encoding: Encoding,
    calls: Calls<H>,
    /// With stateful reconnect, what has arrived.
    received: Option<Received>,
    /// Bytes that arrived since the last acknowledgement.
    unacknowledged: usize,
    /// Whether the client has pinged: only then is it expected to go on doing so.
    has_pinged: bool,
}

/// Which half ended the conversation on a socket.
enum End {
    /// The writing half; whether it said everything.
    Written(bool),
    /// The reading half; with what is to be said, if anything.
    Read(Finish),
    /// The client has opened another socket.
    Replaced(Box<WebSocket>),
}

/// Why nothing more is read.
enum Finish {
    /// The socket broke.
    Lost,
    /// The client said goodbye on the WebSocket level.
    Left,
    /// There is something to be said.
    Say(Ending),
}

impl<H: Hub> Session<'_, H> {
    /// Converses on one socket after the other until the client has gone for good.
    async fn last(&mut self, first: Link) {
        let mut next = Some(first);
        while let Some(link) = next.take() {
            next = match self.converse(link).await {
                Some(socket) => Some(self.reattach(socket)),
                None if self.client.outbox().can_reattach() => {
                    let socket = self.wait_for_socket().await;
                    socket.map(|socket| self.reattach(socket))
                }
                None => None,
            };
        }
        // Whoever still holds the client must not fill a queue that nobody empties.
        self.client.close(Ending::default());
        self.client.line().close();
        let _ = timeout(self.limits.close_timeout, self.calls.wind_up()).await;
        self.calls.stop().await;
    }

    fn reattach(&mut self, socket: WebSocket) -> Link {
        let mut link = Link::new(socket, self.limits);
        link.input.begin(self.encoding, &[]);
        self.client.outbox().reattach();
        if let Some(received) = &mut self.received {
            received.reattached();
        }
        link
    }

    /// Waits for the client's next socket; `None` when it has not come in time or is no longer wanted.
    async fn wait_for_socket(&mut self) -> Option<WebSocket> {
        let due = Instant::now() + self.limits.disconnect_timeout;
        loop {
            tokio::select! {
                socket = self.client.line().next() => return Some(socket),
                () = self.client.outbox().ended() => return None,
                () = sleep_until(due) => return None,
                () = self.calls.finished() => {}
            }
        }
    }

    /// Converses on one socket; the next one, where the client has opened it already. Whether the client may go on
    /// elsewhere otherwise, its outbox knows.
    async fn converse(&mut self, link: Link) -> Option<WebSocket> {
        let Link {
            mut output,
            mut input,
        } = link;
        let (client, limits) = (self.client, self.limits);
        let is_finished = {
            let mut writing = std::pin::pin!(write(&mut output, client, limits, self.encoding));
            let end = tokio::select! {
                socket = client.line().next() => End::Replaced(Box::new(socket)),
                written = &mut writing => End::Written(written),
                finish = self.read(&mut input) => End::Read(finish),
                () = client.expired(), if limits.close_on_expiry => End::Read(Finish::Say(expired())),
            };
            match end {
                End::Replaced(socket) => return Some(*socket),
                End::Written(is_finished) => is_finished,
                End::Read(Finish::Lost) => false,
                End::Read(Finish::Left) => {
                    client.close(Ending::default());
                    false
                }
                End::Read(Finish::Say(ending)) => {
                    // What was asked before is still answered.
                    let answered = async {
                        tokio::select! {
                            written = &mut writing => Some(written),
                            () = self.calls.wind_up() => None,
                            () = sleep(limits.close_timeout) => None,
                        }
                    };
                    let written = answered.await;
                    client.close(ending);
                    match written {
                        Some(written) => written,
                        None => timeout(limits.close_timeout, writing).await.unwrap_or_default(),
                    }
                }
            }
        };
        if is_finished {
            Link { output, input }.close().await;
        }
        None
    }

    /// Reads until the conversation on this socket is to end.
    async fn read(&mut self, input: &mut Input) -> Finish {
        let mut heard = Instant::now();
        loop {
            let due =
                (self.has_pinged && !self.calls.excuse_silence()).then(|| heard + self.limits.client_timeout);
            let record = tokio::select! {
                // Calls that wait come before those that arrive, and whoever has said something in time is not
                // silent, even if nobody has listened yet.
                biased;
                () = self.calls.finished() => {
                    if due.is_none() {
                        heard = Instant::now();
                    }
                    continue;
                }
                record = input.next() => record,
                () = self.client.questions().asked() => {
                    if due.is_none() {
                        heard = Instant::now();
                    }
                    continue;
                }
                () = at(due) => {
                    if self.calls.excuse_silence() {
                        continue;
                    }
                    return Finish::Say(self.silent());
                }
            };
            let record = match record {
                Ok(Ok(record)) => record,
                Ok(Err(over)) => return Finish::Say(self.faulty(&oversize(over))),
                Err(Gone::Lost) => return Finish::Lost,
                Err(Gone::Left) => return Finish::Left,
            };
            if let Err(finish) = self.take(record).await {
                return finish;
            }
            heard = Instant::now();
        }
    }

    /// Does what a record asks for. Given up half way, nothing of it is done.
    async fn take(&mut self, record: Vec<u8>) -> Result<(), Finish> {
        let message = match message(self.encoding, &record) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(()),
            Err(cause) => return Err(Finish::Say(self.faulty(&cause))),
        };
        self.make_room(&message).await;
        if is_counted(&message) && !self.count(record.len()) {
            return Ok(());
        }
        let call = match message {
            Message::Ping => {
                self.has_pinged = true;
                None
            }
            Message::Close { .. } => return Err(Finish::Say(Ending::default())),
            Message::Invocation {
                invocation_id,
                target,
                stream_ids,
                ..
            } => {
                let id = invocation_id.as_deref();
                let pending = Pending::new(self.client, id, &target, false, self.limits);
                Some((pending, owned(stream_ids)))
            }
            Message::StreamInvocation {
                invocation_id,
                target,
                stream_ids,
                ..
            } => {
                let pending = Pending::new(self.client, Some(&invocation_id), &target, true, self.limits);
                Some((pending, owned(stream_ids)))
            }
            Message::CancelInvocation { invocation_id, .. } => {
                self.calls.cancel(&invocation_id);
                None
            }
            // Items of no stream and answers to no question are ignored.
            Message::StreamItem {
                invocation_id, item, ..
            } => {
                if let Some(upload) = self.calls.upload(&invocation_id) {
                    upload.put(item.json().into_owned());
                }
                None
            }
            Message::Completion {
                invocation_id,
                outcome,
                ..
            } => {
                if !self.client.questions().answer(&invocation_id, &outcome) {
                    self.calls.end_upload(&invocation_id, &outcome);
                }
                None
            }
            Message::Ack { sequence_id } => {
                self.client.outbox().acknowledge(sequence_id);
                None
            }
            Message::Sequence { sequence_id } => {
                let received = self.received.as_mut();
                if let Some(Err(gap)) = received.map(|received| received.sequence(sequence_id)) {
                    return Err(Finish::Say(self.faulty(&gap.to_string())));
                }
                None
            }
        };
        if let Some((pending, stream_ids)) = call {
            self.calls.begin(Asked {
                record,
                pending,
                stream_ids,
            });
        }
        Ok(())
    }

    /// Waits until what a message brings finds room.
    async fn make_room(&mut self, message: &Message<'_>) {
        loop {
            match message {
                Message::Invocation { .. } | Message::StreamInvocation { .. } if !self.calls.have_room() => {
                    self.calls.finished().await;
                }
                Message::StreamItem { invocation_id, .. } => match self.calls.upload(invocation_id) {
                    Some(upload) if !upload.has_room() => {
                        let room = upload.room();
                        tokio::select! {
                            () = room => {}
                            () = self.calls.finished() => {}
                        }
                    }
                    _ => return,
                },
                _ => return,
            }
        }
    }

    /// Counts a message of so many bytes, where there is anything to count for; whether it is new.
    fn count(&mut self, bytes: usize) -> bool {
        let Some(received) = &mut self.received else {
            return true;
        };
        let is_new = received.accept();
        if received.owes_acknowledgement() {
            self.unacknowledged += bytes;
            let mut due = Instant::now();
            if self.unacknowledged < ACKNOWLEDGE_BYTES {
                due += self.limits.acknowledge_after;
            } else {
                self.unacknowledged = 0;
            }
            self.client.outbox().owe(received.acknowledge(), due);
        }
        is_new
    }

    /// The ending for a client that broke the protocol.
    fn faulty(&self, cause: &str) -> Ending {
        Ending::faulty(cause, self.limits.detailed_errors)
    }

    /// The ending for a client that was not heard in time; it may come back.
    fn silent(&self) -> Ending {
        Ending::silent(self.limits.client_timeout, self.limits.detailed_errors)
    }
}

/// The ending for a client whose token has expired; it may come back with another.
fn expired() -> Ending {
    Ending {
        error: Some(
            "Connection closed: the access token has expired. Connect again with a new one.".to_owned(),
        ),
        allow_reconnect: true,
    }
}

fn owned(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

/// Waits for a moment, or for ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Writes what waits, pings in silences, and ends with the Close record; whether it got that far.
async fn write(output: &mut Output, client: &Client, limits: &Limits, encoding: Encoding) -> bool {
    let outbox = client.outbox();
    loop {
        let quiet_until = Instant::now() + limits.keep_alive;
        let message = loop {
            match outbox.take(Instant::now()) {
                Taken::Message(message) => break message,
                Taken::End(ending) => return output.write(Wire::new(&ending.message(), encoding)).await,
                Taken::Nothing(due) => tokio::select! {
                    () = outbox.filled() => {}
                    () = at(due) => {}
                    () = sleep_until(quiet_until) => break Wire::new(&Message::Ping, encoding),
                },
            }
        };
        if !output.write(message).await {
            return false;
        }
    }
}
