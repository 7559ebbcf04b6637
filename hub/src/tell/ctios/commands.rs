//! Reading what a desk asks for.
//!
//! Lives here: the hub methods of CTI OS and their arguments, as commands of the centre.
//! May not live here: carrying anything out, or whether it is possible.
//! Names of fields are compared without regard to case (D14); numbers may also come as text.

use serde_json::Value;

use super::InvokeId;
use super::listening::DEFAULT_PORT;
use super::numbers::{login_in, parse_call_object, queue_numbered};
use crate::centre::{
    AgentId, Audience, CallData, CallId, Command, ConsultFor, ContextName, FailureCode, Figures,
    ImposedState, ListeningId, ListeningWish, QueueId, Reason, Refusal, RequestedState, Supervise,
    SupervisoryAction, Target, agent_with_login,
};

/// Why a command could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCommand {
    /// The hub has no such method.
    #[error("there is no command of this name")]
    UnknownMethod,
    /// There is no `InvokeID`, so that no answer could be told from another.
    #[error("a command needs an InvokeID, a whole number from 0 to 4294967295")]
    NoInvokeId,
    /// An argument is missing or not usable: to be answered with `refusal`.
    #[error("{refusal}")]
    Refused {
        /// The request.
        invoke: InvokeId,
        /// What is wrong with it.
        refusal: Refusal,
    },
}

/// Whether the hub has a command of this name.
pub fn is_command(method: &str) -> bool {
    COMMANDS.contains(&method)
}

/// The names of all commands, as hub methods (product brief f.3 and f.4). Each takes one object.
pub const COMMANDS: [&str; 38] = [
    "Login",
    "Logout",
    "SetAgentState",
    "Answer",
    "Clear",
    "ClearConnection",
    "Hold",
    "Retrieve",
    "MakeCall",
    "SendDTMF",
    "Alternate",
    "Reconnect",
    "MakeConsultCall",
    "Transfer",
    "SingleStepTransfer",
    "Conference",
    "SingleStepConference",
    "StartRecord",
    "StopRecord",
    "SetCurrentCall",
    "SetCallData",
    "MakeSupervisorAssistCall",
    "MakeEmergencyCall",
    "ReportBadCallLine",
    "SendChatMessage",
    "RequestSkillGroupList",
    "EnableAgentStatistics",
    "DisableAgentStatistics",
    "EnableSkillGroupStatistics",
    "DisableSkillGroupStatistics",
    "RequestAgentTeamList",
    "StartMonitoringAllAgentTeams",
    "StopMonitoringAllAgentTeams",
    "StartMonitoringAgent",
    "StopMonitoringAgent",
    "SuperviseCall",
    "StartSilentMonitorRequest",
    "StopSilentMonitorRequest",
];

/// Reads a command from the name of the hub method and its one argument object. Names of fields are
/// compared without regard to case (D14); numbers may also come as text.
///
/// # Errors
///
/// See [`UnreadableCommand`].
pub fn parse_command(method: &str, arguments: &Value) -> Result<(InvokeId, Command), UnreadableCommand> {
    if !is_command(method) {
        return Err(UnreadableCommand::UnknownMethod);
    }
    let fields = Fields(arguments);
    let invoke = fields
        .number("InvokeID")
        .map(InvokeId)
        .ok_or(UnreadableCommand::NoInvokeId)?;
    let command =
        read_command(method, &fields).map_err(|refusal| UnreadableCommand::Refused { invoke, refusal })?;
    Ok((invoke, command))
}

