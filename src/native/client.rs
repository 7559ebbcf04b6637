//! The client's handle and the task that drives the machine.
//!
//! Lives here: carrying out actions, feeding reports and commands back as inputs, timing.
//! May not be here: HTTP and WebSocket details, decisions.
//! Dropping a call's future cancels the call; dropping the last handle stops the connection.
//! Events are queued without bound, so their receiver should be read or dropped.

use super::handlers::{Given, HandlerId, Handlers};
use super::http;
use super::socket::{self, News};
use super::streams::{CallNumbers, ITEMS, Items, Upload};
use crate::connection::{
    Action, Answering, CallId, Connection, Error, Headers, Health, HubAddress, Input, Millis, Options,
    Outlet, RecordFault, ReplyTo, RequestId, Secret, SecretUrl, SocketId, Status, StreamId, TokenReason,
};
use crate::protocol::{Frame, Payload};
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long a call may take unless its caller says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reports that may wait for the driver; a full queue makes the socket wait, and through it the server.
const REPORTS: usize = 64;

/// The longest the driver sleeps, so that a far deadline cannot overflow the runtime's clock.
const DAY: Duration = Duration::from_secs(86_400);

/// Something that happened on the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The status changed.
    Status(Status),
    /// The server became late or is heard again.
    Health(Health),
    /// The server calls the client's method.
    Invocation {
        /// The method.
        target: String,
        /// A JSON array.
        arguments: String,
    },
    /// A record could not be used; what was wrong with it.
    BadRecord(String),
    /// The server has taken a fresh access token, or why not.
    Refreshed(Result<Option<Duration>, Error>),
}

/// The token provider of a hub that needs none.
pub async fn no_token(_: TokenReason) -> Result<Option<Secret>, Error> {
    Ok(None)
}

/// A handle on a connection; clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    commands: Commands,
    status: watch::Receiver<Status>,
    next_call: CallNumbers,
    handlers: Handlers,
}

/// The way to the client's task.
pub(super) type Commands = mpsc::UnboundedSender<Command>;

impl Client {
    /// Starts to connect, in a task on the present tokio runtime. `provider` is asked for a token for each
    /// attempt and told why.
    ///
    /// # Panics
    /// Outside a tokio runtime, as [`tokio::spawn`] does.
    pub fn connect<Provider, Token>(
        options: Options,
        provider: Provider,
    ) -> (Self, mpsc::UnboundedReceiver<Event>)
    where
        Provider: Fn(TokenReason) -> Token + Send + 'static,
        Token: Future<Output = Result<Option<Secret>, Error>> + Send + 'static,
    {
        let (commands, command_receiver) = mpsc::unbounded_channel();
        let (events, event_receiver) = mpsc::unbounded_channel();
        let (reports, report_receiver) = mpsc::channel(REPORTS);
        let connection = Connection::new(options);
        let (status_sender, status) = watch::channel(connection.status().clone());
        let (turns, turn_receiver) = mpsc::unbounded_channel();
        let handlers = Handlers::default();
        tokio::spawn(handle(turn_receiver, handlers.clone(), commands.downgrade()));
        let driver = Driver {
            connection,
            shell: Shell {
                provider: Box::new(move |reason| Box::pin(provider(reason))),
                reports,
                events,
                status: status_sender,
                calls: HashMap::new(),
                streams: HashMap::new(),
                overflown: Vec::new(),
                handlers: handlers.clone(),
                turns,
                request: None,
                socket: None,
            },
            began: Instant::now(),
            random: RandomState::new().build_hasher().finish(),
        };
        let _ = commands.send(Command::Step(Order::Start));
        tokio::spawn(driver.run(command_receiver, report_receiver));
        let next_call = Arc::default();
        (
            Self {
                commands,
                status,
                next_call,
                handlers,
            },
            event_receiver,
        )
    }

    /// The status now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits until calls can be made, or until no further attempt will be made.
    pub async fn connected(&self) -> Result<(), Error> {
        let mut status = self.status.clone();
        // The very first status is that of a machine not yet started.
        let mut started = false;
        loop {
            match &*status.borrow_and_update() {
                Status::Connected { .. } => return Ok(()),
                Status::Disconnected { error: Some(error) } => return Err(error.clone()),
                Status::Disconnected { error: None } if started => return Err(Error::Stopped),
                _ => started = true,
            }
            status.changed().await.map_err(|_| Error::Stopped)?;
        }
    }

