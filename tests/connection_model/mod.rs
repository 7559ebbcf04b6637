//! A model of a SignalR server that keeps sessions, for the connection's invariants.
//!
//! Lives here: what the server has received and sent, what of it the client must take, and in which order.
//! May not be here: the client's code; the numbering of stateful reconnect is written anew, so that it can judge.
//! The server fails a test by itself when the client breaks the protocol: numbers, order, duplicates that differ.
//! It keeps its promise unless it is told to break it, and knows when it was.

use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use switchhook::connection::SocketId;

/// What a counted message of the server's means to the client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    Event(u64),
    Question(u64),
    /// The stream's call and the item.
    Item(u64, u64),
    /// The call, and its result or error as text.
    Settle(u64, Result<Option<String>, String>),
    /// An answer to nobody.
    Nothing,
    /// The client cannot read it, and so cannot count it.
    Unreadable,
}

/// What the client must make of what has arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arrived {
    Due(Due),
    /// Unreadable.
    Bad,
    /// Nothing after this is looked at.
    End,
}

/// A message of the application's that the server has received for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Call(u64),
    Item(u64),
    Reply(u64),
}

/// How a socket that was opened again begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// From the first message that was not acknowledged.
    Exact,
    /// From an earlier one, counted back.
    Earlier(u8),
    /// A message comes before it is said where it goes on.
    Late,
    /// With messages left out: the promise is broken.
    Gap,
    /// It is never said where it goes on.
    Silent,
}

/// A record on its way to the client.
#[derive(Debug, Clone)]
enum Line {
    Counted(u64),
    Sequence(u64),
    Bad,
    Close,
    Other,
}

/// A call that the server knows.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    id: String,
    /// `None` for a probe.
    pub(crate) call: Option<u64>,
    streams: bool,
    items: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) stateful: bool,
    shaken: bool,
    pub(crate) forgotten: bool,
    /// Messages were left out.
    pub(crate) broken: bool,
    /// Something was said that the client cannot read.
    pub(crate) unreadable: bool,
    /// An unreadable record has arrived at the client.
    pub(crate) doubtful: bool,
    /// Everything counted that was ever said.
    said: Vec<(String, Due)>,
    acknowledged: u64,
    /// What the client must have taken, and the number of what it takes next.
    client_newest: u64,
    client_next: u64,
    client_waits: bool,
    /// Everything counted that was ever received.
    received: Vec<String>,
    next_in: u64,
    waits: bool,
    pub(crate) known: Vec<Known>,
    /// Uploads, and whether they have ended.
    uploads: BTreeMap<String, bool>,
    /// Questions, and whether they were answered.
    asked: BTreeMap<u64, bool>,
}

/// One socket, seen from the server.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) socket: SocketId,
    session: u64,
    pub(crate) open: bool,
    pub(crate) silent: bool,
    /// Bytes written and not yet arrived.
    down: VecDeque<u8>,
    written: u64,
    arrived: u64,
    lines: VecDeque<(u64, Line)>,
    /// Frames sent by the client and not yet read.
    up: VecDeque<(String, Value)>,
}

#[derive(Debug, Default)]
pub(crate) struct Server {
    sessions: BTreeMap<u64, Session>,
    pub(crate) link: Option<Link>,
    tokens: u64,
    serial: u64,
}

impl Server {
    /// Negotiates; the answer's body.
    pub(crate) fn negotiate(&mut self, stateful: bool, lifetime: Option<u64>) -> String {
        let token = self.new_session(stateful);
        let lifetime = lifetime.map_or(String::new(), |seconds| {
            format!("\"tokenLifetimeSeconds\":{seconds},")
        });
        format!(
            "{{\"negotiateVersion\":1,\"connectionId\":\"id\",\"connectionToken\":\"token-{token}\",{lifetime}\"useStatefulReconnect\":{stateful},\"availableTransports\":[{{\"transport\":\"WebSockets\",\"transferFormats\":[\"Text\"]}}]}}"
        )
    }

    fn new_session(&mut self, stateful: bool) -> u64 {
        self.tokens += 1;
        let session = Session {
            stateful,
            next_in: 1,
            client_next: 1,
            ..Session::default()
        };
        self.sessions.insert(self.tokens, session);
        self.tokens
    }

