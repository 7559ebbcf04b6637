//! The centre in the words of ccsevents: legs, dialogs and sessions, told once per working domain.
//!
//! Lives here: the picture of legs, dialogs and sessions that happenings add up to, and the events about them.
//! May not be here: who subscribed to which domain, and how a client is reached (`desk`).
//! The picture is kept whether or not anybody listens, at a fixed price per happening; words are made only for
//! domains that somebody listens to. Rules R111–R118; the shape is the hub contract's (`switchhook::vendor::ccs`).
//!
//! | in the centre | here |
//! | --- | --- |
//! | an agent's leg of a call | a leg whose subscriber is the agent's extension |
//! | the outside party | a leg without a subscriber, known once it talks with an agent |
//! | a call in which two talk | a dialog; recorded when it came through a queue |
//! | a call and the consultations about it | a session |

use std::collections::BTreeMap;
use std::sync::Arc;

use switchhook::vendor::ccs::Kind;

use super::json::{Writer, quoted};
use crate::centre::{
    Agent, AgentId, CallFacts, CallId, CallKind, Centre, Direction, Ending, Guid, Happening, LegEvent,
    Moment, What,
};

/// The most domains that a centre has.
const DOMAINS: usize = 4;

/// A set of working domains, by their place in [`Ccs::domains`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Domains(u8);

impl Domains {
    /// The domain at this place.
    pub const fn one(place: usize) -> Self {
        Self(1 << place)
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both have.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places of those in the set.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..DOMAINS).filter(move |place| self.0 & (1 << place) != 0)
    }
}

/// One event, without its domain; the copies of all its domains differ in nothing else (rule R112).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CcsEvent {
    /// Which event.
    pub kind: Kind,
    /// The domains that it is bound to and that somebody listens to.
    pub domains: Domains,
    /// The event's object without its `domain`, as JSON.
    object: Arc<str>,
}

impl CcsEvent {
    /// The copy that is bound to a domain: the argument of the client method `CcsEvent` (D12).
    pub fn bound_to(&self, domain: &str) -> String {
        let rest = self.object.strip_prefix('{').unwrap_or("}");
        format!("{{\"domain\":{},{rest}", quoted(domain))
    }
}

/// The states of a leg, in this server's words (irregularity A06), each with the stage of a call that it stands for.
pub const STATES: [(&str, &str); 7] = [
    ("setup", "begun"),
    ("offered", "offered"),
    ("ringing", "alerting"),
    ("calling", "dialling"),
    ("talking", "connected"),
    ("on hold", "held"),
    ("not reached", "failed"),
];

mod state {
    pub(super) const SETUP: &str = "setup";
    pub(super) const OFFERED: &str = "offered";
    pub(super) const RINGING: &str = "ringing";
    pub(super) const CALLING: &str = "calling";
    pub(super) const TALKING: &str = "talking";
    pub(super) const HELD: &str = "on hold";
    pub(super) const FAILED: &str = "not reached";
}

/// A subscriber's leg.
#[derive(Clone, Debug)]
struct Leg {
    agent: AgentId,
    direction: Direction,
    state: &'static str,
    answered: bool,
}

impl Leg {
    fn has_failed(&self) -> bool {
        self.state == state::FAILED
    }
}

/// A call, its legs and the dialog that they are in.
#[derive(Clone, Debug)]
struct Talk {
    facts: Arc<CallFacts>,
    seance: Guid,
    legs: Vec<Leg>,
    /// Outside parties, by the call with which they came.
    outside: Vec<CallId>,
    dialog: bool,
    recorded: bool,
}

impl Talk {
    fn leg(&mut self, agent: AgentId) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.agent == agent)
    }

    fn talking(&self) -> usize {
        self.outside.len() + self.legs.iter().filter(|leg| leg.answered).count()
    }

    /// The legs whose domains hear everything of the call. A leg that is one of several called at once, and has not
    /// answered, is no part of what the others do (rule R114).
    fn taking_part(&self) -> impl Iterator<Item = &Leg> {
        let called = self.legs.iter().filter(|leg| leg.direction == Direction::In);
        let fork = called.count() > 1;
        self.legs
            .iter()
            .filter(move |leg| leg.direction == Direction::Out || leg.answered || !fork)
    }
}

/// A leg that goes from one call to another.
#[derive(Clone, Debug)]
struct Moved {
    at: Moment,
    leg: Leg,
}

