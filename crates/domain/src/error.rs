use std::borrow::Cow;

/// What can go wrong in the business. One place in `web` and one in the command line turn these into answers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or this person may not know that it does.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was asked does not fit; each field says why.
    #[error("{}", sentence(.0))]
    Invalid(Vec<Field>),
    /// The state does not allow it now; the sentence says why and what to do.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// Known person, not allowed, and no harm in saying so.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    #[error("the database did not answer as it should: {0}")]
    Database(#[from] sea_orm::DbErr),
    #[error("a stored file could not be read or written: {0}")]
    Storage(#[from] object_store::Error),
    #[error("the figures could not be computed: {0}")]
    Analytics(#[from] keelson_analytics::Error),
    /// A stored document no longer reads: a bug or a damaged database, never the user's doing.
    #[error("stored {what} cannot be read: {why}")]
    Damaged { what: &'static str, why: String },
}

/// One field and what is wrong with it, in the user's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: Cow<'static, str>,
    pub message: String,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn invalid(name: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Field {
            name: name.into(),
            message: message.into(),
        }])
    }

    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(message.into())
    }

    pub fn damaged(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Damaged {
            what,
            why: why.to_string(),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(sea_orm::DbErr::Query(sea_orm::RuntimeErr::SqlxError(
            error.into(),
        )))
    }
}

fn sentence(fields: &[Field]) -> String {
    fields
        .iter()
        .map(|field| format!("{}: {}", field.name, field.message))
        .collect::<Vec<_>>()
        .join("; ")
}
