//! The CallGem that the hub plays: requests for session events, an hour of history, roll-forward, refreshes.
//!
//! Lives here: who asked for which sessions, from when on and how fast; what is kept for those who are away.
//! May not be here: how a session's change is written (`tell::callgem`), sockets, clocks.
//! All requests read one history, each from its own place in it: nothing is kept twice for those who are away.
//! Everything is bounded: the history by an hour and a number, requests by number, transactions by the last few.

use crate::centre::{Centre, Happening, Moment, QueueId, Span};
use crate::conversation::{CallError, Client, ClientId, Record};
use crate::tell::callgem::{self, Change, Sessions};
use std::collections::{BTreeSet, VecDeque};
use switchhook::domain;
use switchhook::vendor::callgem::request::DEFAULT_RATE;
use switchhook::vendor::callgem::{
    CLIENT_METHOD, ENUMERATION_END, EventRequest, LocalClock, Message, SESSION_EVENT, arguments,
};

/// The client method that marks the beginning and the end of a roll-forward.
const ROLL_FORWARD_METHOD: &str = "CallGemRollForward";
/// The one tenant of this CallGem.
pub(super) const TENANT: &str = "Production";
/// How long events are kept (rule R127).
const HISTORY: Span = Span::from_mins(60);
/// The most events kept.
const MOST_EVENTS: usize = 50_000;
/// The most requests, those of clients who are away included.
const MOST_REQUESTS: usize = 1_024;
/// Transactions remembered, so that none is used twice (rule R121).
const TRANSACTIONS_KEPT: usize = 4_096;

/// Events that are told again.
#[derive(Debug, Clone, Copy)]
struct RollForward {
    began: Moment,
    sent: i64,
    /// The place in the history at which it began: what came later is no part of it.
    ends: u64,
}

/// One request.
#[derive(Debug)]
struct Request {
    transaction: Box<str>,
    /// Whose token it was made with: nobody else can take it up again.
    user: String,
    tenant: Option<Box<str>>,
    queues: Vec<QueueId>,
    since: Option<Moment>,
    persist_token: Option<Box<str>>,
    /// Events per second in a roll-forward (rule R125).
    rate: i64,
    refresh: Option<Span>,
    /// Where it is told; `None`: its client is away since then.
    client: Result<Client, Moment>,
    /// The place in the history of what it is told next.
    next: u64,
    roll_forward: Option<RollForward>,
    next_refresh: Option<Moment>,
}

impl Request {
    /// Whether it is about the change's session: filters are of queues (rules R120, R122).
    fn is_about(&self, change: &Change) -> bool {
        let mut queues = self.queues.iter();
        queues.all(|wanted| change.call.queue == Some(*wanted))
    }

    fn wants(&self, change: &Change) -> bool {
        self.is_about(change) && self.since.is_none_or(|since| change.at >= since)
    }

    fn is_live(&self) -> bool {
        self.client.is_ok() && self.roll_forward.is_none()
    }

    fn tell(&self, rest: &str) {
        if let Ok(client) = &self.client {
            let line = callgem::line(&self.transaction, self.tenant.as_deref(), rest);
            client.push(&record(&line));
        }
    }

    /// Marks the beginning, with the number of events, or the end of a roll-forward.
    fn mark(&self, beginning: Option<usize>) {
        let Ok(client) = &self.client else {
            return;
        };
        let mark = match beginning {
            Some(count) => format!(",\"begin\",{count}]"),
            None => ",\"end\"]".to_owned(),
        };
        // The arguments of a line are an array of one text; the mark goes on from there.
        let transaction = arguments(&self.transaction);
        let opened = transaction.strip_suffix(']').unwrap_or(&transaction);
        client.push(&Record::call(ROLL_FORWARD_METHOD, &format!("{opened}{mark}")));
    }

    /// When something is due for it.
    fn next_due(&self) -> Option<Moment> {
        match (&self.client, self.roll_forward) {
            (Err(since), _) => Some(*since + HISTORY),
            // Rounded up: before that the rate allows nothing.
            (Ok(_), Some(roll)) => {
                let next = (roll.sent * 1_000 + self.rate - 1) / self.rate;
                Some(roll.began + Span::from_millis(next))
            }
            (Ok(_), None) => self.next_refresh,
        }
    }
}

/// The CallGem.
#[derive(Debug)]
pub(super) struct CallGem {
    clock: LocalClock,
    sessions: Sessions,
    history: VecDeque<Change>,
    /// The place of the oldest event that is kept; places count from the beginning of time.
    oldest: u64,
    requests: Vec<Request>,
    transactions: BTreeSet<Box<str>>,
    transactions_by_age: VecDeque<Box<str>>,
}

