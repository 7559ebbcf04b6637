//! The vocabularies that share the connection, and what each needs of the session.
//!
//! Lives here: [`Source`], what the pump asks of any of them, one file per vocabulary, and the order to deal with all.
//! May not be here: what a message says (the vendors'), what an event changes (the model's).
//! The pump knows that there are sources and not what they say: it tells each when a session with the hub begins,
//! goes and comes back, and carries out what they wish. The RTE, which CTI OS joins in source 0, prepares the desk.

mod callgem;
mod ccs;
mod rte;
mod tserver;

use super::{Calling, Error, Hub, Model, Moment, Now, Oddities, Ref, ServerTime, Session};
use crate::domain::ids::SourceId;
use crate::protocol::Payload;
use crate::session::config::AgentName;
use crate::session::state::{ConnectionView, Link};
use crate::vendor::json::Text;

/// How many refusals are shown as text.
const REFUSALS_SHOWN: usize = 5;

/// A call of a hub method that a source wants.
pub(super) struct Wish {
    source: SourceId,
    method: &'static str,
    arguments: String,
    /// Comes back with the answer.
    reference: i64,
}

/// What a source can reach while it deals with something.
pub(super) struct Around<'a> {
    pub(super) model: &'a mut Model,
    pub(super) oddities: &'a mut Oddities,
    pub(super) time: &'a mut ServerTime,
    /// No other source tells the server's time.
    pub(super) sets_time: bool,
    pub(super) wall: Moment,
    pub(super) random: u64,
    /// The phone at which the own agent is signed in.
    pub(super) device: Option<&'a str>,
    pub(super) wishes: &'a mut Vec<Wish>,
    /// What the source tells of itself is different from before.
    pub(super) changed: &'a mut bool,
    /// Rows of the source are no longer, or again, certain.
    pub(super) resync: &'a mut bool,
}

impl Around<'_> {
    /// Server time.
    pub(super) fn now(&self) -> Moment {
        self.time.at(self.wall)
    }

    /// Server time, unless it is still to be told by a source that tells it.
    fn certain_now(&self) -> Option<Moment> {
        (self.sets_time || self.time.is_known()).then(|| self.now())
    }

    /// Notes the server's stamp of a message, where that is how the server's time is known (decision D6).
    fn note_time(&mut self, stamp: Option<Moment>) {
        if let (true, Some(stamp)) = (self.sets_time, stamp) {
            self.time.observe(stamp, self.wall);
        }
    }
}

