//! A pull reader over JSON text.
//!
//! Lives here: [`Reader`], [`Value`], [`Text`] and [`Key`], which borrow from the text.
//! May not be here: names of fields, tolerance for values of another kind; those are whose who reads.
//! One pass: strings stay where they are until somebody needs them, what nobody needs is stepped over.
//! The text should be JSON; where it is not, reading ends early or goes on, and never panics.

use std::borrow::Cow;

/// A string as it stands in the text, between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// A string without escapes.
    pub fn plain(raw: &'a str) -> Self {
        Self { raw, escaped: false }
    }

    /// What stands between the quotes, escapes and all.
    pub fn raw(self) -> &'a str {
        self.raw
    }

    /// Whether nothing is between the quotes.
    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The string itself; allocates only when it holds escapes (`\u002B`, as .NET writes a `+`).
    pub fn cow(self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(unescaped(self.raw))
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// The string in an allocation of its own.
    pub fn boxed(self) -> Box<str> {
        self.cow().into()
    }

    /// Whether this is `word`, without regard to case.
    pub fn is(self, word: &str) -> bool {
        self.cow().eq_ignore_ascii_case(word)
    }
}

/// One value of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    /// A string.
    Text(Text<'a>),
    /// An object as it is written, for a [`Reader`] of its own.
    Object(&'a str),
    /// An array as it is written, for a [`Reader`] of its own.
    Array(&'a str),
}

/// A key of an object, with a number made of its length and some of its letters that finds a field quickly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<'a> {
    /// The key.
    pub name: Cow<'a, str>,
    /// See [`digest`].
    pub digest: u32,
}

impl<'a> Key<'a> {
    /// A key of this name.
    pub fn new(name: Cow<'a, str>) -> Self {
        let digest = digest(&name);
        Self { name, digest }
    }

    /// Whether the key has this name, without regard to case (decision D14).
    pub fn is(&self, name: &str) -> bool {
        match (self.name.as_bytes(), name.as_bytes()) {
            // As a rule only the first letter's case differs, and the rest is compared in one go.
            ([first, rest @ ..], [known, known_rest @ ..]) if rest == known_rest => {
                first.eq_ignore_ascii_case(known)
            }
            (name, known) => name.eq_ignore_ascii_case(known),
        }
    }
}

/// The length, first two and last four letters of a name in one number, the same for either case.
pub const fn digest(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (start, end) = match (bytes.first_chunk::<2>(), bytes.last_chunk::<4>()) {
        (Some([first, second]), Some(last)) => (
            lower(*first) << 8 | lower(*second),
            u32::from_le_bytes(*last) | 0x2020_2020,
        ),
        _ => match bytes {
            [] => (0, 0),
            [one] => (0, lower(*one)),
            [one, two] => (0, lower(*one) | lower(*two) << 8),
            [one, two, three, ..] => (0, lower(*one) | lower(*two) << 8 | lower(*three) << 16),
        },
    };
    ((bytes.len() as u32) << 16 | start).wrapping_mul(0x9E37_79B1) ^ end
}

const fn lower(byte: u8) -> u32 {
    (byte | 0x20) as u32
}

/// A cursor over JSON text.
///
/// The caller steps into objects and arrays and must read or [`skip`](Reader::skip) each value it is led to.
/// Copying the reader bookmarks the place.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where the text turned out not to be JSON.
    broken_at: Option<usize>,
}

/// The one value that a file holds, looked at throughout; or the line and column, from 1, where it is no JSON.
///
/// `depth` is how deep objects and lists are looked into.
pub fn document(bytes: &[u8], depth: u32) -> Result<Value<'_>, (usize, usize)> {
    // Some editors begin a file with a byte order mark, which JSON does not know.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, is_text) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), false)
        }
    };
    let mut reader = Reader::new(text);
    reader.inspect(depth);
    if !is_text || reader.is_broken() || !reader.is_done() {
        return Err(reader.place());
    }
    Ok(Reader::new(text).value())
}

