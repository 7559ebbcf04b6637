//! Running other programs, and failing in words that help.
//!
//! Everything that can go wrong in a command ends as a [`Failure`]: one sentence that says what happened and one that
//! says what to do. The functions here start a program in one of three ways: with its output shown, with its output
//! kept back unless it fails, or with its output both shown and returned. None of them goes through a shell.
//! Looking up a program on the search path is here too.

use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What went wrong, and the way out.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    way_out: String,
}

/// The result of a step that can fail in words.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure from what happened and what to do about it, each a whole sentence.
    pub(crate) fn new(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            way_out: way_out.into(),
        }
    }

    /// A failure to read or write a file.
    pub(crate) fn file(action: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("Could not {action} {}: {error}.", path.display()),
            "Check that the folder exists, is writable and has room.",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  {}", self.what, self.way_out)
    }
}

/// How a program ended, with what it printed.
pub(crate) struct Ended {
    /// Whether it reported success.
    pub(crate) success: bool,
    /// Its standard output.
    pub(crate) text: String,
}

/// Runs a program with its output shown.
pub(crate) fn run(command: &mut Command, way_out: &str) -> Outcome {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(
            format!("`{}` failed ({status}).", line(command)),
            way_out,
        ))
    }
}

/// Runs a program without showing its output, which becomes part of the failure if there is one.
pub(crate) fn run_quietly(command: &mut Command, way_out: &str) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = said.lines().collect();
    let tail = lines[lines.len().saturating_sub(15)..].join("\n    ");
    Err(Failure::new(
        format!("`{}` failed ({}):\n    {tail}", line(command), output.status),
        way_out,
    ))
}

/// Runs a program with its output shown, and returns the standard output as well, however it ended.
pub(crate) fn run_and_keep(command: &mut Command) -> Outcome<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while matches!(reader.read_until(b'\n', &mut bytes), Ok(count) if count > 0) {
            let piece = String::from_utf8_lossy(&bytes).into_owned();
            print!("{piece}");
            text.push_str(&piece);
            bytes.clear();
        }
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    Ok(Ended {
        success: status.success(),
        text,
    })
}

/// What a program prints when asked, or nothing when it cannot be started or fails.
pub(crate) fn answer(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first program of this name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|candidate| candidate.is_file())
}

/// A command as it would be typed, for messages.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("`{}` could not be started: {error}.", line(command)),
        "Check that the program is installed and on the search path.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let failure = run(&mut Command::new("no-such-program-here"), "").unwrap_err();
        assert!(failure.to_string().contains("no-such-program-here"), "{failure}");
    }

    #[test]
    fn a_failing_program_shows_what_it_said() {
        let failure = run_quietly(Command::new("cargo").arg("--no-such-flag"), "Try again.").unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("--no-such-flag"), "{text}");
        assert!(text.ends_with("Try again."), "{text}");
    }

    #[test]
    fn programs_are_found_on_the_search_path() {
        assert!(find_program("cargo").is_some());
        assert!(find_program("no-such-program-here").is_none());
    }
}
