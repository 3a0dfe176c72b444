//! The scorecards of a period, and scoring one now.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_documents::write::{Column as Out, ColumnKind, Value};
use keelson_domain::{
    access::Permission,
    performance::{
        list::{CardFilter, CardLine, CardSort, cards, grades, periods},
        portfolio::last_quarter,
        score,
    },
};
use keelson_methods::{period::Period, scoring::Grade, segmentation::Tier};
use serde::Deserialize;

use super::words;
use crate::{
    App, Error, Form, Query, Result, Signed,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        filter::{Chip, FilterGroup, FilterMenu},
        form::{Choice, Field},
        format::{self, count, percent},
        list::{Address, Blank, Column, Kind, Pager, Sort, Tabs},
        marks::{Better, badge, delta},
    },
    sheet,
};

/// Rows of an export in one go.
const EXPORT: u64 = 1_000_000;

#[derive(Clone, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    period: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    grade: Vec<String>,
    #[serde(default)]
    tier: Vec<String>,
    #[serde(default)]
    provisional: Vec<String>,
    #[serde(default)]
    thin: Vec<String>,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
    rows: Option<u64>,
}

const SORTS: [&str; 5] = ["name", "score", "change", "coverage", "spend"];

impl Asked {
    fn address(&self, path: &str, period: Period) -> Address {
        let many = |address: Address, key: &str, values: &[String]| {
            values
                .iter()
                .fold(address, |address, value| address.with(key, value))
        };
        let address = Address::new(path).with("period", period).with("q", &self.q);
        let address = many(address, "grade", &self.grade);
        let address = many(address, "tier", &self.tier);
        let address = many(address, "provisional", &self.provisional);
        let address = many(address, "thin", &self.thin);
        address.with("sort", &self.sort).with(
            "rows",
            self.rows.map(|rows| rows.to_string()).unwrap_or_default(),
        )
    }

    fn sort(&self) -> Sort {
        Sort::parse(&self.sort, &SORTS, "-score")
    }

    fn filter(&self, period: Period, offset: u64, limit: u64) -> CardFilter {
        let sort = self.sort();
        CardFilter {
            period,
            grades: self
                .grade
                .iter()
                .filter_map(|code| match code.as_str() {
                    "none" => Some(None),
                    code => Grade::parse(code).ok().map(Some),
                })
                .collect(),
            tiers: self
                .tier
                .iter()
                .filter_map(|code| Tier::parse(code).ok())
                .collect(),
            provisional: !self.provisional.is_empty(),
            thin: !self.thin.is_empty(),
            text: self.q.clone(),
            sort: match sort.key.as_str() {
                "name" => CardSort::Name,
                "change" => CardSort::Change,
                "coverage" => CardSort::Coverage,
                "spend" => CardSort::Spend,
                _ => CardSort::Score,
            },
            descending: sort.descends(),
            offset,
            limit,
        }
    }

    fn chips(&self, address: &Address) -> Vec<Chip> {
        let chip = |field: &str, key: &str, value: &str, words: &str| {
            Chip::new(field, words, address.clone().without(key, value))
        };
        let grades = self.grade.iter().map(|grade| {
            let words = if grade == "none" { "none" } else { grade };
            chip("Grade", "grade", grade, words)
        });
        let tiers = self.tier.iter().filter_map(|code| {
            let tier = Tier::parse(code).ok()?;
            Some(chip("Tier", "tier", code, tier.label()))
        });
        let provisional = self
            .provisional
            .iter()
            .map(|value| chip("Values", "provisional", value, "provisional"));
        let thin = self
            .thin
            .iter()
            .map(|value| chip("Data", "thin", value, "too little for a grade"));
        grades.chain(tiers).chain(provisional).chain(thin).collect()
    }

    fn menu(&self) -> FilterMenu {
        let grades = Grade::ALL
            .iter()
            .map(|grade| Choice::new(grade.code(), grade.code()))
            .chain([Choice::new("none", "No grade")])
            .collect();
        let tiers = Tier::ALL
            .iter()
            .map(|tier| Choice::new(tier.code(), tier.label()))
            .collect();
        let group = |legend: &str, name: &str, choices, chosen: &[String]| FilterGroup {
            legend: legend.to_owned(),
            name: name.to_owned(),
            choices,
            chosen: chosen.to_vec(),
        };
        let one = |text: &str| vec![Choice::new("true", text)];
        FilterMenu::filters(vec![
            group("Grade", "grade", grades, &self.grade),
            group("Tier", "tier", tiers, &self.tier),
            group(
                "Values",
                "provisional",
                one("Provisional only"),
                &self.provisional,
            ),
            group("Data", "thin", one("Too little for a grade"), &self.thin),
        ])
    }
}

