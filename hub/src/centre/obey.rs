//! Which commands are accepted and what they bring about.
//!
//! Lives here: the check of a command against the masks, and its effect. May not live here: reading or
//! answering it on the wire (`tell::ctios`). A command is checked when it comes and again when it takes
//! effect, 30 to 150 ms of virtual time later; what has become impossible in between (the caller has
//! just hung up) is dropped, because the happenings have told why. A call command is accepted exactly
//! when its bit is set in the call's mask, a state command when its bit is set in the agent's.

use std::sync::Arc;

use super::agent::{AgentState, Cause, Filing, Kept, Next, Noted, Reason};
use super::call::{Call, LegState};
use super::call_data::CallData;
use super::command::{Audience, Command, FailureCode, Figures, Refusal, RequestedState, Supervise};
use super::happening::{Ending, LegEvent, Message, What};
use super::id::{AgentId, CallId, ListeningId};
use super::lines::Dialling;
use super::mask::{self, Mask};
use super::schedule::Task;
use super::supervision::SupervisionNews;
use super::{Accepted, Centre};

/// The most digits that can be dialled or sent at once.
const MOST_DIGITS: usize = 32;

/// The longest text message, in bytes.
const MOST_CHAT: usize = 2_000;

/// What an accepted command is going to make: known at once, because its answer names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Promised {
    /// A call, for `MakeCall` and the like.
    pub call: Option<CallId>,
    /// A silent monitor session.
    pub listening: Option<ListeningId>,
}

const NOT_NOW: Refusal = Refusal::new(
    FailureCode::InvalidObjectState,
    "Not possible in the present state",
);

impl Centre {
    /// The agent that a sign-in is for.
    pub fn agent_for(&self, login: &str) -> Result<AgentId, Refusal> {
        self.agent_by_login(login).ok_or(Refusal::new(
            FailureCode::InvalidAgentData,
            "There is no agent with this id",
        ))
    }

    /// Puts a person at an agent's desk: from now on the agent does nothing by itself. A colleague who
    /// is at work under this name hangs up and signs out first. `Login` does this, too.
    pub fn attend(&mut self, agent: AgentId) -> Vec<super::Happening> {
        if self.agent(agent).is_some_and(|found| !found.attended) {
            self.step_aside(agent);
        }
        self.take_happenings()
    }

    /// Asks for something on behalf of an agent. Accepted means that it will be tried; what comes of it
    /// is told by later happenings (R65, R67). A desk that has lost its connection does not sign in
    /// again, which would be refused: its owner gives it `tell::ctios::snapshot` instead.
    ///
    /// # Errors
    ///
    /// The documented failure code and a text, when it is refused (R68). Nothing has changed then.
    pub fn command(&mut self, agent: AgentId, command: Command) -> Result<Accepted, Refusal> {
        self.check(agent, &command)?;
        if matches!(command, Command::Login { .. }) && self.agent(agent).is_some_and(|found| !found.attended)
        {
            self.step_aside(agent);
        }
        let makes_call = matches!(
            command,
            Command::MakeCall { .. }
                | Command::MakeConsultCall { .. }
                | Command::SupervisorAssist(_)
                | Command::EmergencyCall(_)
        );
        let listens = matches!(command, Command::Supervise(Supervise::Listen(_)));
        let promised = Promised {
            call: makes_call.then(|| self.new_call_id()),
            listening: listens.then(|| self.new_listening_id()),
        };
        let latency = self.dice.millis(30, 150);
        self.plan(
            latency,
            Task::Obey {
                agent,
                command,
                promised,
            },
        );
        Ok(Accepted {
            promised,
            happenings: self.take_happenings(),
        })
    }

