//! Why a supplier is in its tier, in full: every part with its figure, its source, its points and its weight, and what would
//! have to change.

use askama::Template;
use axum::extract::State;
use keelson_domain::{
    Keelson, SupplierId,
    access::Permission,
    performance::first_of,
    segmentation::{Input, Why, overrides, why},
    versions::{self, Published},
};
use keelson_methods::{
    kpi::{Definition, Measure},
    missing::Missing,
    period::Period,
    segmentation::{
        Axis, Bound, Composite, Flip, FlipPoint, InputName, Part, PartName, Quadrant, Source, Tier,
        TierHold,
    },
};

use super::overrides::OverrideRows;
use crate::{
    Allowed, App, Result, Signed,
    charts::{Ink, bar},
    kit::{
        Html, Locale, NavItem, Page, Shell, Tone,
        format::{self, number, percent},
        list::Blank,
        marks::badge,
        panel::{self, Props, WhyPart},
    },
    performance::{Measured, words},
};

#[derive(Template)]
#[template(path = "segmentation/why.html")]
struct View {
    shell: Shell,
    supplier: String,
    home: String,
    blank: Option<Blank>,
    told: Option<Told>,
    may_override: Option<String>,
    overrides: OverrideRows,
}

/// A tier explained.
struct Told {
    tier: Html,
    sentence: String,
    badges: Vec<Html>,
    hold: Option<&'static str>,
    over: Option<String>,
    axes: Vec<AxisCard>,
    score: AxisCard,
    flips: Vec<FlipCard>,
    basis: Props,
    earlier: Vec<Earlier>,
}

struct AxisCard {
    id: &'static str,
    title: String,
    lead: String,
    value: Html,
    parts: Vec<PartLine>,
}

struct PartLine {
    name: &'static str,
    figure: String,
    source: Html,
    bar: Html,
    points: Html,
    weight: String,
    adds: Html,
}

struct FlipCard {
    title: String,
    lead: String,
    steps: Vec<String>,
}

struct Earlier {
    period: String,
    tier: Html,
    impact: Html,
    risk: Html,
    policy: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Allowed(Measured(supplier)): Allowed<Measured>,
) -> Result<Page> {
    let today = app.now().date_naive();
    let db = app.keelson.db.read();
    let found = why(db, supplier.id, today).await?;
    let asked = overrides::of_supplier(db, supplier.id).await?;
    let sources = Sources::of(&app.keelson, supplier.id, signed.may(Permission::ViewFacts)).await?;
    let words = Words {
        currency: signed.organisation().currency.code(),
        locale: signed.locale(),
        sources: &sources,
    };
    let view = View {
        blank: found.is_none().then(|| {
            Blank::new(
                "grid-2x2",
                "This supplier is in no tier yet",
                "Tiers are set for a quarter at a time; suppliers on their way in and retired ones are in none.",
            )
            .action("Open segmentation", "/segmentation")
        }),
        may_override: (found.is_some() && signed.may(Permission::OverrideTiers))
            .then(|| format!("/suppliers/{}/tier-override", supplier.id)),
        told: found.as_ref().map(|why| words.told(why)),
        overrides: OverrideRows::of(&asked, &signed, today, false),
        home: format!("/suppliers/{}", supplier.id),
        supplier: supplier.name,
        shell: signed.shell(NavItem::Segmentation),
    };
    Ok(Page::whole(&view))
}

/// The tier of a supplier with its reasons behind "Why?", for the head of the supplier's page.
pub(crate) struct WhyTier;

impl WhyTier {
    /// `None` for a supplier that was never placed.
    pub(crate) async fn of(
        keelson: &Keelson,
        supplier: SupplierId,
        currency: &str,
        locale: Locale,
    ) -> keelson_domain::Result<Option<panel::Why>> {
        let today = keelson.clock.now().date_naive();
        let found = why(keelson.db.read(), supplier, today).await?;
        // The short form leads to the full one rather than to the lines.
        let sources = Sources::none(supplier);
        let words = Words {
            currency,
            locale,
            sources: &sources,
        };
        Ok(found.map(|why| words.pop(supplier, &why)))
    }
}

