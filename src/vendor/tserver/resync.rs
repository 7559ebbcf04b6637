//! Re-synchronisation with a T-Server that has become the primary one, in its order with the link's going up and down.
//!
//! Lives here: a state machine: events in, the questions to ask out.
//! May not be here: sockets, clocks, and what the answers say; it knows only that each was answered.
//! While the link is down there is nothing to ask: a change of the primary is then kept in mind until the link is up.
//! A further change makes the questions of the one before void (rule R107: several in a short time).
//!
//! ```text
//!            PrimaryChanged, link up or not heard of ──▶ ask: location, and the device or the calls
//!  PrimaryChanged, link down ──▶ owed ── LinkConnected ──▶ ask            (rules R103, R104, R105, G11)
//!  asked ── every question answered ──▶ synchronised
//!  asked ── LinkDisconnected ──▶ owed                  asked ── PrimaryChanged ──▶ ask anew
//! ```

use super::Message;
use super::events::TServerEvent;
use super::request::{References, Request, Sent};

/// Calls asked about at once; a device has fewer.
pub const CALLS_ASKED: usize = 64;

/// What the desk knows and must ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known<'a> {
    /// The agent's device, where known: one question then tells of all its calls.
    pub device: Option<&'a str>,
    /// The calls, by `ConnID`; asked one by one when no device is known.
    pub calls: &'a [&'a str],
}

/// What the machine wants done, or what is now the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Nothing.
    Nothing,
    /// Send these in this order; until they are answered, what is on screen is not confirmed.
    Ask(Vec<Sent>),
    /// All questions are answered.
    Synchronised,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Link {
    /// Neither link event was heard: the connection began with the link as it is now.
    #[default]
    Unheard,
    Up,
    Down,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum State {
    #[default]
    Synchronised,
    /// The primary changed while the link was down.
    Owed,
    /// These questions are unanswered.
    Asked(Vec<i64>),
}

/// The machine; one per connection to a T-Server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resync {
    link: Link,
    state: State,
}

impl Resync {
    /// Takes in one event.
    ///
    /// `answered`: the request that the event answers, from [`References::settle`]. EventRestoreConnection changes
    /// nothing: it belongs to T-Library, and the primary is who sends EventPrimaryChanged (rules R106, R107).
    pub fn step(
        &mut self,
        message: &Message<'_>,
        answered: Option<&Sent>,
        known: Known<'_>,
        references: &mut References,
    ) -> Output {
        match message.event {
            TServerEvent::LinkDisconnected => {
                self.link = Link::Down;
                if matches!(self.state, State::Asked(_)) {
                    self.state = State::Owed;
                }
                Output::Nothing
            }
            TServerEvent::LinkConnected => {
                self.link = Link::Up;
                match self.state {
                    State::Owed => self.ask(known, references),
                    State::Synchronised | State::Asked(_) => Output::Nothing,
                }
            }
            TServerEvent::PrimaryChanged { .. } => match self.link {
                Link::Down => {
                    self.state = State::Owed;
                    Output::Nothing
                }
                Link::Up | Link::Unheard => self.ask(known, references),
            },
            _ => match answered {
                Some(sent) => self.answered(sent.reference),
                None => Output::Nothing,
            },
        }
    }

    /// A question was not taken, so that nothing will answer it: waiting for it would be waiting for ever. What it
    /// asked about stays unconfirmed by itself.
    pub fn refused(&mut self, reference: i64) -> Output {
        self.answered(reference)
    }

    /// Whether what is on screen is what the primary T-Server says.
    pub fn is_synchronised(&self) -> bool {
        self.state == State::Synchronised
    }

    /// Whether the link to the switch is known to be down.
    pub fn is_link_down(&self) -> bool {
        self.link == Link::Down
    }

    fn ask(&mut self, known: Known<'_>, references: &mut References) -> Output {
        let mut questions = vec![Request::QueryLocation];
        match known.device {
            Some(device) => questions.push(Request::QueryAddress {
                device: device.into(),
            }),
            None => questions.extend(
                known
                    .calls
                    .iter()
                    .take(CALLS_ASKED)
                    .map(|call| Request::QueryCall { call: (*call).into() }),
            ),
        }
        let sent: Vec<Sent> = questions
            .into_iter()
            .map(|question| references.number(question))
            .collect();
        self.state = State::Asked(sent.iter().map(|sent| sent.reference).collect());
        Output::Ask(sent)
    }

    fn answered(&mut self, reference: i64) -> Output {
        let State::Asked(unanswered) = &mut self.state else {
            return Output::Nothing;
        };
        let before = unanswered.len();
        unanswered.retain(|known| *known != reference);
        if unanswered.is_empty() && before > 0 {
            self.state = State::Synchronised;
            return Output::Synchronised;
        }
        Output::Nothing
    }
}
