//! What the agent has chosen about the page itself, and what was begun to be written on it.
//!
//! Lives here: the preferences, the changes to them, the drafts, and the texts in which both are kept.
//! May not be here: where the texts are kept (platform), what follows from a preference, anything secret.
//! A text that was kept is read like a stranger's: what is not understood is the default, what is too long is cut off.
//! Everything is bounded, because nobody ever tidies up what a browser keeps.

mod drafts;
mod text;

pub use drafts::{DRAFTS_KEPT, Drafts, LONGEST_DRAFT};

/// Reasons for not being ready that are remembered.
pub const REASONS_KEPT: usize = 5;
/// Actions whose keys can differ from the usual ones.
pub const SHORTCUTS_KEPT: usize = 64;
/// Panels that can be folded.
pub const PANELS_KEPT: usize = 16;
/// The longest name or text that is kept, in bytes.
pub const LONGEST_TEXT: usize = 64;

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Black, white and few colours.
    HighContrast,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Theme; 4] = [Theme::System, Theme::Light, Theme::Dark, Theme::HighContrast];

    /// What it is called in the kept text and in the style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::HighContrast => "high-contrast",
        }
    }

    /// The theme of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// How loud something is, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Volume(u8);

impl Volume {
    /// The loudest.
    pub const MOST: u8 = 100;

    /// So loud, and never louder than the loudest.
    pub fn new(percent: u8) -> Self {
        Self(percent.min(Self::MOST))
    }

    /// From 0 to 100.
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl Default for Volume {
    fn default() -> Self {
        Self(60)
    }
}

/// A way in which the page calls for attention when a call rings, to be had or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The ring tone.
    Sound,
    /// A notification of the desktop.
    Notification,
    /// The tab's title.
    Title,
    /// The tab's icon.
    Icon,
}

impl Signal {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Signal; 4] = [Signal::Sound, Signal::Notification, Signal::Title, Signal::Icon];

    /// What it is called in the kept text and in the page's hooks.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Sound => "sound",
            Signal::Notification => "notification",
            Signal::Title => "title",
            Signal::Icon => "icon",
        }
    }
}

/// Which signals are to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals([bool; Signal::ALL.len()]);

impl Default for Signals {
    fn default() -> Self {
        Self([true; Signal::ALL.len()])
    }
}

impl Signals {
    /// None at all.
    pub const NONE: Signals = Signals([false; Signal::ALL.len()]);

    /// Whether this one is to be given.
    pub fn has(self, signal: Signal) -> bool {
        self.0.get(signal as usize).is_some_and(|on| *on)
    }

    /// Switches one on or off.
    pub fn set(&mut self, signal: Signal, on: bool) {
        if let Some(switch) = self.0.get_mut(signal as usize) {
            *switch = on;
        }
    }
}

/// What the agent has chosen, and what is offered again the next time. Never a password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Colours; `None`: those that the site has.
    pub theme: Option<Theme>,
    /// What happens when a call rings.
    pub signals: Signals,
    /// How loud the ring tone is.
    pub volume: Volume,
    /// The agent id that was last used for signing in; empty when there is none.
    pub login_id: Box<str>,
    /// The phone that was last used; empty when there is none.
    pub extension: Box<str>,
    reasons: Vec<i32>,
    shortcuts: Vec<(Box<str>, Box<str>)>,
    folded: Vec<Box<str>>,
}

/// One preference becomes another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Other colours.
    Theme(Theme),
    /// A signal is switched on or off.
    Signal(Signal, bool),
    /// The ring tone becomes louder or softer.
    Volume(Volume),
    /// Somebody signs in here.
    SignedIn {
        /// Agent id.
        login_id: Box<str>,
        /// Phone.
        extension: Box<str>,
    },
    /// A reason for not being ready was picked.
    Reason(i32),
    /// An action gets other keys; `None`: its usual ones again. An empty text is no key at all.
    Shortcut(Box<str>, Option<Box<str>>),
    /// All actions get their usual keys again.
    UsualShortcuts,
    /// A panel is folded or unfolded.
    Fold(Box<str>, bool),
}

impl Preferences {
    /// Reasons for not being ready, the one picked last first.
    pub fn reasons(&self) -> &[i32] {
        &self.reasons
    }

    /// The keys that an action has instead of its usual ones; empty when it has none.
    pub fn shortcut(&self, action: &str) -> Option<&str> {
        let mut shortcuts = self.shortcuts.iter();
        shortcuts
            .find(|(known, _)| **known == *action)
            .map(|(_, keys)| &**keys)
    }

    /// Every action that has other keys than its usual ones, with them.
    pub fn shortcuts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.shortcuts.iter().map(|(action, keys)| (&**action, &**keys))
    }

    /// Whether a panel is folded.
    pub fn is_folded(&self, panel: &str) -> bool {
        self.folded.iter().any(|folded| **folded == *panel)
    }

    /// Makes a change. One that would exceed the bounds is not made.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Theme(theme) => self.theme = Some(theme),
            Change::Signal(signal, on) => self.signals.set(signal, on),
            Change::Volume(volume) => self.volume = volume,
            Change::SignedIn { login_id, extension } => {
                self.login_id = if fits(&login_id) { login_id } else { "".into() };
                self.extension = if fits(&extension) { extension } else { "".into() };
            }
            Change::Reason(code) => {
                self.reasons.retain(|known| *known != code);
                self.reasons.insert(0, code);
                self.reasons.truncate(REASONS_KEPT);
            }
            Change::Shortcut(action, keys) => {
                self.shortcuts.retain(|(known, _)| *known != action);
                if let Some(keys) = keys
                    && self.shortcuts.len() < SHORTCUTS_KEPT
                    && fits(&action)
                    && fits(&keys)
                {
                    self.shortcuts.push((action, keys));
                }
            }
            Change::UsualShortcuts => self.shortcuts.clear(),
            Change::Fold(panel, fold) => {
                self.folded.retain(|known| *known != panel);
                if fold && self.folded.len() < PANELS_KEPT && fits(&panel) {
                    self.folded.push(panel);
                }
            }
        }
    }
}

fn fits(text: &str) -> bool {
    text.len() <= LONGEST_TEXT
}
