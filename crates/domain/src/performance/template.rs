//! Scorecard templates: which KPIs count for a tier, how much, against which targets.

use keelson_methods::{
    document::FieldError, kpi::Definition, scoring::ScorecardTemplate, segmentation::Tier,
};
use sea_orm::ConnectionTrait;

use crate::{
    Act, Error, Field, Keelson, Result, Tx,
    versions::{self, Document, Published},
};

impl Document for ScorecardTemplate {
    const TABLE: &'static str = "scorecard_templates";
    const KEY: &'static str = "template";
    const SUBJECT: &'static str = "scorecard_template";
    const WHAT: &'static str = "scorecard template";

    fn key(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn parse(toml: &str) -> Result<Self, Vec<FieldError>> {
        Self::parse(toml)
    }

    fn to_toml(&self) -> String {
        self.to_toml()
    }
}

/// Publishes a template: a new version, unless the newest says the same already. Its KPIs must be defined, and no other
/// template may be for the same tier.
pub async fn publish(
    keelson: &Keelson,
    act: &Act,
    template: &ScorecardTemplate,
) -> Result<Published<ScorecardTemplate>> {
    let tx = keelson.db.begin().await?;
    let mistakes = check(&tx, template).await?;
    if !mistakes.is_empty() {
        return Err(Error::Invalid(mistakes));
    }
    let (published, _new) = versions::publish(&tx, act, template).await?;
    tx.commit().await?;
    Ok(published)
}

/// Reads a template written as TOML and publishes it.
pub async fn apply(
    keelson: &Keelson,
    act: &Act,
    toml: &str,
) -> Result<Published<ScorecardTemplate>> {
    publish(keelson, act, &versions::read(toml)?).await
}

/// Publishes the handbook's templates where their ids are not taken. Part of setting up an organisation.
pub async fn seed(tx: &Tx, act: &Act) -> Result<()> {
    versions::seed(tx, act, ScorecardTemplate::standard()).await
}

/// The template that counts for a tier: its own, else the one for every tier without its own. An unclassified supplier is
/// watched like the tier it is monitored as.
pub fn for_tier(
    templates: &[Published<ScorecardTemplate>],
    tier: Tier,
) -> Option<&Published<ScorecardTemplate>> {
    let of = |tier: Option<Tier>| {
        templates
            .iter()
            .find(|template| template.document.tier == tier)
    };
    of(Some(tier))
        .or_else(|| of(Some(tier.monitored_as())))
        .or_else(|| of(None))
}

/// What only the other documents can tell is wrong with a template.
pub async fn check(db: &impl ConnectionTrait, template: &ScorecardTemplate) -> Result<Vec<Field>> {
    let mut mistakes = Vec::new();
    let defined = versions::current::<Definition>(db).await?;
    for (index, line) in template.lines.iter().enumerate() {
        if !defined.iter().any(|kpi| kpi.document.id == line.kpi) {
            let known: Vec<&str> = defined.iter().map(|kpi| kpi.document.id.as_str()).collect();
            mistakes.push(Field {
                name: format!("lines[{index}].kpi").into(),
                message: format!(
                    "\"{}\" is not defined; publish its KPI definition first, or choose one of {}",
                    line.kpi,
                    known.join(", ")
                ),
            });
        }
    }
    let others = versions::current::<ScorecardTemplate>(db).await?;
    let same_tier = others
        .iter()
        .map(|other| &other.document)
        .find(|other| other.id != template.id && other.tier == template.tier);
    if let Some(other) = same_tier {
        mistakes.push(Field {
            name: "tier".into(),
            message: format!(
                "the template \"{}\" is for this tier already; publish a new version of it instead",
                other.name
            ),
        });
    }
    Ok(mistakes)
}
