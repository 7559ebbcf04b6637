//! One WebSocket, in records.
//!
//! Lives here: reading records and the handshake request, writing, saying goodbye on the WebSocket level.
//! May not be here: what a record means and what is done when the socket breaks.
//! Records may be cut over WebSocket messages or share one; text and binary messages are read alike.
//! Nothing is lost when reading is given up half way and taken up again.

use super::limits::Limits;
use super::record::Wire;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use std::collections::VecDeque;
use switchhook::protocol::{Encoding, Oversize, RecordReader, SEPARATOR};
use tokio::time::timeout;

/// A socket that is open.
pub(super) struct Link {
    pub(super) output: Output,
    pub(super) input: Input,
}

/// How a client's side of the socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// It said goodbye.
    Left,
    /// The socket broke.
    Lost,
}

impl Link {
    /// A socket on which the handshake comes next.
    pub(super) fn new(socket: WebSocket, limits: &Limits) -> Self {
        let (sink, stream) = socket.split();
        Self {
            output: Output {
                sink,
                limits: limits.clone(),
            },
            input: Input {
                stream,
                reader: RecordReader::new(Encoding::Json, limits.receive_bytes),
                records: VecDeque::new(),
                record_limit: limits.receive_bytes,
                message_limit: limits.receive_message_bytes,
                is_deaf: false,
            },
        }
    }

    /// Says goodbye on the WebSocket level and hears the other side's, for as long as that may take.
    pub(super) async fn close(mut self) {
        let goodbye = Frame::Close(Some(CloseFrame {
            code: close_code::NORMAL,
            reason: "".into(),
        }));
        let patience = self.output.limits.close_timeout;
        let farewell = async {
            if self.output.sink.send(goodbye).await.is_err() {
                return;
            }
            if self.input.is_deaf {
                // A socket dropped with unread bytes in it is reset, which can take back what was just said: the client
                // gets the whole time to read it.
                std::future::pending::<()>().await;
            }
            while let Some(Ok(_)) = self.input.stream.next().await {}
        };
        // Whether the other side answers in time changes nothing: the socket is dropped next.
        let _ = timeout(patience, farewell).await;
    }
}

/// The half of a socket that is written to.
pub(super) struct Output {
    sink: SplitSink<WebSocket, Frame>,
    limits: Limits,
}

impl Output {
    /// Writes one WebSocket message; `false` when the client has gone or takes too long.
    pub(super) async fn write(&mut self, wire: Wire) -> bool {
        let written = timeout(self.limits.send_timeout, self.sink.send(wire.into())).await;
        matches!(written, Ok(Ok(())))
    }
}

/// The half of a socket that is read from.
pub(super) struct Input {
    stream: SplitStream<WebSocket>,
    reader: RecordReader,
    records: VecDeque<Result<Vec<u8>, Oversize>>,
    /// The longest record that is taken in.
    record_limit: usize,
    /// The largest WebSocket message that is taken in.
    message_limit: usize,
    /// A message was larger than that: the rest of it, and whatever follows, can no longer be read.
    is_deaf: bool,
}

impl Input {
    /// The first record, which is text in every encoding, and what came along with it, which is in the one that the
    /// record asks for.
    pub(super) async fn handshake(&mut self) -> Result<Result<(Vec<u8>, Vec<u8>), Oversize>, Gone> {
        let limit = self.record_limit;
        let mut bytes = Vec::new();
        loop {
            let mut arrived = match self.receive().await? {
                Ok(arrived) => arrived.to_vec(),
                Err(oversize) => return Ok(Err(oversize)),
            };
            let end = arrived.iter().position(|byte| *byte == SEPARATOR);
            if bytes.len() + end.unwrap_or(arrived.len()) > limit {
                return Ok(Err(Oversize { limit }));
            }
            let rest = end.map(|end| arrived.split_off(end));
            bytes.append(&mut arrived);
            if let Some(rest) = rest {
                return Ok(Ok((bytes, rest.get(1..).unwrap_or_default().to_vec())));
            }
        }
    }

    /// From here on everything is in this encoding, beginning with what has come already.
    pub(super) fn begin(&mut self, encoding: Encoding, arrived: &[u8]) {
        self.reader = RecordReader::new(encoding, self.record_limit);
        self.cut(arrived);
    }

    /// The next record.
    pub(super) async fn next(&mut self) -> Result<Result<Vec<u8>, Oversize>, Gone> {
        loop {
            if let Some(record) = self.records.pop_front() {
                return Ok(record);
            }
            match self.receive().await? {
                Ok(bytes) => self.cut(&bytes),
                Err(oversize) => return Ok(Err(oversize)),
            }
        }
    }

    fn cut(&mut self, bytes: &[u8]) {
        let records = &mut self.records;
        self.reader.feed(bytes, |record| {
            records.push_back(record.map(<[u8]>::to_vec));
            true
        });
    }

    /// What the next WebSocket message holds.
    async fn receive(&mut self) -> Result<Result<Bytes, Oversize>, Gone> {
        loop {
            return match self.stream.next().await {
                Some(Ok(frame @ (Frame::Text(_) | Frame::Binary(_)))) => Ok(Ok(frame.into_data())),
                // A WebSocket ping is a sign of life for the socket, not for the protocol on it.
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => continue,
                Some(Ok(Frame::Close(_))) => Err(Gone::Left),
                Some(Err(error)) if is_too_long(&error) => {
                    self.is_deaf = true;
                    Ok(Err(Oversize {
                        limit: self.message_limit,
                    }))
                }
                Some(Err(_)) | None => Err(Gone::Lost),
            };
        }
    }
}

/// Whether a WebSocket message was refused for its length; what has been sent before it was read as usual.
fn is_too_long(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}
