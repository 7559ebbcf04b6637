//! Vendors: one folder per vocabulary, each turning its messages into [`crate::domain::Event`]s and commands into its own words.
//!
//! Lives here: wire names, enum numbers, sentinels, units and spellings, and the typed events that carry them.
//! May not be here: state of the contact centre, clocks, sockets, words for people; a decoder knows one message.
//! A vendor's word never leaves its folder: what comes out is the domain's, what goes in is a domain command.
//! Reading is tolerant (decisions D14, D15): what is not understood is counted in [`Oddities`], never an error.

pub mod callgem;
pub mod ccs;
pub mod ctios;
pub mod extra;
pub mod json;
pub mod oddity;
pub mod rte;
pub mod time;
pub mod tserver;

pub use oddity::{Oddities, Oddity};

use crate::domain::ids::SourceId;
use time::Zone;

/// Unit of a duration that a vendor sends without one (decision D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DurationUnit {
    /// Seconds.
    #[default]
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl DurationUnit {
    /// `value` of this unit in milliseconds.
    pub fn to_milliseconds(self, value: i64) -> i64 {
        match self {
            DurationUnit::Seconds => value.saturating_mul(1000),
            DurationUnit::Milliseconds => value,
        }
    }
}

/// What a site says about the readings that the vendors' documents leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The source that every entity decoded here belongs to.
    pub source: SourceId,
    /// Zone of date-times without one (decision D3; UTC unless the site says otherwise).
    pub zone: Zone,
    /// Unit of a queue's longest wait (decision D2; seconds unless the site says otherwise).
    pub longest_wait: DurationUnit,
    /// A telephony server beside the source tells when a call rings: what the source allocates is only on its way.
    pub ringing_told: bool,
}

/// A message that is not of the shape that every message of its vocabulary has.
///
/// The message is lost, its neighbours are not; the connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The text ends early or is not JSON.
    #[error("the message is not complete JSON")]
    Broken,
    /// It is JSON, but not of the documented shape.
    #[error("the message does not have the documented shape: {0}")]
    Shape(&'static str),
}
