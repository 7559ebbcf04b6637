//! `cargo xtask dist`: a release of the page, as a folder for any static server.
//!
//! The page is built if need be, and a script beside this crate makes the release of it: Node has the encoders and the
//! hashes, and is here anyway because of npm. What a release is stands in that script and in `docs/hosting`.

use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::page;
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::setup;

/// What the person asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    out: Option<PathBuf>,
    previous: Option<PathBuf>,
    config: Option<PathBuf>,
}

impl Options {
    /// Reads the words after `dist`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut arguments = Arguments::new("dist", words);
        let mut options = Self {
            out: None,
            previous: None,
            config: None,
        };
        while let Some(given) = arguments.next() {
            match given.name {
                "--out" => options.out = Some(arguments.value(&given, "a folder")?),
                "--previous" => options.previous = Some(arguments.value(&given, "a folder")?),
                "--config" => options.config = Some(arguments.value(&given, "a file")?),
                _ => return Err(arguments.unknown(&given)),
            }
        }
        Ok(options)
    }
}

/// Builds the page and makes the release.
pub(crate) fn run(project: &Project, options: &Options) -> Outcome {
    setup::for_page(project)?;
    page::build(project)?;
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| project.root.join("release"));
    let mut command = project.node("It makes the release.")?;
    command
        .arg(Path::new("xtask").join("release.mjs"))
        .arg("--from")
        .arg(project.dist());
    let paths = [
        ("--out", Some(&out)),
        ("--previous", options.previous.as_ref()),
        ("--config", options.config.as_ref()),
    ];
    for (name, path) in paths {
        if let Some(path) = path {
            // Meant from where the person is, while the script runs in the project's folder.
            let path = std::path::absolute(path).map_err(|error| Failure::file("find", path, &error))?;
            command.arg(name).arg(path);
        }
    }
    process::run(&mut command, "The message above says why.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_taken_as_they_are_given() {
        let words: Vec<String> = ["--out", "/srv/desk", "--previous=old", "--config", "a b.json"]
            .map(str::to_owned)
            .to_vec();
        let options = Options::parse(&words).expect("these are its options");
        assert_eq!(options.out.as_deref(), Some(Path::new("/srv/desk")));
        assert_eq!(options.previous.as_deref(), Some(Path::new("old")));
        assert_eq!(options.config.as_deref(), Some(Path::new("a b.json")));
        assert_eq!(Options::parse(&[]).expect("none is needed").out, None);
        assert!(Options::parse(&["--output".to_owned()]).is_err());
    }
}
