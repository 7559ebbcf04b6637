//! One connection: from the opened socket to the last word.
//!
//! Lives here: the handshake, the reading half, the writing half, timeouts and how each ends.
//! May not be here: who the client is (registry) and what its calls mean (hub).
//! The two halves run side by side in one task; the reading half ends with a reason, the writing half says it.
//! Timeouts of a client do not run while one of its calls is being worked on, as in the reference server.

use super::client::Client;
use super::hub::{Answer, Hub};
use super::limits::{Limits, explained};
use super::outbox::{Ending, Record, Taken};
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::VecDeque;
use switchhook::protocol::message::Outcome;
use switchhook::protocol::{DecodeError, Encoding, Message, Oversize, RecordReader, handshake, json};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// The newest version of the JSON protocol that is understood; 2 adds stateful reconnect, which is not offered.
const NEWEST_VERSION: i64 = 2;

type Sink = SplitSink<WebSocket, Frame>;
type Stream = SplitStream<WebSocket>;

/// Serves `client` on `socket` until either side ends it.
pub(super) async fn serve<H: Hub>(socket: WebSocket, client: Client, hub: &H, limits: &Limits) {
    let (mut sink, stream) = socket.split();
    let mut input = Input::new(stream, limits);
    match shake_hands(&mut input, limits).await {
        Ok(()) => {}
        Err(Refusal::Gone) => return,
        Err(Refusal::Said(text)) => {
            let response = handshake::write_response(Some(&text));
            if write_frame(&mut sink, response.into(), limits).await {
                close_socket(&mut sink, &mut input, limits).await;
            }
            return;
        }
    }
    if !write_frame(&mut sink, handshake::write_response(None).into(), limits).await {
        return;
    }
    hub.connected(&client).await;
    converse(&mut sink, &mut input, &client, hub, limits).await;
    // Whoever still holds the client must not fill a queue that nobody empties.
    client.close(Ending::default());
    hub.disconnected(&client).await;
}

async fn converse<H: Hub>(sink: &mut Sink, input: &mut Input, client: &Client, hub: &H, limits: &Limits) {
    let finished = {
        let mut writing = std::pin::pin!(write(sink, client, limits));
        let end = tokio::select! {
            written = &mut writing => End::Written(written),
            read = read(input, client, hub, limits) => End::Read(read),
        };
        match end {
            End::Written(finished) => finished,
            End::Read(None) => false,
            End::Read(Some(ending)) => {
                client.close(ending);
                timeout(limits.close_timeout, writing).await.unwrap_or_default()
            }
        }
    };
    if finished {
        close_socket(sink, input, limits).await;
    }
}

/// Which half ended the conversation.
enum End {
    /// The writing half; whether it said everything.
    Written(bool),
    /// The reading half; with what is to be said, unless the client has gone.
    Read(Option<Ending>),
}

/// What the client sent, cut into records.
struct Input {
    stream: Stream,
    reader: RecordReader,
    records: VecDeque<Result<Vec<u8>, Oversize>>,
    /// The largest WebSocket message that is taken in.
    limit: usize,
    /// A message was larger than that: the rest of it, and whatever follows, can no longer be read.
    is_deaf: bool,
}

impl Input {
    fn new(stream: Stream, limits: &Limits) -> Self {
        Self {
            stream,
            reader: RecordReader::new(Encoding::Json, limits.receive_bytes),
            records: VecDeque::new(),
            limit: limits.receive_message_bytes,
            is_deaf: false,
        }
    }

    /// The next record; `None` when the client has gone.
    async fn next(&mut self) -> Option<Result<Vec<u8>, Oversize>> {
        loop {
            if let Some(record) = self.records.pop_front() {
                return Some(record);
            }
            self.receive().await?;
        }
    }

    /// Takes in one frame; `None` when the client has gone. Loses nothing when dropped half way.
    async fn receive(&mut self) -> Option<()> {
        let records = &mut self.records;
        let each = |record: Result<&[u8], Oversize>| {
            records.push_back(record.map(<[u8]>::to_vec));
            true
        };
        match self.stream.next().await? {
            Ok(Frame::Text(text)) => self.reader.feed(text.as_bytes(), each),
            Ok(Frame::Binary(bytes)) => self.reader.feed(&bytes, each),
            // A WebSocket ping is a sign of life for the socket, not for the protocol on it.
            Ok(Frame::Ping(_) | Frame::Pong(_)) => {}
            Err(error) if is_too_long(&error) => {
                self.is_deaf = true;
                records.push_back(Err(Oversize { limit: self.limit }));
            }
            // The client said goodbye, or the socket broke.
            Ok(Frame::Close(_)) | Err(_) => return None,
        }
        Some(())
    }
}

/// Whether a WebSocket message was refused for its length; what has been sent before it was read as usual.
fn is_too_long(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}

enum Refusal {
    /// The client went away; there is nobody to tell.
    Gone,
    /// What the client is told.
    Said(String),
}

async fn shake_hands(input: &mut Input, limits: &Limits) -> Result<(), Refusal> {
    let canceled = || Refusal::Said("Handshake was canceled.".to_owned());
    let record = match timeout(limits.handshake_timeout, input.next()).await {
        Err(_) | Ok(Some(Err(_))) => return Err(canceled()),
        Ok(None) => return Err(Refusal::Gone),
        Ok(Some(Ok(record))) => record,
    };
    let request = handshake::read_request(&record).map_err(|error| {
        Refusal::Said(explained(
            "An unexpected error occurred during connection handshake.",
            "InvalidDataException",
            &error.to_string(),
            limits.detailed_errors,
        ))
    })?;
    let protocol = &request.protocol;
    if !protocol.eq_ignore_ascii_case("json") {
        return Err(Refusal::Said(format!(
            "The protocol '{protocol}' is not supported."
        )));
    }
    if !(0..=NEWEST_VERSION).contains(&request.version) {
        return Err(Refusal::Said(format!(
            "The server does not support version {} of the 'json' protocol.",
            request.version
        )));
    }
    Ok(())
}

