//! A map for the few things that are under way at a time: requests, calls, sockets.
//!
//! Lives here: [`Few`].
//! May not be here: anything that grows with the contact centre; finding costs a look at each entry.
//! A handful of entries is found as fast in a list as by hash, and a hash map is kilobytes of program for
//! each kind of key and value.

/// Values by key, in no particular order.
#[derive(Debug)]
pub struct Few<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: PartialEq, V> Few<K, V> {
    /// Adds a value under a key that is not in use.
    pub fn insert(&mut self, key: K, value: V) {
        self.entries.push((key, value));
    }

    /// The value under `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        let entry = self.entries.iter().find(|(known, _)| known == key);
        entry.map(|(_, value)| value)
    }

    /// Takes out the value under `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.entries.iter().position(|(known, _)| known == key)?;
        Some(self.entries.swap_remove(place).1)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
