//! The own agent's state: what brought it about, being signed out by others, wrap-up and what it is about.
//!
//! Lives here: the states that were witnessed with their causes, forced sign-out, the call that wrap-up belongs to.
//! May not be here: other agents, and any guess: a cause is told, or is the command that this desk has sent.
//! Nothing here changes the state itself; that is an event's (decision D11).

use super::{
    Agent, AgentKey, AgentState, ChangedBy, Command, Control, Direction, ForcedOut, Model, Moment,
    STATES_KEPT, SourceId, Stage, Transition, Witnessed, WrapUpData,
};
use crate::domain::ids::{CallKey, Ref};
use crate::domain::supervision::{Phase, SilentMonitor};
use crate::domain::telephony::Precall;

/// Within this time another word on a state is about the same change of it, milliseconds.
const TOLD_TWICE: i64 = 2_000;

impl Model {
    /// Remembers a state of the own agent, or another reason for the same one.
    ///
    /// Called before the commands under way are settled by it: one of them may have asked for it.
    pub(super) fn witness(
        &mut self,
        from: AgentState,
        state: AgentState,
        reason: Option<i32>,
        told: Option<ChangedBy>,
        at: Moment,
    ) {
        // Facts alone (serving, talking) tell of a state a moment before the telephony server names it.
        if state == AgentState::Unknown || !self.names_own_state() {
            return;
        }
        let to_come = self.desk.cause_to_come.take();
        let asked = self.has_asked_for(state, reason).then_some(ChangedBy::Agent);
        let by = told.or(to_come).or(asked);
        let states = &mut self.desk.states;
        // One change may be told by two messages, of which the second knows the reason.
        let told_twice = |last: &&mut Witnessed| from == state && at.since(last.at).abs() < TOLD_TWICE;
        if let Some(last) = states.back_mut().filter(told_twice) {
            last.reason = reason;
            last.by = last.by.take().or(by);
        } else {
            if states.len() == STATES_KEPT {
                states.pop_front();
            }
            states.push_back(Witnessed {
                state,
                reason,
                at,
                by,
            });
        }
        self.desk_touched = true;
    }

    /// Whether a command under way asks for this state.
    fn has_asked_for(&self, state: AgentState, reason: Option<i32>) -> bool {
        self.desk.in_flight.iter().any(|flight| match &flight.command {
            Command::SignIn { .. } => !matches!(state, AgentState::SignedOut | AgentState::Unknown),
            Command::SignOut { .. } => state == AgentState::SignedOut,
            Command::Ready => state == AgentState::Ready,
            Command::NotReady { reason: wanted } => {
                state == AgentState::NotReady && (wanted.is_none() || *wanted == reason)
            }
            Command::WorkReady | Command::WorkNotReady => {
                let ready_after = Some(flight.command == Command::WorkReady);
                state == AgentState::WrapUp { ready_after }
            }
            _ => false,
        })
    }

    /// What else follows from another state of the own agent.
    pub(super) fn follow_own_state(&mut self, from: AgentState, to: AgentState, when: Moment) {
        if to != AgentState::SignedOut {
            self.desk.forced_out = None;
        } else if from != AgentState::Unknown && !self.has_signed_in_or_out() && self.names_own_state() {
            let by = self.desk.states.back().and_then(|last| last.by.clone());
            self.force_out(by, when);
        }
        // Whoever was reserved and is not any more gets nothing of what was announced.
        let is_free = matches!(
            to,
            AgentState::Ready | AgentState::NotReady | AgentState::SignedOut
        );
        if from == AgentState::Reserved && is_free {
            let me = self.desk.me;
            let is_own = |precall: &Precall| precall.agent.is_none() || precall.agent == me;
            self.telephony.precalls.retain(|precall| !is_own(precall));
        }
    }

    /// Whether a sign-in or sign-out of the agent's own is under way: then being signed out is no surprise.
    fn has_signed_in_or_out(&self) -> bool {
        self.desk
            .in_flight
            .iter()
            .any(|flight| matches!(flight.command, Command::SignIn { .. } | Command::SignOut { .. }))
    }

    /// Whether a telephony server names the own state; without one "signed out" means serving in no queue.
    fn names_own_state(&self) -> bool {
        self.own_agent().is_some_and(|agent| agent.named_state.is_some())
    }

