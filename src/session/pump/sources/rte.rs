//! Enreach RTE: what is subscribed to in a session, and what is left of it after a reconnect.
//!
//! Lives here: the set that is wanted, its difference to what the hub has, the calls one after the other.
//! May not be here: names of events and the shape of a call (the vendor's), signing in at the telephony server.
//! The RTE restores nothing (rule R3), but a gateway before it may: after a reconnect it is asked what is active
//! (rule R11), and a hub that does not know is asked for everything.

use super::super::{Calling, Covered, Error, Event, Kind, Now, Scope, Session, rte};
use crate::session::subscriptions::Step;
use rustc_hash::FxHashSet;

impl Session {
    /// Asks for everything that a session with the hub needs, once connection and directory are there.
    pub(in super::super) fn subscribe_when_ready(&mut self, now: Now) {
        if !self.connected || !self.directory_known || self.subscribing {
            return;
        }
        self.subscribing = true;
        if self.config.sources.rte {
            let (method, arguments) = (
                rte::subscribe::AVAILABLE_SUBSCRIPTIONS,
                rte::subscribe::NO_ARGUMENTS,
            );
            self.invoke(method, arguments, Calling::Available, now);
        }
        self.begin_sources(now);
        if !self.config.sources.rte {
            self.subscribed(now);
        }
    }

    pub(in super::super) fn available_told(&mut self, outcome: Result<String, Error>, now: Now) {
        let available = outcome
            .ok()
            .and_then(|json| rte::subscribe::read_available(&json, &mut self.oddities).ok())
            .unwrap_or_default();
        if std::mem::replace(&mut self.was_subscribed, true) {
            let (method, arguments) = (rte::subscribe::ACTIVE_SUBSCRIPTIONS, rte::subscribe::NO_ARGUMENTS);
            self.invoke(method, arguments, Calling::Active(available), now);
        } else {
            self.subscribe(&available, &[], now);
        }
    }

    pub(in super::super) fn active_told(
        &mut self,
        available: &[Kind],
        outcome: Result<String, Error>,
        now: Now,
    ) {
        // Whoever cannot say what is active is asked for everything.
        let active = outcome
            .ok()
            .and_then(|json| rte::subscribe::read_active(&json, &mut self.oddities).ok())
            .unwrap_or_default();
        self.subscribe(available, &active, now);
    }

    fn subscribe(&mut self, available: &[Kind], active: &[(Box<str>, Kind)], now: Now) {
        let me = self.me();
        let directory = std::mem::take(&mut self.directory);
        let agents = directory.agents.iter().map(|agent| {
            let own = me.as_deref() == Some(&*agent.id);
            (&*agent.id, if own { Scope::OwnAgent } else { Scope::Colleague })
        });
        let queues = directory.queues.iter().map(|queue| (&*queue.id, Scope::Queue));
        let lists = directory
            .call_lists
            .iter()
            .map(|list| (&*list.id, Scope::CallList));
        // The own agent first: whoever signs in wants to work before seeing everybody.
        let wanted = agents.chain(queues).chain(lists);
        let (own, others): (Vec<_>, Vec<_>) = wanted.partition(|(_, scope)| *scope == Scope::OwnAgent);
        let wanted: Vec<_> = own
            .into_iter()
            .chain(others)
            .flat_map(|(entity, scope)| rte::subscribe::items(entity, scope))
            .filter(|item| available.is_empty() || available.contains(&item.event))
            .collect();
        let wanted_set: FxHashSet<_> = wanted.iter().copied().collect();
        let active: FxHashSet<_> = active
            .iter()
            .map(|(entity, event)| rte::subscribe::Item {
                entity,
                event: *event,
            })
            .collect();
        let unwanted = active.iter().filter(|item| !wanted_set.contains(*item)).copied();
        let unsubscribe = rte::subscribe::write(unwanted);
        // Where the answer to asking is the present state, asking is how to hear it.
        let is_missing = |item: &&rte::subscribe::Item<'_>| self.config.snapshot || !active.contains(*item);
        let missing: Vec<_> = wanted.iter().filter(is_missing).copied().collect();
        let (all, asked) = (count(wanted.len()), count(missing.len()));
        let subscribe = rte::subscribe::write(missing);
        let calls = unsubscribe.into_iter().map(|call| (Step::Unsubscribe, call));
        let calls = calls.chain(subscribe.into_iter().map(|call| (Step::Subscribe, call)));
        self.subscriptions.begin(calls, all, all - asked);
        self.directory = directory;
        self.show_sources();
        self.subscribe_next(now);
    }

    fn subscribe_next(&mut self, now: Now) {
        match self.subscriptions.next() {
            Some((step, arguments)) => {
                let method = match step {
                    Step::Unsubscribe => rte::subscribe::UNSUBSCRIBE,
                    Step::Subscribe => rte::subscribe::SUBSCRIBE,
                };
                self.invoke(method, &arguments, Calling::Subscribe(step), now);
            }
            None => self.subscribed(now),
        }
    }

    pub(in super::super) fn subscribe_answered(
        &mut self,
        step: Step,
        outcome: Result<String, Error>,
        now: Now,
    ) {
        match (step, outcome) {
            (Step::Unsubscribe, Ok(_)) => {}
            // What comes unwanted does no harm.
            (Step::Unsubscribe, Err(error)) => {
                self.view.trouble = Some(format!("The hub did not end subscriptions: {error}"));
            }
            (Step::Subscribe, Ok(json)) => self.count_results(&json),
            (Step::Subscribe, Err(error)) => {
                self.view.trouble = Some(format!("The hub did not accept the subscriptions: {error}"));
                self.changed = true;
                return;
            }
        }
        self.show_sources();
        self.subscribe_next(now);
    }

    fn count_results(&mut self, json: &str) {
        match rte::subscribe::Answer::read(json, &mut self.oddities) {
            Ok(rte::subscribe::Answer::Items(results)) => {
                let tally = &mut self.subscriptions.tally;
                for result in results {
                    if result.subscribed {
                        tally.granted += 1;
                    } else {
                        let event = result.event.map_or("?", Kind::name);
                        let why = result.message.as_deref().unwrap_or("refused");
                        tally.refuse(&format!("{event} of {}: {why}", result.entity));
                    }
                }
            }
            Ok(rte::subscribe::Answer::All(_)) => {}
            Err(error) => {
                self.view.trouble = Some(format!("The hub's answer to Subscribe: {error}."));
            }
        }
    }

    /// Everything was asked for: the desk may take its place at the telephony server.
    fn subscribed(&mut self, now: Now) {
        if self.config.snapshot && self.config.sources.rte {
            self.model.borrow_mut().apply(
                Event::SnapshotComplete(Covered::Callbacks),
                None,
                self.time.at(now.wall),
            );
        }
        self.rte_ready = true;
        self.prepared();
        self.changed = true;
        if self.has_telephony() {
            self.restore_telephony(now);
        }
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