    /// The client opens a socket.
    pub(crate) fn dialled(&mut self, socket: SocketId, url: &str) {
        let named = url.split_once("id=token-").map(|(_, rest)| {
            let digits = rest.split('&').next().unwrap_or_default();
            digits.parse().expect("a token of this server's")
        });
        let session = named.unwrap_or_else(|| self.new_session(false));
        self.link = Some(Link {
            socket,
            session,
            open: false,
            silent: false,
            down: VecDeque::new(),
            written: 0,
            arrived: 0,
            lines: VecDeque::new(),
            up: VecDeque::new(),
        });
    }

    /// The session of the present socket.
    pub(crate) fn session(&self) -> Option<&Session> {
        let link = self.link.as_ref()?;
        self.sessions.get(&link.session)
    }

    fn session_mut(&mut self) -> Option<&mut Session> {
        let link = self.link.as_ref()?;
        self.sessions.get_mut(&link.session)
    }

    /// Whether the server would let the present socket open.
    pub(crate) fn admits(&self) -> bool {
        // A session without stateful reconnect does not outlive its socket.
        self.session()
            .is_some_and(|session| !session.forgotten && (!session.shaken || session.stateful))
    }

    /// All sessions are gone, as after a restart.
    pub(crate) fn forget(&mut self) {
        for session in self.sessions.values_mut().filter(|session| session.shaken) {
            session.forgotten = true;
        }
    }

    /// The present socket opens; what it begins with.
    pub(crate) fn open(&mut self, beginning: Beginning) {
        let Some(link) = &mut self.link else { return };
        link.open = true;
        let Some(session) = self.sessions.get_mut(&link.session) else {
            return;
        };
        if !session.shaken {
            return;
        }
        session.client_waits = true;
        session.waits = true;
        let from = session.acknowledged + 1;
        let from = match beginning {
            Beginning::Exact | Beginning::Late => from,
            Beginning::Earlier(back) => from.saturating_sub(u64::from(back % 8)).max(1),
            Beginning::Gap => {
                session.broken = true;
                session.client_newest + 2
            }
            Beginning::Silent => {
                link.silent = true;
                return;
            }
        };
        if let (Beginning::Late, Some((text, _))) = (beginning, session.said.last()) {
            let (text, number) = (text.clone(), session.said.len() as u64);
            self.write(&text, Line::Counted(number));
        }
        self.repeat(from);
    }

    /// Says that it goes on with message `from`, and does.
    pub(crate) fn repeat(&mut self, from: u64) {
        let Some(session) = self.session() else { return };
        let again: Vec<_> = session.said.iter().map(|(text, _)| text.clone()).collect();
        self.write(
            &format!("{{\"type\":9,\"sequenceId\":{from}}}"),
            Line::Sequence(from),
        );
        for (number, text) in (1..).zip(again).skip_while(|(number, _)| *number < from) {
            self.write(&text, Line::Counted(number));
        }
    }

    /// As [`Server::repeat`], so many messages back, where that is allowed.
    pub(crate) fn repeat_back(&mut self, back: u8) {
        let can = self.speaks() && self.session().is_some_and(|session| session.stateful);
        if let (true, Some(session)) = (can, self.session()) {
            let next = session.said.len() as u64 + 1;
            self.repeat(next.saturating_sub(u64::from(back % 8)).max(1));
        }
    }

