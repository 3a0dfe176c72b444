//! Answers that were given before. As long as the facts are the same, so is the answer to a question, and pages ask the same
//! ones again and again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{Analytics, Measured, Result, Spend};

/// Questions whose answers are kept, and the rows an answer may have to be kept.
const QUESTIONS: usize = 256;
const ROWS: usize = 2_000;
/// A question about more suppliers than this is a job's, which asks once.
const SUPPLIERS: usize = 50;

/// The kept answers of one kind, all of them to the same facts.
#[derive(Debug)]
pub(crate) struct Answers<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    /// Counts the changes of the facts.
    facts: u64,
    answers: HashMap<String, Vec<T>>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            facts: 0,
            answers: HashMap::new(),
        }))
    }
}

/// A part of an answer that has rows.
pub(crate) trait Rows {
    fn rows(&self) -> usize;
}

impl Rows for Vec<Measured> {
    fn rows(&self) -> usize {
        self.len()
    }
}

impl Rows for Spend {
    fn rows(&self) -> usize {
        1
    }
}

impl<T: Clone + Rows> Answers<T> {
    /// The kept answer, or a new one. `question` says everything the answer depends on but the facts.
    pub(crate) async fn get(
        &self,
        analytics: &Analytics,
        suppliers: Option<&[i64]>,
        question: impl FnOnce() -> String,
        ask: impl Future<Output = Result<Vec<T>>>,
    ) -> Result<Vec<T>> {
        if suppliers.is_some_and(|suppliers| suppliers.len() > SUPPLIERS) {
            return ask.await;
        }
        let question = question();
        let facts = analytics.changes();
        if let Some(answer) = self.to(facts).answers.get(&question) {
            return Ok(answer.clone());
        }
        let answer = ask.await?;
        let mut kept = self.to(analytics.changes());
        // Facts that changed meanwhile may be in the answer or not.
        if kept.facts == facts && answer.iter().map(Rows::rows).sum::<usize>() <= ROWS {
            if kept.answers.len() >= QUESTIONS {
                kept.answers.clear();
            }
            kept.answers.insert(question, answer.clone());
        }
        Ok(answer)
    }

    /// What is kept, without the answers to other facts than these.
    fn to(&self, facts: u64) -> MutexGuard<'_, Kept<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.facts != facts {
            kept.answers.clear();
            kept.facts = facts;
        }
        kept
    }
}
