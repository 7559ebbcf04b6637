//! `cargo xtask screens`: a picture of every screen of the agent's desk, and the page that shows them.
//!
//! `tests/screens/take.mjs` brings the desk, beside the hub with a fixed seed, to each of its screens, in themes,
//! languages and sizes, and writes `docs/screens/`. The tests that look for barriers walk the same ways.
//! Times and the hub's address differ from run to run, so the pictures do; whoever changes a look takes them anew.

use crate::page;
use crate::process::{self, Outcome};
use crate::project::Project;
use crate::setup::{self, Browser};

/// Builds the page and the hub, and takes the pictures.
pub(crate) fn run(project: &Project) -> Outcome {
    setup::for_tests(project)?;
    let browser = Browser::needed()?;
    page::build(project)?;
    process::run(
        project
            .cargo()
            .args(["build", "--quiet", "--release", "--package", "switchhook-hub"]),
        "The compiler's message above says why.",
    )?;
    println!("Taking the pictures (about 4 minutes).");
    let mut command = project.command("node");
    command
        .arg(project.root.join("tests").join("screens").join("take.mjs"))
        .env("SWITCHHOOK_CHROMIUM", &browser.browser)
        .env("SWITCHHOOK_HUB_BIN", project.built("release", "switchhook-hub"))
        .env("SWITCHHOOK_DIST", project.dist())
        .env("SWITCHHOOK_TOOLS", &project.tools)
        .env("SWITCHHOOK_FAILURES", project.target.join("screens"));
    process::run(&mut command, "Node's message above says why.")
}
