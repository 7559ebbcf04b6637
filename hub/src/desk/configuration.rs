//! The page's `config.json`, for the whole site and for what one vocabulary alone can say.
//!
//! Lives here: which vocabularies a page listens to at which address, and what a page must be told to read them.
//! May not be here: routes, files, and what any vocabulary says.
//! The site itself listens to RTE, CTI OS and T-Server, which tell of the same calls or of none: each call is once on
//! the screen. ccsevents and CallGem tell of every call in their own way, and have a page of their own for it.

use super::callgem::TENANT;
use super::vocabulary::{Vocabularies, Vocabulary};
use crate::tell::{callgem, ccs};
use serde_json::{Value, json};
use switchhook::session::config::{COMMANDS, TOPICS};
use switchhook::vendor::time::Zone;

/// The folders that serve the page for one vocabulary alone.
pub const FOLDERS: [(Vocabulary, &str); 2] = [(Vocabulary::Ccs, "ccs"), (Vocabulary::CallGem, "callgem")];

/// What a page is told at the site's root.
pub fn of_site(spoken: Vocabularies, portals: &[String]) -> Value {
    let mut source = common(spoken.has(Vocabulary::Rte));
    if spoken.has(Vocabulary::CtiOs) {
        add(&mut source, "telephony", "ctios".into());
        add(&mut source, "queueNameVariable", 1.into());
    }
    if spoken.has(Vocabulary::TServer) {
        add(&mut source, "tserver", json!({ "agents": "agentId" }));
    }
    whole(&source, portals)
}

/// What a page is told in the folder of one vocabulary.
pub fn of_folder(vocabulary: Vocabulary, callgem_offset: Zone, portals: &[String]) -> Value {
    let mut source = common(false);
    match vocabulary {
        Vocabulary::Ccs => add(&mut source, "ccs", ccs_source()),
        Vocabulary::CallGem => add(&mut source, "callgem", callgem_source(callgem_offset)),
        Vocabulary::Rte | Vocabulary::CtiOs | Vocabulary::TServer => {}
    }
    whole(&source, portals)
}

fn whole(source: &Value, portals: &[String]) -> Value {
    let mut whole = json!({ "source": source });
    if !portals.is_empty() {
        let embed = json!({
            "allowedOrigins": portals,
            "allowCommands": COMMANDS.as_slice(),
            "topics": TOPICS.as_slice(),
        });
        add(&mut whole, "embed", embed);
    }
    whole
}

fn common(rte: bool) -> Value {
    let mut source = json!({
        "token": { "url": "/token/me/rte/", "identify": "basic" },
        "directory": { "url": "/directory" },
        "snapshot": true,
    });
    if !rte {
        add(&mut source, "rte", false.into());
    }
    source
}

fn add(source: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = source {
        fields.insert(name.to_owned(), value);
    }
}

fn ccs_source() -> Value {
    let states: Vec<Value> = ccs::STATES
        .iter()
        .map(|(state, stage)| json!({ "state": state, "stage": stage }))
        .collect();
    json!({ "agents": "extension", "states": states })
}

fn callgem_source(offset: Zone) -> Value {
    let states: Vec<Value> = callgem::State::ALL
        .iter()
        .map(|(state, label, stage)| json!({ "number": state.number(), "label": label, "stage": stage }))
        .collect();
    json!({
        "tenant": TENANT,
        "persist": true,
        "rate": 200,
        "refresh": 60,
        "history": 60,
        "agents": "agentId",
        "offset": offset_text(offset),
        "states": states,
    })
}

/// An offset such as `+02:00`.
fn offset_text(offset: Zone) -> String {
    let minutes = offset.minutes_east;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Reads an offset such as `+02:00`, at most fourteen hours either way.
pub fn parse_offset(text: &str) -> Option<Zone> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number = |text: &str| -> Option<i32> {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 14 * 60).then_some(Zone {
        minutes_east: sign * all,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_reads_back_as_it_was_written() {
        for text in ["+00:00", "+02:00", "-09:30", "+14:00"] {
            assert_eq!(parse_offset(text).map(offset_text).as_deref(), Some(text));
        }
        for text in [
            "",
            "2",
            "02:00",
            "+2:00",
            "+02:60",
            "+15:00",
            "+0a:00",
            "+02:00:00",
            "é02:00",
        ] {
            assert_eq!(parse_offset(text), None, "{text}");
        }
    }

    #[test]
    fn portals_may_ask_for_everything_where_there_are_any() {
        let portals = ["https://portal.example".to_owned()];
        let with = of_site(Vocabularies::default(), &portals);
        assert_eq!(with["embed"]["allowedOrigins"][0], portals[0]);
        assert_eq!(
            with["embed"]["allowCommands"].as_array().map(Vec::len),
            Some(COMMANDS.len())
        );
        assert!(of_site(Vocabularies::default(), &[])["embed"].is_null());
    }

    #[test]
    fn the_site_listens_to_what_is_spoken_and_each_call_is_told_once() {
        let all = of_site(Vocabularies::default(), &[]);
        assert!(
            all["source"]["rte"].is_null(),
            "a page takes it that there is an RTE"
        );
        assert_eq!(all["source"]["telephony"], "ctios");
        assert!(all["source"]["tserver"].is_object());
        assert!(all["source"]["ccs"].is_null() && all["source"]["callgem"].is_null());
        let one = of_site("ccs".parse().unwrap_or_default(), &[]);
        assert_eq!(one["source"]["rte"], false);
        assert!(one["source"]["telephony"].is_null() && one["source"]["tserver"].is_null());
        for (vocabulary, name) in FOLDERS {
            let alone = of_folder(vocabulary, Zone { minutes_east: 120 }, &[]);
            assert_eq!(alone["source"]["rte"], false);
            assert!(
                alone["source"][name]["states"]
                    .as_array()
                    .is_some_and(|states| states.len() > 5)
            );
        }
        assert_eq!(
            of_folder(Vocabulary::CallGem, Zone { minutes_east: 120 }, &[])["source"]["callgem"]["offset"],
            "+02:00"
        );
    }
}
