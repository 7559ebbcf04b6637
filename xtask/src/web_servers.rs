//! The web servers that the documented hosting is tested on: nginx, Apache and Caddy, from Debian's packages.
//!
//! What is missing on the system is downloaded by its package manager and unpacked into `.tools/`: nothing is
//! installed, no service is started, no rights are needed. The list of packages is a private one, so that the system's
//! own is neither needed nor changed. Where they cannot be had, the tests of those servers say that they are left out.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, Outcome};
use crate::project::Project;

/// The packages. What they need in turn is the package manager's business.
const PACKAGES: [&str; 4] = ["nginx", "libnginx-mod-http-brotli-static", "apache2-bin", "caddy"];

/// What must lie in the folder when all is unpacked.
const PROGRAMS: [&str; 4] = [
    "usr/sbin/nginx",
    "usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
    "usr/sbin/apache2",
    "usr/bin/caddy",
];

/// The folder that they are unpacked into.
pub(crate) fn folder(project: &Project) -> PathBuf {
    project.tools.join("web-servers")
}

/// Whether all of them are there, on the system or unpacked.
fn present(project: &Project) -> bool {
    let unpacked = folder(project);
    PROGRAMS
        .iter()
        .all(|program| unpacked.join(program).is_file() || Path::new("/").join(program).is_file())
}

/// Unpacks them, unless they are there. On a system that is not Debian that is said and no more: its packages differ.
pub(crate) fn prepare(project: &Project) -> Outcome {
    if present(project) {
        return Ok(());
    }
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !system.lines().any(|line| line == "ID=debian") {
        println!(
            "nginx, Apache and Caddy are not all here, and this system is not Debian, whose packages would do. Their \
             tests are left out; those run that can."
        );
        return Ok(());
    }
    println!(
        "Unpacking nginx, Apache and Caddy from the system's Debian mirror: the documented hosting is tested on them. \
         This takes about 15 seconds."
    );
    let private = project.tools.join("web-servers-packages");
    let unpacked = download(&private).and_then(|()| unpack(&private, &folder(project)));
    // Room only.
    let _ = std::fs::remove_dir_all(&private);
    unpacked
}

/// Downloads the packages, and those that they need and the system does not have, into a private folder.
fn download(private: &Path) -> Outcome {
    for name in ["lists/partial", "archives/partial"] {
        let path = private.join(name);
        std::fs::create_dir_all(&path).map_err(|error| Failure::file("create", &path, &error))?;
    }
    let settings = [
        format!("Dir::Cache={}", private.display()),
        format!("Dir::State::Lists={}", private.join("lists").display()),
        "APT::Sandbox::User=".to_owned(),
        "Acquire::Languages=none".to_owned(),
        "Debug::NoLocking=1".to_owned(),
    ];
    let install = ["install", "--download-only", "--yes", "--no-install-recommends"];
    for action in [vec!["update"], [&install[..], &PACKAGES[..]].concat()] {
        let mut command = Command::new("apt-get");
        for setting in &settings {
            command.args(["-o", setting]);
        }
        process::run_quietly(
            command.args(action).env("DEBIAN_FRONTEND", "noninteractive"),
            "Check that the package manager reaches its mirror (`apt-get update`), and start again.",
        )?;
    }
    Ok(())
}

/// Unpacks what was downloaded. The C library stays the system's: two of them do not mix.
fn unpack(private: &Path, folder: &Path) -> Outcome {
    let archives = private.join("archives");
    let entries = std::fs::read_dir(&archives).map_err(|error| Failure::file("list", &archives, &error))?;
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension() == Some("deb".as_ref()) && !name.starts_with("libc6_") {
            process::run_quietly(
                Command::new("dpkg-deb")
                    .arg("--extract")
                    .arg(entry.path())
                    .arg(folder),
                "Check that there is room in .tools/.",
            )?;
        }
    }
    Ok(())
}
