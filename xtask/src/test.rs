//! `cargo xtask test`: every check the project has, in one run.
//!
//! A run is a list of steps. Each prints a heading and its duration and is counted: by its tests where the program that
//! ran them says how many there were, otherwise as one. A failing step does not stop the others, except those that
//! need what it should have built. The last line says how many passed; on failure it names the steps that did not.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::page;
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::setup::{self, Browser, Dotnet, WASM_TARGET};
use crate::web_servers;

/// What is compiled natively. Leaving the page's feature out spares the native compilation of Leptos: everything that
/// it would cover is linted and tested for WebAssembly, where it runs.
const NATIVE: [&str; 3] = [
    "--no-default-features",
    "--features",
    "switchhook/native,switchhook-hub/server,switchhook-hub/worker",
];

/// The tests of the native client against Microsoft's server, which only this command can start.
const MICROSOFT_TESTS: [&str; 2] = ["microsoft_server", "microsoft_streams"];

/// The browser's unit tests that are not inside the library.
const BROWSER_TEST: &str = "browser";

/// What the person asked for.
pub(crate) struct Options {
    fast: bool,
    only: Option<String>,
}

impl Options {
    /// Reads the words after `test`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut arguments = Arguments::new("test", words);
        let mut options = Self {
            fast: false,
            only: None,
        };
        while let Some(given) = arguments.next() {
            match given.name {
                "--fast" => options.fast = true,
                "--only" => {
                    options.only = Some(arguments.value(&given, "a part of a step's name")?);
                }
                _ => return Err(arguments.unknown(&given)),
            }
        }
        Ok(options)
    }
}

/// One step: its name, whether `--fast` runs it, which step it needs, and what it does.
struct Step {
    name: &'static str,
    fast: bool,
    needs: &'static [&'static str],
    action: fn(&Project) -> Outcome<Counted>,
}

/// How many checks of a step passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counted {
    passed: usize,
    failed: usize,
}

impl Counted {
    const ONE_PASSED: Self = Self { passed: 1, failed: 0 };
}

static STEPS: [Step; 12] = [
    Step {
        name: "formatting",
        fast: true,
        needs: &[],
        action: formatting,
    },
    Step {
        name: "lints, native",
        fast: true,
        needs: &[],
        action: native_lints,
    },
    Step {
        name: "native tests",
        fast: true,
        needs: &[],
        action: native_tests,
    },
    Step {
        name: "set-up",
        fast: false,
        needs: &[],
        action: set_up,
    },
    Step {
        name: "lints, WebAssembly",
        fast: false,
        needs: &["set-up"],
        action: wasm_lints,
    },
    Step {
        name: "browser unit tests",
        fast: false,
        needs: &["set-up"],
        action: browser_tests,
    },
    Step {
        name: "build the page",
        fast: false,
        needs: &["set-up"],
        action: build_page,
    },
    Step {
        name: "build the servers",
        fast: false,
        needs: &["set-up"],
        action: build_servers,
    },
    Step {
        name: "interop: Microsoft's server",
        fast: false,
        needs: &["build the servers"],
        action: microsoft_tests,
    },
    Step {
        name: "interop: Microsoft's client",
        fast: false,
        needs: &["build the servers"],
        action: interop_tests,
    },
    Step {
        name: "hosting",
        fast: false,
        needs: &["build the page", "build the servers"],
        action: hosting_tests,
    },
    Step {
        name: "end to end in Chromium",
        fast: false,
        needs: &["build the page", "build the servers"],
        action: end_to_end_tests,
    },
];

/// How a step of this run ended.
struct Report {
    name: &'static str,
    duration: Duration,
    counted: Counted,
    remark: &'static str,
}

/// Runs the steps and prints the summary.
pub(crate) fn run(project: &Project, options: &Options) -> Outcome<ExitCode> {
    let chosen = choose(options);
    if chosen.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(
            "No step has a name like that.",
            format!("The steps are: {}.", names.join("; ")),
        ));
    }
    let mut reports: Vec<Report> = Vec::new();
    for step in chosen {
        let broken = step.needs.iter().any(|needed| {
            reports
                .iter()
                .any(|report| report.name == *needed && report.counted.failed > 0)
        });
        println!("\n== {}", step.name);
        let began = Instant::now();
        let (counted, remark) = if broken {
            println!("Left out, because a step that it needs has failed.");
            (Counted { passed: 0, failed: 1 }, "left out")
        } else {
            match (step.action)(project) {
                Ok(counted) => (counted, if counted.failed > 0 { "FAILED" } else { "" }),
                Err(failure) => {
                    println!("{failure}");
                    (Counted { passed: 0, failed: 1 }, "FAILED")
                }
            }
        };
        let duration = began.elapsed();
        println!("-- {}: {}", step.name, spoken(duration));
        reports.push(Report {
            name: step.name,
            duration,
            counted,
            remark,
        });
    }
    Ok(summary(&reports))
}

