//! The rules that the five reference documents impose, and the tests that bear their numbers.
//!
//! Lives here: every rule in a few words, whom it binds, and the table that `docs/coverage.md` shows of them.
//! A test belongs to a rule when its name begins with the rule's number (`r12_…`, `r043_r44_…`); the rest of the name
//! says what is shown. Tests of the SignalR client and hub use such names for other documents' numbers and do not count.
//! A rule that binds a server needs a test of the hub, one that binds a client a test of the page's side.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{conformance, tests};
use crate::process::{Failure, Outcome};

/// Whom a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binds {
    /// Whoever listens.
    Client,
    /// Whoever tells.
    Server,
    /// Both: each has its part.
    Both,
}

use Binds::{Both, Client, Server};

impl Binds {
    fn word(self) -> &'static str {
        match self {
            Client => "client",
            Server => "server",
            Both => "both",
        }
    }

    /// What of a rule is not shown by these tests; `None` when nothing is missing.
    fn missing(self, tests: &[Shown]) -> Option<&'static str> {
        let on_the_hub = tests.iter().any(|test| test.file.starts_with("hub/"));
        let on_the_page = tests.iter().any(|test| !test.file.starts_with("hub/"));
        match self {
            Client | Both if !on_the_page => Some("no test of the page's side"),
            Server | Both if !on_the_hub => Some("no test of the hub"),
            _ => None,
        }
    }
}

