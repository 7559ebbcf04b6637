//! `config.json`: what a site says about its servers.
//!
//! Lives here: the typed configuration, reading it, and every fault with its path and a way out.
//! May not be here: fetching it, and defaults that are a decision of the code elsewhere.
//! Unknown keys are warnings, not faults: an older page must start with a newer file.
//! A site can run the page against any RTE hub with this file alone.

mod embed;
mod screen_pop;
mod sources;
mod suggest;

pub use embed::{COMMANDS, Chosen, Embed, TOPICS};
pub use screen_pop::{Placeholder, PopOn, PopOpen, ScreenPop, Template};
pub use sources::{AgentName, CallGem, Ccs, STAGES, Sources, TServer};

use crate::protocol::Encoding;
use crate::protocol::reader::{self, Reader, Value};
use crate::session::state::Layout;
use crate::vendor::DurationUnit;
use crate::vendor::time::Zone;
use std::borrow::Cow;

/// How the token endpoint learns who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identify {
    /// `Authorization: Basic` with what the agent typed at sign-in.
    Basic {
        /// Whether the sign-in form asks for a password.
        password: bool,
    },
    /// By what the browser sends along by itself (the portal's session).
    Browser,
}

/// Where the access token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TokenSource {
    /// From nowhere: the hub wants none.
    #[default]
    None,
    /// From an address.
    Endpoint(TokenEndpoint),
    /// From the portal that embeds the desk.
    Portal,
}

/// The address that gives access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEndpoint {
    /// Address, absolute or relative to the page.
    pub url: String,
    /// How it learns who asks.
    pub identify: Identify,
}

/// Where names and ids come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectorySource {
    /// From an address, asked with the access token.
    Url(String),
    /// From the configuration itself: the same JSON that the address would answer.
    Inline(String),
}

/// Which telephony vocabulary the hub speaks to the signed-in agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telephony {
    /// None: the desk shows, and commands nothing.
    None,
    /// CTI OS events and commands over the same hub (decision D12).
    CtiOs,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the access token comes from.
    pub token: TokenSource,
    /// Hub address; `None`: the token endpoint tells it.
    pub hub: Option<String>,
    /// How messages are written on the way to and from the hub.
    pub encoding: Encoding,
    /// Names and ids.
    pub directory: DirectorySource,
    /// The hub answers a subscription with the present state (decision D4); what it does not list is gone.
    pub snapshot: bool,
    /// Telephony.
    pub telephony: Telephony,
    /// The vocabularies to listen to, beside telephony.
    pub sources: Sources,
    /// The call variable (1 to 10) in which the site's routing puts the queue's name.
    pub queue_name_variable: Option<u8>,
    /// Zone of date-times without one (decision D3).
    pub zone: Zone,
    /// Unit of the longest wait (decision D2).
    pub longest_wait: DurationUnit,
    /// How the page is laid out.
    pub layout: Layout,
    /// What portals may do.
    pub embed: Embed,
    /// Addresses that a call opens.
    pub screen_pop: ScreenPop,
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

/// Reads the file. All faults are found at once; the second list holds warnings.
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
        _ => Err(reading.faults),
    }
}

/// An object of the file, as it stands there; a few keys are looked up in a few lines.
#[derive(Clone, Copy)]
struct Object<'a> {
    json: &'a str,
}

impl<'a> Object<'a> {
    fn of(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Object(json) => Some(Self { json }),
            _ => None,
        }
    }

    fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        let mut reader = Reader::new(self.json);
        reader.enter_object();
        std::iter::from_fn(move || {
            let key = reader.key()?;
            Some((key.name, reader.value()))
        })
    }

    /// The value of `key`; `None` when it is absent or null.
    fn get(self, key: &str) -> Option<Value<'a>> {
        let value = self.members().filter(|(name, _)| name == key).last();
        value
            .map(|(_, value)| value)
            .filter(|value| *value != Value::Null)
    }
}