    /// Whether a command is possible now.
    fn check(&self, id: AgentId, command: &Command) -> Result<(), Refusal> {
        let agent = self.agent(id).ok_or(Refusal::new(
            FailureCode::InvalidAgentData,
            "There is no such agent",
        ))?;
        if let Command::Login { extension, .. } = command {
            return self.check_login(agent, extension);
        }
        if !agent.is_signed_in() {
            return Err(Refusal::new(
                FailureCode::AgentNotLoggedOn,
                "The agent is not signed in",
            ));
        }
        match command {
            Command::Login { .. } | Command::ListSkillGroups => Ok(()),
            Command::Logout { .. } => allowed(agent.status.mask, Mask::LOGOUT),
            Command::SetAgentState(state) => check_state(agent, *state),
            Command::MakeCall { number } => {
                check_number(number)?;
                if agent.calls.is_empty() {
                    allowed(agent.status.mask, Mask::MAKECALL)
                } else {
                    Err(NOT_NOW)
                }
            }
            Command::Answer(call) => self.check_call(id, *call, Mask::ANSWER),
            Command::Clear(call) | Command::ClearConnection(call) => {
                self.check_call(id, *call, Mask::RELEASE)
            }
            Command::Hold(call) => self.check_call(id, *call, Mask::HOLD),
            Command::Retrieve(call) => self.check_call(id, *call, Mask::RETRIEVE),
            Command::SendDtmf { call, digits } => {
                let plausible = (1..=MOST_DIGITS).contains(&digits.len())
                    && digits
                        .bytes()
                        .all(|digit| matches!(digit, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D'));
                if !plausible {
                    return Err(Refusal::new(
                        FailureCode::InvalidDigits,
                        "Tones are 0 to 9, * and #, at most 32 at once",
                    ));
                }
                self.check_call(id, *call, Mask::NONE)?;
                if self.leg_state(*call, id) == Some(LegState::Connected) {
                    Ok(())
                } else {
                    Err(NOT_NOW)
                }
            }
            Command::Alternate(call) => self.check_call(id, *call, Mask::ALTERNATE),
            Command::Reconnect(call) => self.check_call(id, *call, Mask::RECONNECT),
            Command::MakeConsultCall { call, number, .. } => {
                check_number(number)?;
                self.check_call(id, *call, Mask::TRANSFER_INIT | Mask::CONFERENCE_INIT)
            }
            Command::Transfer(call) => self.check_call(id, *call, Mask::TRANSFER_COMPLETE),
            Command::Conference(call) => {
                self.check_call(id, *call, Mask::CONFERENCE_COMPLETE)?;
                let other = agent.calls.iter().find(|other| *other != call);
                let more = other.and_then(|other| self.call(*other)).map_or(0, Call::parties);
                self.check_room(*call, more.saturating_sub(1))
            }
            Command::SingleStepTransfer { call, number } => {
                check_number(number)?;
                self.check_call(id, *call, Mask::SINGLE_STEP_TRANSFER)?;
                self.check_destination(number)
            }
            Command::SingleStepConference { call, number } => {
                check_number(number)?;
                self.check_call(id, *call, Mask::NONE)?;
                self.check_room(*call, 1)?;
                self.check_call(id, *call, Mask::SINGLE_STEP_CONFERENCE)?;
                self.check_destination(number)
            }
            Command::SetCurrentCall(call) => self.check_call(id, *call, Mask::NONE),
            Command::StartRecord(call) => self.check_recording(id, *call, false),
            Command::StopRecord(call) => self.check_recording(id, *call, true),
            Command::SetCallData { call, change } => self.check_call_data(id, *call, change),
            Command::SupervisorAssist(call) => self.check_help(agent, *call, Mask::SUPERVISOR_ASSIST),
            Command::EmergencyCall(call) => self.check_help(agent, *call, Mask::EMERGENCY_CALL),
            Command::ReportBadLine(call) => self.check_call(id, *call, Mask::BAD_LINE_CALL),
            Command::Chat { to, text } => self.check_chat(agent, *to, text),
            Command::EnableFigures(figures) | Command::DisableFigures(figures) => match figures {
                Figures::Agent => allowed(agent.status.mask, Mask::STATISTICS),
                Figures::Queue(queue) if self.queue(*queue).is_some() => Ok(()),
                Figures::Queue(_) => Err(Refusal::new(
                    FailureCode::InvalidSkillGroup,
                    "There is no such skill group",
                )),
            },
            Command::Supervise(wish) => self.check_supervise(id, wish),
        }
    }

    /// A recording is started where there is none, and stopped by whoever started it.
    fn check_recording(&self, agent: AgentId, call: CallId, is_on: bool) -> Result<(), Refusal> {
        let is_talking = self.leg_state(call, agent) == Some(LegState::Connected);
        if is_talking && !self.call_rights(call, agent).can_record {
            return Err(Refusal::new(
                FailureCode::FunctionNotAvailable,
                "Calls between desks are not recorded",
            ));
        }
        self.check_call(agent, call, Mask::RECORD)?;
        let recorded_by = self.call(call).and_then(|found| found.recorded_by);
        match (is_on, recorded_by) {
            (false, None) => Ok(()),
            (true, Some(by)) if by == agent => Ok(()),
            _ => Err(NOT_NOW),
        }
    }

    fn check_call_data(&self, agent: AgentId, call: CallId, change: &CallData) -> Result<(), Refusal> {
        let bit = change.wrap_up().map_or(Mask::NONE, |_| Mask::WRAPUP);
        if let Some(kept) = self.kept(agent, call) {
            return change.check_against(&kept.facts.data);
        }
        self.check_call(agent, call, bit)?;
        match self.call(call) {
            Some(found) => change.check_against(&found.facts.data),
            None => Ok(()),
        }
    }

    /// A call for help needs a supervisor, and either a call that a consultation can be about or none.
    fn check_help(&self, agent: &super::Agent, call: Option<CallId>, bit: Mask) -> Result<(), Refusal> {
        if agent.team.is_none() {
            return Err(Refusal::new(FailureCode::TeamNotFound, "The agent is in no team"));
        }
        if !self.has_supervisor(agent.id) {
            return Err(Refusal::new(
                FailureCode::SupervisorNotFound,
                "The agent's supervisor is not signed in",
            ));
        }
        match call.or(agent.current) {
            Some(call) => self.check_call(agent.id, call, bit),
            None if agent.calls.is_empty() => allowed(agent.status.mask, bit),
            None => Err(NOT_NOW),
        }
    }

    fn check_chat(&self, agent: &super::Agent, to: Audience, text: &str) -> Result<(), Refusal> {
        allowed(agent.status.mask, Mask::CHAT)?;
        if text.len() > MOST_CHAT {
            return Err(Refusal::new(
                FailureCode::TooMuchData,
                "A message may not be longer than 2000 bytes",
            ));
        }
        match to {
            Audience::Agent(other) => match self.agent(other) {
                Some(found) if found.is_signed_in() => Ok(()),
                _ => Err(Refusal::new(
                    FailureCode::InvalidDistributionType,
                    "The agent you write to is not signed in",
                )),
            },
            Audience::Supervisor if self.has_supervisor(agent.id) => Ok(()),
            Audience::Supervisor => Err(Refusal::new(
                FailureCode::SupervisorNotFound,
                "Your supervisor is not signed in",
            )),
            Audience::Team if agent.team.is_some() => Ok(()),
            Audience::Team => Err(Refusal::new(FailureCode::TeamNotFound, "You are in no team")),
        }
    }

    fn check_login(&self, agent: &super::Agent, extension: &str) -> Result<(), Refusal> {
        let digits = (1..=MOST_DIGITS).contains(&extension.len())
            && extension.bytes().all(|digit| digit.is_ascii_digit());
        if !digits {
            return Err(Refusal::new(
                FailureCode::InvalidDigits,
                "An extension consists of digits",
            ));
        }
        if agent.attended && agent.is_signed_in() {
            return Err(Refusal::new(
                FailureCode::DeviceInUse,
                "The agent is signed in at another desk",
            ));
        }
        match self.extension(extension) {
            Some(other) if other != agent.id => Err(Refusal::new(
                FailureCode::DeviceInUse,
                "Somebody else is signed in at this extension",
            )),
            _ => Ok(()),
        }
    }

    /// The agent's call that is over and can still be filed, if it is this one.
    fn kept(&self, agent: AgentId, call: CallId) -> Option<&Kept> {
        let kept = self.agent(agent)?.kept.as_ref();
        kept.filter(|kept| kept.facts.id == call)
    }

    fn check_call(&self, agent: AgentId, call: CallId, bits: Mask) -> Result<(), Refusal> {
        if self.kept(agent, call).is_some() {
            return Err(NOT_NOW);
        }
        let Some(found) = self.call(call) else {
            return Err(Refusal::new(FailureCode::InvalidCallId, "There is no such call"));
        };
        let Some(leg) = found.leg(agent).filter(|leg| leg.state != LegState::Coming) else {
            return Err(Refusal::new(
                FailureCode::NotCallParty,
                "The agent is not a party of this call",
            ));
        };
        if bits == Mask::NONE {
            Ok(())
        } else {
            allowed(leg.mask, bits)
        }
    }

    /// An accepted command takes effect.
    pub(super) fn obey(&mut self, agent: AgentId, command: Command, promised: Promised) {
        if self.check(agent, &command).is_err() {
            if let (Command::Supervise(Supervise::Listen(wish)), Some(id)) = (command, promised.listening) {
                self.listening_fails(agent, wish, id);
            }
            return;
        }
        match command {
            Command::Login { extension, .. } => {
                self.on_account_of(Cause::Agent, |centre| centre.sign_in(agent, &extension));
            }
            Command::Logout { reason } => {
                self.on_account_of(Cause::Agent, |centre| centre.sign_out(agent, reason));
            }
            Command::SetAgentState(state) => {
                self.on_account_of(Cause::Agent, |centre| centre.obey_state(agent, state));
            }
            Command::Answer(call) => self.answer(call, agent),
            Command::Clear(call) => self.clear(call, agent),
            Command::ClearConnection(call) => self.leave(call, agent, Ending::Local),
            Command::Hold(call) => self.hold(call, agent),
            Command::Retrieve(call) => self.retrieve(call, agent),
            Command::MakeCall { number } => {
                self.dial(
                    agent,
                    Dialling {
                        number,
                        about: None,
                        callback: None,
                        id: promised.call,
                        manner: None,
                    },
                );
            }
            Command::MakeConsultCall { call, number, .. } => {
                self.consult(call, agent, number, promised.call);
            }
            Command::Alternate(call) => {
                if let Some((original, consultation)) = self.consultation(call, agent) {
                    let other = if call == original { consultation } else { original };
                    self.hold(call, agent);
                    self.retrieve(other, agent);
                }
            }
            Command::Reconnect(call) => {
                if let Some((original, consultation)) = self.consultation(call, agent) {
                    let other = if call == original { consultation } else { original };
                    self.leave(call, agent, Ending::Local);
                    self.retrieve(other, agent);
                }
            }
            Command::Transfer(call) => self.obey_join(call, agent, false),
            Command::Conference(call) => self.obey_join(call, agent, true),
            Command::SendDtmf { call, digits } => {
                if let Some(state) = self.leg_state(call, agent) {
                    self.set_leg(call, agent, state, LegEvent::Tones(digits));
                }
            }
            Command::SingleStepTransfer { call, number } => self.hand_over(call, agent, &number),
            Command::SingleStepConference { call, number } => self.bring_in(call, &number),
            Command::SetCurrentCall(call) => self.choose_current(agent, call),
            Command::StartRecord(call) => self.start_recording(call, agent),
            Command::StopRecord(call) => self.stop_recording(call, agent),
            Command::SetCallData { call, change } => self.change_call_data(call, agent, &change),
            Command::SupervisorAssist(call) => {
                self.call_for_help(agent, call, promised.call);
            }
            Command::EmergencyCall(call) => {
                let made = self.call_for_help(agent, call, promised.call);
                if let (Some(call), Some(supervisor)) = (made, self.supervisor_of(agent)) {
                    self.tell_supervisor(supervisor, SupervisionNews::Emergency { agent, call });
                }
            }
            Command::ReportBadLine(_) => self.totals.bad_lines += 1,
            Command::Chat { to, text } => {
                self.deliver(agent, to, text);
                self.somebody_answers(agent, to);
            }
            Command::ListSkillGroups => self.tell_skill_groups(agent),
            Command::EnableFigures(figures) => self.enable_figures(agent, figures),
            Command::DisableFigures(figures) => self.disable_figures(agent, figures),
            Command::Supervise(wish) => self.supervise(agent, wish, promised.listening),
        }
    }

    /// The agent calls its supervisor, about a call that goes on hold or about nothing in particular.
    fn call_for_help(
        &mut self,
        agent: AgentId,
        about: Option<CallId>,
        new_call: Option<CallId>,
    ) -> Option<CallId> {
        let supervisor = self.supervisor_of(agent)?;
        let number = self.agent(supervisor)?.extension.clone();
        match about.or(self.agent(agent)?.current) {
            Some(call) => {
                self.consult(call, agent, number, new_call);
                new_call
            }
            None => self.dial(
                agent,
                Dialling {
                    number,
                    about: None,
                    callback: None,
                    id: new_call,
                    manner: None,
                },
            ),
        }
    }

    /// Puts a text message on the desks of those it is for.
    pub(super) fn deliver(&mut self, from: AgentId, to: Audience, text: String) {
        let receivers: Vec<AgentId> = match to {
            Audience::Agent(agent) => vec![agent],
            Audience::Supervisor => self.supervisor_of(from).into_iter().collect(),
            Audience::Team => self
                .agent(from)
                .and_then(|found| self.team(found.team?))
                .map(|team| team.members.iter().copied().chain([team.supervisor]))
                .into_iter()
                .flatten()
                .filter(|agent| *agent != from)
                .collect(),
        };
        let message = Arc::new(Message { from, to, text });
        for agent in receivers {
            if self.agent(agent).is_some_and(super::Agent::is_signed_in) {
                self.emit(What::Chat {
                    agent,
                    message: message.clone(),
                });
            }
        }
    }

    fn obey_join(&mut self, call: CallId, agent: AgentId, stay: bool) {
        let Some((original, consultation)) = self.consultation(call, agent) else {
            return;
        };
        // After an alternation the agent talks on the original call and holds the consultation.
        if self.leg_state(original, agent) == Some(LegState::Connected) {
            self.hold(original, agent);
            self.retrieve(consultation, agent);
        }
        self.join(original, consultation, agent, stay);
    }

    pub(super) fn obey_state(&mut self, id: AgentId, requested: RequestedState) {
        let Some(agent) = self.agent(id) else {
            return;
        };
        let state = agent.status.state;
        let next = match requested {
            RequestedState::Ready | RequestedState::WorkReady => Next::Ready,
            RequestedState::NotReady(reason) => Next::NotReady(reason),
            RequestedState::WorkNotReady => match agent.status.next {
                Next::NotReady(reason) => Next::NotReady(reason),
                Next::Ready => Next::NotReady(Reason::NONE),
            },
        };
        let work = matches!(
            requested,
            RequestedState::WorkReady | RequestedState::WorkNotReady
        );
        if state.is_on_call() {
            if let Some(agent) = self.agent_mut(id) {
                agent.wants_wrap_up = work;
            }
            let noted = self.noted(requested);
            self.set_next(id, next, Some(noted));
        } else if (state, requested) == (AgentState::WorkReady, RequestedState::WorkReady)
            || (state, requested) == (AgentState::WorkNotReady, RequestedState::WorkNotReady)
        {
            self.extend_wrap_up(id);
        } else if state.is_wrap_up() && work {
            self.set_next(id, next, None);
        } else {
            self.finish_wrap_up(id, false);
            match next {
                Next::Ready => self.become_ready(id),
                Next::NotReady(reason) => {
                    if let Some(agent) = self.agent_mut(id) {
                        agent.status.next = next;
                    }
                    self.set_agent(id, AgentState::NotReady, reason);
                }
            }
        }
    }
}

impl Centre {
    /// What somebody asks for now, to be told until it has taken effect.
    fn noted(&self, requested: RequestedState) -> Noted {
        let (state, reason) = match requested {
            RequestedState::Ready => (AgentState::Ready, Reason::NONE),
            RequestedState::NotReady(reason) => (AgentState::NotReady, reason),
            RequestedState::WorkReady => (AgentState::WorkReady, Reason::NONE),
            RequestedState::WorkNotReady => (AgentState::WorkNotReady, Reason::NONE),
        };
        let by = match self.cause {
            Cause::Supervisor(supervisor) => Some(supervisor),
            _ => None,
        };
        Noted { state, reason, by }
    }
}

/// An agent who must file calls does so before it leaves after-call work; the timer does not wait for it.
fn check_state(agent: &super::Agent, state: RequestedState) -> Result<(), Refusal> {
    let (bits, leaves) = match state {
        RequestedState::Ready => (Mask::READY, true),
        RequestedState::NotReady(_) => (mask::NOT_READY, true),
        RequestedState::WorkReady => (Mask::WORKREADY, false),
        RequestedState::WorkNotReady => (Mask::WORKNOTREADY, false),
    };
    allowed(agent.status.mask, bits)?;
    let is_unfiled = agent
        .kept
        .as_ref()
        .is_some_and(|kept| kept.facts.data.wrap_up().is_none());
    if leaves && is_unfiled && agent.filing == Filing::Required {
        return Err(Refusal::new(
            FailureCode::RequiredDataMissing,
            "Wrap-up data are required. Choose what the call was about first",
        ));
    }
    Ok(())
}

fn allowed(mask: Mask, bits: Mask) -> Result<(), Refusal> {
    if mask.allows(bits) { Ok(()) } else { Err(NOT_NOW) }
}

fn check_number(number: &str) -> Result<(), Refusal> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let dialable =
        (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if dialable {
        Ok(())
    } else {
        Err(Refusal::new(
            FailureCode::InvalidDigits,
            "A number consists of digits, with an optional leading plus",
        ))
    }
}
