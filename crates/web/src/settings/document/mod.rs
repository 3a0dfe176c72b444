//! The documents that judge suppliers (KPI definitions, scorecard templates, the segmentation policy), each kind with the same
//! pages: read it and its versions, edit it as questions or as the document itself, see what it would change, publish it.

mod edit;
mod form;
mod preview;
mod show;

use std::future::Future;

use askama::{Template, filters::HtmlSafe};
use chrono::NaiveDate;
use keelson_domain::{
    self as domain, Act, Keelson,
    access::{Permission, Scope},
    versions::{self, Document, Published},
};
use keelson_methods::{document::FieldError, kpi::Definition, scoring::ScorecardTemplate};
use serde::Deserialize;

#[cfg(test)]
pub(super) use self::form::{fill, write};
pub(super) use self::{
    edit::{draft, edit, edit_new, upload},
    form::{Answers, Group, Kind, Question, number, one, percentage, questions, share, written},
    preview::{preview, publish},
    show::{download, show},
};
use crate::{
    App, Record, Result, Signed,
    kit::{
        self, Html, Locale,
        form::{Errors, Field},
        list::Column,
    },
};

/// The most bytes of an uploaded document, and room for the form around it. A policy with every number written out has three
/// thousand.
pub(super) const UPLOAD: usize = 1024 * 1024;

/// The version that an edit started from, as forms carry it; 0 for a new document.
const BASE: &str = "base";

/// A kind of document that is read and edited in the settings.
pub(super) trait Editable: Document + Send + Sync + 'static {
    /// Where its pages are, and what they are called.
    const HOME: &'static str;
    const TITLE: &'static str;
    /// There is one document of this kind, so that its address names no key.
    const IS_ONE: bool = false;
    const DEFINE: Permission;

    /// The questions of the form. They may depend on answers that came before.
    fn form(answers: &Answers, reader: &Reader) -> Result<Vec<Group>>;

    /// The answers that decide which questions there are.
    fn seed(&self) -> Answers {
        Answers::new()
    }

    /// Brings answers into the order in which the document keeps them.
    fn tidied(answers: Answers) -> Answers {
        answers
    }

    /// The form's table as the document's, with the mistakes that only the kind knows.
    fn assemble(
        table: toml::Table,
        _answers: &Answers,
        _reader: &Reader,
        _errors: &mut Errors,
    ) -> toml::Table {
        table
    }

    /// The document as the form's table.
    fn disassemble(&self, table: toml::Table, _reader: &Reader) -> toml::Table {
        table
    }

    /// The question that a field of the document is asked by.
    fn question(field: &str) -> String {
        field.to_owned()
    }

    /// What it says in words, label by label, to compare two versions by.
    fn said(&self, reader: &Reader) -> Result<Vec<(String, String)>> {
        let (groups, answers) = answered(self, 0, reader)?;
        Ok(questions(&groups)
            .filter_map(|question| Some((question.label().to_owned(), question.said(&answers)?)))
            .collect())
    }

    /// One line under the title.
    fn lead(&self) -> String;

    /// What it says, for reading.
    fn body(&self, reader: &Reader) -> Html;

    /// What only the other documents can tell is wrong with it.
    fn check(
        &self,
        _keelson: &Keelson,
    ) -> impl Future<Output = domain::Result<Vec<domain::Field>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// What publishing it would change.
    fn effects(
        &self,
        keelson: &Keelson,
        reader: &Reader,
    ) -> impl Future<Output = Result<Effects>> + Send;

    fn publish(
        &self,
        keelson: &Keelson,
        act: &Act,
    ) -> impl Future<Output = domain::Result<Published<Self>>> + Send;

    /// What happens next, said after it was published.
    fn next_step(&self) -> &'static str;

    fn address(&self) -> String {
        if Self::IS_ONE {
            Self::HOME.to_owned()
        } else {
            format!("{}/{}", Self::HOME, self.key())
        }
    }
}

/// What publishing would change, supplier by supplier.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) sentences: Vec<String>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<EffectRow>,
}

pub(super) struct EffectRow {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) cells: Vec<Html>,
}

/// Who reads, and what the documents speak of.
pub(super) struct Reader {
    pub(super) locale: Locale,
    pub(super) currency: String,
    pub(super) today: NaiveDate,
    pub(super) kpis: Vec<Published<Definition>>,
    pub(super) templates: Vec<Published<ScorecardTemplate>>,
}

