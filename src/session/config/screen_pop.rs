//! Addresses that a call opens: what `config.json` has as templates, and what becomes of them for a call.
//!
//! Lives here: templates, their reading, and filling them in.
//! May not be here: opening anything, and what a call is; what stands for a placeholder is asked for.
//! Scheme, host and port stand in the template; what a caller can influence is encoded and never leaves its place.
//! A template with a part that the call does not have comes to nothing: half an address opens somebody else.

use super::embed::check_origin;
use super::keys;
use super::reading::{Object, Reading, join};
use std::fmt::Write;

/// When a template is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PopOn {
    /// When the call rings.
    #[default]
    Ringing,
    /// When somebody is on the line.
    Connected,
}

/// Who gets the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PopOpen {
    /// The portal is told.
    Host,
    /// The desk has a link.
    #[default]
    Link,
    /// Both.
    Both,
}

/// What stands in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placeholder {
    /// The other's number.
    Number,
    /// The other's name.
    Name,
    /// The queue's name.
    Queue,
    /// The call's id.
    CallId,
    /// The contact's id.
    ContactId,
    /// A call variable of this name.
    Variable(Box<str>),
}

const PLACEHOLDERS: [(&str, Placeholder); 5] = [
    ("number", Placeholder::Number),
    ("name", Placeholder::Name),
    ("queue", Placeholder::Queue),
    ("callId", Placeholder::CallId),
    ("contactId", Placeholder::ContactId),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    Fill(Placeholder),
}

/// One address that a call can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What people call it.
    pub name: Box<str>,
    /// When.
    pub on: PopOn,
    /// For whom.
    pub open: PopOpen,
    /// `https://host[:port]`, which every filled address begins with.
    origin: Box<str>,
    /// What follows the origin.
    parts: Vec<Part>,
}

/// The site's templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScreenPop {
    /// In the order of the file.
    pub templates: Vec<Template>,
}

/// The longest address that is made, in bytes; longer ones are cut off by somebody on their way.
const LONGEST: usize = 2_048;
const MOST_TEMPLATES: usize = 16;
const LONGEST_NAME: usize = 64;

impl Template {
    /// The address for a call, of which `lookup` knows the parts; `None` where it lacks one.
    pub fn fill(&self, lookup: &dyn Fn(&Placeholder) -> Option<String>) -> Option<String> {
        let mut address = String::from(&*self.origin);
        for part in &self.parts {
            match part {
                Part::Literal(text) => address.push_str(text),
                Part::Fill(placeholder) => {
                    let value = lookup(placeholder).filter(|value| !value.is_empty())?;
                    encode(&value, &mut address);
                }
            }
            if address.len() > LONGEST {
                return None;
            }
        }
        let rest = address.strip_prefix(&*self.origin)?;
        (rest.is_empty() || rest.starts_with('/') && stays_in_place(rest)).then_some(address)
    }
}

/// Whether no step of a path leads up: browsers resolve `..` even where its points are encoded.
fn stays_in_place(rest: &str) -> bool {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/').all(|step| {
        let step = step.to_ascii_lowercase().replace("%2e", ".");
        step != "." && step != ".."
    })
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(into, "%{byte:02X}");
        }
        if into.len() > LONGEST {
            return;
        }
    }
}

