//! How likely two records are the same company: Fellegi and Sunter's weights, and what may be done about it.

use super::blocking::{RecordFacts, is_free_mail_host};
use super::legal_form::{FormAgreement, agreement};
use crate::code::coded;
use serde::{Deserialize, Serialize};

/// Name and domain depend on each other, so together they count at most the larger of both plus half.
const JOINT_FACTOR: f64 = 1.5;
/// A rare or frequent name moves the weight by at most this factor of probability.
const RARITY_LIMIT: f64 = 20.0;
/// From here a merge is proposed.
const PROPOSE: f64 = 0.99;
/// From here a person looks.
const REVIEW: f64 = 0.70;

coded! {
    /// A field that two records are compared by.
    pub enum FieldName {
        /// The name, by similarity.
        Name = "name",
        /// The legal form.
        LegalForm = "legal_form",
        /// Country and city.
        Place = "place",
        /// VAT or registration number.
        Vat = "vat",
        /// Legal Entity Identifier.
        Lei = "lei",
        /// Bank account.
        Iban = "iban",
        /// Web domain.
        Domain = "domain",
    }
}

/// How often a field agrees among matches (m) and among non-matches (u).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Odds {
    /// P(agree | match).
    pub m: f64,
    /// P(agree | non-match).
    pub u: f64,
}

/// A level of name similarity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NameLevel {
    /// The similarity from which the level counts, 0..=1.
    pub at_least: f64,
    /// How often pairs fall into this level.
    pub odds: Odds,
}

/// The model: how telling each field is. Start values by handbook 11.4; those of legal form and LEI are ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Probability that a blocked pair is a match, before looking at it.
    pub prior: f64,
    /// Levels of name similarity, the highest first; pairs below all of them disagree.
    pub name: Vec<NameLevel>,
    /// Legal form.
    pub legal_form: Odds,
    /// Country and city.
    pub place: Odds,
    /// VAT or registration number.
    pub vat: Odds,
    /// Legal Entity Identifier.
    pub lei: Odds,
    /// Bank account.
    pub iban: Odds,
    /// Web domain.
    pub domain: Odds,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            prior: 0.001,
            name: vec![NameLevel {
                at_least: 0.92,
                odds: Odds { m: 0.95, u: 0.02 },
            }],
            legal_form: Odds { m: 0.95, u: 0.30 },
            place: Odds { m: 0.90, u: 0.05 },
            vat: Odds { m: 0.98, u: 0.0001 },
            lei: Odds { m: 0.98, u: 0.0001 },
            iban: Odds { m: 0.85, u: 0.001 },
            domain: Odds { m: 0.80, u: 0.01 },
        }
    }
}

/// How frequent the agreeing name is: agreeing on a rare name says more than agreeing on a common one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rarity {
    /// Share of records with this name, above 0.
    pub frequency: f64,
    /// Share of records a typical name has.
    pub typical: f64,
}

/// What the comparison of two records found. `None` is missing on either side and says nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Similarity of the names, 0..=1.
    pub name_similarity: Option<f64>,
    /// How frequent the name is, where it is counted.
    pub rarity: Option<Rarity>,
    /// What the legal forms say.
    pub legal_form: FormAgreement,
    /// Same country and city.
    pub place: Option<bool>,
    /// Same VAT or registration number.
    pub vat: Option<bool>,
    /// Both VAT numbers pass their checks and are of one country, so that two different ones mean two companies.
    pub vat_of_one_country: bool,
    /// Same Legal Entity Identifier.
    pub lei: Option<bool>,
    /// Same account.
    pub iban: Option<bool>,
    /// Same domain; `None` for free mail hosts.
    pub domain: Option<bool>,
}

impl Evidence {
    /// Nothing known on either side.
    pub const NONE: Self = Self {
        name_similarity: None,
        rarity: None,
        legal_form: FormAgreement::Unknown,
        place: None,
        vat: None,
        vat_of_one_country: false,
        lei: None,
        iban: None,
        domain: None,
    };

