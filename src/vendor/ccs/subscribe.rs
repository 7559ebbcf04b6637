//! Subscriptions to working domains, and what became of each.
//!
//! Lives here: the hub methods that begin and end hearing a domain, their arguments, the reading of the answer.
//! May not be here: which domains are wanted and when (the session's), and the events that follow.
//! The document has no requests: the shape is the hub's, `[["sales"]]` answered by `[{"domain", "subscribed",
//! "message"}]`. Before the answer come events of what exists.

use crate::vendor::json::{Reader, Text, quoted, record};
use crate::vendor::{Oddities, Oddity, Unreadable};

/// Hub method that begins to hear domains.
pub const SUBSCRIBE: &str = "CcsSubscribe";
/// Hub method that ends it; takes and answers the same.
pub const UNSUBSCRIBE: &str = "CcsUnsubscribe";
/// Domains of one call.
pub const DOMAINS_PER_CALL: usize = 250;

/// Writes the arguments of as many calls as it takes, each with the number of its domains.
pub fn write(domains: &[Box<str>]) -> Vec<(String, u32)> {
    let calls = domains.chunks(DOMAINS_PER_CALL);
    calls
        .map(|domains| {
            let names: Vec<String> = domains.iter().map(|domain| quoted(domain)).collect();
            (["[[", &names.join(","), "]]"].concat(), names.len() as u32)
        })
        .collect()
}

record! {
    /// What became of one domain.
    Granted<'a> {
        /// The domain.
        domain: Text<'a> = "domain",
        /// Its events will come.
        subscribed: bool = "subscribed",
        /// Why they will not.
        message: Text<'a> = "message",
    }
}

/// Reads an answer: each domain, whether it was granted, and why not, in the hub's words.
pub fn read_answer(
    json: &str,
    oddities: &mut Oddities,
    mut each: impl FnMut(&str, bool, Option<&str>),
) -> Result<(), Unreadable> {
    let mut reader = Reader::new(json);
    if !reader.enter_array() {
        return Err(Unreadable::Shape("what became of the domains is no list"));
    }
    while reader.item() {
        let mut granted = Granted::default();
        let is_object = reader.record(&mut granted, &mut |_, key, _| {
            oddities.count(Oddity::UnknownField, SUBSCRIBE, &key.name);
        });
        if is_object {
            each(
                &granted.domain.value().unwrap_or_default().cow(),
                granted.subscribed.value().unwrap_or(false),
                granted.message.value().map(Text::words).as_deref(),
            );
        }
    }
    if reader.is_broken() {
        return Err(Unreadable::Broken);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_stay_small_and_lose_no_domain() {
        let domains: Vec<Box<str>> = (0..600).map(|number| format!("d{number}").into()).collect();
        let calls = write(&domains);
        assert_eq!(calls.iter().map(|(_, count)| count).sum::<u32>(), 600);
        let first: Vec<Vec<String>> = serde_json::from_str(&calls[0].0).unwrap();
        assert_eq!(first[0].len(), DOMAINS_PER_CALL);
        assert!(write(&[]).is_empty());
    }

    #[test]
    fn what_became_of_each_domain_is_read() {
        let mut told = Vec::new();
        let json = r#"[{"domain":"a","subscribed":true,"message":null},{"Domain":"b","Message":"no"},7]"#;
        let answer = read_answer(json, &mut Oddities::default(), |domain, granted, why| {
            told.push((domain.to_owned(), granted, why.map(str::to_owned)));
        });
        assert_eq!(answer, Ok(()));
        assert_eq!(
            told,
            [("a".into(), true, None), ("b".into(), false, Some("no".into()))]
        );
        for broken in ["{}", "[", "7", "[{]"] {
            assert!(
                read_answer(broken, &mut Oddities::default(), |_, _, _| {}).is_err(),
                "{broken}"
            );
        }
    }
}
