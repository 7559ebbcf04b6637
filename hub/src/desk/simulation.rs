//! The simulated centre as the desk uses it: requests in, told events out.
//!
//! Lives here: the one place that knows both the requests of clients and the centre with its tellers.
//! May not be here: who is connected, and rules of the centre.
//! What nobody wants to hear is not put into words.
//! Agents and other entities are named by their GUIDs here, as on the wire.

use super::Speech;
use super::directory::{Directory, DirectoryAgent, DirectoryEntry, DirectoryReason};
use super::pair::Heard;
use super::refusals::Refusals;
use super::requests::Query;
use super::scenario::{Scenario, Script, Step};
use super::subscriptions::{EventName, Topic};
use super::voices::Voices;
use crate::centre::{
    AgentId, AgentState, Centre, Command, Entity, FailureCode, Guid, Happening, Mask, Moment, Reason,
    Refusal, Settings, Span, TeamId, WRAP_UP_REASONS, What,
};
use crate::tell::ctios::{self, CtiEvent, InvokeId};
use crate::tell::rte;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The reason of a sign-out by a failover, `CTIOS_FORCED_LOGOUT_REASON_CODE`; the number is Cisco's (rule R71).
const FORCED_SIGN_OUT: Reason = Reason::new(50_002);

/// Something to be told.
#[derive(Debug)]
pub(super) enum Told {
    /// To all who subscribed to it.
    Rte { topic: Topic, data: Arc<str> },
    /// To the desk of an agent.
    Cti { agent: Guid, event: CtiEvent },
    /// To the gateway: its CTI OS server says nothing any more.
    ServerFallsSilent,
    /// To nobody: the agent has signed out, and all of it has been told.
    SignedOut { agent: Guid },
}

/// Who wants to hear what; the rest is not put into words.
pub(super) trait Audience {
    /// Whether anybody subscribed to this.
    fn wants(&self, topic: Topic) -> bool;
    /// Whether the agent has a desk.
    fn has_desk(&self, agent: Guid) -> bool;
}

/// The centre and what tells of it.
#[derive(Debug)]
pub(super) struct Simulation {
    centre: Centre,
    voices: Voices,
    script: Option<Script>,
    /// Where every command is to be refused once.
    refusals: Option<Refusals>,
    /// Who has left a team for a while, and which.
    away_from_team: Option<(AgentId, TeamId)>,
}

impl Simulation {
    /// A centre that begins at the settings' start, or has been at work by then if the scenario wants that.
    pub(super) fn new(settings: Settings, speech: Speech) -> Self {
        let prelude = speech.scenario.map_or(Span::ZERO, Scenario::prelude);
        let mut centre = Centre::new(Settings {
            start: settings.start - prelude,
            ..settings
        });
        let mut voices = Voices::new(speech.vocabularies, &centre, speech.callgem_clock);
        let before = centre.advance_to(settings.start);
        voices.hear(&centre, &before);
        Self {
            centre,
            voices,
            script: speech.scenario.map(Script::new),
            refusals: (speech.scenario == Some(Scenario::Refusals)).then(Refusals::default),
            away_from_team: None,
        }
    }

    /// The vocabularies beside RTE and CTI OS, and the centre that they tell.
    pub(super) fn voices(&mut self) -> (&mut Voices, &mut Centre) {
        (&mut self.voices, &mut self.centre)
    }

    /// Somebody whose token names `agent` listens.
    pub(super) fn listens(&mut self, agent: Guid) {
        if let Some(script) = &mut self.script {
            script.begin_unless_begun(agent, self.centre.now());
        }
    }

