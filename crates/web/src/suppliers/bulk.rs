//! One change for many suppliers: choose it, see for whom it holds and for whom not and why, make it, take it back.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    CategoryId, EventId, PersonId, SupplierId,
    suppliers::{self, BulkChange, BulkTrial, Step, Supplier},
};
use serde::Deserialize;

use super::{
    part::{Nothing, mistakes},
    relations, steps, words,
};
use crate::{
    App, Form, Path, Result, Signed,
    kit::{
        Flash, Html, Hx, NavItem, Page, Shell,
        form::{Choice, Errors, Field},
        format::counted,
    },
};

/// What can be changed for many at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Owner,
    Category,
    Status,
}

/// The suppliers picked and the change chosen, as far as it is chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    pick: Vec<SupplierId>,
    owner: Option<String>,
    category: Option<CategoryId>,
    step: String,
    reason: String,
    /// "look" shows what the change would come to, "change" makes it.
    go: String,
    /// The list to go back to.
    list: String,
}

#[derive(Template)]
#[template(path = "suppliers/bulk.html")]
struct View {
    shell: Shell,
    title: &'static str,
    action: &'static str,
    back: String,
    list: String,
    picked: Vec<Picked>,
    errors: Errors,
    fields: Vec<Field>,
    trial: Option<Trial>,
}

struct Picked {
    id: SupplierId,
    name: String,
    number: String,
    status: Html,
    /// What becomes of it; empty before it was looked at.
    outcome: Html,
}

/// What the change would come to.
struct Trial {
    summary: String,
    /// The button's words; none where nothing would change.
    change: Option<String>,
}

pub(super) async fn owner(
    state: State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    go(What::Owner, state, signed, hx, answers).await
}

pub(super) async fn category(
    state: State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    go(What::Category, state, signed, hx, answers).await
}

pub(super) async fn status(
    state: State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    go(What::Status, state, signed, hx, answers).await
}

async fn go(
    what: What,
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    answers: Answers,
) -> Result<Response> {
    let back = back(&answers.list);
    if answers.pick.is_empty() {
        let said = Flash::bad("Select at least one supplier first.");
        return Ok(signed.done(&app, &hx, &back, said));
    }
    if !matches!(answers.go.as_str(), "look" | "change") {
        return ask(what, &app, &signed, &answers, Errors::none(), None).await;
    }
    let change = match answers.change(what) {
        Ok(change) => change,
        Err(errors) => return ask(what, &app, &signed, &answers, errors, None).await,
    };
    let act = signed.act(&app);
    if answers.go == "look" {
        let tried = suppliers::try_many(&app.keelson, &act, &answers.pick, &change).await;
        return match mistakes(tried)? {
            Ok(trial) => ask(what, &app, &signed, &answers, Errors::none(), Some(trial)).await,
            Err(errors) => ask(what, &app, &signed, &answers, errors, None).await,
        };
    }
    let done = suppliers::change_many(&app.keelson, &act, &answers.pick, &change).await;
    let done = match mistakes(done)? {
        Ok(done) => done,
        Err(errors) => return ask(what, &app, &signed, &answers, errors, None).await,
    };
    let locale = signed.locale();
    let mut text = format!(
        "{} changed.",
        counted(done.changed as i64, "supplier is", "suppliers are", locale)
    );
    if !done.refused.is_empty() {
        let refused = counted(done.refused.len() as i64, "stays", "stay", locale);
        text.push_str(&format!(" {refused} as it was."));
    }
    let said = if done.changed > 0 {
        Flash::ok(text).with_undo(format!("/bulk-edits/{}/undo", done.event))
    } else {
        Flash::bad(text)
    };
    Ok(signed.done(&app, &hx, &back, said))
}

/// The page that asks for the change and shows what it would come to.
async fn ask(
    what: What,
    app: &App,
    signed: &Signed,
    answers: &Answers,
    errors: Errors,
    trial: Option<BulkTrial>,
) -> Result<Response> {
    let mut found = suppliers::find_all(app.keelson.db.read(), &answers.pick).await?;
    found.sort_by(|a, b| a.details.name.as_str().cmp(b.details.name.as_str()));
    let needs_fixing = !errors.is_empty();
    let view = View {
        shell: Shell {
            has_errors: needs_fixing,
            ..signed.shell(NavItem::Suppliers)
        },
        title: what.title(),
        action: what.action(),
        back: back(&answers.list),
        list: answers.list.clone(),
        fields: what
            .fields(app, answers)
            .await?
            .into_iter()
            .map(|field| field.error(&errors))
            .collect(),
        picked: found
            .iter()
            .map(|supplier| picked(supplier, trial.as_ref()))
            .collect(),
        trial: trial.map(|trial| told(&trial, signed)),
        errors,
    };
    let page = Page::whole(&view);
    Ok(if needs_fixing {
        page.unprocessable().into_response()
    } else {
        page.into_response()
    })
}

