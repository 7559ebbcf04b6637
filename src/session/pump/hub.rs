//! The connection to the hub: tokens for it, its states, subscriptions, answers of hub methods.
//!
//! Lives here: what follows from each state of the connection, and subscribing anew in every session (rule R3).
//! May not be here: what a message means (the vendors'), how a socket is opened (the platform's).
//! The connection is taken out of the session while it is stepped, so that what it says can be acted on at once.

use super::{
    CALL_DEADLINE, CallId, Calling, Covered, Error, Event, Failure, Fetching, Health, Inlet, Kind, Link,
    Moment, News, Now, RequestId, SOURCE, Scope, Session, SignInError, Status, TokenReason, Trying, Wire,
    rte, sign_in::at_telephony,
};

impl Session {
    pub(super) fn wire(&mut self, wire: Wire<'_>, now: Now) {
        self.drive(wire, now);
    }

    /// Steps the connection and deals with everything that it says, in order.
    pub(super) fn drive(&mut self, wire: Wire<'_>, now: Now) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let bad_before = connection.counters().bad_records;
        let mut news = Vec::new();
        {
            let mut model = self.model.borrow_mut();
            let me = model
                .desk
                .me
                .and_then(|me| model.agents.get(me))
                .map(|agent| agent.id.clone());
            let mut inlet = Inlet {
                model: &mut model,
                settings: &self.settings,
                telephony: self.config.telephony,
                telephone: &mut self.telephone,
                site: &self.site,
                me: me.as_deref(),
                time: &mut self.time,
                oddities: &mut self.oddities,
                effects: &mut self.effects,
                news: &mut news,
                wall: now.wall,
            };
            connection.step(wire, now.monotonic, now.random, &mut inlet);
        }
        let bad = connection.counters().bad_records - bad_before;
        if bad > 0 {
            self.view.bad_records += bad;
            self.changed = true;
        }
        self.connection = Some(connection);
        for item in news {
            self.hear(item, now);
        }
    }

    pub(super) fn hear(&mut self, news: News, now: Now) {
        match news {
            News::WantsToken(request, reason) => self.give_token(request, reason, now),
            News::Status(status) => self.status_changed(&status, now),
            News::Health(health) => {
                self.view.link = match health {
                    Health::Good => Link::Live,
                    Health::Late { .. } => Link::Late,
                };
                self.changed = true;
            }
            News::Settled(call, outcome) => self.settled(call, outcome, now),
            News::TokenNotRefreshed(error) => {
                self.view.trouble = Some(format!("The access token could not be renewed: {error}"));
                self.changed = true;
            }
        }
    }

    pub(super) fn give_token(&mut self, request: RequestId, reason: TokenReason, now: Now) {
        let fresh = std::mem::take(&mut self.fresh_token);
        if self.config.token.is_none() || (fresh && reason == TokenReason::FirstConnect) {
            let token = self.token.clone();
            self.drive(Wire::TokenReady { request, token }, now);
        } else {
            self.fetch_token(Fetching::Token(request));
        }
    }

    pub(super) fn status_changed(&mut self, status: &Status, now: Now) {
        self.changed = true;
        let was_connected =
            std::mem::replace(&mut self.connected, matches!(status, Status::Connected { .. }));
        let had_session = std::mem::replace(
            &mut self.keeps_calls,
            matches!(status, Status::Connected { .. } | Status::Resuming(_)),
        );
        if had_session && !self.keeps_calls {
            self.subscribing = false;
            self.calls.clear();
            self.flights.clear();
        }
        if was_connected && !self.connected {
            self.model.borrow_mut().lose_session(SOURCE, now.wall);
            self.view.as_of = self.model.borrow().source(SOURCE).heard;
            self.resync = true;
        }
        match status {
            Status::Connected { resumed, .. } => {
                self.view.trouble = None;
                if *resumed {
                    self.view.link = Link::Live;
                    self.model.borrow_mut().resume_session(SOURCE);
                } else {
                    self.view.link = Link::Preparing;
                    self.model.borrow_mut().begin_session(SOURCE);
                    self.subscribe_when_ready(now);
                }
                self.resync = true;
            }
            Status::Connecting(progress) => {
                self.view.trouble = progress.last_error.as_ref().map(ToString::to_string);
                self.view.link = match progress.trying {
                    Trying::WhenOnline => Link::Offline,
                    _ if progress.attempt <= 1 => Link::Connecting { attempt: 1 },
                    trying => Link::Reconnecting {
                        attempt: progress.attempt,
                        next_try: next_try(trying, now),
                    },
                };
            }
            // The desk treats a session that may still be taken up like one that is lost: what it shows is as old.
            Status::Reconnecting(progress) | Status::Resuming(progress) => {
                self.view.trouble = progress.last_error.as_ref().map(ToString::to_string);
                self.view.link = match progress.trying {
                    Trying::WhenOnline => Link::Offline,
                    trying => Link::Reconnecting {
                        attempt: progress.attempt,
                        next_try: next_try(trying, now),
                    },
                };
            }
            Status::Disconnected { error } => {
                self.view.link = Link::Stopped;
                self.view.trouble = error.as_ref().map(ToString::to_string);
                if let Some(error @ (Error::Unauthorized | Error::Forbidden)) = error {
                    // Whoever is no longer let in must sign in again; the words say why.
                    let refused = SignInError::Refused(error.to_string());
                    self.ask_again(Some(refused), now);
                }
            }
        }
    }