/// The steps to run, in order: those that were asked for, and those that they need.
fn choose(options: &Options) -> Vec<&'static Step> {
    let mut chosen: Vec<&Step> = Vec::new();
    for step in STEPS.iter().rev() {
        let asked = (!options.fast || step.fast)
            && options
                .only
                .as_ref()
                .is_none_or(|part| step.name.contains(part.as_str()));
        let needed = chosen.iter().any(|later| later.needs.contains(&step.name));
        if asked || needed {
            chosen.insert(0, step);
        }
    }
    chosen
}

/// Prints the table and the last line.
fn summary(reports: &[Report]) -> ExitCode {
    println!(
        "\n{:<30} {:>7} {:>7} {:>10}",
        "step", "passed", "failed", "duration"
    );
    for report in reports {
        println!(
            "{:<30} {:>7} {:>7} {:>10}  {}",
            report.name,
            report.counted.passed,
            report.counted.failed,
            spoken(report.duration),
            report.remark
        );
    }
    let passed: usize = reports.iter().map(|report| report.counted.passed).sum();
    let failed: usize = reports.iter().map(|report| report.counted.failed).sum();
    let total = reports.iter().map(|report| report.duration).sum();
    println!("{:<46} {:>10}\n", "in all", spoken(total));
    if failed == 0 {
        println!("{passed} passed, 0 failed");
        return ExitCode::SUCCESS;
    }
    let names: Vec<&str> = reports
        .iter()
        .filter(|report| report.counted.failed > 0)
        .map(|report| report.name)
        .collect();
    println!("{passed} passed, {failed} failed: {}", names.join("; "));
    ExitCode::FAILURE
}

fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// Runs a program that is one check as a whole.
fn check(command: &mut Command, way_out: &str) -> Outcome<Counted> {
    process::run(command, way_out).map(|()| Counted::ONE_PASSED)
}

/// Runs a program that reports its tests, and counts them.
fn counted(command: &mut Command, count: fn(&str) -> Counted) -> Outcome<Counted> {
    let ended = process::run_and_keep(command)?;
    let mut counted = count(&ended.text);
    if !ended.success && counted.failed == 0 {
        counted.failed = 1;
    }
    Ok(counted)
}

fn formatting(project: &Project) -> Outcome<Counted> {
    check(
        project.cargo().args(["fmt", "--all", "--check"]),
        "`cargo fmt --all` puts it right.",
    )
}

fn native_lints(project: &Project) -> Outcome<Counted> {
    check(
        project
            .cargo()
            .args(["clippy", "--quiet", "--workspace", "--all-targets"])
            .args(NATIVE)
            .args(["--", "--deny", "warnings"]),
        "Each message above names its place and, mostly, its remedy.",
    )
}

fn wasm_lints(project: &Project) -> Outcome<Counted> {
    let page = ["switchhook", "--lib", "--bins", "--test", BROWSER_TEST];
    let demo = ["switchhook-hub", "--no-default-features", "--features", "worker"];
    let mut counted = Counted::default();
    for package in [&page[..], &demo] {
        counted = check(
            project
                .cargo()
                .args(["clippy", "--quiet", "--target", WASM_TARGET, "--package"])
                .args(package)
                .args(["--", "--deny", "warnings"]),
            "Each message above names its place and, mostly, its remedy.",
        )?;
    }
    Ok(counted)
}

fn native_tests(project: &Project) -> Outcome<Counted> {
    counted(
        project
            .cargo()
            .args(["test", "--quiet", "--no-fail-fast", "--workspace"])
            .args(NATIVE),
        count_rust_tests,
    )
}

fn set_up(project: &Project) -> Outcome<Counted> {
    setup::for_tests(project).map(|()| Counted::ONE_PASSED)
}

