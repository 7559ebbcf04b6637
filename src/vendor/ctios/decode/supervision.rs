//! Supervision: the team, the monitored agent, emergencies, and listening in.
//!
//! Lives here: events for supervisors, and those of listening in for either side of it.
//! May not be here: monitored agents' states and calls; they are told like the own ones ([`super::agent`], [`super::call`]).
//! An agent is named by sign-in id or by the id of its object; both lead to one (irregularity C30 and trap of R87).
//! The values of the team's changes are not in the document; they are those of the CTI Server messages.

use super::{CtiEvent, Life, Teller, Value, some_id, some_text};
use crate::domain::call::CallUpdate;
use crate::domain::ids::Ref;
use crate::domain::supervision::{Member, Role, SilentMonitorRef, SilentMonitorStep, SupervisionNews};
use crate::domain::{Event, Moment};
use crate::vendor::Oddity;
use crate::vendor::ctios::silent_monitor;
use crate::vendor::ctios::state::{AVAILABILITIES, look_up};
use crate::vendor::json::Text;
use std::borrow::Cow;

/// What a change of the team does, in the numbers of the CTI Server messages (irregularity C20): the member is
/// restored as it is set up, added, or removed.
const RESTORED: i64 = 0;
const ADDED: i64 = 1;
const REMOVED: i64 = 2;

