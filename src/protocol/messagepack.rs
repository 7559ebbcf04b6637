//! The MessagePack encoding of the hub protocol's messages.
//!
//! Lives here: one record (without its length) to one message, and a message to one record with it.
//! May not be here: framing, which precedes it, and the forms of values, which are `pack.rs`.
//! Every byte of a record is checked once; texts and payloads are borrowed from it, payloads undecoded.
//! Only the least number of items counts; more of them are for newer versions and ignored (M05).

use super::message::{DecodeError, Message, Outcome, Payload};
use super::pack::{self, DEPTH, Token, Unpacker};
use std::borrow::Cow;

/// The items of a record that are still to be read.
struct Items<'a> {
    unpacker: Unpacker<'a>,
    left: u32,
    length: usize,
    message: &'static str,
}

impl<'a> Items<'a> {
    /// Begins to read; a record is an array, or nothing at all.
    fn begin(record: &'a [u8]) -> Result<Self, DecodeError> {
        let mut unpacker = Unpacker { rest: record };
        match unpacker.token() {
            Some(Token::Array(left)) => Ok(Self {
                unpacker,
                left,
                length: record.len(),
                message: "",
            }),
            _ => Err(DecodeError::NoType),
        }
    }

    fn malformed(&self) -> DecodeError {
        let at = self.length - self.unpacker.rest.len();
        let text = [
            "Error reading MessagePack. It ends or goes wrong before byte ",
            &at.to_string(),
            ".",
        ];
        DecodeError::Malformed(text.concat())
    }

    fn invalid(&self, detail: &'static str) -> DecodeError {
        DecodeError::Invalid {
            message: self.message,
            detail,
        }
    }

