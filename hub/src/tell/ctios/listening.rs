//! Silent monitor sessions in words, to the supervisor's and the member's desk.
//!
//! Lives here: the documented events of CTI OS' own silent monitoring (R86) with their status codes.
//! May not live here: when a session starts and ends (`centre::listening`).
//! Either `AgentID` or `DeviceID` names the member, never both (R87). Status reports go to the supervisor
//! only, a missing voice is told to the member only (R91). Addresses are of a range kept for examples.

use super::super::json::Writer;
use super::Teller;
use super::link::SERVERS;
use super::numbers::{PERIPHERAL, agent_object};
use crate::centre::{
    Agent, AgentId, CallId, Centre, Listening, ListeningEnd, ListeningEvent, ListeningId, ListeningNews,
    ListeningWish, Span, Target,
};

/// The time between two signs of life of a session.
pub(super) const HEARTBEAT: Span = Span::from_secs(5);

/// How long a session lives without one.
pub(super) const TIMEOUT: Span = Span::from_secs(15);

/// Where a supervisor's desk listens unless it says otherwise.
pub(super) const DEFAULT_PORT: u16 = 39_200;

/// Status codes (`SilentMonitorStatus`) by which sessions begin and end here.
mod status {
    pub(super) const FAILED: u32 = 1;
    pub(super) const STARTED: u32 = 3;
    pub(super) const STOPPED: u32 = 4;
    pub(super) const PEER_LOGGED_OUT: u32 = 0x1000_0009;
    pub(super) const TERMINATED_BY_MONITORING_CLIENT: u32 = 0x1000_000B;
    pub(super) const NO_RTP_PACKETS: u32 = 0x1000_000C;
}

impl Teller<'_> {
    pub(super) fn listening(&mut self, news: &ListeningNews) {
        let session = &news.session;
        match (news.event, news.to_supervisor) {
            (ListeningEvent::Requested, _) => {
                self.session_event("OnSilentMonitorStartRequestedEvent", session, true, |writer| {
                    writer.plain("DoDefaultMessageHandling", true);
                });
            }
            (ListeningEvent::Started, false) => {
                self.session_event("OnSilentMonitorStartedEvent", session, true, |_| {});
            }
            (ListeningEvent::Started, true) => self.status_report(session, status::STARTED),
            (ListeningEvent::VoiceStarted, _) => self.voice("OnCallRTPStarted", session),
            (ListeningEvent::VoiceStopped, _) => self.voice("OnCallRTPStopped", session),
            (ListeningEvent::Ended(end), true) => self.ended_for_supervisor(session, end),
            (ListeningEvent::Ended(end), false) => self.ended_for_member(session, end),
        }
    }

    fn ended_for_supervisor(&mut self, session: &Listening, end: ListeningEnd) {
        match end {
            ListeningEnd::Requested | ListeningEnd::CallOver | ListeningEnd::SupervisorGone => {
                self.status_report(session, status::STOPPED);
            }
            ListeningEnd::AgentGone => self.disconnected(
                "OnSilentMonitorSessionDisconnected",
                session,
                status::PEER_LOGGED_OUT,
            ),
            ListeningEnd::NoVoice => self.status_report(session, status::NO_RTP_PACKETS),
            ListeningEnd::NeverBegan => self.status_report(session, status::FAILED),
        }
    }

    fn ended_for_member(&mut self, session: &Listening, end: ListeningEnd) {
        match end {
            ListeningEnd::Requested | ListeningEnd::CallOver | ListeningEnd::AgentGone => {
                self.session_event("OnSilentMonitorStopRequestedEvent", session, false, |_| {});
            }
            ListeningEnd::SupervisorGone => self.disconnected(
                "OnSilentMonitorSessionDisconnected",
                session,
                status::TERMINATED_BY_MONITORING_CLIENT,
            ),
            ListeningEnd::NeverBegan => {}
            ListeningEnd::NoVoice => {
                self.disconnected("OnRTPStreamTimedoutEvent", session, status::NO_RTP_PACKETS);
            }
        }
    }

    fn session_event(
        &mut self,
        name: &'static str,
        told: &Listening,
        has_timing: bool,
        fill: impl FnOnce(&mut Writer),
    ) {
        let centre = self.centre;
        self.event(name, |writer| {
            session(writer, centre, told.supervisor, told.wish, told.id);
            if has_timing {
                timing(writer, told.wish);
            }
            fill(writer);
        });
    }

    fn status_report(&mut self, told: &Listening, code: u32) {
        let centre = self.centre;
        self.event("OnSilentMonitorStatusReportEvent", |writer| {
            monitored_object(writer, centre, told.agent);
            writer.plain("SMSessionKey", told.id.number());
            writer.plain("StatusCode", code);
            origin(writer, centre, told.supervisor);
            writer.text("TargetCILClientID", &client_id(centre, told.supervisor));
        });
    }

    fn disconnected(&mut self, name: &'static str, told: &Listening, code: u32) {
        let centre = self.centre;
        self.event(name, |writer| {
            monitored_object(writer, centre, told.agent);
            writer.plain("SMSessionKey", told.id.number());
            writer.plain("StatusCode", code);
        });
    }

    /// The voice stream between the member's telephone and the supervisor: both ways, G.711, 20 ms.
    fn voice(&mut self, name: &'static str, told: &Listening) {
        let Some(member) = self.centre.agent(told.agent) else {
            return;
        };
        self.event(name, |writer| {
            writer.plain("MonitorID", told.id.number());
            writer.plain("PeripheralID", PERIPHERAL);
            writer.plain("ClientPort", told.wish.port);
            writer.plain("Direction", 2);
            writer.plain("RTPType", 0);
            writer.plain("BitRate", 0);
            writer.plain("EchoCancellation", 0);
            writer.plain("PacketSize", 20);
            writer.plain("PayloadType", 4);
            writer.plain("ConnectionDeviceIDType", 0);
            writer.plain("ConnectionCallID", told.call.map_or(0, CallId::number));
            writer.text("ConnectionDeviceID", &member.extension);
            writer.text("ClientAddress", &address(member));
            writer.text("AgentID", &member.login);
            writer.text("AgentExtension", &member.extension);
            writer.text("AgentInstrument", &member.extension);
        });
    }
}

