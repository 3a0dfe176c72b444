use askama::Template;
use axum::extract::State;
use keelson_domain::versions::Published;
use keelson_methods::{scoring::ScorecardTemplate, segmentation::Tier};

use super::{
    super::document::{Editable as _, Reader, UploadMenu, written},
    named,
};
use crate::{
    App, Result, Signed,
    kit::{Html, NavItem, Page, Shell, format, list::Blank},
    performance::words,
};

#[derive(Template)]
#[template(path = "settings/templates/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    without: Option<String>,
    upload: Option<UploadMenu>,
    blank: Blank,
}

struct Row {
    name: String,
    href: String,
    tier: Html,
    lines: String,
    version: String,
    at: Html,
}

/// The templates, tier by tier.
pub(in crate::settings) async fn list(State(app): State<App>, signed: Signed) -> Result<Page> {
    let reader = Reader::of(&app, &signed).await?;
    let row = |template: &Published<ScorecardTemplate>| Row {
        name: template.document.name.clone(),
        href: template.document.address(),
        tier: match template.document.tier {
            Some(tier) => words::tier(Some(tier)),
            None => Html::from("Other tiers"),
        },
        lines: lines(&template.document, &reader),
        version: format!("Version {}", template.version),
        at: format::ago(template.at, app.now(), reader.locale),
    };
    let order = |template: &&Published<ScorecardTemplate>| {
        template.document.tier.map_or(usize::MAX, |tier| {
            Tier::ALL
                .iter()
                .position(|known| *known == tier)
                .unwrap_or(usize::MAX)
        })
    };
    let mut templates: Vec<&Published<ScorecardTemplate>> = reader.templates.iter().collect();
    templates.sort_by_key(order);
    Ok(Page::whole(&List {
        rows: templates.into_iter().map(row).collect(),
        without: without(&reader),
        upload: UploadMenu::offered::<ScorecardTemplate>(&signed),
        blank: Blank::new(
            "gauge",
            "No template is published",
            "A template says which KPIs count for a tier, how much, and against which targets.",
        )
        .action("New template", "/settings/templates/new"),
        shell: signed.shell(NavItem::Settings),
    }))
}

fn lines(template: &ScorecardTemplate, reader: &Reader) -> String {
    let mut lines: Vec<_> = template.lines.iter().collect();
    lines.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    let each: Vec<String> = lines
        .into_iter()
        .map(|line| {
            format!(
                "{} {}",
                named(line, reader).0,
                written(line.weight, reader.locale)
            )
        })
        .collect();
    each.join(" · ")
}

/// Tiers whose suppliers nothing would score.
fn without(reader: &Reader) -> Option<String> {
    let templates = &reader.templates;
    if templates
        .iter()
        .any(|template| template.document.tier.is_none())
    {
        return None;
    }
    let missing: Vec<&str> = Tier::ALL
        .iter()
        .filter(|tier| keelson_domain::performance::template::for_tier(templates, **tier).is_none())
        .map(|tier| tier.label())
        .collect();
    (!missing.is_empty() && !templates.is_empty()).then(|| {
        format!(
            "No template is for {} suppliers, so none of their periods can be scored.",
            missing.join(", ")
        )
    })
}
