//! Commands: from the wish to the hub method, and the watch over those without an answer.
//!
//! Lives here: asking the masks, sending, and giving up after a time with a look at the calls as they are.
//! May not be here: what a command changes (nothing; events do), bits and wire names.
//! No command is repeated and none waits for a connection (decision D11).

use super::{
    COMMAND_LOST, COMMAND_SLOW, Calling, Command, Failure, Flight, InvokeId, Now, Off, Phase, SECOND,
    Session, ctios,
};

impl Session {
    pub(super) fn command(&mut self, command: Command, now: Now) {
        let allowed = self.model.borrow().command_allowed(self.source, &command);
        match allowed {
            Ok(()) => {
                self.send_allowed(command, now);
            }
            // A second press of a button whose command is under way is no new wish.
            Err(Off::UnderWay) => {}
            Err(off) => {
                let id = self.next_invoke_id();
                let failure = match off {
                    Off::Offline => Failure::Offline,
                    Off::TelephonyDown => Failure::TelephonyDown,
                    _ => Failure::NotAllowed,
                };
                let mut model = self.model.borrow_mut();
                model.begin_command(id, command, now.wall);
                model.fail(id, failure, now.wall);
            }
        }
    }

    pub(super) fn next_invoke_id(&mut self) -> InvokeId {
        self.next_invoke = self.next_invoke.wrapping_add(1).max(1);
        InvokeId(self.next_invoke)
    }

    /// Sends what somebody has asked for and the masks allow.
    pub(super) fn send_allowed(&mut self, command: Command, now: Now) -> InvokeId {
        self.leaving |= matches!(command, Command::SignOut { .. });
        self.send_command(command, now)
    }

    pub(super) fn send_command(&mut self, command: Command, now: Now) -> InvokeId {
        let id = self.next_invoke_id();
        let encoded = {
            let model = self.model.borrow();
            ctios::encode(&command, id, |key| model.calls.get(key).map(|call| &*call.id))
        };
        if matches!(command, Command::SignIn { .. }) {
            self.signing_in = Some(id);
        }
        self.model.borrow_mut().begin_command(id, command, now.wall);
        let Some(invocation) = encoded else {
            // The call has gone between the press and now.
            self.model.borrow_mut().fail(id, Failure::NotAllowed, now.wall);
            return id;
        };
        self.flights.push(Flight { id, sent: now.wall });
        self.invoke(
            invocation.method,
            &invocation.arguments,
            Calling::Command(id),
            now,
        );
        id
    }

    pub(super) fn ask(&mut self, question: ctios::Question<'_>, now: Now) {
        self.ask_as(Calling::Question, question, now);
    }

    pub(super) fn ask_as(&mut self, calling: Calling, question: ctios::Question<'_>, now: Now) {
        let id = self.next_invoke_id();
        let invocation = ctios::ask(question, id);
        self.invoke(invocation.method, &invocation.arguments, calling, now);
    }

    /// Asks for what is set for the site and for the agent's desk, once the telephony server knows the agent: it
    /// has confirmed the sign-in, or has told what follows from it.
    pub(super) fn ask_for_settings_when_signed_in(&mut self, now: Now) {
        let Some(id) = self.signing_in.filter(|_| self.connected) else {
            return;
        };
        let is_known = {
            let desk = &self.model.borrow().desk;
            match desk.in_flight.iter().find(|flight| flight.id == id) {
                Some(flight) => flight.phase == Phase::Accepted,
                None => desk.failed.iter().all(|failed| failed.id != id),
            }
        };
        if is_known {
            self.signing_in = None;
            self.ask(ctios::Question::SiteSettings, now);
            self.ask(ctios::Question::DeskSettings, now);
        }
    }

    pub(super) fn own_state_changed(&mut self, to: crate::domain::agent::AgentState, now: Now) {
        // Whoever has asked to sign out leaves the desk when the server says so.
        if to == crate::domain::agent::AgentState::SignedOut && self.leaving {
            self.leaving = false;
            self.leave(now);
        }
    }

    /// Whoever may not sign out stays: a later sign-out is then not that person's own. A call that would not do as
    /// asked is asked for, so that the desk shows how it really is.
    pub(super) fn command_failed(&mut self, id: InvokeId, now: Now) {
        let call = {
            let model = self.model.borrow();
            let refused = model.desk.failed.iter().find(|failed| {
                failed.id == id && matches!(failed.failure, Failure::Refused { .. } | Failure::NotTaken(_))
            });
            match refused.map(|failed| &failed.command) {
                Some(Command::SignOut { .. }) => self.leaving = false,
                Some(Command::SignIn { .. }) => self.signing_in = None,
                _ => {}
            }
            refused
                .and_then(|failed| model.calls.get(failed.command.call()?))
                .filter(|call| !call.over)
                .map(|call| call.id.clone())
        };
        if let Some(call) = call.filter(|_| self.connected) {
            self.ask(ctios::Question::Call(&call), now);
        }
    }

    pub(super) fn tick(&mut self, now: Now) {
        let mut lost = false;
        let in_flight: Vec<InvokeId> = self
            .model
            .borrow()
            .desk
            .in_flight
            .iter()
            .map(|flight| flight.id)
            .collect();
        self.flights.retain(|flight| in_flight.contains(&flight.id));
        for flight in &self.flights {
            if now.wall.since(flight.sent) >= COMMAND_LOST {
                self.model
                    .borrow_mut()
                    .fail(flight.id, Failure::NoAnswer, now.wall);
                lost = true;
            }
        }
        if !self.flights.is_empty() {
            self.model.borrow_mut().mark_slow(now.wall, COMMAND_SLOW);
        }
        if lost && self.connected {
            // What the server did not answer, its snapshot tells.
            self.ask(ctios::Question::Calls, now);
        }
        self.tick_sources(now);
        self.tick_portal(now);
        if now.wall.since(self.last_second).abs() >= SECOND {
            self.last_second = now.wall;
            let heard = self.last_heard();
            if self.view.as_of != heard {
                self.view.as_of = heard;
                self.changed = true;
            }
        }
    }
}
