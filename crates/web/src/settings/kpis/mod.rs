//! KPI definitions: what is measured, by which rule, in words anybody can check.

mod list;
mod new;
mod words;

use askama::Template;
use keelson_domain::{
    self as domain, Act, Keelson,
    access::Permission,
    performance::{
        definition,
        portfolio::last_quarter,
        preview::{self, Changed},
    },
    versions::Published,
};
use keelson_methods::kpi::{Definition, Measure};

pub(super) use self::{list::list, new::new};
use super::document::{Answers, Editable, EffectRow, Effects, Group, Kind, Question, Reader, one};
use crate::{
    Error, Result,
    kit::{
        Html,
        form::Choice,
        format::{self, count, number},
        list::{Column, Kind as ColumnKind},
        panel::Props,
    },
    performance::words as figures,
};

impl Editable for Definition {
    const HOME: &'static str = "/settings/kpis";
    const TITLE: &'static str = "KPI definitions";
    const DEFINE: Permission = Permission::DefinePerformance;

    fn form(answers: &Answers, _reader: &Reader) -> Result<Vec<Group>> {
        let measure = Measure::parse(&one(answers, "measure")).map_err(|_| {
            Error::Unreadable(
                "The form does not say what is measured. Begin again from the list of KPIs."
                    .to_owned(),
            )
        })?;
        Ok(groups(measure, one(answers, "base") == "0"))
    }

    fn seed(&self) -> Answers {
        Answers::from([("measure".to_owned(), vec![self.measure.code().to_owned()])])
    }

    fn lead(&self) -> String {
        self.description.clone()
    }

    fn body(&self, reader: &Reader) -> Html {
        Html::of(Body {
            rules: words::rules(self, reader),
            used: used(self, reader),
        })
    }

    async fn effects(&self, keelson: &Keelson, reader: &Reader) -> Result<Effects> {
        let quarter = last_quarter(reader.today);
        let found = preview::definition(keelson, self, quarter, reader.today).await?;
        Ok(effects(self, &found, reader))
    }

    async fn publish(&self, keelson: &Keelson, act: &Act) -> domain::Result<Published<Self>> {
        definition::publish(keelson, act, self).await
    }

    fn next_step(&self) -> &'static str {
        "Its values are being computed anew. Scorecards that stand stay as they are; score a period again to judge by it."
    }
}

#[derive(Template)]
#[template(path = "settings/kpis/body.html")]
struct Body {
    rules: Props,
    used: Vec<(String, String, String)>,
}

impl askama::filters::HtmlSafe for Body {}

/// The templates that name a KPI: name, address, weight.
fn used(kpi: &Definition, reader: &Reader) -> Vec<(String, String, String)> {
    let templates = reader.templates.iter().map(|template| &template.document);
    templates
        .filter_map(|template| {
            let line = template.lines.iter().find(|line| line.kpi == kpi.id)?;
            Some((
                template.name.clone(),
                template.address(),
                format!("weight {}", number(line.weight, 0, reader.locale)),
            ))
        })
        .collect()
}

fn effects(kpi: &Definition, found: &preview::Preview, reader: &Reader) -> Effects {
    let locale = reader.locale;
    let suppliers = |many: usize| format::counted(many as i64, "supplier", "suppliers", locale);
    let mut sentences = vec![format!(
        "With this definition {} of {} would have another value in {}, and {} another grade.",
        count(found.values() as i64, locale),
        suppliers(found.suppliers as usize),
        found.period.label(),
        suppliers(found.grades()),
    )];
    sentences.push(
        "Both sides are judged from the lines as they are known today. Scorecards that stand are not touched."
            .to_owned(),
    );
    let value = |value: Option<f64>| {
        format::or_missing(
            value.map(|value| figures::value(kpi.unit, value, locale)),
            "no value",
        )
    };
    let rows = found
        .effects
        .iter()
        .map(|effect| EffectRow {
            name: effect.supplier.name.clone(),
            href: format!("/suppliers/{}", effect.supplier.id),
            cells: vec![
                arrow(effect.figure.value(), value),
                Html::from(figures::parts(kpi.measure, &effect.figure.after, locale)),
                arrow(effect.score, |score| {
                    format::or_missing(score.map(|score| number(score, 1, locale)), "no score")
                }),
                arrow(effect.grade, |grade| figures::grade(grade, "no grade")),
            ],
        })
        .collect();
    Effects {
        sentences,
        columns: ["Supplier", "Value", "Then made from", "Score", "Grade"]
            .map(|text| Column::plain(text, ColumnKind::Text))
            .to_vec(),
        rows,
    }
}

