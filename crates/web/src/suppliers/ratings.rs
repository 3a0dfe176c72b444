//! What our people judge about a supplier: the inputs of segmentation that no order line answers.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::suppliers::{self, RatingsDraft, Supplier};

use super::part::{Part, mistakes};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Hx,
        form::{Choice, Field},
    },
};

fn part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Ratings",
        lead: "What segmentation asks and no file answers. Leave open what nobody knows: missing is not zero.",
        path: "ratings".to_owned(),
        action: "Save ratings",
        tab: "overview",
    }
}

fn fields(draft: &RatingsDraft, currency: &str) -> Vec<Field> {
    let grades = |lowest: &str, highest: &str| {
        let mut choices = vec![Choice::new("", "Not rated")];
        choices.extend((1..=5).map(|grade| {
            let words = match grade {
                1 => format!("1, {lowest}"),
                5 => format!("5, {highest}"),
                other => other.to_string(),
            };
            Choice::new(grade, words)
        }));
        choices
    };
    vec![
        Field::select(
            "business_impact",
            "Business impact",
            grades("nothing stops", "our operation stops within a week"),
        )
        .value(&draft.business_impact)
        .optional(),
        Field::select(
            "innovation_potential",
            "Innovation potential",
            grades("none", "we develop together"),
        )
        .value(&draft.innovation_potential)
        .hint("Rated by engineering")
        .optional(),
        Field::text_area(
            "innovation_evidence",
            "What the innovation rating rests on",
            3,
        )
        .value(&draft.innovation_evidence)
        .hint("Needed with the rating: projects, patents, prototypes")
        .optional(),
        Field::number("alternatives", "Qualified alternatives")
            .value(&draft.alternatives)
            .hint("Sources able to take 80% of the volume within six months")
            .optional(),
        Field::number("switching_cost", &format!("Switching cost, {currency}"))
            .value(&draft.switching_cost)
            .hint("Once, with requalification")
            .optional(),
        Field::number("market_hhi", "Concentration of its market, 0 to 1")
            .value(&draft.market_hhi)
            .hint("Herfindahl-Hirschman index: 0.18 is moderately concentrated, 1 is a monopoly")
            .optional(),
        Field::number("disruption_risk", "Residual risk of disruption, 0 to 100")
            .value(&draft.disruption_risk)
            .optional(),
        Field::number("dependency", "Our dependence on it, 0 to 100")
            .value(&draft.dependency)
            .optional(),
        Field::number(
            "supplier_revenue",
            &format!("Its yearly revenue, {currency}"),
        )
        .value(&draft.supplier_revenue)
        .hint("To see how much of it is ours")
        .optional(),
    ]
}

pub(super) async fn edit(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    let currency = signed.organisation().currency;
    let draft = suppliers::ratings(app.keelson.db.read(), supplier.id)
        .await?
        .map_or_else(RatingsDraft::default, |ratings| {
            RatingsDraft::of(&ratings, currency)
        });
    Ok(part(&supplier)
        .page(&signed, fields(&draft, currency.code()))
        .into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(draft): Form<RatingsDraft>,
) -> Result<Response> {
    let currency = signed.organisation().currency;
    let part = part(&supplier);
    let ratings = match mistakes(draft.parse(currency))? {
        Ok(ratings) => ratings,
        Err(errors) => {
            return Ok(part.again(&signed, fields(&draft, currency.code()), errors));
        }
    };
    suppliers::rate(&app.keelson, &signed.act(&app), supplier.id, &ratings).await?;
    let said = Flash::ok("The ratings are saved. Tiers take them up at the next segmentation.");
    Ok(signed.done(&app, &hx, &part.back(), said))
}
