//! Answers to what the desk has asked for: received, done, or refused.
//!
//! Lives here: confirmations and failures of requests, each naming its request by `InvokeID`.
//! May not be here: what the request changes; the events about it tell (rules R65, R67).
//! A failed sign-out is told twice by the server and once to the domain (rule R69).
//! The failure that the telephony server is away is news of the server, too (rule R72).

use super::{InvokeId, Teller, some_text};
use crate::domain::command::Refusal;
use crate::domain::telephony::{Part, TelephonyNews};
use crate::domain::{Event, Moment};
use crate::vendor::ctios::failure::ControlFailure;
use crate::vendor::ctios::state;

impl<S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, '_, S> {
    pub(super) fn invoke_id(&self) -> Option<InvokeId> {
        let id = self.fields.invoke_id.value()?;
        u32::try_from(id).ok().filter(|id| *id != 0).map(InvokeId)
    }

    pub(super) fn accepted(&mut self, done: bool) {
        if let Some(id) = self.invoke_id() {
            self.send(Event::Accepted { id, done });
        }
    }

    /// The line that a dialled call uses (rule R77).
    pub(super) fn line(&mut self) {
        if self.others.names("LineHandle") {
            let line = self.others.value("LineHandle").and_then(state::line);
            self.tell_telephony(TelephonyNews::Line(line));
        }
    }

    pub(super) fn logout_failed(&mut self) {
        let failure = (self.invoke_id(), self.fields.failure_code.value());
        self.refused();
        self.decoder.told_failure = Some(failure);
        self.mask();
    }

    pub(super) fn control_failure(&mut self) {
        let (id, code) = (self.invoke_id(), self.fields.failure_code.value());
        // The twin of a sign-out failure names the same request and reason, as far as each names any.
        let twin = self
            .decoder
            .told_failure
            .take()
            .is_some_and(|(told_id, told_code)| {
                let ids_agree = told_id == id || told_id.is_none() || id.is_none();
                ids_agree && (told_code == code || told_code.is_none() || code.is_none())
            });
        if !twin {
            self.refused();
        }
        self.mask();
    }

    fn refused(&mut self) {
        let code = self.fields.failure_code.value();
        let failure = code.and_then(ControlFailure::from_code);
        if let (Some(code), None) = (code, failure) {
            self.unknown_value(&code.to_string());
        }
        self.send(Event::Refused {
            id: self.invoke_id(),
            kind: failure.map_or(Refusal::Other, ControlFailure::refusal),
            code: code.and_then(|code| i32::try_from(code).ok()),
            meaning: failure.map(ControlFailure::text),
            text: some_text(self.fields.error_message),
        });
        if failure == Some(ControlFailure::CtiServerOffline) {
            self.tell_telephony(TelephonyNews::Part(Part::Server, false));
        }
    }
}
