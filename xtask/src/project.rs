//! Where things are: the project's own folders and the versions it pins.
//!
//! Nothing outside this module builds a path from parts. The tools live in `.tools/`, what Cargo builds in the target
//! folder (wherever the person has put it), and what this crate itself remembers between runs in `<target>/xtask/`.
//! Versions that the project pins elsewhere (the lock file, the package list) are read from there, never repeated.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, Outcome, find_program};

/// The project's folders.
pub(crate) struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where set-up installs tools.
    pub(crate) tools: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Project {
    /// Finds the project from where this crate was compiled, and the target folder from where its program lies.
    pub(crate) fn locate() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| {
                Failure::new(
                    "The project's folder is not where this command was compiled.",
                    "Run `cargo xtask` from inside the project, so that Cargo compiles the command again.",
                )
            })?
            .to_owned();
        // The program lies in <target>/debug/; reading that respects every way of moving the target folder.
        let target = std::env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.parent()?.to_owned()))
            .unwrap_or_else(|| root.join("target"));
        Ok(Self {
            tools: root.join(".tools"),
            root,
            target,
        })
    }

    /// Where installed programs lie.
    pub(crate) fn bin(&self) -> PathBuf {
        self.tools.join("bin")
    }

    /// A program that set-up installs.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.bin().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program to start: the installed one, or else the one on the search path.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let own = self.tool(name);
        if own.is_file() { own } else { name.into() }
    }

    /// Where npm's packages lie.
    pub(crate) fn node_modules(&self) -> PathBuf {
        self.tools.join("node_modules")
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A program that Cargo built from this workspace.
    pub(crate) fn built(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join(profile)
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A file or folder that this crate keeps between runs.
    pub(crate) fn memory(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }

    /// The search path with the project's own tools first.
    pub(crate) fn search_path(&self) -> OsString {
        let own = [self.bin(), self.node_modules().join(".bin")];
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(std::env::split_paths(&inherited));
        std::env::join_paths(all).unwrap_or(inherited)
    }

    /// A command that runs in the project's folder with the project's tools first on the search path.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.search_path());
        command
    }

    /// Node.js, in the project's folder; `purpose` says in a sentence what it is needed for.
    pub(crate) fn node(&self, purpose: &str) -> Outcome<Command> {
        let node = find_program("node").ok_or_else(|| {
            Failure::new(
                format!("Node.js is not installed. {purpose}"),
                "Install Node.js 20 or later and start again.",
            )
        })?;
        Ok(self.command(node))
    }

    /// Cargo, in the project's folder, building into the same target folder as this program.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// The version of a package in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Outcome<Option<String>> {
        let path = self.root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        Ok(version_in_lock(&text, package))
    }
}

fn version_in_lock(text: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines();
    lines.find(|line| *line == name)?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

/// A number that changes when any of the files, or of the files below the folders, changes its content or its name.
pub(crate) fn fingerprint(root: &Path, names: &[&str]) -> Outcome<u64> {
    let mut hasher = DefaultHasher::new();
    for name in names {
        add_to_fingerprint(root, &root.join(name), &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn add_to_fingerprint(root: &Path, path: &Path, hasher: &mut DefaultHasher) -> Outcome {
    // Where the project lies does not matter, so that it can be moved.
    path.strip_prefix(root).unwrap_or(path).hash(hasher);
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| Failure::file("list", path, &error))?;
        let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        below.sort();
        for entry in below {
            add_to_fingerprint(root, &entry, hasher)?;
        }
    } else if path.is_file() {
        std::fs::read(path)
            .map_err(|error| Failure::file("read", path, &error))?
            .hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"registry\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(version_in_lock(lock, "leptos"), None);
    }

    #[test]
    fn a_fingerprint_follows_the_content() {
        let folder = std::env::temp_dir().join(format!("switchhook-fingerprint-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("inner")).expect("a temporary folder can be made");
        let file = folder.join("inner/a.txt");
        std::fs::write(&file, "one").expect("a temporary file can be written");
        let first = fingerprint(&folder, &["inner", "missing"]).expect("readable");
        assert_eq!(
            first,
            fingerprint(&folder, &["inner", "missing"]).expect("readable")
        );
        std::fs::write(&file, "two").expect("a temporary file can be written");
        assert_ne!(
            first,
            fingerprint(&folder, &["inner", "missing"]).expect("readable")
        );
        std::fs::remove_dir_all(&folder).expect("a temporary folder can be removed");
    }
}
