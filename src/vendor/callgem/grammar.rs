//! The grammar of a line: a message's code, then for each parameter a backslash, a code of two letters and a value.
//!
//! Lives here: a reader that takes any text, and a writer that refuses what would not be read back (rule R129).
//! May not be here: which codes there are and what they mean.
//! A backslash between braces that match belongs to the value; braces nest. A brace without a match is a letter.
//! There is no escape (irregularity S10): a value with a backslash outside braces cannot be written.

use std::fmt;

/// A parameter as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter<'a> {
    /// Two letters; fewer where the line ends early.
    pub code: &'a str,
    /// The value, which may be empty, braces included.
    pub value: &'a str,
}

impl<'a> Parameter<'a> {
    /// What stands in the value's braces, taken apart like a line; `None` when the value is not one pair of braces.
    ///
    /// The text before the first backslash is the [`Message::code`] of it, as a rule empty.
    pub fn nested(&self) -> Option<Message<'a>> {
        let inner = self.value.strip_prefix('{')?.strip_suffix('}')?;
        // In `{a}{b}` the first brace is not closed by the last one.
        is_balanced(inner).then(|| Message::read(inner))
    }
}

/// A line, taken apart. Displayed, it is the line again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// The message's code, as a rule two letters.
    pub code: &'a str,
    /// The parameters in their order; a code may come more than once.
    pub parameters: Vec<Parameter<'a>>,
}

impl<'a> Message<'a> {
    /// Takes a line apart; an end of line is no part of it. Any text is some line.
    pub fn read(line: &'a str) -> Self {
        let line = line.trim_end_matches(['\r', '\n']);
        let mut pieces = pieces(line).into_iter();
        let code = pieces.next().unwrap_or_default();
        let parameters = pieces
            .map(|piece| {
                let end = piece.char_indices().nth(2).map_or(piece.len(), |(at, _)| at);
                let (code, value) = piece.split_at_checked(end).unwrap_or((piece, ""));
                Parameter { code, value }
            })
            .collect();
        Self { code, parameters }
    }

    /// The value of the first parameter of this code; codes are in capitals.
    pub fn get(&self, code: &str) -> Option<&'a str> {
        self.parameters
            .iter()
            .find(|parameter| parameter.code == code)
            .map(|parameter| parameter.value)
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)?;
        for parameter in &self.parameters {
            write!(formatter, "\\{}{}", parameter.code, parameter.value)?;
        }
        Ok(())
    }
}

/// What every brace of a line that has a match does to the depth, in their order: where, and by how much.
fn depths(line: &str) -> Vec<(usize, i8)> {
    let mut braces: Vec<(usize, i8)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'{' => {
                open.push(braces.len());
                braces.push((at, 0));
            }
            b'}' => {
                if let Some(brace) = open.pop().and_then(|place| braces.get_mut(place)) {
                    brace.1 = 1;
                    braces.push((at, -1));
                }
            }
            _ => {}
        }
    }
    braces.retain(|(_, change)| *change != 0);
    braces
}

/// The pieces of a line between the backslashes outside all braces that match.
fn pieces(line: &str) -> Vec<&str> {
    let mut braces = depths(line).into_iter().peekable();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'\\' if depth == 0 => {
                pieces.extend(line.get(start..at));
                start = at + 1;
            }
            b'{' | b'}' => {
                if let Some((_, change)) = braces.next_if(|(place, _)| *place == at) {
                    depth = depth.saturating_add_signed(change.into());
                }
            }
            _ => {}
        }
    }
    pieces.extend(line.get(start..));
    pieces
}

/// Whether all braces of a text have their match within it.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match (byte, depth) {
            (b'{', _) => depth += 1,
            (b'}', 0) => return false,
            (b'}', _) => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// Why a text cannot be written as a value or code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWritable {
    /// There is no escape for it.
    #[error("may not contain {0:?}")]
    Character(char),
    /// A brace without its match would swallow what follows.
    #[error("has braces that do not match")]
    Braces,
    /// A code is not two letters or digits.
    #[error("has a code that is not two letters or digits")]
    Code,
}

/// Whether a value is read back as it is written.
pub fn check_value(value: &str) -> Result<(), NotWritable> {
    if let Some(control) = value.chars().find(|letter| letter.is_control()) {
        return Err(NotWritable::Character(control));
    }
    if !is_balanced(value) {
        return Err(NotWritable::Braces);
    }
    let mut depth = 0_usize;
    for byte in value.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\\' if depth == 0 => return Err(NotWritable::Character('\\')),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a line that is read back as it was: see [`Message`].
pub fn write<'p>(
    code: &str,
    parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Result<String, NotWritable> {
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_code(code) {
        return Err(NotWritable::Code);
    }
    let mut line = code.to_owned();
    for (code, value) in parameters {
        if !is_code(code) {
            return Err(NotWritable::Code);
        }
        check_value(value)?;
        line.push('\\');
        line.push_str(code);
        line.push_str(value);
    }
    Ok(line)
}
