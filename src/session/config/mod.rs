//! `config.json`: what a site says about its servers, its portals and the page.
//!
//! Lives here: the typed configuration, reading it, and every fault with its path and a way out.
//! May not be here: fetching it, and defaults that are a decision of the code elsewhere.
//! Unknown keys are warnings, not faults: an older page must start with a newer file.
//! A site can run the page against any RTE hub with this file alone.

mod embed;
mod hub;
mod keys;
mod page;
mod reading;
mod screen_pop;
mod sources;
mod suggest;

pub use embed::{COMMANDS, Chosen, Embed, TOPICS};
pub use hub::{DirectorySource, Hub, Identify, Telephony, TokenEndpoint, TokenSource};
pub use keys::KEYS;
pub use page::Roles;
pub use screen_pop::{Placeholder, PopOn, PopOpen, ScreenPop, Template};
pub use sources::{AgentName, CallGem, Ccs, STAGES, Sources, TServer};

use crate::preferences::Theme;
use crate::protocol::reader::{self, Value};
use crate::session::state::{Layout, Thresholds};
use crate::vendor::DurationUnit;
use crate::vendor::time::Zone;
use crate::words::Language;
use reading::{Object, Reading};

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The hubs, at least one; the one with telephony is the first.
    pub hubs: Vec<Hub>,
    /// How the page is laid out.
    pub layout: Layout,
    /// How it is laid out for whom.
    pub roles: Roles,
    /// The colours for whoever has chosen none.
    pub theme: Theme,
    /// The languages that are offered, at least one; the first is for whoever wishes none of them.
    pub languages: Vec<Language>,
    /// When a number calls for attention.
    pub thresholds: Thresholds,
    /// What portals may do.
    pub embed: Embed,
    /// Addresses that a call opens.
    pub screen_pop: ScreenPop,
}

impl Config {
    /// Makes addresses that begin with a slash those of the page's own origin (`https://desk.example`).
    pub fn settle(&mut self, origin: &str) {
        for address in self.hubs.iter_mut().flat_map(|hub| &mut hub.hub) {
            if address.starts_with('/') && !address.starts_with("//") {
                address.insert_str(0, origin);
            }
        }
    }
}

/// One thing that is wrong, or odd, with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path of keys (`source.token.url`).
    pub path: String,
    /// What is wrong and what to do, in a sentence.
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.text)
        } else {
            write!(formatter, "{}: {}", self.path, self.text)
        }
    }
}

/// How deep objects and lists of the file are looked into.
const DEPTH: u32 = 64;

/// Reads the file. All faults are found at once, with the warnings behind them; of a good file the second list holds
/// the warnings.
pub fn parse(bytes: &[u8]) -> Result<(Config, Vec<Fault>), Vec<Fault>> {
    let whole = reader::document(bytes, DEPTH).map_err(|(line, column)| {
        vec![Fault {
            path: String::new(),
            text: format!(
                "config.json is not JSON (line {line}, column {column}). Check that the address serves the file itself and not a web page."
            ),
        }]
    })?;
    let mut reading = Reading::default();
    let config = reading.config(whole);
    match config {
        Some(config) if reading.faults.is_empty() => Ok((config, reading.warnings)),
        _ => {
            // What is missing may stand there under a name that is not quite its own.
            reading.faults.append(&mut reading.warnings);
            Err(reading.faults)
        }
    }
}

/// Hubs at a time.
const MOST_HUBS: usize = 4;
const UNITS: [(&str, DurationUnit); 2] = [
    ("seconds", DurationUnit::Seconds),
    ("milliseconds", DurationUnit::Milliseconds),
];

impl Reading {
    fn config(&mut self, whole: Value<'_>) -> Option<Config> {
        let Some(root) = Object::of(whole) else {
            self.fault("", "config.json must be an object with the key \"source\".");
            return None;
        };
        self.only(root, "", keys::SITE);
        // For editors; only that it is a text can be wrong.
        self.optional_text(root, "", "$schema");
        let zone = self.zone(root, "", "zonelessTimes").unwrap_or_default();
        let longest_wait = self.word(root, "", "longestWait", &UNITS);
        let hubs = self.hubs(root, zone, longest_wait.unwrap_or(DurationUnit::Seconds));
        Some(Config {
            layout: self.layout(root, "").unwrap_or_default(),
            roles: self.roles(root),
            theme: self.theme(root),
            languages: self.languages(root),
            thresholds: self.thresholds(root),
            embed: self.embed(root),
            screen_pop: self.screen_pop(root),
            hubs: hubs?,
        })
    }

