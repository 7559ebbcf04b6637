//! A model in words: readable, the same in every run, and with every field that a row has.
//!
//! Lives here: the reading of what `Debug` writes of a row, so that a field that is added is not forgotten here.
//! Left out is what nobody has said: `None`, what is empty, and a plain `false` (a `Some(false)` is a "no").

use switchhook::domain::ids::{AgentKey, CallKey, CallListKey, CallbackKey, Key, QueueKey};
use switchhook::domain::{Model, Moment};

use super::Listener;

/// Fields of which two models may know different things without telling people different things: when and in which
/// session something was heard.
const OF_HEARING: [&str; 2] = ["heard", "confirmed_in"];

/// The whole model, what people were told on the way, and what was not understood.
pub(crate) fn whole(listener: &Listener) -> String {
    let mut text = rows(&listener.model, listener.began, &|field| {
        !OF_HEARING.contains(&field)
    });
    let words = Words {
        model: &listener.model,
        began: listener.began,
        keep: &|_| true,
    };
    section(
        &mut text,
        "told",
        listener
            .told
            .iter()
            .map(|(at, told)| format!("{} {}", words.time(at.0), words.render(&parse(told)))),
    );
    section(
        &mut text,
        "not understood",
        listener.oddities.tallies().iter().map(|tally| {
            format!(
                "{:?} {} {}: {}",
                tally.oddity, tally.event, tally.name, tally.count
            )
        }),
    );
    text
}

