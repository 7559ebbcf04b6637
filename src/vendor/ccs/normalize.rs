//! What the events mean in the domain's terms.
//!
//! Lives here: one function per object, from the typed event to news of calls.
//! May not be here: a leg's stage without the site's word for its state, and any end that was not told.
//! A subscriber's leg is one agent's side of a conversation, which is what the domain calls a call.
//! Dialogs and sessions have no row of their own: what is told of them is told of their subscribers' legs.

use super::events::{self, CcsEvent, Dialog, Leg};
use super::objects::{KnownLeg, Objects};
use super::{Message, Site};
use crate::domain::call::{CallUpdate, Direction, Ending, Recording, RecordingLink, Stage};
use crate::domain::ids::Ref;
use crate::domain::{Event, Moment};
use crate::vendor::extra::Entries;
use crate::vendor::json::Text;
use crate::vendor::{Oddities, Oddity};

/// Tells one event to a sink.
pub(super) struct Teller<'t, 'a, S> {
    pub(super) message: &'t Message<'a>,
    pub(super) objects: &'t mut Objects,
    pub(super) site: &'t Site,
    pub(super) oddities: &'t mut Oddities,
    pub(super) sink: &'t mut S,
}

impl<'a, S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, 'a, S> {
    pub(super) fn tell(&mut self) {
        let message = self.message;
        match &message.event {
            CcsEvent::CallCreate(leg, info) | CcsEvent::CallUpdate(leg, info) => {
                self.leg(leg, None, *info);
            }
            CcsEvent::CallSetState(leg, state) => {
                let reached = state.and_then(|word| self.stage(word));
                self.leg(leg, reached, None);
            }
            CcsEvent::CallAttachToSeance(leg) => self.leg(leg, None, None),
            CcsEvent::CallDelete(leg, _) => {
                let update = CallUpdate {
                    gone: true,
                    ..CallUpdate::default()
                };
                if let Some((id, _)) = self.subscribers(leg) {
                    self.send(&id, update);
                }
            }
            CcsEvent::ConnectionUpdate(dialog, info) | CcsEvent::ConnectionCreate(dialog, info) => {
                if let Some(id) = self.dialog(dialog) {
                    let legs = owners(self.objects.legs_of_dialog(&id));
                    self.information(&legs, *info);
                }
            }
            CcsEvent::ConnectionSetRecordInfo { dialog, code, link } => {
                // The code names the recording; a link alone names it as well as anything.
                let id = match (code, link) {
                    (Some(code), _) => code.boxed(),
                    (None, Some(link)) => link.text().into(),
                    (None, None) => return self.missing("code"),
                };
                if let Some(dialog) = self.dialog(dialog) {
                    self.recording(&dialog, &id, link.as_ref());
                }
            }
            CcsEvent::ConnectionFailure(leg, reason) => self.failure(leg, *reason),
            CcsEvent::SeanceUpdate(session, info) | CcsEvent::SeanceCreate(session, info) => {
                match session.seance.and_then(Text::reference) {
                    Some(id) => {
                        let legs = owners(self.objects.legs_of_session(&id));
                        self.information(&legs, *info);
                    }
                    None => self.missing("seance"),
                }
            }
            // Tones, ties, the beginning of a recording and a session's course have no word in the domain.
            CcsEvent::CallDtmf(..)
            | CcsEvent::ConnectionDelete(_)
            | CcsEvent::ConnectionAttachToSeance(_)
            | CcsEvent::ConnectionStartRecord(_)
            | CcsEvent::ConnectionLinkCall(_)
            | CcsEvent::SeanceDelete(_)
            | CcsEvent::SeanceSetState(..)
            | CcsEvent::SeanceSetNextNumber(..) => {}
        }
    }

    fn send(&mut self, id: &str, update: CallUpdate<'_>) {
        let call = Ref::new(self.site.source, id);
        (self.sink)(self.message.time, Event::Call(call, Box::new(update)));
    }

    fn missing(&mut self, field: &str) {
        self.oddities
            .count(Oddity::MissingIdentity, self.message.event.kind().name(), field);
    }

    /// Where a leg in this state stands, as the site says.
    fn stage(&mut self, state: Text<'a>) -> Option<Stage> {
        let known = self.site.states.iter().find(|(word, _)| state.is(word));
        if known.is_none() {
            let event = self.message.event.kind().name();
            self.oddities.count(Oddity::UnknownValue, event, &state.cow());
        }
        known.map(|(_, stage)| *stage)
    }

    /// The identity of a subscriber's leg and its subscriber, said now or before.
    fn subscribers(&mut self, leg: &Leg<'a>) -> Option<(String, String)> {
        let Some(id) = leg.call.and_then(Text::reference) else {
            self.missing("call");
            return None;
        };
        let subscriber = match leg.subscriber.and_then(Text::reference) {
            Some(subscriber) => subscriber.into_owned(),
            None => self.objects.leg(&id)?.subscriber.as_deref()?.to_owned(),
        };
        Some((id.into_owned(), subscriber))
    }

