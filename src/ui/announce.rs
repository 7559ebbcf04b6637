//! What screen readers are told, made from what happened and never from what is drawn.
//!
//! Lives here: which transition is worth words, how urgent it is, and the words put together.
//! May not be here: timers and frames; a hidden page announces as promptly as a visible one.
//! An incoming call is told at once; everything else waits its turn, and colleagues' doings are not told at all.
//! A region is written only when its text differs, so that nothing is read twice.

use super::alerts::alert_words;
use super::app::App;
use super::banner::forced_out_word;
use super::state_control::state_words;
use crate::domain::agent::{AgentState, NextState};
use crate::domain::ids::{CallKey, Ref, SourceId};
use crate::domain::supervision::Emergency;
use crate::domain::{Model, Transition};
use crate::words::{Sentence, Word};
use leptos::prelude::*;

impl App {
    /// Tells screen readers of a transition, when it is worth words.
    pub fn announce(self, transition: &Transition) {
        if let Transition::OwnState { to, .. } = transition
            && untrack(|| self.is_told_by_a_call(*to))
        {
            return;
        }
        let said = untrack(|| self.words_for(transition));
        let Some((urgent, text)) = said else { return };
        self.say_aloud(urgent, text);
    }

    /// Whether a state only follows from what is said of a call of the agent's anyway.
    fn is_told_by_a_call(self, state: AgentState) -> bool {
        matches!(
            state,
            AgentState::Reserved | AgentState::Talking | AgentState::OnHold
        ) && (self.calls.with(|calls| !calls.is_empty()) || self.read(|model| model.desk.current.is_some()))
    }

    /// Title and text of a notification that a call rings: the number, and the queue that it comes from.
    pub fn ringing_words(self, call: CallKey) -> [String; 2] {
        let queue = self.read(|model| {
            let call = model.calls.get(call)?;
            let queue = call.queue.and_then(|queue| model.queues.get(queue)?.name.clone());
            call.queue_name.clone().or(queue)
        });
        let title = untrack(|| self.about(Word::Ringing, call));
        [
            title,
            queue.map(|queue| self.speech.apart(&queue)).unwrap_or_default(),
        ]
    }

    fn words_for(self, transition: &Transition) -> Option<(bool, String)> {
        let polite = |word, call| Some((false, self.about(word, call)));
        match transition {
            Transition::Ringing(call) => Some((true, self.about(Word::Ringing, *call))),
            Transition::Connected(call) | Transition::Retrieved(call) => polite(Word::Talking, *call),
            Transition::Held(call) => polite(Word::OnHold, *call),
            Transition::Ended(call) => polite(Word::CallEnded, *call),
            Transition::Missed(call) => polite(Word::Missed, *call),
            Transition::Failed(call) => Some((true, self.about(Word::CallFailed, *call))),
            Transition::CaughtUp { events, missed } => Some((false, self.speech.caught_up(*events, *missed))),
            Transition::OwnState { to, .. } => Some((false, self.own_state(*to))),
            Transition::CommandFailed(id) => self.read(|model| {
                let failed = model.desk.failed.iter().find(|failed| failed.id == *id)?;
                Some((true, self.speech.failed(failed)))
            }),
            Transition::ForcedSignOut => {
                let forced_out = self.read(|model| model.desk.forced_out.clone())?;
                Some((true, self.say(forced_out_word(forced_out.by.as_ref())).to_owned()))
            }
            Transition::NextState => Some((
                false,
                self.next_state(&self.read(|model| model.desk.next_state.clone())?),
            )),
            Transition::Reserved => self.read(|model| {
                let reservation = model.agents.get(model.desk.me?)?.reservation?;
                Some((false, self.speech.reserved(reservation.until)))
            }),
            Transition::Coming => self.read(|model| {
                let precall = model.coming()?;
                let who = [precall.number.as_deref(), precall.queue_name.as_deref()];
                let who: Vec<String> = who.into_iter().flatten().map(str::to_owned).collect();
                let who = &self.speech.listed(&who);
                Some((false, self.speech.tell(Sentence::CallComingFrom { who })))
            }),
            Transition::TakenBack => Some((false, self.say(Word::TakenBackLong).to_owned())),
            Transition::TelephonyDown => Some((true, self.say(Word::OffTelephonyDown).to_owned())),
            Transition::TelephonyBack => Some((false, self.say(Word::TelephonyBack).to_owned())),
            Transition::Notice => self.read(|model| {
                let notice = model.telephony().notices.back()?;
                Some((false, self.speech.apart(&notice.text)))
            }),
            Transition::Message => self.read(|model| {
                let message = model.desk.messages.back()?;
                // Whoever is writing there has it before the eyes, and is not to be interrupted.
                if self.writing_to.with(|parts| parts.contains(&message.with)) {
                    return None;
                }
                let who = &self.name_of(message.from.as_deref().unwrap_or_default());
                let text = &message.text;
                Some((false, self.speech.tell(Sentence::MessageFrom { who, text })))
            }),
            Transition::Alert => self.read(|model| {
                let what = &alert_words(self, model.desk.alerts.back()?);
                Some((false, self.speech.tell(Sentence::AlertAbout { what })))
            }),
            Transition::Emergency => self.read(|model| {
                let emergency = model.desk.supervisor.emergencies.back()?;
                Some((true, self.emergency_words(model, emergency)))
            }),
            Transition::RingingEnded(_) | Transition::Dialling(_) | Transition::Joined(_) => None,
        }
    }

    /// The own state, with its reason as it is at this moment.
    fn own_state(self, state: AgentState) -> String {
        let reason = self.read(|model| model.agents.get(model.desk.me?)?.reason);
        self.desk
            .with(|desk| state_words(self, state, reason, &desk.reasons))
    }

    /// What follows the call at hand, and who asked for it where it was not the agent.
    pub(super) fn next_state(self, next: &NextState) -> String {
        let state = self
            .desk
            .with(|desk| state_words(self, next.state, next.reason, &desk.reasons));
        let words = self.speech.tell(Sentence::NextState { state: &state });
        match &next.by {
            Some(id) => self.speech.listed(&[words, self.by_person(id)]),
            None => words,
        }
    }

    /// "by Eva Lind", by the sign-in id where no directory knows the name.
    pub(super) fn by_person(self, id: &str) -> String {
        let name = self.read(|model| {
            let agent = model.agents.find(Ref::new(SourceId::default(), id))?;
            model.agents.get(agent)?.name.as_deref().map(str::to_owned)
        });
        let who = name.as_deref().unwrap_or(id);
        self.speech.tell(Sentence::ByPerson { who })
    }

    /// Who needs help, and at which phone, as far as that was told.
    pub(super) fn emergency_words(self, model: &Model, emergency: &Emergency) -> String {
        let agent = emergency.agent.and_then(|key| model.agents.get(key));
        let who = agent.and_then(|agent| agent.name.as_deref());
        let parts = [
            who.or(emergency.login_id.as_deref()),
            emergency.extension.as_deref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        self.speech.tell(Sentence::EmergencyAt {
            who: &parts.join(" · "),
        })
    }

    fn about(self, word: Word, call: CallKey) -> String {
        let number = self.read(|model| {
            model
                .calls
                .get(call)
                .and_then(|call| call.number.as_deref())
                .unwrap_or_default()
                .to_owned()
        });
        if number.is_empty() {
            return self.say(word).to_owned();
        }
        [self.say(word), " ", &self.speech.apart(&number)].concat()
    }
}