#[derive(Template)]
#[template(path = "performance/list.html", blocks = ["results"])]
struct List {
    shell: Shell,
    tabs: Tabs,
    query: String,
    period: String,
    periods: Vec<Choice>,
    address: Address,
    chips: Vec<Chip>,
    filters: FilterMenu,
    export: Option<Address>,
    score_now: Option<Field>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    blank: Blank,
}

struct Row {
    href: String,
    supplier: String,
    name: String,
    tier: Html,
    score: Html,
    change: Html,
    grade: Html,
    coverage: String,
    marks: Vec<Html>,
    spend: Html,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let today = app.now().date_naive();
    let scored = periods(db).await?;
    let period = Period::parse(&asked.period)
        .ok()
        .or_else(|| scored.first().copied())
        .unwrap_or_else(|| last_quarter(today));
    let address = asked.address("/scorecards", period);
    // The page number is known to be right only once the total is; a page too far shows the last one.
    let rows = Pager::new(asked.page, asked.rows, u64::MAX, address.clone(), locale);
    let mut found = cards(db, &asked.filter(period, rows.offset(), rows.rows)).await?;
    let pager = Pager::new(asked.page, asked.rows, found.total, address.clone(), locale);
    if found.lines.is_empty() && found.total > 0 {
        found = cards(db, &asked.filter(period, pager.offset(), pager.rows)).await?;
    }
    let by_grade = grades(db, period).await?;
    let sort = asked.sort();
    let head = |text: &str, key: &str, kind: Kind| {
        sort.column(text, key, kind, &address).target("#results")
    };
    let currency = signed.organisation().currency.code();
    let list = List {
        tabs: tabs(&asked, &address, &by_grade, locale),
        query: asked.q.clone(),
        period: period.to_string(),
        periods: choices(&scored, period),
        chips: asked.chips(&address),
        filters: asked.menu(),
        export: signed
            .may(Permission::ExportData)
            .then(|| asked.address("/scorecards/export", period)),
        score_now: signed
            .may(Permission::PublishScorecards)
            .then(|| score_field(&scored, today)),
        columns: vec![
            head("Supplier", "name", Kind::Text).class("stick name-col"),
            Column::plain("Tier", Kind::Text),
            head("Score", "score", Kind::Number),
            head("Change", "change", Kind::Number),
            Column::plain("Grade", Kind::Text),
            head("Data", "coverage", Kind::Number),
            Column::plain("Remarks", Kind::Text),
            head("Spend, 12 m", "spend", Kind::Number),
        ],
        rows: found
            .lines
            .iter()
            .map(|line| row(line, currency, locale))
            .collect(),
        blank: blank(&asked, scored.contains(&period), period),
        pager,
        address,
        shell: signed.shell(NavItem::Scorecards),
    };
    Ok(Page::of(&hx, &list, &list.as_results()))
}

fn tabs(
    asked: &Asked,
    address: &Address,
    by_grade: &[(Option<Grade>, u64)],
    locale: Locale,
) -> Tabs {
    let base = address.clone().clear("grade");
    let all: u64 = by_grade.iter().map(|(_, count)| count).sum();
    let mut tabs = Tabs::new("Scorecards by grade").counted(
        "All",
        &base,
        asked.grade.is_empty(),
        all as i64,
        locale,
    );
    for (grade, count) in by_grade {
        let code = grade.map_or("none", Grade::code);
        let text = grade.map_or_else(|| "No grade".to_owned(), |grade| format!("Grade {grade}"));
        let current = matches!(asked.grade.as_slice(), [one] if one == code);
        tabs = tabs.counted(
            text,
            base.clone().with("grade", code),
            current,
            *count as i64,
            locale,
        );
    }
    tabs
}

fn choices(scored: &[Period], period: Period) -> Vec<Choice> {
    let own = (!scored.contains(&period)).then_some(period);
    own.iter()
        .chain(scored)
        .map(|period| Choice::new(period, period.label()))
        .collect()
}

/// What can be scored now: the quarter under way, the complete ones before it, and whatever was scored already.
fn score_field(scored: &[Period], today: chrono::NaiveDate) -> Field {
    let under_way = keelson_domain::segmentation::quarter_of(today);
    let mut offered: Vec<Period> =
        std::iter::successors(Some(last_quarter(today)), Period::previous)
            .take(8)
            .chain([under_way])
            .collect();
    offered.extend(
        scored
            .iter()
            .filter(|period| !offered.contains(period))
            .copied()
            .collect::<Vec<_>>(),
    );
    let options = offered
        .iter()
        .map(|period| Choice::new(period, period.label()))
        .collect();
    Field::select("period", "Period", options).value(last_quarter(today))
}