#[derive(Default)]
struct Reading {
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Reading {
    fn fault(&mut self, path: &str, text: impl Into<String>) {
        self.faults.push(Fault {
            path: path.to_owned(),
            text: text.into(),
        });
    }

    fn config(&mut self, whole: Value<'_>) -> Option<Config> {
        let Some(root) = Object::of(whole) else {
            self.fault("", "config.json must be an object with the key \"source\".");
            return None;
        };
        self.only(
            root,
            "",
            &[
                "$schema",
                "source",
                "zonelessTimes",
                "longestWait",
                "layout",
                "embed",
                "screenPop",
            ],
        );
        let Some(source) = root.get("source").and_then(Object::of) else {
            self.fault(
                "source",
                "is missing or not an object; it says where the hub, the token and the directory are.",
            );
            return None;
        };
        self.only(
            source,
            "source",
            &[
                "token",
                "hub",
                "protocol",
                "directory",
                "snapshot",
                "telephony",
                "queueNameVariable",
                "rte",
                "tserver",
                "ccs",
                "callgem",
            ],
        );
        let token = self.token(source);
        let hub = self.optional_text(source, "source", "hub");
        if let Some(address) = &hub
            && !["ws://", "wss://", "http://", "https://", "/"]
                .iter()
                .any(|start| address.starts_with(start))
        {
            self.fault(
                "source.hub",
                "must begin with wss://, ws://, https://, http:// or /.",
            );
        }
        if hub.is_none() && self.faults.is_empty() {
            match token {
                TokenSource::Endpoint(_) => {}
                TokenSource::None => self.fault(
                    "source",
                    "needs \"token\" (whose answer names the hub) or \"hub\".",
                ),
                TokenSource::Portal => self.fault(
                    "source.hub",
                    "is missing; a token from the portal does not tell where the hub is.",
                ),
            }
        }
        let encoding = match self.optional_text(source, "source", "protocol") {
            None => Encoding::default(),
            Some(name) => Encoding::from_name(&name).unwrap_or_else(|| {
                self.fault(
                    "source.protocol",
                    format!("is \"{name}\"; write \"json\" or \"messagepack\"."),
                );
                Encoding::default()
            }),
        };
        let directory = self.directory(source)?;
        let snapshot = self.flag(source, "source", "snapshot");
        let telephony = match self.optional_text(source, "source", "telephony").as_deref() {
            None | Some("none") => Telephony::None,
            Some("ctios") => Telephony::CtiOs,
            Some(other) => {
                self.fault(
                    "source.telephony",
                    format!("is \"{other}\"; this version knows \"ctios\" and \"none\"."),
                );
                Telephony::None
            }
        };
        let sources = self.sources(source);
        let is_silent = !sources.rte
            && telephony == Telephony::None
            && sources.tserver.is_none()
            && sources.ccs.is_none()
            && sources.callgem.is_none();
        if is_silent && self.faults.is_empty() {
            self.fault(
                "source.rte",
                "is false, and nothing else is named: add \"telephony\", \"tserver\", \"ccs\" or \"callgem\".",
            );
        }
        let queue_name_variable = match source.get("queueNameVariable") {
            None => None,
            Some(number) => {
                let variable = match number {
                    Value::Number(raw) => raw.parse().ok(),
                    _ => None,
                };
                let variable = variable.filter(|number| (1..=10).contains(number));
                if variable.is_none() {
                    self.fault("source.queueNameVariable", "must be a number from 1 to 10.");
                }
                variable
            }
        };
        let zone = match self.optional_text(root, "", "zonelessTimes") {
            None => Zone::default(),
            Some(text) => zone_of(&text).unwrap_or_else(|| {
                self.fault(
                    "zonelessTimes",
                    format!("is \"{text}\"; write \"utc\" or an offset like \"+02:00\"."),
                );
                Zone::default()
            }),
        };
        let longest_wait = match self.optional_text(root, "", "longestWait").as_deref() {
            None | Some("seconds") => DurationUnit::Seconds,
            Some("milliseconds") => DurationUnit::Milliseconds,
            Some(other) => {
                self.fault(
                    "longestWait",
                    format!("is \"{other}\"; write \"seconds\" or \"milliseconds\"."),
                );
                DurationUnit::Seconds
            }
        };
        Some(Config {
            token,
            hub,
            encoding,
            directory,
            snapshot,
            telephony,
            sources,
            queue_name_variable,
            zone,
            longest_wait,
            layout: self.layout(root),
            embed: self.embed(root),
            screen_pop: self.screen_pop(root),
        })
    }

    fn layout(&mut self, root: Object<'_>) -> Layout {
        let names = Layout::ALL.map(|layout| (layout.name(), layout));
        self.word(root, "", "layout", &names).unwrap_or_default()
    }

    fn token(&mut self, source: Object<'_>) -> TokenSource {
        let token = match source.get("token") {
            None => return TokenSource::None,
            Some(Value::Text(text)) if text.cow() == "portal" => return TokenSource::Portal,
            Some(token) => Object::of(token),
        };
        let Some(token) = token else {
            self.fault(
                "source.token",
                "must be an object with \"url\", or \"portal\" where the portal gives the token.",
            );
            return TokenSource::None;
        };
        self.only(token, "source.token", &["url", "identify", "password"]);
        let url = self.optional_text(token, "source.token", "url");
        if url.as_deref().is_none_or(str::is_empty) {
            self.fault(
                "source.token.url",
                "is missing; it is the address that answers with WssEndpoint and Token.",
            );
        }
        let password = self.flag(token, "source.token", "password");
        let identify = match self.optional_text(token, "source.token", "identify").as_deref() {
            None | Some("browser") => Identify::Browser,
            Some("basic") => Identify::Basic { password },
            Some(other) => {
                self.fault(
                    "source.token.identify",
                    format!("is \"{other}\"; write \"basic\" or \"browser\"."),
                );
                Identify::Browser
            }
        };
        let url = url.unwrap_or_default();
        TokenSource::Endpoint(TokenEndpoint { url, identify })
    }

    fn directory(&mut self, source: Object<'_>) -> Option<DirectorySource> {
        let Some(directory) = source.get("directory").and_then(Object::of) else {
            self.fault(
                "source.directory",
                "is missing; give {\"url\": …} or the lists \"agents\", \"queues\" and \"callLists\" with ids and names.",
            );
            return None;
        };
        self.only(
            directory,
            "source.directory",
            &[
                "url",
                "agents",
                "queues",
                "callLists",
                "notReadyReasons",
                "queueGroups",
                "domains",
            ],
        );
        if let Some(url) = self.optional_text(directory, "source.directory", "url") {
            return Some(DirectorySource::Url(url));
        }
        for list in ["agents", "queues", "callLists"] {
            let path = format!("source.directory.{list}");
            match directory.get(list) {
                None => {}
                Some(Value::Array(json)) => {
                    let mut reader = Reader::new(json);
                    reader.enter_array();
                    let mut index = 0;
                    while reader.item() {
                        let id = Object::of(reader.value()).and_then(|item| item.get("id"));
                        if !matches!(id, Some(Value::Text(_))) {
                            self.fault(
                                &format!("{path}[{index}]"),
                                "has no \"id\"; each entry needs an \"id\" and a \"name\".",
                            );
                        }
                        index += 1;
                    }
                }
                Some(_) => self.fault(&path, "must be a list of {\"id\", \"name\"}."),
            }
        }
        Some(DirectorySource::Inline(directory.json.to_owned()))
    }

    fn optional_text(&mut self, object: Object<'_>, path: &str, key: &str) -> Option<String> {
        match object.get(key) {
            None => None,
            Some(Value::Text(text)) => Some(text.cow().trim().to_owned()),
            Some(_) => {
                self.fault(&join(path, key), "must be a text in quotes.");
                None
            }
        }
    }

    /// One of the words of a table; `None` where it is absent or wrong.
    fn word<T: Copy>(
        &mut self,
        object: Object<'_>,
        path: &str,
        key: &str,
        table: &[(&'static str, T)],
    ) -> Option<T> {
        let word = self.optional_text(object, path, key)?;
        let known = table.iter().find(|(name, _)| *name == word);
        if known.is_none() {
            let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            self.fault(&join(path, key), suggest::wrong_word(&word, &names));
        }
        known.map(|(_, meaning)| *meaning)
    }

    fn flag(&mut self, object: Object<'_>, path: &str, key: &str) -> bool {
        match object.get(key) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(&join(path, key), "must be true or false.");
                false
            }
        }
    }

    fn only(&mut self, object: Object<'_>, path: &str, known: &[&str]) {
        for (key, _) in object.members().filter(|(key, _)| !known.contains(&&**key)) {
            self.warnings.push(Fault {
                path: join(path, &key),
                text: suggest::unknown_key(&key, known),
            });
        }
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

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(config.telephony, Telephony::None);
        assert_eq!(config.encoding, Encoding::Json);
        assert!(!config.snapshot);
        assert_eq!(
            config.token,
            TokenSource::Endpoint(TokenEndpoint {
                url: "https://api.example/token/me/rte/".to_owned(),
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
        assert_eq!((config.token, config.layout), (TokenSource::Portal, Layout::Bar));
        assert!(faults(r#"{"source":{"token":"portal","directory":{}}}"#)[0].starts_with("source.hub:"));
        assert!(faults(r#"{"source":{"token":"host","directory":{}}}"#)[0].starts_with("source.token:"));
        let wrong = faults(r#"{"layout":"compat","source":{"hub":"wss://h/rte","directory":{}}}"#);
        assert!(
            wrong[0].starts_with("layout: is \"compat\"; did you mean \"compact\"?"),
            "{wrong:?}"
        );
    }
}
