//! The portal's home: what needs doing, how the supplier stands, what both sides hold.

use askama::Template;
use axum::extract::State;
use chrono::TimeDelta;
use keelson_domain::{
    access::{Permission, Person},
    performance::shared::SharedScorecard,
    suppliers::{self, Document, Reader, Supplier, Validity},
};

use super::{
    Own,
    documents::{self, Row},
    notes::{self, Note},
    profile,
    scorecard::{self, Summary},
    shell, words,
};
use crate::{
    App, Result, Signed,
    kit::{
        Html, Locale, Page, PortalShell, Tone, format,
        list::Address,
        marks,
        rows::{Task, Tasks},
    },
};

/// How long a shared scorecard is new.
const NEW: TimeDelta = TimeDelta::days(30);

/// The documents the home page shows.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "portal/home.html")]
struct View {
    shell: PortalShell,
    greeting: String,
    lead: String,
    todo: Tasks,
    summary: Option<Summary>,
    documents: Vec<Row>,
    documents_in_all: usize,
    notes: Vec<Note>,
    owner: Option<Owner>,
}

/// Whom to write to at the buying company.
struct Owner {
    person: Html,
    email: String,
}

pub(super) async fn page(State(app): State<App>, signed: Signed, Own(own): Own) -> Result<Page> {
    let db = app.keelson.db.read();
    let cards = scorecard::shared(&app, own).await?;
    let supplier = profile::record(&app, own).await?;
    let held = suppliers::documents(db, own, Reader::Supplier).await?;
    let contacts = suppliers::contacts(db, own).await?;
    let tasks = Todo {
        app: &app,
        signed: &signed,
    }
    .tasks(&cards, &held, &profile::gaps(&supplier.details, &contacts));
    let mut documents = documents::shared(&app, &signed, own).await?;
    let documents_in_all = documents.len();
    documents.truncate(SHOWN);
    let name = signed.person().name.to_string();
    let view = View {
        shell: shell(&app, &signed, "/portal").await?,
        greeting: format!("Welcome, {}", name.split(' ').next().unwrap_or(&name)),
        lead: lead(&tasks),
        todo: Tasks { tasks },
        summary: (!cards.is_empty()).then(|| Summary::of(&cards, 0, signed.locale())),
        documents,
        documents_in_all,
        notes: notes::shared(&app, &signed, own).await?,
        owner: owner(&app, &supplier).await?,
    };
    Ok(Page::whole(&view))
}

/// The state of things as a list of what to do.
struct Todo<'a> {
    app: &'a App,
    signed: &'a Signed,
}

impl Todo<'_> {
    /// What is late first, then what ends, then what is new, then what is missing.
    fn tasks(
        &self,
        cards: &[SharedScorecard],
        held: &[Document],
        gaps: &[(&'static str, &'static str, &'static str)],
    ) -> Vec<Task> {
        let locale = self.signed.locale();
        let today = self.app.now().date_naive();
        let mut tasks: Vec<Task> = Vec::new();
        if self.signed.may(Permission::ShareDocuments) {
            let mut ending = documents::to_replace(held, today);
            ending.sort_by_key(|(document, _)| document.valid_to);
            tasks.extend(
                ending
                    .into_iter()
                    .map(|(document, validity)| replace(document, validity, locale)),
            );
        }
        if let Some(card) = cards.first()
            && self.app.now() - card.shared_at <= NEW
        {
            tasks.push(read(card, &self.signed.organisation().name, locale));
        }
        if self.signed.may(Permission::EditOwnProfile) {
            tasks.extend(gaps.iter().map(|(title, text, href)| Task {
                tone: Tone::Info,
                icon: "pencil",
                title: (*title).to_owned(),
                href: (*href).to_owned(),
                text: (*text).to_owned(),
                state: "To complete".to_owned(),
                done: false,
            }));
        }
        tasks
    }
}

fn replace(document: &Document, validity: Validity, locale: Locale) -> Task {
    let on = document
        .valid_to
        .map_or_else(String::new, |on| format::date(on, locale));
    let (tone, text, state) = match validity {
        Validity::Ended(_) => (
            Tone::Bad,
            format!("The one on record ended on {on}."),
            "Late".to_owned(),
        ),
        _ => (
            Tone::Warn,
            format!("The one on record ends on {on}."),
            format!("By {on}"),
        ),
    };
    Task {
        tone,
        icon: "file-badge",
        title: format!("Upload a new version of {}", document.name),
        href: "/portal/documents/new".to_owned(),
        text,
        state,
        done: false,
    }
}

fn read(card: &SharedScorecard, organisation: &str, locale: Locale) -> Task {
    Task {
        tone: Tone::Info,
        icon: "gauge",
        title: format!("Read your scorecard for {}", card.period.label()),
        href: Address::new("/portal/scorecard")
            .with("period", card.period)
            .to_string(),
        text: format!(
            "{organisation} shared it on {}.",
            format::date(card.shared_at.date_naive(), locale)
        ),
        state: "New".to_owned(),
        done: false,
    }
}

/// "Three things need you. One of them is late."
fn lead(tasks: &[Task]) -> String {
    let late = tasks.iter().filter(|task| task.tone == Tone::Bad).count();
    let begin = match tasks.len() {
        0 => return "Nothing needs you today.".to_owned(),
        1 => "One thing needs you.".to_owned(),
        count => format!("{} things need you.", words::spelled(count)),
    };
    match (late, tasks.len()) {
        (0, _) => begin,
        (1, 1) => format!("{begin} It is late."),
        (1, _) => format!("{begin} One of them is late."),
        (late, _) => format!("{begin} {} of them are late.", words::spelled(late)),
    }
}

async fn owner(app: &App, supplier: &Supplier) -> Result<Option<Owner>> {
    let Some(id) = supplier.owner else {
        return Ok(None);
    };
    let person = Person::find(app.keelson.db.read(), id).await?;
    Ok(person.map(|person| Owner {
        person: marks::person(person.name.as_str()),
        email: person.email.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_counts_what_is_late() {
        let task = |tone| Task {
            tone,
            ..Task::default()
        };
        assert_eq!(lead(&[]), "Nothing needs you today.");
        assert_eq!(lead(&[task(Tone::Bad)]), "One thing needs you. It is late.");
        assert_eq!(
            lead(&[task(Tone::Bad), task(Tone::Info), task(Tone::Warn)]),
            "Three things need you. One of them is late."
        );
        assert_eq!(
            lead(&[task(Tone::Info), task(Tone::Warn)]),
            "Two things need you."
        );
    }
}
