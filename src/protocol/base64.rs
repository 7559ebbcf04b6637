//! Bytes as base64 text, which is how JSON carries them.
//!
//! Lives here: writing it, with the standard alphabet and padding.
//! May not be here: reading it; nothing in the protocol needs that (a token's claims are the session's).
//! Source: RFC 4648, section 4.
//! `byte[]` is written so by `System.Text.Json`, which is what a .NET server's JSON would show.

/// Appends `bytes` as base64 text.
pub fn write(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let joined = group
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_u32, |joined, byte| joined << 8 | u32::from(*byte));
        for place in 0..4 {
            out.push(if place > group.len() {
                '='
            } else {
                digit((joined >> (18 - 6 * place)) as u8 & 0x3f)
            });
        }
    }
}

fn digit(value: u8) -> char {
    char::from(match value {
        0..26 => b'A' + value,
        26..52 => b'a' + (value - 26),
        52..62 => b'0' + (value - 52),
        62 => b'+',
        _ => b'/',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{fb}\u{ff}\u{fe}", "w7vDv8O+"),
        ] {
            let mut text = String::new();
            write(plain.as_bytes(), &mut text);
            assert_eq!(text, coded);
        }
        let mut text = String::new();
        write(&[0xfb, 0xff, 0xfe], &mut text);
        assert_eq!(text, "+//+");
    }
}
