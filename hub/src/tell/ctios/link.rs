//! How the gateway stands with its pair of CTI OS servers.
//!
//! Lives here: one connection to server A or B as a state machine on the virtual clock, and the session
//! events that desks are told of it. May not live here: timers, sockets, or what the desks then need.
//! Normally it is quiet. When a server falls silent, missed heartbeats are counted; at the most allowed
//! the failure is told in place of the next miss, and the other server of the pair is tried (R41).

use super::super::json::Writer;
use super::CtiEvent;
use crate::centre::{Moment, Span};

/// A CTI OS server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name.
    pub host: &'static str,
    /// Its port.
    pub port: u16,
}

/// The pair: A and B.
pub const SERVERS: [Address; 2] = [
    Address {
        host: "ctios-a.example.com",
        port: 42_028,
    },
    Address {
        host: "ctios-b.example.com",
        port: 43_028,
    },
];

/// The time between two heartbeats.
pub const HEARTBEAT: Span = Span::from_secs(5);

/// At this many missed heartbeats in a row the connection counts as lost.
pub const MAX_HEARTBEATS: u32 = 3;

/// How long the gateway takes to connect to the other server.
const CONNECTING: Span = Span::from_secs(2);

/// `ReasonCode` of a failure for missed heartbeats (`eMissedHeartbeats`).
const MISSED_HEARTBEATS: u8 = 1;

/// `ReasonCode` of a failure of the transport (`eTransportError`).
const TRANSPORT_ERROR: u8 = 2;

/// What the telephony server has to say about itself (`enumCTIOS_SystemEventID`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemEvent {
    /// The central controller is there (1).
    CentralControllerOnline,
    /// The central controller is gone (2).
    CentralControllerOffline,
    /// The peripheral is there (3).
    PeripheralOnline,
    /// The peripheral is gone (4).
    PeripheralOffline,
    /// The CTI server is gone (7).
    CtiServerOffline,
    /// A CTI OS server of the pair is gone (14).
    CtiOsServerOffline,
    /// A CTI OS server of the pair is there; the second of its two numbers, 15 (C10).
    CtiOsServerOnline,
}

/// Where the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The server answers.
    Up,
    /// It has not answered this many times, and is asked again then.
    Late { missed: u32, next: Moment },
    /// The other server is being tried, and will answer then.
    Connecting { until: Moment },
}

/// What a step brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What every signed-in desk is told.
    pub events: Vec<CtiEvent>,
    /// Whether the connection has just come back, so that every desk needs the present state (R45).
    pub is_back: bool,
}

/// The connection.
#[derive(Clone, Debug)]
pub struct Link {
    server: usize,
    state: State,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            server: 0,
            state: State::Up,
        }
    }
}

impl Link {
    /// The server that the gateway is connected with, or tries.
    pub fn server(&self) -> Address {
        let [a, b] = SERVERS;
        if self.server == 0 { a } else { b }
    }

    /// Whether the server answers, so that commands reach it and events come from it.
    pub fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// When something is going to happen by itself.
    pub fn next_due(&self) -> Option<Moment> {
        match self.state {
            State::Up => None,
            State::Late { next, .. } => Some(next),
            State::Connecting { until } => Some(until),
        }
    }

    /// The server falls silent.
    pub fn fall_silent(&mut self, now: Moment) {
        if self.is_up() {
            self.state = State::Late {
                missed: 0,
                next: now + HEARTBEAT,
            };
        }
    }

    /// A silent server is heard again before it counts as lost.
    pub fn recover(&mut self, now: Moment) -> Step {
        if !matches!(self.state, State::Late { .. }) {
            return Step::default();
        }
        self.state = State::Up;
        Step {
            events: vec![heartbeat(now)],
            is_back: true,
        }
    }

    /// The connection breaks at once, without any missed heartbeat.
    pub fn break_off(&mut self, now: Moment) -> Step {
        if matches!(self.state, State::Connecting { .. }) {
            return Step::default();
        }
        self.fail(now, TRANSPORT_ERROR)
    }

