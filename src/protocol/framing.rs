//! Framing: text records end with the byte 0x1E, binary ones follow their length; a frame holds many, or a part.
//!
//! Lives here: cutting a byte stream into records, whole ones without a copy, and the size limit.
//! May not be here: what a record means.
//! An unfinished record waits for its rest (the official client closes the connection instead, defect D8).
//! A record over the limit is dropped whole and reported once; its neighbours are delivered.

use super::encoding::Encoding;

/// The record separator, ASCII 30, which ends every text record in both directions.
pub const SEPARATOR: u8 = 0x1e;

/// A record that exceeded the reader's limit and was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record of more than {limit} bytes was dropped")]
pub struct Oversize {
    /// The limit in force, in bytes.
    pub limit: usize,
}

/// Why nothing that follows can be cut into records. The connection has to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// A length of more than 2 GB, or of more than five bytes: no length at all (case M18).
    #[error("Messages over 2GB in size are not supported.")]
    Over2Gb,
}

/// Cuts incoming bytes into records; keeps the unfinished tail, never more than the limit.
#[derive(Debug)]
pub struct RecordReader {
    encoding: Encoding,
    limit: usize,
    /// What has come of an unfinished record.
    tail: Vec<u8>,
    skipping: Skipping,
    length: Length,
    /// Nothing more can be read.
    error: Option<FramingError>,
}

/// What of a record that was too long is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skipping {
    Nothing,
    /// Everything up to the next separator.
    Text,
    /// So many bytes.
    Binary(usize),
}

/// The length before a binary record: seven bits to a byte, the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// What the bytes so far say, and how many bits that is.
    Partial(u32, u32),
    Known(usize),
}

impl Length {
    const UNKNOWN: Self = Self::Partial(0, 0);
}

impl RecordReader {
    /// A reader that accepts records of up to `limit` bytes, the separator or the length not counted.
    pub fn new(encoding: Encoding, limit: usize) -> Self {
        Self {
            encoding,
            limit,
            tail: Vec::new(),
            skipping: Skipping::Nothing,
            length: Length::UNKNOWN,
            error: None,
        }
    }

    /// Hands every record that `chunk` completes to `each`, in order and without its separator or length.
    ///
    /// Records that lie whole within `chunk` are borrowed from it. `each` stops the reading by answering
    /// `false`; what follows is then discarded (the connection is being closed). After a feed in binary, ask for
    /// [`RecordReader::error`].
    pub fn feed(&mut self, chunk: &[u8], each: impl FnMut(Result<&[u8], Oversize>) -> bool) {
        match self.encoding {
            Encoding::Json => self.feed_text(chunk, each),
            Encoding::MessagePack => self.feed_binary(chunk, each),
        }
    }

    fn feed_text(&mut self, chunk: &[u8], mut each: impl FnMut(Result<&[u8], Oversize>) -> bool) {
        let mut rest = chunk;
        while let Some(end) = memchr(SEPARATOR, rest) {
            let (head, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if self.skipping == Skipping::Text {
                self.skipping = Skipping::Nothing;
                continue;
            }
            let go_on = if self.tail.is_empty() {
                each(self.checked(head))
            } else if self.tail.len() + head.len() > self.limit {
                self.tail.clear();
                each(Err(Oversize { limit: self.limit }))
            } else {
                self.keep(head, self.limit);
                let go_on = each(Ok(&self.tail));
                self.tail.clear();
                go_on
            };
            if !go_on {
                return;
            }
        }
        if self.skipping == Skipping::Text || rest.is_empty() {
            return;
        }
        if self.tail.len() + rest.len() > self.limit {
            self.tail = Vec::new();
            self.skipping = Skipping::Text;
            each(Err(Oversize { limit: self.limit }));
        } else {
            self.keep(rest, self.limit);
        }
    }

    fn feed_binary(&mut self, chunk: &[u8], mut each: impl FnMut(Result<&[u8], Oversize>) -> bool) {
        let mut rest = chunk;
        // A record of no bytes is complete with its length.
        while self.error.is_none() {
            if let Skipping::Binary(bytes) = self.skipping {
                let gone = bytes.min(rest.len());
                rest = rest.get(gone..).unwrap_or_default();
                self.skipping = match bytes - gone {
                    0 => Skipping::Nothing,
                    more => Skipping::Binary(more),
                };
            }
            let length = match self.length {
                Length::Known(length) => length,
                Length::Partial(low, bits) => {
                    let Some((byte, after)) = rest.split_first() else {
                        return;
                    };
                    rest = after;
                    // The fifth byte has room for three bits and for no other byte to follow.
                    if bits == 28 && *byte > 7 {
                        self.error = Some(FramingError::Over2Gb);
                        each(Err(Oversize { limit: self.limit }));
                        return;
                    }
                    let value = low | u32::from(byte & 0x7f) << bits;
                    if *byte > 0x7f {
                        self.length = Length::Partial(value, bits + 7);
                        continue;
                    }
                    let length = value as usize;
                    if length > self.limit {
                        self.length = Length::UNKNOWN;
                        self.skipping = Skipping::Binary(length);
                        if !each(Err(Oversize { limit: self.limit })) {
                            return;
                        }
                        continue;
                    }
                    length
                }
            };
            let Some((body, after)) = rest.split_at_checked(length - self.tail.len()) else {
                self.length = Length::Known(length);
                self.keep(rest, length);
                return;
            };
            rest = after;
            self.length = Length::UNKNOWN;
            let go_on = if self.tail.is_empty() {
                each(Ok(body))
            } else {
                self.keep(body, length);
                let go_on = each(Ok(&self.tail));
                self.tail.clear();
                go_on
            };
            if !go_on {
                return;
            }
        }
    }

    /// Keeps more of an unfinished record, which will have no more than `most` bytes: room is made in steps that
    /// double, for what has come and not for what was promised, and never for more than that.
    fn keep(&mut self, bytes: &[u8], most: usize) {
        let needed = self.tail.len() + bytes.len();
        if needed > self.tail.capacity() {
            let room = (self.tail.capacity() * 2).max(needed).min(most.max(needed));
            self.tail.reserve_exact(room - self.tail.len());
        }
        self.tail.extend_from_slice(bytes);
    }

    /// Why nothing more can be read, since then and for good; it was reported once as an oversize record.
    pub fn error(&self) -> Option<FramingError> {
        self.error
    }

    /// Bytes of an unfinished record that wait for their rest.
    pub fn pending(&self) -> usize {
        self.tail.len()
    }

    /// Forgets an unfinished record; for a new connection.
    pub fn reset(&mut self) {
        self.tail.clear();
        self.skipping = Skipping::Nothing;
        self.length = Length::UNKNOWN;
        self.error = None;
    }

    fn checked<'a>(&self, record: &'a [u8]) -> Result<&'a [u8], Oversize> {
        if record.len() > self.limit {
            Err(Oversize { limit: self.limit })
        } else {
            Ok(record)
        }
    }
}