    fn hubs(&mut self, root: Object<'_>, zone: Zone, longest_wait: DurationUnit) -> Option<Vec<Hub>> {
        let sources = match (root.get("source"), root.get("sources")) {
            (Some(_), Some(_)) => {
                self.fault(
                    "sources",
                    "stands beside \"source\"; write either \"source\" for one hub or \"sources\" for several.",
                );
                return None;
            }
            (source, None) => {
                let Some(source) = source.and_then(Object::of) else {
                    self.fault(
                        "source",
                        "is missing or not an object; it says where the hub, the token and the directory are.",
                    );
                    return None;
                };
                vec![("source".to_owned(), source)]
            }
            (None, Some(_)) => self.objects(root, "", "sources"),
        };
        if !(1..=MOST_HUBS).contains(&sources.len()) && self.faults.is_empty() {
            self.fault(
                "sources",
                format!("has {} hubs; 1 to {MOST_HUBS} are possible.", sources.len()),
            );
        }
        let is_one = sources.len() == 1;
        let mut hubs = Vec::new();
        let mut commanded: Option<String> = None;
        for (path, source) in sources.into_iter().take(MOST_HUBS) {
            let Some(hub) = self.hub(source, &path, zone, longest_wait) else {
                continue;
            };
            if hub.token == TokenSource::Portal && !is_one {
                self.fault(
                    &reading::join(&path, "token"),
                    "is the portal's, which gives one token for one hub; name an address where there are several hubs.",
                );
            }
            if hub.telephony == Telephony::None {
                hubs.push(hub);
                continue;
            }
            if let Some(other) = &commanded {
                self.fault(
                    &reading::join(&path, "telephony"),
                    format!("is there a second time ({other} has it, too); an agent has one phone."),
                );
            }
            // Commands belong to the first source.
            hubs.insert(0, hub);
            commanded = Some(path);
        }
        Some(hubs)
    }

    fn zone(&mut self, object: Object<'_>, path: &str, key: &str) -> Option<Zone> {
        let text = self.optional_text(object, path, key)?;
        let zone = zone_of(&text);
        if zone.is_none() {
            self.fault(
                &reading::join(path, key),
                format!("is \"{text}\"; write \"utc\" or an offset like \"+02:00\"."),
            );
        }
        zone
    }
}

