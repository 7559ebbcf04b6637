//! A feed for measurements: as many really changing events as a client takes.
//!
//! Lives here: templates made from the present state, the values that change, pace and totals.
//! May not be here: the simulation; while this feed runs its own events go out as well, in their usual number.
//! Every record is rendered once and then patched in place, so that the hub costs little beside the client.
//! A client is never overrun: each WebSocket message waits until the one before has left the queue.
//! A feed with a total ends with an event that can be recognised: see [`FINAL_WAITING`].

use super::signalr::Client;
use crate::centre::Guid;
use crate::conversation::{ClientId, Record};
use crate::desk::{Desk, Topic};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// How the feed runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Flood {
    /// Records in each WebSocket message.
    pub records_per_message: usize,
    /// Events per second and client; as many as the client takes when absent.
    pub rate: Option<f64>,
    /// Events per client after which the feed ends.
    pub total: Option<u64>,
    /// Whether the feed waits for [`FloodControl::begin`] instead of starting by itself.
    pub waits: bool,
}

/// How many are waiting in the first queue by the last event of a feed's first run.
///
/// Each further run ends with one more, so that a client can tell the end of every run by what it shows.
pub(super) const FINAL_WAITING: u64 = 1_000_000;

/// One run of the feed, on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Run {
    number: u64,
    records_per_message: usize,
    total: Option<u64>,
}

/// What has been sent so far, to all clients together, and the way to begin a run.
#[derive(Debug, Default)]
pub struct FloodControl {
    events: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
    runs: watch::Sender<Run>,
}

impl FloodControl {
    /// Begins a run of every feed that waits; answers how many wait in the first queue by its last event.
    pub fn begin(&self, records_per_message: usize, total: u64) -> u64 {
        let mut number = 0;
        self.runs.send_modify(|run| {
            number = run.number + 1;
            *run = Run {
                number,
                records_per_message,
                total: Some(total),
            };
        });
        FINAL_WAITING + number
    }

    /// Records.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// WebSocket messages.
    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// Bytes of these messages.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// Rendered variants of one entity's event; they differ in the values that a row shows.
const VARIANTS: u64 = 8;

/// An event of one entity, rendered with several sets of values.
#[derive(Debug)]
struct Template {
    variants: Vec<Variant>,
    turn: usize,
    /// The event that ends a run, where this is the entity that it is about.
    last: Option<Variant>,
}

#[derive(Debug)]
struct Variant {
    record: String,
    /// Where the last twelve digits of the event's id, its time of day and the number waiting stand.
    id: Option<usize>,
    time: Option<usize>,
    waiting: Option<usize>,
}

impl Variant {
    fn new(event: &Value, encode: impl Fn(&str) -> Record) -> Self {
        let record = encode(&event.to_string()).as_str().to_owned();
        let within = |name: &str, offset: usize| {
            let value = event.get(name)?.as_str()?;
            // The event's own fields come last in the record, hence from the end.
            let key = format!("\"{name}\":\"{value}\"");
            Some(record.rfind(&key)? + name.len() + 4 + offset)
        };
        let id = within("id", 24);
        let time = within("timestamp", 11);
        let key = format!("\"{WAITING}\":{FINAL_WAITING}");
        let waiting = record.rfind(&key).map(|at| at + WAITING.len() + 3);
        Self {
            record,
            id,
            time,
            waiting,
        }
    }

    /// Appends the event to `message`, stamped with its number and time.
    fn write(&mut self, number: u64, time: &str, message: &mut String) {
        if let Some(at) = self.id {
            patch(&mut self.record, at, &format!("{number:012x}"));
        }
        if let Some(at) = self.time {
            patch(&mut self.record, at, time);
        }
        message.push_str(&self.record);
    }
}

/// The field that says how many wait in a queue.
const WAITING: &str = "nbrOfQueuingRequesters";

impl Template {
    /// Renders `data`, an event's JSON object, with changing values; `encode` wraps it into a record.
    fn new(data: &str, encode: impl Fn(&str) -> Record) -> Self {
        let variants = (0..VARIANTS)
            .map(|turn| {
                let mut event: Value = serde_json::from_str(data).unwrap_or_default();
                change(&mut event, turn);
                Variant::new(&event, &encode)
            })
            .collect();
        Self {
            variants,
            turn: 0,
            last: None,
        }
    }

