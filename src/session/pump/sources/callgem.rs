//! Sytel CallGem: the request for events, sent again when it ends, and the quiet while events of the past are told.
//!
//! Lives here: when the request is sent, with which token and from which time on, and how long a roll-forward lasts.
//! May not be here: the request's line and limits (the vendor's), what an event changes.
//! While it lasts nobody is told of single events; at its end comes one summary (decision D8). A hub that marks it says
//! when it ends; without marks it is over with the first event that is as good as new, or when no more comes.

use super::{Around, Source, Wish};
use crate::domain::ids::SourceId;
use crate::domain::{Model, Moment};
use crate::protocol::Payload;
use crate::session::config::{self, AgentName};
use crate::session::state::{ConnectionView, Notice};
use crate::vendor::callgem::replay::{Heard, RollForward};
use crate::vendor::callgem::request::Transactions;
use crate::vendor::callgem::{self, Decoder, EventRequest, Mark, Outcome, Site};

/// The first wait before a request that has ended is sent again, milliseconds; each further one is twice as long.
const FIRST_WAIT: i64 = 1_000;
/// The longest such wait, milliseconds; who lasted that long begins anew with the first.
const LONGEST_WAIT: i64 = 60_000;
/// A roll-forward without marks that has told something is over when no more has come for this long, milliseconds.
const QUIET: i64 = 10_000;
/// One that has told nothing, or whose end is marked, is given this long, milliseconds.
const PATIENCE: i64 = 60_000;
/// No roll-forward without marks lasts longer, milliseconds: CallGem's clock may be another than the site says, and
/// then no event is ever as good as new.
const LONGEST_ROLL: i64 = 300_000;

pub(super) struct CallGem {
    agents: AgentName,
    /// The request as it was sent last.
    request: EventRequest,
    persist: bool,
    history: Option<u32>,
    site: Site,
    decoder: Decoder,
    transactions: Option<Transactions>,
    /// The request stands, or its answer is awaited.
    is_sent: bool,
    is_unanswered: bool,
    /// When it was sent, by the browser's clock, as all that follows but what is server time.
    requested: Moment,
    /// Server time up to which events were heard.
    heard_until: Option<Moment>,
    /// Since when nothing can be heard, in server time.
    lost: Option<Moment>,
    /// More happened meanwhile than CallGem remembers.
    gap: bool,
    refused: Option<String>,
    again: Option<Moment>,
    wait: i64,
    roll: RollForward,
    roll_began: Moment,
    /// When the last event of the past was told.
    roll_heard: Option<Moment>,
    missed: u32,
}

impl CallGem {
    pub(super) fn new(config: &config::CallGem, source: SourceId) -> Self {
        let site = Site {
            source,
            clock: config.clock.clone(),
            states: config.states.clone(),
        };
        Self {
            agents: config.agents,
            request: config.request.clone(),
            persist: config.persist,
            history: config.history,
            site,
            decoder: Decoder::default(),
            transactions: None,
            is_sent: false,
            is_unanswered: false,
            requested: Moment(0),
            heard_until: None,
            lost: None,
            gap: false,
            refused: None,
            again: None,
            wait: FIRST_WAIT,
            roll: RollForward::default(),
            roll_began: Moment(0),
            roll_heard: None,
            missed: 0,
        }
    }

    /// Sends the request: for the first time, or anew from where events were last heard on (rules R123, R125, R127).
    fn send(&mut self, around: &mut Around<'_>) {
        let now = around.now();
        let line = match self.next_request(now, around.random) {
            Ok(request) => {
                self.request = request;
                self.request.line()
            }
            Err(error) => Err(error),
        };
        self.again = None;
        self.lost = None;
        self.requested = around.wall;
        match line {
            Ok(line) => {
                self.decoder.expect(&self.request.transaction);
                self.is_sent = true;
                self.is_unanswered = true;
                if self.request.since.is_some() {
                    self.expect_the_past(around.wall);
                }
                around.wishes.push(Wish {
                    source: self.site.source,
                    method: callgem::HUB_METHOD,
                    arguments: callgem::arguments(&line),
                    reference: 0,
                });
            }
            Err(error) => self.refused = Some(["CallGem: ", &error.to_string()].concat()),
        }
        *around.changed = true;
    }

    fn next_request(&mut self, now: Moment, random: u64) -> Result<EventRequest, callgem::RequestError> {
        let is_first = self.transactions.is_none();
        let transactions = match &mut self.transactions {
            Some(transactions) => transactions,
            none => {
                // Kept in memory: every page is a client of its own.
                let page = ["desk", &random.to_string(), "-"].concat();
                self.request.persist_token = self.persist.then(|| page.as_str().into());
                none.insert(Transactions::new(&page)?)
            }
        };
        let clock = &self.site.clock;
        if is_first {
            let earliest = self.history.map(|minutes| now.plus(-60_000 * i64::from(minutes)));
            return Ok(EventRequest {
                transaction: transactions.next_one(),
                since: earliest.map(|earliest| clock.show_no_later(earliest)),
                ..self.request.clone()
            });
        }
        let lost = self.lost.unwrap_or(now);
        // Before the first event what was asked for at first is what is still wanted.
        let from = self.heard_until.or(self.history.is_none().then_some(lost));
        let again = self.request.again(transactions, from, lost, now, clock);
        self.gap |= again.gap;
        Ok(again.request)
    }

    /// Events of the past may follow. A roll-forward that was interrupted goes on, with the time that it has.
    fn expect_the_past(&mut self, wall: Moment) {
        if !self.roll.is_under_way() {
            self.roll_began = wall;
            self.roll_heard = None;
        }
        self.roll.begin();
    }