impl CallGem {
    pub(super) fn new(clock: LocalClock) -> Self {
        Self {
            clock,
            sessions: Sessions::default(),
            history: VecDeque::new(),
            oldest: 0,
            requests: Vec::new(),
            transactions: BTreeSet::new(),
            transactions_by_age: VecDeque::new(),
        }
    }

    fn end(&self) -> u64 {
        self.oldest + self.history.len() as u64
    }

    /// The place of the first event that is not before a moment.
    fn place_of(&self, moment: Moment) -> u64 {
        self.oldest + self.history.partition_point(|change| change.at < moment) as u64
    }

    fn at(&self, place: u64) -> Option<&Change> {
        let offset = usize::try_from(place.checked_sub(self.oldest)?).ok()?;
        self.history.get(offset)
    }

    /// Takes in what happened and tells it to all who wait for news.
    pub(super) fn hear(&mut self, centre: &Centre, happenings: &[Happening]) {
        for happening in happenings {
            if let Some(change) = self.sessions.hear(happening) {
                self.remember(change);
            }
        }
        self.forget(centre.now());
        self.tell_news(centre);
    }

    fn remember(&mut self, change: Change) {
        if self.history.len() == MOST_EVENTS {
            self.history.pop_front();
            self.oldest += 1;
        }
        self.history.push_back(change);
    }

    fn forget(&mut self, now: Moment) {
        while self
            .history
            .front()
            .is_some_and(|change| change.at < now - HISTORY)
        {
            self.history.pop_front();
            self.oldest += 1;
        }
    }

    fn tell_news(&mut self, centre: &Centre) {
        let (oldest, end) = (self.oldest, self.end());
        let live = |request: &&Request| request.is_live() && request.next < end;
        let Some(first) = self
            .requests
            .iter()
            .filter(live)
            .map(|request| request.next)
            .min()
        else {
            return;
        };
        for place in first.max(oldest)..end {
            let Some(change) = self.at(place) else {
                continue;
            };
            let mut told = self
                .requests
                .iter()
                .filter(|request| request.is_live() && request.next <= place && request.wants(change))
                .peekable();
            if told.peek().is_some() {
                let rest = callgem::rest_of_line(centre, change, &self.clock);
                told.for_each(|request| request.tell(&rest));
            }
        }
        for request in self.requests.iter_mut().filter(|request| request.is_live()) {
            request.next = end;
        }
    }

    /// Takes one line of a client.
    pub(super) fn handle(&mut self, centre: &Centre, client: &Client, line: &str) -> Result<(), CallError> {
        let asked = EventRequest::from_message(&Message::read(line))
            .map_err(|problem| refused(format!("CallGem refuses the request: {problem}.")))?;
        if let Some(tenant) = asked.tenant.as_deref()
            && tenant != TENANT
        {
            return Err(refused(format!(
                "There is no tenant \"{tenant}\" here. TD is {TENANT}."
            )));
        }
        let mut queues = Vec::new();
        for (parameter, name) in [("CN", &asked.campaign), ("GA", &asked.queue)] {
            if let Some(name) = name {
                let mut all = centre.queues().iter();
                let queue = all.find(|queue| *queue.name == **name || *queue.number == **name);
                queues.push(queue.map(|queue| queue.id).ok_or_else(|| {
                    refused(format!(
                        "There is no campaign or queue \"{name}\" here. {parameter} is the name of a queue."
                    ))
                })?);
            }
        }
        if self.transactions.contains(&asked.transaction) {
            return Err(refused(format!(
                "The transaction {} has been used. TX is unique across all requests.",
                asked.transaction
            )));
        }
        let taken_up = self.take_up(client, asked.persist_token.as_deref());
        if self.requests.len() >= MOST_REQUESTS {
            return Err(refused(
                "This CallGem has as many requests as it can take. Ask again later.".to_owned(),
            ));
        }
        self.use_transaction(&asked.transaction);
        let now = centre.now();
        self.forget(now);
        let since = asked.since.map(|since| {
            let domain::Moment(at) = self.clock.moment(since);
            Moment::from_millis(at)
        });
        let next = match (since, taken_up) {
            (Some(since), _) => self.place_of(since),
            (None, Some(place)) => place.max(self.oldest),
            (None, None) => self.end(),
        };
        let is_told_again = since.is_some() || taken_up.is_some();
        let refresh = asked.refresh.map(|seconds| Span::from_secs(seconds.into()));
        let request = Request {
            transaction: asked.transaction,
            user: client.user().to_owned(),
            tenant: asked.tenant,
            queues,
            since,
            persist_token: asked.persist_token,
            rate: asked.rate.unwrap_or(DEFAULT_RATE).into(),
            refresh,
            client: Ok(client.clone()),
            next,
            roll_forward: is_told_again.then_some(RollForward {
                began: now,
                sent: 0,
                ends: self.end(),
            }),
            next_refresh: refresh.map(|refresh| now + refresh),
        };
        if is_told_again {
            let missed = (next..self.end()).filter_map(|place| self.at(place));
            request.mark(Some(missed.filter(|change| request.wants(change)).count()));
        }
        self.requests.push(request);
        self.advance(centre);
        Ok(())
    }

