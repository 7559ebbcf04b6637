//! Supervision: a supervisor's team, the agent being monitored, emergencies, and listening in.
//!
//! Lives here: the supervisor's side of the desk, and [`SilentMonitor`], one session of listening in with its states.
//! May not be here: which buttons are on (the supervisor's mask says), the monitored agents' and calls' own rows.
//! Listening in has two sides, and this desk may be either; at most one session is known at a time.
//! A session that has ended stays ended, whatever is told of it afterwards (rule R89).

use super::control::SupervisorMask;
use super::ids::AgentKey;
use super::moment::Moment;
use super::skills::{Assignable, Membership};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Members kept of the team.
pub const MEMBERS_KEPT: usize = 2_000;
/// Emergencies kept, newest last.
pub const EMERGENCIES_KEPT: usize = 20;

/// A member of the supervisor's team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    /// Sign-in id of the member's supervisor.
    pub supervisor: Option<Box<str>>,
    /// The member is the team's first supervisor.
    pub is_first_supervisor: bool,
    /// The member is a supervisor.
    pub is_supervisor: bool,
    /// The member belongs to the team for a time only.
    pub is_temporary: bool,
    /// By whom the member can be given a call.
    pub assignable: Option<Assignable>,
    /// The member's skill groups.
    pub skill_groups: Vec<Membership>,
}

/// A call that a supervisor's desk takes care of as an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// The agent on the call.
    pub agent: Option<AgentKey>,
    /// The agent's sign-in id.
    pub login_id: Option<Box<str>>,
    /// The agent's phone.
    pub extension: Option<Box<str>>,
    /// The connection of the call, as the switch names it.
    pub connection: Option<Box<str>>,
    /// When it was told.
    pub at: Moment,
}

/// The supervisor's side of a desk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Supervisor {
    /// The supervisor's mask; `None` until the server sends one.
    pub mask: Option<SupervisorMask>,
    /// The team.
    pub team: FxHashMap<AgentKey, Member>,
    /// The agent being monitored: that agent's calls are told here.
    pub monitored: Option<AgentKey>,
    /// The monitored agent's call that the supervisor has joined, by the source's id.
    pub joined: Option<Box<str>>,
    /// Emergencies, newest last.
    pub emergencies: VecDeque<Emergency>,
}

/// Which side of listening in this desk is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It listens.
    Listening,
    /// It is listened to.
    ListenedTo,
}

/// What a report says of a session of listening in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It goes on, or nobody knows.
    GoesOn,
    /// Voice flows.
    Runs,
    /// It has ended as it should.
    Stopped,
    /// It has failed.
    Failed,
}

/// A report about a session of listening in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// What it means for the session.
    pub standing: Standing,
    /// The server's code, for IT support.
    pub code: i64,
    /// A sentence for the people at the desk.
    pub text: &'static str,
}

/// Where a session of listening in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The supervisor's request was processed.
    Requested,
    /// The request has arrived at the agent's desk.
    Offered {
        /// It is accepted without anybody's doing; else the agent's side must accept it (rule R88).
        by_itself: bool,
    },
    /// The supervisor hears the agent.
    Running,
    /// It is over.
    Ended(End),
}

/// Why a session of listening in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The supervisor stopped, or the call ended (rule R90).
    Stopped,
    /// It failed; the cause as the switch counts, where told (rule R90).
    Failed(Option<i64>),
    /// The two desks lost each other.
    Disconnected,
    /// No voice came from the agent's phone.
    NoVoice,
    /// The agent or the supervisor signed out.
    SignedOut,
}

/// What names a session of listening in. Either the agent or the device is named, never both (rule R87), and
/// the phone system names neither but the call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SilentMonitorRef<'a> {
    /// The session's number.
    pub session: Option<i64>,
    /// The id of the call that carries the voice.
    pub call: Option<Cow<'a, str>>,
    /// The agent who is listened to, by the source's id.
    pub agent: Option<Cow<'a, str>>,
    /// The device that is listened to.
    pub device: Option<Cow<'a, str>>,
    /// Which side this desk is on, where the news says.
    pub role: Option<Role>,
}

/// What happened to a session of listening in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SilentMonitorStep {
    /// The supervisor's request was processed.
    Requested,
    /// The request arrived at the agent's desk.
    Offered {
        /// See [`Phase::Offered`].
        by_itself: bool,
    },
    /// It has begun; told again after a failover (rule R89).
    Started,
    /// How it goes (rule R91).
    Reported(Report),
    /// No voice comes from the agent's phone (rule R91).
    NoVoice(Option<Report>),
    /// The two desks lost each other.
    Disconnected(Option<Report>),
    /// It was stopped; a cause other than 0 says that it failed (rule R90).
    Stopped {
        /// The cause.
        cause: Option<i64>,
    },
    /// Somebody signed out.
    SignedOut,
}

impl SilentMonitorStep {
    /// Whether it can be the first that is heard of a session.
    fn begins(self) -> bool {
        matches!(
            self,
            SilentMonitorStep::Requested | SilentMonitorStep::Offered { .. } | SilentMonitorStep::Started
        )
    }
}

