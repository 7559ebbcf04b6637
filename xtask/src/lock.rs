//! One at a time: a lock on a folder, held by a file in it.
//!
//! Two set-ups at once would install into each other's half-written files. The file says who holds the lock, and its
//! holder renews it every second. Whoever waits takes over when the file has stayed the same for too long: its holder
//! was ended before it could remove it. Only the waiting program's own clock counts, and no process is asked for by
//! its number, so this also works between containers that share the folder.
//! The standard library's own file locks came with Rust 1.89; this project asks for less.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::process::{Failure, Outcome};

const NAME: &str = "lock";

/// How often a holder renews its lock, and after which silence it counts as gone.
#[derive(Clone, Copy)]
struct Pace {
    renewal: Duration,
    silence: Duration,
}

/// A busy disk may hold a renewal up for a while, but hardly for so long.
const PACE: Pace = Pace {
    renewal: Duration::from_secs(1),
    silence: Duration::from_secs(15),
};

/// The lock, held until it is dropped.
pub(crate) struct Lock {
    path: PathBuf,
    owner: String,
    renewing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Lock {
    /// Locks `folder`, waiting for as long as somebody else holds it; `None` where nothing can be written, so that
    /// nothing can get into anybody's way either.
    pub(crate) fn take(folder: &Path) -> Outcome<Option<Self>> {
        Self::take_at(folder, PACE, &mut |line| println!("{line}"))
    }

    fn take_at(folder: &Path, pace: Pace, tell: &mut dyn FnMut(&str)) -> Outcome<Option<Self>> {
        let path = folder.join(NAME);
        let mut watched: Option<(String, Instant)> = None;
        let mut told = false;
        loop {
            let created = fs::create_dir_all(folder)
                .and_then(|()| OpenOptions::new().write(true).create_new(true).open(&path));
            match created {
                Ok(file) => return Self::hold(path, file, pace).map(Some),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
                    ) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(Failure::file("create", &path, &error)),
            }
            let now = match fs::read_to_string(&path) {
                Ok(now) => now,
                // Given back in between.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Failure::file("read", &path, &error)),
            };
            let since = match &watched {
                Some((before, since)) if *before == now => *since,
                _ => Instant::now(),
            };
            if since.elapsed() >= pace.silence {
                tell("The other set-up is not there any more; going on in its place.");
                remove_if_still(&path, &now)?;
                watched = None;
                continue;
            }
            if !told {
                let holder = now.split_whitespace().next().unwrap_or("unknown");
                tell(&format!(
                    "Another set-up (process {holder}) is at work in {}; waiting until it has finished.",
                    folder.display()
                ));
                told = true;
            }
            watched = Some((now, since));
            std::thread::sleep(pace.renewal / 2);
        }
    }

