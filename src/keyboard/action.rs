//! What can be done by keys.
//!
//! Lives here: the actions, in the order in which they are shown, with their names, groups and usual keys.
//! May not be here: what an action is called for people, and how it is carried out.
//! A name is kept in the agent's preferences: it never changes its meaning.

use super::keys::Keys;

/// Actions that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What is done to a call.
    Calls,
    /// The own state.
    State,
    /// Places to go to.
    Places,
    /// Asking what is the case.
    Help,
}

impl Group {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Group; 4] = [Group::Calls, Group::State, Group::Places, Group::Help];
}

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident $name:literal $group:ident $usual:literal [$($command:literal)*])*) => {
        /// Something that can be done by keys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// All of them, in the order in which they are shown.
            pub const ALL: [Action; [$($name),*].len()] = [$(Action::$action),*];

            /// Name, group, usual keys and commands of each, in that order.
            const TABLE: [(&str, Group, &str, &[&str]); Self::ALL.len()] =
                [$(($name, Group::$group, $usual, &[$($command),*])),*];
        }
    };
}

actions! {
    /// Answer the call that rings.
    Answer "answer" Calls "Alt+Shift+P" ["answer"]
    /// Leave the call.
    EndCall "end-call" Calls "Alt+Shift+E" ["end-call"]
    /// Put the call on hold, or take it off hold.
    Hold "hold" Calls "Alt+Shift+H" ["hold" "retrieve"]
    /// Begin to hand the call over.
    Transfer "transfer" Calls "Alt+Shift+X" ["transfer"]
    /// Begin to bring somebody in.
    Conference "conference" Calls "Alt+Shift+F" ["conference"]
    /// Hand the caller over to whom the agent has consulted.
    CompleteTransfer "complete-transfer" Calls "Alt+Shift+C" ["complete-transfer"]
    /// Join caller and consulted.
    CompleteConference "complete-conference" Calls "Alt+Shift+G" ["complete-conference"]
    /// Change over between caller and consulted.
    Alternate "alternate" Calls "Alt+Shift+W" ["alternate"]
    /// Drop the consulted.
    BackToCaller "back-to-caller" Calls "Alt+Shift+R" ["back-to-caller"]
    /// Open the tone pad.
    Keypad "keypad" Calls "Alt+Shift+K" ["keypad"]
    /// Begin or end the recording.
    Record "record" Calls "Alt+Shift+V" ["start-recording" "stop-recording"]
    /// Go to the card of the next call.
    NextCall "next-call" Calls "Alt+Shift+ArrowDown" []
    /// Go to the card of the call before.
    PreviousCall "previous-call" Calls "Alt+Shift+ArrowUp" []
    /// Make the call that one is at the current one.
    MakeCurrent "make-current" Calls "Alt+Shift+U" ["make-current"]
    /// Call the supervisor.
    AskSupervisor "ask-supervisor" Calls "Alt+Shift+Q" ["ask-supervisor"]

    /// Become ready.
    Ready "ready" State "Alt+Shift+Y" ["ready"]
    /// Choose why not to be ready.
    NotReady "not-ready" State "Alt+Shift+O" ["not-ready"]
    /// Open the choice of states.
    StateMenu "state-menu" State "Alt+Shift+1" ["state-menu"]
    /// Be done with the wrap-up.
    FinishWrapUp "finish-wrap-up" State "Alt+Shift+Z" []

    /// The field for a number.
    Dial "dial" Places "Alt+Shift+D" []
    /// The notices.
    Notices "notices" Places "Alt+Shift+2" []
    /// The data of the current call.
    CallData "call-data" Places "Alt+Shift+3" []
    /// How the call is to be filed.
    WrapUpCode "wrap-up-code" Places "Alt+Shift+4" []
    /// The missed calls.
    Missed "missed" Places "Alt+Shift+5" []
    /// The messages.
    Chat "chat" Places "Alt+Shift+6" []
    /// The alerts.
    Alerts "alerts" Places "Alt+Shift+7" ["alerts"]
    /// The settings.
    Settings "settings" Places "Alt+Shift+8" ["settings"]

    /// Say the time in the state and on the call.
    SayTimes "say-times" Help "Alt+Shift+J" []
    /// Show what the keys do.
    Shortcuts "shortcuts" Help "?" ["shortcuts"]
}

impl Action {
    fn row(self) -> Option<&'static (&'static str, Group, &'static str, &'static [&'static str])> {
        Self::TABLE.get(self as usize)
    }

    /// What it is called in preferences and in the page's hooks.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.0)
    }

    /// The action of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Where it is shown.
    pub fn group(self) -> Group {
        self.row().map_or(Group::Help, |row| row.1)
    }

    /// The keys that it has as long as nobody chooses others.
    pub fn usual(self) -> Option<Keys> {
        Keys::read(self.row()?.2)
    }

    /// The action that does the same as the buttons with this command (`data-command`).
    pub fn of_command(command: &str) -> Option<Self> {
        let mut rows = Self::ALL.into_iter().zip(Self::TABLE);
        let (action, _) = rows.find(|(_, row)| row.3.contains(&command))?;
        Some(action)
    }

    /// How long it rests after it was done, milliseconds: what cannot be undone is not done twice by one press too many.
    pub fn rest(self) -> f64 {
        match self {
            Action::EndCall => 1_000.0,
            _ => 0.0,
        }
    }
}
