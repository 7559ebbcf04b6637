//! Which test shows which conformance case of the SignalR client and hub: `docs/signalr-conformance.md`.
//!
//! Lives here: the cases, the faults of the official client, and the tables of the tests that show them.
//! A test belongs to a case when its name begins with the case's id (`h03_a_ping_follows…`, `j20_j21_…`); the rest of the
//! name says what is shown. Where ours differs from the official client on purpose, the test says why in a comment that
//! begins with "Different".

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::tests;
use crate::process::{Failure, Outcome};

pub(super) const DOCUMENT: &str = "docs/signalr-conformance.md";

/// Where tests of the SignalR client and hub are. Other tests use such names for other documents' numbers.
const SOURCES: [&str; 9] = [
    "src/protocol",
    "src/connection",
    "src/native",
    "hub/src/server/signalr",
    "hub/tests/signalr",
    "tests/connection_",
    "tests/protocol_",
    "tests/native_",
    "tests/microsoft_streams.rs",
];

/// The cases: a letter, what it stands for, and the numbers there are.
const CASES: [(char, &str, &[u8]); 14] = [
    (
        'h',
        "Handshake, the client",
        &[2, 3, 4, 6, 8, 9, 10, 11, 12, 13, 14, 17, 18],
    ),
    (
        's',
        "Handshake, the hub",
        &[3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15],
    ),
    ('t', "Text framing", &[2, 3, 4, 5, 6, 7, 8]),
    (
        'j',
        "JSON, reading",
        &[
            1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32, 33,
            34, 35,
        ],
    ),
    ('w', "JSON, writing", &[1, 3, 5, 6, 7, 9, 10]),
    (
        'm',
        "MessagePack",
        &[1, 2, 4, 5, 6, 7, 8, 9, 13, 14, 16, 17, 18, 19, 20, 21],
    ),
    (
        'i',
        "Calls and streams",
        &[1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 20, 22, 23, 24],
    ),
    (
        'c',
        "The server calls the client",
        &[1, 2, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 18],
    ),
    ('k', "Signs of life", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    (
        'n',
        "Negotiate and opening",
        &[
            1, 4, 5, 6, 8, 9, 10, 12, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 28, 30, 32, 34, 35, 36, 37,
        ],
    ),
    (
        'r',
        "Reconnecting",
        &[2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 16, 19, 20, 22, 24],
    ),
    (
        'b',
        "Stateful reconnect",
        &[
            1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29,
            30,
        ],
    ),
    ('e', "Closing", &[1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 15, 16]),
    ('a', "Refreshing the access token", &[1, 2, 3, 6]),
];

/// Faults of the official client, version 10.0.11, that were reproduced and that this client must not have.
const DEFECTS: [&str; 15] = [
    "a WebSocket that never opens freezes start and stop",
    "stop inside the reconnecting callback leaves the connection unusable",
    "a send is reported as done although its message was thrown away",
    "a send that waits for an acknowledgement never settles",
    "stop leaks a socket that was being opened again",
    "only one attempt is made to take up a session",
    "one bad record takes its neighbours and the connection with it",
    "a record over two frames ends the connection",
    "a second stream argument is sent as an object",
    "two handlers see messages interleaved",
    "an empty error is taken for success",
    "one failing callback starves the others",
    "the HTTP status of a refusal is lost",
    "the error behind the end of reconnecting is lost",
    "the client's pings stop when the server is silent",
];

/// A test that shows a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    what: String,
    file: String,
    different: Option<String>,
}

type Found = BTreeMap<(char, u8), Vec<Shown>>;

/// The table of conformance, as the tests are now.
pub(super) fn table(root: &Path) -> Outcome<String> {
    let found = find(root)?;
    let mut text = String::from(
        "# SignalR conformance\n\n\
         <!-- Made by `cargo xtask docs` from the names of the tests; a test compares. -->\n\n\
         Each case of the official clients' and servers' behaviour, and the tests that show it here. \
         All of them run in `cargo xtask test`.\n",
    );
    let total: usize = CASES.iter().map(|(_, _, numbers)| numbers.len()).sum();
    let shown = CASES
        .iter()
        .flat_map(|(letter, _, numbers)| numbers.iter().map(|number| (*letter, *number)))
        .filter(|case| found.contains_key(case))
        .count();
    let _ = writeln!(text, "\n{shown} of {total} cases are shown.");
    for (letter, name, numbers) in CASES {
        let _ = writeln!(text, "\n## {name}\n\n| case | shown | by |\n| --- | --- | --- |");
        for number in numbers {
            let id = format!("{}{number:02}", letter.to_ascii_uppercase());
            rows(&mut text, &id, found.get(&(letter, *number)));
        }
    }
    let _ = writeln!(
        text,
        "\n## Faults of the official client that this one does not have\n\n\
         | fault | the official client, 10.0.11 | here | by |\n| --- | --- | --- | --- |"
    );
    for (number, fault) in (1..).zip(DEFECTS) {
        for shown in found.get(&('d', number)).into_iter().flatten() {
            let _ = writeln!(text, "| D{number} | {fault} | {} | {} |", shown.what, shown.file);
        }
    }
    Ok(text)
}

