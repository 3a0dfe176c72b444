//! The segmentation policy: every weight, cut-off and anchor in one document that people write and version.

use crate::document::{FieldError, Fields, Fraction, is_kebab};
use serde::{Deserialize, Serialize};

/// Weights must add up to one within this.
const TOLERANCE: f64 = 1e-9;

/// How suppliers are placed. Every section may be left out or be partial; what is not written is the handbook's default.
///
/// ```
/// use keelson_methods::segmentation::Policy;
/// let policy = Policy::parse("id = \"ours\"\nname = \"Ours\"\n[stability]\nband = 3\n").unwrap();
/// assert_eq!((policy.stability.band, policy.stability.periods), (3.0, 2));
/// assert!(Policy::parse("id = \"x\"\nname = \"X\"\n[profit_impact]\nspend = 0.7\n").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Name for machines: lower-case letters, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Cut-offs of the ABC classes.
    pub abc: AbcCuts,
    /// Weights of the profit-impact axis.
    pub profit_impact: ProfitImpactWeights,
    /// Weights of the supply-risk axis.
    pub supply_risk: SupplyRiskWeights,
    /// Where raw figures score 0 and 100.
    pub anchors: Anchors,
    /// The lines of the matrix.
    pub matrix: Matrix,
    /// How items are rolled up to their supplier.
    pub roll_up: RollUpRules,
    /// What keeps tiers from flickering.
    pub stability: Stability,
    /// Weights of the tier score.
    pub tier_score: TierScoreWeights,
    /// How suppliers see us.
    pub preferencing: PreferencingRules,
    /// Where negotiating power comes from.
    pub leverage: LeverageRules,
}

macro_rules! section {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty = $default:expr, $expected:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $name {
            fn read(fields: &mut Fields) -> Self {
                let standard = Self::default();
                Self { $($field: fields.or(stringify!($field), $expected, standard.$field)),+ }
            }
        }
    };
}

section! {
    /// Cut-offs of the ABC classes, as cumulative shares. Source: handbook 1.2.
    pub struct AbcCuts {
        /// A ends here.
        pub a: Fraction = Fraction::percent(80), "a share such as 0.80";
        /// B ends here.
        pub b: Fraction = Fraction::percent(95), "a share such as 0.95";
    }
}

section! {
    /// Weights of the profit-impact axis; they add up to 1. Source: handbook 1.3.
    pub struct ProfitImpactWeights {
        /// Spend percentile.
        pub spend: f64 = 0.6, "a weight such as 0.6";
        /// Business impact.
        pub business_impact: f64 = 0.4, "a weight such as 0.4";
    }
}

section! {
    /// Weights of the supply-risk axis; they add up to 1. Source: handbook 1.3.
    pub struct SupplyRiskWeights {
        /// Few alternatives.
        pub alternatives: f64 = 0.35, "a weight such as 0.35";
        /// Switching cost.
        pub switching_cost: f64 = 0.20, "a weight such as 0.20";
        /// Concentrated market.
        pub market: f64 = 0.15, "a weight such as 0.15";
        /// Risk of disruption.
        pub disruption: f64 = 0.20, "a weight such as 0.20";
        /// Lead time.
        pub lead_time: f64 = 0.10, "a weight such as 0.10";
    }
}

section! {
    /// Where raw figures score 0 and 100. Source: handbook 1.3; the spend anchors are ours.
    pub struct Anchors {
        /// Spend that scores 0 where there are too few suppliers for percentiles, in minor units.
        pub spend_low_minor: f64 = 1e6, "an amount in minor units";
        /// Spend that scores 100 there, in minor units.
        pub spend_high_minor: f64 = 1e9, "an amount in minor units";
        /// Risk points for 0, 1, 2, and 3 or more alternatives.
        pub alternatives: [f64; 4] = [100.0, 60.0, 30.0, 0.0], "four numbers of points, for 0, 1, 2, and 3 or more";
        /// Market HHI that scores 0.
        pub market_hhi_low: f64 = 0.10, "a number such as 0.10";
        /// Market HHI that scores 100.
        pub market_hhi_high: f64 = 0.40, "a number such as 0.40";
        /// Lead time that scores 0, in days.
        pub lead_time_low: f64 = 14.0, "a number of days";
        /// Lead time that scores 100, in days.
        pub lead_time_high: f64 = 126.0, "a number of days";
    }
}

