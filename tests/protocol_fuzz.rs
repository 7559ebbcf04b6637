//! The fuzz targets over their seeds and thousands of mutations of them, natively and always the same ones.
//!
//! Lives here: mutating, and naming what broke. What must hold is in `fuzz/src/lib.rs`.
//! May not be here: cases with an expected outcome (`protocol_cases.rs`).
//! A mutation that breaks something is printed as bytes; it belongs into `fuzz/corpus` together with the fix.

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a library there, a module here")]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// For each target.
const MUTATIONS: usize = 40_000;

/// A small generator of numbers that look random (Marsaglia, "Xorshift RNGs").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        // Where formats, lengths and texts begin, end or turn over.
        const TELLING: &[u8] = b"\x00\x01\x06\x07\x1e\x7f\x80\x81\x8f\x90\x9f\xa0\xc0\xc1\xc4\xc7\xc9\xca\xcb\xd3\xd6\xd7\xdb\xdd\xdf\xe0\xff\"\\{}[],:-.eE0 u";
        match self.below(2) {
            0 => TELLING[self.below(TELLING.len())],
            _ => self.below(256) as u8,
        }
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("a corpus")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

fn mutate(data: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let at = numbers.below(data.len());
    match numbers.below(8) {
        _ if data.is_empty() => data.push(numbers.byte()),
        0 => data[at] ^= 1 << numbers.below(8),
        1 => data[at] = numbers.byte(),
        2 => data.insert(at, numbers.byte()),
        3 => {
            data.remove(at);
        }
        4 => data.truncate(at),
        5 => {
            let end = at + numbers.below(data.len() - at + 1);
            let copy = data[at..end].to_vec();
            data.splice(at..at, copy);
        }
        6 => {
            let from = numbers.below(other.len());
            data.truncate(at);
            data.extend_from_slice(&other[from..]);
        }
        _ => {
            let end = at + numbers.below(data.len() - at + 1);
            data.drain(at..end);
        }
    }
}

fn run(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    assert!(seeds.len() >= 5, "hardly any seeds for {target}");
    let attempt = |data: &[u8]| {
        let broke = catch_unwind(AssertUnwindSafe(|| check(data))).is_err();
        assert!(
            !broke,
            "{target} broke on {}: {data:02x?}",
            String::from_utf8_lossy(data)
        );
    };
    for seed in &seeds {
        attempt(seed);
    }
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut data = Vec::new();
    for round in 0..MUTATIONS {
        // Some mutations build on the one before, some begin anew.
        if round % 3 == 0 || data.len() > 4_096 {
            data.clone_from(&seeds[numbers.below(seeds.len())]);
        }
        let other = numbers.below(seeds.len());
        mutate(&mut data, &seeds[other], &mut numbers);
        attempt(&data);
    }
}

#[test]
fn json_holds() {
    run("json", targets::json);
}

#[test]
fn messagepack_holds() {
    run("messagepack", targets::messagepack);
}

#[test]
fn framing_holds() {
    run("framing", targets::framing);
}

#[test]
fn handshake_holds() {
    run("handshake", targets::handshake);
}

#[test]
fn negotiate_holds() {
    run("negotiate", targets::negotiate);
}
