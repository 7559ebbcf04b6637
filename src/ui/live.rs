//! The parts of a view that change, each kind compiled once.
//!
//! Lives here: texts, attributes, classes and whole parts that follow signals.
//! May not be here: what they say.
//! A closure put straight into a view brings a copy of the renderer's code with it, some kilobytes each time.
//! Boxed by kind, two hundred of them share four copies: a fifth of the whole program.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;
use std::sync::{Arc, Mutex};

/// What a text or an attribute can be made of; `None` is no text, and no attribute.
pub(super) trait Words {
    /// The text.
    fn words(self) -> Option<String>;
}

impl Words for String {
    fn words(self) -> Option<String> {
        Some(self)
    }
}

impl Words for &'static str {
    fn words(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Words for usize {
    fn words(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Words for u32 {
    fn words(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Words for i32 {
    fn words(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: Words> Words for Option<T> {
    fn words(self) -> Option<String> {
        self.and_then(T::words)
    }
}

/// A text, a class or a style's value that follows signals.
pub(super) fn text<T: Words>(read: impl Fn() -> T + Send + 'static) -> SharedReactiveFunction<String> {
    Arc::new(Mutex::new(move || read().words().unwrap_or_default()))
}

/// An attribute that follows signals.
pub(super) fn attr<T: Words>(
    read: impl Fn() -> T + Send + 'static,
) -> SharedReactiveFunction<Option<String>> {
    Arc::new(Mutex::new(move || read().words()))
}

/// The class of an element that has nothing changeable in or about it.
///
/// Written as a literal, such an element inside another one would be made by parsing a text as HTML, which the page's
/// policy forbids to all of its parts.
pub(super) fn still(class: &'static str) -> &'static str {
    class
}

/// The presence of a class that follows signals.
pub(super) fn flag(read: impl Fn() -> bool + Send + 'static) -> SharedReactiveFunction<bool> {
    Arc::new(Mutex::new(read))
}

/// A part that comes, goes or is another one as signals say.
pub(super) fn part(
    read: impl Fn() -> Option<AnyView> + Send + 'static,
) -> SharedReactiveFunction<Option<AnyView>> {
    Arc::new(Mutex::new(read))
}

/// Makes a row from its key and its place in the list, which changes when rows move.
pub(super) type MakeRow = Arc<dyn Fn(u32, Signal<usize>) -> AnyView + Send + Sync>;

/// Rows by key: each is made once, and moved when the order changes.
pub(super) fn rows(keys: Memo<Vec<u32>>, make: MakeRow) -> AnyView {
    view! {
        <ForEnumerate
            each=move || keys.get()
            key=|key| *key
            children=move |place, key| make(key, place.into())
        />
    }
    .into_any()
}

/// A part that is there while `is` holds; `is` is remembered, so that it is not built anew in vain.
pub(super) fn when(
    is: impl Fn() -> bool + Send + Sync + 'static,
    make: impl Fn() -> AnyView + Send + 'static,
) -> SharedReactiveFunction<Option<AnyView>> {
    let is = Memo::new(move |_| is());
    part(move || is.get().then(&make))
}
