//! Commands in flight, and what the masks allow.
//!
//! Lives here: the two phases of a command (decision D11), and `Model::allowed`, the one judge of every button.
//! May not be here: sending, deadlines (the session's), any look at a call's stage to judge a button.
//! State moves on events only; a command that is done merely stops being in flight.

use super::calls::set_recording;
use super::{
    Agent, AgentState, Call, CallKey, Changed, Command, Control, FAILURES_KEPT, Failed, Failure, InFlight,
    InvokeId, Model, Moment, Off, Phase, SourceId, Stage, Transition, control,
};

impl Model {
    /// Why a control is off for `call` (`None`: for the agent or the current call), `Ok` when it is on.
    ///
    /// Masks are the only source (decision D1); the state of a call is never looked at.
    pub fn allowed(&self, source: SourceId, control: Control, call: Option<CallKey>) -> Result<(), Off> {
        self.reachable(source)?;
        let under_way = self.desk.in_flight.iter().any(|flight| {
            flight
                .command
                .control()
                .is_some_and(|busy| same_button(busy, control))
                && (flight.command.call().is_none() || call.is_none() || flight.command.call() == call)
        });
        if under_way {
            return Err(Off::UnderWay);
        }
        let mask_of = |key: CallKey| self.calls.get(key).and_then(|call| call.mask.as_ref());
        // Why there is no mask; that there is none is what turns the control off.
        let without_mask = |key: CallKey| {
            let over = self.calls.get(key).is_none_or(|call| call.over);
            if over { Off::CallOver } else { Off::NoMask }
        };
        let current = self.desk.current;
        if let Some(aside) = call.filter(|key| Some(*key) != current)
            && control.owner() != control::Owner::Agent
        {
            return match mask_of(aside) {
                None => Err(without_mask(aside)),
                Some(mask) if control.works_aside() && mask.effective().has(control) => Ok(()),
                Some(_) if control.works_aside() => Err(Off::ByServer),
                // What the current call's mask, or the agent's, says of it is not said of this call.
                Some(_) if current.is_none() => Err(Off::NoCall),
                Some(_) => Err(Off::NotCurrent),
            };
        }
        let call_mask = current.and_then(mask_of);
        if control::merge(self.desk.mask.as_ref(), call_mask).has(control) {
            return Ok(());
        }
        Err(match (control.owner(), current) {
            (control::Owner::Call, None) => Off::NoCall,
            (control::Owner::Call, Some(current)) if call_mask.is_none() => without_mask(current),
            (control::Owner::Agent, _) if self.desk.mask.is_none() => Off::NoMask,
            (control::Owner::Shared, _) if self.desk.mask.is_none() && call_mask.is_none() => Off::NoMask,
            _ => Off::ByServer,
        })
    }

    /// Why tones cannot be sent on a call, `Ok` when they can.
    ///
    /// No bit speaks of tones, nor of the call's data. Whoever may leave a call is on it, so the bit for leaving answers for them; the server
    /// has the last word.
    pub fn tones_allowed(&self, source: SourceId, call: CallKey) -> Result<(), Off> {
        self.allowed(source, Control::Release, Some(call))
    }

    /// Why a call cannot be made the current one, `Ok` when it can: it has to be there and not over.
    fn switch_allowed(&self, source: SourceId, call: CallKey) -> Result<(), Off> {
        let is_live = self.calls.get(call).is_some_and(|call| !call.over);
        match self.reachable(source) {
            Ok(()) if !is_live => Err(Off::CallOver),
            Ok(())
                if self
                    .desk
                    .in_flight
                    .iter()
                    .any(|flight| flight.command == Command::MakeCurrent(call)) =>
            {
                Err(Off::UnderWay)
            }
            reachable => reachable,
        }
    }

    /// Why a command cannot be asked for, `Ok` when it can: the one judge of every command.
    pub fn command_allowed(&self, source: SourceId, command: &Command) -> Result<(), Off> {
        match (command, command.control()) {
            // Some servers say only where calls may go; the number is theirs to judge.
            (Command::Dial { .. }, _) => {
                self.allowed(source, Control::MakeCall, None)
                    .or_else(|off| match off {
                        Off::ByServer => self
                            .allowed(source, Control::InsideMakeCall, None)
                            .or_else(|_| self.allowed(source, Control::OutsideMakeCall, None)),
                        off => Err(off),
                    })
            }
            (Command::MakeCurrent(call), _) => self.switch_allowed(source, *call),
            (_, Some(control)) => self.allowed(source, control, command.call()),
            (_, None) => match command.call() {
                // Its answer must be waited for: the next change may follow from it.
                Some(call) if self.changes_data_of(call, command) => Err(Off::UnderWay),
                Some(call) => self.tones_allowed(source, call),
                None => self.reachable(source),
            },
        }
    }

