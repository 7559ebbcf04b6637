//! The telephony server's link: connected, late, lost, and what fails in the system behind it.
//!
//! Lives here: session events about the connection, system events, media streams.
//! May not be here: the hub's own connection, and any retry: the server's client makes the link again (rule R40).
//! Times of these events are milliseconds of a day, which begins anew every midnight: they are not used.
//! A failure without a documented meaning is told in the server's own words, where it has any.

use super::{CtiEvent, Teller, Text, Value, some_id, some_text};
use crate::domain::telephony::{Link, Loss, Mode, Part, Stream, TelephonyNews};
use crate::domain::{Event, Moment};
use crate::vendor::ctios::state::{STREAM_DIRECTIONS, STREAM_KINDS, look_up};
use crate::vendor::ctios::system::{self, Failing, LOSSES, SystemEvent};
use std::borrow::Cow;

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    pub(super) fn connected(&mut self) {
        let server = self.others.text("CurrentServer");
        self.tell_telephony(TelephonyNews::Link(Link::Up, server));
    }

    pub(super) fn connection_lost(&mut self) {
        let reason = self.others.value("ReasonCode");
        let loss = reason.and_then(|reason| look_up(&LOSSES, reason));
        if let (Some(reason), None) = (reason, loss) {
            self.unknown_value(&reason.written());
        }
        let link = Link::Lost(loss.unwrap_or(Loss::Unsaid));
        let server = self.others.text("FailedServer");
        self.tell_telephony(TelephonyNews::Link(link, server));
    }

    pub(super) fn connection_over(&mut self) {
        let link = match self.kind {
            CtiEvent::ConnectionRejected => Link::Rejected,
            _ => Link::Closed,
        };
        self.tell_telephony(TelephonyNews::Link(link, None));
    }

    pub(super) fn heartbeat_missing(&mut self) {
        self.tell_telephony(TelephonyNews::Late {
            missed: self.others.count("ConsecutiveMissedHeartbeats").unwrap_or(1),
            due_every: self.others.integer("HeartbeatInterval"),
        });
    }

    /// The client is in a mode, which it reaches only with a server at the other end.
    pub(super) fn mode(&mut self) {
        let mode = match self.kind {
            CtiEvent::SetAgentMode => Mode::Agent,
            _ => Mode::Monitor,
        };
        self.accepted(false);
        self.tell_telephony(TelephonyNews::Link(Link::Up, None));
        self.tell_telephony(TelephonyNews::Mode(mode));
        self.mask();
    }

    /// A failure of the system: a failure code and, with one of them, a system event (rule R44).
    pub(super) fn system_failure(&mut self) {
        let code = self.fields.failure_code.value();
        let words = some_text(self.fields.error_message);
        match code.and_then(system::failure) {
            Some((Failing::SeeEvent, _)) => self.system_event(words),
            Some((Failing::Part(part), text)) => {
                self.tell_telephony(TelephonyNews::Part(part, false));
                self.notice(text, code, None);
            }
            Some((Failing::SignIn(kind), text)) => {
                // It names no request: whoever is signing in learns it as the answer to that (rule R43).
                self.send(Event::Refused {
                    id: self.invoke_id(),
                    kind,
                    code: code.and_then(|code| i32::try_from(code).ok()),
                    meaning: Some(text),
                    text: words,
                });
                self.notice(text, code, None);
            }
            Some((Failing::Notice, text)) => self.notice(text, code, None),
            None if code.is_none() && self.others.names("SystemEventID") => self.system_event(words),
            None => {
                if let Some(code) = code {
                    self.unknown_value(&code.to_string());
                }
                self.notice("", code, words);
            }
        }
    }

    fn system_event(&mut self, words: Option<Cow<'a, str>>) {
        let number = self.others.integer("SystemEventID");
        let Some((event, text)) = number.and_then(system::system_event) else {
            self.unknown_value(&number.map(|number| number.to_string()).unwrap_or_default());
            self.notice("", number, words);
            return;
        };
        match event {
            SystemEvent::Parts(parts, back) => {
                for part in parts {
                    self.tell_telephony(TelephonyNews::Part(*part, back));
                }
            }
            SystemEvent::Switch(back) => {
                match self.others.integer("SystemEventArg1") {
                    Some(switch) => self.tell_telephony(TelephonyNews::Switch(switch, back)),
                    None => self.missing("SystemEventArg1"),
                }
                // A switch that is reached is reached through its gateway.
                if back {
                    self.tell_telephony(TelephonyNews::Part(Part::Gateway, true));
                }
            }
            SystemEvent::Text => {}
            SystemEvent::Nothing => return,
        }
        self.notice(text, number, words.filter(|_| event == SystemEvent::Text));
    }

    /// A sentence for the people at the desk; without one of ours, the server's words.
    fn notice(&mut self, text: &'static str, code: Option<i64>, words: Option<Cow<'a, str>>) {
        let text = match words {
            Some(words) if text.is_empty() => words,
            _ => Cow::Borrowed(text),
        };
        if !text.is_empty() {
            let code = code.and_then(|code| i32::try_from(code).ok());
            self.tell_telephony(TelephonyNews::Notice(text, code));
        }
    }

    /// The connection of a call with a device, as the switch names it.
    pub(super) fn connection(&self) -> Option<Text<'a>> {
        let by_call = self.others.value("ConnectionCallID").and_then(Value::text);
        by_call.or_else(|| self.others.value("ConnectionDeviceID")?.text())
    }

    /// A media stream at a phone, named by the connection of its call.
    pub(super) fn stream(&mut self) {
        let stream = Stream {
            connection: self.connection().map(Text::boxed),
            login_id: some_id(self.fields.agent_id).map(|id| id.as_ref().into()),
            direction: self
                .others
                .value("Direction")
                .and_then(|value| look_up(&STREAM_DIRECTIONS, value)),
            kind: self
                .others
                .value("RTPType")
                .and_then(|value| look_up(&STREAM_KINDS, value)),
        };
        let flows = self.kind == CtiEvent::CallRtpStarted;
        self.tell_telephony(TelephonyNews::Stream(stream, flows));
    }
}
