//! Answers to what a desk asked for.
//!
//! Lives here: confirmations, control failures, desk settings. May not live here: whether a command is
//! taken, which the centre decides. An answer repeats the `InvokeID` of what it answers.

use super::super::json::Writer;
use super::numbers::{PERIPHERAL, agent_object, call_object, line_type};
use super::{CtiEvent, InvokeId};
use crate::centre::{Accepted, AgentId, CallId, CallKind, Centre, Command, Direction, RING_LIMIT, Refusal};

/// `DeskSettingsMask`: available after an incoming call (0x1); calls to agents (0x40), abroad (0x80), to
/// the public network (0x100), over the PBX (0x800) and outside the queues (0x1000) are allowed. No
/// reason is required for going not ready or signing out.
const DESK_SETTINGS: u32 = 0x0000_19C1;

/// The answer to an accepted command: "received", not "done" (R65, R67), except for `OnMakeCallConf`,
/// which names the new call (R66). A sign-in is answered by `OnSetAgentModeEvent`.
pub fn confirmation(
    centre: &Centre,
    agent: AgentId,
    invoke: InvokeId,
    command: &Command,
    accepted: &Accepted,
) -> CtiEvent {
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
    };
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    match command {
        Command::MakeCall { .. } => {
            let call = accepted.new_call.map_or(0, CallId::number);
            let extension = centre.agent(agent).map_or("", |found| &found.extension);
            writer.plain("NewConnectionCallID", call);
            writer.plain("NewConnectionDeviceIDType", 0);
            writer.plain("LineHandle", 0xFFFF);
            writer.plain("LineType", line_type(CallKind::Outgoing, Direction::Out));
            writer.text("NewConnectionDeviceID", extension);
        }
        // "No fields are in use": known by its InvokeID alone.
        Command::Login { .. } | Command::SendDtmf { .. } => {}
        _ => {
            if let Some(call) = command.call() {
                writer.text("UniqueObjectID", &call_object(call));
            }
        }
    }
    CtiEvent {
        name,
        arguments: writer.finish().into(),
    }
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
        (Some(agent), Some(call)) => centre
            .call(call)
            .and_then(|call| call.leg(agent.id))
            .map(|leg| leg.mask),
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

/// The answer to `QueryAgentDeskSettings`: what this centre demands of and allows to a desk.
pub fn desk_settings(centre: &Centre, agent: AgentId, invoke: InvokeId) -> CtiEvent {
    let work_mode_timer = centre
        .agent(agent)
        .and_then(|found| centre.queue(*found.skills.first()?))
        .map_or(60, |queue| queue.wrap_up_limit.as_secs());
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("DeskSettingsMask", DESK_SETTINGS);
    writer.plain("WrapupDataIncomingMode", 1);
    writer.plain("WrapupDataOutgoingMode", 1);
    writer.plain("LogoutNonActivityTime", 0);
    writer.plain("QualityRecordingRate", 0);
    writer.plain("RingNoAnswerTime", RING_LIMIT.as_secs());
    writer.plain("SilentMonitorWarningMessage", 0);
    writer.plain("SilentMonitorAudibleIndication", 0);
    writer.plain("SupervisorAssistCallMethod", 0);
    writer.plain("EmergencyCallMethod", 0);
    writer.plain("AutoRecordOnEmergency", 0);
    writer.plain("RecordingMode", 0);
    writer.plain("WorkModeTimer", work_mode_timer);
    writer.plain("RingNoAnswerDN", 0);
    CtiEvent {
        name: "OnAgentDeskSettingsConf",
        arguments: writer.finish().into(),
    }
}
