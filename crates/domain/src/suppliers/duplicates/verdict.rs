//! What people decide about a pair, and what speaks against two records being one party.

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::supplier::{must_find_in, tell},
    DuplicateIndex,
    check::records,
};
use crate::{
    Act, DuplicateId, Error, Keelson, Result, SupplierId, Tx, micros, record::Audience, sql::Sql,
};

/// What people decided about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Open,
    Merged,
    Distinct,
}

impl Verdict {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Distinct => "distinct",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        [Self::Open, Self::Merged, Self::Distinct]
            .into_iter()
            .find(|verdict| verdict.code() == code)
    }
}

/// Two parties: the pair is never proposed again.
pub async fn not_a_duplicate(keelson: &Keelson, act: &Act, id: DuplicateId) -> Result<()> {
    set_verdict(
        keelson,
        act,
        id,
        Verdict::Open,
        Verdict::Distinct,
        "found_distinct",
    )
    .await
}

/// Takes "not a duplicate" back: the pair waits in the queue again.
pub async fn reconsider(keelson: &Keelson, act: &Act, id: DuplicateId) -> Result<()> {
    set_verdict(
        keelson,
        act,
        id,
        Verdict::Distinct,
        Verdict::Open,
        "reconsidered",
    )
    .await
}

async fn set_verdict(
    keelson: &Keelson,
    act: &Act,
    id: DuplicateId,
    from: Verdict,
    to: Verdict,
    verb: &'static str,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Sides {
        left_id: SupplierId,
        right_id: SupplierId,
    }
    let tx = keelson.db.begin().await?;
    let sides = Sql::new("SELECT left_id, right_id FROM duplicate_pairs WHERE id = ?")
        .bind(id)
        .one::<Sides>(&tx)
        .await?
        .ok_or(Error::NotFound("pair"))?;
    let decided = to != Verdict::Open;
    let changed = Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = ?, decided_at = ? WHERE id = ? AND verdict = ?",
    )
    .bind(to.code())
    .bind(act.by.filter(|_| decided))
    .bind(decided.then_some(micros(act.at)))
    .bind(id)
    .bind(from.code())
    .run(&tx)
    .await?;
    if changed == 0 {
        return Err(Error::conflict(
            "Somebody else has decided about this pair in the meantime.",
        ));
    }
    for (one, other) in [
        (sides.left_id, sides.right_id),
        (sides.right_id, sides.left_id),
    ] {
        let other = must_find_in(&tx, other).await?;
        let payload =
            json!({ "pair": id, "other": other.number, "name": other.details.name.as_str() });
        tell(&tx, act, one, verb, payload, Audience::Internal).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Notes a merge as the verdict on its pair and says what the verdict was before, if there was one.
pub(in super::super) async fn decide(
    tx: &Tx,
    act: &Act,
    a: SupplierId,
    b: SupplierId,
    verdict: Verdict,
) -> Result<Option<Verdict>> {
    #[derive(FromQueryResult)]
    struct Before {
        verdict: String,
    }
    let (left, right) = (a.min(b), a.max(b));
    let before = Sql::new("SELECT verdict FROM duplicate_pairs WHERE left_id = ? AND right_id = ?")
        .bind(left)
        .bind(right)
        .one::<Before>(tx)
        .await?;
    Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = ?, decided_at = ? WHERE left_id = ? AND right_id = ?",
    )
    .bind(verdict.code())
    .bind(act.by)
    .bind(micros(act.at))
    .bind(left)
    .bind(right)
    .run(tx)
    .await?;
    Ok(before.and_then(|before| Verdict::parse(&before.verdict)))
}

/// Puts a pair's verdict back to what it was before a merge.
pub(in super::super) async fn undecide(
    tx: &Tx,
    a: SupplierId,
    b: SupplierId,
    before: Option<Verdict>,
) -> Result<()> {
    let Some(before) = before else {
        return Ok(());
    };
    Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = NULL, decided_at = NULL WHERE left_id = ? AND right_id = ?",
    )
    .bind(before.code())
    .bind(a.min(b))
    .bind(a.max(b))
    .run(tx)
    .await
    .map(drop)
}

/// Why two records cannot be one party, if something says so.
pub(in super::super) async fn contradiction(
    tx: &Tx,
    a: SupplierId,
    b: SupplierId,
) -> Result<Option<String>> {
    let mut index = DuplicateIndex::new();
    for record in records(tx, " WHERE s.id IN (?, ?)", vec![a.into(), b.into()]).await? {
        index.insert(record.id, record.party);
    }
    Ok(index
        .compare(a, b)
        .and_then(|evidence| evidence.contradiction))
}
