//! Where the connection reports while it is stepped.
//!
//! Lives here: the way of a message from the frame to its vendor and into the model, and notes of all else.
//! May not be here: decisions; the session makes them when the step is over.
//! Nothing is copied or queued for a message: it is decoded where it lies.

use super::sources::{Around, Source, Wish};
use super::{
    Action, Answering, CallId, Effect, Error, Health, Model, Moment, Oddities, Outlet, Payload, RecordFault,
    ReplyTo, RequestId, ServerTime, Settings, Status, Telephony, TokenReason, ctios, rte,
};
use std::time::Duration;

/// What the connection said that concerns the session itself.
pub(super) enum News {
    WantsToken(RequestId, TokenReason),
    Status(Status),
    Health(Health),
    Settled(CallId, Result<String, Error>),
    TokenNotRefreshed(Error),
}

/// Where the connection reports: messages go straight from the frame to the model, the rest is noted.
pub(super) struct Inlet<'a> {
    pub(super) model: &'a mut Model,
    pub(super) settings: &'a Settings,
    pub(super) telephony: Telephony,
    pub(super) telephone: &'a mut ctios::Decoder,
    pub(super) site: &'a ctios::Site,
    pub(super) me: Option<&'a str>,
    pub(super) time: &'a mut ServerTime,
    pub(super) oddities: &'a mut Oddities,
    pub(super) effects: &'a mut Vec<Effect>,
    pub(super) news: &'a mut Vec<News>,
    pub(super) sources: &'a mut [Box<dyn Source>],
    pub(super) listens_to_rte: bool,
    pub(super) device: Option<&'a str>,
    pub(super) wishes: &'a mut Vec<Wish>,
    pub(super) changed: &'a mut bool,
    pub(super) resync: &'a mut bool,
    pub(super) random: u64,
    pub(super) wall: Moment,
}

impl Outlet for Inlet<'_> {
    fn act(&mut self, action: Action) {
        match action {
            Action::FetchToken { request, reason } => self.news.push(News::WantsToken(request, reason)),
            other => self.effects.push(Effect::Wire(other)),
        }
    }

    fn invocation(&mut self, target: &str, arguments: Payload<'_>, _reply_to: Option<&ReplyTo>) -> Answering {
        let Inlet {
            model,
            settings,
            telephony,
            telephone,
            site,
            me,
            time,
            oddities,
            sources,
            listens_to_rte,
            wall,
            ..
        } = self;
        let wall = *wall;
        if *listens_to_rte && target.eq_ignore_ascii_case(rte::CLIENT_METHOD) {
            // Before the first stamp nobody knows what is late: the browser's clock may be hours ahead.
            let server_now = time.is_known().then(|| time.at(wall));
            // What is unreadable was counted by the decoder.
            let _ = rte::decode(arguments, settings, server_now, oddities, &mut |at, event| {
                if let Some(at) = at {
                    time.observe(at, wall);
                }
                model.apply(event, at, time.at(wall));
            });
        } else if *telephony == Telephony::CtiOs && target.eq_ignore_ascii_case(ctios::CLIENT_METHOD) {
            let heard = time.at(wall);
            let _ = telephone.decode(arguments, site, *me, oddities, &mut |at, event| {
                model.apply(event, at, heard);
            });
        } else if let Some(source) = sources.iter_mut().find(|source| source.hears(target)) {
            let mut around = Around {
                model,
                oddities,
                time,
                sets_time: !*listens_to_rte,
                wall,
                random: self.random,
                device: self.device,
                wishes: self.wishes,
                changed: self.changed,
                resync: self.resync,
            };
            source.hear(target, arguments, &mut around);
        } else {
            oddities.count(crate::vendor::Oddity::UnknownEvent, "", target);
        }
        // No server of these vocabularies asks the desk for a result.
        Answering::Never
    }

    fn item(&mut self, _call: CallId, _item: Payload<'_>) {
        // The session calls no method that streams.
    }

    fn refreshed(&mut self, outcome: Result<Option<Duration>, Error>) {
        if let Err(error) = outcome {
            self.news.push(News::TokenNotRefreshed(error));
        }
    }

    fn settled(&mut self, call: CallId, outcome: Result<Option<Payload<'_>>, Error>) {
        let outcome =
            outcome.map(|payload| payload.map_or_else(String::new, |payload| payload.json().into_owned()));
        self.news.push(News::Settled(call, outcome));
    }

    fn changed(&mut self, status: &Status) {
        self.news.push(News::Status(status.clone()));
    }

    fn health(&mut self, health: Health) {
        self.news.push(News::Health(health));
    }

    fn bad_record(&mut self, _fault: RecordFault) {
        // Counted by the connection; the session reads the counter.
    }
}