    /// Whether the server may say anything now.
    pub(crate) fn speaks(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.open && !link.silent)
            && self
                .session()
                .is_some_and(|session| session.shaken && !session.broken)
    }

    fn write(&mut self, text: &str, line: Line) {
        if let Some(link) = &mut self.link {
            link.down.extend(text.as_bytes());
            link.down.push_back(0x1e);
            link.written += text.len() as u64 + 1;
            link.lines.push_back((link.written, line));
        }
    }

    /// Says something counted.
    fn say(&mut self, text: &str, due: Due) {
        if let Some(session) = self.session_mut() {
            session.said.push((text.to_owned(), due));
            let number = session.said.len() as u64;
            self.write(text, Line::Counted(number));
        }
    }

    pub(crate) fn say_event(&mut self) {
        self.serial += 1;
        let serial = self.serial;
        let text = format!("{{\"type\":1,\"target\":\"n\",\"arguments\":[{serial}]}}");
        self.say(&text, Due::Event(serial));
    }

    pub(crate) fn say_question(&mut self) {
        self.serial += 1;
        let serial = self.serial;
        if let Some(session) = self.session_mut() {
            session.asked.insert(serial, false);
        }
        let text = format!(
            "{{\"type\":1,\"invocationId\":\"q-{serial}\",\"target\":\"ask\",\"arguments\":[{serial}]}}"
        );
        self.say(&text, Due::Question(serial));
    }

    /// An item for one of the calls, whatever it is.
    pub(crate) fn say_item(&mut self, which: u8) {
        let Some(known) = self.pick(which) else { return };
        let (id, item) = (known.id.clone(), known.items);
        known.items += 1;
        let due = match known.call {
            Some(call) if known.streams => Due::Item(call, item),
            Some(call) => Due::Settle(call, Err("Unexpected message type: 2".to_owned())),
            None => Due::Nothing,
        };
        let text = format!("{{\"type\":2,\"invocationId\":\"{id}\",\"item\":{item}}}");
        self.say(&text, due);
    }

    /// An answer to one of the calls, perhaps not the first.
    pub(crate) fn say_answer(&mut self, which: u8, kind: u8) {
        let Some(known) = self.pick(which) else { return };
        let (id, call) = (known.id.clone(), known.call);
        let (end, outcome) = match (kind % 4, call) {
            (0, _) => (String::new(), Ok(None)),
            (1, _) => (",\"error\":\"e\"".to_owned(), Err("e".to_owned())),
            (_, Some(call)) => (format!(",\"result\":{call}"), Ok(Some(call.to_string()))),
            (_, None) => (",\"result\":0".to_owned(), Ok(None)),
        };
        let text = format!("{{\"type\":3,\"invocationId\":\"{id}\"{end}}}");
        self.say(
            &text,
            call.map_or(Due::Nothing, |call| Due::Settle(call, outcome)),
        );
    }

    /// An answer that nobody waits for.
    pub(crate) fn say_stray(&mut self) {
        let text = "{\"type\":3,\"invocationId\":\"99999999\"}";
        self.say(text, Due::Nothing);
    }

    fn pick(&mut self, which: u8) -> Option<&mut Known> {
        let session = self.session_mut()?;
        let at = session.known.len().checked_sub(1 + usize::from(which) % 8)?;
        session.known.get_mut(at)
    }

    /// Tells how much has arrived, or a little less.
    pub(crate) fn say_ack(&mut self, back: u8) {
        if let Some(session) = self.session().filter(|session| session.stateful) {
            let number = (session.received.len() as u64).saturating_sub(u64::from(back % 4));
            self.write(&format!("{{\"type\":8,\"sequenceId\":{number}}}"), Line::Other);
        }
    }

    pub(crate) fn say_ping(&mut self) {
        self.write("{\"type\":6}", Line::Other);
    }

    pub(crate) fn say_unknown(&mut self) {
        self.write("{\"type\":99}", Line::Other);
    }

    pub(crate) fn say_bad(&mut self) {
        self.write(&"x".repeat(150), Line::Bad);
    }

    /// A message that exceeds the client's limit.
    pub(crate) fn say_too_much(&mut self) {
        let text = "x".repeat(250);
        let text = format!("{{\"type\":1,\"target\":\"n\",\"arguments\":[\"{text}\"]}}");
        self.say(&text, Due::Unreadable);
        if let Some(session) = self.session_mut() {
            session.unreadable = true;
        }
    }

    pub(crate) fn say_close(&mut self, again: bool) {
        self.write(&format!("{{\"type\":7,\"allowReconnect\":{again}}}"), Line::Close);
        if let Some(session) = self.session_mut() {
            session.forgotten = true;
        }
    }

    /// So many bytes arrive at the client: they, and what it must make of them.
    pub(crate) fn arrive(&mut self, count: usize, bad_ends: bool) -> (Vec<u8>, Vec<Arrived>) {
        let mut arrived = Vec::new();
        let Some(link) = &mut self.link else {
            return (Vec::new(), arrived);
        };
        let Some(session) = self.sessions.get_mut(&link.session) else {
            return (Vec::new(), arrived);
        };
        let count = count.min(link.down.len());
        let bytes: Vec<u8> = link.down.drain(..count).collect();
        link.arrived += count as u64;
        while link.lines.front().is_some_and(|(end, _)| *end <= link.arrived) {
            let Some((_, record)) = link.lines.pop_front() else {
                break;
            };
            match record {
                Line::Bad => {
                    session.doubtful = true;
                    arrived.push(Arrived::Bad);
                    if bad_ends {
                        arrived.push(Arrived::End);
                        break;
                    }
                }
                Line::Close => {
                    arrived.push(Arrived::End);
                    break;
                }
                Line::Sequence(number) if session.stateful => {
                    if number > session.client_newest + 1 || session.doubtful {
                        arrived.push(Arrived::End);
                        break;
                    }
                    session.client_next = number;
                    session.client_waits = false;
                }
                Line::Sequence(_) | Line::Other => {}
                Line::Counted(number) => {
                    let at = usize::try_from(number - 1).expect("small");
                    let due = session.said[at].1.clone();
                    if due == Due::Unreadable {
                        session.doubtful = true;
                        arrived.push(Arrived::Bad);
                        if bad_ends {
                            arrived.push(Arrived::End);
                            break;
                        }
                    } else if !session.client_waits {
                        let place = session.client_next;
                        session.client_next += 1;
                        if place > session.client_newest {
                            assert!(place == number || session.doubtful, "the model's own order");
                            session.client_newest = place;
                            arrived.push(Arrived::Due(due));
                        }
                    }
                }
            }
        }
        (bytes, arrived)
    }

    /// Whether nothing is on its way in either direction.
    pub(crate) fn is_quiet(&self) -> bool {
        self.link
            .as_ref()
            .is_none_or(|link| link.down.is_empty() && link.up.is_empty())
    }

    /// The client sends a frame.
    pub(crate) fn sent(&mut self, socket: SocketId, text: &str, message: Value) {
        if let Some(link) = self.link.as_mut().filter(|link| link.socket == socket) {
            link.up.push_back((text.to_owned(), message));
        }
    }

    /// The server reads a frame: what of the application's it brings for the first time.
    pub(crate) fn read(&mut self) -> Option<Mark> {
        let link = self.link.as_mut()?;
        let (text, message) = link.up.pop_front()?;
        let session = self.sessions.get_mut(&link.session)?;
        let mut mark = None;
        match message["type"].as_u64() {
            None => {
                assert!(!session.shaken, "the handshake comes once: {text}");
                session.shaken = true;
                let version = if session.stateful { 2 } else { 1 };
                assert_eq!(message["version"], version);
                self.write("{}", Line::Other);
            }
            Some(6) => {}
            Some(7) => session.forgotten = true,
            Some(8) => {
                let number = message["sequenceId"].as_u64().expect("a number");
                assert!(session.stateful && number <= session.client_newest, "{text}");
                session.acknowledged = session.acknowledged.max(number);
            }
            Some(9) => {
                let number = message["sequenceId"].as_u64().expect("a number");
                let next = session.received.len() as u64 + 1;
                assert!(session.waits && (1..=next).contains(&number), "{text}");
                session.next_in = number;
                session.waits = false;
            }
            Some(_) => {
                assert!(session.shaken && !session.waits, "too early: {text}");
                let place = usize::try_from(session.next_in - 1).expect("small");
                session.next_in += 1;
                if let Some(before) = session.received.get(place) {
                    assert_eq!(*before, text, "the same again");
                } else {
                    mark = session.take(&message);
                    session.received.push(text);
                }
            }
        }
        mark
    }
}

