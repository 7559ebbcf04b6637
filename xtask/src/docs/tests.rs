//! The tests of the project by their names, as they stand in the files.
//!
//! Lives here: which files hold tests, how a test's name is found in them and which numbers it bears.
//! A name begins with the ids of what it shows (`r12_…`, `h03_h04_…`, `r81_to_r83_…`) and goes on in words.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Failure, Outcome};

/// Every file that may hold tests, in order.
pub(super) fn files(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("src"), root.join("hub"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::file("list", &folder, &error))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_other = |name| name == "target" || name == "node_modules";
            if path.is_dir() {
                if !path.file_name().is_some_and(is_other) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|ending| ending == "rs" || ending == "mjs")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A file's path from the project's folder on.
pub(super) fn from_root(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// The name of the test that begins on this line.
pub(super) fn name(line: &str) -> Option<String> {
    let function = line
        .strip_prefix("async fn ")
        .or_else(|| line.strip_prefix("fn "));
    if let Some(rest) = function {
        return Some(rest.split_once('(')?.0.to_owned());
    }
    let script = line
        .strip_prefix("test('")
        .or_else(|| line.strip_prefix("it('"))?;
    Some(script.split_once('\'')?.0.replace([' ', ','], "_"))
}

/// The ids at the beginning of a name, and the rest of it as words.
pub(super) fn split(name: &str, id: fn(&str) -> Option<(char, u8)>) -> (Vec<(char, u8)>, String) {
    let mut ids: Vec<(char, u8)> = Vec::new();
    let mut range = false;
    let mut words = name.split('_').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.peek() {
        if *word == "to" && !ids.is_empty() {
            range = true;
        } else if let Some((letter, number)) = id(word) {
            let from = ids.last().filter(|_| range).map_or(number, |(_, last)| last + 1);
            ids.extend((from..=number).map(|number| (letter, number)));
            range = false;
        } else {
            break;
        }
        words.next();
    }
    (ids, words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod checks {
    use super::*;

    fn letter_j(word: &str) -> Option<(char, u8)> {
        Some(('j', word.strip_prefix('j')?.parse().ok()?))
    }

    #[test]
    fn names_are_read_with_lists_and_ranges_of_ids() {
        assert_eq!(
            split("j20_j21_to_j23_unknown_parts_are_ignored", letter_j),
            (
                vec![('j', 20), ('j', 21), ('j', 22), ('j', 23)],
                "unknown parts are ignored".to_owned()
            )
        );
        assert_eq!(split("an_ordinary_name", letter_j).0, []);
        assert_eq!(
            name("test('b25 calls settle', async () => {").as_deref(),
            Some("b25_calls_settle")
        );
    }
}
