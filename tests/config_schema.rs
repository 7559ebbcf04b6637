//! `config.json`: the reader, the schema and the document say the same.

mod document;

use regex::Regex;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use switchhook::session::config::{self, COMMANDS, KEYS, TOPICS};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn file(name: &str) -> String {
    std::fs::read_to_string([ROOT, "/", name].concat()).expect("the file is there")
}

fn schema() -> Value {
    serde_json::from_str(&file("public/config.schema.json")).expect("the schema is JSON")
}

/// The part of the schema that a name of the reader's stands for.
fn part<'a>(schema: &'a Value, name: &str) -> &'a Value {
    if name == "site" {
        schema
    } else {
        &schema["$defs"][name]
    }
}

/// What JSON Schema says of a value: the keywords that this schema uses, all of them.
struct Judge<'a> {
    whole: &'a Value,
    patterns: RefCell<HashMap<String, Regex>>,
}

impl<'a> Judge<'a> {
    fn new(whole: &'a Value) -> Self {
        let patterns = RefCell::default();
        Self { whole, patterns }
    }

    fn allows(&self, schema: &Value, value: &Value) -> bool {
        let Value::Object(keywords) = schema else {
            panic!("a schema is an object: {schema}")
        };
        keywords
            .iter()
            .all(|(keyword, wanted)| self.keyword(keyword, wanted, keywords, value))
    }

    fn keyword(&self, keyword: &str, wanted: &Value, schema: &Map<String, Value>, value: &Value) -> bool {
        let each = || wanted.as_array().expect("a list");
        match keyword {
            "type" => match wanted.as_str().expect("a type") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                other => panic!("no type: {other}"),
            },
            "enum" => each().contains(value),
            "const" => wanted == value,
            "$ref" => {
                let name = wanted.as_str().and_then(|path| path.strip_prefix("#/$defs/"));
                self.allows(part(self.whole, name.expect("a local reference")), value)
            }
            "anyOf" => each().iter().any(|schema| self.allows(schema, value)),
            "allOf" => each().iter().all(|schema| self.allows(schema, value)),
            "oneOf" => each().iter().filter(|schema| self.allows(schema, value)).count() == 1,
            "not" => !self.allows(wanted, value),
            "required" => value.as_object().is_none_or(|object| {
                each()
                    .iter()
                    .all(|key| object.contains_key(key.as_str().expect("a key")))
            }),
            "properties" => value.as_object().is_none_or(|object| {
                object.iter().all(|(key, value)| {
                    let property = wanted.get(key);
                    property.is_none_or(|schema| self.allows(schema, value))
                })
            }),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| self.allows(wanted, item))),
            "minItems" | "maxItems" => value
                .as_array()
                .is_none_or(|items| within(keyword, items.len() as f64, wanted)),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                let mut rest = items.iter().enumerate();
                rest.all(|(place, item)| !items[..place].contains(item))
            }),
            "minimum" | "maximum" => value
                .as_f64()
                .is_none_or(|number| within(keyword, number, wanted)),
            "minLength" | "maxLength" => value
                .as_str()
                .is_none_or(|text| within(keyword, text.chars().count() as f64, wanted)),
            "pattern" => value.as_str().is_none_or(|text| {
                let pattern = wanted.as_str().expect("a pattern");
                let mut patterns = self.patterns.borrow_mut();
                let known = patterns.entry(pattern.to_owned());
                known
                    .or_insert_with(|| Regex::new(pattern).expect("a pattern"))
                    .is_match(text)
            }),
            "additionalProperties" => *wanted == json!(true),
            "$schema" | "$defs" | "title" | "description" | "default" => true,
            other => panic!("the judge does not know {other} in {schema:?}"),
        }
    }
}

fn within(keyword: &str, number: f64, wanted: &Value) -> bool {
    let limit = wanted.as_f64().expect("a number");
    if keyword.starts_with("min") {
        number >= limit
    } else {
        number <= limit
    }
}