fn picked(supplier: &Supplier, trial: Option<&BulkTrial>) -> Picked {
    let outcome = trial.map_or_else(Html::default, |trial| {
        if trial.changes.contains(&supplier.id) {
            return crate::kit::marks::badge("Changes", crate::kit::Tone::Ok);
        }
        match trial.refused.iter().find(|(id, _)| *id == supplier.id) {
            Some((_, why)) => Html::from(why),
            None => Html::from("It is so already."),
        }
    });
    Picked {
        id: supplier.id,
        name: supplier.details.name.to_string(),
        number: supplier.number.clone(),
        status: words::status(supplier.status),
        outcome,
    }
}

fn told(trial: &BulkTrial, signed: &Signed) -> Trial {
    let locale = signed.locale();
    let count = |list: usize, one: &str, many: &str| counted(list as i64, one, many, locale);
    let mut parts = vec![count(
        trial.changes.len(),
        "supplier changes",
        "suppliers change",
    )];
    if !trial.unchanged.is_empty() {
        parts.push(count(
            trial.unchanged.len(),
            "is so already",
            "are so already",
        ));
    }
    if !trial.refused.is_empty() {
        parts.push(count(trial.refused.len(), "cannot change", "cannot change"));
    }
    Trial {
        summary: format!("{}.", parts.join(", ")),
        change: (!trial.changes.is_empty()).then(|| {
            format!(
                "Change {}",
                count(trial.changes.len(), "supplier", "suppliers")
            )
        }),
    }
}

impl What {
    const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Change owner",
            Self::Category => "Change main category",
            Self::Status => "Change status",
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Owner => "/suppliers/bulk/owner",
            Self::Category => "/suppliers/bulk/category",
            Self::Status => "/suppliers/bulk/status",
        }
    }

    async fn fields(self, app: &App, answers: &Answers) -> Result<Vec<Field>> {
        Ok(match self {
            Self::Owner => {
                let mut choices = vec![Choice::new("", "Choose a colleague")];
                choices.extend(relations::colleagues(app).await?);
                choices.push(Choice::new("nobody", "Nobody"));
                vec![
                    Field::select("owner", "New owner", choices)
                        .value(answers.owner.as_deref().unwrap_or_default()),
                ]
            }
            Self::Category => {
                let known = suppliers::categories(app.keelson.db.read()).await?;
                let choices = std::iter::once(Choice::new("", "Choose a category"))
                    .chain(
                        known
                            .into_iter()
                            .map(|category| Choice::new(category.id, category.name)),
                    )
                    .collect();
                vec![
                    Field::select("category", "New main category", choices).value(
                        answers
                            .category
                            .map_or_else(String::new, |category| category.to_string()),
                    ),
                ]
            }
            Self::Status => {
                let choices = std::iter::once(Choice::new("", "Choose a step"))
                    .chain(Step::ALL.map(|step| Choice::new(step.code(), steps::words(step))))
                    .collect();
                vec![
                    Field::select("step", "Step", choices).value(&answers.step),
                    Field::text("reason", "Reason")
                        .value(&answers.reason)
                        .hint("Needed to send back, to block and to retire")
                        .optional(),
                ]
            }
        })
    }
}

impl Answers {
    /// The change, or what is missing to make it.
    fn change(&self, what: What) -> Result<BulkChange, Errors> {
        let missing = |field: &str, text: &str| Errors::none().with(field, text);
        match what {
            What::Owner => match self.owner.as_deref().map(str::trim).unwrap_or_default() {
                "nobody" => Ok(BulkChange::Owner(None)),
                id => id
                    .parse::<PersonId>()
                    .map(|id| BulkChange::Owner(Some(id)))
                    .map_err(|_| missing("owner", "Choose who looks after them.")),
            },
            What::Category => self
                .category
                .map(BulkChange::Category)
                .ok_or_else(|| missing("category", "Choose a category.")),
            What::Status => {
                let reason = Some(self.reason.trim()).filter(|reason| !reason.is_empty());
                Step::parse(&self.step)
                    .map(|step| BulkChange::Step(step, reason.map(str::to_owned)))
                    .ok_or_else(|| missing("step", "Choose a step."))
            }
        }
    }
}

/// The list one came from. Only a query of ours is taken: the address is never somebody else's.
fn back(list: &str) -> String {
    super::list::address("/suppliers", &super::list::read(Some(list))).to_string()
}

#[derive(Deserialize)]
pub(super) struct One {
    event: EventId,
}

/// Takes a change of many back for every supplier that still is as it left it.
pub(super) async fn undo(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(One { event }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let restored = suppliers::undo_many(&app.keelson, &signed.act(&app), event).await?;
    let text = counted(
        restored as i64,
        "supplier is as it was before",
        "suppliers are as they were before",
        signed.locale(),
    );
    Ok(signed.done(&app, &hx, "/suppliers", Flash::ok(format!("{text}."))))
}
