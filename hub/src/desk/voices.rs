//! The vocabularies beside RTE and CTI OS, in which the same centre is told at the same time.
//!
//! Lives here: which of them are spoken, and that each hears everything that happens, once and in order.
//! May not be here: what any of them says, and to whom (`tserver`, `ccs`, `callgem`).
//! Each tells its own listeners, so that nobody else needs to know who they are.
//! What is not spoken has no state, and its methods are refused before they get here.

use super::callgem::CallGem;
use super::ccs::Dialogs;
use super::tserver::TServer;
use super::vocabulary::{Vocabularies, Vocabulary};
use crate::centre::{Centre, Happening, Moment};
use crate::conversation::ClientId;
use switchhook::vendor::callgem::LocalClock;

/// The vocabularies.
#[derive(Debug)]
pub(super) struct Voices {
    pub(super) tserver: Option<TServer>,
    pub(super) ccs: Option<Dialogs>,
    pub(super) callgem: Option<CallGem>,
}

impl Voices {
    /// Those of `spoken`, for a centre in which nobody telephones yet.
    pub(super) fn new(spoken: Vocabularies, centre: &Centre, clock: LocalClock) -> Self {
        Self {
            tserver: spoken.has(Vocabulary::TServer).then(TServer::new),
            ccs: spoken.has(Vocabulary::Ccs).then(|| Dialogs::new(centre)),
            callgem: spoken.has(Vocabulary::CallGem).then(|| CallGem::new(clock)),
        }
    }

    /// Tells what has happened.
    pub(super) fn hear(&mut self, centre: &Centre, happenings: &[Happening]) {
        if let Some(tserver) = &self.tserver {
            tserver.hear(centre, happenings);
        }
        if let Some(ccs) = &mut self.ccs {
            ccs.hear(centre, happenings);
        }
        if let Some(callgem) = &mut self.callgem {
            callgem.hear(centre, happenings);
        }
    }

    /// The working domains of ccsevents.
    pub(super) fn domains(&self) -> &[String] {
        self.ccs.as_ref().map_or(&[], Dialogs::domains)
    }

    /// A client has gone.
    pub(super) fn leave(&mut self, client: ClientId, now: Moment) {
        if let Some(tserver) = &mut self.tserver {
            tserver.leave(client);
        }
        if let Some(ccs) = &mut self.ccs {
            ccs.leave(client);
        }
        if let Some(callgem) = &mut self.callgem {
            callgem.leave(client, now);
        }
    }

    /// When one of them has something to do although nothing happens.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.callgem.as_ref().and_then(CallGem::next_due)
    }

    /// Does what is due by the centre's time.
    pub(super) fn advance(&mut self, centre: &Centre) {
        if let Some(callgem) = &mut self.callgem {
            callgem.advance(centre);
        }
    }
}
