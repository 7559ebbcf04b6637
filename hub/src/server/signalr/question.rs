//! Calls of the server that a client has still to answer.
//!
//! Lives here: their ids, how many there may be, and how each ends.
//! May not be here: how the question reaches the client.
//! An answer that comes late, twice, or to no question is ignored.
//! When the client has gone every question ends with an error at once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchhook::protocol::Outcome;
use tokio::sync::{Notify, oneshot};

/// Why a client's answer is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// The client answered with an error; its text.
    #[error("{0}")]
    Failed(String),
    /// The client went away.
    #[error("The client has gone.")]
    Gone,
    /// Too many questions wait for this client already.
    #[error("The client has {0} calls to answer already.")]
    TooMany(usize),
}

type Answered = Result<Option<String>, String>;

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<String, oneshot::Sender<Answered>>,
    asked: u64,
    is_closed: bool,
}

/// The open questions to one client.
#[derive(Debug)]
pub(super) struct Questions {
    state: Mutex<State>,
    asked: Notify,
    limit: usize,
}

impl Questions {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            asked: Notify::new(),
            limit,
        }
    }

    /// A new question, which ends when it is dropped.
    pub(super) fn open(&self) -> Result<Question<'_>, QuestionError> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(QuestionError::Gone);
        }
        if state.waiting.len() >= self.limit {
            return Err(QuestionError::TooMany(self.limit));
        }
        state.asked += 1;
        // Numbers alone are what clients name their own streams by.
        let id = format!("s{}", state.asked);
        let (sender, answer) = oneshot::channel();
        state.waiting.insert(id.clone(), sender);
        self.asked.notify_one();
        Ok(Question {
            questions: self,
            id,
            answer: Some(answer),
        })
    }

    /// Hands an answer to whoever asked; `false` when nobody did, or no longer waits.
    pub(super) fn answer(&self, id: &str, outcome: &Outcome<'_>) -> bool {
        let Some(sender) = self.lock().waiting.remove(id) else {
            return false;
        };
        let answered = match outcome {
            Outcome::Void => Ok(None),
            Outcome::Result(value) => Ok(Some(value.json().into_owned())),
            Outcome::Error(text) => Err(text.as_ref().to_owned()),
        };
        sender.send(answered).is_ok()
    }

    /// The client has gone.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.waiting.clear();
    }

    /// Whether any are open.
    pub(super) fn are_open(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Waits until there is a new one.
    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open question.
#[derive(Debug)]
pub(super) struct Question<'a> {
    questions: &'a Questions,
    id: String,
    answer: Option<oneshot::Receiver<Answered>>,
}

impl Question<'_> {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) async fn answer(mut self) -> Result<Option<String>, QuestionError> {
        match self.answer.take() {
            Some(answer) => match answer.await {
                Ok(answered) => answered.map_err(QuestionError::Failed),
                Err(_) => Err(QuestionError::Gone),
            },
            None => Err(QuestionError::Gone),
        }
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.questions.lock().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_is_answered_once_and_forgotten_when_dropped() {
        let questions = Questions::new(2);
        let first = questions.open().unwrap();
        let second = questions.open().unwrap();
        assert_eq!(questions.open().err(), Some(QuestionError::TooMany(2)));
        let id = second.id().to_owned();
        drop(second);
        assert!(!questions.answer(&id, &Outcome::Void), "nobody waits any more");
        let id = first.id().to_owned();
        assert!(questions.answer(&id, &Outcome::Error("no".into())));
        assert!(!questions.answer(&id, &Outcome::Void));
        assert_eq!(first.answer().await, Err(QuestionError::Failed("no".to_owned())));
        assert!(!questions.are_open());
    }

    #[tokio::test]
    async fn a_client_that_has_gone_answers_nothing() {
        let questions = Questions::new(2);
        let question = questions.open().unwrap();
        questions.close();
        assert_eq!(question.answer().await, Err(QuestionError::Gone));
        assert_eq!(questions.open().err(), Some(QuestionError::Gone));
    }
}