/// The rows of the model, as far as `keep` wants their fields; times count from `began`.
pub(crate) fn rows(model: &Model, began: Option<Moment>, keep: &dyn Fn(&str) -> bool) -> String {
    let words = Words { model, began, keep };
    let mut text = String::new();
    section(&mut text, "desk", [words.of(&model.desk)]);
    let telephony = words.of(model.telephony());
    if telephony.contains(' ') {
        section(&mut text, "telephony", [telephony]);
    }
    section(
        &mut text,
        "agents",
        sorted(model.agents.rows().map(|(_, row)| words.of(row))),
    );
    section(
        &mut text,
        "agents by state",
        sorted(
            model
                .agents_in_state
                .iter()
                .filter(|(_, count)| **count > 0)
                .map(|(state, count)| format!("{}: {count}", words.of(state))),
        ),
    );
    section(
        &mut text,
        "queues",
        sorted(model.queues.rows().map(|(_, row)| words.of(row))),
    );
    section(
        &mut text,
        "members of queues",
        sorted(
            model
                .members
                .iter()
                .map(|(queue, members)| format!("{}: {}", words.of(queue), words.of(members))),
        ),
    );
    section(
        &mut text,
        "groups of queues",
        model.queue_groups.iter().map(|group| words.of(group)),
    );
    section(
        &mut text,
        "call lists",
        sorted(model.call_lists.rows().map(|(_, row)| words.of(row))),
    );
    section(
        &mut text,
        "callbacks",
        sorted(model.callbacks.rows().map(|(_, row)| words.of(row))),
    );
    section(
        &mut text,
        "calls",
        sorted(model.calls.rows().map(|(_, row)| words.of(row))),
    );
    section(
        &mut text,
        "past calls",
        model.past_calls.iter().map(|call| words.of(call)),
    );
    text
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

fn section(text: &mut String, name: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().filter(|line| !line.is_empty()).peekable();
    if lines.peek().is_some() {
        text.push_str(name);
        text.push('\n');
        for line in lines {
            text.push_str("  ");
            text.push_str(&line);
            text.push('\n');
        }
    }
}

/// What `Debug` has written.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// A word or number, or a text in its quotes.
    Word(String),
    /// `Name(a, b)`, or a tuple without a name.
    Tuple(String, Vec<Node>),
    /// `Name { field: value }`.
    Struct(String, Vec<(String, Node)>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{key: value}`.
    Map(Vec<(Node, Node)>),
}

struct Words<'m> {
    model: &'m Model,
    began: Option<Moment>,
    keep: &'m dyn Fn(&str) -> bool,
}

impl Words<'_> {
    fn of(&self, value: &impl std::fmt::Debug) -> String {
        self.render(&parse(&format!("{value:?}")))
    }

    fn time(&self, milliseconds: i64) -> String {
        let began = self.began.map_or(0, |began| began.0);
        let since = milliseconds - began;
        let sign = if since < 0 { "-" } else { "+" };
        let since = since.abs();
        format!("{sign}{}.{:03}s", since / 1000, since % 1000)
    }

    fn render(&self, node: &Node) -> String {
        match node {
            Node::Word(word) => word.clone(),
            Node::Tuple(name, parts) => match (name.as_str(), parts.as_slice()) {
                ("Some", [Node::Word(word)]) if word == "true" => "yes".to_owned(),
                ("Some", [Node::Word(word)]) if word == "false" => "no".to_owned(),
                ("Some", [part]) => self.render(part),
                ("Moment", [Node::Word(number)]) => self.time(number.parse().unwrap_or_default()),
                (_, [Node::Word(number)]) if name.ends_with("Key") => {
                    self.row(name, number.parse().unwrap_or(u32::MAX))
                }
                ("SourceId", [Node::Word(number)]) => number.clone(),
                _ => {
                    let parts: Vec<String> = parts.iter().map(|part| self.render(part)).collect();
                    format!("{name}({})", parts.join(", "))
                }
            },
            Node::Struct(_, fields) if fields.iter().any(|(field, _)| field == "raw") => {
                // A mask: as it came.
                let raw = fields.iter().find(|(field, _)| field == "raw");
                raw.map_or_else(String::new, |(_, raw)| format!("mask {}", self.render(raw)))
            }
            Node::Struct(name, fields) => {
                let said: Vec<String> = fields
                    .iter()
                    .filter(|(field, value)| (self.keep)(field) && self.says(field, value))
                    .map(|(field, value)| match value {
                        // In the order of their arrival, which is not the same for everybody.
                        Node::List(parts) if field == "data" => {
                            let parts = sorted(parts.iter().map(|part| self.render(part)));
                            format!("data [{}]", parts.join(", "))
                        }
                        _ => format!("{field} {}", self.render(value)),
                    })
                    .collect();
                if said.is_empty() {
                    return name.clone();
                }
                format!("{name} {{ {} }}", said.join(", "))
            }
            Node::List(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.render(part)).collect();
                format!("[{}]", parts.join(", "))
            }
            Node::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.render(key), self.render(value)));
                format!("{{{}}}", sorted(entries).join(", "))
            }
        }
    }

    /// Whether a field's value says anything.
    fn says(&self, field: &str, value: &Node) -> bool {
        match value {
            Node::Word(word) => word != "None" && word != "false" && word != "\"\"",
            Node::List(parts) => !parts.is_empty(),
            Node::Map(entries) => !entries.is_empty(),
            // A part of the desk, by its own name; what is called otherwise is a kind of something.
            Node::Struct(name, fields) if name.eq_ignore_ascii_case(field) => {
                let mut fields = fields.iter();
                fields.any(|(field, value)| (self.keep)(field) && self.says(field, value))
            }
            Node::Tuple(..) | Node::Struct(..) => true,
        }
    }

    /// A row by what people call it.
    fn row(&self, table: &str, number: u32) -> String {
        let model = self.model;
        let id = match table {
            "AgentKey" => model.agents.get(AgentKey::from_index(number)).map(|row| &row.id),
            "QueueKey" => model.queues.get(QueueKey::from_index(number)).map(|row| &row.id),
            "CallListKey" => model
                .call_lists
                .get(CallListKey::from_index(number))
                .map(|row| &row.id),
            "CallbackKey" => model
                .callbacks
                .get(CallbackKey::from_index(number))
                .map(|row| &row.id),
            "CallKey" => model.calls.get(CallKey::from_index(number)).map(|row| &row.id),
            _ => None,
        };
        id.map_or_else(|| "gone".to_owned(), |id| format!("<{id}>"))
    }
}

fn parse(text: &str) -> Node {
    Reader { rest: text }.node()
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn node(&mut self) -> Node {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('"') {
            return Node::Word(self.text().to_owned());
        }
        let word = self.word().to_owned();
        if self.takes("(") {
            return Node::Tuple(word, self.list(")"));
        }
        if self.takes("[") {
            return Node::List(self.list("]"));
        }
        if word.is_empty() && self.takes("{") {
            return Node::Map(self.pairs(Self::node));
        }
        if self.takes(" {") {
            return Node::Struct(word, self.pairs(|reader| reader.word().to_owned()));
        }
        Node::Word(word)
    }

    fn list(&mut self, end: &str) -> Vec<Node> {
        let mut parts = Vec::new();
        while !self.takes(end) && !self.rest.is_empty() {
            parts.push(self.node());
            self.takes(",");
        }
        parts
    }

    fn pairs<K>(&mut self, key: impl Fn(&mut Self) -> K) -> Vec<(K, Node)> {
        let mut pairs = Vec::new();
        while !self.takes("}") && !self.rest.is_empty() {
            let name = key(self);
            self.takes(":");
            pairs.push((name, self.node()));
            self.takes(",");
        }
        pairs
    }

    /// A name or number.
    fn word(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        let end = self
            .rest
            .find(|letter: char| !letter.is_alphanumeric() && !"_.-".contains(letter))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A text with its quotes.
    fn text(&mut self) -> &'t str {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let (text, rest) = self.rest.split_at(end.map_or(self.rest.len(), |(at, _)| at + 1));
        self.rest = rest;
        text
    }

    fn takes(&mut self, token: &str) -> bool {
        // `Name {` begins a record, a brace alone a map: the space before it tells them apart.
        let rest = if token == " {" {
            self.rest
        } else {
            self.rest.trim_start()
        };
        match rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}
