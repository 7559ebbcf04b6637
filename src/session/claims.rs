//! Who is meant: what goes into `Authorization: Basic`, and what a token says of its bearer.
//!
//! Lives here: base64 for a header and from a token, and the texts among a token's claims.
//! May not be here: checking a token; only the server can, the desk merely looks for its own agent's id.
//! Which claim carries the id is not documented (rule R1): every text is offered, the directory knows which one fits.
//! A token that cannot be read offers nothing.

use crate::domain::fold::folded;
use crate::protocol::base64;
use crate::protocol::reader::Reader;

/// Base64 with padding, for `Authorization: Basic`.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    base64::write(bytes, &mut text);
    text
}

/// The texts among the claims of a JWT, in lower case; nothing when it is none.
pub(super) fn identities(token: &str) -> Vec<String> {
    let claims = token
        .split('.')
        .nth(1)
        .and_then(from_base64_url)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let mut texts = Vec::new();
    let mut reader = Reader::new(&claims);
    if reader.enter_object() {
        while reader.key().is_some() {
            texts.extend(reader.value().as_text().map(|text| folded(&text.cow())));
        }
    }
    texts
}

/// Base64 in its URL form, without padding.
fn from_base64_url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_follows_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("1001:", "MTAwMTo="),
            ("ä:ß", "w6Q6w58="),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn r1_a_tokens_texts_are_offered_and_garbage_offers_nothing() {
        let claims = base64(br#"{"sub":"AA97-X","exp":5,"name":"Ann"}"#);
        let token = format!("e30.{}.sig", claims.trim_end_matches('='));
        let mut found = identities(&token);
        found.sort();
        assert_eq!(found, ["aa97-x", "ann"]);
        for garbage in ["", "a.b", "..", "x.!!!.y", "e30.bnVsbA.z"] {
            assert!(identities(garbage).is_empty(), "{garbage}");
        }
    }
}