/// Before and after, or the one value where both are the same.
pub(super) fn arrow<T: PartialEq + Copy>(changed: Changed<T>, say: impl Fn(T) -> Html) -> Html {
    let before = say(changed.before);
    if !changed.differs() {
        return before;
    }
    super::document::from_to(&before, &say(changed.after))
}

/// The questions about a definition of this measure.
fn groups(measure: Measure, is_new: bool) -> Vec<Group> {
    let id = if is_new {
        Question::new("id", "Short name", Kind::Line).hint(
            "For addresses, files and the command line: lower-case letters, digits and hyphens. It stays for good.",
        )
    } else {
        Question::new("id", "Short name", Kind::Hidden)
    };
    let mut groups = vec![Group::new(
        "What it is",
        vec![
            Question::new("measure", "Measure", Kind::Hidden),
            id,
            Question::new("name", "Name", Kind::Line),
            Question::new(
                "description",
                "What it says and how to read it",
                Kind::Paragraph,
            )
            .optional(),
        ],
    )];
    groups.extend(match measure {
        Measure::OnTimeDelivery
        | Measure::OtifLine
        | Measure::OtifQuantity
        | Measure::OtifOrder => delivery(),
        Measure::LeadTimeBias | Measure::LeadTimeWithin => lead_time(measure),
        Measure::Ppm | Measure::LotAcceptance => vec![quality()],
        Measure::Ppv => vec![price()],
        Measure::InvoiceAccuracy => vec![invoice()],
    });
    groups.push(Group::new(
        "When it counts",
        vec![
            Question::new("minimum_n", "Fewest observations", Kind::Whole).hint(format!(
                "Below so many {} a value is provisional: shown, but it lowers no grade.",
                words::observations(measure)
            )),
        ],
    ));
    groups
}

fn delivery() -> Vec<Group> {
    vec![
        Group::new(
            "On time",
            vec![
                reference("delivery"),
                Question::new(
                    "delivery.early_days",
                    "Days early still on time",
                    Kind::WholeOrAny,
                )
                .hint("Calendar days before the date; any for however early"),
                Question::new("delivery.late_days", "Days late still on time", Kind::Whole)
                    .hint("Calendar days after the date"),
            ],
        ),
        Group::new(
            "In full",
            vec![
                Question::new("delivery.under_tolerance", "May be short by", Kind::Percent)
                    .hint("Of the ordered quantity"),
                Question::new(
                    "delivery.over_tolerance",
                    "May be over by",
                    Kind::PercentOrAny,
                )
                .hint("Of the ordered quantity; any for however much"),
                quantity("delivery"),
                Question::new(
                    "delivery.partials",
                    "Partial deliveries",
                    Kind::One(vec![
                        Choice::new("add_up", "Add up")
                            .hint("The line is complete with the receipt that fills it"),
                        Choice::new("complete_receipt", "Must be complete in one delivery")
                            .hint("The receipts of one day are one delivery"),
                    ]),
                ),
            ],
        ),
        Group::new(
            "Open lines and causes",
            vec![
                Question::new(
                    "delivery.overdue_open",
                    "Open lines past their window",
                    Kind::One(vec![
                        Choice::new("fail", "Count as missed now"),
                        Choice::new("exclude", "Are left out until they arrive"),
                    ]),
                )
                .hint("Lines whose window has not ended are always left out."),
                causes("delivery"),
            ],
        ),
    ]
}