/// What the pump asks of a vocabulary.
pub(super) trait Source {
    /// Its number.
    fn id(&self) -> SourceId;
    /// By which field of the directory it names agents.
    fn names_agents_by(&self) -> AgentName;
    /// Whether the hub calls this method for it.
    fn hears(&self, method: &str) -> bool;
    /// A message of the hub's, in one of its methods.
    fn hear(&mut self, method: &str, arguments: Payload<'_>, around: &mut Around<'_>);
    /// A session with the hub has begun, and the directory, with these domains, is known.
    fn begin(&mut self, domains: &[Box<str>], around: &mut Around<'_>);
    /// The answer to a wish, or why there is none.
    fn answered(&mut self, reference: i64, outcome: Result<&str, &str>, around: &mut Around<'_>);
    /// The connection is lost; the session with the hub may yet be taken up again.
    fn lost(&mut self, around: &mut Around<'_>) {
        around.model.suspend_session(self.id());
    }
    /// The session goes on where it was.
    fn resumed(&mut self, around: &mut Around<'_>) {
        around.model.resume_session(self.id());
    }
    /// The session is over: what was asked for in it will not be answered.
    fn ended(&mut self) {}
    /// Some time has passed.
    fn tick(&mut self, _around: &mut Around<'_>) {}
    /// Whether everything that a new session needs has been answered.
    fn is_ready(&self) -> bool {
        true
    }
    /// Adds what people should know of it.
    fn show(&self, view: &mut ConnectionView);
}

/// The sources that the site has, in the order of their numbers.
pub(super) fn all(config: &Hub, own: SourceId) -> Vec<Box<dyn Source>> {
    let number = |place| SourceId(own.0 + place);
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    if let Some(tserver) = config.sources.tserver {
        sources.push(Box::new(tserver::TServer::new(tserver, number(1), config.zone)));
    }
    if let Some(ccs) = &config.sources.ccs {
        sources.push(Box::new(ccs::Ccs::new(
            ccs,
            number(2),
            config.zone,
            config.snapshot,
        )));
    }
    if let Some(callgem) = &config.sources.callgem {
        sources.push(Box::new(callgem::CallGem::new(callgem, number(3))));
    }
    sources
}

impl Session {
    /// Lets every source deal with something, then does what they wish.
    fn each_source(&mut self, now: Now, act: &mut dyn FnMut(&mut dyn Source, &mut Around<'_>)) {
        if self.sources.is_empty() {
            return;
        }
        let mut changed = false;
        {
            let mut model = self.model.borrow_mut();
            let mut around = Around {
                model: &mut model,
                oddities: &mut self.oddities,
                time: &mut self.time,
                sets_time: !self.config.sources.rte,
                wall: now.wall,
                random: now.random,
                device: self.device.as_deref(),
                wishes: &mut self.wishes,
                changed: &mut changed,
                resync: &mut self.resync,
            };
            for source in &mut self.sources {
                act(&mut **source, &mut around);
            }
        }
        self.follow_sources(changed, now);
    }

    /// Shows what sources tell of themselves and carries out their wishes.
    pub(super) fn follow_sources(&mut self, changed: bool, now: Now) {
        if changed {
            self.show_sources();
        }
        for wish in std::mem::take(&mut self.wishes) {
            let calling = Calling::Source(wish.source, wish.reference);
            self.invoke(wish.method, &wish.arguments, calling, now);
        }
        self.prepared();
    }

    pub(super) fn begin_sources(&mut self, now: Now) {
        let domains = std::mem::take(&mut self.directory.domains);
        self.each_source(now, &mut |source, around| {
            source.begin(&domains, around);
            *around.changed = true;
        });
        self.directory.domains = domains;
    }

    pub(super) fn source_answered(
        &mut self,
        id: SourceId,
        reference: i64,
        outcome: Result<String, Error>,
        now: Now,
    ) {
        // With its session a question is gone; the next session asks anew.
        if let Err(Error::SessionLost { .. } | Error::Stopped | Error::NotConnected) = outcome {
            return;
        }
        let outcome = outcome.map_err(|error| error.to_string());
        self.each_source(now, &mut |source, around| {
            if source.id() == id {
                let outcome = outcome.as_deref().map_err(String::as_str);
                source.answered(reference, outcome, around);
                *around.changed = true;
            }
        });
    }

    pub(super) fn lose_sources(&mut self, now: Now) {
        self.each_source(now, &mut |source, around| source.lost(around));
    }

    pub(super) fn resume_sources(&mut self, now: Now) {
        self.each_source(now, &mut |source, around| source.resumed(around));
    }

    pub(super) fn tick_sources(&mut self, now: Now) {
        if self.connected {
            self.each_source(now, &mut |source, around| source.tick(around));
        }
    }

    /// A session with the hub is over.
    pub(super) fn end_sources(&mut self) {
        for source in &mut self.sources {
            source.ended();
        }
        self.wishes.clear();
        self.show_sources();
    }

    /// The figures and notices of all sources, the RTE's first.
    pub(super) fn show_sources(&mut self) {
        self.view.subscribed = (self.subscriptions.tally.granted, self.subscriptions.tally.wanted);
        self.view.refused.clone_from(&self.subscriptions.tally.refused);
        self.view.notices.clear();
        for source in &self.sources {
            source.show(&mut self.view);
        }
        self.view.refused.truncate(REFUSALS_SHOWN);
        self.changed = true;
    }

    /// The desk is live once every source has what it needs of a new session.
    pub(super) fn prepared(&mut self) {
        let is_ready =
            self.subscribing && self.rte_ready && self.sources.iter().all(|source| source.is_ready());
        if is_ready && self.view.link == Link::Preparing {
            self.view.link = Link::Live;
            self.changed = true;
        }
    }

    /// Makes what each source calls an agent another name of the directory's row: one person is one row. The own
    /// agent may sit at another phone than the directory says.
    pub(super) fn name_agents(&mut self) {
        let mut model = self.model.borrow_mut();
        let agents = &mut model.agents;
        for source in &self.sources {
            let (id, by) = (source.id(), source.names_agents_by());
            for agent in &self.directory.agents {
                let name = match by {
                    AgentName::LoginId => agent.login_id.as_deref(),
                    AgentName::Extension => agent.extension.as_deref(),
                    AgentName::Id => Some(&*agent.id),
                    AgentName::Name => agent.name.as_deref(),
                };
                let key = agents.find(Ref::new(self.source, &agent.id));
                if let (Some(name), Some(key)) = (name, key) {
                    agents.rename(Ref::new(id, &Text::plain(name).identity()), key);
                }
            }
        }
        let Some(me) = model.desk.me.filter(|_| self.leads()) else {
            // Who sits here is known to the first hub; a source of another one can only be told the phone.
            let typed = self.credentials.as_ref().map(|typed| typed.extension.trim());
            self.device = typed.filter(|extension| !extension.is_empty()).map(Into::into);
            return;
        };
        let typed = self.credentials.as_ref();
        let typed = typed.map(|typed| (typed.login_id.trim(), typed.extension.trim()));
        let agents = &mut model.agents;
        for source in &self.sources {
            let name = match (source.names_agents_by(), typed) {
                (AgentName::LoginId | AgentName::Id, Some((login_id, _))) => login_id,
                (AgentName::Extension, Some((_, extension))) => extension,
                _ => continue,
            };
            let reference = Ref::new(source.id(), name);
            // What was typed to sign in is told to the hub alone; where the directory knows the name, it is right.
            let is_free =
                source.names_agents_by() == AgentName::Extension || agents.find(reference).is_none();
            if !name.is_empty() && is_free {
                agents.rename(reference, me);
            }
        }
        self.device = typed
            .map(|(_, extension)| extension)
            .filter(|extension| !extension.is_empty())
            .or_else(|| model.agents.get(me)?.extension.as_deref())
            .map(Into::into);
    }
}
