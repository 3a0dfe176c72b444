//! Scorecard templates: which KPIs count for a tier, how much, against which targets.

mod form;
mod list;
mod new;

use askama::Template;
use keelson_domain::{
    self as domain, Act, Field, Keelson,
    access::Permission,
    performance::{portfolio::last_quarter, preview, template},
    versions::Published,
};
use keelson_methods::{
    kpi::Unit,
    scoring::{Gate, Grade, MissingPolicy, ScorecardTemplate, ScoringFunction, TemplateLine},
};

pub(super) use self::{list::list, new::new};
use super::{
    document::{Answers, Editable, EffectRow, Effects, Group, Reader, written},
    kpis::arrow,
};
use crate::{
    Result,
    charts::{Ink, bar},
    kit::{
        Html, Locale,
        form::Errors,
        format::{self, count, number},
        list::{Column, Kind},
        marks,
    },
    performance::{curve, words},
};

impl Editable for ScorecardTemplate {
    const HOME: &'static str = "/settings/templates";
    const TITLE: &'static str = "Scorecard templates";
    const DEFINE: Permission = Permission::DefinePerformance;

    fn form(answers: &Answers, reader: &Reader) -> Result<Vec<Group>> {
        Ok(form::groups(answers, reader))
    }

    fn tidied(answers: Answers) -> Answers {
        form::tidied(answers)
    }

    fn assemble(
        table: toml::Table,
        answers: &Answers,
        reader: &Reader,
        errors: &mut Errors,
    ) -> toml::Table {
        form::assemble(table, answers, reader, errors)
    }

    fn disassemble(&self, table: toml::Table, reader: &Reader) -> toml::Table {
        form::disassemble(self, table, reader)
    }

    fn question(field: &str) -> String {
        form::question(field)
    }

    fn said(&self, reader: &Reader) -> Result<Vec<(String, String)>> {
        let mut said = vec![
            ("Name".to_owned(), self.name.clone()),
            ("For".to_owned(), whom(self).to_owned()),
        ];
        for line in &self.lines {
            let (name, unit) = named(line, reader);
            let value = |value| words::value(unit, value, reader.locale);
            let of = |what: &str| format!("{name}: {what}");
            said.extend([
                (of("weight"), written(line.weight, reader.locale)),
                (of("100 points at"), value(line.target)),
                (of("0 points at"), value(line.threshold)),
                (
                    of("between them"),
                    shape(&line.function, unit, reader.locale),
                ),
                (of("without a value"), missing(line.missing).to_owned()),
                (
                    of("the supplier owes the data"),
                    if line.supplier_owes { "Yes" } else { "No" }.to_owned(),
                ),
            ]);
        }
        Ok(said)
    }

    fn lead(&self) -> String {
        format!(
            "How {} are scored: {} KPIs with weights that add up to 100.",
            match self.tier {
                Some(tier) => format!("{} suppliers", tier.label()),
                None => "suppliers of a tier without a template of its own".to_owned(),
            },
            self.lines.len()
        )
    }

    fn body(&self, reader: &Reader) -> Html {
        let heaviest = self
            .lines
            .iter()
            .map(|line| line.weight)
            .fold(1.0, f64::max);
        Html::of(Body {
            lines: self
                .lines
                .iter()
                .map(|line| self::line(line, heaviest, reader))
                .collect(),
            total: written(self.total_weight(), reader.locale),
            gates: Gate::ALL.iter().map(|gate| gate.explain()).collect(),
            grades: [Grade::A, Grade::B, Grade::C, Grade::D]
                .map(|grade| {
                    (
                        words::grade(Some(grade), ""),
                        match grade {
                            Grade::A => "90 points and more",
                            Grade::B => "75 to 90",
                            Grade::C => "60 to 75",
                            Grade::D => "below 60",
                        },
                    )
                })
                .to_vec(),
        })
    }

    async fn check(&self, keelson: &Keelson) -> domain::Result<Vec<Field>> {
        template::check(keelson.db.read(), self).await
    }

    async fn effects(&self, keelson: &Keelson, reader: &Reader) -> Result<Effects> {
        let quarter = last_quarter(reader.today);
        let found = preview::template(keelson, self, quarter, reader.today).await?;
        Ok(effects(&found, reader))
    }

    async fn publish(&self, keelson: &Keelson, act: &Act) -> domain::Result<Published<Self>> {
        template::publish(keelson, act, self).await
    }

    fn next_step(&self) -> &'static str {
        "Scorecards that stand stay as they are; score a period again to judge by it."
    }
}

