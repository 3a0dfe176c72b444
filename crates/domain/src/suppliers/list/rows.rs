use chrono::{DateTime, NaiveDate, Utc};
use keelson_methods::money::Currency;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::query::{Column, ListQuery, Owner, PAGE_ROWS};
use crate::{
    CategoryId, PersonId, Result, SupplierId, date_of_day, moment,
    performance::{Amount, read_amounts},
    sql::Sql,
    suppliers::{Country, Status, name},
};

/// One supplier as lists show it. Figures that nobody has are missing, not zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: SupplierId,
    pub number: String,
    pub name: String,
    pub status: Status,
    pub country: Option<Country>,
    pub city: Option<String>,
    pub category: Option<String>,
    pub owner: Option<PersonId>,
    pub owner_name: Option<String>,
    pub spend_minor: Option<i64>,
    /// In other currencies; neither converted nor added.
    pub spend_elsewhere: Vec<Amount>,
    pub abc: Option<String>,
    pub score_centi: Option<i64>,
    pub score_delta_centi: Option<i64>,
    pub provisional: bool,
    pub grade: Option<String>,
    /// The last eight quarters, oldest first; a gap stays a gap.
    pub score_trend: Vec<Option<i64>>,
    pub on_time_ppm: Option<i64>,
    pub ppm_milli: Option<i64>,
    pub tier: Option<String>,
    pub quadrant: Option<String>,
    pub order_lines: Option<i64>,
    pub last_receipt: Option<NaiveDate>,
    pub partner_since: Option<i32>,
    pub changed: DateTime<Utc>,
    pub version: i64,
}

/// A page of suppliers with what is true of the whole list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub rows: Vec<Row>,
    pub total: u64,
    /// The page shown, counted from 1; beyond the last it is the last.
    pub page: u64,
    pub pages: u64,
    /// The spend of all suppliers in the list that have one.
    pub spend_minor: Option<i64>,
    /// The mean score of all suppliers in the list, weighted by spend.
    pub score_centi: Option<i64>,
}

/// Where a supplier stands in the list somebody came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Neighbours {
    pub previous: Option<SupplierId>,
    pub next: Option<SupplierId>,
    /// Counted from 1.
    pub position: i64,
    pub total: i64,
}

/// What the filter panel offers: only what some supplier has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    pub countries: Vec<Country>,
    pub categories: Vec<(CategoryId, String)>,
    pub owners: Vec<(PersonId, String)>,
    pub tiers: Vec<String>,
    pub quadrants: Vec<String>,
    pub grades: Vec<String>,
}

/// A page of suppliers. Records that were merged into others are never among them.
pub async fn list(
    db: &impl ConnectionTrait,
    query: &ListQuery,
    currency: Currency,
) -> Result<Page> {
    let totals = totals(db, query, currency).await?;
    let pages = totals.total.div_ceil(PAGE_ROWS).max(1);
    let page = query.page.clamp(1, pages);
    let mut sql = select();
    sql.append(conditions(query, currency)).push(&order(query));
    sql.with(" LIMIT ?", PAGE_ROWS as i64)
        .with(" OFFSET ?", ((page - 1) * PAGE_ROWS) as i64);
    let rows = sql.all::<Record>(db).await?;
    Ok(Page {
        rows: rows.into_iter().map(Row::from).collect(),
        total: totals.total,
        page,
        pages,
        spend_minor: totals.spend_minor,
        score_centi: totals.score_centi,
    })
}

