//! Silent monitoring: a supervisor listens to a member's call.
//!
//! Lives here: one session as an object with explicit states, and everything that can end it.
//! May not live here: whether a supervisor may listen (`supervision`); any sound, since there is none.
//! A session is requested, starts, and ends once: by request, with the call, with either side leaving,
//! or because no voice arrives. While it has started and the member is in conversation, there is a voice
//! stream; both sides are told of its beginning and its end.

use super::call::LegState;
use super::command::{ListeningWish, Target};
use super::happening::What;
use super::id::{AgentId, CallId, ListeningId};
use super::schedule::Task;
use super::time::Span;
use super::{Centre, Happening};

/// How long the member's desk takes to accept a session.
const ACCEPTING: Span = Span::from_millis(200);

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListeningPhase {
    /// The member's desk has been asked.
    Requested,
    /// The supervisor listens.
    Started,
}

/// A silent monitor session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Listening {
    /// Which session (CTI OS `SMSessionKey`).
    pub id: ListeningId,
    /// Who listens.
    pub supervisor: AgentId,
    /// To whom.
    pub agent: AgentId,
    /// How that was asked for.
    pub wish: ListeningWish,
    /// To which call; to none when the session could not begin.
    pub call: Option<CallId>,
    /// Where it stands.
    pub phase: ListeningPhase,
    /// Whether voice is on its way.
    pub has_voice: bool,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListeningEnd {
    /// The supervisor asked for it.
    Requested,
    /// The member's call is over for the member.
    CallOver,
    /// The member has signed out.
    AgentGone,
    /// The supervisor has signed out, or monitors the member no longer.
    SupervisorGone,
    /// No voice came from the member's telephone.
    NoVoice,
    /// It was accepted, and has become impossible before it began; only the supervisor is told.
    NeverBegan,
}

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListeningEvent {
    /// The member's desk is asked; only that side is told.
    Requested,
    /// It has started; may be told again after a failover (R89).
    Started,
    /// Voice is on its way.
    VoiceStarted,
    /// It is no longer.
    VoiceStopped,
    /// It has ended.
    Ended(ListeningEnd),
}

/// What one side of a session is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListeningNews {
    /// The session as it is now.
    pub session: Listening,
    /// Whether the supervisor's side is told, or else the member's.
    pub to_supervisor: bool,
    /// What.
    pub event: ListeningEvent,
}

impl Centre {
    /// The session in which a supervisor listens, or is going to.
    pub fn listening_of(&self, supervisor: AgentId) -> Option<Listening> {
        self.supervision.get(&supervisor)?.listening
    }

    /// The agent that a request names.
    pub fn target(&self, target: Target) -> Option<AgentId> {
        match target {
            Target::Agent(agent) => self.agent(agent).map(|found| found.id),
            Target::Device(extension) => self.extension(&extension.to_string()),
        }
    }

    /// A number for a session; used again only after 65,535 others.
    pub(super) fn new_listening_id(&mut self) -> ListeningId {
        self.listenings_made = self.listenings_made.wrapping_add(1).max(1);
        ListeningId::new(self.listenings_made)
    }

    /// Asks the member's desk for a session.
    pub(super) fn start_listening(&mut self, supervisor: AgentId, wish: ListeningWish, id: ListeningId) {
        let Some(agent) = self.target(wish.target) else {
            return;
        };
        let Some(call) = self.talk_of(agent) else {
            return;
        };
        let session = Listening {
            id,
            supervisor,
            agent,
            wish,
            call: Some(call),
            phase: ListeningPhase::Requested,
            has_voice: false,
        };
        self.store(session);
        self.tell_listening(session, false, ListeningEvent::Requested);
        self.plan(ACCEPTING, Task::ListeningStarts { supervisor, id });
    }

