//! An RTE hub on Microsoft's own SignalR server, and a small desk that is connected to it by the native client.
//!
//! Lives here: starting and ending the server, its token and control endpoints, decoding what it sends into a model.
//! May not be here: expectations; those are the tests'.
//! Every wait is bounded, so that a fault shows as a failure and not as a hang.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::cell::Cell;
use std::env;
use std::future::{Future, Ready, ready};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use switchhook::connection::{Backoff, Error, HubAddress, Options, Secret, Status, TokenReason};
use switchhook::domain::{Model, Moment};
use switchhook::native::{Client, Event};
use switchhook::protocol::Payload;
use switchhook::vendor::rte::subscribe::{self, ACTIVE_SUBSCRIPTIONS, Answer, Item, SubscriptionResult};
use switchhook::vendor::rte::token::TokenResponse;
use switchhook::vendor::rte::{CLIENT_METHOD, Kind, Outcome, decode};
use switchhook::vendor::{Oddities, Settings};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// Agent 1001 without a password, as a Basic header has it.
const CREDENTIALS: &str = "Basic MTAwMTo=";

/// The moment at which everything arrives: the tests' virtual present.
pub(crate) const HEARD: Moment = Moment(1_800_000_000_000);

/// Waits, but not for ever: the runtime of the server takes its time to start on a busy machine.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("in time")
}

/// A server process, which ends with this value.
pub(crate) struct Server {
    /// `host:port`.
    pub(crate) authority: String,
    process: Child,
}

impl Server {
    /// Starts a server on a free port that sends nothing by itself.
    pub(crate) async fn start() -> Self {
        Self::start_with(&["--interval", "0"]).await
    }

    /// Starts a server with these options; the port is a free one unless they name it.
    pub(crate) async fn start_with(options: &[&str]) -> Self {
        let setting = |name| {
            env::var_os(name).unwrap_or_else(|| {
                panic!("{name} is not set: run this with `cargo xtask test --only interop`")
            })
        };
        let mut process = Command::new(setting("SWITCHHOOK_DOTNET"))
            .arg(setting("SWITCHHOOK_RTE_HUB"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let authority = soon(async {
            loop {
                let line = lines.next_line().await.expect("readable");
                let line = line.expect("the server says where it listens before it ends");
                if let Some(authority) = line.strip_prefix("listening on http://") {
                    return authority.to_owned();
                }
            }
        })
        .await;
        Self { authority, process }
    }

    /// Ends the server as a crash would.
    pub(crate) async fn kill(mut self) {
        soon(self.process.kill()).await.expect("killed");
    }

    /// The options of a client of this server, with short waits between attempts.
    pub(crate) fn options(&self) -> Options {
        let hub = HubAddress::parse(&format!("ws://{}/rte", self.authority)).expect("an address");
        Options {
            retry: Arc::new(Backoff {
                first_within: Duration::from_millis(10),
                base: Duration::from_millis(50),
                cap: Duration::from_millis(200),
            }),
            ..Options::new(hub)
        }
    }

    /// What the token endpoint answers.
    pub(crate) async fn token(&self) -> TokenResponse {
        ask_for_token(&self.authority).await.expect("a token")
    }

    /// Has the server do something to every connection: `emit`, `abort` or `close?error=…&reconnect=…`.
    pub(crate) async fn control(&self, what: &str, body: &str) {
        let path = format!("/control/{what}");
        let (status, text) = soon(exchange(&self.authority, Method::POST, &path, body))
            .await
            .expect("an answer");
        assert_eq!(status, 200, "{path}: {text}");
    }

    /// Waits until the server has this many connections.
    pub(crate) async fn has_connections(&self, count: usize) {
        soon(async {
            loop {
                let (_, text) = exchange(&self.authority, Method::GET, "/control/sessions", "")
                    .await
                    .expect("an answer");
                let sessions: Vec<Value> = serde_json::from_str(&text).expect("a list");
                if sessions.len() == count {
                    return;
                }
            }
        })
        .await;
    }
}

/// One HTTP request with the agent's credentials: status and body.
async fn exchange(
    authority: &str,
    method: Method,
    path: &str,
    body: &str,
) -> Result<(u16, String), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // Ends by itself when the sender is dropped.
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, authority)
        .header(AUTHORIZATION, CREDENTIALS)
        .header(CONTENT_LENGTH, body.len())
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}

