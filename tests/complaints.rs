//! The list of complaints names the tests that show what is done about each; they have to exist.

use std::path::Path;

const LIST: &str = include_str!("../docs/complaints.md");

/// The tests that a row names: a file, a colon, and one or more names.
fn named(cell: &str) -> Vec<(String, String)> {
    cell.split(';')
        .filter_map(|entry| {
            let mut quoted = entry.split('`').skip(1).step_by(2);
            Some((quoted.next()?.to_owned(), quoted.next()?.to_owned()))
        })
        .collect()
}

#[test]
fn every_complaint_is_met_and_every_test_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows: Vec<Vec<&str>> = LIST
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_digit))
        .map(|line| line.trim_matches('|').split(" | ").collect())
        .collect();
    assert_eq!(rows.len(), 20);
    let mut wrong = Vec::new();
    for row in &rows {
        let tests = named(row[3]);
        if tests.is_empty() {
            wrong.push(format!("complaint {} names no test", row[0].trim()));
        }
        for (file, name) in tests {
            let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
            let is_there = if Path::new(&file).extension().is_some_and(|kind| kind == "rs") {
                text.contains(&format!("fn {name}("))
            } else {
                text.contains(&name)
            };
            if !is_there {
                wrong.push(format!("{file} has no test `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
