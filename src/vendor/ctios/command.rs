//! Commands on the wire: which hub method a command is and what it is given.
//!
//! Lives here: the methods' names and the one Arguments object each of them takes.
//! May not be here: whether a command is allowed (the mask), and what becomes of it (events).
//! "End call" leaves the call, it does not end it for others (decision D13).
//! Every command carries its `InvokeID`, by which the answer is known again.

use super::fields::{EXPANDED, is_call_data, starts_with};
use super::state::{NOT_READY, READY, WORK_NOT_READY, WORK_READY};
use crate::domain::command::{Addressee, Command, InvokeId};
use crate::domain::ids::CallKey;
use crate::vendor::json::quoted;
use std::fmt::Write;

/// A call of a hub method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The hub method.
    pub method: &'static str,
    /// Its arguments as one JSON array.
    pub arguments: String,
}

/// Encodes a command; `id_of` tells the server's id of a call.
///
/// `None` when the command is about a call that is not known any more, or about data that cannot be set.
pub fn encode<'m>(
    command: &Command,
    id: InvokeId,
    id_of: impl Fn(CallKey) -> Option<&'m str>,
) -> Option<Invocation> {
    let arguments = Arguments::new(id);
    let in_state = |state| Arguments::new(id).number("AgentState", state);
    let of_call = |call: &CallKey| Some(Arguments::new(id).text("UniqueObjectID", id_of(*call)?));
    let about = |call: &Option<CallKey>| match call {
        Some(call) => of_call(call),
        None => Some(Arguments::new(id)),
    };
    let to_number = |call: &CallKey, number: &str| Some(of_call(call)?.text("DialedNumber", number));
    let (method, arguments) = match command {
        Command::SignIn { login_id, extension } => (
            "Login",
            arguments
                .text("AgentID", login_id)
                .text("AgentInstrument", extension),
        ),
        Command::SignOut { reason } => ("Logout", arguments.reason(*reason)),
        Command::Ready => ("SetAgentState", in_state(READY)),
        Command::NotReady { reason } => ("SetAgentState", in_state(NOT_READY).reason(*reason)),
        Command::WorkReady => ("SetAgentState", in_state(WORK_READY)),
        Command::WorkNotReady => ("SetAgentState", in_state(WORK_NOT_READY)),
        Command::Answer(call) => ("Answer", of_call(call)?),
        Command::EndCall(call) => ("ClearConnection", of_call(call)?),
        Command::EndForAll(call) => ("Clear", of_call(call)?),
        Command::Hold(call) => ("Hold", of_call(call)?),
        Command::Retrieve(call) => ("Retrieve", of_call(call)?),
        Command::Alternate(call) => ("Alternate", of_call(call)?),
        Command::BackToCaller(call) => ("Reconnect", of_call(call)?),
        Command::MakeCurrent(call) => ("SetCurrentCall", of_call(call)?),
        Command::CompleteTransfer(call) => ("Transfer", of_call(call)?),
        Command::CompleteConference(call) => ("Conference", of_call(call)?),
        Command::StartRecording(call) => ("StartRecord", of_call(call)?),
        Command::StopRecording(call) => ("StopRecord", of_call(call)?),
        Command::ReportBadLine(call) => ("ReportBadCallLine", of_call(call)?),
        Command::AskSupervisor(call) => ("MakeSupervisorAssistCall", about(call)?),
        Command::RaiseEmergency(call) => ("MakeEmergencyCall", about(call)?),
        Command::Consult {
            call,
            number,
            for_conference,
        } => (
            "MakeConsultCall",
            to_number(call, number)?.number("ConsultType", 1 + i64::from(*for_conference)),
        ),
        Command::BlindTransfer { call, number } => ("SingleStepTransfer", to_number(call, number)?),
        Command::AddParty { call, number } => ("SingleStepConference", to_number(call, number)?),
        // A field that no request names is not left out in silence.
        Command::SetCallData { fields, .. } if !fields.iter().all(|(name, _)| is_call_data(name)) => {
            return None;
        }
        Command::SetCallData { call, fields } => ("SetCallData", of_call(call)?.call_data(fields)),
        Command::SetWrapUpData { call, text } => ("SetCallData", of_call(call)?.text("CallWrapupData", text)),
        Command::SendMessage { to, text } => {
            let (distribution, target) = match to {
                Addressee::Agent(id) => ("agent", Some(id)),
                Addressee::Supervisor => ("supervisor", None),
                Addressee::Team => ("team", None),
            };
            let arguments = arguments.text("Distribution", distribution);
            let arguments = match target {
                Some(id) => arguments.text("Target", id),
                None => arguments,
            };
            ("SendChatMessage", arguments.text("Message", text))
        }
        Command::Dial { number } => ("MakeCall", arguments.text("DialedNumber", number)),
        Command::SendTones { call, digits } => ("SendDTMF", of_call(call)?.text("DTMFString", digits)),
    };
    Some(Invocation {
        method,
        arguments: arguments.finish(),
    })
}

