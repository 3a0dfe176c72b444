//! Scoring a period: measures in, immutable scorecards out.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, Days, NaiveDate};
use keelson_analytics::{By, Measured, Request};
use keelson_methods::{
    kpi::Definition,
    missing::Missing,
    period::{Bounds, Period},
    scoring::{
        CardContext, Grade, Incidents, KpiValue, MissingPolicy, Scorecard, ScorecardTemplate,
        TemplateLine, score_card,
    },
    segmentation::Tier,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    figures,
    measure::Figure,
    refresh::one_currency,
    scorecard::{Breakdown, Context, DefinitionRef, LineBasis, TemplateRef, Widened},
    template,
};
use crate::{
    Act, Error, Keelson, Result, SupplierId, Tx, day_of, micros,
    record::{self, Audience, NewEvent},
    rows, segmentation,
    versions::{self, Published},
};

/// Suppliers scored and written together.
const CHUNK: usize = 500;

/// What a run of scoring did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scored {
    /// New scorecards.
    pub added: u64,
    /// Suppliers whose newest scorecard was made from the same inputs.
    pub unchanged: u64,
    /// Suppliers about whom nothing is known in the period; they have no scorecard.
    pub without_data: u64,
}

/// Scores suppliers for a period, as known on a day: all of them, or those named.
///
/// A supplier whose newest scorecard of the period was made from the same inputs gets no new one.
pub async fn score(
    keelson: &Keelson,
    act: &Act,
    period: Period,
    suppliers: Option<&[SupplierId]>,
    as_of: NaiveDate,
) -> Result<Scored> {
    let period = period.resolved(as_of);
    if period.bounds(as_of).from.is_some_and(|from| from > as_of) {
        return Err(Error::invalid(
            "period",
            format!(
                "{} has not begun; choose a period that has.",
                period.label()
            ),
        ));
    }
    let run = Run::prepare(keelson, period, as_of).await?;
    let suppliers = match suppliers {
        Some(suppliers) => suppliers.iter().map(|id| id.0).collect(),
        None => everyone(keelson.db.read()).await?,
    };
    let mut scored = Scored::default();
    for chunk in suppliers.chunks(CHUNK) {
        let inputs = run.gather(keelson, chunk).await?;
        let tx = keelson.db.begin().await?;
        let last = last_judgements(&tx, period, chunk).await?;
        let mut added = Vec::new();
        for input in inputs {
            let last = last.get(&input.supplier);
            if last.is_none() && input.is_empty() {
                scored.without_data += 1;
                continue;
            }
            let digest = input.digest();
            if last.is_some_and(|last| last.digest == digest) {
                scored.unchanged += 1;
                continue;
            }
            added.push(run.judge(input, digest, last.map_or(1, |last| last.version + 1)));
        }
        write(&tx, act, period, as_of, &added).await?;
        let judged: Vec<i64> = added.iter().map(|new| new.supplier).collect();
        figures::rejudged(&tx, &judged, as_of, act.at).await?;
        tx.commit().await?;
        scored.added += added.len() as u64;
    }
    Ok(scored)
}

/// What a run needs for every supplier.
pub(super) struct Run {
    period: Period,
    as_of: NaiveDate,
    templates: Vec<Published<ScorecardTemplate>>,
    /// Those the templates name, by id.
    definitions: BTreeMap<String, Published<Definition>>,
    /// The twelve months up to the end of the period, for figures with too few observations; `None` where the period is as
    /// long itself.
    wide: Option<Period>,
    /// The two periods before, for lines that carry forward.
    earlier: Vec<Period>,
    /// Everything before the supplier's first two periods, if this is one of them.
    before: Option<Bounds>,
}

/// What is known about one supplier before it is judged.
struct Input<'a> {
    supplier: i64,
    tier: Tier,
    template: &'a Published<ScorecardTemplate>,
    lines: Vec<LineBasis>,
    context: Context,
}

/// A judgement on its way into the table.
struct New {
    supplier: i64,
    version: i64,
    breakdown: Breakdown,
    digest: String,
}

impl Run {
    async fn prepare(keelson: &Keelson, period: Period, as_of: NaiveDate) -> Result<Self> {
        let db = keelson.db.read();
        let templates = versions::current(db).await?;
        let definitions = versions::current(db).await?;
        Self::of(templates, definitions, period, as_of)
    }

