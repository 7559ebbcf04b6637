//! MessagePack values: taken apart, put together, and to JSON and back.
//!
//! Lives here: [`Unpacker`] over bytes that may be anything, the writing of values, the way between the encodings.
//! May not be here: messages; those are `messagepack.rs`.
//! What JSON has no form for becomes text: bytes base64, times ISO 8601, keys that are no texts their JSON form.
//! A text stays a text on the way back. Source: the MessagePack specification and its timestamp extension.

use super::reader::{Reader, Value};
use super::{base64, json, number};

/// How deeply arrays and maps may be nested, as in .NET.
pub(super) const DEPTH: u32 = 64;

/// The extension type of times.
const TIMESTAMP: u8 = 0xff;

/// One value, or the head of an array or map whose items follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    /// A number below zero.
    Negative(i64),
    Single(f32),
    Double(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Array(u32),
    /// So many pairs of key and value.
    Map(u32),
    /// A point in time, in seconds since 1970 and nanoseconds.
    Time(i64, u32),
}

/// Takes values off the front of bytes. `None` is always: this is no MessagePack, or it is cut off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unpacker<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Unpacker<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// An unsigned number of `width` bytes.
    fn number(&mut self, width: usize) -> Option<u64> {
        Some(big_endian(self.take(width)?))
    }

    /// A signed number of `width` bytes.
    fn signed(&mut self, width: usize) -> Option<Token<'a>> {
        let unused = 64 - 8 * width as u32;
        let value = ((self.number(width)? << unused) as i64) >> unused;
        Some(u64::try_from(value).map_or(Token::Negative(value), Token::Unsigned))
    }

    /// A length of `width` bytes.
    fn count(&mut self, width: usize) -> Option<u32> {
        u32::try_from(self.number(width)?).ok()
    }

    fn bytes(&mut self, width: usize) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number(width)?).ok()?;
        self.take(count)
    }

    fn text(&mut self, count: usize) -> Option<Token<'a>> {
        std::str::from_utf8(self.take(count)?).ok().map(Token::Text)
    }

    fn extension(&mut self, count: usize) -> Option<Token<'a>> {
        let [kind] = self.take(1)? else { return None };
        let data = self.take(count)?;
        if *kind != TIMESTAMP {
            return None;
        }
        let (seconds, nanoseconds) = match count {
            4 => (big_endian(data) as i64, 0),
            8 => {
                let both = big_endian(data);
                ((both & 0x3_ffff_ffff) as i64, both >> 34)
            }
            12 => {
                let (nanoseconds, seconds) = data.split_at_checked(4)?;
                (big_endian(seconds) as i64, big_endian(nanoseconds))
            }
            _ => return None,
        };
        let nanoseconds = u32::try_from(nanoseconds).ok()?;
        (nanoseconds < 1_000_000_000).then_some(Token::Time(seconds, nanoseconds))
    }

    /// The next value; of an array or a map only its head.
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        // Of most groups of formats, the last bits say how wide the number is that follows.
        let width = |base: u8| 1_usize << (first - base);
        Some(match first {
            0x00..=0x7f => Token::Unsigned(u64::from(*first)),
            0x80..=0x8f => Token::Map(u32::from(first & 0x0f)),
            0x90..=0x9f => Token::Array(u32::from(first & 0x0f)),
            0xa0..=0xbf => self.text(usize::from(first & 0x1f))?,
            0xc0 => Token::Nil,
            0xc1 => return None,
            0xc2 | 0xc3 => Token::Bool(*first == 0xc3),
            0xc4..=0xc6 => Token::Bytes(self.bytes(width(0xc4))?),
            0xc7..=0xc9 => {
                let count = usize::try_from(self.number(width(0xc7))?).ok()?;
                self.extension(count)?
            }
            0xca => Token::Single(f32::from_bits(self.number(4)? as u32)),
            0xcb => Token::Double(f64::from_bits(self.number(8)?)),
            0xcc..=0xcf => Token::Unsigned(self.number(width(0xcc))?),
            0xd0..=0xd3 => self.signed(width(0xd0))?,
            0xd4..=0xd8 => self.extension(width(0xd4))?,
            0xd9..=0xdb => {
                let count = usize::try_from(self.number(width(0xd9))?).ok()?;
                self.text(count)?
            }
            0xdc | 0xdd => Token::Array(self.count(2 * width(0xdc))?),
            0xde | 0xdf => Token::Map(self.count(2 * width(0xde))?),
            0xe0..=0xff => Token::Negative(i64::from(*first as i8)),
        })
    }

    /// The next value whole, looked at to its end: well-formed, its texts UTF-8, its keys no arrays or maps (a
    /// key becomes a text, and the quotes of nested ones would double at every level), its depth within bounds.
    pub(super) fn value(&mut self, depth: u32) -> Option<&'a [u8]> {
        let before = self.rest;
        self.skip(depth)?;
        before.get(..before.len() - self.rest.len())
    }

    pub(super) fn skip(&mut self, depth: u32) -> Option<()> {
        match self.token()? {
            Token::Array(count) => {
                let depth = depth.checked_sub(1)?;
                for _ in 0..count {
                    self.skip(depth)?;
                }
            }
            Token::Map(count) => {
                let depth = depth.checked_sub(1)?;
                for _ in 0..count {
                    if let Token::Array(_) | Token::Map(_) = self.token()? {
                        return None;
                    }
                    self.skip(depth)?;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Writes the next value, which is known to be well-formed, as JSON.
    fn write_json(&mut self, out: &mut String) -> Option<()> {
        match self.token()? {
            Token::Array(count) => {
                out.push('[');
                for index in 0..count {
                    if index > 0 {
                        out.push(',');
                    }
                    self.write_json(out)?;
                }
                out.push(']');
            }
            Token::Map(count) => {
                out.push('{');
                for index in 0..count {
                    if index > 0 {
                        out.push(',');
                    }
                    let key = self.token()?;
                    let is_text = matches!(key, Token::Text(_) | Token::Bytes(_) | Token::Time(..));
                    let quote = if is_text { "" } else { "\"" };
                    out.push_str(quote);
                    write_single_json(key, out);
                    out.push_str(quote);
                    out.push(':');
                    self.write_json(out)?;
                }
                out.push('}');
            }
            single => write_single_json(single, out),
        }
        Some(())
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn write_single_json(token: Token<'_>, out: &mut String) {
    match token {
        Token::Nil | Token::Array(_) | Token::Map(_) => out.push_str("null"),
        Token::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Token::Unsigned(value) => padded(value, 0, out),
        Token::Negative(value) => {
            out.push('-');
            padded(value.unsigned_abs(), 0, out);
        }
        Token::Single(value) => number::write_single(value, out),
        Token::Double(value) => number::write(value, out),
        Token::Text(text) => json::quoted(text, out),
        Token::Bytes(bytes) => {
            out.push('"');
            base64::write(bytes, out);
            out.push('"');
        }
        Token::Time(seconds, nanoseconds) => {
            out.push('"');
            write_time(seconds, nanoseconds, out);
            out.push('"');
        }
    }
}

/// `2018-01-01T11:24:00Z`, with as many digits of a second as there are. Years that do not have four digits have
/// a sign and at least six, as in ISO 8601 and JavaScript.
fn write_time(seconds: i64, nanoseconds: u32, out: &mut String) {
    let second_of_day = seconds.rem_euclid(86_400);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    if (0..=9999).contains(&year) {
        padded(year.unsigned_abs(), 4, out);
    } else {
        out.push(if year < 0 { '-' } else { '+' });
        padded(year.unsigned_abs(), 6, out);
    }
    for (separator, number) in [
        ('-', month),
        ('-', day),
        ('T', second_of_day / 3600),
        (':', second_of_day / 60 % 60),
        (':', second_of_day % 60),
    ] {
        out.push(separator);
        padded(number.unsigned_abs(), 2, out);
    }
    if nanoseconds > 0 {
        out.push('.');
        padded(u64::from(nanoseconds), 9, out);
        out.truncate(out.trim_end_matches('0').len());
    }
    out.push('Z');
}

/// With zeros before it, up to a width.
fn padded(number: u64, width: usize, out: &mut String) {
    let digits = number.to_string();
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_str(&digits);
}

/// Year, month and day so many days after 1970-01-01, in the calendar of today (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from the first of March of the year 0, so that the leap day comes last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let january_or_february = i64::from(month >= 10);
    let year = year_of_era + era * 400 + january_or_february;
    (year, month + 3 - 12 * january_or_february, day)
}

/// A value, known to be well-formed, as JSON text. Floating-point infinities become null, as JavaScript does it.
pub(super) fn to_json(bytes: &[u8]) -> String {
    // JSON is about a fifth longer as a rule.
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4);
    let mut unpacker = Unpacker { rest: bytes };
    match unpacker.write_json(&mut out) {
        Some(()) => out,
        None => "null".to_owned(),
    }
}

/// Appends a JSON value as MessagePack. What is found not to be JSON, or nested too deeply, becomes nil, so that
/// whatever is written is well-formed.
pub(super) fn from_json(json: &str, out: &mut Vec<u8>) {
    // One level is the record's own.
    write_value(Reader::new(json).value(), DEPTH - 1, out);
}

fn write_value(value: Value<'_>, depth: u32, out: &mut Vec<u8>) {
    let deeper = depth.checked_sub(1);
    match (value, deeper) {
        (Value::Bool(value), _) => out.push(0xc2 + u8::from(value)),
        (Value::Number(digits), _) => write_number(digits, out),
        (Value::Text(written), _) => text(&written.cow(), out),
        (Value::Array(json), Some(deeper)) => {
            let mut items = Reader::new(json);
            items.enter_array();
            let mut ahead = items;
            let mut count = 0;
            while ahead.item() {
                ahead.skip();
                count += 1;
            }
            array(count, out);
            for _ in 0..count {
                items.item();
                write_value(items.value(), deeper, out);
            }
        }
        (Value::Object(json), Some(deeper)) => {
            let mut members = Reader::new(json);
            members.enter_object();
            let mut ahead = members;
            let mut count = 0;
            while ahead.key().is_some() {
                ahead.skip();
                count += 1;
            }
            map(count, out);
            for _ in 0..count {
                let key = members.key();
                text(key.as_ref().map_or("", |key| &*key.name), out);
                write_value(members.value(), deeper, out);
            }
        }
        (Value::Null | Value::Array(_) | Value::Object(_), _) => nil(out),
    }
}

/// A whole number as one where it has 64 bits or fewer, anything else as a double.
fn write_number(digits: &str, out: &mut Vec<u8>) {
    let (negative, magnitude) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    // Zero below zero is a double, and so is what has a point, an exponent or too many digits.
    match number::whole(magnitude) {
        Some(value) if !negative => unsigned(value, out),
        Some(value @ 1..=0x20) => out.push((value as u8).wrapping_neg()),
        Some(value @ 1..=0x8000_0000_0000_0000) => {
            // One bit more, for the sign.
            let power = power((value - 1) << 1, 0);
            wide(0xd0 + power, power, value.wrapping_neg(), out);
        }
        _ => wide(0xcb, 3, number::read(digits).to_bits(), out),
    }
}

/// The least power of two, from `least`, in so many bytes of which the value fits.
fn power(value: u64, least: u8) -> u8 {
    (least..3).find(|power| value >> (8 << power) == 0).unwrap_or(3)
}

/// A number in two to the power of `power` bytes, after its format.
fn wide(format: u8, power: u8, value: u64, out: &mut Vec<u8>) {
    out.push(format);
    for byte in (0..1 << power).rev() {
        out.push((value >> (8 * byte)) as u8);
    }
}

pub(super) fn nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

pub(super) fn boolean(value: bool, out: &mut Vec<u8>) {
    out.push(0xc2 + u8::from(value));
}

/// A number in the smallest form that holds it.
pub(super) fn unsigned(value: u64, out: &mut Vec<u8>) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        let power = power(value, 0);
        wide(0xcc + power, power, value, out);
    }
}

pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    head(text.len(), (0xa0, 0x20), (0xd9, 0), out);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn array(count: usize, out: &mut Vec<u8>) {
    head(count, (0x90, 0x10), (0xdc, 1), out);
}

pub(super) fn map(count: usize, out: &mut Vec<u8>) {
    head(count, (0x80, 0x10), (0xde, 1), out);
}

/// A length: within the format itself where it is below a limit, else in a number as wide as it needs, the
/// formats of which follow one another. There is none for four thousand million and more.
fn head(length: usize, (short, limit): (u8, usize), (format, least): (u8, u8), out: &mut Vec<u8>) {
    if length < limit {
        out.push(short | length as u8);
    } else {
        let power = power(length as u64, least).min(2);
        wide(format + power - least, power, length as u64, out);
    }
}
