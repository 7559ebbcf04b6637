//! The calls of one client: those under way and those that wait for their turn.
//!
//! Lives here: order, how many at a time, the tasks they run in, their uploads, cancelling and ending them.
//! May not be here: reading messages and what a method does.
//! Each call is a task: it goes on while its client changes sockets, and its panic is no more than its own failure.
//! Whatever is kept for a call is forgotten when its task has ended.

use super::client::Client;
use super::hub::{Answer, Call, Hub, Items, Pending};
use super::limits::Limits;
use super::upload::{Source, Upload, upload};
use crate::conversation::{CallError, Ending};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use switchhook::protocol::{Encoding, Message, Outcome};
use tokio::task::{AbortHandle, Id, JoinSet};

/// A call that has been read.
#[derive(Debug)]
pub(super) struct Asked {
    /// The whole record, whose payload the method borrows.
    pub(super) record: Vec<u8>,
    pub(super) pending: Arc<Pending>,
    pub(super) stream_ids: Vec<String>,
}

#[derive(Debug)]
struct Waiting {
    record: Vec<u8>,
    uploads: Vec<Upload>,
    kept: Kept,
}

/// What is kept of a call until it has ended.
#[derive(Debug)]
struct Kept {
    pending: Arc<Pending>,
    stream_ids: Vec<String>,
}

impl Kept {
    /// Whether it is carried out beside the plain calls, without waiting for its turn.
    fn is_beside(&self) -> bool {
        self.pending.is_stream() || !self.stream_ids.is_empty()
    }
}

#[derive(Debug)]
struct Running {
    task: AbortHandle,
    /// Absent for the greeting.
    kept: Option<Kept>,
}

/// The calls of one client.
#[derive(Debug)]
pub(super) struct Calls<H> {
    hub: Arc<H>,
    client: Client,
    limits: Limits,
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
    by_invocation: HashMap<String, Id>,
    waiting: VecDeque<Waiting>,
    uploads: HashMap<String, Source>,
    /// Whether the hub has greeted the client; calls wait for that.
    is_open: bool,
    plain: usize,
    beside: usize,
}

impl<H: Hub> Calls<H> {
    /// Has the hub greet `client`, then carries out its calls.
    pub(super) fn new(hub: Arc<H>, client: &Client, limits: &Limits) -> Self {
        let mut calls = Self {
            hub: Arc::clone(&hub),
            client: client.clone(),
            limits: limits.clone(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            by_invocation: HashMap::new(),
            waiting: VecDeque::new(),
            uploads: HashMap::new(),
            is_open: false,
            plain: 0,
            beside: 0,
        };
        let client = client.clone();
        let task = calls.tasks.spawn(async move { hub.connected(&client).await });
        calls.running.insert(task.id(), Running { task, kept: None });
        calls
    }

    /// Whether another call may come.
    pub(super) fn have_room(&self) -> bool {
        self.waiting.len() < self.limits.waiting_calls.max(1)
    }

    /// Whether the client waits for the server and is therefore not expected to say anything. Who is asked
    /// something meanwhile, or sends a stream, is.
    pub(super) fn excuse_silence(&self) -> bool {
        (self.plain > 0 || !self.is_open) && !self.client.questions().are_open()
    }

    /// Takes a call, to be carried out as soon as its turn comes.
    pub(super) fn begin(&mut self, asked: Asked) {
        let Asked {
            record,
            pending,
            stream_ids,
        } = asked;
        let mut uploads = Vec::with_capacity(stream_ids.len());
        let mut sources = HashMap::with_capacity(stream_ids.len());
        for id in &stream_ids {
            let (source, upload) = upload(self.limits.stream_items);
            uploads.push(upload);
            if self.uploads.contains_key(id) || sources.insert(id.clone(), source).is_some() {
                let text = format!("The stream id '{id}' is in use already.");
                return pending.complete(&Err(CallError::Arguments(text)));
            }
        }
        let kept = Kept { pending, stream_ids };
        if kept.is_beside() {
            let limit = self.limits.streams;
            if self.beside >= limit || self.uploads.len() + sources.len() > limit {
                let text = format!("There are {limit} streams under way already. End some of them first.");
                return kept.pending.complete(&Err(CallError::Refused(text)));
            }
            self.beside += 1;
        }
        self.uploads.extend(sources);
        self.waiting.push_back(Waiting {
            record,
            uploads,
            kept,
        });
        self.start_waiting();
    }

    /// Cancels a call; one that is not known has ended already.
    pub(super) fn cancel(&mut self, invocation_id: &str) {
        let is_meant = |waiting: &Waiting| waiting.kept.pending.invocation_id() == Some(invocation_id);
        if let Some(place) = self.waiting.iter().position(is_meant) {
            if let Some(waiting) = self.waiting.remove(place) {
                waiting.kept.pending.cancel();
                self.forget(&waiting.kept);
            }
        } else if let Some(running) = self
            .by_invocation
            .get(invocation_id)
            .and_then(|task| self.running.get(task))
        {
            if let Some(kept) = &running.kept {
                kept.pending.cancel();
            }
            running.task.abort();
        }
    }

    /// The stream that the client sends under this id, while somebody takes it.
    pub(super) fn upload(&self, stream_id: &str) -> Option<&Source> {
        self.uploads.get(stream_id)
    }

    /// The client has ended a stream of its own.
    pub(super) fn end_upload(&mut self, stream_id: &str, outcome: &Outcome<'_>) {
        if let Some(source) = self.uploads.remove(stream_id) {
            source.end(outcome);
        }
    }

    /// Waits until a call has ended, and lets the next one begin.
    pub(super) async fn finished(&mut self) {
        match self.tasks.join_next_with_id().await {
            None => std::future::pending().await,
            Some(Ok((task, ()))) => self.end(task, false),
            Some(Err(error)) => self.end(error.id(), error.is_panic()),
        }
    }

    /// The client is going: ends its streams, and waits until the plain calls that came before are done.
    pub(super) async fn wind_up(&mut self) {
        self.client.questions().close();
        self.uploads.clear();
        let (streams, others) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.kept.pending.is_stream());
        self.waiting = others;
        for stream in Vec::from(streams) {
            self.forget(&stream.kept);
        }
        for running in self.running.values() {
            if let Some(kept) = &running.kept
                && kept.pending.is_stream()
            {
                kept.pending.drop_silently();
                running.task.abort();
            }
        }
        while !(self.running.is_empty() && self.waiting.is_empty()) {
            self.finished().await;
        }
    }

