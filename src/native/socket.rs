//! One WebSocket, from opening to closing, as a task.
//!
//! Lives here: opening, passing on what arrives, writing what is queued, closing in order.
//! May not be here: knowledge of SignalR.
//! Dropping the queue's sender closes the socket in whatever state it is, after what was queued before.
//! What arrives is passed on as it was received, without a copy.

use super::http::retry_after;
use crate::connection::SecretUrl;
use crate::protocol::Frame;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::body::Bytes;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// How long a peer may take to answer the closing handshake before the socket is dropped.
const CLOSING: Duration = Duration::from_secs(1);

/// What a socket reports.
#[derive(Debug)]
pub(super) enum News {
    Opened,
    Data {
        bytes: Bytes,
        binary: bool,
    },
    Closed {
        code: u16,
        reason: String,
        clean: bool,
    },
    Refused {
        status: u16,
        retry_after: Option<Duration>,
    },
}

impl News {
    fn broken(error: &Error) -> Self {
        Self::Closed {
            code: 1006,
            reason: error.to_string(),
            clean: false,
        }
    }
}

/// Runs a socket; `report` answers `false` when nobody listens any more.
pub(super) async fn run(
    url: SecretUrl,
    mut queue: UnboundedReceiver<Frame>,
    report: impl AsyncFn(News) -> bool,
) {
    // Nothing is queued before the socket is open, so the queue can only end.
    let opened = tokio::select! {
        opened = connect_async_with_config(url.expose(), Some(WebSocketConfig::default()), true) => opened,
        _ = queue.recv() => return,
    };
    let mut stream = match opened {
        Ok((stream, _)) => stream,
        Err(Error::Http(response)) => {
            report(News::Refused {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers()),
            })
            .await;
            return;
        }
        Err(error) => {
            report(News::broken(&error)).await;
            return;
        }
    };
    if !report(News::Opened).await {
        return;
    }
    loop {
        tokio::select! {
            queued = queue.recv() => match queued {
                Some(frame) => {
                    let message = match frame {
                        Frame::Text(text) => Message::text(text),
                        Frame::Binary(bytes) => Message::binary(bytes),
                    };
                    if let Err(error) = stream.send(message).await {
                        report(News::broken(&error)).await;
                        return;
                    }
                }
                None => return close(stream).await,
            },
            received = stream.next() => {
                let news = match received {
                    Some(Ok(Message::Text(text))) => News::Data {
                        bytes: text.into(),
                        binary: false,
                    },
                    Some(Ok(Message::Binary(bytes))) => News::Data { bytes, binary: true },
                    Some(Ok(Message::Close(frame))) => {
                        let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                            (frame.code.into(), frame.reason.to_string())
                        });
                        report(News::Closed { code, reason, clean: true }).await;
                        return close(stream).await;
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => News::broken(&error),
                    None => News::broken(&Error::ConnectionClosed),
                };
                let ended = matches!(news, News::Closed { .. });
                if !report(news).await || ended {
                    return;
                }
            }
        }
    }
}

async fn close(mut stream: WebSocketStream<MaybeTlsStream<TcpStream>>) {
    let farewell = async {
        if stream.close(None).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    // Whether the peer answers or not, the socket is dropped.
    let _ = tokio::time::timeout(CLOSING, farewell).await;
}
