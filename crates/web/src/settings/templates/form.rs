//! A template as questions: whom it is for, and up to eight KPIs. A slot without a KPI is not used.

use keelson_methods::{
    kpi::Unit,
    scoring::{ScorecardTemplate, ScoringFunction, Step},
    segmentation::Tier,
};

use super::super::document::{
    Answers, Group, Kind, Question, Reader, number, one, percentage, share, written,
};
use crate::kit::{
    Locale,
    form::{Choice, Errors},
};

/// More KPIs than this nobody steers by; the document refuses more.
const SLOTS: usize = 8;
/// Empty slots offered after those that are used.
const SPARE: usize = 2;

/// What a slot asks, after its prefix.
const PARTS: [&str; 8] = [
    "kpi",
    "weight",
    "target",
    "threshold",
    "shape",
    "setting",
    "missing",
    "supplier_owes",
];

fn path(slot: usize, part: &str) -> String {
    format!("lines.{slot}.{part}")
}

pub(super) fn groups(answers: &Answers, reader: &Reader) -> Vec<Group> {
    let mut tiers = vec![Choice::new("", "Every tier without a template of its own")];
    tiers.extend(
        Tier::ALL
            .iter()
            .map(|tier| Choice::new(tier.code(), tier.label())),
    );
    let id = if one(answers, "base") == "0" {
        Question::new("id", "Short name", Kind::Line).hint(
            "For addresses and files: lower-case letters, digits and hyphens. It stays for good.",
        )
    } else {
        Question::new("id", "Short name", Kind::Hidden)
    };
    let mut groups = vec![Group::new(
        "Whom it is for",
        vec![
            id,
            Question::new("name", "Name", Kind::Line),
            Question::new("tier", "Tier", Kind::One(tiers)).optional(),
        ],
    )];
    let used = (0..SLOTS).filter(|slot| !is_blank(answers, *slot)).count();
    // A form that is only being filled does not know yet how many there are.
    let shown = if used == 0 { SLOTS } else { used + SPARE };
    for slot in 0..shown.min(SLOTS) {
        let legend = if is_blank(answers, slot) && used > 0 {
            "Another KPI".to_owned()
        } else {
            format!("KPI {}", slot + 1)
        };
        let group = Group::new(legend, slot_questions(slot, reader)).quad();
        groups.push(match slot {
            0 => group.lead(sum(answers, reader.locale)),
            _ => group,
        });
    }
    groups
}

fn is_blank(answers: &Answers, slot: usize) -> bool {
    PARTS[..4]
        .iter()
        .all(|part| one(answers, &path(slot, part)).trim().is_empty())
}

/// The sum of the weights so far, as a sentence.
fn sum(answers: &Answers, locale: Locale) -> String {
    let total = (0..SLOTS)
        .filter_map(|slot| number(&one(answers, &path(slot, "weight")), locale))
        .fold(0.0, |total, weight| total + weight);
    format!(
        "The weights add up to {} of 100.",
        written((total * 1e6).round() / 1e6, locale)
    )
}

fn slot_questions(slot: usize, reader: &Reader) -> Vec<Question> {
    let mut kpis = vec![Choice::new("", "Not used")];
    kpis.extend(
        reader
            .kpis
            .iter()
            .map(|kpi| Choice::new(&kpi.document.id, &kpi.document.name)),
    );
    let ask = |part, label, kind| Question::new(path(slot, part), label, kind).quiet();
    vec![
        ask("kpi", "KPI", Kind::One(kpis)),
        ask("weight", "Weight", Kind::Number),
        ask("target", "100 points at", Kind::Line),
        ask("threshold", "0 points at", Kind::Line),
        ask(
            "shape",
            "Between them",
            Kind::One(vec![
                Choice::new("linear", "Straight"),
                Choice::new("log", "Logarithmic"),
                Choice::new("two_sided", "Two-sided"),
                Choice::new("step", "In steps"),
            ]),
        ),
        ask("setting", "Offset or steps", Kind::Line),
        ask(
            "missing",
            "Without a value",
            Kind::One(vec![
                Choice::new("reweight", "Others share its weight"),
                Choice::new("neutral", "Counts 50"),
                Choice::new("penalise", "Counts 0"),
                Choice::new("carry_forward", "Last value, for two periods"),
            ]),
        ),
        ask("supplier_owes", "The supplier owes the data", Kind::Check),
    ]
}

