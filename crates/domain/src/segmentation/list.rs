//! Every supplier's place as a list and as points of the matrix.

use keelson_methods::segmentation::{AbcClass, Quadrant, Tier};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::{Result, SupplierId, performance::escaped};

/// Which suppliers, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// Any of these tiers; empty for all.
    pub tiers: Vec<Tier>,
    /// Any of these classes; empty for all.
    pub classes: Vec<AbcClass>,
    /// Only those flagged as strategic candidates.
    pub candidates: bool,
    /// Only those whose tier is overridden.
    pub overridden: bool,
    /// Part of a supplier's name or number.
    pub text: String,
    pub sort: PlaceSort,
    pub descending: bool,
    pub offset: u64,
    pub limit: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaceSort {
    Name,
    #[default]
    Spend,
    Impact,
    Risk,
    Score,
}

/// A supplier and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub supplier: SupplierId,
    pub number: String,
    pub name: String,
    pub category: Option<String>,
    pub owner: Option<String>,
    pub spend_minor: Option<i64>,
    pub abc: Option<AbcClass>,
    /// The tier that counts.
    pub tier: Tier,
    /// The tier that was computed.
    pub computed: Tier,
    pub quadrant: Option<Quadrant>,
    pub impact_centi: Option<i64>,
    pub risk_centi: Option<i64>,
    pub tier_score_centi: Option<i64>,
    pub candidate: bool,
}

impl Place {
    pub fn is_overridden(&self) -> bool {
        self.tier != self.computed
    }
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlacePage {
    pub total: u64,
    pub places: Vec<Place>,
}

/// A page of suppliers with their places, in two queries.
pub async fn places(db: &impl ConnectionTrait, filter: &PlaceFilter) -> Result<PlacePage> {
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
        PlaceSort::Name => "s.name",
        PlaceSort::Spend => "f.spend_minor",
        PlaceSort::Impact => "t.impact_centi",
        PlaceSort::Risk => "t.risk_centi",
        PlaceSort::Score => "t.tier_score_centi",
    };
    let sql = format!(
        "SELECT s.id, s.number, s.name, \
         (SELECT MIN(c.name) FROM supplier_categories sc JOIN categories c ON c.id = sc.category_id \
          WHERE sc.supplier_id = s.id AND sc.main) AS category, \
         (SELECT p.name FROM people p WHERE p.id = s.owner_id) AS owner, \
         f.spend_minor, f.abc, f.tier, t.tier AS computed, t.quadrant, t.impact_centi, t.risk_centi, t.tier_score_centi, \
         t.candidate {from} ORDER BY CASE WHEN {key} IS NULL THEN 1 ELSE 0 END, {key} {direction}, s.name, s.id \
         LIMIT {} OFFSET {}",
        filter.limit, filter.offset
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    Ok(PlacePage {
        total: total.unsigned_abs(),
        places: rows.into_iter().filter_map(Row::place).collect(),
    })
}

/// How many suppliers are in each tier, how many are flagged, how many are in each ABC class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceCounts {
    pub tiers: Vec<(Tier, u64, i64)>,
    pub classes: Vec<(AbcClass, u64, i64)>,
    pub candidates: u64,
    /// Suppliers that have no place yet.
    pub unplaced: u64,
}

