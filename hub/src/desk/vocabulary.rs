//! Which vocabularies a hub speaks.
//!
//! Lives here: the five by name, sets of them, and which method belongs to which.
//! May not be here: what is said in any of them.
//! What is left out is neither told nor taken: its methods are those of a hub that has never heard of them.
//! Methods of no vocabulary that is listed here are CTI OS commands, of which there is one method each.

use std::fmt;
use std::str::FromStr;

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// Enreach RTE.
    Rte,
    /// Cisco CTI OS.
    CtiOs,
    /// Genesys T-Server.
    TServer,
    /// ccsevents.
    Ccs,
    /// Sytel CallGem.
    CallGem,
}

impl Vocabulary {
    /// Every one with the name by which people choose it.
    pub const ALL: [(Vocabulary, &'static str); 5] = [
        (Vocabulary::Rte, "rte"),
        (Vocabulary::CtiOs, "ctios"),
        (Vocabulary::TServer, "tserver"),
        (Vocabulary::Ccs, "ccs"),
        (Vocabulary::CallGem, "callgem"),
    ];

    /// The vocabulary that a hub method belongs to.
    fn of_method(method: &str) -> Self {
        match method.to_ascii_lowercase().as_str() {
            "subscribe"
            | "unsubscribe"
            | "unsubscribeall"
            | "availablesubscriptions"
            | "activesubscriptions" => Self::Rte,
            "tserverrequest" => Self::TServer,
            "ccssubscribe" | "ccsunsubscribe" => Self::Ccs,
            "callgem" => Self::CallGem,
            _ => Self::CtiOs,
        }
    }
}

/// A set of vocabularies, all of them unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabularies(u8);

impl Vocabularies {
    /// Whether this one is spoken.
    pub const fn has(self, vocabulary: Vocabulary) -> bool {
        self.0 & (1 << vocabulary as u8) != 0
    }

    /// Whether a method is one of a vocabulary that is spoken.
    pub fn takes(self, method: &str) -> bool {
        self.has(Vocabulary::of_method(method))
    }
}

impl Default for Vocabularies {
    fn default() -> Self {
        Self((1 << Vocabulary::ALL.len()) - 1)
    }
}

/// A list that names something other than vocabularies, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of vocabularies")]
pub struct NoVocabularies;

impl FromStr for Vocabularies {
    type Err = NoVocabularies;

    /// Reads a list such as `rte,ctios`.
    fn from_str(text: &str) -> Result<Self, NoVocabularies> {
        text.split(',').try_fold(Self(0), |all, name| {
            let found = Vocabulary::ALL
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(name.trim()));
            found
                .map(|(vocabulary, _)| Self(all.0 | 1 << *vocabulary as u8))
                .ok_or(NoVocabularies)
        })
    }
}

impl fmt::Display for Vocabularies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Vocabulary::ALL
            .iter()
            .filter(|(vocabulary, _)| self.has(*vocabulary))
            .map(|(_, name)| *name)
            .collect();
        formatter.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back_as_it_was_written() {
        for text in [
            "rte",
            "rte,ctios",
            "tserver,ccs,callgem",
            "rte,ctios,tserver,ccs,callgem",
        ] {
            assert_eq!(
                text.parse::<Vocabularies>().map(|set| set.to_string()).as_deref(),
                Ok(text)
            );
        }
        assert_eq!(
            "RTE, ccs"
                .parse::<Vocabularies>()
                .map(|set| set.to_string())
                .as_deref(),
            Ok("rte,ccs")
        );
        for text in ["", "rte,", "sip"] {
            assert_eq!(text.parse::<Vocabularies>(), Err(NoVocabularies), "{text}");
        }
    }

    #[test]
    fn every_method_belongs_to_one_vocabulary() {
        let only = |name: &str| name.parse::<Vocabularies>().unwrap_or_default();
        assert!(only("rte").takes("Subscribe") && !only("rte").takes("Login"));
        assert!(only("ctios").takes("Heartbeat") && !only("ctios").takes("unsubscribeALL"));
        assert!(only("tserver").takes("TServerRequest") && !only("ccs").takes("TServerRequest"));
        assert!(only("ccs").takes("CcsSubscribe") && only("ccs").takes("ccsunsubscribe"));
        assert!(only("callgem").takes("CallGem") && !only("ctios").takes("CallGem"));
    }
}