impl Session {
    /// Takes a message that is new.
    fn take(&mut self, message: &Value) -> Option<Mark> {
        let id = message["invocationId"].as_str();
        match message["type"].as_u64() {
            Some(kind @ (1 | 4)) => {
                for upload in message["streamIds"].as_array().into_iter().flatten() {
                    let upload = upload.as_str().expect("a text").to_owned();
                    assert_eq!(self.uploads.insert(upload, false), None, "a name is used once");
                }
                let call = message["arguments"]
                    .as_array()
                    .and_then(|list| list.last()?.as_u64());
                if let Some(id) = id {
                    assert!(
                        self.known.iter().all(|known| known.id != id),
                        "an id is used once"
                    );
                    self.known.push(Known {
                        id: id.to_owned(),
                        call,
                        streams: kind == 4,
                        items: 0,
                    });
                }
                call.map(Mark::Call)
            }
            Some(2) => {
                let id = id.expect("an id");
                assert_eq!(self.uploads.get(id), Some(&false), "the upload is open");
                Some(Mark::Item(message["item"].as_u64().expect("a serial")))
            }
            Some(3) => {
                let id = id.expect("an id");
                if let Some(asked) = id.strip_prefix("q-") {
                    let asked = asked.parse().expect("a number");
                    let answered = self.asked.insert(asked, true);
                    assert_eq!(answered, Some(false), "it was asked, and is answered once");
                    return Some(Mark::Reply(asked));
                }
                let ended = self.uploads.get_mut(id).expect("an upload");
                assert!(!std::mem::replace(ended, true), "an upload ends once");
                None
            }
            _ => {
                assert_eq!(message["type"], 5);
                let known = self.known.iter().any(|known| Some(known.id.as_str()) == id);
                assert!(known, "what is cancelled was called before: {message}");
                None
            }
        }
    }
}