/// Counts for the head of the page, with the spend behind each: one query.
pub async fn counts(db: &impl ConnectionTrait) -> Result<PlaceCounts> {
    let sql = format!(
        "SELECT f.tier, f.abc, COUNT(*) AS suppliers, CAST(SUM(COALESCE(f.spend_minor, 0)) AS BIGINT) AS spend_minor, \
         CAST(SUM(CASE WHEN t.candidate THEN 1 ELSE 0 END) AS BIGINT) AS candidates \
         FROM supplier_figures f JOIN suppliers s ON s.id = f.supplier_id {NEWEST_LEFT} \
         WHERE s.merged_into IS NULL GROUP BY f.tier, f.abc"
    );
    let rows = CountRow::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    let tier_of = |row: &CountRow| Tier::parse(row.tier.as_deref()?).ok();
    let class_of = |row: &CountRow| AbcClass::parse(row.abc.as_deref()?).ok();
    let sum = |of: &dyn Fn(&CountRow) -> bool| {
        rows.iter()
            .filter(|row| of(row))
            .fold((0, 0), |(n, spend), row| {
                (n + row.suppliers.unsigned_abs(), spend + row.spend_minor)
            })
    };
    let tiers = Tier::ALL.iter().map(|tier| {
        let (count, spend) = sum(&|row| tier_of(row) == Some(*tier));
        (*tier, count, spend)
    });
    let classes = AbcClass::ALL.iter().map(|class| {
        let (count, spend) = sum(&|row| class_of(row) == Some(*class));
        (*class, count, spend)
    });
    Ok(PlaceCounts {
        tiers: tiers.collect(),
        classes: classes.collect(),
        candidates: rows.iter().map(|row| row.candidates.unsigned_abs()).sum(),
        unplaced: sum(&|row| row.tier.is_none()).0,
    })
}

/// The newest placement of the supplier `s`.
const NEWEST: &str = "JOIN tiers t ON t.supplier_id = s.id AND NOT EXISTS (\
    SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id \
    AND (newer.period > t.period OR (newer.period = t.period AND newer.version > t.version)))";
const NEWEST_LEFT: &str = "LEFT JOIN tiers t ON t.supplier_id = s.id AND NOT EXISTS (\
    SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id \
    AND (newer.period > t.period OR (newer.period = t.period AND newer.version > t.version)))";

fn from(filter: &PlaceFilter) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let mut sql = format!(
        "FROM supplier_figures f JOIN suppliers s ON s.id = f.supplier_id {NEWEST} WHERE s.merged_into IS NULL"
    );
    // Codes are our own words, so they may stand in the text.
    let mut any = |column: &str, codes: Vec<&str>| {
        if !codes.is_empty() {
            let codes: Vec<String> = codes.iter().map(|code| format!("'{code}'")).collect();
            sql.push_str(&format!(" AND {column} IN ({})", codes.join(", ")));
        }
    };
    any(
        "f.tier",
        filter.tiers.iter().map(|tier| tier.code()).collect(),
    );
    any(
        "f.abc",
        filter.classes.iter().map(|class| class.code()).collect(),
    );
    if filter.candidates {
        sql.push_str(" AND t.candidate");
    }
    if filter.overridden {
        sql.push_str(" AND f.tier <> t.tier");
    }
    let text = filter.text.trim().to_lowercase();
    if !text.is_empty() {
        values.push(format!("%{}%", escaped(&text)).into());
        sql.push_str(
            " AND (LOWER(s.name) LIKE $1 ESCAPE '!' OR LOWER(s.number) LIKE $1 ESCAPE '!')",
        );
    }
    (sql, values)
}

#[derive(FromQueryResult)]
struct CountRow {
    tier: Option<String>,
    abc: Option<String>,
    suppliers: i64,
    spend_minor: i64,
    candidates: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    number: String,
    name: String,
    category: Option<String>,
    owner: Option<String>,
    spend_minor: Option<i64>,
    abc: Option<String>,
    tier: Option<String>,
    computed: String,
    quadrant: String,
    impact_centi: Option<i64>,
    risk_centi: Option<i64>,
    tier_score_centi: Option<i64>,
    candidate: bool,
}

impl Row {
    fn place(self) -> Option<Place> {
        let computed = Tier::parse(&self.computed).ok()?;
        Some(Place {
            supplier: SupplierId(self.id),
            number: self.number,
            name: self.name,
            category: self.category,
            owner: self.owner,
            spend_minor: self.spend_minor,
            abc: self.abc.and_then(|code| AbcClass::parse(&code).ok()),
            tier: self
                .tier
                .and_then(|code| Tier::parse(&code).ok())
                .unwrap_or(computed),
            computed,
            quadrant: Quadrant::parse(&self.quadrant).ok(),
            impact_centi: self.impact_centi,
            risk_centi: self.risk_centi,
            tier_score_centi: self.tier_score_centi,
            candidate: self.candidate,
        })
    }
}
