//! The client's methods that the server may call.
//!
//! Lives here: which handlers there are for a method, and what their results come to.
//! May not be here: the connection; results go back through the client's handle.
//! Messages are handled one after the other, each by all its handlers (the official client interleaves, defect D10).
//! A handler may add and remove handlers: a message is handled by those that were there when its turn came.

use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a handler gives back: a result, nothing, or why it failed.
pub type Given = Result<Option<Value>, String>;

type Handler = Arc<dyn Fn(Vec<Value>) -> Pin<Box<dyn Future<Output = Given> + Send>> + Send + Sync>;

/// Names a handler, for taking it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HandlerId(u64);

/// The handlers of a client.
#[derive(Clone, Default)]
pub(super) struct Handlers(Arc<Mutex<Registered>>);

#[derive(Default)]
struct Registered {
    /// By the method's name in lower case: names are compared without regard to case (case C02).
    by_method: HashMap<String, Vec<(HandlerId, Handler)>>,
    next: u64,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_list()
            .entries(self.lock().by_method.keys())
            .finish()
    }
}

impl Handlers {
    pub(super) fn add<Handle, Future_>(&self, method: &str, handle: Handle) -> HandlerId
    where
        Handle: Fn(Vec<Value>) -> Future_ + Send + Sync + 'static,
        Future_: Future<Output = Given> + Send + 'static,
    {
        let mut registered = self.lock();
        registered.next += 1;
        let id = HandlerId(registered.next);
        let handler: Handler = Arc::new(move |arguments| Box::pin(handle(arguments)));
        registered
            .by_method
            .entry(method.to_lowercase())
            .or_default()
            .push((id, handler));
        id
    }

    pub(super) fn remove(&self, id: HandlerId) {
        for handlers in self.lock().by_method.values_mut() {
            handlers.retain(|(own, _)| *own != id);
        }
    }

    pub(super) fn remove_all(&self, method: &str) {
        self.lock().by_method.remove(&method.to_lowercase());
    }

    pub(super) fn has(&self, method: &str) -> bool {
        !self.named(method).is_empty()
    }

    /// Has all handlers of a method handle a message, in the order in which they were added.
    pub(super) async fn handle(&self, method: &str, arguments: &[Value]) -> Result<Value, String> {
        let mut outcome = Outcome::default();
        for handler in self.named(method) {
            let arguments = arguments.to_vec();
            // In a task of its own: one that panics takes neither the others nor later messages with it (case I12).
            let given = tokio::spawn(async move { handler(arguments).await }).await;
            outcome.add(given.unwrap_or_else(|_| Err("The handler panicked.".to_owned())));
        }
        outcome.answer()
    }

    fn named(&self, method: &str) -> Vec<Handler> {
        let registered = self.lock();
        let handlers = registered.by_method.get(&method.to_lowercase());
        let handlers = handlers.into_iter().flatten();
        handlers.map(|(_, handler)| Arc::clone(handler)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What several handlers come to (cases C09 to C15).
#[derive(Debug, Default)]
struct Outcome {
    result: Option<Value>,
    failure: Option<String>,
    several: bool,
}

impl Outcome {
    fn add(&mut self, given: Given) {
        match given {
            Ok(None) => self.failure = None,
            Ok(Some(value)) => {
                self.several |= self.result.is_some();
                self.result = Some(value);
                self.failure = None;
            }
            Err(text) => self.failure = Some(text),
        }
    }

    fn answer(self) -> Result<Value, String> {
        if self.several {
            return Err("Client provided multiple results.".to_owned());
        }
        match (self.failure, self.result) {
            (Some(text), _) => Err(text),
            (None, Some(value)) => Ok(value),
            (None, None) => Err("Client didn't provide a result.".to_owned()),
        }
    }
}
