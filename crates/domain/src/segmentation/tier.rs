//! Placing every supplier for a quarter. Each placement is a row that stays; any past tier can be replayed from it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use keelson_methods::{
    period::Period,
    segmentation::{
        AbcClass, Assessment, Composite, Policy, Quadrant, Standing, Tier, abc, assess,
    },
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    input::{self, Input},
    policy,
};
use crate::{
    Act, Error, Keelson, PersonId, Result, SupplierId, TierId, Tx, date_of_day, day_of, micros,
    moment, performance,
    record::{self, Audience, NewEvent},
    rows,
    versions::Published,
};

/// Suppliers written together.
const CHUNK: usize = 2_000;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tiered {
    /// New rows.
    pub added: u64,
    /// Suppliers whose newest row of the quarter was made from the same inputs.
    pub unchanged: u64,
    /// Of the new rows, those in another tier than before.
    pub moved: u64,
    /// Of all suppliers, those about whom too little is known.
    pub unclassified: u64,
}

/// Places every supplier for a quarter, as known on a day. A supplier whose newest row of the quarter was made from the same
/// inputs gets no new one.
pub async fn tier(
    keelson: &Keelson,
    act: &Act,
    quarter: Period,
    as_of: NaiveDate,
) -> Result<Tiered> {
    let quarter = checked(quarter, as_of)?;
    let policy = policy::current(keelson.db.read()).await?;
    let placements = place(keelson, &policy, quarter, as_of).await?;
    let mut tiered = Tiered {
        unclassified: placements
            .iter()
            .filter(|placement| placement.assessment.needs_review)
            .count() as u64,
        ..Tiered::default()
    };
    let last = last_of_quarter(keelson.db.read(), quarter).await?;
    let (added, same): (Vec<Placement>, Vec<Placement>) =
        placements.into_iter().partition(|placement| {
            last.get(&placement.supplier)
                .is_none_or(|last| last.digest != placement.digest)
        });
    tiered.unchanged = same.len() as u64;
    for chunk in added.chunks(CHUNK) {
        let tx = keelson.db.begin().await?;
        let moved = write(&tx, act, quarter, policy.version, as_of, chunk, &last).await?;
        let suppliers: Vec<i64> = chunk.iter().map(|placement| placement.supplier).collect();
        performance::rejudged(&tx, &suppliers, as_of, act.at).await?;
        tx.commit().await?;
        tiered.added += chunk.len() as u64;
        tiered.moved += moved;
    }
    Ok(tiered)
}

/// Who would be in which tier if this policy were published: nothing is stored.
pub async fn preview(
    keelson: &Keelson,
    policy: &Policy,
    quarter: Period,
    as_of: NaiveDate,
) -> Result<Vec<Move>> {
    let quarter = checked(quarter, as_of)?;
    let candidate = Published {
        version: 0,
        document: policy.clone(),
        by: None,
        by_name: None,
        at: DateTime::<Utc>::default(),
    };
    let now = policy::current(keelson.db.read()).await?;
    let before = place(keelson, &now, quarter, as_of).await?;
    let after = place(keelson, &candidate, quarter, as_of).await?;
    Ok(before
        .into_iter()
        .zip(after)
        .filter_map(|(before, after)| {
            let (from, to) = (
                before.assessment.standing.tier,
                after.assessment.standing.tier,
            );
            (from != to).then_some(Move {
                supplier: SupplierId(before.supplier),
                from,
                to,
            })
        })
        .collect())
}

/// A supplier that would be in another tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub supplier: SupplierId,
    pub from: Tier,
    pub to: Tier,
}

fn checked(quarter: Period, as_of: NaiveDate) -> Result<Period> {
    if !matches!(quarter, Period::Quarter(..)) {
        return Err(Error::invalid(
            "period",
            format!(
                "tiers are set for quarters; write one such as {}",
                super::quarter_of(as_of)
            ),
        ));
    }
    if quarter.bounds(as_of).from.is_none_or(|from| from > as_of) {
        return Err(Error::invalid(
            "period",
            format!(
                "{} has not begun; choose a quarter that has.",
                quarter.label()
            ),
        ));
    }
    Ok(quarter)
}

