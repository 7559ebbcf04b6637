//! The SignalR server with a small application behind it, for trying clients: `cargo run --example signalr`.
//!
//! Lives here: a program that serves the application of the tests at `/hub`, and a way to cut its connections.
//! Prints its address, then serves until it is stopped. `POST /cut` resets every connection but the one that it
//! came on, wherever it may be: within a handshake, within a frame. `GET /stats` tells how many clients came and
//! went. Options: --port, --keep-alive-ms, --client-timeout-ms, --disconnect-timeout-ms, --stateful true|false.

#[path = "../tests/common/app.rs"]
mod app;

use app::Application;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{get, post};
use axum::serve::{IncomingStream, Listener};
use axum::{Extension, Json, Router, middleware};
use futures_util::task::AtomicWaker;
use lexopt::prelude::*;
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use switchhook_hub::server::signalr::{Limits, Registry, User, routes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut limits = Limits::default();
    let mut port = 0;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        let Long(name) = argument else {
            return Err(argument.unexpected().into());
        };
        match name.to_owned().as_str() {
            "port" => port = parser.value()?.parse()?,
            "keep-alive-ms" => limits.keep_alive = milliseconds(&mut parser)?,
            "client-timeout-ms" => limits.client_timeout = milliseconds(&mut parser)?,
            "disconnect-timeout-ms" => limits.disconnect_timeout = milliseconds(&mut parser)?,
            "stateful" => limits.stateful_reconnect = parser.value()?.parse()?,
            other => return Err(Long(other).unexpected().into()),
        }
    }
    let application = Arc::new(Application::default());
    let lines = Lines::default();
    let listener = Cuttable {
        listener: TcpListener::bind(("127.0.0.1", port)).await?,
        lines: lines.clone(),
    };
    println!("listening on http://{}", listener.local_addr()?);
    let registry = Arc::new(Registry::new(limits));
    let service = Router::new()
        .route("/cut", post(cut))
        .with_state(lines)
        .route("/stats", get(stats))
        .with_state(Arc::clone(&application))
        .merge(routes("/hub", application, registry).layer(Extension(User::named("anybody"))))
        .layer(middleware::map_response(open_to_pages))
        .into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).await?;
    Ok(())
}

fn milliseconds(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    Ok(Duration::from_millis(parser.value()?.parse()?))
}

/// Pages of any origin may look at the counters; the hub itself is not meant for pages here.
async fn open_to_pages<B>(mut response: axum::http::Response<B>) -> axum::http::Response<B> {
    let any = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

async fn cut(State(lines): State<Lines>, ConnectInfo(Peer(own)): ConnectInfo<Peer>) -> StatusCode {
    lines.cut_all_but(own);
    StatusCode::NO_CONTENT
}

async fn stats(State(application): State<Arc<Application>>) -> Json<Value> {
    let count = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::SeqCst);
    Json(json!({
        "came": count(&application.came),
        "went": count(&application.went),
        "busy": count(&application.busy),
        "busiest": count(&application.busiest),
    }))
}

/// Where a connection comes from.
#[derive(Debug, Clone)]
struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Cuttable>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A listener whose connections can be cut.
struct Cuttable {
    listener: TcpListener,
    lines: Lines,
}

impl Listener for Cuttable {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Small records must not wait for company; where it cannot be set, they are merely later.
        let _ = stream.set_nodelay(true);
        let scissors = Arc::new(Scissors {
            peer,
            is_cut: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
        });
        self.lines.add(&scissors);
        (Line { stream, scissors }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// All connections that are open.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<Weak<Scissors>>>>);

impl Lines {
    fn add(&self, scissors: &Arc<Scissors>) {
        let mut lines = self.0.lock().unwrap();
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(scissors));
    }

    fn cut_all_but(&self, own: SocketAddr) {
        for line in self.0.lock().unwrap().iter().filter_map(Weak::upgrade) {
            if line.peer != own {
                line.is_cut.store(true, Ordering::SeqCst);
                line.reader.wake();
                line.writer.wake();
            }
        }
    }
}

struct Scissors {
    peer: SocketAddr,
    is_cut: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

/// A connection that can be cut.
struct Line {
    stream: TcpStream,
    scissors: Arc<Scissors>,
}

impl Line {
    /// Fails when the connection was cut. What is dropped then is reset, not closed.
    fn check(&self, waker: &AtomicWaker, context: &Context<'_>) -> io::Result<()> {
        waker.register(context.waker());
        if self.scissors.is_cut.load(Ordering::SeqCst) {
            let _ = self.stream.set_zero_linger();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(&self.scissors.reader, context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(&self.scissors.writer, context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(&self.scissors.writer, context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
