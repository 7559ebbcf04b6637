//! `cargo xtask check-host ADDRESS`: what a host of the page gets wrong, in words.
//!
//! The checks are a script beside this crate, which Node runs: it speaks HTTP, TLS, gzip and Brotli. Nothing is sent
//! to the host but requests for files, and nothing is installed.

use std::path::Path;
use std::process::ExitCode;

use crate::process::{Failure, Outcome};
use crate::project::Project;

/// Runs the checks; the exit code tells whether something is wrong.
pub(crate) fn run(project: &Project, words: &[String]) -> Outcome<ExitCode> {
    let [address] = words else {
        return Err(Failure::new(
            "`check-host` needs one address.",
            "Give it the page's own, such as `cargo xtask check-host https://desk.example/tools/desk/`.",
        ));
    };
    let mut command = project.node("It asks the host.")?;
    command
        .arg(Path::new("xtask").join("check-host.mjs"))
        .arg(address);
    let status = command.status().map_err(|error| {
        Failure::new(
            format!("Node.js could not be started: {error}."),
            "Check that `node --version` works.",
        )
    })?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wants_one_address() {
        let project = Project::locate().expect("the project is here");
        for words in [&[][..], &["a".to_owned(), "b".to_owned()]] {
            let failure = run(&project, words).unwrap_err();
            assert!(failure.to_string().contains("one address"), "{failure}");
        }
    }
}