/// Position of the first `needle`; eight bytes at a time, which matters at a kilobyte a record.
fn memchr(needle: u8, haystack: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let pattern = LOW * u64::from(needle);
    let mut chunks = haystack.chunks_exact(8);
    let mut offset = 0;
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let differing = u64::from_le_bytes(word) ^ pattern;
        if differing.wrapping_sub(LOW) & !differing & HIGH != 0 {
            return chunk
                .iter()
                .position(|byte| *byte == needle)
                .map(|at| offset + at);
        }
        offset += 8;
    }
    chunks
        .remainder()
        .iter()
        .position(|byte| *byte == needle)
        .map(|at| offset + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(limit: usize, chunks: &[&str]) -> Vec<Result<String, usize>> {
        let mut reader = RecordReader::new(Encoding::Json, limit);
        let mut seen = Vec::new();
        for chunk in chunks {
            reader.feed(chunk.as_bytes(), |record| {
                seen.push(match record {
                    Ok(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
                    Err(error) => Err(error.limit),
                });
                true
            });
        }
        seen
    }

    fn ok(texts: &[&str]) -> Vec<Result<String, usize>> {
        texts.iter().map(|text| Ok((*text).to_owned())).collect()
    }

    #[test]
    fn t02_two_separators_are_two_empty_records() {
        assert_eq!(records(10, &["\u{1e}\u{1e}"]), ok(&["", ""]));
    }

    #[test]
    fn t03_a_record_ends_at_its_separator() {
        assert_eq!(records(10, &["Hello\u{1e}"]), ok(&["Hello"]));
    }

    #[test]
    fn t04_t08_many_records_in_one_message_keep_their_order() {
        assert_eq!(
            records(99, &["Hello,\u{1e}World!\u{1e}"]),
            ok(&["Hello,", "World!"])
        );
    }

    #[test]
    fn t05_t06_t07_an_unfinished_record_waits_for_its_rest() {
        // Different on purpose: the official client ends the connection over it, the .NET ones wait as well.
        assert_eq!(records(99, &[""]), ok(&[]));
        assert_eq!(records(99, &["ABC\u{1e}X", "Y", "Z\u{1e}"]), ok(&["ABC", "XYZ"]));
    }

    #[test]
    fn an_oversize_record_never_loses_its_neighbours() {
        let mut expected = ok(&["a"]);
        expected.push(Err(4));
        expected.push(Ok("b".to_owned()));
        assert_eq!(records(4, &["a\u{1e}12345\u{1e}b\u{1e}"]), expected);
        assert_eq!(records(4, &["a\u{1e}123", "45", "6\u{1e}b\u{1e}"]), expected);
        assert_eq!(records(4, &["a\u{1e}123", "45\u{1e}b\u{1e}"]), expected);
    }

    #[test]
    fn any_cut_of_the_bytes_gives_the_same_records() {
        let text = "{\"type\":6}\u{1e}\u{1e}{\"type\":1,\"target\":\"äö😀\"}\u{1e}tail";
        let whole = records(64, &[text]);
        let bytes = text.as_bytes();
        for cut in 0..bytes.len() {
            let mut reader = RecordReader::new(Encoding::Json, 64);
            let mut seen = Vec::new();
            for part in [&bytes[..cut], &bytes[cut..]] {
                reader.feed(part, |record| {
                    seen.push(
                        record
                            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                            .map_err(|error| error.limit),
                    );
                    true
                });
            }
            assert_eq!(seen, whole, "cut at {cut}");
            assert_eq!(reader.pending(), 4);
        }
    }
}
