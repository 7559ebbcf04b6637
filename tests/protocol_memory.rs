//! How much memory bytes from a stranger can make the protocol take, natively, counted by the allocator.
//!
//! Lives here: hostile and broken input of every kind, and the bounds on what is allocated for it.
//! May not be here: whether what is read is right.
//! A reader holds no more than its limit. Whatever is decoded takes no more than a small multiple of its bytes.

use allocation_counter::measure;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use switchhook::protocol::{
    Encoding, Message, Outcome, Payload, RecordReader, handshake, json, messagepack, negotiate,
};

/// At the most this many bytes for each byte of input: `false` as a key has one byte in MessagePack and nine in
/// JSON, and a text that grows is for a moment there twice, once with room to double.
const MULTIPLE: u64 = 32;

/// For texts of errors and first allocations.
const CONSTANT: u64 = 512;

fn bounded<T>(name: &str, input: &[u8], work: impl Fn(&[u8]) -> T) {
    let taken = measure(|| drop(black_box(work(input))));
    let bound = MULTIPLE * input.len() as u64 + CONSTANT;
    assert!(
        taken.bytes_max <= bound,
        "{name}: {} bytes for {} bytes of {:02x?}…",
        taken.bytes_max,
        input.len(),
        input.get(..40).unwrap_or(input)
    );
    assert_eq!(taken.bytes_current, 0, "{name} keeps something");
}

fn each_decoder(input: &[u8]) {
    bounded("json", input, |input| {
        let message = json::decode(input);
        message.as_ref().ok().map(packed)
    });
    bounded("messagepack", input, |input| {
        let message = messagepack::decode(input);
        message.as_ref().ok().map(written)
    });
    bounded("payload", input, |input| {
        messagepack::payload(input).map(|payload| payload.json().len())
    });
    bounded("request", input, handshake::read_request);
    bounded("response", input, handshake::read_response);
    bounded("negotiate", input, negotiate::read);
}

fn packed(message: &Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    messagepack::encode(message, &mut bytes);
    bytes
}

fn written(message: &Message<'_>) -> String {
    let mut text = String::new();
    json::encode(message, &mut text);
    text
}

fn item(bytes: &[u8]) -> Vec<u8> {
    [&[0x94, 0x02, 0x80, 0xa1, 0x61], bytes].concat()
}

/// Inputs that promise more than they hold, or grow as they are read.
fn bombs() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    // Lengths of 4 GB, of arrays, maps, texts, bytes and extensions, alone and within one another.
    for format in [0xdd, 0xdf, 0xdb, 0xc6, 0xc9] {
        let promise = [format, 0xff, 0xff, 0xff, 0xff];
        all.push(promise.to_vec());
        all.push(item(&promise));
        all.push(item(&[promise.as_slice(), &[0xff; 50]].concat()));
        all.push(item(&promise.repeat(1_000)));
    }
    all.push(
        [
            &[0x96, 0x01, 0x80, 0xc0, 0xa1, 0x74, 0x90],
            [0xdd, 0xff, 0xff, 0xff, 0xff, 0xa1].as_slice(),
        ]
        .concat(),
    );
    all.push(
        [
            &[0x96, 0x01, 0x80, 0xc0, 0xa1, 0x74, 0x90, 0xdc, 0xff, 0xff],
            b"\xa1a".repeat(65_535).as_slice(),
        ]
        .concat(),
    );
    // Depth.
    for level in [
        &[0x91][..],
        &[0x81, 0xa0],
        &[0xdd, 0, 0, 0, 1],
        &[0xdf, 0, 0, 0, 1, 0xc0],
    ] {
        for depth in [60, 63, 64, 100_000] {
            all.push(item(&[level.repeat(depth), vec![0xc0]].concat()));
        }
    }
    // Values that are longer in JSON.
    for bytes in [
        &[0xc2][..],
        &[0xca, 0x00, 0x80, 0x00, 0x01],
        &[0xcb, 0x80, 0x10, 0, 0, 0, 0, 0, 1],
        &[0xd6, 0xff, 0, 0, 0, 0],
        &[0xc7, 12, 0xff, 0x3b, 0x9a, 0xc9, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
    ] {
        for head in [[0xdc, 0x10, 0x00], [0xde, 0x08, 0x00]] {
            all.push(item(&[head.as_slice(), &bytes.repeat(0x1000)].concat()));
        }
    }
    for character in [0x00, 0x1f, b'"'] {
        all.push(item(
            &[[0xda, 0x40, 0x00].as_slice(), &[character; 0x4000]].concat(),
        ));
        all.push(item(
            &[[0xc5, 0x40, 0x00].as_slice(), &[character; 0x4000]].concat(),
        ));
    }
    // JSON: depth, many small things, escapes, and texts that never end.
    for json in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!(
            "{{\"type\":2,\"invocationId\":\"1\",\"item\":{}",
            "[".repeat(100_000)
        ),
        format!(
            "{{\"type\":1,\"target\":\"t\",\"arguments\":[{}1]}}",
            "1,".repeat(10_000)
        ),
        format!(
            "{{\"type\":1,\"target\":\"t\",\"arguments\":[{}1]}}",
            "1e9,".repeat(10_000)
        ),
        format!(
            "{{\"type\":1,\"target\":\"t\",\"arguments\":[{}[]]}}",
            "{},".repeat(10_000)
        ),
        format!(
            "{{\"type\":1,\"target\":\"t\",\"arguments\":[],\"streamIds\":[{}\"a\"]}}",
            "\"a\",".repeat(10_000)
        ),
        format!(
            "{{\"type\":1,\"target\":\"{}\",\"arguments\":[]}}",
            "\\u0041".repeat(10_000)
        ),
        format!("{{\"type\":6,{}\"a\":1}}", "\"a\":1,".repeat(10_000)),
        format!(
            "{{\"type\":3,\"invocationId\":\"1\",\"result\":{}}}",
            "9".repeat(100_000)
        ),
        format!(
            "{{\"type\":3,\"invocationId\":\"1\",\"result\":[{}1]}}",
            "1e-300,".repeat(1_000)
        ),
        format!("{{\"type\":99,\"x\":\"{}\"}}", "x".repeat(100_000)),
        format!("{{\"protocol\":\"{}\",\"version\":1}}", "x".repeat(100_000)),
        format!("{{\"error\":\"{}\"}}", "\\n".repeat(50_000)),
        format!(
            "{{\"availableTransports\":[{}{{}}]}}",
            "{\"transport\":\"WebSockets\"},".repeat(1_000)
        ),
        format!("\"{}", "\\".repeat(100_000)),
    ] {
        all.push(json.into_bytes());
    }
    all.push(vec![0xff; 100_000]);
    all.push(vec![0; 100_000]);
    all
}

