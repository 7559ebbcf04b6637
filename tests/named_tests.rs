//! The documents that name the tests by which something is shown: every test named has to exist.

use std::path::Path;

const COMPLAINTS: &str = include_str!("../docs/complaints.md");
const SECURITY: &str = include_str!("../docs/security.md");

/// The rows of a document's numbered table, each as its cells.
fn rows(document: &str) -> Vec<Vec<&str>> {
    document
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_digit))
        .map(|line| line.trim_matches('|').split(" | ").collect())
        .collect()
}

/// The tests that a cell names: a file, a colon, and a name.
fn named(cell: &str) -> Vec<(String, String)> {
    cell.split(';')
        .filter_map(|entry| {
            let mut quoted = entry.split('`').skip(1).step_by(2);
            Some((quoted.next()?.to_owned(), quoted.next()?.to_owned()))
        })
        .collect()
}

/// What is wrong with the tests that the last cell of each row names.
fn wrong(rows: &[Vec<&str>]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for row in rows {
        let tests = row.last().map(|cell| named(cell)).unwrap_or_default();
        if tests.is_empty() {
            wrong.push(format!("row {} names no test", row[0].trim()));
        }
        for (file, name) in tests {
            let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
            let is_there = if Path::new(&file).extension().is_some_and(|kind| kind == "rs") {
                text.contains(&format!("fn {name}("))
            } else {
                text.contains(&name)
            };
            if !is_there {
                wrong.push(format!("row {}: {file} has no test `{name}`", row[0].trim()));
            }
        }
    }
    wrong
}

#[test]
fn every_complaint_is_met_and_every_test_named_exists() {
    let rows = rows(COMPLAINTS);
    assert_eq!(rows.len(), 20);
    let wrong = wrong(&rows);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_threat_has_a_test_that_exists() {
    let rows = rows(SECURITY);
    let numbers: Vec<usize> = rows.iter().filter_map(|row| row[0].trim().parse().ok()).collect();
    assert_eq!(numbers, (1..=rows.len()).collect::<Vec<_>>());
    assert!(rows.len() >= 20, "{} threats", rows.len());
    let wrong = wrong(&rows);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