/// Every supplier of a list in its order, for an export.
pub async fn every_row(
    db: &impl ConnectionTrait,
    query: &ListQuery,
    currency: Currency,
) -> Result<Vec<Row>> {
    let mut sql = select();
    sql.append(conditions(query, currency)).push(&order(query));
    let rows = sql.all::<Record>(db).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// One supplier as lists show it.
pub async fn row(db: &impl ConnectionTrait, id: SupplierId) -> Result<Option<Row>> {
    let mut sql = select();
    sql.with(" WHERE s.id = ?", id);
    Ok(sql.one::<Record>(db).await?.map(Row::from))
}

/// How many suppliers each of several lists holds, in one question.
pub async fn counts(
    db: &impl ConnectionTrait,
    queries: &[ListQuery],
    currency: Currency,
) -> Result<Vec<u64>> {
    #[derive(FromQueryResult)]
    struct Count {
        place: i64,
        total: i64,
    }
    let mut sql = Sql::default();
    for (place, query) in queries.iter().enumerate() {
        if !sql.is_empty() {
            sql.push(" UNION ALL ");
        }
        sql.push(&format!(
            "SELECT CAST({place} AS BIGINT) AS place, COUNT(*) AS total"
        ))
        .push(TABLES)
        .append(conditions(query, currency));
    }
    if sql.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts = vec![0; queries.len()];
    for row in sql.all::<Count>(db).await? {
        counts[row.place as usize] = row.total as u64;
    }
    Ok(counts)
}

/// Who stands before and after a supplier in a list; nothing when it is not in it.
pub async fn neighbours(
    db: &impl ConnectionTrait,
    query: &ListQuery,
    currency: Currency,
    id: SupplierId,
) -> Result<Option<Neighbours>> {
    let order = order(query);
    let mut sql = Sql::new(&format!(
        "SELECT previous, next, position, total FROM (SELECT s.id, \
         LAG(s.id) OVER ({order}) AS previous, LEAD(s.id) OVER ({order}) AS next, \
         ROW_NUMBER() OVER ({order}) AS position, COUNT(*) OVER () AS total"
    ));
    sql.push(TABLES)
        .append(conditions(query, currency))
        .with(") ranked WHERE id = ?", id);
    sql.one(db).await
}

/// What the filter panel offers.
pub async fn facets(db: &impl ConnectionTrait) -> Result<Facets> {
    #[derive(FromQueryResult)]
    struct Facet {
        field: String,
        id: Option<i64>,
        word: String,
    }
    let rows = Sql::new(
        "SELECT 'country' AS field, CAST(NULL AS BIGINT) AS id, country AS word FROM suppliers \
           WHERE country IS NOT NULL AND merged_into IS NULL GROUP BY country \
         UNION ALL SELECT 'category', c.id, c.name FROM categories c \
           WHERE EXISTS (SELECT 1 FROM supplier_categories k WHERE k.category_id = c.id) \
         UNION ALL SELECT 'owner', p.id, p.name FROM people p \
           WHERE EXISTS (SELECT 1 FROM suppliers s WHERE s.owner_id = p.id AND s.merged_into IS NULL) \
         UNION ALL SELECT 'tier', NULL, tier FROM supplier_figures WHERE tier IS NOT NULL GROUP BY tier \
         UNION ALL SELECT 'quadrant', NULL, quadrant FROM supplier_figures WHERE quadrant IS NOT NULL GROUP BY quadrant \
         UNION ALL SELECT 'grade', NULL, grade FROM supplier_figures WHERE grade IS NOT NULL GROUP BY grade \
         ORDER BY field, word, id",
    )
    .all::<Facet>(db)
    .await?;
    let mut facets = Facets::default();
    for row in rows {
        match (row.field.as_str(), row.id) {
            ("country", _) => facets.countries.extend(Country::parse(&row.word).ok()),
            ("category", Some(id)) => facets.categories.push((CategoryId(id), row.word)),
            ("owner", Some(id)) => facets.owners.push((PersonId(id), row.word)),
            ("tier", _) => facets.tiers.push(row.word),
            ("quadrant", _) => facets.quadrants.push(row.word),
            _ => facets.grades.push(row.word),
        }
    }
    facets.countries.sort_by_key(|country| country.name());
    Ok(facets)
}

struct Totals {
    total: u64,
    spend_minor: Option<i64>,
    score_centi: Option<i64>,
}

async fn totals(
    db: &impl ConnectionTrait,
    query: &ListQuery,
    currency: Currency,
) -> Result<Totals> {
    #[derive(FromQueryResult)]
    struct Sums {
        total: i64,
        spend: Option<i64>,
        scored: Option<f64>,
        weight: Option<f64>,
    }
    let weighable = "f.score_centi IS NOT NULL AND f.spend_minor > 0";
    let mut sql = Sql::new(&format!(
        "SELECT COUNT(*) AS total, CAST(SUM(f.spend_minor) AS BIGINT) AS spend, \
         SUM(CASE WHEN {weighable} THEN CAST(f.spend_minor AS DOUBLE PRECISION) * f.score_centi END) AS scored, \
         SUM(CASE WHEN {weighable} THEN CAST(f.spend_minor AS DOUBLE PRECISION) END) AS weight"
    ));
    sql.push(TABLES).append(conditions(query, currency));
    let sums = sql.one::<Sums>(db).await?;
    Ok(sums.map_or(
        Totals {
            total: 0,
            spend_minor: None,
            score_centi: None,
        },
        |sums| Totals {
            total: sums.total as u64,
            spend_minor: sums.spend,
            score_centi: sums
                .scored
                .zip(sums.weight)
                .map(|(scored, weight)| (scored / weight).round() as i64),
        },
    ))
}

const TABLES: &str = " FROM suppliers s \
    LEFT JOIN supplier_figures f ON f.supplier_id = s.id \
    LEFT JOIN people o ON o.id = s.owner_id \
    LEFT JOIN supplier_categories k ON k.supplier_id = s.id AND k.main \
    LEFT JOIN categories c ON c.id = k.category_id";

fn select() -> Sql {
    let mut sql = Sql::new(
        "SELECT s.id, s.number, s.name, s.status, s.country, s.city, c.name AS category, s.owner_id, \
         o.name AS owner_name, f.spend_minor, f.spend_elsewhere, f.abc, f.score_centi, f.score_delta_centi, f.provisional, f.grade, \
         f.score_trend, f.on_time_ppm, f.ppm_milli, f.tier, f.quadrant, f.order_lines, f.last_receipt_on, \
         s.partner_since, s.updated_at, s.version",
    );
    sql.push(TABLES);
    sql
}

/// The WHERE of a list.
fn conditions(query: &ListQuery, currency: Currency) -> Sql {
    let mut sql = Sql::new(" WHERE s.merged_into IS NULL");
    for word in query.text.split_whitespace().take(8) {
        sql.push(" AND ").append(found(word));
    }
    one_of(&mut sql, "s.status", &query.status);
    one_of(&mut sql, "f.tier", &query.tier);
    one_of(&mut sql, "f.quadrant", &query.quadrant);
    one_of(&mut sql, "f.grade", &query.grade);
    one_of(&mut sql, "f.abc", &query.abc);
    one_of(&mut sql, "s.country", &query.country);
    if !query.category.is_empty() {
        // A survivor is in the categories of the records merged into it, too.
        sql.push(
            " AND s.id IN (SELECT COALESCE(m.merged_into, m.id) FROM supplier_categories mk \
             JOIN suppliers m ON m.id = mk.supplier_id WHERE mk.category_id IN (",
        )
        .list(query.category.iter().copied())
        .push("))");
    }
    owners(&mut sql, &query.owner);
    let unit = 10_i64.pow(currency.exponent());
    between(&mut sql, "f.spend_minor", query.spend, unit);
    between(&mut sql, "f.score_centi", query.score, 100);
    between(&mut sql, "f.on_time_ppm", query.on_time, 10_000);
    sql
}

/// A word is found in a supplier when any of what people know it by holds it.
fn found(word: &str) -> Sql {
    let lower = pattern(&word.to_lowercase());
    let mut sql = Sql::new("(");
    sql.with("LOWER(s.name) LIKE ? ESCAPE '\\'", lower.clone())
        .with(" OR LOWER(s.city) LIKE ? ESCAPE '\\'", lower.clone())
        .with(" OR LOWER(c.name) LIKE ? ESCAPE '\\'", lower);
    let key = name::key(word, None);
    if !key.is_empty() {
        sql.with(" OR s.name_key LIKE ? ESCAPE '\\'", pattern(&key));
    }
    let countries = Country::containing(word);
    if word.chars().count() > 3 && !countries.is_empty() {
        sql.push(" OR s.country IN (").list(countries).push(")");
    }
    if word.contains(|c: char| c.is_ascii_digit()) {
        let upper = word.to_ascii_uppercase();
        sql.with(
            " OR s.id IN (SELECT COALESCE(m.merged_into, m.id) FROM suppliers m WHERE m.number LIKE ? ESCAPE '\\')",
            pattern(&upper),
        );
        let plain: String = upper.chars().filter(char::is_ascii_alphanumeric).collect();
        sql.with(
            " OR s.id IN (SELECT COALESCE(m.merged_into, m.id) FROM supplier_identifiers i \
             JOIN suppliers m ON m.id = i.supplier_id WHERE i.value LIKE ? ESCAPE '\\')",
            pattern(&plain),
        );
        // What the ERP calls it is what a buyer has at hand.
        sql.with(
            " OR s.id IN (SELECT COALESCE(m.merged_into, m.id) FROM source_suppliers k \
             JOIN suppliers m ON m.id = k.supplier_id WHERE UPPER(k.source_key) LIKE ? ESCAPE '\\')",
            pattern(&upper),
        );
    }
    sql.push(")");
    sql
}

/// "Contains", with the characters a pattern reads otherwise taken as they are.
fn pattern(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

fn one_of<V: Clone + Into<sea_orm::Value>>(sql: &mut Sql, column: &str, values: &[V]) {
    if !values.is_empty() {
        sql.push(&format!(" AND {column} IN ("))
            .list(values.iter().cloned())
            .push(")");
    }
}

fn owners(sql: &mut Sql, owners: &[Owner]) {
    if owners.is_empty() {
        return;
    }
    let people = owners.iter().filter_map(|owner| match owner {
        Owner::Person(id) => Some(*id),
        Owner::Nobody => None,
    });
    sql.push(" AND (s.owner_id IN (").list(people).push(")");
    if owners.contains(&Owner::Nobody) {
        sql.push(" OR s.owner_id IS NULL");
    }
    sql.push(")");
}

fn between(sql: &mut Sql, column: &str, range: super::Range, unit: i64) {
    if let Some(from) = range.from {
        sql.with(&format!(" AND {column} >= ?"), from.saturating_mul(unit));
    }
    if let Some(to) = range.to {
        sql.with(&format!(" AND {column} <= ?"), to.saturating_mul(unit));
    }
}

/// What is missing comes last in either direction; the name and the id settle what is equal.
fn order(query: &ListQuery) -> String {
    let direction = if query.sort.descending { "DESC" } else { "ASC" };
    let column = match query.sort.by {
        Column::Name => "s.name_key",
        // Numbers follow the order of creation, and so does the id; as text S-100000 would come before S-99999.
        Column::Number => return format!(" ORDER BY s.id {direction}"),
        Column::Status => STATUS_RANK,
        Column::Category => "c.name",
        Column::Tier => TIER_RANK,
        Column::Quadrant => "f.quadrant",
        Column::Owner => "o.name",
        Column::Country => "s.country",
        Column::City => "s.city",
        Column::Spend => "f.spend_minor",
        Column::Abc => "f.abc",
        Column::Score => "f.score_centi",
        Column::Trend => "f.score_delta_centi",
        Column::Grade => "f.grade",
        Column::OnTime => "f.on_time_ppm",
        Column::Ppm => "f.ppm_milli",
        Column::OrderLines => "f.order_lines",
        Column::LastReceipt => "f.last_receipt_on",
        Column::PartnerSince => "s.partner_since",
        Column::Changed => "s.updated_at",
    };
    format!(
        " ORDER BY CASE WHEN {column} IS NULL THEN 1 ELSE 0 END, {column} {direction}, s.name_key, s.id"
    )
}

/// The way in, then the ways out.
const STATUS_RANK: &str = "CASE s.status WHEN 'invited' THEN 1 WHEN 'registering' THEN 2 \
    WHEN 'under_review' THEN 3 WHEN 'approved' THEN 4 WHEN 'active' THEN 5 WHEN 'blocked' THEN 6 ELSE 7 END";

/// The most important tier first.
const TIER_RANK: &str = "CASE f.tier WHEN 'strategic' THEN 1 WHEN 'leverage' THEN 2 WHEN 'bottleneck' THEN 3 \
    WHEN 'transactional' THEN 4 WHEN 'unclassified' THEN 5 END";

#[derive(FromQueryResult)]
struct Record {
    id: SupplierId,
    number: String,
    name: String,
    status: Status,
    country: Option<Country>,
    city: Option<String>,
    category: Option<String>,
    owner_id: Option<PersonId>,
    owner_name: Option<String>,
    spend_minor: Option<i64>,
    spend_elsewhere: Option<String>,
    abc: Option<String>,
    score_centi: Option<i64>,
    score_delta_centi: Option<i64>,
    provisional: Option<bool>,
    grade: Option<String>,
    score_trend: Option<String>,
    on_time_ppm: Option<i64>,
    ppm_milli: Option<i64>,
    tier: Option<String>,
    quadrant: Option<String>,
    order_lines: Option<i64>,
    last_receipt_on: Option<i32>,
    partner_since: Option<i32>,
    updated_at: i64,
    version: i64,
}

impl From<Record> for Row {
    fn from(row: Record) -> Self {
        Self {
            id: row.id,
            number: row.number,
            name: row.name,
            status: row.status,
            country: row.country,
            city: row.city,
            category: row.category,
            owner: row.owner_id,
            owner_name: row.owner_name,
            spend_minor: row.spend_minor,
            spend_elsewhere: read_amounts(row.spend_elsewhere.as_deref().unwrap_or_default()),
            abc: row.abc,
            score_centi: row.score_centi,
            score_delta_centi: row.score_delta_centi,
            provisional: row.provisional.unwrap_or(false),
            grade: row.grade,
            score_trend: trend(row.score_trend.as_deref().unwrap_or_default()),
            on_time_ppm: row.on_time_ppm,
            ppm_milli: row.ppm_milli,
            tier: row.tier,
            quadrant: row.quadrant,
            order_lines: row.order_lines,
            last_receipt: row.last_receipt_on.map(date_of_day),
            partner_since: row.partner_since,
            changed: moment(row.updated_at),
            version: row.version,
        }
    }
}

/// Reads "8120,,7990".
pub(crate) fn trend(text: &str) -> Vec<Option<i64>> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split(',').map(|value| value.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_a_trend_stays_a_gap() {
        assert_eq!(trend("8120,,7990"), [Some(8120), None, Some(7990)]);
        assert_eq!(trend(""), []);
    }

    #[test]
    fn what_people_type_is_no_pattern() {
        assert_eq!(pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}
