//! Who wants to hear which event about which entity.
//!
//! Lives here: the documented event names, the checks of one subscription, the index from events to clients.
//! May not be here: where events come from and how a client is reached.
//! An event costs work in proportion to its subscribers only, and is encoded once for all of them.
//! Hence a subscription's id names entity and event, not the client: the record is the same for everybody.

use crate::centre::Guid;
use crate::conversation::{Client, ClientId, Record};
use crate::tell::rte;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// One of the documented events, by the name that goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EventName(&'static str);

impl EventName {
    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        rte::EVENT_NAMES.into_iter().map(Self)
    }

    /// Reads a name in any casing (R9).
    pub(super) fn parse(text: &str) -> Option<Self> {
        rte::canonical_name(text).map(Self)
    }

    /// The name as documented.
    pub(crate) fn text(self) -> &'static str {
        self.0
    }

    /// What kind of entity it is about, as the wire calls it.
    pub(super) fn entity_type(self) -> &'static str {
        rte::entity_type_of(self.0).unwrap_or("User")
    }
}

/// What can be subscribed to: one event about one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Topic {
    pub(crate) entity: Guid,
    pub(crate) event: EventName,
}

impl Topic {
    /// The topic of a told event; `name` as the teller spells it.
    pub(super) fn new(entity: Guid, name: &'static str) -> Self {
        Self {
            entity,
            event: EventName(name),
        }
    }
}

/// One item of a Subscribe or Unsubscribe call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(super) entity_id: String,
    pub(super) event_name: String,
}

impl<'de> Deserialize<'de> for Wish {
    /// Property names in any casing, values possibly null, as the reference server reads them (J34).
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = HashMap::<String, serde_json::Value>::deserialize(from)?;
        let mut wish = Self {
            entity_id: String::new(),
            event_name: String::new(),
        };
        for (name, value) in fields {
            let target = match name.to_ascii_lowercase().as_str() {
                "entityid" => &mut wish.entity_id,
                "eventname" => &mut wish.event_name,
                _ => continue,
            };
            *target = match value {
                serde_json::Value::String(text) => text,
                serde_json::Value::Null => String::new(),
                _ => return Err(serde::de::Error::custom("a text is expected")),
            };
        }
        Ok(wish)
    }
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubscriptionResult {
    subscribed: bool,
    message: Option<&'static str>,
    entity_id: String,
    event_name: String,
}

impl SubscriptionResult {
    pub(super) fn new(wish: Wish, verdict: Result<bool, &'static str>) -> Self {
        Self {
            subscribed: verdict.unwrap_or(false),
            message: verdict.err(),
            entity_id: wish.entity_id,
            event_name: wish.event_name.to_lowercase(),
        }
    }
}

/// Checks one item in the documented order (R7); `may_see` knows what there is and who may see it.
pub(super) fn check(
    wish: &Wish,
    may_see: impl FnOnce(Guid, EventName) -> bool,
) -> Result<Topic, &'static str> {
    let entity = guid(&wish.entity_id).ok_or("Invalid EntityId")?;
    let event = EventName::parse(&wish.event_name).ok_or("Invalid event name")?;
    if may_see(entity, event) {
        Ok(Topic { entity, event })
    } else {
        Err("Unauthorized")
    }
}

/// Reads a GUID in the usual form, also in braces, as .NET does.
fn guid(text: &str) -> Option<Guid> {
    let text = text.trim();
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(text);
    Guid::parse(inner)
}

/// The index from topics to those who want to hear of them.
#[derive(Debug)]
pub(super) struct Subscriptions {
    organisation: Guid,
    topics: HashMap<Topic, Vec<Client>>,
    of_client: HashMap<ClientId, BTreeSet<Topic>>,
}

impl Subscriptions {
    pub(super) fn new(organisation: Guid) -> Self {
        Self {
            organisation,
            topics: HashMap::new(),
            of_client: HashMap::new(),
        }
    }

    /// Adds one; subscribing twice is subscribing once.
    pub(super) fn add(&mut self, client: &Client, topic: Topic) {
        if self.of_client.entry(client.id()).or_default().insert(topic) {
            self.topics.entry(topic).or_default().push(client.clone());
        }
    }

    /// Removes one, if it was there.
    pub(super) fn remove(&mut self, client: ClientId, topic: Topic) {
        if let Some(topics) = self.of_client.get_mut(&client)
            && topics.remove(&topic)
        {
            self.forget(client, topic);
        }
    }

    /// Removes all of a client.
    pub(super) fn remove_all(&mut self, client: ClientId) {
        for topic in self.of_client.remove(&client).unwrap_or_default() {
            self.forget(client, topic);
        }
    }

    fn forget(&mut self, client: ClientId, topic: Topic) {
        if let Some(clients) = self.topics.get_mut(&topic) {
            clients.retain(|other| other.id() != client);
            if clients.is_empty() {
                self.topics.remove(&topic);
            }
        }
    }

    /// The topics of a client, in a fixed order.
    pub(super) fn of(&self, client: ClientId) -> impl Iterator<Item = Topic> {
        self.of_client.get(&client).into_iter().flatten().copied()
    }

    /// Whether anybody wants to hear of it.
    pub(super) fn is_wanted(&self, topic: Topic) -> bool {
        self.topics.contains_key(&topic)
    }

    /// Tells all who want to hear of it; `data` is the event as JSON.
    pub(super) fn publish(&self, topic: Topic, data: &str) {
        if let Some(clients) = self.topics.get(&topic) {
            let record = self.message(topic, data);
            for client in clients {
                client.push(&record);
            }
        }
    }

    /// The `MessageReceived` record that carries `data`.
    pub(super) fn message(&self, topic: Topic, data: &str) -> Record {
        let subscription = self.subscription(topic);
        Record::call(
            "MessageReceived",
            &format!("[{{\"subscription\":{subscription},\"data\":{data}}}]"),
        )
    }

    /// The subscription as documented, as JSON.
    pub(super) fn subscription(&self, topic: Topic) -> String {
        let Topic { entity, event } = topic;
        let organisation = self.organisation;
        // All parts are GUIDs and names of this module: nothing needs escaping.
        format!(
            "{{\"id\":\"{}\",\"allRootEntities\":false,\"rootEntityId\":\"{organisation}\",\
             \"rootEntityType\":\"Organization\",\"organizationId\":\"{organisation}\",\
             \"eventType\":\"{}\",\"entityType\":\"{}\",\"entityId\":\"{entity}\",\"allEntities\":false}}",
            id_of(topic),
            event.text(),
            event.entity_type(),
        )
    }
}

/// The id of a subscription: the entity's, with the event's place among its first digits.
fn id_of(topic: Topic) -> String {
    let place = EventName::all()
        .position(|event| event == topic.event)
        .unwrap_or_default();
    let entity = topic.entity.to_string();
    let tail = entity.get(2..).unwrap_or_default();
    format!("{place:02x}{tail}")
}