    /// The same for the queue that the last event of every run is about.
    fn with_last(mut self, data: &str, encode: impl Fn(&str) -> Record) -> Self {
        let mut event: Value = serde_json::from_str(data).unwrap_or_default();
        if let Some(waiting) = event.get_mut(WAITING) {
            *waiting = Value::from(FINAL_WAITING);
            self.last = Some(Variant::new(&event, encode));
        }
        self
    }

    /// Appends the next event to `message`.
    fn write(&mut self, number: u64, time: &str, message: &mut String) {
        if let Some(variant) = self.variants.get_mut(self.turn) {
            self.turn = (self.turn + 1) % VARIANTS as usize;
            variant.write(number, time, message);
        }
    }

    /// Appends the event that ends run `run`; `false` when this is not the entity that it is about.
    fn write_last(&mut self, run: u64, number: u64, time: &str, message: &mut String) -> bool {
        let Some(last) = &mut self.last else {
            return false;
        };
        if let Some(at) = last.waiting {
            patch(&mut last.record, at, &(FINAL_WAITING + run).to_string());
        }
        last.write(number, time, message);
        true
    }
}

/// Overwrites as many bytes as `text` has, if these are there and on character boundaries.
fn patch(record: &mut String, at: usize, text: &str) {
    let range = at..at + text.len();
    if record.get(range.clone()).is_some() {
        record.replace_range(range, text);
    }
}

/// Gives the fields that a row shows other values, a different set in each turn.
fn change(event: &mut Value, turn: u64) {
    let Value::Object(fields) = event else {
        return;
    };
    for (place, (name, value)) in fields.iter_mut().enumerate() {
        // A different walk for each field, the same for each run.
        let step = turn.wrapping_mul(7).wrapping_add(place as u64 * 3 + turn * turn);
        match (name.as_str(), &value) {
            ("messageTTLSeconds", _) => {}
            (_, Value::Number(_)) if name.starts_with("nbr") || name.ends_with("Calls") => {
                *value = Value::from(step % 30);
            }
            ("maxWaitTime", _) => *value = Value::from(step * 11 % 600),
            ("talking" | "available" | "canBeAllocatedTo" | "servingCallback", _) => {
                *value = Value::from(step.is_multiple_of(2));
            }
            ("note" | "lastAttemptNote", _) => {
                *value = Value::from(format!("Change {turn} of the measuring feed"));
            }
            ("availabilityStatus", _) => {
                let names = ["Available", "Away", "Busy", "Break"];
                *value = Value::from(names.get(step as usize % 4).copied());
            }
            _ => {}
        }
    }
}

/// The feeds of all clients: one each, which grows with the client's subscriptions.
#[derive(Debug)]
pub(crate) struct Feeds {
    flood: Flood,
    control: Arc<FloodControl>,
    running: HashMap<ClientId, mpsc::UnboundedSender<Vec<Template>>>,
}

impl Feeds {
    pub(super) fn new(flood: Flood, control: Arc<FloodControl>) -> Self {
        Self {
            flood,
            control,
            running: HashMap::new(),
        }
    }

    /// Adds what a client has just subscribed to to its feed.
    pub(super) fn subscribed(&mut self, desk: &Desk, client: &Client, topics: &[Topic]) {
        let directory = desk.directory();
        let first_queue = directory.first_queue().and_then(|queue| Guid::parse(&queue.id));
        let mut templates = Vec::new();
        for topic in topics.iter().filter(|topic| Self::includes(topic.event.text())) {
            let encode = |data: &str| desk.message(*topic, data);
            let present = desk.present(*topic);
            let is_first_queue = first_queue == Some(topic.entity);
            templates.extend(present.iter().map(|data| {
                let template = Template::new(data, encode);
                if is_first_queue {
                    template.with_last(data, encode)
                } else {
                    template
                }
            }));
        }
        self.add(client, templates);
    }

    /// Whether the feed has something to say about an event of this name.
    fn includes(event_name: &str) -> bool {
        matches!(event_name, "UserStatus" | "QueueStatus" | "CallbackChanged")
    }