    fn hold(path: PathBuf, mut file: File, pace: Pace) -> Outcome<Self> {
        // The time sets this process apart from an earlier one with its number.
        let started = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let owner = format!("{} {started}", std::process::id());
        renew(&mut file, &owner, 0).map_err(|error| Failure::file("write", &path, &error))?;
        let (stop, stopped) = mpsc::channel::<()>();
        let name = owner.clone();
        let renewing = std::thread::spawn(move || {
            let mut count = 0_u64;
            while stopped.recv_timeout(pace.renewal) == Err(RecvTimeoutError::Timeout) {
                count += 1;
                // One renewal that fails is made up for by the next.
                let _ = renew(&mut file, &name, count);
            }
        });
        Ok(Self {
            path,
            owner,
            renewing: Some((stop, renewing)),
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((stop, renewing)) = self.renewing.take() {
            drop(stop);
            let _ = renewing.join();
        }
        // Somebody may have taken over from a program that was halted for a while.
        if fs::read_to_string(&self.path).is_ok_and(|text| text.starts_with(&self.owner)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes who holds the lock, and a number that grows. Every text is as long as the one before it or longer.
fn renew(file: &mut File, owner: &str, count: u64) -> std::io::Result<()> {
    file.rewind()?;
    file.write_all(format!("{owner} {count}\n").as_bytes())
}

/// Removes a lock that nobody renews. Of several who wait, one gets the file by renaming it; whoever got a fresh one
/// instead puts it back.
fn remove_if_still(path: &Path, stale: &str) -> Outcome {
    let private = path.with_extension(format!("{}", std::process::id()));
    match fs::rename(path, &private) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::file("remove", path, &error)),
    }
    if fs::read_to_string(&private).is_ok_and(|text| text != stale) {
        // A link, unlike a renaming, does not replace what may be there by now.
        let _ = fs::hard_link(&private, path);
    }
    fs::remove_file(&private).map_err(|error| Failure::file("remove", &private, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const QUICK: Pace = Pace {
        renewal: Duration::from_millis(20),
        silence: Duration::from_secs(2),
    };

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("switchhook-lock-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn take(folder: &Folder, told: &mut Vec<String>) -> Lock {
        Lock::take_at(&folder.0, QUICK, &mut |line| told.push(line.to_owned()))
            .expect("the folder can be written")
            .expect("the folder can be written")
    }

    #[test]
    fn a_free_lock_is_taken_in_silence_and_given_back() {
        let folder = Folder::new("free");
        for _ in 0..2 {
            let mut told = Vec::new();
            let lock = take(&folder, &mut told);
            assert!(told.is_empty(), "{told:?}");
            assert!(folder.0.join(NAME).is_file());
            drop(lock);
            assert!(!folder.0.join(NAME).exists());
        }
    }

    #[test]
    fn two_set_ups_at_once_take_turns() {
        let folder = Folder::new("turns");
        let (inside, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        let _lock = take(&folder, &mut Vec::new());
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two are inside");
                        std::thread::sleep(Duration::from_millis(1));
                        inside.fetch_sub(1, Ordering::SeqCst);
                        turns.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(turns.into_inner(), 20);
    }

    #[test]
    fn whoever_waits_says_for_what_and_never_takes_a_lock_that_is_held() {
        let folder = Folder::new("held");
        let held = take(&folder, &mut Vec::new());
        let began = Instant::now();
        let mut told = Vec::new();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let _lock = take(&folder, &mut told);
                began.elapsed()
            });
            // Longer than a silence: the renewals are what keeps the lock.
            std::thread::sleep(QUICK.silence * 2);
            drop(held);
            let waited = waiting.join().expect("the other one gets the lock");
            assert!(waited >= QUICK.silence * 2, "after {waited:?}");
        });
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains(&format!("process {}", std::process::id())),
            "{told:?}"
        );
        assert!(told[0].contains("waiting"), "{told:?}");
    }

    #[test]
    fn a_lock_that_a_killed_set_up_left_behind_is_taken_over() {
        let folder = Folder::new("stale");
        fs::create_dir_all(&folder.0).expect("a temporary folder can be made");
        fs::write(folder.0.join(NAME), "4711 1 9\n").expect("a temporary file can be written");
        let mut told = Vec::new();
        let _lock = take(&folder, &mut told);
        assert!(told[0].contains("process 4711"), "{told:?}");
        assert!(told[1].contains("not there any more"), "{told:?}");
        let names: Vec<_> = fs::read_dir(&folder.0)
            .expect("readable")
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert_eq!(names, [NAME], "nothing else is left behind");
    }

    #[test]
    fn a_fresh_lock_is_not_removed_in_a_stale_ones_place() {
        let folder = Folder::new("fresh");
        let lock = take(&folder, &mut Vec::new());
        remove_if_still(&folder.0.join(NAME), "4711 1 9\n").expect("the folder can be written");
        let text = fs::read_to_string(folder.0.join(NAME)).expect("it is there");
        assert!(text.starts_with(&lock.owner));
    }
}