#[test]
fn bombs_are_decoded_within_a_small_multiple_of_their_size() {
    for bomb in bombs() {
        each_decoder(&bomb);
    }
}

#[test]
fn the_yardstick_measures() {
    let keys = [[0xde, 0x20, 0x00].as_slice(), &[0xc2; 0x4000]].concat();
    let taken = measure(|| {
        black_box(messagepack::payload(&keys).map(|payload| payload.json().len()));
    });
    assert!(taken.bytes_max > 7 * keys.len() as u64, "{taken:?}");
}

#[test]
fn the_seeds_and_every_cut_of_them_are_decoded_within_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut count = 0;
    for target in fs::read_dir(corpus).expect("a corpus") {
        for seed in fs::read_dir(target.expect("a target").path()).expect("seeds") {
            let seed = fs::read(seed.expect("a seed").path()).expect("a seed");
            (0..=seed.len()).for_each(|end| each_decoder(&seed[..end]));
            count += 1;
        }
    }
    assert!(count > 80, "only {count} seeds");
}

#[test]
fn payloads_are_written_within_it_too() {
    for json in [
        "[",
        "[[[[[[[[",
        "{\"a\":",
        "1e999999999",
        "\"\\u0000\"",
        &"[1,".repeat(1_000),
        &"9".repeat(10_000),
    ] {
        bounded("a payload", json.as_bytes(), |_| {
            packed(&Message::Completion {
                headers: None,
                invocation_id: "1".into(),
                outcome: Outcome::Result(Payload::from_json(json)),
            })
        });
    }
}

/// Feeds frames and answers with what the reader holds in the end, and how much there was at the most.
fn held<'a>(encoding: Encoding, limit: usize, frames: impl Iterator<Item = &'a [u8]>) -> (i64, u64) {
    let mut reader = None;
    let taken = measure(|| {
        let reader = reader.insert(RecordReader::new(encoding, limit));
        for frame in frames {
            reader.feed(frame, |record| {
                assert!(record.is_err() || record.is_ok_and(|record| record.len() <= limit));
                true
            });
        }
    });
    drop(reader);
    (taken.bytes_current, taken.bytes_max)
}

#[test]
fn a_reader_holds_no_more_than_its_limit() {
    let endless = vec![b'x'; 70_000];
    for limit in [0, 1, 100, 4_095, 32_768] {
        let length_at_the_limit = {
            let mut bytes = Vec::new();
            let mut rest = limit;
            while rest > 0x7f {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            bytes
        };
        let promised = [length_at_the_limit.as_slice(), &endless].concat();
        let cases: [(Encoding, &[u8]); 5] = [
            (Encoding::Json, &endless),
            (Encoding::MessagePack, &promised),
            (Encoding::MessagePack, &promised[..=limit.min(2_000)]),
            (Encoding::MessagePack, &[0xff, 0xff, 0xff, 0xff, 0x07, 1, 2, 3]),
            (Encoding::MessagePack, &[0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
        ];
        for (encoding, bytes) in cases {
            for step in [1, 7, 1_000, usize::MAX] {
                let (kept, most) = held(encoding, limit, bytes.chunks(step));
                assert!(
                    kept <= limit as i64,
                    "{kept} bytes kept of {limit}, in steps of {step}"
                );
                // While it grows, what was there before is there as well.
                assert!(
                    most <= 2 * limit as u64,
                    "{most} bytes taken of {limit}, in steps of {step}"
                );
            }
        }
    }
}

#[test]
fn a_promise_of_many_bytes_reserves_none() {
    let (kept, most) = held(
        Encoding::MessagePack,
        usize::MAX,
        std::iter::once(&[0xff, 0xff, 0xff, 0xff, 0x07, 1, 2][..]),
    );
    assert!(kept <= 8 && most <= 8, "{kept} kept, {most} at the most");
}

#[test]
fn whole_records_take_nothing() {
    let frame: Vec<u8> = [0x02, 0x91, 0x06].repeat(1_000);
    assert_eq!(
        held(Encoding::MessagePack, 100, std::iter::once(frame.as_slice())),
        (0, 0)
    );
    let frame = b"{\"type\":6}\x1e".repeat(1_000);
    assert_eq!(
        held(Encoding::Json, 100, std::iter::once(frame.as_slice())),
        (0, 0)
    );
}