#[derive(Template)]
#[template(path = "settings/templates/body.html")]
struct Body {
    lines: Vec<Line>,
    total: String,
    gates: Vec<&'static str>,
    grades: Vec<(Html, &'static str)>,
}

impl askama::filters::HtmlSafe for Body {}

struct Line {
    name: String,
    href: Option<String>,
    weight: String,
    bar: Html,
    target: String,
    threshold: String,
    curve: Html,
    shape: String,
    missing: String,
}

fn line(line: &TemplateLine, heaviest: f64, reader: &Reader) -> Line {
    let (name, unit) = named(line, reader);
    let value = |value| words::value(unit, value, reader.locale);
    let (target, threshold) = (value(line.target), value(line.threshold));
    let drawn = format!(
        "Scored {}: 0 points at {threshold}, 100 at {target}",
        words::function(&line.function)
    );
    Line {
        href: reader.kpi(&line.kpi).map(|kpi| kpi.document.address()),
        weight: written(line.weight, reader.locale),
        bar: bar(line.weight / heaviest, Ink::One, None),
        curve: curve(&line.function, line.target, line.threshold, None, &drawn),
        shape: shape(&line.function, unit, reader.locale),
        missing: if line.supplier_owes {
            format!("{}; 0 where the supplier owes it", missing(line.missing))
        } else {
            missing(line.missing).to_owned()
        },
        name,
        target,
        threshold,
    }
}

/// A line's KPI in words, and the unit of its values.
fn named(line: &TemplateLine, reader: &Reader) -> (String, Unit) {
    match reader.kpi(&line.kpi) {
        Some(kpi) => (kpi.document.name.clone(), kpi.document.unit),
        None => (line.kpi.clone(), Unit::Points),
    }
}

/// Whom a template is for.
fn whom(template: &ScorecardTemplate) -> &'static str {
    template
        .tier
        .map_or("Tiers without a template of their own", |tier| tier.label())
}

fn shape(function: &ScoringFunction, unit: Unit, locale: Locale) -> String {
    let shape = words::function(function);
    match function {
        ScoringFunction::Linear => shape.to_owned(),
        ScoringFunction::Log { offset } => format!("{shape}, offset {}", written(*offset, locale)),
        ScoringFunction::TwoSided { tolerance } => {
            format!(
                "{shape}, {} either side",
                words::value(unit, *tolerance, locale)
            )
        }
        ScoringFunction::Step { steps } => {
            let steps: Vec<String> = steps
                .iter()
                .map(|step| {
                    format!(
                        "{} gives {}",
                        words::value(unit, step.limit, locale),
                        written(step.points, locale)
                    )
                })
                .collect();
            format!("{shape}: {}", steps.join(", "))
        }
    }
}

fn missing(policy: MissingPolicy) -> &'static str {
    match policy {
        MissingPolicy::Reweight => "Others share its weight",
        MissingPolicy::Neutral => "Counts 50",
        MissingPolicy::Penalise => "Counts 0",
        MissingPolicy::CarryForward => "Last value, for two periods",
    }
}

fn effects(found: &preview::Preview, reader: &Reader) -> Effects {
    let locale = reader.locale;
    let suppliers = |many: usize| format::counted(many as i64, "supplier", "suppliers", locale);
    let rows = found
        .effects
        .iter()
        .map(|effect| EffectRow {
            name: effect.supplier.name.clone(),
            href: format!("/suppliers/{}", effect.supplier.id),
            cells: vec![
                arrow(effect.score, |score| {
                    format::or_missing(score.map(|score| number(score, 1, locale)), "no score")
                }),
                match effect.score.after.zip(effect.score.before) {
                    Some((after, before)) => {
                        marks::delta(after - before, 1, "", marks::Better::Higher, locale)
                    }
                    None => Html::default(),
                },
                arrow(effect.grade, |grade| words::grade(grade, "no grade")),
            ],
        })
        .collect();
    Effects {
        sentences: vec![
            format!(
                "With this template {} of {} would have another score in {}, and {} another grade.",
                count(found.scores() as i64, locale),
                suppliers(found.suppliers as usize),
                found.period.label(),
                suppliers(found.grades()),
            ),
            "Both sides are judged from the lines as they are known today. Scorecards that stand are not touched."
                .to_owned(),
        ],
        columns: ["Supplier", "Score", "Change", "Grade"]
            .map(|text| Column::plain(text, Kind::Text))
            .to_vec(),
        rows,
    }
}