fn browser_tests(project: &Project) -> Outcome<Counted> {
    let browser = browser()?;
    let capabilities = project.memory("webdriver.json");
    let folder = project.memory("");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&capabilities, webdriver_capabilities(&browser)))
        .map_err(|error| Failure::file("write", &capabilities, &error))?;
    // Cargo would hand `--quiet` on to the runner, which does not know it.
    let mut command = project.cargo();
    command
        .args([
            "test",
            "--package",
            "switchhook",
            "--target",
            WASM_TARGET,
            "--lib",
        ])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        )
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("CHROMEDRIVER", &browser.driver);
    if test_exists(project, BROWSER_TEST) {
        command.args(["--test", BROWSER_TEST]);
    }
    counted(&mut command, count_rust_tests)
}

/// What the browser is started with, in WebDriver's words.
fn webdriver_capabilities(browser: &Browser) -> String {
    let path = browser.browser.display().to_string();
    format!(
        r#"{{"goog:chromeOptions":{{"binary":"{}","args":["headless=new","no-sandbox","disable-gpu","disable-quic","no-first-run","disable-background-networking","disable-component-update","disable-sync"]}}}}"#,
        path.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

fn build_page(project: &Project) -> Outcome<Counted> {
    page::build(project).map(|()| Counted::ONE_PASSED)
}

/// Builds the hub, in the profile and with the features that the native tests have compiled already, and Microsoft's.
fn build_servers(project: &Project) -> Outcome<Counted> {
    process::run(
        project
            .cargo()
            .args(["build", "--quiet", "--workspace", "--exclude", "xtask", "--bins"])
            .args(NATIVE),
        "The compiler's message above says why.",
    )?;
    process::run(
        project
            .cargo()
            .args([
                "build",
                "--quiet",
                "--package",
                "switchhook-hub",
                "--example",
                "signalr",
            ])
            .args(NATIVE),
        "The compiler's message above says why.",
    )?;
    let Some(dotnet) = Dotnet::expected(project) else {
        println!(
            "Microsoft's server of this generation exists for Linux on x86-64 only; its tests are left out here."
        );
        return Ok(Counted::ONE_PASSED);
    };
    process::run_quietly(
        dotnet
            .command(project)
            .arg("build")
            .arg(dotnet_hub_folder(project))
            .args([
                "--configuration",
                "Release",
                "--nologo",
                "--verbosity",
                "quiet",
                "--output",
            ])
            .arg(project.memory("dotnet"))
            // Without this, the compiler's server process outlives the build.
            .args(["-p:UseSharedCompilation=false", "-nodeReuse:false"]),
        "The compiler's message above says why.",
    )?;
    Ok(Counted::ONE_PASSED)
}

fn dotnet_hub_folder(project: &Project) -> PathBuf {
    project.root.join("tests").join("dotnet").join("RteHub")
}

/// Runs the project's own client, compiled natively, against Microsoft's server.
fn microsoft_tests(project: &Project) -> Outcome<Counted> {
    if Dotnet::expected(project).is_none() {
        println!("There is nothing to run here.");
        return Ok(Counted::default());
    }
    let mut command = project.cargo();
    command.args([
        "test",
        "--quiet",
        "--package",
        "switchhook",
        "--no-default-features",
        "--features",
        "native",
    ]);
    for test in MICROSOFT_TESTS {
        command.args(["--test", test]);
    }
    command.args(["--", "--include-ignored"]);
    counted(with_servers(project, &mut command), count_rust_tests)
}

fn interop_tests(project: &Project) -> Outcome<Counted> {
    node_tests(project, "interop")
}

fn hosting_tests(project: &Project) -> Outcome<Counted> {
    node_tests(project, "hosting")
}

fn end_to_end_tests(project: &Project) -> Outcome<Counted> {
    node_tests(project, "e2e")
}

/// Runs the scripts of a folder below `tests/` with Node's own test runner.
fn node_tests(project: &Project, folder: &str) -> Outcome<Counted> {
    let path = project.root.join("tests").join(folder);
    let entries = std::fs::read_dir(&path).map_err(|error| Failure::file("list", &path, &error))?;
    let mut scripts: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    scripts.sort();
    let browser = browser()?;
    let mut command = project.command("node");
    command
        .args([
            "--test",
            "--test-reporter=spec",
            // A test mostly waits: for a caller, for a timer. Each has a hub, a port and a browser of its own.
            "--test-concurrency=2",
            // Of a whole file, on a machine that has other things to do.
            "--test-timeout=240000",
        ])
        .args(scripts)
        .env("SWITCHHOOK_CHROMIUM", &browser.browser);
    counted(with_servers(project, &mut command), count_node_tests)
}

/// Tells a test where the servers are that it may start.
fn with_servers<'a>(project: &Project, command: &'a mut Command) -> &'a mut Command {
    command
        .env("SWITCHHOOK_HUB_BIN", project.built("debug", "switchhook-hub"))
        .env(
            "SWITCHHOOK_SIGNALR_BIN",
            project.built("debug", "examples/signalr"),
        )
        .env("SWITCHHOOK_DIST", project.dist())
        .env("SWITCHHOOK_WEB_SERVERS", web_servers::folder(project))
        .env("SWITCHHOOK_TOOLS", &project.tools)
        .env("SWITCHHOOK_FAILURES", project.target.join("e2e"));
    if let Some(dotnet) = Dotnet::expected(project) {
        let program = dotnet.command(project);
        for (name, value) in program.get_envs() {
            // The search path belongs to the whole test; the others concern the runtime only.
            if let (Some(value), true) = (value, name != "PATH") {
                command.env(name, value);
            }
        }
        command
            .env("SWITCHHOOK_DOTNET", &dotnet.program)
            .env("SWITCHHOOK_RTE_HUB", project.memory("dotnet").join("RteHub.dll"));
    }
    command
}

