//! The ccsevents server that the hub plays: who listens to which working domain.
//!
//! Lives here: subscriptions to domains, and a copy of each event for each domain that listens (rule R112).
//! May not be here: what the events are and which domains they are bound to (`tell::ccs`).
//! A copy is written once for all who listen to its domain.
//! What is not listened to is not written.

use crate::centre::{AgentId, Centre, Happening};
use crate::conversation::{Client, ClientId, Record};
use crate::tell::ccs::{Ccs, CcsEvent, Domains};
use serde::Serialize;
use switchhook::vendor::ccs::CLIENT_METHOD;

/// What became of one domain of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DomainResult {
    domain: String,
    subscribed: bool,
    message: Option<&'static str>,
}

/// The server.
#[derive(Debug)]
pub(super) struct Dialogs {
    picture: Ccs,
    /// Who listens, by the domain's place.
    listeners: Vec<Vec<Client>>,
}

impl Dialogs {
    pub(super) fn new(centre: &Centre) -> Self {
        let picture = Ccs::new(centre);
        Self {
            listeners: vec![Vec::new(); picture.domains().len()],
            picture,
        }
    }

    /// The working domains.
    pub(super) fn domains(&self) -> &[String] {
        self.picture.domains()
    }

    /// Whether two agents are subscribers of different domains.
    pub(super) fn are_apart(&self, centre: &Centre, one: AgentId, other: AgentId) -> bool {
        let domain = |id| centre.agent(id).map(|agent| self.picture.domain_of(agent));
        domain(one) != domain(other)
    }

    /// Takes in what happened and tells those who listen.
    pub(super) fn hear(&mut self, centre: &Centre, happenings: &[Happening]) {
        let wanted = self.wanted();
        let mut events = Vec::new();
        for happening in happenings {
            self.picture.hear(centre, happening, wanted, &mut events);
        }
        for event in &events {
            for place in event.domains.places() {
                if let Some(record) = self.copy(event, place) {
                    for client in self.listeners.get(place).into_iter().flatten() {
                        client.push(&record);
                    }
                }
            }
        }
    }

    fn wanted(&self) -> Domains {
        let places = (0..self.listeners.len()).filter(|place| {
            self.listeners
                .get(*place)
                .is_some_and(|clients| !clients.is_empty())
        });
        places.fold(Domains::default(), |all, place| all.with(Domains::one(place)))
    }

    fn copy(&self, event: &CcsEvent, place: usize) -> Option<Record> {
        let domain = self.picture.domains().get(place)?;
        Some(Record::call(
            CLIENT_METHOD,
            &format!("[{}]", event.bound_to(domain)),
        ))
    }

    /// Subscribes a client to domains, and tells it what exists in those that it has not been hearing of.
    pub(super) fn subscribe(
        &mut self,
        centre: &Centre,
        client: &Client,
        names: Vec<String>,
    ) -> Vec<DomainResult> {
        let mut fresh = Domains::default();
        let results = self.each(names, |listeners, place| {
            if !listeners.iter().any(|other| other.id() == client.id()) {
                listeners.push(client.clone());
                fresh = fresh.with(Domains::one(place));
            }
            true
        });
        if !fresh.is_empty() {
            let mut events = Vec::new();
            self.picture.picture(centre, fresh, &mut events);
            for event in &events {
                for place in event.domains.places() {
                    if let Some(record) = self.copy(event, place) {
                        client.push(&record);
                    }
                }
            }
        }
        results
    }

    /// Ends a client's subscriptions to domains.
    pub(super) fn unsubscribe(&mut self, client: ClientId, names: Vec<String>) -> Vec<DomainResult> {
        self.each(names, |listeners, _| {
            listeners.retain(|other| other.id() != client);
            false
        })
    }

    fn each(
        &mut self,
        names: Vec<String>,
        mut change: impl FnMut(&mut Vec<Client>, usize) -> bool,
    ) -> Vec<DomainResult> {
        let mut results = Vec::with_capacity(names.len());
        for domain in names {
            let place = self.picture.domains().iter().position(|known| *known == domain);
            let listeners = place.and_then(|place| Some((self.listeners.get_mut(place)?, place)));
            let verdict = listeners
                .map(|(listeners, place)| change(listeners, place))
                .ok_or("There is no such domain here; the directory lists them");
            results.push(DomainResult {
                domain,
                subscribed: verdict.unwrap_or(false),
                message: verdict.err(),
            });
        }
        results
    }

    /// A client has gone.
    pub(super) fn leave(&mut self, client: ClientId) {
        for listeners in &mut self.listeners {
            listeners.retain(|other| other.id() != client);
        }
    }
}
