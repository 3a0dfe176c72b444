//! Overriding a computed tier: asked for by one person, approved by another, with an end. The computed tier stays beside it.

use chrono::{DateTime, NaiveDate, Utc};
use keelson_methods::segmentation::{
    Override, OverrideError, OverrideReason, OverrideState, Tier, override_share_is_too_high,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde_json::json;

use super::tier::placed;
use crate::{
    Act, Error, Keelson, OverrideId, PersonId, Result, SupplierId, Tx, date_of_day, day_of, micros,
    moment, performance,
    record::{self, Audience, NewEvent},
};

/// An override `o` that counts on the day `$1`.
pub(super) const IN_FORCE: &str = "o.approved_at IS NOT NULL AND o.withdrawn_at IS NULL \
                                   AND o.starts_on <= $1 AND o.ends_on > $1";

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOverride {
    pub supplier: SupplierId,
    pub tier: Tier,
    pub reason: OverrideReason,
    pub note: String,
    pub starts_on: NaiveDate,
    /// The day on which the computed tier returns: twelve months after the start unless somebody says otherwise.
    pub ends_on: NaiveDate,
}

/// An override as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierOverride {
    pub id: OverrideId,
    pub supplier: SupplierId,
    pub supplier_name: String,
    pub computed: Tier,
    pub tier: Tier,
    pub reason: OverrideReason,
    pub note: String,
    pub requester: PersonId,
    pub requester_name: String,
    pub approver: Option<PersonId>,
    pub approver_name: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub requested_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Where an override stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has approved it.
    Requested,
    Approved(OverrideState),
    /// Declined, or taken back.
    Withdrawn,
}

impl TierOverride {
    pub fn stage(&self, on: NaiveDate) -> Stage {
        if self.withdrawn_at.is_some() {
            return Stage::Withdrawn;
        }
        match self.approver {
            None => Stage::Requested,
            Some(approver) => Stage::Approved(
                Override {
                    value: self.tier,
                    reason: self.reason,
                    note: self.note.clone(),
                    requester: self.requester,
                    approver,
                    starts_on: self.starts_on,
                    ends_on: self.ends_on,
                }
                .state(on),
            ),
        }
    }
}

/// Asks for an override. It counts once somebody else approves it.
pub async fn request(keelson: &Keelson, act: &Act, new: &NewOverride) -> Result<OverrideId> {
    let requester = person(act)?;
    let tx = keelson.db.begin().await?;
    let placed = placed(&tx, &[new.supplier.0], act.on()).await?;
    let Some(placed) = placed.get(&new.supplier.0) else {
        return Err(Error::conflict(
            "This supplier has no computed tier yet. Set the tiers of a quarter first.",
        ));
    };
    if placed.computed == new.tier {
        return Err(Error::invalid(
            "tier",
            format!("the computed tier is {} already", new.tier.label()),
        ));
    }
    if new.tier == Tier::Unclassified {
        return Err(Error::invalid(
            "tier",
            "choose the tier the supplier belongs in",
        ));
    }
    check(new, requester)?;
    if new.ends_on <= act.on() {
        return Err(Error::invalid(
            "ends_on",
            "the override would be over already",
        ));
    }
    if let Some(other) = open_beside(&tx, new).await? {
        return Err(Error::conflict(format!(
            "Another override of this supplier, to {}, is asked for or in force until {}. Withdraw it first.",
            other.tier.label(),
            other.ends_on
        )));
    }
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "INSERT INTO tier_overrides (supplier_id, computed_tier, tier, reason, note, requested_by, starts_on, ends_on, \
             requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            [
                new.supplier.0.into(),
                placed.computed.code().into(),
                new.tier.code().into(),
                new.reason.code().into(),
                new.note.trim().into(),
                requester.0.into(),
                day_of(new.starts_on).into(),
                day_of(new.ends_on).into(),
                micros(act.at).into(),
            ],
        ))
        .await?
        .ok_or_else(|| Error::damaged("tier override", "no id came back"))?;
    let id = OverrideId(row.try_get_by_index(0)?);
    tell(&tx, act, new.supplier, id, "requested", json!({ "computed": placed.computed, "tier": new.tier, "reason": new.reason, "ends_on": new.ends_on })).await?;
    tx.commit().await?;
    Ok(id)
}

