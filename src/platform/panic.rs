//! The panic hook: a page that has failed says so instead of standing still.
//!
//! Lives here: marking the document, which the static overlay and its script (public/boot.js) wait for.
//! May not be here: recovering; after a panic the program's memory cannot be trusted.
//! The text goes into an attribute, so that the overlay can show it without this program's help.
//! The same report goes to the console, for support.

/// Marks the document when the program panics.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&text.as_str().into());
        if let Some(root) = super::clock::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element())
        {
            let _ = root.set_attribute("data-crash", &text);
        }
    }));
}
