//! Every word of the CTI OS document has a typed counterpart, and no table of the code has a word too many: the
//! catalogue against the code's own tables, in both directions.

mod ctios_rig;

use ctios_rig::Desk;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use switchhook::vendor::Oddity;
use switchhook::vendor::ctios::Outcome;
use switchhook::vendor::ctios::arguments::{Arguments, SkillGroupFields};
use switchhook::vendor::ctios::decode::settings;
use switchhook::vendor::ctios::events::{CtiEvent, Interface};
use switchhook::vendor::ctios::failure::ControlFailure;
use switchhook::vendor::ctios::fields::{self, FIELDS, Kind, MINIMISED};
use switchhook::vendor::ctios::{mask, silent_monitor, state, system};
use switchhook::vendor::json::Key;

fn document() -> Value {
    serde_json::from_str(include_str!("vocabulary/cisco_ctios.json")).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

fn set<T: Into<String>>(names: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

/// An enumeration or mask as the document has it: names with their numbers.
fn members(value: &Value, of: &str) -> Vec<(String, Option<i64>)> {
    list(value, of)
        .iter()
        .map(|member| (name(member).to_owned(), member["value"].as_i64()))
        .collect()
}

fn known<T>(table: impl IntoIterator<Item = (i64, &'static str, T)>) -> Vec<(String, Option<i64>)> {
    table
        .into_iter()
        .map(|(number, name, _)| (name.to_owned(), Some(number)))
        .collect()
}

/// The members that the document lists, without a place in the list.
fn sorted(mut members: Vec<(String, Option<i64>)>) -> Vec<(String, Option<i64>)> {
    members.sort();
    members
}

#[test]
fn every_event_and_every_interface_has_a_counterpart() {
    let document = document();
    let interfaces = Interface::ALL.map(|(name, _)| name);
    assert_eq!(
        set(list(&document, "interfaces").iter().map(name)),
        set(interfaces)
    );
    let documented: BTreeSet<(String, String)> = list(&document, "events")
        .iter()
        .map(|event| {
            (
                event["interface"].as_str().unwrap().to_owned(),
                name(event).to_owned(),
            )
        })
        .collect();
    let known: BTreeSet<(String, String)> = CtiEvent::ALL
        .iter()
        .flat_map(|event| {
            [Some(event.interface()), event.second_interface()]
                .into_iter()
                .flatten()
                .map(|interface| (interface_name(interface).to_owned(), event.name().to_owned()))
        })
        .collect();
    assert_eq!(documented, known);
    assert_eq!(known.len() as u64, document["counts"]["events"].as_u64().unwrap());
    for (name, interface) in Interface::ALL {
        let count = known.iter().filter(|(known, _)| known == name).count();
        assert_eq!(
            document["counts"]["events_by_interface"][name], count,
            "{interface:?}"
        );
    }
}

fn interface_name(interface: Interface) -> &'static str {
    Interface::ALL
        .iter()
        .find(|(_, known)| *known == interface)
        .unwrap()
        .0
}

#[test]
fn every_field_of_every_event_has_a_counterpart() {
    let document = document();
    let mut documented: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut plain: BTreeMap<&str, &str> = BTreeMap::new();
    for event in list(&document, "events") {
        let fields = list(event, "fields").iter().map(name);
        // Two interfaces have one of them, with different fields (irregularity C25).
        documented.entry(name(event)).or_default().extend(set(fields));
        if let Some(inherited) = event["inherits_fields_of"].as_str() {
            plain.insert(name(event), inherited.split('.').nth(1).unwrap());
        }
    }
    for event in CtiEvent::ALL {
        let known = set(event.fields().iter().flat_map(|group| group.iter().copied()));
        assert_eq!(documented[event.name()], known, "{event:?}");
        let expected = plain.get(event.name()).copied().unwrap_or(event.name());
        assert_eq!(event.plain().name(), expected);
    }
}

/// What the document writes for a kind; where it writes several, or nothing, the kind is as wide.
fn kinds(written: Option<&str>) -> &'static [Kind] {
    match written {
        None | Some("MHDR" | "Object") => &[Kind::Any, Kind::Integer],
        Some("ARGUMENTS" | "Arguments") => &[Kind::Nested],
        Some("STRING") => &[Kind::Text, Kind::Either],
        Some("BOOLEAN") => &[Kind::Flag],
        Some(class) if class.contains("EventArgs") => &[Kind::Any],
        Some(_) => &[Kind::Integer, Kind::Either],
    }
}

#[test]
fn every_field_has_the_documented_kind() {
    let document = document();
    let mut names = BTreeSet::new();
    for event in list(&document, "events") {
        for field in list(event, "fields") {
            if fields::is_group(name(field)) {
                assert_eq!(field["type"], "ARGUMENTS");
                continue;
            }
            let (known, kind) = fields::find(&Key::new(name(field).into())).unwrap();
            assert_eq!(known, name(field));
            let expected = kinds(field["type"].as_str());
            assert!(
                expected.contains(&kind),
                "{known}: {kind:?} for {}",
                field["type"]
            );
            names.insert(known.to_owned());
        }
    }
    // The table of minimised events has parameters of its own, by the names of their constants.
    for row in list(&document["minimised_event_parameters"], "rows") {
        for parameter in row["parameters"].as_array().into_iter().flatten() {
            if let Some(plain) = name(parameter).strip_prefix("CTIOS_") {
                let (known, _) = fields::find(&Key::new(plain.into())).unwrap_or_else(|| panic!("{plain}"));
                names.insert(known.to_owned());
            }
        }
    }
    assert_eq!(names, set(FIELDS.iter().map(|(name, _)| *name)));
    for read in Arguments::FIELDS.iter().chain(SkillGroupFields::FIELDS) {
        let is_added = fields::ADDED.contains(read);
        assert!(
            names.contains(*read) != is_added,
            "{read} is read and not documented"
        );
    }
}

#[test]
fn a_documented_field_of_another_kind_is_counted_whatever_the_event() {
    for event in CtiEvent::ALL {
        for field in event.fields().iter().flat_map(|group| group.iter()) {
            let kind = fields::find(&Key::new((*field).into())).map(|(_, kind)| kind);
            let wrong = match kind {
                // Read as they come, and judged by whoever reads them.
                Some(Kind::Integer | Kind::Nested) if Arguments::FIELDS.contains(field) => continue,
                Some(Kind::Integer | Kind::Text | Kind::Either | Kind::Flag) => json!({"an": "object"}),
                Some(Kind::Nested) => json!(7),
                Some(Kind::Any) | None => continue,
            };
            if *event == CtiEvent::Generic {
                continue;
            }
            let mut desk = Desk::new();
            let mut fields = json!({"UniqueObjectID": "call.5000.1"});
            fields[*field] = wrong;
            desk.receive(&json!([event.name(), fields]).to_string()).unwrap();
            assert!(
                desk.oddities.of(Oddity::UnreadableField) > 0,
                "{event:?}.{field}: {:?}",
                desk.oddities
            );
        }
    }
}

#[test]
fn every_event_is_understood_with_all_its_fields_and_with_none() {
    let document = document();
    for event in list(&document, "events") {
        let mut fields = json!({});
        for field in list(event, "fields") {
            fields[name(field)] = Value::Null;
        }
        if name(event) == "OnEvent" {
            continue;
        }
        for arguments in [
            json!([name(event), fields]),
            json!([name(event), {}]),
            json!([name(event)]),
        ] {
            let mut desk = Desk::new();
            let outcome = desk.receive(&arguments.to_string()).unwrap();
            assert_eq!(outcome, Outcome::Told(CtiEvent::from_name(name(event)).unwrap()));
            assert_eq!(desk.oddities.of(Oddity::UnknownField), 0, "{:?}", desk.oddities);
            assert_eq!(
                desk.oddities.of(Oddity::UnreadableField),
                0,
                "{:?}",
                desk.oddities
            );
        }
    }
}

#[test]
fn every_member_of_every_enumeration_has_a_counterpart() {
    let document = document();
    let enums = document["enums"].as_object().unwrap();
    let four = |table: &[(i64, &'static str, _, &'static str)]| {
        known(table.iter().map(|(number, name, _, _)| (*number, *name, ())))
    };
    let mut checked = 0;
    for (of, documented) in enums {
        let documented = members(documented, "members");
        checked += documented.len();
        let known = match of.as_str() {
            "AgentState" => known(state::AGENT_STATES),
            "ConnectionFailureReason" => known(system::LOSSES),
            "enumCTIOS_FailureCode" => known(system::FAILURES.map(|(number, name, _, _)| (number, name, ()))),
            "enumCTIOS_SystemEventID" => {
                known(system::SYSTEM_EVENTS.map(|(number, name, _, _)| (number, name, ())))
            }
            "ControlFailureCode" => known(
                ControlFailure::ALL
                    .iter()
                    .map(|failure| (i64::from(failure.code()), failure.name(), ())),
            ),
            "SilentMonitorStatus" => four(&silent_monitor::STATUSES),
            "WrapupDataIncomingMode" => known(state::WRAP_UP_INCOMING),
            "WrapupDataOutgoingMode" => known(state::WRAP_UP_OUTGOING),
            "AgentMode" => known(state::AGENT_MODES),
            "AgentAvailabilityStatus" => known(state::AVAILABILITIES),
            "RTPDirection" => known(state::STREAM_DIRECTIONS),
            "RTPType" => known(state::STREAM_KINDS),
            // The document has names without numbers; the CTI Server messages have a seventh status.
            "ConnectionStatus" => known(state::CONNECTION_STATUSES)
                .into_iter()
                .filter(|(name, _)| name != "LCS_QUEUED")
                .map(|(name, _)| (name, None))
                .collect(),
            other => panic!("{other} has no counterpart"),
        };
        assert_eq!(sorted(documented), sorted(known), "{of}");
    }
    assert_eq!(enums.len() as u64, document["counts"]["enums"].as_u64().unwrap());
    assert_eq!(
        checked as u64,
        document["counts"]["enum_members"].as_u64().unwrap()
    );
}

#[test]
fn every_bit_and_composite_of_every_mask_has_a_counterpart() {
    let document = document();
    let masks = document["masks"].as_object().unwrap();
    let bits = |table: Vec<(u32, &'static str)>| {
        known(table.into_iter().map(|(bit, name)| (i64::from(bit), name, ())))
    };
    for (of, documented) in masks {
        let known_bits = match of.as_str() {
            "EnablementMask" => {
                let mut table: Vec<_> = mask::BITS.map(|(bit, name, _)| (bit, name)).into();
                table.push((mask::DISABLE_ALL, "DISABLE_ALL"));
                bits(table)
            }
            "SupervisorButtonEnablementMask" => {
                bits(mask::SUPERVISOR_BITS.map(|(bit, name, _)| (bit, name)).into())
            }
            "DeskSettingsMask" => bits(mask::DESK_BITS.map(|(bit, name, _)| (bit, name)).into()),
            other => panic!("{other} has no counterpart"),
        };
        assert_eq!(sorted(members(documented, "bits")), sorted(known_bits), "{of}");
        let composites: Vec<(String, Option<i64>)> = list(documented, "composites")
            .iter()
            .map(|composite| {
                let hex = composite["hex"]
                    .as_str()
                    .or(composite["computed_hex"].as_str())
                    .unwrap();
                let value = i64::from_str_radix(hex.trim_start_matches("0x"), 16).unwrap();
                (name(composite).to_owned(), Some(value))
            })
            .collect();
        let table: &[(&str, u32)] = match of.as_str() {
            "EnablementMask" => &mask::COMPOSITES,
            "SupervisorButtonEnablementMask" => &mask::SUPERVISOR_COMPOSITES,
            _ => &[],
        };
        let known = table
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(i64::from(*value))))
            .collect();
        assert_eq!(sorted(composites), sorted(known), "{of}");
    }
}

