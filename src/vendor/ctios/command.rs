//! Commands on the wire: which hub method a command is and what it is given.
//!
//! Lives here: the methods' names and the one Arguments object each of them takes.
//! May not be here: whether a command is allowed (the mask), and what becomes of it (events).
//! "End call" leaves the call, it does not end it for others (decision D13).
//! Every command carries its `InvokeID`, by which the answer is known again.

use super::state::{NOT_READY, READY};
use crate::domain::command::{Command, InvokeId};
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
/// `None` when the command is about a call that is not known any more.
pub fn encode<'m>(
    command: &Command,
    id: InvokeId,
    id_of: impl Fn(CallKey) -> Option<&'m str>,
) -> Option<Invocation> {
    let arguments = Arguments::new(id);
    let of_call = |call: &CallKey| Some(Arguments::new(id).text("UniqueObjectID", id_of(*call)?));
    let (method, arguments) = match command {
        Command::SignIn { login_id, extension } => (
            "Login",
            arguments
                .text("AgentID", login_id)
                .text("AgentInstrument", extension),
        ),
        Command::SignOut { reason } => ("Logout", arguments.reason(*reason)),
        Command::Ready => ("SetAgentState", arguments.number("AgentState", READY)),
        Command::NotReady { reason } => (
            "SetAgentState",
            arguments.number("AgentState", NOT_READY).reason(*reason),
        ),
        Command::Answer(call) => ("Answer", of_call(call)?),
        Command::EndCall(call) => ("ClearConnection", of_call(call)?),
        Command::Hold(call) => ("Hold", of_call(call)?),
        Command::Retrieve(call) => ("Retrieve", of_call(call)?),
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
pub enum Question {
    /// The calls on the agent's device and their data (rules R45, R46).
    Calls,
    /// What is set for all desks of the site.
    SiteSettings,
    /// What is set for the agent's desk.
    DeskSettings,
}

/// Encodes a question.
pub fn ask(question: Question, id: InvokeId) -> Invocation {
    let method = match question {
        Question::Calls => "SnapshotDevice",
        Question::SiteSettings => "RequestDesktopSettings",
        Question::DeskSettings => "QueryAgentDeskSettings",
    };
    Invocation {
        method,
        arguments: Arguments::new(id).finish(),
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
        let _ = write!(self.0, r#","{name}":{}"#, quoted(value));
        self
    }

    fn reason(self, reason: Option<i32>) -> Self {
        match reason {
            Some(code) => self.number("EventReasonCode", i64::from(code)),
            None => self,
        }
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
    fn f3_f4_every_command_has_its_method_and_arguments() {
        let call = CallKey::from_index(0);
        let about = r#"[{"InvokeID":7,"UniqueObjectID":"call.5000.\"1\""}]"#;
        for (command, method) in [
            (Command::Answer(call), "Answer"),
            (Command::EndCall(call), "ClearConnection"),
            (Command::Hold(call), "Hold"),
            (Command::Retrieve(call), "Retrieve"),
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