impl Reader {
    pub(super) async fn of(app: &App, signed: &Signed) -> Result<Self> {
        let db = app.keelson.db.read();
        Ok(Self {
            locale: signed.locale(),
            currency: signed.organisation().currency.code().to_owned(),
            today: app.now().date_naive(),
            kpis: versions::current(db).await?,
            templates: versions::current(db).await?,
        })
    }

    pub(super) fn kpi(&self, id: &str) -> Option<&Published<Definition>> {
        self.kpis.iter().find(|kpi| kpi.document.id == id)
    }
}

/// A version of a document that a path names: by its key and version, the newest where there is no version, the only one where
/// there is no key.
pub(super) struct Version<D>(pub(super) Published<D>);

#[derive(Deserialize)]
pub(super) struct VersionPath {
    key: Option<String>,
    version: Option<i64>,
}

impl<D: Editable> Record for Version<D> {
    type Path = VersionPath;

    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        if scope != Scope::Organisation {
            return Ok(None);
        }
        let db = keelson.db.read();
        let key = match path.key {
            Some(key) => key,
            None => match versions::current::<D>(db).await?.into_iter().next() {
                Some(only) => only.document.key().to_owned(),
                None => return Ok(None),
            },
        };
        if !is_key(&key) {
            return Ok(None);
        }
        let found = match path.version {
            Some(version) => versions::at_version(db, &key, version).await,
            None => versions::find(db, &key).await,
        };
        match found {
            Ok(published) => Ok(Some(Self(published))),
            Err(domain::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The form of a document with the answers it gives.
fn answered<D: Editable>(
    document: &D,
    base: i64,
    reader: &Reader,
) -> Result<(Vec<Group>, Answers)> {
    let mut seed = document.seed();
    seed.insert(BASE.to_owned(), vec![base.to_string()]);
    let groups = D::form(&seed, reader)?;
    let table =
        toml::Table::try_from(document).map_err(|error| domain::Error::damaged(D::WHAT, error))?;
    let table = document.disassemble(table, reader);
    let mut answers = form::fill(&groups, &table, reader.locale);
    answers.extend(seed);
    // What the form says about its answers is said about these.
    Ok((D::form(&answers, reader)?, answers))
}

/// The newest version of a document, if there is one.
async fn newest<D: Editable>(app: &App, key: &str) -> Result<Option<Published<D>>> {
    if !is_key(key) {
        return Ok(None);
    }
    match versions::find(app.keelson.db.read(), key).await {
        Ok(published) => Ok(Some(published)),
        Err(domain::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a text can be a document's id at all; nothing else is worth asking the database for.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Reads a document that somebody wrote.
fn parse<D: Editable>(text: &str) -> Result<D, Vec<FieldError>> {
    let document = D::parse(text)?;
    if document.name().chars().any(char::is_control) {
        return Err(vec![FieldError {
            field: "name".to_owned(),
            message: "write the name on one line, without control characters".to_owned(),
        }]);
    }
    Ok(document)
}

/// Mistakes of a document that was written as such: all stand at the text, each with its field.
fn at_the_text(mistakes: Vec<FieldError>) -> Errors {
    mistakes
        .into_iter()
        .fold(Errors::none(), |errors, mistake| {
            errors.with("document", mistake.to_string())
        })
}

/// A small form that takes a document as a file.
#[derive(Template)]
#[template(path = "settings/document/upload.html")]
pub(super) struct UploadMenu {
    action: String,
}

impl HtmlSafe for UploadMenu {}

impl UploadMenu {
    /// For those who may publish; nobody else is offered it.
    pub(super) fn offered<D: Editable>(signed: &Signed) -> Option<Self> {
        signed.may(D::DEFINE).then(|| Self {
            action: format!("{}/upload", D::HOME),
        })
    }

    fn field() -> Field {
        Field::file("file", "TOML document", ".toml")
    }
}

/// What becomes of a value.
pub(super) fn from_to(before: &Html, after: &Html) -> Html {
    Html::trusted(format!(
        "<span class=\"from-to\"><span class=\"t3\">{before}</span>{}<span class=\"vh\"> to </span>{after}</span>",
        kit::marks::icon_s("arrow-right")
    ))
}
