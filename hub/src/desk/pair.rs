//! The pair of T-Servers behind the hub, and what of their switchovers reaches clients.
//!
//! Lives here: T-Library's part: which of two servers is the primary one, whose messages clients hear, in what order.
//! May not be here: what the messages look like (`tell::tserver`), clients, and when a server fails (`scenario`).
//! EventRestoreConnection is heard here and goes no further (rule R106). Each server's messages come in their order;
//! those of different servers may overtake each other (rule R107).

/// The two servers, in the order in which the site names them.
pub(super) const NAMES: [&str; 2] = ["ts-1", "ts-2"];

/// What a T-Server says to T-Library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// EventRestoreConnection with ServerRole 0: its backup is connected, and can be connected to (rule R108).
    BackupConnected,
    /// EventRestoreConnection with ServerRole 1: it was the primary one and is the backup now (rule R107).
    TurnedBackup,
    /// It has become the primary one.
    BecamePrimary,
    /// Its link to the switch is up or down.
    Link(bool),
}

/// What clients are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The link to the switch is up or down.
    Link(bool),
    /// The server of this place is the primary one now.
    PrimaryChanged(usize),
}

#[derive(Debug, Clone, Copy)]
struct Server {
    link: bool,
    /// It has said that it is the primary one, and not since that it is no more.
    claims: bool,
}

/// The pair as T-Library knows it.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    servers: [Server; 2],
    /// Whose events clients hear.
    primary: usize,
    /// The other one can be connected to.
    knows_backup: bool,
}

impl Pair {
    /// The first server is the primary one, both have their links up.
    pub(super) fn new() -> Self {
        let server = |claims| Server { link: true, claims };
        Self {
            servers: [server(true), server(false)],
            primary: 0,
            knows_backup: false,
        }
    }

    /// The place of the primary server.
    pub(super) fn primary(&self) -> usize {
        self.primary
    }

    /// The name of the primary server.
    pub(super) fn name(&self) -> &'static str {
        NAMES.get(self.primary).copied().unwrap_or_default()
    }

    /// Whether the primary server's link to the switch is up.
    pub(super) fn is_link_up(&self) -> bool {
        self.servers.get(self.primary).is_some_and(|server| server.link)
    }

    /// Takes in what the server of this place says.
    pub(super) fn hear(&mut self, from: usize, heard: Heard) -> Vec<Told> {
        let is_primary = from == self.primary;
        // A backup that nobody has referred to is not connected to, and not heard.
        if !is_primary && !self.knows_backup {
            return Vec::new();
        }
        let Some(server) = self.servers.get_mut(from) else {
            return Vec::new();
        };
        match heard {
            Heard::BackupConnected => {
                self.knows_backup |= is_primary;
                Vec::new()
            }
            Heard::TurnedBackup => {
                server.claims = false;
                let other = 1 - from;
                let other_claims = self.servers.get(other).is_some_and(|server| server.claims);
                if is_primary && other_claims {
                    self.change_to(other)
                } else {
                    Vec::new()
                }
            }
            Heard::BecamePrimary => {
                server.claims = true;
                self.change_to(from)
            }
            Heard::Link(up) => {
                let changes = std::mem::replace(&mut server.link, up) != up;
                if changes && is_primary {
                    vec![Told::Link(up)]
                } else {
                    Vec::new()
                }
            }
        }
    }

    /// The link's going down is told just before the change, its coming up right after it (rules R103, R104).
    fn change_to(&mut self, new: usize) -> Vec<Told> {
        let was_up = self.is_link_up();
        self.primary = new;
        match (was_up, self.is_link_up()) {
            (true, false) => vec![Told::Link(false), Told::PrimaryChanged(new)],
            (false, true) => vec![Told::PrimaryChanged(new), Told::Link(true)],
            _ => vec![Told::PrimaryChanged(new)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connected() -> Pair {
        let mut pair = Pair::new();
        assert_eq!(pair.hear(0, Heard::BackupConnected), []);
        pair
    }

    fn switchover(pair: &mut Pair, to: usize) -> Vec<Told> {
        let mut told = pair.hear(1 - to, Heard::TurnedBackup);
        told.extend(pair.hear(to, Heard::BecamePrimary));
        told
    }

    #[test]
    fn r103_a_link_that_is_down_at_the_new_primary_is_told_just_before_the_change() {
        let mut pair = connected();
        assert_eq!(
            pair.hear(1, Heard::Link(false)),
            [],
            "the backup's link concerns nobody"
        );
        assert_eq!(
            switchover(&mut pair, 1),
            [Told::Link(false), Told::PrimaryChanged(1)]
        );
        assert!(!pair.is_link_up());
        assert_eq!(pair.hear(1, Heard::Link(true)), [Told::Link(true)]);
    }

    #[test]
    fn r104_a_link_that_is_up_at_the_new_primary_is_told_right_after_the_change() {
        let mut pair = connected();
        assert_eq!(pair.hear(0, Heard::Link(false)), [Told::Link(false)]);
        assert_eq!(
            switchover(&mut pair, 1),
            [Told::PrimaryChanged(1), Told::Link(true)]
        );
    }

    #[test]
    fn r103_r104_where_the_link_stays_what_it_was_nothing_is_told_of_it() {
        let mut pair = connected();
        assert_eq!(switchover(&mut pair, 1), [Told::PrimaryChanged(1)]);
        pair.hear(1, Heard::Link(false));
        pair.hear(0, Heard::Link(false));
        assert_eq!(switchover(&mut pair, 0), [Told::PrimaryChanged(0)]);
    }

    #[test]
    fn r106_restoring_a_connection_is_no_news_for_clients() {
        let mut pair = connected();
        for server in [0, 1] {
            assert_eq!(pair.hear(server, Heard::BackupConnected), []);
        }
        assert_eq!(pair.hear(1, Heard::TurnedBackup), []);
        assert_eq!(pair.hear(0, Heard::TurnedBackup), []);
        assert_eq!(pair.primary(), 0, "until somebody else is the primary one");
    }

    #[test]
    fn r107_of_two_switchovers_in_a_short_time_the_last_one_counts_in_whatever_order_they_are_heard() {
        use Heard::{BecamePrimary as Primary, TurnedBackup as Backup};
        // From the first server to the second, and back: what each server says, in its order.
        let (first, second) = ([(0, Backup), (0, Primary)], [(1, Primary), (1, Backup)]);
        let orders = [
            [first[0], second[0], second[1], first[1]],
            [first[0], second[0], first[1], second[1]],
            [first[0], first[1], second[0], second[1]],
            [second[0], first[0], second[1], first[1]],
            [second[0], first[0], first[1], second[1]],
            [second[0], second[1], first[0], first[1]],
        ];
        for order in orders {
            let mut pair = connected();
            let told: Vec<Told> = order
                .into_iter()
                .flat_map(|(from, heard)| pair.hear(from, heard))
                .collect();
            assert_eq!(pair.primary(), 0, "{order:?}");
            assert_eq!(told.last(), Some(&Told::PrimaryChanged(0)), "{order:?}");
        }
    }

    #[test]
    fn r108_a_backup_is_not_heard_before_the_primary_has_referred_to_it() {
        let mut pair = Pair::new();
        assert_eq!(pair.hear(1, Heard::BecamePrimary), []);
        assert_eq!(pair.hear(1, Heard::BackupConnected), []);
        assert_eq!(pair.name(), "ts-1");
        pair.hear(0, Heard::BackupConnected);
        assert_eq!(pair.hear(1, Heard::BecamePrimary), [Told::PrimaryChanged(1)]);
        assert_eq!(pair.name(), "ts-2");
    }
}
