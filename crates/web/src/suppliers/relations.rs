//! Who looks after a supplier, which company it belongs to, and when somebody last checked the record.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    PersonId, SupplierId,
    access::{self, Status as Account},
    suppliers::{self, ListQuery, Parent, Supplier},
};
use keelson_methods::decimal::parse_scaled;
use serde::Deserialize;

use super::part::{Nothing, Part, at, mistakes};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Hx,
        form::{Choice, Errors, Field},
    },
};

/// More suppliers than this of a name are not offered: the name is to be written out.
const MOST_OFFERED: usize = 8;

/// The colleagues a supplier can be given to.
pub(super) async fn colleagues(app: &App) -> Result<Vec<Choice>> {
    let people = access::people(app.keelson.db.read()).await?;
    Ok(people
        .into_iter()
        .filter(|person| person.supplier.is_none() && person.status != Account::Disabled)
        .map(|person| Choice::new(person.id, person.name.to_string()))
        .collect())
}

fn owner_part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Owner",
        lead: "The colleague who looks after this supplier and is asked first.",
        path: "owner".to_owned(),
        action: "Save owner",
        tab: "overview",
    }
}

async fn owner_fields(app: &App, chosen: Option<PersonId>) -> Result<Vec<Field>> {
    let mut choices = vec![Choice::new("", "Nobody")];
    choices.extend(colleagues(app).await?);
    Ok(vec![Field::select("owner", "Owner", choices).value(
        chosen.map_or_else(String::new, |person| person.to_string()),
    )])
}

pub(super) async fn owner(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    let fields = owner_fields(&app, supplier.owner).await?;
    Ok(owner_part(&supplier).page(&signed, fields).into_response())
}

#[derive(Deserialize)]
pub(super) struct Owner {
    owner: Option<PersonId>,
}

pub(super) async fn assign(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(Owner { owner }): Form<Owner>,
) -> Result<Response> {
    let part = owner_part(&supplier);
    let act = signed.act(&app);
    let assigned = suppliers::assign_owner(&app.keelson, &act, supplier.id, owner).await;
    if let Err(errors) = mistakes(assigned)? {
        return Ok(part.again(&signed, owner_fields(&app, owner).await?, errors));
    }
    Ok(signed.done(&app, &hx, &part.back(), Flash::ok("The owner is saved.")))
}

fn parent_part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Parent company",
        lead: "The supplier this company belongs to, so that a group is seen as one.",
        path: "parent".to_owned(),
        action: "Save parent company",
        tab: "overview",
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Belongs {
    /// A number or a name, as typed.
    parent: String,
    /// One of the suppliers offered for a name that several have.
    chosen: Option<SupplierId>,
    share: String,
}

fn parent_fields(answers: &Belongs, offered: Vec<Choice>) -> Vec<Field> {
    let mut fields = vec![
        Field::text("parent", "Parent company")
            .value(&answers.parent)
            .hint("Its number, such as S-00118, or its name. Empty where it stands alone")
            .optional(),
    ];
    if !offered.is_empty() {
        fields.push(
            Field::radios("chosen", "Which one", offered).value(
                answers
                    .chosen
                    .map_or_else(String::new, |chosen| chosen.to_string()),
            ),
        );
    }
    fields.push(
        Field::number("share", "Share held, %")
            .value(&answers.share)
            .optional(),
    );
    fields
}

pub(super) async fn parent(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    let mut answers = Belongs::default();
    if let Some(parent) = supplier.parent
        && let Some(above) = suppliers::find(app.keelson.db.read(), parent.id).await?
    {
        answers.parent = above.number;
        answers.share = parent.share_ppm.map_or_else(String::new, |ppm| {
            let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        });
    }
    let fields = parent_fields(&answers, Vec::new());
    Ok(parent_part(&supplier).page(&signed, fields).into_response())
}

pub(super) async fn belong(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Belongs>,
) -> Result<Response> {
    let part = parent_part(&supplier);
    let mut errors = Errors::none();
    let share_ppm = match answers.share.trim().trim_end_matches('%').trim() {
        "" => None,
        text => match parse_scaled(text, 4) {
            Ok(ppm) if (1..=1_000_000).contains(&ppm) => Some(ppm),
            _ => {
                errors.add("share", "Enter a share above 0 and up to 100, such as 51.");
                None
            }
        },
    };
    let mut offered = Vec::new();
    let id = match (answers.chosen, answers.parent.trim()) {
        (Some(chosen), _) => Some(chosen),
        (None, "") => None,
        (None, text) => match named(&app, &signed, text).await? {
            Named::One(id) => Some(id),
            Named::Several(choices) => {
                errors.add("chosen", "Several suppliers fit. Choose one of them.");
                offered = choices;
                None
            }
            Named::TooMany => {
                errors.add(
                    "parent",
                    format!("More than {MOST_OFFERED} suppliers fit. Write more of the name, or its number."),
                );
                None
            }
            Named::None => {
                errors.add(
                    "parent",
                    "No supplier has this number or name. Create it first, or write it another way.",
                );
                None
            }
        },
    };
    if errors.is_empty() {
        let to = id.map(|id| Parent { id, share_ppm });
        let act = signed.act(&app);
        match mistakes(suppliers::set_parent(&app.keelson, &act, supplier.id, to).await)? {
            Ok(()) => {
                let said = Flash::ok("The parent company is saved.");
                return Ok(signed.done(&app, &hx, &part.back(), said));
            }
            Err(found) => errors = found,
        }
    }
    Ok(part.again(&signed, parent_fields(&answers, offered), errors))
}

/// What a typed number or name leads to.
enum Named {
    One(SupplierId),
    Several(Vec<Choice>),
    TooMany,
    None,
}

async fn named(app: &App, signed: &Signed, text: &str) -> Result<Named> {
    let db = app.keelson.db.read();
    if let Some(id) = suppliers::by_number(db, text).await? {
        return Ok(Named::One(id));
    }
    let query = ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    };
    let found = suppliers::list(db, &query, signed.organisation().currency).await?;
    Ok(match found.rows.as_slice() {
        [] => Named::None,
        [one] => Named::One(one.id),
        rows if rows.len() > MOST_OFFERED => rows
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(text))
            .map_or(Named::TooMany, |row| Named::One(row.id)),
        rows => Named::Several(
            rows.iter()
                .map(|row| Choice::new(row.id, format!("{}, {}", row.name, row.number)))
                .collect(),
        ),
    })
}

/// Notes that the record was checked against the outside world today.
pub(super) async fn verify(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::verify(&app.keelson, &signed.act(&app), supplier.id).await?;
    let said = Flash::ok("The record is marked as checked today.");
    Ok(signed.done(&app, &hx, &at(&supplier, "overview"), said))
}