/// Where the figures of a supplier open to what they were made from.
struct Sources {
    supplier: SupplierId,
    /// The definitions whose lines hold the amounts of invoices, those of orders, and the days from order to delivery.
    invoices: Option<(String, i64)>,
    orders: Option<(String, i64)>,
    lead_times: Option<(String, i64)>,
}

impl Sources {
    async fn of(
        keelson: &Keelson,
        supplier: SupplierId,
        may_see_lines: bool,
    ) -> keelson_domain::Result<Self> {
        if !may_see_lines {
            return Ok(Self::none(supplier));
        }
        let definitions: Vec<Published<Definition>> = versions::current(keelson.db.read()).await?;
        let first = |measures: &[Measure]| {
            let found = measures
                .iter()
                .find_map(|measure| first_of(&definitions, *measure))?;
            let published = definitions
                .iter()
                .find(|definition| definition.document.id == found.id)?;
            Some((found.id.clone(), published.version))
        };
        Ok(Self {
            supplier,
            invoices: first(&[Measure::InvoiceAccuracy, Measure::Ppv]),
            orders: first(&[Measure::OnTimeDelivery, Measure::OtifLine]),
            lead_times: first(&[Measure::LeadTimeBias, Measure::LeadTimeWithin]),
        })
    }

    /// Nothing opens: this reader may not see lines.
    fn none(supplier: SupplierId) -> Self {
        Self {
            supplier,
            invoices: None,
            orders: None,
            lead_times: None,
        }
    }

    /// The lines behind a computed part.
    fn lines(&self, part: PartName, input: &Input) -> Option<String> {
        let (kpi, version) = match part {
            PartName::Spend if input.spend_from_orders => self.orders.as_ref()?,
            PartName::Spend => self.invoices.as_ref()?,
            PartName::LeadTime => self.lead_times.as_ref()?,
            _ => return None,
        };
        let period: Period = input.window;
        Some(words::lines_of(self.supplier.0, kpi, *version, period).to_string())
    }

    /// What our people said about the supplier.
    fn ratings(&self) -> String {
        format!("/suppliers/{}#ratings", self.supplier)
    }
}

/// How figures are written for one reader.
struct Words<'a> {
    currency: &'a str,
    locale: Locale,
    sources: &'a Sources,
}

