//! The hub's address and the two addresses made from it: negotiate and socket.
//!
//! Lives here: reading an address, changing its scheme, adding to its query, keeping secrets out of logs.
//! May not be here: resolving a relative address (the shell knows the page) and looking into the host.
//! Tokens travel in the socket's query, because a browser's WebSocket takes no headers (case N25).
//! Nothing here shows a query or a token in `Debug` or `Display`.

use super::error::Error;
use std::fmt;
use std::fmt::Write as _;

/// A text that must not appear in a log: an access token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// An address whose query (and user information) is left out when it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The whole address, for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_redacted(&self.0, formatter)
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretUrl({self})")
    }
}

/// Writes `url` without what may be secret in it: user information and query.
fn write_redacted(url: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (shown, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = shown.split_once("://").unwrap_or(("", shown));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    write!(formatter, "{scheme}://{host}{path}")?;
    if query.is_empty() {
        Ok(())
    } else {
        formatter.write_str("?…")
    }
}

/// Where a hub is: an absolute `http:`, `https:`, `ws:` or `wss:` address.
#[derive(Clone, PartialEq, Eq)]
pub struct HubAddress {
    secure: bool,
    /// Authority and path, without scheme, query and fragment.
    place: String,
    /// Without the question mark; empty when there is none.
    query: String,
}

impl HubAddress {
    /// Reads an absolute address. A fragment is dropped; the query is kept for both requests (case N06).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidAddress(why.to_owned());
        let text = text.trim();
        if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(invalid("it contains white space"));
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| invalid("it is not absolute"))?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(invalid("its scheme is not http, https, ws or wss")),
        };
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        if place.is_empty() || place.starts_with('/') {
            return Err(invalid("it names no host"));
        }
        Ok(Self {
            secure,
            place: place.to_owned(),
            query: query.to_owned(),
        })
    }

    /// Host and port, for people.
    pub fn host(&self) -> &str {
        let authority = self.place.split('/').next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    /// Where to negotiate, by HTTP on the same host whatever the scheme (cases N01, N04, N05).
    pub(super) fn negotiate(&self, stateful: bool) -> SecretUrl {
        let mut url = self.below("negotiate");
        let mut query = Query::after(&mut url, &self.query);
        if self.parameter("negotiateVersion").is_none() {
            query.add("negotiateVersion", "1");
        }
        if stateful && self.parameter("useStatefulReconnect").is_none() {
            query.add("useStatefulReconnect", "true");
        }
        SecretUrl(url)
    }

    /// Where to hand in a fresh access token (case A02).
    pub(super) fn refresh(&self, connection_token: &Secret) -> SecretUrl {
        let mut url = self.below("refresh");
        Query::after(&mut url, &self.query).add("id", connection_token.expose());
        SecretUrl(url)
    }

    /// What the address itself says of stateful reconnect (case B03).
    pub(super) fn asks_for_stateful(&self) -> Option<bool> {
        self.parameter("useStatefulReconnect")
            .map(|value| value.eq_ignore_ascii_case("true"))
    }

    fn below(&self, name: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        let slash = if self.place.ends_with('/') { "" } else { "/" };
        [scheme, "://", &self.place, slash, name].concat()
    }

    /// Where to open the socket; `connection_token` is absent when negotiation was skipped.
    pub(super) fn socket(
        &self,
        connection_token: Option<&Secret>,
        access_token: Option<&Secret>,
    ) -> SecretUrl {
        let scheme = if self.secure { "wss" } else { "ws" };
        let mut url = format!("{scheme}://{}", self.place);
        let mut query = Query::after(&mut url, &self.query);
        if let Some(token) = connection_token {
            query.add("id", token.expose());
        }
        if let Some(token) = access_token {
            query.add("access_token", token.expose());
        }
        SecretUrl(url)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find_map(|(own, value)| (own == name).then_some(value))
    }
}

impl fmt::Display for HubAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        let mark = if self.query.is_empty() { "" } else { "?…" };
        write_redacted(&format!("{scheme}://{}{mark}", self.place), formatter)
    }
}

impl fmt::Debug for HubAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HubAddress({self})")
    }
}

/// Appends parameters to an address.
struct Query<'a> {
    url: &'a mut String,
    separator: char,
}

impl<'a> Query<'a> {
    fn after(url: &'a mut String, existing: &str) -> Self {
        let mut separator = '?';
        if !existing.is_empty() {
            url.push('?');
            url.push_str(existing);
            separator = '&';
        }
        Self { url, separator }
    }

    fn add(&mut self, name: &str, value: &str) {
        self.url.push(self.separator);
        self.url.push_str(name);
        self.url.push('=');
        for byte in value.bytes() {
            // What JavaScript's encodeURIComponent leaves as it is.
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                self.url.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(self.url, "%{byte:02X}");
            }
        }
        self.separator = '&';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> HubAddress {
        HubAddress::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn n01_negotiate_is_below_the_hub() {
        for (hub, expected) in [
            (
                "http://h/endpoint",
                "http://h/endpoint/negotiate?negotiateVersion=1",
            ),
            (
                "https://h/endpoint/",
                "https://h/endpoint/negotiate?negotiateVersion=1",
            ),
            (
                "wss://h:8443/hub",
                "https://h:8443/hub/negotiate?negotiateVersion=1",
            ),
            (
                "WS://[::1]:80/hub#part",
                "http://[::1]:80/hub/negotiate?negotiateVersion=1",
            ),
            ("http://h", "http://h/negotiate?negotiateVersion=1"),
        ] {
            assert_eq!(address(hub).negotiate(false).expose(), expected);
        }
    }

    #[test]
    fn n04_a_version_in_the_address_is_kept_and_not_repeated() {
        let hub = address("http://h/e?negotiateVersion=42");
        assert_eq!(
            hub.negotiate(false).expose(),
            "http://h/e/negotiate?negotiateVersion=42"
        );
        assert_eq!(
            hub.socket(Some(&Secret::new("a")), None).expose(),
            "ws://h/e?negotiateVersion=42&id=a"
        );
    }

    #[test]
    fn n06_n25_the_socket_keeps_the_query_and_encodes_what_it_adds() {
        let hub = address("https://h/e?q=myData");
        let token = Secret::new("a+b/c=&ü");
        assert_eq!(
            hub.socket(Some(&Secret::new("42")), Some(&token)).expose(),
            "wss://h/e?q=myData&id=42&access_token=a%2Bb%2Fc%3D%26%C3%BC"
        );
        assert_eq!(
            address("ws://h/e").socket(None, Some(&token)).expose(),
            "ws://h/e?access_token=a%2Bb%2Fc%3D%26%C3%BC"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "/hub", "ftp://h/x", "http:///x", "http://?x", "http://h/a b"] {
            assert!(
                matches!(HubAddress::parse(text), Err(Error::InvalidAddress(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let hub = address("https://user:pass@h/e?key=secret");
        let url = hub.socket(Some(&Secret::new("secret")), Some(&Secret::new("secret")));
        for shown in [
            format!("{hub} {hub:?}"),
            format!("{url} {url:?}"),
            format!("{:?}", Secret::new("secret")),
        ] {
            assert!(!shown.contains("secret") && !shown.contains("pass"), "{shown}");
        }
        assert_eq!(url.to_string(), "wss://h/e?…");
    }
}