async fn ask_for_token(authority: &str) -> Result<TokenResponse, Error> {
    let unavailable = |text: String| Error::TokenUnavailable(text);
    match exchange(authority, Method::GET, "/token/me/rte/", "").await {
        Ok((200, body)) => TokenResponse::read(&body).map_err(|problem| unavailable(problem.to_string())),
        Ok((status, _)) => Err(Error::from_status(status, None)),
        Err(error) => Err(unavailable(error.to_string())),
    }
}

/// What a token provider answers at once.
type Provided = Ready<Result<Option<Secret>, Error>>;

/// A token provider that always answers with `token`, and tells `reasons` why it was asked.
pub(crate) fn always(
    token: &str,
    reasons: mpsc::UnboundedSender<TokenReason>,
) -> impl Fn(TokenReason) -> Provided + Send + 'static {
    let token = Secret::new(token);
    move |reason| {
        let _ = reasons.send(reason);
        ready(Ok(Some(token.clone())))
    }
}

/// A desk without a page: the client, and the model that its events change.
pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) model: Model,
    pub(crate) oddities: Oddities,
    /// Why tokens were fetched, in order.
    pub(crate) tokens: mpsc::UnboundedReceiver<TokenReason>,
    /// The arguments of the last message, as they came.
    pub(crate) last: String,
    events: mpsc::UnboundedReceiver<Event>,
}

impl Desk {
    /// Connects; a token is fetched from the server for every attempt.
    pub(crate) async fn connect(server: &Server) -> Self {
        Self::connect_with(server, server.options()).await
    }

    /// The same with other options.
    pub(crate) async fn connect_with(server: &Server, options: Options) -> Self {
        let (reasons, tokens) = mpsc::unbounded_channel();
        let authority = server.authority.clone();
        let (client, events) = Client::connect(options, move |reason| {
            let _ = reasons.send(reason);
            let authority = authority.clone();
            async move {
                let answer = ask_for_token(&authority).await?;
                Ok(Some(Secret::new(answer.token)))
            }
        });
        soon(client.connected()).await.expect("connected");
        let mut desk = Self {
            client,
            model: Model::default(),
            oddities: Oddities::default(),
            tokens,
            last: String::new(),
            events,
        };
        desk.becomes(|status| matches!(status, Status::Connected { .. }))
            .await;
        // The handshake is answered before the hub has counted the connection; a call is answered after.
        assert_eq!(desk.ask(ACTIVE_SUBSCRIPTIONS).await, "[]");
        desk
    }

    /// Calls a method without arguments; the answer as JSON.
    pub(crate) async fn ask(&self, method: &str) -> String {
        soon(self.client.invoke(method, &[]))
            .await
            .expect("an answer")
            .to_string()
    }

    /// Subscribes or unsubscribes in as many calls as it takes; the results in order, and the number of calls.
    pub(crate) async fn change<'a>(
        &mut self,
        method: &str,
        items: impl IntoIterator<Item = Item<'a>>,
    ) -> (Vec<SubscriptionResult>, usize) {
        let calls = subscribe::write(items);
        let mut results = Vec::new();
        for call in &calls {
            let arguments: Vec<Value> = serde_json::from_str(call).expect("a JSON array");
            let answer = soon(self.client.invoke(method, &arguments))
                .await
                .expect("an answer");
            match Answer::read(&answer.to_string(), &mut self.oddities).expect("readable") {
                Answer::Items(items) => results.extend(items),
                Answer::All(_) => panic!("{method} answers item by item"),
            }
        }
        (results, calls.len())
    }

    /// Waits until the status is as wanted.
    pub(crate) async fn becomes(&mut self, wanted: impl Fn(&Status) -> bool) {
        let reached = Cell::new(false);
        while !reached.get() {
            if let Event::Status(status) = self.next().await {
                reached.set(wanted(&status));
            }
        }
    }

    /// Applies what comes, up to the next message of this kind.
    pub(crate) async fn hears(&mut self, kind: Kind) {
        loop {
            if let Event::Invocation { target, arguments } = self.next().await {
                assert_eq!(target, CLIENT_METHOD);
                if self.apply(arguments) == kind {
                    return;
                }
            }
        }
    }

    async fn next(&mut self) -> Event {
        soon(self.events.recv()).await.expect("events go on")
    }

    fn apply(&mut self, arguments: String) -> Kind {
        let outcome = decode(
            Payload::from_json(&arguments),
            &Settings::default(),
            None,
            &mut self.oddities,
            &mut |at, event| self.model.apply(event, at, HEARD),
        );
        self.last = arguments;
        match outcome {
            Ok(Outcome::Told(kind)) => kind,
            other => panic!("{other:?}: {}", self.last),
        }
    }
}