#[test]
fn every_row_of_the_table_of_minimised_events_has_a_counterpart() {
    let document = document();
    let rows = list(&document["minimised_event_parameters"], "rows");
    assert_eq!(rows.len(), MINIMISED.len());
    for (documented, known) in rows.iter().zip(MINIMISED) {
        let events = list(documented, "events")
            .iter()
            .map(|event| event.as_str().unwrap());
        assert_eq!(set(events), set(known.events.iter().copied()));
        for event in known.events {
            assert!(CtiEvent::from_name(event).is_some(), "{event}");
        }
        let parameters: BTreeSet<String> = match documented["excluded"].as_array() {
            Some(excluded) => set(excluded.iter().map(|name| name.as_str().unwrap())),
            None => set(list(documented, "parameters").iter().map(name)),
        };
        assert_eq!(known.excludes, documented["excluded"].is_array());
        let all = known.shared.iter().copied().chain([known.own]).flatten();
        assert_eq!(parameters, set(all.copied()), "{:?}", known.events);
    }
}

#[test]
fn every_key_of_the_global_settings_has_a_counterpart() {
    let document = document();
    let elements = list(&document["global_settings"], "elements");
    let key = |value: &Value| value["key"].as_str().unwrap().to_owned();
    assert_eq!(
        elements.iter().map(key).collect::<BTreeSet<_>>(),
        set(settings::SUBJECTS)
    );
    for element in elements {
        let keys: BTreeSet<String> = element["keys"]
            .as_array()
            .into_iter()
            .flatten()
            .map(key)
            .collect();
        let known: &[&str] = match element["key"].as_str().unwrap() {
            "IPCCSilentMonitor" => &settings::LISTENING,
            "Login" => &settings::PROFILE,
            "ScreenPreferences" => &settings::SCREEN,
            "SoundPreferences" => &settings::SOUNDS,
            "Grid" => {
                let columns = element["column_keys"].as_object().unwrap();
                let grids = columns.keys().flat_map(|grids| grids.split(", "));
                assert_eq!(set(grids), set(settings::GRIDS));
                let keys = columns
                    .values()
                    .flat_map(|keys| keys.as_array().unwrap().iter().map(key));
                let mut keys: BTreeSet<String> = keys.collect();
                // Whatever a site adds is kept under its own name.
                assert!(keys.remove("Custom values"));
                assert_eq!(keys, set(settings::COLUMN));
                continue;
            }
            _ => &[],
        };
        assert_eq!(keys, set(known.iter().copied()), "{}", element["key"]);
    }
    let sounds = elements
        .iter()
        .find(|element| element["key"] == "SoundPreferences")
        .unwrap();
    assert!(sounds["doc"].as_str().unwrap().contains(settings::SOUND[0]));
}

#[test]
fn every_special_value_has_a_counterpart() {
    let document = document();
    for special in list(&document, "special_values") {
        let text =
            switchhook::vendor::json::Value::Text(switchhook::vendor::json::Text::plain(name(special)));
        match name(special) {
            "NULL_SERVICE" | "NULL_SKILL_GROUP" => assert_eq!(state::group_number(text), Some(None)),
            "0xffff" => assert_eq!(
                state::line(switchhook::vendor::json::Value::Number("65535")),
                None
            ),
            "CTIOS_FORCED_LOGOUT_REASON_CODE" => {
                let mut desk = Desk::new();
                let fields = json!({"AgentState": 1, "EventReasonCode": name(special)});
                desk.tell("OnPostLogout", &fields);
                assert!(desk.model.desk.forced_out.is_some());
            }
            other => panic!("{other} has no counterpart"),
        }
    }
}
