use axum::extract::State;
use keelson_methods::{scoring::ScorecardTemplate, segmentation::Tier};

use super::super::document::{Reader, edit_new};
use crate::{App, Result, Signed, kit::Page};

/// A new template, begun with the handbook's lines for the first tier that has none.
pub(in crate::settings) async fn new(State(app): State<App>, signed: Signed) -> Result<Page> {
    let reader = Reader::of(&app, &signed).await?;
    let taken = |tier: Option<Tier>| {
        let mut templates = reader.templates.iter();
        templates.any(|template| template.document.tier == tier)
    };
    let standard = ScorecardTemplate::standard();
    let free = standard.iter().find(|template| !taken(template.tier));
    let begun = ScorecardTemplate {
        id: String::new(),
        name: String::new(),
        tier: free.and_then(|template| template.tier),
        lines: free
            .or(standard.first())
            .map(|template| template.lines.clone())
            .unwrap_or_default()
            .into_iter()
            .filter(|line| reader.kpi(&line.kpi).is_some())
            .collect(),
    };
    edit_new(&app, &signed, &begun).await
}
