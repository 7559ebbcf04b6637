//! A pull reader over JSON text, and the tolerant readings that all vendors share.
//!
//! Lives here: [`Reader`], [`Value`], [`Text`], [`Given`], the conversions between them, and the `record!` macro.
//! May not be here: a vendor's field names, and what a value means.
//! One pass, borrowing: strings stay where they are until somebody needs them, what nobody needs is stepped over.
//! The text has been checked to be JSON by whoever cut the record; if it is not, reading ends early and says so.

use super::time::{self, Stamp, Zone};
use std::borrow::Cow;

/// A string as it stands in the text, between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

impl<'a> Text<'a> {
    /// A string without escapes.
    pub fn plain(raw: &'a str) -> Self {
        Self { raw, escaped: false }
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

    /// The string as an id in its one spelling: a GUID in lower case, anything else as it is.
    pub fn identity(self) -> Cow<'a, str> {
        let id = self.cow();
        if id.bytes().any(|byte| byte.is_ascii_uppercase()) && is_guid(&id) {
            Cow::Owned(id.to_ascii_lowercase())
        } else {
            id
        }
    }

    /// The string as a reference to something else: like [`Text::identity`], but empty and the zero GUID
    /// mean that there is nothing to refer to.
    pub fn reference(self) -> Option<Cow<'a, str>> {
        (!self.raw.is_empty() && self.raw != ZERO_GUID).then(|| self.identity())
    }

    /// The string as a date-time; `None` when it is none.
    pub fn stamp(self, zone: Zone) -> Option<Stamp> {
        time::parse(&self.cow(), zone)
    }
}

fn is_guid(id: &str) -> bool {
    id.len() == ZERO_GUID.len()
        && id
            .bytes()
            .zip(ZERO_GUID.bytes())
            .all(|(byte, pattern)| match pattern {
                b'-' => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
}

/// What a message says of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Given<T> {
    /// Nothing.
    #[default]
    Absent,
    /// That it has no value.
    Null,
    /// This value.
    Value(T),
}

impl<T> Given<T> {
    /// The value, where there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Given::Value(value) => Some(value),
            Given::Absent | Given::Null => None,
        }
    }

    /// `None` when the message says nothing; else what it says.
    #[allow(
        clippy::option_option,
        reason = "the domain's updates tell \"not said\" from \"none\" this way"
    )]
    pub fn said(self) -> Option<Option<T>> {
        match self {
            Given::Absent => None,
            Given::Null => Some(None),
            Given::Value(value) => Some(Some(value)),
        }
    }

    /// The same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(value) => Given::Value(change(value)),
        }
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

impl<'a> Value<'a> {
    /// A whole number: written as a number of any kind, or as a text (irregularity C06).
    pub fn integer(self) -> Option<i64> {
        match self {
            Value::Number(raw) => integer(raw),
            Value::Text(text) => integer(text.cow().trim()),
            Value::Bool(flag) => Some(i64::from(flag)),
            _ => None,
        }
    }

    /// A number.
    pub fn float(self) -> Option<f64> {
        match self {
            Value::Number(raw) => Decimal::read(raw)?.float(),
            Value::Text(text) => Decimal::read(text.cow().trim())?.float(),
            _ => None,
        }
    }

    /// A yes or no: as itself, as 0 or 1, or as a text.
    pub fn flag(self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(flag),
            Value::Number(raw) => integer(raw).map(|number| number != 0),
            Value::Text(text) if text.is("true") || text.is("1") => Some(true),
            Value::Text(text) if text.is("false") || text.is("0") => Some(false),
            _ => None,
        }
    }

    /// A text; a number or a yes or no is taken as it is written.
    pub fn text(self) -> Option<Text<'a>> {
        match self {
            Value::Text(text) => Some(text),
            Value::Number(raw) => Some(Text::plain(raw)),
            Value::Bool(true) => Some(Text::plain("true")),
            Value::Bool(false) => Some(Text::plain("false")),
            Value::Null | Value::Object(_) | Value::Array(_) => None,
        }
    }
}

fn integer(raw: &str) -> Option<i64> {
    raw.parse().ok().or_else(|| Decimal::read(raw)?.integer())
}

/// A number in decimal notation: its digits without a point, times a power of ten.
///
/// Read here and not by `str::parse::<f64>`, whose tables for the last bit of every number are 10 kB of program:
/// no vendor sends a number with more than a few digits.
struct Decimal {
    negative: bool,
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// Digits taken in; more of them do not fit.
    const DIGITS: u32 = 19;

