//! The client's handle and the task that drives the machine.
//!
//! Lives here: carrying out actions, feeding reports and commands back as inputs, timing.
//! May not be here: HTTP and WebSocket details, decisions.
//! Dropping a call's future cancels the call; dropping the last handle stops the connection.
//! Events are queued without bound, so their receiver should be read or dropped.

use super::http;
use super::socket::{self, News};
use crate::connection::{
    Action, CallId, Connection, Error, Health, Input, Millis, Options, Outlet, RecordFault, RequestId,
    Secret, SecretUrl, SocketId, Status, TokenReason,
};
use crate::protocol::{Frame, Payload};
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
}

/// The token provider of a hub that needs none.
pub async fn no_token(_: TokenReason) -> Result<Option<Secret>, Error> {
    Ok(None)
}

/// A handle on a connection; clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    commands: mpsc::UnboundedSender<Command>,
    status: watch::Receiver<Status>,
    next_call: Arc<AtomicU64>,
}

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
        let driver = Driver {
            connection,
            shell: Shell {
                provider: Box::new(move |reason| Box::pin(provider(reason))),
                reports,
                events,
                status: status_sender,
                calls: HashMap::new(),
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
        self.call(target, arguments, Some(patience)).await
    }

    /// Calls a hub method without waiting for an answer; returns when the call was handed to the socket.
    pub async fn send(&self, target: &str, arguments: &[Value]) -> Result<(), Error> {
        self.call(target, arguments, None).await.map(|_| ())
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

    async fn call(
        &self,
        target: &str,
        arguments: &[Value],
        patience: Option<Duration>,
    ) -> Result<Value, Error> {
        let (answer, answered) = oneshot::channel();
        let call = CallId(self.next_call.fetch_add(1, Ordering::Relaxed));
        let command = Command::Call {
            call,
            target: target.to_owned(),
            arguments: Value::from(arguments).to_string(),
            patience,
            answer,
        };
        self.commands.send(command).map_err(|_| Error::NotConnected)?;
        let mut pending = PendingCall {
            call,
            commands: Some(&self.commands),
        };
        let outcome = answered.await;
        pending.commands = None;
        outcome.unwrap_or(Err(Error::Stopped))
    }
}

/// Cancels a call whose future is dropped before the answer.
struct PendingCall<'a> {
    call: CallId,
    commands: Option<&'a mpsc::UnboundedSender<Command>>,
}

impl Drop for PendingCall<'_> {
    fn drop(&mut self) {
        if let Some(commands) = self.commands {
            let _ = commands.send(Command::Cancel { call: self.call });
        }
    }
}

type Answer = oneshot::Sender<Result<Value, Error>>;

type Provider =
    Box<dyn Fn(TokenReason) -> Pin<Box<dyn Future<Output = Result<Option<Secret>, Error>> + Send>> + Send>;

#[derive(Debug)]
enum Order {
    Start,
    RetryNow,
}

#[derive(Debug)]
enum Command {
    Step(Order),
    Stop {
        done: oneshot::Sender<()>,
    },
    Call {
        call: CallId,
        target: String,
        arguments: String,
        patience: Option<Duration>,
        answer: Answer,
    },
    Cancel {
        call: CallId,
    },
}

/// What the tasks report to the driver.
#[derive(Debug)]
enum Report {
    Token(RequestId, Result<Option<Secret>, Error>),
    Negotiate(RequestId, Result<http::Answer, String>),
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
            Command::Stop { done } => {
                self.step(Input::Stop);
                let _ = done.send(());
            }
            Command::Cancel { call } => self.step(Input::Cancel { call }),
            Command::Call {
                call,
                target,
                arguments,
                patience,
                answer,
            } => {
                self.shell.calls.insert(call, answer);
                match patience {
                    None => self.step(Input::Send {
                        call,
                        target: &target,
                        arguments: &arguments,
                    }),
                    Some(patience) => {
                        let deadline = self.now() + patience;
                        self.step(Input::Invoke {
                            call,
                            target: &target,
                            arguments: &arguments,
                            deadline,
                        });
                    }
                }
            }
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Token(request, Ok(token)) => self.step(Input::TokenReady { request, token }),
            Report::Token(request, Err(error)) => self.step(Input::TokenFailed { request, error }),
            Report::Negotiate(request, Ok(answer)) => self.step(Input::NegotiateAnswered {
                request,
                status: answer.status,
                body: &answer.body,
                retry_after: answer.retry_after,
            }),
            Report::Negotiate(request, Err(text)) => {
                self.step(Input::NegotiateFailed { request, text: &text });
            }
            Report::Socket(socket, News::Opened) => self.step(Input::SocketOpened { socket }),
            Report::Socket(socket, News::Data(bytes)) => self.step(Input::SocketData {
                socket,
                bytes: &bytes,
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

    fn negotiate(&mut self, request: RequestId, url: SecretUrl, token: Option<Secret>) {
        let reports = self.reports.clone();
        let task = tokio::spawn(async move {
            let answer = http::post(&url, token.as_ref()).await;
            let answer = answer.map_err(|error| error.to_string());
            let _ = reports.send(Report::Negotiate(request, answer)).await;
        });
        self.request = Some((request, task.abort_handle()));
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
            Action::Negotiate { request, url, token } => self.negotiate(request, url, token),
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

    fn invocation(&mut self, target: &str, arguments: Payload<'_>) {
        let _ = self.events.send(Event::Invocation {
            target: target.to_owned(),
            arguments: arguments.json().into_owned(),
        });
    }

    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>) {
        let Some(answer) = self.calls.remove(&call) else {
            return;
        };
        let outcome = outcome.and_then(|value| match value {
            None => Ok(Value::Null),
            Some(payload) => payload
                .decode()
                .map_err(|error| Error::ProtocolViolation(error.to_string())),
        });
        let _ = answer.send(outcome);
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
