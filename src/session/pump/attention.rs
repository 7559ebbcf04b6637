//! Calling for attention: what the session knows, handed to the machine that decides.
//!
//! Lives here: when a tab competes for being the one that rings, what ends a doubt, and which ringing is certain.
//! May not be here: the decision (`session/attention.rs`), tones and notifications.
//! A desk that the telephony server has signed out neither rings nor competes: its agent works somewhere else.

use super::{Calling, Contest, Effect, Link, Now, Screen, Session, Tab, Telephony, Wire, ctios, rte};
use crate::domain::call::Direction;
use crate::domain::fold::folded;

impl Session {
    /// Decides what calls for attention after a step, and tells when that has changed.
    pub(super) fn attend(&mut self, now: Now) {
        let works = self.screen == Screen::Desk && self.model.borrow().desk.forced_out.is_none();
        // Only who has worked competes: a desk that is still signing in may not get in at all.
        let competes = works
            && !self.attention.frozen
            && (self.view.link == Link::Live || (self.contest.is_some() && self.view.link != Link::Stopped));
        if competes != self.contest.is_some() {
            self.contest = competes.then(|| self.contest_name());
            self.attention.tab = Tab::Undecided;
            self.compete(false);
        }
        let model = self.model.borrow();
        let is_certain = |key| {
            let call = model.calls.get(key).filter(|_| works);
            call.is_some_and(|call| {
                call.direction != Some(Direction::Outbound)
                    && model.is_confirmed(call.source, call.confirmed_in)
            })
        };
        let changed = self.attention.settle(model.ringing(), is_certain, now.monotonic);
        if changed {
            self.effects.push(Effect::Attend(self.attention.attending()));
        }
    }

    /// The hub and the agent's id, which any tab of the agent knows and nobody else asks for.
    fn contest_name(&self) -> String {
        let login_id = self.credentials.as_ref().map(|who| folded(who.login_id.trim()));
        ["switchhook ", &self.home, " ", &login_id.unwrap_or_default()].concat()
    }

    fn compete(&mut self, take_over: bool) {
        let contest = self.contest.clone();
        let contest = contest.map(|name| Contest { name, take_over });
        self.effects.push(Effect::Compete(contest));
    }

    /// What is decided after the contest is over decides nothing.
    pub(super) fn tab_decided(&mut self, tab: Tab) {
        if self.contest.is_some() {
            self.attention.tab = tab;
        }
    }

    pub(super) fn take_over(&mut self) {
        if self.contest.is_some() && self.attention.tab == Tab::Following {
            self.compete(true);
        }
    }

    /// The page was not there for a while: everything is as it was then, until the server has answered.
    pub(super) fn resumed(&mut self, now: Now) {
        self.attention.frozen = false;
        self.wire(Wire::Wake, now);
        if self.connected {
            self.reconcile(now);
        }
    }

    /// Asks for the calls as they are now; nothing rings before all that was said until then has been heard.
    pub(super) fn reconcile(&mut self, now: Now) {
        self.attention.in_doubt = true;
        if self.config.telephony == Telephony::CtiOs && self.model.borrow().desk.forced_out.is_none() {
            self.ask_as(Calling::Reconcile, ctios::Question::Calls, now);
        } else {
            // Any question would do; this one every RTE hub answers.
            self.invoke(
                rte::subscribe::ACTIVE_SUBSCRIPTIONS,
                rte::subscribe::NO_ARGUMENTS,
                Calling::Reconcile,
                now,
            );
        }
    }
}
