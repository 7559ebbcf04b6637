//! Every word of the small vocabularies has a typed counterpart: the catalogues of the documents against the code's
//! own tables. A name that is in one and not in the other fails.

use serde_json::Value;
use std::collections::BTreeSet;
use switchhook::vendor::callgem::{self, request};
use switchhook::vendor::ccs;
use switchhook::vendor::json::Record;
use switchhook::vendor::tserver;
use switchhook::vendor::tserver::events::Presence;

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
