//! The answer of the token endpoint: where the hub is and what opens it.
//!
//! Lives here: the shape of that answer and its reading.
//! May not be here: fetching it, keeping it (a token is for one connection: rules R1, R2, trap T25).
//! The names are read in any case: `WssEndpoint` and `WSSEndpoint` both occur (irregularity E15).
//! The token is handed on as it is; what stands in it is the hub's business.

use crate::vendor::Unreadable;
use crate::vendor::json::{Reader, record};

record! {
    /// The answer as it comes over the wire.
    TokenAnswer<'a> {
        /// Address of the hub.
        endpoint: crate::vendor::json::Text<'a> = "WssEndpoint",
        /// The token.
        token: crate::vendor::json::Text<'a> = "Token",
    }
}

/// Where the hub is and what opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// Address of the hub (`ws:`, `wss:`, or `http:`, `https:`).
    pub endpoint: Box<str>,
    /// The token, handed over when connecting.
    pub token: Box<str>,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("endpoint", &self.endpoint)
            .field("token", &"…")
            .finish()
    }
}

impl TokenResponse {
    /// Reads the answer; both members must be there and not empty.
    pub fn read(json: &str) -> Result<Self, Unreadable> {
        let mut answer = TokenAnswer::default();
        let mut reader = Reader::new(json);
        let is_object = reader.record(&mut answer, &mut |_, _, _| {});
        if reader.is_broken() {
            return Err(Unreadable::Broken);
        }
        if !is_object {
            return Err(Unreadable::Shape("the token answer is no object"));
        }
        let endpoint = answer.endpoint.value().filter(|text| !text.is_empty());
        let token = answer.token.value().filter(|text| !text.is_empty());
        Ok(Self {
            endpoint: endpoint
                .ok_or(Unreadable::Shape("the token answer has no WssEndpoint"))?
                .boxed(),
            token: token
                .ok_or(Unreadable::Shape("the token answer has no Token"))?
                .boxed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e15_the_endpoint_is_read_in_any_case() {
        for name in ["WssEndpoint", "WSSEndpoint", "wssEndpoint"] {
            let json = format!(r#"{{"{name}": "wss://rte.example/rte", "Token": "abc"}}"#);
            let answer = TokenResponse::read(&json).unwrap();
            assert_eq!(
                (&*answer.endpoint, &*answer.token),
                ("wss://rte.example/rte", "abc")
            );
            assert!(!format!("{answer:?}").contains("abc"));
        }
    }

    #[test]
    fn an_answer_without_a_token_says_so() {
        let problem = TokenResponse::read(r#"{"wssEndpoint":"wss://x/rte"}"#).unwrap_err();
        assert!(problem.to_string().contains("Token"));
        assert!(TokenResponse::read("<html>").is_err());
        assert!(TokenResponse::read("[]").is_err());
    }
}