/// Approves an override somebody else asked for.
pub async fn approve(keelson: &Keelson, act: &Act, id: OverrideId) -> Result<()> {
    let approver = person(act)?;
    let tx = keelson.db.begin().await?;
    let over = find(&tx, id).await?;
    if over.stage(act.on()) != Stage::Requested {
        return Err(Error::conflict("This override has been decided already."));
    }
    if over.requester == approver {
        return Err(Error::Forbidden(
            "Somebody else has to approve an override you asked for.".into(),
        ));
    }
    if over.ends_on <= act.on() {
        return Err(Error::conflict(
            "This override would be over already. Decline it and ask again.",
        ));
    }
    decide(
        &tx,
        id,
        "approved_by = $2, approved_at = $3",
        vec![approver.0.into(), micros(act.at).into()],
        "approved_at IS NULL AND withdrawn_at IS NULL",
    )
    .await?;
    tell(
        &tx,
        act,
        over.supplier,
        id,
        "approved",
        json!({ "computed": over.computed, "tier": over.tier, "ends_on": over.ends_on }),
    )
    .await?;
    performance::rejudged(&tx, &[over.supplier.0], act.on(), act.at).await?;
    tx.commit().await?;
    Ok(())
}

/// Declines an override that is asked for, or ends one that counts. The computed tier returns.
pub async fn withdraw(keelson: &Keelson, act: &Act, id: OverrideId) -> Result<()> {
    person(act)?;
    let tx = keelson.db.begin().await?;
    let over = find(&tx, id).await?;
    let verb = match over.stage(act.on()) {
        Stage::Requested if act.by != Some(over.requester) => "declined",
        Stage::Requested
        | Stage::Approved(
            OverrideState::Pending | OverrideState::Active | OverrideState::EndsSoon,
        ) => "withdrawn",
        Stage::Approved(OverrideState::Expired) | Stage::Withdrawn => {
            return Err(Error::conflict("This override is over already."));
        }
    };
    decide(
        &tx,
        id,
        "withdrawn_at = $2",
        vec![micros(act.at).into()],
        "withdrawn_at IS NULL",
    )
    .await?;
    tell(
        &tx,
        act,
        over.supplier,
        id,
        verb,
        json!({ "computed": over.computed, "tier": over.tier }),
    )
    .await?;
    performance::rejudged(&tx, &[over.supplier.0], act.on(), act.at).await?;
    tx.commit().await?;
    Ok(())
}

/// One override.
pub async fn find(db: &impl ConnectionTrait, id: OverrideId) -> Result<TierOverride> {
    select(db, "WHERE o.id = $1", vec![id.0.into()])
        .await?
        .pop()
        .ok_or(Error::NotFound("override"))
}

/// Every override of a supplier, newest first.
pub async fn of_supplier(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
) -> Result<Vec<TierOverride>> {
    select(
        db,
        "WHERE o.supplier_id = $1 ORDER BY o.id DESC",
        vec![supplier.0.into()],
    )
    .await
}

/// The overrides that wait for approval or count on a day, those that end first first.
pub async fn open(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<TierOverride>> {
    let open = "WHERE o.withdrawn_at IS NULL AND o.ends_on > $1 ORDER BY o.approved_at IS NOT NULL, o.ends_on, o.id";
    select(db, open, vec![day_of(on).into()]).await
}

/// The overrides that are over on a day, however they ended, the last ones asked for first.
pub async fn closed(
    db: &impl ConnectionTrait,
    on: NaiveDate,
    limit: u64,
) -> Result<Vec<TierOverride>> {
    let closed = format!(
        "WHERE o.withdrawn_at IS NOT NULL OR o.ends_on <= $1 ORDER BY o.id DESC LIMIT {limit}"
    );
    select(db, &closed, vec![day_of(on).into()]).await
}

/// How many overrides there are and what that says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// In force.
    pub in_force: u64,
    /// Waiting for approval.
    pub requested: u64,
    pub active_suppliers: u64,
    /// Mean days since those in force began.
    pub mean_age_days: Option<f64>,
    /// So many that the model is wrong rather than the suppliers.
    pub too_many: bool,
}

/// Counts what [`open`] found against the suppliers there are.
pub fn usage(open: &[TierOverride], active_suppliers: u64, on: NaiveDate) -> Usage {
    let in_force: Vec<&TierOverride> = open
        .iter()
        .filter(|over| {
            matches!(
                over.stage(on),
                Stage::Approved(OverrideState::Active | OverrideState::EndsSoon)
            )
        })
        .collect();
    let days: i64 = in_force
        .iter()
        .map(|over| (on - over.starts_on).num_days())
        .sum();
    Usage {
        in_force: in_force.len() as u64,
        requested: open
            .iter()
            .filter(|over| over.stage(on) == Stage::Requested)
            .count() as u64,
        active_suppliers,
        mean_age_days: (!in_force.is_empty()).then(|| days as f64 / in_force.len() as f64),
        too_many: override_share_is_too_high(in_force.len() as u64, active_suppliers),
    }
}