/// Moves the slots that are used to the front, so that slot and line have the same number.
pub(super) fn tidied(mut answers: Answers) -> Answers {
    let mut used: Vec<Vec<(&str, Vec<String>)>> = Vec::new();
    for slot in 0..SLOTS {
        let taken: Vec<(&str, Vec<String>)> = PARTS
            .iter()
            .filter_map(|part| Some((*part, answers.remove(&path(slot, part))?)))
            .collect();
        let says = |name: &str| {
            taken.iter().any(|(part, values)| {
                *part == name && values.iter().any(|value| !value.trim().is_empty())
            })
        };
        if ["kpi", "weight", "target", "threshold"]
            .into_iter()
            .any(says)
        {
            used.push(taken);
        }
    }
    // What stood beside a KPI that is not used goes with it.
    for (slot, parts) in used.into_iter().enumerate() {
        for (part, values) in parts {
            answers.insert(path(slot, part), values);
        }
    }
    answers
}

/// The form's slots as the document's lines.
pub(super) fn assemble(
    mut table: toml::Table,
    answers: &Answers,
    reader: &Reader,
    errors: &mut Errors,
) -> toml::Table {
    table.remove("lines");
    let used = (0..SLOTS).filter(|slot| !is_blank(answers, *slot));
    let lines: Vec<toml::Value> = used
        .map(|slot| toml::Value::Table(line(slot, answers, reader, errors)))
        .collect();
    table.insert("lines".to_owned(), toml::Value::Array(lines));
    table
}

fn line(slot: usize, answers: &Answers, reader: &Reader, errors: &mut Errors) -> toml::Table {
    let locale = reader.locale;
    let answer = |part| one(answers, &path(slot, part));
    let mut table = toml::Table::new();
    let kpi = answer("kpi");
    if kpi.is_empty() {
        errors.add(
            &path(slot, "kpi"),
            "KPI: choose one, or clear the answers beside it",
        );
    }
    let unit = reader.kpi(&kpi).map(|kpi| kpi.document.unit);
    table.insert("kpi".to_owned(), kpi.into());
    match number(&answer("weight"), locale) {
        Some(weight) => {
            table.insert("weight".to_owned(), weight.into());
        }
        // What was typed and is no number was told with the other numbers.
        None if !answer("weight").trim().is_empty() => {}
        None => errors.add(
            &path(slot, "weight"),
            "Weight: enter a number of points out of 100",
        ),
    }
    let mut ends = Vec::new();
    for (part, label) in [("target", "100 points at"), ("threshold", "0 points at")] {
        match typed(&answer(part), unit, locale) {
            Ok(value) => {
                table.insert(part.to_owned(), value.into());
                ends.push(value);
            }
            Err(wanted) => errors.add(&path(slot, part), format!("{label}: {wanted}")),
        }
    }
    if let [target, threshold] = ends.as_slice()
        && target == threshold
    {
        errors.add(
            &path(slot, "threshold"),
            "0 points at: must differ from the value that gives 100 points",
        );
    }
    match function(&answer("shape"), &answer("setting"), unit, locale) {
        Ok(function) => {
            if let Ok(value) = toml::Value::try_from(&function) {
                table.insert("function".to_owned(), value);
            }
        }
        Err(wanted) => errors.add(&path(slot, "setting"), wanted),
    }
    let missing = answer("missing");
    if !missing.is_empty() {
        table.insert("missing".to_owned(), missing.into());
    }
    table.insert(
        "supplier_owes".to_owned(),
        (answer("supplier_owes") == "on").into(),
    );
    table
}

/// A value in the KPI's unit. A share is written as a percentage, so that 98% and 0.98 cannot be mistaken for each other.
fn typed(text: &str, unit: Option<Unit>, locale: Locale) -> Result<f64, &'static str> {
    let text = text.trim();
    if let Some(Unit::Fraction | Unit::PercentPoints) = unit {
        return text
            .ends_with('%')
            .then(|| share(text, locale))
            .flatten()
            .ok_or("enter a percentage with its sign, for example 98%");
    }
    let bare = text.trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
    number(bare, locale).ok_or("enter a number in the KPI's unit, for example 50")
}

fn shown(value: f64, unit: Option<Unit>, locale: Locale) -> String {
    match unit {
        Some(Unit::Fraction | Unit::PercentPoints) => percentage(value, locale),
        _ => written(value, locale),
    }
}

