//! One socket of a page, from its opening to the last word.
//!
//! Lives here: handshake, records in and out, calls passed on, pings, and the silence that ends it.
//! May not be here: what a method does, and which socket it is.
//! JSON alone: nothing is saved by another encoding where nothing travels.
//! A call is answered within the step that brought it, so that calls keep their order by themselves.

use super::endpoint::SocketEvent;
use crate::centre::{Moment, Span};
use crate::conversation::{
    self, CANCELED, CallError, Client, ClientId, Ending, RECEIVE_BYTES, Recipient, Record, hands_shaken,
    message, oversize,
};
use crate::desk::vocabulary::Vocabularies;
use crate::desk::{Asked, Desk};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchhook::protocol::{Encoding, Message, RecordReader, handshake};

const KEEP_ALIVE: Span = span(conversation::KEEP_ALIVE);
const CLIENT_TIMEOUT: Span = span(conversation::CLIENT_TIMEOUT);
const HANDSHAKE_TIMEOUT: Span = span(conversation::HANDSHAKE_TIMEOUT);
/// Records that are sent together have about so many bytes at most.
const BATCH: usize = 64 << 10;

const fn span(duration: Duration) -> Span {
    Span::from_millis(duration.as_millis() as i64)
}

/// Who is at the other end, and what waits for it.
#[derive(Debug)]
struct Waiting {
    id: ClientId,
    user: String,
    records: Mutex<Vec<Record>>,
}

