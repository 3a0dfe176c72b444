//! KPI definitions: what is measured, by which rule, from how many observations on. A definition is a document that
//! people write and version; two figures with the same name and different rules cannot be confused.

mod rules;
mod standard;

pub use crate::document::{FieldError as DefinitionError, Fraction};
pub use rules::{
    Baseline, CountedDate, CountedQuantity, DefectStatus, DelayCause, DeliveryRules,
    ExchangeEffect, InvoiceRules, LeadTimeRules, LotResult, NotYetDue, OverdueOpen, Partials,
    PriceRules, QualityRules, ReferenceDate,
};

use crate::code::coded;
use crate::document::{Fields, is_kebab};
use serde::{Deserialize, Serialize};

/// A KPI definition.
///
/// Exactly one of the rule sections is present: the one its measure needs. Source: handbook 02.
///
/// ```
/// use keelson_methods::kpi::{Definition, Measure};
/// let definition = Definition::parse(r#"
///     id = "on-time"
///     name = "On time"
///     measure = "on_time_delivery"
///     [delivery]
///     reference = ["requested"]
///     early_days = "any"
///     late_days = 0
/// "#).unwrap();
/// assert_eq!(definition.measure, Measure::OnTimeDelivery);
/// assert_eq!(definition.delivery.unwrap().early_days, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name for machines: lower-case letters, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it says and how to read it, for people.
    pub description: String,
    /// What is computed.
    pub measure: Measure,
    /// Which way is better.
    pub direction: Direction,
    /// The unit of the value.
    pub unit: Unit,
    /// Below this many observations a value is provisional.
    pub minimum_n: u32,
    /// For the delivery measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryRules>,
    /// For the lead-time measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<LeadTimeRules>,
    /// For PPM and lot acceptance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityRules>,
    /// For the price variance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceRules>,
    /// For invoice accuracy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceRules>,
}

coded! {
    /// What a KPI computes.
    pub enum Measure {
        /// Lines completed inside the window / lines judged; over-delivery ignored.
        OnTimeDelivery = "on_time_delivery",
        /// Lines on time and in full / lines judged.
        OtifLine = "otif_line",
        /// Quantity inside the window, at most what was ordered / quantity ordered.
        OtifQuantity = "otif_quantity",
        /// Orders with all due lines on time and in full / orders with a due line.
        OtifOrder = "otif_order",
        /// Sum of days late / lines delivered.
        LeadTimeBias = "lead_time_bias",
        /// Lines delivered within so many days of the promise / lines delivered.
        LeadTimeWithin = "lead_time_within",
        /// Defective units per million received.
        Ppm = "ppm",
        /// Lots accepted the first time / lots inspected.
        LotAcceptance = "lot_acceptance",
        /// Price variance / baseline value; positive is unfavourable.
        Ppv = "ppv",
        /// Invoices that match the first time / invoices.
        InvoiceAccuracy = "invoice_accuracy",
    }
}

coded! {
    /// Which way a value is better.
    pub enum Direction {
        /// The more the better.
        Higher = "higher",
        /// The less the better.
        Lower = "lower",
        /// The closer to a target the better.
        Target = "target",
    }
}

coded! {
    /// The unit of a KPI's value.
    pub enum Unit {
        /// A share of one; shown as a percentage.
        Fraction = "fraction",
        /// A difference of percentages.
        PercentPoints = "percent_points",
        /// Calendar days.
        Days = "days",
        /// Parts per million.
        Ppm = "ppm",
        /// An amount in the base currency.
        Money = "money",
        /// A score between 0 and 100.
        Points = "points",
    }
}

/// The section of a definition that holds a measure's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Delivery,
    LeadTime,
    Quality,
    Price,
    Invoice,
}

impl Measure {
    /// Which way the measure is better.
    pub const fn direction(self) -> Direction {
        match self {
            Self::LeadTimeBias => Direction::Target,
            Self::Ppm | Self::Ppv => Direction::Lower,
            _ => Direction::Higher,
        }
    }

    /// The unit the measure comes in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::LeadTimeBias => Unit::Days,
            Self::Ppm => Unit::Ppm,
            _ => Unit::Fraction,
        }
    }

    /// What numerator / denominator is multiplied by to give the value: a million for PPM, one for all others.
    pub const fn scale(self) -> f64 {
        if matches!(self, Self::Ppm) { 1e6 } else { 1.0 }
    }

    /// Whether the value is a share of counted cases, so that a Wilson interval says how sure it is.
    pub const fn is_proportion(self) -> bool {
        !matches!(self, Self::LeadTimeBias | Self::Ppv | Self::OtifQuantity)
    }

    /// The fewest observations for a value that is not provisional: 20 lines, 1,000 units, 5 lots, 10 invoices.
    /// Lead times need 5 deliveries. Source: handbook 2.2 and 2.8.
    pub const fn standard_minimum_n(self) -> u32 {
        match self {
            Self::Ppm => 1000,
            Self::LotAcceptance | Self::LeadTimeBias | Self::LeadTimeWithin => 5,
            Self::InvoiceAccuracy => 10,
            _ => 20,
        }
    }

    const fn section(self) -> Section {
        match self {
            Self::OnTimeDelivery | Self::OtifLine | Self::OtifQuantity | Self::OtifOrder => {
                Section::Delivery
            }
            Self::LeadTimeBias | Self::LeadTimeWithin => Section::LeadTime,
            Self::Ppm | Self::LotAcceptance => Section::Quality,
            Self::Ppv => Section::Price,
            Self::InvoiceAccuracy => Section::Invoice,
        }
    }
}

