//! Every word of the vocabularies has a typed counterpart: the catalogues of the documents against the code's own
//! tables, and how many there are of each kind for `docs/coverage.md`. A name that is in one and not in the other fails.

mod document;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use switchhook::protocol::message::Payload;
use switchhook::vendor::callgem::{self, request};
use switchhook::vendor::ccs;
use switchhook::vendor::ctios::events::{CtiEvent, Interface};
use switchhook::vendor::ctios::failure::ControlFailure;
use switchhook::vendor::ctios::fields::MINIMISED;
use switchhook::vendor::ctios::{mask, silent_monitor, state, system};
use switchhook::vendor::json::{Reader, Record};
use switchhook::vendor::rte::events::{
    CallbackAttempt, CallbackExtra, CallbackRelatedItem, Envelope, QueueAttachedUser, QueueGroup,
};
use switchhook::vendor::rte::subscribe::{self, Answer, Item};
use switchhook::vendor::rte::token::TokenResponse;
use switchhook::vendor::rte::{self, RteEvent};
use switchhook::vendor::tserver;
use switchhook::vendor::tserver::events::Presence;
use switchhook::vendor::{Oddities, Oddity, Settings};

fn catalogue(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn names(value: &Value, list_name: &str) -> BTreeSet<String> {
    list(value, list_name)
        .iter()
        .map(|item| item["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn texts(value: &Value, list_name: &str) -> BTreeSet<String> {
    list(value, list_name)
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

fn set(names: impl IntoIterator<Item = impl Into<String>>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

/// The words of one kind: as documented, and as the code has them.
struct Words {
    vocabulary: &'static str,
    kind: &'static str,
    documented: BTreeSet<String>,
    typed: BTreeSet<String>,
}

impl Words {
    fn new(
        vocabulary: &'static str,
        kind: &'static str,
        documented: BTreeSet<String>,
        typed: BTreeSet<String>,
    ) -> Self {
        Self {
            vocabulary,
            kind,
            documented,
            typed,
        }
    }
}

fn all_words() -> Vec<Words> {
    [
        rte_words(),
        ctios_words(),
        tserver_words(),
        ccs_words(),
        callgem_words(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_word_has_a_counterpart_and_every_counterpart_is_a_word() {
    for words in all_words() {
        let Words { vocabulary, kind, .. } = words;
        assert!(!words.documented.is_empty(), "{vocabulary}, {kind}");
        assert_eq!(words.documented, words.typed, "{vocabulary}, {kind}");
    }
}

#[test]
fn the_documents_table_of_words_is_what_the_code_has() {
    let mut table =
        String::from("\n| vocabulary | words | documented | typed |\n| --- | --- | ---: | ---: |\n");
    for words in all_words() {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            words.vocabulary,
            words.kind,
            words.documented.len(),
            words.typed.len()
        );
    }
    table.push('\n');
    document::check(env!("CARGO_MANIFEST_DIR"), "docs/coverage.md", "words", &table);
}

// ---- Enreach RTE ----

const RTE: &str = "Enreach RTE";

/// A value of a documented type.
fn sample(type_name: &str) -> Value {
    match type_name.trim_end_matches('?') {
        "bool" | "boolean" => json!(true),
        "int" | "long" | "short" | "byte" | "uint" => json!(1),
        "float" => json!(0.5),
        "DateTime" => json!("2024-05-06T07:08:09Z"),
        name if name.starts_with("List") => json!([]),
        name if name.starts_with("Dictionary") => json!({}),
        _ => json!("12345678-1234-4234-8234-123456789abc"),
    }
}

/// What a record takes of the documented fields, under their documented names and with a value of their type, and
/// what it takes beside them. The envelope's fields count for themselves.
fn rte_fields() -> Words {
    let document = catalogue(include_str!("vocabulary/enreach_rte.json"));
    let envelope = texts(&document, "envelope_fields");
    let (mut documented, mut typed) = (BTreeSet::new(), BTreeSet::new());
    // Events share records: a record's field must be documented of one of its events.
    let mut records: BTreeMap<&[&str], BTreeSet<String>> = BTreeMap::new();
    for event in list(&document, "events") {
        let kind = rte::Kind::from_name(event["name"].as_str().unwrap()).unwrap();
        for field in list(event, "fields") {
            let name = field["name"].as_str().unwrap();
            let word = format!("{}.{name}", kind.name());
            let written = json!({name: sample(field["type"].as_str().unwrap())}).to_string();
            let (mut taken, mut oddities) = (Envelope::default(), Oddities::default());
            let event = RteEvent::read(kind, &mut Reader::new(&written), &mut taken, &mut oddities).unwrap();
            let nothing = RteEvent::read(
                kind,
                &mut Reader::new("{}"),
                &mut Envelope::default(),
                &mut oddities,
            );
            let arrived = event != nothing.unwrap() || taken != Envelope::default();
            if arrived && oddities.is_empty() {
                typed.insert(word.clone());
            }
            records
                .entry(kind.fields())
                .or_default()
                .insert(name.to_ascii_lowercase());
            documented.insert(word);
        }
    }
    for part in list(&document, "misc") {
        let name = part["name"].as_str().unwrap();
        let known = rte_part(name);
        for field in names(part, "fields") {
            documented.insert(format!("{name}.{field}"));
        }
        typed.extend(known.iter().map(|field| format!("{name}.{field}")));
        records.entry(known).or_default().extend(
            names(part, "fields")
                .iter()
                .map(|field| field.to_ascii_lowercase()),
        );
    }
    for (record, fields) in records {
        for name in record {
            // What the reader calls a field is as documented, but for its case (irregularities E02, E04).
            if !fields.contains(&name.to_ascii_lowercase()) && !envelope.contains(*name) {
                typed.insert((*name).to_owned());
            }
        }
    }
    Words::new(RTE, "fields of events and DTOs", documented, typed)
}

fn rte_part(name: &str) -> &'static [&'static str] {
    match name {
        "QueueAttachedUser" => QueueAttachedUser::FIELDS,
        "QueueGroup" => QueueGroup::FIELDS,
        "CallbackAttempt" => CallbackAttempt::FIELDS,
        "CallbackExtra" => CallbackExtra::FIELDS,
        "CallbackRelatedItem" => CallbackRelatedItem::FIELDS,
        _ => &[],
    }
}

/// The oddities of one event with one value in one field.
fn rte_oddities(event: &str, field: &str, value: &Value) -> Oddities {
    let id = "aa9730c4-ce86-e611-80c9-00505689257e";
    let mut data = json!({"EventType": event, "EntityId": id, "UserId": id, "CallId": id, "CallBackId": id});
    data[field] = value.clone();
    let arguments = json!([{"subscription": {"eventType": event}, "data": data}]).to_string();
    let mut oddities = Oddities::default();
    let payload = Payload::from_json(&arguments);
    rte::decode(payload, &Settings::default(), None, &mut oddities, &mut |_, _| {}).unwrap();
    oddities
}

/// The members of the enumerations whose members the document lists as all there are, each by name or number.
fn rte_members() -> Words {
    let document = catalogue(include_str!("vocabulary/enreach_rte.json"));
    let (mut documented, mut typed) = (BTreeSet::new(), BTreeSet::new());
    for event in list(&document, "events") {
        let name = event["name"].as_str().unwrap();
        for field in list(event, "fields") {
            if field["enum"]["closed"] != true {
                continue;
            }
            let place = field["name"].as_str().unwrap();
            let members: Vec<Value> = match &field["enum"]["values"] {
                Value::Array(words) => words.clone(),
                Value::Object(numbers) => numbers.values().cloned().collect(),
                other => panic!("{other}"),
            };
            let unknown = |value: &Value| rte_oddities(name, place, value).of(Oddity::UnknownValue) > 0;
            let stranger = if members[0].is_number() {
                json!(77)
            } else {
                json!("stranger")
            };
            assert!(unknown(&stranger), "{name}.{place} takes anything");
            for member in members {
                let word = format!("{name}.{place} {member}");
                if !unknown(&member) {
                    typed.insert(word.clone());
                }
                documented.insert(word);
            }
        }
    }
    Words::new(RTE, "members of enumerations", documented, typed)
}

/// The named types whose members are not listed: a number and a word are both read where they are used (E11).
fn rte_enumerations() -> Words {
    let document = catalogue(include_str!("vocabulary/enreach_rte.json"));
    let (mut documented, mut typed) = (BTreeSet::new(), BTreeSet::new());
    for (name, described) in document["enum_types"].as_object().unwrap() {
        documented.insert(name.clone());
        let read = texts(described, "used_in").iter().all(|place| {
            let (event, field) = place.split_once('.').unwrap();
            // The words of the envelope are what an event is found by; they are words always.
            let number = if Envelope::FIELDS.contains(&field) {
                json!("User")
            } else {
                json!(7)
            };
            let value = if field == "EventType" {
                json!(event)
            } else {
                number
            };
            let word = if field == "EventType" {
                json!(event)
            } else {
                json!("Novel")
            };
            [value, word].iter().all(|value| {
                let oddities = rte_oddities(event, field, value);
                // Of an unknown word, no more than that it is one may be said.
                let faults = oddities
                    .tallies()
                    .iter()
                    .filter(|tally| &*tally.name == field && tally.oddity != Oddity::UnknownValue);
                faults.count() == 0
            })
        });
        if read {
            typed.insert(name.clone());
        }
    }
    Words::new(RTE, "enumerations without listed members", documented, typed)
}

/// The types around the events: what is read or written of each.
fn rte_types() -> Words {
    let document = catalogue(include_str!("vocabulary/enreach_rte.json"));
    let (mut documented, mut typed) = (BTreeSet::new(), BTreeSet::new());
    let id = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
    for (name, described) in document["types"].as_object().unwrap() {
        for field in list(described, "fields") {
            let field_name = field["name"].as_str().unwrap();
            let word = format!("{name}.{field_name}");
            let value = sample(field["type"].as_str().unwrap());
            let object = json!({field_name: value});
            let mut oddities = Oddities::default();
            let known = match name.as_str() {
                "TokenResponse" => {
                    let whole = &described["example"];
                    let mut lacking = whole.clone();
                    lacking.as_object_mut().unwrap().remove(field_name);
                    TokenResponse::read(&whole.to_string()).is_ok()
                        && TokenResponse::read(&lacking.to_string()).is_err()
                }
                "EntitySubscription" => {
                    let item = Item {
                        entity: id,
                        event: rte::Kind::QueueStatus,
                    };
                    let written: Value = serde_json::from_str(&subscribe::write([item])[0]).unwrap();
                    let item = written[0][0].as_object().unwrap();
                    item.keys().any(|key| key.eq_ignore_ascii_case(field_name))
                }
                "SubscriptionResult" => {
                    let answer = Answer::read(&json!([object]).to_string(), &mut oddities);
                    answer.is_ok() && oddities.is_empty()
                }
                "Subscription" => {
                    let active = subscribe::read_active(&json!([object]).to_string(), &mut oddities);
                    active.is_ok() && oddities.is_empty()
                }
                "EventEnvelope" => Envelope::FIELDS.contains(&field_name),
                "MessageReceived" => {
                    let whole =
                        json!([{"data": {"EntityId": id}, "subscription": {"eventType": "UserStatus"}}]);
                    let mut lacking = whole.clone();
                    lacking[0].as_object_mut().unwrap().remove(field_name);
                    let mut decode = |arguments: &Value| {
                        let arguments = arguments.to_string();
                        let payload = Payload::from_json(&arguments);
                        rte::decode(payload, &Settings::default(), None, &mut oddities, &mut |_, _| {})
                    };
                    decode(&whole).is_ok() && decode(&lacking).is_err()
                }
                _ => false,
            };
            if known {
                typed.insert(word.clone());
            }
            documented.insert(word);
        }
    }
    Words::new(RTE, "fields of the hub's types", documented, typed)
}

fn rte_words() -> Vec<Words> {
    let document = catalogue(include_str!("vocabulary/enreach_rte.json"));
    // Two DTOs are taken as events, too, where a hub sends them so (irregularity E22).
    let parts = names(&document, "misc");
    let kinds = rte::Kind::ALL.iter().map(|kind| kind.name());
    let events: BTreeSet<String> = list(&document, "events")
        .iter()
        .map(|event| event["event_type_value"].as_str().or(event["name"].as_str()))
        .map(|name| name.unwrap().to_owned())
        .collect();
    let known_parts = parts.iter().filter(|part| !rte_part(part).is_empty());
    let mut methods = names(&document["hub"], "methods");
    methods.extend(names(&document["hub"], "server_to_client"));
    let known_methods = [
        subscribe::SUBSCRIBE,
        subscribe::UNSUBSCRIBE,
        subscribe::UNSUBSCRIBE_ALL,
        subscribe::AVAILABLE_SUBSCRIPTIONS,
        subscribe::ACTIVE_SUBSCRIPTIONS,
        rte::CLIENT_METHOD,
    ];
    let errors: BTreeSet<String> = list(&document, "validation")
        .iter()
        .map(|check| check["error"].as_str().unwrap().to_owned())
        .collect();
    let kept = errors.iter().filter(|error| {
        let answer =
            json!([{"subscribed": false, "message": error, "entityId": "x", "eventName": "userstatus"}]);
        let Ok(Answer::Items(results)) = Answer::read(&answer.to_string(), &mut Oddities::default()) else {
            return false;
        };
        results[0].message.as_deref() == Some(error.as_str())
    });
    vec![
        Words::new(
            RTE,
            "events",
            events,
            set(kinds.filter(|name| !parts.contains(*name))),
        ),
        Words::new(RTE, "DTOs", parts.clone(), set(known_parts)),
        rte_fields(),
        rte_members(),
        rte_enumerations(),
        Words::new(RTE, "methods", methods, set(known_methods)),
        rte_types(),
        Words::new(
            RTE,
            "errors of subscribing, kept as text",
            errors.clone(),
            set(kept),
        ),
    ]
}

// ---- Cisco CTI OS: `ctios_coverage.rs` compares the kinds of fields and the numbers of members, too ----

const CTIOS: &str = "Cisco CTI OS";

fn ctios_events(document: &Value) -> Vec<Words> {
    let (mut events, mut fields) = (BTreeSet::new(), BTreeSet::new());
    for event in list(document, "events") {
        let name = event["name"].as_str().unwrap();
        events.insert(format!("{}.{name}", event["interface"].as_str().unwrap()));
        // Two interfaces have one of them, with different fields (irregularity C25).
        fields.extend(
            names(event, "fields")
                .iter()
                .map(|field| format!("{name}.{field}")),
        );
    }
    let interface = |known: Interface| {
        let found = Interface::ALL.iter().find(|(_, other)| *other == known);
        found.unwrap().0
    };
    let typed_events = CtiEvent::ALL.iter().flat_map(|event| {
        let interfaces = [Some(event.interface()), event.second_interface()];
        let interfaces = interfaces.into_iter().flatten();
        interfaces.map(move |known| format!("{}.{}", interface(known), event.name()))
    });
    let typed_fields = CtiEvent::ALL.iter().flat_map(|event| {
        let fields = event.fields().iter().flat_map(|group| group.iter());
        fields.map(|field| format!("{}.{field}", event.name()))
    });
    vec![
        Words::new(
            CTIOS,
            "interfaces",
            names(document, "interfaces"),
            set(Interface::ALL.map(|(name, _)| name)),
        ),
        Words::new(CTIOS, "events", events, set(typed_events)),
        Words::new(CTIOS, "fields of events", fields, set(typed_fields)),
    ]
}

fn ctios_words() -> Vec<Words> {
    let document = catalogue(include_str!("vocabulary/cisco_ctios.json"));
    let members = |list_of: &str, member_list: &str| {
        let lists = document[list_of].as_object().unwrap();
        let members = lists.iter().flat_map(|(of, described)| {
            let members = names(described, member_list);
            members.into_iter().map(move |member| format!("{of}.{member}"))
        });
        members.collect::<BTreeSet<String>>()
    };
    let of = |of: &'static str, table: Vec<&'static str>| {
        table.into_iter().map(move |member| format!("{of}.{member}"))
    };
    let failures = ControlFailure::ALL.iter().map(|failure| failure.name());
    // The CTI Server messages have a status more than the document lists.
    let statuses = state::CONNECTION_STATUSES.map(|(_, name, _)| name);
    let statuses = statuses.into_iter().filter(|name| *name != "LCS_QUEUED");
    let enumerations = [
        of("AgentState", state::AGENT_STATES.map(|member| member.1).into()),
        of(
            "ConnectionFailureReason",
            system::LOSSES.map(|member| member.1).into(),
        ),
        of(
            "enumCTIOS_FailureCode",
            system::FAILURES.map(|member| member.1).into(),
        ),
        of(
            "enumCTIOS_SystemEventID",
            system::SYSTEM_EVENTS.map(|member| member.1).into(),
        ),
        of("ControlFailureCode", failures.collect()),
        of(
            "SilentMonitorStatus",
            silent_monitor::STATUSES.map(|member| member.1).into(),
        ),
        of(
            "WrapupDataIncomingMode",
            state::WRAP_UP_INCOMING.map(|member| member.1).into(),
        ),
        of(
            "WrapupDataOutgoingMode",
            state::WRAP_UP_OUTGOING.map(|member| member.1).into(),
        ),
        of("AgentMode", state::AGENT_MODES.map(|member| member.1).into()),
        of(
            "AgentAvailabilityStatus",
            state::AVAILABILITIES.map(|member| member.1).into(),
        ),
        of(
            "RTPDirection",
            state::STREAM_DIRECTIONS.map(|member| member.1).into(),
        ),
        of("RTPType", state::STREAM_KINDS.map(|member| member.1).into()),
        of("ConnectionStatus", statuses.collect()),
    ];
    let bits = [
        of("EnablementMask", mask::BITS.map(|bit| bit.1).into()),
        of("EnablementMask", vec!["DISABLE_ALL"]),
        of(
            "SupervisorButtonEnablementMask",
            mask::SUPERVISOR_BITS.map(|bit| bit.1).into(),
        ),
        of("DeskSettingsMask", mask::DESK_BITS.map(|bit| bit.1).into()),
    ];
    let composites = [
        of(
            "EnablementMask",
            mask::COMPOSITES.map(|composite| composite.0).into(),
        ),
        of(
            "SupervisorButtonEnablementMask",
            mask::SUPERVISOR_COMPOSITES.map(|composite| composite.0).into(),
        ),
    ];
    let minimised = list(&document["minimised_event_parameters"], "rows").iter();
    let minimised = minimised.flat_map(|row| texts(row, "events"));
    let known = MINIMISED.iter().flat_map(|row| row.events.iter().copied());
    let mut words = ctios_events(&document);
    words.extend([
        Words::new(
            CTIOS,
            "members of enumerations",
            members("enums", "members"),
            enumerations.into_iter().flatten().collect(),
        ),
        Words::new(
            CTIOS,
            "bits of masks",
            members("masks", "bits"),
            bits.into_iter().flatten().collect(),
        ),
        Words::new(
            CTIOS,
            "composites of bits",
            members("masks", "composites"),
            composites.into_iter().flatten().collect(),
        ),
        Words::new(CTIOS, "minimised events", minimised.collect(), set(known)),
    ]);
    words
}

// ---- Genesys T-Server ----

const TSERVER: &str = "Genesys T-Server";

fn tserver_words() -> Vec<Words> {
    let document = catalogue(include_str!("vocabulary/genesys_tserver.json"));
    let mut events = names(&document, "events");
    events.extend(names(&document, "mentioned_only"));
    let (mut attributes, mut members) = (BTreeSet::new(), BTreeSet::new());
    for event in list(&document, "events") {
        for attribute in list(event, "attributes") {
            let word = format!(
                "{}.{}",
                event["name"].as_str().unwrap(),
                attribute["name"].as_str().unwrap()
            );
            let values = attribute["values"].as_object();
            members.extend(
                values
                    .into_iter()
                    .flatten()
                    .map(|(member, _)| format!("{word} {member}")),
            );
            attributes.insert(word);
        }
    }
    // Of the events that are only mentioned no attributes are documented.
    let described = tserver::Kind::ALL
        .iter()
        .filter(|kind| names(&document, "events").contains(kind.name()));
    let typed_attributes = described.flat_map(|kind| {
        let attributes = kind.attributes().iter();
        attributes.map(|attribute| format!("{}.{}", kind.name(), attribute.name))
    });
    let roles = tserver::events::ServerRole::MEMBERS.map(|(number, _)| number);
    vec![
        Words::new(
            TSERVER,
            "events",
            events,
            set(tserver::Kind::ALL.iter().map(|kind| kind.name())),
        ),
        Words::new(TSERVER, "attributes of events", attributes, set(typed_attributes)),
        Words::new(
            TSERVER,
            "members of enumerations",
            members,
            set(roles.map(|number| format!("EventRestoreConnection.ServerRole {number}"))),
        ),
        Words::new(
            TSERVER,
            "requests",
            texts(&document, "requests_mentioned"),
            set(tserver::request::RequestKind::ALL
                .iter()
                .map(|kind| format!("{}()", kind.name()))),
        ),
        Words::new(
            TSERVER,
            "operations of monitoring",
            texts(&document, "transaction_monitoring_operations"),
            set(tserver::request::Monitoring::OPERATIONS),
        ),
    ]
}

// ---- ccsevents ----

const CCS: &str = "ccsevents";

fn ccs_words() -> Vec<Words> {
    let document = catalogue(include_str!("vocabulary/era_ccsevents.json"));
    let objects = list(&document, "object_model")
        .iter()
        .map(|object| object["object"].as_str().unwrap());
    vec![
        Words::new(
            CCS,
            "events",
            names(&document, "events"),
            set(ccs::Kind::ALL.iter().map(|kind| kind.name())),
        ),
        Words::new(
            CCS,
            "objects",
            set(objects),
            set(ccs::Object::ALL.map(ccs::Object::name)),
        ),
    ]
}

// ---- Sytel CallGem ----

const CALLGEM: &str = "Sytel CallGem";

fn callgem_words() -> Vec<Words> {
    let document = catalogue(include_str!("vocabulary/sytel_callgem_ev.json"));
    let codes = |message: &Value| message["code"].as_str().unwrap().to_owned();
    let message = &document["message"];
    vec![
        Words::new(
            CALLGEM,
            "messages",
            BTreeSet::from([codes(message), codes(&message["notifies_with"])]),
            set([request::CODE, callgem::SESSION_EVENT]),
        ),
        Words::new(
            CALLGEM,
            "parameters of EV",
            names(&document, "parameters"),
            set(request::PARAMETERS.map(|parameter| parameter.name)),
        ),
    ]
}

#[test]
fn every_word_of_the_tserver_document_has_a_counterpart() {
    let document = catalogue(include_str!("vocabulary/genesys_tserver.json"));
    let mut documented = names(&document, "events");
    documented.extend(names(&document, "mentioned_only"));
    assert_eq!(documented, set(tserver::Kind::ALL.iter().map(|kind| kind.name())));
    let mut attributes = 0;
    for event in list(&document, "events") {
        let kind = tserver::Kind::from_name(event["name"].as_str().unwrap()).unwrap();
        assert_eq!(
            kind.is_obsolete(),
            event["obsolete"].as_bool().unwrap(),
            "{kind:?}"
        );
        assert_eq!(
            kind.reaches_clients(),
            event["delivered_to_client"].as_bool() != Some(false),
            "{kind:?}"
        );
        let documented: Vec<(String, Presence)> = list(event, "attributes")
            .iter()
            .map(|attribute| {
                let presence = match attribute["presence"].as_str() {
                    Some("mandatory") => Presence::Mandatory,
                    Some("optional") => Presence::Optional,
                    None => Presence::Unstated,
                    Some(other) => panic!("{other}"),
                };
                (attribute["name"].as_str().unwrap().to_owned(), presence)
            })
            .collect();
        let known: Vec<(String, Presence)> = kind
            .attributes()
            .iter()
            .map(|attribute| (attribute.name.to_owned(), attribute.presence))
            .collect();
        assert_eq!(documented, known, "{kind:?}");
        for (name, _) in &documented {
            assert!(
                tserver::events::Attributes::FIELDS.contains(&name.as_str()),
                "{kind:?}.{name} has no typed field"
            );
        }
        for attribute in list(event, "attributes") {
            let Some(values) = attribute["values"].as_object() else {
                continue;
            };
            assert_eq!(attribute["name"], "ServerRole", "an enumeration without a type");
            let members = tserver::events::ServerRole::MEMBERS.map(|(number, _)| number.to_string());
            assert_eq!(set(values.keys().cloned()), set(members));
        }
        attributes += documented.len();
    }
    assert_eq!(Some(attributes as u64), document["counts"]["attributes"].as_u64());
    let requests = tserver::request::RequestKind::ALL;
    assert_eq!(
        texts(&document, "requests_mentioned"),
        set(requests.iter().map(|kind| format!("{}()", kind.name())))
    );
    assert_eq!(
        texts(&document, "transaction_monitoring_operations"),
        set(tserver::request::Monitoring::OPERATIONS)
    );
    let acknowledged = list(&document, "events")
        .iter()
        .find(|event| event["name"] == "EventACK")
        .unwrap();
    for source in texts(acknowledged, "sources") {
        let kind = tserver::request::RequestKind::from_name(&source).unwrap();
        assert!(kind.is_acknowledged(), "{source}");
    }
}

#[test]
fn every_word_of_the_ccsevents_document_has_a_counterpart() {
    let document = catalogue(include_str!("vocabulary/era_ccsevents.json"));
    let events = list(&document, "events");
    assert_eq!(
        names(&document, "events"),
        set(ccs::Kind::ALL.iter().map(|kind| kind.name()))
    );
    let objects = list(&document, "object_model")
        .iter()
        .map(|object| object["object"].as_str().unwrap());
    assert_eq!(set(objects), set(ccs::Object::ALL.map(ccs::Object::name)));
    for event in events {
        let kind = ccs::Kind::from_name(event["name"].as_str().unwrap()).unwrap();
        assert_eq!(event["object"], kind.object().name(), "{kind:?}");
        // The document has no fields; one that a later catalogue has must be in the shape.
        for field in list(event, "fields") {
            let name = field["name"].as_str().unwrap();
            assert!(ccs::events::Fields::FIELDS.contains(&name), "{kind:?}.{name}");
        }
    }
    let documented = list(&document, "relations").iter().map(|relation| {
        let ends: Vec<_> = list(relation, "links")
            .iter()
            .map(|end| end.as_str().unwrap())
            .collect();
        format!("{} {}", relation["event"].as_str().unwrap(), ends.join(" "))
    });
    let known = ccs::Kind::ALL.iter().filter_map(|kind| {
        let other = kind.tied_to()?;
        Some(format!(
            "{} {} {}",
            kind.name(),
            kind.object().name(),
            other.name()
        ))
    });
    assert_eq!(set(documented), set(known));
    for object in ccs::Object::ALL {
        assert!(ccs::events::Fields::FIELDS.contains(&object.name()));
    }
}

#[test]
fn every_word_of_the_callgem_document_has_a_counterpart() {
    let document = catalogue(include_str!("vocabulary/sytel_callgem_ev.json"));
    assert_eq!(document["message"]["code"], request::CODE);
    assert_eq!(
        document["message"]["notifies_with"]["code"],
        callgem::SESSION_EVENT
    );
    assert_eq!(
        names(&document, "parameters"),
        set(request::PARAMETERS.map(|parameter| parameter.name))
    );
    for (documented, known) in list(&document, "parameters").iter().zip(request::PARAMETERS) {
        let name = known.name;
        assert_eq!(documented["code"], known.code, "{name}");
        assert_eq!(documented["name"], name);
        assert_eq!(documented["mandatory"], known.mandatory, "{name}");
        let is_length = documented["range_reading"] == "length of the string";
        let (least, most) = match known.limits {
            request::Limits::Length { least, most } => {
                assert!(is_length, "{name}");
                (least as u64, most as u64)
            }
            request::Limits::Number { least, most } => {
                assert!(!is_length, "{name}");
                (least.into(), most.into())
            }
        };
        assert_eq!(
            (&documented["min"], &documented["max"]),
            (&least.into(), &most.into())
        );
        let since = documented["since"]
            .as_str()
            .map(|text| request::Version::from_text(text).unwrap());
        assert_eq!(since, known.since, "{name}");
        if let Some(default) = documented["default"].as_u64() {
            assert_eq!((name, default), ("RateControl", request::DEFAULT_RATE.into()));
        }
    }
    let introduced = document["message"]["introduced"].as_str().unwrap();
    assert_eq!(request::Version::from_text(introduced), Some(request::INTRODUCED));
    // The example, parameter by parameter.
    let example = &document["wire_example"];
    let message = callgem::Message::read(example["raw"].as_str().unwrap());
    assert_eq!(example["message"], message.code);
    for (documented, read) in list(example, "parameters").iter().zip(&message.parameters) {
        assert_eq!(documented["code"], read.code);
        assert_eq!(documented["value"], read.value);
    }
    assert_eq!(list(example, "parameters").len(), message.parameters.len());
}

#[test]
fn every_known_parameter_of_a_session_event_has_a_field() {
    for (code, _) in callgem::session::PARAMETERS {
        let line = format!("VZ\\{code}1");
        let message = callgem::Message::read(&line);
        let mut oddities = switchhook::vendor::Oddities::default();
        let event = callgem::SessionEvent::from_message(&message, &mut oddities);
        assert!(event.others.is_empty() && oddities.is_empty(), "{code}");
        assert_ne!(event, callgem::SessionEvent::default(), "{code}");
    }
}

#[test]
fn every_field_of_a_record_is_found_by_its_name() {
    fn check<'a, R: Record<'a> + Default>(fields: &[&str]) {
        let mut record = R::default();
        assert_eq!(record.names().len(), fields.len());
        for number in 0..fields.len() {
            assert!(record.field(number as u8).is_some());
        }
    }
    check::<ccs::events::Fields<'_>>(ccs::events::Fields::FIELDS);
    check::<tserver::events::Attributes<'_>>(tserver::events::Attributes::FIELDS);
}
