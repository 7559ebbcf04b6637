//! The connection to the hub: tokens for it, its states, subscriptions, answers of hub methods.
//!
//! Lives here: what follows from each state of the connection, and to whom an answer of a hub method goes.
//! May not be here: what a message means (the vendors'), how a socket is opened (the platform's).
//! The connection is taken out of the session while it is stepped, so that what it says can be acted on at once.

use super::{
    CALL_DEADLINE, CallId, Calling, Error, Failure, Fetching, Health, Inlet, Link, Moment, News, Now,
    RequestId, Session, SignInError, Status, TokenReason, TokenSource, Trying, Wire, sign_in::at_telephony,
};
use crate::domain::text::{TEXT_LENGTH, shortened};

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
        let mut sources_changed = false;
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
                sources: &mut self.sources,
                listens_to_rte: self.config.sources.rte,
                device: self.device.as_deref(),
                wishes: &mut self.wishes,
                changed: &mut sources_changed,
                resync: &mut self.resync,
                random: now.random,
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
        if sources_changed || !self.wishes.is_empty() {
            self.follow_sources(sources_changed, now);
        }
    }

    pub(super) fn hear(&mut self, news: News, now: Now) {
        match news {
            News::WantsToken(request, reason) => self.give_token(request, reason, now),
            News::Status(status) => self.status_changed(&status, now),
            News::Health(health) => {
                self.view.link = match health {
                    Health::Good => Link::Preparing,
                    Health::Late { .. } => Link::Late,
                };
                self.changed = true;
                // What the session still waits for is not answered by a sign of life.
                self.prepared();
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
        match self.config.token {
            TokenSource::Endpoint(_) | TokenSource::Portal
                if fresh && reason == TokenReason::FirstConnect =>
            {
                let token = self.token.clone();
                self.drive(Wire::TokenReady { request, token }, now);
            }
            TokenSource::Endpoint(_) => self.fetch_token(Fetching::Token(request)),
            TokenSource::Portal => self.want_portal_renewal(request, reason, now),
            TokenSource::None => {
                let token = None;
                self.drive(Wire::TokenReady { request, token }, now);
            }
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
            self.rte_ready = false;
            self.calls.clear();
            self.flights.clear();
            self.signing_in = None;
            self.end_sources();
        }
        if was_connected && !self.connected {
            if self.leads() {
                self.model.borrow_mut().lose_session(self.source, now.wall);
            } else {
                self.model.borrow_mut().suspend_session(self.source);
            }
            self.view.as_of = self.last_heard();
            self.lose_sources(now);
            self.resync = true;
        }
        if let Some(connection) = &self.connection {
            let host = connection.address().host();
            if self.view.server != host {
                host.clone_into(&mut self.view.server);
            }
            self.view.backup = self.connected && (connection.place() > 0 || *host != *self.home);
        }
        match status {
            Status::Connected { resumed, .. } => {
                self.view.trouble = None;
                if *resumed {
                    // What was asked for and not answered when the socket was lost still is.
                    self.view.link = Link::Preparing;
                    self.model.borrow_mut().resume_session(self.source);
                    self.resume_sources(now);
                    self.prepared();
                    // What was missed is on its way, and may begin with ringing that it also ends.
                    if self.leads() {
                        self.reconcile(now);
                    }
                } else {
                    self.view.link = Link::Preparing;
                    self.begin_sessions();
                    self.ask_for_the_build();
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

    /// When something was last heard of any source.
    pub(super) fn last_heard(&self) -> Option<Moment> {
        let model = self.model.borrow();
        let others = self.sources.iter().map(|source| model.source(source.id()).heard);
        let last = others.fold(model.source(self.source).heard, Option::max);
        // The directory tells names, at no time.
        last.filter(|last| *last > Moment(0))
    }

    /// A session with the hub is one with each source behind it.
    fn begin_sessions(&mut self) {
        let mut model = self.model.borrow_mut();
        model.begin_session(self.source);
        for source in &self.sources {
            model.begin_session(source.id());
        }
    }

    /// Takes up (or again) the own agent's place at the telephony server, unless it has signed the agent out: then
    /// only the agent can want to be back.
    pub(super) fn restore_telephony(&mut self, now: Now) {
        let forced_out = self.model.borrow().desk.forced_out.is_some();
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
            Calling::Available => self.available_told(outcome, now),
            Calling::Active(available) => self.active_told(&available, outcome, now),
            Calling::Subscribe(step) => self.subscribe_answered(step, outcome, now),
            Calling::Source(source, reference) => self.source_answered(source, reference, outcome, now),
            Calling::Command(id) => {
                if outcome.is_ok() {
                    self.model.borrow_mut().taken(id);
                }
                if let Err(error) = outcome {
                    let failure = match error {
                        Error::SessionLost { .. } | Error::Stopped => Failure::ConnectionLost,
                        Error::NotConnected => Failure::Offline,
                        Error::TimedOut { .. } => Failure::NoAnswer,
                        other => Failure::NotTaken(shortened(other.to_string().into(), TEXT_LENGTH).into()),
                    };
                    self.flights.retain(|flight| flight.id != id);
                    self.model.borrow_mut().fail(id, failure, now.wall);
                }
            }
            Calling::Question => {}
            Calling::Reconcile => self.attention.in_doubt = false,
        }
    }
}

fn next_try(trying: Trying, now: Now) -> Option<Moment> {
    match trying {
        Trying::At(at) => Some(now.wall.plus(at.value() - now.monotonic.value())),
        Trying::Now | Trying::WhenOnline => None,
    }
}
