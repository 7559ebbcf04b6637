//! The injection corpus (`tests/support/injection.json`) through every field of every event of all five vocabularies,
//! through the directory and through what servers say about requests: nothing panics, no text makes rows, no
//! neighbour is lost, and what is kept of a text is bounded. What becomes of it on the page: `tests/e2e/injection*`.

mod replay;
mod session_rig;

use replay::Listener;
use serde_json::{Map, Value, json};
use session_rig::{ANN, Desk, LIST, QUEUE, site};
use std::collections::BTreeSet;
use std::fmt::Debug;
use switchhook::domain::Moment;
use switchhook::domain::command::{Command, Failure};
use switchhook::domain::ids::{AgentKey, Key, Ref, SourceId};
use switchhook::domain::model::Model;
use switchhook::domain::text::TEXT_LENGTH;
use switchhook::session::Input;
use switchhook::session::config;
use switchhook::session::state::{Link, Screen, SignInError};
use switchhook::vendor::{callgem, ccs, tserver};

const NOW: Moment = Moment(1_795_248_000_000);
const CALL: &str = "ca11ca11-0000-4000-8000-000000000007";
const CALLBACK: &str = "cbcbcbcb-0000-4000-8000-000000000001";
const OTHER: &str = "0123abcd-0000-4000-8000-00000000000a";

/// One of the corpus, as it stands between the quotes of a JSON string.
struct Hostile {
    name: String,
    wire: String,
}

fn corpus(part: &str) -> Vec<Hostile> {
    let corpus: Value = serde_json::from_str(include_str!("support/injection.json")).unwrap();
    let entries = corpus[part].as_array().unwrap().iter().map(|entry| {
        let written = |text: &str| {
            let quoted = serde_json::to_string(text).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        };
        let repeat = &entry["repeat"];
        let wire = match (
            entry["wire"].as_str(),
            entry["text"].as_str(),
            repeat["text"].as_str(),
        ) {
            (Some(wire), ..) => wire.to_owned(),
            (_, Some(text), _) => written(text),
            (.., Some(text)) => written(text).repeat(repeat["times"].as_u64().unwrap() as usize),
            _ => panic!("{entry}"),
        };
        Hostile {
            name: entry["name"].as_str().unwrap().to_owned(),
            wire,
        }
    });
    entries.collect()
}

/// Stands in a message where a hostile text comes to stand.
const MARK: &str = "the-hostile-text";

/// A message with one field marked.
struct Case {
    /// Vocabulary, event and field.
    name: String,
    target: &'static str,
    arguments: String,
    kind: Kind,
}

/// What the document says of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is a text for people, and kept up to the limit.
    Text,
    /// It names something, and is kept as it is.
    Id,
    /// It is a number, a date, a word of a list: a text is none of its values.
    Other,
}

impl Case {
    fn new(target: &'static str, name: String, arguments: &Value, kind: Kind) -> Self {
        let arguments = arguments.to_string();
        assert!(arguments.contains(MARK), "{name}: {arguments}");
        Self {
            name,
            target,
            arguments,
            kind,
        }
    }

