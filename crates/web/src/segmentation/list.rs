//! Every supplier in the matrix and as a list, and setting the tiers of a quarter.

use askama::Template;
use axum::{extract::State, response::Response};
use keelson_documents::write::{Column as Out, ColumnKind, Value};
use keelson_domain::{
    access::Permission,
    segmentation::{
        Place, PlaceCounts, PlaceFilter, PlaceSort, counts,
        overrides::{self, Usage},
        places, quarter_of, tier,
    },
};
use keelson_methods::{
    period::Period,
    segmentation::{AbcClass, Tier},
};
use serde::Deserialize;

use crate::{
    App, Error, Form, Query, Result, Signed,
    charts::{Height, Matrix},
    home::matrix,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        filter::{Chip, FilterGroup, FilterMenu},
        form::{Choice, Field},
        format::{self, count, number, percent},
        list::{Address, Blank, Column, Kind, Pager, Sort, Tabs},
        marks::badge,
        panel::{Figure, Figures, Notice},
    },
    performance::words,
    sheet,
};

/// Rows of an export in one go.
const EXPORT: u64 = 1_000_000;
/// More bubbles than this say nothing any more.
const BUBBLES: u64 = 80;

#[derive(Clone, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tier: Vec<String>,
    #[serde(default)]
    abc: Vec<String>,
    #[serde(default)]
    candidate: Vec<String>,
    #[serde(default)]
    overridden: Vec<String>,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
    rows: Option<u64>,
}

const SORTS: [&str; 5] = ["name", "spend", "impact", "risk", "score"];

impl Asked {
    fn address(&self, path: &str) -> Address {
        let many = |address: Address, key: &str, values: &[String]| {
            values
                .iter()
                .fold(address, |address, value| address.with(key, value))
        };
        let address = Address::new(path).with("q", &self.q);
        let address = many(address, "tier", &self.tier);
        let address = many(address, "abc", &self.abc);
        let address = many(address, "candidate", &self.candidate);
        let address = many(address, "overridden", &self.overridden);
        address.with("sort", &self.sort).with(
            "rows",
            self.rows.map(|rows| rows.to_string()).unwrap_or_default(),
        )
    }

    fn sort(&self) -> Sort {
        Sort::parse(&self.sort, &SORTS, "-spend")
    }

    fn filter(&self, offset: u64, limit: u64) -> PlaceFilter {
        let sort = self.sort();
        PlaceFilter {
            tiers: self
                .tier
                .iter()
                .filter_map(|code| Tier::parse(code).ok())
                .collect(),
            classes: self
                .abc
                .iter()
                .filter_map(|code| AbcClass::parse(code).ok())
                .collect(),
            candidates: !self.candidate.is_empty(),
            overridden: !self.overridden.is_empty(),
            text: self.q.clone(),
            sort: match sort.key.as_str() {
                "name" => PlaceSort::Name,
                "impact" => PlaceSort::Impact,
                "risk" => PlaceSort::Risk,
                "score" => PlaceSort::Score,
                _ => PlaceSort::Spend,
            },
            descending: sort.descends(),
            offset,
            limit,
        }
    }

    fn is_filtered(&self) -> bool {
        !(self.q.is_empty()
            && self.tier.is_empty()
            && self.abc.is_empty()
            && self.candidate.is_empty()
            && self.overridden.is_empty())
    }

    fn chips(&self, address: &Address) -> Vec<Chip> {
        let chip = |field: &str, key: &str, value: &str, words: &str| {
            Chip::new(field, words, address.clone().without(key, value))
        };
        let tiers = self
            .tier
            .iter()
            .filter_map(|code| Some(chip("Tier", "tier", code, Tier::parse(code).ok()?.label())));
        let classes = self.abc.iter().map(|code| chip("Class", "abc", code, code));
        let candidates = self
            .candidate
            .iter()
            .map(|value| chip("Flag", "candidate", value, "strategic candidate"));
        let overridden = self
            .overridden
            .iter()
            .map(|value| chip("Tier", "overridden", value, "overridden"));
        tiers
            .chain(classes)
            .chain(candidates)
            .chain(overridden)
            .collect()
    }

