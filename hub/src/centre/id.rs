//! The names by which the things of the centre are known.
//!
//! Lives here: small numbers for agents, queues, call lists, calls and callbacks, and the `Guid` that
//! the wire shows for them. May not live here: the things themselves. A number is never used twice
//! within one history, so a late timer or command can never reach the wrong call; a `Guid` is derived
//! from the seed and the number, so that the same history has the same ids.

use std::fmt;

use super::random::mixed;

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($inner);

        impl $name {
            /// The name with this number.
            pub const fn new(number: $inner) -> Self {
                Self(number)
            }

            /// The number itself.
            pub const fn number(self) -> $inner {
                self.0
            }
        }
    )*};
}

numbers! {
    /// An agent of the centre; also its place in `Centre::agents`, counted from 0.
    AgentId(u32);
    /// A service queue (skill group); also its place in `Centre::queues`, counted from 0.
    QueueId(u32);
    /// A list of callbacks; also its place in `Centre::call_lists`, counted from 0.
    CallListId(u32);
    /// A call, counted from 1 in the order in which calls begin.
    CallId(u32);
    /// A callback request, counted from 1.
    CallbackId(u32);
    /// A team of agents; also its place in `Centre::teams`, counted from 0.
    TeamId(u32);
    /// A silent monitor session, counted from 1; 16 bits on the wire.
    ListeningId(u16);
}

/// What a `Guid` names; keeps the ids of different kinds of things apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuidOf {
    /// The organisation that the whole centre belongs to.
    Organisation,
    /// An agent (RTE: user).
    Agent,
    /// A service queue.
    Queue,
    /// A call list.
    CallList,
    /// A call.
    Call,
    /// A callback request.
    Callback,
    /// One attempt at a callback.
    Attempt,
    /// One wrap-up.
    WrapUp,
    /// An availability profile.
    Profile,
    /// A classification of a closed callback.
    Classification,
    /// One told event.
    Event,
    /// Calls on the move between two technical queues.
    TechnicalQueue,
    /// A rule that alerts of a queue.
    Alert,
}

/// A globally unique id, written as 8-4-4-4-12 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(u128);

impl Guid {
    /// The id of the `number`-th thing of its kind in the history that belongs to `seed`.
    pub const fn derived(seed: u64, kind: GuidOf, number: u64) -> Self {
        let high = mixed(seed ^ mixed(kind as u64 + 1) ^ mixed(number));
        let low = mixed(high ^ number.rotate_left(32) ^ seed);
        // Version 4 and the usual variant, as a strict reader expects.
        let high = (high & !0xF000) | 0x4000;
        let low = (low & !(0b11 << 62)) | (0b10 << 62);
        Self(((high as u128) << 64) | low as u128)
    }

    /// The sixteen bytes as one number, most significant first.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// Reads the usual form, with or without upper-case digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 {
            return None;
        }
        let mut value = 0_u128;
        for (position, byte) in bytes.iter().enumerate() {
            if matches!(position, 8 | 13 | 18 | 23) {
                if *byte != b'-' {
                    return None;
                }
            } else {
                value = (value << 4) | u128::from(char::from(*byte).to_digit(16)?);
            }
        }
        Some(Self(value))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Ids make up a large part of every event, so they are written in one go.
        let mut text = [b'-'; 36];
        let mut digits = (0..32_u32).rev().map(|place| {
            let digit = (self.0 >> (place * 4)) as u8 & 0xF;
            if digit < 10 {
                b'0' + digit
            } else {
                b'a' + digit - 10
            }
        });
        for (place, byte) in text.iter_mut().enumerate() {
            if !matches!(place, 8 | 13 | 18 | 23) {
                *byte = digits.next().unwrap_or(b'0');
            }
        }
        formatter.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_reads_back_as_it_was_written() {
        let guid = Guid::derived(1, GuidOf::Agent, 5);
        assert_eq!(Guid::parse(&guid.to_string()), Some(guid));
        assert_eq!(Guid::parse(&guid.to_string().to_uppercase()), Some(guid));
        assert_eq!(Guid::parse("c9eeb030-ff4b-ea11-ac9c-00155d4fdcf"), None);
        assert_eq!(Guid::parse("c9eeb030xff4b-ea11-ac9c-00155d4fdcf3"), None);
    }

    #[test]
    fn kinds_numbers_and_seeds_give_different_ids() {
        let one = Guid::derived(1, GuidOf::Agent, 5);
        assert_ne!(one, Guid::derived(2, GuidOf::Agent, 5));
        assert_ne!(one, Guid::derived(1, GuidOf::Queue, 5));
        assert_ne!(one, Guid::derived(1, GuidOf::Agent, 6));
    }
}
