//! From a method name and a JSON array to a typed request.
//!
//! Lives here: which methods there are, how many arguments each takes, and reading their values.
//! May not be here: whether a request is allowed or possible.
//! Method names and property names are read in any casing; a number may also come as text.
//! Faults of form are told in the reference server's words and never close the connection.

use super::subscriptions::Wish;
use super::vocabulary::Vocabularies;
use crate::centre::{Command, Refusal};
use crate::conversation::CallError;
use crate::tell::ctios::{self, InvokeId, UnreadableCommand};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use switchhook::protocol::Payload;

/// What a client asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Asked {
    Subscribe(Vec<Wish>),
    Unsubscribe(Vec<Wish>),
    UnsubscribeAll,
    AvailableSubscriptions,
    ActiveSubscriptions,
    /// A telephony command with its own number, which confirmations and failures repeat; or what makes it
    /// impossible to carry out, which is answered like any failure.
    Command(InvokeId, Result<Command, Refusal>),
    /// A request to the T-Server.
    TServer(super::tserver::Asked),
    /// Working domains to listen to, or no longer.
    CcsSubscribe(Vec<String>),
    CcsUnsubscribe(Vec<String>),
    /// A line for CallGem.
    CallGem(String),
    /// A question about the present state of things.
    Query(InvokeId, Query),
}

/// A question that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    SnapshotDevice,
    SnapshotCall(String),
    AgentState,
    GlobalSettings,
    DeskSettings,
    Heartbeat,
}

impl Asked {
    /// Reads a call of `method` with `arguments`, a JSON array, and so many streams of the client's; what belongs to
    /// no vocabulary of `spoken` does not exist.
    pub(crate) fn read(
        spoken: Vocabularies,
        method: &str,
        arguments: Payload<'_>,
        streams: usize,
    ) -> Result<Self, CallError> {
        if !spoken.takes(method) {
            return Err(CallError::UnknownMethod);
        }
        let asked = read(method, arguments)?;
        if streams == 0 {
            Ok(asked)
        } else {
            Err(CallError::Uploads {
                sent: streams,
                expected: 0,
            })
        }
    }
}

fn read(method: &str, arguments: Payload<'_>) -> Result<Asked, CallError> {
    let asked = match method.to_ascii_lowercase().as_str() {
        "subscribe" => Asked::Subscribe(only(arguments)?),
        "unsubscribe" => Asked::Unsubscribe(only(arguments)?),
        "unsubscribeall" => none(arguments, Asked::UnsubscribeAll)?,
        "availablesubscriptions" => none(arguments, Asked::AvailableSubscriptions)?,
        "activesubscriptions" => none(arguments, Asked::ActiveSubscriptions)?,
        "tserverrequest" => Asked::TServer(super::tserver::Asked::read(only(arguments)?)?),
        "ccssubscribe" => Asked::CcsSubscribe(only(arguments)?),
        "ccsunsubscribe" => Asked::CcsUnsubscribe(only(arguments)?),
        "callgem" => Asked::CallGem(only(arguments)?),
        name => {
            let Some(read) = query(name) else {
                return command(method, arguments);
            };
            let fields = Fields::read(arguments)?;
            let invoke = fields.invoke_id()?;
            Asked::Query(invoke, read(&fields)?)
        }
    };
    Ok(asked)
}

/// Reads a telephony command (product brief f.3 and f.4).
fn command(method: &str, arguments: Payload<'_>) -> Result<Asked, CallError> {
    let known = ctios::COMMANDS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(method))
        .ok_or(CallError::UnknownMethod)?;
    let fields: Value = only(arguments)?;
    if !fields.is_object() {
        return Err(binding());
    }
    match ctios::parse_command(known, &fields) {
        Ok((invoke, command)) => Ok(Asked::Command(invoke, Ok(command))),
        Err(UnreadableCommand::Refused { invoke, refusal }) => Ok(Asked::Command(invoke, Err(refusal))),
        Err(UnreadableCommand::UnknownMethod) => Err(CallError::UnknownMethod),
        // Without its number no later event could be told to belong to the request.
        Err(error @ UnreadableCommand::NoInvokeId) => Err(CallError::Arguments(error.to_string())),
    }
}

type Reader = fn(&Fields) -> Result<Query, CallError>;

fn query(folded_name: &str) -> Option<Reader> {
    let read: Reader = match folded_name {
        "snapshotdevice" => |_| Ok(Query::SnapshotDevice),
        "snapshotcall" => |fields| fields.call().map(Query::SnapshotCall),
        "queryagentstate" => |_| Ok(Query::AgentState),
        "requestdesktopsettings" => |_| Ok(Query::GlobalSettings),
        "queryagentdesksettings" => |_| Ok(Query::DeskSettings),
        "heartbeat" => |_| Ok(Query::Heartbeat),
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

    fn invoke_id(&self) -> Result<InvokeId, CallError> {
        let number = match self.get("InvokeID") {
            Some(Value::Number(number)) => number.as_u64().and_then(|number| number.try_into().ok()),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let error = || CallError::Arguments(UnreadableCommand::NoInvokeId.to_string());
        number.map(InvokeId).ok_or_else(error)
    }

    fn call(&self) -> Result<String, CallError> {
        match self.get("UniqueObjectID") {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(CallError::Arguments(
                "the property UniqueObjectID is missing; it names the call".to_owned(),
            )),
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
        let login = Command::Login {
            agent_login: "1001".to_owned(),
            extension: "4001".to_owned(),
        };
        assert_eq!(
            asked(
                "login",
                r#"[{"invokeid":"7","agentId":1001,"AgentInstrument":"4001"}]"#
            ),
            Ok(Asked::Command(InvokeId(7), Ok(login)))
        );
        assert_eq!(
            asked("HEARTBEAT", r#"[{"invokeid":8}]"#),
            Ok(Asked::Query(InvokeId(8), Query::Heartbeat))
        );
    }

    #[test]
    fn a_command_that_cannot_be_carried_out_is_no_fault_of_form() {
        assert!(matches!(
            asked("Answer", r#"[{"InvokeID":1,"UniqueObjectID":"nonsense"}]"#),
            Ok(Asked::Command(InvokeId(1), Err(_)))
        ));
    }

    /// The first column of the contract's table of CTI OS methods.
    fn methods_of_the_contract() -> Vec<&'static str> {
        let contract = include_str!("../../../docs/hub-contract.md");
        let (_, section) = contract.split_once("## Cisco CTI OS").expect("a section");
        let (section, _) = section.split_once("\n## ").expect("a next section");
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        rows.filter_map(|row| row.split('|').nth(1))
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect()
    }

    #[test]
    fn the_contract_names_every_method_and_no_other() {
        let named = methods_of_the_contract();
        for method in &named {
            let read = asked(method, r#"[{"InvokeID":1,"UniqueObjectID":"call.5000.1"}]"#);
            assert!(!matches!(read, Err(CallError::UnknownMethod)), "{method}");
        }
        for method in ctios::COMMANDS {
            assert!(named.contains(&method), "{method} is not in the contract");
        }
        assert_eq!(
            named
                .iter()
                .filter(|method| query(&method.to_ascii_lowercase()).is_some())
                .count(),
            6,
            "every question"
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
            assert!(text("Heartbeat", arguments).contains("InvokeID"));
            assert!(text("Answer", arguments).contains("InvokeID"));
        }
        assert!(text("SnapshotCall", r#"[{"InvokeID":1}]"#).contains("UniqueObjectID"));
        assert_eq!(asked("Nope", "[]"), Err(CallError::UnknownMethod));
    }
}