    /// Whether a command would change a call's data while that is being done already.
    fn changes_data_of(&self, call: CallKey, command: &Command) -> bool {
        let changes = |command: &Command| matches!(command, Command::SetCallData { .. });
        let mut flights = self.desk.in_flight.iter();
        changes(command)
            && flights.any(|flight| changes(&flight.command) && flight.command.call() == Some(call))
    }

    /// Whether the telephony server can be asked for anything.
    fn reachable(&self, source: SourceId) -> Result<(), Off> {
        if !self.source(source).live {
            return Err(Off::Offline);
        }
        if self.telephony_is_down(source) {
            return Err(Off::TelephonyDown);
        }
        Ok(())
    }

    /// Remembers a command that is being sent.
    pub fn begin_command(&mut self, id: InvokeId, command: Command, now: Moment) {
        let stage = command
            .call()
            .and_then(|call| self.calls.get(call))
            .map(|call| call.stage);
        self.desk
            .failed
            .retain(|failed| !same_kind(&failed.command, &command));
        self.desk.in_flight.push(InFlight {
            id,
            command,
            phase: Phase::Sent,
            sent: now,
            slow: false,
            stage,
        });
        self.desk_touched = true;
    }

    pub(super) fn accept(&mut self, id: InvokeId, done: bool, now: Moment) {
        let Some(flight) = self.desk.in_flight.iter_mut().find(|flight| flight.id == id) else {
            return;
        };
        flight.phase = Phase::Accepted;
        let command = flight.command.clone();
        self.confirm(&command, now);
        // Some have no event of their own: the confirmation is all there is.
        let settled = done || matches!(command, Command::SendTones { .. } | Command::SendMessage { .. });
        if settled || self.already_so(id) {
            self.finish(id);
        }
        self.desk_touched = true;
    }

    /// What the confirmation itself tells.
    fn confirm(&mut self, command: &Command, now: Moment) {
        match command {
            Command::StartRecording(call) => self.tell_recording(*call, true, now),
            Command::StopRecording(call) => self.tell_recording(*call, false, now),
            Command::SendTones { call, digits } => {
                let tones = digits.chars().count();
                self.calls.change(*call, |row| {
                    row.tones_sent += tones;
                    Changed {
                        row: true,
                        rank: false,
                    }
                });
            }
            Command::SendMessage { to, text } => self.keep_own_message(to, text, now),
            _ => {}
        }
    }

    fn tell_recording(&mut self, call: CallKey, recording: bool, now: Moment) {
        self.calls.change(call, |row| Changed {
            row: set_recording(row, recording, now),
            rank: false,
        });
    }

    /// The hub took a command that no event speaks of.
    pub fn taken(&mut self, id: InvokeId) {
        let is_it =
            |flight: &&InFlight| flight.id == id && matches!(flight.command, Command::ReportBadLine(_));
        if self.desk.in_flight.iter().find(is_it).is_some() {
            self.finish(id);
        }
    }

    /// Ends a command as failed.
    pub fn fail(&mut self, id: InvokeId, failure: Failure, now: Moment) {
        let Some(flight) = self.take_flight(id) else {
            return;
        };
        if self.desk.failed.len() == FAILURES_KEPT {
            self.desk.failed.pop_front();
        }
        self.desk.failed.push_back(Failed {
            id,
            command: flight.command,
            failure,
            at: now,
        });
        self.desk_touched = true;
        self.transitions.push(Transition::CommandFailed(id));
    }

    /// Ends every command under way as failed.
    pub(super) fn fail_all(&mut self, failure: &Failure, now: Moment) {
        while let Some(id) = self.desk.in_flight.first().map(|flight| flight.id) {
            self.fail(id, failure.clone(), now);
        }
    }

    /// Marks commands that have waited longer than one expects; answers whether any were marked.
    pub fn mark_slow(&mut self, now: Moment, patience: i64) -> bool {
        let mut marked = false;
        for flight in &mut self.desk.in_flight {
            if !flight.slow && now.since(flight.sent) >= patience {
                flight.slow = true;
                marked = true;
            }
        }
        self.desk_touched |= marked;
        marked
    }

    /// Forgets a failure: the agent has seen it.
    pub fn dismiss_failure(&mut self, id: InvokeId) {
        self.desk.failed.retain(|failed| failed.id != id);
        self.desk_touched = true;
    }

    pub(super) fn take_flight(&mut self, id: InvokeId) -> Option<InFlight> {
        let at = self.desk.in_flight.iter().position(|flight| flight.id == id)?;
        Some(self.desk.in_flight.remove(at))
    }

    pub(super) fn finish(&mut self, id: InvokeId) {
        if self.take_flight(id).is_some() {
            self.desk_touched = true;
        }
    }

    /// The event that a command waits for may precede its confirmation.
    pub(super) fn already_so(&self, id: InvokeId) -> bool {
        self.desk
            .in_flight
            .iter()
            .find(|flight| flight.id == id)
            .is_some_and(|flight| self.is_done(flight))
    }

