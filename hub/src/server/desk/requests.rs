//! From a method name and a JSON array to a typed request.
//!
//! Lives here: which methods there are, how many arguments each takes, and reading their values.
//! May not be here: whether a request is allowed or possible.
//! Method names and property names are read in any casing; a number may also come as text.
//! Faults of form are told in the reference server's words and never close the connection.

use super::super::signalr::CallError;
use super::subscriptions::Wish;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use switchhook::protocol::Payload;

/// What a client asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    Subscribe(Vec<Wish>),
    Unsubscribe(Vec<Wish>),
    UnsubscribeAll,
    AvailableSubscriptions,
    ActiveSubscriptions,
    /// A telephony request with its own number, which confirmations and failures repeat.
    Telephony {
        invoke_id: u32,
        request: Telephony,
    },
}

/// A telephony request (product brief f.3 and f.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Telephony {
    Login {
        agent_id: String,
        instrument: String,
    },
    Logout {
        reason: u16,
    },
    SetAgentState {
        state: i64,
        reason: u16,
    },
    Answer(String),
    Clear(String),
    ClearConnection(String),
    Hold(String),
    Retrieve(String),
    MakeCall {
        number: String,
    },
    SendDtmf {
        call: String,
        digits: String,
    },
    SnapshotDevice,
    SnapshotCall(String),
    QueryAgentState,
    RequestDesktopSettings,
    QueryAgentDeskSettings,
    Heartbeat,
}

/// Reads a call of `method` with `arguments`, a JSON array.
pub(super) fn read(method: &str, arguments: Payload<'_>) -> Result<Asked, CallError> {
    let asked = match method.to_ascii_lowercase().as_str() {
        "subscribe" => Asked::Subscribe(only(arguments)?),
        "unsubscribe" => Asked::Unsubscribe(only(arguments)?),
        "unsubscribeall" => none(arguments, Asked::UnsubscribeAll)?,
        "availablesubscriptions" => none(arguments, Asked::AvailableSubscriptions)?,
        "activesubscriptions" => none(arguments, Asked::ActiveSubscriptions)?,
        name => {
            let read = telephony(name).ok_or(CallError::UnknownMethod)?;
            let fields = Fields::read(arguments)?;
            Asked::Telephony {
                invoke_id: fields.number("InvokeID")?,
                request: read(&fields)?,
            }
        }
    };
    Ok(asked)
}

type Reader = fn(&Fields) -> Result<Telephony, CallError>;

fn telephony(name: &str) -> Option<Reader> {
    const CALL: &str = "UniqueObjectID";
    let read: Reader = match name {
        "login" => |fields| {
            Ok(Telephony::Login {
                agent_id: fields.text("AgentID")?,
                instrument: fields.text("AgentInstrument")?,
            })
        },
        "logout" => |fields| {
            Ok(Telephony::Logout {
                reason: fields.optional("EventReasonCode")?,
            })
        },
        "setagentstate" => |fields| {
            Ok(Telephony::SetAgentState {
                state: fields.number("AgentState")?,
                reason: fields.optional("EventReasonCode")?,
            })
        },
        "answer" => |fields| fields.text(CALL).map(Telephony::Answer),
        "clear" => |fields| fields.text(CALL).map(Telephony::Clear),
        "clearconnection" => |fields| fields.text(CALL).map(Telephony::ClearConnection),
        "hold" => |fields| fields.text(CALL).map(Telephony::Hold),
        "retrieve" => |fields| fields.text(CALL).map(Telephony::Retrieve),
        "makecall" => |fields| {
            Ok(Telephony::MakeCall {
                number: fields.text("DialedNumber")?,
            })
        },
        "senddtmf" => |fields| {
            Ok(Telephony::SendDtmf {
                call: fields.text(CALL)?,
                digits: fields.text("DTMFString")?,
            })
        },
        "snapshotdevice" => |_| Ok(Telephony::SnapshotDevice),
        "snapshotcall" => |fields| fields.text(CALL).map(Telephony::SnapshotCall),
        "queryagentstate" => |_| Ok(Telephony::QueryAgentState),
        "requestdesktopsettings" => |_| Ok(Telephony::RequestDesktopSettings),
        "queryagentdesksettings" => |_| Ok(Telephony::QueryAgentDeskSettings),
        "heartbeat" => |_| Ok(Telephony::Heartbeat),
        _ => return None,
    };
    Some(read)
}