    fn read(raw: &str) -> Option<Self> {
        let unsigned = raw.strip_prefix(['-', '+']).unwrap_or(raw);
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i16>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut decimal = Self {
            negative: raw.starts_with('-'),
            digits: 0,
            exponent: i32::from(exponent),
        };
        for byte in whole.bytes() {
            let taken = decimal.take(byte)?;
            decimal.exponent += i32::from(!taken);
        }
        for byte in fraction.bytes() {
            let taken = decimal.take(byte)?;
            decimal.exponent -= i32::from(taken);
        }
        Some(decimal)
    }

    /// Takes in one more digit; `None` when it is none, `Some(false)` when there is no room for it.
    fn take(&mut self, byte: u8) -> Option<bool> {
        if !byte.is_ascii_digit() {
            return None;
        }
        let room = self.digits < 10_u64.pow(Self::DIGITS - 1);
        if room {
            self.digits = self.digits * 10 + u64::from(byte - b'0');
        }
        Some(room)
    }

    fn integer(mut self) -> Option<i64> {
        while self.exponent < 0 && self.digits.is_multiple_of(10) && self.digits > 0 {
            self.digits /= 10;
            self.exponent += 1;
        }
        let digits = match (self.digits, u32::try_from(self.exponent)) {
            (0, _) => 0,
            (digits, Ok(exponent)) => digits.checked_mul(10_u64.checked_pow(exponent)?)?,
            (_, Err(_)) => return None,
        };
        let number = i64::try_from(digits)
            .ok()
            .filter(|number| *number < 9_000_000_000_000_000)?;
        Some(if self.negative { -number } else { number })
    }

    fn float(self) -> Option<f64> {
        let mut number = self.digits as f64;
        for _ in 0..self.exponent {
            number *= 10.0;
        }
        for _ in self.exponent..0 {
            number /= 10.0;
        }
        number
            .is_finite()
            .then_some(if self.negative { -number } else { number })
    }
}

/// A key of an object, with a number made of its length and some of its letters that finds a field quickly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<'a> {
    /// The key.
    pub name: Cow<'a, str>,
    /// See [`digest`].
    pub digest: u64,
}

impl<'a> Key<'a> {
    /// A key of this name.
    pub fn new(name: Cow<'a, str>) -> Self {
        let digest = digest(&name);
        Self { name, digest }
    }

    /// Whether the key has this name, without regard to case (decision D14).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The length, first two and last four letters of a name in one number, the same for either case.
pub const fn digest(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let length = (bytes.len() as u64 & 0xff) << 48;
    let (Some([first, second]), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<4>()) else {
        return match bytes {
            [] => 0,
            [one] => length | lower(*one),
            [one, two] => length | lower(*one) | lower(*two) << 8,
            [one, two, three, ..] => length | lower(*one) | lower(*two) << 8 | lower(*three) << 16,
        };
    };
    length | lower(*first) << 40 | lower(*second) << 32 | (u32::from_le_bytes(*last) | 0x2020_2020) as u64
}

const fn lower(byte: u8) -> u64 {
    (byte | 0x20) as u64
}

/// What became of a field that a record was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It was taken.
    Taken,
    /// The record has it, but the value cannot be read as what it should be; it stays unknown.
    Unreadable,
    /// The record has no such field.
    Unknown,
}

/// Something that is read from an object, field by field.
pub trait Record<'a> {
    /// The names of its fields as documented.
    const FIELDS: &'static [&'static str];

    /// Takes one field.
    fn take(&mut self, key: &Key<'a>, value: Value<'a>) -> Offered;
}

/// Something that can be read from one value.
pub trait FromValue<'a>: Sized {
    /// Reads it; `None` when the value cannot be read so. The value is not null.
    fn from_value(value: Value<'a>) -> Option<Self>;
}

impl<'a> FromValue<'a> for Value<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        Some(value)
    }
}

impl<'a> FromValue<'a> for Text<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        value.text()
    }
}

impl<'a> FromValue<'a> for i64 {
    fn from_value(value: Value<'a>) -> Option<Self> {
        value.integer()
    }
}

impl<'a> FromValue<'a> for f64 {
    fn from_value(value: Value<'a>) -> Option<Self> {
        value.float()
    }
}

impl<'a> FromValue<'a> for bool {
    fn from_value(value: Value<'a>) -> Option<Self> {
        value.flag()
    }
}

/// Fills a field from a value.
pub fn fill<'a, T: FromValue<'a>>(field: &mut Given<T>, value: Value<'a>) -> Offered {
    *field = match value {
        Value::Null => Given::Null,
        value => match T::from_value(value) {
            Some(value) => Given::Value(value),
            None => return Offered::Unreadable,
        },
    };
    Offered::Taken
}