impl Words<'_> {
    fn told(&self, why: &Why) -> Told {
        let placement = &why.placement;
        let assessment = &placement.breakdown.assessment;
        let mut badges = Vec::new();
        if assessment.strategic_candidate {
            badges.push(badge("Strategic candidate", Tone::Ok));
        }
        if assessment.needs_review {
            badges.push(badge("Rate this supplier", Tone::Warn));
        }
        let cuts = &why.policy.document.matrix;
        Told {
            tier: words::tier(Some(why.tier)),
            sentence: self.sentence(why),
            badges,
            hold: assessment.standing.hold.map(hold),
            over: why.over.as_ref().map(|over| {
                format!(
                    "{} asked for {} from {} to {}. {} {}",
                    over.requester_name,
                    over.tier.label(),
                    format::date(over.starts_on, self.locale),
                    format::date(over.ends_on, self.locale),
                    super::reason(over),
                    match &over.approver_name {
                        Some(approver) => format!("Approved by {approver}."),
                        None => "Nobody has approved it yet.".to_owned(),
                    }
                )
            }),
            axes: vec![
                self.axis(
                    "impact",
                    "Impact on the business",
                    &assessment.profit_impact,
                    format!("High from {} points.", self.points(cuts.profit_impact_cut)),
                    placement.breakdown.input.clone(),
                ),
                self.axis(
                    "risk",
                    "Supply risk",
                    &assessment.supply_risk,
                    format!("High from {} points.", self.points(cuts.supply_risk_cut)),
                    placement.breakdown.input.clone(),
                ),
            ],
            score: self.axis(
                "score",
                "Tier score",
                &assessment.tier_score,
                "Ranks suppliers inside a tier and allocates effort. It decides no tier."
                    .to_owned(),
                placement.breakdown.input.clone(),
            ),
            flips: why.flips.iter().map(|flip| self.flip(flip)).collect(),
            basis: self.basis(why),
            earlier: why
                .earlier
                .iter()
                .map(|row| {
                    let assessment = &row.breakdown.assessment;
                    Earlier {
                        period: match row.version {
                            1 => row.period.label(),
                            more => format!("{} ({more})", row.period.label()),
                        },
                        tier: words::tier(Some(row.tier)),
                        impact: self.value(&assessment.profit_impact),
                        risk: self.value(&assessment.supply_risk),
                        policy: row.policy_version.to_string(),
                    }
                })
                .collect(),
        }
    }

    fn sentence(&self, why: &Why) -> String {
        let assessment = &why.placement.breakdown.assessment;
        let computed = why.placement.tier;
        if computed == Tier::Unclassified {
            let minimum = why.policy.document.matrix.minimum_coverage;
            return format!(
                "Too little is known to place this supplier: each axis needs data for {} of its weight. Until then it is watched like a bottleneck.",
                percent(minimum, 0, self.locale)
            );
        }
        let high = |axis: Option<keelson_methods::segmentation::AxisState>| {
            if axis.is_some_and(|axis| axis.high) {
                "high"
            } else {
                "low"
            }
        };
        let standing = &assessment.standing;
        let mut sentence = format!(
            "Impact on the business is {} and supply risk is {}, which is {}: {}.",
            high(standing.profit_impact),
            high(standing.supply_risk),
            computed.label(),
            computed.posture()
        );
        if why.tier != computed {
            sentence.push_str(&format!(
                " An approved override makes it {}.",
                why.tier.label()
            ));
        }
        sentence
    }

    fn axis(
        &self,
        id: &'static str,
        title: &str,
        composite: &Composite,
        lead: String,
        input: Input,
    ) -> AxisCard {
        AxisCard {
            id,
            title: title.to_owned(),
            lead: format!(
                "{lead} Data for {} of the weight.",
                percent(composite.coverage, 0, self.locale)
            ),
            value: self.value(composite),
            parts: composite
                .parts
                .iter()
                .map(|part| self.part(composite, part, &input))
                .collect(),
        }
    }

    fn part(&self, composite: &Composite, part: &Part, input: &Input) -> PartLine {
        let one = |value: Option<f64>| {
            format::or_missing(
                value.map(|value| self.points(value)),
                words::reason(part.missing),
            )
        };
        PartLine {
            name: part_name(part.name),
            figure: self.figure(part, input),
            source: self.source(part, input),
            bar: part
                .points
                .map(|points| bar(points / 100.0, Ink::One, None))
                .unwrap_or_default(),
            points: one(part.points),
            weight: percent(part.weight, 0, self.locale),
            adds: one(composite.contribution(part)),
        }
    }

    /// The figures behind a part, in words.
    fn figure(&self, part: &Part, input: &Input) -> String {
        let known: Vec<String> = part
            .inputs
            .iter()
            .filter_map(|input| Some(self.input(input.name, input.value?)))
            .collect();
        if known.is_empty() {
            let missing = part.missing.unwrap_or(Missing::NotReported);
            return missing.explain().to_owned();
        }
        let mut words = known.join(", ");
        if part.name == PartName::Spend {
            words.push_str(&format!(" ({})", input.window.label()));
            if input.spend_from_orders {
                words.push_str(", from order values");
            }
            if input.other_currencies {
                words.push_str(", without amounts in other currencies");
            }
        }
        words
    }

    /// Where the figures come from, linked to what is behind them.
    fn source(&self, part: &Part, input: &Input) -> Html {
        let said = self.origin(part, input);
        let is_computed = part
            .inputs
            .first()
            .is_none_or(|input| input.source == Source::Computed);
        let href = if is_computed {
            self.sources.lines(part.name, input)
        } else {
            Some(self.sources.ratings())
        };
        match href {
            Some(href) => words::link(&said, &href),
            None => Html::from(said),
        }
    }

    fn origin(&self, part: &Part, input: &Input) -> String {
        let source = part
            .inputs
            .first()
            .map_or(Source::Computed, |input| input.source);
        let rated = || match input.rated_at {
            Some(at) => format!(", {}", format::date(at.date_naive(), self.locale)),
            None => String::new(),
        };
        match source {
            Source::Computed => "Computed from orders, receipts and invoices".to_owned(),
            Source::Rated => format!("Rated by our people{}", rated()),
            Source::Asked => format!("Answered by the supplier{}", rated()),
            Source::Estimated => format!("Estimated by our people{}", rated()),
            Source::External => format!("From outside{}", rated()),
        }
    }

    /// A figure in its unit.
    fn input(&self, name: InputName, value: f64) -> String {
        let whole = |value: f64| number(value, 0, self.locale);
        match name {
            InputName::SpendMinor => {
                format!(
                    "{} spent",
                    format::money_compact(value as i64, self.currency, self.locale)
                )
            }
            InputName::SwitchingCostMinor => format!(
                "{} to change",
                format::money_compact(value as i64, self.currency, self.locale)
            ),
            InputName::SpendPercentile => {
                format!("{} of 100 by rank among all suppliers", whole(value))
            }
            InputName::BusinessImpact | InputName::InnovationPotential => {
                format!("rated {} of 5", whole(value))
            }
            InputName::Alternatives => match value as i64 {
                0 => "no qualified alternative".to_owned(),
                1 => "one qualified alternative".to_owned(),
                more => format!(
                    "{} qualified alternatives",
                    format::count(more, self.locale)
                ),
            },
            InputName::MarketHhi => {
                format!(
                    "market concentration (HHI) {}",
                    number(value, 2, self.locale)
                )
            }
            InputName::DisruptionRisk => format!("residual risk {} of 100", whole(value)),
            InputName::LeadTimeDays => format!("{} days from order to delivery", whole(value)),
            InputName::Dependency => format!("we depend on them by {} of 100", whole(value)),
            InputName::RelativeValue => {
                format!("{} of their revenue", percent(value, 1, self.locale))
            }
            InputName::Score => format!("{} of 100", whole(value)),
        }
    }

    fn flip(&self, flip: &Flip) -> FlipCard {
        let axis = match flip.axis {
            Axis::ProfitImpact => "Impact on the business",
            Axis::SupplyRisk => "Supply risk",
        };
        let direction = if flip.value < flip.line {
            "reach"
        } else {
            "fall below"
        };
        let periods = match flip.periods {
            0 | 1 => String::new(),
            more => format!(
                " in {} quarters running",
                format::count(i64::from(more), self.locale)
            ),
        };
        FlipCard {
            title: format!("To become {}", quadrant(flip.moves_to).label()),
            lead: format!(
                "{axis} would have to {direction} {} points{periods}; it is {}.",
                self.points(flip.line),
                self.points(flip.value)
            ),
            steps: if flip.points.is_empty() {
                vec![
                    "No single figure can do it; several would have to change together.".to_owned(),
                ]
            } else {
                flip.points.iter().map(|point| self.step(point)).collect()
            },
        }
    }

    /// One change that is enough by itself.
    fn step(&self, point: &FlipPoint) -> String {
        let needed = self.input(point.input, point.input_needed);
        let bound = match point.bound {
            Bound::AtLeast => "or more",
            Bound::AtMost => "or less",
            Bound::Below => "or just below",
        };
        let now = point.input_now.map_or_else(
            || "not known now".to_owned(),
            |now| format!("now {}", self.input(point.input, now)),
        );
        format!("{}: {needed} {bound} ({now})", part_name(point.part))
    }

    fn basis(&self, why: &Why) -> Props {
        let placement = &why.placement;
        let policy = words::link(
            &format!(
                "{}, version {}",
                why.policy.document.name, placement.policy_version
            ),
            &format!("/settings/policy/versions/{}", placement.policy_version),
        );
        Props::default()
            .row("Quarter", placement.period.label())
            .row("Policy", policy)
            .row("As known on", format::day(placement.as_of, self.locale))
            .row("Figures of", placement.breakdown.input.window.label())
            .row("Spend class", words::abc(placement.abc))
            .row("Decided", format::moment(placement.at, self.locale))
            .row("Group", placement.tier.group())
    }

    /// The short form behind the tier in a supplier's head.
    fn pop(&self, supplier: SupplierId, why: &Why) -> panel::Why {
        let assessment = &why.placement.breakdown.assessment;
        let mut pop = panel::Why::new(
            words::tier(Some(why.tier)),
            "Show how the tier was set",
            why.tier.label(),
        );
        pop.text = format!(
            "{} Set for {} by version {} of the policy.",
            self.sentence(why),
            why.placement.period.label(),
            why.placement.policy_version
        );
        pop.parts = [&assessment.profit_impact, &assessment.supply_risk]
            .into_iter()
            .flat_map(|axis| axis.parts.iter().map(move |part| (axis, part)))
            .map(|(axis, part)| WhyPart {
                name: part_name(part.name).to_owned(),
                source: self.figure(part, &why.placement.breakdown.input),
                href: None,
                share: part.points.map(|points| points / 100.0),
                points: match axis.contribution(part) {
                    Some(adds) => Html::from(format!(
                        "{} of {}",
                        self.points(adds),
                        self.points(100.0 * part.weight)
                    )),
                    None => format::missing(words::reason(part.missing)),
                },
            })
            .collect();
        pop.next = why
            .flips
            .iter()
            .map(|flip| {
                let card = self.flip(flip);
                let first = flip.points.first().map(|point| self.step(point));
                match first {
                    Some(step) => format!("{}: {step}", card.title),
                    None => format!("{}: {}", card.title, card.lead),
                }
            })
            .collect();
        pop.rules = Some((
            "See every part and the policy".to_owned(),
            format!("/suppliers/{supplier}/why"),
        ));
        pop
    }

    fn value(&self, composite: &Composite) -> Html {
        format::or_missing(
            composite.value.map(|value| self.points(value)),
            "too little is known",
        )
    }

    fn points(&self, value: f64) -> String {
        number(value, 1, self.locale)
    }
}

