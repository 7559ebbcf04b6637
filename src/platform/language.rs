//! The reader's language: what the browser wishes for, what was chosen here before, and the words themselves.
//!
//! Lives here: `navigator.languages`, the choice that was kept, the request for a language's file.
//! May not be here: which language follows from the wishes, what the file may say (the catalogue's).
//! The choice has a key of its own in the browser's storage, apart from the preferences: it is read before all else.
//! What is wrong with a file goes to the console: it is for whoever sets the page up, not for agents.

use super::clock::window;
use super::http::{self, Request};
use super::storage::{self, LANGUAGE};
use crate::words::{Dictionary, Language};

/// The tags that the browser wishes for, best first, with commas between them.
pub fn wished_languages() -> String {
    window()
        .map(|window| window.navigator().languages().join(",").into())
        .unwrap_or_default()
}

/// The language that was chosen on this page before.
pub fn remembered_language() -> Option<Language> {
    Language::of_tag(&storage::kept(LANGUAGE)?)
}

/// Remembers a choice, where the browser lets the page remember anything.
pub fn remember_language(language: Language) {
    storage::keep(LANGUAGE, language.tag());
}

/// Fetches and reads a language's file; `tell` gets its words, or nothing.
pub fn fetch_language(language: Language, tell: impl FnOnce(Option<Dictionary>) + 'static) {
    let url = ["languages/", language.tag(), ".json"].concat();
    let request = Request {
        post: false,
        headers: None,
        url: url.clone(),
        authorization: None,
        with_credentials: false,
    };
    let pending = http::send(request, move |outcome| {
        let read = match outcome {
            Err(text) => Err(text),
            Ok(answer) if answer.status != 200 => {
                Err(["the server answered with status ", &answer.status.to_string()].concat())
            }
            Ok(answer) => Dictionary::read(&answer.body).map_err(|fault| fault.to_string()),
        };
        if let Err(why) = &read {
            web_sys::console::warn_1(&[&url, " cannot be used: ", why].concat().into());
        }
        tell(read.ok());
    });
    pending.let_run();
}