fn read_command(method: &str, fields: &Fields<'_>) -> Result<Command, Refusal> {
    Ok(match method {
        "Login" => Command::Login {
            agent_login: fields.required("AgentID")?,
            extension: fields
                .text("AgentInstrument")
                .or_else(|| fields.text("AgentExtension"))
                .ok_or(MISSING)?,
        },
        "Logout" => Command::Logout {
            reason: fields.reason()?,
        },
        "SetAgentState" if fields.field("SupervisorID").is_some() => {
            Command::Supervise(Supervise::SetState {
                agent: fields.agent("AgentID")?,
                state: fields.imposed_state()?,
            })
        }
        "SetAgentState" => Command::SetAgentState(fields.state()?),
        "Answer" => Command::Answer(fields.call()?),
        "Clear" => Command::Clear(fields.call()?),
        "ClearConnection" => Command::ClearConnection(fields.call()?),
        "Hold" => Command::Hold(fields.call()?),
        "Retrieve" => Command::Retrieve(fields.call()?),
        "MakeCall" => Command::MakeCall {
            number: fields.required("DialedNumber")?,
        },
        "SendDTMF" => Command::SendDtmf {
            call: fields.call()?,
            digits: fields.required("DTMFString")?,
        },
        "Alternate" => Command::Alternate(fields.call()?),
        "Reconnect" => Command::Reconnect(fields.call()?),
        "MakeConsultCall" => Command::MakeConsultCall {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
            purpose: match fields.number("ConsultType") {
                None | Some(0 | 1) => ConsultFor::Transfer,
                Some(2) => ConsultFor::Conference,
                Some(_) => {
                    return Err(Refusal::new(
                        FailureCode::InvalidConsultType,
                        "A consultation is for a transfer (1) or a conference (2)",
                    ));
                }
            },
        },
        "Transfer" => Command::Transfer(fields.call()?),
        "SingleStepTransfer" => Command::SingleStepTransfer {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
        },
        "Conference" => Command::Conference(fields.call()?),
        "SingleStepConference" => Command::SingleStepConference {
            call: fields.call()?,
            number: fields.required("DialedNumber")?,
        },
        "StartRecord" => Command::StartRecord(fields.call()?),
        "StopRecord" => Command::StopRecord(fields.call()?),
        "SetCurrentCall" => Command::SetCurrentCall(fields.call()?),
        "SetCallData" => Command::SetCallData {
            call: fields.call()?,
            change: Box::new(fields.call_data()?),
        },
        "MakeSupervisorAssistCall" => Command::SupervisorAssist(fields.call_if_any()?),
        "MakeEmergencyCall" => Command::EmergencyCall(fields.call_if_any()?),
        "ReportBadCallLine" => Command::ReportBadLine(fields.call()?),
        "SendChatMessage" => Command::Chat {
            to: fields.audience()?,
            text: fields.required("Message")?,
        },
        "RequestSkillGroupList" => Command::ListSkillGroups,
        "EnableAgentStatistics" => Command::EnableFigures(Figures::Agent),
        "DisableAgentStatistics" => Command::DisableFigures(Figures::Agent),
        "EnableSkillGroupStatistics" => Command::EnableFigures(Figures::Queue(fields.queue()?)),
        "DisableSkillGroupStatistics" => Command::DisableFigures(Figures::Queue(fields.queue()?)),
        supervises => Command::Supervise(read_supervise(supervises, fields)?),
    })
}

fn read_supervise(method: &str, fields: &Fields<'_>) -> Result<Supervise, Refusal> {
    Ok(match method {
        "RequestAgentTeamList" => Supervise::ListTeam,
        "StartMonitoringAllAgentTeams" => Supervise::WatchTeam,
        "StopMonitoringAllAgentTeams" => Supervise::UnwatchTeam,
        "StartMonitoringAgent" => Supervise::Monitor(fields.agent("AgentReference")?),
        "StopMonitoringAgent" => Supervise::StopMonitoring(fields.agent("AgentReference")?),
        "SuperviseCall" => Supervise::Call {
            agent: fields.agent("AgentReference")?,
            call: match fields.text("CallReference") {
                Some(call) => Some(parse_call_object(&call).ok_or(NO_SUCH_CALL)?),
                None => None,
            },
            action: fields.action()?,
        },
        "StartSilentMonitorRequest" => Supervise::Listen(ListeningWish {
            target: fields.target()?,
            port: fields
                .number("MonitoringIPPort")
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or(DEFAULT_PORT),
        }),
        _ => Supervise::StopListening(
            fields
                .number("SMSessionKey")
                .and_then(|key| u16::try_from(key).ok())
                .map(ListeningId::new)
                .ok_or(MISSING)?,
        ),
    })
}

const NO_SUCH_CALL: Refusal = Refusal::new(FailureCode::InvalidCallId, "There is no such call");

const MISSING: Refusal = Refusal::new(FailureCode::RequiredDataMissing, "A required argument is missing");

/// The fields of an argument object.
struct Fields<'a>(&'a Value);

