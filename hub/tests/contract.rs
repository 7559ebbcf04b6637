//! The examples of `docs/hub-contract.md`, each held against the code: what a hub sends is read by the page's own
//! decoders without anything odd, what a page sends is taken by this hub, and answered as the document says.
//!
//! An example is a block of JSON, the arguments of one call, that begins with who sends it and the method's name:
//! `json to-page CtiEvent`, `json to-hub Subscribe`; `json answer` is what the call before it returns.

mod common;

use common::{Desk, desk, directory, hub, options};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use switchhook::domain::Event;
use switchhook::domain::command::{Addressee, Command, InvokeId};
use switchhook::domain::ids::{CallKey, Key as _};
use switchhook::protocol::Payload;
use switchhook::vendor::{Oddities, Settings, callgem, ccs, ctios, rte, tserver};

const CONTRACT: &str = include_str!("../../docs/hub-contract.md");

#[derive(Debug, PartialEq)]
struct Example {
    /// `to-page`, `to-hub` or `answer`.
    way: &'static str,
    method: &'static str,
    text: &'static str,
}

impl Example {
    fn value(&self) -> Value {
        serde_json::from_str(self.text).unwrap_or_else(|error| panic!("{}: {error}", self.text))
    }
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut rest = CONTRACT;
    while let Some((_, after)) = rest.split_once("```json ") {
        let (kind, after) = after.split_once('\n').expect("an example has a first line");
        let (text, after) = after.split_once("```").expect("an example has an end");
        let (way, method) = kind.split_once(' ').unwrap_or((kind, ""));
        examples.push(Example { way, method, text });
        rest = after;
    }
    examples
}

fn methods(way: &str) -> BTreeSet<&'static str> {
    let found = examples().into_iter().filter(|example| example.way == way);
    found.map(|example| example.method).collect()
}

#[test]
fn every_block_says_who_sends_it() {
    let blocks = CONTRACT.matches("```").count();
    assert_eq!(blocks, examples().len() * 2, "a block without its kind");
    for example in examples() {
        assert!(
            ["to-page", "to-hub", "answer"].contains(&example.way),
            "{example:?}"
        );
        assert!(
            example.way == "answer" || example.value().is_array(),
            "{example:?}"
        );
    }
}

#[test]
fn every_method_that_is_not_a_command_has_an_example() {
    let to_page = [
        rte::CLIENT_METHOD,
        ctios::CLIENT_METHOD,
        tserver::CLIENT_METHOD,
        ccs::CLIENT_METHOD,
        callgem::CLIENT_METHOD,
        callgem::ROLL_FORWARD_METHOD,
    ];
    assert_eq!(methods("to-page"), BTreeSet::from(to_page));
    let wanted = BTreeSet::from([
        rte::subscribe::AVAILABLE_SUBSCRIPTIONS,
        rte::subscribe::ACTIVE_SUBSCRIPTIONS,
        rte::subscribe::SUBSCRIBE,
        rte::subscribe::UNSUBSCRIBE,
        rte::subscribe::UNSUBSCRIBE_ALL,
        tserver::HUB_METHOD,
        ccs::subscribe::SUBSCRIBE,
        ccs::subscribe::UNSUBSCRIBE,
        callgem::HUB_METHOD,
    ]);
    let shown = methods("to-hub");
    assert!(shown.is_superset(&wanted), "{:?}", wanted.difference(&shown));
}

#[test]
fn what_a_hub_sends_is_read_by_the_page_without_anything_odd() {
    let mut telephone = ctios::Decoder::default();
    let mut dialogs = ccs::Decoder::default();
    let mut sessions = callgem::Decoder::default();
    for example in examples().iter().filter(|example| example.way == "to-page") {
        let arguments = Payload::from_json(example.text);
        let mut oddities = Oddities::default();
        let odd = &mut oddities;
        let mut told = 0;
        let mut sink = |_: Option<_>, _: Event<'_>| told += 1;
        let outcome = match example.method {
            rte::CLIENT_METHOD => {
                rte::decode(arguments, &Settings::default(), None, odd, &mut sink).map(|_| ())
            }
            ctios::CLIENT_METHOD => telephone
                .decode(arguments, &ctios::Site::default(), None, odd, &mut sink)
                .map(|_| ()),
            tserver::CLIENT_METHOD => {
                tserver::decode(arguments, &tserver::Site::default(), odd, &mut sink).map(|_| ())
            }
            ccs::CLIENT_METHOD => {
                let site = ccs::Site {
                    states: vec![("ringing".into(), switchhook::domain::call::Stage::Alerting)],
                    ..ccs::Site::default()
                };
                dialogs.decode(arguments, &site, odd, &mut sink).map(|_| ())
            }
            callgem::CLIENT_METHOD => sessions
                .decode(arguments, &callgem::Site::default(), odd, &mut sink)
                .map(|_| ()),
            callgem::ROLL_FORWARD_METHOD => {
                told += 1;
                callgem::read_mark(arguments, "DESK1", odd).map(|mark| assert!(mark.is_some()))
            }
            other => panic!("{other} is no method of the page"),
        };
        assert!(
            outcome.is_ok() && oddities.is_empty(),
            "{outcome:?} {oddities:?}: {}",
            example.text
        );
        assert!(told > 0, "nothing is told by {}", example.text);
    }
}

