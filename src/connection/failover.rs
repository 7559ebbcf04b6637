//! Several addresses of one hub: which is tried when.
//!
//! Lives here: the order of a round, and which failures are worth another address.
//! May not be here: attempts and delays (`connecting`), what a session is tied to (its ticket).
//! A round begins with the address that was last good, goes on with the others from the primary on, and only after
//! a whole round there is a delay. A live session is never broken to go home: the primary has its turn when a
//! session is lost, or in the next one that is started.

use super::address::HubAddress;
use super::attempt::Trial;
use super::error::{Error, Phase};
use super::machine::{Connection, State};

/// The place to try in the `turn`th step of a round (from 0), where the place `last_good` was last good.
pub fn place(last_good: usize, turn: usize) -> usize {
    match turn {
        0 => last_good,
        turn if turn <= last_good => turn - 1,
        turn => turn,
    }
}

impl Connection {
    /// Which of the addresses is in use or being tried: 0 is the primary, then its backups.
    pub fn place(&self) -> usize {
        match &self.state {
            State::Attempting(attempt) => place(self.last_good, attempt.trial.turn),
            _ => self.last_good,
        }
    }

    /// The address at this place; the primary where there is none.
    pub fn address(&self) -> &HubAddress {
        self.address_at(self.place())
    }

    pub(super) fn address_at(&self, place: usize) -> &HubAddress {
        let backup = place
            .checked_sub(1)
            .and_then(|place| self.options.backups.get(place));
        backup.unwrap_or(&self.options.hub)
    }

    /// Whether the round goes on at another address after this failure.
    pub(super) fn goes_on(&self, trial: &Trial, error: &Error) -> bool {
        trial.turn < self.options.backups.len() && is_of_the_address(error)
    }
}

/// Whether another address may do better: a token that is refused, or not to be had, is the same at each.
pub(super) fn is_of_the_address(error: &Error) -> bool {
    !matches!(
        error,
        Error::Unauthorized
            | Error::Forbidden
            | Error::TokenUnavailable(_)
            | Error::TimedOut { phase: Phase::Token }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_has_every_place_once_and_begins_with_the_last_good_one() {
        for places in 1..6 {
            for last_good in 0..places {
                let mut round: Vec<usize> = (0..places).map(|turn| place(last_good, turn)).collect();
                assert_eq!(round[0], last_good);
                assert!(round[1..].is_sorted());
                round.sort_unstable();
                assert_eq!(round, (0..places).collect::<Vec<_>>());
            }
        }
    }
}