impl Section {
    const ALL: [Self; 5] = [
        Self::Delivery,
        Self::LeadTime,
        Self::Quality,
        Self::Price,
        Self::Invoice,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::LeadTime => "lead_time",
            Self::Quality => "quality",
            Self::Price => "price",
            Self::Invoice => "invoice",
        }
    }
}

impl Definition {
    /// Reads and checks a definition written as TOML.
    ///
    /// - `direction`, `unit` and `minimum_n` may be left out: the measure gives them. The delivery window
    ///   (`reference`, `early_days`, `late_days`) may not: what is on time must be written down.
    /// - Errors: every mistake in the document, each with its field. Unknown fields are mistakes.
    pub fn parse(text: &str) -> Result<Self, Vec<DefinitionError>> {
        let mut fields = Fields::read(text)?;
        let definition = Self::read(&mut fields);
        let mut errors = fields.finish();
        if let Some(definition) = &definition {
            errors.extend(definition.check());
        }
        match definition {
            Some(definition) if errors.is_empty() => Ok(definition),
            _ => Err(errors),
        }
    }

    /// The definition as TOML, every field written out. What `parse` accepted reads back the same.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a definition is plain tables, lists, texts and numbers")
    }

    /// The handbook's definitions: the ten KPIs a new installation starts with.
    pub fn standard() -> Vec<Self> {
        standard::definitions()
    }

    fn read(fields: &mut Fields) -> Option<Self> {
        let id = fields.required("id", "a short name such as \"on-time\"");
        let name = fields.required("name", "a name for people");
        let description = fields.or("description", "a text", String::new());
        let measure =
            fields.required::<Measure>("measure", "what to compute, such as \"on_time_delivery\"");
        let direction = fields.optional("direction", "higher, lower or target");
        let unit = fields.optional(
            "unit",
            "fraction, percent_points, days, ppm, money or points",
        );
        let minimum_n = fields.optional("minimum_n", "a whole number");
        let delivery = fields.section("delivery", DeliveryRules::read);
        let lead_time = fields.section("lead_time", LeadTimeRules::read);
        let quality = fields.section("quality", |section| Some(QualityRules::read(section)));
        let price = fields.section("price", |section| Some(PriceRules::read(section)));
        let invoice = fields.section("invoice", |section| Some(InvoiceRules::read(section)));
        let measure = measure?;
        Some(Self {
            id: id?,
            name: name?,
            description,
            measure,
            direction: direction.unwrap_or(measure.direction()),
            unit: unit.unwrap_or(measure.unit()),
            minimum_n: minimum_n.unwrap_or(measure.standard_minimum_n()),
            delivery,
            lead_time,
            quality,
            price,
            invoice,
        })
    }

    /// What the fields say together. A section that could not be read has reported its own mistakes.
    fn check(&self) -> Vec<DefinitionError> {
        let mut errors = Vec::new();
        let mut report =
            |field: &str, message: String| errors.push(DefinitionError::new(field, message));
        if !is_kebab(&self.id) {
            report(
                "id",
                format!(
                    "\"{}\" must be lower-case letters, digits and single hyphens, at most 64",
                    self.id
                ),
            );
        }
        if self.name.trim().is_empty() {
            report("name", "must not be empty".to_owned());
        }
        if self.minimum_n == 0 {
            report("minimum_n", "must be at least 1".to_owned());
        }
        let (direction, unit) = (self.measure.direction(), self.measure.unit());
        if self.direction != direction {
            report(
                "direction",
                format!(
                    "{} is measured so that \"{direction}\" is better",
                    self.measure
                ),
            );
        }
        if self.unit != unit {
            report("unit", format!("{} comes in \"{unit}\"", self.measure));
        }
        for section in Section::ALL {
            let needed = section == self.measure.section();
            let name = section.name();
            match (needed, self.has(section)) {
                (true, false) => report(
                    name,
                    format!("{} needs a complete section [{name}]", self.measure),
                ),
                (false, true) => report(
                    name,
                    format!("{} does not use [{name}]; take it out", self.measure),
                ),
                _ => {}
            }
        }
        errors
    }

    fn has(&self, section: Section) -> bool {
        match section {
            Section::Delivery => self.delivery.is_some(),
            Section::LeadTime => self.lead_time.is_some(),
            Section::Quality => self.quality.is_some(),
            Section::Price => self.price.is_some(),
            Section::Invoice => self.invoice.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_OR_BEFORE_SCHEDULED: &str =
        include_str!("../../../examples/kpis/on-or-before-scheduled.toml");

    fn mistakes(text: &str) -> Vec<String> {
        Definition::parse(text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_example_file_says_on_or_before_scheduled() {
        let definition = Definition::parse(ON_OR_BEFORE_SCHEDULED).unwrap();
        assert_eq!(definition.id, "on-or-before-scheduled");
        assert_eq!(
            (definition.measure, definition.minimum_n),
            (Measure::OnTimeDelivery, 20)
        );
        let rules = definition.delivery.unwrap();
        assert_eq!(
            rules.reference,
            [ReferenceDate::ConfirmedFirst, ReferenceDate::Requested]
        );
        assert_eq!((rules.early_days, rules.late_days), (None, 0));
    }

    #[test]
    fn every_standard_definition_is_valid_and_reads_back() {
        let definitions = Definition::standard();
        let ids: Vec<&str> = definitions
            .iter()
            .map(|definition| definition.id.as_str())
            .collect();
        assert_eq!(
            ids,
            [
                "otd",
                "otif-line",
                "otif-quantity",
                "otif-order",
                "lead-time-bias",
                "lead-time-within-2-days",
                "ppm",
                "lot-acceptance",
                "ppv",
                "invoice-accuracy"
            ]
        );
        for definition in definitions {
            assert_eq!(
                Definition::parse(&definition.to_toml()).unwrap(),
                definition
            );
            let json = serde_json::to_string(&definition).unwrap();
            assert_eq!(
                serde_json::from_str::<Definition>(&json).unwrap(),
                definition
            );
            assert!(!definition.description.is_empty());
        }
    }

    #[test]
    fn any_is_written_as_a_word_and_never_left_out() {
        let definition = Definition::parse(ON_OR_BEFORE_SCHEDULED).unwrap();
        let text = definition.to_toml();
        assert!(text.contains("early_days = \"any\""), "{text}");
        assert_eq!(Definition::parse(&text).unwrap(), definition);
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let found = mistakes(
            "id = \"On Time\"\nname = \" \"\nmeasure = \"on_time_delivery\"\ndirection = \"lower\"\nminimum_n = 0\n\
             tolerance = 3\n[delivery]\nreference = []\nearly_days = \"whenever\"\nlate_days = -1\nunder_tolerance = 1.5\n",
        );
        for start in [
            "delivery.reference: name at least one date",
            "delivery.early_days: expected a whole number of days, or \"any\", found \"whenever\"",
            "delivery.late_days: expected a whole number of days, found -1",
            "delivery.under_tolerance: must be below 1",
            "tolerance: there is no such field",
            "id: \"On Time\" must be lower-case",
            "name: must not be empty",
            "minimum_n: must be at least 1",
            "direction: on_time_delivery is measured so that \"higher\" is better",
        ] {
            assert!(
                found.iter().any(|line| line.starts_with(start)),
                "{start} not in {found:#?}"
            );
        }
    }

    #[test]
    fn a_mistyped_word_lists_the_words_that_exist() {
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\nmeasure = \"otif_line\"\n[delivery]\nreference = [\"confirmd\"]\nearly_days = 3\n\
             late_days = 0\n",
        );
        assert!(
            found[0].starts_with("delivery.reference: expected a list"),
            "{found:#?}"
        );
        assert!(found[0].contains("`confirmed_first`"), "{found:#?}");
    }

    #[test]
    fn the_window_must_be_written_down() {
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\nmeasure = \"otif_line\"\n[delivery]\nreference = [\"requested\"]\n",
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("delivery.early_days: missing")),
            "{found:#?}"
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("delivery.late_days: missing")),
            "{found:#?}"
        );
    }

    #[test]
    fn a_definition_has_the_section_its_measure_needs_and_no_other() {
        let found = mistakes("id = \"a\"\nname = \"A\"\nmeasure = \"ppm\"\n[price]\n");
        assert!(
            found.contains(&"quality: ppm needs a complete section [quality]".to_owned()),
            "{found:#?}"
        );
        assert!(
            found.contains(&"price: ppm does not use [price]; take it out".to_owned()),
            "{found:#?}"
        );
    }

    #[test]
    fn a_defect_that_is_not_the_suppliers_cannot_be_counted() {
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\nmeasure = \"ppm\"\n[quality]\ndefects = [\"not_supplier\"]\n",
        );
        assert_eq!(found.len(), 1, "{found:#?}");
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\nmeasure = \"ppm\"\n[quality]\naccepted = [\"rejected\"]\n",
        );
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}
