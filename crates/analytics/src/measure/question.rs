//! One scan that answers several requests: rows, judged once, added up by group.

use arrow::{
    array::{Array, AsArray, Int32Array, Int64Array, RecordBatch, StringViewArray},
    datatypes::{DataType, Float64Type, Int64Type},
};
use datafusion::{
    common::ScalarValue,
    functions::core::expr_ext::FieldAccessor,
    functions_aggregate::expr_fn::{count, median, sum},
    logical_expr::{Expr, ExprFunctionExt, cast},
    prelude::{DataFrame, col, lit},
};
use keelson_methods::{kpi::Measure, rate::Rate};

use super::{
    By, Group, Groups, LeadTimeSums, Request, Sums,
    recipe::{Part, Recipe, Source, Standing, any},
};
use crate::{Analytics, Result, judged};

/// Requests that can share a scan: the same rows by the same groups.
pub(super) struct Question<'a> {
    source: Source,
    by: By,
    suppliers: Option<&'a [i64]>,
    whole: Option<&'static str>,
    by_currency: bool,
    /// The month depends on which date decides.
    day: Expr,
    parts: Vec<QuestionPart<'a>>,
}

struct QuestionPart<'a> {
    /// Whose answer this is.
    index: usize,
    request: &'a Request<'a>,
    recipe: Recipe<'a>,
}

impl<'a> Question<'a> {
    /// As few questions as the requests need.
    pub(super) fn of(requests: &'a [Request<'a>]) -> Result<Vec<Self>> {
        let mut questions: Vec<Self> = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            for recipe in Recipe::of(request.definition, request.as_of.to_epoch_days())? {
                let part = QuestionPart {
                    index,
                    request,
                    recipe,
                };
                match questions.iter_mut().find(|question| question.takes(&part)) {
                    Some(question) => question.parts.push(part),
                    None => questions.push(Self::begin(part)),
                }
            }
        }
        Ok(questions)
    }

    fn begin(part: QuestionPart<'a>) -> Self {
        Self {
            source: part.recipe.source,
            by: part.request.by,
            suppliers: part.request.suppliers,
            whole: part.recipe.whole,
            by_currency: part.recipe.by_currency,
            day: part.recipe.day(),
            parts: vec![part],
        }
    }

    fn takes(&self, part: &QuestionPart<'_>) -> bool {
        self.source == part.recipe.source
            && self.by == part.request.by
            && self.suppliers == part.request.suppliers
            && self.whole == part.recipe.whole
            && self.by_currency == part.recipe.by_currency
            && (!self.by.is_monthly() || self.day == part.recipe.day())
    }

    /// Adds what the facts say to the answers.
    pub(super) async fn answer(&self, analytics: &Analytics, answers: &mut [Groups]) -> Result<()> {
        for batch in self.plan(analytics).await?.collect().await? {
            let rows = Rows { batch: &batch };
            // Each column is looked up once, not once a row.
            let sums: Vec<SumColumns<'_>> = (0..self.parts.len()).map(|at| rows.sums(at)).collect();
            let groups = rows.groups();
            for row in 0..batch.num_rows() {
                for (part, columns) in self.parts.iter().zip(&sums) {
                    let sums = columns.read(row);
                    if sums != Sums::default() {
                        answers[part.index].push((groups.read(row), sums));
                    }
                }
            }
        }
        Ok(())
    }

    /// The median actual lead time of each supplier. It cannot be added up from parts, so it is a question of its own.
    pub(super) async fn median_lead_times(&self, analytics: &Analytics) -> Result<Vec<(i64, f64)>> {
        let mut medians = Vec::new();
        for part in &self.parts {
            let Some(judgement) = part.recipe.judgement.clone() else {
                continue;
            };
            let (judged, day) = (col("judged"), col("counted_on"));
            let standing = part.recipe.standing(&judged);
            let actual = judged.clone().field("actual");
            let counts = part
                .recipe
                .inside(&day, part.request.bounds)
                .and(standing.counts)
                .and(actual.clone().is_not_null());
            let batches = rows(analytics, self.source, self.suppliers)
                .await?
                .filter(part.recipe.possible(part.request.bounds))?
                .with_column("judged", judgement)?
                .with_column("counted_on", part.recipe.day())?
                .filter(counts)?
                .aggregate(
                    vec![col("supplier")],
                    vec![median(cast(actual, DataType::Float64)).alias("median")],
                )?
                .collect()
                .await?;
            for batch in &batches {
                let (Some(suppliers), Some(days)) = (
                    batch.column_by_name("supplier"),
                    batch.column_by_name("median"),
                ) else {
                    continue;
                };
                let suppliers = suppliers.as_primitive::<Int64Type>();
                let days = days.as_primitive::<Float64Type>();
                medians.extend(
                    suppliers
                        .iter()
                        .zip(days)
                        .filter_map(|(id, days)| id.zip(days)),
                );
            }
        }
        Ok(medians)
    }

    pub(super) async fn plan(&self, analytics: &Analytics) -> Result<DataFrame> {
        let mut thoughts = Thoughts::default();
        let named: Vec<(Expr, Expr)> = self
            .parts
            .iter()
            .map(|part| {
                let judged = part
                    .recipe
                    .judgement
                    .clone()
                    .map_or_else(|| lit(false), |expr| thoughts.name(expr));
                (judged, thoughts.name(part.recipe.day()))
            })
            .collect();
        let mut sums = Vec::new();
        for (at, (part, (judged, day))) in self.parts.iter().zip(&named).enumerate() {
            sums.extend(row_sums(part, judged, day, at)?);
        }
        let rows = rows(analytics, self.source, self.suppliers).await?;
        let rows = rows.filter(any(self
            .parts
            .iter()
            .map(|part| part.recipe.possible(part.request.bounds))))?;
        let stored: Vec<Expr> = rows
            .schema()
            .columns()
            .into_iter()
            .map(Expr::Column)
            .collect();
        let rows = rows.select(
            stored
                .into_iter()
                .chain(thoughts.selected())
                .collect::<Vec<_>>(),
        )?;
        match self.whole {
            None => Ok(rows
                .clone()
                .aggregate(self.groups(&rows, &named[0].1), sums)?),
            Some(whole) => {
                let mut inner = self.groups(&rows, &named[0].1);
                let outer: Vec<Expr> = inner
                    .iter()
                    .map(|group| col(group.schema_name().to_string()))
                    .collect();
                // A number is its source's own, and where a source is careless, its supplier's.
                let identity = ["supplier", "source", whole].map(col);
                inner.extend(identity.into_iter().filter(|part| !outer.contains(part)));
                let mut counts = Vec::new();
                for at in 0..self.parts.len() {
                    counts.extend(whole_counts(at)?);
                }
                Ok(rows.aggregate(inner, sums)?.aggregate(outer, counts)?)
            }
        }
    }

    fn groups(&self, rows: &DataFrame, day: &Expr) -> Vec<Expr> {
        group_by(rows, self.by, self.by_currency, day)
    }
}

