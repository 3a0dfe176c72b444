use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    Error, SupplierId,
    access::{self, Email, NewPerson, Person, PersonName, Side},
};
use serde::Deserialize;

use super::{Handover, read_roles, role_choices};
use crate::{
    App, Form, Query, Result, Signed,
    kit::{
        NavItem, Page, Shell,
        form::{Errors, Field, SaveBar},
    },
};

#[derive(Template)]
#[template(path = "settings/people/new.html")]
struct New {
    shell: Shell,
    errors: Errors,
    answers: Answers,
    side: Side,
}

#[derive(Deserialize, Default)]
pub(crate) struct Answers {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    roles: Vec<String>,
    /// Asked for a supplier's person only: the number, "S-00118".
    supplier: Option<String>,
    side: Option<String>,
}

impl Answers {
    fn side(&self) -> Side {
        match self.side.as_deref() {
            Some("supplier") => Side::Supplier,
            _ => Side::Buyer,
        }
    }
}

impl New {
    fn fields(&self) -> Vec<Field> {
        let answers = &self.answers;
        let mut fields = vec![
            Field::text("name", "Name").value(&answers.name),
            Field::email("email", "E-mail address").value(&answers.email),
            Field::checks(
                "roles",
                "Roles",
                role_choices(self.side),
                answers.roles.clone(),
            ),
        ];
        if self.side == Side::Supplier {
            let number = answers.supplier.as_deref().unwrap_or_default();
            let supplier = Field::text("supplier", "Supplier number")
                .hint("As it stands on the supplier's page, for example S-00118")
                .value(number)
                .half();
            fields.insert(0, supplier);
        }
        fields
            .into_iter()
            .map(|field| field.error(&self.errors))
            .collect()
    }
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    side: Option<String>,
    supplier: Option<String>,
}

pub(crate) async fn new(signed: Signed, Query(asked): Query<Asked>) -> Page {
    let answers = Answers {
        side: asked.side,
        supplier: asked.supplier,
        ..Answers::default()
    };
    let side = answers.side();
    Page::whole(&New {
        shell: signed.shell(NavItem::Settings),
        errors: Errors::none(),
        answers,
        side,
    })
}

/// Invites somebody and shows the link once.
pub(crate) async fn invite(
    State(app): State<App>,
    signed: Signed,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let roles = read_roles(&answers.roles)?;
    let side = answers.side();
    let mut errors = Errors::none();
    let supplier = match side {
        Side::Buyer => None,
        Side::Supplier => supplier(&app, answers.supplier.as_deref(), &mut errors).await?,
    };
    let name = PersonName::parse(&answers.name)
        .map_err(|message| errors.add("name", message))
        .ok();
    let email = Email::parse(&answers.email)
        .map_err(|message| errors.add("email", message))
        .ok();
    if roles.is_empty() {
        errors.add("roles", "Choose at least one role");
    }
    if let (Some(name), Some(email), true) = (name, email, errors.is_empty()) {
        let person = NewPerson {
            email,
            name,
            roles,
            supplier,
        };
        match access::invite(&app.keelson, &signed.act(&app), &mut app.rng(), person).await {
            Ok(invitation) => return handover(&app, &signed, invitation).await,
            Err(Error::Invalid(fields)) => fields
                .into_iter()
                .for_each(|field| errors.add(&field.name, field.message)),
            Err(error) => return Err(error.into()),
        }
    }
    let shell = Shell {
        has_errors: true,
        ..signed.shell(NavItem::Settings)
    };
    Ok(Page::whole(&New {
        shell,
        errors,
        answers,
        side,
    })
    .unprocessable()
    .into_response())
}

/// The page with the invitation's link.
pub(super) async fn handover(
    app: &App,
    signed: &Signed,
    invitation: access::Invitation,
) -> Result<Response> {
    let person = Person::find(app.keelson.db.read(), invitation.person).await?;
    let person = person.ok_or(crate::Error::NotFound)?;
    let view = Handover {
        shell: signed.shell(NavItem::Settings),
        title: format!("Invitation for {}", person.name),
        person,
        link: app
            .site
            .link(&format!("/invitation/{}", invitation.secret.reveal())),
        life: "7 days",
    };
    Ok(Page::whole(&view).into_response())
}

async fn supplier(
    app: &App,
    number: Option<&str>,
    errors: &mut Errors,
) -> Result<Option<SupplierId>> {
    let Some(number) = number else {
        errors.add("supplier", "Enter the supplier's number");
        return Ok(None);
    };
    let found = access::supplier_numbered(app.keelson.db.read(), number.trim()).await?;
    if found.is_none() {
        errors.add(
            "supplier",
            format!("There is no supplier with the number {}", number.trim()),
        );
    }
    Ok(found)
}
