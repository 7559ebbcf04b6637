//! A stream that a client sends to a method.
//!
//! Lives here: both ends of it, and how it can end.
//! May not be here: which stream belongs to which call, and the messages that carry its items.
//! It is bounded: while it is full, nothing more is read from the client.
//! A method that has had enough drops its end; what still comes is then ignored.

use std::sync::{Arc, OnceLock};
use switchhook::protocol::Outcome;
use tokio::sync::mpsc;

/// Why a client's stream ended before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// The client ended it with an error; its text.
    #[error("{0}")]
    Failed(String),
    /// The client went away.
    #[error("The client has gone.")]
    Gone,
}

type End = Arc<OnceLock<Result<(), String>>>;

/// The end of a client's stream from which a method takes the items.
#[derive(Debug)]
pub struct Upload {
    items: mpsc::Receiver<String>,
    end: End,
}

impl Upload {
    /// The next item as JSON; `None` at the end of the stream.
    pub async fn next(&mut self) -> Result<Option<String>, UploadError> {
        if let Some(item) = self.items.recv().await {
            return Ok(Some(item));
        }
        match self.end.get() {
            Some(Ok(())) => Ok(None),
            Some(Err(text)) => Err(UploadError::Failed(text.clone())),
            None => Err(UploadError::Gone),
        }
    }
}

/// The end of a client's stream into which its items are put. Dropped without an end, the stream breaks off.
#[derive(Debug)]
pub(super) struct Source {
    items: mpsc::Sender<String>,
    end: End,
}

impl Source {
    /// Whether an item finds room; so does one that nobody wants any more.
    pub(super) fn has_room(&self) -> bool {
        self.items.capacity() > 0 || self.items.is_closed()
    }

    /// Waits for room, whatever becomes of this in the meantime.
    pub(super) fn room(&self) -> impl Future<Output = ()> + use<> {
        let items = self.items.clone();
        async move {
            // An error means that nobody wants the item.
            let _ = items.reserve().await;
        }
    }

    /// Puts an item, for which there has to be room.
    pub(super) fn put(&self, item: String) {
        let _ = self.items.try_send(item);
    }

    /// Ends the stream as the client says.
    pub(super) fn end(self, outcome: &Outcome<'_>) {
        let end = match outcome {
            Outcome::Void | Outcome::Result(_) => Ok(()),
            Outcome::Error(text) => Err(text.as_ref().to_owned()),
        };
        // It is not ended twice: this consumes it.
        let _ = self.end.set(end);
    }
}

/// A stream that holds up to `capacity` items.
pub(super) fn upload(capacity: usize) -> (Source, Upload) {
    let (sender, items) = mpsc::channel(capacity.max(1));
    let end = End::default();
    let source = Source {
        items: sender,
        end: Arc::clone(&end),
    };
    (source, Upload { items, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn items_arrive_in_order_and_then_the_end() {
        let (source, mut upload) = upload(2);
        source.put("1".to_owned());
        assert!(source.has_room());
        source.put("2".to_owned());
        assert!(!source.has_room());
        source.end(&Outcome::Error("torn".into()));
        assert_eq!(upload.next().await, Ok(Some("1".to_owned())));
        assert_eq!(upload.next().await, Ok(Some("2".to_owned())));
        assert_eq!(upload.next().await, Err(UploadError::Failed("torn".to_owned())));
    }

    #[tokio::test]
    async fn a_stream_ends_breaks_off_or_is_no_longer_wanted() {
        let (source, mut one) = upload(1);
        source.end(&Outcome::Void);
        assert_eq!(one.next().await, Ok(None));
        let (source, mut one) = upload(1);
        drop(source);
        assert_eq!(one.next().await, Err(UploadError::Gone));
        let (source, one) = upload(1);
        source.put("1".to_owned());
        drop(one);
        assert!(source.has_room());
        source.room().await;
    }
}
