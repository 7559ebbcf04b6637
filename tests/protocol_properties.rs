//! What holds of every message and of all bytes, natively: round trips, frames cut anywhere, nothing that panics.
//!
//! Lives here: properties over arbitrary messages, values and bytes.
//! May not be here: cases with a name (`protocol_cases.rs`), how much memory it takes (`protocol_memory.rs`).
//! What must hold of arbitrary bytes is shared with the fuzz targets.
//! The yardstick for JSON is `serde_json`, which shares no code with the project's own reader.

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a library there, a module here")]
mod targets;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use switchhook::protocol::{Encoding, Message, Outcome, Oversize, Payload, RecordReader, json, messagepack};

/// The parts of a message; which of them count is up to its type.
#[derive(Debug, Clone)]
struct Parts {
    kind: u8,
    headers: Option<String>,
    id: Option<String>,
    text: String,
    payload: String,
    arguments: String,
    streams: Vec<String>,
    flag: bool,
    number: u64,
}

impl Parts {
    fn message(&self) -> Message<'_> {
        let headers = self.headers.as_deref().map(Payload::from_json);
        let invocation_id = Cow::Borrowed(self.id.as_deref().unwrap_or("1"));
        let target = Cow::Borrowed(self.text.as_str());
        let arguments = Payload::from_json(&self.arguments);
        let payload = Payload::from_json(&self.payload);
        let stream_ids = self.streams.iter().map(|id| Cow::Borrowed(id.as_str())).collect();
        match self.kind {
            1 => Message::Invocation {
                headers,
                invocation_id: self.id.as_deref().map(Cow::Borrowed),
                target,
                arguments,
                stream_ids,
            },
            2 => Message::StreamItem {
                headers,
                invocation_id,
                item: payload,
            },
            3 => Message::Completion {
                headers,
                invocation_id,
                outcome: match self.number % 3 {
                    0 => Outcome::Void,
                    1 => Outcome::Result(payload),
                    _ => Outcome::Error(target),
                },
            },
            4 => Message::StreamInvocation {
                headers,
                invocation_id,
                target,
                arguments,
                stream_ids,
            },
            5 => Message::CancelInvocation {
                headers,
                invocation_id,
            },
            6 => Message::Ping,
            7 => Message::Close {
                error: self.id.as_deref().map(Cow::Borrowed),
                allow_reconnect: self.flag,
            },
            8 => Message::Ack {
                sequence_id: self.number,
            },
            _ => Message::Sequence {
                sequence_id: self.number,
            },
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z]{1,40}", "[\\x00-\\x1f\"\\\\]{0,8}"]
}

fn id() -> impl Strategy<Value = String> {
    text().prop_filter("not empty", |text| !text.is_empty())
}

fn value() -> impl Strategy<Value = Value> {
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-200..200).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (any::<i32>(), 0..6).prop_map(|(whole, scale)| Value::from(f64::from(whole) / 10_f64.powi(scale))),
        text().prop_map(Value::from),
    ];
    single.prop_recursive(5, 60, 20, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..20).prop_map(Value::from),
            btree_map(text(), inner, 0..20).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn parts() -> impl Strategy<Value = Parts> {
    let headers = proptest::option::of(btree_map(text(), text(), 1..4))
        .prop_map(|headers| headers.map(|headers| Value::from_iter(headers).to_string()));
    let payloads = (value(), vec(value(), 0..4));
    let rest = (
        proptest::option::of(id()),
        id(),
        vec(id(), 0..3),
        any::<bool>(),
        any::<u64>(),
    );
    (1..=9_u8, headers, payloads, rest).prop_map(
        |(kind, headers, (payload, arguments), (id, text, streams, flag, number))| Parts {
            kind,
            headers,
            id,
            text,
            payload: payload.to_string(),
            arguments: Value::from(arguments).to_string(),
            streams,
            flag,
            number,
        },
    )
}

