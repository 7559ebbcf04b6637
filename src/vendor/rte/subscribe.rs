//! Subscriptions: which events the desk wants of whom, and the hub methods that ask for them.
//!
//! Lives here: the events per kind of entity, the calls' arguments in chunks, the reading of all results.
//! May not be here: when to subscribe, and the set that is wanted at present (the session's: rule R3).
//! Results are matched by entity and event without regard to case (rule R9, irregularity E08).
//! A call stays below [`BYTES_PER_CALL`]: a hub closes the connection on a record above 32 KB.

use super::{Kind, count_offered};
use crate::vendor::json::{Reader, Text, Value, quoted, record};
use crate::vendor::{Oddities, Unreadable};

/// Hub method that subscribes.
pub const SUBSCRIBE: &str = "Subscribe";
/// Hub method that ends subscriptions.
pub const UNSUBSCRIBE: &str = "Unsubscribe";
/// Hub method that ends all subscriptions; takes no argument.
pub const UNSUBSCRIBE_ALL: &str = "UnsubscribeAll";
/// Hub method that lists the event names; takes no argument, whatever the sample shows (irregularity E14).
pub const AVAILABLE_SUBSCRIPTIONS: &str = "AvailableSubscriptions";
/// Hub method that lists the session's subscriptions; takes no argument.
pub const ACTIVE_SUBSCRIPTIONS: &str = "ActiveSubscriptions";
/// Arguments of a method that takes none.
pub const NO_ARGUMENTS: &str = "[]";

/// Items of one call.
pub const ITEMS_PER_CALL: usize = 250;
/// Bytes of one call's arguments.
pub const BYTES_PER_CALL: usize = 30_000;

/// Whose events are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The agent at this desk: every event there is of a user.
    OwnAgent,
    /// Another agent: state and availability.
    Colleague,
    /// A queue.
    Queue,
    /// A list of callbacks; subscribed by the list's id (irregularity E23).
    CallList,
}

impl Scope {
    /// The events wanted of an entity of this kind (rule R6).
    pub fn events(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| match self {
            Scope::OwnAgent => kind.name().starts_with("User"),
            Scope::Colleague => matches!(kind, Kind::UserStatus | Kind::UserAvailability),
            Scope::Queue => matches!(kind, Kind::QueueStatus),
            Scope::CallList => matches!(kind, Kind::CallbackChanged),
        })
    }
}

/// One subscription, wanted or ended: an entity's id and an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Item<'a> {
    /// The entity.
    pub entity: &'a str,
    /// The event.
    pub event: Kind,
}

/// Everything wanted of one entity.
pub fn items(entity: &str, scope: Scope) -> impl Iterator<Item = Item<'_>> {
    scope.events().map(move |event| Item { entity, event })
}

/// Writes the arguments of as many [`SUBSCRIBE`] or [`UNSUBSCRIBE`] calls as it takes, in the order of the items.
pub fn write<'a>(items: impl IntoIterator<Item = Item<'a>>) -> Vec<String> {
    let mut calls = Vec::new();
    let mut call = String::new();
    let mut count = 0;
    for item in items {
        let entity = quoted(item.entity);
        let written = format!(r#"{{"entityId":{entity},"eventName":"{}"}}"#, item.event.name());
        if count == ITEMS_PER_CALL || (count > 0 && call.len() + written.len() + 3 > BYTES_PER_CALL) {
            call.push_str("]]");
            calls.push(std::mem::take(&mut call));
            count = 0;
        }
        call.push_str(if count == 0 { "[[" } else { "," });
        call.push_str(&written);
        count += 1;
    }
    if count > 0 {
        call.push_str("]]");
        calls.push(call);
    }
    calls
}

record! {
    /// A result as it comes over the wire.
    ResultItem<'a> {
        /// It worked.
        subscribed: bool = "subscribed",
        /// Why it did not.
        message: Text<'a> = "message",
        /// The entity.
        entity_id: Text<'a> = "entityId",
        /// The event, in lower case.
        event_name: Text<'a> = "eventName",
    }
}

