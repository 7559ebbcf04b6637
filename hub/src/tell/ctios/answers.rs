//! Answers to what a desk asked for.
//!
//! Lives here: confirmations and control failures. May not live here: whether a command is taken, which
//! the centre decides. An answer repeats the `InvokeID` of what it answers. Some commands have none in
//! the reference: what comes of them is the answer.

use super::super::json::Writer;
use super::numbers::{PERIPHERAL, agent_object, call_object, line_type};
use super::{CtiEvent, InvokeId, listening};
use crate::centre::{Accepted, AgentId, CallId, CallKind, Centre, Command, Direction, Refusal, Supervise};

/// The answer to an accepted command: "received", not "done" (R65, R67), except for `OnMakeCallConf`,
/// which names the new call (R66). A sign-in is answered by `OnSetAgentModeEvent`.
///
/// `None` for a command that the reference has no answer to.
pub fn confirmation(
    centre: &Centre,
    agent: AgentId,
    invoke: InvokeId,
    command: &Command,
    accepted: &Accepted,
) -> Option<CtiEvent> {
    let promised = accepted.promised;
    let name = match command {
        Command::Login { .. } => "OnSetAgentModeEvent",
        Command::Logout { .. } | Command::SetAgentState(_) => "OnSetAgentStateConf",
        Command::Answer(_) => "OnAnswerCallConf",
        Command::Clear(_) => "OnClearCallConf",
        Command::ClearConnection(_) => "OnClearConnectionConf",
        Command::Hold(_) => "OnHoldCallConf",
        Command::Retrieve(_) => "OnRetrieveCallConf",
        Command::MakeCall { .. } => "OnMakeCallConf",
        Command::SendDtmf { .. } => "OnSendDTMFConf",
        Command::Alternate(_) => "OnAlternateCallConf",
        Command::Reconnect(_) => "OnReconnectCallConf",
        Command::MakeConsultCall { .. } => "OnConsultationCallConf",
        Command::Transfer(_) | Command::SingleStepTransfer { .. } => "OnTransferCallConf",
        Command::Conference(_) | Command::SingleStepConference { .. } => "OnConferenceCallConf",
        Command::StartRecord(_) => "OnCallStartRecordingConf",
        Command::StopRecord(_) => "OnCallStopRecordingConf",
        Command::SetCallData { .. } => "OnSetCallDataConf",
        Command::SupervisorAssist(call) | Command::EmergencyCall(call) => {
            match call.or_else(|| centre.agent(agent)?.current) {
                Some(_) => "OnConsultationCallConf",
                None => "OnMakeCallConf",
            }
        }
        Command::Chat { .. } => "OnUserMessageConf",
        Command::Supervise(wish) => match wish {
            Supervise::SetState { .. } => "OnSetAgentStateConf",
            Supervise::Listen(_) => "OnStartSilentMonitorConf",
            Supervise::StopListening(_) => "OnStopSilentMonitorConf",
            Supervise::ListTeam
            | Supervise::WatchTeam
            | Supervise::UnwatchTeam
            | Supervise::Monitor(_)
            | Supervise::StopMonitoring(_)
            | Supervise::Call { .. } => return None,
        },
        Command::ReportBadLine(_)
        | Command::SetCurrentCall(_)
        | Command::ListSkillGroups
        | Command::EnableFigures(_)
        | Command::DisableFigures(_) => return None,
    };
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    match (name, command) {
        ("OnMakeCallConf", _) => {
            let call = promised.call.map_or(0, CallId::number);
            let extension = centre.agent(agent).map_or("", |found| &found.extension);
            writer.plain("NewConnectionCallID", call);
            writer.plain("NewConnectionDeviceIDType", 0);
            // The line is not known (R77).
            writer.plain("LineHandle", 0xFFFF);
            writer.plain("LineType", line_type(CallKind::Outgoing, Direction::Out));
            writer.text("NewConnectionDeviceID", extension);
        }
        ("OnConsultationCallConf", _) => {
            let about = command.call().or_else(|| centre.agent(agent)?.current);
            if let Some(call) = about {
                writer.text("UniqueObjectID", &call_object(call));
            }
        }
        (_, Command::Supervise(Supervise::Listen(wish))) => {
            if let Some(id) = promised.listening {
                listening::session(&mut writer, centre, agent, *wish, id);
                listening::timing(&mut writer, *wish);
            }
        }
        (_, Command::Supervise(Supervise::StopListening(id))) => {
            if let Some(session) = centre.listening_of(agent).filter(|session| session.id == *id) {
                listening::session(&mut writer, centre, agent, session.wish, *id);
            }
        }
        // "No fields are in use": known by its InvokeID alone.
        (_, Command::Login { .. } | Command::SendDtmf { .. }) => {}
        _ => {
            if let Some(call) = command.call() {
                writer.text("UniqueObjectID", &call_object(call));
            }
        }
    }
    Some(CtiEvent {
        name,
        arguments: writer.finish().into(),
    })
}

/// The answer to a refused command: `OnControlFailureConf`, for a sign-out after the identical
/// `OnLogoutFailed` (R68, R69). It carries the mask of what the command was about, so that the buttons
/// come back. `command` is `None` when it could not be read.
pub fn refusal(
    centre: &Centre,
    agent: Option<AgentId>,
    invoke: InvokeId,
    command: Option<&Command>,
    refusal: &Refusal,
) -> Vec<CtiEvent> {
    let mut events = Vec::new();
    if matches!(command, Some(Command::Logout { .. })) {
        let mut writer = Writer::object();
        writer.plain("InvokeID", invoke.0);
        writer.plain("FailureCode", refusal.code.number());
        writer.plain("PeripheralErrorCode", 0);
        events.push(CtiEvent {
            name: "OnLogoutFailed",
            arguments: writer.finish().into(),
        });
    }
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("FailureCode", refusal.code.number());
    writer.plain("PeripheralErrorCode", 0);
    let found = agent.and_then(|agent| centre.agent(agent));
    if let Some(agent) = found {
        writer.text("AgentID", &agent.login);
    }
    let call = command.and_then(Command::call);
    if let Some(call) = call {
        writer.text("UniqueObjectID", &call_object(call));
    } else if let Some(agent) = found {
        writer.text("UniqueObjectID", &agent_object(agent));
    }
    writer.text("ErrorMessage", refusal.text);
    let mask = match (found, call) {
        (Some(agent), Some(call)) => match agent.kept.as_ref().filter(|kept| kept.facts.id == call) {
            Some(kept) => Some(kept.mask),
            None => centre
                .call(call)
                .and_then(|call| call.leg(agent.id))
                .map(|leg| leg.mask),
        },
        (Some(agent), None) => Some(agent.status.mask),
        (None, _) => None,
    };
    if let Some(mask) = mask {
        writer.plain("EnablementMask", mask.bits());
    }
    events.push(CtiEvent {
        name: "OnControlFailureConf",
        arguments: writer.finish().into(),
    });
    events
}