fn function(
    shape: &str,
    setting: &str,
    unit: Option<Unit>,
    locale: Locale,
) -> Result<ScoringFunction, &'static str> {
    let setting = setting.trim();
    match shape {
        "log" if setting.is_empty() => Ok(ScoringFunction::LOG),
        "log" => number(setting, locale)
            .map(|offset| ScoringFunction::Log { offset })
            .ok_or("Offset: enter a number, for example 1"),
        "two_sided" => typed(setting, unit, locale)
            .map(|tolerance| ScoringFunction::TwoSided { tolerance })
            .map_err(|_| "Tolerance: enter how far from the target still scores 100, in the KPI's unit"),
        "step" => steps(setting, unit, locale)
            .map(|steps| ScoringFunction::Step { steps })
            .ok_or("Steps: enter limits with their points, the best first, for example 98% = 100; 95% = 60"),
        _ if setting.is_empty() => Ok(ScoringFunction::Linear),
        _ => Err("A straight line takes no setting; clear it or choose another shape"),
    }
}

fn steps(text: &str, unit: Option<Unit>, locale: Locale) -> Option<Vec<Step>> {
    text.split(';')
        .map(|step| {
            let (limit, points) = step.split_once('=')?;
            Some(Step {
                limit: typed(limit, unit, locale).ok()?,
                points: number(points, locale)?,
            })
        })
        .collect()
}

/// The document's lines as the form's slots.
pub(super) fn disassemble(
    template: &ScorecardTemplate,
    mut table: toml::Table,
    reader: &Reader,
) -> toml::Table {
    let locale = reader.locale;
    let mut slots = toml::Table::new();
    for (slot, line) in template.lines.iter().enumerate() {
        let unit = reader.kpi(&line.kpi).map(|kpi| kpi.document.unit);
        let value = |value| shown(value, unit, locale);
        let (shape, setting) = match &line.function {
            ScoringFunction::Linear => ("linear", String::new()),
            ScoringFunction::Log { offset } => ("log", written(*offset, locale)),
            ScoringFunction::TwoSided { tolerance } => ("two_sided", value(*tolerance)),
            ScoringFunction::Step { steps } => {
                let steps: Vec<String> = steps
                    .iter()
                    .map(|step| format!("{} = {}", value(step.limit), written(step.points, locale)))
                    .collect();
                ("step", steps.join("; "))
            }
        };
        let mut parts = toml::Table::new();
        let mut put = |part: &str, value: toml::Value| parts.insert(part.to_owned(), value);
        put("kpi", line.kpi.clone().into());
        put("weight", line.weight.into());
        put("target", value(line.target).into());
        put("threshold", value(line.threshold).into());
        put("shape", shape.into());
        put("setting", setting.into());
        put("missing", line.missing.code().into());
        put("supplier_owes", line.supplier_owes.into());
        slots.insert(slot.to_string(), toml::Value::Table(parts));
    }
    table.insert("lines".to_owned(), toml::Value::Table(slots));
    table
}

/// The question that a field of the document is asked by: `lines[2].weight` is `lines.2.weight`.
pub(super) fn question(field: &str) -> String {
    if field == "lines" {
        return path(0, "weight");
    }
    let Some((slot, part)) = field
        .strip_prefix("lines[")
        .and_then(|rest| rest.split_once("]."))
    else {
        return field.to_owned();
    };
    match part {
        "function" => format!("lines.{slot}.shape"),
        part => format!("lines.{slot}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_in_the_unit_of_its_kpi() {
        let gb = Locale::EnGb;
        assert_eq!(typed("98%", Some(Unit::Fraction), gb), Ok(0.98));
        assert!(typed("0.98", Some(Unit::Fraction), gb).is_err());
        assert_eq!(typed("5,000 ppm", Some(Unit::Ppm), gb), Ok(5000.0));
        assert_eq!(typed("−2%", Some(Unit::Fraction), gb), Ok(-0.02));
        assert_eq!(
            steps("98% = 100; 95% = 60", Some(Unit::Fraction), gb).map(|steps| steps[1].points),
            Some(60.0)
        );
    }

    #[test]
    fn used_slots_move_to_the_front() {
        let answers = Answers::from([
            (path(0, "kpi"), vec![String::new()]),
            (path(2, "kpi"), vec!["ppm".to_owned()]),
            (path(2, "weight"), vec!["20".to_owned()]),
            ("name".to_owned(), vec!["N".to_owned()]),
        ]);
        let tidy = tidied(answers);
        assert_eq!(one(&tidy, "lines.0.kpi"), "ppm");
        assert_eq!(one(&tidy, "lines.0.weight"), "20");
        assert_eq!(one(&tidy, "name"), "N");
        assert!(!tidy.contains_key("lines.2.kpi"));
    }

    #[test]
    fn a_field_of_the_document_is_one_of_the_form() {
        assert_eq!(question("lines[3].weight"), "lines.3.weight");
        assert_eq!(question("lines[3].function"), "lines.3.shape");
        assert_eq!(question("lines"), "lines.0.weight");
        assert_eq!(question("tier"), "tier");
    }
}
