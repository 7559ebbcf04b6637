//! Sections of documents that tests make, because only the code itself can tell what stands in them.
//!
//! Lives here: comparing what was made with what is written, and writing it when `cargo xtask docs` asks for that.

use std::fs;
use std::path::Path;

/// Fails when the section is not what was `made`; writes it instead where `UPDATE_DOCUMENTS` is set.
pub(crate) fn check(root: &str, document: &str, section: &str, made: &str) {
    let path = Path::new(root).join(document);
    let document = fs::read_to_string(&path).expect("the document is there");
    let (begin, end) = (
        format!("<!-- {section} -->\n"),
        format!("<!-- end of {section} -->"),
    );
    let (before, rest) = document.split_once(&begin).expect("the section begins");
    let (written, after) = rest.split_once(&end).expect("the section ends");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(&path, format!("{before}{begin}{made}{end}{after}")).expect("the document can be written");
    } else {
        assert!(written == made, "run `cargo xtask docs`; it would write:\n{made}");
    }
}
