//! Settings kept at the telephony server: for all desks of a site, and for one agent's desk.
//!
//! Lives here: the declared call data, grids of statistics, connection profiles, sounds, an agent's permissions.
//! May not be here: what the page itself is configured with (`config.json`), and how any of it is shown.
//! What is not set is `None`; which default applies is known to the server and not told.
//! Whatever a site adds of its own is kept by name and value, up to a limit.

/// Declared call data, grids, profiles, sounds, and a site's own values kept of each list.
pub const ENTRIES_KEPT: usize = 200;

/// A value that a site has added: its name, with the path to it, and the value as it came.
pub type Custom = (Box<str>, Box<str>);

/// What is set for all desks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteSettings {
    /// Data that calls may carry beside the call variables.
    pub call_data: Vec<CallData>,
    /// Data of calls that the desk may change, so far as the tables say.
    pub changeable: Vec<Box<str>>,
    /// What tables show, and in which columns.
    pub grids: Vec<Grid>,
    /// How supervisors listen in.
    pub silent_monitor: SilentMonitorSettings,
    /// How desks connect.
    pub profiles: Vec<Profile>,
    /// What the desk does by itself.
    pub screen: Screen,
    /// Which sounds are muted.
    pub sounds: Vec<(Sound, Option<bool>)>,
    /// What the site has added.
    pub custom: Vec<Custom>,
}

impl SiteSettings {
    /// The column of a figure in a grid, where the site has set one.
    pub fn column(&self, kind: &GridKind, figure: &str) -> Option<&GridColumn> {
        let grid = self.grids.iter().find(|grid| grid.kind == *kind)?;
        grid.columns.iter().find(|column| {
            column
                .figure
                .as_deref()
                .is_some_and(|known| known.eq_ignore_ascii_case(figure))
        })
    }

    /// The heading of a figure in a grid, where the site has set one.
    pub fn heading(&self, kind: &GridKind, figure: &str) -> Option<&str> {
        self.column(kind, figure)?.heading.as_deref()
    }

    /// Names of data that a call can be given, of a list the next place: those that it does not carry yet.
    pub fn data_to_add(&self, present: &[(Box<str>, Box<str>)]) -> Vec<Box<str>> {
        let is_present = |name: &str| present.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let declared = self.call_data.iter().filter_map(|data| match data.size {
            None => Some(data.name.clone()),
            Some(size) => (0..size)
                .map(|place| {
                    [&data.name, "[", &place.to_string(), "]"]
                        .concat()
                        .into_boxed_str()
                })
                .find(|name| !is_present(name)),
        });
        let changeable = self.changeable.iter().cloned();
        let mut names: Vec<Box<str>> = changeable
            .chain(declared)
            .filter(|name| !is_present(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Who lets a supervisor listen in (rule R86): the phone system, where the site says so, else the desks.
    pub fn listening(&self) -> Listening {
        match self.silent_monitor.by_phone_system {
            Some(true) => Listening::ByPhoneSystem,
            Some(false) | None => Listening::ByDesks,
        }
    }
}

/// Data that calls may carry: one value, or as many as `size`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallData {
    /// Its name.
    pub name: Box<str>,
    /// How many values it has, where it is a list.
    pub size: Option<u32>,
}

/// What a grid shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridKind {
    /// The agent's figures.
    Agent,
    /// The skill groups' figures.
    SkillGroup,
    /// The calls.
    Calls,
    /// Something that the site has added.
    Other(Box<str>),
}

/// A table on a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// What it shows.
    pub kind: GridKind,
    /// Its columns, by number.
    pub columns: Vec<GridColumn>,
}

/// A column of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridColumn {
    /// Its number, as it is set.
    pub number: Box<str>,
    /// The figure it shows, by the server's name for it.
    pub figure: Option<Box<str>>,
    /// What stands above it.
    pub heading: Option<Box<str>>,
    /// The agent may change what stands in it.
    pub editable: Option<bool>,
    /// The most letters in it.
    pub most_letters: Option<u32>,
}

/// Who lets a supervisor listen in (rule R86).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// The phone system: supervisors ask for it, agents' desks do nothing.
    ByPhoneSystem,
    /// The desks on both sides.
    ByDesks,
}

/// How supervisors listen in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SilentMonitorSettings {
    /// The phone system does it (rule R86).
    pub by_phone_system: Option<bool>,
    /// Port at which the voice ends.
    pub media_port: Option<u32>,
    /// Port at which the supervisor's desk listens.
    pub port: Option<u32>,
    /// How often a sign of life is due; the unit is not documented.
    pub heartbeat: Option<i64>,
    /// How long one may be missing; the unit is not documented.
    pub patience: Option<i64>,
    /// Packets are marked as urgent.
    pub marked_urgent: Option<bool>,
}

/// How a desk connects: the pair of servers and what is asked of whoever signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Its name.
    pub name: Box<str>,
    /// The first server.
    pub server_a: Option<Box<str>>,
    /// The second server.
    pub server_b: Option<Box<str>>,
    /// Port of the first.
    pub port_a: Option<u32>,
    /// Port of the second.
    pub port_b: Option<u32>,
    /// How often a sign of life is due; the unit is not documented.
    pub heartbeat: Option<i64>,
    /// How many may be missed before the link is given up (rule R41).
    pub misses_allowed: Option<u32>,
    /// The agent is signed in without being asked.
    pub signs_in: Option<bool>,
    /// Warns when the agent is signed in elsewhere.
    pub warns_if_signed_in: Option<bool>,
    /// Refuses when the agent is signed in elsewhere.
    pub refuses_if_signed_in: Option<bool>,
    /// Supervisors may listen in.
    pub silent_monitor: Option<bool>,
    /// Warns while a supervisor listens in.
    pub warns_if_monitored: Option<bool>,
    /// Packets are marked as urgent.
    pub marked_urgent: Option<bool>,
    /// The switch, by the server's number for it.
    pub switch: Option<i64>,
    /// Which fields the sign-in shows, a bit for each.
    pub fields_shown: Option<i64>,
    /// What the switch can do, a bit for each.
    pub switch_abilities: Option<i64>,
    /// How remote agents are called.
    pub remote_agents: Option<i64>,
}