record! {
    /// A subscription as it comes over the wire.
    ActiveItem<'a> {
        /// Its id.
        id: Text<'a> = "id",
        /// For all root entities.
        all_root_entities: bool = "allRootEntities",
        /// Root entity.
        root_entity_id: Text<'a> = "rootEntityId",
        /// Kind of the root entity.
        root_entity_type: Text<'a> = "rootEntityType",
        /// Organisation.
        organization_id: Text<'a> = "organizationId",
        /// Event type.
        event_type: Text<'a> = "eventType",
        /// Kind of the entity.
        entity_type: Text<'a> = "entityType",
        /// Entity.
        entity_id: Text<'a> = "entityId",
        /// For all entities.
        all_entities: bool = "allEntities",
    }
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionResult {
    /// The entity, in its one spelling.
    pub entity: Box<str>,
    /// The event; `None` when the hub names one that is not known.
    pub event: Option<Kind>,
    /// It worked.
    pub subscribed: bool,
    /// Why it did not, in the hub's words (`Invalid EntityId`, `Invalid event name`, `Unauthorized`: rule R7).
    pub message: Option<Box<str>>,
}

/// What became of a [`SUBSCRIBE`], [`UNSUBSCRIBE`] or [`UNSUBSCRIBE_ALL`] call (irregularity E13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One result per item; one call may have mixed results (rule R7).
    Items(Vec<SubscriptionResult>),
    /// One result for all.
    All(bool),
}

impl Answer {
    /// Reads an answer.
    pub fn read(json: &str, oddities: &mut Oddities) -> Result<Self, Unreadable> {
        let mut reader = Reader::new(json);
        let value = reader.value();
        if reader.is_broken() {
            return Err(Unreadable::Broken);
        }
        match value {
            Value::Array(list) => {
                let mut results = Vec::new();
                for_each(list, "SubscriptionResult", oddities, |item: ResultItem<'_>| {
                    results.push(SubscriptionResult {
                        entity: item.entity_id.value().unwrap_or_default().identity().into(),
                        event: item
                            .event_name
                            .value()
                            .and_then(|name| Kind::from_name(&name.cow())),
                        subscribed: item.subscribed.value().unwrap_or(false),
                        message: item.message.value().map(Text::words).map(Into::into),
                    });
                });
                Ok(Answer::Items(results))
            }
            Value::Null => Ok(Answer::All(true)),
            value => value
                .flag()
                .map(Answer::All)
                .ok_or(Unreadable::Shape("neither results nor true or false")),
        }
    }
}

/// Reads the answer of [`AVAILABLE_SUBSCRIPTIONS`]: the events that can be subscribed to, as far as they are known.
///
/// Names that are not known are counted; they are no error (rule R6, rule R20).
pub fn read_available(json: &str, oddities: &mut Oddities) -> Result<Vec<Kind>, Unreadable> {
    let mut reader = Reader::new(json);
    let mut kinds = Vec::new();
    if !reader.enter_array() {
        return Err(Unreadable::Shape("the available events are no list"));
    }
    while reader.item() {
        let Some(name) = reader.value().text() else {
            continue;
        };
        match Kind::from_name(&name.cow()) {
            Some(kind) => kinds.push(kind),
            None => oddities.count(
                crate::vendor::Oddity::UnknownEvent,
                "AvailableSubscriptions",
                &name.cow(),
            ),
        }
    }
    if reader.is_broken() {
        return Err(Unreadable::Broken);
    }
    Ok(kinds)
}

/// Reads the answer of [`ACTIVE_SUBSCRIPTIONS`]: entity and event of each (rule R11).
pub fn read_active(json: &str, oddities: &mut Oddities) -> Result<Vec<(Box<str>, Kind)>, Unreadable> {
    let mut reader = Reader::new(json);
    let value = reader.value();
    let Value::Array(list) = value else {
        return Err(Unreadable::Shape("the active subscriptions are no list"));
    };
    if reader.is_broken() {
        return Err(Unreadable::Broken);
    }
    let mut active = Vec::new();
    for_each(list, "ActiveSubscriptions", oddities, |item: ActiveItem<'_>| {
        let kind = item
            .event_type
            .value()
            .and_then(|name| Kind::from_name(&name.cow()));
        if let (Some(entity), Some(kind)) = (item.entity_id.value(), kind) {
            active.push((entity.identity().into(), kind));
        }
    });
    Ok(active)
}