/// The picture.
#[derive(Clone, Debug)]
pub struct Ccs {
    domains: Vec<String>,
    talks: BTreeMap<CallId, Talk>,
    /// The calls of each session.
    seances: BTreeMap<Guid, Vec<CallId>>,
    /// Sessions of consultations that are about to begin.
    consultations: BTreeMap<CallId, Guid>,
    moved: Option<Moved>,
    pictures_told: u64,
}

/// Where events go, and what they have in common.
struct Outlet<'a> {
    centre: &'a Centre,
    wanted: Domains,
    at: Moment,
    /// What the events' identities begin with.
    id: String,
    told: u32,
    events: &'a mut Vec<CcsEvent>,
}

impl Outlet<'_> {
    /// Writes an event for those of its domains that somebody listens to.
    fn tell(&mut self, kind: Kind, domains: Domains, fill: impl FnOnce(&mut Writer)) {
        self.told += 1;
        let domains = domains.common(self.wanted);
        if domains.is_empty() {
            return;
        }
        let mut writer = Writer::object();
        writer.text("event", kind.name());
        writer.text("id", &format!("{}.{}", self.id, self.told));
        writer.moment("time", self.at);
        fill(&mut writer);
        self.events.push(CcsEvent {
            kind,
            domains,
            object: writer.finish().into(),
        });
    }
}

impl Ccs {
    /// The picture of a centre in which nobody telephones yet. Each agent is a subscriber of one domain, which bears
    /// the name of a queue that the agent serves first, or of one beside it.
    pub fn new(centre: &Centre) -> Self {
        let names = centre.queues().iter().take(DOMAINS);
        Self {
            domains: names
                .map(|queue| queue.name.to_lowercase().replace(' ', "-"))
                .collect(),
            talks: BTreeMap::new(),
            seances: BTreeMap::new(),
            consultations: BTreeMap::new(),
            moved: None,
            pictures_told: 0,
        }
    }

    /// The working domains.
    pub fn domains(&self) -> &[String] {
        &self.domains
    }

    /// The domain that an agent is a subscriber of.
    pub fn domain_of(&self, agent: &Agent) -> usize {
        let first = agent.skills.first().map_or(0, |queue| queue.number());
        first as usize % self.domains.len().max(1)
    }

    /// How many calls the picture has.
    pub fn calls(&self) -> usize {
        self.talks.len()
    }

    /// How many sessions the picture has.
    pub fn sessions(&self) -> usize {
        self.seances.len()
    }

