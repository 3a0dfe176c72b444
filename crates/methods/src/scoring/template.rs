//! Scorecard templates: which KPIs count for a tier, how much, and against which targets.

use super::ScoringFunction;
use crate::code::coded;
use crate::document::{FieldError, Fields, is_kebab};
use crate::segmentation::Tier;
use serde::{Deserialize, Serialize};

/// More lines than this nobody steers by. Source: handbook 02.
const MOST_LINES: usize = 8;

coded! {
    /// What stands in for a KPI without a value.
    pub enum MissingPolicy {
        /// The other lines share its weight.
        Reweight = "reweight",
        /// It counts 50.
        Neutral = "neutral",
        /// It counts 0.
        Penalise = "penalise",
        /// The last value counts for at most two periods, marked stale; then the other lines share its weight.
        CarryForward = "carry_forward",
    }
}

/// A scorecard template: a document that people write and version.
///
/// ```
/// use keelson_methods::scoring::ScorecardTemplate;
/// let template = ScorecardTemplate::parse(r#"
///     id = "two-lines"
///     name = "Two lines"
///     [[lines]]
///     kpi = "otif-line"
///     weight = 60
///     target = 0.98
///     threshold = 0.80
///     [[lines]]
///     kpi = "ppm"
///     weight = 40
///     target = 50
///     threshold = 5000
///     function = "log"
/// "#).unwrap();
/// assert_eq!(template.lines.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardTemplate {
    /// Name for machines: lower-case letters, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The tier it is for; `None` for every tier without one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The KPIs that count, at most eight. Their weights add up to 100.
    pub lines: Vec<TemplateLine>,
}

/// One KPI of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateLine {
    /// Id of the KPI definition.
    pub kpi: String,
    /// Weight in points of 100.
    pub weight: f64,
    /// The value that scores 100, in the KPI's unit.
    pub target: f64,
    /// The value that scores 0, in the KPI's unit.
    pub threshold: f64,
    /// How values between score.
    pub function: ScoringFunction,
    /// What stands in where there is no value.
    pub missing: MissingPolicy,
    /// Whether the supplier itself owes the data; then not reporting scores 0, or silence would pay.
    pub supplier_owes: bool,
}