#[tokio::test]
async fn what_a_page_sends_is_taken_by_the_hub_and_answered_as_written() {
    let hub = hub(options()).await;
    let mut desk = desk(hub.address(), "1001").await;
    let mut answer = Value::Null;
    let mut taken = 0;
    for example in examples() {
        match example.way {
            "to-hub" => {
                let (before, completion) = desk.call(example.method, example.value()).await;
                assert!(completion["error"].is_null(), "{}: {completion}", example.text);
                settle(&mut desk, &example, before).await;
                answer = completion["result"].clone();
                taken += 1;
            }
            "answer" => assert_eq!(answer, example.value(), "after {taken} calls"),
            _ => {}
        }
    }
    assert!(taken > 0);
    let names = directory(hub.address()).await;
    for known in ["agents", "queues"] {
        let id = names[known][0]["id"].as_str().unwrap();
        assert!(CONTRACT.contains(id), "the examples name other {known}: {id}");
    }
}

/// Waits for the event that repeats the number of a request, where the method is one that is answered so.
async fn settle(desk: &mut Desk, example: &Example, before: Vec<Value>) {
    let sent = &example.value()[0];
    let repeats = |message: &Value| match example.method {
        "TServerRequest" => message["arguments"][0]["ReferenceID"] == sent["ReferenceID"],
        _ => message["arguments"][1]["InvokeID"] == sent["InvokeID"],
    };
    if sent["InvokeID"].is_null() && sent["ReferenceID"].is_null() {
        return;
    }
    if !before.iter().any(repeats) {
        while !repeats(&desk.message().await.expect("the connection ended")) {}
    }
    // That a sign-in was received is not yet that the agent is signed in (rule R67).
    while example.method == "Login"
        && desk.message().await.expect("the connection ended")["arguments"][0] != "OnSnapshotDeviceConf"
    {}
}

#[test]
fn every_command_of_the_page_is_in_the_table_with_its_arguments() {
    let call = CallKey::from_index(0);
    let commands = [
        Command::SignIn {
            login_id: "1001".into(),
            extension: "4001".into(),
        },
        Command::SignOut { reason: Some(6) },
        Command::Ready,
        Command::NotReady { reason: Some(1) },
        Command::Answer(call),
        Command::EndCall(call),
        Command::Hold(call),
        Command::Retrieve(call),
        Command::Dial { number: "1".into() },
        Command::SendTones {
            call,
            digits: "1".into(),
        },
        Command::WorkReady,
        Command::WorkNotReady,
        Command::EndForAll(call),
        Command::Alternate(call),
        Command::BackToCaller(call),
        Command::MakeCurrent(call),
        Command::Consult {
            call,
            number: "1".into(),
            for_conference: true,
        },
        Command::CompleteTransfer(call),
        Command::BlindTransfer {
            call,
            number: "1".into(),
        },
        Command::CompleteConference(call),
        Command::AddParty {
            call,
            number: "1".into(),
        },
        Command::SetCallData {
            call,
            fields: vec![
                ("CallVariable1".into(), "a".into()),
                ("user.customer".into(), "b".into()),
            ],
        },
        Command::SetWrapUpData {
            call,
            text: "Sale".into(),
        },
        Command::StartRecording(call),
        Command::StopRecording(call),
        Command::AskSupervisor(Some(call)),
        Command::RaiseEmergency(None),
        Command::ReportBadLine(call),
        Command::SendMessage {
            to: Addressee::Agent("1002".into()),
            text: "Hello".into(),
        },
    ];
    for command in &commands {
        // Who adds a command adds it above.
        match command {
            Command::SignIn { .. }
            | Command::SignOut { .. }
            | Command::Ready
            | Command::NotReady { .. }
            | Command::Answer(_)
            | Command::EndCall(_)
            | Command::Hold(_)
            | Command::Retrieve(_)
            | Command::Dial { .. }
            | Command::SendTones { .. }
            | Command::WorkReady
            | Command::WorkNotReady
            | Command::EndForAll(_)
            | Command::Alternate(_)
            | Command::BackToCaller(_)
            | Command::MakeCurrent(_)
            | Command::Consult { .. }
            | Command::CompleteTransfer(_)
            | Command::BlindTransfer { .. }
            | Command::CompleteConference(_)
            | Command::AddParty { .. }
            | Command::SetCallData { .. }
            | Command::SetWrapUpData { .. }
            | Command::StartRecording(_)
            | Command::StopRecording(_)
            | Command::AskSupervisor(_)
            | Command::RaiseEmergency(_)
            | Command::ReportBadLine(_)
            | Command::SendMessage { .. } => {}
        }
        let sent = ctios::encode(command, InvokeId(1), |_| Some("call.5000.1")).unwrap();
        let method = format!("`{}`", sent.method);
        let row = CONTRACT
            .lines()
            .find(|line| {
                line.starts_with('|') && line.split('|').nth(1).is_some_and(|cell| cell.contains(&method))
            })
            .unwrap_or_else(|| panic!("{method} is in no table"));
        let arguments: Value = serde_json::from_str(&sent.arguments).unwrap();
        let named = |name: &str| name == "InvokeID" || row.contains(&format!("`{name}`"));
        for name in arguments[0].as_object().unwrap().keys() {
            assert!(named(name), "{name} of {method} is not in its row");
        }
    }
    assert_eq!(json!([]).to_string(), rte::subscribe::NO_ARGUMENTS);
}