    /// Adds `templates` to the feed of `client`, which starts with the first of them.
    fn add(&mut self, client: &Client, templates: Vec<Template>) {
        if templates.is_empty() {
            return;
        }
        let feed = self.running.entry(client.id()).or_insert_with(|| {
            let (more, arriving) = mpsc::unbounded_channel();
            let feed = run(
                client.clone(),
                arriving,
                self.flood.clone(),
                Arc::clone(&self.control),
            );
            tokio::spawn(feed);
            more
        });
        // A feed that has reached its total takes no more.
        let _ = feed.send(templates);
    }

    /// Forgets a client that has gone; its feed ends by itself.
    pub(super) fn remove(&mut self, client: ClientId) {
        self.running.remove(&client);
    }
}

/// Feeds one client: at once, or in runs on request.
async fn run(
    client: Client,
    arriving: mpsc::UnboundedReceiver<Vec<Template>>,
    flood: Flood,
    control: Arc<FloodControl>,
) {
    let mut runs = control.runs.subscribe();
    let mut feed = Feed {
        client,
        arriving,
        templates: Vec::new(),
        rate: flood.rate,
        control,
        place: 0,
    };
    if !flood.waits {
        let Some(first) = feed.arriving.recv().await else {
            return;
        };
        feed.templates = first;
        let whole = Run {
            number: 0,
            records_per_message: flood.records_per_message,
            total: flood.total,
        };
        feed.send(whole).await;
        return;
    }
    loop {
        tokio::select! {
            more = feed.arriving.recv() => match more {
                Some(more) => feed.templates.extend(more),
                None => return,
            },
            begun = runs.changed() => {
                let run = *runs.borrow_and_update();
                if begun.is_err() || !feed.send(run).await {
                    return;
                }
            }
        }
    }
}

/// One client's feed.
struct Feed {
    client: Client,
    arriving: mpsc::UnboundedReceiver<Vec<Template>>,
    templates: Vec<Template>,
    rate: Option<f64>,
    control: Arc<FloodControl>,
    place: usize,
}

impl Feed {
    /// Sends templates in turn until the run's total is reached; `false` when the client has gone.
    async fn send(&mut self, run: Run) -> bool {
        let records = run.records_per_message.max(1);
        let started = Instant::now();
        let mut sent = 0_u64;
        let mut length = 1_024 * records;
        while run.total.is_none_or(|total| sent < total) {
            while let Ok(more) = self.arriving.try_recv() {
                self.templates.extend(more);
            }
            let left = run.total.map_or(u64::MAX, |total| total - sent);
            let mut message = String::with_capacity(length);
            let events = left.min(records as u64);
            self.compose(run, sent, events, events == left, &mut message);
            length = message.len() + 64;
            let bytes = message.len() as u64;
            if let Some(rate) = self.rate {
                let due = started + Duration::from_secs_f64(sent as f64 / rate.max(0.001));
                tokio::time::sleep_until(due).await;
            }
            if !self.client.send(&Record::from_json(message)).await {
                return false;
            }
            sent += events;
            self.control.events.fetch_add(events, Ordering::Relaxed);
            self.control.messages.fetch_add(1, Ordering::Relaxed);
            self.control.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        true
    }

    /// Writes the next `events` records, of which the last ends the run where `ends` says so.
    fn compose(&mut self, run: Run, sent: u64, events: u64, ends: bool, message: &mut String) {
        // A stride without a common factor with their number meets each of them, in no visible order.
        let stride = stride(self.templates.len());
        let time = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now())
            .format("%H:%M:%S")
            .to_string();
        for number in sent..sent + events {
            if ends && number + 1 == sent + events {
                let mut templates = self.templates.iter_mut();
                if templates.any(|template| template.write_last(run.number, number, &time, message)) {
                    return;
                }
            }
            self.place = (self.place + stride) % self.templates.len().max(1);
            if let Some(template) = self.templates.get_mut(self.place) {
                template.write(number, &time, message);
            }
        }
    }
}

fn stride(length: usize) -> usize {
    fn common(a: usize, b: usize) -> usize {
        if b == 0 { a } else { common(b, a % b) }
    }
    (length * 5 / 8..=length)
        .find(|step| *step > 0 && common(*step, length) == 1)
        .unwrap_or(1)
}
