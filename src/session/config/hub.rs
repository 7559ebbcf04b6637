//! What `config.json` says of one hub: where it is, who is let in, what it tells.
//!
//! Lives here: the typed settings of a hub and their reading.
//! May not be here: the vocabularies beside RTE and CTI OS (their own file), what the page looks like.
//! Addresses come in the order in which they are tried: the first is the primary, the others are its backups.

use super::keys;
use super::reading::{Object, Reading, join};
use super::sources::Sources;
use crate::protocol::Encoding;
use crate::protocol::reader::Value;
use crate::vendor::DurationUnit;
use crate::vendor::time::Zone;

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

/// The addresses that give access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEndpoint {
    /// Absolute or relative to the page, the primary first; at least one.
    pub urls: Vec<String>,
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

/// One hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// What people call it, where there are several.
    pub name: Option<Box<str>>,
    /// Where the access token comes from.
    pub token: TokenSource,
    /// The hub's addresses, the primary first; none: the token endpoint tells it.
    pub hub: Vec<String>,
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
}

/// More addresses than this for one hub are a mistake.
const MOST_ADDRESSES: usize = 8;
const SCHEMES: [&str; 4] = ["wss://", "https://", "ws://", "http://"];
const TELEPHONIES: [(&str, Telephony); 2] = [("none", Telephony::None), ("ctios", Telephony::CtiOs)];
const ENCODINGS: [(&str, Encoding); 2] = [("json", Encoding::Json), ("messagepack", Encoding::MessagePack)];

#[derive(Clone, Copy)]
enum WhoAsks {
    Basic,
    Browser,
}

const WHO_ASKS: [(&str, WhoAsks); 2] = [("basic", WhoAsks::Basic), ("browser", WhoAsks::Browser)];

impl Reading {
    pub(super) fn hub(
        &mut self,
        source: Object<'_>,
        path: &str,
        zone: Zone,
        longest_wait: DurationUnit,
    ) -> Option<Hub> {
        self.only(source, path, keys::HUB);
        let faults_before = self.faults.len();
        let token = self.token(source, path);
        let hub = self.addresses(source, path, "hub");
        for address in &hub {
            let is_absolute = SCHEMES.iter().any(|scheme| address.starts_with(scheme));
            if !is_absolute && (!address.starts_with('/') || address.starts_with("//")) {
                self.fault(
                    &join(path, "hub"),
                    "must begin with wss://, ws://, https://, http:// or /.",
                );
            }
        }
        if hub.is_empty() && self.faults.len() == faults_before {
            match token {
                TokenSource::Endpoint(_) => {}
                TokenSource::None => {
                    self.fault(path, "needs \"token\" (whose answer names the hub) or \"hub\".");
                }
                TokenSource::Portal => self.fault(
                    &join(path, "hub"),
                    "is missing; a token from the portal does not tell where the hub is.",
                ),
            }
        }
        let name = self.optional_text(source, path, "name");
        let encoding = self.word(source, path, "protocol", &ENCODINGS);
        let directory = self.directory(source, path);
        let snapshot = self.flag(source, path, "snapshot");
        let telephony = self.word(source, path, "telephony", &TELEPHONIES);
        let telephony = telephony.unwrap_or(Telephony::None);
        let sources = self.sources(source, path);
        let is_silent = !sources.rte
            && telephony == Telephony::None
            && sources.tserver.is_none()
            && sources.ccs.is_none()
            && sources.callgem.is_none();
        if is_silent && self.faults.len() == faults_before {
            self.fault(
                &join(path, "rte"),
                "is false, and nothing else is named: add \"telephony\", \"tserver\", \"ccs\" or \"callgem\".",
            );
        }
        let variable = self.number(source, path, "queueNameVariable");
        let queue_name_variable = variable.and_then(|number| {
            let variable = u8::try_from(number)
                .ok()
                .filter(|number| (1..=10).contains(number));
            if variable.is_none() {
                self.fault(&join(path, "queueNameVariable"), "must be a number from 1 to 10.");
            }
            variable
        });
        Some(Hub {
            name: name.filter(|name| !name.is_empty()).map(Box::from),
            token,
            hub,
            encoding: encoding.unwrap_or_default(),
            directory: directory?,
            snapshot,
            telephony,
            sources,
            queue_name_variable,
            zone,
            longest_wait,
        })
    }

    /// One address, or a list of them.
    fn addresses(&mut self, object: Object<'_>, path: &str, key: &str) -> Vec<String> {
        let listed = match object.get(key) {
            Some(Value::Array(_)) => self.list(object, path, key),
            Some(value) => vec![(join(path, key), value)],
            None => Vec::new(),
        };
        if listed.is_empty() && object.get(key).is_some() || listed.len() > MOST_ADDRESSES {
            self.fault(
                &join(path, key),
                format!("must have 1 to {MOST_ADDRESSES} addresses, the primary first."),
            );
        }
        let mut addresses: Vec<String> = Vec::new();
        for (path, value) in listed.into_iter().take(MOST_ADDRESSES) {
            let address = value.as_text().map(|text| text.cow().trim().to_owned());
            match address.filter(|address| !address.is_empty()) {
                Some(address) if addresses.contains(&address) => {
                    self.fault(&path, "is there twice; a backup is another address.");
                }
                Some(address) => addresses.push(address),
                None => self.fault(&path, "must be an address in quotes."),
            }
        }
        addresses
    }

    fn token(&mut self, source: Object<'_>, path: &str) -> TokenSource {
        let path = join(path, "token");
        let token = match source.get("token") {
            None => return TokenSource::None,
            Some(Value::Text(text)) if text.cow() == "portal" => return TokenSource::Portal,
            Some(token) => Object::of(token),
        };
        let Some(token) = token else {
            self.fault(
                &path,
                "must be an object with \"url\", or \"portal\" where the portal gives the token.",
            );
            return TokenSource::None;
        };
        self.only(token, &path, keys::TOKEN);
        let urls = self.addresses(token, &path, "url");
        if token.get("url").is_none() {
            self.fault(
                &join(&path, "url"),
                "is missing; it is the address that answers with WssEndpoint and Token.",
            );
        }
        let password = self.flag(token, &path, "password");
        let identify = match self.word(token, &path, "identify", &WHO_ASKS) {
            Some(WhoAsks::Basic) => Identify::Basic { password },
            Some(WhoAsks::Browser) | None => Identify::Browser,
        };
        TokenSource::Endpoint(TokenEndpoint { urls, identify })
    }

    fn directory(&mut self, source: Object<'_>, path: &str) -> Option<DirectorySource> {
        let path = join(path, "directory");
        let Some(directory) = source.get("directory").and_then(Object::of) else {
            self.fault(
                &path,
                "is missing; give {\"url\": …} or the lists \"agents\", \"queues\" and \"callLists\" with ids and names.",
            );
            return None;
        };
        self.only(directory, &path, keys::DIRECTORY);
        for list in ["notReadyReasons", "wrapUpReasons", "queueGroups", "domains"] {
            self.list(directory, &path, list);
        }
        for list in ["agents", "queues", "callLists"] {
            for (path, entry) in self.list(directory, &path, list) {
                let id = Object::of(entry).and_then(|entry| entry.get("id"));
                if !matches!(id, Some(Value::Text(_))) {
                    self.fault(&path, "has no \"id\"; each entry needs an \"id\" and a \"name\".");
                }
            }
        }
        let url = self.optional_text(directory, &path, "url");
        Some(url.map_or_else(
            || DirectorySource::Inline(directory.json.to_owned()),
            DirectorySource::Url,
        ))
    }
}
