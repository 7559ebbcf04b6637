//! `cargo xtask docs`: documents that are made from the code, so that they cannot be out of date.
//!
//! Lives here: who makes which document or section of one; [`conformance`] and [`rules`] make theirs from the tests' names.
//! May not be here: what only the code itself can tell. Sections of `docs/coverage.md` that compare the code's tables
//! with the catalogues, or one vocabulary with another, are written by the tests that compare (`tests/document`).
//! For every document and section there is a test that fails when it is not what would be made now.

mod conformance;
mod rules;
mod tests;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::process::{Failure, Outcome};
use crate::project::Project;

const COVERAGE: &str = "docs/coverage.md";
/// The section of the coverage that is made here.
const RULES: &str = "rules";
/// The sections that tests write: the package and the file of the test, and its name.
const WRITTEN_BY_TESTS: [[&str; 3]; 3] = [
    ["switchhook", "config_schema", "the_document_has_every_key"],
    [
        "switchhook",
        "vocabulary_coverage",
        "the_documents_table_of_words_is_what_the_code_has",
    ],
    [
        "switchhook-hub",
        "same_hour",
        "the_documents_differences_are_those_that_the_comparison_allows",
    ],
];

/// Writes the documents.
pub(crate) fn run(project: &Project) -> Outcome {
    write(&project.root, conformance::DOCUMENT, |_| {
        conformance::table(&project.root)
    })?;
    write(&project.root, COVERAGE, |written| {
        with_section(written, RULES, &rules::table(&project.root)?)
    })?;
    for [package, file, test] in WRITTEN_BY_TESTS {
        let arguments = ["test", "--quiet", "--package", package, "--no-default-features"];
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .args(["--test", file, "--", "--exact", test]);
        cargo.current_dir(&project.root).env("UPDATE_DOCUMENTS", "1");
        let status = cargo
            .status()
            .map_err(|error| Failure::new(format!("Cargo does not start: {error}"), "Is Rust installed?"))?;
        if !status.success() {
            return Err(Failure::new(
                format!("The test `{test}` did not write its section of {COVERAGE}."),
                "What it says above is to be put right first.",
            ));
        }
    }
    println!("Wrote {} and {COVERAGE}.", conformance::DOCUMENT);
    Ok(())
}

fn write(root: &Path, document: &str, make: impl FnOnce(&str) -> Outcome<String>) -> Outcome {
    let path = root.join(document);
    let text = make(&fs::read_to_string(&path).unwrap_or_default())?;
    fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))
}

/// A document with what stands between a section's two marks replaced.
fn with_section(document: &str, section: &str, made: &str) -> Outcome<String> {
    let (begin, end) = (
        format!("<!-- {section} -->\n"),
        format!("<!-- end of {section} -->"),
    );
    let parts = document
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match parts {
        Some((before, after)) => Ok(format!("{before}{begin}{made}{end}{after}")),
        None => Err(Failure::new(
            format!("{COVERAGE} has no section `{section}`."),
            format!(
                "Put a line `{}` and a line `{end}` where it belongs.",
                begin.trim_end()
            ),
        )),
    }
}

#[cfg(test)]
mod checks {
    use super::*;
    use std::path::PathBuf;

    pub(super) fn root() -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .canonicalize()
            .expect("the project's folder")
    }

    #[test]
    fn the_table_of_rules_is_what_the_tests_say() {
        let written = fs::read_to_string(root().join(COVERAGE)).unwrap_or_default();
        let made = rules::table(&root()).expect("readable");
        let made = with_section(&written, RULES, &made).expect("there is such a section");
        assert!(written == made, "run `cargo xtask docs`");
    }

    #[test]
    fn a_section_is_replaced_and_nothing_else() {
        let document = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
        assert_eq!(
            with_section(document, "x", "new\n").ok().as_deref(),
            Some("a\n<!-- x -->\nnew\n<!-- end of x -->\nb\n")
        );
        assert!(with_section(document, "y", "").is_err());
    }
}
