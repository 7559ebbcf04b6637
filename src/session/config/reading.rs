//! Looking into the file: objects, texts, words, numbers and lists, each with its path when it is wrong.
//!
//! Lives here: [`Reading`], which collects faults and warnings, and what every reader of a part needs.
//! May not be here: a key's meaning.
//! A key that is absent or null is the same; a value of the wrong kind is a fault and then treated as absent.

use super::{Fault, suggest};
use crate::protocol::reader::{Reader, Value};
use std::borrow::Cow;

/// An object of the file, as it stands there; a few keys are looked up in a few lines.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) json: &'a str,
}

impl<'a> Object<'a> {
    pub(super) fn of(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Object(json) => Some(Self { json }),
            _ => None,
        }
    }

    fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        let mut reader = Reader::new(self.json);
        reader.enter_object();
        std::iter::from_fn(move || {
            let key = reader.key()?;
            Some((key.name, reader.value()))
        })
    }

    /// The value of `key`; `None` when it is absent or null.
    pub(super) fn get(self, key: &str) -> Option<Value<'a>> {
        let value = self.members().filter(|(name, _)| name == key).last();
        value
            .map(|(_, value)| value)
            .filter(|value| *value != Value::Null)
    }
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

impl Reading {
    pub(super) fn fault(&mut self, path: &str, text: impl Into<String>) {
        self.faults.push(Fault {
            path: path.to_owned(),
            text: text.into(),
        });
    }

    /// Warns of keys that are not known.
    pub(super) fn only(&mut self, object: Object<'_>, path: &str, known: &[&str]) {
        for (key, _) in object.members().filter(|(key, _)| !known.contains(&&**key)) {
            self.warnings.push(Fault {
                path: join(path, &key),
                text: suggest::unknown_key(&key, known),
            });
        }
    }

    pub(super) fn optional_text(&mut self, object: Object<'_>, path: &str, key: &str) -> Option<String> {
        match object.get(key) {
            None => None,
            Some(Value::Text(text)) => Some(text.cow().trim().to_owned()),
            Some(_) => {
                self.fault(&join(path, key), "must be a text in quotes.");
                None
            }
        }
    }

    pub(super) fn required_text(&mut self, object: Object<'_>, path: &str, key: &str) -> Option<Box<str>> {
        let text = self.optional_text(object, path, key).map(Box::<str>::from);
        let says_something = text.as_deref().is_some_and(|text| !text.is_empty());
        if !says_something && !matches!(object.get(key), Some(value) if value.as_text().is_none()) {
            self.fault(&join(path, key), "is missing or empty; write a text in quotes.");
        }
        text.filter(|_| says_something)
    }

    /// One of the words of a table; `None` where it is absent or wrong.
    pub(super) fn word<T: Copy>(
        &mut self,
        object: Object<'_>,
        path: &str,
        key: &str,
        table: &[(&'static str, T)],
    ) -> Option<T> {
        let word = self.optional_text(object, path, key)?;
        let known = table.iter().find(|(name, _)| *name == word);
        if known.is_none() {
            let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            self.fault(&join(path, key), suggest::wrong_word(&word, &names));
        }
        known.map(|(_, meaning)| *meaning)
    }

    pub(super) fn flag(&mut self, object: Object<'_>, path: &str, key: &str) -> bool {
        match object.get(key) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(&join(path, key), "must be true or false.");
                false
            }
        }
    }

    pub(super) fn number(&mut self, object: Object<'_>, path: &str, key: &str) -> Option<u32> {
        let value = object.get(key)?;
        let number = match value {
            Value::Number(raw) => raw.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.fault(&join(path, key), "must be a whole number.");
        }
        number
    }

    pub(super) fn object<'a>(&mut self, parent: Object<'a>, path: &str, key: &str) -> Option<Object<'a>> {
        let value = parent.get(key)?;
        let object = Object::of(value);
        if object.is_none() {
            self.fault(&join(path, key), "must be an object; {} has every default.");
        }
        object
    }

    /// The entries of a list, each with its path.
    pub(super) fn list<'a>(&mut self, object: Object<'a>, path: &str, key: &str) -> Vec<(String, Value<'a>)> {
        let path = join(path, key);
        let mut entries = Vec::new();
        match object.get(key) {
            None => {}
            Some(Value::Array(json)) => {
                let mut reader = Reader::new(json);
                reader.enter_array();
                while reader.item() {
                    entries.push((format!("{path}[{}]", entries.len()), reader.value()));
                }
            }
            Some(_) => self.fault(&path, "must be a list."),
        }
        entries
    }

    /// The entries of a list of objects, each with its path.
    pub(super) fn objects<'a>(
        &mut self,
        object: Object<'a>,
        path: &str,
        key: &str,
    ) -> Vec<(String, Object<'a>)> {
        let mut objects = Vec::new();
        for (path, value) in self.list(object, path, key) {
            match Object::of(value) {
                Some(object) => objects.push((path, object)),
                None => self.fault(&path, "must be an object."),
            }
        }
        objects
    }
}

/// The path of a key in the object at `path`.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        [path, ".", key].concat()
    }
}
