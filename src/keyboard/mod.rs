//! The keyboard: what can be done by keys, which keys do it, and which may.
//!
//! Lives here: key combinations and their texts, the actions with their usual keys, the agent's own choice over them.
//! May not be here: events of the browser, carrying an action out, words for people.
//! No two actions ever have the same keys, whatever was kept or chosen.
//!
//! # Which keys
//!
//! Alt and Shift with a letter act, Alt and Shift with a digit lead to a place, `?` shows them all.
//!
//! | family | why not |
//! | --- | --- |
//! | Ctrl, Ctrl and Shift | the browsers use nearly every letter of both, and some never reach the page |
//! | Alt | menus, the address bar, history, and on Linux the tabs |
//! | Ctrl and Alt | AltGr on Windows, with which people write; VoiceOver's own keys on a Mac |
//! | Windows key, Command | the system's |
//! | letters by themselves | they are text, and quick keys of screen readers (WCAG 2.1.4) |
//!
//! Of Alt and Shift, Chromium keeps A, B, I and T for itself (its accelerator table); ChromeOS takes L, M, N and S as
//! well, and Firefox leaves the family to a page's access keys, of which this page has none. None of these eight is
//! a usual key, and the first four cannot be chosen. NVDA, JAWS, Narrator, Orca and VoiceOver each have a modifier of
//! their own that is in none of these. Windows changes the input language on Alt and Shift only when nothing else is
//! pressed with them. Nothing signs out by a key: that is never needed in a hurry.
//!
//! # Which letter
//!
//! The letter is the one that the key writes, so that it is where the agent reads it on any Latin keyboard. Where it
//! writes none (Arabic, Cyrillic, and a Mac, whose Option key writes signs), it is the Latin letter of the key's place.

mod action;
mod keys;

pub use action::{Action, Group};
pub use keys::{Keys, Press, Reserved};

/// Why keys cannot be given to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// They belong to somebody else.
    Reserved(Reserved),
    /// Another action has them.
    Taken(Action),
}

/// Which keys each action has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcuts([Option<Keys>; Action::ALL.len()]);

impl Default for Shortcuts {
    fn default() -> Self {
        Self::new([])
    }
}

impl Shortcuts {
    /// The usual keys, but for the actions named in `chosen`: these have the keys beside them, or none when it is empty.
    ///
    /// What was chosen goes before what is usual: an action whose usual keys were given to another one has none.
    pub fn new<'a>(chosen: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut shortcuts = Self([None; Action::ALL.len()]);
        let mut is_chosen = [false; Action::ALL.len()];
        for (name, text) in chosen {
            let Some(action) = Action::of_name(name) else {
                continue;
            };
            let keys = Keys::read(text);
            let is_free = keys.is_some_and(|keys| shortcuts.refusal(action, keys).is_none());
            if text.is_empty() || is_free {
                shortcuts.give(action, keys);
                if let Some(is_chosen) = is_chosen.get_mut(action as usize) {
                    *is_chosen = true;
                }
            }
        }
        for (action, is_chosen) in Action::ALL.into_iter().zip(is_chosen) {
            let usual = action.usual();
            if !is_chosen && usual.is_some_and(|keys| shortcuts.action(keys).is_none()) {
                shortcuts.give(action, usual);
            }
        }
        shortcuts
    }

    fn give(&mut self, action: Action, keys: Option<Keys>) {
        if let Some(place) = self.0.get_mut(action as usize) {
            *place = keys;
        }
    }

    /// The keys of an action.
    pub fn keys(&self, action: Action) -> Option<Keys> {
        self.0.get(action as usize).copied().flatten()
    }

    /// The action of these keys.
    pub fn action(&self, keys: Keys) -> Option<Action> {
        let place = self.0.iter().position(|known| *known == Some(keys))?;
        Action::ALL.get(place).copied()
    }

    /// Why an action cannot have these keys; `None` when it can.
    pub fn refusal(&self, action: Action, keys: Keys) -> Option<Refusal> {
        let reserved = keys.reserved().map(Refusal::Reserved);
        reserved.or_else(|| {
            let owner = self.action(keys).filter(|owner| *owner != action);
            owner.map(Refusal::Taken)
        })
    }
}