    fn with(&self, wire: &str) -> String {
        self.arguments.replace(MARK, wire)
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

// ---- every field of every vocabulary ----

/// Texts that name something, by their names in the document.
const RTE_IDS: [&str; 5] = [
    "AgentLegId",
    "LegId",
    "Session",
    "SupervisorLegId",
    "TransferTarget",
];

fn rte_kind(field: &Value) -> Kind {
    match field["type"].as_str().unwrap() {
        "string" | "String" if RTE_IDS.contains(&name(field)) => Kind::Id,
        "string" | "String" => Kind::Text,
        "Guid" | "Guid?" => Kind::Id,
        _ => Kind::Other,
    }
}

/// A value that a field may have.
fn rte_value(field: &Value) -> Value {
    match (field["type"].as_str().unwrap(), name(field)) {
        ("Guid" | "Guid?", "UserId" | "TargetUserId") => json!(ANN),
        ("Guid" | "Guid?", "QueueId") => json!(QUEUE),
        ("Guid" | "Guid?", "CallListId" | "ListId") => json!(LIST),
        ("Guid" | "Guid?", "CallBackId") => json!(CALLBACK),
        ("Guid" | "Guid?", "CallId") => json!(CALL),
        ("Guid" | "Guid?", _) => json!(OTHER),
        ("string" | "String", _) => json!("plain"),
        ("bool", _) => json!(false),
        ("DateTime" | "DateTime?", _) => json!("2026-11-21T08:00:00Z"),
        (kind, _) if kind.starts_with("List<") => json!([]),
        (kind, _) if kind.starts_with("Dictionary") => json!({}),
        _ => json!(1),
    }
}

fn rte_fields(event: &Value) -> Map<String, Value> {
    let fields = list(event, "fields").iter();
    fields
        .map(|field| (name(field).to_owned(), rte_value(field)))
        .collect()
}

fn rte_cases() -> Vec<Case> {
    let document: Value = serde_json::from_str(include_str!("vocabulary/enreach_rte.json")).unwrap();
    let mut cases = Vec::new();
    let mut add = |event: &str, field: &str, kind: Kind, data: &Map<String, Value>| {
        let arguments = json!([{"subscription": {"eventType": event, "entityId": ANN}, "data": data}]);
        let name = format!("RTE {event}.{field}");
        cases.push(Case::new("MessageReceived", name, &arguments, kind));
    };
    let envelope = |event: &Value| {
        let entity = match event["entity"].as_str().unwrap() {
            "Queue" => QUEUE,
            "CallList" => LIST,
            _ => ANN,
        };
        let mut data = rte_fields(event);
        for (field, value) in [
            ("RootEntityType", "Organization"),
            ("RootEntityId", OTHER),
            ("EventType", name(event)),
            ("EntityType", event["entity"].as_str().unwrap()),
            ("EntityId", entity),
            ("Id", OTHER),
            ("Timestamp", "2026-11-21T08:00:00Z"),
        ] {
            data.entry(field).or_insert(json!(value));
        }
        data.entry("MessageTTLSeconds").or_insert(json!(-1));
        data
    };
    let dictionary = json!({MARK: "value", "name": MARK, "more": [MARK, {MARK: MARK}]});
    for event in list(&document, "events") {
        let whole = envelope(event);
        for field in list(event, "fields") {
            let mut data = whole.clone();
            let (mark, kind) = match field["type"].as_str().unwrap() {
                kind if kind.starts_with("Dictionary") => (dictionary.clone(), Kind::Id),
                _ => (json!(MARK), rte_kind(field)),
            };
            data.insert(name(field).to_owned(), mark);
            add(name(event), name(field), kind, &data);
        }
        for field in list(&document, "envelope_fields") {
            let field = field.as_str().unwrap();
            let mut data = whole.clone();
            data.insert(field.to_owned(), json!(MARK));
            add(name(event), field, Kind::Id, &data);
        }
    }
    // What is not an event of its own comes in the lists of a callback.
    let callback = list(&document, "events")
        .iter()
        .find(|event| name(event) == "CallbackChanged");
    for dto in list(&document, "misc") {
        let in_list = match name(dto) {
            "CallbackAttempt" => Some("CallbackAttempts"),
            "CallbackExtra" => Some("CallbackExtras"),
            "CallbackRelatedItem" => Some("CallbackRelatedItems"),
            _ => None,
        };
        for field in list(dto, "fields") {
            let mut item = rte_fields(dto);
            item.insert(name(field).to_owned(), json!(MARK));
            let (event, data) = if let Some(list) = in_list {
                let mut data = envelope(callback.unwrap());
                data.insert(list.to_owned(), json!([item]));
                ("CallbackChanged", data)
            } else {
                item.insert("EventType".into(), json!(name(dto)));
                item.insert("EntityId".into(), json!(QUEUE));
                (name(dto), item)
            };
            let field = format!("{}.{}", name(dto), name(field));
            add(event, &field, rte_kind(list_field(dto, &field)), &data);
        }
    }
    let counts = &document["counts"];
    let events = counts["events"].as_u64().unwrap();
    let envelope = list(&document, "envelope_fields").len() as u64;
    let expected = counts["event_fields"].as_u64().unwrap()
        + counts["misc_fields"].as_u64().unwrap()
        + events * envelope;
    assert_eq!(
        cases.len() as u64,
        expected,
        "every field that the document counts"
    );
    cases
}

fn list_field<'v>(dto: &'v Value, path: &str) -> &'v Value {
    let wanted = path.rsplit('.').next().unwrap();
    list(dto, "fields")
        .iter()
        .find(|field| name(field) == wanted)
        .unwrap()
}