/// The expressions to group rows by. Rows that do not say where they belong, such as receipts without a category, belong
/// to the group without one.
pub(crate) fn group_by(rows: &DataFrame, by: By, by_currency: bool, day: &Expr) -> Vec<Expr> {
    let known = |name: &str| rows.schema().has_column_with_unqualified_name(name);
    let columns = by
        .columns()
        .iter()
        .chain(by_currency.then_some(&"currency"));
    columns
        .map(|name| {
            if known(name) {
                col(*name)
            } else {
                lit(ScalarValue::Utf8View(None)).alias(*name)
            }
        })
        .chain(
            by.is_monthly()
                .then(|| judged::month(day.clone()).alias("month")),
        )
        .collect()
}

/// Expressions that are computed once per row and then used by name.
#[derive(Default)]
struct Thoughts(Vec<Expr>);

impl Thoughts {
    fn name(&mut self, thought: Expr) -> Expr {
        let at = self
            .0
            .iter()
            .position(|known| *known == thought)
            .unwrap_or_else(|| {
                self.0.push(thought);
                self.0.len() - 1
            });
        col(format!("thought_{at}"))
    }

    fn selected(self) -> impl Iterator<Item = Expr> {
        self.0
            .into_iter()
            .enumerate()
            .map(|(at, thought)| thought.alias(format!("thought_{at}")))
    }
}