fn person(act: &Act) -> Result<PersonId> {
    act.by
        .ok_or_else(|| Error::Forbidden("An override is a person's decision.".into()))
}

/// The handbook's rules, each told at the field it is about. The approver is not known yet; nobody approves their own.
fn check(new: &NewOverride, requester: PersonId) -> Result<()> {
    let written = Override {
        value: new.tier,
        reason: new.reason,
        note: new.note.clone(),
        requester: Some(requester),
        approver: None,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
    };
    written.check().map_err(|error| {
        let field = match error {
            OverrideError::EndsBeforeStart | OverrideError::TooLong => "ends_on",
            OverrideError::NoExplanation => "note",
            OverrideError::OwnApproval => "approver",
        };
        Error::invalid(field, error.to_string())
    })
}

async fn open_beside(tx: &Tx, new: &NewOverride) -> Result<Option<TierOverride>> {
    let beside = "WHERE o.supplier_id = $1 AND o.withdrawn_at IS NULL AND o.ends_on > $2 AND o.starts_on < $3";
    let values = vec![
        new.supplier.0.into(),
        day_of(new.starts_on).into(),
        day_of(new.ends_on).into(),
    ];
    Ok(select(tx, beside, values).await?.pop())
}

/// Changes an override that is still as it was read; two who decide at once do not both succeed.
async fn decide(
    tx: &Tx,
    id: OverrideId,
    set: &str,
    mut values: Vec<Value>,
    still: &str,
) -> Result<()> {
    values.insert(0, id.0.into());
    let sql = format!("UPDATE tier_overrides SET {set} WHERE id = $1 AND {still}");
    let done = tx
        .execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    Err(Error::conflict(
        "Somebody else has just decided about this override.",
    ))
}

async fn tell(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    id: OverrideId,
    verb: &'static str,
    payload: serde_json::Value,
) -> Result<()> {
    let event = NewEvent {
        supplier: Some(supplier),
        subject: "tier_override",
        subject_id: id.0,
        verb,
        payload,
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    supplier_id: i64,
    supplier_name: String,
    computed_tier: String,
    tier: String,
    reason: String,
    note: Option<String>,
    requested_by: i64,
    requester_name: String,
    approved_by: Option<i64>,
    approver_name: Option<String>,
    starts_on: i32,
    ends_on: i32,
    requested_at: i64,
    approved_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

async fn select(
    db: &impl ConnectionTrait,
    which: &str,
    values: Vec<Value>,
) -> Result<Vec<TierOverride>> {
    let sql = format!(
        "SELECT o.id, o.supplier_id, s.name AS supplier_name, o.computed_tier, o.tier, o.reason, o.note, o.requested_by, \
         r.name AS requester_name, o.approved_by, a.name AS approver_name, o.starts_on, o.ends_on, o.requested_at, \
         o.approved_at, o.withdrawn_at FROM tier_overrides o JOIN suppliers s ON s.id = o.supplier_id \
         JOIN people r ON r.id = o.requested_by LEFT JOIN people a ON a.id = o.approved_by {which}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(TierOverride::try_from).collect()
}

impl TryFrom<Row> for TierOverride {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let tier =
            |code: &str| Tier::parse(code).map_err(|error| Error::damaged("tier override", error));
        Ok(Self {
            id: OverrideId(row.id),
            supplier: SupplierId(row.supplier_id),
            supplier_name: row.supplier_name,
            computed: tier(&row.computed_tier)?,
            tier: tier(&row.tier)?,
            reason: OverrideReason::parse(&row.reason)
                .map_err(|error| Error::damaged("tier override", error))?,
            note: row.note.unwrap_or_default(),
            requester: PersonId(row.requested_by),
            requester_name: row.requester_name,
            approver: row.approved_by.map(PersonId),
            approver_name: row.approver_name,
            starts_on: date_of_day(row.starts_on),
            ends_on: date_of_day(row.ends_on),
            requested_at: moment(row.requested_at),
            approved_at: row.approved_at.map(moment),
            withdrawn_at: row.withdrawn_at.map(moment),
        })
    }
}