/// What the desk asks by itself; an event answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question<'a> {
    /// One call and its data, by the server's id of it.
    Call(&'a str),
    /// The calls on the agent's device and their data (rules R45, R46).
    Calls,
    /// What is set for all desks of the site.
    SiteSettings,
    /// What is set for the agent's desk.
    DeskSettings,
}

/// Encodes a question.
pub fn ask(question: Question<'_>, id: InvokeId) -> Invocation {
    let arguments = Arguments::new(id);
    let (method, arguments) = match question {
        Question::Call(call) => ("SnapshotCall", arguments.text("UniqueObjectID", call)),
        Question::Calls => ("SnapshotDevice", arguments),
        Question::SiteSettings => ("RequestDesktopSettings", arguments),
        Question::DeskSettings => ("QueryAgentDeskSettings", arguments),
    };
    Invocation {
        method,
        arguments: arguments.finish(),
    }
}

/// An Arguments object in the making.
struct Arguments(String);

impl Arguments {
    fn new(id: InvokeId) -> Self {
        Self(format!(r#"[{{"InvokeID":{}"#, id.0))
    }

    fn number(mut self, name: &str, value: i64) -> Self {
        // Writing to a string does not fail.
        let _ = write!(self.0, r#","{name}":{value}"#);
        self
    }

    fn text(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.0, ",{}:{}", quoted(name), quoted(value));
        self
    }

    fn reason(self, reason: Option<i32>) -> Self {
        match reason {
            Some(code) => self.number("EventReasonCode", i64::from(code)),
            None => self,
        }
    }

    /// Call variables by their names; what bears the prefix of expanded data goes into the object of those.
    fn call_data(mut self, fields: &[(Box<str>, Box<str>)]) -> Self {
        let (expanded, plain): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(name, _)| starts_with(name, EXPANDED));
        for (name, value) in plain {
            self = self.text(name, value);
        }
        if !expanded.is_empty() {
            self.0.push_str(r#","ECC":{"#);
            for (place, (name, value)) in expanded.into_iter().enumerate() {
                let comma = if place == 0 { "" } else { "," };
                let _ = write!(self.0, "{comma}{}:{}", quoted(name), quoted(value));
            }
            self.0.push('}');
        }
        self
    }

    fn finish(mut self) -> String {
        self.0.push_str("}]");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Key;

    fn encoded(command: &Command) -> (&'static str, String) {
        let invocation = encode(command, InvokeId(7), |_| Some("call.5000.\"1\"")).unwrap();
        (invocation.method, invocation.arguments)
    }

    #[test]
    fn data_that_no_request_names_are_not_sent_by_half() {
        let fields = |names: &[&str]| Command::SetCallData {
            call: CallKey::from_index(0),
            fields: names.iter().map(|name| ((*name).into(), "x".into())).collect(),
        };
        let encode = |command| encode(&command, InvokeId(7), |_| Some("call.5000.1"));
        assert!(encode(fields(&["callvariable2", "User.x"])).is_some());
        for names in [&["CallerEnteredDigits"][..], &["user.x", "UserToUserInfo"]] {
            assert_eq!(encode(fields(names)), None, "{names:?}");
        }
    }

    #[test]
    fn f3_f4_every_command_has_its_method_and_arguments() {
        let call = CallKey::from_index(0);
        let about = r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\""}]"#;
        for (command, method) in [
            (Command::Answer(call), "Answer"),
            (Command::EndCall(call), "ClearConnection"),
            (Command::Hold(call), "Hold"),
            (Command::Retrieve(call), "Retrieve"),
            (Command::EndForAll(call), "Clear"),
            (Command::Alternate(call), "Alternate"),
            (Command::BackToCaller(call), "Reconnect"),
            (Command::MakeCurrent(call), "SetCurrentCall"),
            (Command::CompleteTransfer(call), "Transfer"),
            (Command::CompleteConference(call), "Conference"),
            (Command::StartRecording(call), "StartRecord"),
            (Command::StopRecording(call), "StopRecord"),
            (Command::ReportBadLine(call), "ReportBadCallLine"),
            (Command::AskSupervisor(Some(call)), "MakeSupervisorAssistCall"),
            (Command::RaiseEmergency(Some(call)), "MakeEmergencyCall"),
        ] {
            assert_eq!(encoded(&command), (method, about.into()));
        }
        for (command, method, arguments) in [
            (
                Command::SignIn {
                    login_id: "1001".into(),
                    extension: "4001".into(),
                },
                "Login",
                r#"[{"InvokeID":7,"AgentID":"1001","AgentInstrument":"4001"}]"#,
            ),
            (Command::SignOut { reason: None }, "Logout", r#"[{"InvokeID":7}]"#),
            (
                Command::SignOut { reason: Some(2) },
                "Logout",
                r#"[{"InvokeID":7,"EventReasonCode":2}]"#,
            ),
            (
                Command::Ready,
                "SetAgentState",
                r#"[{"InvokeID":7,"AgentState":3}]"#,
            ),
            (
                Command::NotReady { reason: Some(3) },
                "SetAgentState",
                r#"[{"InvokeID":7,"AgentState":2,"EventReasonCode":3}]"#,
            ),
            (
                Command::Dial {
                    number: "+358 1".into(),
                },
                "MakeCall",
                r#"[{"InvokeID":7,"DialedNumber":"+358 1"}]"#,
            ),
            (
                Command::SendTones {
                    call,
                    digits: "1#".into(),
                },
                "SendDTMF",
                r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\"","DTMFString":"1#"}]"#,
            ),
            (
                Command::WorkReady,
                "SetAgentState",
                r#"[{"InvokeID":7,"AgentState":6}]"#,
            ),
            (
                Command::WorkNotReady,
                "SetAgentState",
                r#"[{"InvokeID":7,"AgentState":5}]"#,
            ),
            (
                Command::AskSupervisor(None),
                "MakeSupervisorAssistCall",
                r#"[{"InvokeID":7}]"#,
            ),
            (
                Command::Consult {
                    call,
                    number: "4002".into(),
                    for_conference: true,
                },
                "MakeConsultCall",
                r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\"","DialedNumber":"4002","ConsultType":2}]"#,
            ),
            (
                Command::BlindTransfer {
                    call,
                    number: "4002".into(),
                },
                "SingleStepTransfer",
                r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\"","DialedNumber":"4002"}]"#,
            ),
            (
                Command::SetCallData {
                    call,
                    fields: vec![
                        ("user.customer".into(), "4\"7".into()),
                        ("CallVariable2".into(), "Gold".into()),
                        ("User.orders[0]".into(), "".into()),
                    ],
                },
                "SetCallData",
                r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\"","CallVariable2":"Gold","ECC":{"user.customer":"4\"7","User.orders[0]":""}}]"#,
            ),
            (
                Command::SetWrapUpData {
                    call,
                    text: "Sale".into(),
                },
                "SetCallData",
                r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\"","CallWrapupData":"Sale"}]"#,
            ),
            (
                Command::SendMessage {
                    to: Addressee::Agent("1002".into()),
                    text: "Hello".into(),
                },
                "SendChatMessage",
                r#"[{"InvokeID":7,"Distribution":"agent","Target":"1002","Message":"Hello"}]"#,
            ),
            (
                Command::SendMessage {
                    to: Addressee::Team,
                    text: "Hello".into(),
                },
                "SendChatMessage",
                r#"[{"InvokeID":7,"Distribution":"team","Message":"Hello"}]"#,
            ),
        ] {
            assert_eq!(encoded(&command), (method, arguments.into()));
        }
    }

    #[test]
    fn a_command_about_a_forgotten_call_is_not_encoded() {
        assert_eq!(
            encode(&Command::Hold(CallKey::from_index(0)), InvokeId(1), |_| None),
            None
        );
    }
}
