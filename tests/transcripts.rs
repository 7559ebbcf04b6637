//! Transcripts heard again: what each vocabulary's recorded sequence makes of the model is what stands beside it.
//!
//! `tests/transcripts/<vocabulary>/<name>.jsonl` holds a sequence ([`replay`] says how), `<name>.model.txt` the model
//! after it, what people were told on the way and what was not understood. `UPDATE_TRANSCRIPTS=1` writes the latter.

mod replay;

use replay::{Listener, dump};
use std::fs;
use std::path::{Path, PathBuf};

/// Every transcript, in order.
fn transcripts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).expect("the folder of transcripts") {
        let folder = folder.expect("readable").path();
        for file in fs::read_dir(folder).expect("a folder per vocabulary") {
            let file = file.expect("readable").path();
            if file.extension().is_some_and(|ending| ending == "jsonl") {
                files.push(file);
            }
        }
    }
    files.sort();
    files
}

fn heard(path: &Path) -> Listener {
    let text = fs::read_to_string(path).expect("readable");
    let mut lines = text.lines();
    let head = serde_json::from_str(lines.next().unwrap_or_default()).expect("the head is JSON");
    let mut listener = Listener::new(&head);
    for (number, line) in (2..).zip(lines) {
        assert!(listener.hear_line(line), "{}:{number}", path.display());
    }
    listener
}

#[test]
fn each_transcript_leads_to_the_model_that_stands_beside_it() {
    let mut wrong = Vec::new();
    for path in transcripts() {
        let made = dump::whole(&heard(&path));
        let beside = path.with_extension("model.txt");
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&beside, made).expect("writable");
        } else if fs::read_to_string(&beside).unwrap_or_default() != made {
            wrong.push(format!("{}:\n{made}", beside.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "look at what is different; if it is right, run with UPDATE_TRANSCRIPTS=1\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_vocabulary_has_transcripts() {
    let files = transcripts();
    for vocabulary in ["rte", "ctios", "tserver", "ccs", "callgem"] {
        let folder = format!("transcripts/{vocabulary}/");
        assert!(
            files.iter().any(|file| file.to_string_lossy().contains(&folder)),
            "{vocabulary}"
        );
    }
}

#[test]
fn hearing_a_transcript_twice_is_the_same_every_time() {
    for path in transcripts() {
        assert_eq!(dump::whole(&heard(&path)), dump::whole(&heard(&path)));
    }
}
