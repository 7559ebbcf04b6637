//! Which legs belong to which dialog and session, as far as events have said.
//!
//! Lives here: [`Objects`], a bounded memory of the ties between legs, dialogs and sessions.
//! May not be here: states, times, and conclusions from what was not said (rules R113, R114).
//! An object is known from whatever event first names it: its creation may belong to another domain.
//! A session can outlive its legs and dialogs (rule R116): deleting one deletes no other.

use super::events::{CcsEvent, Dialog, Leg, Legs};
use crate::vendor::json::Text;
use std::collections::VecDeque;

/// Objects remembered of each kind; of more, those named first are forgotten.
pub const OBJECTS_KEPT: usize = 512;
/// Numbers remembered of one session.
pub const NUMBERS_KEPT: usize = 32;
/// Deleted legs remembered, because a failure or a recording may be told of after its leg is gone.
pub const DELETED_KEPT: usize = 64;

/// A leg.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownLeg {
    /// Its identity.
    pub id: Box<str>,
    /// The dialog that it belongs to.
    pub connection: Option<Box<str>>,
    /// The session that it belongs to.
    pub seance: Option<Box<str>>,
    /// The agent whose leg it is; `None`: an outside party's, or not said.
    pub subscriber: Option<Box<str>>,
    /// The desk was told that it rings.
    pub(super) rang: bool,
}

/// A dialog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownDialog {
    /// Its identity.
    pub id: Box<str>,
    /// The session that it belongs to.
    pub seance: Option<Box<str>>,
    /// It is being recorded.
    pub recording: bool,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownSession {
    /// Its identity.
    pub id: Box<str>,
    /// The numbers that were added to serve it, in their order, at most [`NUMBERS_KEPT`].
    pub numbers: Vec<Box<str>>,
}

trait Known: Default {
    fn id(&mut self) -> &mut Box<str>;
    fn is(&self, id: &str) -> bool;
}

macro_rules! known {
    ($($name:ident)*) => {$(
        impl Known for $name {
            fn id(&mut self) -> &mut Box<str> {
                &mut self.id
            }

            fn is(&self, id: &str) -> bool {
                *self.id == *id
            }
        }
    )*};
}

known! { KnownLeg KnownDialog KnownSession }

/// What is known to belong together.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    legs: VecDeque<KnownLeg>,
    dialogs: VecDeque<KnownDialog>,
    sessions: VecDeque<KnownSession>,
    deleted: VecDeque<KnownLeg>,
}

/// The object of this identity, remembered from now on.
fn remembered<'o, T: Known>(objects: &'o mut VecDeque<T>, id: &str) -> Option<&'o mut T> {
    if !objects.iter().any(|known| known.is(id)) {
        if objects.len() == OBJECTS_KEPT {
            objects.pop_front();
        }
        let mut object = T::default();
        *object.id() = id.into();
        objects.push_back(object);
    }
    objects.iter_mut().find(|known| known.is(id))
}

fn known(text: Option<Text<'_>>) -> Option<Box<str>> {
    text.and_then(Text::reference).map(Into::into)
}

impl Objects {
    /// The leg of this identity.
    pub fn leg(&self, id: &str) -> Option<&KnownLeg> {
        self.legs.iter().find(|leg| leg.is(id))
    }

    /// The dialog of this identity.
    pub fn dialog(&self, id: &str) -> Option<&KnownDialog> {
        self.dialogs.iter().find(|dialog| dialog.is(id))
    }

    /// The session of this identity.
    pub fn session(&self, id: &str) -> Option<&KnownSession> {
        self.sessions.iter().find(|session| session.is(id))
    }

    /// The legs of a dialog: none, two, or any other number (rule R115).
    pub fn legs_of_dialog(&self, id: &str) -> impl Iterator<Item = &KnownLeg> {
        self.legs
            .iter()
            .filter(move |leg| leg.connection.as_deref() == Some(id))
    }

    /// The legs that were recorded in a dialog: its recording is told of when it is complete, and by then they may be
    /// gone (rule R118).
    pub(super) fn legs_recorded_in(&self, id: &str) -> impl Iterator<Item = &KnownLeg> {
        let known = self.legs.iter().chain(&self.deleted);
        known.filter(move |leg| leg.connection.as_deref() == Some(id))
    }

    /// The legs of a session, those that belong to it by their dialog included.
    pub fn legs_of_session(&self, id: &str) -> impl Iterator<Item = &KnownLeg> {
        self.legs.iter().filter(move |leg| {
            let by_dialog = || {
                let dialog = self.dialog(leg.connection.as_deref()?)?;
                dialog.seance.as_deref()
            };
            leg.seance.as_deref().or_else(by_dialog) == Some(id)
        })
    }

