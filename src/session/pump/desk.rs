//! One desk at several hubs: a session that leads, and others that follow its sign-in.
//!
//! Lives here: which session hears of what, when the others sign in and out, and the view of all connections.
//! May not be here: anything about one hub alone (its session's).
//! The first has telephony, attention and the own agent; the others only tell rows of theirs, each under its own
//! sources. Requests and sockets have names that no two sessions share: an answer reaches the one that asked.

use super::{
    Config, Credentials, Effect, Input, Millis, Model, Moment, Now, Oddities, Reason, Screen, Session, Wire,
};
use crate::session::state::{ConnectionView, HubView, Link};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// After this long a hub at which signing in did not work is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Whoever was refused is not tried again: too many tries lock people out. Pressing "try now" is a try.
const NEVER: Duration = Duration::from_secs(365 * 86_400);

/// A session that follows.
struct Follower {
    session: Session,
    name: Option<Box<str>>,
    /// When to sign in again after it did not work; `None` while it did, or was not tried.
    again: Option<Millis>,
}

/// The desk's sessions with its hubs.
pub struct Desk {
    lead: Session,
    others: Vec<Follower>,
    view: ConnectionView,
    changed: bool,
}

impl Desk {
    /// A desk at the hubs of a site, over a model that others may read between steps; `None` without a hub.
    pub fn new(config: &Config, model: &Rc<RefCell<Model>>) -> Option<Self> {
        let (first, others) = config.hubs.split_first()?;
        let others = (1..).zip(others).map(|(place, hub)| Follower {
            name: hub.name.clone(),
            session: Session::at(place, hub.clone(), Rc::clone(model)),
            again: None,
        });
        Some(Self {
            lead: Session::new(first.clone(), Rc::clone(model)),
            others: others.collect(),
            view: ConnectionView::default(),
            changed: true,
        })
    }

    /// The same on a page of this release.
    #[must_use]
    pub fn of_release(mut self, own: Option<String>, reloaded_for: Option<String>) -> Self {
        self.lead = self.lead.of_release(own, reloaded_for);
        self
    }

    /// Handles one input; what is to be done is fetched with [`Desk::take_effects`].
    pub fn step(&mut self, input: Input<'_>, now: Now) {
        for other in &mut self.others {
            // What people do is done at the first; whatever it changes there the others follow.
            let heard = match &input {
                Input::Wire(wire) => Input::Wire(wire.clone()),
                Input::Fetched { fetch, status, body } => Input::Fetched {
                    fetch: *fetch,
                    status: *status,
                    body,
                },
                Input::FetchFailed { fetch, text } => Input::FetchFailed { fetch: *fetch, text },
                Input::Resumed => Input::Wire(Wire::Wake),
                Input::Tick => Input::Tick,
                _ => continue,
            };
            if matches!(heard, Input::Wire(Wire::RetryNow)) {
                other.again = other.again.map(|_| now.monotonic);
            }
            other.session.hear_input(heard, now);
        }
        // Last, because it tells what all of them have changed.
        self.lead.step(input, now);
        for other in &mut self.others {
            other.follow(&self.lead, now);
        }
        self.look();
    }

    /// Shows every connection, where one has changed.
    fn look(&mut self) {
        let mut changed = self.lead.take_changed();
        for other in &mut self.others {
            changed |= other.session.take_changed();
        }
        if !changed {
            return;
        }
        self.changed = true;
        self.view.clone_from(self.lead.connection());
        for other in &self.others {
            let view = other.session.connection();
            self.view.bad_records += view.bad_records;
            self.view.refused.extend(view.refused.iter().cloned());
            for notice in &view.notices {
                if !self.view.notices.contains(notice) {
                    self.view.notices.push(*notice);
                }
            }
            self.view.hubs.push(other.view());
        }
    }

    /// What is to be done, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        let mut effects = self.lead.take_effects();
        for other in &mut self.others {
            effects.append(&mut other.session.take_effects());
        }
        effects
    }

    /// When the desk wants a `Tick` at the latest, by the monotonic clock.
    pub fn next_wake(&self) -> Option<Millis> {
        let others = self.others.iter().filter_map(|other| {
            let wakes = [other.session.next_wake(), other.again];
            wakes.into_iter().flatten().min()
        });
        others.chain(self.lead.next_wake()).min()
    }

    /// Whether screen or a connection changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether rows must be drawn anew, because a session with a hub began or ended.
    pub fn take_resync(&mut self) -> bool {
        let mut resync = self.lead.take_resync();
        for other in &mut self.others {
            resync |= other.session.take_resync();
        }
        resync
    }

    /// The screen to show.
    pub fn screen(&self) -> &Screen {
        self.lead.screen()
    }

    /// The connections to show.
    pub fn connection(&self) -> &ConnectionView {
        &self.view
    }

    /// Reasons for not being ready.
    pub fn reasons(&self) -> &[Reason] {
        self.lead.reasons()
    }

    /// Texts that a call can be filed under.
    pub fn wrap_up_reasons(&self) -> &[Box<str>] {
        self.lead.wrap_up_reasons()
    }

    /// Whether there is a telephony server to command.
    pub fn has_telephony(&self) -> bool {
        self.lead.has_telephony()
    }

    /// Server time at the browser's `wall`.
    pub fn server_now(&self, wall: Moment) -> Moment {
        self.lead.server_now(wall)
    }

    /// What was met at the first hub and not understood.
    pub fn oddities(&self) -> &Oddities {
        self.lead.oddities()
    }
}

impl Follower {
    /// Signs in and out as the first session has done.
    fn follow(&mut self, lead: &Session, now: Now) {
        let is_in = self.session.credentials.is_some();
        let leads = lead.credentials.as_ref().filter(|_| lead.screen == Screen::Desk);
        match (leads, is_in) {
            (None, _) => {
                self.again = None;
                if is_in || self.session.has_failed() {
                    self.session.leave(now);
                }
            }
            (Some(credentials), false) => self.sign_in(credentials, now),
            (Some(_), true) => {}
        }
    }

    fn sign_in(&mut self, credentials: &Credentials, now: Now) {
        match self.again {
            Some(again) if now.monotonic < again => {}
            // It was tried and did not work, or was given up: not at once again.
            None if self.session.has_failed() => {
                let wait = if self.session.was_refused() { NEVER } else { AGAIN };
                self.again = Some(now.monotonic + wait);
            }
            _ => {
                self.again = None;
                self.session.sign_in(credentials.clone(), now);
            }
        }
    }

    fn view(&self) -> HubView {
        let view = self.session.connection();
        HubView {
            name: self.name.as_deref().unwrap_or(&view.server).to_owned(),
            link: match (self.session.screen(), self.session.has_failed()) {
                (Screen::Desk, _) => view.link,
                (_, true) => Link::Stopped,
                _ => Link::Connecting { attempt: 1 },
            },
            trouble: self.session.why_not().or_else(|| view.trouble.clone()),
        }
    }
}
