//! The mapping editor: the file's columns against the fields they fill, the document beside them, and what the first rows
//! become. Form and text edit the same document.

use askama::{Template, filters::HtmlSafe};
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    self as domain,
    ingest::{self, Import, KeptMapping, Mapping, MappingError, State as Stage},
};
use serde::Deserialize;

use super::{
    address,
    columns::{self, Answers, Asked, AskedKey},
    kind_in_words,
    look::Look,
    sample::Sample,
    show, steps,
};
use crate::{
    Allowed, App, Error, Form, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, Shell,
        form::{Choice, Errors, Field},
        panel::{Props, Steps},
    },
};

#[derive(Template)]
#[template(path = "ingest/mapping.html")]
struct Editor {
    shell: Shell,
    steps: Steps,
    import: Import,
    kind: &'static str,
    errors: Errors,
    found: Props,
    /// Needed and mapped fields, then those that stand ready.
    asked: Vec<Asked>,
    more: Vec<Asked>,
    key: AskedKey,
    file: Vec<Field>,
    live: Live,
    kept: Vec<KeptMapping>,
    name: String,
    /// Files of the same kind that wait for the same person.
    others: usize,
}

/// What follows the form as it is filled: the document, and what the first rows become.
#[derive(Template)]
#[template(path = "ingest/live.html")]
struct Live {
    home: String,
    document: Field,
    sample: Sample,
}

impl HtmlSafe for Live {}

#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    mapping: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Allowed(import): Allowed<Import>,
) -> Result<Page> {
    let text = import.mapping.clone();
    Ok(Page::whole(
        &editor(&app, &signed, import, &text, Vec::new(), false).await?,
    ))
}

/// Keeps the document where it can be used; shows it again, with what is wrong, where it cannot.
pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(written): Form<Written>,
) -> Result<Response> {
    let Ok(mapping) = read(&import, &written.mapping) else {
        let view = editor(&app, &signed, import, &written.mapping, Vec::new(), true).await?;
        return Ok(Page::whole(&view).unprocessable().into_response());
    };
    ingest::remap(&app.keelson, &signed.act(&app), import.id, &mapping).await?;
    let to = format!("{}/mapping", address(&import));
    Ok(signed.done(&app, &hx, &to, Flash::ok("The mapping is saved.")))
}

/// Keeps what the form of columns says, and goes on to what would change.
pub(super) async fn save_columns(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    body: Bytes,
) -> Result<Response> {
    let answers = Answers::read(&body, import.kind)?;
    let (mapping, mistakes) = edited(&import, &answers);
    if !mistakes.is_empty() || !mapping.check().is_empty() {
        let text = mapping.to_toml();
        let view = editor(&app, &signed, import, &text, mistakes, true).await?;
        return Ok(Page::whole(&view).unprocessable().into_response());
    }
    let act = signed.act(&app);
    ingest::remap(&app.keelson, &act, import.id, &mapping).await?;
    if answers.is_on("others") {
        for other in show::beside(&app, &import).await? {
            ingest::remap(&app.keelson, &act, other.id, &mapping).await?;
        }
    }
    let said = Flash::ok("The mapping is saved. This is what would change.");
    let to = format!("{}/preview", address(&import));
    Ok(signed.done(&app, &hx, &to, said))
}

/// The document with the form's answers in it.
fn edited(import: &Import, answers: &Answers) -> (Mapping, Vec<MappingError>) {
    let (draft, _) = Mapping::draft(&import.mapping);
    let mapping = draft.unwrap_or_else(|| Mapping::new(import.kind, &import.file_name));
    columns::applied(mapping, answers)
}

/// What the first rows become with a document that is being written. Nothing is kept.
pub(super) async fn sample(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(written): Form<Written>,
) -> Result<Page> {
    let view = editor(&app, &signed, import, &written.mapping, Vec::new(), true).await?;
    Ok(Page::of(&hx, &view, &view.live.sample))
}

/// The document and the first rows as the form of columns is being filled. Nothing is kept.
pub(super) async fn columns_sample(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    body: Bytes,
) -> Result<Page> {
    let answers = Answers::read(&body, import.kind)?;
    let (mapping, mistakes) = edited(&import, &answers);
    let text = mapping.to_toml();
    let view = editor(&app, &signed, import, &text, mistakes, true).await?;
    Ok(Page::of(&hx, &view, &view.live))
}

#[derive(Deserialize)]
pub(super) struct Name {
    #[serde(default)]
    name: String,
}

