//! Statistics of agents and skill groups.
//!
//! Lives here: the columns that the site has configured, and the events that carry them.
//! May not live here: counting (`centre::statistics`, `centre::queue`).
//! Only configured columns are sent (R84); the reference leaves their names to the site. Times are whole
//! seconds.

use super::super::json::Writer;
use super::Teller;
use super::numbers::{PERIPHERAL, skill_id, skill_number};
use crate::centre::{AgentFigures, FiguresReport, QueueFigures, QueueId};

/// A configured column.
pub(super) struct Column<T> {
    /// Its name on the wire.
    pub(super) name: &'static str,
    /// What stands above it.
    pub(super) header: &'static str,
    value: fn(&T) -> i64,
}

/// The columns of the agent's statistics.
pub(super) const AGENT_COLUMNS: [Column<AgentFigures>; 5] = [
    Column {
        name: "CallsHandledToday",
        header: "Calls handled",
        value: |figures| i64::from(figures.handled),
    },
    Column {
        name: "LoggedOnTimeToday",
        header: "Time signed in",
        value: |figures| figures.signed_in.as_secs(),
    },
    Column {
        name: "AvailTimeToday",
        header: "Time ready",
        value: |figures| figures.ready.as_secs(),
    },
    Column {
        name: "NotReadyTimeToday",
        header: "Time not ready",
        value: |figures| figures.not_ready.as_secs(),
    },
    Column {
        name: "WorkTimeToday",
        header: "Time in wrap-up",
        value: |figures| figures.wrap_up.as_secs(),
    },
];

/// The columns of a skill group's statistics.
pub(super) const QUEUE_COLUMNS: [Column<QueueFigures>; 5] = [
    Column {
        name: "CallsQNow",
        header: "Calls waiting",
        value: |figures| i64::from(figures.waiting),
    },
    Column {
        name: "LongestCallQ",
        header: "Longest wait",
        value: |figures| figures.longest_wait.as_secs(),
    },
    Column {
        name: "LoggedOn",
        header: "Agents signed in",
        value: |figures| i64::from(figures.signed_in),
    },
    Column {
        name: "Avail",
        header: "Agents ready",
        value: |figures| i64::from(figures.free),
    },
    Column {
        name: "NotReady",
        header: "Agents not ready",
        value: |figures| i64::from(figures.away),
    },
];

impl Teller<'_> {
    pub(super) fn figures(&mut self, report: &FiguresReport) {
        match report {
            FiguresReport::Agent(figures) => self.agent_figures(figures),
            FiguresReport::Queue(queue, figures) => self.queue_figures(*queue, figures),
            FiguresReport::About(queue) => self.skill_info(*queue),
            FiguresReport::SkillGroups => self.event("OnSnapshotSkillGroupList", |_| {}),
        }
    }

    fn agent_figures(&mut self, figures: &AgentFigures) {
        let agent = self.agent;
        self.event("OnAgentStatistics", |writer| {
            writer.plain("PeripheralID", PERIPHERAL);
            writer.text("AgentExtension", &agent.extension);
            writer.text("AgentID", &agent.login);
            writer.text("AgentInstrument", &agent.extension);
            statistics(writer, &AGENT_COLUMNS, figures);
        });
    }

    fn queue_figures(&mut self, queue: QueueId, figures: &QueueFigures) {
        self.event("OnSkillGroupStatisticsUpdated", |writer| {
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("SkillGroupNumber", skill_number(Some(queue)));
            writer.plain("SkillGroupID", skill_id(Some(queue)));
            statistics(writer, &QUEUE_COLUMNS, figures);
        });
    }

    fn skill_info(&mut self, queue: QueueId) {
        if let Some(found) = self.centre.queue(queue) {
            self.event("OnSkillInfoEvent", |writer| {
                writer.plain("SkillGroupNumber", skill_number(Some(queue)));
                writer.text("SkillGroupName", &found.name);
            });
        }
    }
}

/// The configured columns as nested Arguments, which the reference says of skill groups.
fn statistics<T>(writer: &mut Writer, columns: &[Column<T>], figures: &T) {
    writer.nested("STATISTICS", |nested| {
        for column in columns {
            nested.plain(column.name, (column.value)(figures));
        }
    });
}
