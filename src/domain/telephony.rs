//! The telephony server behind the desk: how its link stands, which parts of it work, what it counts and routes.
//!
//! Lives here: plain data of the server as a whole, and the news that changes it.
//! May not be here: the hub's connection (the session's), an agent's or a call's own state, retries.
//! The link mends itself (rule R40): the desk shows how it stands and asks for nothing.
//! What was told before the link was lost is forgotten with it: a new link says it anew.

use super::ids::{AgentKey, SourceId};
use super::moment::Moment;
use super::settings::{DeskSettings, SiteSettings};
use super::skills::{Assignment, Column, SkillGroup};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Notices kept, newest last.
pub const NOTICES_KEPT: usize = 20;
/// Contacts kept that are on their way.
pub const PRECALLS_KEPT: usize = 16;
/// Media streams kept.
pub const STREAMS_KEPT: usize = 16;
/// Switches kept that are out of order.
pub const SWITCHES_KEPT: usize = 16;
/// Skill groups kept.
pub const SKILL_GROUPS_KEPT: usize = 500;
/// Services kept with the calls that wait for them.
pub const SERVICES_KEPT: usize = 500;

/// How the link between the gateway and the telephony server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// Nothing was said of it.
    #[default]
    Unsaid,
    /// It stands.
    Up,
    /// The server is silent when it should not be; the link is not given up yet (rule R41).
    Late {
        /// Signs of life missed in a row.
        missed: u32,
    },
    /// It is lost and is being made again (rule R40).
    Lost(Loss),
    /// The server does not take clients of this version; trying again is no use (rule R42).
    Rejected,
    /// It was ended on purpose (rules R39, R43).
    Closed,
}

/// Why a link was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The two sides speak different versions.
    Versions,
    /// Too many signs of life were missed.
    Silence,
    /// The network failed.
    Network,
    /// The server could not be reached.
    NotReached,
    /// Another reason.
    Other,
    /// Nobody says.
    Unsaid,
}

/// Which of a pair of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// What kind of client the desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An agent's desk.
    Agent,
    /// It listens to events of all agents.
    Monitor,
}

/// A part of the telephony system that can be out of order by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// What routes contacts to agents.
    Router,
    /// What connects the router with the switch.
    Gateway,
    /// The telephony server.
    Server,
    /// The telephony server's connection to the switch.
    Driver,
    /// The server of the desks.
    DeskServer,
    /// The agent's phone.
    Phone,
    /// What sums up the agents' states.
    StateSummary,
}

/// A sentence about the telephony system for the people at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: Box<str>,
    /// The server's code, for IT support.
    pub code: Option<i32>,
    /// When it was told.
    pub at: Moment,
}

/// Which way a media stream goes, seen from the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamDirection {
    /// To the phone.
    In,
    /// From the phone.
    Out,
    /// Both ways.
    Both,
}

/// What a media stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// Voice.
    Audio,
    /// Pictures.
    Video,
    /// Anything else.
    Data,
}

/// A media stream between a phone and the other side of its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The connection that it belongs to, as the switch names it.
    pub connection: Option<Box<str>>,
    /// The sign-in id of the agent at the phone, where told.
    pub login_id: Option<Box<str>>,
    /// Which way it goes.
    pub direction: Option<StreamDirection>,
    /// What it carries.
    pub kind: Option<StreamKind>,
}

impl Stream {
    /// Whether `other` is the same stream: the kind and the agent may be told once only.
    pub fn is(&self, other: &Stream) -> bool {
        self.connection == other.connection && self.direction == other.direction && self.kind == other.kind
    }
}

/// A contact on its way that is no call yet (rule R48).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precall {
    /// The source that announced it.
    pub source: SourceId,
    /// The contact's id at the source; the call will bear it.
    pub contact: Box<str>,
    /// The agent it is meant for, where that is not the own one.
    pub agent: Option<AgentKey>,
    /// The caller's number.
    pub number: Option<Box<str>>,
    /// The number that was dialled.
    pub dialled: Option<Box<str>>,
    /// The queue's name as the contact's data give it.
    pub queue_name: Option<Box<str>>,
    /// The skill group it is routed to.
    pub skill_group: Option<i64>,
    /// Call variables and other data.
    pub data: Vec<(Box<str>, Box<str>)>,
    /// When it was announced.
    pub at: Moment,
}