/// Declares a record: a struct of [`Given`] fields with their documented names, found without regard to case.
///
/// A name written twice with different letters' case is one field. The search costs one comparison of
/// numbers per step of a binary search and one comparison of texts at its end.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident<$life:lifetime> {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $wire:literal $(| $alias:literal)*,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name<$life> {
            $($(#[$field_doc])* pub $field: $crate::vendor::json::Given<$type>,)*
        }

        impl<$life> $crate::vendor::json::Record<$life> for $name<$life> {
            const FIELDS: &'static [&'static str] = &[$($wire, $($alias,)*)*];

            fn take(
                &mut self,
                key: &$crate::vendor::json::Key<$life>,
                value: $crate::vendor::json::Value<$life>,
            ) -> $crate::vendor::json::Offered {
                struct Digest;
                #[allow(non_upper_case_globals, reason = "each constant bears the name of its field")]
                impl Digest {
                    $(const $field: u64 = $crate::vendor::json::digest($wire);)*
                }
                match key.digest {
                    $(Digest::$field if key.is($wire) => $crate::vendor::json::fill(&mut self.$field, value),)*
                    $($(digest if digest == const { $crate::vendor::json::digest($alias) } && key.is($alias) => {
                        $crate::vendor::json::fill(&mut self.$field, value)
                    })*)*
                    _ => $crate::vendor::json::Offered::Unknown,
                }
            }
        }
    };
}
pub(crate) use record;

/// A cursor over JSON text.
///
/// The caller steps into objects and arrays and must read or [`skip`](Reader::skip) each value it is led to.
/// Copying the reader bookmarks the place.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    broken: bool,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            broken: false,
        }
    }

    /// Whether the text turned out not to be JSON. What was read before may be incomplete.
    pub fn is_broken(&self) -> bool {
        self.broken
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

    /// Steps over the value that the reader is led to.
    pub fn skip(&mut self) {
        self.value();
    }

    /// Reads all fields of the object that the reader is led to into `record`.
    ///
    /// What the record does not take is given to `odd`. Answers `false` when the value is no object.
    pub fn record<R: Record<'a>>(
        &mut self,
        record: &mut R,
        mut odd: impl FnMut(Offered, &Key<'a>, Value<'a>),
    ) -> bool {
        if !self.enter_object() {
            return false;
        }
        while let Some(key) = self.key() {
            let value = self.value();
            match record.take(&key, value) {
                Offered::Taken => {}
                offered => odd(offered, &key, value),
            }
        }
        true
    }

    fn fail(&mut self) {
        self.broken = true;
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

/// Writes a text as a JSON string, quotes included.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                out.push_str("\\u00");
                for digit in [control as u32 >> 4, control as u32 & 15] {
                    out.extend(char::from_digit(digit, 16));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
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
    fn c06_numbers_come_as_numbers_or_texts() {
        assert_eq!(Value::Number("2147483648").integer(), Some(2_147_483_648));
        assert_eq!(Value::Number("-2147483648").integer(), Some(-2_147_483_648));
        assert_eq!(Value::Number("1.0").integer(), Some(1));
        assert_eq!(Value::Number("1.5").integer(), None);
        assert_eq!(Value::Number("-12.50e1").integer(), Some(-125));
        assert_eq!(Value::Number("1e3").integer(), Some(1000));
        assert_eq!(Value::Number("0e-999").integer(), Some(0));
        assert_eq!(Value::Number("1e30").integer(), None);
        assert_eq!(Value::Number("-").integer(), None);
        assert_eq!(Value::Number("1.x").integer(), None);
        assert_eq!(Value::Number("0.9361").float(), Some(0.9361));
        assert_eq!(Value::Number("-2.5e-3").float(), Some(-0.0025));
        assert_eq!(
            Value::Number("12345678901234567890123").float(),
            Some(1.234_567_890_123_456_8e22)
        );
        assert_eq!(Value::Number("1e999").float(), None);
        assert_eq!(Value::Text(Text::plain(" 42 ")).integer(), Some(42));
        assert_eq!(Value::Text(Text::plain("NaN")).integer(), None);
        assert_eq!(Value::Number("5000").text(), Some(Text::plain("5000")));
    }

    #[test]
    fn t16_guids_have_one_spelling_and_zero_refers_to_nothing() {
        let upper = Text::plain("C9EEB030-FF4B-EA11-AC9C-00155D4FDCF3");
        assert_eq!(upper.identity(), "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3");
        assert_eq!(Text::plain("Agent.5000.ABC").identity(), "Agent.5000.ABC");
        assert_eq!(Text::plain(ZERO_GUID).reference(), None);
        assert_eq!(Text::plain("").reference(), None);
        assert_eq!(Text::plain(ZERO_GUID).identity(), ZERO_GUID);
    }

    #[test]
    fn d14_digests_do_not_depend_on_case() {
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

    #[test]
    fn written_strings_are_read_back() {
        let text = "\"\\\n\r\t\u{1}\u{1f}äö😀";
        assert_eq!(text_of(&quoted(text)), text);
        assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
    }
}