/// Reads until the conversation is to end; `None` when the client has gone without a word.
async fn read<H: Hub>(input: &mut Input, client: &Client, hub: &H, limits: &Limits) -> Option<Ending> {
    let mut pinged = false;
    loop {
        let record = if pinged {
            let due = Instant::now() + limits.client_timeout;
            match timeout_at(due, input.next()).await {
                Ok(record) => record?,
                Err(_) => return Some(silent(limits)),
            }
        } else {
            input.next().await?
        };
        let record = match record {
            Ok(record) => record,
            Err(Oversize { limit }) => {
                let cause = format!(
                    "The maximum message size of {limit}B was exceeded. The message size can be configured in AddHubOptions."
                );
                return Some(faulty(limits, &cause));
            }
        };
        match json::decode(&record) {
            Ok(Message::Ping) => pinged = true,
            Ok(Message::Close { .. }) => return Some(Ending::default()),
            Ok(Message::Invocation {
                invocation_id,
                target,
                arguments,
                ..
            }) => {
                if arguments.json() == "[]" && !has_arguments(&record) {
                    return Some(faulty(limits, "Missing required property 'arguments'."));
                }
                let answer = Answer::new(client, invocation_id.as_deref(), &target, limits);
                hub.invoke(client, &target, arguments, answer).await;
            }
            Ok(Message::StreamInvocation {
                invocation_id,
                target,
                ..
            }) => {
                let text = format!(
                    "The client attempted to invoke the non-streaming '{target}' method with a streaming invocation."
                );
                client.push(encoded(&Message::Completion {
                    headers: None,
                    invocation_id,
                    outcome: Outcome::Error(text.into()),
                }));
            }
            // Cancelling what is not running, items of no stream, answers to no question: ignored, as are
            // message types of a later protocol.
            Ok(
                Message::CancelInvocation { .. }
                | Message::StreamItem { .. }
                | Message::Completion { .. }
                | Message::Ack { .. }
                | Message::Sequence { .. },
            )
            | Err(DecodeError::UnknownType(_)) => {}
            Err(error) => return Some(faulty(limits, &error.to_string())),
        }
    }
}

/// The reader takes absent arguments for an empty array; the reference server does not (case J25).
fn has_arguments(record: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Arguments {
        arguments: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Arguments>(record).is_ok_and(|found| found.arguments.is_some())
}

/// Writes what waits, pings in silences, and ends with the Close record; whether it got that far.
async fn write(sink: &mut Sink, client: &Client, limits: &Limits) -> bool {
    let outbox = client.outbox();
    loop {
        let quiet_until = Instant::now() + limits.keep_alive;
        let message = loop {
            match outbox.take() {
                Taken::Message(message) => break message,
                Taken::End(ending) => return write_frame(sink, ending.record(), limits).await,
                Taken::Nothing => tokio::select! {
                    () = outbox.filled() => {}
                    () = sleep_until(quiet_until) => break ping(),
                },
            }
        };
        if !write_frame(sink, message, limits).await {
            return false;
        }
    }
}

/// Writes one WebSocket message; `false` when the client has gone or takes too long.
async fn write_frame(sink: &mut Sink, text: Record, limits: &Limits) -> bool {
    matches!(
        timeout(limits.send_timeout, sink.send(Frame::Text(text))).await,
        Ok(Ok(()))
    )
}

/// Says goodbye on the WebSocket level and hears the other side's, for as long as that may take.
async fn close_socket(sink: &mut Sink, input: &mut Input, limits: &Limits) {
    let goodbye = Frame::Close(Some(CloseFrame {
        code: close_code::NORMAL,
        reason: "".into(),
    }));
    let farewell = async {
        if sink.send(goodbye).await.is_err() {
            return;
        }
        if input.is_deaf {
            // A socket dropped with unread bytes in it is reset, which can take back what was just said: the client
            // gets the whole time to read it.
            std::future::pending::<()>().await;
        }
        while let Some(Ok(_)) = input.stream.next().await {}
    };
    // Whether the other side answers in time changes nothing: the socket is dropped next.
    let _ = timeout(limits.close_timeout, farewell).await;
}

fn ping() -> Record {
    encoded(&Message::Ping)
}

fn encoded(message: &Message<'_>) -> Record {
    let mut text = String::new();
    json::encode(message, &mut text);
    text.into()
}

/// The ending for a client that broke the protocol: it must not come back and do the same again.
fn faulty(limits: &Limits, cause: &str) -> Ending {
    Ending {
        error: Some(explained(
            "Connection closed with an error.",
            "InvalidDataException",
            cause,
            limits.detailed_errors,
        )),
        allow_reconnect: false,
    }
}

/// The ending for a client that was not heard in time; it may come back.
fn silent(limits: &Limits) -> Ending {
    Ending {
        error: Some(explained(
            "Connection closed with an error.",
            "OperationCanceledException",
            &format!(
                "Client hasn't sent a message/ping within the configured ClientTimeoutInterval of {} s.",
                limits.client_timeout.as_secs_f32()
            ),
            limits.detailed_errors,
        )),
        allow_reconnect: true,
    }
}
