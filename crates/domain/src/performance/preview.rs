//! What a definition or a template would change if it were published: suppliers judged twice from the facts as they are now,
//! once by what is published and once by the draft. Nothing is stored.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use keelson_analytics::{By, Request};
use keelson_methods::{
    kpi::Definition,
    missing::Missing,
    period::Period,
    scoring::{Grade, Scorecard, ScorecardTemplate},
};

use super::{
    measure::{self, Figure, SupplierName},
    refresh::one_currency,
    score::{Run, everyone},
};
use crate::{
    Keelson, Result, SupplierId,
    versions::{self, Document, Published},
};

/// What publishing a draft would do to a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub period: Period,
    /// Suppliers about whom something is known in the period.
    pub suppliers: u64,
    /// Those for whom anything would differ, in the order of their names.
    pub effects: Vec<Effect>,
}

/// A supplier for whom something would differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub supplier: SupplierName,
    /// The KPI's figure; the same on both sides where a template is previewed.
    pub figure: Changed<Figure>,
    pub score: Changed<Option<f64>>,
    pub grade: Changed<Option<Grade>>,
}

/// By what is published, and by the draft.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Changed<T> {
    pub before: T,
    pub after: T,
}

impl<T> Changed<T> {
    pub fn differs(&self) -> bool
    where
        T: PartialEq,
    {
        self.before != self.after
    }

    fn map<'a, U>(&'a self, of: impl Fn(&'a T) -> U) -> Changed<U> {
        Changed {
            before: of(&self.before),
            after: of(&self.after),
        }
    }
}

impl Preview {
    /// How many suppliers would have another value.
    pub fn values(&self) -> usize {
        let differs = |effect: &&Effect| effect.figure.value().differs();
        self.effects.iter().filter(differs).count()
    }

    /// How many suppliers would have another score.
    pub fn scores(&self) -> usize {
        let differs = |effect: &&Effect| effect.score.differs();
        self.effects.iter().filter(differs).count()
    }

    /// How many suppliers would have another grade.
    pub fn grades(&self) -> usize {
        let differs = |effect: &&Effect| effect.grade.differs();
        self.effects.iter().filter(differs).count()
    }
}

impl Changed<Figure> {
    pub fn value(&self) -> Changed<Option<f64>> {
        self.map(|figure| figure.value)
    }
}

/// What publishing a definition would do: to its own values, and to the scores of the templates that name it.
pub async fn definition(
    keelson: &Keelson,
    draft: &Definition,
    period: Period,
    as_of: NaiveDate,
) -> Result<Preview> {
    let db = keelson.db.read();
    let templates: Vec<Published<ScorecardTemplate>> = versions::current(db).await?;
    let definitions: Vec<Published<Definition>> = versions::current(db).await?;
    let published = definitions
        .iter()
        .find(|definition| definition.document.id == draft.id);
    let before = match published {
        Some(published) => figures(keelson, &published.document, period, as_of).await?,
        None => HashMap::new(),
    };
    let after = figures(keelson, draft, period, as_of).await?;
    let is_scored = templates.iter().any(|template| {
        let mut lines = template.document.lines.iter();
        lines.any(|line| line.kpi == draft.id)
    });
    let cards = if is_scored {
        let drafted = with(definitions.clone(), draft);
        let now = Run::of(templates.clone(), definitions, period, as_of)?;
        let then = Run::of(templates, drafted, period, as_of)?;
        judged(keelson, &now, &then).await?
    } else {
        Changed::default()
    };
    assemble(keelson, period, Changed { before, after }, cards).await
}

/// What publishing a template would do to the scores and grades of the suppliers it is for.
pub async fn template(
    keelson: &Keelson,
    draft: &ScorecardTemplate,
    period: Period,
    as_of: NaiveDate,
) -> Result<Preview> {
    let db = keelson.db.read();
    let templates: Vec<Published<ScorecardTemplate>> = versions::current(db).await?;
    let definitions: Vec<Published<Definition>> = versions::current(db).await?;
    let drafted = with(templates.clone(), draft);
    let then = Run::of(drafted, definitions.clone(), period, as_of)?;
    let cards = if templates.is_empty() {
        let everyone = everyone(db).await?;
        Changed {
            before: HashMap::new(),
            after: then.judgements(keelson, &everyone).await?,
        }
    } else {
        let now = Run::of(templates, definitions, period, as_of)?;
        judged(keelson, &now, &then).await?
    };
    assemble(keelson, period, Changed::default(), cards).await
}

/// The published documents with the draft in the place of its own.
fn with<D: Document>(mut published: Vec<Published<D>>, draft: &D) -> Vec<Published<D>> {
    match published
        .iter_mut()
        .find(|published| published.document.key() == draft.key())
    {
        Some(published) => published.document = draft.clone(),
        None => published.push(Published {
            version: 0,
            document: draft.clone(),
            by: None,
            by_name: None,
            at: DateTime::<Utc>::default(),
        }),
    }
    published
}

async fn figures(
    keelson: &Keelson,
    definition: &Definition,
    period: Period,
    as_of: NaiveDate,
) -> Result<HashMap<i64, Figure>> {
    let measured = keelson
        .analytics
        .measure(&Request {
            definition,
            bounds: period.bounds(as_of),
            as_of,
            by: By::Supplier,
            suppliers: None,
        })
        .await?;
    Ok(one_currency(measured)
        .into_iter()
        .filter_map(|measured| Some((measured.group.supplier?, Figure::from(&measured))))
        .filter(|(_, figure)| !figure.is_nothing())
        .collect())
}

async fn judged(
    keelson: &Keelson,
    now: &Run,
    then: &Run,
) -> Result<Changed<HashMap<i64, Scorecard>>> {
    let suppliers = everyone(keelson.db.read()).await?;
    Ok(Changed {
        before: now.judgements(keelson, &suppliers).await?,
        after: then.judgements(keelson, &suppliers).await?,
    })
}

async fn assemble(
    keelson: &Keelson,
    period: Period,
    figures: Changed<HashMap<i64, Figure>>,
    cards: Changed<HashMap<i64, Scorecard>>,
) -> Result<Preview> {
    let measured = figures.before.keys().chain(figures.after.keys());
    let scored = cards.before.keys().chain(cards.after.keys());
    let known: BTreeSet<i64> = measured.chain(scored).copied().collect();
    let nothing = Figure {
        reason: Some(Missing::NoActivity),
        ..Figure::default()
    };
    let figure = |of: &HashMap<i64, Figure>, id: i64| of.get(&id).copied().unwrap_or(nothing);
    let differing: Vec<_> = known
        .iter()
        .map(|id| {
            let figure = figures.map(|side| figure(side, *id));
            let score = cards.map(|side| side.get(id).and_then(|card| card.score));
            let grade = cards.map(|side| side.get(id).and_then(|card| card.grade));
            (SupplierId(*id), figure, score, grade)
        })
        .filter(|(_, figure, score, grade)| {
            figure.value().differs() || score.differs() || grade.differs()
        })
        .collect();
    let ids: Vec<SupplierId> = differing.iter().map(|(id, ..)| *id).collect();
    let mut names = measure::suppliers(keelson.db.read(), &ids).await?;
    let mut effects: Vec<Effect> = differing
        .into_iter()
        .filter_map(|(id, figure, score, grade)| {
            Some(Effect {
                supplier: names.remove(&id)?,
                figure,
                score,
                grade,
            })
        })
        .collect();
    effects.sort_by_cached_key(|effect| effect.supplier.name.to_lowercase());
    Ok(Preview {
        period,
        suppliers: known.len() as u64,
        effects,
    })
}