impl Fields<'_> {
    fn field(&self, name: &str) -> Option<&Value> {
        let fields = self.0.as_object()?;
        fields
            .get(name)
            .or_else(|| {
                let mut others = fields.iter();
                others
                    .find(|(other, _)| other.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            })
            .filter(|value| !value.is_null())
    }

    fn number(&self, name: &str) -> Option<u32> {
        match self.field(name)? {
            Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.field(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => number.as_u64().map(|number| number.to_string()),
            _ => None,
        }
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or(MISSING)
    }

    fn call(&self) -> Result<CallId, Refusal> {
        parse_call_object(&self.required("UniqueObjectID")?).ok_or(NO_SUCH_CALL)
    }

    fn call_if_any(&self) -> Result<Option<CallId>, Refusal> {
        match self.field("UniqueObjectID") {
            Some(_) => self.call().map(Some),
            None => Ok(None),
        }
    }

    /// An agent, named by its login id or its object id.
    fn agent(&self, name: &str) -> Result<AgentId, Refusal> {
        agent_with_login(login_in(&self.required(name)?)).ok_or(Refusal::new(
            FailureCode::InvalidAgentData,
            "There is no agent with this id",
        ))
    }

    /// The agent to listen to, named by itself or by its device (R87).
    fn target(&self) -> Result<Target, Refusal> {
        match (self.field("AgentID"), self.field("DeviceID")) {
            (Some(_), None) => self.agent("AgentID").map(Target::Agent),
            (None, Some(_)) => self.number("DeviceID").map(Target::Device).ok_or(Refusal::new(
                FailureCode::InvalidAgentData,
                "A device is named by its extension",
            )),
            (None, None) => Err(MISSING),
            (Some(_), Some(_)) => Err(Refusal::new(
                FailureCode::InvalidAgentData,
                "Name either the agent or the device, not both",
            )),
        }
    }

    fn queue(&self) -> Result<QueueId, Refusal> {
        if self.field("SkillGroupNumber").is_none() {
            return Err(MISSING);
        }
        self.number("SkillGroupNumber")
            .and_then(queue_numbered)
            .ok_or(Refusal::new(
                FailureCode::InvalidSkillGroup,
                "There is no such skill group",
            ))
    }

    fn audience(&self) -> Result<Audience, Refusal> {
        match self.required("Distribution")?.to_ascii_lowercase().as_str() {
            "agent" => self.agent("Target").map(Audience::Agent),
            "supervisor" => Ok(Audience::Supervisor),
            "team" => Ok(Audience::Team),
            _ => Err(Refusal::new(
                FailureCode::InvalidDistributionType,
                "A message goes to an agent, the supervisor or the team",
            )),
        }
    }

    fn action(&self) -> Result<SupervisoryAction, Refusal> {
        if self.field("SupervisoryAction").is_none() {
            return Err(MISSING);
        }
        match self.number("SupervisoryAction") {
            Some(0) => Ok(SupervisoryAction::Clear),
            Some(3) => Ok(SupervisoryAction::BargeIn),
            Some(4) => Ok(SupervisoryAction::Intercept),
            // Monitoring (1) is for servers whose silent monitoring is not CTI OS' own (R86).
            _ => Err(Refusal::new(
                FailureCode::FunctionNotAvailable,
                "This centre offers barging in (3), intercepting (4) and clearing (0)",
            )),
        }
    }

    fn imposed_state(&self) -> Result<ImposedState, Refusal> {
        match self.number("AgentState") {
            Some(1) => Ok(ImposedState::SignedOut),
            Some(3) => Ok(ImposedState::Ready),
            _ => Err(Refusal::new(
                FailureCode::InvalidAgentWorkMode,
                "A supervisor can make an agent ready (3) or sign it out (1)",
            )),
        }
    }

    /// What is to be changed about a call.
    fn call_data(&self) -> Result<CallData, Refusal> {
        let mut data = CallData::default();
        for (name, value) in self.0.as_object().into_iter().flatten() {
            let folded = name.to_ascii_lowercase();
            if let Some(number) = folded.strip_prefix("callvariable") {
                data.set_variable(number.parse().unwrap_or(0), &value_text(value)?)?;
            } else if folded == "callwrapupdata" {
                data.set_wrap_up(&value_text(value)?);
            } else if folded == "ecc" {
                for (name, value) in value.as_object().into_iter().flatten() {
                    data.set_context(ContextName::parse(name)?, &value_text(value)?);
                }
            }
        }
        if data.is_empty() { Err(MISSING) } else { Ok(data) }
    }

    fn reason(&self) -> Result<Reason, Refusal> {
        if self.field("EventReasonCode").is_none() {
            return Ok(Reason::NONE);
        }
        self.number("EventReasonCode")
            .and_then(|code| u16::try_from(code).ok())
            .map(Reason::new)
            .ok_or(Refusal::new(
                FailureCode::InvalidAgentData,
                "A reason code is a number from 0 to 65535",
            ))
    }

    fn state(&self) -> Result<RequestedState, Refusal> {
        let reason = self.reason()?;
        if self.field("AgentState").is_none() {
            return Err(MISSING);
        }
        match self.number("AgentState") {
            Some(2) => Ok(RequestedState::NotReady(reason)),
            Some(3) => Ok(RequestedState::Ready),
            Some(5) => Ok(RequestedState::WorkNotReady),
            Some(6) => Ok(RequestedState::WorkReady),
            _ => Err(Refusal::new(
                FailureCode::InvalidAgentWorkMode,
                "An agent can ask for not ready (2), ready (3) and after-call work (5, 6)",
            )),
        }
    }
}

/// A value of call data as text; an empty one empties the variable.
fn value_text(value: &Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Refusal::new(
            FailureCode::RequiredDataMissing,
            "The value of a variable is text",
        )),
    }
}