    fn subscribers<'l>(&self, centre: &Centre, legs: impl IntoIterator<Item = &'l Leg>) -> Domains {
        legs.into_iter()
            .filter_map(|leg| centre.agent(leg.agent))
            .fold(Domains::default(), |all, agent| {
                all.with(Domains::one(self.domain_of(agent)))
            })
    }

    /// Who hears of a leg: its own domain, and those that take part in the call.
    fn hearing_leg(&self, centre: &Centre, talk: &Talk, agent: AgentId) -> Domains {
        let own = talk.legs.iter().filter(|leg| leg.agent == agent);
        self.subscribers(centre, own)
            .with(self.subscribers(centre, talk.taking_part()))
    }

    fn hearing_all(&self, centre: &Centre, talk: &Talk) -> Domains {
        self.subscribers(centre, talk.taking_part())
    }

    /// Takes in one happening and appends the events by which the domains of `wanted` learn of it.
    pub fn hear(
        &mut self,
        centre: &Centre,
        happening: &Happening,
        wanted: Domains,
        events: &mut Vec<CcsEvent>,
    ) {
        let What::Leg {
            agent,
            call,
            direction,
            event,
            ..
        } = &happening.what
        else {
            return;
        };
        let mut outlet = Outlet {
            centre,
            wanted,
            at: happening.at,
            id: format!("e{}", happening.number),
            told: 0,
            events,
        };
        match event {
            LegEvent::Allocated | LegEvent::Begun | LegEvent::TakenOver(_) => {
                self.leg_appears(call, *agent, *direction, event, &mut outlet);
            }
            LegEvent::ServiceInitiated => self.set_state(call.id, *agent, state::SETUP, &mut outlet),
            LegEvent::Originated => self.set_state(call.id, *agent, state::CALLING, &mut outlet),
            LegEvent::Delivered if *direction == Direction::In => {
                self.set_state(call.id, *agent, state::RINGING, &mut outlet);
            }
            LegEvent::Established => self.answered(call.id, *agent, &mut outlet),
            LegEvent::Held => self.set_state(call.id, *agent, state::HELD, &mut outlet),
            LegEvent::Retrieved => self.set_state(call.id, *agent, state::TALKING, &mut outlet),
            LegEvent::Failed => {
                self.failed(call.id, *agent, "not reached", &mut outlet);
            }
            LegEvent::TransferStarted(target) => self.next_number(call.id, target, &mut outlet),
            LegEvent::TransferCancelled(consultation) => {
                self.consultations.remove(&consultation.id);
            }
            LegEvent::Transferred(None) | LegEvent::Conferenced => self.merged(call, *agent, &mut outlet),
            LegEvent::Tones(tones) => {
                self.about_leg(Kind::CallDtmf, call.id, *agent, &mut outlet, |writer| {
                    writer.text("dtmf", tones);
                });
            }
            LegEvent::RecordingStarted => self.recording_begins(call.id, &mut outlet),
            LegEvent::RecordingStopped => self.recording_ends(call, &mut outlet),
            LegEvent::Ended { how, .. } => self.leg_ends(call, *agent, *how, &mut outlet),
            LegEvent::Delivered
            | LegEvent::Closed
            | LegEvent::PartyLeft
            | LegEvent::Transferred(Some(_))
            | LegEvent::MaskChanged => {}
        }
    }

    fn leg_appears(
        &mut self,
        call: &Arc<CallFacts>,
        agent: AgentId,
        direction: Direction,
        event: &LegEvent,
        outlet: &mut Outlet<'_>,
    ) {
        let is_known = self
            .talks
            .get(&call.id)
            .is_some_and(|talk| talk.legs.iter().any(|leg| leg.agent == agent));
        if is_known {
            return;
        }
        let begins = !self.talks.contains_key(&call.id);
        let consulted_for = self.consultations.remove(&call.id);
        let seance = consulted_for.unwrap_or(call.guid);
        let begins_session = begins && !self.seances.contains_key(&seance);
        if begins {
            // Whoever is called hears nothing from before routing, such as the session's beginning (rule R113).
            self.seances.entry(seance).or_default().push(call.id);
            let calls_in = direction == Direction::In;
            self.talks.insert(
                call.id,
                Talk {
                    facts: Arc::clone(call),
                    seance,
                    legs: Vec::new(),
                    // A call that comes to an agent and that no agent made has an outside party.
                    outside: if calls_in { vec![call.id] } else { Vec::new() },
                    dialog: false,
                    recorded: false,
                },
            );
        }
        let moved = self
            .moved
            .take_if(|moved| moved.leg.agent == agent && moved.at == outlet.at);
        let leg = moved.map_or(
            Leg {
                agent,
                direction,
                state: if direction == Direction::In {
                    state::OFFERED
                } else {
                    state::SETUP
                },
                answered: false,
            },
            |moved| moved.leg,
        );
        let Some(talk) = self.talks.get_mut(&call.id) else {
            return;
        };
        let (state, answered, dialog) = (leg.state, leg.answered, talk.dialog);
        talk.legs.push(leg);
        if begins_session && direction == Direction::Out {
            self.about_session(Kind::SeanceCreate, call.id, outlet, |_| {});
        }
        let queue = call.queue.and_then(|queue| outlet.centre.queue(queue));
        self.about_leg(Kind::CallCreate, call.id, agent, outlet, |writer| {
            if let Some(queue) = queue {
                writer.nested("info", |info| info.text("queue", &queue.name));
            }
        });
        if consulted_for.is_some() {
            self.about_leg(Kind::CallAttachToSeance, call.id, agent, outlet, |_| {});
        }
        if matches!(event, LegEvent::Allocated) || answered {
            self.tell_state(call.id, agent, state, outlet);
        }
        if answered && dialog {
            self.link(call.id, &leg_id(call.id, Some(agent)), outlet);
        }
    }

    /// A leg is in another state.
    fn set_state(&mut self, call: CallId, agent: AgentId, state: &'static str, outlet: &mut Outlet<'_>) {
        let leg = self.talks.get_mut(&call).and_then(|talk| talk.leg(agent));
        if let Some(leg) = leg {
            leg.state = state;
            self.tell_state(call, agent, state, outlet);
        }
    }

    fn tell_state(&self, call: CallId, agent: AgentId, state: &str, outlet: &mut Outlet<'_>) {
        self.about_leg(Kind::CallSetState, call, agent, outlet, |writer| {
            writer.text("state", state);
        });
    }

    /// A leg is in conversation; as soon as there is another one, that is a dialog.
    fn answered(&mut self, call: CallId, agent: AgentId, outlet: &mut Outlet<'_>) {
        let Some(talk) = self.talks.get_mut(&call) else {
            return;
        };
        if let Some(leg) = talk.leg(agent) {
            leg.answered = true;
        }
        // Who is called and is no agent of the centre is known by answering.
        let is_alone = talk.legs.len() == 1 && talk.outside.is_empty();
        if is_alone {
            talk.outside.push(call);
        }
        self.set_state(call, agent, state::TALKING, outlet);
        if is_alone {
            self.outside_leg(Kind::CallCreate, call, call, outlet);
        }
        let Some(talk) = self.talks.get_mut(&call) else {
            return;
        };
        if talk.dialog || talk.talking() < 2 {
            return;
        }
        talk.dialog = true;
        let is_recorded = talk.facts.queue.is_some();
        let is_consultation = talk.facts.kind == CallKind::Consultation;
        self.about_dialog(Kind::ConnectionCreate, call, outlet, |_| {});
        if is_consultation {
            self.about_dialog(Kind::ConnectionAttachToSeance, call, outlet, |_| {});
        } else {
            self.about_session(Kind::SeanceSetState, call, outlet, |writer| {
                writer.text("state", "in conversation");
            });
        }
        if is_recorded {
            self.recording_begins(call, outlet);
        }
    }

    /// A dialog is being recorded; one that is already stays so.
    fn recording_begins(&mut self, call: CallId, outlet: &mut Outlet<'_>) {
        let talk = self
            .talks
            .get_mut(&call)
            .filter(|talk| talk.dialog && !talk.recorded);
        if let Some(talk) = talk {
            talk.recorded = true;
            self.about_dialog(Kind::ConnectionStartRecord, call, outlet, |_| {});
        }
    }

    /// A recording is complete: its download code and link come with that (rule R118).
    fn recording_ends(&mut self, call: &CallFacts, outlet: &mut Outlet<'_>) {
        let talk = self.talks.get_mut(&call.id).filter(|talk| talk.recorded);
        if let Some(talk) = talk {
            talk.recorded = false;
            let code = format!("{:012x}", call.guid.as_u128() & 0xFFFF_FFFF_FFFF);
            self.about_dialog(Kind::ConnectionSetRecordInfo, call.id, outlet, |writer| {
                writer.text("code", &code);
                writer.text("link", &format!("https://recordings.example.com/{code}"));
            });
        }
    }

    /// A leg will not come to a dialog (rule R117).
    fn failed(&mut self, call: CallId, agent: AgentId, reason: &str, outlet: &mut Outlet<'_>) {
        if let Some(leg) = self.talks.get_mut(&call).and_then(|talk| talk.leg(agent)) {
            leg.state = state::FAILED;
            self.about_leg(Kind::ConnectionFailure, call, agent, outlet, |writer| {
                writer.text("reason", reason);
            });
        }
    }

    /// A call is to be handed over or talked about: one more number serves its session (rule R116).
    fn next_number(&mut self, call: CallId, target: &CallFacts, outlet: &mut Outlet<'_>) {
        let Some(talk) = self.talks.get(&call) else {
            return;
        };
        if target.id != call {
            self.consultations.insert(target.id, talk.seance);
        }
        self.about_session(Kind::SeanceSetNextNumber, call, outlet, |writer| {
            writer.text("number", &target.target_number);
        });
    }

    /// A call has taken in what another one was about.
    fn merged(&mut self, call: &Arc<CallFacts>, agent: AgentId, outlet: &mut Outlet<'_>) {
        let Some(talk) = self.talks.get_mut(&call.id) else {
            return;
        };
        talk.facts = Arc::clone(call);
        let is_first = talk.legs.first().is_some_and(|leg| leg.agent == agent);
        let (parties, dialog) = (talk.talking(), talk.dialog);
        let queue = call.queue.and_then(|queue| outlet.centre.queue(queue));
        self.about_leg(Kind::CallUpdate, call.id, agent, outlet, |writer| {
            if let Some(queue) = queue {
                writer.nested("info", |info| info.text("queue", &queue.name));
            }
        });
        if is_first && dialog {
            self.about_dialog(Kind::ConnectionUpdate, call.id, outlet, |writer| {
                writer.nested("info", |info| info.text("parties", &parties.to_string()));
            });
            self.about_session(Kind::SeanceUpdate, call.id, outlet, |writer| {
                writer.nested("info", |info| info.text("number", &call.target_number));
            });
        }
        if call.queue.is_some() {
            self.recording_begins(call.id, outlet);
        }
    }

    fn leg_ends(&mut self, call: &CallFacts, agent: AgentId, how: Ending, outlet: &mut Outlet<'_>) {
        let reason = match how {
            Ending::Local => "ended here",
            Ending::Remote => "ended by another party",
            Ending::NoAnswer => "no answer",
            Ending::GaveUp => "withdrawn",
            Ending::Transferred => "handed over",
            Ending::Joined => "joined",
        };
        let Some(leg) = self
            .talks
            .get_mut(&call.id)
            .and_then(|talk| talk.leg(agent))
            .cloned()
        else {
            return;
        };
        if !leg.answered && !leg.has_failed() {
            self.failed(call.id, agent, reason, outlet);
        }
        if matches!(how, Ending::Transferred | Ending::Joined) {
            self.outside_moves(call.id, outlet);
        }
        let Some(talk) = self.talks.get_mut(&call.id) else {
            return;
        };
        let is_last = talk.legs.len() == 1;
        let talking_then = talk.talking() - usize::from(leg.answered);
        let dialog_ends = talk.dialog && (talking_then < 2 || is_last);
        if dialog_ends {
            self.recording_ends(call, outlet);
            self.about_dialog(Kind::ConnectionDelete, call.id, outlet, |_| {});
            if let Some(talk) = self.talks.get_mut(&call.id) {
                talk.dialog = false;
            }
        }
        self.about_leg(Kind::CallDelete, call.id, agent, outlet, |writer| {
            writer.text("reason", reason);
        });
        if is_last {
            self.call_ends(call, how, outlet);
        }
        if let Some(talk) = self.talks.get_mut(&call.id) {
            talk.legs.retain(|leg| leg.agent != agent);
            if talk.legs.is_empty() {
                self.talks.remove(&call.id);
            }
        }
        if how == Ending::Joined {
            self.moved = Some(Moved { at: outlet.at, leg });
        }
    }

    /// The last subscriber leaves a call. The session ends with its last call, unless it goes on without subscribers:
    /// the caller waits again, or has been handed over.
    fn call_ends(&mut self, call: &CallFacts, how: Ending, outlet: &mut Outlet<'_>) {
        let Some(talk) = self.talks.get(&call.id) else {
            return;
        };
        let (seance, outside) = (talk.seance, talk.outside.clone());
        let waits_again = how == Ending::NoAnswer && call.queue.is_some();
        let goes_on = waits_again || how == Ending::Transferred;
        if !goes_on {
            for party in outside {
                self.outside_leg(Kind::CallDelete, call.id, party, outlet);
            }
        }
        let calls = self.seances.entry(seance).or_default();
        calls.retain(|other| *other != call.id);
        if calls.is_empty() {
            self.seances.remove(&seance);
            if goes_on {
                let word = if waits_again { "waiting" } else { "handed over" };
                self.about_session(Kind::SeanceSetState, call.id, outlet, |writer| {
                    writer.text("state", word);
                });
            } else {
                self.about_session(Kind::SeanceDelete, call.id, outlet, |_| {});
            }
        }
    }

    /// Outside parties go over to the other call of the session: there they join the dialog (rule R115).
    fn outside_moves(&mut self, from: CallId, outlet: &mut Outlet<'_>) {
        let Some(talk) = self.talks.get(&from) else {
            return;
        };
        let others = self.seances.get(&talk.seance);
        let Some(to) = others.and_then(|calls| calls.iter().copied().find(|call| *call != from)) else {
            return;
        };
        let moving = match self.talks.get_mut(&from) {
            Some(talk) => std::mem::take(&mut talk.outside),
            None => return,
        };
        for party in moving {
            if let Some(talk) = self.talks.get_mut(&to) {
                talk.outside.push(party);
            }
            self.link(to, &leg_id(party, None), outlet);
        }
    }

    fn link(&self, call: CallId, leg: &str, outlet: &mut Outlet<'_>) {
        if let Some(talk) = self.talks.get(&call) {
            let domains = self.hearing_all(outlet.centre, talk);
            let seance = talk.seance;
            outlet.tell(Kind::ConnectionLinkCall, domains, |writer| {
                writer.text("connection", &dialog_id(call));
                writer.guid("seance", seance);
                writer.text("call", leg);
            });
        }
    }

    fn about_leg(
        &self,
        kind: Kind,
        call: CallId,
        agent: AgentId,
        outlet: &mut Outlet<'_>,
        fill: impl FnOnce(&mut Writer),
    ) {
        let Some(talk) = self.talks.get(&call) else {
            return;
        };
        let Some(found) = outlet.centre.agent(agent) else {
            return;
        };
        let domains = self.hearing_leg(outlet.centre, talk, agent);
        let direction = talk
            .legs
            .iter()
            .find(|leg| leg.agent == agent)
            .map(|leg| leg.direction);
        let (calling, called) = match direction {
            Some(Direction::In) => (&talk.facts.caller_number, &found.extension),
            Some(Direction::Out) => (&found.extension, &talk.facts.target_number),
            None => return,
        };
        outlet.tell(kind, domains, |writer| {
            writer.text("call", &leg_id(call, Some(agent)));
            if talk.dialog {
                writer.text("connection", &dialog_id(call));
            }
            writer.guid("seance", talk.seance);
            writer.text("subscriber", &found.extension);
            writer.text("caller", calling);
            writer.text("called", called);
            fill(writer);
        });
    }

    fn outside_leg(&self, kind: Kind, call: CallId, party: CallId, outlet: &mut Outlet<'_>) {
        if let Some(talk) = self.talks.get(&call) {
            let domains = self.hearing_all(outlet.centre, talk);
            outlet.tell(kind, domains, |writer| {
                writer.text("call", &leg_id(party, None));
                writer.guid("seance", talk.seance);
            });
        }
    }

    fn about_dialog(
        &self,
        kind: Kind,
        call: CallId,
        outlet: &mut Outlet<'_>,
        fill: impl FnOnce(&mut Writer),
    ) {
        let Some(talk) = self.talks.get(&call) else {
            return;
        };
        let domains = self.hearing_all(outlet.centre, talk);
        outlet.tell(kind, domains, |writer| {
            writer.text("connection", &dialog_id(call));
            writer.guid("seance", talk.seance);
            if kind == Kind::ConnectionCreate {
                let agents = talk.legs.iter().filter(|leg| leg.answered);
                let legs: Vec<String> = agents
                    .map(|leg| leg_id(call, Some(leg.agent)))
                    .chain(talk.outside.iter().map(|party| leg_id(*party, None)))
                    .collect();
                writer.texts("calls", legs.iter().map(String::as_str));
            }
            fill(writer);
        });
    }

    fn about_session(
        &self,
        kind: Kind,
        call: CallId,
        outlet: &mut Outlet<'_>,
        fill: impl FnOnce(&mut Writer),
    ) {
        if let Some(talk) = self.talks.get(&call) {
            let domains = self.hearing_all(outlet.centre, talk);
            let seance = talk.seance;
            outlet.tell(kind, domains, |writer| {
                writer.guid("seance", seance);
                fill(writer);
            });
        }
    }

    /// What exists now, as the events that would have led there: for those who have just subscribed to `domains`.
    pub fn picture(&mut self, centre: &Centre, domains: Domains, events: &mut Vec<CcsEvent>) {
        self.pictures_told += 1;
        let mut outlet = Outlet {
            centre,
            wanted: domains,
            at: centre.now(),
            id: format!("p{}", self.pictures_told),
            told: 0,
            events,
        };
        for (call, talk) in &self.talks {
            self.about_session(Kind::SeanceCreate, *call, &mut outlet, |_| {});
            let queue = talk.facts.queue.and_then(|queue| centre.queue(queue));
            for leg in &talk.legs {
                self.about_leg(Kind::CallCreate, *call, leg.agent, &mut outlet, |writer| {
                    if let Some(queue) = queue {
                        writer.nested("info", |info| info.text("queue", &queue.name));
                    }
                });
                if leg.has_failed() {
                    self.about_leg(Kind::ConnectionFailure, *call, leg.agent, &mut outlet, |_| {});
                } else {
                    self.tell_state(*call, leg.agent, leg.state, &mut outlet);
                }
            }
            if talk.dialog {
                self.about_dialog(Kind::ConnectionCreate, *call, &mut outlet, |_| {});
            }
            if talk.recorded {
                self.about_dialog(Kind::ConnectionStartRecord, *call, &mut outlet, |_| {});
            }
        }
    }
}

/// The identity of a leg: an agent's, or the outside party's that came with a call.
fn leg_id(call: CallId, agent: Option<AgentId>) -> String {
    match agent {
        Some(agent) => format!("leg-{}-{}", call.number(), agent.number() + 1),
        None => format!("leg-{}-0", call.number()),
    }
}

fn dialog_id(call: CallId) -> String {
    format!("dialog-{}", call.number())
}
