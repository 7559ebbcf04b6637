//! Building the page into `dist/`.
//!
//! Trunk does the work, with every tool it calls already on the search path at the right version, so that it never
//! reaches for the network. The program of the demonstration is built beside it. Afterwards the style sheets are
//! joined, the scripts are minified, and each file that compresses well gets a `.br` and a `.gz` beside it, which the
//! hub and most file servers send as they are. Nothing is built when nothing that goes into it has changed since.
//! `config.json` gets no compressed copy: it is meant to be edited in place, and a stale copy would win.

use std::path::{Path, PathBuf};

use crate::process::{self, Failure, Outcome};
use crate::project::{Project, fingerprint};
use crate::setup::WASM_TARGET;

/// Everything that goes into the page.
const INPUTS: [&str; 11] = [
    "src",
    "style",
    "public",
    "embed/switchhook-desk.js",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "xtask/finish.mjs",
    "xtask/compressed.mjs",
];

/// Everything that goes into the demonstration's program.
const DEMO_INPUTS: [&str; 9] = [
    "hub/src",
    "hub/Cargo.toml",
    "src/domain",
    "src/lib.rs",
    "src/protocol",
    "src/vendor",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
];

/// The demonstration's program, as Cargo knows it.
const DEMO: [&str; 2] = ["--bin", "switchhook-demo"];
const DEMO_CHOICE: [&str; 5] = [
    "--package",
    "switchhook-hub",
    "--no-default-features",
    "--features",
    "worker",
];

/// Builds the page, unless the one in `dist/` was built from the same files.
pub(crate) fn build(project: &Project) -> Outcome {
    if !project.root.join("index.html").is_file() {
        return Err(Failure::new(
            "There is no index.html in the project's folder, so there is no page to build.",
            "Restore it from the repository.",
        ));
    }
    let note = project.memory("page");
    let last = std::fs::read_to_string(&note).unwrap_or_default();
    let now = State::of(project)?;
    if last == now.to_string() && project.dist().join("index.html").is_file() {
        return Ok(());
    }
    let mut before = last.split(' ');
    let is_same_page = before.next() == Some(now.page.to_string().as_str());
    let is_same_demo = before.next() == Some(now.demo.to_string().as_str());
    let is_same_folder = before.next() == Some(now.made.to_string().as_str());
    println!("Building the page (about 3 minutes the first time, half a minute after a change).");
    // Trunk builds without the network; what the compiler needs is fetched before, as the lock file has it.
    process::run(
        project.cargo().args(["fetch", "--quiet", "--locked"]),
        "Check that Cargo can reach its registry and start again.",
    )?;
    if !(is_same_page && is_same_folder) {
        let mut trunk = project.command(project.program("trunk"));
        trunk
            .arg("build")
            .env("CARGO_TARGET_DIR", &project.target)
            .env("RUSTFLAGS", rustflags(project))
            // Trunk takes this variable for its own option and refuses the value that people commonly give it.
            .env_remove("NO_COLOR");
        process::run(&mut trunk, "The compiler's or Trunk's message above says why.")?;
    }
    let demo = project.memory(DEMO[1]);
    if !(is_same_demo && demo.is_dir()) {
        println!("Building the demonstration's program (about a minute the first time).");
        program(project, DEMO, &DEMO_CHOICE, "")?;
    }
    finish(project, &demo)?;
    let folder = project.memory("");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
    let made = State::of(project)?.to_string();
    std::fs::write(&note, made).map_err(|error| Failure::file("write", &note, &error))
}

/// What the page and the demonstration were made from and what became of it: a page that somebody else put there is
/// built anew as well.
struct State {
    page: u64,
    demo: u64,
    made: u64,
}

impl State {
    fn of(project: &Project) -> Outcome<Self> {
        Ok(Self {
            page: fingerprint(&project.root, &INPUTS)?,
            demo: fingerprint(&project.root, &DEMO_INPUTS)?,
            made: fingerprint(&project.root, &["dist"])?,
        })
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {}", self.page, self.demo, self.made)
    }
}

/// What the compiler is told beyond the profile.
///
/// Leptos erases the types of components, which costs a little speed at mounting and makes this page 4 % smaller. The
/// names of the folders in which it was built are taken out of the panic messages that ship with it: they would tell
/// everybody who built the page and where.
fn rustflags(project: &Project) -> String {
    let home = std::env::var_os("CARGO_HOME")
        .map(std::path::PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let mut flags = String::from("--cfg erase_components");
    let folders = [
        home.map(|home| home.join("registry").join("src")),
        Some(project.root.clone()),
    ];
    for folder in folders.into_iter().flatten() {
        // A folder with a space in its name cannot be said in this variable; the page is then merely a little larger.
        let folder = folder.display().to_string();
        if !folder.contains(' ') {
            flags.push_str(" --remap-path-prefix=");
            flags.push_str(&folder);
            flags.push_str("=.");
        }
    }
    flags
}

/// A program for the browser in the page's own build, bound and made small, but not on a page: its folder.
///
/// `what` names it to Cargo (`--bin`, `--example`), `choice` its package and features where they are not the page's;
/// `flags` go to the compiler beside the page's own.
pub(crate) fn program(project: &Project, what: [&str; 2], choice: &[&str], flags: &str) -> Outcome<PathBuf> {
    let [kind, name] = what;
    let mut cargo = project.cargo();
    cargo
        .args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            "page",
            "--target",
            WASM_TARGET,
            kind,
            name,
        ])
        .args(choice)
        .env("RUSTFLAGS", format!("{} {flags}", rustflags(project)));
    process::run(&mut cargo, "The compiler's message above says why.")?;
    let built = project.target.join(WASM_TARGET).join("page");
    let built = if kind == "--example" {
        built.join("examples")
    } else {
        built
    };
    let folder = project.memory(name);
    let mut bind = project.command(project.program("wasm-bindgen"));
    bind.args([
        "--target",
        "web",
        "--no-typescript",
        "--out-name",
        name,
        "--out-dir",
    ])
    .arg(&folder)
    .arg(built.join(name).with_extension("wasm"));
    process::run(&mut bind, "wasm-bindgen's message above says why.")?;
    let file = folder.join(format!("{name}_bg.wasm"));
    let mut optimize = project.command(project.node_modules().join(".bin").join("wasm-opt"));
    optimize.arg("-Oz").arg(&file).arg("-o").arg(&file);
    process::run(&mut optimize, "wasm-opt's message above says why.")?;
    Ok(folder)
}

/// Joins, minifies and compresses. Node has both encoders built in, and is here anyway because of npm.
fn finish(project: &Project, demo: &Path) -> Outcome {
    process::run(
        project
            .node("It makes the page's files small.")?
            .arg(Path::new("xtask").join("finish.mjs"))
            .arg(project.dist())
            .arg(project.node_modules())
            .arg(demo),
        "Check that the folder dist/ is writable and has room.",
    )
}