impl<'a> Value<'a> {
    /// The value as a text, where it is one.
    pub fn as_text(self) -> Option<Text<'a>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as it is written; a string without its quotes and with its escapes resolved.
    pub fn written(self) -> Cow<'a, str> {
        Cow::Borrowed(match self {
            Value::Text(text) => return text.cow(),
            Value::Number(raw) | Value::Object(raw) | Value::Array(raw) => raw,
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Null => "null",
        })
    }
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            broken_at: None,
        }
    }

    /// Whether the text turned out not to be JSON. What was read before may be incomplete.
    pub fn is_broken(&self) -> bool {
        self.broken_at.is_some()
    }

    /// Line and column, from 1, at which the text turned out not to be JSON; else those of the reader.
    pub fn place(&self) -> (usize, usize) {
        let before = self
            .text
            .get(..self.broken_at.unwrap_or(self.at))
            .unwrap_or(self.text);
        let line_before = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count() + 1, before.len() - line_before + 1)
    }

    /// Steps into an object; `false` (and the value is stepped over) when it is none.
    pub fn enter_object(&mut self) -> bool {
        self.enter(b'{')
    }

    /// Steps into an array; `false` (and the value is stepped over) when it is none.
    pub fn enter_array(&mut self) -> bool {
        self.enter(b'[')
    }

    fn enter(&mut self, bracket: u8) -> bool {
        if self.peek() == Some(bracket) {
            self.at += 1;
            return true;
        }
        self.skip();
        false
    }

    /// The next key of the object stepped into, leading to its value; `None` at the object's end.
    pub fn key(&mut self) -> Option<Key<'a>> {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'"') => {
                let name = self.string().cow();
                if self.peek() == Some(b':') {
                    self.at += 1;
                    return Some(Key::new(name));
                }
                self.fail();
            }
            Some(b'}') => self.at += 1,
            _ => self.fail(),
        }
        None
    }

    /// Whether the array stepped into has another item, leading to it; steps out at the array's end.
    pub fn item(&mut self) -> bool {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
        match self.peek() {
            Some(b']') => self.at += 1,
            Some(b'}' | b':' | b',') | None => self.fail(),
            Some(_) => return true,
        }
        false
    }

    /// Reads the value that the reader is led to.
    pub fn value(&mut self) -> Value<'a> {
        match self.peek() {
            Some(b'"') => Value::Text(self.string()),
            Some(b'{') => Value::Object(self.composite()),
            Some(b'[') => Value::Array(self.composite()),
            _ => self.literal(),
        }
    }

    /// The value that the reader is led to, as it is written.
    pub fn raw(&mut self) -> &'a str {
        self.peek();
        let start = self.at;
        self.skip();
        self.slice(start)
    }

    /// Steps over the value that the reader is led to.
    pub fn skip(&mut self) {
        self.value();
    }

    /// Steps over the value like [`Reader::skip`], but looks at everything in it, to a depth of `depth`: whatever
    /// is found not to be JSON there, breaks the reader.
    pub fn inspect(&mut self, depth: u32) {
        match (self.peek(), depth.checked_sub(1)) {
            (Some(b'{'), Some(depth)) => {
                self.at += 1;
                while self.key().is_some() {
                    self.inspect(depth);
                }
            }
            (Some(b'['), Some(depth)) => {
                self.at += 1;
                while self.item() {
                    self.inspect(depth);
                }
            }
            _ => self.skip(),
        }
    }

    /// Whether nothing but white space is left.
    pub fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }

    fn fail(&mut self) {
        self.broken_at = self.broken_at.or(Some(self.at));
        self.at = self.text.len();
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn slice(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                byte => return byte.copied(),
            }
        }
    }

    /// Reads the string whose opening quote is next.
    fn string(&mut self) -> Text<'a> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += until_quote_or_backslash(self.rest());
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let raw = self.slice(start);
                    self.at += 1;
                    return Text { raw, escaped };
                }
                Some(_) => {
                    escaped = true;
                    self.at += 2;
                }
                None => {
                    self.fail();
                    return Text::default();
                }
            }
        }
    }

    /// Steps over the object or array whose bracket is next; its depth costs no stack.
    fn composite(&mut self) -> &'a str {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        return self.slice(start);
                    }
                }
                Some(b'"') => {
                    self.string();
                }
                Some(_) => self.at += 1,
                None => {
                    self.fail();
                    return "null";
                }
            }
        }
    }

    fn literal(&mut self) -> Value<'a> {
        let start = self.at;
        let length = self
            .rest()
            .iter()
            .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'))
            .unwrap_or(self.rest().len());
        self.at += length;
        match self.slice(start) {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number if number.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => {
                Value::Number(number)
            }
            _ => {
                self.at = start;
                self.fail();
                Value::Null
            }
        }
    }
}