/// Bits of `AgentFlags`, in the numbers of the CTI Server messages (irregularity C20).
const FIRST_SUPERVISOR: i64 = 1;
const TEMPORARY: i64 = 2;
const SUPERVISOR: i64 = 4;

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    /// A member of the team as it is, or a change (rule R83): without a change named, it is one of the list.
    pub(super) fn team_member(&mut self) {
        let object = self.object();
        let login_id = some_id(self.fields.agent_id);
        self.decoder.meet(object.as_deref(), login_id.as_deref());
        let Some(id) = self.agent() else {
            self.missing("AgentID");
            return;
        };
        // The mask is the member's: this desk has no buttons for it.
        let mut update = self.agent_update(true);
        update.name = self.name();
        (self.sink)(None, Event::Agent(Ref::new(self.site.source, &id), &update));
        let flags = self.others.integer("AgentFlags").unwrap_or_default();
        let change = match self.others.value("ConfigOperation") {
            None => Some(ADDED),
            Some(value) => value.integer(),
        };
        match change {
            Some(RESTORED | ADDED) => {
                let member = Member {
                    supervisor: self.others.id("SupervisorID").map(|id| id.as_ref().into()),
                    is_first_supervisor: flags & FIRST_SUPERVISOR != 0,
                    is_supervisor: flags & (FIRST_SUPERVISOR | SUPERVISOR) != 0,
                    is_temporary: flags & TEMPORARY != 0,
                    assignable: self
                        .others
                        .value("AgentAvailabilityStatus")
                        .and_then(|status| look_up(&AVAILABILITIES, status)),
                    skill_groups: self.memberships(),
                };
                self.tell_supervision(SupervisionNews::Member(id, Some(Box::new(member))));
            }
            Some(REMOVED) => self.tell_supervision(SupervisionNews::Member(id, None)),
            _ => self.unknown_value("ConfigOperation"),
        }
    }

    /// An agent is monitored from now on, or no longer: the calls told of the last one end here (rule R81).
    pub(super) fn monitoring(&mut self) {
        let reference = self.others.value("AgentReference").and_then(Value::text);
        let agent = reference
            .and_then(Text::reference)
            .map(|reference| self.by_object(reference));
        let starts = self.kind == CtiEvent::StartMonitoringAgent;
        let monitored = self.decoder.monitored.clone();
        if let (false, Some(agent), Some(monitored)) = (starts, &agent, &monitored)
            && **agent != **monitored
        {
            // Late news of an agent who was replaced by another.
            return;
        }
        if !starts || monitored.as_deref() != agent.as_deref() {
            self.drop_monitored_calls();
        }
        match agent {
            Some(agent) if starts => {
                self.decoder.monitored = Some(agent.as_ref().into());
                let joined = self.others.id("BargedInCallID");
                let joined = joined.map(|call| Cow::Owned([&call, "@", agent.as_ref()].concat()));
                self.tell_supervision(SupervisionNews::Monitoring { agent, joined });
            }
            None if starts => self.missing("AgentReference"),
            _ => {
                self.decoder.monitored = None;
                self.tell_supervision(SupervisionNews::NotMonitoring);
            }
        }
    }

    /// No more is told of the calls of whoever was monitored.
    fn drop_monitored_calls(&mut self) {
        let calls = &mut self.decoder.calls;
        let mut dropped: Vec<Box<str>> = Vec::new();
        for call in calls
            .iter_mut()
            .filter(|call| call.monitored && call.life != Life::Gone)
        {
            call.life = Life::Gone;
            dropped.push(call.id.clone());
        }
        for id in dropped {
            let update = CallUpdate {
                gone: true,
                ..CallUpdate::default()
            };
            self.send(Event::Call(Ref::new(self.site.source, &id), Box::new(update)));
        }
    }

    pub(super) fn emergency(&mut self) {
        let extension = [self.fields.agent_extension, self.fields.agent_instrument];
        self.tell_supervision(SupervisionNews::Emergency {
            agent: some_id(self.fields.agent_id),
            extension: extension.into_iter().find_map(some_text),
            connection: self.connection().map(Text::cow),
        });
    }

    // ---- listening in ----

    pub(super) fn silent_monitor(&mut self) {
        let Some(step) = self.silent_monitor_step() else {
            return;
        };
        let about = self.silent_monitor_ref();
        self.tell_supervision(SupervisionNews::SilentMonitor(about, step));
    }

    fn silent_monitor_step(&mut self) -> Option<SilentMonitorStep> {
        let code = self.others.integer("StatusCode");
        let report = code.and_then(silent_monitor::report);
        if let (Some(code), None) = (code, report) {
            self.unknown_value(&code.to_string());
        }
        Some(match self.kind {
            CtiEvent::StartSilentMonitorConf => SilentMonitorStep::Requested,
            CtiEvent::SilentMonitorStartRequested => SilentMonitorStep::Offered {
                by_itself: self.others.flag("DoDefaultMessageHandling") != Some(false),
            },
            CtiEvent::SilentMonitorStarted => SilentMonitorStep::Started,
            CtiEvent::SilentMonitorStatusReport => match report? {
                report if silent_monitor::is_voiceless(report.code) => {
                    SilentMonitorStep::NoVoice(Some(report))
                }
                report => SilentMonitorStep::Reported(report),
            },
            CtiEvent::RtpStreamTimedOut => SilentMonitorStep::NoVoice(report),
            CtiEvent::SilentMonitorSessionDisconnected => SilentMonitorStep::Disconnected(report),
            CtiEvent::SilentMonitorStopRequested => SilentMonitorStep::Stopped {
                cause: self.others.integer("SilentMonitorCallDisposition"),
            },
            _ => SilentMonitorStep::Stopped { cause: None },
        })
    }

    /// Which session it is about. Agent and device together contradict the document (rule R87): the agent counts.
    fn silent_monitor_ref(&mut self) -> SilentMonitorRef<'a> {
        let identity = |name| {
            let value = self.others.value(name)?;
            value.text().and_then(Text::reference)
        };
        let target = identity("MonitoredUniqueObjectID").or_else(|| identity("SilentMonitorTargetAgentUID"));
        let initiator = identity("SilentMonitorInitiatingAgentUID");
        let by_login = some_id(self.fields.agent_id);
        let mut device = identity("DeviceID");
        if by_login.is_some() && device.take().is_some() {
            self.oddities
                .count(Oddity::UnknownValue, self.event.name(), "DeviceID");
        }
        let device = device.or_else(|| self.others.id("SilentMonitorTargetDeviceID"));
        let is_own = target.as_deref().is_some_and(|object| self.is_own_object(object))
            || (by_login.is_some() && by_login.as_deref() == self.decoder.login_id.as_deref());
        let role = match self.kind {
            CtiEvent::StartSilentMonitorConf
            | CtiEvent::StopSilentMonitorConf
            | CtiEvent::SilentMonitorStatusReport => Some(Role::Listening),
            CtiEvent::SilentMonitorStartRequested | CtiEvent::RtpStreamTimedOut => Some(Role::ListenedTo),
            _ if is_own => Some(Role::ListenedTo),
            _ => initiator
                .is_some_and(|object| self.is_own_object(&object))
                .then_some(Role::Listening),
        };
        SilentMonitorRef {
            session: self.others.integer("SMSessionKey"),
            call: identity("SilentMonitorCallUID"),
            agent: by_login.or_else(|| target.map(|object| self.by_object(object))),
            device,
            role,
        }
    }
}
