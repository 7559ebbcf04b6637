//! What is said on calls, written down while it is said.
//!
//! Lives here: who says what in a conversation with an outside party, phrase by phrase, each growing until it
//! is complete (R28). May not live here: what becomes of the call; nothing follows from what is said.
//! Only what is said at people's desks is written down. Everything follows from the call's number and draws
//! nothing from the dice; a conversation has an end even if its call goes on.

use super::Centre;
use super::call::{FarState, LegState};
use super::happening::What;
use super::id::{AgentId, CallId};
use super::random::mixed;
use super::schedule::Task;
use super::time::Span;

/// How many words are heard between two looks at a phrase.
const WORDS_AT_ONCE: u16 = 3;

/// How long it takes to say that many words.
const SAYING: Span = Span::from_millis(900);

/// How long somebody who is on hold is not listened to before the next look.
const HOLD: Span = Span::from_secs(2);

/// Something said, or as much of it as was heard so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phrase {
    /// Whether the agent says it, or else the outside party.
    pub by_agent: bool,
    /// The words.
    pub text: String,
    /// Whether more of it is to come.
    pub is_interim: bool,
    /// When it began, from the beginning of the call.
    pub offset: Span,
    /// How long it has taken so far.
    pub duration: Span,
    /// How certain the words are, in hundredths.
    pub confidence: u8,
}

/// Conversations: the agent speaks first, then in turns.
const CONVERSATIONS: [&[&str]; 4] = [
    &[
        "Good morning, you are speaking with the service desk, how can I help you?",
        "Hello, I am still waiting for my parcel that should have come on Tuesday.",
        "I am sorry about that. May I have the number of your order, please?",
        "Yes, one moment, it is four seven one one dash two zero.",
        "Thank you. I see it here, the parcel left our house on Monday.",
        "But where is it now? Nobody was at my door.",
        "The carrier has it at the depot since yesterday evening.",
        "Can it be brought to my office instead of my home?",
        "Certainly, I change the address for you right now.",
        "That would be great, thank you very much.",
        "You are welcome. It will be there tomorrow before noon.",
        "Perfect. Have a nice day, goodbye.",
        "Thank you for calling, goodbye.",
    ],
    &[
        "Good day, what can I do for you?",
        "I have got an invoice here and I do not understand the second line.",
        "Let me have a look at it with you. What is your customer number?",
        "It stands at the top right, I think. Nine zero three five one.",
        "Found. The second line is the monthly fee of the old contract.",
        "I changed that contract in the summer.",
        "You are right, it should not be there any more.",
        "So what happens now?",
        "I take it off and send you a new invoice today.",
        "And I do not have to pay the old one?",
        "No, please put it aside. The new one counts.",
        "All right, that was quick. Thanks.",
    ],
    &[
        "Welcome to the service line, how may I help?",
        "My internet connection is down since about two hours.",
        "I will check that for you. Are the lights of the box on?",
        "The first one is green and the second one is blinking red.",
        "Please pull the plug, count to ten, and put it in again.",
        "Okay, I am doing that. It takes a while.",
        "Take your time. I see the line from here.",
        "Now the second light is green, too.",
        "And I see that your box has connected. Please try a page.",
        "Yes, it works again. What was it?",
        "There was work on the line last night and the box did not notice.",
        "Fine. Thank you for your help.",
        "Gladly. Call us again if it comes back.",
    ],
    &[
        "Hello and good afternoon, who am I speaking with?",
        "This is about my appointment on Thursday, I cannot come.",
        "No problem. Would next week suit you better?",
        "Wednesday in the morning would be fine, if there is anything left.",
        "I have half past nine or a quarter to eleven.",
        "Then half past nine, please.",
        "I have put you down for Wednesday at half past nine.",
        "Will I get a message about it?",
        "Yes, within the next few minutes to your telephone.",
        "Very good, thank you. Bye.",
    ],
];

impl Centre {
    /// Begins to write down what people at their desks say on a call with an outside party.
    pub(super) fn listen_to_talk(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.far.is_some()) else {
            return;
        };
        let agents = &self.agents;
        let is_attended = |agent: AgentId| {
            let found = agents.get(agent.number() as usize);
            found.is_some_and(|found| found.attended)
        };
        let mut begins = Vec::new();
        for leg in &mut call.legs {
            if leg.state == LegState::Connected && is_attended(leg.agent) && !leg.is_transcribed {
                leg.is_transcribed = true;
                begins.push(leg.agent);
            }
        }
        for agent in begins {
            let speak = Task::Speak {
                call: id,
                agent,
                line: 0,
                words: 0,
            };
            self.plan(SAYING, speak);
        }
    }

    /// A few more words are said.
    pub(super) fn speak(&mut self, id: CallId, agent: AgentId, line: u16, words: u16) {
        if !self.is_attended(agent) {
            return;
        }
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let Some(state) = call.leg(agent).map(|leg| leg.state) else {
            return;
        };
        let again = |line, words| Task::Speak {
            call: id,
            agent,
            line,
            words,
        };
        if state != LegState::Connected || call.far != Some(FarState::Connected) {
            return self.plan(HOLD, again(line, 0));
        }
        let facts = call.facts.clone();
        let draw = mixed(self.settings.seed ^ mixed(u64::from(id.number())));
        let place = draw as usize % CONVERSATIONS.len();
        let said = CONVERSATIONS
            .get(place)
            .and_then(|talk| talk.get(usize::from(line)));
        let Some(said) = said else {
            return;
        };
        let total = said.split(' ').count() as u16;
        let heard = (words + WORDS_AT_ONCE).min(total);
        let parts: Vec<&str> = said.split(' ').take(usize::from(heard)).collect();
        let duration = Span::from_millis(SAYING.as_millis() * i64::from(heard.div_ceil(WORDS_AT_ONCE)));
        let is_interim = heard < total;
        let doubt = mixed(draw ^ u64::from(line)) % 12 + if is_interim { 20 } else { 0 };
        let phrase = Phrase {
            by_agent: line.is_multiple_of(2),
            text: parts.join(" "),
            is_interim,
            offset: (self.now - duration).since(facts.began),
            duration,
            confidence: 98 - doubt as u8,
        };
        self.emit(What::Phrase {
            agent,
            call: facts,
            phrase: phrase.into(),
        });
        if is_interim {
            self.plan(SAYING, again(line, heard));
        } else {
            let pause = Span::from_millis(700 + (mixed(draw + u64::from(line)) % 1_500) as i64);
            self.plan(SAYING + pause, again(line + 1, 0));
        }
    }
}