    fn menu(&self) -> FilterMenu {
        let group = |legend: &str, name: &str, choices, chosen: &[String]| FilterGroup {
            legend: legend.to_owned(),
            name: name.to_owned(),
            choices,
            chosen: chosen.to_vec(),
        };
        let tiers = Tier::ALL
            .iter()
            .map(|tier| Choice::new(tier.code(), tier.label()))
            .collect();
        let classes = AbcClass::ALL
            .iter()
            .map(|class| Choice::new(class.code(), class_words(*class)))
            .collect();
        let one = |text: &str| vec![Choice::new("true", text)];
        FilterMenu::filters(vec![
            group("Tier", "tier", tiers, &self.tier),
            group("Spend class", "abc", classes, &self.abc),
            group(
                "Flag",
                "candidate",
                one("Strategic candidate"),
                &self.candidate,
            ),
            group(
                "Override",
                "overridden",
                one("Overridden"),
                &self.overridden,
            ),
        ])
    }
}

fn class_words(class: AbcClass) -> &'static str {
    match class {
        AbcClass::A => "A, the first 80% of spend",
        AbcClass::B => "B, up to 95%",
        AbcClass::C => "C, the rest",
        AbcClass::N => "N, no spend",
    }
}

#[derive(Template)]
#[template(path = "segmentation/list.html", blocks = ["results"])]
struct View {
    shell: Shell,
    figures: Figures,
    warning: Option<Notice>,
    matrix: Matrix,
    shown: String,
    classes: Vec<ClassLine>,
    usage: String,
    tabs: Tabs,
    query: String,
    address: Address,
    chips: Vec<Chip>,
    filters: FilterMenu,
    export: Option<Address>,
    set_tiers: Option<Field>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    blank: Blank,
}

struct ClassLine {
    class: &'static str,
    words: &'static str,
    href: String,
    suppliers: String,
    spend: Html,
    share: String,
}

struct Row {
    name: String,
    href: String,
    why: String,
    category: Html,
    tier: Html,
    marks: Vec<Html>,
    class: Html,
    spend: Html,
    impact: Html,
    risk: Html,
    score: Html,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let currency = signed.organisation().currency.code();
    let today = app.now().date_naive();
    let address = asked.address("/segmentation");
    let counted = counts(db).await?;
    let wanted = Pager::new(asked.page, asked.rows, u64::MAX, address.clone(), locale);
    let mut found = places(db, &asked.filter(wanted.offset(), wanted.rows)).await?;
    let pager = Pager::new(asked.page, asked.rows, found.total, address.clone(), locale);
    if found.places.is_empty() && found.total > 0 {
        found = places(db, &asked.filter(pager.offset(), pager.rows)).await?;
    }
    let drawn = PlaceFilter {
        sort: PlaceSort::Spend,
        descending: true,
        ..asked.filter(0, BUBBLES)
    };
    let drawn = places(db, &drawn).await?;
    let open = overrides::open(db, today).await?;
    let placed: u64 = counted.tiers.iter().map(|(_, count, _)| count).sum();
    let usage = overrides::usage(&open, placed, today);
    let sort = asked.sort();
    let head = |text: &str, key: &str, kind: Kind| {
        sort.column(text, key, kind, &address).target("#results")
    };
    let mut picture = matrix(&drawn.places, currency, locale);
    picture.height = Height::H420;
    let view = View {
        figures: figures(&counted, &usage, locale),
        warning: usage.too_many.then(|| {
            Notice::new(
                Tone::Warn,
                "More than a tenth of the suppliers are overridden.",
                "That many say that the policy is wrong rather than the suppliers. Look at the policy in the settings.",
            )
        }),
        shown: shown(drawn.places.len() as u64, drawn.total, locale),
        matrix: picture,
        classes: classes(&counted, currency, locale),
        usage: used(&usage, locale),
        tabs: tabs(&asked, &address, &counted, locale),
        query: asked.q.clone(),
        chips: asked.chips(&address),
        filters: asked.menu(),
        export: signed
            .may(Permission::ExportData)
            .then(|| asked.address("/segmentation/export")),
        set_tiers: signed
            .may(Permission::DefineSegmentation)
            .then(|| quarters(today)),
        columns: vec![
            head("Supplier", "name", Kind::Text).class("stick name-col"),
            Column::plain("Category", Kind::Text),
            Column::plain("Tier", Kind::Text),
            Column::plain("Class", Kind::Text),
            head("Spend, 12 m", "spend", Kind::Number),
            head("Impact", "impact", Kind::Number),
            head("Supply risk", "risk", Kind::Number),
            head("Tier score", "score", Kind::Number),
            Column::silent("Why"),
        ],
        rows: found
            .places
            .iter()
            .map(|place| row(place, currency, locale))
            .collect(),
        blank: blank(&asked, placed, &signed),
        pager,
        address,
        shell: signed.shell(NavItem::Segmentation),
    };
    Ok(Page::of(&hx, &view, &view.as_results()))
}

