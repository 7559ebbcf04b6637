//! The directory: names and ids of what there is, which the RTE itself never tells (decision D4).
//!
//! Lives here: the directory's shape and reading, and the domain events it amounts to.
//! May not be here: fetching it, and any state of an agent or queue; a directory says only that they exist.
//! Shape: `{"agents":[{id,name,agentId?,extension?,team?,supervisor?}],"queues":[{id,name}],"callLists":[{id,name}],
//! "notReadyReasons":[{code,label}],"wrapUpReasons":[text],"queueGroups":[{id,name,description?}],"domains":[name]}`;
//! any may be missing.

use super::events::QueueGroup;
use crate::domain::Event;
use crate::domain::agent::AgentUpdate;
use crate::domain::ids::{Ref, SourceId};
use crate::domain::queue::QueueUpdate;
use crate::vendor::Unreadable;
use crate::vendor::json::{Given, Offered, Reader, Record, Text, record};
use crate::vendor::{Oddities, Oddity};
use std::borrow::Cow;

record! {
    /// An agent, queue or call list as it comes over the wire.
    Entry<'a> {
        /// Its id.
        id: Text<'a> = "id",
        /// Its name.
        name: Text<'a> = "name",
        /// What an agent signs in with.
        agent_id: Text<'a> = "agentId",
        /// An agent's phone.
        extension: Text<'a> = "extension",
        /// The name of an agent's team.
        team: Text<'a> = "team",
        /// Whether the agent leads it.
        supervisor: bool = "supervisor",
    }
}

record! {
    /// A reason as it comes over the wire.
    ReasonEntry<'a> {
        /// Its code.
        code: i64 = "code",
        /// What people call it.
        label: Text<'a> = "label",
    }
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirectoryAgent {
    /// The source's id, in its one spelling.
    pub id: Box<str>,
    /// Display name.
    pub name: Option<Box<str>>,
    /// What the agent signs in with.
    pub login_id: Option<Box<str>>,
    /// The phone.
    pub extension: Option<Box<str>>,
    /// The name of the agent's team.
    pub team: Option<Box<str>>,
    /// The agent supervises that team.
    pub leads_team: bool,
}

/// A queue, call list or group of queues.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirectoryEntry {
    /// The source's id, in its one spelling.
    pub id: Box<str>,
    /// Display name.
    pub name: Option<Box<str>>,
    /// What it is for.
    pub description: Option<Box<str>>,
}

/// A reason for not being ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryReason {
    /// The code that commands and events carry.
    pub code: i32,
    /// What people call it.
    pub label: Box<str>,
}

/// The directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Agents.
    pub agents: Vec<DirectoryAgent>,
    /// Queues.
    pub queues: Vec<DirectoryEntry>,
    /// Lists of callbacks.
    pub call_lists: Vec<DirectoryEntry>,
    /// Groups of queues.
    pub queue_groups: Vec<DirectoryEntry>,
    /// Reasons to choose from, in their order.
    pub not_ready_reasons: Vec<DirectoryReason>,
    /// Texts that a call can be filed under, in their order.
    pub wrap_up_reasons: Vec<Box<str>>,
    /// Working domains of the site, where it has such.
    pub domains: Vec<Box<str>>,
}

impl Directory {
    /// Reads a directory; entries without an id are counted and left out.
    pub fn read(json: &str, oddities: &mut Oddities) -> Result<Self, Unreadable> {
        let mut directory = Self::default();
        let mut reader = Reader::new(json);
        let is_object = reader.enter_object();
        while is_object && let Some(key) = reader.key() {
            if key.is("agents") {
                each(&mut reader, oddities, |entry: &Entry<'_>| {
                    directory.agents.push(DirectoryAgent {
                        id: identity(entry.id)?,
                        name: boxed(entry.name),
                        login_id: some_id(entry.agent_id),
                        extension: boxed(entry.extension),
                        team: boxed(entry.team),
                        leads_team: entry.supervisor.value().unwrap_or(false),
                    });
                    Some(())
                });
            } else if key.is("queues") {
                each(&mut reader, oddities, |queue| named(&mut directory.queues, queue));
            } else if key.is("callLists") {
                each(&mut reader, oddities, |list| {
                    named(&mut directory.call_lists, list)
                });
            } else if key.is("queueGroups") {
                each(&mut reader, oddities, |group: &QueueGroup<'_>| {
                    directory.queue_groups.push(DirectoryEntry {
                        id: identity(group.id)?,
                        name: boxed(group.name),
                        description: boxed(group.description),
                    });
                    Some(())
                });
            } else if key.is("notReadyReasons") {
                each(&mut reader, oddities, |reason: &ReasonEntry<'_>| {
                    directory.not_ready_reasons.push(DirectoryReason {
                        code: reason.code.value().and_then(|code| i32::try_from(code).ok())?,
                        label: boxed(reason.label)?,
                    });
                    Some(())
                });
            } else if key.is("wrapUpReasons") {
                texts(&mut reader, oddities, &mut directory.wrap_up_reasons);
            } else if key.is("domains") {
                texts(&mut reader, oddities, &mut directory.domains);
            } else {
                oddities.count(Oddity::UnknownField, EVENT, &key.name);
                reader.skip();
            }
        }
        match (reader.is_broken(), is_object) {
            (true, _) => Err(Unreadable::Broken),
            (false, false) => Err(Unreadable::Shape("the directory is no object")),
            (false, true) => Ok(directory),
        }
    }

    /// Tells what there is, as domain events.
    pub fn tell(&self, source: SourceId, sink: &mut impl FnMut(Event<'_>)) {
        for agent in &self.agents {
            let update = AgentUpdate {
                name: agent.name.as_deref().map(Cow::Borrowed),
                login_id: agent.login_id.as_deref().map(Cow::Borrowed),
                extension: agent.extension.as_deref().map(Cow::Borrowed),
                team: agent.team.as_deref().map(Cow::Borrowed),
                leads_team: Some(agent.leads_team),
                ..AgentUpdate::default()
            };
            sink(Event::Agent(Ref::new(source, &agent.id), &update));
        }
        for queue in &self.queues {
            let update = QueueUpdate {
                name: queue.name.as_deref().map(Cow::Borrowed),
                ..QueueUpdate::default()
            };
            sink(Event::Queue(Ref::new(source, &queue.id), &update));
        }
        for list in &self.call_lists {
            let name = list.name.as_deref().unwrap_or_default();
            sink(Event::CallList(Ref::new(source, &list.id), Cow::Borrowed(name)));
        }
        for group in &self.queue_groups {
            let name = group.name.as_deref().unwrap_or_default();
            let description = group.description.as_deref().map(Cow::Borrowed);
            sink(Event::QueueGroup(
                Ref::new(source, &group.id),
                Cow::Borrowed(name),
                description,
            ));
        }
    }

    /// The agent who signs in with this.
    pub fn agent_by_login(&self, login_id: &str) -> Option<&DirectoryAgent> {
        self.agents
            .iter()
            .find(|agent| agent.login_id.as_deref() == Some(login_id))
    }
}

