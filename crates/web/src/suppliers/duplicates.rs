//! Records that may be the same party twice: the queue, and the decisions that can be taken back.

use askama::Template;
use axum::extract::State;
use keelson_domain::{
    DuplicateId,
    suppliers::{self, Advice, PAGE_PAIRS, Pair, Side},
};
use serde::Deserialize;

use super::words::{self, Pages};
use crate::{
    App, Query, Result, Signed,
    kit::{
        Html, Locale, NavItem, Page, Shell, Tone,
        format::{self, percent},
        list::{Address, Blank},
        marks::badge,
    },
};

/// How many decisions can be taken back from the page.
const RECENT: u64 = 10;

/// Where the queue is.
pub(super) const QUEUE: &str = "/duplicates";

#[derive(Deserialize)]
pub(super) struct Asked {
    page: Option<u64>,
}

#[derive(Template)]
#[template(path = "suppliers/duplicates.html")]
struct View {
    shell: Shell,
    lead: String,
    rows: Vec<Row>,
    pages: Pages,
    blank: Blank,
    merges: Vec<Undo>,
    distinct: Vec<Undo>,
}

/// A pair in one line.
struct Row {
    id: DuplicateId,
    left: String,
    right: String,
    left_place: String,
    right_place: String,
    likely: String,
    advice: Html,
    /// What speaks loudest, for or against.
    because: String,
}

struct Undo {
    text: String,
    when: Html,
    href: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let queue = suppliers::queue(db, asked.page.unwrap_or(1)).await?;
    let merges = suppliers::recent_merges(db, RECENT).await?;
    let distinct = suppliers::recently_distinct(db, RECENT).await?;
    let view = View {
        lead: format!(
            "{}. A merge keeps one record, moves everything to it, and can be undone.",
            format::counted(
                queue.total as i64,
                "pair waits for a decision",
                "pairs wait for a decision",
                locale
            )
        ),
        pages: Pages::new(
            queue.page,
            queue.pages,
            PAGE_PAIRS,
            queue.total,
            &Address::new(QUEUE),
            locale,
        ),
        rows: queue.pairs.iter().map(|pair| row(pair, locale)).collect(),
        blank: Blank::new(
            "git-merge",
            "No duplicates wait",
            "Every import and every new supplier is checked. Pairs that may be one party appear here.",
        )
        .action("Open suppliers", "/suppliers"),
        merges: merges
            .into_iter()
            .map(|merge| Undo {
                text: format!(
                    "{}, {}, was merged",
                    merge.absorbed_name, merge.absorbed_number
                ),
                when: format::day(merge.merged_at.date_naive(), locale),
                href: format!("/merges/{}/undo", merge.id),
            })
            .collect(),
        distinct: distinct
            .into_iter()
            .map(|pair| Undo {
                text: format!("{} and {} are two parties", pair.left.name, pair.right.name),
                when: pair
                    .decided_at
                    .map(|at| format::day(at.date_naive(), locale))
                    .unwrap_or_default(),
                href: format!("/duplicates/{}/reconsideration", pair.id),
            })
            .collect(),
        shell: signed.shell(NavItem::Duplicates),
    };
    Ok(Page::whole(&view))
}

fn row(pair: &Pair, locale: Locale) -> Row {
    Row {
        id: pair.id,
        left_place: place(&pair.left),
        right_place: place(&pair.right),
        left: pair.left.name.clone(),
        right: pair.right.name.clone(),
        likely: likely(pair, locale),
        advice: advice(pair),
        because: because(pair),
    }
}

/// Number and town: what tells two records of one name apart.
fn place(side: &Side) -> String {
    let country = side.country.map(|country| country.name().to_owned());
    [Some(side.number.clone()), side.city.clone(), country]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Certainty is nobody's: what rounds to all or nothing says so.
pub(super) fn likely(pair: &Pair, locale: Locale) -> String {
    let probability = pair.evidence.probability;
    if probability > 0.999 {
        format!("over {}", percent(0.999, 1, locale))
    } else if probability < 0.001 {
        format!("under {}", percent(0.001, 1, locale))
    } else {
        percent(probability, 1, locale)
    }
}

pub(super) fn advice(pair: &Pair) -> Html {
    match pair.evidence.advice() {
        Advice::Merge => badge("Merge proposed", Tone::Ok),
        Advice::Review => badge("Look closely", Tone::Warn),
        Advice::Distinct => badge("Probably two parties", Tone::Plain),
    }
}

fn because(pair: &Pair) -> String {
    if let Some(why) = &pair.evidence.contradiction {
        return words::sentence(why);
    }
    let mut fields: Vec<_> = pair.evidence.fields.iter().collect();
    fields.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    let loudest: Vec<String> = fields
        .iter()
        .take(2)
        .map(|field| format!("{} {}", field.field.words(), field.finding))
        .collect();
    loudest.join(", ")
}
