//! Names of things: what a server calls an entity, and the small key that the desk uses instead.
//!
//! Lives here: the source of an entity, references by text as they arrive, interned keys.
//! May not be here: how an id looks; it is text without structure.
//! Keys are dense and never reused, so a row that has gone cannot be mistaken for a new one.
//! An entity remembers the source it came from: two servers may use the same id for different things.

/// Which of the configured servers something came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u8);

/// A reference to an entity as it arrives: the source and that source's own id for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ref<'a> {
    /// Who says so.
    pub source: SourceId,
    /// The source's id, already in its one spelling (a GUID in lower case, for instance).
    pub id: &'a str,
}

impl<'a> Ref<'a> {
    /// A reference to `id` at `source`.
    pub fn new(source: SourceId, id: &'a str) -> Self {
        Self { source, id }
    }
}

/// A kind of interned key.
pub trait Key: Copy + Eq + Ord + std::hash::Hash {
    /// The key with this number.
    fn from_index(index: u32) -> Self;
    /// The number of this key.
    fn index(self) -> u32;
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl Key for $name {
            fn from_index(index: u32) -> Self {
                Self(index)
            }
            fn index(self) -> u32 {
                self.0
            }
        }
    )*};
}

keys! {
    /// An agent.
    AgentKey
    /// A queue.
    QueueKey
    /// A list of callbacks.
    CallListKey
    /// A callback.
    CallbackKey
    /// A call, seen from one agent's side of it.
    CallKey
}