/// Texts that name something, by their names in the document.
const CTIOS_IDS: [&str; 25] = [
    "AgentID",
    "AgentReference",
    "BargedInCallID",
    "CallConnectionDeviceID",
    "ClientID",
    "ConnectionDeviceID",
    "DeviceID",
    "Distribution",
    "ICMEnterpriseUniqueID",
    "MonitoredUniqueObjectID",
    "NewConnectionDeviceID",
    "OriginatingClientID",
    "OriginatingServerID",
    "PeripheralID",
    "SilentMonitorCallUID",
    "SilentMonitorInitiatingAgentUID",
    "SilentMonitorInitiatingDeviceID",
    "SilentMonitorTargetAgentUID",
    "SilentMonitorTargetDeviceID",
    "Source",
    "SupervisorID",
    "SupervisorKey",
    "Target",
    "TargetCILClientID",
    "UniqueObjectID",
];

fn ctios_cases() -> Vec<Case> {
    let document: Value = serde_json::from_str(include_str!("vocabulary/cisco_ctios.json")).unwrap();
    let mut cases = Vec::new();
    let nested = json!({
        MARK: MARK,
        "name": MARK,
        "SkillGroupNumber": MARK,
        "SkillGroupName": MARK,
        "UniqueObjectID": MARK,
        "deep": {"deeper": [MARK, {MARK: [MARK]}]}
    });
    let mut fields_of_document = 0;
    for event in list(&document, "events") {
        let object = match event["interface"].as_str().unwrap() {
            "ICallEvents" | "IMonitoredCallEvents" => "call.5000.1",
            _ => "agent.5000.1001",
        };
        fields_of_document += list(event, "fields").len();
        for field in list(event, "fields") {
            let (mark, kind) = match field["type"].as_str() {
                Some("ARGUMENTS" | "Arguments") | None => (nested.clone(), Kind::Id),
                Some("STRING") if CTIOS_IDS.contains(&name(field)) => (json!(MARK), Kind::Id),
                Some("STRING") => (json!(MARK), Kind::Text),
                Some(_) => (json!(MARK), Kind::Other),
            };
            let arguments = if name(event) == "OnEvent" {
                let inner = json!({"UniqueObjectID": "call.5000.1", "ANI": MARK, "EnablementMask": 1});
                json!(["OnEvent", {"iEventID": "OnCallDelivered", "rArgs": inner, name(field): mark}])
            } else {
                let mut fields = json!({"UniqueObjectID": object, "AgentID": "1001", "SkillGroupNumber": 7});
                fields["AgentReference"] = json!(object);
                fields[name(field)] = mark;
                json!([name(event), fields])
            };
            let name = format!("CTI OS {}.{}", name(event), name(field));
            cases.push(Case::new("CtiEvent", name, &arguments, kind));
        }
    }
    let counted = document["counts"]["fields"].as_u64().unwrap() as usize;
    assert_eq!((cases.len(), fields_of_document), (counted, counted));
    // The settings, which the event's own list of fields leaves out.
    for element in list(&document["global_settings"], "elements") {
        let subject = element["key"].as_str().unwrap();
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        let lists = element["column_keys"]
            .as_object()
            .into_iter()
            .flat_map(Map::values);
        for key in lists
            .chain(element.get("keys"))
            .flat_map(|keys| keys.as_array().unwrap())
        {
            keys.insert(key["key"].as_str().unwrap());
        }
        let leaf: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), json!(MARK))).collect();
        let leaf = Value::Object(leaf);
        let settings = json!({subject: {
            "columns": {"1": leaf}, "CallAppearance": {"columns": {"1": leaf}},
            "ConnectionProfiles": {"Profile": leaf}, "settings": leaf, "MainScreen": leaf, "DTMF": leaf,
            "user.notes[0]": MARK, MARK: MARK, "own": leaf, "text": MARK
        }});
        let arguments = json!(["OnGlobalSettingsDownloadConf", settings]);
        let name = format!("CTI OS OnGlobalSettingsDownloadConf.{subject}");
        cases.push(Case::new("CtiEvent", name, &arguments, Kind::Id));
    }
    cases
}