/// A rule: whom it binds, and what it says.
type Rule = (Binds, &'static str);

/// The rules by vocabulary, each with the number of its first one.
const RULES: [(&str, u8, &[Rule]); 5] = [
    ("Enreach RTE", 1, &RTE),
    ("Cisco CTI OS", 38, &CTIOS),
    ("Genesys T-Server", 94, &TSERVER),
    ("ccsevents", 111, &CCS),
    ("Sytel CallGem", 119, &CALLGEM),
];

const RTE: [Rule; 37] = [
    (
        Both,
        "A token comes with the hub's address; without one nobody gets in",
    ),
    (
        Both,
        "Only opening a connection checks the token: reconnect with a fresh one",
    ),
    (Both, "Subscriptions end with the connection; subscribe anew"),
    (Both, "One client method brings every event; its type says which"),
    (Both, "A subscription is one entity and one event name"),
    (Both, "Entities differ in their events; the hub lists the names"),
    (Both, "Each subscription is checked and answered by itself"),
    (Both, "Granted means subscribed, and no message"),
    (Both, "Names in answers are folded to lower case"),
    (Server, "Unsubscribing takes the same items; one method drops all"),
    (Both, "The hub lists what is subscribed now"),
    (Client, "Names come in either casing; what is missing is unknown"),
    (Both, "An event older than its limit is worth nothing"),
    (Both, "The greatest date means open-ended"),
    (Both, "Talking is true before the call is connected"),
    (Client, "Can be allocated to is a guess, no promise"),
    (Both, "Who fetches calls is given none from queues"),
    (
        Client,
        "Active queue and call list are presumed, and may be absent",
    ),
    (Both, "The technical queue may differ from the service queue"),
    (
        Client,
        "The terminal event's name lacks the ending of its heading",
    ),
    (Both, "Both wrap-up times are null while there is no wrap-up"),
    (
        Both,
        "Wrap-up is enabled at connecting, then starts, then terminates",
    ),
    (Both, "It starts when the call ends; no calls meanwhile"),
    (Both, "It ends by its timer or by hand"),
    (Client, "A request to end without an id means any wrap-up"),
    (Client, "A request to begin says whether a call is needed"),
    (Both, "Ids that do not apply to a wrap-up are null"),
    (Client, "An interim phrase is replaced by a later one"),
    (Client, "A recording may be reported after its call"),
    (Both, "Hold begins and ends by events of their own"),
    (Both, "Who hung up is said as remote or local"),
    (Both, "A queue is told of only when it changed"),
    (Both, "Whether a queue is open is an estimate of seven kinds"),
    (Both, "A callback's creation and closing are marked"),
    (Client, "A case has an earliest time, and expires by itself"),
    (Client, "A supervisor learns which number to call, and from which"),
    (Client, "A target may be an id, a number or several"),
];

const CTIOS: [Rule; 56] = [
    (Client, "Every connection, also one made again, is announced"),
    (Client, "Closed is our own doing, failure is not"),
    (Client, "After a failure it connects again by itself"),
    (
        Both,
        "Missed heartbeats are counted; at the limit the other server's turn",
    ),
    (
        Client,
        "Rejected means versions that do not match: do not try again",
    ),
    (Client, "A failed login ends the connection"),
    (Client, "A system event is named only with a connection's status"),
    (Both, "What a device's snapshot does not list has ended"),
    (Client, "The device's snapshot follows the agent's state at start"),
    (Both, "The agent's state is told at login without asking"),
    (Both, "Call data may be announced before its call"),
    (Client, "Translation routes announce where precalls do not exist"),
    (Both, "An aborted precall takes its data back"),
    (Both, "The call's beginning precedes all else of it"),
    (Client, "Calls are told apart by object, not by connection"),
    (Both, "Updates carry only what changed"),
    (Client, "A call lasts until its end is told"),
    (Client, "A failed call stays failed whatever clears it"),
    (Client, "Tidy up after a failure before the end comes"),
    (Client, "Cleared: all parties left; connection cleared: one did"),
    (
        Client,
        "Delivered and established go to both, originated to the caller",
    ),
    (Client, "Each event of a call implies one status"),
    (Client, "A conference joins its controller's connections"),
    (Client, "A transfer ends its controller's connections"),
    (
        Client,
        "Outside the house, reaching the network may be the last word",
    ),
    (Client, "Service initiated precedes originated and delivered"),
    (Client, "Only some listeners hear of inbound queueing"),
    (Both, "Most confirmations say received, not done"),
    (Both, "Four confirmations say done"),
    (Both, "A state moves by its own event, not by confirmation"),
    (Both, "A failure replaces the confirmation and names the request"),
    (Both, "A failed logout is told twice; report it once"),
    (Client, "Before logout is the time to tidy up"),
    (Client, "A forced logout is no reason to disconnect"),
    (Client, "With the CTI server offline the session ends"),
    (Client, "Not every switch knows every state"),
    (Client, "State duration is mostly 0, reasons are the switch's own"),
    (Client, "Null service and skill group mean not applicable"),
    (Client, "Priority 0 means not applicable"),
    (Client, "Line handle 0xffff means unknown"),
    (Client, "Buttons have names; supervisors have a mask of their own"),
    (Client, "Silent monitor and barge-in share a bit"),
    (Client, "A mask with any event changes buttons"),
    (Client, "Monitored events begin with monitoring, and end with it"),
    (Client, "Monitored events are the plain ones with a mark"),
    (Client, "Team members come as an answer and by configuration"),
    (Client, "Statistics have only the configured columns"),
    (Client, "Emergency calls are for switches with supervisors"),
    (Client, "A setting says which way of silent monitoring applies"),
    (Client, "Silent monitor messages name an agent or a device"),
    (
        Client,
        "Without default handling the subscriber accepts the session",
    ),
    (Client, "Monitoring may start several times over"),
    (Client, "Disposition 0 is a normal end, others are causes"),
    (
        Client,
        "Status goes to the monitor, stream timeout to the monitored",
    ),
    (Client, "Arguments may be reduced to the listed ones"),
    (Client, "With an agent on the device a filter target is added"),
];

const TSERVER: [Rule; 17] = [
    (Both, "An acknowledgement is matched by its reference"),
    (Both, "Only the start of monitoring names its subscription"),
    (Both, "A reservation confirms what was asked for, at least one"),
    (Both, "Its timeout is in milliseconds"),
    (Both, "All clients at the agent's device hear of it"),
    (Both, "Private information is an answer or a notice"),
    (Client, "Some private events never come without registration"),
    (Both, "A user event holds what its sender adds"),
    (Both, "A new primary is asked for location, device or calls"),
    (Both, "Link lost: told just before the change of primary"),
    (Both, "Link gained: told right after the change of primary"),
    (Client, "A change of primary with the link down can wait"),
    (Client, "The library keeps restored connections to itself"),
    (Client, "Of several changes in a short time the last counts"),
    (Client, "Role 0 names the backup that is connected"),
    (Client, "Hardware errors may name nothing"),
    (Client, "Two events are obsolete"),
];

const CCS: [Rule; 8] = [
    (Both, "A domain hears of calls with a subscriber of it"),
    (Both, "Each working domain gets a copy of an event"),
    (Both, "The called party's domain hears nothing before routing"),
    (Both, "A domain that did not answer hears of its leg alone"),
    (Client, "A dialog joins two legs or more"),
    (Both, "A session outlives legs along a chain of transfers"),
    (Both, "A call that never became a dialog has failed"),
    (Both, "A recording's code comes when it is complete"),
];

const CALLGEM: [Rule; 11] = [
    (Both, "Every change of a session's state is told"),
    (Both, "Without filters all sessions of the tenant are told"),
    (Both, "A request needs a transaction, used once"),
    (Both, "Notices are limited to a campaign or a queue"),
    (Both, "With a persist token events wait for the client's return"),
    (Client, "Versions differ in how enumeration persists"),
    (Both, "What waited is rolled forward at the asked rate"),
    (Both, "Times are OLE dates in local time"),
    (Both, "History goes back one hour"),
    (Both, "A refresh repeats what is known"),
    (Both, "A line: code, then backslash, two letters and value each"),
];

/// A test that shows a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    file: String,
    what: String,
}