    pub(super) fn subscribe_when_ready(&mut self, now: Now) {
        if self.connected && self.directory_known && !self.subscribing {
            self.subscribing = true;
            self.invoke(
                rte::subscribe::AVAILABLE_SUBSCRIPTIONS,
                rte::subscribe::NO_ARGUMENTS,
                Calling::Available,
                now,
            );
        }
    }

    pub(super) fn subscribe(&mut self, available: &[Kind], now: Now) {
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
        let items: Vec<_> = own
            .into_iter()
            .chain(others)
            .flat_map(|(entity, scope)| rte::subscribe::items(entity, scope))
            .filter(|item| available.is_empty() || available.contains(&item.event))
            .collect();
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.subscriptions.begin(rte::subscribe::write(items), count);
        self.directory = directory;
        self.view.subscribed = (0, count);
        self.view.refused.clear();
        self.changed = true;
        self.subscribe_next(now);
    }

    pub(super) fn subscribe_next(&mut self, now: Now) {
        match self.subscriptions.next() {
            Some(arguments) => self.invoke(rte::subscribe::SUBSCRIBE, &arguments, Calling::Subscribe, now),
            None => self.subscribed(now),
        }
    }

    pub(super) fn subscribed(&mut self, now: Now) {
        if self.config.snapshot {
            self.model.borrow_mut().apply(
                Event::SnapshotComplete(Covered::Callbacks),
                None,
                self.time.at(now.wall),
            );
        }
        if self.view.link == Link::Preparing {
            self.view.link = Link::Live;
        }
        self.changed = true;
        if self.has_telephony() {
            self.restore_telephony(now);
        }
    }

    /// Takes up (or again) the own agent's place at the telephony server, unless it has signed the agent out: then
    /// only the agent can want to be back.
    pub(super) fn restore_telephony(&mut self, now: Now) {
        let forced_out = self.model.borrow().desk.forced_out;
        if let (false, Some(credentials)) = (forced_out, &self.credentials) {
            let command = at_telephony(credentials);
            self.send_command(command, now);
        }
    }

    pub(super) fn invoke(&mut self, target: &str, arguments: &str, calling: Calling, now: Now) {
        self.next += 1;
        let call = CallId(self.next);
        self.calls.insert(call, calling);
        let deadline = now.monotonic + CALL_DEADLINE;
        self.drive(
            Wire::Invoke {
                call,
                target,
                arguments,
                streams: &[],
                deadline,
            },
            now,
        );
    }

    pub(super) fn settled(&mut self, call: CallId, outcome: Result<String, Error>, now: Now) {
        let Some(calling) = self.calls.remove(&call) else {
            return;
        };
        match calling {
            Calling::Available => {
                let available = outcome
                    .ok()
                    .and_then(|json| rte::subscribe::read_available(&json, &mut self.oddities).ok())
                    .unwrap_or_default();
                self.subscribe(&available, now);
            }
            Calling::Subscribe => match outcome {
                Ok(json) => {
                    match rte::subscribe::Answer::read(&json, &mut self.oddities) {
                        Ok(rte::subscribe::Answer::Items(results)) => {
                            for result in results {
                                self.subscriptions.answered(result.subscribed, || {
                                    let event = result.event.map_or("?", Kind::name);
                                    let why = result.message.as_deref().unwrap_or("refused");
                                    format!("{event} of {}: {why}", result.entity)
                                });
                            }
                        }
                        Ok(rte::subscribe::Answer::All(_)) => {}
                        Err(error) => {
                            self.view.trouble = Some(format!("The hub's answer to Subscribe: {error}."));
                        }
                    }
                    self.view.subscribed = (self.subscriptions.granted, self.subscriptions.wanted);
                    self.view.refused.clone_from(&self.subscriptions.refused);
                    self.changed = true;
                    self.subscribe_next(now);
                }
                Err(error) => {
                    self.view.trouble = Some(format!("The hub did not accept the subscriptions: {error}"));
                    self.changed = true;
                }
            },
            Calling::Command(id) => {
                if let Err(error) = outcome {
                    let failure = match error {
                        Error::SessionLost { .. } | Error::Stopped => Failure::ConnectionLost,
                        Error::NotConnected => Failure::Offline,
                        Error::TimedOut { .. } => Failure::NoAnswer,
                        other => Failure::NotTaken(other.to_string().into()),
                    };
                    self.flights.retain(|flight| flight.id != id);
                    self.model.borrow_mut().fail(id, failure, now.wall);
                }
            }
            Calling::Snapshot => {}
        }
    }
}

fn next_try(trying: Trying, now: Now) -> Option<Moment> {
    match trying {
        Trying::At(at) => Some(now.wall.plus(at.value() - now.monotonic.value())),
        Trying::Now | Trying::WhenOnline => None,
    }
}