/// One session of listening in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentMonitor {
    /// The session's number.
    pub session: Option<i64>,
    /// The id of the call that carries the voice.
    pub call: Option<Box<str>>,
    /// The agent who is listened to, by the source's id.
    pub agent: Option<Box<str>>,
    /// The device that is listened to.
    pub device: Option<Box<str>>,
    /// Which side this desk is on; `None` when nobody has said.
    pub role: Option<Role>,
    /// Where it stands.
    pub phase: Phase,
    /// The last report about it.
    pub report: Option<Report>,
    /// Since when the phase has lasted.
    pub since: Moment,
}

impl SilentMonitor {
    /// Takes in what happened; `current` is the session known so far. Answers whether anything changed.
    pub fn step(
        current: &mut Option<SilentMonitor>,
        about: &SilentMonitorRef<'_>,
        step: SilentMonitorStep,
        when: Moment,
    ) -> bool {
        match current {
            Some(session) if session.is(about) => session.take(about, step, when),
            _ if step.begins() => {
                let mut session = SilentMonitor::new(when);
                session.take(about, step, when);
                *current = Some(session);
                true
            }
            // Of a session that is over and was replaced, or that began before this desk listened.
            _ => false,
        }
    }

    fn new(when: Moment) -> Self {
        Self {
            session: None,
            call: None,
            agent: None,
            device: None,
            role: None,
            phase: Phase::Requested,
            report: None,
            since: when,
        }
    }

    /// Whether the session is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }

    /// Whether news is about this session: by number, else by call, else by who is listened to. News that
    /// names nothing is about the session that there is.
    fn is(&self, about: &SilentMonitorRef<'_>) -> bool {
        if let (Some(known), Some(told)) = (self.session, about.session) {
            return known == told;
        }
        if let (Some(known), Some(told)) = (&self.call, &about.call) {
            return **known == **told;
        }
        let agrees = |known: &Option<Box<str>>, told: &Option<Cow<'_, str>>| match (known, told) {
            (Some(known), Some(told)) => **known == **told,
            _ => true,
        };
        agrees(&self.agent, &about.agent) && agrees(&self.device, &about.device)
    }

    fn take(&mut self, about: &SilentMonitorRef<'_>, step: SilentMonitorStep, when: Moment) -> bool {
        let before = self.clone();
        self.session = self.session.or(about.session);
        self.role = self.role.or(about.role);
        for (known, told) in [
            (&mut self.call, &about.call),
            (&mut self.agent, &about.agent),
            (&mut self.device, &about.device),
        ] {
            if let (None, Some(told)) = (&known, told) {
                *known = Some(told.as_ref().into());
            }
        }
        if self.is_over() {
            // What comes late explains the end at most.
            if let SilentMonitorStep::Reported(report) = step {
                self.report = Some(report);
            }
            return *self != before;
        }
        match step {
            SilentMonitorStep::Offered { by_itself } if self.phase != Phase::Running => {
                self.phase = Phase::Offered { by_itself };
            }
            // What comes first leads no running session back.
            SilentMonitorStep::Requested | SilentMonitorStep::Offered { .. } => {}
            SilentMonitorStep::Started => self.phase = Phase::Running,
            SilentMonitorStep::Reported(report) => {
                self.report = Some(report);
                match report.standing {
                    Standing::GoesOn => {}
                    Standing::Runs => self.phase = Phase::Running,
                    Standing::Stopped => self.phase = Phase::Ended(End::Stopped),
                    Standing::Failed => self.phase = Phase::Ended(End::Failed(None)),
                }
            }
            SilentMonitorStep::NoVoice(report) => {
                self.report = report.or(self.report);
                self.phase = Phase::Ended(End::NoVoice);
            }
            SilentMonitorStep::Disconnected(report) => {
                self.report = report.or(self.report);
                self.phase = Phase::Ended(End::Disconnected);
            }
            SilentMonitorStep::Stopped { cause } => {
                self.phase = Phase::Ended(match cause {
                    None | Some(0) => End::Stopped,
                    cause => End::Failed(cause),
                });
            }
            SilentMonitorStep::SignedOut => self.phase = Phase::Ended(End::SignedOut),
        }
        if self.phase != before.phase {
            self.since = when;
        }
        *self != before
    }
}

/// News for a supervisor, or of being supervised.
#[derive(Debug, Clone, PartialEq)]
pub enum SupervisionNews<'a> {
    /// The supervisor's mask.
    Mask(SupervisorMask),
    /// An agent belongs to the team; `None`: no longer.
    Member(Cow<'a, str>, Option<Box<Member>>),
    /// An agent is being monitored from now on.
    Monitoring {
        /// The agent, by the source's id.
        agent: Cow<'a, str>,
        /// The agent's call that the supervisor has joined.
        joined: Option<Cow<'a, str>>,
    },
    /// Nobody is being monitored any more.
    NotMonitoring,
    /// An emergency; the agent by the source's id, where told.
    Emergency {
        /// The agent on the call.
        agent: Option<Cow<'a, str>>,
        /// The agent's phone.
        extension: Option<Cow<'a, str>>,
        /// The connection of the call.
        connection: Option<Cow<'a, str>>,
    },
    /// Something happened to a session of listening in.
    SilentMonitor(SilentMonitorRef<'a>, SilentMonitorStep),
}
