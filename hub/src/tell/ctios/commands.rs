//! Reading what a desk asks for.
//!
//! Lives here: the hub methods of CTI OS and their arguments. May not live here: carrying anything out.
//! Names of fields are compared without regard to case (D14); numbers may also come as text.

use serde_json::Value;

use super::InvokeId;
use super::numbers::parse_call_object;
use crate::centre::{CallId, Command, ConsultFor, FailureCode, Reason, Refusal, RequestedState};

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
pub const COMMANDS: [&str; 19] = [
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
        _ => Command::StopRecord(fields.call()?),
    })
}

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
        parse_call_object(&self.required("UniqueObjectID")?)
            .ok_or(Refusal::new(FailureCode::InvalidCallId, "There is no such call"))
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