fn browser() -> Outcome<Browser> {
    Browser::find().ok_or_else(|| {
        Failure::new(
            "There is no Chromium with a chromedriver on the search path.",
            "`cargo xtask setup` installs both where it can, and says what to do where it cannot.",
        )
    })
}

fn test_exists(project: &Project, name: &str) -> bool {
    let tests = project.root.join("tests");
    tests.join(format!("{name}.rs")).is_file() || tests.join(name).join("main.rs").is_file()
}

/// Counts from lines such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn count_rust_tests(text: &str) -> Counted {
    let mut counted = Counted::default();
    for line in text.lines().filter(|line| line.contains("test result: ")) {
        counted.passed += number_before(line, "passed");
        counted.failed += number_before(line, "failed");
    }
    counted
}

/// Counts from the last lines of Node's test runner, such as `ℹ pass 12`.
fn count_node_tests(text: &str) -> Counted {
    let number_after = |word: &str| {
        text.lines()
            .filter_map(|line| {
                line.strip_prefix("ℹ ")?
                    .strip_prefix(word)?
                    .trim()
                    .parse::<usize>()
                    .ok()
            })
            .next_back()
            .unwrap_or(0)
    };
    Counted {
        passed: number_after("pass "),
        failed: number_after("fail ") + number_after("cancelled "),
    }
}

/// The number that stands before a word, as `12` before `passed`.
fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_tests_are_counted_over_all_programs() {
        let text = "running 3 tests\n...\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 4 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(count_rust_tests(text), Counted { passed: 7, failed: 2 });
    }

    #[test]
    fn node_tests_are_counted_from_the_summary() {
        let text = "✔ one (3ms)\nℹ tests 3\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0\n";
        assert_eq!(count_node_tests(text), Counted { passed: 2, failed: 1 });
    }

    #[test]
    fn every_needed_step_exists_and_comes_before() {
        for (index, step) in STEPS.iter().enumerate() {
            for needed in step.needs {
                assert!(
                    STEPS[..index].iter().any(|earlier| earlier.name == *needed),
                    "{} needs {needed}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn a_chosen_step_brings_what_it_needs() {
        let names = |fast, only: Option<&str>| -> Vec<&str> {
            let only = only.map(str::to_owned);
            choose(&Options { fast, only })
                .iter()
                .map(|step| step.name)
                .collect()
        };
        assert_eq!(names(false, None).len(), STEPS.len());
        assert_eq!(names(true, None), ["formatting", "lints, native", "native tests"]);
        assert_eq!(
            names(false, Some("client")),
            ["set-up", "build the servers", "interop: Microsoft's client"]
        );
        assert!(names(false, Some("no such step")).is_empty());
    }

    #[test]
    fn the_browsers_path_is_quoted() {
        let browser = Browser {
            browser: r#"C:\a "b"\chrome.exe"#.into(),
            driver: PathBuf::new(),
        };
        assert!(webdriver_capabilities(&browser).contains(r#""binary":"C:\\a \"b\"\\chrome.exe""#));
    }
}
