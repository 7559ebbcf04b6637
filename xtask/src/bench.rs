//! `cargo xtask bench`: what an event costs, natively and in the browser, beside a desk written by hand.
//!
//! The native part is `benches/pipeline.rs`. The browser part is `tests/bench/measure.mjs`, which takes Switchhook's page
//! and the hand-written one through the same steps and prints a table with the ratio of each figure, and
//! `tests/bench/react.mjs`, which measures how soon the desk reacts to a key and to an event. A full run keeps all of it
//! in `docs/benchmarks.md`, between two marks; the words around them are written by hand and stay.
//! Nothing here judges a figure: a machine that is busy with something else measures its own business as well.

use crate::arguments::Arguments;
use crate::page;
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::setup::{self, Browser};

/// Where the kept figures begin and end.
const MARKS: [&str; 2] = [
    "<!-- figures: written by `cargo xtask bench` -->",
    "<!-- end of the figures -->",
];

/// What can be measured by itself.
const PARTS: [&str; 5] = ["native", "decoding", "client", "page", "reaction"];

/// What the person asked for.
pub(crate) struct Options {
    quick: bool,
    only: Option<String>,
}

impl Options {
    /// Reads the words after `bench`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut arguments = Arguments::new("bench", words);
        let mut options = Self {
            quick: false,
            only: None,
        };
        while let Some(given) = arguments.next() {
            match given.name {
                "--quick" => options.quick = true,
                "--only" => {
                    let part: String = arguments.value(&given, "a part's name")?;
                    if !PARTS.contains(&part.as_str()) {
                        return Err(Failure::new(
                            format!("`{part}` cannot be measured by itself."),
                            format!("What can: {}.", PARTS.join(", ")),
                        ));
                    }
                    options.only = Some(part);
                }
                _ => return Err(arguments.unknown(&given)),
            }
        }
        Ok(options)
    }

    /// Whether a part is to be measured.
    fn wants(&self, part: &str) -> bool {
        match &self.only {
            Some(only) => only == part,
            // What takes long is left out of a quick run.
            None => !self.quick || part != "client",
        }
    }
}

/// Measures, prints, and keeps the figures of a full run.
pub(crate) fn run(project: &Project, options: &Options) -> Outcome {
    setup::for_tests(project)?;
    let browser = Browser::needed()?;
    page::build(project)?;
    println!("Building the hub and the native benchmark.");
    process::run(
        project
            .cargo()
            .args(["build", "--quiet", "--release", "--package", "switchhook-hub"]),
        "The compiler's message above says why.",
    )?;
    let measure = |part, run: &dyn Fn() -> Outcome<String>| {
        if options.wants(part) {
            run()
        } else {
            Ok(String::new())
        }
    };
    let native = measure("native", &|| native(project))?;
    let decoding = measure("decoding", &|| decoding(project, &browser))?;
    let client = measure("client", &|| client_size(project))?;
    let reaction = measure("reaction", &|| {
        in_browser(project, &browser, options, "react.mjs")
    })?;
    let page = measure("page", &|| {
        println!(
            "Measuring in Chromium ({}).",
            if options.quick {
                "about a minute"
            } else {
                "about 10 minutes"
            }
        );
        in_browser(project, &browser, options, "measure.mjs")
    })?;
    if options.quick || options.only.is_some() {
        println!("This is for comparing; docs/benchmarks.md keeps the figures of whole, full runs.");
        return Ok(());
    }
    keep(
        project,
        &format!(
            "{page}\n\n### From the key to the wire, from the event to the button\n\n{reaction}\n\n\
             ### The SignalR client\n\n{client}\n\nIn Chromium, decoding alone:\n\n{decoding}\n\n\
             ### Natively, from the frame's bytes to the model\n\n```text\n{native}\n```"
        ),
    )
}

fn native(project: &Project) -> Outcome<String> {
    let mut command = project.cargo();
    command.args([
        "bench",
        "--quiet",
        "--package",
        "switchhook",
        "--no-default-features",
        "--bench",
        "pipeline",
    ]);
    measured(&mut command)
}