fn for_each<'a, R: crate::vendor::json::Record<'a> + Default>(
    list: &'a str,
    event: &'static str,
    oddities: &mut Oddities,
    mut each: impl FnMut(R),
) {
    let mut reader = Reader::new(list);
    reader.enter_array();
    while reader.item() {
        let mut item = R::default();
        if reader.record(&mut item, &mut |offered, key, _| {
            count_offered(offered, event, &key.name, oddities);
        }) {
            each(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r06_each_scope_wants_its_events() {
        assert_eq!(Scope::OwnAgent.events().count(), 34);
        assert_eq!(Scope::Colleague.events().count(), 2);
        assert_eq!(Scope::Queue.events().collect::<Vec<_>>(), [Kind::QueueStatus]);
        assert_eq!(
            Scope::CallList.events().collect::<Vec<_>>(),
            [Kind::CallbackChanged]
        );
    }

    #[test]
    fn calls_stay_small_and_lose_nothing() {
        let ids: Vec<String> = (0..1000)
            .map(|number| format!("c9eeb030-ff4b-ea11-ac9c-{number:012}"))
            .collect();
        let calls = write(ids.iter().flat_map(|id| items(id, Scope::Colleague)));
        assert!(calls.iter().all(|call| call.len() <= BYTES_PER_CALL));
        let count: usize = calls
            .iter()
            .map(|call| {
                let parsed: Vec<Vec<serde_json::Value>> = serde_json::from_str(call).unwrap();
                assert_eq!(parsed.len(), 1);
                assert!(parsed[0].len() <= ITEMS_PER_CALL);
                parsed[0].len()
            })
            .sum();
        assert_eq!(count, 2000);
        assert!(write([]).is_empty());
    }

    #[test]
    fn r09_e08_results_are_matched_without_regard_to_case() {
        let json = r#"[{"subscribed":true,"message":null,"entityId":"C9EEB030-FF4B-EA11-AC9C-00155D4FDCF3","eventName":"queuestatus"},
            {"Subscribed":false,"Message":"Unauthorized","EntityId":"a1eeb030-ff4b-ea11-ac9c-00155d4fdcf3","EventName":"userstatus"}]"#;
        let mut oddities = Oddities::default();
        let Answer::Items(results) = Answer::read(json, &mut oddities).unwrap() else {
            panic!()
        };
        assert_eq!(results[0].event, Some(Kind::QueueStatus));
        assert_eq!(&*results[0].entity, "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3");
        assert!(results[0].subscribed && results[0].message.is_none());
        assert_eq!(results[1].message.as_deref(), Some("Unauthorized"));
        assert!(oddities.is_empty());
    }

    #[test]
    fn e13_an_answer_may_be_a_single_word() {
        let mut oddities = Oddities::default();
        assert_eq!(Answer::read("true", &mut oddities), Ok(Answer::All(true)));
        assert_eq!(Answer::read("false", &mut oddities), Ok(Answer::All(false)));
        assert!(Answer::read("{}", &mut oddities).is_err());
        assert!(Answer::read("[", &mut oddities).is_err());
    }

    #[test]
    fn r11_r20_what_is_active_and_available_is_read() {
        let mut oddities = Oddities::default();
        let names = r#"["userstatus","UserTerminalStatusEvent","QueueCallIncoming",null]"#;
        let kinds = read_available(names, &mut oddities).unwrap();
        assert_eq!(kinds, [Kind::UserStatus, Kind::UserTerminalStatus]);
        assert_eq!(oddities.tallies().len(), 1);
        let active = r#"[{"id":"1","allEntities":false,"eventType":"UserStatus","entityId":"AA"},{"x":1}]"#;
        let active = read_active(active, &mut Oddities::default()).unwrap();
        assert_eq!(active, [("AA".into(), Kind::UserStatus)]);
    }
}
