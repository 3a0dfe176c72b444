//! The steps of the onboarding path: approving, activating, blocking, retiring; and the menu that offers them.

use askama::{Template, filters::HtmlSafe};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::suppliers::{self, Status, Step, Supplier};
use serde::Deserialize;

use super::part::{Part, mistakes};
use crate::{
    Allowed, App, Form, Query, Result, Signed,
    kit::{
        Flash, Html, Hx, Tone,
        form::{Choice, Errors, Field},
        panel::{Notice, Steps},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    step: String,
    reason: String,
}

fn part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Change status",
        lead: "One step along the path. The activity keeps who took it, when and why.",
        path: "steps".to_owned(),
        action: "Change status",
        tab: "overview",
    }
}

fn fields(supplier: &Supplier, answers: &Answers) -> Vec<Field> {
    let steps = supplier
        .status
        .steps()
        .into_iter()
        .map(|step| Choice::new(step.code(), words(step)).hint(hint(step)))
        .collect();
    vec![
        Field::radios("step", "Step", steps).value(&answers.step),
        Field::text_area("reason", "Reason", 3)
            .value(&answers.reason)
            .hint("Needed to send back, to block and to retire. Only a reason for sending back is shown to the supplier")
            .optional(),
    ]
}

/// What a step is called on its button.
pub(super) fn words(step: Step) -> &'static str {
    match step {
        Step::StartRegistration => "Start registration",
        Step::SubmitForReview => "Submit for review",
        Step::SendBack => "Send back",
        Step::Approve => "Approve supplier",
        Step::Activate => "Activate supplier",
        Step::Block => "Block supplier",
        Step::Unblock => "Unblock supplier",
        Step::Retire => "Retire supplier",
        Step::Reinstate => "Reinstate supplier",
    }
}

fn hint(step: Step) -> &'static str {
    match step {
        Step::StartRegistration => "The supplier fills in its profile",
        Step::SubmitForReview => "The profile is complete and waits for approval",
        Step::SendBack => "The profile lacks something; the supplier goes on with it",
        Step::Approve => "It may be chosen for orders",
        Step::Activate => "The first order may be placed",
        Step::Block => "No further orders; the supplier is told only that it is paused",
        Step::Unblock => "Back to where it stood before",
        Step::Retire => "Nothing is bought any more; its history stays",
        Step::Reinstate => "Back to where it stood before it was retired",
    }
}

pub(super) async fn choose(
    signed: Signed,
    Query(answers): Query<Answers>,
    Allowed(supplier): Allowed<Supplier>,
) -> Response {
    let fields = fields(&supplier, &answers);
    part(&supplier)
        .page_over(&signed, fields, path(&supplier))
        .into_response()
}

pub(super) async fn take(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let part = part(&supplier);
    let again = |errors| part.again(&signed, fields(&supplier, &answers), errors);
    let Some(step) = Step::parse(&answers.step) else {
        return Ok(again(
            Errors::none().with("step", "Choose a step of the path."),
        ));
    };
    let reason = Some(answers.reason.trim()).filter(|reason| !reason.is_empty());
    let taken = suppliers::take(&app.keelson, &signed.act(&app), supplier.id, step, reason).await;
    if let Err(errors) = mistakes(taken)? {
        return Ok(again(errors));
    }
    let now = suppliers::find(app.keelson.db.read(), supplier.id)
        .await?
        .map_or(supplier.status, |supplier| supplier.status);
    let said = Flash::ok(format!("{} is {} now.", supplier.details.name, now.words()));
    Ok(signed.done(&app, &hx, &part.back(), said))
}

/// Where a supplier stands on its way in, or why it is off the path.
pub(super) fn path(supplier: &Supplier) -> Html {
    let on_the_way = [
        Status::Invited,
        Status::Registering,
        Status::UnderReview,
        Status::Approved,
        Status::Active,
    ];
    let reason = supplier.status_reason.as_deref();
    match on_the_way
        .iter()
        .position(|status| *status == supplier.status)
    {
        Some(current) => {
            let steps = Html::of(Steps {
                label: "Onboarding path".to_owned(),
                steps: on_the_way
                    .map(|status| (super::words::status_words(status).to_owned(), None))
                    .into(),
                current,
            });
            match reason {
                Some(reason) => steps.then(Html::of(Notice::new(Tone::Warn, "Reason:", reason))),
                None => steps,
            }
        }
        None => Html::of(Notice::new(
            Tone::Bad,
            format!("{}.", super::words::status_words(supplier.status)),
            reason.unwrap_or("No reason was given."),
        )),
    }
}

/// The steps that may be taken now, behind a button: those without a reason at once, the others on a page of their own.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<details class="pop"><summary class="btn">Change status</summary><div class="pop-panel to-end">{% for (code, text, asks) in steps %}{% if *asks %}<a class="menu-item" href="{{ action }}?step={{ code }}">{{ text }}…</a>{% else %}<form method="post" action="{{ action }}"><button class="menu-item" type="submit" name="step" value="{{ code }}">{{ text }}</button></form>{% endif %}{% endfor %}</div></details>"#
)]
pub(super) struct StatusMenu {
    action: String,
    steps: Vec<(&'static str, &'static str, bool)>,
}

impl HtmlSafe for StatusMenu {}

impl StatusMenu {
    pub(super) fn of(supplier: &Supplier) -> Self {
        Self {
            action: format!("/suppliers/{}/steps", supplier.id),
            steps: supplier
                .status
                .steps()
                .into_iter()
                .map(|step| (step.code(), words(step), step.needs_reason()))
                .collect(),
        }
    }
}