impl ScorecardTemplate {
    /// Reads and checks a template written as TOML. `function` (linear), `missing` (reweight) and `supplier_owes` (false)
    /// may be left out. Errors: every mistake, each with its field; unknown fields are mistakes.
    pub fn parse(text: &str) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::read(text)?;
        let template = Self::read(&mut fields);
        let mut errors = fields.finish();
        match template {
            Some(template) if errors.is_empty() => {
                errors = template.check();
                if errors.is_empty() {
                    Ok(template)
                } else {
                    Err(errors)
                }
            }
            _ => Err(errors),
        }
    }

    /// The template as TOML; what `parse` accepted reads back the same.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a template is plain tables, lists, texts and numbers")
    }

    /// What is wrong with a template, field by field; empty when it can score.
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut report =
            |field: String, message: String| errors.push(FieldError::new(field, message));
        if !is_kebab(&self.id) {
            report(
                "id".into(),
                format!(
                    "\"{}\" must be lower-case letters, digits and single hyphens",
                    self.id
                ),
            );
        }
        if self.name.trim().is_empty() {
            report("name".into(), "must not be empty".into());
        }
        if self.lines.is_empty() || self.lines.len() > MOST_LINES {
            report(
                "lines".into(),
                format!(
                    "a scorecard has 1 to {MOST_LINES} KPIs; this one has {}",
                    self.lines.len()
                ),
            );
        }
        for (index, line) in self.lines.iter().enumerate() {
            let field = |name: &str| format!("lines[{index}].{name}");
            if !is_kebab(&line.kpi) {
                report(
                    field("kpi"),
                    format!("\"{}\" is not the id of a KPI", line.kpi),
                );
            }
            if self.lines[..index]
                .iter()
                .any(|other| other.kpi == line.kpi)
            {
                report(
                    field("kpi"),
                    format!("{} is on the scorecard twice", line.kpi),
                );
            }
            if !(line.weight.is_finite() && line.weight > 0.0) {
                report(field("weight"), "must be above 0".into());
            }
            for wrong in line.function.check(line.target, line.threshold) {
                report(field("function"), wrong);
            }
        }
        let total = self.total_weight();
        if !self.lines.is_empty() && (total - 100.0).abs() > 1e-6 {
            report(
                "lines".into(),
                format!("the weights must add up to 100; they add up to {total}"),
            );
        }
        errors
    }

    /// The sum of the weights.
    pub fn total_weight(&self) -> f64 {
        self.lines.iter().map(|line| line.weight).sum()
    }

    /// The handbook's default table of eight KPIs, four of which need data that later arrives. Source: handbook 2.6.
    pub fn full() -> Self {
        Self {
            id: "full".to_owned(),
            name: "All eight KPIs".to_owned(),
            tier: None,
            lines: vec![
                line("ppm", 20.0),
                line("lot-acceptance", 10.0),
                line("otif-line", 20.0),
                line("lead-time-within-2-days", 10.0),
                line("ppv", 15.0),
                line("cost-reduction", 10.0),
                TemplateLine {
                    supplier_owes: false,
                    ..line("responsiveness", 10.0)
                },
                TemplateLine {
                    supplier_owes: true,
                    ..line("sustainability", 5.0)
                },
            ],
        }
    }

    /// One template per tier from the handbook's table, restricted to what order lines, receipts, inspections and
    /// invoices can say. The emphasis follows the tier's posture and is a starting point to change.
    pub fn standard() -> Vec<Self> {
        // Weights of OTIF, lead time, PPM, lot acceptance, price variance, invoice accuracy.
        [
            (
                Tier::Strategic,
                "Strategic suppliers",
                [25.0, 10.0, 25.0, 10.0, 20.0, 10.0],
            ),
            (
                Tier::Leverage,
                "Leverage suppliers",
                [20.0, 10.0, 20.0, 10.0, 30.0, 10.0],
            ),
            (
                Tier::Bottleneck,
                "Bottleneck suppliers",
                [30.0, 25.0, 20.0, 10.0, 5.0, 10.0],
            ),
            (
                Tier::Transactional,
                "Transactional suppliers",
                [30.0, 10.0, 15.0, 10.0, 15.0, 20.0],
            ),
        ]
        .map(|(tier, name, weights)| Self {
            id: tier.code().to_owned(),
            name: name.to_owned(),
            tier: Some(tier),
            lines: COMPUTABLE
                .iter()
                .zip(weights)
                .map(|(kpi, weight)| line(kpi, weight))
                .collect(),
        })
        .to_vec()
    }

    fn read(fields: &mut Fields) -> Option<Self> {
        let id = fields.required("id", "a short name such as \"strategic\"");
        let name = fields.required("name", "a name for people");
        let tier = fields.optional(
            "tier",
            "strategic, leverage, bottleneck, transactional or unclassified",
        );
        let lines = fields.list("lines", TemplateLine::read);
        Some(Self {
            id: id?,
            name: name?,
            tier,
            lines,
        })
    }
}

impl TemplateLine {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kpi = fields.required("kpi", "the id of a KPI such as \"otif-line\"");
        let weight = fields.required::<f64>("weight", "a number of points out of 100");
        let target = fields.required::<f64>("target", "the value that scores 100");
        let threshold = fields.required::<f64>("threshold", "the value that scores 0");
        let function = fields.or(
            "function",
            "linear, log, two_sided, or one of them with its settings, or step with its steps",
            ScoringFunction::Linear,
        );
        let missing = fields.or(
            "missing",
            "reweight, neutral, penalise or carry_forward",
            MissingPolicy::Reweight,
        );
        let supplier_owes = fields.or("supplier_owes", "true or false", false);
        Some(Self {
            kpi: kpi?,
            weight: weight?,
            target: target?,
            threshold: threshold?,
            function,
            missing,
            supplier_owes,
        })
    }
}