/// Keeps the import's mapping under a name, for the files to come.
pub(super) async fn keep(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(Name { name }): Form<Name>,
) -> Result<Response> {
    let to = format!("{}/mapping", address(&import));
    let mut mapping = match read(&import, &import.mapping) {
        Ok(mapping) => mapping,
        Err(problems) => {
            let said = Flash::bad(format!(
                "The mapping is not complete yet. {}",
                problems.first().map_or("", String::as_str)
            ));
            return Ok(signed.done(&app, &hx, &to, said));
        }
    };
    name.trim().clone_into(&mut mapping.name);
    let act = signed.act(&app);
    let said = match ingest::keep_mapping(&app.keelson, &act, &mapping).await {
        Ok(version) => {
            if import.state == Stage::Uploaded {
                ingest::remap(&app.keelson, &act, import.id, &mapping).await?;
            }
            Flash::ok(format!(
                "The mapping is kept as {}, version {version}.",
                mapping.name
            ))
        }
        Err(domain::Error::Invalid(fields)) => Flash::bad(
            fields
                .into_iter()
                .map(|field| field.message)
                .collect::<Vec<_>>()
                .join(" "),
        ),
        Err(error) => return Err(error.into()),
    };
    Ok(signed.done(&app, &hx, &to, said))
}

/// Reads the file with a mapping that was kept.
pub(super) async fn reuse(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(Name { name }): Form<Name>,
) -> Result<Response> {
    let kept = ingest::kept_mapping(app.keelson.db.read(), &name)
        .await?
        .filter(|kept| kept.kind == import.kind)
        .ok_or_else(|| Error::Unreadable("Choose a mapping from the list.".to_owned()))?;
    let mapping = Mapping::parse(&kept.toml).map_err(|mistakes| {
        domain::Error::damaged(
            "mapping",
            mistakes
                .first()
                .map_or_else(String::new, ToString::to_string),
        )
    })?;
    ingest::remap(&app.keelson, &signed.act(&app), import.id, &mapping).await?;
    let said = Flash::ok(format!("The file is read by {} now.", kept.name));
    let to = format!("{}/mapping", address(&import));
    Ok(signed.done(&app, &hx, &to, said))
}

/// The mapping a document says, or every mistake in it.
pub(super) fn read(import: &Import, text: &str) -> Result<Mapping, Vec<String>> {
    let mapping = Mapping::parse(text)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    if mapping.kind == import.kind {
        return Ok(mapping);
    }
    Err(vec![format!(
        "kind: the file was uploaded as {0}; write kind = \"{0}\", or upload it again as {1}",
        import.kind.code(),
        mapping.kind.code()
    )])
}

/// The page for a document as it stands; `mistakes` are those a form made on the way to it. What is still missing is said
/// aloud only once somebody has tried to save.
async fn editor(
    app: &App,
    signed: &Signed,
    import: Import,
    text: &str,
    mut mistakes: Vec<MappingError>,
    tried: bool,
) -> Result<Editor> {
    let (draft, found) = Mapping::draft(text);
    mistakes.extend(found);
    let kind_differs = draft
        .as_ref()
        .is_some_and(|draft| draft.kind != import.kind);
    let mapping = draft
        .filter(|draft| draft.kind == import.kind)
        .unwrap_or_else(|| Mapping::new(import.kind, &import.file_name));
    let errors = if tried {
        errors_of(&mistakes, kind_differs.then_some(&import))
    } else {
        Errors::none()
    };
    let (look, sample) = seen(app, &import, &mapping, text).await?;
    if !tried {
        mistakes.clear();
    }
    let all = columns::asked(&mapping, &look, &mistakes);
    let (asked, more) = all
        .into_iter()
        .partition(|one| one.needed || one.mapped || one.error.is_some());
    let db = app.keelson.db.read();
    let kept = ingest::kept_mappings(db).await?;
    Ok(Editor {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Imports)
        },
        steps: steps(&import, 1),
        kind: kind_in_words(import.kind),
        key: columns::asked_key(&mapping, &look, &mistakes),
        file: file_fields(&mapping),
        found: look.found,
        asked,
        more,
        live: Live {
            home: address(&import),
            document: Field::text_area("mapping", "The document", 22)
                .hint("The same mapping as text, for what the form does not ask")
                .value(text)
                .error(&errors),
            sample,
        },
        errors,
        kept: kept
            .into_iter()
            .filter(|kept| kept.kind == import.kind)
            .collect(),
        name: mapping.name.clone(),
        others: show::beside(app, &import).await?.len(),
        import,
    })
}