/// Every kind of setting, in the form for one hub.
fn one_hub() -> Value {
    json!({
        "$schema": "config.schema.json",
        "source": {
            "name": "Main",
            "token": { "url": ["https://a.example/token", "https://b.example/token"], "identify": "basic", "password": true },
            "hub": ["wss://a.example/rte", "wss://b.example/rte"],
            "protocol": "messagepack",
            "directory": {
                "agents": [{ "id": "a", "name": "Ann", "agentId": "1001", "extension": "4001" }],
                "queues": [{ "id": "q", "name": "Support" }],
                "callLists": [{ "id": "l", "name": "Callbacks" }],
                "notReadyReasons": [{ "code": 3, "label": "Lunch" }],
                "wrapUpReasons": ["Sale"],
                "queueGroups": [{ "id": "g", "name": "All" }],
                "domains": ["sales"]
            },
            "snapshot": true,
            "telephony": "ctios",
            "queueNameVariable": 7,
            "rte": false,
            "tserver": { "agents": "extension" },
            "ccs": { "domains": ["sales"], "agents": "name", "states": [{ "state": "ring", "stage": "alerting" }] },
            "callgem": {
                "tenant": "Production", "campaign": "Mobiles", "queue": "q 1", "persist": true, "rate": 50,
                "refresh": 30, "history": 45, "agents": "id", "offset": "+02:00",
                "offsetChanges": [{ "from": "2026-03-29T01:00:00Z", "offset": "+03:00" }],
                "states": [{ "number": 8, "label": "Over", "stage": "ended" }]
            }
        },
        "zonelessTimes": "+02:00",
        "longestWait": "milliseconds",
        "layout": "compact",
        "roles": { "agent": { "layout": "compact" }, "teamLead": { "layout": "full" } },
        "theme": "dark",
        "languages": ["de", "en"],
        "thresholds": {
            "waiting": { "warning": 2, "critical": 9 },
            "longestWait": { "warning": 5, "critical": 60 },
            "talking": { "warning": 5, "critical": 300 },
            "wrapUp": { "warning": 5, "critical": 60 },
            "notReady": { "warning": 5, "critical": 900 }
        },
        "embed": {
            "allowedOrigins": ["https://portal.example", "http://localhost:8080", "https://[::1]:8443"],
            "allowCommands": ["dial", "hold"],
            "topics": ["chat"]
        },
        "screenPop": { "templates": [{
            "name": "Customer", "url": "https://crm.example:8443/find?phone={number}&account={variable:account}",
            "on": "connected", "open": "both"
        }] }
    })
}

/// The form for several hubs, and what the other one leaves out.
fn several_hubs() -> Value {
    json!({
        "sources": [
            { "hub": "/rte", "directory": { "url": "/directory" } },
            { "token": { "url": "/token" }, "directory": {} },
            { "hub": "https://c.example/rte", "rte": false, "tserver": {}, "directory": {} }
        ]
    })
}

/// A token from the portal.
fn portal() -> Value {
    json!({ "source": { "hub": "/rte", "token": "portal", "directory": {} } })
}