/// MessagePack that a peer could send, of every format.
fn packed_value() -> impl Strategy<Value = Vec<u8>> {
    let fixed = |format: u8, width: usize| {
        vec(any::<u8>(), width).prop_map(move |mut bytes| {
            bytes.insert(0, format);
            bytes
        })
    };
    let lengthy = |format: u8, width: usize, bytes: Vec<u8>| {
        let length = (bytes.len() as u32).to_be_bytes();
        [&[format], &length[4 - width..], &bytes].concat()
    };
    let number = prop_oneof![
        (0..=0x7f_u8).prop_map(|byte| vec![byte]),
        (0xe0..=0xff_u8).prop_map(|byte| vec![byte]),
        (0..4_u8).prop_flat_map(move |power| fixed(0xcc + power, 1 << power)),
        (0..4_u8).prop_flat_map(move |power| fixed(0xd0 + power, 1 << power)),
        fixed(0xca, 4),
        fixed(0xcb, 8),
    ];
    let time = prop_oneof![
        any::<u32>().prop_map(|seconds| [&[0xd6, 0xff], seconds.to_be_bytes().as_slice()].concat()),
        (0..1_000_000_000_u64, 0..1_u64 << 34).prop_map(|(nanoseconds, seconds)| {
            [
                &[0xd7, 0xff],
                (nanoseconds << 34 | seconds).to_be_bytes().as_slice(),
            ]
            .concat()
        }),
        (0..1_000_000_000_u32, any::<i64>()).prop_map(|(nanoseconds, seconds)| {
            [
                &[0xc7, 12, 0xff],
                nanoseconds.to_be_bytes().as_slice(),
                &seconds.to_be_bytes(),
            ]
            .concat()
        }),
    ];
    let single = prop_oneof![
        prop_oneof![Just(0xc0), Just(0xc2), Just(0xc3)].prop_map(|byte| vec![byte]),
        number,
        time,
        (0..3_u8, "[a-zä\\x00-\\x1f\"]{0,40}").prop_map(move |(power, text)| lengthy(
            0xd9 + power,
            1 << power,
            text.into_bytes()
        )),
        (0..3_u8, vec(any::<u8>(), 0..40)).prop_map(move |(power, bytes)| lengthy(
            0xc4 + power,
            1 << power,
            bytes
        )),
    ];
    let key = single.clone();
    single.prop_recursive(6, 60, 15, move |inner| {
        let pair = (key.clone(), inner.clone()).prop_map(|(key, value)| [key, value].concat());
        prop_oneof![
            vec(inner, 0..15).prop_map(|items| [vec![0x90 | items.len() as u8], items.concat()].concat()),
            vec(pair, 0..15).prop_map(|pairs| {
                let head = [&[0xde], (pairs.len() as u16).to_be_bytes().as_slice()].concat();
                [head, pairs.concat()].concat()
            }),
        ]
    })
}

fn written(message: &Message<'_>) -> String {
    let mut text = String::new();
    json::encode(message, &mut text);
    text.strip_suffix('\u{1e}').expect("a separator").to_owned()
}