/// Each mistake at the control that can put it right, and at the document for those that none can.
fn errors_of(mistakes: &[MappingError], other_kind: Option<&Import>) -> Errors {
    let errors = mistakes.iter().fold(Errors::none(), |errors, mistake| {
        let field = mistake
            .field
            .strip_prefix("fields.")
            .map(|rest| rest.split('.').next().unwrap_or(rest));
        let control = match (field, mistake.field.as_str()) {
            (Some(field), _) => format!("column.{field}"),
            (None, "source") => "source".to_owned(),
            (None, field) if field == "key" || field.starts_with("key.") => "key.0".to_owned(),
            (None, _) => "mapping".to_owned(),
        };
        errors.with(&control, mistake.to_string())
    });
    match other_kind {
        Some(import) => errors.with(
            "mapping",
            format!(
                "kind: the file was uploaded as {0}; write kind = \"{0}\"",
                import.kind.code()
            ),
        ),
        None => errors,
    }
}

/// What the file looks like and what its first rows become, read on a thread of its own.
async fn seen(app: &App, import: &Import, mapping: &Mapping, text: &str) -> Result<(Look, Sample)> {
    if import.sha256.is_empty() {
        let none = "Rows that came from the program itself have no file to look at.".to_owned();
        return Ok((Look::default(), Sample::refused(vec![none])));
    }
    let (first, second) = (
        ingest::file(&app.keelson, import).await?,
        ingest::file(&app.keelson, import).await?,
    );
    let name = import.file_name.clone();
    let usable = read(import, text);
    let mapping = mapping.clone();
    let seen = tokio::task::spawn_blocking(move || {
        let look = Look::at(first, &name, &mapping);
        let sample = match (usable, &look.problem) {
            (_, Some(problem)) => Sample::refused(vec![problem.clone()]),
            (Err(problems), None) => Sample::refused(problems),
            (Ok(mapping), None) => Sample::of(second, &name, &mapping),
        };
        (look, sample)
    });
    Ok(seen
        .await
        .map_err(|error| domain::Error::conflict(format!("Reading the file stopped: {error}.")))?)
}

/// How the file is written, where looking is not enough.
fn file_fields(mapping: &Mapping) -> Vec<Field> {
    let file = &mapping.file;
    let sign = |sign: Option<char>| {
        sign.map_or_else(String::new, |sign| match sign {
            '\t' => "tab".to_owned(),
            ' ' => "space".to_owned(),
            other => other.to_string(),
        })
    };
    let choices = |known: &[(&str, &str)]| {
        std::iter::once(Choice::new("", "Found by looking"))
            .chain(known.iter().map(|(code, words)| Choice::new(code, *words)))
            .collect()
    };
    vec![
        Field::text("source", "Source system")
            .value(&mapping.source)
            .hint("With the key it identifies a row: the same file from the same system changes nothing"),
        Field::select(
            "delimiter",
            "Separator",
            choices(&[(",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Vertical bar")]),
        )
        .value(sign(file.delimiter)),
        Field::select("decimal", "Decimal sign", choices(&[(".", "Point"), (",", "Comma")]))
            .value(sign(file.decimal)),
        Field::select(
            "thousands",
            "Between groups of digits",
            choices(&[(",", "Comma"), (".", "Point"), ("space", "Space"), ("'", "Apostrophe")]),
        )
        .value(sign(file.thousands)),
        Field::text("encoding", "Encoding")
            .value(file.encoding.as_deref().unwrap_or_default())
            .hint("For example windows-1252; found by looking where it is empty")
            .half()
            .optional(),
        Field::number("header_row", "Header in row")
            .value(file.header_row.map_or_else(String::new, |row| row.to_string()))
            .optional(),
        Field::text("sheet", "Sheet of the workbook")
            .value(file.sheet.as_deref().unwrap_or_default())
            .half()
            .optional(),
        Field::text("unnamed_supplier", "Supplier of rows that name none")
            .value(mapping.unnamed_supplier.as_deref().unwrap_or_default())
            .hint("Without it such rows are refused")
            .optional(),
    ]
}

impl Editor {
    fn is_open(&self) -> bool {
        self.import.state == Stage::Uploaded
    }

    fn address(&self) -> String {
        address(&self.import)
    }
}