/// How many bytes come before the first quote or backslash; eight at a time.
fn until_quote_or_backslash(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = ONES * b'"' as u64;
    const BACKSLASHES: u64 = ONES * b'\\' as u64;
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let (quotes, backslashes) = (word ^ QUOTES, word ^ BACKSLASHES);
        // A byte that is zero now borrows from its high bit; the lowest one found is exact.
        let found =
            ((quotes.wrapping_sub(ONES) & !quotes) | (backslashes.wrapping_sub(ONES) & !backslashes)) & HIGHS;
        if found != 0 {
            return bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let tail = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    bytes.len() - rest.len() + tail.unwrap_or(rest.len())
}

/// Resolves the escapes of a JSON string; what is no escape stays as it is, half a surrogate pair becomes U+FFFD.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = after.chars();
        rest = match characters.next() {
            Some('u') => {
                let (unit, after_unit) = hex_unit(characters.as_str());
                let (character, after_all) = match (unit, after_unit.strip_prefix("\\u").map(hex_unit)) {
                    (Some(high @ 0xD800..=0xDBFF), Some((Some(low @ 0xDC00..=0xDFFF), after_pair))) => {
                        let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                        (char::from_u32(code), after_pair)
                    }
                    (unit, _) => (unit.and_then(char::from_u32), after_unit),
                };
                out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                after_all
            }
            Some(short) => {
                out.push(match short {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                });
                characters.as_str()
            }
            None => "",
        };
    }
    out.push_str(rest);
    out
}

fn hex_unit(text: &str) -> (Option<u32>, &str) {
    match text.split_at_checked(4) {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            (u32::from_str_radix(digits, 16).ok(), rest)
        }
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(json: &str) -> String {
        match Reader::new(json).value() {
            Value::Text(text) => text.cow().into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn strings_lose_their_escapes_only_when_they_have_some() {
        assert_eq!(text_of(r#""\u002B358 40""#), "+358 40");
        assert_eq!(text_of(r#""a\"b\\c\/d\n\t\b\f\r""#), "a\"b\\c/d\n\t\u{8}\u{c}\r");
        assert_eq!(text_of(r#""\uD83D\uDE00!""#), "😀!");
        assert_eq!(text_of(r#""\uD83D!\uDE00""#), "\u{FFFD}!\u{FFFD}");
        assert_eq!(text_of(r#""\uZZZZ""#), "\u{FFFD}ZZZZ");
        assert!(
            matches!(Reader::new(r#""Äiti""#).value(), Value::Text(text) if matches!(text.cow(), Cow::Borrowed("Äiti")))
        );
    }

    #[test]
    fn strings_end_where_serde_json_says_they_end() {
        for length in 0..40 {
            for special in ["", "\\\"", "\\\\", "ä", "€", "\u{7f}"] {
                let inner = format!("{}{special}{}", "x".repeat(length), "y".repeat(40 - length));
                let json = format!("\"{inner}\" ");
                let expected: String = serde_json::from_str(&json).unwrap();
                assert_eq!(text_of(&json), expected);
            }
        }
    }

    #[test]
    fn objects_and_arrays_are_walked_or_stepped_over() {
        let mut reader = Reader::new(r#" { "a" : [1, {"x": "]}"}, []] , "B":-1.5e3,"c":null, "d":true} "#);
        assert!(reader.enter_object());
        let mut seen = Vec::new();
        while let Some(key) = reader.key() {
            seen.push((key.name.into_owned(), reader.value()));
        }
        assert!(!reader.is_broken());
        assert_eq!(seen[0], ("a".into(), Value::Array(r#"[1, {"x": "]}"}, []]"#)));
        assert_eq!(seen[1], ("B".into(), Value::Number("-1.5e3")));
        assert_eq!(seen[2], ("c".into(), Value::Null));
        assert_eq!(seen[3], ("d".into(), Value::Bool(true)));
        let mut items = Reader::new("[1,[2],{}]");
        assert!(items.enter_array());
        let mut count = 0;
        while items.item() {
            items.skip();
            count += 1;
        }
        assert_eq!((count, items.is_broken()), (3, false));
    }

    #[test]
    fn what_is_broken_inside_is_found_and_placed() {
        let mut reader = Reader::new("{\"a\": [1, {\"b\": 2}],\n \"c\": {\"d\": no'!}}");
        reader.inspect(8);
        assert_eq!((reader.is_broken(), reader.place()), (true, (2, 13)));
        let mut reader = Reader::new(" {\"a\":[[],{}]} ");
        reader.inspect(8);
        assert!(!reader.is_broken() && reader.is_done());
    }

    #[test]
    fn digests_do_not_depend_on_case() {
        for name in ["Id", "ANI", "Note", "UserId", "MessageTTLSeconds", "a", ""] {
            assert_eq!(digest(name), digest(&name.to_ascii_lowercase()));
            assert_eq!(digest(name), digest(&name.to_ascii_uppercase()));
        }
        assert_ne!(digest("WrapUpStart"), digest("WrapUpEnd"));
    }

    #[test]
    fn broken_text_is_reported_and_never_read_beyond() {
        let whole = r#"{"a":{"b":[1,"x\"y"]},"c":tru}"#;
        for end in 0..whole.len() {
            let mut reader = Reader::new(&whole[..end]);
            let entered = reader.enter_object();
            while reader.key().is_some() {
                reader.skip();
            }
            assert!(!entered || reader.is_broken(), "{end}");
        }
    }
}
