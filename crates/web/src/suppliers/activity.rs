//! What was said and done about a supplier: notes, internal ones told apart from shared ones, and the log of changes.

use std::collections::HashMap;

use askama::{Template, filters::HtmlSafe};
use chrono::{DateTime, Utc};
use keelson_domain::{
    PersonId,
    access::{self, Permission},
    record::{self, Audience},
    suppliers::{self, Note, Reader, Supplier},
};

use super::{notes, words};
use crate::{
    App, Result, Signed,
    kit::{
        Html, Locale,
        form::{Errors, Field},
        format,
        list::Address,
        panel::{Entry, Segments, Timeline},
    },
};

/// Events on a page of the activity.
const EVENTS: u64 = 100;

#[derive(Template)]
#[template(path = "suppliers/activity.html")]
pub(super) struct Activity {
    home: String,
    errors: Errors,
    compose: Option<[Field; 2]>,
    notes: Vec<Written>,
    segments: Segments,
    /// Whether there are notes that the choice of kinds leaves out.
    left_out: bool,
    timeline: Option<Timeline>,
}

impl HtmlSafe for Activity {}

struct Written {
    note: Note,
    at: Html,
    withdraw: Option<String>,
}

impl Activity {
    /// The tab; `kind` asks for internal or for shared notes only, `written` is a note that needs fixing.
    pub(super) async fn of(
        app: &App,
        signed: &Signed,
        supplier: &Supplier,
        kind: &str,
        written: Option<(&notes::Answers, Errors)>,
    ) -> Result<Self> {
        let db = app.keelson.db.read();
        let now = app.now();
        let locale = signed.locale();
        let home = format!("/suppliers/{}", supplier.id);
        let entries =
            record::of_supplier(db, supplier.id, Audience::Internal, None, EVENTS).await?;
        let may_write = signed.may(Permission::WriteNotes);
        let all = suppliers::notes(db, supplier.id, Reader::Colleague).await?;
        let count = all.len();
        let notes: Vec<Written> = all
            .into_iter()
            .filter(|note| match kind {
                "internal" => !note.shared,
                "shared" => note.shared,
                _ => true,
            })
            .map(|note| Written {
                at: format::ago(note.at, now, locale),
                withdraw: (may_write && note.author == signed.person().id)
                    .then(|| format!("{home}/notes/{}/withdrawal", note.id)),
                note,
            })
            .collect();
        let (answers, errors) = match written {
            Some((answers, errors)) => (Some(answers), errors),
            None => (None, Errors::none()),
        };
        Ok(Self {
            compose: may_write.then(|| notes::fields(supplier, answers, &errors)),
            errors,
            left_out: notes.len() < count,
            notes,
            segments: segments(&home, kind),
            timeline: timeline(app, &entries, now, locale).await?,
            home,
        })
    }
}

fn segments(home: &str, kind: &str) -> Segments {
    let choice = |text: &str, code: &str| {
        let address = Address::new(home)
            .with("tab", "activity")
            .with("notes", code);
        (text.to_owned(), address.to_string(), kind == code)
    };
    Segments {
        label: "Notes to show".to_owned(),
        choices: vec![
            choice("All", ""),
            choice("Internal", "internal"),
            choice("Shared", "shared"),
        ],
    }
}

/// The events under their days; none where nothing happened yet.
async fn timeline(
    app: &App,
    entries: &[record::Entry],
    now: DateTime<Utc>,
    locale: Locale,
) -> Result<Option<Timeline>> {
    let names: HashMap<PersonId, String> = access::people(app.keelson.db.read())
        .await?
        .into_iter()
        .map(|person| (person.id, person.name.to_string()))
        .collect();
    let mut days: Vec<(String, Vec<Entry>)> = Vec::new();
    for entry in entries {
        let day = format::date(entry.at.date_naive(), locale);
        let shown = happened(entry, &names, now, locale);
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(shown),
            _ => days.push((day, vec![shown])),
        }
    }
    Ok((!days.is_empty()).then_some(Timeline { days }))
}

