use keelson_methods::{
    decimal::parse_scaled,
    money::{Currency, Money},
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    supplier::{must_find_in, tell},
    text::{Fields, paragraphs},
};
use crate::{Act, Keelson, PersonId, Result, SupplierId, Tx, micros, record::Audience, sql::Sql};

/// What segmentation asks and no order line answers (handbook 1.1). Missing is missing, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromQueryResult)]
pub struct Ratings {
    /// 1 to 5; at 5 our operation or revenue stops within a week.
    pub business_impact: Option<i64>,
    /// 1 to 5, rated by engineering.
    pub innovation_potential: Option<i64>,
    /// Why the innovation potential is what it is; required with it.
    pub innovation_evidence: Option<String>,
    /// Qualified sources able to take 80 % of the volume within six months.
    pub alternatives: Option<i64>,
    /// One-off, with requalification, in minor units of the organisation's currency.
    pub switching_cost_minor: Option<i64>,
    /// Concentration of the supply market, 0 to 1 in millionths.
    pub market_hhi_ppm: Option<i64>,
    /// Residual risk, 0 to 100 in hundredths.
    pub disruption_risk_centi: Option<i64>,
    /// The supplier's revenue a year, in minor units of the organisation's currency.
    pub supplier_revenue_minor: Option<i64>,
    /// How far we depend on them, 0 to 100 in hundredths.
    pub dependency_centi: Option<i64>,
}

/// Ratings as a person types them: plain numbers, empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RatingsDraft {
    pub business_impact: String,
    pub innovation_potential: String,
    pub innovation_evidence: String,
    pub alternatives: String,
    pub switching_cost: String,
    pub market_hhi: String,
    pub disruption_risk: String,
    pub supplier_revenue: String,
    pub dependency: String,
}

impl RatingsDraft {
    /// Reads every field. Amounts are in the organisation's currency.
    pub fn parse(&self, currency: Currency) -> Result<Ratings> {
        let mut fields = Fields::default();
        let whole = |low: i64, high: i64, hint: &'static str| {
            move |text: &str| {
                text.trim()
                    .parse()
                    .ok()
                    .filter(|n| (low..=high).contains(n))
                    .ok_or(hint)
            }
        };
        let scaled = |decimals: u32, high: i64, hint: &'static str| {
            move |text: &str| {
                parse_scaled(text, decimals)
                    .ok()
                    .filter(|n| (0..=high).contains(n))
                    .ok_or(hint)
            }
        };
        let amount = |text: &str| {
            Money::parse(text, currency)
                .ok()
                .map(|money| money.minor)
                .filter(|minor| *minor >= 0)
                .ok_or("enter an amount in figures, such as 250000")
        };
        const POINTS: &str = "enter a number from 0 to 100";
        const GRADE: &str = "enter a whole number from 1 to 5";
        let ratings = Ratings {
            business_impact: fields.optional(
                "business_impact",
                &self.business_impact,
                whole(1, 5, GRADE),
            ),
            innovation_potential: fields.optional(
                "innovation_potential",
                &self.innovation_potential,
                whole(1, 5, GRADE),
            ),
            innovation_evidence: fields.optional(
                "innovation_evidence",
                &self.innovation_evidence,
                |text| paragraphs(text, 1000, "the evidence"),
            ),
            alternatives: fields.optional(
                "alternatives",
                &self.alternatives,
                whole(0, 999, "enter how many sources, such as 2"),
            ),
            switching_cost_minor: fields.optional("switching_cost", &self.switching_cost, amount),
            market_hhi_ppm: fields.optional(
                "market_hhi",
                &self.market_hhi,
                scaled(6, 1_000_000, "enter a number from 0 to 1, such as 0.18"),
            ),
            disruption_risk_centi: fields.optional(
                "disruption_risk",
                &self.disruption_risk,
                scaled(2, 10_000, POINTS),
            ),
            supplier_revenue_minor: fields.optional(
                "supplier_revenue",
                &self.supplier_revenue,
                amount,
            ),
            dependency_centi: fields.optional(
                "dependency",
                &self.dependency,
                scaled(2, 10_000, POINTS),
            ),
        };
        if ratings.innovation_potential.is_some() && self.innovation_evidence.trim().is_empty() {
            fields.take::<()>(
                "innovation_evidence",
                Err("say what the rating of the innovation potential rests on"),
            );
        }
        fields.into_result(ratings)
    }

    /// The stored ratings as a form shows them.
    pub fn of(ratings: &Ratings, currency: Currency) -> Self {
        let whole = |value: Option<i64>| value.map_or_else(String::new, |n| n.to_string());
        let scaled =
            |value: Option<i64>, decimals| value.map_or_else(String::new, |n| plain(n, decimals));
        Self {
            business_impact: whole(ratings.business_impact),
            innovation_potential: whole(ratings.innovation_potential),
            innovation_evidence: ratings.innovation_evidence.clone().unwrap_or_default(),
            alternatives: whole(ratings.alternatives),
            switching_cost: scaled(ratings.switching_cost_minor, currency.exponent()),
            market_hhi: scaled(ratings.market_hhi_ppm, 6),
            disruption_risk: scaled(ratings.disruption_risk_centi, 2),
            supplier_revenue: scaled(ratings.supplier_revenue_minor, currency.exponent()),
            dependency: scaled(ratings.dependency_centi, 2),
        }
    }
}