/// The rows of a source.
pub(crate) async fn rows(
    analytics: &Analytics,
    source: Source,
    suppliers: Option<&[i64]>,
) -> Result<DataFrame> {
    let table = analytics.context().table(source.kind().code()).await?;
    let table = match suppliers {
        None => table,
        Some(suppliers) => {
            let list = suppliers.iter().map(|supplier| lit(*supplier)).collect();
            table.filter(col("supplier").in_list(list, false))?
        }
    };
    Ok(match source {
        Source::LineReceipts => table
            .select_columns(&[
                "supplier",
                "category",
                "site",
                "receipt_days",
                "receipt_good",
                "receipt_rejected",
            ])?
            .unnest_columns(&["receipt_days", "receipt_good", "receipt_rejected"])?
            .select(vec![
                col("supplier"),
                col("category"),
                col("site"),
                col("receipt_days").alias("received_on"),
                (col("receipt_good") + col("receipt_rejected")).alias("received_milli"),
            ])?,
        Source::LooseReceipts => {
            table.with_column("received_milli", col("good_milli") + col("rejected_milli"))?
        }
        Source::OrderLines | Source::Inspections | Source::InvoiceLines => table,
    })
}

/// What is added up over the rows of a group. Where a whole is counted, numerator and denominator count rows here.
fn row_sums(part: &QuestionPart<'_>, judged: &Expr, day: &Expr, at: usize) -> Result<Vec<Expr>> {
    let within = part.recipe.inside(day, part.request.bounds);
    let standing = part.recipe.standing(judged);
    let Standing {
        counts,
        counts_raw,
        met,
        unreported,
        left_out,
        numerator,
        denominator,
    } = standing;
    let named = |name: &str, sum: Expr| sum.alias(format!("{name}_{at}"));
    let mut sums = vec![
        named("unreported", count_where(within.clone().and(unreported))?),
        named("left_out", count_where(within.clone().and(left_out))?),
    ];
    for (prefix, counts) in [("", counts.clone()), ("raw_", counts_raw.clone())] {
        let counts = within.clone().and(counts);
        let number = count_where(counts.clone())?;
        for (name, part) in [("numerator", &numerator), ("denominator", &denominator)] {
            let name = format!("{prefix}{name}");
            match part {
                Part::Rows => sums.push(named(&name, number.clone())),
                Part::Met => sums.push(named(&name, count_where(counts.clone().and(met.clone()))?)),
                Part::Sum(value) => {
                    sums.push(named(&name, sum_where(value.clone(), counts.clone())?));
                }
                Part::Elsewhere => {}
            }
        }
        if !matches!(numerator, Part::Elsewhere) {
            sums.push(named(&format!("{prefix}n"), number));
        }
    }
    if matches!(
        part.request.definition.measure,
        Measure::LeadTimeBias | Measure::LeadTimeWithin
    ) {
        let field = |name: &str| judged.clone().field(name);
        let (error, actual, censored) = (field("error"), field("actual"), field("censored"));
        let measured = within.clone().and(counts);
        let timed = measured.clone().and(actual.clone().is_not_null());
        let waiting = within.and(censored.clone().is_not_null());
        sums.extend([
            named("error", sum_where(error.clone(), measured.clone())?),
            named(
                "early",
                sum_where(
                    error.clone(),
                    measured.clone().and(error.clone().lt(lit(0_i64))),
                )?,
            ),
            named("error_squared", sum_where(error.clone() * error, measured)?),
            named("actual_n", count_where(timed.clone())?),
            named("actual", sum_where(actual.clone(), timed.clone())?),
            named("actual_squared", sum_where(actual.clone() * actual, timed)?),
            named("censored", count_where(waiting.clone())?),
            named("censored_days", sum_where(censored, waiting)?),
        ]);
    }
    Ok(sums)
}

/// From the rows of each order or invoice to the number of them: met when every row that counts is met.
fn whole_counts(at: usize) -> Result<Vec<Expr>> {
    let part = |name: &str| col(format!("{name}_{at}"));
    let named = |name: &str, count: Expr| count.alias(format!("{name}_{at}"));
    let mut counts = vec![
        named("unreported", sum(part("unreported"))),
        named("left_out", sum(part("left_out"))),
    ];
    for prefix in ["", "raw_"] {
        let part = |name: &str| part(&format!("{prefix}{name}"));
        let is_due = part("n").gt(lit(0_i64));
        let is_met = is_due.clone().and(part("numerator").eq(part("n")));
        let number = count_where(is_due)?;
        for (name, count) in [
            ("numerator", count_where(is_met)?),
            ("denominator", number.clone()),
            ("n", number),
        ] {
            counts.push(named(&format!("{prefix}{name}"), count));
        }
    }
    Ok(counts)
}