/// The one object that a telephony method takes, its property names folded.
struct Fields(HashMap<String, Value>);

impl Fields {
    fn read(arguments: Payload<'_>) -> Result<Self, CallError> {
        let fields: HashMap<String, Value> = only(arguments)?;
        let fold = |(name, value): (String, Value)| (name.to_ascii_lowercase(), value);
        Ok(Self(fields.into_iter().map(fold).collect()))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .get(&name.to_ascii_lowercase())
            .filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<String, CallError> {
        match self.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(CallError::Arguments(format!(
                "The property '{name}' is missing or no text."
            ))),
        }
    }

    fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, CallError> {
        let value = match self.get(name) {
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        value
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                CallError::Arguments(format!(
                    "The property '{name}' is missing or no whole number in range."
                ))
            })
    }

    fn optional<T: TryFrom<i64> + Default>(&self, name: &str) -> Result<T, CallError> {
        match self.get(name) {
            None => Ok(T::default()),
            Some(_) => self.number(name),
        }
    }
}

fn none(arguments: Payload<'_>, asked: Asked) -> Result<Asked, CallError> {
    count(arguments, 0).map(|_| asked)
}

fn only<T: DeserializeOwned>(arguments: Payload<'_>) -> Result<T, CallError> {
    let mut values = count(arguments, 1)?;
    values
        .pop()
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or_else(binding)
}

fn count(arguments: Payload<'_>, expected: usize) -> Result<Vec<Value>, CallError> {
    let values: Vec<Value> = arguments.decode().map_err(|_| binding())?;
    if values.len() == expected {
        Ok(values)
    } else {
        Err(CallError::Arguments(format!(
            "Invocation provides {} argument(s) but target expects {expected}.",
            values.len()
        )))
    }
}

fn binding() -> CallError {
    CallError::Arguments(
        "Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, arguments: &str) -> Result<Asked, CallError> {
        read(method, Payload::from_json(arguments))
    }

    #[test]
    fn names_are_read_in_any_casing() {
        let wish = Wish {
            entity_id: "a".to_owned(),
            event_name: "B".to_owned(),
        };
        for (method, item) in [
            ("Subscribe", r#"{"EntityId":"a","EventName":"B"}"#),
            ("subscribe", r#"{"entityId":"a","eventName":"B","x":1}"#),
            ("SUBSCRIBE", r#"{"ENTITYID":"a","eventname":"B"}"#),
        ] {
            let read = asked(method, &format!("[[{item}]]"));
            assert_eq!(read, Ok(Asked::Subscribe(vec![wish.clone()])));
        }
        assert_eq!(
            asked("login", r#"[{"invokeid":"7","agentId":1001,"AgentInstrument":"4001"}]"#),
            Ok(Asked::Telephony {
                invoke_id: 7,
                request: Telephony::Login {
                    agent_id: "1001".to_owned(),
                    instrument: "4001".to_owned()
                }
            })
        );
    }

    #[test]
    fn j32_what_does_not_fit_is_told_in_the_documented_words() {
        let text = |method: &str, arguments: &str| match asked(method, arguments) {
            Err(CallError::Arguments(text)) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            text("AvailableSubscriptions", "[[]]"),
            "Invocation provides 1 argument(s) but target expects 0."
        );
        assert_eq!(
            text("Subscribe", "[]"),
            "Invocation provides 0 argument(s) but target expects 1."
        );
        for arguments in ["[5]", "[[5]]", "[\"x\"]", "[[{\"EntityId\":5}]]", "[null]"] {
            assert!(text("Subscribe", arguments).starts_with("Error binding arguments."));
        }
        for arguments in ["[{}]", r#"[{"InvokeID":-1}]"#, r#"[{"InvokeID":1.5}]"#] {
            assert!(text("Heartbeat", arguments).contains("'InvokeID'"));
        }
        assert!(text("Answer", r#"[{"InvokeID":1}]"#).contains("'UniqueObjectID'"));
        assert_eq!(asked("Nope", "[]"), Err(CallError::UnknownMethod));
    }
}