    /// Lets happen what is due by `now`: the next miss, the failure, or the new connection.
    pub fn advance(&mut self, now: Moment) -> Step {
        let mut step = Step::default();
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            let next = match self.state {
                State::Up => Step::default(),
                State::Late { missed, .. } if missed + 1 >= MAX_HEARTBEATS => {
                    self.fail(due, MISSED_HEARTBEATS)
                }
                State::Late { missed, .. } => {
                    let missed = missed + 1;
                    self.state = State::Late {
                        missed,
                        next: due + HEARTBEAT,
                    };
                    Step {
                        events: vec![missing_heartbeat(due, missed)],
                        is_back: false,
                    }
                }
                State::Connecting { .. } => {
                    self.state = State::Up;
                    Step {
                        events: vec![self.connected(due), system_event(SystemEvent::CtiOsServerOnline)],
                        is_back: true,
                    }
                }
            };
            step.events.extend(next.events);
            step.is_back |= next.is_back;
        }
        step
    }

    /// The connection is lost; the other server of the pair is next.
    fn fail(&mut self, now: Moment, reason: u8) -> Step {
        let failed = self.server();
        self.server = 1 - self.server.min(1);
        self.state = State::Connecting {
            until: now + CONNECTING,
        };
        let failure = event("OnConnectionFailure", |writer| {
            writer.plain("EventTime", time_of_day(now));
            writer.text("FailedServer", failed.host);
            writer.plain("ReasonCode", reason);
        });
        Step {
            events: vec![failure, system_event(SystemEvent::CtiOsServerOffline)],
            is_back: false,
        }
    }

    /// That the gateway is connected, and with which server (R38).
    pub fn connected(&self, now: Moment) -> CtiEvent {
        let server = self.server();
        event("OnConnection", |writer| {
            writer.plain("EventTime", time_of_day(now));
            writer.text("CurrentServer", server.host);
        })
    }
}

/// The answer to a sign of life.
pub fn heartbeat(now: Moment) -> CtiEvent {
    event("OnHeartbeat", |writer| {
        writer.plain("EventTime", time_of_day(now));
    })
}

fn missing_heartbeat(now: Moment, missed: u32) -> CtiEvent {
    event("OnMissingHeartbeat", |writer| {
        writer.plain("EventTime", time_of_day(now));
        writer.plain("ConsecutiveMissedHeartbeats", missed);
        writer.plain("HeartbeatInterval", HEARTBEAT.as_millis());
    })
}

/// Something about the system as a whole. `SystemEventArg1` is there only when a peripheral comes or goes
/// (R44).
pub fn system_event(what: SystemEvent) -> CtiEvent {
    let (number, text) = match what {
        SystemEvent::CentralControllerOnline => (1, "The central controller is back"),
        SystemEvent::CentralControllerOffline => (2, "The central controller is gone"),
        SystemEvent::PeripheralOnline => (3, "The telephone switch is back"),
        SystemEvent::PeripheralOffline => (4, "The telephone switch is gone"),
        SystemEvent::CtiServerOffline => (7, "The CTI server is gone"),
        SystemEvent::CtiOsServerOffline => (14, "A CTI OS server is gone"),
        SystemEvent::CtiOsServerOnline => (15, "A CTI OS server is back"),
    };
    let is_about_a_peripheral = matches!(
        what,
        SystemEvent::PeripheralOnline | SystemEvent::PeripheralOffline
    );
    event("OnCTIOSFailure", |writer| {
        writer.plain("FailureCode", SERVER_CONNECTION_STATUS);
        writer.plain("SystemEventID", number);
        if is_about_a_peripheral {
            writer.plain("SystemEventArg1", super::numbers::PERIPHERAL);
        }
        writer.text("ErrorMessage", text);
    })
}

/// `FailureCode` of everything that is told as a system event (`eServerConnectionStatus`).
const SERVER_CONNECTION_STATUS: u8 = 10;

fn event(name: &'static str, fill: impl FnOnce(&mut Writer)) -> CtiEvent {
    let mut writer = Writer::object();
    fill(&mut writer);
    CtiEvent {
        name,
        arguments: writer.finish().into(),
    }
}

/// Milliseconds since midnight (UTC), which is what `EventTime` holds.
fn time_of_day(now: Moment) -> i64 {
    now.as_millis().rem_euclid(86_400_000)
}
