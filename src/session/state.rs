//! What the session shows of itself: the screen, the link, why things did not work.
//!
//! Lives here: plain data for the view, in the session's terms.
//! May not be here: signals, and words for people other than texts that a server or browser gave.
//! The model shows the contact centre; this shows the desk's own condition.
//! Written by the session only.

use crate::domain::Moment;
use crate::domain::ids::CallKey;
use crate::preferences::{Signal, Signals};

/// How the desk stands with its hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// Not started.
    #[default]
    Idle,
    /// Connecting for the first time.
    Connecting {
        /// Counts the attempts, from 1.
        attempt: u32,
    },
    /// Connected; subscriptions and snapshot are still under way.
    Preparing,
    /// Connected, everything confirmed.
    Live,
    /// Connected, but nothing has been heard for longer than usual.
    Late,
    /// Connection lost; trying again.
    Reconnecting {
        /// Counts the attempts since the loss, from 1.
        attempt: u32,
        /// When the next attempt starts; `None` while one is under way.
        next_try: Option<Moment>,
    },
    /// The browser says that there is no network; attempts are paused.
    Offline,
    /// Ended, and not coming back by itself.
    Stopped,
}

/// Something about what lies behind the hub that people should know while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A telephony server has lost its link to the switch (rule R103).
    SwitchLinkDown,
    /// More happened while the connection was lost than the server remembers (rule R127).
    Gap,
    /// Events of the past are being told (rule R125).
    CatchingUp,
}

/// The connection to one of the further hubs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubView {
    /// What people call it.
    pub name: String,
    /// The link's state.
    pub link: Link,
    /// Why it is not there, in words for IT support.
    pub trouble: Option<String>,
}

/// The connection as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionView {
    /// The link's state.
    pub link: Link,
    /// The hub's host.
    pub server: String,
    /// It is a backup of the hub's, because the primary could not be reached.
    pub backup: bool,
    /// When something was last heard, in server time.
    pub as_of: Option<Moment>,
    /// Why the last attempt or the connection ended, in words for IT support.
    pub trouble: Option<String>,
    /// Subscriptions granted, of those wanted.
    pub subscribed: (u32, u32),
    /// Subscriptions refused, with the server's words (at most 5 shown).
    pub refused: Vec<String>,
    /// What else is to be known.
    pub notices: Vec<Notice>,
    /// The host has another release of the page.
    pub newer: bool,
    /// Records that could not be used since the page was loaded.
    pub bad_records: u64,
    /// The further hubs, where there are several.
    pub hubs: Vec<HubView>,
}

/// A reason for not being ready, from the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The code that the server knows.
    pub code: i32,
    /// What people call it.
    pub label: String,
}

/// Why signing in did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInError {
    /// The server does not accept the id (or the password).
    Refused(String),
    /// The server could not be reached; in words for IT support.
    Unreachable(String),
}

/// Who was signed in here before and is asked to sign in again. Never a password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Agent id.
    pub login_id: String,
    /// Phone.
    pub extension: String,
}

/// What a tab is among those of the same agent in the same browser (decision D7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Not decided: nobody works here, or it has just begun.
    #[default]
    Undecided,
    /// The one that rings.
    Leading,
    /// Another one rings; this one is live and silent.
    Following,
}

/// What calls for attention at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attending {
    /// What this tab is among others.
    pub tab: Tab,
    /// The call that rings, where it is this tab that is to tell of it.
    pub call: Option<CallKey>,
    /// The signals to give; none while no call rings.
    pub signals: Signals,
}

impl Default for Attending {
    fn default() -> Self {
        Self {
            tab: Tab::default(),
            call: None,
            signals: Signals::NONE,
        }
    }
}

impl Attending {
    /// The call that this signal is to be given for.
    pub fn call_for(&self, signal: Signal) -> Option<CallKey> {
        self.call.filter(|_| self.signals.has(signal))
    }
}

/// How the page is laid out. What is not `Auto` is the site's choice or the portal's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// By the room there is.
    #[default]
    Auto,
    /// One row, 64 px high: the state, the current call and its buttons.
    Bar,
    /// One column.
    Compact,
    /// The whole desk.
    Full,
    /// Queues and team for a wall; no softphone.
    Wall,
}

impl Layout {
    /// All of them.
    pub const ALL: [Layout; 5] = [
        Layout::Auto,
        Layout::Bar,
        Layout::Compact,
        Layout::Full,
        Layout::Wall,
    ];

    /// What it is called in `config.json`, in the protocol with portals and in the style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Auto => "auto",
            Layout::Bar => "bar",
            Layout::Compact => "compact",
            Layout::Full => "full",
            Layout::Wall => "wall",
        }
    }

    /// The layout of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// What becomes of the layout where there is little height or little width.
    ///
    /// A wall is never guessed: who has a large screen wants a desk.
    #[must_use]
    pub fn in_room(self, is_low: bool, is_narrow: bool) -> Self {
        match self {
            Layout::Auto if is_low => Layout::Bar,
            Layout::Auto if is_narrow => Layout::Compact,
            Layout::Auto => Layout::Full,
            chosen => chosen,
        }
    }
}

/// From which number on something calls for attention; what has no number never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Threshold {
    /// For a look.
    pub warning: Option<u32>,
    /// At once.
    pub critical: Option<u32>,
}

/// The site's thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Callers in a queue.
    pub waiting: Threshold,
    /// The longest wait in a queue, seconds.
    pub longest_wait: Threshold,
    /// Time that a colleague has been in a call, seconds.
    pub talking: Threshold,
    /// Time that a colleague has been in wrap-up, seconds.
    pub wrap_up: Threshold,
    /// Time that a colleague has not been ready, seconds.
    pub not_ready: Threshold,
}

impl Default for Thresholds {
    fn default() -> Self {
        let from = |warning, critical| Threshold {
            warning: Some(warning),
            critical: Some(critical),
        };
        // How long people may take is for each site to say; how many wait and for how long is much alike everywhere.
        Self {
            waiting: from(1, 3),
            longest_wait: from(31, 61),
            talking: Threshold::default(),
            wrap_up: Threshold::default(),
            not_ready: Threshold::default(),
        }
    }
}

/// Which screen is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// Configuration is being read.
    Starting,
    /// The configuration cannot be used; what is wrong, with the path to it.
    BadConfig(Vec<String>),
    /// Nobody is signed in.
    SignIn {
        /// The token endpoint wants a password.
        wants_password: bool,
        /// There is a telephony server, so a phone is needed.
        wants_extension: bool,
        /// An attempt is under way.
        busy: bool,
        /// Why the last attempt failed.
        error: Option<SignInError>,
        /// What is filled in from the beginning.
        known: Known,
    },
    /// The desk.
    Desk,
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn a_layout_that_was_chosen_stays_and_auto_goes_by_the_room() {
        assert_eq!(Layout::Auto.in_room(true, false), Layout::Bar);
        assert_eq!(Layout::Auto.in_room(true, true), Layout::Bar);
        assert_eq!(Layout::Auto.in_room(false, true), Layout::Compact);
        assert_eq!(Layout::Auto.in_room(false, false), Layout::Full);
        for layout in Layout::ALL {
            for room in [(false, false), (false, true), (true, false), (true, true)] {
                let became = layout.in_room(room.0, room.1);
                assert!(layout == Layout::Auto || became == layout);
                assert!(became != Layout::Auto && (layout == Layout::Wall || became != Layout::Wall));
            }
        }
    }
}