type Found = BTreeMap<u8, Vec<Shown>>;

/// The table of rules, as the tests are now.
pub(super) fn table(root: &Path) -> Outcome<String> {
    let found = find(root)?;
    let mut text = String::new();
    for (vocabulary, first, rules) in RULES {
        let _ = writeln!(
            text,
            "\n### {vocabulary}: R{first} to R{}\n\n| rule | in a few words | binds | shown by |\n| --- | --- | --- | --- |",
            usize::from(first) + rules.len() - 1
        );
        for (number, (binds, words)) in (first..).zip(rules) {
            let tests = found.get(&number).map_or(&[][..], Vec::as_slice);
            let _ = writeln!(
                text,
                "| R{number} | {words} | {} | {} |",
                binds.word(),
                shown(tests, *binds)
            );
        }
    }
    text.push('\n');
    Ok(text)
}

/// The tests of a rule by file, and what is missing.
fn shown(tests: &[Shown], binds: Binds) -> String {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for test in tests {
        files.entry(&test.file).or_default().push(&test.what);
    }
    let mut parts: Vec<String> = files
        .iter()
        .map(|(file, whats)| format!("`{file}`: {}", whats.join("; ")))
        .collect();
    parts.extend(binds.missing(tests).map(|missing| format!("**{missing}**")));
    parts.join("<br>")
}

fn find(root: &Path) -> Outcome<Found> {
    let mut found = Found::new();
    for path in tests::files(root)? {
        let file = tests::from_root(root, &path);
        if conformance::is_of_signalr(&file) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        for name in text.lines().filter_map(|line| tests::name(line.trim_start())) {
            let (ids, what) = tests::split(&name, rule);
            for (_, number) in ids.into_iter().filter(|(letter, _)| *letter == 'r') {
                found.entry(number).or_default().push(Shown {
                    file: file.clone(),
                    what: what.clone(),
                });
            }
        }
    }
    for shown in found.values_mut() {
        shown.sort();
        shown.dedup();
    }
    Ok(found)
}

/// A rule's number, or that of a decision, a trap or an irregularity that the same test shows.
fn rule(word: &str) -> Option<(char, u8)> {
    let mut characters = word.chars();
    let letter = characters.next()?;
    let digits = characters.as_str();
    let known = "rdtceags".contains(letter) && (1..=3).contains(&digits.len());
    Some((letter, known.then(|| digits.parse().ok()).flatten()?))
}

#[cfg(test)]
mod checks {
    use super::super::checks::root;
    use super::*;

    #[test]
    fn every_rule_is_shown_on_the_side_that_it_binds() {
        let found = find(&root()).expect("readable");
        let mut lacking = Vec::new();
        for (_, first, rules) in RULES {
            for (number, (binds, _)) in (first..).zip(rules) {
                let tests = found.get(&number).map_or(&[][..], Vec::as_slice);
                lacking.extend(
                    binds
                        .missing(tests)
                        .map(|missing| format!("R{number}: {missing}")),
                );
            }
        }
        assert_eq!(lacking, [""; 0]);
    }

    #[test]
    fn every_rule_has_its_number_and_few_words() {
        let mut next = 1;
        for (vocabulary, first, rules) in RULES {
            assert_eq!(first, next, "{vocabulary}");
            next += rules.len() as u8;
            for (_, words) in rules {
                assert!(words.split_whitespace().count() <= 12, "{words}");
            }
        }
        assert_eq!(next, 130);
    }

    #[test]
    fn a_test_shows_the_rules_at_the_beginning_of_its_name() {
        let numbers = |name: &str| -> Vec<u8> {
            let (ids, _) = tests::split(name, rule);
            ids.into_iter()
                .filter(|(letter, _)| *letter == 'r')
                .map(|(_, number)| number)
                .collect()
        };
        assert_eq!(numbers("r055_r56_t09_a_failed_call_stays_failed"), [55, 56]);
        assert_eq!(numbers("d15_r129_unknown_codes"), [129]);
        assert_eq!(numbers("r81_to_r83_monitoring"), [81, 82, 83]);
        assert_eq!(numbers("rows_r12_are_not_rules"), [0; 0]);
    }
}
