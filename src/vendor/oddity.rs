//! Oddities: what a decoder met and did not understand, counted by name for the diagnostics page (decision D15).
//!
//! Lives here: the kinds of oddities and a bounded tally of them.
//! May not be here: log output, words for people, anything that stops a message from being used.
//! The tally keeps at most [`NAMES_KEPT`] names of at most [`NAME_LENGTH`] bytes; further ones are only counted.
//! Counting a name that is already known allocates nothing.

/// Names kept in one tally.
pub const NAMES_KEPT: usize = 100;
/// Bytes kept of one name.
pub const NAME_LENGTH: usize = 64;

/// Kinds of oddities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oddity {
    /// An event that the vendor's document does not have.
    UnknownEvent,
    /// A field that the document does not have for this event.
    UnknownField,
    /// A value that the document does not have for this field.
    UnknownValue,
    /// A field whose value cannot be read as what it should be (an impossible date, a text for a number).
    UnreadableField,
    /// An identity that an event needs is missing; the event could not be used.
    MissingIdentity,
    /// A field that the document calls mandatory is absent; the rest of the event was used.
    MissingField,
    /// An event that the document calls obsolete, or says never to reach a client.
    Obsolete,
    /// An event that arrived later than its sender allows (rule R13); dropped.
    Late,
    /// A message that is not of its vocabulary's shape; dropped.
    Unreadable,
    /// A documented event that was read and says nothing that the desk shows.
    NotShown,
}

/// One line of the tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What kind of oddity.
    pub oddity: Oddity,
    /// In which event; empty where there is none.
    pub event: &'static str,
    /// The name of the event, field or value, shortened to [`NAME_LENGTH`] bytes.
    pub name: Box<str>,
    /// How often.
    pub count: u64,
}

/// A bounded tally of oddities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oddities {
    tallies: Vec<Tally>,
    beyond: u64,
}

impl Oddities {
    /// Counts one.
    pub fn count(&mut self, oddity: Oddity, event: &'static str, name: &str) {
        let name = shortened(name);
        let known = self
            .tallies
            .iter_mut()
            .find(|tally| tally.oddity == oddity && &*tally.name == name && tally.event == event);
        if let Some(tally) = known {
            tally.count += 1;
        } else if self.tallies.len() < NAMES_KEPT {
            self.tallies.push(Tally {
                oddity,
                event,
                name: name.into(),
                count: 1,
            });
        } else {
            self.beyond += 1;
        }
    }

    /// What was counted by name, in the order of first appearance.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// How many were counted beyond the names kept.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// How many there were of one kind, among the names kept.
    pub fn of(&self, oddity: Oddity) -> u64 {
        self.tallies
            .iter()
            .filter(|tally| tally.oddity == oddity)
            .map(|tally| tally.count)
            .sum()
    }

    /// Whether nothing odd was met.
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.beyond == 0
    }
}

fn shortened(name: &str) -> &str {
    if name.len() <= NAME_LENGTH {
        return name;
    }
    let end = (0..=NAME_LENGTH)
        .rev()
        .find(|end| name.is_char_boundary(*end))
        .unwrap_or(0);
    name.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d15_names_are_counted_and_their_number_is_bounded() {
        let mut oddities = Oddities::default();
        for round in 0..3 {
            for number in 0..150 {
                oddities.count(Oddity::UnknownField, "UserStatus", &format!("field{number}"));
            }
            assert_eq!(oddities.beyond(), 50 * (round + 1));
        }
        assert_eq!(oddities.tallies().len(), NAMES_KEPT);
        assert_eq!(oddities.of(Oddity::UnknownField), 300);
    }

    #[test]
    fn d15_long_names_are_shortened_at_a_character() {
        let mut oddities = Oddities::default();
        oddities.count(Oddity::UnknownEvent, "", &"ä".repeat(100));
        oddities.count(Oddity::UnknownEvent, "", &"ä".repeat(200));
        assert_eq!(oddities.tallies().len(), 1);
        assert!(
            oddities
                .tallies()
                .iter()
                .all(|tally| tally.name.len() <= NAME_LENGTH)
        );
    }
}