/// Everything known of the telephony server.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telephony {
    /// The source that it speaks through.
    pub source: SourceId,
    /// How the link stands.
    pub link: Link,
    /// Since when it stands so.
    pub since: Option<Moment>,
    /// The server at the other end, or the one that was lost.
    pub server: Option<Box<str>>,
    /// How often a sign of life is due, milliseconds.
    pub heartbeat: Option<i64>,
    /// What kind of client the desk is.
    pub mode: Option<Mode>,
    /// Parts that are out of order, a bit for each.
    pub(crate) out: u8,
    /// Switches that are out of order, by the number that the server has for them.
    pub switches_out: Vec<i64>,
    /// What people at the desk must know of the system, newest last.
    pub notices: VecDeque<Notice>,
    /// What is set for all desks.
    pub site: Option<Box<SiteSettings>>,
    /// Skill groups with what the server counts of them.
    pub skill_groups: Vec<SkillGroup>,
    /// Calls waiting, by the number of the service that they wait for.
    pub waiting: Vec<(i64, u32)>,
    /// Media streams that flow.
    pub streams: Vec<Stream>,
    /// Contacts on their way, newest last.
    pub precalls: VecDeque<Precall>,
    /// The phone's line that the last dialled call uses, where the switch knows (rule R77).
    pub line: Option<u16>,
}

impl Telephony {
    /// Whether a part is known to be out of order.
    pub fn is_out(&self, part: Part) -> bool {
        self.out & (1 << part as u8) != 0
    }

    /// Whether nothing can be asked of the server at present.
    ///
    /// A link that was ended on purpose is not down: whoever signs in makes a new one (rule R43). Without the
    /// router calls are still made and answered, and a single switch may be another agent's.
    pub fn is_down(&self) -> bool {
        matches!(self.link, Link::Lost(_) | Link::Rejected)
            || [Part::Server, Part::Driver, Part::DeskServer]
                .into_iter()
                .any(|part| self.is_out(part))
    }

    /// Which server of the pair the link goes or went to, where the settings name both.
    pub fn side(&self) -> Option<Side> {
        let server = self.server.as_deref()?;
        let profiles = &self.site.as_ref()?.profiles;
        let named = |name: &Option<Box<str>>| {
            name.as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(server))
        };
        profiles.iter().find_map(|profile| {
            if named(&profile.server_a) {
                Some(Side::A)
            } else {
                named(&profile.server_b).then_some(Side::B)
            }
        })
    }

    /// How many signs of life may be missed before the link is given up, where the settings say.
    pub fn misses_allowed(&self) -> Option<u32> {
        let profiles = &self.site.as_ref()?.profiles;
        let server = self.server.as_deref().unwrap_or_default();
        let of_server = profiles.iter().find(|profile| {
            [&profile.server_a, &profile.server_b].into_iter().any(|name| {
                name.as_deref()
                    .is_some_and(|name| name.eq_ignore_ascii_case(server))
            })
        });
        of_server.or(profiles.first())?.misses_allowed
    }

    /// The name of a skill group, where the server has told it.
    pub fn skill_group_name(&self, number: i64) -> Option<&str> {
        let group = self
            .skill_groups
            .iter()
            .find(|group| group.number == Some(number))?;
        group.name.as_deref()
    }
}

/// News of the telephony server.
#[derive(Debug, Clone, PartialEq)]
pub enum TelephonyNews<'a> {
    /// The link stands anew; the server at its other end where told.
    Link(Link, Option<Cow<'a, str>>),
    /// The server gave a sign of life.
    Alive,
    /// A sign of life is missing.
    Late {
        /// Missed in a row.
        missed: u32,
        /// How often one is due, milliseconds.
        due_every: Option<i64>,
    },
    /// A part went out of order, or works again.
    Part(Part, bool),
    /// A switch went out of order, or works again.
    Switch(i64, bool),
    /// People must know this; the code is the server's.
    Notice(Cow<'a, str>, Option<i32>),
    /// The desk is this kind of client now.
    Mode(Mode),
    /// The desk has no agent any more: its mask says nothing now.
    NoAgent,
    /// What is set for all desks.
    Site(Box<SiteSettings>),
    /// What is set for the own agent's desk.
    Desk(Box<DeskSettings>),
    /// The own agent's skill groups and tasks.
    Assignment(Box<Assignment>),
    /// A skill group: what is told of it.
    SkillGroup {
        /// Its number at the switch.
        number: Option<i64>,
        /// Its number in the whole system.
        id: Option<i64>,
        /// Its name.
        name: Option<Cow<'a, str>>,
        /// What the server counts of it; empty when it does not say.
        columns: Vec<Column>,
    },
    /// What the server counts of an agent; `None`: of the own one. Only the columns it is set to tell (rule R84).
    Statistics(Option<Cow<'a, str>>, Vec<Column>),
    /// Calls wait for a service.
    Waiting {
        /// The service's number.
        service: i64,
        /// How many.
        calls: u32,
    },
    /// A media stream began to flow, or ceased.
    Stream(Stream, bool),
    /// The line that a dialled call uses (rule R77).
    Line(Option<u16>),
}