    fn use_transaction(&mut self, transaction: &str) {
        if self.transactions_by_age.len() == TRANSACTIONS_KEPT
            && let Some(oldest) = self.transactions_by_age.pop_front()
        {
            self.transactions.remove(&oldest);
        }
        self.transactions.insert(transaction.into());
        self.transactions_by_age.push_back(transaction.into());
    }

    /// Ends the request that is taken up again by its persist token, and says from where its events go on (R123).
    fn take_up(&mut self, client: &Client, token: Option<&str>) -> Option<u64> {
        let place = self.requests.iter().position(|request| {
            request.persist_token.is_some()
                && request.persist_token.as_deref() == token
                && request.user == client.user()
        })?;
        let before = self.requests.swap_remove(place);
        if let Ok(other) = &before.client {
            other.push(&record(&format!("{ENUMERATION_END}\\TX{}", before.transaction)));
        }
        Some(before.next)
    }

    /// A client has gone. What it asked for with a persist token waits for it, for as long as events are kept.
    pub(super) fn leave(&mut self, client: ClientId, now: Moment) {
        let is_theirs = |request: &Request| request.client.as_ref().is_ok_and(|other| other.id() == client);
        self.requests
            .retain(|request| request.persist_token.is_some() || !is_theirs(request));
        for request in self.requests.iter_mut().filter(|request| is_theirs(request)) {
            request.client = Err(now);
            request.roll_forward = None;
        }
    }

    /// When the next event of a roll-forward, the next refresh or the end of a wait is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.requests.iter().filter_map(Request::next_due).min()
    }

    /// Does what is due.
    pub(super) fn advance(&mut self, centre: &Centre) {
        let now = centre.now();
        self.forget(now);
        self.requests
            .retain(|request| !matches!(request.client, Err(since) if since + HISTORY <= now));
        let mut requests = std::mem::take(&mut self.requests);
        for request in &mut requests {
            if request.client.is_ok() && request.roll_forward.is_some() {
                self.roll_forward(centre, request);
            } else if request.client.is_ok() && request.next_refresh.is_some_and(|due| due <= now) {
                self.refresh(centre, request);
            }
        }
        self.requests = requests;
        // Whose roll-forward has just ended hears at once what has happened meanwhile.
        self.tell_news(centre);
    }

    /// Tells as many of the kept events as the request's rate allows by now.
    fn roll_forward(&self, centre: &Centre, request: &mut Request) {
        let now = centre.now();
        let Some(mut roll) = request.roll_forward else {
            return;
        };
        let allowed = now.since(roll.began).as_millis().saturating_mul(request.rate) / 1_000 + 1;
        request.next = request.next.max(self.oldest);
        while request.next < roll.ends && roll.sent < allowed {
            if let Some(change) = self.at(request.next).filter(|change| request.wants(change)) {
                request.tell(&callgem::rest_of_line(centre, change, &self.clock));
                roll.sent += 1;
            }
            request.next += 1;
        }
        let is_over = request.next >= roll.ends;
        request.roll_forward = (!is_over).then_some(roll);
        if is_over {
            request.mark(None);
        }
    }

    /// Tells again how every session stands (rule R128).
    fn refresh(&self, centre: &Centre, request: &mut Request) {
        for change in self.sessions.present().filter(|change| request.is_about(change)) {
            request.tell(&callgem::rest_of_line(centre, change, &self.clock));
        }
        request.next_refresh = request.refresh.map(|refresh| centre.now() + refresh);
    }
}

fn refused(text: String) -> CallError {
    CallError::Refused(text)
}

fn record(line: &str) -> Record {
    debug_assert!(line.starts_with(SESSION_EVENT) || line.starts_with(ENUMERATION_END));
    Record::call(CLIENT_METHOD, &arguments(line))
}