/// What the desk does by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Screen {
    /// How often the agent's figures come, seconds.
    pub statistics_every: Option<i64>,
    /// Comes to the front when a call rings.
    pub comes_to_front: Option<bool>,
    /// Flashes when a call rings.
    pub flashes: Option<bool>,
    /// Calls can be recorded.
    pub records: Option<bool>,
}

/// A sound of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// The tones of the keys.
    Keys,
    /// The dial tone.
    DialTone,
    /// While the other side rings.
    Dialling,
    /// While a call rings here.
    Ringing,
    /// All of them.
    All,
    /// One that the site has added.
    Other(Box<str>),
}

/// Whether wrap-up data are wanted after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrapUpData {
    /// They must be given.
    Required,
    /// They may be given.
    Optional,
    /// They may not be given.
    NotAllowed,
    /// Wrap-up must follow, and data must be given.
    RequiredWithData,
}

/// One thing that an agent's desk settings allow or demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum DeskRule {
    /// Ready after an incoming call.
    ReadyAfterIncoming,
    /// Ready after an outgoing call.
    ReadyAfterOutgoing,
    /// Calls are answered without being asked.
    AnswersByItself,
    /// A reason must be given for not being ready.
    NotReadyNeedsReason,
    /// A reason must be given for signing out.
    SignOutNeedsReason,
    /// A supervisor may be called for help.
    SupervisorCalls,
    /// Other agents may be called.
    AgentCalls,
    /// International calls.
    International,
    /// Calls to the public network.
    PublicNetwork,
    /// Calls to the private network.
    PrivateNetwork,
    /// Calls by an operator.
    OperatorAssisted,
    /// Calls out through the switch.
    ThroughSwitch,
    /// Calls that do not come through a queue.
    OtherCalls,
    /// The agent may choose the groups to sign in to.
    ChoosesGroups,
}

/// A set of desk rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeskRules(u16);

impl DeskRules {
    /// The set with `rule` added.
    #[must_use]
    pub fn with(self, rule: DeskRule) -> Self {
        Self(self.0 | 1 << rule as u8)
    }

    /// Whether `rule` is in the set.
    pub fn has(self, rule: DeskRule) -> bool {
        self.0 & (1 << rule as u8) != 0
    }
}

impl FromIterator<DeskRule> for DeskRules {
    fn from_iter<I: IntoIterator<Item = DeskRule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::default(), Self::with)
    }
}

/// What is set for one agent's desk. Which buttons are on is said by masks alone, whatever stands here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeskSettings {
    /// What it allows and demands.
    pub rules: DeskRules,
    /// Wrap-up data after an incoming call.
    pub wrap_up_incoming: Option<WrapUpData>,
    /// Wrap-up data after an outgoing call.
    pub wrap_up_outgoing: Option<WrapUpData>,
    /// Signed out after this many seconds without doing anything.
    pub idle_limit: Option<i64>,
    /// A call rings for this many seconds before it goes elsewhere.
    pub ring_limit: Option<i64>,
    /// Where an unanswered call goes.
    pub unanswered_to: Option<i64>,
    /// Wrap-up ends by itself after this time; the document has no unit.
    pub wrap_up_limit: Option<i64>,
    /// How often calls are recorded; the document has no unit.
    pub recording_rate: Option<i64>,
    /// The agent is warned when a supervisor listens in.
    pub warns_if_monitored: Option<bool>,
    /// A click is heard when a supervisor listens in.
    pub clicks_if_monitored: Option<bool>,
    /// Asking a supervisor for help makes a conference at once, not a consultation.
    pub assist_joins_at_once: Option<bool>,
    /// An emergency makes a conference at once, not a consultation.
    pub emergency_joins_at_once: Option<bool>,
    /// Emergencies are recorded.
    pub records_emergencies: Option<bool>,
    /// Recordings go through the phone system.
    pub records_by_phone_system: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_added_is_what_is_declared_and_not_there() {
        let data = |name: &str, size| CallData {
            name: name.into(),
            size,
        };
        let settings = SiteSettings {
            call_data: vec![
                data("user.customer", None),
                data("user.history", Some(3)),
                data("user.notes", Some(1)),
            ],
            changeable: vec!["CallVariable2".into(), "user.customer".into()],
            ..SiteSettings::default()
        };
        let present: Vec<(Box<str>, Box<str>)> = ["user.notes[0]", "USER.history[0]"]
            .map(|name| (name.into(), "x".into()))
            .to_vec();
        let names: Vec<String> = settings
            .data_to_add(&present)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["CallVariable2", "user.customer", "user.history[1]"]);
    }

    #[test]
    fn r86_the_desks_let_listen_in_unless_the_phone_system_is_said_to() {
        let listening = |by_phone_system| {
            let silent_monitor = SilentMonitorSettings {
                by_phone_system,
                ..SilentMonitorSettings::default()
            };
            SiteSettings {
                silent_monitor,
                ..SiteSettings::default()
            }
            .listening()
        };
        assert_eq!(listening(Some(true)), Listening::ByPhoneSystem);
        assert_eq!(listening(Some(false)), Listening::ByDesks);
        assert_eq!(listening(None), Listening::ByDesks);
    }
}