section! {
    /// The lines of the matrix. Source: handbook 1.3 and 1.4.
    pub struct Matrix {
        /// From here the profit impact is high.
        pub profit_impact_cut: f64 = 50.0, "a number of points";
        /// From here the supply risk is high.
        pub supply_risk_cut: f64 = 50.0, "a number of points";
        /// Below this coverage of an axis the supplier is unclassified.
        pub minimum_coverage: f64 = 0.60, "a share such as 0.60";
        /// A leverage or bottleneck supplier with this innovation score is flagged as strategic candidate.
        pub candidate_innovation: f64 = 75.0, "a number of points";
    }
}

section! {
    /// How items are rolled up to their supplier. Source: handbook 1.3.
    pub struct RollUpRules {
        /// Share of the supplier's spend that puts it into a quadrant.
        pub share: f64 = 0.20, "a share such as 0.20";
        /// Business impact of one item that does.
        pub critical_impact: u8 = 5, "a rating from 1 to 5";
    }
}

section! {
    /// What keeps tiers from flickering. Source: handbook 1.5.
    pub struct Stability {
        /// Points beyond the line before an axis may change.
        pub band: f64 = 5.0, "a number of points";
        /// Consecutive periods beyond it.
        pub periods: u32 = 2, "a whole number of periods";
        /// Periods from one tier change to the next at least.
        pub periods_between_changes: u32 = 2, "a whole number of periods";
    }
}

section! {
    /// Weights of the tier score; they add up to 1. It ranks inside a tier and decides no tier. Source: handbook 1.4.
    pub struct TierScoreWeights {
        /// Spend percentile.
        pub spend: f64 = 0.30, "a weight such as 0.30";
        /// Business impact.
        pub impact: f64 = 0.25, "a weight such as 0.25";
        /// Risk of disruption.
        pub risk: f64 = 0.20, "a weight such as 0.20";
        /// Innovation potential.
        pub innovation: f64 = 0.15, "a weight such as 0.15";
        /// Dependency.
        pub dependency: f64 = 0.10, "a weight such as 0.10";
    }
}

section! {
    /// How suppliers see us: weights of attractiveness (they add up to 1) and the lines. Source: handbook 1.7.
    pub struct PreferencingRules {
        /// Growth of our business.
        pub growth: f64 = 0.25, "a weight such as 0.25";
        /// Share of invoices we pay within terms.
        pub payment_behaviour: f64 = 0.20, "a weight such as 0.20";
        /// Margin or price fairness.
        pub fairness: f64 = 0.20, "a weight such as 0.20";
        /// Ease of doing business.
        pub ease_of_business: f64 = 0.20, "a weight such as 0.20";
        /// Strategic fit.
        pub strategic_fit: f64 = 0.15, "a weight such as 0.15";
        /// From this share of their revenue our account is of high value.
        pub relative_value_high: f64 = 0.05, "a share such as 0.05";
        /// From here we are attractive.
        pub attractiveness_high: f64 = 50.0, "a number of points";
    }
}

section! {
    /// Where negotiating power comes from: weights (they add up to 1), full marks and bands. Source: handbook 1.9.
    pub struct LeverageRules {
        /// Our share of their revenue.
        pub relative_value: f64 = 0.30, "a weight such as 0.30";
        /// Alternatives.
        pub alternatives: f64 = 0.30, "a weight such as 0.30";
        /// An open market.
        pub market: f64 = 0.20, "a weight such as 0.20";
        /// Low switching cost.
        pub switching_cost: f64 = 0.20, "a weight such as 0.20";
        /// Share of their revenue that gives full marks.
        pub relative_value_full: f64 = 0.20, "a share such as 0.20";
        /// Number of alternatives that gives full marks.
        pub alternatives_full: f64 = 3.0, "a number";
        /// From here our position is strong.
        pub strong: f64 = 60.0, "a number of points";
        /// Below here it is weak.
        pub weak: f64 = 40.0, "a number of points";
    }
}

impl Policy {
    /// The handbook's defaults.
    pub fn standard() -> Self {
        Self {
            id: "standard".to_owned(),
            name: "Standard segmentation".to_owned(),
            abc: AbcCuts::default(),
            profit_impact: ProfitImpactWeights::default(),
            supply_risk: SupplyRiskWeights::default(),
            anchors: Anchors::default(),
            matrix: Matrix::default(),
            roll_up: RollUpRules::default(),
            stability: Stability::default(),
            tier_score: TierScoreWeights::default(),
            preferencing: PreferencingRules::default(),
            leverage: LeverageRules::default(),
        }
    }

