use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_methods::kpi::{
    Definition, DeliveryRules, InvoiceRules, LeadTimeRules, Measure, PriceRules, QualityRules,
};
use serde::Deserialize;

use super::{super::document::edit_new, words};
use crate::{
    App, Query, Result, Signed,
    kit::{NavItem, Page, Shell},
};

#[derive(Deserialize)]
pub(in crate::settings) struct Asked {
    #[serde(default)]
    measure: String,
}

#[derive(Template)]
#[template(path = "settings/kpis/new.html")]
struct Choose {
    shell: Shell,
    measures: Vec<(String, &'static str, &'static str)>,
}

/// What a new KPI measures, then its form with the handbook's rules.
pub(in crate::settings) async fn new(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Ok(measure) = Measure::parse(&asked.measure) else {
        let measures = Measure::ALL.iter().map(|measure| {
            let (name, text) = words::measure(*measure);
            (format!("/settings/kpis/new?measure={measure}"), name, text)
        });
        let view = Choose {
            shell: signed.shell(NavItem::Settings),
            measures: measures.collect(),
        };
        return Ok(Page::whole(&view).into_response());
    };
    Ok(edit_new(&app, &signed, &begun(measure))
        .await?
        .into_response())
}

/// A definition of a measure with the handbook's rules, and no name yet.
fn begun(measure: Measure) -> Definition {
    let mut definition = Definition {
        id: String::new(),
        name: String::new(),
        description: String::new(),
        measure,
        direction: measure.direction(),
        unit: measure.unit(),
        minimum_n: measure.standard_minimum_n(),
        delivery: None,
        lead_time: None,
        quality: None,
        price: None,
        invoice: None,
    };
    match measure {
        Measure::OnTimeDelivery
        | Measure::OtifLine
        | Measure::OtifQuantity
        | Measure::OtifOrder => definition.delivery = Some(DeliveryRules::default()),
        Measure::LeadTimeBias | Measure::LeadTimeWithin => {
            definition.lead_time = Some(LeadTimeRules::default());
        }
        Measure::Ppm | Measure::LotAcceptance => {
            definition.quality = Some(QualityRules::default());
        }
        Measure::Ppv => definition.price = Some(PriceRules::default()),
        Measure::InvoiceAccuracy => definition.invoice = Some(InvoiceRules::default()),
    }
    definition
}