/// The fields by which a session is known, to both sides.
pub(super) fn session(
    writer: &mut Writer,
    centre: &Centre,
    supervisor: AgentId,
    wish: ListeningWish,
    id: ListeningId,
) {
    let member = centre.target(wish.target).and_then(|agent| centre.agent(agent));
    if let Some(member) = member {
        writer.text("MonitoredUniqueObjectID", &agent_object(member));
        match wish.target {
            Target::Device(_) => writer.text("DeviceID", &member.extension),
            Target::Agent(_) => writer.text("AgentID", &member.login),
        }
    }
    writer.plain("PeripheralID", PERIPHERAL);
    if let Some(listener) = centre.agent(supervisor) {
        writer.text("MonitoringIPAddress", &address(listener));
    }
    writer.plain("SMSessionKey", id.number());
    origin(writer, centre, supervisor);
}

/// The fields that a session has only while it starts.
pub(super) fn timing(writer: &mut Writer, wish: ListeningWish) {
    writer.plain("MonitoringIPPort", wish.port);
    writer.plain("HeartbeatInterval", HEARTBEAT.as_secs());
    writer.plain("HeartbeatTimeout", TIMEOUT.as_secs());
}

fn monitored_object(writer: &mut Writer, centre: &Centre, member: AgentId) {
    if let Some(member) = centre.agent(member) {
        writer.text("MonitoredUniqueObjectID", &agent_object(member));
    }
}

fn origin(writer: &mut Writer, centre: &Centre, supervisor: AgentId) {
    let [server, _] = SERVERS;
    writer.text("OriginatingServerID", &format!("{}:{}", server.host, server.port));
    writer.text("OriginatingClientID", &client_id(centre, supervisor));
}

fn client_id(centre: &Centre, agent: AgentId) -> String {
    let login = centre.agent(agent).map_or("", |agent| &agent.login);
    format!("desk.{login}")
}

/// The address of an agent's telephone and desk.
pub(super) fn address(agent: &Agent) -> String {
    format!("192.0.2.{}", agent.id.number() % 250 + 1)
}
