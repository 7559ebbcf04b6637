//! ccsevents: the domains to hear, and the sweep when they have told what exists.
//!
//! Lives here: subscribing in every session, what became of each domain, forgetting calls that no domain told of.
//! May not be here: removal of the copies that come once per domain (the vendor's), what an event means.
//! What belongs together is learnt anew in every session: of what happened in between nothing was heard.

use super::{Around, Source, Wish};
use crate::domain::Event;
use crate::domain::event::Covered;
use crate::domain::ids::SourceId;
use crate::protocol::Payload;
use crate::session::config::{self, AgentName};
use crate::session::state::ConnectionView;
use crate::session::subscriptions::Tally;
use crate::vendor::ccs::{self, Decoder, Site, subscribe};
use crate::vendor::time::Zone;

pub(super) struct Ccs {
    agents: AgentName,
    domains: Option<Vec<Box<str>>>,
    /// The answer to a subscription comes after everything that exists.
    tells_what_exists: bool,
    site: Site,
    decoder: Decoder,
    unanswered: usize,
    /// A call was not answered as it should be: what exists was not told for certain.
    is_incomplete: bool,
    tally: Tally,
}

impl Ccs {
    pub(super) fn new(config: &config::Ccs, source: SourceId, zone: Zone, tells_what_exists: bool) -> Self {
        let site = Site {
            source,
            zone,
            states: config.states.clone(),
        };
        Self {
            agents: config.agents,
            domains: config.domains.clone(),
            tells_what_exists,
            site,
            decoder: Decoder::default(),
            unanswered: 0,
            is_incomplete: false,
            tally: Tally::default(),
        }
    }
}

impl Source for Ccs {
    fn id(&self) -> SourceId {
        self.site.source
    }

    fn names_agents_by(&self) -> AgentName {
        self.agents
    }

    fn hears(&self, method: &str) -> bool {
        method.eq_ignore_ascii_case(ccs::CLIENT_METHOD)
    }

    fn hear(&mut self, _method: &str, arguments: Payload<'_>, around: &mut Around<'_>) {
        let heard = around.now();
        let mut stamp = None;
        let Around { model, oddities, .. } = around;
        // What is unreadable was counted by the decoder.
        let _ = self
            .decoder
            .decode(arguments, &self.site, oddities, &mut |at, event| {
                stamp = at;
                model.apply(event, at, heard);
            });
        around.note_time(stamp);
    }

    fn begin(&mut self, domains: &[Box<str>], around: &mut Around<'_>) {
        let domains = self.domains.as_deref().unwrap_or(domains);
        self.tally = Tally::default();
        self.is_incomplete = false;
        if domains.is_empty() {
            self.tally
                .refuse("ccsevents: neither config.json nor the directory names a domain.");
        }
        let calls = subscribe::write(domains);
        self.unanswered = calls.len();
        for (arguments, count) in calls {
            self.tally.wanted += count;
            around.wishes.push(Wish {
                source: self.site.source,
                method: subscribe::SUBSCRIBE,
                arguments,
                reference: 0,
            });
        }
    }

    fn answered(&mut self, _reference: i64, outcome: Result<&str, &str>, around: &mut Around<'_>) {
        self.unanswered = self.unanswered.saturating_sub(1);
        let tally = &mut self.tally;
        let problem = match outcome {
            Ok(json) => subscribe::read_answer(json, around.oddities, |domain, granted, why| {
                if granted {
                    tally.granted += 1;
                } else {
                    tally.refuse(&[domain, ": ", why.unwrap_or("refused")].concat());
                }
            })
            .map_err(|error| error.to_string()),
            Err(why) => Err(why.to_owned()),
        };
        if let Err(problem) = problem {
            self.is_incomplete = true;
            self.tally.refuse(&["ccsevents: ", &problem].concat());
        }
        if self.tells_what_exists && self.unanswered == 0 && !self.is_incomplete {
            let complete = Event::SnapshotComplete(Covered::Calls(self.site.source));
            let heard = around.now();
            around.model.apply(complete, None, heard);
        }
    }

    fn ended(&mut self) {
        self.decoder = Decoder::default();
        self.unanswered = 0;
    }

    fn is_ready(&self) -> bool {
        self.unanswered == 0
    }

    fn show(&self, view: &mut ConnectionView) {
        view.subscribed.0 += self.tally.granted;
        view.subscribed.1 += self.tally.wanted;
        view.refused.extend(self.tally.refused.iter().cloned());
    }
}