    /// An accepted request for a session has become impossible, which its answer did not say.
    pub(super) fn listening_fails(&mut self, supervisor: AgentId, wish: ListeningWish, id: ListeningId) {
        if let Some(agent) = self.target(wish.target) {
            let session = Listening {
                id,
                supervisor,
                agent,
                wish,
                call: None,
                phase: ListeningPhase::Requested,
                has_voice: false,
            };
            self.tell_listening(session, true, ListeningEvent::Ended(ListeningEnd::NeverBegan));
        }
    }

    /// The member's desk has accepted.
    pub(super) fn listening_starts(&mut self, supervisor: AgentId, id: ListeningId) {
        let waiting = self
            .listening_of(supervisor)
            .filter(|session| session.id == id && session.phase == ListeningPhase::Requested);
        if let Some(session) = waiting {
            let session = Listening {
                phase: ListeningPhase::Started,
                ..session
            };
            self.store(session);
            self.tell_both(session, ListeningEvent::Started);
        }
    }

    /// Ends a session whose ground is gone, and lets the voice follow the call.
    pub(super) fn settle_listening(&mut self, supervisor: AgentId) {
        let Some(session) = self.listening_of(supervisor) else {
            return;
        };
        let agent = session.agent;
        let leg = session.call.and_then(|call| self.leg_state(call, agent));
        let end = if self.agent(agent).is_none_or(|found| !found.is_signed_in()) {
            Some(ListeningEnd::AgentGone)
        } else if self.monitored_by(supervisor) != Some(agent) {
            Some(ListeningEnd::SupervisorGone)
        } else if leg.is_none() {
            Some(ListeningEnd::CallOver)
        } else {
            None
        };
        if let Some(end) = end {
            self.end_listening(supervisor, end);
            return;
        }
        let has_voice = session.phase == ListeningPhase::Started && leg == Some(LegState::Connected);
        if has_voice != session.has_voice {
            let session = Listening { has_voice, ..session };
            self.store(session);
            let event = if has_voice {
                ListeningEvent::VoiceStarted
            } else {
                ListeningEvent::VoiceStopped
            };
            self.tell_both(session, event);
        }
    }

    /// Ends a supervisor's session, if there is one.
    pub(super) fn end_listening(&mut self, supervisor: AgentId, end: ListeningEnd) {
        let ended = self
            .supervision
            .get_mut(&supervisor)
            .and_then(|supervision| supervision.listening.take());
        let Some(mut session) = ended else {
            return;
        };
        if std::mem::take(&mut session.has_voice) {
            self.tell_both(session, ListeningEvent::VoiceStopped);
        }
        self.tell_both(session, ListeningEvent::Ended(end));
    }

    /// Lets the voice of a supervisor's session fail to arrive, which ends it.
    pub fn lose_voice(&mut self, supervisor: AgentId) -> Vec<Happening> {
        self.end_listening(supervisor, ListeningEnd::NoVoice);
        self.take_happenings()
    }

    /// Tells once more that the sessions have started, as a pair of servers does at failover (R89).
    pub fn repeat_listening_started(&mut self) -> Vec<Happening> {
        let sessions: Vec<Listening> = self
            .supervision
            .values()
            .filter_map(|supervision| supervision.listening)
            .filter(|session| session.phase == ListeningPhase::Started)
            .collect();
        for session in sessions {
            self.tell_both(session, ListeningEvent::Started);
        }
        self.take_happenings()
    }

    fn store(&mut self, session: Listening) {
        if let Some(supervision) = self.supervision.get_mut(&session.supervisor) {
            supervision.listening = Some(session);
        }
    }

    fn tell_both(&mut self, session: Listening, event: ListeningEvent) {
        self.tell_listening(session, false, event);
        self.tell_listening(session, true, event);
    }

    fn tell_listening(&mut self, session: Listening, to_supervisor: bool, event: ListeningEvent) {
        let agent = if to_supervisor {
            session.supervisor
        } else {
            session.agent
        };
        let news = ListeningNews {
            session,
            to_supervisor,
            event,
        };
        self.emit(What::Listening { agent, news });
    }
}
