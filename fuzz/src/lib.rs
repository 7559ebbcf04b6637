//! What must hold of any bytes at all, for the fuzz targets and for `tests/protocol_fuzz.rs`.
//!
//! Lives here: one function for each target; it panics when something does not hold.
//! May not be here: where the bytes come from.
//! Whatever can be read can be written, is read again as the same, and says the same in the other encoding.
//! Whatever cannot be read is an error.

use switchhook::protocol::{
    Encoding, Message, Oversize, Payload, RecordReader, SEPARATOR, handshake, json, messagepack, negotiate,
};

/// A record of JSON.
pub fn json(data: &[u8]) {
    if let Ok(message) = json::decode(data) {
        says_the_same(&message);
    }
}

/// A record of MessagePack, or a value of it.
pub fn messagepack(data: &[u8]) {
    if let Ok(message) = messagepack::decode(data) {
        let record = packed(&message);
        let again = read_packed(&record);
        assert_eq!(written(&again), written(&message), "reading again");
        says_the_same(&message);
    }
    if let Some(payload) = messagepack::payload(data) {
        says_the_same(&item(payload));
    }
}

/// Two bytes that choose the encoding, the limit and where to cut, then frames.
pub fn framing(data: &[u8]) {
    let [choice, step, bytes @ ..] = data else { return };
    let encoding = if choice & 1 == 0 {
        Encoding::Json
    } else {
        Encoding::MessagePack
    };
    let limit = usize::from(choice >> 1);
    let step = usize::from(*step).max(1);
    let whole = records(encoding, limit, std::iter::once(bytes));
    assert_eq!(
        records(encoding, limit, bytes.chunks(step)),
        whole,
        "in steps of {step}"
    );
    let (head, tail) = bytes.split_at(step.min(bytes.len()));
    assert_eq!(
        records(encoding, limit, [head, tail].into_iter()),
        whole,
        "cut at {step}"
    );
    if encoding == Encoding::Json {
        let pieces = bytes.split(|byte| *byte == SEPARATOR).count();
        assert!(whole.0.len() <= pieces, "more records than there are");
    }
    for record in whole.0.iter().flatten() {
        let _ = encoding.decode(record);
    }
}

/// What comes of some frames: the records, and what is kept of an unfinished one.
fn records<'a>(
    encoding: Encoding,
    limit: usize,
    frames: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Result<Vec<u8>, Oversize>>, usize, bool) {
    let mut reader = RecordReader::new(encoding, limit);
    let mut seen: Vec<Result<Vec<u8>, Oversize>> = Vec::new();
    for frame in frames {
        reader.feed(frame, |record| {
            assert!(
                record.is_err() || record.is_ok_and(|record| record.len() <= limit),
                "over the limit"
            );
            seen.push(record.map(<[u8]>::to_vec));
            true
        });
        assert!(reader.pending() <= limit, "more is kept than the limit");
    }
    (seen, reader.pending(), reader.error().is_some())
}

/// A handshake's request or response.
pub fn handshake(data: &[u8]) {
    let _ = handshake::read_response(data);
    if let Ok(request) = handshake::read_request(data) {
        assert!(request.protocol.len() <= data.len(), "a name out of nothing");
    }
    let text = String::from_utf8_lossy(data);
    let response = handshake::write_response(Some(&text));
    let (separator, response) = response.as_bytes().split_last().expect("a separator");
    assert!(
        *separator == SEPARATOR && !response.contains(&SEPARATOR),
        "one record"
    );
    assert_eq!(
        handshake::read_response(response),
        Err(handshake::HandshakeError::Refused(text.into_owned()))
    );
}

/// A negotiate answer.
pub fn negotiate(data: &[u8]) {
    if let Ok(negotiate::Answer::Connect {
        token, connection_id, ..
    }) = negotiate::read(data)
    {
        assert!(
            token.len() + connection_id.len() <= 2 * data.len(),
            "texts out of nothing"
        );
    }
}

/// The message is written and read as the same in both encodings, and what was said once in both changes no more.
fn says_the_same(message: &Message<'_>) {
    let text = written(message);
    let again = json::decode(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(written(&again), text, "reading again");
    let crossed = packed(message);
    let crossed = written(&read_packed(&crossed));
    let back = json::decode(crossed.as_bytes()).unwrap_or_else(|error| panic!("{error}: {crossed}"));
    let back = packed(&back);
    assert_eq!(written(&read_packed(&back)), crossed, "crossing again");
}

fn item(payload: Payload<'_>) -> Message<'_> {
    Message::StreamItem {
        headers: None,
        invocation_id: "1".into(),
        item: payload,
    }
}

/// As a record of JSON, without its separator, of which there is but one.
fn written(message: &Message<'_>) -> String {
    let mut text = String::new();
    json::encode(message, &mut text);
    let record = text.strip_suffix('\u{1e}').expect("a separator");
    assert!(!record.contains('\u{1e}'), "one record");
    record.to_owned()
}

/// As a record of MessagePack, with its length, which is what comes out of it.
fn packed(message: &Message<'_>) -> Vec<u8> {
    let mut frame = Vec::new();
    messagepack::encode(message, &mut frame);
    let mut records = records(
        Encoding::MessagePack,
        usize::MAX,
        std::iter::once(frame.as_slice()),
    )
    .0;
    assert_eq!(records.len(), 1, "one record");
    records.pop().and_then(Result::ok).expect("a record")
}

fn read_packed(record: &[u8]) -> Message<'_> {
    messagepack::decode(record).unwrap_or_else(|error| panic!("{error}: {record:02x?}"))
}