    /// Compares two records field by field.
    pub fn between(left: &RecordFacts<'_>, right: &RecordFacts<'_>) -> Self {
        fn same<T: PartialEq>(left: Option<T>, right: Option<T>) -> Option<bool> {
            Some(left? == right?)
        }
        let country = same(left.country, right.country);
        let city = same(
            left.city.map(str::to_lowercase),
            right.city.map(str::to_lowercase),
        );
        let named = !left.name.text.is_empty() && !right.name.text.is_empty();
        let telling = |domain: &&str| !is_free_mail_host(domain);
        let checked = |facts: &RecordFacts<'_>| {
            facts
                .vat
                .is_some_and(|vat| vat.check() == super::Check::Valid)
        };
        let prefix = |facts: &RecordFacts<'_>| facts.vat.map(|vat| vat.prefix().to_owned());
        Self {
            name_similarity: named.then(|| left.name.similarity(right.name)),
            rarity: None,
            legal_form: agreement(
                left.name.legal_form,
                right.name.legal_form,
                left.country.filter(|_| country != Some(false)),
            ),
            // Another country is another place whatever the city; the same country says nothing without a city.
            place: if country == Some(false) {
                Some(false)
            } else {
                country.and(city)
            },
            vat: same(left.vat, right.vat),
            vat_of_one_country: checked(left) && checked(right) && prefix(left) == prefix(right),
            lei: same(left.lei, right.lei),
            iban: same(left.iban, right.iban),
            domain: same(left.domain.filter(telling), right.domain.filter(telling)),
        }
    }
}

coded! {
    /// What to do about a pair.
    pub enum Decision {
        /// Propose a merge; nobody merges without a person.
        Propose = "propose",
        /// A person looks.
        Review = "review",
        /// Two companies.
        Distinct = "distinct",
    }
}

coded! {
    /// What keeps a likely pair from being proposed.
    pub enum Obstacle {
        /// Two valid VAT numbers of one country: two companies.
        DifferentVat = "different_vat",
        /// A strong identifier (VAT, LEI) differs.
        ContradictingIdentifier = "contradicting_identifier",
        /// Nothing but the name agrees.
        NameAlone = "name_alone",
    }
}

/// What one field adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FieldWeight {
    /// The field.
    pub field: FieldName,
    /// Whether it agrees; `None` where it is missing on either side.
    pub agrees: Option<bool>,
    /// Its weight in bits; 0 where it is missing.
    pub weight: f64,
}

/// How likely two records are the same company, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Every field with its weight.
    pub fields: [FieldWeight; 7],
    /// The prior, in bits.
    pub prior_weight: f64,
    /// What the cap on name and domain together takes off, in bits; 0 or less.
    pub joint_cap: f64,
    /// The sum, in bits.
    pub total: f64,
    /// The probability, 0..=1.
    pub probability: f64,
    /// What to do.
    pub decision: Decision,
    /// What keeps it from being proposed.
    pub obstacle: Option<Obstacle>,
}

impl Odds {
    fn weight(self, agrees: bool) -> f64 {
        if agrees {
            (self.m / self.u).log2()
        } else {
            ((1.0 - self.m) / (1.0 - self.u)).log2()
        }
    }
}

impl Model {
    /// What is wrong with a model, field by field: every probability lies strictly between 0 and 1, the levels of the name
    /// fall and leave room for disagreement. Empty when it can weigh.
    pub fn check(&self) -> Vec<String> {
        let inside = |value: f64| value > 0.0 && value < 1.0;
        let mut wrong = Vec::new();
        if !inside(self.prior) {
            wrong.push("prior: must lie between 0 and 1".to_owned());
        }
        for (name, odds) in [
            ("legal_form", self.legal_form),
            ("place", self.place),
            ("vat", self.vat),
            ("lei", self.lei),
            ("iban", self.iban),
            ("domain", self.domain),
        ] {
            if !inside(odds.m) || !inside(odds.u) {
                wrong.push(format!("{name}: m and u must lie between 0 and 1"));
            }
        }
        let sum = self.in_any_level();
        let levels = self
            .name
            .iter()
            .all(|level| inside(level.odds.m) && inside(level.odds.u));
        if self.name.is_empty() || !levels || !inside(sum.m) || !inside(sum.u) {
            wrong.push("name: every level needs m and u above 0, together below 1".to_owned());
        }
        if !self
            .name
            .windows(2)
            .all(|pair| pair[0].at_least > pair[1].at_least)
        {
            wrong.push(
                "name: the levels must go from the highest similarity to the lowest".to_owned(),
            );
        }
        wrong
    }