fn row(line: &CardLine, currency: &str, locale: Locale) -> Row {
    let mut marks = Vec::new();
    if line.provisional {
        marks.push(badge("Provisional", Tone::Warn));
    }
    if line.raw_grade != line.grade {
        marks.push(badge("Capped by a gate", Tone::Bad));
    }
    if line.shared {
        marks.push(badge("Shared", Tone::Ok));
    }
    if line.version > 1 {
        marks.push(badge(
            &format!("Judged {} times", line.version),
            Tone::Plain,
        ));
    }
    Row {
        href: format!("/scorecards/{}", line.id),
        supplier: format!("/suppliers/{}", line.supplier),
        name: line.name.clone(),
        tier: words::tier(line.tier),
        score: words::score(line.score_centi, "nothing to score", locale),
        change: match line.delta_centi {
            Some(change) => delta(change as f64 / 100.0, 1, "", Better::Higher, locale),
            None => format::missing("not scored before"),
        },
        grade: words::grade(line.grade, "no grade"),
        coverage: percent(line.coverage_ppm as f64 / 1e6, 0, locale),
        spend: words::money(line.spend_minor, currency, locale),
        marks,
    }
}

fn blank(asked: &Asked, is_scored: bool, period: Period) -> Blank {
    if is_scored {
        let cleared = Asked {
            q: String::new(),
            grade: Vec::new(),
            tier: Vec::new(),
            provisional: Vec::new(),
            thin: Vec::new(),
            ..asked.clone()
        };
        return Blank::new(
            "search-x",
            "No scorecard matches these filters",
            "Clear a filter or search for something else.",
        )
        .action("Clear filters", cleared.address("/scorecards", period));
    }
    Blank::new(
        "gauge",
        format!("{} is not scored yet", period.label()),
        "Score the period to judge every supplier that delivered, was inspected or sent invoices in it.",
    )
}

/// The list as a file, with its filters and its order.
pub(super) async fn export(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response> {
    let db = app.keelson.db.read();
    let period = match Period::parse(&asked.period) {
        Ok(period) => period,
        Err(error) => return Err(Error::Unreadable(error.to_string())),
    };
    let found = cards(db, &asked.filter(period, 0, EXPORT)).await?;
    let columns = [
        Out::new("supplier_number", ColumnKind::Text),
        Out::new("supplier", ColumnKind::Text),
        Out::new("period", ColumnKind::Text),
        Out::new("tier", ColumnKind::Text),
        Out::new("score", ColumnKind::Number { decimals: 2 }),
        Out::new("change", ColumnKind::Number { decimals: 2 }),
        Out::new("grade", ColumnKind::Text),
        Out::new("grade_before_gates", ColumnKind::Text),
        Out::new("coverage", ColumnKind::Number { decimals: 2 }),
        Out::new("provisional", ColumnKind::Text),
        Out::new("version", ColumnKind::Number { decimals: 2 }),
    ];
    let period = period.to_string();
    let code = |grade: Option<Grade>| grade.map_or("", Grade::code);
    let rows = found.lines.iter().map(|line| {
        let number = |value: Option<f64>| value.map_or(Value::Empty, Value::Number);
        vec![
            Value::Text(&line.number),
            Value::Text(&line.name),
            Value::Text(&period),
            Value::Text(line.tier.map_or("", Tier::code)),
            number(line.score_centi.map(|centi| centi as f64 / 100.0)),
            number(line.delta_centi.map(|centi| centi as f64 / 100.0)),
            Value::Text(code(line.grade)),
            Value::Text(code(line.raw_grade)),
            number(Some(line.coverage_ppm as f64 / 1e6)),
            Value::Text(if line.provisional { "yes" } else { "no" }),
            number(Some(line.version as f64)),
        ]
    });
    sheet::csv(&format!("scorecards-{period}.csv"), &columns, rows)
}

#[derive(Deserialize)]
pub(super) struct ScoreNow {
    period: String,
}

/// Scores a period now.
pub(super) async fn score_now(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<ScoreNow>,
) -> Result<Response> {
    let period =
        Period::parse(&answers.period).map_err(|error| Error::Unreadable(error.to_string()))?;
    let today = app.now().date_naive();
    let scored = score(&app.keelson, &signed.act(&app), period, None, today).await?;
    let locale = signed.locale();
    let write = |number: u64| count(number as i64, locale);
    let said = if scored.added == 0 && scored.unchanged == 0 {
        Flash::bad(format!(
            "Nothing is known about any supplier in {}, so there is nothing to score.",
            period.label()
        ))
    } else {
        Flash::ok(format!(
            "{} is scored: {} new, {} unchanged, {} without data.",
            period.label(),
            write(scored.added),
            write(scored.unchanged),
            write(scored.without_data)
        ))
    };
    let to = Address::new("/scorecards").with("period", period.resolved(today));
    Ok(signed
        .done(&app, &hx, &to.to_string(), said)
        .into_response())
}