/// One supplier's placement before it is stored.
struct Placement {
    supplier: i64,
    input: Input,
    previous: Option<Standing>,
    assessment: Assessment,
    abc: Option<AbcClass>,
    digest: String,
}

/// What is stored of a placement: everything that explains it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    pub input: Input,
    /// Where the supplier stood before, which hysteresis starts from.
    pub previous: Option<Standing>,
    pub assessment: Assessment,
}

#[derive(Serialize)]
struct Stored<'a> {
    input: &'a Input,
    previous: Option<&'a Standing>,
    assessment: &'a Assessment,
}

async fn place(
    keelson: &Keelson,
    policy: &Published<Policy>,
    quarter: Period,
    as_of: NaiveDate,
) -> Result<Vec<Placement>> {
    let inputs = input::gather(keelson, &policy.document, quarter, as_of).await?;
    let standings = standings_before(keelson.db.read(), quarter).await?;
    Ok(judge(policy, inputs, &standings))
}

/// The judgement itself: no input and no output, so that a hundred thousand suppliers take less than a second.
fn judge(
    policy: &Published<Policy>,
    inputs: Vec<(i64, Input)>,
    standings: &HashMap<i64, Standing>,
) -> Vec<Placement> {
    let spends: Vec<(i64, i64)> = inputs
        .iter()
        .map(|(supplier, input)| (*supplier, input.facts.spend_minor.value.unwrap_or(0)))
        .collect();
    let classes = abc(&spends, policy.document.abc);
    inputs
        .into_iter()
        .zip(classes)
        .map(|((supplier, input), class)| {
            let previous = standings.get(&supplier);
            Placement {
                supplier,
                assessment: assess(&input.facts, &policy.document, previous, None, false),
                abc: class.filter(|_| input.facts.spend_minor.value.is_ok()),
                digest: digest(policy.version, &input, previous),
                previous: previous.copied(),
                input,
            }
        })
        .collect()
}

/// Over everything a placement depends on: equal digests are equal placements.
fn digest(policy: i64, input: &Input, previous: Option<&Standing>) -> String {
    let text = serde_json::to_vec(&(policy, input, previous)).expect("plain values become JSON");
    Sha256::digest(&text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[derive(FromQueryResult)]
struct StandingRow {
    supplier_id: i64,
    standing: String,
}

/// Where every supplier stood at the end of its last judged quarter before this one.
async fn standings_before(
    db: &impl ConnectionTrait,
    quarter: Period,
) -> Result<HashMap<i64, Standing>> {
    let sql = "SELECT t.supplier_id, t.standing FROM tiers t WHERE t.period < $1 AND NOT EXISTS (\
               SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id AND newer.period < $1 \
               AND (newer.period > t.period OR (newer.period = t.period AND newer.version > t.version)))";
    let values = [quarter.to_string().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = StandingRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let standing = serde_json::from_str(&row.standing)
                .map_err(|error| Error::damaged("tier", error))?;
            Ok((row.supplier_id, standing))
        })
        .collect()
}

#[derive(FromQueryResult)]
struct Last {
    supplier_id: i64,
    version: i64,
    digest: String,
}

async fn last_of_quarter(db: &impl ConnectionTrait, quarter: Period) -> Result<HashMap<i64, Last>> {
    let sql = "SELECT t.supplier_id, t.version, t.digest FROM tiers t WHERE t.period = $1 AND NOT EXISTS (\
               SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id AND newer.period = t.period \
               AND newer.version > t.version)";
    let values = [quarter.to_string().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Last::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.supplier_id, row)).collect())
}

