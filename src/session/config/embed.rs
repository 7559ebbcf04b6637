//! What `config.json` says of portals: which may embed the desk, what they may do and be told.
//!
//! Lives here: the typed list of origins, commands and topics, and its reading.
//! May not be here: the protocol with a portal, which holds itself to these lists.
//! An origin is compared letter by letter with what the browser says, so it is read as the browser writes it.
//! A list that is absent is empty: nobody embeds the desk, and who does may look and not touch.

use super::keys;
use super::reading::{Object, Reading, join};
use super::suggest::wrong_word;
use crate::protocol::reader::Text;

/// What a portal may ask for, by the names of the protocol.
pub const COMMANDS: [&str; 22] = [
    "dial",
    "answer",
    "hold",
    "retrieve",
    "endCall",
    "endForAll",
    "alternate",
    "backToCaller",
    "makeCurrent",
    "consult",
    "completeTransfer",
    "blindTransfer",
    "completeConference",
    "addParty",
    "sendTones",
    "startRecording",
    "stopRecording",
    "ready",
    "notReady",
    "wrapUpReady",
    "wrapUpNotReady",
    "signedOut",
];

/// What a portal is told only where the site allows it.
pub const TOPICS: [&str; 4] = ["variables", "callbacks", "alerts", "chat"];

/// At most so many portals: each gets a `hello` until one has answered.
const MOST_ORIGINS: usize = 32;

/// Names out of a fixed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    names: &'static [&'static str],
    bits: u32,
}

impl Chosen {
    /// None of a list of at most 32.
    pub const fn none(names: &'static [&'static str]) -> Self {
        Self { names, bits: 0 }
    }

    /// All of a list of at most 32.
    pub fn all(names: &'static [&'static str]) -> Self {
        let mut all = Self::none(names);
        for name in names {
            all.add(name);
        }
        all
    }

    /// Adds one; whether the list has it.
    pub fn add(&mut self, name: &str) -> bool {
        let bit = self.bit(name);
        self.bits |= bit.unwrap_or_default();
        bit.is_some()
    }

    /// Whether it was chosen.
    pub fn has(self, name: &str) -> bool {
        self.bit(name).is_some_and(|bit| self.bits & bit != 0)
    }

    /// Those that were chosen, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied().filter(move |name| self.has(name))
    }

    fn bit(self, name: &str) -> Option<u32> {
        let place = self.names.iter().position(|known| *known == name)?;
        1u32.checked_shl(u32::try_from(place).ok()?)
    }
}

/// What portals may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Who may embed the desk, as the browser writes origins: `https://portal.example`.
    pub origins: Vec<Box<str>>,
    /// What a portal may ask for; of [`COMMANDS`].
    pub commands: Chosen,
    /// What it may be told beside what every portal is; of [`TOPICS`].
    pub topics: Chosen,
}

impl Default for Embed {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            commands: Chosen::none(&COMMANDS),
            topics: Chosen::none(&TOPICS),
        }
    }
}

const EMBED: &str = "embed";

impl Reading {
    pub(super) fn embed(&mut self, root: Object<'_>) -> Embed {
        let Some(object) = self.object(root, "", EMBED) else {
            return Embed::default();
        };
        self.only(object, EMBED, keys::EMBED);
        let origins = self.list(object, EMBED, "allowedOrigins");
        if origins.len() > MOST_ORIGINS {
            self.fault(
                &join(EMBED, "allowedOrigins"),
                format!("lists {}; at most {MOST_ORIGINS} are possible.", origins.len()),
            );
        }
        let mut known = Vec::new();
        for (path, value) in origins.into_iter().take(MOST_ORIGINS) {
            let origin = value.as_text().map(|text| text.cow().into_owned());
            match origin.as_deref().map(check_origin) {
                Some(Ok(())) => known.extend(origin.map(String::into_boxed_str)),
                Some(Err(problem)) => self.fault(&path, problem),
                None => self.fault(&path, "must be a text like \"https://portal.example\"."),
            }
        }
        Embed {
            origins: known,
            commands: self.chosen(object, "allowCommands", &COMMANDS),
            topics: self.chosen(object, "topics", &TOPICS),
        }
    }

