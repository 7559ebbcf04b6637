//! Who is asking, as far as this hub wants to know.
//!
//! Lives here: reading credentials, the agent whom they name, whose token may be asked for, and the words of refusals.
//! May not be here: the request that they stand in, and tokens themselves; each carrier has its own.
//! An agent proves nothing but its name: this is a simulation, and the name only says whose desk it is.
//! Every refusal is a sentence that says what to do; none repeats a secret.

use super::directory::{Directory, DirectoryAgent};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The credentials of a scheme in the value of an Authorization header.
pub(crate) fn credentials<'a>(authorization: Option<&'a str>, scheme: &str) -> Option<&'a str> {
    let (name, rest) = authorization?.trim().split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// The agent who is named by Basic authentication.
pub(crate) fn named_agent<'a>(
    directory: &'a Directory,
    authorization: Option<&str>,
) -> Result<&'a DirectoryAgent, String> {
    let example =
        "Send \"Authorization: Basic\" with an agent's id as user name, such as 1001, and any password.";
    let encoded = credentials(authorization, "basic").ok_or(format!("Who is asking? {example}"))?;
    let pair = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(format!("The credentials are not base64. {example}"))?;
    let login = pair.split_once(':').map_or(pair.as_str(), |(name, _)| name);
    directory
        .agent_by_login(login)
        .ok_or("There is no agent with this id here. Check the agent id.".to_owned())
}

/// Whether an agent may have the token of `user`, as the address names it.
pub(crate) fn may_have_token(agent: &DirectoryAgent, user: &str) -> Result<(), &'static str> {
    if user == "me" || user.eq_ignore_ascii_case(&agent.id) || user == agent.agent_id {
        Ok(())
    } else {
        Err("A token is given out for the own user only. Ask for /token/me/rte/.")
    }
}