fn figures(counted: &PlaceCounts, usage: &Usage, locale: Locale) -> Figures {
    let total: i64 = counted.tiers.iter().map(|(_, _, spend)| spend).sum();
    let mut figures: Vec<Figure> = counted
        .tiers
        .iter()
        .map(|(tier, suppliers, spend)| {
            let share = if total > 0 {
                format!(
                    "{} of spend",
                    percent(*spend as f64 / total as f64, 1, locale)
                )
            } else {
                "no spend known".to_owned()
            };
            Figure::new(tier.label(), count(*suppliers as i64, locale))
                .note(share)
                .href(Address::new("/segmentation").with("tier", tier.code()))
        })
        .collect();
    figures.push(
        Figure::new("Overrides in force", count(usage.in_force as i64, locale)).note(
            format::counted(usage.requested as i64, "waits", "wait", locale),
        ),
    );
    Figures::new(figures)
}

fn used(usage: &Usage, locale: Locale) -> String {
    let age = usage.mean_age_days.map_or_else(String::new, |days| {
        format!(", {} days old on average", number(days, 0, locale))
    });
    format!(
        "{} in force{age}, {} waiting for approval.",
        format::counted(usage.in_force as i64, "override", "overrides", locale),
        count(usage.requested as i64, locale)
    )
}

fn shown(shown: u64, of: u64, locale: Locale) -> String {
    let what = "Bubble size is yearly spend; a ring marks a strategic candidate. Suppliers about whom too little is known are in the list only.";
    if shown < of {
        return format!(
            "The {} largest of {} by spend. {what}",
            count(shown as i64, locale),
            count(of as i64, locale)
        );
    }
    what.to_owned()
}

fn classes(counted: &PlaceCounts, currency: &str, locale: Locale) -> Vec<ClassLine> {
    let total: i64 = counted
        .classes
        .iter()
        .map(|(_, _, spend)| (*spend).max(0))
        .sum();
    counted
        .classes
        .iter()
        .map(|(class, suppliers, spend)| ClassLine {
            class: class.code(),
            words: class_words(*class),
            href: Address::new("/segmentation")
                .with("abc", class.code())
                .to_string(),
            suppliers: count(*suppliers as i64, locale),
            spend: words::money(Some(*spend), currency, locale),
            share: percent((*spend).max(0) as f64 / total.max(1) as f64, 1, locale),
        })
        .collect()
}

fn tabs(asked: &Asked, address: &Address, counted: &PlaceCounts, locale: Locale) -> Tabs {
    let base = address.clone().clear("tier").clear("candidate");
    let all: u64 = counted.tiers.iter().map(|(_, count, _)| count).sum();
    let mut tabs = Tabs::new("Suppliers by tier").counted(
        "All",
        &base,
        asked.tier.is_empty() && asked.candidate.is_empty(),
        all as i64,
        locale,
    );
    for (tier, suppliers, _) in &counted.tiers {
        let current = matches!(asked.tier.as_slice(), [one] if one == tier.code());
        tabs = tabs.counted(
            tier.label(),
            base.clone().with("tier", tier.code()),
            current,
            *suppliers as i64,
            locale,
        );
    }
    tabs.counted(
        "Strategic candidates",
        base.with("candidate", "true"),
        !asked.candidate.is_empty(),
        counted.candidates as i64,
        locale,
    )
}

