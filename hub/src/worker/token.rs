//! The tokens of a demonstration.
//!
//! Lives here: making a token that names an agent, in the form that every page can read, and reading it again.
//! May not be here: secrets; whoever can ask this hub is in the same page as the hub.
//! The form is that of a JSON Web Token without a signature ("alg": "none", RFC 7519, section 6).
//! Only what this hub gave out is read; anything else names nobody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const HEADER: &str = r#"{"alg":"none","typ":"JWT"}"#;
const BEFORE: &str = r#"{"iss":"switchhook-demo","sub":""#;
const AFTER: &str = r#""}"#;

/// A token for the agent with this GUID, which needs no escaping.
pub(super) fn issue(agent: &str) -> String {
    let mut token = URL_SAFE_NO_PAD.encode(HEADER);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string([BEFORE, agent, AFTER].concat(), &mut token);
    token.push('.');
    token
}

/// The GUID of the agent whom a token names.
pub(super) fn subject(token: &str) -> Option<String> {
    let (_, rest) = token.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(rest.strip_suffix('.')?).ok()?;
    let claims = String::from_utf8(claims).ok()?;
    let subject = claims.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    Some(subject.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_agent_and_nothing_else_names_anybody() {
        let token = issue("0a-1b");
        assert_eq!(subject(&token).as_deref(), Some("0a-1b"));
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            "e30.e30.",
            &token[1..],
            &token[..token.len() - 2],
        ] {
            assert_eq!(subject(text).filter(|name| name != "0a-1b"), None, "{text}");
        }
    }
}
