//! A feed for measurements: as many really changing events as a client takes.
//!
//! Lives here: templates made from the present state, the values that change, pace and totals.
//! May not be here: the simulation; while this feed runs its own events go out as well, in their usual number.
//! Every record is rendered once and then patched in place, so that the hub costs little beside the client.
//! A client is never overrun: each WebSocket message waits until the one before has left the queue.

use super::super::signalr::{Client, ClientId, Record};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
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
}

/// What has been sent so far, to all clients together.
#[derive(Debug, Default)]
pub struct FloodCount {
    events: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl FloodCount {
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
pub(super) struct Template {
    variants: Vec<Variant>,
    turn: usize,
}

#[derive(Debug)]
struct Variant {
    record: String,
    /// Where the last twelve digits of the event's id and its time of day stand.
    id: Option<usize>,
    time: Option<usize>,
}

impl Template {
    /// Renders `data`, an event's JSON object, with changing values; `encode` wraps it into a record.
    pub(super) fn new(data: &str, encode: impl Fn(&str) -> Record) -> Self {
        let variants = (0..VARIANTS)
            .map(|turn| {
                let mut event: Value = serde_json::from_str(data).unwrap_or_default();
                change(&mut event, turn);
                let record = encode(&event.to_string()).as_str().to_owned();
                let within = |name: &str, offset: usize| {
                    let value = event.get(name)?.as_str()?;
                    // The event's own fields come last in the record, hence from the end.
                    let key = format!("\"{name}\":\"{value}\"");
                    Some(record.rfind(&key)? + name.len() + 4 + offset)
                };
                let id = within("id", 24);
                let time = within("timestamp", 11);
                Variant { record, id, time }
            })
            .collect();
        Self { variants, turn: 0 }
    }

    /// Appends the next event to `message`.
    fn write(&mut self, number: u64, time: &str, message: &mut String) {
        let Some(variant) = self.variants.get_mut(self.turn) else {
            return;
        };
        self.turn = (self.turn + 1) % VARIANTS as usize;
        if let Some(at) = variant.id {
            patch(&mut variant.record, at, &format!("{number:012x}"));
        }
        if let Some(at) = variant.time {
            patch(&mut variant.record, at, time);
        }
        message.push_str(&variant.record);
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
pub(super) struct Feeds {
    flood: Flood,
    count: Arc<FloodCount>,
    running: HashMap<ClientId, mpsc::UnboundedSender<Vec<Template>>>,
}

impl Feeds {
    pub(super) fn new(flood: Flood, count: Arc<FloodCount>) -> Self {
        Self {
            flood,
            count,
            running: HashMap::new(),
        }
    }

    /// Whether the feed has something to say about an event of this name.
    pub(super) fn includes(event_name: &str) -> bool {
        matches!(event_name, "UserStatus" | "QueueStatus" | "CallbackChanged")
    }

    /// Adds `templates` to the feed of `client`, which starts with the first of them.
    pub(super) fn add(&mut self, client: &Client, templates: Vec<Template>) {
        if templates.is_empty() {
            return;
        }
        let feed = self.running.entry(client.id()).or_insert_with(|| {
            let (more, arriving) = mpsc::unbounded_channel();
            let feed = run(
                client.clone(),
                arriving,
                self.flood.clone(),
                Arc::clone(&self.count),
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

/// Sends templates in turn to `client` until the total is reached or the client has gone.
async fn run(
    client: Client,
    mut arriving: mpsc::UnboundedReceiver<Vec<Template>>,
    flood: Flood,
    count: Arc<FloodCount>,
) {
    let Some(mut templates) = arriving.recv().await else {
        return;
    };
    let records = flood.records_per_message.max(1);
    let started = Instant::now();
    let mut sent = 0_u64;
    let mut length = 1_024 * records;
    let mut place = 0;
    while flood.total.is_none_or(|total| sent < total) {
        while let Ok(more) = arriving.try_recv() {
            templates.extend(more);
        }
        // A stride without a common factor with their number meets each of them, in no visible order.
        let stride = stride(templates.len());
        let left = flood.total.map_or(u64::MAX, |total| total - sent);
        let time = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now())
            .format("%H:%M:%S")
            .to_string();
        let mut message = String::with_capacity(length);
        let mut events = 0;
        while events < records as u64 && events < left {
            place = (place + stride) % templates.len();
            if let Some(template) = templates.get_mut(place) {
                template.write(sent + events, &time, &mut message);
            }
            events += 1;
        }
        length = message.len() + 64;
        let bytes = message.len() as u64;
        if let Some(rate) = flood.rate {
            let due = started + Duration::from_secs_f64(sent as f64 / rate.max(0.001));
            tokio::time::sleep_until(due).await;
        }
        if !client.send(message.into()).await {
            return;
        }
        sent += events;
        count.events.fetch_add(events, Ordering::Relaxed);
        count.messages.fetch_add(1, Ordering::Relaxed);
        count.bytes.fetch_add(bytes, Ordering::Relaxed);
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