const EVENT: &str = "directory";

fn each<'a, R: Record<'a> + Default>(
    reader: &mut Reader<'a>,
    oddities: &mut Oddities,
    mut keep: impl FnMut(&R) -> Option<()>,
) {
    if !reader.enter_array() {
        oddities.count(Oddity::UnreadableField, EVENT, "list");
        return;
    }
    while reader.item() {
        let mut entry = R::default();
        let is_object = reader.record(&mut entry, &mut |offered, key, _| {
            if offered == Offered::Unreadable {
                oddities.count(Oddity::UnreadableField, EVENT, &key.name);
            }
        });
        if !is_object || keep(&entry).is_none() {
            oddities.count(Oddity::MissingIdentity, EVENT, "entry");
        }
    }
}

/// The texts of a list, without empty ones.
fn texts(reader: &mut Reader<'_>, oddities: &mut Oddities, kept: &mut Vec<Box<str>>) {
    if !reader.enter_array() {
        oddities.count(Oddity::UnreadableField, EVENT, "list");
        return;
    }
    while reader.item() {
        let text = reader.value().text().filter(|text| !text.is_empty());
        kept.extend(text.map(Text::words).map(Into::into));
    }
}

fn named(entries: &mut Vec<DirectoryEntry>, entry: &Entry<'_>) -> Option<()> {
    entries.push(DirectoryEntry {
        id: identity(entry.id)?,
        name: boxed(entry.name),
        description: None,
    });
    Some(())
}

fn identity(id: Given<Text<'_>>) -> Option<Box<str>> {
    id.value()
        .filter(|id| !id.is_empty())
        .map(|id| id.identity().into())
}

fn boxed(text: Given<Text<'_>>) -> Option<Box<str>> {
    some(text).map(Text::words).map(Into::into)
}

/// An id as it is written.
fn some_id(id: Given<Text<'_>>) -> Option<Box<str>> {
    some(id).map(Text::boxed)
}

fn some(text: Given<Text<'_>>) -> Option<Text<'_>> {
    text.value().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTORY: &str = r#"{
        "agents":[{"id":"AA9730C4-CE86-E611-80C9-00505689257E","name":"Ritva","agentId":1001,"extension":"4001"},{"name":"nobody"},7],
        "queues":[{"id":"q","name":"Sales"}],"callLists":[{"id":"l","name":"Callbacks"}],
        "notReadyReasons":[{"code":3,"label":"Lunch"},{"code":"x","label":"?"}],
        "queueGroups":[{"id":"g","name":"All","description":"Everything"}],"domains":["sales","",{}],
        "wrapUpReasons":["Sale",null,"","Complaint"],"other":{}}"#;

    #[test]
    fn d4_a_directory_names_what_there_is() {
        let mut oddities = Oddities::default();
        let directory = Directory::read(DIRECTORY, &mut oddities).unwrap();
        assert_eq!(directory.agents.len(), 1);
        let agent = directory.agent_by_login("1001").unwrap();
        assert_eq!(&*agent.id, "aa9730c4-ce86-e611-80c9-00505689257e");
        assert_eq!(
            directory.not_ready_reasons,
            [DirectoryReason {
                code: 3,
                label: "Lunch".into()
            }]
        );
        assert_eq!(oddities.of(Oddity::MissingIdentity), 3);
        assert_eq!(oddities.of(Oddity::UnknownField), 1);
        assert_eq!(directory.domains, ["sales".into()]);
        assert_eq!(directory.wrap_up_reasons, ["Sale".into(), "Complaint".into()]);
        let mut told = 0;
        directory.tell(SourceId(0), &mut |_| told += 1);
        assert_eq!(told, 4);
    }

    #[test]
    fn what_is_no_directory_is_refused() {
        assert!(Directory::read("<html>", &mut Oddities::default()).is_err());
        assert!(Directory::read("[]", &mut Oddities::default()).is_err());
        assert!(Directory::read(&DIRECTORY[..40], &mut Oddities::default()).is_err());
        assert!(Directory::read(r#"{"agents":5}"#, &mut Oddities::default()).is_ok());
    }
}