fn tserver_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in tserver::Kind::ALL {
        for field in tserver::events::Attributes::FIELDS {
            let mut event = json!({
                "Event": kind.name(), "Server": "ts-1", "time": "2026-11-21T08:00:00Z", "AgentID": "1001",
                "ThisDN": "4001", "ConnID": CALL
            });
            let (mark, kept) = match *field {
                "Extensions" | "Reasons" | "UserData" => (
                    json!({MARK: MARK, "name": MARK, "deep": [MARK, {MARK: MARK}]}),
                    Kind::Id,
                ),
                "ThisDN" | "Place" | "Server" | "ApplicationName" => (json!(MARK), Kind::Text),
                _ => (json!(MARK), Kind::Id),
            };
            event[*field] = mark;
            let name = format!("T-Server {}.{field}", kind.name());
            cases.push(Case::new(tserver::CLIENT_METHOD, name, &json!([event]), kept));
        }
    }
    cases
}

fn ccs_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in ccs::Kind::ALL {
        for field in ccs::events::Fields::FIELDS {
            let mut event = json!({
                "event": kind.name(), "domain": "sales", "call": "c1", "connection": "d1", "seance": "s1",
                "subscriber": "4001", "caller": "+358", "called": "4001", "state": "ringing"
            });
            let (mark, kept) = match *field {
                "info" => (
                    json!({MARK: MARK, "name": MARK, "deep": [MARK, {MARK: MARK}]}),
                    Kind::Id,
                ),
                "calls" => (json!([MARK, "c1"]), Kind::Id),
                "caller" | "called" | "reason" | "link" => (json!(MARK), Kind::Text),
                _ => (json!(MARK), Kind::Id),
            };
            event[*field] = mark;
            let name = format!("ccsevents {}.{field}", kind.name());
            cases.push(Case::new(ccs::CLIENT_METHOD, name, &json!([event]), kept));
        }
    }
    cases
}

fn callgem_cases() -> Vec<Case> {
    let whole = r"VZ\TXABC001\TDProduction\CNMobiles\AN1001\SI654321\DS1\OS0\TS46347.5\T246347.5";
    let mut cases = Vec::new();
    for (code, _) in callgem::session::PARAMETERS {
        let kept = match code {
            "CN" => Kind::Text,
            _ => Kind::Id,
        };
        let parts = whole.split('\\').filter(|part| !part.starts_with(code));
        let plain: Vec<&str> = parts.collect();
        let plain = plain.join("\\");
        let name = format!("CallGem VZ.{code}");
        let line = format!("{plain}\\{code}{MARK}");
        cases.push(Case::new(callgem::CLIENT_METHOD, name, &json!([line]), kept));
        if code.starts_with('Y') {
            let line = format!("{plain}\\{code}{{\\C1{MARK}\\C2{{\\D1{MARK}}}}}");
            let name = format!("CallGem VZ.{code}, nested");
            cases.push(Case::new(
                callgem::CLIENT_METHOD,
                name,
                &json!([line]),
                Kind::Text,
            ));
        }
    }
    cases
}

// ---- what a desk makes of them ----

/// A desk at which an agent sits with a call of each source.
fn desk() -> Listener {
    let head = json!({
        "me": ANN, "queueNameVariable": 1,
        "directory": {
            "agents": [{"id": ANN, "name": "Ann", "agentId": "1001", "extension": "4001"},
                       {"id": OTHER, "name": "Bob", "agentId": "1002", "extension": "4002"}],
            "queues": [{"id": QUEUE, "name": "Support"}],
            "callLists": [{"id": LIST, "name": "Callbacks"}]
        },
        "ccs": {"states": [{"state": "ringing", "stage": "alerting"}]},
        "callgem": {"states": [{"number": 1, "label": "Ringing", "stage": "alerting"}]}
    });
    let mut listener = Listener::new(&head);
    for (target, arguments) in [
        (
            "CtiEvent",
            json!(["OnAgentStateChange", {"UniqueObjectID": "agent.5000.1001", "AgentID": "1001",
            "AgentState": 3}]),
        ),
        (
            "CtiEvent",
            json!(["OnCallBegin", {"UniqueObjectID": "call.5000.1", "CallType": 1, "ANI": "+358"}]),
        ),
        (
            "CtiEvent",
            json!(["OnCallEstablished", {"UniqueObjectID": "call.5000.1", "CallStatus": 3}]),
        ),
        (
            "CcsEvent",
            json!([{"event": "call_create", "domain": "sales", "call": "c1", "connection": "d1",
            "seance": "s1", "subscriber": "4001", "caller": "+358", "called": "4001"}]),
        ),
        (
            "CcsEvent",
            json!([{"event": "connection_create", "domain": "sales", "connection": "d1", "seance": "s1",
            "calls": ["c1"]}]),
        ),
        ("CallGem", json!([r"VZ\TXABC001\AN1001\SI654321\DS0\TS46347.5"])),
    ] {
        listener.hear(NOW, target, &arguments.to_string());
    }
    listener
}

