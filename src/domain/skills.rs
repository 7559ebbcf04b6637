//! Skill groups and statistics: who is assigned to what, and what the telephony server counts.
//!
//! Lives here: skill groups, the agent's assignment to them, figures as columns of name and value.
//! May not be here: thresholds, units and sums: which figures come, and what each means, is set at the server.
//! Only what the server is set to tell comes (rule R84); a figure that is not told is absent, not zero.
//! The headings of the columns stand in the site's settings ([`super::settings::SiteSettings::heading`]).

use super::agent::AgentState;
use super::moment::Moment;

/// Columns kept of one report.
pub const COLUMNS_KEPT: usize = 100;
/// Skill groups kept of one agent; the documents speak of up to 99.
pub const MEMBERSHIPS_KEPT: usize = 100;

/// One figure: its name at the server and its value as it came.
pub type Column = (Box<str>, Box<str>);

/// What the server counts of somebody or something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// The figures of the last report, in its order.
    pub columns: Vec<Column>,
    /// When it came.
    pub heard: Option<Moment>,
}

impl Statistics {
    /// The figure of this name, without regard to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .columns
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }
}

/// A skill group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkillGroup {
    /// Its number at the switch.
    pub number: Option<i64>,
    /// Its number in the whole system.
    pub id: Option<i64>,
    /// Its name.
    pub name: Option<Box<str>>,
    /// What the server counts of it.
    pub statistics: Statistics,
}

impl SkillGroup {
    /// Whether this is the group of that number or, where no number is told, of that id.
    pub fn is(&self, number: Option<i64>, id: Option<i64>) -> bool {
        match (self.number, number) {
            (Some(known), Some(told)) => known == told,
            _ => self.id.is_some() && self.id == id,
        }
    }
}

/// An agent's place in one skill group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Membership {
    /// The group's number at the switch; `None` when it does not apply (rule R75).
    pub number: Option<i64>,
    /// The group's number in the whole system.
    pub id: Option<i64>,
    /// Priority; `None` when it does not apply (rule R76).
    pub priority: Option<i64>,
    /// The agent's state with respect to the group.
    pub state: Option<AgentState>,
}

/// By whom an agent can be given a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignable {
    /// By nobody at present.
    No,
    /// By the router.
    ByRouter,
    /// By an application only.
    ByApplication,
}

/// What the own agent was assigned at sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    /// The skill groups.
    pub skill_groups: Vec<Membership>,
    /// The router may send calls (irregularity C28: the mode that the agent is in).
    pub routable: Option<bool>,
    /// By whom the agent can be given a task.
    pub assignable: Option<Assignable>,
    /// Tasks at present.
    pub tasks: Option<u32>,
    /// The most tasks at once.
    pub most_tasks: Option<u32>,
}