    fn dialog(&mut self, dialog: &Dialog<'a>) -> Option<String> {
        let id = dialog.connection.and_then(Text::reference);
        if id.is_none() {
            self.missing("connection");
        }
        id.map(Into::into)
    }

    fn leg(&mut self, leg: &Leg<'a>, stage: Option<Stage>, info: Option<Entries<'a>>) {
        let Some((id, subscriber)) = self.subscribers(leg) else {
            return;
        };
        if matches!(stage, Some(Stage::Offered | Stage::Alerting)) {
            self.objects.note_ringing(&id);
        }
        let direction = direction(leg, &subscriber);
        let other = match direction {
            Some(Direction::Inbound) => leg.caller,
            Some(Direction::Outbound) => leg.called,
            None => None,
        };
        let info = info.map(Entries::read).unwrap_or_default();
        let update = CallUpdate {
            agent: Some(subscriber.as_str().into()),
            direction,
            stage,
            number: other.map(Text::words),
            dialled: leg.called.map(Text::words),
            data: info
                .entries()
                .iter()
                .map(|(name, value)| ((&**name).into(), (&**value).into()))
                .collect(),
            ..CallUpdate::default()
        };
        self.send(&id, update);
    }

    fn information(&mut self, legs: &[(Box<str>, Box<str>)], info: Option<Entries<'a>>) {
        let Some(info) = info.map(Entries::read) else {
            return;
        };
        for (leg, subscriber) in legs {
            let data = info.entries().iter();
            let update = CallUpdate {
                agent: Some((&**subscriber).into()),
                data: data
                    .map(|(name, value)| ((&**name).into(), (&**value).into()))
                    .collect(),
                ..CallUpdate::default()
            };
            self.send(leg, update);
        }
    }

    fn recording(&mut self, dialog: &str, id: &str, link: Option<&events::RecordingLink>) {
        let link = link.map(|link| {
            if link.is_web() {
                RecordingLink::Web(link.text().into())
            } else {
                RecordingLink::Text(link.text().into())
            }
        });
        for (leg, _) in owners(self.objects.legs_recorded_in(dialog)) {
            let recording = Recording {
                id: id.into(),
                conversion: None,
                channel: None,
                link: link.clone(),
            };
            let event = Event::Recording(Ref::new(self.site.source, &leg), recording);
            (self.sink)(self.message.time, event);
        }
    }

    /// A call that never became a dialog: missed by whom it was for, failed for who made it (rule R117).
    fn failure(&mut self, leg: &Leg<'a>, reason: Option<Text<'a>>) {
        let Some((id, subscriber)) = self.subscribers(leg) else {
            return;
        };
        let ending = Some(Ending::Failed(reason.map(Text::words).map(Into::into)));
        let own = direction(leg, &subscriber);
        let known = CallUpdate {
            agent: Some(subscriber.as_str().into()),
            dialled: leg.called.map(Text::words),
            ..CallUpdate::default()
        };
        if own == Some(Direction::Outbound) {
            let update = CallUpdate {
                direction: own,
                stage: Some(Stage::Failed),
                number: leg.called.map(Text::words),
                ending,
                ..known
            };
            return self.send(&id, update);
        }
        // Nothing need precede a failure. Whoever was called was meant to answer: the call was offered, and ends
        // unanswered, which is what makes it a missed one. If it rang, the desk knows that much.
        if !self.objects.rang(&id) {
            let offered = CallUpdate {
                direction: Some(Direction::Inbound),
                stage: Some(Stage::Offered),
                number: leg.caller.map(Text::words),
                ..known
            };
            self.send(&id, offered);
        }
        let over = CallUpdate {
            direction: Some(Direction::Inbound),
            stage: Some(Stage::Ended),
            ending,
            gone: true,
            ..CallUpdate::default()
        };
        self.send(&id, over);
    }
}

/// Which way a leg's call goes, seen from its subscriber; `None` when the event does not say.
fn direction(leg: &Leg<'_>, subscriber: &str) -> Option<Direction> {
    let is = |party: Option<Text<'_>>| party.is_some_and(|party| party.identity() == subscriber);
    match (is(leg.caller), is(leg.called)) {
        (true, false) => Some(Direction::Outbound),
        (false, true) => Some(Direction::Inbound),
        _ => None,
    }
}

/// The legs that are a subscriber's, with their subscribers.
fn owners<'o>(legs: impl Iterator<Item = &'o KnownLeg>) -> Vec<(Box<str>, Box<str>)> {
    legs.filter_map(|leg| Some((leg.id.clone(), leg.subscriber.clone()?)))
        .collect()
}