    /// Calls a hub method and waits for its result; null for a method without one.
    pub async fn invoke(&self, target: &str, arguments: &[Value]) -> Result<Value, Error> {
        self.invoke_within(target, arguments, PATIENCE).await
    }

    /// As [`Client::invoke`], waiting no longer than `patience`. Dropping the future cancels the call.
    pub async fn invoke_within(
        &self,
        target: &str,
        arguments: &[Value],
        patience: Duration,
    ) -> Result<Value, Error> {
        self.call(target, arguments, &[], Kind::Invoke, patience).await
    }

    /// Calls a hub method without waiting for an answer; returns when the call was handed to the socket.
    pub async fn send(&self, target: &str, arguments: &[Value]) -> Result<(), Error> {
        let kind = Kind::Send;
        self.call(target, arguments, &[], kind, PATIENCE)
            .await
            .map(|_| ())
    }

    /// Calls a hub method that streams its results.
    pub fn stream(&self, target: &str, arguments: &[Value], uploads: &[&Upload]) -> Items {
        let (answer, ended) = oneshot::channel();
        let (sender, queue) = mpsc::channel(ITEMS);
        let call = self.name();
        let command = Command::Call {
            call,
            kind: Kind::Stream(sender),
            target: target.to_owned(),
            arguments: Value::from(arguments).to_string(),
            streams: uploads.iter().map(|upload| upload.stream).collect(),
            patience: PATIENCE,
            answer,
        };
        let _ = self.commands.send(command);
        Items {
            call,
            queue,
            ended: Some(ended),
            commands: self.commands.clone(),
        }
    }

    /// A stream to the server, to be named in a call before its first item is sent.
    pub fn upload(&self) -> Upload {
        Upload {
            stream: StreamId(self.name().0),
            open: true,
            commands: self.commands.clone(),
            next_call: Arc::clone(&self.next_call),
        }
    }

    /// As [`Client::invoke`], for a method that takes streams. The call is made at once, so that items can follow.
    pub fn invoke_with(&self, target: &str, arguments: &[Value], uploads: &[&Upload]) -> Pending {
        self.call(target, arguments, uploads, Kind::Invoke, PATIENCE)
    }

    /// As [`Client::send`], for a method that takes streams. The call is made at once, so that items can follow.
    pub fn send_with(&self, target: &str, arguments: &[Value], uploads: &[&Upload]) -> Pending {
        self.call(target, arguments, uploads, Kind::Send, PATIENCE)
    }

    /// Has `handler` handle the server's calls of `method`, beside the handlers that are there already. Where the
    /// server wants a result, the last one given counts.
    pub fn on<Handler, Future_>(&self, method: &str, handler: Handler) -> HandlerId
    where
        Handler: Fn(Vec<Value>) -> Future_ + Send + Sync + 'static,
        Future_: Future<Output = Given> + Send + 'static,
    {
        self.handlers.add(method, handler)
    }

    /// Takes one handler away.
    pub fn off(&self, handler: HandlerId) {
        self.handlers.remove(handler);
    }

    /// Takes all handlers of `method` away.
    pub fn off_all(&self, method: &str) {
        self.handlers.remove_all(method);
    }

    /// Gives the server a fresh access token now.
    pub fn refresh_token(&self) {
        let _ = self.commands.send(Command::Step(Order::RefreshToken));
    }