/// `utc`, or an offset like `+02:00`.
fn zone_of(text: &str) -> Option<Zone> {
    if text.eq_ignore_ascii_case("utc") || text == "Z" {
        return Some(Zone::default());
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(Zone {
        minutes_east: sign * (hours * 60 + minutes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Encoding;

    fn faults(json: &str) -> Vec<String> {
        match parse(json.as_bytes()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_plain_rte_hub_needs_a_token_address_and_a_directory() {
        let (config, warnings) = parse(
            br#"{"source":{"token":{"url":"https://api.example/token/me/rte/"},
                 "directory":{"queues":[{"id":"q","name":"Support"}]}}}"#,
        )
        .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(warnings, []);
        let hub = config.hubs.into_iter().next().unwrap();
        assert_eq!(hub.telephony, Telephony::None);
        assert_eq!(hub.encoding, Encoding::Json);
        assert!(!hub.snapshot);
        assert_eq!(
            hub.token,
            TokenSource::Endpoint(TokenEndpoint {
                urls: vec!["https://api.example/token/me/rte/".to_owned()],
                identify: Identify::Browser
            })
        );
    }

    #[test]
    fn every_fault_is_found_at_once_with_its_path() {
        let found = faults(
            r#"{"source":{"token":{"identify":"oath"},"hub":"host","directory":{"agents":[{"name":"x"}]},
                "snapshot":"yes","telephony":"sip","protocol":"xml"},"zonelessTimes":"Mars"}"#,
        );
        for path in [
            "source.token.url:",
            "source.token.identify:",
            "source.hub:",
            "source.directory.agents[0]:",
            "source.snapshot:",
            "source.telephony:",
            "source.protocol:",
            "zonelessTimes:",
        ] {
            assert!(
                found.iter().any(|fault| fault.starts_with(path)),
                "{path} in {found:?}"
            );
        }
    }

    #[test]
    fn what_is_not_json_or_no_object_says_so() {
        assert!(faults("<!doctype html>")[0].contains("not JSON"));
        assert!(faults("{\"source\": {\n  \"hub\": wss://h/rte}}")[0].contains("line 2, column"));
        assert!(faults("[]")[0].contains("must be an object"));
        assert!(faults("{}")[0].starts_with("source: is missing"));
    }

    #[test]
    fn the_hub_with_telephony_is_the_first_and_there_is_one_of_it() {
        let hub = |name: &str, more: &str| {
            format!(r#"{{"name":"{name}","hub":"wss://h/rte","directory":{{}}{more}}}"#)
        };
        let site = |hubs: &[String]| format!(r#"{{"sources":[{}]}}"#, hubs.join(","));
        let ctios = r#","telephony":"ctios""#;
        let json = site(&[hub("a", ""), hub("b", ctios), hub("c", "")]);
        let (config, warnings) = parse(json.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(warnings, []);
        let names: Vec<_> = config.hubs.iter().filter_map(|hub| hub.name.as_deref()).collect();
        assert_eq!(names, ["b", "a", "c"]);
        for (json, fault) in [
            (
                site(&[hub("a", ctios), hub("b", ctios)]),
                "sources[1].telephony: ",
            ),
            (
                site(&[hub("a", ""), hub("b", r#","token":"portal""#)]),
                "sources[1].token: ",
            ),
            (
                site(&[hub("a", ""), hub("b", r#","rte":false"#)]),
                "sources[1].rte: ",
            ),
            (site(&[]), "sources: "),
            (site(&vec![hub("a", ""); MOST_HUBS + 1]), "sources: "),
            (r#"{"sources":[{}],"source":{}}"#.to_owned(), "sources: "),
        ] {
            let found = faults(&json);
            assert!(
                found.len() == 1 && found[0].starts_with(fault),
                "{fault}: {found:?}"
            );
        }
    }

    #[test]
    fn a_misspelt_key_is_told_beside_what_is_missing_for_it() {
        let found = faults(r#"{"suorce":{"hub":"wss://h/rte","directory":{}}}"#);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("source: is missing"), "{found:?}");
        assert!(
            found[1].starts_with("suorce: ") && found[1].contains("did you mean \"source\"?"),
            "{found:?}"
        );
    }

    #[test]
    fn an_address_without_a_host_is_the_pages_own() {
        let (mut config, _) = parse(br#"{"source":{"hub":["/rte","wss://h/rte"],"directory":{}}}"#).unwrap();
        config.settle("https://desk.example");
        assert_eq!(config.hubs[0].hub, ["https://desk.example/rte", "wss://h/rte"]);
    }

    #[test]
    fn unknown_keys_are_warnings_only() {
        let (_, warnings) =
            parse(br#"{"layuot":"bar","source":{"hub":"wss://h/rte","directory":{"url":"/directory"}}}"#)
                .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].path, "layuot");
        assert!(
            warnings[0].text.contains("did you mean \"layout\"?"),
            "{warnings:?}"
        );
    }

    #[test]
    fn a_portal_can_give_the_token_and_then_the_file_names_the_hub() {
        let (config, warnings) =
            parse(br#"{"layout":"bar","source":{"token":"portal","hub":"wss://h/rte","directory":{}}}"#)
                .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(warnings, []);
        assert_eq!(
            (&config.hubs[0].token, config.layout),
            (&TokenSource::Portal, Layout::Bar)
        );
        assert!(faults(r#"{"source":{"token":"portal","directory":{}}}"#)[0].starts_with("source.hub:"));
        assert!(faults(r#"{"source":{"token":"host","directory":{}}}"#)[0].starts_with("source.token:"));
        let wrong = faults(r#"{"layout":"compat","source":{"hub":"wss://h/rte","directory":{}}}"#);
        assert!(
            wrong[0].starts_with("layout: is \"compat\"; did you mean \"compact\"?"),
            "{wrong:?}"
        );
    }
}
