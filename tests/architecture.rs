//! The architecture's invariants, checked against the sources (see ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

/// Folder under `src`, and the folders that it may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("domain", &[]),
    ("keyboard", &[]),
    ("connection", &["protocol"]),
    ("vendor", &["protocol", "domain"]),
    ("preferences", &["protocol"]),
    (
        "session",
        &[
            "protocol",
            "domain",
            "connection",
            "vendor",
            "preferences",
            "words",
        ],
    ),
    ("words", &["protocol"]),
    (
        "embed",
        &[
            "protocol",
            "domain",
            "connection",
            "session",
            "preferences",
            "words",
        ],
    ),
    ("store", &["domain", "session", "preferences"]),
    (
        "platform",
        &[
            "domain",
            "connection",
            "session",
            "store",
            "words",
            "preferences",
            "embed",
        ],
    ),
    ("ui", &["domain", "store", "words", "preferences", "keyboard"]),
    ("native", &["protocol", "connection"]),
];

const PURE: &[&str] = &[
    "protocol",
    "domain",
    "keyboard",
    "connection",
    "vendor",
    "preferences",
    "session",
    "words",
    "embed",
];

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below a folder, with its text up to its unit tests.
fn files(below: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {}", below.display());
    found
}

/// Lines that are code, not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn i1_layers_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (folder, allowed) in MAY_USE {
        for (path, text) in files(&source_root().join(folder)) {
            for line in code(&text) {
                for (other, _) in MAY_USE {
                    let names = line.contains(&format!("crate::{other}::"))
                        || line.contains(&format!("crate::{other};"))
                        || line.contains(&format!("crate::{{{other}"));
                    if names && other != folder && !allowed.contains(other) {
                        wrong.push(format!("{}: {}", path.display(), line.trim()));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "layers name what they may not:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn i1_every_folder_is_in_the_table() {
    for entry in fs::read_dir(source_root()).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(
                MAY_USE.iter().any(|(folder, _)| *folder == name),
                "src/{name} has no row in the dependency table"
            );
        }
    }
}

#[test]
fn i2_pure_layers_know_no_clock_socket_or_browser() {
    let forbidden = [
        "std::time::Instant",
        "SystemTime",
        "std::net",
        "std::thread",
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo_",
        "leptos",
        "tokio",
    ];
    for folder in PURE {
        for (path, text) in files(&source_root().join(folder)) {
            for line in code(&text) {
                for word in forbidden {
                    assert!(!line.contains(word), "{}: {}", path.display(), line.trim());
                }
            }
        }
    }
}

#[test]
fn i3_vendor_words_stay_with_their_vendor() {
    // Names that only a vendor's document has; the domain and the view have their own.
    let words = [
        "EnablementMask\"",
        "UserStatus",
        "QueueStatus",
        "CallbackChanged",
        "OnCallBegin",
        "OnCallEnd",
        "OnCallEstablished",
        "OnAgentState",
        "UniqueObjectID",
        "MessageReceived",
        "CtiEvent",
        "NbrOf",
        "EventACK",
        "EventPrimaryChanged",
        "ReferenceID",
        "ConnID",
        "TServerEvent",
        "CcsEvent",
        "seance",
        "connection_failure",
        "CallGem",
        "LCS_",
    ];
    for folder in ["domain", "store", "ui"] {
        for (path, text) in files(&source_root().join(folder)) {
            for line in code(&text) {
                for word in words {
                    assert!(!line.contains(word), "{}: {}", path.display(), line.trim());
                }
            }
        }
    }
}

#[test]
fn i4_only_the_store_writes_cells() {
    for folder in ["ui", "platform"] {
        for (path, text) in files(&source_root().join(folder)) {
            for line in code(&text) {
                assert!(
                    !line.contains("_cells.write") && !line.contains("_cells.rewrite"),
                    "{}: {}",
                    path.display(),
                    line.trim()
                );
            }
        }
    }
}

#[test]
fn i5_the_lints_are_in_force() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    let library = fs::read_to_string(root.join("src/lib.rs")).unwrap_or_default();
    for lint in [
        "clippy::unwrap_used",
        "clippy::expect_used",
        "clippy::indexing_slicing",
        "clippy::panic",
    ] {
        assert!(library.contains(lint), "src/lib.rs no longer denies {lint}");
    }
    for (path, text) in files(&source_root()) {
        for line in code(&text) {
            for lint in ["unwrap_used", "expect_used", "indexing_slicing", "clippy::panic)"] {
                assert!(
                    !(line.contains("allow(") && line.contains(lint)),
                    "{}: {}",
                    path.display(),
                    line.trim()
                );
            }
        }
    }
}

#[test]
fn i10_no_inline_script_or_style() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("index.html")).unwrap_or_default();
    assert!(!page.is_empty(), "index.html is missing");
    assert!(!page.contains("<style"), "index.html has an inline style");
    assert!(!page.contains(" style="), "index.html has a style attribute");
    for (at, _) in page.match_indices("<script") {
        let rest = &page[at..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        assert!(tag.contains("src="), "index.html has an inline script: {tag}>");
    }
    for (path, text) in files(&source_root().join("ui")) {
        for line in code(&text) {
            let attribute = line.contains(" style=\"") || line.trim_start().starts_with("style=\"");
            assert!(
                !attribute && !line.contains("inner_html"),
                "{}: {}",
                path.display(),
                line.trim()
            );
        }
    }
}

#[test]
fn i11_every_module_says_what_lives_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "hub/src"] {
        for (path, text) in files(&root.join(folder)) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            if matches!(name.as_deref(), Some("main.rs" | "lib.rs" | "tests.rs")) {
                continue;
            }
            let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            assert!(
                head.len() >= 5,
                "{} does not say what lives there",
                path.display()
            );
            assert!(
                head.iter().any(|line| line.contains("May not")),
                "{} does not say what may not be there",
                path.display()
            );
        }
    }
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    for (path, text) in files(&source_root()) {
        let lines = text.lines().count();
        assert!(lines <= 1_000, "{} has {lines} lines; split it", path.display());
    }
}