    /// Moves to another address; refused while there is a connection (case R22).
    pub async fn change_hub(&self, hub: HubAddress) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        let command = Command::ChangeHub { hub, answer };
        self.commands.send(command).map_err(|_| Error::Stopped)?;
        answered.await.unwrap_or(Err(Error::Stopped))
    }

    /// Connects again after the connection has ended.
    pub fn start(&self) {
        let _ = self.commands.send(Command::Step(Order::Start));
    }

    /// Does not wait for the next attempt.
    pub fn retry_now(&self) {
        let _ = self.commands.send(Command::Step(Order::RetryNow));
    }

    /// Stops the connection; returns when it is disconnected.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.commands.send(Command::Stop { done }).is_ok() {
            let _ = stopped.await;
        }
    }

    fn name(&self) -> CallId {
        CallId(self.next_call.fetch_add(1, Ordering::Relaxed))
    }

    fn call(
        &self,
        target: &str,
        arguments: &[Value],
        uploads: &[&Upload],
        kind: Kind,
        patience: Duration,
    ) -> Pending {
        let (answer, answered) = oneshot::channel();
        let call = self.name();
        let command = Command::Call {
            call,
            kind,
            target: target.to_owned(),
            arguments: Value::from(arguments).to_string(),
            streams: uploads.iter().map(|upload| upload.stream).collect(),
            patience,
            answer,
        };
        // Without the client's task the answer's sender is dropped, which is an answer too.
        let _ = self.commands.send(command);
        Pending {
            call,
            answered,
            commands: self.commands.clone(),
            settled: false,
        }
    }
}

/// Handles the server's calls, one after the other.
async fn handle(
    mut turns: mpsc::UnboundedReceiver<(String, Vec<Value>, Option<ReplyTo>)>,
    handlers: Handlers,
    commands: mpsc::WeakUnboundedSender<Command>,
) {
    while let Some((method, arguments, reply_to)) = turns.recv().await {
        let outcome = handlers.handle(&method, &arguments).await;
        if let (Some(to), Some(commands)) = (reply_to, commands.upgrade()) {
            let _ = commands.send(Command::Reply { to, outcome });
        }
    }
}

/// A call under way; dropping it cancels the call.
#[derive(Debug)]
#[must_use = "dropping it cancels the call"]
pub struct Pending {
    call: CallId,
    answered: oneshot::Receiver<Result<Value, Error>>,
    commands: Commands,
    settled: bool,
}

impl Future for Pending {
    type Output = Result<Value, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.answered).poll(context));
        self.settled = true;
        Poll::Ready(outcome.unwrap_or(Err(Error::Stopped)))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.settled {
            let _ = self.commands.send(Command::Cancel { call: self.call });
        }
    }
}

type Answer = oneshot::Sender<Result<Value, Error>>;

type Provider =
    Box<dyn Fn(TokenReason) -> Pin<Box<dyn Future<Output = Result<Option<Secret>, Error>> + Send>> + Send>;

#[derive(Debug)]
pub(super) enum Order {
    Start,
    RetryNow,
    RefreshToken,
}

/// What a call wants back.
#[derive(Debug)]
pub(super) enum Kind {
    Send,
    Invoke,
    Stream(mpsc::Sender<Value>),
}

#[derive(Debug)]
pub(super) enum Command {
    Step(Order),
    Stop {
        done: oneshot::Sender<()>,
    },
    Call {
        call: CallId,
        kind: Kind,
        target: String,
        arguments: String,
        streams: Vec<StreamId>,
        patience: Duration,
        answer: Answer,
    },
    Item {
        call: CallId,
        stream: StreamId,
        item: String,
        patience: Duration,
        answer: Answer,
    },
    EndStream {
        stream: StreamId,
        error: Option<String>,
    },
    Reply {
        to: ReplyTo,
        outcome: Result<Value, String>,
    },
    Cancel {
        call: CallId,
    },
    ChangeHub {
        hub: HubAddress,
        answer: oneshot::Sender<Result<(), Error>>,
    },
}

/// What the tasks report to the driver.
#[derive(Debug)]
enum Report {
    Token(RequestId, Result<Option<Secret>, Error>),
    Answer(RequestId, Result<http::Answer, String>),
    Socket(SocketId, News),
}

struct Driver {
    connection: Connection,
    shell: Shell,
    began: Instant,
    random: u64,
}