/// Whether two texts of JSON are equal as values: keys in any order, numbers by their nearest double, which the
/// standard library finds exactly and `serde_json` only nearly.
fn same(one: &str, other: &str) -> bool {
    type Items<'a> = Vec<&'a RawValue>;
    type Members<'a> = BTreeMap<String, &'a RawValue>;
    match one.as_bytes().first() {
        Some(b'[') => {
            let (one, other): (Items, Items) = (read(one), read(other));
            let mut pairs = one.iter().zip(&other);
            one.len() == other.len() && pairs.all(|(one, other)| same(one.get(), other.get()))
        }
        Some(b'{') => {
            let (one, other): (Members, Members) = (read(one), read(other));
            let mut pairs = one.iter().zip(&other);
            one.len() == other.len()
                && pairs.all(|(one, other)| one.0 == other.0 && same(one.1.get(), other.1.get()))
        }
        Some(b'-' | b'0'..=b'9') => match (one.parse::<i128>(), other.parse::<i128>()) {
            (Ok(one), Ok(other)) => one == other,
            _ => one.parse::<f64>().ok().map(f64::to_bits) == other.parse::<f64>().ok().map(f64::to_bits),
        },
        _ => read::<Value>(one) == read::<Value>(other),
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What comes of frames: each record, or that one was too long.
fn records<'a>(
    encoding: Encoding,
    limit: usize,
    frames: impl Iterator<Item = &'a [u8]>,
) -> Vec<Result<Vec<u8>, Oversize>> {
    let mut reader = RecordReader::new(encoding, limit);
    let mut seen = Vec::new();
    for frame in frames {
        reader.feed(frame, |record| {
            seen.push(record.map(<[u8]>::to_vec));
            true
        });
        assert!(reader.pending() <= limit);
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_message_round_trips_in_json(parts in parts()) {
        let message = parts.message();
        let text = written(&message);
        let again = json::decode(text.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&message));
        let _: Value = read(&text);
    }

    #[test]
    fn any_message_round_trips_in_messagepack(parts in parts()) {
        let message = parts.message();
        let frame = Encoding::MessagePack.encode(&message);
        let records = records(Encoding::MessagePack, frame.len(), std::iter::once(frame.bytes()));
        prop_assert_eq!(records.len(), 1);
        let record = records[0].as_ref().expect("a record");
        let again = messagepack::decode(record).expect("a message");
        let (expected, crossed) = (written(&message), written(&again));
        prop_assert!(same(&expected, &crossed), "{} became {}", expected, crossed);
        prop_assert_eq!(Encoding::MessagePack.encode(&again), frame);
    }

    #[test]
    fn any_json_survives_messagepack_as_a_value(value in value()) {
        let text = value.to_string();
        let message = Message::StreamItem {
            headers: None,
            invocation_id: "1".into(),
            item: Payload::from_json(&text),
        };
        let mut record = Vec::new();
        messagepack::encode(&message, &mut record);
        let record = records(Encoding::MessagePack, usize::MAX, std::iter::once(record.as_slice()));
        let Ok(Message::StreamItem { item, .. }) = messagepack::decode(record[0].as_ref().expect("a record")) else {
            panic!("no stream item");
        };
        prop_assert!(same(&item.json(), &text), "{} became {}", text, item.json());
    }

    #[test]
    fn any_messagepack_becomes_json(bytes in packed_value()) {
        let payload = messagepack::payload(&bytes).expect("well-formed");
        let _: Value = read(&payload.json());
        targets::messagepack(&bytes);
        for end in 0..bytes.len() {
            prop_assert!(messagepack::payload(&bytes[..end]).is_none(), "cut at {}", end);
        }
    }

    #[test]
    fn frames_may_be_cut_anywhere(
        all in vec(parts(), 0..6),
        cuts in vec(any::<proptest::sample::Index>(), 0..6),
        limit in 0..400_usize,
    ) {
        for encoding in [Encoding::Json, Encoding::MessagePack] {
            let frames: Vec<_> = all.iter().map(|parts| encoding.encode(&parts.message())).collect();
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let pieces = at.windows(2).map(|ends| &bytes[ends[0]..ends[1]]);
            let expected: Vec<_> = frames
                .iter()
                .map(|frame| {
                    let record = match encoding {
                        Encoding::Json => frame.bytes().strip_suffix(b"\x1e").expect("a separator"),
                        Encoding::MessagePack => {
                            let length = frame.bytes().iter().position(|byte| *byte < 0x80).expect("a length");
                            &frame.bytes()[length + 1..]
                        }
                    };
                    if record.len() > limit { Err(Oversize { limit }) } else { Ok(record.to_vec()) }
                })
                .collect();
            prop_assert_eq!(records(encoding, limit, pieces), expected);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200)) {
        targets::json(&bytes);
        targets::messagepack(&bytes);
        targets::framing(&bytes);
        targets::handshake(&bytes);
        targets::negotiate(&bytes);
    }

    #[test]
    fn bytes_that_look_like_records_do_no_harm(
        json in r#"\{"type":[1-9],("(target|invocationId|arguments|item|result|error|headers)":([0-9]|""|"a"|\[\]|\{\}|null),?){0,4}\}"#,
        packed in (0..16_u8, 0..10_u8, vec(prop_oneof![Just(0x80), Just(0xa1), Just(0x61), Just(0x90), Just(0xc0), any::<u8>()], 0..12)),
    ) {
        targets::json(json.as_bytes());
        let (count, kind, rest) = packed;
        targets::messagepack(&[vec![0x90 | count, kind], rest].concat());
    }
}
