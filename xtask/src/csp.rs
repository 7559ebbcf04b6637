//! `cargo xtask csp`: the headers that a host must send with the page, for a site's own servers and portals.
//!
//! The policy is compiled from the very file that the embedded hub sends it from, so the two cannot differ.

use crate::arguments::Arguments;
use crate::process::{Failure, Outcome};

#[allow(unreachable_pub, reason = "public where it comes from")]
#[path = "../../hub/src/server/policy.rs"]
mod policy;

/// What the person asked for.
#[derive(Debug, Default)]
pub(crate) struct Options {
    servers: Vec<String>,
    portals: Vec<String>,
}

impl Options {
    /// Reads the words after `csp`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut arguments = Arguments::new("csp", words);
        let mut options = Self::default();
        while let Some(given) = arguments.next() {
            let places = match given.name {
                "--server" => &mut options.servers,
                "--ancestor" => &mut options.portals,
                _ => return Err(arguments.unknown(&given)),
            };
            let place: String = arguments.value(&given, "an origin")?;
            if !policy::is_source(&place) {
                return Err(Failure::new(
                    format!("`{place}` is not an exact origin."),
                    "Write scheme and host, and the port where it is not the usual one: wss://rte.example.com, https://portal.example.com.",
                ));
            }
            places.push(place);
        }
        Ok(options)
    }
}

/// Prints the headers.
pub(crate) fn run(options: &Options) {
    print!("{}", headers(options));
}

fn headers(options: &Options) -> String {
    let policy = policy::content_security_policy(&borrowed(&options.servers), &borrowed(&options.portals));
    let mut text = format!("Content-Security-Policy: {policy}\n");
    for (name, value) in policy::HEADERS {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push('\n');
    }
    text
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Outcome<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn servers_and_portals_stand_where_they_belong() {
        let line = "--server wss://rte.example.com --server https://api.example.com --ancestor https://portal.example";
        let Ok(options) = parsed(line) else {
            panic!("refused");
        };
        let text = headers(&options);
        assert!(text.contains("connect-src 'self' wss://rte.example.com https://api.example.com; "));
        assert!(text.contains("frame-ancestors 'self' https://portal.example; "));
        assert!(text.contains("\nX-Content-Type-Options: nosniff\n"));
        assert_eq!(text.lines().count(), 1 + policy::HEADERS.len());
    }

    #[test]
    fn what_is_no_origin_is_refused_in_words() {
        for bad in [
            "--server *",
            "--ancestor https://a.example/portal",
            "--ancestor x",
            "--portal https://a",
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    /// The documents' example: three servers, and no portal.
    #[test]
    fn every_documented_host_sends_exactly_these_headers() {
        let line = "--server https://api.example.com --server https://rte.example.com --server wss://rte.example.com";
        let Ok(options) = parsed(line) else {
            panic!("refused");
        };
        let text = headers(&options);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hosting");
        for name in [
            "nginx.conf",
            "apache.conf",
            "htaccess",
            "Caddyfile",
            "web.config",
            "s3-cloudfront/response-headers.json",
            "README.md",
        ] {
            let document = std::fs::read_to_string(folder.join(name))
                .unwrap_or_else(|error| panic!("docs/hosting/{name}: {error}"));
            for header in text.lines() {
                let (header, value) = header.split_once(": ").unwrap_or_default();
                // CloudFront says this one by a switch.
                let said = document.contains(value)
                    || (value == "nosniff" && document.contains("ContentTypeOptions"));
                assert!(said, "docs/hosting/{name} does not say {header}: {value}");
            }
            assert_eq!(
                document.matches("default-src").count(),
                1,
                "docs/hosting/{name} has one policy"
            );
        }
    }
}
