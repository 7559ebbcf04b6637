//! Cells of one kind of row: made when a row is mounted, dropped when the last mount goes.
//!
//! Lives here: the map from key to cell and its counting.
//! May not be here: where rows come from; the commit hands them in.
//! A cell holds an `Arc` of the row: writing one is a pointer, and comparing is left to who reads.
//! Everything is behind a mutex that is never contended: the page has one thread.

use leptos::prelude::*;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

struct Mounted<V> {
    cell: ArcRwSignal<Option<Arc<V>>>,
    mounts: u32,
}

/// The cells of one kind of row.
pub struct Cells<K, V> {
    mounted: Arc<Mutex<FxHashMap<K, Mounted<V>>>>,
}

impl<K, V> Clone for Cells<K, V> {
    fn clone(&self) -> Self {
        Self {
            mounted: Arc::clone(&self.mounted),
        }
    }
}

impl<K, V> Default for Cells<K, V> {
    fn default() -> Self {
        Self {
            mounted: Arc::default(),
        }
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static, V: Send + Sync + 'static> Cells<K, V> {
    /// The cell of `key` for as long as the calling owner (a mounted row) lives; `now` gives the row's
    /// present value when the cell is new.
    pub fn mount(&self, key: K, now: impl FnOnce() -> Option<Arc<V>>) -> ArcReadSignal<Option<Arc<V>>> {
        let cell = {
            let mut mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = mounted.entry(key).or_insert_with(|| Mounted {
                cell: ArcRwSignal::new(now()),
                mounts: 0,
            });
            entry.mounts += 1;
            entry.cell.read_only()
        };
        let cells = self.clone();
        on_cleanup(move || cells.unmount(key));
        cell
    }

    fn unmount(&self, key: K) {
        let mut mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = mounted.get_mut(&key) {
            entry.mounts -= 1;
            if entry.mounts == 0 {
                mounted.remove(&key);
            }
        }
    }

    /// Writes the cells of those `keys` that are mounted.
    pub fn write(&self, keys: &[K], mut row: impl FnMut(K) -> Option<Arc<V>>) {
        // The signals are written outside the lock: a reader that runs at once may mount or unmount.
        let due: Vec<_> = {
            let mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter()
                .filter_map(|key| mounted.get(key).map(|entry| (*key, entry.cell.clone())))
                .collect()
        };
        for (key, cell) in due {
            cell.set(row(key));
        }
    }

    /// Writes every mounted cell anew; after a reconnect, when all rows change their "as of".
    pub fn rewrite(&self, row: impl FnMut(K) -> Option<Arc<V>>) {
        let keys: Vec<K> = {
            let mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
            mounted.keys().copied().collect()
        };
        self.write(&keys, row);
    }

    /// How many rows are mounted.
    pub fn len(&self) -> usize {
        self.mounted.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether no row is mounted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