/// Origin and parts of a template's address, or what is wrong with it.
fn parse_address(url: &str) -> Result<(Box<str>, Vec<Part>), String> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Err("must begin with https://.".to_owned());
    };
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(length);
    if authority.contains(['{', '}']) {
        return Err("must have host and port as they are; braces may stand after the next \"/\".".to_owned());
    }
    let origin = ["https://", authority].concat();
    check_origin(&origin)?;
    if rest.starts_with(['?', '#']) {
        return Err(format!(
            "needs a \"/\" after the host; write \"{origin}/{rest}\"."
        ));
    }
    let is_plain = |letter: char| {
        letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>' | '\\' | '^' | '`' | '|')
    };
    let mut parts = Vec::new();
    let mut rest = rest;
    loop {
        let end = rest.find(['{', '}']).unwrap_or(rest.len());
        let (literal, brace) = rest.split_at(end);
        if let Some(letter) = literal.chars().find(|letter| !is_plain(*letter)) {
            return Err(format!("has {letter:?} in it, which must be percent-encoded."));
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.into()));
        }
        if brace.is_empty() {
            break;
        }
        let inside = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let Some((name, after)) = inside else {
            return Err("has a brace without its other half.".to_owned());
        };
        parts.push(Part::Fill(placeholder(name)?));
        rest = after;
    }
    let literals: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text,
            Part::Fill(_) => "x",
        })
        .collect();
    if !stays_in_place(&literals) {
        return Err("must not have the steps \".\" and \"..\" in its path.".to_owned());
    }
    Ok((origin.into(), parts))
}

fn placeholder(name: &str) -> Result<Placeholder, String> {
    if let Some(variable) = name.strip_prefix("variable:").map(str::trim)
        && !variable.is_empty()
        && variable.len() <= LONGEST_NAME
    {
        return Ok(Placeholder::Variable(variable.into()));
    }
    let known = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
    known.map(|(_, placeholder)| placeholder.clone()).ok_or_else(|| {
        let names: Vec<&str> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
        format!(
            "has {{{name}}} in it; known are {}, and variable: with a call variable's name.",
            names.join(", ")
        )
    })
}

const SCREEN_POP: &str = "screenPop";

impl Reading {
    pub(super) fn screen_pop(&mut self, root: Object<'_>) -> ScreenPop {
        let Some(object) = self.object(root, "", SCREEN_POP) else {
            return ScreenPop::default();
        };
        self.only(object, SCREEN_POP, keys::SCREEN_POP);
        let entries = self.objects(object, SCREEN_POP, "templates");
        if entries.len() > MOST_TEMPLATES {
            self.fault(
                &join(SCREEN_POP, "templates"),
                format!("has {}; at most {MOST_TEMPLATES} are possible.", entries.len()),
            );
        }
        let mut templates = Vec::new();
        for (path, entry) in entries.into_iter().take(MOST_TEMPLATES) {
            templates.extend(self.template(entry, &path));
        }
        ScreenPop { templates }
    }

    fn template(&mut self, entry: Object<'_>, path: &str) -> Option<Template> {
        self.only(entry, path, keys::TEMPLATE);
        let name = self.required_text(entry, path, "name");
        if name
            .as_deref()
            .is_some_and(|name| name.chars().count() > LONGEST_NAME)
        {
            self.fault(
                &join(path, "name"),
                format!("is too long for a link; at most {LONGEST_NAME} characters."),
            );
        }
        let on = [("ringing", PopOn::Ringing), ("connected", PopOn::Connected)];
        let open = [
            ("host", PopOpen::Host),
            ("link", PopOpen::Link),
            ("both", PopOpen::Both),
        ];
        let on = self.word(entry, path, "on", &on);
        let open = self.word(entry, path, "open", &open);
        let url = self.required_text(entry, path, "url");
        let address = url.as_deref().map(parse_address)?;
        let (origin, parts) = match address {
            Ok(address) => address,
            Err(problem) => {
                self.fault(&join(path, "url"), problem);
                return None;
            }
        };
        Some(Template {
            name: name?,
            on: on.unwrap_or_default(),
            open: open.unwrap_or_default(),
            origin,
            parts,
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;

    fn read(templates: &str) -> Result<Vec<Template>, Vec<String>> {
        let json = format!(
            r#"{{"screenPop":{{"templates":[{templates}]}},"source":{{"hub":"wss://h/rte","directory":{{}}}}}}"#
        );
        match parse(json.as_bytes()) {
            Ok((config, warnings)) => {
                assert_eq!(warnings, []);
                Ok(config.screen_pop.templates)
            }
            Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
        }
    }

    fn template(url: &str) -> Template {
        read(&format!(r#"{{"name":"CRM","url":"{url}"}}"#))
            .unwrap()
            .remove(0)
    }

    fn fill(url: &str, value: &str) -> Option<String> {
        template(url).fill(&|_| Some(value.to_owned()))
    }

    #[test]
    fn each_placeholder_is_asked_for_by_what_it_is() {
        let template = template(
            "https://crm.example:8443/find/{contactId}?phone={number}&who={name}&q={queue}&c={callId}&a={variable:account}#top",
        );
        let filled = template.fill(&|placeholder| {
            Some(match placeholder {
                Placeholder::Number => "+358 9 123".to_owned(),
                Placeholder::Name => "Åsa & Co".to_owned(),
                Placeholder::Queue => "sales".to_owned(),
                Placeholder::CallId => "1:5002".to_owned(),
                Placeholder::ContactId => "7".to_owned(),
                Placeholder::Variable(name) => format!("<{name}>"),
            })
        });
        assert_eq!(
            filled.as_deref(),
            Some(
                "https://crm.example:8443/find/7?phone=%2B358%209%20123&who=%C3%85sa%20%26%20Co&q=sales&c=1%3A5002&a=%3Caccount%3E#top"
            )
        );
    }

    #[test]
    fn a_part_that_the_call_lacks_makes_no_address() {
        let template = template("https://crm.example/{number}/{name}");
        let knows_the_number =
            |placeholder: &Placeholder| (*placeholder == Placeholder::Number).then(|| "1".to_owned());
        assert_eq!(template.fill(&knows_the_number), None);
        assert_eq!(template.fill(&|_| Some(String::new())), None);
        assert!(template.fill(&|_| Some("1".to_owned())).is_some());
    }

    #[test]
    fn no_value_leads_up_a_path_or_makes_an_address_without_end() {
        assert_eq!(fill("https://crm.example/a/{number}/b", ".."), None);
        assert_eq!(fill("https://crm.example/a/{number}", "."), None);
        assert_eq!(fill("https://crm.example/a/.{number}", "."), None);
        assert_eq!(fill("https://crm.example/a/%2E{number}", "."), None);
        assert!(fill("https://crm.example/a?b={number}", "..").is_some());
        assert_eq!(fill("https://crm.example/{number}", &"1".repeat(1 << 20)), None);
        assert_eq!(
            fill("https://crm.example/{number}", &"\u{202e}".repeat(1 << 20)),
            None
        );
    }

    #[test]
    fn when_and_for_whom_have_defaults() {
        let found = read(
            r#"{"name":"A","url":"https://a.example"},
               {"name":"B","url":"https://a.example/","on":"connected","open":"both"},
               {"name":"C","url":"https://a.example/","on":"ringing","open":"host"}"#,
        )
        .unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|template| (template.on, template.open))
            .collect();
        assert_eq!(
            found,
            [
                (PopOn::Ringing, PopOpen::Link),
                (PopOn::Connected, PopOpen::Both),
                (PopOn::Ringing, PopOpen::Host)
            ]
        );
    }

    #[test]
    fn an_address_that_a_caller_could_turn_elsewhere_is_refused() {
        for (url, says) in [
            ("http://crm.example/", "https://"),
            ("javascript:alert(1)", "https://"),
            ("//crm.example/", "https://"),
            ("/find", "https://"),
            ("{number}", "https://"),
            ("https://{number}.example/", "host and port"),
            ("https://crm.example:{number}/", "host and port"),
            ("https://crm.example{number}", "host and port"),
            ("https://user@crm.example/", "before the host"),
            ("https://*.example/", "more than one"),
            ("https:///find", "no usable host"),
            (
                "https://crm.example?x={number}",
                "write \"https://crm.example/?x={number}\"",
            ),
            ("https://crm.example/\\\\evil", "percent-encoded"),
            ("https://crm.example/a b", "percent-encoded"),
            ("https://crm.example/\u{fc}", "percent-encoded"),
            ("https://crm.example/../{number}", "steps"),
            ("https://crm.example/%2e%2E/", "steps"),
            ("https://crm.example/{", "other half"),
            ("https://crm.example/}", "other half"),
            ("https://crm.example/{number", "other half"),
            ("https://crm.example/{}", "known are"),
            ("https://crm.example/{phone}", "known are"),
            ("https://crm.example/{variable:}", "known are"),
        ] {
            let faults = read(&format!(r#"{{"name":"CRM","url":"{url}"}}"#)).expect_err(url);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(
                faults[0].starts_with("screenPop.templates[0].url: "),
                "{faults:?}"
            );
            assert!(faults[0].contains(says), "{url}: {faults:?}");
        }
    }

    #[test]
    fn every_fault_has_its_path() {
        for (entry, path) in [
            ("7", "screenPop.templates[0]: "),
            (r#"{"url":"https://a.example/"}"#, "screenPop.templates[0].name: "),
            (r#"{"name":"A"}"#, "screenPop.templates[0].url: "),
            (
                r#"{"name":"A","url":"https://a.example/","on":"sunday"}"#,
                "screenPop.templates[0].on: ",
            ),
            (
                r#"{"name":"A","url":"https://a.example/","open":7}"#,
                "screenPop.templates[0].open: ",
            ),
        ] {
            let faults = read(entry).expect_err(entry);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(path), "{path}: {faults:?}");
        }
        let long = "n".repeat(LONGEST_NAME + 1);
        assert!(read(&format!(r#"{{"name":"{long}","url":"https://a.example/"}}"#)).is_err());
        let many = vec![r#"{"name":"A","url":"https://a.example/"}"#; MOST_TEMPLATES + 1].join(",");
        assert!(read(&many).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_caller_is_called_the_address_keeps_its_shape(value in any::<String>()) {
            let url = "https://crm.example/find/{number}/open?name={name}#{queue}";
            if let Some(filled) = fill(url, &value) {
                let rest = filled.strip_prefix("https://crm.example/find/");
                prop_assert!(rest.is_some());
                prop_assert_eq!(filled.matches('/').count(), url.matches('/').count());
                prop_assert_eq!(filled.matches(['?', '#', '&', '=']).count(), 3);
                prop_assert!(filled.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!filled.contains("/../") && !filled.contains("/./"));
            }
        }

        #[test]
        fn no_template_is_filled_to_another_origin(url in "https://[a-z.{}:@/\\\\?#%]{0,30}", value in any::<String>()) {
            if let Ok((origin, parts)) = parse_address(&url) {
                let template = Template { name: "x".into(), on: PopOn::Ringing, open: PopOpen::Link, origin: origin.clone(), parts };
                if let Some(filled) = template.fill(&|_| Some(value.clone())) {
                    let rest = filled.strip_prefix(&*origin).unwrap();
                    prop_assert!(rest.is_empty() || rest.starts_with('/'));
                    let is_literal = !origin.contains(['@', '{', '\\']);
                    prop_assert!(is_literal);
                }
            }
        }
    }
}
