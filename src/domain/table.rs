//! A table of rows: found by id or key, kept in order, with a record of what changed.
//!
//! Lives here: interning of ids, the order, the dirty list; generic over what a row is.
//! May not be here: what a row means, or how it is shown.
//! Finding and changing a row costs a hash; moving it in the order costs a tree; nothing costs the table's size.
//! A row that has gone frees its memory; its key is never given to another.

use super::ids::{Key, Ref, SourceId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What a table holds.
pub trait Row: Default {
    /// Its key.
    type Key: Key;
    /// Where it stands among its like; equal ranks are ordered by key.
    type Rank: Ord + Clone;

    /// The rank of this row.
    fn rank(&self) -> Self::Rank;
    /// Told once, when the row is made.
    fn identify(&mut self, source: SourceId, id: &str);
    /// The source and id it was made with.
    fn identity(&self) -> (SourceId, &str);
    /// Another id of the row at the same source, given by [`Table::alias`] and gone with the row.
    fn other_name(&self) -> Option<&str> {
        None
    }
}

/// What a change did to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// Something to be seen is different.
    pub row: bool,
    /// Its place in the order may be different.
    pub rank: bool,
}

struct Slot<R: Row> {
    row: R,
    rank: R::Rank,
    dirty: bool,
}

/// Rows by key, by id and in order.
pub struct Table<R: Row> {
    slots: FxHashMap<R::Key, Slot<R>>,
    ids: Vec<FxHashMap<Box<str>, R::Key>>,
    order: BTreeSet<(R::Rank, R::Key)>,
    dirty: Vec<R::Key>,
    reordered: bool,
    next: u32,
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self {
            slots: FxHashMap::default(),
            ids: Vec::new(),
            order: BTreeSet::new(),
            dirty: Vec::new(),
            reordered: false,
            next: 0,
        }
    }
}

impl<R: Row> Table<R> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The row with this key, unless it has gone.
    pub fn get(&self, key: R::Key) -> Option<&R> {
        self.slots.get(&key).map(|slot| &slot.row)
    }

    /// The key of this id, where the table knows it.
    pub fn find(&self, reference: Ref<'_>) -> Option<R::Key> {
        self.ids
            .get(usize::from(reference.source.0))?
            .get(reference.id)
            .copied()
    }

    /// The key of this id; an empty row is made where the table does not know it.
    pub fn intern(&mut self, reference: Ref<'_>) -> R::Key {
        if let Some(key) = self.find(reference) {
            return key;
        }
        let key = R::Key::from_index(self.next);
        self.next += 1;
        let mut row = R::default();
        row.identify(reference.source, reference.id);
        let rank = row.rank();
        self.name(reference, key);
        self.order.insert((rank.clone(), key));
        self.slots.insert(
            key,
            Slot {
                row,
                rank,
                dirty: true,
            },
        );
        self.dirty.push(key);
        self.reordered = true;
        key
    }

    /// Makes `reference` another name of `key`; an existing name is left as it is.
    pub fn alias(&mut self, reference: Ref<'_>, key: R::Key) {
        if self.find(reference).is_none() {
            self.name(reference, key);
        }
    }

    fn name(&mut self, reference: Ref<'_>, key: R::Key) {
        let source = usize::from(reference.source.0);
        if self.ids.len() <= source {
            self.ids.resize_with(source + 1, FxHashMap::default);
        }
        if let Some(names) = self.ids.get_mut(source) {
            names.insert(reference.id.into(), key);
        }
    }

    /// Changes a row; answers what `change` answered, `None` when there is no such row.
    pub fn change(&mut self, key: R::Key, change: impl FnOnce(&mut R) -> Changed) -> Option<Changed> {
        let slot = self.slots.get_mut(&key)?;
        let changed = change(&mut slot.row);
        if changed.row && !slot.dirty {
            slot.dirty = true;
            self.dirty.push(key);
        }
        if changed.rank {
            let rank = slot.row.rank();
            if rank != slot.rank {
                self.order.remove(&(slot.rank.clone(), key));
                self.order.insert((rank.clone(), key));
                slot.rank = rank;
                self.reordered = true;
            }
        }
        Some(changed)
    }

    /// Forgets a row and every name of it.
    pub fn remove(&mut self, key: R::Key) -> Option<R> {
        let slot = self.slots.remove(&key)?;
        self.order.remove(&(slot.rank, key));
        self.reordered = true;
        let (source, id) = slot.row.identity();
        if let Some(names) = self.ids.get_mut(usize::from(source.0)) {
            names.remove(id);
            if let Some(other) = slot.row.other_name()
                && names.get(other) == Some(&key)
            {
                names.remove(other);
            }
        }
        Some(slot.row)
    }

    /// Every key, in order.
    pub fn ordered(&self) -> impl DoubleEndedIterator<Item = R::Key> + '_ {
        self.order.iter().map(|(_, key)| *key)
    }

    /// Every row, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = (R::Key, &R)> {
        self.slots.iter().map(|(key, slot)| (*key, &slot.row))
    }

    /// Hands over the keys of the rows that changed since the last call, each once; some may have gone.
    pub fn take_dirty(&mut self, mut each: impl FnMut(R::Key)) {
        for key in self.dirty.drain(..) {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.dirty = false;
            }
            each(key);
        }
    }

    /// Whether rows came, went or moved since the last call.
    pub fn take_reordered(&mut self) -> bool {
        std::mem::take(&mut self.reordered)
    }

    /// Whether a call of [`Table::take_dirty`] or [`Table::take_reordered`] would bring anything.
    pub fn is_touched(&self) -> bool {
        self.reordered || !self.dirty.is_empty()
    }
}
