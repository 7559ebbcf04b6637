//! A small application with every kind of call that the protocol knows, for the server's tests and for interop.
//!
//! | method | what it does |
//! | --- | --- |
//! | `Echo(value)` | answers with the value |
//! | `Add(a, b)` | answers with the sum |
//! | `Nothing()` | answers without a value |
//! | `Throw(text)` | fails with the text |
//! | `Slow(milliseconds)` | takes that long and answers with it |
//! | `Counter(count, milliseconds)` | streams 0, 1, … with that much time between |
//! | `CounterFails(count)` | streams as many, then fails |
//! | `Upload(stream)` | answers with the sum of the stream |
//! | `UploadSlowly(milliseconds, stream)` | the same, with that much time for each item |
//! | `Both(factor, stream)` | streams each item times the factor |
//! | `AskClient(method, arguments…)` | calls the client's method and answers with its answer |
//! | `Broadcast(method, arguments…)` | calls the method of every client; answers how many there are |
//! | `Burst(count)` | calls `Number(n)` of the caller for 0, 1, …, then answers |
//! | `Leave(allowReconnect)` | closes the caller's connection |

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use switchhook_hub::server::signalr::{
    Answer, Call, CallError, Client, ClientId, Ending, Hub, Items, Record, Reply, Upload,
};

/// The application, and what tests want to know of it.
#[derive(Debug, Default)]
pub(crate) struct Application {
    clients: Mutex<HashMap<ClientId, Client>>,
    /// How often a client has come, and has gone.
    pub(crate) came: AtomicUsize,
    pub(crate) went: AtomicUsize,
    /// Methods under way.
    pub(crate) busy: AtomicUsize,
    /// The most that ever were under way together.
    pub(crate) busiest: AtomicUsize,
}

/// Counts a method while it is under way, however it ends.
struct Busy<'a>(&'a Application);

impl<'a> Busy<'a> {
    fn new(application: &'a Application) -> Self {
        let now = application.busy.fetch_add(1, Ordering::SeqCst) + 1;
        application.busiest.fetch_max(now, Ordering::SeqCst);
        Self(application)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hub for Application {
    async fn connected(&self, client: &Client) {
        self.came.fetch_add(1, Ordering::SeqCst);
        self.clients.lock().unwrap().insert(client.id(), client.clone());
    }

    async fn invoke(&self, client: &Client, mut call: Call<'_>, answer: Answer) {
        let _busy = Busy::new(self);
        answer.give(&self.reply(client, &mut call).await);
    }

    async fn stream(&self, _client: &Client, mut call: Call<'_>, items: Items) -> Result<(), CallError> {
        let _busy = Busy::new(self);
        match call.method.to_ascii_lowercase().as_str() {
            "counter" => {
                let [count, pause]: [u64; 2] = arguments(&call)?;
                for number in 0..count {
                    if pause > 0 {
                        tokio::time::sleep(Duration::from_millis(pause)).await;
                    }
                    if !items.send(&number.to_string()).await {
                        break;
                    }
                }
                Ok(())
            }
            "counterfails" => {
                let [count]: [u64; 1] = arguments(&call)?;
                for number in 0..count {
                    items.send(&number.to_string()).await;
                }
                Err(CallError::Refused("counted enough".to_owned()))
            }
            "both" => {
                let [factor]: [i64; 1] = arguments(&call)?;
                let mut upload = only_upload(&mut call)?;
                while let Some(number) = next(&mut upload).await? {
                    items.send(&(number * factor).to_string()).await;
                }
                Ok(())
            }
            "echo" | "add" | "nothing" | "throw" | "slow" | "upload" | "askclient" | "broadcast" => {
                Err(CallError::NotStreaming)
            }
            _ => Err(CallError::UnknownMethod),
        }
    }

    async fn disconnected(&self, client: &Client) {
        self.went.fetch_add(1, Ordering::SeqCst);
        self.clients.lock().unwrap().remove(&client.id());
    }
}

impl Application {
    async fn reply(&self, client: &Client, call: &mut Call<'_>) -> Result<Reply, CallError> {
        match call.method.to_ascii_lowercase().as_str() {
            "echo" => {
                let [value]: [Value; 1] = arguments(call)?;
                Ok(Some(value.to_string()))
            }
            "add" => {
                let [a, b]: [i64; 2] = arguments(call)?;
                Ok(Some((a + b).to_string()))
            }
            "nothing" => {
                let []: [Value; 0] = arguments(call)?;
                Ok(None)
            }
            "throw" => {
                let [text]: [String; 1] = arguments(call)?;
                Err(CallError::Refused(text))
            }
            "slow" => {
                let [time]: [u64; 1] = arguments(call)?;
                tokio::time::sleep(Duration::from_millis(time)).await;
                Ok(Some(time.to_string()))
            }
            "upload" => {
                let []: [Value; 0] = arguments(call)?;
                sum(call, 0).await
            }
            "uploadslowly" => {
                let [pause]: [u64; 1] = arguments(call)?;
                sum(call, pause).await
            }
            "askclient" => {
                let (method, rest) = target(call)?;
                let answer = client.ask(&method, &rest).await;
                answer.map_err(|error| CallError::Refused(error.to_string()))
            }
            "broadcast" => {
                let (method, rest) = target(call)?;
                let record = Record::call(&method, &rest);
                let clients: Vec<Client> = self.clients.lock().unwrap().values().cloned().collect();
                for client in &clients {
                    client.push(&record);
                }
                Ok(Some(clients.len().to_string()))
            }
            "burst" => {
                let [count]: [u64; 1] = arguments(call)?;
                for number in 0..count {
                    client.push(&Record::call("Number", &format!("[{number}]")));
                }
                Ok(None)
            }
            "leave" => {
                let [allow_reconnect]: [bool; 1] = arguments(call)?;
                client.close(Ending {
                    error: None,
                    allow_reconnect,
                });
                Ok(None)
            }
            "panic" => panic!("on request"),
            "counter" | "counterfails" | "both" => Err(CallError::Streaming),
            _ => Err(CallError::UnknownMethod),
        }
    }
}

/// The arguments, as many as there are parameters.
fn arguments<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, CallError> {
    call.arguments
        .decode()
        .map_err(|_| CallError::Arguments("Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked.".to_owned()))
}

/// A client method's name, and what it is called with.
fn target(call: &Call<'_>) -> Result<(String, String), CallError> {
    let mut all: Vec<Value> = arguments(call)?;
    let rest = all.split_off(all.len().min(1));
    match all.pop() {
        Some(Value::String(method)) => Ok((method, json!(rest).to_string())),
        _ => Err(CallError::Arguments("the method's name is missing".to_owned())),
    }
}

fn only_upload(call: &mut Call<'_>) -> Result<Upload, CallError> {
    let sent = call.uploads.len();
    match call.uploads.pop() {
        Some(upload) if sent == 1 => Ok(upload),
        _ => Err(CallError::Uploads { sent, expected: 1 }),
    }
}

async fn sum(call: &mut Call<'_>, pause: u64) -> Result<Reply, CallError> {
    let mut upload = only_upload(call)?;
    let mut sum = 0;
    while let Some(number) = next(&mut upload).await? {
        if pause > 0 {
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        sum += number;
    }
    Ok(Some(sum.to_string()))
}

async fn next(upload: &mut Upload) -> Result<Option<i64>, CallError> {
    let item = upload.next().await;
    match item.map_err(|error| CallError::Refused(error.to_string()))? {
        None => Ok(None),
        Some(item) => {
            let number = item.parse();
            number
                .map(Some)
                .map_err(|_| CallError::Refused(format!("{item} is no number")))
        }
    }
}
