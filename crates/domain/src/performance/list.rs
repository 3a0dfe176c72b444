//! The scorecards of a period as a list: the newest judgement of each supplier.

use keelson_methods::{period::Period, scoring::Grade, segmentation::Tier};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::{Result, ScorecardId, SupplierId};

/// Which scorecards, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFilter {
    pub period: Period,
    /// Any of these grades; empty for all. `None` inside stands for those without a grade.
    pub grades: Vec<Option<Grade>>,
    /// Any of these tiers, as they are today; empty for all.
    pub tiers: Vec<Tier>,
    /// Only those with values on few observations.
    pub provisional: bool,
    /// Only those below the coverage that a grade needs.
    pub thin: bool,
    /// Part of a supplier's name or number.
    pub text: String,
    pub sort: CardSort,
    pub descending: bool,
    pub offset: u64,
    pub limit: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardSort {
    Name,
    #[default]
    Score,
    Change,
    Coverage,
    Spend,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLine {
    pub id: ScorecardId,
    pub supplier: SupplierId,
    pub number: String,
    pub name: String,
    pub tier: Option<Tier>,
    pub spend_minor: Option<i64>,
    pub template: String,
    pub score_centi: Option<i64>,
    /// Since the period before.
    pub delta_centi: Option<i64>,
    pub coverage_ppm: i64,
    pub raw_grade: Option<Grade>,
    pub grade: Option<Grade>,
    pub provisional: bool,
    pub shared: bool,
    /// How often the period was judged.
    pub version: i64,
}

/// A page of the list, with how many there are by grade before the page is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardPage {
    pub total: u64,
    pub lines: Vec<CardLine>,
}

/// A page of the scorecards of a period, in two queries.
pub async fn cards(db: &impl ConnectionTrait, filter: &CardFilter) -> Result<CardPage> {
    let (from, values) = from(filter);
    let count = Statement::from_sql_and_values(
        db.get_database_backend(),
        format!("SELECT COUNT(*) {from}"),
        values.clone(),
    );
    let total: i64 = match db.query_one_raw(count).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    let direction = if filter.descending { "DESC" } else { "ASC" };
    let key = match filter.sort {
        CardSort::Name => "s.name",
        CardSort::Score => "c.score_centi",
        CardSort::Change => "delta_centi",
        CardSort::Coverage => "c.coverage_ppm",
        CardSort::Spend => "f.spend_minor",
    };
    let sql = format!(
        "SELECT c.id, c.supplier_id, s.number, s.name, f.tier, f.spend_minor, c.template, c.score_centi, \
         c.score_centi - b.score_centi AS delta_centi, c.coverage_ppm, c.raw_grade, c.grade, c.provisional, \
         c.shared_at, c.version {from} ORDER BY {missing} {key} {direction}, s.name, c.id LIMIT {limit} OFFSET {offset}",
        // Those without the value come last, whichever way the list is sorted; a name is always there.
        missing = match filter.sort {
            CardSort::Name => String::new(),
            CardSort::Change =>
                "CASE WHEN c.score_centi IS NULL OR b.score_centi IS NULL THEN 1 ELSE 0 END,"
                    .to_owned(),
            _ => format!("CASE WHEN {key} IS NULL THEN 1 ELSE 0 END,"),
        },
        limit = filter.limit,
        offset = filter.offset,
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let lines = Row::find_by_statement(statement).all(db).await?;
    Ok(CardPage {
        total: total.unsigned_abs(),
        lines: lines.into_iter().map(CardLine::from).collect(),
    })
}

/// The periods that have scorecards, newest first, quarters before the others.
pub async fn periods(db: &impl ConnectionTrait) -> Result<Vec<Period>> {
    let rows = db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT DISTINCT period FROM scorecards",
        ))
        .await?;
    let mut periods: Vec<Period> = rows
        .iter()
        .filter_map(|row| Period::parse(&row.try_get_by_index::<String>(0).ok()?).ok())
        .collect();
    periods.sort_by_key(|period| {
        let is_quarter = matches!(period, Period::Quarter(..));
        (!is_quarter, std::cmp::Reverse(period.to_string()))
    });
    Ok(periods)
}