    /// Weighs the evidence of a pair.
    ///
    /// Agreement adds `log2(m/u)`, disagreement `log2((1-m)/(1-u))`, a missing field nothing. Name and domain are not
    /// independent: agreeing both, they count at most the larger plus half. Two different valid VAT numbers of one country
    /// make two companies; a differing strong identifier, or nothing but the name, is never proposed.
    /// Source: Fellegi and Sunter 1969; handbook 11.4.
    ///
    /// ```
    /// use keelson_methods::identity::{Decision, Evidence, Model};
    /// let evidence = Evidence { name_similarity: Some(1.0), place: Some(true), ..Evidence::NONE };
    /// let found = Model::default().weigh(&evidence);
    /// assert_eq!(found.decision, Decision::Distinct);
    /// ```
    pub fn weigh(&self, evidence: &Evidence) -> Match {
        let plain = |field, agrees: Option<bool>, odds: Odds| FieldWeight {
            field,
            agrees,
            weight: agrees.map_or(0.0, |agrees| odds.weight(agrees)),
        };
        let form = match evidence.legal_form {
            FormAgreement::Same => Some(true),
            FormAgreement::Conflict => Some(false),
            FormAgreement::Unknown => None,
        };
        let name = self.weigh_name(evidence);
        let domain = plain(FieldName::Domain, evidence.domain, self.domain);
        let fields = [
            name,
            plain(FieldName::LegalForm, form, self.legal_form),
            plain(FieldName::Place, evidence.place, self.place),
            plain(FieldName::Vat, evidence.vat, self.vat),
            plain(FieldName::Lei, evidence.lei, self.lei),
            plain(FieldName::Iban, evidence.iban, self.iban),
            domain,
        ];
        let both_agree = name.weight > 0.0 && domain.weight > 0.0;
        let most = JOINT_FACTOR * name.weight.max(domain.weight);
        let joint_cap = if both_agree {
            (most - name.weight - domain.weight).min(0.0)
        } else {
            0.0
        };
        let prior_weight = (self.prior / (1.0 - self.prior)).log2();
        let total = prior_weight + joint_cap + fields.iter().map(|field| field.weight).sum::<f64>();
        let probability = 1.0 / (1.0 + (-total).exp2());
        let obstacle = obstacle(evidence, &fields);
        let decision = match () {
            () if obstacle == Some(Obstacle::DifferentVat) || probability < REVIEW => {
                Decision::Distinct
            }
            () if probability >= PROPOSE && obstacle.is_none() => Decision::Propose,
            () => Decision::Review,
        };
        Match {
            fields,
            prior_weight,
            joint_cap,
            total,
            probability,
            decision,
            obstacle,
        }
    }

    fn weigh_name(&self, evidence: &Evidence) -> FieldWeight {
        let field = FieldName::Name;
        let Some(similarity) = evidence.name_similarity else {
            return FieldWeight {
                field,
                agrees: None,
                weight: 0.0,
            };
        };
        let Some(level) = self.name.iter().find(|level| similarity >= level.at_least) else {
            return FieldWeight {
                field,
                agrees: Some(false),
                weight: self.in_any_level().weight(false),
            };
        };
        let is_highest = self.name.first() == Some(level);
        let rarity = evidence
            .rarity
            .filter(|rarity| is_highest && rarity.frequency > 0.0 && rarity.typical > 0.0);
        let factor = rarity.map_or(1.0, |rarity| rarity.typical / rarity.frequency);
        let factor = factor.clamp(1.0 / RARITY_LIMIT, RARITY_LIMIT);
        FieldWeight {
            field,
            agrees: Some(true),
            weight: level.odds.weight(true) + factor.log2(),
        }
    }

    /// How often a pair falls into any of the levels of the name.
    fn in_any_level(&self) -> Odds {
        let add = |sum: Odds, level: &NameLevel| Odds {
            m: sum.m + level.odds.m,
            u: sum.u + level.odds.u,
        };
        self.name.iter().fold(Odds { m: 0.0, u: 0.0 }, add)
    }
}

fn obstacle(evidence: &Evidence, fields: &[FieldWeight]) -> Option<Obstacle> {
    let beyond_name = fields
        .iter()
        .filter(|field| !matches!(field.field, FieldName::Name | FieldName::LegalForm))
        .any(|field| field.agrees == Some(true));
    match () {
        () if evidence.vat == Some(false) && evidence.vat_of_one_country => {
            Some(Obstacle::DifferentVat)
        }
        () if evidence.vat == Some(false) || evidence.lei == Some(false) => {
            Some(Obstacle::ContradictingIdentifier)
        }
        () if evidence.name_similarity.is_some() && !beyond_name => Some(Obstacle::NameAlone),
        () => None,
    }
}

#[cfg(test)]
mod tests;