/// Our decoder beside the official client's, on the same frames in Chromium.
fn decoding(project: &Project, browser: &Browser) -> Outcome<String> {
    let decoder = page::program(project, ["--example", "decode"], &[], "")?;
    let mut command = project.command("node");
    command
        .arg(project.root.join("tests").join("bench").join("decode.mjs"))
        .env("SWITCHHOOK_CHROMIUM", &browser.browser)
        .env("SWITCHHOOK_DECODER", decoder)
        .env("SWITCHHOOK_TOOLS", &project.tools);
    measured(&mut command)
}

/// What the SignalR client adds to the page's program: the program as it is, and one with a hollow client.
fn client_size(project: &Project) -> Outcome<String> {
    println!("Building the page's program with and without the SignalR client (3 minutes).");
    let mut sizes = Vec::new();
    for flags in ["--cfg switchhook_without_signalr", ""] {
        let folder = page::program(project, ["--bin", "switchhook"], &[], flags)?;
        let mut command = project.command("node");
        command
            .arg(project.root.join("tests").join("bench").join("weigh.mjs"))
            .arg(folder.join("switchhook_bg.wasm"));
        let weight = process::run_quietly(&mut command, "Node's message above says why.")?;
        let numbers: Vec<u64> = weight
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        sizes.push((
            numbers.first().copied().unwrap_or_default(),
            numbers.get(1).copied().unwrap_or_default(),
        ));
    }
    let [without, with] = sizes[..] else {
        return Ok(String::new());
    };
    let kilobytes = |bytes: u64| bytes as f64 / 1000.0;
    Ok(format!(
        "It adds {:.1} kB (Brotli; {:.1} kB as it is) to the page's program, both encodings included: {:.1} kB with it, \
         {:.1} kB with a hollow one.",
        kilobytes(with.1.saturating_sub(without.1)),
        kilobytes(with.0.saturating_sub(without.0)),
        kilobytes(with.1),
        kilobytes(without.1),
    ))
}

fn in_browser(project: &Project, browser: &Browser, options: &Options, script: &str) -> Outcome<String> {
    let mut command = project.command("node");
    command
        .arg(project.root.join("tests").join("bench").join(script))
        .args(options.quick.then_some("--quick"))
        .env("SWITCHHOOK_CHROMIUM", &browser.browser)
        .env("SWITCHHOOK_HUB_BIN", project.built("release", "switchhook-hub"))
        .env("SWITCHHOOK_DIST", project.dist())
        .env("SWITCHHOOK_TOOLS", &project.tools);
    measured(&mut command)
}

/// Runs what measures, with its output shown, and returns that.
fn measured(command: &mut std::process::Command) -> Outcome<String> {
    let ended = process::run_and_keep(command)?;
    if ended.success {
        Ok(ended.text.trim().to_owned())
    } else {
        Err(Failure::new(
            "A measurement did not come to its end.",
            "Its message above says why.",
        ))
    }
}

fn keep(project: &Project, figures: &str) -> Outcome {
    let path = project.root.join("docs").join("benchmarks.md");
    let page = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
    let page = with_figures(&page, figures).ok_or_else(|| {
        Failure::new(
            "docs/benchmarks.md has lost the marks between which the figures stand.",
            format!("Put `{}` and `{}` back, each on a line.", MARKS[0], MARKS[1]),
        )
    })?;
    std::fs::write(&path, page).map_err(|error| Failure::file("write", &path, &error))?;
    println!("docs/benchmarks.md has the new figures.");
    Ok(())
}

/// The page with other figures between its marks; nothing when it has no marks.
fn with_figures(page: &str, figures: &str) -> Option<String> {
    let [begin, end] = MARKS;
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n\n{figures}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_figures_replace_the_old_ones_and_nothing_else() {
        let [begin, end] = MARKS;
        let page = format!("# Method\n\n{begin}\nold\n{end}\n\nMore words.\n");
        let renewed = with_figures(&page, "new").expect("the marks are there");
        assert_eq!(
            renewed,
            format!("# Method\n\n{begin}\n\nnew\n\n{end}\n\nMore words.\n")
        );
        assert_eq!(with_figures(&renewed, "new"), Some(renewed.clone()));
        assert_eq!(with_figures("no marks", "new"), None);
    }
}