    fn chosen(&mut self, object: Object<'_>, key: &str, names: &'static [&'static str]) -> Chosen {
        let mut chosen = Chosen::none(names);
        for (path, value) in self.list(object, EMBED, key) {
            match value.as_text().map(Text::cow) {
                Some(name) if chosen.add(&name) => {}
                Some(name) => self.fault(&path, wrong_word(&name, names)),
                None => self.fault(&path, "must be a text in quotes."),
            }
        }
        chosen
    }
}

/// Whether a text is an origin, letter by letter as a browser writes it, and one that may be trusted.
pub(super) fn check_origin(text: &str) -> Result<(), String> {
    if text.contains('*') {
        return Err("stands for more than one origin; write each of them.".to_owned());
    }
    if text == "null" {
        return Err(
            "is what a browser calls every page without an origin of its own; serve the portal from an address."
                .to_owned(),
        );
    }
    let (scheme, authority) = text
        .split_once("://")
        .ok_or_else(|| "must begin with https://.".to_owned())?;
    if authority.contains(['/', '?', '#']) {
        let end = text.len() - authority.len() + authority.find(['/', '?', '#']).unwrap_or_default();
        let origin = text.get(..end).unwrap_or_default();
        return Err(format!("must end after host and port; write \"{origin}\"."));
    }
    if text.chars().any(|letter| letter.is_ascii_uppercase()) {
        return Err(format!(
            "must be in small letters, as browsers write it: \"{}\".",
            text.to_ascii_lowercase()
        ));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    check_host(host)?;
    if let Some(port) = port {
        let number = port.parse::<u16>().ok().filter(|number| *number > 0);
        let is_plain = number.is_some_and(|number| number.to_string() == port);
        if !is_plain {
            return Err(format!(
                "has the port \"{port}\"; write a number from 1 to 65535."
            ));
        }
        if (scheme, port) == ("https", "443") || (scheme, port) == ("http", "80") {
            return Err(format!(
                "names the port that goes without saying; browsers write \"{scheme}://{host}\"."
            ));
        }
    }
    match scheme {
        "https" => Ok(()),
        "http" if matches!(host, "localhost" | "127.0.0.1" | "[::1]") => Ok(()),
        "http" => Err(format!(
            "is not encrypted: whoever is on the way could be the portal. Write \"https://{authority}\"; http:// is for localhost only."
        )),
        _ => Err("must begin with https://.".to_owned()),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    if host.contains('@') {
        return Err("must not have a name or password before the host.".to_owned());
    }
    if !host.is_ascii() {
        return Err("must have the host's name as browsers write it, in ASCII (xn--…).".to_owned());
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match in_brackets {
        Some(address) => {
            let is_hex = |letter: char| letter == ':' || letter.is_ascii_hexdigit();
            address.contains(':') && address.len() <= 39 && address.chars().all(is_hex)
        }
        None => !host.is_empty() && host.len() <= 253 && host.chars().all(is_plain),
    };
    if is_host {
        Ok(())
    } else {
        Err(format!(
            "has no usable host (\"{host}\"); write it like \"https://portal.example\"."
        ))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::{Config, parse};
    use super::*;
    use proptest::prelude::*;

    fn read(embed: &str) -> Result<Config, Vec<String>> {
        let json = format!(r#"{{"embed":{embed},"source":{{"hub":"wss://h/rte","directory":{{}}}}}}"#);
        match parse(json.as_bytes()) {
            Ok((config, warnings)) => {
                assert_eq!(warnings, []);
                Ok(config)
            }
            Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn nobody_may_do_anything_unless_it_is_said() {
        for embed in [
            "{}",
            "null",
            r#"{"allowedOrigins":[],"allowCommands":[],"topics":[]}"#,
        ] {
            let embed = read(embed).unwrap().embed;
            assert_eq!(embed, Embed::default());
            assert_eq!(embed.commands.iter().count() + embed.topics.iter().count(), 0);
        }
    }

    #[test]
    fn what_is_listed_is_allowed_and_nothing_else() {
        let embed = read(
            r#"{"allowedOrigins":["https://portal.example","http://localhost:8080","https://[::1]:8443"],
                "allowCommands":["hold","dial","hold"],"topics":["chat"]}"#,
        )
        .unwrap()
        .embed;
        assert_eq!(
            embed.origins.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
            [
                "https://portal.example",
                "http://localhost:8080",
                "https://[::1]:8443"
            ]
        );
        assert_eq!(embed.commands.iter().collect::<Vec<_>>(), ["dial", "hold"]);
        assert!(embed.commands.has("hold") && !embed.commands.has("answer") && !embed.commands.has(""));
        assert_eq!(embed.topics.iter().collect::<Vec<_>>(), ["chat"]);
        assert_eq!(Chosen::all(&COMMANDS).iter().collect::<Vec<_>>(), COMMANDS);
    }

    #[test]
    fn only_what_a_browser_would_write_is_an_origin() {
        for (origin, says) in [
            ("*", "more than one"),
            ("https://*.example", "more than one"),
            ("null", "without an origin"),
            ("", "https://"),
            ("portal.example", "https://"),
            ("//portal.example", "https://"),
            ("https://", "no usable host"),
            ("https://portal.example/", "write \"https://portal.example\""),
            (
                "https://portal.example/desk?x",
                "write \"https://portal.example\"",
            ),
            ("https://Portal.Example", "\"https://portal.example\""),
            ("HTTPS://portal.example", "small letters"),
            ("https://portal.example:443", "\"https://portal.example\""),
            ("http://localhost:80", "\"http://localhost\""),
            ("https://portal.example:0443", "port"),
            ("https://portal.example:0", "port"),
            ("https://portal.example:", "port"),
            ("https://portal.example:99999", "port"),
            ("https://me@portal.example", "before the host"),
            ("https://b\u{fc}ro.example", "xn--"),
            ("https://portal example", "no usable host"),
            ("https://[::g]", "no usable host"),
            ("http://portal.example", "https://portal.example"),
            ("http://localhost.example", "not encrypted"),
            ("ftp://portal.example", "https://"),
            ("data:text/html,x", "https://"),
            ("https://portal.example\\x", "no usable host"),
        ] {
            let problem = check_origin(origin).expect_err(origin);
            assert!(problem.contains(says), "{origin}: {problem}");
            let quoted = origin.replace('\\', "\\\\");
            let faults = read(&format!(
                r#"{{"allowedOrigins":["https://a.example","{quoted}"]}}"#
            ));
            let faults = faults.expect_err(origin);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with("embed.allowedOrigins[1]: "), "{faults:?}");
        }
    }

    #[test]
    fn every_fault_has_its_path() {
        for (embed, path) in [
            ("[]", "embed: "),
            (
                r#"{"allowedOrigins":"https://a.example"}"#,
                "embed.allowedOrigins: ",
            ),
            (r#"{"allowedOrigins":[7]}"#, "embed.allowedOrigins[0]: "),
            (
                r#"{"allowCommands":["dial","everything"]}"#,
                "embed.allowCommands[1]: ",
            ),
            (r#"{"allowCommands":[true]}"#, "embed.allowCommands[0]: "),
            (r#"{"topics":["passwords"]}"#, "embed.topics[0]: "),
        ] {
            let faults = read(embed).expect_err(embed);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(path), "{path}: {faults:?}");
        }
        let many = vec![r#""https://a.example""#; MOST_ORIGINS + 1].join(",");
        let faults = read(&format!(r#"{{"allowedOrigins":[{many}]}}"#)).expect_err("too many");
        assert!(faults[0].starts_with("embed.allowedOrigins: "), "{faults:?}");
    }

    proptest! {
        #[test]
        fn an_origin_that_is_accepted_has_no_more_than_scheme_host_and_port(text in "(https?://)?[a-zA-Z0-9.:/@*\\[\\]?#-]{0,20}") {
            if check_origin(&text).is_ok() {
                let (scheme, rest) = text.split_once("://").unwrap();
                prop_assert!(scheme == "https" || rest.starts_with("localhost") || rest.starts_with("127.0.0.1") || rest.starts_with("[::1]"));
                prop_assert!(!rest.contains(['/', '?', '#', '@', '*']));
                prop_assert!(!text.chars().any(|letter| letter.is_ascii_uppercase()));
            }
        }
    }
}