    /// The own agent was signed out without having asked for it here; what is told later knows more of the cause.
    pub(super) fn force_out(&mut self, by: Option<ChangedBy>, at: Moment) {
        let before = self.desk.forced_out.take();
        let known = before.as_ref().and_then(|before| before.by.clone());
        if let Some(last) = self.desk.states.back_mut()
            && last.state == AgentState::SignedOut
        {
            last.by = by.clone().or(last.by.take());
        }
        let now = ForcedOut {
            at: before.as_ref().map_or(at, |before| before.at),
            by: by.or(known),
        };
        if before.as_ref() != Some(&now) {
            self.desk_touched = true;
            // Without a cause the state alone is told: the cause often follows in the next message.
            if now.by.is_some() {
                self.transitions.push(Transition::ForcedSignOut);
            }
        }
        self.desk.forced_out = Some(now);
    }

    /// Wrap-up has ended by its time; the state that follows may have been told already.
    pub(super) fn wrap_up_timed_out(&mut self) {
        if self.own_state().is_wrap_up() {
            self.desk.cause_to_come = Some(ChangedBy::Timer);
        } else if let Some(last) = self.desk.states.back_mut() {
            last.by = last.by.take().or(Some(ChangedBy::Timer));
        }
    }

    fn own_agent(&self) -> Option<&Agent> {
        self.agents.get(self.desk.me?)
    }

    fn own_state(&self) -> AgentState {
        self.own_agent().map(Agent::state).unwrap_or_default()
    }

    /// The contact on its way to the own agent that was announced last, until its call rings.
    pub fn coming(&self) -> Option<&Precall> {
        let is_own = |agent: Option<AgentKey>| agent.is_none() || agent == self.desk.me;
        let rings = |precall: &Precall| {
            let contact = Ref::new(precall.source, &precall.contact);
            let call = self.calls.find(contact).and_then(|key| self.calls.get(key));
            call.is_some_and(|call| !matches!(call.stage, Stage::Begun | Stage::Offered))
        };
        let precalls = self.telephony.precalls.iter().rev();
        precalls
            .filter(|precall| is_own(precall.agent))
            .find(|precall| !rings(precall))
    }

    /// Whether nothing is under way that the loss of the page would disturb: no own call, none on its way, no wrap-up,
    /// no command, nobody who is listened to.
    pub fn is_idle(&self) -> bool {
        let rests = !matches!(
            self.own_state(),
            AgentState::Reserved | AgentState::Talking | AgentState::OnHold | AgentState::WrapUp { .. }
        );
        let is_over = |session: &SilentMonitor| matches!(session.phase, Phase::Ended(_));
        rests
            && self.desk.in_flight.is_empty()
            && self.coming().is_none()
            && self.desk.silent_monitor.as_ref().is_none_or(is_over)
            && !self.calls.ordered().any(|key| {
                self.is_own_call(key) && self.calls.get(key).is_some_and(|call| call.stage.is_live())
            })
    }

    /// The call that the present wrap-up is about: the own one that was connected and ended last. `None` outside
    /// of wrap-up.
    pub fn wrap_up_call(&self) -> Option<CallKey> {
        let was_connected = |key: &CallKey| self.calls.get(*key).is_some_and(|call| call.connected.is_some());
        self.own_state().is_wrap_up().then_some(())?;
        self.past_calls.iter().rev().copied().find(was_connected)
    }

    /// When the present wrap-up ends by itself: as it was told, else by the limit of the desk's settings, which the
    /// document gives no unit and which is read as seconds like its other times.
    pub fn wrap_up_end(&self) -> Option<Moment> {
        let agent = self.own_agent().filter(|agent| agent.state().is_wrap_up())?;
        agent.wrap_up.and_then(|wrap_up| wrap_up.end).or_else(|| {
            let limit = self
                .desk
                .desk_settings
                .as_ref()?
                .wrap_up_limit
                .filter(|limit| *limit > 0)?;
            Some(agent.state_since()?.plus(limit.saturating_mul(1000)))
        })
    }

    /// What the desk's settings say of wrap-up data for a call; `None` when nobody has said.
    pub fn wrap_up_data(&self, call: CallKey) -> Option<WrapUpData> {
        let settings = self.desk.desk_settings.as_ref()?;
        match self.calls.get(call)?.direction? {
            Direction::Inbound => settings.wrap_up_incoming,
            Direction::Outbound => settings.wrap_up_outgoing,
        }
    }

    /// Whether wrap-up may not be left yet, because the data that the call needs can be given and have not been.
    pub fn lacks_wrap_up_data(&self, source: SourceId, call: CallKey) -> bool {
        let required = matches!(
            self.wrap_up_data(call),
            Some(WrapUpData::Required | WrapUpData::RequiredWithData)
        );
        let given = |key| self.calls.get(key)?.wrap_up_data.as_deref();
        required
            && given(call).is_none_or(str::is_empty)
            && self.allowed(source, Control::WrapUp, Some(call)).is_ok()
    }
}
