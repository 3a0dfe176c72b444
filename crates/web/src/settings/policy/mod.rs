//! The segmentation policy: by which figures suppliers are placed, where the lines run, what keeps tiers from flickering.

use std::collections::BTreeMap;

use askama::Template;
use keelson_domain::{
    self as domain, Act, Keelson, SupplierId,
    access::Permission,
    performance::measure,
    segmentation::{self, Move, policy, quarter_of},
    versions::Published,
};
use keelson_methods::segmentation::{Policy, Tier};

use super::document::{
    Answers, Editable, EffectRow, Effects, Group, Kind, Question, Reader, from_to, percentage,
    written,
};
use crate::{
    Result,
    charts::{Ink, bar},
    kit::{
        Html,
        form::Errors,
        format::{self, count, minor_digits, money_compact},
        list::{Column, Kind as ColumnKind},
        panel::Props,
    },
    performance::words,
};

impl Editable for Policy {
    const HOME: &'static str = "/settings/policy";
    const TITLE: &'static str = "Segmentation policy";
    const IS_ONE: bool = true;
    const DEFINE: Permission = Permission::DefineSegmentation;

    fn form(_answers: &Answers, reader: &Reader) -> Result<Vec<Group>> {
        Ok(groups(minor_digits(&reader.currency), &reader.currency))
    }

    fn assemble(
        mut table: toml::Table,
        _answers: &Answers,
        _reader: &Reader,
        _errors: &mut Errors,
    ) -> toml::Table {
        // A section whose every answer was unreadable is still a section.
        for section in ["abc", "matrix", "anchors", "stability"] {
            table
                .entry(section)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        }
        table
    }

    fn lead(&self) -> String {
        "By which figures suppliers are placed in a tier, and where the lines run.".to_owned()
    }

    fn body(&self, reader: &Reader) -> Html {
        Html::of(Body::of(self, reader))
    }

    async fn effects(&self, keelson: &Keelson, reader: &Reader) -> Result<Effects> {
        let quarter = quarter_of(reader.today);
        let moves = segmentation::preview(keelson, self, quarter, reader.today).await?;
        let ids: Vec<SupplierId> = moves.iter().map(|each| each.supplier).collect();
        let names = measure::suppliers(keelson.db.read(), &ids).await?;
        let mut named: Vec<(String, Move)> = moves
            .into_iter()
            .filter_map(|each| Some((names.get(&each.supplier)?.name.clone(), each)))
            .collect();
        named.sort_by_cached_key(|(name, _)| name.to_lowercase());
        Ok(effects(&named, &quarter.label(), reader))
    }

    async fn publish(&self, keelson: &Keelson, act: &Act) -> domain::Result<Published<Self>> {
        policy::publish(keelson, act, self).await
    }

    fn next_step(&self) -> &'static str {
        "Tiers stay as they are until the tiers of a quarter are set on the segmentation page."
    }
}

fn effects(moves: &[(String, Move)], quarter: &str, reader: &Reader) -> Effects {
    let locale = reader.locale;
    let mut ways: BTreeMap<(Tier, Tier), i64> = BTreeMap::new();
    for (_, each) in moves {
        *ways.entry((each.from, each.to)).or_default() += 1;
    }
    let mut sentences = vec![match moves.len() {
        0 => format!("With this policy every supplier would stay in its tier in {quarter}."),
        many => format!(
            "With this policy {} would be in another tier in {quarter}.",
            format::counted(many as i64, "supplier", "suppliers", locale)
        ),
    }];
    if ways.len() > 1 {
        let each: Vec<String> = ways
            .iter()
            .map(|((from, to), many)| {
                format!(
                    "{} from {} to {}",
                    count(*many, locale),
                    from.label(),
                    to.label()
                )
            })
            .collect();
        sentences.push(format!("{}.", each.join(", ")));
    }
    sentences.push(
        "Both sides are placed from the figures and ratings as they are known today, with the standing of the quarter before."
            .to_owned(),
    );
    Effects {
        sentences,
        columns: ["Supplier", "Tier"]
            .map(|text| Column::plain(text, ColumnKind::Text))
            .to_vec(),
        rows: moves
            .iter()
            .map(|(name, each)| EffectRow {
                name: name.clone(),
                href: format!("/suppliers/{}/why", each.supplier),
                cells: vec![from_to(
                    &words::tier(Some(each.from)),
                    &words::tier(Some(each.to)),
                )],
            })
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "settings/policy/body.html")]
struct Body {
    axes: Vec<Axis>,
    lines: Props,
    stability: Props,
    anchors: Props,
    classes: Props,
    views: Vec<Axis>,
}