fn row(place: &Place, currency: &str, locale: Locale) -> Row {
    let points = |centi: Option<i64>| {
        format::or_missing(
            centi.map(|centi| number(centi as f64 / 100.0, 1, locale)),
            "too little is known",
        )
    };
    let mut marks = Vec::new();
    if place.is_overridden() {
        marks.push(badge(
            &format!("Overridden, computed {}", place.computed.label()),
            Tone::Info,
        ));
    }
    if place.candidate {
        marks.push(badge("Strategic candidate", Tone::Ok));
    }
    if place.tier == Tier::Unclassified {
        marks.push(badge("Rate this supplier", Tone::Warn));
    }
    Row {
        name: place.name.clone(),
        href: format!("/suppliers/{}", place.supplier),
        why: format!("/suppliers/{}/why", place.supplier),
        category: format::or_missing(place.category.clone(), "no category"),
        tier: words::tier(Some(place.tier)),
        class: words::abc(place.abc),
        spend: words::money(place.spend_minor, currency, locale),
        impact: points(place.impact_centi),
        risk: points(place.risk_centi),
        score: points(place.tier_score_centi),
        marks,
    }
}

fn blank(asked: &Asked, placed: u64, signed: &Signed) -> Blank {
    if placed > 0 || asked.is_filtered() {
        return Blank::new(
            "search-x",
            "No supplier matches these filters",
            "Clear a filter or search for something else.",
        )
        .action("Clear filters", "/segmentation");
    }
    Blank::new(
        "grid-2x2",
        "No tiers are set yet",
        if signed.may(Permission::DefineSegmentation) {
            "Set the tiers of a quarter: every supplier is placed by spend, impact and supply risk."
        } else {
            "Tiers appear here once they are set for a quarter."
        },
    )
}

fn quarters(today: chrono::NaiveDate) -> Field {
    let now = quarter_of(today);
    let options = std::iter::successors(Some(now), Period::previous)
        .take(9)
        .map(|quarter| Choice::new(quarter, quarter.label()))
        .collect();
    Field::select("period", "Quarter", options).value(now)
}

/// The list as a file, with its filters and its order.
pub(super) async fn export(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response> {
    let found = places(app.keelson.db.read(), &asked.filter(0, EXPORT)).await?;
    let columns = [
        Out::new("supplier_number", ColumnKind::Text),
        Out::new("supplier", ColumnKind::Text),
        Out::new("tier", ColumnKind::Text),
        Out::new("computed_tier", ColumnKind::Text),
        Out::new("quadrant", ColumnKind::Text),
        Out::new("class", ColumnKind::Text),
        Out::new("spend_minor", ColumnKind::Number { decimals: 0 }),
        Out::new("impact", ColumnKind::Number { decimals: 2 }),
        Out::new("supply_risk", ColumnKind::Number { decimals: 2 }),
        Out::new("tier_score", ColumnKind::Number { decimals: 2 }),
        Out::new("strategic_candidate", ColumnKind::Text),
    ];
    let centi = |value: Option<i64>| value.map_or(Value::Empty, |centi| Value::Decimal(centi, 2));
    let rows = found.places.iter().map(|place| {
        vec![
            Value::Text(&place.number),
            Value::Text(&place.name),
            Value::Text(place.tier.code()),
            Value::Text(place.computed.code()),
            place
                .quadrant
                .map_or(Value::Empty, |quadrant| Value::Text(quadrant.code())),
            place
                .abc
                .map_or(Value::Empty, |class| Value::Text(class.code())),
            place.spend_minor.map_or(Value::Empty, Value::Integer),
            centi(place.impact_centi),
            centi(place.risk_centi),
            centi(place.tier_score_centi),
            Value::Text(if place.candidate { "yes" } else { "no" }),
        ]
    });
    sheet::csv("segmentation.csv", &columns, rows)
}

#[derive(Deserialize)]
pub(super) struct SetTiers {
    period: String,
}

/// Places every supplier for a quarter.
pub(super) async fn set_tiers(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<SetTiers>,
) -> Result<Response> {
    let quarter =
        Period::parse(&answers.period).map_err(|error| Error::Unreadable(error.to_string()))?;
    let today = app.now().date_naive();
    let tiered = tier(&app.keelson, &signed.act(&app), quarter, today).await?;
    let write = |number: u64| count(number as i64, signed.locale());
    let said = Flash::ok(format!(
        "Tiers of {} are set: {} new, {} unchanged, {} in another tier than before, {} unclassified.",
        quarter.label(),
        write(tiered.added),
        write(tiered.unchanged),
        write(tiered.moved),
        write(tiered.unclassified)
    ));
    Ok(signed.done(&app, &hx, "/segmentation", said))
}