    /// Whether the desk was told that a leg rings, be it deleted since.
    pub(super) fn rang(&self, id: &str) -> bool {
        let known = self.legs.iter().chain(&self.deleted);
        known.filter(|leg| leg.is(id)).any(|leg| leg.rang)
    }

    /// Notes that the desk was told that a leg rings.
    pub(super) fn note_ringing(&mut self, id: &str) {
        if let Some(leg) = remembered(&mut self.legs, id) {
            leg.rang = true;
        }
    }

    /// Takes in what an event says of ties.
    pub(super) fn learn(&mut self, event: &CcsEvent<'_>) {
        match event {
            CcsEvent::CallCreate(leg, _)
            | CcsEvent::CallUpdate(leg, _)
            | CcsEvent::CallSetState(leg, _)
            | CcsEvent::CallAttachToSeance(leg)
            | CcsEvent::CallDtmf(leg, _) => self.learn_leg(leg),
            CcsEvent::ConnectionCreate(dialog, _)
            | CcsEvent::ConnectionUpdate(dialog, _)
            | CcsEvent::ConnectionAttachToSeance(dialog)
            | CcsEvent::ConnectionLinkCall(dialog) => self.learn_dialog(dialog, None),
            CcsEvent::ConnectionStartRecord(dialog) => self.learn_dialog(dialog, Some(true)),
            CcsEvent::ConnectionSetRecordInfo { dialog, .. } => self.learn_dialog(dialog, Some(false)),
            CcsEvent::SeanceCreate(session, _)
            | CcsEvent::SeanceUpdate(session, _)
            | CcsEvent::SeanceSetState(session, _) => {
                self.learn_session(session.seance);
            }
            CcsEvent::SeanceSetNextNumber(session, number) => {
                if let Some(known) = self.learn_session(session.seance)
                    && let Some(number) = number
                    && known.numbers.len() < NUMBERS_KEPT
                {
                    known.numbers.push(number.boxed());
                }
            }
            // What is no more, or never was, need not be remembered.
            CcsEvent::CallDelete(..)
            | CcsEvent::ConnectionDelete(_)
            | CcsEvent::ConnectionFailure(..)
            | CcsEvent::SeanceDelete(_) => {}
        }
    }

    fn learn_leg(&mut self, told: &Leg<'_>) {
        self.learn_session(told.seance);
        let Some(id) = known(told.call) else {
            return;
        };
        if let Some(leg) = remembered(&mut self.legs, &id) {
            leg.connection = known(told.connection).or(leg.connection.take());
            leg.seance = known(told.seance).or(leg.seance.take());
            leg.subscriber = known(told.subscriber).or(leg.subscriber.take());
        }
    }

    fn learn_dialog(&mut self, told: &Dialog<'_>, recording: Option<bool>) {
        self.learn_session(told.seance);
        let Some(id) = known(told.connection) else {
            return;
        };
        if let Some(dialog) = remembered(&mut self.dialogs, &id) {
            dialog.seance = known(told.seance).or(dialog.seance.take());
            dialog.recording = recording.unwrap_or(dialog.recording);
        }
        let listed = told.calls.map(Legs::read).unwrap_or_default();
        for leg in listed.iter().map(|leg| &**leg).chain(known(told.call).as_deref()) {
            if let Some(leg) = remembered(&mut self.legs, leg) {
                leg.connection = Some(id.clone());
            }
        }
    }

    fn learn_session(&mut self, told: Option<Text<'_>>) -> Option<&mut KnownSession> {
        remembered(&mut self.sessions, &known(told)?)
    }

    /// Forgets what an event says is no more.
    pub(super) fn forget(&mut self, event: &CcsEvent<'_>) {
        match event {
            CcsEvent::CallDelete(leg, _) | CcsEvent::ConnectionFailure(leg, _) => {
                if let Some(id) = known(leg.call) {
                    let place = self.legs.iter().position(|known| known.is(&id));
                    let leg = place.and_then(|place| self.legs.remove(place));
                    if self.deleted.len() == DELETED_KEPT {
                        self.deleted.pop_front();
                    }
                    self.deleted.push_back(leg.unwrap_or(KnownLeg {
                        id,
                        ..KnownLeg::default()
                    }));
                }
            }
            CcsEvent::ConnectionDelete(dialog) => {
                if let Some(id) = known(dialog.connection) {
                    self.dialogs.retain(|known| !known.is(&id));
                }
            }
            CcsEvent::SeanceDelete(session) => {
                if let Some(id) = known(session.seance) {
                    self.sessions.retain(|known| !known.is(&id));
                }
            }
            _ => {}
        }
    }

    /// How many objects are remembered, of all kinds.
    pub fn len(&self) -> usize {
        self.legs.len() + self.dialogs.len() + self.sessions.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