/// How many rows of each kind there are.
fn rows(model: &Model) -> [usize; 5] {
    [
        model.agents.len(),
        model.queues.len(),
        model.call_lists.len(),
        model.callbacks.len(),
        model.calls.len(),
    ]
}

/// Bytes of everything that the model keeps, as `Debug` writes it.
fn size(listener: &Listener) -> usize {
    fn written(value: &impl Debug) -> usize {
        format!("{value:?}").len()
    }
    let model = &listener.model;
    let rows = model.agents.rows().map(|(_, row)| written(row)).sum::<usize>()
        + model.queues.rows().map(|(_, row)| written(row)).sum::<usize>()
        + model
            .call_lists
            .rows()
            .map(|(_, row)| written(row))
            .sum::<usize>()
        + model.callbacks.rows().map(|(_, row)| written(row)).sum::<usize>()
        + model.calls.rows().map(|(_, row)| written(row)).sum::<usize>();
    rows + written(&model.desk)
        + written(model.telephony())
        + written(&model.queue_groups)
        + written(&listener.oddities)
}

/// The tally of states is that of the rows.
fn check_tally(model: &Model, what: &str) {
    for (state, count) in &model.agents_in_state {
        let counted = model
            .agents
            .rows()
            .filter(|(_, row)| row.state() == *state)
            .count();
        assert_eq!(counted as u32, *count, "{what}: {state:?}");
    }
}

/// Every text of the corpus in every field: nothing panics, and a text makes no row and counts nowhere.
fn all_texts_through(cases: &[Case]) {
    let corpus = corpus("texts");
    for case in cases {
        let mut plain = desk();
        plain.hear(NOW, case.target, &case.with("plain"));
        let expected = rows(&plain.model);
        let mut hostile = desk();
        for text in &corpus {
            hostile.hear(NOW, case.target, &case.with(&text.wire));
            let what = format!("{}: {}", case.name, text.name);
            assert!(!text.wire.is_empty() && rows(&hostile.model)[0] >= 2, "{what}");
            if case.kind == Kind::Text {
                assert_eq!(rows(&hostile.model), expected, "{what}");
            }
        }
        check_tally(&hostile.model, &case.name);
    }
}

/// Bytes that the longest texts may add to the model: some copies of one text, as `Debug` escapes it.
const MOST_ADDED: usize = 10 * 4 * TEXT_LENGTH * "\\u{301}".len();

/// A megabyte in every field, another one in each: what is kept of a text is bounded; an id is kept as it is.
fn a_megabyte_through(cases: &[Case], all: bool) {
    let huge = corpus("huge");
    let few = cases.iter().filter(|case| all || case.kind == Kind::Text);
    for (number, case) in few.enumerate() {
        let mut listener = desk();
        let text = &huge[number % huge.len()];
        let before = size(&listener);
        listener.hear(NOW, case.target, &case.with(&text.wire));
        let what = format!("{}: {}", case.name, text.name);
        if case.kind != Kind::Id {
            let added = size(&listener).saturating_sub(before);
            assert!(added <= MOST_ADDED, "{what} added {added} bytes");
        }
        check_tally(&listener.model, &what);
    }
}

fn count(cases: &[Case], kind: Kind) -> usize {
    cases.iter().filter(|case| case.kind == kind).count()
}

#[test]
fn every_field_of_every_rte_event_bears_every_text() {
    let cases = rte_cases();
    assert_eq!((cases.len(), count(&cases, Kind::Text)), (692, 118));
    all_texts_through(&cases);
}

#[test]
fn every_text_field_of_every_rte_event_bears_a_megabyte() {
    a_megabyte_through(&rte_cases(), false);
}

#[test]
fn every_field_of_every_cti_os_event_bears_every_text() {
    let cases = ctios_cases();
    assert_eq!((cases.len(), count(&cases, Kind::Text)), (683, 167));
    all_texts_through(&cases);
}

#[test]
fn every_text_field_of_every_cti_os_event_bears_a_megabyte() {
    a_megabyte_through(&ctios_cases(), false);
}