async fn write(
    tx: &Tx,
    act: &Act,
    quarter: Period,
    policy: i64,
    as_of: NaiveDate,
    added: &[Placement],
    last: &HashMap<i64, Last>,
) -> Result<u64> {
    const COLUMNS: [&str; 18] = [
        "supplier_id",
        "policy_version",
        "period",
        "version",
        "quadrant",
        "tier",
        "plain_quadrant",
        "impact_centi",
        "risk_centi",
        "tier_score_centi",
        "abc",
        "candidate",
        "standing",
        "breakdown",
        "digest",
        "as_of",
        "decided_by",
        "decided_at",
    ];
    let suppliers: Vec<i64> = added.iter().map(|placement| placement.supplier).collect();
    let before = tiers_of(tx, &suppliers, quarter).await?;
    let values = added.iter().map(|placement| -> Vec<Value> {
        let assessment = &placement.assessment;
        let standing = &assessment.standing;
        let quadrant =
            |quadrant: Option<Quadrant>| quadrant.map_or("unclassified", Quadrant::code).to_owned();
        let version = last
            .get(&placement.supplier)
            .map_or(1, |last| last.version + 1);
        let stored = Stored {
            input: &placement.input,
            previous: placement.previous.as_ref(),
            assessment,
        };
        vec![
            placement.supplier.into(),
            policy.into(),
            quarter.to_string().into(),
            version.into(),
            quadrant(standing.quadrant).into(),
            standing.tier.code().into(),
            quadrant(assessment.plain_quadrant).into(),
            centi(&assessment.profit_impact).into(),
            centi(&assessment.supply_risk).into(),
            centi(&assessment.tier_score).into(),
            placement.abc.map(|class| class.code().to_owned()).into(),
            assessment.strategic_candidate.into(),
            json_of(standing).into(),
            json_of(&stored).into(),
            placement.digest.clone().into(),
            day_of(as_of).into(),
            act.by.map(|person| person.0).into(),
            micros(act.at).into(),
        ]
    });
    let ids =
        rows::insert_returning(tx, "tiers", &COLUMNS, values.collect(), "supplier_id").await?;
    let events: Vec<NewEvent> = added
        .iter()
        .filter_map(|placement| {
            let to = placement.assessment.standing.tier;
            let from = *before.get(&placement.supplier)?;
            (from != to).then_some(NewEvent {
                supplier: Some(SupplierId(placement.supplier)),
                subject: "tier",
                subject_id: *ids.get(&placement.supplier)?,
                verb: "moved",
                payload: json!({ "period": quarter, "from": from, "to": to }),
                audience: Audience::Internal,
            })
        })
        .collect();
    let moved = events.len() as u64;
    record::append_all(tx, act, events).await?;
    let run = NewEvent {
        supplier: None,
        subject: "segmentation_policy",
        subject_id: policy,
        verb: "applied",
        payload: json!({ "period": quarter, "policy_version": policy, "suppliers": added.len(), "moved": moved }),
        audience: Audience::Internal,
    };
    record::append(tx, act, run).await?;
    Ok(moved)
}

fn centi(composite: &Composite) -> Option<i64> {
    composite.value.map(|value| (value * 100.0).round() as i64)
}

fn json_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values become JSON")
}

#[derive(FromQueryResult)]
struct TierRow {
    supplier_id: i64,
    tier: String,
}

/// The tier each supplier was computed to be in last, up to a quarter.
async fn tiers_of(
    db: &impl ConnectionTrait,
    suppliers: &[i64],
    until: Period,
) -> Result<HashMap<i64, Tier>> {
    let sql = format!(
        "SELECT t.supplier_id, t.tier FROM tiers t WHERE t.supplier_id IN ({}) AND t.period <= $1 AND NOT EXISTS (\
           SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id AND newer.period <= $1 \
           AND (newer.period > t.period OR (newer.period = t.period AND newer.version > t.version)))",
        rows::list(suppliers)
    );
    let values = [until.to_string().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = TierRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| Ok((row.supplier_id, parse_tier(&row.tier)?)))
        .collect()
}

