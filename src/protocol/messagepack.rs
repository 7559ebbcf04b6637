//! The MessagePack encoding of the hub protocol's messages.
//!
//! Lives here: one record (without its length) to one message, and a message to one record with it.
//! May not be here: framing, which precedes it, and the forms of values, which are `pack.rs`.
//! Every byte of a record is checked once; texts and payloads are borrowed from it, payloads undecoded.
//! Only the least number of items counts; more of them are for newer versions and ignored (M05).

#![allow(
    clippy::option_option,
    reason = "here the outer one tells of a fault, the inner one of what may be absent"
)]

use super::message::{DecodeError, Message, Outcome, Payload};
use super::pack::{self, DEPTH, Token, Unpacker};
use std::borrow::Cow;

/// What is wrong with a record.
#[derive(Clone, Copy)]
enum Fault<'a> {
    /// It is no MessagePack, or ends too early.
    Malformed,
    /// This item is missing or of the wrong type.
    Item(&'static str),
    /// The headers are no map of texts.
    Headers,
    /// The header of this name is no text.
    Header(&'a str),
}

/// The items of a record that are still to be read.
struct Items<'a> {
    unpacker: Unpacker<'a>,
    left: u32,
    /// What it means if nothing comes of the step under way: every step answers with `None` for all faults, which
    /// takes far less code than as many errors.
    fault: Fault<'a>,
}

impl<'a> Items<'a> {
    /// Counts one item off, and takes it.
    fn next<T>(&mut self, fault: Fault<'a>, take: impl FnOnce(&mut Unpacker<'a>) -> Option<T>) -> Option<T> {
        self.fault = fault;
        self.left = self.left.checked_sub(1)?;
        self.fault = Fault::Malformed;
        let taken = take(&mut self.unpacker)?;
        self.fault = fault;
        Some(taken)
    }

    /// The next item, of an array or a map only its head.
    fn token(&mut self, name: &'static str) -> Option<Token<'a>> {
        self.next(Fault::Item(name), Unpacker::token)
    }

    fn value(&mut self, fault: Fault<'a>) -> Option<&'a [u8]> {
        self.next(fault, |unpacker| unpacker.value(DEPTH - 1))
    }

    fn payload(&mut self, name: &'static str) -> Option<Payload<'a>> {
        self.value(Fault::Item(name)).map(Payload::from_messagepack)
    }

    fn optional_text(&mut self, name: &'static str) -> Option<Option<Cow<'a, str>>> {
        match self.token(name)? {
            Token::Nil => Some(None),
            Token::Text(text) => Some(Some(Cow::Borrowed(text))),
            _ => None,
        }
    }

    fn optional_id(&mut self) -> Option<Option<Cow<'a, str>>> {
        self.optional_text("invocationId")
            .filter(|id| id.as_deref() != Some(""))
    }

    /// A text that is not empty.
    fn text(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        self.optional_text(name)?.filter(|text| !text.is_empty())
    }

    fn id(&mut self) -> Option<Cow<'a, str>> {
        self.text("invocationId")
    }

    /// A map of texts; an empty one is the form of none.
    fn headers(&mut self) -> Option<Option<Payload<'a>>> {
        let bytes = self.value(Fault::Headers)?;
        let mut unpacker = Unpacker { rest: bytes };
        let Token::Map(count) = unpacker.token()? else {
            return None;
        };
        for _ in 0..count {
            let Token::Text(key) = unpacker.token()? else {
                return None;
            };
            let Token::Text(_) = unpacker.token()? else {
                self.fault = Fault::Header(key);
                return None;
            };
        }
        Some((count > 0).then(|| Payload::from_messagepack(bytes)))
    }

    fn arguments(&mut self) -> Option<Payload<'a>> {
        let bytes = self.value(Fault::Item("arguments"))?;
        matches!((Unpacker { rest: bytes }).token(), Some(Token::Array(_)))
            .then(|| Payload::from_messagepack(bytes))
    }

    /// Stock clients leave them out when there are none.
    fn stream_ids(&mut self) -> Option<Vec<Cow<'a, str>>> {
        let name = "streamIds";
        let count = match self.left {
            0 => 0,
            _ => match self.token(name)? {
                Token::Nil => 0,
                Token::Array(count) => count as usize,
                _ => return None,
            },
        };
        // An id has two bytes at least: no room is made for more of them than can be there.
        let mut ids = Vec::with_capacity(count.min(self.unpacker.rest.len() / 2));
        for _ in 0..count {
            // They are items of an array of their own, not of the record.
            self.left += 1;
            ids.push(self.text(name)?);
        }
        Some(ids)
    }

    fn sequence_id(&mut self) -> Option<u64> {
        match self.token("sequenceId")? {
            Token::Unsigned(sequence_id) => Some(sequence_id),
            _ => None,
        }
    }

    /// The items that nobody asked for, which must be well-formed none the less, and nothing after them.
    fn finish(&mut self) -> Option<()> {
        self.fault = Fault::Malformed;
        for _ in 0..self.left {
            self.unpacker.skip(DEPTH - 1)?;
        }
        self.unpacker.rest.is_empty().then_some(())
    }
}