/// A scaled integer as plain decimal text without needless zeros.
fn plain(value: i64, decimals: u32) -> String {
    let unit = 10_i64.pow(decimals);
    let (whole, rest) = (value / unit, (value % unit).abs());
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Records how a supplier is rated. Segmentation takes it up at its next run.
pub async fn rate(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    ratings: &Ratings,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    let before = own(&tx, supplier).await?;
    if before.as_ref() != Some(ratings) {
        put(&tx, act, supplier, ratings).await?;
        tell(
            &tx,
            act,
            supplier,
            "rated",
            json!({ "from": before, "to": ratings }),
            Audience::Internal,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The ratings of a supplier. Where it has none, those of a record merged into it count.
pub async fn ratings(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Option<Ratings>> {
    Sql::new(
        "SELECT r.* FROM supplier_ratings r JOIN suppliers s ON s.id = r.supplier_id \
         WHERE s.id = ? OR s.merged_into = ? \
         ORDER BY CASE WHEN s.merged_into IS NULL THEN 0 ELSE 1 END, r.updated_at DESC LIMIT 1",
    )
    .bind(supplier)
    .bind(supplier)
    .one(db)
    .await
}

async fn own(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Option<Ratings>> {
    Sql::new("SELECT * FROM supplier_ratings WHERE supplier_id = ?")
        .bind(supplier)
        .one(db)
        .await
}

pub(super) async fn put(tx: &Tx, act: &Act, supplier: SupplierId, ratings: &Ratings) -> Result<()> {
    const COLUMNS: [&str; 9] = [
        "business_impact",
        "innovation_potential",
        "innovation_evidence",
        "alternatives",
        "switching_cost_minor",
        "market_hhi_ppm",
        "disruption_risk_centi",
        "supplier_revenue_minor",
        "dependency_centi",
    ];
    let by: Option<PersonId> = act.by;
    let replaced: Vec<_> = COLUMNS
        .iter()
        .chain(&["updated_at", "updated_by"])
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    Sql::new(&format!(
        "INSERT INTO supplier_ratings (supplier_id, {}, updated_at, updated_by) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (supplier_id) DO UPDATE SET {}",
        COLUMNS.join(", "),
        replaced.join(", ")
    ))
    .bind(supplier)
    .bind(ratings.business_impact)
    .bind(ratings.innovation_potential)
    .bind(ratings.innovation_evidence.clone())
    .bind(ratings.alternatives)
    .bind(ratings.switching_cost_minor)
    .bind(ratings.market_hhi_ppm)
    .bind(ratings.disruption_risk_centi)
    .bind(ratings.supplier_revenue_minor)
    .bind(ratings.dependency_centi)
    .bind(micros(act.at))
    .bind(by)
    .run(tx)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn euro() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    #[test]
    fn ratings_read_and_write_back_and_empty_stays_missing() {
        let draft = RatingsDraft {
            business_impact: "4".into(),
            switching_cost: "250000.5".into(),
            market_hhi: "0.18".into(),
            disruption_risk: "55".into(),
            ..RatingsDraft::default()
        };
        let ratings = draft.parse(euro()).unwrap();
        assert_eq!(ratings.switching_cost_minor, Some(25_000_050));
        assert_eq!(ratings.market_hhi_ppm, Some(180_000));
        assert_eq!(ratings.disruption_risk_centi, Some(5_500));
        assert_eq!(ratings.alternatives, None);
        assert_eq!(RatingsDraft::of(&ratings, euro()), draft);
    }

    #[test]
    fn what_lies_outside_its_range_is_refused_and_innovation_wants_evidence() {
        let draft = RatingsDraft {
            business_impact: "6".into(),
            innovation_potential: "3".into(),
            market_hhi: "1.2".into(),
            dependency: "-1".into(),
            ..RatingsDraft::default()
        };
        let Err(Error::Invalid(fields)) = draft.parse(euro()) else {
            panic!("the ratings were accepted");
        };
        let names: Vec<_> = fields.iter().map(|field| field.name.as_ref()).collect();
        assert_eq!(
            names,
            [
                "business_impact",
                "market_hhi",
                "dependency",
                "innovation_evidence"
            ]
        );
    }
}
