//! Which release of the page this is, and whether its host has another one by now.
//!
//! Lives here: reading `build.json`, and which release the page has loaded itself anew for.
//! May not be here: the request, the reload, when either is due (the pump's).
//! A page that was not released has no name and never asks; a host without the file changes nothing.
//! The page loads itself anew once for each release: a host that is of two minds is not a loop.

use crate::protocol::reader::{self, Reader, Value};

/// How deep `build.json` may be; what is asked for stands at the top.
const DEPTH: u32 = 8;
/// The longest name of a release that is taken for one, bytes.
const LONGEST: usize = 64;

/// The releases that the page knows of.
#[derive(Debug, Default)]
pub(super) struct Release {
    own: Option<Box<str>>,
    /// The one that the page has loaded itself anew for, in this tab.
    reloaded_for: Option<Box<str>>,
    newer: Option<Box<str>>,
}

impl Release {
    /// A page of the release `own`, which was loaded in this tab to be of `reloaded_for`.
    pub(super) fn new(own: Option<Box<str>>, reloaded_for: Option<Box<str>>) -> Self {
        Self {
            own,
            reloaded_for,
            newer: None,
        }
    }

    /// Whether the host is to be asked at all.
    pub(super) fn is_known(&self) -> bool {
        self.own.is_some()
    }

    /// Takes in what the host has for `build.json`; a host may also go back to the release that this page is of.
    pub(super) fn told(&mut self, body: &[u8]) {
        if let Some(build) = build_of(body) {
            self.newer = Some(build).filter(|build| Some(build) != self.own.as_ref());
        }
    }

    /// The other release that the host has now.
    pub(super) fn newer(&self) -> Option<&str> {
        self.newer.as_deref()
    }

    /// The other release, if the page has not loaded itself anew for it yet; from now on it has.
    pub(super) fn take_unattended(&mut self) -> Option<Box<str>> {
        let newer = self
            .newer
            .clone()
            .filter(|newer| Some(newer) != self.reloaded_for.as_ref())?;
        self.reloaded_for = Some(newer.clone());
        Some(newer)
    }
}

/// The name in a `build.json`; `None` for whatever else a host may send under that name.
fn build_of(body: &[u8]) -> Option<Box<str>> {
    let Ok(Value::Object(json)) = reader::document(body, DEPTH) else {
        return None;
    };
    let mut reader = Reader::new(json);
    reader.enter_object();
    while let Some(key) = reader.key() {
        if let ("build", Value::Text(build)) = (&*key.name, reader.value()) {
            let build = build.cow();
            return (!build.is_empty() && build.len() <= LONGEST).then(|| build.into());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_build_json_names_a_release() {
        let named = |body: &str| build_of(body.as_bytes());
        assert_eq!(
            named(r#"{"parts":[{"build":"x"}],"build":"a1"}"#).as_deref(),
            Some("a1")
        );
        for other in [
            "",
            "<!doctype html><title>Desk</title>",
            "\"a1\"",
            "{}",
            r#"{"build":7}"#,
            r#"{"build":""}"#,
            r#"{"build":"a1""#,
        ] {
            assert_eq!(named(other), None, "{other}");
        }
        assert_eq!(named(&format!(r#"{{"build":"{}"}}"#, "a".repeat(65))), None);
    }

    #[test]
    fn the_page_loads_itself_anew_once_for_each_release() {
        let mut release = Release::new(Some("one".into()), Some("two".into()));
        release.told(br#"{"build":"two"}"#);
        assert_eq!(release.newer(), Some("two"), "it is offered again");
        assert_eq!(release.take_unattended(), None, "it did not help the last time");
        release.told(br#"{"build":"three"}"#);
        assert_eq!(release.take_unattended().as_deref(), Some("three"));
        assert_eq!(release.take_unattended(), None);
        release.told(br#"{"build":"one"}"#);
        assert_eq!(release.newer(), None, "the host went back");
    }
}