    /// Drops whatever is still under way.
    pub(super) async fn stop(&mut self) {
        self.waiting.clear();
        self.uploads.clear();
        self.tasks.shutdown().await;
        self.running.clear();
    }

    fn start_waiting(&mut self) {
        while self.is_open {
            let has_turn = self.plain < self.limits.parallel_calls.max(1);
            let next = self
                .waiting
                .iter()
                .position(|waiting| has_turn || waiting.kept.is_beside());
            let Some(waiting) = next.and_then(|place| self.waiting.remove(place)) else {
                return;
            };
            self.start(waiting);
        }
    }

    fn start(&mut self, waiting: Waiting) {
        let Waiting {
            record,
            uploads,
            kept,
        } = waiting;
        if !kept.is_beside() {
            self.plain += 1;
        }
        let hub = Arc::clone(&self.hub);
        let client = self.client.clone();
        let encoding = client.outbox().encoding();
        let pending = Arc::clone(&kept.pending);
        let task = self.tasks.spawn(async move {
            carry_out(&*hub, &client, encoding, &record, uploads, &pending).await;
        });
        let id = task.id();
        if let Some(invocation_id) = kept.pending.invocation_id() {
            self.by_invocation.insert(invocation_id.to_owned(), id);
        }
        let kept = Some(kept);
        self.running.insert(id, Running { task, kept });
    }

    fn end(&mut self, task: Id, panicked: bool) {
        let Some(Running { kept, .. }) = self.running.remove(&task) else {
            return;
        };
        match kept {
            Some(kept) => {
                kept.pending.forget();
                if !kept.is_beside() {
                    self.plain -= 1;
                }
                if let Some(id) = kept.pending.invocation_id()
                    && self.by_invocation.get(id) == Some(&task)
                {
                    self.by_invocation.remove(id);
                }
                self.forget(&kept);
            }
            None if panicked => self.client.close(Ending {
                error: Some("Connection closed with an error.".to_owned()),
                allow_reconnect: false,
            }),
            None => self.is_open = true,
        }
        self.start_waiting();
    }

    /// Lets go of what a call had for itself.
    fn forget(&mut self, kept: &Kept) {
        for id in &kept.stream_ids {
            self.uploads.remove(id);
        }
        if kept.is_beside() {
            self.beside -= 1;
        }
    }
}

async fn carry_out<H: Hub>(
    hub: &H,
    client: &Client,
    encoding: Encoding,
    record: &[u8],
    uploads: Vec<Upload>,
    pending: &Arc<Pending>,
) {
    // Read a second time, because what the method is given borrows from the record that its task owns.
    match encoding.decode(record) {
        Ok(Message::Invocation {
            target, arguments, ..
        }) => {
            let call = Call {
                method: &target,
                arguments,
                uploads,
            };
            hub.invoke(client, call, Answer(Arc::clone(pending))).await;
        }
        Ok(Message::StreamInvocation {
            target, arguments, ..
        }) => {
            let call = Call {
                method: &target,
                arguments,
                uploads,
            };
            let result = hub.stream(client, call, Items(Arc::clone(pending))).await;
            pending.complete(&result.map(|()| None));
        }
        // It was a call when it was read first.
        _ => {}
    }
}