#[test]
fn every_field_of_every_tserver_event_bears_every_text_and_a_megabyte() {
    let cases = tserver_cases();
    assert_eq!(
        cases.len(),
        tserver::Kind::ALL.len() * tserver::events::Attributes::FIELDS.len()
    );
    all_texts_through(&cases);
    a_megabyte_through(&cases, true);
}

#[test]
fn every_field_of_every_ccsevent_bears_every_text_and_a_megabyte() {
    let cases = ccs_cases();
    assert_eq!(
        cases.len(),
        ccs::Kind::ALL.len() * ccs::events::Fields::FIELDS.len()
    );
    all_texts_through(&cases);
    a_megabyte_through(&cases, true);
}

#[test]
fn every_parameter_of_callgem_bears_every_text_and_a_megabyte() {
    let cases = callgem_cases();
    assert_eq!(cases.len(), callgem::session::PARAMETERS.len() + 3);
    all_texts_through(&cases);
    a_megabyte_through(&cases, true);
}

/// Two ids that differ in their last letter only are two ids, however long they are.
#[test]
fn an_id_is_never_cut() {
    let mut listener = desk();
    let long = "x".repeat(10 * TEXT_LENGTH);
    for last in ["1", "2"] {
        let arguments = json!([{"data": {"eventType": "QueueStatus", "entityId": long.clone() + last,
            "queueName": "Support", "nbrOfQueuingRequesters": 1}}]);
        listener.hear(NOW, "MessageReceived", &arguments.to_string());
    }
    assert_eq!(listener.model.queues.len(), 3);
    for last in ["1", "2"] {
        let id = long.clone() + last;
        assert!(listener.model.queues.find(Ref::new(SourceId(0), &id)).is_some());
    }
}

// ---- what servers say about requests, and the directory ----

fn everything() -> Vec<Hostile> {
    let mut all = corpus("texts");
    all.extend(corpus("huge"));
    all
}

fn connected() -> Desk {
    let mut desk = Desk::new(site(r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk
}

/// What is shown of a stranger's words is no longer than what people read.
fn check_words(words: &str, what: &str) {
    assert!(
        words.chars().count() <= TEXT_LENGTH,
        "{what}: {} letters",
        words.chars().count()
    );
}

/// Everything that the page would say of its connection and its sign-in.
fn check_said(desk: &Desk, what: &str) {
    let view = desk.session.connection();
    for words in view.trouble.iter().chain(&view.refused) {
        check_words(words, what);
    }
    if let Screen::SignIn {
        error: Some(SignInError::Refused(text) | SignInError::Unreachable(text)),
        ..
    } = desk.session.screen()
    {
        check_words(text, what);
    }
    for failed in &desk.model.borrow().desk.failed {
        match &failed.failure {
            Failure::NotTaken(text) | Failure::Refused { text: Some(text), .. } => check_words(text, what),
            _ => {}
        }
    }
}

#[test]
fn a_hostile_record_costs_its_neighbours_nothing() {
    let mut desk = connected();
    let status = |queue: &str, name: &str, waiting: usize| {
        format!(
            r#"{{"type":1,"target":"MessageReceived","arguments":[{{"data":{{"eventType":"QueueStatus",
            "entityId":"{queue}","queueName":"{name}","nbrOfQueuingRequesters":{waiting}}}}}]}}"#
        ) + "\u{1e}"
    };
    for (number, text) in everything().iter().enumerate() {
        let frame = [
            status("before", "plain", number),
            status(QUEUE, &text.wire, number),
            status("after", "plain", number),
        ];
        desk.receive(&frame.concat());
        let model = desk.model.borrow();
        for queue in ["before", QUEUE, "after"] {
            let key = model.queues.find(Ref::new(SourceId(0), queue)).unwrap();
            let queue = model.queues.get(key).unwrap();
            assert_eq!(queue.waiting, Some(number as u32), "{}", text.name);
            check_words(queue.name.as_deref().unwrap(), &text.name);
        }
        assert_eq!(model.queues.len(), 3, "{}", text.name);
    }
    assert_eq!(desk.session.connection().bad_records, 0);
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn every_name_in_the_directory_bears_every_text() {
    for text in everything() {
        let wire = &text.wire;
        let mut desk = Desk::new(
            config::parse(br#"{"source":{"token":{"url":"/token","identify":"basic"},"directory":{"url":"/directory"}}}"#)
                .unwrap()
                .0,
        );
        desk.sign_in();
        desk.answer_token();
        let entry = format!(r#"{{"id":"{QUEUE}","name":"{wire}","description":"{wire}"}}"#);
        desk.answer_fetch(
            200,
            &format!(
                r#"{{"agents":[{{"id":"{ANN}","name":"{wire}","agentId":"1001","extension":"{wire}","team":"{wire}"}}],
                "queues":[{entry}],"callLists":[{entry}],"queueGroups":[{entry}],"domains":["{wire}"],
                "notReadyReasons":[{{"code":1,"label":"{wire}"}}],"wrapUpReasons":["{wire}"]}}"#
            ),
        );
        let model = desk.model.borrow();
        assert_eq!(rows(&model), [1, 1, 1, 0, 0], "{}", text.name);
        let (_, agent) = model.agents.rows().next().unwrap();
        let names = [&agent.name, &agent.extension, &agent.team].into_iter().flatten();
        names.for_each(|name| check_words(name, &text.name));
        let (_, queue) = model.queues.rows().next().unwrap();
        let (_, list) = model.call_lists.rows().next().unwrap();
        let names = [&queue.name, &list.name].into_iter().flatten();
        names.for_each(|name| check_words(name, &text.name));
        let (group, description) = (&model.queue_groups[0].name, &model.queue_groups[0].description);
        check_words(group, &text.name);
        check_words(description.as_deref().unwrap(), &text.name);
        assert_eq!(model.desk.me, Some(AgentKey::from_index(0)), "{}", text.name);
        drop(model);
        for reason in desk.session.reasons() {
            check_words(&reason.label, &text.name);
        }
        for reason in desk.session.wrap_up_reasons() {
            check_words(reason, &text.name);
        }
    }
}