/// Reads one record.
pub fn decode(record: &[u8]) -> Result<Message<'_>, DecodeError> {
    let mut unpacker = Unpacker { rest: record };
    let Some(Token::Array(count @ 1..)) = unpacker.token() else {
        return Err(DecodeError::NoType);
    };
    let kind = match unpacker.token() {
        Some(Token::Unsigned(kind)) => i64::try_from(kind).unwrap_or(i64::MAX),
        Some(Token::Negative(kind)) => kind,
        _ => return Err(DecodeError::NoType),
    };
    let mut items = Items {
        unpacker,
        left: count - 1,
        fault: Fault::Malformed,
    };
    let message = message(kind, &mut items).and_then(|message| {
        items.finish()?;
        Some(message)
    });
    match message {
        Some(message) => message.ok_or(DecodeError::UnknownType(kind)),
        None => Err(error(kind, items.fault, record.len() - items.unpacker.rest.len())),
    }
}

/// `None` is a fault; `Some(None)` is a type that this version does not know.
fn message<'a>(kind: i64, items: &mut Items<'a>) -> Option<Option<Message<'a>>> {
    Some(Some(match kind {
        1 => Message::Invocation {
            headers: items.headers()?,
            invocation_id: items.optional_id()?,
            target: items.text("target")?,
            arguments: items.arguments()?,
            stream_ids: items.stream_ids()?,
        },
        2 => Message::StreamItem {
            headers: items.headers()?,
            invocation_id: items.id()?,
            item: items.payload("item")?,
        },
        3 => Message::Completion {
            headers: items.headers()?,
            invocation_id: items.id()?,
            outcome: match items.token("result kind")? {
                Token::Unsigned(1) => Outcome::Error(items.optional_text("error")??),
                Token::Unsigned(2) => Outcome::Void,
                Token::Unsigned(3) => Outcome::Result(items.payload("result")?),
                _ => return None,
            },
        },
        4 => Message::StreamInvocation {
            headers: items.headers()?,
            invocation_id: items.id()?,
            target: items.text("target")?,
            arguments: items.arguments()?,
            stream_ids: items.stream_ids()?,
        },
        5 => Message::CancelInvocation {
            headers: items.headers()?,
            invocation_id: items.id()?,
        },
        6 => Message::Ping,
        7 => Message::Close {
            error: items.optional_text("error")?,
            allow_reconnect: items.left > 0 && items.value(Fault::Item("allowReconnect"))? == [0xc3],
        },
        8 => Message::Ack {
            sequence_id: items.sequence_id()?,
        },
        9 => Message::Sequence {
            sequence_id: items.sequence_id()?,
        },
        _ => return Some(None),
    }))
}

/// The official words for what is wrong.
fn error(kind: i64, fault: Fault<'_>, at: usize) -> DecodeError {
    let message = match kind {
        1 => "Invocation",
        2 => "StreamItem",
        3 => "Completion",
        4 => "StreamInvocation",
        5 => "CancelInvocation",
        7 => "Close",
        8 => "Ack",
        _ => "Sequence",
    };
    let text = match fault {
        Fault::Item(_) if kind > 7 => return DecodeError::InvalidSequenceId { message },
        Fault::Item(detail) => return DecodeError::Invalid { message, detail },
        Fault::Headers => "Invalid headers.".to_owned(),
        Fault::Header(name) => ["Expected header '", name, "' to be of type String."].concat(),
        Fault::Malformed => {
            let at = at.to_string();
            [
                "Error reading MessagePack. It ends or goes wrong before byte ",
                &at,
                ".",
            ]
            .concat()
        }
    };
    DecodeError::Malformed(text)
}

