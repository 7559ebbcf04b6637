//! The headers of the connection's HTTP requests.
//!
//! Lives here: [`Headers`], the library's own and the application's, of which the latter win (case N22).
//! May not be here: `Authorization` from the token provider, which travels as a token, and any HTTP library.
//! Names are compared without regard to case; an application's value may be a secret and is not shown.
//! A WebSocket gets none of them: a browser's takes no headers.

use super::address::Secret;
use std::fmt;

/// Headers of the negotiate and refresh requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Headers(Vec<(String, Secret)>);

impl Headers {
    /// Sets a header, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), Secret::new(value));
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(&name));
        self.0.push((name, value));
        self
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }
}

/// What servers' CORS rules expect of a client, and who it is.
impl Default for Headers {
    fn default() -> Self {
        let agent = concat!("switchhook/", env!("CARGO_PKG_VERSION"));
        Self(Vec::new())
            .with("X-Requested-With", "XMLHttpRequest")
            .with("X-SignalR-User-Agent", agent)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}