#[test]
fn what_a_server_says_about_a_request_is_told_in_bounds() {
    for text in everything() {
        let (what, wire) = (&text.name, &text.wire);
        // The token's address: in its own words, in a web page's, and in its answer.
        for (status, body) in [
            (401, wire.clone()),
            (500, wire.clone()),
            (200, format!(r#"{{"WssEndpoint":"{wire}","Token":"a.e30.c"}}"#)),
            (
                200,
                format!(r#"{{"WssEndpoint":"wss://hub.example/rte?{wire}","Token":"{wire}"}}"#),
            ),
        ] {
            let mut desk = Desk::new(site(""));
            desk.sign_in();
            desk.answer_fetch(status, &body);
            check_said(&desk, what);
        }
        let mut desk = Desk::new(site(""));
        desk.sign_in();
        let (fetch, ..) = desk.fetches.pop().unwrap();
        desk.feed(Input::FetchFailed { fetch, text: wire });
        check_said(&desk, what);
        // The hub: at negotiate, at the handshake, when it closes.
        for stage in 0..3 {
            let mut desk = Desk::new(site(""));
            desk.sign_in();
            desk.answer_token();
            if stage == 0 {
                desk.answer_negotiate_with(&format!(r#","error":"{wire}""#));
            } else {
                desk.answer_negotiate();
                desk.reopen_socket();
                let error = match stage {
                    1 => format!(r#"{{"error":"{wire}"}}"#),
                    _ => format!("{{}}\u{1e}{{\"type\":7,\"error\":\"{wire}\"}}"),
                };
                desk.receive(&(error + "\u{1e}"));
            }
            assert!(desk.session.connection().trouble.is_some(), "{what}, {stage}");
            check_said(&desk, what);
        }
        // A hub method: for a command, for subscriptions.
        let mut desk = connected();
        desk.complete("Login", "null");
        desk.hub_calls(
            "CtiEvent",
            r#"["OnAgentStateChange",{"AgentState":2,"EnablementMask":134217728}]"#,
        );
        desk.sent.clear();
        desk.feed(Input::Command(Command::Ready));
        desk.refuse("SetAgentState", wire);
        assert_eq!(desk.model.borrow().desk.failed.len(), 1, "{what}");
        check_said(&desk, what);
        let mut desk = Desk::new(site(""));
        desk.connect();
        desk.complete(
            "Subscribe",
            &format!(
                r#"[{{"entityId":"{ANN}","eventName":"UserStatus","subscribed":false,"message":"{wire}"}}]"#
            ),
        );
        assert!(!desk.session.connection().refused.is_empty(), "{what}");
        check_said(&desk, what);
    }
}