    /// Reads and checks a policy written as TOML. Errors: every mistake, each with its field; unknown fields are mistakes.
    pub fn parse(text: &str) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::read(text)?;
        let policy = Self::read(&mut fields);
        let mut errors = fields.finish();
        match policy {
            Some(policy) if errors.is_empty() => {
                errors = policy.check();
                if errors.is_empty() {
                    Ok(policy)
                } else {
                    Err(errors)
                }
            }
            _ => Err(errors),
        }
    }

    /// The policy as TOML, every number written out; what `parse` accepted reads back the same.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a policy is plain tables, texts and numbers")
    }

    fn read(fields: &mut Fields) -> Option<Self> {
        let id = fields.required("id", "a short name such as \"standard\"");
        let name = fields.required("name", "a name for people");
        macro_rules! read {
            ($field:literal, $section:ident) => {
                fields
                    .section($field, |section| Some($section::read(section)))
                    .unwrap_or_default()
            };
        }
        let abc = read!("abc", AbcCuts);
        let profit_impact = read!("profit_impact", ProfitImpactWeights);
        let supply_risk = read!("supply_risk", SupplyRiskWeights);
        let anchors = read!("anchors", Anchors);
        let matrix = read!("matrix", Matrix);
        let roll_up = read!("roll_up", RollUpRules);
        let stability = read!("stability", Stability);
        let tier_score = read!("tier_score", TierScoreWeights);
        let preferencing = read!("preferencing", PreferencingRules);
        let leverage = read!("leverage", LeverageRules);
        Some(Self {
            id: id?,
            name: name?,
            abc,
            profit_impact,
            supply_risk,
            anchors,
            matrix,
            roll_up,
            stability,
            tier_score,
            preferencing,
            leverage,
        })
    }

    /// What is wrong with a policy, field by field; empty when it can place suppliers.
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut demand = |ok: bool, field: &str, message: String| {
            if !ok {
                errors.push(FieldError::new(field, message));
            }
        };
        demand(
            is_kebab(&self.id),
            "id",
            "must be lower-case letters, digits and single hyphens".to_owned(),
        );
        demand(
            !self.name.trim().is_empty(),
            "name",
            "must not be empty".to_owned(),
        );
        for (field, weights) in self.weights() {
            let sum: f64 = weights.iter().sum();
            let usable =
                weights.iter().all(|weight| *weight >= 0.0) && (sum - 1.0).abs() <= TOLERANCE;
            demand(
                usable,
                field,
                format!("the weights must be 0 or more and add up to 1; they add up to {sum}"),
            );
        }
        let points = 0.0..=100.0;
        let share = 0.0..=1.0;
        let (matrix, anchors) = (&self.matrix, &self.anchors);
        let (abc, stability) = (&self.abc, &self.stability);
        let in_order = abc.a.millionths > 0 && abc.a < abc.b && abc.b < Fraction::percent(100);
        demand(in_order, "abc", "needs 0 < a < b < 1".to_owned());
        for (field, cut) in [
            ("matrix.profit_impact_cut", matrix.profit_impact_cut),
            ("matrix.supply_risk_cut", matrix.supply_risk_cut),
            ("matrix.candidate_innovation", matrix.candidate_innovation),
            (
                "preferencing.attractiveness_high",
                self.preferencing.attractiveness_high,
            ),
            ("leverage.strong", self.leverage.strong),
            ("leverage.weak", self.leverage.weak),
        ] {
            demand(
                points.contains(&cut),
                field,
                format!("must be between 0 and 100; found {cut}"),
            );
        }
        for (field, value) in [
            ("matrix.minimum_coverage", matrix.minimum_coverage),
            ("roll_up.share", self.roll_up.share),
            (
                "preferencing.relative_value_high",
                self.preferencing.relative_value_high,
            ),
        ] {
            demand(
                share.contains(&value),
                field,
                format!("must be between 0 and 1; found {value}"),
            );
        }
        for (field, low, high) in [
            (
                "anchors.market_hhi_high",
                anchors.market_hhi_low,
                anchors.market_hhi_high,
            ),
            (
                "anchors.lead_time_high",
                anchors.lead_time_low,
                anchors.lead_time_high,
            ),
            (
                "anchors.spend_high_minor",
                anchors.spend_low_minor,
                anchors.spend_high_minor,
            ),
            ("leverage.strong", self.leverage.weak, self.leverage.strong),
        ] {
            demand(
                0.0 <= low && low < high && high.is_finite(),
                field,
                format!("must be above {low}; found {high}"),
            );
        }
        let falling = anchors
            .alternatives
            .windows(2)
            .all(|pair| pair[0] >= pair[1]);
        let inside = anchors
            .alternatives
            .iter()
            .all(|value| points.contains(value));
        let wanted = "must be four numbers between 100 and 0, none above the one before: more sources, less risk";
        demand(falling && inside, "anchors.alternatives", wanted.to_owned());
        let impact = self.roll_up.critical_impact;
        demand(
            (1..=5).contains(&impact),
            "roll_up.critical_impact",
            "must be a rating from 1 to 5".to_owned(),
        );
        // An axis could never change if its band reached past the end of the scale.
        let room = [matrix.profit_impact_cut, matrix.supply_risk_cut]
            .iter()
            .all(|cut| {
                stability.band >= 0.0 && cut - stability.band > 0.0 && cut + stability.band <= 100.0
            });
        demand(
            room,
            "stability.band",
            "must be 0 or more and leave both sides of the lines reachable".to_owned(),
        );
        demand(
            stability.periods >= 1,
            "stability.periods",
            "must be at least 1".to_owned(),
        );
        let full = self.leverage.relative_value_full > 0.0 && self.leverage.alternatives_full > 0.0;
        demand(
            full,
            "leverage",
            "full marks need numbers above 0".to_owned(),
        );
        errors
    }

    fn weights(&self) -> [(&'static str, Vec<f64>); 5] {
        let (profit, risk, tier) = (&self.profit_impact, &self.supply_risk, &self.tier_score);
        let (theirs, power) = (&self.preferencing, &self.leverage);
        [
            ("profit_impact", vec![profit.spend, profit.business_impact]),
            (
                "supply_risk",
                vec![
                    risk.alternatives,
                    risk.switching_cost,
                    risk.market,
                    risk.disruption,
                    risk.lead_time,
                ],
            ),
            (
                "tier_score",
                vec![
                    tier.spend,
                    tier.impact,
                    tier.risk,
                    tier.innovation,
                    tier.dependency,
                ],
            ),
            (
                "preferencing",
                vec![
                    theirs.growth,
                    theirs.payment_behaviour,
                    theirs.fairness,
                    theirs.ease_of_business,
                    theirs.strategic_fit,
                ],
            ),
            (
                "leverage",
                vec![
                    power.relative_value,
                    power.alternatives,
                    power.market,
                    power.switching_cost,
                ],
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(body: &str) -> Vec<String> {
        let text = format!("id = \"ours\"\nname = \"Ours\"\n{body}");
        Policy::parse(&text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_standard_policy_is_valid_and_reads_back() {
        let policy = Policy::standard();
        assert_eq!(policy.check(), []);
        assert_eq!(Policy::parse(&policy.to_toml()).unwrap(), policy);
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    }

    #[test]
    fn what_is_not_written_is_the_default() {
        let policy = Policy::parse("id = \"standard\"\nname = \"Standard segmentation\"").unwrap();
        assert_eq!(policy, Policy::standard());
    }

    #[test]
    fn weights_that_do_not_add_up_to_one_are_refused() {
        let found = mistakes("[tier_score]\nspend = 0.31\n");
        assert!(
            found[0].starts_with(
                "tier_score: the weights must be 0 or more and add up to 1; they add up to 1.01"
            ),
            "{found:#?}"
        );
        assert_eq!(
            mistakes("[profit_impact]\nspend = 1.2\nbusiness_impact = -0.2\n").len(),
            1
        );
        assert_eq!(mistakes("[profit_impact]\nspend = nan\n").len(), 1);
    }

    #[test]
    fn every_number_out_of_place_is_named() {
        let found = mistakes(
            "[abc]\na = 0.95\nb = 0.80\n[matrix]\nprofit_impact_cut = 150\nminimum_coverage = 2\n\
             [anchors]\nalternatives = [0, 30, 60, 100]\nlead_time_low = 200\n[stability]\nperiods = 0\nband = 60\n\
             [roll_up]\ncritical_impact = 9\n[leverage]\nweak = 70\n",
        );
        for field in [
            "abc:",
            "matrix.profit_impact_cut:",
            "matrix.minimum_coverage:",
            "anchors.alternatives:",
            "anchors.lead_time_high:",
            "stability.periods:",
            "stability.band:",
            "roll_up.critical_impact:",
            "leverage.strong:",
        ] {
            assert!(
                found.iter().any(|line| line.starts_with(field)),
                "{field} not in {found:#?}"
            );
        }
    }

    #[test]
    fn unknown_fields_and_sections_are_refused() {
        let found = mistakes("[matrix]\ncut = 5\n[extras]\na = 1\n");
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("matrix.cut: there is no such field")),
            "{found:#?}"
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("extras: there is no such field")),
            "{found:#?}"
        );
    }
}