    /// A run by these templates and definitions, published or not.
    pub(super) fn of(
        templates: Vec<Published<ScorecardTemplate>>,
        definitions: Vec<Published<Definition>>,
        period: Period,
        as_of: NaiveDate,
    ) -> Result<Self> {
        if templates.is_empty() {
            return Err(Error::conflict(
                "There is no scorecard template. Publish one in the settings, then score again.",
            ));
        }
        let named: HashSet<&str> = templates
            .iter()
            .flat_map(|template| &template.document.lines)
            .map(|line| line.kpi.as_str())
            .collect();
        let definitions = definitions
            .into_iter()
            .filter(|definition| named.contains(definition.document.id.as_str()))
            .map(|definition| (definition.document.id.clone(), definition))
            .collect();
        let bounds = period.bounds(as_of);
        let last_day = bounds.to.and_then(|to| to.checked_sub_days(Days::new(1)));
        let wide = last_day
            .filter(|_| period.months().is_some_and(|months| months < 12))
            .map(|last| Period::Trailing {
                months: 12,
                until: Some((last.year(), last.month() as u8)),
            });
        let earlier: Vec<Period> = std::iter::successors(period.previous(), Period::previous)
            .take(2)
            .collect();
        let before = earlier.first().map(|previous| Bounds {
            from: None,
            to: previous.bounds(as_of).from,
        });
        Ok(Self {
            period,
            as_of,
            templates,
            definitions,
            wide,
            earlier,
            before,
        })
    }

    /// How suppliers come out, without storing anything. Those about whom nothing is known in the period are not there.
    pub(super) async fn judgements(
        &self,
        keelson: &Keelson,
        suppliers: &[i64],
    ) -> Result<HashMap<i64, Scorecard>> {
        let mut cards = HashMap::new();
        for chunk in suppliers.chunks(CHUNK) {
            let inputs = self.gather(keelson, chunk).await?;
            let known = inputs.into_iter().filter(|input| !input.is_empty());
            cards.extend(known.map(|input| {
                let judged = self.judge(input, String::new(), 0);
                (judged.supplier, judged.breakdown.card)
            }));
        }
        Ok(cards)
    }

