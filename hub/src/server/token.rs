//! Access tokens: JSON Web Tokens signed with HMAC-SHA-256, made and checked by this process alone.
//!
//! Lives here: claims, signing, checking, and the words for each way in which a token can be bad.
//! May not be here: where a token stands in a request, and who is entitled to one.
//! The key is drawn anew at each start, so that no token outlives the process that gave it out.
//! Only `HS256` is accepted; what the header of a token says about itself decides nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::{Duration, SystemTime};

/// Seconds by which the clocks of a client's token source and of this server may differ.
const LEEWAY_SECONDS: u64 = 5;

const ISSUER: &str = "switchhook-hub";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whom it names: the agent's GUID.
    pub sub: String,
    /// Who gave it out.
    pub iss: String,
    /// When, in seconds since 1970.
    pub iat: u64,
    /// From when on it is valid.
    pub nbf: u64,
    /// Until when.
    pub exp: u64,
}

impl Claims {
    /// How long the token is still valid at `now`.
    pub fn lifetime(&self, now: SystemTime) -> Duration {
        let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.exp));
        end.and_then(|end| end.duration_since(now).ok())
            .unwrap_or_default()
    }
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The request carries none.
    #[error(
        "No access token. Get one from /token/me/rte/ and send it as \"Authorization: Bearer …\" or as access_token in the query."
    )]
    Missing,
    /// It is not a JSON Web Token.
    #[error("The access token is not a JSON Web Token. Get a new one from /token/me/rte/.")]
    Malformed,
    /// It was not signed by this process.
    #[error(
        "The access token was not signed by this hub (it may have been restarted). Get a new one from /token/me/rte/."
    )]
    BadSignature,
    /// Its time is over.
    #[error("The access token has expired. Get a new one from /token/me/rte/.")]
    Expired,
    /// Its time has not come.
    #[error("The access token is not valid yet. Check the clocks of both machines.")]
    NotYetValid,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// Makes and checks tokens with one key.
pub struct Signer {
    key: [u8; 32],
    lifetime: Duration,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of logs.
        formatter
            .debug_struct("Signer")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer with a fresh random key, whose tokens are valid for `lifetime`.
    pub fn new(lifetime: Duration) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self { key, lifetime })
    }

    /// A token for `subject`, valid from `now` on.
    pub fn issue(&self, subject: &str, now: SystemTime) -> String {
        let now = seconds(now);
        let claims = Claims {
            sub: subject.to_owned(),
            iss: ISSUER.to_owned(),
            iat: now,
            nbf: now,
            exp: now.saturating_add(self.lifetime.as_secs()),
        };
        // A struct of strings and numbers always has a JSON form.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let mut token = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signature(token.as_bytes()).finalize().into_bytes();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// The claims of `token`, if it is one of ours and valid at `now`.
    pub fn check(&self, token: &str, now: SystemTime) -> Result<Claims, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let header: Header = part(header)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| TokenError::Malformed)?;
        if header.alg != "HS256"
            || self
                .signature(signed.as_bytes())
                .verify_slice(&signature)
                .is_err()
        {
            return Err(TokenError::BadSignature);
        }
        let claims: Claims = part(claims)?;
        let now = seconds(now);
        if now >= claims.exp {
            Err(TokenError::Expired)
        } else if now.saturating_add(LEEWAY_SECONDS) < claims.nbf {
            Err(TokenError::NotYetValid)
        } else {
            Ok(claims)
        }
    }

    fn signature(&self, signed: &[u8]) -> Hmac<Sha256> {
        // 32 bytes are shorter than a block of SHA-256, for which this construction cannot fail.
        let mut mac = Hmac::<Sha256>::new(&self.block().into());
        mac.update(signed);
        mac
    }

    /// The key, filled up with zeros to a block, as HMAC itself would do.
    fn block(&self) -> [u8; 64] {
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.key) {
            *to = from;
        }
        block
    }
}

fn part<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer {
            key: [7; 32],
            lifetime: Duration::from_secs(60),
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_valid_for_its_lifetime_and_no_longer() {
        let token = signer().issue("ann", at(1000));
        let check = |seconds| signer().check(&token, at(seconds)).map(|claims| claims.sub);
        assert_eq!(check(1000), Ok("ann".to_owned()));
        assert_eq!(check(1059), Ok("ann".to_owned()));
        assert_eq!(check(1060), Err(TokenError::Expired));
        assert_eq!(check(995), Ok("ann".to_owned()));
        assert_eq!(check(994), Err(TokenError::NotYetValid));
        let claims = signer().check(&token, at(1000)).unwrap();
        assert_eq!(claims.lifetime(at(1020)), Duration::from_secs(40));
        assert_eq!(claims.lifetime(at(1061)), Duration::ZERO);
    }

    #[test]
    fn what_was_changed_or_signed_elsewhere_is_refused() {
        let token = signer().issue("ann", at(1000));
        let other = Signer {
            key: [8; 32],
            ..signer()
        };
        assert_eq!(other.check(&token, at(1000)), Err(TokenError::BadSignature));
        let unsigned = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            token.split('.').nth(1).unwrap_or_default()
        );
        assert_eq!(signer().check(&unsigned, at(1000)), Err(TokenError::BadSignature));
        for text in ["", "a", "a.b", "a.b.c", "..", "e30.e30.AAAA"] {
            assert_eq!(
                signer().check(text, at(1000)),
                Err(TokenError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn the_signature_is_that_of_rfc_7515() {
        // Made with another implementation: HMAC-SHA-256 over the two parts, key 32 × 0x07.
        let token = signer().issue("ann", at(1000));
        let [header, claims, signature]: [&str; 3] = token
            .split('.')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_default();
        assert_eq!(header, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9");
        assert_eq!(
            URL_SAFE_NO_PAD.decode(claims).map(String::from_utf8),
            Ok(Ok(
                r#"{"sub":"ann","iss":"switchhook-hub","iat":1000,"nbf":1000,"exp":1060}"#.to_owned()
            ))
        );
        assert_eq!(signature, "HneoFeIsSg8oN0_W0AK8yLMUjCDN4zEzm20uSl-2bH4");
    }

    #[test]
    fn the_key_stays_out_of_logs() {
        assert!(!format!("{:?}", signer()).contains("key"));
    }
}