impl Driver {
    async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        mut reports: mpsc::Receiver<Report>,
    ) {
        loop {
            let wake = self.connection.next_wake().map(|wake| {
                let millis = u64::try_from(wake.value()).unwrap_or(0);
                self.began + Duration::from_millis(millis).min(self.began.elapsed() + DAY)
            });
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return self.step(Input::Stop),
                },
                // The shell holds a sender of its own, so this never ends.
                Some(report) = reports.recv() => self.report(report),
                () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    self.step(Input::Tick);
                }
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Step(Order::Start) => self.step(Input::Start),
            Command::Step(Order::RetryNow) => self.step(Input::RetryNow),
            Command::Step(Order::RefreshToken) => self.step(Input::RefreshToken),
            Command::Stop { done } => {
                self.step(Input::Stop);
                let _ = done.send(());
            }
            Command::Cancel { call } => self.step(Input::Cancel { call }),
            Command::Call {
                call,
                kind,
                target,
                arguments,
                streams,
                patience,
                answer,
            } => {
                self.shell.calls.insert(call, answer);
                let (target, arguments, streams) = (&*target, &*arguments, &*streams);
                let deadline = self.now() + patience;
                match kind {
                    Kind::Send => self.step(Input::Send {
                        call,
                        target,
                        arguments,
                        streams,
                        deadline,
                    }),
                    Kind::Invoke => self.step(Input::Invoke {
                        call,
                        target,
                        arguments,
                        streams,
                        deadline,
                    }),
                    Kind::Stream(items) => {
                        self.shell.streams.insert(call, items);
                        self.step(Input::Stream {
                            call,
                            target,
                            arguments,
                            streams,
                            deadline,
                        });
                    }
                }
            }
            Command::Item {
                call,
                stream,
                item,
                patience,
                answer,
            } => {
                self.shell.calls.insert(call, answer);
                let deadline = self.now() + patience;
                self.step(Input::Item {
                    call,
                    stream,
                    item: &item,
                    deadline,
                });
            }
            Command::EndStream { stream, error } => self.step(Input::EndStream {
                stream,
                error: error.as_deref(),
            }),
            Command::Reply { to, outcome } => {
                let json = outcome.map(|value| value.to_string());
                let outcome = match &json {
                    Ok(json) => Ok(Some(json.as_str())),
                    Err(text) => Err(text.as_str()),
                };
                self.step(Input::Reply { to: &to, outcome });
            }
            Command::ChangeHub { hub, answer } => {
                let _ = answer.send(self.connection.change_hub(hub));
            }
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Token(request, Ok(token)) => self.step(Input::TokenReady { request, token }),
            Report::Token(request, Err(error)) => self.step(Input::TokenFailed { request, error }),
            Report::Answer(request, Ok(answer)) => self.step(Input::Answered {
                request,
                status: answer.status,
                body: &answer.body,
                retry_after: answer.retry_after,
            }),
            Report::Answer(request, Err(text)) => {
                self.step(Input::Unanswered { request, text: &text });
            }
            Report::Socket(socket, News::Opened) => self.step(Input::SocketOpened { socket }),
            Report::Socket(socket, News::Data { bytes, binary }) => self.step(Input::SocketData {
                socket,
                bytes: &bytes,
                binary,
            }),
            Report::Socket(socket, News::Closed { code, reason, clean }) => self.step(Input::SocketClosed {
                socket,
                code,
                reason: &reason,
                clean,
            }),
            Report::Socket(socket, News::Refused { status, retry_after }) => {
                self.step(Input::SocketRefused {
                    socket,
                    status,
                    retry_after,
                });
            }
        }
    }

    fn step(&mut self, input: Input<'_>) {
        let now = self.now();
        // SplitMix64: jitter needs no more.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        self.connection.step(input, now, mixed, &mut self.shell);
        // Whoever does not take the items of a stream loses the stream, and nobody else anything.
        for call in std::mem::take(&mut self.shell.overflown) {
            self.shell.settle(call, Err(Error::Overflow { limit: ITEMS }));
            self.connection
                .step(Input::Cancel { call }, now, mixed, &mut self.shell);
        }
    }

    fn now(&self) -> Millis {
        Millis::new(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// The driver's hands: tasks, queues and those who wait for answers.
struct Shell {
    provider: Provider,
    reports: mpsc::Sender<Report>,
    events: mpsc::UnboundedSender<Event>,
    status: watch::Sender<Status>,
    calls: HashMap<CallId, Answer>,
    streams: HashMap<CallId, mpsc::Sender<Value>>,
    /// Streams whose items are not taken in time.
    overflown: Vec<CallId>,
    handlers: Handlers,
    /// Messages to be handled, in order. They wait for the handlers, and no longer than the connection's events.
    turns: mpsc::UnboundedSender<(String, Vec<Value>, Option<ReplyTo>)>,
    /// The machine has at most one request under way.
    request: Option<(RequestId, AbortHandle)>,
    /// And at most one socket; dropping the sender closes it.
    socket: Option<(SocketId, mpsc::UnboundedSender<Frame>)>,
}

impl Shell {
    fn fetch_token(&mut self, request: RequestId, reason: TokenReason) {
        let token = (self.provider)(reason);
        let reports = self.reports.clone();
        let task = tokio::spawn(async move {
            let _ = reports.send(Report::Token(request, token.await)).await;
        });
        self.request = Some((request, task.abort_handle()));
    }

    fn post(&mut self, request: RequestId, url: SecretUrl, token: Option<Secret>, headers: Headers) {
        let reports = self.reports.clone();
        let task = tokio::spawn(async move {
            let answer = http::post(&url, token.as_ref(), &headers).await;
            let answer = answer.map_err(|error| error.to_string());
            let _ = reports.send(Report::Answer(request, answer)).await;
        });
        self.request = Some((request, task.abort_handle()));
    }

    fn settle(&mut self, call: CallId, outcome: Result<Value, Error>) {
        self.streams.remove(&call);
        if let Some(answer) = self.calls.remove(&call) {
            let _ = answer.send(outcome);
        }
    }

    fn open_socket(&mut self, socket: SocketId, url: SecretUrl) {
        let (sender, queue) = mpsc::unbounded_channel();
        let reports = self.reports.clone();
        tokio::spawn(socket::run(url, queue, async move |news| {
            reports.send(Report::Socket(socket, news)).await.is_ok()
        }));
        self.socket = Some((socket, sender));
    }
}

impl Outlet for Shell {
    fn act(&mut self, action: Action) {
        match action {
            Action::FetchToken { request, reason } => self.fetch_token(request, reason),
            Action::Post {
                request,
                url,
                token,
                headers,
            } => self.post(request, url, token, headers),
            Action::Abandon { request } => {
                if let Some((_, task)) = self.request.take_if(|(own, _)| *own == request) {
                    task.abort();
                }
            }
            Action::OpenSocket { socket, url } => self.open_socket(socket, url),
            Action::Send { socket, frame } => {
                if let Some((own, queue)) = &self.socket
                    && *own == socket
                {
                    // A socket that has just failed reports so by itself.
                    let _ = queue.send(frame);
                }
            }
            Action::CloseSocket { socket } => {
                self.socket.take_if(|(own, _)| *own == socket);
            }
        }
    }

    fn invocation(&mut self, target: &str, arguments: Payload<'_>, reply_to: Option<&ReplyTo>) -> Answering {
        let _ = self.events.send(Event::Invocation {
            target: target.to_owned(),
            arguments: arguments.json().into_owned(),
        });
        if !self.handlers.has(target) {
            return Answering::Never;
        }
        let turn = (
            target.to_owned(),
            arguments.decode().unwrap_or_default(),
            reply_to.cloned(),
        );
        match self.turns.send(turn) {
            Ok(()) => Answering::Later,
            Err(_) => Answering::Never,
        }
    }

    fn item(&mut self, call: CallId, item: Payload<'_>) {
        if let Some(items) = self.streams.get(&call)
            && items.try_send(item.decode().unwrap_or_default()).is_err()
        {
            self.streams.remove(&call);
            self.overflown.push(call);
        }
    }

    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>) {
        let outcome = outcome.and_then(|value| match value {
            None => Ok(Value::Null),
            Some(payload) => payload
                .decode()
                .map_err(|error| Error::ProtocolViolation(error.to_string())),
        });
        self.settle(call, outcome);
    }

    fn refreshed(&mut self, outcome: Result<Option<Duration>, Error>) {
        let _ = self.events.send(Event::Refreshed(outcome));
    }

    fn changed(&mut self, status: &Status) {
        self.status.send_replace(status.clone());
        let _ = self.events.send(Event::Status(status.clone()));
    }

    fn health(&mut self, health: Health) {
        let _ = self.events.send(Event::Health(health));
    }

    fn bad_record(&mut self, fault: RecordFault) {
        let _ = self.events.send(Event::BadRecord(fault.to_string()));
    }
}