    /// Measures a chunk of suppliers and puts together what each is judged by.
    async fn gather(&self, keelson: &Keelson, suppliers: &[i64]) -> Result<Vec<Input<'_>>> {
        let measured = self.measure(keelson, suppliers).await?;
        let placed = segmentation::placed(keelson.db.read(), suppliers, self.as_of).await?;
        let grades = match self.period.previous() {
            Some(previous) => grades(keelson.db.read(), previous, suppliers).await?,
            None => HashMap::new(),
        };
        suppliers
            .iter()
            .map(|supplier| {
                let tier = placed
                    .get(supplier)
                    .map_or(Tier::Unclassified, |placed| placed.tier);
                let template = template::for_tier(&self.templates, tier).ok_or_else(|| {
                    Error::conflict(format!(
                        "No scorecard template is for {} suppliers. Publish one in the settings, then score again.",
                        tier.label()
                    ))
                })?;
                let lines = template
                    .document
                    .lines
                    .iter()
                    .map(|line| self.basis(line, *supplier, &measured))
                    .collect();
                Ok(Input {
                    supplier: *supplier,
                    tier,
                    template,
                    lines,
                    context: Context {
                        new_supplier: self.before.is_some() && !measured.known_before.contains(supplier),
                        previous_grade: grades.get(supplier).copied(),
                        incidents: Incidents::default(),
                    },
                })
            })
            .collect()
    }

    async fn measure(&self, keelson: &Keelson, suppliers: &[i64]) -> Result<Figures> {
        let carried: HashSet<&str> = self
            .templates
            .iter()
            .flat_map(|template| &template.document.lines)
            .filter(|line| line.missing == MissingPolicy::CarryForward)
            .map(|line| line.kpi.as_str())
            .collect();
        let mut asked: Vec<(&Published<Definition>, Option<Period>, Bounds)> = Vec::new();
        for definition in self.definitions.values() {
            let mut periods = vec![self.period];
            periods.extend(self.wide);
            if carried.contains(definition.document.id.as_str()) {
                periods.extend(&self.earlier);
            }
            asked.extend(
                periods
                    .into_iter()
                    .map(|period| (definition, Some(period), period.bounds(self.as_of))),
            );
            asked.extend(self.before.map(|bounds| (definition, None, bounds)));
        }
        let requests: Vec<Request<'_>> = asked
            .iter()
            .map(|(definition, _, bounds)| Request {
                definition: &definition.document,
                bounds: *bounds,
                as_of: self.as_of,
                by: By::Supplier,
                suppliers: Some(suppliers),
            })
            .collect();
        let answers = keelson.analytics.measure_many(&requests).await?;
        let mut figures = Figures::default();
        for ((definition, period, _), measured) in asked.into_iter().zip(answers) {
            for measured in one_currency(measured) {
                let Some(supplier) = measured.group.supplier else {
                    continue;
                };
                match period {
                    Some(period) => {
                        let key = (supplier, definition.document.id.clone(), period);
                        figures.by_period.insert(key, Figure::from(&measured));
                    }
                    None if happened(&measured) => {
                        figures.known_before.insert(supplier);
                    }
                    None => {}
                }
            }
        }
        Ok(figures)
    }

    /// What a line of the template is judged by.
    fn basis(&self, line: &TemplateLine, supplier: i64, measured: &Figures) -> LineBasis {
        let definition = self.definitions.get(&line.kpi);
        let figure_of = |period: Period| {
            let key = (supplier, line.kpi.clone(), period);
            measured.by_period.get(&key).copied()
        };
        let nothing = Figure {
            reason: Some(match definition {
                Some(_) => Missing::NoActivity,
                None => Missing::NotReported,
            }),
            ..Figure::default()
        };
        let figure = figure_of(self.period).unwrap_or(nothing);
        let minimum_n = definition.map_or(1, |definition| definition.document.minimum_n);
        // A period in which nothing happened is not judged by other periods.
        let widened = self
            .wide
            .filter(|_| figure.value.is_some() && figure.rate.is_provisional(minimum_n))
            .and_then(|period| {
                let figure = figure_of(period)?;
                figure.value.map(|_| Widened { period, figure })
            })
            .filter(|wide| wide.figure.rate.n > figure.rate.n);
        let last = (line.missing == MissingPolicy::CarryForward)
            .then(|| {
                self.earlier
                    .iter()
                    .zip(1..)
                    .find_map(|(period, age)| figure_of(*period)?.value.map(|value| (value, age)))
            })
            .flatten();
        LineBasis {
            kpi: line.kpi.clone(),
            definition: definition.map(|definition| DefinitionRef {
                version: definition.version,
                name: definition.document.name.clone(),
                measure: definition.document.measure,
                direction: definition.document.direction,
                unit: definition.document.unit,
                minimum_n,
            }),
            target: line.target,
            threshold: line.threshold,
            function: line.function.clone(),
            missing: line.missing,
            supplier_owes: line.supplier_owes,
            figure,
            widened,
            last,
        }
    }

    fn judge(&self, input: Input<'_>, digest: String, version: i64) -> New {
        let values: Vec<(&str, KpiValue)> = input
            .lines
            .iter()
            .map(|line| (line.kpi.as_str(), value_of(line, self.period)))
            .collect();
        let context = CardContext {
            new_supplier: input.context.new_supplier,
            previous_grade: input.context.previous_grade,
            incidents: input.context.incidents,
        };
        let card = score_card(&input.template.document, &values, &context);
        New {
            supplier: input.supplier,
            version,
            digest,
            breakdown: Breakdown {
                tier: input.tier,
                template: TemplateRef {
                    id: input.template.document.id.clone(),
                    version: input.template.version,
                    name: input.template.document.name.clone(),
                },
                lines: input.lines,
                context: input.context,
                card,
            },
        }
    }
}

/// What was measured of a chunk of suppliers.
#[derive(Default)]
struct Figures {
    by_period: HashMap<(i64, String, Period), Figure>,
    /// Those that had any activity before their first two periods could be now.
    known_before: HashSet<i64>,
}

fn happened(measured: &Measured) -> bool {
    measured.rate.n + measured.unreported + measured.left_out > 0
}

fn value_of(line: &LineBasis, period: Period) -> KpiValue {
    let (_, figure) = line.counted(period);
    let minimum_n = line
        .definition
        .as_ref()
        .map_or(1, |definition| definition.minimum_n);
    KpiValue {
        value: figure
            .value
            .ok_or(figure.reason.unwrap_or(Missing::NotReported)),
        interval: figure.interval,
        provisional: figure.value.is_some() && figure.rate.is_provisional(minimum_n),
        last: line.last,
    }
}

