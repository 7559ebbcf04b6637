//! Text framing: records that end with the byte 0x1E, many to a WebSocket message or one over many.
//!
//! Lives here: cutting a byte stream into records, whole ones without a copy, and the size limit.
//! May not be here: what a record means.
//! An unfinished record waits for its rest (the official client closes the connection instead, defect D8).
//! A record over the limit is dropped whole and reported once; its neighbours are delivered.

/// The record separator, ASCII 30, which ends every record in both directions.
pub const SEPARATOR: u8 = 0x1e;

/// A record that exceeded the reader's limit and was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record of more than {limit} bytes was dropped")]
pub struct Oversize {
    /// The limit in force, in bytes.
    pub limit: usize,
}

/// Cuts incoming bytes into records; keeps the unfinished tail, never more than the limit.
#[derive(Debug)]
pub struct RecordReader {
    tail: Vec<u8>,
    limit: usize,
    skipping: bool,
}

impl RecordReader {
    /// A reader that accepts records of up to `limit` bytes, the separator not counted.
    pub fn new(limit: usize) -> Self {
        Self {
            tail: Vec::new(),
            limit,
            skipping: false,
        }
    }

    /// Hands every record that `chunk` completes to `each`, in order and without its separator.
    ///
    /// Records that lie whole within `chunk` are borrowed from it. `each` stops the reading by answering
    /// `false`; what follows is then discarded (the connection is being closed).
    pub fn feed(&mut self, chunk: &[u8], mut each: impl FnMut(Result<&[u8], Oversize>) -> bool) {
        let mut rest = chunk;
        while let Some(end) = memchr(SEPARATOR, rest) {
            let (head, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if self.skipping {
                self.skipping = false;
                continue;
            }
            let go_on = if self.tail.is_empty() {
                each(self.checked(head))
            } else if self.tail.len() + head.len() > self.limit {
                self.tail.clear();
                each(Err(Oversize { limit: self.limit }))
            } else {
                self.tail.extend_from_slice(head);
                let go_on = each(Ok(&self.tail));
                self.tail.clear();
                go_on
            };
            if !go_on {
                return;
            }
        }
        if self.skipping || rest.is_empty() {
            return;
        }
        if self.tail.len() + rest.len() > self.limit {
            self.tail = Vec::new();
            self.skipping = true;
            each(Err(Oversize { limit: self.limit }));
        } else {
            self.tail.extend_from_slice(rest);
        }
    }

    /// Bytes of an unfinished record that wait for their rest.
    pub fn pending(&self) -> usize {
        self.tail.len()
    }

    /// Forgets an unfinished record; for a new connection.
    pub fn reset(&mut self) {
        self.tail.clear();
        self.skipping = false;
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
        let mut reader = RecordReader::new(limit);
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
    fn t04_t08_many_records_in_one_message_keep_their_order() {
        assert_eq!(
            records(99, &["Hello,\u{1e}World!\u{1e}"]),
            ok(&["Hello,", "World!"])
        );
    }

    #[test]
    fn t05_t06_t07_an_unfinished_record_waits_for_its_rest() {
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
            let mut reader = RecordReader::new(64);
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