    /// The request stands no longer: it is sent again, later each time.
    fn send_later(&mut self, around: &Around<'_>) {
        if around.wall.since(self.requested) >= LONGEST_WAIT {
            self.wait = FIRST_WAIT;
        }
        self.is_sent = false;
        self.lost.get_or_insert(around.now());
        self.again = Some(around.wall.plus(self.wait));
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
    }

    /// The roll-forward is over: one summary, unless nothing happened.
    fn end_roll(&mut self, around: &mut Around<'_>) {
        if let Some(events) = self.roll.end() {
            summarise(events, &mut self.missed, around.model);
            *around.changed = true;
        }
    }

    /// Whether a roll-forward has to be taken for over, though nothing said so.
    fn is_rolled_out(&self, wall: Moment) -> bool {
        let lasted = wall.since(self.roll_began);
        let silent = wall.since(self.roll_heard.unwrap_or(self.roll_began));
        let patience = if self.roll.is_marked() || self.roll_heard.is_none() {
            PATIENCE
        } else {
            QUIET
        };
        silent >= patience || (lasted >= LONGEST_ROLL && !self.roll.is_marked())
    }

    fn hear_line(&mut self, arguments: Payload<'_>, around: &mut Around<'_>) {
        let (now, wall) = (around.now(), around.wall);
        // By a clock that may be hours behind, the whole past is as good as new.
        let certain_now = around.certain_now();
        let Self {
            decoder,
            site,
            roll,
            roll_heard,
            heard_until,
            missed,
            ..
        } = self;
        let Around {
            model,
            oddities,
            changed,
            ..
        } = around;
        let outcome = decoder.decode(arguments, site, oddities, &mut |at, event| {
            if let Some(at) = at {
                *heard_until = (*heard_until).max(Some(at.min(now)));
            }
            match roll.hear(at, certain_now) {
                Heard::Replayed => {
                    **changed |= roll_heard.replace(wall).is_none();
                    *missed += model.apply_late(event, at, now);
                }
                Heard::LiveAgain(events) => {
                    summarise(events, missed, model);
                    **changed = true;
                    model.apply(event, at, now);
                }
                Heard::Live => model.apply(event, at, now),
            }
        });
        // What is unreadable was counted by the decoder.
        if outcome == Ok(Outcome::Ended) && self.is_sent {
            self.send_later(around);
        }
    }
}

/// Tells that so many events of the past were caught up with; none need no words.
fn summarise(events: u32, missed: &mut u32, model: &mut Model) {
    let missed = std::mem::take(missed);
    if events > 0 {
        model.caught_up(events, missed);
    }
}

impl Source for CallGem {
    fn id(&self) -> SourceId {
        self.site.source
    }

    fn names_agents_by(&self) -> AgentName {
        self.agents
    }

    fn hears(&self, method: &str) -> bool {
        [callgem::CLIENT_METHOD, callgem::ROLL_FORWARD_METHOD]
            .iter()
            .any(|known| method.eq_ignore_ascii_case(known))
    }

    fn hear(&mut self, method: &str, arguments: Payload<'_>, around: &mut Around<'_>) {
        if method.eq_ignore_ascii_case(callgem::CLIENT_METHOD) {
            return self.hear_line(arguments, around);
        }
        match callgem::read_mark(arguments, &self.request.transaction, around.oddities) {
            Ok(Some(Mark::Begin)) => {
                self.roll.mark();
                self.roll_began = around.wall;
                self.roll_heard = None;
                *around.changed = true;
            }
            Ok(Some(Mark::End)) => self.end_roll(around),
            // Another request's, or unreadable and counted.
            Ok(None) | Err(_) => {}
        }
    }

    fn begin(&mut self, _domains: &[Box<str>], around: &mut Around<'_>) {
        self.wait = FIRST_WAIT;
        self.gap = false;
        self.send(around);
        // Whatever was under way when the connection was lost has its time anew.
        self.roll_began = around.wall;
        self.roll_heard = None;
    }

    fn answered(&mut self, _reference: i64, outcome: Result<&str, &str>, around: &mut Around<'_>) {
        self.is_unanswered = false;
        self.refused = None;
        if let Err(why) = outcome {
            self.refused = Some(["CallGem: ", why].concat());
            self.send_later(around);
        }
    }

    fn lost(&mut self, around: &mut Around<'_>) {
        self.lost.get_or_insert(around.now());
        around.model.suspend_session(self.site.source);
    }

    fn resumed(&mut self, around: &mut Around<'_>) {
        // The hub kept what came meanwhile; only an end that was told before still counts.
        if self.is_sent {
            self.lost = None;
        }
        around.model.resume_session(self.site.source);
    }

    fn ended(&mut self) {
        self.is_sent = false;
        self.is_unanswered = false;
        self.again = None;
    }

    fn tick(&mut self, around: &mut Around<'_>) {
        if self.again.is_some_and(|at| around.wall >= at) {
            self.send(around);
        }
        if self.roll.is_under_way() && self.is_rolled_out(around.wall) {
            self.end_roll(around);
        }
    }

    fn is_ready(&self) -> bool {
        !self.is_unanswered
    }

    fn show(&self, view: &mut ConnectionView) {
        view.refused.extend(self.refused.clone());
        if self.gap {
            view.notices.push(Notice::Gap);
        }
        // Most often nothing is caught up with, which needs no words.
        if self.roll.is_under_way() && (self.roll_heard.is_some() || self.roll.is_marked()) {
            view.notices.push(Notice::CatchingUp);
        }
    }
}