/// How many suppliers have which grade in a period, best first; `None` are those without one.
pub async fn grades(
    db: &impl ConnectionTrait,
    period: Period,
) -> Result<Vec<(Option<Grade>, u64)>> {
    let sql = "SELECT c.grade, COUNT(*) FROM scorecards c WHERE c.period = $1 AND NOT EXISTS (\
               SELECT 1 FROM scorecards newer WHERE newer.supplier_id = c.supplier_id AND newer.period = c.period \
               AND newer.version > c.version) GROUP BY c.grade";
    let values = [period.to_string().into()];
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    let mut counted: Vec<(Option<Grade>, u64)> = Vec::new();
    for row in rows {
        let grade: Option<String> = row.try_get_by_index(0)?;
        let count: i64 = row.try_get_by_index(1)?;
        counted.push((
            grade.and_then(|code| Grade::parse(&code).ok()),
            count.unsigned_abs(),
        ));
    }
    let all = Grade::ALL.iter().copied().map(Some).chain([None]);
    Ok(all
        .map(|grade| {
            let found = counted.iter().find(|(of, _)| *of == grade);
            (grade, found.map_or(0, |(_, count)| *count))
        })
        .collect())
}

fn from(filter: &CardFilter) -> (String, Vec<Value>) {
    let before = filter.period.previous().map(|period| period.to_string());
    let mut values: Vec<Value> = vec![filter.period.to_string().into(), before.into()];
    let mut sql = "FROM scorecards c JOIN suppliers s ON s.id = c.supplier_id \
        LEFT JOIN supplier_figures f ON f.supplier_id = c.supplier_id \
        LEFT JOIN scorecards b ON b.supplier_id = c.supplier_id AND b.period = $2 AND NOT EXISTS (\
          SELECT 1 FROM scorecards newer WHERE newer.supplier_id = b.supplier_id AND newer.period = b.period \
          AND newer.version > b.version) \
        WHERE c.period = $1 AND s.merged_into IS NULL AND NOT EXISTS (\
          SELECT 1 FROM scorecards newer WHERE newer.supplier_id = c.supplier_id AND newer.period = c.period \
          AND newer.version > c.version)"
        .to_owned();
    // Codes are our own words, so they may stand in the text.
    let quoted = |codes: Vec<&str>| {
        codes
            .iter()
            .map(|code| format!("'{code}'"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !filter.grades.is_empty() {
        let codes: Vec<&str> = filter
            .grades
            .iter()
            .flatten()
            .map(|grade| grade.code())
            .collect();
        let mut any = Vec::new();
        if !codes.is_empty() {
            any.push(format!("c.grade IN ({})", quoted(codes)));
        }
        if filter.grades.contains(&None) {
            any.push("c.grade IS NULL".to_owned());
        }
        sql.push_str(&format!(" AND ({})", any.join(" OR ")));
    }
    if !filter.tiers.is_empty() {
        let codes = filter.tiers.iter().map(|tier| tier.code()).collect();
        sql.push_str(&format!(" AND f.tier IN ({})", quoted(codes)));
    }
    if filter.provisional {
        sql.push_str(" AND c.provisional");
    }
    if filter.thin {
        sql.push_str(" AND c.raw_grade IS NULL");
    }
    let text = filter.text.trim().to_lowercase();
    if !text.is_empty() {
        values.push(format!("%{}%", escaped(&text)).into());
        sql.push_str(
            " AND (LOWER(s.name) LIKE $3 ESCAPE '!' OR LOWER(s.number) LIKE $3 ESCAPE '!')",
        );
    }
    (sql, values)
}

/// What a pattern would read as "anything" stands for itself.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(character);
    }
    out
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    supplier_id: i64,
    number: String,
    name: String,
    tier: Option<String>,
    spend_minor: Option<i64>,
    template: String,
    score_centi: Option<i64>,
    delta_centi: Option<i64>,
    coverage_ppm: i64,
    raw_grade: Option<String>,
    grade: Option<String>,
    provisional: bool,
    shared_at: Option<i64>,
    version: i64,
}

impl From<Row> for CardLine {
    fn from(row: Row) -> Self {
        let grade = |code: Option<String>| code.and_then(|code| Grade::parse(&code).ok());
        Self {
            id: ScorecardId(row.id),
            supplier: SupplierId(row.supplier_id),
            number: row.number,
            name: row.name,
            tier: row.tier.and_then(|code| Tier::parse(&code).ok()),
            spend_minor: row.spend_minor,
            template: row.template,
            score_centi: row.score_centi,
            delta_centi: row.delta_centi,
            coverage_ppm: row.coverage_ppm,
            raw_grade: grade(row.raw_grade),
            grade: grade(row.grade),
            provisional: row.provisional,
            shared: row.shared_at.is_some(),
            version: row.version,
        }
    }
}