fn faults(file: &Value) -> Vec<String> {
    match config::parse(file.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// Fails unless reader and schema agree on a file.
fn agree(judge: &Judge<'_>, file: &Value, what: &str) -> bool {
    let allowed = judge.allows(judge.whole, file);
    let faults = faults(file);
    assert_eq!(
        allowed,
        faults.is_empty(),
        "{what}: the schema {} it, the reader says {faults:?}",
        if allowed { "allows" } else { "refuses" }
    );
    allowed
}

/// Every place in a file, as a JSON pointer.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                places(value, &format!("{path}/{}", key.replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                places(value, &format!("{path}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// Every word that a list of words in the schema has.
fn words(schema: &Value, found: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::Array(listed) if key == "enum" => found.extend(listed.iter().cloned()),
                    _ => words(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        _ => {}
    }
}

#[test]
fn reader_and_schema_know_the_same_keys() {
    let schema = schema();
    for (name, keys) in KEYS {
        let properties = part(&schema, name)["properties"].as_object().expect(name);
        let mut known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut read = keys.to_vec();
        known.sort_unstable();
        read.sort_unstable();
        assert_eq!(read, known, "{name}");
        for (key, property) in properties {
            assert!(
                property["description"].is_string(),
                "{name}.{key} has no description"
            );
        }
    }
    let defined = schema["$defs"].as_object().expect("definitions");
    let objects = defined.iter().filter(|(_, part)| part["type"] == "object");
    assert_eq!(objects.count() + 1, KEYS.len());
}

#[test]
fn the_schema_lists_what_portals_can_be_granted() {
    let schema = schema();
    let embed = &part(&schema, "embed")["properties"];
    assert_eq!(embed["allowCommands"]["items"]["enum"], json!(COMMANDS));
    assert_eq!(embed["topics"]["items"]["enum"], json!(TOPICS));
}

#[test]
fn the_examples_are_valid_and_without_warnings() {
    let schema = schema();
    let judge = Judge::new(&schema);
    let example: Value = serde_json::from_str(&file("public/config.example.json")).expect("JSON");
    for file in [one_hub(), several_hubs(), portal(), example] {
        assert!(agree(&judge, &file, "an example"));
        let (_, warnings) = config::parse(file.to_string().as_bytes()).expect("it is valid");
        assert_eq!(warnings, []);
    }
}

#[test]
fn every_json_block_of_the_document_is_valid() {
    let schema = schema();
    let judge = Judge::new(&schema);
    let document = file("docs/configuration.md");
    let blocks: Vec<&str> = document
        .split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(blocks.len() >= 3, "{}", blocks.len());
    for block in blocks {
        let mut file: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"));
        let members = file.as_object_mut().expect("an object");
        if !members.contains_key("source") && !members.contains_key("sources") {
            members.insert("source".to_owned(), json!({ "hub": "/rte", "directory": {} }));
        }
        assert!(agree(&judge, &file, block), "{:?}", faults(&file));
    }
}

#[test]
fn whatever_is_wrong_in_a_file_is_wrong_to_both() {
    let schema = schema();
    let judge = Judge::new(&schema);
    let mut any = vec![
        json!(7),
        json!(-1),
        json!(1.5),
        json!("x"),
        json!(""),
        json!(true),
        json!([]),
        json!({}),
    ];
    let kinds = any.len();
    words(&schema, &mut any);
    let mut known = HashSet::new();
    any.retain(|value| known.insert(value.to_string()));
    let (mut allowed, mut refused) = (0, 0);
    for file in [one_hub(), several_hubs(), portal()] {
        let mut found = Vec::new();
        places(&file, "", &mut found);
        for place in &found {
            let is_text = file.pointer(place).is_some_and(Value::is_string);
            let wrong = if is_text { any.len() } else { kinds };
            for value in any.iter().take(wrong) {
                let mut changed = file.clone();
                *changed.pointer_mut(place).expect("the place is there") = value.clone();
                if agree(&judge, &changed, &format!("{place} = {value}")) {
                    allowed += 1;
                } else {
                    refused += 1;
                }
            }
            let (parent, key) = place.rsplit_once('/').unwrap_or_default();
            let mut changed = file.clone();
            if let Some(Value::Object(members)) = changed.pointer_mut(parent) {
                members.remove(key);
                agree(&judge, &changed, &format!("without {place}"));
            }
        }
    }
    assert!(
        allowed > 300 && refused > 1_000,
        "{allowed} allowed, {refused} refused"
    );
}

#[test]
fn a_fault_names_the_place_that_was_changed() {
    let file = one_hub();
    let mut found = Vec::new();
    places(&file, "", &mut found);
    for place in found.iter().filter(|place| !place.is_empty()) {
        let mut changed = file.clone();
        *changed.pointer_mut(place).expect("the place is there") = json!(-1);
        let mut path = String::new();
        for step in place.split('/').skip(1) {
            let _ = match step.parse::<usize>() {
                Ok(index) => write!(path, "[{index}]"),
                Err(_) if path.is_empty() => write!(path, "{step}"),
                Err(_) => write!(path, ".{step}"),
            };
        }
        for fault in faults(&changed) {
            let (told, _) = fault.split_once(": ").expect("a path and what is wrong");
            // A list that lacks an id tells of the entry.
            let is_near = told == path
                || path
                    .strip_prefix(told)
                    .is_some_and(|rest| rest.starts_with(['.', '[']));
            assert!(is_near, "{path} was wrong, {fault}");
        }
    }
}

#[test]
fn an_unknown_key_anywhere_is_a_warning_with_its_path() {
    let file = one_hub();
    let mut found = Vec::new();
    places(&file, "", &mut found);
    let mut warned = 0;
    for place in found {
        let mut changed = file.clone();
        let Some(Value::Object(members)) = changed.pointer_mut(&place) else {
            continue;
        };
        members.insert("colour".to_owned(), json!("red"));
        let (_, warnings) =
            config::parse(changed.to_string().as_bytes()).expect("an older page starts with it");
        // Entries of the directory are read as the hub's own are: what is new in them is counted there.
        if !place.contains("/directory/") {
            assert_eq!(warnings.len(), 1, "{place}");
            assert!(warnings[0].path.ends_with("colour"), "{:?}", warnings[0]);
            warned += 1;
        }
    }
    assert!(warned > 20, "{warned}");
}

#[test]
fn the_document_has_every_key() {
    let schema = schema();
    let titles = [
        ("site", "The file", ""),
        ("hub", "A hub", "source"),
        ("token", "Tokens", "source.token"),
        ("directory", "The directory", "source.directory"),
        ("tserver", "Genesys T-Server", "source.tserver"),
        ("ccs", "ccsevents", "source.ccs"),
        ("ccsState", "", "source.ccs.states[]"),
        ("callgem", "Sytel CallGem", "source.callgem"),
        ("offsetChange", "", "source.callgem.offsetChanges[]"),
        ("callgemState", "", "source.callgem.states[]"),
        ("roles", "Roles", "roles"),
        ("role", "", "roles.agent"),
        ("thresholds", "Thresholds", "thresholds"),
        ("threshold", "", "thresholds.waiting"),
        ("embed", "Portals", "embed"),
        ("screenPop", "Screen pops", "screenPop"),
        ("template", "", "screenPop.templates[]"),
    ];
    assert_eq!(titles.map(|(name, _, _)| name).len(), KEYS.len());
    let mut made = String::new();
    for (name, title, path) in titles {
        let (_, keys) = KEYS
            .iter()
            .find(|(known, _)| *known == name)
            .expect("a known object");
        if !title.is_empty() {
            let _ = write!(
                made,
                "\n### {title}\n\n| key | default | meaning |\n| --- | --- | --- |\n"
            );
        }
        for key in *keys {
            let property = &part(&schema, name)["properties"][*key];
            let default = match &property["default"] {
                Value::Null => "–".to_owned(),
                Value::String(word) => format!("`{word}`"),
                other => format!("`{other}`"),
            };
            let separator = if path.is_empty() { "" } else { "." };
            let meaning = property["description"].as_str().expect("a description");
            let _ = writeln!(made, "| `{path}{separator}{key}` | {default} | {meaning} |");
        }
    }
    document::check(ROOT, "docs/configuration.md", "keys", &made);
}