const COMPUTABLE: [&str; 6] = [
    "otif-line",
    "lead-time-within-2-days",
    "ppm",
    "lot-acceptance",
    "ppv",
    "invoice-accuracy",
];

/// A line with the handbook's target, threshold and function. Invoice accuracy is ours: the handbook gives none.
fn line(kpi: &str, weight: f64) -> TemplateLine {
    let (target, threshold, function) = match kpi {
        "ppm" => (50.0, 5000.0, ScoringFunction::LOG),
        "lot-acceptance" => (0.99, 0.90, ScoringFunction::Linear),
        "otif-line" => (0.98, 0.80, ScoringFunction::Linear),
        "lead-time-within-2-days" => (0.95, 0.60, ScoringFunction::Linear),
        "ppv" => (-0.02, 0.05, ScoringFunction::Linear),
        "cost-reduction" => (0.03, 0.0, ScoringFunction::Linear),
        "responsiveness" => (0.95, 0.70, ScoringFunction::Linear),
        "sustainability" => (80.0, 30.0, ScoringFunction::Linear),
        _ => (0.98, 0.85, ScoringFunction::Linear),
    };
    TemplateLine {
        kpi: kpi.to_owned(),
        weight,
        target,
        threshold,
        function,
        missing: MissingPolicy::Reweight,
        supplier_owes: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        ScorecardTemplate::parse(text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_standard_template_is_valid_and_reads_back() {
        let mut templates = ScorecardTemplate::standard();
        templates.push(ScorecardTemplate::full());
        for template in templates {
            assert_eq!(
                ScorecardTemplate::parse(&template.to_toml()).unwrap(),
                template
            );
            let json = serde_json::to_string(&template).unwrap();
            assert_eq!(
                serde_json::from_str::<ScorecardTemplate>(&json).unwrap(),
                template
            );
        }
    }

    #[test]
    fn standard_templates_use_standard_kpis_only() {
        let known: Vec<String> = crate::kpi::Definition::standard()
            .into_iter()
            .map(|kpi| kpi.id)
            .collect();
        for template in ScorecardTemplate::standard() {
            assert!(
                template.lines.iter().all(|line| known.contains(&line.kpi)),
                "{}",
                template.id
            );
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\n\
             [[lines]]\nkpi = \"ppm\"\nweight = 60\ntarget = 50\nthreshold = 50\n\
             [[lines]]\nkpi = \"ppm\"\nweight = -1\ntarget = 5\nthreshold = 1\nfunction = \"log\"\n",
        );
        for start in [
            "lines[0].function: target and threshold are both 50",
            "lines[1].kpi: ppm is on the scorecard twice",
            "lines[1].weight: must be above 0",
            "lines[1].function: the logarithmic function is for values where less is better",
            "lines: the weights must add up to 100; they add up to 59",
        ] {
            assert!(
                found.iter().any(|line| line.starts_with(start)),
                "{start} not in {found:#?}"
            );
        }
    }

    #[test]
    fn a_line_without_a_target_or_with_an_unknown_field_is_refused() {
        let found = mistakes(
            "id = \"a\"\nname = \"A\"\n[[lines]]\nkpi = \"ppm\"\nweight = 100\nthreshold = 5\ncolour = 1\n",
        );
        assert!(
            found.contains(
                &"lines[0].target: missing; expected the value that scores 100".to_owned()
            ),
            "{found:#?}"
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("lines[0].colour: there is no such field")),
            "{found:#?}"
        );
        assert!(
            mistakes("id = \"a\"\nname = \"A\"\n")[0]
                .starts_with("lines: a scorecard has 1 to 8 KPIs")
        );
    }
}