fn rows(text: &mut String, id: &str, shown: Option<&Vec<Shown>>) {
    for shown in shown.into_iter().flatten() {
        let why = match &shown.different {
            Some(why) => format!("; different on purpose: {why}"),
            None => String::new(),
        };
        let _ = writeln!(text, "| {id} | {}{why} | {} |", shown.what, shown.file);
    }
    if shown.is_none() {
        let _ = writeln!(text, "| {id} | **not shown** | |");
    }
}

fn find(root: &Path) -> Outcome<Found> {
    let mut found = Found::new();
    for path in sources(root)? {
        let file = tests::from_root(root, &path);
        let text = fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        read(&text, &file, &mut found);
    }
    for shown in found.values_mut() {
        shown.sort();
        shown.dedup();
    }
    Ok(found)
}

/// Whether a file's tests are of the SignalR client and hub.
pub(super) fn is_of_signalr(file: &str) -> bool {
    SOURCES.iter().any(|source| file.starts_with(source))
}

fn sources(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = tests::files(root)?;
    files.retain(|path| is_of_signalr(&tests::from_root(root, path)));
    Ok(files)
}

/// Finds the tests of a file whose names begin with the ids of cases.
fn read(text: &str, file: &str, found: &mut Found) {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let starts: Vec<(usize, String)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, tests::name(line)?)))
        .collect();
    // A comment stands above the name it belongs to, or below it.
    let above = |at: usize| {
        (0..at)
            .rev()
            .take_while(|line| lines[*line].starts_with("//") || lines[*line].starts_with("#["))
            .last()
            .unwrap_or(at)
    };
    for (index, (at, name)) in starts.iter().enumerate() {
        let (cases, what) = tests::split(name, case);
        let end = starts
            .get(index + 1)
            .map_or(lines.len(), |(next, _)| above(*next));
        let different = purpose(&lines[above(*at)..end]);
        for case in cases {
            found.entry(case).or_default().push(Shown {
                what: what.clone(),
                file: file.to_owned(),
                different: different.clone(),
            });
        }
    }
}

fn case(word: &str) -> Option<(char, u8)> {
    let mut characters = word.chars();
    let letter = characters.next()?.to_ascii_lowercase();
    let digits = characters.as_str();
    let known = letter == 'd' || CASES.iter().any(|(own, _, _)| *own == letter);
    (known && digits.len() == 2)
        .then(|| digits.parse().ok())
        .flatten()
        .map(|number| (letter, number))
}

/// What a comment that begins with "Different" says after its colon.
fn purpose(lines: &[&str]) -> Option<String> {
    let comment = |line: &&str| {
        line.starts_with("//")
            .then(|| line.trim_start_matches('/').trim().to_owned())
    };
    let at = lines
        .iter()
        .position(|line| comment(line).is_some_and(|text| text.starts_with("Different")))?;
    let text: Vec<String> = lines[at..].iter().map_while(comment).collect();
    let text = text.join(" ");
    let (_, why) = text.split_once(": ")?;
    Some(why.trim().replace('|', "\\|"))
}

#[cfg(test)]
mod checks {
    use super::super::checks::root;
    use super::*;

    #[test]
    fn the_table_of_conformance_is_what_the_tests_say() {
        let path = root().join(DOCUMENT);
        let written = fs::read_to_string(&path).unwrap_or_default();
        let made = table(&root()).expect("readable");
        assert!(written == made, "run `cargo xtask docs`");
    }

    #[test]
    fn every_case_and_every_fault_has_its_test() {
        let found = find(&root()).expect("readable");
        let cases = CASES
            .iter()
            .flat_map(|(letter, _, numbers)| numbers.iter().map(|number| (*letter, *number)));
        let missing: Vec<String> = cases
            .chain((1..=15).map(|number| ('d', number)))
            .filter(|case| !found.contains_key(case))
            .map(|(letter, number)| format!("{letter}{number:02}"))
            .collect();
        assert_eq!(missing, [""; 0], "no test is named by these ids");
    }

    #[test]
    fn the_reason_for_a_difference_is_taken_from_the_comment() {
        let mut found = Found::new();
        let text = "#[test]\nfn t05_x() {\n    // Different on purpose: an empty frame\n    // does no harm.\n    a();\n}\n\n\
                    #[test]\nfn t06_y() {}\n\n/// Different: because.\n#[test]\nfn t07_z() {}\n";
        read(text, "f", &mut found);
        let different = |number| found[&('t', number)][0].different.as_deref();
        assert_eq!(different(5), Some("an empty frame does no harm."));
        assert_eq!(different(6), None);
        assert_eq!(different(7), Some("because."));
    }
}
