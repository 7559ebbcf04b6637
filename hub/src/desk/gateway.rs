//! The gateway between desks and the pair of CTI OS servers.
//!
//! Lives here: whether the servers can be reached, and the form in which their events are passed on.
//! May not be here: what the events say (`tell`), and which client is whose desk (`sessions`).
//! While no server answers, what happens in the centre is not told to anybody, as with a real pair; when the
//! connection is back, every desk gets the present state instead (R45).

use crate::centre::{FailureCode, Moment, Refusal};
use crate::tell::ctios::link::{Link, Step};
use crate::tell::ctios::{CtiEvent, minimise};

/// Why nothing can be asked for now. Not 15, at which a desk would close its session (R72).
pub(super) const NO_ANSWER: Refusal = Refusal::new(
    FailureCode::Timeout,
    "The telephony server does not answer. The gateway is connecting to the other one",
);

/// The gateway.
#[derive(Debug, Default)]
pub(super) struct Gateway {
    link: Link,
    /// Whether the servers send as few parameters as they can (`MinimizeEventArgs`).
    pub(super) minimises: bool,
}

impl Gateway {
    pub(super) fn is_up(&self) -> bool {
        self.link.is_up()
    }

    pub(super) fn next_due(&self) -> Option<Moment> {
        self.link.next_due()
    }

    pub(super) fn advance(&mut self, now: Moment) -> Step {
        self.link.advance(now)
    }

    /// With which server a desk is connected that signs in now.
    pub(super) fn connected(&self, now: Moment) -> CtiEvent {
        self.link.connected(now)
    }

    /// The connection, for whoever wants something to go wrong with it.
    pub(super) fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }

    /// An event as the desk of the agent with this object id gets it.
    pub(super) fn pass_on(&self, event: CtiEvent, agent_object: Option<&str>) -> CtiEvent {
        match agent_object.filter(|_| self.minimises) {
            Some(object) => minimise::reduced(event, object),
            None => event,
        }
    }
}
