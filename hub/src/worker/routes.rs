//! What the worker answers to requests.
//!
//! Lives here: the server's routes as far as a page asks for them, with the server's answers and refusals.
//! May not be here: sockets, and files; those come from the host that the page itself came from.
//! An address counts by its path alone: the page may ask below any folder and by any host.
//! What is not here is not found, in words.

use super::token;
use crate::desk::configuration::of_site;
use crate::desk::vocabulary::Vocabularies;
use crate::desk::{Directory, credentials, may_have_token, named_agent};
use serde_json::{Value, json};

/// The hub's host, which no name server knows (RFC 2606): what should not leave the page could not.
const HOST: &str = "demo.invalid";
/// Where the SignalR hub is, as on the server.
const HUB_PATH: &str = "/rte";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// POST, else GET.
    pub post: bool,
    /// The address, absolute or not.
    pub url: &'a str,
    /// The value of the Authorization header.
    pub authorization: Option<&'a str>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON where the status is 200, else a sentence.
    pub body: String,
}

impl Answer {
    fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
        }
    }

    fn json(value: &Value) -> Self {
        Self::new(200, value.to_string())
    }
}

/// An address in the parts that count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    query: &'a str,
}

impl<'a> Place<'a> {
    pub(super) fn of(url: &'a str) -> Self {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let path = match place.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            None => place,
        };
        Self { path, query }
    }

    /// A parameter of the query; those that are asked for here need no decoding.
    pub(super) fn parameter(self, name: &str) -> Option<&'a str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(own, value)| (own == name).then_some(value))
    }

    pub(super) fn is_hub(self) -> bool {
        self.path == HUB_PATH
    }
}

/// The agent whom an access token names, in the header or in the query.
pub(super) fn bearer(directory: &Directory, place: Place<'_>, authorization: Option<&str>) -> Option<String> {
    let token = credentials(authorization, "bearer").or(place.parameter("access_token"))?;
    let agent = token::subject(token)?;
    directory.agent_by_id(&agent).map(|found| found.id.clone())
}

/// The answer to a request; `negotiate` opens the way for a socket of this user and names it.
pub(super) fn answer(
    directory: &Directory,
    spoken: Vocabularies,
    request: Request<'_>,
    negotiate: impl FnOnce(String) -> String,
) -> Answer {
    let place = Place::of(request.url);
    let authorization = request.authorization;
    let parts: Vec<&str> = place.path.split('/').filter(|part| !part.is_empty()).collect();
    match (request.post, parts.as_slice()) {
        (false, [.., "config.json"]) => Answer::json(&of_site(spoken, &[])),
        (false, [.., "token", user, "rte"]) => match named_agent(directory, authorization) {
            Err(text) => Answer::new(401, text),
            Ok(agent) => match may_have_token(agent, user) {
                Err(text) => Answer::new(403, text),
                Ok(()) => Answer::json(&json!({
                    "WssEndpoint": format!("wss://{HOST}{HUB_PATH}"),
                    "Token": token::issue(&agent.id),
                })),
            },
        },
        (false, [.., "directory"]) => {
            if bearer(directory, place, authorization).is_some() {
                return Answer::json(&json!(directory));
            }
            match named_agent(directory, authorization) {
                Ok(_) => Answer::json(&json!(directory)),
                Err(text) => Answer::new(401, text),
            }
        }
        (true, [.., "rte", "negotiate"]) => {
            let Some(user) = bearer(directory, place, authorization) else {
                return Answer::new(
                    401,
                    "No access token of this demonstration. Get one from /token/me/rte/.",
                );
            };
            let name = negotiate(user);
            Answer::json(&json!({
                "negotiateVersion": 1,
                "connectionId": name,
                "connectionToken": name,
                "availableTransports": [{ "transport": "WebSockets", "transferFormats": ["Text"] }],
            }))
        }
        _ => Answer::new(404, "There is nothing at this address in the demonstration."),
    }
}