    /// Counts one item off; `None` when there is no other.
    fn next(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    /// The next item, of an array or a map only its head.
    fn token(&mut self, name: &'static str) -> Result<Token<'a>, DecodeError> {
        self.next().ok_or_else(|| self.invalid(name))?;
        self.unpacker.token().ok_or_else(|| self.malformed())
    }

    fn value(&mut self, name: &'static str) -> Result<&'a [u8], DecodeError> {
        self.next().ok_or_else(|| self.invalid(name))?;
        self.unpacker.value(DEPTH - 1).ok_or_else(|| self.malformed())
    }

    fn payload(&mut self, name: &'static str) -> Result<Payload<'a>, DecodeError> {
        self.value(name).map(Payload::from_messagepack)
    }

    fn optional_text(&mut self, name: &'static str) -> Result<Option<Cow<'a, str>>, DecodeError> {
        match self.token(name)? {
            Token::Nil => Ok(None),
            Token::Text(text) => Ok(Some(Cow::Borrowed(text))),
            _ => Err(self.invalid(name)),
        }
    }

    /// A text that is not empty.
    fn text(&mut self, name: &'static str) -> Result<Cow<'a, str>, DecodeError> {
        let text = self.optional_text(name)?;
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| self.invalid(name))
    }

    fn optional_id(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        let id = self.optional_text("invocationId")?;
        match id.as_deref() {
            Some("") => Err(self.invalid("invocationId")),
            _ => Ok(id),
        }
    }

    /// A map of texts; an empty one is the form of none.
    fn headers(&mut self) -> Result<Option<Payload<'a>>, DecodeError> {
        let invalid = || DecodeError::Malformed("Invalid headers.".to_owned());
        self.next().ok_or_else(invalid)?;
        let mut copy = self.unpacker;
        let bytes = self.unpacker.value(DEPTH - 1).ok_or_else(|| self.malformed())?;
        let Some(Token::Map(count)) = copy.token() else {
            return Err(invalid());
        };
        for _ in 0..count {
            match (copy.token(), copy.token()) {
                (Some(Token::Text(_)), Some(Token::Text(_))) => {}
                (Some(Token::Text(key)), _) => {
                    let text = ["Expected header '", key, "' to be of type String."];
                    return Err(DecodeError::Malformed(text.concat()));
                }
                _ => return Err(invalid()),
            }
        }
        Ok((count > 0).then(|| Payload::from_messagepack(bytes)))
    }

    fn arguments(&mut self) -> Result<Payload<'a>, DecodeError> {
        let name = "arguments";
        let bytes = self.value(name)?;
        match (Unpacker { rest: bytes }).token() {
            Some(Token::Array(_)) => Ok(Payload::from_messagepack(bytes)),
            _ => Err(self.invalid(name)),
        }
    }

    /// Stock clients leave them out when there are none.
    fn stream_ids(&mut self) -> Result<Vec<Cow<'a, str>>, DecodeError> {
        let name = "streamIds";
        if self.left == 0 {
            return Ok(Vec::new());
        }
        let count = match self.token(name)? {
            Token::Nil => 0,
            Token::Array(count) => count as usize,
            _ => return Err(self.invalid(name)),
        };
        // An id has two bytes at least: no room is made for more of them than can be there.
        let mut ids = Vec::with_capacity(count.min(self.unpacker.rest.len() / 2));
        for _ in 0..count {
            match self.unpacker.token() {
                Some(Token::Text(id)) if !id.is_empty() => ids.push(Cow::Borrowed(id)),
                Some(_) => return Err(self.invalid(name)),
                None => return Err(self.malformed()),
            }
        }
        Ok(ids)
    }

    fn sequence_id(&mut self) -> Result<u64, DecodeError> {
        let message = self.message;
        match self.token("sequenceId") {
            Ok(Token::Unsigned(sequence_id)) => Ok(sequence_id),
            Err(malformed @ DecodeError::Malformed(_)) => Err(malformed),
            _ => Err(DecodeError::InvalidSequenceId { message }),
        }
    }

    /// The items that nobody asked for, which must be well-formed none the less, and nothing after them.
    fn finish(&mut self) -> Result<(), DecodeError> {
        while self.next().is_some() {
            self.unpacker.skip(DEPTH - 1).ok_or_else(|| self.malformed())?;
        }
        if self.unpacker.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }
}

/// Reads one record.
pub fn decode(record: &[u8]) -> Result<Message<'_>, DecodeError> {
    let mut items = Items::begin(record)?;
    let kind = match items.next().and_then(|()| items.unpacker.token()) {
        Some(Token::Unsigned(kind)) => i64::try_from(kind).unwrap_or(i64::MAX),
        Some(Token::Negative(kind)) => kind,
        _ => return Err(DecodeError::NoType),
    };
    let message = message(kind, &mut items)?;
    items.finish()?;
    message.ok_or(DecodeError::UnknownType(kind))
}

fn message<'a>(kind: i64, items: &mut Items<'a>) -> Result<Option<Message<'a>>, DecodeError> {
    items.message = match kind {
        1 => "Invocation",
        2 => "StreamItem",
        3 => "Completion",
        4 => "StreamInvocation",
        5 => "CancelInvocation",
        7 => "Close",
        8 => "Ack",
        9 => "Sequence",
        _ => "",
    };
    Ok(Some(match kind {
        1 => Message::Invocation {
            headers: items.headers()?,
            invocation_id: items.optional_id()?,
            target: items.text("target")?,
            arguments: items.arguments()?,
            stream_ids: items.stream_ids()?,
        },
        2 => Message::StreamItem {
            headers: items.headers()?,
            invocation_id: items.text("invocationId")?,
            item: items.payload("item")?,
        },
        3 => Message::Completion {
            headers: items.headers()?,
            invocation_id: items.text("invocationId")?,
            outcome: match items.token("result kind")? {
                Token::Unsigned(1) => Outcome::Error(
                    items
                        .optional_text("error")?
                        .ok_or_else(|| items.invalid("error"))?,
                ),
                Token::Unsigned(2) => Outcome::Void,
                Token::Unsigned(3) => Outcome::Result(items.payload("result")?),
                _ => return Err(items.invalid("result kind")),
            },
        },
        4 => Message::StreamInvocation {
            headers: items.headers()?,
            invocation_id: items.text("invocationId")?,
            target: items.text("target")?,
            arguments: items.arguments()?,
            stream_ids: items.stream_ids()?,
        },
        5 => Message::CancelInvocation {
            headers: items.headers()?,
            invocation_id: items.text("invocationId")?,
        },
        6 => Message::Ping,
        7 => Message::Close {
            error: items.optional_text("error")?,
            allow_reconnect: items.left > 0 && items.value("allowReconnect")? == [0xc3],
        },
        8 => Message::Ack {
            sequence_id: items.sequence_id()?,
        },
        9 => Message::Sequence {
            sequence_id: items.sequence_id()?,
        },
        _ => return Ok(None),
    }))
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
