//! Points in time.
//!
//! Lives here: the one time type of the domain and the sentinels it can carry.
//! May not be here: a clock; "now" is always an argument.
//! Parsing belongs to the vendors, formatting to the view.
//! Milliseconds suffice: the finest stamp any vendor shows to people is a second.

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// Milliseconds from `earlier` to `self`; negative when `self` is the earlier one.
    pub fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment `milliseconds` later.
    #[must_use]
    pub fn plus(self, milliseconds: i64) -> Moment {
        Moment(self.0.saturating_add(milliseconds))
    }
}

/// A time that a vendor may leave open: known, explicitly not set, or without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At this moment.
    At(Moment),
    /// The vendor says that there is no end (`DateTime.MaxValue`, rule R14).
    OpenEnded,
}