fn parse_tier(code: &str) -> Result<Tier> {
    Tier::parse(code).map_err(|error| Error::damaged("tier", error))
}

/// The tier that counts for a supplier, and the computed one beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub tier: Tier,
    pub computed: Tier,
    pub quadrant: Option<Quadrant>,
    /// An approved override is in force.
    pub overridden: bool,
}

#[derive(FromQueryResult)]
struct PlacedRow {
    supplier_id: i64,
    tier: String,
    quadrant: String,
    override_tier: Option<String>,
}

/// Where suppliers stand on a day: their newest placement, or what an approved override in force says instead. A supplier that
/// was never placed is not there, unless it is overridden.
pub async fn placed(
    db: &impl ConnectionTrait,
    suppliers: &[i64],
    as_of: NaiveDate,
) -> Result<HashMap<i64, Placed>> {
    let sql = format!(
        "SELECT t.supplier_id, t.tier, t.quadrant, (\
           SELECT MAX(o.tier) FROM tier_overrides o WHERE o.supplier_id = t.supplier_id AND {in_force}) AS override_tier \
         FROM tiers t WHERE t.supplier_id IN ({suppliers}) AND NOT EXISTS (\
           SELECT 1 FROM tiers newer WHERE newer.supplier_id = t.supplier_id \
           AND (newer.period > t.period OR (newer.period = t.period AND newer.version > t.version)))",
        in_force = super::overrides::IN_FORCE,
        suppliers = rows::list(suppliers),
    );
    let values = [day_of(as_of).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = PlacedRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let computed = parse_tier(&row.tier)?;
            let over = row.override_tier.as_deref().map(parse_tier).transpose()?;
            let placed = Placed {
                tier: over.unwrap_or(computed),
                computed,
                quadrant: Quadrant::parse(&row.quadrant).ok(),
                overridden: over.is_some(),
            };
            Ok((row.supplier_id, placed))
        })
        .collect()
}

/// A placement as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: TierId,
    pub supplier: SupplierId,
    pub period: Period,
    pub version: i64,
    pub policy_version: i64,
    pub tier: Tier,
    pub abc: Option<AbcClass>,
    pub breakdown: Breakdown,
    pub as_of: NaiveDate,
    pub by: Option<PersonId>,
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct FullRow {
    id: i64,
    supplier_id: i64,
    period: String,
    version: i64,
    policy_version: i64,
    tier: String,
    abc: Option<String>,
    breakdown: String,
    as_of: i32,
    decided_by: Option<i64>,
    decided_at: i64,
}

/// A supplier's placements, newest first.
pub async fn history(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    limit: u64,
) -> Result<Vec<Row>> {
    let sql = "SELECT id, supplier_id, period, version, policy_version, tier, abc, breakdown, as_of, decided_by, decided_at \
               FROM tiers WHERE supplier_id = $1 ORDER BY period DESC, version DESC LIMIT $2";
    let values = [supplier.0.into(), (limit as i64).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = FullRow::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(Row::try_from).collect()
}

impl TryFrom<FullRow> for Row {
    type Error = Error;

    fn try_from(row: FullRow) -> Result<Self> {
        let damaged = |why: &dyn std::fmt::Display| Error::damaged("tier", why);
        Ok(Self {
            id: TierId(row.id),
            supplier: SupplierId(row.supplier_id),
            period: Period::parse(&row.period).map_err(|error| damaged(&error))?,
            version: row.version,
            policy_version: row.policy_version,
            tier: parse_tier(&row.tier)?,
            abc: row
                .abc
                .as_deref()
                .map(AbcClass::parse)
                .transpose()
                .map_err(|error| damaged(&error))?,
            breakdown: serde_json::from_str(&row.breakdown).map_err(|error| damaged(&error))?,
            as_of: date_of_day(row.as_of),
            by: row.decided_by.map(PersonId),
            at: moment(row.decided_at),
        })
    }
}
