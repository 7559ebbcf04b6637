//! The project's commands: `cargo xtask demo`, `cargo xtask test`, `cargo xtask dist` and the others.
//!
//! Each command does all of its own set-up, into `.tools/` inside the project, so that a fresh clone needs nothing but
//! Rust and Node. This file only reads the command's name and hands over; every command has a module of its own.
//! Failures travel as [`process::Failure`], which says what happened and what to do about it, and are printed once, here.

mod arguments;
mod bench;
mod check_host;
mod csp;
mod demo;
mod dist;
mod docs;
mod lock;
mod page;
mod portal;
mod process;
mod project;
mod screens;
mod setup;
mod test;
mod web_servers;

use std::process::ExitCode;

use process::{Failure, Outcome};
use project::Project;

const HELP: &str = "\
Switchhook's commands. Each does its own set-up, into .tools/ inside the project.

  cargo xtask demo     build the page, start the hub with a simulated contact centre, print the address
      --port N         the port to serve on                     (8090)
      --portal-port N  the port of the example portal           (8091)
      --agents N       simulated colleagues                     (the hub's default)
      --queues N       queues                                   (the hub's default)
      --callbacks N    callbacks open at the start              (the hub's default)
      --seed N         the same seed gives the same history     (the hub's default)
      --rate X         the pace at which callers arrive         (the hub's default)
      --vocabulary L   what the hub speaks, such as rte,ctios    (everything)
      --scenario NAME  let something go wrong again and again; \"list\" prints what there is
      --callgem-offset +HH:MM   how far CallGem's local time is ahead of UTC
      --open           open the address in the browser

  cargo xtask test     formatting, lints, native, browser, interop and end-to-end tests
      --fast           the native part only: formatting, lints, native tests
      --only NAME      only the steps with this in their name, and what they need

  cargo xtask bench    what an event costs, natively and in Chromium, beside a desk written by hand
      --quick          fewer events, one round, and docs/benchmarks.md stays as it is
      --only PART      native, decoding, client, page or reaction alone; docs/benchmarks.md stays as it is

  cargo xtask dist     make a release: a folder that any static server can serve from any path
      --out FOLDER     where to                                 (release)
      --config FILE    its config.json                          (the previous release's, else the example)
      --previous FOLDER   the release that is live now; its files stay for pages that are open

  cargo xtask check-host ADDRESS   say what the host that serves the page gets wrong

  cargo xtask csp      print the headers that a host must send with the page, the policy first
      --server SOURCE  a server that the page speaks to, such as wss://rte.example.com (repeatable)
      --ancestor ORIGIN  a portal that shows the page in a frame (repeatable)

  cargo xtask docs     write the documents that are made from the code
  cargo xtask screens  take the pictures of every screen, into docs/screens/
  cargo xtask page     build the page into dist/, with compressed copies
  cargo xtask setup    install everything that the demo and the tests need, and stop
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the first word names, with the words after it.
fn dispatch(words: &[String]) -> Outcome<ExitCode> {
    let Some((command, rest)) = words.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let project = Project::locate()?;
    match command.as_str() {
        "demo" => demo::run(&project, &demo::Options::parse(rest)?).map(|()| ExitCode::SUCCESS),
        "test" => test::run(&project, &test::Options::parse(rest)?),
        "bench" => bench::run(&project, &bench::Options::parse(rest)?).map(|()| ExitCode::SUCCESS),
        "dist" => dist::run(&project, &dist::Options::parse(rest)?).map(|()| ExitCode::SUCCESS),
        "check-host" => check_host::run(&project, rest),
        "csp" => {
            csp::run(&csp::Options::parse(rest)?);
            Ok(ExitCode::SUCCESS)
        }
        "docs" => {
            arguments::none("docs", rest)?;
            docs::run(&project).map(|()| ExitCode::SUCCESS)
        }
        "screens" => {
            arguments::none("screens", rest)?;
            screens::run(&project).map(|()| ExitCode::SUCCESS)
        }
        "page" => {
            arguments::none("page", rest)?;
            setup::for_page(&project)?;
            page::build(&project).map(|()| ExitCode::SUCCESS)
        }
        "setup" => {
            arguments::none("setup", rest)?;
            setup::for_tests(&project).map(|()| ExitCode::SUCCESS)
        }
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure::new(
            format!("There is no command `{other}`."),
            "`cargo xtask help` lists the commands.",
        )),
    }
}
