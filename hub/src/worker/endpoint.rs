//! The hub as a page's worker has it: requests, sockets by number, and the time as it is told.
//!
//! Lives here: who may open a socket, which desk is behind it, and what happens when time passes.
//! May not be here: what is said over a socket (`line`), how it reaches the page (`port`).
//! Everything that has to be done is done within the step that brings it; nothing waits but for time.
//! Bounded are the sockets, the names that were negotiated, and by the desk's own bounds everything else.

use super::Options;
use super::line::{Line, Verdict};
use super::routes::{self, Answer, Place, Request};
use crate::centre::{Moment, Settings, Span};
use crate::conversation::ClientId;
use crate::desk::vocabulary::Vocabularies;
use crate::desk::{Desk, Directory, Speech};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How long an agent whose page went away stays signed in, as on the server.
const GRACE: Span = Span::from_secs(20);
/// Names that were negotiated and not opened yet.
const MOST_NEGOTIATED: usize = 16;
/// Sockets; a page opens one after the other.
const MOST_SOCKETS: usize = 16;
/// The close code of a socket that was closed in good order, and of one that was never opened.
const NORMAL: u16 = 1_000;
const REFUSED: u16 = 1_006;

/// Names a socket; the page chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// What a page is told of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text message: whole records.
    Data(String),
    /// It has closed; nothing more comes.
    Closed {
        /// The close code.
        code: u16,
    },
}

/// The hub.
#[derive(Debug)]
pub struct Endpoint {
    desk: Desk,
    directory: Arc<Directory>,
    spoken: Vocabularies,
    now: Moment,
    /// Names that a socket may be opened with, and by whom.
    negotiated: VecDeque<(String, String)>,
    lines: BTreeMap<SocketId, Line>,
    served: u64,
    events: Vec<(SocketId, SocketEvent)>,
}

impl Endpoint {
    /// A hub whose centre begins to work now.
    pub fn new(options: &Options, now: Moment) -> Self {
        let speech = Speech {
            scenario: options.scenario,
            ..Speech::default()
        };
        let spoken = speech.vocabularies;
        let settings = Settings {
            start: now,
            ..options.centre
        };
        let desk = Desk::new(settings, speech, GRACE);
        Self {
            directory: desk.directory(),
            desk,
            spoken,
            now,
            negotiated: VecDeque::new(),
            lines: BTreeMap::new(),
            served: 0,
            events: Vec::new(),
        }
    }

    /// Answers a request.
    pub fn request(&mut self, request: Request<'_>) -> Answer {
        let negotiated = &mut self.negotiated;
        let served = &mut self.served;
        routes::answer(&self.directory, self.spoken, request, |user| {
            *served += 1;
            let name = format!("demo-{served}");
            if negotiated.len() == MOST_NEGOTIATED {
                negotiated.pop_front();
            }
            negotiated.push_back((name.clone(), user));
            name
        })
    }

    /// The page opens a socket.
    pub fn open(&mut self, socket: SocketId, url: &str, now: Moment) {
        self.advance(now);
        match self.admit(socket, url) {
            Some(user) => {
                self.served += 1;
                let line = Line::new(ClientId(self.served), user, self.now);
                self.lines.insert(socket, line);
                self.events.push((socket, SocketEvent::Opened));
            }
            None => self.events.push((socket, SocketEvent::Closed { code: REFUSED })),
        }
    }

    /// Whose socket it will be, if it may be opened.
    fn admit(&mut self, socket: SocketId, url: &str) -> Option<String> {
        let place = Place::of(url);
        let bearer = routes::bearer(&self.directory, place, None)?;
        let name = place.parameter("id")?;
        let known = self
            .negotiated
            .iter()
            .position(|(known, user)| known == name && *user == bearer)?;
        let is_free = self.lines.len() < MOST_SOCKETS && !self.lines.contains_key(&socket);
        if !place.is_hub() || !is_free {
            return None;
        }
        self.negotiated.remove(known).map(|(_, user)| user)
    }

    /// The page says something over a socket.
    pub fn hear(&mut self, socket: SocketId, text: &str, now: Moment) {
        // Whoever speaks is not silent, however late it is.
        if let Some(line) = self.lines.get_mut(&socket) {
            line.heard(now);
        }
        self.advance(now);
        let Some(line) = self.lines.get_mut(&socket) else {
            return;
        };
        let events = &mut self.events;
        let mut tell = |event| events.push((socket, event));
        let verdict = line.hear(text.as_bytes(), &mut self.desk, self.spoken, &mut tell);
        // What was asked before is answered, also by a line that ends.
        self.speak();
        if let Verdict::Ends(last) = verdict {
            self.end(socket, last);
        }
    }

    /// The page has closed a socket.
    pub fn close(&mut self, socket: SocketId, now: Moment) {
        self.advance(now);
        if let Some(line) = self.lines.remove(&socket) {
            self.desk.left(line.client());
            self.speak();
        }
    }

    /// Lets everything happen that is due by now.
    pub fn advance(&mut self, now: Moment) {
        // A clock that goes back does not: the centre has no past.
        self.now = self.now.max(now);
        let silent: Vec<(SocketId, String)> = self
            .lines
            .iter()
            .filter_map(|(socket, line)| Some((*socket, line.silence(self.now)?)))
            .collect();
        for (socket, last) in silent {
            self.end(socket, Some(last));
        }
        self.desk.advance(self.now);
        self.speak();
    }

    /// When something is due although nothing is asked for.
    pub fn next_due(&self) -> Option<Moment> {
        let lines = self.lines.values().filter_map(Line::next_due).min();
        [self.desk.next_due(), lines].into_iter().flatten().min()
    }

    /// What the page is to be told, in order.
    pub fn take_events(&mut self) -> Vec<(SocketId, SocketEvent)> {
        std::mem::take(&mut self.events)
    }

    fn speak(&mut self) {
        for (socket, line) in &mut self.lines {
            line.speak(self.now, &mut |event| self.events.push((*socket, event)));
        }
    }

    /// The hub ends a conversation.
    fn end(&mut self, socket: SocketId, last: Option<String>) {
        let Some(line) = self.lines.remove(&socket) else {
            return;
        };
        self.events
            .extend(last.map(|text| (socket, SocketEvent::Data(text))));
        self.events.push((socket, SocketEvent::Closed { code: NORMAL }));
        self.desk.left(line.client());
        self.speak();
    }
}
