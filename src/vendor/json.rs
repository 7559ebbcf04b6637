//! The tolerant readings of JSON that all vendors share.
//!
//! Lives here: [`Given`], the conversions of a [`Value`] and a [`Text`], records and the `record!` macro.
//! May not be here: a vendor's field names, what a value means, and the walk over the text ([`Reader`]).
//! Numbers come as texts and texts as numbers, names in any case: all of it is read (decision D14).
//! The text has been checked to be JSON by whoever cut the record; if it is not, reading ends early and says so.

use super::time::{self, Stamp, Zone};
use crate::domain::text::{SPEECH_LENGTH, TEXT_LENGTH, shortened};
use crate::protocol::json;
pub use crate::protocol::reader::{Key, Reader, Text, Value, digest};
use std::borrow::Cow;

const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

impl<'a> Text<'a> {
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
        (!self.is_empty() && self.raw() != ZERO_GUID).then(|| self.identity())
    }

    /// The string as a text for people, who need no more of it than [`TEXT_LENGTH`]. An id is none.
    pub fn words(self) -> Cow<'a, str> {
        shortened(self.cow(), TEXT_LENGTH)
    }

    /// The string as what somebody has said or written, up to [`SPEECH_LENGTH`].
    pub fn speech(self) -> Cow<'a, str> {
        shortened(self.cow(), SPEECH_LENGTH)
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
///
/// One reading serves all records: a record brings a table of names and its fields by number, so that the
/// hundreds of fields of all vendors cost the page a few bytes each and not a branch with code of its own.
pub trait Record<'a> {
    /// The names of its fields as documented, by digest.
    fn names(&self) -> &'static [Name];

    /// The field of this number.
    fn field(&mut self, number: u8) -> Option<&mut dyn Fill<'a>>;
}

/// One of a record's fields.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    /// See [`digest`].
    pub digest: u32,
    /// The field's number, counting in the order of declaration.
    pub field: u8,
    /// The name as documented.
    pub text: &'static str,
}

impl Name {
    /// A table of names, ordered by digest; for constants.
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated while compiling, where an index out of bounds is an error and no panic"
    )]
    pub const fn table<const N: usize>(texts: [&'static str; N]) -> [Self; N] {
        let nothing = Self {
            digest: 0,
            field: 0,
            text: "",
        };
        let mut table = [nothing; N];
        let mut filled = 0;
        while filled < N {
            let name = Self {
                digest: digest(texts[filled]),
                field: filled as u8,
                text: texts[filled],
            };
            let mut place = filled;
            while place > 0 && table[place - 1].digest > name.digest {
                table[place] = table[place - 1];
                place -= 1;
            }
            table[place] = name;
            filled += 1;
        }
        table
    }

    /// The number of the name that is `key`, without regard to case.
    pub fn find(table: &[Self], key: &Key<'_>) -> Option<u8> {
        let place = table.partition_point(|name| name.digest < key.digest);
        let alike = table.get(place..)?.iter();
        alike
            .take_while(|name| name.digest == key.digest)
            .find(|name| key.is(name.text))
            .map(|name| name.field)
    }
}

/// A field that can be filled from a value.
pub trait Fill<'a> {
    /// Fills it; null is a value too.
    fn fill(&mut self, value: Value<'a>) -> Offered;
}

impl<'a, T: FromValue<'a>> Fill<'a> for Given<T> {
    fn fill(&mut self, value: Value<'a>) -> Offered {
        *self = match value {
            Value::Null => Given::Null,
            value => match T::from_value(value) {
                Some(value) => Given::Value(value),
                None => return Offered::Unreadable,
            },
        };
        Offered::Taken
    }
}

/// Offers a value to a record.
pub fn offer<'a>(record: &mut dyn Record<'a>, key: &Key<'a>, value: Value<'a>) -> Offered {
    let number = Name::find(record.names(), key);
    match number.and_then(|number| record.field(number)) {
        Some(field) => field.fill(value),
        None => Offered::Unknown,
    }
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

/// Declares a record: a struct of [`Given`] fields with their documented names, found without regard to case.
///
/// A name written twice with different letters' case is one field. The search costs one comparison of
/// numbers per step of a binary search and one comparison of texts at its end.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident<$life:lifetime> {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $wire:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name<$life> {
            $($(#[$field_doc])* pub $field: $crate::vendor::json::Given<$type>,)*
        }

        impl $name<'_> {
            /// The names of its fields as documented.
            pub const FIELDS: &'static [&'static str] = &[$($wire,)*];
        }

        impl<$life> Default for $name<$life> {
            fn default() -> Self {
                // A constant is copied in one piece.
                const { Self { $($field: $crate::vendor::json::Given::Absent,)* } }
            }
        }

        impl<$life> $crate::vendor::json::Record<$life> for $name<$life> {
            fn names(&self) -> &'static [$crate::vendor::json::Name] {
                static NAMES: &[$crate::vendor::json::Name] =
                    &$crate::vendor::json::Name::table([$($wire,)*]);
                NAMES
            }

            fn field(&mut self, number: u8) -> Option<&mut dyn $crate::vendor::json::Fill<$life>> {
                #[allow(non_camel_case_types, reason = "each variant bears the name of its field")]
                #[repr(u8)]
                enum Numbered {
                    $($field,)*
                }
                struct Number;
                #[allow(non_upper_case_globals, reason = "each constant bears the name of its field")]
                impl Number {
                    $(const $field: u8 = Numbered::$field as u8;)*
                }
                match number {
                    $(Number::$field => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use record;

impl<'a> Reader<'a> {
    /// Reads all fields of the object that the reader is led to into `record`.
    ///
    /// What the record does not take is given to `odd`. Answers `false` when the value is no object.
    pub fn record(
        &mut self,
        record: &mut dyn Record<'a>,
        odd: &mut dyn FnMut(Offered, &Key<'a>, Value<'a>),
    ) -> bool {
        if !self.enter_object() {
            return false;
        }
        while let Some(key) = self.key() {
            let value = self.value();
            match offer(record, &key, value) {
                Offered::Taken => {}
                offered => odd(offered, &key, value),
            }
        }
        true
    }
}

/// A text as a JSON string, quotes included.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::quoted(text, &mut out);
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
    fn written_strings_are_read_back() {
        let text = "\"\\\n\r\t\u{1}\u{1f}äö😀";
        assert_eq!(text_of(&quoted(text)), text);
        assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
    }
}