pub(crate) fn count_where(condition: Expr) -> Result<Expr> {
    Ok(count(lit(1)).filter(condition).build()?)
}

pub(crate) fn sum_where(value: Expr, condition: Expr) -> Result<Expr> {
    Ok(sum(value).filter(condition).build()?)
}

/// Aggregated rows: group columns by name, then sums by name.
pub(crate) struct Rows<'a> {
    pub(crate) batch: &'a RecordBatch,
}

impl<'a> Rows<'a> {
    pub(crate) fn int(&self, name: &str) -> IntColumn<'a> {
        let column = self.batch.column_by_name(name);
        IntColumn(column.map(arrow::array::AsArray::as_primitive))
    }

    pub(crate) fn groups(&self) -> GroupColumns<'a> {
        let column = |name| self.batch.column_by_name(name);
        let text = |name| column(name).map(arrow::array::AsArray::as_string_view);
        GroupColumns {
            supplier: column("supplier").map(arrow::array::AsArray::as_primitive),
            month: column("month").map(arrow::array::AsArray::as_primitive),
            category: text("category"),
            site: text("site"),
            currency: text("currency"),
        }
    }

    fn sums(&self, at: usize) -> SumColumns<'a> {
        let int = |name: &str| self.int(&format!("{name}_{at}"));
        let rate = |prefix: &str| {
            ["numerator", "denominator", "n"].map(|name| int(&format!("{prefix}{name}")))
        };
        SumColumns {
            rate: rate(""),
            raw: rate("raw_"),
            unreported: int("unreported"),
            left_out: int("left_out"),
            lead_time: [
                "error",
                "early",
                "error_squared",
                "actual_n",
                "actual",
                "actual_squared",
                "censored",
                "censored_days",
            ]
            .map(int),
        }
    }
}

/// A column of sums. Over nothing a sum is null, and a sum nobody asked for is not there: nothing was added.
pub(crate) struct IntColumn<'a>(Option<&'a Int64Array>);

impl IntColumn<'_> {
    pub(crate) fn read(&self, row: usize) -> i64 {
        match self.0 {
            Some(column) if column.is_valid(row) => column.value(row),
            _ => 0,
        }
    }
}

pub(crate) struct GroupColumns<'a> {
    supplier: Option<&'a Int64Array>,
    month: Option<&'a Int32Array>,
    category: Option<&'a StringViewArray>,
    site: Option<&'a StringViewArray>,
    currency: Option<&'a StringViewArray>,
}

impl GroupColumns<'_> {
    pub(crate) fn read(&self, row: usize) -> Group {
        let text = |column: Option<&StringViewArray>| {
            let column = column.filter(|column| column.is_valid(row));
            column.map(|column| column.value(row).to_owned())
        };
        Group {
            supplier: self
                .supplier
                .filter(|column| column.is_valid(row))
                .map(|column| column.value(row)),
            month: self
                .month
                .filter(|column| column.is_valid(row))
                .map(|column| column.value(row)),
            category: text(self.category),
            site: text(self.site),
            currency: text(self.currency),
        }
    }
}

struct SumColumns<'a> {
    rate: [IntColumn<'a>; 3],
    raw: [IntColumn<'a>; 3],
    unreported: IntColumn<'a>,
    left_out: IntColumn<'a>,
    lead_time: [IntColumn<'a>; 8],
}

impl SumColumns<'_> {
    fn read(&self, row: usize) -> Sums {
        let rate = |[numerator, denominator, n]: &[IntColumn<'_>; 3]| Rate {
            numerator: numerator.read(row),
            denominator: denominator.read(row),
            n: n.read(row).unsigned_abs(),
        };
        let [
            error,
            early,
            error_squared,
            actual_n,
            actual,
            actual_squared,
            censored,
            censored_days,
        ] = self.lead_time.each_ref().map(|column| column.read(row));
        Sums {
            rate: rate(&self.rate),
            raw: rate(&self.raw),
            unreported: self.unreported.read(row).unsigned_abs(),
            left_out: self.left_out.read(row).unsigned_abs(),
            lead_time: LeadTimeSums {
                error,
                early,
                error_squared,
                actual_n,
                actual,
                actual_squared,
                censored,
                censored_days,
            },
        }
    }
}
