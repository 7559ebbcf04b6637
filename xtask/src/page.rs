//! Building the page into `dist/`.
//!
//! Trunk does the work, with every tool it calls already on the search path at the right version, so that it never
//! reaches for the network. Afterwards the style sheets are joined, the script is minified, and each file that
//! compresses well gets a `.br` and a `.gz` beside it, which the hub and most file servers send as they are. Nothing is
//! built when nothing that goes into the page has changed since.
//! `config.json` gets no compressed copy: it is meant to be edited in place, and a stale copy would win.

use std::path::{Path, PathBuf};

use crate::process::{self, Failure, Outcome};
use crate::project::{Project, fingerprint};
use crate::setup::WASM_TARGET;

/// Everything that goes into the page.
const INPUTS: [&str; 10] = [
    "src",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "xtask/finish.mjs",
    "xtask/compressed.mjs",
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
    if last == state(project)? && project.dist().join("index.html").is_file() {
        return Ok(());
    }
    println!("Building the page (about 3 minutes the first time, half a minute after a change).");
    // Trunk builds without the network; what the compiler needs is fetched before, as the lock file has it.
    process::run(
        project.cargo().args(["fetch", "--quiet", "--locked"]),
        "Check that Cargo can reach its registry and start again.",
    )?;
    let mut trunk = project.command(project.program("trunk"));
    trunk
        .arg("build")
        .env("CARGO_TARGET_DIR", &project.target)
        .env("RUSTFLAGS", rustflags(project))
        // Trunk takes this variable for its own option and refuses the value that people commonly give it.
        .env_remove("NO_COLOR");
    process::run(&mut trunk, "The compiler's or Trunk's message above says why.")?;
    finish(project)?;
    let folder = project.memory("");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
    std::fs::write(&note, state(project)?).map_err(|error| Failure::file("write", &note, &error))
}

/// What the page was made from and what became of it: a page that somebody else put there is built anew as well.
fn state(project: &Project) -> Outcome<String> {
    let made_from = fingerprint(&project.root, &INPUTS)?;
    let made = fingerprint(&project.root, &["dist"])?;
    Ok(format!("{made_from} {made}"))
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
/// `what` names it to Cargo (`--bin`, `--example`), `flags` go to the compiler beside the page's own.
pub(crate) fn program(project: &Project, what: [&str; 2], flags: &str) -> Outcome<PathBuf> {
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
fn finish(project: &Project) -> Outcome {
    process::run(
        project
            .node("It makes the page's files small.")?
            .arg(Path::new("xtask").join("finish.mjs"))
            .arg(project.dist())
            .arg(project.node_modules()),
        "Check that the folder dist/ is writable and has room.",
    )
}
