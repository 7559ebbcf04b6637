//! Genesys T-Server: the first request of a session, and re-synchronisation when another T-Server has become primary.
//!
//! Lives here: when something is asked of the T-Server, and when what it has told is certain.
//! May not be here: the order of primary and link events (the vendor's state machine), what an answer says.
//! What it has told is not certain while its link to the switch is down, and from a change of the primary until its
//! questions are answered (rules R102–R105).

use super::{Around, Source, Wish};
use crate::domain::Model;
use crate::domain::ids::SourceId;
use crate::protocol::Payload;
use crate::session::config::{self, AgentName};
use crate::session::state::{ConnectionView, Notice};
use crate::vendor::time::Zone;
use crate::vendor::tserver::events::Kind;
use crate::vendor::tserver::request::{References, Request, RequestKind, Sent};
use crate::vendor::tserver::resync::{CALLS_ASKED, Known, Output, Resync};
use crate::vendor::tserver::{self, Site};

pub(super) struct TServer {
    agents: AgentName,
    site: Site,
    references: References,
    resync: Resync,
    /// Why a request was not taken, in the hub's words.
    refused: Option<String>,
}

impl TServer {
    pub(super) fn new(config: config::TServer, source: SourceId, zone: Zone) -> Self {
        let site = Site {
            source,
            zone,
            agents_by_device: config.agents == AgentName::Extension,
        };
        Self {
            agents: config.agents,
            site,
            references: References::default(),
            resync: Resync::default(),
            refused: None,
        }
    }

    fn send(&mut self, sent: &Sent, wishes: &mut Vec<Wish>) {
        match sent.request.encode(sent.reference) {
            Ok(arguments) => wishes.push(Wish {
                source: self.site.source,
                method: tserver::HUB_METHOD,
                arguments,
                reference: sent.reference,
            }),
            Err(error) => self.refuse(sent.reference, &error.to_string()),
        }
    }

    fn refuse(&mut self, reference: i64, why: &str) {
        if let Some(sent) = self.references.refuse(reference) {
            self.refused = Some(["T-Server, ", sent.request.kind().name(), ": ", why].concat());
            self.resync.refused(reference);
        }
    }

    /// Marks what the T-Server has told as certain or not.
    fn mark(&self, around: &mut Around<'_>) {
        let is_certain = self.resync.is_synchronised() && !self.resync.is_link_down();
        if around.model.source(self.site.source).live == is_certain {
            return;
        }
        if is_certain {
            around.model.resume_session(self.site.source);
        } else {
            around.model.suspend_session(self.site.source);
        }
        *around.resync = true;
    }
}

impl Source for TServer {
    fn id(&self) -> SourceId {
        self.site.source
    }

    fn names_agents_by(&self) -> AgentName {
        self.agents
    }

    fn hears(&self, method: &str) -> bool {
        method.eq_ignore_ascii_case(tserver::CLIENT_METHOD)
    }

    fn hear(&mut self, _method: &str, arguments: Payload<'_>, around: &mut Around<'_>) {
        let was_down = self.resync.is_link_down();
        let heard = around.now();
        let mut stamp = None;
        let Self {
            site,
            references,
            resync,
            ..
        } = self;
        let Around {
            model,
            oddities,
            device,
            ..
        } = around;
        let output = tserver::read(arguments, site.zone, oddities, |message, oddities| {
            stamp = message.time;
            let answered = references.settle(message);
            tserver::tell(message, *site, oddities, &mut |at, event| {
                model.apply(event, at, heard);
            });
            let kind = message.event.kind();
            let may_ask = matches!(kind, Some(Kind::EventPrimaryChanged | Kind::EventLinkConnected));
            let calls = if may_ask && device.is_none() {
                known_calls(model, site.source)
            } else {
                Vec::new()
            };
            let calls: Vec<&str> = calls.iter().map(|call| &**call).collect();
            let known = Known {
                device: *device,
                calls: &calls,
            };
            resync.step(message, answered.as_ref(), known, references)
        });
        around.note_time(stamp);
        // What is unreadable was counted by the reader.
        if let Ok(Output::Ask(questions)) = output {
            // What the primary before has told is to be confirmed by this one.
            around.model.begin_session(self.site.source);
            *around.resync = true;
            for question in &questions {
                self.send(question, around.wishes);
            }
        }
        self.mark(around);
        *around.changed |= was_down != self.resync.is_link_down();
    }

    fn begin(&mut self, _domains: &[Box<str>], around: &mut Around<'_>) {
        self.refused = None;
        // The hub tells of T-Server's events from the first request on.
        let first = self.references.number(Request::Other {
            kind: RequestKind::TSetInputMask,
            parameters: Vec::new(),
        });
        self.send(&first, around.wishes);
    }

    fn answered(&mut self, reference: i64, outcome: Result<&str, &str>, around: &mut Around<'_>) {
        // That a request was taken is no answer to it: that is an event.
        if let Err(why) = outcome {
            self.refuse(reference, why);
            self.mark(around);
        }
    }

    fn resumed(&mut self, around: &mut Around<'_>) {
        self.mark(around);
    }

    fn ended(&mut self) {
        self.references.give_up();
        self.resync = Resync::default();
    }

    fn show(&self, view: &mut ConnectionView) {
        view.refused.extend(self.refused.clone());
        if self.resync.is_link_down() {
            view.notices.push(Notice::SwitchLinkDown);
        }
    }
}

/// The calls that the T-Server has told of and that go on.
fn known_calls(model: &Model, source: SourceId) -> Vec<Box<str>> {
    let calls = model.calls.rows().map(|(_, call)| call);
    calls
        .filter(|call| call.source == source && call.stage.is_live())
        .take(CALLS_ASKED)
        .map(|call| call.id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_in_a_session_that_is_over_waits_for_no_answer() {
        let config = config::TServer {
            agents: AgentName::LoginId,
        };
        let mut source = TServer::new(config, SourceId(1), Zone::default());
        let asked = source.references.number(Request::QueryLocation);
        assert_eq!(source.references.pending().count(), 1);
        source.ended();
        assert_eq!(source.references.pending().count(), 0);
        let next = source.references.number(Request::QueryLocation);
        assert_ne!(
            next.reference, asked.reference,
            "a late answer is no answer to it"
        );
    }
}
