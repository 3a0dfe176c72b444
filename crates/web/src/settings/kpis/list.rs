use askama::Template;
use axum::extract::State;
use keelson_domain::versions::Published;
use keelson_methods::kpi::{Definition, Measure};

use super::{
    super::document::{Editable as _, Reader, UploadMenu},
    used, words,
};
use crate::{
    App, Result, Signed,
    kit::{
        Html, NavItem, Page, Shell, Tone,
        format::{self, counted},
        list::Blank,
        marks::badge,
    },
};

#[derive(Template)]
#[template(path = "settings/kpis/list.html")]
struct List {
    shell: Shell,
    sections: Vec<Section>,
    upload: Option<UploadMenu>,
    blank: Blank,
}

struct Section {
    id: &'static str,
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    href: String,
    summary: String,
    state: Html,
    version: String,
    at: Html,
    measures: String,
}

/// Every definition, by what it is about.
pub(in crate::settings) async fn list(State(app): State<App>, signed: Signed) -> Result<Page> {
    let reader = Reader::of(&app, &signed).await?;
    let row = |kpi: &Published<Definition>| {
        let templates = used(&kpi.document, &reader).len();
        Row {
            name: kpi.document.name.clone(),
            href: kpi.document.address(),
            summary: words::summary(&kpi.document, reader.locale),
            state: if templates > 0 {
                badge(
                    &format!(
                        "On {}",
                        counted(templates as i64, "template", "templates", reader.locale)
                    ),
                    Tone::Ok,
                )
            } else {
                badge("Measured, scores nothing", Tone::Plain)
            },
            version: format!("Version {}", kpi.version),
            at: format::ago(kpi.at, app.now(), reader.locale),
            measures: format!("/measures?kpi={}", kpi.document.id),
        }
    };
    let section = |id, title, of: &[Measure]| Section {
        id,
        title,
        rows: reader
            .kpis
            .iter()
            .filter(|kpi| of.contains(&kpi.document.measure))
            .map(row)
            .collect(),
    };
    let mut sections = vec![
        section(
            "delivery",
            "Delivery",
            &[
                Measure::OnTimeDelivery,
                Measure::OtifLine,
                Measure::OtifQuantity,
                Measure::OtifOrder,
            ],
        ),
        section(
            "lead-time",
            "Lead time",
            &[Measure::LeadTimeBias, Measure::LeadTimeWithin],
        ),
        section(
            "quality",
            "Quality",
            &[Measure::Ppm, Measure::LotAcceptance],
        ),
        section(
            "price",
            "Price and invoices",
            &[Measure::Ppv, Measure::InvoiceAccuracy],
        ),
    ];
    sections.retain(|section| !section.rows.is_empty());
    Ok(Page::whole(&List {
        upload: UploadMenu::offered::<Definition>(&signed),
        blank: Blank::new(
            "gauge",
            "No KPI is defined",
            "A definition says what is counted, against which date, with which tolerances.",
        )
        .action("Define a KPI", "/settings/kpis/new"),
        sections,
        shell: signed.shell(NavItem::Settings),
    }))
}
