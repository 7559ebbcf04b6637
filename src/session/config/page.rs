//! What `config.json` says of the page itself: layouts, colours, languages, and when a number calls for attention.
//!
//! Lives here: the typed settings of the page and their reading.
//! May not be here: how a layout or a level looks (the view's), what the agent prefers (the preferences').
//! What is said here is where an agent begins; an agent's own choice of colours and language wins.

use super::keys;
use super::reading::{Object, Reading, join};
use super::suggest::wrong_word;
use crate::preferences::Theme;
use crate::protocol::reader::Text;
use crate::session::state::{Layout, Threshold, Thresholds};
use crate::words::Language;

/// Which layout each role has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles {
    /// Of an agent.
    pub agent: Option<Layout>,
    /// Of an agent who leads a team, as the directory says.
    pub team_lead: Option<Layout>,
}

const LAYOUT: &str = "layout";
const LANGUAGES: &str = "languages";
const THRESHOLDS: &str = "thresholds";

impl Reading {
    pub(super) fn layout(&mut self, object: Object<'_>, path: &str) -> Option<Layout> {
        let names = Layout::ALL.map(|layout| (layout.name(), layout));
        self.word(object, path, LAYOUT, &names)
    }

    pub(super) fn roles(&mut self, root: Object<'_>) -> Roles {
        let Some(roles) = self.object(root, "", "roles") else {
            return Roles::default();
        };
        self.only(roles, "roles", keys::ROLES);
        let mut layout = |role| {
            let path = join("roles", role);
            let object = self.object(roles, "roles", role)?;
            self.only(object, &path, keys::ROLE);
            self.layout(object, &path)
        };
        Roles {
            agent: layout("agent"),
            team_lead: layout("teamLead"),
        }
    }

    pub(super) fn theme(&mut self, root: Object<'_>) -> Theme {
        let names = Theme::ALL.map(|theme| (theme.name(), theme));
        self.word(root, "", "theme", &names).unwrap_or_default()
    }

    pub(super) fn languages(&mut self, root: Object<'_>) -> Vec<Language> {
        let tags = Language::ALL.map(Language::tag);
        let mut languages = Vec::new();
        for (path, value) in self.list(root, "", LANGUAGES) {
            let tag = value.as_text().map(Text::cow);
            let language = tag.as_deref().and_then(|tag| {
                let languages = Language::ALL.into_iter();
                languages.into_iter().find(|language| language.tag() == tag)
            });
            match (language, tag) {
                (Some(language), _) if languages.contains(&language) => {
                    self.fault(&path, "is there twice.");
                }
                (Some(language), _) => languages.push(language),
                (None, Some(tag)) => self.fault(&path, wrong_word(&tag, &tags)),
                (None, None) => self.fault(&path, "must be a text in quotes."),
            }
        }
        if languages.is_empty() {
            if root.get(LANGUAGES).is_some() && self.faults.is_empty() {
                self.fault(
                    LANGUAGES,
                    "must have one language at least; leave it out for all of them.",
                );
            }
            languages.extend(Language::ALL);
        }
        languages
    }

    pub(super) fn thresholds(&mut self, root: Object<'_>) -> Thresholds {
        let usual = Thresholds::default();
        let Some(object) = self.object(root, "", THRESHOLDS) else {
            return usual;
        };
        self.only(object, THRESHOLDS, keys::THRESHOLDS);
        Thresholds {
            waiting: self.threshold(object, "waiting", usual.waiting),
            longest_wait: self.threshold(object, "longestWait", usual.longest_wait),
            talking: self.threshold(object, "talking", usual.talking),
            wrap_up: self.threshold(object, "wrapUp", usual.wrap_up),
            not_ready: self.threshold(object, "notReady", usual.not_ready),
        }
    }

    fn threshold(&mut self, thresholds: Object<'_>, key: &str, usual: Threshold) -> Threshold {
        let path = join(THRESHOLDS, key);
        let Some(object) = self.object(thresholds, THRESHOLDS, key) else {
            return usual;
        };
        self.only(object, &path, keys::THRESHOLD);
        let threshold = Threshold {
            warning: self.number(object, &path, "warning"),
            critical: self.number(object, &path, "critical"),
        };
        if let (Some(warning), Some(critical)) = (threshold.warning, threshold.critical)
            && critical < warning
        {
            self.fault(
                &join(&path, "critical"),
                format!(
                    "is {critical}, below \"warning\" ({warning}); numbers become critical as they grow."
                ),
            );
        }
        threshold
    }
}
