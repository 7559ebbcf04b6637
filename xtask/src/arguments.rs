//! Reading a command's options.
//!
//! The commands take a handful of options of two kinds: a switch (`--open`) and an option with a value (`--port 8090`
//! or `--port=8090`). That is little enough to read by hand, and keeps the first compilation of this crate short.
//! Anything that is not understood is refused with the name of the command, never ignored.

use std::str::FromStr;

use crate::process::{Failure, Outcome};

/// The words after a command's name, taken one option at a time.
pub(crate) struct Arguments<'a> {
    command: &'static str,
    words: std::slice::Iter<'a, String>,
}

/// One option as it was written.
pub(crate) struct Given<'a> {
    /// The option's name, with its two dashes.
    pub(crate) name: &'a str,
    attached: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    /// Starts reading the words that follow `command`.
    pub(crate) fn new(command: &'static str, words: &'a [String]) -> Self {
        Self {
            command,
            words: words.iter(),
        }
    }

    /// The next option, or nothing when all are read.
    pub(crate) fn next(&mut self) -> Option<Given<'a>> {
        let word = self.words.next()?;
        Some(match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => Given {
                name,
                attached: Some(value),
            },
            _ => Given {
                name: word,
                attached: None,
            },
        })
    }

    /// The value of an option: what follows its `=`, or else the next word.
    pub(crate) fn value<T: FromStr>(&mut self, given: &Given<'a>, what: &str) -> Outcome<T> {
        let text = match given.attached {
            Some(text) => Some(text),
            None => self.words.next().map(String::as_str),
        };
        let Some(text) = text else {
            return Err(self.refused(&format!("{} needs {what} after it", given.name)));
        };
        text.parse()
            .map_err(|_| self.refused(&format!("{} takes {what}, and `{text}` is none", given.name)))
    }

    /// The failure for an option that the command does not have.
    pub(crate) fn unknown(&self, given: &Given<'a>) -> Failure {
        self.refused(&format!("there is no option `{}`", given.name))
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::new(
            format!("`cargo xtask {}`: {why}.", self.command),
            "`cargo xtask help` lists the options.",
        )
    }
}

/// Refuses any word after a command that takes no options.
pub(crate) fn none(command: &'static str, words: &[String]) -> Outcome {
    let mut arguments = Arguments::new(command, words);
    match arguments.next() {
        Some(given) => Err(arguments.unknown(&given)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_value_may_follow_or_be_attached() {
        for line in ["--port 8091", "--port=8091"] {
            let words = words(line);
            let mut arguments = Arguments::new("demo", &words);
            let given = arguments.next().expect("there is one option");
            assert_eq!(given.name, "--port");
            assert_eq!(arguments.value::<u16>(&given, "a number").ok(), Some(8091));
            assert!(arguments.next().is_none());
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named() {
        let words = words("--port many");
        let mut arguments = Arguments::new("demo", &words);
        let given = arguments.next().expect("there is one option");
        let failure = arguments.value::<u16>(&given, "a number").unwrap_err();
        assert!(failure.to_string().contains("`many` is none"), "{failure}");
    }

    #[test]
    fn a_missing_value_is_named() {
        let words = words("--port");
        let mut arguments = Arguments::new("demo", &words);
        let given = arguments.next().expect("there is one option");
        let failure = arguments.value::<u16>(&given, "a number").unwrap_err();
        assert!(failure.to_string().contains("needs a number"), "{failure}");
    }

    #[test]
    fn a_command_without_options_refuses_them() {
        assert!(none("page", &[]).is_ok());
        assert!(none("page", &words("--fast")).is_err());
    }
}
