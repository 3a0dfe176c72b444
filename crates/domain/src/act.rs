use chrono::{DateTime, NaiveDate, Utc};

use crate::PersonId;

/// Who does something, through which door, and when. Every operation that changes anything takes one.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// The person, or nobody when the system acts by itself.
    pub by: Option<PersonId>,
    pub via: Via,
    pub at: DateTime<Utc>,
}

impl Act {
    pub fn by_person(person: PersonId, via: Via, at: DateTime<Utc>) -> Self {
        Self {
            by: Some(person),
            via,
            at,
        }
    }

    pub fn by_system(via: Via, at: DateTime<Utc>) -> Self {
        Self { by: None, via, at }
    }

    /// The calendar day of the act.
    pub fn on(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

/// The door an act came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Page,
    Api,
    Command,
    Job,
    Portal,
}

impl Via {
    pub fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Command => "command",
            Self::Job => "job",
            Self::Portal => "portal",
        }
    }
}
