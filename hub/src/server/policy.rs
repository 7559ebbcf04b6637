//! The policy that the page runs under, as headers: the one text of it.
//!
//! Lives here: every directive with why it is there, and the headers beside it. The standard library alone: the
//! project's own commands compile this very file, so that what they print is what the hub sends.
//! May not be here: who sends the headers, and which servers and portals a site has.
//! Source: Content Security Policy 3, Trusted Types; the document of the desk's protocol with portals.

/// What a page of the desk may load, run and speak to, and who may show it in a frame.
///
/// `servers` are the sources beside the page's own that it speaks to (`wss://rte.example.com`), `portals` the origins
/// of the pages that may frame it; without any nobody may but pages of its own origin.
pub fn content_security_policy(servers: &[&str], portals: &[&str]) -> String {
    let list = |first: &str, others: &[&str]| {
        let mut list = first.to_owned();
        for other in others {
            list.push(' ');
            list.push_str(other);
        }
        list
    };
    [
        // What is not named below is forbidden.
        "default-src 'none'".to_owned(),
        // No inline script; compiling WebAssembly needs a word of its own.
        "script-src 'self' 'wasm-unsafe-eval'".to_owned(),
        "style-src 'self'".to_owned(),
        "img-src 'self'".to_owned(),
        list("connect-src 'self'", servers),
        // The simulated contact centre of a desk without a server.
        "worker-src 'self'".to_owned(),
        "base-uri 'none'".to_owned(),
        "form-action 'none'".to_owned(),
        list("frame-ancestors 'self'", portals),
        // Text becomes neither markup nor script. The one policy gives out the address of that worker.
        "require-trusted-types-for 'script'".to_owned(),
        "trusted-types switchhook".to_owned(),
    ]
    .join("; ")
}

/// The headers beside the policy, all of them the same for every site.
pub const HEADERS: [(&str, &str); 3] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()",
    ),
];

/// Whether a text can stand in the policy as a source: an origin, exact, without a path.
///
/// A space or a semicolon in it would add a directive of somebody else's.
pub fn is_source(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    ["http", "https", "ws", "wss"].contains(&scheme)
        && !authority.is_empty()
        && authority.bytes().all(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directives(policy: &str) -> Vec<(&str, Vec<&str>)> {
        policy
            .split("; ")
            .map(|directive| {
                let mut words = directive.split(' ');
                (words.next().unwrap_or_default(), words.collect())
            })
            .collect()
    }

    #[test]
    fn nothing_is_allowed_but_what_the_page_needs() {
        let policy = content_security_policy(&["wss://rte.example.com"], &["https://portal.example"]);
        let found = directives(&policy);
        let of = |name: &str| {
            let values: Vec<_> = found.iter().filter(|(found, _)| *found == name).collect();
            assert_eq!(values.len(), 1, "{name} in {policy}");
            values[0].1.clone()
        };
        assert_eq!(of("default-src"), ["'none'"]);
        assert_eq!(of("connect-src"), ["'self'", "wss://rte.example.com"]);
        assert_eq!(of("frame-ancestors"), ["'self'", "https://portal.example"]);
        assert_eq!(of("require-trusted-types-for"), ["'script'"]);
        for (name, values) in &found {
            for value in values {
                assert!(
                    !value.contains('*')
                        && !["'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"].contains(value),
                    "{name} {value}"
                );
            }
        }
    }

    #[test]
    fn only_an_exact_origin_can_stand_in_the_policy() {
        for good in [
            "https://a.example",
            "wss://a.example:8443",
            "http://[::1]:8080",
            "ws://127.0.0.1:1",
        ] {
            assert!(is_source(good), "{good}");
        }
        for bad in [
            "*",
            "https:",
            "a.example",
            "https://",
            "https://*.example",
            "https://a.example/",
            "https://a.example; script-src *",
            "https://a b",
            "data://x",
            "https://user@a.example",
            "https://a.example'",
        ] {
            assert!(!is_source(bad), "{bad}");
        }
    }
}
