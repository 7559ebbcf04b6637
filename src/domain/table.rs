//! A table of rows: found by id or key, kept in order, with a record of what changed.
//!
//! Lives here: interning of ids, the order, the dirty list; generic over what a row is.
//! May not be here: what a row means, or how it is shown.
//! Finding a row costs a hash, changing it nothing more, moving it in the order a tree; nothing costs the table's size.
//! A row that has gone frees its memory; its key is never given to another.

use super::ids::{Key, Ref, SourceId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Where a row stands among its like; equal ranks are ordered by key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// By number.
    Number(i64),
    /// By text.
    Text(Box<str>),
    /// Behind all others, by text.
    Last(Box<str>),
}

/// What a table holds.
pub trait Row: Default {
    /// Its key.
    type Key: Key;

    /// The rank of this row.
    fn rank(&self) -> Rank;
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

struct Slot<R> {
    row: R,
    rank: Rank,
    dirty: bool,
}

/// Rows by key, by id and in order.
pub struct Table<R> {
    /// By key; `None` for a row that has gone, which leaves behind one word.
    slots: Vec<Option<Box<Slot<R>>>>,
    count: usize,
    index: Index,
}

/// What does not depend on what a row is: one program for all tables.
#[derive(Default)]
struct Index {
    /// Keys by id, for each source.
    ids: Vec<FxHashMap<Box<str>, u32>>,
    order: BTreeSet<(Rank, u32)>,
    dirty: Vec<u32>,
    reordered: bool,
}

impl Index {
    fn find(&self, reference: Ref<'_>) -> Option<u32> {
        let names = self.ids.get(usize::from(reference.source.0))?;
        names.get(reference.id).copied()
    }

    fn name(&mut self, reference: Ref<'_>, key: u32) {
        let source = usize::from(reference.source.0);
        if self.ids.len() <= source {
            self.ids.resize_with(source + 1, FxHashMap::default);
        }
        if let Some(names) = self.ids.get_mut(source) {
            names.insert(reference.id.into(), key);
        }
    }

    /// Takes back a name, unless it is another row's.
    fn unname(&mut self, source: SourceId, id: &str, key: u32) {
        if let Some(names) = self.ids.get_mut(usize::from(source.0))
            && names.get(id) == Some(&key)
        {
            names.remove(id);
        }
    }

    fn place(&mut self, key: u32, rank: Rank) {
        self.order.insert((rank, key));
        self.reordered = true;
    }

    fn displace(&mut self, key: u32, rank: Rank) {
        self.order.remove(&(rank, key));
        self.reordered = true;
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            count: 0,
            index: Index::default(),
        }
    }
}

impl<R: Row> Table<R> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The row with this key, unless it has gone.
    pub fn get(&self, key: R::Key) -> Option<&R> {
        let slot = self.slots.get(key.index() as usize)?;
        slot.as_deref().map(|slot| &slot.row)
    }

    /// The key of this id, where the table knows it.
    pub fn find(&self, reference: Ref<'_>) -> Option<R::Key> {
        self.index.find(reference).map(R::Key::from_index)
    }

    /// The key of this id; an empty row is made where the table does not know it.
    pub fn intern(&mut self, reference: Ref<'_>) -> R::Key {
        if let Some(key) = self.find(reference) {
            return key;
        }
        let key = self.slots.len() as u32;
        let mut row = R::default();
        row.identify(reference.source, reference.id);
        let rank = row.rank();
        self.index.name(reference, key);
        self.index.place(key, rank.clone());
        self.index.dirty.push(key);
        self.slots.push(Some(Box::new(Slot {
            row,
            rank,
            dirty: true,
        })));
        self.count += 1;
        R::Key::from_index(key)
    }

    /// Makes `reference` another name of `key`; an existing name is left as it is.
    pub fn alias(&mut self, reference: Ref<'_>, key: R::Key) {
        if self.index.find(reference).is_none() {
            self.index.name(reference, key.index());
        }
    }

    /// Takes back another name of `key`.
    pub fn unalias(&mut self, reference: Ref<'_>, key: R::Key) {
        self.index.unname(reference.source, reference.id, key.index());
    }

    /// Makes `reference` a name of `key`, whatever it was a name of before.
    pub fn rename(&mut self, reference: Ref<'_>, key: R::Key) {
        self.index.name(reference, key.index());
    }

    /// Changes a row; answers what `change` answered, `None` when there is no such row.
    pub fn change(&mut self, key: R::Key, change: impl FnOnce(&mut R) -> Changed) -> Option<Changed> {
        let key = key.index();
        let Self { slots, index, .. } = self;
        let slot = slots.get_mut(key as usize)?.as_deref_mut()?;
        let changed = change(&mut slot.row);
        if changed.row && !slot.dirty {
            slot.dirty = true;
            index.dirty.push(key);
        }
        if changed.rank {
            let rank = slot.row.rank();
            if rank != slot.rank {
                let before = std::mem::replace(&mut slot.rank, rank.clone());
                index.displace(key, before);
                index.place(key, rank);
            }
        }
        Some(changed)
    }

    /// Forgets a row and every name of it.
    pub fn remove(&mut self, key: R::Key) -> Option<R> {
        let key = key.index();
        let Slot { row, rank, .. } = *self.slots.get_mut(key as usize)?.take()?;
        self.count -= 1;
        self.index.displace(key, rank);
        let (source, id) = row.identity();
        self.index.unname(source, id, key);
        if let Some(other) = row.other_name() {
            self.index.unname(source, other, key);
        }
        Some(row)
    }

    /// Every key, in order.
    pub fn ordered(&self) -> impl DoubleEndedIterator<Item = R::Key> + '_ {
        self.index.order.iter().map(|(_, key)| R::Key::from_index(*key))
    }

    /// Every row, in the order in which they were made.
    pub fn rows(&self) -> impl Iterator<Item = (R::Key, &R)> {
        let slots = (0..).zip(&self.slots);
        slots.filter_map(|(key, slot)| Some((R::Key::from_index(key), &slot.as_ref()?.row)))
    }

    /// Hands over the keys of the rows that changed since the last call, each once; some may have gone.
    pub fn take_dirty(&mut self, mut each: impl FnMut(R::Key)) {
        for key in self.index.dirty.drain(..) {
            if let Some(Some(slot)) = self.slots.get_mut(key as usize) {
                slot.dirty = false;
            }
            each(R::Key::from_index(key));
        }
    }

    /// Whether rows came, went or moved since the last call.
    pub fn take_reordered(&mut self) -> bool {
        std::mem::take(&mut self.index.reordered)
    }

    /// Whether a call of [`Table::take_dirty`] or [`Table::take_reordered`] would bring anything.
    pub fn is_touched(&self) -> bool {
        self.index.reordered || !self.index.dirty.is_empty()
    }
}
