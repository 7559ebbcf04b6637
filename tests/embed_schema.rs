//! The schema of `ccd/1` and the desk's side of it hold each other: whatever the machine posts is as the schema has it,
//! member by member, and a request is taken exactly when the schema takes it.

mod embed_rig;
mod session_rig;

use embed_rig::{ALL_COMMANDS, ALL_TOPICS, Framed, NONCE, site};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use switchhook::embed::{Code, Input, Said};

fn schema() -> Value {
    let text = include_str!("../embed/schemas/ccd-1.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}

/// A validator for one definition of the schema.
fn of(definition: &str, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole.as_object_mut().expect("an object").remove("oneOf");
    whole["$ref"] = format!("#/$defs/{definition}").into();
    jsonschema::validator_for(&whole).expect("the schema is one")
}

/// Every object may have the members that are named and no others: the desk says nothing that is not documented.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let is_object = members.get("type").is_some_and(|kind| kind == "object");
            if is_object && members.contains_key("properties") {
                members.insert("additionalProperties".into(), false.into());
            }
            for member in members.values_mut() {
                close(member);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

static FROM_DESK: LazyLock<Validator> = LazyLock::new(|| {
    let mut closed = schema();
    close(&mut closed);
    of("fromDesk", &closed)
});
static REQUEST: LazyLock<Validator> = LazyLock::new(|| of("request", &schema()));
static INIT: LazyLock<Validator> = LazyLock::new(|| of("init", &schema()));

fn assert_documented(framed: &Framed) {
    let posted = framed.posted().into_iter();
    for message in posted.chain(framed.said.iter().map(|(_, message)| message.clone())) {
        let wrong: Vec<String> = FROM_DESK
            .iter_errors(&message)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{message}\n{wrong:?}");
    }
}

// ---- what the desk says ----------------------------------------------------------------------------------------

/// Something that happens to a desk in a frame.
#[derive(Debug, Clone)]
enum Happening {
    Cti(&'static str, String),
    Asks(Value),
    Raw(String),
    Passes(i64),
    Lost,
    Back,
    Room(Option<(u32, u32)>),
}

fn happening() -> impl Strategy<Value = Happening> {
    let of_call = proptest::sample::select(vec![
        "OnCallBegin",
        "OnCallDelivered",
        "OnCallOriginated",
        "OnCallEstablished",
        "OnCallHeld",
        "OnCallRetrieved",
        "OnCallConferenced",
        "OnCallTransferred",
        "OnCallFailed",
        "OnCallDataUpdate",
        "OnCallEnd",
        "OnCurrentCallChanged",
    ]);
    let confirmation = proptest::sample::select(vec![
        "OnHoldCallConf",
        "OnAnswerCallConf",
        "OnSetAgentStateConf",
        "OnMakeCallConf",
        "OnSendDTMFConf",
        "OnControlFailureConf",
    ]);
    prop_oneof![
        4 => (0..12, 0..4, any::<u32>()).prop_map(|(state, reason, mask)| Happening::Cti(
            "OnAgentStateChange",
            format!(r#""AgentID":"1001","AgentState":{state},"EventReasonCode":{reason},"EnablementMask":{mask},
                "NextAgentState":{}"#, state % 7),
        )),
        8 => (of_call, 0..4, 0..11, any::<u32>(), any::<String>()).prop_map(|(name, call, status, mask, text)| {
            let text = Value::from(text);
            Happening::Cti(name, format!(
                r#""UniqueObjectID":"call.5000.{call}","CallType":{},"CallStatus":{status},"ANI":{text},
                    "CallVariable1":{text},"EnablementMask":{mask}"#,
                if call == 3 { 9 } else { 1 },
            ))
        }),
        3 => (confirmation, 1..40, 0..80).prop_map(|(name, invoke, code)| Happening::Cti(
            name,
            format!(r#""InvokeID":{invoke},"FailureCode":{code},"MessageText":"no""#),
        )),
        1 => Just(Happening::Cti(
            "OnChatMessage",
            r#""Message":"x","Source":"1002","Distribution":"agent","AgentID":"1001","Target":"1001""#.to_owned(),
        )),
        8 => request().prop_map(Happening::Asks),
        1 => any::<String>().prop_map(Happening::Raw),
        2 => (1..20_000i64).prop_map(Happening::Passes),
        1 => Just(Happening::Lost),
        1 => Just(Happening::Back),
        1 => proptest::option::of((0..2_000u32, 0..2_000u32)).prop_map(Happening::Room),
    ]
}

/// A request that is right, or nearly.
fn request() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(vec![
        "dark",
        "system",
        "de",
        "ar",
        "xx",
        "",
        "bar",
        "full",
        "chat",
        "desk",
        "variables",
        "callbacks",
        "calls",
        "size",
        "hold",
        "answer",
        "consult",
        "sendTones",
        "blindTransfer",
        "addParty",
        "makeCurrent",
        "endCall",
        "ready",
        "notReady",
        "signedOut",
        "wrapUpReady",
        "prefill",
        "place",
        "100",
        " +358 9 ",
        "1#",
        "12x",
        "  ",
        "call.5000.0",
        "call.5000.1",
        "a.b.c",
        "two words",
        "\u{1}",
        "juggle",
    ]);
    let value = prop_oneof![
        8 => word.clone().prop_map(Value::from),
        1 => proptest::collection::vec(word.clone(), 0..3).prop_map(Value::from),
        1 => (-2..20_000i64).prop_map(Value::from),
        1 => Just(json!(null)),
        1 => Just(json!({})),
        1 => Just(json!(2.5)),
        1 => Just(json!(6_000_000_000_i64)),
    ];
    let member = proptest::sample::select(vec![
        "token",
        "theme",
        "lang",
        "layout",
        "view",
        "topics",
        "number",
        "mode",
        "action",
        "callId",
        "digits",
        "state",
        "reason",
        "deadlineMs",
        "other",
    ]);
    let kind = proptest::sample::select(KINDS.to_vec());
    let members = proptest::collection::vec((member, value), 0..4);
    // Half of them begin with what their type needs.
    (
        kind,
        word,
        members,
        any::<bool>(),
        proptest::option::of(1..1_000_000u32),
    )
        .prop_map(|(kind, word, members, begins_well, id)| {
            let mut message = json!({"ccd": 1, "type": kind, "data": {}});
            if begins_well && let Some(member) = needed(kind) {
                message["data"][member] = if member == "topics" {
                    json!([word])
                } else {
                    word.into()
                };
                if kind == "callAction" {
                    message["data"]["number"] = "100".into();
                    message["data"]["digits"] = "1".into();
                }
            }
            for (member, value) in members {
                message["data"][member] = value;
            }
            if let Some(id) = id {
                message["id"] = id.into();
            }
            message
        })
}

const KINDS: [&str; 14] = [
    "token",
    "setTheme",
    "setLocale",
    "setLayout",
    "openView",
    "getSnapshot",
    "subscribe",
    "unsubscribe",
    "dial",
    "callAction",
    "setAgentState",
    "exportDiagnostics",
    "dispose",
    "juggle",
];

fn needed(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "token" => "token",
        "setTheme" => "theme",
        "setLocale" => "lang",
        "setLayout" => "layout",
        "openView" => "view",
        "subscribe" | "unsubscribe" => "topics",
        "dial" => "number",
        "callAction" => "action",
        "setAgentState" => "state",
        _ => return None,
    })
}

fn happen(framed: &mut Framed, happening: &Happening) {
    match happening {
        Happening::Cti(name, fields) if framed.desk.open.is_some() => framed.cti(name, fields),
        Happening::Asks(message) if message["type"] != "dispose" => framed.post(message),
        Happening::Raw(text) => framed.step(Input::Port(Said::Json(text))),
        Happening::Passes(time) => framed.pass(*time),
        Happening::Lost if framed.desk.open.is_some() => framed.on_desk(session_rig::Desk::drop_socket),
        Happening::Back if framed.desk.open.is_none() && !framed.disposed => {
            framed.pass(30_000);
            framed.on_desk(|desk| {
                while !desk.fetches.is_empty() {
                    desk.answer_token();
                }
                if !desk.negotiations.is_empty() {
                    desk.answer_negotiate();
                }
                if !desk.sockets.is_empty() {
                    desk.open_socket();
                }
            });
        }
        Happening::Room(room) => framed.step(Input::Room(*room)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens and whatever is asked, the desk says only what is documented, and answers what has an id.
    #[test]
    fn whatever_the_desk_says_is_documented(history in prop::collection::vec(happening(), 1..60)) {
        let mut framed = Framed::at_work();
        framed.ask("subscribe", json!({"topics": ["variables", "callbacks", "alerts", "chat"]}));
        let mut asked = Vec::new();
        for happening in &history {
            if let Happening::Asks(message) = happening
                && message["type"] != "dispose"
            {
                asked.extend(message["id"].as_u64());
            }
            happen(&mut framed, happening);
        }
        framed.pass(15_000);
        assert_documented(&framed);
        for id in &asked {
            let times = asked.iter().filter(|other| *other == id).count();
            prop_assert_eq!(framed.answers(*id).len(), times, "request {} has its answer", id);
        }
        prop_assert_eq!(framed.embedding.next_wake(), None, "nothing waits any more");
    }

    /// A request is malformed to the desk exactly when it is to the schema.
    #[test]
    fn a_request_is_malformed_when_the_schema_says_so(message in request()) {
        let mut framed = Framed::at_work();
        let mut message = message;
        message["id"] = 7.into();
        // Null is as good as absent, which a schema says at the cost of every line.
        let data = message["data"].as_object_mut().expect("an object");
        data.retain(|_, value| !value.is_null());
        let is_right = REQUEST.is_valid(&message);
        framed.post(&message);
        framed.pass(15_000);
        let answer = framed.answer(7).expect("it has an answer");
        let code = answer["error"]["code"].as_str().unwrap_or_default();
        let is_wrong = matches!(code, "malformed" | "unknownType");
        prop_assert_eq!(is_right, !is_wrong, "{}\n{}", message, answer);
    }
}

#[test]
fn every_kind_of_message_is_said_at_some_time() {
    let pop = r#","screenPop":{"templates":[{"name":"C","url":"https://crm.example/{number}","on":"ringing","open":"host"}]}"#;
    let mut framed = Framed::new(site(ALL_COMMANDS, ALL_TOPICS, pop));
    framed.init(&json!({"subscribe": ["variables", "callbacks", "alerts", "chat"], "theme": 7}));
    framed.go_to_work(r#","EventReasonCode":2"#);
    for (call, events) in [
        (
            "1",
            &[
                "OnCallDelivered",
                "OnCallEstablished",
                "OnCallHeld",
                "OnCallRetrieved",
                "OnCallConferenced",
                "OnCallEnd",
            ][..],
        ),
        ("2", &["OnCallDelivered", "OnCallEnd"]),
        ("3", &["OnCallOriginated", "OnCallFailed"]),
        ("4", &["OnCallEstablished", "OnCallTransferred"]),
    ] {
        let kind = if call == "3" { 9 } else { 1 };
        framed.call(
            "OnCallBegin",
            call,
            &format!(r#","CallType":{kind},"ANI":"555","CallVariable1":"x""#),
        );
        for event in events {
            let status = if *event == "OnCallTransferred" {
                r#","CallStatus":0"#
            } else {
                ""
            };
            framed.call(event, call, status);
        }
    }
    framed.cti("OnAgentStateChange", r#""AgentID":"1001","AgentState":6"#);
    framed.cti(
        "OnChatMessage",
        r#""Message":"x","Source":"1002","Distribution":"agent","AgentID":"1001","Target":"1001""#,
    );
    let list = session_rig::LIST;
    framed.on_desk(|desk| {
        let ann = session_rig::ANN;
        desk.hub_calls("MessageReceived", &format!(
            r#"[{{"subscription":{{"eventType":"CallbackChanged","entityId":"{list}"}},"data":{{"eventType":"CallbackChanged",
            "entityType":"CallbackList","entityId":"{list}","callbackId":"cb-1","id":"cb-1","callbackListId":"{list}",
            "contactNumber":"555","userId":"{ann}","timestamp":"2023-11-14T22:13:20.5Z"}}}}]"#));
    });
    for (kind, data) in [
        ("setLocale", json!({"lang": "de"})),
        ("getSnapshot", json!({})),
        ("exportDiagnostics", json!({})),
    ] {
        framed.ask(kind, data);
    }
    assert_documented(&framed);
    let said = framed.take_kinds();
    let schema = schema();
    let documented = schema["$defs"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|name| name.strip_prefix("told."));
    // A token is asked for at another kind of site (tests/embed.rs), and an alert comes from another vocabulary.
    let missing: Vec<&str> = documented
        .filter(|kind| !said.iter().any(|said| said == kind) && !["tokenRequired", "alert"].contains(kind))
        .collect();
    assert!(missing.is_empty(), "never said: {missing:?}");
}

#[test]
fn the_handshake_is_documented() {
    assert!(
        INIT.is_valid(&json!({"ccd": 1, "type": "init", "nonce": NONCE, "theme": "dark", "locale": "de"}))
    );
    assert!(!INIT.is_valid(&json!({"ccd": 1, "type": "init", "nonce": "short"})));
    let framed = Framed::new(site("[]", "[]", ""));
    assert_eq!(framed.said.len(), 1);
    assert_documented(&framed);
}

#[test]
fn names_are_the_same_in_schema_configuration_and_program() {
    use switchhook::embed::{ACTIONS, STATES, TOPICS};
    use switchhook::session::config::{self, COMMANDS};

    let schema = schema();
    let of = |name: &str| -> Vec<String> {
        let names = schema["$defs"][name]["enum"].as_array().expect("a list of names");
        names
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    let actions: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
    let states: Vec<&str> = STATES.iter().map(|state| state.name).collect();
    let commands: Vec<&str> = ["dial"]
        .into_iter()
        .chain(actions.clone())
        .chain(states)
        .collect();
    assert_eq!(of("action"), actions);
    assert_eq!(of("command"), commands);
    assert_eq!(COMMANDS.to_vec(), commands);
    assert_eq!(of("topic"), TOPICS);
    assert!(TOPICS.ends_with(&config::TOPICS));
    assert_eq!(of("code"), Code::ALL.map(Code::name));
}