impl Waiting {
    /// No step of this module stops half way: what is kept is whole, whatever panicked elsewhere.
    fn records(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recipient for Waiting {
    fn id(&self) -> ClientId {
        self.id
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn push(&self, record: &Record) {
        self.records().push(record.clone());
    }
}

/// One socket.
#[derive(Debug)]
pub(super) struct Line {
    waiting: Arc<Waiting>,
    reader: RecordReader,
    /// Whether hands were shaken, which is when the desk learns of the client.
    is_agreed: bool,
    has_pinged: bool,
    heard: Moment,
    said: Moment,
}

/// Whether a conversation goes on.
#[derive(Debug)]
pub(super) enum Verdict {
    GoesOn,
    /// It has ended; what is said last, where something is.
    Ends(Option<String>),
}

impl Line {
    pub(super) fn new(id: ClientId, user: String, now: Moment) -> Self {
        Self {
            waiting: Arc::new(Waiting {
                id,
                user,
                records: Mutex::default(),
            }),
            reader: RecordReader::new(Encoding::Json, RECEIVE_BYTES),
            is_agreed: false,
            has_pinged: false,
            heard: now,
            said: now,
        }
    }

    pub(super) fn client(&self) -> ClientId {
        self.waiting.id
    }

    fn recipient(&self) -> Client {
        Arc::<Waiting>::clone(&self.waiting)
    }

    /// The page says something; what it asks for is done at once.
    pub(super) fn hear(
        &mut self,
        bytes: &[u8],
        desk: &mut Desk,
        spoken: Vocabularies,
        tell: &mut dyn FnMut(SocketEvent),
    ) -> Verdict {
        let mut reader =
            std::mem::replace(&mut self.reader, RecordReader::new(Encoding::Json, RECEIVE_BYTES));
        let mut verdict = Verdict::GoesOn;
        reader.feed(bytes, |record| {
            verdict = match record {
                Err(_) if !self.is_agreed => Verdict::Ends(Some(refused(CANCELED))),
                Err(over) => Verdict::Ends(Some(said(&Ending::faulty(&oversize(over), true)))),
                Ok(record) if self.is_agreed => self.take(record, desk, spoken),
                Ok(record) => self.shake_hands(record, desk, tell),
            };
            matches!(verdict, Verdict::GoesOn)
        });
        self.reader = reader;
        verdict
    }

    /// Something came at this moment.
    pub(super) fn heard(&mut self, now: Moment) {
        self.heard = now;
    }

    fn shake_hands(&mut self, record: &[u8], desk: &Desk, tell: &mut dyn FnMut(SocketEvent)) -> Verdict {
        let agreed = match hands_shaken(record, true) {
            Ok(agreed) => agreed,
            Err(text) => return Verdict::Ends(Some(refused(&text))),
        };
        if agreed.encoding != Encoding::Json {
            let text = format!("The protocol '{}' is not supported.", agreed.encoding.name());
            return Verdict::Ends(Some(refused(&text)));
        }
        self.is_agreed = true;
        tell(SocketEvent::Data(handshake::write_response(None)));
        desk.arrived(&self.recipient());
        Verdict::GoesOn
    }

    fn take(&mut self, record: &[u8], desk: &mut Desk, spoken: Vocabularies) -> Verdict {
        let message = match message(Encoding::Json, record) {
            Ok(Some(message)) => message,
            Ok(None) => return Verdict::GoesOn,
            Err(cause) => return Verdict::Ends(Some(said(&Ending::faulty(&cause, true)))),
        };
        match message {
            Message::Ping => self.has_pinged = true,
            Message::Close { .. } => return Verdict::Ends(Some(said(&Ending::default()))),
            Message::Invocation {
                invocation_id,
                target,
                arguments,
                stream_ids,
                ..
            } => {
                let client = self.recipient();
                let answer = |reply: &_| {
                    // A call without an id is never answered, not even when it fails (case E15).
                    if let Some(id) = &invocation_id {
                        let completion = CallError::completion(reply, id, &target, false, true);
                        client.push(&Record::message(&completion));
                    }
                };
                match Asked::read(spoken, &target, arguments, stream_ids.len()) {
                    Ok(asked) => desk.call(&client, asked, answer),
                    Err(error) => answer(&Err(error)),
                }
            }
            Message::StreamInvocation {
                invocation_id,
                target,
                ..
            } => {
                let reply = Err(CallError::NotStreaming);
                let completion = CallError::completion(&reply, &invocation_id, &target, true, true);
                self.waiting.push(&Record::message(&completion));
            }
            // There are no streams and no questions of the hub's, and nothing is numbered: none of these has an object.
            Message::StreamItem { .. }
            | Message::Completion { .. }
            | Message::CancelInvocation { .. }
            | Message::Ack { .. }
            | Message::Sequence { .. } => {}
        }
        Verdict::GoesOn
    }

    /// Sends what waits, and a ping where nothing was sent for too long.
    pub(super) fn speak(&mut self, now: Moment, tell: &mut dyn FnMut(SocketEvent)) {
        let records = std::mem::take(&mut *self.waiting.records());
        let mut text = String::new();
        for record in &records {
            if !text.is_empty() && text.len() + record.as_str().len() > BATCH {
                tell(SocketEvent::Data(std::mem::take(&mut text)));
            }
            text.push_str(record.as_str());
        }
        if text.is_empty() && self.is_agreed && now.since(self.said) >= KEEP_ALIVE {
            text.push_str(Record::message(&Message::Ping).as_str());
        }
        if !text.is_empty() {
            self.said = now;
            tell(SocketEvent::Data(text));
        }
    }

    /// What is said to a page that was not heard in time.
    pub(super) fn silence(&self, now: Moment) -> Option<String> {
        if self.silent_at()? > now {
            None
        } else if self.is_agreed {
            Some(said(&Ending::silent(conversation::CLIENT_TIMEOUT, true)))
        } else {
            Some(refused(CANCELED))
        }
    }

    /// Until when it must be heard; a client that has never pinged need not.
    fn silent_at(&self) -> Option<Moment> {
        match (self.is_agreed, self.has_pinged) {
            (false, _) => Some(self.heard + HANDSHAKE_TIMEOUT),
            (true, true) => Some(self.heard + CLIENT_TIMEOUT),
            (true, false) => None,
        }
    }

    /// When it has to be looked at although nothing happens.
    pub(super) fn next_due(&self) -> Option<Moment> {
        let ping = self.is_agreed.then(|| self.said + KEEP_ALIVE);
        [ping, self.silent_at()].into_iter().flatten().min()
    }
}

fn refused(text: &str) -> String {
    handshake::write_response(Some(text))
}

fn said(ending: &Ending) -> String {
    Record::message(&ending.message()).as_str().to_owned()
}