fn lead_time(measure: Measure) -> Vec<Group> {
    let mut promise = vec![
        reference("lead_time"),
        Question::new(
            "lead_time.counted",
            "Delivered on",
            Kind::One(vec![
                Choice::new("completion", "The day the line was complete"),
                Choice::new("first_receipt", "The day of the first receipt"),
            ]),
        ),
    ];
    // The mean has no window, but the document keeps the number, so it travels along.
    let within = Question::new("lead_time.within_days", "Days either side still right", {
        if measure == Measure::LeadTimeWithin {
            Kind::Whole
        } else {
            Kind::HiddenWhole
        }
    });
    promise.push(within.hint("Calendar days before or after the promise"));
    vec![
        Group::new("The promise", promise),
        Group::new(
            "Complete",
            vec![
                Question::new(
                    "lead_time.under_tolerance",
                    "May be short by",
                    Kind::Percent,
                )
                .hint("Of the ordered quantity"),
                quantity("lead_time"),
                causes("lead_time"),
            ],
        ),
    ]
}

fn quality() -> Group {
    Group::new(
        "What counts",
        vec![
            Question::new(
                "quality.defects",
                "Defects that count as the supplier's",
                Kind::Many(vec![
                    Choice::new("confirmed", "Confirmed: the supplier caused it"),
                    Choice::new("pending", "Not decided yet"),
                    Choice::new("disputed", "Disputed by the supplier"),
                ]),
            )
            .hint("Defects found not to be the supplier's never count."),
            Question::new(
                "quality.accepted",
                "Results that count as accepted the first time",
                Kind::Many(vec![
                    Choice::new("accepted", "Accepted"),
                    Choice::new("use_as_is", "Used as it is, by concession"),
                    Choice::new("sorted", "Accepted after sorting"),
                    Choice::new("reworked", "Accepted after rework"),
                ]),
            )
            .hint("Lots that were not inspected are in no figure."),
        ],
    )
}

fn price() -> Group {
    Group::new(
        "The baseline",
        vec![
            Question::new(
                "price.baseline",
                "Prices are held against",
                Kind::Order(vec![
                    Choice::new("contract", "The contract's price"),
                    Choice::new("standard", "The standard cost"),
                    Choice::new(
                        "trailing_average",
                        "The average of the twelve months before",
                    ),
                ]),
            ),
            Question::new(
                "price.exchange",
                "Exchange rates",
                Kind::One(vec![
                    Choice::new("price_only", "Stay out: only the price counts"),
                    Choice::new("included", "Are part of the variance"),
                ]),
            ),
        ],
    )
}

fn invoice() -> Group {
    let share = |path, label, of| Question::new(path, label, Kind::Percent).hint(of);
    Group::new(
        "Still a match",
        vec![
            share(
                "invoice.price_tolerance",
                "Price differs by at most",
                "Of the ordered price",
            ),
            share(
                "invoice.quantity_tolerance",
                "Quantity differs by at most",
                "Of the received quantity",
            ),
            share(
                "invoice.tax_tolerance",
                "Tax differs by at most",
                "Of the expected tax",
            ),
        ],
    )
}

fn reference(section: &str) -> Question {
    Question::new(
        format!("{section}.reference"),
        "Held against",
        Kind::Order(vec![
            Choice::new("confirmed_first", "The first date the supplier confirmed"),
            Choice::new("confirmed_last", "The last date the supplier confirmed"),
            Choice::new("requested", "The date we asked for"),
        ]),
    )
    .hint("Later promises do not clean history where the first confirmed date comes first.")
}

fn quantity(section: &str) -> Question {
    Question::new(
        format!("{section}.quantity"),
        "Counts as delivered",
        Kind::One(vec![
            Choice::new("good", "What was found good"),
            Choice::new("received", "Everything received"),
        ]),
    )
}

fn causes(section: &str) -> Question {
    Question::new(
        format!("{section}.excluded_causes"),
        "Left out when the delay was caused by",
        Kind::Many(vec![
            Choice::new("buyer", "Us: a late change, a closed gate"),
            Choice::new("carrier_buyer", "The carrier we chose"),
            Choice::new("force_majeure", "Nobody: flood, strike, embargo"),
            Choice::new("supplier", "The supplier"),
        ]),
    )
    .hint("The raw figure keeps these lines, and is shown beside the accountable one.")
}
