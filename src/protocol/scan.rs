//! A strict and quick check that a text is JSON, for the records that come by the ten thousand.
//!
//! Lives here: stepping over one JSON value, and finding the parts of the commonest record.
//! May not be here: what the parts mean, and tolerance; records that are found to be JSON are read by the pull reader.
//! Nothing is accepted that is not JSON. More than 64 levels of nesting are declined, as .NET declines them.
//! Strings are most of a record and are looked through eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How deeply arrays and objects may be nested, as in .NET.
const DEPTH: u32 = 64;

/// The target and the arguments of `{"type":1,"target":"…","arguments":[…]}`, as every SignalR server writes it.
pub(super) fn plain_invocation(json: &str) -> Option<(&str, &str)> {
    let rest = json.strip_prefix(r#"{"type":1,"target":""#)?;
    let (target, rest) = rest.split_at_checked(until_special(rest.as_bytes()))?;
    let arguments = rest.strip_prefix(r#"","arguments":"#)?.strip_suffix('}')?;
    let mut scanner = Scanner {
        rest: arguments.as_bytes(),
    };
    let whole = !target.is_empty() && arguments.starts_with('[');
    // The record itself is one level more.
    (whole && scanner.value(DEPTH - 1).is_some() && scanner.rest.is_empty()).then_some((target, arguments))
}

/// Whether the whole text is one JSON value; else the place of the first byte that cannot stand there.
pub(super) fn check(json: &str) -> Result<(), usize> {
    let mut scanner = Scanner {
        rest: json.as_bytes(),
    };
    let is_value = scanner.value(DEPTH).is_some();
    if is_value && scanner.past_space().is_none() {
        Ok(())
    } else {
        Err(json.len() - scanner.rest.len())
    }
}

/// How many bytes come before the first quote, backslash or control character.
pub(super) fn until_special(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let (quotes, backslashes) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        // A byte that is too small borrows from its high bit; the lowest one found is exact.
        let found = ((quotes.wrapping_sub(ONES) & !quotes)
            | (backslashes.wrapping_sub(ONES) & !backslashes)
            | (word.wrapping_sub(ONES * 0x20) & !word))
            & HIGHS;
        if found != 0 {
            return bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let tail = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    bytes.len() - rest.len() + tail.unwrap_or(rest.len())
}

/// What is left to be checked.
struct Scanner<'a> {
    rest: &'a [u8],
}

/// Arrays and objects that are open: one bit each, set for an object, the innermost lowest; and how many more
/// may be opened.
#[derive(Clone, Copy)]
struct Nesting {
    objects: u64,
    open: u32,
}

impl Nesting {
    const NONE: Self = Self { objects: 0, open: 0 };

    fn opened(self, object: bool, most: u32) -> Option<Self> {
        (self.open < most).then_some(Self {
            objects: self.objects << 1 | u64::from(object),
            open: self.open + 1,
        })
    }

    fn closed(self) -> Self {
        Self {
            objects: self.objects >> 1,
            open: self.open.saturating_sub(1),
        }
    }

    fn is_none(self) -> bool {
        self.open == 0
    }

    fn in_object(self) -> bool {
        self.objects & 1 == 1
    }
}

impl Scanner<'_> {
    /// Steps over one value; `None` when it is no JSON, or more deeply nested than `depth`.
    fn value(&mut self, depth: u32) -> Option<()> {
        let mut nesting = Nesting::NONE;
        loop {
            // A value is due here.
            match self.past_space()? {
                b'"' => self.string()?,
                bracket @ (b'{' | b'[') => {
                    self.take(1);
                    let is_object = bracket == b'{';
                    nesting = nesting.opened(is_object, depth)?;
                    match (self.past_space()?, is_object) {
                        (b'}', true) | (b']', false) => {
                            self.take(1);
                            nesting = nesting.closed();
                        }
                        (_, true) => {
                            self.key()?;
                            continue;
                        }
                        (_, false) => continue,
                    }
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            // A value is over here, and with it perhaps what it stands in.
            loop {
                if nesting.is_none() {
                    return Some(());
                }
                match (self.past_space()?, nesting.in_object()) {
                    (b',', true) => {
                        self.take(1);
                        self.past_space()?;
                        self.key()?;
                        break;
                    }
                    (b',', false) => {
                        self.take(1);
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.take(1);
                        nesting = nesting.closed();
                    }
                    _ => return None,
                }
            }
        }
    }

    fn take(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// The next byte that is no white space, not yet taken.
    fn past_space(&mut self) -> Option<u8> {
        loop {
            match self.rest.first()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.take(1),
                other => return Some(*other),
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        self.string()?;
        let colon = self.past_space()? == b':';
        self.take(1);
        colon.then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.rest = self.rest.strip_prefix(b"\"")?;
        loop {
            self.take(until_special(self.rest));
            match self.rest {
                [b'"', after @ ..] => {
                    self.rest = after;
                    return Some(());
                }
                [
                    b'\\',
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                    after @ ..,
                ] => self.rest = after,
                [b'\\', b'u', after @ ..] => {
                    let (digits, after) = after.split_first_chunk::<4>()?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.rest = after;
                }
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        if let [b'-', after @ ..] = self.rest {
            self.rest = after;
        }
        if let [b'0', after @ ..] = self.rest {
            self.rest = after;
        } else {
            self.digits()?;
        }
        if let [b'.', after @ ..] = self.rest {
            self.rest = after;
            self.digits()?;
        }
        if let [b'e' | b'E', after @ ..] = self.rest {
            self.rest = after;
            if let [b'+' | b'-', after @ ..] = self.rest {
                self.rest = after;
            }
            self.digits()?;
        }
        Some(())
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.take(length);
        (length > 0).then_some(())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_value(json: &str) -> bool {
        let mut scanner = Scanner {
            rest: json.as_bytes(),
        };
        scanner.value(DEPTH).is_some() && scanner.rest.is_empty()
    }

    fn is_json(json: &str) -> bool {
        serde_json::from_str::<&serde_json::value::RawValue>(json)
            .is_ok_and(|raw| raw.get().len() == json.trim_start_matches([' ', '\n', '\r', '\t']).len())
    }

    #[test]
    fn what_a_server_writes_is_taken_apart() {
        let record =
            r#"{"type":1,"target":"MessageReceived","arguments":[{"a":[1,-0.5e+3,"x\u00e4\\"]},null,true]}"#;
        let expected = ("MessageReceived", r#"[{"a":[1,-0.5e+3,"x\u00e4\\"]},null,true]"#);
        assert_eq!(plain_invocation(record), Some(expected));
    }

    #[test]
    fn anything_else_is_left_to_the_general_reader() {
        for record in [
            r#"{"type":1,"target":"","arguments":[]}"#,
            r#"{"type":1,"target":"a\u0062","arguments":[]}"#,
            r#"{"type":1,"target":"m","arguments":{}}"#,
            r#"{"type":1,"target":"m","arguments":[],"invocationId":"1"}"#,
            r#"{"type":1,"target":"m","arguments":[]}}"#,
            r#"{"type":1,"target":"m","arguments":[}"#,
            r#"{"type":1,"target":"m","arguments":[]"#,
            r#"{"type":1, "target":"m","arguments":[]}"#,
            r#"{"type":10,"target":"m","arguments":[]}"#,
        ] {
            assert_eq!(plain_invocation(record), None, "{record}");
        }
    }

    #[test]
    fn deep_nesting_is_declined_and_costs_no_stack() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_value(&nested(64)));
        assert!(!is_value(&nested(65)));
        assert!(!is_value(&nested(100_000)));
        let record = |depth| format!(r#"{{"type":1,"target":"m","arguments":{}}}"#, nested(depth));
        assert!(plain_invocation(&record(63)).is_some());
        assert!(plain_invocation(&record(64)).is_none());
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_judged_as_the_general_reader_judges() {
        let json = r#"[{"k":"v\n\u12aF","n":[0,-1.5,2e9,10],"e":{},"l":[]} , true,false,null,"a longer text, of some ä"]"#;
        assert!(is_value(json));
        for at in 0..json.len() {
            if let Some(cut) = json.get(..at) {
                assert_eq!(is_value(cut), is_json(cut), "{cut}");
            }
            for byte in [
                b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'0', b'x', b' ', b'-', 0x1f,
            ] {
                let mut changed = json.as_bytes().to_vec();
                changed[at] = byte;
                if let Ok(changed) = std::str::from_utf8(&changed) {
                    assert_eq!(is_value(changed), is_json(changed), "{changed}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_general_reader_agrees(json in r#"[\[\]{}:,"\\ 0-9eE+.trufalsn\x00-\x20-]{0,24}"#) {
            prop_assert_eq!(is_value(&json), is_json(&json));
        }
    }
}
