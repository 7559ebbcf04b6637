//! Every word that the page shows, in every language that it speaks.
//!
//! Lives here: the catalogue with its English texts, the languages, reading a language's file, setting names apart.
//! May not be here: signals, markup, fetching a file, any decision about which word to show.
//! English is part of the program; another language is a file that translates the catalogue text by text.
//! Numbers and times come in as text: how a language writes them is the browser's knowledge (`Intl`).

mod apart;
mod catalogue;
mod dictionary;
mod language;

pub use apart::apart;
pub use catalogue::{Count, PARTS, Sentence, TEXTS, Word};
pub use dictionary::{CATEGORIES, Dictionary, Fault, placeholders};
pub use language::Language;