fn quadrant(quadrant: Quadrant) -> Tier {
    quadrant.tier()
}

fn hold(hold: TierHold) -> &'static str {
    match hold {
        TierHold::Hysteresis => {
            "The figures of this quarter alone would place it elsewhere, but an axis changes only when it is clearly beyond its line for long enough."
        }
        TierHold::TooSoon => {
            "The figures would place it elsewhere, but its tier changed too recently to change again."
        }
    }
}

fn part_name(name: PartName) -> &'static str {
    match name {
        PartName::Spend => "Spend",
        PartName::BusinessImpact => "Business impact",
        PartName::Alternatives => "Few alternatives",
        PartName::SwitchingCost => "Switching cost",
        PartName::Market => "Concentrated market",
        PartName::Disruption => "Risk of disruption",
        PartName::LeadTime => "Lead time",
        PartName::Innovation => "Innovation potential",
        PartName::Dependency => "Our dependence",
        PartName::RelativeValue => "Our share of their revenue",
        PartName::Growth => "Growth",
        PartName::PaymentBehaviour => "How punctually we pay",
        PartName::Fairness => "Fair prices",
        PartName::EaseOfBusiness => "Ease of business",
        PartName::StrategicFit => "Strategic fit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_reads_as_a_phrase_in_its_unit() {
        let sources = Sources::none(SupplierId(1));
        let words = Words {
            currency: "EUR",
            locale: Locale::EnGb,
            sources: &sources,
        };
        assert_eq!(
            words.input(InputName::SpendMinor, 482_000_000.0),
            "€4.82m spent"
        );
        assert_eq!(
            words.input(InputName::Alternatives, 0.0),
            "no qualified alternative"
        );
        assert_eq!(
            words.input(InputName::LeadTimeDays, 30.0),
            "30 days from order to delivery"
        );
    }
}