impl Input<'_> {
    /// Nothing is known in the period.
    fn is_empty(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.definition.is_none() || line.figure.is_nothing())
    }

    /// Over everything the judgement depends on, and nothing else: equal digests are equal judgements.
    fn digest(&self) -> String {
        #[derive(Serialize)]
        struct Digested<'a> {
            tier: Tier,
            template: (&'a str, i64),
            lines: &'a [LineBasis],
            context: &'a Context,
        }
        let digested = Digested {
            tier: self.tier,
            template: (&self.template.document.id, self.template.version),
            lines: &self.lines,
            context: &self.context,
        };
        let text = serde_json::to_vec(&digested).expect("plain values become JSON");
        Sha256::digest(&text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Every supplier that stands for itself.
pub(super) async fn everyone(db: &impl ConnectionTrait) -> Result<Vec<i64>> {
    let rows = db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT id FROM suppliers WHERE merged_into IS NULL ORDER BY id",
        ))
        .await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}

#[derive(FromQueryResult)]
struct Last {
    supplier_id: i64,
    version: i64,
    digest: String,
}

async fn last_judgements(tx: &Tx, period: Period, suppliers: &[i64]) -> Result<HashMap<i64, Last>> {
    let sql = format!(
        "SELECT s.supplier_id, s.version, s.digest FROM scorecards s \
         WHERE s.period = $1 AND s.supplier_id IN ({}) AND NOT EXISTS (\
           SELECT 1 FROM scorecards newer WHERE newer.supplier_id = s.supplier_id AND newer.period = s.period \
           AND newer.version > s.version)",
        rows::list(suppliers)
    );
    let statement =
        Statement::from_sql_and_values(tx.get_database_backend(), sql, [period.to_string().into()]);
    let last = Last::find_by_statement(statement).all(tx).await?;
    Ok(last
        .into_iter()
        .map(|last| (last.supplier_id, last))
        .collect())
}

#[derive(FromQueryResult)]
struct GradeRow {
    supplier_id: i64,
    raw_grade: Option<String>,
}

/// The grade before gates that each supplier ended a period with.
async fn grades(
    db: &impl ConnectionTrait,
    period: Period,
    suppliers: &[i64],
) -> Result<HashMap<i64, Grade>> {
    let sql = format!(
        "SELECT s.supplier_id, s.raw_grade FROM scorecards s \
         WHERE s.period = $1 AND s.supplier_id IN ({}) AND NOT EXISTS (\
           SELECT 1 FROM scorecards newer WHERE newer.supplier_id = s.supplier_id AND newer.period = s.period \
           AND newer.version > s.version)",
        rows::list(suppliers)
    );
    let values: [Value; 1] = [period.to_string().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = GradeRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .filter_map(|row| Some((row.supplier_id, row.raw_grade?)))
        .map(|(supplier, grade)| {
            let grade = Grade::parse(&grade).map_err(|error| Error::damaged("scorecard", error))?;
            Ok((supplier, grade))
        })
        .collect()
}

async fn write(tx: &Tx, act: &Act, period: Period, as_of: NaiveDate, added: &[New]) -> Result<()> {
    const COLUMNS: [&str; 15] = [
        "supplier_id",
        "period",
        "version",
        "template",
        "template_version",
        "score_centi",
        "coverage_ppm",
        "raw_grade",
        "grade",
        "provisional",
        "breakdown",
        "digest",
        "as_of",
        "scored_by",
        "scored_at",
    ];
    let grade = |grade: Option<Grade>| grade.map(|grade| grade.code().to_owned());
    let values = added.iter().map(|new| -> Vec<Value> {
        let card = &new.breakdown.card;
        vec![
            new.supplier.into(),
            period.to_string().into(),
            new.version.into(),
            new.breakdown.template.id.clone().into(),
            new.breakdown.template.version.into(),
            card.score
                .map(|score| (score * 100.0).round() as i64)
                .into(),
            ((card.coverage * 1e6).round() as i64).into(),
            grade(card.raw_grade).into(),
            grade(card.grade).into(),
            card.provisional.into(),
            serde_json::to_string(&new.breakdown)
                .expect("plain values become JSON")
                .into(),
            new.digest.clone().into(),
            day_of(as_of).into(),
            act.by.map(|person| person.0).into(),
            micros(act.at).into(),
        ]
    });
    let ids =
        rows::insert_returning(tx, "scorecards", &COLUMNS, values.collect(), "supplier_id").await?;
    let events = added.iter().filter_map(|new| {
        let card = &new.breakdown.card;
        Some(NewEvent {
            supplier: Some(SupplierId(new.supplier)),
            subject: "scorecard",
            subject_id: *ids.get(&new.supplier)?,
            verb: "scored",
            payload: json!({
                "period": period,
                "version": new.version,
                "score": card.score,
                "grade": card.grade,
                "provisional": card.provisional,
            }),
            audience: Audience::Internal,
        })
    });
    record::append_all(tx, act, events.collect()).await
}