    /// Somebody has sat down at the desk of `agent`: the scenario, if there is one, is about that agent.
    pub(super) fn sits_down(&mut self, agent: Guid) {
        if let Some(script) = &mut self.script {
            script.begin(agent, self.centre.now());
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.centre.now()
    }

    pub(super) fn organisation(&self) -> Guid {
        self.centre.organisation()
    }

    /// Names and ids of everything in the centre.
    pub(super) fn directory(&self) -> Directory {
        Directory {
            agents: self
                .centre
                .agents()
                .iter()
                .map(|agent| DirectoryAgent {
                    id: agent.guid.to_string(),
                    name: agent.name.clone(),
                    agent_id: agent.login.clone(),
                    extension: agent.extension.clone(),
                    team: agent
                        .team
                        .and_then(|team| self.centre.team(team))
                        .map(|team| team.name.clone()),
                    supervisor: self.centre.team_led_by(agent.id).is_some(),
                })
                .collect(),
            queues: self
                .centre
                .queues()
                .iter()
                .map(|queue| DirectoryEntry {
                    id: queue.guid.to_string(),
                    name: queue.name.clone(),
                })
                .collect(),
            call_lists: self
                .centre
                .call_lists()
                .iter()
                .map(|list| DirectoryEntry {
                    id: list.guid.to_string(),
                    name: list.name.clone(),
                })
                .collect(),
            domains: self.voices.domains().to_vec(),
            not_ready_reasons: Reason::NOT_READY
                .iter()
                .map(|reason| DirectoryReason {
                    code: reason.code(),
                    label: reason.label().to_owned(),
                })
                .collect(),
            wrap_up_reasons: WRAP_UP_REASONS.map(str::to_owned).to_vec(),
        }
    }

    pub(super) fn next_due(&self) -> Option<Moment> {
        let script = self.script.as_ref().and_then(Script::next_due);
        [self.centre.next_due(), self.voices.next_due(), script]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets everything happen that is due by `now`.
    pub(super) fn advance(&mut self, now: Moment, audience: &impl Audience) -> Vec<Told> {
        let mut told = Vec::new();
        while let Some((due, agent, step)) = self.script.as_mut().and_then(|script| script.take_due(now)) {
            let happenings = self.centre.advance_to(due);
            told.extend(self.put_into_words(&happenings, audience));
            told.extend(self.play(step, agent, audience));
        }
        let happenings = self.centre.advance_to(now);
        told.extend(self.put_into_words(&happenings, audience));
        self.voices.advance(&self.centre);
        told
    }

    /// Does what a step of the scenario says.
    fn play(&mut self, step: Step, agent: Guid, audience: &impl Audience) -> Vec<Told> {
        let Some(id) = self.agent(agent) else {
            return Vec::new();
        };
        let happenings = match step {
            Step::SignOutByForce => self.centre.sign_out_by_force(id, FORCED_SIGN_OUT),
            Step::DialInVain => self.centre.dial_in_vain(id),
            Step::AllocateInVain => self.centre.allocate_in_vain(id),
            Step::RingInTwoDomains => match self.apart(id) {
                Some((one, other)) => self.centre.ring_both(one, other),
                None => Vec::new(),
            },
            Step::ServerFallsSilent => return vec![Told::ServerFallsSilent],
            Step::RepeatMonitoring => self.centre.repeat_listening_started(),
            Step::ChangeTeam => self.change_team(id),
            Step::Emergency => self.call_for_help(id),
            Step::PrimaryLink(up) => {
                if let Some(tserver) = &mut self.voices.tserver {
                    tserver.server_says(&self.centre, tserver.primary(), Heard::Link(up));
                }
                Vec::new()
            }
            Step::Switchover => {
                if let Some(tserver) = &mut self.voices.tserver {
                    let old = tserver.primary();
                    tserver.server_says(&self.centre, old, Heard::TurnedBackup);
                    tserver.server_says(&self.centre, 1 - old, Heard::BecamePrimary);
                    tserver.server_says(&self.centre, 1 - old, Heard::BackupConnected);
                }
                Vec::new()
            }
        };
        self.put_into_words(&happenings, audience)
    }

    /// Moves the first of an agent's team, or the agent itself where it leads none, out of the team or back again.
    fn change_team(&mut self, agent: AgentId) -> Vec<Happening> {
        if let Some((member, team)) = self.away_from_team.take() {
            return self.centre.move_to_team(member, Some(team));
        }
        let led = self.centre.team_led_by(agent);
        let member = led
            .and_then(|team| team.members.first().copied())
            .unwrap_or(agent);
        let Some(team) = self.centre.agent(member).and_then(|found| found.team) else {
            return Vec::new();
        };
        self.away_from_team = Some((member, team));
        self.centre.move_to_team(member, None)
    }

    /// Has the first colleague of an agent's team who can, or the agent itself where it leads none, call for help.
    fn call_for_help(&mut self, agent: AgentId) -> Vec<Happening> {
        let callers: Vec<AgentId> = match self.centre.team_led_by(agent) {
            Some(team) => team.members.iter().copied().collect(),
            None => vec![agent],
        };
        for caller in callers {
            // Other people are left alone.
            let is_other_person = self.centre.agent(caller).is_some_and(|found| found.attended);
            if caller != agent && is_other_person {
                continue;
            }
            if let Ok(accepted) = self.centre.command(caller, Command::EmergencyCall(None)) {
                return accepted.happenings;
            }
        }
        Vec::new()
    }

    /// The agent, or where nobody has signed in the first colleague who is ready, and a ready colleague of another
    /// domain.
    fn apart(&self, agent: AgentId) -> Option<(AgentId, AgentId)> {
        let dialogs = self.voices.ccs.as_ref()?;
        let agents = self.centre.agents();
        let ready = || {
            let colleagues = agents.iter().filter(|other| !other.attended);
            colleagues
                .filter(|other| other.status.state == AgentState::Ready)
                .map(|other| other.id)
        };
        let is_here = self
            .centre
            .agent(agent)
            .is_some_and(crate::centre::Agent::is_signed_in);
        let one = if is_here { agent } else { ready().next()? };
        let other = ready().find(|other| dialogs.are_apart(&self.centre, one, *other))?;
        Some((one, other))
    }

    /// Carries out a command of an agent, or says why not.
    pub(super) fn obey(
        &mut self,
        agent: Guid,
        invoke: InvokeId,
        command: Result<Command, Refusal>,
        audience: &impl Audience,
    ) -> Vec<Told> {
        let Some(id) = self.agent(agent) else {
            return Vec::new();
        };
        let attempt = command.map_err(|refusal| (None, refusal)).and_then(|command| {
            let refusals = self.refusals.as_mut();
            if let Some(refusal) = refusals.and_then(|refusals| refusals.refuse(agent, &command)) {
                return Err((Some(command), refusal));
            }
            match self.centre.command(id, command.clone()) {
                Ok(accepted) => Ok((command, accepted)),
                Err(refusal) => Err((Some(command), refusal)),
            }
        });
        let to_desk = |event| Told::Cti { agent, event };
        match attempt {
            Ok((command, accepted)) => {
                let confirmation = ctios::confirmation(&self.centre, id, invoke, &command, &accepted);
                let mut told: Vec<Told> = confirmation.into_iter().map(to_desk).collect();
                told.extend(self.put_into_words(&accepted.happenings, audience));
                told
            }
            Err((command, refusal)) => {
                ctios::refusal(&self.centre, Some(id), invoke, command.as_ref(), &refusal)
                    .into_iter()
                    .map(to_desk)
                    .collect()
            }
        }
    }

    /// Puts a person into the agent's place: a simulated colleague of that name hangs up and leaves. What
    /// this brings about concerns everybody but the person's desk.
    pub(super) fn make_way(&mut self, agent: Guid, audience: &impl Audience) -> Vec<Told> {
        let Some(id) = self.agent(agent) else {
            return Vec::new();
        };
        let happenings = self.centre.attend(id);
        self.put_into_words(&happenings, audience)
    }

    /// Signs an agent out, out of whatever the agent was doing.
    pub(super) fn sign_out(&mut self, agent: Guid, audience: &impl Audience) -> Vec<Told> {
        let Some(id) = self.agent(agent) else {
            return Vec::new();
        };
        let happenings = self.centre.sign_out_by_force(id, Reason::NONE);
        self.put_into_words(&happenings, audience)
    }

    /// Everything a desk needs to go on where another left off.
    pub(super) fn resume(&self, agent: Guid, invoke: InvokeId) -> Vec<CtiEvent> {
        let mut events = self.snapshot(agent);
        // The first of them is the answer to the sign-in.
        if let Some(first) = events.first_mut() {
            *first = answering(first, invoke);
        }
        events
    }

    /// The answer to a question of an agent.
    pub(super) fn query(&self, agent: Guid, invoke: InvokeId, query: &Query) -> Option<CtiEvent> {
        let from_snapshot = |name: &str| {
            let events = self.snapshot(agent);
            let found = events.iter().find(|event| event.name == name)?;
            Some(answering(found, invoke))
        };
        match query {
            Query::SnapshotDevice => from_snapshot("OnSnapshotDeviceConf"),
            Query::AgentState => from_snapshot("OnQueryAgentStateConf"),
            Query::SnapshotCall(call) => {
                let found = ctios::snapshot_call(&self.centre, self.agent(agent)?, invoke, call);
                Some(found.unwrap_or_else(|| {
                    let text = "There is no such call at your desk.";
                    self.failure(
                        agent,
                        Some(invoke),
                        FailureCode::InvalidCallId.number(),
                        text,
                        None,
                    )
                }))
            }
            Query::DeskSettings => {
                let id = self.agent(agent)?;
                Some(ctios::desk_settings(&self.centre, id, invoke))
            }
            Query::GlobalSettings => Some(ctios::global_settings(invoke)),
            Query::Heartbeat => Some(answering(&ctios::link::heartbeat(self.now()), invoke)),
        }
    }

    /// The failure of a request that never reached the centre, with the buttons that are left, if they
    /// have changed with it.
    pub(super) fn failure(
        &self,
        agent: Guid,
        invoke: Option<InvokeId>,
        code: u8,
        text: &str,
        mask: Option<Mask>,
    ) -> CtiEvent {
        let mut fields = Map::new();
        if let Some(InvokeId(number)) = invoke {
            fields.insert("InvokeID".to_owned(), number.into());
        }
        fields.insert("FailureCode".to_owned(), code.into());
        fields.insert("PeripheralErrorCode".to_owned(), 0.into());
        if let Some(found) = self.agent(agent).and_then(|id| self.centre.agent(id)) {
            fields.insert("AgentID".to_owned(), found.login.clone().into());
        }
        fields.insert("ErrorMessage".to_owned(), text.into());
        if let Some(mask) = mask {
            fields.insert("EnablementMask".to_owned(), mask.bits().into());
        }
        CtiEvent {
            name: "OnControlFailureConf",
            arguments: Value::Object(fields).to_string().into(),
        }
    }

    /// The present state of an agent, its calls and what it supervises.
    pub(super) fn snapshot(&self, agent: Guid) -> Vec<CtiEvent> {
        self.agent(agent)
            .map(|id| ctios::snapshot(&self.centre, id))
            .unwrap_or_default()
    }

    /// What an agent's object is called in telephony events.
    pub(super) fn object_of(&self, agent: Guid) -> Option<String> {
        self.centre.agent(self.agent(agent)?).map(ctios::agent_object)
    }

    fn guid_of(&self, agent: AgentId) -> Option<Guid> {
        self.centre.agent(agent).map(|found| found.guid)
    }

    fn agent(&self, agent: Guid) -> Option<AgentId> {
        match self.centre.entity(agent)? {
            Entity::Agent(id) => Some(id),
            Entity::Queue(_) | Entity::CallList(_) => None,
        }
    }

    /// Whether the centre has an entity of that id for which the event exists.
    pub(super) fn has(&self, entity: Guid, event: EventName) -> bool {
        let kind = match self.centre.entity(entity) {
            Some(Entity::Agent(_)) => "User",
            Some(Entity::Queue(_)) => "Queue",
            Some(Entity::CallList(_)) => "CallList",
            None => return false,
        };
        kind == event.entity_type()
    }

    /// The present state that an event tells of, as `data` of ordinary messages.
    pub(super) fn present(&self, topic: Topic) -> Vec<Arc<str>> {
        rte::snapshot(&self.centre, topic.entity, topic.event.text())
            .into_iter()
            .map(|event| event.data)
            .collect()
    }

    fn put_into_words(&mut self, happenings: &[Happening], audience: &impl Audience) -> Vec<Told> {
        self.voices.hear(&self.centre, happenings);
        let mut told = Vec::new();
        let mut events = Vec::new();
        let mut desk_events = Vec::new();
        let mut watched_events = Vec::new();
        let wanted = |entity, name| audience.wants(Topic::new(entity, name));
        for happening in happenings {
            rte::tell_wanted(&self.centre, happening, &wanted, &mut events);
            told.extend(events.drain(..).map(|event| Told::Rte {
                topic: Topic::new(event.entity_id, event.name),
                data: event.data,
            }));
            let concerned = happening
                .what
                .agent()
                .and_then(|id| self.centre.agent(id))
                .map(|agent| agent.guid)
                .filter(|agent| audience.has_desk(*agent));
            if let Some(agent) = concerned {
                ctios::tell(&self.centre, happening, &mut desk_events);
                told.extend(desk_events.drain(..).map(|event| Told::Cti { agent, event }));
                if has_signed_out(happening) {
                    told.push(Told::SignedOut { agent });
                }
            }
            let has_desk = |id| self.guid_of(id).is_some_and(|agent| audience.has_desk(agent));
            ctios::tell_watchers(&self.centre, happening, &has_desk, &mut watched_events);
            told.extend(watched_events.drain(..).filter_map(|(supervisor, event)| {
                let agent = self.guid_of(supervisor)?;
                Some(Told::Cti { agent, event })
            }));
        }
        told
    }
}

fn has_signed_out(happening: &Happening) -> bool {
    matches!(
        &happening.what,
        What::AgentChanged { before, status, .. }
            if status.state == AgentState::SignedOut && before.state != AgentState::SignedOut
    )
}

/// The event with the number of the request that it answers.
fn answering(event: &CtiEvent, invoke: InvokeId) -> CtiEvent {
    let InvokeId(number) = invoke;
    let rest = event.arguments.strip_prefix('{').unwrap_or("}");
    let comma = if rest == "}" { "" } else { "," };
    CtiEvent {
        name: event.name,
        arguments: format!("{{\"InvokeID\":{number}{comma}{rest}").into(),
    }
}
