//! Commands in flight, and what the masks allow.
//!
//! Lives here: the two phases of a command (decision D11), and `Model::allowed`, the one judge of every button.
//! May not be here: sending, deadlines (the session's), any look at a call's stage to judge a button.
//! State moves on events only; a command that is done merely stops being in flight.

use super::{
    Agent, AgentState, CallKey, Command, Control, FAILURES_KEPT, Failed, Failure, InFlight, InvokeId, Model,
    Moment, Off, Phase, SourceId, Stage, Transition, control,
};

impl Model {
    /// Why a control is off for `call` (`None`: for the agent or the current call), `Ok` when it is on.
    ///
    /// Masks are the only source (decision D1); the state of a call is never looked at.
    pub fn allowed(&self, source: SourceId, control: Control, call: Option<CallKey>) -> Result<(), Off> {
        if !self.source(source).live {
            return Err(Off::Offline);
        }
        if self.telephony_is_down(source) {
            return Err(Off::TelephonyDown);
        }
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
            && control.owner() == control::Owner::Call
        {
            return match mask_of(aside) {
                None => Err(without_mask(aside)),
                Some(mask) if control.works_aside() && mask.effective().has(control) => Ok(()),
                Some(_) => Err(Off::ByServer),
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
    /// No bit speaks of tones. Whoever may leave a call is on it, so the bit for leaving answers for them; the server
    /// has the last word.
    pub fn tones_allowed(&self, source: SourceId, call: CallKey) -> Result<(), Off> {
        self.allowed(source, Control::Release, Some(call))
    }

    /// Remembers a command that is being sent.
    pub fn begin_command(&mut self, id: InvokeId, command: Command, now: Moment) {
        self.desk
            .failed
            .retain(|failed| !same_kind(&failed.command, &command));
        self.desk.in_flight.push(InFlight {
            id,
            command,
            phase: Phase::Sent,
            sent: now,
            slow: false,
        });
        self.desk_touched = true;
    }

    pub(super) fn accept(&mut self, id: InvokeId, done: bool) {
        let Some(flight) = self.desk.in_flight.iter_mut().find(|flight| flight.id == id) else {
            return;
        };
        flight.phase = Phase::Accepted;
        // Tones have no event of their own: the confirmation is all there is.
        let settled = done || matches!(flight.command, Command::SendTones { .. });
        if settled || self.already_so(id) {
            self.finish(id);
        }
        self.desk_touched = true;
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
            .is_some_and(|flight| self.is_done(&flight.command))
    }

    pub(super) fn is_done(&self, command: &Command) -> bool {
        let stage = |key: &CallKey| self.calls.get(*key).map(|call| call.stage);
        let my_state = || {
            self.desk
                .me
                .and_then(|me| self.agents.get(me))
                .map(Agent::state)
                .unwrap_or_default()
        };
        match command {
            Command::SignIn { .. } => !matches!(my_state(), AgentState::SignedOut | AgentState::Unknown),
            Command::SignOut { .. } => my_state() == AgentState::SignedOut,
            Command::Ready => my_state() == AgentState::Ready,
            Command::NotReady { reason } => {
                my_state() == AgentState::NotReady
                    && (reason.is_none()
                        || self
                            .desk
                            .me
                            .and_then(|me| self.agents.get(me))
                            .is_some_and(|agent| agent.reason == *reason))
            }
            Command::Answer(call) => {
                stage(call).is_none_or(|stage| stage == Stage::Connected || !stage.is_live())
            }
            Command::EndCall(call) => stage(call).is_none_or(|stage| !stage.is_live()),
            Command::Hold(call) => stage(call).is_none_or(|stage| stage == Stage::Held || !stage.is_live()),
            Command::Retrieve(call) => {
                stage(call).is_none_or(|stage| stage == Stage::Connected || !stage.is_live())
            }
            Command::Dial { .. } | Command::SendTones { .. } => false,
        }
    }

    pub(super) fn settle_by_call(&mut self, key: CallKey) {
        let done: Vec<InvokeId> = self
            .desk
            .in_flight
            .iter()
            .filter(|flight| flight.command.call() == Some(key) && self.is_done(&flight.command))
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
                Command::Ready | Command::NotReady { .. } => true,
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