fn happened(
    entry: &record::Entry,
    names: &HashMap<PersonId, String>,
    now: DateTime<Utc>,
    locale: Locale,
) -> Entry {
    let who = entry.actor.and_then(|person| names.get(&person).cloned());
    let what = deed(entry, names);
    Entry {
        icon: "history",
        what: Html::from(match who {
            Some(_) => what,
            None => words::sentence(&what),
        }),
        who,
        when: format::ago(entry.at, now, locale),
        note: remark(entry),
    }
}

/// What stands below an event: the reason given, or which fields changed from what to what.
fn remark(entry: &record::Entry) -> Option<String> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    if let Some(reason) = entry.payload.get("reason").and_then(text) {
        return Some(reason);
    }
    let changed = entry.payload.get("changed")?.as_object()?;
    let lines: Vec<String> = changed
        .iter()
        .map(|(field, change)| {
            let side = |side: &str| {
                change
                    .get(side)
                    .and_then(text)
                    .filter(|text| !text.is_empty())
                    .unwrap_or_else(|| "not known".to_owned())
            };
            format!("{}: {} → {}", words::field(field), side("from"), side("to"))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What an event says, to follow a name or to stand by itself.
fn deed(entry: &record::Entry, names: &HashMap<PersonId, String>) -> String {
    let named = |field: &str| {
        entry
            .payload
            .get(field)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    };
    let with = |words: &str, field: &str| match named(field) {
        "" => words.to_owned(),
        name => format!("{words} {name}"),
    };
    match (entry.subject.as_str(), entry.verb.as_str()) {
        ("scorecard", "scored") => with("scored", "period"),
        ("scorecard", "shared") => "shared a scorecard with the supplier".to_owned(),
        ("person", "added" | "invited") => with("gave a portal account to", "name"),
        ("person", verb) => format!("portal account {}", verb.replace('_', " ")),
        (_, "created") => "created the record".to_owned(),
        (_, "edited") => "edited the record".to_owned(),
        (_, "verified") => "checked the record".to_owned(),
        (_, "owner_assigned") => {
            let to = entry.payload.get("to").and_then(serde_json::Value::as_i64);
            match to.and_then(|id| names.get(&PersonId(id))) {
                Some(name) => format!("gave the supplier to {name}"),
                None => "took the owner away".to_owned(),
            }
        }
        (_, "parent_set") => "changed the company it belongs to".to_owned(),
        (_, "categories_set") => "changed the categories".to_owned(),
        (_, "rated") => "changed the ratings".to_owned(),
        (_, "contact_added") => with("added the contact", "name"),
        (_, "contact_edited") => with("edited the contact", "name"),
        (_, "contact_left") => "noted that a contact has left".to_owned(),
        (_, "lead_named") => "named the contact to call first".to_owned(),
        (_, "site_added") => with("added the site", "name"),
        (_, "site_edited") => with("edited the site", "name"),
        (_, "site_closed") => "closed a site".to_owned(),
        (_, "identifier_added") => with("added the identifier", "value"),
        (_, "identifier_removed") => with("removed the identifier", "value"),
        (_, "document_uploaded") => with("added the document", "name"),
        (_, "document_withdrawn") => with("withdrew the document", "name"),
        (_, "noted") if entry.payload.get("shared") == Some(&serde_json::Value::Bool(true)) => {
            "wrote a note for both sides".to_owned()
        }
        (_, "noted") => "wrote an internal note".to_owned(),
        (_, "note_withdrawn") => "withdrew a note".to_owned(),
        (_, "merged") => with("merged a duplicate into it:", "name"),
        (_, "merged_into") => "merged the record into another".to_owned(),
        (_, "merge_undone") => "took a merge back".to_owned(),
        (_, "registration_started") => "started the registration".to_owned(),
        (_, "submitted_for_review") => "submitted the profile for review".to_owned(),
        (_, "sent_back") => "sent the profile back".to_owned(),
        (
            _,
            verb @ ("approved" | "activated" | "blocked" | "unblocked" | "retired" | "reinstated"),
        ) => format!("{verb} the supplier"),
        (_, "status_put_back") => "put the status back".to_owned(),
        (_, "moved") => "moved the supplier to another tier".to_owned(),
        (subject, verb) => format!("{}: {}", subject.replace('_', " "), verb.replace('_', " ")),
    }
}