/// Appends `message` to `out` as one record, with its length before it. The protocol has no room for a message of
/// 2 GB; a peer refuses one.
pub fn encode(message: &Message<'_>, out: &mut Vec<u8>) {
    let mut body = Vec::new();
    write(message, &mut body);
    let mut length = body.len();
    while length > 0x7f {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.append(&mut body);
}

fn write(message: &Message<'_>, out: &mut Vec<u8>) {
    match message {
        Message::Invocation {
            headers,
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => call(
            1,
            *headers,
            invocation_id.as_deref(),
            target,
            *arguments,
            stream_ids,
            out,
        ),
        Message::StreamInvocation {
            headers,
            invocation_id,
            target,
            arguments,
            stream_ids,
        } => call(
            4,
            *headers,
            Some(invocation_id),
            target,
            *arguments,
            stream_ids,
            out,
        ),
        Message::StreamItem {
            headers,
            invocation_id,
            item,
        } => {
            begin(4, 2, *headers, Some(invocation_id), out);
            item.write_messagepack(out);
        }
        Message::Completion {
            headers,
            invocation_id,
            outcome,
        } => {
            let count = if *outcome == Outcome::Void { 4 } else { 5 };
            begin(count, 3, *headers, Some(invocation_id), out);
            match outcome {
                Outcome::Error(text) => {
                    out.push(1);
                    pack::text(text, out);
                }
                Outcome::Void => out.push(2),
                Outcome::Result(value) => {
                    out.push(3);
                    value.write_messagepack(out);
                }
            }
        }
        Message::CancelInvocation {
            headers,
            invocation_id,
        } => begin(3, 5, *headers, Some(invocation_id), out),
        Message::Ping => numbers(&[6], out),
        Message::Close {
            error,
            allow_reconnect,
        } => {
            pack::array(3, out);
            out.push(7);
            optional_text(error.as_deref(), out);
            pack::boolean(*allow_reconnect, out);
        }
        Message::Ack { sequence_id } => numbers(&[8, *sequence_id], out),
        Message::Sequence { sequence_id } => numbers(&[9, *sequence_id], out),
    }
}

/// The items with which most messages begin.
fn begin(
    count: usize,
    kind: u8,
    headers: Option<Payload<'_>>,
    invocation_id: Option<&str>,
    out: &mut Vec<u8>,
) {
    pack::array(count, out);
    out.push(kind);
    match headers {
        None => pack::map(0, out),
        Some(headers) => headers.write_messagepack(out),
    }
    optional_text(invocation_id, out);
}

fn optional_text(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        None => pack::nil(out),
        Some(text) => pack::text(text, out),
    }
}

fn call(
    kind: u8,
    headers: Option<Payload<'_>>,
    invocation_id: Option<&str>,
    target: &str,
    arguments: Payload<'_>,
    stream_ids: &[Cow<'_, str>],
    out: &mut Vec<u8>,
) {
    // Without streams the sixth item is left out, as stock clients do.
    let count = if stream_ids.is_empty() { 5 } else { 6 };
    begin(count, kind, headers, invocation_id, out);
    pack::text(target, out);
    arguments.write_messagepack(out);
    if !stream_ids.is_empty() {
        pack::array(stream_ids.len(), out);
        for id in stream_ids {
            pack::text(id, out);
        }
    }
}

fn numbers(items: &[u64], out: &mut Vec<u8>) {
    pack::array(items.len(), out);
    for item in items {
        pack::unsigned(*item, out);
    }
}

/// One value as the payload of a message, checked as if it had come in one; `None` when it is no MessagePack, or
/// more than one value, or has what the desk does not take (see `pack.rs`).
pub fn payload(bytes: &[u8]) -> Option<Payload<'_>> {
    let mut unpacker = Unpacker { rest: bytes };
    unpacker.skip(DEPTH - 1)?;
    unpacker.rest.is_empty().then(|| Payload::from_messagepack(bytes))
}