impl askama::filters::HtmlSafe for Body {}

/// Weights that add up to one.
struct Axis {
    id: &'static str,
    title: &'static str,
    lead: String,
    parts: Vec<(&'static str, Html, String)>,
}

impl Body {
    fn of(policy: &Policy, reader: &Reader) -> Self {
        let locale = reader.locale;
        let axis = |id, title, lead: String, parts: &[(&'static str, f64)]| Axis {
            id,
            title,
            lead,
            parts: parts
                .iter()
                .map(|(name, weight)| {
                    (
                        *name,
                        bar(*weight, Ink::One, None),
                        percentage(*weight, locale),
                    )
                })
                .collect(),
        };
        let points = |value: f64| format!("{} points", written(value, locale));
        let quarters = |many: u32| format::counted(i64::from(many), "quarter", "quarters", locale);
        let (matrix, stability, anchors) = (&policy.matrix, &policy.stability, &policy.anchors);
        let (impact, risk) = (&policy.profit_impact, &policy.supply_risk);
        let (score, view, power) = (&policy.tier_score, &policy.preferencing, &policy.leverage);
        let money = |minor: f64| money_compact(minor.round() as i64, &reader.currency, locale);
        Self {
            axes: vec![
                axis(
                    "impact",
                    "Impact on the business",
                    format!("High from {}.", points(matrix.profit_impact_cut)),
                    &[
                        ("Spend, by rank", impact.spend),
                        ("Business impact, rated", impact.business_impact),
                    ],
                ),
                axis(
                    "risk",
                    "Supply risk",
                    format!("High from {}.", points(matrix.supply_risk_cut)),
                    &[
                        ("Few alternatives", risk.alternatives),
                        ("Switching cost", risk.switching_cost),
                        ("Concentrated market", risk.market),
                        ("Risk of disruption", risk.disruption),
                        ("Lead time", risk.lead_time),
                    ],
                ),
                axis(
                    "score",
                    "Tier score",
                    "Ranks suppliers inside a tier. It decides no tier.".to_owned(),
                    &[
                        ("Spend, by rank", score.spend),
                        ("Business impact", score.impact),
                        ("Risk of disruption", score.risk),
                        ("Innovation potential", score.innovation),
                        ("Our dependence", score.dependency),
                    ],
                ),
            ],
            lines: Props::default()
                .row(
                    "Impact is high",
                    format!("from {}", points(matrix.profit_impact_cut)),
                )
                .row(
                    "Supply risk is high",
                    format!("from {}", points(matrix.supply_risk_cut)),
                )
                .row(
                    "Enough is known",
                    format!(
                        "with data for {} of an axis; below it the supplier is unclassified",
                        percentage(matrix.minimum_coverage, locale)
                    ),
                )
                .row(
                    "Strategic candidate",
                    format!(
                        "a leverage or bottleneck supplier with {} of innovation potential",
                        points(matrix.candidate_innovation)
                    ),
                )
                .row(
                    "Items roll up",
                    format!(
                        "from {} of a supplier's spend, or one item rated {}",
                        percentage(policy.roll_up.share, locale),
                        policy.roll_up.critical_impact
                    ),
                ),
            stability: Props::default()
                .row(
                    "An axis changes",
                    format!("{} beyond its line", points(stability.band)),
                )
                .row("For", format!("{} running", quarters(stability.periods)))
                .row(
                    "A tier changes again",
                    format!(
                        "after {} at the earliest",
                        quarters(stability.periods_between_changes)
                    ),
                )
                .row(
                    "Overrides",
                    "need a reason, a second person and an end within 24 months",
                ),
            anchors: Props::default()
                .row(
                    "Spend",
                    format!(
                        "{} scores 0, {} scores 100, where there are too few suppliers for ranks",
                        money(anchors.spend_low_minor),
                        money(anchors.spend_high_minor)
                    ),
                )
                .row("Alternatives", {
                    let [none, one, two, more] =
                        anchors.alternatives.map(|value| written(value, locale));
                    format!(
                        "none {none}, one {one}, two {two}, three or more {more} points of risk"
                    )
                })
                .row(
                    "Market concentration",
                    format!(
                        "HHI {} scores 0, {} scores 100",
                        written(anchors.market_hhi_low, locale),
                        written(anchors.market_hhi_high, locale)
                    ),
                )
                .row(
                    "Lead time",
                    format!(
                        "{} days score 0, {} score 100",
                        written(anchors.lead_time_low, locale),
                        written(anchors.lead_time_high, locale)
                    ),
                ),
            classes: Props::default()
                .row(
                    "A",
                    format!(
                        "the first {} of spend",
                        percentage(policy.abc.a.value(), locale)
                    ),
                )
                .row(
                    "B",
                    format!("up to {}", percentage(policy.abc.b.value(), locale)),
                )
                .row("C", "the rest"),
            views: vec![
                axis(
                    "preferencing",
                    "How suppliers see us",
                    format!(
                        "Attractive from {}; a large account from {} of their revenue.",
                        points(view.attractiveness_high),
                        percentage(view.relative_value_high, locale)
                    ),
                    &[
                        ("Growth", view.growth),
                        ("How punctually we pay", view.payment_behaviour),
                        ("Fair prices", view.fairness),
                        ("Ease of business", view.ease_of_business),
                        ("Strategic fit", view.strategic_fit),
                    ],
                ),
                axis(
                    "leverage",
                    "Negotiating power",
                    format!(
                        "Strong from {}, weak below {}. Full marks from {} of their revenue and {} alternatives.",
                        points(power.strong),
                        points(power.weak),
                        percentage(power.relative_value_full, locale),
                        written(power.alternatives_full, locale)
                    ),
                    &[
                        ("Our share of their revenue", power.relative_value),
                        ("Alternatives", power.alternatives),
                        ("Open market", power.market),
                        ("Low switching cost", power.switching_cost),
                    ],
                ),
            ],
        }
    }
}

/// The questions of the policy. Labels name their section where the same word stands in two.
fn groups(minor_digits: u32, currency: &str) -> Vec<Group> {
    let ask = |path: &str, label: &str, kind: Kind| Question::new(path, label, kind);
    let weight = |path: &str, label: &str| Question::new(path, label, Kind::Percent);
    let points =
        |path: &str, label: &str| Question::new(path, label, Kind::Number).hint("Points of 100");
    let adds_up = "The weights add up to 100%.";
    vec![
        Group::new(
            "What it is",
            vec![
                ask("id", "Short name", Kind::Hidden),
                ask("name", "Name", Kind::Line),
            ],
        ),
        Group::new(
            "Impact on the business",
            vec![
                weight("profit_impact.spend", "Impact: spend, by rank"),
                weight(
                    "profit_impact.business_impact",
                    "Impact: business impact, rated",
                ),
                points("matrix.profit_impact_cut", "Impact is high from"),
            ],
        )
        .lead(adds_up)
        .pair(),
        Group::new(
            "Supply risk",
            vec![
                weight("supply_risk.alternatives", "Risk: few alternatives"),
                weight("supply_risk.switching_cost", "Risk: switching cost"),
                weight("supply_risk.market", "Risk: concentrated market"),
                weight("supply_risk.disruption", "Risk: disruption"),
                weight("supply_risk.lead_time", "Risk: lead time"),
                points("matrix.supply_risk_cut", "Supply risk is high from"),
            ],
        )
        .lead(adds_up)
        .pair(),
        Group::new(
            "Tier rules",
            vec![
                ask(
                    "matrix.minimum_coverage",
                    "Enough is known from",
                    Kind::Percent,
                )
                .hint("Of the weight of an axis"),
                points("matrix.candidate_innovation", "Strategic candidate from")
                    .hint("Points of innovation potential"),
                ask(
                    "roll_up.share",
                    "An item places its supplier from",
                    Kind::Percent,
                )
                .hint("Of the supplier's spend"),
                ask(
                    "roll_up.critical_impact",
                    "Or when it is rated",
                    Kind::Whole,
                )
                .hint("1 to 5"),
            ],
        )
        .pair(),
        Group::new(
            "What keeps tiers from flickering",
            vec![
                points("stability.band", "An axis changes beyond its line by"),
                ask(
                    "stability.periods",
                    "In so many quarters running",
                    Kind::Whole,
                ),
                ask(
                    "stability.periods_between_changes",
                    "Quarters from one change of tier to the next",
                    Kind::Whole,
                ),
            ],
        )
        .pair(),
        Group::new(
            "Tier score",
            vec![
                weight("tier_score.spend", "Score: spend, by rank"),
                weight("tier_score.impact", "Score: business impact"),
                weight("tier_score.risk", "Score: risk of disruption"),
                weight("tier_score.innovation", "Score: innovation potential"),
                weight("tier_score.dependency", "Score: our dependence"),
            ],
        )
        .lead("Ranks suppliers inside a tier and decides none. The weights add up to 100%.")
        .pair(),
        Group::new(
            "Spend classes",
            vec![
                ask("abc.a", "Class A ends at", Kind::Percent).hint("Of all spend, largest first"),
                ask("abc.b", "Class B ends at", Kind::Percent).hint("Of all spend, largest first"),
            ],
        )
        .pair(),
        Group::new(
            "Where figures score 0 and 100",
            vec![
                ask(
                    "anchors.spend_low_minor",
                    "Spend that scores 0",
                    Kind::Money(minor_digits),
                )
                .hint(format!(
                    "{currency}, where there are too few suppliers for ranks"
                )),
                ask(
                    "anchors.spend_high_minor",
                    "Spend that scores 100",
                    Kind::Money(minor_digits),
                )
                .hint(currency.to_owned()),
                ask(
                    "anchors.alternatives",
                    "Risk points for none, one, two, three or more alternatives",
                    Kind::Numbers(&[
                        "Risk without alternative",
                        "Risk with one",
                        "Risk with two",
                        "Risk with three or more",
                    ]),
                ),
                ask(
                    "anchors.market_hhi_low",
                    "Market HHI that scores 0",
                    Kind::Number,
                ),
                ask(
                    "anchors.market_hhi_high",
                    "Market HHI that scores 100",
                    Kind::Number,
                ),
                ask(
                    "anchors.lead_time_low",
                    "Lead time that scores 0",
                    Kind::Number,
                )
                .hint("Days"),
                ask(
                    "anchors.lead_time_high",
                    "Lead time that scores 100",
                    Kind::Number,
                )
                .hint("Days"),
            ],
        )
        .pair(),
        Group::new(
            "How suppliers see us",
            vec![
                weight("preferencing.growth", "Their view: growth"),
                weight(
                    "preferencing.payment_behaviour",
                    "Their view: how punctually we pay",
                ),
                weight("preferencing.fairness", "Their view: fair prices"),
                weight(
                    "preferencing.ease_of_business",
                    "Their view: ease of business",
                ),
                weight("preferencing.strategic_fit", "Their view: strategic fit"),
                ask(
                    "preferencing.relative_value_high",
                    "A large account from",
                    Kind::Percent,
                )
                .hint("Of their revenue"),
                points("preferencing.attractiveness_high", "We are attractive from"),
            ],
        )
        .lead(adds_up)
        .pair(),
        Group::new(
            "Negotiating power",
            vec![
                weight(
                    "leverage.relative_value",
                    "Power: our share of their revenue",
                ),
                weight("leverage.alternatives", "Power: alternatives"),
                weight("leverage.market", "Power: open market"),
                weight("leverage.switching_cost", "Power: low switching cost"),
                ask(
                    "leverage.relative_value_full",
                    "Full marks from",
                    Kind::Percent,
                )
                .hint("Of their revenue"),
                ask(
                    "leverage.alternatives_full",
                    "Full marks with alternatives",
                    Kind::Number,
                ),
                points("leverage.strong", "Our position is strong from"),
                points("leverage.weak", "Our position is weak below"),
            ],
        )
        .lead(adds_up)
        .pair(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kit::Locale,
        settings::document::{Answers, fill, write},
    };

    #[test]
    fn the_form_asks_every_number_of_the_policy() {
        let groups = groups(2, "EUR");
        let table = toml::Table::try_from(Policy::standard()).unwrap();
        let answers: Answers = fill(&groups, &table, Locale::De);
        let mut errors = Errors::none();
        let text = write(&groups, &answers, Locale::De, &mut errors).to_string();
        assert!(errors.is_empty(), "{errors:?}");
        // Nothing is left to the defaults: a policy far from them reads back too.
        assert_eq!(text.parse::<toml::Table>().unwrap(), table);
        assert_eq!(Policy::parse(&text).unwrap(), Policy::standard());
    }
}