    pub(super) fn is_done(&self, flight: &InFlight) -> bool {
        let command = &flight.command;
        let me = self.desk.me.and_then(|me| self.agents.get(me));
        let state = me.map(Agent::state).unwrap_or_default();
        match command {
            Command::SignIn { .. } => !matches!(state, AgentState::SignedOut | AgentState::Unknown),
            Command::SignOut { .. } => state == AgentState::SignedOut,
            Command::Ready => state == AgentState::Ready,
            Command::NotReady { reason } => {
                state == AgentState::NotReady
                    && (reason.is_none() || me.is_some_and(|agent| agent.reason == *reason))
            }
            Command::WorkReady => {
                state
                    == AgentState::WrapUp {
                        ready_after: Some(true),
                    }
            }
            Command::WorkNotReady => {
                state
                    == AgentState::WrapUp {
                        ready_after: Some(false),
                    }
            }
            _ => command.call().is_some_and(|key| {
                self.calls
                    .get(key)
                    .is_none_or(|call| self.is_done_to(key, call, flight))
            }),
        }
    }

    /// Whether the call is as the command wants it.
    fn is_done_to(&self, key: CallKey, call: &Call, flight: &InFlight) -> bool {
        let is_over = !call.stage.is_live();
        let is_held = call.stage == Stage::Held;
        match &flight.command {
            Command::Answer(_) | Command::Retrieve(_) => is_over || call.stage == Stage::Connected,
            Command::EndCall(_)
            | Command::EndForAll(_)
            | Command::CompleteTransfer(_)
            | Command::BlindTransfer { .. } => is_over,
            Command::Hold(_) | Command::Consult { .. } => is_over || is_held,
            Command::Alternate(_) | Command::BackToCaller(_) => is_over || Some(call.stage) != flight.stage,
            // It may be that the supervisor joins, or that the call waits meanwhile.
            Command::AskSupervisor(_) | Command::RaiseEmergency(_) => is_over || is_held || call.conference,
            Command::CompleteConference(_) | Command::AddParty { .. } => is_over || call.conference,
            Command::MakeCurrent(_) => call.over || self.desk.current == Some(key),
            Command::StartRecording(_) => call.over || call.recording == Some(true),
            Command::StopRecording(_) => call.over || call.recording == Some(false),
            Command::SetWrapUpData { text, .. } => call.over || call.wrap_up_data.as_ref() == Some(text),
            Command::SetCallData { fields, .. } => {
                call.over || fields.iter().all(|field| call.data.contains(field))
            }
            _ => false,
        }
    }

    pub(super) fn settle_by_call(&mut self, key: CallKey) {
        let done: Vec<InvokeId> = self
            .desk
            .in_flight
            .iter()
            .filter(|flight| flight.command.call() == Some(key) && self.is_done(flight))
            .map(|flight| flight.id)
            .collect();
        for id in done {
            self.finish(id);
        }
    }

    /// A wish for a state is done when the server has noted it.
    pub(super) fn settle_by_note(&mut self) {
        self.desk.in_flight.retain(|flight| {
            !matches!(
                flight.command,
                Command::Ready | Command::NotReady { .. } | Command::WorkReady | Command::WorkNotReady
            )
        });
    }

    /// Another reason for the same state may be all that was asked for.
    pub(super) fn settle_by_reason(&mut self) {
        let is_done =
            |flight: &&InFlight| matches!(flight.command, Command::NotReady { .. }) && self.is_done(flight);
        let done: Vec<InvokeId> = self
            .desk
            .in_flight
            .iter()
            .filter(is_done)
            .map(|flight| flight.id)
            .collect();
        for id in done {
            self.finish(id);
        }
    }

    pub(super) fn settle_by_state(&mut self, state: AgentState) {
        let done: Vec<InvokeId> = self
            .desk
            .in_flight
            .iter()
            .filter(|flight| match &flight.command {
                // During a call the server notes the wish and stays in its state: any change ends the wait.
                Command::Ready | Command::NotReady { .. } | Command::WorkReady | Command::WorkNotReady => {
                    true
                }
                Command::SignIn { .. } => state != AgentState::SignedOut,
                Command::SignOut { .. } => state == AgentState::SignedOut,
                _ => false,
            })
            .map(|flight| flight.id)
            .collect();
        for id in done {
            self.finish(id);
        }
    }
}

/// Whether two controls share one button: with and without a reason.
fn same_button(one: Control, other: Control) -> bool {
    let button = |control| match control {
        Control::NotReadyWithReason => Control::NotReady,
        Control::SignOutWithReason => Control::SignOut,
        Control::InsideMakeCall | Control::OutsideMakeCall => Control::MakeCall,
        control => control,
    };
    button(one) == button(other)
}

fn same_kind(one: &Command, other: &Command) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other) && one.call() == other.call()
}
