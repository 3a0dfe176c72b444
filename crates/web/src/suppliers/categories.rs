//! What is bought from a supplier: its main category, the others, and new nodes of the category tree.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    CategoryId,
    suppliers::{self, Category, Supplier},
};
use serde::Deserialize;

use super::part::{Part, mistakes};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Hx,
        form::{Choice, Errors, Field},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    main: Option<CategoryId>,
    also: Vec<CategoryId>,
    /// A category that is not in the tree yet, made and chosen in one go.
    new_code: String,
    new_name: String,
}

fn part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Categories",
        lead: "What is bought from this supplier. Lists show the main category.",
        path: "categories".to_owned(),
        action: "Save categories",
        tab: "overview",
    }
}

fn fields(known: &[Category], answers: &Answers) -> Vec<Field> {
    let choice = |category: &Category| {
        let name = if category.name == category.code {
            category.name.clone()
        } else {
            format!("{} ({})", category.name, category.code)
        };
        Choice::new(category.id, name)
    };
    let main = std::iter::once(Choice::new("", "None yet"))
        .chain(known.iter().map(choice))
        .collect();
    let chosen = answers.also.iter().map(ToString::to_string).collect();
    let mut fields = vec![
        Field::select("main", "Main category", main)
            .value(
                answers
                    .main
                    .map_or_else(String::new, |category| category.to_string()),
            )
            .optional(),
    ];
    if !known.is_empty() {
        let also = known.iter().map(choice).collect();
        fields.push(Field::checks("also", "Also supplies", also, chosen).optional());
    }
    fields.extend([
        Field::text("new_code", "Code of a new category")
            .value(&answers.new_code)
            .hint("Only when the category is not in the list: it is added and becomes the main one")
            .half()
            .optional(),
        Field::text("new_name", "Name of the new category")
            .value(&answers.new_name)
            .half()
            .optional(),
    ]);
    fields
}

pub(super) async fn edit(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    let db = app.keelson.db.read();
    let known = suppliers::categories(db).await?;
    let own = suppliers::categories_of(db, supplier.id).await?;
    let answers = Answers {
        main: own.iter().find(|category| category.main).map(|one| one.id),
        also: own
            .iter()
            .filter(|category| !category.main)
            .map(|one| one.id)
            .collect(),
        ..Answers::default()
    };
    Ok(part(&supplier)
        .page(&signed, fields(&known, &answers))
        .into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let act = signed.act(&app);
    let mut main = answers.main;
    if !answers.new_code.trim().is_empty() || !answers.new_name.trim().is_empty() {
        let name = match answers.new_name.trim() {
            "" => &answers.new_code,
            name => name,
        };
        let made =
            suppliers::create_category(&app.keelson, &act, &answers.new_code, name, None).await;
        match mistakes(made)? {
            Ok(category) => main = Some(category),
            Err(errors) => return again(&app, &signed, &supplier, &answers, &errors).await,
        }
    }
    let also = answers.also.iter().copied();
    let categories: Vec<CategoryId> = match main {
        Some(main) => std::iter::once(main)
            .chain(also.filter(|category| *category != main))
            .collect(),
        None if answers.also.is_empty() => Vec::new(),
        None => {
            let errors =
                Errors::none().with("main", "Choose which of the categories is the main one.");
            return again(&app, &signed, &supplier, &answers, &errors).await;
        }
    };
    let set = suppliers::set_categories(&app.keelson, &act, supplier.id, &categories).await;
    if let Err(errors) = mistakes(set)? {
        return again(&app, &signed, &supplier, &answers, &errors).await;
    }
    let said = Flash::ok("The categories are saved.");
    Ok(signed.done(&app, &hx, &part(&supplier).back(), said))
}

/// The form again. The domain's names for a category's fields become those of this form.
async fn again(
    app: &App,
    signed: &Signed,
    supplier: &Supplier,
    answers: &Answers,
    errors: &Errors,
) -> Result<Response> {
    let known = suppliers::categories(app.keelson.db.read()).await?;
    let mut named = Errors::none();
    for (theirs, ours) in [
        ("code", "new_code"),
        ("name", "new_name"),
        ("category", "main"),
        ("main", "main"),
    ] {
        if let Some(text) = errors.of(theirs) {
            named.add(ours, text);
        }
    }
    Ok(part(supplier).again(signed, fields(&known, answers), named))
}
